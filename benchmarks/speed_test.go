package benchmarks

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
)

// manyControls are 300 controls, of which 30 go over a list of 2,000 elements and 100 fail.
func manyControls() string {
	var p strings.Builder
	p.WriteString(policyHead)
	for i := range 300 {
		body := fmt.Sprintf(`pass = sshd.maxauthtries == 6 && file("/etc/%d").exists`, i%50)
		switch {
		case i%10 == 0:
			body = `violations = [for d in tree.dirs : d if !d.sticky && d.owner != "root"]`
		case i%3 == 0:
			body = fmt.Sprintf(`pass = file("/etc/%d").exists && mode_within(file("/etc/%d").mode, "0600") && sshd.permitrootlogin == "no"`, i%50, i%50)
		}
		p.WriteString(control(fmt.Sprint(i), body))
	}
	return p.String()
}

func largeHost() *fakeHost {
	h := newFakeHost()
	dirs := make([]fakeDir, 2000)
	for i := range dirs {
		dirs[i] = fakeDir{Path: fmt.Sprintf("/srv/%d", i), Owner: "root", Sticky: facts.Known(i%2 == 0, facts.File("/srv", i))}
		if i%100 == 1 {
			dirs[i].Owner = "www-data"
		}
	}
	h.tree.Dirs = facts.Complete(dirs, facts.Origin{})
	return h
}

// Facts are at hand; failures are traced and explained. The bound is 25 ms.
func BenchmarkEvaluate300Controls(b *testing.B) {
	h := largeHost()
	bundle := load(b, h, manyControls())
	set := h.set()
	sel := Selection{}
	run := func() {
		evals, err := bundle.Evaluate(context.Background(), set, sel)
		if err != nil || len(evals[0].Results) != 300 {
			b.Fatal(err)
		}
	}
	run()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

func BenchmarkLoad300Controls(b *testing.B) {
	h := newFakeHost()
	policy := manyControls()
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := tryLoad(h, policy); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
