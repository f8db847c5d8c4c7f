package linux

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "systemd_conf",
		Doc:   "The settings of one of systemd's configuration files with its drop-ins: journald.conf, logind.conf, coredump.conf, system.conf, journal-upload.conf.",
		Reads: "NAME and NAME.d in /etc/systemd, /run/systemd, /usr/local/lib/systemd, /usr/lib/systemd",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "The file's name: logind.conf."}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			if name := args[0].AsString(); !systemdConfName.MatchString(name) {
				return nil, fmt.Errorf("%q is no configuration file of systemd, as logind.conf is", name)
			}
			return args, nil
		},
	}, collectSystemdConf))
}

var systemdConfName = regexp.MustCompile(`^[a-z][a-z0-9-]*\.conf$`)

// SystemdConf is one configuration as systemd merges it.
type SystemdConf struct {
	Missing facts.Missing

	Exists  facts.V[bool]                       `fact:"exists" doc:"Whether the file or a drop-in of it exists."`
	Files   facts.List[string]                  `fact:"files" doc:"The files in the order they are applied."`
	Options facts.V[map[string]facts.V[string]] `fact:"options" doc:"What is set, by \"Section.Option\"; the last assignment counts, servers and the like are collected. What is not set has systemd's default. Environments are left out, they may hold secrets."`
}

func collectSystemdConf(ctx context.Context, r *facts.Reader, key facts.Key) (SystemdConf, error) {
	c, err := systemdConfOf(ctx, r, key.Subject)
	if err != nil {
		return SystemdConf{Missing: facts.Missing(err.Error())}, nil
	}
	return SystemdConf{
		Exists:  facts.Known(len(c.files) > 0, facts.File("/etc/systemd/"+key.Subject, 0)),
		Files:   facts.Complete(c.files, facts.Origin{}),
		Options: facts.Known(c.options(), facts.Origin{}),
	}, nil
}

// systemdConf is a configuration of systemd in the order it is applied.
type systemdConf struct {
	files    []string
	settings []unitfile.Setting
}

var systemdConfDirs = []string{"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"}

// systemdConfOf reads a configuration once. The main file is the first there is (before systemd 256 only /etc/systemd
// had one); then the drop-ins by the order of their names, of two with one name the first directory's
// (systemd.syntax(7), "configuration directories and precedence").
func systemdConfOf(ctx context.Context, r *facts.Reader, name string) (*systemdConf, error) {
	return facts.Once(ctx, r, "systemd/"+name, func(_ context.Context, r *facts.Reader) (*systemdConf, error) {
		c := &systemdConf{}
		for _, dir := range systemdConfDirs {
			found, err := c.add(r, path.Join(dir, name))
			if err != nil {
				return nil, err
			}
			if found {
				break
			}
		}
		dropIns := map[string]string{}
		for _, dir := range systemdConfDirs {
			files, err := r.Glob(path.Join(dir, name+".d/*.conf"))
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				if base := path.Base(f); dropIns[base] == "" {
					dropIns[base] = f
				}
			}
		}
		for _, base := range sortedNames(dropIns) {
			if _, err := c.add(r, dropIns[base]); err != nil {
				return nil, err
			}
		}
		return c, nil
	})
}

// add applies a file, if there is one; a link to /dev/null or an empty file is there and says nothing.
func (c *systemdConf) add(r *facts.Reader, name string) (found bool, err error) {
	if target, err := r.Readlink(name); err == nil && target == "/dev/null" {
		return true, nil
	}
	b, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	settings, err := unitfile.Parse(name, b)
	if err != nil {
		return false, err
	}
	c.files = append(c.files, name)
	c.settings = append(c.settings, settings...)
	return true, nil
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// collected are options whose assignments add up; an empty one starts anew.
var collected = []string{"Time.NTP", "Time.FallbackNTP", "Resolve.DNS", "Resolve.FallbackDNS", "Resolve.Domains"}

var userInfo = regexp.MustCompile(`://[^/@\s]*@`)

func (c *systemdConf) options() map[string]facts.V[string] {
	out := map[string]facts.V[string]{}
	for _, s := range c.settings {
		name := s.Section + "." + s.Key
		if strings.HasSuffix(s.Key, "Environment") {
			continue
		}
		if s.Value == "" {
			delete(out, name)
			continue
		}
		value := userInfo.ReplaceAllString(s.Value, "://")
		if before, ok := out[name]; ok && slices.Contains(collected, name) {
			value = before.Or("") + " " + value
		}
		out[name] = facts.Known(value, facts.File(s.File, s.Line))
	}
	return out
}

// valid is the last assignment of an option that its parser accepts: systemd warns of others and passes them over.
func (c *systemdConf) valid(section, key string, accepts func(string) bool) (unitfile.Setting, bool) {
	for _, s := range slices.Backward(c.settings) {
		if s.Section == section && s.Key == key && accepts(s.Value) {
			return s, true
		}
	}
	return unitfile.Setting{}, false
}

func (c *systemdConf) text(section, key, otherwise, from string, accepts func(string) bool) facts.V[string] {
	if s, ok := c.valid(section, key, accepts); ok {
		return facts.Known(s.Value, facts.File(s.File, s.Line))
	}
	return facts.Known(otherwise, facts.From(from))
}

func (c *systemdConf) bool(section, key string, otherwise bool, from string) facts.V[bool] {
	isBool := func(s string) bool { _, ok := unitfile.Bool(s); return ok }
	s, ok := c.valid(section, key, isBool)
	if !ok {
		return facts.Known(otherwise, facts.From(from))
	}
	v, _ := unitfile.Bool(s.Value)
	return facts.Known(v, facts.File(s.File, s.Line))
}
