package report

import (
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
)

// undecided groups what is unknown by its reason: one missing permission is one problem, not twelve.
func (h *human) undecided(b Benchmark) {
	unknown := only(b.Results, benchmarks.Unknown)
	if len(unknown) == 0 {
		return
	}
	h.section("Could not be decided", len(unknown), yellow)
	for _, g := range groupBy(unknown, cause) {
		reason := g.key
		if reason == "" {
			reason = "no reason was given"
		}
		spans := []span{{text: plural(len(g.results), "control") + ": " + reason}}
		if h.report.rootMayHelp(reason) {
			spans = append(spans, span{text: "; run as root", style: bold})
		}
		h.para(2, 4, spans...)
		h.controls(4, g.results)
	}
}

// controls lists results by number; a single one with its title.
func (h *human) controls(indent int, results []Result) {
	if len(results) == 1 {
		h.para(indent, indent+2, span{text: results[0].Control + "  " + oneLine(results[0].Title), style: dim})
		return
	}
	ids := make([]string, len(results))
	for i, r := range results {
		ids[i] = r.Control
	}
	h.para(indent, indent, span{text: strings.Join(ids, ", "), style: dim})
}

func (h *human) waived(b Benchmark) {
	waived := only(b.Results, benchmarks.Waived)
	if len(waived) == 0 {
		return
	}
	h.section("Waived", len(waived), cyan)
	for _, r := range waived {
		h.para(2, 4, span{text: r.Control, style: bold}, span{text: "  " + oneLine(r.Title), style: plain})
		if w := r.Waiver; w != nil {
			h.para(4, 4, span{text: "until " + w.Expires.UTC().Format("2006-01-02"), style: cyan},
				span{text: ": " + strings.TrimRight(oneLine(w.Reason), ".") + " (" + w.Name + ", " + w.Owner + ")", style: dim})
		}
	}
}

func (h *human) manual(b Benchmark) {
	manual := only(b.Results, benchmarks.Manual)
	if len(manual) == 0 {
		return
	}
	h.section("For a person to judge", len(manual), cyan)
	for _, r := range manual {
		h.para(2, 4, span{text: r.Control, style: bold}, span{text: "  " + oneLine(r.Title), style: plain})
		if reason := oneLine(r.Reason); reason != "" && h.view.Verbose {
			h.para(4, 4, span{text: reason, style: dim})
		}
		for _, s := range r.Shown {
			h.para(4, 6, span{text: strings.ReplaceAll(s.Name, "_", " ") + ": ", style: dim}, span{text: shownWords(s, h.shownValues()), style: plain})
		}
	}
}

// shownValues is how many values of each evidence are printed: enough to see what it is about, or with --verbose more.
func (h *human) shownValues() int {
	if h.view.Verbose {
		return h.view.Violations
	}
	return min(h.view.Violations, 5)
}

// notes are expired waivers of controls that pass, and what tailoring left out.
func (h *human) notes(b Benchmark) {
	if len(b.LeftOut) > 0 {
		h.section("Left out by tailoring", len(b.LeftOut), plain)
		for _, l := range b.LeftOut {
			h.para(2, 4, span{text: l.Control, style: bold}, span{text: "  " + oneLine(l.Reason), style: dim})
		}
	}
}

func (h *human) section(title string, n int, as style) {
	h.blank()
	h.line(0, span{text: title, style: bold}, span{text: fmt.Sprintf("  %d", n), style: as})
}

// scores ends the report: a line per benchmark that was evaluated.
func (h *human) scores() {
	names := 0
	for _, b := range h.report.Benchmarks {
		if b.Verdict == benchmarks.Pass {
			names = max(names, len(b.ID))
		}
	}
	if names == 0 {
		return
	}
	h.blank()
	for _, b := range h.report.Benchmarks {
		if b.Verdict == benchmarks.Pass {
			h.score(b, names)
		}
	}
	if c := h.report.Baseline; c != nil {
		h.para(0, 2, span{text: fmt.Sprintf("Against the report of %s: %s new, %s known, %s gone.",
			c.Time.UTC().Format("2006-01-02 15:04 MST"), thousands(c.New), thousands(c.Known), thousands(c.Gone)), style: plain})
	}
}

func (h *human) score(b Benchmark, names int) {
	const width = 24
	spans := []span{{text: b.ID + strings.Repeat(" ", names-len(b.ID)+2), style: bold}}
	if p := b.Score.Percent; p != nil {
		filled, rest := bar(*p, width)
		spans = append(spans, span{text: filled, style: scoreStyle(b.Score)}, span{text: rest, style: dim},
			span{text: fmt.Sprintf("%8s", percentText(*p)), style: bold})
	} else {
		spans = append(spans, span{text: "nothing to score", style: dim})
	}
	h.line(0, spans...)
	h.para(names+2, names+2, h.counts(b)...)
}

func scoreStyle(s Score) style {
	switch {
	case s.Failed+s.Error > 0:
		return red
	case s.Unknown > 0:
		return yellow
	}
	return green
}

func (h *human) counts(b Benchmark) []span {
	var spans []span
	add := func(n int, words string, as style) {
		if n == 0 {
			return
		}
		if len(spans) > 0 {
			spans = append(spans, span{text: " · ", style: dim})
		}
		spans = append(spans, span{text: thousands(n) + " " + words, style: as, whole: true})
	}
	s := b.Score
	add(s.Passed, "passed", green)
	add(s.Failed, "failed", red)
	if by := bySeverity(b.Results); by != "" {
		spans = append(spans, span{text: " "}, span{text: "(" + by + ")", style: dim, whole: true})
	}
	add(s.Error, "in error", red)
	add(s.Unknown, "unknown", yellow)
	add(s.Waived, "waived", cyan)
	add(s.Manual, "manual", cyan)
	add(s.NotApplicable, "not applicable", dim)
	return spans
}

func bySeverity(results []Result) string {
	var parts []string
	for _, s := range []Severity{benchmarks.Critical, benchmarks.High, benchmarks.Medium, benchmarks.Low} {
		n := 0
		for _, r := range results {
			if r.Verdict == benchmarks.Fail && r.Severity == s {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// timings are shown where the report has them.
func (h *human) timings() {
	t := h.report.Timings
	if t == nil {
		return
	}
	const most = 15
	h.blank()
	h.line(0, span{text: "Where the time went", style: bold}, span{text: fmt.Sprintf("  %.1f ms", t.TotalMS), style: plain})
	h.line(2, span{text: fmt.Sprintf("%9.1f ms  loading the policies", t.LoadMS), style: plain})
	h.line(2, span{text: fmt.Sprintf("%9.1f ms  evaluating the controls", t.EvaluationMS), style: plain})
	for i, f := range t.Facts {
		if i == most && !h.view.Verbose {
			h.line(2, span{text: fmt.Sprintf("%12s  and %s, faster", "", plural(len(t.Facts)-i, "fact")), style: dim})
			break
		}
		h.line(2, span{text: fmt.Sprintf("%9.1f ms  ", f.MS), style: plain}, span{text: factName(f.Fact, f.Subject), style: dim})
	}
	h.para(2, 2, span{text: "Facts are read in parallel; one that is made of others counts the wait for them.", style: dim})
}

func factName(fact, subject string) string {
	if subject == "" {
		return fact
	}
	return fact + "(" + subject + ")"
}
