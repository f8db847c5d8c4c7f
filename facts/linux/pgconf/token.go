package pgconf

import (
	"strings"
)

type kind int

const (
	end kind = iota
	ident
	qualified // a.b: a name, and not a value
	unquoted
	number
	quoted
	equals
	bad
)

// next is the token at the start of s, by the longest match of the scanner's rules and among equals the first rule.
func next(s []byte) (kind, string, []byte) {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t' || s[0] == '\r') {
		s = s[1:]
	}
	if len(s) == 0 || s[0] == '#' {
		return end, "", nil
	}
	best, n := bad, 1
	take := func(k kind, length int) {
		if length > n || (length == n && best == bad) {
			best, n = k, length
		}
	}
	switch {
	case letter(s[0]):
		id := run(s, 1, wordByte)
		take(ident, id)
		if id+1 < len(s) && s[id] == '.' && letter(s[id+1]) {
			take(qualified, run(s, id+2, wordByte))
		}
		take(unquoted, run(s, 1, func(c byte) bool { return wordByte(c) || strings.IndexByte("-._:/", c) >= 0 }))
	case s[0] == '\'':
		if length := stringLen(s); length > 0 {
			take(quoted, length)
		}
	case s[0] == '=':
		take(equals, 1)
	default:
		take(number, integerLen(s))
		take(number, realLen(s))
	}
	return best, string(s[:n]), s[n:]
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func digit(c byte) bool    { return c >= '0' && c <= '9' }
func wordByte(c byte) bool { return letter(c) || digit(c) }
func hexByte(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
func unitByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func run(s []byte, from int, in func(byte) bool) int {
	for from < len(s) && in(s[from]) {
		from++
	}
	return from
}

// stringLen is the length of '…' with \x and ” inside; 0 when it does not end on this line.
func stringLen(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == '\'':
			return i + 1
		}
	}
	return 0
}

func signLen(s []byte) int {
	if s[0] == '-' || s[0] == '+' {
		return 1
	}
	return 0
}

// integerLen: digits or 0x and hex digits, with letters of a unit behind.
func integerLen(s []byte) int {
	sign := signLen(s)
	best := 0
	if n := run(s, sign, digit); n > sign {
		best = run(s, n, unitByte)
	}
	if sign+2 < len(s) && s[sign] == '0' && s[sign+1] == 'x' {
		if n := run(s, sign+2, hexByte); n > sign+2 {
			best = max(best, run(s, n, unitByte))
		}
	}
	return best
}

// realLen: digits with one point and an exponent; it takes no unit.
func realLen(s []byte) int {
	n := run(s, signLen(s), digit)
	if n >= len(s) || s[n] != '.' {
		return 0
	}
	n = run(s, n+1, digit)
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		e := n + 1
		if e < len(s) {
			e += signLen(s[e:])
		}
		if end := run(s, e, digit); end > e {
			n = end
		}
	}
	return n
}

// unquote takes the quotes off and the escapes out (GUC_scanstr).
func unquote(s string) string {
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
			b.WriteByte('\'')
		case s[i] == '\\' && i+1 < len(s):
			i++
			i += escape(&b, s[i:]) - 1
		default:
			b.WriteByte(s[i])
		}
	}
	text, _, _ := strings.Cut(b.String(), "\x00") // a C string ends there
	return text
}

// escape writes what stands behind a backslash and tells how many bytes it was.
func escape(b *strings.Builder, s string) int {
	switch s[0] {
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n, v := 0, 0
		for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			v = v<<3 + int(s[n]-'0')
			n++
		}
		b.WriteByte(byte(v & 0xff))
		return n
	default:
		b.WriteByte(s[0])
	}
	return 1
}
