package unitfile

import (
	"path"
	"slices"
	"strings"
)

// State is what "systemctl is-enabled" prints for a unit that Load found: enabled, enabled-runtime, linked,
// linked-runtime, alias, masked, masked-runtime, static, indirect, disabled, generated, transient.
// It follows unit_file_lookup_state of systemd's shared/install.c.
func (x *Index) State(u *Unit) string {
	switch {
	case u.Masked && isRuntime(u.Path):
		return "masked-runtime"
	case u.Masked:
		return "masked"
	case u.Name != u.ID && Instance(u.Name) == "":
		return "alias"
	case strings.HasPrefix(path.Dir(u.Path), "/run/systemd/generator"):
		return "generated"
	case path.Dir(u.Path) == "/run/systemd/transient":
		return "transient"
	}
	if state := x.linksOf(u, true); state != "" {
		return state
	}
	if x.linksOf(u, false) != "" || x.hasInstances(u.ID) {
		return "indirect"
	}
	switch {
	case len(Words(u.Settings, "Install", "WantedBy"))+len(Words(u.Settings, "Install", "RequiredBy"))+
		len(Words(u.Settings, "Install", "UpheldBy"))+len(Words(u.Settings, "Install", "Alias")) > 0:
		return "disabled"
	case len(Words(u.Settings, "Install", "Also")) > 0:
		return "indirect"
	}
	return "static"
}

// linksOf looks for links that enable a unit. With match, only the names count that enabling it would make.
func (x *Index) linksOf(u *Unit, match bool) string {
	known := func(name string) bool {
		return !match || name == u.ID || slices.Contains(installNames(u), name)
	}
	inRuntime, elsewhere, linked, linkedRuntime := false, false, false, false
	below := false // directories after that of the fragment can't define it any more
	for _, dir := range x.dirs {
		found, same := x.linksIn(dir, u, below, known)
		switch {
		case found && dir == persistentConfig:
			return "enabled"
		case found && isRuntime(dir+"/x"):
			inRuntime = true
		case found:
			elsewhere = true
		case same && dir == persistentConfig:
			linked = true
		case same && isRuntime(dir+"/x"):
			linkedRuntime = true
		}
		below = below || path.Dir(u.Path) == dir
	}
	switch {
	case inRuntime:
		return "enabled-runtime"
	case elsewhere && Instance(u.ID) != "":
		return "static"
	case linked:
		return "linked"
	case linkedRuntime:
		return "linked-runtime"
	}
	return ""
}

func (x *Index) linksIn(dir string, u *Unit, below bool, known func(string) bool) (found, same bool) {
	id := u.ID
	for _, name := range []string{id, defaultInstance(u)} {
		for _, l := range x.wants[name] {
			found = found || l.Dir == dir
		}
	}
	for _, l := range x.links {
		if l.dir != dir {
			continue
		}
		byName, byTarget := !below && l.name == id, path.Base(l.link) == id
		switch {
		case byName && byTarget:
			same = true
		case (byName || byTarget) && known(l.name):
			found = true
		}
	}
	return found, same
}

// hasInstances tells whether something wants an instance of a template.
func (x *Index) hasInstances(template string) bool {
	if !IsTemplate(template) {
		return false
	}
	for name := range x.wants {
		if Template(name) == template {
			return true
		}
	}
	return false
}

// installNames are the further names that [Install] asks for.
func installNames(u *Unit) []string {
	names := Words(u.Settings, "Install", "Alias")
	if d := defaultInstance(u); d != "" {
		names = append(names, d)
	}
	return names
}

// defaultInstance is what enabling a template enables; empty when it has none.
func defaultInstance(u *Unit) string {
	d, ok := Last(u.Settings, "Install", "DefaultInstance")
	if !ok || !IsTemplate(u.ID) {
		return ""
	}
	stem, ext, _ := cutLast(u.ID, ".")
	return stem + d.Value + "." + ext
}

func isRuntime(name string) bool { return strings.HasPrefix(name, "/run/") }
