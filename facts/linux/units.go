package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	sddbus "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
)

// unitsOf is the search path of units, read once.
func unitsOf(ctx context.Context, r *facts.Reader) (*unitfile.Index, error) {
	return facts.Once(ctx, r, "unit files", func(_ context.Context, r *facts.Reader) (*unitfile.Index, error) {
		return unitfile.NewIndex(r, facts.IsAbsent)
	})
}

// unitState is what the running manager says of a unit it has loaded.
type unitState struct{ load, active, sub string }

// runningUnits are the units the manager has loaded. One that is not among them is inactive: systemd loads what it runs.
type runningUnits struct {
	units  map[string]unitState
	origin facts.Origin
}

// runningOf asks the manager once for all units. The error says why nobody could be asked.
func runningOf(ctx context.Context, r *facts.Reader) (*runningUnits, error) {
	return facts.Once(ctx, r, "running units", func(ctx context.Context, r *facts.Reader) (*runningUnits, error) {
		switch {
		case !r.Live():
			return nil, errors.New(facts.Offline)
		case !r.Native():
			return nil, errors.New("the D-Bus of this host is out of reach")
		}
		if _, err := r.Stat("/run/systemd/system"); facts.IsAbsent(err) { // sd_booted(3)
			return nil, errors.New("systemd does not run here: process 1 is " + kernelText(r, "/proc/1/comm").Or("unknown"))
		}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return listUnits(ctx, busSocket)
	})
}

const busSocket = "/run/dbus/system_bus_socket"

// listUnits asks through go-systemd, over connections of our own making: its own would try systemd's private socket
// next, which on a host without a bus was seen to take a call and never answer, and have no deadline.
func listUnits(ctx context.Context, socket string) (*runningUnits, error) {
	conn, err := sddbus.NewConnection(func() (*dbus.Conn, error) { return dialBus(ctx, socket) })
	if err != nil {
		return nil, notAsked(ctx, err)
	}
	defer conn.Close()
	statuses, err := conn.ListUnitsContext(ctx)
	if err != nil {
		return nil, notAsked(ctx, err)
	}
	units := make(map[string]unitState, len(statuses))
	for _, s := range statuses {
		units[s.Name] = unitState{s.LoadState, s.ActiveState, s.SubState}
	}
	return &runningUnits{units, facts.From("D-Bus org.freedesktop.systemd1 ListUnits")}, nil
}

// notAsked says why the bus did not tell. What its connection says of a deadline depends on who came first to close it.
func notAsked(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.New("no answer in time")
	}
	return fmt.Errorf("systemd could not be asked over D-Bus: %w", err)
}

// dialBus connects with a deadline on the socket, so that no handshake hangs.
func dialBus(ctx context.Context, socket string) (*dbus.Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = raw.SetDeadline(deadline)
	}
	conn, err := dbus.NewConn(raw, dbus.WithContext(ctx))
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	if err := handshake(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func handshake(conn *dbus.Conn) error {
	if err := conn.Auth(nil); err != nil {
		return err
	}
	if err := conn.Hello(); err != nil {
		return err
	}
	// A call to a name without an owner would make the bus start a service.
	var owned bool
	call := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", dbus.FlagNoAutoStart, "org.freedesktop.systemd1")
	if err := call.Store(&owned); err != nil {
		return err
	}
	if !owned {
		return errors.New("systemd is not on the system bus")
	}
	return nil
}

// unitName is the full name of what a policy calls a service.
func unitName(name string) (string, error) {
	if !strings.Contains(name, ".") || !unitfile.ValidName(name) {
		name += ".service"
	}
	if !unitfile.ValidName(name) {
		return "", fmt.Errorf("%q is no name of a unit", name)
	}
	return name, nil
}
