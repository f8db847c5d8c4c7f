package benchmarks

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

// Evaluate says what the facts of a set make of the selected controls. The error is a *SelectionError, or the context's:
// an audit that was stopped has no result. What a policy or host gets wrong is in the results.
func (b *Bundle) Evaluate(ctx context.Context, set *facts.Set, sel Selection) ([]Evaluation, error) {
	picked, err := b.choose(sel)
	if err != nil {
		return nil, err
	}
	out, applying, err := b.applying(ctx, set, picked)
	if err != nil {
		return nil, err
	}
	r := newRun(ctx, b, set, sel)
	for i, c := range picked {
		if applying[i] {
			out[i].Results = r.add(c)
		}
	}
	r.evaluate()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// Keys are the facts that an evaluation of the selection reads for certain, as far as the text says: those of the
// benchmarks that apply.
func (b *Bundle) Keys(ctx context.Context, set *facts.Set, sel Selection) ([]facts.Key, error) {
	picked, err := b.choose(sel)
	if err != nil {
		return nil, err
	}
	_, applying, err := b.applying(ctx, set, picked)
	if err != nil {
		return nil, err
	}
	var keys []facts.Key
	for i, c := range picked {
		if c.bench.appliesTo != nil {
			keys = append(keys, c.bench.appliesTo.keys...)
		}
		for _, control := range c.controls {
			if applying[i] {
				keys = append(keys, control.Keys()...)
			}
		}
	}
	return uniqueKeys(keys), ctx.Err()
}

// applying evaluates every applies_to, and starts the evaluations with what it came to.
func (b *Bundle) applying(ctx context.Context, set *facts.Set, picked []*chosen) ([]Evaluation, []bool, error) {
	var keys []facts.Key
	for _, c := range picked {
		if c.bench.appliesTo != nil {
			keys = append(keys, c.bench.appliesTo.keys...)
		}
	}
	set.Prefetch(ctx, uniqueKeys(keys))
	cache := &factCache{facts: map[facts.Key]*fact{}}
	out, applying := make([]Evaluation, len(picked)), make([]bool, len(picked))
	for i, c := range picked {
		c.env = newEnv(set, c.env.variables, cache)
		e := Evaluation{Benchmark: c.bench, Profile: c.profile, Variables: c.bench.plainVariables(c.env.variables), LeftOut: c.bench.LeftOut, Verdict: Pass}
		if x := c.bench.appliesTo; x != nil {
			ev := newEvaluator(ctx, c.env)
			e.Verdict, e.Reason, _ = condition(ev, x, "the benchmark applies only where")
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
		}
		applying[i] = e.Verdict == Pass
		out[i] = e
	}
	return out, applying, ctx.Err()
}

// condition evaluates an applies or applies_to: Pass when it holds. What it could not decide it explains.
func condition(ev *evaluator, x *expression, what string) (v Verdict, reason, why string) {
	out := ev.run(x)
	switch {
	case out.err != nil:
		return Error, fmt.Sprintf("%s %s, which failed to evaluate: %s", what, oneLine(x.text()), out.errorText()), explain(x, out, Error)
	case out.value.kind != kBool:
		return Unknown, fmt.Sprintf("%s %s, which is not known: %s", what, oneLine(x.text()), out.because()), explain(x, out, Unknown)
	case out.value.b:
		return Pass, "", ""
	}
	reason = what + " " + oneLine(x.text())
	if strings.Contains(reason, "local.") { // whoever reads this does not know what the policy calls so
		if here := out.contrary(x); here != "" {
			reason += "; here " + here
		}
	}
	return NotApplicable, reason, ""
}

func (b *Benchmark) plainVariables(values []value) map[string]any {
	out := make(map[string]any, len(values))
	for i, v := range b.variables {
		out[v.Name] = values[i].whole()
	}
	return out
}

// run is one evaluation under way.
type run struct {
	ctx     context.Context
	set     *facts.Set
	sel     Selection
	now     time.Time
	waivers *waiverUse
	jobs    []job

	mu   sync.Mutex // around Progress
	done int
}

// job is one control to evaluate.
type job struct {
	control *Control
	env     *env
	result  *Result
	ev      *evaluator // has evaluated applies
	verdict Verdict    // of applies
	reason  string
	why     string // explanation of an undecided applies
}

func newRun(ctx context.Context, b *Bundle, set *facts.Set, sel Selection) *run {
	now := sel.Now
	if now.IsZero() {
		now = set.Now()
	}
	return &run{ctx: ctx, set: set, sel: sel, now: now, waivers: newWaiverUse(ctx, b, set)}
}

// add takes up the controls of one benchmark, and gives the results that evaluate will fill in.
func (r *run) add(c *chosen) []Result {
	results := make([]Result, len(c.controls))
	for i, control := range c.controls {
		results[i].Control = control
		r.jobs = append(r.jobs, job{control: control, env: c.env, result: &results[i]})
	}
	return results
}

// evaluate decides all controls. Facts are collected in parallel: those of controls without a condition at once, beside
// those of the conditions; then those of the controls whose condition does not rule them out.
func (r *run) evaluate() {
	var conditions, free, guarded []facts.Key
	for _, j := range r.jobs {
		if j.control.applies != nil {
			conditions = append(conditions, j.control.applies.keys...)
		} else {
			free = append(free, j.control.demandKeys()...)
		}
	}
	var early sync.WaitGroup
	early.Go(func() { r.set.Prefetch(r.ctx, uniqueKeys(free)) })
	r.set.Prefetch(r.ctx, uniqueKeys(conditions))
	r.each(func(j *job) { j.applies(r.ctx) })
	for _, j := range r.jobs {
		if j.control.applies != nil && j.verdict == Pass {
			guarded = append(guarded, j.control.demandKeys()...)
		}
	}
	r.set.Prefetch(r.ctx, uniqueKeys(guarded))
	early.Wait()
	r.each(func(j *job) {
		j.decide(r)
		r.finished()
	})
}

// each calls f for every job, on as many goroutines as there are processors.
func (r *run) each(f func(*job)) {
	var wg sync.WaitGroup
	next := make(chan *job, len(r.jobs))
	for i := range r.jobs {
		next <- &r.jobs[i]
	}
	close(next)
	for range min(len(r.jobs), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for j := range next {
				if r.ctx.Err() != nil {
					return
				}
				f(j)
			}
		})
	}
	wg.Wait()
}

func (r *run) finished() {
	if r.sel.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.sel.Progress(r.done, len(r.jobs))
}

func (j *job) applies(ctx context.Context) {
	start := time.Now()
	j.ev = newEvaluator(ctx, j.env)
	j.verdict = Pass
	if x := j.control.applies; x != nil {
		j.verdict, j.reason, j.why = condition(j.ev, x, "it applies only where")
	}
	j.result.Duration = time.Since(start)
}

func (j *job) decide(r *run) {
	start := time.Now()
	res := j.result
	res.env = j.env
	if j.verdict != Pass {
		res.Verdict, res.Reason = j.verdict, j.reason
		if j.why != "" {
			res.Checks = []CheckResult{{Name: "applies", Verdict: j.verdict, Reason: j.reason, Explanation: j.why}}
		}
	} else {
		j.ev.deadline = time.Now().Add(j.env.limits.duration)
		decideControl(j.ev, res)
	}
	if w := r.waivers; w != nil {
		w.apply(res, r.now)
	}
	res.Evidence = j.ev.evidence()
	res.Reads = uniqueKeys(append(res.Reads, j.ev.reads...))
	if res.Duration += time.Since(start); !r.sel.Timings {
		res.Duration = 0
	}
}

// decideControl evaluates what a control demands. Over several checks: fail, then error, then unknown, then pass.
func decideControl(ev *evaluator, res *Result) {
	verdict := Pass
	for _, d := range res.Control.demands {
		c := decideDemand(ev, res, d)
		res.Checks = append(res.Checks, c)
		if weightOf(c.Verdict) > weightOf(verdict) {
			verdict, res.Reason, res.Cause = c.Verdict, c.Reason, c.Cause
			if c.Name != "" {
				res.Reason = c.Name + ": " + c.Reason
			}
		}
	}
	if res.Verdict = verdict; verdict == Pass {
		res.Reason = ""
	}
}

func weightOf(v Verdict) int {
	return slices.Index([]Verdict{Pass, Manual, Unknown, Error, Fail}, v)
}

func decideDemand(ev *evaluator, res *Result, d demand) CheckResult {
	c := CheckResult{Name: d.check}
	var out outcome
	if d.expr != nil {
		out = ev.run(d.expr)
	}
	switch {
	case d.form == formManual:
		c.Verdict, c.Reason = Manual, d.text
		res.Shown = shownOf(out.value)
		if out.err != nil {
			c.Verdict, c.Reason = Error, "the evidence failed to evaluate: "+out.errorText()
		}
		return c
	case out.err != nil:
		c.Verdict, c.Reason = Error, out.errorText()
	case d.form == formPass:
		c.Verdict, c.Reason = decidePass(d, out)
	default:
		c.Verdict, c.Reason = decideViolations(res, d, out)
	}
	if c.Verdict == Unknown {
		c.Cause = out.unread().reason()
	}
	if c.Verdict != Pass {
		c.Explanation = explain(d.expr, out, c.Verdict)
	}
	return c
}

func decidePass(d demand, out outcome) (Verdict, string) {
	switch {
	case out.value.kind != kBool:
		return Unknown, out.because()
	case out.value.b:
		return Pass, ""
	}
	return Fail, out.contrary(d.expr)
}

// maxViolations bounds the violations kept of one control.
const maxViolations = 200

// decideViolations goes over the list itself: one element that is there for certain decides, whatever else is unknown.
func decideViolations(res *Result, d demand, out outcome) (Verdict, string) {
	if res.violations == nil {
		res.violations = map[string]value{}
	}
	res.violations[d.check] = out.value
	found, open := 0, 0
	first := ""
	for _, e := range out.value.elements() {
		if e.count != one {
			open++
			continue
		}
		if found++; found == 1 {
			first = identity(e.value)
		}
		if len(res.Violations) < maxViolations {
			res.Violations = append(res.Violations, violationOf(d.check, e.value))
		}
	}
	res.Total += found
	switch {
	case found == 1:
		return Fail, clip(first, 200)
	case found > 1:
		return Fail, fmt.Sprintf("%d violations, the first: %s", found, clip(first, 200))
	case open > 0 || risky(out.value):
		return Unknown, out.because()
	}
	return Pass, ""
}
