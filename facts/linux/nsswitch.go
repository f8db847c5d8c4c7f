package linux

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "nsswitch",
		Doc:   "Which sources answer for accounts, groups, hosts and the like: nsswitch.conf(5).",
		Reads: "/etc/nsswitch.conf",
	}, collectNsswitch))
}

const nsswitchPath = "/etc/nsswitch.conf"

// Nsswitch is nsswitch.conf, with what it means for the completeness of users and groups.
type Nsswitch struct {
	Exists              facts.V[bool]                 `fact:"exists" doc:"Whether /etc/nsswitch.conf exists; without it glibc's defaults hold."`
	Databases           map[string]facts.List[string] `fact:"databases" doc:"Sources by database, in order, without actions: databases[\"passwd\"] is [\"files\", \"systemd\"]."`
	OtherAccountSources facts.List[string]            `fact:"other_account_sources" doc:"Sources of passwd, group, shadow and initgroups besides files (sss, ldap, systemd, compat …): they can add accounts that users and groups do not list."`
}

// glibcDatabases are glibc's built-in defaults for what the file leaves out (nss/nss_database.c).
var glibcDatabases = map[string][]string{
	"passwd": {"files"}, "group": {"files"}, "shadow": {"files"}, "gshadow": {"files"}, "hosts": {"files", "dns"}, "networks": {"files", "dns"},
}

func collectNsswitch(_ context.Context, r *facts.Reader, _ facts.Key) (Nsswitch, error) {
	b, err := r.ReadFile(nsswitchPath)
	exists := !facts.IsAbsent(err)
	if exists && err != nil {
		return Nsswitch{}, err
	}
	n := Nsswitch{Exists: facts.Known(exists, facts.File(nsswitchPath, 0)), Databases: map[string]facts.List[string]{}}
	line := 0
	for l := range strings.Lines(string(b)) {
		line++
		if name, sources, ok := nsswitchLine(l); ok {
			n.Databases[name] = facts.Complete(sources, facts.File(nsswitchPath, line))
		}
	}
	for name, sources := range glibcDatabases {
		if _, set := n.Databases[name]; !set {
			n.Databases[name] = facts.Complete(sources, facts.From("default of glibc"))
		}
	}
	var other []string
	for _, name := range []string{"passwd", "group", "shadow", "gshadow", "initgroups"} {
		for _, s := range n.Databases[name].Items() {
			if s != "files" && !slices.Contains(other, s) {
				other = append(other, s)
			}
		}
	}
	n.OtherAccountSources = facts.Complete(other, facts.File(nsswitchPath, 0))
	return n, nil
}

// nsswitchLine takes "passwd: files [NOTFOUND=return] sss # note" apart; actions in brackets are left out.
func nsswitchLine(l string) (name string, sources []string, ok bool) {
	l, _, _ = strings.Cut(l, "#")
	name, rest, ok := strings.Cut(l, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" || strings.ContainsAny(name, " \t") {
		return "", nil, false
	}
	for {
		before, after, bracket := strings.Cut(rest, "[")
		sources = append(sources, strings.Fields(before)...)
		if !bracket {
			return name, sources, true
		}
		if _, rest, bracket = strings.Cut(after, "]"); !bracket {
			return name, sources, true
		}
	}
}
