package hosttests

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-agent/holdfast/internal/testhost"
	"golang.org/x/sys/unix"
)

// applier has the program change a host by the trial policy.
type applier struct {
	fixer
	program string
}

func newApplier(t *testing.T, h *testhost.Host, name string) applier {
	t.Helper()
	a := applier{fixer{t, h}, install(t, h, name)}
	text, err := os.ReadFile("testdata/trial.hcl")
	if err != nil {
		t.Fatal(err)
	}
	h.WriteFile("/root/trial/trial.hcl", 0o600, string(text))
	return a
}

func (a applier) apply(args ...string) testhost.Result {
	a.t.Helper()
	return a.host.Run(a.program, append([]string{"apply", "--yes", "--policy", "/root/trial"}, args...)...)
}

// applied sees that an application ended as it should.
func (a applier) applied(code int, args ...string) testhost.Result {
	a.t.Helper()
	r := a.apply(args...)
	if r.Code != code {
		a.t.Fatalf("apply %v: exit status %d, want %d\n%s%s", args, r.Code, code, r.Stdout, r.Stderr)
	}
	return r
}

type transaction struct{ ID, Status, Reason string }

func (a applier) history() []transaction {
	a.t.Helper()
	var all []transaction
	if err := json.Unmarshal([]byte(a.host.MustRun(a.program, "history", "--json")), &all); err != nil {
		a.t.Fatal(err)
	}
	return all
}

func (a applier) last() transaction {
	a.t.Helper()
	all := a.history()
	if len(all) == 0 {
		return transaction{}
	}
	return all[len(all)-1]
}

// footprint is all of the host that a transaction may touch and must restore: files, and which units run.
func (a applier) footprint() string {
	a.t.Helper()
	units := a.host.MustRun("systemctl", "list-units", "--all", "--plain", "--no-legend", "--type=service,socket,timer", "--state=active")
	var running []string
	for line := range strings.Lines(units) {
		unit, _, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(unit, "systemd-") && !strings.HasPrefix(unit, "user") && !strings.Contains(unit, "holdfast") {
			running = append(running, unit)
		}
	}
	return a.tree("/etc", "/usr/lib/systemd", "/usr/local/bin", "/boot") + "\nrunning: " + strings.Join(running, " ")
}

func (a applier) unchanged(before, when string) {
	a.t.Helper()
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(a.footprint(), "\n")); diff != "" {
		a.t.Errorf("%s, the host is not as before (-before +now):\n%s", when, diff)
	}
}

// settles waits until no transaction is pending any more, which the dead man's switch sees to.
func (a applier) settles(within time.Duration) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), within)
	defer cancel()
	// The file goes as the last thing; its directory tells when.
	if err := waitGone(ctx, filepath.Join(a.host.Root(), "var/lib/holdfast/pending")); err != nil {
		a.t.Fatalf("the transaction is still pending after %s: %v\n%s", within, a.history(), a.host.Run("journalctl", "--no-pager", "-u", "holdfast*").Stdout)
	}
	// The unit that rolled back ends a moment later.
	a.host.Run("sh", "-c", "flock /var/lib/holdfast/lock true")
}

func waitGone(ctx context.Context, name string) error {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	if _, err := unix.InotifyAddWatch(fd, filepath.Dir(name), unix.IN_DELETE|unix.IN_MOVED_FROM); err != nil {
		return err
	}
	for {
		if _, err := os.Lstat(name); os.IsNotExist(err) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 200)
		_, _ = unix.Read(fd, make([]byte, 4096))
	}
}

func TestATransactionIsAppliedKeptAndRolledBack(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	before := a.footprint()

	r := h.Run(a.program, "plan", "--policy", "/root/trial", "-o", "/root/saved.plan", "--control", "1.[123]")
	if r.Code != 2 {
		t.Fatalf("plan: %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	a.unchanged(before, "after a plan")

	h.WriteFile("/etc/systemd/journald.conf.d/60-holdfast.conf", 0o644, "# Written by Holdfast for 9.9.\n[Journal]\nCompress=yes\n")
	r = h.Run(a.program, "apply", "--yes", "--policy", "/root/trial", "/root/saved.plan")
	if r.Code != 1 || !strings.Contains(r.Stderr, "file /etc/systemd/journald.conf.d/60-holdfast.conf") || !strings.Contains(r.Stderr, "Make a new plan") {
		t.Errorf("a plan that the host has left behind: %d\n%s", r.Code, r.Stderr)
	}
	h.MustRun("rm", "-r", "/etc/systemd/journald.conf.d")

	r = h.Run(a.program, "apply", "--yes", "--policy", "/root/trial", "--confirm-within", "0s", "/root/saved.plan")
	if r.Code == 1 { // flags that decide with the plan are fine
		t.Fatalf("apply of the saved plan: %s", r.Stderr)
	}
	if r.Code != 0 {
		t.Errorf("apply: %d\n%s", r.Code, r.Stderr)
	}
	if r := h.Run("systemctl", "is-active", "cron.service"); r.Code == 0 {
		t.Error("cron still runs")
	}
	if s := a.last(); s.Status != "kept" {
		t.Errorf("history: %v", s)
	}
	if r := a.apply("--control", "1.[123]"); r.Code != 0 || !strings.Contains(r.Stdout, "Nothing to change.") {
		t.Errorf("a second apply: %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	h.MustRun(a.program, "rollback")
	a.unchanged(before, "after the roll-back")
	if s := a.last(); s.Status != "rolled back" {
		t.Errorf("history: %v", s)
	}
}

func TestAFixThatDoesNotHelpIsRolledBack(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	before := a.footprint()
	r := a.applied(2, "--control", "1.4", "--confirm-within", "0s")
	if !strings.Contains(r.Stderr, "trial 1.4 is fail after its fix") {
		t.Errorf("stderr: %s", r.Stderr)
	}
	a.unchanged(before, "after a check that failed")

	r = a.applied(2, "--control", "1.[14]", "--canary", "--confirm-within", "0s")
	if !strings.Contains(r.Stderr, "stopped at trial 1.4") || h.Run("test", "-e", "/etc/systemd/journald.conf.d/60-holdfast.conf").Code != 0 || h.Run("test", "-e", "/etc/ssh/sshd_config.d/10-holdfast.conf").Code == 0 {
		t.Errorf("a canary: %s", r.Stderr)
	}
	h.MustRun(a.program, "rollback")
	a.unchanged(before, "after the canary was rolled back")
}

func TestUnconfirmedChangesGoAway(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	before := a.footprint()

	t.Run("when the time is over", func(t *testing.T) {
		a := a.in(t)
		a.applied(0, "--control", "1.3", "--confirm-within", "2s")
		if s := a.last(); s.Status != "unconfirmed" {
			t.Errorf("history: %v", s)
		}
		if r := a.apply("--control", "1.1"); r.Code != 1 || !strings.Contains(r.Stderr, "awaits its confirmation") {
			t.Errorf("a second transaction meanwhile: %d %s", r.Code, r.Stderr)
		}
		a.settles(30 * time.Second)
		a.unchanged(before, "after the time was over")
		if s := a.last(); s.Status != "rolled back" || s.Reason != "it was not confirmed in time" {
			t.Errorf("history: %v", s)
		}
	})
	t.Run("at a reboot", func(t *testing.T) {
		a := a.in(t)
		a.applied(0, "--control", "1.[123]", "--confirm-within", "1h")
		h.Reboot()
		a.settles(time.Minute)
		a.unchanged(before, "after a reboot")
		if s := a.last(); s.Status != "rolled back" || s.Reason != "the machine was rebooted before it was confirmed" {
			t.Errorf("history: %v", s)
		}
	})
	t.Run("when systemd hangs", func(t *testing.T) {
		a := a.in(t)
		a.applied(0, "--control", "1.3", "--confirm-within", "2s")
		h.Signal(unix.SIGSTOP)
		a.settles(time.Minute)
		h.Signal(unix.SIGCONT)
		a.unchanged(before, "after systemd hung")
	})
	t.Run("when the guard is killed", func(t *testing.T) {
		a := a.in(t)
		a.applied(0, "--control", "1.3", "--confirm-within", "2s")
		h.MustRun("systemctl", "kill", "--signal=KILL", "holdfast-guard-"+a.last().ID+".service")
		a.settles(time.Minute)
		a.unchanged(before, "after the guard was killed")
	})
}

// in is the same for a subtest.
func (a applier) in(t *testing.T) applier {
	a.t = t
	return a
}

func TestOnlyANewLoginConfirms(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	h.MustRun("sh", "-c", "mkdir -p -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519 && cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys")
	ssh := func(script string) testhost.Result {
		t.Helper()
		return h.Run("ssh", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes", "root@localhost", script)
	}
	// Another administrator, who is there already.
	old := h.Command(t.Context(), "ssh", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes", "root@localhost", "echo in; read x; exec "+a.program+" confirm 2>&1")
	in, err := old.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := old.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "in\n" {
		t.Fatalf("%q %v", line, err)
	}
	r := ssh(a.program + " apply --yes --policy /root/trial --control 1.3; echo exit $?; " + a.program + " confirm; echo exit $?")
	if want := regexp.MustCompile(`(?s)exit 0.*exit 1`); !want.MatchString(r.Stdout) || !strings.Contains(r.Stderr, "log in anew") {
		t.Fatalf("confirmed in the session that applied: %s%s", r.Stdout, r.Stderr)
	}
	if _, err := in.Write([]byte("now\n")); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(lines)
	if err := old.Wait(); err == nil || !strings.Contains(string(said), "older than the changes") {
		t.Errorf("confirmed in a session that was there before: %v %s", err, said)
	}
	if r := h.Run(a.program, "confirm"); r.Code != 1 || !strings.Contains(r.Stderr, "no login session") {
		t.Errorf("confirmed without a login: %d %s", r.Code, r.Stderr)
	}
	if r := ssh(a.program + " confirm"); r.Code != 0 {
		t.Fatalf("confirmed in a new login: %d %s", r.Code, r.Stderr)
	}
	if s := a.last(); s.Status != "kept" {
		t.Errorf("history: %v", s)
	}
	if units := h.MustRun("systemctl", "list-units", "--plain", "--no-legend", "--state=active", "holdfast-*"); units != "" {
		t.Errorf("the switch is still there: %s", units)
	}
}

// A change that every check from inside finds good, and that keeps everybody outside from coming in.
func TestAChangeThatCutsSSHOffIsTakenBackInTime(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	network(h)
	administrator(h, "alice")
	h.MustRun("rm", "-f", "/etc/hosts.deny")
	login := func() testhost.Result {
		return h.Run("nsenter", "--net=/run/netns/peer", "ssh", "-i", "/root/alice", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
			"-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "alice@10.9.0.1", "true")
	}
	if r := login(); r.Code != 0 {
		t.Fatalf("before: %s", r.Stderr)
	}
	before := a.footprint()
	r := a.applied(0, "--control", "1.5", "--confirm-within", "5s")
	if !strings.Contains(r.Stderr, "it is rolled back at") {
		t.Errorf("apply says nothing of the roll-back: %s", r.Stderr)
	}
	if login().Code == 0 {
		t.Fatal("the change did not cut SSH off: this test shows nothing")
	}
	a.settles(30 * time.Second)
	if r := login(); r.Code != 0 {
		t.Errorf("after the roll-back: %s", r.Stderr)
	}
	a.unchanged(before, "after the roll-back")
}

// The program dies, or the disk is full, at every point that its code knows: afterwards all is applied or nothing is.
func TestDyingAtAnyPointLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast-faults")
	before := a.footprint()
	for _, how := range []string{"kill", "full"} {
		for n := 1; ; n++ {
			code, points := a.faulty(how, n, "1.[123]")
			a.settled(t, before, fmt.Sprintf("%s at point %d (exit status %d)", how, n, code))
			if t.Failed() || points < n {
				if points < 30 {
					t.Errorf("only %d points were passed", points)
				}
				break
			}
		}
	}
}

// faulty applies with a fault at one point, and tells how many points were passed.
func (a applier) faulty(how string, n int, controls string) (code, points int) {
	a.t.Helper()
	script := fmt.Sprintf("rm -f /root/points; HOLDFAST_FAULT=%s:%d HOLDFAST_FAULT_TRACE=/root/points %s apply --yes --policy /root/trial --control '%s' --confirm-within 0s", how, n, a.program, controls)
	r := a.host.Run("sh", "-c", script)
	return r.Code, strings.Count(a.host.Run("cat", "/root/points").Stdout, "\n")
}

// settled sees that what a fault has left comes to an end by itself, or at the next call, and brings the host back.
func (a applier) settled(t *testing.T, before, when string) {
	t.Helper()
	if a.host.Run("sh", "-c", "systemctl list-units --plain --no-legend 'holdfast-guard-*' | grep -q .").Code == 0 {
		a.settles(30 * time.Second)
	}
	last := a.last()
	if last.Status == "kept" {
		a.host.MustRun(a.program, "rollback")
	} else if last.Status == "unfinished" || a.host.Run("test", "-e", "/var/lib/holdfast/pending").Code == 0 {
		t.Logf("%s: %v waits for somebody", when, last)
		a.host.MustRun(a.program, "rollback")
	}
	a.unchanged(before, when)
	if s := a.last().Status; s != "" && s != "rolled back" && s != "nothing done" {
		t.Errorf("%s: history says %q", when, s)
	}
	if junk := a.host.MustRun("find", "/etc", "/usr/local", "-name", ".holdfast-*"); junk != "" {
		t.Errorf("%s: left behind: %s", when, junk)
	}
}

// The power goes at every point that the program's code knows, and whatever the guard was at then: the next boot brings
// everything back.
func TestAPowerCutAtAnyPointIsUndoneAtTheNextBoot(t *testing.T) {
	t.Parallel()
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast-faults")
	before := a.footprint()
	for n := 1; ; n++ {
		_, points := a.faulty("kill", n, "1.[13]")
		if points < n {
			break
		}
		h.PowerCut()
		a.settles(time.Minute)
		if s := a.last().Status; s == "kept" {
			h.MustRun(a.program, "rollback")
		} else if s != "" && s != "rolled back" && s != "nothing done" {
			t.Errorf("point %d: history says %q", n, s)
		}
		a.unchanged(before, fmt.Sprintf("after the power went at point %d", n))
		if t.Failed() {
			break
		}
	}
}

func TestWhereNothingCanBeWrittenNothingIsChanged(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	before := a.footprint()
	nothing := func(when, words string) {
		t.Helper()
		r := a.apply("--control", "1.[123]", "--confirm-within", "0s")
		if r.Code != 1 || !strings.Contains(r.Stderr, words) {
			t.Errorf("%s: exit status %d, want 1 and %q\n%s", when, r.Code, words, r.Stderr)
		}
		a.unchanged(before, when)
	}

	h.MustRun("mkdir", "-p", "/var/lib/holdfast")
	h.MustRun("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", "/var/lib/holdfast")
	nothing("with a disk too small for the journal", "no space left on device")
	h.MustRun("umount", "/var/lib/holdfast")

	h.MustRun("mount", "--bind", "/var/lib/holdfast", "/var/lib/holdfast")
	h.MustRun("mount", "-o", "remount,ro,bind", "/var/lib/holdfast")
	nothing("with a read-only journal", "read-only file system")
	h.MustRun("umount", "/var/lib/holdfast")

	h.MustRun("sh", "-c", "flock /var/lib/holdfast/lock sleep 1000 >/dev/null 2>&1 & until ! flock -n /var/lib/holdfast/lock true; do :; done")
	nothing("while another one is at work", "another holdfast")
	h.MustRun("pkill", "sleep")

	h.MustRun("sh", "-c", "mkdir -p /etc/systemd/journald.conf.d && mount --bind /etc/systemd/journald.conf.d /etc/systemd/journald.conf.d && mount -o remount,ro,bind /etc/systemd/journald.conf.d")
	before = a.footprint()
	r := a.apply("--control", "1.[123]", "--confirm-within", "0s")
	if r.Code != 2 || !strings.Contains(r.Stderr, "read-only file system") {
		t.Errorf("with a directory that can't be written: %d\n%s", r.Code, r.Stderr)
	}
	a.unchanged(before, "with a directory that can't be written")
}
