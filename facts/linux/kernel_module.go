package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/kernelargs"
	"github.com/holdfast-agent/holdfast/facts/linux/modprobeconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "kernel_module",
		Doc: "One kernel module: whether it is in the kernel, and whether modprobe would bring it there. A blacklisted module is not loaded on its own accord " +
			"(for a device, a file system), but modprobe loads it when called with its name; only an install command that does nothing, or the kernel's module_blacklist=, denies it.",
		Reads:     "/proc/modules, /proc/filesystems, /proc/net/protocols, /lib/modules/*/modules.dep and modules.builtin, modprobe.d(5), /proc/cmdline",
		Args:      []facts.Arg{{Name: "name", Type: cty.String, Doc: "Name of the module; dashes and underscores are the same. overlayfs means overlay."}},
		Canonical: canonicalModule,
	}, collectKernelModule))
}

// KernelModule is one module.
type KernelModule struct {
	Missing facts.Missing

	Name        string             `fact:"name" doc:"Name of the module, with underscores."`
	Loaded      facts.V[bool]      `fact:"loaded" doc:"Whether it is loaded now. Code that is built into the kernel is not loaded: see builtin."`
	Builtin     facts.V[bool]      `fact:"builtin" doc:"Whether it is part of the running kernel itself (of an image: of any installed kernel)."`
	Available   facts.V[bool]      `fact:"available" doc:"Whether there is a module file for the running kernel (of an image: for any installed kernel)."`
	Loadable    facts.V[bool]      `fact:"loadable" doc:"Whether it is built in, or available and not denied."`
	Blacklisted facts.V[bool]      `fact:"blacklisted" doc:"Whether a blacklist line, or the kernel's command line, keeps it from being loaded for a device or file system."`
	Denied      facts.V[bool]      `fact:"denied" doc:"Whether modprobe would run a command that does nothing in the place of loading it, or the kernel refuses it. Unknown for a command that may load it."`
	Install     facts.V[string]    `fact:"install" doc:"Command that modprobe would run in the place of loading it; empty when there is none."`
	Aliases     facts.List[string] `fact:"aliases" doc:"Modules that modprobe loads instead when called with the name, by alias lines of modprobe.d. They do not keep the module from being loaded otherwise."`
	Kernels     facts.List[string] `fact:"kernels" doc:"Releases of installed kernels that have a file of the module."`
}

// moduleNames are names of drivers that their module does not bear.
var moduleNames = map[string]string{"overlayfs": "overlay", "freevxfs_fs": "freevxfs", "vxfs": "freevxfs", "usbstorage": "usb_storage"}

func canonicalModule(args []cty.Value) ([]cty.Value, error) {
	name := strings.ReplaceAll(args[0].AsString(), "-", "_")
	if name == "" || strings.ContainsAny(name, "/*?[\x00 ") {
		return nil, fmt.Errorf("%q is not the name of a module", args[0].AsString())
	}
	if real, ok := moduleNames[name]; ok {
		name = real
	}
	return []cty.Value{cty.StringVal(name)}, nil
}

func collectKernelModule(ctx context.Context, r *facts.Reader, key facts.Key) (KernelModule, error) {
	m := KernelModule{Name: key.Subject}
	conf, err := modprobeConfig(ctx, r)
	if err != nil {
		return m, err
	}
	m.readConfig(conf)
	kernel, err := facts.Once(ctx, r, "kernel modules", readKernelModules)
	if err != nil {
		return m, err
	}
	m.readRunning(kernel, r)
	m.readFiles(kernel)
	m.decide()
	return m, nil
}

var modprobeDirs = []string{"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"}

func modprobeConfig(ctx context.Context, r *facts.Reader) (*modprobeconf.Config, error) {
	return facts.Once(ctx, r, "modprobe.d", func(_ context.Context, r *facts.Reader) (*modprobeconf.Config, error) {
		conf := &modprobeconf.Config{}
		files, err := layeredFiles(r, modprobeDirs, ".conf", ".alias")
		if err != nil {
			conf.Unread(err.Error())
		}
		for _, file := range files {
			content, err := readLayered(r, file, 0)
			if err != nil {
				conf.Unread(err.Error())
				continue
			}
			conf.Add(file, string(content))
		}
		if !r.Live() {
			return conf, nil
		}
		const file = "/proc/cmdline"
		cmdline, err := r.ReadFile(file)
		if err != nil && !facts.IsAbsent(err) {
			conf.Unread(err.Error())
		}
		for _, a := range kernelargs.Split(string(cmdline)) {
			conf.Argument(a, file)
		}
		return conf, nil
	})
}

func (m *KernelModule) readConfig(conf *modprobeconf.Config) {
	origin := func(rule modprobeconf.Rule, found bool) facts.Origin {
		if found {
			return facts.File(rule.File, rule.Line)
		}
		return facts.From("modprobe.d(5)")
	}
	black, found, err := conf.Blacklisted(m.Name)
	if err != nil {
		m.Blacklisted = facts.Unknown[bool](err.Error())
	} else {
		m.Blacklisted = facts.Known(found, origin(black, found))
	}
	install, found, err := conf.Install(m.Name)
	if err != nil {
		m.Install, m.Denied = facts.Unknown[string](err.Error()), facts.Unknown[bool](err.Error())
	} else {
		m.Install = facts.Known(install.Command, origin(install, found))
		m.Denied = facts.Known(false, origin(install, found))
	}
	if found {
		if denies, sure := modprobeconf.Denies(install.Command); sure {
			m.Denied = facts.Known(denies, origin(install, true))
		} else {
			m.Denied = facts.Unknown[bool](fmt.Sprintf("%s:%d: a command that may load the module: %s", install.File, install.Line, install.Command))
		}
	}
	if refused, ok := conf.Refused(m.Name); ok {
		m.Denied = facts.Known(true, facts.File(refused.File, 0))
	}
	var targets []string
	for _, a := range conf.Aliases(m.Name) {
		targets = append(targets, a.Command)
	}
	m.Aliases = facts.Complete(targets, facts.From("modprobe.d(5)"))
}

// decide derives loadable from what else is known: what is unknown makes it unknown only where it would matter.
func (m *KernelModule) decide() {
	builtin, builtinKnown := m.Builtin.Get()
	available, availableKnown := m.Available.Get()
	denied, deniedKnown := m.Denied.Get()
	switch {
	case builtin:
		m.Loadable = facts.Known(true, m.Builtin.Origin())
	case !builtinKnown:
		m.Loadable = facts.Unknown[bool](m.Builtin.Reason())
	case deniedKnown && denied:
		m.Loadable = facts.Known(false, m.Denied.Origin())
	case availableKnown && !available:
		m.Loadable = facts.Known(false, m.Available.Origin())
	case !availableKnown:
		m.Loadable = facts.Unknown[bool](m.Available.Reason())
	case !deniedKnown:
		m.Loadable = facts.Unknown[bool](m.Denied.Reason())
	default:
		m.Loadable = facts.Known(true, m.Available.Origin())
	}
}

func (m *KernelModule) readRunning(k *kernelModules, r *facts.Reader) {
	const modules = "/proc/modules"
	switch {
	case !r.Live():
		m.Loaded = facts.Unknown[bool](facts.Offline)
	case k.loadedErr != nil:
		m.Loaded = facts.Unknown[bool](k.loadedErr.Error())
	case k.noSupport:
		m.Loaded = facts.Known(false, facts.From(modules+" does not exist: the kernel has no modules"))
	default:
		m.Loaded = facts.Known(k.loaded[m.Name], facts.File(modules, 0))
	}
	m.Builtin = k.builtinIn(r, m.Name)
}

func (m *KernelModule) readFiles(k *kernelModules) {
	var releases []string
	unread := ""
	for _, release := range k.releases {
		files := k.files[release]
		switch {
		case files.err != nil:
			unread = files.err.Error()
		case files.modules[m.Name]:
			releases = append(releases, release)
		}
	}
	m.Kernels = completeUnless(releases, facts.File("/lib/modules", 0), unread)
	if k.releasesErr != nil {
		m.Kernels = facts.UnknownList[string](k.releasesErr.Error())
	}
	dep := func(release string) facts.Origin {
		return facts.File(path.Join("/lib/modules", release, "modules.dep"), 0)
	}
	switch {
	case k.noSupport:
		m.Available = facts.Known(false, facts.From("/proc/modules does not exist: the kernel has no modules"))
	case k.running == "" && len(releases) > 0:
		m.Available = facts.Known(true, dep(releases[0]))
	case k.running == "" && k.releasesErr != nil:
		m.Available = facts.Unknown[bool](k.releasesErr.Error())
	case k.running == "" && unread != "":
		m.Available = facts.Unknown[bool](unread)
	case k.running == "":
		m.Available = facts.Known(false, facts.File("/lib/modules", 0))
	case !slices.Contains(k.releases, k.running):
		m.Available = facts.Unknown[bool](fmt.Sprintf("the modules of the running kernel %s are not here: there is no /lib/modules/%s", k.running, k.running))
	case k.files[k.running].err != nil:
		m.Available = facts.Unknown[bool](k.files[k.running].err.Error())
	default:
		m.Available = facts.Known(k.files[k.running].modules[m.Name], dep(k.running))
	}
}
