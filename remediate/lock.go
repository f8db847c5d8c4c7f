package remediate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Lock makes sure that one process alone applies, confirms or rolls back. With wait it waits for the other one; else it
// is an error when there is one. The lock ends with unlock, or with the process.
func (s Store) Lock(wait bool) (unlock func(), err error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(s.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	for {
		err = unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		pid := make([]byte, 32)
		n, _ := f.ReadAt(pid, 0)
		err = fmt.Errorf("another holdfast (process %s) is applying or rolling back", strings.TrimSpace(string(pid[:n])))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	_ = f.Truncate(0) // who holds it is for people to read
	_, _ = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return func() { _ = f.Close() }, nil
}

// BootID tells this boot of the machine, or of the container, from others.
func BootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	// A container keeps the kernel's id when it is restarted; when its first process began is its own.
	began := startTime("/proc/1/stat")
	return strings.TrimSpace(string(id)) + "/" + began
}

// startTime is when a process began, in ticks since the kernel did: field 22 of proc_pid_stat(5).
func startTime(stat string) string {
	text, err := os.ReadFile(stat)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before it may hold anything but this in systemd's case
	fields := strings.Fields(rest)
	const began = 22 - 3
	if len(fields) <= began {
		return ""
	}
	return fields[began]
}

// LoginSession names the login session that this process belongs to; empty when it belongs to none.
func LoginSession() string { return sessionOf("/proc/self") }

// LoginSessions are all that have a process on this machine.
func LoginSessions() []string {
	found, _ := filepath.Glob("/proc/[0-9]*") // its only error is of a bad pattern
	var out []string
	for _, process := range found {
		if s := sessionOf(process); s != "" {
			out = union(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// sessionOf is the login session of a process, given its directory below /proc.
func sessionOf(process string) string {
	const none = "4294967295"
	if id, err := os.ReadFile(filepath.Join(process, "sessionid")); err == nil {
		if s := strings.TrimSpace(string(id)); s != "" && s != none {
			return "audit " + s
		}
	}
	groups, err := os.ReadFile(filepath.Join(process, "cgroup"))
	if err != nil {
		return ""
	}
	for _, part := range strings.FieldsFunc(string(groups), func(r rune) bool { return r == '/' || r == '\n' }) {
		if strings.HasPrefix(part, "session-") && strings.HasSuffix(part, ".scope") { // systemd-logind(8)
			return part
		}
	}
	return ""
}
