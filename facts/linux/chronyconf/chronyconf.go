// Package chronyconf reads chrony.conf(5) as chronyd does: with include, confdir and sourcedir, directives without regard
// to case. It knows nothing of command lines or of a running daemon.
package chronyconf

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Bounds.
const (
	maxSize  = 1 << 20
	maxFiles = 1 << 10
	maxDepth = 10
)

// FS is what the configuration is read from. Glob lists the paths that match; ReadFile reads one.
type FS interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
}

// Directive is one line.
type Directive struct {
	Name string // in lower case
	Args []string
	File string
	Line int
}

// Config is the whole configuration in the order chronyd applies it.
type Config struct {
	Directives []Directive
	Files      []string
}

// Load reads the file and what it includes. With an error, what was read before is in the configuration.
func Load(tree FS, name string) (*Config, error) {
	l := &loader{fs: tree, conf: &Config{}}
	return l.conf, l.file(name, 0, false)
}

type loader struct {
	fs   FS
	conf *Config
}

func (l *loader) file(name string, depth int, sourcesOnly bool) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: included too deeply", name)
	}
	if len(l.conf.Files) >= maxFiles {
		return fmt.Errorf("%s: too many files", name)
	}
	b, err := l.fs.ReadFile(name)
	if err != nil {
		return err
	}
	if len(b) > maxSize {
		return fmt.Errorf("%s: larger than %d bytes", name, maxSize)
	}
	l.conf.Files = append(l.conf.Files, name)
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if strings.IndexByte(line, 0) >= 0 {
			return fmt.Errorf("%s:%d: a NUL byte", name, n)
		}
		// Only a line that starts with one of these is a comment.
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.IndexByte("!;#%", fields[0][0]) >= 0 {
			continue
		}
		d := Directive{strings.ToLower(fields[0]), fields[1:], name, n}
		if sourcesOnly && d.Name != "server" && d.Name != "pool" && d.Name != "peer" {
			return fmt.Errorf("%s:%d: %s in a file of sources", name, n, d.Name)
		}
		if err := l.directive(d, depth); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) directive(d Directive, depth int) error {
	switch d.Name {
	case "include":
		return l.include(d, depth)
	case "confdir":
		return l.dirs(d, ".conf", depth, false)
	case "sourcedir":
		return l.dirs(d, ".sources", depth, true)
	}
	l.conf.Directives = append(l.conf.Directives, d)
	return nil
}

func (l *loader) include(d Directive, depth int) error {
	if len(d.Args) != 1 {
		return fmt.Errorf("%s:%d: include takes one pattern", d.File, d.Line)
	}
	names, err := l.fs.Glob(d.Args[0])
	if err != nil {
		return err
	}
	if len(names) == 0 && !strings.ContainsAny(d.Args[0], "*?[") {
		return fmt.Errorf("%s:%d: %s does not exist", d.File, d.Line, d.Args[0])
	}
	for _, name := range names {
		if err := l.file(name, depth+1, false); err != nil {
			return err
		}
	}
	return nil
}

// dirs reads the files of several directories in the order of their names; of two with one name the first directory's.
func (l *loader) dirs(d Directive, ext string, depth int, sources bool) error {
	if len(d.Args) == 0 || len(d.Args) > 10 {
		return fmt.Errorf("%s:%d: %s takes up to ten directories", d.File, d.Line, d.Name)
	}
	chosen := map[string]string{}
	for _, dir := range d.Args {
		names, err := l.fs.Glob(path.Join(dir, "*"+ext))
		if err != nil {
			return err
		}
		for _, name := range names {
			if base := path.Base(name); chosen[base] == "" {
				chosen[base] = name
			}
		}
	}
	for _, base := range sortedKeys(chosen) {
		if err := l.file(chosen[base], depth+1, sources); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

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
