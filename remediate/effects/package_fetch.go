package effects

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
)

// PackageLimits bound what the package manager may take.
type PackageLimits struct {
	// Run bounds one run of it, as the scripts of packages can hang and mirrors be slow; 10 minutes when zero.
	Run time.Duration
	// Lock bounds how long somebody else's run of it is waited for; 15 seconds when zero.
	Lock time.Duration
}

type limitsKey struct{}

// limited carries the limits to where the programs are run, past all the effects that have no use for them.
func limited(ctx context.Context, l PackageLimits) context.Context {
	l.Run, l.Lock = cmp.Or(l.Run, 10*time.Minute), cmp.Or(l.Lock, 15*time.Second)
	return context.WithValue(ctx, limitsKey{}, l)
}

func limitsOf(ctx context.Context) PackageLimits {
	if l, ok := ctx.Value(limitsKey{}).(PackageLimits); ok {
		return l
	}
	return limitsOf(limited(ctx, PackageLimits{}))
}

// fetchPackages has apt fetch what the steps install, so that nothing begins that a mirror could end. It goes to apt's own
// cache, from which it is installed; that and its locks are all that changes.
func fetchPackages(ctx context.Context, steps []*remediate.Step) error {
	var done [][]string
	for _, s := range steps {
		if s.Effect != "package" {
			continue
		}
		var g packageGroup
		if err := json.Unmarshal(s.After.Carry, &g); err != nil {
			return fmt.Errorf("%s: a state that can't be read: %w", s, err)
		}
		names := toFetch(g)
		if len(names) == 0 || slices.ContainsFunc(done, func(d []string) bool { return slices.Equal(d, names) }) {
			continue
		}
		if err := remediate.Fault("fetch"); err != nil {
			return err
		}
		args := append(aptOptions(ctx, "--download-only", "install", "--"), names...)
		if err := packageProgram(ctx, aptGet, args...); err != nil {
			return fmt.Errorf("what is to be installed is not fetched (%s): %w", strings.Join(names, ", "), err)
		}
		done = append(done, names)
	}
	return nil
}

// toFetch is what a group installs, as apt takes it.
func toFetch(g packageGroup) []string {
	var out []string
	for name, after := range g.After {
		before := g.Before[name]
		if after.Status == "installed" && (before.Status != "installed" || before.Version != after.Version) {
			out = append(out, name+"="+after.Version)
		}
	}
	slices.Sort(out)
	return out
}
