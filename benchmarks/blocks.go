package benchmarks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// block reads one block of a file: its attributes by name, with a diagnostic for each it should not have.
type block struct {
	*hclsyntax.Block
	src   *source
	diags *hcl.Diagnostics
}

func (b block) errorf(r hcl.Range, summary, format string, args ...any) {
	*b.diags = b.diags.Append(&hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: r.Ptr(),
	})
}

// only complains of attributes and blocks that the block can't have.
func (b block) only(attrs, blocks []string) {
	checkBody(b.Body, b.Type, attrs, blocks, b.diags)
}

func checkBody(body *hclsyntax.Body, where string, attrs, blocks []string, diags *hcl.Diagnostics) {
	complain := func(r hcl.Range, what, name string, names, others []string, other string) {
		hint := didYouMean(name, names)
		if slices.Contains(others, name) {
			hint = fmt.Sprintf(" It is %s here.", other)
		}
		*diags = diags.Append(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "No such " + what, Subject: r.Ptr(),
			Detail: fmt.Sprintf("A %s has no %s %q.%s", where, what, name, hint),
		})
	}
	for _, a := range sortedAttrs(body) {
		if !slices.Contains(attrs, a.Name) {
			complain(a.NameRange, "attribute", a.Name, attrs, blocks, "a block")
		}
	}
	for _, x := range body.Blocks {
		if !slices.Contains(blocks, x.Type) {
			complain(x.TypeRange, "block", x.Type, blocks, attrs, "an attribute")
		}
	}
}

// sortedAttrs are a body's attributes in the order of the text.
func sortedAttrs(body *hclsyntax.Body) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(body.Attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte)
	})
}

// labels gives the block's labels; each is asked for by what it names.
func (b block) label(what string) (string, bool) {
	if len(b.Labels) != 1 || b.Labels[0] == "" {
		b.errorf(b.DefRange(), "Label missing", "Write %s \"%s\" { … }.", b.Type, what)
		return "", false
	}
	return b.Labels[0], true
}

func (b block) noLabel() {
	if len(b.Labels) > 0 {
		b.errorf(b.LabelRanges[0], "Label not expected", "A %s block has no label.", b.Type)
	}
}

// text is a string that is spelled out; empty when the attribute is not there.
func (b block) text(name string) string {
	v, ok := b.constant(name, cty.String)
	if !ok {
		return ""
	}
	return strings.TrimSpace(v.s)
}

// needText is text for what must be there.
func (b block) needText(name string) string {
	if _, ok := b.Body.Attributes[name]; !ok {
		b.errorf(b.DefRange(), "Attribute missing", "A %s needs a %s.", b.Type, name)
		return ""
	}
	s := b.text(name)
	if s == "" && !b.diags.HasErrors() {
		b.errorf(b.Body.Attributes[name].SrcRange, "Empty text", "The %s is empty.", name)
	}
	return s
}

func (b block) texts(name string) []string {
	v, ok := b.constant(name, cty.List(cty.String))
	if !ok {
		return nil
	}
	var out []string
	for _, e := range v.elements() {
		out = append(out, e.s)
	}
	return out
}

// constant is the value of an attribute that reads nothing.
func (b block) constant(name string, want cty.Type) (value, bool) {
	a, ok := b.Body.Attributes[name]
	if !ok {
		return value{}, false
	}
	v, _, ok := constantExpr(a.Expr, b.src, want, b.diags)
	return v, ok
}

// constantExpr evaluates an expression that names nothing.
func constantExpr(e hclsyntax.Expression, src *source, want cty.Type, diags *hcl.Diagnostics) (value, cty.Type, bool) {
	before := len(*diags)
	s := &scope{diags: diags, constants: true}
	x := s.compile(e, src, want)
	if len(*diags) > before || isBad(x.root.typ()) {
		return value{}, cty.NilType, false
	}
	out := newEvaluator(context.Background(), newEnv(nil, nil, nil)).run(x)
	if out.err != nil {
		*diags = append(*diags, oneDiag(out.errAt, "Wrong value", capital(out.err.Error())+".")...)
		return value{}, cty.NilType, false
	}
	return out.value, x.root.typ(), true
}

// refs are a map of framework to identifiers: { nist_800_53 = ["AC-6"] }.
func (b block) refs(name string) map[string][]string {
	a, ok := b.Body.Attributes[name]
	if !ok {
		return nil
	}
	v, t, ok := constantExpr(a.Expr, b.src, cty.DynamicPseudoType, b.diags)
	if !ok {
		return nil
	}
	if !t.IsObjectType() {
		b.errorf(a.Expr.Range(), "Wrong type", "Write %s = { framework = [\"identifier\"] }.", name)
		return nil
	}
	out := map[string][]string{}
	for i, framework := range v.c.names {
		if _, ok := unify(t.AttributeType(framework), cty.List(cty.String)); !ok {
			b.errorf(a.Expr.Range(), "Wrong type", "The identifiers of %s must be a list of strings.", framework)
			continue
		}
		ids := []string{}
		for _, e := range v.attr(i, framework).elements() {
			ids = append(ids, e.s)
		}
		out[framework] = ids
	}
	return out
}

// sourceText is what stands in the file at a range.
func (s *source) sourceText(r hcl.Range) string { return string(r.SliceBytes(s.text)) }
