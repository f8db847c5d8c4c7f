package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/spf13/cobra"
)

func (p *program) confirm() *cobra.Command {
	return &cobra.Command{
		Use: "confirm [ID]", Short: "Keep what apply changed",
		Long: `Keep what 'holdfast apply' changed, which is rolled back otherwise. Where the
changes could have locked people out, this has to come from a new login: a session
that was open before proves nothing.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.locked("confirm", func(e *remediate.Engine) error {
				id := ""
				if len(args) > 0 {
					id = args[0]
				}
				j, err := e.Confirm(cmd.Context(), id)
				if err != nil {
					return err
				}
				p.note("%s is kept", j.ID)
				return nil
			})
		},
	}
}

func (p *program) rollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback [ID]", Short: "Undo what apply changed",
		Long: `Undo a transaction: the one that awaits confirmation or was interrupted, else the
last one that was kept, or the one named. What somebody has changed since stays as
it is, and is shown.

Exit codes: 0 all is as it was; 2 but for such conflicts; 1 an error.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.locked("rollback", func(e *remediate.Engine) error {
				id, err := toUndo(e.Store, args)
				if err != nil {
					return err
				}
				// Half of the way back is nowhere: the first interrupt does not count.
				_, conflicts, err := e.Undo(context.WithoutCancel(cmd.Context()), id, "somebody asked for it", remediate.UndoOptions{})
				for _, c := range conflicts {
					p.complain("left as it is: " + c)
				}
				if err != nil {
					return err
				}
				if len(conflicts) > 0 {
					return exitCode(exitFailing)
				}
				p.note("%s is rolled back", id)
				return nil
			})
		},
	}
}

// toUndo is the transaction that was named, the pending one, or the last one that is in force.
func toUndo(store remediate.Store, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	if id, err := store.Pending(); err != nil || id != "" {
		return id, err
	}
	all, err := store.All()
	for i := len(all) - 1; i >= 0; i-- {
		switch all[i].Status() {
		case remediate.StatusKept, remediate.StatusConflict, remediate.StatusUnfinished: // the last, when its roll-back was cut short
			return all[i].ID, nil
		}
	}
	return "", errors.Join(errors.New("there is no transaction to roll back"), err)
}

func (p *program) locked(verb string, do func(*remediate.Engine) error) error {
	if err := p.mustBeRoot(verb); err != nil {
		return err
	}
	deafToReaders()
	e, err := p.engine("")
	if err != nil {
		return err
	}
	unlock, err := e.Store.Lock(false)
	if err != nil {
		return err
	}
	defer unlock()
	return do(e)
}

func (p *program) history() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "history", Short: "List what was applied",
		Long: `List every transaction and what has become of it, the oldest first.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := p.mustReadState(); err != nil {
				return err
			}
			all, err := remediate.Store{Dir: stateDir}.All()
			if err != nil {
				p.complain(err.Error())
			}
			if asJSON {
				return p.historyJSON(all)
			}
			return p.historyText(all)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

type pastTransaction struct {
	ID       string           `json:"id"`
	Time     time.Time        `json:"time"`
	Status   remediate.Status `json:"status"`
	Changes  int              `json:"changes"`
	Controls int              `json:"controls"`
	Risk     string           `json:"risk"`
	Reason   string           `json:"reason"` // why it was rolled back
}

func past(all []*remediate.Journal) []pastTransaction {
	out := make([]pastTransaction, 0, len(all))
	for _, j := range all {
		t := pastTransaction{ID: j.ID, Time: j.Begun(), Status: j.Status(), Changes: len(j.Plan.Changes), Controls: len(j.Plan.Controls()), Risk: j.Plan.Risk().String()}
		if r, ok := j.Last(remediate.Undoing); ok {
			t.Reason = r.Reason
		}
		out = append(out, t)
	}
	return out
}

func (p *program) historyJSON(all []*remediate.Journal) error {
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	return e.Encode(past(all))
}

func (p *program) historyText(all []*remediate.Journal) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(p.out, "Nothing was applied on this host.")
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, t := range past(all) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Time.Local().Format(time.DateTime), t.Status, count(t.Changes, "change"), oneLine(t.Reason))
	}
	return w.Flush()
}

func (p *program) mustReadState() error {
	if os.Geteuid() != 0 {
		return errors.New("the record of what was applied is root's: run history as root")
	}
	return nil
}
