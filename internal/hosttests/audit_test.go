package hosttests

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// report is what of holdfast.report/v1 concerns us.
type report struct {
	Schema     string
	Benchmarks []struct {
		ID, Verdict string
		Results     []struct {
			Control, Verdict, Reason string
			Evidence                 []struct{ Fact string }
		}
	}
}

// verdicts are the report's, by benchmark and control.
func (r report) verdicts() map[string]string {
	all := map[string]string{}
	for _, b := range r.Benchmarks {
		for _, c := range b.Results {
			all[b.ID+" "+c.Control] = c.Verdict
		}
	}
	return all
}

func parseReport(t testing.TB, r testhost.Result) report {
	t.Helper()
	var rep report
	if err := json.Unmarshal([]byte(r.Stdout), &rep); err != nil {
		t.Fatalf("exit status %d, and the report is no JSON: %v\n%s\n%s", r.Code, err, r.Stdout, r.Stderr)
	}
	if rep.Schema != "holdfast.report/v1" || len(rep.Benchmarks) == 0 {
		t.Fatalf("exit status %d, and the report is of %q with %d benchmarks: %s", r.Code, rep.Schema, len(rep.Benchmarks), r.Stderr)
	}
	return rep
}

// audited is a host with the program and the policy of these tests on it.
func audited(t *testing.T) (h *testhost.Host, holdfast, policy string) {
	t.Helper()
	h = testhost.Boot(t)
	text, err := os.ReadFile("testdata/probe.hcl")
	if err != nil {
		t.Fatal(err)
	}
	policy = "/etc/probe.hcl"
	h.WriteFile(policy, 0o644, string(text))
	return h, install(t, h, "holdfast"), policy
}

func TestAnAuditAsRoot(t *testing.T) {
	h, holdfast, policy := audited(t)
	h.MustRun("sh", "-c", "mkdir /srv/open && chmod 0777 /srv/open")
	r := h.Run(holdfast, "audit", "--policy", policy, "--format", "json")
	rep := parseReport(t, r)
	want := map[string]string{}
	for _, c := range []string{"1.1", "2.1", "2.2", "3.1", "4.1", "5.1", "5.2", "6.1", "6.2"} {
		want["probe "+c] = "pass"
	}
	want["probe 1.2"], want["probe 6.3"] = "fail", "fail"
	same(t, "audit as root", want, rep.verdicts(), 11)
	if r.Code != 2 {
		t.Errorf("exit status %d with failures", r.Code)
	}
	for _, b := range rep.Benchmarks {
		for _, c := range b.Results {
			if c.Verdict != "pass" && c.Reason == "" {
				t.Errorf("%s is %s without a reason", c.Control, c.Verdict)
			}
			if len(c.Evidence) == 0 {
				t.Errorf("%s has no evidence", c.Control)
			}
		}
	}

	h.MustRun("rmdir", "/srv/open")
	h.WriteFile("/etc/ssh/sshd_config.d/banner.conf", 0o644, "Banner /etc/issue.net\n")
	if r := h.Run(holdfast, "audit", "--policy", policy, "--format", "json"); r.Code != 0 {
		t.Errorf("exit status %d with nothing to find: %v", r.Code, parseReport(t, r).verdicts())
	}
	if r := h.Run(holdfast, "audit", "--policy", policy, "--control", "9.*"); r.Code != 1 {
		t.Errorf("exit status %d when nothing is selected", r.Code)
	}
}

// What root and an ordinary user, a running host, its files and its recording say of one control may only differ in
// what could not be read.
func TestTheSameHostSeenWithLessNeverPassesMore(t *testing.T) {
	h, holdfast, policy := audited(t)
	h.MustRun("useradd", "--password", "", "careless")
	h.MustRun("sh", "-c", "mkdir /srv/open && chmod 0777 /srv/open && chmod 0700 /srv && touch /opt/orphan && chown 4242 /opt/orphan")
	for _, policies := range [][]string{{"--policy", policy}, {"--benchmark", "cis-debian-12"}} {
		args := append([]string{"audit", "--format", "json"}, policies...)
		asRoot := parseReport(t, h.Run(holdfast, args...)).verdicts()
		for control, verdict := range asRoot {
			if verdict == "error" {
				t.Errorf("%s is in error", control)
			}
		}
		asNobody := parseReport(t, h.RunAs("nobody", holdfast, args...)).verdicts()
		compareVerdicts(t, "as nobody", asRoot, asNobody)

		image := append(args, "--root", h.Root())
		if policies[0] == "--policy" {
			image[slices.Index(image, policy)] = "testdata/probe.hcl"
		}
		compareVerdicts(t, "of the image", asRoot, parseReport(t, onThisMachine(t, image...)).verdicts())

		h.MustRun(holdfast, append([]string{"record", "-o", "/root/recording"}, policies...)...)
		from := parseReport(t, h.Run(holdfast, append(args, "--from", "/root/recording")...)).verdicts()
		same(t, "audit of the recording", asRoot, from, 1)
	}
}

// onThisMachine runs holdfast here instead of on a host.
func onThisMachine(t *testing.T, args ...string) testhost.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program(t, "holdfast"), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its status is looked at by whoever asks
	return testhost.Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

func compareVerdicts(t *testing.T, what string, full, less map[string]string) {
	t.Helper()
	if len(full) == 0 || len(less) != len(full) {
		t.Errorf("%s: %d verdicts, of %d", what, len(less), len(full))
	}
	for control, verdict := range less {
		if verdict != full[control] && verdict != "unknown" {
			t.Errorf("%s: %s is %s; as root on the host it is %s", what, control, verdict, full[control])
		}
	}
}

func TestAnAuditStartsNothingWritesNothingAndSendsNothing(t *testing.T) {
	h, holdfast, policy := audited(t)
	for name, command := range map[string][]string{
		"what is shipped, level 2": {holdfast, "audit", "--profile", "level2-server", "--format", "json"},
		"the tests' policy":        {holdfast, "audit", "--policy", policy, "--format", "human"},
		"all facts":                {holdfast, "facts"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, line := range breaches(trace(t, h, "", command...)) {
				t.Error(line)
			}
		})
	}
	t.Run("a report to a file", func(t *testing.T) {
		h.MustRun("mkdir", "/root/reports")
		calls := trace(t, h, "", holdfast, "audit", "--policy", policy, "--format", "json=/root/reports/report.json")
		for _, line := range breaches(calls) {
			if !strings.Contains(line, "/root/reports") {
				t.Error(line)
			}
		}
		if got := h.MustRun("ls", "-A", "/root/reports"); got != "report.json\n" {
			t.Errorf("left behind: %q", got)
		}
	})
}

func TestEveryWholeFactPrints(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	printed := 0
	for _, line := range lines(h.MustRun(holdfast, "facts", "--quiet")) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(line, " ") || name == "" || strings.Contains(name, "(") {
			continue
		}
		for _, user := range []string{"root", "nobody"} {
			var told struct {
				Fact  string
				Value any
			}
			r := h.RunAs(user, holdfast, "facts", name, "--json")
			if err := json.Unmarshal([]byte(r.Stdout), &told); err != nil || told.Fact != name {
				t.Errorf("%s, as %s: exit status %d, %v: %s%s", name, user, r.Code, err, r.Stdout, r.Stderr)
			}
			printed++
		}
	}
	if printed < 20 {
		t.Errorf("only %d were printed", printed)
	}
}
