package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func auditCall(args map[string]any) call { return call{"audit_rules", args} }

// The kernel has no audit rules for containers: here is the file of the lock; remediate/effects has the kernel's part, and
// remediate/actions what is planned on a host that has both.
func TestAuditRulesAreLockedAtTheEnd(t *testing.T) {
	h := testhost.Boot(t)
	f := fixer{t, h}
	before := f.tree("/etc/audit/rules.d")
	lock := auditCall(map[string]any{"immutable": true})
	steps := f.plan(lock)
	f.apply(steps)
	// What augenrules itself makes of it, with a file of the site's that is read before.
	h.WriteFile("/etc/audit/rules.d/98-site.rules", 0o640, "-e 1\n-w /etc/hosts -p wa\n")
	h.MustRun("augenrules")
	if made := lines(h.ReadFile("/etc/audit/audit.rules")); made[len(made)-1] != "-e 2" {
		t.Errorf("augenrules makes\n%s", strings.Join(made, "\n"))
	}
	f.settled(lock)
	f.undo(steps)
	h.MustRun("rm", "/etc/audit/rules.d/98-site.rules")
	if after := f.tree("/etc/audit/rules.d"); after != before {
		t.Errorf("after undoing:\n%s\nbefore:\n%s", after, before)
	}

	f.refuses("in a container, they are those of its host", auditCall(map[string]any{"rules": []string{"-w /etc/group -p wa"}}))
	h.WriteFile("/etc/audit/rules.d/99-zz.rules", 0o640, "-e 1\n")
	f.refuses(`/etc/audit/rules.d/99-zz.rules:1 says "-e 1", which is read last`, lock)
	h.MustRun("rm", "-r", "/etc/audit/rules.d")
	f.refuses("there is no /etc/audit/rules.d", lock)
}
