// Package fstab reads fstab(5) as systemd-fstab-generator does (glibc's getmntent) and resolves mount options that
// contradict each other as mount(8) does. It reads no files.
package fstab

import (
	"slices"
	"strings"
)

// MaxEntries bounds a table.
const MaxEntries = 10_000

// Entry is one line.
type Entry struct {
	Source  string
	Path    string // where it is mounted; "none" or "swap" for what is not
	Type    string
	Options []string // as written
	Line    int
}

// Parse lists the entries in order. A line that names no mount point is none, as for getmntent(3); whole tells whether
// the table was within its bound.
func Parse(content string) (entries []Entry, whole bool) {
	n := 0
	for line := range strings.Lines(content) {
		n++
		f := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' })
		if len(f) < 2 || f[0][0] == '#' {
			continue
		}
		if len(entries) >= MaxEntries {
			return entries, false
		}
		e := Entry{Source: unescape(f[0]), Path: cleanPath(unescape(f[1])), Line: n}
		if len(f) > 2 {
			e.Type = unescape(f[2])
		}
		if len(f) > 3 {
			e.Options = SplitOptions(unescape(f[3]))
		}
		entries = append(entries, e)
	}
	return entries, true
}

// unescape knows the four sequences that getmntent(3) does.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`, `\\`, `\`).Replace

func cleanPath(p string) string {
	if !strings.HasPrefix(p, "/") {
		return p
	}
	parts := strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
	return "/" + strings.Join(parts, "/")
}

// SplitOptions splits at commas, but not inside double quotes (SELinux contexts).
func SplitOptions(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	out = append(out, s[start:])
	return slices.DeleteFunc(out, func(o string) bool { return o == "" })
}

// Has tells whether an option stands in the list.
func Has(options []string, option string) bool { return slices.Contains(options, option) }

// opposite pairs the options of which the later one counts.
var opposite = func() map[string]string {
	pairs := []string{"ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "atime", "noatime",
		"diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime", "lazytime", "nolazytime",
		"auto", "noauto", "iversion", "noiversion", "mand", "nomand", "symfollow", "nosymfollow"}
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]], m[pairs[i+1]] = pairs[i+1], pairs[i]
	}
	return m
}()

// implied are the options that mount(8) puts in the place of one that lets users mount.
var implied = map[string][]string{
	"user":  {"noexec", "nosuid", "nodev"},
	"users": {"noexec", "nosuid", "nodev"},
	"owner": {"nosuid", "nodev"},
	"group": {"nosuid", "nodev"},
}

// Effective are the options that count: what a later one takes back is left out, what user, owner and group imply is
// put in (and a later exec, suid or dev takes it back). "defaults" takes nothing back, whatever its name promises.
func Effective(options []string) []string {
	var out []string
	put := func(o string) {
		if other, paired := opposite[o]; paired {
			out = slices.DeleteFunc(out, func(x string) bool { return x == other })
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	for _, o := range options {
		put(o)
		for _, extra := range implied[o] {
			put(extra)
		}
	}
	return out
}
