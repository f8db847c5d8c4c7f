package report_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/report"
)

func evaluation() benchmarks.Evaluation {
	return benchmarks.Evaluation{
		Benchmark: &benchmarks.Benchmark{ID: "cis-debian-12", Title: "CIS Debian Linux 12 Benchmark", Version: "1.1.0"},
		Profile:   "level2-server", Verdict: benchmarks.Pass,
		Variables: map[string]any{"password_min_length": 14.0, "banner": "Authorized uses only."},
	}
}

func options() report.Options {
	return report.Options{
		Time: noon, Tool: report.Tool{Version: "1.0.0", Unprivileged: true},
		Host: report.Host{
			ID: "4c4c4544", Name: "web-1", Labels: map[string]string{"role": "web", "env": "prod"},
			OS:     report.OS{ID: "debian", VersionID: "12", Name: "Debian GNU/Linux 12 (bookworm)"},
			Kernel: "6.1.0-28-amd64", Arch: "x86_64", Virtualization: "kvm",
		},
		Timings: &report.Timings{TotalMS: 412.25, LoadMS: 31, EvaluationMS: 8.4, Facts: []report.FactTiming{
			{Fact: "filesystem", MS: 380.1}, {Fact: "updates", MS: 210.75}, {Fact: "sysctl", Subject: "net.ipv4.ip_forward", MS: 0.1},
		}},
	}
}

func fixed(evs []benchmarks.Evaluation, o report.Options) *report.Report {
	r := report.New(evs, o)
	r.ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
	return r
}

const ssh = "Access Control"
const files = "System Maintenance"

// mixed has every verdict, and every way in which a control fails.
func mixed() *report.Report {
	e := evaluation()
	shadow := "open /etc/shadow: permission denied"
	e.LeftOut = []benchmarks.LeftOut{{Control: "1.1.1.9", Reason: "USB storage is used for the nightly backup"}}
	e.Results = []benchmarks.Result{
		{
			Control: &benchmarks.Control{ID: "2.1.6", Title: "No FTP server is in use", Severity: benchmarks.High, Chapter: "Services"},
			Verdict: benchmarks.Waived, Reason: "waived by legacy-ftp until 2027-03-31",
			Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Fail, Explanation: "!package(\"vsftpd\").installed"}},
			Waiver: &benchmarks.WaiverUse{
				Name: "legacy-ftp", Reason: "Vendor feed until the March migration.", Owner: "payments-platform@example.org",
				Approved: "2026-11-02", Expires: time.Date(2027, 3, 31, 23, 59, 59, 0, time.UTC),
			},
		},
		{
			Control: &benchmarks.Control{ID: "2.4.1.1", Title: "The cron daemon runs", Severity: benchmarks.Low, Chapter: "Services"},
			Verdict: benchmarks.NotApplicable, Reason: "package(\"cron\").installed is false",
		},
		{
			Control: &benchmarks.Control{
				ID: "5.1.20", Title: "Root cannot log in over SSH", Why: "Every administrator should leave a name in the log.",
				Severity: benchmarks.High, Chapter: ssh, Refs: map[string][]string{"nist_800_53": {"AC-6"}},
				Fixes: []benchmarks.Fix{{Kind: "sshd_option", Text: "name  = \"PermitRootLogin\"\nvalue = \"no\"\n"}},
			},
			Verdict: benchmarks.Fail, Reason: "sshd.permitrootlogin is \"yes\"",
			Checks: []benchmarks.CheckResult{{
				Verdict: benchmarks.Fail, Reason: "sshd.permitrootlogin is \"yes\"",
				Explanation: "sshd.permitrootlogin == \"no\"\n│\n\"yes\"   /etc/ssh/sshd_config.d/10-vendor.conf:3",
			}},
			Evidence: []benchmarks.Evidence{{Fact: "sshd", Path: "permitrootlogin", Value: "yes", Origin: "/etc/ssh/sshd_config.d/10-vendor.conf:3"}},
			Duration: 400 * time.Microsecond,
		},
		{
			Control: &benchmarks.Control{ID: "5.1.21", Title: "SSH asks for a key", Severity: benchmarks.Medium, Chapter: ssh},
			Verdict: benchmarks.Pass, Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Pass}},
		},
		unread("5.4.1.1", "Passwords expire", ssh, shadow),
		unread("5.4.1.2", "Passwords cannot be changed twice a day", ssh, shadow),
		unread("5.4.1.5", "Unused accounts are locked", ssh, shadow),
		unread("6.3.3.1", "Changes to sudoers are logged", "Logging and Auditing", "timed out after 10s"),
		{
			Control: &benchmarks.Control{ID: "6.3.4.4", Title: "The audit log's mode", Severity: benchmarks.Medium, Chapter: "Logging and Auditing"},
			Verdict: benchmarks.Error, Reason: "cis-debian-12/logging.hcl:12: the evaluation took more than 100000 steps",
		},
		{
			Control: &benchmarks.Control{
				ID: "6.1.1", Title: "Forwarding of packets is off", Severity: benchmarks.Critical, Chapter: "Network",
				Remedy: "Find out who needs forwarding; a container engine does, and then this host is a router and should be hardened as one.",
			},
			Verdict: benchmarks.Fail, Reason: "running and configured do not hold",
			Checks: []benchmarks.CheckResult{
				{Name: "running", Verdict: benchmarks.Fail, Explanation: "sysctl(\"net.ipv4.ip_forward\").running == \"0\"\n                                      │\n                                      \"1\"   /proc/sys/net/ipv4/ip_forward"},
				{Name: "configured", Verdict: benchmarks.Unknown, Reason: "open /etc/sysctl.d/99-local.conf: permission denied"},
				{Name: "forwarding of IPv6", Verdict: benchmarks.Pass},
			},
		},
		{
			Control: &benchmarks.Control{
				ID: "7.1.11", Title: "World-writable directories have the sticky bit, so that users of one cannot take away each other's files",
				Severity: benchmarks.Medium, Chapter: files,
				Fixes: []benchmarks.Fix{{Kind: "file_mode", Text: "for_each = violations\npath     = each.path\nadd      = \"o+t\"\n"}},
			},
			Verdict: benchmarks.Fail, Reason: "47 violations", Total: 47, Violations: paths(40),
			Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Fail, Reason: "47 violations"}},
			Waiver: &benchmarks.WaiverUse{Name: "scratch", Reason: "Old scratch space.", Owner: "ops@example.org", Expires: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Expired: true},
		},
		{
			Control: &benchmarks.Control{ID: "7.1.13", Title: "Setuid programs are known", Severity: benchmarks.Medium, Chapter: files},
			Verdict: benchmarks.Manual, Reason: "Compare the list with what the packages installed.",
			Shown: []benchmarks.Shown{
				{Name: "setuid", Values: []any{"/usr/bin/su", "/usr/bin/sudo"}, Total: 2},
				{Name: "setgid", Values: []any{"/usr/bin/crontab"}, Total: 1, Unknown: "/srv: permission denied"},
				{Name: "limits", Values: []any{map[string]any{"core": "0"}, true, 7, ""}, Total: 4},
				{Name: "unowned", Unknown: "filesystem.unowned: the walk timed out"},
				{Name: "dangling", Values: []any{}},
			},
		},
	}
	return fixed([]benchmarks.Evaluation{e}, options())
}

func unread(id, title, chapter, reason string) benchmarks.Result {
	return benchmarks.Result{
		Control: &benchmarks.Control{ID: id, Title: title, Severity: benchmarks.High, Chapter: chapter},
		Verdict: benchmarks.Unknown, Reason: "user(\"root\")." + strings.ToLower(title[:4]) + ": " + reason,
		Checks:   []benchmarks.CheckResult{{Verdict: benchmarks.Unknown, Reason: reason}},
		Evidence: []benchmarks.Evidence{{Fact: "users", Path: "", Unknown: reason}},
	}
}

func paths(n int) []benchmarks.Violation {
	out := make([]benchmarks.Violation, n)
	for i := range out {
		p := fmt.Sprintf("/srv/scratch/%02d", i)
		out[i] = benchmarks.Violation{Identity: p, Value: map[string]any{"path": p, "mode": "0777"}, Origin: p}
	}
	return out
}

// evil is a file name that would clear the screen, end a code span, a table and an element, and turn the text round.
const evil = "/tmp/\x1b[2J\u009b31m\u202e`code` | <script>alert(1)</script> ]]> **bold** \n# head\r\x00\x7f"

func hostile() *report.Report {
	e := evaluation()
	e.Results = []benchmarks.Result{{
		Control: &benchmarks.Control{ID: "1.1", Title: "Nothing odd in <tmp> & *nowhere* _else_", Why: "a | b", Severity: benchmarks.Low, Chapter: "Files"},
		Verdict: benchmarks.Fail, Reason: evil, Total: 1,
		Checks: []benchmarks.CheckResult{
			{Name: "files", Verdict: benchmarks.Fail, Reason: evil, Explanation: "x == \"" + evil + "\"\n```\nend"},
			{Name: "no list", Verdict: benchmarks.Fail, Reason: evil, Explanation: "y == \"" + evil + "\"\n```\nend"},
		},
		Violations: []benchmarks.Violation{{Identity: evil, Check: "files", Value: map[string]any{"path": evil}, Origin: evil}},
		Evidence:   []benchmarks.Evidence{{Fact: "file", Subject: evil, Value: evil, Origin: evil}},
	}, {
		Control: &benchmarks.Control{ID: "1.2", Title: "Unknown", Severity: benchmarks.Low, Chapter: "Files"}, Verdict: benchmarks.Unknown, Reason: evil,
	}}
	o := options()
	o.Host.Name, o.Host.Labels, o.Timings = evil, map[string]string{"k": evil}, &report.Timings{Facts: []report.FactTiming{{Fact: "file", Subject: evil, MS: 1}}}
	return fixed([]benchmarks.Evaluation{e}, o)
}

func inapplicable() *report.Report {
	no, perhaps := evaluation(), evaluation()
	no.Verdict, no.Reason = benchmarks.NotApplicable, "host.os.id is \"alpine\""
	perhaps.Benchmark = &benchmarks.Benchmark{ID: "postgres-15", Title: "PostgreSQL 15", Version: "0.2.0"}
	perhaps.Verdict, perhaps.Reason = benchmarks.Unknown, "open /var/lib/dpkg/status: permission denied"
	o := options()
	o.Timings = nil
	o.Host = report.Host{}
	return fixed([]benchmarks.Evaluation{no, perhaps}, o)
}

func clean() *report.Report {
	e := evaluation()
	e.Results = []benchmarks.Result{{
		Control: &benchmarks.Control{ID: "1.1", Title: "All is well", Severity: benchmarks.Low, Chapter: "Files"}, Verdict: benchmarks.Pass,
		Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Pass}},
	}}
	o := options()
	o.Timings = nil
	return fixed([]benchmarks.Evaluation{e}, o)
}

// compared knows one failure of mixed's, and has lost another.
func compared() *report.Report {
	old := mixed()
	e := evaluation()
	e.Results = []benchmarks.Result{fails(0, "/a", "/b"), {
		Control: &benchmarks.Control{ID: "5.1.20", Title: "Root cannot log in over SSH", Severity: benchmarks.High, Chapter: ssh},
		Verdict: benchmarks.Fail, Reason: "sshd.permitrootlogin is \"yes\"", Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Fail, Reason: "sshd.permitrootlogin is \"yes\""}},
	}, {
		Control: &benchmarks.Control{ID: "7.1.11", Title: "World-writable directories have the sticky bit", Severity: benchmarks.Medium, Chapter: files},
		Verdict: benchmarks.Pass,
	}}
	o := options()
	o.Timings, o.Baseline = nil, old
	return fixed([]benchmarks.Evaluation{e}, o)
}
