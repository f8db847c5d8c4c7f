// Package pamconf resolves the module stacks of Linux-PAM as libpam does (pam.conf(5), libpam/pam_handlers.c): service
// files, include, substack, Debian's @include, control flags with their jumps, the fall-back to "other"; and runs a
// stack on assumed answers of its modules, as libpam/pam_dispatch.c would. It loads no module.
//
// Lines that libpam makes fail at run time (a bad type or control, an include of a missing file) are entries with Broken
// set: they are part of the stack, and refuse.
package pamconf

import (
	"fmt"
	"path"
	"strings"
)

// Files is what service files are read through.
type Files interface {
	ReadFile(name string) ([]byte, error)
	// IsAbsent tells whether an error of ReadFile says that there is no such file.
	IsAbsent(err error) bool
	// IsDir tells whether name leads to a directory.
	IsDir(name string) bool
}

// The directories of service files, and the one file that is read when neither exists.
const (
	Dir       = "/etc/pam.d"
	VendorDir = "/usr/lib/pam.d"
	ConfFile  = "/etc/pam.conf"
)

// Bounds; beyond them a stack is an error, never shorter.
const (
	maxDepth   = 32
	maxEntries = 4096
	maxLine    = 1023 // libpam's own buffer
)

// The types of stacks.
const (
	Auth     = "auth"
	Account  = "account"
	Session  = "session"
	Password = "password"
)

// Line is one line of a service file, joined and split.
type Line struct {
	File string
	Line int // of its first part, from 1

	Service string // only in pam.conf
	Type    string // auth, account, session, password; or @include
	Quiet   bool   // "-auth": no complaint when the module is missing
	Control string // as written, brackets included: required, [success=1 default=ignore]
	Target  string // the module's path, or the file to include
	Args    []string
	Broken  string // why libpam makes this line fail
}

// Entry is one module of a resolved stack.
type Entry struct {
	Line
	// Depth is the number of substacks the entry lies in; jumps stay within one.
	Depth   int
	Actions Actions

	substack bool // the place of a substack in the stack around it
}

// Module is the base name of the module: pam_unix.so.
func (e Entry) Module() string { return path.Base(e.Target) }

// Stack is the stack of one service and type.
type Stack struct {
	Service string
	Type    string
	// File is the service's file; empty when it has none.
	File string
	// Other says that the entries are those of the service "other", as the service has none of this type.
	Other   bool
	entries []Entry
}

// Entries are the modules in the order in which they are called, without the marks of substacks.
func (s *Stack) Entries() []Entry {
	var out []Entry
	for _, e := range s.entries {
		if !e.substack {
			out = append(out, e)
		}
	}
	return out
}

// Load resolves a stack. An error says that it could not be read, or that no application can use it.
func Load(files Files, service, kind string) (*Stack, error) {
	service = strings.ToLower(path.Base(service)) // as pam_start does
	s := &Stack{Service: service, Type: kind}
	l := &loader{files: files, kind: kind}
	if !files.IsDir(Dir) && !files.IsDir(VendorDir) {
		return s, l.conf(s)
	}
	file, err := l.service(service)
	if err != nil {
		return nil, err
	}
	s.File, s.entries = file, l.entries
	if len(s.entries) > 0 {
		return s, nil
	}
	l.entries = nil
	other, err := l.service("other")
	if err != nil {
		return nil, err
	}
	if file == "" && other == "" {
		return nil, fmt.Errorf("neither %s nor other is configured", service)
	}
	s.Other, s.entries = true, l.entries
	return s, nil
}

type loader struct {
	files   Files
	kind    string
	entries []Entry
	opened  int
}

// open finds a service file.
func (l *loader) open(name string) (file string, lines []Line, err error) {
	if l.opened++; l.opened > maxEntries {
		return "", nil, fmt.Errorf("%s: more than %d files are included", name, maxEntries)
	}
	candidates := []string{path.Join(Dir, name), path.Join(VendorDir, name)}
	if strings.HasPrefix(name, "/") {
		candidates = []string{name}
	}
	for _, file = range candidates {
		b, err := l.files.ReadFile(file)
		switch {
		case err == nil:
			lines, err = Parse(file, b, false)
			return file, lines, err
		case !l.files.IsAbsent(err):
			return "", nil, err
		}
	}
	return "", nil, nil
}

// service reads a service's own file; the name is empty when there is none.
func (l *loader) service(name string) (string, error) {
	file, lines, err := l.open(name)
	if err != nil || file == "" {
		return "", err
	}
	return file, l.add(lines, 0, 0)
}

// add appends the lines of one file that are of the stack's type.
func (l *loader) add(lines []Line, level, depth int) error {
	if level > maxDepth {
		return fmt.Errorf("%s: files include each other more than %d deep", lines[0].File, maxDepth)
	}
	for _, line := range lines {
		if line.Type != l.kind && line.Type != "@include" {
			continue
		}
		if len(l.entries) >= maxEntries {
			return fmt.Errorf("%s: the stack has more than %d modules", line.File, maxEntries)
		}
		e := Entry{Line: line, Depth: depth}
		include := line.Type == "@include" || strings.EqualFold(line.Control, "include")
		if strings.EqualFold(line.Control, "substack") && line.Broken == "" && line.Type != "@include" {
			mark := e
			mark.substack = true
			l.entries = append(l.entries, mark)
			if err := l.include(e, level, depth+1); err != nil {
				return err
			}
			continue
		}
		if include && line.Broken == "" {
			if err := l.include(e, level, depth); err != nil {
				return err
			}
			continue
		}
		e.Actions = parseActions(line.Control)
		if line.Broken != "" {
			e.Actions = bad
		}
		l.entries = append(l.entries, e)
	}
	return nil
}

func (l *loader) include(e Entry, level, depth int) error {
	file, lines, err := l.open(e.Target)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", e.File, e.Line.Line, err)
	}
	if file == "" {
		if e.Type == "@include" {
			return fmt.Errorf("%s:%d: @include of %s, which does not exist: libpam refuses the service", e.File, e.Line.Line, e.Target)
		}
		e.Broken, e.Actions = "the file "+e.Target+" does not exist", bad
		l.entries = append(l.entries, e)
		return nil
	}
	if len(lines) == 0 {
		return nil
	}
	return l.add(lines, level+1, depth)
}

// conf resolves from pam.conf, where each line names its service.
func (l *loader) conf(s *Stack) error {
	b, err := l.files.ReadFile(ConfFile)
	if err != nil {
		return err
	}
	lines, err := Parse(ConfFile, b, true)
	if err != nil {
		return err
	}
	pick := func(service string) (out []Line) {
		for _, line := range lines {
			if strings.EqualFold(line.Service, service) {
				out = append(out, line)
			}
		}
		return out
	}
	own := pick(s.Service)
	if len(own) > 0 {
		s.File = ConfFile
		if err := l.add(own, 0, 0); err != nil {
			return err
		}
	}
	if s.entries = l.entries; len(s.entries) > 0 {
		return nil
	}
	l.entries = nil
	if other := pick("other"); len(other) > 0 {
		if err := l.add(other, 0, 0); err != nil {
			return err
		}
	}
	s.Other, s.entries = true, l.entries
	return nil
}
