package remediate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// Switch is the dead man's switch: what rolls a transaction back when nobody says that it may stay, even if the program
// is killed, the network is gone or the machine is rebooted.
type Switch interface {
	// Arm makes the transaction be rolled back after limit, at the next boot, and when this process dies before the
	// journal says that it was checked; from then on, within counts. When it returns without an error, that was read back
	// as so.
	Arm(ctx context.Context, id string, limit, within time.Duration) error
	// Await makes it be rolled back after within, once it was checked and awaits its confirmation.
	Await(ctx context.Context, id string, within time.Duration) error
	// Disarm ends it all but what cleans up at the next boot. Disarming what is not armed is no error.
	Disarm(ctx context.Context, id string) error
	// Clean takes that away, too, once nothing is pending.
	Clean() error
}

// Engine carries transactions out.
type Engine struct {
	Store  Store
	Hands  Hands
	Switch Switch
	// Check tells whether the host is as planned: the given controls pass on fresh facts, services run, SSH answers.
	Check func(ctx context.Context, expected []plan.Source) error
	// Boot is the id of this boot, Login that of the login session; empty where there is none.
	Boot, Login string
	// Logins, when set, are all login sessions that there are now.
	Logins func() []string
	// Reboot, when set, has the machine rebooted; for a roll-back at the start of a boot.
	Reboot func() error
	// Progress, when set, is told what is being done.
	Progress func(format string, args ...any)
}

// ApplyOptions are those of one transaction.
type ApplyOptions struct {
	// Within is the time in which it must be confirmed; zero: no confirmation is asked for.
	Within time.Duration
	// Limit bounds the time of the transaction itself, after which it is rolled back.
	Limit time.Duration
	// Canary checks after every step, and keeps what came before the first one that fails.
	Canary bool
}

// RolledBackError says that the transaction was undone, and why.
type RolledBackError struct {
	Reason    error
	Conflicts []string // what could not be undone, as somebody had changed it meanwhile
}

func (e *RolledBackError) Error() string {
	if len(e.Conflicts) > 0 {
		return fmt.Sprintf("rolled back, but for %d conflicts: %v", len(e.Conflicts), e.Reason)
	}
	return fmt.Sprintf("rolled back: %v", e.Reason)
}

func (e *RolledBackError) Unwrap() error { return e.Reason }

// ErrNothingDone is wrapped by errors that came before the first change.
var ErrNothingDone = errors.New("nothing was changed")

func (e *Engine) say(format string, args ...any) {
	if e.Progress != nil {
		e.Progress(format, args...)
	}
}

// Apply carries a plan's steps out as one transaction: all of them, checked, or none. The store must be locked.
func (e *Engine) Apply(ctx context.Context, p *plan.Plan, steps []*Step, o ApplyOptions) (*Journal, error) {
	if err := e.Store.prepare(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNothingDone, err)
	}
	if err := e.Settle(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNothingDone, err)
	}
	if err := e.unmoved(ctx, steps); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNothingDone, err)
	}
	e.say("validating")
	if err := e.Hands.Validate(ctx, steps); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNothingDone, err)
	}
	j, err := e.Store.begin(p, steps, Record{Time: p.Time, Event: Began, Boot: e.Boot, Login: e.Login})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNothingDone, errors.Join(err, e.Store.end()))
	}
	defer func() { _ = j.close() }()
	var stopped *StoppedError
	if err := e.carryOut(ctx, j, o); errors.As(err, &stopped) {
		return j, err
	} else if err != nil {
		// Whatever interrupted us must not interrupt the way back.
		back := context.WithoutCancel(ctx)
		_ = j.append(Record{Event: Failed, Reason: err.Error()})
		e.say("rolling back: %v", err)
		conflicts, undoing := e.undo(back, j, err.Error(), UndoOptions{})
		if undoing != nil {
			return j, fmt.Errorf("%w; and rolling back failed: %w (holdfast rollback %s tries again; so does the next boot)", err, undoing, j.ID)
		}
		return j, &RolledBackError{err, conflicts}
	}
	return j, nil
}

// Settle ends what an earlier transaction has left: one that was interrupted is rolled back. It is an error when one
// awaits its confirmation. The store must be locked.
func (e *Engine) Settle(ctx context.Context) error {
	id, err := e.Store.Pending()
	if err != nil || id == "" {
		return err
	}
	j, err := e.Store.Load(id)
	if err != nil {
		return err
	}
	if j.Status() == StatusUnconfirmed {
		return fmt.Errorf("transaction %s awaits its confirmation: holdfast confirm keeps it, holdfast rollback undoes it", id)
	}
	return e.Recover(ctx, id, "it was interrupted", false)
}

// unmoved tells whether each step still finds what it was planned for, and has it carry what goes with that by now.
func (e *Engine) unmoved(ctx context.Context, steps []*Step) error {
	for _, s := range steps {
		now, err := e.Hands.Observe(ctx, s.Effect, s.Target)
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		if !now.Equal(s.Before) {
			return fmt.Errorf("%s has changed since the plan was made: it was %q and is %q", s, s.Before.Summary, now.Summary)
		}
		s.Before.Carry = now.Carry // what stands beside it may have moved on
	}
	return nil
}

func (e *Engine) carryOut(ctx context.Context, j *Journal, o ApplyOptions) error {
	if err := e.Switch.Arm(ctx, j.ID, o.Limit, o.Within); err != nil {
		return fmt.Errorf("the dead man's switch can't be armed: %w", err)
	}
	if err := j.append(Record{Event: Armed, Within: int64(o.Within.Seconds())}); err != nil {
		return err
	}
	do := e.all
	if o.Canary {
		do = e.oneByOne
	}
	var stopped *StoppedError
	err := do(ctx, j)
	if err != nil && !errors.As(err, &stopped) {
		return err
	}
	if o.Within == 0 {
		err = e.keep(ctx, j, Record{Event: Kept})
	} else if err = e.Switch.Await(ctx, j.ID, o.Within); err == nil {
		r := Record{Event: Checked}
		if e.Logins != nil {
			r.Logins = e.Logins()
		}
		err = j.append(r)
	}
	if err == nil && stopped != nil {
		return stopped
	}
	return err
}

// all does every step, then what follows them, and checks.
func (e *Engine) all(ctx context.Context, j *Journal) error {
	var triggers []Trigger
	for i, s := range j.Steps {
		if err := e.do(ctx, j, i); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		triggers = union(triggers, s.Triggers...)
	}
	if err := e.follow(ctx, triggers); err != nil {
		return err
	}
	if err := j.append(Record{Event: Applied}); err != nil {
		return err
	}
	e.say("checking")
	return e.Check(ctx, Expected(j.Plan, j.Steps))
}

func (e *Engine) do(ctx context.Context, j *Journal, i int) error {
	s := j.Steps[i]
	e.say("%s", s)
	now, err := e.Hands.Observe(ctx, s.Effect, s.Target)
	if err != nil {
		return err
	}
	if !now.Equal(s.Before) && !now.Equal(s.After) {
		return fmt.Errorf("somebody changed it meanwhile: it was %q and is %q", s.Before.Summary, now.Summary)
	}
	if err := j.append(Record{Event: Intent, Step: i}); err != nil {
		return err
	}
	if err := e.Hands.Set(ctx, s, s.After); err != nil {
		return err
	}
	// What came of it, which for generated files only the host can tell.
	now, err = e.Hands.Observe(ctx, s.Effect, s.Target)
	if err != nil {
		return err
	}
	return j.append(Record{Event: Done, Step: i, Digest: now.Digest()})
}

// follow does what has to follow the steps.
func (e *Engine) follow(ctx context.Context, triggers []Trigger) error {
	for _, t := range inTurn(triggers) {
		if err := e.trigger(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// inTurn orders what has to follow: systemd reads its files first, each unit is reloaded or restarted once.
func inTurn(triggers []Trigger) []Trigger {
	rank := map[Verb]int{Run: 0, DaemonReload: 1, Reload: 2, Restart: 3}
	out := slices.Clone(triggers)
	slices.SortStableFunc(out, func(a, b Trigger) int { return rank[a.Verb] - rank[b.Verb] })
	return slices.DeleteFunc(out, func(t Trigger) bool {
		return t.Verb == Reload && slices.Contains(triggers, Trigger{Restart, t.Unit})
	})
}

func (e *Engine) trigger(ctx context.Context, t Trigger) error {
	e.say("%s %s", t.Verb, t.Unit)
	err := fault("trigger")
	if err == nil {
		err = e.Hands.Trigger(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", t.Verb, t.Unit, err)
	}
	return nil
}

func (e *Engine) keep(ctx context.Context, j *Journal, r Record) error {
	if err := j.append(r); err != nil {
		return err
	}
	return e.end(ctx, j.ID)
}

// end is when all is decided: wherever it is interrupted, the next boot or the next call goes on with it.
func (e *Engine) end(ctx context.Context, id string) error {
	if err := e.Switch.Disarm(ctx, id); err != nil {
		return err
	}
	if err := e.Store.end(); err != nil {
		return err
	}
	return e.Switch.Clean()
}

// ErrSession says that a confirmation came from the session that applied, which proves nothing.
var ErrSession = errors.New("this login session is the one that applied, which proves nothing: an open session outlives a lockout; log in anew and confirm there")

// ErrOldSession says that a confirmation came from a session that was open before the changes were made.
var ErrOldSession = errors.New("this login session is older than the changes, which proves nothing: an open session outlives a lockout; log in anew and confirm there")

// Confirm keeps the transaction that awaits it. The store must be locked.
func (e *Engine) Confirm(ctx context.Context, id string) (*Journal, error) {
	pending, err := e.Store.Pending()
	switch {
	case err != nil:
		return nil, err
	case pending == "":
		return nil, errors.New("no transaction awaits confirmation")
	case id != "" && id != pending:
		return nil, fmt.Errorf("transaction %s awaits no confirmation; %s does", id, pending)
	}
	j, err := e.Store.Load(pending)
	if err != nil {
		return nil, err
	}
	if j.Status() != StatusUnconfirmed {
		return j, fmt.Errorf("transaction %s is %s and can't be confirmed: holdfast rollback %s", j.ID, j.Status(), j.ID)
	}
	if err := e.fresh(j); err != nil {
		return j, err
	}
	if err := j.open(); err != nil {
		return j, err
	}
	defer func() { _ = j.close() }()
	return j, e.keep(ctx, j, Record{Event: Kept, Login: e.Login})
}

// fresh tells whether this login session can vouch for a transaction that could lock people out.
func (e *Engine) fresh(j *Journal) error {
	began, ok := j.Last(Began)
	checked, _ := j.Last(Checked)
	switch {
	case j.Plan.Risk() < plan.Lockout:
		return nil
	case !ok:
		return errors.New("the journal does not say who applied")
	case began.Boot != e.Boot:
		return errors.New("the machine was rebooted since, which rolls back")
	case e.Login == "":
		return errors.New("this process belongs to no login session, which proves nothing: log in anew and confirm there")
	case began.Login == e.Login:
		return ErrSession
	case slices.Contains(checked.Logins, e.Login):
		return ErrOldSession
	}
	return nil
}
