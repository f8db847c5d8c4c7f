package facts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Set holds what was read of one host. It collects each key once, on first use; safe for concurrent use.
type Set struct {
	host    Host
	sources map[string]Source
	schema  Schema
	base    context.Context
	fixed   *Recording // answers come from here alone, when set

	mu    sync.Mutex
	tasks map[Key]*task
}

// NewSet reads host through sources. Cancelling base stops every collection that is under way: it bounds the life of
// the set, as a server's base context does, which is why it is kept.
func NewSet(base context.Context, host Host, sources []Source) *Set {
	s := &Set{host: host, base: base, schema: NewSchema(sources), sources: map[string]Source{}, tasks: map[Key]*task{}}
	for _, src := range sources {
		s.sources[src.Describe().Name] = src
	}
	return s
}

// Schema describes the facts that can be read.
func (s *Set) Schema() Schema { return s.schema }

// Read gives the value of a fact, collecting it if nobody has yet. What can't be read is unknown, with the reason.
func (s *Set) Read(ctx context.Context, k Key) Value { return s.read(ctx, k, nil) }

// Prefetch collects keys in parallel and returns when all are there; heavy ones start first.
func (s *Set) Prefetch(ctx context.Context, keys []Key) {
	keys = slices.Clone(keys)
	slices.SortStableFunc(keys, func(a, b Key) int {
		return cmp.Compare(weight(s.schema[a.Fact]), weight(s.schema[b.Fact]))
	})
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Go(func() { s.Read(ctx, k) })
	}
	wg.Wait()
}

func weight(d Descriptor) int {
	if d.Heavy {
		return 0
	}
	return 1
}

// Now is the time on the host: that of the recording for a recorded one.
func (s *Set) Now() time.Time { return s.now() }

func (s *Set) now() time.Time {
	if s.host.Now != nil {
		return s.host.Now()
	}
	return time.Now()
}

func (s *Set) read(ctx context.Context, k Key, by *task) Value {
	d, ok := s.schema[k.Fact]
	if !ok {
		return Value{Reasons: []Reason{{Text: "there is no fact " + k.Fact}}}
	}
	if s.fixed != nil {
		return s.fixed.value(k, d)
	}
	timeout := d.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	return s.run(ctx, k, by, timeout, func(ctx context.Context, r *Reader) (Value, error) {
		return s.sources[k.Fact].Collect(ctx, r, k)
	})
}

// run gives the result of the task for k, starting it if need be, and waits no longer than ctx allows.
func (s *Set) run(ctx context.Context, k Key, by *task, timeout time.Duration, collect func(context.Context, *Reader) (Value, error)) Value {
	unknown := func(why string) Value { return UnknownValue(s.schema[k.Fact].Shape.dynamic(), why) }
	s.mu.Lock()
	t, ok := s.tasks[k]
	if !ok {
		t = &task{key: k, done: make(chan struct{}), waiting: map[*task]int{}}
		s.tasks[k] = t
		go s.work(t, timeout, collect)
	}
	if by != nil {
		if t.leadsTo(by) {
			s.mu.Unlock()
			return unknown(fmt.Sprintf("%s waits for itself through %s", by.key, k))
		}
		by.needed(k)
		by.waiting[t]++
		defer func() {
			s.mu.Lock()
			if by.waiting[t]--; by.waiting[t] == 0 {
				delete(by.waiting, t)
			}
			s.mu.Unlock()
		}()
	}
	s.mu.Unlock()
	select {
	case <-t.done:
		return t.value
	default:
	}
	select {
	case <-t.done:
		return t.value
	case <-ctx.Done():
		return unknown("gave up waiting: " + ctx.Err().Error())
	}
}

// leadsTo tells whether t is to, or waits for it directly or through others. Set.mu is held.
func (t *task) leadsTo(to *task) bool {
	if t == to {
		return true
	}
	for w := range t.waiting {
		if w.leadsTo(to) {
			return true
		}
	}
	return false
}

// work runs one collection under its deadline. A source that does not heed its context is left behind: its fact is
// unknown and its late answer is dropped.
func (s *Set) work(t *task, timeout time.Duration, collect func(context.Context, *Reader) (Value, error)) {
	ctx, cancel := context.WithTimeout(s.base, timeout)
	defer cancel()
	start := time.Now()
	answer := make(chan Value, 1)
	go func() { answer <- s.guarded(ctx, t, collect) }()
	var v Value
	select {
	case v = <-answer:
	case <-ctx.Done():
		select {
		case v = <-answer: // both were ready
		default:
			v = s.failed(t.key, deadlineReason(ctx.Err(), timeout))
		}
	}
	t.value, t.duration = v, time.Since(start)
	close(t.done)
}

func (s *Set) guarded(ctx context.Context, t *task, collect func(context.Context, *Reader) (Value, error)) (v Value) {
	defer func() {
		if p := recover(); p != nil {
			v = s.failed(t.key, fmt.Sprintf("the source panicked, which is a bug: %v", p))
		}
	}()
	v, err := collect(ctx, &Reader{set: s, task: t})
	if err != nil {
		return s.failed(t.key, err.Error())
	}
	return v
}

func (s *Set) failed(k Key, why string) Value {
	return UnknownValue(s.schema[k.Fact].Shape.dynamic(), why)
}

func deadlineReason(err error, timeout time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("timed out after %s", timeout)
	}
	return "the audit was stopped: " + err.Error()
}

// Entry is one fact that was read: its value, and what its collection read and took.
type Entry struct {
	Key      Key
	Value    Value
	Duration time.Duration
	Paths    []string // files, directories and patterns looked at
	Needs    []Key    // facts it was made from
}

// Entries are the facts collected so far, in the order of their keys. Those still under way are left out.
func (s *Set) Entries() []Entry {
	s.mu.Lock()
	tasks := make([]*task, 0, len(s.tasks))
	for _, t := range s.tasks {
		tasks = append(tasks, t)
	}
	s.mu.Unlock()
	var out []Entry
	for _, t := range tasks {
		select {
		case <-t.done:
		default:
			continue
		}
		if t.key.Fact == "\x00once" {
			continue
		}
		e := Entry{Key: t.key, Value: t.value, Duration: t.duration}
		e.Paths, e.Needs = s.closure(t)
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Key.Fact, b.Key.Fact), cmp.Compare(a.Key.Subject, b.Key.Subject))
	})
	return out
}

// closure is what a task read, with the reads of the shared computations it used counted as its own.
func (s *Set) closure(t *task) (paths []string, needs []Key) {
	paths, direct := t.reads()
	for _, k := range direct {
		if k.Fact != "\x00once" {
			needs = append(needs, k)
			continue
		}
		s.mu.Lock()
		shared := s.tasks[k]
		s.mu.Unlock()
		p, n := s.closure(shared)
		paths, needs = append(paths, p...), append(needs, n...)
	}
	slices.Sort(paths)
	slices.SortFunc(needs, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Subject, b.Subject))
	})
	return slices.Compact(paths), slices.Compact(needs)
}
