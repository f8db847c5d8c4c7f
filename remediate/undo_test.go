package remediate

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// numb are hands of a host on which units can't be told anything.
type numb struct {
	*world
	unit string
}

func (n *numb) Trigger(ctx context.Context, t Trigger) error {
	_ = n.world.Trigger(ctx, t)
	if t.Unit == n.unit {
		return errors.New("it does not answer")
	}
	return nil
}

func TestAUnitThatFailsDoesNotKeepTheOthersFromWhatWasRestored(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	applyTo(t, e, "one", time.Hour, threeSteps()...)
	e.Hands, w.triggered = &numb{w, "y.service"}, nil
	if err := e.Recover(t.Context(), "", "test", false); err == nil || !strings.Contains(err.Error(), "reload y.service: it does not answer") {
		t.Errorf("%v", err)
	}
	if !slices.Contains(w.triggered, "restart x.service") {
		t.Errorf("what followed: %v", w.triggered)
	}
	// It is tried again, with all that has to follow.
	e.Hands, w.triggered = w, nil
	if err := e.Recover(t.Context(), "", "test", false); err != nil {
		t.Error(err)
	}
	if got := strings.Join(w.triggered, ", "); got != "daemon-reload , reload y.service, restart x.service" {
		t.Errorf("what followed at last: %s", got)
	}
	if !maps.Equal(w.values, before) {
		t.Errorf("the host is %v", w.values)
	}
}

func TestUnitsTakeOverWhatWasRestoredWhereverTheRollBackDies(t *testing.T) {
	for n := 1; ; n++ {
		w, dir := newWorld(), t.TempDir()
		applyTo(t, w.engine(dir), "one", time.Hour, threeSteps()...)
		w.triggered = nil
		died, _ := dying(n, func() { _ = w.engine(dir).Recover(t.Context(), "", "test", false) })
		if err := w.engine(dir).Recover(t.Context(), "", "test", false); err != nil {
			t.Fatalf("crash at %d: %v", n, err)
		}
		for _, unit := range []string{"daemon-reload ", "reload y.service", "restart x.service"} {
			if !slices.Contains(w.triggered, unit) {
				t.Errorf("crash at %d: what followed: %v", n, w.triggered)
			}
		}
		if !died {
			break
		}
	}
}

func TestHalfARecordDoesNotHideWhatFollows(t *testing.T) {
	w := newWorld()
	e := w.engine(t.TempDir())
	j := applyTo(t, e, "one", time.Hour, threeSteps()...)
	j, err := e.Store.Load(j.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.open(); err != nil {
		t.Fatal(err)
	}
	// As a write leaves it for which the disk has no room.
	if _, err := j.log.WriteAt([]byte("0badc0de {\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"do"), j.size); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.append(Record{Event: Failed, Reason: "full"}), j.append(Record{Event: RolledOut}), j.close()); err != nil {
		t.Fatal(err)
	}
	got, err := e.Store.Load(j.ID)
	if err != nil || got.Status() != StatusRolledBack {
		text, _ := os.ReadFile(j.dir + "/log")
		t.Errorf("%v, %s\n%s", err, got.Status(), text)
	}
}

// At the start of a boot, what lies on a file system that is mounted later looks as if it had never been made.
func TestEarlyInABootWhatIsNotMountedYetIsLeftForLater(t *testing.T) {
	w := newWorld()
	w.values = map[string]string{"/etc/new": "", "/boot/new": "", "/boot/old": "1"}
	e := w.engine(t.TempDir())
	applyTo(t, e, "one", time.Hour, step("/etc/new", "", "2", plan.Safe, "1"), step("/boot/new", "", "2", plan.Safe, "1"), step("/boot/old", "1", "2", plan.Safe, "1"))
	there := maps.Clone(w.values)
	w.values["/boot/new"], w.values["/boot/old"] = "", ""
	e = w.engine(e.Store.Dir)
	e.Boot = "boot 2"
	if err := e.Recover(t.Context(), "", "reboot", true); err != nil {
		t.Fatal(err)
	}
	if w.values["/etc/new"] != "" {
		t.Error("what is there was not restored early")
	}
	w.values["/boot/new"], w.values["/boot/old"] = there["/boot/new"], there["/boot/old"]
	if err := e.Recover(t.Context(), "", "reboot", false); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"/etc/new": "", "/boot/new": "", "/boot/old": "1"}; !maps.Equal(w.values, want) {
		t.Errorf("the host is %v", w.values)
	}
	if j, err := e.Store.Load("one"); err != nil || j.Status() != StatusRolledBack {
		t.Errorf("%v %v", err, j.Status())
	}
}
