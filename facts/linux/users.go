package linux

import (
	"context"
	"path"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "users",
		Doc:   "Every account of /etc/passwd, a line each: double names and ids are there twice. Accounts of other databases (LDAP, SSSD) are not: see nsswitch.",
		Reads: "/etc/passwd, /etc/shadow, /etc/group, /etc/login.defs, /etc/shells, the home directories",
		Heavy: true,
	}, collectUsers))
	register(facts.Define(facts.Descriptor{
		Name:  "user",
		Doc:   "One account of /etc/passwd, by its name; of several lines the first, as getpwnam(3) does.",
		Reads: "/etc/passwd, /etc/shadow, /etc/group, /etc/login.defs, /etc/shells, the home directory",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "The account's name."}},
	}, collectUser))
}

// User is an account with what shadow(5) says of it and what its home directory looks like.
type User struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name        string             `fact:"name" doc:"Name of the account."`
	Exists      facts.V[bool]      `fact:"exists" doc:"Whether /etc/passwd has the account."`
	UID         facts.V[uint32]    `fact:"uid" doc:"User id."`
	GID         facts.V[uint32]    `fact:"gid" doc:"Id of the primary group."`
	Group       facts.V[string]    `fact:"group" doc:"Name of the primary group; empty when no group has the id."`
	Groups      facts.List[string] `fact:"groups" doc:"Names of the groups that list the account as a member."`
	Gecos       facts.V[string]    `fact:"gecos" doc:"The comment: by custom the full name."`
	Home        facts.V[string]    `fact:"home" doc:"Home directory, as written."`
	Shell       facts.V[string]    `fact:"shell" doc:"Login shell, as written; empty means /bin/sh."`
	ShellListed facts.V[bool]      `fact:"shell_listed" doc:"Whether /etc/shells lists the shell."`
	System      facts.V[bool]      `fact:"system" doc:"Whether the user id lies below UID_MIN of login.defs. True of root."`
	Interactive facts.V[bool]      `fact:"interactive" doc:"Whether the shell is listed in /etc/shells and is neither nologin nor false."`

	Shadowed       facts.V[bool]   `fact:"shadowed" doc:"Whether the password field of /etc/passwd is x."`
	PasswordStatus facts.V[string] `fact:"password_status" doc:"set (a hash that can match), locked (begins with !), none (*, or no line in /etc/shadow), blank (empty: no password is asked for), invalid (of no form that crypt(5) knows)."`
	HasPassword    facts.V[bool]   `fact:"has_password" doc:"Whether a password can log the account in: the status is set."`
	Locked         facts.V[bool]   `fact:"locked" doc:"Whether passwd -S would say L: the field begins with ! or *."`
	HashAlgorithm  facts.V[string] `fact:"hash_algorithm" doc:"yescrypt, gost-yescrypt, scrypt, bcrypt, sha512, sha256, sha1, sunmd5, md5, nt, bsdicrypt or des, of a locked hash too; empty without a hash."`

	LastChange         facts.V[string] `fact:"last_change" doc:"Date of the last password change, YYYY-MM-DD; empty when the field is. 1970-01-01: must be changed at the next login."`
	LastChangeInFuture facts.V[bool]   `fact:"last_change_in_future" doc:"Whether the last password change is dated after today (UTC)."`
	PasswordAgeDays    facts.V[int64]  `fact:"password_age_days" doc:"Days since the last password change; unknown when its date is not set."`
	MinDays            facts.V[int64]  `fact:"min_days" doc:"Days between two changes of the password; -1 when not set."`
	MaxDays            facts.V[int64]  `fact:"max_days" doc:"Days after which the password must be changed; -1 when not set: never."`
	WarnDays           facts.V[int64]  `fact:"warn_days" doc:"Days of warning before the password expires; -1 when not set: none."`
	InactiveDays       facts.V[int64]  `fact:"inactive_days" doc:"Days after the password's expiry until the account locks; -1 when not set: never."`
	Expire             facts.V[string] `fact:"expire" doc:"Date from which the account is closed, YYYY-MM-DD; empty when none is set."`

	HomeExists     facts.V[bool]             `fact:"home_exists" doc:"Whether the home directory leads to something."`
	HomeIsDir      facts.V[bool]             `fact:"home_is_dir" doc:"Whether it leads to a directory."`
	HomeMode       facts.V[string]           `fact:"home_mode" doc:"Mode of the home directory, four octal digits."`
	HomeOwner      facts.V[string]           `fact:"home_owner" doc:"Name of its owner; empty when no account has the id."`
	HomeGroup      facts.V[string]           `fact:"home_group" doc:"Name of its group; empty when no group has the id."`
	HomeUID        facts.V[uint32]           `fact:"home_uid" doc:"User id of its owner."`
	DotFiles       facts.List[DotFile]       `fact:"dot_files" doc:"What lies in the home directory with a name that begins with a dot, in the order of names."`
	AuthorizedKeys facts.List[AuthorizedKey] `fact:"authorized_keys" doc:"SSH public keys that may log in, from .ssh/authorized_keys and .ssh/authorized_keys2. Elsewhere when sshd's authorizedkeysfile says so."`
}

func collectUsers(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[User], error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return facts.List[User]{}, err
	}
	if a.users.err != nil {
		return facts.List[User]{}, a.users.err
	}
	if !a.users.exists {
		return facts.UnknownList[User](passwdPath + " does not exist"), nil
	}
	h := newHomes(ctx, r)
	users := make([]User, 0, len(a.users.rows))
	for _, u := range a.users.rows {
		if err := ctx.Err(); err != nil {
			return facts.Partial(users, facts.File(passwdPath, 0), err.Error()), nil
		}
		users = append(users, makeUser(ctx, r, a, h, u))
	}
	return facts.Complete(users, facts.File(passwdPath, 0)), nil
}

func collectUser(ctx context.Context, r *facts.Reader, key facts.Key) (User, error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return User{}, err
	}
	name := key.Subject
	if a.users.err != nil {
		return User{Name: name, Missing: facts.Missing(a.users.err.Error())}, nil
	}
	for _, u := range a.users.rows {
		if u.Name == name {
			return makeUser(ctx, r, a, newHomes(ctx, r), u), nil
		}
	}
	origin := facts.File(passwdPath, 0)
	return User{Name: name, Origin: origin, Exists: facts.Known(false, origin), Missing: facts.Missing(passwdPath + " has no account " + name)}, nil
}

func makeUser(ctx context.Context, r *facts.Reader, a *accounts, h *homes, row accountdb.User) User {
	at := facts.File(passwdPath, row.Line)
	u := User{
		Origin: at,
		Name:   row.Name,
		Exists: facts.Known(true, at),
		UID:    facts.Known(row.UID, at),
		GID:    facts.Known(row.GID, at),
		Gecos:  facts.Known(row.Gecos, at),
		Home:   facts.Known(row.Home, at),
		Shell:  facts.Known(row.Shell, at),
	}
	if a.groups.err != nil {
		u.Group = facts.Unknown[string](a.groups.err.Error())
		u.Groups = facts.UnknownList[string](a.groups.err.Error())
	} else {
		u.Group = facts.Known(a.groupName[row.GID], facts.File(groupPath, 0))
		u.Groups = facts.Complete(a.memberOf[row.Name], facts.File(groupPath, 0))
	}
	u.System = isSystemUID(ctx, r, row.UID)
	u.setShell(ctx, r, row.Shell)
	u.setPassword(a, row)
	u.setAging(a, row, r.Now())
	h.look(r, &u)
	return u
}

func isSystemUID(ctx context.Context, r *facts.Reader, uid uint32) facts.V[bool] {
	f, _, err := loginDefs(ctx, r)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	low := defsNumber(f, "UID_MIN", 1000)
	return facts.Known(int64(uid) < low.Or(1000), low.Origin())
}

func (u *User) setShell(ctx context.Context, r *facts.Reader, shell string) {
	if shell == "" {
		shell = "/bin/sh" // login(1), and sshd's _PATH_BSHELL
	}
	s, err := shellsOf(ctx, r)
	if err != nil {
		u.ShellListed = facts.Unknown[bool](err.Error())
		u.Interactive = facts.Unknown[bool](err.Error())
	} else {
		u.ShellListed = facts.Known(s.lists(shell), s.origin)
		u.Interactive = facts.Known(s.lists(shell) && !refuses(shell), s.origin)
	}
	if refuses(shell) {
		u.Interactive = facts.Known(false, u.Origin)
	}
}

// refuses tells whether a shell is one of those that only turn people away.
func refuses(shell string) bool {
	base := path.Base(shell)
	return base == "nologin" || base == "false"
}

// setPassword follows pam_unix: the field of passwd(5) itself counts unless it refers to shadow(5) with x (or ##name).
func (u *User) setPassword(a *accounts, row accountdb.User) {
	u.Shadowed = facts.Known(row.Password == "x", u.Origin)
	field, at := row.Password, u.Origin
	if row.Password == "x" || row.Password == "*NP*" || len(row.Password) > 2 && row.Password[:2] == "##" {
		s, ok, err := a.shadowEntry(row.Name)
		if err != nil {
			why := err.Error()
			u.PasswordStatus, u.HashAlgorithm = facts.Unknown[string](why), facts.Unknown[string](why)
			u.HasPassword, u.Locked = facts.Unknown[bool](why), facts.Unknown[bool](why)
			return
		}
		if !ok {
			at = facts.File(shadowPath, 0)
			u.PasswordStatus, u.HashAlgorithm = facts.Known(accountdb.None, at), facts.Known("", at)
			u.HasPassword, u.Locked = facts.Known(false, at), facts.Known(false, at)
			return
		}
		field, at = s.Password, facts.File(shadowPath, s.Line)
	}
	status, algorithm := accountdb.Password(field)
	u.PasswordStatus, u.HashAlgorithm = facts.Known(status, at), facts.Known(algorithm, at)
	u.HasPassword = facts.Known(status == accountdb.Set, at)
	u.Locked = facts.Known(status == accountdb.Locked || status == accountdb.None, at)
}

// setAging: an account without a line in shadow(5) has no aging at all, which is what -1 says.
func (u *User) setAging(a *accounts, row accountdb.User, now time.Time) {
	s, ok, err := a.shadowEntry(row.Name)
	if err != nil {
		why := err.Error()
		u.LastChange, u.LastChangeInFuture = facts.Unknown[string](why), facts.Unknown[bool](why)
		u.PasswordAgeDays, u.Expire = facts.Unknown[int64](why), facts.Unknown[string](why)
		u.MinDays, u.MaxDays = facts.Unknown[int64](why), facts.Unknown[int64](why)
		u.WarnDays, u.InactiveDays = facts.Unknown[int64](why), facts.Unknown[int64](why)
		return
	}
	at := facts.File(shadowPath, s.Line)
	if !ok {
		s = accountdb.Shadow{LastChange: -1, Min: -1, Max: -1, Warn: -1, Inactive: -1, Expire: -1}
	}
	u.LastChange = facts.Known(dayDate(s.LastChange), at)
	today := now.Unix() / 86400
	u.LastChangeInFuture = facts.Known(s.LastChange > today, at)
	u.PasswordAgeDays = facts.Unknown[int64](at.String() + " gives no date of a last change")
	if s.LastChange >= 0 {
		u.PasswordAgeDays = facts.Known(today-s.LastChange, at)
	}
	u.MinDays, u.MaxDays = facts.Known(max(s.Min, -1), at), facts.Known(max(s.Max, -1), at)
	u.WarnDays, u.InactiveDays = facts.Known(max(s.Warn, -1), at), facts.Known(max(s.Inactive, -1), at)
	u.Expire = facts.Known(dayDate(s.Expire), at)
}

// dayDate is the date of a number of days since 1970; a negative number is none.
func dayDate(days int64) string {
	if days < 0 {
		return ""
	}
	return time.Unix(days*86400, 0).UTC().Format(time.DateOnly)
}
