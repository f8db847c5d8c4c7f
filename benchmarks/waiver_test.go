package benchmarks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func waiverText(name, more string) string {
	return "waiver \"" + name + "\" {\n  benchmark = \"test\"\n  controls = [\"1\", \"2\"]\n  reason = \"Until March\"\n  owner = \"a@example.org\"\n  approved = \"2026-11-02\"\n" + more + "\n}\n"
}

const live = `expires = "2027-03-31T23:59:59Z"`

func TestALiveWaiverTurnsFailIntoWaivedAndNothingElse(t *testing.T) {
	policy := policyHead + control("1", "pass = sshd.permitrootlogin == \"no\"") + control("2", "pass = sshd.x11forwarding") + control("3", "pass = false") + control("4", "pass = true")
	for name, test := range map[string]struct {
		waivers string
		want    Verdict
		says    string
		expired bool
		used    string
	}{
		"live":             {waiverText("w", live), Waived, "waived by w until 2027-03-31: Until March", false, "w"},
		"expired":          {waiverText("w", `expires = "2026-11-23T11:59:59Z"`), Fail, "the waiver w expired on 2026-11-23", true, "w"},
		"expires now":      {waiverText("w", `expires = "2026-11-23T12:00:00Z"`), Fail, "expired", true, "w"},
		"zone":             {waiverText("w", `expires = "2026-11-23T12:30:00+01:00"`), Fail, "expired", true, "w"},
		"for this host":    {waiverText("w", live+"\nhosts = label(\"role\") == \"ftp\""), Waived, "", false, "w"},
		"for another host": {waiverText("w", live+"\nhosts = label(\"role\") == \"db\""), Fail, `sshd.permitrootlogin is "yes"`, false, ""},
		"hosts undecided":  {waiverText("w", live+"\nhosts = sshd.x11forwarding"), Fail, "not waived by w: whether it is for this host is not known: sshd.x11forwarding: permission denied", false, ""},
		"hosts fail":       {waiverText("w", live+"\nhosts = mode_within(label(\"role\"), \"0\")"), Fail, "not waived by w: its hosts failed", false, ""},
		"two":              {waiverText("old", `expires = "2026-01-01T00:00:00Z"`) + waiverText("new", live), Waived, "waived by new", false, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHost()
			b := load(t, h, policy)
			if diags := b.AddWaivers("w.hcl", []byte(test.waivers)); diags.HasErrors() {
				t.Fatal(showDiags(b, diags))
			}
			results := evaluate(t, h, b, Selection{})
			r := results["1"]
			if r.Verdict != test.want || !strings.Contains(r.Reason, test.says) {
				t.Errorf("%v (%s), want %v (%s)", r.Verdict, r.Reason, test.want, test.says)
			}
			switch {
			case (r.Waiver == nil) != (test.used == ""):
				t.Errorf("the waiver is %+v", r.Waiver)
			case r.Waiver != nil && (r.Waiver.Expired != test.expired || r.Waiver.Name != test.used || r.Waiver.Owner == ""):
				t.Errorf("the waiver is %+v", r.Waiver)
			}
			if results["2"].Verdict != Unknown || results["3"].Verdict != Fail || results["4"].Verdict != Pass {
				t.Errorf("others: %v %v %v", results["2"].Verdict, results["3"].Verdict, results["4"].Verdict)
			}
		})
	}
}

func TestTheClockOfWaiversCanBeGiven(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", "pass = false")+control("2", "pass = true"))
	if diags := b.AddWaivers("w.hcl", []byte(waiverText("w", live))); diags.HasErrors() {
		t.Fatal(diags)
	}
	if r := evaluate(t, h, b, Selection{Now: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)})["1"]; r.Verdict != Fail {
		t.Errorf("after it expired: %v", r.Verdict)
	}
}

func TestWaiversAreChecked(t *testing.T) {
	for want, text := range map[string]string{
		"zone included":                waiverText("w", `expires = "2027-03-31"`),
		"zone included, like":          waiverText("w", `expires = "2027-03-31T23:59:59"`),
		"needs a expires":              waiverText("w", ""),
		`has no control "2.1"`:         strings.Replace(waiverText("w", live), `"2"]`, `"2.1"]`, 1),
		`no benchmark "tset". Did you`: strings.Replace(waiverText("w", live), `"test"`, `"tset"`, 1),
		"needs a owner":                strings.Replace(waiverText("w", live), "owner", "# owner", 1),
		"must be a bool":               waiverText("w", live+"\nhosts = 1"),
		"already a waiver":             waiverText("w", live) + waiverText("w", live),
		"approved is a day":            strings.Replace(waiverText("w", live), "2026-11-02", "November", 1),
		`Did you mean "expires"`:       waiverText("w", `expiry = "2027-03-31T23:59:59Z"`),
		"needs controls":               strings.Replace(waiverText("w", live), `["1", "2"]`, "[]", 1),
	} {
		b := load(t, newFakeHost(), policyHead+control("1", "pass = false")+control("2", "pass = true"))
		diags := b.AddWaivers("w.hcl", []byte(text))
		if said := strings.Join(strings.Fields(showDiags(b, diags)), " "); !strings.Contains(said, want) {
			t.Errorf("diagnostics do not say %q:\n%s", want, said)
		}
		if len(b.waivers) != 0 {
			t.Errorf("a file with errors is used (%s)", want)
		}
	}
}

const tailored = policyHead + `
variable "tries" {
  type        = number
  default     = 4
  description = "Most tries."
  validation {
    condition = var.tries >= 1
    message   = "at least one try"
  }
}
variable "names" {
  type    = list(string)
  default = []
}
variable "needed" { type = string }
control "1" {
  title    = "Tries"
  profiles = ["one"]
  severity = "low"
  pass     = sshd.maxauthtries <= var.tries
}
control "1.2" {
  title    = "In no profile"
  profiles = []
  severity = "low"
  pass     = contains(var.names, "a")
}
control "2" {
  title    = "Needed"
  profiles = ["one"]
  severity = "low"
  pass     = var.needed == "x"
}
`

func TestTailoringSetsVariablesLeavesOutAndAddsProfiles(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, tailored)
	if r := evaluate(t, h, b, Selection{}); r["1"].Verdict != Fail || r["2"].Verdict != Unknown || len(r) != 2 {
		t.Errorf("before: %v", r)
	}
	diags := b.AddTailoring("site.tailoring.hcl", []byte(`
tailoring "test" {
  variables = { tries = 10, names = ["a"] }
  leave_out "2" { reason = "We do not need it." }
  profile "ours" {
    title    = "Ours"
    includes = ["one"]
    controls = ["1.2"]
  }
}`))
	if diags.HasErrors() {
		t.Fatal(showDiags(b, diags))
	}
	evals, err := b.Evaluate(t.Context(), h.set(), Selection{Profile: "ours"})
	if err != nil {
		t.Fatal(err)
	}
	e := evals[0]
	if len(e.Results) != 2 || e.Results[0].Verdict != Pass || e.Results[1].Verdict != Pass || e.Profile != "ours" {
		t.Errorf("results: %+v", e.Results)
	}
	if len(e.LeftOut) != 1 || e.LeftOut[0] != (LeftOut{"2", "We do not need it."}) || e.Variables["tries"] != int64(10) {
		t.Errorf("left out %v, variables %v", e.LeftOut, e.Variables)
	}
	if r := evaluate(t, h, b, Selection{Variables: map[string]string{"tries": "5"}}); r["1"].Verdict != Fail {
		t.Errorf("--var does not win over tailoring: %v", r["1"].Verdict)
	}
}

func TestTailoringIsChecked(t *testing.T) {
	for want, text := range map[string]string{
		`no benchmark "tset". Did you mean`: `tailoring "tset" {}`,
		`has no variable "treis". Did`:      "tailoring \"test\" {\n variables = { treis = 1 }\n}",
		"must be a number; it is a string":  "tailoring \"test\" {\n variables = { tries = \"1\" }\n}",
		"tries = 0: at least one try":       "tailoring \"test\" {\n variables = { tries = 0 }\n}",
		"must be spelled out":               "tailoring \"test\" {\n variables = { tries = sshd.maxauthtries }\n}",
		`has no control "1.3"`:              "tailoring \"test\" {\n leave_out \"1.3\" { reason = \"x\" }\n}",
		"needs a reason":                    "tailoring \"test\" {\n leave_out \"1\" {}\n}",
		"already left out":                  "tailoring \"test\" {\n leave_out \"1\" { reason = \"x\" }\n leave_out \"1\" { reason = \"x\" }\n}",
		`already a profile "one"`:           "tailoring \"test\" {\n profile \"one\" { title = \"x\" }\n}",
		`includes "on", which is not`:       "tailoring \"test\" {\n profile \"two\" {\n title = \"x\"\n includes = [\"on\"]\n }\n}",
		"includes it in turn":               "tailoring \"test\" {\n profile \"two\" {\n title = \"x\"\n includes = [\"two\"]\n }\n}",
		`has no control "9"`:                "tailoring \"test\" {\n profile \"two\" {\n title = \"x\"\n controls = [\"9\"]\n }\n}",
		"already set":                       "tailoring \"test\" {\n variables = { tries = 5 }\n}\ntailoring \"test\" {\n variables = { tries = 6 }\n}",
	} {
		h := newFakeHost()
		b := load(t, h, tailored)
		diags := b.AddTailoring("t.hcl", []byte(text))
		if said := strings.Join(strings.Fields(showDiags(b, diags)), " "); !strings.Contains(said, want) {
			t.Errorf("diagnostics do not say %q:\n%s", want, said)
		}
		if bench := b.Benchmarks[0]; len(bench.LeftOut) > 0 || len(bench.Profiles) != 1 || len(bench.tailored) > 0 {
			t.Errorf("a file with errors changes something (%s)", want)
		}
	}
}

func TestSelectionsAreChecked(t *testing.T) {
	for want, sel := range map[string]Selection{
		`there is no benchmark "tset"`:                      {Benchmarks: []string{"tset"}},
		`there is no profile "on" (there are one); did you`: {Profile: "on"},
		`there is no control "1.3"`:                         {Controls: []string{"1.3"}},
		`matches "9*"`:                                      {Controls: []string{"1", "9*"}},
		"not a pattern":                                     {Controls: []string{"["}},
		`no variable "treis" in the selected benchmarks; did you mean "tries"`: {Variables: map[string]string{"treis": "1"}},
		`variable tries: "many" is not a number`:                               {Variables: map[string]string{"tries": "many"}},
		`"1e999999999" is not a number`:                                        {Variables: map[string]string{"tries": "1e999999999"}},
		"at least one try":                                                     {Variables: map[string]string{"tries": "0"}},
		`variable names: "a" is not of type list(string)`:                      {Variables: map[string]string{"names": "a"}},
		`is not of type list(string)`:                                          {Variables: map[string]string{"names": "[]\nb = 1"}},
	} {
		h := newFakeHost()
		_, err := load(t, h, tailored).Evaluate(t.Context(), h.set(), sel)
		var wrong *SelectionError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want a SelectionError that says %q", sel, err, want)
		}
	}
	if _, err := (&Bundle{}).Evaluate(t.Context(), newFakeHost().set(), Selection{}); err == nil {
		t.Error("no benchmarks, and no error")
	}
}

func TestControlsAreSelectedByGlob(t *testing.T) {
	for _, test := range []struct {
		globs, want []string
	}{
		{[]string{"1*"}, []string{"1"}}, {[]string{"1.2"}, []string{"1.2"}}, {[]string{"2", "1"}, []string{"1", "2"}}, {nil, []string{"1", "2"}},
	} {
		h := newFakeHost()
		var ids []string
		for id := range evaluate(t, h, load(t, h, tailored), Selection{Controls: test.globs, Variables: map[string]string{"names": `["a"]`}}) {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		if !slices.Equal(ids, test.want) {
			t.Errorf("%q selects %q, want %q", test.globs, ids, test.want)
		}
	}
}

func TestProgressIsToldOncePerControl(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", "pass = true")+control("2", "pass = true")+control("3", "pass = true"))
	var told []int
	r := evaluate(t, h, b, Selection{Timings: true, Progress: func(done, total int) { told = append(told, done*10+total) }})
	if !slices.Equal(told, []int{13, 23, 33}) {
		t.Errorf("progress: %v", told)
	}
	if r["1"].Duration == 0 {
		t.Error("no duration")
	}
}
