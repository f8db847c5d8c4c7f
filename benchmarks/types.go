package benchmarks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/zclconf/go-cty/cty"
)

// The types of the language are cty's: string, number, bool, list(T), map(T) and objects. An element type of
// cty.DynamicPseudoType stands only in the type of an empty list or map literal: it fits every other.
// cty.NilType is the type of what did not compile; nothing more is said about it.

func isBad(t cty.Type) bool { return t == cty.NilType }

func isScalar(t cty.Type) bool { return t == cty.String || t == cty.Number || t == cty.Bool }

// typeName is a type as diagnostics speak of it.
func typeName(t cty.Type) string {
	switch {
	case isBad(t):
		return "something that did not compile"
	case t == cty.DynamicPseudoType:
		return "anything"
	case t.IsListType():
		if t.ElementType() == cty.DynamicPseudoType {
			return "an empty list"
		}
		return "list(" + bareTypeName(t.ElementType()) + ")"
	case t.IsMapType():
		return "map(" + bareTypeName(t.ElementType()) + ")"
	case t.IsObjectType():
		return "an object"
	}
	return "a " + t.FriendlyName()
}

func bareTypeName(t cty.Type) string {
	n := strings.TrimPrefix(strings.TrimPrefix(typeName(t), "an "), "a ")
	if t.IsObjectType() {
		if names := attrNames(t); len(names) > 0 && len(names) <= 6 {
			return "object with " + strings.Join(names, ", ")
		}
	}
	return n
}

// unify is the one type that two are, where the element of an empty literal is taken from the other.
func unify(a, b cty.Type) (cty.Type, bool) {
	switch {
	case a == cty.DynamicPseudoType:
		return b, true
	case b == cty.DynamicPseudoType:
		return a, true
	case a.IsListType() && b.IsListType():
		e, ok := unify(a.ElementType(), b.ElementType())
		if !ok {
			return cty.NilType, false
		}
		return cty.List(e), true
	case a.IsMapType() && b.IsMapType():
		e, ok := unify(a.ElementType(), b.ElementType())
		if !ok {
			return cty.NilType, false
		}
		return cty.Map(e), true
	case a.IsObjectType() && b.IsObjectType():
		return unifyObjects(a, b)
	}
	return a, a.Equals(b)
}

func unifyObjects(a, b cty.Type) (cty.Type, bool) {
	x, y := a.AttributeTypes(), b.AttributeTypes()
	if len(x) != len(y) {
		return cty.NilType, false
	}
	attrs := make(map[string]cty.Type, len(x))
	for name, t := range x {
		u, ok := y[name]
		if !ok {
			return cty.NilType, false
		}
		if attrs[name], ok = unify(t, u); !ok {
			return cty.NilType, false
		}
	}
	return cty.Object(attrs), true
}

// concrete tells whether a type is one that the language knows, all through.
func concrete(t cty.Type) bool {
	switch {
	case isScalar(t):
		return true
	case t.IsListType(), t.IsMapType():
		return concrete(t.ElementType())
	case t.IsObjectType():
		for _, a := range t.AttributeTypes() {
			if !concrete(a) {
				return false
			}
		}
		return true
	}
	return false
}

// didYouMean is a sentence that suggests the name nearest to one that is not there; empty when none is near.
func didYouMean(name string, names []string) string {
	if s := nearest(name, names); s != "" {
		return fmt.Sprintf(" Did you mean %q?", s)
	}
	return ""
}

func nearest(name string, names []string) string {
	best, distance := "", 1+max(2, len(name)/3)
	for _, n := range slices.Sorted(slices.Values(names)) {
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(n), nil)
		if d < distance {
			best, distance = n, d
		}
	}
	return best
}
