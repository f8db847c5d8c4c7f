package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
	"golang.org/x/sys/unix"
)

func TestFirewallWithoutAskingTheKernel(t *testing.T) {
	const none = "-- /proc/modules --\nloop 1 0 - Live 0x0\n-- /proc/net/dev --\n"
	for _, c := range []struct{ name, archive, fact, attr, want string }{
		{"a kernel without nf_tables has no rules", none, "firewall", "available", "false"},
		{"a kernel without nf_tables has no tables", none, "firewall", "tables", "[]  (netlink nf_tables)"},
		{"nothing owns no rules", none, "firewall", "front_end", "none"},
		{"without rules nothing is denied", none, "firewall", "default_deny_input", "false"},
		{"without rules everything is admitted", none, "firewall::admits", "", "true"},
		{"without rules all ports are open", none, "firewall", "open_ports[0].last", "65535"},
		{"an empty list of legacy tables is none", none + "-- /proc/net/ip_tables_names --\n", "firewall::admits", "", "true"},
		{"legacy tables that can't be read leave it open", none + "-- /proc/net/ip_tables_names --\nfilter\n", "firewall::admits", "",
			"unknown: legacy iptables is in use (/proc/net/ip_tables_names) and can only be read on the host itself"},
		{"the same of IPv6", none + "-- /proc/net/ip6_tables_names --\nfilter\n", "firewall", "default_deny_input",
			"unknown: legacy iptables is in use (/proc/net/ip6_tables_names) and can only be read on the host itself"},
		{"what can't be listed is not complete", none + "-- /proc/net/ip_tables_names --\nfilter\n", "firewall", "rules[0]",
			"unknown: legacy iptables is in use (/proc/net/ip_tables_names) and can only be read on the host itself"},
		{"a kernel we don't run on can't be asked", "-- /proc/modules --\nnf_tables 1 0 - Live 0x0\n-- /proc/net/dev --\n", "firewall", "available",
			"unknown: the nftables ruleset can only be asked of the kernel we run on"},
		{"nor can its ports", "-- /proc/modules --\nnf_tables 1 0 - Live 0x0\n-- /proc/net/dev --\n", "firewall::admits", "",
			"unknown: the nftables ruleset can only be asked of the kernel we run on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var args []any
			if c.fact == "firewall::admits" {
				args = []any{"TCP", 22}
			}
			if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.archive), Sources(), c.fact, args...), c.attr); got != c.want && !(c.attr == "tables" && got == "[]") {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	v := hosttest.Read(t, hosttest.Offline(t, none), Sources(), "firewall")
	if v.IsKnown() || v.ReasonOf("") != facts.Offline {
		t.Errorf("of an image: %s", hosttest.Lines(v))
	}
}

func TestLegacyRules(t *testing.T) {
	const head = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:mine - [0:0]\n"
	for _, c := range []struct{ name, rules, want string }{
		{"policy drop", "", "false"},
		{"accepted", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", "true"},
		{"another protocol", "-A INPUT -p udp -m udp --dport 22 -j ACCEPT\n", "false"},
		{"not another port", "-A INPUT -p tcp -m tcp ! --dport 23 -j ACCEPT\n", "true"},
		{"multiport", "-A INPUT -p tcp -m multiport --dports 20:25,80 -j ACCEPT\n", "true"},
		{"a named source", "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n", "false"},
		{"all but a named source", "-A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n", "true"},
		{"a source with a mask", "-A INPUT -s 0.0.0.0/128.0.0.0 -p tcp -m tcp --dport 22 -j ACCEPT\n", "true"},
		{"loopback", "-A INPUT -i lo -j ACCEPT\n", "false"},
		{"not loopback", "-A INPUT ! -i lo -j ACCEPT\n", "true"},
		{"by a chain", "-A INPUT -j mine\n-A mine -p tcp -m tcp --dport 22 -j ACCEPT\n", "true"},
		{"a chain that returns", "-A INPUT -j mine\n-A INPUT -j ACCEPT\n-A mine -j RETURN\n-A mine -j DROP\n", "true"},
		{"gone to a chain", "-A INPUT -g mine\n-A INPUT -j ACCEPT\n", "false"},
		{"established", "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n", "false"},
		{"new", "-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -j ACCEPT\n", "true"},
		{"a match that is not interpreted", "-A INPUT -p tcp -m recent --rcheck --name x -j ACCEPT\n", "unknown"},
		{"an inverted match that is not interpreted", "-A INPUT -m set ! --match-set x src -j DROP\n-A INPUT -j ACCEPT\n", "unknown"},
		{"a target that is not interpreted", "-A INPUT -p tcp -j FROB --with x\n-A INPUT -j ACCEPT\n", "unknown"},
		{"a chain that does not exist", "-A INPUT -j FROB\n-A INPUT -j ACCEPT\n", "unknown"},
		{"rejected with options", "-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n-A INPUT -j ACCEPT\n", "false"},
		{"logged", "-A INPUT -m limit --limit 3/min -j LOG --log-prefix \"a -j DROP \"\n-A INPUT -j ACCEPT\n", "true"},
		{"a mark", "-A INPUT -m mark --mark 0x1 -j ACCEPT\n", "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, err := iptsave.Parse(strings.NewReader(head + c.rules + "COMMIT\n"))
			if err != nil {
				t.Fatal(err)
			}
			rs := packetpath.Ruleset{Chains: packetpath.Legacy(tables, false)}
			rs.Index()
			a := rs.Admits(packetpath.Host{}, unix.IPPROTO_TCP, 22)
			got := map[bool]string{true: "true", false: "false"}[a.Yes]
			if !a.Known {
				got = "unknown"
			}
			if got != c.want {
				t.Errorf("%s (%s), want %s", got, a.Why, c.want)
			}
		})
	}
}
