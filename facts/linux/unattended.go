package linux

import (
	"context"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
)

// Unattended is unattended-upgrades as it would run.
type Unattended struct {
	Missing facts.Missing

	Installed       facts.V[bool]      `fact:"installed" doc:"Whether unattended-upgrades is installed."`
	Enabled         facts.V[bool]      `fact:"enabled" doc:"Whether it runs by itself: installed, APT::Periodic switched on for lists and upgrades, both apt-daily timers enabled."`
	UpdateInterval  facts.V[string]    `fact:"update_interval" doc:"APT::Periodic::Update-Package-Lists as written: days, or with a unit, or always; 0 is never."`
	UpgradeInterval facts.V[string]    `fact:"upgrade_interval" doc:"APT::Periodic::Unattended-Upgrade as written; 0 is never."`
	Timers          facts.V[bool]      `fact:"timers" doc:"Whether apt-daily.timer and apt-daily-upgrade.timer are both enabled."`
	Origins         facts.List[string] `fact:"origins" doc:"What it may install from: Unattended-Upgrade::Origins-Pattern and Allowed-Origins."`
	Security        facts.V[bool]      `fact:"security" doc:"Whether one of origins names an archive of security updates."`
	Blacklist       facts.List[string] `fact:"blacklist" doc:"Regular expressions of packages it leaves alone."`
	AutomaticReboot facts.V[bool]      `fact:"automatic_reboot" doc:"Whether it reboots by itself when an upgrade asks for it."`
	RebootTime      facts.V[string]    `fact:"reboot_time" doc:"When it does: now, or hh:mm."`
}

func unattended(ctx context.Context, r *facts.Reader) Unattended {
	var u Unattended
	pkg, err := facts.Get[Package](ctx, r, facts.Key{Fact: "package", Subject: "unattended-upgrades"})
	u.Installed = pkg.Installed
	if err != nil {
		u.Installed = facts.Unknown[bool](err.Error())
	}
	u.Timers = timersEnabled(ctx, r)
	conf, err := aptConfigOf(ctx, r)
	if err != nil {
		u.Missing = facts.Missing(err.Error())
		return u
	}
	u.UpdateInterval = confText(conf, "APT::Periodic::Update-Package-Lists", "0")
	u.UpgradeInterval = confText(conf, "APT::Periodic::Unattended-Upgrade", "0")
	u.Enabled = u.enabled(conf)
	u.Origins = confList(conf, "Unattended-Upgrade::Origins-Pattern", "Unattended-Upgrade::Allowed-Origins")
	security := false
	for _, o := range u.Origins.Items() {
		security = security || strings.Contains(strings.ToLower(o), "security")
	}
	u.Security = facts.Known(security, facts.From("apt.conf"))
	u.Blacklist = confList(conf, "Unattended-Upgrade::Package-Blacklist")
	u.AutomaticReboot = confBool(conf, "Unattended-Upgrade::Automatic-Reboot")
	u.RebootTime = confText(conf, "Unattended-Upgrade::Automatic-Reboot-Time", "now")
	return u
}

// enabled follows apt.systemd.daily, which both timers start: each step by its interval, and none at all when
// APT::Periodic::Enable is 0. One "no" decides, whatever else is unknown.
func (u *Unattended) enabled(conf *aptconf.Config) facts.V[bool] {
	on := confText(conf, "APT::Periodic::Enable", "1")
	steps := []facts.V[bool]{u.Installed, u.Timers,
		facts.Known(on.Or("") != "0", on.Origin()),
		facts.Known(intervalOn(u.UpdateInterval.Or("")), u.UpdateInterval.Origin()),
		facts.Known(intervalOn(u.UpgradeInterval.Or("")), u.UpgradeInterval.Origin())}
	result := facts.Known(true, facts.From("apt.conf"))
	for _, s := range steps {
		yes, known := s.Get()
		if known && !yes {
			return facts.Known(false, s.Origin())
		}
		if !known {
			result = facts.Unknown[bool](s.Reason())
		}
	}
	return result
}

// intervalOn: "always", or a number above zero with an optional unit.
func intervalOn(s string) bool {
	if s == "always" {
		return true
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "smhd"))
	return err == nil && n > 0
}

func timersEnabled(ctx context.Context, r *facts.Reader) facts.V[bool] {
	origin := facts.Origin{}
	for _, name := range []string{"apt-daily.timer", "apt-daily-upgrade.timer"} {
		s, err := facts.Get[Service](ctx, r, facts.Key{Fact: "service", Subject: name})
		if err != nil {
			return facts.Unknown[bool](err.Error())
		}
		on, known := s.Enabled.Get()
		if !known {
			return facts.Unknown[bool](string(s.Missing))
		}
		origin = s.Origin
		if !on {
			return facts.Known(false, origin)
		}
	}
	return facts.Known(true, origin)
}

func confText(conf *aptconf.Config, name, otherwise string) facts.V[string] {
	if item, ok := conf.Get(name); ok {
		return facts.Known(item.Value, facts.File(item.File, item.Line))
	}
	return facts.Known(otherwise, facts.From("default of apt"))
}

func confBool(conf *aptconf.Config, name string) facts.V[bool] {
	item, ok := conf.Get(name)
	if !ok {
		return facts.Known(false, facts.From("default of unattended-upgrades"))
	}
	v, _ := aptconf.Bool(item.Value) // what is no truth value counts as the default, which is no
	return facts.Known(v, facts.File(item.File, item.Line))
}

func confList(conf *aptconf.Config, names ...string) facts.List[string] {
	var out []string
	origin := facts.From("default of unattended-upgrades")
	for _, name := range names {
		for _, item := range conf.List(name) {
			out = append(out, item.Value)
			origin = facts.File(item.File, item.Line)
		}
	}
	return facts.Complete(out, origin)
}
