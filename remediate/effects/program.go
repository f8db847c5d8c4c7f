package effects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
)

// maxOutput bounds what is kept of a program's words, in bytes.
const maxOutput = 8 << 10

// environment is all that a program of the host gets to know of ours: nothing.
var environment = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent"}

// runProgram runs one of the host's programs by its absolute path, without a shell; an error has what it said. Whatever it
// has started in its session's process group dies with the deadline. It is for what no file or kernel interface does.
func runProgram(ctx context.Context, timeout time.Duration, program string, args ...string) error {
	_, err := runWith(ctx, timeout, environment, maxOutput, program, args...)
	return err
}

// runWith is the same with an environment, and gives the beginning of what it said, up to a number of bytes.
func runWith(ctx context.Context, timeout time.Duration, env []string, limit int, program string, args ...string) (string, error) {
	return process{env: env, limit: limit}.run(ctx, timeout, program, args...)
}

// process is what a program is run with.
type process struct {
	env     []string
	limit   int                // of what is kept of its words, in bytes
	account *remediate.Account // whose rights alone it has, where one is given
}

func (p process) run(ctx context.Context, timeout time.Duration, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// The parent-death signal is sent when the thread ends that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out := &bounded{limit: p.limit}
	cmd := exec.CommandContext(ctx, program, args...) // #nosec G204 -- an absolute path out of our own tables
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = p.env, "/", out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if p.account != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: p.account.UID, Gid: p.account.GID}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	said := strings.TrimSpace(out.String())
	var exit *exec.ExitError
	switch {
	case err == nil:
		return said, nil
	case ctx.Err() != nil:
		return said, fmt.Errorf("%s did not end within %s", program, timeout)
	case errors.As(err, &exit) && said != "":
		return said, fmt.Errorf("%s: %s", program, said)
	}
	return said, fmt.Errorf("%s: %w", program, err)
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
