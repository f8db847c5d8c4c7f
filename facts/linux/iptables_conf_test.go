package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestIptablesConf(t *testing.T) {
	v := hosttest.Read(t, hosttest.Offline(t, `
-- /etc/iptables/rules.v4 --
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 127.0.0.0/8 -j DROP
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -j REJECT --reject-with icmp-port-unreachable
COMMIT
`), Sources(), "iptables_conf")
	for attr, want := range map[string]string{
		"ipv4.exists":                 "true",
		"ipv4.input_policy":           "DROP",
		"ipv4.forward_policy":         "ACCEPT",
		"ipv4.default_deny_input":     "true",
		"ipv4.default_deny_forward":   "true",
		"ipv4.default_deny_output":    "false",
		"ipv4.loopback_accepted":      "true",
		"ipv4.loopback_spoof_dropped": "true",
		"ipv4.established_accepted":   "true",
		"ipv4.rules[3].dports[0]":     "22",
		"ipv4.rules[3].verdict":       "accept",
		"ipv4.chains[0].policy":       "DROP",
		"ipv6.exists":                 "false",
		"ipv6.input_policy":           "unknown: /etc/iptables/rules.v6 does not exist",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("iptables_conf.%s is %q, want %q", attr, got, want)
		}
	}
	v = hosttest.Read(t, hosttest.Offline(t, "-- /etc/iptables/rules.v4 --\n*filter\n:INPUT DROP [0:0]\n-- /etc/iptables/rules.v6 fifo --\n"), Sources(), "iptables_conf")
	for attr, want := range map[string]string{
		"ipv4.input_policy": "unknown: /etc/iptables/rules.v4: line 2: the table filter has no COMMIT",
		"ipv6.exists":       "unknown: open /etc/iptables/rules.v6: not a regular file: a FIFO",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("iptables_conf.%s is %q, want %q", attr, got, want)
		}
	}
}
