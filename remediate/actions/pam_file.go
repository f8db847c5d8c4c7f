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
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

var (
	moduleFile   = regexp.MustCompile(`^(faillock|pwquality|pwhistory|access|limits|namespace|time)\.conf$`)
	moduleOption = regexp.MustCompile(`^[a-zA-Z_]+$`)
)

// pwqualityDropIn is read before pwquality.conf, which wins where it sets the same (pwquality.conf(5)).
const pwqualityDropIn = "/etc/security/pwquality.conf.d/60-holdfast.conf"

// setModuleFile sets an option in a module's file of /etc/security, in which the last line of a name counts.
func setModuleFile(ctx context.Context, d *remediate.Draft, file, name string, value *string) error {
	v := deref(value)
	if !moduleFile.MatchString(file) || !moduleOption.MatchString(name) || strings.ContainsAny(v, "#\n\r\x00") || strings.TrimSpace(v) != v {
		return fmt.Errorf("%s = %q is no setting of %q", name, v, file)
	}
	if err := d.Claim("pam "+file+" "+name, "is "+v); err != nil {
		return err
	}
	if err := overridden(d, file, name, v); err != nil {
		return err
	}
	all, err := viewOf(d)
	if err != nil {
		return err
	}
	if file == "pwquality.conf" && strings.EqualFold(name, "enforce_for_root") && !hasDictionary(all) {
		return errNoDictionary
	}
	main := "/etc/security/" + file
	line := name
	if value != nil {
		line += " = " + v
	}
	o := pamOptions
	o.Risk = plan.Lockout
	matches := func(l string) bool { n, _ := moduleSetting(l); return strings.EqualFold(n, name) }
	f, err := d.File(ctx, main)
	if err != nil {
		return err
	}
	inMain := slices.ContainsFunc(strings.Split(string(f.Content), "\n"), matches)
	if file == "pwquality.conf" && !inMain {
		return pwqualityLine(ctx, d, name, v, line, matches, o)
	}
	if f.Type == remediate.Absent {
		return d.DropIn(ctx, main, "#", func([]string) []string { return []string{line} }, o)
	}
	return editFile(ctx, d, main, edit{
		matches: matches,
		isSo:    func(l string) bool { n, have := moduleSetting(l); return n == name && have == v },
		line:    func(string) string { return line },
	}, o)
}

// moduleSetting reads a line as pam_faillock and libpwquality do: a name, blanks and "=", a value, # to the end.
func moduleSetting(line string) (name, value string) {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	at := strings.IndexAny(line, " \t=")
	if at < 0 {
		return line, ""
	}
	return line[:at], strings.TrimLeft(line[at:], " \t=")
}

// pwqualityLine sets the option in a drop-in, unless one that comes later says otherwise.
func pwqualityLine(ctx context.Context, d *remediate.Draft, name, value, line string, matches func(string) bool, o remediate.Options) error {
	v, err := viewOf(d)
	if err != nil {
		return err
	}
	files, err := v.Glob(path.Dir(pwqualityDropIn) + "/*.conf")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := v.ReadFile(f)
		if err != nil {
			return err
		}
		for l := range strings.Lines(string(text)) {
			if _, have := moduleSetting(l); f > pwqualityDropIn && matches(l) && have != value {
				return remediate.Refuse("%s sets %s and is read after %s: take that line out", f, name, pwqualityDropIn)
			}
		}
	}
	return d.DropIn(ctx, pwqualityDropIn, "#", func(lines []string) []string {
		if i := slices.IndexFunc(lines, matches); i >= 0 {
			lines[i] = line
			return lines
		}
		return append(lines, line)
	}, o)
}

// errNoDictionary: without one, pam_pwquality refuses every password.
var errNoDictionary = remediate.Refuse("pam_pwquality has no dictionary, and would refuse every new password: install cracklib-runtime, or set dictcheck = 0")

// hasDictionary tells whether libpwquality finds what it compares passwords with, or is told not to look.
func hasDictionary(v *view) bool {
	files, err := v.Glob("/etc/security/pwquality.conf.d/*.conf")
	if err != nil {
		return false
	}
	at, off := "/var/cache/cracklib/cracklib_dict", false
	for _, f := range append(files, "/etc/security/pwquality.conf") {
		text, _ := v.ReadFile(f)
		for l := range strings.Lines(string(text)) {
			switch name, value := moduleSetting(l); strings.ToLower(name) {
			case "dictpath":
				at = value
			case "dictcheck":
				off = value == "0"
			}
		}
	}
	found, err := v.Glob(at + ".pwd")
	return off || err == nil && len(found) > 0
}

// overridden refuses where an argument of the module says otherwise, which wins over its file.
func overridden(d *remediate.Draft, file, name, value string) error {
	v, err := viewOf(d)
	if err != nil {
		return err
	}
	module := "pam_" + strings.TrimSuffix(file, ".conf") + ".so"
	services, err := v.Glob(pamconf.Dir + "/*")
	if err != nil {
		return err
	}
	for _, service := range services {
		for _, typ := range []string{pamconf.Auth, pamconf.Account, pamconf.Password, pamconf.Session} {
			s, err := pamconf.Load(v, path.Base(service), typ)
			if err != nil {
				continue // a fragment, or one that nobody can use
			}
			for _, e := range s.Entries() {
				for _, arg := range e.Args {
					have, what, _ := strings.Cut(arg, "=")
					if e.Module() == module && strings.EqualFold(have, name) && what != value {
						return remediate.Refuse("%s:%d: the argument %s of %s wins over %s: take it out", e.File, e.Line.Line, arg, module, file)
					}
				}
			}
		}
	}
	return nil
}
