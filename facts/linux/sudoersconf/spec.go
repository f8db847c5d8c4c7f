package sudoersconf

import (
	"fmt"
	"slices"
	"strings"
)

var tags = []string{"NOPASSWD", "PASSWD", "NOEXEC", "EXEC", "INTERCEPT", "NOINTERCEPT", "SETENV", "NOSETENV", "LOG_INPUT", "NOLOG_INPUT",
	"LOG_OUTPUT", "NOLOG_OUTPUT", "FOLLOW", "NOFOLLOW", "MAIL", "NOMAIL"}

var specOptions = []string{"ROLE", "TYPE", "PRIVS", "LIMITPRIVS", "TIMEOUT", "NOTBEFORE", "NOTAFTER", "CWD", "CHROOT", "APPARMOR_PROFILE"}

// userSpec is users hosts = commands : hosts = commands …
func (p *parser) userSpec() ([]Item, error) {
	users, err := p.list(p.member)
	if err != nil {
		return nil, err
	}
	var out []Item
	for {
		hosts, err := p.list(p.member)
		if err != nil {
			return nil, err
		}
		if !p.take('=') {
			return nil, p.unexpected()
		}
		rules, err := p.commands(Rule{Users: users, Hosts: hosts})
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
		if p.end() {
			return out, nil
		}
		if !p.take(':') {
			return nil, p.unexpected()
		}
	}
}

// commands reads a list of commands. Run-as lists, tags and options hold for the commands behind them too.
func (p *parser) commands(r Rule) ([]Item, error) {
	var out []Item
	n := 0
	for {
		changed, err := p.prefix(&r)
		if err != nil {
			return nil, err
		}
		negated := ""
		for p.take('!') {
			negated = map[string]string{"": "!", "!": ""}[negated]
		}
		command, err := p.command()
		if err != nil {
			return nil, err
		}
		if changed || len(out) == 0 {
			rule := r
			rule.Commands = nil
			out = append(out, Item{Rule: &rule})
		}
		last := out[len(out)-1].Rule
		last.Commands = append(last.Commands, negated+command)
		if n++; n > maxMembers {
			return nil, fmt.Errorf("a list of more than %d commands", maxMembers)
		}
		if !p.take(',') {
			return out, nil
		}
	}
}

// prefix reads what stands before a command. It tells whether anything did.
func (p *parser) prefix(r *Rule) (changed bool, err error) {
	for {
		p.blank()
		if p.peek() == '(' {
			if err := p.runas(r); err != nil {
				return false, err
			}
			changed = true
			continue
		}
		save := p.i
		word := p.run("ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
		switch {
		case slices.Contains(specOptions, word) && p.take('='):
			p.blank()
			value, err := p.word(blanks + ",")
			if err != nil || value == "" {
				return false, fmt.Errorf("%s has no value", word)
			}
			r.Options = replace(r.Options, word+"=", word+"="+value)
		case slices.Contains(tags, word) && p.take(':'):
			opposite, ok := strings.CutPrefix(word, "NO")
			if !ok || !slices.Contains(tags, opposite) {
				opposite = "NO" + word
			}
			kept := slices.DeleteFunc(slices.Clone(r.Tags), func(t string) bool { return t == word || t == opposite })
			r.Tags = append(kept, word)
		default:
			p.i = save
			return changed, nil
		}
		changed = true
	}
}

func replace(list []string, prefix, item string) []string {
	kept := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.HasPrefix(s, prefix) })
	return append(kept, item)
}

// runas reads (users:groups); each part may be missing.
func (p *parser) runas(r *Rule) error {
	p.i++
	r.HasRunas, r.RunasUsers, r.RunasGroups = true, nil, nil
	var err error
	p.blank()
	if c := p.peek(); c != ':' && c != ')' {
		if r.RunasUsers, err = p.list(p.member); err != nil {
			return err
		}
	}
	if p.take(':') {
		p.blank()
		if p.peek() != ')' {
			if r.RunasGroups, err = p.list(p.member); err != nil {
				return err
			}
		}
	}
	if !p.take(')') {
		return p.unexpected()
	}
	return nil
}
