package ctywire

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

var typ = cty.Object(map[string]cty.Type{
	"text": cty.String, "list": cty.List(cty.Bool), "map": cty.Map(cty.Number),
	"objects": cty.List(cty.Object(map[string]cty.Type{"a": cty.Bool, "b": cty.Bool})),
})

func TestAValueIsReadAsItWasWritten(t *testing.T) {
	want := cty.ObjectVal(map[string]cty.Value{
		"text": cty.StringVal("a"), "list": cty.ListVal([]cty.Value{cty.True, cty.UnknownVal(cty.Bool)}), "map": cty.MapValEmpty(cty.Number),
		"objects": cty.UnknownVal(typ.AttributeType("objects")),
	})
	text, err := ctymsgpack.Marshal(want, typ)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(text, typ, 100); err != nil || !got.RawEquals(want) {
		t.Errorf("got %#v, %v", got, err)
	}
	if _, err := Decode(text, typ, 5); err == nil || err.Error() != "more than 5 elements" {
		t.Errorf("of too many: %v", err)
	}
}

func TestALieIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"\x81\xa4list\xdd\x80\x00\x00\x00":                     "it says that there are 2147483648 more elements",
		"\x81\xa3map\xdf\x40\x00\x00\x00":                      "it says that there are 2147483648 more elements",
		strings.Repeat("\x91", 200) + "\xc2":                   "too deep",
		"\x82\xa4text\xa0\xa4text\xa0":                         "an object",
		"\x84\xa4text\xa0\xa4text\xa0\xa4text\xa0\xa4text\xa0": "an object lacks attributes",
		"\x84\xa4text\xa0\xa4list\x90\xa3map\x80\xa7objects\x92\x82\xa1a\xc2\xa1b\xc2\x82\xa1a\xc2\xa1a\xc2": "it can't be decoded",
		"\xc0\xc0": "1 bytes follow it",
		"":         "EOF",
	} {
		if v, err := Decode([]byte(text), typ, 1000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %#v, %v, want %s", text, v, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x83\xa4list\xdd\x80\x00\x00\x00\xa4text\xa0\xa3map\x80"))
	f.Add([]byte("\x84\xa4list\x91\xc2\xa4text\xa1a\xa3map\x81\xa1a\xa3123\xa7objects\x91\x82\xa1a\xc2\xa1b\xc2"))
	f.Add([]byte("\xd4\x00\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Decode(text, typ, len(text))
		if err == nil && !v.Type().Equals(typ) {
			t.Errorf("a %s", v.Type().FriendlyName())
		}
	})
}
