package linux

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
)

// ServiceEntry is one unit of the list.
type ServiceEntry struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name          string          `fact:"name" doc:"Full name: ssh.service."`
	Exists        facts.V[bool]   `fact:"exists" doc:"Whether a unit file, a mask or a System V script defines it."`
	Template      bool            `fact:"template" doc:"Whether it is a template, which only runs as an instance."`
	Active        facts.V[bool]   `fact:"active" doc:"As in service."`
	ActiveState   facts.V[string] `fact:"active_state" doc:"As in service."`
	SubState      facts.V[string] `fact:"sub_state" doc:"As in service."`
	Enabled       facts.V[bool]   `fact:"enabled" doc:"As in service."`
	UnitFileState facts.V[string] `fact:"unit_file_state" doc:"As in service."`
	Masked        facts.V[bool]   `fact:"masked" doc:"As in service."`
	FragmentPath  facts.V[string] `fact:"fragment_path" doc:"The unit file; empty when there is none."`
}

func collectServices(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[ServiceEntry], error) {
	x, err := unitsOf(ctx, r)
	if err != nil {
		return facts.UnknownList[ServiceEntry](err.Error()), nil
	}
	names := x.Names()
	if m, err := runningOf(ctx, r); err == nil {
		for name := range m.units {
			names = append(names, name)
		}
	}
	scripts, scriptsErr := initScripts(r)
	names = append(names, scripts...)
	slices.Sort(names)
	var entries []ServiceEntry
	for _, name := range slices.Compact(names) {
		if !slices.Contains([]string{".service", ".socket", ".timer", ".path"}, path.Ext(name)) {
			continue
		}
		s := Service{Name: name}
		u, err := x.Load(name)
		switch {
		case err != nil:
			s.Missing = facts.Missing(err.Error())
			s.running(ctx, r, []string{name})
		case u == nil:
			s.withoutFile(ctx, r)
		case u.ID != name:
			continue
		default:
			s.fromFiles(x, u)
			s.running(ctx, r, append([]string{u.ID}, u.Aliases...))
		}
		entries = append(entries, ServiceEntry{
			Missing: s.Missing, Origin: s.Origin, Name: name, Exists: s.Exists, Template: unitfile.IsTemplate(name), Active: s.Active,
			ActiveState: s.ActiveState, SubState: s.SubState, Enabled: s.Enabled, UnitFileState: s.UnitFileState,
			Masked: s.Masked, FragmentPath: s.FragmentPath,
		})
	}
	if scriptsErr != nil {
		return facts.Partial(entries, facts.Origin{}, scriptsErr.Error()), nil
	}
	return facts.Complete(entries, facts.From("systemd's unit files")), nil
}

// withoutFile is a unit that no unit file defines: absent, a System V script of an image whose generators have not run,
// or something the manager runs without a file.
func (s *Service) withoutFile(ctx context.Context, r *facts.Reader) {
	s.Missing = facts.Missing(s.Name + " does not exist")
	s.Hardening.Missing = s.Missing
	s.Origin = facts.From("systemd's unit files")
	s.running(ctx, r, []string{s.Name})
	if script, on, err := initScript(r, s.Name); err != nil {
		s.Exists, s.Enabled = facts.Unknown[bool](err.Error()), facts.Unknown[bool](err.Error())
		return
	} else if script != "" {
		s.Missing = facts.Missing(s.Name + " is a System V script")
		s.Hardening.Missing = s.Missing
		s.Origin = facts.File(script, 0)
		s.Exists, s.Masked = facts.Known(true, facts.Origin{}), facts.Known(false, facts.Origin{})
		s.Enabled = facts.Known(on, facts.Origin{})
		s.UnitFileState = facts.Known("generated", facts.Origin{})
		s.FragmentPath = facts.Known(script, facts.Origin{})
		return
	}
	load, _ := s.LoadState.Get()
	s.Exists = facts.Known(load == "loaded", facts.Origin{}) // a transient unit, a device's mount
	s.Enabled, s.Masked = facts.Known(false, facts.Origin{}), facts.Known(false, facts.Origin{})
	s.UnitFileState = facts.Known("", facts.Origin{})
	s.LoadState = facts.Known(cmp.Or(load, "not-found"), facts.Origin{})
	s.WantedBy = facts.Complete[string](nil, facts.Origin{})
	if _, asked := s.Active.Get(); !asked && !managed(r) {
		s.Active = facts.Known(false, facts.Origin{})
		s.ActiveState, s.SubState = facts.Known("inactive", facts.Origin{}), facts.Known("dead", facts.Origin{})
	}
}

// managed tells whether a manager runs on this very host: it may still run a unit whose files are gone, and when it could
// not be asked nobody knows. Elsewhere what no file defines does not run.
func managed(r *facts.Reader) bool {
	_, err := r.Stat("/run/systemd/system")
	return r.Native() && !facts.IsAbsent(err)
}

// triggersOf are the units that start u: by naming it, or by having its name.
func triggersOf(ctx context.Context, r *facts.Reader, x *unitfile.Index, u *unitfile.Unit) facts.List[UnitTrigger] {
	triggers, err := facts.Once(ctx, r, "trigger units", func(context.Context, *facts.Reader) ([]*unitfile.Unit, error) {
		return loadTriggers(x)
	})
	var out []UnitTrigger
	for _, t := range triggers {
		if t.Masked || !starts(t, u) {
			continue
		}
		s := Service{Name: t.ID}
		s.running(ctx, r, append([]string{t.ID}, t.Aliases...))
		out = append(out, UnitTrigger{Unit: t.ID, Enabled: facts.Known(enabledIn(x, t), facts.File(t.Path, 0)), Active: s.Active, Listens: listensOf(t)})
	}
	if err != nil {
		return facts.Partial(out, facts.Origin{}, err.Error())
	}
	return facts.Complete(out, facts.Origin{})
}

var triggerOption = map[string][2]string{".socket": {"Socket", "Service"}, ".timer": {"Timer", "Unit"}, ".path": {"Path", "Unit"}}

func loadTriggers(x *unitfile.Index) (out []*unitfile.Unit, failed error) {
	for _, name := range x.Names() {
		if _, ok := triggerOption[path.Ext(name)]; !ok {
			continue
		}
		t, err := x.Load(name)
		switch {
		case err != nil:
			failed = cmp.Or(failed, err)
		case t != nil && t.ID == name:
			out = append(out, t)
		}
	}
	return out, failed
}

func starts(t, u *unitfile.Unit) bool {
	option := triggerOption[path.Ext(t.ID)]
	if o, ok := unitfile.Last(t.Settings, option[0], option[1]); ok {
		return o.Value == u.ID || slices.Contains(u.Aliases, o.Value)
	}
	stem, isService := strings.CutSuffix(u.ID, ".service")
	return isService && strings.TrimSuffix(t.ID, path.Ext(t.ID)) == stem
}

// listensOf are the addresses of a socket unit. Each of these options adds to one list, and an empty one clears it.
func listensOf(u *unitfile.Unit) []string {
	var out []string
	for _, s := range u.Settings {
		if s.Section != "Socket" || !strings.HasPrefix(s.Key, "Listen") {
			continue
		}
		if s.Value == "" {
			out = nil
			continue
		}
		out = append(out, s.Value)
	}
	return out
}

// initScript finds the System V script of a service and whether a runlevel of normal operation starts it: what
// systemd-sysv-generator(8) would make a unit of.
func initScript(r *facts.Reader, unit string) (script string, on bool, err error) {
	name, isService := strings.CutSuffix(unit, ".service")
	if !isService || strings.ContainsAny(name, "*?[\\@") {
		return "", false, nil
	}
	for _, script = range []string{"/etc/init.d/" + name, "/etc/init.d/" + name + ".sh"} {
		st, err := r.Stat(script)
		switch {
		case facts.IsAbsent(err):
			continue
		case err != nil:
			return "", false, err
		case !st.Mode().IsRegular() || st.Mode()&0o111 == 0:
			continue
		}
		links, err := r.Glob("/etc/rc[2345].d/S[0-9][0-9]" + path.Base(script))
		return script, len(links) > 0, err
	}
	return "", false, nil
}

func initScripts(r *facts.Reader) ([]string, error) {
	entries, err := r.ReadDir("/etc/init.d")
	if facts.IsAbsent(err) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".sh") + ".service"; unitfile.ValidName(name) && e.Name() != "README" {
			out = append(out, name)
		}
	}
	return out, err
}
