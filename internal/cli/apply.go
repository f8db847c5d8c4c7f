package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/plugins/launch"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/deadman"
	"github.com/holdfast-agent/holdfast/remediate/effects"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
)

// stateDir is where transactions are kept.
const stateDir = "/var/lib/holdfast"

// applyLimit bounds a transaction itself: installing packages takes minutes, hanging takes for ever.
const applyLimit = 30 * time.Minute

type applyFlags struct {
	plan   planFlags
	within time.Duration
	yes    bool
	canary bool
}

func (p *program) apply() *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use: "apply [PLAN]", Short: "Change the host so that failing controls pass",
		Long: `Change the host as 'holdfast plan' shows, as one transaction: everything that is
changed is saved first, native validators are asked, and at the end the controls
are evaluated again on fresh facts, services must run and SSH must answer. If
anything fails, all is rolled back.

With PLAN, a file that 'holdfast plan -o' saved, the same is planned again and
applied only if nothing has moved since.

Changes that could lock people out (risk lockout) are rolled back after
--confirm-within, unless 'holdfast confirm' follows from a new login; a reboot
before that rolls back, too.

Exit codes: 0 applied and verified, or nothing to do; 2 rolled back; 3 applied,
but some fixes were refused; 1 an error, and nothing was changed.`,
		Example: `  holdfast apply
  holdfast apply --only-control 5.1.20 --confirm-within 5m
  holdfast apply ssh.plan --yes`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.runApply(cmd, &f, args) },
	}
	f.plan.add(cmd, p)
	cmd.Flags().DurationVar(&f.within, "confirm-within", 10*time.Minute, "roll back after `DURATION` unless confirmed; set, it holds for changes of every risk; 0: no confirmation is needed")
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&f.canary, "canary", false, "one control after the other, and stop at the first that fails its check")
	return cmd
}

func (p *program) runApply(cmd *cobra.Command, f *applyFlags, args []string) error {
	if err := p.mustBeRoot("apply"); err != nil {
		return err
	}
	if f.within < 0 {
		return usage(cmd, "--confirm-within %s lies in the past", f.within)
	}
	deafToReaders()
	engine, err := p.engine("")
	if err != nil {
		return err
	}
	helper := &launch.Helper{}
	defer helper.Close()
	engine.Hands = helper
	unlock, err := engine.Store.Lock(false)
	if err != nil {
		return err
	}
	defer unlock()
	if err := engine.Settle(cmd.Context()); err != nil {
		return err
	}
	made, err := p.planToApply(cmd, &f.plan, args)
	if err != nil {
		return err
	}
	if len(made.plan.Changes) == 0 {
		return p.nothingToApply(made, f.plan.verbose)
	}
	if err := p.consent(cmd, f, made.plan); err != nil {
		return err
	}
	if err := helper.Warm(); err != nil {
		return fmt.Errorf("%w: %w", remediate.ErrNothingDone, err)
	}
	engine.Check = p.newChecker(cmd.Context(), made).check
	o := remediate.ApplyOptions{Limit: applyLimit, Canary: f.canary}
	if cmd.Flags().Changed("confirm-within") || made.plan.Risk() >= plan.Lockout {
		o.Within = f.within
	}
	j, err := engine.Apply(cmd.Context(), made.plan, made.steps, o)
	return p.applied(j, made, o, err)
}

// planToApply makes the plan anew; it must be the one that was saved, where one was.
func (p *program) planToApply(cmd *cobra.Command, f *planFlags, args []string) (*madePlan, error) {
	if len(args) == 0 {
		return p.makePlan(cmd, f)
	}
	for _, name := range []string{"benchmark", "profile", "control", "only-control", "var", "max-risk"} {
		if cmd.Flags().Changed(name) {
			return nil, usage(cmd, "the plan says what to apply: --%s does not go with it", name)
		}
	}
	file, err := openRegular(args[0])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	saved, err := plan.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	s := saved.Selection
	sel := benchmarks.Selection{Benchmarks: s.Benchmarks, Profile: s.Profile, Controls: s.Controls, Variables: s.Variables}
	made, err := p.planFor(cmd, f, sel, s.MaxRisk)
	if err != nil {
		return nil, err
	}
	if moved := plan.Moved(saved, made.plan); len(moved) > 0 {
		return nil, fmt.Errorf("%s does not fit the host any more:\n  %s\nMake a new plan", args[0], strings.Join(moved, "\n  "))
	}
	return made, nil
}

func (p *program) nothingToApply(made *madePlan, verbose bool) error {
	view := p.view(p.out)
	view.Verbose = verbose
	if err := report.WritePlan(p.out, made.plan, view); err != nil {
		return err
	}
	return refusedCode(made.plan)
}

func refusedCode(made *plan.Plan) error {
	for _, r := range made.Refused {
		if !r.ByHand {
			return exitCode(exitUndecided)
		}
	}
	return nil
}

// consent shows the plan and asks.
func (p *program) consent(cmd *cobra.Command, f *applyFlags, made *plan.Plan) error {
	view := p.view(p.out)
	view.Verbose = f.plan.verbose
	if err := report.WritePlan(p.out, made, view); err != nil {
		return err
	}
	if f.yes {
		return nil
	}
	if !p.err.terminal {
		return usage(cmd, "there is no terminal to ask on: --yes applies without asking")
	}
	fmt.Fprintf(p.err, "\nApply %s? [y/N] ", count(len(made.Changes), "change"))
	answer, err := bufio.NewReader(p.in).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); err != nil || a != "y" && a != "yes" {
		return errors.New("not applied")
	}
	return nil
}

func (p *program) applied(j *remediate.Journal, made *madePlan, o remediate.ApplyOptions, err error) error {
	var back *remediate.RolledBackError
	var stopped *remediate.StoppedError
	switch {
	case errors.As(err, &back):
		p.complain(err.Error())
		for _, c := range back.Conflicts {
			p.complain("left as it is: " + c)
		}
		return exitCode(exitFailing)
	case errors.As(err, &stopped):
		p.complain(err.Error())
		p.note("%s holds what came before it", j.ID)
		return exitCode(exitFailing)
	case err != nil:
		return err
	case o.Within > 0:
		p.note("applied as %s and verified; it is rolled back at %s unless you confirm from a new login: holdfast confirm %s",
			j.ID, time.Now().Add(o.Within).Format(time.TimeOnly), j.ID)
	default:
		p.note("applied as %s and verified; holdfast rollback %s undoes it", j.ID, j.ID)
	}
	for _, s := range made.steps {
		if s.AtBoot {
			p.note("%s has its effect at the next boot", s)
		}
	}
	return refusedCode(made.plan)
}

// engine is what carries transactions out, with hands of this process: those of apply are a helper's, and the ways back
// need the program alone.
func (p *program) engine(own string) (*remediate.Engine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	store := remediate.Store{Dir: stateDir}
	return &remediate.Engine{
		Store: store, Hands: effects.Local{}, Switch: &deadman.Switch{Program: self, Store: store, Own: own},
		Boot: remediate.BootID(), Login: remediate.LoginSession(), Logins: remediate.LoginSessions, Progress: p.note,
	}, nil
}

// hidden are the verbs by which the dead man's switch calls the program again.
func (p *program) hidden() []*cobra.Command {
	var early bool
	var own string
	recover := &cobra.Command{Use: "_recover [ID]", Hidden: true, Args: cobra.MaximumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		id, reason := "", ""
		if len(args) > 0 {
			id, reason = args[0], deadman.Unconfirmed
		}
		e, err := p.engine(own)
		if err != nil {
			return err
		}
		if early {
			e.Reboot = deadman.Reboot
		}
		return deadman.Recover(cmd.Context(), e, id, reason, early)
	}}
	recover.Flags().BoolVar(&early, "early", false, "at the start of a boot")
	recover.Flags().StringVar(&own, "own", "", "the unit that this runs in")
	guard := &cobra.Command{Use: "_guard ID LIMIT WITHIN PID", Hidden: true, Args: cobra.ExactArgs(4), RunE: func(cmd *cobra.Command, args []string) error {
		limit, err := time.ParseDuration(args[1])
		if err != nil {
			return err
		}
		within, err := time.ParseDuration(args[2])
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		e, err := p.engine("holdfast-guard-" + args[0] + ".service")
		if err != nil {
			return err
		}
		return deadman.Guard(cmd.Context(), e, args[0], limit, within, pid)
	}}
	return []*cobra.Command{recover, guard}
}
