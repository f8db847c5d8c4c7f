package launch

import (
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"
)

// Spec is a plugin as the configuration names it.
type Spec struct {
	Name   string   `hcl:"name,label"`
	Path   string   `hcl:"path"`          // absolute, and without symlinks
	SHA256 string   `hcl:"sha256"`        // of the program, in hex
	Args   []string `hcl:"args,optional"` // of the program

	Facts   []string `hcl:"facts,optional"`   // facts that it may offer
	Actions []string `hcl:"actions,optional"` // kinds of fix that it may offer
	// What its actions may see and change: files, and folders that end in a slash.
	Writes  []string `hcl:"writes,optional"`
	Effects []string `hcl:"effects,optional"` // beside file and mode
	Units   []string `hcl:"units,optional"`   // that it may have reloaded or restarted

	// ReadAll lets it read files that only root may.
	ReadAll    bool `hcl:"read_all,optional"`
	MemoryMiB  int  `hcl:"memory_mib,optional"`  // 256 when not given
	CPUPercent int  `hcl:"cpu_percent,optional"` // of one core; 100 when not given
}

type configuration struct {
	Plugins []*Spec `hcl:"plugin,block"`
}

var (
	pluginName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	factName   = regexp.MustCompile(`^[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)?$`)
	kindName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	unitName   = regexp.MustCompile(`^[A-Za-z0-9:_.@\\-]+\.[a-z]+$`)
)

// Parse reads a configuration: blocks plugin "NAME".
func Parse(name string, text []byte) ([]*Spec, hcl.Diagnostics) {
	f, diags := hclparse.NewParser().ParseHCL(text, name)
	if diags.HasErrors() {
		return nil, diags
	}
	var c configuration
	if diags := gohcl.DecodeBody(f.Body, nil, &c); diags.HasErrors() {
		return nil, diags
	}
	seen := map[string]string{}
	for _, s := range c.Plugins {
		err := s.check()
		for _, what := range append([]string{"plugin " + s.Name}, s.offers()...) {
			if by, twice := seen[what]; twice && err == nil {
				err = fmt.Errorf("%s is configured twice, for %s and %s", what, by, s.Name)
			}
			seen[what] = s.Name
		}
		if err != nil {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Wrong plugin", Detail: fmt.Sprintf("Plugin %q: %v.", s.Name, err),
				Subject: &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos},
			})
		}
	}
	return c.Plugins, diags
}

func (s *Spec) offers() []string {
	var out []string
	for _, f := range s.Facts {
		out = append(out, "fact "+f)
	}
	for _, k := range s.Actions {
		out = append(out, "action "+k)
	}
	return out
}

func (s *Spec) check() error {
	if s.MemoryMiB == 0 {
		s.MemoryMiB = 256
	}
	if s.CPUPercent == 0 {
		s.CPUPercent = 100
	}
	sum, err := hex.DecodeString(s.SHA256)
	switch {
	case !pluginName.MatchString(s.Name):
		return fmt.Errorf("the name must match %s", pluginName)
	case !path.IsAbs(s.Path) || path.Clean(s.Path) != s.Path || s.Path == "/":
		return fmt.Errorf("%q is not a clean absolute path", s.Path)
	case err != nil || len(sum) != 32:
		return fmt.Errorf("sha256 %q is not a SHA-256 in hex: sha256sum %s", s.SHA256, s.Path)
	case len(s.Facts)+len(s.Actions) == 0:
		return fmt.Errorf("it offers nothing: name its facts or actions")
	case s.MemoryMiB < 32 || s.MemoryMiB > 4096:
		return fmt.Errorf("memory_mib is %d, and must be 32 to 4096", s.MemoryMiB)
	case s.CPUPercent < 1 || s.CPUPercent > 400:
		return fmt.Errorf("cpu_percent is %d, and must be 1 to 400", s.CPUPercent)
	}
	for _, check := range []struct {
		names   []string
		pattern *regexp.Regexp
		what    string
	}{{s.Facts, factName, "fact"}, {s.Actions, kindName, "kind of fix"}, {s.Effects, kindName, "effect"}, {s.Units, unitName, "unit"}} {
		for _, n := range check.names {
			if !check.pattern.MatchString(n) {
				return fmt.Errorf("%q is no name of a %s", n, check.what)
			}
		}
	}
	for _, w := range s.Writes {
		if !path.IsAbs(w) || path.Clean(w) != strings.TrimSuffix(w, "/") {
			return fmt.Errorf("%q in writes is neither a clean absolute path nor one of a folder, which ends in a slash", w)
		}
	}
	return nil
}

// mayChange tells whether the plugin's actions may see and change a target, and why not.
func (s *Spec) mayChange(effect, target string) error {
	if effect != "file" && effect != "mode" {
		if slices.Contains(s.Effects, effect) {
			return nil
		}
		return fmt.Errorf("the configuration does not let it use the effect %q", effect)
	}
	if path.IsAbs(target) && path.Clean(target) == target {
		for _, w := range s.Writes {
			if target == w || strings.HasSuffix(w, "/") && strings.HasPrefix(target, w) {
				return nil
			}
		}
	}
	return fmt.Errorf("the configuration does not let it see or change %s", target)
}
