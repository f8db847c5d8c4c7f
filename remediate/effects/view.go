package effects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// maxEntries bounds a directory that is shown as it would be. Those of configuration have some hundred.
const maxEntries = 20000

// inView runs do where the files are as the steps would leave them, in a mount namespace that one thread has to itself.
// Nothing changes on the host, and the view ends with the thread, however that ends.
//
// Only do's own goroutine, and the processes that it starts, see the view.
func inView(ctx context.Context, steps []*remediate.Step, do func(ctx context.Context) error) error {
	done := make(chan error, 1)
	go onThread(func() { done <- view(ctx, steps, do) })
	return <-done
}

// onThread runs do on a thread that ends afterwards, and never on the main one, which can't end and whose namespaces
// /proc/self shows to all of the program.
func onThread(do func()) {
	runtime.LockOSThread() // and never given back
	if unix.Gettid() != unix.Getpid() {
		do()
		return
	}
	next := make(chan struct{})
	go func() {
		defer close(next)
		onThread(do)
	}()
	<-next
	runtime.UnlockOSThread()
}

func view(ctx context.Context, steps []*remediate.Step, do func(ctx context.Context) error) error {
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("a view of the files as they would be: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("a view of the files as they would be: %w", err)
	}
	v := stage{made: map[string]bool{}}
	for _, c := range candidates(steps) {
		if err := v.place(c); err != nil {
			return fmt.Errorf("a view of %s as it would be: %w", c.name, err)
		}
	}
	if err := v.dir("/run"); err != nil {
		return fmt.Errorf("a view of /run: %w", err)
	}
	return do(ctx)
}

// candidate is what would lie at a path.
type candidate struct {
	name string
	file remediate.File
	mode bool // only mode and owner are known
}

// candidates are the files that steps set, those of a directory after the directory. Of changes of mode alone, those of
// configuration count, which programs look at.
func candidates(steps []*remediate.Step) []candidate {
	var out []candidate
	for _, s := range steps {
		if s.Account != nil {
			continue // what the account could lead elsewhere can't be shown; its validators need no view
		}
		if s.Effect != "file" && (s.Effect != "mode" || !strings.HasPrefix(s.Target, "/etc/")) {
			continue
		}
		if f, err := decode[remediate.File](s.After); err == nil {
			out = append(out, candidate{s.Target, f, s.Effect == "mode"})
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(a.name, b.name) })
	return out
}

// stage is the set of directories that are shown as they would be: each is a tmpfs laid over the real one, in which every
// entry is the real one, bound there, until a candidate takes its place.
type stage struct{ made map[string]bool }

func (v stage) place(c candidate) error {
	parent, err := realDir(path.Dir(c.name))
	if errors.Is(err, fs.ErrNotExist) && c.file.Type == remediate.Absent {
		return nil
	}
	if c.mode && errors.Is(err, errShared) { // it can't be shown, and what is wrong with it is not its mode
		return nil
	}
	if err != nil {
		return err
	}
	if parent == "/" { // nothing can be laid over the root, and no validator reads what lies there
		return nil
	}
	name := path.Join(parent, path.Base(c.name))
	if err := v.dir(parent); err != nil {
		return err
	}
	there, err := os.Lstat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if c.file.Type == remediate.Directory && there != nil && there.IsDir() {
		if err := v.dir(name); err != nil {
			return err
		}
		return dressPlain(name, c.file)
	}
	if c.mode {
		if there == nil || !there.Mode().IsRegular() || there.Size() > maxFile {
			return nil
		}
		if c.file.Content, err = os.ReadFile(name); err != nil { // #nosec G304 -- the path that is changed
			return err
		}
	}
	if err := v.clear(name, there); err != nil {
		return err
	}
	return v.put(name, c.file)
}

// realDir is a directory without symlinks in its name. Where others than root could lead the name elsewhere meanwhile, it
// is an error: what is written to the view would then land on the host.
func realDir(name string) (string, error) {
	dir, err := pin(name)
	if err != nil {
		return "", err
	}
	defer dir.close()
	if err := dir.trusted(nil); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(name)
}

// clear takes away what is shown at a path: the bound entry, and what it was bound to.
func (v stage) clear(name string, there fs.FileInfo) error {
	if there == nil {
		return nil
	}
	if err := unix.Unmount(name, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil && !errors.Is(err, unix.EINVAL) {
		return &os.PathError{Op: "unmount", Path: name, Err: err}
	}
	return os.Remove(name)
}

func (v stage) put(name string, f remediate.File) error {
	switch f.Type {
	case remediate.Absent:
		return nil
	case remediate.Symlink:
		return os.Symlink(f.Link, name)
	case remediate.Directory:
		v.made[name] = true
		if err := os.Mkdir(name, 0o700); err != nil {
			return err
		}
	case remediate.Regular:
		if err := os.WriteFile(name, f.Content, 0o600); err != nil {
			return err
		}
	}
	return dressPlain(name, f)
}

// dressPlain gives owner and mode. Extended attributes are left out, as a tmpfs need not have them.
func dressPlain(name string, f remediate.File) error {
	return errors.Join(os.Lchown(name, int(f.UID), int(f.GID)), unix.Chmod(name, f.Mode))
}

// dir lays a tmpfs over a directory, with the same entries.
func (v stage) dir(name string) error {
	if v.made[name] {
		return nil
	}
	real, err := os.Open(name) // #nosec G304 -- the directory of a file that is changed
	if err != nil {
		return err
	}
	defer real.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(real.Fd()), &st); err != nil {
		return err
	}
	entries, err := real.ReadDir(maxEntries + 1)
	if err != nil && !errors.Is(err, io.EOF) { // an empty one
		return err
	}
	if len(entries) > maxEntries {
		return fmt.Errorf("%s has more than %d entries", name, maxEntries)
	}
	if err := unix.Mount("holdfast", name, "tmpfs", unix.MS_NODEV|unix.MS_NOSUID, "size=64m,mode=0700"); err != nil {
		return &os.PathError{Op: "mount", Path: name, Err: err}
	}
	v.made[name] = true
	for _, e := range entries {
		if err := showAgain(int(real.Fd()), name, e); err != nil {
			return err
		}
	}
	return errors.Join(os.Chown(name, int(st.Uid), int(st.Gid)), unix.Chmod(name, st.Mode&0o7777))
}

// showAgain makes one entry of a real directory appear in the tmpfs over it.
func showAgain(real int, dir string, e fs.DirEntry) error {
	from, to := path.Join(procPath(real), e.Name()), path.Join(dir, e.Name())
	switch {
	case e.Type()&fs.ModeSymlink != 0:
		link, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(link, to)
	case e.IsDir():
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
	default:
		f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, "")
	if errors.Is(err, unix.ENOENT) { // gone since it was listed
		return os.Remove(to)
	}
	if err != nil {
		return &os.PathError{Op: "bind", Path: to, Err: err}
	}
	return nil
}
