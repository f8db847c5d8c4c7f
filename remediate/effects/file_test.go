package effects

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// trustedDir is a directory that only root can write to, all the way up.
func trustedDir(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root has directories that nobody else can write to")
	}
	dir, err := os.MkdirTemp("/var/lib", "holdfast-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func observe(t *testing.T, effect, target string) remediate.State {
	t.Helper()
	s, err := Local{}.Observe(t.Context(), effect, target)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// change brings a target to a state and back, and sees that it is exactly what it was.
func change(t *testing.T, effect, target string, after remediate.State) {
	t.Helper()
	before := observe(t, effect, target)
	s := &remediate.Step{Effect: effect, Target: target, Before: before, After: after}
	for range 2 { // the second time, it is so already
		if err := (Local{}).Set(t.Context(), s, after); err != nil {
			t.Fatal(err)
		}
		if now := observe(t, effect, target); !now.Equal(after) {
			t.Errorf("it is %s, want %s", now.Data, after.Data)
		}
	}
	for range 2 {
		if err := (Local{}).Set(t.Context(), s, before); err != nil {
			t.Fatal(err)
		}
		if now := observe(t, effect, target); !now.Equal(before) {
			t.Errorf("it is %s after it was restored, and was %s", now.Data, before.Data)
		}
	}
}

func file(f remediate.File) remediate.State { return remediate.NewState(f.Summary(), f) }

func TestFilesAreReplacedAndRestored(t *testing.T) {
	dir := trustedDir(t)
	name := filepath.Join(dir, "file")
	plain := remediate.File{Type: remediate.Regular, Content: []byte("new\n"), Mode: 0o640, UID: 1, GID: 2}
	for what, prepare := range map[string]func() error{
		"nothing": func() error { return nil },
		"a file with a capability and an ACL": func() error {
			if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
				return err
			}
			if err := unix.Setxattr(name, "user.note", []byte("kept"), 0); err != nil && !errors.Is(err, unix.ENOTSUP) {
				return err
			}
			return unix.Setxattr(name, "security.capability", []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0)
		},
		"a setuid file of somebody": func() error {
			if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
				return err
			}
			return errors.Join(os.Chown(name, 1000, 1000), unix.Chmod(name, 0o6755))
		},
		"a symlink that leads nowhere": func() error { return os.Symlink("/nowhere", name) },
	} {
		t.Run(what, func(t *testing.T) {
			_ = os.Remove(name)
			if err := prepare(); err != nil {
				t.Fatal(err)
			}
			change(t, "file", name, file(plain))
			change(t, "file", name, file(remediate.File{}))
			change(t, "file", name, file(remediate.File{Type: remediate.Symlink, Link: "/dev/null"}))
			if kind := observe(t, "file", name); strings.Contains(string(kind.Data), `"file"`) {
				mode := plain
				mode.Content = nil
				change(t, "mode", name, remediate.NewState("", mode))
			}
			left, err := filepath.Glob(dir + "/.holdfast-*")
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
	_ = os.Remove(name)
	change(t, "file", name, file(remediate.File{Type: remediate.Directory, Mode: 0o750, UID: 3}))

	// A file where a directory was to come back is somebody's, and no directory can be made of it.
	_ = os.Remove(name)
	if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := place(name, remediate.File{Type: remediate.Directory, Mode: 0o755}); err == nil {
		t.Error("a directory was made of a file")
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q (%v)", text, err)
	}
}

func TestPathsThatOthersControlAreRefused(t *testing.T) {
	dir := trustedDir(t)
	theirs := filepath.Join(dir, "theirs")
	err := errors.Join(
		os.Mkdir(theirs, 0o755), os.Chown(theirs, 1000, 1000),
		os.Mkdir(filepath.Join(dir, "open"), 0o700), unix.Chmod(filepath.Join(dir, "open"), 0o1777),
		os.Symlink("/etc", filepath.Join(theirs, "link")), os.Symlink(dir, filepath.Join(dir, "mine")),
		os.WriteFile(filepath.Join(dir, "twice"), nil, 0o600), os.Link(filepath.Join(dir, "twice"), filepath.Join(dir, "other")),
		syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600), os.WriteFile(filepath.Join(dir, "notdir"), nil, 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, words := range map[string]string{
		"theirs/new":      "can be written by others than root",
		"open/new":        "can be written by others than root",
		"theirs/link/new": "is not followed",
		"twice":           "hard links",
		"fifo":            "neither a file",
		"notdir/new":      "not a directory",
	} {
		target := filepath.Join(dir, name)
		s := &remediate.Step{Effect: "file", Target: target}
		err := Local{}.Set(t.Context(), s, file(remediate.File{Type: remediate.Regular, Mode: 0o644}))
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want an error with %q", name, err, words)
		}
	}
	// A symlink of root's own, in a directory of root's, is a way like any other.
	change(t, "file", filepath.Join(dir, "mine/new"), file(remediate.File{Type: remediate.Regular, Mode: 0o644}))
}

// A user swaps a directory of theirs for a symlink to ours, again and again, while root changes a mode below it.
func TestARacingUserLeadsNoChangeElsewhere(t *testing.T) {
	dir := trustedDir(t)
	precious := filepath.Join(dir, "precious")
	home := filepath.Join(dir, "home")
	err := errors.Join(
		os.Mkdir(precious, 0o700), os.WriteFile(filepath.Join(precious, "f"), []byte("x"), 0o600),
		os.Mkdir(home, 0o755), os.Mkdir(filepath.Join(home, "a"), 0o755), os.WriteFile(filepath.Join(home, "a/f"), []byte("x"), 0o666),
		os.Chown(home, 1000, 1000), os.Chown(filepath.Join(home, "a"), 1000, 1000), os.Chown(filepath.Join(home, "a/f"), 1000, 1000),
		os.Symlink(precious, filepath.Join(home, "b")),
	)
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(home, "a/f")
	before := observe(t, "mode", target)
	after := remediate.NewState("", remediate.File{Type: remediate.Regular, Mode: 0o644, UID: 1000, GID: 1000})
	s := &remediate.Step{Effect: "mode", Target: target, Before: before, After: after}
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			_ = unix.Renameat2(unix.AT_FDCWD, filepath.Join(home, "a"), unix.AT_FDCWD, filepath.Join(home, "b"), unix.RENAME_EXCHANGE)
		}
	}()
	for i := range 2000 {
		to := after
		if i%2 == 1 {
			to = before
		}
		_ = Local{}.Set(context.Background(), s, to) // it may fail; it may not go elsewhere
	}
	stop.Store(true)
	<-done
	st, err := os.Stat(filepath.Join(precious, "f"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("root's own file has become %v (%v)", st.Mode(), err)
	}
}

func TestAServersOwnDirectoryIsWrittenToForItAlone(t *testing.T) {
	dir := filepath.Join(trustedDir(t), "server")
	server := &remediate.Account{UID: 41000, GID: 41000}
	file := remediate.File{Type: remediate.Regular, Mode: 0o640, GID: server.GID, Content: []byte("x\n")}
	for _, c := range []struct {
		name     string
		uid, gid int
		mode     os.FileMode
		account  *remediate.Account
		refused  bool
	}{
		{"its own", 41000, 41000, 0o755, server, false},
		{"its group's", 41000, 41000, 0o770, server, false},
		{"root's, and its group's", 0, 41000, 0o770, server, false},
		{"another group's", 41000, 41001, 0o770, server, true},
		{"everybody's", 41000, 41000, 0o777, server, true},
		{"another account's", 41001, 41000, 0o755, server, true},
		{"no account is named", 41000, 41000, 0o755, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, c.uid, c.gid), os.Chmod(dir, c.mode)); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			target := filepath.Join(dir, "f.conf")
			s := &remediate.Step{Effect: "file", Target: target, Before: observe(t, "file", target), Account: c.account}
			err := Local{}.Set(t.Context(), s, remediate.NewState("", file))
			if errors.Is(err, errShared) != c.refused || !c.refused && err != nil {
				t.Errorf("%v", err)
			}
			if _, statErr := os.Stat(target); (statErr != nil) != c.refused {
				t.Errorf("the file: %v", statErr)
			}
		})
	}
}
