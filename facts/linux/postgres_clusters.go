package linux

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "postgres_clusters",
		Doc: "The PostgreSQL clusters of this host, by their files and processes; no server is asked anything. Those of containers are seen " +
			"inside of these.",
		Reads: "/etc/postgresql/*/*, the usual data directories, postmaster.pid, /proc",
	}, collectPostgresClusters))
}

// PostgresCluster is one cluster, from outside.
type PostgresCluster struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name       string          `fact:"name" doc:"Debian's name of the cluster, 15/main; elsewhere its data directory."`
	Major      facts.V[int64]  `fact:"major" doc:"Major version of the data: 15."`
	EndOfLife  facts.V[string] `fact:"end_of_life" doc:"When the project stops, or stopped, to repair that major version, RFC 3339 in UTC."`
	ConfigFile facts.V[string] `fact:"config_file" doc:"The main configuration file."`
	DataDir    facts.V[string] `fact:"data_dir" doc:"The data directory."`
	Running    facts.V[bool]   `fact:"running" doc:"Whether its server runs."`
	PID        facts.V[int64]  `fact:"pid" doc:"Process id of the running server; 0 when it does not run."`
	Unit       facts.V[string] `fact:"unit" doc:"The systemd unit that the running server belongs to; empty when none or not running."`
	Umask      facts.V[string] `fact:"umask" doc:"The umask of the running server, four octal digits."`
	Start      facts.V[string] `fact:"start" doc:"auto, manual or disabled: whether Debian starts it at boot with postgresql.service (start.conf)."`
}

// postgresEnds are the days on which the project's support of a major version ends (postgresql.org, versioning policy).
var postgresEnds = map[string]string{
	"9.0": "2015-10-08", "9.1": "2016-10-27", "9.2": "2017-11-09", "9.3": "2018-11-08", "9.4": "2020-02-13", "9.5": "2021-02-11",
	"9.6": "2021-11-11", "10": "2022-11-10", "11": "2023-11-09", "12": "2024-11-21", "13": "2025-11-13", "14": "2026-11-12",
	"15": "2027-11-11", "16": "2028-11-09", "17": "2029-11-08", "18": "2030-11-14",
}

// pgCluster is a cluster as found.
type pgCluster struct {
	PostgresCluster
	config  string
	dataDir string // as configured
	realDir string // the same without symlinks, as a process sees where it works
	version string // as in PG_VERSION or the path: 15, 9.6
	conf    *pgconf.Config
	pidFile *postmasterPID // when there is one and it could be read
}

type pgClusters struct {
	list   []*pgCluster
	unread string // why there may be more
}

const maxClusters = 64

// dataDirectories are where packages put the data when /etc/postgresql is not used.
var dataDirectories = []string{"/var/lib/pgsql/data", "/var/lib/pgsql/*/data", "/var/lib/postgres/data", "/var/lib/postgresql/data", "/var/lib/postgresql/*/data"}

func postgresClustersOf(ctx context.Context, r *facts.Reader) (*pgClusters, error) {
	return facts.Once(ctx, r, "postgres clusters", findPostgres)
}

func collectPostgresClusters(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[PostgresCluster], error) {
	found, err := postgresClustersOf(ctx, r)
	if err != nil {
		return facts.List[PostgresCluster]{}, err
	}
	var out []PostgresCluster
	for _, c := range found.list {
		out = append(out, c.PostgresCluster)
	}
	if found.unread != "" {
		return facts.Partial(out, facts.File("/etc/postgresql", 0), found.unread), nil
	}
	return facts.Complete(out, facts.File("/etc/postgresql", 0)), nil
}

func findPostgres(_ context.Context, r *facts.Reader) (*pgClusters, error) {
	found := &pgClusters{}
	note := func(why string) {
		if found.unread == "" {
			found.unread = why
		}
	}
	configs, err := r.Glob("/etc/postgresql/*/*/postgresql.conf")
	if err != nil {
		note(err.Error())
	}
	for _, f := range configs {
		dir := path.Dir(f)
		found.list = append(found.list, newCluster(r, path.Base(path.Dir(dir))+"/"+path.Base(dir), f, ""))
	}
	postmasters, why := runningPostmasters(r)
	if why != "" {
		note(why)
	}
	var dirs []string
	for _, p := range postmasters {
		dirs = append(dirs, p.dir)
	}
	for _, pattern := range dataDirectories {
		// A directory that may not be looked into is no sign of a cluster, and those that run are found by their process.
		matches, _ := r.Glob(pattern + "/PG_VERSION")
		for _, m := range matches {
			dirs = append(dirs, path.Dir(m))
		}
	}
	for _, dir := range dirs {
		if real := realPath(r, dir); !slices.ContainsFunc(found.list, func(c *pgCluster) bool { return c.realDir == real }) {
			found.list = append(found.list, newCluster(r, dir, configOf(r, dir), dir))
		}
	}
	if len(found.list) > maxClusters {
		found.list = found.list[:maxClusters]
		note(fmt.Sprintf("only the first %d clusters are told", maxClusters))
	}
	for _, c := range found.list {
		c.look(r, postmasters)
	}
	slices.SortStableFunc(found.list, func(a, b *pgCluster) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

func newCluster(r *facts.Reader, name, config, dataDir string) *pgCluster {
	c := &pgCluster{config: config, dataDir: dataDir, conf: pgconf.Load(pgFiles{r}, config, dataDir)}
	c.Name, c.Origin = name, facts.File(config, 0)
	if dataDir == "" {
		c.dataDir = c.conf.DataDirectory(config)
	}
	c.realDir = realPath(r, c.dataDir)
	return c
}

func realPath(r *facts.Reader, name string) string {
	if real, err := r.Host().FS.Resolve(name); err == nil {
		return real
	}
	return name
}

// pgFiles reads a host's files for the parsers.
type pgFiles struct{ r *facts.Reader }

func (f pgFiles) ReadFile(name string) ([]byte, error) {
	return f.r.ReadFileMax(name, pgconf.MaxFile)
}

func (f pgFiles) ReadDir(name string) ([]string, error) {
	entries, err := f.r.ReadDir(name)
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (f pgFiles) IsAbsent(err error) bool { return facts.IsAbsent(err) }

// configOf is the main file of a cluster that has its own, unless its server was started with another.
func configOf(r *facts.Reader, dir string) string {
	if opts, err := r.ReadFile(dir + "/postmaster.opts"); err == nil {
		if f := postmasterOptions(string(opts))["config_file"]; path.IsAbs(f) {
			return path.Clean(f)
		}
	}
	return dir + "/postgresql.conf"
}

// shortOptions are the letters of postgres(1) that stand for a parameter.
var shortOptions = map[string]string{
	"B": "shared_buffers", "d": "log_min_messages", "e": "DateStyle", "F": "fsync", "h": "listen_addresses", "i": "listen_addresses",
	"k": "unix_socket_directories", "l": "ssl", "N": "max_connections", "O": "allow_system_table_mods", "p": "port", "P": "ignore_system_indexes", "S": "work_mem",
}

// postmasterOptions are the parameters in postmaster.opts, which is one line: the program, then each argument in double
// quotes (CreateOptsFile). The name of one that stands without its value is told with none.
func postmasterOptions(opts string) map[string]string {
	out := map[string]string{}
	var args []string
	for i, part := range strings.Split(strings.TrimSpace(opts), `"`) {
		if i%2 == 1 {
			args = append(args, part)
		}
	}
	for i, arg := range args {
		long, isLong := strings.CutPrefix(arg, "--")
		if body, ok := strings.CutPrefix(arg, "-c"); ok && !isLong {
			if long, isLong = body, true; body == "" && i+1 < len(args) {
				long = args[i+1]
			}
		}
		if name, value, _ := strings.Cut(long, "="); isLong {
			out[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "-", "_")] = value
		} else if len(arg) > 1 && arg[0] == '-' && shortOptions[arg[1:2]] != "" {
			out[shortOptions[arg[1:2]]] = ""
		}
	}
	return out
}

// anyParameter stands for all of them.
const anyParameter = "*"

// startOptions are the parameters that a start of the server sets beside its files: pg_ctl.conf of Debian, and what its
// last start was given, which pg_ctl restart and most units give again. The values say where.
func (c *pgCluster) startOptions(r *facts.Reader) map[string]string {
	out := map[string]string{}
	name := c.dataDir + "/postmaster.opts"
	b, err := r.ReadFileMax(name, 64<<10)
	if err == nil {
		for n := range postmasterOptions(string(b)) {
			out[n] = name
		}
	} else if !facts.IsAbsent(err) {
		out[anyParameter] = err.Error()
	}
	delete(out, "config_file")
	if !strings.HasPrefix(c.config, "/etc/postgresql/") {
		return out
	}
	name = path.Dir(c.config) + "/pg_ctl.conf"
	b, err = r.ReadFileMax(name, 64<<10)
	if err != nil && !facts.IsAbsent(err) {
		out[anyParameter] = err.Error()
	}
	for line := range strings.Lines(string(b)) {
		text, _, _ := strings.Cut(line, "#")
		if key, value, ok := strings.Cut(text, "="); ok && strings.TrimSpace(key) == "pg_ctl_options" && strings.Contains(value, "-o") {
			out[anyParameter] = name
		}
	}
	return out
}

// look fills in what files and processes say.
func (c *pgCluster) look(r *facts.Reader, postmasters []postmaster) {
	c.ConfigFile = facts.Known(c.config, facts.Origin{})
	c.DataDir = facts.Known(c.dataDir, facts.File(c.config, 0))
	if s, ok := c.conf.Lookup("data_directory"); ok {
		c.DataDir = facts.Known(c.dataDir, facts.File(s.File, s.Line))
	} else if c.conf.Unread != "" {
		c.DataDir = facts.Unknown[string](c.conf.Unread)
	}
	c.lookVersion(r)
	c.lookRunning(r, postmasters)
	c.lookUmask(r)
	c.lookStart(r)
}

func (c *pgCluster) lookVersion(r *facts.Reader) {
	name := c.dataDir + "/PG_VERSION"
	origin := facts.File(name, 0)
	b, err := r.ReadFileMax(name, 64)
	c.version = strings.TrimSpace(string(b))
	if before, _, debian := strings.Cut(c.Name, "/"); err != nil && debian && before != "" {
		c.version, origin, err = before, facts.File(path.Dir(c.config), 0), nil
	}
	major, _, _ := strings.Cut(c.version, ".")
	n, convErr := strconv.ParseInt(major, 10, 32)
	switch {
	case err != nil:
		c.Major, c.EndOfLife = facts.Unknown[int64](err.Error()), facts.Unknown[string](err.Error())
		return
	case convErr != nil:
		why := fmt.Sprintf("%s: %q is no version", origin, c.version)
		c.version = ""
		c.Major, c.EndOfLife = facts.Unknown[int64](why), facts.Unknown[string](why)
		return
	}
	c.Major = facts.Known(n, origin)
	if end, ok := postgresEnds[c.version]; ok {
		c.EndOfLife = facts.Known(end+"T00:00:00Z", origin)
	} else {
		c.EndOfLife = facts.Unknown[string]("the end of version " + c.version + " is not known to this program")
	}
}

func (c *pgCluster) major() int { n, _ := c.Major.Get(); return int(n) }

func (c *pgCluster) lookStart(r *facts.Reader) {
	if !strings.HasPrefix(c.config, "/etc/postgresql/") {
		c.Start = facts.Unknown[string]("only Debian's clusters have a start.conf")
		return
	}
	name := path.Dir(c.config) + "/start.conf"
	b, err := r.ReadFile(name)
	switch {
	case facts.IsAbsent(err): // postgresql-common takes auto for granted
		c.Start = facts.Known("auto", facts.File(name, 0))
		return
	case err != nil:
		c.Start = facts.Unknown[string](err.Error())
		return
	}
	for n, line := range bytes.Split(b, []byte("\n")) {
		text, _, _ := strings.Cut(string(line), "#")
		if text = strings.TrimSpace(text); text != "" {
			c.Start = facts.Known(text, facts.File(name, n+1))
			return
		}
	}
	c.Start = facts.Known("auto", facts.File(name, 0))
}

// postmasterPID is postmaster.pid (pidfile.h): a line each for the process, the data directory, the start, the port,
// the first socket directory, the first address.
type postmasterPID struct {
	pid, port int
	socketDir string
}

func readPostmasterPID(r *facts.Reader, dir string) (*postmasterPID, error) {
	b, err := r.ReadFileMax(dir+"/postmaster.pid", 64<<10)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(b), "\n")
	line := func(i int) string {
		if i < len(lines) {
			return strings.TrimSpace(lines[i])
		}
		return ""
	}
	p := &postmasterPID{socketDir: line(4)}
	if p.pid, err = strconv.Atoi(line(0)); err != nil {
		return nil, fmt.Errorf("%s/postmaster.pid names no process", dir)
	}
	p.port, _ = strconv.Atoi(line(3))
	return p, nil
}

// lookRunning decides by postmaster.pid and the process that it names.
func (c *pgCluster) lookRunning(r *facts.Reader, postmasters []postmaster) {
	if !r.Live() {
		c.Running, c.PID, c.Unit = facts.Unknown[bool](facts.Offline), facts.Unknown[int64](facts.Offline), facts.Unknown[string](facts.Offline)
		return
	}
	origin := facts.File(c.dataDir+"/postmaster.pid", 0)
	p, err := readPostmasterPID(r, c.dataDir)
	if err != nil && !facts.IsAbsent(err) {
		if s, ok := c.conf.Lookup("external_pid_file"); ok { // Debian's is for everyone to read
			b, extErr := r.ReadFileMax(s.Value, 64)
			if pid, convErr := strconv.Atoi(strings.TrimSpace(string(b))); extErr == nil && convErr == nil {
				p, origin, err = &postmasterPID{pid: pid}, facts.File(s.Value, 0), nil
			} else if facts.IsAbsent(extErr) {
				err = extErr
			}
		}
	}
	switch {
	case facts.IsAbsent(err):
		c.notRunning(origin)
		return
	case err != nil:
		c.Running, c.PID, c.Unit = facts.Unknown[bool](err.Error()), facts.Unknown[int64](err.Error()), facts.Unknown[string](err.Error())
		return
	}
	c.pidFile = p
	dir := "/proc/" + strconv.Itoa(p.pid)
	comm, err := r.ReadFile(dir + "/comm")
	i := slices.IndexFunc(postmasters, func(m postmaster) bool { return m.pid == p.pid })
	switch {
	case facts.IsAbsent(err) || err == nil && !isPostgres(comm) || i >= 0 && postmasters[i].dir != c.realDir:
		c.notRunning(origin) // what a crash left behind
		return
	case err != nil:
		c.Running = facts.Unknown[bool](err.Error())
		return
	}
	c.Running, c.PID, c.Unit = facts.Known(true, origin), facts.Known(int64(p.pid), origin), unitOf(r, dir)
}

// lookUmask reads the umask that the kernel has for the server's process.
func (c *pgCluster) lookUmask(r *facts.Reader) {
	if running, known := c.Running.Get(); !running {
		c.Umask = facts.Unknown[string]("the server does not run")
		if !known {
			c.Umask = facts.Unknown[string](c.Running.Reason())
		}
		return
	}
	name := "/proc/" + strconv.Itoa(c.pidFile.pid) + "/status"
	b, err := r.ReadFile(name)
	if err != nil {
		c.Umask = facts.Unknown[string](err.Error())
		return
	}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "Umask:"); ok {
			c.Umask = facts.Known(strings.TrimSpace(text), facts.File(name, 0))
			return
		}
	}
	c.Umask = facts.Unknown[string](name + " tells no umask")
}

func (c *pgCluster) notRunning(origin facts.Origin) {
	c.Running, c.PID, c.Unit = facts.Known(false, origin), facts.Known(int64(0), origin), facts.Known("", origin)
}

// postmaster is a server's first process: it works in its data directory, whose postmaster.pid names it.
type postmaster struct {
	pid int
	dir string
}

func isPostgres(comm []byte) bool {
	name := string(bytes.TrimSpace(comm))
	return name == "postgres" || name == "postmaster"
}

func runningPostmasters(r *facts.Reader) (found []postmaster, why string) {
	if !r.Live() {
		return nil, ""
	}
	entries, err := r.ReadDir("/proc")
	if err != nil {
		return nil, err.Error()
	}
	hidden := 0
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		dir := "/proc/" + e.Name()
		if comm, err := r.ReadFile(dir + "/comm"); err != nil || !isPostgres(comm) {
			continue
		}
		cwd, err := r.Readlink(dir + "/cwd")
		if err != nil {
			hidden++
			continue
		}
		if p, err := readPostmasterPID(r, cwd); err == nil && p.pid == pid {
			found = append(found, postmaster{pid, cwd})
		}
	}
	if hidden > 0 && len(found) == 0 {
		why = "the working directories of processes named postgres may not be read: servers that /etc/postgresql does not name are not seen"
	}
	return found, cmp.Or(why, hiddenProcesses(r))
}
