package testhost

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

//go:embed install.sh
var installScript string

// require skips the test where the machine can't have hosts, with the reason; it installs what is only missing.
func require(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs a real host, which only root can make")
	}
	why, err := machine()
	if err != nil {
		t.Fatalf("testhost: %v", err)
	}
	if why != "" {
		t.Skip("needs a real host: " + why)
	}
}

// machine tells once why this machine can't have hosts; empty when it can.
var machine = sync.OnceValues(func() (why string, err error) {
	tools := []string{"debootstrap", "systemd-nspawn", "nsenter", "chroot"}
	if lacks(tools) != nil {
		if _, err := exec.LookPath("apt-get"); err != nil {
			return fmt.Sprintf("%v not found, and this is no Debian on which to install them", lacks(tools)), nil
		}
		if out, err := exec.Command("sh", "-c", installScript).CombinedOutput(); err != nil {
			return "", fmt.Errorf("install what hosts need: %w\n%s", err, out)
		}
		if missing := lacks(tools); missing != nil {
			return "", fmt.Errorf("%v are still not there after their installation", missing)
		}
	}
	if err := os.MkdirAll(cacheDir(), 0o755); err != nil {
		return "", err
	}
	probe, err := os.MkdirTemp(cacheDir(), "probe-")
	if err != nil {
		return "", err
	}
	defer os.Remove(probe)
	if err := unix.Mount("tmpfs", probe, "tmpfs", 0, ""); errors.Is(err, unix.EPERM) {
		return "this root may not mount: " + err.Error(), nil
	} else if err != nil {
		return "", err
	}
	if err := unix.Unmount(probe, 0); err != nil {
		return "", err
	}
	name, err := newCgroup("holdfast-probe")
	if err != nil {
		return "it has no cgroup v2 that can be written: " + err.Error(), nil
	}
	return "", os.Remove(name)
})

func lacks(tools []string) (missing []string) {
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	return missing
}

// newCgroup makes an empty cgroup at the top of the v2 hierarchy, wherever that is mounted.
func newCgroup(name string) (string, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup2" {
			dir := filepath.Join(f[1], name)
			if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
				return "", err
			}
			return dir, nil
		}
	}
	return "", errors.New("cgroup2 is not mounted")
}

// emptyCgroup kills all that runs in a cgroup and waits until it is gone.
func emptyCgroup(dir string) {
	if os.WriteFile(filepath.Join(dir, "cgroup.kill"), []byte("1"), 0) != nil {
		return
	}
	f, err := os.Open(filepath.Join(dir, "cgroup.events"))
	if err != nil {
		return
	}
	defer f.Close()
	buf := make([]byte, 256)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		n, err := f.ReadAt(buf, 0)
		if err != nil && !errors.Is(err, io.EOF) || !strings.Contains(string(buf[:n]), "populated 1") {
			return
		}
		// The kernel raises POLLPRI when the file changes after it was read.
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLPRI}}, 1000)
	}
}

// removeCgroup removes a cgroup without processes, and those below it.
func removeCgroup(dir string) {
	_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != dir {
			removeCgroup(name)
			return filepath.SkipDir
		}
		return nil
	})
	_ = os.Remove(dir)
}

// own marks a host's directory as ours for as long as the file is open.
func own(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "owner"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the hosts of tests that were killed before they could.
func sweep(hosts string) {
	dirs, err := os.ReadDir(hosts)
	if err != nil {
		return
	}
	for _, d := range dirs {
		dir := filepath.Join(hosts, d.Name())
		f, err := os.Open(filepath.Join(dir, "owner"))
		if err != nil { // it is being made or removed at this moment
			continue
		}
		if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			remove(dir)
		}
		_ = f.Close()
	}
}

// remove unmounts and deletes a host that does not run.
func remove(dir string) {
	_ = unix.Unmount(filepath.Join(dir, "root"), unix.MNT_DETACH)
	_ = unix.Unmount(filepath.Join(dir, "disk"), unix.MNT_DETACH)
	name := filepath.Base(dir)
	if group, err := newCgroup(name); err == nil {
		emptyCgroup(group)
		removeCgroup(group)
	}
	unpropagate(name)
	if empty(filepath.Join(dir, "root")) { // never delete through a mount that could not be undone
		_ = os.RemoveAll(dir)
	}
}

// unpropagate removes what systemd-nspawn leaves behind of a host.
func unpropagate(name string) {
	propagate := "/run/systemd/nspawn/propagate/" + name
	_ = unix.Unmount(propagate, unix.MNT_DETACH)
	_ = os.Remove(propagate)
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0
}
