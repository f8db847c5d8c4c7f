package benchmarks

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
)

// TestResult is one test block of a *.test.hcl file, as it went.
type TestResult struct {
	File      string
	Name      string
	Benchmark string
	Range     hcl.Range
	Expect    map[string]Verdict // by control
	Failures  []TestFailure      // empty: it passed
	Duration  time.Duration
}

// Passed tells whether all was as expected.
func (r TestResult) Passed() bool { return len(r.Failures) == 0 }

// TestFailure is one expectation that was not met.
type TestFailure struct {
	Control     string // "applies_to" for the benchmark's own condition
	Want, Got   string
	Reason      string
	Explanation string
}

// Test runs the tests beside the benchmarks: every *.test.hcl below fsys, which is what the bundle was loaded from. With
// globs, only tests whose name or "file: name" one of them matches. A test sees the facts that it states; all else is
// unknown.
func (b *Bundle) Test(ctx context.Context, fsys fs.FS, globs ...string) ([]TestResult, hcl.Diagnostics) {
	names, err := policyFiles(fsys, func(name string) bool { return strings.HasSuffix(name, testSuffix) })
	if err != nil {
		return nil, diagsAt(hcl.Range{Filename: "."}, "Tests not readable", "%s.", capital(err.Error()))
	}
	parsed, diags := b.parseAll(fsys, names)
	var results []TestResult
	for _, p := range parsed {
		f := b.readTestFile(fsys, p, &diags)
		if f == nil {
			continue
		}
		for _, t := range f.tests {
			if !matchesAny(globs, p.src.name, t.name) {
				continue
			}
			start := time.Now()
			r := f.run(ctx, t)
			r.Duration = time.Since(start)
			results = append(results, r)
			if err := ctx.Err(); err != nil {
				return results, append(diags, diagsAt(t.rng, "Tests stopped", "%s.", capital(err.Error()))...)
			}
		}
	}
	return results, diags
}

func matchesAny(globs []string, file, name string) bool {
	if len(globs) == 0 {
		return true
	}
	return slices.ContainsFunc(globs, func(g string) bool {
		for _, s := range []string{name, file, file + ": " + name} {
			if ok, err := path.Match(g, s); err == nil && ok || g == s {
				return true
			}
		}
		return false
	})
}

// testFile is one *.test.hcl.
type testFile struct {
	bundle  *Bundle // with the file's waivers
	bench   *Benchmark
	profile string
	tests   []*policyTest
}

type policyTest struct {
	name      string
	rng       hcl.Range
	profile   string
	now       time.Time
	variables map[string]value
	facts     map[facts.Key]facts.Value
	expect    map[string]Verdict
	applies   *Verdict
}

// testNow is the clock of tests that set none.
var testNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (b *Bundle) readTestFile(fsys fs.FS, p *policyFile, diags *hcl.Diagnostics) *testFile {
	body := p.body()
	checkBody(body, "test file", []string{"benchmark", "profile", "waivers"}, []string{"test", "waiver"}, diags)
	top := block{&hclsyntax.Block{Type: "test file", Body: body, TypeRange: hcl.Range{Filename: p.src.name, Start: hcl.InitialPos, End: hcl.InitialPos}}, p.src, diags}
	f := &testFile{profile: top.text("profile")}
	if f.bench = b.testedBenchmark(top, p.src.name); f.bench == nil {
		return nil
	}
	f.bundle = &Bundle{Benchmarks: []*Benchmark{f.bench}, Files: b.Files, schema: b.schema}
	for _, name := range top.texts("waivers") {
		full := path.Join(path.Dir(p.src.name), name)
		text, err := readBounded(fsys, full)
		if err != nil {
			top.errorf(body.Attributes["waivers"].SrcRange, "File not readable", "%s.", capital(err.Error()))
			continue
		}
		*diags = append(*diags, f.bundle.AddWaivers(full, text)...)
	}
	f.checkProfile(top, f.profile)
	for _, x := range body.Blocks {
		inner := block{x, p.src, diags}
		switch x.Type {
		case "waiver":
			if w := f.bundle.readWaiver(inner, f.bundle.waivers); w != nil {
				f.bundle.waivers = append(f.bundle.waivers, w)
			}
		case "test":
			before := len(*diags)
			if t := f.readTest(inner); t != nil && !(*diags)[before:].HasErrors() {
				f.tests = append(f.tests, t)
			}
		}
	}
	return f
}

// testedBenchmark is the one the file names, else that of its folder, else that of the file beside it.
func (b *Bundle) testedBenchmark(x block, name string) *Benchmark {
	if _, ok := x.Body.Attributes["benchmark"]; ok {
		id := x.text("benchmark")
		bench := b.benchmark(id)
		if bench == nil {
			x.errorf(x.Body.Attributes["benchmark"].SrcRange, "No such benchmark", "There is no benchmark %q.%s", id, didYouMean(id, b.ids()))
		}
		return bench
	}
	var here []*Benchmark
	for _, bench := range b.Benchmarks {
		if bench.Range.Filename == strings.TrimSuffix(name, testSuffix)+policySuffix {
			return bench
		}
		if path.Dir(bench.Range.Filename) == path.Dir(name) {
			here = append(here, bench)
		}
	}
	if len(here) == 1 {
		return here[0]
	}
	x.errorf(x.TypeRange, "No benchmark to test", "Write benchmark = \"id\": the folder has %d.", len(here))
	return nil
}

func (f *testFile) checkProfile(x block, name string) {
	if name != "" && f.bench.profile(name) == nil {
		x.errorf(x.attrRange("profile"), "No such profile", "The benchmark has no profile %q.%s", name, didYouMean(name, f.bench.profileNames()))
	}
}

func (f *testFile) readTest(x block) *policyTest {
	x.only([]string{"variables", "now", "profile", "expect", "applies_to"}, []string{"facts"})
	name, ok := x.label("what it shows")
	if !ok {
		return nil
	}
	t := &policyTest{name: name, rng: x.DefRange(), profile: f.profile, now: testNow, facts: map[facts.Key]facts.Value{}}
	if p := x.text("profile"); p != "" {
		t.profile = p
		f.checkProfile(x, p)
	}
	if text := x.text("now"); text != "" {
		now, err := parseTime(text)
		if err != nil {
			x.errorf(x.attrRange("now"), "Wrong time", "%s.", capital(err.Error()))
		}
		t.now = now
	}
	if a, ok := x.Body.Attributes["variables"]; ok {
		t.variables = f.readVariables(a, x)
	}
	if text := x.text("applies_to"); text != "" {
		var v Verdict
		if err := v.UnmarshalText([]byte(text)); err != nil {
			x.errorf(x.attrRange("applies_to"), "No such verdict", "%s.", capital(err.Error()))
		}
		t.applies = &v
	}
	t.expect = f.readExpectations(x)
	t.facts[clockKey] = facts.Encode(facts.Clock{Now: facts.Known(t.now.UTC().Format(time.RFC3339), facts.From("the test's now"))})
	for _, inner := range x.Body.Blocks {
		if inner.Type == "facts" {
			r := factReader{block{inner, x.src, x.diags}, f.bundle.schema, t.facts}
			r.read()
		}
	}
	return t
}

func (f *testFile) readVariables(a *hclsyntax.Attribute, x block) map[string]value {
	out := map[string]value{}
	for name, e := range objectItems(a.Expr, x) {
		v := f.bench.scope.variables[name]
		if v == nil {
			x.errorf(e.Range(), "No such variable", "The benchmark has no variable %q.", name)
			continue
		}
		if val, _, ok := constantExpr(e, x.src, v.typ, x.diags); ok {
			out[name] = val
			for _, problem := range v.check(f.bench, val) {
				x.errorf(e.Range(), "Value not valid", "%s", problem)
			}
		}
	}
	return out
}

func (f *testFile) readExpectations(x block) map[string]Verdict {
	out := map[string]Verdict{}
	a, ok := x.Body.Attributes["expect"]
	if !ok {
		if _, ok := x.Body.Attributes["applies_to"]; !ok {
			x.errorf(x.DefRange(), "Attribute missing", "A test needs expect = { \"1.2.3\" = \"pass\" }.")
		}
		return out
	}
	l := &loader{bench: f.bench, diags: x.diags}
	for id, e := range objectItems(a.Expr, x) {
		if !l.mustHave(x, "expect", id) {
			continue
		}
		v, _, ok := constantExpr(e, x.src, stringType, x.diags)
		if !ok {
			continue
		}
		var want Verdict
		if err := want.UnmarshalText([]byte(v.s)); err != nil {
			x.errorf(e.Range(), "No such verdict", "%s.%s", capital(err.Error()), didYouMean(v.s, verdictNames[:]))
			continue
		}
		out[id] = want
	}
	return out
}

// run evaluates the controls that a test expects something of.
func (f *testFile) run(ctx context.Context, t *policyTest) TestResult {
	out := TestResult{File: t.rng.Filename, Name: t.name, Benchmark: f.bench.ID, Range: t.rng, Expect: t.expect}
	set := facts.NewRecordedSet(facts.NewRecording(t.now, nil, t.facts), f.bundle.schema)
	values, err := f.bench.variableValues(t.variables)
	if err != nil {
		out.Failures = append(out.Failures, TestFailure{Control: "variables", Reason: err.Error()})
		return out
	}
	c := &chosen{bench: f.bench, env: newEnv(set, values, nil)}
	if t.applies != nil {
		got, reason, why := Pass, "", ""
		if x := f.bench.appliesTo; x != nil {
			got, reason, why = condition(newEvaluator(ctx, c.env), x, "the benchmark applies only where")
		}
		out.expect("applies_to", *t.applies, got, reason, why)
	}
	members := f.bench.members(t.profile)
	for _, control := range f.bench.Controls {
		want, ok := t.expect[control.ID]
		switch {
		case !ok:
		case t.profile != "" && !members[control.ID]:
			out.Failures = append(out.Failures, TestFailure{Control: control.ID, Want: want.String(), Got: "not in profile " + t.profile})
		default:
			c.controls = append(c.controls, control)
		}
	}
	r := newRun(ctx, f.bundle, set, Selection{Now: t.now})
	results := r.add(c)
	r.evaluate()
	for _, res := range results {
		var why []string
		for _, check := range res.Checks {
			if check.Explanation != "" {
				why = append(why, check.Explanation)
			}
		}
		out.expect(res.Control.ID, t.expect[res.Control.ID], res.Verdict, res.Reason, strings.Join(why, "\n"))
	}
	return out
}

func (r *TestResult) expect(what string, want, got Verdict, reason, why string) {
	if want != got {
		r.Failures = append(r.Failures, TestFailure{Control: what, Want: want.String(), Got: got.String(), Reason: reason, Explanation: why})
	}
}

// String is the failure in one line.
func (f TestFailure) String() string {
	s := fmt.Sprintf("%s is %s, not %s", f.Control, f.Got, f.Want)
	if f.Reason != "" {
		s += ": " + f.Reason
	}
	return s
}
