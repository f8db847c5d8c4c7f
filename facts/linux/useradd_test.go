package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestUseradd(t *testing.T) {
	for _, c := range []struct{ content, attr, want string }{
		{"INACTIVE=30\n# INACTIVE=99\n", "inactive", "30"},
		{"INACTIVE=30\nINACTIVE=45", "inactive", "45"},
		{"INACTIVE=30 \n", "inactive", "-1"},
		{"INACTIVE=30\r\n", "inactive", "-1"},
		{"INACTIVE= 30\n", "inactive", "30"},
		{" INACTIVE=30\n", "inactive", "-1"},
		{"INACTIVE =30\n", "inactive", "-1"},
		{"inactive=30\n", "inactive", "-1"},
		{"INACTIVE=-5\n", "inactive", "-1"},
		{"SHELL=/bin/sh\n", "shell", "/bin/sh"},
		{"", "shell", "unknown: /etc/default/useradd does not set SHELL, and its default depends on how useradd was built"},
		{"", "home", "/home"},
		{"", "exists", "true"},
	} {
		v := hosttest.Read(t, hosttest.New(t, "-- /etc/default/useradd --\n"+c.content+"\n"), Sources(), "useradd")
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("useradd.%s is %q, want %q, of %q", c.attr, got, c.want, c.content)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, "-- /etc/x --\n"), Sources(), "useradd")
	if got := hosttest.Leaf(v, "exists") + hosttest.Leaf(v, "inactive"); got != "false-1" {
		t.Error(got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/default/useradd fifo --\n"), Sources(), "useradd")
	if got := hosttest.Leaf(v, ""); got != "unknown: open /etc/default/useradd: not a regular file: a FIFO" {
		t.Error(got)
	}
}
