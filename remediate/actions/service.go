package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "service",
		Doc: "Enables, disables or masks a unit by the same symlinks below /etc/systemd/system as systemctl(1), and starts or stops it. " +
			"What stops with it and what would start it again is part of the plan. Refused for what holds up the sessions in use.",
		Risk: plan.Disruptive,
	}, planService))
}

type serviceArgs struct {
	Name    string  `cty:"name"`
	Enabled *bool   `cty:"enabled"`
	Masked  *bool   `cty:"masked"`
	State   *string `cty:"state"`
}

// lifelines are units without which nobody gets in, or a session ends.
var lifelines = []string{
	"ssh.service", "sshd.service", "ssh.socket", "sshd.socket", "systemd-logind.service", "networking.service", "systemd-networkd.service",
	"NetworkManager.service", "wpa_supplicant.service", "dbus.service", "dbus.socket", "dbus-broker.service", "polkit.service",
}

// filters are units that decide which packets pass: they can be changed, by somebody who can get in otherwise.
var filters = []string{"nftables.service", "ufw.service", "netfilter-persistent.service", "firewalld.service"}

func planService(ctx context.Context, d *remediate.Draft, a serviceArgs) error {
	name := a.Name
	if !unitfile.ValidName(name) {
		name += ".service"
	}
	if !unitfile.ValidName(name) {
		return fmt.Errorf("%q is no name of a unit", a.Name)
	}
	s := &servicePlan{d: d, options: remediate.Options{Stage: remediate.Services, Triggers: []remediate.Trigger{{Verb: remediate.DaemonReload}}}}
	if err := s.find(name); err != nil {
		return err
	}
	off := a.Masked != nil && *a.Masked || a.Enabled != nil && !*a.Enabled || a.State != nil && *a.State == "stopped"
	if s.unit == nil && s.script == "" {
		if off {
			return nil // what does not exist neither runs nor starts at boot
		}
		return remediate.Refuse("%s does not exist: once its package is installed, plan again", name)
	}
	if err := s.claim(a); err != nil {
		return err
	}
	if slices.Contains(filters, s.id) {
		s.options.Risk = plan.Lockout
	}
	if off && slices.Contains(lifelines, s.id) {
		if err := s.lifeline(ctx); err != nil {
			return err
		}
	}
	// What stops comes before its links, so that undoing restores the links first, without which it would not start.
	if a.State != nil && *a.State == "stopped" {
		if err := s.stop(ctx); err != nil {
			return err
		}
	}
	if err := s.links(ctx, a); err != nil {
		return err
	}
	if a.State != nil && *a.State == "running" {
		return s.start(ctx)
	}
	return nil
}

// servicePlan is one unit that is being planned for.
type servicePlan struct {
	d       *remediate.Draft
	options remediate.Options
	id      string         // the unit's own name
	unit    *unitfile.Unit // as if no mask hid it; nil when only a script or nothing defines it
	index   *unitfile.Index
	masks   []string // symlinks to /dev/null
	script  string   // System V's, where no unit file is
}

func (s *servicePlan) claim(a serviceArgs) error {
	for setting, v := range map[string]*bool{"enabled": a.Enabled, "masked": a.Masked} {
		if v == nil {
			continue
		}
		start := fmt.Sprint(*v)
		if setting == "masked" && *v {
			setting, start = "enabled", "false"
		}
		if err := s.d.Claim("unit "+s.id+" "+setting, start); err != nil {
			return err
		}
	}
	if a.State == nil {
		return nil
	}
	return s.d.Claim("unit "+s.id+" state", *a.State)
}

// lifeline refuses to take away what holds up the sessions in use. One that neither runs nor starts is none.
func (s *servicePlan) lifeline(ctx context.Context) error {
	r, err := s.relations(ctx, s.id)
	if err != nil {
		return err
	}
	if r.Active {
		return remediate.Refuse("%s holds up the sessions in use: to take it away is for somebody at the console", s.id)
	}
	s.options.Risk = plan.Lockout
	return nil
}

// relations are as effects.Relations.
type relations struct {
	Active      bool     `json:"active"`
	StoppedWith []string `json:"stopped_with"`
	WantedBy    []string `json:"wanted_by"`
	StartedWith []string `json:"started_with"`
	TriggeredBy []string `json:"triggered_by"`
}

func (s *servicePlan) relations(ctx context.Context, unit string) (r relations, err error) {
	state, err := s.d.State(ctx, "unit_relations", unit)
	if err == nil {
		err = json.Unmarshal(state.Data, &r)
	}
	return r, err
}

// stop plans to stop the unit, after what would start it again and what systemd stops along with it.
func (s *servicePlan) stop(ctx context.Context) error {
	r, err := s.relations(ctx, s.id)
	if err != nil {
		return err
	}
	units := slices.Concat(r.TriggeredBy, r.StoppedWith, []string{s.id})
	for _, trigger := range r.TriggeredBy {
		more, err := s.relations(ctx, trigger)
		if err != nil {
			return err
		}
		units = append(more.StoppedWith, units...)
	}
	o := s.options
	for _, u := range r.WantedBy {
		if !strings.HasSuffix(u, ".target") {
			o.Affects = append(o.Affects, u+" wants it")
		}
	}
	own, err := s.ownUnit()
	if err != nil {
		return err
	}
	for i, u := range units {
		switch {
		case slices.Contains(units[:i], u):
			continue
		case u != s.id && slices.Contains(lifelines, u) || u == own:
			return remediate.Refuse("stopping %s would stop %s, which holds up the session in use", s.id, u)
		case strings.HasSuffix(u, ".target") && u != s.id:
			return remediate.Refuse("stopping %s would stop %s and all that is part of it", s.id, u)
		}
		listening, err := s.listens(ctx, u)
		if err != nil {
			return err
		}
		with := o
		with.Affects = append(slices.Clone(o.Affects), listening...)
		if err := s.d.Set(ctx, "unit", u, remediate.NewState("inactive", map[string]bool{"active": false}), with); err != nil {
			return err
		}
	}
	return nil
}

// ownUnit is the unit that this process runs in; empty when it is in none.
func (s *servicePlan) ownUnit() (string, error) {
	text, err := s.d.Tree().ReadFile("/proc/self/cgroup")
	if facts.IsAbsent(err) {
		return "", nil
	}
	for line := range strings.Lines(string(text)) {
		if where, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok && unitfile.ValidName(path.Base(where)) {
			return path.Base(where), err
		}
	}
	return "", err
}

// listens says on what a unit listens now.
func (s *servicePlan) listens(ctx context.Context, unit string) (out []string, err error) {
	v, err := s.d.Fact(ctx, "listeners")
	if err != nil {
		return nil, err
	}
	list, _ := elements(v)
	for _, l := range list {
		port, known := number(l, "port")
		if !known || text(l, "unit") != unit {
			continue
		}
		address := fmt.Sprintf("%s listens on %s %s port %d", unit, text(l, "protocol"), text(l, "address"), port)
		if !slices.Contains(out, address) {
			out = append(out, address)
		}
	}
	return out, nil
}

// start plans to start the unit, after what it needs.
func (s *servicePlan) start(ctx context.Context) error {
	r, err := s.relations(ctx, s.id)
	if err != nil {
		return err
	}
	if !r.Active {
		if err := s.startable(ctx); err != nil {
			return err
		}
	}
	for _, u := range append(r.StartedWith, s.id) {
		if err := s.d.Set(ctx, "unit", u, remediate.NewState("active", map[string]bool{"active": true}), s.options); err != nil {
			return err
		}
	}
	return nil
}
