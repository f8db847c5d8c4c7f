package effects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() {
	register("file", fileEffect{})
	register("mode", modeEffect{})
}

// maxFile bounds a file that is changed, and so held in the journal: configuration is far smaller.
const maxFile = 16 << 20

// fileEffect is all that lies at a path: a file with its content, a symlink, a directory, or nothing. A file is replaced
// in one go by a new one in the same directory.
type fileEffect struct{}

func (fileEffect) observe(_ context.Context, target string) (remediate.State, error) {
	f, err := look(target, true)
	return remediate.NewState(f.Summary(), f), err
}

func (fileEffect) set(_ context.Context, s *remediate.Step, to remediate.State) error {
	f, err := decode[remediate.File](to)
	if err != nil {
		return err
	}
	return placeIn(s.Target, f, s.Account)
}

// modeEffect is mode, owner and extended attributes of what lies at a path, whatever its content.
type modeEffect struct{}

func (modeEffect) observe(_ context.Context, target string) (remediate.State, error) {
	f, err := look(target, false)
	return remediate.NewState(f.ModeSummary(), f), err
}

func (modeEffect) set(_ context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[remediate.File](to)
	if err != nil {
		return err
	}
	before, err := decode[remediate.File](s.Before)
	if err != nil {
		return err
	}
	after, err := decode[remediate.File](s.After)
	if err != nil {
		return err
	}
	o, err := openTarget(s.Target)
	if err != nil || o == nil {
		return errors.Join(err, gone(s.Target, o))
	}
	defer o.close()
	// In a directory of somebody else, the name may lead to another file by now: not to one of another owner.
	if uid := o.stat.Uid; uid != before.UID && uid != after.UID || o.kind != before.Type {
		return fmt.Errorf("%s is not what it was: a %s of user %d", s.Target, o.kind, uid)
	}
	return o.dress(want)
}

func gone(target string, o *opened) error {
	if o == nil {
		return fmt.Errorf("%s is not there any more", target)
	}
	return nil
}

// opened is one file, held open without following a symlink.
type opened struct {
	fd   int
	name string
	stat unix.Stat_t
	kind remediate.FileType
}

func (o *opened) close() { _ = unix.Close(o.fd) }

// openTarget opens what lies at a path; nil when there is nothing.
func openTarget(name string) (*opened, error) {
	dir, err := pin(path.Dir(name))
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer dir.close()
	return openIn(dir, name)
}

func openIn(dir *pinned, name string) (*opened, error) {
	fd, err := unix.Openat(dir.fd, path.Base(name), unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	o := &opened{fd: fd, name: name}
	if err := o.check(); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

func (o *opened) check() error {
	if err := unix.Fstat(o.fd, &o.stat); err != nil {
		return &os.PathError{Op: "stat", Path: o.name, Err: err}
	}
	switch o.stat.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		o.kind = remediate.Regular
	case unix.S_IFLNK:
		o.kind = remediate.Symlink
	case unix.S_IFDIR:
		o.kind = remediate.Directory
	default:
		return fmt.Errorf("%s is neither a file, a symlink nor a directory", o.name)
	}
	if o.kind == remediate.Regular && o.stat.Nlink > 1 {
		return fmt.Errorf("%s has %d hard links: a change would show under the other names, too", o.name, o.stat.Nlink)
	}
	return nil
}

// look reads the state of a path.
func look(name string, content bool) (f remediate.File, err error) {
	o, err := openTarget(name)
	if err != nil || o == nil {
		return f, err
	}
	defer o.close()
	f = remediate.File{Type: o.kind, Mode: o.stat.Mode & 0o7777, UID: o.stat.Uid, GID: o.stat.Gid}
	if o.kind == remediate.Symlink {
		f.Mode = 0 // it has none of its own
		f.Link, err = o.link()
		return f, err
	}
	if f.Xattrs, err = o.xattrs(); err != nil {
		return f, err
	}
	if content && o.kind == remediate.Regular {
		f.Content, err = o.content()
	}
	return f, err
}

func (o *opened) link() (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(o.fd, "", buf)
	return string(buf[:max(n, 0)]), err
}

func (o *opened) content() ([]byte, error) {
	if o.stat.Size > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", o.name, maxFile)
	}
	f, err := os.Open(procPath(o.fd))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", o.name, maxFile)
	}
	return text, err
}

// xattrs are the extended attributes that are somebody's settings: ACLs, capabilities, labels, the user's own.
func (o *opened) xattrs() (map[string][]byte, error) {
	names := make([]byte, 64<<10)
	n, err := unix.Listxattr(procPath(o.fd), names)
	if errors.Is(err, unix.ENOTSUP) || n == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, &os.PathError{Op: "listxattr", Path: o.name, Err: err}
	}
	out := map[string][]byte{}
	for _, name := range strings.Split(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00") {
		value := make([]byte, 64<<10)
		n, err := unix.Getxattr(procPath(o.fd), name, value)
		if errors.Is(err, unix.ENODATA) || strings.HasPrefix(name, "trusted.") {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "getxattr " + name, Path: o.name, Err: err}
		}
		out[name] = value[:n]
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// dress gives the file owner, mode and extended attributes. A change of owner takes setuid bits and capabilities away,
// so it comes first.
func (o *opened) dress(f remediate.File) error {
	if o.stat.Uid != f.UID || o.stat.Gid != f.GID {
		if err := unix.Fchownat(o.fd, "", int(f.UID), int(f.GID), unix.AT_EMPTY_PATH); err != nil {
			return &os.PathError{Op: "chown", Path: o.name, Err: err}
		}
	}
	if o.kind == remediate.Symlink {
		return nil
	}
	have, err := o.xattrs()
	if err != nil {
		return err
	}
	for name := range have {
		if _, keep := f.Xattrs[name]; !keep {
			if err := unix.Removexattr(procPath(o.fd), name); err != nil {
				return &os.PathError{Op: "removexattr " + name, Path: o.name, Err: err}
			}
		}
	}
	for name, value := range f.Xattrs {
		if old, ok := have[name]; ok && string(old) == string(value) {
			continue
		}
		if err := unix.Setxattr(procPath(o.fd), name, value, 0); err != nil {
			return &os.PathError{Op: "setxattr " + name, Path: o.name, Err: err}
		}
	}
	// Last, as an ACL's mask is part of the mode; after a chown always, as that may have changed it.
	if err := unix.Chmod(procPath(o.fd), f.Mode); err != nil {
		return &os.PathError{Op: "chmod", Path: o.name, Err: err}
	}
	return nil
}

// place makes a path be what f says.
func place(name string, f remediate.File) error { return placeIn(name, f, nil) }

// placeIn is the same where an account may own directories on the way.
func placeIn(name string, f remediate.File, account *remediate.Account) error {
	dir, err := pin(path.Dir(name))
	if errors.Is(err, unix.ENOENT) && f.Type == remediate.Absent {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.close()
	if err := dir.trusted(account); err != nil {
		return err
	}
	base := path.Base(name)
	temporary := ".holdfast-" + base
	if err := discard(dir, temporary); err != nil {
		return &os.PathError{Op: "remove", Path: path.Join(path.Dir(name), temporary), Err: err}
	}
	there, err := openIn(dir, name)
	if err != nil {
		return err
	}
	kind := remediate.Absent
	if there != nil {
		defer there.close()
		kind = there.kind
	}
	if now, err := look(name, true); err == nil && now.SameAs(f) {
		return nil
	}
	if err := remediate.Fault("place"); err != nil {
		return err
	}
	switch {
	case f.Type == remediate.Absent:
		err = remove(dir, base, kind)
	case f.Type == remediate.Directory && kind == remediate.Directory:
		err = there.dress(f)
	case kind == remediate.Directory:
		err = fmt.Errorf("%s is a directory", name)
	case f.Type == remediate.Directory && kind == remediate.Absent:
		err = makeDir(dir, base, name, f)
	case f.Type == remediate.Directory:
		err = fmt.Errorf("%s is to be a directory, and a %s lies there", name, kind)
	default:
		err = replace(dir, base, temporary, f)
	}
	if err != nil {
		return inNameOf(name, err)
	}
	return syncDir(dir.fd)
}

// discard removes what an attempt that was interrupted has left.
func discard(dir *pinned, temporary string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(dir.fd, temporary, &st, unix.AT_SYMLINK_NOFOLLOW); errors.Is(err, unix.ENOENT) {
		return nil
	}
	return unix.Unlinkat(dir.fd, temporary, 0)
}

// inNameOf makes an error of a system call speak of the file it was for.
func inNameOf(name string, err error) error {
	var no unix.Errno
	if errors.As(err, &no) && errors.Unwrap(err) == nil {
		return &os.PathError{Op: "write", Path: name, Err: err}
	}
	return err
}

func remove(dir *pinned, base string, kind remediate.FileType) error {
	switch kind {
	case remediate.Absent:
		return nil
	case remediate.Directory:
		return unix.Unlinkat(dir.fd, base, unix.AT_REMOVEDIR)
	}
	return unix.Unlinkat(dir.fd, base, 0)
}

func makeDir(dir *pinned, base, name string, f remediate.File) error {
	if err := unix.Mkdirat(dir.fd, base, 0o700); err != nil {
		return err
	}
	o, err := openIn(dir, name)
	if err != nil || o == nil {
		return errors.Join(err, gone(name, o))
	}
	defer o.close()
	return o.dress(f)
}

// replace makes the new file beside the old one and lets it take the name.
func replace(dir *pinned, base, temporary string, f remediate.File) (err error) {
	defer func() {
		if err != nil {
			_ = unix.Unlinkat(dir.fd, temporary, 0)
		}
	}()
	if f.Type == remediate.Symlink {
		if err := unix.Symlinkat(f.Link, dir.fd, temporary); err != nil {
			return err
		}
		if err := unix.Fchownat(dir.fd, temporary, int(f.UID), int(f.GID), unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return err
		}
	} else if err := create(dir, temporary, f); err != nil {
		return err
	}
	if err := remediate.Fault("rename"); err != nil {
		return err
	}
	if err := unix.Renameat(dir.fd, temporary, dir.fd, base); err != nil {
		return err
	}
	return remediate.Fault("renamed")
}

func create(dir *pinned, temporary string, f remediate.File) error {
	fd, err := unix.Openat(dir.fd, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), temporary)
	defer file.Close()
	if _, err := file.Write(f.Content); err != nil {
		return err
	}
	if err := remediate.Fault("written"); err != nil {
		return err
	}
	o := &opened{fd: fd, name: temporary}
	if err := o.check(); err != nil {
		return err
	}
	if err := o.dress(f); err != nil {
		return err
	}
	return file.Sync()
}

func syncDir(fd int) error {
	f, err := os.Open(procPath(fd))
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, unix.EINVAL) { // a file system that can't
		err = nil
	}
	return errors.Join(err, f.Close())
}
