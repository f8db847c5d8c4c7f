// Package envfile parses the shell-like assignments of os-release(5), machine-info(5), locale.conf(5) and the
// EnvironmentFile= of systemd.exec(5), by the rules of systemd's own parser: quotes, backslashes, comments, the last
// assignment of a name wins. It expands no variables and runs nothing.
package envfile

import (
	"errors"
	"strings"
)

// MaxSize bounds what Parse reads, in bytes.
const MaxSize = 1 << 20

// Errors of Parse.
var (
	ErrTooLarge     = errors.New("larger than 1 MiB")
	ErrNUL          = errors.New("contains a NUL byte")
	ErrUnterminated = errors.New("ends inside a quoted value")
)

// Value is one assignment.
type Value struct {
	Text string
	Line int // 1-based, of the name
}

type state int

const (
	preKey state = iota
	inKey
	preValue
	inValue
	valueEscape
	singleQuoted
	doubleQuoted
	doubleEscape
	comment
	commentEscape
)

type parser struct {
	state      state
	line, at   int
	key, value strings.Builder
	blanks     int // trailing blanks of an unquoted value, which do not belong to it
	out        map[string]Value
}

// Parse gives the assignments by name. A line without "=" is no assignment and is passed over, as systemd does.
func Parse(b []byte) (map[string]Value, error) {
	if len(b) > MaxSize {
		return nil, ErrTooLarge
	}
	p := &parser{line: 1, out: map[string]Value{}}
	for _, c := range b {
		if c == 0 {
			return nil, ErrNUL
		}
		p.step(c)
		if c == '\n' {
			p.line++
		}
	}
	switch p.state {
	case singleQuoted, doubleQuoted, doubleEscape:
		return p.out, ErrUnterminated
	case preValue, inValue, valueEscape:
		p.push()
	}
	return p.out, nil
}

func (p *parser) step(c byte) {
	newline := c == '\n' || c == '\r'
	switch p.state {
	case preKey:
		p.startKey(c)
	case inKey:
		switch {
		case newline:
			p.state = preKey
		case c == '=':
			p.state = preValue
		default:
			p.key.WriteByte(c)
		}
	case preValue:
		p.startValue(c, newline)
	case inValue:
		switch {
		case newline:
			p.push()
		case c == '\\':
			p.state, p.blanks = valueEscape, 0
		default:
			p.append(c)
		}
	case valueEscape:
		p.state = inValue
		if !newline {
			p.value.WriteByte(c)
		}
	default:
		p.stepQuoted(c, newline)
	}
}

func (p *parser) stepQuoted(c byte, newline bool) {
	switch p.state {
	case singleQuoted:
		if c == '\'' {
			p.state = preValue
		} else {
			p.value.WriteByte(c)
		}
	case doubleQuoted:
		switch c {
		case '"':
			p.state = preValue
		case '\\':
			p.state = doubleEscape
		default:
			p.value.WriteByte(c)
		}
	case doubleEscape:
		p.state = doubleQuoted
		if strings.IndexByte("\"\\`$", c) < 0 && !newline {
			p.value.WriteByte('\\')
		}
		if !newline {
			p.value.WriteByte(c)
		}
	case comment:
		if c == '\\' {
			p.state = commentEscape
		} else if newline {
			p.state = preKey
		}
	case commentEscape:
		p.state = comment
	}
}

func (p *parser) startKey(c byte) {
	switch {
	case c == '#' || c == ';':
		p.state = comment
	case !blank(c):
		p.state, p.at, p.blanks = inKey, p.line, 0
		p.key.Reset()
		p.value.Reset()
		p.key.WriteByte(c)
	}
}

func (p *parser) startValue(c byte, newline bool) {
	switch {
	case newline:
		p.push()
	case c == '\'':
		p.state = singleQuoted
	case c == '"':
		p.state = doubleQuoted
	case c == '\\':
		p.state = valueEscape
	case !blank(c):
		p.state = inValue
		p.append(c)
	}
}

func (p *parser) append(c byte) {
	p.value.WriteByte(c)
	if blank(c) {
		p.blanks++
	} else {
		p.blanks = 0
	}
}

func (p *parser) push() {
	v := p.value.String()
	p.out[strings.TrimRight(p.key.String(), " \t")] = Value{Text: v[:len(v)-p.blanks], Line: p.at}
	p.state, p.blanks = preKey, 0
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
