package linux

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "pwquality",
		Doc: "What new passwords must be like (pam_pwquality): its settings as arguments and files make them. A setting is unknown where " +
			"the lines of different stacks do not agree; lines tells them one by one.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/security/pwquality.conf, /etc/security/pwquality.conf.d/*.conf",
	}, collectPwquality))
}

// Pwquality is pam_pwquality's part in the password stacks.
type Pwquality struct {
	Missing facts.Missing
	PwqualitySettings

	Enabled     facts.V[bool]             `fact:"enabled" doc:"Whether every service that lets pam_unix set a password calls pam_pwquality first and heeds its refusal, and at least one does."`
	Unprotected facts.List[string]        `fact:"unprotected" doc:"Services of which that does not hold."`
	Lines       facts.List[PwqualityLine] `fact:"lines" doc:"Each line that calls pam_pwquality, with its settings."`
}

// PwqualitySettings are pwquality.conf(5)'s.
type PwqualitySettings struct {
	Difok          facts.V[int64]  `fact:"difok" doc:"Characters that must not be in the old password."`
	Minlen         facts.V[int64]  `fact:"minlen" doc:"Least length, to which credits count; never under 6."`
	Dcredit        facts.V[int64]  `fact:"dcredit" doc:"Credit for digits; negative: the least number of them."`
	Ucredit        facts.V[int64]  `fact:"ucredit" doc:"Credit for upper case letters; negative: the least number of them."`
	Lcredit        facts.V[int64]  `fact:"lcredit" doc:"Credit for lower case letters; negative: the least number of them."`
	Ocredit        facts.V[int64]  `fact:"ocredit" doc:"Credit for other characters; negative: the least number of them."`
	Minclass       facts.V[int64]  `fact:"minclass" doc:"Least number of classes of characters, 0 to 4."`
	Maxrepeat      facts.V[int64]  `fact:"maxrepeat" doc:"Most times one character may follow itself; 0 for no limit."`
	Maxclassrepeat facts.V[int64]  `fact:"maxclassrepeat" doc:"Most characters of one class in a row; 0 for no limit."`
	Maxsequence    facts.V[int64]  `fact:"maxsequence" doc:"Longest run like 12345 or fedcb; 0 for no limit."`
	Gecoscheck     facts.V[int64]  `fact:"gecoscheck" doc:"Not 0: words of the account's comment are refused."`
	Dictcheck      facts.V[int64]  `fact:"dictcheck" doc:"Not 0: words of the dictionary are refused."`
	Usercheck      facts.V[int64]  `fact:"usercheck" doc:"Not 0: the user's name is refused."`
	Usersubstr     facts.V[int64]  `fact:"usersubstr" doc:"Length of parts of the user's name that are refused; 0 for none."`
	Enforcing      facts.V[int64]  `fact:"enforcing" doc:"0: bad passwords are warned of and accepted."`
	Retry          facts.V[int64]  `fact:"retry" doc:"Times a user is asked anew."`
	EnforceForRoot facts.V[bool]   `fact:"enforce_for_root" doc:"Whether root's choice is refused too."`
	LocalUsersOnly facts.V[bool]   `fact:"local_users_only" doc:"Whether users not in /etc/passwd are left alone."`
	Badwords       facts.V[string] `fact:"badwords" doc:"Words that are refused, with blanks between."`
	Dictpath       facts.V[string] `fact:"dictpath" doc:"The dictionary; empty for cracklib's own."`
}

// PwqualityLine is one line with its settings.
type PwqualityLine struct {
	Origin facts.Origin
	PwqualitySettings

	File string `fact:"file" doc:"File of the line."`
	Line int    `fact:"line" doc:"Its number, from 1."`
}

const (
	pwqualityModule = "pam_pwquality.so"
	pwqualityConf   = "/etc/security/pwquality.conf"
)

func collectPwquality(ctx context.Context, r *facts.Reader, _ facts.Key) (Pwquality, error) {
	uses, err := moduleUses(ctx, r, pamconf.Password, pwqualityModule)
	if err != nil {
		return Pwquality{}, err
	}
	var out Pwquality
	if out.Enabled, out.Unprotected, err = gateOfPasswords(ctx, r, pwqualityModule); err != nil {
		return Pwquality{}, err
	}
	base, baseErr := readPwquality(r)
	var lines []PwqualityLine
	var places []string
	for _, u := range distinct(uses) {
		l := PwqualityLine{Origin: u.origin(), File: u.entry.File, Line: u.entry.Line.Line, PwqualitySettings: base}
		for _, s := range argumentSettings(u) {
			_ = l.set(s) // an argument that it can't read is logged and changes nothing
		}
		if baseErr != nil {
			l.doubt(baseErr.Error())
		}
		lines, places = append(lines, l), append(places, u.origin().String())
	}
	out.Lines = facts.Complete(lines, facts.File(pamconf.Dir, 0))
	if len(lines) == 0 {
		out.Missing = "pam_pwquality is in no password stack"
		return out, nil
	}
	out.PwqualitySettings = agreedPwquality(lines, places)
	return out, nil
}

// gateOfPasswords tells in which services a module is called, and can refuse, before pam_unix sets a password.
func gateOfPasswords(ctx context.Context, r *facts.Reader, module string) (facts.V[bool], facts.List[string], error) {
	setters, err := moduleUses(ctx, r, pamconf.Password, "pam_unix.so")
	if err != nil {
		return facts.V[bool]{}, facts.List[string]{}, err
	}
	var unprotected []string
	for _, u := range setters {
		entries := u.stack.Entries()
		called, _ := u.stack.Run(pamconf.LocalUser)
		guarded := false
		for _, i := range called {
			guarded = guarded || (i < u.position && entries[i].Module() == module && entries[i].Broken == "" && mustSucceed(u.stack, i))
		}
		if !guarded {
			unprotected = append(unprotected, u.service)
		}
	}
	slices.Sort(unprotected)
	unprotected = slices.Compact(unprotected)
	origin := facts.File(pamconf.Dir, 0)
	return facts.Known(len(setters) > 0 && len(unprotected) == 0, origin), facts.Complete(unprotected, origin), nil
}

// readPwquality reads the files as libpwquality's pwquality_read_config does: *.conf of the directory first, the main
// file last, the last value wins, and nothing more is read after the first mistake. The error tells of a mistake, or of
// what could not be read: then the module's own settings are not certain.
func readPwquality(r *facts.Reader) (PwqualitySettings, error) {
	s := defaultPwquality()
	files, err := r.Glob(pwqualityConf + ".d/*.conf")
	if err != nil {
		return s, err
	}
	for _, file := range append(files, pwqualityConf) {
		b, err := r.ReadFile(file)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			return s, err
		}
		for _, setting := range parsePAMSettings(file, b) {
			if err := s.set(setting); err != nil {
				return s, fmt.Errorf("%s: %w: pam_pwquality reads no further", setting.origin, err)
			}
		}
	}
	return s, nil
}

func defaultPwquality() PwqualitySettings {
	o := facts.From("default of libpwquality")
	n := func(n int64) facts.V[int64] { return facts.Known(n, o) }
	no, empty := facts.Known(false, o), facts.Known("", o)
	return PwqualitySettings{
		Difok: n(1), Minlen: n(8), Dcredit: n(0), Ucredit: n(0), Lcredit: n(0), Ocredit: n(0), Minclass: n(0), Maxrepeat: n(0),
		Maxclassrepeat: n(0), Maxsequence: n(0), Gecoscheck: n(0), Dictcheck: n(1), Usercheck: n(1), Usersubstr: n(0), Enforcing: n(1),
		Retry: n(1), EnforceForRoot: no, LocalUsersOnly: no, Badwords: empty, Dictpath: empty,
	}
}

// set follows libpwquality's settings: names in any case, decimal integers and nothing behind them, "minlen 12" as good
// as "minlen = 12", a flag set whatever stands behind it.
func (p *PwqualitySettings) set(s pamSetting) error {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		if !strings.EqualFold(v.Type().Field(i).Tag.Get("fact"), s.name) {
			continue
		}
		switch field := v.Field(i).Addr().Interface().(type) {
		case *facts.V[bool]:
			*field = facts.Known(true, s.origin)
		case *facts.V[string]:
			*field = facts.Known(s.value, s.origin)
		case *facts.V[int64]:
			n, err := strconv.ParseInt(strings.TrimLeft(s.value, cSpace), 10, 64)
			if err != nil || n > math.MaxInt32 || n < math.MinInt32 {
				return fmt.Errorf("%s has the bad integer value %q", s.name, s.value)
			}
			switch strings.ToLower(s.name) {
			case "minlen":
				n = max(n, 6)
			case "minclass":
				n = min(n, 4)
			}
			*field = facts.Known(n, s.origin)
		}
		return nil
	}
	return fmt.Errorf("%s is no setting", s.name)
}

// doubt makes unknown what does not come from an argument: the module goes on with settings that are not certain.
func (p *PwqualitySettings) doubt(why string) {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		switch field := v.Field(i).Addr().Interface().(type) {
		case *facts.V[bool]:
			*field = facts.Unknown[bool](why)
		case *facts.V[string]:
			*field = facts.Unknown[string](why)
		case *facts.V[int64]:
			*field = facts.Unknown[int64](why)
		}
	}
}

func agreedPwquality(lines []PwqualityLine, places []string) PwqualitySettings {
	var out PwqualitySettings
	to := reflect.ValueOf(&out).Elem()
	for i := range to.NumField() {
		switch field := to.Field(i).Addr().Interface().(type) {
		case *facts.V[bool]:
			*field = agreement(fieldOf[facts.V[bool]](lines, i), places)
		case *facts.V[string]:
			*field = agreement(fieldOf[facts.V[string]](lines, i), places)
		case *facts.V[int64]:
			*field = agreement(fieldOf[facts.V[int64]](lines, i), places)
		}
	}
	return out
}

func fieldOf[T any](lines []PwqualityLine, i int) []T {
	return each(lines, func(l PwqualityLine) T { return reflect.ValueOf(l.PwqualitySettings).Field(i).Interface().(T) })
}
