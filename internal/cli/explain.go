package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
)

func (p *program) explain() *cobra.Command {
	var host hostFlags
	var policy policyFlags
	var sel selectFlags
	cmd := &cobra.Command{
		Use: "explain CONTROL", Short: "Say what a control asks, why, what this host says, and how it would be fixed",
		Example: `  holdfast explain 5.1.20
  holdfast explain 5.1.20 --from web-1.recording`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(cmd, "explain takes the number of one control, and got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			selection, err := sel.selection(cmd)
			if err != nil {
				return err
			}
			bundle, err := p.bundle(&policy, host.here())
			if err != nil {
				return err
			}
			found, err := find(cmd, bundle, selection.Benchmarks, args[0])
			if err != nil {
				return err
			}
			t, err := p.target(cmd, &host)
			if err != nil {
				return err
			}
			return p.explainAll(cmd, bundle, t, selection, found)
		},
	}
	sel.add(cmd, p)
	_ = cmd.Flags().MarkHidden("control")
	policy.add(cmd)
	host.add(cmd, true)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(p.controlNames)(cmd, args, typed)
	}
	return cmd
}

// place is a control in its benchmark.
type place struct {
	benchmark *benchmarks.Benchmark
	control   *benchmarks.Control
}

func find(cmd *cobra.Command, bundle *benchmarks.Bundle, among []string, id string) ([]place, error) {
	var found []place
	var ids, names []string
	for _, b := range bundle.Benchmarks {
		names = append(names, b.ID)
		if len(among) > 0 && !slices.Contains(among, b.ID) {
			continue
		}
		for _, c := range b.Controls {
			ids = append(ids, c.ID)
			if c.ID == id {
				found = append(found, place{b, c})
			}
		}
	}
	for _, name := range among {
		if !slices.Contains(names, name) {
			return nil, usage(cmd, "unknown benchmark %q%s", name, didYouMean(name, names))
		}
	}
	if len(found) == 0 {
		return nil, usage(cmd, "unknown control %q%s", id, didYouMean(id, ids))
	}
	return found, nil
}

func (p *program) explainAll(cmd *cobra.Command, bundle *benchmarks.Bundle, t *target, sel benchmarks.Selection, found []place) error {
	g := p.page()
	for i, at := range found {
		if i > 0 {
			g.line(0)
		}
		s := sel
		s.Benchmarks, s.Controls = []string{at.benchmark.ID}, []string{at.control.ID} // spelled out: whatever its profile
		evaluations, _, err := p.evaluate(cmd, bundle, t, s)
		if err != nil {
			return err
		}
		r := report.New(evaluations, report.Options{Time: t.now, Host: t.describe(cmd.Context())})
		g.question(at)
		for _, b := range r.Benchmarks {
			g.answer(b)
		}
	}
	return g.end()
}

const (
	styleBold = "1"
	styleDim  = "2"
)

// question is what the control asks, as its policy has it.
func (g *page) question(at place) {
	c := at.control
	g.line(0, piece{c.ID + "  " + oneLine(c.Title), styleBold})
	where := []string{at.benchmark.ID + " " + at.benchmark.Version}
	if c.Chapter != "" {
		where = append(where, c.Chapter)
	}
	where = append(where, c.Severity.String())
	where = append(where, c.Profiles...)
	g.prose(2, strings.Join(where, " · "), styleDim)
	if c.Why != "" {
		g.line(0)
		g.prose(2, c.Why, "")
	}
	for _, framework := range slices.Sorted(maps.Keys(c.Refs)) {
		g.prose(2, framework+": "+strings.Join(c.Refs[framework], ", "), styleDim)
	}
	g.heading("What it asks")
	if c.Applies != "" {
		g.line(2, piece{"only where", styleDim})
		g.block(4, c.Applies)
	}
	for _, d := range c.Demands {
		label := d.Form
		if d.Check != "" {
			label = d.Check + ": " + d.Form
		}
		g.line(2, piece{label, styleDim})
		g.block(4, d.Text)
	}
	g.line(2, piece{fmt.Sprintf("%s:%d", c.Range.Filename, c.Range.Start.Line), styleDim})
}

// answer is what the host says to it.
func (g *page) answer(b report.Benchmark) {
	g.heading("What this host says")
	if b.Verdict != benchmarks.Pass {
		g.prose(2, "The benchmark "+verdictText(b.Verdict)+" on this host: "+b.Reason, "")
		return
	}
	for _, r := range b.Results {
		g.verdict(r)
		g.evidence(r)
		g.repair(r)
	}
	for _, l := range b.LeftOut {
		if len(b.Results) == 0 {
			g.prose(2, "Tailoring leaves out "+l.Control+": "+l.Reason, "")
		}
	}
}

func verdictText(v benchmarks.Verdict) string {
	if v == benchmarks.NotApplicable {
		return "is not applicable"
	}
	return "is " + v.String()
}

var verdictStyles = map[benchmarks.Verdict]string{
	benchmarks.Pass: "32", benchmarks.Fail: "1;31", benchmarks.Error: "1;31", benchmarks.Unknown: "33",
	benchmarks.Waived: "36", benchmarks.Manual: "36", benchmarks.NotApplicable: styleDim,
}

func (g *page) verdict(r report.Result) {
	g.line(2, piece{r.Verdict.String(), verdictStyles[r.Verdict]})
	if r.Reason != "" {
		g.prose(4, r.Reason, "")
	}
	for _, c := range r.Checks {
		indent := 4
		if c.Name != "" {
			indent = 6
			g.line(4, piece{c.Name + " ", styleBold}, piece{c.Verdict.String(), verdictStyles[c.Verdict]})
			if c.Reason != "" && !strings.HasSuffix(r.Reason, c.Reason) {
				g.prose(6, c.Reason, "")
			}
		}
		if c.Explanation != "" {
			g.block(indent, strings.TrimRight(c.Explanation, "\n"))
		}
	}
	const most = 50
	for i, v := range r.Violations {
		if i == most {
			break
		}
		g.line(4, piece{"• ", styleDim}, piece{v.Identity, ""}, piece{"   " + v.Origin, styleDim})
	}
	if more := r.ViolationsTotal - min(most, len(r.Violations)); more > 0 {
		g.line(6, piece{fmt.Sprintf("and %d more", more), styleDim})
	}
	if w := r.Waiver; w != nil {
		state := "waived until "
		if w.Expired {
			state = "the waiver expired on "
		}
		g.prose(4, state+w.Expires.UTC().Format("2006-01-02")+" by "+w.Name+" ("+w.Owner+"): "+w.Reason, "")
	}
}

// evidence is every attribute that was read for it.
func (g *page) evidence(r report.Result) {
	if len(r.Evidence) == 0 {
		return
	}
	g.heading("What was read")
	const most = 60
	for i, e := range r.Evidence {
		if i == most {
			g.line(2, piece{fmt.Sprintf("and %d more; all are in the JSON report", len(r.Evidence)-most), styleDim})
			break
		}
		name := e.Fact
		if e.Subject != "" {
			name = fmt.Sprintf("%s(%s)", e.Fact, subjectText(e.Subject))
		}
		if e.Path != "" && !strings.HasPrefix(e.Path, "[") {
			name += "."
		}
		pieces := []piece{{name + e.Path, ""}, {" = ", styleDim}}
		if e.Unknown != nil {
			pieces = append(pieces, piece{"unknown: " + *e.Unknown, "33"})
		} else {
			pieces = append(pieces, piece{valueText(e.Value), ""})
		}
		if e.Origin != "" {
			pieces = append(pieces, piece{"   " + e.Origin, styleDim})
		}
		g.line(2, pieces...)
	}
}

// repair is what would mend it; shown for what passes, too: it says what the control means to reach.
func (g *page) repair(r report.Result) {
	if len(r.Fixes) == 0 && r.Remedy == "" {
		return
	}
	g.heading("How it would be fixed")
	for _, f := range r.Fixes {
		g.prose(2, f.Summary, "")
	}
	if r.Remedy != "" {
		g.prose(2, r.Remedy, "")
	}
}

func (g *page) heading(s string) {
	g.line(0)
	g.line(0, piece{s, styleBold})
}
