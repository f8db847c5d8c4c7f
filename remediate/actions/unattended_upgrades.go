package actions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "unattended_upgrades",
		Doc: "Switches automatic upgrades on or off, in " + aptFile + ", the last of apt's files, by unattended-upgrades and the two timers of apt, " +
			"and says where they come from and whether they may reboot.",
	}, planUnattendedUpgrades))
}

type unattendedArgs struct {
	Enabled    *bool    `cty:"enabled"`
	Origins    []string `cty:"origins"`
	Reboot     *bool    `cty:"reboot"`
	RebootTime *string  `cty:"reboot_time"`
	Mail       *string  `cty:"mail"`
}

const (
	aptDir = "/etc/apt/apt.conf.d"
	// aptFile sorts behind what Debian and administrators number.
	aptFile = aptDir + "/99zz-holdfast"
)

// aptValue is what can stand between quotes in apt.conf(5) without meaning more.
var aptValue = regexp.MustCompile(`^[A-Za-z0-9 _.,:;=/@+$(){}*~-]+$`)

func planUnattendedUpgrades(ctx context.Context, d *remediate.Draft, a unattendedArgs) error {
	updates, err := d.Fact(ctx, "updates")
	if err != nil {
		return err
	}
	now, known := attribute(updates, "unattended")
	if !known {
		return remediate.Refuse("apt's configuration can't be read")
	}
	var settings [][2]string
	if a.Enabled != nil {
		if *a.Enabled {
			if err := planPackage(ctx, d, packageArgs{"unattended-upgrades", "present", nil}); err != nil {
				return err
			}
			if !yes(now, "timers") {
				on := true
				for _, timer := range []string{"apt-daily.timer", "apt-daily-upgrade.timer"} {
					if err := planService(ctx, d, serviceArgs{Name: timer, Enabled: &on}); err != nil {
						return err
					}
				}
			}
		}
		if !*a.Enabled || !yes(now, "enabled") {
			days := map[bool]string{true: "1", false: "0"}[*a.Enabled]
			settings = append(settings, [2]string{"APT::Periodic::Enable", "1"},
				[2]string{"APT::Periodic::Update-Package-Lists", days}, [2]string{"APT::Periodic::Unattended-Upgrade", days})
		}
		if !*a.Enabled && text(now, "upgrade_interval") == "0" {
			settings = nil
		}
	}
	origins := texts(now, "origins")
	for _, o := range a.Origins {
		if !slices.Contains(origins, o) {
			settings = append(settings, [2]string{"Unattended-Upgrade::Origins-Pattern::", o})
		}
	}
	if a.Reboot != nil && yes(now, "automatic_reboot") != *a.Reboot {
		settings = append(settings, [2]string{"Unattended-Upgrade::Automatic-Reboot", fmt.Sprint(*a.Reboot)})
	}
	if a.RebootTime != nil && text(now, "reboot_time") != *a.RebootTime {
		settings = append(settings, [2]string{"Unattended-Upgrade::Automatic-Reboot-Time", *a.RebootTime})
	}
	if a.Mail != nil {
		settings = append(settings, [2]string{"Unattended-Upgrade::Mail", *a.Mail})
	}
	return aptSettings(ctx, d, settings)
}

func aptSettings(ctx context.Context, d *remediate.Draft, settings [][2]string) error {
	for _, s := range settings {
		name, value := s[0], s[1]
		if !aptValue.MatchString(value) {
			return fmt.Errorf("%q can't stand in apt's configuration", value)
		}
		list := strings.HasSuffix(name, "::")
		if !list {
			if err := d.Claim("apt "+name, value); err != nil {
				return err
			}
			if err := laterApt(ctx, d, name); err != nil {
				return err
			}
		}
		risk := plan.Safe
		if name == "Unattended-Upgrade::Automatic-Reboot" && value == "true" {
			risk = plan.Disruptive
		}
		err := d.DropIn(ctx, aptFile, "//", func(lines []string) []string {
			line := fmt.Sprintf("%s %q;", name, value)
			for i, l := range lines {
				if l == line {
					return lines
				}
				if !list && strings.HasPrefix(l, name+" ") {
					lines[i] = line
					return lines
				}
			}
			return append(lines, line)
		}, remediate.Options{Risk: risk})
		if err != nil {
			return err
		}
	}
	return nil
}

// laterApt refuses where a file that apt reads after ours names the same setting.
func laterApt(ctx context.Context, d *remediate.Draft, name string) error {
	entries, err := d.Tree().ReadDir(aptDir)
	if err != nil && !facts.IsAbsent(err) {
		return err
	}
	last := name[strings.LastIndexByte(name, ':')+1:]
	files := []string{"/etc/apt/apt.conf"} // read after the directory
	for _, e := range entries {
		if e.Name() > path.Base(aptFile) {
			files = append(files, path.Join(aptDir, e.Name()))
		}
	}
	for _, f := range files {
		text, err := content(ctx, d, f)
		if err != nil {
			return err
		}
		if strings.Contains(strings.ToLower(string(text)), strings.ToLower(last)) {
			return remediate.Refuse("%s, which apt reads after %s, has %s: set it there", f, aptFile, last)
		}
	}
	return nil
}
