package fswalk

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWalkSeesWhatFilepathWalkDirSees(t *testing.T) {
	root := t.TempDir()
	tree(t, root, 3, 7, 5)
	must(t, os.Symlink("/etc", filepath.Join(root, "out")))
	must(t, os.Chmod(filepath.Join(root, "f0"), 0o4751|fs.ModeSetuid))
	var want []string
	must(t, filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := e.Info()
		if err != nil {
			return err
		}
		perm := st.Mode().Perm()
		want = append(want, fmt.Sprintf("%s %o", strings.TrimPrefix(p, root), perm))
		return nil
	}))
	for _, workers := range []int{1, 2, 8} {
		var mu sync.Mutex
		var got []string
		w := Walk{Workers: workers, Failed: func(p string, err error) { t.Error(p, err) }, Visit: func(e *Entry) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%s %o", strings.TrimPrefix(e.Path(), "/base"), e.Mode&0o777))
		}}
		must(t, w.Dir(context.Background(), root, "/base"))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%d workers saw %d files, there are %d", workers, len(got), len(want))
		}
	}
}

func TestPathsBelowTheRootDirectory(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "a/b"), 0o755))
	got := paths(t, Walk{}, root, "/")
	if s := strings.Join(got, " "); s != "/ /a /a/b" {
		t.Error(s)
	}
}

func TestSkippedDirectoriesAreNeitherVisitedNorEntered(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "proc/1"), 0o755))
	must(t, os.MkdirAll(filepath.Join(root, "etc"), 0o755))
	got := paths(t, Walk{Skip: func(p string) bool { return p == "/proc" }}, root, "/")
	if s := strings.Join(got, " "); s != "/ /etc" {
		t.Error(s)
	}
}

func TestARootThatIsAFileIsVisited(t *testing.T) {
	root := filepath.Join(t.TempDir(), "f")
	must(t, os.WriteFile(root, nil, 0o600))
	if s := strings.Join(paths(t, Walk{}, root, "/f"), " "); s != "/f" {
		t.Error(s)
	}
}

func TestADeepTreeIsWalkedToItsEnd(t *testing.T) {
	root := t.TempDir()
	dir, err := os.OpenRoot(root)
	must(t, err)
	const depth = 3000 // more than PATH_MAX allows in one path
	for range depth {
		must(t, dir.Mkdir("deeper", 0o755))
		next, err := dir.OpenRoot("deeper")
		must(t, err)
		_ = dir.Close()
		dir = next
	}
	_ = dir.Close()
	if n := len(paths(t, Walk{}, root, "/")); n != depth+1 {
		t.Errorf("%d directories of %d", n, depth+1)
	}
}

func TestAnUnreadableDirectoryIsAFailure(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can read every directory")
	}
	root := t.TempDir()
	closed := filepath.Join(root, "closed")
	must(t, os.Mkdir(closed, 0o000))
	var failed []string
	w := Walk{Visit: func(*Entry) {}, Failed: func(p string, _ error) { failed = append(failed, p) }}
	must(t, w.Dir(context.Background(), root, "/"))
	if strings.Join(failed, " ") != "/closed" {
		t.Error(failed)
	}
}

func TestFilesThatVanishDuringTheWalkAreNoFailure(t *testing.T) {
	root := t.TempDir()
	tree(t, root, 2, 10, 5)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			from, to := filepath.Join(root, "d1"), filepath.Join(root, "moved")
			if i%2 == 1 {
				from, to = to, from
			}
			_ = os.Rename(from, to)
		}
	}()
	for range 20 {
		w := Walk{Visit: func(*Entry) {}, Failed: func(p string, err error) { t.Error(p, err) }}
		must(t, w.Dir(context.Background(), root, "/"))
	}
	close(stop)
	<-done
}

func TestACancelledWalkSaysSo(t *testing.T) {
	root := t.TempDir()
	tree(t, root, 2, 10, 5)
	ctx, cancel := context.WithCancel(context.Background())
	w := Walk{Visit: func(*Entry) { cancel() }}
	if err := w.Dir(ctx, root, "/"); err == nil {
		t.Error("no error")
	}
}

// TestMemoryDoesNotGrowWithTheTree walks 100,000 files in directories wide and deep, and looks at the live heap amid it.
func TestMemoryDoesNotGrowWithTheTree(t *testing.T) {
	root := memoryDir(t)
	must(t, os.Mkdir(filepath.Join(root, "wide"), 0o755))
	for i := range 40_000 {
		must(t, os.Mkdir(filepath.Join(root, "wide", fmt.Sprintf("directory-with-a-name-%06d", i)), 0o755))
	}
	tree(t, root, 3, 15, 17)
	runtime.GC()
	var before, peak runtime.MemStats
	runtime.ReadMemStats(&before)
	var n atomic.Int64
	var mu sync.Mutex
	w := Walk{Visit: func(*Entry) {
		if n.Add(1)%10_000 != 0 {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > peak.HeapAlloc {
			peak = m
		}
	}}
	must(t, w.Dir(context.Background(), root, "/"))
	if n.Load() < 100_000 {
		t.Fatalf("only %d files", n.Load())
	}
	if grown := int64(peak.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// memoryDir is a directory in memory where there is one: making 100,000 files on a disk takes half a minute.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "holdfast-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func paths(t *testing.T, w Walk, root, base string) []string {
	t.Helper()
	var mu sync.Mutex
	var out []string
	w.Visit = func(e *Entry) { mu.Lock(); defer mu.Unlock(); out = append(out, e.Path()) }
	w.Failed = func(p string, err error) { t.Error(p, err) }
	must(t, w.Dir(context.Background(), root, base))
	slices.Sort(out)
	return out
}

// tree makes directories of dirs subdirectories and files empty files each, depth levels deep.
func tree(t testing.TB, root string, depth, dirs, files int) {
	t.Helper()
	for i := range files {
		must(t, os.WriteFile(filepath.Join(root, fmt.Sprint("f", i)), nil, 0o644))
	}
	if depth == 0 {
		return
	}
	for i := range dirs {
		sub := filepath.Join(root, fmt.Sprint("d", i))
		must(t, os.Mkdir(sub, 0o755))
		tree(t, sub, depth-1, dirs, files)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
