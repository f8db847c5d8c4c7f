package linux

import "github.com/holdfast-agent/holdfast/facts/linux/pgconf"
import "github.com/holdfast-agent/holdfast/facts"

// PostgresOptions are the settings that benchmarks ask for, typed: in force where the server was asked, else as
// configured for its next start.
type PostgresOptions struct {
	ListenAddresses        facts.List[string] `fact:"listen_addresses" doc:"Addresses the server listens on over TCP; * is all, empty none."`
	Port                   facts.V[int64]     `fact:"port" doc:"The port, of its unix sockets too."`
	UnixSocketDirectories  facts.List[string] `fact:"unix_socket_directories" doc:"Directories of its unix sockets."`
	UnixSocketPermissions  facts.V[string]    `fact:"unix_socket_permissions" doc:"Mode of the unix sockets, four octal digits."`
	SSL                    facts.V[bool]      `fact:"ssl" doc:"Whether TCP connections may use TLS."`
	SSLMinProtocolVersion  facts.V[string]    `fact:"ssl_min_protocol_version" doc:"Lowest TLS version that is spoken: TLSv1.2; empty for any."`
	SSLCiphers             facts.V[string]    `fact:"ssl_ciphers" doc:"Cipher suites up to TLS 1.2, in OpenSSL's notation."`
	SSLPreferServerCiphers facts.V[bool]      `fact:"ssl_prefer_server_ciphers" doc:"Whether the server's order of cipher suites counts."`
	SSLCertFile            facts.V[string]    `fact:"ssl_cert_file" doc:"The server's certificate; relative to the data directory."`
	SSLKeyFile             facts.V[string]    `fact:"ssl_key_file" doc:"Its private key; relative to the data directory."`
	SSLCAFile              facts.V[string]    `fact:"ssl_ca_file" doc:"Authorities that clients' certificates are checked against; empty for none."`
	PasswordEncryption     facts.V[string]    `fact:"password_encryption" doc:"How new passwords are stored: scram-sha-256 or md5."`
	LoggingCollector       facts.V[bool]      `fact:"logging_collector" doc:"Whether the server collects its messages in files of its own."`
	LogDestination         facts.List[string] `fact:"log_destination" doc:"Where messages go: stderr, csvlog, jsonlog, syslog."`
	LogDirectory           facts.V[string]    `fact:"log_directory" doc:"Directory of the collector's files; relative to the data directory."`
	LogFileMode            facts.V[string]    `fact:"log_file_mode" doc:"Mode of the collector's files, four octal digits."`
	LogTruncateOnRotation  facts.V[bool]      `fact:"log_truncate_on_rotation" doc:"Whether a rotation by time overwrites a file of the same name."`
	LogRotationAge         facts.V[int64]     `fact:"log_rotation_age" doc:"Seconds after which a new file is begun; 0 for never."`
	LogRotationSize        facts.V[int64]     `fact:"log_rotation_size" doc:"Bytes after which a new file is begun; 0 for never."`
	LogMinMessages         facts.V[string]    `fact:"log_min_messages" doc:"Least severity of messages that are logged."`
	LogMinErrorStatement   facts.V[string]    `fact:"log_min_error_statement" doc:"Least severity of a message that the statement is logged with."`
	LogErrorVerbosity      facts.V[string]    `fact:"log_error_verbosity" doc:"terse, default or verbose."`
	LogLinePrefix          facts.V[string]    `fact:"log_line_prefix" doc:"What stands before each line of the log."`
	LogStatement           facts.V[string]    `fact:"log_statement" doc:"Statements that are logged: none, ddl, mod or all."`
	LogConnections         facts.V[string]    `fact:"log_connections" doc:"Whether connections are logged: on or off; since version 18 also a list of what is."`
	LogDisconnections      facts.V[bool]      `fact:"log_disconnections" doc:"Whether the end of sessions is logged."`
	LogDuration            facts.V[bool]      `fact:"log_duration" doc:"Whether the duration of each statement is logged."`
	LogHostname            facts.V[bool]      `fact:"log_hostname" doc:"Whether clients' addresses are looked up for the log."`
	DebugPrintParse        facts.V[bool]      `fact:"debug_print_parse" doc:"Whether parse trees are logged."`
	DebugPrintRewritten    facts.V[bool]      `fact:"debug_print_rewritten" doc:"Whether rewritten queries are logged."`
	DebugPrintPlan         facts.V[bool]      `fact:"debug_print_plan" doc:"Whether plans are logged."`
	SharedPreloadLibraries facts.List[string] `fact:"shared_preload_libraries" doc:"Libraries that the server loads at start."`
	ArchiveMode            facts.V[string]    `fact:"archive_mode" doc:"Whether finished WAL files are archived: off, on or always."`
	WALLevel               facts.V[string]    `fact:"wal_level" doc:"minimal, replica or logical."`
	Fsync                  facts.V[bool]      `fact:"fsync" doc:"Whether writes are forced to disk: without it a crash loses data."`
	FullPageWrites         facts.V[bool]      `fact:"full_page_writes" doc:"Whether whole pages are logged after a checkpoint."`
	RowSecurity            facts.V[bool]      `fact:"row_security" doc:"Whether row security policies are applied rather than refused."`
	AllowSystemTableMods   facts.V[bool]      `fact:"allow_system_table_mods" doc:"Whether the structure of system tables may be changed."`
	IgnoreChecksumFailure  facts.V[bool]      `fact:"ignore_checksum_failure" doc:"Whether damaged pages are read all the same."`
	ZeroDamagedPages       facts.V[bool]      `fact:"zero_damaged_pages" doc:"Whether damaged pages are emptied."`
	DataDirectoryMode      facts.V[string]    `fact:"data_directory_mode" doc:"Mode of the data directory when the server started, four octal digits."`
	DataChecksums          facts.V[bool]      `fact:"data_checksums" doc:"Whether pages have checksums."`
}

// pgOption is a parameter as the server defines it.
type pgOption struct {
	kind   pgconf.Kind
	preset bool                           // no file sets it: only the server knows
	def    func(major int) (string, bool) // the default of a version; false when it is the build's choice or not known
	scale  int64                          // of a number, to seconds or bytes; 0 is 1
}

var severities = []string{"debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error", "log", "fatal", "panic"}

func always(v string) func(int) (string, bool) { return func(int) (string, bool) { return v, true } }
func nobodyKnows(int) (string, bool)           { return "", false }
func since(major int, v, before string) func(int) (string, bool) {
	return func(m int) (string, bool) {
		if m >= major {
			return v, m > 0
		}
		return before, m > 0
	}
}

// pgOptions are the parameters behind PostgresOptions (guc_tables.c). Defaults hold for versions 12 and later, before
// which nothing is told from files.
var pgOptions = map[string]pgOption{
	"listen_addresses":          {kind: pgconf.Kind{Type: "string"}, def: always("localhost")},
	"port":                      {kind: pgconf.Kind{Type: "integer"}, def: always("5432")},
	"unix_socket_directories":   {kind: pgconf.Kind{Type: "string"}, def: nobodyKnows},
	"unix_socket_permissions":   {kind: pgconf.Kind{Type: "integer", Octal: true}, def: always("0777")},
	"ssl":                       {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"ssl_min_protocol_version":  {kind: pgconf.Kind{Type: "enum", Values: []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}, Synonyms: map[string]string{"": ""}}, def: always("TLSv1.2")},
	"ssl_ciphers":               {kind: pgconf.Kind{Type: "string"}, def: always("HIGH:MEDIUM:+3DES:!aNULL")},
	"ssl_prefer_server_ciphers": {kind: pgconf.Kind{Type: "bool"}, def: always("on")},
	"ssl_cert_file":             {kind: pgconf.Kind{Type: "string"}, def: always("server.crt")},
	"ssl_key_file":              {kind: pgconf.Kind{Type: "string"}, def: always("server.key")},
	"ssl_ca_file":               {kind: pgconf.Kind{Type: "string"}, def: always("")},
	"password_encryption":       {kind: pgconf.Kind{Type: "enum", Values: []string{"md5", "scram-sha-256"}}, def: since(14, "scram-sha-256", "md5")},
	"logging_collector":         {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"log_destination":           {kind: pgconf.Kind{Type: "string"}, def: always("stderr")},
	"log_directory":             {kind: pgconf.Kind{Type: "string"}, def: always("log")},
	"log_file_mode":             {kind: pgconf.Kind{Type: "integer", Octal: true}, def: always("0600")},
	"log_truncate_on_rotation":  {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"log_rotation_age":          {kind: pgconf.Kind{Type: "integer", Unit: "min"}, def: always("1440"), scale: 60},
	"log_rotation_size":         {kind: pgconf.Kind{Type: "integer", Unit: "kB"}, def: always("10240"), scale: 1024},
	"log_min_messages":          {kind: pgconf.Kind{Type: "enum", Values: severities, Synonyms: map[string]string{"debug": "debug2"}}, def: always("warning")},
	"log_min_error_statement":   {kind: pgconf.Kind{Type: "enum", Values: severities, Synonyms: map[string]string{"debug": "debug2"}}, def: always("error")},
	"log_error_verbosity":       {kind: pgconf.Kind{Type: "enum", Values: []string{"terse", "default", "verbose"}}, def: always("default")},
	"log_line_prefix":           {kind: pgconf.Kind{Type: "string"}, def: always("%m [%p] ")},
	"log_statement":             {kind: pgconf.Kind{Type: "enum", Values: []string{"none", "ddl", "mod", "all"}}, def: always("none")},
	"log_connections":           {kind: pgconf.Kind{Type: "string"}, def: since(18, "", "off")},
	"log_disconnections":        {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"log_duration":              {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"log_hostname":              {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"debug_print_parse":         {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"debug_print_rewritten":     {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"debug_print_plan":          {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"shared_preload_libraries":  {kind: pgconf.Kind{Type: "string"}, def: always("")},
	"archive_mode":              {kind: pgconf.Kind{Type: "enum", Values: []string{"always", "on", "off"}}, def: always("off")},
	"wal_level":                 {kind: pgconf.Kind{Type: "enum", Values: []string{"minimal", "replica", "logical"}, Synonyms: map[string]string{"archive": "replica", "hot_standby": "replica"}}, def: always("replica")},
	"fsync":                     {kind: pgconf.Kind{Type: "bool"}, def: always("on")},
	"full_page_writes":          {kind: pgconf.Kind{Type: "bool"}, def: always("on")},
	"row_security":              {kind: pgconf.Kind{Type: "bool"}, def: always("on")},
	"allow_system_table_mods":   {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"ignore_checksum_failure":   {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"zero_damaged_pages":        {kind: pgconf.Kind{Type: "bool"}, def: always("off")},
	"data_directory_mode":       {preset: true, def: nobodyKnows},
	"data_checksums":            {preset: true, def: nobodyKnows},
}
