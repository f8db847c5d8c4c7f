package facts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/holdfast-agent/holdfast/internal/ctywire"
	"github.com/klauspost/compress/zstd"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

const (
	recordingMagic   = "holdfast.recording"
	recordingVersion = 1

	// MaxRecording bounds a recording, in bytes, before and after decompression.
	MaxRecording = 256 << 20
)

// Recording is what one host's facts were at one time, unknowns and their reasons included.
type Recording struct {
	Tool   string // version that wrote it
	Time   time.Time
	Labels map[string]string
	values map[Key]recordedValue
}

type recordedValue struct {
	typ     cty.Type
	value   cty.Value
	origins []Origin
	reasons []Reason
}

// The file: msgpack in zstd. Values are cty's own msgpack, which can say "unknown".
type recordingFile struct {
	Magic   string            `msgpack:"magic"`
	Version int               `msgpack:"version"`
	Tool    string            `msgpack:"tool"`
	Time    time.Time         `msgpack:"time"`
	Labels  map[string]string `msgpack:"labels"`
	Types   map[string][]byte `msgpack:"types"` // of each fact, as cty's JSON
	Facts   []recordedFact    `msgpack:"facts"`
	End     string            `msgpack:"end"` // the magic again: the file is whole
}

type recordedFact struct {
	Fact    string   `msgpack:"f"`
	Subject string   `msgpack:"s"`
	Value   []byte   `msgpack:"v"`
	Origins []Origin `msgpack:"o"`
	Reasons []Reason `msgpack:"r"`
}

// WriteRecording writes what s has collected so far. tool is the version that writes.
func (s *Set) WriteRecording(w io.Writer, tool string) error {
	f := recordingFile{
		Magic: recordingMagic, Version: recordingVersion, Tool: tool, Time: s.now().UTC(), Labels: s.host.Labels,
		Types: map[string][]byte{}, End: recordingMagic,
	}
	for _, e := range s.Entries() {
		if e.Value.Value == cty.NilVal {
			continue
		}
		t := s.schema[e.Key.Fact].Shape.Type
		if _, ok := f.Types[e.Key.Fact]; !ok {
			b, err := ctyjson.MarshalType(t)
			if err != nil {
				return fmt.Errorf("recording the type of %s: %w", e.Key.Fact, err)
			}
			f.Types[e.Key.Fact] = b
		}
		b, err := ctymsgpack.Marshal(e.Value.Value, t)
		if err != nil {
			return fmt.Errorf("recording %s: %w", e.Key, err)
		}
		f.Facts = append(f.Facts, recordedFact{e.Key.Fact, e.Key.Subject, b, e.Value.Origins, e.Value.Reasons})
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := msgpack.NewEncoder(z).Encode(f); err != nil {
		_ = z.Close() // fails for the same reason
		return err
	}
	return z.Close()
}

// ErrNotRecording says that a file is no recording that this version can read.
var ErrNotRecording = errors.New("not a recording that this version can read")

// ReadRecording reads what WriteRecording wrote. A file that is cut short, damaged or of another version is refused
// whole, with an error that wraps ErrNotRecording.
func ReadRecording(r io.Reader) (*Recording, error) { return readRecording(r, MaxRecording) }

func readRecording(r io.Reader, limit int64) (rec *Recording, err error) {
	defer func() {
		if p := recover(); p != nil { // the decoders below meet bytes that others control
			rec, err = nil, fmt.Errorf("%w: damaged: %v", ErrNotRecording, p)
		}
	}()
	z, err := zstd.NewReader(io.LimitReader(r, limit), zstd.WithDecoderMaxMemory(max(uint64(limit), 1<<20)), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var f recordingFile
	raw, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: cut short or damaged: %w", ErrNotRecording, err)
	case int64(len(raw)) > limit:
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrNotRecording, limit)
	}
	if err := msgpack.NewDecoder(bytes.NewReader(raw)).Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotRecording, err)
	}
	switch {
	case f.Magic != recordingMagic:
		return nil, fmt.Errorf("%w: it does not begin as one", ErrNotRecording)
	case f.Version != recordingVersion:
		return nil, fmt.Errorf("%w: it is of version %d, and this reads version %d; record the host again", ErrNotRecording, f.Version, recordingVersion)
	case f.End != recordingMagic:
		return nil, fmt.Errorf("%w: it is cut short", ErrNotRecording)
	}
	return decodeRecording(f)
}

func decodeRecording(f recordingFile) (*Recording, error) {
	types := map[string]cty.Type{}
	for name, b := range f.Types {
		t, err := ctyjson.UnmarshalType(b)
		if err != nil {
			return nil, fmt.Errorf("%w: type of %s: %w", ErrNotRecording, name, err)
		}
		types[name] = t
	}
	rec := &Recording{Tool: f.Tool, Time: f.Time, Labels: f.Labels, values: make(map[Key]recordedValue, len(f.Facts))}
	for _, rf := range f.Facts {
		k := Key{rf.Fact, rf.Subject}
		t, ok := types[rf.Fact]
		if !ok {
			return nil, fmt.Errorf("%w: %s has no type", ErrNotRecording, k)
		}
		v, err := ctywire.Decode(rf.Value, t, len(rf.Value))
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrNotRecording, k, err)
		}
		rec.values[k] = recordedValue{t, v, rf.Origins, rf.Reasons}
	}
	return rec, nil
}

// NewRecordedSet answers from a recording alone; what is not in it is unknown, with that as reason. The clock stands
// at the time of the recording.
func NewRecordedSet(rec *Recording, schema Schema) *Set {
	return &Set{
		host:   Host{Labels: rec.Labels, Now: func() time.Time { return rec.Time }},
		schema: schema, base: context.Background(), fixed: rec, tasks: map[Key]*task{},
	}
}

// NewRecording makes a recording of values that are already there, as tests of policies do.
func NewRecording(now time.Time, labels map[string]string, values map[Key]Value) *Recording {
	rec := &Recording{Time: now, Labels: labels, values: make(map[Key]recordedValue, len(values))}
	for k, v := range values {
		rec.values[k] = recordedValue{v.Type(), v.Value, v.Origins, v.Reasons}
	}
	return rec
}

// Keys are the keys of the facts in the recording, in no order.
func (r *Recording) Keys() []Key {
	keys := make([]Key, 0, len(r.values))
	for k := range r.values {
		keys = append(keys, k)
	}
	return keys
}

func (r *Recording) value(k Key, d Descriptor) Value {
	if k.Fact == labelFact && r.Labels != nil { // the recording names them all, asked for or not
		return Encode(Known(r.Labels[k.Subject], From("labels")))
	}
	rv, ok := r.values[k]
	if !ok {
		return UnknownValue(d.Shape.Type, "not in the recording")
	}
	v := Value{Value: rv.value, Origins: rv.origins, Reasons: rv.reasons}
	return Conform(v, d.Shape.Type, "not in the recording: it was made by another version")
}

// Conform fits a value to a type: attributes that the type has and the value has not are unknown for the reason
// given, as are those of another type and nulls; attributes that the type does not have are left out.
func Conform(v Value, want cty.Type, reason string) Value {
	if v.Type().Equals(want) && (!v.IsKnown() || !hasNull(v.Value)) {
		return v
	}
	c := conformer{reason: reason}
	v.Value = c.conform(v.Value, want, "")
	v.Reasons = append(c.reasons, v.Reasons...)
	return v
}

type conformer struct {
	reason  string
	reasons []Reason
}

func (c *conformer) unknown(t cty.Type, path string) cty.Value {
	c.reasons = append(c.reasons, Reason{Path: path, Text: c.reason})
	return cty.UnknownVal(t)
}

func (c *conformer) conform(v cty.Value, want cty.Type, path string) cty.Value {
	switch {
	case v.IsNull():
		return c.unknown(want, path)
	case !v.IsKnown():
		return cty.UnknownVal(want)
	case want.IsObjectType() && v.Type().IsObjectType():
		attrs := map[string]cty.Value{}
		for name, t := range want.AttributeTypes() {
			at := JoinAttr(path, name)
			if !v.Type().HasAttribute(name) {
				attrs[name] = c.unknown(t, at)
				continue
			}
			attrs[name] = c.conform(v.GetAttr(name), t, at)
		}
		return cty.ObjectVal(attrs)
	case want.IsListType() && (v.Type().IsListType() || v.Type().IsTupleType()):
		var items []cty.Value
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			items = append(items, c.conform(e, want.ElementType(), JoinIndex(path, len(items))))
		}
		if len(items) == 0 {
			return cty.ListValEmpty(want.ElementType())
		}
		return cty.ListVal(items)
	case want.IsMapType() && (v.Type().IsMapType() || v.Type().IsObjectType()):
		items := map[string]cty.Value{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			items[k.AsString()] = c.conform(e, want.ElementType(), JoinKey(path, k.AsString()))
		}
		if len(items) == 0 {
			return cty.MapValEmpty(want.ElementType())
		}
		return cty.MapVal(items)
	case v.Type().Equals(want):
		return v
	}
	return c.unknown(want, path)
}

func hasNull(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		found = found || v.IsNull()
		return !found, nil
	})
	return found
}
