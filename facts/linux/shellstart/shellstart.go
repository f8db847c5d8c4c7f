// Package shellstart works out what the start files of a login shell leave behind: variables and the umask. It follows
// assignments, declarations, umask, sourced files, loops over known words and conditions it can decide; both sides of
// one it cannot decide are followed, and where they differ the result is unknown, with the file and line.
//
// It runs nothing, and knows only what the files say: what a command prints is unknown.
package shellstart

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Host is what the start files are read from, and what their tests of files look at.
type Host interface {
	ReadFile(name string) ([]byte, error)
	Stat(name string) (fs.FileInfo, error)
	Glob(pattern string) ([]string, error)
}

// Bounds of one login.
const (
	maxSteps = 200_000 // statements
	maxDepth = 24      // sourced files and function calls inside one another
	maxText  = 64 << 10
)

// Value is a variable, or the umask, after the start files.
type Value struct {
	Set      bool // a file set it
	Text     string
	Reason   string // why Text is not known; empty when it is
	Path     string
	Line     int
	Exported bool
	Readonly bool
	Flags    string // why Exported and Readonly are not known; empty when they are
}

// Statement is an umask command or an assignment of a watched variable, as it was met, in whatever branch.
type Statement struct {
	Name        string // "umask" or the variable
	Text        string
	Reason      string // why Text is not known
	Path        string
	Line        int
	Conditional bool // in a branch whose condition could not be decided
	Exported    bool // by this statement
	Readonly    bool // by this statement
}

// Login is what a shell starts with, and what came of it.
type Login struct {
	Host  Host
	Vars  map[string]Value // before the first file; afterwards what they left
	Umask Value            // Text: four octal digits
	Watch []string         // variables whose assignments are kept in Statements

	Statements []Statement
	Files      []string // read, in the order of first reading
	Failed     []string // could not be read or parsed, with the reason

	steps, depth int
	unsure       int // nested branches whose condition is not decided
	funcs        map[string]*syntax.Stmt
	returns      []state // states in which the file being read may have returned
	path         string
}

// state is what branches can make different.
type state struct {
	vars  map[string]Value
	umask Value
}

// New is a login on host with the variables given, as an interactive bash.
func New(host Host, vars map[string]string) *Login {
	l := &Login{Host: host, Vars: map[string]Value{}, funcs: map[string]*syntax.Stmt{}}
	for k, v := range vars {
		l.Vars[k] = Value{Set: true, Text: v}
	}
	return l
}

// Source follows a file, as the shell's "." does. It tells whether the file is there.
func (l *Login) Source(name string) bool {
	b, err := l.Host.ReadFile(name)
	if err != nil {
		if _, missing := l.Host.Stat(name); missing != nil && isAbsent(missing) {
			return false
		}
		l.fail(name, 0, err.Error())
		return true
	}
	if l.depth >= maxDepth {
		l.fail(name, 0, "files source one another too deeply")
		return true
	}
	l.Files = append(l.Files, name)
	f, err := parse(b, name)
	if err != nil {
		l.fail(name, 0, err.Error())
		return true
	}
	outer, outerReturns := l.path, l.returns
	l.path, l.returns = name, nil
	l.depth++
	l.stmts(f.Stmts)
	l.depth--
	for _, s := range l.returns {
		l.merge(s, name, 0)
	}
	l.path, l.returns = outer, outerReturns
	return true
}

// parse keeps a panic of the parser, should there be one, from taking the program with it: the files are not ours.
func parse(b []byte, name string) (f *syntax.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the parser failed: %v", name, p)
		}
	}()
	if len(b) > 1<<20 {
		return nil, fmt.Errorf("%s is too large for a start file", name)
	}
	if bytes.Contains(b, []byte("\r\n")) { // the parser would drop them
		return nil, fmt.Errorf("%s has lines that end in CR LF, which the shell takes as part of its words", name)
	}
	if nested(b) {
		return nil, fmt.Errorf("%s is nested too deeply", name)
	}
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(string(b)), name)
}

// nested tells whether a file opens so much more than it closes that a recursive parser could run out of stack.
func nested(b []byte) bool {
	run, words := 0, 0
	for _, c := range b {
		switch c {
		case '(', '{', '[', '`', '$':
			run++
		case ')', '}', ']':
			run--
		case 'i', 'w', 'c', 'f', 's', 'u':
			words++
		}
		if run > 2000 {
			return true
		}
	}
	return words > 300_000
}

// fail: a file that can't be followed may set anything.
func (l *Login) fail(name string, line int, why string) {
	l.Failed = append(l.Failed, why)
	l.taintAll(name, line, why)
}

// taintAll makes everything unknown.
func (l *Login) taintAll(path string, line int, why string) {
	for _, k := range l.Watch {
		if v := l.Vars[k]; !v.Readonly || v.Flags != "" {
			l.Vars[k] = Value{Set: true, Reason: why, Flags: why, Path: path, Line: line}
		}
	}
	for k, v := range l.Vars {
		if !v.Readonly || v.Flags != "" {
			l.Vars[k] = Value{Set: true, Reason: why, Flags: why, Path: path, Line: line}
		}
	}
	l.Umask = Value{Set: true, Reason: why, Path: path, Line: line}
}

func (l *Login) save() state { return state{maps.Clone(l.Vars), l.Umask} }

func (l *Login) restore(s state) { l.Vars, l.Umask = maps.Clone(s.vars), s.umask }

// merge makes the present state what holds in it and in other alike.
func (l *Login) merge(other state, path string, line int) {
	for k, v := range other.vars {
		if w := l.Vars[k]; w != v {
			l.Vars[k] = mergeValue(w, v, path, line)
		}
	}
	for k, w := range l.Vars {
		if v, ok := other.vars[k]; !ok && w != v {
			l.Vars[k] = mergeValue(w, v, path, line)
		}
	}
	if l.Umask != other.umask {
		l.Umask = mergeValue(l.Umask, other.umask, path, line)
	}
}

func mergeValue(a, b Value, path string, line int) Value {
	at := a
	if !a.Set {
		at = b
	}
	out := Value{Set: true, Text: at.Text, Path: at.Path, Line: at.Line, Exported: at.Exported, Readonly: at.Readonly}
	why := fmt.Sprintf("%s: it depends on a condition that is not decided", where(path, line))
	out.Reason, out.Flags = a.Reason+b.Reason, a.Flags+b.Flags
	if a.Reason != "" && b.Reason != "" {
		out.Reason = a.Reason
	}
	if a.Flags != "" && b.Flags != "" {
		out.Flags = a.Flags
	}
	if out.Reason == "" && (a.Set != b.Set || a.Text != b.Text) {
		out.Reason = why
	}
	if out.Flags == "" && (a.Set != b.Set || a.Exported != b.Exported || a.Readonly != b.Readonly) {
		out.Flags = why
	}
	return out
}

func where(path string, line int) string {
	if line == 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}

func (l *Login) at(n syntax.Node) string { return where(l.path, l.line(n)) }

func (l *Login) line(n syntax.Node) int { return int(n.Pos().Line()) } //#nosec G115 -- a file has at most 1 MB
