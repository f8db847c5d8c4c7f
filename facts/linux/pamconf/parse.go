package pamconf

import (
	"fmt"
	"strings"
)

const blanks = " \n\t"

// Parse splits a service file, or pam.conf, into its lines. Types are lower-cased; a line of no valid type is one of
// auth that fails, as in libpam.
func Parse(file string, b []byte, withService bool) ([]Line, error) {
	var out []Line
	n, start, joined, length := 0, 0, "", 0
	flush := func() {
		if text := joined; strings.Trim(text, blanks) != "" {
			out = append(out, split(Line{File: file, Line: start}, text, withService))
		}
		joined, start, length = "", 0, 0
	}
	for raw := range strings.Lines(string(b)) {
		n++
		if i := strings.IndexByte(raw, 0); i >= 0 { // fgets reads on, but a C string ends
			raw = raw[:i]
		}
		text := strings.TrimLeft(raw, blanks)
		if text == "" || text[0] == '#' {
			continue // also between the parts of a continued line
		}
		if start == 0 {
			start = n
		}
		if length += len(raw); length > maxLine {
			return nil, fmt.Errorf("%s:%d: longer than the %d bytes that libpam reads of a line", file, start, maxLine)
		}
		text, _, _ = strings.Cut(text, "#")
		text = strings.TrimRight(text, blanks)
		if strings.HasSuffix(text, `\`) {
			joined += strings.TrimSuffix(text, `\`) + " "
			continue
		}
		joined += text
		flush()
		if len(out) > maxEntries {
			return nil, fmt.Errorf("%s has more than %d lines", file, maxEntries)
		}
	}
	flush()
	return out, nil
}

func split(l Line, text string, withService bool) Line {
	next := func() (string, bool) { return token(&text) }
	if withService {
		l.Service, _ = next()
	}
	kind, ok := next()
	if l.Quiet = strings.HasPrefix(kind, "-"); l.Quiet {
		kind = kind[1:]
	}
	switch l.Type = strings.ToLower(kind); l.Type {
	case Auth, Account, Session, Password:
	case "@include":
		if l.Target, ok = next(); !ok {
			l.Broken = "@include of no file"
		}
		return l
	default:
		l.Type, l.Broken = Auth, fmt.Sprintf("no such type: %q", kind)
		if !ok {
			l.Broken = "no type"
		}
	}
	bracketed := strings.HasPrefix(strings.TrimLeft(text, blanks), "[")
	l.Control, ok = next()
	if !ok {
		l.Broken = "no control flag"
		return l
	}
	if bracketed {
		l.Control = "[" + l.Control + "]"
	}
	if l.Target, ok = next(); !ok {
		l.Broken = "no module"
		return l
	}
	for {
		arg, ok := next()
		if !ok {
			return l
		}
		l.Args = append(l.Args, arg)
	}
}

// token is _pam_StrTok: a word, or what stands in brackets, in which \] is a bracket.
func token(s *string) (string, bool) {
	text := strings.TrimLeft(*s, blanks)
	if text == "" {
		*s = ""
		return "", false
	}
	if text[0] != '[' {
		end := strings.IndexAny(text, blanks)
		if end < 0 {
			*s = ""
			return text, true
		}
		*s = text[end+1:]
		return text[:end], true
	}
	var out []byte
	i := 1
	for ; i < len(text) && text[i] != ']'; i++ {
		if text[i] == '\\' && i+1 < len(text) && text[i+1] == ']' {
			i++
		}
		out = append(out, text[i])
	}
	if i < len(text) {
		i++
	}
	*s = text[i:]
	return string(out), true
}
