package benchmarks

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// maxRange bounds a list that a function makes out of little.
const maxRange = 10_000

func listFunctions() []*function {
	return []*function{
		{
			name: "length", usage: "length(list)", doc: "How many elements a list or map has; unknown when it was not read to its end.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 1); err != nil {
					return cty.NilType, err
				}
				switch t := n.args[0].typ(); {
				case t == cty.String:
					return cty.NilType, argErrorf(0, "counts the elements of a list or map; for the characters of a string there is strlen")
				case !t.IsListType() && !t.IsMapType():
					return cty.NilType, argErrorf(0, "counts the elements of a list or map; this is %s", typeName(t))
				}
				return cty.Number, nil
			},
			eval: evalLength,
		},
		{
			name: "complete", usage: "complete(list)", doc: "Whether a collection was read to its end.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 1); err != nil {
					return cty.NilType, err
				}
				_, err := listArg(n, 0)
				return cty.Bool, err
			},
			eval: func(_ *evaluator, _ *callNode, a []value) (value, error) {
				return boolValue(!slices.ContainsFunc(a[0].elements(), func(e item) bool { return e.count != one })), nil
			},
		},
		{
			keeps: true, name: "at_least", usage: "at_least(list, n)", doc: "The list itself, when it has at least n elements; else unknown, for what looks at it looked at too little.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 2); err != nil {
					return cty.NilType, err
				}
				if _, err := listArg(n, 0); err != nil {
					return cty.NilType, err
				}
				return n.args[0].typ(), argIs(n, 1, cty.Number)
			},
			eval: evalAtLeast,
		},
		quantifier("alltrue", "Whether every element is true; true for an empty list.", false),
		quantifier("anytrue", "Whether an element is true; false for an empty list.", true),
		{
			name: "contains", usage: "contains(list, value)", doc: "Whether a list has an element that equals the value.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 2); err != nil {
					return cty.NilType, err
				}
				if t := n.args[0].typ(); t == cty.String {
					return cty.NilType, argErrorf(0, "looks into a list; for a part of a string there is matches, startswith or endswith")
				}
				e, err := listArg(n, 0)
				if err != nil {
					return cty.NilType, err
				}
				if _, ok := unify(e, n.args[1].typ()); !ok {
					return cty.NilType, argErrorf(1, "the list's elements are %s, and the value is %s, so it never has it", bareTypeName(e), typeName(n.args[1].typ()))
				}
				return cty.Bool, nil
			},
			eval: evalContains,
		},
		{
			keeps: true, name: "concat", usage: "concat(list, ...)", doc: "The elements of several lists, one list after the other.",
			check: checkConcat,
			eval: func(ev *evaluator, n *callNode, a []value) (value, error) {
				var out []item
				for _, l := range a {
					out = append(out, l.elements()...)
				}
				ev.itemsMade(n.r, len(out))
				return listValue(out), nil
			},
		},
		{
			keeps: true, name: "flatten", usage: "flatten(lists)", doc: "The elements of the lists in a list.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 1); err != nil {
					return cty.NilType, err
				}
				e, err := listArg(n, 0)
				switch {
				case err != nil:
					return cty.NilType, err
				case e == cty.DynamicPseudoType:
					return n.args[0].typ(), nil
				case !e.IsListType():
					return cty.NilType, argErrorf(0, "takes a list of lists; this is %s", typeName(n.args[0].typ()))
				}
				return e, nil
			},
			eval: evalFlatten,
		},
		{
			name: "distinct", usage: "distinct(list)", doc: "The list without elements that equal an earlier one.",
			check: sameList, eval: strictly(evalDistinct),
		},
		{
			name: "reverse", usage: "reverse(list)", doc: "The list from its end.",
			check: sameList,
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				out := slices.Clone(a[0].elements())
				slices.Reverse(out)
				return listValue(out), nil
			}),
		},
		{
			name: "sort", usage: "sort(list)", doc: "The texts of a list in the order of their bytes.",
			check: signature(cty.List(cty.String), cty.List(cty.String)),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				out := slices.Clone(a[0].elements())
				slices.SortStableFunc(out, func(x, y item) int { return strings.Compare(x.s, y.s) })
				return listValue(out), nil
			}),
		},
		{
			name: "compact", usage: "compact(list)", doc: "The texts of a list that are not empty.",
			check: signature(cty.List(cty.String), cty.List(cty.String)),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				var out []item
				for _, e := range a[0].elements() {
					if e.s != "" {
						out = append(out, e)
					}
				}
				return listValue(out), nil
			}),
		},
		{
			partial: true, name: "slice", usage: "slice(list, start, end)", doc: "The elements from start up to, not including, end.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 3); err != nil {
					return cty.NilType, err
				}
				if _, err := listArg(n, 0); err != nil {
					return cty.NilType, err
				}
				if err := argIs(n, 1, cty.Number); err != nil {
					return cty.NilType, err
				}
				return n.args[0].typ(), argIs(n, 2, cty.Number)
			},
			eval: strictly(evalSlice),
		},
		{
			partial: true, name: "range", usage: "range(n)", doc: "The numbers from 0 to n-1.",
			check: signature(cty.List(cty.Number), cty.Number),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				n, ok := smallInt(a[0].n)
				if !ok || n < 0 || n > maxRange {
					return value{}, fmt.Errorf("goes up to a whole number of at most %d", maxRange)
				}
				out := make([]item, n)
				for i := range out {
					out[i].value = intValue(i)
				}
				return listValue(out), nil
			}),
		},
		setFunction("setunion", "The elements that are in any of the lists, each once.", func(inA, inB bool) bool { return inA || inB }),
		setFunction("setintersection", "The elements that are in both lists, each once.", func(inA, inB bool) bool { return inA && inB }),
		setFunction("setsubtract", "The elements of the first list that are not in the second, each once.", func(inA, inB bool) bool { return inA && !inB }),
	}
}

func sameList(n *callNode) (cty.Type, *argError) {
	if err := arity(n, 1); err != nil {
		return cty.NilType, err
	}
	_, err := listArg(n, 0)
	return n.args[0].typ(), err
}

func checkConcat(n *callNode) (cty.Type, *argError) {
	t := cty.List(cty.DynamicPseudoType)
	for i, a := range n.args {
		if _, err := listArg(n, i); err != nil {
			return cty.NilType, err
		}
		u, ok := unify(t, a.typ())
		if !ok {
			return cty.NilType, argErrorf(i, "the lists before this are %s, and this is %s", typeName(t), typeName(a.typ()))
		}
		t = u
	}
	return t, nil
}

func evalLength(_ *evaluator, n *callNode, a []value) (value, error) {
	if n.args[0].typ().IsMapType() {
		m, ok := a[0].entries()
		if !ok {
			return undecidedOf(a[0]), nil
		}
		return intValue(len(m)), nil
	}
	items := a[0].elements()
	least, most := lengths(items)
	if least != most {
		return unread(items), nil
	}
	return intValue(least), nil
}

// unread is unknown for the reason why a list was not read to its end.
func unread(items []item) value {
	for _, e := range items {
		if e.count != one {
			return e.why()
		}
	}
	return unknownValue("not determined")
}

func evalAtLeast(_ *evaluator, _ *callNode, a []value) (value, error) {
	if a[1].kind == kUnknown {
		return undecidedOf(a[1]), nil
	}
	items := a[0].elements()
	least, most := lengths(items)
	if new(big.Float).SetInt64(int64(least)).Cmp(a[1].n) >= 0 {
		return a[0], nil
	}
	if least != most { // a list that is perhaps too short must not pass by what it perhaps holds
		return unread(items), nil
	}
	return unknownValue(fmt.Sprintf("%d were found, and at least %s must be there to look at", least, a[1].n.Text('f', -1))), nil
}

// quantifier is alltrue or anytrue; decides is the element that settles it.
func quantifier(name, doc string, decides bool) *function {
	return &function{
		name: name, usage: name + "(list)", doc: doc,
		check: signature(cty.Bool, cty.List(cty.Bool)),
		eval: func(_ *evaluator, _ *callNode, a []value) (value, error) {
			out := boolValue(!decides)
			for _, e := range a[0].elements() {
				switch {
				case e.kind == kBool && e.b != decides:
				case e.kind == kBool && e.count == one:
					return boolValue(decides), nil
				case out.kind != kUnknown && e.kind == kUnknown:
					out = e.same()
				case out.kind != kUnknown:
					out = e.why()
				}
			}
			return out, nil
		},
	}
}

func evalContains(ev *evaluator, n *callNode, a []value) (value, error) {
	out := boolValue(false)
	for _, e := range a[0].elements() {
		if !ev.step(n) {
			return value{}, nil
		}
		switch equal(e.value, a[1]) {
		case yes:
			if e.count == one {
				return boolValue(true), nil
			}
			out = unread([]item{e})
		case undecided:
			out = undecidedOf(e.value, a[1])
		}
	}
	return out, nil
}

func evalFlatten(ev *evaluator, n *callNode, a []value) (value, error) {
	var out []item
	for _, inner := range a[0].elements() {
		for _, e := range inner.elements() {
			if e.count < inner.count { // of a list that is perhaps not there
				e.count, e.doubt = inner.count, inner.doubt
			}
			out = append(out, e)
		}
		if !ev.itemsMade(n.r, len(inner.elements())) {
			return value{}, nil
		}
	}
	return listValue(out), nil
}

func evalDistinct(ev *evaluator, n *callNode, a []value) (value, error) {
	return listValue(dedupe(ev, n, a[0].elements())), nil
}

func dedupe(ev *evaluator, n *callNode, items []item) []item {
	var out []item
	seen := map[string]bool{}
	for _, e := range items {
		if e.kind == kString { // the common case, in linear time
			if !seen[e.s] {
				seen[e.s] = true
				out = append(out, e)
			}
			continue
		}
		if !has(ev, n, out, e.value) {
			out = append(out, e)
		}
	}
	return out
}

func has(ev *evaluator, n *callNode, items []item, v value) bool {
	for _, e := range items {
		if !ev.step(n) {
			return true
		}
		if equal(e.value, v) == yes {
			return true
		}
	}
	return false
}

func evalSlice(_ *evaluator, _ *callNode, a []value) (value, error) {
	items := a[0].elements()
	from, ok1 := smallInt(a[1].n)
	to, ok2 := smallInt(a[2].n)
	if !ok1 || !ok2 || from < 0 || to < from || to > len(items) {
		return value{}, fmt.Errorf("the list has %d elements, and none from %s to %s", len(items), a[1].n.Text('g', 10), a[2].n.Text('g', 10))
	}
	return listValue(items[from:to]), nil
}

func setFunction(name, doc string, in func(inA, inB bool) bool) *function {
	return &function{
		name: name, usage: name + "(list, list)", doc: doc,
		check: func(n *callNode) (cty.Type, *argError) {
			if err := arity(n, 2); err != nil {
				return cty.NilType, err
			}
			return checkConcat(n)
		},
		eval: strictly(func(ev *evaluator, n *callNode, a []value) (value, error) {
			x, y := a[0].elements(), a[1].elements()
			setX, setY := indexOf(x), indexOf(y)
			var out []item
			for _, e := range dedupe(ev, n, slices.Concat(x, y)) {
				inX, inY := false, false
				if e.kind == kString {
					inX, inY = setX[e.s], setY[e.s]
				} else {
					inX, inY = has(ev, n, x, e.value), has(ev, n, y, e.value)
				}
				if in(inX, inY) {
					out = append(out, e)
				}
			}
			return listValue(out), nil
		}),
	}
}

func indexOf(items []item) map[string]bool {
	m := make(map[string]bool, len(items))
	for _, e := range items {
		if e.kind == kString {
			m[e.s] = true
		}
	}
	return m
}

func mapFunctions() []*function {
	return []*function{
		{
			name: "keys", usage: "keys(map)", doc: "The keys of a map, sorted.",
			check: func(n *callNode) (cty.Type, *argError) {
				_, err := mapArg(n, 1)
				return cty.List(cty.String), err
			},
			eval: func(ev *evaluator, n *callNode, a []value) (value, error) {
				m, ok := a[0].entries()
				if !ok {
					return undecidedOf(a[0]), nil
				}
				ev.itemsMade(n.r, len(m))
				return stringList(slices.Sorted(maps.Keys(m))), nil
			},
		},
		{
			name: "values", usage: "values(map)", doc: "The elements of a map, in the order of their keys.",
			check: func(n *callNode) (cty.Type, *argError) {
				e, err := mapArg(n, 1)
				if err != nil {
					return cty.NilType, err
				}
				return cty.List(e), nil
			},
			eval: func(ev *evaluator, n *callNode, a []value) (value, error) {
				m, ok := a[0].entries()
				if !ok {
					return undecidedOf(a[0]), nil
				}
				var out []item
				for _, k := range slices.Sorted(maps.Keys(m)) {
					out = append(out, item{value: m[k]})
				}
				ev.itemsMade(n.r, len(out))
				return listValue(out), nil
			},
		},
		{
			name: "lookup", usage: "lookup(map, key, default)", doc: "The element at a key, or the default where there is none.",
			check: func(n *callNode) (cty.Type, *argError) {
				e, err := mapArg(n, 3)
				if err != nil {
					return cty.NilType, err
				}
				if err := argIs(n, 1, cty.String); err != nil {
					return cty.NilType, err
				}
				t, ok := unify(e, n.args[2].typ())
				if !ok {
					return cty.NilType, argErrorf(2, "the map's elements are %s, and the default is %s", bareTypeName(e), typeName(n.args[2].typ()))
				}
				return t, nil
			},
			eval: func(_ *evaluator, _ *callNode, a []value) (value, error) {
				m, ok := a[0].entries()
				if !ok || a[1].kind == kUnknown {
					return undecidedOf(a[0], a[1]), nil
				}
				if v, ok := m[a[1].s]; ok {
					return v, nil
				}
				return a[2], nil
			},
		},
		{
			name: "merge", usage: "merge(map, ...)", doc: "The elements of several maps; later ones win.",
			check: func(n *callNode) (cty.Type, *argError) {
				t := cty.Map(cty.DynamicPseudoType)
				for i, a := range n.args {
					u, ok := unify(t, a.typ())
					if !ok || !a.typ().IsMapType() {
						return cty.NilType, argErrorf(i, "takes maps of one type; this is %s", typeName(a.typ()))
					}
					t = u
				}
				return t, nil
			},
			eval: func(ev *evaluator, n *callNode, a []value) (value, error) {
				out := map[string]value{}
				for _, x := range a {
					m, ok := x.entries()
					if !ok {
						return undecidedOf(x), nil
					}
					maps.Copy(out, m)
				}
				ev.itemsMade(n.r, len(out))
				return mapValue(out), nil
			},
		},
		{
			partial: true, name: "zipmap", usage: "zipmap(keys, values)", doc: "A map of keys and the values at the same positions.",
			check: func(n *callNode) (cty.Type, *argError) {
				if err := arity(n, 2); err != nil {
					return cty.NilType, err
				}
				if err := argIs(n, 0, cty.List(cty.String)); err != nil {
					return cty.NilType, err
				}
				e, err := listArg(n, 1)
				if err != nil {
					return cty.NilType, err
				}
				return cty.Map(e), nil
			},
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				k, v := a[0].elements(), a[1].elements()
				if len(k) != len(v) {
					return value{}, errors.New("the lists are of different length")
				}
				out := make(map[string]value, len(k))
				for i := range k {
					out[k[i].s] = v[i].value
				}
				return mapValue(out), nil
			}),
		},
	}
}

func mapArg(n *callNode, count int) (cty.Type, *argError) {
	if err := arity(n, count); err != nil {
		return cty.NilType, err
	}
	t := n.args[0].typ()
	if !t.IsMapType() {
		return cty.NilType, argErrorf(0, "takes a map; this is %s", typeName(t))
	}
	return t.ElementType(), nil
}
