package auditrules

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// MaxLine bounds a rule, in bytes; auditctl's own buffer is 8,192 (auditctl.c, LINE_SIZE).
const MaxLine = 8192

// Env is what the meaning of a rule depends on besides its text.
type Env struct {
	Arch  string                           // the host's audit architecture; see GoArch
	IsDir func(path string) bool           // a watch on a directory is recursive
	UID   func(name string) (uint32, bool) // the host's accounts
	GID   func(name string) (uint32, bool)
}

// Line is one line of a rules file: a rule, or a setting, or neither (Rule and Setting are both zero for a line that
// only deletes).
type Line struct {
	Rule    *Rule
	Setting string // enabled, failure, backlog_limit, rate_limit, backlog_wait_time, loginuid_immutable, ignore, continue, delete_all
	Value   string
}

// ErrRule says that auditctl would refuse the line.
var ErrRule = errors.New("not an audit rule")

// Parse reads one line as auditctl -R does: arguments stand between blanks, and a comment has a line of its own. The
// caller leaves out blank lines and comments.
func Parse(text string, env Env) (Line, error) {
	if len(text) > MaxLine {
		return Line{}, fmt.Errorf("%w: longer than %d bytes", ErrRule, MaxLine)
	}
	if strings.IndexByte(text, 0) >= 0 {
		return Line{}, fmt.Errorf("%w: it has a NUL byte", ErrRule)
	}
	p := &parser{env: env, words: strings.Fields(text)}
	line, err := p.line()
	if err != nil {
		return Line{}, fmt.Errorf("%w: %w", ErrRule, err)
	}
	return line, nil
}

type parser struct {
	env   Env
	words []string

	rule     Rule
	syscalls []string
	archText string
	watch    string
	perms    string
	has      bool // a list and an action were named
}

// settings are the options that set something of the audit system, and that take a value.
var settings = map[string]string{
	"-e": "enabled", "-f": "failure", "-b": "backlog_limit", "-r": "rate_limit", "--backlog_wait_time": "backlog_wait_time",
}

var flags = map[string]string{
	"-i": "ignore", "-c": "continue", "--loginuid-immutable": "loginuid_immutable", "--reset-lost": "reset_lost",
	"--reset_backlog_wait_time_actual": "reset_backlog_wait_time_actual",
}

func (p *parser) line() (Line, error) {
	if len(p.words) == 0 {
		return Line{}, errors.New("empty")
	}
	if name, ok := settings[p.words[0]]; ok {
		if len(p.words) != 2 {
			return Line{}, fmt.Errorf("%s takes one value", p.words[0])
		}
		if _, err := strconv.ParseUint(p.words[1], 10, 32); err != nil {
			return Line{}, fmt.Errorf("%s %s: not a number", p.words[0], p.words[1])
		}
		return Line{Setting: name, Value: p.words[1]}, nil
	}
	if name, ok := flags[p.words[0]]; ok && len(p.words) == 1 {
		return Line{Setting: name}, nil
	}
	if p.words[0] == "-D" {
		if len(p.words) == 1 {
			return Line{Setting: "delete_all"}, nil
		}
		return Line{}, errors.New("-D with a key is not followed")
	}
	for len(p.words) > 0 {
		if err := p.option(); err != nil {
			return Line{}, err
		}
	}
	rule, err := p.finish()
	if err != nil {
		return Line{}, err
	}
	return Line{Rule: &rule}, nil
}

func (p *parser) next() (string, bool) {
	if len(p.words) == 0 {
		return "", false
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w, true
}

func (p *parser) option() error {
	opt, _ := p.next()
	if !slices.Contains([]string{"-a", "-A", "-S", "-F", "-C", "-k", "-w", "-p"}, opt) {
		return fmt.Errorf("unknown option %s", opt)
	}
	value, ok := p.next()
	if !ok {
		return fmt.Errorf("%s needs a value", opt)
	}
	switch opt {
	case "-a", "-A":
		p.rule.Prepend = opt == "-A"
		return p.list(value)
	case "-S":
		p.syscalls = append(p.syscalls, strings.Split(value, ",")...)
	case "-F":
		return p.field(value)
	case "-C":
		return p.compare(value)
	case "-k":
		p.rule.Keys = append(p.rule.Keys, value)
	case "-w":
		if !strings.HasPrefix(value, "/") || p.watch != "" {
			return fmt.Errorf("-w %s: one absolute path", value)
		}
		p.watch = cleanPath(value)
	case "-p":
		perms, err := normalPerms(value)
		if err != nil {
			return err
		}
		p.perms = perms
	}
	return nil
}

func (p *parser) list(value string) error {
	a, b, ok := strings.Cut(value, ",")
	if !ok {
		return fmt.Errorf("%s: a list and an action, with a comma between", value)
	}
	lists := []string{"exit", "task", "user", "exclude", "filesystem", "io_uring"}
	if slices.Contains(lists, b) {
		a, b = b, a
	}
	if !slices.Contains(lists, a) || (b != "always" && b != "never") {
		return fmt.Errorf("%s is not a list and an action", value)
	}
	p.rule.List, p.rule.Action, p.has = a, b, true
	return nil
}

// operators, the longest first, as audit_rule_fieldpair_data looks for them.
var operators = []string{"!=", ">=", "<=", "&=", "=", ">", "<", "&"}

func splitField(s string) (name, op, value string, err error) {
	at := strings.IndexAny(s, "!=<>&")
	if at <= 0 {
		return "", "", "", fmt.Errorf("%s: no operator", s)
	}
	for _, op := range operators {
		if strings.HasPrefix(s[at:], op) {
			return s[:at], op, s[at+len(op):], nil
		}
	}
	return "", "", "", fmt.Errorf("%s: no operator", s)
}

func (p *parser) field(text string) error {
	name, op, value, err := splitField(text)
	if err != nil {
		return err
	}
	name = strings.ToLower(name)
	switch name {
	case "arch":
		if op != "=" {
			return fmt.Errorf("-F %s: only arch= is followed", text)
		}
		p.archText = value
		return nil
	case "key":
		p.rule.Keys = append(p.rule.Keys, value)
		return nil
	case "loginuid":
		name = "auid"
	}
	value, err = p.value(name, value)
	if err != nil {
		return fmt.Errorf("-F %s: %w", text, err)
	}
	p.rule.Fields = append(p.rule.Fields, Field{name, op, value})
	return nil
}

func (p *parser) value(name, value string) (string, error) {
	if value == "" {
		return "", errors.New("empty value")
	}
	switch {
	case strings.HasSuffix(name, "uid"):
		return idValue(value, p.env.UID)
	case strings.HasSuffix(name, "gid"):
		return idValue(value, p.env.GID)
	case name == "exit":
		return exitValue(value)
	case name == "success":
		n, ok := map[string]string{"yes": "1", "no": "0", "1": "1", "0": "0"}[value]
		if !ok {
			return "", errors.New("neither yes nor no")
		}
		return n, nil
	case name == "perm":
		return normalPerms(value)
	case name == "path", name == "dir":
		if !strings.HasPrefix(value, "/") {
			return "", errors.New("not an absolute path")
		}
		return cleanPath(value), nil
	case name == "exe", strings.HasPrefix(name, "subj_"), strings.HasPrefix(name, "obj_"):
		return value, nil
	case name == "filetype":
		n, ok := fileTypes[value]
		if !ok {
			return "", errors.New("not a file type")
		}
		return n, nil
	case name == "msgtype", name == "fstype", name == "saddr_fam":
		return strings.ToUpper(value), nil
	}
	if _, known := fieldNumbers[name]; !known {
		return "", errors.New("unknown field")
	}
	n, err := strconv.ParseInt(value, 0, 64)
	if err != nil || n < -1<<31 || n > 1<<32-1 {
		return "", errors.New("not a 32-bit number")
	}
	return strconv.FormatUint(uint64(uint32(n)), 10), nil // the kernel keeps 32 bits, whatever the sign
}

// idValue resolves a user or group: unset and -1 are 4294967295.
func idValue(value string, lookup func(string) (uint32, bool)) (string, error) {
	if value == "unset" {
		return "4294967295", nil
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= -1 && n < 1<<32 {
		return strconv.FormatUint(uint64(uint32(n)), 10), nil // -1 is the kernel's 4294967295
	}
	if lookup != nil {
		if id, ok := lookup(value); ok {
			return strconv.FormatUint(uint64(id), 10), nil
		}
	}
	return "", fmt.Errorf("%s is not an account of this host", value)
}

// exitValue reads a number or an errno's name, with or without its sign; errno values are negative in the kernel.
func exitValue(value string) (string, error) {
	if n, err := strconv.ParseInt(value, 10, 32); err == nil {
		return strconv.FormatInt(n, 10), nil
	}
	name, negative := strings.CutPrefix(value, "-")
	for e := unix.Errno(1); e < 134; e++ {
		if unix.ErrnoName(e) == name {
			if negative {
				return "-" + strconv.Itoa(int(e)), nil
			}
			return strconv.Itoa(int(e)), nil
		}
	}
	return "", fmt.Errorf("%s is no errno", value)
}

func normalPerms(value string) (string, error) {
	value = strings.ToLower(value)
	if value == "" || strings.Trim(value, "rwxa") != "" {
		return "", fmt.Errorf("perm %q: letters out of rwxa", value)
	}
	var out string
	for _, c := range "rwxa" {
		if strings.ContainsRune(value, c) {
			out += string(c)
		}
	}
	return out, nil
}

// cleanPath takes a trailing slash off, as auditctl does. No other cleaning: the kernel gets the path as it stands.
func cleanPath(p string) string {
	if len(p) > 1 {
		p = strings.TrimSuffix(p, "/")
	}
	return p
}

func (p *parser) compare(text string) error {
	a, op, b, err := splitField(text)
	if err != nil || (op != "=" && op != "!=") {
		return fmt.Errorf("-C %s: two fields with = or != between", text)
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		name := "compare:" + pair[0] + "," + pair[1]
		if slices.Contains(comparisons[:], name) {
			p.rule.Fields = append(p.rule.Fields, Field{Name: name, Op: op})
			return nil
		}
	}
	return fmt.Errorf("-C %s: these fields can't be compared", text)
}

func (p *parser) finish() (Rule, error) {
	if p.watch != "" {
		return p.finishWatch()
	}
	if !p.has {
		return Rule{}, errors.New("neither -a, -A nor -w")
	}
	if p.perms != "" {
		p.rule.Fields = append(p.rule.Fields, Field{"perm", "=", p.perms})
	}
	if p.archText != "" {
		arch, err := archFor(p.archText, p.env.Arch)
		if err != nil {
			return Rule{}, err
		}
		p.rule.Arch = arch
	}
	if err := p.resolveSyscalls(); err != nil {
		return Rule{}, err
	}
	p.rule.normalise()
	return p.rule, nil
}

// finishWatch makes the rule that auditctl makes of -w (audit_add_watch in libaudit.c): all calls, path or dir, perm.
func (p *parser) finishWatch() (Rule, error) {
	if p.has || len(p.syscalls) > 0 || p.archText != "" {
		return Rule{}, errors.New("-w stands alone with -p and -k")
	}
	name := "path"
	if p.env.IsDir != nil && p.env.IsDir(p.watch) {
		name = "dir"
	}
	perms := p.perms
	if perms == "" {
		perms = "rwxa"
	}
	p.rule.List, p.rule.Action = "exit", "always"
	p.rule.Fields = append(p.rule.Fields, Field{name, "=", p.watch}, Field{"perm", "=", perms})
	p.rule.Syscalls.addAll()
	p.rule.normalise()
	return p.rule, nil
}

func (p *parser) resolveSyscalls() error {
	if p.rule.List != "exit" && p.rule.List != "io_uring" {
		if len(p.syscalls) > 0 {
			return fmt.Errorf("-S has no meaning in the %s list", p.rule.List)
		}
		p.rule.Syscalls.addAll()
		return nil
	}
	arch := p.rule.Arch
	if arch == "" {
		arch = p.env.Arch
	}
	table, ok := syscallTables[arch]
	for _, s := range p.syscalls {
		if s == "all" {
			p.rule.Syscalls.addAll()
			continue
		}
		n, known := table[strings.ToLower(s)]
		if !known {
			var err error
			if n, err = strconv.Atoi(s); err != nil || n < 0 || n >= MaxSyscalls {
				if !ok {
					return fmt.Errorf("no table of system calls for %q", arch)
				}
				return fmt.Errorf("-S %s: %s has no such system call", s, arch)
			}
		}
		p.rule.Syscalls.Add(n)
	}
	if len(p.syscalls) == 0 { // auditctl: a rule without -S is for all calls
		p.rule.Syscalls.addAll()
	}
	return nil
}

func (r *Rule) normalise() {
	slices.SortFunc(r.Fields, func(a, b Field) int {
		return strings.Compare(a.Name+a.Op+a.Value, b.Name+b.Op+b.Value)
	})
	r.Fields = slices.Compact(r.Fields)
	slices.Sort(r.Keys)
}

// under tells whether p is dir or lies below it.
func under(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(path.Clean(p), dir+"/")
}
