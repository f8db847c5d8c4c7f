// Package logindefs parses login.defs(5) as shadow-utils does (lib/getdef.c). PAM modules read the same file by other
// rules: see [File.First]. It knows no defaults.
package logindefs

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// Setting is one line that gives an option a value.
type Setting struct {
	Name, Value string
	Line        int
}

// File is what a login.defs sets, in the order of its lines.
type File struct{ Settings []Setting }

// longest is the size of the buffer that shadow-utils reads a line into; the rest of a longer line counts as another.
const longest = 1023

// Parse never fails: what is no setting is skipped, as shadow-utils skips it.
func Parse(b []byte) File {
	var f File
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		for len(raw) > 0 {
			chunk := raw[:min(longest, len(raw))]
			raw = raw[len(chunk):]
			if s, ok := parseLine(chunk); ok {
				s.Line = n
				f.Settings = append(f.Settings, s)
			}
		}
	}
	return f
}

func parseLine(b []byte) (Setting, bool) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	line := strings.TrimRight(string(b), " \t\n\v\f\r")
	line = strings.TrimLeft(line, " \t")
	if line == "" || line[0] == '#' {
		return Setting{}, false
	}
	i := strings.IndexAny(line, " \t")
	if i < 0 {
		return Setting{}, false
	}
	value, _, _ := strings.Cut(strings.TrimLeft(line[i:], " \"\t"), `"`)
	return Setting{Name: line[:i], Value: value}, true
}

// Last is the setting that shadow-utils uses: the last of that name, whose case counts.
func (f File) Last(name string) (Setting, bool) {
	for i := len(f.Settings) - 1; i >= 0; i-- {
		if f.Settings[i].Name == name {
			return f.Settings[i], true
		}
	}
	return Setting{}, false
}

// First is the setting that PAM modules use (pam_umask, pam_unix, pam_faildelay: pam_modutil_search_key): the first of
// that name, in any case.
func (f File) First(name string) (Setting, bool) {
	for _, s := range f.Settings {
		if strings.EqualFold(s.Name, name) {
			return s, true
		}
	}
	return Setting{}, false
}

// Number reads a value as strtol(3) with base 0 does: a leading 0 means octal, 0x hexadecimal. shadow-utils uses its
// default when this fails.
func Number(s string) (int64, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || strings.ContainsAny(digits, "_bBoO") && !isHex(digits) {
		return 0, false // Go's base 0 also takes 0b, 0o and underscores
	}
	v, err := strconv.ParseInt(s, 0, 64)
	if err != nil || v > math.MaxInt32 || v < math.MinInt32 {
		return 0, false
	}
	return v, true
}

func isHex(digits string) bool {
	return (strings.HasPrefix(digits, "0x") || strings.HasPrefix(digits, "0X")) && !strings.Contains(digits, "_")
}
