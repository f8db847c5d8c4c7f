package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "user",
		Doc: "Changes an account of /etc/passwd, one line of each file at a time, under the lock that passwd(1) takes. Refused where it would shut out " +
			"an account that is in use, or the last one that can become root. A home directory is made empty.",
		Risk: plan.Lockout,
	}, planUser))
	register(remediate.Define(remediate.Descriptor{
		Kind: "group",
		Doc: "Changes a group of /etc/group, one line of each file at a time, under the lock that passwd(1) takes. A new group gets a number of the " +
			"system's range; one that is the primary group of somebody is not removed.",
		Risk: plan.Lockout,
	}, planGroup))
}

type userArgs struct {
	Name           string   `cty:"name"`
	Locked         *bool    `cty:"locked"`
	Shell          *string  `cty:"shell"`
	Home           *string  `cty:"home"`
	MinDays        *int64   `cty:"min_days"`
	MaxDays        *int64   `cty:"max_days"`
	WarnDays       *int64   `cty:"warn_days"`
	InactiveDays   *int64   `cty:"inactive_days"`
	ExpirePassword *bool    `cty:"expire_password"`
	PrimaryGroup   *string  `cty:"primary_group"`
	RemoveGroups   []string `cty:"remove_groups"`
	AddGroups      []string `cty:"add_groups"`
}

// Fields of passwd(5) and shadow(5).
const (
	passwdPassword, passwdUID, passwdGID, passwdHome, passwdShell                   = 1, 2, 3, 5, 6
	shadowPassword, shadowChanged, shadowMin, shadowMax, shadowWarn, shadowInactive = 1, 2, 3, 4, 5, 6
	passwdFields, shadowFields, groupFields                                         = 7, 9, 4
)

func planUser(ctx context.Context, d *remediate.Draft, a userArgs) error {
	passwd, err := entryOf(ctx, d, "passwd", a.Name)
	if err != nil {
		return err
	}
	if !passwd.Present {
		return remediate.Refuse("/etc/passwd has no account %s", a.Name)
	}
	if err := claimUser(d, a); err != nil {
		return err
	}
	u := &userPlan{d: d, args: a, passwd: passwd.Fields(passwdFields)}
	for _, do := range []func(context.Context) error{u.account, u.password, u.groups, u.home} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func claimUser(d *remediate.Draft, a userArgs) error {
	claims := map[string]string{}
	number := func(what string, n *int64) {
		if n != nil {
			claims[what] = strconv.FormatInt(*n, 10)
		}
	}
	number("min_days", a.MinDays)
	number("max_days", a.MaxDays)
	number("warn_days", a.WarnDays)
	number("inactive_days", a.InactiveDays)
	for what, s := range map[string]*string{"shell": a.Shell, "home": a.Home, "primary_group": a.PrimaryGroup} {
		if s != nil {
			claims[what] = *s
		}
	}
	if a.Locked != nil {
		claims["locked"] = fmt.Sprint(*a.Locked)
	}
	for _, g := range a.AddGroups {
		claims["in group "+g] = "true"
	}
	for _, g := range a.RemoveGroups {
		claims["in group "+g] = "false"
	}
	for what, value := range claims {
		if err := d.Claim("account "+a.Name+" "+what, value); err != nil {
			return err
		}
	}
	return nil
}

// userPlan is one account as it will be.
type userPlan struct {
	d      *remediate.Draft
	args   userArgs
	passwd []string
}

// account plans what stands in /etc/passwd.
func (u *userPlan) account(ctx context.Context) error {
	fields := slices.Clone(u.passwd)
	if s := u.args.Shell; s != nil && *s != fields[passwdShell] {
		if err := u.usable(*s); err != nil {
			return err
		}
		if noShell(*s) && !noShell(fields[passwdShell]) {
			if err := mayShutOut(ctx, u.d, u.args.Name, "without a shell"); err != nil {
				return err
			}
		}
		fields[passwdShell] = *s
	}
	if h := u.args.Home; h != nil {
		if !path.IsAbs(*h) || path.Clean(*h) != *h || strings.ContainsAny(*h, ":\n") {
			return fmt.Errorf("%q is no home directory", *h)
		}
		fields[passwdHome] = *h
	}
	if g := u.args.PrimaryGroup; g != nil {
		gid, err := groupID(u.d, *g)
		if err != nil {
			return err
		}
		fields[passwdGID] = strconv.FormatUint(uint64(gid), 10)
	}
	u.passwd = fields
	return setEntry(ctx, u.d, "passwd", u.args.Name, fields)
}

func noShell(shell string) bool {
	return slices.Contains([]string{"nologin", "false"}, path.Base(shell))
}

// usable tells whether a shell is a program.
func (u *userPlan) usable(shell string) error {
	if !path.IsAbs(shell) || strings.ContainsAny(shell, ":\n") {
		return fmt.Errorf("%q is no shell", shell)
	}
	st, err := u.d.Tree().Stat(shell)
	if err != nil || !st.Mode().IsRegular() || st.Mode()&0o111 == 0 {
		return remediate.Refuse("%s is no program on this host", shell)
	}
	return nil
}

// password plans lock and ages.
func (u *userPlan) password(ctx context.Context) error {
	a := u.args
	if err := u.lockInPasswd(ctx); err != nil {
		return err
	}
	wanted := map[int]*int64{shadowMin: a.MinDays, shadowMax: a.MaxDays, shadowWarn: a.WarnDays, shadowInactive: a.InactiveDays}
	shadow, err := entryOf(ctx, u.d, "shadow", a.Name)
	if err != nil {
		return err
	}
	aged := deref(a.ExpirePassword)
	for _, n := range wanted {
		aged = aged || n != nil
	}
	if !shadow.Present {
		if aged {
			return remediate.Refuse("/etc/shadow has no line for %s: pwconv makes one", a.Name)
		}
		return nil // its password is * then, as glibc has it
	}
	fields := shadow.Fields(shadowFields)
	before := slices.Clone(fields)
	for field, n := range wanted {
		if n != nil {
			fields[field] = strconv.FormatInt(*n, 10)
			if *n < 0 {
				fields[field] = ""
			}
		}
	}
	if deref(a.ExpirePassword) {
		fields[shadowChanged] = "0"
	}
	if err := u.mayExpire(ctx, before, fields); err != nil {
		return err
	}
	if a.Locked != nil && u.passwd[passwdPassword] == "x" {
		if fields[shadowPassword], err = u.locked(ctx, fields[shadowPassword]); err != nil {
			return err
		}
	}
	return setEntry(ctx, u.d, "shadow", a.Name, fields)
}

// lockInPasswd locks a password that stands in /etc/passwd itself, where /etc/shadow is not asked.
func (u *userPlan) lockInPasswd(ctx context.Context) (err error) {
	if u.args.Locked == nil || u.passwd[passwdPassword] == "x" {
		return nil
	}
	if u.passwd[passwdPassword], err = u.locked(ctx, u.passwd[passwdPassword]); err != nil {
		return err
	}
	return setEntry(ctx, u.d, "passwd", u.args.Name, u.passwd)
}

// locked is a password's field with the lock that passwd -l sets, or without it.
func (u *userPlan) locked(ctx context.Context, field string) (string, error) {
	is := strings.HasPrefix(field, "!") || strings.HasPrefix(field, "*")
	switch {
	case is == *u.args.Locked:
		return field, nil
	case !is:
		return "!" + field, mayShutOut(ctx, u.d, u.args.Name, "locked")
	}
	if hash := strings.TrimLeft(field, "!"); hash != "" && hash[0] != '*' {
		return hash, nil
	}
	return "", remediate.Refuse("%s has no password to unlock: give it one (passwd %s)", u.args.Name, u.args.Name)
}

// mayExpire refuses ages by which a password has expired already, of those that must be able to come in.
func (u *userPlan) mayExpire(ctx context.Context, before, after []string) error {
	today := u.d.Now().Unix() / (24 * 60 * 60)
	if expired(before, today) || !expired(after, today) || after[shadowPassword] == "" || strings.ContainsAny(after[shadowPassword][:1], "!*") {
		return nil
	}
	return mayShutOut(ctx, u.d, u.args.Name, "with an expired password (change it first: passwd "+u.args.Name+")")
}

// expired tells whether a password has to be changed before anything else (shadow(5)).
func expired(fields []string, today int64) bool {
	changed, err := strconv.ParseInt(fields[shadowChanged], 10, 64)
	if err != nil {
		return false // an empty field: passwords do not age
	}
	days, err := strconv.ParseInt(fields[shadowMax], 10, 64)
	return changed == 0 || err == nil && days >= 0 && days < 10000 && today > changed+days
}

func (u *userPlan) groups(ctx context.Context) error {
	a := u.args
	if len(a.RemoveGroups) > 0 {
		if err := mayLeave(ctx, u.d, a.Name, a.RemoveGroups); err != nil {
			return err
		}
	}
	for _, g := range a.RemoveGroups {
		err := changeMembers(ctx, u.d, g, func(m []string) []string {
			return slices.DeleteFunc(m, func(name string) bool { return name == a.Name })
		})
		if err != nil {
			return err
		}
	}
	for _, g := range a.AddGroups {
		group, err := entryOf(ctx, u.d, "group", g)
		if err != nil {
			return err
		}
		if !group.Present {
			return remediate.Refuse("there is no group %s", g)
		}
		err = changeMembers(ctx, u.d, g, func(m []string) []string {
			if slices.Contains(m, a.Name) {
				return m
			}
			return append(m, a.Name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// home makes the directory where it is missing.
func (u *userPlan) home(ctx context.Context) error {
	if u.args.Home == nil {
		return nil
	}
	f, err := u.d.Mode(ctx, *u.args.Home)
	if err != nil || f.Type == remediate.Directory {
		return err
	}
	if f.Type != remediate.Absent {
		return remediate.Refuse("%s is %s", *u.args.Home, f.Type.Words())
	}
	uid, wrong := strconv.ParseUint(u.passwd[passwdUID], 10, 32)
	gid, bad := strconv.ParseUint(u.passwd[passwdGID], 10, 32)
	if wrong != nil || bad != nil {
		return remediate.Refuse("%s has no number for its user or group", u.args.Name)
	}
	return u.d.SetFile(ctx, *u.args.Home, remediate.File{Type: remediate.Directory, Mode: 0o700, UID: uint32(uid), GID: uint32(gid)}, remediate.Options{})
}

// entryOf is one line of an account file, as the steps so far would leave it.
func entryOf(ctx context.Context, d *remediate.Draft, file, name string) (e remediate.Entry, err error) {
	if !accountName.MatchString(name) {
		return e, remediate.Refuse("%q is no name of an account", name)
	}
	s, err := d.State(ctx, "account", file+":"+name)
	if err != nil {
		return e, remediate.Refuse("%v", err)
	}
	return e, json.Unmarshal(s.Data, &e)
}

func setEntry(ctx context.Context, d *remediate.Draft, file, name string, fields []string) error {
	target := file + ":" + name
	return d.Set(ctx, "account", target, remediate.NewEntry(target, remediate.Entry{Present: true, Line: strings.Join(fields, ":")}), remediate.Options{Stage: remediate.Files})
}
