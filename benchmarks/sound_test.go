package benchmarks

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// The soundness of the evaluator, by brute force: expressions are made at random over a small host of which some things
// were not read. Whenever an expression is decided, it must come to the same on every host that fits what was read.

var worldType = cty.Object(map[string]cty.Type{
	"b": cty.Bool, "c": cty.Bool, "n": cty.Number, "m": cty.Number, "s": cty.String, "t": cty.String,
	"l": cty.List(cty.Number), "k": cty.List(cty.String),
	"o": cty.List(cty.Object(map[string]cty.Type{"x": cty.Number, "y": cty.Bool})),
})

var worldSchema = facts.Schema{
	"w": {Name: "w", Shape: facts.Shape{Type: worldType}},
	"f": {Name: "f", Args: []facts.Arg{{Name: "name", Type: cty.String}}, Shape: facts.Shape{Type: cty.Bool}},
}

// world is a host: for each leaf the values that it may have. One value: it was read.
type world struct {
	leaves map[string][]cty.Value
	more   map[string]bool // lists that were not read to their end
}

var domains = map[string][]cty.Value{
	"b": {cty.True, cty.False}, "c": {cty.False, cty.True}, "n": {cty.Zero, cty.NumberIntVal(1)}, "m": {cty.NumberIntVal(2), cty.Zero},
	"s": {cty.StringVal("a"), cty.StringVal("b")}, "t": {cty.StringVal("b"), cty.StringVal("")},
	"l0": {cty.NumberIntVal(1), cty.NumberIntVal(2)}, "k0": {cty.StringVal("a"), cty.StringVal("c")},
	"x0": {cty.Zero, cty.NumberIntVal(1)}, "y0": {cty.True, cty.False}, "x1": {cty.NumberIntVal(1), cty.Zero}, "y1": {cty.False, cty.True},
	"fa": {cty.True, cty.False}, "fb": {cty.False, cty.True},
}

var leafNames = []string{"b", "c", "n", "m", "s", "t", "l0", "k0", "x0", "y0", "x1", "y1", "fa", "fb"}

func randomWorld(r *rand.Rand) world {
	w := world{map[string][]cty.Value{}, map[string]bool{}}
	unread := 0
	for _, i := range r.Perm(len(leafNames)) {
		name := leafNames[i]
		d := domains[name]
		if unread < 4 && r.IntN(3) == 0 {
			unread++
			w.leaves[name] = d
			continue
		}
		w.leaves[name] = d[r.IntN(2):][:1]
	}
	for _, list := range []string{"l", "k", "o"} {
		w.more[list] = r.IntN(3) == 0 && unread < 5
	}
	return w
}

// completions are all hosts that fit; a list that was not read to its end may go on in several ways.
func (w world) completions() []map[string]cty.Value {
	out := []map[string]cty.Value{{}}
	extend := func(name string, values []cty.Value) {
		var next []map[string]cty.Value
		for _, base := range out {
			for _, v := range values {
				m := map[string]cty.Value{name: v}
				for k, x := range base {
					m[k] = x
				}
				next = append(next, m)
			}
		}
		out = next
	}
	for _, name := range leafNames {
		extend(name, w.leaves[name])
	}
	tails := map[string][]cty.Value{
		"l": {cty.ListValEmpty(cty.Number), numbers(0), numbers(1, 2)},
		"k": {cty.ListValEmpty(cty.String), cty.ListVal([]cty.Value{cty.StringVal("a")}), cty.ListVal([]cty.Value{cty.StringVal("c"), cty.StringVal("")})},
		"o": {cty.ListValEmpty(worldType.AttributeType("o").ElementType()), cty.ListVal([]cty.Value{object(cty.Zero, cty.False)}), cty.ListVal([]cty.Value{object(cty.NumberIntVal(1), cty.True)})},
	}
	for list, t := range tails {
		if !w.more[list] {
			t = t[:1]
		}
		extend(list+"+", t)
	}
	return out
}

func numbers(list ...int64) cty.Value {
	var out []cty.Value
	for _, n := range list {
		out = append(out, cty.NumberIntVal(n))
	}
	return cty.ListVal(out)
}

func object(x, y cty.Value) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"x": x, "y": y})
}

// set is a host as facts. leaf says what each leaf is, tail how each list goes on.
func worldSet(leaf func(string, cty.Type) cty.Value, tail func(list string, elem cty.Type) []cty.Value) *facts.Set {
	elem := worldType.AttributeType("o").ElementType()
	w := cty.ObjectVal(map[string]cty.Value{
		"b": leaf("b", cty.Bool), "c": leaf("c", cty.Bool), "n": leaf("n", cty.Number), "m": leaf("m", cty.Number), "s": leaf("s", cty.String), "t": leaf("t", cty.String),
		// The first element is known for certain: an unknown one at the end would say that there may be more.
		"l": cty.ListVal(append([]cty.Value{leaf("l0", cty.Number), cty.NumberIntVal(3)}, tail("l", cty.Number)...)),
		"k": cty.ListVal(append([]cty.Value{leaf("k0", cty.String), cty.StringVal("b")}, tail("k", cty.String)...)),
		"o": cty.ListVal(append([]cty.Value{object(leaf("x0", cty.Number), leaf("y0", cty.Bool)), object(leaf("x1", cty.Number), leaf("y1", cty.Bool))}, tail("o", elem)...)),
	})
	values := map[facts.Key]facts.Value{
		{Fact: "w"}:               {Value: w},
		{Fact: "f", Subject: "a"}: {Value: leaf("fa", cty.Bool)},
		{Fact: "f", Subject: "b"}: {Value: leaf("fb", cty.Bool)},
		{Fact: "f", Subject: ""}:  {Value: cty.True}, {Fact: "f", Subject: "c"}: {Value: cty.False},
	}
	return facts.NewRecordedSet(facts.NewRecording(time.Now(), nil, values), worldSchema)
}

func (w world) partial() *facts.Set {
	return worldSet(func(name string, t cty.Type) cty.Value {
		if v := w.leaves[name]; len(v) == 1 {
			return v[0]
		}
		return cty.UnknownVal(t)
	}, func(list string, elem cty.Type) []cty.Value {
		if w.more[list] {
			return []cty.Value{cty.UnknownVal(elem)}
		}
		return nil
	})
}

func completed(c map[string]cty.Value) *facts.Set {
	return worldSet(func(name string, _ cty.Type) cty.Value { return c[name] },
		func(list string, _ cty.Type) []cty.Value { return c[list+"+"].AsValueSlice() })
}

// generator makes expressions of a wanted type.
type generator struct {
	r     *rand.Rand
	vars  []generated
	fresh int
}

type generated struct{ text, typ string }

func (g *generator) pick(options ...func() string) string { return options[g.r.IntN(len(options))]() }

func (g *generator) variable(typ string) (string, bool) {
	var fit []string
	for _, v := range g.vars {
		if v.typ == typ {
			fit = append(fit, v.text)
		}
	}
	if len(fit) == 0 || g.r.IntN(3) == 0 {
		return "", false
	}
	return fit[g.r.IntN(len(fit))], true
}

func (g *generator) boolean(depth int) string {
	if v, ok := g.variable("bool"); ok {
		return v
	}
	if depth <= 0 {
		return []string{"w.b", "w.c", "true", "false", `f("a")`, `f("b")`, "w.o[0].y", "w.o[1].y", "w.o[2].y"}[g.r.IntN(9)]
	}
	d := depth - 1
	b, n, s := func() string { return g.boolean(d) }, func() string { return g.number(d) }, func() string { return g.text(d) }
	l, k, o := func() string { return g.numbers(d) }, func() string { return g.texts(d) }, func() string { return g.objects(d) }
	return g.pick(
		func() string { return "(" + b() + " && " + b() + ")" }, func() string { return "(" + b() + " || " + b() + ")" },
		func() string { return "(" + b() + " && " + b() + ")" }, func() string { return "(" + b() + " || " + b() + ")" },
		func() string { return "!" + b() }, func() string { return "(" + b() + " ? " + b() + " : " + b() + ")" },
		func() string { return "(" + n() + " < " + n() + ")" }, func() string { return "(" + n() + " >= " + n() + ")" },
		func() string { return "(" + n() + " == " + n() + ")" }, func() string { return "(" + s() + " != " + s() + ")" },
		func() string { return "(" + b() + " == " + b() + ")" },
		func() string { return "(" + l() + " == " + l() + ")" }, func() string { return "(" + k() + " != " + k() + ")" },
		func() string { return "(" + o() + " == " + o() + ")" }, func() string { return "(" + o() + " != [])" },
		func() string { return "contains(" + l() + ", " + n() + ")" }, func() string { return "contains(" + k() + ", " + s() + ")" },
		func() string { return "alltrue(" + g.booleans(d) + ")" }, func() string { return "anytrue(" + g.booleans(d) + ")" },
		func() string { return "f(" + s() + ")" }, func() string { return "startswith(" + s() + ", " + s() + ")" },
		func() string { return "({ p = " + n() + ", q = " + b() + " } == { p = " + n() + ", q = " + b() + " })" },
		func() string { return "{ p = " + n() + ", q = " + b() + " }.q" },
		func() string { return "(" + g.mapping(d) + " == " + g.mapping(d) + ")" },
	)
}

func (g *generator) number(depth int) string {
	if v, ok := g.variable("number"); ok {
		return v
	}
	if depth <= 0 {
		return []string{"w.n", "w.m", "0", "1", "2", "w.l[0]", "w.l[1]", "w.l[2]", "w.o[0].x"}[g.r.IntN(9)]
	}
	d := depth - 1
	n := func() string { return g.number(d) }
	return g.pick(
		func() string { return "(" + n() + " + " + n() + ")" }, func() string { return "(" + n() + " - " + n() + ")" },
		func() string { return "(" + n() + " * " + n() + ")" }, func() string { return "(" + n() + " / " + n() + ")" },
		func() string { return "length(" + g.numbers(d) + ")" }, func() string { return "length(" + g.objects(d) + ")" },
		func() string { return "length(" + g.mapping(d) + ")" }, func() string { return "strlen(" + g.text(d) + ")" },
		func() string { return "(" + g.boolean(d) + " ? " + n() + " : " + n() + ")" }, func() string { return "max(" + n() + ", " + n() + ")" },
		func() string { return g.numbers(d) + "[" + n() + "]" }, func() string { return g.numbers(d) + "[0]" },
		func() string { return "lookup(" + g.mapping(d) + ", " + g.text(d) + ", " + n() + ")" }, func() string { return "sum(" + g.numbers(d) + ")" },
	)
}

func (g *generator) text(depth int) string {
	if v, ok := g.variable("string"); ok {
		return v
	}
	if depth <= 0 {
		return []string{"w.s", "w.t", `"a"`, `"b"`, "w.k[0]", "w.k[1]"}[g.r.IntN(6)]
	}
	d := depth - 1
	return g.pick(
		func() string { return g.text(0) },
		func() string { return `"${` + g.text(d) + `}${` + g.boolean(d) + `}"` },
		func() string { return "join(\",\", " + g.texts(d) + ")" },
		func() string { return "(" + g.boolean(d) + " ? " + g.text(d) + " : " + g.text(d) + ")" },
	)
}

func (g *generator) loop(collection, typ string, depth int, body func(int) string) string {
	g.fresh++
	v := fmt.Sprintf("v%d", g.fresh)
	saved := g.vars
	if typ == "object" {
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], generated{v + ".x", "number"}, generated{v + ".y", "bool"})
	} else {
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], generated{v, typ})
	}
	text := "for " + v + " in " + collection + " : " + body(depth)
	if g.r.IntN(2) == 0 {
		text += " if " + g.boolean(depth)
	}
	g.vars = saved
	return text
}

// over makes the head of a loop over some collection.
func (g *generator) over(depth int, body func(int) string) string {
	switch g.r.IntN(3) {
	case 0:
		return g.loop(g.numbers(depth), "number", depth, body)
	case 1:
		return g.loop(g.texts(depth), "string", depth, body)
	}
	return g.loop(g.objects(depth), "object", depth, body)
}

func (g *generator) booleans(depth int) string {
	if depth <= 0 {
		return []string{"(w.o[*].y)", "[w.b, w.c]", "[]"}[g.r.IntN(3)]
	}
	d := depth - 1
	return g.pick(func() string { return "[" + g.over(d, g.boolean) + "]" }, func() string { return "[" + g.boolean(d) + ", " + g.boolean(d) + "]" })
}

func (g *generator) numbers(depth int) string {
	if depth <= 0 {
		return []string{"w.l", "w.l", "[w.n, 1]", "(w.o[*].x)"}[g.r.IntN(4)]
	}
	d := depth - 1
	return g.pick(
		func() string { return g.numbers(0) }, func() string { return "[" + g.over(d, g.number) + "]" },
		func() string { return "concat(" + g.numbers(d) + ", " + g.numbers(d) + ")" }, func() string { return "distinct(" + g.numbers(d) + ")" },
		func() string { return "flatten([" + g.over(d, g.numbers) + "])" }, func() string { return "reverse(" + g.numbers(d) + ")" },
		func() string { return "(" + g.boolean(d) + " ? " + g.numbers(d) + " : [])" }, func() string { return "setsubtract(" + g.numbers(d) + ", " + g.numbers(d) + ")" },
		func() string { return "values(" + g.mapping(d) + ")" },
	)
}

func (g *generator) texts(depth int) string {
	if depth <= 0 {
		return []string{"w.k", `["a", w.s]`}[g.r.IntN(2)]
	}
	d := depth - 1
	return g.pick(
		func() string { return g.texts(0) }, func() string { return "[" + g.over(d, g.text) + "]" },
		func() string { return "keys(" + g.mapping(d) + ")" }, func() string { return "sort(" + g.texts(d) + ")" },
	)
}

func (g *generator) objects(depth int) string {
	if depth <= 0 {
		return "w.o"
	}
	d := depth - 1
	return g.pick(func() string { return "w.o" }, func() string {
		return "[" + g.over(d, func(d int) string { return "{ x = " + g.number(d) + ", y = " + g.boolean(d) + " }" }) + "]"
	})
}

func (g *generator) mapping(depth int) string {
	return "{" + g.over(max(0, depth-1), func(d int) string { return g.text(d) + " => " + g.number(d) }) + "}"
}

func compileText(t testing.TB, text string, want cty.Type) *expression {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(text), "x", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", text, diags)
	}
	var found hcl.Diagnostics
	x := (&scope{schema: worldSchema, diags: &found}).compile(e, &source{"x", []byte(text)}, want)
	if found.HasErrors() {
		if strings.Contains(found.Error(), "divides by zero") || strings.Contains(found.Error(), "never") {
			return nil
		}
		t.Fatalf("%s: %v", text, found)
	}
	return x
}

func TestWhatIsDecidedHoldsOnEveryHostThatFits(t *testing.T) {
	seed := uint64(20261123)
	rounds, decided := 2000, 0
	if testing.Short() {
		rounds = 500
	}
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // reproducible on purpose
	for round := range rounds {
		w := randomWorld(r)
		list := round%3 == 0
		g := &generator{r: r}
		var x *expression
		var text string
		if list { // a violations list
			text = "[" + g.over(2, g.number) + "]"
			x = compileText(t, text, cty.DynamicPseudoType)
		} else {
			text = g.boolean(4)
			x = compileText(t, text, cty.Bool)
		}
		if x == nil {
			continue
		}
		verdict := verdictOn(w.partial(), x, list)
		if verdict != Pass && verdict != Fail {
			continue
		}
		decided++
		for _, c := range w.completions() {
			got := verdictOn(completed(c), x, list)
			if got == verdict || got == Error && verdict == Fail && list {
				continue // of a list, a certain violation fails, whatever else might come
			}
			t.Fatalf("round %d: %s\nis %v on a host read in part, and %v on %v\nof %v, more %v", round, text, verdict, got, c, w.leaves, w.more)
		}
	}
	if decided < rounds/10 {
		t.Errorf("only %d of %d expressions are decided: the test shows little", decided, rounds)
	}
	t.Logf("%d of %d decided", decided, rounds)
}

func verdictOn(set *facts.Set, x *expression, list bool) Verdict {
	ev := newEvaluator(context.Background(), newEnv(set, nil, nil))
	out := ev.run(x)
	if !list {
		if out.err != nil {
			return Error
		}
		v, _ := decidePass(demand{expr: x}, out)
		return v
	}
	if out.err != nil {
		return Error
	}
	v, _ := decideViolations(&Result{}, demand{expr: x}, out)
	return v
}
