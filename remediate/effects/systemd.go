package effects

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	sddbus "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
)

// jobTimeout bounds what is asked of systemd: a unit may take as long to stop as its TimeoutStopSec, 90 s by default.
const jobTimeout = 2 * time.Minute

// manager connects to systemd over the system bus. The connections end with the context or with Close. It is not let to
// try systemd's private socket, which has no deadline.
func manager(ctx context.Context) (*sddbus.Conn, error) {
	conn, err := sddbus.NewConnection(func() (*dbus.Conn, error) { return dialBus(ctx) })
	if err != nil {
		return nil, fmt.Errorf("systemd can't be reached over D-Bus: %w", err)
	}
	return conn, nil
}

func dialBus(ctx context.Context) (*dbus.Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "unix", "/run/dbus/system_bus_socket")
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = raw.SetDeadline(deadline)
	}
	conn, err := dbus.NewConn(raw, dbus.WithContext(ctx))
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	if err := errors.Join(conn.Auth(nil), conn.Hello()); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// job starts one of systemd's jobs and waits until it is done.
func job(ctx context.Context, what string, start func(ctx context.Context, done chan<- string) (int, error)) error {
	done := make(chan string, 1)
	if _, err := start(ctx, done); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	select {
	case result := <-done:
		if result != "done" {
			return fmt.Errorf("%s: systemd's job ended with %q", what, result)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: systemd did not finish in time: %w", what, ctx.Err())
	}
}
