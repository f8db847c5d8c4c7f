package actions

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
	"github.com/holdfast-agent/holdfast/remediate"
)

type groupArgs struct {
	Name          string   `cty:"name"`
	Members       []string `cty:"members"`
	RemoveMembers []string `cty:"remove_members"`
	State         *string  `cty:"state"`
}

func planGroup(ctx context.Context, d *remediate.Draft, a groupArgs) error {
	group, err := entryOf(ctx, d, "group", a.Name)
	if err != nil {
		return err
	}
	state := deref(a.State)
	if state != "" {
		if err := d.Claim("group "+a.Name, state); err != nil {
			return err
		}
	}
	if a.Members != nil {
		if err := d.Claim("members of group "+a.Name, strings.Join(a.Members, " ")); err != nil {
			return err
		}
	}
	switch {
	case state == "absent":
		return removeGroup(ctx, d, a.Name, group)
	case !group.Present && state == "present":
		if err := addGroup(ctx, d, a.Name); err != nil {
			return err
		}
	case !group.Present:
		return remediate.Refuse("there is no group %s", a.Name)
	}
	if err := membersExist(d, a.Members); err != nil {
		return err
	}
	for _, name := range leaving(group, a) {
		if err := mayLeave(ctx, d, name, []string{a.Name}); err != nil {
			return err
		}
	}
	return changeMembers(ctx, d, a.Name, func(m []string) []string {
		if a.Members != nil {
			return a.Members
		}
		return slices.DeleteFunc(m, func(name string) bool { return slices.Contains(a.RemoveMembers, name) })
	})
}

// leaving are the members that would not be members any more.
func leaving(group remediate.Entry, a groupArgs) (out []string) {
	for _, m := range membersIn(group.Fields(groupFields)) {
		if a.Members != nil && !slices.Contains(a.Members, m) || slices.Contains(a.RemoveMembers, m) {
			out = append(out, m)
		}
	}
	return out
}

func membersExist(d *remediate.Draft, names []string) error {
	for _, name := range names {
		if !accountName.MatchString(name) {
			return remediate.Refuse("%q is no name of an account", name)
		}
		if _, err := userID(d, name); err != nil {
			return err
		}
	}
	return nil
}

// membersIn are the members in a line of group(5) or gshadow(5).
func membersIn(fields []string) []string {
	return slices.DeleteFunc(strings.Split(fields[3], ","), func(m string) bool { return m == "" })
}

// changeMembers changes who is in a group, in both files that say so.
func changeMembers(ctx context.Context, d *remediate.Draft, name string, change func(members []string) []string) error {
	for _, file := range []string{"group", "gshadow"} {
		e, err := entryOf(ctx, d, file, name)
		if err != nil {
			return err
		}
		if !e.Present {
			continue
		}
		fields := e.Fields(groupFields)
		before := membersIn(fields)
		after := change(slices.Clone(before))
		if slices.Equal(before, after) {
			continue
		}
		fields[3] = strings.Join(after, ",")
		if err := setEntry(ctx, d, file, name, fields); err != nil {
			return err
		}
	}
	return nil
}

// The numbers of system groups. We take them from the middle: packages that are installed before the group is made take
// theirs from the top (groupadd, systemd-sysusers) or from the bottom (adduser).
const minSystemGID, maxSystemGID = 100, 600

func addGroup(ctx context.Context, d *remediate.Draft, name string) error {
	text, err := d.Tree().ReadFile("/etc/group")
	if err != nil {
		return err
	}
	groups, _ := accountdb.Groups(text)
	taken := map[uint32]bool{}
	for _, g := range groups {
		taken[g.GID] = true
	}
	gid := uint32(maxSystemGID)
	for taken[gid] || d.Claim(fmt.Sprint("group number ", gid), name) != nil {
		if gid--; gid < minSystemGID {
			return remediate.Refuse("no number from %d to %d is left for a group", minSystemGID, maxSystemGID)
		}
	}
	if err := setEntry(ctx, d, "group", name, []string{name, "x", strconv.FormatUint(uint64(gid), 10), ""}); err != nil {
		return err
	}
	_, err = d.Tree().ReadFile("/etc/gshadow")
	if facts.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return setEntry(ctx, d, "gshadow", name, []string{name, "!", "", ""})
}

func removeGroup(ctx context.Context, d *remediate.Draft, name string, group remediate.Entry) error {
	if !group.Present {
		return nil
	}
	fields := group.Fields(groupFields)
	text, err := d.Tree().ReadFile("/etc/passwd")
	if err != nil {
		return err
	}
	users, _ := accountdb.Users(text)
	for _, u := range users {
		if strconv.FormatUint(uint64(u.GID), 10) == fields[2] {
			return remediate.Refuse("%s is the primary group of %s", name, u.Name)
		}
	}
	for _, m := range membersIn(fields) {
		if err := mayLeave(ctx, d, m, []string{name}); err != nil {
			return err
		}
	}
	for _, file := range []string{"group", "gshadow"} {
		target := file + ":" + name
		if err := d.Set(ctx, "account", target, remediate.NewEntry(target, remediate.Entry{}), remediate.Options{Stage: remediate.Files}); err != nil {
			return err
		}
	}
	return nil
}
