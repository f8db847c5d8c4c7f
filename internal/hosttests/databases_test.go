package hosttests

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// judged are the verdicts of a shipped benchmark on a host, by control ("1.1") and by check ("1.1 in force").
func judged(t *testing.T, h *testhost.Host, benchmark string) map[string]string {
	t.Helper()
	r := h.Run(install(t, h, "holdfast"), "audit", "--benchmark", benchmark, "--format", "json")
	var rep struct {
		Benchmarks []struct {
			Results []struct {
				Control, Verdict string
				Checks           []struct{ Name, Verdict string }
			}
		}
	}
	if err := json.Unmarshal([]byte(r.Stdout), &rep); err != nil || len(rep.Benchmarks) != 1 {
		t.Fatalf("%v\n%s%s", err, r.Stdout, r.Stderr)
	}
	all := map[string]string{}
	for _, c := range rep.Benchmarks[0].Results {
		all[c.Control] = c.Verdict
		for _, check := range c.Checks {
			if check.Name != "" {
				all[c.Control+" "+check.Name] = check.Verdict
			}
		}
	}
	if len(all) < 10 {
		t.Fatalf("only %d verdicts: %s", len(all), r.Stderr)
	}
	return all
}

// turned are the controls and checks whose verdict differs, with the new one: "1.1=fail".
func turned(before, after map[string]string, checks bool) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(after)) {
		if after[k] != before[k] && strings.Contains(k, " ") == checks {
			out = append(out, k+"="+after[k])
		}
	}
	return strings.Join(out, " ")
}

// settingCase is a change of a server's settings and what it turns.
type settingCase struct {
	name     string
	change   string // shell, on the host
	reload   bool   // takes effect by a restart alone
	controls string // as turned gives them, after the restart
}

// untold is what becomes of a control on a setting that no variable tells, once a file has changed.
const untold = "3.4 in force=unknown"

// judgeSettings makes each change on a host that is otherwise as demanded, and undoes it. Before the restart only what
// is configured may have turned, after it what is in force, too.
func judgeSettings(t *testing.T, h *testhost.Host, benchmark, restart, undo string, cases []settingCase) {
	t.Helper()
	good := judged(t, h, benchmark)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h.MustRun("sh", "-ec", c.change)
			defer func() { h.MustRun("sh", "-ec", undo+"\n"+restart) }()
			if c.reload {
				before := turned(good, judged(t, h, benchmark), true)
				before = strings.ReplaceAll(before, untold, "") // what no variable tells
				if strings.Contains(before, "in force") {
					t.Errorf("before the restart: %s", before)
				}
				h.MustRun("sh", "-ec", restart)
			}
			after := judged(t, h, benchmark)
			if got := turned(good, after, false); got != c.controls {
				t.Errorf("turned %s, want %s", got, c.controls)
			}
			for k := range after {
				force, ok := strings.CutSuffix(k, " in force")
				if ok && c.reload && good[force] == "pass" && after[force] == "fail" && after[k] != "fail" {
					t.Errorf("%s is %s after the restart", k, after[k])
				}
			}
		})
	}
}
