package auditrules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Coverage is what a list of rules does with what a demand asks to record.
type Coverage struct {
	Covered bool
	By      []int  // indexes of the rules that record it
	Doubt   string // why it can't be decided; Covered is then false
	Lacks   string // what is not recorded, when it is decided and not covered
}

// Cover tells whether everything that demand asks to record is recorded by rules, in the order in which the kernel has
// them. A rule records it when it is no narrower: the same list and architecture, the demanded call in its set, and no
// condition that the demand does not imply. Several rules may share the demanded calls between them. A "never" rule
// that stands before and is not certainly about something else leaves the question open: the first match wins
// (auditctl(8)).
func Cover(demand Rule, rules []Rule, host string) Coverage {
	for i, r := range rules {
		if why := silences(r, demand); why != "" {
			return Coverage{Doubt: fmt.Sprintf("rule %d (%s) %s", i+1, r, why)}
		}
	}
	order := make([]int, 0, len(rules))
	for i := len(rules) - 1; i >= 0; i-- { // -A puts a rule before all that are there
		if rules[i].Prepend {
			order = append(order, i)
		}
	}
	for i, r := range rules {
		if !r.Prepend {
			order = append(order, i)
		}
	}
	c := coverer{demand: demand, host: host, wanted: demand.Syscalls}
	for _, i := range order {
		if done := c.take(i, rules[i]); done {
			break
		}
	}
	return c.result()
}

// silences tells why a rule outside of the demand's list keeps events from being made, or "" when it does not.
func silences(r, demand Rule) string {
	switch {
	case r.List == "task" && r.Action == "never" && demand.List == "exit":
		return "turns system call auditing off for tasks"
	case r.List == "exclude" && len(r.Fields) == 1 && r.Fields[0].Name == "msgtype" && r.Fields[0].Op == "=":
		switch r.Fields[0].Value {
		case "SYSCALL", "1300", "PATH", "1302":
			return "drops the records"
		}
	case r.List == "exclude" && r.Action == "always" && !slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Name == "msgtype" }):
		return "drops records by who caused them"
	}
	return ""
}

type coverer struct {
	demand Rule
	host   string
	wanted Syscalls
	by     []int
	doubt  string
}

// take looks at the next rule in the kernel's order; true when nothing is left to find.
func (c *coverer) take(i int, r Rule) bool {
	if r.List != c.demand.List {
		return false
	}
	mask, ok := c.comparable(r)
	if !ok {
		return false
	}
	var common Syscalls
	for w := range mask {
		common[w] = c.wanted[w] & mask[w]
	}
	if common.Empty() {
		return false
	}
	if r.Action == "never" {
		if !disjoint(r.Fields, c.demand.Fields) {
			c.doubt = fmt.Sprintf("rule %d (%s) comes first and may keep it from being recorded", i+1, r)
			return true
		}
		return false
	}
	if !implied(r.Fields, c.demand.Fields) {
		return false
	}
	c.by = append(c.by, i)
	for w := range common {
		c.wanted[w] &^= common[w]
	}
	return c.wanted.Empty()
}

// comparable is the rule's set of calls in the numbers of the demand's architecture.
func (c *coverer) comparable(r Rule) (*Syscalls, bool) {
	if r.Syscalls.All() && (r.Arch == "" || r.Arch == c.demand.Arch) {
		return &r.Syscalls, true
	}
	arch := r.Arch
	if arch == "" {
		arch = c.host // numbers of the host's own table, though the rule fires for any
	}
	want := c.demand.Arch
	if want == "" {
		if c.demand.Syscalls.All() {
			return nil, false // asks for every architecture: only a rule without arch gives that
		}
		want = c.host
	}
	return &r.Syscalls, arch == want
}

func (c *coverer) result() Coverage {
	switch {
	case c.doubt != "":
		return Coverage{Doubt: c.doubt}
	case c.wanted.Empty():
		return Coverage{Covered: true, By: c.by}
	case c.wanted.All():
		return Coverage{Lacks: "no rule records it"}
	}
	left := Rule{Arch: c.demand.Arch, Syscalls: c.wanted}
	if left.Arch == "" {
		left.Arch = c.host
	}
	return Coverage{Lacks: "no rule records " + left.syscallNames(), By: c.by}
}

// implied tells whether each condition of a rule follows from the conditions of the demand.
func implied(rule, demand []Field) bool {
	for _, f := range rule {
		if !slices.ContainsFunc(demand, func(d Field) bool { return follows(f, d) }) {
			return false
		}
	}
	return true
}

// follows tells whether condition f holds wherever condition d does.
func follows(f, d Field) bool {
	if f == d {
		return true
	}
	switch {
	case f.Name == "dir" && (d.Name == "dir" || d.Name == "path"):
		return f.Op == "=" && d.Op == "=" && under(d.Value, f.Value)
	case f.Name != d.Name:
		return false
	case f.Name == "perm":
		return f.Op == "=" && d.Op == "=" && strings.Trim(d.Value, f.Value) == ""
	}
	a, errA := strconv.ParseInt(f.Value, 10, 64)
	b, errB := strconv.ParseInt(d.Value, 10, 64)
	if errA != nil || errB != nil {
		return false
	}
	switch {
	case f.Op == ">=" && (d.Op == ">=" || d.Op == "="), f.Op == ">" && d.Op == ">":
		return b >= a
	case f.Op == ">" && (d.Op == ">=" || d.Op == "="):
		return b > a
	case f.Op == "<=" && (d.Op == "<=" || d.Op == "="), f.Op == "<" && d.Op == "<":
		return b <= a
	case f.Op == "<" && (d.Op == "<=" || d.Op == "="):
		return b < a
	case f.Op == "!=" && d.Op == "=":
		return a != b
	case f.Op == "!=" && d.Op == "<", f.Op == "!=" && d.Op == ">":
		return a == b
	}
	return false
}

// disjoint tells whether two sets of conditions can't hold at once.
func disjoint(a, b []Field) bool {
	for _, f := range a {
		for _, d := range b {
			if f.Op == "=" && d.Op == "=" && excludes(f, d) {
				return true
			}
		}
	}
	return false
}

func excludes(f, d Field) bool {
	paths := func(n string) bool { return n == "path" || n == "dir" }
	switch {
	case paths(f.Name) && paths(d.Name):
		return !(f.Name == "dir" && under(d.Value, f.Value)) && !(d.Name == "dir" && under(f.Value, d.Value)) && f.Value != d.Value
	case f.Name == "perm" || f.Name != d.Name:
		return false
	}
	return f.Value != d.Value
}
