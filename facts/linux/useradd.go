package linux

import (
	"context"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/logindefs"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "useradd",
		Doc:   "What useradd gives a new account when it is not told: useradd -D.",
		Reads: "/etc/default/useradd",
	}, collectUseradd))
}

const useraddPath = "/etc/default/useradd"

// Useradd are the defaults of useradd(8).
type Useradd struct {
	Exists   facts.V[bool]              `fact:"exists" doc:"Whether /etc/default/useradd exists; without it useradd's own defaults hold."`
	Inactive facts.V[int64]             `fact:"inactive" doc:"INACTIVE: days after a password's expiry until the account locks; -1: never."`
	Expire   facts.V[string]            `fact:"expire" doc:"EXPIRE: date on which new accounts close, as written; empty for none."`
	Shell    facts.V[string]            `fact:"shell" doc:"SHELL of new accounts."`
	Home     facts.V[string]            `fact:"home" doc:"HOME: directory below which home directories are made."`
	Skel     facts.V[string]            `fact:"skel" doc:"SKEL: directory that is copied into new home directories."`
	Group    facts.V[string]            `fact:"group" doc:"GROUP: primary group of new accounts where none of their own is made."`
	Options  map[string]facts.V[string] `fact:"options" doc:"Every option that the file sets, with the value of its last line."`
}

func collectUseradd(_ context.Context, r *facts.Reader, _ facts.Key) (Useradd, error) {
	b, err := r.ReadFile(useraddPath)
	exists := !facts.IsAbsent(err)
	if exists && err != nil {
		return Useradd{}, err
	}
	u := Useradd{Exists: facts.Known(exists, facts.File(useraddPath, 0)), Options: map[string]facts.V[string]{}}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		// useradd.c get_defaults(): what stands before the first = must be the name and nothing else; nothing is trimmed.
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if ok && !strings.HasPrefix(strings.TrimLeft(name, " \t"), "#") {
			u.Options[name] = facts.Known(value, facts.File(useraddPath, n))
		}
	}
	u.Inactive = u.inactive()
	u.Expire = u.option("EXPIRE", "")
	u.Home = u.option("HOME", "/home")
	u.Skel = u.option("SKEL", "/etc/skel")
	u.Shell, u.Group = u.built("SHELL"), u.built("GROUP")
	return u, nil
}

func (u *Useradd) option(name, byDefault string) facts.V[string] {
	if v, ok := u.Options[name]; ok {
		return v
	}
	return facts.Known(byDefault, facts.From("default of useradd"))
}

// built is an option whose default each distribution compiles in for itself.
func (u *Useradd) built(name string) facts.V[string] {
	if v, ok := u.Options[name]; ok {
		return v
	}
	return facts.Unknown[string](useraddPath + " does not set " + name + ", and its default depends on how useradd was built")
}

// inactive: useradd complains of what is no number from -1 up, and goes on with -1.
func (u *Useradd) inactive() facts.V[int64] {
	v, ok := u.Options["INACTIVE"]
	if !ok {
		return facts.Known[int64](-1, facts.From("default of useradd"))
	}
	text, _ := v.Get()
	n, ok := logindefs.Number(text)
	if !ok || n < -1 {
		return facts.Known[int64](-1, facts.From("default of useradd: "+v.Origin().String()+" gives no number"))
	}
	return facts.Known(n, v.Origin())
}
