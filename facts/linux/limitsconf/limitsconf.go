// Package limitsconf parses limits.conf(5) line by line as pam_limits(8) of Linux-PAM 1.5 does. It does not decide which
// lines apply to whom.
package limitsconf

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Entry is one limit.
type Entry struct {
	Line   int
	Domain string // as written: a user, @group, %group, a range of ids, or *
	Type   string // soft, hard or - (both), lower case
	Item   string // lower case
	Value  string // lower case; "unlimited" for every spelling of it
}

// Exemption is a line "domain -": to whom it applies, no limit at all applies.
type Exemption struct {
	Line   int
	Domain string
}

// Malformed is a line that pam_limits skips with a complaint.
type Malformed struct {
	Line   int
	Reason string
}

// File is what one file says.
type File struct {
	Entries    []Entry
	Exemptions []Exemption
	Malformed  []Malformed
}

var items = []string{
	"as", "chroot", "core", "cpu", "data", "fsize", "locks", "maxlogins", "maxsyslogins", "memlock", "msgqueue", "nice",
	"nofile", "nonewprivs", "nproc", "priority", "rss", "rtprio", "sigpending", "stack",
}

// Parse never fails.
func Parse(b []byte) File {
	var f File
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		if i := bytes.IndexByte(raw, 0); i >= 0 {
			raw = raw[:i]
		}
		line, _, _ := strings.Cut(string(raw), "#")
		w := strings.Fields(line)
		switch {
		case len(w) == 0:
		case len(w) == 2 && w[1] == "-":
			f.Exemptions = append(f.Exemptions, Exemption{Line: n, Domain: w[0]})
		case len(w) < 4:
			f.Malformed = append(f.Malformed, Malformed{n, "too few fields"})
		default:
			e := Entry{Line: n, Domain: w[0], Type: strings.ToLower(w[1]), Item: strings.ToLower(w[2]), Value: strings.ToLower(w[3])}
			if why := e.check(); why != "" {
				f.Malformed = append(f.Malformed, Malformed{n, why})
				continue
			}
			f.Entries = append(f.Entries, e)
		}
	}
	return f
}

func (e *Entry) check() string {
	switch {
	case e.Type != "soft" && e.Type != "hard" && e.Type != "-":
		return "the type is none of soft, hard, -"
	case !slices.Contains(items, e.Item):
		return "there is no such item"
	case e.Item == "chroot":
		return ""
	case e.Value == "-1" || e.Value == "infinity" || e.Value == "unlimited":
		e.Value = "unlimited"
		if e.Item == "nice" || e.Item == "priority" {
			e.Value = "-1" // there it is a number like others
		}
		return ""
	}
	digits := strings.TrimLeft(e.Value, "+-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || len(e.Value)-len(digits) > 1 {
		return "the value is no number"
	}
	return ""
}

// Number is an entry's value as a number; false when it is unlimited, too large, or has something behind its digits.
func (e Entry) Number() (int64, bool) {
	n, err := strconv.ParseInt(e.Value, 10, 64)
	return n, err == nil
}
