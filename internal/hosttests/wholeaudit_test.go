package hosttests

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// results are those of the shipped benchmark, by control, as they stand in the report but for how long they took.
func results(t *testing.T, r testhost.Result) map[string]map[string]any {
	t.Helper()
	var report struct {
		Benchmarks []struct {
			ID      string
			Results []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(r.Stdout), &report); err != nil || len(report.Benchmarks) != 1 {
		t.Fatalf("exit status %d, %d benchmarks: %v\n%s", r.Code, len(report.Benchmarks), err, r.Stderr)
	}
	all := map[string]map[string]any{}
	for _, result := range report.Benchmarks[0].Results {
		delete(result, "duration_ms")
		all[result["control"].(string)] = result
	}
	if len(all) < 200 {
		t.Fatalf("only %d results", len(all))
	}
	return all
}

var wholeAudit = []string{"audit", "--benchmark", "cis-debian-12", "--profile", "level2-server", "--format", "json"}

func TestAnOrdinaryUserIsToldWhatCouldNotBeRead(t *testing.T) {
	h, holdfast := harden(t)
	command := append([]string{holdfast}, wholeAudit...)
	asRoot := results(t, h.Run(command[0], command[1:]...))
	r := h.RunAs("nobody", command[0], command[1:]...)
	if r.Code != 2 && r.Code != 3 {
		t.Errorf("exit status %d", r.Code)
	}
	asNobody, undecided := results(t, r), 0
	for _, control := range slices.Sorted(maps.Keys(asRoot)) {
		root, nobody := asRoot[control]["verdict"], asNobody[control]["verdict"]
		switch {
		case nobody == "unknown":
			if undecided++; asNobody[control]["reason"] == "" {
				t.Errorf("%s is unknown, without a reason", control)
			}
		case nobody != root:
			t.Errorf("%s is %v; for root it is %v: %v", control, nobody, root, asNobody[control]["reason"])
		}
	}
	for control, from := range map[string]string{
		"7.2.2": "/etc/shadow", "5.2.4": "/etc/sudoers", "5.1.20": "/etc/ssh/sshd_config", "4.3.8": "root", "7.1.12": "/root",
	} {
		reason, _ := asNobody[control]["reason"].(string)
		if asNobody[control]["verdict"] != "unknown" || !strings.Contains(reason, from) {
			t.Errorf("%s is %v, not unknown for want of %s: %s", control, asNobody[control]["verdict"], from, reason)
		}
	}
	t.Logf("%d of %d could not be decided", undecided, len(asRoot))
}

// What a host says of itself, its recording says again elsewhere, word for word.
func TestARecordingIsAuditedElsewhereToTheSameResults(t *testing.T) {
	h, holdfast := harden(t)
	h.MustRun(holdfast, "record", "--benchmark", "cis-debian-12", "--profile", "level2-server", "-o", "/root/recording")
	recording := filepath.Join(h.Root(), "root/recording")
	live := results(t, h.Run(holdfast, wholeAudit...))
	from := results(t, onThisMachine(t, append(slices.Clone(wholeAudit), "--from", recording)...))
	if len(live) != len(from) {
		t.Errorf("%d results, of %d", len(from), len(live))
	}
	// The two were not read at the same time: one process is the program itself, and apt's lists grow older.
	itself := cmpopts.IgnoreSliceElements(func(v any) bool {
		m, ok := v.(map[string]any)
		return ok && (m["exe"] == holdfast || m["fact"] == "updates" && m["path"] == "lists_age")
	})
	for _, control := range slices.Sorted(maps.Keys(live)) {
		if diff := cmp.Diff(live[control], from[control], itself); diff != "" {
			t.Errorf("%s, of the host (-) and of its recording (+):\n%s", control, diff)
		}
	}
}

// Whatever is asked for, the reports are all that is written: each beside its name first, then moved there.
func TestEveryFormatIsWrittenWhereItWasAskedForAndNothingElse(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	h.MustRun("mkdir", "/root/reports")
	formats := []string{"human", "json", "junit", "markdown"}
	for _, of := range [][]string{{}, {"--root", "/"}} {
		command := append([]string{holdfast, "audit", "--benchmark", "cis-debian-12", "--profile", "level2-server", "--timings", "--verbose"}, of...)
		for _, f := range formats {
			command = append(command, "--format", f+"=/root/reports/"+f)
		}
		for _, line := range breaches(trace(t, h, "", command...)) {
			if !strings.Contains(line, "</root/reports") && !strings.Contains(line, `"/root/reports/`) {
				t.Errorf("%v: %s", of, line)
			}
		}
		want := strings.Join(formats, "\n") + "\n"
		if got := h.MustRun("sh", "-c", "cd /root/reports && find . -type f -size +1k -printf '%f\\n' | LC_ALL=C sort && rm *"); got != want {
			t.Errorf("%v: the reports are %q", of, got)
		}
	}
	h.MustRun(holdfast, "audit", "--exit-zero", "--format", "json=/root/report.json")
	for name, command := range map[string][]string{
		"explain":          {"explain", "5.1.20"},
		"a baseline":       {"audit", "--baseline", "/root/report.json"},
		"policy test":      {"policy", "test"},
		"a fact":           {"facts", "updates", "--json"},
		"nothing to audit": {"audit", "--control", "no-such"},
	} {
		for _, line := range breaches(trace(t, h, "", append([]string{holdfast}, command...)...)) {
			t.Errorf("%s: %s", name, line)
		}
	}
	for _, line := range breaches(trace(t, h, "", holdfast, "record", "-o", "/root/reports/recording")) {
		if !strings.Contains(line, "</root/reports") && !strings.Contains(line, `"/root/reports/`) {
			t.Errorf("record: %s", line)
		}
	}
}
