package facts

// V is one attribute of a fact: a value with its origin, or the reason why there is none. The zero V is unknown.
// T is string, bool, an integer or float, a struct, a slice or a map of those.
type V[T any] struct {
	value  T
	origin Origin
	reason string
	known  bool
}

// Known is an attribute whose value was read at origin.
func Known[T any](value T, origin Origin) V[T] {
	return V[T]{value: value, origin: origin, known: true}
}

// Unknown is an attribute that could not be determined; reason is a sentence fragment a person can act on.
func Unknown[T any](reason string) V[T] { return V[T]{reason: reason} }

// Get is the value and whether it is known.
func (v V[T]) Get() (T, bool) { return v.value, v.known }

// Or is the value, or other when it is unknown. Only for display and for what cannot turn a verdict.
func (v V[T]) Or(other T) T {
	if v.known {
		return v.value
	}
	return other
}

// Origin is where the value was read; zero when unknown or not kept.
func (v V[T]) Origin() Origin { return v.origin }

// Reason says why the value is unknown; empty when it is known or no reason was kept.
func (v V[T]) Reason() string { return v.reason }

func (v V[T]) parts() (any, Origin, string, bool) { return v.value, v.origin, v.reason, v.known }

// List is a collection that may have been read only in part. The zero List is wholly unknown.
type List[T any] struct {
	items  []T
	origin Origin
	reason string
	state  listState
}

type listState int

const (
	listUnknown listState = iota
	listPartial
	listComplete
)

// Complete is a collection that was read to its end; it may be empty.
func Complete[T any](items []T, origin Origin) List[T] {
	return List[T]{items: items, origin: origin, state: listComplete}
}

// Partial is a collection of which only some elements could be read; reason says what is missing and why.
func Partial[T any](items []T, origin Origin, reason string) List[T] {
	return List[T]{items: items, origin: origin, reason: reason, state: listPartial}
}

// UnknownList is a collection of which nothing could be read.
func UnknownList[T any](reason string) List[T] { return List[T]{reason: reason} }

// Items are the elements that were read.
func (l List[T]) Items() []T { return l.items }

// IsComplete tells whether the collection was read to its end.
func (l List[T]) IsComplete() bool { return l.state == listComplete }

// Reason says what is missing; empty for a complete list.
func (l List[T]) Reason() string { return l.reason }

func (l List[T]) listParts() (any, Origin, string, listState) {
	return l.items, l.origin, l.reason, l.state
}

// Missing, as the type of a field of a fact's struct, gives the reason of every attribute of that struct that
// was left unknown without a reason of its own ("no such file"). It is not an attribute itself.
type Missing string
