package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixUFW(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"ufw"}})
	network(h)
	for _, port := range []int{8080, 8081, 9090} {
		h.MustRun("systemd-run", "--collect", "--unit", fmt.Sprintf("l%d", port), "socat", fmt.Sprintf("TCP6-LISTEN:%d,fork,ipv6only=0,reuseaddr", port), "OPEN:/dev/null")
		awaitPort(t, h, port)
	}
	h.MustRun("sed", "-i", `s/^DEFAULT_INPUT_POLICY=.*/DEFAULT_INPUT_POLICY="ACCEPT"/`, "/etc/default/ufw")
	h.MustRun("ufw", "deny", "9090/tcp") // somebody's decision
	files := func() string {
		return h.MustRun("sh", "-c", "sha256sum /etc/ufw/* /etc/default/ufw 2>/dev/null; stat -c '%n %a %U:%G' /etc/ufw/* /etc/default/ufw")
	}
	f := &fixes{t: t, host: h}
	before := files()
	filter := fix{"firewall", map[string]any{"input": "drop", "output": "drop", "forward": "drop", "allow_listeners": true}}
	done := f.apply(fix{"firewall", map[string]any{"enabled": true, "allow_listeners": true}}, fix{"firewall", map[string]any{"loopback": true}}, filter)

	r := read(t, h, key{"ufw"}).object("ufw")
	for name, want := range map[string]any{
		"active": true, "enabled": true, "loopback_accepted": true, "loopback_spoof_denied": true,
		"default_incoming": "deny", "default_outgoing": "deny", "default_routed": "deny",
	} {
		if r[name] != want {
			t.Errorf("%s is %v, want %v", name, r[name], want)
		}
	}
	for address, want := range map[string]bool{
		"10.9.0.1:22": true, "[fd09::1]:22": true, "10.9.0.1:8080": true, "[fd09::1]:8081": true, "10.9.0.1:9090": false, "[fd09::1]:9090": false,
	} {
		if got := reaches(h, address); got != want {
			t.Errorf("%s is reached: %v, want %v", address, got, want)
		}
	}
	status := h.MustRun("ufw", "status")
	if !strings.Contains(status, "# Holdfast 1.1") || !strings.Contains(status, "Status: active") {
		t.Error(status)
	}
	f.rollback(done)
	if got := files(); got != before {
		t.Errorf("%s\nwas\n%s", got, before)
	}
	if !reaches(h, "10.9.0.1:9090") {
		t.Error("ufw still filters")
	}
	f.apply(fix{"firewall", map[string]any{"enabled": true}}, filter)
	h.MustRun("ufw", "--force", "enable") // which reads what we have written, and writes it anew
	if !reaches(h, "10.9.0.1:22") || reaches(h, "10.9.0.1:9090") {
		t.Error("ufw makes something else of its files than we do")
	}
	if again := f.plan(filter); len(again.Changes) > 0 {
		t.Errorf("once ufw has written its files anew, there is something to do: %v", targets(again))
	}
}
