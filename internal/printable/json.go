package printable

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON escapes what encoding/json leaves as it is in a document: DEL, the C1 controls, text direction and other
// characters that do not print. They occur in strings only, where the escape means the same character.
func JSON(b []byte) []byte {
	plain := 0
	for plain < len(b) && (b[plain] == '\n' || b[plain] >= ' ' && b[plain] <= '~') {
		plain++
	}
	if plain == len(b) {
		return b
	}
	out := append(make([]byte, 0, len(b)+64), b[:plain]...)
	for i := plain; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out = append(out, b[i:i+size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = appendUnit(appendUnit(out, high), low)
		default:
			out = appendUnit(out, r)
		}
		i += size
	}
	return out
}

func appendUnit(b []byte, unit rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[unit>>12&15], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
}
