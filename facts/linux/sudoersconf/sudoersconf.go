// Package sudoersconf parses sudoers(5): aliases, Defaults of every scope, user specifications with run-as lists, tags,
// options and digests, and the include directives, which it names and does not follow. It follows the grammar and lexer
// of sudo 1.9; what those refuse, and what this package does not understand, is an Error with its line, and nothing of
// that line is returned. (sudo itself skips such a line from 1.9.3 on. Whoever asks what a line would have changed had
// better not take this parser's refusal for sudo's.)
package sudoersconf

import (
	"fmt"
	"strings"
)

// Bounds of one file; more is an Error.
const (
	maxLines   = 100_000
	maxMembers = 10_000 // of one list
)

// File is what one file says, in order.
type File struct {
	Items  []Item
	Errors []Error
}

// Error is a line that could not be parsed.
type Error struct {
	Line int
	Msg  string
}

// Item is one line: exactly one of its parts is set.
type Item struct {
	Line     int
	Include  *Include
	Defaults *Defaults
	Alias    *Alias
	Rule     *Rule
}

// Include is @include or @includedir.
type Include struct {
	Path string
	Dir  bool
}

// Alias is one definition.
type Alias struct {
	Kind    string // user, runas, host or cmnd
	Name    string
	Members []string
}

// Defaults is one setting of a Defaults line.
type Defaults struct {
	Scope   string   // global, user, host, runas or command
	Targets []string // whom a scope means
	Name    string
	Op      string // set (the bare name), unset (!name), =, += or -=
	Value   string
}

// Rule is one group of commands of a user specification that have run-as list, tags and options in common. Negated
// members start with "!".
type Rule struct {
	Users, Hosts            []string
	RunasUsers, RunasGroups []string
	HasRunas                bool // whether a run-as list was given
	Tags                    []string
	Options                 []string // TIMEOUT=5m, CWD=/x
	Commands                []string // with their arguments, and digests in front
}

// Parse reads one file.
func Parse(text string) *File {
	f := &File{}
	for _, l := range logicalLines(text) {
		if len(f.Items)+len(f.Errors) > maxLines {
			f.Errors = append(f.Errors, Error{l.number, fmt.Sprintf("more than %d lines", maxLines)})
			return f
		}
		p := &parser{s: l.text}
		items, err := p.line()
		if err != nil {
			f.Errors = append(f.Errors, Error{l.number, err.Error()})
			continue
		}
		for i := range items {
			items[i].Line = l.number
		}
		f.Items = append(f.Items, items...)
	}
	return f
}

type logicalLine struct {
	number int
	text   string
}

// logicalLines joins lines that end in a backslash. A comment can't be continued.
func logicalLines(text string) []logicalLine {
	var out []logicalLine
	var joined strings.Builder
	start, n := 0, 0
	for raw := range strings.Lines(text) {
		n++
		raw = strings.TrimSuffix(strings.TrimSuffix(raw, "\n"), "\r")
		if start == 0 {
			start = n
		}
		if body, ok := strings.CutSuffix(raw, `\`); ok && !strings.HasPrefix(strings.TrimLeft(raw, blanks), "#") {
			joined.WriteString(body)
			joined.WriteByte('\n') // a blank to the lexer, and never part of a word
			continue
		}
		joined.WriteString(raw)
		out = append(out, logicalLine{start, joined.String()})
		joined.Reset()
		start = 0
	}
	if start != 0 {
		out = append(out, logicalLine{start, joined.String()})
	}
	return out
}

const blanks = " \t\n\v\f\r"

// line parses one logical line; it may define several things.
func (p *parser) line() ([]Item, error) {
	if strings.IndexByte(p.s, 0) >= 0 {
		return nil, fmt.Errorf("a NUL byte")
	}
	p.blank()
	for _, directive := range []string{"include", "includedir"} {
		for _, mark := range []string{"@", "#"} {
			rest, ok := strings.CutPrefix(p.s[p.i:], mark+directive)
			if ok && rest != "" && strings.IndexByte(blanks, rest[0]) >= 0 {
				return p.include(rest, directive == "includedir")
			}
		}
	}
	if p.end() {
		return nil, nil
	}
	if p.peek() == '@' {
		return nil, fmt.Errorf("no such directive")
	}
	rest := p.s[p.i:]
	if after, ok := strings.CutPrefix(rest, "Defaults"); ok && after != "" && strings.IndexByte(blanks+":@>!", after[0]) >= 0 {
		p.i += len("Defaults")
		return p.defaults()
	}
	for _, kind := range []string{"User", "Runas", "Host", "Cmnd", "Cmd"} {
		if after, ok := strings.CutPrefix(rest, kind+"_Alias"); ok && after != "" && strings.IndexByte(blanks, after[0]) >= 0 {
			p.i += len(kind) + len("_Alias")
			if kind == "Cmd" {
				kind = "Cmnd"
			}
			return p.aliases(strings.ToLower(kind))
		}
	}
	return p.userSpec()
}

// include takes a path, in quotes or with escapes, and nothing behind it but a comment.
func (p *parser) include(rest string, dir bool) ([]Item, error) {
	q := &parser{s: rest}
	q.blank()
	path, err := q.word(blanks)
	if err != nil {
		return nil, err
	}
	if !q.end() || path == "" {
		return nil, fmt.Errorf("bad include")
	}
	return []Item{{Include: &Include{Path: path, Dir: dir}}}, nil
}

func (p *parser) aliases(kind string) ([]Item, error) {
	var out []Item
	for {
		p.blank()
		name := p.run("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
		if name == "" || name[0] < 'A' || name[0] > 'Z' || name == "ALL" {
			return nil, fmt.Errorf("bad alias name")
		}
		if !p.take('=') {
			return nil, fmt.Errorf("alias %s without =", name)
		}
		members, err := p.members(kind)
		if err != nil {
			return nil, err
		}
		out = append(out, Item{Alias: &Alias{Kind: kind, Name: name, Members: members}})
		if p.end() {
			return out, nil
		}
		if !p.take(':') {
			return nil, p.unexpected()
		}
	}
}

func (p *parser) members(kind string) ([]string, error) {
	if kind == "cmnd" {
		return p.list(func() (string, error) { return p.command() })
	}
	return p.list(func() (string, error) { return p.member() })
}

func (p *parser) defaults() ([]Item, error) {
	scope, targets := "global", []string(nil)
	var err error
	kinds := map[byte]string{':': "user", '@': "host", '>': "runas", '!': "command"}
	if p.i < len(p.s) && kinds[p.s[p.i]] != "" { // with no blank between: Defaults !x is no scope
		scope = kinds[p.s[p.i]]
		p.i++
		if scope == "command" {
			targets, err = p.list(func() (string, error) { return p.word(blanks + ",") })
		} else {
			targets, err = p.list(p.member)
		}
		if err != nil {
			return nil, err
		}
	}
	var out []Item
	for {
		d := &Defaults{Scope: scope, Targets: targets, Op: "set"}
		if err := p.setting(d); err != nil {
			return nil, err
		}
		out = append(out, Item{Defaults: d})
		if p.end() {
			return out, nil
		}
		if !p.take(',') {
			return nil, p.unexpected()
		}
	}
}

func (p *parser) setting(d *Defaults) error {
	p.blank()
	for p.take('!') {
		if d.Op == "unset" {
			d.Op = "set"
		} else {
			d.Op = "unset"
		}
	}
	p.blank()
	d.Name = p.run("abcdefghijklmnopqrstuvwxyz0123456789_")
	if d.Name == "" {
		return p.unexpected()
	}
	negated := d.Op == "unset"
	p.blank()
	rest := p.s[p.i:]
	switch {
	case strings.HasPrefix(rest, "+="), strings.HasPrefix(rest, "-="):
		d.Op = rest[:2]
		p.i += 2
	case strings.HasPrefix(rest, "="):
		d.Op = "="
		p.i++
	default:
		return nil
	}
	if negated {
		return fmt.Errorf("!%s with a value", d.Name)
	}
	p.blank()
	if p.i >= len(p.s) {
		return fmt.Errorf("%s has no value", d.Name)
	}
	var err error
	if d.Value, err = p.word(blanks + ",#"); err == nil && d.Value == "" && !strings.HasSuffix(p.s[:p.i], `""`) {
		err = fmt.Errorf("%s has no value", d.Name)
	}
	return err
}
