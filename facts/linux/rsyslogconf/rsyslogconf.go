// Package rsyslogconf parses rsyslog.conf(5) of rsyslog 8: RainerScript objects, the older "$Directive value" lines and
// selector lines, in the order in which rsyslogd meets them, includes in their place. Expressions and templates are
// passed over, not evaluated.
package rsyslogconf

import (
	"fmt"
	"strings"
)

// Bounds of one configuration.
const (
	maxItems = 20_000
	maxDepth = 10
	maxBytes = 4 << 20
)

// Kinds of items.
const (
	Directive = "directive" // $Name Value
	Object    = "object"    // name(param="…"), actions too
	Action    = "action"    // an action of the older syntax: Value is its text
)

// Item is one thing that configures.
type Item struct {
	Kind     string
	Name     string // of a directive or object, lower case, without the $
	Value    string
	Params   map[string]string // of an object, names in lower case; the elements of an array are joined by commas
	Selector string            // under which an action stands, as written; "" for none or an expression
	Ruleset  string            // in which it stands; "" for the default one
	Path     string
	Line     int
}

// Problem is something that could not be read or understood: what stands there may configure anything.
type Problem struct {
	Path   string
	Line   int
	Reason string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Reason
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Reason)
}

// Files is what includes are read from.
type Files interface {
	ReadFile(name string) ([]byte, error)
	// Include lists what a pattern of an include means: in the order of names, a directory's files without hidden ones.
	Include(pattern string) ([]string, error)
}

// Config is a whole configuration.
type Config struct {
	Items    []Item
	Problems []Problem
}

// Load reads the file and all it includes.
func Load(files Files, name string) *Config {
	l := &loader{files: files, out: &Config{}}
	b, err := files.ReadFile(name)
	if err != nil {
		l.problem(name, 0, err.Error())
		return l.out
	}
	l.parse(name, string(b))
	return l.out
}

type loader struct {
	files Files
	out   *Config
	depth int
	bytes int
	full  bool
}

func (l *loader) problem(path string, line int, why string) {
	if len(l.out.Problems) < 100 {
		l.out.Problems = append(l.out.Problems, Problem{path, line, why})
	}
}

func (l *loader) add(i Item) {
	if len(l.out.Items) >= maxItems {
		if !l.full {
			l.full = true
			l.problem(i.Path, i.Line, fmt.Sprintf("more than %d statements", maxItems))
		}
		return
	}
	l.out.Items = append(l.out.Items, i)
}

func (l *loader) include(path string, line int, pattern string, optional bool) {
	if l.depth >= maxDepth {
		l.problem(path, line, "includes are nested too deeply")
		return
	}
	names, err := l.files.Include(pattern)
	if err != nil {
		l.problem(path, line, err.Error())
	}
	if len(names) == 0 && err == nil && !optional && !strings.ContainsAny(pattern, "*?[") {
		l.problem(path, line, "includes "+pattern+", which does not exist")
	}
	for _, name := range names {
		b, err := l.files.ReadFile(name)
		if err != nil {
			l.problem(name, 0, err.Error())
			continue
		}
		l.depth++
		l.parse(name, string(b))
		l.depth--
	}
}

func (l *loader) parse(path, text string) {
	l.bytes += len(text)
	if l.bytes > maxBytes {
		l.problem(path, 0, fmt.Sprintf("the configuration has more than %d bytes", maxBytes))
		return
	}
	p := &parser{loader: l, path: path, s: text, line: 1}
	p.run()
}
