package sshdconf

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// line is one directive, or what is left of it.
type line struct {
	pos     Pos
	keyword string // as written
	rest    string // behind the keyword
	args    []string
}

// next takes an argument off the line.
func (l *line) next() (string, bool) {
	if len(l.args) == 0 {
		return "", false
	}
	arg := l.args[0]
	l.args = l.args[1:]
	return arg, true
}

func (l *line) refuse(format string, a ...any) error {
	return &Invalid{Pos: l.pos, Msg: fmt.Sprintf(format, a...)}
}

// frame is the state of one file that is being read: servconf.c's inc_flags, and the Match block it is in.
type frame struct {
	parents    []*Match
	match      *Match
	neverMatch bool // included from a block that does not apply: checked for syntax only
	matchOnly  bool // second pass, before the first Match: already done in the first
	depth      int
}

// parser is one pass over the configuration.
type parser struct {
	conf    *Config
	files   *cache
	opts    map[string]Value
	active  Decision // whether directives are acted on
	why     string   // the reason of Maybe
	decide  Decide   // nil in the first pass
	cmdline bool
	lines   int
	matches []*Match
}

func (c *Config) newParser() *parser {
	return &parser{conf: c, files: c.files, opts: map[string]Value{}}
}

// cache keeps what was read, so that each pass sees the same lines.
type cache struct {
	files Files
	globs map[string][]string
	data  map[string]string
}

// load reads a file as load_server_config does: blanks at the start of lines go, and what follows a NUL in a line goes
// together with its newline.
func (c *cache) load(name string) (string, error) {
	if text, ok := c.data[name]; ok {
		return text, nil
	}
	if len(c.data) >= maxIncludes {
		return "", &errUnread{fmt.Sprintf("more than %d configuration files", maxIncludes)}
	}
	b, err := c.files.ReadFile(name)
	switch {
	case err == nil:
	case c.files.IsDir(name):
		b = nil
	case c.files.IsAbsent(err):
		return "", &Invalid{Msg: name + " does not exist"}
	default:
		return "", &errUnread{err.Error()}
	}
	var text strings.Builder
	for l := range bytes.Lines(b) {
		if len(l) > maxLine {
			return "", &errUnread{fmt.Sprintf("%s has a line of more than %d bytes", name, maxLine)}
		}
		if i := bytes.IndexByte(l, 0); i >= 0 {
			l = l[:i]
		}
		text.Write(bytes.TrimLeft(l, " \t\r"))
	}
	c.data[name] = text.String()
	return c.data[name], nil
}

func (c *cache) glob(pattern string) ([]string, error) {
	if found, ok := c.globs[pattern]; ok {
		return found, nil
	}
	found, err := c.files.Glob(pattern)
	if err != nil {
		return nil, &errUnread{err.Error()}
	}
	c.globs[pattern] = found
	return found, nil
}

// file reads one file in the given frame.
func (p *parser) file(name string, depth int, f *frame) error {
	if depth > maxDepth {
		return &Invalid{Pos: Pos{File: name}, Msg: "too many recursive configuration includes"}
	}
	f.depth = depth
	text, err := p.files.load(name)
	if err != nil {
		return err
	}
	n := 0
	for raw := range strings.SplitSeq(text, "\n") {
		n++
		if p.lines++; p.lines > maxLines {
			return &errUnread{fmt.Sprintf("the configuration has more than %d lines", maxLines)}
		}
		l, err := parseLine(raw, Pos{name, n})
		if err != nil {
			return err
		}
		if l == nil {
			continue
		}
		if err := p.directive(l, f); err != nil {
			return err
		}
	}
	return nil
}

// parseLine is nil for a blank line or a comment.
func parseLine(raw string, pos Pos) (*line, error) {
	if raw == "" {
		return nil, nil
	}
	// Trailing blanks go, but never the first character.
	raw = raw[:1] + strings.TrimRight(raw[1:], blanks+"\f")
	rest := raw
	keyword, ok := strdelim(&rest)
	if ok && keyword == "" {
		keyword, ok = strdelim(&rest)
	}
	if !ok || keyword == "" || keyword[0] == '#' {
		return nil, nil
	}
	l := &line{pos: pos, keyword: keyword, rest: rest}
	if rest == exhausted || rest == "" {
		return nil, l.refuse("no argument after keyword %q", keyword)
	}
	if l.args, ok = argvSplit(rest); !ok {
		return nil, l.refuse("invalid quotes")
	}
	if len(l.args) > maxArgs {
		return nil, &errUnread{fmt.Sprintf("%s has more than %d arguments", pos, maxArgs)}
	}
	return l, nil
}

// directive acts on one line. It is called again in the second pass and must leave l as it was read.
func (p *parser) directive(l *line, f *frame) error {
	name := strings.ToLower(l.keyword)
	opt, ok := keywords[name]
	if !ok {
		return l.refuse("bad configuration option: %s", l.keyword)
	}
	if p.active == No && opt.globalOnly {
		if p.decide == nil {
			return l.refuse("directive %q is not allowed within a Match block", l.keyword)
		}
		return nil
	}
	if f.matchOnly && p.active == No && name != "match" && name != "include" {
		return nil // second pass, global part: checked and acted on in the first
	}
	var err error
	switch name {
	case "match":
		err = p.match(l, f)
	case "include":
		err = p.include(l, f)
	default:
		if opt.parse == nil { // deprecated or ignored
			return nil
		}
		err = opt.parse(p, opt, l)
	}
	if err == nil && len(l.args) > 0 {
		return l.refuse("keyword %s extra arguments at end of line", l.keyword)
	}
	return err
}

func (p *parser) include(l *line, f *frame) error {
	if p.cmdline {
		return l.refuse("Include is not supported on the command line")
	}
	for {
		arg, ok := l.next()
		if !ok {
			return nil
		}
		if arg == "" {
			return l.refuse("Include with an empty argument")
		}
		if arg[0] == '~' {
			return &errUnread{l.pos.String() + ": Include of " + arg + " depends on a home directory"}
		}
		if arg[0] != '/' {
			arg = "/etc/ssh/" + arg
		}
		found, err := p.files.glob(arg)
		if err != nil {
			return err
		}
		for _, name := range found {
			active, why := p.active, p.why
			in := &frame{parents: f.parents, matchOnly: f.matchOnly, neverMatch: !f.matchOnly && active == No}
			if f.match != nil {
				in.parents = append(slices.Clone(f.parents), f.match)
			}
			if err := p.file(name, f.depth+1, in); err != nil {
				return p.included(l, err)
			}
			p.active, p.why = active, why // an included file's Match ends with it
		}
	}
}

// included gives a refused include without a place of its own that of its Include line.
func (p *parser) included(l *line, err error) error {
	var i *Invalid
	if errors.As(err, &i) && i.Pos == (Pos{}) {
		return &Invalid{Pos: l.pos, Msg: i.Msg}
	}
	return err
}

// match reads a Match line and decides whether what follows is acted on.
func (p *parser) match(l *line, f *frame) error {
	if p.cmdline {
		return l.refuse("Match is not supported on the command line")
	}
	m, err := parseMatch(l)
	if err != nil {
		return err
	}
	m.parents = f.parents
	l.args = nil
	f.matchOnly = false
	f.match = nil
	all := len(m.Tests) == 1 && m.Tests[0].Name == "all"
	switch {
	case f.neverMatch:
		p.active = No
	case all:
		p.active = Yes
	case p.decide == nil:
		p.active = No
	default:
		p.active, p.why = p.decide(m)
		if p.active == Yes || p.active == Maybe {
			// A file included from a block that only may apply only may apply itself.
			p.active, p.why = p.under(f, p.active, p.why)
		}
	}
	if p.decide == nil && !all {
		f.match = m
		if len(p.matches) >= maxMatches {
			return &errUnread{fmt.Sprintf("more than %d Match blocks", maxMatches)}
		}
		if !slices.ContainsFunc(p.matches, func(o *Match) bool { return o.Pos == m.Pos }) {
			p.matches = append(p.matches, m)
		}
		return nil
	}
	if !all {
		f.match = m
	}
	return nil
}

// under weakens a decision by those of the blocks around it.
func (p *parser) under(f *frame, d Decision, why string) (Decision, string) {
	for _, parent := range f.parents {
		if outer, w := p.decide(parent); outer == Maybe {
			return Maybe, w
		}
	}
	return d, why
}

// parseMatch checks a Match line's syntax; an address list is checked here, a value where it is compared.
func parseMatch(l *line) (*Match, error) {
	m := &Match{Pos: l.pos}
	rest := l.rest
	var words []string
	for {
		name, ok := strdelim(&rest)
		if !ok || name == "" || name[0] == '#' {
			break
		}
		t := Test{Name: strings.ToLower(name)}
		if len(m.Tests) >= maxArgs {
			return nil, &errUnread{fmt.Sprintf("%s has more than %d criteria", l.pos, maxArgs)}
		}
		arg, ok := strdelim(&rest)
		if t.Name == "all" {
			if len(m.Tests) > 0 || (ok && arg != "" && arg[0] != '#') {
				return nil, l.refuse("'all' cannot be combined with other Match attributes")
			}
			m.Tests, m.Criteria = []Test{t}, "all"
			return m, nil
		}
		if !ok || arg == "" || arg[0] == '#' {
			return nil, l.refuse("missing Match criteria for %s", name)
		}
		t.Arg = arg
		if err := t.check(l); err != nil {
			return nil, err
		}
		m.Tests = append(m.Tests, t)
		words = append(words, t.Name, t.Arg)
	}
	if len(m.Tests) == 0 {
		return nil, l.refuse("one or more attributes required for Match")
	}
	m.Criteria = strings.Join(words, " ")
	return m, nil
}

func (t Test) check(l *line) error {
	switch t.Name {
	case "user", "group", "host", "rdomain":
	case "address", "localaddress":
		if matchAddressList(noAddress, t.Arg) == -2 {
			return l.refuse("invalid Match %s argument %q", t.Name, t.Arg)
		}
	case "localport":
		if _, err := port(l, t.Arg); err != nil {
			return l.refuse("invalid LocalPort %q on Match line", t.Arg)
		}
	default:
		return l.refuse("unsupported Match attribute %s", t.Name)
	}
	return nil
}

// Effective are the options of a connection that satisfies the Match lines that decide says.
func (c *Config) Effective(decide Decide) map[string]Value {
	p := c.newParser()
	p.decide = decide
	opts := maps.Clone(c.global)
	err := p.file(c.path, 0, &frame{matchOnly: true})
	for name := range copiedFromMatch {
		v, set := p.opts[name]
		switch {
		case err != nil: // the server drops such a connection
			opts[name] = Value{Unknown: err.Error()}
		case set:
			opts[name] = v
		}
	}
	c.fill(opts)
	return opts
}
