package nftconf

import (
	"errors"
	"strings"
)

// statement is one statement, in one line and without comments; of a block also what its braces hold.
type statement struct {
	text    string // the whole of it
	where   Place
	head    string // before the first brace
	body    string
	bodyAt  Place
	hasBody bool
}

// blocks are the words a statement with a block of statements begins with. Braces elsewhere are sets.
var blocks = map[string]bool{"table": true, "chain": true, "set": true, "map": true, "counter": true, "quota": true, "limit": true,
	"ct": true, "flowtable": true, "secmark": true, "synproxy": true, "add": true, "create": true}

// split cuts a text into statements, at the ends of lines and at semicolons outside of braces and quotes. Inside of a
// block the last statement must be ended, too: nft refuses "chain c { accept }".
func split(src string, at Place, s *scope) ([]statement, error) {
	sp := splitter{src: src, line: at.Line, file: at.File, rules: s.chain != nil}
	for sp.i < len(src) {
		if err := sp.next(); err != nil {
			return nil, &Error{Place{at.File, sp.line}, err}
		}
	}
	if sp.depth > 0 {
		return nil, &Error{sp.st.where, errors.New("a brace is not closed")}
	}
	if s.inBlock && (sp.ended || strings.TrimSpace(sp.text.String()) != "") {
		return nil, &Error{Place{at.File, sp.line}, errNotEnded}
	}
	sp.end()
	return sp.out, nil
}

var errNotEnded = errors.New("a newline or semicolon is missing")

type splitter struct {
	src   string
	i     int
	line  int
	file  string
	depth int
	rules bool            // braces are sets only
	ended bool            // a block was closed and its statement not yet ended
	text  strings.Builder // of the statement so far
	body  int             // where the outermost brace opened
	st    statement
	out   []statement
}

func (sp *splitter) next() error {
	c := sp.src[sp.i]
	sp.i++
	if sp.ended && !strings.ContainsRune(" \t\r\n;#", rune(c)) {
		return errNotEnded
	}
	if c == '\n' || c == ';' {
		sp.ended = false
	}
	switch {
	case c == 0:
		return errors.New("a NUL byte")
	case c == '#':
		for sp.i < len(sp.src) && sp.src[sp.i] != '\n' {
			sp.i++
		}
	case c == '"':
		return sp.quoted()
	case c == '\\' && sp.i < len(sp.src) && sp.src[sp.i] == '\n':
		sp.i++
		sp.line++
		sp.put(' ')
	case c == '{':
		return sp.open()
	case c == '}':
		return sp.close()
	case c == '\n':
		sp.line++
		if sp.depth == 0 {
			sp.end()
		} else {
			sp.put(' ')
		}
	case c == ';' && sp.depth == 0:
		sp.end()
	case c == ' ' || c == '\t' || c == '\r':
		sp.put(' ')
	default:
		sp.put(c)
	}
	return nil
}

// put adds to the statement; spaces are drawn together.
func (sp *splitter) put(c byte) {
	if c == ' ' && (sp.text.Len() == 0 || strings.HasSuffix(sp.text.String()[max(0, sp.text.Len()-1):], " ")) {
		return
	}
	if sp.text.Len() == 0 {
		sp.st.where = Place{sp.file, sp.line}
	}
	sp.text.WriteByte(c)
}

func (sp *splitter) quoted() error {
	end := strings.IndexAny(sp.src[sp.i:], "\"\n")
	if end < 0 || sp.src[sp.i+end] == '\n' {
		return errors.New("a quote is not closed")
	}
	sp.put('"')
	sp.text.WriteString(sp.src[sp.i : sp.i+end+1])
	sp.i += end + 1
	return nil
}

func (sp *splitter) open() error {
	if sp.depth++; sp.depth > maxNesting {
		return errors.New("braces are nested too deep")
	}
	if sp.depth == 1 {
		sp.st.head = strings.TrimSpace(sp.text.String())
		sp.st.bodyAt = Place{sp.file, sp.line}
		sp.body = sp.i
	}
	sp.put('{')
	return nil
}

func (sp *splitter) close() error {
	if sp.depth--; sp.depth < 0 {
		return errors.New("a brace closes nothing")
	}
	sp.put('}')
	if sp.depth > 0 {
		return nil
	}
	word, rest, _ := strings.Cut(sp.st.head, " ")
	object, _, _ := strings.Cut(rest, " ")
	added := word == "add" || word == "create"
	if !sp.rules && blocks[word] && !(added && (object == "rule" || object == "element")) && !sp.st.hasBody {
		sp.st.body, sp.st.hasBody = sp.src[sp.body:sp.i-1], true
		sp.end()
		sp.ended = true
	}
	return nil
}

func (sp *splitter) end() {
	sp.st.text = strings.TrimSpace(sp.text.String())
	if sp.st.text != "" {
		if sp.st.head == "" || !sp.st.hasBody {
			sp.st.head = sp.st.text
		}
		sp.out = append(sp.out, sp.st)
	}
	sp.st = statement{}
	sp.text.Reset()
}
