package hosttests

import (
	"encoding/json"
	"iter"
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
	alone    bool   // decides what becomes of others, or changes what they change
}

// untold is a check on a setting that no variable tells: once a file has changed, it is unknown.
const untold = "3.4 in force"

// square lays a table out as a square: to try each row and each column tries every case twice, in company that differs
// wholly, for the root of their number of times. What one case turns by mistake shows unless it has in both rounds a
// companion that turns it rightly. Neighbours, which may turn the same control, are in different columns.
func square[C any](all []C) (rows, columns [][]C) {
	side := 1
	for side*side < len(all) {
		side++
	}
	rows = slices.Collect(slices.Chunk(all, side))
	for column := range min(side, len(all)) {
		var cases []C
		for _, row := range rows {
			if column < len(row) {
				cases = append(cases, row[column])
			}
		}
		columns = append(columns, cases)
	}
	return rows, columns
}

// settingRounds are the cases that are made together: those that can be as rows and columns of a square.
func settingRounds(cases []settingCase) (rounds [][]settingCase) {
	var together []settingCase
	for _, c := range cases {
		if c.alone {
			rounds = append(rounds, []settingCase{c})
		} else {
			together = append(together, c)
		}
	}
	rows, columns := square(together)
	return slices.Concat(rounds, rows, columns)
}

// settingsJudge tries settings on a host that is otherwise as demanded.
type settingsJudge struct {
	h                        *testhost.Host
	benchmark, restart, undo string

	good, last map[string]string // verdicts, to begin with and of the last look
}

// judgeSettings makes changes on a host that is otherwise as demanded, and undoes them. Before the restart only what is
// configured may have turned, after it what is in force, too.
func judgeSettings(t *testing.T, h *testhost.Host, benchmark, restart, undo string, cases []settingCase) {
	t.Helper()
	j := &settingsJudge{h: h, benchmark: benchmark, restart: restart, undo: undo}
	j.good = judged(t, h, benchmark)
	j.last = j.good
	restarted := func(c settingCase) bool { return c.reload }
	for _, round := range settingRounds(slices.Collect(filter(cases, restarted))) {
		j.round(t, round)
	}
	h.MustRun("sh", "-ec", undo+"\n"+restart)
	j.last = j.good
	for _, round := range settingRounds(slices.Collect(filter(cases, func(c settingCase) bool { return !c.reload }))) {
		j.round(t, round)
	}
	h.MustRun("sh", "-ec", undo+"\n"+restart)
	if got := turned(j.good, judged(t, h, benchmark), true); got != "" {
		t.Errorf("in the end, when all is undone: %s", got)
	}
}

func filter[C any](all []C, want func(C) bool) iter.Seq[C] {
	return func(yield func(C) bool) {
		for _, c := range all {
			if want(c) && !yield(c) {
				return
			}
		}
	}
}

// round makes some changes at once, in place of those of the round before.
func (j *settingsJudge) round(t *testing.T, cases []settingCase) {
	names, wants, changes := []string{}, []string{}, []string{j.undo}
	for _, c := range cases {
		names, wants = append(names, c.name), append(wants, strings.Fields(c.controls)...)
		changes = append(changes, "("+c.change+"\n)")
	}
	t.Run(strings.Join(names, ", "), func(t *testing.T) {
		j.h.MustRun("sh", "-ec", strings.Join(changes, "\n"))
		if cases[0].reload {
			for _, turn := range strings.Fields(strings.ReplaceAll(turned(j.last, judged(t, j.h, j.benchmark), true), " in force", "_in_force")) {
				if strings.Contains(turn, "_in_force") && !strings.HasPrefix(turn, strings.ReplaceAll(untold, " ", "_")) {
					t.Errorf("before the restart: %s", turn)
				}
			}
			j.h.MustRun("sh", "-ec", j.restart)
		}
		after := judged(t, j.h, j.benchmark)
		j.last = after
		if cases[0].alone { // it may have changed how the server is asked
			defer func() { j.h.MustRun("sh", "-ec", j.undo+"\n"+j.restart); j.last = j.good }()
		}
		slices.Sort(wants)
		if got, want := turned(j.good, after, false), strings.Join(slices.Compact(wants), " "); got != want {
			t.Errorf("turned %s, want %s", got, want)
		}
		for k := range after {
			force, ok := strings.CutSuffix(k, " in force")
			if ok && cases[0].reload && j.good[force] == "pass" && after[force] == "fail" && after[k] != "fail" {
				t.Errorf("%s is %s after the restart", k, after[k])
			}
		}
	})
}
