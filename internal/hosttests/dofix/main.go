// Command dofix plans fixes, carries steps out and undoes them: it reads one request from standard input and writes the
// answer to standard output. The tests on real hosts run it there, so that an action, an effect or a validator is seen
// without an audit and a journal around it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

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

type request struct {
	Do    string // plan, validate, apply, trigger, undo
	Calls []struct {
		Kind, Control string
		Args          map[string]json.RawMessage
	}
	Steps []*remediate.Step
}

type answer struct {
	Steps    []*remediate.Step
	Outcomes []string // of each call: what it refused, "nothing", or empty
	Error    string
}

func main() {
	if code, is := linux.ReaderMain(os.Args[1:]); is {
		os.Exit(code)
	}
	var q request
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		fmt.Fprintln(os.Stderr, "dofix:", err)
		os.Exit(1)
	}
	a := answer{Steps: q.Steps}
	if err := do(context.Background(), q, &a); err != nil {
		a.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		fmt.Fprintln(os.Stderr, "dofix:", err)
		os.Exit(1)
	}
}

func do(ctx context.Context, q request, a *answer) error {
	switch q.Do {
	case "plan":
		return planCalls(ctx, q, a)
	case "validate":
		return effects.Local{}.Validate(ctx, q.Steps)
	case "trigger":
		return follow(ctx, q.Steps)
	case "apply":
		if err := (effects.Local{}).Validate(ctx, q.Steps); err != nil {
			return err
		}
		for _, s := range q.Steps {
			if err := settle(ctx, s, s.After); err != nil {
				return err
			}
		}
		return follow(ctx, q.Steps)
	case "undo":
		for _, s := range slices.Backward(q.Steps) {
			if err := settle(ctx, s, s.Before); err != nil {
				return err
			}
		}
		return follow(ctx, q.Steps)
	}
	return fmt.Errorf("what is %q?", q.Do)
}

// settle sets a state twice, as after a crash, and sees that it is so.
func settle(ctx context.Context, s *remediate.Step, to remediate.State) error {
	for range 2 {
		if err := (effects.Local{}).Set(ctx, s, to); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	now, err := effects.Local{}.Observe(ctx, s.Effect, s.Target)
	if err == nil && !now.Equal(to) {
		err = fmt.Errorf("it is %s %.2000s and not %s %.2000s", now.Summary, now.Data, to.Summary, to.Data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

func follow(ctx context.Context, steps []*remediate.Step) error {
	var done []remediate.Trigger
	for _, s := range steps {
		for _, t := range s.Triggers {
			if slices.Contains(done, t) {
				continue
			}
			done = append(done, t)
			if err := (effects.Local{}).Trigger(ctx, t); err != nil {
				return fmt.Errorf("%s %s: %w", t.Verb, t.Unit, err)
			}
		}
	}
	return nil
}

func planCalls(ctx context.Context, q request, a *answer) error {
	host := facts.LiveHost()
	host.Reader = linux.ThisProgram
	draft := remediate.NewDraft(facts.NewSet(ctx, host, linux.Sources()), effects.Local{})
	for i, c := range q.Calls {
		args, err := arguments(c.Kind, c.Args)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(actions.All(), func(a remediate.Action) bool { return a.Describe().Kind == c.Kind })
		if at < 0 {
			return fmt.Errorf("there is no action %q", c.Kind)
		}
		control := c.Control
		if control == "" {
			control = fmt.Sprint(i + 1)
		}
		changes, err := draft.Plan(ctx, actions.All()[at], remediate.Call{Kind: c.Kind, Args: args, Source: plan.Source{Benchmark: "b", Control: control}})
		outcome, refused := remediate.Refusal(err)
		if err != nil && !refused {
			return err
		}
		if err == nil && !changes {
			outcome = "nothing"
		}
		a.Outcomes = append(a.Outcomes, outcome)
	}
	a.Steps = draft.Steps()
	return nil
}

func arguments(kind string, given map[string]json.RawMessage) (cty.Value, error) {
	kinds := benchmarks.FixKinds()
	at := slices.IndexFunc(kinds, func(k benchmarks.FixKind) bool { return k.Name == kind })
	if at < 0 {
		return cty.NilVal, fmt.Errorf("there is no kind %q", kind)
	}
	args := map[string]cty.Value{}
	for _, arg := range kinds[at].Args {
		args[arg.Name] = cty.NullVal(arg.Type)
		if text, ok := given[arg.Name]; ok {
			v, err := ctyjson.Unmarshal(text, arg.Type)
			if err != nil {
				return cty.NilVal, fmt.Errorf("%s: %w", arg.Name, err)
			}
			args[arg.Name] = v
		}
	}
	return cty.ObjectVal(args), nil
}
