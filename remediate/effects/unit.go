package effects

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	sddbus "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() {
	register("unit", unitEffect{})
	register("unit_relations", relations{})
}

// unitEffect is whether a unit runs: Active or not. A unit that failed does not run.
type unitEffect struct{}

type unitData struct {
	Active bool `json:"active"`
}

func unitState(active bool) remediate.State {
	if active {
		return remediate.NewState("active", unitData{true})
	}
	return remediate.NewState("inactive", unitData{false})
}

// isActive counts what is on its way up: it holds the port already, or will in a moment.
func isActive(state string) bool {
	return slices.Contains([]string{"active", "activating", "reloading", "refreshing", "maintenance"}, state)
}

func (unitEffect) observe(ctx context.Context, target string) (remediate.State, error) {
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	conn, err := manager(ctx)
	if err != nil {
		return remediate.State{}, err
	}
	defer conn.Close()
	state, err := property(ctx, conn, target, "ActiveState")
	return unitState(isActive(state)), err
}

func property(ctx context.Context, conn *sddbus.Conn, unit, name string) (string, error) {
	p, err := conn.GetUnitPropertyContext(ctx, unit, name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", unit, err)
	}
	switch v := p.Value.Value().(type) {
	case string:
		return v, nil
	case bool:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("%s: systemd's %s is no text", unit, name)
}

func (unitEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[unitData](to)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	conn, err := manager(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	state, err := property(ctx, conn, s.Target, "ActiveState")
	switch {
	case err != nil:
		return err
	case isActive(state) == want.Active && state != "activating":
		return nil
	case want.Active:
		return startUnit(ctx, conn, s.Target)
	}
	return stopUnit(ctx, conn, s.Target)
}

func startUnit(ctx context.Context, conn *sddbus.Conn, unit string) error {
	// The steps before may have brought its file or taken its mask away.
	if err := conn.ReloadContext(ctx); err != nil {
		return err
	}
	// One that failed too often is not started again before that is forgotten; for others this is an error.
	_ = conn.ResetFailedUnitContext(ctx, unit)
	return job(ctx, "starting "+unit, func(ctx context.Context, done chan<- string) (int, error) {
		return conn.StartUnitContext(ctx, unit, "replace", done)
	})
}

func stopUnit(ctx context.Context, conn *sddbus.Conn, unit string) error {
	manual, err := property(ctx, conn, unit, "CanStop")
	if err != nil {
		return err
	}
	if manual == "true" {
		return job(ctx, "stopping "+unit, func(ctx context.Context, done chan<- string) (int, error) {
			return conn.StopUnitContext(ctx, unit, "replace", done)
		})
	}
	// RefuseManualStop=, as auditd has: the way that is left is the signal that asks it to end.
	if err := conn.KillUnitWithTarget(ctx, unit, sddbus.Main, int32(unix.SIGTERM)); err != nil {
		return fmt.Errorf("stopping %s: %w", unit, err)
	}
	for {
		state, err := property(ctx, conn, unit, "ActiveState")
		if err != nil || state == "inactive" || state == "failed" {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not end when it is asked to: %w", unit, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// relations are what a unit's state is tied to. They are read when a plan is made; nothing sets them.
type relations struct{}

// Relations are the data of the effect "unit_relations", all of units that systemd has loaded.
type Relations struct {
	Unit        string   `json:"unit"`         // its own name, where the target is an alias
	Active      bool     `json:"active"`       // whether it runs
	StoppedWith []string `json:"stopped_with"` // active units that systemd stops when it stops, the outermost first
	WantedBy    []string `json:"wanted_by"`    // active units that want it and go on without it
	StartedWith []string `json:"started_with"` // sockets and services that it needs and that do not run, the innermost first
	TriggeredBy []string `json:"triggered_by"` // active sockets, timers and paths that start it
}

func (relations) set(context.Context, *remediate.Step, remediate.State) error {
	return errors.New("what a unit is tied to can't be set")
}

func (relations) observe(ctx context.Context, target string) (remediate.State, error) {
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	conn, err := manager(ctx)
	if err != nil {
		return remediate.State{}, err
	}
	defer conn.Close()
	loaded, err := conn.ListUnitsContext(ctx)
	if err != nil {
		return remediate.State{}, err
	}
	w := relationWalk{ctx: ctx, conn: conn, active: map[string]bool{}}
	for _, u := range loaded {
		w.active[u.Name] = isActive(u.ActiveState)
	}
	id, err := property(ctx, conn, target, "Id")
	if err != nil {
		return remediate.State{}, err
	}
	r := Relations{Unit: id, Active: w.active[id]}
	r.StoppedWith, err = w.closure(id, true, func(string) bool { return true }, "RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf")
	if err != nil {
		return remediate.State{}, err
	}
	r.StartedWith, err = w.closure(id, false, func(name string) bool {
		return strings.HasSuffix(name, ".socket") || strings.HasSuffix(name, ".service")
	}, "Requires", "BindsTo")
	if err != nil {
		return remediate.State{}, err
	}
	for into, name := range map[*[]string]string{&r.WantedBy: "WantedBy", &r.TriggeredBy: "TriggeredBy"} {
		if *into, err = w.direct(id, name); err != nil {
			return remediate.State{}, err
		}
		*into = slices.DeleteFunc(*into, func(u string) bool { return !w.active[u] })
	}
	return remediate.NewState(unitState(r.Active).Summary, r), nil
}

type relationWalk struct {
	ctx    context.Context
	conn   *sddbus.Conn
	active map[string]bool
}

func (w *relationWalk) direct(unit, name string) ([]string, error) {
	p, err := w.conn.GetUnitPropertyContext(w.ctx, unit, name)
	var unknown dbus.Error
	if errors.As(err, &unknown) && strings.HasSuffix(unknown.Name, ".UnknownProperty") {
		return nil, nil // an older systemd
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", unit, err)
	}
	list, _ := p.Value.Value().([]string)
	list = slices.Clone(list)
	slices.Sort(list)
	return list, nil
}

// maxRelated bounds what one unit may be tied to.
const maxRelated = 256

// closure are the units that are tied to one by properties, directly or by others, and are active or not; the farthest
// come first.
func (w *relationWalk) closure(unit string, active bool, counts func(name string) bool, properties ...string) ([]string, error) {
	seen := map[string]bool{unit: true}
	var out []string
	for next := []string{unit}; len(next) > 0; {
		u := next[0]
		next = next[1:]
		for _, p := range properties {
			list, err := w.direct(u, p)
			if err != nil {
				return nil, err
			}
			for _, name := range list {
				if seen[name] || w.active[name] != active || !counts(name) {
					continue
				}
				if len(seen) > maxRelated {
					return nil, fmt.Errorf("%s is tied to more than %d units", unit, maxRelated)
				}
				seen[name] = true
				out, next = append(out, name), append(next, name)
			}
		}
	}
	slices.Reverse(out)
	return out, nil
}
