package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "service",
		Doc:   "One systemd unit: its files, whether it starts at boot, and its state now. ssh means ssh.service; sockets, timers and other units by their full name.",
		Reads: "unit files in the search path of systemd.unit(5), /etc/init.d, D-Bus org.freedesktop.systemd1",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "A unit: ssh, apt-daily.timer, avahi-daemon.socket, getty@tty1."}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			name, err := unitName(args[0].AsString())
			return []cty.Value{cty.StringVal(name)}, err
		},
	}, collectService))
	register(facts.Define(facts.Descriptor{
		Name:  "services",
		Doc:   "Every service, socket, timer and path unit that has a file or is loaded, in the order of names; aliases are left out.",
		Reads: "unit files in the search path of systemd.unit(5), /etc/init.d, D-Bus org.freedesktop.systemd1",
	}, collectServices))
}

// Service is one unit.
type Service struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name          string                  `fact:"name" doc:"The full name asked for: ssh.service."`
	Unit          facts.V[string]         `fact:"unit" doc:"The unit's own name, where the name asked for is an alias."`
	Exists        facts.V[bool]           `fact:"exists" doc:"Whether a unit file, a mask or a System V script defines it, or it runs."`
	Active        facts.V[bool]           `fact:"active" doc:"Whether active_state is active, activating, reloading or refreshing."`
	ActiveState   facts.V[string]         `fact:"active_state" doc:"active, inactive, failed, activating, deactivating, reloading, …"`
	SubState      facts.V[string]         `fact:"sub_state" doc:"State in the words of the unit's type: running, exited, listening, dead."`
	LoadState     facts.V[string]         `fact:"load_state" doc:"loaded, not-found, masked, error, bad-setting: as the running manager says, else as the files say."`
	Enabled       facts.V[bool]           `fact:"enabled" doc:"Whether it was enabled to start at boot: unit_file_state of the unit is enabled or enabled-runtime; for generated units, whether something wants it. Static units see wanted_by."`
	UnitFileState facts.V[string]         `fact:"unit_file_state" doc:"As systemctl is-enabled prints: enabled, enabled-runtime, disabled, static, indirect, masked, masked-runtime, alias, linked, linked-runtime, generated, transient; empty when there is no unit file."`
	Masked        facts.V[bool]           `fact:"masked" doc:"Whether it is masked: nothing can start it."`
	WantedBy      facts.List[string]      `fact:"wanted_by" doc:"Units that want or require it by a link in a .wants or .requires directory, of the vendor too."`
	FragmentPath  facts.V[string]         `fact:"fragment_path" doc:"The unit file."`
	DropIns       facts.List[string]      `fact:"drop_ins" doc:"Drop-in files in the order they are applied."`
	Description   facts.V[string]         `fact:"description" doc:"The unit's description, specifiers not expanded."`
	Type          facts.V[string]         `fact:"type" doc:"How a service starts: simple, exec, forking, oneshot, notify, dbus, idle; empty for other units."`
	User          facts.V[string]         `fact:"user" doc:"The user a service runs as; root when not set. Dynamic users: see dynamic_user."`
	DynamicUser   facts.V[bool]           `fact:"dynamic_user" doc:"Whether a user is made up at each start."`
	ExecStart     facts.List[string]      `fact:"exec_start" doc:"Programs a service starts: paths only, arguments may hold secrets."`
	Listens       facts.List[string]      `fact:"listens" doc:"What a socket unit listens on: paths, ports, address:port."`
	TriggeredBy   facts.List[UnitTrigger] `fact:"triggered_by" doc:"Socket, timer and path units that start it."`
	Hardening     ServiceHardening        `fact:"hardening" doc:"Some of what confines a service."`
}

// UnitTrigger is a unit that starts another.
type UnitTrigger struct {
	Unit    string        `fact:"unit" doc:"Name of the socket, timer or path unit."`
	Enabled facts.V[bool] `fact:"enabled" doc:"Whether it was enabled to start at boot."`
	Active  facts.V[bool] `fact:"active" doc:"Whether it is active now."`
	Listens []string      `fact:"listens" doc:"What a socket unit listens on."`
}

// ServiceHardening is a choice of the options of systemd.exec(5).
type ServiceHardening struct {
	Missing facts.Missing

	NoNewPrivileges facts.V[bool]   `fact:"no_new_privileges" doc:"Whether set: privileges can't grow by setuid programs."`
	PrivateTmp      facts.V[string] `fact:"private_tmp" doc:"As set; no is the default."`
	ProtectSystem   facts.V[string] `fact:"protect_system" doc:"As set: no, yes, full, strict; no is the default."`
	ProtectHome     facts.V[string] `fact:"protect_home" doc:"As set: no, yes, read-only, tmpfs; no is the default."`
}

func collectService(ctx context.Context, r *facts.Reader, key facts.Key) (Service, error) {
	s := Service{Name: key.Subject}
	x, err := unitsOf(ctx, r)
	if err != nil {
		s.Missing = facts.Missing(err.Error())
		s.running(ctx, r, []string{key.Subject})
		return s, nil
	}
	u, err := x.Load(key.Subject)
	switch {
	case err != nil:
		s.Missing = facts.Missing(err.Error())
		s.running(ctx, r, []string{key.Subject})
	case u == nil:
		s.withoutFile(ctx, r)
	default:
		s.fromFiles(x, u)
		s.TriggeredBy = triggersOf(ctx, r, x, u)
		s.running(ctx, r, append([]string{u.ID, u.Name}, u.Aliases...))
	}
	return s, nil
}

// fromFiles is what the unit's files say.
func (s *Service) fromFiles(x *unitfile.Index, u *unitfile.Unit) {
	s.Origin = facts.File(u.Path, 0)
	s.Unit = facts.Known(u.ID, facts.Origin{})
	s.Exists = facts.Known(true, facts.Origin{})
	s.FragmentPath = facts.Known(u.Path, facts.Origin{})
	s.Masked = facts.Known(u.Masked, facts.Origin{})
	s.UnitFileState = facts.Known(x.State(u), facts.Origin{})
	s.LoadState = facts.Known(map[bool]string{true: "masked", false: "loaded"}[u.Masked], facts.Origin{})
	s.WantedBy = facts.Complete(wantedBy(x, u), facts.Origin{})
	s.Enabled = facts.Known(enabledIn(x, u), facts.Origin{})
	s.DropIns = facts.Complete(u.DropIns, facts.Origin{})
	if u.Masked {
		s.Missing = facts.Missing(u.ID + " is masked")
		s.Hardening.Missing = s.Missing
		return
	}
	s.Description = optionOr(u, "Unit", "Description", "")
	s.Listens = facts.Complete(listensOf(u), facts.Origin{})
	s.service(u)
}

// service reads the options of the [Service] section; other types of units have none.
func (s *Service) service(u *unitfile.Unit) {
	if path.Ext(u.ID) != ".service" {
		s.Missing = facts.Missing(u.ID + " is no service")
		s.Hardening.Missing = s.Missing
		return
	}
	var programs []string
	starts := unitfile.All(u.Settings, "Service", "ExecStart")
	for _, e := range starts {
		programs = append(programs, programOf(e.Value))
	}
	s.ExecStart = facts.Complete(programs, facts.Origin{})
	kind := "simple" // systemd.service(5): oneshot without ExecStart, dbus with a BusName
	if _, ok := unitfile.Last(u.Settings, "Service", "BusName"); ok {
		kind = "dbus"
	}
	if len(starts) == 0 {
		kind = "oneshot"
	}
	s.Type = optionOr(u, "Service", "Type", kind)
	s.User = optionOr(u, "Service", "User", "root")
	s.DynamicUser = boolOption(u, "DynamicUser")
	s.Hardening = ServiceHardening{
		NoNewPrivileges: boolOption(u, "NoNewPrivileges"), PrivateTmp: optionOr(u, "Service", "PrivateTmp", "no"),
		ProtectSystem: optionOr(u, "Service", "ProtectSystem", "no"), ProtectHome: optionOr(u, "Service", "ProtectHome", "no"),
	}
}

func optionOr(u *unitfile.Unit, section, key, otherwise string) facts.V[string] {
	if o, ok := unitfile.Last(u.Settings, section, key); ok {
		return facts.Known(o.Value, facts.File(o.File, o.Line))
	}
	return facts.Known(otherwise, facts.From("default of systemd"))
}

func boolOption(u *unitfile.Unit, key string) facts.V[bool] {
	o, ok := unitfile.Last(u.Settings, "Service", key)
	if !ok {
		return facts.Known(false, facts.From("default of systemd"))
	}
	v, ok := unitfile.Bool(o.Value)
	if !ok {
		return facts.Unknown[bool](fmt.Sprintf("%s:%d: %s is no boolean", o.File, o.Line, key))
	}
	return facts.Known(v, facts.File(o.File, o.Line))
}

// programOf is the program of a command line: without the prefixes of systemd.service(5) and without arguments.
func programOf(command string) string {
	command = strings.TrimLeft(command, "@-:+!| \t")
	if command != "" && (command[0] == '"' || command[0] == '\'') {
		if end := strings.IndexByte(command[1:], command[0]); end >= 0 {
			return command[1 : end+1]
		}
	}
	program, _, _ := strings.Cut(command, " ")
	program, _, _ = strings.Cut(program, "\t")
	return program
}

func wantedBy(x *unitfile.Index, u *unitfile.Unit) []string {
	var out []string
	for _, l := range x.WantedBy(append([]string{u.ID}, u.Aliases...)...) {
		if !slices.Contains(out, l.By) {
			out = append(out, l.By)
		}
	}
	return out
}

// enabledIn tells whether the unit itself is enabled, also when asked for by an alias.
func enabledIn(x *unitfile.Index, u *unitfile.Unit) bool {
	own := *u
	own.Name = u.ID
	switch x.State(&own) {
	case "enabled", "enabled-runtime":
		return true
	case "generated":
		return len(wantedBy(x, u)) > 0
	}
	return false
}

// running adds what the manager says, under the first of names that it knows.
func (s *Service) running(ctx context.Context, r *facts.Reader, names []string) {
	m, err := runningOf(ctx, r)
	if err != nil {
		why := err.Error()
		s.Active, s.ActiveState, s.SubState = facts.Unknown[bool](why), facts.Unknown[string](why), facts.Unknown[string](why)
		return
	}
	s.from(m, names)
}

func (s *Service) from(m *runningUnits, names []string) {
	state := unitState{active: "inactive", sub: "dead"}
	for _, name := range names {
		if found, ok := m.units[name]; ok {
			state = found
			s.LoadState = facts.Known(state.load, m.origin)
			break
		}
	}
	s.ActiveState = facts.Known(state.active, m.origin)
	s.SubState = facts.Known(state.sub, m.origin)
	s.Active = facts.Known(isActive(state.active), m.origin)
}

// isActive counts what is on its way up as active: it holds the port already, or will in a moment.
func isActive(state string) bool {
	return slices.Contains([]string{"active", "activating", "reloading", "refreshing", "maintenance"}, state)
}
