package benchmarks

import (
	"math/big"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// kind is what a value is at run time. The zero kind is unknown: whatever was not determined decides nothing.
type kind uint8

const (
	kUnknown kind = iota
	kString
	kNumber
	kBool
	kList
	kObject
	kMap
)

// value is what an expression comes to. It is not a cty.Value because it must say two things that cty can't: where it
// lies in a fact (at), and of a list's element that it is perhaps not there (item.count). Its type is that of the node
// which made it.
type value struct {
	kind kind
	b    bool       // the bool; of an unknown value, that it is at risk (see risk.go)
	s    string     // the string; of an unknown value the reason, where at does not give one
	n    *big.Float // never changed once set
	c    *comp
	at   *place
}

// count says how many elements of a list an item stands for.
type count uint8

const (
	one   count = iota // it is there
	maybe              // it is there or not
	many               // any number of elements, none included: what was not read of a collection
)

type item struct {
	value
	count count
	doubt *value // why an item is perhaps not there, where an expression left that open
}

// why is unknown for the reason why an item is perhaps not there.
func (e item) why() value {
	if e.doubt != nil {
		return *e.doubt
	}
	if u, ok := e.firstUnknown(); ok {
		return u
	}
	return unknownValue("whether an element belongs to the list could not be decided")
}

// comp is the inside of a list, object or map. Those of facts are taken apart on first use, and shared by all controls.
type comp struct {
	raw    cty.Value // of a fact
	lifted bool      // there is a raw
	risk   bool      // see risk.go
	at     *place
	names  []string // of an object, sorted
	once   sync.Once
	items  []item
	m      map[string]value
	fields atomic.Pointer[[]field]
	made   []value // of an object that a policy made, in the order of names
}

// field caches one attribute of a fact's object.
type field struct {
	state atomic.Uint32 // 0 empty, 1 being written, 2 there
	v     value
}

// place is where a value lies inside a fact. Paths are spelled out only when they are shown.
type place struct {
	parent *place
	fact   *fact  // of the outermost place
	name   string // attribute or key
	index  int
	step   placeStep
}

type placeStep uint8

const (
	stepRoot placeStep = iota
	stepAttr
	stepIndex
	stepKey
)

// fact is one fact as the evaluation has read it.
type fact struct {
	key   facts.Key
	value facts.Value
	top   value

	once    sync.Once
	origins map[string]facts.Origin // by path, for facts of many elements
}

func newFact(key facts.Key, v facts.Value, want cty.Type) *fact {
	if v.Value == cty.NilVal || !v.Type().Equals(want) {
		v = conformTo(v, want)
	}
	f := &fact{key: key, value: v}
	f.top = lift(v.Value, &place{fact: f})
	return f
}

// conformTo fits what a source answered to what its descriptor promised.
func conformTo(v facts.Value, want cty.Type) facts.Value {
	if v.Value == cty.NilVal || !v.IsKnown() {
		reason := v.ReasonOf("")
		if reason == "" {
			reason = "not determined"
		}
		return facts.UnknownValue(want, reason)
	}
	return facts.Conform(v, want, "the source answered with another type, which is a bug")
}

func (p *place) path() string {
	switch p.step {
	case stepAttr:
		return facts.JoinAttr(p.parent.path(), p.name)
	case stepIndex:
		return facts.JoinIndex(p.parent.path(), p.index)
	case stepKey:
		return facts.JoinKey(p.parent.path(), p.name)
	}
	return ""
}

func (p *place) root() *fact {
	for p.parent != nil {
		p = p.parent
	}
	return p.fact
}

// String is the place as a policy would write it.
func (p *place) String() string {
	key, path := p.root().key.String(), p.path()
	if path == "" || path[0] == '[' {
		return key + path
	}
	return key + "." + path
}

// origin is where the value was read: its own origin, or that of the nearest place around it.
func (p *place) origin() facts.Origin {
	f := p.root()
	f.once.Do(func() {
		f.origins = make(map[string]facts.Origin, len(f.value.Origins))
		for _, o := range f.value.Origins {
			if _, twice := f.origins[o.Path]; !twice {
				f.origins[o.Path] = o
			}
		}
	})
	for ; p != nil; p = p.parent {
		if o, ok := f.origins[p.path()]; ok {
			return o
		}
	}
	return facts.Origin{}
}

// reason says why a value is unknown.
func (v value) reason() string {
	if v.s != "" || v.at == nil {
		return v.s
	}
	if r := v.at.root().value.ReasonOf(v.at.path()); r != "" {
		return r
	}
	return "not determined"
}

func stringValue(s string) value       { return value{kind: kString, s: s} }
func boolValue(b bool) value           { return value{kind: kBool, b: b} }
func numberValue(n *big.Float) value   { return value{kind: kNumber, n: n} }
func intValue(n int) value             { return numberValue(new(big.Float).SetInt64(int64(n))) }
func unknownValue(reason string) value { return value{s: reason} }
func listValue(items []item) value     { return value{kind: kList, c: &comp{items: items}} }
func mapValue(m map[string]value) value {
	return value{kind: kMap, c: &comp{m: m}}
}
func objectValue(names []string, fields []value) value {
	return value{kind: kObject, c: &comp{names: names, made: fields}}
}

// stringList is a list of strings that is wholly known.
func stringList(list []string) value {
	items := make([]item, len(list))
	for i, s := range list {
		items[i].value = stringValue(s)
	}
	return listValue(items)
}

// lift makes a value of one that lies in a fact; at is nil for a policy's own constants.
func lift(v cty.Value, at *place) value {
	if !v.IsKnown() {
		return value{at: at}
	}
	if v.IsNull() {
		return value{s: "null", at: at}
	}
	switch t := v.Type(); {
	case t == cty.String:
		return value{kind: kString, s: v.AsString(), at: at}
	case t == cty.Bool:
		return value{kind: kBool, b: v.True(), at: at}
	case t == cty.Number:
		return value{kind: kNumber, n: v.AsBigFloat(), at: at}
	case t.IsListType(), t.IsSetType():
		return value{kind: kList, c: &comp{raw: v, lifted: true, at: at}, at: at}
	case t.IsMapType():
		return value{kind: kMap, c: &comp{raw: v, lifted: true, at: at}, at: at}
	case t.IsObjectType():
		return value{kind: kObject, c: &comp{raw: v, lifted: true, at: at, names: attrNames(t)}, at: at}
	}
	return value{s: "of a type that policies do not know", at: at}
}

// attrNames are an object type's attributes in the order in which objects keep them.
func attrNames(t cty.Type) []string {
	types := t.AttributeTypes()
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// elements are the items of a list. An unknown list may hold anything, any number of times.
func (v value) elements() []item {
	if v.kind != kList {
		return []item{{value: v.same(), count: many}}
	}
	c := v.c
	if c.lifted {
		c.once.Do(c.liftItems)
	}
	return c.items
}

func (c *comp) liftItems() {
	raw := c.raw.AsValueSlice()
	c.items = make([]item, len(raw))
	var names []string
	if t := c.raw.Type().ElementType(); t.IsObjectType() {
		names = attrNames(t)
	}
	var places []place
	if c.at != nil {
		places = make([]place, len(raw))
	}
	comps := make([]comp, len(raw))
	for i, e := range raw {
		var at *place
		if places != nil {
			at = &places[i]
			*at = place{parent: c.at, index: i, step: stepIndex}
		}
		if names != nil && e.IsKnown() && !e.IsNull() {
			comps[i].raw, comps[i].lifted, comps[i].at, comps[i].names = e, true, at, names
			c.items[i].value = value{kind: kObject, c: &comps[i], at: at}
			continue
		}
		c.items[i].value = lift(e, at)
	}
	// The convention of facts.Value: what was not read of a collection is one unknown element at its end.
	if n := len(raw); n > 0 && c.items[n-1].kind == kUnknown {
		c.items[n-1].count = many
	}
}

// entries are the elements of a map; ok is false when it is unknown.
func (v value) entries() (m map[string]value, ok bool) {
	if v.kind != kMap {
		return nil, false
	}
	c := v.c
	if c.lifted {
		c.once.Do(func() {
			c.m = make(map[string]value, c.raw.LengthInt())
			for it := c.raw.ElementIterator(); it.Next(); {
				k, e := it.Element()
				name := k.AsString()
				var at *place
				if c.at != nil {
					at = &place{parent: c.at, name: name, step: stepKey}
				}
				c.m[name] = lift(e, at)
			}
		})
	}
	return c.m, true
}

// attr is an object's attribute, by its position among the sorted names.
func (v value) attr(i int, name string) value {
	if v.kind != kObject {
		if v.at == nil {
			return v.same()
		}
		return value{s: v.s, b: v.b, at: &place{parent: v.at, name: name, step: stepAttr}}
	}
	c := v.c
	if !c.lifted {
		return c.made[i]
	}
	fields := c.fields.Load()
	if fields == nil {
		fresh := make([]field, len(c.names))
		if c.fields.CompareAndSwap(nil, &fresh) {
			fields = &fresh
		} else {
			fields = c.fields.Load()
		}
	}
	f := &(*fields)[i]
	if f.state.Load() == 2 {
		return f.v
	}
	var at *place
	if c.at != nil {
		at = &place{parent: c.at, name: name, step: stepAttr}
	}
	got := lift(c.raw.GetAttr(name), at)
	if f.state.CompareAndSwap(0, 1) {
		f.v = got
		f.state.Store(2)
	}
	return got
}

// certain tells whether nothing inside the value is unknown.
func (v value) certain() bool {
	switch v.kind {
	case kUnknown:
		return false
	case kList:
		for _, e := range v.elements() {
			if e.count != one || !e.certain() {
				return false
			}
		}
	case kMap:
		m, _ := v.entries()
		for _, e := range m {
			if !e.certain() {
				return false
			}
		}
	case kObject:
		for i, name := range v.c.names {
			if !v.attr(i, name).certain() {
				return false
			}
		}
	}
	return true
}

// firstUnknown finds an unknown inside a value, for its reason.
func (v value) firstUnknown() (value, bool) {
	switch v.kind {
	case kUnknown:
		return v, true
	case kList:
		for _, e := range v.elements() {
			if e.count != one {
				return e.why(), true
			}
			if u, ok := e.firstUnknown(); ok {
				return u, true
			}
		}
	case kMap:
		m, _ := v.entries()
		for _, e := range m {
			if u, ok := e.firstUnknown(); ok {
				return u, true
			}
		}
	case kObject:
		for i, name := range v.c.names {
			if u, ok := v.attr(i, name).firstUnknown(); ok {
				return u, true
			}
		}
	}
	return value{}, false
}

// lengths bounds how many elements a list has; most is -1 when there is no bound.
func lengths(items []item) (least, most int) {
	for _, e := range items {
		switch e.count {
		case one:
			least++
			if most >= 0 {
				most++
			}
		case maybe:
			if most >= 0 {
				most++
			}
		case many:
			most = -1
		}
	}
	return least, most
}

// tri is the outcome of a comparison.
type tri uint8

const (
	undecided tri = iota
	yes
	no
)

func triOf(b bool) tri {
	if b {
		return yes
	}
	return no
}

func (t tri) and(u tri) tri {
	switch {
	case t == no || u == no:
		return no
	case t == yes && u == yes:
		return yes
	}
	return undecided
}

// equal compares two values of one type. It is undecided unless every way to fill in what is unknown gives the same
// answer.
func equal(a, b value) tri {
	if a.kind == kUnknown || b.kind == kUnknown {
		return undecided
	}
	switch a.kind {
	case kString:
		return triOf(a.s == b.s)
	case kBool:
		return triOf(a.b == b.b)
	case kNumber:
		return triOf(a.n.Cmp(b.n) == 0)
	case kList:
		return equalItems(a.elements(), b.elements())
	case kObject:
		all := yes
		for i, name := range a.c.names {
			all = all.and(equal(a.attr(i, name), b.attr(i, name)))
			if all == no {
				return no
			}
		}
		return all
	}
	return equalMaps(a, b)
}

func equalMaps(a, b value) tri {
	x, _ := a.entries()
	y, _ := b.entries()
	if len(x) != len(y) {
		return no
	}
	all := yes
	for k, e := range x {
		f, ok := y[k]
		if !ok {
			return no
		}
		all = all.and(equal(e, f))
	}
	return all
}

func equalItems(a, b []item) tri {
	leastA, mostA := lengths(a)
	leastB, mostB := lengths(b)
	if mostA >= 0 && mostA < leastB || mostB >= 0 && mostB < leastA {
		return no
	}
	all := yes
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i].count != one || b[i].count != one {
			return undecided // positions behind it are not certain
		}
		if all = all.and(equal(a[i].value, b[i].value)); all == no {
			return no
		}
	}
	if len(a) != len(b) {
		return undecided // the longer one ends in elements that are perhaps not there
	}
	return all
}
