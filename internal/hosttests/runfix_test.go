package hosttests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/holdfast-agent/holdfast/remediate/effects"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// fix is one fix that a test asks for: a kind and its arguments.
type fix struct {
	kind string
	args map[string]any
}

// fixes plan, apply and roll back transactions on one host, through the program runfix.
type fixes struct {
	t    *testing.T
	host *testhost.Host
	n    int
	// limits of the package manager; its own when zero
	limits effects.PackageLimits
}

// outcome is what came of it.
type outcome struct {
	ID      string
	Changes []plan.Change
	Refused []string
	Error   string
}

func (f *fixes) do(what, id string, list ...fix) outcome {
	f.t.Helper()
	type wish struct {
		Kind, Control string
		Args          map[string]any
	}
	order := struct {
		Do, ID string
		Calls  []wish
		Limits effects.PackageLimits
	}{Do: what, ID: id, Limits: f.limits}
	for i, x := range list {
		order.Calls = append(order.Calls, wish{x.kind, fmt.Sprintf("1.%d", i+1), x.args})
	}
	stdin, err := json.Marshal(order)
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(f.t.Context(), 3*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := f.host.Command(ctx, install(f.t, f.host, "runfix"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		f.t.Fatalf("runfix: %v\n%s", err, stderr.String())
	}
	out := outcome{ID: id}
	if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
		f.t.Fatalf("runfix: %v\n%s", err, stdout.String())
	}
	return out
}

// plan tells what fixes would come to.
func (f *fixes) plan(list ...fix) outcome {
	f.t.Helper()
	return f.do("plan", "", list...)
}

// apply carries fixes out, none of which may be refused, and sees that doing it again does nothing.
func (f *fixes) apply(list ...fix) outcome {
	f.t.Helper()
	f.n++
	out := f.do("apply", fmt.Sprintf("t%d", f.n), list...)
	if out.Error != "" || len(out.Refused) > 0 {
		f.t.Fatalf("apply %v: %s %q", list, out.Error, out.Refused)
	}
	if again := f.plan(list...); again.Error != "" || len(again.Changes) > 0 || len(again.Refused) > 0 {
		f.t.Errorf("apply %v again: %v %q %s", list, targets(again), again.Refused, again.Error)
	}
	return out
}

// rollback undoes what was applied, all of it.
func (f *fixes) rollback(applied outcome) {
	f.t.Helper()
	if out := f.do("rollback", applied.ID); out.Error != "" || len(out.Refused) > 0 {
		f.t.Fatalf("rollback: %s %q", out.Error, out.Refused)
	}
}

// refused is the reason why a fix is not done.
func (f *fixes) refused(list ...fix) string {
	f.t.Helper()
	out := f.plan(list...)
	if out.Error != "" || len(out.Refused) == 0 {
		f.t.Fatalf("%v is not refused: %v %s", list, targets(out), out.Error)
	}
	return strings.Join(out.Refused, "\n")
}

// targets are the changes as "effect target: before -> after", in their order.
func targets(f outcome) []string {
	var out []string
	for _, c := range f.Changes {
		out = append(out, fmt.Sprintf("%s %s: %s -> %s", c.Effect, c.Target, c.Before, c.After))
	}
	return out
}

// expect compares lines.
func expect(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
