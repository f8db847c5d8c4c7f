package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// nobody is the user that a plugin becomes where root starts it and systemd is not there to give it one of its own.
const nobody = 65534

// process runs a plugin as a child of ours: what there is where systemd does not run. It implements runner.Runner.
//
// Processes are the only way in which go-plugin runs plugins; what is executed is the descriptor that was judged.
type process struct {
	cmd        *exec.Cmd
	started    atomic.Pointer[os.Process] // by another goroutine than the one that may kill it
	privileged bool                       // it is our own helper
	dir        string                     // of its socket
	name       string
	out, err   io.ReadCloser
}

// newProcess prepares a plugin's process. Root gives its own rights up for it.
func newProcess(s *Spec, program *os.File, env []string, dir string) (*process, error) {
	// prlimit(1) sets limits on itself before it becomes the plugin. There is no such call between our fork and exec, and
	// from outside it takes CAP_SYS_RESOURCE, which root of a container does not have.
	args := []string{fmt.Sprintf("--data=%d", s.MemoryMiB<<20), "--core=0", "--fsize=0", "--nofile=256", "--cpu=600", "/proc/self/fd/3"}
	cmd := exec.Command("/usr/bin/prlimit", append(args, s.Args...)...) // #nosec G204 -- the program's owner and checksum were checked
	cmd.Dir, cmd.Env, cmd.ExtraFiles = "/", env, []*os.File{program}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return nil, err
		}
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
		if s.ReadAll {
			cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_DAC_READ_SEARCH}
		}
	}
	return piped(&process{cmd: cmd, dir: dir, name: s.Path})
}

func piped(p *process) (*process, error) {
	var err error
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	p.err, err = p.cmd.StderrPipe()
	return p, err
}

// Start implements runner.Runner.
func (p *process) Start(context.Context) error {
	start := startBare
	if p.privileged {
		start = (*exec.Cmd).Start
	}
	err := start(p.cmd)
	if err == nil {
		p.started.Store(p.cmd.Process)
	}
	return err
}

// startBare starts a process that can't get rights by executing others: PR_SET_NO_NEW_PRIVS belongs to a thread, is
// inherited and can't be taken back, so the thread ends with it.
func startBare(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			started <- err
			return
		}
		started <- cmd.Start()
	}()
	return <-started
}

// Wait implements runner.AttachedRunner.
func (p *process) Wait(context.Context) error { return p.cmd.Wait() }

// Kill implements runner.AttachedRunner. Children that the plugin left are killed with it, and what they keep open is not
// waited for.
func (p *process) Kill(context.Context) error {
	started := p.started.Load()
	if started == nil {
		return nil
	}
	_ = syscall.Kill(-started.Pid, syscall.SIGKILL)
	err := started.Kill()
	_, _ = p.out.Close(), p.err.Close()
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Stdout, Stderr, Name, ID and Diagnose implement runner.Runner.
func (p *process) Stdout() io.ReadCloser           { return p.out }
func (p *process) Stderr() io.ReadCloser           { return p.err }
func (p *process) Name() string                    { return p.name }
func (p *process) Diagnose(context.Context) string { return "" }

// ID implements runner.AttachedRunner.
func (p *process) ID() string {
	started := p.started.Load()
	if started == nil {
		return ""
	}
	return fmt.Sprint(started.Pid)
}

// PluginToHost implements runner.AddrTranslator: a plugin listens in the directory that it was given, and nowhere else.
func (p *process) PluginToHost(network, addr string) (string, string, error) {
	return network, addr, within(p.dir, network, addr)
}

// HostToPlugin implements runner.AddrTranslator.
func (p *process) HostToPlugin(network, addr string) (string, string, error) {
	return network, addr, nil
}

func within(dir, network, addr string) error {
	if network != "unix" || filepath.Dir(addr) != dir {
		return fmt.Errorf("the plugin listens on %s %q, and must on a unix socket in %s", network, addr, dir)
	}
	return nil
}
