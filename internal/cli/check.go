package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate/health"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

// checker tells whether the host is as planned, and as usable as before.
type checker struct {
	p     *program
	made  *madePlan
	ssh   []string // where an SSH server answered before anything was changed
	units []string
}

func (p *program) newChecker(ctx context.Context, m *madePlan) *checker {
	c := &checker{p: p, made: m}
	for _, change := range m.plan.Changes {
		c.units = append(c.units, change.Restarts...)
	}
	if broken, err := health.Failed(ctx, c.units); err == nil { // what did not run before need not run after
		c.units = slices.DeleteFunc(c.units, func(u string) bool { return slices.Contains(broken, u) })
	}
	c.ssh = health.Reachable(ctx, sshAddresses(ctx, c.facts(ctx)))
	return c
}

func (c *checker) facts(ctx context.Context) *facts.Set {
	return facts.NewSet(ctx, c.made.host, c.p.allSources())
}

// settle is how long services may take to act on what they were told to read: a reload ends before it has happened.
const settle = 5 * time.Second

// check tells whether the host is as it has to be now, or becomes so in a moment.
func (c *checker) check(ctx context.Context, expected []plan.Source) error {
	for deadline := time.Now().Add(settle); ; {
		err := c.look(ctx, expected)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(settle / 10):
		}
	}
}

// look evaluates again, on fresh facts, the controls that have to pass now, and looks whether people still get in.
func (c *checker) look(ctx context.Context, expected []plan.Source) error {
	errs := []error{health.Units(ctx, c.units), health.StillReachable(ctx, c.ssh)}
	if len(expected) > 0 {
		sel := c.made.sel
		sel.Timings, sel.Benchmarks, sel.Controls = false, nil, nil
		for _, s := range expected {
			sel.Benchmarks = appendNew(sel.Benchmarks, s.Benchmark)
			sel.Controls = appendNew(sel.Controls, s.Control)
		}
		evaluations, err := c.made.bundle.Evaluate(ctx, c.facts(ctx), sel)
		errs = append(errs, err, unmet(expected, evaluations))
	}
	return errors.Join(errs...)
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// unmet is an error that names the controls which should pass and don't.
func unmet(expected []plan.Source, evaluations []benchmarks.Evaluation) error {
	var errs []error
	for _, e := range evaluations {
		for _, r := range e.Results {
			src := plan.Source{Benchmark: e.Benchmark.ID, Control: r.Control.ID}
			if slices.Contains(expected, src) && r.Verdict != benchmarks.Pass && r.Verdict != benchmarks.NotApplicable {
				errs = append(errs, fmt.Errorf("%s is %s after its fix: %s", src, r.Verdict, r.Reason))
			}
		}
	}
	return errors.Join(errs...)
}

// sshAddresses are where the SSH server listens, as this machine itself can reach it.
func sshAddresses(ctx context.Context, set *facts.Set) []string {
	list := set.Read(ctx, facts.Key{Fact: "listeners"}).Value
	if list == cty.NilVal || !list.IsKnown() || !list.CanIterateElements() {
		return nil
	}
	var out []string
	for it := list.ElementIterator(); it.Next(); {
		_, l := it.Element()
		if !l.IsKnown() || text(l, "protocol") != "tcp" {
			continue
		}
		unit := text(l, "unit")
		server := text(l, "process") == "sshd" && !strings.HasPrefix(unit, "session-") // not what a session forwards
		if !server && !slices.Contains([]string{"ssh.socket", "sshd.socket"}, unit) {
			continue
		}
		port := l.GetAttr("port")
		if !port.IsKnown() || port.IsNull() {
			continue
		}
		n, _ := port.AsBigFloat().Int64()
		out = appendNew(out, net.JoinHostPort(reachableAt(text(l, "address")), strconv.FormatInt(n, 10)))
	}
	return out
}

// reachableAt is an address at which something that listens on the given one answers.
func reachableAt(address string) string {
	switch address {
	case "0.0.0.0":
		return "127.0.0.1"
	case "::":
		return "::1"
	}
	return address
}
