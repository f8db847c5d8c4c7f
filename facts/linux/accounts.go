package linux

import (
	"context"
	"fmt"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "account_files",
		Doc:   "What in the account files is no account: lines that are skipped, and entries of NIS.",
		Reads: "/etc/passwd, /etc/shadow, /etc/group, /etc/gshadow",
	}, collectAccountFiles))
}

const (
	passwdPath  = "/etc/passwd"
	shadowPath  = "/etc/shadow"
	groupPath   = "/etc/group"
	gshadowPath = "/etc/gshadow"
)

// AccountFiles are the oddities of the four account files.
type AccountFiles struct {
	Malformed  facts.List[AccountLine] `fact:"malformed" doc:"Lines that glibc skips, because a field is missing or no number: whoever wrote them may believe that they count."`
	NIS        facts.List[AccountLine] `fact:"nis" doc:"Lines that begin with + or -: where nsswitch.conf says compat, they admit or exclude accounts of NIS."`
	ShadowOnly facts.List[string]      `fact:"shadow_only" doc:"Names in /etc/shadow that /etc/passwd does not have."`
}

// AccountLine is a line of an account file; its text is not told, for it may hold a hash.
type AccountLine struct {
	Origin facts.Origin

	Path   string `fact:"path" doc:"The file."`
	Line   int    `fact:"line" doc:"Number of the line, from 1."`
	Reason string `fact:"reason" doc:"Why the line is no account."`
}

// table is one parsed account file. err is nil for an absent file, which is an empty one that does not exist.
type table[T any] struct {
	path   string
	rows   []T
	odd    []accountdb.Odd
	exists bool
	err    error
}

// unread is why nothing can be said of an id: the file is absent or could not be read.
func (t *table[T]) unread() error {
	if t.err == nil && !t.exists {
		return fmt.Errorf("%s does not exist", t.path)
	}
	return t.err
}

func readTable[T any](r *facts.Reader, path string, parse func([]byte) ([]T, []accountdb.Odd)) table[T] {
	b, err := r.ReadFileMax(path, 64<<20)
	if facts.IsAbsent(err) {
		return table[T]{path: path}
	}
	if err != nil {
		return table[T]{path: path, err: err}
	}
	rows, odd := parse(b)
	return table[T]{path: path, rows: rows, odd: odd, exists: true}
}

// accounts are the account files, parsed and indexed. Of two lines with one name the first counts, as in getpwnam(3).
type accounts struct {
	users   table[accountdb.User]
	shadows table[accountdb.Shadow]
	groups  table[accountdb.Group]
	gshadow table[accountdb.GroupShadow]

	shadowOf  map[string]accountdb.Shadow
	gshadowOf map[string]accountdb.GroupShadow
	groupName map[uint32]string
	memberOf  map[string][]string // supplementary groups by user name, in the order of /etc/group
	primaryOf map[uint32][]string // user names by primary group id
}

func accountsOf(ctx context.Context, r *facts.Reader) (*accounts, error) {
	return facts.Once(ctx, r, "accounts", func(_ context.Context, r *facts.Reader) (*accounts, error) {
		a := &accounts{
			users:   readTable(r, passwdPath, accountdb.Users),
			shadows: readTable(r, shadowPath, accountdb.Shadows),
			groups:  readTable(r, groupPath, accountdb.Groups),
			gshadow: readTable(r, gshadowPath, accountdb.GroupShadows),
		}
		a.index()
		return a, nil
	})
}

func (a *accounts) index() {
	a.shadowOf = map[string]accountdb.Shadow{}
	for _, s := range a.shadows.rows {
		if _, twice := a.shadowOf[s.Name]; !twice {
			a.shadowOf[s.Name] = s
		}
	}
	a.gshadowOf = map[string]accountdb.GroupShadow{}
	for _, g := range a.gshadow.rows {
		if _, twice := a.gshadowOf[g.Name]; !twice {
			a.gshadowOf[g.Name] = g
		}
	}
	a.groupName, a.memberOf = map[uint32]string{}, map[string][]string{}
	for _, g := range a.groups.rows {
		if _, twice := a.groupName[g.GID]; !twice {
			a.groupName[g.GID] = g.Name
		}
		for _, m := range g.Members {
			a.memberOf[m] = append(a.memberOf[m], g.Name)
		}
	}
	a.primaryOf = map[uint32][]string{}
	for _, u := range a.users.rows {
		a.primaryOf[u.GID] = append(a.primaryOf[u.GID], u.Name)
	}
}

func collectAccountFiles(ctx context.Context, r *facts.Reader, _ facts.Key) (AccountFiles, error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return AccountFiles{}, err
	}
	var bad, nis []AccountLine
	var unread string
	add := func(path string, odd []accountdb.Odd, err error) {
		if err != nil && unread == "" {
			unread = err.Error()
		}
		for _, o := range odd {
			l := AccountLine{Origin: facts.File(path, o.Line), Path: path, Line: o.Line, Reason: o.Reason}
			if o.Compat {
				nis = append(nis, l)
			} else {
				bad = append(bad, l)
			}
		}
	}
	add(passwdPath, a.users.odd, a.users.err)
	add(shadowPath, a.shadows.odd, a.shadows.err)
	add(groupPath, a.groups.odd, a.groups.err)
	add(gshadowPath, a.gshadow.odd, a.gshadow.err)
	return AccountFiles{
		Malformed:  completeUnless(bad, facts.Origin{}, unread),
		NIS:        completeUnless(nis, facts.Origin{}, unread),
		ShadowOnly: a.shadowOnly(),
	}, nil
}

func (a *accounts) shadowOnly() facts.List[string] {
	for _, err := range []error{a.users.err, a.shadows.err} {
		if err != nil {
			return facts.UnknownList[string](err.Error())
		}
	}
	known := map[string]bool{}
	for _, u := range a.users.rows {
		known[u.Name] = true
	}
	var only []string
	for _, s := range a.shadows.rows {
		if !known[s.Name] {
			only = append(only, s.Name)
		}
	}
	return facts.Complete(only, facts.File(shadowPath, 0))
}

// completeUnless is a list read to its end, unless there is something unread to tell of.
func completeUnless[T any](items []T, o facts.Origin, unread string) facts.List[T] {
	if unread != "" {
		return facts.Partial(items, o, unread)
	}
	return facts.Complete(items, o)
}

// shadowEntry is the line of shadow(5) that belongs to a user. It is an error when the file could not be read, and
// absent (false) when there is no such line or no such file: then no password of x can match.
func (a *accounts) shadowEntry(name string) (accountdb.Shadow, bool, error) {
	if a.shadows.err != nil {
		return accountdb.Shadow{}, false, a.shadows.err
	}
	for _, o := range a.shadows.odd {
		if !o.Compat {
			if _, ok := a.shadowOf[name]; !ok {
				// glibc skips the line, tools that edit the file don't all: who is meant by it is not ours to guess.
				return accountdb.Shadow{}, false, fmt.Errorf("%s:%d: %s, and no other line is %s's", shadowPath, o.Line, o.Reason, name)
			}
		}
	}
	s, ok := a.shadowOf[name]
	return s, ok, nil
}
