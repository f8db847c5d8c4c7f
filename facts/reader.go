package facts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

// Reader is what a source reads a host through. It remembers which files and facts were read, so that it is known
// what must be collected again when one of them changes.
type Reader struct {
	set  *Set
	task *task
}

// Tree reads the host's files for whoever is no source: what it read is remembered nowhere. On a recording there is no
// host, and so no file.
func (s *Set) Tree() *Reader {
	if s.host.FS == nil {
		s = &Set{host: Host{FS: hostfs.New("/dev/null")}}
	}
	return &Reader{set: s, task: &task{}}
}

// Host is the host being read.
func (r *Reader) Host() Host { return r.set.host }

// Live tells that /proc and /sys are those of a running kernel; see [Host].
func (r *Reader) Live() bool { return r.set.host.Live }

// Native tells that netlink, D-Bus and system calls speak of the host being read; see [Host].
func (r *Reader) Native() bool { return r.set.host.Native }

// Now is the host's clock.
func (r *Reader) Now() time.Time { return r.set.now() }

// ReadFile reads a regular file of at most hostfs.DefaultLimit bytes.
func (r *Reader) ReadFile(name string) ([]byte, error) { return r.ReadFileMax(name, 0) }

// ReadFileMax reads a regular file of at most limit bytes.
func (r *Reader) ReadFileMax(name string, limit int64) ([]byte, error) {
	r.task.touched(name)
	return r.set.host.FS.ReadFile(name, limit)
}

// Touched records that a source looked at a path by other means than this Reader's own methods.
func (r *Reader) Touched(name string) { r.task.touched(name) }

// Stat follows symlinks inside the host's tree.
func (r *Reader) Stat(name string) (fs.FileInfo, error) {
	r.task.touched(name)
	return r.set.host.FS.Stat(name)
}

// Lstat does not follow a symlink.
func (r *Reader) Lstat(name string) (fs.FileInfo, error) {
	r.task.touched(name)
	return r.set.host.FS.Lstat(name)
}

// ReadDir lists a directory in the order of names.
func (r *Reader) ReadDir(name string) ([]fs.DirEntry, error) {
	r.task.touched(name)
	return r.set.host.FS.ReadDir(name)
}

// Readlink is the target of a symlink, as written.
func (r *Reader) Readlink(name string) (string, error) {
	r.task.touched(name)
	return r.set.host.FS.Readlink(name)
}

// Glob lists the paths that match; see hostfs.FS.Glob. The error speaks of a directory that could not be read, and
// comes together with what was found elsewhere.
func (r *Reader) Glob(pattern string) ([]string, error) {
	r.task.touched(pattern)
	return r.set.host.FS.Glob(pattern)
}

// Fact reads another fact. A fact that would wait for itself is unknown.
func (r *Reader) Fact(ctx context.Context, k Key) Value { return r.set.read(ctx, k, r.task) }

// Get reads another fact as the Go value its source returned. The error is the reason why it is unknown.
func Get[T any](ctx context.Context, r *Reader, k Key) (T, error) {
	v := r.Fact(ctx, k)
	native, ok := v.native.(T)
	if !ok {
		return native, fmt.Errorf("%s: %s", k, v.ReasonOf(""))
	}
	return native, nil
}

// Once computes something that several facts share (a parsed file, a dump of the kernel's tables) at most once per
// Set. What compute reads counts as read by everyone who asks for it. It runs under DefaultTimeout, not under the
// deadline of the first caller.
func Once[T any](ctx context.Context, r *Reader, name string, compute func(ctx context.Context, r *Reader) (T, error)) (T, error) {
	k := Key{Fact: "\x00once", Subject: name}
	v := r.set.run(ctx, k, r.task, DefaultTimeout, func(ctx context.Context, r *Reader) (Value, error) {
		native, err := compute(ctx, r)
		return Value{native: onceResult[T]{native, err}}, nil
	})
	res, ok := v.native.(onceResult[T])
	if !ok {
		var none T
		return none, errors.New(v.ReasonOf(""))
	}
	return res.value, res.err
}

type onceResult[T any] struct {
	value T
	err   error
}

// IsAbsent tells whether an error says that the path does not exist (or that a parent is no directory).
func IsAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// task is one collection: what it read and whom it waits for.
type task struct {
	key  Key
	done chan struct{}

	mu      sync.Mutex
	paths   map[string]struct{}
	needs   map[Key]struct{}
	waiting map[*task]int // guarded by Set.mu, not mu

	value    Value
	duration time.Duration
}

func (t *task) touched(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.paths == nil {
		t.paths = map[string]struct{}{}
	}
	t.paths[name] = struct{}{}
}

func (t *task) needed(k Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.needs == nil {
		t.needs = map[Key]struct{}{}
	}
	t.needs[k] = struct{}{}
}

func (t *task) reads() (paths []string, needs []Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for p := range t.paths {
		paths = append(paths, p)
	}
	for k := range t.needs {
		needs = append(needs, k)
	}
	slices.Sort(paths)
	return paths, needs
}
