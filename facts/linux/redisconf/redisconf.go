// Package redisconf parses redis.conf as the config.c of Redis and Valkey does: sdssplitargs' quoting, includes read in
// place, later directives over earlier ones, options of the command line behind the file. What access control lists
// amount to is in acl.go. It knows no defaults and gives no verdict: an instance's settings are put together by its user.
package redisconf

import (
	"fmt"
	"path"
	"strings"
)

// Bounds of one configuration.
const (
	maxDirectives = 50_000
	maxDepth      = 16
	maxArgs       = 4096
	maxFiles      = 1000
)

// Directive is one line: its name in lower case and its arguments.
type Directive struct {
	Name string
	Args []string
	File string // empty for an option of the command line
	Line int
}

// Problem is a line that keeps the server from starting, or one that could not be followed.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Files is what a configuration is read from.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
}

// Config is one configuration with all it includes.
type Config struct {
	Directives []Directive // in the order they are applied
	Problems   []Problem
	Included   []string // files other than the first

	files  Files
	dir    string // what "dir" made the working directory; empty while that is not known
	depth  int
	opened int
}

// Load reads a file, "" for none, and the options of the command line behind it. workdir is the directory the server
// starts in, empty when that is not known.
func Load(files Files, name, workdir string, options []string) *Config {
	c := &Config{files: files, dir: workdir}
	if name != "" {
		c.file(name)
	}
	c.options(options)
	return c
}

// Last is the directive that counts of those that hold one value.
func (c *Config) Last(name string) (Directive, bool) {
	for i := len(c.Directives) - 1; i >= 0; i-- {
		if c.Directives[i].Name == name {
			return c.Directives[i], true
		}
	}
	return Directive{}, false
}

// All are the directives of a name, in order.
func (c *Config) All(name string) []Directive {
	var out []Directive
	for _, d := range c.Directives {
		if d.Name == name {
			out = append(out, d)
		}
	}
	return out
}

func (c *Config) problem(file string, line int, text string) {
	if len(c.Problems) < 100 {
		c.Problems = append(c.Problems, Problem{file, line, text})
	}
}

func (c *Config) file(name string) {
	if c.depth >= maxDepth {
		c.problem(name, 0, "includes are nested too deeply")
		return
	}
	if c.opened++; c.opened > maxFiles {
		if c.opened == maxFiles+1 {
			c.problem(name, 0, "too many files are included")
		}
		return
	}
	b, err := c.files.ReadFile(name)
	if err != nil {
		c.problem(name, 0, err.Error())
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if len(c.Directives) >= maxDirectives {
			c.problem(name, n, "there are too many lines")
			return
		}
		if strings.IndexByte(line, 0) >= 0 { // the server would lose the rest of the line and join the next one to it
			c.problem(name, n, "a NUL byte in the line")
			continue
		}
		c.line(name, n, line)
	}
}

func (c *Config) line(file string, n int, line string) {
	line = strings.Trim(line, " \t\r\n")
	if line == "" || line[0] == '#' {
		return
	}
	args, ok := SplitArgs(line)
	if !ok {
		c.problem(file, n, "the quotes are not balanced")
		return
	}
	if len(args) > 0 {
		c.directive(Directive{Name: strings.ToLower(args[0]), Args: args[1:], File: file, Line: n})
	}
}

func (c *Config) directive(d Directive) {
	switch {
	case d.Name == "include" && len(d.Args) == 1:
		c.include(d)
		return
	case d.Name == "dir" && len(d.Args) == 1: // the server changes there at once: what follows is relative to it
		switch {
		case path.IsAbs(d.Args[0]):
			c.dir = path.Clean(d.Args[0])
		case c.dir != "":
			c.dir = path.Join(c.dir, d.Args[0])
		}
	}
	c.Directives = append(c.Directives, d)
}

// include follows a file, or a pattern of which nothing need be found (since 7.0).
func (c *Config) include(d Directive) {
	name := c.Resolve(d.Args[0])
	if !path.IsAbs(name) {
		c.problem(d.File, d.Line, "includes "+name+", and in which directory is not known")
		return
	}
	if !strings.ContainsAny(name, "*?[") {
		c.Included = append(c.Included, name)
		before := len(c.Problems)
		c.file(name)
		if len(c.Problems) > before && c.Problems[before].Line == 0 && c.Problems[before].File == name {
			c.Problems[before] = Problem{d.File, d.Line, "includes " + c.Problems[before].String()}
		}
		return
	}
	found, err := c.files.Glob(name)
	if err != nil {
		c.problem(d.File, d.Line, err.Error())
	}
	for _, f := range found {
		c.Included = append(c.Included, f)
		c.file(f)
	}
}

// Resolve is a path that the configuration names, by the directory that is the working directory at this point. It
// stays relative when that is not known.
func (c *Config) Resolve(name string) string {
	if path.IsAbs(name) || c.dir == "" || name == "" {
		return name
	}
	return path.Join(c.dir, name)
}

// Dir is the working directory that the configuration ends up with; empty when that is not known.
func (c *Config) Dir() string { return c.dir }

// options are arguments behind the file: "--port 6380 --save 60 1". A word that starts with two dashes opens a line.
func (c *Config) options(words []string) {
	var line []string
	flush := func() {
		if len(line) > 0 {
			c.directive(Directive{Name: strings.ToLower(line[0]), Args: line[1:]})
		}
		line = nil
	}
	for i, w := range words {
		if i >= maxArgs {
			c.problem("the command line", 0, "there are too many arguments")
			break
		}
		if name, ok := strings.CutPrefix(w, "--"); ok && name != "" {
			flush()
			// An option is text of a line, so "--port 6380" in one word is one as well.
			parts, ok := SplitArgs(name)
			if !ok || len(parts) == 0 {
				c.problem("the command line", 0, "the quotes are not balanced")
				continue
			}
			line = parts
			continue
		}
		if line != nil {
			line = append(line, w)
		}
	}
	flush()
}

// SplitArgs splits a line as sdssplitargs does: words between white space; "…" with \n \r \t \b \a \xHH and \c for any
// other c; '…' with \' alone. A closing quote must be followed by white space or the end. The second result is false
// for a line that Redis refuses.
func SplitArgs(line string) ([]string, bool) {
	var args []string
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i >= len(line) {
			return args, true
		}
		if len(args) >= maxArgs {
			return nil, false
		}
		word, next, ok := splitWord(line, i)
		if !ok {
			return nil, false
		}
		args, i = append(args, word), next
	}
}

func splitWord(line string, i int) (word string, next int, ok bool) {
	var w strings.Builder
	for i < len(line) {
		switch c := line[i]; {
		case isSpace(c):
			return w.String(), i, true
		case c == '"' || c == '\'':
			if i, ok = quoted(&w, line, i+1, c); !ok || i < len(line) && !isSpace(line[i]) {
				return "", 0, false
			}
			return w.String(), i, true
		default:
			w.WriteByte(c)
			i++
		}
	}
	return w.String(), i, true
}

// quoted copies what stands before the closing quote and gives the position behind it.
func quoted(w *strings.Builder, line string, i int, quote byte) (next int, ok bool) {
	for i < len(line) {
		c := line[i]
		switch {
		case c == quote:
			return i + 1, true
		case c == '\\' && quote == '\'' && i+1 < len(line) && line[i+1] == '\'':
			w.WriteByte('\'')
			i += 2
		case c == '\\' && quote == '"' && i+3 < len(line) && line[i+1] == 'x' && hexDigit(line[i+2]) >= 0 && hexDigit(line[i+3]) >= 0:
			w.WriteByte(byte(hexDigit(line[i+2])<<4 | hexDigit(line[i+3])))
			i += 4
		case c == '\\' && quote == '"' && i+1 < len(line):
			w.WriteByte(unescape(line[i+1]))
			i += 2
		default:
			w.WriteByte(c)
			i++
		}
	}
	return i, false
}

func unescape(c byte) byte {
	if i := strings.IndexByte("nrtba", c); i >= 0 {
		return "\n\r\t\b\a"[i]
	}
	return c
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// isSpace is isspace(3) in the C locale.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
