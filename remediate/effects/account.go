package effects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() { register("account", accountEffect{}) }

// accountEffect is one line of /etc/passwd, shadow, group or gshadow. The others are left as they are, whoever changed
// them meanwhile: the file is read and replaced under the lock that passwd(1), useradd(8) and systemd take, too.
type accountEffect struct{}

// accountFiles are where the lines stand.
var accountFiles = map[string]string{"passwd": "/etc/passwd", "shadow": "/etc/shadow", "group": "/etc/group", "gshadow": "/etc/gshadow"}

func (accountEffect) observe(_ context.Context, target string) (remediate.State, error) {
	path, name, err := accountOf(target)
	if err != nil {
		return remediate.State{}, err
	}
	f, err := look(path, true)
	if err != nil {
		return remediate.State{}, err
	}
	lines := entryLines(f)
	at, err := entryAt(lines, path, name)
	if err != nil {
		return remediate.State{}, err
	}
	if at < 0 {
		return remediate.NewEntry(target, remediate.Entry{}), nil
	}
	place := remediate.EntryPlace{}
	if at > 0 {
		place.Behind = nameOf(lines[at-1])
	}
	return remediate.NewEntry(target, remediate.Entry{Present: true, Line: lines[at]}).With(place), nil
}

func (accountEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	path, name, err := accountOf(s.Target)
	if err != nil {
		return err
	}
	want, err := decode[remediate.Entry](to)
	if err != nil {
		return err
	}
	if want.Present && (nameOf(want.Line) != name || strings.ContainsAny(want.Line, "\n\x00")) {
		return fmt.Errorf("%s: that is no line for it", s.Target)
	}
	var where remediate.EntryPlace
	if to.Carry != nil {
		if err := json.Unmarshal(to.Carry, &where); err != nil {
			return err
		}
	}
	unlock, err := lockAccounts(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	f, err := look(path, true)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return fmt.Errorf("%s is %s", path, f.Type.Words())
	}
	lines := entryLines(f)
	at, err := entryAt(lines, path, name)
	if err != nil {
		return err
	}
	switch {
	case at >= 0 && want.Present:
		lines[at] = want.Line
	case at >= 0:
		lines = slices.Delete(lines, at, at+1)
	case want.Present:
		lines = slices.Insert(lines, placeFor(lines, where), want.Line)
	}
	text := strings.Join(lines, "\n")
	if len(lines) > 0 && (len(f.Content) == 0 || f.Content[len(f.Content)-1] == '\n') { // as it ended before
		text += "\n"
	}
	f.Content = []byte(text)
	return place(path, f)
}

func accountOf(target string) (path, name string, err error) {
	file, name, _ := strings.Cut(target, ":")
	path = accountFiles[file]
	if path == "" || name == "" || strings.ContainsAny(name, ":\n\x00") {
		return "", "", fmt.Errorf("%q names no line of an account file", target)
	}
	return path, name, nil
}

func entryLines(f remediate.File) []string {
	text := strings.TrimSuffix(string(f.Content), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func nameOf(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return name
}

// entryAt is where the line of a name stands; -1 where it does not.
func entryAt(lines []string, path, name string) (int, error) {
	at := -1
	for i, l := range lines {
		if nameOf(l) != name {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("%s has more than one line for %s", path, name)
		}
		at = i
	}
	return at, nil
}

// placeFor is where a new line goes: behind the one it stood behind, else at the end, before what NIS adds.
func placeFor(lines []string, where remediate.EntryPlace) int {
	if at := slices.IndexFunc(lines, func(l string) bool { return where.Behind != "" && nameOf(l) == where.Behind }); at >= 0 {
		return at + 1
	}
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "+") || strings.HasPrefix(l, "-") })
	if at < 0 {
		at = len(lines)
	}
	return at
}

// accountLockTimeout is how long others may hold the account files: programs hold the lock for as long as they write.
const accountLockTimeout = 5 * time.Second

// lockAccounts takes the lock of lckpwdf(3). It belongs to the open file, so that it also keeps other goroutines out, and
// ends with it.
func lockAccounts(ctx context.Context) (unlock func(), err error) {
	fd, err := unix.Open("/etc/.pwd.lock", unix.O_WRONLY|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock of the account files: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, accountLockTimeout)
	defer cancel()
	for {
		err := unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
		switch {
		case err == nil:
			return func() { _ = unix.Close(fd) }, nil
		case !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EINTR):
			_ = unix.Close(fd)
			return nil, fmt.Errorf("the lock of the account files: %w", err)
		}
		select {
		case <-ctx.Done():
			_ = unix.Close(fd)
			return nil, errors.New("another program holds the lock of the account files (/etc/.pwd.lock)")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
