package report_test

import (
	"testing"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/report"
)

func TestAFixSaysInWordsWhatItWouldDo(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"sshd_option", "name  = \"PermitRootLogin\"\nvalue = \"no\"", "set PermitRootLogin to no in the SSH server's configuration"},
		{"sysctl", "name = \"net.ipv4.ip_forward\"\nvalue = \"0\"", "set net.ipv4.ip_forward to 0, now and at boot"},
		{"sysctl", "name = \"a\"\nvalue = \"0\"\nrunning = false", "set a to 0 from the next boot on"},
		{"file_mode", "for_each = violations\npath = each.path\nadd = \"o+t\"", "change each path: add o+t"},
		{"file_mode", "path = \"/etc/shadow\"\nmax = \"0640\"\nowner = \"root\"", "change /etc/shadow: mode at most 0640, owner root"},
		{"file_mode", "for_each = [for k in sshd.host_keys : k if k.private]\npath = each.path\nmode = \"0600\"",
			"change each path: mode 0600, for each of [for k in sshd.host_keys : k if k.private]"},
		{"service", "name = \"rpcbind\"\nenabled = false\nstate = \"stopped\"", "disable and stop rpcbind"},
		{"package", "name = \"telnet\"\nstate = \"purged\"", "purge the package telnet"},
		{"mount_option", "path = \"/tmp\"\nadd = [\"nodev\", \"nosuid\"]", "mount /tmp with nodev, nosuid"},
		{"login_defs", "name = \"PASS_MAX_DAYS\"\nvalue = tostring(var.max_days)", "set PASS_MAX_DAYS to tostring(var.max_days) in /etc/login.defs"},
		{"login_defs", "name = \"PASS_MAX_DAYS\"\nvalue = \"${var.password_min_length}\"", "set PASS_MAX_DAYS to 14 in /etc/login.defs"},
		{"login_defs", "name = \"A\"\nvalue = \"${var.other}\"", "set A to \"${var.other}\" in /etc/login.defs"},
		{"pam", "profile = \"faillock\"\nenabled = true", "enable the profile faillock of pam-auth-update"},
		{"pam", "file = \"faillock.conf\"\nname = \"deny\"\nvalue = \"5\"", "set deny to 5 in /etc/security/faillock.conf"},
		{"pam", "file = \"pwquality.conf\"\nname = \"enforce_for_root\"", "set enforce_for_root in /etc/security/pwquality.conf"},
		{"pam", "type = \"auth\"\nmodule = \"pam_unix\"\nremove = [\"nullok\"]", "take from pam_unix the arguments nullok (auth)"},
		{"pam", "type = \"password\"\nmodule = \"pam_unix\"\nadd = [\"use_authtok\"]", "give pam_unix the arguments use_authtok (password)"},
		{"kernel_module", "name = \"cramfs\"\nstate = \"disabled\"\nguard {\n  when = package(\"snapd\").installed\n  reason = \"Snaps need it.\"\n}",
			"keep the kernel module cramfs from being loaded (refused where: Snaps need it)"},
		{"sudo_default", "name = \"use_pty\"", "set use_pty in sudo's defaults"},
		{"cron_access", "service = \"cron\"\ngroup = \"root\"", "cron access: service cron, group root"},
		{"file", "path = \"/etc/x\"\nabsent = true", "remove /etc/x"},
		{"file", "path = \"/etc/x\"\ncontent = <<EOT\na\nEOT\n", "write /etc/x"},
		{"anything", "not hcl {{", "anything"},
	} {
		e := evaluation()
		e.Results = []benchmarks.Result{{Control: &benchmarks.Control{ID: "1", Fixes: []benchmarks.Fix{{Kind: c.kind, Text: c.text}}}}}
		r := report.New([]benchmarks.Evaluation{e}, report.Options{})
		if got := r.Benchmarks[0].Results[0].Fixes[0].Summary; got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}
