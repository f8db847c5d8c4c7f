package linux

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pgread"
	"golang.org/x/sys/unix"
)

// ThisProgram is the path under which a program whose main calls ReaderMain starts itself (facts.Host.Reader): the file
// that runs, whatever has become of its name.
const ThisProgram = "/proc/self/exe"

const readerVerb = "_reader"

// ReaderMain does the work of a reader, if that is what a program's arguments ask for: main calls it before all else
// and ends with the code when is is true. It is of no use by hand, and of no harm.
func ReaderMain(args []string) (code int, is bool) {
	if len(args) != 2 || args[0] != readerVerb {
		return 0, false
	}
	var err error
	switch args[1] {
	case "postgres":
		err = pgread.Serve(os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("no reader is called %q", args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

// readAs asks a reader that runs as another account, for what only that account may read: a database lets its owner in
// by the user id of the process at the other end of its socket, so the question must be asked by a process of the owner's.
// This and legacy iptables are the two places where facts start a process.
//
// The child is this same program. The kernel drops it to the account's ids, without supplementary groups, before any of
// its code runs; it can't gain privileges again (no_new_privs), has no environment, no descriptor but its three, and dies
// with us or at the end of ctx. What it writes is believed no more than the database itself would be, and is bounded.
func readAs(ctx context.Context, r *facts.Reader, uid, gid uint32, kind string, request, answer any, limit int) error {
	program, self := r.Host().Reader, os.Geteuid()
	switch {
	case !r.Native() || program == "":
		return errors.New("the server can only be asked on the host itself")
	case uid == 0:
		return errors.New("the owner is root, as whom no reader runs")
	case self != 0 && self != int(uid):
		return fmt.Errorf("only root or the owner (user id %d) may ask the server", uid)
	}
	in, err := json.Marshal(request)
	if err != nil {
		return err
	}
	stdout, stderr := &boundedBuffer{limit: limit}, &boundedBuffer{limit: 4096}
	done := make(chan error, 1)
	go func() {
		// no_new_privs and the parent-death signal belong to this thread, which is not given back and so ends with us.
		runtime.LockOSThread()
		done <- runReader(ctx, reader{program, kind, uid, gid, self == 0}, in, stdout, stderr)
	}()
	if err := <-done; err != nil {
		if ctx.Err() != nil {
			return errors.New("the server does not answer in time")
		}
		return fmt.Errorf("the reader of user id %d: %w %s", uid, err, strings.TrimSpace(stderr.String()))
	}
	return json.Unmarshal(stdout.Bytes(), answer)
}

type reader struct {
	program, kind string
	uid, gid      uint32
	drop          bool
}

func runReader(ctx context.Context, what reader, in []byte, stdout, stderr *boundedBuffer) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	// Go's own descriptors close by themselves; those that we inherited from whoever started us might not.
	if err := unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC); err != nil && !errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("close_range: %w", err)
	}
	cmd := exec.CommandContext(ctx, what.program, readerVerb, what.kind) // #nosec G204 -- our own program
	cmd.Env = []string{"LC_ALL=C", "PATH=/nonexistent", "HOME=/nonexistent"}
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), stdout, stderr
	cmd.WaitDelay = 100 * time.Millisecond
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if what.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: what.uid, Gid: what.gid, Groups: []uint32{}}
	}
	return cmd.Run()
}
