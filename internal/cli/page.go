package cli

import (
	"bufio"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/internal/printable"
)

// page writes text for people to stdout. Whatever it is given, it makes printable.
type page struct {
	w     *bufio.Writer
	color bool
	width int
}

// piece is part of a line, with the SGR attributes that it gets on a terminal.
type piece struct{ text, style string }

func (p *program) page() *page {
	return &page{w: bufio.NewWriter(p.out), color: p.colors(p.out), width: p.out.columns()}
}

// end returns the first error of all that was written.
func (g *page) end() error { return g.w.Flush() }

func (g *page) line(indent int, pieces ...piece) {
	_, _ = g.w.WriteString(strings.Repeat(" ", indent))
	for _, p := range pieces {
		g.put(p)
	}
	_ = g.w.WriteByte('\n')
}

func (g *page) put(p piece) {
	s := printable.Line(p.text)
	if g.color && p.style != "" && s != "" {
		s = "\x1b[" + p.style + "m" + s + "\x1b[0m"
	}
	_, _ = g.w.WriteString(s)
}

// prose wraps words at the width.
func (g *page) prose(indent int, s string, style string) {
	_, _ = g.w.WriteString(strings.Repeat(" ", indent))
	g.words(indent, s, style)
}

// words wraps words at the width; the cursor is at column indent, where further lines start as well.
func (g *page) words(indent int, s string, style string) {
	column, first := indent, true
	for _, word := range strings.Fields(s) {
		word = printable.Line(word)
		n := utf8.RuneCountInString(word)
		switch {
		case first:
		case column+1+n > g.width:
			_, _ = g.w.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			_ = g.w.WriteByte(' ')
			column++
		}
		g.put(piece{word, style})
		column, first = column+n, false
	}
	_ = g.w.WriteByte('\n')
}

// block keeps the lines of s.
func (g *page) block(indent int, s string) {
	for line := range strings.Lines(printable.Block(s)) {
		g.line(indent, piece{strings.TrimSuffix(line, "\n"), ""})
	}
}

// pair is a term in a column of its own with its description beside it, or below it where the term is wide.
func (g *page) pair(term, description string, width int) {
	g.put(piece{term, "1"})
	n := utf8.RuneCountInString(term)
	if n > width {
		_, _ = g.w.WriteString("\n" + strings.Repeat(" ", width+2))
	} else {
		_, _ = g.w.WriteString(strings.Repeat(" ", width-n+2))
	}
	g.words(width+2, description, "")
}
