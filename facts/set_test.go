package facts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

type number struct {
	N V[int] `fact:"n" doc:"A number."`
}

func fact(name string, collect func(ctx context.Context, r *Reader, k Key) (number, error)) Source {
	return Define(Descriptor{Name: name, Timeout: time.Minute}, collect)
}

func newTestSet(t *testing.T, sources ...Source) *Set {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return NewSet(ctx, Host{FS: hostfs.New(t.TempDir()), Live: true}, sources)
}

func known(n int) (number, error) { return number{N: Known(n, From("test"))}, nil }

func TestAFactIsCollectedOnce(t *testing.T) {
	var calls atomic.Int32
	s := newTestSet(t, fact("f", func(context.Context, *Reader, Key) (number, error) {
		calls.Add(1)
		return known(1)
	}))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { s.Read(context.Background(), Key{Fact: "f"}) })
	}
	wg.Wait()
	if calls.Load() != 1 {
		t.Errorf("collected %d times", calls.Load())
	}
}

func TestPrefetchCollectsInParallel(t *testing.T) {
	meet := make(chan struct{}, 2)
	both := func(ctx context.Context, _ *Reader, _ Key) (number, error) {
		meet <- struct{}{}
		for len(meet) < 2 { // waits until the other has begun as well
			if ctx.Err() != nil {
				return number{}, ctx.Err()
			}
			time.Sleep(time.Millisecond)
		}
		return known(1)
	}
	s := newTestSet(t, fact("a", both), fact("b", both))
	s.Prefetch(context.Background(), []Key{{Fact: "a"}, {Fact: "b"}})
	if !s.Read(context.Background(), Key{Fact: "a"}).GetAttr("n").IsKnown() {
		t.Error("a waited for b, and b had not begun")
	}
}

func TestWhatFailsIsUnknownWithTheReason(t *testing.T) {
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	hangs := Define(Descriptor{Name: "hangs", Timeout: 20 * time.Millisecond}, func(context.Context, *Reader, Key) (number, error) {
		<-stuck // does not heed its context
		return known(1)
	})
	s := newTestSet(t,
		fact("fails", func(context.Context, *Reader, Key) (number, error) { return number{}, errors.New("permission denied") }),
		fact("panics", func(context.Context, *Reader, Key) (number, error) { panic("boom") }),
		hangs,
	)
	for name, want := range map[string]string{"fails": "permission denied", "panics": "panicked", "hangs": "timed out after 20ms", "none": "there is no fact none"} {
		v := s.Read(context.Background(), Key{Fact: name})
		if name != "none" && v.IsKnown() {
			t.Errorf("%s is known: %#v", name, v.Value)
		}
		if got := v.ReasonOf("n"); !strings.Contains(got, want) {
			t.Errorf("%s: the reason is %q, want %q in it", name, got, want)
		}
	}
}

func TestACallerThatGivesUpLeavesTheCollectionToOthers(t *testing.T) {
	release := make(chan struct{})
	s := newTestSet(t, fact("slow", func(context.Context, *Reader, Key) (number, error) {
		<-release
		return known(7)
	}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if v := s.Read(ctx, Key{Fact: "slow"}); v.IsKnown() {
		t.Error("a cancelled read is known")
	}
	close(release)
	if v := s.Read(context.Background(), Key{Fact: "slow"}); !v.GetAttr("n").IsKnown() {
		t.Error("the next reader did not get the value")
	}
}

func TestFactsThatWaitForEachOtherAreUnknown(t *testing.T) {
	reads := func(other string) func(context.Context, *Reader, Key) (number, error) {
		return func(ctx context.Context, r *Reader, _ Key) (number, error) {
			return Get[number](ctx, r, Key{Fact: other})
		}
	}
	s := newTestSet(t, fact("a", reads("b")), fact("b", reads("c")), fact("c", reads("a")), fact("self", reads("self")))
	done := make(chan struct{})
	go func() {
		s.Prefetch(context.Background(), []Key{{Fact: "a"}, {Fact: "b"}, {Fact: "c"}, {Fact: "self"}})
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a cycle of facts hangs")
	}
	for _, name := range []string{"a", "b", "c", "self"} {
		v := s.Read(context.Background(), Key{Fact: name})
		if v.IsKnown() || !strings.Contains(v.ReasonOf(""), "waits for itself") {
			t.Errorf("%s: %#v, %q", name, v.Value, v.ReasonOf(""))
		}
	}
}

func TestEntriesSayWhatWasRead(t *testing.T) {
	shared := func(ctx context.Context, r *Reader) (int, error) {
		return Once(ctx, r, "shared", func(_ context.Context, r *Reader) (int, error) {
			_, err := r.ReadFile("/etc/shared")
			return 1, err
		})
	}
	s := newTestSet(t,
		fact("inner", func(context.Context, *Reader, Key) (number, error) { return known(1) }),
		fact("outer", func(ctx context.Context, r *Reader, _ Key) (number, error) {
			_, _ = r.Stat("/etc/own")
			_, _ = shared(ctx, r)
			return Get[number](ctx, r, Key{Fact: "inner"})
		}),
		fact("second", func(ctx context.Context, r *Reader, _ Key) (number, error) {
			_, _ = shared(ctx, r)
			return known(1)
		}),
	)
	s.Prefetch(context.Background(), []Key{{Fact: "outer"}, {Fact: "second"}})
	got := map[string]Entry{}
	for _, e := range s.Entries() {
		got[e.Key.Fact] = e
	}
	if e := got["outer"]; !slices.Equal(e.Paths, []string{"/etc/own", "/etc/shared"}) || !slices.Equal(e.Needs, []Key{{Fact: "inner"}}) {
		t.Errorf("outer read %v and needed %v", e.Paths, e.Needs)
	}
	if e := got["second"]; !slices.Equal(e.Paths, []string{"/etc/shared"}) {
		t.Errorf("who comes second to a shared computation read %v", e.Paths)
	}
}

func TestSubjectIsCanonical(t *testing.T) {
	two := Descriptor{Name: "admits", Args: []Arg{{Name: "protocol", Type: cty.String}, {Name: "port", Type: cty.Number}}}
	subject, err := two.Subject([]cty.Value{cty.StringVal("tcp"), cty.NumberIntVal(22)})
	if err != nil || subject != `["tcp",22]` {
		t.Fatalf("%q, %v", subject, err)
	}
	if k := (Key{Fact: "admits", Subject: subject}).String(); k != `admits("tcp",22)` {
		t.Error(k)
	}
	back, err := two.Arguments(subject)
	if err != nil || back[0].AsString() != "tcp" || !back[1].RawEquals(cty.NumberIntVal(22)) {
		t.Errorf("%#v, %v", back, err)
	}
	for _, args := range [][]cty.Value{nil, {cty.StringVal("tcp")}, {cty.StringVal("tcp"), cty.StringVal("22")}, {cty.StringVal("tcp"), cty.UnknownVal(cty.Number)}, {cty.StringVal("tcp"), cty.NullVal(cty.Number)}} {
		if s, err := two.Subject(args); err == nil {
			t.Errorf("%#v became the subject %q", args, s)
		}
	}
}
