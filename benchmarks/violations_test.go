package benchmarks

import (
	"slices"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
)

// HCL turns the whole result of a for expression unknown at the first unknown if: certain violations get lost.
func TestACertainViolationFailsWhateverElseIsUnknown(t *testing.T) {
	for name, test := range map[string]struct {
		violations string
		want       Verdict
		found      []string
	}{
		"one element undecided, two violate":   {`[for d in tree.dirs : d if !d.sticky]`, Fail, []string{"/var/spool/x", "/srv/z"}},
		"the undecided one alone":              {`[for d in tree.dirs : d if !d.sticky && d.path == "/mnt/y"]`, Unknown, nil},
		"none violates":                        {`[for d in tree.dirs : d if d.owner != "root"]`, Pass, nil},
		"read in part, none so far":            {`[for d in tree.partial : d if !d.sticky]`, Unknown, nil},
		"read in part, one violates":           {`[for d in tree.partial : d if d.sticky]`, Fail, []string{"/tmp"}},
		"unread":                               {`[for d in tree.unread : d if d.sticky]`, Unknown, nil},
		"unread, and no element could violate": {`[for d in tree.unread : d if false]`, Unknown, nil},
		"read, and empty":                      {`tree.empty`, Pass, nil},
		"the list itself":                      {`tree.partial[*].path`, Fail, []string{"/tmp"}},
		"what violates is not known":           {`[for d in tree.dirs : d.sticky if d.path == "/mnt/y"]`, Fail, []string{"unknown"}},
		"objects of the policy's own":          {`[for d in tree.dirs : { message = "${d.path} is ${d.owner}'s" } if d.path == "/tmp"]`, Fail, []string{"/tmp is root's"}},
		"objects without a name":               {`[{ b = 1, a = [true] }]`, Fail, []string{`{"a":[true],"b":1}`}},
		"an error in a later element":          {`[for d in tree.dirs : d if mode_within(d.path == "/srv/z" ? d.path : "0", "0")]`, Error, nil},
		"at least one":                         {`[for d in at_least(tree.empty, 1) : d if d.sticky]`, Unknown, nil},
		"at least one, whatever it is":         {`[for d in at_least(tree.empty, 1) : d if false]`, Unknown, nil},
		"over a map":                           {`[for k, v in sshd.env : k if v == "C"]`, Fail, []string{"LANG"}},
		"in two loops":                         {`[for d in tree.dirs : d if length([for e in tree.dirs : e if e.path != d.path]) == 4]`, Pass, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHost()
			r := evaluate(t, h, load(t, h, policyHead+control("1", "violations = "+test.violations)), Selection{})["1"]
			var found []string
			for _, v := range r.Violations {
				found = append(found, v.Identity)
			}
			if r.Verdict != test.want || !slices.Equal(found, test.found) {
				t.Errorf("verdict %v (%s) with %q, want %v with %q", r.Verdict, r.Reason, found, test.want, test.found)
			}
		})
	}
}

func TestOverChecksFailGoesBeforeErrorBeforeUnknownBeforePass(t *testing.T) {
	checks := map[string]string{
		"fail": `pass = false`, "error": `pass = mode_within(sshd.permitrootlogin, "0")`, "unknown": `pass = sshd.x11forwarding`, "pass": `pass = true`,
		"violations": `violations = [1]`,
	}
	for _, test := range []struct {
		a, b string
		want Verdict
	}{
		{"error", "fail", Fail}, {"unknown", "error", Error}, {"pass", "unknown", Unknown}, {"unknown", "fail", Fail},
		{"pass", "pass", Pass}, {"violations", "error", Fail},
	} {
		h := newFakeHost()
		body := "check \"a\" {\n" + checks[test.a] + "\n}\ncheck \"b\" {\n" + checks[test.b] + "\n}"
		r := evaluate(t, h, load(t, h, policyHead+control("1", body)), Selection{})["1"]
		if r.Verdict != test.want || len(r.Checks) != 2 {
			t.Errorf("%s and %s is %v, want %v", test.a, test.b, r.Verdict, test.want)
		}
	}
}

func TestAppliesDecidesFirst(t *testing.T) {
	for applies, want := range map[string]Verdict{
		`file("/absent").exists`: NotApplicable, `file("/etc").exists`: Fail,
		`file("/denied").exists`: Unknown, `mode_within(sshd.permitrootlogin, "0")`: Error,
	} {
		h := newFakeHost()
		r := evaluate(t, h, load(t, h, policyHead+control("1", "applies = "+applies+"\npass = false")), Selection{})["1"]
		if r.Verdict != want || r.Reason == "" {
			t.Errorf("with applies = %s: %v (%s), want %v", applies, r.Verdict, r.Reason, want)
		}
		head := "benchmark \"test\" {\n title = \"T\"\n default_profile = \"one\"\n applies_to = " + applies + "\n profile \"one\" { title = \"One\" }\n}\n"
		evals, err := load(t, h, head+control("1", "pass = false")).Evaluate(t.Context(), h.set(), Selection{})
		if err != nil {
			t.Fatal(err)
		}
		wantBench := want
		if want == Fail {
			wantBench = Pass
		}
		if e := evals[0]; e.Verdict != wantBench || (len(e.Results) > 0) != (wantBench == Pass) || (e.Reason == "") != (wantBench == Pass) {
			t.Errorf("with applies_to = %s: %v (%s), %d results", applies, e.Verdict, e.Reason, len(e.Results))
		}
	}
}

func TestAffectedAreThoseThatReadAChangedFact(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", `pass = file("/a").exists && sshd.maxauthtries == 6`)+
		control("2", `pass = sshd.maxauthtries == 5 && file("/a").exists`)+
		control("3", "applies = file(\"/a\").exists\npass = true")+control("4", `pass = days_until("2027-01-01T00:00:00Z") > 1`))
	evals, err := b.Evaluate(t.Context(), h.set(), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for want, changed := range map[string]facts.Key{"1 3": {Fact: "file", Subject: "/a"}, "1 2": {Fact: "sshd"}, "4": {Fact: "clock"}, "": {Fact: "file", Subject: "/b"}} {
		got := ""
		for _, id := range Affected(evals[0].Results, []facts.Key{changed}) {
			if got != "" {
				got += " "
			}
			got += id
		}
		if got != want {
			t.Errorf("%s affects %q, want %q", changed, got, want)
		}
	}
}
