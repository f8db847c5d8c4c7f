// Package hostfs reads the files of a host whose root may be any directory. Symlinks, absolute ones too, are
// resolved inside that root. Reads are bounded and never block on a FIFO or open a device: what is not a regular
// file is an error. It never writes and caches nothing.
package hostfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	securejoin "github.com/cyphar/filepath-securejoin"
	"golang.org/x/sys/unix"
)

// DefaultLimit bounds ReadFile, in bytes, where the caller names no bound of its own.
const DefaultLimit = 8 << 20

// Errors that callers tell apart.
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrTooLarge   = errors.New("larger than its bound")
)

// FS is a tree of files. Paths are absolute inside of it.
type FS struct{ root string }

// New is the tree below root. The directory is not opened before something is read.
func New(root string) *FS { return &FS{root: filepath.Clean(root)} }

// Root is the directory in which the tree lies.
func (f *FS) Root() string { return f.root }

// Real is the path, on the machine we run on, of name inside the tree, with all symlinks but the last resolved
// inside the tree. Only for system calls that need a path.
func (f *FS) Real(name string) (string, error) { return f.real(name, false) }

func (f *FS) real(name string, follow bool) (string, error) {
	if strings.IndexByte(name, 0) >= 0 {
		return "", &fs.PathError{Op: "resolve", Path: name, Err: syscall.EINVAL}
	}
	name = path.Clean("/" + name)
	if f.root == "/" {
		return name, nil
	}
	if follow {
		return securejoin.SecureJoin(f.root, name)
	}
	dir, err := securejoin.SecureJoin(f.root, path.Dir(name))
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, path.Base(name)), nil
}

// Clean makes an error speak of the path inside the tree, not of where the tree lies.
func Clean(err error, name string) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		op := pe.Op
		if op == "SecureJoin" {
			op = "stat" // what the kernel would have been asked, had the tree been "/"
		}
		return &fs.PathError{Op: op, Path: name, Err: pe.Err}
	}
	return err
}

// Open opens a regular file for reading, following symlinks inside the tree. Anything else is ErrNotRegular.
func (f *FS) Open(name string) (*os.File, error) {
	real, err := f.real(name, true)
	if err != nil {
		return nil, Clean(err, name)
	}
	// Look before opening: the mere open of a device can act (tapes rewind, watchdogs arm).
	st, err := os.Stat(real)
	if err != nil {
		return nil, Clean(err, name)
	}
	if !st.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%w: %s", ErrNotRegular, typeName(st.Mode()))}
	}
	file, err := os.OpenFile(real, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, Clean(err, name)
	}
	if st, err = file.Stat(); err != nil || !st.Mode().IsRegular() {
		_ = file.Close()
		if err == nil {
			err = &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
		}
		return nil, Clean(err, name)
	}
	return file, nil
}

// ReadFile reads a regular file of at most limit bytes; 0 is DefaultLimit. A larger one, or one that grows past the
// bound while it is read, is ErrTooLarge.
func (f *FS) ReadFile(name string, limit int64) ([]byte, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	tooLarge := &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)}
	if st, err := file.Stat(); err == nil && st.Size() > limit {
		return nil, tooLarge
	}
	b, err := io.ReadAll(io.LimitReader(file, limit+1)) // it may grow, and files of /proc tell no size
	if err != nil {
		return nil, Clean(err, name)
	}
	if int64(len(b)) > limit {
		return nil, tooLarge
	}
	return b, nil
}

// Stat is the state of what name leads to; symlinks are followed inside the tree.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	real, err := f.real(name, true)
	if err != nil {
		return nil, Clean(err, name)
	}
	st, err := os.Stat(real)
	return st, Clean(err, name)
}

// Lstat is the state of name itself; a symlink is not followed.
func (f *FS) Lstat(name string) (fs.FileInfo, error) {
	real, err := f.real(name, false)
	if err != nil {
		return nil, Clean(err, name)
	}
	st, err := os.Lstat(real)
	return st, Clean(err, name)
}

// Readlink is the target of a symlink, as written.
func (f *FS) Readlink(name string) (string, error) {
	real, err := f.real(name, false)
	if err != nil {
		return "", Clean(err, name)
	}
	target, err := os.Readlink(real)
	return target, Clean(err, name)
}

// Resolve follows symlinks inside the tree and gives the path inside the tree that name leads to. A path whose last
// parts do not exist resolves as far as it does.
func (f *FS) Resolve(name string) (string, error) {
	name = path.Clean("/" + name)
	real, err := securejoin.SecureJoin(f.root, name)
	if err != nil {
		return "", Clean(err, name)
	}
	rel, err := filepath.Rel(f.root, real)
	if err != nil {
		return "", err
	}
	return path.Clean("/" + rel), nil
}

// ReadDir lists a directory in the order of names.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	real, err := f.real(name, true)
	if err != nil {
		return nil, Clean(err, name)
	}
	entries, err := os.ReadDir(real)
	return entries, Clean(err, name)
}

// Exists tells whether name can be looked up. An error other than "does not exist" is returned.
func (f *FS) Exists(name string) (bool, error) {
	_, err := f.Stat(name)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	}
	return false, err
}

// Glob lists the paths that match a pattern of path.Match in each component, sorted, without those whose name starts
// with a dot unless the pattern's does (as glob(7)). Unlike path/filepath.Glob it returns the error of a directory
// that exists and can't be read, together with what was found elsewhere.
func (f *FS) Glob(pattern string) ([]string, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	found := []string{"/"}
	var failed error
	for part := range strings.SplitSeq(strings.Trim(path.Clean("/"+pattern), "/"), "/") {
		var next []string
		for _, dir := range found {
			names, err := f.globDir(dir, part)
			if err != nil && failed == nil {
				failed = err
			}
			next = append(next, names...)
		}
		found = next
	}
	slices.Sort(found)
	return found, failed
}

func (f *FS) globDir(dir, part string) ([]string, error) {
	if !strings.ContainsAny(part, `*?[\`) {
		name := path.Join(dir, part)
		_, err := f.Lstat(name)
		if err == nil {
			return []string{name}, nil
		}
		return nil, absentIsNil(err)
	}
	entries, err := f.ReadDir(dir)
	if err != nil {
		return nil, absentIsNil(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(part, ".") {
			continue
		}
		if ok, _ := path.Match(part, e.Name()); ok {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	return names, nil
}

func absentIsNil(err error) error {
	// Below a loop of symlinks there is nothing that could be opened, so glob(3) finds nothing there either.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) {
		return nil
	}
	return err
}

func typeName(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}
