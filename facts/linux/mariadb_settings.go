package linux

import (
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/mycnf"
	"github.com/holdfast-agent/holdfast/facts/linux/mysqlauto"
)

// MariaDBSettings are settings of one server, in force or configured.
type MariaDBSettings struct {
	Port                  facts.V[int]       `fact:"port" doc:"The TCP port."`
	Bind                  facts.List[string] `fact:"bind_address" doc:"The addresses it binds to, as set; * is every address."`
	SkipNetworking        facts.V[bool]      `fact:"skip_networking" doc:"Whether it listens on its unix socket alone."`
	Wildcard              facts.V[bool]      `fact:"wildcard" doc:"Whether it listens on every address of the host."`
	Remote                facts.V[bool]      `fact:"remote" doc:"Whether it listens on an address that is not loopback."`
	Socket                facts.V[string]    `fact:"socket" doc:"Path of its unix socket."`
	DataDir               facts.V[string]    `fact:"datadir" doc:"The data directory."`
	SkipGrantTables       facts.V[bool]      `fact:"skip_grant_tables" doc:"Whether everyone may do everything."`
	RequireSecure         facts.V[bool]      `fact:"require_secure_transport" doc:"Whether it refuses connections that are neither TLS nor local."`
	TLS                   MariaDBTLS         `fact:"tls" doc:"TLS."`
	LocalInfile           facts.V[bool]      `fact:"local_infile" doc:"Whether LOAD DATA LOCAL may be used."`
	SecureFilePriv        facts.V[string]    `fact:"secure_file_priv" doc:"The directory that files are read from and written to; empty for any, NULL for none."`
	SymbolicLinks         facts.V[bool]      `fact:"symbolic_links" doc:"Whether tables may be symbolic links out of the data directory."`
	SuspiciousUDFs        facts.V[bool]      `fact:"allow_suspicious_udfs" doc:"Whether any function of a library may be called. No variable tells it: of a running server it is known while no option file changed since it started."`
	SkipShowDatabase      facts.V[bool]      `fact:"skip_show_database" doc:"Whether only those who may see all databases can list them."`
	AuthPlugin            facts.V[string]    `fact:"default_auth_plugin" doc:"How a new account is authenticated when nothing else is said: caching_sha2_password, mysql_native_password, ed25519, …"`
	SQLMode               facts.List[string] `fact:"sql_mode" doc:"The SQL modes, in capitals."`
	LogError              facts.V[string]    `fact:"log_error" doc:"The error log; empty or stderr for standard error, which the journal takes."`
	LogLevel              facts.V[int]       `fact:"log_verbosity" doc:"log_warnings of MariaDB, log_error_verbosity of MySQL."`
	LogRaw                facts.V[bool]      `fact:"log_raw" doc:"Whether passwords are written to the general log as they are (MySQL; always false for MariaDB)."`
	GeneralLog            facts.V[bool]      `fact:"general_log" doc:"Whether every statement is logged."`
	PasswordCheck         facts.V[bool]      `fact:"password_check" doc:"Whether a plugin or component checks new passwords: simple_password_check, cracklib_password_check, validate_password."`
	PasswordMinimumLength facts.V[int]       `fact:"password_minimum_length" doc:"The shortest password that it accepts; 0 without such a check."`
	AuditLog              facts.V[bool]      `fact:"audit_log" doc:"Whether an audit plugin writes: server_audit with server_audit_logging, or audit_log."`
	AuditEvents           facts.List[string] `fact:"audit_events" doc:"What server_audit writes, in capitals; empty for everything."`
}

// MariaDBTLS is what the ssl_ settings say.
type MariaDBTLS struct {
	Enabled  facts.V[bool]      `fact:"enabled" doc:"Whether it has a certificate and key and offers TLS."`
	Cert     facts.V[string]    `fact:"cert_file" doc:"File of its certificate; empty for none."`
	Key      facts.V[string]    `fact:"key_file" doc:"File of its private key; empty for none."`
	CA       facts.V[string]    `fact:"ca_file" doc:"File of the authorities that clients' certificates are checked against; empty for none."`
	Versions facts.List[string] `fact:"versions" doc:"The protocol versions it accepts: TLSv1.2, TLSv1.3."`
}

// mariadbValues gives the text of a variable by its name with underscores.
type mariadbValues struct {
	get     func(name string) (value string, at facts.Origin, ok bool, err error)
	broken  string
	absent  facts.Origin
	flavour string
	plugins map[string]bool // active ones; nil when only options tell
}

func optionOrigin(o mycnf.Option) facts.Origin {
	if o.File == "" {
		return facts.From("the command line")
	}
	return facts.File(o.File, o.Line)
}

// configuredMariaDB is what option files and the command line say, and for MySQL what SET PERSIST wrote.
func configuredMariaDB(r *facts.Reader, i *mariadbInstance) MariaDBSettings {
	from := mariadbValues{absent: facts.From("default of " + i.flavour + " " + i.version), flavour: i.flavour}
	if len(i.conf.Problems) > 0 {
		from.broken = i.conf.Problems[0].String()
	}
	from.get = func(name string) (string, facts.Origin, bool, error) {
		o, ok, err := i.conf.Last(name)
		if err != nil || !ok {
			return "", facts.Origin{}, false, err
		}
		switch {
		case name == "log_error" && !o.HasValue:
			return "", facts.Origin{}, false, fmt.Errorf("%s: log_error without a name is a file named after the host", optionOrigin(o))
		case name == "log_error" && o.Name != name: // skip_log_error
			o.Value = ""
		case !o.HasValue:
			o.Value = "1"
		}
		return o.Value, optionOrigin(o), true, nil
	}
	from.plugins = i.loadedPlugins()
	s := from.settings()
	dir, known := s.DataDir.Get()
	if i.flavour == "mariadb" || !known || from.broken != "" {
		return s
	}
	directory := s.DataDir // can't be persisted
	from.persisted(r, path.Join(dir, "mysqld-auto.cnf"))
	s = from.settings()
	s.DataDir = directory
	return s
}

// persisted lets what SET PERSIST wrote go before the options, as MySQL does: it puts the static variables behind its
// command line, and sets the others when it has read that. persisted_globals_load switches it off.
func (from *mariadbValues) persisted(r *facts.Reader, name string) {
	b, err := r.ReadFileMax(name, 1<<20)
	if facts.IsAbsent(err) {
		return
	}
	if load := from.on("persisted_globals_load", true); !load.Or(true) {
		return
	}
	var f mysqlauto.File
	if err == nil {
		f, err = mysqlauto.Parse(b)
	}
	if err != nil {
		from.broken = err.Error()
		if !strings.Contains(from.broken, name) {
			from.broken = name + ": " + from.broken
		}
		return
	}
	options := from.get
	from.get = func(variable string) (string, facts.Origin, bool, error) {
		if v, ok := f.Variables[variable]; ok {
			return v.Value, facts.File(name, 0), true, nil
		}
		return options(variable)
	}
}

// loadedPlugins are those that options load: libraries and names of plugin_load_add, or a plugin's own option.
func (i *mariadbInstance) loadedPlugins() map[string]bool {
	loaded := map[string]bool{}
	for _, o := range i.conf.Options {
		switch o.Name {
		case "plugin_load":
			clear(loaded)
			fallthrough
		case "plugin_load_add", "early_plugin_load":
			for p := range strings.FieldsFuncSeq(o.Value, func(r rune) bool { return r == ';' || r == ':' || r == ',' || r == '=' }) {
				loaded[strings.TrimSuffix(strings.ToLower(strings.TrimSpace(p)), ".so")] = true
			}
		case "server_audit", "simple_password_check", "cracklib_password_check", "validate_password", "audit_log":
			if strings.EqualFold(o.Value, "off") || o.Value == "0" {
				loaded[o.Name] = false
			}
		}
	}
	return loaded
}

func (from mariadbValues) settings() MariaDBSettings {
	mysql := from.flavour == "mysql"
	pick := func(mariadb, mysql_ string) string {
		if mysql {
			return mysql_
		}
		return mariadb
	}
	s := MariaDBSettings{
		Port: from.number("port", 3306), Bind: from.list("bind_address", "*", false), SkipNetworking: from.on("skip_networking", false),
		Socket: from.text("socket", pick("/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock")), DataDir: from.text("datadir", "/var/lib/mysql"),
		SkipGrantTables: from.on("skip_grant_tables", false), RequireSecure: from.on("require_secure_transport", false),
		LocalInfile: from.on("local_infile", !mysql), SecureFilePriv: from.text("secure_file_priv", pick("", "/var/lib/mysql-files")),
		SymbolicLinks: from.on("symbolic_links", !mysql), SuspiciousUDFs: from.on("allow_suspicious_udfs", false),
		SkipShowDatabase: from.on("skip_show_database", false),
		SQLMode:          from.list("sql_mode", pick("STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"), true),
		LogError:         from.text("log_error", pick("", "stderr")), LogLevel: from.number(pick("log_warnings", "log_error_verbosity"), 2),
		LogRaw: facts.Known(false, facts.From("MariaDB has no log_raw")), GeneralLog: from.on("general_log", false),
		TLS: MariaDBTLS{
			Cert: from.text("ssl_cert", ""), Key: from.text("ssl_key", ""), CA: from.text("ssl_ca", ""),
			Versions: from.list("tls_version", "TLSv1.2,TLSv1.3", false),
		},
	}
	if mysql {
		s.LogRaw = from.on("log_raw", false)
	}
	s.TLS.Enabled = from.tlsEnabled(s.TLS, mysql)
	s.AuthPlugin = from.defaultPlugin()
	s.reach()
	from.passwords(&s)
	from.audit(&s)
	return s
}

func (from mariadbValues) value(name, otherwise string) (string, facts.Origin, string) {
	if from.broken != "" {
		return "", facts.Origin{}, from.broken
	}
	v, at, ok, err := from.get(name)
	switch {
	case err != nil:
		return "", facts.Origin{}, err.Error()
	case !ok:
		return otherwise, from.absent, ""
	}
	return strings.ToValidUTF8(v, "\uFFFD"), at, ""
}

func (from mariadbValues) text(name, otherwise string) facts.V[string] {
	v, at, why := from.value(name, otherwise)
	if why != "" {
		return facts.Unknown[string](why)
	}
	return facts.Known(v, at)
}

// on is a switch. A value that is none is taken for off by the server, with a warning.
func (from mariadbValues) on(name string, otherwise bool) facts.V[bool] {
	v, at, why := from.value(name, "")
	switch {
	case why != "":
		return facts.Unknown[bool](why)
	case at == from.absent && v == "":
		return facts.Known(otherwise, at)
	}
	on, _ := mycnf.Bool(mycnf.Option{Value: v, HasValue: true})
	return facts.Known(on, at)
}

func (from mariadbValues) number(name string, otherwise int) facts.V[int] {
	v, at, why := from.value(name, strconv.Itoa(otherwise))
	if why != "" {
		return facts.Unknown[int](why)
	}
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil {
		return facts.Unknown[int](fmt.Sprintf("%s: %s is no number", at, name))
	}
	return facts.Known(n, at)
}

func (from mariadbValues) list(name, otherwise string, capitals bool) facts.List[string] {
	v, at, why := from.value(name, otherwise)
	if why != "" {
		return facts.UnknownList[string](why)
	}
	if capitals {
		v = strings.ToUpper(v)
	}
	var out []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return facts.Complete(out, at)
}

// tlsEnabled: MySQL makes itself a certificate, MariaDB does since 11.4; before, both files must be named.
func (from mariadbValues) tlsEnabled(t MariaDBTLS, mysql bool) facts.V[bool] {
	if have, at, why := from.value("have_ssl", ""); why == "" && have != "" {
		return facts.Known(strings.EqualFold(have, "yes"), at)
	}
	cert, certKnown := t.Cert.Get()
	key, keyKnown := t.Key.Get()
	switch {
	case !certKnown || !keyKnown:
		return facts.Unknown[bool](t.Cert.Reason())
	case cert != "" && key != "":
		return facts.Known(true, t.Cert.Origin())
	case mysql || strings.Contains(from.absent.Source, "mariadb 11.") || strings.Contains(from.absent.Source, "mariadb 12."):
		return facts.Unknown[bool]("no certificate is configured, and the server may make one itself: ask the running one")
	}
	return facts.Known(false, t.Cert.Origin())
}

// defaultPlugin is MariaDB's only choice, and of MySQL the first factor of authentication_policy (since 8.0.27), which a
// star leaves to default_authentication_plugin (until 8.4): https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html
func (from mariadbValues) defaultPlugin() facts.V[string] {
	switch {
	case from.broken != "":
		return facts.Unknown[string](from.broken)
	case from.flavour != "mysql":
		return facts.Known("mysql_native_password", facts.From("MariaDB's default"))
	}
	policy := from.text("authentication_policy", "*,,")
	v, known := policy.Get()
	if !known {
		return policy
	}
	first, _, _ := strings.Cut(v, ",")
	first = strings.TrimSpace(first)
	if _, plugin, ok := strings.Cut(first, ":"); ok { // *:plugin, any and this one by default
		first = plugin
	}
	if first == "*" || first == "" {
		return from.text("default_authentication_plugin", "caching_sha2_password")
	}
	return facts.Known(first, policy.Origin())
}

func (s *MariaDBSettings) reach() {
	off, known := s.SkipNetworking.Get()
	port, portKnown := s.Port.Get()
	switch {
	case !known || !portKnown || !s.Bind.IsComplete():
		why := s.SkipNetworking.Reason() + s.Bind.Reason()
		s.Wildcard, s.Remote = facts.Unknown[bool](why), facts.Unknown[bool](why)
		return
	case off || port == 0:
		s.Wildcard, s.Remote = facts.Known(false, s.SkipNetworking.Origin()), facts.Known(false, s.SkipNetworking.Origin())
		return
	}
	wildcard, remote := len(s.Bind.Items()) == 0, len(s.Bind.Items()) == 0
	for _, b := range s.Bind.Items() {
		addr, err := netip.ParseAddr(b)
		any := b == "*" || err == nil && addr.IsUnspecified()
		wildcard, remote = wildcard || any, remote || any || b != "localhost" && (err != nil || !addr.IsLoopback())
	}
	s.Wildcard, s.Remote = facts.Known(wildcard, facts.From("bind_address")), facts.Known(remote, facts.From("bind_address"))
}

func (from mariadbValues) passwords(s *MariaDBSettings) {
	if from.broken != "" {
		s.PasswordCheck, s.PasswordMinimumLength = facts.Unknown[bool](from.broken), facts.Unknown[int](from.broken)
		return
	}
	has := func(name string) bool { return from.plugins[name] }
	at := facts.From("plugins")
	switch {
	case has("simple_password_check"):
		s.PasswordMinimumLength = from.number("simple_password_check_minimal_length", 8)
	case has("validate_password"):
		s.PasswordMinimumLength = from.number("validate_password_length", 8)
	case has("component_validate_password"):
		s.PasswordMinimumLength = from.number("validate_password.length", 8)
	default:
		s.PasswordMinimumLength = facts.Known(0, at)
	}
	s.PasswordCheck = facts.Known(has("simple_password_check") || has("cracklib_password_check") || has("validate_password") || has("component_validate_password"), at)
}

func (from mariadbValues) audit(s *MariaDBSettings) {
	if from.broken != "" {
		s.AuditLog, s.AuditEvents = facts.Unknown[bool](from.broken), facts.UnknownList[string](from.broken)
		return
	}
	s.AuditEvents = facts.Complete[string](nil, facts.From("plugins"))
	switch {
	case from.plugins["server_audit"]:
		s.AuditEvents = from.list("server_audit_events", "", true)
		s.AuditLog = from.on("server_audit_logging", false)
	case from.plugins["audit_log"]:
		v, at, why := from.value("audit_log_policy", "ALL")
		s.AuditLog = facts.Known(!strings.EqualFold(v, "NONE"), at)
		if why != "" {
			s.AuditLog = facts.Unknown[bool](why)
		}
	default:
		s.AuditLog = facts.Known(false, facts.From("plugins"))
	}
}
