package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
)

func init() {
	register(func(v View) Format {
		return Format{Name: "human", Doc: "For people: what fails, why, and how to mend it.", Write: func(w io.Writer, r *Report) error {
			buf := bufio.NewWriter(w)
			h := &human{text: text{w: buf, width: v.Width, color: v.Color}, view: v, report: r}
			h.write()
			if h.err != nil {
				return h.err
			}
			return buf.Flush()
		}}
	})
}

// body is the column in which what belongs to a control stands: behind the longest verdict shown.
func (h *human) body() int {
	if h.view.Verbose {
		return 8
	}
	return 5
}

// human writes a report for people: per benchmark the failures by chapter, then what could not be decided by reason,
// then what needs a person, then the score. What is fine takes no room.
type human struct {
	text
	view   View
	report *Report
}

func (h *human) write() {
	h.host()
	none := true
	for _, b := range h.report.Benchmarks {
		none = none && b.Verdict == benchmarks.NotApplicable
		h.benchmark(b)
	}
	if none {
		h.blank()
		h.para(0, 0, span{text: "No benchmark applies to this host.", style: bold})
	}
	h.scores()
	h.timings()
}

func (h *human) host() {
	r := h.report
	name := r.Host.Name
	if name == "" {
		name = "host of unknown name"
	}
	parts := []string{}
	if os := osWords(r.Host.OS); os != "" {
		parts = append(parts, os)
	}
	if r.Host.Kernel != "" {
		parts = append(parts, "kernel "+r.Host.Kernel)
	}
	if v := r.Host.Virtualization; v != "" && v != "none" {
		parts = append(parts, v)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Host.Labels)) {
		parts = append(parts, k+"="+r.Host.Labels[k])
	}
	parts = append(parts, r.Time.UTC().Format("2006-01-02 15:04 MST"))
	h.para(0, 2, span{text: name, style: bold}, span{text: "  " + strings.Join(parts, " · "), style: dim})
}

func (h *human) benchmark(b Benchmark) {
	if b.Verdict == benchmarks.NotApplicable && !h.view.Verbose && len(h.report.Benchmarks) > 1 {
		return
	}
	h.blank()
	h.para(0, 2, span{text: b.Title, style: bold}, span{text: " " + b.Version, style: bold}, span{text: "  " + b.ID, style: dim}, span{text: profileWords(b), style: dim})
	if b.Verdict != benchmarks.Pass {
		h.para(2, 2, span{text: applicability(b) + oneLine(b.Reason), style: plain})
		return
	}
	h.chapters(b)
	h.undecided(b)
	h.waived(b)
	h.manual(b)
	h.notes(b)
}

func profileWords(b Benchmark) string {
	if b.Profile == "" {
		return ""
	}
	return " · " + b.Profile
}

func applicability(b Benchmark) string {
	switch b.Verdict {
	case benchmarks.NotApplicable:
		return "Does not apply to this host: "
	case benchmarks.Error:
		return "Its applies_to failed: "
	}
	return "It can't be told whether it applies to this host: "
}

// chapters shows the failures; with Verbose every control.
func (h *human) chapters(b Benchmark) {
	for _, g := range groupBy(b.Results, func(r Result) string { return r.Chapter }) {
		shown := g.results
		if !h.view.Verbose {
			shown = only(g.results, benchmarks.Fail, benchmarks.Error)
		}
		if len(shown) == 0 {
			continue
		}
		h.blank()
		h.chapterTitle(g)
		quiet := true // one-line results stand together, others have air around them
		for i, r := range shown {
			if i > 0 && !(quiet && h.isShort(r)) {
				h.blank()
			}
			h.result(r)
			quiet = h.isShort(r)
		}
	}
}

func (h *human) chapterTitle(g group) {
	s := score(g.results)
	title := oneLine(g.key)
	if title == "" {
		title = "Controls"
	}
	spans := []span{{text: title, style: bold}}
	if counted := s.Passed + s.Failed + s.Unknown + s.Error; counted > 0 {
		spans = append(spans, span{text: fmt.Sprintf("  %d of %d pass", s.Passed, counted), style: dim})
	}
	h.para(0, 2, spans...)
}

func (h *human) isShort(r Result) bool {
	return r.InBaseline || r.Verdict != benchmarks.Fail && r.Verdict != benchmarks.Error
}

var marks = map[benchmarks.Verdict]struct {
	word  string
	style style
}{
	benchmarks.Pass:          {"pass", green},
	benchmarks.Fail:          {"FAIL", alarm},
	benchmarks.Error:         {"ERROR", alarm},
	benchmarks.Unknown:       {"unknown", yellow},
	benchmarks.Waived:        {"waived", cyan},
	benchmarks.Manual:        {"manual", cyan},
	benchmarks.NotApplicable: {"n/a", dim},
}

func (h *human) result(r Result) {
	m := marks[r.Verdict]
	spans := []span{
		{text: m.word + strings.Repeat(" ", max(0, h.body()-1-len(m.word))), style: m.style},
		{text: " " + r.Control, style: bold}, {text: "  " + oneLine(r.Title)},
	}
	if h.isShort(r) {
		if why := h.shortReason(r); why != "" {
			spans = append(spans, span{text: ": " + why, style: dim})
		}
		h.para(0, h.body(), spans...)
		return
	}
	if r.Severity != 0 {
		spans = append(spans, span{text: "  (", style: dim}, span{text: r.Severity.String(), style: severityStyle(r.Severity)}, span{text: ")", style: dim})
	}
	h.para(0, h.body(), spans...)
	h.explain(r)
	h.mend(r)
}

func (h *human) shortReason(r Result) string {
	switch {
	case r.InBaseline:
		return r.Severity.String() + ", in the baseline"
	case r.Waiver != nil && r.Verdict == benchmarks.Waived:
		return r.Waiver.Name + ", until " + r.Waiver.Expires.UTC().Format("2006-01-02")
	}
	if r.Verdict == benchmarks.Pass {
		return ""
	}
	return oneLine(r.Reason)
}

func severityStyle(s Severity) style {
	switch s {
	case benchmarks.Critical:
		return alarm
	case benchmarks.High:
		return red
	case benchmarks.Medium:
		return yellow
	}
	return dim
}

// explain shows what was read and decided, check by check.
func (h *human) explain(r Result) {
	explained := false
	for _, c := range r.Checks {
		if c.Verdict == benchmarks.Pass {
			continue
		}
		explained = h.check(r, c) || explained
	}
	if !explained && r.Reason != "" {
		h.para(h.body(), h.body(), span{text: oneLine(r.Reason), style: plain})
	}
	if w := r.Waiver; w != nil && w.Expired {
		h.para(h.body(), h.body()+2, span{text: "waiver expired", style: yellow},
			span{text: " " + w.Expires.UTC().Format("2006-01-02") + ": " + w.Name + " (" + w.Owner + ")", style: plain})
	}
}

// check shows one demand that does not hold, and tells whether there was something to show.
func (h *human) check(r Result, c Check) bool {
	indent := h.body()
	if c.Name != "" {
		spans := []span{{text: c.Name, style: bold}, {text: " " + verdictWords(c.Verdict), style: dim}}
		if c.Reason != "" && (c.Explanation == "" || c.Verdict == benchmarks.Error) {
			spans = append(spans, span{text: ": " + oneLine(c.Reason), style: plain})
		}
		h.para(indent, indent+2, spans...)
		indent += 2
	}
	// Violations say more about a list than the expression that made it; explain and --verbose show both.
	if c.Explanation != "" && (h.view.Verbose || !h.lists(r, c)) {
		h.block(indent, strings.TrimRight(c.Explanation, "\n"), plain)
	}
	shown := h.violations(r, c.Name, indent)
	return c.Name != "" || c.Explanation != "" || shown
}

// lists tells whether a check failed by violations that are shown one by one.
func (h *human) lists(r Result, c Check) bool {
	return c.Verdict == benchmarks.Fail && len(violationsOf(r, c.Name)) > 0
}

func violationsOf(r Result, check string) []Violation {
	var mine []Violation
	for _, v := range r.Violations {
		if v.Check == check {
			mine = append(mine, v)
		}
	}
	return mine
}

func (h *human) violations(r Result, check string, indent int) bool {
	mine := violationsOf(r, check)
	show := min(len(mine), h.view.Violations)
	if len(mine) == show+1 {
		show++ // "and 1 more" takes the same line
	}
	for _, v := range mine[:show] {
		spans := []span{{text: "• ", style: dim}, {text: v.Identity}}
		if d := detail(v); d != "" {
			spans = append(spans, span{text: "  " + d, style: plain})
		}
		if v.Origin != "" && v.Origin != v.Identity {
			spans = append(spans, span{text: "   " + v.Origin, style: dim})
		}
		h.line(indent, spans...)
	}
	more := len(mine) - show
	if len(mine) > 0 && len(mine) == len(r.Violations) {
		more = r.ViolationsTotal - show // those that the report does not list are of this check, too
	}
	if more > 0 {
		h.line(indent, span{text: "  and " + thousands(more) + " more", style: dim})
	}
	return len(mine) > 0
}

// detail is what an element has to say besides its identity: its message, or of a file its mode and owner.
func detail(v Violation) string {
	o, ok := v.Value.(map[string]any)
	if !ok {
		return ""
	}
	text := func(name string) string {
		s, _ := o[name].(string)
		return s
	}
	if m := text("message"); m != "" && m != v.Identity {
		return oneLine(m)
	}
	if text("mode") == "" || text("owner") == "" || text("group") == "" {
		return ""
	}
	return oneLine(text("mode") + " " + text("owner") + ":" + text("group"))
}

// mend says what would set it right.
func (h *human) mend(r Result) {
	for _, f := range r.Fixes {
		h.para(h.body(), h.body()+5, span{text: "fix: ", style: green}, span{text: f.Summary, style: plain})
	}
	if r.Remedy != "" {
		h.para(h.body(), h.body()+5, span{text: "fix: ", style: green}, span{text: oneLine(r.Remedy), style: plain})
	}
}
