package benchmarks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// call is a keyed fact or a function of the allow-list.
func (c *compiler) call(e *hclsyntax.FunctionCallExpr) node {
	r := e.Range()
	args := make([]node, len(e.Args))
	good := true
	for i, a := range e.Args {
		args[i] = c.node(a)
		good = good && !isBad(args[i].typ())
	}
	if e.ExpandFinal {
		return c.bad(r, "Expression not supported", "Arguments can't be expanded with \"...\".")
	}
	if d, ok := c.schema[e.Name]; ok {
		if !good {
			return quietly(r)
		}
		return c.factCall(e, d, args)
	}
	fn, ok := functions[e.Name]
	if !ok {
		return c.bad(e.NameRange, "No such fact or function", fmt.Sprintf("There is no fact or function %q.%s", e.Name, didYouMean(e.Name, c.callable())))
	}
	if !good {
		return quietly(r)
	}
	n := &callNode{at: at{r: r}, fn: fn, args: args}
	t, err := fn.check(n)
	if err != nil {
		subject := r
		if err.arg >= 0 && err.arg < len(args) {
			subject = args[err.arg].rng()
		}
		return c.bad(subject, "Wrong argument", fmt.Sprintf("%s: %s.", e.Name, err.text))
	}
	n.t = t
	c.keys = append(c.keys, fn.reads...)
	for _, k := range fn.reads {
		if _, ok := c.schema[k.Fact]; !ok {
			return c.bad(e.NameRange, "No such fact", fmt.Sprintf("%s needs the fact %s, which is not there.", e.Name, k.Fact))
		}
	}
	return n
}

func (c *compiler) callable() []string {
	names := slices.Collect(maps.Keys(functions))
	for name, d := range c.schema {
		if len(d.Args) > 0 {
			names = append(names, name)
		}
	}
	return names
}

func (c *compiler) factCall(e *hclsyntax.FunctionCallExpr, d facts.Descriptor, args []node) node {
	r := e.Range()
	if len(d.Args) == 0 {
		return c.bad(e.NameRange, "Fact takes no arguments", fmt.Sprintf("%s is a name: write it without parentheses.", d.Name))
	}
	if len(args) != len(d.Args) {
		return c.bad(r, "Wrong number of arguments", fmt.Sprintf("%s takes %d, not %d: %s.", d.Name, len(d.Args), len(args), exampleCall(d)))
	}
	values := make([]cty.Value, len(args))
	literal := true
	for i, a := range args {
		if !c.must(a, d.Args[i].Type, fmt.Sprintf("%s: %s is a %s", d.Name, d.Args[i].Name, d.Args[i].Type.FriendlyName())) {
			return quietly(r)
		}
		if v, ok := constant(a); ok {
			values[i] = lower(v, a.typ())
		} else {
			literal = false
		}
	}
	if !concrete(d.Shape.Type) {
		return c.bad(r, "Fact not usable", fmt.Sprintf("The fact %s has a type that policies can't use.", d.Name))
	}
	if !literal {
		c.computed = append(c.computed, d.Name)
		return &factCallNode{at: at{d.Shape.Type, r}, descriptor: d, args: args}
	}
	subject, err := d.Subject(values)
	if err != nil {
		return c.bad(r, "Wrong argument", capital(err.Error())+".")
	}
	k := facts.Key{Fact: d.Name, Subject: subject}
	c.keys = append(c.keys, k)
	return &factNode{at: at{d.Shape.Type, r}, key: k}
}
