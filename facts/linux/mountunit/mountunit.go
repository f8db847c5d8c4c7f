// Package mountunit reads systemd mount units (systemd.mount(5)) and the names that stand for their paths
// (systemd.unit(5), "String Escaping for Inclusion in Unit Names"). It reads no files and knows no precedence of
// directories.
package mountunit

import (
	"fmt"
	"strings"
)

// MaxLine bounds a line, continuations included, in bytes, as systemd does.
const MaxLine = 1 << 20

// Setting is a value and where it stands.
type Setting struct {
	Value string
	File  string
	Line  int
}

// Unit is the [Mount] section of a unit: of its own file and of the drop-ins added after it.
type Unit struct {
	What, Where, Type, Options Setting
}

// Add reads a unit file or drop-in over what was read before: of a setting given again the last counts. The error names
// a line that systemd would refuse, or one with a specifier (%), which is expanded at run time.
func (u *Unit) Add(file string, content string) error {
	section := ""
	for _, l := range join(content) {
		if len(l.text) > MaxLine {
			return fmt.Errorf("%s:%d: line too long", file, l.number)
		}
		if strings.HasPrefix(l.text, "[") {
			section = l.text
			continue
		}
		if section != "[Mount]" {
			continue
		}
		key, value, ok := strings.Cut(l.text, "=")
		into := u.setting(strings.TrimSpace(key))
		if !ok || into == nil {
			continue
		}
		value = strings.TrimSpace(value)
		if strings.Contains(strings.ReplaceAll(value, "%%", ""), "%") {
			return fmt.Errorf("%s:%d: a specifier that systemd expands", file, l.number)
		}
		*into = Setting{strings.ReplaceAll(value, "%%", "%"), file, l.number}
	}
	return nil
}

func (u *Unit) setting(key string) *Setting {
	switch key {
	case "What":
		return &u.What
	case "Where":
		return &u.Where
	case "Type":
		return &u.Type
	case "Options":
		return &u.Options
	}
	return nil
}

type line struct {
	text   string
	number int // of its first physical line
}

// join puts continued lines together; comments in between do not end one.
func join(content string) []line {
	var out []line
	var open *line
	n := 0
	for raw := range strings.Lines(content) {
		n++
		text := strings.TrimSpace(raw)
		if text != "" && (text[0] == '#' || text[0] == ';') {
			continue
		}
		if open == nil {
			if text == "" {
				continue
			}
			out = append(out, line{number: n})
			open = &out[len(out)-1]
		}
		body, more := strings.CutSuffix(text, `\`)
		open.text += body
		if !more {
			open = nil
			continue
		}
		open.text += " "
	}
	return out
}

// Name is the unit of a mount point: /var/log is var-log.mount, / is -.mount.
func Name(path string) string {
	p := strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
	if p == "" {
		return "-.mount"
	}
	var b strings.Builder
	for i := range len(p) {
		switch c := p[i]; {
		case c == '/':
			b.WriteByte('-')
		case c == '.' && i == 0, !plain(c):
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + ".mount"
}

// plain are the bytes that stand for themselves. The backslash and the dash are not among them.
func plain(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == ':' || c == '_' || c == '.'
}

// Path is the mount point that a unit's name stands for.
func Path(name string) (string, bool) {
	s, ok := strings.CutSuffix(name, ".mount")
	if !ok || s == "" {
		return "", false
	}
	if s == "-" {
		return "/", true
	}
	var b strings.Builder
	b.WriteByte('/')
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '-':
			b.WriteByte('/')
		case s[i] == '\\':
			var c byte
			if i+3 >= len(s) || s[i+1] != 'x' {
				return "", false
			}
			if _, err := fmt.Sscanf(s[i+2:i+4], "%02x", &c); err != nil {
				return "", false
			}
			b.WriteByte(c)
			i += 3
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), true
}
