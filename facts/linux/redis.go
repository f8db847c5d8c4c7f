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
			"running server says (live = true); of one that runs and could not be asked it is unknown, of one that does not run it is what its files say. configured is always what they say. Passwords and their hashes are not told.",
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
	*foundServer
	file    string // "" when started without
	unknown string // why the file is not known
	options []string
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
		i := &redisInstance{foundServer: &foundServer{}, file: name}
		all = append(all, i)
		return i
	}
	files, missing := redisFiles(r)
	for _, f := range files {
		byFile(f)
	}
	found, hidden := findServers(ctx, r, redisPrograms, redisUnits)
	slices.SortStableFunc(found, func(a, b *foundServer) int { return byUnit(a) - byUnit(b) })
	for _, f := range found {
		i := redisOf(r, all, f)
		if i == nil {
			continue // an instance of a template that was never set up
		}
		if i.file == "" || i.unknown != "" {
			all = append(all, i)
			continue
		}
		if known := byFile(i.file); known.process == nil && known.command == nil {
			known.foundServer, known.options = f, i.options
		} else {
			all = append(all, i)
		}
	}
	all = withoutStrays(all)
	for _, i := range all {
		i.hidden(hidden)
	}
	slices.SortStableFunc(all, func(a, b *redisInstance) int { return cmp.Compare(a.file, b.file) })
	return all, cmp.Or(missing, hidden)
}

// byUnit lets those with a unit come first: they name their file for certain.
func byUnit(f *foundServer) int {
	if f.command != nil {
		return 0
	}
	return 1
}

// redisOf is the instance that was found: the file of its unit's command, of its own, or the one with its port.
func redisOf(r *facts.Reader, all []*redisInstance, f *foundServer) *redisInstance {
	if f.command != nil {
		file, options := redisArguments(f.command.words[1:])
		if _, err := r.Stat(file); f.process == nil && (file == "" || facts.IsAbsent(err)) {
			return nil
		}
		if file != "" {
			return &redisInstance{foundServer: f, file: file, options: options}
		}
	}
	file, options := redisArguments(f.process.arguments())
	switch {
	case path.IsAbs(file):
		return &redisInstance{foundServer: f, file: file, options: options}
	case file == "" && len(options) > 0 && strings.HasPrefix(options[0], "--"):
		return &redisInstance{foundServer: f, options: options}
	}
	if i := redisWithPort(r, all, *f.process); i != nil {
		return &redisInstance{foundServer: f, file: i.file, options: i.options}
	}
	return &redisInstance{foundServer: f, unknown: "the process " + strconv.Itoa(f.process.PID) + " does not tell which configuration file it was started with"}
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

// redisWithPort finds the file of a process that no unit started by its port.
func redisWithPort(r *facts.Reader, all []*redisInstance, p serverProcess) *redisInstance {
	port := titlePort(p)
	if port == "" || strings.HasSuffix(p.Unit.Or(""), ".service") {
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

// titlePort is the port in the title that a running server gives itself: "/usr/bin/redis-server 127.0.0.1:6379".
func titlePort(p serverProcess) string {
	for word := range strings.FieldsSeq(strings.Join(p.args, " ")) {
		if i := strings.LastIndexByte(word, ':'); i >= 0 && digits(word[i+1:]) && word[i+1:] != "" {
			return word[i+1:]
		}
	}
	return ""
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
	s := RedisInstance{Name: i.name(), Running: i.running(r)}
	s.PID, s.User, s.Unit = i.identity()
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
	if not := i.notInForce(r, why); not != "" {
		s.RedisSettings = unknownRedis(not)
	}
	s.Open = facts.Unknown[bool](why)
	if answer != nil {
		s.Live = answer.settings != nil
		s.Open = facts.Known(answer.open, answer.origin)
		if s.Live {
			s.RedisSettings = liveRedis(answer)
		} else if answer.noConfig && i.frozen(r, conf) {
			s.RedisSettings = s.Configured
			for i := range answer.users {
				answer.users[i].MayConfigure = false // there is no such command
			}
			s.setAnswered(answer)
			s.Live, why = true, ""
		}
	}
	s.NotLive = why
	s.files(ctx, r)
	return s
}

// frozen tells that a server has what its files say, though it does not answer CONFIG: they take that command away and
// have not changed since it started, so nobody could change a setting.
func (i *redisInstance) frozen(r *facts.Reader, c *redisconf.Config) bool {
	disabled, _ := renamedCommands(i, c)
	if !disabled.IsComplete() || !slices.Contains(disabled.Items(), "config") {
		return false
	}
	return i.process.changed(r, append([]string{i.file}, c.Included...)) == ""
}

func (i *redisInstance) load(r *facts.Reader) *redisconf.Config {
	workdir := "/" // systemd's default, and what nobody changes; a server started by hand may begin anywhere
	if i.command == nil {
		workdir = ""
	}
	return redisconf.Load(r, i.file, workdir, i.options)
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
