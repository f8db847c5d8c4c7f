package deadman

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// Why a transaction is rolled back without anybody asking.
const (
	died        = "the program died before it was done"
	unconfirmed = "it was not confirmed in time"
	rebooted    = "the machine was rebooted before it was confirmed"
)

// Guard sleeps until the process that applies the transaction has died before it was done, or until the time has run
// out, and then rolls back. It tells systemd when it watches.
func Guard(ctx context.Context, e *remediate.Engine, id string, within time.Duration, applying int) error {
	timer, err := alarm(within)
	if err != nil {
		return err
	}
	process, err := unix.PidfdOpen(applying, 0)
	if err != nil {
		return fmt.Errorf("watching process %d: %w", applying, err)
	}
	if _, err := daemon.SdNotify(false, daemon.SdNotifyReady); err != nil {
		return err
	}
	late, err := wait(timer, process)
	if err != nil {
		return err
	}
	if late {
		_ = unix.PidfdSendSignal(process, unix.SIGKILL, nil, 0) // it hangs, and holds the lock
		return Recover(ctx, e, id, unconfirmed, false)
	}
	awaits, err := awaitsConfirmation(e.Store, id)
	if err != nil || !awaits {
		return errors.Join(err, Recover(ctx, e, id, died, false))
	}
	if _, err := wait(timer); err != nil {
		return err
	}
	return Recover(ctx, e, id, unconfirmed, false)
}

// alarm is a clock that goes on while the machine sleeps, and that nobody sets.
func alarm(within time.Duration) (int, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_BOOTTIME, unix.TFD_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("timerfd: %w", err)
	}
	spec := &unix.ItimerSpec{Value: unix.NsecToTimespec(max(within, time.Millisecond).Nanoseconds())}
	return fd, unix.TimerfdSettime(fd, 0, spec, nil)
}

// wait tells whether the first of the descriptors, which is the alarm, was among those that woke us.
func wait(descriptors ...int) (first bool, err error) {
	fds := make([]unix.PollFd, len(descriptors))
	for i, fd := range descriptors {
		fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN} //nolint:gosec // descriptors are small numbers
	}
	for {
		_, err := unix.Poll(fds, -1)
		if !errors.Is(err, unix.EINTR) {
			return fds[0].Revents != 0, err
		}
	}
}

func awaitsConfirmation(store remediate.Store, id string) (bool, error) {
	j, err := store.Load(id)
	return err == nil && j.Status() == remediate.StatusUnconfirmed, err
}

// Recover rolls the pending transaction back, or the one named if it is pending, and waits for whoever is at work on it.
// Early is for the start of a boot.
func Recover(ctx context.Context, e *remediate.Engine, id, reason string, early bool) error {
	unlock, err := e.Store.Lock(true)
	if err != nil {
		return err
	}
	defer unlock()
	return e.Recover(ctx, id, cmp.Or(reason, rebooted), early)
}
