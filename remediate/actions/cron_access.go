package actions

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "cron_access",
		Doc: "Makes /etc/cron.allow or /etc/at.allow, readable by crontab's or at's own group alone, and takes the list of exceptions away, which is " +
			"not read any more then (crontab(1), at.allow(5)). A list that is there keeps its names unless others are given. Jobs that are there go on.",
	}, planCronAccess))
}

type cronAccessArgs struct {
	Service string   `cty:"service"`
	Users   []string `cty:"users"`
	Group   *string  `cty:"group"`
}

var accountName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$`)

func planCronAccess(ctx context.Context, d *remediate.Draft, a cronAccessArgs) error {
	allow, deny := "/etc/"+a.Service+".allow", "/etc/"+a.Service+".deny"
	for _, u := range a.Users {
		if !accountName.MatchString(u) {
			return remediate.Refuse("%q is no user's name", u)
		}
	}
	if err := d.Claim(allow, strings.Join(a.Users, " ")); err != nil {
		return err
	}
	f, err := d.File(ctx, allow)
	if err != nil {
		return err
	}
	o := remediate.Options{Affects: cronUsers(d, a)}
	switch {
	case f.Type == remediate.Absent || strings.HasPrefix(string(f.Content), "# "+remediate.Written):
		err = d.DropIn(ctx, allow, "#", func(lines []string) []string {
			switch {
			case len(a.Users) > 0:
				return slices.Clone(a.Users)
			case f.Type == remediate.Absent:
				return []string{""} // nobody, and yet a file
			case a.Users != nil:
				return nil
			}
			return lines
		}, o)
	case f.Type != remediate.Regular:
		return remediate.Refuse("%s is %s", allow, f.Type.Words())
	case a.Users != nil && !slices.Equal(strings.Fields(string(f.Content)), a.Users):
		return remediate.Refuse("%s is there and lists others than %s: decide who may, and write it", allow, strings.Join(a.Users, ", "))
	}
	if err != nil {
		return err
	}
	if err := closeList(ctx, d, allow, a); err != nil {
		return err
	}
	return removeFile(ctx, d, deny, remediate.Options{})
}

// closeList sets mode and owner: the programs read it with the rights of their group.
func closeList(ctx context.Context, d *remediate.Draft, allow string, a cronAccessArgs) error {
	f, err := d.Mode(ctx, allow)
	if err != nil {
		return err
	}
	names := []string{map[string]string{"cron": "crontab", "at": "daemon"}[a.Service], "root"}
	if a.Group != nil {
		names = []string{*a.Group}
	}
	var gid uint32
	for _, name := range names {
		if gid, err = groupID(d, name); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	f.Mode, f.UID, f.GID = f.Mode&0o640, 0, gid
	return d.SetMode(ctx, allow, f, remediate.Options{})
}

// cronUsers are those who have jobs of their own and could not change them any more.
func cronUsers(d *remediate.Draft, a cronAccessArgs) (out []string) {
	if a.Service != "cron" {
		return nil
	}
	entries, err := d.Tree().ReadDir("/var/spool/cron/crontabs")
	if err != nil && !facts.IsAbsent(err) {
		return nil
	}
	for _, e := range entries {
		if name := e.Name(); name != "root" && accountName.MatchString(name) && !slices.Contains(a.Users, name) {
			out = append(out, "crontab of "+name)
		}
	}
	return out
}
