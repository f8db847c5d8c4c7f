// Command runfix plans, applies or rolls back fixes named on standard input, as JSON. The tests on real hosts run it
// there, for fixes that no policy asks for with just those arguments. It has no dead man's switch and no checks.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/actions"
	"github.com/holdfast-agent/holdfast/remediate/effects"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

type order struct {
	Do    string // plan, apply, rollback
	ID    string // of the transaction
	Calls []call
}

type call struct {
	Kind    string
	Control string
	Args    map[string]json.RawMessage
}

type answer struct {
	Changes []plan.Change
	Refused []string
	Error   string
}

func main() {
	if code, is := linux.ReaderMain(os.Args[1:]); is {
		os.Exit(code)
	}
	var o order
	var a answer
	err := json.NewDecoder(os.Stdin).Decode(&o)
	if err == nil {
		err = do(context.Background(), o, &a)
	}
	if err != nil {
		a.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		os.Exit(1)
	}
}

func do(ctx context.Context, o order, a *answer) error {
	engine := remediate.Engine{
		Store: remediate.Store{Dir: "/var/lib/holdfast"}, Hands: effects.Local{}, Switch: noSwitch{},
		Check: func(context.Context, []plan.Source) error { return nil },
		Boot:  "boot",
	}
	if o.Do == "rollback" {
		_, conflicts, err := engine.Undo(ctx, o.ID, "asked for", remediate.UndoOptions{})
		a.Refused = conflicts
		return err
	}
	host := facts.LiveHost()
	host.Reader = linux.ThisProgram
	d := remediate.NewDraft(facts.NewSet(ctx, host, linux.Sources()), effects.Local{})
	for _, c := range o.Calls {
		if err := planCall(ctx, d, c, a); err != nil {
			return err
		}
	}
	p := &plan.Plan{SchemaName: plan.Schema, ID: o.ID, Time: time.Now()}
	for _, s := range d.Steps() {
		p.Changes = append(p.Changes, s.Change())
	}
	a.Changes = p.Changes
	if o.Do != "apply" || len(p.Changes) == 0 {
		return nil
	}
	_, err := engine.Apply(ctx, p, d.Steps(), remediate.ApplyOptions{})
	return err
}

func planCall(ctx context.Context, d *remediate.Draft, c call, a *answer) error {
	args, err := arguments(c)
	if err != nil {
		return err
	}
	for _, action := range actions.All() {
		if action.Describe().Kind != c.Kind {
			continue
		}
		_, err := d.Plan(ctx, action, remediate.Call{Kind: c.Kind, Args: args, Source: plan.Source{Benchmark: "test", Control: c.Control}})
		if reason, ok := remediate.Refusal(err); ok {
			a.Refused = append(a.Refused, reason)
			return nil
		}
		return err
	}
	return fmt.Errorf("there is no action %q", c.Kind)
}

func arguments(c call) (cty.Value, error) {
	for _, k := range benchmarks.FixKinds() {
		if k.Name != c.Kind {
			continue
		}
		values := map[string]cty.Value{}
		for _, arg := range k.Args {
			values[arg.Name] = cty.NullVal(arg.Type)
			if text, ok := c.Args[arg.Name]; ok {
				v, err := ctyjson.Unmarshal(text, arg.Type)
				if err != nil {
					return cty.NilVal, err
				}
				values[arg.Name] = v
			}
		}
		return cty.ObjectVal(values), nil
	}
	return cty.NilVal, errors.New("there is no kind " + c.Kind)
}

type noSwitch struct{}

func (noSwitch) Arm(context.Context, string, time.Duration, time.Duration) error { return nil }
func (noSwitch) Clean() error                                                    { return nil }
func (noSwitch) Await(context.Context, string, time.Duration) error              { return nil }
func (noSwitch) Release(context.Context, string) error                           { return nil }
func (noSwitch) Disarm(context.Context, string) error                            { return nil }
