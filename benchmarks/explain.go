package benchmarks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// because says why an expression could not be decided, naming the fact.
func (o outcome) because() string { return o.unread().because() }

// unread is the unknown that an undecided expression rests on.
func (o outcome) unread() value {
	if u, ok := o.value.firstUnknown(); ok && (u.at != nil || u.s != "") {
		return u
	}
	for _, e := range o.trace {
		if u, ok := e.v.firstUnknown(); ok && !e.incidental {
			return u
		}
	}
	return unknownValue("not determined")
}

// because says why a value is unknown, naming the fact.
func (v value) because() string {
	if v.at == nil {
		return v.reason()
	}
	return fmt.Sprintf("%s: %s", clip(v.at.String(), 200), v.reason())
}

func (o outcome) errorText() string {
	return fmt.Sprintf("%v (%s:%d)", o.err, o.errAt.Filename, o.errAt.Start.Line)
}

// contrary says in one line what was read instead of what a failing expression demands.
func (o outcome) contrary(x *expression) string {
	var parts []string
	notes := o.notes(Fail)
	for _, n := range notes {
		if l, ok := n.e.n.(*localNode); ok {
			inner := o.inside[l.local]
			notes = append(notes, inner.notes(Fail)...)
		}
	}
	leaf := func(n noted) bool {
		return n.e.v.at != nil && n.e.v.kind != kList && n.e.v.kind != kObject && n.e.v.kind != kMap
	}
	leaves := slices.ContainsFunc(notes, leaf)
	for _, n := range notes {
		if n.e.v.at == nil || leaves && !leaf(n) {
			continue
		}
		part := n.e.v.at.String() + " is " + brief(n.e.v, 60)
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
		if len(parts) == 3 {
			break
		}
	}
	if len(parts) == 0 {
		return "it does not hold that " + clip(oneLine(x.text()), 200)
	}
	return strings.Join(parts, ", ")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// noted is one entry that an explanation shows.
type noted struct {
	e entry
	r hcl.Range
}

// notes picks the entries of a trace that a verdict rests on: of every loop one iteration, of every place in the text
// one value.
func (o outcome) notes(v Verdict) []noted {
	chosen := o.passesFor(v)
	var out []noted
	seen := map[hcl.Pos]bool{}
	strong := slices.ContainsFunc(o.trace, func(e entry) bool { return !e.incidental && !e.local })
	for _, e := range o.trace {
		if e.local || strong && e.incidental || !chosen[e.pass] {
			continue
		}
		r := e.n.rng()
		if seen[r.Start] {
			continue
		}
		seen[r.Start] = true
		out = append(out, noted{e, r})
	}
	slices.SortStableFunc(out, func(a, b noted) int { return cmp.Compare(a.r.Start.Byte, b.r.Start.Byte) })
	return out
}

// passesFor picks one iteration of each loop: the first that explains the verdict.
func (o outcome) passesFor(v Verdict) map[int32]bool {
	want := func(c passClass) int {
		switch {
		case v == Unknown && c == passUndecided, v != Unknown && c == passFalse:
			return 2
		case v != Unknown && c == passIn, c == passOpen: // open: an error stopped it
			return 1
		}
		return 0
	}
	best := map[*forNode]int32{}
	chosen := map[int32]bool{0: true}
	for i, p := range o.passes {
		id := int32(i + 1) // bounded by what a trace keeps
		if !chosen[p.parent] {
			continue
		}
		old, ok := best[p.loop]
		if ok && want(o.passes[old-1].class) >= want(p.class) {
			continue
		}
		if ok {
			delete(chosen, old)
		}
		best[p.loop], chosen[id] = id, true
	}
	return chosen
}

const (
	maxShown      = 72 // width of one value, in characters
	maxShownLines = 24 // lines of an expression; of longer ones only those with values on them
	maxNotes      = 32
)

// explain shows an expression with the values that it met under it, as a power-assert does.
func explain(x *expression, o outcome, v Verdict) string {
	notes := o.notes(v)
	if len(notes) > maxNotes {
		notes = notes[:maxNotes]
	}
	lines := sourceLines(x)
	var b strings.Builder
	next, skipped := 0, false
	for i, line := range lines {
		var here []noted
		for next < len(notes) && notes[next].r.Start.Line <= line.number {
			if notes[next].r.Start.Line == line.number {
				here = append(here, notes[next])
			}
			next++
		}
		if len(lines) > maxShownLines && len(here) == 0 && i > 0 && i < len(lines)-1 {
			if !skipped {
				b.WriteString("…\n")
			}
			skipped = true
			continue
		}
		skipped = false
		b.WriteString(line.text + "\n")
		writeNotes(&b, here, line.indent)
	}
	return strings.TrimRight(b.String(), "\n") + explainLocals(notes, o, v)
}

// explainLocals shows the locals that an explanation ends in, each with what it rests on.
func explainLocals(notes []noted, o outcome, v Verdict) string {
	var b strings.Builder
	for i, n := range notes {
		l, ok := n.e.n.(*localNode)
		if !ok || slices.ContainsFunc(notes[:i], func(m noted) bool { other, ok := m.e.n.(*localNode); return ok && other.local == l.local }) {
			continue
		}
		inner, ok := o.inside[l.local]
		if !ok || b.Len() > maxLocalText {
			continue
		}
		inner.inside = o.inside
		b.WriteString("\nlocal." + l.local.name + " =\n" + explain(l.local.value, inner, v))
	}
	return b.String()
}

// maxLocalText bounds what locals add to an explanation, in bytes.
const maxLocalText = 4096

// sourceLine is one line of an expression as it is shown.
type sourceLine struct {
	number int
	text   string
	indent int // columns taken away on the left; negative: added
}

// sourceLines are the expression's lines without the indentation they share. The first starts where the expression does.
func sourceLines(x *expression) []sourceLine {
	first := x.rng.Start
	texts := strings.Split(strings.ReplaceAll(x.text(), "\r", ""), "\n")
	common := -1
	for _, t := range texts[1:] {
		if trimmed := strings.TrimLeft(t, " \t"); trimmed != "" {
			if n := len(t) - len(trimmed); common < 0 || n < common {
				common = n
			}
		}
	}
	out := make([]sourceLine, 0, len(texts))
	for i, t := range texts {
		indent := first.Column - 1
		if i > 0 {
			indent = max(0, min(common, len(t)-len(strings.TrimLeft(t, " \t"))))
			t = t[indent:]
		}
		out = append(out, sourceLine{first.Line + i, strings.TrimRight(strings.ReplaceAll(t, "\t", " "), " "), indent})
	}
	return out
}

// writeNotes draws the values below their places, the rightmost first.
func writeNotes(b *strings.Builder, notes []noted, indent int) {
	if len(notes) == 0 {
		return
	}
	columns := make([]int, len(notes))
	for i, n := range notes {
		columns[i] = n.r.Start.Column - 1 - indent
	}
	writeBars(b, columns)
	b.WriteString("\n")
	for i := len(notes) - 1; i >= 0; i-- {
		at := writeBars(b, columns[:i])
		b.WriteString(strings.Repeat(" ", max(0, columns[i]-at)))
		b.WriteString(shown(notes[i].e) + "\n")
	}
}

// writeBars draws a bar in each column, and says how wide it came.
func writeBars(b *strings.Builder, columns []int) int {
	at := 0
	for _, c := range columns {
		if c < at {
			continue
		}
		b.WriteString(strings.Repeat(" ", c-at) + "│")
		at = c + 1
	}
	return at
}

// shown is a value with where it was read, or why it is unknown.
func shown(e entry) string {
	v := e.v
	if v.kind == kUnknown {
		return "unknown: " + clip(v.reason(), 160)
	}
	text := brief(v, maxShown)
	if v.at == nil {
		return text
	}
	if o := v.at.origin(); !o.IsZero() {
		text += "   " + clip(o.String(), 120)
	}
	return text
}

// brief is a value in at most width characters, as a policy would write it.
func brief(v value, width int) string {
	switch v.kind {
	case kUnknown:
		return "unknown"
	case kString:
		return quoted(v.s, width)
	case kList:
		items := v.elements()
		least, most := lengths(items)
		if least != most {
			return fmt.Sprintf("a list of %d elements or more", least)
		}
		if text := compact(v); text != "" && utf8.RuneCountInString(text) <= width {
			return text
		}
		return fmt.Sprintf("a list of %d elements", least)
	case kMap:
		m, _ := v.entries()
		if text := compact(v); text != "" && utf8.RuneCountInString(text) <= width {
			return text
		}
		return fmt.Sprintf("a map of %d elements", len(m))
	case kObject:
		for i, name := range v.c.names {
			if name == "path" || name == "name" || name == "message" {
				if id := v.attr(i, name); id.kind == kString {
					return "{ " + name + " = " + quoted(id.s, width-12) + ", … }"
				}
			}
		}
		if text := compact(v); text != "" && utf8.RuneCountInString(text) <= width {
			return text
		}
		return fmt.Sprintf("an object of %d attributes", len(v.c.names))
	}
	return scalarText(v)
}

func quoted(s string, width int) string {
	r := []rune(s)
	if len(r) > width {
		s = string(r[:width]) + "…"
	}
	return strconv.Quote(s)
}

// compact is a small composite on one line; empty when it is large or holds unknowns.
func compact(v value) string {
	if v.leaves(12) > 12 || !v.certain() {
		return ""
	}
	b, err := json.Marshal(v.whole())
	if err != nil {
		return ""
	}
	return string(b)
}
