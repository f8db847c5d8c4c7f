package linux

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/holdfast-agent/holdfast/facts"
	"pault.ag/go/debian/version"
)

// SudoersDefaults are the settings that hold for everyone on this host.
type SudoersDefaults struct {
	Missing facts.Missing

	UsePTY           facts.V[bool]    `fact:"use_pty" doc:"Whether commands run in a terminal of their own. On by default from sudo 1.9.14."`
	Requiretty       facts.V[bool]    `fact:"requiretty" doc:"Whether sudo works from a terminal only."`
	Authenticate     facts.V[bool]    `fact:"authenticate" doc:"Whether users must authenticate (NOPASSWD aside)."`
	Logfile          facts.V[string]  `fact:"logfile" doc:"Path of sudo's own log; empty for none."`
	Syslog           facts.V[string]  `fact:"syslog" doc:"Syslog facility of the log; empty for none."`
	LogInput         facts.V[bool]    `fact:"log_input" doc:"Whether what users type is recorded."`
	LogOutput        facts.V[bool]    `fact:"log_output" doc:"Whether what commands print is recorded."`
	TimestampTimeout facts.V[float64] `fact:"timestamp_timeout" doc:"Minutes for which a password is not asked again; 0 always asks, negative never asks again."`
	TimestampType    facts.V[string]  `fact:"timestamp_type" doc:"What that time is counted for: tty, ppid, kernel or global."`
	PasswdTries      facts.V[float64] `fact:"passwd_tries" doc:"Times a user may try a password."`
	EnvReset         facts.V[bool]    `fact:"env_reset" doc:"Whether commands get a clean environment."`
	SecurePath       facts.V[string]  `fact:"secure_path" doc:"PATH of commands; empty when the user's is kept."`
	Rootpw           facts.V[bool]    `fact:"rootpw" doc:"Whether root's password is asked for."`
	Targetpw         facts.V[bool]    `fact:"targetpw" doc:"Whether the password of the run-as user is asked for."`
	Runaspw          facts.V[bool]    `fact:"runaspw" doc:"Whether the password of runas_default is asked for."`
	Visiblepw        facts.V[bool]    `fact:"visiblepw" doc:"Whether a password may be typed where it shows."`
	Noexec           facts.V[bool]    `fact:"noexec" doc:"Whether commands are kept from starting others."`
	Setenv           facts.V[bool]    `fact:"setenv" doc:"Whether users may set the environment."`
}

// sudoDefaults are those of Debian's build of sudo 1.9, as sudo -V prints them to root.
func sudoDefaults(ctx context.Context, r *facts.Reader) SudoersDefaults {
	o := facts.From("default of sudo")
	no, yes, none := facts.Known(false, o), facts.Known(true, o), facts.Known("", o)
	return SudoersDefaults{
		UsePTY: sudoDefaultPTY(ctx, r), Requiretty: no, Authenticate: yes, Logfile: none, Syslog: facts.Known("authpriv", o), LogInput: no, LogOutput: no,
		TimestampTimeout: facts.Known(15.0, o), TimestampType: facts.Known("tty", o), PasswdTries: facts.Known(3.0, o), EnvReset: yes, SecurePath: none,
		Rootpw: no, Targetpw: no, Runaspw: no, Visiblepw: no, Noexec: no, Setenv: no,
	}
}

// sudoDefaultPTY: use_pty is on by default from 1.9.14 on.
func sudoDefaultPTY(ctx context.Context, r *facts.Reader) facts.V[bool] {
	db, err := packagesOf(ctx, r)
	if err != nil {
		return facts.Unknown[bool]("its default depends on sudo's version: " + err.Error())
	}
	for _, name := range []string{"sudo", "sudo-ldap"} {
		for _, p := range db.find(name, "") {
			if v, err := version.Parse(p.Version); err == nil {
				return facts.Known(version.Compare(v, version.Version{Version: "1.9.14"}) >= 0, facts.From("default of sudo "+v.Version))
			}
		}
	}
	return facts.Unknown[bool]("its default depends on sudo's version, and no package sudo is installed")
}

// sudoersDefaults applies the global settings in order; the last one wins. Settings for hosts may mean this one: what
// they change is unknown, unless they are for ALL.
func sudoersDefaults(ctx context.Context, r *facts.Reader, settings []SudoersSetting, why string) SudoersDefaults {
	if why != "" {
		return SudoersDefaults{Missing: facts.Missing(why)}
	}
	d := sudoDefaults(ctx, r)
	for _, s := range settings {
		switch {
		case s.Scope == "global", s.Scope == "host" && slices.Equal(s.Targets, []string{"ALL"}):
			d.set(s, "")
		case s.Scope == "host":
			d.set(s, fmt.Sprintf("%s: a setting for certain hosts may be for this one", s.Origin))
		}
	}
	return d
}

// set applies one setting, or with a doubt makes it unknown.
func (d *SudoersDefaults) set(s SudoersSetting, doubt string) {
	flags := map[string]*facts.V[bool]{"use_pty": &d.UsePTY, "requiretty": &d.Requiretty, "authenticate": &d.Authenticate, "log_input": &d.LogInput,
		"log_output": &d.LogOutput, "env_reset": &d.EnvReset, "rootpw": &d.Rootpw, "targetpw": &d.Targetpw, "runaspw": &d.Runaspw,
		"visiblepw": &d.Visiblepw, "noexec": &d.Noexec, "setenv": &d.Setenv}
	texts := map[string]*facts.V[string]{"logfile": &d.Logfile, "syslog": &d.Syslog, "timestamp_type": &d.TimestampType, "secure_path": &d.SecurePath}
	numbers := map[string]*facts.V[float64]{"timestamp_timeout": &d.TimestampTimeout, "passwd_tries": &d.PasswdTries}
	bad := fmt.Sprintf("%s: %s can't be set so", s.Origin, s.Name)
	if doubt != "" {
		bad = doubt
	}
	if v := flags[s.Name]; v != nil {
		if doubt == "" && (s.Operator == "set" || s.Operator == "unset") {
			*v = facts.Known(s.Operator == "set", s.Origin)
		} else {
			*v = facts.Unknown[bool](bad)
		}
	}
	if v := texts[s.Name]; v != nil {
		switch {
		case doubt == "" && s.Operator == "=":
			*v = facts.Known(s.Value, s.Origin)
		case doubt == "" && s.Operator == "unset":
			*v = facts.Known("", s.Origin)
		case doubt == "" && s.Operator == "set" && s.Name == "syslog":
			*v = facts.Known("authpriv", s.Origin)
		default:
			*v = facts.Unknown[string](bad)
		}
	}
	if v := numbers[s.Name]; v != nil {
		n, err := strconv.ParseFloat(s.Value, 64)
		switch {
		case doubt == "" && s.Operator == "unset":
			*v = facts.Known(0.0, s.Origin)
		case doubt == "" && s.Operator == "=" && err == nil && n < 1e9 && n > -1e9:
			*v = facts.Known(n, s.Origin)
		default:
			*v = facts.Unknown[float64](bad)
		}
	}
	// The old name of a setting that another has taken over.
	if on := s.Operator == "set"; s.Name == "tty_tickets" && doubt == "" && (on || s.Operator == "unset") {
		d.TimestampType = facts.Known(map[bool]string{true: "tty", false: "global"}[on], s.Origin)
	}
}
