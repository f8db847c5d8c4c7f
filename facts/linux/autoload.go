package linux

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// kernelHas tells whether the running kernel has a module in use already, loaded or built in. Asking the kernel through
// netlink for something it lacks makes it load the module: reading would change the host. So ask only where this is true.
//
// A kernel without /proc/modules can load none, so asking is harmless whatever it has: kernelHas is true there.
func kernelHas(ctx context.Context, r *facts.Reader, module string) (bool, error) {
	set, err := facts.Once(ctx, r, "modules in use", modulesInUse)
	if err != nil {
		return false, err
	}
	if set == nil || set[module] {
		return true, nil
	}
	// A built-in module with parameters or a version has a directory here even where modules.builtin is gone.
	_, err = r.Lstat("/sys/module/" + module)
	if err != nil && !facts.IsAbsent(err) {
		return false, err
	}
	return err == nil, nil
}

// modulesInUse are the names of loaded and built-in modules; nil for a kernel that has no module support at all.
func modulesInUse(_ context.Context, r *facts.Reader) (map[string]bool, error) {
	loaded, err := r.ReadFile("/proc/modules")
	if facts.IsAbsent(err) {
		if _, err := r.Stat("/proc/net"); err != nil {
			return nil, fmt.Errorf("/proc is not there to tell which kernel modules are loaded: %w", err)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for line := range bytes.Lines(loaded) {
		if name, _, ok := bytes.Cut(line, []byte(" ")); ok {
			set[string(name)] = true
		}
	}
	release, err := r.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return set, nil // only fewer are known to be there, which makes us ask less
	}
	builtin, err := r.ReadFile("/lib/modules/" + strings.TrimSpace(string(release)) + "/modules.builtin")
	if err != nil {
		return set, nil
	}
	for line := range bytes.Lines(builtin) {
		path := bytes.TrimSpace(line)
		name := string(bytes.TrimSuffix(path[bytes.LastIndexByte(path, '/')+1:], []byte(".ko")))
		set[strings.ReplaceAll(name, "-", "_")] = true
	}
	return set, nil
}
