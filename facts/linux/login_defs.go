package linux

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/logindefs"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "login_defs",
		Doc:   "The defaults for accounts and passwords, as shadow-utils reads them: the last line of an option counts.",
		Reads: "/etc/login.defs",
	}, collectLoginDefs))
}

const loginDefsPath = "/etc/login.defs"

// LoginDefs are the options of login.defs(5) with the defaults of shadow-utils.
type LoginDefs struct {
	Origin facts.Origin

	Exists        facts.V[bool]              `fact:"exists" doc:"Whether /etc/login.defs exists; without it every option has its default."`
	PassMaxDays   facts.V[int64]             `fact:"pass_max_days" doc:"PASS_MAX_DAYS: days a password may be used; -1 when there is no limit."`
	PassMinDays   facts.V[int64]             `fact:"pass_min_days" doc:"PASS_MIN_DAYS: days between two changes of a password; -1 when not set."`
	PassWarnAge   facts.V[int64]             `fact:"pass_warn_age" doc:"PASS_WARN_AGE: days of warning before a password expires; -1 when not set."`
	EncryptMethod facts.V[string]            `fact:"encrypt_method" doc:"ENCRYPT_METHOD as written (its case counts for shadow-utils); DES when not set. Unknown when programs that read the first and the last line would disagree."`
	UIDMin        facts.V[int64]             `fact:"uid_min" doc:"UID_MIN: lowest user id of people."`
	UIDMax        facts.V[int64]             `fact:"uid_max" doc:"UID_MAX: highest user id of people."`
	SysUIDMin     facts.V[int64]             `fact:"sys_uid_min" doc:"SYS_UID_MIN: lowest user id that is given to a system account."`
	SysUIDMax     facts.V[int64]             `fact:"sys_uid_max" doc:"SYS_UID_MAX: highest user id that is given to a system account."`
	GIDMin        facts.V[int64]             `fact:"gid_min" doc:"GID_MIN: lowest group id of people's groups."`
	GIDMax        facts.V[int64]             `fact:"gid_max" doc:"GID_MAX: highest group id of people's groups."`
	Umask         facts.V[string]            `fact:"umask" doc:"UMASK, four octal digits: what pam_umask and useradd take the permissions of new files from. Unknown when programs that read the first and the last line would disagree."`
	HomeMode      facts.V[string]            `fact:"home_mode" doc:"HOME_MODE, four octal digits: mode of new home directories; without it what UMASK leaves of 0777."`
	UserGroups    facts.V[bool]              `fact:"usergroups_enab" doc:"USERGROUPS_ENAB: pam_umask then gives the group of a user's own name the owner's bits. Unknown when programs that read the first and the last line would disagree."`
	CreateHome    facts.V[bool]              `fact:"create_home" doc:"CREATE_HOME: useradd makes home directories unasked."`
	FailDelay     facts.V[int64]             `fact:"fail_delay" doc:"FAIL_DELAY: seconds to wait after a failed login; unknown when not set, as each program has its own default."`
	LoginRetries  facts.V[int64]             `fact:"login_retries" doc:"LOGIN_RETRIES: attempts before login gives up; unknown when not set, as each program has its own default."`
	LoginTimeout  facts.V[int64]             `fact:"login_timeout" doc:"LOGIN_TIMEOUT: seconds that login waits for a password."`
	Rounds        facts.V[int64]             `fact:"sha_crypt_min_rounds" doc:"SHA_CRYPT_MIN_ROUNDS: least rounds of SHA hashes; -1 when not set (5000 are used)."`
	Yescrypt      facts.V[int64]             `fact:"yescrypt_cost_factor" doc:"YESCRYPT_COST_FACTOR; -1 when not set (5 is used)."`
	Options       map[string]facts.V[string] `fact:"options" doc:"Every option that the file sets, by name as written, with the value of its last line."`
}

// loginDefs reads login.defs once for everyone; an absent file is an empty one.
func loginDefs(ctx context.Context, r *facts.Reader) (logindefs.File, bool, error) {
	type result struct {
		file   logindefs.File
		exists bool
	}
	res, err := facts.Once(ctx, r, "login.defs", func(_ context.Context, r *facts.Reader) (result, error) {
		b, err := r.ReadFile(loginDefsPath)
		if facts.IsAbsent(err) {
			return result{}, nil
		}
		return result{logindefs.Parse(b), true}, err
	})
	return res.file, res.exists, err
}

func collectLoginDefs(ctx context.Context, r *facts.Reader, _ facts.Key) (LoginDefs, error) {
	f, exists, err := loginDefs(ctx, r)
	if err != nil {
		return LoginDefs{}, err
	}
	uidMin, gidMin := defsNumber(f, "UID_MIN", 1000), defsNumber(f, "GID_MIN", 1000)
	d := LoginDefs{
		Origin:        facts.File(loginDefsPath, 0),
		Exists:        facts.Known(exists, facts.File(loginDefsPath, 0)),
		PassMaxDays:   defsNumber(f, "PASS_MAX_DAYS", -1),
		PassMinDays:   defsNumber(f, "PASS_MIN_DAYS", -1),
		PassWarnAge:   defsNumber(f, "PASS_WARN_AGE", -1),
		EncryptMethod: agreed(f, "ENCRYPT_METHOD", defsString(f, "ENCRYPT_METHOD", "DES")),
		UIDMin:        uidMin,
		UIDMax:        defsNumber(f, "UID_MAX", 60000),
		SysUIDMin:     defsNumber(f, "SYS_UID_MIN", 101),
		SysUIDMax:     defsNumber(f, "SYS_UID_MAX", uidMin.Or(1000)-1),
		GIDMin:        gidMin,
		GIDMax:        defsNumber(f, "GID_MAX", 60000),
		UserGroups:    agreed(f, "USERGROUPS_ENAB", defsBool(f, "USERGROUPS_ENAB")),
		CreateHome:    defsBool(f, "CREATE_HOME"),
		LoginTimeout:  defsNumber(f, "LOGIN_TIMEOUT", 60),
		Rounds:        defsNumber(f, "SHA_CRYPT_MIN_ROUNDS", -1),
		Yescrypt:      defsNumber(f, "YESCRYPT_COST_FACTOR", -1),
		FailDelay:     defsOptional(f, "FAIL_DELAY"),
		LoginRetries:  defsOptional(f, "LOGIN_RETRIES"),
		Options:       map[string]facts.V[string]{},
	}
	umask := defsMode(f, "UMASK", 0o022)
	d.Umask = agreed(f, "UMASK", umask)
	d.HomeMode = defsMode(f, "HOME_MODE", -1)
	if _, set := f.Last("HOME_MODE"); !set {
		d.HomeMode = homeMode(umask)
	}
	for _, s := range f.Settings {
		d.Options[s.Name] = facts.Known(s.Value, facts.File(loginDefsPath, s.Line))
	}
	return d, nil
}

var shadowDefault = facts.From("default of shadow-utils")

func defsString(f logindefs.File, name, byDefault string) facts.V[string] {
	s, ok := f.Last(name)
	if !ok {
		return facts.Known(byDefault, shadowDefault)
	}
	return facts.Known(s.Value, facts.File(loginDefsPath, s.Line))
}

// defsNumber is a number as getdef_num() gives it: the default also where the value is none.
func defsNumber(f logindefs.File, name string, byDefault int64) facts.V[int64] {
	s, ok := f.Last(name)
	if !ok {
		return facts.Known(byDefault, shadowDefault)
	}
	v, ok := logindefs.Number(s.Value)
	if !ok {
		return facts.Known(byDefault, facts.From(fmt.Sprintf("default of shadow-utils: %s:%d gives no number", loginDefsPath, s.Line)))
	}
	return facts.Known(v, facts.File(loginDefsPath, s.Line))
}

func defsOptional(f logindefs.File, name string) facts.V[int64] {
	if _, ok := f.Last(name); !ok {
		return facts.Unknown[int64](loginDefsPath + " does not set " + name)
	}
	v := defsNumber(f, name, -1)
	if n, _ := v.Get(); n < 0 {
		return facts.Unknown[int64](v.Origin().String() + " gives no number")
	}
	return v
}

func defsBool(f logindefs.File, name string) facts.V[bool] {
	s, ok := f.Last(name)
	if !ok {
		return facts.Known(false, shadowDefault)
	}
	return facts.Known(strings.EqualFold(s.Value, "yes"), facts.File(loginDefsPath, s.Line))
}

// defsMode is a number read as permission bits. Without a leading 0 it is decimal to shadow-utils and octal to pam_umask,
// which can't both be right: unknown.
func defsMode(f logindefs.File, name string, byDefault int64) facts.V[string] {
	v := defsNumber(f, name, byDefault)
	n, _ := v.Get()
	if s, ok := f.Last(name); ok && !strings.HasPrefix(strings.TrimSpace(s.Value), "0") {
		return facts.Unknown[string](fmt.Sprintf("%s:%d: %s %q has no leading 0: shadow-utils takes it as decimal, pam_umask as octal", loginDefsPath, s.Line, name, s.Value))
	}
	if n < 0 || n > 0o7777 {
		return facts.Unknown[string](v.Origin().String() + ": not a mode")
	}
	return facts.Known(fmt.Sprintf("%04o", n), v.Origin())
}

func homeMode(umask facts.V[string]) facts.V[string] {
	text, ok := umask.Get()
	if !ok {
		return facts.Unknown[string](umask.Reason())
	}
	var n int64
	if _, err := fmt.Sscanf(text, "%o", &n); err != nil {
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(fmt.Sprintf("%04o", 0o777&^n), umask.Origin())
}

// agreed is v unless the first line of an option, which PAM modules use, says something else than the last, which
// shadow-utils uses: then the host has two answers.
func agreed[T any](f logindefs.File, name string, v facts.V[T]) facts.V[T] {
	first, some := f.First(name)
	last, ok := f.Last(name)
	switch {
	case !some || first.Value == last.Value:
		return v
	case !ok:
		return facts.Unknown[T](fmt.Sprintf("%s:%d: %s is written in another case: PAM modules use it, shadow-utils does not", loginDefsPath, first.Line, name))
	}
	return facts.Unknown[T](fmt.Sprintf("%s sets %s twice: PAM modules use line %d, shadow-utils line %d", loginDefsPath, name, first.Line, last.Line))
}
