// Package deadman is the dead man's switch of a transaction: unless somebody says that it may stay, it is rolled back.
// Three things see to that, none of which needs the program that applied:
//
//   - a guard, a sleeping process in a unit of its own, which counts CLOCK_BOOTTIME and watches the applying process, so
//     that it acts at once when that dies and needs nothing of systemd once it runs;
//   - a systemd timer, for when the guard is killed, too;
//   - a unit at boot, before anything that could lock people out: what is unconfirmed then is rolled back.
package deadman

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	"github.com/holdfast-agent/holdfast/remediate"
)

// patience bounds every conversation with systemd. The way back goes on without it.
const patience = 10 * time.Second

// spare is how much later than the guard the timer acts.
const spare = 3 * time.Second

// Switch implements remediate.Switch.
type Switch struct {
	// Program is this program's own file.
	Program string
	// Store is where the journals are.
	Store remediate.Store
	// Own is the unit that this process runs in, which disarming must not stop.
	Own string
}

// phase is what a transaction is at when its timer runs out.
type phase string

const (
	applying phase = "applying"
	awaiting phase = "awaiting"
)

func guardUnit(id string) string          { return "holdfast-guard-" + id + ".service" }
func timerUnit(id string, p phase) string { return "holdfast-" + string(p) + "-" + id + ".timer" }
func timedUnit(id string, p phase) string { return "holdfast-" + string(p) + "-" + id + ".service" }

func prop(name string, v any) systemd.Property {
	return systemd.Property{Name: name, Value: dbus.MakeVariant(v)}
}

// Arm implements remediate.Switch.
func (s *Switch) Arm(ctx context.Context, id string, limit, within time.Duration) error {
	if err := s.program(); err != nil {
		return err
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return errors.New("systemd does not run here, so nothing would roll back after a crash")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := systemd.NewSystemConnectionContext(ctx)
	if err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	defer conn.Close()
	if err := s.armBoot(ctx, conn); err != nil {
		return fmt.Errorf("the unit that rolls back at boot: %w", err)
	}
	if err := s.armGuard(ctx, conn, id, limit, within); err != nil {
		return fmt.Errorf("the guard: %w", err)
	}
	if err := s.armTimer(ctx, conn, id, applying, limit+spare); err != nil {
		return fmt.Errorf("the timer: %w", err)
	}
	return active(ctx, conn, guardUnit(id), timerUnit(id, applying))
}

// Await implements remediate.Switch. The guard knows how long it has to wait; the timer has to be another one.
func (s *Switch) Await(ctx context.Context, id string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := systemd.NewSystemConnectionContext(ctx)
	if err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	defer conn.Close()
	if err := s.armTimer(ctx, conn, id, awaiting, within+spare); err != nil {
		return fmt.Errorf("the timer: %w", err)
	}
	if _, err := conn.StopUnitContext(ctx, timerUnit(id, applying), "replace", nil); err != nil {
		return err
	}
	return active(ctx, conn, guardUnit(id), timerUnit(id, awaiting))
}

func active(ctx context.Context, conn *systemd.Conn, units ...string) error {
	for _, unit := range units {
		p, err := conn.GetUnitPropertyContext(ctx, unit, "ActiveState")
		if err != nil {
			return fmt.Errorf("%s can't be read back: %w", unit, err)
		}
		if state := p.Value.Value(); state != "active" {
			return fmt.Errorf("%s is %v after it was started", unit, state)
		}
	}
	return nil
}

// program refuses to rely on a file that may not be there at boot, or that others could replace.
func (s *Switch) program() error {
	for _, volatile := range []string{"/tmp/", "/var/", "/run/", "/dev/", "/home/", "/root/", "/media/", "/mnt/"} {
		if strings.HasPrefix(s.Program, volatile) {
			return fmt.Errorf("this program is %s, which may not be there at boot: install it below /usr first (install -m 0755 %s /usr/local/sbin/)", s.Program, s.Program)
		}
	}
	for at := s.Program; ; at = filepath.Dir(at) {
		st, err := os.Lstat(at)
		if err != nil {
			return err
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if !ok || sys.Uid != 0 || st.Mode()&0o022 != 0 {
			return fmt.Errorf("%s could be replaced by others than root: it decides what runs as root at boot", at)
		}
		if at == "/" {
			return nil
		}
	}
}

type execStart struct {
	Path             string
	Args             []string
	UncleanIsFailure bool
}

func (s *Switch) exec(args ...string) systemd.Property {
	return prop("ExecStart", []execStart{{s.Program, append([]string{s.Program}, args...), true}})
}

func (s *Switch) armGuard(ctx context.Context, conn *systemd.Conn, id string, limit, within time.Duration) error {
	return start(ctx, func(done chan string) error {
		_, err := conn.StartTransientUnitContext(ctx, guardUnit(id), "fail", []systemd.Property{
			prop("Description", "Holdfast rolls transaction "+id+" back unless it is confirmed"),
			prop("Type", "notify"), // armed is what the guard itself says
			prop("OOMScoreAdjust", int32(-900)),
			prop("CollectMode", "inactive-or-failed"),
			s.exec("_guard", id, limit.String(), within.String(), strconv.Itoa(os.Getpid())),
		}, done)
		return err
	})
}

func (s *Switch) armTimer(ctx context.Context, conn *systemd.Conn, id string, p phase, within time.Duration) error {
	type monotonic struct {
		Base string
		USec uint64
	}
	return start(ctx, func(done chan string) error {
		_, err := conn.StartTransientUnitAux(ctx, timerUnit(id, p), "fail", []systemd.Property{
			prop("Description", "When Holdfast rolls transaction "+id+" back"),
			prop("TimersMonotonic", []monotonic{{"OnActiveSec", uint64(within.Microseconds())}}),
			prop("AccuracyUSec", uint64(time.Second.Microseconds())), // the default is a minute
			prop("CollectMode", "inactive-or-failed"),
		}, []systemd.PropertyCollection{{Name: timedUnit(id, p), Properties: []systemd.Property{
			prop("Description", "Holdfast rolls transaction "+id+" back"),
			prop("Type", "oneshot"),
			prop("CollectMode", "inactive-or-failed"),
			s.exec("_recover", id, "--own", timedUnit(id, p)),
		}}}, done)
		return err
	})
}

func start(ctx context.Context, begin func(chan string) error) error {
	done := make(chan string, 1)
	if err := begin(done); err != nil {
		return err
	}
	select {
	case how := <-done:
		if how != "done" {
			return fmt.Errorf("starting it ended as %s", how)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Disarm implements remediate.Switch. Where systemd does not answer, guard and timer find nothing to do when they act.
func (s *Switch) Disarm(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, patience/3)
	defer cancel()
	err := s.disarmBoot(s.early())
	conn, connErr := systemd.NewSystemConnectionContext(ctx)
	if connErr != nil {
		return err
	}
	defer conn.Close()
	for _, unit := range []string{timerUnit(id, applying), timerUnit(id, awaiting), guardUnit(id)} {
		if unit != s.Own {
			_, _ = conn.StopUnitContext(ctx, unit, "replace", nil)
		}
	}
	return err
}

// Clean implements remediate.Switch.
func (s *Switch) Clean() error { return s.disarmBoot(s.late()) }
