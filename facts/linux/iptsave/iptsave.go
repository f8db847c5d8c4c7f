// Package iptsave parses the language of iptables-save(8): what iptables-restore loads, and what legacy iptables prints.
// It takes rules apart into options; it interprets none and does not know which extensions exist.
package iptsave

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Table is one table, in the order of the file.
type Table struct {
	Name   string
	Chains []Chain
	Rules  []Rule
	Line   int
}

// Chain is a chain that the table declares. Chains that a user made have no policy.
type Chain struct {
	Name   string
	Policy string // ACCEPT, DROP; empty for a chain that a user made
	Line   int
}

// Rule is one rule, appended to its chain.
type Rule struct {
	Chain   string
	Text    string // as written
	Options []Option
	Target  string // of -j or -g; empty for none
	Goto    bool
	Line    int
}

// Option is one option with its arguments: {"--dport", ["22"]}. Not tells that ! stands before it.
type Option struct {
	Name string
	Not  bool
	Args []string
}

// Get gives the arguments of the first option of one of the names, as one string.
func (r Rule) Get(names ...string) (arg string, not, ok bool) {
	for _, o := range r.Options {
		for _, n := range names {
			if o.Name == n {
				return strings.Join(o.Args, " "), o.Not, true
			}
		}
	}
	return "", false, false
}

const (
	maxLine  = 64 << 10
	maxRules = 200_000
)

// Parse reads tables. Input that iptables-restore would refuse is an error with its line; what stands before it is
// returned, though iptables-restore loads no table that it can't read to its COMMIT.
func Parse(r io.Reader) ([]Table, error) {
	var p parser
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 4096), maxLine)
	for scan.Scan() {
		p.line++
		if err := p.parse(scan.Text()); err != nil {
			return p.tables, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	if err := scan.Err(); err != nil {
		return p.tables, fmt.Errorf("line %d: %w", p.line+1, err)
	}
	if p.open != nil {
		return p.tables, fmt.Errorf("line %d: the table %s has no COMMIT", p.line, p.open.Name)
	}
	return p.tables, nil
}

type parser struct {
	tables []Table
	open   *Table
	line   int
	rules  int
}

func (p *parser) parse(line string) error {
	line = strings.TrimRight(line, " \t\r")
	switch {
	case line == "", line[0] == '#':
		return nil
	case line[0] == '*':
		if p.open != nil {
			return fmt.Errorf("a table begins inside of %s", p.open.Name)
		}
		p.open = &Table{Name: line[1:], Line: p.line}
		return nil
	case p.open == nil:
		return errors.New("this stands in no table")
	case line == "COMMIT":
		p.tables = append(p.tables, *p.open)
		p.open = nil
		return nil
	case line[0] == ':':
		f := strings.Fields(line[1:])
		if len(f) < 2 {
			return errors.New("a chain without a policy")
		}
		c := Chain{Name: f[0], Policy: f[1], Line: p.line}
		if c.Policy == "-" {
			c.Policy = ""
		}
		p.open.Chains = append(p.open.Chains, c)
		return nil
	}
	return p.rule(line)
}

// rule reads "[packets:bytes] -A chain options".
func (p *parser) rule(line string) error {
	words, err := split(line)
	if err != nil {
		return err
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "[") {
		words = words[1:]
	}
	if len(words) < 2 {
		return errors.New("this is no rule")
	}
	switch words[0] {
	case "-A", "--append":
	case "-F", "--flush", "-X", "--delete-chain", "-Z", "--zero", "-N", "--new-chain":
		// ufw's own files flush; what a file of rules flushes at its beginning changes nothing of what it loads.
		return p.command(words)
	default:
		return fmt.Errorf("the command %s is not followed", words[0])
	}
	if p.rules++; p.rules > maxRules {
		return fmt.Errorf("more than %d rules", maxRules)
	}
	r := Rule{Chain: words[1], Text: line, Line: p.line}
	r.options(words[2:])
	p.open.Rules = append(p.open.Rules, r)
	return nil
}

func (p *parser) command(words []string) error {
	if words[0] == "-N" || words[0] == "--new-chain" {
		p.open.Chains = append(p.open.Chains, Chain{Name: words[1], Line: p.line})
		return nil
	}
	for _, r := range p.open.Rules {
		if r.Chain == words[1] {
			return fmt.Errorf("%s of a chain that has rules is not followed", words[0])
		}
	}
	return nil
}

func (r *Rule) options(words []string) {
	not := false
	for _, w := range words {
		switch {
		case w == "!":
			not = true
		case len(w) > 1 && w[0] == '-' && !isNumber(w):
			r.Options = append(r.Options, Option{Name: w, Not: not})
			not = false
		case len(r.Options) > 0:
			last := &r.Options[len(r.Options)-1]
			last.Args = append(last.Args, w)
			last.Not = last.Not || not // "-s ! 10.0.0.0/8", the old spelling
			not = false
		default:
			r.Options = append(r.Options, Option{Name: "", Args: []string{w}})
		}
	}
	for _, o := range r.Options {
		switch o.Name {
		case "-j", "--jump", "-g", "--goto":
			r.Target = strings.Join(o.Args, " ")
			r.Goto = o.Name == "-g" || o.Name == "--goto"
		}
	}
}

func isNumber(w string) bool {
	_, err := strconv.Atoi(w)
	return err == nil
}

// split takes a line apart into words; double quotes hold words together, a backslash stands before a quote.
func split(line string) ([]string, error) {
	var words []string
	var b strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quoted && c == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case c == '"':
			quoted, inWord = !quoted, true
		case !quoted && (c == ' ' || c == '\t'):
			if inWord {
				words = append(words, b.String())
				b.Reset()
			}
			inWord = false
		default:
			b.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	if inWord {
		words = append(words, b.String())
	}
	return words, nil
}
