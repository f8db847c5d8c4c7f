package shellstart

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func compile(expr string) (*regexp.Regexp, error) { return regexp.Compile(expr) }

// declare is export, readonly, declare, typeset and local.
func (l *Login) declare(c *syntax.DeclClause) {
	exported, readonly, unflag := c.Variant.Value == "export", c.Variant.Value == "readonly", false
	for _, a := range c.Args {
		if a.Name == nil {
			flags := ""
			if a.Value != nil {
				flags = a.Value.Lit()
			}
			if strings.HasPrefix(flags, "-") && c.Variant.Value != "readonly" && c.Variant.Value != "export" {
				exported = exported || strings.Contains(flags, "x")
				readonly = readonly || strings.Contains(flags, "r")
			}
			unflag = unflag || (c.Variant.Value == "export" && strings.Contains(flags, "n")) || strings.HasPrefix(flags, "+")
			if strings.HasPrefix(flags, "-") && strings.ContainsAny(flags, "fp") {
				return // speaks of functions, or prints
			}
			if flags == "" {
				l.taintAll(l.path, l.line(c), l.at(c)+": declares names that are computed")
			}
			continue
		}
		if unflag {
			v := l.Vars[a.Name.Value]
			v.Flags = l.at(c) + ": takes flags away"
			l.Vars[a.Name.Value] = v
			exported, readonly = false, false
		}
		l.assignment(a, exported, readonly)
	}
}

func (l *Login) assignment(a *syntax.Assign, exported, readonly bool) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	old := l.Vars[name]
	v := Value{Set: true, Path: l.path, Line: l.line(a), Exported: exported, Readonly: readonly}
	switch {
	case a.Naked: // only the flags
		v = old
		v.Exported, v.Readonly = old.Exported || exported, old.Readonly || readonly
		if exported || readonly {
			l.note(Statement{Name: name, Text: v.Text, Reason: v.Reason, Line: l.line(a), Exported: exported, Readonly: readonly}, v.Set)
		}
		l.Vars[name] = v
		return
	case a.Array != nil || a.Index != nil:
		v.Reason = l.at(a) + ": is an array"
	case a.Value == nil:
	default:
		v.Text, v.Reason = l.word(a.Value)
	}
	if a.Append {
		if old.Reason != "" && v.Reason == "" {
			v.Reason = old.Reason
		}
		v.Text = bounded(old.Text + v.Text)
	}
	l.assign(name, v, a)
}

func bounded(s string) string { return s[:min(len(s), maxText)] }

// assign sets a variable, unless it is read-only: then the shell complains and leaves it.
func (l *Login) assign(name string, v Value, n syntax.Node) {
	old := l.Vars[name]
	v.Path, v.Line = l.path, l.line(n)
	l.note(Statement{Name: name, Text: v.Text, Reason: v.Reason, Line: v.Line, Exported: v.Exported, Readonly: v.Readonly}, true)
	if old.Readonly && old.Flags == "" {
		return
	}
	if old.Flags != "" {
		v.Flags = old.Flags
		if v.Text != old.Text || old.Reason != "" {
			v.Reason = l.at(n) + ": sets " + name + ", which may be read-only"
		}
	}
	v.Exported = v.Exported || old.Exported
	l.Vars[name] = v
}

func (l *Login) note(s Statement, wanted bool) {
	if wanted && (s.Name == "umask" || slices.Contains(l.Watch, s.Name)) && len(l.Statements) < 1000 {
		s.Path, s.Conditional = l.path, l.unsure > 0
		l.Statements = append(l.Statements, s)
	}
}

func (l *Login) unset(n syntax.Node, args []*syntax.Word) {
	for _, a := range args {
		name, why := l.word(a)
		if why != "" {
			l.taintAll(l.path, l.line(n), l.at(n)+": unsets what is computed")
			return
		}
		v, ok := l.Vars[name]
		if name == "-f" {
			return
		}
		if ok && !v.Readonly && v.Flags == "" {
			delete(l.Vars, name)
		} else if ok && v.Flags != "" {
			v.Reason = l.at(n) + ": unsets " + name + ", which may be read-only"
			l.Vars[name] = v
		}
	}
}

// taintNamed makes every variable unknown that a command like read is told to set.
func (l *Login) taintNamed(n syntax.Node, args []*syntax.Word) {
	for _, a := range args {
		name, why := l.word(a)
		name, _, _ = strings.Cut(name, "=")
		if why == "" {
			if _, set := l.Vars[name]; set || slices.Contains(l.Watch, name) {
				l.assign(name, Value{Set: true, Reason: l.at(n) + ": reads it from elsewhere"}, n)
			}
		}
	}
}

// taintAssigned makes everything unknown that a construct which is not followed could set.
func (l *Login) taintAssigned(c syntax.Command) {
	for _, name := range l.Watch {
		found := false
		syntax.Walk(c, func(n syntax.Node) bool {
			if lit, ok := n.(*syntax.Lit); ok && lit.Value == name {
				found = true
			}
			return !found
		})
		if found {
			l.assign(name, Value{Set: true, Reason: l.at(c) + ": sets it in a way that is not followed"}, c)
		}
	}
}

func (l *Login) setUmask(c *syntax.CallExpr, args []*syntax.Word) {
	for _, a := range args {
		text, why := l.word(a)
		if why == "" && strings.HasPrefix(text, "-") {
			continue // -S and -p print
		}
		v := Value{Set: true, Path: l.path, Line: l.line(c), Reason: why}
		if why == "" {
			var ok bool
			if v.Text, ok = umaskOf(text); !ok {
				v.Reason = fmt.Sprintf("%s: umask %q is not understood", l.at(c), text)
			}
		}
		l.Umask = v
		l.note(Statement{Name: "umask", Text: v.Text, Reason: v.Reason, Line: v.Line}, true)
		return
	}
}

// umaskOf reads "027" and the symbolic "u=rwx,g=rx,o=" (which names what is allowed); symbolic forms that depend on
// the mask before are not understood.
func umaskOf(s string) (string, bool) {
	if s != "" && s[0] >= '0' && s[0] <= '7' {
		n, err := strconv.ParseUint(s, 8, 32)
		if err != nil || n > 0o777 {
			return "", false
		}
		return fmt.Sprintf("%04o", n), true
	}
	mask, all := uint(0), uint(0)
	for part := range strings.SplitSeq(s, ",") {
		who, perms, ok := strings.Cut(part, "=")
		if !ok || strings.Trim(perms, "rwx") != "" || strings.Trim(who, "ugoa") != "" {
			return "", false
		}
		if who == "" {
			who = "a"
		}
		bits := uint(7)
		for _, p := range perms {
			bits &^= map[rune]uint{'r': 4, 'w': 2, 'x': 1}[p]
		}
		for _, w := range strings.ReplaceAll(who, "a", "ugo") {
			shift := map[rune]uint{'u': 6, 'g': 3, 'o': 0}[w]
			mask = mask&^(7<<shift) | bits<<shift
			all |= 7 << shift
		}
	}
	return fmt.Sprintf("%04o", mask), all == 0o777
}
