package packetpath

import (
	"net/netip"
	"slices"

	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"golang.org/x/sys/unix"
)

// Answer is yes, no, or neither for a reason.
type Answer struct {
	Known bool
	Yes   bool
	Why   string
}

// Host is what the host has where packets arrive.
type Host struct {
	Interfaces []Interface  // without loopback
	Addresses  []netip.Addr // its own, without loopback
	IPv6       bool         // whether IPv6 is in use
}

// Anywhere is an interface that no rule names.
var Anywhere = Interface{Name: "\x01any", Index: 1<<31 - 1}

// arbitraryPart: rules that admit less than one part in so many of the public addresses admit named sources, not
// arbitrary ones. A /8 of IPv4 is one part in 256.
const arbitraryPart = 256

// public are the addresses of the Internet, where arbitrary hosts live.
var public = map[bool]Sources{
	true: Prefixes(netip.MustParsePrefix("2000::/3")),
	false: subtract(Prefixes(netip.MustParsePrefix("1.0.0.0/8"), netip.MustParsePrefix("2.0.0.0/7"), netip.MustParsePrefix("4.0.0.0/6"),
		netip.MustParsePrefix("8.0.0.0/5"), netip.MustParsePrefix("16.0.0.0/4"), netip.MustParsePrefix("32.0.0.0/3"),
		netip.MustParsePrefix("64.0.0.0/2"), netip.MustParsePrefix("128.0.0.0/2"), netip.MustParsePrefix("192.0.0.0/3")),
		Prefixes(netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"),
			netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"))),
}

// passes judges an outcome for arbitrary sources.
func (o Outcome) passes(v6 bool) Answer {
	switch {
	case subtract(o.Passes, o.Drops).atLeast(arbitraryPart, public[v6]):
		return Answer{Known: true, Yes: true}
	case !o.Passes.atLeast(arbitraryPart, public[v6]):
		return Answer{Known: true}
	}
	return Answer{Why: o.why()}
}

// allPass judges an outcome for all of the sources looked at.
func (o Outcome) allPass() Answer {
	switch {
	case len(o.Drops) == 0:
		return Answer{Known: true, Yes: true}
	case len(subtract(o.Drops, o.Passes)) > 0:
		return Answer{Known: true}
	}
	return Answer{Why: o.why()}
}

// nonePass judges whether all of the sources looked at are dropped.
func (o Outcome) nonePass() Answer {
	switch {
	case len(o.Passes) == 0:
		return Answer{Known: true, Yes: true}
	case len(subtract(o.Passes, o.Drops)) > 0:
		return Answer{Known: true}
	}
	return Answer{Why: o.why()}
}

func (o Outcome) why() string {
	if len(o.Why) > 0 {
		return o.Why[0]
	}
	return "the rules could not be decided"
}

// either is yes when one answer is, and no when all are.
func either(answers ...Answer) Answer {
	out := Answer{Known: true}
	for _, a := range answers {
		if a.Known && a.Yes {
			return a
		}
		if !a.Known && out.Known {
			out = a
		}
	}
	return out
}

// every is no when one answer is, and yes when all are.
func every(answers ...Answer) Answer {
	out := Answer{Known: true, Yes: true}
	for _, a := range answers {
		if a.Known && !a.Yes {
			return a
		}
		if !a.Known && out.Known {
			out = a
		}
	}
	return out
}

// maxWays bounds the combinations of interface and address that one question is asked for.
const maxWays = 512

// Admits tells whether a new connection from an arbitrary address, through any interface but loopback and to any of the
// host's own addresses, would reach a port: over IPv4 or IPv6.
func (rs *Ruleset) Admits(h Host, proto uint8, port int) Answer {
	answer := rs.admits(h, proto, port, false)
	if h.IPv6 && (!answer.Known || !answer.Yes) {
		answer = either(answer, rs.admits(h, proto, port, true))
	}
	return answer
}

func (rs *Ruleset) admits(h Host, proto uint8, port int, v6 bool) Answer {
	interfaces, addresses := h.Interfaces, rs.destinations(h, v6)
	if !rs.looksAt(isInterface) || len(interfaces) == 0 {
		interfaces = []Interface{Anywhere}
	}
	if len(interfaces)*len(addresses) > maxWays {
		return Answer{Why: "the host has too many interfaces and addresses to try them all"}
	}
	out := Answer{Known: true}
	for _, in := range interfaces {
		for _, dst := range addresses {
			p := Packet{V6: v6, Proto: proto, Port: port, In: in, Dst: dst, ToHost: true, States: nftexpr.StateNew, From: public[v6]}
			a := rs.Follow(p, Ingress, Prerouting, Input).passes(v6)
			if a.Known && a.Yes {
				return a
			}
			out = either(out, a)
		}
	}
	return out
}

// destinations are the host's addresses of a family; one left open when rules don't look at it, or when there is none.
func (rs *Ruleset) destinations(h Host, v6 bool) []netip.Addr {
	var out []netip.Addr
	for _, a := range h.Addresses {
		if a.Is6() == v6 {
			out = append(out, a)
		}
	}
	if len(out) == 0 || !rs.looksAt(isDestination) {
		return []netip.Addr{{}}
	}
	return out
}

// Protocols whose ports are looked at.
var transports = []uint8{unix.IPPROTO_TCP, unix.IPPROTO_UDP}

// Denies tells whether what no rule names is dropped at a hook: arbitrary sources, other interfaces and ports.
func (rs *Ruleset) Denies(hook Hook, v6 bool) Answer {
	var answers []Answer
	port := rs.unnamedPort()
	for _, proto := range transports {
		p := Packet{V6: v6, Proto: proto, Port: port, States: nftexpr.StateNew, From: public[v6]}
		switch hook {
		case Input:
			p.In, p.ToHost = Anywhere, true
		case Forward:
			p.In, p.Out = Anywhere, Interface{Name: "\x01other", Index: 1<<31 - 2}
		case Output:
			p.Out = Anywhere
		}
		a := rs.Follow(p, hook).passes(v6)
		a.Yes = a.Known && !a.Yes
		answers = append(answers, a)
	}
	return every(answers...)
}

// Loopback tells whether packets that the host sends to itself are let through.
func (rs *Ruleset) Loopback(lo Interface, v6 bool) Answer {
	var answers []Answer
	dst, port := loopback(v6), rs.unnamedPort()
	from := Prefixes(netip.PrefixFrom(dst, dst.BitLen()))
	for _, proto := range transports {
		out := Packet{V6: v6, Proto: proto, Port: port, Out: lo, Dst: dst, States: nftexpr.StateNew, From: from}
		in := Packet{V6: v6, Proto: proto, Port: port, In: lo, Dst: dst, ToHost: true, States: nftexpr.StateNew, From: from}
		answers = append(answers, rs.Follow(out, Output).allPass(), rs.Follow(in, Prerouting, Input).allPass())
	}
	return every(answers...)
}

// SpoofedLoopback tells whether packets from outside that claim a loopback address as their source are dropped, to
// whatever port.
func (rs *Ruleset) SpoofedLoopback(v6 bool) Answer {
	ports, ok := rs.portAtoms()
	if !ok {
		return Answer{Why: "the rules name too many ports, or mask them"}
	}
	from := Prefixes(netip.MustParsePrefix("127.0.0.0/8"))
	if v6 {
		from = Prefixes(netip.MustParsePrefix("::1/128"))
	}
	out := Answer{Known: true, Yes: true}
	for _, proto := range transports {
		for _, r := range ports {
			p := Packet{V6: v6, Proto: proto, Port: int(r[0]), In: Anywhere, ToHost: true, States: nftexpr.StateNew, From: from, Spoofed: true}
			if out = every(out, rs.Follow(p, Ingress, Prerouting, Input).nonePass()); out.Known && !out.Yes {
				return out
			}
		}
	}
	return out
}

// Established tells whether packets of connections that exist already are let in.
func (rs *Ruleset) Established(v6 bool) Answer {
	var answers []Answer
	for _, proto := range transports {
		p := Packet{V6: v6, Proto: proto, Port: rs.unnamedPort(), In: Anywhere, ToHost: true, States: nftexpr.StateEstablished, From: public[v6]}
		answers = append(answers, rs.Follow(p, Prerouting, Input).allPass())
	}
	return every(answers...)
}

func loopback(v6 bool) netip.Addr {
	if v6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// OpenPort is a range of ports that arbitrary sources reach.
type OpenPort struct {
	Proto       uint8
	First, Last uint16
}

// OpenPorts are the ports that [Ruleset.Admits] admits. The reason says what could not be decided.
func (rs *Ruleset) OpenPorts(h Host) (open []OpenPort, why string) {
	ports, ok := rs.portAtoms()
	if !ok {
		return nil, "the rules name too many ports, or mask them"
	}
	for _, proto := range transports {
		for _, r := range ports {
			a := rs.Admits(h, proto, int(r[0]))
			switch {
			case !a.Known && why == "":
				why = a.Why
			case a.Known && a.Yes:
				if n := len(open); n > 0 && open[n-1].Proto == proto && int(open[n-1].Last)+1 == int(r[0]) {
					open[n-1].Last = r[1]
					continue
				}
				open = append(open, OpenPort{proto, r[0], r[1]})
			}
		}
	}
	return open, why
}

const maxAtoms = 2048

// portAtoms cuts the ports into ranges that all rules treat alike: at every number that a rule could compare a port with.
func (rs *Ruleset) portAtoms() ([][2]uint16, bool) {
	cuts := map[uint16]bool{0: true, 1: true}
	for n := range rs.named() {
		cuts[n] = true
		if n < 65535 {
			cuts[n+1] = true
		}
	}
	if len(cuts) > maxAtoms || rs.looksAt(isMaskedPort) {
		return nil, false
	}
	var starts []uint16
	for n := range cuts {
		starts = append(starts, n)
	}
	slices.Sort(starts)
	var out [][2]uint16
	for i, n := range starts {
		last := uint16(65535)
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		out = append(out, [2]uint16{n, last})
	}
	return out, true
}

// unnamedPort is a port that no rule names, high up.
func (rs *Ruleset) unnamedPort() int {
	named := rs.named()
	for n := 65500; n > 1024; n-- {
		if !named[uint16(n)] {
			return n
		}
	}
	return -1
}

// named are all numbers that a rule may compare a port with, and some others.
func (rs *Ruleset) named() map[uint16]bool {
	named := map[uint16]bool{}
	pairs := func(b []byte) {
		for i := 0; i+1 < len(b); i += 2 {
			named[uint16(b[i])<<8|uint16(b[i+1])] = true
		}
	}
	rs.each(func(e nftexpr.Expr, sets map[string]*nftexpr.Set) {
		switch e := e.(type) {
		case nftexpr.Cmp:
			if len(e.Data) <= 4 {
				pairs(e.Data)
			}
		case nftexpr.Range:
			if len(e.From) <= 4 {
				pairs(e.From)
				pairs(e.To)
			}
		case nftexpr.Lookup:
			if s := sets[e.Set]; s != nil && s.KeyLen != 16 && !(s.KeyLen == 4 && s.KeyType == 7) { // not of addresses
				for _, el := range s.Elements {
					pairs(el.From)
					pairs(el.To)
				}
			}
		case nftexpr.XTPorts:
			for _, n := range append(e.Src[:], e.Dst[:]...) {
				named[n] = true
			}
		case nftexpr.XTMultiport:
			for _, r := range e.Ranges {
				named[r[0]], named[r[1]] = true, true
			}
		}
	}, func(r LegacyRule) {
		for _, o := range r.Options {
			legacyPorts(o, named)
		}
	})
	return named
}

func legacyPorts(o iptsave.Option, named map[uint16]bool) {
	for _, arg := range o.Args {
		n := 0
		for i := 0; i <= len(arg); i++ {
			if i < len(arg) && arg[i] >= '0' && arg[i] <= '9' && n < 1<<20 {
				n = n*10 + int(arg[i]-'0')
				continue
			}
			if n > 0 && n < 1<<16 {
				named[uint16(n)] = true
			}
			n = 0
		}
	}
}

// each visits every expression and every legacy rule.
func (rs *Ruleset) each(expr func(nftexpr.Expr, map[string]*nftexpr.Set), legacy func(LegacyRule)) {
	for _, c := range rs.Chains {
		for _, r := range c.Rules {
			switch r := r.(type) {
			case NFT:
				for _, e := range r.Exprs {
					if xt, ok := e.(nftexpr.XT); ok {
						e = xt.Decode()
					}
					expr(e, r.Sets)
				}
			case LegacyRule:
				legacy(r)
			}
		}
	}
}

type subject int

const (
	isInterface subject = iota
	isDestination
	isMaskedPort
)

// looksAt tells whether some rule may depend on a property of the packet.
func (rs *Ruleset) looksAt(s subject) bool {
	found := false
	rs.each(func(e nftexpr.Expr, _ map[string]*nftexpr.Set) {
		switch e := e.(type) {
		case nftexpr.Meta:
			found = found || (s == isInterface && (e.Key == nftexpr.MetaIif || e.Key == nftexpr.MetaIifname))
		case nftexpr.Payload:
			found = found || (s == isDestination && e.Base == nftexpr.NetworkHeader && e.Offset+e.Len > 16)
		}
	}, func(r LegacyRule) {
		_, _, in := r.Get("-i", "--in-interface")
		_, _, dst := r.Get("-d", "--destination")
		found = found || (s == isInterface && in) || (s == isDestination && dst)
	})
	return found || (s == isMaskedPort && rs.masksPorts())
}

// masksPorts tells whether a rule computes with a port before it compares it.
func (rs *Ruleset) masksPorts() bool {
	for _, c := range rs.Chains {
		for _, r := range c.Rules {
			n, ok := r.(NFT)
			if !ok {
				continue
			}
			ports := map[int]bool{}
			for _, e := range n.Exprs {
				switch e := e.(type) {
				case nftexpr.Payload:
					ports[e.Reg] = e.Base == nftexpr.TransportHeader && e.Offset < 4
				case nftexpr.Meta:
					ports[e.Reg] = false
				case nftexpr.CT:
					ports[e.Reg] = false
				case nftexpr.Bitwise:
					if ports[e.Src] {
						return true
					}
				}
			}
		}
	}
	return false
}
