package remediate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func TestWhatComesLaterIsNotExpectedAtOnce(t *testing.T) {
	of := func(control string) plan.Source { return plan.Source{Benchmark: "b", Control: control} }
	steps := []*Step{
		{Effect: "package", Target: "aide", Later: true, Sources: []plan.Source{of("1")}},
		{Effect: "file", Target: "/etc/a", Sources: []plan.Source{of("1"), of("2")}},
		{Effect: "file", Target: "/etc/b", AtBoot: true, Sources: []plan.Source{of("3")}},
		{Effect: "file", Target: "/etc/c", Sources: []plan.Source{of("4")}},
	}
	p := &plan.Plan{Refused: []plan.Refused{{Benchmark: "b", Control: "4"}}}
	for _, s := range steps {
		p.Changes = append(p.Changes, s.Change())
	}
	if diff := cmp.Diff([]plan.Source{of("2")}, Expected(p, steps)); diff != "" {
		t.Error(diff)
	}
}
