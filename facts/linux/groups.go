package linux

import (
	"context"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "groups",
		Doc:   "Every group of /etc/group, a line each: double names and ids are there twice. Groups of other databases are not: see nsswitch.",
		Reads: "/etc/group, /etc/gshadow, /etc/passwd",
	}, collectGroups))
	register(facts.Define(facts.Descriptor{
		Name:  "group",
		Doc:   "One group of /etc/group, by its name; of several lines the first, as getgrnam(3) does.",
		Reads: "/etc/group, /etc/gshadow, /etc/passwd",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "The group's name."}},
	}, collectGroup))
}

// Group is a group with its members and what gshadow(5) says of it.
type Group struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name           string             `fact:"name" doc:"Name of the group."`
	Exists         facts.V[bool]      `fact:"exists" doc:"Whether /etc/group has the group."`
	GID            facts.V[uint32]    `fact:"gid" doc:"Group id."`
	Members        facts.List[string] `fact:"members" doc:"Names that the group lists as members."`
	PrimaryMembers facts.List[string] `fact:"primary_members" doc:"Accounts of /etc/passwd whose primary group it is."`
	Administrators facts.List[string] `fact:"administrators" doc:"Who may change members and password, from /etc/gshadow."`
	HasPassword    facts.V[bool]      `fact:"has_password" doc:"Whether a password lets others join the group with newgrp."`
}

func collectGroups(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[Group], error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return facts.List[Group]{}, err
	}
	if a.groups.err != nil {
		return facts.List[Group]{}, a.groups.err
	}
	if !a.groups.exists {
		return facts.UnknownList[Group](groupPath + " does not exist"), nil
	}
	groups := make([]Group, 0, len(a.groups.rows))
	for _, g := range a.groups.rows {
		groups = append(groups, a.group(g))
	}
	return facts.Complete(groups, facts.File(groupPath, 0)), nil
}

func collectGroup(ctx context.Context, r *facts.Reader, key facts.Key) (Group, error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return Group{}, err
	}
	name := key.Subject
	if a.groups.err != nil {
		return Group{Name: name, Missing: facts.Missing(a.groups.err.Error())}, nil
	}
	for _, g := range a.groups.rows {
		if g.Name == name {
			return a.group(g), nil
		}
	}
	origin := facts.File(groupPath, 0)
	return Group{Name: name, Origin: origin, Exists: facts.Known(false, origin), Missing: facts.Missing(groupPath + " has no group " + name)}, nil
}

func (a *accounts) group(row accountdb.Group) Group {
	at := facts.File(groupPath, row.Line)
	g := Group{
		Origin:  at,
		Name:    row.Name,
		Exists:  facts.Known(true, at),
		GID:     facts.Known(row.GID, at),
		Members: facts.Complete(row.Members, at),
	}
	if a.users.err != nil {
		g.PrimaryMembers = facts.UnknownList[string](a.users.err.Error())
	} else {
		g.PrimaryMembers = facts.Complete(a.primaryOf[row.GID], facts.File(passwdPath, 0))
	}
	s, shadowed := a.gshadowOf[row.Name]
	if a.gshadow.err != nil {
		g.Administrators = facts.UnknownList[string](a.gshadow.err.Error())
		g.HasPassword = facts.Unknown[bool](a.gshadow.err.Error())
		if row.Password == "x" {
			return g
		}
	} else {
		g.Administrators = facts.Complete(s.Administrators, facts.File(gshadowPath, s.Line))
	}
	// newgrp(1): the field of gshadow(5) where the group has a line there, else that of group(5).
	field, from := row.Password, at
	if shadowed {
		field, from = s.Password, facts.File(gshadowPath, s.Line)
	}
	if a.gshadow.err == nil {
		status, _ := accountdb.Password(field)
		g.HasPassword = facts.Known(status == accountdb.Set, from)
	}
	return g
}
