// Package mycnf reads the option files of MariaDB and MySQL as my_load_defaults does: which groups count, !include and
// !includedir, comments, quotes and escapes, and how the options that come out of it are named: dashes and underscores
// are the same, loose_, skip_, disable_ and enable_ stand before a name. The last value wins. It knows no defaults.
package mycnf

import (
	"fmt"
	"path"
	"strings"
)

// Bounds of one configuration.
const (
	maxOptions = 20_000
	maxDepth   = 10 // max_recursion_level of my_default.c
	maxFiles   = 1000
	maxLine    = 4096 - 2 // the buffer of my_default.c: what is longer would become two lines
)

// Option is one option that the server is given.
type Option struct {
	Name     string // with underscores, and without loose_
	Value    string
	HasValue bool
	File     string // empty for the command line
	Line     int
}

// Problem is what keeps the server from starting, or from reading on.
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

// Files is what option files are read from.
type Files interface {
	ReadFile(name string) ([]byte, error)
	List(dir string) ([]string, error) // names, sorted
	Absent(err error) bool
	WorldWritable(name string) bool
}

// Config is what the server is given in all.
type Config struct {
	Options  []Option // in order; the last of a name counts
	Problems []Problem
	Read     []string // the files that were read
	Ignored  []string // files that everyone may write: the server passes them over

	files  Files
	groups map[string]bool
	depth  int
}

// Load reads files in order. One that is absent says nothing.
func Load(files Files, names, groups []string) *Config {
	c := &Config{files: files, groups: map[string]bool{}}
	for _, g := range groups {
		c.groups[g] = true
	}
	for _, n := range names {
		c.file(n)
	}
	return c
}

func (c *Config) problem(file string, line int, text string) {
	if len(c.Problems) < 100 {
		c.Problems = append(c.Problems, Problem{file, line, text})
	}
}

func (c *Config) file(name string) {
	if len(c.Read) >= maxFiles {
		c.problem(name, 0, "too many files are included")
		return
	}
	b, err := c.files.ReadFile(name)
	switch {
	case err != nil && c.files.Absent(err):
		return
	case err != nil:
		c.problem(name, 0, err.Error())
		return
	case c.files.WorldWritable(name):
		c.Ignored = append(c.Ignored, name)
		return
	}
	c.Read = append(c.Read, name)
	n, group, counts := 0, false, false
	for line := range strings.Lines(string(b)) {
		n++
		if len(line) > maxLine {
			c.problem(name, n, "the line is longer than the server reads at once")
			return
		}
		line = cString(line)
		line = strings.TrimLeft(line, " \t\r\n\v\f")
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '!':
			c.directive(name, n, line)
		case line[0] == '[':
			end := strings.IndexByte(line, ']')
			if end < 0 {
				c.problem(name, n, "a group without its closing bracket: the server does not start")
				return
			}
			group, counts = true, c.groups[strings.TrimRight(line[1:end], " \t")]
		case !group:
			c.problem(name, n, "an option before any group: the server does not start")
			return
		case counts:
			c.option(name, n, line)
		}
		if len(c.Options) >= maxOptions {
			c.problem(name, n, "there are too many options")
			return
		}
	}
}

// cString is what C sees of a line: up to the first NUL.
func cString(line string) string {
	before, _, _ := strings.Cut(line, "\x00")
	return before
}

func (c *Config) directive(file string, n int, line string) {
	word, arg := line[1:], ""
	if i := strings.IndexAny(word, " \t\r\n"); i >= 0 {
		word, arg = word[:i], strings.TrimSpace(word[i:])
	}
	if word != "include" && word != "includedir" {
		return // passed over in silence
	}
	switch {
	case arg == "":
		c.problem(file, n, "!"+word+" names nothing")
		return
	case c.depth >= maxDepth:
		return // the server warns, and skips it
	case !path.IsAbs(arg):
		c.problem(file, n, "!"+word+" names a relative path, and in which directory is not known")
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	if word == "include" {
		c.file(arg)
		return
	}
	names, err := c.files.List(arg)
	if err != nil && !c.files.Absent(err) {
		c.problem(file, n, err.Error())
		return
	}
	for _, name := range names {
		if path.Ext(name) == ".cnf" {
			c.file(path.Join(arg, name))
		}
	}
}

func (c *Config) option(file string, n int, line string) {
	line = withoutComment(line)
	name, value, has := strings.Cut(line, "=")
	name = strings.TrimRight(name, " \t\r\n\v\f")
	o := Option{Name: normal(name), HasValue: has, File: file, Line: n}
	if has {
		o.Value = unescape(unquote(strings.Trim(value, " \t\r\n\v\f")))
	}
	c.Options = append(c.Options, o)
}

func withoutComment(line string) string {
	quote, escape := byte(0), false
	for i := 0; i < len(line); i++ {
		b := line[i]
		if (b == '\'' || b == '"') && !escape {
			switch quote {
			case 0:
				quote = b
			case b:
				quote = 0
			}
		}
		if quote == 0 && b == '#' {
			return line[:i]
		}
		escape = quote != 0 && b == '\\' && !escape
	}
	return line
}

func unquote(v string) string {
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		return v[1 : len(v)-1]
	}
	return v
}

func unescape(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	var out strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' || i+1 >= len(v) {
			out.WriteByte(v[i])
			continue
		}
		i++
		if at := strings.IndexByte(`ntrbs"'\`, v[i]); at >= 0 {
			out.WriteByte("\n\t\r\b \"'\\"[at])
			continue
		}
		out.WriteByte('\\')
		out.WriteByte(v[i])
	}
	return out.String()
}

func normal(name string) string {
	name = strings.ReplaceAll(name, "-", "_")
	for strings.HasPrefix(name, "loose_") {
		name = strings.TrimPrefix(name, "loose_")
	}
	return name
}

// Arguments puts the options of a command line behind what was loaded: --name=value, --name, or --name value where the
// next word is no option.
func (c *Config) Arguments(words []string) {
	for i := 0; i < len(words) && len(c.Options) < maxOptions; i++ {
		text, ok := strings.CutPrefix(cString(words[i]), "--")
		if !ok || text == "" {
			continue
		}
		name, value, has := strings.Cut(text, "=")
		if !has && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
			i++
			value, has = words[i], true
		}
		c.Options = append(c.Options, Option{Name: normal(name), Value: value, HasValue: has})
	}
}

// Last is the option that counts for a name with underscores. skip_, disable_ and enable_ before it make it a switch
// with the value 0 or 1. The name may be abbreviated, which only the server can resolve: then the error says where.
func (c *Config) Last(name string) (Option, bool, error) {
	for i := len(c.Options) - 1; i >= 0; i-- {
		o := c.Options[i]
		switch o.Name {
		case name:
			return o, true, nil
		case "skip_" + name, "disable_" + name:
			if on, ok := Bool(o); ok && !on && o.HasValue {
				continue // --skip-x=0 is not documented to mean anything
			}
			o.Value, o.HasValue = "0", true
			return o, true, nil
		case "enable_" + name:
			o.Value, o.HasValue = "1", true
			return o, true, nil
		}
		if len(o.Name) >= 3 && len(o.Name) < len(name) && strings.HasPrefix(name, o.Name) && !wholeNames[o.Name] {
			return o, false, fmt.Errorf("%s:%d: %s may stand for %s", o.File, o.Line, o.Name, name)
		}
	}
	return Option{}, false, nil
}

// wholeNames are options whose name is the beginning of another's.
var wholeNames = map[string]bool{
	"log": true, "log_error": true, "log_warnings": true, "port": true, "ssl": true, "socket": true, "server_audit": true, "plugin_load": true,
	"simple_password_check": true, "validate_password": true, "user": true, "sql_mode": true, "general_log": true, "bind_address": true,
}

// Bool is the value of a switch: without a value it is on. The second result is false for one that the server warns
// of and takes for off.
func Bool(o Option) (on, ok bool) {
	if !o.HasValue {
		return true, true
	}
	switch strings.ToLower(o.Value) {
	case "1", "on", "true":
		return true, true
	case "0", "off", "false":
		return false, true
	}
	return false, false
}
