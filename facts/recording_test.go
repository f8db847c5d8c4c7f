package facts

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/zclconf/go-cty/cty"
)

var recordedAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func record(t testing.TB) (*Set, []byte) {
	t.Helper()
	things := Define(Descriptor{Name: "things"}, func(context.Context, *Reader, Key) (outer, error) {
		return outer{
			Exists: Unknown[bool]("permission denied"),
			Items:  Partial([]inner{{Path: "/a", Size: Known(int64(5), File("/etc/a", 2))}}, From("test"), "too many"),
			Labels: map[string]int{},
		}, nil
	})
	s := NewSet(context.Background(), Host{Labels: map[string]string{"role": "db"}, Now: func() time.Time { return recordedAt }}, []Source{things})
	s.Read(context.Background(), Key{Fact: "things"})
	var b bytes.Buffer
	if err := s.WriteRecording(&b, "v1"); err != nil {
		t.Fatal(err)
	}
	return s, b.Bytes()
}

func TestARecordingGivesBackWhatWasRead(t *testing.T) {
	s, b := record(t)
	rec, err := ReadRecording(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Tool != "v1" || !rec.Time.Equal(recordedAt) || rec.Labels["role"] != "db" || len(rec.Keys()) != 1 {
		t.Errorf("%+v", rec)
	}
	played := NewRecordedSet(rec, s.Schema())
	k := Key{Fact: "things"}
	before, after := s.Read(context.Background(), k), played.Read(context.Background(), k)
	if !before.RawEquals(after.Value) {
		t.Errorf("before %#v\nafter  %#v", before.Value, after.Value)
	}
	for _, path := range []string{"exists", "items[1]", "sub"} {
		if before.ReasonOf(path) != after.ReasonOf(path) || after.ReasonOf(path) == "" {
			t.Errorf("%s: the reason was %q and is %q", path, before.ReasonOf(path), after.ReasonOf(path))
		}
	}
	if got := after.OriginOf("items[0].size").String(); got != "/etc/a:2" {
		t.Errorf("the origin is %q", got)
	}
	if v := played.Read(context.Background(), Key{Fact: "things", Subject: "other"}); v.IsKnown() || v.ReasonOf("") != "not in the recording" {
		t.Errorf("what was not recorded: %#v %q", v.Value, v.ReasonOf(""))
	}
}

func pack(t testing.TB, f recordingFile) []byte {
	t.Helper()
	raw, err := msgpack.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(raw, nil)
}

func TestADamagedRecordingIsRefused(t *testing.T) {
	_, b := record(t)
	bomb := func() []byte {
		z, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return z.EncodeAll(make([]byte, 2<<20), nil)
	}
	good := recordingFile{Magic: recordingMagic, Version: recordingVersion, End: recordingMagic}
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"empty":           {nil, ""},
		"text":            {[]byte("{}"), ""},
		"cut short":       {b[:len(b)-9], ""},
		"another version": {pack(t, recordingFile{Magic: recordingMagic, Version: 99, End: recordingMagic}), "version 99"},
		"another file":    {pack(t, recordingFile{Magic: "x"}), "does not begin"},
		"no end":          {pack(t, recordingFile{Magic: recordingMagic, Version: recordingVersion}), "cut short"},
		"a fact of no type": {pack(t, recordingFile{Magic: good.Magic, Version: 1, End: good.End,
			Facts: []recordedFact{{Fact: "x"}}}), "has no type"},
		"a fact that is not of its type": {pack(t, recordingFile{Magic: good.Magic, Version: 1, End: good.End,
			Types: map[string][]byte{"x": []byte(`"string"`)}, Facts: []recordedFact{{Fact: "x", Value: []byte{0x81}}}}), "x"},
		"a list that says it has 2^31 elements": {pack(t, recordingFile{Magic: good.Magic, Version: 1, End: good.End,
			Types: map[string][]byte{"x": []byte(`["list","string"]`)}, Facts: []recordedFact{{Fact: "x", Value: []byte("\xdd\x80\x00\x00\x00")}}}), "2147483648 more elements"},
		"a bomb": {bomb(), "limit"},
	} {
		_, err := readRecording(bytes.NewReader(c.bytes), 1<<20)
		if !errors.Is(err, ErrNotRecording) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARecordingOfAnotherVersionLacksWhatItDidNotKnow(t *testing.T) {
	old := Value{Value: cty.ObjectVal(map[string]cty.Value{"path": cty.StringVal("/a"), "gone": cty.True, "tags": cty.StringVal("not a list")})}
	got := Conform(old, ShapeOf[inner]().Type, "of another version")
	if got.GetAttr("path").AsString() != "/a" {
		t.Error("what both know is lost")
	}
	for _, attr := range []string{"size", "tags"} {
		if got.GetAttr(attr).IsKnown() || got.ReasonOf(attr) != "of another version" {
			t.Errorf("%s: %#v, %q", attr, got.GetAttr(attr), got.ReasonOf(attr))
		}
	}
	null := Conform(Value{Value: cty.ObjectVal(map[string]cty.Value{"n": cty.NullVal(cty.Number)})}, ShapeOf[number]().Type, "null")
	if null.GetAttr("n").IsKnown() {
		t.Error("a null became a value")
	}
}

func FuzzReadRecording(f *testing.F) {
	_, b := record(f)
	f.Add(b)
	f.Add(pack(f, recordingFile{Magic: recordingMagic, Version: 1, End: recordingMagic}))
	f.Fuzz(func(_ *testing.T, b []byte) {
		rec, err := ReadRecording(bytes.NewReader(b))
		if err != nil {
			return
		}
		s := NewRecordedSet(rec, Schema{"things": {Name: "things", Shape: ShapeOf[outer]()}})
		for _, k := range append(rec.Keys(), Key{Fact: "things"}) {
			s.Read(context.Background(), k)
		}
	})
}
