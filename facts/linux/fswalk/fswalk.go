// Package fswalk visits every file of a tree with its mode and owner, in parallel, on one mount. It holds no list of what
// it saw: its memory grows with the number of workers, not with the tree. It decides nothing about what is found, and
// follows neither symlinks nor mounts.
package fswalk

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Entry is one file. It and its name are only valid during the call of Visit.
type Entry struct {
	dir  string
	name []byte

	Mode     uint32 // st_mode: type and permission bits
	UID, GID uint32
}

// Path is the entry's path, below the base that the walk was given.
func (e *Entry) Path() string {
	switch {
	case len(e.name) == 0:
		return e.dir
	case e.dir == "/":
		return "/" + string(e.name)
	}
	return e.dir + "/" + string(e.name)
}

// Walk says what is visited and who is told.
type Walk struct {
	// Workers is how many directories are read at a time; 0 is GOMAXPROCS.
	Workers int
	// Visit is called for each file, the root too, by several goroutines at a time.
	Visit func(*Entry)
	// Skip tells of a directory or file not to visit, nor to enter; may be nil. It is asked for directories and for
	// what is mounted on a file.
	Skip func(path string) bool
	// Mounted is told of the mount points that Skip did not name: they are not visited either. May be nil.
	Mounted func(path string)
	// Failed is told, by one goroutine at a time, what could not be looked at. What vanishes during the walk is no failure.
	Failed func(path string, err error)
}

// maxDepth bounds the directories that one worker holds open, one inside the other, while all others are busy as well.
const maxDepth = 128

// Dir walks the tree at root, a path on this machine, whose files are called by paths below base. The error says that the
// context ended the walk; all else is told to Failed.
func (w Walk) Dir(ctx context.Context, root, base string) error {
	if w.Workers <= 0 {
		w.Workers = runtime.GOMAXPROCS(0)
	}
	t := &team{Walk: w, ctx: ctx, room: 4 * w.Workers}
	t.wake = sync.NewCond(&t.mu)
	if t.start(root, base) {
		var wg sync.WaitGroup
		for range w.Workers {
			wg.Go(func() { (&worker{team: t, buf: make([]byte, 32<<10)}).run() })
		}
		wg.Wait()
	}
	return ctx.Err()
}

// start visits the root and puts it on the stack when it is a directory.
func (t *team) start(root, base string) bool {
	fd, err := unix.Open(root, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		t.fail(base, err)
		return false
	}
	defer unix.Close(fd)
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH|statFlags, statMask, &st); err != nil {
		t.fail(base, err)
		return false
	}
	t.Visit(&Entry{dir: base, Mode: uint32(st.Mode), UID: st.Uid, GID: st.Gid})
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return false
	}
	dir, err := unix.Openat(fd, ".", openFlags, 0)
	if err != nil {
		t.fail(base, err)
		return false
	}
	t.stack = append(t.stack, open{dir, strings.TrimSuffix(base, "/")})
	return true
}

// open is a directory that waits for a worker. The root of the host is the empty path here.
type open struct {
	fd   int
	path string
}

// team shares the stack of open directories. It is short (room) and last in, first out: a worker that finds it full
// goes down into the directory itself. So neither paths nor descriptors pile up, however wide or deep the tree.
type team struct {
	Walk
	ctx  context.Context
	room int

	mu    sync.Mutex
	wake  *sync.Cond
	stack []open
	busy  int

	failing sync.Mutex
}

func (t *team) offer(d open) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.stack) >= t.room {
		return false
	}
	t.stack = append(t.stack, d)
	t.wake.Signal()
	return true
}

// next waits for a directory; false when none is left and nobody is busy who could bring one.
func (t *team) next(wasBusy bool) (open, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if wasBusy {
		t.busy--
	}
	for len(t.stack) == 0 && t.busy > 0 {
		t.wake.Wait()
	}
	if len(t.stack) == 0 {
		t.wake.Broadcast()
		return open{}, false
	}
	last := len(t.stack) - 1
	d := t.stack[last]
	t.stack = t.stack[:last]
	t.busy++
	return d, true
}

func (t *team) fail(path string, err error) {
	if vanished(err) || t.Failed == nil {
		return
	}
	if path == "" {
		path = "/"
	}
	t.failing.Lock()
	defer t.failing.Unlock()
	t.Failed(path, err)
}

// vanished tells of a file that was removed, or replaced by one of another type, since its name was read.
func vanished(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}

type worker struct {
	*team
	buf []byte
}

func (w *worker) run() {
	for d, ok := w.next(false); ok; d, ok = w.next(true) {
		w.read(d, 0)
	}
}

// read visits the files of a directory and closes it.
func (w *worker) read(d open, depth int) {
	defer unix.Close(d.fd)
	if depth > maxDepth {
		w.fail(d.path, fmt.Errorf("nested too deeply"))
		return
	}
	for w.ctx.Err() == nil {
		n, err := unix.Getdents(d.fd, w.buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			w.fail(d.path, err)
		}
		if n <= 0 || err != nil {
			return
		}
		// The buffer is used again further down: the names of subdirectories are copied, one buffer full at most.
		for _, name := range w.visitAll(d, w.buf[:n]) {
			w.descend(d, name, depth)
		}
	}
}

func (w *worker) descend(d open, name string, depth int) {
	path := d.path + "/" + name
	fd, err := openBelow(d.fd, name)
	switch {
	case errors.Is(err, unix.EXDEV):
		w.met(path)
		return
	case err != nil:
		w.fail(path, err)
		return
	}
	if sub := (open{fd, path}); !w.offer(sub) {
		w.read(sub, depth+1)
	}
}

// met is told of a mount point that Skip did not name.
func (w *worker) met(path string) {
	if w.Mounted != nil {
		w.failing.Lock()
		defer w.failing.Unlock()
		w.Mounted(path)
	}
}

// visitAll looks at the entries of one buffer and returns the subdirectories to enter.
func (w *worker) visitAll(d open, buf []byte) (subdirs []string) {
	e := Entry{dir: d.path}
	if e.dir == "" {
		e.dir = "/"
	}
	for len(buf) > 0 {
		name, size := direntName(buf)
		if size == 0 {
			w.fail(d.path, fmt.Errorf("a directory entry of no size"))
			return subdirs
		}
		rest := buf[size:]
		if string(name) != "." && string(name) != ".." {
			e.name = name
			if w.visitOne(d, &e) {
				subdirs = append(subdirs, string(name))
			}
		}
		buf = rest
	}
	return subdirs
}

// visitOne reports whether the entry is a directory to enter.
func (w *worker) visitOne(d open, e *Entry) bool {
	var st unix.Statx_t
	if err := statBelow(d.fd, e.name, &st); err != nil {
		w.fail(d.path+"/"+string(e.name), err)
		return false
	}
	dir := st.Mode&unix.S_IFMT == unix.S_IFDIR
	mounted := st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	if dir || mounted {
		path := e.Path()
		if w.Skip != nil && w.Skip(path) {
			return false
		}
		if mounted {
			w.met(path)
			return false
		}
	}
	e.Mode, e.UID, e.GID = uint32(st.Mode), st.Uid, st.Gid
	w.Visit(e)
	return dir
}
