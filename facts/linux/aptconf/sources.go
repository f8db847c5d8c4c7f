package aptconf

import (
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
)

// Source is one entry of sources.list(5): a type, a URI and a suite.
type Source struct {
	Type, URI, Suite string
	Components       []string
	Options          map[string]string // names in lower case, as in the deb822 form: signed-by, trusted, architectures
	Enabled          bool
	File             string
	Line             int
}

const maxSources = 1 << 12

// ParseList reads the one-line form. An error names the line; apt refuses to work at all then.
func ParseList(file string, b []byte) ([]Source, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, MaxSize)
	}
	var out []Source
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if strings.IndexByte(line, 0) >= 0 {
			return out, fmt.Errorf("%s:%d: a NUL byte", file, n)
		}
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s, err := parseLine(line)
		if err != nil {
			return out, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		s.File, s.Line = file, n
		if out = append(out, s); len(out) > maxSources {
			return out, fmt.Errorf("%s:%d: too many sources", file, n)
		}
	}
	return out, nil
}

func parseLine(line string) (Source, error) {
	s := Source{Enabled: true, Options: map[string]string{}}
	kind, rest := cutBlank(line)
	s.Type = kind
	if kind != "deb" && kind != "deb-src" {
		return s, fmt.Errorf("type %q is not known", kind)
	}
	if strings.HasPrefix(rest, "[") {
		options, after, ok := strings.Cut(rest[1:], "]")
		if !ok {
			return s, fmt.Errorf("options without an end")
		}
		for option := range strings.FieldsSeq(options) {
			if err := s.option(option); err != nil {
				return s, err
			}
		}
		rest = strings.TrimSpace(after)
	}
	s.URI, rest = cutURI(rest)
	s.Suite, rest = cutBlank(rest)
	s.Components = strings.Fields(rest)
	return s, s.check()
}

// option is "name=value", "name+=value" or "name-=value", under the names of the one-line form.
func (s *Source) option(option string) error {
	name, value, ok := strings.Cut(option, "=")
	if !ok {
		return fmt.Errorf("option %q without a value", option)
	}
	name = strings.ToLower(name)
	if long, ok := longNames[strings.TrimRight(name, "+-")]; ok {
		name = long + name[len(strings.TrimRight(name, "+-")):]
	}
	s.Options[name] = strings.ReplaceAll(value, ",", " ")
	return nil
}

var longNames = map[string]string{"arch": "architectures", "lang": "languages", "target": "targets"}

func (s *Source) check() error {
	switch {
	case s.URI == "" || !strings.Contains(s.URI, ":"):
		return fmt.Errorf("no URI")
	case s.Suite == "":
		return fmt.Errorf("no suite")
	case strings.HasSuffix(s.Suite, "/") == (len(s.Components) > 0):
		return fmt.Errorf("a suite that ends in a slash takes no components, any other needs some")
	}
	if !strings.HasSuffix(s.URI, "/") {
		s.URI += "/"
	}
	return nil
}

func cutBlank(s string) (first, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// cutURI: a part in brackets may hold blanks, as in cdrom:[Debian 12 …]/.
func cutURI(s string) (uri, rest string) {
	depth := 0
	for i := range len(s) {
		switch {
		case s[i] == '[':
			depth++
		case s[i] == ']':
			depth--
		case depth <= 0 && (s[i] == ' ' || s[i] == '\t'):
			return s[:i], strings.TrimLeft(s[i:], " \t")
		}
	}
	return s, ""
}

// ParseSources reads the deb822 form: each type, URI and suite of a stanza is a source of its own.
func ParseSources(file string, b []byte) ([]Source, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, MaxSize)
	}
	r := dpkgdb.NewReader(b)
	r.Comments = true
	var out []Source
	for r.Next() {
		sources, err := stanza(r.Paragraph())
		if err != nil {
			return out, fmt.Errorf("%s:%d: %w", file, r.Paragraph().Line, err)
		}
		for i := range sources {
			sources[i].File = file
		}
		if out = append(out, sources...); len(out) > maxSources {
			return out, fmt.Errorf("%s: too many sources", file)
		}
	}
	if err := r.Err(); err != nil {
		return out, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil
}

func stanza(p *dpkgdb.Paragraph) ([]Source, error) {
	options := map[string]string{}
	for _, f := range p.Fields {
		options[strings.ToLower(f.Name)] = strings.TrimSpace(f.Text())
	}
	enabled := true
	if e, ok := options["enabled"]; ok {
		if v, valid := Bool(e); valid {
			enabled = v
		}
	}
	var out []Source
	for kind := range strings.FieldsSeq(options["types"]) {
		for uri := range strings.FieldsSeq(options["uris"]) {
			for suite := range strings.FieldsSeq(options["suites"]) {
				s := Source{Type: kind, URI: uri, Suite: suite, Components: strings.Fields(options["components"]),
					Options: options, Enabled: enabled, Line: p.Line}
				if kind != "deb" && kind != "deb-src" {
					return nil, fmt.Errorf("type %q is not known", kind)
				}
				if err := s.check(); err != nil {
					return nil, err
				}
				if out = append(out, s); len(out) > maxSources {
					return nil, fmt.Errorf("too many sources")
				}
			}
		}
	}
	if len(out) == 0 && enabled {
		return nil, fmt.Errorf("a stanza needs Types, URIs and Suites")
	}
	return out, nil
}

// FileName tells whether apt reads a file of this name in a directory of parts (run-parts(8) rules with dots).
func FileName(name string) bool {
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return name != "" && name[0] != '.'
}
