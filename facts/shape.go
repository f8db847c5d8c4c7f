package facts

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// Shape is the type of a fact with the documentation of its attributes.
type Shape struct {
	Type  cty.Type
	Attrs []Attr // in the order of declaration; nested attributes follow their parent
}

// Attr documents one attribute: Path is relative to the fact, with [] for "each element".
type Attr struct {
	Path string
	Type cty.Type
	Doc  string
}

// ShapeOf derives a fact's shape from the Go type its source returns. Struct fields carry
//
//	`fact:"name" doc:"What it says, with its unit."`
//
// Fields of type [Origin] and [Missing] are not attributes: they speak for the whole struct. The attributes of an
// embedded struct are those of the struct around it, whose Origin and Missing speak for them. A type that can't be a
// fact is a programmer's mistake and panics.
func ShapeOf[T any]() Shape {
	p := planFor(reflect.TypeFor[T]())
	s := Shape{Type: p.typ}
	p.document("", &s.Attrs)
	return s
}

type kind int

const (
	kindString kind = iota
	kindBool
	kindInt
	kindUint
	kindFloat
	kindStruct
	kindSlice
	kindMap
	kindV
	kindList
)

// plan is how a Go type becomes a cty value; made once per type.
type plan struct {
	kind    kind
	typ     cty.Type
	fields  []planField
	elem    *plan // slice, map, V, List
	origin  int   // index of the Origin field, -1 when none
	missing int   // index of the Missing field, -1 when none
}

type planField struct {
	index []int // of the field, through embedded structs
	name  string
	doc   string
	plan  *plan
}

var (
	plans sync.Map // reflect.Type -> *plan

	originType  = reflect.TypeFor[Origin]()
	missingType = reflect.TypeFor[Missing]()
)

type unwrapV interface {
	parts() (any, Origin, string, bool)
}
type unwrapList interface {
	listParts() (any, Origin, string, listState)
}

var (
	unwrapVType    = reflect.TypeFor[unwrapV]()
	unwrapListType = reflect.TypeFor[unwrapList]()
)

func planFor(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type) *plan {
	switch {
	case t.Implements(unwrapVType):
		e := planFor(t.Field(0).Type)
		return &plan{kind: kindV, typ: e.typ, elem: e}
	case t.Implements(unwrapListType):
		e := planFor(t.Field(0).Type.Elem())
		return &plan{kind: kindList, typ: cty.List(e.typ), elem: e}
	}
	switch t.Kind() {
	case reflect.String:
		return &plan{kind: kindString, typ: cty.String}
	case reflect.Bool:
		return &plan{kind: kindBool, typ: cty.Bool}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{kind: kindInt, typ: cty.Number}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{kind: kindUint, typ: cty.Number}
	case reflect.Float64:
		return &plan{kind: kindFloat, typ: cty.Number}
	case reflect.Slice:
		e := planFor(t.Elem())
		return &plan{kind: kindSlice, typ: cty.List(e.typ), elem: e}
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			panic(fmt.Sprintf("facts: %v: a map's key must be a string", t))
		}
		e := planFor(t.Elem())
		return &plan{kind: kindMap, typ: cty.Map(e.typ), elem: e}
	case reflect.Struct:
		return makeStructPlan(t)
	}
	panic(fmt.Sprintf("facts: %v can't be part of a fact", t))
}

func makeStructPlan(t reflect.Type) *plan {
	p := &plan{kind: kindStruct, origin: -1, missing: -1}
	attrs := map[string]cty.Type{}
	add := func(f planField) {
		if _, twice := attrs[f.name]; twice {
			panic(fmt.Sprintf("facts: %v has two attributes %s", t, f.name))
		}
		attrs[f.name] = f.plan.typ
		p.fields = append(p.fields, f)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Type != originType {
			for _, inner := range embedded(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				add(inner)
			}
			continue
		}
		switch f.Type {
		case originType:
			p.origin = i
			continue
		case missingType:
			p.missing = i
			continue
		}
		name := f.Tag.Get("fact")
		if name == "-" || (name == "" && !f.IsExported()) {
			continue
		}
		if name == "" || !f.IsExported() {
			panic(fmt.Sprintf("facts: %v.%s needs a fact tag and an exported name", t, f.Name))
		}
		add(planField{index: []int{i}, name: name, doc: f.Tag.Get("doc"), plan: planFor(f.Type)})
	}
	p.typ = cty.Object(attrs)
	return p
}

// embedded are the fields of an embedded struct, which has no Origin or Missing of its own.
func embedded(t reflect.Type) []planField {
	p := planFor(t)
	if p.kind != kindStruct || p.origin >= 0 || p.missing >= 0 {
		panic(fmt.Sprintf("facts: %v can't be embedded in a fact", t))
	}
	return p.fields
}

func (p *plan) document(path string, out *[]Attr) {
	switch p.kind {
	case kindV:
		p.elem.document(path, out)
	case kindSlice, kindList, kindMap:
		p.elem.document(path+"[]", out)
	case kindStruct:
		for _, f := range p.fields {
			at := JoinAttr(path, f.name)
			*out = append(*out, Attr{Path: at, Type: f.plan.typ, Doc: f.doc})
			f.plan.document(at, out)
		}
	}
}

// dynamic is the shape's type, or the dynamic type for the zero Shape.
func (s Shape) dynamic() cty.Type {
	if s.Type == cty.NilType {
		return cty.DynamicPseudoType
	}
	return s.Type
}
