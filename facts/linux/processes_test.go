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
Uid:	4294967293	4294967293	4294967293	4294967293
-- /proc/11/cgroup --
0::/user.slice/user-1000.slice/session-3.scope
-- /proc/12 dir --
`

func TestProcesses(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, processFixture), Sources(), "processes")
	for attr, want := range map[string]string{
		"[0].pid": "10", "[0].name": "a) b (c)", "[0].ppid": "1", "[0].exe": "/usr/sbin/chronyd", "[0].uid": "105", "[0].user": "_chrony",
		"[0].unit": "chrony.service", "[0].started": "2026-11-23T12:00:05Z",
		"[1].pid": "11", "[1].user": "", "[1].uid": "4294967293", "[1].name": "user", "[1].unit": "session-3.scope", "[1].exe": "unknown: readlink /proc/11/exe: no such file or directory",
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

func TestAProcessThatCannotBeTakenApart(t *testing.T) {
	for _, c := range []struct{ name, files, attr, want string }{
		{"empty", "-- /proc/7/stat --\n", "[0].name", "unknown: /proc/7/stat is garbled"},
		{"cut short", "-- /proc/7/stat --\n7 (a) S 1 10\n", "[0].ppid", "unknown: /proc/7/stat is garbled"},
		{"numbers that are none", "-- /proc/7/stat --\n7 (a) S x 10 10 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 500 1 2 3\n", "[0].ppid",
			"unknown: /proc/7/stat: strconv.Atoi: parsing \"x\": invalid syntax"},
		{"a FIFO", "-- /proc/7/stat fifo --\n", "[0].uid", "unknown: open /proc/7/stat: not a regular file: a FIFO"},
		{"a FIFO that gopsutil would open", "-- /proc/7/stat --\n7 (a) S 1 10 10 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 500 1 2 3\n-- /proc/7/status fifo --\n",
			"[0].uid", "unknown: /proc/7/status: not a regular file"},
		{"a line that gopsutil indexes into", "-- /proc/7/stat --\n7 (a) S 1 10 10 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 500 1 2 3\n-- /proc/7/status --\nState:\t\nUid:\t1\t2\t3\t4\n",
			"[0].uid", "2"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.files), Sources(), "processes")
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func BenchmarkProcesses(b *testing.B) {
	n := 0
	for b.Loop() {
		n = hosttest.Read(b, facts.LiveHost(), Sources(), "processes").LengthInt()
	}
	b.ReportMetric(float64(n), "processes")
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
