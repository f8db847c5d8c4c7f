package actions

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/actions/pamauth"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "pam",
		Doc: "Enables or disables profiles of pam-auth-update, changes a module's arguments by a profile of our own that stands in for the " +
			"distribution's (" + pamauth.ProfileDir + "/holdfast-*), or sets an option in a module's file of /etc/security. /etc/pam.d/common-* become what " +
			"pam-auth-update makes of the profiles. Refused where they were edited by hand, where a module is not installed, and where nobody could log in any more.",
		Risk: plan.Lockout,
	}, planPAM))
}

type pamArgs struct {
	Profile *string  `cty:"profile"`
	Enabled *bool    `cty:"enabled"`
	Type    *string  `cty:"type"`
	Module  *string  `cty:"module"`
	Add     []string `cty:"add"`
	Remove  []string `cty:"remove"`
	File    *string  `cty:"file"`
	Name    *string  `cty:"name"`
	Value   *string  `cty:"value"`
}

var pamOptions = remediate.Options{Affects: []string{"every login, sudo and su"}}

func planPAM(ctx context.Context, d *remediate.Draft, a pamArgs) error {
	switch {
	case a.File != nil:
		if a.Name == nil {
			return errors.New("a file needs the name of a setting")
		}
		return setModuleFile(ctx, d, *a.File, *a.Name, a.Value)
	case a.Profile != nil:
		on := a.Enabled == nil || *a.Enabled
		if err := d.Claim("pam profile "+*a.Profile, fmt.Sprint(on)); err != nil {
			return err
		}
		return switchProfile(ctx, d, *a.Profile, on)
	case a.Type == nil:
		return errors.New("a module's arguments need the type of its lines")
	}
	return changeArguments(ctx, d, *a.Type, strings.TrimSuffix(path.Base(*a.Module), ".so")+".so", a.Add, a.Remove)
}

// pamPlan is PAM's configuration as the steps so far would leave it, and what shall become of it.
type pamPlan struct {
	d      *remediate.Draft
	view   *view
	files  pamauth.Files
	change pamauth.Change
	ours   map[string]string // profiles of ours that are made or changed
}

func newPAM(d *remediate.Draft) (*pamPlan, error) {
	v, err := viewOf(d)
	if err != nil {
		return nil, err
	}
	p := &pamPlan{d: d, view: v, ours: map[string]string{}, files: pamauth.Files{Profiles: map[string]string{}, Common: map[string]string{}, Saved: map[string]string{}}}
	names, err := v.Glob(pamauth.ProfileDir + "/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "~") || strings.HasPrefix(path.Base(name), "#") {
			continue
		}
		if err := p.read(name, p.files.Profiles, path.Base(name)); err != nil {
			return nil, err
		}
	}
	for _, typ := range pamauth.Types {
		err := errors.Join(p.read(pamauth.CommonFile+typ, p.files.Common, typ), p.read(path.Join(pamauth.SavedDir, typ), p.files.Saved, typ))
		if err != nil {
			return nil, err
		}
	}
	seen := map[string]string{}
	err = p.read(path.Join(pamauth.SavedDir, "seen"), seen, "")
	p.files.Seen = seen[""]
	return p, err
}

func (p *pamPlan) read(name string, into map[string]string, key string) error {
	text, err := p.view.ReadFile(name)
	if facts.IsAbsent(err) {
		return nil
	}
	into[key] = string(text)
	return err
}

// enabled are the profiles in force that call a module.
func (p *pamPlan) enabled(calls func(profile string) bool) ([]string, error) {
	names, err := pamauth.Enabled(p.files)
	if err != nil {
		return nil, remediate.Refuse("%v", err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !calls(p.files.Profiles[name]) }), nil
}

func mentions(module string) func(profile string) bool {
	return func(profile string) bool {
		return slices.ContainsFunc(strings.Fields(profile), func(w string) bool { return path.Base(w) == module })
	}
}

// switchProfile enables or disables a profile: the distribution's of that name, else ours.
func switchProfile(ctx context.Context, d *remediate.Draft, name string, on bool) error {
	p, err := newPAM(d)
	if err != nil {
		return err
	}
	now, err := p.enabled(func(string) bool { return true })
	if err != nil {
		return err
	}
	if !on {
		// A stand-in of ours goes with it.
		for _, n := range []string{name, ourProfile(name)} {
			if slices.Contains(now, n) {
				p.change.Disable = append(p.change.Disable, n)
			}
		}
		if len(p.change.Disable) == 0 {
			return nil
		}
		return p.write(ctx)
	}
	if own := ownProfiles[name]; own != nil {
		if have, err := p.inForce(name); err != nil || have {
			return errors.Join(err, p.share(ctx))
		}
	}
	_, there := p.files.Profiles[name]
	switch {
	case slices.Contains(now, name) || slices.Contains(now, ourProfile(name)):
		return p.share(ctx)
	case there:
		if name == "pwquality" && !hasDictionary(p.view) {
			return errNoDictionary
		}
		p.change.Enable = append(p.change.Enable, name)
	case ownProfiles[name] == nil:
		return remediate.Refuse("pam-auth-update has no profile %s: install the package that brings it", name)
	}
	for profile, text := range ownProfiles[name] {
		if there {
			break
		}
		p.ours[profile] = text
		p.change.Enable = append(p.change.Enable, profile)
	}
	return p.write(ctx)
}

// share says that what the steps so far make of PAM is for this control, too.
func (p *pamPlan) share(ctx context.Context) error {
	for _, typ := range pamauth.Types {
		name := pamauth.CommonFile + typ
		if !p.d.Changes("file", name) {
			continue
		}
		f, err := p.d.File(ctx, name)
		if err != nil {
			return err
		}
		if err := p.d.SetFile(ctx, name, f, pamOptions); err != nil {
			return err
		}
	}
	return nil
}

// write plans the files as they will be: those profiles of ours that changed, and what pam-auth-update makes of all.
func (p *pamPlan) write(ctx context.Context) error {
	slices.Sort(p.change.Enable)
	before := p.files
	files := before
	files.Profiles = map[string]string{}
	for name, text := range before.Profiles {
		files.Profiles[name] = text
	}
	for name, text := range p.ours {
		files.Profiles[name] = text
	}
	after, err := pamauth.Update(files, p.change)
	if err != nil {
		return remediate.Refuse("%v", err)
	}
	changed := map[string]string{path.Join(pamauth.SavedDir, "seen"): after.Seen}
	for _, typ := range pamauth.Types {
		changed[pamauth.CommonFile+typ], changed[path.Join(pamauth.SavedDir, typ)] = after.Common[typ], after.Saved[typ]
	}
	will := p.view
	for name, text := range changed {
		will = will.with(name, remediate.File{Type: remediate.Regular, Content: []byte(text)})
	}
	if err := stillLetsIn(p.view, will); err != nil {
		return err
	}
	if err := p.writeProfiles(ctx); err != nil {
		return err
	}
	for _, name := range sortedKeys(changed) {
		if err := replaceContent(ctx, p.d, name, changed[name]); err != nil {
			return err
		}
	}
	return nil
}

func (p *pamPlan) writeProfiles(ctx context.Context) error {
	for _, name := range sortedKeys(p.ours) {
		lines := strings.Split(strings.TrimSuffix(p.ours[name], "\n"), "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, profileComment) })
		if err := p.d.DropIn(ctx, path.Join(pamauth.ProfileDir, name), profileComment, func([]string) []string { return lines }, pamOptions); err != nil {
			return err
		}
	}
	return nil
}

// profileComment begins a comment in a profile: a field that nobody reads, as the format has no comments.
const profileComment = "Comment:"

// replaceContent gives a file other content, and leaves all else of it.
func replaceContent(ctx context.Context, d *remediate.Draft, name, text string) error {
	f, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	switch f.Type {
	case remediate.Absent:
		f = remediate.File{Type: remediate.Regular, Mode: 0o644}
	case remediate.Regular:
	default:
		return remediate.Refuse("%s is %s", name, f.Type.Words())
	}
	if string(f.Content) == text {
		return nil
	}
	f.Content = []byte(text)
	return d.SetFile(ctx, name, f, pamOptions)
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func ourProfile(name string) string {
	if strings.HasPrefix(name, "holdfast-") {
		return name
	}
	return "holdfast-" + name
}

// ownProfiles are what stands in where the distribution has no profile of a module: pam_faillock(8) asks for a line before
// and one behind those that ask for a password; pam_pwhistory(8) comes behind what checks a new one's quality (1024 in
// Debian) and before what sets it (256).
var ownProfiles = map[string]map[string]string{
	"faillock": {
		"holdfast-faillock": `Name: Lock accounts after failed logins (Holdfast)
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
	[default=die]	pam_faillock.so authfail
`,
		"holdfast-faillock-first": `Name: Refuse accounts that are locked, and reset the count on success (Holdfast)
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	requisite	pam_faillock.so preauth
Account-Type: Primary
Account:
	required	pam_faillock.so
`,
	},
	"pwhistory": {
		"holdfast-pwhistory": `Name: Remember old passwords (Holdfast)
Default: yes
Priority: 640
Password-Type: Primary
Password:
	requisite	pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
Password-Initial:
	requisite	pam_pwhistory.so remember=24 enforce_for_root try_first_pass
`,
	},
}

// inForce tells whether all that our profiles would bring is called already, by whichever profiles.
func (p *pamPlan) inForce(name string) (bool, error) {
	s, err := pamconf.Load(p.view, "common-auth", pamconf.Auth)
	if name == "pwhistory" {
		s, err = pamconf.Load(p.view, "common-password", pamconf.Password)
	}
	if err != nil {
		return false, remediate.Refuse("%v", err)
	}
	roles := map[string]bool{}
	for _, e := range s.Entries() {
		if e.Module() == "pam_"+name+".so" {
			roles["preauth"] = roles["preauth"] || !slices.Contains(e.Args, "authfail")
			roles["authfail"] = roles["authfail"] || slices.Contains(e.Args, "authfail")
		}
	}
	return roles["preauth"] && (name == "pwhistory" || roles["authfail"]), nil
}
