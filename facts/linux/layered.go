package linux

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// layeredFiles lists the files of a configuration spread over several directories: dirs from the highest priority to the
// lowest; a name found in one hides the same name in those after it, also when it is a symlink to nowhere or to
// /dev/null; sorted by name across directories. Hidden names are left out. The error speaks of a directory that exists
// and can't be listed: then any name may be missing or hidden.
func layeredFiles(r *facts.Reader, dirs []string, suffixes ...string) ([]string, error) {
	byName := map[string]string{}
	for _, dir := range dirs {
		entries, err := r.ReadDir(dir)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			name := e.Name()
			if strings.HasPrefix(name, ".") || !slices.Contains(suffixes, path.Ext(name)) {
				continue
			}
			if _, hidden := byName[name]; !hidden {
				byName[name] = path.Join(dir, name)
			}
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = byName[name]
	}
	return files, nil
}

// readLayered reads one of those files. A symlink to nowhere and /dev/null read as empty, as they do for the programs
// whose configuration it is; a directory says nothing either.
func readLayered(r *facts.Reader, name string, limit int64) ([]byte, error) {
	if isMasked(r, name) {
		return nil, nil
	}
	st, err := r.Stat(name)
	switch {
	case facts.IsAbsent(err):
		return nil, nil
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, nil
	}
	return r.ReadFileMax(name, limit)
}

// isMasked tells whether name is a symlink to /dev/null (which an unpacked image need not have), or is that device.
func isMasked(r *facts.Reader, name string) bool {
	if target, err := r.Readlink(name); err == nil {
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target)
		}
		if path.Clean(target) == "/dev/null" {
			return true
		}
	}
	st, err := r.Stat(name)
	return err == nil && st.Mode()&fs.ModeCharDevice != 0
}

// unitWanted tells whether a systemd unit is pulled in by some target through a link of `systemctl enable` or one that
// its package ships, and is not masked. The error says why it can't be told.
func unitWanted(ctx context.Context, r *facts.Reader, unit string) (bool, error) {
	for _, dir := range unitDirs {
		if isMasked(r, path.Join(dir, unit)) {
			return false, nil
		}
		if _, err := r.Lstat(path.Join(dir, unit)); err == nil {
			break // what follows is hidden
		}
	}
	links, err := facts.Once(ctx, r, "wants links", func(_ context.Context, r *facts.Reader) (*wantsLinks, error) {
		return readWantsLinks(r), nil
	})
	switch {
	case err != nil:
		return false, err
	case links.units[unit]:
		return true, nil
	}
	return false, links.err
}

// wantsLinks are the units that a link in some directory NAME.wants or NAME.requires pulls in.
type wantsLinks struct {
	units map[string]bool
	err   error // of a directory that could not be listed
}

func readWantsLinks(r *facts.Reader) *wantsLinks {
	l := &wantsLinks{units: map[string]bool{}}
	list := func(dir string) []fs.DirEntry {
		entries, err := r.ReadDir(dir)
		if err != nil && !facts.IsAbsent(err) {
			l.err = err
		}
		return entries
	}
	for _, dir := range unitDirs {
		for _, e := range list(dir) {
			if ext := path.Ext(e.Name()); ext != ".wants" && ext != ".requires" {
				continue
			}
			for _, link := range list(path.Join(dir, e.Name())) {
				l.units[link.Name()] = true
			}
		}
	}
	return l
}

// unitDirs are the directories of unit files from the highest priority to the lowest (systemd.unit(5)), without those
// of generators.
var unitDirs = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}
