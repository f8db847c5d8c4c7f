package linux

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "firewall",
		Doc: "What filters packets now, in this network namespace: the ruleset of nftables (which iptables-nft, ufw, firewalld and Docker fill too) and " +
			"that of legacy iptables, with conclusions about what passes. A conclusion is known only when the rules decide it; a rule that is not understood leaves it unknown.",
		Reads: "netlink nf_tables, /proc/net/ip_tables_names, iptables-legacy-save (only where legacy tables are in use)",
	}, collectFirewall))
	register(facts.Define(facts.Descriptor{
		Name: "firewall::admits",
		Doc: "Whether a new connection from an arbitrary public address, through any interface but loopback, would reach this port of the host, over IPv4 or IPv6. " +
			"It is false when only named sources are admitted: less than one part in 256 of the public addresses.",
		Reads: "the fact firewall",
		Args: []facts.Arg{
			{Name: "protocol", Type: cty.String, Doc: "tcp or udp."},
			{Name: "port", Type: cty.Number, Doc: "A port, 1 to 65535."},
		},
		Canonical: canonicalPort,
	}, collectAdmits))
}

// Firewall is the ruleset in force.
type Firewall struct {
	Origin  facts.Origin
	Missing facts.Missing

	Available facts.V[bool]             `fact:"available" doc:"Whether the kernel has nf_tables in use; a kernel without it has no nftables rules."`
	FrontEnd  facts.V[string]           `fact:"front_end" doc:"What the rules were made with: nft, ufw, firewalld, iptables-nft, iptables-legacy; none without rules; mixed for several. Guests such as docker count only when alone."`
	FrontEnds facts.List[string]        `fact:"front_ends" doc:"Everything that has rules here: nft, ufw, firewalld, iptables-nft, iptables-legacy, docker, kubernetes, libvirt, fail2ban."`
	Tables    facts.List[FirewallTable] `fact:"tables" doc:"The tables of nftables, and of legacy iptables with legacy before their name."`
	Chains    facts.List[FirewallChain] `fact:"chains" doc:"The chains of all tables."`
	Rules     facts.List[FirewallRule]  `fact:"rules" doc:"The rules of all chains, in order."`
	IPv4      FirewallFamily            `fact:"ipv4" doc:"What holds for IPv4."`
	IPv6      FirewallFamily            `fact:"ipv6" doc:"What holds for IPv6; evaluated also when IPv6 is not in use."`
	IPv6InUse facts.V[bool]             `fact:"ipv6_in_use" doc:"Whether any interface has an IPv6 address."`

	DefaultDenyInput   facts.V[bool] `fact:"default_deny_input" doc:"Whether what no rule names is kept from reaching the host, over IPv4 and, when in use, IPv6: by policy or by a last rule."`
	DefaultDenyForward facts.V[bool] `fact:"default_deny_forward" doc:"The same of what passes through the host."`
	DefaultDenyOutput  facts.V[bool] `fact:"default_deny_output" doc:"The same of what leaves the host."`

	OpenPorts facts.List[FirewallPorts] `fact:"open_ports" doc:"The ports that firewall::admits admits, as ranges."`
}

// FirewallTable is a table.
type FirewallTable struct {
	Family string `fact:"family" doc:"inet, ip, ip6, arp, bridge or netdev."`
	Name   string `fact:"name" doc:"Its name."`
}

// FirewallChain is a chain.
type FirewallChain struct {
	Family   string `fact:"family" doc:"The family of its table."`
	Table    string `fact:"table" doc:"Its table."`
	Name     string `fact:"name" doc:"Its name."`
	Base     bool   `fact:"base" doc:"Whether it hangs on a hook; others are only jumped to."`
	Type     string `fact:"type" doc:"filter, nat or route; empty for a chain without hook."`
	Hook     string `fact:"hook" doc:"prerouting, input, forward, output, postrouting, ingress or egress; empty for none."`
	Priority int32  `fact:"priority" doc:"Its place among the chains of its hook; lower comes first."`
	Policy   string `fact:"policy" doc:"accept or drop: what becomes of what reaches its end; empty for a chain without hook."`
	Rules    int    `fact:"rules" doc:"How many rules it has."`
}

// FirewallRule is a rule.
type FirewallRule struct {
	Family   string   `fact:"family" doc:"The family of its table."`
	Table    string   `fact:"table" doc:"Its table."`
	Chain    string   `fact:"chain" doc:"Its chain."`
	Handle   uint64   `fact:"handle" doc:"Its number in nftables; 0 for legacy iptables."`
	Text     string   `fact:"text" doc:"The rule in the words of nft; what is not understood stands in angle brackets. Of legacy iptables: as iptables-save writes it."`
	Verdict  string   `fact:"verdict" doc:"accept, drop, reject, jump NAME, …; empty when it only counts or logs."`
	Opaque   bool     `fact:"opaque" doc:"Whether something in it is not understood."`
	Protocol string   `fact:"protocol" doc:"tcp, udp, …, when it is for one protocol; else empty."`
	Dports   []string `fact:"dports" doc:"The destination ports it is for, ranges as 8080-8090; empty when it is not for some."`
	Saddr    []string `fact:"saddr" doc:"The source addresses it is for; empty when it is not for some."`
	Daddr    []string `fact:"daddr" doc:"The destination addresses it is for; empty when it is not for some."`
	Iif      string   `fact:"iif" doc:"The interface it is for, by which packets arrive; else empty."`
	Oif      string   `fact:"oif" doc:"The interface it is for, by which packets leave; else empty."`
	CtState  []string `fact:"ct_state" doc:"The connection states it is for; empty when it is not for some."`
	Comment  string   `fact:"comment" doc:"Its comment."`
}

// FirewallFamily is what holds for one of IPv4 and IPv6.
type FirewallFamily struct {
	InputPolicy   facts.V[string] `fact:"input_policy" doc:"drop when a base chain at the input hook drops by policy, else accept; none without such a chain."`
	ForwardPolicy facts.V[string] `fact:"forward_policy" doc:"The same of the forward hook."`
	OutputPolicy  facts.V[string] `fact:"output_policy" doc:"The same of the output hook."`

	DefaultDenyInput   facts.V[bool] `fact:"default_deny_input" doc:"Whether what no rule names is kept from reaching the host."`
	DefaultDenyForward facts.V[bool] `fact:"default_deny_forward" doc:"Whether what no rule names is kept from passing through the host."`
	DefaultDenyOutput  facts.V[bool] `fact:"default_deny_output" doc:"Whether what no rule names is kept from leaving the host."`

	LoopbackAccepted     facts.V[bool] `fact:"loopback_accepted" doc:"Whether what the host sends to itself over lo passes, out and in."`
	LoopbackSpoofDropped facts.V[bool] `fact:"loopback_spoof_dropped" doc:"Whether packets that come by another interface with a loopback source address are dropped."`
	EstablishedAccepted  facts.V[bool] `fact:"established_accepted" doc:"Whether packets of existing connections are let in."`
}

// FirewallPorts is a range of ports.
type FirewallPorts struct {
	Protocol string `fact:"protocol" doc:"tcp or udp."`
	First    uint16 `fact:"first" doc:"The first port."`
	Last     uint16 `fact:"last" doc:"The last port."`
}

const nftSource = "netlink nf_tables"

func collectFirewall(ctx context.Context, r *facts.Reader, _ facts.Key) (Firewall, error) {
	st, err := firewallOf(ctx, r)
	if err != nil {
		return Firewall{}, err
	}
	f := Firewall{Origin: facts.From(nftSource), IPv6InUse: st.ipv6}
	f.Available = facts.Known(st.available, facts.From(nftSource))
	if st.nft == nil {
		f.Available = facts.Unknown[bool](st.nftErr.Error())
	}
	f.Tables, f.Chains, f.Rules = st.list()
	f.FrontEnd, f.FrontEnds = st.frontEnds()
	f.IPv4, f.IPv6 = st.family(false), st.family(true)
	in, fwd, out := f.IPv4.DefaultDenyInput, f.IPv4.DefaultDenyForward, f.IPv4.DefaultDenyOutput
	if st.host.IPv6 {
		in, fwd, out = st.withIPv6(in, f.IPv6.DefaultDenyInput), st.withIPv6(fwd, f.IPv6.DefaultDenyForward), st.withIPv6(out, f.IPv6.DefaultDenyOutput)
	}
	f.DefaultDenyInput, f.DefaultDenyForward, f.DefaultDenyOutput = in, fwd, out
	f.OpenPorts = st.openPorts()
	return f, nil
}

// withIPv6 is what holds for both; unknown where it turns on whether IPv6 is in use, and that is.
func (st *firewallState) withIPv6(v4, v6 facts.V[bool]) facts.V[bool] {
	holds := both(v4, v6)
	_, known := st.ipv6.Get()
	if known || holds.Or(false) || !v4.Or(true) {
		return holds
	}
	return facts.Unknown[bool](st.ipv6.Reason())
}

// both is a conjunction over what may be unknown.
func both(a, b facts.V[bool]) facts.V[bool] {
	if v, ok := a.Get(); ok && !v {
		return a
	}
	if v, ok := b.Get(); ok && (!v || a.Or(false)) {
		return b
	}
	if _, ok := a.Get(); !ok {
		return a
	}
	return b
}

func (st *firewallState) list() (facts.List[FirewallTable], facts.List[FirewallChain], facts.List[FirewallRule]) {
	var tables []FirewallTable
	var chains []FirewallChain
	var rules []FirewallRule
	if st.nft != nil {
		for _, t := range st.nft.tables {
			tables = append(tables, FirewallTable{t.family, t.name})
		}
	}
	for _, c := range st.legacy {
		if t := (FirewallTable{c.Family, c.Table}); !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	for _, c := range st.rules.Chains {
		chains = append(chains, chainFact(c))
		for _, r := range c.Rules {
			rules = append(rules, st.ruleFact(c, r))
		}
	}
	return listed(tables, st.rules.Unread), listed(chains, st.rules.Unread), listed(rules, st.rules.Unread)
}

func listed[T any](items []T, unread string) facts.List[T] {
	if unread != "" {
		return facts.Partial(items, facts.From(nftSource), unread)
	}
	return facts.Complete(items, facts.From(nftSource))
}

func chainFact(c *packetpath.Chain) FirewallChain {
	f := FirewallChain{Family: c.Family, Table: c.Table, Name: c.Name, Base: c.Base, Rules: len(c.Rules)}
	if c.Base {
		f.Type, f.Hook, f.Priority, f.Policy = c.Type, string(c.Hook), c.Priority, policyName(c.Drop)
	}
	return f
}

func policyName(drop bool) string {
	if drop {
		return "drop"
	}
	return "accept"
}

func (st *firewallState) ruleFact(c *packetpath.Chain, r packetpath.Rule) FirewallRule {
	f := FirewallRule{Family: c.Family, Table: c.Table, Chain: c.Name}
	switch r := r.(type) {
	case packetpath.NFT:
		s := nftexpr.Describe(r.Rule, r.Sets, st.interfaces)
		f.Handle, f.Comment = r.Handle, strings.ToValidUTF8(r.Comment, "\uFFFD")
		f.Text, f.Verdict, f.Opaque, f.Protocol = strings.ToValidUTF8(s.Text, "\uFFFD"), s.Verdict, s.Opaque, s.Protocol
		f.Dports, f.Saddr, f.Daddr, f.Iif, f.Oif, f.CtState = s.Dports, s.Saddr, s.Daddr, s.Iif, s.Oif, s.States
	case packetpath.LegacyRule:
		f.Text = strings.ToValidUTF8(r.Text, "\uFFFD")
		legacyRuleFact(&f, r)
	}
	return f
}

// legacyRuleFact fills in the options of a rule of iptables that are not negated.
func legacyRuleFact(f *FirewallRule, r packetpath.LegacyRule) {
	plain := func(names ...string) string {
		if v, not, ok := r.Get(names...); ok && !not {
			return v
		}
		return ""
	}
	list := func(v string) []string {
		if v == "" {
			return nil
		}
		return strings.Split(v, ",")
	}
	f.Verdict = map[string]string{"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return"}[r.Target]
	if f.Verdict == "" && r.Target != "" {
		f.Verdict = "jump " + r.Target
	}
	f.Protocol, f.Iif, f.Oif = plain("-p", "--protocol"), plain("-i", "--in-interface"), plain("-o", "--out-interface")
	f.Saddr, f.Daddr = list(plain("-s", "--source")), list(plain("-d", "--destination"))
	f.Dports = list(strings.ReplaceAll(plain("--dport", "--destination-port", "--dports", "--destination-ports"), ":", "-"))
	f.CtState = list(strings.ToLower(plain("--ctstate", "--state")))
	f.Comment = plain("--comment")
}

func (st *firewallState) family(v6 bool) FirewallFamily {
	return FirewallFamily{
		InputPolicy: st.policy(packetpath.Input, v6), ForwardPolicy: st.policy(packetpath.Forward, v6), OutputPolicy: st.policy(packetpath.Output, v6),
		DefaultDenyInput:     answered(st.rules.Denies(packetpath.Input, v6)),
		DefaultDenyForward:   answered(st.rules.Denies(packetpath.Forward, v6)),
		DefaultDenyOutput:    answered(st.rules.Denies(packetpath.Output, v6)),
		LoopbackAccepted:     answered(st.rules.Loopback(st.loopback(), v6)),
		LoopbackSpoofDropped: answered(st.rules.SpoofedLoopback(v6)),
		EstablishedAccepted:  answered(st.rules.Established(v6)),
	}
}

// loopback is the loopback interface, by its name when its index is not known.
func (st *firewallState) loopback() packetpath.Interface {
	if st.lo.Name == "" {
		return packetpath.Interface{Name: "lo"}
	}
	return st.lo
}

func answered(a packetpath.Answer) facts.V[bool] {
	if !a.Known {
		return facts.Unknown[bool](a.Why)
	}
	return facts.Known(a.Yes, facts.From(nftSource))
}

// policy sums up the base chains of type filter at a hook: one that drops is enough to drop.
func (st *firewallState) policy(hook packetpath.Hook, v6 bool) facts.V[string] {
	if st.rules.Unread != "" {
		return facts.Unknown[string](st.rules.Unread)
	}
	found := "none"
	family := "ip"
	if v6 {
		family = "ip6"
	}
	for _, c := range st.rules.Chains {
		if !c.Base || c.Hook != hook || c.Type != "filter" || (c.Family != "inet" && c.Family != family) {
			continue
		}
		if c.Drop {
			return facts.Known("drop", facts.From(nftSource))
		}
		found = "accept"
	}
	return facts.Known(found, facts.From(nftSource))
}

func (st *firewallState) openPorts() facts.List[FirewallPorts] {
	if st.hostErr != nil && len(st.rules.Chains) > 0 {
		return facts.UnknownList[FirewallPorts](st.hostErr.Error())
	}
	open, why := st.rules.OpenPorts(st.host)
	var out []FirewallPorts
	for _, o := range open {
		out = append(out, FirewallPorts{map[uint8]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp"}[o.Proto], o.First, o.Last})
	}
	slices.SortStableFunc(out, func(a, b FirewallPorts) int { return cmp.Compare(a.Protocol, b.Protocol) })
	return listed(out, why)
}

// canonicalPort refuses what can't be a protocol and port, and writes the protocol in lower case.
func canonicalPort(args []cty.Value) ([]cty.Value, error) {
	protocol := strings.ToLower(args[0].AsString())
	if protocol != "tcp" && protocol != "udp" {
		return nil, errors.New("the protocol must be tcp or udp")
	}
	port := args[1].AsBigFloat()
	if n, exact := port.Int64(); exact != 0 || !port.IsInt() || n < 1 || n > 65535 {
		return nil, errors.New("the port must be a whole number from 1 to 65535")
	}
	return []cty.Value{cty.StringVal(protocol), args[1]}, nil
}

func collectAdmits(ctx context.Context, r *facts.Reader, key facts.Key) (facts.V[bool], error) {
	protocol, port, err := portOfSubject(key.Subject)
	if err != nil {
		return facts.V[bool]{}, err
	}
	st, err := firewallOf(ctx, r)
	if err != nil {
		return facts.V[bool]{}, err
	}
	if st.hostErr != nil && len(st.rules.Chains) > 0 {
		return facts.V[bool]{}, st.hostErr
	}
	return answered(st.rules.Admits(st.host, protocol, port)), nil
}
