package remediate

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// FirewallTable is the state of the table "inet holdfast" of nftables: the effect "firewall". The other tables are not ours.
type FirewallTable struct {
	Present bool            `json:"present"`
	Chains  []FirewallChain `json:"chains,omitempty"` // in the order of names
}

// FirewallChain is one base chain of filter type, at priority filter.
type FirewallChain struct {
	Name   string         `json:"name"` // that of its hook: input, forward, output
	Policy string         `json:"policy"`
	Rules  []FirewallRule `json:"rules"`
}

// FirewallRule is one rule in the words of nft(8). Raw holds the kernel's expressions of one that Holdfast did not write.
type FirewallRule struct {
	Text string `json:"text"`
	Raw  []byte `json:"raw,omitempty"`
}

// Lines are the table as a file for nft(8) has it: loading it replaces the table and no other.
func (f FirewallTable) Lines() []string {
	out := []string{"table inet holdfast", "delete table inet holdfast", "table inet holdfast {"}
	for _, c := range f.Chains {
		out = append(out, "    chain "+c.Name+" {", fmt.Sprintf("        type filter hook %s priority 0; policy %s;", c.Name, c.Policy))
		for _, r := range c.Rules {
			out = append(out, "        "+r.Text)
		}
		out = append(out, "    }")
	}
	return append(out, "}")
}

// Summary is the state in words.
func (f FirewallTable) Summary() string {
	if !f.Present {
		return "absent"
	}
	var chains []string
	for _, c := range f.Chains {
		chains = append(chains, fmt.Sprintf("%s: %s but for %d rules", c.Name, c.Policy, len(c.Rules)))
	}
	return strings.Join(chains, ", ")
}

// FirewallDiff shows the rules before and after.
func FirewallDiff(before, after FirewallTable) string {
	text := func(f FirewallTable) []byte {
		if !f.Present {
			return nil
		}
		return []byte(strings.Join(f.Lines()[2:], "\n") + "\n")
	}
	return string(diff.Diff("table inet holdfast", text(before), "table inet holdfast", text(after)))
}
