package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/version"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
)

// selectFlags choose what to evaluate.
type selectFlags struct {
	benchmarks []string
	profile    string
	controls   []string
	variables  []string
}

func (f *selectFlags) add(cmd *cobra.Command, p *program) {
	cmd.Flags().StringArrayVar(&f.benchmarks, "benchmark", nil, "only the benchmark `ID` (repeatable; default: all that apply to the host)")
	cmd.Flags().StringVar(&f.profile, "profile", "", "use the profile `NAME` (default: each benchmark's own)")
	cmd.Flags().StringArrayVar(&f.controls, "control", nil, "only controls whose number matches `GLOB` (repeatable)")
	cmd.Flags().StringArrayVar(&f.variables, "var", nil, "set a policy's variable, as `NAME=VALUE` (repeatable)")
	for flag, names := range map[string]func(*cobra.Command) []string{
		"benchmark": p.benchmarkNames, "profile": p.profileNames, "control": p.controlNames,
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete(names))
	}
}

func (f *selectFlags) selection(cmd *cobra.Command) (benchmarks.Selection, error) {
	s := benchmarks.Selection{
		Benchmarks: f.benchmarks, Profile: f.profile, Controls: f.controls, Variables: map[string]string{}, Timings: true,
	}
	for _, v := range f.variables {
		name, value, ok := strings.Cut(v, "=")
		name = strings.TrimPrefix(strings.TrimSpace(name), "var.")
		if !ok || name == "" {
			return s, usage(cmd, "--var %q sets nothing: write --var NAME=VALUE", v)
		}
		if _, twice := s.Variables[name]; twice {
			return s, usage(cmd, "--var sets %q twice", name)
		}
		s.Variables[name] = value
	}
	return s, nil
}

type auditFlags struct {
	host     hostFlags
	policy   policyFlags
	sel      selectFlags
	formats  []string
	failOn   string
	baseline string
	exitZero bool
	verbose  bool
	timings  bool
}

func (p *program) audit() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use: "audit", Short: "Audit the host and report",
		Long: `Evaluate every benchmark that applies to the host and report, for each control,
the verdict and what it was decided on. Nothing on the host is changed.

Exit codes: 0 all that was selected passed, or is waived, manual or not
applicable; 2 something failed; 3 nothing failed, but something could not be
decided, or no benchmark applies; 1 wrong usage or an error of the program.

On this machine, /etc/holdfast/*.tailoring.hcl, /etc/holdfast/waivers/*.hcl and
/etc/holdfast/labels are in force; with --root and --from they are not.`,
		Example: `  holdfast audit
  holdfast audit --control '5.1.*' --verbose
  holdfast audit --format human --format json=report.json
  holdfast audit --baseline report.json --fail-on high`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runAudit(cmd, &f) },
	}
	f.sel.add(cmd, p)
	f.policy.add(cmd)
	f.host.add(cmd, true)
	cmd.Flags().StringArrayVar(&f.formats, "format", nil, "write the report as `NAME[=FILE]`: "+strings.Join(formatNames(), ", ")+" (repeatable; default: human)")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", "count failures and unknowns from `SEVERITY` up: critical, high, medium or low")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "count only what the report in `FILE` (of format json) did not have")
	cmd.Flags().BoolVar(&f.exitZero, "exit-zero", false, "exit with 0 whatever the verdicts are")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show what passed, too")
	cmd.Flags().BoolVar(&f.timings, "timings", false, "show where the time went")
	_ = cmd.MarkFlagFilename("baseline", "json")
	_ = cmd.RegisterFlagCompletionFunc("format", complete(func(*cobra.Command) []string { return formatNames() }))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", complete(func(*cobra.Command) []string { return severityNames }))
	return cmd
}

var severityNames = []string{"critical", "high", "medium", "low"}

func formatNames() []string {
	var out []string
	for _, f := range report.Formats(report.View{}) {
		out = append(out, f.Name)
	}
	return out
}

// auditPlan is what the flags come to, once they are checked: nothing is read of the host before.
type auditPlan struct {
	outputs  []output
	failOn   benchmarks.Severity
	baseline *report.Report
	sel      benchmarks.Selection
}

func (p *program) planAudit(cmd *cobra.Command, f *auditFlags) (plan auditPlan, err error) {
	if plan.outputs, err = parseOutputs(cmd, f.formats); err != nil {
		return plan, err
	}
	if f.failOn != "" {
		if err := plan.failOn.UnmarshalText([]byte(f.failOn)); err != nil {
			return plan, usage(cmd, "--fail-on: %v%s", err, didYouMean(f.failOn, severityNames))
		}
	}
	if f.baseline != "" {
		if plan.baseline, err = readBaseline(f.baseline); err != nil {
			return plan, err
		}
	}
	plan.sel, err = f.sel.selection(cmd)
	return plan, err
}

func readBaseline(name string) (*report.Report, error) {
	file, err := openRegular(name)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	defer file.Close()
	r, err := report.Read(file)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %s: %w", name, err)
	}
	return r, nil
}

func (p *program) runAudit(cmd *cobra.Command, f *auditFlags) error {
	plan, err := p.planAudit(cmd, f)
	if err != nil {
		return err
	}
	start := time.Now()
	bundle, err := p.bundle(&f.policy, f.host.here())
	if err != nil {
		return err
	}
	loaded := time.Since(start)
	t, err := p.target(cmd, &f.host)
	if err != nil {
		return err
	}
	evaluations, took, err := p.evaluate(cmd, bundle, t, plan.sel)
	if err != nil {
		return err
	}
	o := report.Options{
		Time: t.now, Host: t.describe(cmd.Context()), Baseline: plan.baseline,
		Tool: report.Tool{Version: version.String(), Unprivileged: !p.privileged && f.host.from == ""},
	}
	if f.timings {
		o.Timings = timings(evaluations, t.set.Entries(), loaded, took)
	}
	r := report.New(evaluations, o)
	if b := plan.baseline; b != nil && b.Host.ID != r.Host.ID {
		p.note("the baseline is of another host (%s, and this is %s)", b.Host.Name, r.Host.Name)
	}
	if err := p.write(plan.outputs, r, f.verbose); err != nil {
		return err
	}
	if f.exitZero {
		return nil
	}
	switch r.Outcome(plan.failOn) {
	case report.Clean:
		return nil
	case report.Failing:
		return exitCode(exitFailing)
	}
	return exitCode(exitUndecided)
}

// evaluate has the policies evaluated, with progress; it is an error when that was interrupted: half an audit is none.
func (p *program) evaluate(cmd *cobra.Command, b *benchmarks.Bundle, t *target, sel benchmarks.Selection) ([]benchmarks.Evaluation, time.Duration, error) {
	ctx := cmd.Context()
	bar := p.newProgress()
	defer bar.end()
	if bar != nil {
		sel.Progress = bar.show
	}
	start := time.Now()
	evaluations, err := b.Evaluate(ctx, t.set, sel)
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	var wrong *benchmarks.SelectionError
	if errors.As(err, &wrong) {
		return nil, 0, usage(cmd, "%v", err)
	}
	return evaluations, time.Since(start), err
}

func timings(evaluations []benchmarks.Evaluation, entries []facts.Entry, loaded, took time.Duration) *report.Timings {
	t := &report.Timings{TotalMS: milliseconds(took), LoadMS: milliseconds(loaded), Facts: report.FactTimings(entries)}
	for _, e := range evaluations {
		for _, r := range e.Results {
			t.EvaluationMS += milliseconds(r.Duration)
		}
	}
	return t
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
