package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestNftablesConf(t *testing.T) {
	const conf = `
-- /etc/nftables.conf --
flush ruleset
include "/etc/nftables.d/*.nft"
table inet filter {
	chain forward { type filter hook forward priority filter; }
}
-- /etc/nftables.d/in.nft --
define ports = { 22, 443 }
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport $ports accept
	}
}
`
	for _, c := range []struct{ archive, attr, want string }{
		{conf, "exists", "true"},
		{conf, "flush_ruleset", "true"},
		{conf, "input_policy", "drop"},
		{conf, "forward_policy", "accept"},
		{conf, "output_policy", "none"},
		{conf, "tables[0].name", "filter"},
		{conf, "chains[0].hook", "input"},
		{conf, "rules[0].text", "tcp dport { 22, 443 } accept"},
		{"", "exists", "false"},
		{"", "input_policy", "unknown: /etc/nftables.conf does not exist"},
		{"-- /etc/nftables.conf --\ntable inet filter {\n", "input_policy", "unknown: /etc/nftables.conf:1: a brace is not closed"},
		{"-- /etc/nftables.conf --\ninclude \"/etc/gone\"\n", "input_policy", "unknown: /etc/nftables.conf:1: stat /etc/gone: no such file or directory"},
		{"-- /etc/nftables.conf fifo --\n", "exists", "true"},
		{"-- /etc/nftables.conf fifo --\n", "tables", "unknown: open /etc/nftables.conf: not a regular file: a FIFO"},
	} {
		v := hosttest.Read(t, hosttest.Offline(t, c.archive), Sources(), "nftables_conf")
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("nftables_conf.%s is %q, want %q", c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, hosttest.Offline(t, conf), Sources(), "nftables_conf")
	if got := v.OriginOf("rules[0].text").String(); got != "/etc/nftables.d/in.nft:5" {
		t.Errorf("the rule comes from %s", got)
	}
}
