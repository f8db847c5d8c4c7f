package actions

import (
	"context"
	"io/fs"
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
		Kind: "apparmor",
		Doc: "Puts loaded AppArmor profiles into enforce or complain mode, by the flags of their files in " + apparmorDir + " and a reload of apparmor.service. " +
			"Refused where AppArmor is off, as in containers.",
		Risk: plan.Disruptive,
	}, planApparmor))
}

type apparmorArgs struct {
	Profile *string `cty:"profile"`
	Mode    string  `cty:"mode"`
}

const apparmorDir = "/etc/apparmor.d"

func planApparmor(ctx context.Context, d *remediate.Draft, a apparmorArgs) error {
	fact, err := d.Fact(ctx, "apparmor")
	if err != nil {
		return err
	}
	if !yes(fact, "enabled") {
		return remediate.Refuse("AppArmor is off in the running kernel, or out of reach as in a container: boot with apparmor=1 security=apparmor first")
	}
	profiles, known := items(fact, "profiles")
	if !known {
		return remediate.Refuse("which profiles are loaded can't be read")
	}
	var wrong []string
	for _, p := range profiles {
		name := text(p, "name")
		if a.Profile != nil && *a.Profile != name || text(p, "mode") == a.Mode || strings.Contains(name, "//") {
			continue // a child is in the file of its parent, and has flags of its own there
		}
		if err := d.Claim("AppArmor profile "+name, a.Mode); err != nil {
			return err
		}
		wrong = append(wrong, name)
	}
	if len(wrong) == 0 {
		return nil
	}
	return setProfileModes(ctx, d, wrong, a.Mode)
}

// setProfileModes changes the flags of profiles in the files that define them.
func setProfileModes(ctx context.Context, d *remediate.Draft, names []string, mode string) error {
	entries, err := d.Tree().ReadDir(apparmorDir)
	if err != nil {
		return err
	}
	o := remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.Reload, Unit: "apparmor.service"}}}
	var found []string
	for _, e := range entries {
		file := path.Join(apparmorDir, e.Name())
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.Contains(e.Name(), ".dpkg-") {
			continue
		}
		f, err := d.File(ctx, file)
		if err != nil {
			return err
		}
		edited, here := profileFlags(string(f.Content), names, mode, d.Source().Control)
		if len(here) == 0 {
			continue
		}
		found = append(found, here...)
		if err := unforce(ctx, d, e, mode, o); err != nil {
			return err
		}
		f.Content = []byte(edited)
		if err := d.SetFile(ctx, file, f, o); err != nil {
			return err
		}
	}
	for _, name := range names {
		if !slices.Contains(found, name) {
			return remediate.Refuse("no file in %s defines the loaded profile %s: whoever loaded it has to change its mode", apparmorDir, name)
		}
	}
	return nil
}

// unforce takes away the symlinks by which apparmor.d(5)'s parser forces another mode on a file.
func unforce(ctx context.Context, d *remediate.Draft, e fs.DirEntry, mode string, o remediate.Options) error {
	if mode != "enforce" {
		return nil
	}
	name := path.Join(apparmorDir, "force-complain", e.Name())
	if _, err := d.Tree().Lstat(name); facts.IsAbsent(err) {
		return nil
	}
	return d.SetFile(ctx, name, remediate.File{}, o)
}

// profileHead is the line that begins a profile: its name, perhaps an attachment, flags and xattrs, and a brace.
var profileHead = regexp.MustCompile(`^(\s*)(profile\s+)?("[^"]+"|[^\s#{(]+)((?:\s+[^\s#{(=]+)?)((?:\s+flags\s*=\s*\(([^)]*)\))?)(\s*\{.*)$`)

// profileFlags gives a file's text with the mode set on the profiles of those names that it defines, and which they are.
func profileFlags(content string, names []string, mode, control string) (edited string, found []string) {
	lines := strings.Split(content, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		m := profileHead.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		name := strings.Trim(m[3], `"`)
		if m[2] == "" && !strings.HasPrefix(name, "/") || !slices.Contains(names, name) {
			continue
		}
		found = append(found, name)
		flags := slices.DeleteFunc(strings.FieldsFunc(m[6], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }), func(f string) bool {
			return slices.Contains([]string{"complain", "enforce", "kill", "unconfined", "prompt"}, f)
		})
		if mode == "complain" {
			flags = append(flags, mode)
		}
		head := m[1] + m[2] + m[3] + m[4]
		if len(flags) > 0 {
			head += " flags=(" + strings.Join(flags, ",") + ")"
		}
		if old := lines[i]; head+m[7] != old {
			lines[i] = head + m[7]
			lines = marked(lines, i, control, old)
		}
	}
	return strings.Join(lines, "\n"), found
}
