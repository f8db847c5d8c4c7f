package linux

import (
	"context"
	"slices"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "pam_su",
		Doc:   "Who may become another user with su: pam_wheel in the stacks of su and su-l (su -).",
		Reads: "/etc/pam.d/su with its includes, /etc/group, /etc/passwd",
	}, collectPAMSu))
}

// PAMSu is pam_wheel in su's auth stack.
type PAMSu struct {
	Missing facts.Missing
	Origin  facts.Origin

	Restricted  facts.V[bool]      `fact:"restricted" doc:"Whether only members of a group can use su: pam_wheel is called for every user but root in both stacks, its refusal stands, and it is neither deny nor trust nor root_only."`
	Group       facts.V[string]    `fact:"group" doc:"That group."`
	GroupExists facts.V[bool]      `fact:"group_exists" doc:"Whether /etc/group has it; when it does not, su is refused to all."`
	Members     facts.List[string] `fact:"members" doc:"Its members, those whose primary group it is included."`
	UseUID      facts.V[bool]      `fact:"use_uid" doc:"Whether the user's current id counts, not the name of the login. As in Linux-PAM 1.5 both do the same for su."`
	Trust       facts.V[bool]      `fact:"trust" doc:"Whether members need no password."`
	Deny        facts.V[bool]      `fact:"deny" doc:"Whether members are the ones that are refused."`
	RootOnly    facts.V[bool]      `fact:"root_only" doc:"Whether it guards only the way to root."`
}

// collectPAMSu: "su" is one service, and "su -" another, su-l, which in Debian includes the first.
func collectPAMSu(ctx context.Context, r *facts.Reader, _ facts.Key) (PAMSu, error) {
	out, err := wheelOf(ctx, r, "su")
	if err != nil {
		return PAMSu{}, err
	}
	login, err := wheelOf(ctx, r, "su-l")
	if err != nil {
		return PAMSu{}, err
	}
	one, _ := out.Group.Get()
	other, _ := login.Group.Get()
	here, _ := out.Restricted.Get()
	there, _ := login.Restricted.Get()
	switch {
	case here && !there:
		out.Restricted = login.Restricted
	case here && one != other:
		out.Group = facts.Unknown[string]("su asks for the group " + one + " and su-l for " + other)
		out.GroupExists, out.Members = facts.V[bool]{}, facts.List[string]{}
		out.Missing = "su and su-l ask for different groups"
	}
	return out, nil
}

// wheelOf is pam_wheel in one service, the line that guards if there are several.
func wheelOf(ctx context.Context, r *facts.Reader, service string) (PAMSu, error) {
	s, err := stackOf(ctx, r, service, pamconf.Auth)
	if err != nil {
		return PAMSu{}, err
	}
	origin := facts.File(pamconf.Dir+"/"+service, 0)
	out := PAMSu{Restricted: facts.Known(false, origin), Missing: facts.Missing("pam_wheel is not in the stack of " + service)}
	for i, e := range s.Entries() {
		if e.Module() != "pam_wheel.so" || e.Broken != "" {
			continue
		}
		u := moduleUse{service: service, position: i, entry: e, stack: s}
		one := suOf(ctx, r, u)
		if guards, _ := one.Restricted.Get(); guards || out.Origin == (facts.Origin{}) {
			out = one
		}
	}
	return out, nil
}

func suOf(ctx context.Context, r *facts.Reader, u moduleUse) PAMSu {
	has := func(arg string) bool { return slices.Contains(u.entry.Args, arg) }
	o := u.origin()
	known := func(b bool) facts.V[bool] { return facts.Known(b, o) }
	out := PAMSu{Origin: o, UseUID: known(has("use_uid")), Trust: known(has("trust")), Deny: known(has("deny")), RootOnly: known(has("root_only"))}
	out.Restricted = known(mustSucceed(u.stack, u.position) && !has("trust") && !has("deny") && !has("root_only"))
	name := ""
	for _, a := range argumentSettings(u) {
		if a.name == "group" && a.hasValue {
			name = a.value
		}
	}
	a, err := accountsOf(ctx, r)
	if err == nil {
		err = a.groups.unread()
	}
	if err != nil {
		out.Missing = facts.Missing(err.Error())
		if name != "" {
			out.Group = facts.Known(name, o)
		}
		return out
	}
	out.setGroup(a, name, o)
	return out
}

// setGroup: without group= it is wheel, and where there is no wheel, the group with id 0.
func (p *PAMSu) setGroup(a *accounts, name string, o facts.Origin) {
	find := func(match func(Group) bool) bool {
		for _, row := range a.groups.rows {
			g := a.group(row)
			if !match(g) {
				continue
			}
			p.Group, p.GroupExists = facts.Known(g.Name, o), facts.Known(true, g.Origin)
			members := slices.Concat(g.Members.Items(), g.PrimaryMembers.Items())
			slices.Sort(members)
			p.Members = facts.Complete(slices.Compact(members), g.Origin)
			if !g.Members.IsComplete() || !g.PrimaryMembers.IsComplete() {
				p.Members = facts.Partial(members, g.Origin, g.Members.Reason()+g.PrimaryMembers.Reason())
			}
			return true
		}
		return false
	}
	wanted := name
	if wanted == "" {
		wanted = "wheel"
	}
	if find(func(g Group) bool { return g.Name == wanted }) {
		return
	}
	if name == "" && find(func(g Group) bool { gid, ok := g.GID.Get(); return ok && gid == 0 }) {
		return
	}
	p.Group = facts.Known(wanted, o)
	p.GroupExists = facts.Known(false, facts.File(groupPath, 0))
	p.Members = facts.Complete[string](nil, facts.File(groupPath, 0))
}
