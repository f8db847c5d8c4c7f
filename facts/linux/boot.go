package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/grubconf"
	"github.com/holdfast-agent/holdfast/facts/linux/kernelargs"
	"github.com/holdfast-agent/holdfast/facts/linux/shellstart"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "boot",
		Doc: "How the host boots: GRUB's password and menu entries, and the kernel's command line, running and configured. Arguments behind \"--\" are for init and left out. " +
			"The effective_… lists keep of a parameter given several times only the last, which decides for most.",
		Reads: "grub.cfg and what it sources beside it, /etc/default/grub, /etc/default/grub.d/*.cfg, /proc/cmdline, /sys/firmware/efi",
	}, collectBoot))
}

// Boot is GRUB's configuration and the kernel's command line.
type Boot struct {
	Missing facts.Missing

	Exists            facts.V[bool]         `fact:"exists" doc:"Whether there is a grub.cfg."`
	EFI               facts.V[bool]         `fact:"efi" doc:"Whether the running system was booted by EFI firmware."`
	Config            File                  `fact:"config" doc:"The grub.cfg."`
	Sources           facts.List[string]    `fact:"sources" doc:"Files that make up the configuration of GRUB: grub.cfg and what it sources."`
	Superusers        facts.List[string]    `fact:"superusers" doc:"Names that may change entries and use GRUB's command line at boot; without any, everyone may."`
	PasswordHashed    facts.V[bool]         `fact:"password_hashed" doc:"Whether there are superusers and each has a password that is kept as a PBKDF2 hash only."`
	PlaintextPassword facts.V[bool]         `fact:"plaintext_password" doc:"Whether some password stands in GRUB's configuration as it is."`
	Entries           facts.List[BootEntry] `fact:"entries" doc:"Menu entries that start a kernel, recovery and those in submenus too."`
	CommonArguments   facts.V[[]string]     `fact:"common_arguments" doc:"Effective arguments that every one of the entries has; unknown when there is no entry."`

	Running          facts.V[[]string] `fact:"running" doc:"Arguments of the running kernel."`
	EffectiveRunning facts.V[[]string] `fact:"effective_running" doc:"The same, of repeated ones the last."`
	Defaults         facts.V[[]string] `fact:"defaults" doc:"Arguments that update-grub would give to normal entries: GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT of /etc/default/grub."`
	RecoveryDefaults facts.V[[]string] `fact:"recovery_defaults" doc:"Arguments that update-grub would give to all entries, recovery too: GRUB_CMDLINE_LINUX."`
}

// BootEntry is one menu entry.
type BootEntry struct {
	Origin facts.Origin

	Title              string            `fact:"title" doc:"Its title."`
	Submenus           []string          `fact:"submenus" doc:"Titles of the submenus that it lies in."`
	Kernel             string            `fact:"kernel" doc:"Path of the kernel image, as GRUB sees it."`
	Unrestricted       bool              `fact:"unrestricted" doc:"Whether it boots without a password even where there are superusers."`
	Arguments          facts.V[[]string] `fact:"arguments" doc:"Arguments that the kernel gets."`
	EffectiveArguments facts.V[[]string] `fact:"effective_arguments" doc:"The same, of repeated ones the last."`
}

var grubConfigs = []string{"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"}

func collectBoot(ctx context.Context, r *facts.Reader, _ facts.Key) (Boot, error) {
	b := Boot{}
	b.readRunning(r)
	b.readDefaults(r)
	b.readGrub(ctx, r)
	return b, nil
}

func (b *Boot) readRunning(r *facts.Reader) {
	const cmdline, efi = "/proc/cmdline", "/sys/firmware/efi"
	if !r.Live() {
		b.EFI = facts.Unknown[bool](facts.Offline)
		b.Running, b.EffectiveRunning = facts.Unknown[[]string](facts.Offline), facts.Unknown[[]string](facts.Offline)
		return
	}
	content, err := r.ReadFile(cmdline)
	if err != nil {
		b.Running, b.EffectiveRunning = facts.Unknown[[]string](err.Error()), facts.Unknown[[]string](err.Error())
	} else {
		args := kernelargs.Split(string(content))
		b.Running = facts.Known(args, facts.File(cmdline, 0))
		b.EffectiveRunning = facts.Known(kernelargs.Last(args), facts.File(cmdline, 0))
	}
	_, err = r.Stat(efi)
	if _, sys := r.Stat("/sys/firmware"); err == nil || facts.IsAbsent(err) && sys == nil {
		b.EFI = facts.Known(err == nil, facts.File(efi, 0))
	} else {
		b.EFI = facts.Unknown[bool]("/sys/firmware is not there to tell")
	}
}

// readDefaults evaluates the files as grub-mkconfig sources them.
func (b *Boot) readDefaults(r *facts.Reader) {
	const file = "/etc/default/grub"
	const all, normal = "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"
	shell := shellstart.New(startHost{r}, map[string]string{all: "", normal: ""})
	there := shell.Source(file)
	more, err := r.Glob("/etc/default/grub.d/*.cfg")
	if err != nil {
		b.Defaults, b.RecoveryDefaults = facts.Unknown[[]string](err.Error()), facts.Unknown[[]string](err.Error())
		return
	}
	for _, f := range more {
		there = shell.Source(f) || there
	}
	if !there {
		b.Defaults = facts.Unknown[[]string](file + " does not exist")
		b.RecoveryDefaults = b.Defaults
		return
	}
	value := func(names ...string) facts.V[[]string] {
		var text []string
		origin := facts.File(file, 0)
		for _, name := range names {
			v := shell.Vars[name]
			if v.Reason != "" {
				return facts.Unknown[[]string](v.Reason)
			}
			if v.Path != "" {
				origin = facts.File(v.Path, v.Line)
			}
			text = append(text, v.Text)
		}
		return facts.Known(kernelargs.Split(strings.Join(text, " ")), origin)
	}
	b.RecoveryDefaults, b.Defaults = value(all), value(all, normal)
}

func (b *Boot) readGrub(ctx context.Context, r *facts.Reader) {
	name, content, err := firstGrub(r)
	if name == "" {
		if err != nil {
			b.Missing = facts.Missing(err.Error())
			b.Config.Missing = b.Missing
			return
		}
		b.Exists = facts.Known(false, facts.File(grubConfigs[0], 0))
		b.Config = File{Path: grubConfigs[0], Exists: facts.Known(false, facts.File(grubConfigs[0], 0)), Missing: "there is no grub.cfg"}
		b.Missing = "there is no grub.cfg below /boot"
		return
	}
	b.Exists = facts.Known(true, facts.File(name, 0))
	b.Config = statFile(ctx, r, name)
	if err != nil {
		b.Missing = facts.Missing(err.Error())
		return
	}
	files := []grubFile{{name, grubconf.Parse(string(content))}}
	undecided := ""
	for _, s := range files[0].conf.Sources {
		f, found, err := sourced(r, name, s)
		if err != nil {
			undecided = err.Error()
		}
		// grub-mkconfig writes the same source twice, one for each way to find the directory.
		if found && !slices.ContainsFunc(files, func(have grubFile) bool { return have.name == f.name }) {
			files = append(files, f)
		}
	}
	b.setGrub(files, undecided)
}

// firstGrub finds grub.cfg. A name with an error is one that exists and could not be read; without a name the error says
// that it could not even be looked for.
func firstGrub(r *facts.Reader) (string, []byte, error) {
	var failed error
	for _, name := range grubConfigs {
		content, err := r.ReadFile(name)
		if err == nil {
			return name, content, nil
		}
		if facts.IsAbsent(err) {
			continue
		}
		if _, looked := r.Lstat(name); looked == nil {
			return name, nil, err
		}
		failed = err
	}
	return "", nil, failed
}

type grubFile struct {
	name string
	conf *grubconf.Config
}

// sourced reads a file that grub.cfg sources. Its directory is told by variables of GRUB that mean grub.cfg's own.
func sourced(r *facts.Reader, config, source string) (grubFile, bool, error) {
	base := path.Base(source)
	dir := path.Dir(source)
	if strings.Contains(base, "$") || dir != "." && !strings.HasPrefix(dir, "$") && path.Join("/boot", dir) != path.Dir(config) && dir != path.Dir(config) {
		return grubFile{}, false, fmt.Errorf("%s sources %s, which is not followed", config, source)
	}
	name := path.Join(path.Dir(config), base)
	content, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		return grubFile{}, false, nil
	}
	if err != nil {
		return grubFile{}, false, err
	}
	return grubFile{name, grubconf.Parse(string(content))}, true, nil
}

func (b *Boot) setGrub(files []grubFile, undecided string) {
	var names, superusers, hashed, plain []string
	origin := facts.File(files[0].name, 0)
	for _, f := range files {
		names = append(names, f.name)
		if f.conf.SuperusersLine > 0 {
			superusers, origin = f.conf.Superusers, facts.File(f.name, f.conf.SuperusersLine)
		}
		hashed, plain = append(hashed, f.conf.Hashed...), append(plain, f.conf.Plain...)
		if f.conf.Undecided != "" {
			undecided = f.name + ": " + f.conf.Undecided
		}
		if !f.conf.Whole() {
			undecided = f.name + " is no script of GRUB that could be read to its end"
		}
	}
	b.Sources = completeUnless(names, facts.Origin{}, undecided)
	b.setEntries(files, undecided)
	if undecided != "" {
		b.Superusers = facts.UnknownList[string](undecided)
		b.PasswordHashed, b.PlaintextPassword = facts.Unknown[bool](undecided), facts.Unknown[bool](undecided)
		return
	}
	b.Superusers = facts.Complete(superusers, origin)
	ok := len(superusers) > 0
	for _, u := range superusers {
		ok = ok && slices.Contains(hashed, u) && !slices.Contains(plain, u)
	}
	b.PasswordHashed = facts.Known(ok, origin)
	b.PlaintextPassword = facts.Known(len(plain) > 0, origin)
}

func (b *Boot) setEntries(files []grubFile, undecided string) {
	var entries []BootEntry
	var common []string
	why, unsure := "no menu entry starts a kernel", ""
	for _, f := range files {
		for _, e := range f.conf.Entries {
			if e.Line == 0 || strings.HasPrefix(path.Base(e.Kernel), "memtest") {
				continue
			}
			entry := bootEntry(f.name, e)
			args, known := entry.EffectiveArguments.Get()
			switch {
			case !known:
				unsure = entry.EffectiveArguments.Reason()
			case why != "":
				common, why = args, ""
			default:
				common = slices.DeleteFunc(slices.Clone(common), func(a string) bool { return !slices.Contains(args, a) })
			}
			entries = append(entries, entry)
		}
	}
	origin := facts.File(files[0].name, 0)
	b.Entries = completeUnless(entries, origin, undecided)
	if why == "" && unsure == "" && undecided == "" {
		b.CommonArguments = facts.Known(common, origin)
		return
	}
	for _, reason := range []string{unsure, undecided} {
		if reason != "" {
			why = reason
		}
	}
	b.CommonArguments = facts.Unknown[[]string](why)
}

func bootEntry(file string, e grubconf.Entry) BootEntry {
	at := facts.File(file, e.Line)
	b := BootEntry{Origin: at, Title: e.Title, Submenus: e.Submenus, Kernel: e.Kernel, Unrestricted: e.Unrestricted}
	if e.Undecided != "" {
		why := fmt.Sprintf("%s:%d: %s", file, e.Line, e.Undecided)
		b.Arguments, b.EffectiveArguments = facts.Unknown[[]string](why), facts.Unknown[[]string](why)
		return b
	}
	args := kernelargs.Split(e.Args)
	b.Arguments, b.EffectiveArguments = facts.Known(args, at), facts.Known(kernelargs.Last(args), at)
	return b
}
