package shellstart

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// flow says whether statements after this one are reached.
type flow int

const (
	goesOn flow = iota
	returned
)

// truth is what is known of an exit status.
type truth int

const (
	undecided truth = iota
	yes
	no
)

func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (l *Login) stmts(list []*syntax.Stmt) flow {
	for _, s := range list {
		if _, f := l.stmt(s); f == returned {
			return returned
		}
	}
	return goesOn
}

func (l *Login) stmt(s *syntax.Stmt) (truth, flow) {
	l.steps++
	if l.steps > maxSteps {
		if l.steps == maxSteps+1 {
			l.fail(l.path, l.line(s), l.at(s)+": the start files take too many steps")
		}
		return undecided, returned
	}
	if s.Background || s.Coprocess || s.Cmd == nil {
		return undecided, goesOn
	}
	t, f := l.command(s.Cmd)
	if s.Negated {
		t = map[truth]truth{yes: no, no: yes}[t]
	}
	return t, f
}

func (l *Login) command(c syntax.Command) (truth, flow) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		return l.call(c)
	case *syntax.DeclClause:
		l.declare(c)
		return yes, goesOn
	case *syntax.Block:
		return undecided, l.stmts(c.Stmts)
	case *syntax.IfClause:
		return undecided, l.ifClause(c)
	case *syntax.BinaryCmd:
		return l.binary(c)
	case *syntax.ForClause:
		return undecided, l.forClause(c)
	case *syntax.WhileClause:
		return undecided, l.maybe(c, func() flow { l.stmts(c.Cond); return l.stmts(c.Do) })
	case *syntax.CaseClause:
		return undecided, l.caseClause(c)
	case *syntax.TestClause:
		return l.test(c.X), goesOn
	case *syntax.FuncDecl:
		if c.Name != nil {
			l.funcs[c.Name.Value] = c.Body
		}
		return yes, goesOn
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return l.stmt(c.Stmt)
		}
		return yes, goesOn
	case *syntax.Subshell:
		return undecided, goesOn // what it sets is lost with it
	}
	l.taintAssigned(c)
	return undecided, goesOn
}

// maybe follows what may or may not be done.
func (l *Login) maybe(n syntax.Node, do func() flow) flow {
	before := l.save()
	l.unsure++
	f := do()
	l.unsure--
	if f == returned {
		l.returns = append(l.returns, l.save())
		l.restore(before)
		return goesOn
	}
	l.merge(before, l.path, l.line(n))
	return goesOn
}

func (l *Login) ifClause(c *syntax.IfClause) flow {
	if len(c.Cond) == 0 { // else
		return l.stmts(c.Then)
	}
	t := undecided
	for _, s := range c.Cond {
		var f flow
		if t, f = l.stmt(s); f == returned {
			return returned
		}
	}
	switch {
	case t == yes:
		return l.stmts(c.Then)
	case t == no && c.Else == nil:
		return goesOn
	case t == no:
		return l.ifClause(c.Else)
	case c.Else == nil:
		return l.maybe(c, func() flow { return l.stmts(c.Then) })
	}
	return l.either(c, []func() flow{
		func() flow { return l.stmts(c.Then) },
		func() flow { return l.ifClause(c.Else) },
	})
}

// either follows branches of which exactly one is taken.
func (l *Login) either(n syntax.Node, branches []func() flow) flow {
	before := l.save()
	var ends []state
	l.unsure++
	for _, do := range branches {
		l.restore(before)
		if do() == returned {
			l.returns = append(l.returns, l.save())
		} else {
			ends = append(ends, l.save())
		}
	}
	l.unsure--
	if len(ends) == 0 {
		return returned
	}
	l.restore(ends[0])
	for _, s := range ends[1:] {
		l.merge(s, l.path, l.line(n))
	}
	return goesOn
}

func (l *Login) binary(c *syntax.BinaryCmd) (truth, flow) {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		return undecided, goesOn
	}
	t, f := l.stmt(c.X)
	if f == returned {
		return t, f
	}
	want := yes
	if c.Op == syntax.OrStmt {
		want = no
	}
	switch t {
	case want:
		return l.stmt(c.Y)
	case undecided:
		f := l.maybe(c, func() flow { _, f := l.stmt(c.Y); return f })
		return undecided, f
	}
	return t, goesOn
}

func (l *Login) forClause(c *syntax.ForClause) flow {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		return l.maybe(c, func() flow { return l.stmts(c.Do) })
	}
	words, known := l.words(iter.Items)
	if !known || !iter.InPos.IsValid() {
		return l.maybe(c, func() flow {
			l.Vars[iter.Name.Value] = Value{Set: true, Reason: l.at(c) + ": the words of a loop are computed"}
			return l.stmts(c.Do)
		})
	}
	for _, w := range words {
		l.assign(iter.Name.Value, Value{Set: true, Text: w}, c)
		if l.stmts(c.Do) == returned {
			return returned
		}
	}
	return goesOn
}

func (l *Login) caseClause(c *syntax.CaseClause) flow {
	word, why := l.word(c.Word)
	if why == "" {
		for _, item := range c.Items {
			t := l.matches(word, item.Patterns)
			if t == yes {
				return l.stmts(item.Stmts)
			}
			if t == undecided {
				why = "a pattern is computed"
				break
			}
		}
		if why == "" {
			return goesOn
		}
	}
	branches := []func() flow{func() flow { return goesOn }}
	for _, item := range c.Items {
		branches = append(branches, func() flow { return l.stmts(item.Stmts) })
	}
	return l.either(c, branches)
}

func (l *Login) matches(word string, patterns []*syntax.Word) truth {
	for _, p := range patterns {
		text, why := l.word(p)
		if why != "" {
			return undecided
		}
		expr, err := pattern.Regexp(text, pattern.EntireString)
		if err != nil {
			return undecided
		}
		re, err := compile(expr)
		if err != nil {
			return undecided
		}
		if re.MatchString(word) {
			return yes
		}
	}
	return no
}

func (l *Login) call(c *syntax.CallExpr) (truth, flow) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			l.assignment(a, false, false)
		}
		return yes, goesOn
	}
	name, why := l.word(c.Args[0])
	if why != "" {
		l.taintAll(l.path, l.line(c), l.at(c)+": runs a command whose name is computed")
		return undecided, goesOn
	}
	args := c.Args[1:]
	for (name == "command" || name == "builtin") && len(args) > 0 {
		if name, why = l.word(args[0]); why != "" || strings.HasPrefix(name, "-") {
			return undecided, goesOn
		}
		args = args[1:]
	}
	if body := l.funcs[name]; body != nil {
		return l.function(body)
	}
	switch name {
	case ":", "true":
		return yes, goesOn
	case "false":
		return no, goesOn
	case "[", "test":
		return l.testCall(name, args), goesOn
	case "umask":
		l.setUmask(c, args)
		return yes, goesOn
	case ".", "source":
		return undecided, l.sourceCall(c, args)
	case "return", "exit":
		return undecided, returned
	case "unset":
		l.unset(c, args)
	case "read", "mapfile", "readarray", "getopts", "printf", "let":
		l.taintNamed(c, args)
	case "exec":
		if len(args) > 0 {
			l.taintAll(l.path, l.line(c), l.at(c)+": replaces the shell")
		}
	case "eval":
		if !harmless(args) {
			l.taintAll(l.path, l.line(c), l.at(c)+": evaluates computed text")
		}
	}
	return undecided, goesOn
}

func (l *Login) function(body *syntax.Stmt) (truth, flow) {
	if l.depth >= maxDepth {
		l.taintAll(l.path, l.line(body), l.at(body)+": functions call one another too deeply")
		return undecided, goesOn
	}
	outer := l.returns
	l.returns = nil
	l.depth++
	_, f := l.stmt(body)
	l.depth--
	ends := l.returns
	l.returns = outer
	_ = f // a return leaves the function only
	for _, s := range ends {
		l.merge(s, l.path, l.line(body))
	}
	return undecided, goesOn
}

func (l *Login) sourceCall(c *syntax.CallExpr, args []*syntax.Word) flow {
	if len(args) == 0 {
		return goesOn
	}
	name, why := l.word(args[0])
	if why != "" {
		l.taintAll(l.path, l.line(c), l.at(c)+": sources a file whose name is computed")
		return goesOn
	}
	if !strings.HasPrefix(name, "/") {
		if strings.Contains(name, "/") {
			l.taintAll(l.path, l.line(c), l.at(c)+": sources "+name+" from the current directory")
			return goesOn
		}
		l.taintAll(l.path, l.line(c), l.at(c)+": sources "+name+", which is looked up in PATH")
		return goesOn
	}
	l.Source(name)
	return goesOn
}

// harmless are programs whose output is made to be evaluated, and which set nothing that is asked about here.
func harmless(args []*syntax.Word) bool {
	if len(args) != 1 {
		return false
	}
	parts := args[0].Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) != 1 {
		return false
	}
	sub, ok := parts[0].(*syntax.CmdSubst)
	if !ok || len(sub.Stmts) != 1 {
		return false
	}
	call, ok := sub.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	name := call.Args[0].Lit()
	return slices.Contains([]string{"dircolors", "lesspipe", "lessfile", "ssh-agent", "resize", "tset"}, name[strings.LastIndexByte(name, '/')+1:])
}
