package hosttest

import (
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// Lines prints a value for comparison in tests, a line per leaf, sorted by path: "mode = 0644 (/etc/passwd)",
// "size = unknown: no such file".
func Lines(v facts.Value) string {
	var b strings.Builder
	lines(&b, v, v.Value, "")
	return b.String()
}

// Leaf prints the one attribute at a dotted path ("configured.value", "[0].mode") in the form of Lines, without the
// path and origin: a known value, or "unknown: reason".
func Leaf(v facts.Value, path string) string {
	for line := range strings.Lines(Lines(v)) {
		p, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if p == path {
			if i := strings.LastIndex(rest, "  ("); i >= 0 && !strings.HasPrefix(rest, "unknown") {
				rest = rest[:i]
			}
			return rest
		}
	}
	return "no such path"
}

func lines(b *strings.Builder, v facts.Value, at cty.Value, path string) {
	t := at.Type()
	switch {
	case !at.IsKnown():
		fmt.Fprintf(b, "%s = unknown: %s\n", path, v.ReasonOf(path))
	case at.IsNull():
		fmt.Fprintf(b, "%s = null\n", path)
	case t.IsObjectType():
		for it := at.ElementIterator(); it.Next(); {
			k, e := it.Element()
			lines(b, v, e, facts.JoinAttr(path, k.AsString()))
		}
	case t.IsMapType():
		for it := at.ElementIterator(); it.Next(); {
			k, e := it.Element()
			lines(b, v, e, facts.JoinKey(path, k.AsString()))
		}
	case t.IsListType():
		if at.LengthInt() == 0 {
			fmt.Fprintf(b, "%s = []%s\n", path, origin(v, path))
		}
		i := 0
		for it := at.ElementIterator(); it.Next(); i++ {
			_, e := it.Element()
			lines(b, v, e, facts.JoinIndex(path, i))
		}
	default:
		fmt.Fprintf(b, "%s = %s%s\n", path, leaf(at), origin(v, path))
	}
}

func leaf(v cty.Value) string {
	switch v.Type() {
	case cty.String:
		return v.AsString()
	case cty.Bool:
		return fmt.Sprint(v.True())
	}
	return v.AsBigFloat().Text('f', -1)
}

func origin(v facts.Value, path string) string {
	o := v.OriginOf(path)
	if o.IsZero() {
		return ""
	}
	return "  (" + o.String() + ")"
}
