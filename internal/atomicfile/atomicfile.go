// Package atomicfile writes files that are there whole or not at all: the content goes to a temporary file in the same
// directory and takes the name at the end. It does not keep the owner, ACLs or hard links of a file that it replaces.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File is one that is being written. Either Commit or Discard ends it; Discard after Commit does nothing.
type File struct {
	name   string
	tmp    *os.File
	buf    *bufio.Writer
	direct bool // a device or FIFO: written in place
	done   bool
}

// Create begins to write the file name. A symlink is followed. An existing file keeps its permissions; a new one gets
// perm. What exists and is no file (/dev/null, a FIFO) is written in place, never replaced.
func Create(name string, perm fs.FileMode) (*File, error) {
	target, err := filepath.EvalSymlinks(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target = name
		if st, err := os.Lstat(name); err == nil && st.Mode()&fs.ModeSymlink != 0 {
			return nil, fmt.Errorf("%s is a symlink that leads nowhere", name)
		}
	case err != nil:
		return nil, err
	}
	if st, err := os.Stat(target); err == nil {
		switch {
		case st.IsDir():
			return nil, fmt.Errorf("%s is a directory", name)
		case !st.Mode().IsRegular():
			return openDirect(target)
		}
		perm = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return nil, inNameOf(target, err)
	}
	if err := tmp.Chmod(perm); err != nil {
		return nil, inNameOf(target, errors.Join(err, tmp.Close(), os.Remove(tmp.Name())))
	}
	return &File{name: target, tmp: tmp, buf: bufio.NewWriter(tmp)}, nil
}

func openDirect(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return &File{name: name, tmp: f, buf: bufio.NewWriter(f), direct: true}, nil
}

// Write adds to the content.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.buf.Write(b)
	return n, inNameOf(f.name, err)
}

// inNameOf makes an error speak of the file that was asked for, of which nobody knows the temporary name.
func inNameOf(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &fs.PathError{Op: "write", Path: name, Err: path.Err}
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return &fs.PathError{Op: "write", Path: name, Err: link.Err}
	}
	return err
}

// Commit gives the file its name. On an error nothing has changed and nothing is left behind.
func (f *File) Commit() error {
	if f.done {
		return errors.New("atomicfile: already ended")
	}
	err := f.buf.Flush()
	if err == nil && !f.direct {
		err = f.tmp.Sync()
	}
	f.done = true
	err = errors.Join(err, f.tmp.Close())
	if f.direct {
		return inNameOf(f.name, err)
	}
	if err == nil {
		err = os.Rename(f.tmp.Name(), f.name)
	}
	if err != nil {
		return errors.Join(inNameOf(f.name, err), os.Remove(f.tmp.Name()))
	}
	return syncDir(filepath.Dir(f.name))
}

// Discard leaves the file as it was.
func (f *File) Discard() {
	if f.done {
		return
	}
	f.done = true
	_ = f.tmp.Close()
	if !f.direct {
		_ = os.Remove(f.tmp.Name())
	}
}

// Write writes one file in one go.
func Write(name string, perm fs.FileMode, content func(io.Writer) error) error {
	f, err := Create(name, perm)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := content(f); err != nil {
		return err
	}
	return f.Commit()
}

// syncDir makes the rename last. File systems that can't sync a directory say EINVAL, which is no failure of ours.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil // the file is there; the directory just can't be opened for reading
	}
	_ = d.Sync()
	return d.Close()
}
