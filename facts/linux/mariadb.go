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
	"github.com/holdfast-agent/holdfast/facts/linux/mycnf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "mariadb",
		Doc: "The instances of MariaDB and MySQL on this host. What one is set to is what its running server says (live = true); of one that runs and " +
			"could not be asked it is unknown, of one that does not run it is what its option files and command line say. configured is always what they say. Accounts come from the running server. Passwords and their hashes are not told, nor asked for.",
		Reads:   "option files, units, /proc; SHOW GLOBAL VARIABLES and the grant tables over the server's unix socket, as root",
		Timeout: 15 * time.Second,
	}, collectMariaDB))
}

// MariaDBInstance is one server, running or not.
type MariaDBInstance struct {
	Name      string             `fact:"name" doc:"What it is called here: its unit, or its process where it has none."`
	Flavour   facts.V[string]    `fact:"flavour" doc:"mariadb or mysql."`
	Version   facts.V[string]    `fact:"version" doc:"The server's version; of one that was not asked, the installed package's."`
	EndOfLife facts.V[string]    `fact:"end_of_life" doc:"When its makers stop to mend that series, RFC 3339. A distribution may go on longer."`
	Running   facts.V[bool]      `fact:"running" doc:"Whether a process of it was found."`
	PID       facts.V[int]       `fact:"pid" doc:"Its process."`
	User      facts.V[string]    `fact:"user" doc:"The user it runs as, or would."`
	Unit      facts.V[string]    `fact:"unit" doc:"The unit that it runs in, or that would start it."`
	Live      bool               `fact:"live" doc:"Whether the running server was asked: then the settings are those in force."`
	NotLive   string             `fact:"not_live" doc:"Why it was not asked or did not answer; empty when it did."`
	Files     facts.List[File]   `fact:"option_files" doc:"The option files that it reads, in order."`
	Ignored   facts.List[string] `fact:"ignored_files" doc:"Option files that it passes over because everyone may write them."`
	Secrets   facts.List[string] `fact:"files_with_password" doc:"Option files with a password in them, in any group."`
	MariaDBSettings
	Configured MariaDBSettings            `fact:"configured" doc:"The settings as its files and its command line say, with the server's defaults: what it starts with next time."`
	Accounts   facts.List[MariaDBAccount] `fact:"accounts" doc:"Its accounts, without roles; known of a server that was asked."`
	TestDB     facts.V[bool]              `fact:"test_database" doc:"Whether there is a database named test; known of a server that was asked."`
	Plugins    facts.List[string]         `fact:"plugins" doc:"Names of its active plugins, in lower case; known of a server that was asked."`

	Directory File `fact:"directory" doc:"The data directory."`
	ErrorLog  File `fact:"error_log" doc:"The error log, where it is a file."`
	Key       File `fact:"key" doc:"The private key of its TLS certificate."`
}

// MariaDBAccount is one account and what of its rights matters.
type MariaDBAccount struct {
	Origin facts.Origin

	Name          string        `fact:"name" doc:"user@host."`
	User          string        `fact:"user" doc:"The user part; empty for the anonymous one."`
	Host          string        `fact:"host" doc:"The host part, a pattern."`
	Plugin        string        `fact:"plugin" doc:"How it is authenticated: mysql_native_password, unix_socket, ed25519, caching_sha2_password, …; the first way of several."`
	HasPassword   bool          `fact:"has_password" doc:"Whether a password is set, for the first way that takes one."`
	EmptyPassword bool          `fact:"empty_password" doc:"Whether one of its ways takes a password, and has none."`
	Locked        bool          `fact:"locked" doc:"Whether it is locked."`
	SSL           string        `fact:"ssl" doc:"The TLS it needs: none, any, x509 or specified."`
	AnyHost       bool          `fact:"any_host" doc:"Whether it may come from any host: % or an empty host."`
	Local         bool          `fact:"local" doc:"Whether it may come from this host alone."`
	Super         facts.V[bool] `fact:"super" doc:"Whether it has SUPER on everything."`
	File          facts.V[bool] `fact:"file" doc:"Whether it may read and write files of the server."`
	Process       facts.V[bool] `fact:"process" doc:"Whether it may see what others run."`
	Shutdown      facts.V[bool] `fact:"shutdown" doc:"Whether it may stop the server."`
	GrantOption   facts.V[bool] `fact:"grant_option" doc:"Whether it may hand its rights on."`
	WriteMySQL    facts.V[bool] `fact:"write_mysql" doc:"Whether it may write the grant tables."`
}

var (
	mariadbPrograms = databasePrograms["mariadb"]
	mariadbUnits    = []string{"mariadb.service", "mysql.service", "mysqld.service", "mariadb@*", "mysql@*", "mysqld@*"}
)

// mariadbInstance is what is known of one before it is described.
type mariadbInstance struct {
	*foundServer
	origin  facts.Origin // where it was found
	flavour string
	version string
	why     string // that version and flavour are not known

	conf *mycnf.Config
}

func collectMariaDB(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[MariaDBInstance], error) {
	found, missing := findMariaDB(ctx, r)
	out := make([]MariaDBInstance, len(found))
	inParallel(len(found), func(i int) { out[i] = describeMariaDB(ctx, r, found[i]) })
	origin := facts.From("units and processes")
	if missing != nil {
		return facts.Partial(out, origin, missing.Error()), nil
	}
	return facts.Complete(out, origin), nil
}

// findMariaDB: a host where none is found by process or unit has the one that whoever starts the installed program
// would start.
func findMariaDB(ctx context.Context, r *facts.Reader) ([]*mariadbInstance, error) {
	found, missing := findServers(ctx, r, mariadbPrograms, mariadbUnits)
	var all []*mariadbInstance
	for _, f := range found {
		i := &mariadbInstance{foundServer: f}
		if f.command != nil {
			i.origin = f.command.origin
		} else {
			i.origin = f.process.Origin
		}
		all = append(all, i)
	}
	if program := installedProgram(r, mariadbPrograms); len(all) == 0 && program.Or("") != "" {
		f := &foundServer{}
		f.hidden(missing)
		all = append(all, &mariadbInstance{foundServer: f, origin: program.Origin()})
	}
	for _, i := range all {
		i.package_(ctx, r)
		i.load(ctx, r)
	}
	return all, missing
}

// package_ tells flavour and version by the package that brings the server.
func (i *mariadbInstance) package_(ctx context.Context, r *facts.Reader) {
	db, err := packagesOf(ctx, r)
	if err != nil {
		i.why = err.Error()
	} else {
		for _, p := range []struct{ name, flavour string }{
			{"mariadb-server-core", "mariadb"}, {"mariadb-server-core-10.5", "mariadb"}, {"mariadb-server-core-10.3", "mariadb"}, {"mariadb-server", "mariadb"},
			{"mysql-server-core-8.0", "mysql"}, {"mysql-server-core", "mysql"}, {"mysql-community-server-core", "mysql"}, {"mysql-community-server", "mysql"},
		} {
			for _, found := range db.find(p.name, "") {
				if installed, _ := packageInstalled(found).Get(); installed {
					i.flavour, i.version = p.flavour, upstreamVersion(found.Version)
					return
				}
			}
		}
		i.why = "no installed package brings the server, and it was not asked"
	}
	if i.process != nil && strings.HasPrefix(i.process.Name.Or(""), "mariadb") {
		i.flavour = "mariadb"
	}
}

// series is the part of a version that names of groups have: 10.11, 8.0.
func (i *mariadbInstance) series() string {
	parts := strings.SplitN(i.version, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}

// load reads the option files: what comes first on the command line may change which.
func (i *mariadbInstance) load(ctx context.Context, r *facts.Reader) {
	files, suffix := slices.Clone(mycnf.ServerFiles), ""
	if home := homeOf(ctx, r, cmp.Or(i.account(), "mysql")); home != "" {
		files = append(files, path.Join(home, ".my.cnf"))
	}
	args := i.arguments()
	for len(args) > 0 {
		name, value, _ := strings.Cut(args[0], "=")
		switch name {
		case "--no-defaults":
			files = nil
		case "--defaults-file":
			files = []string{value}
		case "--defaults-extra-file":
			at := min(2, len(files))
			files = slices.Insert(slices.Clone(files), at, value)
		case "--defaults-group-suffix":
			suffix = value
		default:
			name = ""
		}
		if name == "" {
			break
		}
		args = args[1:]
	}
	i.conf = mycnf.Load(optionFiles{r}, files, mycnf.ServerGroups(i.flavour, i.series(), suffix))
	i.conf.Arguments(args)
}

func homeOf(ctx context.Context, r *facts.Reader, account string) string {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return ""
	}
	for _, u := range a.users.rows {
		if u.Name == account {
			return u.Home
		}
	}
	return ""
}

// optionFiles lets mycnf read the host.
type optionFiles struct{ r *facts.Reader }

func (o optionFiles) ReadFile(name string) ([]byte, error) { return o.r.ReadFileMax(name, 4<<20) }
func (o optionFiles) Absent(err error) bool                { return facts.IsAbsent(err) }

func (o optionFiles) List(dir string) ([]string, error) {
	entries, err := o.r.ReadDir(dir)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (o optionFiles) WorldWritable(name string) bool {
	st, err := o.r.Stat(name)
	return err == nil && st.Mode().Perm()&0o002 != 0
}

// account is the user that it runs as, or that its unit starts it as.
func (i *mariadbInstance) account() string {
	if i.process != nil {
		return i.process.User.Or("")
	}
	if i.command != nil {
		return i.command.user
	}
	return ""
}

func describeMariaDB(ctx context.Context, r *facts.Reader, i *mariadbInstance) MariaDBInstance {
	s := MariaDBInstance{Running: i.running(r)}
	s.identity(i)
	s.Configured = configuredMariaDB(r, i)
	s.MariaDBSettings = s.Configured
	s.optionFiles(ctx, r, i)
	answer, why := askMariaDB(ctx, r, i)
	if not := i.notInForce(r, why); not != "" {
		s.MariaDBSettings = mariadbValues{broken: not, flavour: i.flavour}.settings()
	}
	s.NotLive = why
	s.Accounts, s.Plugins = facts.UnknownList[MariaDBAccount](why), facts.UnknownList[string](why)
	s.TestDB = facts.Unknown[bool](why)
	version, from := i.version, facts.From("the installed package")
	if answer != nil {
		s.Live = true
		version, from = answer.version, answer.origin
		i.flavour = answer.flavour
		s.MariaDBSettings = answer.settings(i.sinceStart(r, s.Configured.SuspiciousUDFs))
		s.Accounts, s.Plugins, s.TestDB = answer.accounts, answer.plugins, answer.testDB
	}
	s.Version, s.Flavour = facts.Unknown[string](i.why), facts.Unknown[string](i.why)
	if version != "" {
		s.Version = facts.Known(version, from)
	}
	if i.flavour != "" {
		s.Flavour = facts.Known(i.flavour, from)
	}
	s.EndOfLife = mariadbEnd(s.Flavour, s.Version)
	s.files(ctx, r)
	return s
}

// sinceStart is a configured value that no variable tells: the one in force, as long as no option file changed since the
// server started.
func (i *mariadbInstance) sinceStart(r *facts.Reader, configured facts.V[bool]) facts.V[bool] {
	names := slices.Clone(mycnf.ServerFiles)
	for _, name := range slices.Concat(i.conf.Read, i.conf.Ignored) {
		names = append(names, name, path.Dir(name))
	}
	if why := i.process.changed(r, names); why != "" {
		return facts.Unknown[bool](why + ", which does not tell this setting")
	}
	return configured
}

func (s *MariaDBInstance) identity(i *mariadbInstance) {
	s.PID, s.User, s.Unit = i.foundServer.identity()
	s.Name = cmp.Or(i.unit(), s.Unit.Or(""), "mariadb")
	if i.process != nil {
		if s.Unit.Or("") == "" {
			s.Name = "process " + strconv.Itoa(i.process.PID)
		}
		return
	}
	// A server started as root changes to the user that its options name.
	if o, ok, err := i.conf.Last("user"); err == nil && ok && s.User.Or("root") == "root" {
		s.User = facts.Known(o.Value, optionOrigin(o))
	} else if i.command == nil {
		s.User = facts.Known("root", i.origin)
	}
}

func (s *MariaDBInstance) optionFiles(ctx context.Context, r *facts.Reader, i *mariadbInstance) {
	var files []File
	var secret []string
	for _, name := range i.conf.Read {
		files = append(files, statFile(ctx, r, name))
		if b, err := r.ReadFileMax(name, 4<<20); err == nil && namesPassword(string(b)) {
			secret = append(secret, name)
		}
	}
	origin := facts.From("option files")
	s.Files, s.Secrets = facts.Complete(files, origin), facts.Complete(secret, origin)
	s.Ignored = facts.Complete(i.conf.Ignored, origin)
	if len(i.conf.Problems) > 0 {
		why := i.conf.Problems[0].String()
		s.Files, s.Secrets = facts.Partial(files, origin, why), facts.Partial(secret, origin, why)
	}
}

// namesPassword tells whether a line of an option file sets a password.
func namesPassword(text string) bool {
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		name = strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(name), "-", "_"), "loose_")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if ok && value != "" && (name == "password" || name == "password1" || name == "report_password" || name == "pass") {
			return true
		}
	}
	return false
}

func (s *MariaDBInstance) files(ctx context.Context, r *facts.Reader) {
	dir, known := s.DataDir.Get()
	at := func(v facts.V[string], unset string) File {
		name, ok := v.Get()
		switch {
		case !ok:
			return File{Missing: facts.Missing(v.Reason())}
		case name == "" || name == "stderr":
			return fileOrNone(ctx, r, "", unset)
		case path.IsAbs(name):
			return statFile(ctx, r, name)
		case !known || !path.IsAbs(dir):
			return File{Path: name, Missing: "its path is relative, and the data directory is not known"}
		}
		return statFile(ctx, r, path.Join(dir, name))
	}
	s.Directory = at(s.DataDir, "datadir is not set")
	s.ErrorLog = at(s.LogError, "errors go to standard error")
	s.Key = at(s.TLS.Key, "ssl_key is not set")
}

// mariadbEnds are the days on which the makers of a series end its life, where they are published.
var mariadbEnds = map[string]string{
	"mariadb 10.3": "2023-05-25", "mariadb 10.4": "2024-06-18", "mariadb 10.5": "2025-06-24", "mariadb 10.6": "2026-07-06",
	"mariadb 10.11": "2028-02-16", "mariadb 11.4": "2029-05-29", "mysql 5.7": "2023-10-31", "mysql 8.0": "2026-04-30", "mysql 8.4": "2032-04-30",
}

func mariadbEnd(flavour, version facts.V[string]) facts.V[string] {
	v, known := version.Get()
	if !known {
		return facts.Unknown[string](version.Reason())
	}
	series := (&mariadbInstance{version: v}).series()
	day, ok := mariadbEnds[flavour.Or("")+" "+series]
	if !ok {
		return facts.Unknown[string]("the end of " + flavour.Or("") + " " + series + " is not known here")
	}
	return facts.Known(day+"T00:00:00Z", facts.From("the makers' release table"))
}
