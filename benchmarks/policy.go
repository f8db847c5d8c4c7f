package benchmarks

import (
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/facts"
)

// Benchmark is one loaded and type-checked policy.
type Benchmark struct {
	ID             string
	Title          string
	Version        string
	DefaultProfile string
	Profiles       []*Profile
	Controls       []*Control // in the order of their numbers
	AppliesTo      string     // its applies_to expression as written; empty when it applies everywhere
	Chapters       []Chapter
	Variables      []Variable
	LeftOut        []LeftOut // by tailoring
	Range          hcl.Range

	scope     *scope
	appliesTo *expression
	variables []*variable
	controls  map[string]*Control
	tailored  map[string]variableSetting // values that tailoring gives
}

// Chapter titles the controls whose ids begin with its own: chapter "5" holds 5.1.20.
type Chapter struct {
	ID    string
	Title string
}

// Variable is an input of a benchmark, which tailoring and --var set.
type Variable struct {
	Name        string
	Type        string // as in a declaration: number, list(string)
	Default     any    // as JSON has it; nil when Required
	Required    bool   // it has no default
	Description string
}

// Profile is a named selection of a benchmark's controls.
type Profile struct {
	Name     string
	Title    string
	Includes []string
	Controls []string // named by the profile itself, beside those that name the profile
	Range    hcl.Range
}

// Control is one demand on a host.
type Control struct {
	ID       string
	Title    string
	Why      string
	Profiles []string
	Severity Severity
	Refs     map[string][]string // framework to identifiers
	Chapter  string              // title of the chapter it stands in
	Fixes    []Fix
	Remedy   string   // what a person does to mend it, where the policy says so in words
	Demands  []Demand // what it asks, as written
	Applies  string   // its applies expression as written; empty when it always applies
	Range    hcl.Range

	bench    *Benchmark
	profiled bool // the policy says which profiles it belongs to
	applies  *expression
	demands  []demand
}

// Demand is the source text of one pass, violations or manual.
type Demand struct {
	Check string // name of the check block; empty for the unnamed one
	Form  string // "pass", "violations" or "manual"
	Text  string
	Range hcl.Range
}

// Fix is one remedy that a machine can apply, as written; its arguments are checked against its kind.
type Fix struct {
	Kind string
	Text string // the block's body, formatted

	kind      *FixKind
	control   *Control
	rng       hcl.Range
	forEach   *expression
	arguments []fixArgument
	guards    []fixGuard
}

// Keys are the facts that the control names by literal arguments, its condition's and locals' included.
func (c *Control) Keys() []facts.Key {
	var keys []facts.Key
	if c.applies != nil {
		keys = append(keys, c.applies.keys...)
	}
	return uniqueKeys(append(keys, c.demandKeys()...))
}

// Facts are the names of the facts that the control can read, those by computed arguments included.
func (c *Control) Facts() []string {
	var names []string
	add := func(x *expression) {
		if x == nil {
			return
		}
		names = append(names, x.computed...)
		for _, k := range x.keys {
			names = append(names, k.Fact)
		}
	}
	add(c.applies)
	for _, d := range c.demands {
		add(d.expr)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Selection says what to evaluate. The zero Selection takes every benchmark that applies, with its default profile.
type Selection struct {
	Benchmarks []string          // ids; an unknown one is an error
	Profile    string            // in every selected benchmark that has it; unknown everywhere is an error
	Controls   []string          // globs of control ids; one that matches nothing is an error
	Variables  map[string]string // --var, as typed by a person; converted to the variable's declared type
	Timings    bool              // fill Result.Duration
	// Progress, when set, is called as controls finish. Calls do not overlap.
	Progress func(done, total int)
	Now      time.Time // for waivers' expiry; zero is the facts' clock
}
