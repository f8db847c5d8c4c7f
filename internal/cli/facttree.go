package cli

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// factTree prints a value for people: a line per attribute, with its origin where that differs from what encloses it.
func (p *program) factTree(d facts.Descriptor, key facts.Key, v facts.Value) error {
	t := &tree{page: p.page(), value: v, order: map[string]int{}}
	for i, a := range d.Shape.Attrs {
		t.order[a.Path] = i
	}
	t.line(0, piece{key.String(), "1"}, piece{t.origin("", facts.Origin{}), "2"})
	t.children(2, v.Value, "", "", v.OriginOf(""))
	return t.end()
}

type tree struct {
	*page
	value facts.Value
	order map[string]int // of attributes, by their path in the shape
}

// origin is where the value at path was read, unless the enclosing value was read there, too.
func (t *tree) origin(path string, outer facts.Origin) string {
	o := t.value.OriginOf(path)
	if o.IsZero() || (o.Source == outer.Source && o.Line == outer.Line) {
		return ""
	}
	return "   " + o.String()
}

// node prints one named value; path is its own, shape that of its kind in the descriptor.
func (t *tree) node(indent int, name string, v cty.Value, path, shape string, outer facts.Origin) {
	label, origin := piece{name, ""}, piece{t.origin(path, outer), "2"}
	switch {
	case !v.IsKnown():
		t.line(indent, label, piece{" = ", "2"}, piece{"unknown: " + t.value.ReasonOf(path), "33"})
	case v.IsNull():
		t.line(indent, label, piece{" = null", "2"})
	case v.Type().IsPrimitiveType():
		t.line(indent, label, piece{" = ", "2"}, piece{leaf(v), ""}, origin)
	case !v.Type().IsObjectType() && v.LengthInt() == 0:
		t.line(indent, label, piece{" = ", "2"}, piece{"none", ""}, origin)
	default:
		t.line(indent, label, origin)
		t.children(indent+2, v, path, shape, t.value.OriginOf(path))
	}
}

func (t *tree) children(indent int, v cty.Value, path, shape string, outer facts.Origin) {
	switch {
	case v == cty.NilVal || !v.IsKnown():
		t.line(indent, piece{"unknown: " + t.value.ReasonOf(path), "33"})
	case v.IsNull() || v.Type().IsPrimitiveType():
		t.line(indent, piece{leaf(v), ""})
	case v.Type().IsObjectType():
		for _, name := range t.attributes(v, shape) {
			t.node(indent, name, v.GetAttr(name), facts.JoinAttr(path, name), facts.JoinAttr(shape, name), outer)
		}
	case v.LengthInt() == 0:
		t.line(indent, piece{"none", ""})
	case v.Type().IsMapType():
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			t.node(indent, k.AsString(), e, facts.JoinKey(path, k.AsString()), shape+"[]", outer)
		}
	default:
		i := 0
		for it := v.ElementIterator(); it.Next(); i++ {
			_, e := it.Element()
			t.node(indent, "["+strconv.Itoa(i)+"]", e, facts.JoinIndex(path, i), shape+"[]", outer)
		}
	}
}

// attributes are an object's, in the order in which the fact declares them.
func (t *tree) attributes(v cty.Value, shape string) []string {
	var names []string
	for name := range v.Type().AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.SortStableFunc(names, func(a, b string) int {
		return t.order[facts.JoinAttr(shape, a)] - t.order[facts.JoinAttr(shape, b)]
	})
	return names
}

func leaf(v cty.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return strconv.Quote(v.AsString())
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	}
	return v.AsBigFloat().Text('f', -1)
}

// factJSON prints a value for machines. JSON can't say "unknown": such a value is null, and its path is in unknown,
// with the reason; no null means anything else.
func (p *program) factJSON(key facts.Key, v facts.Value) error {
	out := struct {
		Fact    string            `json:"fact"`
		Subject string            `json:"subject"`
		Value   any               `json:"value"`
		Unknown map[string]string `json:"unknown"`
		Origins map[string]string `json:"origins"`
	}{key.Fact, key.Subject, nil, map[string]string{}, map[string]string{}}
	out.Value = plainValue(v, v.Value, "", out.Unknown)
	for _, o := range v.Origins {
		out.Origins[o.Path] = o.String()
	}
	return p.json(out)
}

func plainValue(whole facts.Value, v cty.Value, path string, unknown map[string]string) any {
	switch {
	case v == cty.NilVal || !v.IsKnown():
		unknown[path] = whole.ReasonOf(path)
		return nil
	case v.IsNull():
		return nil
	case v.Type().IsPrimitiveType():
		b, err := ctyjson.Marshal(v, v.Type())
		if err != nil {
			unknown[path] = err.Error()
			return nil
		}
		return rawJSON(bytes.TrimSpace(b))
	case v.Type().IsObjectType():
		out := map[string]any{}
		for name := range v.Type().AttributeTypes() {
			out[name] = plainValue(whole, v.GetAttr(name), facts.JoinAttr(path, name), unknown)
		}
		return out
	case v.Type().IsMapType():
		out := map[string]any{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			out[k.AsString()] = plainValue(whole, e, facts.JoinKey(path, k.AsString()), unknown)
		}
		return out
	}
	out := []any{}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		out = append(out, plainValue(whole, e, facts.JoinIndex(path, len(out)), unknown))
	}
	return out
}

// rawJSON is JSON that is there already.
type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }
