// Package gkeyfile parses key files as GLib's GKeyFile does: groups in brackets, key=value, comments. Values are not
// interpreted.
package gkeyfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Entry is one key.
type Entry struct {
	Group, Key, Value string
	Line              int
}

// Parse gives the entries in their order; of two with one group and key the later counts. Like GLib it refuses the whole
// file for one malformed line.
func Parse(b []byte) ([]Entry, error) {
	var out []Entry
	group, n := "", 0
	for raw := range bytes.Lines(b) {
		n++
		line := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
		line = strings.TrimLeft(line, " \t\v\f")
		switch {
		case !utf8.ValidString(line) || strings.IndexByte(line, 0) >= 0:
			return nil, fmt.Errorf("%d: is not UTF-8", n)
		case line == "" || line[0] == '#':
		case line[0] == '[':
			name, rest, ok := strings.Cut(line[1:], "]")
			if !ok || strings.TrimSpace(rest) != "" || name == "" || strings.ContainsAny(name, "[") {
				return nil, fmt.Errorf("%d: is no group", n)
			}
			group = name
		default:
			key, value, ok := strings.Cut(line, "=")
			key = strings.TrimRight(key, " \t")
			switch {
			case !ok || key == "":
				return nil, fmt.Errorf("%d: is neither a group, a key nor a comment", n)
			case group == "":
				return nil, fmt.Errorf("%d: stands before the first group", n)
			}
			out = append(out, Entry{group, key, strings.TrimLeft(value, " \t"), n})
		}
	}
	return out, nil
}

// Last is the entry that counts.
func Last(entries []Entry, group, key string) (Entry, bool) {
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Group == group && entries[i].Key == key {
			return entries[i], true
		}
	}
	return Entry{}, false
}
