package effects

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// pinned is a directory held open, so that nobody can put another one under a name in it. Its own file descriptor ends
// with close.
type pinned struct {
	fd     int
	name   string // as it was asked for
	shared string // the first directory on the way that others than root can write to; empty when there is none
	owners []owner
}

func (p *pinned) close() { _ = unix.Close(p.fd) }

// maxLinks bounds the symlinks on the way to a directory.
const maxLinks = 16

// pin opens a directory, name by name from the root. A symlink on the way is followed only where root has made it and
// nobody else can replace it: /var/run, /lib.
func pin(name string) (*pinned, error) {
	if !path.IsAbs(name) {
		return nil, fmt.Errorf("%q is not an absolute path", name)
	}
	p := &pinned{name: name}
	var err error
	if p.fd, err = unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return nil, err
	}
	at, rest, links := "/", path.Clean(name)[1:], 0
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		link, err := p.enter(part)
		if err != nil {
			p.close()
			return nil, &os.PathError{Op: "open", Path: path.Join(at, part), Err: err}
		}
		if link == "" {
			at = path.Join(at, part)
			if err := p.judge(at); err != nil {
				p.close()
				return nil, err
			}
			continue
		}
		if links++; links > maxLinks || p.shared != "" {
			p.close()
			return nil, fmt.Errorf("%s: the symlink %s on the way is not followed: others than root could replace it", name, path.Join(at, part))
		}
		target := path.Join(at, link)
		if path.IsAbs(link) {
			target = path.Clean(link)
		}
		rest = path.Join(target, rest)[1:]
		if err := p.move("/"); err != nil {
			p.close()
			return nil, err
		}
		at = "/"
	}
	return p, nil
}

// enter goes into a directory, or gives the target of a symlink.
func (p *pinned) enter(part string) (link string, err error) {
	fd, err := unix.Openat(p.fd, part, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		buf := make([]byte, unix.PathMax)
		n, readErr := unix.Readlinkat(p.fd, part, buf)
		if readErr != nil {
			return "", err
		}
		return string(buf[:n]), nil
	}
	if err != nil {
		return "", err
	}
	p.close()
	p.fd = fd
	return "", nil
}

func (p *pinned) move(name string) error {
	fd, err := unix.Open(name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	p.close()
	p.fd = fd
	return nil
}

// judge notes who could change what lies in the directory we are in.
func (p *pinned) judge(at string) error {
	var st unix.Stat_t
	if err := unix.Fstat(p.fd, &st); err != nil {
		return &os.PathError{Op: "stat", Path: at, Err: err}
	}
	if st.Uid == 0 && st.Mode&0o022 == 0 {
		return nil
	}
	if p.shared == "" {
		p.shared = at
	}
	p.owners = append(p.owners, owner{at, st.Uid, st.Gid, st.Mode})
	return nil
}

var errShared = errors.New("can be written by others than root, who could lead the change elsewhere")

// owner is a directory on the way that others than root can write to.
type owner struct {
	at       string
	uid, gid uint32
	mode     uint32
}

// only tells whether none but root, the account and its group can write to the directory.
func (o owner) only(a *remediate.Account) bool {
	return a != nil && (o.uid == 0 || o.uid == a.UID) && o.mode&0o002 == 0 && (o.mode&0o020 == 0 || o.gid == 0 || o.gid == a.GID)
}

// trusted is an error where somebody else than root, and the account if there is one, could replace what we are about to
// write. In its own directories an account gains nothing by that: the directory is held open, what is written there is a
// new file that takes the name in the same directory, and no symlink is followed.
func (p *pinned) trusted(account *remediate.Account) error {
	for _, o := range p.owners {
		if !o.only(account) {
			return fmt.Errorf("%s: %s %w", p.name, o.at, errShared)
		}
	}
	return nil
}

// procPath is a path that leads to what a descriptor holds, whatever its name leads to by now.
func procPath(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }
