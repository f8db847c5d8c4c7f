package effects

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What was saved is relied on by its name alone.
func TestWhatIsSavedIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	from, file := filepath.Join(dir, "from"), filepath.Join(dir, "app_1.0.deb")
	if err := os.WriteFile(from, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	small := filepath.Join(dir, "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", small, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("takes the right to mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(small, 0) })
	full := filepath.Join(small, "app_1.0.deb")
	if err := keepCopy(from, full); err == nil {
		t.Fatal("a megabyte fits into 64 KiB")
	}
	if left, err := os.ReadDir(small); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	// One that was killed has left half of it.
	if err := os.WriteFile(file+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keepCopy(from, file); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(file); err != nil || st.Size() != 1<<20 {
		t.Errorf("%v %v", st, err)
	}
}
