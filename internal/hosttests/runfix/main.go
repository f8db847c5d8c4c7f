// Command runfix plans fixes, carries them out and undoes them: it reads one order from standard input and writes the
// answer to standard output. The tests on real hosts run it there, for fixes that no policy asks for with just those
// arguments: as transactions with a journal but no dead man's switch and no checks, or as bare steps.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
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
	Do     string // plan; apply, rollback: a transaction; validate, trigger, set, unset: bare steps
	ID     string // of the transaction
	Calls  []call
	Steps  []*remediate.Step
	Limits effects.PackageLimits
}

type call struct {
	Kind    string
	Control string
	Args    map[string]json.RawMessage
}

type answer struct {
	Changes  []plan.Change
	Steps    []*remediate.Step
	Outcomes []string // of each call: why it was refused, "nothing", or empty
	Refused  []string // the refusals among them; of a rollback, the conflicts
	Error    string
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
	hands := effects.Local{Packages: o.Limits}
	switch o.Do {
	case "plan", "apply":
		steps, err := draft(ctx, hands, o.Calls, a)
		if err != nil || o.Do == "plan" || len(steps) == 0 {
			return err
		}
		p := &plan.Plan{SchemaName: plan.Schema, ID: o.ID, Time: time.Now(), Changes: a.Changes}
		_, err = engine(hands).Apply(ctx, p, steps, remediate.ApplyOptions{})
		return err
	case "rollback":
		_, conflicts, err := engine(hands).Undo(ctx, o.ID, "asked for", remediate.UndoOptions{})
		a.Refused = conflicts
		return err
	case "validate":
		return hands.Validate(ctx, o.Steps)
	case "trigger":
		return follow(ctx, hands, o.Steps)
	case "set":
		if err := hands.Validate(ctx, o.Steps); err != nil {
			return err
		}
		for _, s := range o.Steps {
			if err := settle(ctx, hands, s, s.After); err != nil {
				return err
			}
		}
		return follow(ctx, hands, o.Steps)
	case "unset":
		for _, s := range slices.Backward(o.Steps) {
			if err := settle(ctx, hands, s, s.Before); err != nil {
				return err
			}
		}
		return follow(ctx, hands, o.Steps)
	}
	return fmt.Errorf("what is %q?", o.Do)
}

func engine(hands remediate.Hands) *remediate.Engine {
	return &remediate.Engine{
		Store: remediate.Store{Dir: "/var/lib/holdfast"}, Hands: hands, Switch: noSwitch{},
		Check: func(context.Context, []plan.Source) error { return nil },
		Boot:  "boot",
	}
}

// settle sets a state twice, as after a crash, and sees that it is so.
func settle(ctx context.Context, hands remediate.Hands, s *remediate.Step, to remediate.State) error {
	for range 2 {
		if err := hands.Set(ctx, s, to); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	now, err := hands.Observe(ctx, s.Effect, s.Target)
	if err == nil && !now.Equal(to) {
		err = fmt.Errorf("it is %s %.2000s and not %s %.2000s", now.Summary, now.Data, to.Summary, to.Data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

func follow(ctx context.Context, hands remediate.Hands, steps []*remediate.Step) error {
	var done []remediate.Trigger
	for _, s := range steps {
		for _, t := range s.Triggers {
			if slices.Contains(done, t) {
				continue
			}
			done = append(done, t)
			if err := hands.Trigger(ctx, t); err != nil {
				return fmt.Errorf("%s %s: %w", t.Verb, t.Unit, err)
			}
		}
	}
	return nil
}

func draft(ctx context.Context, hands remediate.Hands, calls []call, a *answer) ([]*remediate.Step, error) {
	host := facts.LiveHost()
	host.Reader = linux.ThisProgram
	d := remediate.NewDraft(facts.NewSet(ctx, host, linux.Sources()), hands)
	for i, c := range calls {
		args, err := arguments(c)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(actions.All(), func(a remediate.Action) bool { return a.Describe().Kind == c.Kind })
		if at < 0 {
			return nil, fmt.Errorf("there is no action %q", c.Kind)
		}
		source := plan.Source{Benchmark: "test", Control: cmp.Or(c.Control, strconv.Itoa(i+1))}
		changes, err := d.Plan(ctx, actions.All()[at], remediate.Call{Kind: c.Kind, Args: args, Source: source})
		outcome, refused := remediate.Refusal(err)
		if err != nil && !refused {
			return nil, err
		}
		if refused {
			a.Refused = append(a.Refused, outcome)
		} else if !changes {
			outcome = "nothing"
		}
		a.Outcomes = append(a.Outcomes, outcome)
	}
	a.Steps = d.Steps()
	for _, s := range a.Steps {
		a.Changes = append(a.Changes, s.Change())
	}
	return a.Steps, nil
}

func arguments(c call) (cty.Value, error) {
	kinds := benchmarks.FixKinds()
	at := slices.IndexFunc(kinds, func(k benchmarks.FixKind) bool { return k.Name == c.Kind })
	if at < 0 {
		return cty.NilVal, fmt.Errorf("there is no kind %q", c.Kind)
	}
	values := map[string]cty.Value{}
	for _, arg := range kinds[at].Args {
		values[arg.Name] = cty.NullVal(arg.Type)
		if text, ok := c.Args[arg.Name]; ok {
			v, err := ctyjson.Unmarshal(text, arg.Type)
			if err != nil {
				return cty.NilVal, fmt.Errorf("%s: %w", arg.Name, err)
			}
			values[arg.Name] = v
		}
	}
	return cty.ObjectVal(values), nil
}

type noSwitch struct{}

func (noSwitch) Arm(context.Context, string, time.Duration, time.Duration) error { return nil }
func (noSwitch) Clean() error                                                    { return nil }
func (noSwitch) Await(context.Context, string, time.Duration) error              { return nil }
func (noSwitch) Release(context.Context, string) error                           { return nil }
func (noSwitch) Disarm(context.Context, string) error                            { return nil }
