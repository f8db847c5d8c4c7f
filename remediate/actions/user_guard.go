package actions

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
	"github.com/holdfast-agent/holdfast/facts/linux/envfile"
	"github.com/holdfast-agent/holdfast/remediate"
)

// mayShutOut refuses to shut an account out that somebody uses now, or that is the last one by which anybody could become
// root. how completes "it would be …".
func mayShutOut(ctx context.Context, d *remediate.Draft, name, how string) error {
	using, err := inUse(d)
	if err != nil {
		return err
	}
	if slices.Contains(using, name) {
		return remediate.Refuse("%s is logged in and would be %s: log in as somebody else to do that", name, how)
	}
	return keepsAnAdministrator(ctx, d, name, how, func(p person) bool { return p.name != name })
}

// mayLeave refuses to take the last administrator out of the groups that make one.
func mayLeave(ctx context.Context, d *remediate.Draft, name string, groups []string) error {
	sudoers, err := d.Fact(ctx, "sudoers")
	if err != nil {
		return err
	}
	return keepsAnAdministrator(ctx, d, name, "out of "+strings.Join(groups, ", "), func(p person) bool {
		if p.name != name || p.root {
			return true
		}
		p.groups = slices.DeleteFunc(slices.Clone(p.groups), func(g string) bool { return slices.Contains(groups, g) })
		return p.hasSudo(sudoers)
	})
}

// keepsAnAdministrator refuses what leaves nobody who can log in and become root, if there is somebody now.
func keepsAnAdministrator(ctx context.Context, d *remediate.Draft, name, how string, stays func(person) bool) error {
	people, err := administrators(ctx, d)
	if err != nil {
		return err
	}
	could := slices.DeleteFunc(people, func(p person) bool { return !p.keys && !p.password })
	concerned := slices.ContainsFunc(could, func(p person) bool { return p.name == name })
	sudoers, err := d.Fact(ctx, "sudoers")
	if err != nil {
		return err
	}
	for _, p := range could {
		open, err := stillOpen(ctx, d, p.name)
		if err != nil {
			return err
		}
		if p.groups, err = stillIn(ctx, d, p); err != nil {
			return err
		}
		if open && (p.root || p.hasSudo(sudoers)) && stays(p) {
			return nil
		}
	}
	if !concerned {
		return nil
	}
	return remediate.Refuse("%s is the last one who can log in and become root, and would be %s: first give somebody else sudo and a password or a key", name, how)
}

// stillOpen tells whether the steps so far leave an account open.
func stillOpen(ctx context.Context, d *remediate.Draft, name string) (bool, error) {
	passwd, err := entryOf(ctx, d, "passwd", name)
	if err != nil {
		return false, err
	}
	shadow, err := entryOf(ctx, d, "shadow", name)
	if err != nil {
		return false, err
	}
	was := func(file string, e remediate.Entry) bool {
		return !d.Changes("account", file+":"+name) || !shutBy(file, e)
	}
	return was("passwd", passwd) && was("shadow", shadow), nil
}

// stillIn are the groups that the steps so far leave a person in.
func stillIn(ctx context.Context, d *remediate.Draft, p person) (out []string, err error) {
	for _, g := range p.groups {
		if d.Changes("account", "group:"+g) {
			e, err := entryOf(ctx, d, "group", g)
			if err != nil {
				return nil, err
			}
			if !e.Present || !slices.Contains(membersIn(e.Fields(groupFields)), p.name) {
				continue
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// shutBy tells whether a line of an account file shuts the account out.
func shutBy(file string, e remediate.Entry) bool {
	if file == "passwd" {
		return noShell(e.Fields(passwdFields)[passwdShell])
	}
	return strings.HasPrefix(e.Fields(shadowFields)[shadowPassword], "!")
}

// inUse are the accounts that are logged in: those of logind's sessions, and the one that this process came by.
func inUse(d *remediate.Draft) ([]string, error) {
	ids := map[string]bool{}
	if text, err := d.Tree().ReadFile("/proc/self/loginuid"); err == nil {
		ids[strings.TrimSpace(string(text))] = true
	}
	const sessions = "/run/systemd/sessions"
	entries, _ := d.Tree().ReadDir(sessions) // no logind: no sessions of it
	for _, e := range entries {
		text, err := d.Tree().ReadFile(path.Join(sessions, e.Name()))
		if err != nil {
			continue // it ended meanwhile
		}
		session, err := envfile.Parse(text)
		if err == nil && session["STATE"].Text != "closing" {
			ids[session["UID"].Text] = true
		}
	}
	text, err := d.Tree().ReadFile("/etc/passwd")
	if err != nil {
		return nil, err
	}
	users, _ := accountdb.Users(text)
	var out []string
	for _, u := range users {
		if ids[strconv.FormatUint(uint64(u.UID), 10)] {
			out = append(out, u.Name)
		}
	}
	return out, nil
}
