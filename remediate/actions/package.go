package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "package",
		Doc: "Installs, upgrades or removes a package by apt-get, which asks nothing and keeps configuration files. What apt would do is simulated first: " +
			"refused when it would take other packages away. What is removed or upgraded is kept as a .deb in /var/lib/holdfast/packages, so that undoing needs no network.",
		Risk: plan.Disruptive,
	}, planPackage))
}

type packageArgs struct {
	Name  string `cty:"name"`
	State string `cty:"state"`
	Later *bool  `cty:"later"`
}

// packageData and packageGroup are as the effect "package" has them.
type packageData struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
	Hold    bool   `json:"hold,omitempty"`
	Auto    bool   `json:"auto,omitempty"`
}

type packageGroup struct {
	Before map[string]packageData `json:"before"`
	After  map[string]packageData `json:"after"`
	Dist   []string               `json:"dist"`
}

type simulated struct {
	packageGroup
	Failed  string   `json:"failed"`
	Removed []string `json:"removed"`
}

// packageName is of deb-control(5), with an architecture or without.
var packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$`)

// keepers are packages without which nobody gets in or nothing can be mended.
var keepers = []string{
	"openssh-server", "login", "passwd", "systemd", "systemd-sysv", "init", "dbus", "apt", "dpkg", "libpam-runtime", "libpam-modules", "libpam-systemd",
	"ifupdown", "network-manager", "netplan.io", "sudo", "util-linux", "bash", "coreutils", "libc6",
}

func planPackage(ctx context.Context, d *remediate.Draft, a packageArgs) error {
	if !packageName.MatchString(a.Name) {
		return fmt.Errorf("%q is no name of a package", a.Name)
	}
	wanted := map[string]string{"present": "there", "latest": "there", "absent": "gone", "purged": "gone"}[a.State]
	if err := d.Claim("package "+a.Name, wanted); err != nil {
		return err
	}
	fact, err := d.Fact(ctx, "package", a.Name)
	if err != nil {
		return err
	}
	installed, known := attribute(fact, "installed")
	if !known {
		return remediate.Refuse("dpkg is not done with %s: finish with dpkg --configure -a", a.Name)
	}
	there := installed.True()
	verb := map[string]string{"present": "install", "latest": "install", "absent": "remove", "purged": "purge"}[a.State]
	switch {
	case a.State == "present" && there, a.State == "absent" && !there:
		return nil
	case a.State == "purged" && !there && text(fact, "status") != "config-files":
		return nil
	case verb != "install" && (yes(fact, "essential") || slices.Contains(keepers, a.Name)):
		return remediate.Refuse("%s is needed to get in or to mend the host: to remove it is for a person", a.Name)
	case yes(fact, "hold"):
		return remediate.Refuse("%s is held (apt-mark hold): somebody wants it to stay as it is", a.Name)
	}
	sim, err := simulate(ctx, d, verb, a.Name)
	if err != nil {
		return err
	}
	return packageSteps(ctx, d, a, sim)
}

func simulate(ctx context.Context, d *remediate.Draft, verb, name string) (s simulated, err error) {
	state, err := d.State(ctx, "package_simulation", verb+" "+name)
	if err == nil {
		err = json.Unmarshal(state.Data, &s)
	}
	if err == nil && s.Failed != "" {
		err = remediate.Refuse("apt-get %s %s: %s", verb, name, firstError(s.Failed))
	}
	return s, err
}

// firstError is what apt complains of.
func firstError(said string) string {
	for line := range strings.Lines(said) {
		if e, ok := strings.CutPrefix(line, "E: "); ok {
			return strings.TrimSpace(e)
		}
	}
	return strings.TrimSpace(said)
}

// packageSteps plans one step for each package that apt would touch; any of them moves all.
func packageSteps(ctx context.Context, d *remediate.Draft, a packageArgs, sim simulated) error {
	var names, others []string
	for name := range sim.After {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range sim.Removed {
		if name != a.Name {
			others = append(others, name)
		}
	}
	install := a.State == "present" || a.State == "latest"
	switch {
	case install && len(sim.Removed) > 0:
		return remediate.Refuse("installing %s would remove %s", a.Name, strings.Join(sim.Removed, ", "))
	case len(others) > 0:
		return remediate.Refuse("%s depend on %s and would be removed with it: decide on those first", strings.Join(others, ", "), a.Name)
	case !install && len(names) != 1:
		return remediate.Refuse("removing %s would bring others: %s", a.Name, strings.Join(names, ", "))
	}
	o := remediate.Options{Stage: remediate.Packages, Later: a.Later != nil && *a.Later}
	switch a.State {
	case "purged":
		o.Undo = "undoing installs it again with its configuration files; what its own scripts delete when it is purged, data and accounts, does not come back"
	case "absent":
		o.Undo = "undoing installs it again; caches that its own scripts delete are made anew"
	}
	group, err := joined(ctx, d, sim.packageGroup)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(group.After)) {
		after := group.After[name]
		summary := after.Status
		if after.Status == "installed" {
			summary += " " + after.Version
		}
		if err := d.Set(ctx, "package", name, remediate.NewState(summary, after).With(group), o); err != nil {
			return err
		}
	}
	return nil
}

// joined is a group with those of the draft that share packages with it. Undone one after the other, the first would take
// away what the other still needs.
func joined(ctx context.Context, d *remediate.Draft, g packageGroup) (packageGroup, error) {
	all := packageGroup{Before: maps.Clone(g.Before), After: maps.Clone(g.After), Dist: slices.Clone(g.Dist)}
	for name := range g.After {
		state, err := d.State(ctx, "package", name)
		if err != nil {
			return all, err
		}
		if state.Carry == nil {
			continue
		}
		var other packageGroup
		if err := json.Unmarshal(state.Carry, &other); err != nil {
			return all, err
		}
		for n, after := range other.After {
			if mine, both := all.After[n]; both {
				after.Auto = after.Auto && mine.Auto // one of them asks for it by its name
			}
			all.After[n], all.Before[n] = after, other.Before[n]
		}
		for _, dist := range other.Dist {
			if !slices.Contains(all.Dist, dist) {
				all.Dist = append(all.Dist, dist)
			}
		}
	}
	slices.Sort(all.Dist)
	return all, nil
}
