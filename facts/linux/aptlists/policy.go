package aptlists

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
	"pault.ag/go/debian/version"
)

// Archive is one list and what is known of where it came from.
type Archive struct {
	Release   *Release
	Site      string // host of the URI; empty for local ones
	Component string
	Arch      string
}

// Policy gives versions their priorities: apt_preferences(5), as policy.cc of apt-pkg.
type Policy struct {
	Default string // APT::Default-Release
	Pins    []aptconf.Pin
}

// statusPriority is that of the installed version.
const statusPriority = 100

// Choice is one version that could be installed, with the archives that have it.
type Choice struct {
	Version   string
	Source    string
	Phased    string
	Archives  []*Archive
	Installed bool
}

// ArchivePriority is that of all versions of an archive, where no pin speaks of a package.
func (p *Policy) ArchivePriority(a *Archive) int {
	if p.Default != "" && matchRelease(p.Default, a) {
		return 990
	}
	for _, pin := range p.Pins {
		if pin.General() && matchArchive(pin, a) {
			return pin.Priority
		}
	}
	switch r := a.Release; {
	case r != nil && r.NotAutomatic && r.ButAutomaticUpgrades:
		return 100
	case r != nil && r.NotAutomatic:
		return 1
	}
	return 500
}

func (p *Policy) priority(name string, c *Choice) int {
	for _, pin := range p.Pins {
		if pin.General() && pin.Kind != "version" || !matchesPackage(pin, name, c.Source) {
			continue
		}
		if pin.Kind == "version" && matchText(pin.Data, c.Version) ||
			pin.Kind != "version" && slices.ContainsFunc(c.Archives, func(a *Archive) bool { return matchArchive(pin, a) }) {
			return pin.Priority
		}
	}
	best := -1 << 31
	if c.Installed {
		best = statusPriority
	}
	for _, a := range c.Archives {
		best = max(best, p.ArchivePriority(a))
	}
	return best
}

// Candidate chooses among the versions of a package: the highest priority, and of those the highest version; lower than
// the installed one only with a priority of 1000 or more. Nil when nothing may be installed.
func (p *Policy) Candidate(name string, choices []*Choice) *Choice {
	choices = slices.Clone(choices)
	slices.SortStableFunc(choices, func(a, b *Choice) int { return Compare(b.Version, a.Version) })
	var best, installed *Choice
	for _, c := range choices {
		if c.Installed {
			installed = c
		}
	}
	bestPriority := -1
	for _, c := range choices {
		priority := p.priority(name, c)
		if priority == 0 || priority <= bestPriority {
			continue
		}
		if installed != nil && priority < 1000 && Compare(c.Version, installed.Version) < 0 {
			continue
		}
		best, bestPriority = c, priority
	}
	return best
}

// Compare orders versions as dpkg does.
func Compare(a, b string) int {
	if a == b {
		return 0
	}
	va, errA := version.Parse(a)
	vb, errB := version.Parse(b)
	if errA != nil || errB != nil {
		return strings.Compare(a, b)
	}
	return version.Compare(va, vb)
}

func matchesPackage(pin aptconf.Pin, name, source string) bool {
	source, _ = cutSource(source, name)
	for _, pattern := range pin.Packages {
		subject := name
		if src, ok := strings.CutPrefix(pattern, "src:"); ok {
			pattern, subject = src, source
		}
		pattern, _, _ = strings.Cut(pattern, ":") // architecture: lists of one are compared at a time
		if matchText(pattern, subject) {
			return true
		}
	}
	return false
}

func cutSource(field, name string) (source, version string) {
	if field == "" {
		return name, ""
	}
	source, version, _ = strings.Cut(field, " ")
	return source, strings.Trim(version, "()")
}

func matchArchive(pin aptconf.Pin, a *Archive) bool {
	switch pin.Kind {
	case "origin":
		return matchText(strings.Trim(pin.Data, `"`), a.Site)
	case "release":
		return matchRelease(pin.Data, a)
	}
	return false
}

// matchRelease compares "a=stable, l=Debian" or a single word: all that is named must match.
func matchRelease(data string, a *Archive) bool {
	r := a.Release
	if r == nil {
		r = &Release{}
	}
	data = strings.TrimSpace(data)
	if !strings.Contains(data, "=") {
		if data != "" && data[0] >= '0' && data[0] <= '9' {
			return matchText(data, r.Version)
		}
		return matchText(data, r.Suite) || matchText(data, r.Codename)
	}
	for part := range strings.SplitSeq(data, ",") {
		key, want, _ := strings.Cut(strings.TrimSpace(part), "=")
		want = strings.Trim(strings.TrimSpace(want), `"`)
		values := map[string]string{"a": r.Suite, "n": r.Codename, "v": r.Version, "o": r.Origin, "l": r.Label, "c": a.Component, "b": a.Arch}
		have, ok := values[strings.TrimSpace(key)]
		if ok && !matchText(want, have) {
			return false
		}
	}
	return true
}

// matchText is ExpressionMatches of apt: /regular expression/ or a glob, without regard to case.
func matchText(pattern, text string) bool {
	if len(pattern) > 1 && pattern[0] == '/' && pattern[len(pattern)-1] == '/' {
		re, err := regexp.Compile("(?i)" + pattern[1:len(pattern)-1])
		return err == nil && re.MatchString(text)
	}
	// fnmatch(3) without FNM_PATHNAME: * crosses slashes, which path.Match does not.
	replace := strings.NewReplacer("/", "\x01")
	ok, err := path.Match(replace.Replace(strings.ToLower(pattern)), replace.Replace(strings.ToLower(text)))
	return err == nil && ok
}
