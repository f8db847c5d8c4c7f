package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/internal/printable"
)

func init() {
	register(func(v View) Format {
		return Format{Name: "markdown", Doc: "Markdown, for tickets and wikis.", Write: func(w io.Writer, r *Report) error {
			m := &markdown{w: bufio.NewWriter(w), view: v, report: r}
			m.write()
			return m.w.Flush() // which returns the first error of any write before it
		}}
	})
}

type markdown struct {
	w      *bufio.Writer
	view   View
	report *Report
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(m.w, format, args...) }

func (m *markdown) write() {
	r := m.report
	m.printf("# Audit of %s\n\n", mdText(orElse(r.Host.Name, "a host of unknown name")))
	m.printf("%s, %s.\n", mdText(orElse(osWords(r.Host.OS), "unknown system")),
		r.Time.UTC().Format("2006-01-02 15:04 MST"))
	m.scores()
	for _, b := range r.Benchmarks {
		m.benchmark(b)
	}
}

func (m *markdown) scores() {
	m.printf("\n| Benchmark | Profile | Score | Passed | Failed | Error | Unknown | Waived | Manual | Not applicable |\n")
	m.printf("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, b := range m.report.Benchmarks {
		share := "–"
		if b.Score.Percent != nil {
			share = percentText(*b.Score.Percent)
		}
		s := b.Score
		m.printf("| %s %s | %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", mdText(b.ID), mdText(b.Version), mdText(b.Profile),
			share, s.Passed, s.Failed, s.Error, s.Unknown, s.Waived, s.Manual, s.NotApplicable)
	}
	if c := m.report.Baseline; c != nil {
		m.printf("\nAgainst the report of %s: %d new, %d known, %d gone.\n", c.Time.UTC().Format("2006-01-02 15:04 MST"), c.New, c.Known, c.Gone)
	}
}

func (m *markdown) benchmark(b Benchmark) {
	m.printf("\n## %s %s\n", mdText(b.Title), mdText(b.Version))
	if b.Verdict != benchmarks.Pass {
		m.printf("\n%s%s\n", applicability(b), mdText(b.Reason))
		return
	}
	for _, g := range groupBy(only(b.Results, benchmarks.Fail, benchmarks.Error), func(r Result) string { return r.Chapter }) {
		m.printf("\n### %s\n", mdText(orElse(g.key, "Controls")))
		for _, r := range g.results {
			m.failure(r)
		}
	}
	m.undecided(b)
	m.list("Waived", only(b.Results, benchmarks.Waived), func(r Result) string {
		if r.Waiver == nil {
			return r.Reason
		}
		return fmt.Sprintf("%s, until %s (%s)", strings.TrimRight(oneLine(r.Waiver.Reason), "."), r.Waiver.Expires.UTC().Format("2006-01-02"), r.Waiver.Owner)
	})
	m.manual(only(b.Results, benchmarks.Manual))
	if m.view.Verbose {
		m.list("Passed", only(b.Results, benchmarks.Pass), func(Result) string { return "" })
		m.list("Not applicable", only(b.Results, benchmarks.NotApplicable), func(r Result) string { return r.Reason })
	}
	m.leftOut(b)
}

func (m *markdown) manual(results []Result) {
	if len(results) == 0 {
		return
	}
	m.printf("\n### For a person to judge\n\n")
	for _, r := range results {
		m.printf("- %s %s: %s\n", mdText(r.Control), mdText(r.Title), mdText(oneLine(r.Reason)))
		for _, s := range r.Shown {
			m.printf("  - %s: %s\n", mdText(strings.ReplaceAll(s.Name, "_", " ")), mdText(shownWords(s, m.view.Violations)))
		}
	}
}

func (m *markdown) failure(r Result) {
	m.printf("\n#### %s %s\n\n", mdText(r.Control), mdText(r.Title))
	m.printf("**%s**, %s.", verdictWords(r.Verdict), orElse(r.Severity.String(), "no severity"))
	if r.InBaseline {
		m.printf(" Known from the baseline.")
	}
	if r.Why != "" {
		m.printf(" %s", mdText(r.Why))
	}
	m.printf("\n")
	for _, c := range r.Checks {
		m.check(c)
	}
	if len(r.Checks) == 0 && r.Reason != "" {
		m.printf("\n%s\n", mdText(r.Reason))
	}
	m.violations(r)
	for _, f := range r.Fixes {
		m.printf("\nFix: %s\n", mdCode(f.Summary))
	}
	if r.Remedy != "" {
		m.printf("\nFix: %s\n", mdText(r.Remedy))
	}
	if w := r.Waiver; w != nil && w.Expired {
		m.printf("\nWaiver %s of %s expired on %s.\n", mdText(w.Name), mdText(w.Owner), w.Expires.UTC().Format("2006-01-02"))
	}
}

func (m *markdown) check(c Check) {
	if c.Verdict == benchmarks.Pass {
		return
	}
	if c.Name != "" {
		m.printf("\n%s: %s", mdText(c.Name), verdictWords(c.Verdict))
		if c.Reason != "" && c.Explanation == "" {
			m.printf(", %s", mdText(c.Reason))
		}
		m.printf("\n")
	} else if c.Explanation == "" && c.Reason != "" {
		m.printf("\n%s\n", mdText(c.Reason))
	}
	if c.Explanation != "" {
		m.printf("\n%s\n", mdFence(c.Explanation))
	}
}

func (m *markdown) violations(r Result) {
	show := min(len(r.Violations), m.view.Violations)
	if show == 0 {
		return
	}
	m.printf("\n")
	for _, v := range r.Violations[:show] {
		m.printf("- %s", mdCode(v.Identity))
		if v.Origin != "" && v.Origin != v.Identity {
			m.printf(" in %s", mdCode(v.Origin))
		}
		m.printf("\n")
	}
	if more := max(r.ViolationsTotal, len(r.Violations)) - show; more > 0 {
		m.printf("- and %s more\n", thousands(more))
	}
}

func (m *markdown) undecided(b Benchmark) {
	unknown := only(b.Results, benchmarks.Unknown)
	if len(unknown) == 0 {
		return
	}
	m.printf("\n### Could not be decided\n\n")
	for _, g := range groupBy(unknown, cause) {
		hint := ""
		if m.report.rootMayHelp(g.key) {
			hint = "; run as root"
		}
		m.printf("- %s: %s%s\n", plural(len(g.results), "control"), mdText(orElse(g.key, "no reason was given")), hint)
		for _, r := range g.results {
			m.printf("  - %s %s\n", mdText(r.Control), mdText(r.Title))
		}
	}
}

func (m *markdown) list(title string, results []Result, note func(Result) string) {
	if len(results) == 0 {
		return
	}
	m.printf("\n### %s\n\n", title)
	for _, r := range results {
		m.printf("- %s %s", mdText(r.Control), mdText(r.Title))
		if n := oneLine(note(r)); n != "" {
			m.printf(": %s", mdText(n))
		}
		m.printf("\n")
	}
}

func (m *markdown) leftOut(b Benchmark) {
	if len(b.LeftOut) == 0 {
		return
	}
	m.printf("\n### Left out by tailoring\n\n")
	for _, l := range b.LeftOut {
		m.printf("- %s: %s\n", mdText(l.Control), mdText(l.Reason))
	}
}

// mdText makes text of one line out of s in which nothing is markup, HTML included.
func mdText(s string) string {
	s = printable.Line(oneLine(s))
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '@': // or a file's name could call people into a ticket
			b.WriteString("&#64;")
		case strings.ContainsRune("\\`*_[]|~$", r), i == 0 && strings.ContainsRune("#>+-=", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mdCode is s as a code span, whose fence is longer than any run of backticks in it. A pipe stays as it is: it would
// end a table's cell, so no code span stands in one.
func mdCode(s string) string {
	s = printable.Line(s)
	fence := strings.Repeat("`", backticks(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdFence is s as a code block.
func mdFence(s string) string {
	s = printable.Block(strings.TrimRight(s, "\n"))
	fence := strings.Repeat("`", max(3, backticks(s)+1))
	return fence + "text\n" + s + "\n" + fence
}

// backticks is the length of the longest run of them.
func backticks(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// orElse is the first that is not empty.
func orElse(choices ...string) string {
	for _, c := range choices {
		if strings.TrimSpace(c) != "" {
			return c
		}
	}
	return ""
}
