// Package unitfile finds systemd's unit files, merges their drop-ins and tells what "systemctl is-enabled" would, from
// files alone: systemd.unit(5), systemctl(1). Specifiers stay as written, except in names of instances. It talks to no
// running systemd and knows nothing of what is active.
package unitfile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// FS is the host's tree of files. Stat and ReadFile follow symlinks inside of it.
type FS interface {
	ReadFile(name string) ([]byte, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Readlink(name string) (string, error)
	Stat(name string) (fs.FileInfo, error)
}

// SearchPath are the directories of the system manager's units, the first wins: systemd.unit(5), table 1.
var SearchPath = []string{
	"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
	"/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
	"/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system",
	"/lib/systemd/system", "/usr/lib/systemd/system", "/run/systemd/generator.late",
}

const (
	persistentConfig = "/etc/systemd/system"
	maxUnits         = 1 << 16
)

// Index is what lies in the search path: which names, where, and the links that say what wants what.
type Index struct {
	fs    FS
	dirs  []string
	names map[string][]place  // by unit name, in the order of the search path
	links []namedPlace        // those of names that are symlinks
	wants map[string][]Link   // by name of the link in X.wants and X.requires
	extra map[string][]string // drop-in directories: "ssh.service.d" to paths
	count int
}

type place struct {
	dir, path string
	link      string // target as written, when it is a symlink
}

type namedPlace struct {
	name string
	place
}

// Link tells who wants a unit: By is the unit, Kind "wants" or "requires", Dir the search path's directory. The name of
// the link says what is wanted; where it points does not matter to systemd.
type Link struct{ By, Kind, Dir string }

// NewIndex reads the directories of the search path. One that exists and can't be read is an error: what it holds could
// change everything.
func NewIndex(tree FS, absent func(error) bool) (*Index, error) {
	x := &Index{fs: tree, names: map[string][]place{}, wants: map[string][]Link{}, extra: map[string][]string{}}
	for _, dir := range SearchPath {
		if dir == "/lib/systemd/system" { // the same directory as /usr/lib on a merged system
			if target, err := tree.Readlink("/lib"); err == nil && strings.Trim(target, "/") == "usr/lib" {
				continue
			}
		}
		entries, err := tree.ReadDir(dir)
		if absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		x.dirs = append(x.dirs, dir)
		for _, e := range entries {
			if err := x.add(dir, e, absent); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func (x *Index) add(dir string, e fs.DirEntry, absent func(error) bool) error {
	if x.count++; x.count > maxUnits {
		return fmt.Errorf("more than %d files in the search path of units", maxUnits)
	}
	name, full := e.Name(), path.Join(dir, e.Name())
	switch ext := path.Ext(name); {
	case ext == ".wants" || ext == ".requires":
		return x.addLinks(dir, name, absent)
	case ext == ".d":
		x.extra[name] = append(x.extra[name], full)
	case unitTypes[strings.TrimPrefix(ext, ".")]:
		p := place{dir: dir, path: full}
		if e.Type()&fs.ModeSymlink != 0 {
			target, err := x.fs.Readlink(full)
			if err != nil {
				return err
			}
			p.link = absolute(dir, target)
			x.links = append(x.links, namedPlace{name, p})
		}
		x.names[name] = append(x.names[name], p)
	}
	return nil
}

func (x *Index) addLinks(dir, name string, absent func(error) bool) error {
	full := path.Join(dir, name)
	entries, err := x.fs.ReadDir(full)
	if err != nil {
		if absent(err) {
			return nil // not a directory, or a dangling link
		}
		return err
	}
	by, kind, _ := cutLast(name, ".")
	for _, e := range entries {
		if x.count++; x.count > maxUnits {
			return fmt.Errorf("more than %d files in the search path of units", maxUnits)
		}
		if e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		x.wants[e.Name()] = append(x.wants[e.Name()], Link{By: by, Kind: kind, Dir: dir})
	}
	return nil
}

func absolute(dir, target string) string {
	if path.IsAbs(target) {
		return path.Clean(target)
	}
	return path.Join(dir, target)
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

var unitTypes = map[string]bool{"service": true, "socket": true, "target": true, "device": true, "mount": true,
	"automount": true, "swap": true, "timer": true, "path": true, "slice": true, "scope": true}

// ValidName tells whether name is a unit's full name: ssh.service.
func ValidName(name string) bool {
	stem, ext, ok := cutLast(name, ".")
	if !ok || stem == "" || !unitTypes[ext] || len(name) > 255 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(`:-_.\@`, r))
	}) < 0
}

// Template is the template of an instance ("getty@.service" of "getty@tty1.service"); empty when it is none.
func Template(name string) string {
	stem, ext, _ := cutLast(name, ".")
	prefix, instance, ok := strings.Cut(stem, "@")
	if !ok || instance == "" || prefix == "" {
		return ""
	}
	return prefix + "@." + ext
}

// Instance is the instance's part of a name: "tty1"; empty when there is none.
func Instance(name string) string {
	stem, _, _ := cutLast(name, ".")
	_, instance, _ := strings.Cut(stem, "@")
	return instance
}

// IsTemplate tells whether name is a template: nothing that can run by itself.
func IsTemplate(name string) bool {
	stem, _, _ := cutLast(name, ".")
	return strings.HasSuffix(stem, "@")
}

// Names are all unit names in the search path, with the instances that something wants, sorted.
func (x *Index) Names() []string {
	seen := map[string]bool{}
	for name := range x.names {
		seen[name] = true
	}
	for name := range x.wants {
		if t := Template(name); t != "" && len(x.names[t]) > 0 {
			seen[name] = true
		}
	}
	out := make([]string, 0, len(seen))
	for name := range seen {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// WantedBy are the units that want or require one of names, in the order of the search path.
func (x *Index) WantedBy(names ...string) []Link {
	var out []Link
	for _, name := range names {
		for _, l := range x.wants[name] {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}
