package facts

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// Encode turns what a source returned into a Value of the shape of its type. Strings that are not UTF-8 have
// their invalid bytes replaced by U+FFFD: a policy sees that something is odd, and a report stays printable.
func Encode[T any](native T) Value {
	e := &encoder{}
	v := e.encode(reflect.ValueOf(&native).Elem(), planFor(reflect.TypeFor[T]()), "", "")
	return Value{Value: v, Origins: e.origins, Reasons: e.reasons, native: native}
}

// manyItems is from how many on a slice is encoded by all processors: half of the time goes into cty's own types, which
// can't be made once for all.
const manyItems = 256

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
	items := make([]cty.Value, n, n+1)
	workers := 1
	if n >= manyItems {
		workers = runtime.GOMAXPROCS(0)
	}
	parts, panics := make([]encoder, workers), make([]any, workers) // each of one stretch, in order
	var wg sync.WaitGroup
	for w := range parts {
		stretch := func() {
			defer func() { panics[w] = recover() }()
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				items[i] = parts[w].encode(v.Index(i), elem, JoinIndex(path, i), missing)
			}
		}
		if w == workers-1 {
			stretch()
		} else {
			wg.Go(stretch)
		}
	}
	wg.Wait()
	for w, p := range parts {
		if panics[w] != nil {
			panic(panics[w]) // where whoever reads the source catches it
		}
		e.origins, e.reasons = append(e.origins, p.origins...), append(e.reasons, p.reasons...)
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
