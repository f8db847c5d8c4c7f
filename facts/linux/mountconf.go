package linux

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/fstab"
	"github.com/holdfast-agent/holdfast/facts/linux/mountunit"
)

// bootTable is what a boot would mount: /etc/fstab, which systemd-fstab-generator turns into units, and mount units.
type bootTable struct {
	at  map[string]*bootMount
	err error // something could not be read: what is missing from at may exist
}

type bootMount struct {
	state                   string // generated, enabled, disabled, masked
	auto                    bool   // of fstab: not noauto
	origin                  facts.Origin
	source, fstype, options mountunit.Setting
	err                     error // what decides the mount could not be read
}

func settingOrigin(s mountunit.Setting, otherwise facts.Origin) facts.Origin {
	if s.File == "" {
		return otherwise
	}
	return facts.File(s.File, s.Line)
}

func (b *bootTable) unit(p string) string { return mountunit.Name(p) }

func bootMounts(ctx context.Context, r *facts.Reader) *bootTable {
	b, err := facts.Once(ctx, r, "boot mounts", func(ctx context.Context, r *facts.Reader) (*bootTable, error) {
		return readBootMounts(ctx, r), nil
	})
	if err != nil {
		return &bootTable{err: err}
	}
	return b
}

func readBootMounts(ctx context.Context, r *facts.Reader) *bootTable {
	b := &bootTable{at: map[string]*bootMount{}}
	b.addFstab(r)
	units, err := layeredFiles(r, unitDirs, ".mount")
	if err != nil {
		b.err = errors.Join(b.err, err)
	}
	for _, file := range units {
		b.addUnit(ctx, r, file)
	}
	for p, m := range b.at {
		if m.err == nil && m.state != "masked" {
			m.err = m.addDropIns(r, mountunit.Name(p))
		}
	}
	return b
}

// addFstab takes the first entry for a path: the generator refuses to write the same unit twice.
func (b *bootTable) addFstab(r *facts.Reader) {
	const file = "/etc/fstab"
	content, err := r.ReadFile(file)
	if facts.IsAbsent(err) {
		return
	}
	if err != nil {
		b.err = err
		return
	}
	entries, whole := fstab.Parse(string(content))
	if !whole {
		b.err = fmt.Errorf("%s has more than %d entries", file, fstab.MaxEntries)
	}
	for _, e := range entries {
		if !path.IsAbs(e.Path) || e.Type == "swap" || b.at[e.Path] != nil {
			continue
		}
		value := func(s string) mountunit.Setting { return mountunit.Setting{Value: s, File: file, Line: e.Line} }
		if e.Type == "auto" {
			e.Type = ""
		}
		b.at[e.Path] = &bootMount{
			state: "generated", origin: facts.File(file, e.Line),
			auto:    !fstab.Has(fstab.Effective(e.Options), "noauto") || fstab.Has(e.Options, "x-systemd.automount"),
			source:  value(e.Source),
			fstype:  value(e.Type),
			options: value(strings.Join(e.Options, ",")),
		}
	}
}

// addUnit puts a unit file into the table. Those of the administrator (/etc, /run) come before what the generator made
// of fstab, those of packages after it (systemd.unit(5)).
func (b *bootTable) addUnit(ctx context.Context, r *facts.Reader, file string) {
	name := path.Base(file)
	where, ok := mountunit.Path(name)
	if !ok {
		return
	}
	ofAdmin := strings.HasPrefix(file, "/etc/") || strings.HasPrefix(file, "/run/")
	if b.at[where] != nil && !ofAdmin {
		return
	}
	m := &bootMount{origin: facts.File(file, 0)}
	b.at[where] = m
	if isMasked(r, file) {
		m.state = "masked"
		return
	}
	content, err := readLayered(r, file, 0)
	if err == nil && len(content) == 0 {
		m.state = "masked" // an empty unit file masks as well
		return
	}
	if err == nil {
		err = m.add(file, string(content))
	}
	if err != nil {
		m.err = err
		return
	}
	m.state = "disabled"
	for _, unit := range []string{name, strings.TrimSuffix(name, ".mount") + ".automount"} {
		wanted, err := unitWanted(ctx, r, unit)
		if wanted {
			m.state = "enabled"
			return
		}
		m.err = errors.Join(m.err, err)
	}
}

func (m *bootMount) add(file, content string) error {
	u := mountunit.Unit{What: m.source, Type: m.fstype, Options: m.options}
	err := u.Add(file, content)
	m.source, m.fstype, m.options = u.What, u.Type, u.Options
	return err
}

// addDropIns reads NAME.d/*.conf, and those of the name cut at each dash (var-.mount.d for var-log.mount), and of all
// mounts.
func (m *bootMount) addDropIns(r *facts.Reader, name string) error {
	names := []string{name}
	stem := strings.TrimSuffix(name, ".mount")
	for i := len(stem) - 1; i > 0; i-- {
		if stem[i] == '-' && i < len(stem)-1 {
			names = append(names, stem[:i+1]+".mount")
		}
	}
	names = append(names, "mount")
	var dirs []string
	for _, n := range names {
		for _, dir := range unitDirs {
			dirs = append(dirs, path.Join(dir, n+".d"))
		}
	}
	files, err := layeredFiles(r, dirs, ".conf")
	if err != nil {
		return err
	}
	for _, file := range slices.Compact(files) {
		content, err := readLayered(r, file, 0)
		if err != nil {
			return err
		}
		if err := m.add(file, string(content)); err != nil {
			return err
		}
	}
	return nil
}
