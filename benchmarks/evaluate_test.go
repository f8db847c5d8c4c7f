package benchmarks

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestThePageOfTheLanguageEvaluates(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, `
benchmark "test" {
  title           = "Test"
  version         = "1"
  applies_to      = label("role") == "ftp"
  default_profile = "two"
  profile "one" { title = "One" }
  profile "two" {
    title    = "Two"
    includes = ["one"]
  }
  chapter "5" { title = "Access" }
}
variable "tries" {
  type    = number
  default = 4
  validation { condition = var.tries >= 1 }
}
locals { strict = sshd.maxauthtries <= var.tries }
`+control("5.1.20", `
  why      = "Names."
  applies  = file("/etc/ssh").exists
  refs     = { nist = ["AC-6"] }
  pass     = sshd.permitrootlogin == "no"
  fix "sshd_option" {
    name  = "PermitRootLogin"
    value = "no"
  }`)+control("5.1.3", `
  check "few tries" { pass = local.strict }
  check "ports" { pass = admits::port("tcp", 22) }
`)+control("7.1.11", `
  violations = [for d in tree.dirs : d if !d.sticky]
  fix "file_mode" {
    for_each = violations
    path     = each.path
    add      = "o+t"
  }`)+control("8", `
  manual   = "Ask."
  evidence = { mode = file("/etc/passwd").mode }`)+control("9", `
  applies = !file("/etc/ssh").exists
  pass    = sshd.x11forwarding == false`)+control("10", `
  pass    = sshd.x11forwarding == false`))
	results := evaluate(t, h, b, Selection{})
	for id, want := range map[string]Verdict{"5.1.20": Fail, "5.1.3": Fail, "7.1.11": Fail, "8": Manual, "9": NotApplicable, "10": Unknown} {
		r := results[id]
		if r.Verdict != want {
			t.Errorf("%s is %v (%s), want %v", id, r.Verdict, r.Reason, want)
		}
	}
	var out strings.Builder
	for _, c := range b.Benchmarks[0].Controls {
		r := results[c.ID]
		out.WriteString(c.ID + " " + r.Verdict.String() + ": " + r.Reason + "\n")
		for _, c := range r.Checks {
			out.WriteString("  check " + c.Name + " " + c.Verdict.String() + "\n" + c.Explanation + "\n")
		}
		for _, v := range r.Violations {
			out.WriteString("  violation " + v.Identity + " " + v.Origin + "\n")
		}
		for _, e := range r.Evidence {
			out.WriteString("  read " + e.Fact + " " + e.Subject + " " + e.Path + " = " + brief2(e.Value) + " " + e.Unknown + " " + e.Origin + "\n")
		}
	}
	golden(t, "page.txt", out.String())
}

func brief2(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
