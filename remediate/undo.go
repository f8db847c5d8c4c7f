package remediate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// UndoOptions of a roll-back.
type UndoOptions struct {
	// Override restores, of steps that can lock people out, even what somebody else has changed since; the version
	// found is kept in the journal.
	Override bool
	// Early is a roll-back at boot, before anything runs: only what lies in files of /etc and /usr is restored, and nothing
	// is triggered.
	// What is left waits for a second roll-back.
	Early bool
}

// persistent are the effects that outlive a reboot and need nothing but the file system to be undone.
var persistent = []string{"file", "mode", "account"}

// running are the effects on the running system alone, which end with it.
var running = []string{"sysctl", "module", "mount", "unit", "firewall", "audit", "apparmor"}

// Undo rolls a transaction back, whichever state it is in. The store must be locked.
func (e *Engine) Undo(ctx context.Context, id, reason string, o UndoOptions) (j *Journal, conflicts []string, err error) {
	if j, err = e.Store.Load(id); err != nil {
		return nil, nil, err
	}
	if s := j.Status(); s == StatusRolledBack || s == StatusNothing {
		return j, nil, e.ended(ctx, j)
	}
	if err := e.inOrder(j); err != nil {
		return j, nil, err
	}
	if err := j.open(); err != nil {
		return j, nil, err
	}
	defer func() { _ = j.close() }()
	conflicts, err = e.undo(ctx, j, reason, o)
	return j, conflicts, err
}

// Recover rolls the pending transaction back, unless it is over; with an id, only that one. It is what happens when nobody
// asks: early tells that it is the start of a boot. The store must be locked.
func (e *Engine) Recover(ctx context.Context, id, reason string, early bool) error {
	pending, err := e.Store.Pending()
	switch {
	case err != nil || pending != "" && id != "" && id != pending:
		return err
	case pending == "":
		return e.Switch.Clean()
	}
	j, err := e.Store.Load(pending)
	if err != nil {
		return err
	}
	if j.Status() == StatusKept {
		return e.ended(ctx, j) // the program died just after it was decided
	}
	_, conflicts, err := e.Undo(ctx, pending, reason, UndoOptions{Override: true, Early: early})
	for _, c := range conflicts {
		e.say("left as it is: %s", c)
	}
	return err
}

// ended makes sure that nothing waits for a transaction that is over.
func (e *Engine) ended(ctx context.Context, j *Journal) error {
	if pending, err := e.Store.Pending(); err != nil || pending != j.ID {
		return err
	}
	return e.end(ctx, j.ID)
}

// inOrder refuses to undo what a later transaction, which is still in force, was made upon.
func (e *Engine) inOrder(j *Journal) error {
	all, _ := e.Store.All() // one that can't be read can't be undone either
	for _, later := range all {
		if later.Number() <= j.Number() || !slices.Contains([]Status{StatusKept, StatusUnconfirmed, StatusUnfinished, StatusConflict}, later.Status()) {
			continue
		}
		for _, s := range j.Steps {
			for _, l := range later.Steps {
				if s.touches(l) {
					return fmt.Errorf("%s was changed again by the later transaction %s, which is in force: roll that back first (holdfast rollback %s)", s, later.ID, later.ID)
				}
			}
		}
	}
	return nil
}

func (s *Step) touches(o *Step) bool {
	file := func(e string) bool { return e == "file" || e == "mode" }
	return s.Target == o.Target && (s.Effect == o.Effect || file(s.Effect) && file(o.Effect))
}

// undo restores what the journal's steps have changed, in reverse order.
func (e *Engine) undo(ctx context.Context, j *Journal, reason string, o UndoOptions) (conflicts []string, err error) {
	e.Store.release()
	_, again := j.Last(Undoing)
	if err := j.append(Record{Event: Undoing, Reason: reason}); err != nil {
		return nil, err
	}
	began, _ := j.Last(Began)
	rebooted := began.Boot != e.Boot
	var triggers []Trigger
	var failures []error
	left := 0
	steps := j.progress()
	for i, s := range slices.Backward(j.Steps) {
		p := steps[i]
		if p.undone && !p.followed {
			triggers = union(triggers, s.Triggers...) // an earlier attempt did not come to what has to follow
		}
		if !p.intent || p.undone {
			continue
		}
		if o.Early && !s.earlyOn() {
			left++
			continue
		}
		p.again = again
		conflict, err := e.undoStep(ctx, j, i, p, rebooted, o)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", s, err)) // the others can still be saved
			continue
		}
		if conflict != "" {
			conflicts = append(conflicts, conflict)
			continue
		}
		triggers = union(triggers, s.Triggers...)
	}
	if o.Early && len(failures) == 0 {
		if err := e.bootAgain(j); err != nil {
			return conflicts, err
		}
	}
	if o.Early && left+len(triggers) > 0 {
		return conflicts, errors.Join(failures...)
	}
	for _, t := range inTurn(triggers) {
		failures = append(failures, e.trigger(ctx, t)) // the other services still have to take over what is restored
	}
	if err := errors.Join(failures...); err != nil {
		_ = j.append(Record{Event: Failed, Reason: err.Error()})
		return conflicts, err
	}
	if err := j.append(Record{Event: RolledOut}); err != nil {
		return conflicts, err
	}
	return conflicts, e.ended(ctx, j)
}

// mounted are where files lie that are there as soon as anything runs. Others may lie on what is mounted only later: until
// then they look as if they were gone, or had never been made.
var mounted = []string{"/etc/", "/usr/"}

// earlyOn tells whether the step can be undone before anything runs.
func (s *Step) earlyOn() bool {
	there := s.Effect == "account" || slices.ContainsFunc(mounted, func(dir string) bool { return strings.HasPrefix(s.Target, dir) })
	return there && slices.Contains(persistent, s.Effect)
}

// undoStep is three-way: what is as we left it is restored, what is as it was before is done, and what somebody else
// has changed since is a conflict and stays.
func (e *Engine) undoStep(ctx context.Context, j *Journal, i int, p progress, rebooted bool, o UndoOptions) (conflict string, err error) {
	s := j.Steps[i]
	now, err := e.Hands.Observe(ctx, s.Effect, s.Target)
	if err != nil {
		return "", err
	}
	was, is := s.Before.Digest(), now.Digest()
	ours := !p.done || is == p.digest || is == s.After.Digest()
	switch {
	case is == was:
		if !p.done || p.again { // what was begun, or begun to be undone, may have left something beside the target
			if err := e.Hands.Set(ctx, s, s.Before); err != nil {
				return "", err
			}
		}
	case rebooted && !ours && slices.Contains(running, s.Effect):
		// The running system that was changed is no more.
	case ours:
		err := e.restore(ctx, s)
		if errors.Is(err, syscall.ENOTEMPTY) {
			conflict = fmt.Sprintf("%s: it is a directory that the transaction has made, and there is something in it by now", s)
			return conflict, j.append(Record{Event: Conflict, Step: i, Reason: conflict})
		}
		if err != nil {
			return "", err
		}
	case o.Override && s.Risk >= plan.Lockout:
		if err := keepVersion(j, i, now); err != nil {
			return "", err
		}
		if err := e.restore(ctx, s); err != nil {
			return "", err
		}
	default:
		if err := keepVersion(j, i, now); err != nil {
			return "", err
		}
		conflict = fmt.Sprintf("%s: it was %q, became %q by the transaction, and somebody has made it %q since", s, s.Before.Summary, s.After.Summary, now.Summary)
		return conflict, j.append(Record{Event: Conflict, Step: i, Reason: conflict})
	}
	return "", j.append(Record{Event: Undone, Step: i})
}

// restore brings a step's target back and reads it again.
func (e *Engine) restore(ctx context.Context, s *Step) error {
	if s.OneWay {
		return nil // the plan said so
	}
	if err := e.Hands.Set(ctx, s, s.Before); err != nil {
		return err
	}
	now, err := e.Hands.Observe(ctx, s.Effect, s.Target)
	if err == nil && !now.Equal(s.Before) && s.Undo == "" {
		err = fmt.Errorf("it was %q and is %q after it was restored", s.Before.Summary, now.Summary)
	}
	return err
}

// keepVersion keeps what was found where somebody else had changed a target.
func keepVersion(j *Journal, i int, found State) error {
	text, err := json.Marshal(found)
	if err != nil {
		return err
	}
	return write(filepath.Join(j.dir, fmt.Sprintf("found-%d.json", i)), text)
}

// readAtBoot are the files that systemd and the kernel's tools have read before anything could be restored.
var readAtBoot = []string{"/etc/fstab", "/etc/crypttab", "/etc/systemd/system/", "/etc/systemd/system.conf", "/usr/lib/systemd/system/", "/etc/modules-load.d/", "/etc/modprobe.d/", "/etc/modules"}

// bootAgain has the machine rebooted, once, when this boot was made of what has been restored only now.
func (e *Engine) bootAgain(j *Journal) error {
	if _, already := j.Last(Rebooting); already || e.Reboot == nil {
		return nil
	}
	for i, p := range j.progress() {
		s := j.Steps[i]
		concerned := slices.ContainsFunc(readAtBoot, func(name string) bool { return strings.HasPrefix(s.Target, name) })
		if p.intent && p.undone && s.Effect == "file" && concerned {
			if err := j.append(Record{Event: Rebooting, Step: i}); err != nil {
				return err
			}
			return e.Reboot()
		}
	}
	return nil
}
