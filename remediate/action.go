// Package remediate changes a host without breaking it: it turns the fixes of failing controls into a plan of typed
// steps, carries them out as one transaction with a journal, and undoes them.
//
// An action only plans: it reads the host and says what shall be otherwise, as steps of a few kinds of effect (a file, a
// kernel parameter, a unit, …). Carrying out, undoing, crash safety and verification are written once, for those. Neither
// actions nor effects are part of this package, which touches nothing but its journal.
package remediate

import (
	"context"
	"fmt"

	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// Descriptor is what an action says of itself. What it can be told is in benchmarks.FixKinds, for the built-in ones.
type Descriptor struct {
	Kind string
	Doc  string
	// Risk is the least that its steps have.
	Risk plan.Risk
	// AtBoot tells that what its steps change counts from the next boot on.
	AtBoot bool
}

// Action plans one kind of fix.
type Action interface {
	Describe() Descriptor
	// Plan reads the host through the draft and adds to it the steps that it takes. No step: it is so already. A
	// *RefusedError says why it must not be done.
	Plan(ctx context.Context, d *Draft, args cty.Value) error
}

// RefusedError says why a fix is not done on this host.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Refuse makes a RefusedError.
func Refuse(format string, args ...any) error { return &RefusedError{fmt.Sprintf(format, args...)} }

// Define makes an action of a function whose arguments are a struct with cty tags, one for each argument of the kind;
// optional ones are pointers, slices or maps.
func Define[Args any](desc Descriptor, do func(ctx context.Context, d *Draft, args Args) error) Action {
	return &defined[Args]{desc, do}
}

type defined[Args any] struct {
	desc Descriptor
	do   func(context.Context, *Draft, Args) error
}

func (a *defined[Args]) Describe() Descriptor { return a.desc }

func (a *defined[Args]) Plan(ctx context.Context, d *Draft, v cty.Value) error {
	var args Args
	if err := gocty.FromCtyValue(v, &args); err != nil {
		return fmt.Errorf("arguments of %s: %w", a.desc.Kind, err)
	}
	return a.do(ctx, d, args)
}
