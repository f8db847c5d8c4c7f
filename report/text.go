package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/internal/printable"
)

// style is an SGR attribute of ECMA-48.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
	alarm  style = "1;31"
)

// text writes lines for people: indented, wrapped, coloured where that is wanted. It makes printable whatever it
// is given, so a caller can't forget to. It stops at the first error.
type text struct {
	w     io.Writer
	width int
	color bool
	err   error
}

func (t *text) raw(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, s)
	}
}

func (t *text) blank() { t.raw("\n") }

// paint styles a piece of one line.
func (t *text) paint(s string, as style) string {
	s = printable.Line(s)
	if !t.color || as == plain || s == "" {
		return s
	}
	return "\x1b[" + string(as) + "m" + s + "\x1b[0m"
}

// span is a piece of a line in one style. What is whole is not broken at its spaces.
type span struct {
	text  string
	style style
	whole bool
}

// line writes pieces on one line, unwrapped.
func (t *text) line(indent int, spans ...span) {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", indent))
	for _, s := range spans {
		b.WriteString(t.paint(s.text, s.style))
	}
	t.raw(strings.TrimRight(b.String(), " ") + "\n")
}

// para writes pieces as prose: it wraps between words at the width, and further lines start at column hang. A word
// that is longer than the line stays whole, so that paths can be copied.
func (t *text) para(indent, hang int, spans ...span) {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", indent))
	column, gap, first := indent, 0, true
	for _, s := range spans {
		words := []string{printable.Line(s.text)}
		if !s.whole {
			words = strings.Split(words[0], " ")
		}
		for i, word := range words {
			if i > 0 {
				gap++
			}
			if word == "" {
				continue
			}
			size := utf8.RuneCountInString(word)
			switch {
			case first:
			case gap > 0 && column+gap+size > t.width:
				b.WriteString("\n" + strings.Repeat(" ", hang))
				column = hang
			default:
				b.WriteString(strings.Repeat(" ", gap))
				column += gap
			}
			b.WriteString(t.paint(word, s.style))
			column += size
			first, gap = false, 0
		}
	}
	t.raw(b.String() + "\n")
}

// block writes text whose line breaks and columns mean something.
func (t *text) block(indent int, s string, as style) {
	for line := range strings.Lines(printable.Block(s)) {
		t.line(indent, span{text: strings.TrimSuffix(line, "\n"), style: as})
	}
}

// bar draws a share of 0 to 100 percent. It is full or empty only when the share is exactly that.
func bar(percent float64, width int) (filled, rest string) {
	n := int(percent / 100 * float64(width))
	if n == 0 && percent > 0 {
		n = 1
	}
	return strings.Repeat("█", n), strings.Repeat("░", width-n)
}

// percentText cuts rather than rounds: 99.96 % is not 100 %.
func percentText(p float64) string {
	if p == 100 {
		return "100 %"
	}
	return fmt.Sprintf("%.1f %%", float64(int(p*10))/10)
}
