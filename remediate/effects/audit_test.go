package effects

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// TestAuditRulesAreLoadedAndTakenOut changes this machine's kernel, as audit has no namespaces, and leaves it as it was.
func TestAuditRulesAreLoadedAndTakenOut(t *testing.T) {
	auditctl, err := exec.LookPath("auditctl")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and auditctl")
	}
	lock, err := os.OpenFile("/run/lock/holdfast-audit-test", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := (Local{}).Observe(t.Context(), "audit", "-a never,task"); err != nil {
		t.Skipf("this kernel does not let us ask: %v", err)
	}
	list := func() string {
		out, err := exec.Command(auditctl, "-l").CombinedOutput()
		if err != nil {
			t.Fatalf("auditctl -l: %v: %s", err, out)
		}
		return string(out)
	}
	before := list()
	if !strings.Contains(before, "No rules") {
		t.Skip("this machine has audit rules of its own")
	}
	for target, shown := range map[string]string{
		"-a always,exit -S all -F path=/etc/passwd -F perm=wa -k hf-test":                                      "-w /etc/passwd -p wa -k hf-test",
		"-a always,exit -S all -F dir=/etc -F perm=wa -k hf-test":                                              "-w /etc -p wa -k hf-test",
		"-a always,exit -F arch=x86_64 -S mount -F auid!=4294967295 -F auid>=1000 -k hf-test":                  "-S mount",
		"-a always,exit -F arch=x86_64 -S openat -F auid>=1000 -F exit=-13 -k hf-test":                         "exit=-EACCES",
		"-a always,exit -F arch=x86_64 -S execve -C uid!=euid -k hf-test":                                      "-C uid!=euid",
		"-a always,exit -S all -F path=/usr/bin/passwd -F perm=x -F auid>=1000 -F auid!=4294967295 -k hf-test": "-F perm=x",
	} {
		s := &remediate.Step{Effect: "audit", Target: target, Before: auditState(false), After: auditState(true)}
		for _, to := range []remediate.State{s.After, s.After, s.Before, s.Before} {
			if err := (Local{}).Set(context.Background(), s, to); err != nil {
				t.Errorf("%s: %v", target, err)
			}
			now, err := Local{}.Observe(t.Context(), "audit", target)
			if err != nil || !now.Equal(to) {
				t.Errorf("%s is %q, not %q (%v)", target, now.Summary, to.Summary, err)
			}
			if said := list(); to.Equal(s.After) != strings.Contains(said, shown) {
				t.Errorf("%s, %s: auditctl says %s", target, to.Summary, said)
			}
		}
	}
	if after := list(); after != before {
		t.Errorf("the kernel's rules are\n%s\nand were\n%s", after, before)
	}
}
