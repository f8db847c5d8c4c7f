package actions

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/sudoersconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "sudo_default",
		Doc: "Sets a Defaults option of sudo in a file of /etc/sudoers.d that is read after the others, as the last one wins (sudoers(5)); visudo has " +
			"to accept it. Refused where another line would still win, or excepts somebody.",
		Risk: plan.Lockout,
	}, planSudoDefault))
}

type sudoDefaultArgs struct {
	Name  string  `cty:"name"`
	Value *string `cty:"value"`
}

// Where our settings go: the second only where a file of somebody else comes after the first.
var sudoDropIns = []string{"/etc/sudoers.d/60-holdfast", "/etc/sudoers.d/zz-holdfast"}

const sudoersMain = "/etc/sudoers"

func planSudoDefault(ctx context.Context, d *remediate.Draft, a sudoDefaultArgs) error {
	want, err := sudoSettingOf(a)
	if err != nil {
		return err
	}
	if err := d.Claim("sudo "+want.Name, want.Op+want.Value); err != nil {
		return err
	}
	fact, err := d.Fact(ctx, "sudoers")
	if err != nil {
		return err
	}
	if !yes(fact, "exists") || !yes(fact, "complete") {
		return remediate.Refuse("not all of sudo's rules can be read, and so not what would win")
	}
	v, err := viewOf(d)
	if err != nil {
		return err
	}
	now, err := sudoSettings(v, want.Name)
	if err != nil {
		return err
	}
	for _, s := range now {
		if !s.forAll() && s.excepts(want) {
			return remediate.Refuse("%s:%d excepts %s %s from %s: take that line out", s.file, s.line, s.Scope, strings.Join(s.Targets, ", "), want.Name)
		}
	}
	if w := winning(now); w != nil && w.same(want) && !slices.Contains(sudoDropIns, w.file) {
		return nil
	}
	return writeSudoDefault(ctx, d, v, want)
}

func writeSudoDefault(ctx context.Context, d *remediate.Draft, v *view, want sudoersconf.Defaults) error {
	var winner *sudoSetting
	for _, file := range sudoDropIns {
		text, _ := v.ReadFile(file)
		lines := setSudoLine(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), want)
		after, err := sudoSettings(v.with(file, remediate.File{Type: remediate.Regular, Content: []byte(strings.Join(lines, "\n") + "\n")}), want.Name)
		if err != nil {
			return err
		}
		if winner = winning(after); winner != nil && winner.file == file {
			return dropSudoers(ctx, d, file, want)
		}
	}
	if winner == nil {
		return remediate.Refuse("%s does not include /etc/sudoers.d: add @includedir /etc/sudoers.d at its end (visudo)", sudoersMain)
	}
	return remediate.Refuse("%s:%d sets %s, is read after %s and wins: take that line out", winner.file, winner.line, want.Name, sudoDropIns[0])
}

func dropSudoers(ctx context.Context, d *remediate.Draft, file string, want sudoersconf.Defaults) error {
	o := remediate.Options{Validate: []string{"sudoers"}, Affects: []string{"everyone who uses sudo"}}
	before, err := d.Mode(ctx, file)
	if err != nil {
		return err
	}
	if err := d.DropIn(ctx, file, "#", func(lines []string) []string { return setSudoLine(lines, want) }, o); err != nil || before.Type != remediate.Absent {
		return err
	}
	mode, err := d.Mode(ctx, file)
	if err != nil {
		return err
	}
	mode.Mode = 0o440
	return d.SetMode(ctx, file, mode, remediate.Options{})
}

// sudoSettingOf is the setting, as sudo's own grammar has it.
func sudoSettingOf(a sudoDefaultArgs) (sudoersconf.Defaults, error) {
	line := "Defaults " + a.Name
	if a.Value != nil {
		value := *a.Value
		if strings.ContainsAny(value, " \t,=\\!#:()") {
			value = strconv.Quote(value)
		}
		line += "=" + value
	}
	f := sudoersconf.Parse(line + "\n")
	if len(f.Errors) > 0 || len(f.Items) != 1 || f.Items[0].Defaults == nil || f.Items[0].Defaults.Scope != "global" {
		return sudoersconf.Defaults{}, fmt.Errorf("%q is no setting of sudo", line)
	}
	return *f.Items[0].Defaults, nil
}

func sudoLine(s sudoersconf.Defaults) string {
	switch s.Op {
	case "set":
		return "Defaults " + s.Name
	case "unset":
		return "Defaults !" + s.Name
	}
	if strings.ContainsAny(s.Value, " \t,=\\!#:()") {
		return "Defaults " + s.Name + "=" + strconv.Quote(s.Value)
	}
	return "Defaults " + s.Name + "=" + s.Value
}

func setSudoLine(lines []string, want sudoersconf.Defaults) []string {
	for i, l := range lines {
		for _, item := range sudoersconf.Parse(l + "\n").Items {
			if item.Defaults != nil && item.Defaults.Name == want.Name {
				lines[i] = sudoLine(want)
				return lines
			}
		}
	}
	return append(lines, sudoLine(want))
}

// sudoSetting is one setting where it stands.
type sudoSetting struct {
	sudoersconf.Defaults
	file string
	line int
}

func (s sudoSetting) forAll() bool {
	return s.Scope == "global" || s.Scope == "host" && slices.Equal(s.Targets, []string{"ALL"})
}

func (s sudoSetting) same(want sudoersconf.Defaults) bool {
	return s.Op == want.Op && s.Value == want.Value
}

// excepts tells whether a setting for some undoes one for all: it switches it off, or gives it a value that is less strict,
// of which only numbers tell; a negative one means never.
func (s sudoSetting) excepts(want sudoersconf.Defaults) bool {
	if s.Op == "unset" {
		return want.Op != "unset"
	}
	theirs, err := strconv.ParseFloat(s.Value, 64)
	ours, wrong := strconv.ParseFloat(want.Value, 64)
	return s.Op == "set" && want.Op == "unset" || err == nil && wrong == nil && (theirs > ours || theirs < 0)
}

// winning is the setting for everyone that counts: the last.
func winning(all []sudoSetting) *sudoSetting {
	for _, s := range slices.Backward(all) {
		if s.forAll() {
			return &s
		}
	}
	return nil
}

// maxSudoers bounds includes in each other, as sudo does.
const maxSudoers = 128

// sudoSettings are all settings of one name, in the order in which sudo reads them.
func sudoSettings(v *view, name string) ([]sudoSetting, error) {
	w := &sudoWalk{view: v, name: name}
	err := w.file(sudoersMain, 0)
	return w.found, err
}

type sudoWalk struct {
	view  *view
	name  string
	found []sudoSetting
}

func (w *sudoWalk) file(file string, depth int) error {
	if depth > maxSudoers {
		return remediate.Refuse("%s: too many files include each other", file)
	}
	text, err := w.view.ReadFile(file)
	if facts.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, item := range sudoersconf.Parse(string(text)).Items {
		switch {
		case item.Defaults != nil && item.Defaults.Name == w.name:
			w.found = append(w.found, sudoSetting{*item.Defaults, file, item.Line})
		case item.Include != nil:
			if err := w.include(file, *item.Include, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *sudoWalk) include(from string, i sudoersconf.Include, depth int) error {
	name := i.Path
	if !path.IsAbs(name) {
		name = path.Join(path.Dir(from), name)
	}
	if strings.Contains(name, "%h") {
		return remediate.Refuse("%s includes %s, which depends on the host's name", from, i.Path)
	}
	if !i.Dir {
		return w.file(name, depth+1)
	}
	files, err := w.view.Glob(path.Join(name, "*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if base := path.Base(f); strings.Contains(base, ".") || strings.HasSuffix(base, "~") {
			continue
		}
		if err := w.file(f, depth+1); err != nil {
			return err
		}
	}
	return nil
}
