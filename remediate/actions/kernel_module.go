package actions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/kernelargs"
	"github.com/holdfast-agent/holdfast/facts/linux/modprobeconf"
	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "kernel_module",
		Doc: "Denies a kernel module in " + modprobeFile + " (modprobe.d(5): an install command that does nothing, and a blacklist line) and unloads it; " +
			"or loads it, now and at boot (modules-load.d(5)). Refused for a module that is in use or built into the kernel.",
	}, planKernelModule))
}

type moduleArgs struct {
	Name    string  `cty:"name"`
	State   string  `cty:"state"`
	Options *string `cty:"options"`
}

const (
	modprobeFile = "/etc/modprobe.d/60-holdfast.conf"
	loadFile     = "/etc/modules-load.d/60-holdfast.conf"
)

var modprobeDirs = []string{"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"}

func planKernelModule(ctx context.Context, d *remediate.Draft, a moduleArgs) error {
	if a.Name == "" || strings.ContainsAny(a.Name, "/*?[ \t\n\\#") {
		return fmt.Errorf("%q is no name of a module", a.Name)
	}
	fact, err := d.Fact(ctx, "kernel_module", a.Name)
	if err != nil {
		return err
	}
	name := text(fact, "name") // overlayfs is overlay
	if name == "" {
		return remediate.Refuse("what is known of the module %s could not be read", a.Name)
	}
	if err := d.Claim("kernel module "+name, a.State); err != nil {
		return err
	}
	builtin := yes(fact, "builtin")
	if a.State == "disabled" {
		if builtin {
			return remediate.Refuse("%s is built into the kernel: only another kernel is without it", name)
		}
		return denyModule(ctx, d, name)
	}
	if builtin {
		return nil
	}
	return loadModule(ctx, d, name, a.Options)
}

// denyModule unloads a module and keeps it from being loaded.
func denyModule(ctx context.Context, d *remediate.Draft, name string) error {
	if err := unloadModule(ctx, d, name); err != nil {
		return err
	}
	conf, err := modprobeConfig(ctx, d)
	if err != nil {
		return err
	}
	denied, black, _, err := judge(conf, name)
	if err != nil || denied && black {
		return err
	}
	err = d.DropIn(ctx, modprobeFile, "#", func(lines []string) []string {
		for _, line := range []string{"install " + name + " /bin/false", "blacklist " + name} {
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		return lines
	}, remediate.Options{})
	if err != nil {
		return err
	}
	if conf, err = modprobeConfig(ctx, d); err != nil {
		return err
	}
	denied, _, wins, err := judge(conf, name)
	if err == nil && !denied {
		err = remediate.Refuse("%s:%d says how %s is loaded and comes before %s: take that line away", wins.File, wins.Line, name, modprobeFile)
	}
	return err
}

// judge tells what modprobe would make of a module's name, and by which line.
func judge(conf *modprobeconf.Config, name string) (denied, black bool, wins modprobeconf.Rule, err error) {
	wins, found, err := conf.Install(name)
	if err != nil {
		return false, false, wins, remediate.Refuse("modprobe's configuration can't be read: %v", err)
	}
	if found {
		does, sure := modprobeconf.Denies(wins.Command)
		denied = does && sure
	}
	if _, refused := conf.Refused(name); refused {
		denied = true
	}
	_, black, err = conf.Blacklisted(name)
	return denied, black, wins, err
}

func modprobeConfig(ctx context.Context, d *remediate.Draft) (*modprobeconf.Config, error) {
	conf := &modprobeconf.Config{}
	files, err := layered(d.Tree(), modprobeDirs, ".conf", modprobeFile)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		text, err := content(ctx, d, f)
		if err != nil {
			return nil, err
		}
		conf.Add(f, string(text))
	}
	cmdline, err := d.Tree().ReadFile("/proc/cmdline")
	if err != nil && !facts.IsAbsent(err) {
		return nil, err
	}
	for _, a := range kernelargs.Split(string(cmdline)) {
		conf.Argument(a, "/proc/cmdline")
	}
	return conf, nil
}

// unloadModule plans to take a module out of the kernel when nothing uses it.
func unloadModule(ctx context.Context, d *remediate.Draft, name string) error {
	loaded, uses, err := moduleUse(d.Tree(), name)
	if err != nil || !loaded {
		return err
	}
	if _, err := d.Tree().Stat("/run/systemd/container"); err == nil {
		return remediate.Refuse("%s is loaded in the kernel of the machine that this container runs on, and is unloaded there", name)
	}
	if len(uses) > 0 {
		return remediate.Refuse("%s is in use: %s", name, strings.Join(uses, "; "))
	}
	if text, err := d.Tree().ReadFile("/proc/sys/kernel/modules_disabled"); err == nil && strings.TrimSpace(string(text)) == "1" {
		return remediate.Refuse("%s is loaded, and no module can be unloaded until the next boot (kernel.modules_disabled)", name)
	}
	return d.Set(ctx, "module", name, remediate.NewState("not loaded", map[string]bool{"loaded": false}), remediate.Options{
		Stage: remediate.Kernel, Risk: plan.Disruptive, Undo: "undoing loads it again with the parameters of modprobe.d, not with others that it was given by hand",
	})
}

// moduleUse tells what uses a loaded module: modules, mounts, or how many others.
func moduleUse(tree remediate.Tree, name string) (loaded bool, uses []string, err error) {
	text, err := tree.ReadFile("/proc/modules")
	if facts.IsAbsent(err) {
		return false, nil, nil // a kernel without modules
	}
	if err != nil {
		return false, nil, err
	}
	count := ""
	for line := range strings.Lines(string(text)) {
		w := strings.Fields(line) // name, size, uses, users: proc(5)
		if len(w) < 4 || w[0] != name {
			continue
		}
		loaded, count = true, w[2]
		if users := strings.Trim(w[3], ",-"); users != "" {
			uses = append(uses, "the modules "+strings.ReplaceAll(users, ",", ", ")+" need it")
		}
	}
	if !loaded || count == "0" {
		return loaded, nil, nil
	}
	table, err := tree.ReadFile("/proc/self/mountinfo")
	if err != nil && !facts.IsAbsent(err) {
		return loaded, nil, err
	}
	mounts, err := mountinfo.Parse(table)
	if err != nil {
		return loaded, nil, err
	}
	for _, m := range mounts {
		if m.Type == name {
			uses = append(uses, m.Path+" is mounted with it")
		}
	}
	if len(uses) == 0 {
		uses = append(uses, count+" uses")
	}
	return loaded, uses, nil
}

// loadModule plans to load a module, now and at boot.
func loadModule(ctx context.Context, d *remediate.Draft, name string, options *string) error {
	conf, err := modprobeConfig(ctx, d)
	if err != nil {
		return err
	}
	if denied, _, by, err := judge(conf, name); err != nil {
		return err
	} else if denied {
		return remediate.Refuse("%s:%d keeps %s from being loaded", by.File, by.Line, name)
	}
	add := func(line, prefix string) func([]string) []string {
		return func(lines []string) []string {
			for i, l := range lines {
				if l == line || prefix != "" && strings.HasPrefix(l, prefix) {
					lines[i] = line
					return lines
				}
			}
			return append(lines, line)
		}
	}
	if options != nil && strings.TrimSpace(*options) != "" {
		if strings.ContainsAny(*options, "\n\\") {
			return fmt.Errorf("%q are no options of a module", *options)
		}
		prefix := "options " + name + " "
		if err := d.DropIn(ctx, modprobeFile, "#", add(prefix+strings.TrimSpace(*options), prefix), remediate.Options{}); err != nil {
			return err
		}
	}
	if err := d.DropIn(ctx, loadFile, "#", add(name, ""), remediate.Options{}); err != nil {
		return err
	}
	return d.Set(ctx, "module", name, remediate.NewState("loaded", map[string]bool{"loaded": true}), remediate.Options{Stage: remediate.Kernel})
}
