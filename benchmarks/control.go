package benchmarks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// demand is one pass, violations or manual, compiled.
type demand struct {
	check string
	form  string
	expr  *expression // nil for manual without evidence
	text  string      // of manual: the instructions
}

const (
	formPass       = "pass"
	formViolations = "violations"
	formManual     = "manual"
)

func (c *Control) demandKeys() []facts.Key {
	var keys []facts.Key
	for _, d := range c.demands {
		if d.expr != nil {
			keys = append(keys, d.expr.keys...)
		}
	}
	return keys
}

// uniqueKeys are keys in order, each once.
func uniqueKeys(keys []facts.Key) []facts.Key {
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys)
}

func compareKeys(a, b facts.Key) int {
	return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Subject, b.Subject))
}

var (
	controlAttrs  = []string{"title", "why", "profiles", "severity", "refs", "applies", "pass", "violations", "manual", "evidence", "remedy"}
	controlBlocks = []string{"check", "fix"}
)

func (l *loader) control(b block) {
	b.only(controlAttrs, controlBlocks)
	id, ok := b.label("1.2.3")
	if !ok {
		return
	}
	if old := l.bench.controls[id]; old != nil {
		b.errorf(b.DefRange(), "Control twice", "There is already a control %q, at %s.", id, old.Range)
		return
	}
	c := &Control{
		ID: id, Title: b.needText("title"), Why: b.text("why"), Profiles: b.texts("profiles"),
		Refs: b.refs("refs"), Remedy: b.text("remedy"), Range: b.DefRange(), bench: l.bench,
	}
	_, c.profiled = b.Body.Attributes["profiles"]
	l.severity(b, c)
	if a, ok := b.Body.Attributes["applies"]; ok {
		c.applies = l.scope.compile(a.Expr, b.src, cty.Bool)
		c.Applies = c.applies.text()
	}
	l.demands(b, c)
	for _, x := range b.Body.Blocks {
		if x.Type == "fix" && len(c.Fixes) < maxBlocks {
			l.fix(block{x, b.src, b.diags}, c)
		}
	}
	l.bench.controls[id] = c
	l.bench.Controls = append(l.bench.Controls, c)
}

// severity is medium where the policy does not say.
func (l *loader) severity(b block, c *Control) {
	c.Severity = Medium
	if _, ok := b.Body.Attributes["severity"]; !ok {
		return
	}
	text := b.text("severity")
	if err := c.Severity.UnmarshalText([]byte(text)); err != nil {
		b.errorf(b.Body.Attributes["severity"].Expr.Range(), "No such severity", "%s.%s", capital(err.Error()), didYouMean(text, severityNames[1:]))
	}
}

// demands reads what the control asks, in exactly one of the four forms.
func (l *loader) demands(b block, c *Control) {
	var checks []block
	for _, x := range b.Body.Blocks {
		if x.Type == "check" {
			checks = append(checks, block{x, b.src, b.diags})
		}
	}
	var forms []string
	for _, form := range []string{formPass, formViolations, formManual} {
		if _, ok := b.Body.Attributes[form]; ok {
			forms = append(forms, form)
		}
	}
	if len(checks) > 0 {
		forms = append(forms, "check")
	}
	if len(forms) != 1 {
		b.errorf(b.DefRange(), "Not exactly one form", "A control says what it demands in exactly one of pass, violations, manual or check blocks; this one has %s.", orNone(forms))
		return
	}
	if _, ok := b.Body.Attributes["evidence"]; ok && forms[0] != formManual {
		b.errorf(b.Body.Attributes["evidence"].NameRange, "Evidence not expected", "Only manual controls name their evidence; the others record what they read.")
	}
	switch {
	case forms[0] != "check":
		l.demand(b, c, "", forms[0])
	case len(checks) == 1:
		b.errorf(checks[0].DefRange(), "One check block", "Check blocks are for what must hold in two ways or more; for one, write pass or violations in the control.")
	case len(checks) > maxBlocks:
		b.errorf(b.DefRange(), "Too many check blocks", "A control has at most %d check blocks.", maxBlocks)
	}
	if len(checks) > maxBlocks {
		return
	}
	for _, x := range checks {
		l.check(x, c)
	}
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " and ")
}

func (l *loader) check(b block, c *Control) {
	b.only([]string{"pass", "violations"}, nil)
	name, ok := b.label("what holds")
	if !ok {
		return
	}
	if slices.ContainsFunc(c.demands, func(d demand) bool { return d.check == name }) {
		b.errorf(b.DefRange(), "Check twice", "The control already has a check %q.", name)
		return
	}
	_, pass := b.Body.Attributes[formPass]
	_, violations := b.Body.Attributes[formViolations]
	switch {
	case pass == violations:
		b.errorf(b.DefRange(), "Not exactly one form", "A check has either pass or violations.")
	case pass:
		l.demand(b, c, name, formPass)
	default:
		l.demand(b, c, name, formViolations)
	}
}

func (l *loader) demand(b block, c *Control, check, form string) {
	a := b.Body.Attributes[form]
	d := demand{check: check, form: form}
	switch form {
	case formPass:
		d.expr = l.scope.compile(a.Expr, b.src, cty.Bool)
	case formViolations:
		d.expr = l.scope.compile(a.Expr, b.src, cty.DynamicPseudoType)
		if t := d.expr.root.typ(); !isBad(t) && !t.IsListType() {
			b.errorf(a.Expr.Range(), "Wrong type", "violations is a list, empty when all is well; this is %s.", typeName(t))
		}
	case formManual:
		d.text = b.needText(formManual)
		if e, ok := b.Body.Attributes["evidence"]; ok {
			d.expr = l.scope.compile(e.Expr, b.src, cty.DynamicPseudoType)
			if t := d.expr.root.typ(); !isBad(t) && !t.IsObjectType() {
				b.errorf(e.Expr.Range(), "Wrong type", "Write evidence = { name = value }.")
			}
		}
	}
	c.demands = append(c.demands, d)
	c.Demands = append(c.Demands, Demand{Check: check, Form: form, Text: demandText(b.src, a), Range: a.Expr.Range()})
}

func demandText(src *source, a *hclsyntax.Attribute) string {
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); ok && len(t.Parts) == 1 {
		if lit, ok := t.Parts[0].(*hclsyntax.LiteralValueExpr); ok && lit.Val.Type() == cty.String {
			return strings.TrimSpace(lit.Val.AsString())
		}
	}
	return strings.TrimSpace(src.sourceText(a.Expr.Range()))
}

// violationsType is what a fix's violations are: those of the control, or of its one check that lists some.
func (c *Control) violationsType() (check string, t cty.Type, ok bool) {
	for _, d := range c.demands {
		if d.form != formViolations {
			continue
		}
		if ok {
			return "", cty.NilType, false
		}
		check, t, ok = d.check, d.expr.root.typ(), true
	}
	return check, t, ok
}

// diagsAt is for diagnostics that speak of no block.
func diagsAt(r hcl.Range, summary, format string, args ...any) hcl.Diagnostics {
	return oneDiag(r, summary, fmt.Sprintf(format, args...))
}
