package benchmarks

import (
	"context"
	"testing"
)

// TestASmallBenchmarkNeedsNoProfiles shows what goes without saying.
func TestASmallBenchmarkNeedsNoProfiles(t *testing.T) {
	h := newFakeHost()
	b, diags := tryLoad(h, `
benchmark "small" {
  title = "Small"
}
control "1" {
  title = "One"
  pass  = 1 == 1
}
`)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	evaluations, err := b.Evaluate(context.Background(), h.set(), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	e := evaluations[0]
	if e.Profile != "all" || len(e.Results) != 1 || e.Results[0].Verdict != Pass || e.Results[0].Control.Severity != Medium {
		t.Errorf("%+v", e)
	}
	for name, policy := range map[string]string{
		"two profiles and no default": `benchmark "a" {
 title = "A"
 profile "x" { title = "X" }
 profile "y" { title = "Y" }
}`,
		"a control in none of the profiles": `benchmark "a" {
 title = "A"
 profile "x" { title = "X" }
}
control "1" {
 title = "One"
 pass  = 1 == 1
}`,
	} {
		if _, diags := tryLoad(h, policy); !diags.HasErrors() {
			t.Errorf("%s was taken", name)
		}
	}
}
