package linux

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// pamSetting is one line of a module's configuration file, or one argument.
type pamSetting struct {
	name, value string
	hasValue    bool
	origin      facts.Origin
}

// parsePAMSettings reads the form that faillock.conf(5), pwquality.conf(5) and pwhistory.conf(5) share: a name, blanks
// and at most one "=", a value; # to the end of the line.
func parsePAMSettings(file string, b []byte) []pamSetting {
	var out []pamSetting
	n := 0
	for line := range bytes.Lines(b) {
		n++
		text, _, _ := strings.Cut(string(line), "\x00")
		text, _, _ = strings.Cut(text, "#")
		text = strings.Trim(text, cSpace)
		if text == "" {
			continue
		}
		s := pamSetting{name: text, origin: facts.File(file, n)}
		if i := strings.IndexAny(text, cSpace+"="); i >= 0 {
			s.name, s.value, s.hasValue = text[:i], strings.TrimLeft(text[i:], cSpace+"="), true
		}
		out = append(out, s)
	}
	return out
}

const cSpace = " \t\n\v\f\r"

// argumentSettings are a module's arguments as settings.
func argumentSettings(u moduleUse) []pamSetting {
	var out []pamSetting
	for _, arg := range u.entry.Args {
		name, value, has := strings.Cut(arg, "=")
		out = append(out, pamSetting{name: name, value: value, hasValue: has, origin: u.origin()})
	}
	return out
}

// scanNumber reads like sscanf's %u or %d: blanks, digits, and whatever follows is not looked at.
func scanNumber(s string, signed bool) (int64, bool) {
	s = strings.TrimLeft(s, cSpace)
	end := 0
	if signed && end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s[:end], "+"), 10, 64)
	if err != nil || n > math.MaxUint32 {
		return 0, false
	}
	return n, true
}
