// Package dpkgdb parses dpkg's status database and other files of deb822(5) paragraphs. It reads no files itself and
// knows nothing of repositories.
package dpkgdb

import (
	"errors"
	"fmt"
	"strings"
)

// Package is one paragraph of the status database: a package in one architecture.
type Package struct {
	Name, Arch, Version string

	Want  string // install, hold, deinstall, purge, unknown
	Error string // ok, reinstreq
	State string // installed, config-files, half-installed, unpacked, half-configured, triggers-awaited, triggers-pending, not-installed

	Source, SourceVersion string // of the source package; its name and version are those of the package when not given
	Section, Priority     string
	Essential, Protected  bool
	Depends, PreDepends   string
	Provides              string
	Line                  int // 1-based, where the paragraph starts
}

// ErrTruncated is the error of a database that stops before its end: paragraphs before it are whole, others are lost.
var ErrTruncated = errors.New("ends inside a paragraph")

// Parse reads the status database. dpkg writes an empty line behind each paragraph: a file that ends otherwise was cut
// short. With an error, the packages returned are those whose paragraphs were whole; nothing is known of others.
func Parse(b []byte) ([]Package, error) {
	if len(b) == 0 {
		return nil, errors.New("is empty")
	}
	var out []Package
	p := NewReader(b)
	for p.Next() {
		pkg, err := packageOf(p.Paragraph())
		if err != nil {
			return out, err
		}
		out = append(out, pkg)
	}
	if err := p.Err(); err != nil {
		return out, err
	}
	if !p.closed {
		return out, fmt.Errorf("line %d: %w: no empty line after it", p.line, ErrTruncated)
	}
	return out, nil
}

// ParseOne reads a file of dpkg's journal (updates/NNNN): one paragraph, which need not end in an empty line. With an
// error, the name tells whose paragraph it was, when that could be read.
func ParseOne(b []byte) (pkg Package, err error) {
	p := NewReader(b)
	if !p.Next() {
		if p.Err() != nil {
			return Package{Name: p.para.Get("Package")}, p.Err()
		}
		return pkg, errors.New("holds no paragraph")
	}
	para := p.Paragraph()
	name := para.Get("Package")
	if pkg, err = packageOf(para); err != nil {
		return Package{Name: name}, err
	}
	if p.Next() {
		return Package{}, errors.New("holds more than one paragraph")
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		return Package{Name: name}, fmt.Errorf("line %d: %w", p.line, ErrTruncated)
	}
	return pkg, p.Err()
}

func packageOf(para *Paragraph) (Package, error) {
	line := para.Line
	pkg := Package{
		Name: para.Get("Package"), Arch: para.Get("Architecture"), Version: para.Get("Version"), Line: line,
		Section: para.Get("Section"), Priority: para.Get("Priority"),
		Essential: para.Get("Essential") == "yes", Protected: para.Get("Protected") == "yes",
		Depends: para.Get("Depends"), PreDepends: para.Get("Pre-Depends"), Provides: para.Get("Provides"),
	}
	if pkg.Name == "" {
		return pkg, fmt.Errorf("line %d: a paragraph without Package", line)
	}
	status := strings.Fields(para.Get("Status"))
	if len(status) != 3 || !wants[status[0]] || !states[status[2]] || (status[1] != "ok" && status[1] != "reinstreq") {
		return pkg, fmt.Errorf("line %d: package %s: no status dpkg would write: %q", line, pkg.Name, para.Get("Status"))
	}
	pkg.Want, pkg.Error, pkg.State = status[0], status[1], status[2]
	if pkg.State != "not-installed" && pkg.State != "config-files" && pkg.Version == "" {
		return pkg, fmt.Errorf("line %d: package %s: no version", line, pkg.Name)
	}
	pkg.Source, pkg.SourceVersion = sourceOf(para.Get("Source"), pkg.Name, pkg.Version)
	return pkg, nil
}

// sourceOf takes "Source: name (version)" apart.
func sourceOf(field, name, version string) (string, string) {
	if field == "" {
		return name, version
	}
	source, v, ok := strings.Cut(field, "(")
	if ok {
		version = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), ")"))
	}
	return strings.TrimSpace(source), version
}

var wants = map[string]bool{"unknown": true, "install": true, "hold": true, "deinstall": true, "purge": true}

var states = map[string]bool{"not-installed": true, "config-files": true, "half-installed": true, "unpacked": true,
	"half-configured": true, "triggers-awaited": true, "triggers-pending": true, "installed": true}

// Names are the package names of a relation field (Depends, Provides): every alternative, each once, in order.
func Names(relation string) []string {
	var out []string
	seen := map[string]bool{}
	for part := range strings.FieldsFuncSeq(relation, func(r rune) bool { return r == ',' || r == '|' }) {
		name := strings.TrimSpace(part)
		if i := strings.IndexAny(name, " \t\n([<:"); i >= 0 {
			name = name[:i]
		}
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
