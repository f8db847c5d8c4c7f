package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the goldens anew")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, d)
	}
}

func format(t *testing.T, name string, v report.View) report.Format {
	t.Helper()
	for _, f := range report.Formats(v) {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no format %q", name)
	return report.Format{}
}

func write(t *testing.T, name string, v report.View, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := format(t, name, v).Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	ext := map[string]string{"human": "txt", "json": "json", "junit": "xml", "markdown": "md"}
	for name, r := range map[string]*report.Report{
		"mixed": mixed(), "hostile": hostile(), "inapplicable": inapplicable(), "clean": clean(), "compared": compared(),
	} {
		for _, f := range report.Formats(report.View{}) {
			t.Run(name+" as "+f.Name, func(t *testing.T) {
				e, ok := ext[f.Name]
				if !ok {
					t.Fatalf("the format %s has no golden", f.Name)
				}
				if f.Doc == "" {
					t.Error("the format has no doc")
				}
				golden(t, name+"."+e, write(t, f.Name, report.View{}, r))
			})
		}
	}
}

func TestTheHumanFormatFollowsTheTerminal(t *testing.T) {
	golden(t, "mixed-60-verbose.txt", write(t, "human", report.View{Width: 60, Verbose: true}, mixed()))
	golden(t, "mixed-color.txt", write(t, "human", report.View{Width: 80, Color: true}, mixed()))
}

func TestProseIsNotWiderThanTheTerminal(t *testing.T) {
	for line := range strings.Lines(string(write(t, "human", report.View{Width: 60}, mixed()))) {
		line = strings.TrimRight(line, "\n")
		if len([]rune(line)) > 60 && !strings.Contains(line, "/") {
			t.Errorf("%d columns: %q", len([]rune(line)), line)
		}
	}
}

func TestNoColourWithoutATerminal(t *testing.T) {
	for _, f := range report.Formats(report.View{}) {
		if b := write(t, f.Name, report.View{}, mixed()); bytes.ContainsRune(b, '\x1b') {
			t.Errorf("%s holds an escape", f.Name)
		}
	}
}

func TestNothingOfTheHostActsOnATerminal(t *testing.T) {
	for _, f := range report.Formats(report.View{Verbose: true}) {
		for _, r := range string(write(t, f.Name, report.View{Verbose: true}, hostile())) {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Errorf("%s holds %U", f.Name, r)
			}
		}
	}
}

func TestTheJSONKeepsHostileStringsAsTheyAre(t *testing.T) {
	back, err := report.Read(bytes.NewReader(write(t, "json", report.View{}, hostile())))
	if err != nil {
		t.Fatal(err)
	}
	if got := back.Benchmarks[0].Results[0].Violations[0].Identity; got != evil {
		t.Errorf("read back %q, want %q", got, evil)
	}
}

func TestJUnitIsWellFormedAndCountsEveryControl(t *testing.T) {
	var x struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(write(t, "junit", report.View{}, mixed()), &x); err != nil {
		t.Fatal(err)
	}
	s := mixed().Benchmarks[0].Score
	if x.Failures != s.Failed || x.Errors != s.Unknown+s.Error || x.Tests != len(mixed().Benchmarks[0].Results) {
		t.Errorf("%d tests, %d failures, %d errors of %+v", x.Tests, x.Failures, x.Errors, s)
	}
}

func compileSchema(t *testing.T, name string, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestGoldensKeepTheJSONSchema(t *testing.T) {
	schema := compileSchema(t, "report.v1.json", report.JSONSchema)
	paths, _ := filepath.Glob("testdata/*.json")
	if len(paths) == 0 {
		t.Fatal("no goldens")
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		broken := bytes.Replace(b, []byte(`"verdict": "pass"`), []byte(`"verdict": "maybe"`), 1)
		if v, _ = jsonschema.UnmarshalJSON(bytes.NewReader(broken)); !bytes.Equal(b, broken) && schema.Validate(v) == nil {
			t.Errorf("%s: the schema lets any verdict pass", path)
		}
	}
}

func TestAReportReadBackIsTheSame(t *testing.T) {
	for _, r := range []*report.Report{mixed(), compared(), inapplicable()} {
		first := write(t, "json", report.View{}, r)
		back, err := report.Read(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(first), string(write(t, "json", report.View{}, back))); d != "" {
			t.Error(d)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	whole := write(t, "json", report.View{}, mixed())
	for what, c := range map[string]struct{ in, says string }{
		"nothing":             {"", "not a JSON report"},
		"half a report":       {string(whole[:len(whole)/2]), "not a JSON report"},
		"some other JSON":     {`{"a": 1}`, `no "schema"`},
		"a newer report":      {`{"schema": "holdfast.report/v2"}`, `"holdfast.report/v2"`},
		"an unknown verdict":  {strings.Replace(string(whole), `"verdict": "fail"`, `"verdict": "meh"`, 1), "meh"},
		"a list for a string": {`{"schema": "holdfast.report/v1", "id": []}`, "not a valid report"},
	} {
		_, err := report.Read(strings.NewReader(c.in))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", what, err, c.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema": "holdfast.report/v1", "benchmarks": [{"results": [{"verdict": "fail", "evidence": [{"unknown": null}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := report.Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, format := range report.Formats(report.View{Verbose: true, Color: true}) {
			if err := format.Write(io.Discard, r); err != nil && format.Name != "json" {
				t.Errorf("%s: %v", format.Name, err)
			}
		}
	})
}

func TestScorePercent(t *testing.T) {
	for _, c := range []struct {
		what     string
		verdicts []benchmarks.Verdict
		want     string
	}{
		{"unknown counts against the score", []benchmarks.Verdict{benchmarks.Pass, benchmarks.Unknown}, "50"},
		{"error counts against the score", []benchmarks.Verdict{benchmarks.Pass, benchmarks.Error, benchmarks.Fail, benchmarks.Pass}, "50"},
		{"what is waived, manual or not applicable does not count", []benchmarks.Verdict{
			benchmarks.Pass, benchmarks.Waived, benchmarks.Manual, benchmarks.NotApplicable}, "100"},
		{"nothing that counts is no score", []benchmarks.Verdict{benchmarks.Manual}, "null"},
		{"nothing at all is no score", nil, "null"},
	} {
		e := evaluation()
		e.Results = nil
		for _, v := range c.verdicts {
			e.Results = append(e.Results, benchmarks.Result{Control: &benchmarks.Control{ID: "1"}, Verdict: v})
		}
		r := report.New([]benchmarks.Evaluation{e}, report.Options{})
		got, err := json.Marshal(r.Benchmarks[0].Score.Percent)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, want %s (%v)", c.what, got, c.want, err)
		}
	}
}

func TestOutcome(t *testing.T) {
	with := func(v benchmarks.Verdict, s benchmarks.Severity) []benchmarks.Evaluation {
		e := evaluation()
		e.Results = []benchmarks.Result{
			{Control: &benchmarks.Control{ID: "1", Severity: benchmarks.Critical}, Verdict: benchmarks.Pass},
			{Control: &benchmarks.Control{ID: "2", Severity: s}, Verdict: v},
		}
		return []benchmarks.Evaluation{e}
	}
	applies := func(v benchmarks.Verdict) []benchmarks.Evaluation {
		e := evaluation()
		e.Results, e.Verdict = nil, v
		return []benchmarks.Evaluation{e}
	}
	for _, c := range []struct {
		what string
		ev   []benchmarks.Evaluation
		from benchmarks.Severity
		want report.Outcome
	}{
		{"a failure", with(benchmarks.Fail, benchmarks.Low), 0, report.Failing},
		{"a failure below the bar", with(benchmarks.Fail, benchmarks.Low), benchmarks.Medium, report.Clean},
		{"a failure at the bar", with(benchmarks.Fail, benchmarks.Medium), benchmarks.Medium, report.Failing},
		{"an unknown", with(benchmarks.Unknown, benchmarks.Low), 0, report.Undecided},
		{"an unknown below the bar", with(benchmarks.Unknown, benchmarks.Low), benchmarks.High, report.Clean},
		{"an error", with(benchmarks.Error, benchmarks.Low), 0, report.Undecided},
		{"a waived failure", with(benchmarks.Waived, benchmarks.Critical), 0, report.Clean},
		{"a manual control", with(benchmarks.Manual, benchmarks.Critical), 0, report.Clean},
		{"no benchmark at all", nil, 0, report.Undecided},
		{"no benchmark that applies", applies(benchmarks.NotApplicable), 0, report.Undecided},
		{"a benchmark that may apply", append(applies(benchmarks.Unknown), with(benchmarks.Pass, 1)...), benchmarks.Critical, report.Undecided},
		{"one benchmark that applies, and passes, suffices", append(applies(benchmarks.NotApplicable), with(benchmarks.Pass, 1)...), 0, report.Clean},
	} {
		if got := report.New(c.ev, report.Options{}).Outcome(c.from); got != c.want {
			t.Errorf("%s: outcome %d, want %d", c.what, got, c.want)
		}
	}
}

// fails is a control that fails, with violations; the total is their number and more.
func fails(more int, paths ...string) benchmarks.Result {
	r := benchmarks.Result{
		Control: &benchmarks.Control{ID: "1", Severity: benchmarks.High}, Verdict: benchmarks.Fail, Total: len(paths) + more,
		Checks: []benchmarks.CheckResult{{Verdict: benchmarks.Fail}},
	}
	for _, p := range paths {
		r.Violations = append(r.Violations, benchmarks.Violation{Identity: p})
	}
	return r
}

func TestABaselineKnowsOnlyWhatItListed(t *testing.T) {
	unknown := benchmarks.Result{Control: &benchmarks.Control{ID: "1"}, Verdict: benchmarks.Unknown}
	passes := benchmarks.Result{Control: &benchmarks.Control{ID: "1"}, Verdict: benchmarks.Pass}
	twoChecks := fails(0)
	twoChecks.Checks = []benchmarks.CheckResult{{Name: "running", Verdict: benchmarks.Fail}, {Name: "configured", Verdict: benchmarks.Fail}}
	oneCheck := fails(0)
	oneCheck.Checks = []benchmarks.CheckResult{{Name: "running", Verdict: benchmarks.Fail}, {Name: "configured", Verdict: benchmarks.Pass}}
	for _, c := range []struct {
		what      string
		then, now benchmarks.Result
		known     bool
	}{
		{"the same violations", fails(0, "/a", "/b"), fails(0, "/b", "/a"), true},
		{"fewer violations", fails(0, "/a", "/b"), fails(0, "/a"), true},
		{"one more violation", fails(0, "/a"), fails(0, "/a", "/b"), false},
		{"another violation", fails(0, "/a"), fails(0, "/b"), false},
		{"violations that the old report does not list", fails(5, "/a"), fails(0, "/a", "/b"), false},
		{"violations that the new report does not list", fails(0, "/a"), fails(1, "/a"), false},
		{"all that is left of a list that was cut", fails(5, "/a"), fails(0, "/a"), true},
		{"a control that fails again", fails(0), fails(0), true},
		{"a check more", oneCheck, twoChecks, false},
		{"a check less", twoChecks, oneCheck, true},
		{"a control that passed", passes, fails(0), false},
		{"a control that was unknown and fails", unknown, fails(0), false},
		{"a control that failed and is unknown", fails(0), unknown, false},
		{"a control that is still unknown", unknown, unknown, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			then, now := evaluation(), evaluation()
			then.Results, now.Results = []benchmarks.Result{c.then}, []benchmarks.Result{c.now}
			old := report.New([]benchmarks.Evaluation{then}, report.Options{})
			r := report.New([]benchmarks.Evaluation{now}, report.Options{Baseline: old})
			if got := r.Benchmarks[0].Results[0].InBaseline; got != c.known {
				t.Errorf("in the baseline: %v, want %v", got, c.known)
			}
			if clean := r.Outcome(0) == report.Clean; clean != c.known {
				t.Errorf("outcome clean: %v, want %v", clean, c.known)
			}
		})
	}
}

func TestABaselineOfAnotherBenchmarkKnowsNothing(t *testing.T) {
	then, now := evaluation(), evaluation()
	then.Benchmark = &benchmarks.Benchmark{ID: "other"}
	then.Results, now.Results = []benchmarks.Result{fails(0)}, []benchmarks.Result{fails(0)}
	old := report.New([]benchmarks.Evaluation{then}, report.Options{})
	if r := report.New([]benchmarks.Evaluation{now}, report.Options{Baseline: old}); r.Outcome(0) != report.Failing {
		t.Error("a failure was taken for known")
	}
}

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("no space left")
	}
	return len(b), nil
}

func TestEveryFormatTellsThatItCouldNotWrite(t *testing.T) {
	for _, f := range report.Formats(report.View{}) {
		if err := f.Write(&full{left: 100}, mixed()); err == nil {
			t.Errorf("%s: no error", f.Name)
		}
	}
}
