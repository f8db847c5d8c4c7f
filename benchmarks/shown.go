package benchmarks

import (
	"maps"
	"slices"
)

// Shown is one named value of a manual control's evidence: what the host can tell the person who judges.
type Shown struct {
	Name    string
	Values  []any  // as JSON has them: a list's elements, or the one value; bounded, Total counts all
	Total   int    // elements that are there for certain
	Unknown string // why it is not known, or not wholly
}

// maxShownValues bounds the values kept of one evidence.
const maxShownValues = 100

// shownOf takes the object that evidence comes to apart.
func shownOf(v value) []Shown {
	if v.kind != kObject {
		return nil
	}
	out := make([]Shown, 0, len(v.c.names))
	for i, name := range v.c.names {
		out = append(out, shownAs(name, v.attr(i, name)))
	}
	return out
}

func shownAs(name string, v value) Shown {
	s := Shown{Name: name}
	switch v.kind {
	case kUnknown:
		s.Unknown = v.reason()
	case kList:
		for _, e := range v.elements() {
			s.add(e)
		}
	case kMap:
		m, _ := v.entries()
		for _, k := range slices.Sorted(maps.Keys(m)) {
			pair := objectValue([]string{k}, []value{m[k]})
			s.add(item{value: pair})
		}
	default:
		s.add(item{value: v})
	}
	return s
}

func (s *Shown) add(e item) {
	switch {
	case e.count != one:
		s.Unknown = e.why().reason()
		return
	case e.kind == kUnknown:
		s.Unknown = e.reason()
		return
	}
	if s.Total++; len(s.Values) < maxShownValues {
		s.Values = append(s.Values, e.plain())
	}
}
