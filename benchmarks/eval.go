package benchmarks

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// expression is a compiled and type-checked piece of policy.
type expression struct {
	root     node
	slots    int         // names it binds
	keys     []facts.Key // facts it names by literal arguments, its locals' included
	computed []string    // names of facts whose arguments are computed
	src      *source
	rng      hcl.Range
}

func (e *expression) text() string { return e.src.sourceText(e.rng) }

// source is a policy file's text, for explanations.
type source struct {
	name string
	text []byte
}

// limits bound the evaluation of one control.
type limits struct {
	steps    int           // nodes evaluated
	items    int           // elements put into lists and maps
	text     int           // bytes of strings made
	duration time.Duration // without the time that facts take to be collected
}

var defaultLimits = limits{steps: 10_000_000, items: 500_000, text: 16 << 20, duration: 5 * time.Second}

// maxText bounds one string that a policy makes, in bytes.
const maxText = 1 << 20

// env is what the controls of one benchmark are evaluated in. It is shared and does not change, but for its cache.
type env struct {
	set       *facts.Set
	limits    limits
	variables []value
	cache     *factCache
}

// factCache keeps facts as values, so that each is taken apart once for all controls.
type factCache struct {
	mu    sync.Mutex
	facts map[facts.Key]*fact
}

func (c *factCache) get(k facts.Key) *fact {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.facts[k]
}

func (c *factCache) put(f *fact) *fact {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.facts[f.key]; old != nil {
		return old
	}
	c.facts[f.key] = f
	return f
}

func newEnv(set *facts.Set, variables []value, cache *factCache) *env {
	if cache == nil {
		cache = &factCache{facts: map[facts.Key]*fact{}}
	}
	return &env{set: set, limits: defaultLimits, variables: variables, cache: cache}
}

// evaluator evaluates the expressions of one control, one after the other, under one budget.
type evaluator struct {
	ctx      context.Context
	env      *env
	frame    []value
	locals   map[*local]value
	trace    []entry
	kept     []entry // what locals read
	inside   map[*local]outcome
	passes   []pass // iterations of loops that the trace speaks of
	current  int32  // the pass under way, as an index into passes plus one
	reads    []facts.Key
	seen     map[facts.Key]*fact
	quiet    bool  // keep no trace
	condRisk bool  // the if of the element under way is at risk
	condWhy  value // and why it could not be decided
	err      error
	errAt    hcl.Range
	steps    int
	items    int
	made     int // bytes
	deadline time.Time
}

// Errors that say which bound an evaluation met.
var (
	errSteps = errors.New("the evaluation took too many steps")
	errTime  = errors.New("the evaluation took too long")
	errItems = errors.New("the evaluation made too many list elements")
	errText  = errors.New("the evaluation made too much text")
)

func newEvaluator(ctx context.Context, e *env) *evaluator {
	return &evaluator{ctx: ctx, env: e, seen: map[facts.Key]*fact{}, deadline: time.Now().Add(e.limits.duration)}
}

// outcome is what evaluating one expression came to: a value, or an error of the policy. Either comes with its trace.
type outcome struct {
	value  value
	err    error
	errAt  hcl.Range
	trace  []entry
	passes []pass
	inside map[*local]outcome // what happened in the locals it needed
}

// run evaluates one expression. Panics are errors: a policy's author must hear of them, and the audit goes on.
func (ev *evaluator) run(x *expression, given ...value) (out outcome) {
	trace := len(ev.trace)
	defer func() {
		if p := recover(); p != nil {
			ev.fail(x.root.rng(), fmt.Errorf("the evaluation panicked, which is a bug: %v\n%s", p, firstLines(debug.Stack(), 12)))
		}
		out.trace, out.passes = ev.trace[trace:], ev.passes
		out.err, out.errAt, out.inside = ev.err, ev.errAt, ev.inside
		if ev.err != nil {
			out.value = value{}
		}
		ev.err = nil
	}()
	if err := ev.ctx.Err(); err != nil {
		ev.fail(x.root.rng(), err)
		return out
	}
	ev.current = 0
	ev.frame = make([]value, x.slots)
	copy(ev.frame, given)
	out.value = x.root.eval(ev)
	return out
}

func firstLines(b []byte, n int) []byte {
	for i, c := range b {
		if c == '\n' {
			if n--; n == 0 {
				return b[:i]
			}
		}
	}
	return b
}

// fail keeps the first error; whatever value comes out, the verdict is error.
func (ev *evaluator) fail(at hcl.Range, err error) {
	if ev.err == nil {
		ev.err, ev.errAt = err, at
	}
}

// step counts one node and tells whether to go on.
func (ev *evaluator) step(n node) bool {
	if ev.err != nil {
		return false
	}
	ev.steps++
	if ev.steps > ev.env.limits.steps {
		ev.fail(n.rng(), errSteps)
		return false
	}
	if ev.steps&1023 == 0 {
		if err := ev.ctx.Err(); err != nil {
			ev.fail(n.rng(), err)
			return false
		}
		if time.Now().After(ev.deadline) {
			ev.fail(n.rng(), errTime)
			return false
		}
	}
	return true
}

// item counts one element that a policy put into a list or map.
func (ev *evaluator) item(at hcl.Range) bool { return ev.itemsMade(at, 1) }

func (ev *evaluator) itemsMade(at hcl.Range, n int) bool {
	if ev.items += n; ev.items > ev.env.limits.items {
		ev.fail(at, errItems)
		return false
	}
	return true
}

// room tells whether a string of n bytes may be made.
func (ev *evaluator) room(at hcl.Range, n int) bool {
	if n > maxText {
		ev.fail(at, errText)
		return false
	}
	return true
}

// grown counts a string of n bytes that was made.
func (ev *evaluator) grown(at hcl.Range, n int) bool {
	ev.made += n
	if n > maxText || ev.made > ev.env.limits.text {
		ev.fail(at, errText)
		return false
	}
	return true
}

// read gives a fact. The time it takes to be collected is not the policy's.
func (ev *evaluator) read(at hcl.Range, k facts.Key, t cty.Type) value {
	if ev.err != nil {
		return value{}
	}
	f := ev.seen[k]
	if f == nil {
		if f = ev.env.cache.get(k); f == nil {
			start := time.Now()
			v := ev.env.set.Read(ev.ctx, k)
			ev.deadline = ev.deadline.Add(time.Since(start))
			if err := ev.ctx.Err(); err != nil { // it may be unknown only because nobody waited
				ev.fail(at, err)
				return value{}
			}
			f = ev.env.cache.put(newFact(k, v, t))
		}
		ev.seen[k] = f
		ev.reads = append(ev.reads, k)
	}
	return f.top
}

// local evaluates a local once per control. Its trace stays, whatever loop it was first needed in.
func (ev *evaluator) local(l *local) value {
	if v, ok := ev.locals[l]; ok {
		return v
	}
	frame, trace, passes, current := ev.frame, ev.trace, ev.passes, ev.current
	ev.frame, ev.trace, ev.passes, ev.current = make([]value, l.value.slots), nil, nil, 0
	v := l.value.root.eval(ev)
	inner := outcome{value: v, trace: ev.trace, passes: ev.passes}
	ev.frame, ev.trace, ev.passes, ev.current = frame, trace, passes, current
	if ev.err != nil {
		return value{}
	}
	if ev.locals == nil {
		ev.locals, ev.inside = map[*local]value{}, map[*local]outcome{}
	}
	ev.locals[l], ev.inside[l] = v, inner
	ev.localTrace(inner.trace)
	return v
}
