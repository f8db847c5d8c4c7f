package benchmarks

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

// 100 KB of "(" overflow the stack of HCL's parser, which ends the process. So do other things that it recurses on.
func TestDeepNestingIsRefusedBeforeItIsParsed(t *testing.T) {
	const n = 100_000
	rep := strings.Repeat
	for name, expr := range map[string]string{
		"parentheses":      rep("(", n) + "true" + rep(")", n),
		"lists":            rep("[", n) + rep("]", n),
		"objects":          rep("{a=", n) + "1" + rep("}", n),
		"signs":            rep("!", n) + "true",
		"signs on lines":   "(" + rep("!\n", n) + "true)",
		"signs, comments":  rep("!/**/", n) + "true",
		"minus":            rep("- ", n) + "1",
		"conditions":       rep("true ? true : ", n/2) + "true",
		"templates":        rep(`"${`, n/2) + "1" + rep(`}"`, n/2),
		"calls":            rep("f(", n/2) + rep(")", n/2),
		"splats":           "a" + rep("[*]", n),
		"attribute splats": "a" + rep(".*", n),
		"indices":          rep("a[", n/2) + "0" + rep("]", n/2),
		"directives":       `"` + rep("%{if true}", n/10) + rep("%{endif}", n/10) + `"`,
		"for":              rep("[for x in ", n/10) + "y" + rep(": x]", n/10),
		"unclosed":         rep("(", n),
		"sums":             "1" + rep("+1", n) + " == 1",
		"conjunctions":     "true" + rep("&&true", n),
		"attributes":       "a" + rep(".b", n),
		"many indices":     "tree.dirs" + rep("[0]", n),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, diags := tryLoad(newFakeHost(), policyHead+control("1", "pass = "+expr))
			if !diags.HasErrors() {
				t.Error("not refused")
			}
			if d := time.Since(start); d > time.Minute { // what grows with the square of n takes far longer
				t.Errorf("it took %v", d)
			}
		})
	}
	if _, diags := tryLoad(newFakeHost(), policyHead+control("1", "pass = "+rep("(", 50)+"true"+rep(")", 50))); diags.HasErrors() {
		t.Errorf("50 parentheses are refused: %v", diags)
	}
	if _, diags := tryLoad(newFakeHost(), policyHead+rep("# (((((\n", 5000)+control("1", "pass = matches(\"x\", \""+rep("[(]", 200)+"\") || true")); diags.HasErrors() {
		t.Errorf("brackets in comments and strings count: %v", diags)
	}
}

// bigFile says that it is large, and fails the test when it is read to its end.
type bigFile struct {
	fs.FS
	read int64
}

func (b *bigFile) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".hcl") {
		return f, err
	}
	return &bigReader{f, b}, nil
}

type bigReader struct {
	fs.File
	of *bigFile
}

func (r *bigReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	r.of.read += int64(len(p))
	return len(p), nil
}

func TestALargePolicyIsRefusedWithoutBeingRead(t *testing.T) {
	schema := facts.NewSchema(newFakeHost().sources())
	big := strings.Repeat(" ", MaxFile) + policyHead
	_, diags := Load(fstest.MapFS{"a.hcl": {Data: []byte(big)}}, schema)
	if !strings.Contains(diags.Error(), "at most 1048576") {
		t.Errorf("diagnostics: %v", diags)
	}
	endless := &bigFile{FS: fstest.MapFS{"a.hcl": {Data: []byte("x")}}} // says 1 byte, has no end
	if _, diags = Load(endless, schema); !diags.HasErrors() || endless.read > 8*MaxFile {
		t.Errorf("read %d bytes: %v", endless.read, diags)
	}
	_, diags = Load(fstest.MapFS{"a.hcl": {Mode: fs.ModeNamedPipe}}, schema)
	if !strings.Contains(diags.Error(), "ot a regular file") {
		t.Errorf("a FIFO: %v", diags)
	}
	b := &Bundle{}
	for _, d := range []error{b.AddTailoring("t", []byte(big)), b.AddWaivers("w", []byte(big))} {
		if !strings.Contains(d.Error(), "at most") {
			t.Errorf("diagnostics: %v", d)
		}
	}
}

// The clock of a bubble stands still while an evaluation runs, so that on no machine time is up first.
func TestBudgetsMakeErrors(t *testing.T) { synctest.Test(t, testBudgetsMakeErrors) }

func testBudgetsMakeErrors(t *testing.T) {
	long := policyHead + "locals { l = range(10000) }\n"
	for expr, want := range map[string]error{
		`length([for a in range(100) : [for b in local.l : b]]) == 0`:                          errItems,
		`alltrue([for a in local.l : anytrue([for b in local.l : b == a && b > 1 if b < 0])])`: errSteps,
		`length([for a in local.l : "${a}${join("", [for b in range(10) : "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])}"]) == 0`: errText,
		`replace(join("", [for a in local.l : "aaaaaaaaaa"]), "a", "aaaaaaaaaaaaaaaaaaaaaaaa") == ""`: errText,
		`length([for a in local.l : concat(local.l, local.l)]) == 0`:                                  errItems,
	} {
		h := newFakeHost()
		r := evaluate(t, h, load(t, h, long+control("1", "pass = "+expr+" || true")), Selection{})["1"]
		if r.Verdict != Error || !strings.Contains(r.Reason, want.Error()) {
			t.Errorf("%s is %v (%s), want error: %v", expr, r.Verdict, r.Reason, want)
		}
	}
}

func TestTimeSpentOnAFactIsNotThePolicys(t *testing.T) {
	synctest.Test(t, testTimeSpentOnAFactIsNotThePolicys)
}

func testTimeSpentOnAFactIsNotThePolicys(t *testing.T) {
	h := newFakeHost()
	h.delay = 3 * time.Second
	b := load(t, h, policyHead+control("1", `pass = file("/${label("role")}").exists && length([for x in range(3000) : x if x < 0]) == 0`))
	set := h.set()
	picked, err := b.choose(Selection{})
	if err != nil {
		t.Fatal(err)
	}
	e := newEnv(set, nil, nil)
	e.limits.duration = time.Second
	ev := newEvaluator(t.Context(), e)
	if out := ev.run(picked[0].controls[0].demands[0].expr); out.err != nil {
		t.Errorf("evaluation: %v", out.err)
	}
	e.limits.duration = -time.Second
	if out := newEvaluator(t.Context(), e).run(picked[0].controls[0].demands[0].expr); !errors.Is(out.err, errTime) {
		t.Errorf("evaluation without time: %v", out.err)
	}
}

func TestAStoppedEvaluationIsAnError(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", "pass = true"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if evals, err := b.Evaluate(ctx, h.set(), Selection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate gives %v, %v", evals, err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	b = load(t, h, policyHead+control("1", "pass = true")+control("2", `pass = file("/${label("role")}").exists`))
	h.delay = time.Hour
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := b.Evaluate(ctx, h.set(), Selection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate stopped while it waits for a fact: %v", err)
	}
}

func TestAPanicIsAnErrorOfItsControlAlone(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", "pass = sshd.maxauthtries == 6")+control("2", "pass = sshd.maxauthtries == 6"))
	b.Benchmarks[0].Controls[0].demands[0].expr.root.(*equalityNode).left = nil
	results := evaluate(t, h, b, Selection{})
	if results["1"].Verdict != Error || !strings.Contains(results["1"].Reason, "panicked") {
		t.Errorf("the panic: %v (%s)", results["1"].Verdict, results["1"].Reason)
	}
	if results["2"].Verdict != Pass {
		t.Errorf("the control beside it: %v", results["2"].Verdict)
	}
}

func TestTooManyControlsAreRefused(t *testing.T) {
	var policy strings.Builder
	for range MaxControls + 1 {
		policy.WriteString("control \"1\" {}\n")
	}
	_, diags := tryLoad(newFakeHost(), policyHead+policy.String())
	if !strings.Contains(diags.Error(), "at most 5000") {
		t.Errorf("diagnostics: %.300s", diags.Error())
	}
}
