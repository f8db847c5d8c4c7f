package actions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/actions/pamauth"
)

// argumentChange is what shall become of a module's arguments.
type argumentChange struct {
	typ, module string
	add, remove []string
}

// pamHashes exclude each other, as arguments of pam_unix.
var pamHashes = []string{"md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"}

var pamArgument = regexp.MustCompile(`^[a-z_][a-z0-9_]*(=[^\s\[\]#\\]*)?$`)

func changeArguments(ctx context.Context, d *remediate.Draft, typ, module string, add, remove []string) error {
	c := argumentChange{typ, module, add, remove}
	for _, arg := range slices.Concat(add, remove) {
		if !pamArgument.MatchString(arg) {
			return fmt.Errorf("%q is no argument of a module", arg)
		}
	}
	for _, arg := range add {
		name, value, _ := strings.Cut(arg, "=")
		if err := d.Claim("pam "+typ+" "+module+" "+name, "is "+value); err != nil {
			return err
		}
	}
	for _, arg := range remove {
		if err := d.Claim("pam "+typ+" "+module+" "+arg, "is not"); err != nil {
			return err
		}
	}
	p, err := newPAM(d)
	if err != nil {
		return err
	}
	open, err := c.unmet(p.view)
	if err != nil {
		return err
	}
	if open == "" {
		return p.share(ctx)
	}
	return c.plan(ctx, p)
}

func (c argumentChange) plan(ctx context.Context, p *pamPlan) error {
	profiles, err := p.enabled(mentions(c.module))
	if err != nil {
		return err
	}
	if len(profiles) == 0 {
		return remediate.Refuse("no profile of pam-auth-update that is enabled calls %s", c.module)
	}
	for _, name := range profiles {
		own := ourProfile(name)
		text := c.inProfile(p.files.Profiles[name])
		if own != name {
			text = standIn(text, name)
			p.change.Enable, p.change.Disable = append(p.change.Enable, own), append(p.change.Disable, name)
		}
		p.ours[own] = text
	}
	p.change.Forget = c.forget
	if err := p.write(ctx); err != nil {
		return err
	}
	v, err := viewOf(p.d)
	if err != nil {
		return err
	}
	left, err := c.unmet(v)
	if err == nil && left != "" {
		err = remediate.Refuse("%s", left)
	}
	return err
}

// standIn makes a profile of ours of the distribution's, which it excludes.
func standIn(text, name string) string {
	var out []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if title, is := strings.CutPrefix(line, "Name:"); is {
			line = "Name:" + title + " (Holdfast)\nConflicts: " + name
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n") + "\n"
}

// inProfile changes the lines of the module in the profile's sections of the type.
func (c argumentChange) inProfile(text string) string {
	section := ""
	var out []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if name, _, is := strings.Cut(line, ":"); is && name != "" && !strings.ContainsAny(name, " \t[") {
			section = strings.TrimSuffix(name, "-Final")
		} else if strings.TrimSuffix(section, "-Initial") == strings.ToUpper(c.typ[:1])+c.typ[1:] {
			line = c.inLine(line, strings.HasSuffix(section, "-Initial"))
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n") + "\n"
}

var pamLine = regexp.MustCompile(`^(\s*(?:\[[^\]]+\]|\w+)\s+)(\S+)(.*)$`)

// inLine changes one line. The first one of a stack has no password to take from those before it.
func (c argumentChange) inLine(line string, first bool) string {
	m := pamLine.FindStringSubmatch(line)
	if m == nil || path.Base(m[2]) != c.module {
		return line
	}
	args := slices.DeleteFunc(strings.Fields(m[3]), c.replaces)
	for _, arg := range c.add {
		if !slices.Contains(args, arg) && !(first && arg == "use_authtok") {
			args = append(args, arg)
		}
	}
	return m[1] + strings.Join(append([]string{m[2]}, args...), " ")
}

// replaces tells whether an argument must go: it is to be removed, or what is added takes its place.
func (c argumentChange) replaces(arg string) bool {
	if slices.Contains(c.add, arg) {
		return false
	}
	name, _, _ := strings.Cut(arg, "=")
	if slices.Contains(c.remove, arg) || slices.Contains(c.remove, name) {
		return true
	}
	return slices.ContainsFunc(c.add, func(a string) bool {
		other, _, _ := strings.Cut(a, "=")
		return other == name || slices.Contains(pamHashes, a) && slices.Contains(pamHashes, name)
	})
}

// forget drops what was changed by hand on the module's lines where it is what we change.
func (c argumentChange) forget(typ, line, option string, added bool) bool {
	if strings.TrimSuffix(typ, "-noninteractive") != c.typ || path.Base(lastWord(line)) != c.module {
		return false
	}
	if added {
		return c.replaces(option)
	}
	return slices.Contains(c.add, option)
}

func lastWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// unmet tells of the first line of the module, in any service's stack, whose arguments are not as they shall be; empty
// when all are.
func (c argumentChange) unmet(v *view) (string, error) {
	services, err := v.Glob(pamconf.Dir + "/*")
	if err != nil {
		return "", err
	}
	why, found := "", false
	for _, file := range services {
		service := path.Base(file)
		if strings.Contains(service, ".dpkg-") || strings.HasSuffix(service, "~") || strings.HasPrefix(service, "common-") {
			continue
		}
		s, err := pamconf.Load(v, service, c.typ)
		if err != nil {
			return "", remediate.Refuse("%v", err)
		}
		for i, e := range s.Entries() {
			if e.Module() != c.module || e.Broken != "" {
				continue
			}
			found = true
			w := c.wrong(e, i)
			if w != "" && (why == "" || !strings.HasPrefix(e.File, pamauth.CommonFile)) {
				why = fmt.Sprintf("%s:%d: %s", e.File, e.Line.Line, w)
			}
		}
	}
	if !found && len(c.add) > 0 {
		return c.module + " is in no stack", nil
	}
	return why, nil
}

func (c argumentChange) wrong(e pamconf.Entry, position int) string {
	for _, arg := range e.Args {
		if c.replaces(arg) {
			return fmt.Sprintf("%s has the argument %s: take it out there", c.module, arg)
		}
	}
	for _, arg := range c.add {
		switch {
		case slices.Contains(e.Args, arg):
		case arg == "use_authtok" && position == 0 && c.module == "pam_unix.so": // it asks itself, as nothing does before it
		case arg == "use_authtok" && position == 0:
			return c.module + " is the first to ask for a new password, and has none to take over: enable a check of quality (pwquality) before it"
		default:
			return fmt.Sprintf("%s has not the argument %s: add it there", c.module, arg)
		}
	}
	return ""
}
