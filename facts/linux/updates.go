package linux

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:    "updates",
		Doc:     "What apt would upgrade, by the lists it fetched last, and how updates get onto this host.",
		Reads:   "/var/lib/dpkg/status, /var/lib/apt/lists, sources.list(5), apt_preferences(5), apt.conf(5), /boot, /run/reboot-required",
		Timeout: 30 * time.Second,
		Heavy:   true,
	}, collectUpdates))
}

// Updates is the patch level of a host.
type Updates struct {
	Available      facts.List[Update] `fact:"available" doc:"Every installed package with a newer candidate version, held ones too, as apt list --upgradable."`
	Security       facts.List[Update] `fact:"security" doc:"Those of available that bring a security update."`
	ListsComplete  facts.V[bool]      `fact:"lists_complete" doc:"Whether apt has the lists of every enabled source."`
	ListsMissing   facts.List[string] `fact:"lists_missing" doc:"Lists that a source has and apt has not fetched."`
	ListsTime      facts.V[string]    `fact:"lists_time" doc:"When apt last fetched lists, RFC 3339 in UTC."`
	ListsAge       facts.V[int64]     `fact:"lists_age" doc:"Seconds since then."`
	RebootRequired facts.V[bool]      `fact:"reboot_required" doc:"Whether a package asked for a reboot (/run/reboot-required) or an older kernel runs than the newest installed one."`
	RunningKernel  facts.V[string]    `fact:"running_kernel" doc:"Release of the running kernel."`
	NewestKernel   facts.V[string]    `fact:"newest_kernel" doc:"Highest release in /boot of the running kernel's flavour; empty when no kernel is installed, as in a container."`
	Unattended     Unattended         `fact:"unattended" doc:"Upgrades without an administrator."`
}

// Update is one package that could be upgraded.
type Update struct {
	Name         string `fact:"name" doc:"The package's name."`
	Architecture string `fact:"architecture" doc:"Architecture of the installed package."`
	Installed    string `fact:"installed" doc:"The installed version."`
	Candidate    string `fact:"candidate" doc:"The version apt would install."`
	Security     bool   `fact:"security" doc:"Whether a version up to the candidate comes from an archive of security updates."`
	Origin       string `fact:"origin" doc:"Origin of the archive the candidate comes from: Debian."`
	Suite        string `fact:"suite" doc:"Suite of that archive."`
	Codename     string `fact:"codename" doc:"Code name of that archive: bookworm-security."`
	Held         bool   `fact:"held" doc:"Whether the package is held back."`
	Phased       int    `fact:"phased" doc:"Percentage of hosts the update is rolled out to (Ubuntu); 100 when it is not phased."`
}

func collectUpdates(ctx context.Context, r *facts.Reader, _ facts.Key) (Updates, error) {
	var u Updates
	u.reboot(ctx, r)
	u.Unattended = unattended(ctx, r)
	if err := u.lists(ctx, r); err != nil {
		why := err.Error()
		u.Available, u.Security = facts.UnknownList[Update](why), facts.UnknownList[Update](why)
		u.ListsMissing, u.ListsComplete = facts.UnknownList[string](why), facts.Unknown[bool](why)
	}
	u.ListsTime, u.ListsAge = listsTime(r)
	return u, nil
}

// lists fills in what apt's lists tell.
func (u *Updates) lists(ctx context.Context, r *facts.Reader) error {
	db, err := packagesOf(ctx, r)
	if err != nil {
		return err
	}
	if _, err := r.ReadDir(aptListsDir); err != nil {
		return err
	}
	found, err := findLists(ctx, r, db)
	if err != nil {
		return err
	}
	origin := facts.File(aptListsDir, 0)
	if found.failed != "" {
		u.ListsMissing = facts.Partial(found.missing, origin, found.failed)
		u.ListsComplete = facts.Unknown[bool](found.failed)
	} else {
		u.ListsMissing = facts.Complete(found.missing, origin)
		u.ListsComplete = facts.Known(len(found.missing) == 0, origin)
	}
	if len(found.lists) == 0 {
		why := "apt has fetched no lists: " + aptListsDir + " holds none of the configured sources"
		u.Available, u.Security = facts.UnknownList[Update](why), facts.UnknownList[Update](why)
		return nil
	}
	available, why, err := upgradable(ctx, r, db, found)
	if err != nil {
		return err
	}
	security := []Update{}
	for _, p := range available {
		if p.Security {
			security = append(security, p)
		}
	}
	if why != "" {
		u.Available, u.Security = facts.Partial(available, origin, why), facts.Partial(security, origin, why)
		return nil
	}
	u.Available, u.Security = facts.Complete(available, origin), facts.Complete(security, origin)
	return nil
}

// listsTime: apt gives lists the server's time of change, so the directory, which changes whenever a list is replaced, and
// the stamp of a successful update count too.
func listsTime(r *facts.Reader) (facts.V[string], facts.V[int64]) {
	names, err := r.Glob(aptListsDir + "/*Release")
	if err == nil && len(names) == 0 {
		err = errors.New("apt has fetched no lists")
	}
	if err != nil {
		return facts.Unknown[string](err.Error()), facts.Unknown[int64](err.Error())
	}
	var newest time.Time
	var at string
	for _, name := range append(names, aptListsDir, "/var/lib/apt/periodic/update-success-stamp") {
		if st, err := r.Stat(name); err == nil && st.ModTime().After(newest) {
			newest, at = st.ModTime(), name
		}
	}
	age := int64(r.Now().Sub(newest) / time.Second)
	return facts.Known(newest.UTC().Format(time.RFC3339), facts.File(at, 0)), facts.Known(age, facts.File(at, 0))
}

// aptArchitectures are the native one and those dpkg was told of (dpkg --add-architecture).
func aptArchitectures(ctx context.Context, r *facts.Reader, db *packageDB) ([]string, error) {
	conf, err := aptConfigOf(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, item := range conf.List("APT::Architectures") {
		out = append(out, item.Value)
	}
	if len(out) > 0 {
		return out, nil
	}
	native := db.nativeArch()
	if native == "" {
		return nil, fmt.Errorf("%s has no record of dpkg: the architecture is not known", db.file)
	}
	out = []string{native}
	b, err := r.ReadFile(path.Join(path.Dir(dpkgStatus), "arch"))
	if facts.IsAbsent(err) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for _, arch := range fieldsOf(b) {
		if arch != native {
			out = append(out, arch)
		}
	}
	return out, nil
}
