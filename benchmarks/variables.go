package benchmarks

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// variableSetting is a value given to a variable, and where.
type variableSetting struct {
	value value
	rng   hcl.Range
}

// variable declares an input of the benchmark. Its validations are compiled later: they may use locals.
func (l *loader) variable(b block) {
	b.only([]string{"type", "default", "description"}, []string{"validation"})
	name, ok := b.label("name")
	if !ok {
		return
	}
	if old := l.scope.variables[name]; old != nil || !hclsyntax.ValidIdentifier(name) {
		b.errorf(b.DefRange(), "Wrong variable name", "There is already a variable %q, or it can't be a name.", name)
		return
	}
	v := &variable{Variable: Variable{Name: name, Description: b.text("description"), Required: true}, index: len(l.bench.variables)}
	l.scope.variables[name] = v
	l.bench.variables = append(l.bench.variables, v)
	a, ok := b.Body.Attributes["type"]
	if !ok {
		b.errorf(b.DefRange(), "Attribute missing", "A variable needs a type: string, number, bool, list(string), …")
		return
	}
	t, diags := typeexpr.TypeConstraint(a.Expr)
	if diags.HasErrors() {
		*l.diags = append(*l.diags, diags...)
		return
	}
	if !concrete(t) {
		b.errorf(a.Expr.Range(), "Wrong type", "A variable is a string, number, bool, or a list, map or object of those.")
		return
	}
	v.typ, v.Type = t, typeexpr.TypeString(t)
	if _, ok := b.Body.Attributes["default"]; ok {
		if d, ok := b.constant("default", t); ok {
			v.def, v.Default, v.Required = lower(d, t), d.whole(), false
		}
	}
	l.bench.Variables = append(l.bench.Variables, v.Variable)
}

func (l *loader) validations(blocks []block) {
	for _, b := range blocks {
		if len(b.Labels) != 1 {
			continue
		}
		v := l.scope.variables[b.Labels[0]]
		if v == nil || isBad(v.typ) {
			continue
		}
		for _, x := range b.Body.Blocks {
			inner := block{x, b.src, b.diags}
			inner.only([]string{"condition", "message"}, nil)
			a, ok := x.Body.Attributes["condition"]
			if !ok {
				inner.errorf(inner.DefRange(), "Attribute missing", "A validation needs a condition.")
				continue
			}
			cond := l.scope.compile(a.Expr, b.src, cty.Bool)
			if len(cond.keys) > 0 {
				inner.errorf(a.Expr.Range(), "Validation reads a fact", "A variable is validated before any host is looked at.")
				continue
			}
			v.validations = append(v.validations, validation{cond, inner.text("message"), a.Expr.Range()})
		}
		if !v.Required && !l.diags.HasErrors() {
			for _, problem := range v.check(l.bench, v.defaultValue()) {
				b.errorf(b.Body.Attributes["default"].SrcRange, "Default not valid", "%s", problem)
			}
		}
	}
}

func (v *variable) defaultValue() value {
	if v.def == cty.NilVal {
		return unknownValue("the variable has no value")
	}
	return lift(v.def, nil)
}

// check says which validations a value does not meet, with the other variables at their defaults.
func (v *variable) check(bench *Benchmark, val value) []string {
	values := bench.defaults()
	values[v.index] = val
	var problems []string
	for _, rule := range v.validations {
		out := newEvaluator(context.Background(), newEnv(nil, values, nil)).run(rule.condition)
		switch {
		case out.err == nil && out.value.kind == kBool && out.value.b:
		case out.err != nil:
			problems = append(problems, fmt.Sprintf("The validation of %s failed: %v.", v.Name, out.err))
		case rule.message != "":
			problems = append(problems, fmt.Sprintf("%s = %s: %s", v.Name, brief(val, 60), rule.message))
		default:
			problems = append(problems, fmt.Sprintf("%s = %s does not meet %s.", v.Name, brief(val, 60), rule.condition.text()))
		}
	}
	return problems
}

func (b *Benchmark) defaults() []value {
	values := make([]value, len(b.variables))
	for i, v := range b.variables {
		values[i] = v.defaultValue()
	}
	return values
}

// variableValues are the variables in force: what a person gave, else tailoring, else the default.
func (b *Benchmark) variableValues(given map[string]value) ([]value, error) {
	values := b.defaults()
	for i, v := range b.variables {
		val, ok := given[v.Name]
		if !ok {
			t, tailored := b.tailored[v.Name]
			if !tailored {
				continue
			}
			val = t.value
		}
		values[i] = val
	}
	for i, v := range b.variables {
		_, ok := given[v.Name]
		if !ok {
			continue
		}
		if problems := v.check(b, values[i]); len(problems) > 0 {
			return nil, &SelectionError{Message: strings.Join(problems, " ")}
		}
	}
	return values, nil
}

// parseVariable reads what a person typed as a value of the variable's type.
func (v *variable) parseVariable(text string) (value, error) {
	wrong := func(what string) error {
		return &SelectionError{Message: fmt.Sprintf("variable %s: %q is not %s", v.Name, text, what)}
	}
	switch v.typ {
	case cty.String:
		return stringValue(text), nil
	case cty.Bool:
		switch text {
		case "true", "false":
			return boolValue(text == "true"), nil
		}
		return value{}, wrong("true or false")
	case cty.Number:
		if len(text) > 64 || strings.ContainsAny(text, "iInNxX_pP") {
			return value{}, wrong("a number")
		}
		n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil || checkNumber(n) != nil {
			return value{}, wrong("a number")
		}
		return numberValue(n), nil
	}
	var diags hcl.Diagnostics
	src := &source{"variable " + v.Name, []byte(text)}
	f, parsed := parse([]byte("v = "+text+"\n"), src.name)
	if !parsed.HasErrors() {
		a := f.Body.(*hclsyntax.Body).Attributes["v"]
		if a != nil && len(f.Body.(*hclsyntax.Body).Attributes) == 1 && len(f.Body.(*hclsyntax.Body).Blocks) == 0 {
			if val, _, ok := constantExpr(a.Expr, src, v.typ, &diags); ok {
				return val, nil
			}
		}
	}
	return value{}, wrong("of type " + v.Type + `; write it as in a policy: ["a", "b"]`)
}

// locals declares named expressions.
func (l *loader) locals(b block) {
	b.noLabel()
	for _, x := range b.Body.Blocks {
		b.errorf(x.TypeRange, "No such block", "Write NAME = expression in locals.")
	}
	for _, a := range sortedAttrs(b.Body) {
		if old := l.scope.locals[a.Name]; old != nil {
			b.errorf(a.NameRange, "Local twice", "There is already a local %q, at %s.", a.Name, old.attr.NameRange)
			continue
		}
		if len(l.scope.locals) == maxLocals {
			b.errorf(a.NameRange, "Too many locals", "A benchmark has at most %d locals.", maxLocals)
			return
		}
		l.scope.locals[a.Name] = &local{name: a.Name, attr: a, src: b.src}
	}
}

// compileLocals checks all of them, also those that nothing uses.
func (l *loader) compileLocals() {
	for _, name := range slices.Sorted(maps.Keys(l.scope.locals)) {
		l.scope.compileLocal(l.scope.locals[name])
	}
}
