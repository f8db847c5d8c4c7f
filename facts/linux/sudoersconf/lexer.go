package sudoersconf

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// parser reads one logical line.
type parser struct {
	s string
	i int
}

func (p *parser) blank() {
	for p.i < len(p.s) && strings.IndexByte(blanks, p.s[p.i]) >= 0 {
		p.i++
	}
}

// end skips blanks and a comment, and tells whether nothing is left. A # before digits is a user id.
func (p *parser) end() bool {
	p.blank()
	if p.peek() == '#' && !p.isUID() {
		p.i = len(p.s)
	}
	return p.i >= len(p.s)
}

func (p *parser) isUID() bool {
	rest := strings.TrimPrefix(p.s[p.i+1:], "-")
	return rest != "" && rest[0] >= '0' && rest[0] <= '9'
}

func (p *parser) peek() byte {
	if p.i >= len(p.s) {
		return 0
	}
	return p.s[p.i]
}

// take skips blanks and one character, if it is the next.
func (p *parser) take(c byte) bool {
	p.blank()
	if p.peek() != c || p.i >= len(p.s) {
		return false
	}
	p.i++
	return true
}

func (p *parser) run(chars string) string {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(chars, p.s[p.i]) >= 0 {
		p.i++
	}
	return p.s[start:p.i]
}

func (p *parser) unexpected() error {
	if p.i >= len(p.s) {
		return fmt.Errorf("the line ends too early")
	}
	return fmt.Errorf("unexpected %q", p.s[p.i:min(len(p.s), p.i+12)])
}

// word reads up to one of the ending characters, with "quotes" and backslashes taken off.
func (p *parser) word(ending string) (string, error) {
	var out []byte
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			p.i++
			text, err := p.quoted()
			if err != nil {
				return "", err
			}
			out = append(out, text...)
		case c == '\\' && p.i+1 < len(p.s):
			out = append(out, p.s[p.i+1])
			p.i += 2
		case strings.IndexByte(ending, c) >= 0:
			return string(out), nil
		default:
			out = append(out, c)
			p.i++
		}
	}
	return string(out), nil
}

// quoted reads to the closing quote; only a quote is escaped in it.
func (p *parser) quoted() (string, error) {
	var out []byte
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(out), nil
		case c == '\\' && p.i < len(p.s) && p.s[p.i] == '"':
			out = append(out, '"')
			p.i++
		default:
			out = append(out, c)
		}
	}
	return "", fmt.Errorf("a quote is not closed")
}

// list reads members with commas between, each with any number of "!" in front.
func (p *parser) list(member func() (string, error)) ([]string, error) {
	var out []string
	for {
		negated := false
		for p.take('!') {
			negated = !negated
		}
		p.blank()
		m, err := member()
		if err != nil {
			return nil, err
		}
		if m == "" {
			return nil, p.unexpected()
		}
		if negated {
			m = "!" + m
		}
		if out = append(out, m); len(out) > maxMembers {
			return nil, fmt.Errorf("a list of more than %d members", maxMembers)
		}
		if !p.take(',') {
			return out, nil
		}
	}
}

// member reads one user, group, host or run-as name. A # is a user id.
func (p *parser) member() (string, error) {
	start := p.i
	if p.peek() == '#' && !p.isUID() {
		return "", p.unexpected()
	}
	ipv6 := strings.Count(p.upTo(blanks+",=()!"), ":") > 1
	var prefix string
	if p.peek() == '%' { // %:name and %#id have characters that end a word
		prefix = "%"
		if p.i++; p.peek() == ':' || p.peek() == '#' {
			prefix += p.s[p.i : p.i+1]
			p.i++
		}
	}
	if p.peek() == '#' {
		prefix = "#"
		p.i++
	}
	ending := blanks + ",=()!#:"
	if ipv6 {
		ending = blanks + ",=()!#"
	}
	text, err := p.word(ending)
	if err != nil {
		return "", err
	}
	if text == "" {
		p.i = start
		return "", p.unexpected()
	}
	return prefix + text, nil
}

func (p *parser) upTo(chars string) string {
	rest := p.s[p.i:]
	if end := strings.IndexAny(rest, chars); end >= 0 {
		return rest[:end]
	}
	return rest
}

var digests = []string{"sha224", "sha256", "sha384", "sha512"}

// command reads one command with its digests and arguments, the latter to an unescaped comma, colon, equals sign or #.
func (p *parser) command() (string, error) {
	var out []string
	for {
		p.blank()
		i := slices.IndexFunc(digests, func(d string) bool { return strings.HasPrefix(p.s[p.i:], d) })
		if i < 0 {
			break
		}
		save := p.i
		p.i += len(digests[i])
		if !p.take(':') {
			p.i = save
			break
		}
		p.blank()
		sum := p.run("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
		if sum == "" {
			return "", p.unexpected()
		}
		out = append(out, digests[i]+":"+sum)
		p.take(',') // several digests of one command
	}
	for p.take('!') {
		out = append(out, "!")
	}
	p.blank()
	if p.peek() == '^' { // a regular expression ends at $
		text, err := p.regex()
		return strings.Join(append(out, text), " "), err
	}
	path, err := p.word(blanks + ",:=#()")
	if err != nil || path == "" {
		return "", fmt.Errorf("no command: %w", p.unexpected())
	}
	if !validCommand(path) {
		return "", fmt.Errorf("%q is no command", path)
	}
	out = append(out, path)
	if path == "ALL" || isAlias(path) {
		return strings.Join(out, " "), nil
	}
	args, err := p.arguments()
	if err != nil {
		return "", err
	}
	if args != "" {
		out = append(out, args)
	}
	return strings.Join(out, " "), nil
}

// validCommand: a path, an alias, or one of the words that sudo knows.
func validCommand(path string) bool {
	return strings.HasPrefix(path, "/") || path == "sudoedit" || path == "list" || path == "ALL" || isAlias(path)
}

func isAlias(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// arguments keeps what is written, but for escapes of the characters that end them.
func (p *parser) arguments() (string, error) {
	var out []byte
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '\\' && p.i+1 < len(p.s):
			if strings.IndexByte(`:\,= `+"\t#", p.s[p.i+1]) < 0 {
				out = append(out, c)
			}
			out = append(out, p.s[p.i+1])
			p.i += 2
			continue
		case c == '^' && len(bytes.TrimLeft(out, blanks)) == 0:
			return p.regex()
		case strings.IndexByte(",:=#", c) >= 0:
			return strings.Join(strings.Fields(string(out)), " "), nil
		}
		out = append(out, c)
		p.i++
	}
	return strings.Join(strings.Fields(string(out)), " "), nil
}

// regex reads ^…$, in which a backslash guards the next character.
func (p *parser) regex() (string, error) {
	start := p.i
	for p.i++; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\\':
			p.i++
		case '$':
			if next := p.i + 1; next >= len(p.s) || strings.IndexByte(blanks+",:=#", p.s[next]) >= 0 {
				p.i++
				text := p.s[start:p.i]
				args, err := p.arguments()
				if args != "" {
					text += " " + args
				}
				return text, err
			}
		}
	}
	p.i = min(p.i, len(p.s))
	return "", fmt.Errorf("a regular expression is not closed")
}
