package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const auditHost = `
-- /etc/passwd --
root:x:0:0::/root:/bin/sh
-- /etc/group --
root:x:0:
-- /etc/sudoers --
-- /etc/sudoers.d dir --
-- /proc/self/loginuid --
`

func TestAuditRuleAsConfigured(t *testing.T) {
	h := hosttest.New(t, auditHost+`
-- /etc/audit/rules.d/10-base.rules --
-D
-b 8192
-e 2
-w /etc/sudoers -p wa -k scope
# -w /etc/passwd -p wa
-- /etc/audit/rules.d/9-early.rules --
  -w /etc/sudoers.d -p wa
-- /etc/audit/rules.d/99.rules.bak --
-w /etc/group -p wa
-- /etc/audit/audit.rules --
-w /etc/shadow -p wa
`)
	for _, c := range []struct{ rule, want string }{
		{"-w /etc/sudoers -p wa", "true"},
		{"-w /etc/sudoers.d -p wa", "true"},
		{"-w   /etc/sudoers.d/  -p w", "true"},
		{"-w /etc/passwd -p wa", "false"},
		{"-w /etc/group -p wa", "false"},
		{"-w /etc/shadow -p wa", "false"},
	} {
		v := hosttest.Read(t, h, Sources(), "audit_rule", c.rule)
		if got := hosttest.Leaf(v, "configured"); got != c.want {
			t.Errorf("%s: configured is %s, want %s\n%s", c.rule, got, c.want, hosttest.Lines(v))
		}
		if got := hosttest.Leaf(v, "running"); !strings.HasPrefix(got, "unknown") {
			t.Errorf("%s: a fixture has no kernel to ask, but running is %s", c.rule, got)
		}
	}
	v := hosttest.Read(t, h, Sources(), "audit_rules")
	if got := hosttest.Leaf(v, "lock_configured"); got != "true" {
		t.Errorf("lock_configured is %s", got)
	}
	if got := v.OriginOf("configured[0]").String(); got != "/etc/audit/rules.d/9-early.rules:1" {
		t.Errorf("the first rule comes from %s: rules.d is not in the order of ls -v", got)
	}
}

func TestAuditRulesBehindABrokenLineAreNotLoaded(t *testing.T) {
	rules := `
-- /etc/audit/rules.d/a.rules --
%s-w /etc/passwd -p wa
-w /nonsense -p zz
-w /etc/sudoers -p wa
-e 2
`
	h := hosttest.New(t, auditHost+strings.Replace(rules, "%s", "", 1))
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "audit_rule", "-w /etc/sudoers -p wa"), "configured"); !strings.Contains(got, "a.rules:2: auditctl stops there") {
		t.Errorf("a rule behind a broken line: %s", got)
	}
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "audit_rule", "-w /etc/passwd -p wa"), "configured"); got != "true" {
		t.Errorf("a rule before a broken line: %s", got)
	}
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "audit_rules"), "lock_configured"); !strings.HasPrefix(got, "unknown") {
		t.Errorf("-e 2 behind a broken line: %s", got)
	}
	h = hosttest.New(t, auditHost+strings.Replace(rules, "%s", "-i\n", 1))
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "audit_rule", "-w /etc/sudoers -p wa"), "configured"); got != "true" {
		t.Errorf("with -i auditctl goes on, but: %s", got)
	}
}

func TestAuditWithoutKernelSupport(t *testing.T) {
	h := hosttest.New(t, strings.Replace(auditHost, "-- /proc/self/loginuid --\n", "", 1))
	v := hosttest.Read(t, h, Sources(), "audit_rules")
	if hosttest.Leaf(v, "enabled") != "false" || hosttest.Leaf(v, "running") != "[]" {
		t.Errorf("a kernel without audit audits nothing, known:\n%s", hosttest.Lines(v))
	}
	if got := hosttest.Leaf(hosttest.Read(t, hosttest.Offline(t, auditHost), Sources(), "audit_rules"), "enabled"); !strings.Contains(got, "not knowable offline") {
		t.Error(got)
	}
}

func TestAuditRulesUnreadable(t *testing.T) {
	h := hosttest.New(t, auditHost+`
-- /etc/audit/rules.d/a.rules fifo --
`)
	v := hosttest.Read(t, h, Sources(), "audit_rule", "-w /etc/sudoers -p wa")
	if got := hosttest.Leaf(v, "configured"); !strings.Contains(got, "not a regular file") {
		t.Error(got)
	}
}

func TestVersionOrderIsThatOfLs(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"9-x.rules", "10-a.rules"}, {"10.rules", "10-a.rules"}, {"a2.rules", "a10.rules"}, {"A.rules", "a.rules"}, {"30-stig.rules", "30-xyz.rules"},
	} {
		if c.a == "10.rules" {
			c.a, c.b = c.b, c.a // '-' is before '.'
		}
		if versionOrder(c.a, c.b) >= 0 || versionOrder(c.b, c.a) <= 0 {
			t.Errorf("%s should come before %s", c.a, c.b)
		}
	}
}

func TestAuditd(t *testing.T) {
	const path = "-- /etc/audit/auditd.conf --\n"
	for _, c := range []struct{ name, conf, attr, want string }{
		{"value and case", "MAX_LOG_FILE_ACTION = KEEP_LOGS\n", "max_log_file_action", "keep_logs"},
		{"the last one counts", "num_logs = 3\nnum_logs = 7\n", "num_logs", "7"},
		{"a default", "num_logs = 3\n", "disk_error_action", "syslog"},
		{"a comment is no setting", "##max_log_file = 8\n", "max_log_file", "0"},
		{"the directory", "log_file = /srv/audit/a.log\n", "log_dir", "/srv/audit"},
		{"an option behind", "space_left_action = exec /bin/x\n", "space_left_action", "exec"},
		{"not a number", "max_log_file = big\n", "max_log_file", "unknown: /etc/audit/auditd.conf:1: auditd would not start: not a number"},
		{"no blanks around =", "num_logs=3\n", "num_logs", "unknown: /etc/audit/auditd.conf:1: auditd would not start: not name = value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, path+c.conf), Sources(), "auditd"), c.attr); got != c.want {
				t.Errorf("%s is %q, want %q", c.attr, got, c.want)
			}
		})
	}
	v := hosttest.Read(t, hosttest.New(t, auditHost), Sources(), "auditd")
	if hosttest.Leaf(v, "exists") != "false" || hosttest.Leaf(v, "log_file") != "unknown: /etc/audit/auditd.conf does not exist" {
		t.Error(hosttest.Lines(v))
	}
}
