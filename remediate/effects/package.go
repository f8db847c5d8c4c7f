package effects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	register("package", packageEffect{})
	register("package_simulation", simulation{})
}

const (
	dpkgStatus = "/var/lib/dpkg/status"
	aptGet     = "/usr/bin/apt-get"
	dpkg       = "/usr/bin/dpkg"
	// savedPackages is where the .deb of what is removed or upgraded is kept, so that undoing needs no network.
	savedPackages = "/var/lib/holdfast/packages"
	maxSimulation = 1 << 20
)

// packageEnvironment keeps the package manager from asking anything.
var packageEnvironment = append(slices.Clone(environment), "DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none", "NEEDRESTART_MODE=l", "NEEDRESTART_SUSPEND=1")

// aptOptions: configuration files stay as the administrator left them, nothing is removed on the side, a lock that
// somebody holds is waited for, not for ever, and neither is a mirror.
func aptOptions(ctx context.Context, more ...string) []string {
	return append([]string{
		"-q", "-y", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
		"-o", fmt.Sprintf("DPkg::Lock::Timeout=%d", int(limitsOf(ctx).Lock.Seconds())),
		"-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20",
		"-o", "APT::Get::AutomaticRemove=false", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends",
	}, more...)
}

// packageEffect is one package: absent, removed but for its configuration files, or installed in a version.
//
// Packages come and go together. The state after a change carries the group that one run of the package manager is to
// bring there, of which each has a step of its own; whichever step comes first, on the way there or back, moves them all.
type packageEffect struct{}

// packageData is the state of one package.
type packageData struct {
	Status  string `json:"status"` // absent, config-files, installed; else what dpkg says
	Version string `json:"version,omitempty"`
	Hold    bool   `json:"hold,omitempty"`
	Auto    bool   `json:"auto,omitempty"` // it came as a dependency (apt-mark showauto)
}

func (p packageData) String() string {
	if p.Status != "installed" {
		return p.Status
	}
	return "installed " + p.Version
}

// like tells whether it is the same but for the mark, which apt sets last.
func (p packageData) like(o packageData) bool {
	p.Auto = o.Auto
	return p == o
}

// packageGroup is what one run brings about: the state of each before and after.
type packageGroup struct {
	Before map[string]packageData `json:"before"`
	After  map[string]packageData `json:"after"`
	// Dist are the configuration files of which dpkg had left the distribution's own version beside the administrator's.
	Dist []string `json:"dist"`
}

func (packageEffect) observe(_ context.Context, target string) (remediate.State, error) {
	all, err := readPackages(target)
	if err != nil {
		return remediate.State{}, err
	}
	p := all[target]
	return remediate.NewState(p.String(), p), nil
}

// readPackages tells the states of packages by name or name:architecture.
func readPackages(names ...string) (map[string]packageData, error) {
	list, err := readDpkg()
	if err != nil {
		return nil, err
	}
	auto, err := autoInstalled()
	if err != nil {
		return nil, err
	}
	out := map[string]packageData{}
	for _, n := range names {
		out[n] = packageData{Status: "absent"}
	}
	for _, p := range list {
		for _, key := range []string{p.Name, p.Name + ":" + p.Arch} {
			if old, asked := out[key]; !asked || old.Status == "installed" || p.State == "not-installed" {
				continue
			}
			d := packageData{Status: p.State, Hold: p.Want == "hold"}
			switch p.State {
			case "installed", "triggers-awaited", "triggers-pending":
				d.Status, d.Version, d.Auto = "installed", p.Version, auto[p.Name]
			}
			out[key] = d
		}
	}
	return out, nil
}

// readDpkg reads dpkg's list and its journal, in which the newest is after dpkg was killed: a file for each paragraph that
// has changed since, in order.
func readDpkg() ([]dpkgdb.Package, error) {
	text, err := os.ReadFile(dpkgStatus)
	if err != nil {
		return nil, err
	}
	list, err := dpkgdb.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dpkgStatus, err)
	}
	journal, err := dpkgJournal()
	if err != nil {
		return nil, err
	}
	for _, name := range journal {
		text, err := os.ReadFile(name) // #nosec G304 -- below dpkg's own directory
		if err != nil {
			return nil, err
		}
		newer, err := dpkgdb.ParseOne(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = slices.DeleteFunc(list, func(p dpkgdb.Package) bool { return p.Name == newer.Name && p.Arch == newer.Arch })
		list = append(list, newer)
	}
	return list, nil
}

func dpkgJournal() ([]string, error) {
	return filepath.Glob("/var/lib/dpkg/updates/[0-9][0-9][0-9][0-9]")
}

// mergeJournal has dpkg take its journal into its list, which every run of it that may write does first. A change of no
// selections is one that does nothing else.
func mergeJournal(ctx context.Context) error {
	if journal, err := dpkgJournal(); err != nil || len(journal) == 0 {
		return err
	}
	return packageProgram(ctx, dpkg, "--set-selections")
}

func autoInstalled() (map[string]bool, error) {
	text, err := os.ReadFile("/var/lib/apt/extended_states")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	out, name := map[string]bool{}, ""
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "Package: "); ok {
			name = strings.TrimSpace(n)
		}
		if strings.TrimSpace(line) == "Auto-Installed: 1" {
			out[name] = true
		}
	}
	return out, nil
}

func (packageEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	var g packageGroup
	if err := json.Unmarshal(s.After.Carry, &g); err != nil {
		return fmt.Errorf("a state that can't be read: %w", err)
	}
	from, want := g.After, g.Before
	forward := to.Equal(s.After)
	if forward {
		from, want = g.Before, g.After
	}
	var names []string
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	now, err := readPackages(names...)
	if err != nil {
		return err
	}
	var install, remove, purge []string
	for _, name := range names {
		switch {
		case now[name] == want[name]:
			continue
		case now[name].Status == "installed" && !now[name].like(from[name]) && now[name].Version != want[name].Version:
			return fmt.Errorf("somebody changed the package %s meanwhile: it is %s", name, now[name])
		}
		switch want[name].Status {
		case "installed":
			install = append(install, name)
		case "absent":
			purge = append(purge, name)
		default:
			remove = append(remove, name)
		}
	}
	if forward {
		err = packagesForward(ctx, install, remove, purge, now, want)
	} else if err = mergeJournal(ctx); err != nil {
		return err
	} else if err = packagesBack(ctx, install, remove, purge, now, want); err == nil {
		err = dropDist(names, g.Dist)
	}
	if err != nil {
		return err
	}
	return markPackages(ctx, names, want)
}

// packagesForward saves what will be gone, and has apt do it: it fetches all before it changes anything.
func packagesForward(ctx context.Context, install, remove, purge []string, now, want map[string]packageData) error {
	for _, name := range slices.Concat(install, remove, purge) {
		if now[name].Status != "installed" {
			continue
		}
		if err := savePackage(ctx, name, now[name].Version, slices.Contains(purge, name)); err != nil {
			return fmt.Errorf("%s is not changed, as %s can't be kept for a roll-back: %w", name, now[name].Version, err)
		}
	}
	if err := remediate.Fault("packages"); err != nil {
		return err
	}
	for verb, names := range map[string][]string{"install": install, "remove": remove, "purge": purge} {
		if len(names) == 0 {
			continue
		}
		args := aptOptions(ctx, verb, "--")
		for _, name := range names {
			if verb == "install" {
				name += "=" + want[name].Version
			}
			args = append(args, name)
		}
		if err := packageProgram(ctx, aptGet, args...); err != nil {
			return err
		}
	}
	return nil
}

// packagesBack needs neither apt nor a network.
func packagesBack(ctx context.Context, install, remove, purge []string, now, want map[string]packageData) error {
	if len(install) > 0 {
		args := []string{"--force-confdef", "--force-confold", "--force-confmiss", "--install"}
		for _, name := range install {
			if now[name].Status == "installed" && now[name].Version == want[name].Version {
				continue // but for a mark
			}
			saved, err := savedPackage(name, want[name].Version)
			if err != nil {
				return err
			}
			args = append(args, saved)
		}
		if len(args) > 4 {
			if err := packageProgram(ctx, dpkg, args...); err != nil {
				return err
			}
		}
	}
	for verb, names := range map[string][]string{"--remove": remove, "--purge": purge} {
		if len(names) == 0 {
			continue
		}
		if err := packageProgram(ctx, dpkg, append([]string{verb, "--"}, names...)...); err != nil {
			return err
		}
	}
	return nil
}

// distOf are the files that dpkg leaves beside configuration files it did not replace, of packages.
func distOf(names []string) (out []string, err error) {
	for _, name := range names {
		info, err := infoName(name)
		if err != nil {
			continue // it is not installed
		}
		text, err := os.ReadFile(info + ".conffiles")
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			dist := strings.TrimSpace(line) + ".dpkg-dist"
			if _, err := os.Lstat(dist); err == nil && path.IsAbs(dist) {
				out = append(out, dist)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// dropDist takes away those of them that an upgrade has left which is undone.
func dropDist(names, had []string) error {
	now, err := distOf(names)
	if err != nil {
		return err
	}
	for _, dist := range now {
		if slices.Contains(had, dist) {
			continue
		}
		if err := place(dist, remediate.File{}); err != nil {
			return err
		}
	}
	return nil
}

// packageProgram runs one of the package manager's programs. Of all that it says, the error has what it complains of.
func packageProgram(ctx context.Context, program string, args ...string) error {
	said, err := waitForLock(ctx, program, args...)
	if err == nil {
		return nil
	}
	var complaints []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "E: ") || strings.HasPrefix(line, "dpkg: error") || strings.HasPrefix(line, "dpkg: dependency") {
			complaints = append(complaints, strings.TrimSpace(line))
		}
	}
	if len(complaints) == 0 {
		return err
	}
	return fmt.Errorf("%s: %s", program, strings.Join(complaints[:min(len(complaints), 5)], "; "))
}

// waitForLock runs a program, and runs it again while somebody else holds dpkg's lock: apt knows to wait, dpkg does not.
func waitForLock(ctx context.Context, program string, args ...string) (string, error) {
	limits := limitsOf(ctx)
	for until := time.Now().Add(limits.Lock); ; {
		said, err := runWith(ctx, limits.Run, packageEnvironment, maxSimulation, program, args...)
		if err == nil || program != dpkg || !strings.Contains(said, "lock was locked by another process") || time.Now().After(until) {
			return said, err
		}
		select {
		case <-ctx.Done():
			return said, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// markPackages says which came as dependencies, which apt itself does only for what it pulls in.
func markPackages(ctx context.Context, names []string, want map[string]packageData) error {
	now, err := readPackages(names...)
	if err != nil {
		return err
	}
	for _, name := range names {
		if want[name].Status != "installed" || now[name].Auto == want[name].Auto {
			continue
		}
		mark := map[bool]string{true: "auto", false: "manual"}[want[name].Auto]
		if err := packageProgram(ctx, "/usr/bin/apt-mark", mark, "--", name); err != nil {
			return err
		}
	}
	return nil
}

// savedName is the file of a package that was saved.
func savedName(name, version string) string {
	return path.Join(savedPackages, strings.NewReplacer("/", "_", ":", "%3a").Replace(name+"_"+version)+".deb")
}

func savedPackage(name, version string) (string, error) {
	file := savedName(name, version)
	_, err := os.Stat(file)
	return file, err
}

// savePackage keeps the .deb of an installed version: from apt's cache, from where apt gets it, or made of what is installed.
// What is purged takes its configuration files along, which only the last of those has as they are, and has so now: what
// an earlier change has saved won't do.
func savePackage(ctx context.Context, name, version string, purge bool) error {
	file, err := savedPackage(name, version)
	if err == nil && !purge || err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(savedPackages, 0o700); err != nil {
		return err
	}
	if !purge {
		if done, err := pristine(ctx, name, version, file); done || err != nil {
			return err
		}
	}
	return repack(ctx, name, version, file)
}

// pristine takes the .deb that the archive made from apt's cache, or has apt fetch it. It is not had where the archive has
// gone on to another version or is out of reach: that is no error.
func pristine(ctx context.Context, name, version, file string) (bool, error) {
	control, err := controlOf(name, version)
	if err != nil {
		return false, err
	}
	_, arch, _ := strings.Cut("\n"+control, "\nArchitecture: ")
	arch, _, _ = strings.Cut(arch, "\n")
	plain, _, _ := strings.Cut(name, ":")
	deb := plain + "_" + strings.ReplaceAll(version, ":", "%3a") + "_" + arch + ".deb"
	fetched := path.Join(savedPackages, "fetched")
	if err := os.MkdirAll(path.Join(fetched, "partial"), 0o700); err != nil {
		return false, err
	}
	defer os.RemoveAll(fetched)
	for _, dir := range []string{"/var/cache/apt/archives", fetched} {
		if dir == fetched {
			args := aptOptions(ctx, "-o", "Dir::Cache::archives="+fetched, "--download-only", "--reinstall", "install", "--", name+"="+version)
			if _, err := runWith(ctx, time.Minute, packageEnvironment, maxOutput, aptGet, args...); err != nil {
				return false, nil
			}
		}
		err := keepCopy(path.Join(dir, deb), file)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// simulation is what apt says it would do; it is read when a plan is made. Its target is apt-get's verb and a package.
type simulation struct{}

// simulated are the data of the effect "package_simulation".
type simulated struct {
	Failed  string                 `json:"failed,omitempty"` // why apt would do nothing at all
	Before  map[string]packageData `json:"before"`
	After   map[string]packageData `json:"after"`
	Removed []string               `json:"removed"` // of those, what would go
	Dist    []string               `json:"dist"`    // as of packageGroup
}

func (simulation) set(context.Context, *remediate.Step, remediate.State) error {
	return errors.New("a simulation changes nothing")
}

func (simulation) observe(ctx context.Context, target string) (remediate.State, error) {
	verb, name, _ := strings.Cut(target, " ")
	if !slices.Contains([]string{"install", "remove", "purge"}, verb) {
		return remediate.State{}, fmt.Errorf("%q can't be simulated", target)
	}
	args := aptOptions(ctx, "--simulate", verb, "--", name)
	said, err := runWith(ctx, time.Minute, packageEnvironment, maxSimulation, aptGet, args...)
	if err != nil {
		if said == "" {
			return remediate.State{}, err
		}
		return remediate.NewState("can't be done", simulated{Failed: said}), nil
	}
	out := simulated{After: map[string]packageData{}, Removed: []string{}}
	for line := range strings.Lines(said) {
		w := strings.Fields(line)
		if len(w) < 3 {
			continue
		}
		switch w[0] {
		case "Inst": // Inst NAME [OLD] (NEW ORIGIN [ARCH])
			version := w[2]
			if strings.HasPrefix(version, "[") && len(w) > 3 {
				version = w[3]
			}
			out.After[w[1]] = packageData{Status: "installed", Version: strings.Trim(version, "()")}
		case "Remv", "Purg":
			if w[0] == "Purg" || verb == "purge" {
				out.After[w[1]] = packageData{Status: "absent"}
			} else {
				out.After[w[1]] = packageData{Status: "config-files"}
			}
			if !slices.Contains(out.Removed, w[1]) {
				out.Removed = append(out.Removed, w[1])
			}
		}
	}
	var names []string
	for n := range out.After {
		names = append(names, n)
	}
	if out.Before, err = readPackages(names...); err != nil {
		return remediate.State{}, err
	}
	if out.Dist, err = distOf(names); err != nil {
		return remediate.State{}, err
	}
	for n, after := range out.After {
		before := out.Before[n]
		if after.Status == "installed" {
			after.Hold, after.Auto = before.Hold, before.Auto || before.Status != "installed" && n != name
		}
		// What has no configuration files is gone when it is removed.
		if after.Status == "config-files" && !keepsSomething(n) {
			after.Status = "absent"
		}
		out.After[n] = after
	}
	return remediate.NewState("simulated", out), nil
}

// keepsSomething tells whether dpkg would remember a removed package: for its configuration files, or for what its
// script does when it is purged.
func keepsSomething(name string) bool {
	for _, kind := range []string{"conffiles", "postrm"} {
		if text, err := os.ReadFile("/var/lib/dpkg/info/" + name + "." + kind); err == nil && len(text) > 0 {
			return true
		}
	}
	return false
}
