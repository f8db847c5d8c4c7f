package actions

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "firewall",
		Doc: "Filters packets in a table of its own, inet holdfast, now and at boot (from /etc/nftables.conf); no other table is touched. " +
			"SSH and the sessions in use always stay reachable, as do ICMP errors, neighbour discovery and DHCP. A filter of what leaves lets DNS, " +
			"DHCP, NTP, HTTP and HTTPS out, and to the ports that the host talks to at that moment. Where ufw is the chosen tool, the same is " +
			"done in its own files, behind the rules that are there. Refused where firewalld or rules of iptables make the firewall, and for forwarded packets where the host forwards.",
		Risk: plan.Lockout,
	}, planFirewall))
}

type firewallArgs struct {
	Input   *string `cty:"input"`
	Forward *string `cty:"forward"`
	Output  *string `cty:"output"`
	Allow   []struct {
		Protocol string `cty:"protocol"`
		Port     int64  `cty:"port"`
		From     string `cty:"from"`
	} `cty:"allow"`
	AllowListeners *bool `cty:"allow_listeners"`
	Loopback       *bool `cty:"loopback"`
	Established    *bool `cty:"established"`
	Enabled        *bool `cty:"enabled"`
}

const (
	firewallTarget = "inet holdfast"
	firewallFile   = "/etc/nftables.d/50-holdfast.nft"
	nftablesConf   = "/etc/nftables.conf"
)

func planFirewall(ctx context.Context, d *remediate.Draft, a firewallArgs) error {
	if err := claimPolicies(d, a); err != nil {
		return err
	}
	ufw, err := ownFirewall(ctx, d, a)
	if err != nil {
		return err
	}
	if ufw {
		return planUFW(ctx, d, a)
	}
	now, err := tableOf(d.State(ctx, "firewall", firewallTarget))
	if err != nil {
		return err
	}
	before, err := tableOf(d.Before(ctx, "firewall", firewallTarget))
	if err != nil {
		return err
	}
	f := &firewallPlan{rules: map[string][]string{}, policy: map[string]string{}}
	if err := f.take(now); err != nil {
		return err
	}
	if err := f.ask(ctx, d, a); err != nil {
		return err
	}
	after := f.table()
	o := remediate.Options{Stage: remediate.Firewall, Diff: remediate.FirewallDiff(before, after), Affects: []string{"every connection but those that are listed"}}
	if err := d.Set(ctx, "firewall", firewallTarget, remediate.NewState(after.Summary(), after), o); err != nil {
		return err
	}
	return f.keep(ctx, d, after)
}

func tableOf(s remediate.State, err error) (remediate.FirewallTable, error) {
	var t remediate.FirewallTable
	if err == nil {
		err = json.Unmarshal(s.Data, &t)
	}
	return t, err
}

func claimPolicies(d *remediate.Draft, a firewallArgs) error {
	for chain, policy := range map[string]*string{"input": a.Input, "forward": a.Forward, "output": a.Output} {
		if policy == nil {
			continue
		}
		if err := d.Claim("firewall "+chain, *policy); err != nil {
			return err
		}
	}
	return nil
}

// ownFirewall refuses where something else makes the firewall, or the host would lose what it is for. It tells whether
// ufw is the one that shall make it.
func ownFirewall(ctx context.Context, d *remediate.Draft, a firewallArgs) (ufw bool, err error) {
	fact, err := d.Fact(ctx, "ufw")
	if err != nil {
		return false, err
	}
	ufw = yes(fact, "installed") && (yes(fact, "enabled") || yes(fact, "active") || enabledUnit(ctx, d, "ufw"))
	if err := others(ctx, d, ufw); err != nil {
		return false, err
	}
	if _, err := d.Tree().Stat("/usr/sbin/nft"); facts.IsAbsent(err) && !ufw {
		return false, remediate.Refuse("nftables is not installed: once it is, plan again")
	}
	if a.Forward != nil && *a.Forward != "accept" {
		for _, key := range []string{"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"} {
			v, err := d.Fact(ctx, "sysctl", key)
			if err != nil {
				return false, err
			}
			if on := text(v, "running"); on != "0" && on != "" {
				return false, remediate.Refuse("the host forwards packets (%s is %s), for containers, virtual machines or as a router: what passes through is a person's to decide", key, on)
			}
		}
	}
	return ufw, nil
}

// others refuses where other tools than those chosen filter.
func others(ctx context.Context, d *remediate.Draft, ufw bool) error {
	fact, err := d.Fact(ctx, "firewall")
	if err != nil {
		return err
	}
	ends, complete := items(fact, "front_ends")
	if !complete {
		return remediate.Refuse("what makes the firewall now is not known")
	}
	for _, e := range ends {
		switch e.AsString() {
		case "ufw":
			if !ufw {
				return remediate.Refuse("rules of ufw filter, and ufw is not installed: take them away first, or install it")
			}
		case "firewalld":
			return remediate.Refuse("firewalld makes the firewall: use firewall-cmd, or remove firewalld first")
		case "iptables-legacy", "iptables-nft":
			return remediate.Refuse("%s has rules of its own: two tools that filter show nobody the whole; remove its rules (iptables -F, ip6tables -F) or go on with it alone", e.AsString())
		}
	}
	return nil
}

func enabledUnit(ctx context.Context, d *remediate.Draft, name string) bool {
	v, err := d.Fact(ctx, "service", name)
	return err == nil && yes(v, "enabled")
}

// firewallPlan is the table in the making.
type firewallPlan struct {
	policy map[string]string   // accept, drop or reject, by chain
	rules  map[string][]string // without the last one of reject
}

var firewallChains = []string{"forward", "input", "output"} // as the effect orders them

// take starts from what the table is.
func (f *firewallPlan) take(t remediate.FirewallTable) error {
	for _, c := range firewallChains {
		f.policy[c] = "accept"
	}
	for _, c := range t.Chains {
		f.policy[c.Name] = c.Policy
		for _, r := range c.Rules {
			if r.Raw != nil {
				return remediate.Refuse("somebody has put a rule into the table %s, chain %s: %s: it belongs in a table of another name", firewallTarget, c.Name, r.Text)
			}
			if r.Text == "reject" {
				f.policy[c.Name] = "reject"
				continue
			}
			if !ofSession(r.Text) { // those are looked at anew
				f.rules[c.Name] = append(f.rules[c.Name], r.Text)
			}
		}
	}
	return nil
}

// add lets rules be in a chain; those that are there stay.
func (f *firewallPlan) add(chain string, rules ...string) {
	for _, r := range rules {
		if !slices.Contains(f.rules[chain], r) {
			f.rules[chain] = append(f.rules[chain], r)
		}
	}
}

func (f *firewallPlan) ask(ctx context.Context, d *remediate.Draft, a firewallArgs) error {
	for chain, policy := range map[string]*string{"input": a.Input, "forward": a.Forward, "output": a.Output} {
		if policy != nil {
			f.policy[chain] = *policy
		}
	}
	for _, allow := range a.Allow {
		rule, err := allowed(allow.Protocol, allow.Port, allow.From)
		if err != nil {
			return err
		}
		f.add("input", rule...)
	}
	closes := func(chain string) bool { return f.policy[chain] != "accept" }
	if a.Loopback != nil && *a.Loopback || closes("input") {
		f.add("input", `iifname "lo" accept`, `iifname != "lo" ip saddr 127.0.0.0/8 drop`, `iifname != "lo" ip6 saddr ::1 drop`)
	}
	if a.Loopback != nil && *a.Loopback || closes("output") {
		f.add("output", `oifname "lo" accept`)
	}
	for _, chain := range firewallChains {
		if a.Established != nil && *a.Established || closes(chain) {
			f.add(chain, "ct state established,related accept")
		}
	}
	if !closes("input") && !closes("output") {
		return nil
	}
	use, err := useOf(ctx, d)
	if err != nil {
		return err
	}
	in, out := use.sessionRules()
	if closes("input") {
		f.add("input", in...)
		f.add("input", necessaryIn...)
		f.add("input", use.in(a.AllowListeners != nil && *a.AllowListeners)...)
	}
	if closes("output") {
		f.add("output", out...)
		f.add("output", necessaryOut...)
		f.add("output", use.out()...)
	}
	return nil
}

// allowed are the rules that let a port in, from a network or from anywhere.
func allowed(protocol string, port int64, from string) ([]string, error) {
	if protocol != "tcp" && protocol != "udp" || port < 1 || port > 65535 {
		return nil, fmt.Errorf("%s port %d can't be allowed", protocol, port)
	}
	rule := fmt.Sprintf("%s dport %d accept", protocol, port)
	if from == "" {
		return []string{rule}, nil
	}
	p, err := netip.ParsePrefix(from)
	if a, addrErr := netip.ParseAddr(from); addrErr == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || p.Bits()%8 != 0 || p.Bits() == 0 {
		return nil, remediate.Refuse("%q is no network whose length is a multiple of 8", from)
	}
	return []string{source("saddr", p) + " " + rule}, nil
}

func source(field string, p netip.Prefix) string {
	family := "ip "
	if p.Addr().Is6() {
		family = "ip6 "
	}
	if p.IsSingleIP() {
		return family + field + " " + p.Addr().String()
	}
	return family + field + " " + p.Masked().String()
}

// What no host does without: errors (RFC 4890 for IPv6), neighbours and routers, multicast listeners, DHCP's answers.
var necessaryIn = append([]string{
	"icmp type 3 accept", "icmp type 11 accept", "icmp type 12 accept", "icmp type 8 accept", "icmpv6 type 128 accept",
	"udp dport 68 accept", "udp dport 546 accept",
}, icmpv6...)

var icmpv6 = []string{
	"icmpv6 type 1 accept", "icmpv6 type 2 accept", "icmpv6 type 3 accept", "icmpv6 type 4 accept", "icmpv6 type 130 accept", "icmpv6 type 131 accept",
	"icmpv6 type 132 accept", "icmpv6 type 143 accept", "icmpv6 type 133 accept", "icmpv6 type 134 accept", "icmpv6 type 135 accept", "icmpv6 type 136 accept",
}

// The same of what leaves; and the services that a host is not up to date, on time or at all without.
var necessaryOut = append([]string{
	"icmp type 3 accept", "icmp type 11 accept", "icmp type 12 accept", "icmp type 8 accept", "icmpv6 type 128 accept",
	"udp dport 67 accept", "udp dport 547 accept", "udp dport 53 accept", "tcp dport 53 accept", "udp dport 123 accept", "tcp dport 80 accept", "tcp dport 443 accept",
}, icmpv6...)

// table is what the effect makes.
func (f *firewallPlan) table() remediate.FirewallTable {
	out := remediate.FirewallTable{Present: true}
	for _, name := range firewallChains {
		c := remediate.FirewallChain{Name: name, Policy: f.policy[name], Rules: []remediate.FirewallRule{}}
		rules := slices.Clone(f.rules[name])
		slices.SortFunc(rules, func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
		for _, r := range rules {
			c.Rules = append(c.Rules, remediate.FirewallRule{Text: r})
		}
		if c.Policy == "reject" {
			c.Policy = "drop"
			c.Rules = append(c.Rules, remediate.FirewallRule{Text: "reject"})
		}
		out.Chains = append(out.Chains, c)
	}
	return out
}

// rank orders rules: loopback, who pretends to be it, what is under way, and the rest.
func rank(rule string) int {
	switch {
	case strings.HasPrefix(rule, `iifname "lo"`), strings.HasPrefix(rule, `oifname "lo"`):
		return 0
	case strings.HasSuffix(rule, " drop"):
		return 1
	case strings.HasPrefix(rule, "ct state"):
		return 2
	}
	return 3
}

// keep has the same table be loaded at boot, where the sessions of now are over.
func (f *firewallPlan) keep(ctx context.Context, d *remediate.Draft, t remediate.FirewallTable) error {
	o := remediate.Options{Validate: []string{"nftables"}}
	for i := range t.Chains {
		t.Chains[i].Rules = slices.DeleteFunc(slices.Clone(t.Chains[i].Rules), func(r remediate.FirewallRule) bool { return ofSession(r.Text) })
	}
	if err := d.DropIn(ctx, firewallFile, "#", func([]string) []string { return t.Lines() }, o); err != nil {
		return err
	}
	conf, err := d.File(ctx, nftablesConf)
	if err != nil {
		return err
	}
	include := `include "` + firewallFile + `"`
	switch conf.Type {
	case remediate.Absent:
		conf = remediate.File{Type: remediate.Regular, Mode: 0o755, Content: []byte("#!/usr/sbin/nft -f\nflush ruleset\n")}
	case remediate.Regular:
	default:
		return remediate.Refuse("%s is a %s", nftablesConf, conf.Type)
	}
	content := string(conf.Content)
	if slices.Contains(strings.Split(content, "\n"), include) {
		return nil
	}
	if content != "" && !strings.HasSuffix(content, "\n") {
		content += "\n"
	}
	conf.Content = []byte(content + fmt.Sprintf("# Holdfast (%s): this line was added\n%s\n", d.Source().Control, include))
	return d.SetFile(ctx, nftablesConf, conf, o)
}
