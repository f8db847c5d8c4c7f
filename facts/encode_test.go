package facts

import (
	"strconv"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

type inner struct {
	Origin  Origin
	Missing Missing

	Path string    `fact:"path" doc:"Where."`
	Size V[int64]  `fact:"size" doc:"Bytes."`
	Tags []string  `fact:"tags" doc:"Tags."`
	Mode V[string] `fact:"mode" doc:"Mode."`
}

type outer struct {
	Exists V[bool]        `fact:"exists" doc:"There."`
	Items  List[inner]    `fact:"items" doc:"Things."`
	Labels map[string]int `fact:"labels" doc:"Labels."`
	Sub    V[inner]       `fact:"sub" doc:"One more."`
	hidden int
}

func TestTheZeroValueOfAFactIsUnknown(t *testing.T) {
	v := Encode(outer{hidden: 1})
	for _, attr := range []string{"exists", "items", "sub"} {
		if v.GetAttr(attr).IsKnown() {
			t.Errorf("%s is known, and nobody set it: %#v", attr, v.GetAttr(attr))
		}
		if v.ReasonOf(attr) == "" {
			t.Errorf("%s has no reason", attr)
		}
	}
}

func TestEncodeKeepsOriginsAndReasons(t *testing.T) {
	v := Encode(outer{
		Exists: Known(true, File("/etc/x", 3)),
		Items: Partial([]inner{
			{Origin: File("/etc/x", 7), Path: "/a", Size: Known(int64(4), Origin{})},
			{Path: "/b", Missing: "it went away", Mode: Unknown[string]("permission denied")},
		}, File("/etc", 0), "the rest is too much"),
		Labels: map[string]int{"a.b": 2},
	})
	if !v.Type().Equals(ShapeOf[outer]().Type) {
		t.Fatalf("the value has type %#v, the shape says %#v", v.Type(), ShapeOf[outer]().Type)
	}
	for path, want := range map[string]string{
		"exists": "/etc/x:3", "items": "/etc", "items[0].size": "/etc/x:7", "items[1].path": "/etc", "labels": "",
	} {
		if got := v.OriginOf(path).String(); got != want {
			t.Errorf("%s comes from %q, want %q", path, got, want)
		}
	}
	for path, want := range map[string]string{
		"items[1].size": "it went away", "items[1].mode": "permission denied", "items[2]": "the rest is too much",
		"items[2].path": "the rest is too much", "sub.size": "not determined", "items[0].mode": "not determined", "exists": "",
		"items[1]": "it went away",
	} {
		if got := v.ReasonOf(path); got != want {
			t.Errorf("%s is unknown because %q, want %q", path, got, want)
		}
	}
	if n := v.GetAttr("items").LengthInt(); n != 3 {
		t.Errorf("a partial list of two has %d elements; the third should stand for the rest", n)
	}
	if v.HasMark("x") || !v.GetAttr("labels").Index(cty.StringVal("a.b")).RawEquals(cty.NumberIntVal(2)) {
		t.Error("the map lost its value")
	}
}

func TestACompleteEmptyListIsKnown(t *testing.T) {
	v := Encode(outer{Items: Complete[inner](nil, From("x"))})
	if items := v.GetAttr("items"); !items.IsWhollyKnown() || items.LengthInt() != 0 {
		t.Errorf("%#v", items)
	}
}

func TestStringsThatAreNotUTF8StayPrintable(t *testing.T) {
	v := Encode(inner{Path: "/tmp/\xff\xfe"})
	if got := v.GetAttr("path").AsString(); got != "/tmp/\uFFFD" {
		t.Errorf("%q", got)
	}
}

func TestShapeDocumentsEveryAttribute(t *testing.T) {
	var got []string
	for _, a := range ShapeOf[outer]().Attrs {
		if a.Doc == "" {
			t.Errorf("%s has no doc", a.Path)
		}
		got = append(got, a.Path)
	}
	want := "exists items items[].path items[].size items[].tags items[].mode labels sub sub.path sub.size sub.tags sub.mode"
	if strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}

func TestALongListIsEncodedInOrder(t *testing.T) {
	items := make([]inner, 2*manyItems+1)
	for i := range items {
		items[i] = inner{Path: strconv.Itoa(i), Size: Known(int64(i), File("/f", i+1)), Mode: Unknown[string]("why " + strconv.Itoa(i))}
	}
	v := Encode(outer{Items: Partial(items, From("x"), "the rest")})
	list := v.GetAttr("items")
	if n := list.LengthInt(); n != len(items)+1 {
		t.Fatalf("%d elements", n)
	}
	origins, reasons := 0, 0
	for i, o := range v.Origins[len(v.Origins)-len(items):] {
		if o.Path == JoinAttr(JoinIndex("items", i), "size") && o.Line == i+1 {
			origins++
		}
	}
	for i := range items {
		if list.Index(cty.NumberIntVal(int64(i))).GetAttr("path").AsString() != strconv.Itoa(i) {
			t.Fatalf("element %d is %#v", i, list.Index(cty.NumberIntVal(int64(i))))
		}
		if v.ReasonOf(JoinAttr(JoinIndex("items", i), "mode")) == "why "+strconv.Itoa(i) {
			reasons++
		}
	}
	if origins != len(items) || reasons != len(items) {
		t.Errorf("%d origins and %d reasons of %d are in their places", origins, reasons, len(items))
	}
}

func BenchmarkEncode(b *testing.B) {
	items := make([]inner, 2000)
	for i := range items {
		items[i] = inner{Path: "/a/b/c", Size: Known(int64(i), Origin{}), Mode: Known("0644", Origin{}), Tags: []string{"a"}}
	}
	o := outer{Exists: Known(true, From("x")), Items: Complete(items, From("x")), Labels: map[string]int{}}
	b.ReportAllocs()
	for b.Loop() {
		Encode(o)
	}
}

type shared struct {
	Level V[string] `fact:"level" doc:"How much."`
}

type around struct {
	Missing Missing
	shared2

	Name string `fact:"name" doc:"Name."`
}

type shared2 struct{ shared }

func TestAnEmbeddedStructsAttributesAreThoseOfTheStructAroundIt(t *testing.T) {
	v := Encode(around{Name: "n", Missing: "not there"})
	if !v.Type().Equals(cty.Object(map[string]cty.Type{"level": cty.String, "name": cty.String})) {
		t.Fatalf("%#v", v.Type())
	}
	if got := v.ReasonOf("level"); got != "not there" {
		t.Errorf("level is unknown because %q", got)
	}
	v = Encode(around{shared2: shared2{shared{Known("high", File("/f", 2))}}})
	if v.GetAttr("level").AsString() != "high" || v.OriginOf("level").Line != 2 {
		t.Errorf("%#v", v)
	}
}
