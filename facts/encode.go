package facts

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Encode turns what a source returned into a Value of the shape of its type. Strings that are not UTF-8 have
// their invalid bytes replaced by U+FFFD: a policy sees that something is odd, and a report stays printable.
func Encode[T any](native T) Value {
	e := &encoder{}
	v := e.encode(reflect.ValueOf(&native).Elem(), planFor(reflect.TypeFor[T]()), "", "")
	return Value{Value: v, Origins: e.origins, Reasons: e.reasons, native: native}
}

type encoder struct {
	origins []Origin
	reasons []Reason
}

func (e *encoder) originAt(path string, o Origin) {
	if !o.IsZero() {
		o.Path = path
		e.origins = append(e.origins, o)
	}
}

func (e *encoder) unknown(t cty.Type, path, reason, missing string) cty.Value {
	if reason == "" {
		reason = missing
	}
	if reason == "" {
		reason = "not determined"
	}
	e.reasons = append(e.reasons, Reason{Path: path, Text: reason})
	return cty.UnknownVal(t)
}

// encode builds the value at path; missing is the enclosing struct's reason for what was left unknown.
func (e *encoder) encode(v reflect.Value, p *plan, path, missing string) cty.Value {
	switch p.kind {
	case kindString:
		return cty.StringVal(text(v.String()))
	case kindBool:
		return cty.BoolVal(v.Bool())
	case kindInt:
		return cty.NumberIntVal(v.Int())
	case kindUint:
		return cty.NumberUIntVal(v.Uint())
	case kindFloat:
		return cty.NumberFloatVal(v.Float())
	case kindStruct:
		return e.encodeStruct(v, p, path)
	case kindSlice:
		return e.encodeItems(v, p.elem, path, missing, "")
	case kindMap:
		return e.encodeMap(v, p.elem, path, missing)
	case kindV:
		value, origin, reason, known := v.Interface().(unwrapV).parts()
		if !known {
			return e.unknown(p.typ, path, reason, missing)
		}
		e.originAt(path, origin)
		return e.encode(reflect.ValueOf(value), p.elem, path, missing)
	case kindList:
		items, origin, reason, state := v.Interface().(unwrapList).listParts()
		switch state {
		case listUnknown:
			return e.unknown(p.typ, path, reason, missing)
		case listComplete:
			reason = ""
		case listPartial:
			if reason == "" {
				reason = "not read to its end"
			}
		}
		e.originAt(path, origin)
		return e.encodeItems(reflect.ValueOf(items), p.elem, path, missing, reason)
	}
	panic(fmt.Sprintf("facts: no encoding for kind %d", p.kind))
}

func (e *encoder) encodeStruct(v reflect.Value, p *plan, path string) cty.Value {
	var missing string
	if p.missing >= 0 {
		missing = v.Field(p.missing).String()
	}
	if p.origin >= 0 {
		e.originAt(path, v.Field(p.origin).Interface().(Origin))
	}
	attrs := make(map[string]cty.Value, len(p.fields))
	for _, f := range p.fields {
		attrs[f.name] = e.encode(v.FieldByIndex(f.index), f.plan, JoinAttr(path, f.name), missing)
	}
	return cty.ObjectVal(attrs)
}

// encodeItems encodes a slice; a reason adds the unknown element that says the list goes on unread.
func (e *encoder) encodeItems(v reflect.Value, elem *plan, path, missing, reason string) cty.Value {
	n := v.Len()
	items := make([]cty.Value, 0, n+1)
	for i := range n {
		items = append(items, e.encode(v.Index(i), elem, JoinIndex(path, i), missing))
	}
	if reason != "" {
		items = append(items, e.unknown(elem.typ, JoinIndex(path, n), reason, ""))
	}
	if len(items) == 0 {
		return cty.ListValEmpty(elem.typ)
	}
	return cty.ListVal(items)
}

func (e *encoder) encodeMap(v reflect.Value, elem *plan, path, missing string) cty.Value {
	if v.Len() == 0 {
		return cty.MapValEmpty(elem.typ)
	}
	items := make(map[string]cty.Value, v.Len())
	for it := v.MapRange(); it.Next(); {
		key := text(it.Key().String())
		items[key] = e.encode(it.Value(), elem, JoinKey(path, key), missing)
	}
	return cty.MapVal(items)
}

// text makes a string fit for cty and for a report: valid UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
