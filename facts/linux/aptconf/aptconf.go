// Package aptconf parses what configures apt: apt.conf(5), sources.list(5) in both its forms, apt_preferences(5). It reads
// no files itself; of list files and candidate versions see package aptlists.
package aptconf

import (
	"fmt"
	"strings"
)

// Bounds of a configuration.
const (
	MaxSize    = 4 << 20
	maxDepth   = 10 // of #include, as apt's
	maxNesting = 64
	maxItems   = 1 << 16
)

// Item is a value in the tree of apt's configuration.
type Item struct {
	Value string
	File  string
	Line  int
}

type node struct {
	tag      string // as first written; "" for an element of a list
	item     Item
	set      bool
	children []*node
}

// Config is apt's configuration: a tree of names without regard to case.
type Config struct {
	root  node
	items int
}

// Include reads the file or the directory's files an #include names, and applies them through Parse.
type Include func(path string, depth int) error

// Parse applies one file to the configuration. Its rules are those of ReadConfigFile in apt-pkg: later values replace
// earlier ones, "Name::" and values without a name append. What comes before an error stays applied, as with apt.
func (c *Config) Parse(file string, b []byte, depth int, include Include) error {
	if len(b) > MaxSize {
		return fmt.Errorf("%s: larger than %d bytes", file, MaxSize)
	}
	if depth > maxDepth {
		return fmt.Errorf("%s: included too deeply", file)
	}
	p := &confParser{c: c, file: file, depth: depth, include: include}
	n, inComment := 0, false
	for line := range strings.Lines(string(b)) {
		n++
		if strings.IndexByte(line, 0) >= 0 {
			return fmt.Errorf("%s:%d: a NUL byte", file, n)
		}
		line, inComment = stripComments(line, inComment)
		if err := p.feed(line, n); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	if strings.TrimSpace(p.pending.String()) != "" || len(p.stack) > 0 {
		return fmt.Errorf("%s:%d: ends inside a statement", file, n)
	}
	return nil
}

// stripComments removes // and # to the end of the line, except the directives, and /* */ over lines.
func stripComments(line string, inComment bool) (string, bool) {
	var out strings.Builder
	inQuote := false
	for i := 0; i < len(line); i++ {
		rest := line[i:]
		switch {
		case inComment:
			if strings.HasPrefix(rest, "*/") {
				inComment = false
				i++
			}
			continue
		case rest[0] == '"':
			inQuote = !inQuote
		case inQuote:
		case strings.HasPrefix(rest, "/*"):
			inComment = true
			i++
			continue
		case strings.HasPrefix(rest, "//"),
			rest[0] == '#' && !strings.HasPrefix(rest, "#clear") && !strings.HasPrefix(rest, "#include") && !strings.HasPrefix(rest, "#x-apt-configure-index"):
			return out.String() + "\n", false
		}
		out.WriteByte(rest[0])
	}
	return out.String(), inComment
}

type confParser struct {
	c       *Config
	file    string
	depth   int
	include Include
	pending strings.Builder
	at      int      // line where the pending statement starts
	stack   []string // names of the open scopes
}

func (p *confParser) feed(line string, n int) error {
	inQuote := false
	for i := 0; i < len(line); i++ {
		ch := line[i]
		if ch == '"' {
			inQuote = !inQuote
		}
		if !inQuote && (ch == '{' || ch == '}' || ch == ';') {
			if err := p.statement(ch); err != nil {
				return err
			}
			continue
		}
		if strings.TrimSpace(p.pending.String()) == "" {
			p.pending.Reset()
			p.at = n
		}
		if p.pending.Len() > MaxSize {
			return fmt.Errorf("a statement that is too long")
		}
		p.pending.WriteByte(ch)
	}
	return nil
}

func (p *confParser) statement(end byte) error {
	words, err := splitWords(p.pending.String())
	p.pending.Reset()
	if err != nil {
		return err
	}
	if len(words) > 2 {
		return fmt.Errorf("extra junk after a value: %q", words[2])
	}
	if len(words) > 0 || end == '{' {
		if err := p.apply(words, end); err != nil {
			return err
		}
	}
	if end == '}' {
		if len(p.stack) == 0 {
			return fmt.Errorf("a closing brace too many")
		}
		p.stack = p.stack[:len(p.stack)-1]
	}
	return nil
}

func (p *confParser) apply(words []string, end byte) error {
	var tag, value string
	hasValue := true
	switch {
	case len(words) == 2:
		tag, value = words[0], words[1]
	case end != '{':
		value = words[0]
	case len(words) == 1:
		tag, hasValue = words[0], false
	default:
		return fmt.Errorf("a block without a name")
	}
	if strings.HasPrefix(tag, "#") {
		return p.directive(tag, value)
	}
	parent := strings.Join(p.stack, "::")
	name := tag
	if parent != "" {
		name = parent + "::" + tag
	}
	if end == '{' {
		if len(p.stack) >= maxNesting {
			return fmt.Errorf("nested too deeply")
		}
		p.stack = append(p.stack, tag)
		if tag == "" {
			name = parent
		}
	}
	if !hasValue {
		return nil
	}
	return p.c.set(name, Item{value, p.file, p.at})
}

func (p *confParser) directive(tag, value string) error {
	if len(p.stack) > 0 {
		return fmt.Errorf("%s inside a block", tag)
	}
	switch tag {
	case "#clear":
		p.c.clear(value)
		return nil
	case "#include":
		return p.include(value, p.depth+1)
	case "#x-apt-configure-index":
		return nil
	}
	return fmt.Errorf("unsupported directive %s", tag)
}

// splitWords takes words apart; a quoted one may hold blanks, adjacent parts belong together.
func splitWords(s string) ([]string, error) {
	var words []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return words, nil
		}
		var word strings.Builder
		for s != "" && strings.IndexByte(" \t\r\n", s[0]) < 0 {
			if s[0] != '"' {
				word.WriteByte(s[0])
				s = s[1:]
				continue
			}
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("a quote that is not closed")
			}
			word.WriteString(s[1 : end+1])
			s = s[end+2:]
		}
		words = append(words, word.String())
	}
}

func (c *Config) find(name string, create bool) *node {
	n := &c.root
	if name == "" {
		return n
	}
	for part := range strings.SplitSeq(name, "::") {
		var next *node
		if part != "" {
			for _, child := range n.children {
				if strings.EqualFold(child.tag, part) {
					next = child
					break
				}
			}
		}
		if next == nil {
			if !create || c.items >= maxItems {
				return nil
			}
			c.items++
			next = &node{tag: part}
			n.children = append(n.children, next)
		}
		n = next
	}
	return n
}

func (c *Config) set(name string, item Item) error {
	n := c.find(name, true)
	if n == nil {
		return fmt.Errorf("more than %d items", maxItems)
	}
	n.item, n.set = item, true
	return nil
}

func (c *Config) clear(name string) {
	if n := c.find(name, false); n != nil && n != &c.root {
		n.item, n.set, n.children = Item{}, false, nil
	}
}

// Get is the value of a name; false when it was never set, or cleared.
func (c *Config) Get(name string) (Item, bool) {
	if n := c.find(name, false); n != nil && n.set {
		return n.item, true
	}
	return Item{}, false
}

// List are the values of a list: of the name's children that have one.
func (c *Config) List(name string) []Item {
	var out []Item
	if n := c.find(name, false); n != nil {
		for _, child := range n.children {
			if child.set {
				out = append(out, child.item)
			}
		}
	}
	return out
}

// Bool reads a truth value as StringToBool of apt; the second result is false when it is none.
func Bool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "1", "yes", "true", "with", "on", "enable":
		return true, true
	case "0", "no", "false", "without", "off", "disable":
		return false, true
	}
	return false, false
}
