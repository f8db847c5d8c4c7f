package benchmarks

import (
	"strings"
	"testing"
)

// What could not be decided names what was not read, however many loops and functions lie between.
func TestUndecidedElementsNameTheirReason(t *testing.T) {
	const why = "tree.dirs[2].sticky: stale handle"
	for name, form := range map[string]string{
		"a list of violations":    `violations = [for d in tree.dirs : d if !d.sticky && d.path == "/mnt/y"]`,
		"of something else":       `violations = [for d in tree.dirs : d.path if !d.sticky && d.path == "/mnt/y"]`,
		"a loop over a loop":      `violations = [for p in [for d in tree.dirs : d.path if !d.sticky && d.path == "/mnt/y"] : p if p != ""]`,
		"their number":            `pass = length([for d in tree.dirs : d if !d.sticky && d.path == "/mnt/y"]) == 0`,
		"one among them":          `pass = !contains([for d in tree.dirs : d.path if !d.sticky], "/mnt/y")`,
		"all of them":             `pass = alltrue([for d in tree.dirs : false if !d.sticky && d.path == "/mnt/y"])`,
		"a list that is equal":    `pass = [for d in tree.dirs : d.path if !d.sticky && d.path == "/mnt/y"] == ["/mnt/y"]`,
		"lists in a list":         `violations = flatten([for d in tree.dirs : [d.path] if !d.sticky && d.path == "/mnt/y"])`,
		"lists one after another": `violations = concat([for d in tree.dirs : d.path if !d.sticky && d.path == "/mnt/y"], [])`,
		"a map":                   `pass = length({ for d in tree.dirs : d.path => 1 if !d.sticky && d.path == "/mnt/y" }) == 0`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHost()
			r := evaluate(t, h, load(t, h, policyHead+control("1", form)), Selection{})["1"]
			if r.Verdict != Unknown || !strings.Contains(r.Reason, why) {
				t.Errorf("%v: %q, want unknown: %s…", r.Verdict, r.Reason, why)
			}
			if r.Cause != "stale handle" {
				t.Errorf("the cause is %q", r.Cause)
			}
		})
	}
}
