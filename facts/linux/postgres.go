package linux

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "postgres",
		Doc: "The PostgreSQL clusters of this host: what is in force where the server runs and can be asked over its unix socket as the owner of the " +
			"cluster, else what is configured (see live).",
		Reads: "the server (a child of this program under the owner's user id, peer authentication, one read-only transaction), postgresql.conf with its includes, " +
			"postgresql.auto.conf, pg_hba.conf, pg_ident.conf",
		Timeout: 20 * time.Second,
	}, collectPostgres))
}

// Postgres is one cluster.
type Postgres struct {
	Missing facts.Missing
	Origin  facts.Origin
	PostgresOptions

	Name       string          `fact:"name" doc:"Debian's name of the cluster, 15/main; elsewhere its data directory."`
	Major      facts.V[int64]  `fact:"major" doc:"Major version of the data: 15."`
	Version    facts.V[string] `fact:"version" doc:"The server's version, 15.12; only the server tells the part behind the point."`
	EndOfLife  facts.V[string] `fact:"end_of_life" doc:"When the project stops, or stopped, to repair that major version, RFC 3339 in UTC."`
	Running    facts.V[bool]   `fact:"running" doc:"Whether its server runs."`
	Live       bool            `fact:"live" doc:"Whether the server was asked: settings are in force. Of a server that is down they are those that its next start would take from the files; of one that runs and was not asked they are unknown."`
	NotLive    string          `fact:"not_live" doc:"Why the server was not asked; empty when it was."`
	Owner      facts.V[string] `fact:"owner" doc:"The account that owns the data directory, as which the server runs."`
	InRecovery facts.V[bool]   `fact:"in_recovery" doc:"Whether it is a standby, or recovering."`
	Started    facts.V[string] `fact:"started" doc:"When the server started, RFC 3339 in UTC."`
	LoadTime   facts.V[string] `fact:"load_time" doc:"When it last read its configuration files, RFC 3339 in UTC."`

	ConfigFile    facts.V[string]  `fact:"config_file" doc:"The main configuration file."`
	HBAFile       facts.V[string]  `fact:"hba_file" doc:"The file of the rules of who may connect."`
	IdentFile     facts.V[string]  `fact:"ident_file" doc:"The file of the maps of names."`
	ConfigValid   facts.V[bool]    `fact:"config_valid" doc:"Whether the syntax of the configuration files is right: a server does not start with others, and heeds no change in them."`
	ConfigError   facts.V[string]  `fact:"config_error" doc:"What is wrong; empty when nothing is."`
	ConfigFiles   facts.List[File] `fact:"config_files" doc:"The configuration files with all that they include, pg_hba.conf and pg_ident.conf."`
	DataDirectory File             `fact:"data_directory" doc:"The data directory."`
	LogDir        File             `fact:"log_dir" doc:"The directory of the logging collector's files, whether it is on or not."`
	SSLKey        File             `fact:"ssl_key" doc:"The private key of its TLS, whether that is on or not."`
	CodeDirs      facts.List[File] `fact:"code_dirs" doc:"Directories of extensions' scripts and of the libraries that the server loads."`

	Settings   facts.V[map[string]PostgresSetting]    `fact:"settings" doc:"By name: all parameters where the server was asked, else those that files set for its next start."`
	Configured facts.V[map[string]PostgresConfigured] `fact:"configured" doc:"By name, what the files say now, in force or not."`
	Pending    facts.List[PostgresPending]            `fact:"pending" doc:"Parameters to which files give another value than is in force."`

	HBA        facts.List[PostgresRule]     `fact:"hba" doc:"The rules of pg_hba.conf in their order. Where the file changed after the server last read it, or the server refuses it, the list does not end: what is in force is not told by any file."`
	Ident      facts.List[PostgresMapping]  `fact:"ident" doc:"The maps of pg_ident.conf in their order."`
	Roles      facts.List[PostgresRole]     `fact:"roles" doc:"The roles; only the server knows."`
	Overrides  facts.List[PostgresOverride] `fact:"overrides" doc:"Settings that ALTER ROLE and ALTER DATABASE made for some sessions; only the server knows."`
	Databases  facts.List[PostgresDatabase] `fact:"databases" doc:"The databases that take connections; only the server knows."`
	ArchiveSet facts.V[bool]                `fact:"archive_command_set" doc:"Whether there is a command or library that archives WAL files."`

	ArchivedLast facts.V[string] `fact:"archived_last" doc:"When a WAL file was last archived, RFC 3339 in UTC; empty for never since the statistics began."`
	ArchiveFails facts.V[bool]   `fact:"archive_fails" doc:"Whether the last try to archive failed."`
}

// PostgresSetting is one parameter.
type PostgresSetting struct {
	Origin facts.Origin

	Value          facts.V[string] `fact:"value" doc:"In pg_settings' form; unknown where it may hold a secret, or is only known for other sessions."`
	Source         string          `fact:"source" doc:"As pg_settings.source: default, configuration file, command line, override, …"`
	File           string          `fact:"file" doc:"The file that sets it; empty when none does."`
	Line           int             `fact:"line" doc:"Its line; 0 when no file sets it."`
	InForce        bool            `fact:"in_force" doc:"Whether the value comes from the running server."`
	PendingRestart facts.V[bool]   `fact:"pending_restart" doc:"Whether another value waits for a restart."`
}

// PostgresConfigured is what the files give one parameter.
type PostgresConfigured struct {
	Origin facts.Origin

	Value facts.V[string] `fact:"value" doc:"As it is written; unknown where it may hold a secret."`
	File  string          `fact:"file" doc:"The file that sets it."`
	Line  int             `fact:"line" doc:"Its line."`
}

// PostgresPending is one parameter whose value will change.
type PostgresPending struct {
	Origin facts.Origin

	Cluster    string          `fact:"cluster" doc:"The cluster's name."`
	Name       string          `fact:"name" doc:"The parameter."`
	Value      facts.V[string] `fact:"value" doc:"What is in force."`
	Configured facts.V[string] `fact:"configured" doc:"What the files say, as it is written; empty when none names it any more."`
	File       string          `fact:"file" doc:"The file that sets it; empty when none does."`
	Line       int             `fact:"line" doc:"Its line; 0 when no file sets it."`
	Needs      string          `fact:"needs" doc:"What puts the files' value in force: reload or restart."`
}

// PostgresRule is one line of pg_hba.conf.
type PostgresRule struct {
	Origin facts.Origin

	Cluster    string   `fact:"cluster" doc:"The cluster's name."`
	Rule       string   `fact:"rule" doc:"The rule in one line: host all all 0.0.0.0/0 md5; the error of one that the server refuses."`
	File       string   `fact:"file" doc:"The file."`
	Line       int      `fact:"line" doc:"Its line."`
	Type       string   `fact:"type" doc:"local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; empty for a refused line."`
	Databases  []string `fact:"databases" doc:"Databases, all, sameuser, samerole, replication."`
	Users      []string `fact:"users" doc:"Roles; +name for its members; all."`
	Address    string   `fact:"address" doc:"Address/bits, a host name, all, samehost or samenet; empty for local."`
	Method     string   `fact:"method" doc:"trust, reject, scram-sha-256, md5, password, peer, ident, cert, ldap, …"`
	Options    []string `fact:"options" doc:"name=value; secrets are not told."`
	Error      string   `fact:"error" doc:"Why the server refuses the line; empty when it does not."`
	Remote     bool     `fact:"remote" doc:"Whether it speaks of connections from other hosts: not local, samehost or loopback addresses."`
	AnyAddress bool     `fact:"any_address" doc:"Whether it speaks of all addresses, of IPv4 or IPv6."`
}

// PostgresMapping is one line of pg_ident.conf.
type PostgresMapping struct {
	Origin facts.Origin

	Cluster    string `fact:"cluster" doc:"The cluster's name."`
	File       string `fact:"file" doc:"The file."`
	Line       int    `fact:"line" doc:"Its line."`
	Map        string `fact:"map" doc:"The map's name."`
	SystemUser string `fact:"system_user" doc:"Name of the account, or a regular expression behind /."`
	Role       string `fact:"role" doc:"The role it may become."`
	Error      string `fact:"error" doc:"Why the server refuses the line; empty when it does not."`
}

// PostgresRole is one role.
type PostgresRole struct {
	Origin facts.Origin

	Cluster      string   `fact:"cluster" doc:"The cluster's name."`
	Name         string   `fact:"name" doc:"The role's name."`
	Superuser    bool     `fact:"superuser" doc:"Whether nothing is refused to it."`
	Login        bool     `fact:"login" doc:"Whether it may log in."`
	CreateRole   bool     `fact:"createrole" doc:"Whether it may make roles."`
	CreateDB     bool     `fact:"createdb" doc:"Whether it may make databases."`
	Replication  bool     `fact:"replication" doc:"Whether it may stream all data away."`
	BypassRLS    bool     `fact:"bypassrls" doc:"Whether row security does not hold for it."`
	PasswordForm string   `fact:"password_form" doc:"How its password is stored: none, md5, scram-sha-256 or plain."`
	ValidUntil   string   `fact:"valid_until" doc:"When its password expires, RFC 3339 in UTC; empty for never."`
	MemberOf     []string `fact:"member_of" doc:"Roles that it is a member of."`
}

// PostgresOverride is a setting for some sessions.
type PostgresOverride struct {
	Origin facts.Origin

	Cluster  string          `fact:"cluster" doc:"The cluster's name."`
	Database string          `fact:"database" doc:"The database it is for; empty for all."`
	Role     string          `fact:"role" doc:"The role it is for; empty for all."`
	Name     string          `fact:"name" doc:"The parameter."`
	Value    facts.V[string] `fact:"value" doc:"Its value; unknown where it may hold a secret."`
}

// PostgresDatabase is one database.
type PostgresDatabase struct {
	Origin facts.Origin

	Cluster     string                       `fact:"cluster" doc:"The cluster's name."`
	Name        string                       `fact:"name" doc:"The database's name."`
	Extensions  facts.List[string]           `fact:"extensions" doc:"Its extensions: name and version with a blank between."`
	Languages   facts.List[string]           `fact:"languages" doc:"Its procedural languages beside c, internal and sql."`
	Untrusted   facts.List[string]           `fact:"untrusted_languages" doc:"Those whose functions may do all that the server's account may."`
	Grants      facts.List[PostgresGrant]    `fact:"grants" doc:"What PUBLIC may do with objects in schemas of users, and who may pass on rights on others' objects. Without what extensions brought."`
	Definers    facts.List[PostgresFunction] `fact:"security_definers" doc:"Functions in schemas of users that run with the rights of their owner. Without what extensions brought."`
	AuthReaders facts.List[string]           `fact:"pg_authid_grantees" doc:"Roles beside the owner with rights on pg_authid, where password hashes are; PUBLIC for all."`
}

// PostgresGrant is a right on one object.
type PostgresGrant struct {
	Object     string `fact:"object" doc:"Its kind and name: table public.orders."`
	Grantee    string `fact:"grantee" doc:"The role; PUBLIC for all."`
	Privileges string `fact:"privileges" doc:"SELECT, INSERT, …, with a comma between."`
	Grantable  bool   `fact:"grantable" doc:"Whether the grantee may pass them on (WITH GRANT OPTION)."`
}

// PostgresFunction is a function with SECURITY DEFINER.
type PostgresFunction struct {
	Name      string `fact:"name" doc:"Schema, name and types of its arguments: public.f(integer)."`
	Owner     string `fact:"owner" doc:"The role whose rights it has."`
	Superuser bool   `fact:"superuser" doc:"Whether that is a superuser."`
	FixedPath bool   `fact:"fixed_search_path" doc:"Whether it sets search_path itself: else its caller decides which objects names mean."`
	Public    bool   `fact:"public" doc:"Whether everyone may call it."`
}

func collectPostgres(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[Postgres], error) {
	found, err := postgresClustersOf(ctx, r)
	if err != nil {
		return facts.List[Postgres]{}, err
	}
	out := make([]Postgres, len(found.list))
	for i, asked := range askPostgres(ctx, r, found.list) {
		out[i] = readCluster(ctx, r, asked)
	}
	origin := facts.File("/etc/postgresql", 0)
	if found.unread != "" {
		return facts.Partial(out, origin, found.unread), nil
	}
	return facts.Complete(out, origin), nil
}

func readCluster(ctx context.Context, r *facts.Reader, asked *pgAsked) Postgres {
	c := asked.cluster
	p := Postgres{
		Name: c.Name, Major: c.Major, EndOfLife: c.EndOfLife, Running: c.Running, Origin: c.Origin, ConfigFile: c.ConfigFile,
		DataDirectory: asked.data, Owner: asked.data.Owner,
	}
	if asked.err != nil {
		p.NotLive = asked.err.Error()
		p.Missing = facts.Missing("only the server knows: " + p.NotLive)
		p.fromFiles(ctx, r, c, configuredOf(r, c))
	} else {
		p.Live = true
		p.fromServer(ctx, r, c, asked.answer)
	}
	p.LogDir, p.SSLKey = namedFile(ctx, r, p.LogDirectory, c), namedFile(ctx, r, p.SSLKeyFile, c)
	return p
}

// namedFile is the file that a parameter names, relative to the data directory.
func namedFile(ctx context.Context, r *facts.Reader, name facts.V[string], c *pgCluster) File {
	text, ok := name.Get()
	if !ok {
		return File{Missing: facts.Missing(name.Reason())}
	}
	if !path.IsAbs(text) {
		text = path.Join(c.dataDir, text)
	}
	return statFile(ctx, r, text)
}

// codeDirs looks at directories of code; without the server's word, at those of Debian's packages.
func codeDirs(ctx context.Context, r *facts.Reader, c *pgCluster, names []string, why string) facts.List[File] {
	if len(names) == 0 && strings.HasPrefix(c.config, "/etc/postgresql/") && c.version != "" {
		names = []string{"/usr/share/postgresql/" + c.version + "/extension", "/usr/lib/postgresql/" + c.version + "/lib"}
	}
	if len(names) == 0 {
		return facts.UnknownList[File](why)
	}
	var out []File
	for _, name := range names {
		out = append(out, statFile(ctx, r, name))
	}
	return facts.Complete(out, c.Origin)
}

// versionOf is 15.12 of 150012, and 9.6.24 of 90624.
func versionOf(num int) string {
	if num >= 100000 {
		return fmt.Sprintf("%d.%d", num/10000, num%10000)
	}
	return fmt.Sprintf("%d.%d.%d", num/10000, num/100%100, num%100)
}
