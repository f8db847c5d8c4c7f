package benchmarks

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// AddTailoring reads a file that fits benchmarks to a site: variables, controls left out with a reason, profiles of its
// own. Call it before Evaluate. A file with errors changes nothing.
func (b *Bundle) AddTailoring(name string, src []byte) hcl.Diagnostics {
	f, diags := parse(src, name)
	if f == nil {
		b.keep(name, &hcl.File{Bytes: src})
		return diags
	}
	b.keep(name, f)
	p := &policyFile{&source{name, src}, f}
	checkBody(p.body(), "tailoring file", nil, []string{"tailoring"}, &diags)
	saved := make([]Benchmark, len(b.Benchmarks))
	for i, bench := range b.Benchmarks {
		saved[i] = *bench
		bench.tailored = cloneSettings(bench.tailored)
		bench.Profiles, bench.LeftOut = slices.Clone(bench.Profiles), slices.Clone(bench.LeftOut)
	}
	for _, x := range p.body().Blocks {
		if x.Type == "tailoring" {
			b.tailor(block{x, p.src, &diags})
		}
	}
	if diags.HasErrors() {
		for i, bench := range b.Benchmarks {
			*bench = saved[i]
		}
	}
	return diags
}

func cloneSettings(m map[string]variableSetting) map[string]variableSetting {
	out := make(map[string]variableSetting, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (b *Bundle) tailor(x block) {
	x.only([]string{"variables"}, []string{"leave_out", "profile"})
	id, ok := x.label("benchmark")
	if !ok {
		return
	}
	bench := b.benchmark(id)
	if bench == nil {
		x.errorf(x.LabelRanges[0], "No such benchmark", "There is no benchmark %q.%s", id, didYouMean(id, b.ids()))
		return
	}
	if a, ok := x.Body.Attributes["variables"]; ok {
		bench.setVariables(a, x)
	}
	l := &loader{bench: bench, scope: bench.scope, diags: x.diags}
	for _, inner := range x.Body.Blocks {
		y := block{inner, x.src, x.diags}
		switch inner.Type {
		case "leave_out":
			y.only([]string{"reason"}, nil)
			l.leaveOut(y)
		case "profile":
			y.only([]string{"title", "includes", "controls"}, nil)
			controls := y.texts("controls")
			for _, id := range controls {
				l.mustHave(y, "controls", id)
			}
			l.addProfile(y, controls)
		}
	}
	checkProfiles(bench, x.diags)
}

func (l *loader) mustHave(b block, attr, id string) bool {
	if l.bench.controls[id] != nil {
		return true
	}
	var ids []string
	for _, c := range l.bench.Controls {
		ids = append(ids, c.ID)
	}
	b.errorf(b.attrRange(attr), "No such control", "The benchmark %q has no control %q.%s", l.bench.ID, id, didYouMean(id, ids))
	return false
}

func (l *loader) leaveOut(b block) {
	id, ok := b.label("1.2.3")
	if !ok || !l.mustHave(b, "", id) {
		return
	}
	if l.bench.leftOut(id) {
		b.errorf(b.DefRange(), "Left out twice", "Control %s is already left out.", id)
		return
	}
	l.bench.LeftOut = append(l.bench.LeftOut, LeftOut{Control: id, Reason: b.needText("reason")})
	slices.SortFunc(l.bench.LeftOut, func(x, y LeftOut) int { return compareIDs(x.Control, y.Control) })
}

// setVariables reads variables = { name = value }, each of its declared type.
func (b *Benchmark) setVariables(a *hclsyntax.Attribute, x block) {
	for name, e := range objectItems(a.Expr, x) {
		v := b.scope.variables[name]
		if v == nil {
			var names []string
			for _, w := range b.variables {
				names = append(names, w.Name)
			}
			x.errorf(e.Range(), "No such variable", "The benchmark %q has no variable %q.%s", b.ID, name, didYouMean(name, names))
			continue
		}
		val, _, ok := constantExpr(e, x.src, v.typ, x.diags)
		if !ok {
			continue
		}
		if old, twice := b.tailored[name]; twice {
			x.errorf(e.Range(), "Variable set twice", "The variable %s is already set, at %s.", name, old.rng)
			continue
		}
		for _, problem := range v.check(b, val) {
			x.errorf(e.Range(), "Value not valid", "%s", problem)
		}
		b.tailored[name] = variableSetting{val, e.Range()}
	}
}

// objectItems goes over { name = value } in the order of the text.
func objectItems(e hclsyntax.Expression, x block) func(yield func(string, hclsyntax.Expression) bool) {
	return func(yield func(string, hclsyntax.Expression) bool) {
		obj, ok := e.(*hclsyntax.ObjectConsExpr)
		if !ok {
			x.errorf(e.Range(), "Wrong type", "Write { name = value }.")
			return
		}
		c := &compiler{scope: &scope{diags: x.diags, constants: true}, src: x.src}
		seen := map[string]bool{}
		for _, it := range obj.Items {
			name, ok := c.attrName(it.KeyExpr)
			if !ok {
				continue
			}
			if seen[name] {
				x.errorf(it.KeyExpr.Range(), "Name twice", "%s", fmt.Sprintf("%q is already there.", name))
				continue
			}
			seen[name] = true
			if !yield(name, it.ValueExpr) {
				return
			}
		}
	}
}
