package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSONSchema is the JSON Schema of the json format.
//
//go:embed schema/report.v1.json
var JSONSchema []byte

func init() {
	register(func(View) Format {
		return Format{Name: "json", Doc: "The whole report, for machines (" + Schema + ").", Write: WriteJSON}
	})
}

// WriteJSON writes the report as indented JSON. Characters that would act on a terminal are written as \u escapes,
// which any JSON reader takes for the same string.
func WriteJSON(w io.Writer, r *Report) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return err
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON escapes what encoding/json leaves as it is: DEL, the C1 controls, text direction and other characters
// that do not print. They occur in strings only.
func escapeJSON(b []byte) []byte {
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
