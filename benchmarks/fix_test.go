package benchmarks

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zclconf/go-cty/cty"
)

// callsOf evaluates the first fix of a control.
func callsOf(t *testing.T, body string) ([]FixCall, error) {
	t.Helper()
	h := newFakeHost()
	b := load(t, h, policyHead+"variable \"v\" {\n  type    = number\n  default = 3\n}\n"+control("1", body))
	set := h.set()
	evals, err := b.Evaluate(t.Context(), set, Selection{Variables: map[string]string{"v": "5"}})
	if err != nil {
		t.Fatal(err)
	}
	r := evals[0].Results[0]
	return r.Control.Fixes[0].Arguments(t.Context(), set, &r)
}

func TestFixesAreAppliedToEachCertainViolation(t *testing.T) {
	calls, err := callsOf(t, `violations = [for d in tree.dirs : d if !d.sticky]
  fix "file_mode" {
    for_each = violations
    path     = each.path
    add      = "o+t"
  }`)
	if err != nil || len(calls) != 2 {
		t.Fatalf("calls %v, %v", calls, err)
	}
	for i, path := range []string{"/var/spool/x", "/srv/z"} {
		c := calls[i]
		if c.Kind != "file_mode" || c.For != path || c.Args.GetAttr("path").AsString() != path || c.Args.GetAttr("add").AsString() != "o+t" {
			t.Errorf("call %d is %#v", i, c)
		}
		if !c.Args.GetAttr("mode").IsNull() || c.Args.GetAttr("mode").Type() != cty.String {
			t.Errorf("an argument that is not given is %#v", c.Args.GetAttr("mode"))
		}
	}
}

func TestFixesSeeVariablesFactsAndChecks(t *testing.T) {
	calls, err := callsOf(t, `
  check "a" { pass = false }
  check "b" { violations = sshd.ciphers }
  fix "sshd_option" {
    for_each = [for c in violations : c if startswith(c, "3")]
    name     = "Ciphers"
    value    = "-${each}.${var.v}.${sshd.maxauthtries}"
  }`)
	if err != nil || len(calls) != 1 || calls[0].Args.GetAttr("value").AsString() != "-3des-cbc.5.6" {
		t.Errorf("calls %#v, %v", calls, err)
	}
}

func TestGuardsAndUnknownsRefuse(t *testing.T) {
	fix := func(more string) string {
		return "pass = false\nfix \"sysctl\" {\n  name = \"net.ipv4.ip_forward\"\n" + more + "\n}"
	}
	guard := func(when string) string {
		return "value = \"0\"\nguard {\n  when = " + when + "\n  reason = \"containers need it\"\n}"
	}
	for want, body := range map[string]string{
		"": fix(guard("sshd.maxauthtries == 5")),
		"containers need it (whether that is so is not known: sshd.x11forwarding: permission denied)": fix(guard("sshd.x11forwarding")),
		"containers need it (whether that is so failed to evaluate":                                   fix(guard("mode_within(sshd.permitrootlogin, \"0\")")),
		"containers need it": fix(guard("sshd.maxauthtries == 6")),
		`value is not known: file("/absent").mode: /absent does not exist`: fix(`value = file("/absent").mode`),
		"value failed to evaluate":           fix(`value = "${parseint(sshd.permitrootlogin, 10)}"`),
		`state is "yes", and must be one of`: "pass = false\nfix \"package\" {\n  name = \"x\"\n  state = sshd.permitrootlogin\n}",
	} {
		calls, err := callsOf(t, body)
		var refused *RefusedError
		switch {
		case want == "" && (err != nil || len(calls) != 1):
			t.Errorf("%s is refused: %v", body, err)
		case want != "" && (!errors.As(err, &refused) || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%s: %v, want it refused: %s", body, err, want)
		}
	}
}

func TestAFixOfAnotherControlIsNotApplied(t *testing.T) {
	h := newFakeHost()
	b := load(t, h, policyHead+control("1", "pass = false\nfix \"login_defs\" {\n name = \"a\"\n value = \"b\"\n}")+control("2", "pass = false"))
	results := evaluate(t, h, b, Selection{})
	r := results["2"]
	if _, err := results["1"].Control.Fixes[0].Arguments(t.Context(), h.set(), &r); err == nil {
		t.Error("it is")
	}
}

func TestEveryKindOfFixIsDocumented(t *testing.T) {
	kinds := FixKinds()
	if len(kinds) < 26 {
		t.Errorf("%d kinds", len(kinds))
	}
	for _, k := range kinds {
		if k.Doc == "" {
			t.Errorf("%s has no doc", k.Name)
		}
		names := map[string]bool{}
		for _, a := range k.Args {
			if a.Doc == "" || names[a.Name] || !concrete(a.Type) || len(a.OneOf) > 0 && a.Type != cty.String {
				t.Errorf("%s.%s has no doc, comes twice or is of a wrong type", k.Name, a.Name)
			}
			names[a.Name] = true
		}
		for _, group := range append(k.AnyOf, k.NotBoth...) {
			for _, name := range group {
				if !names[name] {
					t.Errorf("%s: %s is in a group and no argument", k.Name, name)
				}
			}
		}
	}
}

func TestTheTextOfAFixIsItsBodyFormatted(t *testing.T) {
	b := load(t, newFakeHost(), policyHead+control("1", "pass = false\n      fix \"login_defs\" {\n        name = \"a\"\n        value    = \"b\"\n      }"))
	if got := b.Benchmarks[0].Controls[0].Fixes[0].Text; got != "name  = \"a\"\nvalue = \"b\"" {
		t.Errorf("the text is %q", got)
	}
}

func TestReferencePagesShowControlsAndFixes(t *testing.T) {
	b := load(t, newFakeHost(), tailored+control("5", "why = \"Because.\"\n  refs = { cis = [\"1\", \"2\"] }\n  applies = file(\"/a|b\").exists\n  violations = tree.dirs\n  fix \"file_mode\" {\n    for_each = violations\n    path = each.path\n    add = \"o+t\"\n  }")+
		control("6", "manual = \"Look.\"")+control("7", "pass = true\n  remedy = \"Ask the vendor.\""))
	var out strings.Builder
	risk := func(kind string) string { return map[string]string{"file_mode": "safe"}[kind] }
	if err := WriteDocs(&out, b.Benchmarks[0], risk); err != nil {
		t.Fatal(err)
	}
	golden(t, "docs.md", out.String())
}

func TestFormat(t *testing.T) {
	got, diags := Format([]byte("control \"1\"   {\n title=\"x\"\n   profiles = [\"a\"]\n}\n"), "x.hcl")
	if want := "control \"1\" {\n  title    = \"x\"\n  profiles = [\"a\"]\n}\n"; string(got) != want || diags.HasErrors() {
		t.Errorf("Format gives %q, %v", got, diags)
	}
	if got, diags := Format([]byte("control {"), "x.hcl"); got != nil || !diags.HasErrors() {
		t.Errorf("what does not parse is formatted: %q", got)
	}
}

func TestFurtherKindsOfFixAreCheckedAsTheBuiltInOnesAre(t *testing.T) {
	further := FixKind{Name: "haproxy_global", Doc: "An option.", Args: []FixArg{
		need("name", cty.String, "The option."), choice(may("state", cty.String, "on or off."), "on", "off"),
	}}
	text := func(fix string) fstest.MapFS {
		return fstest.MapFS{"a.hcl": {Data: []byte(policyHead + control("1", "pass = false\nfix "+fix))}}
	}
	for fix, want := range map[string]string{
		`"haproxy_global" { name = "daemon" }`:                         "",
		"\"haproxy_global\" {\n name = \"daemon\"\n state = \"up\"\n}": "state is one of on, off",
		`"haproxy_global" { }`:                                         "needs name",
		`"haproxy_globl" { name = "daemon" }`:                          `Did you mean "haproxy_global"?`,
		`"haproxy_global" { name = ["a"] }`:                            "Wrong type",
	} {
		_, diags := Load(text(fix), newFakeHost().set().Schema(), further)
		if want == "" && diags.HasErrors() || want != "" && !strings.Contains(diags.Error(), want) {
			t.Errorf("%s: got %v, want %q", fix, diags, want)
		}
	}
	h := newFakeHost()
	b, diags := Load(text(`"haproxy_global" { name = "daemon" }`), h.set().Schema(), further)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r := evaluate(t, h, b, Selection{})["1"]
	calls, err := r.Control.Fixes[0].Arguments(t.Context(), h.set(), &r)
	if err != nil || len(calls) != 1 || calls[0].Kind != "haproxy_global" || calls[0].Args.GetAttr("name").AsString() != "daemon" || !calls[0].Args.GetAttr("state").IsNull() {
		t.Errorf("got %v, %v", calls, err)
	}
	if _, diags := Load(text(`"haproxy_global" { name = "daemon" }`), newFakeHost().set().Schema()); !diags.HasErrors() {
		t.Error("it is known to those who do not have it")
	}
}
