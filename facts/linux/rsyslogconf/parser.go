package rsyslogconf

import (
	"slices"
	"strings"
)

// objects are the names that stand before a parenthesis.
var objects = []string{
	"action", "dyn_stats", "global", "include", "input", "lookup_table", "main_queue", "module", "parser", "percentile_stats",
	"perctile_stats", "ratelimit", "ruleset", "template", "timezone",
}

type parser struct {
	*loader
	path string
	s    string
	at   int
	line int

	blocks   []string // rulesets of the open braces; "" for those of if and template
	selector string   // of the last selector line, for & lines
	pending  string   // the selector that the next object stands under
}

func (p *parser) run() {
	for !p.full {
		p.space()
		if p.at >= len(p.s) {
			if len(p.blocks) > 0 {
				p.problem(p.path, p.line, "a brace is not closed")
			}
			return
		}
		p.statement()
	}
}

func (p *parser) ruleset() string {
	for i := len(p.blocks) - 1; i >= 0; i-- {
		if p.blocks[i] != "" {
			return p.blocks[i]
		}
	}
	return ""
}

// advance moves over n bytes, counting lines.
func (p *parser) advance(n int) string {
	t := p.s[p.at : p.at+n]
	p.line += strings.Count(t, "\n")
	p.at += n
	return t
}

// space passes over blanks and comments.
func (p *parser) space() {
	for p.at < len(p.s) {
		rest := p.s[p.at:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				p.problem(p.path, p.line, "a comment is not closed")
				p.advance(len(rest))
				return
			}
			p.advance(end + 2)
		case rest[0] == '#':
			p.restOfLine()
		case strings.IndexByte(" \t\r\n\f\v;", rest[0]) >= 0:
			p.advance(1)
		default:
			return
		}
	}
}

// restOfLine is the text up to the end of the line, with lines that end in a backslash joined.
func (p *parser) restOfLine() string {
	var b strings.Builder
	for p.at < len(p.s) {
		rest := p.s[p.at:]
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			b.WriteString(p.advance(len(rest)))
			break
		}
		line := strings.TrimRight(p.advance(n + 1)[:n], "\r")
		if !strings.HasSuffix(line, `\`) {
			b.WriteString(line)
			break
		}
		b.WriteString(strings.TrimSuffix(line, `\`))
	}
	return strings.TrimSpace(b.String())
}

func (p *parser) word() string {
	n := 0
	for p.at+n < len(p.s) && isWord(p.s[p.at+n]) {
		n++
	}
	return p.s[p.at : p.at+n]
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) statement() {
	line := p.line
	switch p.s[p.at] {
	case '{':
		p.advance(1)
		p.blocks = append(p.blocks, "")
		return
	case '}':
		p.advance(1)
		if len(p.blocks) == 0 {
			p.problem(p.path, line, "a brace is closed that was not opened")
			return
		}
		p.blocks = p.blocks[:len(p.blocks)-1]
		return
	case '$':
		p.directive(line)
		return
	case ':':
		if p.propertyFilter(line) {
			return
		}
		p.action(line, p.restOfLine())
		return
	case '&':
		p.advance(1)
		p.space()
		p.actionHere(line)
		return
	}
	if strings.IndexByte("-/|@^?~>*", p.s[p.at]) >= 0 && !p.selectorAhead() {
		p.action(line, p.restOfLine()) // an action behind "then" or in braces
		return
	}
	p.named(line, strings.ToLower(p.word()))
}

// named are statements that begin with a word, and selectors.
func (p *parser) named(line int, word string) {
	switch word {
	case "if":
		p.advance(2)
		if !p.skipTo("then") {
			p.problem(p.path, line, "an if has no then")
		}
		p.selector = ""
		return
	case "else":
		p.advance(4)
		return
	case "stop", "continue":
		p.advance(len(word))
		return
	case "set", "unset", "reset":
		if !p.selectorAhead() {
			p.skipTo(";")
			return
		}
	case "call", "call_indirect", "foreach":
		p.skipUntil("\n{;")
		return
	}
	if slices.Contains(objects, word) {
		save, saveLine := p.at, p.line
		p.advance(len(word))
		p.space()
		if p.at < len(p.s) && p.s[p.at] == '(' {
			p.object(line, word)
			return
		}
		p.at, p.line = save, saveLine
	}
	if p.selectorAhead() {
		n := strings.IndexAny(p.s[p.at:], " \t\n{")
		if n < 0 {
			n = len(p.s) - p.at
		}
		p.selector = p.advance(n)
		p.blank()
		p.actionHere(line)
		return
	}
	p.problem(p.path, line, "it is not understood")
	p.restOfLine()
}

func (p *parser) blank() {
	for p.at < len(p.s) && (p.s[p.at] == ' ' || p.s[p.at] == '\t') {
		p.at++
	}
}

// actionHere is what follows a selector: an object, a block, stop, or an action of the older syntax.
func (p *parser) actionHere(line int) {
	if p.at >= len(p.s) || p.s[p.at] == '\n' {
		p.problem(p.path, line, "a selector has no action")
		return
	}
	word := strings.ToLower(p.word())
	after := strings.TrimLeft(p.s[p.at+len(word):], " \t")
	if p.s[p.at] == '{' || word == "stop" || word == "call" || word == "action" && strings.HasPrefix(after, "(") {
		p.pending = p.selector
		return // the next statement
	}
	p.action(line, p.restOfLine())
}

func (p *parser) action(line int, text string) {
	if i := strings.Index(text, " #"); i >= 0 {
		text = strings.TrimSpace(text[:i])
	}
	p.add(Item{Kind: Action, Value: text, Selector: p.selector, Ruleset: p.ruleset(), Path: p.path, Line: line})
}

// selectorAhead tells whether what stands here is "facility.priority" with its lists and signs.
func (p *parser) selectorAhead() bool {
	rest := p.s[p.at:]
	n := strings.IndexAny(rest, " \t\n{")
	if n < 0 {
		n = len(rest)
	}
	sel := rest[:n]
	dot := strings.IndexByte(sel, '.')
	return dot > 0 && dot < len(sel)-1 && strings.Trim(sel, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;*=!") == ""
}

// propertyFilter is :property, [!]operation, "value" action.
func (p *parser) propertyFilter(line int) bool {
	rest := p.s[p.at:]
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	comma := strings.IndexByte(rest[:end], ',')
	quote := strings.IndexByte(rest[:end], '"')
	if comma < 0 || quote < comma {
		return false
	}
	i := quote + 1
	for i < end && rest[i] != '"' {
		if rest[i] == '\\' {
			i++
		}
		i++
	}
	if i >= end {
		p.problem(p.path, line, "a property filter's value has no end")
		p.restOfLine()
		return true
	}
	p.selector = p.advance(i + 1)
	p.blank()
	p.actionHere(line)
	return true
}

func (p *parser) directive(line int) {
	name, value, _ := strings.Cut(strings.ReplaceAll(p.restOfLine()[1:], "\t", " "), " ")
	value = strings.TrimSpace(value)
	if i := strings.Index(value, " #"); i >= 0 {
		value = strings.TrimSpace(value[:i])
	}
	name = strings.ToLower(name)
	if name == "includeconfig" {
		p.include(p.path, line, value, false)
		return
	}
	p.add(Item{Kind: Directive, Name: name, Value: value, Ruleset: p.ruleset(), Path: p.path, Line: line})
}

// object is name(param="value" …), standing at its parenthesis; ruleset and template may open a block behind it.
func (p *parser) object(line int, name string) {
	params, ok := p.params()
	if !ok {
		p.problem(p.path, line, name+"(…) is not understood")
		return
	}
	item := Item{Kind: Object, Name: name, Params: params, Ruleset: p.ruleset(), Path: p.path, Line: line}
	if name == "action" {
		item.Selector, p.pending = p.pending, ""
	}
	p.add(item)
	switch name {
	case "include":
		if text, has := params["text"]; has {
			if p.depth < maxDepth {
				p.depth++
				p.parse(p.path, text)
				p.depth--
			}
		} else {
			p.include(p.path, line, params["file"], params["mode"] == "optional")
		}
	case "ruleset", "template":
		p.space()
		if p.at < len(p.s) && p.s[p.at] == '{' {
			p.advance(1)
			if name == "template" {
				p.skipBlock()
				return
			}
			p.blocks = append(p.blocks, params["name"])
		}
	}
}

func (p *parser) params() (map[string]string, bool) {
	params := map[string]string{}
	p.advance(1)
	for {
		p.paramSpace()
		if p.at >= len(p.s) {
			return nil, false
		}
		if p.s[p.at] == ')' {
			p.advance(1)
			return params, true
		}
		n := strings.IndexAny(p.s[p.at:], "=) \t\n")
		if n <= 0 {
			p.advance(1)
			return nil, false
		}
		name := strings.ToLower(p.advance(n))
		p.paramSpace()
		if p.at >= len(p.s) || p.s[p.at] != '=' {
			return nil, false
		}
		p.advance(1)
		p.paramSpace()
		value, ok := p.value()
		if !ok {
			return nil, false
		}
		params[name] = value
	}
}

func (p *parser) paramSpace() {
	for p.at < len(p.s) {
		p.space()
		if p.at < len(p.s) && p.s[p.at] == ',' {
			p.advance(1)
			continue
		}
		return
	}
}

func (p *parser) value() (string, bool) {
	if p.at >= len(p.s) {
		return "", false
	}
	switch c := p.s[p.at]; c {
	case '"', '\'':
		return p.quoted(c)
	case '[':
		p.advance(1)
		var list []string
		for {
			p.paramSpace()
			if p.at >= len(p.s) {
				return "", false
			}
			if p.s[p.at] == ']' {
				p.advance(1)
				return strings.Join(list, ","), true
			}
			v, ok := p.quoted(p.s[p.at])
			if !ok {
				return "", false
			}
			list = append(list, v)
		}
	}
	return "", false
}

func (p *parser) quoted(q byte) (string, bool) {
	if q != '"' && q != '\'' {
		return "", false
	}
	var b strings.Builder
	for i := p.at + 1; i < len(p.s); i++ {
		switch p.s[i] {
		case '\\':
			if i++; i < len(p.s) {
				b.WriteByte(p.s[i])
			}
		case q:
			p.advance(i + 1 - p.at)
			return b.String(), true
		default:
			b.WriteByte(p.s[i])
		}
	}
	return "", false
}

// skipTo passes over an expression up to and with a keyword or sign outside of strings.
func (p *parser) skipTo(stop string) bool {
	for p.at < len(p.s) {
		c := p.s[p.at]
		switch {
		case c == '"' || c == '\'':
			if _, ok := p.quoted(c); !ok {
				p.advance(len(p.s) - p.at)
				return false
			}
		case c == '#':
			p.restOfLine()
		case strings.HasPrefix(p.s[p.at:], "/*"):
			p.space()
		case isWord(stop[0]) && isWord(c):
			if strings.EqualFold(p.advance(len(p.word())), stop) {
				return true
			}
		default:
			p.advance(1)
			if string(c) == stop {
				return true
			}
		}
	}
	return false
}

func (p *parser) skipUntil(any string) {
	n := strings.IndexAny(p.s[p.at:], any)
	if n < 0 {
		n = len(p.s) - p.at
	}
	p.advance(n)
}

// skipBlock passes over a block whose brace was opened.
func (p *parser) skipBlock() {
	depth := 1
	for p.at < len(p.s) && depth > 0 {
		c := p.s[p.at]
		switch c {
		case '"', '\'':
			if _, ok := p.quoted(c); !ok {
				p.advance(len(p.s) - p.at)
			}
			continue
		case '#':
			p.restOfLine()
			continue
		case '{':
			depth++
		case '}':
			depth--
		}
		p.advance(1)
	}
	if depth > 0 {
		p.problem(p.path, p.line, "a template is not closed")
	}
}
