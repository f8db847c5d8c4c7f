package linux

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// kernelModules is what the host says of all modules: the running kernel's, and the files of every installed kernel.
type kernelModules struct {
	running     string // release of the running kernel; empty for an image
	noSupport   bool   // the running kernel can't load modules at all
	loaded      map[string]bool
	loadedErr   error
	releases    []string
	releasesErr error
	files       map[string]moduleFiles
}

// moduleFiles are the modules of one kernel, as depmod listed them.
type moduleFiles struct {
	modules, builtin map[string]bool
	err, builtinErr  error
}

func readKernelModules(_ context.Context, r *facts.Reader) (*kernelModules, error) {
	k := &kernelModules{files: map[string]moduleFiles{}}
	if r.Live() {
		release, err := r.ReadFile("/proc/sys/kernel/osrelease")
		if err != nil {
			return nil, err
		}
		k.running = strings.TrimSpace(string(release))
		k.loaded, k.loadedErr = loadedModules(r)
		k.noSupport = k.loaded == nil && k.loadedErr == nil
	}
	entries, err := r.ReadDir("/lib/modules")
	if err != nil && !facts.IsAbsent(err) {
		k.releasesErr = err
	}
	for _, e := range entries {
		if e.IsDir() {
			k.releases = append(k.releases, e.Name())
			k.files[e.Name()] = readModuleFiles(r, path.Join("/lib/modules", e.Name()))
		}
	}
	return k, nil
}

// loadedModules is nil when the kernel has no modules: then there is no /proc/modules, though there is a /proc.
func loadedModules(r *facts.Reader) (map[string]bool, error) {
	b, err := r.ReadFile("/proc/modules")
	if facts.IsAbsent(err) {
		return nil, nil // the caller has read /proc/sys/kernel/osrelease
	}
	if err != nil {
		return nil, err
	}
	loaded := map[string]bool{}
	for line := range bytes.Lines(b) {
		name, _, _ := bytes.Cut(line, []byte(" "))
		loaded[string(name)] = true
	}
	return loaded, nil
}

func readModuleFiles(r *facts.Reader, dir string) moduleFiles {
	var f moduleFiles
	f.modules, f.err = moduleList(r, path.Join(dir, "modules.dep"))
	f.builtin, f.builtinErr = moduleList(r, path.Join(dir, "modules.builtin"))
	return f
}

// moduleList reads the names of the files at the beginning of each line: kernel/fs/cramfs/cramfs.ko.xz: …
func moduleList(r *facts.Reader, file string) (map[string]bool, error) {
	b, err := r.ReadFileMax(file, 32<<20)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for line := range bytes.Lines(b) {
		file, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		name, _, ok := strings.Cut(path.Base(string(file)), ".ko")
		if ok {
			names[strings.ReplaceAll(name, "-", "_")] = true
		}
	}
	return names, nil
}

// traces are what a driver shows in /proc once it is in the kernel. Where modules.builtin is missing, as it is for kernels
// made for virtual machines and in containers, they tell whether it is built in.
var traces = map[string]struct{ file, word string }{
	"cramfs": {"/proc/filesystems", "cramfs"}, "freevxfs": {"/proc/filesystems", "vxfs"}, "hfs": {"/proc/filesystems", "hfs"},
	"hfsplus": {"/proc/filesystems", "hfsplus"}, "jffs2": {"/proc/filesystems", "jffs2"}, "overlay": {"/proc/filesystems", "overlay"},
	"squashfs": {"/proc/filesystems", "squashfs"}, "udf": {"/proc/filesystems", "udf"}, "vfat": {"/proc/filesystems", "vfat"},
	"xfs": {"/proc/filesystems", "xfs"}, "btrfs": {"/proc/filesystems", "btrfs"},
	"cifs": {"/proc/filesystems", "cifs"}, "nfs": {"/proc/filesystems", "nfs"}, "nfsd": {"/proc/filesystems", "nfsd"}, "gfs2": {"/proc/filesystems", "gfs2"},
	"afs": {"/proc/filesystems", "afs"}, "ceph": {"/proc/filesystems", "ceph"}, "exfat": {"/proc/filesystems", "exfat"}, "fuse": {"/proc/filesystems", "fuse"},
	"dccp": {"/proc/net/protocols", "DCCP"}, "tipc": {"/proc/net/protocols", "TIPC"}, "rds": {"/proc/net/protocols", "RDS"}, "sctp": {"/proc/net/protocols", "SCTP"},
}

// alwaysShown are drivers with parameters: built in, they have a directory in /sys/module.
var alwaysShown = map[string]bool{"usb_storage": true, "ipv6": true, "bluetooth": true, "firewire_ohci": true, "thunderbolt": true}

// builtinIn tells whether a module is part of the running kernel; of an image, of any installed one.
func (k *kernelModules) builtinIn(r *facts.Reader, name string) facts.V[bool] {
	reason := ""
	checked := facts.File("/lib/modules", 0)
	for _, release := range k.releases {
		if k.running != "" && release != k.running {
			continue
		}
		f, file := k.files[release], facts.File(path.Join("/lib/modules", release, "modules.builtin"), 0)
		switch {
		case f.builtin[name]:
			return facts.Known(true, file)
		case f.builtinErr != nil:
			reason = f.builtinErr.Error()
		default:
			checked = file
		}
	}
	if k.running == "" {
		switch {
		case k.releasesErr != nil:
			return facts.Unknown[bool](k.releasesErr.Error())
		case reason != "":
			return facts.Unknown[bool](reason)
		}
		return facts.Known(false, checked)
	}
	if f, ok := k.files[k.running]; ok && f.builtinErr == nil {
		return facts.Known(false, checked)
	}
	if k.loadedErr == nil && k.loaded[name] {
		return facts.Known(false, facts.File("/proc/modules", 0))
	}
	return builtinByTraces(r, name, fmt.Sprintf("there is no /lib/modules/%s/modules.builtin to tell what is built into the kernel", k.running))
}

// builtinByTraces is asked for what is not loaded: what shows, then, is built in.
func builtinByTraces(r *facts.Reader, name, otherwise string) facts.V[bool] {
	dir := path.Join("/sys/module", name)
	if _, err := r.Lstat(dir); err == nil {
		return facts.Known(true, facts.File(dir, 0))
	} else if _, sys := r.Lstat("/sys/module"); facts.IsAbsent(err) && sys == nil && alwaysShown[name] {
		return facts.Known(false, facts.File("/sys/module", 0))
	}
	trace, ok := traces[name]
	if !ok {
		return facts.Unknown[bool](otherwise)
	}
	b, err := r.ReadFile(trace.file)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) > 0 && (f[0] == trace.word || f[len(f)-1] == trace.word) {
			return facts.Known(true, facts.File(trace.file, 0))
		}
	}
	return facts.Known(false, facts.File(trace.file, 0))
}
