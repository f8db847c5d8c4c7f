package benchmarks

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// variable is a declared input of a benchmark.
type variable struct {
	Variable
	index       int
	typ         cty.Type
	def         cty.Value
	validations []validation
}

type validation struct {
	condition *expression
	message   string
	rng       hcl.Range
}

// local is a named expression of a benchmark.
type local struct {
	name  string
	attr  *hclsyntax.Attribute
	src   *source
	value *expression // nil until compiled
	state int         // 0 not compiled, 1 being compiled, 2 compiled
}

// scope is what expressions of one benchmark may name.
type scope struct {
	schema    facts.Schema
	variables map[string]*variable
	locals    map[string]*local
	diags     *hcl.Diagnostics
	constants bool // nothing may be named: the value is needed before any fact is read
}

// binding is a name that a for expression, or the place of the expression, binds to a slot.
type binding struct {
	name string
	slot int
	typ  cty.Type
}

// compiler turns one expression into nodes, and checks the type of each on the way.
type compiler struct {
	*scope
	src      *source
	names    []binding
	slots    int
	depth    int
	keys     []facts.Key
	computed []string // facts named by arguments that are computed
	anon     map[*hclsyntax.AnonSymbolExpr]binding
}

// maxDepth bounds the tree of one expression: a + b + c + … is as deep as it is long.
const maxDepth = 400

// compile gives a checked expression. want is the type it must have; cty.DynamicPseudoType takes any. given are the
// names bound from outside, whose values run is called with.
func (s *scope) compile(e hclsyntax.Expression, src *source, want cty.Type, given ...binding) *expression {
	c := &compiler{scope: s, src: src}
	for i, g := range given {
		g.slot = i
		c.names = append(c.names, g)
	}
	c.slots = len(given)
	n := c.node(e)
	if t := n.typ(); !isBad(t) && want != cty.DynamicPseudoType {
		if _, ok := unify(t, want); !ok {
			n = c.bad(e.Range(), "Wrong type", fmt.Sprintf("This must be %s; it is %s.", typeName(want), typeName(t)))
		}
	}
	return &expression{root: n, slots: c.slots, keys: uniqueKeys(c.keys), src: src, rng: e.Range(), computed: c.computed}
}

func (c *compiler) errorf(r hcl.Range, summary, format string, args ...any) {
	*c.diags = c.diags.Append(&hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: r.Ptr(),
	})
}

func (c *compiler) bad(r hcl.Range, summary, detail string) node {
	c.errorf(r, summary, "%s", detail)
	return &badNode{at{cty.NilType, r}}
}

// quietly is for what is wrong only because a part of it is.
func quietly(r hcl.Range) node { return &badNode{at{cty.NilType, r}} }

func (c *compiler) node(e hclsyntax.Expression) node {
	if c.depth++; c.depth > maxDepth {
		c.depth--
		return c.bad(e.Range(), "Expression too long", fmt.Sprintf("This expression has more than %d parts within each other; take some of it apart into locals.", maxDepth))
	}
	n := c.dispatch(e)
	c.depth--
	return n
}

func (c *compiler) dispatch(e hclsyntax.Expression) node {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return c.node(e.Expression)
	case *hclsyntax.LiteralValueExpr:
		return c.literal(e)
	case *hclsyntax.TemplateExpr:
		return c.template(e)
	case *hclsyntax.TemplateWrapExpr:
		return c.wrapped(e)
	case *hclsyntax.ScopeTraversalExpr:
		return c.traversal(e)
	case *hclsyntax.RelativeTraversalExpr:
		return c.steps(c.node(e.Source), e.Traversal, e.Range())
	case *hclsyntax.FunctionCallExpr:
		return c.call(e)
	case *hclsyntax.ConditionalExpr:
		return c.condition(e)
	case *hclsyntax.BinaryOpExpr:
		return c.binary(e)
	case *hclsyntax.UnaryOpExpr:
		return c.unary(e)
	case *hclsyntax.IndexExpr:
		return c.index(e)
	case *hclsyntax.TupleConsExpr:
		return c.list(e)
	case *hclsyntax.ObjectConsExpr:
		return c.object(e)
	case *hclsyntax.ForExpr:
		return c.forExpr(e)
	case *hclsyntax.SplatExpr:
		return c.splat(e)
	case *hclsyntax.AnonSymbolExpr:
		if b, ok := c.anon[e]; ok {
			return &slotNode{at: at{b.typ, e.SrcRange}, slot: b.slot}
		}
	case *hclsyntax.TemplateJoinExpr:
		return c.bad(e.Range(), "Template directive", "%{…} is not part of the language; use a for expression.")
	}
	return c.bad(e.Range(), "Expression not supported", "This kind of expression is not part of the policy language.")
}

func (c *compiler) literal(e *hclsyntax.LiteralValueExpr) node {
	v := e.Val
	if v.IsNull() {
		return c.bad(e.SrcRange, "null is refused", "Nothing is ever null: what a host did not tell is unknown, and attributes such as exists or installed say that a thing is absent.")
	}
	if !isScalar(v.Type()) {
		return c.bad(e.SrcRange, "Expression not supported", "This literal is not part of the policy language.")
	}
	if v.Type() == cty.Number {
		if err := checkNumber(v.AsBigFloat()); err != nil {
			return c.bad(e.SrcRange, "Number out of range", "The number is too large or too small.")
		}
	}
	return &literalNode{at{v.Type(), e.SrcRange}, lift(v, nil)}
}

// constant is the value of a node that is one.
func constant(n node) (value, bool) {
	if l, ok := n.(*literalNode); ok {
		return l.v, true
	}
	return value{}, false
}

func (c *compiler) template(e *hclsyntax.TemplateExpr) node {
	parts := make([]node, len(e.Parts))
	var text strings.Builder
	allConstant := true
	for i, p := range e.Parts {
		parts[i] = c.node(p)
		t := parts[i].typ()
		switch v, ok := constant(parts[i]); {
		case isBad(t):
			return quietly(e.SrcRange)
		case !isScalar(t):
			return c.bad(p.Range(), "Wrong type", fmt.Sprintf("A string can show a string, number or bool; this is %s. Use join for lists.", typeName(t)))
		case ok:
			text.WriteString(scalarText(v))
		default:
			allConstant = false
		}
	}
	if allConstant {
		return &literalNode{at{cty.String, e.SrcRange}, stringValue(text.String())}
	}
	return &templateNode{at{cty.String, e.SrcRange}, parts}
}

// wrapped is "${x}": a string, as its quotes say.
func (c *compiler) wrapped(e *hclsyntax.TemplateWrapExpr) node {
	n := c.node(e.Wrapped)
	switch t := n.typ(); {
	case isBad(t), t == cty.String:
		return n
	case isScalar(t):
		return &templateNode{at{cty.String, e.SrcRange}, []node{n}}
	default:
		return c.bad(e.SrcRange, "Wrong type", fmt.Sprintf("A string can show a string, number or bool; this is %s. Use join for lists.", typeName(t)))
	}
}

func (c *compiler) unary(e *hclsyntax.UnaryOpExpr) node {
	n := c.node(e.Val)
	if e.Op == hclsyntax.OpLogicalNot {
		if !c.must(n, cty.Bool, "! takes a bool") {
			return quietly(e.SrcRange)
		}
		return &notNode{at{cty.Bool, e.SrcRange}, n}
	}
	if !c.must(n, cty.Number, "- takes a number") {
		return quietly(e.SrcRange)
	}
	if v, ok := constant(n); ok {
		return &literalNode{at{cty.Number, e.SrcRange}, numberValue(new(big.Float).Neg(v.n))}
	}
	return &negateNode{at{cty.Number, e.SrcRange}, n}
}

// must complains when n is not of type want.
func (c *compiler) must(n node, want cty.Type, rule string) bool {
	t := n.typ()
	if isBad(t) {
		return false
	}
	if !t.Equals(want) {
		c.errorf(n.rng(), "Wrong type", "%s; this is %s.", rule, typeName(t))
		return false
	}
	return true
}

var operators = map[*hclsyntax.Operation]string{
	hclsyntax.OpLogicalAnd: "&&", hclsyntax.OpLogicalOr: "||", hclsyntax.OpEqual: "==", hclsyntax.OpNotEqual: "!=",
	hclsyntax.OpGreaterThan: ">", hclsyntax.OpGreaterThanOrEqual: ">=", hclsyntax.OpLessThan: "<", hclsyntax.OpLessThanOrEqual: "<=",
	hclsyntax.OpAdd: "+", hclsyntax.OpSubtract: "-", hclsyntax.OpMultiply: "*", hclsyntax.OpDivide: "/", hclsyntax.OpModulo: "%",
}

func (c *compiler) binary(e *hclsyntax.BinaryOpExpr) node {
	l, r := c.node(e.LHS), c.node(e.RHS)
	op := operators[e.Op]
	switch op {
	case "&&", "||":
		okL, okR := c.must(l, cty.Bool, op+" takes bools"), c.must(r, cty.Bool, op+" takes bools")
		if !okL || !okR {
			return quietly(e.SrcRange)
		}
		return &logicNode{at{cty.Bool, e.SrcRange}, l, r, op == "||"}
	case "==", "!=":
		return c.equality(e, op, l, r)
	case "<", "<=", ">", ">=":
		okL, okR := c.ordered(l, op), c.ordered(r, op)
		if !okL || !okR {
			return quietly(e.SrcRange)
		}
		return &orderNode{at{cty.Bool, e.SrcRange}, l, r, op}
	case "":
		return c.bad(e.SrcRange, "Expression not supported", "This operator is not part of the policy language.")
	}
	rule := op + " takes numbers"
	okL, okR := c.must(l, cty.Number, rule), c.must(r, cty.Number, rule)
	if !okL || !okR {
		return quietly(e.SrcRange)
	}
	if v, ok := constant(r); ok && v.n.Sign() == 0 && (op == "/" || op == "%") {
		return c.bad(r.rng(), "Division by zero", "This divides by zero.")
	}
	return &arithmeticNode{at{cty.Number, e.SrcRange}, l, r, op[0]}
}

func (c *compiler) ordered(n node, op string) bool {
	t := n.typ()
	if isBad(t) || t == cty.Number {
		return !isBad(t)
	}
	hint := ""
	if t == cty.String {
		hint = " For file modes there is mode_within, for versions version_compare, for times days_until."
	}
	c.errorf(n.rng(), "Wrong type", "%s compares numbers; this is %s.%s", op, typeName(t), hint)
	return false
}

func (c *compiler) equality(e *hclsyntax.BinaryOpExpr, op string, l, r node) node {
	if isBad(l.typ()) || isBad(r.typ()) {
		return quietly(e.SrcRange)
	}
	if _, ok := unify(l.typ(), r.typ()); !ok {
		return c.bad(e.SrcRange, "Types differ", fmt.Sprintf("%s compares two values of one type; the left is %s and the right is %s, so they are never equal.", op, typeName(l.typ()), typeName(r.typ())))
	}
	return &equalityNode{at{cty.Bool, e.SrcRange}, l, r, op == "!="}
}

func (c *compiler) condition(e *hclsyntax.ConditionalExpr) node {
	cond, a, b := c.node(e.Condition), c.node(e.TrueResult), c.node(e.FalseResult)
	ok := c.must(cond, cty.Bool, "The condition of ?: is a bool")
	if !ok || isBad(a.typ()) || isBad(b.typ()) {
		return quietly(e.SrcRange)
	}
	t, ok := unify(a.typ(), b.typ())
	if !ok {
		return c.bad(e.SrcRange, "Types differ", fmt.Sprintf("Both results of ?: must be of one type; the first is %s and the second is %s.", typeName(a.typ()), typeName(b.typ())))
	}
	return &conditionNode{at{t, e.SrcRange}, cond, a, b}
}

func (c *compiler) list(e *hclsyntax.TupleConsExpr) node {
	elem := cty.DynamicPseudoType
	nodes := make([]node, len(e.Exprs))
	good := true
	for i, x := range e.Exprs {
		nodes[i] = c.node(x)
		t := nodes[i].typ()
		if isBad(t) {
			good = false
			continue
		}
		u, ok := unify(elem, t)
		if !ok {
			c.errorf(x.Range(), "Types differ", "The elements of a list are of one type; those before this are %s, and this is %s.", typeName(elem), typeName(t))
			good = false
			continue
		}
		elem = u
	}
	if !good {
		return quietly(e.SrcRange)
	}
	return &listNode{at{cty.List(elem), e.SrcRange}, nodes}
}

func (c *compiler) object(e *hclsyntax.ObjectConsExpr) node {
	types := make(map[string]cty.Type, len(e.Items))
	nodes := make(map[string]node, len(e.Items))
	var written []string
	good := true
	for _, it := range e.Items {
		name, ok := c.attrName(it.KeyExpr)
		n := c.node(it.ValueExpr)
		if !ok || isBad(n.typ()) {
			good = false
			continue
		}
		if _, twice := types[name]; twice {
			c.errorf(it.KeyExpr.Range(), "Attribute twice", "The object already has an attribute %q.", name)
			good = false
			continue
		}
		types[name], nodes[name] = n.typ(), n
		written = append(written, name)
	}
	if !good {
		return quietly(e.SrcRange)
	}
	out := &objectNode{at: at{cty.Object(types), e.SrcRange}}
	out.names = attrNames(out.t)
	for _, name := range out.names {
		out.fields = append(out.fields, nodes[name])
	}
	for _, name := range written {
		i, _ := slices.BinarySearch(out.names, name)
		out.order = append(out.order, i)
	}
	return out
}

// attrName is the name that an object's key spells; computed keys are for maps.
func (c *compiler) attrName(e hclsyntax.Expression) (string, bool) {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		if name := hcl.ExprAsKeyword(k.Wrapped); name != "" && !k.ForceNonLiteral {
			return name, true
		}
		e = k.Wrapped
	}
	n := c.node(e)
	if isBad(n.typ()) {
		return "", false
	}
	if v, ok := constant(n); ok && v.kind == kString {
		return v.s, true
	}
	c.errorf(e.Range(), "Computed key", "An object's attributes are named in the text. For computed keys write { for … : key => value }.")
	return "", false
}

func (c *compiler) forExpr(e *hclsyntax.ForExpr) node {
	coll := c.node(e.CollExpr)
	t := coll.typ()
	if isBad(t) {
		return quietly(e.SrcRange)
	}
	if !t.IsListType() && !t.IsMapType() {
		return c.bad(e.CollExpr.Range(), "Wrong type", fmt.Sprintf("for goes over a list or a map; this is %s.", typeName(t)))
	}
	n := &forNode{at: at{r: e.SrcRange}, collection: coll, keySlot: -1, group: e.Group}
	depth := len(c.names)
	if e.KeyVar != "" {
		kt := cty.Number
		if t.IsMapType() {
			kt = cty.String
		}
		n.keySlot = c.bind(e.KeyVar, kt)
	}
	n.valueSlot = c.bind(e.ValVar, t.ElementType())
	ok := true
	if e.CondExpr != nil {
		n.cond = c.node(e.CondExpr)
		ok = c.must(n.cond, cty.Bool, "if takes a bool")
	}
	if e.KeyExpr != nil {
		n.key = c.node(e.KeyExpr)
		ok = c.must(n.key, cty.String, "The keys of a map are strings") && ok
	}
	n.body = c.node(e.ValExpr)
	c.names = c.names[:depth]
	n.t = n.resultType()
	if !ok || isBad(n.t) {
		return quietly(e.SrcRange)
	}
	return n
}

func (c *compiler) bind(name string, t cty.Type) int {
	slot := c.slots
	c.slots++
	c.names = append(c.names, binding{name, slot, t})
	return slot
}

// splat is list[*].name: a for over the elements.
func (c *compiler) splat(e *hclsyntax.SplatExpr) node {
	coll := c.node(e.Source)
	t := coll.typ()
	if isBad(t) {
		return quietly(e.SrcRange)
	}
	if !t.IsListType() {
		return c.bad(e.Source.Range(), "Wrong type", fmt.Sprintf("[*] goes over a list; this is %s.", typeName(t)))
	}
	n := &forNode{at: at{r: e.SrcRange}, collection: coll, keySlot: -1, valueSlot: c.slots}
	c.slots++
	if c.anon == nil {
		c.anon = map[*hclsyntax.AnonSymbolExpr]binding{}
	}
	c.anon[e.Item] = binding{"", n.valueSlot, t.ElementType()}
	n.body = c.node(e.Each)
	if n.t = n.resultType(); isBad(n.t) {
		return quietly(e.SrcRange)
	}
	return n
}

func (c *compiler) index(e *hclsyntax.IndexExpr) node {
	coll, key := c.node(e.Collection), c.node(e.Key)
	t := coll.typ()
	if isBad(t) || isBad(key.typ()) {
		return quietly(e.SrcRange)
	}
	switch {
	case t.IsListType():
		if !c.must(key, cty.Number, "The index of a list is a number") {
			return quietly(e.SrcRange)
		}
	case t.IsMapType():
		if !c.must(key, cty.String, "The key of a map is a string") {
			return quietly(e.SrcRange)
		}
	default:
		return c.bad(e.SrcRange, "Wrong type", fmt.Sprintf("Only lists and maps have elements; this is %s.", typeName(t)))
	}
	return &indexNode{at{t.ElementType(), e.SrcRange}, coll, key}
}
