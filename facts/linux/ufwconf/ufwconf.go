// Package ufwconf reads the files of the Uncomplicated Firewall: the rules a person has set, which ufw keeps as "tuples"
// in comments of user.rules and user6.rules, and the variables of its shell-like settings. It interprets no iptables.
package ufwconf

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// Rule is one rule as ufw(8) would show it.
type Rule struct {
	Action    string // allow, deny, reject, limit
	Log       string // log, log-all; empty for none
	Forward   bool   // a route rule
	Protocol  string // tcp, udp, any, …
	Port      string // destination: 22, 80,443, 1000:2000, any
	To        string // destination address
	FromPort  string
	From      string // source address
	ToApp     string // application profiles
	FromApp   string
	Direction string // in, out; of a route rule in, unless only the leaving interface is named
	In, Out   string // interfaces; empty for any
	Comment   string
	Line      int
}

// Problem is a line that could not be read as ufw does.
type Problem struct {
	Line int
	Text string
}

const maxRules = 100_000

// Rules reads the tuples of a file. ufw itself skips a tuple that it can't read, with a warning, and iptables-restore loads the
// rules below it all the same: so such a line is a problem that leaves the list incomplete.
func Rules(b []byte) (rules []Rule, problems []Problem) {
	scan := bufio.NewScanner(bytes.NewReader(b))
	scan.Buffer(nil, 64<<10)
	line := 0
	for scan.Scan() {
		line++
		text, ok := strings.CutPrefix(scan.Text(), "### tuple ###")
		if !ok {
			continue
		}
		r, err := tuple(strings.TrimSpace(text))
		if err != nil {
			problems = append(problems, Problem{line, err.Error()})
			continue
		}
		r.Line = line
		if rules = append(rules, r); len(rules) > maxRules {
			return rules, append(problems, Problem{line, "too many rules"})
		}
	}
	if err := scan.Err(); err != nil {
		problems = append(problems, Problem{line + 1, err.Error()})
	}
	return rules, problems
}

// tuple reads "ACTION PROTO DPORT DST SPORT SRC [DAPP SAPP] [DIRECTION[_IFACE][!out_IFACE]] [comment=HEX]", the format that
// UFWBackendIptables._read_rules reads.
func tuple(text string) (Rule, error) {
	var r Rule
	text, comment, _ := strings.Cut(text, " comment=")
	if comment != "" {
		b, err := hex.DecodeString(strings.TrimSpace(comment))
		if err != nil {
			return r, fmt.Errorf("the comment %q is not hexadecimal", comment)
		}
		r.Comment = strings.ToValidUTF8(string(b), "\uFFFD")
	}
	f := strings.Fields(text)
	r.Direction = "in"
	switch len(f) {
	case 6, 8: // of old versions, which knew no direction
	case 7, 9:
		if err := r.direction(f[len(f)-1]); err != nil {
			return r, err
		}
		f = f[:len(f)-1]
	default:
		return r, fmt.Errorf("%d fields in a tuple", len(f))
	}
	action := f[0]
	if rest, ok := strings.CutPrefix(action, "route:"); ok {
		action, r.Forward = rest, true
	}
	r.Action, r.Log, _ = strings.Cut(action, "_")
	switch r.Action {
	case "allow", "deny", "reject", "limit":
	default:
		return r, fmt.Errorf("the action %q is not known", f[0])
	}
	r.Protocol, r.Port, r.To, r.FromPort, r.From = f[1], f[2], f[3], f[4], f[5]
	if len(f) == 8 {
		r.ToApp, r.FromApp = app(f[6]), app(f[7])
	}
	return r, nil
}

// app is the name of an application profile, in which ufw writes spaces as %20.
func app(s string) string {
	if s == "-" {
		return ""
	}
	return strings.ReplaceAll(s, "%20", " ")
}

func (r *Rule) direction(s string) error {
	for i, part := range strings.Split(s, "!") {
		dir, iface, _ := strings.Cut(part, "_")
		switch dir {
		case "in":
			r.In = iface
		case "out":
			r.Out = iface
		default:
			return fmt.Errorf("the direction %q is not known", s)
		}
		if i == 0 {
			r.Direction = dir
		}
	}
	return nil
}

// Setting is a variable and the line that set it last. Computed tells that its value is not plain text.
type Setting struct {
	Value    string
	Line     int
	Computed bool
}

// Settings reads the NAME=value lines of a file that ufw's boot script sources as shell; the last one counts. What a shell
// would compute is marked. The line of something that is no plain assignment is returned too: it might set anything.
func Settings(b []byte) (settings map[string]Setting, other int) {
	settings = map[string]Setting{}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != "" || name == "" {
			other = n
			continue
		}
		s := Setting{Line: n}
		s.Value, s.Computed = shellWord(value)
		settings[name] = s
	}
	return settings, other
}

// shellWord reads one word of a shell: plain or in one kind of quotes, perhaps with a comment behind it.
func shellWord(s string) (word string, computed bool) {
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		end := strings.IndexByte(s[1:], s[0])
		if end < 0 {
			return "", true
		}
		rest := strings.TrimSpace(s[end+2:])
		word = s[1 : end+1]
		computed = (rest != "" && rest[0] != '#') || (s[0] == '"' && strings.ContainsAny(word, "$`\\"))
		return word, computed
	}
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	return word, strings.ContainsAny(word, "$`\\\"';&|<>()\t*?[") || (rest != "" && rest[0] != '#')
}
