package remediate

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// StoppedError says that the transaction ended at a control that failed its check. What that control alone had changed is
// undone; what came before it stays.
type StoppedError struct {
	Control plan.Source
	Reason  error
}

func (e *StoppedError) Error() string { return fmt.Sprintf("stopped at %s: %v", e.Control, e.Reason) }

func (e *StoppedError) Unwrap() error { return e.Reason }

// oneByOne does the steps one after the other and checks each control as soon as its steps are done.
func (e *Engine) oneByOne(ctx context.Context, j *Journal) error {
	expected := Expected(j.Plan, j.Steps)
	for i, s := range j.Steps {
		err := e.do(ctx, j, i)
		if err == nil {
			err = e.follow(ctx, s.Triggers)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		for _, src := range s.Sources {
			later := slices.ContainsFunc(j.Steps[i+1:], func(l *Step) bool { return slices.Contains(l.Sources, src) })
			if later || !slices.Contains(expected, src) {
				continue
			}
			e.say("checking %s", src)
			if err := e.Check(ctx, []plan.Source{src}); err != nil {
				return e.stop(ctx, j, i, src, err)
			}
		}
	}
	return j.append(Record{Event: Applied})
}

// stop undoes the steps up to the i-th that nobody but the failing control asked for.
func (e *Engine) stop(ctx context.Context, j *Journal, i int, failing plan.Source, why error) error {
	ctx = context.WithoutCancel(ctx)
	e.say("undoing what %s alone had changed: %v", failing, why)
	var triggers []Trigger
	left := 0
	steps := j.progress()
	for k := i; k >= 0; k-- {
		s := j.Steps[k]
		if !slices.Equal(s.Sources, []plan.Source{failing}) {
			left++
			continue
		}
		conflict, err := e.undoStep(ctx, j, k, steps[k], false, UndoOptions{})
		if err != nil || conflict != "" {
			return fmt.Errorf("%w; and undoing %s failed: %s %w", why, s, conflict, err)
		}
		triggers = union(triggers, s.Triggers...)
	}
	if err := e.follow(ctx, triggers); err != nil {
		return err
	}
	if left == 0 {
		return why // nothing came before it: the whole is rolled back
	}
	if err := j.append(Record{Event: Applied, Reason: why.Error()}); err != nil {
		return err
	}
	return &StoppedError{failing, why}
}
