// Package accountdb parses passwd(5), shadow(5), group(5) and gshadow(5) as glibc's "files" service does: what it
// skips is reported as malformed, what it tolerates (missing trailing fields, blanks and signs before a number) is
// accepted, because an account that glibc sees is an account. It does not look names up and knows nothing of NSS.
package accountdb

import (
	"bytes"
	"math"
	"strings"
)

// User is one line of passwd(5).
type User struct {
	Line     int
	Name     string
	Password string // the field itself: "x" when the hash is in shadow(5)
	UID, GID uint32
	Gecos    string
	Home     string
	Shell    string
}

// Shadow is one line of shadow(5). Numbers are days; -1 when the field is empty.
type Shadow struct {
	Line     int
	Name     string
	Password string

	LastChange, Min, Max, Warn, Inactive, Expire int64
}

// Group is one line of group(5).
type Group struct {
	Line     int
	Name     string
	Password string
	GID      uint32
	Members  []string
}

// GroupShadow is one line of gshadow(5).
type GroupShadow struct {
	Line            int
	Name            string
	Password        string
	Administrators  []string
	ShadowedMembers []string
}

// Odd is a line that names no entry: malformed, or one of the "+" and "-" lines of NIS.
type Odd struct {
	Line   int
	Reason string // why the line is skipped
	Compat bool   // a "+" or "-" line, which only the "compat" service reads
}

// Users parses passwd(5).
func Users(b []byte) (users []User, odd []Odd) {
	eachLine(b, func(n int, line string) {
		f := fields{rest: line}
		u := User{Line: n, Name: f.text(), Password: f.text()}
		if isCompat(u.Name) {
			odd = append(odd, compat(n))
			return
		}
		var ok bool
		if u.UID, ok = f.number(); !ok {
			odd = append(odd, Odd{Line: n, Reason: "the user id is not a number"})
			return
		}
		if u.GID, ok = f.number(); !ok {
			odd = append(odd, Odd{Line: n, Reason: "the group id is not a number"})
			return
		}
		u.Gecos, u.Home, u.Shell = f.text(), f.text(), f.rest
		users = append(users, u)
	})
	return users, odd
}

// Shadows parses shadow(5).
func Shadows(b []byte) (entries []Shadow, odd []Odd) {
	eachLine(b, func(n int, line string) {
		f := fields{rest: line}
		s := Shadow{Line: n, Name: f.text(), Password: f.text(), Warn: -1, Inactive: -1, Expire: -1}
		if isCompat(s.Name) {
			odd = append(odd, compat(n))
			return
		}
		to := []*int64{&s.LastChange, &s.Min, &s.Max, &s.Warn, &s.Inactive, &s.Expire}
		for i, p := range to {
			if i == 3 {
				f.rest = strings.TrimLeft(f.rest, blanks)
				if f.rest == "" { // the old form: a line may end behind the maximum
					break
				}
			}
			v, ok := f.days()
			if !ok {
				odd = append(odd, Odd{Line: n, Reason: "too few fields, or one that is not a number"})
				return
			}
			*p = v
		}
		entries = append(entries, s)
	})
	return entries, odd
}

// Groups parses group(5).
func Groups(b []byte) (groups []Group, odd []Odd) {
	eachLine(b, func(n int, line string) {
		f := fields{rest: line}
		g := Group{Line: n, Name: f.text(), Password: f.text()}
		if isCompat(g.Name) {
			odd = append(odd, compat(n))
			return
		}
		var ok bool
		if g.GID, ok = f.number(); !ok {
			odd = append(odd, Odd{Line: n, Reason: "the group id is not a number"})
			return
		}
		g.Members = list(f.rest)
		groups = append(groups, g)
	})
	return groups, odd
}

// GroupShadows parses gshadow(5).
func GroupShadows(b []byte) (entries []GroupShadow, odd []Odd) {
	eachLine(b, func(n int, line string) {
		f := fields{rest: line}
		g := GroupShadow{Line: n, Name: f.text(), Password: f.text()}
		if isCompat(g.Name) {
			odd = append(odd, compat(n))
			return
		}
		if strings.Count(line, ":") < 3 {
			odd = append(odd, Odd{Line: n, Reason: "too few fields"})
			return
		}
		g.Administrators, g.ShadowedMembers = list(f.text()), list(f.rest)
		entries = append(entries, g)
	})
	return entries, odd
}

const blanks = " \t\n\v\f\r"

// eachLine gives the lines that are neither blank nor comments, cut at a NUL byte as fgets(3) and strlen(3) do.
func eachLine(b []byte, f func(n int, line string)) {
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		raw = bytes.TrimSuffix(raw, []byte("\n"))
		if i := bytes.IndexByte(raw, 0); i >= 0 {
			raw = raw[:i]
		}
		line := strings.TrimLeft(string(raw), blanks)
		if line != "" && line[0] != '#' {
			f(n, line)
		}
	}
}

func isCompat(name string) bool { return name != "" && (name[0] == '+' || name[0] == '-') }

func compat(n int) Odd {
	return Odd{Line: n, Compat: true, Reason: "a line of the compat service, which \"files\" does not read"}
}

// fields takes a line apart from the left.
type fields struct{ rest string }

// text is the next field; a field that is not there is empty.
func (f *fields) text() string {
	var s string
	s, f.rest, _ = strings.Cut(f.rest, ":")
	return s
}

// number is the next field read as strtoul(3) reads it, clipped to 32 bits; the field must be nothing but a number.
func (f *fields) number() (uint32, bool) {
	v, n := strtou32(f.rest)
	if n == 0 {
		return 0, false
	}
	return v, f.after(n)
}

// days is the next field, which may be empty (-1); the line must not have ended before it.
func (f *fields) days() (int64, bool) {
	if f.rest == "" {
		return 0, false
	}
	v, n := strtou32(f.rest)
	if n == 0 {
		return -1, f.after(0)
	}
	return int64(int32(v)), f.after(n) //#nosec G115 -- glibc makes it a signed int the same way
}

func (f *fields) after(n int) bool {
	f.rest = f.rest[n:]
	if f.rest == "" {
		return true
	}
	if f.rest[0] != ':' {
		return false
	}
	f.rest = f.rest[1:]
	return true
}

// strtou32 reads a number in base 10 after blanks and a sign, and says how many bytes it took; 0: there is none.
func strtou32(s string) (uint32, int) {
	i := len(s) - len(strings.TrimLeft(s, blanks))
	minus := false
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		minus = s[i] == '-'
		i++
	}
	start := i
	var v uint64
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if v <= math.MaxUint32 {
			v = v*10 + uint64(s[i]-'0')
		}
	}
	if i == start {
		return 0, 0
	}
	if v > math.MaxUint32 || (minus && v != 0) {
		return math.MaxUint32, i // a negative number is a huge unsigned one, and clipped like it
	}
	return uint32(v), i
}

// list are the comma-separated names of the last field of group(5); empty ones don't count.
func list(s string) []string {
	var names []string
	for e := range strings.SplitSeq(s, ",") {
		if e = strings.TrimLeft(e, blanks); e != "" {
			names = append(names, e)
		}
	}
	return names
}
