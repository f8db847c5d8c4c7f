package benchmarks

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-agent/holdfast/facts"
)

// JSON can't hold what is unknown, nor why. A recording can: the audit of one says what the audit of its host said.
func TestAnAuditOfARecordingSaysWhatTheAuditOfItsHostSaid(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, tested+control("4", `pass = file("/absent").mode == "0644"`)+control("5", `violations = [for d in tree.partial : d if !d.sticky]`)+
		control("6", `pass = label("role") == "ftp" && sshd.listen[0].port == 22`))
	set := h.set()
	live, err := b.Evaluate(t.Context(), set, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := set.WriteRecording(&file, "test"); err != nil {
		t.Fatal(err)
	}
	rec, err := facts.ReadRecording(&file)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := b.Evaluate(t.Context(), facts.NewRecordedSet(rec, set.Schema()), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	unknown := 0
	for i, r := range live[0].Results {
		got := recorded[0].Results[i]
		if got.Verdict != r.Verdict || got.Reason != r.Reason || cmp.Diff(got.Checks, r.Checks)+cmp.Diff(got.Evidence, r.Evidence) != "" {
			t.Errorf("%s is %v (%s), and %v (%s) from the recording", r.Control.ID, r.Verdict, r.Reason, got.Verdict, got.Reason)
		}
		if r.Verdict == Unknown {
			unknown++
		}
	}
	if unknown < 2 {
		t.Errorf("only %d results are unknown: the test shows little", unknown)
	}
}
