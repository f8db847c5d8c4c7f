package facts

import (
	"context"
	"errors"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Clock is the time of the audit. It is a fact like any other, so that a recording answers for the day it was made
// and a test of a policy sets it.
type Clock struct {
	Now V[string] `fact:"now" doc:"The host's time when it was first asked for, RFC 3339 in UTC."`
}

const labelFact = "label"

// Builtin are the facts that do not come from the host itself: its clock as we see it, and what its owner calls it.
// Callers of NewSet append them to the sources of the host.
func Builtin() []Source {
	return []Source{
		Define(Descriptor{
			Name:  "clock",
			Doc:   "The time of the audit. days_until reads it.",
			Reads: "clock_gettime(2)",
		}, func(_ context.Context, r *Reader, _ Key) (Clock, error) {
			return Clock{Now: Known(r.Now().UTC().Format(time.RFC3339), From("clock"))}, nil
		}),
		Define(Descriptor{
			Name:  labelFact,
			Doc:   "What the host's owner calls it: label(\"role\"); empty when it has no such label.",
			Reads: "holdfast's own configuration",
			Args:  []Arg{{Name: "name", Type: cty.String, Doc: "The label's name."}},
			Canonical: func(args []cty.Value) ([]cty.Value, error) {
				if args[0].AsString() == "" {
					return nil, errors.New("a label's name can't be empty")
				}
				return args, nil
			},
		}, func(_ context.Context, r *Reader, k Key) (V[string], error) {
			return Known(r.Host().Labels[k.Subject], From("labels")), nil
		}),
	}
}
