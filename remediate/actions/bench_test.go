package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// bench is a host below a directory on which actions plan.
type bench struct {
	t     *testing.T
	root  rootTree
	draft *remediate.Draft
	calls int
	live  bool // it runs, with the processes in its /proc
}

func newBench(t *testing.T, archive string) *bench {
	t.Helper()
	b := &bench{t: t, root: rootTree(t.TempDir())}
	hosttest.Extract(t, string(b.root), archive)
	b.fresh()
	return b
}

// fresh begins a new plan on the host as it is by now.
func (b *bench) fresh() {
	host := facts.RootHost(string(b.root))
	host.Live = b.live
	host.Now = func() time.Time { return hosttest.Now }
	b.draft = remediate.NewDraft(facts.NewSet(b.t.Context(), host, linux.Sources()), b)
}

// args are the arguments of one call.
type args map[string]any

// plan plans one call, and gives the reason where it is refused.
func (b *bench) plan(kind string, given args) (refused string) {
	b.t.Helper()
	kinds := benchmarks.FixKinds()
	k := kinds[slices.IndexFunc(kinds, func(k benchmarks.FixKind) bool { return k.Name == kind })]
	values := map[string]cty.Value{}
	for _, arg := range k.Args {
		values[arg.Name] = cty.NullVal(arg.Type)
		if v, ok := given[arg.Name]; ok {
			var err error
			if values[arg.Name], err = gocty.ToCtyValue(v, arg.Type); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	b.calls++
	at := slices.IndexFunc(All(), func(a remediate.Action) bool { return a.Describe().Kind == kind })
	_, err := b.draft.Plan(b.t.Context(), All()[at], remediate.Call{Kind: kind, Args: cty.ObjectVal(values), Source: plan.Source{Benchmark: "b", Control: fmt.Sprint("1.", b.calls)}})
	if reason, ok := remediate.Refusal(err); ok {
		return reason
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return ""
}

// want plans a call that is not refused.
func (b *bench) want(kind string, given args) {
	b.t.Helper()
	if why := b.plan(kind, given); why != "" {
		b.t.Errorf("%s %v: %s", kind, given, why)
	}
}

// refuses plans a call that is refused with the words.
func (b *bench) refuses(words, kind string, given args) {
	b.t.Helper()
	if why := b.plan(kind, given); why == "" || !strings.Contains(why, words) {
		b.t.Errorf("%s %v: refused %q, want %q", kind, given, why, words)
	}
}

// carryOut does all that is planned, and begins anew.
func (b *bench) carryOut() {
	b.t.Helper()
	for _, s := range b.draft.Steps() {
		if err := b.Set(b.t.Context(), s, s.After); err != nil {
			b.t.Fatal(err)
		}
	}
	b.fresh()
}

// settled sees that planning the same again comes to nothing.
func (b *bench) settled(kind string, given args) {
	b.t.Helper()
	b.fresh()
	b.want(kind, given)
	for _, s := range b.draft.Steps() {
		b.t.Errorf("%s %v has still to do: %s: %s -> %s\n%s", kind, given, s, s.Before.Summary, s.After.Summary, s.Diff)
	}
}

func (b *bench) file(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.root.at(name))
	if err != nil {
		b.t.Error(err)
	}
	return string(text)
}

// Observe implements remediate.Hands.
func (b *bench) Observe(_ context.Context, effect, target string) (remediate.State, error) {
	switch effect {
	case "file", "mode":
		f, err := b.look(target)
		if effect == "mode" {
			f.Content = nil
		}
		return remediate.NewState(f.Summary(), f), err
	}
	if effect == "account" {
		return remediate.NewEntry(target, b.entry(target)), nil
	}
	return remediate.State{}, fmt.Errorf("no %s on this bench", effect)
}

func (b *bench) look(name string) (f remediate.File, err error) {
	st, err := os.Lstat(b.root.at(name))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	sys := st.Sys().(*syscall.Stat_t)
	f = remediate.File{Type: remediate.Regular, Mode: sys.Mode & 0o7777, UID: sys.Uid - uint32(os.Getuid()), GID: sys.Gid - uint32(os.Getgid())}
	switch {
	case st.IsDir():
		f.Type = remediate.Directory
		return f, nil
	case st.Mode()&fs.ModeSymlink != 0:
		f.Type, f.Mode = remediate.Symlink, 0
		f.Link, err = os.Readlink(b.root.at(name))
		return f, err
	case sys.Nlink > 1:
		return f, fmt.Errorf("%s has %d hard links", name, sys.Nlink)
	}
	f.Content, err = os.ReadFile(b.root.at(name))
	return f, err
}

func (b *bench) entry(target string) remediate.Entry {
	file, name, _ := strings.Cut(target, ":")
	text, _ := os.ReadFile(b.root.at("/etc/" + file))
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, name+":") {
			return remediate.Entry{Present: true, Line: strings.TrimSpace(line)}
		}
	}
	return remediate.Entry{}
}

func (b *bench) setEntry(target string, to remediate.State) error {
	var e remediate.Entry
	if err := json.Unmarshal(to.Data, &e); err != nil {
		return err
	}
	file, _, _ := strings.Cut(target, ":")
	name := b.root.at("/etc/" + file)
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	was := b.entry(target)
	out := string(text)
	switch {
	case was.Present && e.Present:
		out = strings.Replace(out, was.Line, e.Line, 1)
	case was.Present:
		out = strings.Replace(out, was.Line+"\n", "", 1)
	case e.Present:
		out += e.Line + "\n"
	}
	return os.WriteFile(name, []byte(out), 0o600)
}

// Set implements remediate.Hands. Owners are left out.
func (b *bench) Set(_ context.Context, s *remediate.Step, to remediate.State) error {
	if s.Effect == "account" {
		return b.setEntry(s.Target, to)
	}
	f, err := decodeFile(to)
	if err != nil {
		return err
	}
	name := b.root.at(s.Target)
	switch {
	case s.Effect == "mode":
		return syscall.Chmod(name, f.Mode)
	case f.Type == remediate.Absent:
		return os.Remove(name)
	case f.Type == remediate.Directory:
		return os.MkdirAll(name, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, f.Content, 0o600); err != nil {
		return err
	}
	return syscall.Chmod(name, f.Mode)
}

// Validate implements remediate.Hands.
func (b *bench) Validate(context.Context, []*remediate.Step) error { return nil }

// Trigger implements remediate.Hands.
func (b *bench) Trigger(context.Context, remediate.Trigger) error { return nil }

func decodeFile(s remediate.State) (f remediate.File, err error) {
	return f, json.Unmarshal(s.Data, &f)
}

// step is the planned step on a target, whose state shall be a file's.
func (b *bench) step(target string) (s *remediate.Step, after remediate.File) {
	b.t.Helper()
	for _, s := range b.draft.Steps() {
		if s.Target == target {
			f, err := decodeFile(s.After)
			if err != nil {
				b.t.Fatal(err)
			}
			return s, f
		}
	}
	b.t.Fatalf("nothing is planned for %s", target)
	return nil, after
}
