// Package pgconf reads postgresql.conf and what it includes as the server does at start: guc-file.l for the tokens,
// ParseConfigFp for the lines, ParseConfigDirectory for conf.d, postgresql.auto.conf behind all of it, the last setting
// of a name winning. It does not know which parameters there are, nor what their values mean beyond the forms of
// booleans, numbers with units and names (see Kind).
package pgconf

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Bounds of what is read. PostgreSQL has only the depth.
const (
	MaxFile     = 4 << 20
	maxFiles    = 1000
	maxDepth    = 10 // CONF_FILE_MAX_DEPTH
	maxSettings = 50_000
)

// Files is where configuration files lie.
type Files interface {
	ReadFile(name string) ([]byte, error)
	// ReadDir gives the names of what is in a directory that is no directory itself, in any order.
	ReadDir(name string) ([]string, error)
	IsAbsent(err error) bool
}

// Setting is one line that sets a parameter.
type Setting struct {
	Name  string // in lower case
	Value string // quotes taken off
	File  string
	Line  int
}

// Config is what the files say.
type Config struct {
	// Settings are the lines in the order in which they are read; the last one of a name wins.
	Settings []Setting
	// Invalid says why the server would not start with these files (and on reload would keep what it has); empty
	// when it would, as far as syntax goes.
	Invalid string
	// Unread says what could not be read here, though the server may read it; empty when all was.
	Unread string
	// Files are the files read, in order.
	Files []string

	last map[string]int
}

// Lookup is the line that sets a parameter, whose name is given in lower case.
func (c *Config) Lookup(name string) (Setting, bool) {
	i, ok := c.last[name]
	if !ok {
		return Setting{}, false
	}
	return c.Settings[i], true
}

// Names are the parameters that are set, sorted.
func (c *Config) Names() []string {
	names := make([]string, 0, len(c.last))
	for n := range c.last {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Load reads a main file with its includes. dataDir is the data directory when something else than the file names it;
// else it is the file's own data_directory, or the directory of the file.
func Load(files Files, main, dataDir string) *Config {
	l := &loader{files: files, c: &Config{last: map[string]int{}}}
	l.file(main, "", false, 0)
	if dataDir == "" {
		dataDir = l.c.DataDirectory(main)
	}
	l.auto(path.Join(dataDir, "postgresql.auto.conf"))
	return l.c
}

// auto reads what ALTER SYSTEM wrote. A server without that file starts all the same.
func (l *loader) auto(name string) { l.file(name, "", true, 0) }

// DataDirectory is where the data of a server with this main file lies.
func (c *Config) DataDirectory(main string) string {
	s, ok := c.Lookup("data_directory")
	switch {
	case !ok || s.Value == "":
		return path.Dir(main)
	case path.IsAbs(s.Value):
		return path.Clean(s.Value)
	}
	return path.Join(path.Dir(main), s.Value)
}

type loader struct {
	files Files
	c     *Config
	stack []string
}

func (l *loader) invalid(format string, args ...any) {
	if l.c.Invalid == "" {
		l.c.Invalid = fmt.Sprintf(format, args...)
	}
}

func (l *loader) unread(format string, args ...any) {
	if l.c.Unread == "" {
		l.c.Unread = fmt.Sprintf(format, args...)
	}
}

// file reads one file; from is where it is included.
func (l *loader) file(name, from string, optional bool, depth int) {
	if from == "" {
		from = name
	}
	if depth > maxDepth {
		l.invalid("%s: %s: files include each other more than %d deep", from, name, maxDepth)
		return
	}
	if slices.Contains(l.stack, name) {
		l.invalid("%s: %s includes itself", from, name)
		return
	}
	if len(l.c.Files) >= maxFiles {
		l.unread("%s: more than %d files", from, maxFiles)
		return
	}
	b, err := l.files.ReadFile(name)
	switch {
	case err != nil && l.files.IsAbsent(err):
		if !optional {
			l.invalid("%s: %s does not exist", from, name)
		}
		return
	case err != nil:
		l.unread("%s", err)
		return
	}
	l.c.Files = append(l.c.Files, name)
	l.stack = append(l.stack, name)
	l.parse(b, name, depth)
	l.stack = l.stack[:len(l.stack)-1]
}

func (l *loader) parse(b []byte, name string, depth int) {
	for n, line := range bytes.Split(b, []byte("\n")) {
		pos := fmt.Sprintf("%s:%d", name, n+1)
		param, value, err := ParseLine(line)
		if err != nil {
			l.invalid("%s: %s", pos, err)
			continue
		}
		param = lower(param)
		switch param {
		case "":
		case "include", "include_if_exists":
			l.file(relative(name, value), pos, param == "include_if_exists", depth+1)
		case "include_dir":
			l.dir(relative(name, value), pos, depth+1)
		default:
			if len(l.c.Settings) >= maxSettings {
				l.unread("%s: more than %d settings", pos, maxSettings)
				return
			}
			param = renamed(param)
			l.c.last[param] = len(l.c.Settings)
			l.c.Settings = append(l.c.Settings, Setting{param, value, name, n + 1})
		}
	}
}

// dir reads the files of a directory whose names end in .conf and do not begin with a dot, in byte order.
func (l *loader) dir(name, from string, depth int) {
	entries, err := l.files.ReadDir(name)
	switch {
	case err != nil && l.files.IsAbsent(err):
		l.invalid("%s: the directory %s does not exist", from, name)
		return
	case err != nil:
		l.unread("%s: %s", from, err)
		return
	}
	slices.Sort(entries)
	for _, e := range entries {
		if len(e) >= 6 && !strings.HasPrefix(e, ".") && strings.HasSuffix(e, ".conf") {
			l.file(path.Join(name, e), from, false, depth)
		}
	}
}

func relative(from, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(path.Dir(from), name)
}

// renamed are the names that guc.c still takes for others (map_old_guc_names).
func renamed(name string) string {
	switch name {
	case "sort_mem":
		return "work_mem"
	case "vacuum_mem":
		return "maintenance_work_mem"
	}
	return name
}

// lower folds A to Z alone, as guc_name_compare does.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

var errSyntax = errors.New("syntax error")

// ParseLine takes one line apart: name [=] value, with # before a comment. An empty name is a line without a setting.
func ParseLine(line []byte) (name, value string, err error) {
	kind, tok, rest := next(line)
	switch kind {
	case end:
		return "", "", nil
	case ident, qualified:
		name = tok
	default:
		return "", "", fmt.Errorf("%w near %q", errSyntax, clip(tok))
	}
	kind, tok, rest = next(rest)
	if kind == equals {
		kind, tok, rest = next(rest)
	}
	switch kind {
	case ident, unquoted, number:
		value = tok
	case quoted:
		value = unquote(tok)
	case end:
		return "", "", fmt.Errorf("%w: %s has no value", errSyntax, clip(name))
	default:
		return "", "", fmt.Errorf("%w near %q", errSyntax, clip(tok))
	}
	if kind, tok, _ = next(rest); kind != end {
		return "", "", fmt.Errorf("%w near %q", errSyntax, clip(tok))
	}
	return name, value, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
