package actions

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/sshdconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/zclconf/go-cty/cty"
)

// deciding are the options that decide who can log in, and how.
var deciding = []string{
	"permitrootlogin", "passwordauthentication", "kbdinteractiveauthentication", "pubkeyauthentication", "usepam", "authenticationmethods",
	"allowusers", "allowgroups", "denyusers", "denygroups", "authorizedkeysfile",
}

// guard refuses what would keep everyone out who can become root, if somebody can come in now.
func (s *sshdPlan) guard(ctx context.Context, key string, after *sshdconf.Config) error {
	if !slices.Contains(deciding, key) {
		return nil
	}
	people, err := administrators(ctx, s.d)
	if err != nil {
		return err
	}
	could := slices.DeleteFunc(slices.Clone(people), func(p person) bool { return !p.canLogIn(s.now) })
	can := slices.DeleteFunc(slices.Clone(could), func(p person) bool { return !p.canLogIn(after) })
	if len(could) == 0 || len(can) > 0 {
		return nil
	}
	var names []string
	for _, p := range could {
		names = append(names, p.name)
	}
	return remediate.Refuse("nobody who can become root could log in over SSH any more; now %s can: first give an account with sudo a key in its ~/.ssh/authorized_keys",
		strings.Join(names, ", "))
}

// person is an account that is root or may become root.
type person struct {
	name     string
	groups   []string
	root     bool
	keys     bool // a public key that opens a shell
	password bool // a password that can match
	locked   bool // "!" before the password, which sshd without PAM takes for a closed account
}

// administrators are the people who are root or can become root by sudo, with a shell.
func administrators(ctx context.Context, d *remediate.Draft) ([]person, error) {
	users, err := d.Fact(ctx, "users")
	if err != nil {
		return nil, err
	}
	list, complete := elements(users)
	if !complete {
		return nil, remediate.Refuse("who has an account is not known, and so not who could still log in")
	}
	sudoers, err := d.Fact(ctx, "sudoers")
	if err != nil {
		return nil, err
	}
	var out []person
	for _, u := range list {
		if !yes(u, "interactive") {
			continue
		}
		uid, known := number(u, "uid")
		p := person{
			name: text(u, "name"), groups: append(texts(u, "groups"), text(u, "group")), root: known && uid == 0,
			keys: opensShell(u), password: yes(u, "has_password"), locked: text(u, "password_status") == "locked",
		}
		if p.root || p.hasSudo(sudoers) {
			out = append(out, p)
		}
	}
	return out, nil
}

// opensShell tells whether one of a user's keys does: one with a forced command does that alone.
func opensShell(user cty.Value) bool {
	keys, _ := items(user, "authorized_keys")
	return slices.ContainsFunc(keys, func(k cty.Value) bool { return !slices.Contains(texts(k, "options"), "command") })
}

// hasSudo tells whether a rule lets the person run everything as root, with what they can authenticate by.
func (p person) hasSudo(sudoers cty.Value) bool {
	rules, _ := items(sudoers, "rules")
	for _, r := range rules {
		as := texts(r, "runas_users")
		if slices.Contains(texts(r, "commands"), "ALL") && (len(as) == 0 || slices.Contains(as, "ALL") || slices.Contains(as, "root")) &&
			(p.password || yes(r, "nopasswd")) && p.named(texts(r, "users"), sudoers, 0) {
			return true
		}
	}
	return false
}

// maxAliases bounds aliases of aliases.
const maxAliases = 8

func (p person) named(users []string, sudoers cty.Value, depth int) bool {
	if depth > maxAliases {
		return false
	}
	for _, u := range users {
		if u == "ALL" || u == p.name || strings.HasPrefix(u, "%") && slices.Contains(p.groups, u[1:]) {
			return true
		}
		aliases, _ := items(sudoers, "aliases")
		for _, a := range aliases {
			if text(a, "kind") == "user" && text(a, "name") == u && p.named(texts(a, "members"), sudoers, depth+1) {
				return true
			}
		}
	}
	return false
}

// canLogIn tells whether sshd would let the person in from somewhere, as far as its own configuration decides. Match
// blocks count by user and group; those that ask for more may not apply, and are left out.
func (p person) canLogIn(c *sshdconf.Config) bool {
	at := sshdconf.Connection{User: p.name, Groups: p.groups, UseDNS: true}
	options := c.Effective(func(m *sshdconf.Match) (sshdconf.Decision, string) {
		d, why := at.Decide(m)
		if d != sshdconf.Yes {
			return sshdconf.No, why
		}
		return d, ""
	})
	is := func(key, value string) bool { return slices.Equal(options[key].Items, []string{value}) }
	if !p.listed(options) || p.locked && !is("usepam", "yes") {
		return false
	}
	methods := map[string]bool{
		"publickey":            p.keys && is("pubkeyauthentication", "yes"),
		"password":             p.password && is("passwordauthentication", "yes"),
		"keyboard-interactive": p.password && is("kbdinteractiveauthentication", "yes") && is("usepam", "yes"),
	}
	if p.root {
		switch {
		case is("permitrootlogin", "yes"):
		case is("permitrootlogin", "without-password"), is("permitrootlogin", "prohibit-password"):
			methods["password"], methods["keyboard-interactive"] = false, false
		default:
			return false
		}
	}
	required := options["authenticationmethods"].Items
	if len(required) == 0 || slices.Equal(required, []string{"any"}) {
		required = []string{"publickey", "password", "keyboard-interactive"}
	}
	return slices.ContainsFunc(required, func(list string) bool {
		for m := range strings.SplitSeq(list, ",") {
			name, _, _ := strings.Cut(m, ":") // keyboard-interactive:pam
			if !methods[name] {
				return false
			}
		}
		return true
	})
}

// listed goes by AllowUsers and its like, in sshd's order. What asks for a host may be met from that host.
func (p person) listed(options map[string]sshdconf.Value) bool {
	user := func(patterns []string, hosts bool) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			name, _, host := strings.Cut(pattern, "@")
			return (!host || hosts) && alike(name, p.name)
		})
	}
	group := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			return slices.ContainsFunc(p.groups, func(g string) bool { return alike(pattern, g) })
		})
	}
	allowUsers, allowGroups := options["allowusers"].Items, options["allowgroups"].Items
	return !user(options["denyusers"].Items, false) && (len(allowUsers) == 0 || user(allowUsers, true)) &&
		!group(options["denygroups"].Items) && (len(allowGroups) == 0 || group(allowGroups))
}

// alike tells whether a name fits one of sshd's patterns, of which * and ? are special.
func alike(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
