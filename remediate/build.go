package remediate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// Planner has the actions plan calls, all in one draft and in their order.
type Planner interface {
	Plan(ctx context.Context, calls []Call) (*Drafted, error)
}

// Drafted is what came of the calls.
type Drafted struct {
	Steps    []*Step   `json:"steps"`
	Outcomes []Outcome `json:"outcomes"` // one for each call
}

// Outcome is what came of one call: steps, nothing to do, or a refusal with its reason.
type Outcome struct {
	Refused string `json:"refused"`
	Nothing bool   `json:"nothing"` // it is so already
}

// Local plans with actions of this process.
type Local struct {
	Actions []Action
	Set     *facts.Set
	Hands   Hands
	MaxRisk plan.Risk
}

// Plan implements Planner.
func (l *Local) Plan(ctx context.Context, calls []Call) (*Drafted, error) {
	byKind := map[string]Action{}
	for _, a := range l.Actions {
		byKind[a.Describe().Kind] = a
	}
	d := NewDraft(l.Set, l.Hands)
	d.maxRisk = l.MaxRisk
	out := &Drafted{}
	for _, c := range calls {
		a, ok := byKind[c.Kind]
		if !ok {
			out.Outcomes = append(out.Outcomes, Outcome{Refused: fmt.Sprintf("there is no action for fixes of kind %q", c.Kind)})
			continue
		}
		changes, err := d.Plan(ctx, a, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		reason, refused := Refusal(err)
		if err != nil && !refused {
			reason = fmt.Sprintf("%s could not be planned: %v", c.Kind, err)
		}
		out.Outcomes = append(out.Outcomes, Outcome{Refused: reason, Nothing: err == nil && !changes})
	}
	out.Steps = d.Steps()
	return out, nil
}

// PlanOptions say for what a plan is made.
type PlanOptions struct {
	Host      plan.Host
	Tool      string
	Now       time.Time
	Selection plan.Selection
	Sessions  []string // who is logged in
}

// Build makes a plan of the fixes of all failing controls.
func Build(ctx context.Context, set *facts.Set, evaluations []benchmarks.Evaluation, by Planner, o PlanOptions) (*plan.Plan, []*Step, error) {
	p := &plan.Plan{
		SchemaName: plan.Schema, ID: newID(o.Now), Time: o.Now.UTC(), Host: o.Host, Tool: o.Tool, Selection: o.Selection,
		Sessions: append([]string{}, o.Sessions...), Changes: []plan.Change{}, Refused: []plan.Refused{},
	}
	calls, err := callsOf(ctx, set, evaluations, p)
	if err != nil {
		return nil, nil, err
	}
	drafted, err := by.Plan(ctx, calls)
	if err != nil {
		return nil, nil, err
	}
	if len(drafted.Outcomes) != len(calls) {
		return nil, nil, fmt.Errorf("%d fixes were to be planned, and %d were", len(calls), len(drafted.Outcomes))
	}
	p.Refused = append(p.Refused, refusals(calls, drafted.Outcomes)...)
	for _, s := range drafted.Steps {
		p.Changes = append(p.Changes, s.Change())
	}
	p.Digest = digest(p)
	return p, drafted.Steps, nil
}

// refusals are the calls that come to no change. One that finds nothing to do counts only where all of its control do.
func refusals(calls []Call, outcomes []Outcome) (out []plan.Refused) {
	busy := map[plan.Source]bool{}
	for i, o := range outcomes {
		busy[calls[i].Source] = busy[calls[i].Source] || !o.Nothing
	}
	for i, o := range outcomes {
		c := calls[i]
		reason := o.Refused
		if o.Nothing && !busy[c.Source] {
			reason = "the fix finds nothing to change, though the control fails: a person has to look"
		}
		if reason != "" {
			out = append(out, plan.Refused{Control: c.Source.Control, Benchmark: c.Source.Benchmark, Reason: reason, For: c.For})
		}
	}
	return out
}

// callsOf are the fixes of failing controls, with their arguments; what must not be done is noted in the plan.
func callsOf(ctx context.Context, set *facts.Set, evaluations []benchmarks.Evaluation, p *plan.Plan) ([]Call, error) {
	var calls []Call
	for _, e := range evaluations {
		for i := range e.Results {
			r := &e.Results[i]
			if r.Verdict != benchmarks.Fail || r.Waiver != nil {
				continue
			}
			src := plan.Source{Benchmark: e.Benchmark.ID, Control: r.Control.ID}
			refuse := func(reason string) {
				p.Refused = append(p.Refused, plan.Refused{Control: src.Control, Benchmark: src.Benchmark, Reason: reason})
			}
			if len(r.Control.Fixes) == 0 {
				refuse(byHand(r.Control))
				p.Refused[len(p.Refused)-1].ByHand = true
			}
			before := len(calls) + len(p.Refused)
			for j := range r.Control.Fixes {
				fixCalls, err := r.Control.Fixes[j].Arguments(ctx, set, r)
				var refused *benchmarks.RefusedError
				switch {
				case errors.As(err, &refused):
					refuse(refused.Reason)
				case err != nil:
					return nil, fmt.Errorf("%s: %w", src, err)
				}
				for _, c := range fixCalls {
					calls = append(calls, Call{Kind: c.Kind, Args: c.Args, Source: src, For: c.For})
				}
			}
			if len(r.Control.Fixes) > 0 && len(calls)+len(p.Refused) == before { // its fixes are for other causes than this one
				refuse(byHand(r.Control))
				p.Refused[len(p.Refused)-1].ByHand = true
			}
		}
	}
	return calls, nil
}

func byHand(c *benchmarks.Control) string {
	if c.Remedy != "" {
		return c.Remedy
	}
	return "the policy has no fix"
}

// newID names a transaction so that the names sort by time and can be typed.
func newID(now time.Time) string {
	return now.UTC().Format("20060102-150405") + "-" + uuid.NewString()[:4]
}

// digest is of all that a plan would change and all that it saw.
func digest(p *plan.Plan) string {
	text, err := json.Marshal(struct {
		Host    string
		Changes []plan.Change
	}{p.Host.ID, p.Changes})
	if err != nil {
		panic(fmt.Sprintf("remediate: a plan that can't be written: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Expected are the controls that have to pass once all steps are done: not those of which a fix was refused, nor those
// that only the next boot or what goes on in the background can mend.
func Expected(p *plan.Plan, steps []*Step) []plan.Source {
	not := map[plan.Source]bool{}
	for _, r := range p.Refused {
		not[plan.Source{Benchmark: r.Benchmark, Control: r.Control}] = true
	}
	for _, s := range steps {
		for _, src := range s.Sources {
			not[src] = not[src] || s.AtBoot || s.Later
		}
	}
	return slices.DeleteFunc(p.Controls(), func(s plan.Source) bool { return not[s] })
}
