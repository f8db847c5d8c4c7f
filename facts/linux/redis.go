package linux

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "redis",
		Doc: "The instances of Redis and Valkey on this host, in the order of their configuration files. What an instance is set to is what its " +
			"running server says (live = true), or else what its files say; configured is always what they say. Passwords and their hashes are not told.",
		Reads:   "/etc/redis, /etc/valkey, units, /proc; CONFIG GET, ACL LIST and INFO over the instance's unix socket or loopback, where that needs no password",
		Timeout: 15 * time.Second,
	}, collectRedis))
}

// RedisInstance is one server, running or not.
type RedisInstance struct {
	Name       string          `fact:"name" doc:"What it is called here: its configuration file, or its process where that is not known."`
	Flavour    facts.V[string] `fact:"flavour" doc:"redis or valkey."`
	ConfigFile facts.V[string] `fact:"config_file" doc:"Its configuration file; empty when it was started without."`
	Config     File            `fact:"config" doc:"That file."`
	Version    facts.V[string] `fact:"version" doc:"The server's version; of one that was not asked, the installed package's."`
	Running    facts.V[bool]   `fact:"running" doc:"Whether a process of it was found."`
	PID        facts.V[int]    `fact:"pid" doc:"Its process."`
	User       facts.V[string] `fact:"user" doc:"The user it runs as, or that its unit would start it as."`
	Unit       facts.V[string] `fact:"unit" doc:"The unit that starts it; empty when none does."`
	Live       bool            `fact:"live" doc:"Whether the running server was asked: then the settings are those in force."`
	NotLive    string          `fact:"not_live" doc:"Why it was not asked or did not answer; empty when it did."`
	Open       facts.V[bool]   `fact:"open" doc:"Whether it carries out CONFIG for whoever connects, without a password."`
	RedisSettings
	Configured RedisSettings `fact:"configured" doc:"The settings as its files and its command line say, with the server's defaults: what it starts with next time."`

	DisabledCommands facts.List[string] `fact:"disabled_commands" doc:"Commands that rename-command takes away, in lower case."`
	RenamedCommands  facts.List[string] `fact:"renamed_commands" doc:"Commands that rename-command hides behind another name, by their own name in lower case."`

	Directory  File `fact:"directory" doc:"The working directory, where data is kept."`
	Dump       File `fact:"dump" doc:"The snapshot file (dbfilename)."`
	AppendOnly File `fact:"append_only" doc:"The directory of the append-only file, or before version 7 the file."`
	ACL        File `fact:"acl" doc:"The ACL file."`
	Socket     File `fact:"socket" doc:"The unix socket."`
	Key        File `fact:"key" doc:"The private key of its TLS certificate."`
	Log        File `fact:"log" doc:"The log file."`
}

var (
	redisPrograms = databasePrograms["redis"]
	redisUnits    = []string{"redis*", "valkey*"}
)

// redisInstance is what is known of one before it is described.
type redisInstance struct {
	file    string // "" when started without
	unknown string // why the file is not known
	options []string
	command *unitCommand
	process *serverProcess
}

func collectRedis(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[RedisInstance], error) {
	found, missing := findRedis(ctx, r)
	out := make([]RedisInstance, len(found))
	inParallel(len(found), func(i int) { out[i] = describeRedis(ctx, r, found[i]) })
	origin := facts.From("/etc/redis, /etc/valkey, units and processes")
	if missing != nil {
		return facts.Partial(out, origin, missing.Error()), nil
	}
	return facts.Complete(out, origin), nil
}

// findRedis puts together what the configuration directories, the units and the processes say.
func findRedis(ctx context.Context, r *facts.Reader) ([]*redisInstance, error) {
	var all []*redisInstance
	byFile := func(name string) *redisInstance {
		for _, i := range all {
			if i.file == name {
				return i
			}
		}
		i := &redisInstance{file: name}
		all = append(all, i)
		return i
	}
	files, missing := redisFiles(r)
	for _, f := range files {
		byFile(f)
	}
	commands, err := unitCommands(ctx, r, redisPrograms, redisUnits...)
	missing = cmp.Or(missing, err)
	for _, c := range commands {
		file, options := redisArguments(c.words[1:])
		if file == "" {
			continue
		}
		if _, err := r.Stat(file); facts.IsAbsent(err) {
			continue // an instance of a template that was never set up
		}
		if i := byFile(file); i.command == nil {
			i.command, i.options = &c, options
		}
	}
	processes, err := serverProcesses(ctx, r, redisPrograms...)
	missing = cmp.Or(missing, err)
	for _, p := range processes {
		i := instanceOf(r, all, p)
		if i == nil {
			i = redisOfProcess(p)
			if i.file != "" && i.unknown == "" {
				known := byFile(i.file)
				known.options = i.options
				i = known
			} else {
				all = append(all, i)
			}
		}
		i.process = &p
	}
	all = withoutStrays(all)
	slices.SortStableFunc(all, func(a, b *redisInstance) int { return cmp.Compare(a.file, b.file) })
	return all, missing
}

// withoutStrays drops files that nothing starts, where something else is started: a left-over, or a part of another file.
// Those that a template unit would start by their name stay.
func withoutStrays(all []*redisInstance) []*redisInstance {
	started := func(i *redisInstance) bool { return i.command != nil || i.process != nil }
	if !slices.ContainsFunc(all, started) {
		return all
	}
	return slices.DeleteFunc(all, func(i *redisInstance) bool {
		base := path.Base(i.file)
		return !started(i) && !strings.HasPrefix(base, "redis-") && !strings.HasPrefix(base, "valkey-")
	})
}

// redisFiles are the configuration files in the usual directories that are an instance's: not Sentinel's, and not
// included by another.
func redisFiles(r *facts.Reader) ([]string, error) {
	var candidates []string
	var missing error
	for _, pattern := range []string{"/etc/redis/*.conf", "/etc/valkey/*.conf", "/etc/redis.conf", "/etc/valkey.conf"} {
		found, err := r.Glob(pattern)
		missing = cmp.Or(missing, err)
		candidates = append(candidates, found...)
	}
	included := map[string]bool{}
	var out []string
	for _, f := range candidates {
		c := redisconf.Load(r, f, "", nil)
		for _, i := range c.Included {
			included[i] = true
		}
		sentinel := strings.HasPrefix(path.Base(f), "sentinel") || len(c.All("sentinel")) > 0
		if st, err := r.Stat(f); err == nil && !st.Mode().IsRegular() || facts.IsAbsent(err) {
			sentinel = sentinel || st == nil || st.IsDir()
		}
		if !sentinel {
			out = append(out, f)
		}
	}
	return slices.DeleteFunc(out, func(f string) bool { return included[f] }), missing
}

// redisArguments takes a command line apart: the file is the first argument, when that is no option (redis.c, main).
func redisArguments(args []string) (file string, options []string) {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return args[0], args[1:]
	}
	return "", args
}

// instanceOf finds the instance of a process: the one its unit starts, or the one with its port.
func instanceOf(r *facts.Reader, all []*redisInstance, p serverProcess) *redisInstance {
	unit := p.Unit.Or("")
	for _, i := range all {
		if unit != "" && i.command != nil && i.command.unit == unit && i.process == nil {
			return i
		}
	}
	if file, _ := redisArguments(p.arguments()); path.IsAbs(file) {
		return nil // it tells its file itself
	}
	port := titlePort(p)
	if port == "" || strings.HasSuffix(unit, ".service") {
		return nil
	}
	for _, i := range all {
		d, ok := redisconf.Load(r, i.file, "", i.options).Last("port")
		if i.process == nil && (ok && len(d.Args) == 1 && d.Args[0] == port || !ok && port == "6379") {
			return i
		}
	}
	return nil
}

func (p serverProcess) arguments() []string {
	if len(p.args) < 2 {
		return nil
	}
	return p.args[1:]
}

// titlePort is the port in the title that a running server gives itself: "/usr/bin/redis-server 127.0.0.1:6379".
func titlePort(p serverProcess) string {
	for word := range strings.FieldsSeq(strings.Join(p.args, " ")) {
		if i := strings.LastIndexByte(word, ':'); i >= 0 && digits(word[i+1:]) && word[i+1:] != "" {
			return word[i+1:]
		}
	}
	return ""
}

// redisOfProcess is an instance of which only the process is known. Until it gives itself a title, or where it is told
// not to, its arguments tell the rest.
func redisOfProcess(p serverProcess) *redisInstance {
	file, options := redisArguments(p.arguments())
	switch {
	case path.IsAbs(file):
		return &redisInstance{file: file, options: options}
	case file == "" && len(options) > 0 && strings.HasPrefix(options[0], "--"):
		return &redisInstance{options: options}
	}
	return &redisInstance{unknown: "the process " + strconv.Itoa(p.PID) + " does not tell which configuration file it was started with"}
}

func (i *redisInstance) name() string {
	switch {
	case i.file != "":
		return i.file
	case i.process != nil:
		if port := titlePort(*i.process); port != "" {
			return "port " + port
		}
		return "process " + strconv.Itoa(i.process.PID)
	}
	return "redis"
}

func describeRedis(ctx context.Context, r *facts.Reader, i *redisInstance) RedisInstance {
	s := RedisInstance{Name: i.name(), Running: facts.Known(i.process != nil, facts.File("/proc", 0))}
	if !r.Live() {
		s.Running = facts.Unknown[bool](facts.Offline)
	}
	s.identity(i)
	answer, why := askRedis(ctx, r, i)
	if answer != nil && i.unknown != "" && path.IsAbs(answer.info["config_file"]) {
		i.file, i.unknown = answer.info["config_file"], ""
		s.Name = i.file
	}
	s.ConfigFile = facts.Known(i.file, facts.From("the command line"))
	s.Config = fileOrNone(ctx, r, i.file, "it has no configuration file")
	if i.unknown != "" {
		s.ConfigFile, s.Config = facts.Unknown[string](i.unknown), File{Missing: facts.Missing(i.unknown)}
	}
	s.Version, s.Flavour = redisVersion(ctx, r, i, answer)
	conf := i.load(r)
	s.Configured = configuredRedis(r, i, conf, s.Version)
	s.RedisSettings = s.Configured
	s.DisabledCommands, s.RenamedCommands = renamedCommands(i, conf)
	s.Open = facts.Unknown[bool](why)
	if answer != nil {
		s.Live = answer.settings != nil
		s.Open = facts.Known(s.Live, answer.origin)
		if s.Live {
			s.RedisSettings = liveRedis(answer)
		}
	}
	s.NotLive = why
	s.files(ctx, r)
	return s
}

// identity is who runs it.
func (s *RedisInstance) identity(i *redisInstance) {
	const stopped = "it does not run"
	s.PID, s.User = facts.Unknown[int](stopped), facts.Unknown[string]("it does not run, and no unit starts it")
	s.Unit = facts.Known("", facts.From("units"))
	if i.command != nil {
		s.User = facts.Known(cmp.Or(i.command.user, "root"), i.command.origin)
		s.Unit = facts.Known(i.command.unit, i.command.origin)
	}
	if p := i.process; p != nil {
		s.PID, s.User = facts.Known(p.PID, p.Origin), p.User
		if i.command == nil {
			s.Unit = p.Unit
		}
	}
}

func (i *redisInstance) load(r *facts.Reader) *redisconf.Config {
	workdir := "/" // systemd's default, and what nobody changes; a server started by hand may begin anywhere
	if i.command == nil {
		workdir = ""
	}
	return redisconf.Load(r, i.file, workdir, i.options)
}

// renamedCommands are known from files alone: a server does not tell.
func renamedCommands(i *redisInstance, c *redisconf.Config) (disabled, renamed facts.List[string]) {
	if i.unknown != "" {
		return facts.UnknownList[string](i.unknown), facts.UnknownList[string](i.unknown)
	}
	now := map[string]string{} // by original name; a renamed command can be renamed again by its new name
	for _, d := range c.All("rename-command") {
		if len(d.Args) != 2 {
			continue
		}
		from := strings.ToLower(d.Args[0])
		for original, name := range now {
			if name == from {
				from = original
			}
		}
		now[from] = strings.ToLower(d.Args[1])
	}
	var gone, hidden []string
	for original, name := range now {
		switch name {
		case "":
			gone = append(gone, original)
		case original:
		default:
			hidden = append(hidden, original)
		}
	}
	slices.Sort(gone)
	slices.Sort(hidden)
	origin := facts.File(i.file, 0)
	if len(c.Problems) > 0 {
		why := c.Problems[0].String()
		return facts.Partial(gone, origin, why), facts.Partial(hidden, origin, why)
	}
	return facts.Complete(gone, origin), facts.Complete(hidden, origin)
}

// redisVersion is what the server says, or else the version of the installed package.
func redisVersion(ctx context.Context, r *facts.Reader, i *redisInstance, a *redisAnswer) (version, flavour facts.V[string]) {
	if a != nil {
		if v := a.info["valkey_version"]; v != "" {
			return facts.Known(v, a.origin), facts.Known("valkey", a.origin)
		}
		if v := a.info["redis_version"]; v != "" {
			return facts.Known(v, a.origin), facts.Known("redis", a.origin)
		}
	}
	packages := map[string][]string{"redis": {"redis-server", "redis"}, "valkey": {"valkey-server", "valkey"}}
	kinds := []string{"redis", "valkey"}
	switch {
	case strings.Contains(i.file, "valkey") || i.process != nil && strings.HasPrefix(i.process.Name.Or(""), "valkey"):
		kinds = []string{"valkey"}
	case strings.Contains(i.file, "redis") && i.process == nil:
		kinds = []string{"redis", "valkey"}
	}
	db, err := packagesOf(ctx, r)
	if err != nil {
		return facts.Unknown[string](err.Error()), facts.Unknown[string](err.Error())
	}
	for _, kind := range kinds {
		for _, name := range packages[kind] {
			for _, p := range db.find(name, "") {
				if installed, _ := packageInstalled(p).Get(); installed {
					return facts.Known(upstreamVersion(p.Version), db.origin(p)), facts.Known(kind, db.origin(p))
				}
			}
		}
	}
	const why = "no installed package brings the server, and it was not asked"
	return facts.Unknown[string](why), facts.Unknown[string](why)
}

// upstreamVersion is a Debian version without epoch and revision: 5:7.0.15-1~deb12u1 is 7.0.15.
func upstreamVersion(v string) string {
	if _, after, ok := strings.Cut(v, ":"); ok {
		v = after
	}
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		v = v[:i]
	}
	v, _, _ = strings.Cut(v, "+")
	return v
}

// files looks at what the settings name.
func (s *RedisInstance) files(ctx context.Context, r *facts.Reader) {
	dir, dirKnown := s.Dir.Get()
	at := func(v facts.V[string], unset string) File {
		name, known := v.Get()
		switch {
		case !known:
			return File{Missing: facts.Missing(v.Reason())}
		case name == "":
			return fileOrNone(ctx, r, "", unset)
		case path.IsAbs(name):
			return statFile(ctx, r, name)
		case !dirKnown || !path.IsAbs(dir):
			return File{Path: name, Missing: facts.Missing("its path is relative, and the working directory is not known")}
		}
		return statFile(ctx, r, path.Join(dir, name))
	}
	s.Directory = at(s.Dir, "dir is not set")
	s.Dump = at(s.DBFilename, "dbfilename is empty")
	s.AppendOnly = at(s.AppendName, "there is no append-only file")
	s.ACL = at(s.ACLFile, "aclfile is not set")
	s.Socket = at(s.UnixSocket, "unixsocket is not set")
	s.Key = at(s.TLS.KeyFile, "tls-key-file is not set")
	s.Log = at(s.LogFile, "logfile is not set")
}

// fileOrNone is the file, or for an empty name one that is known not to be there.
func fileOrNone(ctx context.Context, r *facts.Reader, name, why string) File {
	if name == "" {
		return File{Exists: facts.Known(false, facts.From(why)), Missing: facts.Missing(why)}
	}
	return statFile(ctx, r, name)
}
