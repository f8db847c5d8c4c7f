// Package printable makes text that a host's users could have written (file names, option values, comments) harmless
// where people read it: nothing in it moves a terminal's cursor, changes its colours, reverses the direction of the
// line or breaks out of it. It does not quote for any markup; the formats of package report do that on top.
package printable

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Line makes s fit for one line: everything that does not print, line breaks and tabs included, is shown as the
// escape that Go and C write for it (\n, \x1b, \u202e).
func Line(s string) string { return escape(s, false) }

// Block keeps the line breaks of s, turns tabs into four spaces, and treats the rest as Line does.
func Block(s string) string { return escape(s, true) }

func escape(s string, block bool) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + string("0123456789abcdef"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15]))
		case block && r == '\n':
			b.WriteByte('\n')
		case block && r == '\t':
			b.WriteString("    ")
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

func clean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
