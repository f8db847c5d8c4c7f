// Package testhost boots throw-away Debian hosts for tests of what only a real host shows: systemd, D-Bus, sshd,
// netfilter, dpkg. A host is a systemd-nspawn container without network over an overlay of a cached root, so that a
// test may break it in any way; it boots in well under a second and is gone when the test ends. What is global to the
// kernel (modules, most sysctls outside net, audit rules) stays that of the machine and is read-only.
//
// It knows nothing of Holdfast and needs root; without it, tests are skipped with the reason.
package testhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bootTimeout bounds how long a host may take to reach its default target, and as long to stop.
const bootTimeout = 60 * time.Second

// Options say what is on a host beyond what every one has (see basePackages).
type Options struct {
	// Packages are Debian packages installed besides. Hosts with the same ones share a cached layer.
	Packages []string
	// Archive are Debian packages that the host can install, with all that they depend on: apt's only repository is then
	// the host's own directory /srv/archive, as hosts have no network.
	Archive []string
	// OwnTmp leaves /tmp to the host's fstab; else there is a tmpfs before its systemd starts.
	OwnTmp bool
	// Suite is Debian's codename, for what behaves otherwise in a newer release; empty means bookworm.
	Suite string
}

// Host is one throw-away host. Its methods fail the test that made it; they may be called from that test's goroutines.
type Host struct {
	t      testing.TB
	name   string
	dir    string // of this host: root/, upper/, work/, notify
	root   string // the merged tree
	cgroup string // of its own, in cgroup v2, while it runs
	ownTmp bool   // see Options

	mu     sync.Mutex
	leader int // PID 1 of the host, in our PID namespace; 0 while it is down
	nspawn *process
	log    bytes.Buffer
}

// Boot gives a running host. It is stopped and removed when the test ends.
func Boot(t testing.TB) *Host {
	t.Helper()
	return BootWith(t, Options{})
}

// BootWith gives a running host with options.
func BootWith(t testing.TB, o Options) *Host {
	t.Helper()
	h := New(t, o)
	h.Boot()
	return h
}

// New gives a host that is not running yet: its files can be changed before it first boots, or it may stay an
// unpacked image.
func New(t testing.TB, o Options) *Host {
	t.Helper()
	require(t)
	layers, err := layers(o)
	if unavailable(err) {
		t.Skipf("needs a host of a suite that moves, which can't be had from the mirror today: %v", err)
	}
	if err != nil {
		t.Fatalf("testhost: %v", err)
	}
	h := &Host{t: t, ownTmp: o.OwnTmp}
	if err := h.mount(layers); err != nil {
		t.Fatalf("testhost: %v", err)
	}
	return h
}

// mount makes the host's own directory and lays the overlay over the cached layers, topmost first.
func (h *Host) mount(layers []string) error {
	hosts := filepath.Join(cacheDir(), "hosts")
	if err := os.MkdirAll(hosts, 0o755); err != nil {
		return err
	}
	sweep(hosts)
	dir, err := os.MkdirTemp(hosts, "host-")
	if err != nil {
		return err
	}
	h.dir, h.root, h.name = dir, filepath.Join(dir, "root"), filepath.Base(dir)
	owner, err := own(dir)
	if err != nil {
		return err
	}
	h.t.Cleanup(func() {
		h.kill()
		if h.t.Failed() {
			h.t.Logf("console of %s:\n%s", h.name, h.log.String())
		}
		remove(dir)
		_ = owner.Close()
	})
	for _, d := range []string{"root", "disk"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	disk := filepath.Join(dir, "disk")
	err = overlay(disk, layers, h.root)
	if errors.Is(err, unix.EINVAL) { // the cache lies on an overlay itself, which can't be written through a second one
		if err = unix.Mount("tmpfs", disk, "tmpfs", 0, "mode=0755"); err == nil {
			err = overlay(disk, layers, h.root)
		}
	}
	if err != nil {
		return fmt.Errorf("mount the overlay: %w", err)
	}
	return nil
}

func overlay(disk string, layers []string, at string) error {
	for _, d := range []string{"upper", "work"} {
		if err := os.MkdirAll(filepath.Join(disk, d), 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", strings.Join(layers, ":"), disk, disk)
	return unix.Mount("overlay", at, "overlay", 0, options)
}

// Root is the directory with the host's files, running or not. Symlinks in it mean the host's own tree.
func (h *Host) Root() string { return h.root }

// Boot starts the host and waits until it says that it is up.
func (h *Host) Boot() {
	h.t.Helper()
	if h.Running() {
		h.t.Fatal("testhost: it runs already")
	}
	if err := h.boot(); err != nil {
		h.t.Fatalf("testhost: %v\n%s", err, h.log.String())
	}
	if state := strings.TrimSpace(h.Run("systemctl", "is-system-running", "--wait").Stdout); state != "running" {
		h.t.Logf("testhost: %s is %s: %s", h.name, state, h.Run("systemctl", "--failed", "--no-legend", "--plain").Stdout)
	}
}

func (h *Host) boot() error {
	ready, err := listen(filepath.Join(h.dir, "notify"))
	if err != nil {
		return err
	}
	defer ready.Close()
	// In one cgroup, several hosts would take each other's services for their own.
	h.cgroup, err = newCgroup(h.name)
	if err != nil {
		return err
	}
	cgroup, err := os.Open(h.cgroup)
	if err != nil {
		return err
	}
	defer cgroup.Close()
	cmd := exec.Command("systemd-nspawn", "--quiet", "--boot", "--directory="+h.root, "--machine="+h.name,
		"--hostname=testhost", "--register=no", "--keep-unit", "--private-network", "--notify-ready=yes",
		"--console=pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no")
	cmd.Env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1", // also where the machine still has cgroup v1
		"NOTIFY_SOCKET=" + ready.path,
	}
	if h.ownTmp {
		cmd.Env = append(cmd.Env, "SYSTEMD_NSPAWN_TMPFS_TMP=0")
	}
	cmd.Stdout, cmd.Stderr = &h.log, &h.log
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(cgroup.Fd()), Pdeathsig: syscall.SIGTERM, Setpgid: true}
	nspawn, err := start(cmd)
	if err != nil {
		return err
	}
	leader, err := ready.wait(nspawn.done, bootTimeout)
	if err != nil {
		nspawn.kill()
		// With --keep-unit, nspawn leaves it to its caller to start a host again that reboots.
		const rebooting = 133
		if nspawn.cmd.ProcessState.ExitCode() == rebooting {
			ready.Close()
			unpropagate(h.name)
			return h.boot()
		}
		return err
	}
	h.mu.Lock()
	h.nspawn, h.leader = nspawn, leader
	h.mu.Unlock()
	return nil
}

// Running tells whether the host is up.
func (h *Host) Running() bool { return h.pid() != 0 }

func (h *Host) pid() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.leader
}

// Signal sends a signal to the host's first process from outside, where even SIGSTOP reaches it.
func (h *Host) Signal(s syscall.Signal) {
	h.t.Helper()
	if err := unix.Kill(h.pid(), s); err != nil {
		h.t.Errorf("testhost: signal: %v", err)
	}
}

// Stop shuts the host down in an orderly way. Its files stay until the test ends.
func (h *Host) Stop() {
	h.t.Helper()
	h.mu.Lock()
	nspawn, leader := h.nspawn, h.leader
	h.mu.Unlock()
	if leader == 0 {
		return
	}
	const poweroff = unix.Signal(34 + 4) // SIGRTMIN+4, see systemd(1)
	if err := unix.Kill(leader, poweroff); err != nil {
		h.t.Errorf("testhost: power off: %v", err)
	}
	select {
	case <-nspawn.done:
	case <-time.After(bootTimeout):
		h.t.Errorf("testhost: %s did not stop within %s", h.name, bootTimeout)
	}
	h.kill()
}

// Reboot stops the host and boots it again from the same files.
func (h *Host) Reboot() {
	h.t.Helper()
	h.Stop()
	h.Boot()
}

// PowerCut ends the host as if its power went, and boots it again from the same files.
func (h *Host) PowerCut() {
	h.t.Helper()
	h.kill()
	unpropagate(h.name)
	h.Boot()
}

// kill ends whatever still runs.
func (h *Host) kill() {
	h.mu.Lock()
	nspawn := h.nspawn
	h.nspawn, h.leader = nil, 0
	h.mu.Unlock()
	if nspawn != nil {
		emptyCgroup(h.cgroup)
		nspawn.kill()
		removeCgroup(h.cgroup)
	}
}

// process is a child that dies with us, even when we are killed.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// start runs cmd from a thread that stays: the parent-death signal is sent when the thread ends that started the
// child, and Go ends threads as it likes.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // PID 1 of the host dies with nspawn, and all of the host with PID 1
	<-p.done
}

// Result is what a command on a host answered.
type Result struct {
	Stdout, Stderr string
	Code           int // exit status; -1 when a signal ended it
}

// Command is a command to be run on the host, as root, with a plain environment; on a host that is down it runs in
// its files alone. For those that Run does not fit: in the background, or with standard input.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	enter, state := []string{"chroot", h.root}, "SYSTEMD_OFFLINE=1"
	if pid := h.pid(); pid != 0 {
		state = "SYSTEMD_OFFLINE=0"
		enter = []string{"nsenter", "--all", "--target", fmt.Sprint(pid), "--"}
	}
	cmd := exec.CommandContext(ctx, enter[0], append(append(enter[1:], name), args...)...)
	cmd.Dir = "/"
	cmd.Env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", state,
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Run runs a command on the host. Only what keeps it from running fails the test: its status is the caller's.
func (h *Host) Run(name string, args ...string) Result {
	h.t.Helper()
	return h.run("", name, args...)
}

// MustRun runs a command that has to succeed and gives its standard output.
func (h *Host) MustRun(name string, args ...string) string {
	h.t.Helper()
	r := h.run("", name, args...)
	if r.Code != 0 {
		h.t.Fatalf("testhost: %s %s: exit status %d\n%s%s", name, strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// RunAs is Run as another user, with the user's own groups.
func (h *Host) RunAs(user, name string, args ...string) Result {
	h.t.Helper()
	return h.run("", "setpriv", append([]string{"--reuid", user, "--regid", h.gidOf(user), "--init-groups", "--", name}, args...)...)
}

func (h *Host) gidOf(user string) string {
	return strings.TrimSpace(h.MustRun("id", "-g", user))
}

func (h *Host) run(stdin, name string, args ...string) Result {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := h.Command(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		h.t.Fatalf("testhost: %s: %v\n%s", name, errors.Join(err, ctx.Err()), stderr.String())
	}
	return Result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// WriteFile writes a file on the host with the parents it needs, owned by root.
func (h *Host) WriteFile(name string, mode os.FileMode, content string) {
	h.t.Helper()
	// By a program of the host: a path with symlinks in it means the host's tree and its mounts, not ours.
	const write = `mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"`
	r := h.run(content, "sh", "-c", write, "sh", name, fmt.Sprintf("%04o", mode))
	if r.Code != 0 {
		h.t.Fatalf("testhost: write %s: %s", name, r.Stderr)
	}
}

// ReadFile is the content of a file on the host.
func (h *Host) ReadFile(name string) string {
	h.t.Helper()
	return h.MustRun("cat", "--", name)
}

// CopyIn copies a file of the machine to the host, executable if it is so here.
func (h *Host) CopyIn(from, to string) {
	h.t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		h.t.Fatal(err)
	}
	st, err := os.Stat(from)
	if err != nil {
		h.t.Fatal(err)
	}
	h.WriteFile(to, st.Mode().Perm(), string(content))
}
