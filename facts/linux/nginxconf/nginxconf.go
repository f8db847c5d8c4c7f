// Package nginxconf reads nginx's configuration: its tokens, blocks and includes, as ngx_conf_file.c does. It gives the
// directives as they are written; what they mean, and how they are inherited, it does not say.
package nginxconf

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// Files is what the configuration is read through. Glob gives sorted names.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
}

// Bounds of one configuration.
const (
	maxFiles      = 4096
	maxDepth      = 16 // of includes
	maxNesting    = 64 // of blocks
	maxDirectives = 200_000
	maxArgs       = 1024
	maxToken      = 4096 // ngx_conf_file.c: NGX_CONF_BUFFER
)

// Directive is one, with the blocks around it.
type Directive struct {
	Name   string
	Args   []string
	Blocks []string // names of the blocks it stands in, from the outside: http, server
	File   string
	Line   int
}

// Config is what was read. Problems say what was not, with its place; each could have held anything.
type Config struct {
	Directives []Directive
	Problems   []string
}

// Read reads a configuration from its main file; relative includes are below that file's directory.
func Read(files Files, main string) Config {
	r := &reader{files: files, dir: path.Dir(main)}
	r.file(main, nil, 0)
	return r.c
}

type reader struct {
	files Files
	dir   string
	read  int
	full  bool
	c     Config
}

func (r *reader) problem(format string, args ...any) {
	r.c.Problems = append(r.c.Problems, fmt.Sprintf(format, args...))
}

func (r *reader) file(name string, blocks []string, depth int) {
	if r.read++; depth > maxDepth || r.read > maxFiles {
		r.problem("%s: includes are nested too deep, or too many", name)
		return
	}
	b, err := r.files.ReadFile(name)
	if err != nil {
		r.problem("%v", err)
		return
	}
	lex := &lexer{text: string(b), line: 1}
	base := len(blocks)
	for !r.full {
		line, words, end, err := lex.statement()
		switch {
		case err != nil:
			r.problem("%s:%d: %v", name, lex.line, err)
			return
		case end == 0:
			if len(blocks) != base {
				r.problem("%s:%d: a block is not closed", name, lex.line)
			}
			return
		case end == '}':
			if len(blocks) == base {
				r.problem("%s:%d: unexpected }", name, line)
				return
			}
			blocks = blocks[:len(blocks)-1]
			continue
		}
		if len(words) == 0 {
			r.problem("%s:%d: unexpected %c", name, lex.line, end)
			return
		}
		r.directive(Directive{words[0], words[1:], blocks, name, line}, depth)
		if end != '{' {
			continue
		}
		if strings.HasSuffix(words[0], "_by_lua_block") { // Lua follows, not directives
			r.problem("%s:%d: %s is not understood", name, line, words[0])
			return
		}
		if len(blocks) >= maxNesting {
			r.problem("%s:%d: blocks are nested too deep", name, line)
			return
		}
		blocks = append(blocks[:len(blocks):len(blocks)], words[0])
	}
}

func (r *reader) directive(d Directive, depth int) {
	if d.Name != "include" || len(d.Args) != 1 {
		if r.full = len(r.c.Directives) >= maxDirectives; r.full {
			r.problem("%s:%d: more than %d directives", d.File, d.Line, maxDirectives)
			return
		}
		r.c.Directives = append(r.c.Directives, d)
		return
	}
	pattern := d.Args[0]
	if !path.IsAbs(pattern) {
		pattern = path.Join(r.dir, pattern)
	}
	if !strings.ContainsAny(pattern, "*?[") {
		r.file(pattern, d.Blocks, depth+1)
		return
	}
	names, err := r.files.Glob(pattern)
	if err != nil {
		r.problem("%s:%d: %v", d.File, d.Line, err)
	}
	for _, n := range names {
		r.file(n, d.Blocks, depth+1)
	}
}

type lexer struct {
	text string
	at   int
	line int
}

// statement gives the words up to ; { or }, which is end; end is 0 at the end of the file.
func (l *lexer) statement() (line int, words []string, end byte, err error) {
	for {
		l.space()
		if l.at == len(l.text) {
			if len(words) > 0 {
				return line, nil, 0, errors.New("unexpected end of file")
			}
			return l.line, nil, 0, nil
		}
		if len(words) == 0 {
			line = l.line
		}
		switch c := l.text[l.at]; c {
		case ';', '{':
			l.at++
			return line, words, c, nil
		case '}':
			l.at++
			if len(words) > 0 {
				return line, nil, 0, errors.New("unexpected }")
			}
			return line, nil, c, nil
		}
		word, err := l.word()
		if err != nil {
			return line, nil, 0, err
		}
		if len(words) >= maxArgs || len(word) > maxToken {
			return line, nil, 0, errors.New("a directive is too long")
		}
		words = append(words, word)
	}
}

func (l *lexer) space() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; c {
		case '\n':
			l.line++
			l.at++
		case ' ', '\t', '\r':
			l.at++
		case '#':
			for l.at < len(l.text) && l.text[l.at] != '\n' {
				l.at++
			}
		default:
			return
		}
	}
}

func (l *lexer) word() (string, error) {
	var b strings.Builder
	quote := l.text[l.at]
	if quote == '"' || quote == '\'' {
		l.at++
	} else {
		quote = 0
	}
	for ; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		switch {
		case c == '\\' && l.at+1 < len(l.text):
			l.at++
			b.WriteString(escaped(l.text[l.at]))
		case quote != 0 && c == quote:
			l.at++
			if l.at < len(l.text) && !strings.ContainsRune(" \t\r\n;{)", rune(l.text[l.at])) {
				return "", errors.New("something follows a closing quote")
			}
			return b.String(), nil
		case quote == 0 && c == '$' && l.at+1 < len(l.text) && l.text[l.at+1] == '{':
			b.WriteString("${") // a variable, no block
			l.at++
		case quote == 0 && strings.IndexByte(" \t\r\n;{", c) >= 0:
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
		if l.at < len(l.text) && l.text[l.at] == '\n' {
			l.line++
		}
	}
	if quote != 0 {
		return "", errors.New("a quote is not closed")
	}
	return b.String(), nil
}

// escaped is what a backslash and a character stand for in a token.
func escaped(c byte) string {
	switch c {
	case '"', '\'', '\\', ' ', ';', '{', '}':
		return string(c)
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case 'n':
		return "\n"
	}
	return "\\" + string(c)
}
