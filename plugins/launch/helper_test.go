package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"golang.org/x/sys/unix"
)

// fakeHands are those of the helper in these tests, which is this test's program. They remember one state.
type fakeHands struct {
	is   remediate.State
	busy bool
}

func (h *fakeHands) Observe(_ context.Context, _, target string) (remediate.State, error) {
	switch target {
	case "pid":
		return remediate.NewState(fmt.Sprint(os.Getpid()), nil), nil
	case "environment":
		var names []string
		for _, e := range os.Environ() {
			name, _, _ := strings.Cut(e, "=")
			names = append(names, name)
		}
		return remediate.NewState(strings.Join(names, " "), nil), nil
	case "busy":
		return remediate.NewState(fmt.Sprint(h.busy), nil), nil
	case "refused":
		return remediate.State{}, remediate.Refuse("not on a Monday")
	case "absent":
		return remediate.State{}, errors.New("there is no such target")
	}
	return h.is, nil
}

func (h *fakeHands) Set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	switch s.Target {
	case "crash":
		panic("the disk is on fire")
	case "slow":
		h.busy = true
		<-ctx.Done()
		time.Sleep(100 * time.Millisecond) // what must not be interrupted
		h.busy = false
		return ctx.Err()
	}
	h.is = to
	if s.Before.Carry != nil {
		h.is.Summary += ", with what the step carried"
	}
	return nil
}

func (h *fakeHands) Validate(_ context.Context, steps []*remediate.Step) error {
	if len(steps) == 2 && steps[1].Risk == plan.Lockout && steps[1].After.Summary == "new" {
		return errors.New("sshd does not like it")
	}
	return nil
}

func (h *fakeHands) Trigger(_ context.Context, t remediate.Trigger) error {
	return fmt.Errorf("%s of %s failed", t.Verb, t.Unit)
}

func helped(t *testing.T) *Helper {
	t.Helper()
	h := &Helper{}
	t.Cleanup(h.Close)
	return h
}

func observed(t *testing.T, h *Helper, target string) string {
	t.Helper()
	s, err := h.Observe(t.Context(), "file", target)
	if err != nil {
		t.Fatal(err)
	}
	return s.Summary
}

func TestTheHelpersHandsAreAsGoodAsOurOwn(t *testing.T) {
	h := helped(t)
	step := &remediate.Step{Effect: "file", Target: "/x", Before: remediate.NewState("", nil).With("step")}
	if err := h.Set(t.Context(), step, remediate.NewState("new", "content").With([]int{1, 2})); err != nil {
		t.Fatal(err)
	}
	s, err := h.Observe(t.Context(), "file", "/x")
	if want := remediate.NewState("new, with what the step carried", "content").With([]int{1, 2}); err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("observed %s, %v; want %s", s, err, want)
	}
	steps := []*remediate.Step{{}, {Risk: plan.Lockout, After: remediate.NewState("new", 1)}}
	if err := h.Validate(t.Context(), steps); err == nil || err.Error() != "sshd does not like it" {
		t.Errorf("validated: %v", err)
	}
	if err := h.Trigger(t.Context(), remediate.Trigger{Verb: remediate.Reload, Unit: "x.service"}); err == nil || err.Error() != "reload of x.service failed" {
		t.Errorf("triggered: %v", err)
	}
	_, err = h.Observe(t.Context(), "file", "absent")
	if err == nil || err.Error() != "there is no such target" {
		t.Errorf("an error: %v", err)
	}
	if _, err = h.Observe(t.Context(), "file", "refused"); err == nil || err.Error() != "not on a Monday" || !refusal(err) {
		t.Errorf("a refusal: %v", err)
	}
	if got := observed(t, h, "pid"); got == fmt.Sprint(os.Getpid()) || got != observed(t, h, "pid") {
		t.Errorf("it is process %s, and we are %d", got, os.Getpid())
	}
	if got := observed(t, h, "environment"); strings.Contains(got, "HOME") || strings.Contains(got, "PATH ") {
		t.Errorf("its environment has %s", got)
	}
}

func refusal(err error) bool {
	var r *remediate.RefusedError
	return errors.As(err, &r)
}

func TestAHelperThatDiesIsSaidToAndStartedAnew(t *testing.T) {
	h := helped(t)
	before := observed(t, h, "pid")
	err := h.Set(t.Context(), &remediate.Step{Target: "crash"}, remediate.NewState("", 1))
	if err == nil || err.Error() != "the helper that changes the host ended: panic: the disk is on fire" {
		t.Errorf("got %v", err)
	}
	if after := observed(t, h, "pid"); after == before {
		t.Error("it has not died")
	}
}

// The way back begins only when what it undoes is over.
func TestWhatWasGivenUpIsOverBeforeTheNextCall(t *testing.T) {
	h := helped(t)
	if err := h.Warm(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := h.Set(ctx, &remediate.Step{Target: "slow"}, remediate.NewState("", 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got := observed(t, h, "busy"); got != "false" {
		t.Error("the next call was answered while the first one was under way")
	}
}

func TestTheHelperEndsWithClose(t *testing.T) {
	h := helped(t)
	var pid int
	if _, err := fmt.Sscan(observed(t, h, "pid"), &pid); err != nil {
		t.Fatal(err)
	}
	h.Close()
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is there: %v", pid, err)
	}
}

// waitToBeKilled starts a helper, says its process id and waits.
func waitToBeKilled() {
	s, err := (&Helper{}).Observe(context.Background(), "file", "pid")
	fmt.Println(s.Summary, err)
	time.Sleep(time.Minute)
}

func TestTheHelperEndsWithWhomeverStartedIt(t *testing.T) {
	starter := exec.Command("/proc/self/exe", "be-killed")
	out, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	_, err = fmt.Fscan(out, &pid)
	if err := errors.Join(err, starter.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	_ = starter.Wait()
	helper, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return // so soon
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(helper)
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(helper), Events: unix.POLLIN}}, 10_000); n != 1 || err != nil {
		t.Errorf("ten seconds later it is still there: %v", err)
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

func BenchmarkHelperStart(b *testing.B) {
	for b.Loop() {
		h := &Helper{}
		if err := h.Warm(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		h.Close()
		b.StartTimer()
	}
}

func BenchmarkHelperCall(b *testing.B) {
	h := &Helper{}
	defer h.Close()
	for b.Loop() {
		if _, err := h.Observe(b.Context(), "file", "/x"); err != nil {
			b.Fatal(err)
		}
	}
}

// Steps and states go to the helper as JSON: a field that has none would be lost on the way.
func TestStepsAndStatesAreWholeInJSON(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[remediate.Step](), reflect.TypeFor[remediate.State](), reflect.TypeFor[remediate.Trigger]()} {
		for f := range typ.Fields() {
			if tag := f.Tag.Get("json"); !f.IsExported() || tag == "" || tag == "-" {
				t.Errorf("%v.%s", typ, f.Name)
			}
		}
	}
}
