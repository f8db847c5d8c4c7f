package linux

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"golang.org/x/sys/unix"
)

// Which database servers there are: by their processes, and by the units that start them.

// serverProcess is a running database server.
type serverProcess struct {
	Process
	args  []string // as the kernel has them now; a server may have overwritten them
	start int64    // in the kernel's clock ticks
}

func (p *serverProcess) dir() string { return "/proc/" + strconv.Itoa(p.PID) }

// arguments are the words behind its program.
func (p *serverProcess) arguments() []string {
	if len(p.args) < 2 {
		return nil
	}
	return p.args[1:]
}

// startTime is when the process started. The whole seconds of its fact would be too coarse for one that was restarted
// right after a change.
func (p *serverProcess) startTime(r *facts.Reader) (time.Time, bool) {
	var sinceBoot unix.Timespec
	if !r.Native() || p.start == 0 || unix.ClockGettime(unix.CLOCK_BOOTTIME, &sinceBoot) != nil {
		return time.Time{}, false
	}
	booted := time.Now().Add(-time.Duration(sinceBoot.Nano()))
	return booted.Add(time.Duration(p.start) * time.Second / userHZ), true
}

// changed is why a process may have read something else from files when it started than is in them now; empty when it has
// not. The time of a change (ctime) can't be set back as that of a modification can. Files that are not there are passed
// over: the directory that they were removed from has to be among the names.
func (p *serverProcess) changed(r *facts.Reader, names []string) string {
	started, ok := p.startTime(r)
	if !ok {
		return "it is not known when the server started"
	}
	for _, name := range names {
		st, err := r.Stat(name)
		switch {
		case facts.IsAbsent(err):
			continue
		case err != nil:
			return err.Error()
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if !ok || !time.Unix(sys.Ctim.Unix()).Before(started) {
			return name + " changed since the server started"
		}
	}
	return ""
}

// serverProcesses are the processes of some names, in the order of their ids. The error says that there may be others.
func serverProcesses(ctx context.Context, r *facts.Reader, names ...string) ([]serverProcess, error) {
	if !r.Live() {
		return nil, nil // nothing runs in an image
	}
	all, err := facts.Get[facts.List[Process]](ctx, r, facts.Key{Fact: "processes"})
	if err != nil {
		return nil, err
	}
	var out []serverProcess
	for _, p := range all.Items() {
		if !slices.Contains(names, p.Name.Or("")) {
			continue
		}
		s := serverProcess{Process: p}
		// The system's unit, not the innermost one: a user may name a unit of their own as they like.
		if b, err := r.ReadFile(s.dir() + "/cgroup"); err == nil {
			s.Unit = facts.Known(unitOfCgroup(string(b)), s.Origin)
		}
		if st, err := readProcStat(r, s.dir()+"/stat"); err == nil {
			s.start = st.start
		}
		if b, err := r.ReadFileMax(s.dir()+"/cmdline", 1<<20); err == nil {
			s.args = strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
		}
		out = append(out, s)
	}
	if !all.IsComplete() {
		return out, errors.New(all.Reason())
	}
	return out, nil
}

// unitCommand is what a unit starts a server with.
type unitCommand struct {
	unit   string
	words  []string // from the server's program on
	user   string   // User=; empty for root
	origin facts.Origin
}

// foundServer is one instance of a database server: a process, what a unit starts it with, or both. An instance that is
// known from its files alone has neither.
type foundServer struct {
	process *serverProcess
	command *unitCommand
	unseen  string // why a process of it may run that was not seen
}

// findServers puts the processes of some programs together with the units that start them. Every process is an instance,
// and so is every unit without one. The error says that there may be others.
func findServers(ctx context.Context, r *facts.Reader, programs, units []string) ([]*foundServer, error) {
	processes, missing := serverProcesses(ctx, r, programs...)
	var all []*foundServer
	for _, p := range processes {
		all = append(all, &foundServer{process: &p})
	}
	commands, err := unitCommands(ctx, r, programs, units...)
	for _, c := range commands {
		at := slices.IndexFunc(all, func(f *foundServer) bool { return f.command == nil && f.process.Unit.Or("") == c.unit })
		if at >= 0 {
			all[at].command = &c
			continue
		}
		f := &foundServer{command: &c}
		f.hidden(missing)
		all = append(all, f)
	}
	return all, cmp.Or(missing, err)
}

// hidden notes why there may be a process of it all the same.
func (f *foundServer) hidden(missing error) {
	if f.process == nil && missing != nil {
		f.unseen = missing.Error()
	}
}

// arguments are the words behind the program: those of the process as the kernel has them, or the unit's.
func (f *foundServer) arguments() []string {
	switch {
	case f.process != nil:
		return f.process.arguments()
	case f.command != nil:
		return f.command.words[1:]
	}
	return nil
}

func (f *foundServer) unit() string {
	if f.command != nil {
		return f.command.unit
	}
	return ""
}

func (f *foundServer) running(r *facts.Reader) facts.V[bool] {
	switch {
	case f.process != nil:
		return facts.Known(true, f.process.Origin)
	case !r.Live():
		return facts.Unknown[bool](facts.Offline)
	case f.unseen != "":
		return facts.Unknown[bool](f.unseen)
	}
	return facts.Known(false, facts.File("/proc", 0))
}

// identity is who runs it: the process, its user and its unit.
func (f *foundServer) identity() (pid facts.V[int], user, unit facts.V[string]) {
	pid, user = facts.Unknown[int](notRunning), facts.Unknown[string](notRunning+", and no unit starts it")
	unit = facts.Known("", facts.From("units"))
	if c := f.command; c != nil {
		user, unit = facts.Known(cmp.Or(c.user, "root"), c.origin), facts.Known(c.unit, c.origin)
	}
	if p := f.process; p != nil {
		pid, user = facts.Known(p.PID, p.Origin), p.User
		if f.command == nil {
			unit = p.Unit
		}
	}
	return pid, user, unit
}

const notRunning = "it does not run"

// unaskable is why the server can't be asked; empty when it can be tried.
func (f *foundServer) unaskable(r *facts.Reader) string {
	switch {
	case !r.Live():
		return facts.Offline
	case f.process == nil:
		return cmp.Or(f.unseen, notRunning)
	case r.Host().NoProbe:
		return NoProbe
	case !r.Native():
		return "the sockets of this host are out of reach"
	}
	return ""
}

// notInForce is why what is configured does not tell what is in force, of a server that was not asked for the reason
// given: files may have changed since it started, and it may have been told otherwise. Empty when it does not run:
// then nothing is in force but what it would start with.
func (f *foundServer) notInForce(r *facts.Reader, notLive string) string {
	if f.process == nil && (f.unseen == "" || !r.Live()) {
		return ""
	}
	return "what is in force is not known: " + notLive
}

// unitCommands are what the units of some names start, where the program is one of those given. Names end in * to take
// all that begin so, instances of templates among them.
func unitCommands(ctx context.Context, r *facts.Reader, programs []string, names ...string) ([]unitCommand, error) {
	x, err := unitsOf(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []unitCommand
	seen := map[string]bool{}
	for _, name := range x.Names() {
		if !slices.ContainsFunc(names, func(n string) bool { return nameMatches(name, n) }) || unitfile.IsTemplate(name) {
			continue
		}
		u, err := x.Load(name)
		if err != nil || u == nil || u.Masked || seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		if c, ok := commandOf(u, programs); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

func nameMatches(name, pattern string) bool {
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, start) && strings.HasSuffix(name, ".service")
	}
	return name == pattern
}

func commandOf(u *unitfile.Unit, programs []string) (unitCommand, bool) {
	user, _ := unitfile.Last(u.Settings, "Service", "User")
	for _, s := range unitfile.All(u.Settings, "Service", "ExecStart") {
		if words := serverWords(u, s.Value, programs); len(words) > 0 {
			return unitCommand{unit: u.ID, words: words, user: user.Value, origin: facts.File(s.File, s.Line)}, true
		}
	}
	return unitCommand{}, false
}

// serverWords are the words of a unit's command from the server's program on, which a shell or a wrapper may stand
// before. Variables of the unit are put in; what only a run could tell ($_WSREP_NEW_CLUSTER and the like) is empty, as
// it is but for a cluster's node in recovery. Specifiers other than the instance's name stay as written.
func serverWords(u *unitfile.Unit, command string, programs []string) []string {
	words, err := shellWords(strings.TrimLeft(command, "@-:+!| \t"))
	if err != nil || len(words) == 0 {
		return nil
	}
	if at := slices.Index(words, "-c"); at >= 0 && at+1 < len(words) && slices.Contains([]string{"sh", "bash", "dash"}, path.Base(words[0])) {
		words = strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", ";", " ").Replace(words[at+1]))
	}
	at := slices.IndexFunc(words, func(w string) bool { return slices.Contains(programs, path.Base(w)) })
	if at < 0 {
		return nil
	}
	environ := unitEnvironment(u)
	var out []string
	for _, w := range words[at:] {
		if name, ok := strings.CutPrefix(w, "$"); ok {
			out = append(out, strings.Fields(environ[strings.Trim(name, "{}")])...)
			continue
		}
		out = append(out, w)
	}
	instance := unitfile.Instance(u.ID)
	specifiers := strings.NewReplacer("%i", instance, "%I", strings.ReplaceAll(instance, "-", "/"), "%%", "%")
	for i := range out {
		out[i] = specifiers.Replace(out[i])
	}
	return out
}

func unitEnvironment(u *unitfile.Unit) map[string]string {
	environ := map[string]string{}
	for _, s := range unitfile.All(u.Settings, "Service", "Environment") {
		words, _ := shellWords(s.Value)
		for _, w := range words {
			if name, value, ok := strings.Cut(w, "="); ok {
				environ[name] = value
			}
		}
	}
	return environ
}
