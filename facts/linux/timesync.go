package linux

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/chronyconf"
	"github.com/holdfast-agent/holdfast/facts/linux/envfile"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "timesync",
		Doc:   "What keeps the clock: which daemons are there and start, and the servers they use.",
		Reads: "timesyncd.conf(5) and its drop-ins, chrony.conf(5) and its includes, /etc/default/chrony, package, service",
	}, collectTimesync))
}

// Timesync is how the clock is kept.
type Timesync struct {
	Daemons   []TimeDaemon       `fact:"daemons" doc:"Every known time daemon: timesyncd, chrony, ntpsec, ntp, openntpd."`
	Enabled   facts.List[string] `fact:"enabled" doc:"Names of the daemons that start at boot."`
	Active    facts.List[string] `fact:"active" doc:"Names of the daemons that run now."`
	Timesyncd TimesyncdConf      `fact:"timesyncd" doc:"What systemd-timesyncd is told."`
	Chrony    ChronyConf         `fact:"chrony" doc:"What chronyd is told."`
}

// TimeDaemon is one daemon that sets the clock.
type TimeDaemon struct {
	Name      string        `fact:"name" doc:"timesyncd, chrony, ntpsec, ntp or openntpd."`
	Package   string        `fact:"package" doc:"The package it comes in."`
	Unit      string        `fact:"unit" doc:"The unit that runs it."`
	Installed facts.V[bool] `fact:"installed" doc:"Whether the package is installed."`
	Enabled   facts.V[bool] `fact:"enabled" doc:"Whether the unit starts at boot."`
	Active    facts.V[bool] `fact:"active" doc:"Whether the unit runs."`
}

// TimesyncdConf is the effective timesyncd.conf.
type TimesyncdConf struct {
	Missing facts.Missing

	NTP         facts.List[string] `fact:"ntp" doc:"Servers of NTP=; those a network gives by DHCP come on top."`
	FallbackNTP facts.List[string] `fact:"fallback_ntp" doc:"Servers of FallbackNTP=, used when there are no others; unknown when not set: they are compiled in."`
	FallbackSet facts.V[bool]      `fact:"fallback_set" doc:"Whether FallbackNTP= is set, be it to nothing."`
	Files       facts.List[string] `fact:"files" doc:"Configuration files in the order they are applied."`
}

// ChronyConf is the effective chrony.conf.
type ChronyConf struct {
	Missing facts.Missing

	Sources facts.List[ChronySource] `fact:"sources" doc:"Servers, pools and peers."`
	User    facts.V[string]          `fact:"user" doc:"The account chronyd runs as: by its -u, its user directive, or as compiled in."`
	Files   facts.List[string]       `fact:"files" doc:"Configuration files in the order they are read."`
}

// ChronySource is one source of time.
type ChronySource struct {
	Origin facts.Origin

	Kind    string   `fact:"kind" doc:"server, pool or peer."`
	Address string   `fact:"address" doc:"Name or address."`
	Options []string `fact:"options" doc:"iburst, nts, maxsources 4: the words behind the address."`
}

var timeDaemons = []TimeDaemon{
	{Name: "timesyncd", Package: "systemd-timesyncd", Unit: "systemd-timesyncd.service"},
	{Name: "chrony", Package: "chrony", Unit: "chrony.service"},
	{Name: "ntpsec", Package: "ntpsec", Unit: "ntpsec.service"},
	{Name: "ntp", Package: "ntp", Unit: "ntp.service"},
	{Name: "openntpd", Package: "openntpd", Unit: "openntpd.service"},
}

func collectTimesync(ctx context.Context, r *facts.Reader, _ facts.Key) (Timesync, error) {
	t := Timesync{Daemons: slices.Clone(timeDaemons), Timesyncd: timesyncdConf(ctx, r), Chrony: chronyConf(r)}
	for i := range t.Daemons {
		t.Daemons[i].look(ctx, r)
	}
	t.Enabled = daemonsThat(t.Daemons, func(d TimeDaemon) facts.V[bool] { return d.Enabled })
	t.Active = daemonsThat(t.Daemons, func(d TimeDaemon) facts.V[bool] { return d.Active })
	return t, nil
}

func (d *TimeDaemon) look(ctx context.Context, r *facts.Reader) {
	p, err := facts.Get[Package](ctx, r, facts.Key{Fact: "package", Subject: d.Package})
	d.Installed = orReason(p.Installed, p.Missing, err)
	s, err := facts.Get[Service](ctx, r, facts.Key{Fact: "service", Subject: d.Unit})
	d.Enabled, d.Active = orReason(s.Enabled, s.Missing, err), orReason(s.Active, s.Missing, err)
}

// orReason hands an attribute of another fact on, with the reason that its struct had for it.
func orReason(v facts.V[bool], missing facts.Missing, err error) facts.V[bool] {
	if _, known := v.Get(); known || v.Reason() != "" {
		return v
	}
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	return facts.Unknown[bool](string(missing))
}

func daemonsThat(daemons []TimeDaemon, is func(TimeDaemon) facts.V[bool]) facts.List[string] {
	var names []string
	why := ""
	for _, d := range daemons {
		yes, known := is(d).Get()
		switch {
		case !known:
			why = d.Name + ": " + is(d).Reason()
		case yes:
			names = append(names, d.Name)
		}
	}
	if why != "" {
		return facts.Partial(names, facts.Origin{}, why)
	}
	return facts.Complete(names, facts.Origin{})
}

func timesyncdConf(ctx context.Context, r *facts.Reader) TimesyncdConf {
	c, err := systemdConfOf(ctx, r, "timesyncd.conf")
	if err != nil {
		return TimesyncdConf{Missing: facts.Missing(err.Error())}
	}
	t := TimesyncdConf{Files: facts.Complete(c.files, facts.Origin{})}
	t.NTP = wordsOf(c, "NTP", "default of systemd-timesyncd")
	_, set := c.valid("Time", "FallbackNTP", func(string) bool { return true })
	t.FallbackSet = facts.Known(set, facts.File("/etc/systemd/timesyncd.conf", 0))
	if set {
		t.FallbackNTP = wordsOf(c, "FallbackNTP", "")
	} else {
		t.FallbackNTP = facts.UnknownList[string]("FallbackNTP= is not set: the servers compiled into systemd-timesyncd are used")
	}
	return t
}

func wordsOf(c *systemdConf, key, otherwise string) facts.List[string] {
	origin := facts.From(otherwise)
	for _, s := range unitfile.All(c.settings, "Time", key) {
		origin = facts.File(s.File, s.Line)
	}
	return facts.Complete(unitfile.Words(c.settings, "Time", key), origin)
}

const chronyFile = "/etc/chrony/chrony.conf"

func chronyConf(r *facts.Reader) ChronyConf {
	file := chronyFile
	conf, err := chronyconf.Load(r, file)
	if facts.IsAbsent(err) && len(conf.Files) == 0 {
		if _, other := r.Stat("/etc/chrony.conf"); other == nil { // where Fedora's family keeps it
			file = "/etc/chrony.conf"
			conf, err = chronyconf.Load(r, file)
		}
	}
	if facts.IsAbsent(err) && len(conf.Files) == 0 {
		return ChronyConf{Missing: chronyFile + " does not exist"}
	}
	var c ChronyConf
	var sources []ChronySource
	for _, d := range conf.Directives {
		if (d.Name == "server" || d.Name == "pool" || d.Name == "peer") && len(d.Args) > 0 {
			sources = append(sources, ChronySource{facts.File(d.File, d.Line), d.Name, d.Args[0], d.Args[1:]})
		}
	}
	if err != nil {
		c.Missing = facts.Missing(err.Error())
		c.Sources = facts.Partial(sources, facts.File(file, 0), err.Error())
		c.Files = facts.Partial(conf.Files, facts.File(file, 0), err.Error())
		return c
	}
	c.Sources = facts.Complete(sources, facts.File(file, 0))
	c.Files = facts.Complete(conf.Files, facts.Origin{})
	c.User = chronyUser(r, conf)
	return c
}

// chronyUser: an option -u of the command line wins over the user directive, which wins over what the packager compiled
// in: _chrony on Debian. Debian's unit takes its options from /etc/default/chrony.
func chronyUser(r *facts.Reader, conf *chronyconf.Config) facts.V[string] {
	const defaults = "/etc/default/chrony"
	b, err := r.ReadFile(defaults)
	if err != nil && !facts.IsAbsent(err) {
		return facts.Unknown[string](err.Error())
	}
	vars, err := envfile.Parse(b)
	if err != nil {
		return facts.Unknown[string](defaults + ": " + err.Error())
	}
	options := strings.Fields(vars["DAEMON_OPTS"].Text)
	for i, o := range options {
		if user, ok := strings.CutPrefix(o, "-u"); ok {
			if user == "" && i+1 < len(options) {
				user = options[i+1]
			}
			return facts.Known(user, facts.File(defaults, vars["DAEMON_OPTS"].Line))
		}
	}
	if users := conf.All("user"); len(users) > 0 && len(users[len(users)-1].Args) > 0 {
		last := users[len(users)-1]
		return facts.Known(last.Args[0], facts.File(last.File, last.Line))
	}
	if _, err := r.Stat(dpkgStatus); err != nil {
		return facts.Unknown[string]("no user is set, and what this distribution compiled in is not known")
	}
	return facts.Known("_chrony", facts.From("default of Debian's chrony"))
}
