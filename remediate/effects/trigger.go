package effects

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// askTimeout bounds how long systemd may take to answer; a job that it has begun has jobTimeout.
const askTimeout = 10 * time.Second

// command is one of the programs that Run may run, with all that it is told.
type command struct {
	timeout time.Duration
	program string
	args    []string
}

// commands are what the verb Run runs, by name: programs of the host that make a service take its files over, where
// systemd has no reload that does. One that is not installed has nothing to take over.
var commands = map[string]command{
	// What ufw.service runs, with "force" as that stops what its files say is off.
	"ufw-stop":  {time.Minute, "/lib/ufw/ufw-init", []string{"force-stop"}},
	"ufw-start": {time.Minute, "/lib/ufw/ufw-init", []string{"start"}},
}

// Trigger implements remediate.Hands.
func (Local) Trigger(ctx context.Context, t remediate.Trigger) error {
	if err := remediate.Fault("trigger-" + string(t.Verb)); err != nil {
		return err
	}
	if t.Verb == remediate.Run {
		return runCommand(ctx, t.Unit)
	}
	if t.Unit == auditUnit { // it refuses to be restarted, and has no reload: auditd(8) takes SIGHUP
		return hangup(auditUnit, "/run/auditd.pid", "/usr/sbin/auditd")
	}
	err := throughSystemd(ctx, t)
	if errors.Is(err, errNoAnswer) && t.Verb != remediate.DaemonReload && t.Unit == sshUnit {
		return hangup(sshUnit, "/run/sshd.pid", "/usr/sbin/sshd")
	}
	return err
}

const auditUnit = "auditd.service"

const sshUnit = "ssh.service"

func runCommand(ctx context.Context, name string) error {
	c, ok := commands[name]
	if !ok {
		return fmt.Errorf("there is no command %q", name)
	}
	if _, err := os.Stat(c.program); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return runProgram(ctx, c.timeout, c.program, c.args...)
}

// errNoAnswer says that systemd could not be asked: nothing of what it was to do has begun, as far as we know.
var errNoAnswer = errors.New("systemd does not answer over D-Bus")

func throughSystemd(ctx context.Context, t remediate.Trigger) error {
	ask, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := manager(ask)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer conn.Close()
	if t.Verb == remediate.DaemonReload {
		return answered(ask, conn.ReloadContext(ask))
	}
	p, err := conn.GetUnitPropertyContext(ask, t.Unit, "ActiveState")
	if err != nil {
		return answered(ask, err)
	}
	if state, _ := p.Value.Value().(string); state == "inactive" || state == "failed" {
		return nil // what does not run reads its files when it starts
	}
	return restart(ctx, t)
}

// answered tells silence from a refusal. The connection's own deadline may come a moment before that of the context.
func answered(ctx context.Context, err error) error {
	if err != nil && (ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, dbus.ErrClosed)) {
		return fmt.Errorf("%w within %s", errNoAnswer, askTimeout)
	}
	return err
}

// restart has systemd reload or restart a unit that runs, and sees whether it still does.
func restart(ctx context.Context, t remediate.Trigger) error {
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	conn, err := manager(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// One that was started often of late would be stopped and not started again; for others this is an error.
	_ = conn.ResetFailedUnitContext(ctx, t.Unit)
	begin := conn.TryRestartUnitContext
	if t.Verb == remediate.Reload {
		begin = conn.ReloadUnitContext
	}
	err = job(ctx, "journalctl -u "+t.Unit+" tells more", func(ctx context.Context, done chan<- string) (int, error) {
		return begin(ctx, t.Unit, "replace", done)
	})
	if err != nil {
		return err
	}
	p, err := conn.GetUnitPropertyContext(ctx, t.Unit, "ActiveState")
	if err != nil {
		return err
	}
	if state, _ := p.Value.Value().(string); state == "failed" {
		return fmt.Errorf("it does not run any more: journalctl -u %s tells why", t.Unit)
	}
	return nil
}

// hangup tells a daemon by SIGHUP to read its files again, for when PID 1 is stuck: the main process is found without
// asking anybody, by its own file or in its unit's cgroup, and is checked to be the program.
func hangup(unit, pidFile, program string) error {
	pids := pidsOf(unit)
	if text, err := os.ReadFile(pidFile); err == nil { // #nosec G304 -- a constant
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			pids = append([]int{pid}, pids...)
		}
	}
	for _, pid := range pids {
		sent, err := signalMain(pid, program)
		if err != nil {
			return err
		}
		if sent {
			return nil
		}
	}
	return nil // it does not run
}

// pidsOf are the processes of a service, the oldest number first.
func pidsOf(unit string) []int {
	var out []int
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"} {
		text, err := os.ReadFile(filepath.Join(root, "system.slice", unit, "cgroup.procs"))
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil {
				out = append(out, pid)
			}
		}
	}
	slices.Sort(out)
	return out
}

// signalMain sends SIGHUP to a process if it is the first one of the program. The descriptor keeps the number from being another process
// by the time.
func signalMain(pid int, program string) (sent bool, err error) {
	if pid <= 1 {
		return false, nil
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("process %d: %w", pid, err)
	}
	defer unix.Close(fd)
	if !runs(pid, program) || runs(parentOf(pid), program) { // a child of it is somebody's session
		return false, nil
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGHUP, nil, 0); err != nil {
		return false, fmt.Errorf("process %d: %w", pid, err)
	}
	return true, nil
}

// runs tells whether a process runs the program; one that was upgraded since is deleted and still it.
func runs(pid int, program string) bool {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && strings.TrimSuffix(exe, " (deleted)") == program
}

func parentOf(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold anything: what follows its last one is "state ppid …" (proc(5)).
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(fields[1])
	return ppid
}
