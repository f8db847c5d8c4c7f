package remediate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/zclconf/go-cty/cty"
)

// Draft is a plan in the making: the host as it would be once the steps so far were done. What several controls change
// in one place becomes one step. It is not for concurrent use.
type Draft struct {
	set     *facts.Set
	hands   Hands
	maxRisk plan.Risk

	steps  map[string]*Step // by effect and target
	order  []string
	claims map[string]claim

	// of the call that is being planned
	kind    string
	risk    plan.Risk
	source  plan.Source
	touched map[string]bool
}

type claim struct {
	value string
	by    plan.Source
}

// NewDraft begins a plan for the host that set and hands speak of.
func NewDraft(set *facts.Set, hands Hands) *Draft {
	return &Draft{set: set, hands: hands, maxRisk: plan.Manual, steps: map[string]*Step{}, claims: map[string]claim{}}
}

// Call is one fix that is to be planned: a kind, with arguments that are all known.
type Call struct {
	Kind   string
	Args   cty.Value
	Source plan.Source
	For    string // the one of several that the fix goes over
}

// Plan has an action plan one call. What it began and could not finish is taken back. It tells whether there is anything
// to do.
func (d *Draft) Plan(ctx context.Context, a Action, c Call) (changes bool, err error) {
	desc := a.Describe()
	d.kind, d.risk, d.source, d.touched = desc.Kind, desc.Risk, c.Source, map[string]bool{}
	undo := d.snapshot()
	if err := a.Plan(ctx, d, c.Args); err != nil {
		d.restore(undo)
		return false, err
	}
	for key := range d.touched {
		if s := d.steps[key]; s != nil && s.Risk > d.maxRisk {
			why := Refuse("%s has risk %s, above %s: --max-risk %s includes it", s, s.Risk, d.maxRisk, s.Risk)
			d.restore(undo)
			return false, why
		}
	}
	return len(d.touched) > 0, nil
}

type snapshot struct {
	steps  map[string]Step
	order  int
	claims map[string]claim
}

func (d *Draft) snapshot() snapshot {
	s := snapshot{steps: map[string]Step{}, order: len(d.order), claims: map[string]claim{}}
	for k, v := range d.steps {
		c := *v
		c.Sources, c.Triggers = slices.Clone(v.Sources), slices.Clone(v.Triggers)
		c.Validate, c.Affects = slices.Clone(v.Validate), slices.Clone(v.Affects)
		s.steps[k] = c
	}
	for k, v := range d.claims {
		s.claims[k] = v
	}
	return s
}

func (d *Draft) restore(s snapshot) {
	d.steps = map[string]*Step{}
	for k, v := range s.steps {
		d.steps[k] = &v
	}
	d.order, d.claims = d.order[:s.order], s.claims
}

// Fact is a fact of the host, with the arguments that it takes. It is as the host is now, without the steps of the draft.
func (d *Draft) Fact(ctx context.Context, name string, args ...string) (cty.Value, error) {
	values := make([]cty.Value, len(args))
	for i, a := range args {
		values[i] = cty.StringVal(a)
	}
	desc, ok := d.set.Schema()[name]
	if !ok {
		return cty.NilVal, fmt.Errorf("there is no fact %q", name)
	}
	subject, err := desc.Subject(values)
	if err != nil {
		return cty.NilVal, err
	}
	return d.set.Read(ctx, facts.Key{Fact: name, Subject: subject}).Value, ctx.Err()
}

// Source is the control for which is being planned.
func (d *Draft) Source() plan.Source { return d.source }

// Claim says that the control being planned wants a setting to have a value. It is an error when another one of the
// plan wants another value: then the policies contradict each other, and a person has to choose.
func (d *Draft) Claim(setting, value string) error {
	c, ok := d.claims[setting]
	if ok && c.value != value {
		return Refuse("%s wants %s to be %q, and %s wants %q: tailor one of them", c.by, setting, c.value, d.source, value)
	}
	if !ok {
		d.claims[setting] = claim{value, d.source}
	}
	return nil
}

// Options say more about a step. Those of all calls that change one target add up.
type Options struct {
	Stage    Stage
	Risk     plan.Risk // at least that of the action
	Triggers []Trigger
	Validate []string
	Undo     string // why it can't be undone, or what undoing leaves
	OneWay   bool   // it can't be undone at all
	AtBoot   bool
	Later    bool // see Change
	Affects  []string
	Diff     string
	Account  *Account // whose directories the file lies in, where they are not root's
}

// State is what a target is, as the steps so far would leave it.
func (d *Draft) State(ctx context.Context, effect, target string) (State, error) {
	if s := d.steps[effect+" "+target]; s != nil {
		return s.After, nil
	}
	return d.hands.Observe(ctx, effect, target)
}

// Before is what a target is without the steps so far.
func (d *Draft) Before(ctx context.Context, effect, target string) (State, error) {
	if s := d.steps[effect+" "+target]; s != nil {
		return s.Before, nil
	}
	return d.hands.Observe(ctx, effect, target)
}

// Set says what a target shall be. When it is so already, there is no step.
func (d *Draft) Set(ctx context.Context, effect, target string, after State, o Options) error {
	key := effect + " " + target
	s := d.steps[key]
	if s == nil {
		before, err := d.hands.Observe(ctx, effect, target)
		if err != nil {
			return err
		}
		if before.Equal(after) {
			return nil
		}
		s = &Step{Effect: effect, Target: target, Before: before, Kind: d.kind}
		d.steps[key] = s
		d.order = append(d.order, key)
	}
	s.After = after
	d.add(s, o)
	return nil
}

func (d *Draft) add(s *Step, o Options) {
	s.Risk = max(s.Risk, d.risk, o.Risk)
	if o.OneWay {
		s.Risk = max(s.Risk, plan.OneWay)
	}
	s.Stage = max(s.Stage, o.Stage)
	s.OneWay, s.AtBoot, s.Later = s.OneWay || o.OneWay, s.AtBoot || o.AtBoot, s.Later || o.Later
	if o.Undo != "" {
		s.Undo = o.Undo
	}
	if o.Diff != "" {
		s.Diff = o.Diff
	}
	if o.Account != nil {
		s.Account = o.Account
	}
	s.Sources = union(s.Sources, d.source)
	s.Triggers = union(s.Triggers, o.Triggers...)
	s.Validate = union(s.Validate, o.Validate...)
	s.Affects = union(s.Affects, o.Affects...)
	d.touched[s.Effect+" "+s.Target] = true
}

func union[T comparable](list []T, more ...T) []T {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// File is what lies at a path, as the steps so far would leave it.
func (d *Draft) File(ctx context.Context, name string) (File, error) {
	var f File
	s, err := d.State(ctx, "file", name)
	if err == nil {
		err = json.Unmarshal(s.Data, &f)
	}
	if err != nil {
		return f, err
	}
	if m := d.steps["mode "+name]; m != nil {
		var mode File
		if err := json.Unmarshal(m.After.Data, &mode); err != nil {
			return f, err
		}
		f.Mode, f.UID, f.GID = mode.Mode, mode.UID, mode.GID
	}
	return f, nil
}

// SetFile says what shall lie at a path: all of it. The directory is made where it is missing.
func (d *Draft) SetFile(ctx context.Context, name string, f File, o Options) error {
	if !path.IsAbs(name) || path.Clean(name) != name {
		return fmt.Errorf("%q is not a clean absolute path", name)
	}
	o.Stage = max(o.Stage, Files)
	if err := d.parents(ctx, path.Dir(name)); err != nil {
		return err
	}
	if m := d.steps["mode "+name]; m != nil { // one step for the whole file then
		o = Options{
			Stage: o.Stage, Risk: max(o.Risk, m.Risk), Triggers: union(o.Triggers, m.Triggers...), Validate: union(o.Validate, m.Validate...),
			Undo: o.Undo, OneWay: o.OneWay, AtBoot: o.AtBoot, Later: o.Later, Affects: union(o.Affects, m.Affects...), Diff: o.Diff, Account: o.Account,
		}
		d.drop("mode " + name)
		if err := d.Set(ctx, "file", name, NewState(f.Summary(), f), o); err != nil {
			return err
		}
		if s := d.steps["file "+name]; s != nil {
			s.Sources = union(m.Sources, s.Sources...)
		}
	} else if err := d.Set(ctx, "file", name, NewState(f.Summary(), f), o); err != nil {
		return err
	}
	return d.diff(name, f)
}

func (d *Draft) drop(key string) {
	delete(d.steps, key)
	d.order = slices.DeleteFunc(slices.Clone(d.order), func(k string) bool { return k == key })
}

// parents plans the directories that are missing above a file.
func (d *Draft) parents(ctx context.Context, dir string) error {
	if dir == "/" || d.steps["file "+dir] != nil {
		return nil
	}
	s, err := d.hands.Observe(ctx, "mode", dir)
	if err != nil {
		return err
	}
	var f File
	if err := json.Unmarshal(s.Data, &f); err != nil {
		return err
	}
	if f.Type != Absent {
		return nil
	}
	return d.SetFile(ctx, dir, File{Type: Directory, Mode: 0o755}, Options{})
}

// hidden stands for the diff of a file that is not shown.
const hidden = "(its content is not shown)\n"

func (d *Draft) diff(name string, after File) error {
	s := d.steps["file "+name]
	if s == nil {
		return nil
	}
	var before File
	if err := json.Unmarshal(s.Before.Data, &before); err != nil {
		return err
	}
	if before.Type != Regular && before.Type != Absent || after.Type != Regular && after.Type != Absent {
		return nil
	}
	s.Secret = s.Secret || after.Secret // once for all: a later call may not know
	before.Secret, after.Secret = s.Secret, s.Secret
	if s.Secret && s.Diff != "" && !strings.HasPrefix(s.Diff, hidden) {
		return nil // what whoever knows the file says of it
	}
	if !before.text() || !after.text() {
		s.Diff = hidden
		return nil
	}
	s.Diff = string(diff.Diff(name, before.Content, name, after.Content))
	return nil
}

// Mode is mode and owner of a path, as the steps so far would leave them. Its content is not looked at.
func (d *Draft) Mode(ctx context.Context, name string) (File, error) {
	if d.steps["file "+name] != nil {
		f, err := d.File(ctx, name)
		f.Content = nil
		return f, err
	}
	var f File
	s, err := d.State(ctx, "mode", name)
	if err == nil {
		err = json.Unmarshal(s.Data, &f)
	}
	return f, err
}

// SetMode says what mode and owner a path shall have, given what Mode gave.
func (d *Draft) SetMode(ctx context.Context, name string, f File, o Options) error {
	o.Stage = max(o.Stage, Files)
	if s := d.steps["file "+name]; s != nil {
		whole, err := d.File(ctx, name)
		if err != nil {
			return err
		}
		whole.Mode, whole.UID, whole.GID = f.Mode, f.UID, f.GID
		return d.SetFile(ctx, name, whole, o)
	}
	return d.Set(ctx, "mode", name, NewState(f.ModeSummary(), f), o)
}

// Written is the line that says in a file who wrote it, without the comment's sign.
const Written = "Written by Holdfast for "

// DropIn changes a file that is wholly ours: lines without the header, which is renewed to name the controls. edit gets
// the lines that are there.
func (d *Draft) DropIn(ctx context.Context, name, comment string, edit func(lines []string) []string, o Options) error {
	f, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	var lines, controls []string
	switch f.Type {
	case Absent:
		f = File{Type: Regular, Mode: 0o644}
	case Regular:
		text := strings.TrimSuffix(string(f.Content), "\n")
		first, rest, _ := strings.Cut(text, "\n")
		list, ours := strings.CutPrefix(first, comment+" "+Written)
		if !ours {
			return Refuse("%s is there and Holdfast did not write it", name)
		}
		controls = strings.Split(strings.TrimSuffix(list, "."), ", ")
		if rest != "" {
			lines = strings.Split(rest, "\n")
		}
	default:
		return Refuse("%s is a %s", name, f.Type)
	}
	edited := edit(slices.Clone(lines))
	if slices.Equal(edited, lines) && d.steps["file "+name] == nil {
		return nil // so already, for whichever controls
	}
	controls = union(controls, d.source.Control)
	slices.SortFunc(controls, compareControls)
	f.Content = []byte(comment + " " + Written + strings.Join(controls, ", ") + ".\n" + strings.Join(edited, "\n") + "\n")
	return d.SetFile(ctx, name, f, o)
}

// compareControls orders 1.2 before 1.10.
func compareControls(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		if c := len(as[i]) - len(bs[i]); c != 0 {
			return c
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return len(as) - len(bs)
}

// Steps are the steps in the order in which they have to be done. Those that came to nothing are left out.
func (d *Draft) Steps() []*Step {
	var out []*Step
	for _, key := range d.order {
		if s := d.steps[key]; s != nil && !s.Before.Equal(s.After) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *Step) int { return int(a.Stage) - int(b.Stage) })
	return out
}

// Refusal is the reason when an error is a refusal.
func Refusal(err error) (string, bool) {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Reason, true
	}
	return "", false
}

// Changes tells whether there is a step for a target.
func (d *Draft) Changes(effect, target string) bool { return d.steps[effect+" "+target] != nil }

// Now is the host's clock.
func (d *Draft) Now() time.Time { return d.set.Now() }
