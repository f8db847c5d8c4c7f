package actions

import "github.com/zclconf/go-cty/cty"

// isTrue tells whether an attribute of a fact is known to be true.
func isTrue(v cty.Value, name string) bool {
	a := attr(v, name)
	return a.IsKnown() && !a.IsNull() && a.Type() == cty.Bool && a.True()
}

// textOf is a known text of a fact; empty when it is unknown.
func textOf(v cty.Value, name string) string {
	a := attr(v, name)
	if !a.IsKnown() || a.IsNull() || a.Type() != cty.String {
		return ""
	}
	return a.AsString()
}

func attr(v cty.Value, name string) cty.Value {
	if !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
		return cty.UnknownVal(cty.DynamicPseudoType)
	}
	return v.GetAttr(name)
}
