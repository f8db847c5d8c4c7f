package benchmarks

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// node is one part of a compiled expression. Its type is certain before anything is evaluated.
type node interface {
	typ() cty.Type
	rng() hcl.Range
	eval(ev *evaluator) value
}

type at struct {
	t cty.Type
	r hcl.Range
}

func (a at) typ() cty.Type  { return a.t }
func (a at) rng() hcl.Range { return a.r }

// badNode stands for what did not compile; a bundle with one is never evaluated.
type badNode struct{ at }

func (n *badNode) eval(ev *evaluator) value {
	ev.fail(n.r, errors.New("this did not compile"))
	return value{}
}

// literalNode is a constant.
type literalNode struct {
	at
	v value
}

func (n *literalNode) eval(*evaluator) value { return n.v }

// variableNode is var.NAME.
type variableNode struct {
	at
	index int
}

func (n *variableNode) eval(ev *evaluator) value {
	v := ev.env.variables[n.index]
	ev.note(n, v)
	return v
}

// localNode is local.NAME: evaluated once per control, when first needed.
type localNode struct {
	at
	local *local
}

func (n *localNode) eval(ev *evaluator) value {
	v := ev.local(n.local)
	ev.note(n, v)
	return v
}

// slotNode is a name bound by for, or given from outside (each, violations).
type slotNode struct {
	at
	slot  int
	quiet bool
}

func (n *slotNode) eval(ev *evaluator) value {
	v := ev.frame[n.slot]
	if !n.quiet {
		ev.note(n, v)
	}
	return v
}

// factNode reads a fact whose key is known from the text.
type factNode struct {
	at
	key   facts.Key
	quiet bool // what reads its attributes notes them itself
}

func (n *factNode) eval(ev *evaluator) value {
	v := ev.read(n.r, n.key, n.t)
	if !n.quiet {
		ev.note(n, v)
	}
	return v
}

// factCallNode reads a keyed fact whose arguments are computed.
type factCallNode struct {
	at
	descriptor facts.Descriptor
	args       []node
	quiet      bool
}

func (n *factCallNode) eval(ev *evaluator) value {
	args := make([]cty.Value, len(n.args))
	for i, a := range n.args {
		v := a.eval(ev)
		if ev.err != nil {
			return value{}
		}
		if v.kind == kUnknown {
			return v.atRisk() // it may turn out to be no subject
		}
		args[i] = lower(v, a.typ())
	}
	subject, err := n.descriptor.Subject(args)
	if err != nil {
		ev.fail(n.r, err)
		return value{}
	}
	v := ev.read(n.r, facts.Key{Fact: n.descriptor.Name, Subject: subject}, n.t)
	if !n.quiet {
		ev.note(n, v)
	}
	return v
}

// traversalNode goes from a value to an attribute or element inside it.
type traversalNode struct {
	at
	source node
	steps  []step
}

type step struct {
	attr  int // position among the object's attributes; -1: key or index
	name  string
	index int // -1: a map's key
}

func (n *traversalNode) eval(ev *evaluator) value {
	v := n.source.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	whole := v
	for _, s := range n.steps {
		switch {
		case s.attr >= 0:
			v = v.attr(s.attr, s.name)
		case s.index >= 0:
			v = elementAt(v, s.index)
		default:
			v = elementOf(v, s.name)
		}
	}
	v = guard(v, whole)
	ev.note(n, v)
	return v
}

// elementAt is one element of a list; unknown where the list ends before or was not read that far.
func elementAt(v value, i int) value {
	if v.kind == kUnknown {
		return v
	}
	items := v.elements()
	for k := 0; k < len(items) && k <= i; k++ {
		if items[k].count != one {
			if u := items[k]; u.kind == kUnknown {
				return u.value
			}
			return unknownValue("which element this is could not be decided")
		}
	}
	if i >= len(items) {
		return unknownValue(fmt.Sprintf("the list has %d elements, and none at [%d]", len(items), i))
	}
	return items[i].value
}

func elementOf(v value, key string) value {
	m, ok := v.entries()
	if !ok {
		return v
	}
	if e, ok := m[key]; ok {
		return e
	}
	return unknownValue(fmt.Sprintf("there is no key %q", key))
}

// indexNode is collection[key] with a key that is computed.
type indexNode struct {
	at
	collection, key node
}

func (n *indexNode) eval(ev *evaluator) value {
	coll, key := n.collection.eval(ev), n.key.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	if key.kind == kUnknown {
		if n.collection.typ().IsListType() {
			return key.atRisk() // no index may be negative
		}
		return guard(key, coll)
	}
	var v value
	if key.kind == kString {
		v = elementOf(coll, key.s)
	} else {
		i, ok := smallInt(key.n)
		if !ok || i < 0 {
			ev.fail(n.key.rng(), errors.New("an index is a whole number, from 0"))
			return value{}
		}
		v = elementAt(coll, i)
	}
	v = guard(v, coll)
	ev.note(n, v)
	return v
}

func smallInt(n *big.Float) (int, bool) {
	if !n.IsInt() {
		return 0, false
	}
	i, acc := n.Int64()
	return int(i), acc == big.Exact && i < 1<<40 && i > -1<<40
}

// logicNode is && and ||: lazy, from left to right. decides is the value of the left that settles it.
type logicNode struct {
	at
	left, right node
	decides     bool // false for &&, true for ||
}

func (n *logicNode) eval(ev *evaluator) value {
	start := len(ev.trace)
	l := n.left.eval(ev)
	if !ev.step(n) || l.kind == kBool && l.b == n.decides || l.kind == kUnknown && l.b {
		return l
	}
	middle := len(ev.trace)
	r := n.right.eval(ev)
	if ev.err != nil {
		return value{}
	}
	switch {
	case r.kind == kBool && r.b == n.decides: // also when the left is unknown: it makes no difference
		ev.incidental(start, middle)
		return r
	case l.kind == kUnknown && r.kind == kUnknown:
		return guard(l, r)
	case l.kind == kUnknown:
		if r.kind == kBool {
			ev.incidental(middle, len(ev.trace))
		}
		return l
	case r.kind == kUnknown:
		ev.incidental(start, middle)
	}
	return r
}

type notNode struct {
	at
	operand node
}

func (n *notNode) eval(ev *evaluator) value {
	v := n.operand.eval(ev)
	if !ev.step(n) || v.kind == kUnknown {
		return v
	}
	return boolValue(!v.b)
}

type negateNode struct {
	at
	operand node
}

func (n *negateNode) eval(ev *evaluator) value {
	v := n.operand.eval(ev)
	if !ev.step(n) || v.kind == kUnknown {
		return v
	}
	return numberValue(new(big.Float).Neg(v.n))
}

// equalityNode is == and !=; both sides are of one type.
type equalityNode struct {
	at
	left, right node
	negated     bool
}

func (n *equalityNode) eval(ev *evaluator) value {
	l := n.left.eval(ev)
	if ev.err != nil {
		return value{}
	}
	r := n.right.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	ev.operand(n.left, l)
	ev.operand(n.right, r)
	t := equal(l, r)
	if t == undecided {
		return undecidedOf(l, r)
	}
	return guard(boolValue((t == yes) != n.negated), l, r)
}

// undecidedOf is unknown for the first reason found in the values.
func undecidedOf(values ...value) value {
	for _, v := range values {
		if u, ok := v.firstUnknown(); ok {
			return value{s: u.s, at: u.at, b: anyRisk(values)}
		}
	}
	return unknownValue("not determined")
}

// orderNode is < and its kin, over numbers.
type orderNode struct {
	at
	left, right node
	op          string
}

func (n *orderNode) eval(ev *evaluator) value {
	l := n.left.eval(ev)
	if ev.err != nil {
		return value{}
	}
	r := n.right.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	ev.operand(n.left, l)
	ev.operand(n.right, r)
	if l.kind == kUnknown || r.kind == kUnknown {
		return undecidedOf(l, r)
	}
	c := l.n.Cmp(r.n)
	switch n.op {
	case "<":
		return boolValue(c < 0)
	case "<=":
		return boolValue(c <= 0)
	case ">":
		return boolValue(c > 0)
	}
	return boolValue(c >= 0)
}

// arithmeticNode is + - * / %.
type arithmeticNode struct {
	at
	left, right node
	op          byte
}

func (n *arithmeticNode) eval(ev *evaluator) value {
	l, r := n.left.eval(ev), n.right.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	if (n.op == '/' || n.op == '%') && r.kind == kNumber && r.n.Sign() == 0 {
		ev.fail(n.r, errors.New("division by zero"))
		return value{}
	}
	if l.kind == kUnknown || r.kind == kUnknown {
		u := undecidedOf(l, r)
		u.b = u.b || r.kind == kUnknown && (n.op == '/' || n.op == '%')
		return u
	}
	out := new(big.Float).SetPrec(512)
	switch n.op {
	case '+':
		out.Add(l.n, r.n)
	case '-':
		out.Sub(l.n, r.n)
	case '*':
		out.Mul(l.n, r.n)
	case '/':
		out.Quo(l.n, r.n)
	default:
		out = lowerNumber(l).Modulo(lowerNumber(r)).AsBigFloat()
	}
	if err := checkNumber(out); err != nil {
		ev.fail(n.r, err)
		return value{}
	}
	return numberValue(out)
}

// maxExponent bounds numbers, as a power of two: none that is about a host comes near, and larger ones take long to
// print.
const maxExponent = 2048

func checkNumber(n *big.Float) error {
	if n.IsInf() || n.MantExp(nil) > maxExponent || n.MantExp(nil) < -maxExponent {
		return errors.New("the number is too large or too small")
	}
	return nil
}

// conditionNode is c ? a : b. Where c is unknown so is the result, and neither side is read.
type conditionNode struct {
	at
	cond, yes, no node
}

func (n *conditionNode) eval(ev *evaluator) value {
	c := n.cond.eval(ev)
	switch {
	case !ev.step(n):
		return value{}
	case c.kind == kUnknown:
		return c.same().atRisk() // either side may turn out to be an error
	case c.b:
		return n.yes.eval(ev)
	}
	return n.no.eval(ev)
}

// templateNode is a string with ${…} in it.
type templateNode struct {
	at
	parts []node
}

func (n *templateNode) eval(ev *evaluator) value {
	var b strings.Builder
	var unknown *value
	for _, p := range n.parts {
		v := p.eval(ev)
		switch {
		case !ev.step(n):
			return value{}
		case v.kind == kUnknown:
			if unknown == nil {
				unknown = &v
			} else if v.b {
				unknown.b = true
			}
		default:
			b.WriteString(scalarText(v))
		}
		if !ev.room(n.r, b.Len()) {
			return value{}
		}
	}
	if unknown != nil {
		return unknown.same()
	}
	if !ev.grown(n.r, b.Len()) {
		return value{}
	}
	return stringValue(b.String())
}

// scalarText is a string, number or bool as a template shows it.
func scalarText(v value) string {
	switch v.kind {
	case kString:
		return v.s
	case kBool:
		return fmt.Sprint(v.b)
	case kNumber:
		return v.n.Text('f', -1)
	}
	return ""
}

// listNode is [a, b].
type listNode struct {
	at
	elements []node
}

func (n *listNode) eval(ev *evaluator) value {
	items := make([]item, len(n.elements))
	for i, e := range n.elements {
		items[i].value = e.eval(ev)
		if !ev.step(n) {
			return value{}
		}
	}
	return listValue(items)
}

// objectNode is { name = value }, its fields in the order of names.
type objectNode struct {
	at
	names  []string
	fields []node
	order  []int // evaluation follows the text
}

func (n *objectNode) eval(ev *evaluator) value {
	fields := make([]value, len(n.fields))
	for _, i := range n.order {
		fields[i] = n.fields[i].eval(ev)
		if !ev.step(n) {
			return value{}
		}
	}
	return objectValue(n.names, fields)
}

// callNode is a function of the allow-list.
type callNode struct {
	at
	fn   *function
	args []node
	aux  any // what the function's check made of literal arguments
}

func (n *callNode) eval(ev *evaluator) value {
	args := make([]value, len(n.args))
	for i, a := range n.args {
		args[i] = a.eval(ev)
		if ev.err != nil {
			return value{}
		}
	}
	if !ev.step(n) {
		return value{}
	}
	for i, a := range n.args {
		ev.operand(a, args[i])
	}
	v, err := n.fn.eval(ev, n, args)
	if err != nil {
		ev.fail(n.r, fmt.Errorf("%s: %w", n.fn.name, err))
		return value{}
	}
	return n.guarded(v, args)
}

// guarded passes on what is at risk among the arguments.
func (n *callNode) guarded(v value, args []value) value {
	risk := anyRisk(args)
	switch {
	case v.kind == kUnknown && (n.fn.partial || n.fn.name == "matches" && n.aux == nil):
		return v.atRisk()
	case !risk:
		return v
	case v.kind == kList && n.fn.keeps:
		out := listValue(v.elements())
		out.at, out.c.risk = v.at, true
		return out
	}
	return guard(v, args...)
}

func anyRisk(values []value) bool {
	for _, v := range values {
		if risky(v) {
			return true
		}
	}
	return false
}
