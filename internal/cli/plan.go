package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/holdfast-agent/holdfast/internal/version"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/actions"
	"github.com/holdfast-agent/holdfast/remediate/effects"
	"github.com/holdfast-agent/holdfast/remediate/health"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
)

// planFlags choose what is planned, and what is applied.
type planFlags struct {
	policy  policyFlags
	sel     selectFlags
	only    []string
	maxRisk string
	labels  []string
	verbose bool
}

func (f *planFlags) add(cmd *cobra.Command, p *program) {
	f.sel.add(cmd, p)
	f.policy.add(cmd)
	cmd.Flags().StringArrayVar(&f.only, "only-control", nil, "the same as --control")
	cmd.Flags().StringVar(&f.maxRisk, "max-risk", plan.Lockout.String(), "leave out changes above `RISK`: "+strings.Join(plan.RiskNames(), ", "))
	cmd.Flags().StringArrayVar(&f.labels, "label", nil, "label the host `KEY=VALUE` for policies (repeatable)")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "say what to do about what is left to a person, too")
	_ = cmd.RegisterFlagCompletionFunc("only-control", complete(p.controlNames))
	_ = cmd.RegisterFlagCompletionFunc("max-risk", complete(func(*cobra.Command) []string { return plan.RiskNames() }))
}

func (f *planFlags) selection(cmd *cobra.Command) (benchmarks.Selection, plan.Risk, error) {
	var risk plan.Risk
	if err := risk.UnmarshalText([]byte(f.maxRisk)); err != nil {
		return benchmarks.Selection{}, risk, usage(cmd, "--max-risk: %v%s", err, didYouMean(f.maxRisk, plan.RiskNames()))
	}
	sel, err := f.sel.selection(cmd)
	sel.Controls = slices.Concat(sel.Controls, f.only)
	return sel, risk, err
}

func (p *program) plan() *cobra.Command {
	var f planFlags
	var file, format string
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what apply would change",
		Long: `Show what 'holdfast apply' would change to make failing controls pass: the
diff of each file, the units that are restarted, the risk of each change, what
can't be undone, and what is refused or left to a person. Nothing is changed.

Exit codes: 0 there is nothing to change; 2 there is something; 1 an error.`,
		Example: `  holdfast plan
  holdfast plan --control '5.1.*' -o ssh.plan
  holdfast apply ssh.plan`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "human" && format != "json" {
				return usage(cmd, "unknown format %q: there are human and json", format)
			}
			made, err := p.makePlan(cmd, &f)
			if err != nil {
				return err
			}
			return p.showPlan(made.plan, file, format, f.verbose)
		},
	}
	f.add(cmd, p)
	cmd.Flags().StringVarP(&file, "output", "o", "", "save the plan (as JSON) in `FILE`, for 'holdfast apply FILE'")
	cmd.Flags().StringVar(&format, "format", "human", "print it as `NAME`: human or json")
	_ = cmd.MarkFlagFilename("output")
	return cmd
}

func (p *program) showPlan(made *plan.Plan, file, format string, verbose bool) error {
	if file != "" {
		if err := atomicfile.Write(file, 0o600, func(w io.Writer) error { return plan.Write(w, made) }); err != nil {
			return err
		}
	}
	if format == "json" {
		if err := plan.Write(p.out, made); err != nil {
			return err
		}
	} else {
		view := p.view(p.out)
		view.Verbose = verbose
		if err := report.WritePlan(p.out, made, view); err != nil {
			return err
		}
	}
	if len(made.Changes) > 0 {
		return exitCode(exitFailing)
	}
	return nil
}

// madePlan is a plan with all that carrying it out takes.
type madePlan struct {
	plan   *plan.Plan
	steps  []*remediate.Step
	bundle *benchmarks.Bundle
	host   facts.Host
	sel    benchmarks.Selection
}

func (p *program) makePlan(cmd *cobra.Command, f *planFlags) (*madePlan, error) {
	sel, risk, err := f.selection(cmd)
	if err != nil {
		return nil, err
	}
	return p.planFor(cmd, f, sel, risk)
}

func (p *program) planFor(cmd *cobra.Command, f *planFlags, sel benchmarks.Selection, risk plan.Risk) (*madePlan, error) {
	bundle, err := p.bundle(&f.policy, true)
	if err != nil {
		return nil, err
	}
	t, err := p.target(cmd, &hostFlags{labels: f.labels})
	if err != nil {
		return nil, err
	}
	evaluations, _, err := p.evaluate(cmd, bundle, t, sel)
	if err != nil {
		return nil, err
	}
	host := t.describe(cmd.Context())
	local := &remediate.Local{Actions: slices.Concat(actions.All(), p.plugged.actions), Set: t.set, Hands: effects.Local{}, MaxRisk: risk}
	made, steps, err := remediate.Build(cmd.Context(), t.set, evaluations, local, remediate.PlanOptions{
		Host: plan.Host{ID: host.ID, Name: host.Name}, Tool: version.String(), Now: time.Now(), Sessions: health.Sessions(),
		Selection: plan.Selection{Benchmarks: sel.Benchmarks, Profile: sel.Profile, Controls: sel.Controls, Variables: sel.Variables, MaxRisk: risk},
	})
	if err != nil {
		return nil, err
	}
	return &madePlan{made, steps, bundle, t.host, sel}, nil
}

// mustBeRoot is an error for those who may not change the host.
func (p *program) mustBeRoot(verb string) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%s changes the host: run it as root", verb)
	}
	return nil
}
