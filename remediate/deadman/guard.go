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

// Why a transaction is rolled back without anybody asking. Unconfirmed is what the timer says, too.
const (
	died        = "the program died before it was done"
	Unconfirmed = "it was not confirmed in time"
	rebooted    = "the machine was rebooted before it was confirmed"
)

// Guard sleeps until the process that applies the transaction has died before it was done, or has taken longer than
// limit; or, once that is done, until the confirmation has not come within its time. Then it rolls back. It tells systemd
// when it watches.
func Guard(ctx context.Context, e *remediate.Engine, id string, limit, within time.Duration, applying int) error {
	timer, err := alarm(limit)
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
	// Told to end, by Disarm or a shutdown, it ends; but not in the middle of a roll-back.
	told, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _, _ = unix.Write(told, []byte{1, 0, 0, 0, 0, 0, 0, 0}) })
	ctx = context.WithoutCancel(ctx)
	woke, err := wait(told, timer, process)
	switch {
	case err != nil || woke == told:
		return err
	case woke == timer:
		_ = unix.PidfdSendSignal(process, unix.SIGKILL, nil, 0) // it hangs, and holds the lock
		return Recover(ctx, e, id, fmt.Sprintf("it took longer than %s", limit), false)
	}
	awaits, err := awaitsConfirmation(e.Store, id)
	if err != nil || !awaits {
		return errors.Join(err, Recover(ctx, e, id, died, false))
	}
	if timer, err = alarm(within); err != nil {
		return errors.Join(err, Recover(ctx, e, id, Unconfirmed, false))
	}
	if woke, err := wait(told, timer); err != nil || woke == told {
		return err
	}
	return Recover(ctx, e, id, Unconfirmed, false)
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

// wait sleeps until one of the descriptors has something to say; the first of them counts.
func wait(descriptors ...int) (int, error) {
	fds := make([]unix.PollFd, len(descriptors))
	for i, fd := range descriptors {
		fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN} //nolint:gosec // descriptors are small numbers
	}
	for {
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return -1, err
		}
		for _, fd := range fds {
			if fd.Revents != 0 {
				return int(fd.Fd), nil
			}
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
