package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if len(got) != len(names) {
		t.Errorf("the directory holds %v, want %v", got, names)
	}
}

func TestANewFileGetsThePermissionsAskedFor(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.json")
	if err := atomicfile.Write(name, 0o600, text("whole")); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(name)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	if b, _ := os.ReadFile(name); string(b) != "whole" {
		t.Errorf("content %q", b)
	}
}

func TestAReplacedFileKeepsItsPermissions(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(name, 0o600, text("new")); err != nil {
		t.Fatal(err)
	}
	if st, _ := os.Stat(name); st.Mode().Perm() != 0o644 {
		t.Errorf("mode %o", st.Mode().Perm())
	}
}

func TestAFailureLeavesTheOldFileAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := atomicfile.Write(name, 0o600, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if b, _ := os.ReadFile(name); string(b) != "old" {
		t.Errorf("content %q", b)
	}
	only(t, dir, "report.json")
}

func TestASymlinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(real, nil, 0o600), os.Symlink("real", link)); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(link, 0o600, text("x")); err != nil {
		t.Fatal(err)
	}
	if st, _ := os.Lstat(link); st.Mode()&os.ModeSymlink == 0 {
		t.Error("the symlink was replaced")
	}
	if b, _ := os.ReadFile(real); string(b) != "x" {
		t.Errorf("content %q", b)
	}
}

func TestADeviceIsWrittenInPlace(t *testing.T) {
	before, err := os.Stat("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write("/dev/null", 0o600, text("x")); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat("/dev/null"); !os.SameFile(before, after) {
		t.Error("/dev/null was replaced")
	}
}

func TestADirectoryAndADanglingLinkAreRefused(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, link} {
		if err := atomicfile.Write(name, 0o600, text("x")); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// Nobody knows the temporary name, nor would find the file by it.
func TestErrorsNameTheFileThatWasAskedFor(t *testing.T) {
	name := filepath.Join(t.TempDir(), "absent", "report.json")
	err := atomicfile.Write(name, 0o600, text("x"))
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "write "+name+": no such file or directory" {
		t.Errorf("error %v", err)
	}
}

func TestAFullDiskLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	name := filepath.Join(dir, "report.json")
	for _, size := range []int{17 << 10, 1 << 20} { // the one fails late, the other early
		err := atomicfile.Write(name, 0o600, text(strings.Repeat("x", size)))
		if !errors.Is(err, syscall.ENOSPC) || err.Error() != "write "+name+": no space left on device" {
			t.Errorf("error %v", err)
		}
		only(t, dir)
	}
}
