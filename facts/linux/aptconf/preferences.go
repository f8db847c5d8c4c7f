package aptconf

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
)

// Pin is one record of apt_preferences(5).
type Pin struct {
	Packages []string // names, globs, /regular expressions/, src:names; "*" alone is the general form
	Kind     string   // release, origin, version
	Data     string
	Priority int
	File     string
	Line     int
}

// General tells whether the pin is for whole archives.
func (p Pin) General() bool { return len(p.Packages) == 1 && p.Packages[0] == "*" }

const maxPins = 1 << 12

// ParsePreferences reads the records of one file.
func ParsePreferences(file string, b []byte) ([]Pin, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, MaxSize)
	}
	r := dpkgdb.NewReader(b)
	r.Comments = true
	var out []Pin
	for r.Next() {
		p, err := pinOf(r.Paragraph())
		if err != nil {
			return out, fmt.Errorf("%s:%d: %w", file, r.Paragraph().Line, err)
		}
		p.File = file
		if p.Kind == "" {
			continue
		}
		if out = append(out, p); len(out) > maxPins {
			return out, fmt.Errorf("%s: too many records", file)
		}
	}
	if err := r.Err(); err != nil {
		return out, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil
}

func pinOf(para *dpkgdb.Paragraph) (Pin, error) {
	p := Pin{Line: para.Line, Packages: strings.Fields(para.Get("Package"))}
	if len(p.Packages) == 0 {
		if para.Find("Explanation") != nil && len(para.Fields) == 1 {
			return p, nil
		}
		return p, fmt.Errorf("a record without Package")
	}
	kind, data := cutBlank(para.Get("Pin"))
	p.Kind, p.Data = strings.ToLower(kind), strings.TrimSpace(data)
	if p.Kind != "release" && p.Kind != "origin" && p.Kind != "version" {
		return p, fmt.Errorf("pin type %q is not known", kind)
	}
	text := para.Get("Pin-Priority")
	switch text {
	case "never":
		p.Priority = -32768
		return p, nil
	}
	n, err := strconv.ParseInt(text, 10, 16)
	if err != nil || n == 0 {
		return p, fmt.Errorf("priority %q is none", text)
	}
	p.Priority = int(n)
	return p, nil
}
