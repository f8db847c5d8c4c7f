// Package pamauth works out what pam-auth-update(8) makes of PAM's profiles: Debian's /etc/pam.d/common-* and what it
// remembers of them in /var/lib/pam. It is a pure function of those files, so that a change can be shown before it is
// made and undone without running anything; the result is, byte for byte, that of the program of Linux-PAM 1.5.
package pamauth

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Where the files lie.
const (
	ProfileDir = "/usr/share/pam-configs"
	CommonFile = "/etc/pam.d/common-" // and a type
	SavedDir   = "/var/lib/pam"
)

// Types are the files' types, in the order in which they are written.
var Types = []string{"auth", "account", "password", "session", "session-noninteractive"}

// Files are all that pam-auth-update reads.
type Files struct {
	Profiles map[string]string // by name
	Common   map[string]string // by type: /etc/pam.d/common-TYPE
	Saved    map[string]string // by type: /var/lib/pam/TYPE
	Seen     string            // /var/lib/pam/seen
}

// ErrEdited says that the files of /etc/pam.d were changed in a way that pam-auth-update would not keep; it leaves them
// alone then.
var ErrEdited = errors.New("common-* was edited by hand, and pam-auth-update leaves it alone: carry your changes over to a profile, then run pam-auth-update --force")

// Change is what shall be otherwise.
type Change struct {
	Enable, Disable []string
	// Forget tells which options that were added to a line by hand, or taken from it, are not kept.
	Forget func(typ, line, option string, added bool) bool
}

// Update gives the files as pam-auth-update --package would leave them.
func Update(f Files, c Change) (Files, error) {
	profiles := map[string]*profile{}
	for name, text := range f.Profiles {
		p, err := parseProfile(text)
		if err != nil {
			return Files{}, fmt.Errorf("profile %s: %w", name, err)
		}
		if !p.disabled {
			profiles[name] = p
		}
	}
	for _, name := range c.Enable {
		if profiles[name] == nil {
			return Files{}, fmt.Errorf("there is no profile %s", name)
		}
	}
	d, ok := compare(f)
	if !ok {
		return Files{}, ErrEdited
	}
	sorted := inOrder(profiles)
	enabled := choose(f, c, d.modules, profiles, sorted)
	if len(enabled) == 0 {
		return Files{}, errors.New("no profile would be left")
	}
	out := Files{Profiles: f.Profiles, Common: map[string]string{}, Saved: map[string]string{}, Seen: strings.Join(sorted, "\n") + "\n"}
	for _, typ := range Types {
		w := writer{typ: typ, profiles: profiles, enabled: enabled, local: d.local[typ], forget: c.Forget}
		text, err := w.common(f.Common[typ])
		if err != nil {
			return Files{}, err
		}
		out.Common[typ], out.Saved[typ] = text, w.saved()
	}
	return out, nil
}

// Enabled are the profiles that are in force.
func Enabled(f Files) ([]string, error) {
	d, ok := compare(f)
	if !ok {
		return nil, ErrEdited
	}
	var out []string
	for _, name := range d.modules {
		if _, there := f.Profiles[name]; there && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

func inOrder(profiles map[string]*profile) []string {
	var names []string
	for name := range profiles {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(profiles[b].priority, profiles[a].priority), strings.Compare(b, a))
	})
	return names
}

// choose is the list of profiles that will be in force.
func choose(f Files, c Change, now []string, profiles map[string]*profile, sorted []string) []string {
	seen := strings.Split(f.Seen, "\n")
	enabled := slices.DeleteFunc(slices.Clone(sorted), func(name string) bool {
		if slices.Contains(c.Disable, name) {
			return true
		}
		fresh := profiles[name].fields["Default"] == "yes" && !slices.Contains(seen, name)
		return !slices.Contains(now, name) && !slices.Contains(c.Enable, name) && !fresh
	})
	for i := 0; i < len(enabled); i++ { // of two that exclude each other, the one that says so stays
		conflicts := profiles[enabled[i]].conflicts
		name := enabled[i]
		enabled = slices.DeleteFunc(enabled, func(other string) bool { return slices.Contains(conflicts, other) })
		i = slices.Index(enabled, name)
	}
	return enabled
}

// profile is one of /usr/share/pam-configs.
type profile struct {
	fields    map[string]string
	conflicts []string
	priority  float64
	disabled  bool
}

var field = regexp.MustCompile(`^(\S+):\s+(.*)$`)

func parseProfile(text string) (*profile, error) {
	p := &profile{fields: map[string]string{}}
	name := ""
	for line := range strings.Lines(text) {
		if m := field.FindStringSubmatch(strings.TrimSuffix(line, "\n") + " "); m != nil {
			name = strings.TrimSuffix(m[1], "-Final")
			value := strings.TrimSuffix(m[2], " ")
			if name == "Conflicts" {
				p.conflicts = append(p.conflicts, strings.Split(value, ", ")...)
			} else {
				p.fields[name] = value
			}
			continue
		}
		if line = strings.TrimSpace(line); line != "" {
			p.fields[name] += "\n" + line
		}
		p.disabled = p.disabled || strings.Contains(p.fields[name], "pam_tally")
		p.fields[name] = strings.TrimLeft(p.fields[name], " \t\n")
	}
	if _, own := p.fields["Session-Interactive-Only"]; !own {
		for _, part := range []string{"", "-Type", "-Initial"} {
			p.fields["Session-noninteractive"+part] = p.fields["Session"+part]
		}
	}
	var err error
	if p.priority, err = strconv.ParseFloat(strings.TrimSpace(p.fields["Priority"]), 64); err != nil {
		return nil, fmt.Errorf("its priority is no number: %q", p.fields["Priority"])
	}
	return p, nil
}

func title(typ string) string { return strings.ToUpper(typ[:1]) + typ[1:] }

// lines are what a profile adds to a type; the first one of its block may do so in another way.
func (p *profile) lines(typ string, first bool) string {
	if initial := p.fields[title(typ)+"-Initial"]; first && initial != "" {
		return initial
	}
	return p.fields[title(typ)]
}

// The comments that bound what pam-auth-update writes.
const (
	primaryMark    = `# here are the per-package modules (the "Primary" block)`
	fallbackMark   = "# here's the fallback if no module succeeds"
	additionalMark = `# and here are more per-package modules (the "Additional" block)`
	endMark        = "# end of pam-auth-update config"
)

type writer struct {
	typ      string
	profiles map[string]*profile
	enabled  []string
	local    local
	forget   func(typ, line, option string, added bool) bool
}

// block are the names and lines of the profiles of one block.
func (w writer) block(kind string) (names, texts []string) {
	for _, name := range w.enabled {
		p := w.profiles[name]
		if p.fields[title(w.typ)+"-Type"] != kind {
			continue
		}
		texts = append(texts, p.lines(w.typ, len(names) == 0))
		names = append(names, name)
	}
	return names, texts
}

// common is the file with new blocks between its comments.
func (w writer) common(now string) (string, error) {
	var out strings.Builder
	state := 0
	for line := range strings.Lines(now) {
		if state == 1 && strings.HasPrefix(line, fallbackMark) || state == 3 && strings.HasPrefix(line, endMark) {
			state++
			out.WriteString(line)
			continue
		}
		if state == 1 || state == 3 {
			continue
		}
		out.WriteString(line)
		if state == 0 && strings.HasPrefix(line, primaryMark) || state == 2 && strings.HasPrefix(line, additionalMark) {
			if err := w.write(&out, []string{"Primary", "", "Additional"}[state]); err != nil {
				return "", err
			}
			state++
		}
	}
	if state < 4 {
		return "", fmt.Errorf("%s%s: %w", CommonFile, w.typ, ErrEdited)
	}
	return out.String(), nil
}

func (w writer) write(out *strings.Builder, kind string) error {
	typ := strings.TrimSuffix(w.typ, "-noninteractive")
	_, texts := w.block(kind)
	var lines []string
	for _, t := range texts {
		if t != "" {
			lines = append(lines, strings.Split(t, "\n")...)
		}
	}
	if kind == "Primary" && len(lines) == 0 {
		out.WriteString(typ + "\t[default=1]\t\t\tpam_permit.so\n")
		return nil
	}
	left := len(lines)
	if kind == "Additional" {
		left-- // a jump must not leave the stack
	}
	for _, l := range lines {
		merged, err := w.merge(l, left)
		if err != nil {
			return err
		}
		out.WriteString(typ + "\t" + merged + "\n")
		left--
	}
	return nil
}

var moduleLine = regexp.MustCompile(`^((?:\[[^\]]+\]|\w+)\s+\S+)\s*(.*)`)

// merge is a line with its jumps counted, and with the options that were changed by hand.
func (w writer) merge(line string, left int) (string, error) {
	m := moduleLine.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("a profile's line is none of PAM's: %q", line)
	}
	head := strings.ReplaceAll(m[1], "end", strconv.Itoa(left))
	key := withoutJumps(head)
	added, removed := w.local.added[key], w.local.removed[key]
	var options, more []string
	for _, o := range strings.Fields(m[2]) {
		if i := slices.Index(added, o); i >= 0 {
			added = slices.Delete(slices.Clone(added), i, i+1)
			w.local.added[key] = added
		}
		if !slices.Contains(removed, o) || w.forget != nil && w.forget(w.typ, key, o, false) {
			options = append(options, o)
		}
	}
	for _, o := range added {
		if w.forget == nil || !w.forget(w.typ, key, o, true) {
			more = append(more, o)
		}
	}
	slices.Sort(more)
	return head + " " + strings.Join(append(options, more...), " "), nil
}

// saved is what is remembered of the profiles' lines.
func (w writer) saved() string {
	var out strings.Builder
	for _, kind := range []string{"Primary", "Additional"} {
		names, texts := w.block(kind)
		if kind == "Primary" && len(names) == 0 {
			out.WriteString("Module: null\n[default=1]\t\t\tpam_permit.so\n")
		}
		for i, name := range names {
			if texts[i] != "" {
				out.WriteString("Module: " + name + "\n" + texts[i] + "\n")
			}
		}
	}
	return out.String()
}

var (
	jump    = regexp.MustCompile(`(\[[^0-9\n]*)[0-9]+(.*\])`)
	endJump = regexp.MustCompile(`(\[.*)end(.*\])`)
)

// withoutJumps takes the number of a jump away: it depends on the lines below.
func withoutJumps(line string) string { return jump.ReplaceAllString(line, "$1$2") }

// local are the options that were added to lines by hand, or taken from them.
type local struct{ added, removed map[string][]string }

type difference struct {
	modules []string // the profiles whose lines are there, in their order
	local   map[string]local
}

// compare tells how common-* differs from what is remembered; not ok where there is more than options.
func compare(f Files) (d difference, ok bool) {
	d.local = map[string]local{}
	for _, typ := range Types {
		l := local{map[string][]string{}, map[string][]string{}}
		if ok := d.compareType(f.Common[typ], f.Saved[typ], typ, l); !ok {
			return d, false
		}
		d.local[typ] = l
	}
	return d, true
}

type savedLine struct{ profile, line string }

func (d *difference) compareType(common, saved, typ string, l local) bool {
	if saved == "" || common == "" {
		return false
	}
	remembered := parseSaved(saved)
	prefix := regexp.MustCompile(`^` + strings.TrimSuffix(typ, "-noninteractive") + `\s+`)
	state := 0
	for line := range strings.Lines(common) {
		switch {
		case state == 0 && strings.HasPrefix(line, primaryMark), state == 1 && strings.HasPrefix(line, fallbackMark), state == 2 && strings.HasPrefix(line, additionalMark):
			state++
			continue
		case state == 0 || state == 2:
			continue
		}
		if state == 3 && strings.HasPrefix(line, endMark) {
			break
		}
		line = withoutJumps(prefix.ReplaceAllString(strings.TrimSuffix(line, "\n"), ""))
		var ok bool
		if remembered, ok = d.match(line, remembered, l); !ok {
			return false
		}
	}
	return state == 3
}

func parseSaved(text string) (out []savedLine) {
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, is := strings.CutPrefix(line, "Module: "); is {
			name = rest
			continue
		}
		out = append(out, savedLine{name, endJump.ReplaceAllString(withoutJumps(line), "$1$2")})
	}
	return out
}

// match finds the remembered line that a line comes from; those passed over were dropped by hand.
func (d *difference) match(line string, remembered []savedLine, l local) (left []savedLine, ok bool) {
	for i, s := range remembered {
		m := moduleLine.FindStringSubmatch(s.line)
		if m == nil {
			continue
		}
		rest, is := strings.CutPrefix(line, m[1])
		if !is {
			continue
		}
		d.modules = append(d.modules, s.profile)
		before := strings.Fields(m[2])
		for _, o := range strings.Fields(rest) {
			if slices.Contains(before, o) {
				before = slices.DeleteFunc(before, func(b string) bool { return b == o })
			} else if !slices.Contains(l.added[m[1]], o) {
				l.added[m[1]] = append(l.added[m[1]], o)
			}
		}
		l.removed[m[1]] = append(l.removed[m[1]], before...)
		return remembered[i+1:], true
	}
	return nil, false
}
