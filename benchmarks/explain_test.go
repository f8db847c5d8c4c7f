package benchmarks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
)

func TestExplanations(t *testing.T) {
	var out strings.Builder
	for _, body := range []string{
		`pass = sshd.permitrootlogin == "no"`,
		`pass = sshd.maxauthtries <= 4 && sshd.permitrootlogin == "no"`,
		`pass = sshd.maxauthtries == 6 && sshd.x11forwarding == false`,
		`pass = sshd.x11forwarding && sshd.permitrootlogin == "no"`,
		`pass = sshd.permitrootlogin == "no" || sshd.maxauthtries < 3`,
		`pass = mode_within(file("/etc/passwd").mode, "0600")`,
		`pass = file("/absent").exists && file("/absent").mode == "0600"`,
		`pass = !contains(sshd.ciphers, "3des-cbc")`,
		`pass = length([for c in sshd.ciphers : c if matches(c, "^3des")]) == 0`,
		`pass = alltrue([for c in sshd.ciphers : !startswith(c, "3des")])`,
		`pass = alltrue([for d in tree.partial : d.sticky])`,
		`pass = version_compare(lower(sshd.permitrootlogin == "yes" ? "1.0" : "2.0"), "1.5") >= 0`,
		`pass = sshd.env == { for k in ["LANG"] : k => "en" }`,
		`pass = admits::port("tcp", 22) && !admits::port("tcp", 20 + 2)`,
		`pass = label("role") == "db"`,
		`pass = days_until("2026-11-30T00:00:00Z") >= 30`,
		`pass = length(at_least(tree.empty, 1)) > 0`,
		`pass = local.strict`,
		`pass = sshd.maxauthtries <= var.most`,
		`pass = 1 / (sshd.maxauthtries - 6) == 1`,
		"pass = (\n    sshd.maxauthtries == 6 &&\n    file(\"/etc/passwd\").mode == \"0600\" &&\n    sshd.x11forwarding\n  )",
		`violations = [for d in tree.dirs : d if !d.sticky]`,
		`violations = [for d in tree.partial : d if !d.sticky]`,
		`violations = tree.unread[*].path`,
		`violations = [for d in tree.dirs : d.path if length([for e in tree.dirs : e if e.path == "/tmp" && !d.sticky]) > 0]`,
		`violations = [for c in sshd.ciphers : { message = "weak: ${c}" } if !endswith(c, "@openssh.com")]`,
		"check \"running\" { pass = sshd.maxauthtries < 5 }\ncheck \"configured\" { violations = sshd.ciphers }",
		"applies = sshd.x11forwarding\npass = true",
		"pass = \"ünï\" != \"ünï\" || sshd.permitrootlogin == \"no\"",
	} {
		h := newFakeHost()
		b := load(t, h, policyHead+"variable \"most\" {\n  type    = number\n  default = 4\n}\nlocals { strict = sshd.maxauthtries < 5 }\n"+control("1", body))
		r := evaluate(t, h, b, Selection{})["1"]
		fmt.Fprintf(&out, "--- %s\n%v: %s\n", body, r.Verdict, r.Reason)
		for _, c := range r.Checks {
			if c.Name != "" {
				fmt.Fprintf(&out, "(%s)\n", c.Name)
			}
			out.WriteString(c.Explanation + "\n")
		}
		for _, v := range r.Violations {
			fmt.Fprintf(&out, "* %s   %s\n", v.Identity, v.Origin)
		}
		out.WriteString("\n")
	}
	golden(t, "explanations.txt", out.String())
}

// cty's marks are dropped by !unknown; evidence comes from recorded reads, so that it says what was asked and why it is
// not known.
func TestEvidenceTellsWhatWasReadAlsoWhereItIsUnknown(t *testing.T) {
	for expr, want := range map[string]Evidence{
		`!sshd.x11forwarding`:                                 {Fact: "sshd", Path: "x11forwarding", Unknown: "permission denied"},
		`!(sshd.x11forwarding && true)`:                       {Fact: "sshd", Path: "x11forwarding", Unknown: "permission denied"},
		`sshd.maxauthtries == 6`:                              {Fact: "sshd", Path: "maxauthtries", Value: int64(6), Origin: "/etc/ssh/sshd_config:7"},
		`file("/etc/passwd").mode == "0644"`:                  {Fact: "file", Subject: "/etc/passwd", Path: "mode", Value: "0644", Origin: "/etc/passwd"},
		`tree.dirs[1].sticky`:                                 {Fact: "tree", Path: "dirs[1].sticky", Value: false, Origin: "/var/spool/x"},
		`sshd.env["LANG"] == "C"`:                             {Fact: "sshd", Path: `env["LANG"]`, Value: "C"},
		`local.x`:                                             {Fact: "sshd", Path: "maxauthtries", Value: int64(6), Origin: "/etc/ssh/sshd_config:7"},
		`alltrue([for i in [1, 2] : local.x])`:                {Fact: "sshd", Path: "maxauthtries", Value: int64(6), Origin: "/etc/ssh/sshd_config:7"},
		`alltrue([for i in tree.dirs : i.path != "/srv/z"])`:  {Fact: "tree", Path: "dirs[3].path", Value: "/srv/z", Origin: "/srv/z"},
		`days_until("2026-11-25T00:00:00Z") == 1`:             {Fact: "clock", Path: "now", Value: "2026-11-23T12:00:00Z", Origin: "clock"},
		`label("role") == "ftp"`:                              {Fact: "label", Subject: "role", Value: "ftp", Origin: "labels"},
		`admits::port("tcp", 22)`:                             {Fact: "admits::port", Subject: `["tcp",22]`, Value: true, Origin: "netlink nftables"},
		`length([for d in tree.dirs : d if local.x]) == 4`:    {Fact: "sshd", Path: "maxauthtries", Value: int64(6), Origin: "/etc/ssh/sshd_config:7"},
		`sshd.permitrootlogin == "yes" && sshd.x11forwarding`: {Fact: "sshd", Path: "permitrootlogin", Value: "yes", Origin: "/etc/ssh/sshd_config:3"},
	} {
		h := newFakeHost()
		r := evaluate(t, h, load(t, h, policyHead+"locals { x = sshd.maxauthtries == 6 }\n"+control("1", "pass = "+expr)), Selection{})["1"]
		found := false
		for _, e := range r.Evidence {
			found = found || e == want
		}
		if !found {
			t.Errorf("%s: the evidence %+v lacks %+v", expr, r.Evidence, want)
		}
		if len(r.Reads) == 0 {
			t.Errorf("%s: no reads", expr)
		}
	}
}

func TestEvidenceIsBoundedAndKeepsWhatDecides(t *testing.T) {
	h := largeHost()
	h.tree.Dirs = facts.Complete(append(h.tree.Dirs.Items(), fakeDir{Path: "/last", Sticky: facts.Known(false, facts.Origin{}), Owner: "nobody"}), facts.Origin{})
	r := evaluate(t, h, load(t, h, policyHead+control("1", `violations = [for d in tree.dirs : d if d.owner == "nobody"]`)), Selection{})["1"]
	if len(r.Evidence) > 10 || len(r.Violations) != 1 {
		t.Errorf("%d entries of evidence, %d violations", len(r.Evidence), len(r.Violations))
	}
	found := false
	for _, e := range r.Evidence {
		found = found || e.Path == "dirs[2000].owner" && e.Value == "nobody"
	}
	if !found {
		t.Errorf("what decides is not in the evidence: %+v", r.Evidence)
	}
	r = evaluate(t, h, load(t, h, policyHead+control("1", `violations = tree.dirs`)), Selection{})["1"]
	if r.Total != 2001 || len(r.Violations) != maxViolations || len(r.Evidence) > maxEvidence {
		t.Errorf("total %d, %d kept, %d evidence", r.Total, len(r.Violations), len(r.Evidence))
	}
	for _, e := range r.Evidence {
		if m, ok := e.Value.(map[string]any); !ok || m["elements"] != 2001 {
			t.Errorf("a large value is in the evidence: %v", e.Value)
		}
	}
}

func TestDiagnosticsReadWell(t *testing.T) {
	b, diags := tryLoad(newFakeHost(), policyHead+control("1", `pass = sshd.permitrootlogn == "no"`)+control("2", `pass = sshd.maxauthtries == "4" || fiel("/x").exists`)+
		control("3", "violations = [\n    for d in tree.dirs : d\n    if d.stiky\n  ]")+control("4", "pass = file(\"/x\").mode <= \"0644\"\n  serverity = \"low\"")+
		control("5", "pass = true\n  fix \"file_mode\" {\n    path = 7\n  }"))
	golden(t, "diagnostics.txt", showDiags(b, diags))
}
