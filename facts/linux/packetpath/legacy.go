package packetpath

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"golang.org/x/sys/unix"
)

// legacyPriorities are where the tables of iptables stand at their hooks (enum nf_ip_hook_priorities).
var legacyPriorities = map[string]int32{"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}

var legacyHooks = map[string]Hook{"PREROUTING": Prerouting, "INPUT": Input, "FORWARD": Forward, "OUTPUT": Output}

// Legacy makes chains of the tables of legacy iptables (v6: ip6tables).
func Legacy(tables []iptsave.Table, v6 bool) []*Chain {
	family := "ip"
	if v6 {
		family = "ip6"
	}
	var out []*Chain
	for _, t := range tables {
		byName := map[string]*Chain{}
		for _, c := range t.Chains {
			chain := &Chain{Family: family, Table: "legacy " + t.Name, Name: c.Name, Type: "filter", Drop: c.Policy == "DROP"}
			if t.Name == "nat" {
				chain.Type = "nat"
			}
			if hook, ok := legacyHooks[c.Name]; ok && c.Policy != "" {
				chain.Base, chain.Hook, chain.Priority = true, hook, legacyPriorities[t.Name]
				if t.Name == "nat" && hook == Input {
					chain.Priority = 100
				}
			}
			byName[c.Name] = chain
			out = append(out, chain)
		}
		for _, r := range t.Rules {
			if chain := byName[r.Chain]; chain != nil {
				chain.Rules = append(chain.Rules, LegacyRule{Rule: r, Table: t.Name, V6: v6})
			}
		}
	}
	return out
}

// LegacyRule is a rule of legacy iptables.
type LegacyRule struct {
	iptsave.Rule
	Table string
	V6    bool
}

// String names the rule.
func (r LegacyRule) String() string {
	program := "iptables"
	if r.V6 {
		program = "ip6tables"
	}
	return fmt.Sprintf("%s -t %s %s", program, r.Table, r.Text)
}

func (r LegacyRule) apply(p *Packet, at *Chain) effect {
	if r.V6 != p.V6 {
		return effect{}
	}
	m := p.always()
	for _, o := range r.Options {
		c := r.condition(p, at, o)
		if o.Not && c.why != notOption {
			c = p.not(c)
		}
		if c.why == notOption {
			continue
		}
		if m = m.and(c); m.never() {
			return effect{}
		}
	}
	one := func(c code, chain, why string) effect {
		if m.why != "" {
			why = m.why
		}
		return effect{[]part{{c, chain, m.yes, m.may, why}}}
	}
	switch r.Target {
	case "":
		return effect{}
	case "ACCEPT":
		return one(accept, "", "")
	case "DROP", "REJECT":
		return one(drop, "", "")
	case "RETURN":
		return one(returns, "", "")
	case "DNAT", "REDIRECT", "NETMAP", "TPROXY":
		return one(redirected, "", "")
	case "MASQUERADE", "SNAT":
		return one(accept, "", "")
	case "NOTRACK", "CT":
		p.untracked = true
		return effect{}
	case "LOG", "NFLOG", "TRACE", "AUDIT", "MARK", "CONNMARK", "CLASSIFY", "DSCP", "TOS", "TTL", "HL", "TCPMSS", "SECMARK",
		"CONNSECMARK", "CHECKSUM", "SET":
		return effect{}
	}
	if r.userChain() {
		if r.Goto {
			return one(gotoChain, r.Target, "")
		}
		return one(jump, r.Target, "")
	}
	all := union(m.yes, m.may)
	return effect{[]part{{undecided, "", nil, all, "the target " + r.Target + " is not interpreted"}}}
}

// userChain tells chains from targets that are not known: those are written in capitals and have options of their own.
// A chain that does not exist is found out when it is jumped to.
func (r LegacyRule) userChain() bool {
	last := r.Options[len(r.Options)-1]
	return last.Name == "-j" || last.Name == "--jump" || last.Name == "-g" || last.Name == "--goto"
}

// notOption marks what is no condition: the target and its options, names of matches.
const notOption = "\x00"

func (r LegacyRule) condition(p *Packet, at *Chain, o iptsave.Option) match {
	none := match{why: notOption}
	arg := ""
	if len(o.Args) == 1 {
		arg = o.Args[0]
	}
	switch o.Name {
	case "-j", "--jump", "-g", "--goto":
		return none
	case "-m", "--match":
		if slices.Contains([]string{"tcp", "udp", "multiport", "conntrack", "state", "comment", "addrtype", "limit"}, arg) {
			return none
		}
		return p.maybe("the match " + arg + " is not interpreted")
	case "--comment", "--limit", "--limit-burst":
		return none
	case "-p", "--protocol":
		return p.protocol(arg)
	case "-i", "--in-interface":
		return p.device(p.In, arg)
	case "-o", "--out-interface":
		return p.device(p.Out, arg)
	case "-s", "--source":
		return p.address(arg, true)
	case "-d", "--destination":
		return p.address(arg, false)
	case "--dport", "--destination-port", "--dports", "--destination-ports":
		return p.ports(arg, true, false)
	case "--sport", "--source-port", "--sports", "--source-ports":
		return p.ports(arg, false, true)
	case "--ports":
		return p.ports(arg, true, true)
	case "--ctstate", "--state":
		return p.states(arg, at)
	case "--dst-type":
		if arg == "LOCAL" && p.ToHost {
			return p.always()
		}
	case "--syn":
		if p.Proto == unix.IPPROTO_TCP && p.States == nftexpr.StateNew {
			return p.always()
		}
	}
	if r.ofTarget(o) {
		return none
	}
	return p.maybe("the option " + o.Name + " is not interpreted")
}

// ofTarget tells whether an option stands behind the target, whose option it then is.
func (r LegacyRule) ofTarget(o iptsave.Option) bool {
	seen := false
	for i := range r.Options {
		switch r.Options[i].Name {
		case "-j", "--jump", "-g", "--goto":
			seen = true
		case o.Name:
			return seen
		}
	}
	return false
}

func (p *Packet) protocol(arg string) match {
	switch strings.ToLower(arg) {
	case "all", "0":
		return p.always()
	case "tcp", "6":
		return p.when(p.Proto == unix.IPPROTO_TCP)
	case "udp", "17":
		return p.when(p.Proto == unix.IPPROTO_UDP)
	case "icmp", "icmpv6", "ipv6-icmp", "1", "58", "igmp", "2", "gre", "47", "esp", "50", "ah", "51", "sctp", "132", "udplite", "136", "dccp", "33":
		return match{}
	}
	return p.maybe("the protocol " + arg + " is not known")
}

func (p *Packet) device(i Interface, arg string) match {
	if i.Name == "" {
		return p.maybe("it depends on the interface")
	}
	if prefix, any := strings.CutSuffix(arg, "+"); any {
		return p.when(strings.HasPrefix(i.Name, prefix))
	}
	return p.when(i.Name == arg)
}

func (p *Packet) address(arg string, source bool) match {
	var m match
	for one := range strings.SplitSeq(arg, ",") {
		prefix, ok := parsePrefix(one)
		switch {
		case !ok || prefix.Addr().Is6() != p.V6:
			m = m.or(p.maybe("the address " + one + " is not interpreted"))
		case source:
			m = m.or(match{yes: Prefixes(prefix)})
		case p.Dst.IsValid():
			m = m.or(p.when(prefix.Contains(p.Dst)))
		case prefix.Bits() == 0:
			m = m.or(p.always())
		default:
			m = m.or(p.maybe("it depends on the destination address"))
		}
	}
	return m
}

// parsePrefix reads an address, one with a prefix length, or an IPv4 address with a mask that is a prefix.
func parsePrefix(s string) (netip.Prefix, bool) {
	addr, mask, has := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	if !has {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	if n, err := strconv.Atoi(mask); err == nil {
		p := netip.PrefixFrom(a, n)
		return p, p.IsValid()
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || m.BitLen() != a.BitLen() {
		return netip.Prefix{}, false
	}
	bits := 0
	for _, b := range m.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	if full := prefixSpan(make([]byte, len(m.AsSlice())), bits); number(m.AsSlice()) != (u128{^full.hi.hi, ^full.hi.lo}) && a.Is6() {
		return netip.Prefix{}, false
	} else if a.Is4() && uint32(number(m.AsSlice()).lo) != ^uint32(full.hi.lo) {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, bits), true
}

func (p *Packet) ports(arg string, dst, src bool) match {
	if p.Proto != unix.IPPROTO_TCP && p.Proto != unix.IPPROTO_UDP {
		return match{}
	}
	var ranges [][2]uint16
	for one := range strings.SplitSeq(arg, ",") {
		lo, hi, isRange := strings.Cut(one, ":")
		if !isRange {
			hi = lo
		}
		if lo == "" {
			lo = "0"
		}
		if hi == "" {
			hi = "65535"
		}
		from, err := strconv.ParseUint(lo, 10, 16)
		to, err2 := strconv.ParseUint(hi, 10, 16)
		if err != nil || err2 != nil {
			return p.maybe("the port " + one + " is not a number")
		}
		ranges = append(ranges, [2]uint16{uint16(from), uint16(to)})
	}
	var m match
	if dst {
		m = m.or(p.portIn(ranges, false, false))
	}
	if src {
		m = m.or(p.portIn(ranges, true, false))
	}
	return m
}

func (p *Packet) states(arg string, at *Chain) match {
	var mask uint32
	for one := range strings.SplitSeq(arg, ",") {
		switch strings.ToUpper(one) {
		case "NEW":
			mask |= nftexpr.StateNew
		case "ESTABLISHED":
			mask |= nftexpr.StateEstablished
		case "RELATED":
			mask |= nftexpr.StateRelated
		case "INVALID":
			mask |= nftexpr.StateInvalid
		case "UNTRACKED":
			mask |= nftexpr.StateUntracked
		default:
			return p.maybe("the state " + one + " is not interpreted")
		}
	}
	return p.equalsAny(p.ct(nftexpr.CTState, at), mask)
}
