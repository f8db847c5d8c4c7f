package linux

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/mongodconf"
	"github.com/holdfast-agent/holdfast/facts/linux/mongowire"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "mongodb",
		Doc: "The MongoDB servers on this host, mongod and mongos. Settings are what the configuration file and the command line of the process, or of " +
			"the unit that would start it, say together; of a running server it is told whether it answers without credentials.",
		Reads:   "mongod.conf, units, /proc; hello, buildInfo, getParameter and listDatabases over the server's unix socket or loopback",
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
	Live       bool            `fact:"live" doc:"Whether the running server answered."`
	NotLive    string          `fact:"not_live" doc:"Why it was not asked or did not answer; empty when it did."`
	Open       facts.V[bool]   `fact:"open" doc:"Whether it lists its databases for whoever connects from this host, without credentials."`

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

	Directory File `fact:"directory" doc:"The data directory."`
	Key       File `fact:"key" doc:"The key file of the cluster."`
	PEM       File `fact:"pem" doc:"The file with the server's certificate and private key."`
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
	args    []string
	program string
	command *unitCommand
	process *serverProcess

	file    string
	options mongodconf.Options
	broken  string
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
	processes, missing := serverProcesses(ctx, r, mongoPrograms...)
	var all []*mongoInstance
	for _, p := range processes {
		all = append(all, &mongoInstance{args: p.arguments(), program: p.Name.Or(""), process: &p})
	}
	commands, err := unitCommands(ctx, r, mongoPrograms, mongoUnits...)
	missing = cmp.Or(missing, err)
	for _, c := range commands {
		at := slices.IndexFunc(all, func(i *mongoInstance) bool {
			return i.process != nil && i.process.Unit.Or("") == c.unit && i.command == nil
		})
		if at >= 0 {
			all[at].command = &c
			continue
		}
		all = append(all, &mongoInstance{args: c.words[1:], program: path.Base(c.words[0]), command: &c, process: nil})
	}
	for _, file := range []string{"/etc/mongod.conf", "/etc/mongodb.conf"} {
		if _, err := r.Stat(file); err == nil && len(all) == 0 {
			all = append(all, &mongoInstance{args: []string{"--config", file}, program: "mongod"})
		}
	}
	for _, i := range all {
		i.load(r)
	}
	return all, missing
}

func (i *mongoInstance) load(r *facts.Reader) {
	i.file, i.options = mongodconf.ConfigFile(i.args), mongodconf.Options{}
	if i.file != "" && !path.IsAbs(i.file) {
		i.broken = "the directory of its configuration file " + i.file + " is not known"
		return
	}
	if i.file != "" {
		b, err := r.ReadFileMax(i.file, 1<<20)
		if err == nil {
			i.options, err = mongodconf.Parse(b)
		}
		if err != nil {
			i.broken = err.Error()
			if !strings.Contains(i.broken, i.file) {
				i.broken = i.file + ": " + i.broken
			}
			return
		}
	}
	if err := i.options.Arguments(i.args); err != nil {
		i.broken = "the command line: " + err.Error()
	}
}

func describeMongoDB(ctx context.Context, r *facts.Reader, i *mongoInstance) MongoDBInstance {
	from := facts.From("units and processes")
	s := MongoDBInstance{
		Name: cmp.Or(i.file, i.program), Program: facts.Known(i.program, from), ConfigFile: facts.Known(i.file, from),
		Config: fileOrNone(ctx, r, i.file, "it has no configuration file"), Running: facts.Known(i.process != nil, facts.File("/proc", 0)),
		PID: facts.Unknown[int]("it does not run"), User: facts.Unknown[string]("it does not run, and no unit starts it"), Unit: facts.Known("", from),
	}
	if !r.Live() {
		s.Running = facts.Unknown[bool](facts.Offline)
	}
	if c := i.command; c != nil {
		s.User, s.Unit = facts.Known(cmp.Or(c.user, "root"), c.origin), facts.Known(c.unit, c.origin)
	}
	if p := i.process; p != nil {
		s.PID, s.User = facts.Known(p.PID, p.Origin), p.User
		if i.command == nil {
			s.Unit = p.Unit
		}
		if i.file == "" {
			s.Name = "process " + strconv.Itoa(p.PID)
		}
	}
	i.settings(&s)
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

func (i *mongoInstance) text(name, otherwise string) facts.V[string] {
	if i.broken != "" {
		return facts.Unknown[string](i.broken)
	}
	o, ok := i.options[name]
	switch {
	case !ok:
		return facts.Known(otherwise, facts.From("default of MongoDB"))
	case o.Line == 0:
		return facts.Known(o.Value, facts.From("the command line"))
	}
	return facts.Known(o.Value, facts.File(i.file, o.Line))
}

func (i *mongoInstance) on(name string, otherwise bool) facts.V[bool] {
	v := i.text(name, strconv.FormatBool(otherwise))
	text, known := v.Get()
	switch {
	case !known:
		return facts.Unknown[bool](v.Reason())
	case text == "true" || text == "false":
		return facts.Known(text == "true", v.Origin())
	case (text == "1" || text == "0") && strings.HasPrefix(name, "setParameter."):
		return facts.Known(text == "1", v.Origin())
	}
	return facts.Unknown[bool](v.Origin().String() + ": " + name + " must be true or false")
}

func (i *mongoInstance) choice(name, otherwise string, words ...string) facts.V[string] {
	v := i.text(name, otherwise)
	if text, known := v.Get(); known && !slices.Contains(words, text) {
		return facts.Unknown[string](v.Origin().String() + ": " + name + " must be one of " + strings.Join(words, ", "))
	}
	return v
}

func (i *mongoInstance) list(name, otherwise string) facts.List[string] {
	v := i.text(name, otherwise)
	text, known := v.Get()
	if !known {
		return facts.UnknownList[string](v.Reason())
	}
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return facts.Complete(out, v.Origin())
}

func (i *mongoInstance) settings(s *MongoDBInstance) {
	s.Port = facts.Unknown[int](i.broken)
	if v := i.text("net.port", "27017"); i.broken == "" {
		n, err := strconv.Atoi(v.Or(""))
		s.Port = facts.Known(n, v.Origin())
		if err != nil || n < 0 || n > 65535 {
			s.Port = facts.Unknown[int](v.Origin().String() + ": net.port must be a port")
		}
	}
	s.Bind = i.list("net.bindIp", "127.0.0.1")
	s.TLS = MongoDBTLS{
		Mode:        i.tlsMode(),
		Certificate: i.text("net.tls.certificateKeyFile", ""), CAFile: i.text("net.tls.CAFile", ""),
		Disabled: i.list("net.tls.disabledProtocols", "TLS1_0,TLS1_1"), AllowInvalid: i.on("net.tls.allowInvalidCertificates", false), FIPS: i.on("net.tls.FIPSMode", false),
	}
	s.Javascript = i.on("security.javascriptEnabled", true)
	s.LocalhostBypass = i.on("setParameter.enableLocalhostAuthBypass", true)
	s.AuditDestination = i.text("auditLog.destination", "")
	s.KeyFile = i.text("security.keyFile", "")
	s.ClusterAuthMode = i.choice("security.clusterAuthMode", "keyFile", "keyFile", "sendKeyFile", "sendX509", "x509")
	s.Quiet, s.LogAppend = i.on("systemLog.quiet", false), i.on("systemLog.logAppend", false)
	s.LogDestination = i.text("systemLog.destination", "")
	s.DBPath = i.text("storage.dbPath", "/data/db")
	i.authorization(s)
	i.reach(s)
}

// tlsMode: the old names of the modes are taken as well.
func (i *mongoInstance) tlsMode() facts.V[string] {
	v := i.choice("net.tls.mode", "disabled", "disabled", "allowTLS", "preferTLS", "requireTLS", "allowSSL", "preferSSL", "requireSSL")
	if text, known := v.Get(); known {
		return facts.Known(strings.Replace(text, "SSL", "TLS", 1), v.Origin())
	}
	return v
}

// authorization is also on by a key file, or by the cluster's certificates. mongos has no such option: it checks users
// where its cluster does.
func (i *mongoInstance) authorization(s *MongoDBInstance) {
	s.Clustered = facts.Unknown[bool](i.broken)
	if i.broken == "" {
		set := i.options["replication.replSetName"].Value != "" || i.options["sharding.clusterRole"].Value != "" || i.program == "mongos"
		s.Clustered = facts.Known(set, i.text("replication.replSetName", "").Origin())
	}
	v := i.choice("security.authorization", "disabled", "enabled", "disabled")
	text, known := v.Get()
	mode := s.ClusterAuthMode.Or("")
	key, keyKnown := s.KeyFile.Get()
	switch {
	case !known:
		s.Authorization = facts.Unknown[bool](v.Reason())
	case !keyKnown || mode == "":
		s.Authorization = facts.Unknown[bool](cmp.Or(s.KeyFile.Reason(), s.ClusterAuthMode.Reason()))
	case i.options["security.transitionToAuth"].Value == "true":
		s.Authorization = facts.Known(false, i.text("security.transitionToAuth", "").Origin())
	case key != "" || mode == "x509" || mode == "sendX509":
		s.Authorization = facts.Known(true, s.KeyFile.Origin())
	default:
		s.Authorization = facts.Known(text == "enabled", v.Origin())
	}
}

func (i *mongoInstance) reach(s *MongoDBInstance) {
	all := i.on("net.bindIpAll", false)
	everything, known := all.Get()
	if !known || !s.Bind.IsComplete() {
		why := cmp.Or(all.Reason(), s.Bind.Reason())
		s.Wildcard, s.Remote = facts.Unknown[bool](why), facts.Unknown[bool](why)
		return
	}
	wildcard, remote := everything, everything
	for _, b := range s.Bind.Items() {
		addr, err := netip.ParseAddr(b)
		any := b == "*" || err == nil && addr.IsUnspecified()
		wildcard = wildcard || any
		remote = remote || any || b != "localhost" && !strings.HasPrefix(b, "/") && (err != nil || !addr.IsLoopback())
	}
	origin := i.text("net.bindIp", "").Origin()
	if everything {
		origin = all.Origin()
	}
	s.Wildcard, s.Remote = facts.Known(wildcard, origin), facts.Known(remote, origin)
}

// ask finds out what the running server says to someone without credentials.
func (i *mongoInstance) ask(ctx context.Context, r *facts.Reader, s *MongoDBInstance) {
	s.Open = facts.Unknown[bool]("it does not run")
	switch {
	case !r.Live():
		s.NotLive = facts.Offline
	case i.process == nil:
		s.NotLive = "it does not run"
	case !r.Native():
		s.NotLive = "the sockets of this host are out of reach"
	default:
		if err := i.converse(ctx, r, s); err != nil {
			s.NotLive = askError(err)
		}
	}
	if s.NotLive != "" {
		s.Open = facts.Unknown[bool](s.NotLive)
	}
}

func (i *mongoInstance) converse(ctx context.Context, r *facts.Reader, s *MongoDBInstance) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, origin, err := i.dial(ctx, r, s)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := mongowire.Ask(conn, "hello"); err != nil {
		return err
	}
	s.Live = true
	if build, err := mongowire.Ask(conn, "buildInfo"); err == nil && build.OK() {
		if v, ok := build["version"].(string); ok && v != "" {
			s.Version = facts.Known(v, origin)
		}
	}
	list, err := mongowire.Ask(conn, "listDatabases", "nameOnly")
	if err != nil {
		return err
	}
	s.Open = facts.Known(list.OK(), origin)
	if list.OK() {
		s.Authorization = facts.Known(false, origin) // whatever the file says by now
		p, err := mongowire.Ask(conn, "getParameter", "enableLocalhostAuthBypass")
		if v, ok := p["enableLocalhostAuthBypass"].(bool); err == nil && p.OK() && ok {
			s.LocalhostBypass = facts.Known(v, origin)
		}
	}
	return nil
}

func (i *mongoInstance) dial(ctx context.Context, r *facts.Reader, s *MongoDBInstance) (net.Conn, facts.Origin, error) {
	port, known := s.Port.Get()
	if !known {
		port = 27017
	}
	socket := path.Join(i.text("net.unixDomainSocket.pathPrefix", "/tmp").Or("/tmp"), "mongodb-"+strconv.Itoa(port)+".sock")
	account := ""
	if i.command != nil {
		account = i.command.user
	}
	conn, err := dialSocket(ctx, r, socket, serverUsers(ctx, r, i.process, account)...)
	if err == nil {
		return conn, facts.From("listDatabases over " + socket), nil
	}
	conn, addr, err := dialLoopback(ctx, r, port, i.process.PID)
	return conn, facts.From("listDatabases over " + addr.String()), err
}
