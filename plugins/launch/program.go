package launch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// maxProgram bounds the size of a plugin's program, in bytes.
const maxProgram = 512 << 20

// program opens a plugin's program and judges what it has opened: whose it is and its parents are, and its checksum.
// What is executed later is this very descriptor, so that nothing can be put in its place between.
func (s *Spec) program(anyOwner bool) (*os.File, error) {
	f, err := open(s.Path, anyOwner)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", s.Name, err)
	}
	if err := s.sum(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("plugin %s: %w", s.Name, err)
	}
	return f, nil
}

func (s *Spec) sum(f *os.File) error {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, maxProgram+1))
	if err != nil {
		return err
	}
	if n > maxProgram {
		return fmt.Errorf("%s is larger than %d bytes", s.Path, maxProgram)
	}
	want, err := hex.DecodeString(s.SHA256)
	if err != nil {
		return err
	}
	if got := h.Sum(nil); !bytes.Equal(got, want) {
		return fmt.Errorf("%s is not the program that the configuration names: its SHA-256 is %x, and should be %s", s.Path, got, s.SHA256)
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// open opens a regular file by its path, name by name, without following a symlink. Every directory on the way and the
// file must be root's, and nobody else may write to them.
func open(name string, anyOwner bool) (*os.File, error) {
	const dir = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	at, err := unix.Open("/", dir, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/", Err: err}
	}
	defer func() { _ = unix.Close(at) }()
	path := ""
	for {
		if err := judge(at, path+"/", anyOwner); err != nil {
			return nil, err
		}
		part, rest, more := strings.Cut(strings.TrimPrefix(name[len(path):], "/"), "/")
		_ = rest
		path += "/" + part
		flags := dir
		if !more {
			flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
		}
		next, err := unix.Openat(at, part, flags, 0)
		if err == unix.ELOOP || err == unix.ENOTDIR {
			return nil, fmt.Errorf("%s is a symlink or no directory: the configuration must name the real path", path)
		}
		if err != nil {
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
		if more {
			_ = unix.Close(at)
			at = next
			continue
		}
		f := os.NewFile(uintptr(next), path)
		if err := judge(next, path, anyOwner); err != nil {
			_ = f.Close()
			return nil, err
		}
		return f, nil
	}
}

func judge(fd int, path string, anyOwner bool) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	kind := st.Mode & unix.S_IFMT
	switch {
	case kind != unix.S_IFDIR && kind != unix.S_IFREG:
		return fmt.Errorf("%s is not a regular file", path)
	case anyOwner:
	case st.Uid != 0:
		return fmt.Errorf("%s belongs to user %d; a plugin and all above it must belong to root", path, st.Uid)
	case st.Mode&0o022 != 0:
		return fmt.Errorf("%s can be written by others than root (mode %04o): chmod go-w %s", path, st.Mode&0o7777, path)
	}
	return nil
}
