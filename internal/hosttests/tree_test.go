package hosttests

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// tree is all that may be told of a host's files below some directories, a line each: type, mode, owner, digest, target
// of a symlink, extended attributes. It is read from outside, so that the host needs no program for it.
func (f fixer) tree(dirs ...string) string {
	f.t.Helper()
	var lines []string
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(f.host.Root(), dir), func(name string, _ fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) { // it went while we looked
				return nil
			}
			if err != nil {
				return err
			}
			line, err := fileLine(name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			lines = append(lines, strings.TrimPrefix(name, f.host.Root())+" "+line)
			return err
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
	return strings.Join(lines, "\n")
}

func fileLine(name string) (string, error) {
	st, err := os.Lstat(name)
	if err != nil {
		return "", err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("no stat")
	}
	line := fmt.Sprintf("%o %d:%d", sys.Mode, sys.Uid, sys.Gid)
	switch {
	case st.Mode().IsRegular():
		content, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		line += fmt.Sprintf(" %x", sha256.Sum256(content))
	case st.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(name)
		if err != nil {
			return "", err
		}
		line += " -> " + target
	}
	names := make([]byte, 4096)
	n, err := unix.Llistxattr(name, names)
	if err != nil && !errors.Is(err, unix.ENOTSUP) {
		return "", err
	}
	for _, attr := range strings.FieldsFunc(string(names[:max(n, 0)]), func(r rune) bool { return r == 0 }) {
		value := make([]byte, 4096)
		n, err := unix.Lgetxattr(name, attr, value)
		if err != nil {
			return "", err
		}
		line += fmt.Sprintf(" %s=%x", attr, value[:n])
	}
	return line, nil
}

func TestATreeTellsWhatARollBackMustRestore(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	last, err := fileLine(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func() error{
		"its content": func() error { return os.WriteFile(name, []byte("y"), 0o600) },
		"its mode":    func() error { return os.Chmod(name, 0o644) },
		"its owner":   func() error { return os.Chown(name, 1, 2) },
		"a capability": func() error {
			return unix.Setxattr(name, "security.capability", []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0)
		},
		"its type": func() error { return errors.Join(os.Remove(name), os.Symlink("/x", name)) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		now, err := fileLine(name)
		if err != nil || now == last {
			t.Errorf("%s: still %s (%v)", what, now, err)
		}
		last = now
		if what == "its type" {
			if err := errors.Join(os.Remove(name), os.WriteFile(name, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
			if last, err = fileLine(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
