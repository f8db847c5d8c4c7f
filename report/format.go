package report

import (
	"io"
	"slices"
	"strings"
)

// Format is one way to write a report.
type Format struct {
	Name  string
	Doc   string
	Write func(io.Writer, *Report) error
}

// View is how a person wants to see a report. Formats for machines ignore it. The zero View fits a file.
type View struct {
	Width   int  // columns; 0 is 100
	Color   bool // the output is a terminal that wants colour
	Verbose bool // what passed, too
	// Violations bounds how many are shown of one control; 0 is 10.
	Violations int
}

var registry []func(View) Format

// register adds a format; called from each file's init only.
func register(f func(View) Format) { registry = append(registry, f) }

// Formats are all formats, by name.
func Formats(v View) []Format {
	if v.Width <= 0 {
		v.Width = 100
	}
	if v.Violations <= 0 {
		v.Violations = 10
	}
	out := make([]Format, 0, len(registry))
	for _, f := range registry {
		out = append(out, f(v))
	}
	slices.SortFunc(out, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return out
}
