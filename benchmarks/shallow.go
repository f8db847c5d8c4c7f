package benchmarks

import (
	"bytes"
	"unicode/utf8"
)

// shallow tells whether a text is surely not nested too deeply. Making the tokens of a file takes as long as parsing it,
// so that the common case is scanned here without. What the scan does not know for certain, it is not sure of, and the
// tokens decide: a file that shallow accepts, checkNesting accepts too.
func shallow(src []byte) bool {
	if !utf8.Valid(src) || bytes.IndexByte(src, '\r') >= 0 || bytes.IndexByte(src, 0) >= 0 {
		return false
	}
	s := &scanner{src: src, nesting: newNesting()}
	for s.pos < len(s.src) {
		if !s.next() || s.nesting.depth > MaxNesting {
			return false
		}
	}
	return len(s.open) == 0
}

type scanner struct {
	src     []byte
	pos     int
	open    []byte // the brackets that are open: ( [ { and $ for an interpolation
	nesting *nesting
}

func (s *scanner) peek(i int) byte {
	if s.pos+i < len(s.src) {
		return s.src[s.pos+i]
	}
	return 0
}

// next goes over one token; false when it is not sure.
func (s *scanner) next() bool {
	c := s.src[s.pos]
	switch {
	case c == ' ' || c == '\t':
		s.pos++
		return true
	case c == '#' || c == '/' && s.peek(1) == '/':
		return s.lineComment()
	case c == '/' && s.peek(1) == '*':
		end := bytes.Index(s.src[s.pos+2:], []byte("*/"))
		s.pos += end + 4
		return end >= 0
	case isIdentStart(c):
		for isIdentStart(s.peek(0)) || isDigit(s.peek(0)) || s.peek(0) == '-' {
			s.pos++
		}
		s.nesting.term(otherToken)
		return true
	case isDigit(c):
		s.number()
		return true
	case c == '"':
		s.pos++
		s.nesting.term(otherToken)
		return s.quoted()
	case c == '<' && s.peek(1) == '<':
		return s.heredoc()
	case c >= 0x80:
		return false
	}
	return s.symbol(c)
}

func (s *scanner) symbol(c byte) bool {
	s.pos++
	n := s.nesting
	switch c {
	case '(', '[', '{':
		s.open = append(s.open, c)
		kind := otherToken
		if c == '[' {
			kind = bracketToken
		}
		n.opened(c == '{', kind)
	case ')':
		return s.closes('(')
	case ']':
		return s.closes('[')
	case '}':
		if len(s.open) > 0 && s.open[len(s.open)-1] == '$' {
			return s.closes('$') && s.quoted()
		}
		return s.closes('{')
	case '\n':
		n.newline()
	case ',':
		n.comma()
	case '?':
		n.question()
	case '*':
		n.star()
	case '.':
		n.term(dotToken)
	case '-':
		n.sign()
	case '!':
		if s.peek(0) == '=' {
			s.pos++
			n.term(otherToken)
			return true
		}
		n.sign()
	default:
		n.term(otherToken)
	}
	return true
}

func (s *scanner) closes(c byte) bool {
	if len(s.open) == 0 || s.open[len(s.open)-1] != c {
		return false
	}
	s.open = s.open[:len(s.open)-1]
	s.nesting.closed()
	return true
}

func (s *scanner) lineComment() bool {
	end := bytes.IndexByte(s.src[s.pos:], '\n')
	if end < 0 {
		s.pos = len(s.src)
		return true
	}
	s.pos += end + 1
	s.nesting.newline()
	return true
}

func (s *scanner) number() {
	for {
		c := s.peek(0)
		switch {
		case isDigit(c):
			s.pos++
		case (c == 'e' || c == 'E') && isDigit(s.peek(1)):
			s.pos += 2
		case (c == 'e' || c == 'E') && (s.peek(1) == '+' || s.peek(1) == '-') && isDigit(s.peek(2)):
			s.pos += 3
		default:
			s.nesting.term(otherToken)
			return
		}
	}
}

// quoted goes on inside a quoted string, up to its end or the next interpolation.
func (s *scanner) quoted() bool {
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		s.pos++
		switch c {
		case '"':
			s.nesting.term(otherToken)
			return true
		case '\n':
			return false
		case '\\':
			if next := s.peek(0); next == '\n' || next == 0 {
				return false
			}
			s.pos++
		case '$', '%':
			switch next := s.peek(0); {
			case next == '{' && c == '$':
				s.pos++
				s.open = append(s.open, '$')
				s.nesting.opened(false, otherToken)
				return true
			case next == '{' || next == c:
				return false
			}
		}
	}
	return false
}

// heredoc goes over a whole here-document that has no interpolation.
func (s *scanner) heredoc() bool {
	line, rest, ok := bytes.Cut(s.src[s.pos+2:], []byte("\n"))
	marker := bytes.TrimPrefix(line, []byte("-"))
	if !ok || len(marker) == 0 || !isIdentStart(marker[0]) {
		return false
	}
	for _, c := range marker {
		if !isIdentStart(c) && !isDigit(c) && c != '-' {
			return false
		}
	}
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		switch {
		case !ok:
			return false
		case bytes.Equal(bytes.TrimSpace(line), marker):
			s.pos = len(s.src) - len(after)
			s.nesting.term(otherToken)
			s.nesting.newline()
			return true
		case bytes.Contains(line, []byte("{")) && bytes.ContainsAny(line, "$%"):
			return false
		}
		rest = after
	}
}

func isIdentStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
