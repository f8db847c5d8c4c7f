// Package sysctlconf reads sysctl.d(5) files as systemd-sysctl (252) does: which value a key would be given at boot, and
// by which line. It reads no files and knows nothing of directories or of the running kernel; the caller hands over the
// files' content in the order in which they count.
package sysctlconf

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// MaxLine bounds a line in bytes, as LONG_LINE_MAX does in systemd, which gives up on the rest of the file.
const MaxLine = 1 << 20

// MaxAssignments bounds a table; a host has some dozens.
const MaxAssignments = 100_000

// Assignment is one line: a key or pattern and what it is set to.
type Assignment struct {
	Key     string // in path form, relative to /proc/sys: net/ipv4/conf/eth0.1/rp_filter; or a glob of such
	Value   string // without surrounding white space
	Exclude bool   // "-key" without a value: patterns leave the key alone
	File    string
	Line    int
}

// Glob tells whether the key is a pattern.
func (a Assignment) Glob() bool { return isGlob(a.Key) }

func isGlob(key string) bool { return strings.ContainsAny(key, "*?[") }

// Normalize turns either spelling of a key into the path form. Where the first separator is a dot, dots and slashes
// change places (sysctl.d(5)).
func Normalize(key string) string {
	if i := strings.IndexAny(key, "/."); i >= 0 && key[i] == '.' {
		key = swap(key)
	}
	parts := strings.FieldsFunc(key, func(r rune) bool { return r == '/' })
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "." }), "/")
}

// Dotted is the usual spelling of a key in path form: net.ipv4.conf.eth0/1.rp_filter.
func Dotted(key string) string { return swap(key) }

func swap(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '.':
			return '/'
		case '/':
			return '.'
		}
		return r
	}, s)
}

// Table is what all files together say. The zero Table is empty.
type Table struct {
	set    map[string]int // key or pattern -> index into lines
	lines  []Assignment   // in the order in which systemd-sysctl applies them; removed ones have an empty Key
	globs  []string       // patterns that were ever added
	unread []gap
}

// gap is a file, or the rest of one, that could not be read: it might set anything, unless a later line does.
type gap struct {
	at     int // number of lines before it
	reason string
}

// Unread says that a part of the configuration could not be read.
func (t *Table) Unread(reason string) { t.unread = append(t.unread, gap{len(t.lines), reason}) }

// Add reads one file's content; name is only kept for the origin of what is found. A line that is no assignment is
// ignored, as systemd-sysctl does.
func (t *Table) Add(name string, content []byte) {
	for n, line := range lines(content) {
		if len(line) > MaxLine {
			t.Unread(fmt.Sprintf("%s:%d: line too long", name, n+1))
			return
		}
		a, ok := parseLine(string(line))
		if !ok {
			continue
		}
		if len(t.lines) >= MaxAssignments {
			t.Unread(fmt.Sprintf("%s:%d: too many assignments", name, n+1))
			return
		}
		a.File, a.Line = name, n+1
		t.put(a)
	}
}

func parseLine(line string) (Assignment, bool) {
	line = strings.Trim(line, " \t\n\r")
	if line == "" || line[0] == '#' || line[0] == ';' {
		return Assignment{}, false
	}
	key, value, assigns := strings.Cut(line, "=")
	bare, dash := strings.CutPrefix(key, "-")
	if !assigns && !dash {
		return Assignment{}, false
	}
	key = Normalize(strings.Trim(bare, " \t\n\r"))
	return Assignment{Key: key, Value: strings.Trim(value, " \t\n\r"), Exclude: !assigns}, key != ""
}

// put follows systemd: a repeated assignment of the same value keeps its place, another value moves to the end.
func (t *Table) put(a Assignment) {
	if t.set == nil {
		t.set = map[string]int{}
	}
	if i, again := t.set[a.Key]; again {
		if old := t.lines[i]; old.Value == a.Value && old.Exclude == a.Exclude && !t.unreadSince(i) {
			return
		}
		t.lines[i] = Assignment{}
	} else if a.Glob() {
		t.globs = append(t.globs, a.Key)
	}
	t.set[a.Key] = len(t.lines)
	t.lines = append(t.lines, a)
}

func (t *Table) unreadSince(i int) bool {
	return len(t.unread) > 0 && t.unread[len(t.unread)-1].at > i
}

// Lookup finds the line that decides a key given in path form. An assignment to the key itself beats every pattern
// wherever it stands, and an exclusion leaves the key unset; among patterns the last one applied wins. The error says
// why it can't be told.
func (t *Table) Lookup(key string) (Assignment, bool, error) {
	if i, ok := t.set[key]; ok {
		if t.unreadSince(i) {
			return Assignment{}, false, fmt.Errorf("%s", t.unread[len(t.unread)-1].reason)
		}
		return t.lines[i], !t.lines[i].Exclude, nil
	}
	if len(t.unread) > 0 {
		return Assignment{}, false, fmt.Errorf("%s", t.unread[len(t.unread)-1].reason)
	}
	best := -1
	for _, pattern := range t.globs {
		i := t.set[pattern]
		if t.lines[i].Exclude || i < best {
			continue
		}
		ok, err := match(pattern, key)
		if err != nil {
			return Assignment{}, false, fmt.Errorf("%s:%d: pattern %q can't be decided", t.lines[i].File, t.lines[i].Line, Dotted(pattern))
		}
		if ok {
			best = i
		}
	}
	if best < 0 {
		return Assignment{}, false, nil
	}
	return t.lines[best], true, nil
}

// match is glob(7) on paths: no wildcard matches a slash, nor a dot at the start of a name.
func match(pattern, key string) (bool, error) {
	if strings.Contains(pattern, "[:") || strings.Contains(pattern, "[.") || strings.Contains(pattern, "[=") {
		return false, path.ErrBadPattern // classes of characters, which path.Match does not know
	}
	return path.Match(strings.ReplaceAll(pattern, "[!", "[^"), key)
}

// lines splits as systemd's read_line does: CR, LF and NUL all end a line, and different ones in a row end the same.
func lines(content []byte) [][]byte {
	var out [][]byte
	for len(content) > 0 {
		i := bytes.IndexAny(content, "\r\n\x00")
		if i < 0 {
			return append(out, content)
		}
		out = append(out, content[:i])
		seen := []byte{content[i]}
		for i++; i < len(content) && isEOL(content[i]) && !bytes.Contains(seen, content[i:i+1]); i++ {
			seen = append(seen, content[i])
		}
		content = content[i:]
	}
	return out
}

func isEOL(c byte) bool { return c == '\r' || c == '\n' || c == 0 }
