// Package plugintest is a test that the authors of plugins run on their program: it is started as Holdfast starts it, must
// offer what policies can deal with, answer for its facts, and plan so that a second plan has nothing to do.
package plugintest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/launch"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

// Options say what to try beside the facts that take no argument, all of which are collected.
type Options struct {
	Keys  []facts.Key // of facts that take arguments
	Fixes []Fix
	Units []string // that the actions may have reloaded or restarted
}

// Fix is one fix that is planned on a host which has only these files.
type Fix struct {
	Kind  string
	Args  map[string]cty.Value // those that a policy would give
	Files map[string]string    // the content of each, by its path, before
	Want  map[string]string    // and after; empty: the fix is to be refused
}

// Run runs the test on a program.
func Run(t testing.TB, program string, o Options) {
	t.Helper()
	spec := specOf(t, program, o)
	plugin := launch.New(spec, launch.Options{AnyOwner: true, NoUnit: true})
	defer plugin.Close()
	described, err := plugin.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(t, described, o) {
		collect(t, plugin, key)
	}
	for _, f := range o.Fixes {
		f.run(t, plugin, described)
	}
}

// specOf names all that the program offers, as an administrator would.
func specOf(t testing.TB, program string, o Options) *launch.Spec {
	t.Helper()
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	spec := &launch.Spec{Name: "plugin", Path: program, SHA256: hex.EncodeToString(sum[:]), MemoryMiB: 256, CPUPercent: 100, Units: o.Units}
	for _, f := range o.Fixes {
		spec.Writes = append(append(spec.Writes, slices.Collect(maps.Keys(f.Files))...), slices.Collect(maps.Keys(f.Want))...)
	}
	first := launch.New(spec, launch.Options{AnyOwner: true, NoUnit: true})
	defer first.Close()
	if spec.Facts, spec.Actions, err = first.Offers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(spec.Facts)+len(spec.Actions) == 0 {
		t.Fatal("it offers neither facts nor actions")
	}
	return spec
}

func keysOf(t testing.TB, described *launch.Description, o Options) []facts.Key {
	t.Helper()
	keys := slices.Clone(o.Keys)
	for _, d := range described.Facts {
		if len(d.Args) == 0 {
			keys = append(keys, facts.Key{Fact: d.Name})
		} else if !slices.ContainsFunc(o.Keys, func(k facts.Key) bool { return k.Fact == d.Name }) {
			t.Errorf("the fact %s takes arguments: give the test a key of it", d.Name)
		}
		for _, a := range d.Shape.Attrs {
			if a.Doc == "" {
				t.Errorf("the fact %s: %s has no doc", d.Name, a.Path)
			}
		}
	}
	return keys
}

// collect reads a fact: what it says must be of its type, and what is unknown have a reason of its own.
func collect(t testing.TB, plugin *launch.Plugin, key facts.Key) {
	t.Helper()
	v, err := plugin.Collect(t.Context(), key)
	if err != nil {
		t.Errorf("%s: %v", key, err)
		return
	}
	for _, r := range v.Reasons {
		if strings.HasSuffix(r.Text, "does not say why") || strings.Contains(r.Text, "which is a bug") {
			t.Errorf("%s: %s is unknown: %s", key, r.Path, r.Text)
		}
	}
}

func (f Fix) run(t testing.TB, plugin *launch.Plugin, described *launch.Description) {
	t.Helper()
	i := slices.IndexFunc(described.Kinds, func(k launch.Kind) bool { return k.Name == f.Kind })
	if i < 0 {
		t.Fatalf("it does not offer the kind of fix %s", f.Kind)
	}
	actions, err := plugin.Actions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args := f.arguments(t, described.Kinds[i])
	host := files(f.Files)
	steps, err := planned(t.Context(), actions[i], args, host)
	if f.Want == nil {
		var refused *remediate.RefusedError
		if !asRefused(err, &refused) {
			t.Errorf("it is not refused: %d steps, %v", len(steps), err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	after := maps.Clone(host)
	if after == nil {
		after = files{}
	}
	for _, s := range steps {
		after.carryOut(t, s)
	}
	for name, want := range f.Want {
		if got, ok := after[name]; !ok || got != want {
			t.Errorf("%s is\n%s\nand should be\n%s", name, got, want)
		}
	}
	if again, err := planned(t.Context(), actions[i], args, after); err != nil || len(again) > 0 {
		t.Errorf("planned again, it has %d steps, %v; a fix that is done has none", len(again), err)
	}
}

// arguments are those given, and null for the others.
func (f Fix) arguments(t testing.TB, k launch.Kind) cty.Value {
	t.Helper()
	attrs := map[string]cty.Value{}
	for _, a := range k.Args {
		attrs[a.Name] = cty.NullVal(a.Type)
		if v, ok := f.Args[a.Name]; ok {
			if !v.Type().Equals(a.Type) {
				t.Fatalf("the argument %s is a %s, and takes a %s", a.Name, v.Type().FriendlyName(), a.Type.FriendlyName())
			}
			attrs[a.Name] = v
		} else if a.Required {
			t.Fatalf("the argument %s is required", a.Name)
		}
	}
	for name := range f.Args {
		if _, ok := attrs[name]; !ok {
			t.Fatalf("there is no argument %s", name)
		}
	}
	return cty.ObjectVal(attrs)
}

func asRefused(err error, as **remediate.RefusedError) bool {
	r, ok := err.(*remediate.RefusedError) //nolint:errorlint // a plugin's refusal comes as it is
	*as = r
	return ok
}

func planned(ctx context.Context, a remediate.Action, args cty.Value, host files) ([]*remediate.Step, error) {
	d := remediate.NewDraft(facts.NewSet(ctx, facts.Host{}, nil), host)
	_, err := d.Plan(ctx, a, remediate.Call{Kind: a.Describe().Kind, Args: args, Source: plan.Source{Benchmark: "test", Control: "1"}})
	return d.Steps(), err
}

// files are the hands of a host that has nothing but some files of root.
type files map[string]string

// Observe implements remediate.Hands.
func (h files) Observe(_ context.Context, effect, target string) (remediate.State, error) {
	var f remediate.File
	content, ok := h[target]
	switch {
	case effect != "file" && effect != "mode":
		return remediate.State{}, fmt.Errorf("the host of the test has files alone, and no effect %q", effect)
	case ok:
		f = remediate.File{Type: remediate.Regular, Mode: 0o644}
		if effect == "file" {
			f.Content = []byte(content)
		}
	case slices.ContainsFunc(slices.Collect(maps.Keys(h)), func(n string) bool { return strings.HasPrefix(n, target+"/") }):
		f = remediate.File{Type: remediate.Directory, Mode: 0o755}
	}
	return remediate.NewState(f.Summary(), f), nil
}

func (h files) carryOut(t testing.TB, s *remediate.Step) {
	t.Helper()
	var f remediate.File
	if err := json.Unmarshal(s.After.Data, &f); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	switch {
	case s.Effect != "file":
	case f.Type == remediate.Regular:
		h[s.Target] = string(f.Content)
	case f.Type == remediate.Absent:
		delete(h, s.Target)
	}
}

// Set, Validate and Trigger implement remediate.Hands; planning does none of it.
func (files) Set(context.Context, *remediate.Step, remediate.State) error { return errPlanning }

// Validate implements remediate.Hands.
func (files) Validate(context.Context, []*remediate.Step) error { return errPlanning }

// Trigger implements remediate.Hands.
func (files) Trigger(context.Context, remediate.Trigger) error { return errPlanning }

var errPlanning = fmt.Errorf("planning changes nothing")
