package redisconf

import (
	"errors"
	"fmt"
	"strings"
)

// User is what the rules of an ACL user amount to. Passwords and their hashes are counted, never kept.
type User struct {
	Name      string
	Enabled   bool
	NoPass    bool
	Passwords int
	// AllCommands: every command is allowed and none is taken away after that.
	AllCommands bool
	// AllKeys: every key may be read and written.
	AllKeys bool
	// MayConfigure: CONFIG SET may be called, by the root permissions or those of a selector.
	MayConfigure bool
	// Rules are those on commands, in order: -@all +get.
	Rules []string

	secrets map[string]bool
}

// maxUsers bounds an ACL file.
const maxUsers = 10_000

// DefaultUser is the user that connections begin as, before anything is configured.
func DefaultUser() User {
	return User{Name: "default", Enabled: true, NoPass: true, AllCommands: true, AllKeys: true, MayConfigure: true, Rules: []string{"+@all"}}
}

// NewUser is a user before any rule.
func NewUser(name string) User { return User{Name: name} }

// WithPassword is the user as requirepass leaves it: one password, or nopass for the empty one.
func (u User) WithPassword(password string) User {
	u.Passwords, u.NoPass = 1, password == ""
	if password == "" {
		u.Passwords = 0
	}
	return u
}

// Apply is ACL SETUSER with these rules on top of what the user has. An error is a rule that Redis refuses; it does not
// repeat the rule, which may be a password.
func (u *User) Apply(rules []string) error {
	rules, err := joinSelectors(rules)
	if err != nil {
		return err
	}
	for i, rule := range rules {
		if err := u.apply(rule); err != nil {
			return fmt.Errorf("rule %d of user %q: %w", i+1, u.Name, err)
		}
	}
	return nil
}

func (u *User) apply(rule string) error {
	switch strings.ToLower(rule) {
	case "":
		return errors.New("it is empty")
	case "on", "off":
		u.Enabled = strings.EqualFold(rule, "on")
	case "nopass":
		u.NoPass, u.Passwords, u.secrets = true, 0, nil
	case "resetpass":
		u.NoPass, u.Passwords, u.secrets = false, 0, nil
	case "allkeys":
		u.AllKeys = true
	case "resetkeys":
		u.AllKeys = false
	case "allchannels", "resetchannels", "sanitize-payload", "skip-sanitize-payload", "clearselectors":
	case "reset":
		*u = User{Name: u.Name}
	case "allcommands":
		return u.apply("+@all")
	case "nocommands":
		return u.apply("-@all")
	default:
		return u.prefixed(rule)
	}
	return nil
}

func (u *User) prefixed(rule string) error {
	switch rule[0] {
	case '>', '#':
		u.password(strings.TrimPrefix(rule, rule[:1]), rule[0], true)
	case '<', '!':
		u.password(rule[1:], rule[0], false)
	case '~':
		if rule == "~*" {
			u.AllKeys = true
		}
	case '%':
		if access, pattern, ok := strings.Cut(strings.ToUpper(rule), "~"); ok && pattern == "*" && strings.Contains(access, "R") && strings.Contains(access, "W") {
			u.AllKeys = true
		}
	case '&':
	case '+', '-':
		u.command(strings.ToLower(rule))
	case '(':
		inner := NewUser(u.Name)
		if err := inner.Apply(strings.Fields(strings.Trim(rule, "()"))); err != nil {
			return err
		}
		u.MayConfigure = u.MayConfigure || inner.MayConfigure
	default:
		return errors.New("the server does not know it")
	}
	return nil
}

// password adds or takes away one; the same one twice is one. A hash and a password can't be told to be the same here,
// so a removed one that was not added in the same form leaves the count alone, on the side of "it has one".
func (u *User) password(secret string, kind byte, add bool) {
	form := map[byte]string{'>': ">", '<': ">", '#': "#", '!': "#"}[kind] + secret
	if u.secrets == nil {
		u.secrets = map[string]bool{}
	}
	switch {
	case add:
		u.NoPass = false
		if !u.secrets[form] {
			u.Passwords++
		}
		u.secrets[form] = true
	case u.secrets[form]:
		delete(u.secrets, form)
		u.Passwords--
	}
}

// configCategories are those that CONFIG is in.
var configCategories = map[string]bool{"@all": true, "@admin": true, "@slow": true, "@dangerous": true}

func (u *User) command(rule string) {
	grant, what := rule[0] == '+', rule[1:]
	u.Rules = append(u.Rules, rule)
	if what == "@all" {
		u.AllCommands, u.Rules = grant, []string{rule}
	} else if !grant {
		u.AllCommands = false
	}
	if configCategories[what] || what == "config" || what == "config|set" {
		u.MayConfigure = grant
	}
}

// joinSelectors puts the words of a selector, "(+get ~a*)", together again.
func joinSelectors(words []string) ([]string, error) {
	var out []string
	open := false
	for _, w := range words {
		if open {
			out[len(out)-1] += " " + w
		} else {
			out = append(out, w)
			open = strings.HasPrefix(w, "(")
		}
		if open && strings.HasSuffix(w, ")") {
			open = false
		}
	}
	if open {
		return nil, errors.New("a selector is not closed")
	}
	return out, nil
}

// ParseUserLine reads "user NAME RULES…", as ACL LIST gives and an ACL file holds them, on top of a new user.
func ParseUserLine(line string) (User, error) {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "user" {
		return User{}, errors.New("it does not start with user and a name")
	}
	u := NewUser(words[1])
	return u, u.Apply(words[2:])
}

// ParseFile reads an ACL file. Blank lines are passed over; anything else that is no user keeps the server from starting.
// The default user is as if new when the file does not name it, whatever requirepass says.
func ParseFile(name string, b []byte) ([]User, []Problem) {
	var users []User
	var problems []Problem
	seen := map[string]bool{}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.Trim(line, " \t\r\n")
		if line == "" {
			continue
		}
		u, err := ParseUserLine(line)
		switch {
		case strings.IndexByte(line, 0) >= 0:
			err = errors.New("a NUL byte in the line")
		case err == nil && seen[u.Name]:
			err = fmt.Errorf("user %q is defined twice", u.Name)
		case len(users) >= maxUsers:
			return users, append(problems, Problem{name, n, "there are too many users"})
		}
		if err != nil {
			problems = append(problems, Problem{name, n, err.Error()})
			if len(problems) >= 100 {
				return users, problems
			}
			continue
		}
		seen[u.Name] = true
		users = append(users, u)
	}
	if !seen["default"] {
		users = append([]User{DefaultUser()}, users...)
	}
	return users, problems
}
