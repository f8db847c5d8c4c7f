// Package haproxycfg reads haproxy.cfg as HAProxy splits it into words (section 2.2 of its configuration manual), and
// knows nothing of what the words mean.
package haproxycfg

import (
	"errors"
	"fmt"
	"strings"
)

// Line is one that is neither empty nor only a comment.
type Line struct {
	Number int // from 1
	Words  []string
}

// Section is a section with its lines: global, defaults, frontend NAME, …
type Section struct {
	Line
	Lines []Line
}

// Kind is the section's keyword.
func (s Section) Kind() string { return s.Words[0] }

// Name is what the section is called; empty where it has no name.
func (s Section) Name() string {
	if len(s.Words) > 1 {
		return s.Words[1]
	}
	return ""
}

var kinds = map[string]bool{
	"global": true, "defaults": true, "frontend": true, "backend": true, "listen": true, "userlist": true, "peers": true, "mailers": true,
	"resolvers": true, "program": true, "cache": true, "http-errors": true, "ring": true, "log-forward": true, "fcgi-app": true,
	"crt-store": true, "traces": true,
}

const maxSize, maxLines = 4 << 20, 100_000

// Parse reads a file. What depends on more than its text, conditions and variables of the environment, is an error: it
// is not known here what HAProxy would make of it.
func Parse(text []byte) ([]Section, error) {
	if len(text) > maxSize {
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	}
	var out []Section
	for i, raw := range strings.Split(string(text), "\n") {
		if i >= maxLines {
			return nil, fmt.Errorf("more than %d lines", maxLines)
		}
		words, err := split(strings.TrimSuffix(raw, "\r"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if len(words) == 0 {
			continue
		}
		l := Line{i + 1, words}
		switch {
		case strings.HasPrefix(words[0], "."):
			return nil, fmt.Errorf("line %d: %s is decided when HAProxy starts", l.Number, words[0])
		case kinds[words[0]]:
			out = append(out, Section{Line: l})
		case len(out) == 0:
			return nil, fmt.Errorf("line %d: %q stands before the first section", l.Number, words[0])
		default:
			s := &out[len(out)-1]
			s.Lines = append(s.Lines, l)
		}
	}
	return out, nil
}

// splitter takes a line apart.
type splitter struct {
	words  []string
	word   strings.Builder
	in     bool // a word has begun, be it an empty one in quotes
	strong bool // in single quotes
	weak   bool // in double quotes
}

func split(line string) ([]string, error) {
	var s splitter
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case s.strong:
			if c == '\'' {
				s.strong = false
			} else {
				s.word.WriteByte(c)
			}
		case c == '\\':
			if i++; i == len(line) {
				return nil, errors.New("a backslash at its end")
			}
			s.add(unescape(line[i]))
		case c == '"':
			s.weak, s.in = !s.weak, true
		case s.weak && c == '$':
			return nil, errors.New("a variable of HAProxy's environment, which is not known here")
		case s.weak:
			s.word.WriteByte(c)
		case c == '\'':
			s.strong, s.in = true, true
		case c == '#':
			i = len(line)
		case c == ' ' || c == '\t':
			s.end()
		default:
			s.add(c)
		}
	}
	if s.strong || s.weak {
		return nil, errors.New("a quote that is not closed")
	}
	s.end()
	return s.words, nil
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func (s *splitter) add(c byte) {
	s.in = true
	s.word.WriteByte(c)
}

func (s *splitter) end() {
	if s.in {
		s.words = append(s.words, s.word.String())
		s.word.Reset()
		s.in = false
	}
}
