package linux

import (
	"context"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/nftconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "nftables_conf",
		Doc: "The ruleset that nftables.service would load at boot from /etc/nftables.conf. A file that can't be followed, or that nft would refuse, " +
			"leaves everything unknown, because nft loads all of it or nothing. The words of rules are not checked.",
		Reads: "/etc/nftables.conf and what it includes",
	}, collectNftablesConf))
}

// NftablesConf is what a boot would load.
type NftablesConf struct {
	Missing facts.Missing
	Origin  facts.Origin

	Exists        facts.V[bool]             `fact:"exists" doc:"Whether /etc/nftables.conf exists."`
	FlushRuleset  facts.V[bool]             `fact:"flush_ruleset" doc:"Whether it flushes the ruleset, so that loading it twice gives the same."`
	Tables        facts.List[FirewallTable] `fact:"tables" doc:"The tables it makes."`
	Chains        facts.List[NftConfChain]  `fact:"chains" doc:"The chains it makes."`
	Rules         facts.List[NftConfRule]   `fact:"rules" doc:"The rules it makes, in order."`
	InputPolicy   facts.V[string]           `fact:"input_policy" doc:"drop when a filter chain at the input hook, of inet or ip, drops by policy, else accept; none without such a chain."`
	ForwardPolicy facts.V[string]           `fact:"forward_policy" doc:"The same of the forward hook."`
	OutputPolicy  facts.V[string]           `fact:"output_policy" doc:"The same of the output hook."`
}

// NftConfChain is a chain of the file.
type NftConfChain struct {
	Origin facts.Origin

	Family   string `fact:"family" doc:"The family of its table."`
	Table    string `fact:"table" doc:"Its table."`
	Name     string `fact:"name" doc:"Its name."`
	Base     bool   `fact:"base" doc:"Whether it hangs on a hook."`
	Type     string `fact:"type" doc:"filter, nat or route; empty for a chain without hook."`
	Hook     string `fact:"hook" doc:"prerouting, input, forward, output, postrouting, ingress or egress; empty for none."`
	Priority int    `fact:"priority" doc:"Its place among the chains of its hook; lower comes first."`
	Policy   string `fact:"policy" doc:"accept or drop; empty for a chain without hook."`
}

// NftConfRule is a rule of the file.
type NftConfRule struct {
	Origin facts.Origin

	Family string `fact:"family" doc:"The family of its table."`
	Table  string `fact:"table" doc:"Its table."`
	Chain  string `fact:"chain" doc:"Its chain."`
	Text   string `fact:"text" doc:"As written, in one line, with variables replaced."`
}

func collectNftablesConf(_ context.Context, r *facts.Reader, _ facts.Key) (NftablesConf, error) {
	const name = "/etc/nftables.conf"
	f := NftablesConf{Origin: facts.File(name, 0)}
	if _, err := r.Stat(name); facts.IsAbsent(err) {
		f.Exists = facts.Known(false, f.Origin)
		f.Missing = name + " does not exist"
		return f, nil
	} else if err != nil {
		return f, err
	}
	f.Exists = facts.Known(true, f.Origin)
	c, err := nftconf.Parse(nftconf.Files{Read: r.ReadFile, Glob: r.Glob}, name)
	if err != nil {
		f.Missing = facts.Missing(err.Error())
		return f, nil
	}
	f.FlushRuleset = facts.Known(c.Flush, f.Origin)
	var tables []FirewallTable
	var chains []NftConfChain
	var rules []NftConfRule
	for _, t := range c.Tables {
		tables = append(tables, FirewallTable{t.Family, t.Name})
		for _, ch := range t.Chains {
			chains = append(chains, NftConfChain{facts.File(ch.Where.File, ch.Where.Line), t.Family, t.Name, ch.Name, ch.Hook != "", ch.Type, ch.Hook, ch.Priority, ch.Policy})
			for _, x := range ch.Rules {
				rules = append(rules, NftConfRule{facts.File(x.Where.File, x.Where.Line), t.Family, t.Name, ch.Name, x.Text})
			}
		}
	}
	f.Tables, f.Chains, f.Rules = facts.Complete(tables, f.Origin), facts.Complete(chains, f.Origin), facts.Complete(rules, f.Origin)
	f.InputPolicy, f.ForwardPolicy, f.OutputPolicy = confPolicy(chains, "input"), confPolicy(chains, "forward"), confPolicy(chains, "output")
	return f, nil
}

// confPolicy sums up the filter chains at a hook: one that drops is enough to drop.
func confPolicy(chains []NftConfChain, hook string) facts.V[string] {
	found := facts.Known("none", facts.File("/etc/nftables.conf", 0))
	for _, c := range chains {
		if c.Type != "filter" || c.Hook != hook || (c.Family != "inet" && c.Family != "ip") {
			continue
		}
		if found = facts.Known(c.Policy, c.Origin); c.Policy == "drop" {
			return found
		}
	}
	return found
}
