package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/fstab"
	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
	"github.com/holdfast-agent/holdfast/facts/linux/mountunit"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "mount_option",
		Doc: "Sets options of a mount: in its line of /etc/fstab, or in a drop-in of its mount unit, and on the running mount by a bind remount that " +
			"keeps its other flags. What is no mount of its own is left to a person, and noexec is refused while something runs from there.",
	}, planMountOption))
}

type mountArgs struct {
	Path    string   `cty:"path"`
	Add     []string `cty:"add"`
	Remove  []string `cty:"remove"`
	Running *bool    `cty:"running"`
}

// flagOptions are the options that a bind remount changes, each with the one that takes it back.
var flagOptions = map[string]string{"nodev": "dev", "nosuid": "suid", "noexec": "exec"}

const fstabFile = "/etc/fstab"

func planMountOption(ctx context.Context, d *remediate.Draft, a mountArgs) error {
	if !path.IsAbs(a.Path) || path.Clean(a.Path) != a.Path || strings.ContainsAny(strings.Join(append(a.Add, a.Remove...), ""), " \t\n\"#,") {
		return fmt.Errorf("%q with %q and without %q is no mount", a.Path, a.Add, a.Remove)
	}
	for _, o := range a.Add {
		if err := d.Claim("mount option "+o+" of "+a.Path, "set"); err != nil {
			return err
		}
	}
	for _, o := range a.Remove {
		if err := d.Claim("mount option "+o+" of "+a.Path, "not set"); err != nil {
			return err
		}
	}
	fact, err := d.Fact(ctx, "mount", a.Path)
	if err != nil {
		return err
	}
	mounted, configured := yes(fact, "mounted"), yes(fact, "is_configured")
	if !mounted && !configured {
		return remediate.Refuse("%s is no mount of its own: to give it a file system is a person's decision", a.Path)
	}
	// The running mount first: what it runs may speak against all of it.
	if mounted && (a.Running == nil || *a.Running) {
		if err := remount(ctx, d, a); err != nil {
			return err
		}
	}
	switch state := text(fact, "unit_state"); {
	case configured && state == "generated":
		return fstabOptions(ctx, d, a)
	case configured:
		return mountUnitOptions(ctx, d, a, text(fact, "unit"), texts(fact, "configured_options"))
	case mounted && text(fact, "fstype") == "tmpfs" && slices.Contains([]string{"/dev/shm", "/run/lock"}, a.Path):
		return fstabLine(ctx, d, a)
	}
	return nil // it is not there after a reboot, either
}

// changed is a list of options as the fix wants it.
func (a mountArgs) changed(options []string) []string {
	drop := slices.Clone(a.Remove)
	for _, o := range a.Add {
		drop = append(drop, flagOptions[o])
	}
	out := slices.DeleteFunc(slices.Clone(options), func(o string) bool { return slices.Contains(drop, o) })
	for _, o := range a.Add {
		if !fstab.Has(fstab.Effective(out), o) {
			out = append(slices.DeleteFunc(out, func(x string) bool { return x == o }), o)
		}
	}
	return out
}

// so tells whether options are as the fix wants them already.
func (a mountArgs) so(options []string) bool {
	effective := fstab.Effective(options)
	for _, o := range a.Add {
		if !fstab.Has(effective, o) {
			return false
		}
	}
	return !slices.ContainsFunc(a.Remove, func(o string) bool { return fstab.Has(effective, o) })
}

func remount(ctx context.Context, d *remediate.Draft, a mountArgs) error {
	state, err := d.State(ctx, "mount", a.Path)
	if err != nil {
		return err
	}
	var now struct {
		Mounted bool     `json:"mounted"`
		Flags   []string `json:"flags"`
	}
	if err := json.Unmarshal(state.Data, &now); err != nil {
		return err
	}
	want := slices.DeleteFunc(slices.Clone(now.Flags), func(o string) bool { return slices.Contains(a.Remove, o) })
	for _, o := range append(slices.Clone(a.Add), a.Remove...) {
		if flagOptions[o] == "" {
			return remediate.Refuse("%s of %s can't be changed while it is mounted: set it for the next boot (running = false)", o, a.Path)
		}
	}
	order := []string{"ro", "nosuid", "nodev", "noexec", "nosymfollow"}
	for _, o := range a.Add {
		if !slices.Contains(want, o) {
			want = append(want, o)
		}
	}
	slices.SortFunc(want, func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) })
	if slices.Equal(want, now.Flags) {
		return nil
	}
	o := remediate.Options{Stage: remediate.Kernel}
	if slices.Contains(a.Add, "noexec") {
		users, err := executing(d.Tree(), a.Path)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return remediate.Refuse("programs run from %s, and would not start again: %s", a.Path, strings.Join(users, ", "))
		}
		o.Risk = plan.Disruptive
	}
	return d.Set(ctx, "mount", a.Path, remediate.NewState(strings.Join(want, ","), map[string]any{"mounted": true, "flags": want}), o)
}

// maxNamed bounds how many programs a refusal names.
const maxNamed = 8

// executing are the programs and libraries on a mount that processes have mapped to run.
func executing(tree remediate.Tree, at string) ([]string, error) {
	table, err := tree.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	mounts, err := mountinfo.Parse(table)
	if err != nil {
		return nil, err
	}
	on := func(file string) bool {
		best := ""
		for _, m := range mounts {
			if (m.Path == "/" || file == m.Path || strings.HasPrefix(file, m.Path+"/")) && len(m.Path) >= len(best) {
				best = m.Path
			}
		}
		return best == at
	}
	processes, err := tree.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range processes {
		if strings.Trim(p.Name(), "0123456789") != "" {
			continue
		}
		maps, err := tree.ReadFile("/proc/" + p.Name() + "/maps")
		if err != nil && !facts.IsAbsent(err) && !strings.Contains(err.Error(), "no such process") {
			return nil, err
		}
		for line := range strings.Lines(string(maps)) {
			w := strings.SplitN(strings.TrimSpace(line), " ", 6) // address perms offset dev inode path: proc(5)
			if len(w) < 6 || !strings.Contains(w[1], "x") {
				continue
			}
			file := strings.TrimSuffix(strings.TrimSpace(w[5]), " (deleted)")
			if path.IsAbs(file) && on(file) && !slices.Contains(out, file) && len(out) < maxNamed {
				out = append(out, file)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// fields of a line of fstab up to the options, the options, and what comes after.
var fstabFields = regexp.MustCompile(`^(\s*\S+\s+\S+\s+\S+)(?:(\s+)(\S+)(.*))?$`)

// fstabOptions changes the options in one line of fstab, and nothing else of it.
func fstabOptions(ctx context.Context, d *remediate.Draft, a mountArgs) error {
	f, err := d.File(ctx, fstabFile)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is not a file", fstabFile)
	}
	entries, whole := fstab.Parse(string(f.Content))
	if !whole {
		return remediate.Refuse("%s is too long", fstabFile)
	}
	lines := strings.Split(string(f.Content), "\n")
	changed := false
	for i := len(entries) - 1; i >= 0; i-- { // from the end, as a comment more moves what follows
		e := entries[i]
		if e.Path != a.Path || a.so(e.Options) {
			continue
		}
		at := e.Line - 1
		parts := fstabFields.FindStringSubmatch(lines[at])
		if parts == nil {
			return remediate.Refuse("%s:%d is no line that can be changed safely", fstabFile, e.Line)
		}
		old, gap := lines[at], parts[2]
		options := fstab.SplitOptions(parts[3])
		if parts[3] == "" {
			options, gap = []string{"defaults"}, " "
		}
		lines[at] = parts[1] + gap + strings.Join(a.changed(options), ",") + parts[4]
		lines = marked(lines, at, d.Source().Control, old)
		changed = true
	}
	if !changed {
		return nil
	}
	f.Content = []byte(strings.Join(lines, "\n"))
	return d.SetFile(ctx, fstabFile, f, daemonReload)
}

var daemonReload = remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.DaemonReload}}}

// marked puts the comment above a changed line of a vendor's or administrator's file: for which controls, and what it was.
// One that is there already gets the control added.
func marked(lines []string, at int, control, old string) []string {
	const begin = "# Holdfast ("
	if at > 0 {
		if list, rest, ok := strings.Cut(strings.TrimPrefix(lines[at-1], begin), ")"); ok && strings.HasPrefix(lines[at-1], begin) {
			controls := strings.Split(list, ", ")
			if !slices.Contains(controls, control) {
				controls = append(controls, control)
			}
			lines[at-1] = begin + strings.Join(controls, ", ") + ")" + rest
			return lines
		}
	}
	return slices.Insert(lines, at, fmt.Sprintf("%s%s): was %q", begin, control, old))
}

// fstabLine gives a file system that systemd mounts of its own accord a line, by which systemd-remount-fs sets its options.
func fstabLine(ctx context.Context, d *remediate.Draft, a mountArgs) error {
	f, err := d.File(ctx, fstabFile)
	if err != nil {
		return err
	}
	entries, _ := fstab.Parse(string(f.Content))
	if slices.ContainsFunc(entries, func(e fstab.Entry) bool { return e.Path == a.Path }) {
		return fstabOptions(ctx, d, a)
	}
	options := a.changed([]string{"rw", "nosuid", "nodev"}) // those that systemd itself mounts it with
	text := string(f.Content)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	text += fmt.Sprintf("# Holdfast (%s): was not here\ntmpfs %s tmpfs %s 0 0\n", d.Source().Control, a.Path, strings.Join(options, ","))
	if f.Type == remediate.Absent {
		f = remediate.File{Type: remediate.Regular, Mode: 0o644}
	}
	f.Content = []byte(text)
	return d.SetFile(ctx, fstabFile, f, daemonReload)
}

// mountUnitOptions sets all options of a mount unit in a drop-in: of several, the last counts.
func mountUnitOptions(ctx context.Context, d *remediate.Draft, a mountArgs, unit string, now []string) error {
	file := path.Join(unitConfig, unit+".d", "60-holdfast.conf")
	var options []string
	if f, err := d.File(ctx, file); err != nil {
		return err
	} else if f.Type == remediate.Regular { // what the draft says goes before what the host says
		var u mountunit.Unit
		if err := u.Add(file, string(f.Content)); err == nil && u.Options.Value != "" {
			options = fstab.SplitOptions(u.Options.Value)
		}
	}
	if options == nil {
		options = now
	}
	if a.so(options) {
		return nil
	}
	for _, dir := range []string{unitConfig, "/run/systemd/system", "/usr/lib/systemd/system"} {
		entries, err := d.Tree().ReadDir(path.Join(dir, unit+".d"))
		if err != nil && !facts.IsAbsent(err) {
			return err
		}
		for _, e := range entries {
			name := path.Join(dir, unit+".d", e.Name())
			if path.Ext(name) != ".conf" || e.Name() <= path.Base(file) {
				continue
			}
			text, err := content(ctx, d, name)
			if err != nil {
				return err
			}
			var u mountunit.Unit
			if err := u.Add(name, string(text)); err != nil || u.Options.Value != "" {
				return remediate.Refuse("%s sets the options of %s after %s: change it there", name, unit, file)
			}
		}
	}
	return d.DropIn(ctx, file, "#", func(lines []string) []string {
		return setInSection(lines, "Mount", "Options", strings.Join(a.changed(options), ","))
	}, daemonReload)
}
