package benchmarks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// traversal is name.attr.attr, where name is a variable, a local, a bound name or a whole fact.
func (c *compiler) traversal(e *hclsyntax.ScopeTraversalExpr) node {
	root := e.Traversal[0].(hcl.TraverseRoot)
	rest := e.Traversal[1:]
	for i := len(c.names) - 1; i >= 0; i-- {
		if b := c.names[i]; b.name == root.Name {
			if isBad(b.typ) {
				return quietly(e.SrcRange)
			}
			return c.steps(&slotNode{at: at{b.typ, root.SrcRange}, slot: b.slot}, rest, e.SrcRange)
		}
	}
	if c.constants {
		return c.bad(e.SrcRange, "Not a constant", "This must be spelled out: it can't depend on facts, variables or locals.")
	}
	switch root.Name {
	case "var":
		return c.declared(e, "variable", slices.Collect(maps.Keys(c.variables)), func(name string, r hcl.Range) node {
			v, ok := c.variables[name]
			if !ok {
				return nil
			}
			return &variableNode{at{v.typ, r}, v.index}
		})
	case "local":
		return c.declared(e, "local", slices.Collect(maps.Keys(c.locals)), c.localNode)
	}
	d, ok := c.schema[root.Name]
	switch {
	case !ok:
		return c.noName(root)
	case len(d.Args) > 0:
		return c.bad(root.SrcRange, "Fact needs arguments", fmt.Sprintf("%s is asked about one thing at a time: %s.", d.Name, exampleCall(d)))
	}
	k := facts.Key{Fact: d.Name}
	c.keys = append(c.keys, k)
	if !concrete(d.Shape.Type) {
		return c.bad(root.SrcRange, "Fact not usable", fmt.Sprintf("The fact %s has a type that policies can't use.", d.Name))
	}
	return c.steps(&factNode{at: at{d.Shape.Type, root.SrcRange}, key: k}, rest, e.SrcRange)
}

// declared is var.NAME or local.NAME with what follows.
func (c *compiler) declared(e *hclsyntax.ScopeTraversalExpr, what string, names []string, find func(string, hcl.Range) node) node {
	if len(e.Traversal) < 2 {
		return c.bad(e.SrcRange, "Name missing", fmt.Sprintf("Write the name of the %s: %s.NAME.", what, e.Traversal.RootName()))
	}
	a, ok := e.Traversal[1].(hcl.TraverseAttr)
	if !ok {
		return c.bad(e.SrcRange, "Name missing", fmt.Sprintf("Write the name of the %s: %s.NAME.", what, e.Traversal.RootName()))
	}
	r := hcl.RangeBetween(e.Traversal[0].SourceRange(), a.SrcRange)
	n := find(a.Name, r)
	if n == nil {
		return c.bad(a.SrcRange, "No such "+what, fmt.Sprintf("There is no %s %q in this benchmark.%s", what, a.Name, didYouMean(a.Name, names)))
	}
	return c.steps(n, e.Traversal[2:], e.SrcRange)
}

func (c *compiler) localNode(name string, r hcl.Range) node {
	l, ok := c.locals[name]
	if !ok {
		return nil
	}
	if l.state == 1 {
		return c.bad(r, "Local waits for itself", fmt.Sprintf("local.%s is made from itself.", name))
	}
	c.compileLocal(l)
	c.keys = append(c.keys, l.value.keys...)
	c.computed = append(c.computed, l.value.computed...)
	return &localNode{at{l.value.root.typ(), r}, l}
}

func (s *scope) compileLocal(l *local) {
	if l.state != 0 {
		return
	}
	l.state = 1
	l.value = &expression{root: quietly(l.attr.SrcRange), src: l.src, rng: l.attr.SrcRange}
	l.value = s.compile(l.attr.Expr, l.src, cty.DynamicPseudoType)
	l.state = 2
}

func (c *compiler) noName(root hcl.TraverseRoot) node {
	names := []string{"var", "local"}
	for _, b := range c.names {
		names = append(names, b.name)
	}
	for name, d := range c.schema {
		if len(d.Args) == 0 {
			names = append(names, name)
		}
	}
	hint := didYouMean(root.Name, names)
	switch root.Name {
	case "violations":
		hint = " It is known in the fixes of a control with one violations list."
	case "each":
		hint = " It is known in a fix with for_each."
	}
	return c.bad(root.SrcRange, "No such fact", fmt.Sprintf("There is no fact or name %q.%s", root.Name, hint))
}

// exampleCall shows how a keyed fact is written.
func exampleCall(d facts.Descriptor) string {
	args := make([]string, len(d.Args))
	for i, a := range d.Args {
		args[i] = a.Name
	}
	return d.Name + "(" + strings.Join(args, ", ") + ")"
}

// steps compiles what follows a value: .attr, [0], ["key"].
func (c *compiler) steps(source node, t hcl.Traversal, r hcl.Range) node {
	if len(t) == 0 || isBad(source.typ()) {
		return source
	}
	n := &traversalNode{at: at{source.typ(), r}, source: source}
	for _, s := range t {
		var st step
		var ok bool
		switch s := s.(type) {
		case hcl.TraverseAttr:
			st, ok = c.attrStep(n, s.Name, s.SrcRange)
		case hcl.TraverseIndex:
			st, ok = c.keyStep(n, s)
		default:
			c.errorf(s.SourceRange(), "Expression not supported", "This is not part of the policy language.")
		}
		if !ok {
			return quietly(r)
		}
		n.steps = append(n.steps, st)
	}
	switch s := source.(type) {
	case *factNode:
		s.quiet = true
	case *factCallNode:
		s.quiet = true
	case *slotNode:
		s.quiet = true
	}
	return n
}

func (c *compiler) attrStep(n *traversalNode, name string, r hcl.Range) (step, bool) {
	switch {
	case n.t.IsMapType():
		n.t = n.t.ElementType()
		return step{attr: -1, index: -1, name: name}, true
	case n.t.IsListType():
		c.errorf(r, "List has no attributes", "This is %s; write [*].%s for that attribute of each element, or [0].%s for the first.", typeName(n.t), name, name)
		return step{}, false
	case !n.t.IsObjectType():
		c.errorf(r, "No attributes", "%s has no attributes.", capital(typeName(n.t)))
		return step{}, false
	}
	names := attrNames(n.t)
	i, ok := slices.BinarySearch(names, name)
	if !ok {
		hint := didYouMean(name, names)
		if hint == "" && len(names) <= 12 {
			hint = " It has " + strings.Join(names, ", ") + "."
		}
		c.errorf(r, "No such attribute", "%s has no attribute %q.%s", c.describe(n), name, hint)
		return step{}, false
	}
	n.t = n.t.AttributeType(name)
	return step{attr: i, name: name}, true
}

// describe names what a traversal has come to, for diagnostics.
func (c *compiler) describe(n *traversalNode) string {
	var b strings.Builder
	switch s := n.source.(type) {
	case *factNode:
		b.WriteString("The fact " + s.key.Fact)
	case *factCallNode:
		b.WriteString("The fact " + s.descriptor.Name)
	default:
		return "This object"
	}
	for _, s := range n.steps {
		if s.attr < 0 {
			return "This object"
		}
		b.WriteString("." + s.name)
	}
	return b.String()
}

func (c *compiler) keyStep(n *traversalNode, s hcl.TraverseIndex) (step, bool) {
	v := lift(s.Key, nil)
	switch {
	case n.t.IsObjectType() && v.kind == kString:
		return c.attrStep(n, v.s, s.SrcRange)
	case n.t.IsMapType() && v.kind == kString:
		n.t = n.t.ElementType()
		return step{attr: -1, index: -1, name: v.s}, true
	case n.t.IsListType() && v.kind == kNumber:
		i, ok := smallInt(v.n)
		if !ok || i < 0 {
			c.errorf(s.SrcRange, "Wrong index", "An index is a whole number, from 0.")
			return step{}, false
		}
		n.t = n.t.ElementType()
		return step{attr: -1, index: i}, true
	}
	c.errorf(s.SrcRange, "Wrong index", "%s has no such element.", capital(typeName(n.t)))
	return step{}, false
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
