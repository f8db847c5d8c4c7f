package linux

import (
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const typicalRuleset = `
table inet filter {
 set trusted { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.1-192.168.1.9 } }
 set svc { type inet_proto . inet_service; elements = { tcp . 2222, udp . 53 } }
 map vm { type inet_service : verdict; elements = { 80 : accept, 443 : jump web } }
 chain web {
  ip saddr 10.0.0.0/8 drop
  accept
 }
 chain input { type filter hook input priority filter; policy drop;
  ct state vmap { established : accept, related : accept, invalid : drop }
  iif lo accept
  iifname "eth*" ip saddr @trusted accept
  meta l4proto . th dport @svc accept
  tcp dport vmap @vm
  tcp dport { 8080-8090, 9000 } accept
  ip6 saddr ::1 drop
  tcp flags & (syn|ack) == syn tcp dport 7000 counter accept comment "seven"
  icmp type echo-request limit rate 5/second accept
  log prefix "x " reject with icmpx admin-prohibited
 }
 chain forward { type filter hook forward priority filter; policy drop; }
 chain output { type filter hook output priority filter; policy accept; }
}
`

func TestFirewallOfARunningKernel(t *testing.T) {
	if !inNetns(t) {
		return
	}
	nft(t, typicalRuleset)
	v := hosttest.Read(t, facts.LiveHost(), Sources(), "firewall")
	if os.Getenv("HOLDFAST_SHOW") != "" {
		t.Log(hosttest.Lines(v))
	}
	for attr, want := range map[string]string{
		"available":                   "true",
		"front_end":                   "nft",
		"default_deny_input":          "true",
		"default_deny_forward":        "true",
		"default_deny_output":         "false",
		"ipv4.input_policy":           "drop",
		"ipv4.output_policy":          "accept",
		"ipv4.loopback_accepted":      "true",
		"ipv4.established_accepted":   "true",
		"ipv4.loopback_spoof_dropped": "false",
		"open_ports[0].first":         "80",
		"open_ports[1].first":         "443",
		"open_ports[2].first":         "2222",
		"open_ports[3].first":         "7000",
		"open_ports[4].first":         "8080",
		"open_ports[4].last":          "8090",
		"open_ports[5].first":         "9000",
		"open_ports[6].first":         "53",
		"open_ports[6].protocol":      "udp",
		"open_ports[7].first":         "no such path",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("firewall.%s is %q, want %q", attr, got, want)
		}
	}
}

// Each ruleset with the answers that a person would give.
func TestAdmits(t *testing.T) {
	if !inNetns(t) {
		return
	}
	run(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0")
	run(t, "ip", "link", "set", "far0", "down")
	run(t, "ip", "link", "set", "eth0", "up")
	run(t, "ip", "addr", "add", "192.0.2.7/24", "dev", "eth0")
	const head = "table inet f {\n chain input { type filter hook input priority 0; policy drop;\n"
	for _, c := range []struct{ name, ruleset, want string }{
		{"no rules at all", "", "true"},
		{"policy drop", head + "} }", "false"},
		{"policy accept with a last drop", "table inet f { chain input { type filter hook input priority 0; tcp dport 22 accept\n drop\n } }", "true"},
		{"policy accept and nothing for the port", "table inet f { chain input { type filter hook input priority 0; tcp dport 23 accept\n drop\n } }", "false"},
		{"accepted", head + "tcp dport 22 accept\n} }", "true"},
		{"accepted over IPv6 only", head + "meta nfproto ipv6 tcp dport 22 accept\n} }", "true"},
		{"accepted over UDP only", head + "udp dport 22 accept\n} }", "false"},
		{"accepted, but a later chain drops", head + "tcp dport 22 accept\n} chain late { type filter hook input priority 10; policy accept; tcp dport 22 drop\n } }", "false"},
		{"dropped before conntrack", head + "tcp dport 22 accept\n} chain early { type filter hook prerouting priority -400; policy accept; tcp dport 22 drop\n } }", "false"},
		{"accepted from a named network", head + "ip saddr 10.0.0.0/8 tcp dport 22 accept\n} }", "false"},
		{"accepted from a named public address", head + "ip saddr 198.51.100.7 tcp dport 22 accept\n} }", "false"},
		{"accepted from everywhere in two halves", head + "ip saddr 0.0.0.0/1 tcp dport 22 accept\n ip saddr 128.0.0.0/1 tcp dport 22 accept\n} }", "true"},
		{"refused to a few", head + "ip saddr 198.51.100.0/24 drop\n tcp dport 22 accept\n} }", "true"},
		{"accepted from a set of half the Internet", "table inet f { set s { type ipv4_addr; flags interval; elements = { 0.0.0.0/1 } }\n chain input { type filter hook input priority 0; policy drop; ip saddr @s tcp dport 22 accept\n } }", "true"},
		{"accepted from all but a set", "table inet f { set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }\n chain input { type filter hook input priority 0; policy drop; ip saddr != @s tcp dport 22 accept\n } }", "true"},
		{"a concatenation with named sources", "table inet f { set s { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 22 } }\n chain input { type filter hook input priority 0; policy drop; ip saddr . tcp dport @s accept\n } }", "false"},
		{"a concatenation with all sources", "table inet f { set s { type ipv4_addr . inet_service; flags interval; elements = { 0.0.0.0/0 . 20-30 } }\n chain input { type filter hook input priority 0; policy drop; ip saddr . tcp dport @s accept\n } }", "true"},
		{"on another interface", head + "iifname \"wg0\" tcp dport 22 accept\n} }", "false"},
		{"on this interface", head + "iifname \"eth*\" tcp dport 22 accept\n} }", "true"},
		{"on loopback", head + "iif lo accept\n} }", "false"},
		{"to another address", head + "ip daddr 192.0.2.8 tcp dport 22 accept\n} }", "false"},
		{"to this address", head + "ip daddr 192.0.2.7 tcp dport 22 accept\n} }", "true"},
		{"established only", head + "ct state established,related accept\n} }", "false"},
		{"new", head + "ct state new tcp dport 22 accept\n} }", "true"},
		{"anything but new is dropped", head + "ct state != new drop\n tcp dport 22 accept\n} }", "true"},
		{"limited", head + "tcp dport 22 limit rate 3/minute accept\n} }", "true"},
		{"beyond a limit", head + "tcp dport 22 limit rate over 3/minute accept\n} }", "false"},
		{"rejected first", head + "tcp dport 1-100 reject with tcp reset\n tcp dport 22 accept\n} }", "false"},
		{"lower than", head + "tcp dport < 1024 accept\n} }", "true"},
		{"not lower than", head + "tcp dport > 1023 accept\n} }", "false"},
		{"a map of verdicts", head + "tcp dport vmap { 22 : accept, 23 : drop }\n} }", "true"},
		{"a map of verdicts for ranges", head + "tcp dport vmap { 0-21 : accept, 22-30 : drop, 31-65535 : accept }\n accept\n} }", "false"},
		{"the rest of a map", "table inet f { map m { type inet_service : verdict; elements = { 23 : drop, * : accept } }\n chain input { type filter hook input priority 0; policy drop; tcp dport vmap @m\n } }", "true"},
		{"through a chain and back", "table inet f { chain c {\n tcp dport 23 return\n tcp dport 22 accept\n}\n chain input { type filter hook input priority 0; policy drop; jump c\n } }", "true"},
		{"returned from a chain", "table inet f { chain c {\n tcp dport 22 return\n accept\n}\n chain input { type filter hook input priority 0; policy drop; jump c\n } }", "false"},
		{"gone to a chain that ends", "table inet f { chain c {\n tcp dport 23 accept\n}\n chain input { type filter hook input priority 0; policy drop; goto c\n accept\n } }", "false"},
		{"a condition that is not understood, accepting", head + "socket transparent 1 accept\n} }", "unknown"},
		{"a condition that is not understood, dropping", head + "socket transparent 1 drop\n tcp dport 22 accept\n} }", "unknown"},
		{"the same for another port", head + "tcp dport 23 socket transparent 1 drop\n tcp dport 22 accept\n} }", "true"},
		{"the same behind the decision", head + "tcp dport 22 accept\n socket transparent 1 drop\n} }", "true"},
		{"what ct original says is open", head + "ct original ip saddr 198.51.100.1 accept\n} }", "unknown"},
		{"a source port is the sender's choice", head + "tcp sport 53 accept\n} }", "unknown"},
		{"a mark is not known", head + "meta mark 7 accept\n} }", "unknown"},
		{"redirected elsewhere", "table inet n { chain p { type nat hook prerouting priority -100; tcp dport 22 redirect to :2222\n } }", "unknown"},
		{"another port redirected elsewhere", "table inet n { chain p { type nat hook prerouting priority -100; tcp dport 23 redirect to :2222\n } }", "true"},
		{"byteorder and a mark", head + "meta mark > 5 drop\n tcp dport 22 accept\n} }", "unknown"},
		{"a named limit", "table inet f { limit l { rate 5/second; }\n chain input { type filter hook input priority 0; policy drop; tcp dport 22 limit name \"l\" accept\n } }", "unknown"},
		{"the address is local", head + "fib daddr type local tcp dport 22 accept\n} }", "true"},
		{"a way back", head + "fib saddr . iif oif missing drop\n tcp dport 22 accept\n} }", "true"},
		{"only TCP flags of a first packet", head + "tcp flags & (fin|syn|rst|ack) == syn tcp dport 22 accept\n} }", "true"},
		{"flags a first packet has not", head + "tcp flags & (fin|syn|rst|ack) == ack tcp dport 22 accept\n} }", "false"},
		{"headers rewritten", "table inet f { chain p { type filter hook prerouting priority -150; tcp dport 23 tcp dport set 22\n}\n chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept\n } }", "true"},
		{"this port rewritten", "table inet f { chain p { type filter hook prerouting priority -150; tcp dport 22 tcp dport set 23\n}\n chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept\n } }", "unknown"},
		{"not tracked", "table inet f { chain p { type filter hook prerouting priority -300; tcp dport 22 notrack\n}\n chain input { type filter hook input priority 0; policy drop; ct state new tcp dport 22 accept\n } }", "unknown"},
		{"IPv4 closed and IPv6 forgotten", "table ip f { chain input { type filter hook input priority 0; policy drop; } }", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nft(t, strings.NewReplacer("} }", "}\n}\n", "} chain", "}\nchain", "}\n chain", "}\nchain").Replace(c.ruleset))
			got := hosttest.Leaf(hosttest.Read(t, facts.LiveHost(), Sources(), "firewall::admits", "tcp", 22), "")
			if got != c.want && !(c.want == "unknown" && strings.HasPrefix(got, "unknown: ")) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
