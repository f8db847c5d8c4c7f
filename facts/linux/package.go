package linux

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "package",
		Doc:   "One package by name, of any architecture, or by name:architecture.",
		Reads: "/var/lib/dpkg/status, /var/lib/dpkg/updates",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "The package's name: openssh-server, libc6:i386."}},
	}, collectPackage))
	register(facts.Define(facts.Descriptor{
		Name:  "packages",
		Doc:   "Every package the package manager has a record of, with its state, in the order of names.",
		Reads: "/var/lib/dpkg/status, /var/lib/dpkg/updates",
	}, collectPackages))
}

// Package is what the package manager's database says of one package.
type Package struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name          string             `fact:"name" doc:"The package's name."`
	Installed     facts.V[bool]      `fact:"installed" doc:"Whether its files are in place and it is configured; unknown when an installation or removal broke off half-way."`
	Status        facts.V[string]    `fact:"status" doc:"installed, not-installed, config-files, half-installed, unpacked, half-configured, triggers-awaited or triggers-pending."`
	Version       facts.V[string]    `fact:"version" doc:"The installed version."`
	Architecture  facts.V[string]    `fact:"architecture" doc:"The architecture that version speaks of: amd64, all."`
	Architectures facts.List[string] `fact:"architectures" doc:"Every architecture the package is installed in."`
	Source        facts.V[string]    `fact:"source" doc:"Name of the source package."`
	SourceVersion facts.V[string]    `fact:"source_version" doc:"Version of the source package."`
	Hold          facts.V[bool]      `fact:"hold" doc:"Whether upgrades are held back (apt-mark hold)."`
	Essential     facts.V[bool]      `fact:"essential" doc:"Whether the package is marked essential."`
	Depends       facts.List[string] `fact:"depends" doc:"Names of the packages it depends on, alternatives included."`
	ProvidedBy    facts.List[string] `fact:"provided_by" doc:"Installed packages that provide this name, other than itself."`
}

// PackageEntry is one record of the database.
type PackageEntry struct {
	Origin facts.Origin

	Name          string        `fact:"name" doc:"The package's name."`
	Status        string        `fact:"status" doc:"installed, config-files, half-installed, unpacked, half-configured, triggers-awaited or triggers-pending."`
	Installed     facts.V[bool] `fact:"installed" doc:"As in package: unknown when an installation or removal broke off half-way."`
	Version       string        `fact:"version" doc:"The installed version; empty when only configuration files are left and no version is recorded."`
	Architecture  string        `fact:"architecture" doc:"amd64, all."`
	Source        string        `fact:"source" doc:"Name of the source package."`
	SourceVersion string        `fact:"source_version" doc:"Version of the source package."`
	Hold          bool          `fact:"hold" doc:"Whether upgrades are held back."`
	Essential     bool          `fact:"essential" doc:"Whether the package is marked essential."`
	Section       string        `fact:"section" doc:"Archive section: admin, net."`
	Priority      string        `fact:"priority" doc:"required, important, standard, optional or extra."`
}

func collectPackage(ctx context.Context, r *facts.Reader, key facts.Key) (Package, error) {
	name, arch, _ := strings.Cut(key.Subject, ":")
	p := Package{Name: key.Subject}
	db, err := packagesOf(ctx, r)
	if err != nil {
		p.Missing = facts.Missing(err.Error())
		return p, nil
	}
	found := db.find(name, arch)
	p.ProvidedBy = db.providers(name, arch)
	if len(found) == 0 {
		return absentPackage(p, name, db), nil
	}
	best := bestPackage(found, db.nativeArch())
	p.Origin = db.origin(best)
	p.Status = facts.Known(best.State, facts.Origin{})
	p.Installed = packageInstalled(best)
	p.Hold = facts.Known(best.Want == "hold", facts.Origin{})
	if best.State == "config-files" {
		p.Missing = facts.Missing(key.Subject + " is removed, only its configuration files are left")
		p.Architectures = db.list(nil)
		return p, nil
	}
	var archs []string
	for _, f := range found {
		if f.State != "config-files" {
			archs = append(archs, f.Arch)
		}
	}
	p.Version = facts.Known(best.Version, facts.Origin{})
	p.Architecture = facts.Known(best.Arch, facts.Origin{})
	p.Architectures = db.list(archs)
	p.Source = facts.Known(best.Source, facts.Origin{})
	p.SourceVersion = facts.Known(best.SourceVersion, facts.Origin{})
	p.Essential = facts.Known(best.Essential, facts.Origin{})
	p.Depends = facts.Complete(dpkgdb.Names(best.PreDepends+","+best.Depends), facts.Origin{})
	return p, nil
}

// absentPackage is what is known of a package without a record, if the database was read to its end.
func absentPackage(p Package, name string, db *packageDB) Package {
	if why := db.doubt(name); why != "" {
		p.Missing = facts.Missing(why)
		return p
	}
	p.Origin = facts.File(db.file, 0)
	p.Installed = facts.Known(false, facts.Origin{})
	p.Status = facts.Known("not-installed", facts.Origin{})
	p.Hold = facts.Known(false, facts.Origin{})
	p.Architectures = db.list(nil)
	p.Missing = facts.Missing(p.Name + " is not installed")
	return p
}

// packageInstalled: dpkg counts a package as installed also while triggers wait. In the states between, some of its
// files are there and it may or may not work: neither "installed" nor "not installed" would be true.
func packageInstalled(p dpkgdb.Package) facts.V[bool] {
	if p.Error == "reinstreq" {
		return facts.Unknown[bool](fmt.Sprintf("dpkg says that %s is broken and must be installed again", p.Name))
	}
	switch p.State {
	case "installed", "triggers-awaited", "triggers-pending":
		return facts.Known(true, facts.Origin{})
	case "config-files", "not-installed":
		return facts.Known(false, facts.Origin{})
	}
	return facts.Unknown[bool](fmt.Sprintf("dpkg left %s %s: finish with dpkg --configure -a", p.Name, p.State))
}

// bestPackage picks the record that speaks for the name: an installed one, and of those the native architecture's.
func bestPackage(found []dpkgdb.Package, native string) dpkgdb.Package {
	rank := func(p dpkgdb.Package) int {
		n := 0
		if p.State != "config-files" {
			n += 2
		}
		if p.Arch == native || p.Arch == "all" {
			n++
		}
		return n
	}
	return slices.MaxFunc(found, func(a, b dpkgdb.Package) int { return rank(a) - rank(b) })
}

func collectPackages(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[PackageEntry], error) {
	db, err := packagesOf(ctx, r)
	if err != nil {
		return facts.UnknownList[PackageEntry](err.Error()), nil
	}
	entries := make([]PackageEntry, 0, len(db.all))
	for _, p := range db.all {
		entries = append(entries, PackageEntry{
			Origin: db.origin(p), Name: p.Name, Status: p.State, Installed: packageInstalled(p), Version: p.Version,
			Architecture: p.Arch, Source: p.Source, SourceVersion: p.SourceVersion, Hold: p.Want == "hold",
			Essential: p.Essential, Section: p.Section, Priority: p.Priority,
		})
	}
	if why := db.doubt(""); why != "" {
		return facts.Partial(entries, facts.File(db.file, 0), why), nil
	}
	return facts.Complete(entries, facts.File(db.file, 0)), nil
}
