package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// Controls whose fixes are of several kinds: all of them together make them pass, and all are undone.
func TestFixesOfSeveralKindsMakeOneChange(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	h.MustRun("sh", "-ec", `useradd -m bob; echo bob:xx | chpasswd; chmod 666 /home/bob/.profile; chmod 755 /home/bob; usermod -aG shadow bob
useradd -m -s /bin/bash carl; rm -rf /home/carl; mkdir /srv/open; chmod 777 /srv/open`)
	before := fixer{t, h}.tree("/etc", "/home", "/root", "/srv")
	args := []string{"apply", "--yes", "--profile", "level2-server", "--benchmark", "cis-debian-12"}
	controls := strings.Fields("1.6.1 1.6.2 1.6.3 5.2.7 5.4.1.5 5.4.2.6 7.1.11 7.2.4 7.2.9 7.2.10")
	for _, c := range controls {
		args = append(args, "--control", c)
	}
	if r := h.Run(holdfast, args...); r.Code != 0 {
		t.Fatalf("apply: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	args[0], args[1] = "plan", "--verbose"
	if r := h.Run(holdfast, args...); r.Code != 0 || strings.TrimSpace(r.Stdout) != "Nothing to change." {
		t.Errorf("afterwards: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := h.Run(holdfast, "rollback"); r.Code != 0 {
		t.Fatalf("rollback: %s%s", r.Stdout, r.Stderr)
	}
	if after := (fixer{t, h}).tree("/etc", "/home", "/root", "/srv"); after != before {
		t.Errorf("after the roll-back:\n%s\nbefore:\n%s", after, before)
	}
}
