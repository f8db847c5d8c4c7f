package actions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "systemd_conf",
		Doc: "Sets an option of one of systemd's files or of a unit in NAME.d/" + systemdDropIn + " below /etc/systemd. Refused where a drop-in whose " +
			"name comes later sets it otherwise, as that one wins (systemd.syntax(7)).",
	}, planSystemdConf))
}

const systemdDropIn = "60-holdfast.conf"

type systemdConfArgs struct {
	File    string  `cty:"file"`
	Section string  `cty:"section"`
	Name    string  `cty:"name"`
	Value   string  `cty:"value"`
	Restart *string `cty:"restart"`
}

var (
	systemdName   = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9:_.@-]*\.[a-z]+$`)
	systemdOption = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*$`)
)

func planSystemdConf(ctx context.Context, d *remediate.Draft, a systemdConfArgs) error {
	if !systemdName.MatchString(a.File) || !systemdOption.MatchString(a.Section) || !systemdOption.MatchString(a.Name) || strings.ContainsAny(a.Value, "\n\r\x00") || strings.HasSuffix(a.Value, `\`) {
		return fmt.Errorf("[%s] %s=%s is no setting of %q", a.Section, a.Name, a.Value, a.File)
	}
	o := remediate.Options{}
	dirs := []string{"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"}
	if path.Ext(a.File) != ".conf" { // a unit
		dirs = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"}
		o.Triggers, o.Validate = []remediate.Trigger{{Verb: remediate.DaemonReload}}, []string{"systemd"}
	}
	if a.Restart != nil {
		o.Triggers = append(o.Triggers, remediate.Trigger{Verb: remediate.Restart, Unit: *a.Restart})
		o.Risk = plan.Disruptive
	}
	return setUnitOption(ctx, d, dirs, a.File, a.Section, a.Name, a.Value, o)
}

// setUnitOption sets one option in a drop-in of ours, in the first of the directories.
func setUnitOption(ctx context.Context, d *remediate.Draft, dirs []string, file, section, name, value string, o remediate.Options) error {
	dropIn := path.Join(dirs[0], file+".d", systemdDropIn)
	if err := d.Claim(dropIn+" "+section+" "+name, value); err != nil {
		return err
	}
	set := func(lines []string) []string { return setInSection(lines, section, name, value) }
	wins, err := lastUnitOption(ctx, d, dirs, file, section, name)
	if err != nil || wins.File != "" && wins.File != dropIn && wins.Value == value {
		return err
	}
	if wins.File != "" && path.Base(wins.File) > systemdDropIn && path.Base(path.Dir(wins.File)) == file+".d" {
		return remediate.Refuse("%s:%d sets %s=%s, which comes after %s and wins: take that line out", wins.File, wins.Line, name, wins.Value, dropIn)
	}
	return d.DropIn(ctx, dropIn, "#", set, o)
}

// lastUnitOption is the assignment that counts, as the steps so far would leave the files: the main file, then the
// drop-ins by name.
func lastUnitOption(ctx context.Context, d *remediate.Draft, dirs []string, file, section, name string) (unitfile.Setting, error) {
	var files, dropInDirs []string
	for _, dir := range dirs {
		main := path.Join(dir, file)
		if text, err := content(ctx, d, main); err != nil {
			return unitfile.Setting{}, err
		} else if text != nil {
			files = append(files, main)
			break
		}
	}
	for _, dir := range dirs {
		dropInDirs = append(dropInDirs, path.Join(dir, file+".d"))
	}
	dropIns, err := layered(d.Tree(), dropInDirs, ".conf", path.Join(dropInDirs[0], systemdDropIn))
	if err != nil {
		return unitfile.Setting{}, err
	}
	var all []unitfile.Setting
	for _, f := range slices.Concat(files, dropIns) {
		text, err := content(ctx, d, f)
		if err != nil {
			return unitfile.Setting{}, err
		}
		settings, err := unitfile.Parse(f, text)
		if err != nil {
			return unitfile.Setting{}, remediate.Refuse("%v", err)
		}
		all = append(all, settings...)
	}
	last, _ := unitfile.Last(all, section, name)
	return last, nil
}
