package linux

import (
	"os"
	"strconv"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const processFixture = `
-- /etc/passwd --
root:x:0:0::/root:/bin/sh
_chrony:x:105:1::/:/bin/false
-- /etc/group --
-- /proc/stat --
btime 1795435200
-- /proc/10/stat --
10 (a) b (c)) S 1 10 10 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 500 1 2 3
-- /proc/10/status --
Name:	x
Uid:	0	105	0	0
-- /proc/10/exe link=/usr/sbin/chronyd --
-- /proc/10/cgroup --
1:name=systemd:/system.slice/chrony.service
0::/system.slice/chrony.service/sub
-- /proc/9/stat --
9 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0
-- /proc/11/stat --
11 (user) S 10 11 11 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 2 3
-- /proc/11/status --
Uid:	4711	4711	4711	4711
-- /proc/11/cgroup --
0::/user.slice/user-1000.slice/session-3.scope
-- /proc/12 dir --
`

func TestProcesses(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, processFixture), Sources(), "processes")
	for attr, want := range map[string]string{
		"[0].pid": "10", "[0].name": "a) b (c)", "[0].ppid": "1", "[0].exe": "/usr/sbin/chronyd", "[0].uid": "105", "[0].user": "_chrony",
		"[0].unit": "chrony.service", "[0].started": "2026-11-23T12:00:05Z",
		"[1].pid": "11", "[1].user": "", "[1].unit": "session-3.scope", "[1].exe": "unknown: readlink /proc/11/exe: no such file or directory",
		"[2].pid": "no such path",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	v = hosttest.Read(t, hosttest.Offline(t, processFixture), Sources(), "processes")
	if v.IsKnown() || v.ReasonOf("") != facts.Offline {
		t.Error(hosttest.Lines(v))
	}
}

func TestProcessesOfThisMachine(t *testing.T) {
	v := hosttest.Read(t, facts.LiveHost(), Sources(), "processes")
	self := strconv.Itoa(os.Getpid())
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range v.LengthInt() {
		at := facts.JoinIndex("", i)
		if hosttest.Leaf(v, at+".pid") != self {
			continue
		}
		if got := hosttest.Leaf(v, at+".exe"); got != exe {
			t.Errorf("we are %s, not %s", exe, got)
		}
		if got := hosttest.Leaf(v, at+".uid"); got != strconv.Itoa(os.Geteuid()) {
			t.Error("our uid is read as", got)
		}
		return
	}
	t.Error("we are not among the processes")
}
