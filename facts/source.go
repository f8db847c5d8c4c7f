package facts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// DefaultTimeout bounds one collection of a source that sets no timeout of its own.
const DefaultTimeout = 10 * time.Second

// Descriptor says what a fact is, before anything is read.
type Descriptor struct {
	Name    string        // as policies write it: "sysctl", "firewall::admits"
	Doc     string        // one or more sentences; the first stands in lists
	Reads   string        // what it is read from, for people: "/proc/sys, sysctl.d(5)"
	Args    []Arg         // none: a whole fact
	Shape   Shape         // the type of its values
	Timeout time.Duration // of one collection; 0 is DefaultTimeout
	Heavy   bool          // long by nature (walks, package lists): started first

	// Canonical maps arguments that mean the same subject to one spelling ("ssh" to "ssh.service"); nil keeps them.
	// An error tells the policy's author why the arguments can't be a subject.
	Canonical func(args []cty.Value) ([]cty.Value, error)
}

// Arg is one argument of a keyed fact.
type Arg struct {
	Name string
	Type cty.Type // cty.String, cty.Number or cty.Bool
	Doc  string
}

// Source answers for one fact. Collect may be called for several keys at a time.
type Source interface {
	Describe() Descriptor
	Collect(ctx context.Context, r *Reader, key Key) (Value, error)
}

// Define makes a Source of a function that returns a fact as a Go struct (see [ShapeOf]). An error makes the whole
// fact unknown, with the error as reason; what is unknown only in part belongs into V and List attributes.
func Define[T any](d Descriptor, collect func(ctx context.Context, r *Reader, key Key) (T, error)) Source {
	d.Shape = ShapeOf[T]()
	return &source[T]{d, collect}
}

type source[T any] struct {
	descriptor Descriptor
	collect    func(ctx context.Context, r *Reader, key Key) (T, error)
}

func (s *source[T]) Describe() Descriptor { return s.descriptor }

func (s *source[T]) Collect(ctx context.Context, r *Reader, key Key) (Value, error) {
	native, err := s.collect(ctx, r, key)
	if err != nil {
		return Value{}, err
	}
	return Encode(native), nil
}

// Schema is what policies are checked against: every fact by name.
type Schema map[string]Descriptor

// NewSchema collects the descriptors of sources. Two sources of one name are a programmer's mistake and panic.
func NewSchema(sources []Source) Schema {
	s := make(Schema, len(sources))
	for _, src := range sources {
		d := src.Describe()
		if _, twice := s[d.Name]; twice {
			panic("facts: two sources named " + d.Name)
		}
		s[d.Name] = d
	}
	return s
}

// Subject is the canonical encoding of a keyed fact's arguments: a single string stands for itself, anything
// else is a JSON array. The arguments must be known and of the descriptor's types.
func (d Descriptor) Subject(args []cty.Value) (string, error) {
	if len(args) != len(d.Args) {
		return "", fmt.Errorf("%s takes %d arguments, not %d", d.Name, len(d.Args), len(args))
	}
	for i, a := range args {
		if !a.IsKnown() || a.IsNull() || !a.Type().Equals(d.Args[i].Type) {
			return "", fmt.Errorf("%s: argument %s must be a known %s", d.Name, d.Args[i].Name, d.Args[i].Type.FriendlyName())
		}
	}
	if d.Canonical != nil && len(args) > 0 {
		var err error
		if args, err = d.Canonical(args); err != nil {
			return "", fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	if len(args) == 0 {
		return "", nil
	}
	if len(args) == 1 && args[0].Type() == cty.String {
		return args[0].AsString(), nil
	}
	list := make([]any, len(args))
	for i, a := range args {
		switch a.Type() {
		case cty.String:
			list[i] = a.AsString()
		case cty.Bool:
			list[i] = a.True()
		default:
			list[i] = json.Number(a.AsBigFloat().Text('f', -1))
		}
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// Arguments are a key's subject taken apart again, in the descriptor's types.
func (d Descriptor) Arguments(subject string) ([]cty.Value, error) {
	if len(d.Args) == 0 {
		return nil, nil
	}
	if len(d.Args) == 1 && d.Args[0].Type == cty.String {
		return []cty.Value{cty.StringVal(subject)}, nil
	}
	var raw []any
	if err := json.Unmarshal([]byte(subject), &raw); err != nil || len(raw) != len(d.Args) {
		return nil, fmt.Errorf("%s: %q is not the subject of %d arguments", d.Name, subject, len(d.Args))
	}
	args := make([]cty.Value, len(raw))
	for i, r := range raw {
		switch x := r.(type) {
		case string:
			args[i] = cty.StringVal(x)
		case bool:
			args[i] = cty.BoolVal(x)
		case float64:
			args[i] = cty.NumberFloatVal(x)
		}
		if args[i] == cty.NilVal || !args[i].Type().Equals(d.Args[i].Type) {
			return nil, fmt.Errorf("%s: argument %s is not a %s", d.Name, d.Args[i].Name, d.Args[i].Type.FriendlyName())
		}
	}
	return args, nil
}
