package pghba

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// token is one word; quoted when it begins with a quote, which takes its special meaning away.
type token struct {
	text   string
	quoted bool
}

// line is one logical line: fields of words.
type line struct {
	file   string
	line   int
	fields [][]token
	err    string
}

type loader struct {
	files   Files
	version int
	lines   []line
	problem Problem
	stack   []string
	opened  int
	tokens  int
}

func load(files Files, name string, version int) ([]line, Problem) {
	l := &loader{files: files, version: version}
	b, _, err := l.read(name)
	if err != nil {
		return nil, Problem(err.Error())
	}
	l.file(b, name)
	return l.lines, l.problem
}

func (l *loader) stop(format string, args ...any) {
	if l.problem == "" {
		l.problem = Problem(fmt.Sprintf(format, args...))
	}
}

func (l *loader) read(name string) (b []byte, absent bool, err error) {
	if l.opened++; l.opened > maxFiles {
		return nil, false, fmt.Errorf("%s: more than %d files", name, maxFiles)
	}
	b, err = l.files.ReadFile(name)
	return b, err != nil && l.files.IsAbsent(err), err
}

// each calls f for the logical lines of a file: a backslash at the end of one joins the next to it, since version 14.
func (l *loader) each(b []byte, f func(text string, number int) bool) {
	var joined []byte
	start := 0
	for n, raw := range bytes.Split(b, []byte("\n")) {
		raw = bytes.TrimRight(raw, "\r")
		if joined == nil {
			start = n + 1
		}
		if l.version != 0 && l.version < 14 {
			joined = raw
		} else if joined = append(joined, raw...); len(raw) > 0 && raw[len(raw)-1] == '\\' {
			joined = joined[:len(joined)-1]
			if joined == nil {
				joined = []byte{}
			}
			continue
		}
		text, _, _ := strings.Cut(string(joined), "\x00") // a C string ends there
		joined = nil
		if !f(text, start) {
			return
		}
	}
	if len(joined) > 0 {
		f(string(joined), start)
	}
}

func (l *loader) file(b []byte, name string) {
	l.stack = append(l.stack, name)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	l.each(b, func(text string, number int) bool {
		fields, err := l.split(text, name)
		if len(fields) == 0 && err == "" {
			return true
		}
		if err == "" && l.include(fields, name, number) {
			return true
		}
		if len(l.lines) >= maxLines || l.tokens > maxTokens {
			l.stop("%s:%d: more lines than are looked at", name, number)
			return false
		}
		l.lines = append(l.lines, line{name, number, fields, err})
		return true
	})
}

// include follows the directives of version 16: two fields, the first of them the directive.
func (l *loader) include(fields [][]token, name string, number int) bool {
	if (l.version != 0 && l.version < 16) || len(fields) != 2 {
		return false
	}
	target := relative(name, fields[1][0].text)
	switch fields[0][0].text {
	case "include", "include_if_exists":
		l.included(target, name, number, fields[0][0].text == "include_if_exists")
	case "include_dir":
		entries, err := l.files.ReadDir(target)
		if err != nil {
			l.failed(name, number, fmt.Sprintf("could not open directory %s", quote(target)), err)
			return true
		}
		slices.Sort(entries)
		for _, e := range entries {
			if len(e) >= 6 && !strings.HasPrefix(e, ".") && strings.HasSuffix(e, ".conf") {
				l.included(path.Join(target, e), name, number, false)
			}
		}
	default:
		return false
	}
	return true
}

// failed keeps what a directive could not open: the server refuses the file where it is absent, and may read what we
// may not.
func (l *loader) failed(name string, number int, what string, err error) {
	if l.files.IsAbsent(err) {
		l.lines = append(l.lines, line{file: name, line: number, err: what + ": No such file or directory"})
		return
	}
	l.stop("%s:%d: %s", name, number, err)
}

func (l *loader) included(target, from string, number int, optional bool) {
	if len(l.stack) > maxDepth || slices.Contains(l.stack, target) {
		l.lines = append(l.lines, line{file: from, line: number, err: "could not open file " + quote(target) + ": maximum nesting depth exceeded"})
		return
	}
	b, absent, err := l.read(target)
	switch {
	case absent && optional:
	case err != nil:
		l.failed(from, number, "could not open file "+quote(target), err)
	default:
		l.file(b, target)
	}
}

// split is the fields of a line, @files in them expanded.
func (l *loader) split(text, file string) (fields [][]token, err string) {
	for text != "" {
		var field []token
		for {
			tok, comma, rest, ok := next(text)
			text = rest
			if !ok {
				break
			}
			l.tokens++
			if !tok.quoted && len(tok.text) > 1 && tok.text[0] == '@' {
				more, why := l.expand(relative(file, tok.text[1:]), tok.text[1:])
				field = append(field, more...)
				if why != "" {
					return nil, why
				}
			} else {
				field = append(field, tok)
			}
			if !comma {
				break
			}
		}
		if len(field) > 0 {
			fields = append(fields, field)
		}
	}
	return fields, ""
}

// expand is the words of an @file, of all its lines.
func (l *loader) expand(name, as string) (words []token, err string) {
	if len(l.stack) > maxDepth || slices.Contains(l.stack, name) {
		return nil, "could not open secondary authentication file \"@" + as + "\": maximum nesting depth exceeded"
	}
	b, absent, readErr := l.read(name)
	if absent {
		return nil, fmt.Sprintf("could not open secondary authentication file \"@%s\" as %s: No such file or directory", as, quote(name))
	}
	if readErr != nil {
		l.stop("%s", readErr)
		return nil, readErr.Error()
	}
	l.stack = append(l.stack, name)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	l.each(b, func(text string, _ int) bool {
		fields, why := l.split(text, name)
		for _, f := range fields {
			words = append(words, f...)
		}
		err = why
		return why == "" && l.tokens <= maxTokens
	})
	return words, err
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// next is next_token of hba.c: a word up to a blank or comma outside of quotes, a # outside of them ending the line.
func next(s string) (tok token, comma bool, rest string, ok bool) {
	i := 0
	for i < len(s) && (blank(s[i]) || s[i] == ',') {
		i++
	}
	var b strings.Builder
	inQuote, wasQuote, sawQuote := false, false, false
	for ; i < len(s) && (!blank(s[i]) || inQuote); i++ {
		c := s[i]
		if c == '#' && !inQuote {
			i = len(s)
			break
		}
		if c == ',' && !inQuote {
			comma = true
			i++
			break
		}
		if c != '"' || wasQuote {
			b.WriteByte(c)
		}
		wasQuote = inQuote && c == '"' && !wasQuote
		if c == '"' {
			inQuote = !inQuote
			sawQuote = true
			if b.Len() == 0 {
				tok.quoted = true
			}
		}
	}
	tok.text = b.String()
	return tok, comma, s[i:], sawQuote || tok.text != ""
}
