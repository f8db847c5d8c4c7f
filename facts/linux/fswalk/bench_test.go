package fswalk

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkWalk sets Dir beside a bare parallel walk of the same tree: the ratio is the price of bounded memory, of the
// mounts kept apart and of names that can be asked for. HOLDFAST_BENCH_FILES sets the size of the tree, 100,000 files
// unless told; HOLDFAST_BENCH_TREE walks an existing one instead.
func BenchmarkWalk(b *testing.B) {
	root := os.Getenv("HOLDFAST_BENCH_TREE")
	if root == "" {
		root = b.TempDir()
		generate(b, root)
	}
	for _, c := range []struct {
		name string
		walk func() int64
	}{
		{"yardstick", func() int64 { return bareWalk(root) }},
		{"holdfast", func() int64 {
			var n atomic.Int64
			w := Walk{Visit: func(*Entry) { n.Add(1) }}
			must(b, w.Dir(context.Background(), root, root))
			return n.Load()
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var n int64
			for b.Loop() {
				n = c.walk()
			}
			b.ReportMetric(float64(n), "files")
		})
	}
}

func generate(b *testing.B, root string) {
	files, err := strconv.Atoi(os.Getenv("HOLDFAST_BENCH_FILES"))
	if err != nil {
		files = 100_000
	}
	for d := 0; files > 0; d++ {
		dir := filepath.Join(root, strconv.Itoa(d%50), strconv.Itoa(d))
		must(b, os.MkdirAll(dir, 0o755))
		for i := 0; i < 20 && files > 0; i++ {
			must(b, os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), nil, 0o644))
			files--
		}
	}
}

// bareWalk is the yardstick: getdents64 and statx by GOMAXPROCS workers over a queue of paths, and nothing else.
func bareWalk(root string) int64 {
	q := &bareQueue{dirs: []string{root}}
	q.more = sync.NewCond(&q.mu)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(q.work)
	}
	wg.Wait()
	return q.files.Load() + 1
}

type bareQueue struct {
	mu    sync.Mutex
	more  *sync.Cond
	dirs  []string
	busy  int
	files atomic.Int64
}

func (q *bareQueue) work() {
	buf := make([]byte, 32<<10)
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.dirs) == 0 && q.busy > 0 {
			q.more.Wait()
		}
		if len(q.dirs) == 0 {
			q.more.Broadcast()
			return
		}
		dir := q.dirs[len(q.dirs)-1]
		q.dirs = q.dirs[:len(q.dirs)-1]
		q.busy++
		q.mu.Unlock()
		found := q.list(dir, buf)
		q.mu.Lock()
		q.busy--
		q.dirs = append(q.dirs, found...)
		q.more.Broadcast()
	}
}

func (q *bareQueue) list(dir string, buf []byte) (found []string) {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	var st unix.Statx_t
	n := int64(0)
	for {
		got, err := unix.Getdents(fd, buf)
		if err != nil || got == 0 {
			q.files.Add(n)
			return found
		}
		for b := buf[:got]; len(b) > 0; {
			name, size := direntName(b)
			b = b[size:]
			if string(name) == "." || string(name) == ".." {
				continue
			}
			n++
			if statBelow(fd, name, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT == 0 {
				found = append(found, dir+"/"+string(name))
			}
		}
	}
}
