package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestBanner(t *testing.T) {
	release := "-- /etc/os-release --\nID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=sid\n"
	for _, c := range []struct{ host, path, want string }{
		{"-- /etc/issue --\nAuthorized use only.\n", "issue.leaks", "[]"},
		{"-- /etc/issue --\nAuthorized use only.\n", "issue.non_empty", "true"},
		{"-- /etc/issue --\n \n\t\n", "issue.non_empty", "false"},
		{"-- /etc/x --\n", "issue.exists", "false"},
		{"-- /etc/x --\n", "issue.non_empty", "false"},
		{"-- /etc/x --\n", "motd.leaks", "[]"},
		{"-- /etc/issue --\n\nWelcome to DEBIAN \\n \\l\n", "issue.leaks[0].name", "debian"},
		{"-- /etc/issue --\n\nWelcome to DEBIAN \\n \\l\n", "issue.leaks[0].line", "2"},
		{"-- /etc/issue --\n\nWelcome to DEBIAN \\n \\l\n", "issue.shows_hostname", "true"},
		{"-- /etc/issue --\nKernel \\r on an \\m\n", "issue.leaks[1].what", "architecture"},
		{"-- /etc/issue --\n\\\\r is no escape\n", "issue.leaks", "[]"},
		{"-- /etc/issue --\n\\S{PRETTY_NAME}\n", "issue.leaks[0].what", "os"},
		{"-- /etc/issue.net --\n%m%%h\n", "issue_net.leaks[0].what", "architecture"},
		{"-- /etc/issue.net --\n%m%%h\n", "issue_net.shows_hostname", "false"},
		{"-- /etc/motd --\n%m beside the sideboard, inside Sidney\n", "motd.leaks", "[]"},
		{"-- /etc/motd --\nrunning sid, daily\n", "motd.leaks[0].name", "sid"},
		{"-- /run/motd.dynamic --\nDebian\n", "others[0].leaks[0].what", "os"},
		{"-- /etc/update-motd.d/10-uname mode=0755 --\n-- /etc/update-motd.d/README --\n", "motd_scripts[0]", "/etc/update-motd.d/10-uname"},
		{"-- /etc/update-motd.d/10-uname mode=0755 --\n-- /etc/update-motd.d/README --\n", "motd_scripts[1]", "no such path"},
		{"-- /etc/issue fifo --\n", "issue.leaks", "unknown: open /etc/issue: not a regular file: a FIFO"},
		{"-- /etc/issue fifo --\n", "issue.non_empty", "unknown: open /etc/issue: not a regular file: a FIFO"},
	} {
		v := hosttest.Read(t, hosttest.New(t, release+c.host), Sources(), "banner")
		if got := hosttest.Leaf(v, c.path); got != c.want {
			t.Errorf("banner.%s is %q, want %q, of\n%s", c.path, got, c.want, c.host)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, "-- /etc/motd --\nhello\n"), Sources(), "banner")
	if got := hosttest.Leaf(v, "motd.leaks[0]"); got != "unknown: neither /etc/os-release nor /usr/lib/os-release exists" {
		t.Error(got)
	}
}

func TestBannerFile(t *testing.T) {
	host := hosttest.New(t, "-- /etc/os-release --\nID=debian\n-- /etc/ssh/hello --\nDebian of \\n\n-- /etc/ssh/pipe fifo --\n")
	for _, c := range []struct{ file, path, want string }{
		{"/etc/ssh/hello", "leaks[0].name", "debian"},
		{"/etc/ssh/hello", "non_empty", "true"},
		{"/etc/ssh/hello", "shows_hostname", "true"},
		{"/etc/ssh/gone", "exists", "false"},
		{"/etc/ssh/gone", "non_empty", "false"},
		{"/etc/ssh/pipe", "leaks", "unknown: open /etc/ssh/pipe: not a regular file: a FIFO"},
		{"none", "exists", `unknown: "none" is no absolute path`},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, host, Sources(), "banner_file", c.file), c.path); got != c.want {
			t.Errorf("banner_file(%q).%s is %q, want %q", c.file, c.path, got, c.want)
		}
	}
}
