package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const ufwHost = `
-- /usr/sbin/ufw mode=0755 --
-- /proc/modules --
-- /proc/net/dev --
-- /etc/default/ufw --
IPV6=yes
DEFAULT_INPUT_POLICY="DROP"
DEFAULT_OUTPUT_POLICY="ACCEPT"
DEFAULT_FORWARD_POLICY="REJECT"
-- /etc/ufw/ufw.conf --
ENABLED=yes
LOGLEVEL=low
-- /etc/ufw/before.rules --
*filter
:ufw-before-input - [0:0]
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-output -o lo -j ACCEPT
COMMIT
-- /etc/ufw/before6.rules --
*filter
-A ufw6-before-input -i lo -j ACCEPT
-A ufw6-before-output -o lo -j ACCEPT
COMMIT
-- /etc/ufw/user.rules --
*filter
### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=676f
-A ufw-user-input -p tcp --dport 22 -j ACCEPT
### tuple ### deny any any 0.0.0.0/0 any 127.0.0.0/8 in
-- /etc/ufw/user6.rules --
### tuple ### deny any any ::/0 any ::1 in
`

func TestUFW(t *testing.T) {
	for _, c := range []struct{ name, old, new, attr, want string }{
		{"installed", "", "", "installed", "true"},
		{"enabled", "", "", "enabled", "true"},
		{"not in force", "", "", "active", "false"},
		{"incoming", "", "", "default_incoming", "deny"},
		{"outgoing", "", "", "default_outgoing", "allow"},
		{"routed", "", "", "default_routed", "reject"},
		{"a rule", "", "", "rules[0].port", "22"},
		{"its comment", "", "", "rules[0].comment", "go"},
		{"rules of IPv6 follow", "", "", "rules[2].family", "ipv6"},
		{"loopback", "", "", "loopback_accepted", "true"},
		{"spoofed loopback", "", "", "loopback_spoof_denied", "true"},
		{"spoofed IPv6 loopback is forgotten", "deny any any ::/0 any ::1 in", "deny tcp 22 ::/0 any ::1 in", "loopback_spoof_denied", "false"},
		{"spoofed IPv6 does not matter without IPv6", "IPV6=yes", "IPV6=no", "loopback_spoof_denied", "true"},
		{"loopback of IPv6 is not let out", "-A ufw6-before-output -o lo", "-A ufw6-before-output -o eth0", "loopback_accepted", "false"},
		{"loopback is let in for TCP only", "-A ufw-before-input -i lo", "-A ufw-before-input -i lo -p tcp", "loopback_accepted", "false"},
		{"disabled", "ENABLED=yes", "ENABLED=no", "enabled", "false"},
		{"disabled by its last line", "LOGLEVEL=low", "ENABLED=no", "enabled", "false"},
		{"the boot script compares case", "ENABLED=yes", "ENABLED=Yes", "enabled", "false"},
		{"a computed setting", "ENABLED=yes", "ENABLED=$(cat /x)", "enabled", "unknown: /etc/ufw/ufw.conf:1 computes the value"},
		{"a command", "LOGLEVEL=low", "unset ENABLED", "enabled", "unknown: /etc/ufw/ufw.conf:2 is no plain assignment, and may set anything"},
		{"a policy nobody knows", `"DROP"`, `"DORP"`, "default_incoming", `unknown: the policy "DORP" (/etc/default/ufw:2) is none that ufw knows`},
		{"a garbled rule", "allow tcp 22 0", "permit tcp 22 0", "rules[2]", `unknown: /etc/ufw/user.rules:2: the action "permit" is not known`},
		{"a rule that could not be read may deny", "deny any any 0.0.0.0/0 any 127", "dney any any 0.0.0.0/0 any 127", "loopback_spoof_denied", `unknown: /etc/ufw/user.rules:4: the action "dney" is not known`},
		{"no rules file", "-- /etc/ufw/user6.rules", "-- /etc/ufw/other.rules", "rules[2]", "unknown: stat /etc/ufw/user6.rules: no such file or directory"},
		{"absent", "-- /usr/sbin/ufw ", "-- /usr/sbin/other ", "enabled", "false"},
		{"absent has no policy", "-- /usr/sbin/ufw ", "-- /usr/sbin/other ", "default_incoming", "unknown: /usr/sbin/ufw does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := hosttest.Read(t, hosttest.New(t, strings.Replace(ufwHost, c.old, c.new, 1)), Sources(), "ufw")
			if got := hosttest.Leaf(v, c.attr); got != c.want {
				t.Errorf("ufw.%s is %q, want %q", c.attr, got, c.want)
			}
		})
	}
}
