// Package grubconf reads what grub-mkconfig wrote (grub.cfg): who may change it at boot and which command lines its menu
// entries hand to the kernel. It understands as much of GRUB's script as decides that: words, quotes, variables set to
// plain values, menu entries and blocks; what a condition decides is reported as such. It reads no files, and never
// hands out a password or its hash.
package grubconf

import (
	"slices"
	"strings"
)

// Bounds: of menu entries, of words, of blocks one inside the other.
const (
	MaxEntries = 2_000
	MaxWords   = 500_000
	MaxDepth   = 64
)

// Entry is a menu entry that boots a kernel.
type Entry struct {
	Title        string
	Submenus     []string // titles of the submenus it lies in
	Unrestricted bool     // boots without a password even when superusers are set; inherited by none
	Users        []string // who may boot it besides superusers
	Kernel       string   // path of the kernel image
	Args         string   // what follows it, as the kernel gets it
	Undecided    string   // why Args is not certain: a variable with no plain value; empty when it is
	Line         int      // of the linux command; 0 when there is none
}

// Config is what the file says.
type Config struct {
	Superusers     []string
	SuperusersLine int
	Hashed, Plain  []string // users with password_pbkdf2, and with password
	Entries        []Entry
	Sources        []string // arguments of source and configfile
	Undecided      string   // why superusers or passwords are not certain; empty when they are
	whole          bool
}

// Whole tells whether the file was read to its end, with all quotes and blocks closed.
func (c *Config) Whole() bool { return c.whole }

// Parse reads a file.
func Parse(content string) *Config {
	p := &parser{conf: &Config{}, vars: map[string]string{}, known: map[string]bool{}}
	words, closed := scan(content)
	start := 0
	for i, w := range words {
		if w.end {
			p.command(words[start:i])
			start = i + 1
		}
	}
	p.command(words[start:])
	p.conf.whole = closed && len(p.blocks) == 0 && !p.lost && len(p.conf.Entries) < MaxEntries && len(words) < MaxWords
	return p.conf
}

type parser struct {
	conf   *Config
	vars   map[string]string
	known  map[string]bool
	blocks []block
	lost   bool // blocks that do not match
}

// block is what a brace or a word like if opened.
type block struct {
	kind  string // menuentry, submenu, if, loop, function or brace
	title string
	entry int // index of the menu entry, -1 for other blocks
}

// in tells whether the place lies in a block of the kind.
func (p *parser) in(kinds ...string) bool {
	return slices.ContainsFunc(p.blocks, func(b block) bool { return slices.Contains(kinds, b.kind) })
}

func (p *parser) open(b block) {
	if len(p.blocks) >= MaxDepth {
		p.lost = true
		return
	}
	p.blocks = append(p.blocks, b)
}

func (p *parser) close(kinds ...string) {
	if n := len(p.blocks); n > 0 && slices.Contains(kinds, p.blocks[n-1].kind) {
		p.blocks = p.blocks[:n-1]
		return
	}
	p.lost = true
}

func (p *parser) command(words []word) {
	for len(words) > 0 && !words[0].quoted {
		switch words[0].text {
		case "if":
			p.open(block{kind: "if", entry: -1})
		case "for", "while", "until":
			p.open(block{kind: "loop", entry: -1})
		case "then", "else", "elif", "do", "!":
		case "fi":
			p.close("if")
		case "done":
			p.close("loop")
		case "}":
			p.close("menuentry", "submenu", "function", "brace")
		case "{":
			p.open(block{kind: "brace", entry: -1})
		default:
			p.simple(words)
			return
		}
		words = words[1:]
	}
}

func (p *parser) simple(words []word) {
	name, args := words[0].text, words[1:]
	switch name {
	case "menuentry", "submenu":
		p.menu(name, args)
	case "function":
		p.open(block{kind: "function", entry: -1})
	case "set":
		if len(args) > 0 {
			p.set(args[0])
		}
	case "unset":
		if len(args) > 0 {
			p.set(word{text: args[0].text + "=", line: words[0].line})
		}
	case "password", "password_pbkdf2":
		p.password(name, args)
	case "linux", "linux16", "linuxefi", "multiboot", "multiboot2":
		p.linux(words)
	case "source", "configfile", ".":
		if len(args) > 0 {
			p.conf.Sources = append(p.conf.Sources, plain(args[0].text))
		}
	default:
		if strings.Contains(name, "=") {
			p.set(words[0])
		}
	}
}

// menu opens an entry's block. --unrestricted and --users decide who may boot it; --class and --id are for looks.
func (p *parser) menu(kind string, args []word) {
	b := block{kind: kind, entry: -1}
	e := Entry{}
	opened, titled := false, false
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a.text == "{" && !a.quoted:
			opened = true
		case a.text == "--unrestricted" && !a.quoted:
			e.Unrestricted = true
		case !a.quoted && strings.HasPrefix(a.text, "--users="):
			e.Users = users(strings.TrimPrefix(a.text, "--users="))
		case !a.quoted && (a.text == "--users" || a.text == "--class" || a.text == "--id" || a.text == "--hotkey" || a.text == "--source"):
			if i+1 < len(args) && a.text == "--users" {
				e.Users = users(args[i+1].text)
			}
			i++
		case !titled && (a.quoted || !strings.HasPrefix(a.text, "-")):
			b.title, titled = plain(a.text), true
		}
	}
	if !opened {
		p.lost = true // a menu entry of one line, or a brace on the next: grub-mkconfig writes neither
		return
	}
	if kind == "menuentry" && len(p.conf.Entries) < MaxEntries {
		e.Title = b.title
		for _, outer := range p.blocks {
			if outer.kind == "submenu" {
				e.Submenus = append(e.Submenus, outer.title)
			}
		}
		b.entry = len(p.conf.Entries)
		p.conf.Entries = append(p.conf.Entries, e)
	}
	p.open(b)
}

func users(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;|&", r) })
}

// set follows plain assignments. Under a condition a variable's value is not certain any more.
func (p *parser) set(w word) {
	name, value, ok := strings.Cut(w.text, "=")
	if !ok {
		return
	}
	value, sure := p.expand(value)
	conditional := p.in("if", "loop", "function")
	if name == "superusers" {
		switch {
		case conditional:
			p.conf.Undecided = "superusers are set under a condition"
		case !sure:
			p.conf.Undecided = "superusers come from a variable"
		case p.in("menuentry", "submenu"): // only once it is entered
		default:
			p.conf.Superusers, p.conf.SuperusersLine = users(value), w.line
		}
	}
	p.vars[name], p.known[name] = value, sure && !conditional
}

func (p *parser) password(name string, args []word) {
	if len(args) < 2 {
		return
	}
	user, sure := p.expand(args[0].text)
	if p.in("if", "loop", "function") || !sure {
		p.conf.Undecided = "passwords are set under a condition"
	}
	if name == "password_pbkdf2" && strings.HasPrefix(args[1].text, "grub.pbkdf2.") {
		p.conf.Hashed = append(p.conf.Hashed, user)
	} else if name == "password" {
		p.conf.Plain = append(p.conf.Plain, user)
	}
}

// linux takes the command line of the innermost entry. One entry may have several such lines under conditions: then
// which one counts is not certain.
func (p *parser) linux(words []word) {
	entry := -1
	for _, b := range p.blocks {
		if b.entry >= 0 {
			entry = b.entry
		}
	}
	if entry < 0 || len(words) < 2 {
		return
	}
	e := &p.conf.Entries[entry]
	if e.Line != 0 {
		e.Undecided = "the entry has several commands that load a kernel"
	}
	e.Line, e.Kernel = words[0].line, plain(words[1].text)
	var args []string
	for _, w := range words[2:] {
		text, sure := p.expand(w.text)
		if !sure {
			e.Undecided = "a variable of GRUB in " + w.text
		}
		if w.quoted && strings.ContainsAny(text, " \t") { // GRUB quotes again what its own quotes kept together
			text = `"` + text + `"`
		}
		if text != "" {
			args = append(args, text)
		}
	}
	e.Args = strings.Join(args, " ")
}

// expand replaces $name and ${name}.
func (p *parser) expand(s string) (value string, sure bool) {
	if !strings.Contains(s, "$") {
		return plain(s), true
	}
	var b strings.Builder
	sure = true
	for i := 0; i < len(s); i++ {
		if s[i] != '$' {
			b.WriteByte(s[i])
			continue
		}
		rest := s[i+1:]
		name, braces := "", 0
		if strings.HasPrefix(rest, "{") {
			if end := strings.IndexByte(rest, '}'); end > 0 {
				name, braces = rest[1:end], 2
			}
		} else {
			end := 0
			for end < len(rest) && isName(rest[end]) {
				end++
			}
			name = rest[:end]
		}
		if name == "" {
			b.WriteByte('$')
			continue
		}
		b.WriteString(p.vars[name])
		sure = sure && p.known[name]
		i += len(name) + braces
	}
	return plain(b.String()), sure
}

// plain is a word's text without the mark of a dollar that is one.
func plain(s string) string { return strings.ReplaceAll(s, string(literalDollar), "$") }

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
