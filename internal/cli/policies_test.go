package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/policies"
)

func loadShipped(t *testing.T) *benchmarks.Bundle {
	t.Helper()
	b, diags := benchmarks.Load(policies.FS, facts.NewSchema(append(linux.Sources(), facts.Builtin()...)))
	for _, d := range diags {
		t.Error(d)
	}
	if t.Failed() {
		t.FailNow()
	}
	return b
}

// TestShippedPolicies runs the tests beside the shipped benchmarks and demands that each control is shown to pass and to
// fail, or to be for a person.
func TestShippedPolicies(t *testing.T) {
	b := loadShipped(t)
	results, diags := b.Test(context.Background(), policies.FS)
	for _, d := range diags {
		t.Error(d)
	}
	if len(results) == 0 {
		t.Fatal("no tests were found")
	}
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("%s:%d %s: %s is %s, want %s: %s\n%s", r.File, r.Range.Start.Line, r.Name, f.Control, f.Got, f.Want, f.Reason, f.Explanation)
		}
	}
	shown := map[string]map[string]bool{}
	for _, r := range results {
		for control, want := range r.Expect {
			if shown[control] == nil {
				shown[control] = map[string]bool{}
			}
			shown[control][want.String()] = true
		}
	}
	for _, bench := range b.Benchmarks {
		for _, c := range bench.Controls {
			v := shown[c.ID]
			needs := []string{"pass", "fail"}
			if slices.ContainsFunc(c.Demands, func(d benchmarks.Demand) bool { return d.Form == "manual" }) {
				needs = []string{"manual"}
			}
			if c.Applies != "" {
				needs = append(needs, "not_applicable")
			}
			for _, n := range needs {
				if !v[n] {
					t.Errorf("%s %s: no test shows the verdict %s (shown: %v)", bench.ID, c.ID, n, slices.Sorted(maps.Keys(v)))
				}
			}
		}
	}
}

// TestEveryFactIsReadByAShippedControl keeps facts from being written for nobody.
func TestEveryFactIsReadByAShippedControl(t *testing.T) {
	b := loadShipped(t)
	read := map[string]bool{"host": true, "database": true} // by applies_to
	for _, bench := range b.Benchmarks {
		for _, c := range bench.Controls {
			for _, name := range c.Facts() {
				read[name] = true
			}
		}
	}
	for _, s := range linux.Sources() {
		if name := s.Describe().Name; !read[name] {
			t.Errorf("no shipped control reads %s", name)
		}
	}
}

// TestShippedControlsSpeakPlainly holds the words of controls to what a report can show.
func TestShippedControlsSpeakPlainly(t *testing.T) {
	for _, bench := range loadShipped(t).Benchmarks {
		for _, c := range bench.Controls {
			switch {
			case len(c.Title) > 80:
				t.Errorf("%s: the title has %d characters", c.ID, len(c.Title))
			case strings.HasSuffix(c.Title, "."):
				t.Errorf("%s: a title is no sentence with a full stop", c.ID)
			case c.Why == "" || !strings.HasSuffix(c.Why, "."):
				t.Errorf("%s: the reason is missing or no sentence", c.ID)
			case len(c.Refs) == 0:
				t.Errorf("%s: no references", c.ID)
			}
		}
	}
}
