package grubconf

import "strings"

// word is a word of GRUB's script, quotes taken off. end stands between commands.
type word struct {
	text   string
	line   int
	quoted bool // some of it was
	end    bool
}

// literalDollar stands in a word's text for a dollar that starts no variable: in single quotes, or escaped.
const literalDollar = '\x01'

// scan splits a script into words; closed is false when a quote is left open.
func scan(s string) (words []word, closed bool) {
	sc := scanner{s: s, line: 1}
	for sc.i < len(s) && len(sc.words) < MaxWords {
		if !sc.step() {
			return sc.words, false
		}
	}
	sc.finish()
	return sc.words, true
}

type scanner struct {
	s     string
	i     int
	line  int
	words []word

	b      strings.Builder
	inWord bool
	word   word
}

func (sc *scanner) begin() {
	if !sc.inWord {
		sc.inWord, sc.word = true, word{line: sc.line}
	}
}

func (sc *scanner) finish() {
	if sc.inWord {
		sc.word.text = sc.b.String()
		sc.words = append(sc.words, sc.word)
		sc.b.Reset()
		sc.inWord = false
	}
}

func (sc *scanner) step() bool {
	c := sc.s[sc.i]
	sc.i++
	switch c {
	case ' ', '\t', '\r':
		sc.finish()
	case '\n':
		sc.finish()
		sc.words = append(sc.words, word{end: true, line: sc.line})
		sc.line++
	case ';', '&', '|':
		sc.finish()
		sc.words = append(sc.words, word{end: true, line: sc.line})
	case '#':
		if sc.inWord {
			sc.b.WriteByte(c)
			break
		}
		if end := strings.IndexByte(sc.s[sc.i:], '\n'); end >= 0 {
			sc.i += end
		} else {
			sc.i = len(sc.s)
		}
	case '\\':
		sc.escape()
	case '\'', '"':
		return sc.quote(c)
	case literalDollar:
	default:
		sc.begin()
		sc.b.WriteByte(c)
	}
	return true
}

func (sc *scanner) escape() {
	if sc.i >= len(sc.s) {
		return
	}
	c := sc.s[sc.i]
	sc.i++
	if c == '\n' {
		sc.line++
		return
	}
	sc.begin()
	sc.literal(c)
}

func (sc *scanner) literal(c byte) {
	if c == '$' {
		c = literalDollar
	}
	sc.b.WriteByte(c)
}

// quote reads up to the closing quote. In double quotes a backslash escapes only $, ", \ and a newline.
func (sc *scanner) quote(q byte) bool {
	sc.begin()
	sc.word.quoted = true
	for ; sc.i < len(sc.s); sc.i++ {
		c := sc.s[sc.i]
		escaped := c == '\\' && q == '"' && sc.i+1 < len(sc.s) && strings.IndexByte("$\"\\\n", sc.s[sc.i+1]) >= 0
		if c == q {
			sc.i++
			return true
		}
		if escaped {
			sc.i++
			c = sc.s[sc.i]
		}
		if c == '\n' {
			sc.line++
		}
		if escaped || q == '\'' {
			sc.literal(c)
		} else {
			sc.b.WriteByte(c)
		}
	}
	return false
}
