package linux

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"golang.org/x/sys/unix"
)

// TestKernelGivesBackTheRulesItTook loads rules into this machine's kernel and takes them out again. It leaves a machine
// alone that has rules already.
func TestKernelGivesBackTheRulesItTook(t *testing.T) {
	auditctl, err := exec.LookPath("auditctl")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and auditctl")
	}
	lock, err := os.OpenFile("/run/lock/holdfast-audit-test", os.O_CREATE|os.O_RDWR, 0o600) // the kernel has one list for all
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Close() })
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	before, err := askKernelAudit(context.Background())
	if err != nil {
		t.Skipf("this kernel does not let us ask: %v", err)
	}
	if len(before.rules) > 0 {
		t.Skip("this machine has audit rules of its own")
	}
	env := auditrules.Env{Arch: auditArch(), IsDir: func(p string) bool {
		st, err := os.Stat(p)
		return err == nil && st.IsDir()
	}}
	rules := []string{
		"-w /etc/passwd -p wa -k hf-identity",
		"-w /etc -p wa -k hf-etc",
		"-a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=hf-time",
		"-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -F key=hf-mounts",
		"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F auid>=1000 -F auid!=unset -F key=hf-access",
		"-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -F key=hf-emulation",
		"-a always,exit -F path=/usr/bin/passwd -F perm=x -F auid>=1000 -F auid!=unset -F key=hf-priv",
		"-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -F key=hf-clock",
		"-a never,exit -F arch=b64 -S getpid -F uid=0 -F key=hf-never",
	}
	if auditArch() == "x86_64" {
		rules = append(rules, "-a always,exit -F arch=b32 -S sethostname,setdomainname -F key=hf-locale")
	}
	t.Cleanup(func() {
		for _, r := range rules {
			r = strings.NewReplacer("-w ", "-W ", "-a ", "-d ").Replace(r)
			if out, err := exec.Command(auditctl, strings.Fields(r)...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", r, err, out)
			}
		}
	})
	var want []auditrules.Rule
	for _, r := range rules {
		if out, err := exec.Command(auditctl, strings.Fields(r)...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", r, err, out)
		}
		l, err := auditrules.Parse(r, env)
		if err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		want = append(want, *l.Rule)
	}
	got, err := askKernelAudit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.rules) != len(want) {
		t.Fatalf("the kernel has %d rules, not %d", len(got.rules), len(want))
	}
	for i := range want {
		if !got.rules[i].Same(want[i]) {
			t.Errorf("rule %d\n kernel %s\n parsed %s", i, got.rules[i], want[i])
		}
	}
	set := facts.NewSet(context.Background(), facts.LiveHost(), Sources())
	v := set.Read(context.Background(), facts.Key{Fact: "audit_rules"})
	if !v.GetAttr("running").IsKnown() || v.GetAttr("running").LengthInt() != len(rules) {
		t.Errorf("audit_rules.running: %#v", v.GetAttr("running"))
	}
}
