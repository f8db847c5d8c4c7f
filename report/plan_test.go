package report_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// planned is a plan with something of everything.
func planned() *plan.Plan {
	digest := strings.Repeat("0123456789abcdef", 2)
	change := func(effect, target string, risk plan.Risk, before, after string, controls ...string) plan.Change {
		c := plan.Change{
			ID: effect + target, Kind: effect, Effect: effect, Target: target, Risk: risk, Controls: controls, Before: before, After: after,
			Restarts: []string{}, Affects: []string{}, BeforeDigest: digest, AfterDigest: digest,
		}
		for _, id := range controls {
			c.Sources = append(c.Sources, plan.Source{Benchmark: "cis-debian-12", Control: id})
		}
		return c
	}
	sshd := change("file", "/etc/ssh/sshd_config.d/00-holdfast.conf", plan.Lockout, "absent", "0600 0:0, 58 bytes", "5.1.14", "5.1.20")
	sshd.Diff = "diff a b\n--- a\n+++ b\n@@ -0,0 +1,2 @@\n+# Written by Holdfast for 5.1.14, 5.1.20.\n+PermitRootLogin no\n"
	sshd.Restarts, sshd.Affects = []string{"ssh.service"}, []string{"2 sessions of root"}
	secret := change("file", "/etc/redis/redis.conf", plan.Disruptive, "0640 108:109, 2 bytes", "0640 108:109, 3 bytes", "1.1")
	secret.Diff, secret.Restarts = "+include /etc/redis/holdfast-redis.conf\n", []string{"redis-server.service", "ssh.service"}
	gone := change("file", "/etc/cron.deny", plan.Safe, "0644 0:0, 0 bytes", "absent", "2.4.1.8")
	once := change("sysctl", "kernel.modules_disabled", plan.OneWay, "0", "1", "1.5.9")
	once.Irreversible, once.Undo = true, "the kernel takes it back only at the next boot"
	boot := change("file", "/etc/default/grub", plan.Manual, "a", "b", "6.2.1.3")
	boot.AtBoot, boot.Undo = true, "an entry in the boot menu"
	hostile := change("mode", "/srv/\x1b[2Jx\n", plan.Safe, "0666 0:0", "0664 0:0", "7.1.11")
	return &plan.Plan{
		SchemaName: plan.Schema, ID: "20261123-120000-abcd", Time: noon, Host: plan.Host{ID: "h", Name: "web1"}, Tool: "1.0",
		Digest: strings.Repeat(digest, 2), Selection: plan.Selection{Controls: []string{"5.1.*"}, MaxRisk: plan.Manual},
		Changes: []plan.Change{sshd, secret, gone, once, boot, hostile},
		Refused: []plan.Refused{
			{Control: "3.1.1", Benchmark: "cis-debian-12", Reason: "Containers need it.", For: "net.ipv4.ip_forward"},
			{Control: "1.1.2.1.1", Benchmark: "cis-debian-12", Reason: "Give /tmp a partition of its own.", ByHand: true},
			{Control: "5.1.4", Benchmark: "cis-debian-12", Reason: "Name who may log in.", ByHand: true},
		},
	}
}

func TestPlansAreShownAsTheGoldensSay(t *testing.T) {
	nothing := &plan.Plan{Host: plan.Host{Name: "web1"}}
	one := planned()
	one.Changes, one.Refused = one.Changes[2:3], nil
	for name, c := range map[string]struct {
		plan *plan.Plan
		view report.View
	}{
		"plan.txt":         {planned(), report.View{}},
		"plan-verbose.txt": {planned(), report.View{Verbose: true, Width: 60}},
		"plan-color.txt":   {planned(), report.View{Color: true}},
		"plan-nothing.txt": {nothing, report.View{}},
		"plan-one.txt":     {one, report.View{}},
	} {
		var out bytes.Buffer
		if err := report.WritePlan(&out, c.plan, c.view); err != nil {
			t.Fatal(err)
		}
		golden(t, "plans/"+name, out.Bytes())
		if strings.Contains(out.String(), "\x1b[2J") {
			t.Errorf("%s: an escape of the host reaches the terminal", name)
		}
	}
}

func TestPlansAreAsTheirSchemaSays(t *testing.T) {
	schema := compileSchema(t, "plan.v1.json", report.PlanSchema)
	valid := func(text []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	var out bytes.Buffer
	if err := plan.Write(&out, planned()); err != nil {
		t.Fatal(err)
	}
	golden(t, "plans/plan.json", out.Bytes())
	if err := valid(out.Bytes()); err != nil {
		t.Error(err)
	}
	for _, broken := range [][2]string{
		{`"lockout"`, `"harmless"`}, {`"holdfast.plan/v1"`, `"holdfast.plan/v2"`}, {`"by_hand": true`, `"by_hand": 1`}, {`"restarts": []`, `"restarts": null`},
		{`"before_digest"`, `"digest_before"`}, {`"max_risk"`, `"risk"`},
	} {
		if !strings.Contains(out.String(), broken[0]) || valid([]byte(strings.ReplaceAll(out.String(), broken[0], broken[1]))) == nil {
			t.Errorf("the schema takes %s for %s", broken[1], broken[0])
		}
	}
	text, err := os.ReadFile("testdata/plans/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	read, err := plan.Read(bytes.NewReader(text))
	if err != nil || len(plan.Moved(read, planned())) > 0 {
		t.Errorf("what was written is not read back: %v %v", err, plan.Moved(read, planned()))
	}
}
