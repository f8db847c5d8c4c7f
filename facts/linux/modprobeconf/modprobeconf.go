// Package modprobeconf reads modprobe.d(5) files as kmod does: which install command, if any, modprobe would run in the
// place of loading a module, and what is blacklisted. It reads no files and does not know which modules exist.
package modprobeconf

import (
	"errors"
	"path"
	"strings"
)

// MaxRules bounds a configuration.
const MaxRules = 100_000

// Rule is one line that concerns a module.
type Rule struct {
	Module  string // name or, for install and alias, a pattern; with underscores
	Command string // of install: what is run; of alias: the module that is meant
	File    string
	Line    int
}

// Config is what all files together say, and the kernel's command line. The zero Config says nothing.
type Config struct {
	installs, aliases []Rule
	blacklist, kernel map[string]Rule
	unread            []gap
}

// gap is a part that could not be read, before which there were so many install lines.
type gap struct {
	installs int
	reason   string
}

// Unread says that a part of the configuration could not be read.
func (c *Config) Unread(reason string) { c.unread = append(c.unread, gap{len(c.installs), reason}) }

// Name is a module's name as kmod compares it: dashes are underscores, but not inside the brackets of a pattern.
func Name(s string) string {
	var b strings.Builder
	inside := false
	for _, c := range []byte(s) {
		switch c {
		case '[':
			inside = true
		case ']':
			inside = false
		case '-':
			if !inside {
				c = '_'
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Add reads the next file, in the order in which kmod would.
func (c *Config) Add(file, content string) {
	for _, l := range join(content) {
		if len(c.installs)+len(c.aliases)+len(c.blacklist) >= MaxRules {
			c.Unread(file + " has too many lines")
			return
		}
		c.line(l.text, file, l.number)
	}
}

func (c *Config) line(text, file string, number int) {
	command, rest := word(text)
	name, rest := word(rest)
	if name == "" {
		return
	}
	r := Rule{Module: Name(name), File: file, Line: number}
	switch command {
	case "blacklist":
		c.block(r)
	case "install":
		if r.Command = rest; rest != "" {
			c.installs = append(c.installs, r)
		}
	case "alias":
		if target, _ := word(rest); target != "" {
			r.Command = Name(target)
			c.aliases = append(c.aliases, r)
		}
	}
}

func (c *Config) block(r Rule) {
	if c.blacklist == nil {
		c.blacklist = map[string]Rule{}
	}
	if _, again := c.blacklist[r.Module]; !again {
		c.blacklist[r.Module] = r
	}
}

// Argument takes one argument of the kernel's command line: modprobe.blacklist, which modprobe heeds, or
// module_blacklist, with which the kernel itself refuses.
func (c *Config) Argument(argument, file string) {
	name, value, _ := strings.Cut(argument, "=")
	for m := range strings.SplitSeq(value, ",") {
		r := Rule{Module: Name(m), File: file}
		switch strings.ReplaceAll(name, "-", "_") {
		case "modprobe.blacklist":
			c.block(r)
		case "module_blacklist":
			if c.kernel == nil {
				c.kernel = map[string]Rule{}
			}
			c.kernel[r.Module] = r
		}
	}
}

// Blacklisted finds what keeps a module from being loaded through an alias, which is how hardware and file systems ask
// for it. modprobe with the module's own name loads it all the same.
func (c *Config) Blacklisted(name string) (Rule, bool, error) {
	if r, ok := c.blacklist[Name(name)]; ok {
		return r, true, nil
	}
	if r, ok := c.kernel[Name(name)]; ok {
		return r, true, nil
	}
	if len(c.unread) > 0 {
		return Rule{}, false, errors.New(c.unread[0].reason)
	}
	return Rule{}, false, nil
}

// Refused finds the kernel's own refusal (module_blacklist=).
func (c *Config) Refused(name string) (Rule, bool) {
	r, ok := c.kernel[Name(name)]
	return r, ok
}

// Install finds the command that modprobe runs instead of loading the module: the first that matches, as kmod does.
func (c *Config) Install(name string) (Rule, bool, error) {
	for i, r := range c.installs {
		if len(c.unread) > 0 && c.unread[0].installs <= i {
			break
		}
		pattern := strings.ReplaceAll(r.Module, "[!", "[^")
		if ok, err := path.Match(pattern, Name(name)); ok && err == nil {
			return r, true, nil
		}
	}
	if len(c.unread) > 0 {
		return Rule{}, false, errors.New(c.unread[0].reason)
	}
	return Rule{}, false, nil
}

// Aliases are the modules that modprobe would load when asked for the name, because alias lines say so.
func (c *Config) Aliases(name string) []Rule {
	var out []Rule
	for _, r := range c.aliases {
		if ok, err := path.Match(strings.ReplaceAll(r.Module, "[!", "[^"), Name(name)); ok && err == nil {
			out = append(out, r)
		}
	}
	return out
}

// Denies tells whether an install command does nothing: true, false and the like. sure is false for any other command,
// which may load the module itself.
func Denies(command string) (denies, sure bool) {
	first, rest := word(command)
	if strings.ContainsAny(command, ";|&$`<>(){}\r\n\"'\\") {
		return false, false
	}
	switch first {
	case "/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "false", "true", ":":
		return true, true
	case "exit":
		return rest == "" || strings.Trim(rest, "0123456789 ") == "", true
	}
	return false, false
}

// word takes the first word off a line; only blanks and tabs separate, as for kmod, so that a carriage return becomes
// part of the last word, and a name with one means no module.
func word(s string) (first, rest string) {
	s = strings.TrimLeft(s, " \t")
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

type line struct {
	text   string
	number int // of its first physical line
}

// join drops comments and puts together lines of which the end is escaped. Any other backslash is dropped.
func join(content string) []line {
	var out []line
	var b strings.Builder
	n, first := 1, 1
	flush := func() {
		if s := b.String(); s != "" && s[0] != '#' {
			out = append(out, line{s, first})
		}
		b.Reset()
	}
	for i := 0; i < len(content); i++ {
		c := content[i]
		if c == '\\' && i+1 < len(content) {
			i++
			if content[i] == '\n' {
				n++
				continue
			}
			c = content[i]
			b.WriteByte(c)
			continue
		}
		if c == '\n' {
			flush()
			n++
			first = n
			continue
		}
		b.WriteByte(c)
	}
	flush()
	return out
}
