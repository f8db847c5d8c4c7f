package unitfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Unit is one unit as its files define it.
type Unit struct {
	Name    string   // the name asked for
	ID      string   // the name the manager gives it: what an alias leads to
	Aliases []string // every other name in the search path that leads to ID, sorted
	Path    string   // of the fragment; empty when there is none
	Masked  bool
	DropIns []string // in the order they are applied
	// Settings are those of the fragment and its drop-ins, in order; see Last and All.
	Settings []Setting
}

const maxFollow = 16

// Load finds a unit by name. A name nothing defines, or only links that lead nowhere, gives nil without an error.
func (x *Index) Load(name string) (*Unit, error) {
	u := &Unit{Name: name, ID: name}
	for range maxFollow {
		alias, found, err := x.look(u)
		switch {
		case err != nil:
			return nil, err
		case !found:
			return nil, nil
		case alias == "":
			return u, x.finish(u)
		}
		u.ID = alias
	}
	return nil, fmt.Errorf("%s: too many links", name)
}

// look takes the first place that defines u.ID and is no dangling link.
func (x *Index) look(u *Unit) (alias string, found bool, err error) {
	places, isTemplate := x.placesOf(u.ID)
	for _, p := range places {
		alias, err = x.take(u, p, isTemplate)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return alias, err == nil, err
	}
	return "", false, nil
}

// placesOf are where a name is defined; an instance without a file of its own is defined by its template.
func (x *Index) placesOf(name string) (places []place, template bool) {
	if p := x.names[name]; len(p) > 0 {
		return p, false
	}
	if t := Template(name); t != "" {
		return x.names[t], true
	}
	return nil, false
}

// take looks at one place: it is the fragment, a mask, or (then the name is returned) an alias.
func (x *Index) take(u *Unit, p place, viaTemplate bool) (alias string, err error) {
	u.Path = p.path
	if p.link == "/dev/null" {
		u.Masked = true
		return "", nil
	}
	if p.link != "" {
		base := path.Base(p.link)
		defined := path.Base(p.path)
		if base != defined && x.inSearchPath(p.link) && ValidName(base) {
			if viaTemplate && IsTemplate(base) {
				stem, ext, _ := cutLast(base, ".")
				return stem + Instance(u.ID) + "." + ext, nil
			}
			if IsTemplate(base) && Instance(defined) != "" {
				stem, ext, _ := cutLast(base, ".")
				if instance := stem + Instance(defined) + "." + ext; instance != u.ID {
					return instance, nil
				}
			} else if base != u.ID {
				return base, nil
			}
		}
		u.Path = p.link
	}
	st, err := x.fs.Stat(p.path)
	if err != nil {
		return "", err
	}
	if st.Mode()&fs.ModeCharDevice != 0 || st.Mode().IsRegular() && st.Size() == 0 { // /dev/null by another way, or empty
		u.Masked, u.Path = true, p.path
	}
	return "", nil
}

func (x *Index) inSearchPath(name string) bool {
	dir := path.Dir(name)
	return slices.Contains(SearchPath, dir)
}

func (x *Index) finish(u *Unit) error {
	u.Aliases = x.aliasesOf(u.ID)
	if u.Masked {
		return nil
	}
	files := []string{u.Path}
	for _, d := range x.dropIns(append([]string{u.ID}, u.Aliases...)) {
		st, err := x.fs.Stat(d)
		if err != nil {
			return err
		}
		if !st.Mode().IsRegular() || st.Size() == 0 {
			continue // masked, by a link to /dev/null or by being empty
		}
		u.DropIns = append(u.DropIns, d)
		files = append(files, d)
	}
	for _, file := range files {
		b, err := x.fs.ReadFile(file)
		if err != nil {
			return err
		}
		settings, err := Parse(file, b)
		if err != nil {
			return err
		}
		u.Settings = append(u.Settings, settings...)
	}
	return nil
}

// aliasesOf are the links of the search path that lead to id by name.
func (x *Index) aliasesOf(id string) []string {
	var out []string
	for _, l := range x.links {
		if l.name != id && path.Base(l.link) == id && x.inSearchPath(l.link) && x.names[l.name][0].path == l.path {
			out = append(out, l.name)
		}
	}
	slices.Sort(out)
	return out
}

// dropIns are the drop-in files of a unit's names: sorted by file name, and of those with one name the first in the
// order of directories (systemd.unit(5)).
func (x *Index) dropIns(names []string) []string {
	chosen := map[string]string{}
	for _, dir := range x.dropInDirs(names) {
		for _, file := range x.confFiles(dir) {
			if base := path.Base(file); chosen[base] == "" {
				chosen[base] = file
			}
		}
	}
	bases := make([]string, 0, len(chosen))
	for base := range chosen {
		bases = append(bases, base)
	}
	slices.Sort(bases)
	out := make([]string, len(bases))
	for i, base := range bases {
		out[i] = chosen[base]
	}
	return out
}

func (x *Index) confFiles(dir string) []string {
	entries, err := x.fs.ReadDir(dir)
	if err != nil {
		return []string{path.Join(dir, "unreadable.conf")} // its Stat gives the error that speaks for itself
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".conf") && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out
}

// dropInDirs are in the order of precedence: for each name the directories of the search path, in each the unit's own,
// its template's, those of its name cut after each dash; last the directories of the type.
func (x *Index) dropInDirs(names []string) []string {
	var out []string
	for _, name := range names {
		variants := append([]string{name}, prefixes(name)...)
		if t := Template(name); t != "" {
			variants = append([]string{name, t}, append(prefixes(name), prefixes(t)...)...)
		}
		for _, dir := range x.dirs {
			for _, v := range variants {
				if full := path.Join(dir, v+".d"); slices.Contains(x.extra[v+".d"], full) && !slices.Contains(out, full) {
					out = append(out, full)
				}
			}
		}
	}
	_, ext, _ := cutLast(names[0], ".")
	return append(out, x.extra[ext+".d"]...)
}

// prefixes of "a-b-c.service" are "a-b-.service", "a-.service".
func prefixes(name string) []string {
	stem, ext, _ := cutLast(name, ".")
	var out []string
	for {
		i := strings.LastIndex(strings.TrimSuffix(stem, "-"), "-")
		if i < 0 {
			return out
		}
		stem = stem[:i+1]
		out = append(out, stem+"."+ext)
	}
}
