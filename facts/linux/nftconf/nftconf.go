// Package nftconf reads the language of nft(8) as far as to know which tables, chains and rules a file makes: includes,
// variables, blocks and the commands that add, flush and delete. A rule's own words are kept as text and not checked; what
// it can't follow is an error, because nft loads a file as a whole or not at all.
package nftconf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Config is what a file makes of an empty ruleset.
type Config struct {
	Flush  bool // it flushes the whole ruleset first, or at some point
	Tables []*Table
}

// Table is a table.
type Table struct {
	Family, Name string
	Chains       []*Chain
	Where        Place
}

// Chain is a chain. Base chains have a hook.
type Chain struct {
	Name, Type, Hook string
	Priority         int
	Policy           string // accept or drop
	Rules            []Rule
	Where            Place
}

// Rule is one rule's text, with variables replaced.
type Rule struct {
	Text  string
	Where Place
}

// Place is where something stands.
type Place struct {
	File string
	Line int
}

// Files gives access to the host's files.
type Files struct {
	Read func(name string) ([]byte, error)
	Glob func(pattern string) ([]string, error)
}

// Error is where and why a file can't be followed.
type Error struct {
	Where Place
	Err   error
}

// Error says it with file and line.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %v", e.Where.File, e.Where.Line, e.Err) }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

const (
	maxIncludes = 16 // the depth that nft allows
	maxFiles    = 1000
	maxRules    = 100_000
	maxValue    = 64 << 10 // bytes of a variable, or of a rule with its variables replaced
	maxNesting  = 16
)

// Parse reads a file and what it includes.
func Parse(files Files, name string) (*Config, error) {
	p := &parser{files: files, c: &Config{}}
	if err := p.file(name, &scope{vars: map[string]string{}}, 0); err != nil {
		return nil, err
	}
	return p.c, nil
}

type parser struct {
	files Files
	c     *Config
	read  int
	rules int
}

// scope is where statements stand: on top, in a table, or in a chain of it.
type scope struct {
	vars  map[string]string
	table *Table
	chain *Chain

	inBlock bool // the text ends with a brace, not with a file
}

func (p *parser) file(name string, s *scope, depth int) error {
	if p.read++; p.read > maxFiles {
		return errors.New("it includes too many files")
	}
	b, err := p.files.Read(name)
	if err != nil {
		return err
	}
	whole := *s
	whole.inBlock = false
	return p.block(string(b), Place{name, 1}, &whole, depth)
}

func (p *parser) block(src string, at Place, s *scope, depth int) error {
	stmts, err := split(src, at, s)
	if err != nil {
		return err
	}
	for _, st := range stmts {
		if err := p.statement(st, s, depth); err != nil {
			var placed *Error
			if errors.As(err, &placed) {
				return err
			}
			return &Error{st.where, err}
		}
	}
	return nil
}

func (p *parser) statement(st statement, s *scope, depth int) error {
	word, rest, _ := strings.Cut(st.text, " ")
	switch word {
	case "include":
		return p.include(rest, s, depth)
	case "define", "redefine", "undefine":
		return define(word, rest, s)
	}
	text := st.text
	if !st.hasBody { // a block has variables of its own
		var err error
		if text, err = expand(text, s.vars); err != nil {
			return err
		}
	}
	switch {
	case s.chain != nil:
		return p.inChain(text, st.where, s)
	case s.table != nil:
		return p.inTable(st, text, s, depth)
	}
	return p.command(st, text, s, depth)
}

// include reads one file, or all that match a pattern in the order of their names; none is no error then. Names that are
// not absolute are looked for in /etc, nft's own include path.
func (p *parser) include(arg string, s *scope, depth int) error {
	if depth >= maxIncludes {
		return errors.New("includes are nested too deep")
	}
	name, err := strconv.Unquote(arg)
	if err != nil || name == "" {
		return fmt.Errorf("include %s", arg)
	}
	switch {
	case strings.HasPrefix(name, "./"):
		name = "/" + name // the service's working directory
	case name[0] != '/':
		name = "/etc/" + name
	}
	if !strings.ContainsAny(name, "*?[") {
		return p.file(name, s, depth+1)
	}
	found, err := p.files.Glob(name)
	if err != nil {
		return err
	}
	slices.Sort(found)
	for _, f := range found {
		if err := p.file(f, s, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func define(word, rest string, s *scope) error {
	if word == "undefine" {
		delete(s.vars, strings.TrimSpace(rest))
		return nil
	}
	name, value, ok := strings.Cut(rest, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return fmt.Errorf("%s without a value", word)
	}
	if _, taken := s.vars[name]; taken && word == "define" {
		return fmt.Errorf("$%s is defined twice", name)
	}
	value, err := expand(strings.TrimSpace(value), s.vars)
	s.vars[name] = value
	return err
}

// expand replaces $name outside of quotes.
func expand(text string, vars map[string]string) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		if text[i] == '"' {
			quoted = !quoted
		}
		if text[i] != '$' || quoted {
			b.WriteByte(text[i])
			continue
		}
		end := i + 1
		for end < len(text) && isWord(text[end]) {
			end++
		}
		value, ok := vars[text[i+1:end]]
		if !ok {
			return "", fmt.Errorf("$%s is not defined", text[i+1:end])
		}
		if b.Len()+len(value) > maxValue {
			return "", errors.New("variables grow too long")
		}
		b.WriteString(value)
		i = end - 1
	}
	return b.String(), nil
}

func isWord(c byte) bool {
	return c == '_' || c == '/' || c == '\\' || c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}

var families = []string{"inet", "ip", "ip6", "arp", "bridge", "netdev"}

// name reads an optional family and the words that follow, as many as n.
func name(words []string, n int) (family string, names, rest []string, err error) {
	family = "ip"
	if len(words) > 0 && slices.Contains(families, words[0]) {
		family, words = words[0], words[1:]
	}
	if len(words) < n {
		return "", nil, nil, errors.New("a name is missing")
	}
	return family, words[:n], words[n:], nil
}

// command is a statement on top.
func (p *parser) command(st statement, text string, s *scope, depth int) error {
	words := strings.Fields(text)
	verb := words[0]
	switch verb {
	case "add", "create":
		words = words[1:]
	case "insert", "flush", "delete", "destroy", "list", "reset", "replace", "rename", "import", "export", "monitor", "describe":
		return p.other(verb, words[1:])
	case "table", "chain", "rule":
	default:
		if !objects[verb] && verb != "element" {
			return fmt.Errorf("the command %q is not followed", verb)
		}
	}
	if len(words) == 0 {
		return errors.New("a command without an object")
	}
	what := words[0]
	switch {
	case what == "table":
		return p.openTable(st, s, depth)
	case what == "chain":
		return p.addChain(st, words[1:], s, depth)
	case what == "rule":
		return p.addRule(words[1:], st.where)
	case objects[what], what == "element":
		return nil
	}
	return fmt.Errorf("%s %s is not followed", verb, what)
}

// objects have no part in which chains there are.
var objects = map[string]bool{"set": true, "map": true, "counter": true, "quota": true, "limit": true, "ct": true, "flowtable": true,
	"secmark": true, "synproxy": true, "meter": true}

func (p *parser) table(family, name string) *Table {
	for _, t := range p.c.Tables {
		if t.Family == family && t.Name == name {
			return t
		}
	}
	return nil
}

func (t *Table) chain(name string) *Chain {
	for _, c := range t.Chains {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// header is the words of a block before its brace, without the verb.
func header(st statement, vars map[string]string) ([]string, error) {
	text, err := expand(st.head, vars)
	words := strings.Fields(text)
	if len(words) > 0 && (words[0] == "add" || words[0] == "create") {
		words = words[1:]
	}
	if len(words) < 2 {
		return nil, errors.New("a block without a name")
	}
	return words[1:], err
}

func (p *parser) openTable(st statement, s *scope, depth int) error {
	words, err := header(st, s.vars)
	if err != nil {
		return err
	}
	family, names, rest, err := name(words, 1)
	if err != nil || len(rest) > 0 {
		return errors.Join(err, fmt.Errorf("the table %q", st.head))
	}
	t := p.table(family, unquote(names[0]))
	if t == nil {
		t = &Table{Family: family, Name: unquote(names[0]), Where: st.where}
		p.c.Tables = append(p.c.Tables, t)
	}
	if !st.hasBody {
		return nil
	}
	return p.block(st.body, st.bodyAt, &scope{vars: maps.Clone(s.vars), table: t, inBlock: true}, depth)
}

func (p *parser) inTable(st statement, text string, s *scope, depth int) error {
	words := strings.Fields(text)
	switch {
	case words[0] == "chain" && st.hasBody:
		head, err := header(st, s.vars)
		if err != nil || len(head) != 1 {
			return errors.Join(err, fmt.Errorf("the chain %q", st.head))
		}
		return p.openChain(s.table, unquote(head[0]), st, s, depth)
	case words[0] == "flags" && strings.Contains(text, "dormant"):
		return errors.New("a dormant table is not followed")
	case objects[words[0]] && st.hasBody, words[0] == "flags", words[0] == "comment":
		return nil
	}
	return fmt.Errorf("%q in a table is not followed", words[0])
}

func (p *parser) openChain(t *Table, name string, st statement, s *scope, depth int) error {
	c := t.chain(name)
	if c == nil {
		c = &Chain{Name: name, Where: st.where}
		t.Chains = append(t.Chains, c)
	}
	return p.block(st.body, st.bodyAt, &scope{vars: maps.Clone(s.vars), table: t, chain: c, inBlock: true}, depth)
}

func (p *parser) addChain(st statement, words []string, s *scope, depth int) error {
	if st.hasBody {
		var err error
		if words, err = header(st, s.vars); err != nil {
			return err
		}
	}
	family, names, _, err := name(words, 2)
	if err != nil {
		return err
	}
	t := p.table(family, unquote(names[0]))
	if t == nil {
		return fmt.Errorf("there is no table %s %s", family, names[0])
	}
	return p.openChain(t, unquote(names[1]), st, s, depth)
}

func unquote(s string) string { return strings.Trim(s, `"`) }

func (p *parser) inChain(text string, at Place, s *scope) error {
	words := strings.Fields(text)
	switch {
	case words[0] == "type" && len(words) >= 6 && words[2] == "hook":
		return s.chain.base(words, s.table.Family, at)
	case words[0] == "policy" && len(words) == 2:
		if words[1] != "accept" && words[1] != "drop" {
			return fmt.Errorf("the policy %q", words[1])
		}
		if s.chain.Hook == "" {
			return errors.New("a policy of a chain without a hook")
		}
		s.chain.Policy = words[1]
		return nil
	case words[0] == "comment", words[0] == "flags", words[0] == "devices", words[0] == "device":
		return nil
	}
	return p.append(s.chain, Rule{text, at})
}

func (p *parser) append(c *Chain, r Rule) error {
	if p.rules++; p.rules > maxRules {
		return errors.New("too many rules")
	}
	c.Rules = append(c.Rules, r)
	return nil
}

// base reads "type filter hook input [device x] priority filter + 10".
func (c *Chain) base(words []string, family string, at Place) error {
	i := slices.Index(words, "priority")
	if i < 0 || i+1 >= len(words) {
		return errors.New("a hook without a priority")
	}
	n, err := priority(strings.Join(words[i+1:], ""), family)
	if err != nil {
		return err
	}
	c.Type, c.Hook, c.Priority, c.Where = words[1], words[3], n, at
	if c.Policy == "" {
		c.Policy = "accept"
	}
	return nil
}

var priorities = map[string]int{"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100, "out": 100}

var bridgePriorities = map[string]int{"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}

// priority is a number, or a name with something added.
func priority(text, family string) (int, error) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return int(n), nil
	}
	word, add := text, 0
	if i := strings.IndexAny(text, "+-"); i > 0 {
		n, err := strconv.ParseInt(text[i:], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("the priority %q", text)
		}
		word, add = text[:i], int(n)
	}
	names := priorities
	if family == "bridge" {
		names = bridgePriorities
	}
	base, ok := names[word]
	if !ok {
		return 0, fmt.Errorf("the priority %q", text)
	}
	return base + add, nil
}

func (p *parser) addRule(words []string, at Place) error {
	family, names, rest, err := name(words, 2)
	if err != nil {
		return err
	}
	t := p.table(family, unquote(names[0]))
	if t == nil || t.chain(unquote(names[1])) == nil {
		return fmt.Errorf("there is no chain %s in the table %s %s", names[1], family, names[0])
	}
	if len(rest) > 0 && (rest[0] == "position" || rest[0] == "handle" || rest[0] == "index") {
		return errors.New("a rule at a position is not followed")
	}
	return p.append(t.chain(unquote(names[1])), Rule{strings.Join(rest, " "), at})
}

// other are the commands that take away, and those that change nothing.
func (p *parser) other(verb string, words []string) error {
	what := ""
	if len(words) > 0 {
		what = words[0]
	}
	switch {
	case verb == "list" || verb == "describe" || verb == "reset":
		return nil
	case verb == "flush" && what == "ruleset" && len(words) == 1:
		p.c.Flush, p.c.Tables = true, nil
		return nil
	case objects[what] || what == "element":
		return nil
	case what == "table" && verb != "insert" && verb != "rename":
		family, names, _, err := name(words[1:], 1)
		if err != nil {
			return err
		}
		t := p.table(family, unquote(names[0]))
		if t == nil {
			if verb == "destroy" {
				return nil
			}
			return fmt.Errorf("there is no table %s %s", family, names[0])
		}
		if verb == "flush" {
			for _, c := range t.Chains {
				c.Rules = nil
			}
			return nil
		}
		p.c.Tables = slices.DeleteFunc(p.c.Tables, func(x *Table) bool { return x == t })
		return nil
	}
	return fmt.Errorf("%s %s is not followed", verb, what)
}
