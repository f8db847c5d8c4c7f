package linux

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "apparmor",
		Doc:   "AppArmor in the running kernel: its profiles with their modes, and which processes they confine.",
		Reads: "/sys/module/apparmor/parameters/enabled, /sys/kernel/security/apparmor/profiles, /proc/PID/attr, /proc/PID/exe",
	}, collectAppArmor))
}

// AppArmor is the kernel's view.
type AppArmor struct {
	Enabled               facts.V[bool]               `fact:"enabled" doc:"Whether the running kernel has AppArmor turned on."`
	Profiles              facts.List[AppArmorProfile] `fact:"profiles" doc:"Profiles that are loaded, in the order of names; none where AppArmor is off."`
	Enforce               facts.V[int]                `fact:"enforce" doc:"Number of profiles in enforce mode."`
	Complain              facts.V[int]                `fact:"complain" doc:"Number of profiles in complain mode."`
	Processes             facts.List[AppArmorProcess] `fact:"processes" doc:"Processes that a profile is attached to; none where AppArmor is off."`
	UnconfinedWithProfile facts.List[AppArmorProcess] `fact:"unconfined_with_profile" doc:"Processes that run unconfined although a profile is loaded for their program: they started before it was."`
}

// AppArmorProfile is one loaded profile.
type AppArmorProfile struct {
	Name string `fact:"name" doc:"Its name, mostly the path of the program."`
	Mode string `fact:"mode" doc:"enforce, complain, kill, unconfined, prompt or mixed."`
}

// AppArmorProcess is one process.
type AppArmorProcess struct {
	PID     int             `fact:"pid" doc:"Its process id."`
	Exe     facts.V[string] `fact:"exe" doc:"Path of its program."`
	Profile string          `fact:"profile" doc:"Name of the profile; of an unconfined process, the one it should have."`
	Mode    string          `fact:"mode" doc:"Mode in which it is confined; unconfined."`
}

const (
	apparmorEnabled  = "/sys/module/apparmor/parameters/enabled"
	apparmorProfiles = "/sys/kernel/security/apparmor/profiles"
)

func collectAppArmor(_ context.Context, r *facts.Reader, _ facts.Key) (AppArmor, error) {
	if !r.Live() {
		return unknownAppArmor(facts.Offline), nil
	}
	content, err := r.ReadFile(apparmorEnabled)
	switch {
	case facts.IsAbsent(err) && existsAny(r, "/sys/module"):
		return appArmorOff(facts.From(apparmorEnabled + " does not exist: the kernel has no AppArmor")), nil
	case facts.IsAbsent(err):
		return unknownAppArmor("whether the kernel has AppArmor is not told here: there is no /sys/module"), nil
	case err != nil:
		return unknownAppArmor(err.Error()), nil
	case strings.TrimSpace(string(content)) != "Y":
		return appArmorOff(facts.File(apparmorEnabled, 0)), nil
	}
	a := unknownAppArmor("")
	a.Enabled = facts.Known(true, facts.File(apparmorEnabled, 0))
	if content, err = r.ReadFile(apparmorProfiles); err != nil {
		why := err.Error()
		if facts.IsAbsent(err) {
			why = apparmorProfiles + " does not exist: is securityfs mounted?"
		}
		enabled := a.Enabled
		a = unknownAppArmor(why)
		a.Enabled = enabled
		return a, nil
	}
	a.setProfiles(string(content))
	a.setProcesses(r)
	return a, nil
}

func unknownAppArmor(why string) AppArmor {
	return AppArmor{
		Enabled: facts.Unknown[bool](why), Enforce: facts.Unknown[int](why), Complain: facts.Unknown[int](why),
		Profiles: facts.UnknownList[AppArmorProfile](why), Processes: facts.UnknownList[AppArmorProcess](why),
		UnconfinedWithProfile: facts.UnknownList[AppArmorProcess](why),
	}
}

// appArmorOff: where the kernel has no AppArmor there is no profile and nothing confined, for certain.
func appArmorOff(origin facts.Origin) AppArmor {
	return AppArmor{
		Enabled: facts.Known(false, origin), Enforce: facts.Known(0, origin), Complain: facts.Known(0, origin),
		Profiles: facts.Complete[AppArmorProfile](nil, origin), Processes: facts.Complete[AppArmorProcess](nil, origin),
		UnconfinedWithProfile: facts.Complete[AppArmorProcess](nil, origin),
	}
}

// setProfiles reads "name (mode)" a line; a name may hold blanks and parentheses of its own.
func (a *AppArmor) setProfiles(content string) {
	origin := facts.File(apparmorProfiles, 0)
	var profiles []AppArmorProfile
	count := map[string]int{}
	n, broken := 0, ""
	for line := range strings.Lines(content) {
		n++
		p, ok := confinement(line)
		if !ok {
			broken = fmt.Sprintf("%s:%d is not that of a profile", apparmorProfiles, n)
			continue
		}
		profiles = append(profiles, p)
		count[p.Mode]++
	}
	slices.SortFunc(profiles, func(x, y AppArmorProfile) int { return strings.Compare(x.Name, y.Name) })
	a.Profiles = completeUnless(profiles, origin, broken)
	a.Enforce, a.Complain = facts.Known(count["enforce"], origin), facts.Known(count["complain"], origin)
	if broken != "" {
		a.Enforce, a.Complain = facts.Unknown[int](broken), facts.Unknown[int](broken)
	}
}

// confinement takes "name (mode)" apart.
func confinement(s string) (AppArmorProfile, bool) {
	s = strings.TrimRight(s, "\n\x00")
	i := strings.LastIndex(s, " (")
	if i < 0 || !strings.HasSuffix(s, ")") {
		return AppArmorProfile{}, false
	}
	return AppArmorProfile{Name: s[:i], Mode: s[i+2 : len(s)-1]}, true
}

// setProcesses asks every process. Kernel threads, which have no program, are left out, and so are processes that end
// meanwhile.
func (a *AppArmor) setProcesses(r *facts.Reader) {
	origin := facts.From("/proc/PID/attr")
	entries, err := r.ReadDir("/proc")
	if err != nil {
		a.Processes, a.UnconfinedWithProfile = facts.UnknownList[AppArmorProcess](err.Error()), facts.UnknownList[AppArmorProcess](err.Error())
		return
	}
	attached, unreadLoose := attachments(r, a.Profiles)
	var confined, loose []AppArmorProcess
	unread := ""
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		p, state, err := processConfinement(r, pid)
		switch {
		case err != nil:
			unread = err.Error()
		case state == confinedProcess:
			confined = append(confined, p)
		case state == looseProcess:
			exe, known := p.Exe.Get()
			if !known {
				unreadLoose = p.Exe.Reason()
			} else if p.Profile = profileFor(attached, strings.TrimSuffix(exe, " (deleted)")); p.Profile != "" {
				loose = append(loose, p)
			}
		}
	}
	a.Processes = completeUnless(confined, origin, unread)
	if unreadLoose == "" {
		unreadLoose = unread
	}
	a.UnconfinedWithProfile = completeUnless(loose, origin, unreadLoose)
}

type processState int

const (
	goneProcess processState = iota
	confinedProcess
	looseProcess
)

func processConfinement(r *facts.Reader, pid int) (AppArmorProcess, processState, error) {
	dir := path.Join("/proc", strconv.Itoa(pid))
	content, err := r.ReadFile(path.Join(dir, "attr/apparmor/current"))
	if facts.IsAbsent(err) {
		content, err = r.ReadFile(path.Join(dir, "attr/current")) // kernels before 5.8
	}
	if processGone(err) {
		return AppArmorProcess{}, goneProcess, nil
	}
	if err != nil {
		return AppArmorProcess{}, goneProcess, err
	}
	p := AppArmorProcess{PID: pid, Mode: "unconfined"}
	exe, err := r.Readlink(path.Join(dir, "exe"))
	switch {
	case processGone(err): // of a kernel thread, too
		return p, goneProcess, nil
	case err != nil:
		p.Exe = facts.Unknown[string](err.Error())
	default:
		p.Exe = facts.Known(exe, facts.File(path.Join(dir, "exe"), 0))
	}
	if c, ok := confinement(string(content)); ok {
		p.Profile, p.Mode = c.Name, c.Mode
		return p, confinedProcess, nil
	}
	return p, looseProcess, nil
}

// processGone tells of an error that a process ended, or has no such file because it is a thread of the kernel.
func processGone(err error) bool { return facts.IsAbsent(err) || errors.Is(err, syscall.ESRCH) }
