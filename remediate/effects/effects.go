// Package effects is what touches the host when it is changed: one file for each kind of effect, which can tell what its
// target is and bring it to a state. Setting a state is idempotent and keeps no memory, so that it can be done again
// after a crash at any point. Why and in what order is not its business: see package remediate.
package effects

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/holdfast-agent/holdfast/remediate"
)

// effect is one kind of thing that can be changed on a host.
type effect interface {
	// observe tells what the target is now. It changes nothing.
	observe(ctx context.Context, target string) (remediate.State, error)
	// set brings the target to a state, of which the step has both.
	set(ctx context.Context, s *remediate.Step, to remediate.State) error
}

var registry = map[string]effect{}

func register(name string, e effect) {
	if registry[name] != nil {
		panic("effects: two effects named " + name)
	}
	registry[name] = e
}

// Names are all effects.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// Local are hands of this process. It needs the privileges for what it is asked to do.
type Local struct {
	Packages PackageLimits
}

// Observe implements remediate.Hands.
func (Local) Observe(ctx context.Context, name, target string) (remediate.State, error) {
	e, ok := registry[name]
	if !ok {
		return remediate.State{}, fmt.Errorf("there is no effect %q", name)
	}
	return e.observe(ctx, target)
}

// Set implements remediate.Hands.
func (l Local) Set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	e, ok := registry[s.Effect]
	if !ok {
		return fmt.Errorf("there is no effect %q", s.Effect)
	}
	if err := remediate.Fault("set-" + s.Effect); err != nil {
		return err
	}
	return e.set(limited(ctx, l.Packages), s, to)
}

// decode reads a state's data.
func decode[T any](s remediate.State) (T, error) {
	var v T
	if err := json.Unmarshal(s.Data, &v); err != nil {
		return v, fmt.Errorf("a state that can't be read: %w", err)
	}
	return v, nil
}

var _ remediate.Hands = Local{}
