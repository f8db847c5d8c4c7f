package benchmarks

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// forNode is [for v in collection : body if cond], or with a key the map form. Every element is looked at, also behind
// one that can't be decided; which elements are in the result for certain is kept with them.
type forNode struct {
	at
	collection node
	keySlot    int // -1: none
	valueSlot  int
	cond       node // nil: none
	key        node // nil: a list
	body       node
	group      bool
}

func (n *forNode) eval(ev *evaluator) value {
	coll := n.collection.eval(ev)
	if !ev.step(n) {
		return value{}
	}
	var items []item
	var keys []value
	if n.collection.typ().IsMapType() && coll.kind != kUnknown {
		items, keys = entriesInOrder(coll)
	} else {
		items = coll.elements()
	}
	v := n.over(ev, items, keys)
	if ev.err == nil && risky(coll) {
		v = n.putAtRisk(v)
	}
	if coll.kind != kUnknown || ev.err != nil {
		return v
	}
	// Also when the body takes no notice of the element: of a list that had to hold something and was not there to look
	// at (at_least), nothing follows. The body was evaluated for what it puts at risk.
	u := coll.same()
	u.b = u.b || risky(v)
	return u
}

func (n *forNode) putAtRisk(v value) value {
	if v.kind == kUnknown {
		return v.atRisk()
	}
	v.c.risk = true // made here, and nobody else has it yet
	return v
}

func (n *forNode) over(ev *evaluator, items []item, keys []value) value {
	if n.key != nil {
		return n.toMap(ev, items, keys)
	}
	return n.toList(ev, items, keys)
}

// entriesInOrder are a map's elements and keys, in the order of keys.
func entriesInOrder(coll value) ([]item, []value) {
	m, _ := coll.entries()
	names := slices.Sorted(maps.Keys(m))
	items, keys := make([]item, len(names)), make([]value, len(names))
	for i, name := range names {
		items[i].value, keys[i] = m[name], stringValue(name)
	}
	return items, keys
}

func (n *forNode) bind(ev *evaluator, items []item, keys []value, i int, certain bool) {
	ev.frame[n.valueSlot] = items[i].value
	if n.keySlot < 0 {
		return
	}
	switch {
	case keys != nil:
		ev.frame[n.keySlot] = keys[i]
	case certain:
		ev.frame[n.keySlot] = numberValue(new(big.Float).SetInt64(int64(i)))
	default:
		ev.frame[n.keySlot] = unknownValue("the element's position could not be decided")
	}
}

// included evaluates the condition for the element bound; ok is false when the evaluation has to stop.
func (n *forNode) included(ev *evaluator) (in tri, ok bool) {
	ev.condRisk = false
	if n.cond == nil {
		return yes, ev.step(n)
	}
	c := n.cond.eval(ev)
	if !ev.step(n) {
		return no, false
	}
	if c.kind == kUnknown {
		ev.condRisk = c.b
		ev.condWhy = c.same()
		return undecided, true
	}
	return triOf(c.b), true
}

// doubt is why it could not be decided whether the element under way is included.
func (ev *evaluator) doubt(in tri) *value {
	if in != undecided {
		return nil
	}
	why := ev.condWhy
	return &why
}

func (n *forNode) toList(ev *evaluator, items []item, keys []value) value {
	var out []item
	risk := false
	positioned := true
	var seen [4]int
	for i := range items {
		positioned = positioned && items[i].count == one
		n.bind(ev, items, keys, i, positioned)
		mark := ev.beginPass(n)
		in, ok := n.included(ev)
		if !ok {
			return value{}
		}
		risk = risk || risky(items[i].value) || ev.condRisk
		if in == no {
			ev.endPass(mark, passOpen, &seen)
			continue
		}
		why := ev.doubt(in) // before the body, which may hold loops of its own
		body := n.body.eval(ev)
		if ev.err != nil || !ev.item(n.r) {
			return value{}
		}
		e := item{body, items[i].count, items[i].doubt}
		if in == undecided && e.count == one {
			e.count, e.doubt = maybe, why
		}
		out = append(out, e)
		ev.endPass(mark, classOf(e.count, body), &seen)
	}
	v := listValue(out)
	v.c.risk = risk
	return v
}

func classOf(c count, body value) passClass {
	switch {
	case c != one || body.kind == kUnknown:
		return passUndecided
	case body.kind == kBool && !body.b:
		return passFalse
	}
	return passIn
}

func (n *forNode) toMap(ev *evaluator, items []item, keys []value) value {
	out := map[string]value{}
	groups := map[string][]item{}
	var unknown *value
	risk := false
	var seen [4]int
	positioned := true
	for i := range items {
		positioned = positioned && items[i].count == one
		n.bind(ev, items, keys, i, positioned)
		mark := ev.beginPass(n)
		in, ok := n.included(ev)
		if !ok {
			return value{}
		}
		risk = risk || risky(items[i].value) || ev.condRisk
		if in == no {
			ev.endPass(mark, passOpen, &seen)
			continue
		}
		why := ev.doubt(in)
		k, v := n.key.eval(ev), n.body.eval(ev)
		if ev.err != nil || !ev.item(n.r) {
			return value{}
		}
		switch {
		case k.kind == kUnknown || in == undecided || items[i].count != one:
			u := undecidedOf(k, items[i].value)
			if k.kind != kUnknown && in == undecided {
				u = *why
			}
			unknown = &u
			ev.endPass(mark, passUndecided, &seen)
			continue
		case n.group:
			groups[k.s] = append(groups[k.s], item{value: v})
		default:
			if _, twice := out[k.s]; twice {
				ev.fail(n.key.rng(), fmt.Errorf("the key %q comes twice; write => value... to group", k.s))
				return value{}
			}
			out[k.s] = v
		}
		ev.endPass(mark, passIn, &seen)
	}
	if unknown != nil {
		return unknown.atRisk() // keys may turn out to be there twice
	}
	for k, list := range groups {
		out[k] = listValue(list)
	}
	v := mapValue(out)
	v.c.risk = risk
	return v
}

func (n *forNode) resultType() cty.Type {
	t := n.body.typ()
	switch {
	case isBad(t):
		return cty.NilType
	case n.key == nil:
		return cty.List(t)
	case n.group:
		return cty.Map(cty.List(t))
	}
	return cty.Map(t)
}
