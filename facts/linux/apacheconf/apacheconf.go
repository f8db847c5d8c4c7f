// Package apacheconf reads the configuration of Apache's HTTP server: lines, sections, Define and includes. A section
// that depends on a module or a parameter (IfModule, IfDefine, If) is read as if it applied: what it holds is there to be
// used. The package gives directives as written, and does not say what they mean.
package apacheconf

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Files is what the configuration is read through. Glob gives sorted names.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
	IsDir(name string) bool
}

// Bounds of one configuration.
const (
	maxFiles      = 4096
	maxDepth      = 64
	maxDirectives = 200_000
	maxLine       = 16 << 20 / 256
	maxExpanded   = 64 << 10
)

// Directive is one line. Name is in lower case.
type Directive struct {
	Name     string
	Args     []string
	Sections []string // names of the sections it stands in, in lower case, from the outside
	File     string
	Line     int
}

// Config is what was read. Problems say what was not, with its place.
type Config struct {
	Directives []Directive
	Problems   []string
}

// Read reads a configuration from its main file. vars are the process's environment, as far as it is known.
func Read(files Files, main string, vars map[string]string) Config {
	r := &reader{files: files, root: path.Dir(main), vars: map[string]string{}}
	for k, v := range vars {
		r.vars[k] = v
	}
	r.file(main, nil, 0)
	return r.c
}

type reader struct {
	files Files
	root  string // ServerRoot
	vars  map[string]string
	read  int
	c     Config
}

func (r *reader) problem(format string, args ...any) {
	r.c.Problems = append(r.c.Problems, fmt.Sprintf(format, args...))
}

func (r *reader) file(name string, sections []string, depth int) {
	if r.read++; depth > maxDepth || r.read > maxFiles {
		r.problem("%s: includes are nested too deep, or too many", name)
		return
	}
	b, err := r.files.ReadFile(name)
	if err != nil {
		r.problem("%v", err)
		return
	}
	lines := strings.Split(string(b), "\n")
	for i := 0; i < len(lines); i++ {
		first := i + 1
		line := strings.TrimRight(lines[i], "\r")
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) && len(line) < maxLine {
			i++
			line = line[:len(line)-1] + strings.TrimRight(lines[i], "\r")
		}
		if len(line) > maxLine || len(r.c.Directives) >= maxDirectives {
			r.problem("%s:%d: too long", name, first)
			return
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "</"):
			if len(sections) > 0 {
				sections = sections[:len(sections)-1]
			}
		case line[0] == '<':
			kind, _, _ := strings.Cut(strings.Trim(line, "<>"), " ")
			if len(sections) >= maxDepth {
				r.problem("%s:%d: sections are nested too deep", name, first)
				return
			}
			sections = append(sections[:len(sections):len(sections)], strings.ToLower(kind))
		default:
			r.directive(line, Directive{Sections: sections, File: name, Line: first}, depth)
		}
	}
}

func (r *reader) directive(line string, d Directive, depth int) {
	words, ok := split(r.expand(line))
	if !ok {
		r.problem("%s:%d: a quote is not closed", d.File, d.Line)
		return
	}
	d.Name, d.Args = strings.ToLower(words[0]), words[1:]
	switch {
	case d.Name == "define" && len(d.Args) > 0:
		r.vars[d.Args[0]] = strings.Join(d.Args[1:], " ")
	case d.Name == "undefine" && len(d.Args) > 0:
		delete(r.vars, d.Args[0])
	case d.Name == "serverroot" && len(d.Args) == 1:
		r.root = d.Args[0]
	case (d.Name == "include" || d.Name == "includeoptional") && len(d.Args) == 1:
		r.include(d, depth)
		return
	case d.Name == "use":
		r.problem("%s:%d: macros are not followed", d.File, d.Line)
	}
	r.c.Directives = append(r.c.Directives, d)
}

// include reads a file, the files of a pattern, or all of a directory (core.c: ap_process_resource_config).
func (r *reader) include(d Directive, depth int) {
	target := d.Args[0]
	if strings.Contains(target, "${") {
		r.problem("%s:%d: %s holds a variable that is not known", d.File, d.Line, target)
		return
	}
	if !path.IsAbs(target) {
		target = path.Join(r.root, target)
	}
	names, err := []string{target}, error(nil)
	if strings.ContainsAny(target, "*?[") || d.Name == "includeoptional" {
		names, err = r.files.Glob(target)
	}
	if err != nil {
		r.problem("%s:%d: %v", d.File, d.Line, err)
	}
	for _, n := range names {
		r.tree(n, d, depth)
	}
}

func (r *reader) tree(name string, d Directive, depth int) {
	if !r.files.IsDir(name) {
		r.file(name, d.Sections, depth+1)
		return
	}
	if depth > maxDepth {
		r.problem("%s: directories are nested too deep", name)
		return
	}
	inside, err := r.files.Glob(name + "/*")
	if err != nil {
		r.problem("%s:%d: %v", d.File, d.Line, err)
	}
	for _, n := range inside {
		r.tree(n, d, depth+1)
	}
}

var variable = regexp.MustCompile(`\$\{[^${}]+\}`)

// expand replaces ${NAME}; an unknown one stays as it is (core.c: ap_resolve_env).
func (r *reader) expand(line string) string {
	if !strings.Contains(line, "${") {
		return line
	}
	out := variable.ReplaceAllStringFunc(line, func(v string) string {
		if value, ok := r.vars[v[2:len(v)-1]]; ok && len(value) < maxExpanded/16 {
			return value
		}
		return v
	})
	return out[:min(len(out), maxExpanded)]
}

// split takes words apart (util.c: ap_getword_conf): blanks separate, quotes hold together, a backslash takes the next
// quote or backslash as it is.
func split(s string) (words []string, ok bool) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " \t\v\f\r") {
		if s[0] != '"' && s[0] != '\'' {
			end := strings.IndexAny(s, " \t\v\f\r")
			if end < 0 {
				end = len(s)
			}
			words, s = append(words, s[:end]), s[end:]
			continue
		}
		quote, i := s[0], 1
		var b strings.Builder
		for ; i < len(s) && s[i] != quote; i++ {
			if s[i] == '\\' && i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\') {
				i++
			}
			b.WriteByte(s[i])
		}
		if i >= len(s) {
			return nil, false
		}
		words, s = append(words, b.String()), s[i+1:]
	}
	return words, len(words) > 0
}
