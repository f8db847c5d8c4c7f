package shellstart

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// words are the words of a list after expansion of patterns; false when one is computed.
func (l *Login) words(list []*syntax.Word) ([]string, bool) {
	var out []string
	for _, w := range list {
		text, why := l.word(w)
		if why != "" {
			return nil, false
		}
		if w.Lit() == "" || !strings.ContainsAny(w.Lit(), "*?[") { // only an unquoted pattern expands
			if len(w.Parts) == 1 {
				if _, param := w.Parts[0].(*syntax.ParamExp); param {
					out = append(out, strings.Fields(text)...)
					continue
				}
			}
			if w.Lit() == "" && strings.ContainsAny(text, "*?[") && !quoted(w) {
				return nil, false
			}
			out = append(out, text)
			continue
		}
		found, err := l.Host.Glob(text)
		if err != nil || len(found) > 1000 || !strings.HasPrefix(text, "/") {
			return nil, false
		}
		if len(found) == 0 {
			found = []string{text} // without nullglob a pattern that matches nothing stays
		}
		out = append(out, found...)
	}
	return out, true
}

func quoted(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p.(type) {
		case *syntax.DblQuoted, *syntax.SglQuoted:
		default:
			return false
		}
	}
	return true
}

// word is the text of a word; why says why it is not known.
func (l *Login) word(w *syntax.Word) (text, why string) {
	if w == nil {
		return "", ""
	}
	var b strings.Builder
	for i, p := range w.Parts {
		t, why := l.part(p, i == 0)
		if why != "" {
			return "", why
		}
		b.WriteString(t)
		if b.Len() > maxText {
			return "", l.at(w) + ": the text is too long"
		}
	}
	return b.String(), ""
}

func (l *Login) part(p syntax.WordPart, first bool) (text, why string) {
	switch p := p.(type) {
	case *syntax.Lit:
		return l.literal(p.Value, first), ""
	case *syntax.SglQuoted:
		if p.Dollar && strings.Contains(p.Value, `\`) {
			return "", l.at(p) + ": it has escapes"
		}
		return p.Value, ""
	case *syntax.DblQuoted:
		var b strings.Builder
		for _, q := range p.Parts {
			if lit, ok := q.(*syntax.Lit); ok {
				b.WriteString(unescapeQuoted(lit.Value))
				continue
			}
			t, why := l.part(q, false)
			if why != "" {
				return "", why
			}
			b.WriteString(t)
		}
		return b.String(), ""
	case *syntax.ParamExp:
		return l.param(p)
	case *syntax.CmdSubst:
		return l.substitution(p)
	}
	return "", l.at(p) + ": it is computed"
}

// literal undoes backslashes and a leading ~.
func (l *Login) literal(s string, first bool) string {
	if first && (s == "~" || strings.HasPrefix(s, "~/")) {
		if home := l.Vars["HOME"]; home.Set && home.Reason == "" {
			s = home.Text + s[1:]
		}
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unescapeQuoted(s string) string {
	return strings.NewReplacer("\\\n", "", `\\`, `\`, `\"`, `"`, `\$`, "$", "\\`", "`").Replace(s)
}

func (l *Login) param(p *syntax.ParamExp) (text, why string) {
	if p.Param == nil || p.Excl || p.Length || p.Width || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		return "", l.at(p) + ": it is computed"
	}
	name := p.Param.Value
	v, set := l.Vars[name]
	if !set && !l.unsetKnown(name) {
		return "", l.at(p) + ": $" + name + " is not known"
	}
	if v.Reason != "" {
		return "", v.Reason
	}
	if p.Exp == nil {
		return v.Text, ""
	}
	arg, why := l.word(p.Exp.Word)
	if why != "" {
		return "", why
	}
	empty := v.Text == ""
	switch p.Exp.Op {
	case syntax.AlternateUnset: // ${x+y}
		if set {
			return arg, ""
		}
		return "", ""
	case syntax.AlternateUnsetOrNull: // ${x:+y}
		if !empty {
			return arg, ""
		}
		return "", ""
	case syntax.DefaultUnset: // ${x-y}
		if set {
			return v.Text, ""
		}
		return arg, ""
	case syntax.DefaultUnsetOrNull: // ${x:-y}
		if empty {
			return arg, ""
		}
		return v.Text, ""
	}
	return "", l.at(p) + ": it is computed"
}

// unsetKnown are variables that a fresh login does not have unless a start file sets them.
func (l *Login) unsetKnown(name string) bool {
	return slices.Contains(l.Watch, name) || name == "debian_chroot" || name == "BASH_COMPLETION_VERSINFO"
}

// substitution knows who logs in, and nothing else that commands print.
func (l *Login) substitution(s *syntax.CmdSubst) (text, why string) {
	why = l.at(s) + ": it is the output of a command"
	if len(s.Stmts) != 1 {
		return "", why
	}
	c, ok := s.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 {
		return "", why
	}
	var lits []string
	for _, a := range c.Args {
		lits = append(lits, a.Lit())
	}
	lits[0] = lits[0][strings.LastIndexByte(lits[0], '/')+1:]
	name := map[string]string{"id -u": "UID", "id -un": "USER", "whoami": "USER"}[strings.Join(lits, " ")]
	if v, ok := l.Vars[name]; ok && v.Reason == "" {
		return v.Text, ""
	}
	return "", why
}

// testCall is [ … ] and test.
func (l *Login) testCall(name string, args []*syntax.Word) truth {
	if name == "[" {
		if len(args) == 0 || args[len(args)-1].Lit() != "]" {
			return no
		}
		args = args[:len(args)-1]
	}
	if len(args) > 0 && args[0].Lit() == "!" && len(args) > 1 {
		return map[truth]truth{yes: no, no: yes}[l.testCall("test", args[1:])]
	}
	var s []string
	for _, a := range args {
		t, why := l.word(a)
		if why != "" {
			return undecided
		}
		if t == "" && !quotedAny(a) {
			continue // an unquoted empty expansion is no word at all
		}
		s = append(s, t)
	}
	switch len(s) {
	case 0:
		return no
	case 1:
		return is(s[0] != "")
	case 2:
		return l.unary(s[0], s[1])
	case 3:
		return compare(s[0], s[1], s[2])
	}
	return undecided
}

func quotedAny(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p.(type) {
		case *syntax.DblQuoted, *syntax.SglQuoted:
			return true
		}
	}
	return false
}

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (l *Login) unary(op, arg string) truth {
	switch op {
	case "-z":
		return is(arg == "")
	case "-n":
		return is(arg != "")
	case "-e", "-f", "-r", "-d", "-s", "-x":
	default:
		return undecided
	}
	if !strings.HasPrefix(arg, "/") {
		return undecided
	}
	st, err := l.Host.Stat(arg)
	switch {
	case err != nil && isAbsent(err):
		return no
	case err != nil:
		return undecided
	}
	switch op {
	case "-f":
		return is(st.Mode().IsRegular())
	case "-d":
		return is(st.IsDir())
	case "-s":
		return is(st.Size() > 0)
	case "-r":
		if st.Mode()&0o444 == 0o444 {
			return yes
		}
		return l.asRoot(yes)
	case "-x":
		if st.Mode()&0o111 == 0 {
			return no
		}
		if st.Mode()&0o111 == 0o111 {
			return yes
		}
		return l.asRoot(yes)
	}
	return yes
}

// asRoot is t for the superuser, whom permission bits do not hold; for others it would take more to decide.
func (l *Login) asRoot(t truth) truth {
	if v := l.Vars["UID"]; v.Reason == "" && v.Text == "0" {
		return t
	}
	return undecided
}

func compare(a, op, b string) truth {
	switch op {
	case "=", "==":
		return is(a == b)
	case "!=":
		return is(a != b)
	}
	x, err1 := strconv.ParseInt(a, 10, 64)
	y, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil || err2 != nil {
		return undecided
	}
	switch op {
	case "-eq":
		return is(x == y)
	case "-ne":
		return is(x != y)
	case "-gt":
		return is(x > y)
	case "-ge":
		return is(x >= y)
	case "-lt":
		return is(x < y)
	case "-le":
		return is(x <= y)
	}
	return undecided
}

// test is [[ … ]].
func (l *Login) test(x syntax.TestExpr) truth {
	switch x := x.(type) {
	case *syntax.ParenTest:
		return l.test(x.X)
	case *syntax.Word:
		t, why := l.word(x)
		if why != "" {
			return undecided
		}
		return is(t != "")
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return map[truth]truth{yes: no, no: yes}[l.test(x.X)]
		}
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return undecided
		}
		t, why := l.word(w)
		if why != "" {
			return undecided
		}
		return l.unary(x.Op.String(), t)
	case *syntax.BinaryTest:
		return l.binaryTest(x)
	}
	return undecided
}

func (l *Login) binaryTest(x *syntax.BinaryTest) truth {
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		a, b := l.test(x.X), l.test(x.Y)
		decisive, neutral := no, yes
		if x.Op == syntax.OrTest {
			decisive, neutral = yes, no
		}
		switch {
		case a == decisive || b == decisive:
			return decisive
		case a == neutral && b == neutral:
			return neutral
		}
		return undecided
	}
	a, ok1 := x.X.(*syntax.Word)
	b, ok2 := x.Y.(*syntax.Word)
	if !ok1 || !ok2 {
		return undecided
	}
	left, why := l.word(a)
	if why != "" {
		return undecided
	}
	op := x.Op.String()
	if op == "=" || op == "==" || op == "!=" {
		t := l.matches(left, []*syntax.Word{b})
		if op == "!=" {
			return map[truth]truth{yes: no, no: yes}[t]
		}
		return t
	}
	right, why := l.word(b)
	if why != "" {
		return undecided
	}
	return compare(left, op, right)
}
