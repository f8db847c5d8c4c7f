package actions

import "github.com/zclconf/go-cty/cty"

// text is a string attribute of a fact; empty when it is not known.
func text(v cty.Value, name string) string {
	if a, ok := attribute(v, name); ok && a.Type() == cty.String {
		return a.AsString()
	}
	return ""
}

// yes tells whether a bool attribute is known to be true.
func yes(v cty.Value, name string) bool {
	a, ok := attribute(v, name)
	return ok && a.Type() == cty.Bool && a.True()
}

// number is a number attribute, if it is known.
func number(v cty.Value, name string) (int64, bool) {
	a, ok := attribute(v, name)
	if !ok || a.Type() != cty.Number {
		return 0, false
	}
	n, _ := a.AsBigFloat().Int64()
	return n, true
}

// items are the known elements of a list attribute, and whether all are.
func items(v cty.Value, name string) (out []cty.Value, complete bool) {
	a, ok := attribute(v, name)
	if !ok {
		return nil, false
	}
	return elements(a)
}

// elements are the known elements of a list, and whether all are.
func elements(list cty.Value) (out []cty.Value, complete bool) {
	list, _ = list.UnmarkDeep()
	if !list.IsKnown() || list.IsNull() || !list.CanIterateElements() {
		return nil, false
	}
	complete = true
	for it := list.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if !e.IsKnown() || e.IsNull() {
			complete = false
			continue
		}
		out = append(out, e)
	}
	return out, complete
}

// texts are the known strings of a list attribute.
func texts(v cty.Value, name string) []string {
	list, _ := items(v, name)
	var out []string
	for _, e := range list {
		if e.Type() == cty.String {
			out = append(out, e.AsString())
		}
	}
	return out
}

func attribute(v cty.Value, name string) (cty.Value, bool) {
	v, _ = v.UnmarkDeep()
	if !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
		return cty.NilVal, false
	}
	a := v.GetAttr(name)
	return a, a.IsKnown() && !a.IsNull()
}
