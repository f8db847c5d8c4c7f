package remediate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// world is a host of a few values, which can be changed by hands that die.
type world struct {
	values    map[string]string
	triggered []string
	invalid   error
	failing   string // the target that can't be set
	armed     map[string]bool
}

func newWorld() *world {
	return &world{values: map[string]string{"a": "1", "b": "1", "c": "1", "gone": "1"}, armed: map[string]bool{}}
}

func state(v string) State { return NewState(v, v) }

func (w *world) Observe(_ context.Context, _, target string) (State, error) {
	return state(w.values[target]), nil
}

func (w *world) Set(_ context.Context, s *Step, to State) error {
	if s.Target == w.failing && to.Equal(s.After) {
		return errors.New("it can't be set")
	}
	if err := fault("set"); err != nil {
		return err
	}
	w.values[s.Target] = to.Summary
	return fault("was set")
}

func (w *world) Validate(context.Context, []*Step) error { return w.invalid }

func (w *world) Trigger(_ context.Context, t Trigger) error {
	w.triggered = append(w.triggered, string(t.Verb)+" "+t.Unit)
	return nil
}

func (w *world) Arm(_ context.Context, id string, _, _ time.Duration) error {
	w.armed[id] = true
	return fault("armed")
}

func (w *world) Clean() error { return fault("clean") }

func (w *world) Await(context.Context, string, time.Duration) error { return fault("awaited") }

func (w *world) Disarm(_ context.Context, id string) error {
	delete(w.armed, id)
	return nil
}

func (w *world) engine(dir string) *Engine {
	return &Engine{Store: Store{dir}, Hands: w, Switch: w, Boot: "boot 1", Login: "login 1", Check: func(context.Context, []plan.Source) error { return nil }}
}

func step(target, before, after string, risk plan.Risk, controls ...string) *Step {
	s := &Step{Effect: "file", Target: target, Before: state(before), After: state(after), Risk: risk}
	for _, c := range controls {
		s.Sources = append(s.Sources, plan.Source{Benchmark: "b", Control: c})
	}
	return s
}

// planOf is a plan of a host whose clock runs backwards.
func planOf(id string, steps ...*Step) *plan.Plan {
	backwards = backwards.Add(-time.Hour)
	p := &plan.Plan{SchemaName: plan.Schema, ID: id, Time: backwards}
	for _, s := range steps {
		p.Changes = append(p.Changes, s.Change())
	}
	return p
}

var backwards = time.Now()

func threeSteps() []*Step {
	a, b, c := step("a", "1", "2", plan.Safe, "1.1"), step("b", "1", "2", plan.Lockout, "1.2"), step("gone", "1", "", plan.Safe, "1.3")
	a.Triggers = []Trigger{{Reload, "x.service"}, {DaemonReload, ""}}
	b.Triggers = []Trigger{{Restart, "x.service"}, {Reload, "y.service"}}
	return []*Step{a, b, c}
}

var (
	before = newWorld().values
	after  = map[string]string{"a": "2", "b": "2", "c": "1", "gone": ""}
)

func TestApplyDoesAllStepsAndWhatFollowsOnce(t *testing.T) {
	w := newWorld()
	steps := threeSteps()
	j, err := w.engine(t.TempDir()).Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(w.values, after) {
		t.Errorf("the host is %v", w.values)
	}
	if got := strings.Join(w.triggered, ", "); got != "daemon-reload , reload y.service, restart x.service" {
		t.Errorf("what followed: %s", got)
	}
	if j.Status() != StatusKept || len(w.armed) != 0 {
		t.Errorf("status %s, armed %v", j.Status(), w.armed)
	}
}

// crash is what a test panics with in place of a kill -9.
type crash struct{ point string }

// dying runs do until it dies at the n-th point, and tells whether it did.
func dying(n int, do func()) (died bool, points int) {
	old := fault
	defer func() {
		fault = old
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			died = true
		}
	}()
	fault = func(point string) error {
		if points++; points == n {
			panic(crash{point})
		}
		return nil
	}
	do()
	return false, points
}

func TestAfterACrashAtAnyPointEverythingIsAppliedOrNothingIs(t *testing.T) {
	for _, within := range []time.Duration{0, time.Hour} {
		for n := 1; ; n++ {
			w, dir := newWorld(), t.TempDir()
			steps := threeSteps()
			died, points := dying(n, func() {
				_, _ = w.engine(dir).Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute, Within: within})
			})
			if !died {
				if points < 20 {
					t.Errorf("only %d points were passed", points)
				}
				break
			}
			recovered(t, w, dir, n)
		}
	}
}

// recovered has the guard act after a crash, crash itself at each point, and act again.
func recovered(t *testing.T, w *world, dir string, at int) {
	t.Helper()
	for m := 1; ; m++ {
		died, _ := dying(m, func() {
			if err := w.engine(dir).Recover(t.Context(), "", "test", false); err != nil {
				t.Fatalf("crash at %d: recovery: %v", at, err)
			}
		})
		if !died {
			break
		}
	}
	all, err := Store{dir}.All()
	if err != nil && len(all) == 0 {
		all = nil // it died while the journal was made
	}
	want := before
	if len(all) > 0 && all[0].Status() == StatusKept {
		want = after
	}
	if !maps.Equal(w.values, want) {
		t.Errorf("crash at %d: the host is %v, and should be %v", at, w.values, want)
	}
	if id, err := (Store{dir}).Pending(); id != "" || err != nil {
		t.Errorf("crash at %d: %s still awaits something (%v)", at, id, err)
	}
	if len(w.armed) > 0 {
		t.Errorf("crash at %d: the switch is still armed: %v", at, w.armed)
	}
}

func TestAFullDiskAtAnyPointLeavesNothingHalfDone(t *testing.T) {
	old := fault
	defer func() { fault = old }()
	for n := 1; ; n++ {
		w, dir := newWorld(), t.TempDir()
		steps := threeSteps()
		points := 0
		fault = func(string) error {
			if points++; points == n {
				return syscall.ENOSPC
			}
			return nil
		}
		e := w.engine(dir)
		j, err := e.Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute})
		if points < n {
			break
		}
		want := before
		if err == nil || j != nil && j.Status() == StatusKept {
			want = after
		} else if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("at %d: the error does not say why: %v", n, err)
		}
		if err := e.Recover(t.Context(), "", "test", false); err != nil {
			t.Errorf("at %d: %v", n, err)
		}
		if !maps.Equal(w.values, want) {
			t.Errorf("at %d: the host is %v, and should be %v (%v)", n, w.values, want, err)
		}
	}
}

func TestWhatFailsIsRolledBack(t *testing.T) {
	for name, spoil := range map[string]func(*world, *Engine){
		"a step that can't be done": func(w *world, _ *Engine) { w.failing = "gone" },
		"a check that fails": func(_ *world, e *Engine) {
			e.Check = func(context.Context, []plan.Source) error { return errors.New("no answer") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			e := w.engine(t.TempDir())
			spoil(w, e)
			steps := threeSteps()
			j, err := e.Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute})
			var back *RolledBackError
			if !errors.As(err, &back) || j.Status() != StatusRolledBack {
				t.Fatalf("%v, %s", err, j.Status())
			}
			if !maps.Equal(w.values, before) {
				t.Errorf("the host is %v", w.values)
			}
		})
	}
}

func TestWhatIsNotAcceptedChangesNothing(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"a validator says no":           func(w *world) { w.invalid = errors.New("syntax error") },
		"the host has moved since then": func(w *world) { w.values["b"] = "9" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			spoil(w)
			was := maps.Clone(w.values)
			steps := threeSteps()
			_, err := w.engine(t.TempDir()).Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute})
			if !errors.Is(err, ErrNothingDone) {
				t.Errorf("%v", err)
			}
			if !maps.Equal(w.values, was) {
				t.Errorf("the host is %v", w.values)
			}
		})
	}
}

func applyTo(t *testing.T, e *Engine, id string, within time.Duration, steps ...*Step) *Journal {
	t.Helper()
	j, err := e.Apply(t.Context(), planOf(id, steps...), steps, ApplyOptions{Limit: time.Minute, Within: within})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestRollingBackIsThreeWay(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	applyTo(t, e, "one", 0, threeSteps()...)
	w.values["a"] = "9" // somebody
	w.values["b"] = "1" // somebody, as it was before
	j, conflicts, err := e.Undo(t.Context(), "one", "test", UndoOptions{})
	if err != nil || len(conflicts) != 1 || !strings.Contains(conflicts[0], `it was "1", became "2" by the transaction, and somebody has made it "9" since`) {
		t.Fatalf("%v, conflicts %v", err, conflicts)
	}
	if j.Status() != StatusConflict || w.values["a"] != "9" || w.values["gone"] != "1" {
		t.Errorf("%s, %v", j.Status(), w.values)
	}
	// Once the conflict is gone, it can be ended.
	w.values["a"] = "2"
	if _, conflicts, err = e.Undo(t.Context(), "one", "test", UndoOptions{}); err != nil || len(conflicts) > 0 || !maps.Equal(w.values, before) {
		t.Errorf("%v, %v, %v", err, conflicts, w.values)
	}
}

func TestTheSwitchOverridesConflictsThatCouldLockOut(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	applyTo(t, e, "one", time.Hour, threeSteps()...)
	w.values["a"], w.values["b"] = "9", "9"
	if err := e.Recover(t.Context(), "", "late", false); err != nil {
		t.Fatal(err)
	}
	if w.values["b"] != "1" || w.values["a"] != "9" {
		t.Errorf("the host is %v", w.values)
	}
}

func TestTransactionsAreUndoneInOrderOrNotAtAll(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	applyTo(t, e, "one", 0, step("a", "1", "2", plan.Safe, "1"), step("b", "1", "2", plan.Safe, "1"))
	applyTo(t, e, "two", 0, step("a", "2", "3", plan.Safe, "2"))
	applyTo(t, e, "three", 0, step("c", "1", "2", plan.Safe, "3"))
	all, err := e.Store.All()
	if err != nil || len(all) != 3 || all[0].ID != "one" || all[1].ID != "two" || all[2].ID != "three" {
		t.Errorf("they are listed as %v (%v)", all, err)
	}
	if _, _, err := e.Undo(t.Context(), "one", "test", UndoOptions{}); err == nil || !strings.Contains(err.Error(), "roll that back first (holdfast rollback two)") {
		t.Errorf("%v", err)
	}
	for _, id := range []string{"two", "one"} {
		if _, _, err := e.Undo(t.Context(), id, "test", UndoOptions{}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if want := map[string]string{"a": "1", "b": "1", "c": "2", "gone": "1"}; !maps.Equal(w.values, want) {
		t.Errorf("the host is %v", w.values)
	}
}

func TestOnlyANewLoginConfirmsWhatCouldLockOut(t *testing.T) {
	w := newWorld()
	dir := t.TempDir()
	first := w.engine(dir)
	first.Logins = func() []string { return []string{"login 0", "login 1"} }
	applyTo(t, first, "one", time.Hour, threeSteps()...)
	if _, err := w.engine(dir).Apply(t.Context(), planOf("two"), threeSteps(), ApplyOptions{}); !errors.Is(err, ErrNothingDone) {
		t.Errorf("a second transaction while the first one waits: %v", err)
	}
	for login, ok := range map[string]bool{"login 0": false, "login 1": false, "": false} {
		e := w.engine(dir)
		e.Login = login
		if _, err := e.Confirm(t.Context(), "one"); (err == nil) != ok {
			t.Errorf("login %q: %v", login, err)
		}
	}
	e := w.engine(dir)
	e.Login = "login 2"
	j, err := e.Confirm(t.Context(), "")
	if err != nil || j.Status() != StatusKept || !maps.Equal(w.values, after) {
		t.Errorf("%v, %v", err, w.values)
	}
	if _, err := e.Confirm(t.Context(), ""); err == nil {
		t.Error("it was confirmed twice")
	}
}

func TestACanaryKeepsWhatCameBeforeTheFirstFailure(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	e.Check = func(_ context.Context, expected []plan.Source) error {
		if expected[0].Control == "1.2" {
			return fmt.Errorf("%s fails", expected[0])
		}
		return nil
	}
	steps := threeSteps()
	j, err := e.Apply(t.Context(), planOf("one", steps...), steps, ApplyOptions{Limit: time.Minute, Canary: true})
	var stopped *StoppedError
	if !errors.As(err, &stopped) || stopped.Control.Control != "1.2" || j.Status() != StatusKept {
		t.Fatalf("%v, %s", err, j.Status())
	}
	if want := map[string]string{"a": "2", "b": "1", "c": "1", "gone": "1"}; !maps.Equal(w.values, want) {
		t.Errorf("the host is %v", w.values)
	}
	if _, conflicts, err := e.Undo(t.Context(), "one", "test", UndoOptions{}); err != nil || len(conflicts) > 0 || !maps.Equal(w.values, before) {
		t.Errorf("%v, %v, %v", err, conflicts, w.values)
	}
}

func TestATornJournalIsReadUpToTheTear(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	j := applyTo(t, e, "one", time.Hour, threeSteps()...)
	text, err := os.ReadFile(j.dir + "/log")
	if err != nil {
		t.Fatal(err)
	}
	for n := range text {
		if err := write(j.dir+"/log", text[:n]); err != nil {
			t.Fatal(err)
		}
		got, err := e.Store.Load("one")
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if len(got.Records) > len(j.Records) {
			t.Fatalf("cut at %d: %d records", n, len(got.Records))
		}
	}
}
