package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/printable"
	"github.com/holdfast-agent/holdfast/plugins/launch"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/spf13/cobra"
)

const (
	pluginsFile  = "plugins.hcl"
	pluginsCache = "/var/cache/holdfast/plugins"
)

// plugged are the plugins that are in use, with what they add.
type plugged struct {
	read    bool
	specs   []*launch.Spec
	running map[string]*launch.Plugin
	sources []facts.Source
	kinds   []benchmarks.FixKind
	actions []remediate.Action
}

// allSources are the built-in facts and those of the plugins in use.
func (p *program) allSources() []facts.Source {
	return slices.Concat(p.sources(), p.plugged.sources)
}

// pluginSpecs are the plugins that the configuration names. Reading it starts none.
func (p *program) pluginSpecs() ([]*launch.Spec, error) {
	if p.plugged.read {
		return p.plugged.specs, nil
	}
	files, err := p.configFiles(pluginsFile)
	if err != nil {
		return nil, err
	}
	if len(files) > 0 {
		specs, diags := launch.Parse(files[0].name, files[0].text)
		if err := p.report("", &benchmarks.Bundle{Files: map[string]*hcl.File{files[0].name: {Bytes: files[0].text}}}, diags); err != nil {
			return nil, fmt.Errorf("%s is wrong", files[0].name)
		}
		if err := p.unlikeBuiltIn(specs); err != nil {
			return nil, fmt.Errorf("%s: %w", files[0].name, err)
		}
		p.plugged.specs = specs
	}
	p.plugged.read = true
	return p.plugged.specs, nil
}

func (p *program) unlikeBuiltIn(specs []*launch.Spec) error {
	schema := facts.NewSchema(p.sources())
	for _, s := range specs {
		for _, f := range s.Facts {
			if _, built := schema[f]; built {
				return fmt.Errorf("plugin %s: the fact %s is built in, and a plugin can't take its place", s.Name, f)
			}
		}
		for _, k := range s.Actions {
			if slices.Contains(benchmarks.FixKindNames(), k) {
				return fmt.Errorf("plugin %s: the kind of fix %s is built in, and a plugin can't take its place", s.Name, k)
			}
		}
	}
	return nil
}

// plug takes those plugins into use of which a fact or a kind of fix is wanted.
func (p *program) plug(wanted func(name string) bool) error {
	specs, err := p.pluginSpecs()
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range specs {
		if p.plugged.running[s.Name] == nil && slices.ContainsFunc(slices.Concat(s.Facts, s.Actions), wanted) {
			errs = append(errs, p.use(s))
		}
	}
	return errors.Join(errs...)
}

func (p *program) use(s *launch.Spec) error {
	plugin := launch.New(s, launch.Options{Cache: p.cache})
	if p.plugged.running == nil {
		p.plugged.running = map[string]*launch.Plugin{}
	}
	p.plugged.running[s.Name] = plugin
	ctx := context.Background() // each of its calls has a deadline
	d, err := plugin.Describe(ctx)
	if err != nil {
		return err
	}
	sources, err := plugin.Sources(ctx)
	if err != nil {
		return err
	}
	actions, err := plugin.Actions(ctx)
	if err != nil {
		return err
	}
	p.plugged.sources = append(p.plugged.sources, sources...)
	p.plugged.actions = append(p.plugged.actions, actions...)
	p.plugged.kinds = append(p.plugged.kinds, d.FixKinds()...)
	return nil
}

// unplug ends the plugins that were started.
func (p *program) unplug() {
	for _, plugin := range p.plugged.running {
		plugin.Close()
	}
}

// loadFrom loads policies, with the plugins that they name.
func (p *program) loadFrom(fsys fs.FS) (*benchmarks.Bundle, hcl.Diagnostics) {
	if err := p.plugFor(fsys); err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Plugin cannot be used", Detail: err.Error(), Extra: err}}
	}
	return benchmarks.Load(fsys, facts.NewSchema(p.allSources()), p.plugged.kinds...)
}

// plugFor takes those plugins into use whose names stand in the text of policies, be it by chance.
func (p *program) plugFor(fsys fs.FS) error {
	specs, err := p.pluginSpecs()
	if err != nil || len(specs) == 0 {
		return err
	}
	words := map[string]bool{}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".hcl" {
			addWords(words, fsys, name)
		}
		return nil // what can't be read is for the loading of policies to say
	})
	return errors.Join(err, p.plug(func(name string) bool {
		space, local, has := strings.Cut(name, "::")
		return words[space] && (!has || words[local])
	}))
}

func addWords(words map[string]bool, fsys fs.FS, name string) {
	f, err := fsys.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	text, err := readBounded(f, name)
	if err != nil {
		return
	}
	for _, w := range bytes.FieldsFunc(text, notOfName) {
		words[string(w)] = true
	}
}

// notOfName tells what ends a name of a fact or a kind.
func notOfName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

func (p *program) plugin() *cobra.Command {
	cmd := &cobra.Command{
		Use: "plugin", Short: "List and verify the plugins that the configuration names",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "list", Short: "Print the plugins, with what they offer and their checksums",
		Long: `Print the plugins that ` + pluginsFile + ` in /etc/holdfast names. None is started.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return p.listPlugins() },
	}, &cobra.Command{
		Use: "verify [NAME...]", Short: "Check the plugins' programs, start them, and check what they offer",
		Long: `Check of each plugin, or of those named, that its program and all above it
belong to root and nobody else can write there, that it has the checksum that the
configuration says, that it starts and speaks the protocol, and that it offers
what the configuration names.

Exit codes: 0 all is well, 1 something is not.`,
		RunE: func(cmd *cobra.Command, names []string) error { return p.verifyPlugins(cmd, names) },
	})
	return cmd
}

func (p *program) listPlugins() error {
	specs, err := p.pluginSpecs()
	if err != nil {
		return err
	}
	if len(specs) == 0 {
		p.note("%s names no plugin", filepath.Join(p.config, pluginsFile))
	}
	for _, s := range specs {
		fmt.Fprintf(p.out, "%s\n  %s\n  sha256 %s\n", s.Name, printable.Line(s.Path), s.SHA256)
		for _, x := range []struct {
			what  string
			names []string
		}{{"facts", s.Facts}, {"actions", s.Actions}, {"writes", s.Writes}, {"effects", s.Effects}, {"units", s.Units}} {
			if len(x.names) > 0 {
				fmt.Fprintf(p.out, "  %s %s\n", x.what, printable.Line(strings.Join(x.names, ", ")))
			}
		}
	}
	return nil
}

func (p *program) verifyPlugins(cmd *cobra.Command, names []string) error {
	specs, err := p.pluginSpecs()
	if err != nil {
		return err
	}
	for _, n := range names {
		if !slices.ContainsFunc(specs, func(s *launch.Spec) bool { return s.Name == n }) {
			return usage(cmd, "the configuration names no plugin %q", n)
		}
	}
	wrong := 0
	for _, s := range specs {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		plugin := launch.New(s, launch.Options{Cache: p.cache, Fresh: true})
		_, err := plugin.Describe(cmd.Context())
		plugin.Close()
		if err != nil {
			wrong++
			p.complain(err.Error())
			continue
		}
		fmt.Fprintf(p.out, "%s: as the configuration says; it offers %s and %s\n", s.Name, count(len(s.Facts), "fact"), count(len(s.Actions), "kind")+" of fix")
	}
	if wrong > 0 {
		return exitCode(exitError)
	}
	return nil
}
