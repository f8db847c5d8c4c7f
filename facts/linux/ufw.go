package linux

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/ufwconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "ufw",
		Doc: "The Uncomplicated Firewall as configured, and whether it is in force. What is configured takes effect at boot when enabled; " +
			"the fact firewall tells what filters now.",
		Reads: "/etc/ufw/ufw.conf, /etc/default/ufw, /etc/ufw/user.rules, user6.rules, before.rules, before6.rules, netlink nf_tables",
	}, collectUFW))
}

// UFW is ufw's configuration.
type UFW struct {
	Missing facts.Missing

	Installed       facts.V[bool]       `fact:"installed" doc:"Whether /usr/sbin/ufw exists."`
	Enabled         facts.V[bool]       `fact:"enabled" doc:"Whether it starts filtering when its service starts at boot (ENABLED in ufw.conf)."`
	Active          facts.V[bool]       `fact:"active" doc:"Whether its chains are in the running ruleset and hooked to the input of IPv4."`
	IPv6            facts.V[bool]       `fact:"ipv6" doc:"Whether it filters IPv6 too (IPV6 in /etc/default/ufw)."`
	DefaultIncoming facts.V[string]     `fact:"default_incoming" doc:"What becomes of incoming connections that no rule names: allow, deny or reject."`
	DefaultOutgoing facts.V[string]     `fact:"default_outgoing" doc:"The same of outgoing connections."`
	DefaultRouted   facts.V[string]     `fact:"default_routed" doc:"The same of what passes through the host."`
	Logging         facts.V[string]     `fact:"logging" doc:"The log level: off, low, medium, high or full."`
	Rules           facts.List[UFWRule] `fact:"rules" doc:"The rules set with ufw, of IPv4 and then of IPv6, in order. Those that only before.rules has are not among them."`

	LoopbackAccepted    facts.V[bool] `fact:"loopback_accepted" doc:"Whether a rule lets in and another lets out what goes over lo, for IPv4 and, when filtered, IPv6: in before.rules or by ufw allow."`
	LoopbackSpoofDenied facts.V[bool] `fact:"loopback_spoof_denied" doc:"Whether a rule denies what comes from 127.0.0.0/8 and, when IPv6 is filtered, from ::1, on any interface and port."`
}

// UFWRule is a rule set with ufw(8).
type UFWRule struct {
	Origin facts.Origin

	Family    string `fact:"family" doc:"ipv4 or ipv6."`
	Action    string `fact:"action" doc:"allow, deny, reject or limit."`
	Direction string `fact:"direction" doc:"in or out."`
	Route     bool   `fact:"route" doc:"Whether it is for what passes through the host."`
	Protocol  string `fact:"protocol" doc:"tcp, udp, any, …"`
	Port      string `fact:"port" doc:"The destination port as set: 22, 80,443, 1000:2000 or any."`
	To        string `fact:"to" doc:"The destination; 0.0.0.0/0 or ::/0 for any."`
	FromPort  string `fact:"from_port" doc:"The source port, or any."`
	From      string `fact:"from" doc:"The source; 0.0.0.0/0 or ::/0 for any."`
	App       string `fact:"app" doc:"The application profile it was made from; empty for none."`
	In        string `fact:"in" doc:"The interface by which packets come; empty for any."`
	Out       string `fact:"out" doc:"The interface by which packets leave; empty for any."`
	Comment   string `fact:"comment" doc:"Its comment."`
}

func collectUFW(ctx context.Context, r *facts.Reader, _ facts.Key) (UFW, error) {
	const program = "/usr/sbin/ufw"
	origin := facts.File(program, 0)
	if _, err := r.Stat(program); facts.IsAbsent(err) {
		no := facts.Known(false, origin)
		return UFW{Missing: program + " does not exist", Installed: no, Enabled: no, Active: ufwActive(ctx, r)}, nil
	} else if err != nil {
		return UFW{}, err
	}
	u := UFW{Installed: facts.Known(true, origin), Active: ufwActive(ctx, r)}
	s := readUFWSettings(r)
	u.Enabled = settingIs(s.get("ENABLED"), "yes", "YES")
	u.IPv6 = settingIs(s.get("IPV6"), "yes", "YES")
	u.DefaultIncoming = ufwPolicy(s.get("DEFAULT_INPUT_POLICY"))
	u.DefaultOutgoing = ufwPolicy(s.get("DEFAULT_OUTPUT_POLICY"))
	u.DefaultRouted = ufwPolicy(s.get("DEFAULT_FORWARD_POLICY"))
	u.Logging = s.get("LOGLEVEL")
	u.Rules = ufwRules(r)
	u.LoopbackAccepted = u.loopback(r)
	u.LoopbackSpoofDenied = u.spoofDenied()
	return u, nil
}

// ufwActive looks for the chain in which ufw's own rules stand, and for a jump to one of ufw's chains at the input hook.
func ufwActive(ctx context.Context, r *facts.Reader) facts.V[bool] {
	st, err := firewallOf(ctx, r)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	hooked, present := false, false
	for _, c := range st.rules.Chains {
		present = present || c.Name == "ufw-user-input"
		if c.Base && c.Hook == "input" && c.Family == "ip" {
			for _, rule := range c.Rules {
				hooked = hooked || strings.Contains(st.ruleFact(c, rule).Verdict, " ufw-")
			}
		}
	}
	if present && hooked {
		return facts.Known(true, facts.From(nftSource))
	}
	if st.rules.Unread != "" {
		return facts.Unknown[bool](st.rules.Unread)
	}
	return facts.Known(false, facts.From(nftSource))
}

// ufwSettings are the two files that ufw-init-functions sources, in its order.
type ufwSettings struct {
	values map[string]facts.V[string]
	failed string
}

func readUFWSettings(r *facts.Reader) ufwSettings {
	s := ufwSettings{values: map[string]facts.V[string]{}}
	for _, name := range []string{"/etc/default/ufw", "/etc/ufw/ufw.conf"} {
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue // ufw-init-functions then sources only the other one
		}
		if err != nil {
			s.failed = err.Error()
			continue
		}
		settings, other := ufwconf.Settings(b)
		for k, v := range settings {
			s.values[k] = facts.Known(v.Value, facts.File(name, v.Line))
			if v.Computed {
				s.values[k] = facts.Unknown[string](fmt.Sprintf("%s:%d computes the value", name, v.Line))
			}
		}
		if other > 0 {
			s.failed = fmt.Sprintf("%s:%d is no plain assignment, and may set anything", name, other)
		}
	}
	return s
}

func (s ufwSettings) get(name string) facts.V[string] {
	if s.failed != "" {
		return facts.Unknown[string](s.failed)
	}
	if v, ok := s.values[name]; ok {
		return v
	}
	return facts.Known("", facts.From("not set in /etc/default/ufw and /etc/ufw/ufw.conf"))
}

func settingIs(v facts.V[string], yes ...string) facts.V[bool] {
	value, ok := v.Get()
	if !ok {
		return facts.Unknown[bool](v.Reason())
	}
	for _, y := range yes {
		if value == y {
			return facts.Known(true, v.Origin())
		}
	}
	return facts.Known(false, v.Origin())
}

func ufwPolicy(v facts.V[string]) facts.V[string] {
	value, ok := v.Get()
	if !ok {
		return v
	}
	if word, ok := map[string]string{"ACCEPT": "allow", "DROP": "deny", "REJECT": "reject"}[value]; ok {
		return facts.Known(word, v.Origin())
	}
	return facts.Unknown[string](fmt.Sprintf("the policy %q (%s) is none that ufw knows", value, v.Origin()))
}

func ufwRules(r *facts.Reader) facts.List[UFWRule] {
	var out []UFWRule
	var why string
	for _, f := range []struct{ name, family string }{{"/etc/ufw/user.rules", "ipv4"}, {"/etc/ufw/user6.rules", "ipv6"}} {
		b, err := r.ReadFile(f.name)
		if err != nil {
			if why == "" {
				why = err.Error()
			}
			continue
		}
		rules, problems := ufwconf.Rules(b)
		if len(problems) > 0 && why == "" {
			why = fmt.Sprintf("%s:%d: %s", f.name, problems[0].Line, problems[0].Text)
		}
		for _, u := range rules {
			app := u.ToApp
			if app == "" {
				app = u.FromApp
			}
			out = append(out, UFWRule{Origin: facts.File(f.name, u.Line), Family: f.family, Action: u.Action, Direction: u.Direction, Route: u.Forward,
				Protocol: u.Protocol, Port: u.Port, To: u.To, FromPort: u.FromPort, From: u.From, App: app, In: u.In, Out: u.Out, Comment: u.Comment})
		}
	}
	if why != "" {
		return facts.Partial(out, facts.File("/etc/ufw/user.rules", 0), why)
	}
	return facts.Complete(out, facts.File("/etc/ufw/user.rules", 0))
}

// any tells whether a rule is for all ports, protocols and destinations.
func (u UFWRule) any() bool {
	return !u.Route && u.Protocol == "any" && u.Port == "any" && u.FromPort == "any" && (u.To == "0.0.0.0/0" || u.To == "::/0")
}

// loopback looks in before.rules, where ufw's packaging has the rules, and among those that were set.
func (u UFW) loopback(r *facts.Reader) facts.V[bool] {
	result := beforeLoopback(r, "/etc/ufw/before.rules", "ufw")
	ipv6, known := u.IPv6.Get()
	if !known {
		return facts.Unknown[bool](u.IPv6.Reason())
	}
	if ipv6 {
		result = both(result, beforeLoopback(r, "/etc/ufw/before6.rules", "ufw6"))
	}
	if accepted, ok := result.Get(); ok && accepted {
		return result
	}
	return decided(u.Rules, result, func(rules []UFWRule) bool {
		has := func(family, direction string) bool {
			for _, x := range rules {
				iface := x.In
				if direction == "out" {
					iface = x.Out
				}
				if x.Family == family && x.Action == "allow" && x.Direction == direction && iface == "lo" && x.any() && strings.HasSuffix(x.From, "/0") {
					return true
				}
			}
			return false
		}
		return has("ipv4", "in") && has("ipv4", "out") && (!ipv6 || (has("ipv6", "in") && has("ipv6", "out")))
	})
}

// decided is true when the rules say so, and else what was found elsewhere, unless rules are missing.
func decided(rules facts.List[UFWRule], otherwise facts.V[bool], holds func([]UFWRule) bool) facts.V[bool] {
	if holds(rules.Items()) {
		return facts.Known(true, facts.File("/etc/ufw/user.rules", 0))
	}
	if !rules.IsComplete() {
		return facts.Unknown[bool](rules.Reason())
	}
	return otherwise
}

func beforeLoopback(r *facts.Reader, name, prefix string) facts.V[bool] {
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	tables, err := iptsave.Parse(strings.NewReader(string(b)))
	if err != nil {
		return facts.Unknown[bool](name + ": " + err.Error())
	}
	in, out, line := false, false, 0
	for _, t := range tables {
		for _, rule := range t.Rules {
			if t.Name != "filter" || rule.Target != "ACCEPT" || len(rule.Options) != 2 {
				continue
			}
			if i, not, ok := rule.Get("-i", "--in-interface"); ok && !not && i == "lo" && rule.Chain == prefix+"-before-input" {
				in, line = true, rule.Line
			}
			if o, not, ok := rule.Get("-o", "--out-interface"); ok && !not && o == "lo" && rule.Chain == prefix+"-before-output" {
				out = true
			}
		}
	}
	return facts.Known(in && out, facts.File(name, line))
}

func (u UFW) spoofDenied() facts.V[bool] {
	ipv6, known := u.IPv6.Get()
	if !known {
		return facts.Unknown[bool](u.IPv6.Reason())
	}
	return decided(u.Rules, facts.Known(false, facts.File("/etc/ufw/user.rules", 0)), func(rules []UFWRule) bool {
		v4, v6 := false, !ipv6
		for _, x := range rules {
			if (x.Action == "deny" || x.Action == "reject") && x.Direction == "in" && x.In == "" && x.any() {
				v4 = v4 || (x.Family == "ipv4" && (x.From == "127.0.0.0/8" || x.From == "0.0.0.0/0"))
				v6 = v6 || (x.Family == "ipv6" && (x.From == "::1" || x.From == "::1/128" || x.From == "::/0"))
			}
		}
		return v4 && v6
	})
}
