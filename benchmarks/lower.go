package benchmarks

import (
	"maps"
	"math/big"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// lower makes a cty value of one that is wholly known, of the type given.
func lower(v value, t cty.Type) cty.Value {
	switch v.kind {
	case kString:
		return cty.StringVal(v.s)
	case kBool:
		return cty.BoolVal(v.b)
	case kNumber:
		return lowerNumber(v)
	case kObject:
		attrs := make(map[string]cty.Value, len(v.c.names))
		for i, name := range v.c.names {
			attrs[name] = lower(v.attr(i, name), t.AttributeType(name))
		}
		return cty.ObjectVal(attrs)
	case kList:
		items := v.elements()
		if len(items) == 0 {
			return cty.ListValEmpty(t.ElementType())
		}
		out := make([]cty.Value, len(items))
		for i, e := range items {
			out[i] = lower(e.value, t.ElementType())
		}
		return cty.ListVal(out)
	case kMap:
		m, _ := v.entries()
		if len(m) == 0 {
			return cty.MapValEmpty(t.ElementType())
		}
		out := make(map[string]cty.Value, len(m))
		for k, e := range m {
			out[k] = lower(e, t.ElementType())
		}
		return cty.MapVal(out)
	}
	return cty.UnknownVal(t)
}

func lowerNumber(v value) cty.Value { return cty.NumberVal(new(big.Float).Copy(v.n)) }

// maxLeaves bounds how much of a value goes into evidence; of larger ones it is said how large they are.
const maxLeaves = 64

// plain is a value as JSON has it: what is unknown is nil, and what is large says only how large it is.
func (v value) plain() any {
	if v.leaves(maxLeaves) > maxLeaves {
		switch v.kind {
		case kList:
			return map[string]any{"elements": len(v.elements())}
		case kMap:
			m, _ := v.entries()
			return map[string]any{"elements": len(m)}
		case kObject:
			return map[string]any{"attributes": len(v.c.names)}
		}
	}
	return v.whole()
}

// whole is plain for all of a value.
func (v value) whole() any {
	switch v.kind {
	case kString:
		return clip(v.s, maxShownText)
	case kBool:
		return v.b
	case kNumber:
		return plainNumber(v.n)
	case kObject:
		out := make(map[string]any, len(v.c.names))
		for i, name := range v.c.names {
			out[name] = v.attr(i, name).whole()
		}
		return out
	case kList:
		out := []any{}
		for _, e := range v.elements() {
			out = append(out, e.whole())
		}
		return out
	case kMap:
		m, _ := v.entries()
		out := make(map[string]any, len(m))
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out[k] = m[k].whole()
		}
		return out
	}
	return nil
}

func plainNumber(n *big.Float) any {
	if i, acc := n.Int64(); acc == big.Exact {
		return i
	}
	f, _ := n.Float64()
	return f
}

// leaves counts scalars, up to a bound.
func (v value) leaves(bound int) int {
	total := 0
	switch v.kind {
	case kObject:
		for i, name := range v.c.names {
			if total += v.attr(i, name).leaves(bound); total > bound {
				return total
			}
		}
	case kList:
		for _, e := range v.elements() {
			if total += e.leaves(bound); total > bound {
				return total
			}
		}
	case kMap:
		m, _ := v.entries()
		for _, e := range m {
			if total += e.leaves(bound); total > bound {
				return total
			}
		}
	default:
		return 1
	}
	return max(1, total)
}

// maxShownText bounds a string in evidence, in bytes.
const maxShownText = 4096

// clip shortens a text to n bytes at most, at the start of a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
