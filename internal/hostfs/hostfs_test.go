package hostfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func tree(t *testing.T) *FS {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"etc/conf.d", "outside"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"etc/passwd": "inside", "etc/conf.d/a.conf": "a", "etc/conf.d/b.conf": "b", "etc/conf.d/.hidden.conf": "h"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"etc/absolute": "/etc/passwd", "etc/climb": "../../../../../../../etc/passwd", "etc/loop": "loop", "etc/dir": "/etc/conf.d", "etc/dangling": "/nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "etc/fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	return New(root)
}

func TestSymlinksStayInsideTheRoot(t *testing.T) {
	f := tree(t)
	for _, name := range []string{"/etc/passwd", "etc/passwd", "/etc/absolute", "/etc/climb", "/../../etc/passwd"} {
		b, err := f.ReadFile(name, 0)
		if err != nil || string(b) != "inside" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if p, err := f.Resolve("/etc/dir/a.conf"); err != nil || p != "/etc/conf.d/a.conf" {
		t.Errorf("%q, %v", p, err)
	}
}

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	f := tree(t)
	done := make(chan error, 1)
	go func() { _, err := f.ReadFile("/etc/fifo", 0); done <- err }()
	select {
	case err := <-done:
		if !errors.Is(err, ErrNotRegular) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a FIFO blocks the reader")
	}
	if _, err := New("/").ReadFile("/dev/zero", 10); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
	if _, err := f.ReadFile("/etc/conf.d", 0); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
}

func TestErrorsNameThePathInsideTheRoot(t *testing.T) {
	f := tree(t)
	for _, name := range []string{"/etc/none", "/etc/dangling", "/etc/passwd/x", "/etc/loop"} {
		_, err := f.ReadFile(name, 0)
		if err == nil || strings.Contains(err.Error(), f.Root()) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.ReadFile("/etc/none", 0); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := f.ReadFile("/etc/pass\x00wd", 0); err == nil {
		t.Error("a NUL byte in a path was taken")
	}
	if ok, err := f.Exists("/etc/loop"); ok || err == nil {
		t.Error("a loop is neither there nor absent")
	}
}

func TestReadFileIsBounded(t *testing.T) {
	f := tree(t)
	if b, err := f.ReadFile("/etc/passwd", 6); err != nil || len(b) != 6 {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := f.ReadFile("/etc/passwd", 5); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	// /proc files have size 0 and content: the bound counts what is read, as it must for a file that grows.
	if b, err := New("/").ReadFile("/proc/self/status", 0); err != nil || len(b) == 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestGlob(t *testing.T) {
	f := tree(t)
	for _, c := range []struct {
		pattern string
		want    []string
	}{
		{"/etc/conf.d/*.conf", []string{"/etc/conf.d/a.conf", "/etc/conf.d/b.conf"}},
		{"/etc/conf.d/.*", []string{"/etc/conf.d/.hidden.conf"}},
		{"/etc/*/b.conf", []string{"/etc/conf.d/b.conf", "/etc/dir/b.conf"}},
		{"/none/*", nil},
		{"/etc/passwd", []string{"/etc/passwd"}},
		{"/etc/dangling", []string{"/etc/dangling"}},
	} {
		got, err := f.Glob(c.pattern)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", c.pattern, got, err)
		}
	}
	if _, err := f.Glob("/etc/["); err == nil {
		t.Error("a broken pattern was taken")
	}
}

func TestAFileThatNeverStopsGrowingIsTooLarge(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "log")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	grow := func() {
		if _, err := f.Write(make([]byte, 1<<16)); err != nil {
			t.Error(err)
		}
	}
	grow()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for range 1 << 10 {
			select {
			case <-stop:
				return
			default:
				grow()
			}
		}
	}()
	const limit = 1 << 20
	for {
		b, err := New(dir).ReadFile("/log", limit)
		if errors.Is(err, ErrTooLarge) {
			break
		}
		if err != nil || len(b) > limit {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
	}
	close(stop)
	<-stopped
}
