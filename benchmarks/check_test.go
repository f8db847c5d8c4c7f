package benchmarks

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdfast-agent/holdfast/facts"
)

// Evaluating a policy on unknowns finds only the mistakes on the way that unknowns take. Every node is checked here.
func TestEveryNodeIsChecked(t *testing.T) {
	wantRefused(t, map[string]string{
		`true || sshd.nosuch`:                              `The fact sshd has no attribute "nosuch"`,
		`false && file(7).exists`:                          "path is a string; this is a number",
		`sshd.x11forwarding ? true : sshd.maxauthtries`:    "the first is a bool and the second is a number",
		`true ? true : sshd.permitrootlogi == "x"`:         `Did you mean "permitrootlogin"?`,
		`length([for d in tree.empty : d.stiky]) == 0`:     `Did you mean "sticky"?`,
		`length([for d in tree.empty : d if d.path]) == 0`: "if takes a bool; this is a string",
		`length([for d in sshd : d]) == 0`:                 "for goes over a list or a map; this is an object",
		`length(tree.empty[*].stiky) == 0`:                 `Did you mean "sticky"?`,
		`length(sshd.maxauthtries[*]) == 0`:                "[*] goes over a list; this is a number",
		`tree.dirs.path == "x"`:                            "write [*].path",
		`tree.dirs["x"].path == "x"`:                       "has no such element",
		`tree.dirs[sshd.permitrootlogin].path == "x"`:      "index of a list is a number",
		`sshd.env[1] == "x"`:                               "has no such element",
		`"${tree.dirs}" == "x"`:                            "Use join for lists",
		`"a ${sshd} b" == "x"`:                             "this is an object",
		`{ for d in tree.dirs : d.sticky => 1 }["x"] == 1`: "The keys of a map are strings",
		`var.tires == 1`:                                   `There is no variable "tires"`,
		`local.x == 1`:                                     `There is no local "x"`,
		`ssdh.maxauthtries == 1`:                           `Did you mean "sshd"?`,
		`sshd("x").maxauthtries == 1`:                      "write it without parentheses",
		`file.mode == "x"`:                                 "file(path)",
		`fiel("x").mode == "x"`:                            `Did you mean "file"?`,
		`file("a", "b").mode == "x"`:                       "takes 1, not 2",
		`label("") == "x"`:                                 "can't be empty",
		`jsondecode("1") == 1`:                             "There is no fact or function",
		`try(sshd.nosuch, true)`:                           "There is no fact or function",
		`file("/x")`:                                       "This must be a bool; it is an object",
		`alltrue(tree.dirs)`:                               "argument 1 must be list(bool)",
		`join(",", [1]) == ""`:                             "argument 2 must be list(string)",
		`keys(sshd) == []`:                                 "takes a map; this is an object",
		`concat(["a"], [1]) == []`:                         "this is list(number)",
		`!sshd.maxauthtries`:                               "! takes a bool; this is a number",
		`sshd.maxauthtries && true`:                        "&& takes bools; this is a number",
		`[for d in tree.dirs : { a = 1, a = 2 }] == []`:    `already has an attribute "a"`,
		`["x", 1] == []`:                                   "elements of a list are of one type",
		`min("a") == 1`:                                    "must be a number",
		`sum([for x in ["a"] : x]) == 1`:                   "must be list(number)",
		`{ (sshd.permitrootlogin) = 1 } == { a = 1 }`:      "named in the text",
		`"%{ if true }x%{ endif }" == "x"`:                 "not part of the language",
		`max([1]...) == 1`:                                 "can't be expanded",
		`1e9999 == 1`:                                      "too large",
	})
}

func TestBlocksAreChecked(t *testing.T) {
	good := control("1", "pass = true")
	for name, test := range map[string]struct{ policy, want string }{
		"no benchmark":           {good, "has no benchmark block"},
		"two benchmark blocks":   {policyHead + policyHead + good, "another is at"},
		"unknown block":          {policyHead + "controll \"1\" {}", `Did you mean "control"?`},
		"unknown attribute":      {policyHead + control("1", "pass = true\nserverity = 1"), `Did you mean "severity"?`},
		"no form":                {policyHead + control("1", ""), "exactly one of"},
		"two forms":              {policyHead + control("1", "pass = true\nviolations = []"), "this one has pass and violations"},
		"form and checks":        {policyHead + control("1", "pass = true\ncheck \"a\" { pass = true }\ncheck \"b\" { pass = true }"), "pass and check"},
		"one check":              {policyHead + control("1", `check "a" { pass = true }`), "two ways or more"},
		"check of two forms":     {policyHead + control("1", "check \"a\" {\n pass = true\n violations = []\n}\ncheck \"b\" { pass = true }"), "either pass or violations"},
		"violations no list":     {policyHead + control("1", "violations = true"), "violations is a list"},
		"evidence and pass":      {policyHead + control("1", "pass = true\nevidence = {}"), "Only manual controls"},
		"control twice":          {policyHead + good + good, "already a control \"1\""},
		"wrong severity":         {policyHead + strings.Replace(good, "high", "hihg", 1), `Did you mean "high"?`},
		"unknown profile":        {policyHead + strings.Replace(good, `"one"`, `"won"`, 1), `Did you mean "one"?`},
		"default profile":        {strings.Replace(policyHead, `= "one"`, `= "on"`, 1) + good, `Did you mean "one"?`},
		"profile cycle":          {strings.Replace(policyHead, `profile "one" { title = "One" }`, "profile \"one\" {\n title = \"One\"\n includes = [\"two\"]\n}\nprofile \"two\" {\n title = \"Two\"\n includes = [\"one\"]\n}", 1) + good, "which includes it in turn"},
		"profile of itself":      {strings.Replace(policyHead, `{ title = "One" }`, "{\n title = \"One\"\n includes = [\"one\"]\n}", 1) + good, "which includes it in turn"},
		"profile not there":      {strings.Replace(policyHead, `{ title = "One" }`, "{\n title = \"One\"\n includes = [\"none\"]\n}", 1) + good, "not declared"},
		"local cycle":            {policyHead + good + "locals {\n a = local.b\n b = local.a\n}", "is made from itself"},
		"local of itself":        {policyHead + good + "locals {\n a = local.a + 1\n}", "is made from itself"},
		"unused local is wrong":  {policyHead + good + "locals {\n a = sshd.nosuch\n}", "no attribute"},
		"variable without type":  {policyHead + good + "variable \"a\" {}", "needs a type"},
		"variable of any type":   {policyHead + good + "variable \"a\" { type = any }", "Wrong type"},
		"default of other type":  {policyHead + good + "variable \"a\" {\n type = number\n default = \"1\"\n}", "must be a number"},
		"default reads a fact":   {policyHead + good + "variable \"a\" {\n type = number\n default = sshd.maxauthtries\n}", "must be spelled out"},
		"default not valid":      {policyHead + good + "variable \"a\" {\n type = number\n default = 1\n validation { condition = var.a > 2 }\n}", "does not meet var.a > 2"},
		"validation reads facts": {policyHead + good + "variable \"a\" {\n type = number\n validation { condition = var.a > sshd.maxauthtries }\n}", "before any host is looked at"},
		"no title":               {policyHead + strings.Replace(good, `title = "T"`, "", 1), "needs a title"},
		"no profiles":            {policyHead + strings.Replace(good, `profiles = ["one"]`, "", 1), "needs profiles"},
		"applies no bool":        {policyHead + control("1", "pass = true\napplies = 1"), "must be a bool"},
		"unknown fix":            {policyHead + control("1", "pass = true\nfix \"sshd_optoin\" {}"), `Did you mean "sshd_option"?`},
		"fix lacks argument":     {policyHead + control("1", "pass = true\nfix \"sshd_option\" { name = \"a\" }"), "needs value"},
		"fix of wrong type":      {policyHead + control("1", "pass = true\nfix \"sshd_option\" {\n name = \"a\"\n value = 1\n}"), "must be a string; it is a number"},
		"fix choice":             {policyHead + control("1", "pass = true\nfix \"package\" {\n name = \"a\"\n state = \"abesnt\"\n}"), `Did you mean "absent"?`},
		"fix both":               {policyHead + control("1", "pass = true\nfix \"service\" {\n name = \"a\"\n enabled = true\n masked = true\n}"), "only one of"},
		"fix none":               {policyHead + control("1", "pass = true\nfix \"service\" { name = \"a\" }"), "at least one of"},
		"each is typed":          {policyHead + control("1", "violations = tree.dirs\nfix \"file_mode\" {\n for_each = violations\n path = each.pat\n mode = \"0\"\n}"), `Did you mean "path"?`},
		"each without for_each":  {policyHead + control("1", "violations = tree.dirs\nfix \"file_mode\" {\n path = each.path\n mode = \"0\"\n}"), "No such fact"},
		"for_each no list":       {policyHead + control("1", "pass = true\nfix \"file_mode\" {\n for_each = sshd\n path = each.path\n mode = \"0\"\n}"), "for_each goes over a list"},
		"guard without reason":   {policyHead + control("1", "pass = true\nfix \"grub\" {\n add = [\"a\"]\n guard { when = true }\n}"), "needs a reason"},
		"guard no bool":          {policyHead + control("1", "pass = true\nfix \"grub\" {\n add = [\"a\"]\n guard {\n when = 1\n reason = \"r\"\n}\n}"), "must be a bool"},
		"malformed":              {policyHead + "control \"1\" {", "Unclosed configuration block"},
		"NUL byte":               {policyHead + "\x00", "Invalid character"},
		"invalid UTF-8":          {policyHead + "locals { a = \"\xff\" }", "Invalid character encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			b, diags := tryLoad(newFakeHost(), test.policy)
			text := strings.Join(strings.Fields(showDiags(b, diags)), " ")
			if !diags.HasErrors() || !strings.Contains(text, test.want) {
				t.Errorf("diagnostics do not say %q:\n%s", test.want, showDiags(b, diags))
			}
			for _, d := range diags {
				if d.Subject == nil || d.Subject.Filename == "" {
					t.Errorf("%q has no place", d.Summary)
				}
			}
		})
	}
}

func TestFoldersAndFilesAreBenchmarks(t *testing.T) {
	h := newFakeHost()
	head := func(id string) string {
		return strings.Replace(policyHead, `benchmark "test"`, `benchmark "`+id+`"`, 1)
	}
	fsys := fstest.MapFS{
		"a/benchmark.hcl":   {Data: []byte(head("a"))},
		"a/1.hcl":           {Data: []byte(control("1", "pass = true"))},
		"a/2.hcl":           {Data: []byte(control("2", "pass = local.x\n") + "locals { x = true }")},
		"a/1.test.hcl":      {Data: []byte("not even HCL {")},
		"a/x.tailoring.hcl": {Data: []byte("not even HCL {")},
		"b.hcl":             {Data: []byte(head("b") + control("1", "pass = true"))},
		"c.hcl":             {Data: []byte(head("c") + control("1", "pass = true"))},
		"README.md":         {Data: []byte("x")},
		".git/x.hcl":        {Data: []byte("x")},
	}
	b, diags := Load(fsys, facts.NewSchema(h.sources()))
	if diags.HasErrors() {
		t.Fatal(showDiags(b, diags))
	}
	if got := strings.Join(b.ids(), " "); got != "a b c" {
		t.Errorf("benchmarks are %q", got)
	}
	if n := len(b.Benchmarks[0].Controls); n != 2 {
		t.Errorf("a has %d controls", n)
	}
	fsys["a2/benchmark.hcl"] = &fstest.MapFile{Data: []byte(head("a") + control("1", "pass = true"))}
	if _, diags = Load(fsys, facts.NewSchema(h.sources())); !strings.Contains(diags.Error(), "already a benchmark") {
		t.Errorf("two benchmarks of one id: %v", diags)
	}
}

func TestControlsStandInTheOrderOfTheirNumbers(t *testing.T) {
	var policy strings.Builder
	policy.WriteString(policyHead)
	for _, id := range []string{"5.1.20", "5.10", "5.1.3", "5.1", "10", "x", "5.1.3.1", "1"} {
		policy.WriteString(control(id, "pass = true"))
	}
	var ids []string
	for _, c := range load(t, newFakeHost(), policy.String()).Benchmarks[0].Controls {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "1 5.1 5.1.3 5.1.3.1 5.1.20 5.10 10 x" {
		t.Errorf("the order is %s", got)
	}
}
