package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
)

const (
	aptDir      = "/etc/apt"
	aptListsDir = "/var/lib/apt/lists"
)

// aptConfigOf is apt's configuration: the files of apt.conf.d in order, then apt.conf. A variable APT_CONFIG or options of
// a command line can change it for one run of apt; those are not looked at.
func aptConfigOf(ctx context.Context, r *facts.Reader) (*aptconf.Config, error) {
	return facts.Once(ctx, r, "apt.conf", func(_ context.Context, r *facts.Reader) (*aptconf.Config, error) {
		c := &aptconf.Config{}
		files, err := aptParts(r, aptDir+"/apt.conf.d", "", ".conf")
		if err != nil {
			return nil, err
		}
		for _, name := range append(files, aptDir+"/apt.conf") {
			b, err := r.ReadFile(name)
			if facts.IsAbsent(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if err := c.Parse(name, b, 0, aptInclude(r, c)); err != nil {
				return nil, err
			}
		}
		for _, name := range aptPlaces {
			if item, ok := c.Get(name); ok {
				return nil, fmt.Errorf("%s:%d moves apt's files: %s is not followed", item.File, item.Line, name)
			}
		}
		return c, nil
	})
}

// aptPlaces are options that would make apt read other files than ours.
var aptPlaces = []string{"Dir", "Dir::State", "Dir::State::lists", "Dir::State::status", "Dir::Etc", "Dir::Etc::parts",
	"Dir::Etc::main", "Dir::Etc::sourcelist", "Dir::Etc::sourceparts", "Dir::Etc::preferences", "Dir::Etc::preferencesparts",
	"Dir::Etc::trusted", "Dir::Etc::trustedparts", "RootDir"}

func aptInclude(r *facts.Reader, c *aptconf.Config) aptconf.Include {
	var include aptconf.Include
	include = func(name string, depth int) error {
		files := []string{name}
		if strings.HasSuffix(name, "/") {
			var err error
			if files, err = aptParts(r, path.Clean(name), "", ".conf"); err != nil {
				return err
			}
		}
		for _, f := range files {
			b, err := r.ReadFile(f)
			if err != nil {
				return err
			}
			if err := c.Parse(f, b, depth, include); err != nil {
				return err
			}
		}
		return nil
	}
	return include
}

// aptParts lists the files of a directory that apt reads: by the characters of their names and their extensions.
func aptParts(r *facts.Reader, dir string, extensions ...string) ([]string, error) {
	entries, err := r.ReadDir(dir)
	if facts.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if !aptconf.FileName(e.Name()) || !slices.Contains(extensions, path.Ext(e.Name())) {
			continue
		}
		if st, err := r.Stat(name); err == nil && st.IsDir() {
			continue
		}
		out = append(out, name)
	}
	return out, nil
}

// aptSourcesOf are all entries of sources.list(5) in apt's order. The error says what could not be read or parsed, and
// comes with the entries of the other files.
func aptSourcesOf(ctx context.Context, r *facts.Reader) ([]aptconf.Source, error) {
	type result struct {
		sources []aptconf.Source
		err     error
	}
	res, err := facts.Once(ctx, r, "sources.list", func(_ context.Context, r *facts.Reader) (result, error) {
		sources, err := readAptSources(r)
		return result{sources, err}, nil
	})
	if err != nil {
		return nil, err
	}
	return res.sources, res.err
}

func readAptSources(r *facts.Reader) (out []aptconf.Source, failed error) {
	files, err := aptParts(r, aptDir+"/sources.list.d", ".list", ".sources")
	if err != nil {
		failed = err
	}
	for _, name := range append([]string{aptDir + "/sources.list"}, files...) {
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue
		}
		if err == nil {
			var sources []aptconf.Source
			if path.Ext(name) == ".sources" {
				sources, err = aptconf.ParseSources(name, b)
			} else {
				sources, err = aptconf.ParseList(name, b)
			}
			out = append(out, sources...)
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return out, failed
}

// aptPinsOf are the records of preferences, then of preferences.d in order.
func aptPinsOf(r *facts.Reader) ([]aptconf.Pin, error) {
	files, err := aptParts(r, aptDir+"/preferences.d", "", ".pref")
	if err != nil {
		return nil, err
	}
	var out []aptconf.Pin
	for _, name := range append([]string{aptDir + "/preferences"}, files...) {
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		pins, err := aptconf.ParsePreferences(name, b)
		if err != nil {
			return nil, err
		}
		out = append(out, pins...)
	}
	return out, nil
}
