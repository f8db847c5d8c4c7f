package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestFile(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
-- /etc/group --
root:x:0:
-- /etc/shadow mode=4640 --
secret
-- /etc/loop link=/etc/loop --
-- /etc/alias link=/etc/shadow --
-- /etc/pipe fifo --
`)
	for _, c := range []struct{ path, attr, want string }{
		{"/etc/shadow", "mode", "4640"},
		{"/etc/shadow", "exists", "true"},
		{"/etc/shadow", "target", ""},
		{"/etc/alias", "mode", "4640"},
		{"/etc/alias", "target", "/etc/shadow"},
		{"/etc/pipe", "type", "fifo"},
		{"/etc/none", "exists", "false"},
		{"/etc/none", "mode", "unknown: /etc/none does not exist"},
		{"/etc/shadow/under", "exists", "false"},
		{"/etc/loop", "exists", "unknown: stat /etc/loop: too many levels of symbolic links"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "file", c.path), c.attr); got != c.want {
			t.Errorf("file(%q).%s is %q, want %q", c.path, c.attr, got, c.want)
		}
	}
}

func TestGlobListsObjectsInOrder(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/passwd --
-- /etc/group --
-- /etc/cron.d/b mode=0600 --
-- /etc/cron.d/a mode=0644 --
-- /etc/cron.d/.hidden --
`)
	v := hosttest.Read(t, h, Sources(), "glob", "/etc/cron.d/*")
	if got := hosttest.Leaf(v, "[0].path") + " " + hosttest.Leaf(v, "[1].mode"); got != "/etc/cron.d/a 0600" {
		t.Error(got)
	}
	if n := v.LengthInt(); n != 2 {
		t.Errorf("%d matches", n)
	}
	if got := hosttest.Lines(hosttest.Read(t, h, Sources(), "glob", "/none/*")); got != " = []  (/none/*)\n" {
		t.Errorf("a complete, empty match reads %q", got)
	}
}
