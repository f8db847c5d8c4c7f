package remediate

import (
	"fmt"
	"strings"
)

// Entry is the state of one line of an account file, of the effect "account". Targets are named by file and name:
// "passwd:alice", "shadow:alice", "group:sudo", "gshadow:sudo".
type Entry struct {
	Present bool   `json:"present"`
	Line    string `json:"line"` // without the newline; of shadow and gshadow it holds a hash
}

// EntryPlace is what a state of an Entry carries: where the line stands.
type EntryPlace struct {
	Behind string `json:"behind"` // the name of the line before it; empty for the first
}

// NewEntry makes a state of a line of the target.
func NewEntry(target string, e Entry) State {
	file, _, _ := strings.Cut(target, ":")
	return NewState(e.summary(file), e)
}

// Fields are the entry's fields, at least n.
func (e Entry) Fields(n int) []string {
	f := strings.Split(e.Line, ":")
	for len(f) < n {
		f = append(f, "")
	}
	return f
}

// summary is the entry in words, without a password or its hash.
func (e Entry) summary(file string) string {
	if !e.Present {
		return "absent"
	}
	f := e.Fields(9)
	switch file {
	case "passwd":
		return fmt.Sprintf("uid %s, gid %s, home %s, shell %s", f[2], f[3], orNone(f[5]), orNone(f[6]))
	case "shadow":
		return fmt.Sprintf("password %s, changed on day %s, days: min %s, max %s, warn %s, inactive %s", passwordInWords(f[1]), orNone(f[2]), orNone(f[3]), orNone(f[4]), orNone(f[5]), orNone(f[6]))
	case "group":
		return fmt.Sprintf("gid %s, members: %s", f[2], orNone(f[3]))
	}
	return "members: " + orNone(f[3])
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func passwordInWords(field string) string {
	switch {
	case field == "":
		return "blank"
	case field[0] == '!':
		return "locked"
	case field[0] == '*':
		return "none"
	}
	return "set"
}
