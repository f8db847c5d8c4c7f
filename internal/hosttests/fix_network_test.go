package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestSSHAndTheFirewallAreHardenedAndBroughtBack(t *testing.T) {
	h := testhost.Boot(t)
	network(h)
	administrator(h, "alice")
	f := fixer{t, h}
	program := install(t, h, "holdfast")
	before := f.tree("/etc") + h.MustRun("nft", "list", "ruleset")
	selected := []string{"--profile", "level2-server", "--control", "4.3.*", "--control", "5.1.8", "--control", "5.1.1[0-9]", "--control", "5.1.20"}
	run := func(want int, verb ...string) string {
		t.Helper()
		r := h.Run(program, verb...)
		if r.Code != want {
			t.Fatalf("holdfast %s: exit %d, want %d\n%s%s", strings.Join(verb, " "), r.Code, want, r.Stdout, r.Stderr)
		}
		return r.Stdout
	}
	run(0, append([]string{"apply", "--yes", "--confirm-within", "0s"}, selected...)...)
	if !reaches(h, "10.9.0.1:22") {
		t.Error("SSH is not reached any more")
	}
	if left := run(0, append([]string{"plan"}, selected...)...); strings.Contains(left, "+ file") {
		t.Errorf("a second plan still has\n%s", left)
	}
	run(0, "rollback")
	if after := f.tree("/etc") + h.MustRun("nft", "list", "ruleset"); after != before {
		t.Errorf("after the roll-back:\n%s\nbefore:\n%s", after, before)
	}
}
