package benchmarks

import (
	"context"
	"os"
	"testing"
	"testing/fstest"

	"github.com/holdfast-agent/holdfast/facts"
)

// Whatever stands in a policy, loading it ends, and a policy that loads can be evaluated and formatted.
func FuzzLoad(f *testing.F) {
	f.Add(policyHead + control("1", "pass = true"))
	f.Add(tailored)
	f.Add(tested)
	f.Add(manyControls()[:2000])
	f.Add(policyHead + control("1", "violations = [for d in tree.dirs : d if !d.sticky]\n  fix \"file_mode\" {\n    for_each = violations\n    path = each.path\n    add = \"o+t\"\n    guard {\n      when = true\n      reason = \"r\"\n    }\n  }"))
	f.Add(policyHead + "locals {\n a = <<-EOT\n  x ${1}\n EOT\n}")
	f.Add(waiverText("w", live))
	if seed, err := os.ReadFile("testdata/diagnostics.txt"); err == nil {
		f.Add(string(seed))
	}
	h := newFakeHost()
	schema := facts.NewSchema(h.sources())
	set := h.set()
	f.Fuzz(func(t *testing.T, text string) {
		b, diags := Load(fstest.MapFS{"a.hcl": {Data: []byte(text)}, "a.test.hcl": {Data: []byte(text)}}, schema)
		b.AddWaivers("w", []byte(text))
		b.AddTailoring("t", []byte(text))
		if diags.HasErrors() {
			return
		}
		for _, bench := range b.Benchmarks {
			for _, c := range bench.Controls {
				for _, d := range c.demands {
					if d.expr == nil {
						continue
					}
					e := newEnv(set, bench.defaults(), nil)
					e.limits.steps = 100_000
					out := newEvaluator(context.Background(), e).run(d.expr)
					explain(d.expr, out, Fail)
				}
			}
		}
		if _, diags := Format([]byte(text), "a.hcl"); diags.HasErrors() {
			t.Errorf("it loads, and does not format: %v", diags)
		}
	})
}

// Whatever an expression is, compiling it ends in diagnostics or a node whose evaluation gives a value of its type.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		`sshd.maxauthtries == 6 && !(file("/x").mode != "0644")`, `[for d in tree.dirs : { a = d, b = [d.path] } if d.sticky]`, `{ for k, v in sshd.env : k => v... }`,
		`tree.partial[*].path[0]`, `"a${1 + 2}b"`, `sshd.env["LANG"] == "C" ? [] : ["x"]`, `alltrue(tree.dirs[*].sticky)`, `format("%5d %s", 1, "x")`, `-1 % 2 / 3 * -4`,
		`admits::port("tcp", 22)`, `at_least(concat(tree.dirs, tree.empty), 3)`, `days_until("2026-01-01T00:00:00Z")`, `regexall("a(b)", "ab")`, `slice(range(10), 1, 2)`,
	} {
		f.Add(seed)
	}
	h := newFakeHost()
	set := h.set()
	schema := facts.NewSchema(h.sources())
	f.Fuzz(func(t *testing.T, text string) {
		b, diags := Load(fstest.MapFS{"a.hcl": {Data: []byte(policyHead + "locals {\n  x = " + text + "\n}\n")}}, schema)
		if diags.HasErrors() {
			return
		}
		l := b.Benchmarks[0].scope.locals["x"]
		if l == nil {
			return
		}
		e := newEnv(set, nil, nil)
		e.limits.steps = 100_000
		out := newEvaluator(context.Background(), e).run(l.value)
		explain(l.value, out, Unknown)
		out.value.whole()
		if out.err == nil && out.value.certain() && concrete(l.value.root.typ()) {
			if got := lower(out.value, l.value.root.typ()); !got.Type().Equals(l.value.root.typ()) {
				t.Errorf("%s is of type %#v and comes to %#v", text, l.value.root.typ(), got)
			}
		}
	})
}
