package benchmarks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

type fixArgument struct {
	name string
	expr *expression
}

type fixGuard struct {
	when   *expression
	reason string
}

// fix reads a fix block: a kind's arguments, for_each, and guards.
func (l *loader) fix(b block, c *Control) {
	kind, ok := b.label("kind")
	if !ok {
		return
	}
	k, ok := l.kinds[kind]
	if !ok {
		b.errorf(b.LabelRanges[0], "No such fix", "There is no fix of kind %q.%s", kind, didYouMean(kind, slices.Sorted(maps.Keys(l.kinds))))
		return
	}
	f := Fix{Kind: kind, Text: fixText(b), control: c, kind: k, rng: b.DefRange()}
	given := l.fixNames(b, c, &f)
	names := []string{"for_each"}
	for _, a := range k.Args {
		names = append(names, a.Name)
	}
	b.only(names, []string{"guard"})
	for _, a := range k.Args {
		attr, ok := b.Body.Attributes[a.Name]
		if !ok {
			if a.Required {
				b.errorf(b.DefRange(), "Attribute missing", "A fix %q needs %s: %s", kind, a.Name, a.Doc)
			}
			continue
		}
		x := l.scope.compile(attr.Expr, b.src, a.Type, given...)
		checkChoice(b, a, x)
		f.arguments = append(f.arguments, fixArgument{a.Name, x})
	}
	k.checkGroups(b)
	for _, x := range b.Body.Blocks {
		if x.Type == "guard" && len(f.guards) < maxBlocks {
			l.guard(block{x, b.src, b.diags}, &f, given)
		}
	}
	c.Fixes = append(c.Fixes, f)
}

// fixNames compiles for_each and says what the arguments may name beside facts.
func (l *loader) fixNames(b block, c *Control, f *Fix) []binding {
	violations := binding{name: "violations", typ: cty.NilType}
	_, t, has := c.violationsType()
	if has {
		violations.typ = t
	}
	each := binding{name: "each", typ: cty.NilType}
	a, ok := b.Body.Attributes["for_each"]
	if !ok {
		if has {
			return []binding{violations}
		}
		return nil
	}
	var given []binding
	if has {
		given = append(given, violations)
	}
	f.forEach = l.scope.compile(a.Expr, b.src, cty.DynamicPseudoType, given...)
	switch t := f.forEach.root.typ(); {
	case isBad(t):
	case !t.IsListType():
		b.errorf(a.Expr.Range(), "Wrong type", "for_each goes over a list; this is %s.", typeName(t))
	default:
		each.typ = t.ElementType()
	}
	return append([]binding{each}, given...)
}

func checkChoice(b block, a FixArg, x *expression) {
	if len(a.OneOf) == 0 {
		return
	}
	if v, ok := constant(x.root); ok && v.kind == kString && !slices.Contains(a.OneOf, v.s) {
		b.errorf(x.rng, "Wrong value", "%s is one of %s.%s", a.Name, strings.Join(a.OneOf, ", "), didYouMean(v.s, a.OneOf))
	}
}

func (l *loader) guard(b block, f *Fix, given []binding) {
	b.only([]string{"when", "reason"}, nil)
	b.noLabel()
	a, ok := b.Body.Attributes["when"]
	if !ok {
		b.errorf(b.DefRange(), "Attribute missing", "A guard needs when: the condition under which the fix is refused.")
		return
	}
	// A guard speaks of the host, not of one element.
	var host []binding
	for _, g := range given {
		if g.name != "each" {
			host = append(host, g)
		}
	}
	f.guards = append(f.guards, fixGuard{l.scope.compile(a.Expr, b.src, cty.Bool, host...), b.needText("reason")})
}

// fixText is the block's body as hclwrite formats it, without the indentation of where it stands.
func fixText(b block) string {
	text := b.src.sourceText(b.Body.SrcRange)
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "{"), "}")
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	return strings.TrimSpace(string(hclwrite.Format([]byte(dedent(lines)))))
}

// dedent takes the indentation that all lines share away.
func dedent(lines []string) string {
	common := -1
	for _, line := range lines {
		if trimmed := strings.TrimLeft(line, " \t"); trimmed != "" {
			if n := len(line) - len(trimmed); common < 0 || n < common {
				common = n
			}
		}
	}
	var b strings.Builder
	for _, line := range lines {
		if len(line) >= common && common > 0 {
			line = line[common:]
		}
		b.WriteString(strings.TrimRight(line, " \t\r") + "\n")
	}
	return b.String()
}

// FixCall is one application of a fix: its kind's arguments, all known. Optional arguments that the policy does not give
// are null: a kind's own default is the business of whoever applies it.
type FixCall struct {
	Kind string
	Args cty.Value // an object with every argument of the kind
	For  string    // the identity of the element of for_each; empty without one
}

// RefusedError says why a fix must not be applied to this host: a guard, or an argument that is not known.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Arguments evaluates a fix for a result of Evaluate on the same set. A *RefusedError says why it must not be applied.
// Elements of for_each that are not certain are left out: what was not read is not changed.
func (f *Fix) Arguments(ctx context.Context, set *facts.Set, r *Result) ([]FixCall, error) {
	if r.env == nil || f.control != r.Control {
		return nil, fmt.Errorf("the fix does not belong to the result of control %s", r.Control.ID)
	}
	ev := newEvaluator(ctx, newEnv(set, r.env.variables, nil))
	ev.quiet = true
	var violations []value
	if check, _, ok := f.control.violationsType(); ok {
		violations = []value{r.violations[check]}
	}
	if err := f.guarded(ev, violations); err != nil {
		return nil, err
	}
	if f.forEach == nil {
		args, err := f.call(ev, violations)
		if err != nil {
			return nil, err
		}
		return []FixCall{{Kind: f.Kind, Args: args}}, nil
	}
	out := ev.run(f.forEach, violations...)
	if out.err != nil {
		return nil, &RefusedError{fmt.Sprintf("for_each failed: %v", out.err)}
	}
	var calls []FixCall
	for _, e := range out.value.elements() {
		if e.count != one {
			continue
		}
		args, err := f.call(ev, append([]value{e.value}, violations...))
		if err != nil {
			return nil, err
		}
		calls = append(calls, FixCall{Kind: f.Kind, Args: args, For: identity(e.value)})
	}
	return calls, nil
}

func (f *Fix) guarded(ev *evaluator, violations []value) error {
	for _, g := range f.guards {
		out := ev.run(g.when, violations...)
		switch {
		case ev.ctx.Err() != nil:
			return ev.ctx.Err()
		case out.err != nil:
			return &RefusedError{fmt.Sprintf("%s (whether that is so failed to evaluate: %v)", g.reason, out.err)}
		case out.value.kind != kBool:
			return &RefusedError{fmt.Sprintf("%s (whether that is so is not known: %s)", g.reason, out.value.because())}
		case out.value.b:
			return &RefusedError{g.reason}
		}
	}
	return nil
}

func (f *Fix) call(ev *evaluator, given []value) (cty.Value, error) {
	attrs := map[string]cty.Value{}
	for _, a := range f.kind.Args {
		attrs[a.Name] = cty.NullVal(a.Type)
	}
	for _, a := range f.arguments {
		out := ev.run(a.expr, given...)
		if err := ev.ctx.Err(); err != nil {
			return cty.NilVal, err
		}
		if out.err != nil {
			return cty.NilVal, &RefusedError{fmt.Sprintf("%s failed to evaluate: %v", a.name, out.err)}
		}
		if !out.value.certain() {
			u := undecidedOf(out.value)
			return cty.NilVal, &RefusedError{fmt.Sprintf("%s is not known: %s", a.name, u.because())}
		}
		arg, _ := f.kind.arg(a.name)
		if len(arg.OneOf) > 0 && !slices.Contains(arg.OneOf, out.value.s) {
			return cty.NilVal, &RefusedError{fmt.Sprintf("%s is %q, and must be one of %s", a.name, out.value.s, strings.Join(arg.OneOf, ", "))}
		}
		attrs[a.name] = lower(out.value, arg.Type)
	}
	return cty.ObjectVal(attrs), nil
}

// attrRange is where an attribute stands, or the block's head.
func (b block) attrRange(name string) hcl.Range {
	if a, ok := b.Body.Attributes[name]; ok {
		return a.SrcRange
	}
	return b.DefRange()
}
