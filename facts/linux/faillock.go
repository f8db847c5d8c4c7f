package linux

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "faillock",
		Doc: "Whether accounts are locked after failed logins (pam_faillock), and after how many. An option is unknown where the lines of " +
			"different stacks do not agree; lines tells them one by one.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/security/faillock.conf",
	}, collectFaillock))
}

// Faillock is pam_faillock's part in the stacks.
type Faillock struct {
	Missing facts.Missing
	FaillockOptions

	Enabled     facts.V[bool]               `fact:"enabled" doc:"Whether every service that asks pam_unix for a password locks accounts, and at least one does."`
	Services    facts.List[FaillockService] `fact:"services" doc:"Each service that asks pam_unix for a password."`
	Unprotected facts.List[string]          `fact:"unprotected" doc:"Those services in which failures are not counted or a locked account is let in."`
	Lines       facts.List[FaillockLine]    `fact:"lines" doc:"Each line that calls pam_faillock, with its options."`
}

// FaillockOptions are the options that are in force.
type FaillockOptions struct {
	Deny           facts.V[int64]  `fact:"deny" doc:"Failures after which an account is locked; 0 never locks."`
	FailInterval   facts.V[int64]  `fact:"fail_interval" doc:"Seconds in which these failures fall."`
	UnlockTime     facts.V[int64]  `fact:"unlock_time" doc:"Seconds after which the lock is lifted; 0 for never."`
	EvenDenyRoot   facts.V[bool]   `fact:"even_deny_root" doc:"Whether root is locked too. As the module does and unlike its manual says, root_unlock_time alone does not lock root."`
	RootUnlockTime facts.V[int64]  `fact:"root_unlock_time" doc:"Seconds after which root's lock is lifted; 0 for never. That of all accounts unless set."`
	LocalOnly      facts.V[bool]   `fact:"local_users_only" doc:"Whether only users of /etc/passwd are counted."`
	AdminGroup     facts.V[string] `fact:"admin_group" doc:"Group whose members are treated as root is; empty for none."`
	Dir            facts.V[string] `fact:"dir" doc:"Directory with the counts."`
}

// FaillockService is pam_faillock in one service.
type FaillockService struct {
	Origin facts.Origin

	Service  string `fact:"service" doc:"Name of the service."`
	Preauth  bool   `fact:"preauth" doc:"Whether a locked account is refused: pam_faillock preauth is called before pam_unix, or its later line refuses."`
	Authfail bool   `fact:"authfail" doc:"Whether a failure is counted: pam_faillock authfail is called after pam_unix refused."`
	Account  bool   `fact:"account" doc:"Whether success clears the count: pam_faillock in the account stack, or with authsucc."`
}

// FaillockLine is one line with its options.
type FaillockLine struct {
	Origin facts.Origin
	FaillockOptions

	Action string `fact:"action" doc:"preauth, authfail or authsucc; account for a line of that type."`
	File   string `fact:"file" doc:"File of the line."`
	Line   int    `fact:"line" doc:"Its number, from 1."`
}

const (
	faillockModule = "pam_faillock.so"
	faillockConf   = "/etc/security/faillock.conf"
	// pam_faillock takes no time longer than a week.
	faillockMaxTime = 604800
)

func collectFaillock(ctx context.Context, r *facts.Reader, _ facts.Key) (Faillock, error) {
	passwords, err := moduleUses(ctx, r, pamconf.Auth, "pam_unix.so")
	if err != nil {
		return Faillock{}, err
	}
	auth, err := moduleUses(ctx, r, pamconf.Auth, faillockModule)
	if err != nil {
		return Faillock{}, err
	}
	account, err := moduleUses(ctx, r, pamconf.Account, faillockModule)
	if err != nil {
		return Faillock{}, err
	}
	var out Faillock
	origin := facts.File(pamconf.Dir, 0)
	var services []FaillockService
	var unprotected []string
	for _, u := range passwords {
		if slices.ContainsFunc(services, func(s FaillockService) bool { return s.Service == u.service }) {
			continue
		}
		s := faillockOf(u, account)
		services = append(services, s)
		if !s.Preauth || !s.Authfail {
			unprotected = append(unprotected, s.Service)
		}
	}
	out.Services, out.Unprotected = facts.Complete(services, origin), facts.Complete(unprotected, origin)
	out.Enabled = facts.Known(len(services) > 0 && len(unprotected) == 0, origin)
	var lines []FaillockLine
	for _, u := range distinct(auth) {
		lines = append(lines, faillockLine(r, u, faillockAction(u.entry)))
	}
	out.FaillockOptions = agreedFaillock(lines)
	if len(lines) == 0 {
		out.Missing = "pam_faillock is in no auth stack"
	}
	for _, u := range distinct(account) {
		lines = append(lines, faillockLine(r, u, "account"))
	}
	out.Lines = facts.Complete(lines, origin)
	return out, nil
}

// faillockAction is what an auth line does; without an argument the module does as with preauth.
func faillockAction(e pamconf.Entry) string {
	action := "preauth"
	for _, a := range e.Args {
		if a == "preauth" || a == "authfail" || a == "authsucc" {
			action = a
		}
	}
	return action
}

// faillockOf tries the stack of a service out: once with a bad password, and once with a locked account.
func faillockOf(u moduleUse, account []moduleUse) FaillockService {
	s := FaillockService{Service: u.service, Origin: u.origin()}
	entries := u.stack.Entries()
	called, ok := u.stack.Run(badPassword)
	asked := false
	for _, i := range called {
		asked = asked || entries[i].Module() == "pam_unix.so"
		if asked && !ok && entries[i].Module() == faillockModule && faillockAction(entries[i]) == "authfail" {
			s.Authfail = true
		}
	}
	_, in := u.stack.Run(func(i int, e pamconf.Entry) string {
		if e.Module() == faillockModule {
			return "auth_err" // locked: with the right password
		}
		return pamconf.LocalUser(i, e)
	})
	s.Preauth = !in
	s.Account = slices.ContainsFunc(account, func(a moduleUse) bool { return a.service == u.service })
	good, _ := u.stack.Run(pamconf.LocalUser)
	for _, i := range good {
		if entries[i].Module() == faillockModule && faillockAction(entries[i]) == "authsucc" {
			s.Account = true
		}
	}
	return s
}

// faillockLine works out a line's options: defaults, then the file, then arguments.
func faillockLine(r *facts.Reader, u moduleUse, action string) FaillockLine {
	l := FaillockLine{Origin: u.origin(), Action: action, File: u.entry.File, Line: u.entry.Line.Line}
	conf := faillockConf
	args := argumentSettings(u)
	for _, a := range args {
		if a.name == "conf" && a.hasValue {
			conf = a.value
		}
	}
	b, err := r.ReadFile(conf)
	if err != nil && !(facts.IsAbsent(err) && conf == faillockConf) {
		l.FaillockOptions = unknownFaillock(err.Error())
		return l
	}
	byDefault := facts.From("default of pam_faillock")
	o := FaillockOptions{
		Deny: facts.Known(int64(3), byDefault), FailInterval: facts.Known(int64(900), byDefault), UnlockTime: facts.Known(int64(600), byDefault),
		EvenDenyRoot: facts.Known(false, byDefault), LocalOnly: facts.Known(false, byDefault), AdminGroup: facts.Known("", byDefault),
		Dir: facts.Known("/var/run/faillock", byDefault),
	}
	for _, s := range append(parsePAMSettings(conf, b), args...) {
		o.set(s)
	}
	if o.RootUnlockTime == (facts.V[int64]{}) {
		o.RootUnlockTime = o.UnlockTime
	}
	l.FaillockOptions = o
	return l
}

// set follows set_conf_opt of pam_faillock: a bad number is logged and changes nothing.
func (o *FaillockOptions) set(s pamSetting) {
	switch s.name {
	case "deny":
		if n, ok := scanNumber(s.value, false); ok {
			o.Deny = facts.Known(n&0xffff, s.origin) // read as an unsigned short
		}
	case "fail_interval":
		if n, ok := scanNumber(s.value, false); ok && n <= faillockMaxTime {
			o.FailInterval = facts.Known(n, s.origin)
		}
	case "unlock_time":
		faillockTime(&o.UnlockTime, s)
	case "root_unlock_time":
		faillockTime(&o.RootUnlockTime, s)
	case "even_deny_root":
		o.EvenDenyRoot = facts.Known(true, s.origin)
	case "local_users_only":
		o.LocalOnly = facts.Known(true, s.origin)
	case "admin_group":
		o.AdminGroup = facts.Known(s.value, s.origin)
	case "dir":
		if len(s.value) > 0 && s.value[0] == '/' {
			o.Dir = facts.Known(s.value, s.origin)
		}
	}
}

func faillockTime(v *facts.V[int64], s pamSetting) {
	if s.value == "never" {
		*v = facts.Known(int64(0), s.origin)
	} else if n, ok := scanNumber(s.value, false); ok && n <= faillockMaxTime {
		*v = facts.Known(n, s.origin)
	}
}

func unknownFaillock(why string) FaillockOptions {
	n, b, s := facts.Unknown[int64](why), facts.Unknown[bool](why), facts.Unknown[string](why)
	return FaillockOptions{Deny: n, FailInterval: n, UnlockTime: n, RootUnlockTime: n, EvenDenyRoot: b, LocalOnly: b, AdminGroup: s, Dir: s}
}

func agreedFaillock(lines []FaillockLine) FaillockOptions {
	var places []string
	for _, l := range lines {
		places = append(places, fmt.Sprintf("%s:%d", l.File, l.Line))
	}
	number := func(of func(FaillockLine) facts.V[int64]) facts.V[int64] { return agreement(each(lines, of), places) }
	flag := func(of func(FaillockLine) facts.V[bool]) facts.V[bool] { return agreement(each(lines, of), places) }
	text := func(of func(FaillockLine) facts.V[string]) facts.V[string] { return agreement(each(lines, of), places) }
	return FaillockOptions{
		Deny:           number(func(l FaillockLine) facts.V[int64] { return l.Deny }),
		FailInterval:   number(func(l FaillockLine) facts.V[int64] { return l.FailInterval }),
		UnlockTime:     number(func(l FaillockLine) facts.V[int64] { return l.UnlockTime }),
		RootUnlockTime: number(func(l FaillockLine) facts.V[int64] { return l.RootUnlockTime }),
		EvenDenyRoot:   flag(func(l FaillockLine) facts.V[bool] { return l.EvenDenyRoot }),
		LocalOnly:      flag(func(l FaillockLine) facts.V[bool] { return l.LocalOnly }),
		AdminGroup:     text(func(l FaillockLine) facts.V[string] { return l.AdminGroup }),
		Dir:            text(func(l FaillockLine) facts.V[string] { return l.Dir }),
	}
}

func each[T, U any](items []T, of func(T) U) []U {
	out := make([]U, 0, len(items))
	for _, item := range items {
		out = append(out, of(item))
	}
	return out
}
