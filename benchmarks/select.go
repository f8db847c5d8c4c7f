package benchmarks

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// SelectionError says that a Selection names what is not there, or selects nothing: a mistake of whoever asked.
type SelectionError struct {
	Message    string
	Suggestion string // the name that was probably meant; empty when none is near
}

func (e *SelectionError) Error() string {
	if e.Suggestion != "" {
		return fmt.Sprintf("%s; did you mean %q?", e.Message, e.Suggestion)
	}
	return e.Message
}

// chosen is one benchmark with what of it is to be evaluated.
type chosen struct {
	bench    *Benchmark
	profile  string
	controls []*Control
	env      *env
}

// choose applies a selection, with every name in it checked.
func (b *Bundle) choose(sel Selection) ([]*chosen, error) {
	benches, err := b.chooseBenchmarks(sel.Benchmarks)
	if err != nil {
		return nil, err
	}
	if benches, err = withProfile(benches, sel.Profile); err != nil {
		return nil, err
	}
	given, err := parseVariables(benches, sel.Variables)
	if err != nil {
		return nil, err
	}
	matched := make([]bool, len(sel.Controls))
	var out []*chosen
	for _, bench := range benches {
		c := &chosen{bench: bench, profile: bench.DefaultProfile}
		if sel.Profile != "" {
			c.profile = sel.Profile
		}
		if c.controls, err = bench.chooseControls(c.profile, sel.Controls, matched); err != nil {
			return nil, err
		}
		values, err := bench.variableValues(given[bench])
		if err != nil {
			return nil, err
		}
		c.env = newEnv(nil, values, nil)
		out = append(out, c)
	}
	for i, ok := range matched {
		if !ok {
			return nil, noControl(benches, sel.Controls[i])
		}
	}
	if len(sel.Controls) > 0 {
		out = slices.DeleteFunc(out, func(c *chosen) bool { return len(c.controls) == 0 })
	}
	if !slices.ContainsFunc(out, func(c *chosen) bool { return len(c.controls) > 0 }) {
		return nil, &SelectionError{Message: "the selection selects no control"}
	}
	return out, nil
}

func (b *Bundle) chooseBenchmarks(ids []string) ([]*Benchmark, error) {
	if len(b.Benchmarks) == 0 {
		return nil, &SelectionError{Message: "there are no benchmarks"}
	}
	if len(ids) == 0 {
		return b.Benchmarks, nil
	}
	var out []*Benchmark
	for _, id := range ids {
		bench := b.benchmark(id)
		if bench == nil {
			names := b.ids()
			return nil, &SelectionError{Message: fmt.Sprintf("there is no benchmark %q (there are %s)", id, strings.Join(names, ", ")), Suggestion: nearest(id, names)}
		}
		if !slices.Contains(out, bench) {
			out = append(out, bench)
		}
	}
	return out, nil
}

func (b *Bundle) benchmark(id string) *Benchmark {
	for _, bench := range b.Benchmarks {
		if bench.ID == id {
			return bench
		}
	}
	return nil
}

func (b *Bundle) ids() []string {
	var ids []string
	for _, bench := range b.Benchmarks {
		ids = append(ids, bench.ID)
	}
	return ids
}

// withProfile keeps the benchmarks that have the profile.
func withProfile(benches []*Benchmark, name string) ([]*Benchmark, error) {
	if name == "" {
		return benches, nil
	}
	var out []*Benchmark
	var names []string
	for _, bench := range benches {
		if bench.profile(name) != nil {
			out = append(out, bench)
		}
		names = append(names, bench.profileNames()...)
	}
	if len(out) == 0 {
		slices.Sort(names)
		return nil, &SelectionError{
			Message:    fmt.Sprintf("there is no profile %q (there are %s)", name, strings.Join(slices.Compact(names), ", ")),
			Suggestion: nearest(name, names),
		}
	}
	return out, nil
}

// parseVariables reads what a person typed, for each benchmark that declares the variable.
func parseVariables(benches []*Benchmark, typed map[string]string) (map[*Benchmark]map[string]value, error) {
	out := map[*Benchmark]map[string]value{}
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		var names []string
		found := false
		for _, bench := range benches {
			for _, v := range bench.variables {
				names = append(names, v.Name)
				if v.Name != name {
					continue
				}
				val, err := v.parseVariable(typed[name])
				if err != nil {
					return nil, err
				}
				if out[bench] == nil {
					out[bench] = map[string]value{}
				}
				out[bench][name], found = val, true
			}
		}
		if !found {
			return nil, &SelectionError{Message: fmt.Sprintf("there is no variable %q in the selected benchmarks", name), Suggestion: nearest(name, names)}
		}
	}
	return out, nil
}

// chooseControls are the controls of a profile whose ids match a glob; with no globs, all of them. A glob that spells
// an id takes the control whatever the profile.
func (b *Benchmark) chooseControls(profile string, globs []string, matched []bool) ([]*Control, error) {
	members := b.members(profile)
	var out []*Control
	for _, c := range b.Controls {
		in := len(globs) == 0 && members[c.ID]
		for i, g := range globs {
			ok, err := path.Match(g, c.ID)
			if err != nil {
				return nil, &SelectionError{Message: fmt.Sprintf("%q is not a pattern of control ids", g)}
			}
			if ok && !b.leftOut(c.ID) && (members[c.ID] || g == c.ID) {
				in, matched[i] = true, true
			}
		}
		if in {
			out = append(out, c)
		}
	}
	return out, nil
}

// members are the ids of a profile's controls, without those that tailoring leaves out.
func (b *Benchmark) members(profile string) map[string]bool {
	profiles := map[string]bool{}
	ids := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		p := b.profile(name)
		if p == nil || profiles[name] {
			return
		}
		profiles[name] = true
		for _, id := range p.Controls {
			ids[id] = true
		}
		for _, inner := range p.Includes {
			add(inner)
		}
	}
	add(profile)
	for _, c := range b.Controls {
		if slices.ContainsFunc(c.Profiles, func(p string) bool { return profiles[p] }) {
			ids[c.ID] = true
		}
	}
	for _, l := range b.LeftOut {
		delete(ids, l.Control)
	}
	return ids
}

func (b *Benchmark) leftOut(id string) bool {
	return slices.ContainsFunc(b.LeftOut, func(l LeftOut) bool { return l.Control == id })
}

func noControl(benches []*Benchmark, glob string) error {
	var ids []string
	for _, bench := range benches {
		if bench.controls[glob] != nil && bench.leftOut(glob) {
			return &SelectionError{Message: fmt.Sprintf("control %s is left out by tailoring", glob)}
		}
		for _, c := range bench.Controls {
			ids = append(ids, c.ID)
		}
	}
	if strings.ContainsAny(glob, "*?[") {
		return &SelectionError{Message: fmt.Sprintf("no control of the selected profiles matches %q", glob)}
	}
	return &SelectionError{Message: fmt.Sprintf("there is no control %q", glob), Suggestion: nearest(glob, ids)}
}
