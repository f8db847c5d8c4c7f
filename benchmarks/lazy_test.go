package benchmarks

import "testing"

// HCL evaluates both sides of && and ||, so that failing() || true is true and its error lost, and facts are read for
// nothing.
func TestErrorsAreKeptAndWhatIsNotNeededIsNotEvaluated(t *testing.T) {
	const failing = `mode_within(sshd.permitrootlogin, "0644")` // "yes" is no mode
	wantVerdicts(t, map[string]Verdict{
		failing + ` || true`:  Error,
		`true || ` + failing:  Pass,
		`false && ` + failing: Fail,
		failing + ` && false`: Error,
		`true && ` + failing:  Error,
		`(sshd.maxauthtries == 6 ? true : ` + failing + `)`: Pass,
		`(sshd.maxauthtries != 6 ? true : ` + failing + `)`: Error,
		`!(` + failing + `)`:                                     Error,
		`alltrue([false, ` + failing + `])`:                      Error, // arguments are all evaluated
		`length([for x in [1] : x if ` + failing + `]) == 0`:     Error,
		`anytrue([for x in [1, 2] : x == 1 || ` + failing + `])`: Error,
		`sshd.x11forwarding && false`:                            Fail,
		`sshd.x11forwarding || true`:                             Pass,
		`sshd.x11forwarding && true`:                             Unknown,
		`sshd.x11forwarding || false`:                            Unknown,
		`sshd.x11forwarding || !sshd.x11forwarding`:              Unknown,
	})
}

func TestFactsThatAreNotNeededAreNotRead(t *testing.T) {
	const dir = `"/${sshd.permitrootlogin}"` // not literal: nothing is prefetched
	for expr, want := range map[string]int32{
		`false && file(` + dir + `).exists`:                        0,
		`true || file(` + dir + `).exists`:                         0,
		`sshd.maxauthtries == 6 ? true : file(` + dir + `).exists`: 0,
		`true && file(` + dir + `).exists`:                         1,
		`sshd.x11forwarding ? file(` + dir + `).exists : true`:     0, // the condition is unknown
	} {
		h := newFakeHost()
		r := verdictOf(t, h, expr)
		if got := h.reads["file"].Load(); got != want {
			t.Errorf("%s reads file %d times, want %d (%v)", expr, got, want, r.Verdict)
		}
	}
}

func TestLiteralKeysAreFoundBeforeTheEvaluation(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+`
locals { p = file("/l").exists }
`+control("1", `pass = local.p && admits::port("tcp", 22)`)+control("2", `
  applies    = file("/absent").exists
  violations = tree.dirs`))
	set := h.set()
	keys, err := b.Keys(t.Context(), set, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range keys {
		names = append(names, k.String())
	}
	want := []string{`admits::port("tcp",22)`, `file("/absent")`, `file("/l")`, "tree"}
	if len(names) != len(want) {
		t.Fatalf("keys are %q, want %q", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("keys are %q, want %q", names, want)
		}
	}
	if _, err := b.Evaluate(t.Context(), set, Selection{}); err != nil {
		t.Fatal(err)
	}
	if n := h.reads["tree"].Load(); n != 0 {
		t.Errorf("tree is read %d times for a control that does not apply", n)
	}
}
