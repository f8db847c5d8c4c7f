package actions

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/holdfast-agent/holdfast/remediate"
)

const unitConfig = "/etc/systemd/system"

// unmasked is a tree without the symlinks that mask units: what a unit would be without its mask.
type unmasked struct {
	remediate.Tree
	masks []string
}

func (u unmasked) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := u.Tree.ReadDir(name)
	return slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool {
		return slices.Contains(u.masks, path.Join(name, e.Name()))
	}), err
}

// find reads what defines a unit.
func (s *servicePlan) find(name string) error {
	tree := s.d.Tree()
	index, err := unitfile.NewIndex(tree, facts.IsAbsent)
	if err != nil {
		return err
	}
	s.id, s.index = name, index
	if s.unit, err = index.Load(name); err != nil {
		return err
	}
	if s.unit != nil && s.unit.Masked {
		s.id = s.unit.ID
		for _, dir := range []string{unitConfig, "/run/systemd/system"} {
			link := path.Join(dir, s.id)
			if target, err := tree.Readlink(link); err == nil && target == "/dev/null" {
				s.masks = append(s.masks, link)
			}
		}
		if s.index, err = unitfile.NewIndex(unmasked{tree, s.masks}, facts.IsAbsent); err != nil {
			return err
		}
		if s.unit, err = s.index.Load(s.id); err != nil {
			return err
		}
	}
	if s.unit != nil && !strings.HasPrefix(s.unit.Path, "/run/systemd/generator") {
		s.id = s.unit.ID
		return nil
	}
	stem, _ := strings.CutSuffix(name, ".service")
	for _, script := range []string{"/etc/init.d/" + stem, "/etc/init.d/" + stem + ".sh"} {
		if st, err := tree.Stat(script); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			s.script = script
			return nil
		}
	}
	return nil
}

// links plans the symlinks that enable, disable or mask the unit.
func (s *servicePlan) links(ctx context.Context, a serviceArgs) error {
	switch {
	case a.Masked != nil && *a.Masked:
		return s.mask(ctx)
	case a.Masked != nil || a.Enabled != nil && *a.Enabled || a.State != nil && *a.State == "running":
		if err := s.unmask(ctx); err != nil {
			return err
		}
	}
	switch {
	case a.Enabled == nil:
		return nil
	case s.script != "":
		return s.sysv(ctx, *a.Enabled)
	case s.unit == nil:
		return nil // it is nothing but a mask
	case *a.Enabled:
		return s.enable(ctx, s.unit, map[string]bool{})
	}
	return s.disable(ctx, s.unit, map[string]bool{})
}

// sysv leaves the links of System V's runlevels, whose numbers depend on all other scripts, to the tool that orders them.
func (s *servicePlan) sysv(ctx context.Context, enabled bool) error {
	v, err := s.d.Fact(ctx, "service", s.id)
	if err != nil {
		return err
	}
	if on, known := attribute(v, "enabled"); known && on.True() == enabled {
		return nil
	}
	verb := map[bool]string{true: "enable", false: "disable"}[enabled]
	return remediate.Refuse("%s is the script %s of System V, whose links insserv orders: run update-rc.d %s %s, or give it a unit file", s.id, s.script, path.Base(s.script), verb)
}

func (s *servicePlan) link(ctx context.Context, name, target string) error {
	return s.d.SetFile(ctx, name, remediate.File{Type: remediate.Symlink, Link: target}, s.options)
}

func (s *servicePlan) unlink(ctx context.Context, name string) error {
	return s.d.SetFile(ctx, name, remediate.File{}, s.options)
}

// mask hides the unit behind a symlink to /dev/null, which has to stand where nothing of the administrator's does.
func (s *servicePlan) mask(ctx context.Context) error {
	name := path.Join(unitConfig, s.id)
	f, err := s.d.File(ctx, name)
	switch {
	case err != nil:
		return err
	case f.Type == remediate.Symlink && f.Link == "/dev/null":
		return nil
	case f.Type != remediate.Absent:
		return remediate.Refuse("%s can't be masked: %s is a %s, which a mask would have to replace; move it away first", s.id, name, f.Type)
	}
	return s.link(ctx, name, "/dev/null")
}

func (s *servicePlan) unmask(ctx context.Context) error {
	for _, name := range s.masks {
		if err := s.unlink(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// enable makes the links that [Install] of a unit asks for, and of those that go along with it.
func (s *servicePlan) enable(ctx context.Context, u *unitfile.Unit, seen map[string]bool) error {
	if seen[u.ID] {
		return nil
	}
	seen[u.ID] = true
	links, err := installLinks(u)
	if err != nil {
		return err
	}
	also := unitfile.Words(u.Settings, "Install", "Also")
	if len(links) == 0 && len(also) == 0 {
		if on := s.index.WantedBy(u.ID); len(on) > 0 || seen["also of "+u.ID] {
			return nil // static, and something wants it
		}
		return remediate.Refuse("%s can't be enabled: %s has no [Install] section, it is for other units to start", u.ID, u.Path)
	}
	for _, name := range links {
		if f, err := s.d.File(ctx, name); err != nil {
			return err
		} else if f.Type == remediate.Symlink && (path.Base(f.Link) == path.Base(u.Path) || path.Base(f.Link) == u.ID) {
			continue
		} else if f.Type != remediate.Absent {
			return remediate.Refuse("%s can't be enabled: %s is there and leads elsewhere", u.ID, name)
		}
		if err := s.link(ctx, name, u.Path); err != nil {
			return err
		}
	}
	for _, name := range also {
		other, err := s.index.Load(name)
		if err != nil {
			return err
		}
		if other == nil || other.Masked {
			continue
		}
		seen["also of "+other.ID] = true
		if err := s.enable(ctx, other, seen); err != nil {
			return err
		}
	}
	return nil
}

// installLinks are the symlinks that enabling a unit makes: systemd.unit(5), "[Install] Section Options".
func installLinks(u *unitfile.Unit) ([]string, error) {
	name := u.ID
	if unitfile.IsTemplate(name) {
		instance, ok := unitfile.Last(u.Settings, "Install", "DefaultInstance")
		if !ok {
			return nil, remediate.Refuse("%s is a template: name the instance that is meant", name)
		}
		stem, rest, _ := strings.Cut(name, "@")
		name = stem + "@" + instance.Value + rest
	}
	var out []string
	for _, kind := range [][2]string{{"WantedBy", ".wants"}, {"RequiredBy", ".requires"}, {"UpheldBy", ".upholds"}} {
		for _, by := range unitfile.Words(u.Settings, "Install", kind[0]) {
			by, err := expand(name, by)
			if err != nil {
				return nil, err
			}
			out = append(out, path.Join(unitConfig, by+kind[1], name))
		}
	}
	for _, alias := range unitfile.Words(u.Settings, "Install", "Alias") {
		alias, err := expand(name, alias)
		if err != nil {
			return nil, err
		}
		if alias != name {
			out = append(out, path.Join(unitConfig, alias))
		}
	}
	return out, nil
}

// expand replaces the specifiers of a unit's own name; others depend on the running host.
func expand(unit, word string) (string, error) {
	stem := strings.TrimSuffix(unit, path.Ext(unit))
	prefix, instance, _ := strings.Cut(stem, "@")
	word = strings.NewReplacer("%n", unit, "%N", stem, "%p", prefix, "%i", instance).Replace(word)
	if strings.Contains(word, "%") || !unitfile.ValidName(word) {
		return "", remediate.Refuse("%s: what its [Install] section says can't be told without the running systemd: %q", unit, word)
	}
	return word, nil
}

// disable removes every symlink to the unit below /etc/systemd/system, and those of this boot, also the ones made by hand.
func (s *servicePlan) disable(ctx context.Context, u *unitfile.Unit, seen map[string]bool) error {
	if seen[u.ID] {
		return nil
	}
	seen[u.ID] = true
	for _, dir := range []string{unitConfig, "/run/systemd/system"} {
		links, err := linksTo(s.d.Tree(), dir, u)
		if err != nil {
			return err
		}
		for _, name := range links {
			if err := s.unlink(ctx, name); err != nil {
				return err
			}
		}
	}
	for _, name := range unitfile.Words(u.Settings, "Install", "Also") {
		other, err := s.index.Load(name)
		if err != nil {
			return err
		}
		if other == nil || other.Masked {
			continue
		}
		if err := s.disable(ctx, other, seen); err != nil {
			return err
		}
	}
	return nil
}

// linksTo are the symlinks in a directory of units that make something start the unit, or that are another name of it.
func linksTo(tree remediate.Tree, dir string, u *unitfile.Unit) (out []string, err error) {
	entries, err := tree.ReadDir(dir)
	if facts.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ours := func(name string) bool {
		return name == u.ID || slices.Contains(u.Aliases, name) || unitfile.IsTemplate(u.ID) && unitfile.Template(name) == u.ID
	}
	for _, e := range entries {
		full := path.Join(dir, e.Name())
		if e.Type()&fs.ModeSymlink != 0 {
			target, err := tree.Readlink(full)
			if err != nil {
				return nil, err
			}
			if e.Name() != u.ID && target != "/dev/null" && path.Base(target) == u.ID {
				out = append(out, full)
			}
			continue
		}
		if ext := path.Ext(e.Name()); ext != ".wants" && ext != ".requires" && ext != ".upholds" {
			continue
		}
		links, err := tree.ReadDir(full)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			name := path.Join(full, l.Name())
			target, err := tree.Readlink(name)
			if err != nil && l.Type()&fs.ModeSymlink != 0 {
				return nil, err
			}
			if l.Type()&fs.ModeSymlink != 0 && (ours(l.Name()) || path.Base(target) == u.ID) {
				out = append(out, name)
			}
		}
	}
	return out, nil
}
