package linux

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "iptables_conf",
		Doc:   "The rules that iptables-persistent loads at boot, with conclusions about what they would let pass if nothing else filtered.",
		Reads: "/etc/iptables/rules.v4, /etc/iptables/rules.v6",
	}, collectIptablesConf))
}

// IptablesConf is what would be loaded for each family.
type IptablesConf struct {
	IPv4 IptablesRules `fact:"ipv4" doc:"Of /etc/iptables/rules.v4."`
	IPv6 IptablesRules `fact:"ipv6" doc:"Of /etc/iptables/rules.v6."`
}

// IptablesRules is one file of rules.
type IptablesRules struct {
	Missing facts.Missing
	Origin  facts.Origin

	Exists        facts.V[bool]            `fact:"exists" doc:"Whether the file exists."`
	Chains        facts.List[SavedChain]   `fact:"chains" doc:"The chains of all tables."`
	Rules         facts.List[FirewallRule] `fact:"rules" doc:"The rules, in order; table has legacy before its name."`
	InputPolicy   facts.V[string]          `fact:"input_policy" doc:"Policy of INPUT in the table filter: ACCEPT or DROP."`
	ForwardPolicy facts.V[string]          `fact:"forward_policy" doc:"Policy of FORWARD."`
	OutputPolicy  facts.V[string]          `fact:"output_policy" doc:"Policy of OUTPUT."`

	DefaultDenyInput     facts.V[bool] `fact:"default_deny_input" doc:"Whether what no rule names would be kept from reaching the host."`
	DefaultDenyForward   facts.V[bool] `fact:"default_deny_forward" doc:"Whether what no rule names would be kept from passing through."`
	DefaultDenyOutput    facts.V[bool] `fact:"default_deny_output" doc:"Whether what no rule names would be kept from leaving."`
	LoopbackAccepted     facts.V[bool] `fact:"loopback_accepted" doc:"Whether what the host sends to itself over lo would pass."`
	LoopbackSpoofDropped facts.V[bool] `fact:"loopback_spoof_dropped" doc:"Whether packets from outside with a loopback source address would be dropped."`
	EstablishedAccepted  facts.V[bool] `fact:"established_accepted" doc:"Whether packets of existing connections would be let in."`
}

// SavedChain is a chain of a file of rules.
type SavedChain struct {
	Table  string `fact:"table" doc:"filter, nat, mangle, raw or security."`
	Name   string `fact:"name" doc:"Its name."`
	Policy string `fact:"policy" doc:"ACCEPT or DROP; empty for a chain that a user made."`
}

func collectIptablesConf(_ context.Context, r *facts.Reader, _ facts.Key) (IptablesConf, error) {
	return IptablesConf{IPv4: savedRules(r, "/etc/iptables/rules.v4", false), IPv6: savedRules(r, "/etc/iptables/rules.v6", true)}, nil
}

func savedRules(r *facts.Reader, name string, v6 bool) IptablesRules {
	f := IptablesRules{Origin: facts.File(name, 0)}
	b, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		f.Exists = facts.Known(false, f.Origin)
		f.Missing = facts.Missing(name + " does not exist")
		return f
	}
	if err != nil {
		f.Missing = facts.Missing(err.Error())
		return f
	}
	f.Exists = facts.Known(true, f.Origin)
	tables, err := iptsave.Parse(strings.NewReader(string(b)))
	if err != nil { // iptables-restore stops there; the tables before have been loaded by then
		f.Missing = facts.Missing(fmt.Sprintf("%s: %v", name, err))
		return f
	}
	var chains []SavedChain
	for _, t := range tables {
		for _, c := range t.Chains {
			chains = append(chains, SavedChain{t.Name, c.Name, c.Policy})
		}
	}
	f.Chains = facts.Complete(chains, f.Origin)
	st := &firewallState{legacy: packetpath.Legacy(tables, v6)}
	st.join()
	_, _, rules := st.list()
	f.Rules = facts.Complete(rules.Items(), f.Origin)
	f.InputPolicy, f.ForwardPolicy, f.OutputPolicy = savedPolicy(tables, "INPUT", name), savedPolicy(tables, "FORWARD", name), savedPolicy(tables, "OUTPUT", name)
	from := func(a packetpath.Answer) facts.V[bool] {
		if !a.Known {
			return facts.Unknown[bool](a.Why)
		}
		return facts.Known(a.Yes, f.Origin)
	}
	f.DefaultDenyInput = from(st.rules.Denies(packetpath.Input, v6))
	f.DefaultDenyForward = from(st.rules.Denies(packetpath.Forward, v6))
	f.DefaultDenyOutput = from(st.rules.Denies(packetpath.Output, v6))
	f.LoopbackAccepted = from(st.rules.Loopback(st.loopback(), v6))
	f.LoopbackSpoofDropped = from(st.rules.SpoofedLoopback(v6))
	f.EstablishedAccepted = from(st.rules.Established(v6))
	return f
}

// savedPolicy is that of a chain of the table filter. What the file does not declare keeps the policy it has at boot: ACCEPT.
func savedPolicy(tables []iptsave.Table, chain, name string) facts.V[string] {
	policy := facts.Known("ACCEPT", facts.From("default of iptables"))
	for _, t := range tables {
		if t.Name != "filter" {
			continue
		}
		for _, c := range t.Chains {
			if c.Name == chain && c.Policy != "" {
				policy = facts.Known(c.Policy, facts.File(name, c.Line))
			}
		}
	}
	return policy
}
