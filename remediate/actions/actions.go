// Package actions are the built-in actions: one file for each kind of fix. An action reads the host and says what shall
// be otherwise; it changes nothing itself. What fixes of its kind can be told is in benchmarks.FixKinds.
package actions

import (
	"cmp"
	"slices"

	"github.com/holdfast-agent/holdfast/remediate"
)

var registry []remediate.Action

func register(a remediate.Action) { registry = append(registry, a) }

// All are all actions, in the order of their kinds.
func All() []remediate.Action {
	all := slices.Clone(registry)
	slices.SortFunc(all, func(a, b remediate.Action) int { return cmp.Compare(a.Describe().Kind, b.Describe().Kind) })
	return all
}
