package linux

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
	"github.com/holdfast-agent/holdfast/facts/linux/aptlists"
	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
	"golang.org/x/sync/errgroup"
)

func fieldsOf(b []byte) []string { return strings.Fields(string(b)) }

// aptList is a list that apt has fetched.
type aptList struct {
	name    string
	archive *aptlists.Archive
}

// aptLists are the lists of the configured sources.
type aptLists struct {
	lists   []aptList
	missing []string
	failed  string // why the sources or an archive's Release could not be read
}

// findLists goes from the sources to the files they were fetched to; lists of sources no longer configured don't count.
func findLists(ctx context.Context, r *facts.Reader, db *packageDB) (*aptLists, error) {
	archs, err := aptArchitectures(ctx, r, db)
	if err != nil {
		return nil, err
	}
	sources, err := aptSourcesOf(ctx, r)
	f := &aptLists{}
	if err != nil {
		f.failed = err.Error()
	}
	releases := map[string]*aptlists.Release{}
	seen := map[string]bool{}
	for _, s := range sources {
		if s.Type != "deb" || !s.Enabled {
			continue
		}
		base := aptlists.Base(s.URI, strings.ReplaceAll(s.Suite, "$(ARCH)", archs[0]))
		release, ok := releases[base]
		if !ok {
			release = f.release(r, base)
			releases[base] = release
		}
		if release == nil {
			continue
		}
		for _, component := range componentsOf(s) {
			for _, arch := range sourceArchs(s, archs, release) {
				name := aptlists.FileName(base) + aptlists.FileName("x:"+aptlists.IndexPath(component, arch))
				if seen[name] {
					continue
				}
				seen[name] = true
				f.list(r, name, aptlists.IndexPath(component, arch), &aptlists.Archive{Release: release, Site: siteOf(s.URI), Component: component, Arch: arch})
			}
		}
	}
	return f, nil
}

// componentsOf are a source's components; an exact path has one without a name.
func componentsOf(s aptconf.Source) []string {
	if len(s.Components) == 0 {
		return []string{""}
	}
	return s.Components
}

func siteOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// sourceArchs are the architectures whose lists apt fetches from a source; "all" where the archive keeps those apart.
func sourceArchs(s aptconf.Source, archs []string, release *aptlists.Release) []string {
	if only := strings.Fields(s.Options["architectures"]); len(only) > 0 {
		archs = only
	}
	for _, a := range strings.Fields(s.Options["architectures+"]) {
		archs = append(slices.Clone(archs), a)
	}
	if less := strings.Fields(s.Options["architectures-"]); len(less) > 0 {
		archs = slices.DeleteFunc(slices.Clone(archs), func(a string) bool { return slices.Contains(less, a) })
	}
	if !release.NoAllPackages && slices.Contains(release.Architectures, "all") {
		archs = append(slices.Clone(archs), "all")
	}
	return archs
}

// release reads what an archive says of itself; nil when apt has not fetched it or it can't be read, which is noted.
func (f *aptLists) release(r *facts.Reader, base string) *aptlists.Release {
	prefix := aptListsDir + "/" + aptlists.FileName(base)
	for _, name := range []string{prefix + "InRelease", prefix + "Release"} {
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue
		}
		var release *aptlists.Release
		if err == nil {
			if release, err = aptlists.ParseRelease(b); err != nil {
				err = fmt.Errorf("%s %w", name, err)
			}
		}
		if err != nil {
			f.failed = cmp.Or(f.failed, err.Error())
			return nil
		}
		return release
	}
	f.missing = append(f.missing, prefix+"InRelease")
	return nil
}

// list looks for one list, plain or compressed. One that the archive does not have, or has empty, is not missed.
func (f *aptLists) list(r *facts.Reader, file, index string, archive *aptlists.Archive) {
	for _, ext := range aptlists.Extensions {
		name := aptListsDir + "/" + file + ext
		if _, err := r.Stat(name); err == nil {
			f.lists = append(f.lists, aptList{name, archive})
			return
		}
	}
	for _, ext := range aptlists.Extensions {
		holds, listed := archive.Release.Files[index+ext]
		if listed && !holds {
			return // the plain list comes first: a compressed empty one is not empty itself
		}
		if listed {
			f.missing = append(f.missing, aptListsDir+"/"+file)
			return
		}
	}
}

// upgradable compares what is installed with the lists. The second result says what was not looked at.
func upgradable(ctx context.Context, r *facts.Reader, db *packageDB, found *aptLists) ([]Update, string, error) {
	policy, err := aptPolicy(ctx, r)
	if err != nil {
		return nil, "", err
	}
	groups, wanted := installedGroups(db)
	why := cmp.Or(db.doubt(""), found.failed)
	if len(found.missing) > 0 {
		why = cmp.Or(why, fmt.Sprintf("apt has not fetched %s (%d lists are missing)", found.missing[0], len(found.missing)))
	}
	if err := scanLists(ctx, r, found.lists, wanted, groups); err != nil {
		why = cmp.Or(why, err.Error())
	}
	var out []Update
	for _, g := range groups {
		if u, ok := g.update(policy); ok {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b Update) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Architecture, b.Architecture))
	})
	return out, why, nil
}

func aptPolicy(ctx context.Context, r *facts.Reader) (*aptlists.Policy, error) {
	conf, err := aptConfigOf(ctx, r)
	if err != nil {
		return nil, err
	}
	pins, err := aptPinsOf(r)
	if err != nil {
		return nil, err
	}
	target, _ := conf.Get("APT::Default-Release")
	return &aptlists.Policy{Default: target.Value, Pins: pins}, nil
}

// packageGroup is what apt takes for one package: packages for all architectures count as the native one's.
type packageGroup struct {
	installed dpkgdb.Package
	choices   []*aptlists.Choice
}

func installedGroups(db *packageDB) (map[packageKey]*packageGroup, map[string]bool) {
	native := db.nativeArch()
	groups, wanted := map[packageKey]*packageGroup{}, map[string]bool{}
	for _, p := range db.all {
		if p.State == "config-files" || p.State == "not-installed" {
			continue
		}
		wanted[p.Name] = true
		groups[packageKey{p.Name, archClass(p.Arch, native)}] = &packageGroup{p,
			[]*aptlists.Choice{{Version: p.Version, Source: p.Source, Installed: true}}}
	}
	return groups, wanted
}

func archClass(arch, native string) string {
	if arch == "all" {
		return native
	}
	return arch
}

// scanLists reads the lists side by side, and merges what they have in the order of the sources.
func scanLists(ctx context.Context, r *facts.Reader, lists []aptList, wanted map[string]bool, groups map[packageKey]*packageGroup) error {
	versions := make([][]aptlists.Version, len(lists))
	failed := make([]error, len(lists))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range lists {
		g.Go(func() error {
			if failed[i] = ctx.Err(); failed[i] == nil {
				failed[i] = scanList(r, l.name, wanted, func(v aptlists.Version) { versions[i] = append(versions[i], v) })
			}
			return nil
		})
	}
	_ = g.Wait()
	native := nativeOf(groups)
	for i, l := range lists {
		for _, v := range versions[i] {
			if g := groups[packageKey{v.Name, archClass(v.Arch, native)}]; g != nil {
				g.add(v, l.archive)
			}
		}
	}
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

func nativeOf(groups map[packageKey]*packageGroup) string {
	for k := range groups {
		if k.name == "dpkg" {
			return k.arch
		}
	}
	return ""
}

func scanList(r *facts.Reader, name string, wanted map[string]bool, found func(aptlists.Version)) error {
	r.Touched(name)
	file, err := r.Host().FS.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := aptlists.Open(name, file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer content.Close()
	if err := aptlists.Scan(content, wanted, found); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (g *packageGroup) add(v aptlists.Version, archive *aptlists.Archive) {
	for _, c := range g.choices {
		if c.Version == v.Version {
			c.Archives = append(c.Archives, archive)
			c.Phased = cmp.Or(c.Phased, v.Phased)
			return
		}
	}
	g.choices = append(g.choices, &aptlists.Choice{Version: v.Version, Source: v.Source, Phased: v.Phased, Archives: []*aptlists.Archive{archive}})
}

// update is the group's upgrade, if it has one.
func (g *packageGroup) update(policy *aptlists.Policy) (Update, bool) {
	c := policy.Candidate(g.installed.Name, g.choices)
	if c == nil || c.Installed || len(c.Archives) == 0 {
		return Update{}, false
	}
	best := slices.MaxFunc(c.Archives, func(a, b *aptlists.Archive) int { return policy.ArchivePriority(a) - policy.ArchivePriority(b) })
	phased := 100
	if n, err := strconv.Atoi(c.Phased); err == nil && n >= 0 && n < 100 {
		phased = n
	}
	return Update{Name: g.installed.Name, Architecture: g.installed.Arch, Installed: g.installed.Version, Candidate: c.Version,
		Security: g.security(c.Version), Origin: best.Release.Origin, Suite: best.Release.Suite, Codename: best.Release.Codename,
		Held: g.installed.Want == "hold", Phased: phased}, true
}

// security tells whether a version above the installed one and up to the candidate is a security update: a point release
// that overtakes it brings its fix too.
func (g *packageGroup) security(candidate string) bool {
	for _, c := range g.choices {
		if aptlists.Compare(c.Version, g.installed.Version) <= 0 || aptlists.Compare(c.Version, candidate) > 0 {
			continue
		}
		if slices.ContainsFunc(c.Archives, func(a *aptlists.Archive) bool { return a.Release.IsSecurity() }) {
			return true
		}
	}
	return false
}
