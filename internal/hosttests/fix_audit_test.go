package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func auditCall(args map[string]any) call { return call{"audit_rules", args} }

// The kernel has no audit rules for containers: here are the files; remediate/effects has the kernel's part.
func TestAuditRulesAreAddedWhereNoneRecordsTheSame(t *testing.T) {
	h := testhost.Boot(t)
	f := fixer{t, h}
	h.WriteFile("/etc/audit/rules.d/30-site.rules", 0o640, "-a always,exit -F path=/etc/sudoers -F perm=rwa -F key=site\n")
	before := f.tree("/etc/audit/rules.d")
	calls := []call{
		auditCall(map[string]any{"rules": []string{"-w /etc/sudoers -p wa -k scope", "-w /etc/sudoers.d -p wa -k scope"}}), // the first is recorded already
		auditCall(map[string]any{"rules": []string{"-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts"}}),
		auditCall(map[string]any{"rules": []string{"-w /etc/hosts -p wa -k names"}, "file": "50-holdfast-time"}),
		auditCall(map[string]any{"immutable": true}),
	}
	steps := f.plan(calls...)
	for _, s := range steps {
		if s.Effect != "file" {
			t.Errorf("on a host whose kernel can't be asked, there is a step %s", s)
		}
		if strings.Contains(s.Target, "finalize") && (!s.AtBoot || s.Risk.String() != "one_way" || s != steps[len(steps)-1]) {
			t.Errorf("the lock is a step of risk %s, at boot %v, and not last: %v", s.Risk, s.AtBoot, steps)
		}
	}
	f.apply(steps)
	for name, want := range map[string]string{
		"50-holdfast.rules":          "# Written by Holdfast for 1, 2.\n-w /etc/sudoers.d -p wa -k scope\n-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts\n",
		"50-holdfast-time.rules":     "# Written by Holdfast for 3.\n-w /etc/hosts -p wa -k names\n",
		"99-holdfast-finalize.rules": "# Written by Holdfast for 4.\n-e 2\n",
	} {
		if got := h.ReadFile("/etc/audit/rules.d/" + name); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
	// What augenrules itself makes of it.
	h.MustRun("augenrules")
	made := lines(h.ReadFile("/etc/audit/audit.rules"))
	if made[len(made)-1] != "-e 2" || !strings.Contains(strings.Join(made, "\n"), "\n-w /etc/sudoers.d -p wa -k scope\n") {
		t.Errorf("augenrules makes\n%s", strings.Join(made, "\n"))
	}
	f.settled(calls...)
	f.undo(steps)
	if after := f.tree("/etc/audit/rules.d"); after != before {
		t.Errorf("after undoing:\n%s\nbefore:\n%s", after, before)
	}

	h.WriteFile("/etc/audit/rules.d/99-zz.rules", 0o640, "-e 1\n")
	f.refuses(`/etc/audit/rules.d/99-zz.rules:1 says "-e 1", which is read last`, auditCall(map[string]any{"immutable": true}))
	h.WriteFile("/etc/audit/rules.d/00-bad.rules", 0o640, "nonsense\n")
	f.refuses("is recorded after a boot is not known", auditCall(map[string]any{"rules": []string{"-w /etc/group -p wa"}}))
	h.MustRun("rm", "-r", "/etc/audit/rules.d")
	f.refuses("there is no /etc/audit/rules.d", auditCall(map[string]any{"immutable": true}))
}
