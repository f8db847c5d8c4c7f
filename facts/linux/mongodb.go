package linux

import (
	"cmp"
	"context"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/mongodconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "mongodb",
		Doc: "The MongoDB servers on this host, mongod and mongos. What one is set to is what its running server says (live = true); of one " +
			"that runs and could not be asked it is unknown, of one that does not run it is what its configuration file and command line say together. " +
			"configured is always what they say. Of a running server it is told whether it answers without credentials.",
		Reads:   "mongod.conf, units, /proc; hello, buildInfo, getParameter, getCmdLineOpts and listDatabases over the server's unix socket or loopback",
		Timeout: 15 * time.Second,
	}, collectMongoDB))
}

// MongoDBInstance is one server, running or not.
type MongoDBInstance struct {
	Name       string          `fact:"name" doc:"What it is called here: its configuration file, or its process where it has none."`
	Program    facts.V[string] `fact:"program" doc:"mongod or mongos."`
	ConfigFile facts.V[string] `fact:"config_file" doc:"Its configuration file; empty when it has none."`
	Config     File            `fact:"config" doc:"That file."`
	Version    facts.V[string] `fact:"version" doc:"The server's version; of one that was not asked, the installed package's."`
	Running    facts.V[bool]   `fact:"running" doc:"Whether a process of it was found."`
	PID        facts.V[int]    `fact:"pid" doc:"Its process."`
	User       facts.V[string] `fact:"user" doc:"The user it runs as, or that its unit would start it as."`
	Unit       facts.V[string] `fact:"unit" doc:"The unit that starts it; empty when none does."`
	Live       bool            `fact:"live" doc:"Whether the running server was asked: then the settings are those in force."`
	NotLive    string          `fact:"not_live" doc:"Why it was not asked or did not answer; empty when it did."`
	Open       facts.V[bool]   `fact:"open" doc:"Whether it lists its databases for whoever connects from this host, without credentials."`

	MongoDBSettings
	Configured MongoDBSettings `fact:"configured" doc:"The settings as its file and its command line say, with the server's defaults: what it starts with next time."`

	Directory File `fact:"directory" doc:"The data directory."`
	Key       File `fact:"key" doc:"The key file of the cluster."`
	PEM       File `fact:"pem" doc:"The file with the server's certificate and private key."`
}

// MongoDBSettings are settings of one server, in force or configured.
type MongoDBSettings struct {
	Authorization    facts.V[bool]      `fact:"authorization" doc:"Whether users are checked: security.authorization, a key file or a cluster's certificates."`
	LocalhostBypass  facts.V[bool]      `fact:"localhost_auth_bypass" doc:"Whether the first user may be made from this host without credentials."`
	Port             facts.V[int]       `fact:"port" doc:"The TCP port."`
	Bind             facts.List[string] `fact:"bind_ip" doc:"The addresses and sockets it binds to."`
	Wildcard         facts.V[bool]      `fact:"wildcard" doc:"Whether it listens on every address of the host."`
	Remote           facts.V[bool]      `fact:"remote" doc:"Whether it listens on an address that is not loopback."`
	TLS              MongoDBTLS         `fact:"tls" doc:"TLS."`
	Javascript       facts.V[bool]      `fact:"javascript" doc:"Whether scripts may run in the server."`
	AuditDestination facts.V[string]    `fact:"audit_destination" doc:"Where the audit log goes (Enterprise): syslog, console or file; empty for nowhere."`
	KeyFile          facts.V[string]    `fact:"key_file" doc:"The key that members of a cluster share; empty for none."`
	ClusterAuthMode  facts.V[string]    `fact:"cluster_auth_mode" doc:"How members of a cluster know each other: keyFile, sendKeyFile, sendX509 or x509."`
	Clustered        facts.V[bool]      `fact:"clustered" doc:"Whether it is part of a replica set or a sharded cluster."`
	Quiet            facts.V[bool]      `fact:"quiet" doc:"Whether connections are left out of the log."`
	LogAppend        facts.V[bool]      `fact:"log_append" doc:"Whether a restart goes on with the log file."`
	LogDestination   facts.V[string]    `fact:"log_destination" doc:"file or syslog; empty for standard output."`
	DBPath           facts.V[string]    `fact:"db_path" doc:"The data directory."`
}

// MongoDBTLS is what net.tls says.
type MongoDBTLS struct {
	Mode         facts.V[string]    `fact:"mode" doc:"disabled, allowTLS, preferTLS or requireTLS."`
	Certificate  facts.V[string]    `fact:"certificate_key_file" doc:"File of its certificate and key; empty for none."`
	CAFile       facts.V[string]    `fact:"ca_file" doc:"File of the authorities that certificates are checked against; empty for none."`
	Disabled     facts.List[string] `fact:"disabled_protocols" doc:"Protocol versions that it refuses: TLS1_0, TLS1_1. By default those where TLS 1.1 is known to be supported."`
	AllowInvalid facts.V[bool]      `fact:"allow_invalid_certificates" doc:"Whether certificates that do not check out are accepted."`
	FIPS         facts.V[bool]      `fact:"fips" doc:"Whether FIPS mode is on."`
}

var (
	mongoPrograms = databasePrograms["mongodb"]
	mongoUnits    = []string{"mongod.service", "mongodb.service", "mongos.service", "mongod@*", "mongodb@*"}
)

// mongoInstance is what is known of one before it is described.
type mongoInstance struct {
	*foundServer
	args    []string
	program string

	file string
	conf mongoOptions
}

// mongoOptions are options with where they come from.
type mongoOptions struct {
	options mongodconf.Options
	program string
	file    string
	broken  string
	source  string // where those without a line come from
}

func collectMongoDB(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[MongoDBInstance], error) {
	found, missing := findMongoDB(ctx, r)
	out := make([]MongoDBInstance, len(found))
	inParallel(len(found), func(i int) { out[i] = describeMongoDB(ctx, r, found[i]) })
	origin := facts.From("units and processes")
	if missing != nil {
		return facts.Partial(out, origin, missing.Error()), nil
	}
	return facts.Complete(out, origin), nil
}

func findMongoDB(ctx context.Context, r *facts.Reader) ([]*mongoInstance, error) {
	found, missing := findServers(ctx, r, mongoPrograms, mongoUnits)
	var all []*mongoInstance
	for _, f := range found {
		i := &mongoInstance{foundServer: f, args: f.arguments()}
		if f.process != nil {
			i.program = f.process.Name.Or("")
		} else {
			i.program = path.Base(f.command.words[0])
		}
		all = append(all, i)
	}
	for _, file := range []string{"/etc/mongod.conf", "/etc/mongodb.conf"} {
		if _, err := r.Stat(file); err == nil && len(all) == 0 {
			f := &foundServer{}
			f.hidden(missing)
			all = append(all, &mongoInstance{foundServer: f, args: []string{"--config", file}, program: "mongod"})
		}
	}
	for _, i := range all {
		i.load(r)
	}
	return all, missing
}

func (i *mongoInstance) load(r *facts.Reader) {
	i.file = mongodconf.ConfigFile(i.args)
	i.conf = mongoOptions{options: mongodconf.Options{}, program: i.program, file: i.file, source: "the command line"}
	if i.file != "" && !path.IsAbs(i.file) {
		i.conf.broken = "the directory of its configuration file " + i.file + " is not known"
		return
	}
	if i.file != "" {
		b, err := r.ReadFileMax(i.file, 1<<20)
		if err == nil {
			i.conf.options, err = mongodconf.Parse(b)
		}
		if err != nil {
			i.conf.broken = err.Error()
			if !strings.Contains(i.conf.broken, i.file) {
				i.conf.broken = i.file + ": " + i.conf.broken
			}
			return
		}
	}
	if err := i.conf.options.Arguments(i.args); err != nil {
		i.conf.broken = "the command line: " + err.Error()
	}
}

func describeMongoDB(ctx context.Context, r *facts.Reader, i *mongoInstance) MongoDBInstance {
	from := facts.From("units and processes")
	s := MongoDBInstance{
		Name: cmp.Or(i.file, i.program), Program: facts.Known(i.program, from), ConfigFile: facts.Known(i.file, from),
		Config: fileOrNone(ctx, r, i.file, "it has no configuration file"), Running: i.running(r),
	}
	s.PID, s.User, s.Unit = i.identity()
	if i.process != nil && i.file == "" {
		s.Name = "process " + strconv.Itoa(i.process.PID)
	}
	s.Configured = i.conf.settings()
	s.MongoDBSettings = s.Configured
	s.Version = packageVersion(ctx, r, "mongodb-org-server", "mongodb-enterprise-server", "mongodb-server-core", "percona-server-mongodb-server")
	i.ask(ctx, r, &s)
	at := func(v facts.V[string], unset string) File {
		name, ok := v.Get()
		if !ok {
			return File{Missing: facts.Missing(v.Reason())}
		}
		return fileOrNone(ctx, r, name, unset)
	}
	s.Directory = at(s.DBPath, "storage.dbPath is not set")
	s.Key, s.PEM = at(s.KeyFile, "security.keyFile is not set"), at(s.TLS.Certificate, "net.tls.certificateKeyFile is not set")
	return s
}

// packageVersion is the version of the first of some packages that is installed.
func packageVersion(ctx context.Context, r *facts.Reader, names ...string) facts.V[string] {
	db, err := packagesOf(ctx, r)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	for _, name := range names {
		for _, p := range db.find(name, "") {
			if installed, _ := packageInstalled(p).Get(); installed {
				return facts.Known(upstreamVersion(p.Version), db.origin(p))
			}
		}
	}
	return facts.Unknown[string]("no installed package brings the server, and it was not asked")
}
