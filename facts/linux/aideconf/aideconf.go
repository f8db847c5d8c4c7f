// Package aideconf parses aide.conf(5) of AIDE 0.18: variables, conditions, includes, groups of attributes and rules.
// What an executable include would print is not known here; such files are listed.
package aideconf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of one configuration.
const (
	maxRules = 100_000
	maxDepth = 8
)

// Rule says which attributes of which paths are recorded.
type Rule struct {
	Sign   byte   // '/' selects, '=' selects the path alone, '!' leaves out
	Regex  string // with variables put in
	Types  string // file types it is restricted to: "f,d"; "" for all
	Groups string // the expression of groups and attributes, as written
	Attrs  []string
	Unsure string // why it is not known whether, or with what, the rule holds
	Path   string
	Line   int
}

// Setting is an option: database_in=…
type Setting struct {
	Name, Value string
	Path        string
	Line        int
}

// Files is what includes are read from.
type Files interface {
	ReadFile(name string) ([]byte, error)
	List(dir string) ([]string, error)    // the names in a directory, sorted
	Executable(name string) (bool, error) // whether x_include would run the file
	Exists(name string) (exists, known bool)
}

// Config is a whole configuration.
type Config struct {
	Rules       []Rule
	Settings    []Setting
	Executables []string // files that x_include runs: what they print counts, too
	Problems    []string // what could not be read or understood, with file and line

	files  Files
	vars   map[string]string
	groups map[string]group
	conds  []cond
	depth  int
}

type group struct {
	attrs  []string
	unsure string
}

// cond is an open @@if.
type cond struct {
	holds   bool
	decided bool
}

// Load reads the file and all it includes.
func Load(files Files, name string) *Config {
	c := &Config{files: files, vars: map[string]string{}, groups: builtin()}
	c.file(name)
	if len(c.conds) > 0 {
		c.problem(name, 0, "an @@if is not closed")
	}
	return c
}

// builtin are the groups that AIDE brings. H stands for all hashes it was built with, of which the SHA-2 ones always are.
func builtin() map[string]group {
	x := []string{"acl", "selinux", "xattrs", "e2fsattrs", "caps"}
	l := append([]string{"p", "ftype", "i", "l", "n", "u", "g"}, x...)
	return map[string]group{
		"X": {attrs: x}, "L": {attrs: l}, "E": {}, "H": {attrs: []string{"H", "sha256", "sha512"}},
		"R": {attrs: append(slices.Clone(l), "s", "m", "c", "md5")},
		">": {attrs: append(slices.Clone(l), "growing", "s")},
	}
}

func (c *Config) problem(path string, line int, why string) {
	if len(c.Problems) < 100 {
		c.Problems = append(c.Problems, fmt.Sprintf("%s:%d: %s", path, line, why))
	}
}

func (c *Config) file(name string) {
	if c.depth >= maxDepth {
		c.problem(name, 0, "includes are nested too deeply")
		return
	}
	b, err := c.files.ReadFile(name)
	if err != nil {
		c.problem(name, 0, err.Error())
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if len(c.Rules) >= maxRules {
			c.problem(name, n, "there are too many rules")
			return
		}
		c.line(name, n, line)
	}
}

// active tells whether lines count here, and unsure why that is not decided.
func (c *Config) active(path string, n int) (active bool, unsure string) {
	for _, k := range c.conds {
		if !k.decided {
			unsure = fmt.Sprintf("%s:%d: stands under a condition that is not decided", path, n)
		} else if !k.holds {
			return false, ""
		}
	}
	return true, unsure
}

func (c *Config) line(path string, n int, line string) {
	if strings.HasPrefix(line, "@@if") || strings.HasPrefix(line, "@@else") || strings.HasPrefix(line, "@@endif") {
		c.condition(path, n, line)
		return
	}
	active, unsure := c.active(path, n)
	if !active {
		return
	}
	if strings.HasPrefix(line, "@@") && !strings.HasPrefix(line, "@@{") {
		c.macro(path, n, line, unsure)
		return
	}
	text, missing := c.expand(line)
	if missing != "" && unsure == "" {
		unsure = fmt.Sprintf("%s:%d: the variable %s is not known", path, n, missing)
	}
	if strings.IndexByte("/!=-", text[0]) >= 0 || strings.HasPrefix(text, "@@{") {
		c.rule(path, n, text, unsure)
		return
	}
	name, value, ok := strings.Cut(text, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok || name == "" || strings.ContainsAny(name, " \t"):
		c.problem(path, n, "is not understood")
	case name == strings.ToLower(name) && len(name) > 3 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "":
		c.Settings = append(c.Settings, Setting{name, value, path, n})
	default:
		attrs, why := c.attributes(value, path, n)
		if unsure != "" {
			why = unsure
		}
		c.groups[name] = group{attrs, why}
	}
}

var variable = regexp.MustCompile(`@@\{([^}]*)\}`)

func (c *Config) expand(s string) (text, missing string) {
	text = variable.ReplaceAllStringFunc(s, func(m string) string {
		v, ok := c.vars[m[3:len(m)-1]]
		if !ok {
			missing = m[3 : len(m)-1]
			return m // stays, and shows where what is known of the text ends
		}
		return v
	})
	if len(text) > 16<<10 {
		return s, "of a line that is too long"
	}
	return text, missing
}

func (c *Config) macro(path string, n int, line, unsure string) {
	f := strings.Fields(line)
	for i := range f[1:] {
		f[i+1], _ = c.expand(f[i+1])
	}
	switch {
	case f[0] == "@@define" && len(f) >= 2:
		if unsure != "" {
			delete(c.vars, f[1])
			return
		}
		c.vars[f[1]] = strings.Join(f[2:], " ")
	case f[0] == "@@undef" && len(f) == 2:
		delete(c.vars, f[1])
	case f[0] == "@@x_include_setenv":
	case (f[0] == "@@include" || f[0] == "@@x_include") && len(f) == 2:
		c.included(f[1], f[0] == "@@x_include")
	case (f[0] == "@@include" || f[0] == "@@x_include") && len(f) >= 3:
		c.directory(path, n, f[1], f[2], f[0] == "@@x_include")
	default:
		c.problem(path, n, f[0]+" is not understood")
	}
}

func (c *Config) included(name string, run bool) {
	if run {
		x, err := c.files.Executable(name)
		if err != nil {
			c.problem(name, 0, err.Error())
			return
		}
		if x {
			c.Executables = append(c.Executables, name)
			return
		}
	}
	c.file(name)
}

func (c *Config) directory(path string, n int, dir, pattern string, run bool) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		c.problem(path, n, err.Error())
		return
	}
	names, err := c.files.List(dir)
	if err != nil {
		c.problem(path, n, err.Error())
	}
	for _, name := range names {
		if re.MatchString(name) {
			c.included(strings.TrimSuffix(dir, "/")+"/"+name, run)
		}
	}
}

func (c *Config) condition(path string, n int, line string) {
	f := strings.Fields(line)
	switch f[0] {
	case "@@endif":
		if len(c.conds) == 0 {
			c.problem(path, n, "@@endif without @@if")
			return
		}
		c.conds = c.conds[:len(c.conds)-1]
	case "@@else":
		if len(c.conds) == 0 {
			c.problem(path, n, "@@else without @@if")
			return
		}
		k := &c.conds[len(c.conds)-1]
		k.holds = !k.holds
	case "@@ifdef":
		c.conds = append(c.conds, c.test(f[1:], "defined"))
	case "@@ifndef":
		k := c.test(f[1:], "defined")
		k.holds = !k.holds
		c.conds = append(c.conds, k)
	case "@@if":
		args, not := f[1:], false
		if len(args) > 0 && args[0] == "not" {
			args, not = args[1:], true
		}
		k := cond{}
		if len(args) == 2 {
			k = c.test(args[1:], args[0])
		}
		k.holds = k.holds != not
		c.conds = append(c.conds, k)
	default: // @@ifhost, @@ifnhost
		c.conds = append(c.conds, cond{})
	}
}

func (c *Config) test(args []string, op string) cond {
	if len(args) != 1 {
		return cond{}
	}
	switch op {
	case "defined":
		_, ok := c.vars[args[0]]
		return cond{holds: ok, decided: ok || !c.mayDefine(args[0])}
	case "exists":
		name, missing := c.expand(args[0])
		if missing != "" {
			return cond{}
		}
		exists, known := c.files.Exists(name)
		return cond{holds: exists, decided: known}
	}
	return cond{}
}

// mayDefine tells whether an include that AIDE runs names a variable, and so may define it.
func (c *Config) mayDefine(name string) bool {
	word, err := regexp.Compile(`\b` + regexp.QuoteMeta(name) + `\b`)
	if err != nil { // the name is not UTF-8
		return true
	}
	for _, x := range c.Executables {
		b, err := c.files.ReadFile(x)
		if err != nil || word.Match(b) {
			return true
		}
	}
	return false
}

func (c *Config) rule(path string, n int, text, unsure string) {
	r := Rule{Sign: text[0], Unsure: unsure, Path: path, Line: n}
	switch r.Sign {
	case '@': // a variable that is not known; a rule all the same
		r.Sign = '/'
	case '!', '=', '-':
		text = text[1:]
	}
	f := strings.Fields(text)
	if len(f) == 0 || f[0][0] != '/' && !strings.HasPrefix(f[0], "@@{") {
		c.problem(path, n, "is no rule")
		return
	}
	r.Regex = f[0]
	rest := f[1:]
	if len(rest) > 0 && strings.Trim(rest[0], "fdlbcspD,0") == "" && (len(rest) > 1 || r.Sign == '!' || r.Sign == '-') {
		r.Types, rest = strings.Trim(rest[0], "0"), rest[1:]
	}
	if r.Sign == '!' || r.Sign == '-' {
		c.Rules = append(c.Rules, r)
		return
	}
	if len(rest) == 0 {
		c.problem(path, n, "a rule has no group")
		return
	}
	r.Groups = strings.Join(rest, "")
	var why string
	if r.Attrs, why = c.attributes(r.Groups, path, n); r.Unsure == "" {
		r.Unsure = why
	}
	c.Rules = append(c.Rules, r)
}

var term = regexp.MustCompile(`[+-]?[^+-]+`)

// attributes evaluates "Full+sha512-i".
func (c *Config) attributes(expr, path string, n int) (attrs []string, unsure string) {
	for _, t := range term.FindAllString(strings.ReplaceAll(expr, " ", ""), -1) {
		minus := t[0] == '-'
		t = strings.TrimLeft(t, "+-")
		g, ok := c.groups[t]
		if !ok {
			g = group{attrs: []string{t}}
			if t != strings.ToLower(t) && !slices.Contains([]string{"S", "I", "ANF", "ARF", "C"}, t) {
				g.unsure = fmt.Sprintf("%s:%d: there is no group %s", path, n, t)
			}
		}
		if g.unsure != "" {
			unsure = g.unsure
		}
		for _, a := range g.attrs {
			at := slices.Index(attrs, a)
			switch {
			case minus && at >= 0:
				attrs = slices.Delete(attrs, at, at+1)
			case !minus && at < 0:
				attrs = append(attrs, a)
			}
		}
	}
	return attrs, unsure
}
