package benchmarks

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdfast-agent/holdfast/facts"
)

func runTests(t *testing.T, policy, tests string, globs ...string) ([]TestResult, string) {
	t.Helper()
	fsys := fstest.MapFS{
		"test/benchmark.hcl": {Data: []byte(policy)}, "test/a.test.hcl": {Data: []byte(tests)},
		"test/w.hcl.waivers": {Data: []byte(waiverText("w", live))},
	}
	h := newFakeHost()
	b, diags := Load(fsys, facts.NewSchema(h.sources()))
	if diags.HasErrors() {
		t.Fatal(showDiags(b, diags))
	}
	results, diags := b.Test(t.Context(), fsys, globs...)
	return results, showDiags(b, diags)
}

const tested = policyHead + `
variable "most" {
  type    = number
  default = 4
}
` + `control "1" {
  title    = "T"
  profiles = ["one"]
  severity = "high"
  applies  = file("/etc/ssh").exists
  pass     = sshd.permitrootlogin == "no" && sshd.maxauthtries <= var.most
}
control "2" {
  title      = "T"
  profiles   = []
  severity   = "high"
  violations = [for d in tree.dirs : d if !d.sticky]
}
control "3" {
  title    = "T"
  profiles = ["one"]
  severity = "high"
  pass     = days_until("2027-01-01T00:00:00Z") > 30 && admits::port("tcp", 22)
}
`

// HCL's optional attributes are null when left out, and null != "x" is true. What a test leaves out is unknown.
func TestWhatATestLeavesOutIsUnknown(t *testing.T) {
	results, diags := runTests(t, tested, `
test "passes" {
  facts {
    file = { "/etc/ssh" = { exists = true } }
    sshd = { permitrootlogin = "no", maxauthtries = 4 }
  }
  expect = { "1" = "pass" }
}
test "variables" {
  variables = { most = 3 }
  facts {
    file = { "/etc/ssh" = { exists = true } }
    sshd = { permitrootlogin = "no", maxauthtries = 4 }
  }
  expect = { "1" = "fail", "2" = "unknown" }
}
test "left out" {
  facts {
    file = { "/etc/ssh" = { exists = true } }
    sshd = { permitrootlogin = "no" }
  }
  expect = { "1" = "unknown" }
}
test "nothing" {
  expect = { "1" = "unknown", "2" = "unknown", "3" = "unknown" }
}
test "a list in part" {
  facts { tree = { dirs = partial([{ path = "/a", sticky = true }], "permission denied") } }
  expect = { "2" = "unknown" }
}
test "an element in part" {
  facts { tree = { dirs = [{ path = "/a" }, { path = "/b", sticky = false }, { path = "/c", sticky = true }] } }
  expect = { "2" = "fail" }
}
test "an empty list" {
  facts { tree = { dirs = [] } }
  expect = { "2" = "pass" }
}
test "the clock and several arguments" {
  now = "2026-11-23T12:00:00Z"
  facts {
    fact "admits::port" {
      args  = ["tcp", 22]
      value = true
    }
  }
  expect = { "3" = "pass" }
}
test "a later clock" {
  now = "2026-12-23T12:00:00Z"
  expect = { "3" = "fail" }
}
`)
	if len(results) != 9 || diags != "" {
		t.Fatalf("%d tests ran:\n%s", len(results), diags)
	}
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("%s: %s", r.Name, f)
		}
	}
}

func TestATestThatIsNotMetSaysWhatCame(t *testing.T) {
	results, _ := runTests(t, tested, `
test "wrong" {
  facts {
    file = { "/etc/ssh" = { exists = true } }
    sshd = { permitrootlogin = "yes" }
  }
  expect = { "1" = "pass" }
}
test "other" {
  profile = "one"
  expect  = { "2" = "unknown" }
}
test "unread" {
  facts { file = { "/etc/ssh" = unknown("no permission") } }
  expect = { "1" = "pass" }
}`)
	if len(results) != 3 {
		t.Fatalf("%d tests ran", len(results))
	}
	for i, want := range []string{`1 is fail, not pass: sshd.permitrootlogin is "yes"`, "2 is not in profile one, not unknown", `1 is unknown, not pass: it applies only where file("/etc/ssh").exists, which is not known: file("/etc/ssh").exists: no permission`} {
		r := results[i]
		if r.Passed() || len(r.Failures) != 1 || !strings.Contains(r.Failures[0].String(), want) {
			t.Errorf("%s: %v, want %s", r.Name, r.Failures, want)
		}
	}
	if !strings.Contains(results[0].Failures[0].Explanation, "test/a.test.hcl:5") {
		t.Errorf("the explanation does not say where the fact stands:\n%s", results[0].Failures[0].Explanation)
	}
}

func TestTestsChooseAndWaive(t *testing.T) {
	results, diags := runTests(t, policyHead+"\n"+control("1", "pass = sshd.x11forwarding")+control("2", "pass = true"), `
waivers = ["w.hcl.waivers"]
test "waived" {
  now = "2026-11-23T12:00:00Z"
  facts { sshd = { x11forwarding = false } }
  expect = { "1" = "waived" }
}
test "no more" {
  now = "2028-11-23T12:00:00Z"
  facts { sshd = { x11forwarding = false } }
  expect     = { "1" = "fail" }
  applies_to = "pass"
}`, "*wai*", "no more")
	if len(results) != 2 || !results[0].Passed() || !results[1].Passed() {
		t.Errorf("%+v\n%s", results, diags)
	}
	if results, _ = runTests(t, tested, "test \"a\" {\n expect = { \"1\" = \"unknown\" }\n}\ntest \"b\" {\n expect = { \"1\" = \"unknown\" }\n}", "b"); len(results) != 1 || results[0].Name != "b" {
		t.Errorf("the glob does not choose: %v", results)
	}
}

func TestTestsAreChecked(t *testing.T) {
	for want, text := range map[string]string{
		`Did you mean "permitrootlogin"?`: "facts { sshd = { permitrootlogni = \"yes\" } }\nexpect = { \"1\" = \"fail\" }",
		"must be a number; it is":         "facts { sshd = { maxauthtries = \"4\" } }\nexpect = { \"1\" = \"fail\" }",
		"null is refused":                 "facts { sshd = { maxauthtries = null } }\nexpect = { \"1\" = \"fail\" }",
		`no fact "sshdd"`:                 "facts { sshdd = {} }\nexpect = { \"1\" = \"fail\" }",
		`has no control "9"`:              "expect = { \"9\" = \"fail\" }",
		"is not a verdict":                "expect = { \"1\" = \"failed\" }",
		"needs expect":                    "facts {}",
		`has no variable "x"`:             "variables = { x = 1 }\nexpect = { \"1\" = \"fail\" }",
		`has no profile "two"`:            "profile = \"two\"\nexpect = { \"1\" = \"fail\" }",
		"RFC 3339":                        "now = \"today\"\nexpect = { \"1\" = \"fail\" }",
		"with such arguments":             "facts { sshd = {}\n fact \"admits::port\" { args = [1] } }\nexpect = { \"1\" = \"fail\" }",
		"stands for a list":               "facts { sshd = partial([], \"x\") }\nexpect = { \"1\" = \"fail\" }",
		"already says what":               "facts { sshd = {} }\nfacts { sshd = {} }\nexpect = { \"1\" = \"fail\" }",
		`Did you mean "expect"?`:          "expct = {}",
	} {
		if want == "with such arguments" {
			want = "takes 2"
			text = strings.Replace(text, "sshd = {}\n fact \"admits::port\" { args = [1] } }", "\nfact \"admits::port\" {\n args = [\"tcp\"]\n value = true\n}\n}", 1)
		}
		results, diags := runTests(t, tested, "test \"a\" {\n"+text+"\n}")
		if len(results) != 0 || !strings.Contains(strings.Join(strings.Fields(diags), " "), want) {
			t.Errorf("%d tests ran, and diagnostics do not say %q:\n%s", len(results), want, diags)
		}
	}
}
