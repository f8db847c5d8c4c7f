package benchmarks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

var stringType = cty.String

// factReader reads the facts block of a test:
//
//	facts {
//	  sshd    = { permitrootlogin = "yes" }                  # a whole fact
//	  package = { "openssh-server" = { installed = true } }  # a keyed one, by subject
//	  fact "firewall::admits" {                              # one with several arguments
//	    args  = ["tcp", 22]
//	    value = true
//	  }
//	}
//
// What is left out is unknown. unknown("why") says so in a test's own words; partial([…], "why") is a list that was not
// read to its end.
type factReader struct {
	block
	schema facts.Schema
	out    map[facts.Key]facts.Value
}

func (r factReader) read() {
	for _, a := range sortedAttrs(r.Body) {
		d, ok := r.fact(a.Name, a.NameRange)
		switch {
		case !ok:
		case len(d.Args) == 0:
			r.put(facts.Key{Fact: d.Name}, a.Expr, d)
		case len(d.Args) > 1 || d.Args[0].Type != cty.String:
			r.errorf(a.NameRange, "Fact needs arguments", "Write fact \"%s\" { args = […], value = … } for a fact with such arguments.", d.Name)
		default:
			for subject, e := range objectItems(a.Expr, r.block) {
				r.keyed(d, []cty.Value{cty.StringVal(subject)}, e, e.Range())
			}
		}
	}
	for _, x := range r.Body.Blocks {
		inner := block{x, r.src, r.diags}
		if x.Type != "fact" {
			inner.errorf(x.TypeRange, "No such block", "Only fact blocks stand among facts.")
			continue
		}
		inner.only([]string{"args", "value"}, nil)
		name, ok := inner.label("fact")
		if !ok {
			continue
		}
		d, ok := r.fact(name, x.LabelRanges[0])
		if args, given := inner.arguments(d); ok && given {
			if v, ok := x.Body.Attributes["value"]; ok {
				r.keyed(d, args, v.Expr, inner.DefRange())
			}
		}
	}
}

func (r factReader) fact(name string, at hcl.Range) (facts.Descriptor, bool) {
	d, ok := r.schema[name]
	if !ok {
		r.errorf(at, "No such fact", "There is no fact %q.%s", name, didYouMean(name, slices.Collect(maps.Keys(r.schema))))
	}
	return d, ok
}

// arguments reads args = [a, b], each of its own type.
func (b block) arguments(d facts.Descriptor) ([]cty.Value, bool) {
	a, ok := b.Body.Attributes["args"]
	if !ok {
		return nil, len(d.Args) == 0
	}
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok || len(list.Exprs) != len(d.Args) {
		b.errorf(a.SrcRange, "Wrong number of arguments", "%s takes %d.", d.Name, len(d.Args))
		return nil, false
	}
	var args []cty.Value
	for i, e := range list.Exprs {
		v, _, ok := constantExpr(e, b.src, d.Args[i].Type, b.diags)
		if !ok {
			return nil, false
		}
		args = append(args, lower(v, d.Args[i].Type))
	}
	return args, true
}

func (r factReader) keyed(d facts.Descriptor, args []cty.Value, e hclsyntax.Expression, at hcl.Range) {
	subject, err := d.Subject(args)
	if err != nil {
		r.errorf(at, "Wrong argument", "%s.", capital(err.Error()))
		return
	}
	r.put(facts.Key{Fact: d.Name, Subject: subject}, e, d)
}

func (r factReader) put(k facts.Key, e hclsyntax.Expression, d facts.Descriptor) {
	if _, twice := r.out[k]; twice && k != clockKey {
		r.errorf(e.Range(), "Fact twice", "The test already says what %s is.", k)
		return
	}
	b := &factBuilder{block: r.block}
	v := b.value(e, d.Shape.Type, "")
	b.origins = append(b.origins, facts.File(r.src.name, e.Range().Start.Line))
	r.out[k] = facts.Value{Value: v, Origins: b.origins, Reasons: b.reasons}
}

// factBuilder makes the value of one fact, with a reason for all that the test does not say.
type factBuilder struct {
	block
	origins []facts.Origin
	reasons []facts.Reason
}

const notStated = "the test does not say"

func (b *factBuilder) unknown(t cty.Type, path, reason string) cty.Value {
	b.reasons = append(b.reasons, facts.Reason{Path: path, Text: reason})
	return cty.UnknownVal(t)
}

func (b *factBuilder) value(e hclsyntax.Expression, want cty.Type, path string) cty.Value {
	if call, ok := e.(*hclsyntax.FunctionCallExpr); ok {
		switch call.Name {
		case "unknown":
			return b.unknown(want, path, b.reason(call, 0))
		case "partial":
			return b.partial(call, want, path)
		}
	}
	switch x := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		if want.IsObjectType() {
			return b.object(x, want, path)
		}
		if want.IsMapType() {
			return b.mapOf(x, want, path)
		}
	case *hclsyntax.TupleConsExpr:
		if want.IsListType() {
			return b.list(x.Exprs, want, path)
		}
	}
	v, _, ok := constantExpr(e, b.src, want, b.diags)
	if !ok {
		return cty.UnknownVal(want)
	}
	return lower(v, want)
}

func (b *factBuilder) reason(call *hclsyntax.FunctionCallExpr, arg int) string {
	if len(call.Args) == arg {
		return notStated
	}
	if len(call.Args) == arg+1 {
		if v, _, ok := constantExpr(call.Args[arg], b.src, cty.String, b.diags); ok && v.s != "" {
			return v.s
		}
	}
	b.errorf(call.Range(), "Wrong argument", "%s takes the reason as its last argument.", call.Name)
	return notStated
}

func (b *factBuilder) partial(call *hclsyntax.FunctionCallExpr, want cty.Type, path string) cty.Value {
	if !want.IsListType() || len(call.Args) == 0 {
		b.errorf(call.Range(), "Wrong type", "partial([…], \"why\") stands for a list; this is %s.", typeName(want))
		return cty.UnknownVal(want)
	}
	list, ok := call.Args[0].(*hclsyntax.TupleConsExpr)
	if !ok {
		b.errorf(call.Args[0].Range(), "Wrong type", "Write partial([…], \"why\").")
		return cty.UnknownVal(want)
	}
	return b.list(list.Exprs, want, path, b.reason(call, 1))
}

// list builds the elements; a reason adds the unknown element that says the list goes on unread.
func (b *factBuilder) list(exprs []hclsyntax.Expression, want cty.Type, path string, reason ...string) cty.Value {
	var items []cty.Value
	for i, e := range exprs {
		items = append(items, b.value(e, want.ElementType(), facts.JoinIndex(path, i)))
	}
	for _, why := range reason {
		items = append(items, b.unknown(want.ElementType(), facts.JoinIndex(path, len(items)), why))
	}
	if len(items) == 0 {
		return cty.ListValEmpty(want.ElementType())
	}
	return cty.ListVal(items)
}

func (b *factBuilder) mapOf(x *hclsyntax.ObjectConsExpr, want cty.Type, path string) cty.Value {
	items := map[string]cty.Value{}
	for key, e := range objectItems(x, b.block) {
		items[key] = b.value(e, want.ElementType(), facts.JoinKey(path, key))
	}
	if len(items) == 0 {
		return cty.MapValEmpty(want.ElementType())
	}
	return cty.MapVal(items)
}

func (b *factBuilder) object(x *hclsyntax.ObjectConsExpr, want cty.Type, path string) cty.Value {
	attrs := map[string]cty.Value{}
	names := attrNames(want)
	for name, e := range objectItems(x, b.block) {
		if !want.HasAttribute(name) {
			where := path
			if where == "" {
				where = "the fact"
			}
			b.errorf(e.Range(), "No such attribute", "%s", fmt.Sprintf("%s has no attribute %q.%s", capital(where), name, didYouMean(name, names)))
			continue
		}
		attrs[name] = b.value(e, want.AttributeType(name), facts.JoinAttr(path, name))
	}
	for _, name := range names {
		if _, ok := attrs[name]; !ok {
			attrs[name] = b.unknown(want.AttributeType(name), facts.JoinAttr(path, name), notStated)
		}
	}
	return cty.ObjectVal(attrs)
}
