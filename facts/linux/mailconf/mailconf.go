// Package mailconf reads the configuration files of Postfix (main.cf, the -o options of master.cf) and Dovecot as far as
// it takes to find the value of single settings: lines, continuation, variables, includes. It knows no defaults.
package mailconf

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// Bounds of one configuration.
const (
	maxSettings = 20_000
	maxFiles    = 1024
	maxDepth    = 16
	maxValue    = 16 << 10
)

// Setting is one value with its place.
type Setting struct {
	Name, Value string
	File        string
	Line        int
}

// Postfix gives the settings of main.cf in force: the last of a name wins (postconf(5)); lines that begin with blanks
// continue the one before, comments between them do not end it.
func Postfix(b []byte, file string) (map[string]Setting, error) {
	out := map[string]Setting{}
	for _, l := range logical(string(b)) {
		name, value, ok := strings.Cut(l.text, "=")
		if !ok {
			return out, fmt.Errorf("%s:%d: no setting", file, l.line)
		}
		name = strings.TrimSpace(name)
		if len(out) >= maxSettings {
			return out, fmt.Errorf("%s:%d: more than %d settings", file, l.line, maxSettings)
		}
		out[name] = Setting{name, strings.TrimSpace(value), file, l.line}
	}
	return out, nil
}

// PostfixServices gives the settings that services of master.cf override with -o name=value or -o { name = value }.
func PostfixServices(b []byte, file string) []Setting {
	var out []Setting
	for _, l := range logical(string(b)) {
		words := strings.Fields(strings.NewReplacer("{", " ", "}", " ").Replace(l.text))
		for i := 0; i+1 < len(words) && len(out) < maxSettings; i++ {
			if words[i] != "-o" {
				continue
			}
			text := words[i+1]
			if i+3 < len(words) && words[i+2] == "=" {
				text += "=" + words[i+3]
			}
			if name, value, ok := strings.Cut(text, "="); ok {
				out = append(out, Setting{name, value, file, l.line})
			}
		}
	}
	return out
}

type line struct {
	text string
	line int
}

func logical(text string) []line {
	var out []line
	n := 0
	for raw := range strings.Lines(text) {
		n++
		raw = strings.TrimRight(raw, "\r\n")
		trimmed := strings.TrimSpace(raw)
		switch {
		case trimmed == "" || trimmed[0] == '#':
		case (raw[0] == ' ' || raw[0] == '\t') && len(out) > 0:
			if last := &out[len(out)-1]; len(last.text) < maxValue {
				last.text += " " + trimmed
			}
		default:
			out = append(out, line{trimmed, n})
		}
	}
	return out
}

// Expand replaces $name, ${name} and $(name) with the settings' values (postconf(5)). What has a condition, or names what
// is not set here, is an error: a default could stand there.
func Expand(value string, settings map[string]Setting) (string, error) {
	return expand(value, settings, 0)
}

func expand(value string, settings map[string]Setting, depth int) (string, error) {
	if depth > maxDepth || len(value) > maxValue {
		return "", errors.New("its variables have no end")
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(value, "$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		var name string
		if rest != "" && (rest[0] == '{' || rest[0] == '(') {
			end := strings.IndexByte(rest, map[byte]byte{'{': '}', '(': ')'}[rest[0]])
			if end < 0 {
				return "", errors.New("a variable is not closed")
			}
			name, rest = rest[1:end], rest[end+1:]
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool {
				return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
			})
			if end < 0 {
				end = len(rest)
			}
			name, rest = rest[:end], rest[end:]
		}
		s, ok := settings[name]
		if !ok {
			return "", fmt.Errorf("$%.40s is not set in the file", name)
		}
		inner, err := expand(s.Value, settings, depth+1)
		if err != nil {
			return "", err
		}
		if b.Len()+len(inner) > maxValue {
			return "", errors.New("its variables have no end")
		}
		b.WriteString(inner)
		value = rest
	}
}

// Files is what Dovecot's configuration is read through. Glob gives sorted names.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
	IsAbsent(err error) bool
}

// Dovecot gives all settings in the order they are written, of blocks too, without the blocks' names; problems say what
// could not be followed.
func Dovecot(files Files, main string) (settings []Setting, problems []string) {
	d := &dovecot{files: files}
	d.file(main, 0, false)
	return d.settings, d.problems
}

type dovecot struct {
	files    Files
	read     int
	settings []Setting
	problems []string
}

func (d *dovecot) file(name string, depth int, try bool) {
	if d.read++; depth > maxDepth || d.read > maxFiles {
		d.problems = append(d.problems, name+": includes are nested too deep, or too many")
		return
	}
	b, err := d.files.ReadFile(name)
	if err != nil {
		if !try || !d.files.IsAbsent(err) {
			d.problems = append(d.problems, err.Error())
		}
		return
	}
	n, joined := 0, ""
	for raw := range strings.Lines(string(b)) {
		n++
		text := joined + strings.TrimSpace(uncomment(raw))
		if joined = ""; strings.HasSuffix(text, "\\") && len(text) < maxValue {
			joined = strings.TrimSuffix(text, "\\")
			continue
		}
		d.line(text, name, n, depth)
		if len(d.settings) >= maxSettings {
			d.problems = append(d.problems, fmt.Sprintf("%s:%d: more than %d settings", name, n, maxSettings))
			return
		}
	}
}

// uncomment cuts a comment off: a # at the beginning or behind a blank.
func uncomment(s string) string {
	if strings.HasPrefix(strings.TrimLeft(s, " \t"), "#") {
		return ""
	}
	if i := strings.Index(s, " #"); i >= 0 && !strings.ContainsAny(s[:i], `"'`) {
		return s[:i]
	}
	return s
}

func (d *dovecot) line(text, file string, n, depth int) {
	if command, arg, ok := strings.Cut(text, " "); ok && (command == "!include" || command == "!include_try") {
		pattern := strings.TrimSpace(arg)
		if !path.IsAbs(pattern) {
			pattern = path.Join(path.Dir(file), pattern)
		}
		names, err := d.files.Glob(pattern)
		if err != nil {
			d.problems = append(d.problems, fmt.Sprintf("%s:%d: %v", file, n, err))
		}
		if len(names) == 0 && command == "!include" && !strings.ContainsAny(pattern, "*?[") {
			names = []string{pattern}
		}
		for _, name := range names {
			d.file(name, depth+1, command == "!include_try")
		}
		return
	}
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return // the begin or end of a block
	}
	value = strings.TrimSpace(value)
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	d.settings = append(d.settings, Setting{strings.TrimSpace(name), value, file, n})
}
