package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestLimit(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/security/limits.conf --
* hard core 0
* soft nofile 1024
root hard core unlimited
broken line
-- /etc/security/limits.d/20-b.conf --
*	-	core	100
@dev hard core -1
svc -
-- /etc/security/limits.d/10-a.conf --
* hard core 7
-- /etc/security/limits.d/30-c.conf.bak --
* hard core 9
-- /etc/security/limits.d/.hidden.conf --
* hard core 9
`)
	for _, c := range []struct{ domain, kind, item, attr, want string }{
		{"*", "hard", "core", "value", "100"},
		{"*", "soft", "core", "number", "100"},
		{"*", "HARD", "Core", "unlimited", "false"},
		{"*", "hard", "core", "overrides[0].domain", "root"},
		{"*", "hard", "core", "overrides[1].domain", "@dev"},
		{"*", "hard", "core", "exempt[0].domain", "svc"},
		{"root", "hard", "core", "unlimited", "true"},
		{"root", "hard", "core", "number", `unknown: /etc/security/limits.conf:3: "unlimited" is no number`},
		{"*", "hard", "nofile", "exists", "false"},
		{"*", "hard", "nofile", "value", "unknown: no line sets hard nofile for *"},
		{"*", "soft", "nofile", "number", "1024"},
	} {
		v := hosttest.Read(t, h, Sources(), "limit", c.domain, c.kind, c.item)
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("limit(%q, %q, %q).%s is %q, want %q", c.domain, c.kind, c.item, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, h, Sources(), "limit", "*", "hard", "core")
	if o := v.OriginOf("value").String(); o != "/etc/security/limits.d/20-b.conf:1" {
		t.Error(o)
	}
	v = hosttest.Read(t, h, Sources(), "limits")
	if got := hosttest.Leaf(v, "entries[3].value") + hosttest.Leaf(v, "malformed[0].line"); got != "74" {
		t.Error(got)
	}
}

func TestLimitIsUnknownWhenAFileCouldChangeIt(t *testing.T) {
	h := hosttest.New(t, "-- /etc/security/limits.conf --\n* hard core 0\n-- /etc/security/limits.d/a.conf fifo --\n")
	v := hosttest.Read(t, h, Sources(), "limit", "*", "hard", "core")
	want := "unknown: open /etc/security/limits.d/a.conf: not a regular file: a FIFO"
	if got := hosttest.Leaf(v, "value"); got != want {
		t.Error(got)
	}
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "limits"), "entries[1]"); got != want {
		t.Error(got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/x --\n"), Sources(), "limit", "*", "hard", "core")
	if got := hosttest.Leaf(v, "exists"); got != "false" {
		t.Error(got)
	}
}
