package unitfile

import (
	"fmt"
	"strings"
)

// Bounds of one file.
const (
	MaxSize    = 1 << 20
	maxLine    = 1 << 20 // systemd's LONG_LINE_MAX
	maxEntries = 1 << 14
)

// Setting is one assignment of a file in the syntax of systemd.syntax(7).
type Setting struct {
	Section, Key, Value string
	File                string
	Line                int // 1-based, of the first line of a continued assignment
}

// ParseError is a line that systemd passes over with a warning, and a reader should know of.
type ParseError struct {
	File string
	Line int
	Text string
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// Parse reads the settings of one file in their order: sections, "key=value", comments, lines joined by a backslash.
// As systemd does, it passes over what is no assignment; a NUL byte or too much of anything is an error.
func Parse(file string, b []byte) ([]Setting, error) {
	if len(b) > MaxSize {
		return nil, &ParseError{file, 0, "larger than 1 MiB"}
	}
	p := &parser{file: file}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if strings.IndexByte(line, 0) >= 0 {
			return p.out, &ParseError{file, n, "a NUL byte"}
		}
		if err := p.line(strings.TrimRight(line, "\r\n"), n); err != nil {
			return p.out, err
		}
	}
	if p.pending.Len() > 0 {
		p.add(p.pending.String(), p.at)
	}
	return p.out, nil
}

type parser struct {
	file, section string
	out           []Setting
	pending       strings.Builder
	at            int
}

func (p *parser) line(line string, n int) error {
	trimmed := strings.TrimLeft(line, " \t")
	if trimmed != "" && (trimmed[0] == '#' || trimmed[0] == ';') {
		return nil // also between the parts of a continued line
	}
	if p.pending.Len() == 0 {
		p.at = n
		line = trimmed
	}
	joined, more := strings.CutSuffix(line, "\\")
	if p.pending.Len()+len(joined) > maxLine {
		return &ParseError{p.file, n, "a line that is too long"}
	}
	p.pending.WriteString(joined)
	if more {
		p.pending.WriteByte(' ')
		return nil
	}
	text := p.pending.String()
	p.pending.Reset()
	p.add(text, p.at)
	if len(p.out) > maxEntries {
		return &ParseError{p.file, n, "too many settings"}
	}
	return nil
}

func (p *parser) add(text string, line int) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		p.section = text[1 : len(text)-1]
		return
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok || p.section == "" {
		return
	}
	p.out = append(p.out, Setting{p.section, strings.TrimSpace(key), strings.TrimSpace(value), p.file, line})
}

// Last is the last assignment of a key, which is what counts for options that hold one value. An empty assignment
// resets the option: it counts as none.
func Last(settings []Setting, section, key string) (Setting, bool) {
	for i := len(settings) - 1; i >= 0; i-- {
		if s := settings[i]; s.Section == section && s.Key == key {
			return s, s.Value != ""
		}
	}
	return Setting{}, false
}

// All are the assignments of an option that collects: an empty one drops those before it.
func All(settings []Setting, section, key string) []Setting {
	var out []Setting
	for _, s := range settings {
		if s.Section != section || s.Key != key {
			continue
		}
		if s.Value == "" {
			out = nil
			continue
		}
		out = append(out, s)
	}
	return out
}

// Words are the words of all assignments of a list option.
func Words(settings []Setting, section, key string) []string {
	var out []string
	for _, s := range All(settings, section, key) {
		out = append(out, strings.Fields(s.Value)...)
	}
	return out
}

// Bool reads a boolean as parse_boolean of systemd does; the second result tells whether it is one.
func Bool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "1", "yes", "y", "true", "t", "on":
		return true, true
	case "0", "no", "n", "false", "f", "off":
		return false, true
	}
	return false, false
}
