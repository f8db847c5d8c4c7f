package linux

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
	"pault.ag/go/debian/version"
)

// RedisSettings are settings of one server, in force or configured.
type RedisSettings struct {
	Port            facts.V[int]          `fact:"port" doc:"The TCP port without TLS; 0 for none."`
	Bind            facts.List[string]    `fact:"bind" doc:"The addresses it binds to, as set: * is every address, a leading - lets one be missing."`
	Wildcard        facts.V[bool]         `fact:"wildcard" doc:"Whether it listens on every address of the host, with or without TLS."`
	Remote          facts.V[bool]         `fact:"remote" doc:"Whether it listens on an address that is not loopback, with or without TLS."`
	ProtectedMode   facts.V[bool]         `fact:"protected_mode" doc:"Whether it refuses other hosts while the default user has no password."`
	RequirepassSet  facts.V[bool]         `fact:"requirepass_set" doc:"Whether requirepass gives the default user a password."`
	ACLFile         facts.V[string]       `fact:"aclfile" doc:"The file that users are read from; empty for none."`
	DefaultUser     RedisUser             `fact:"default_user" doc:"The user that connections begin as."`
	Users           facts.List[RedisUser] `fact:"users" doc:"The users of its access control lists, the default one among them."`
	TLS             RedisTLS              `fact:"tls" doc:"TLS."`
	DebugCommand    facts.V[string]       `fact:"enable_debug_command" doc:"Who may call DEBUG: no, local or yes. Before version 7 everyone may."`
	ProtectedConfig facts.V[string]       `fact:"enable_protected_configs" doc:"Who may change protected settings (dir, dbfilename, …) while it runs: no, local or yes. Before version 7 everyone may."`
	ModuleCommand   facts.V[string]       `fact:"enable_module_command" doc:"Who may load modules while it runs: no, local or yes. Before version 7 everyone may."`
	UnixSocket      facts.V[string]       `fact:"unixsocket" doc:"Path of its unix socket; empty for none."`
	UnixSocketPerm  facts.V[string]       `fact:"unixsocketperm" doc:"Mode of that socket, four octal digits; 0000 leaves it to the umask."`
	Dir             facts.V[string]       `fact:"dir" doc:"The working directory, where data is kept."`
	DBFilename      facts.V[string]       `fact:"dbfilename" doc:"Name of the snapshot file in it."`
	AppendEnabled   facts.V[bool]         `fact:"appendonly" doc:"Whether an append-only file is written."`
	AppendName      facts.V[string]       `fact:"append_name" doc:"Name of the directory of the append-only file; before version 7 of the file."`
	MaxMemory       facts.V[int64]        `fact:"maxmemory" doc:"Bytes of memory it may use; 0 for no limit."`
	MaxMemoryPolicy facts.V[string]       `fact:"maxmemory_policy" doc:"What it does at that limit: noeviction, allkeys-lru, …"`
	LogLevel        facts.V[string]       `fact:"loglevel" doc:"debug, verbose, notice, warning or nothing."`
	LogFile         facts.V[string]       `fact:"logfile" doc:"The log file; empty for standard output."`
	SyslogEnabled   facts.V[bool]         `fact:"syslog_enabled" doc:"Whether it logs to syslog."`
	Replica         facts.V[bool]         `fact:"replica" doc:"Whether it replicates another server."`
	MasterauthSet   facts.V[bool]         `fact:"masterauth_set" doc:"Whether it has a password for the server that it replicates."`
	ClusterEnabled  facts.V[bool]         `fact:"cluster_enabled" doc:"Whether it is part of a cluster."`

	DisabledCommands facts.List[string] `fact:"disabled_commands" doc:"Commands that rename-command takes away, in lower case. A running server does not tell."`
	RenamedCommands  facts.List[string] `fact:"renamed_commands" doc:"Commands that rename-command hides behind another name, by their own name in lower case. A running server does not tell."`
}

// RedisTLS is what the tls- settings say.
type RedisTLS struct {
	Port        facts.V[int]       `fact:"port" doc:"The TCP port with TLS; 0 for none."`
	CertFile    facts.V[string]    `fact:"cert_file" doc:"File of its certificate; empty for none."`
	KeyFile     facts.V[string]    `fact:"key_file" doc:"File of its private key; empty for none."`
	CAFile      facts.V[string]    `fact:"ca_cert_file" doc:"File of the authorities that clients' certificates are checked against; empty for none."`
	CADir       facts.V[string]    `fact:"ca_cert_dir" doc:"Directory of such authorities; empty for none."`
	Protocols   facts.List[string] `fact:"protocols" doc:"The protocol versions it accepts: TLSv1.2, TLSv1.3."`
	AuthClients facts.V[string]    `fact:"auth_clients" doc:"Whether clients need a certificate: yes, no or optional."`
	Replication facts.V[bool]      `fact:"replication" doc:"Whether replication runs over TLS."`
	Cluster     facts.V[bool]      `fact:"cluster" doc:"Whether the cluster's nodes talk TLS to each other."`
}

// RedisUser is one user of the access control lists.
type RedisUser struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name         string             `fact:"name" doc:"The user's name."`
	Enabled      facts.V[bool]      `fact:"enabled" doc:"Whether it can be used."`
	NoPass       facts.V[bool]      `fact:"nopass" doc:"Whether any password does, or none."`
	Passwords    facts.V[int]       `fact:"passwords" doc:"How many passwords it has."`
	AllCommands  facts.V[bool]      `fact:"all_commands" doc:"Whether it may call every command."`
	AllKeys      facts.V[bool]      `fact:"all_keys" doc:"Whether it may read and write every key."`
	MayConfigure facts.V[bool]      `fact:"may_configure" doc:"Whether it may call CONFIG SET."`
	Rules        facts.List[string] `fact:"rules" doc:"Its rules on commands, in order: -@all, +get."`
}

// redisValues gives the words of a setting, and where they were read.
type redisValues struct {
	get    func(name string) (words []string, at facts.Origin, ok bool)
	broken string // why nothing is known
	absent string // where a setting comes from that is not set
}

func redisDefaults(v facts.V[string]) map[string]string {
	d := map[string]string{
		"port": "6379", "bind": "* -::*", "protected-mode": "yes", "tls-port": "0", "tls-auth-clients": "yes", "tls-protocols": "",
		"tls-replication": "no", "tls-cluster": "no", "unixsocketperm": "0", "dbfilename": "dump.rdb", "appendonly": "no",
		"appenddirname": "appendonlydir", "appendfilename": "appendonly.aof", "maxmemory": "0", "maxmemory-policy": "noeviction",
		"loglevel": "notice", "syslog-enabled": "no", "cluster-enabled": "no",
		"enable-debug-command": "no", "enable-protected-configs": "no", "enable-module-command": "no",
	}
	if old, known := redisBefore7(v); known && old {
		d["enable-debug-command"], d["enable-protected-configs"], d["enable-module-command"] = "yes", "yes", "yes"
	}
	return d
}

// redisBefore7 tells whether the version is one without enable-debug-command and its like. Valkey began with 7.2.
func redisBefore7(v facts.V[string]) (old, known bool) {
	text, ok := v.Get()
	if !ok {
		return false, false
	}
	parsed, err := version.Parse(text)
	if err != nil {
		return false, false
	}
	return version.Compare(parsed, version.Version{Version: "7.0~"}) < 0, true
}

// configuredRedis is what the files and the command line say.
func configuredRedis(r *facts.Reader, i *redisInstance, c *redisconf.Config, v facts.V[string]) RedisSettings {
	from := redisValues{broken: i.unknown, absent: "default of Redis " + v.Or("")}
	if len(c.Problems) > 0 {
		from.broken = c.Problems[0].String()
	}
	from.get = func(name string) ([]string, facts.Origin, bool) {
		d, ok := c.Last(name)
		if ok && d.File == "" {
			return d.Args, facts.From("the command line"), true
		}
		return d.Args, facts.File(d.File, d.Line), ok
	}
	s := from.settings(redisDefaults(v), v)
	if from.broken == "" {
		if dir := c.Dir(); dir != "" {
			_, at, _ := from.get("dir")
			s.Dir = facts.Known(dir, at)
		}
	}
	s.users(r, c, from)
	s.DisabledCommands, s.RenamedCommands = renamedCommands(i, c)
	return s
}

// unknownRedis are the settings of a server that could not be asked.
func unknownRedis(why string) RedisSettings {
	from := redisValues{broken: why, get: func(string) ([]string, facts.Origin, bool) { return nil, facts.Origin{}, false }}
	s := from.settings(redisDefaults(facts.Unknown[string](why)), facts.Unknown[string](why))
	s.unknownUsers(why)
	s.DisabledCommands, s.RenamedCommands = facts.UnknownList[string](why), facts.UnknownList[string](why)
	return s
}

// renamedCommands are what rename-command says.
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

func (from redisValues) settings(defaults map[string]string, v facts.V[string]) RedisSettings {
	text := func(name string) facts.V[string] { return from.text(name, defaults[name]) }
	on := func(name string) facts.V[bool] { return from.onOff(name, defaults[name]) }
	s := RedisSettings{
		Port: from.number("port", defaults), Bind: from.list("bind", defaults["bind"]), ProtectedMode: on("protected-mode"),
		RequirepassSet: from.set("requirepass"), ACLFile: text("aclfile"),
		DebugCommand: from.since7("enable-debug-command", defaults, v), ProtectedConfig: from.since7("enable-protected-configs", defaults, v),
		ModuleCommand: from.since7("enable-module-command", defaults, v),
		UnixSocket:    text("unixsocket"), UnixSocketPerm: octal(text("unixsocketperm")),
		Dir: text("dir"), DBFilename: text("dbfilename"), AppendEnabled: on("appendonly"), AppendName: text("appenddirname"),
		MaxMemory: redisMemory(text("maxmemory")), MaxMemoryPolicy: text("maxmemory-policy"),
		LogLevel: from.choice("loglevel", defaults, "debug", "verbose", "notice", "warning", "nothing"),
		LogFile:  text("logfile"), SyslogEnabled: on("syslog-enabled"),
		Replica: from.replica(), MasterauthSet: from.set("masterauth"), ClusterEnabled: on("cluster-enabled"),
		TLS: RedisTLS{
			Port: from.number("tls-port", defaults), CertFile: text("tls-cert-file"), KeyFile: text("tls-key-file"),
			CAFile: text("tls-ca-cert-file"), CADir: text("tls-ca-cert-dir"), Protocols: tlsProtocols(from.list("tls-protocols", "")),
			AuthClients: from.choice("tls-auth-clients", defaults, "yes", "no", "optional"),
			Replication: on("tls-replication"), Cluster: on("tls-cluster"),
		},
	}
	if old, known := redisBefore7(v); known && old {
		s.AppendName = text("appendfilename")
	}
	_, at, set := from.get("bind")
	if !set {
		at = facts.From(strings.TrimSpace(from.absent))
	}
	s.reach(at)
	return s
}

// one is the single word of a setting: the last, or the default.
func (from redisValues) one(name, otherwise string) (string, facts.Origin, string) {
	if from.broken != "" {
		return "", facts.Origin{}, from.broken
	}
	words, at, ok := from.get(name)
	switch {
	case !ok:
		return otherwise, facts.From(strings.TrimSpace(from.absent)), ""
	case len(words) != 1:
		return "", at, fmt.Sprintf("%s: %s takes one argument", at, name)
	}
	return words[0], at, ""
}

func (from redisValues) text(name, otherwise string) facts.V[string] {
	word, at, why := from.one(name, otherwise)
	if why != "" {
		return facts.Unknown[string](why)
	}
	return facts.Known(strings.ToValidUTF8(word, "\uFFFD"), at)
}

func (from redisValues) onOff(name, otherwise string) facts.V[bool] {
	word, at, why := from.one(name, otherwise)
	switch {
	case why != "":
		return facts.Unknown[bool](why)
	case strings.EqualFold(word, "yes"), strings.EqualFold(word, "no"):
		return facts.Known(strings.EqualFold(word, "yes"), at)
	}
	return facts.Unknown[bool](fmt.Sprintf("%s: %s must be yes or no", at, name))
}

// choice is a word out of a list. Redis takes them in any case.
func (from redisValues) choice(name string, defaults map[string]string, words ...string) facts.V[string] {
	word, at, why := from.one(name, defaults[name])
	switch word = strings.ToLower(word); {
	case why != "":
		return facts.Unknown[string](why)
	case !slices.Contains(words, word):
		return facts.Unknown[string](fmt.Sprintf("%s: %s must be one of %s", at, name, strings.Join(words, ", ")))
	}
	return facts.Known(word, at)
}

// since7 is a setting that came with version 7, and restricts what was open to everyone before.
func (from redisValues) since7(name string, defaults map[string]string, v facts.V[string]) facts.V[string] {
	if from.broken == "" {
		if _, _, set := from.get(name); !set {
			if _, known := redisBefore7(v); !known {
				return facts.Unknown[string]("the default of " + name + " depends on the version: " + v.Reason())
			}
		}
	}
	return from.choice(name, defaults, "yes", "no", "local")
}

func (from redisValues) number(name string, defaults map[string]string) facts.V[int] {
	word, at, why := from.one(name, defaults[name])
	if why != "" {
		return facts.Unknown[int](why)
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > 65535 {
		return facts.Unknown[int](fmt.Sprintf("%s: %s must be a port", at, name))
	}
	return facts.Known(n, at)
}

// set tells whether a secret is there, and forgets it.
func (from redisValues) set(name string) facts.V[bool] {
	word, at, why := from.one(name, "")
	if why != "" {
		return facts.Unknown[bool](why)
	}
	return facts.Known(word != "", at)
}

func (from redisValues) list(name, otherwise string) facts.List[string] {
	if from.broken != "" {
		return facts.UnknownList[string](from.broken)
	}
	words, at, ok := from.get(name)
	if !ok {
		words, at = []string{otherwise}, facts.From(strings.TrimSpace(from.absent))
	}
	return facts.Complete(strings.Fields(strings.ToValidUTF8(strings.Join(words, " "), "\uFFFD")), at)
}

func (from redisValues) replica() facts.V[bool] {
	if from.broken != "" {
		return facts.Unknown[bool](from.broken)
	}
	for _, name := range []string{"replicaof", "slaveof"} {
		if words, at, ok := from.get(name); ok {
			joined := strings.ToLower(strings.Join(words, " "))
			return facts.Known(strings.TrimSpace(joined) != "" && joined != "no one", at)
		}
	}
	return facts.Known(false, facts.From(strings.TrimSpace(from.absent)))
}

func octal(v facts.V[string]) facts.V[string] {
	text, known := v.Get()
	if !known {
		return v
	}
	n, err := strconv.ParseUint(text, 8, 16)
	if err != nil || n > 0o777 {
		return facts.Unknown[string](v.Origin().String() + ": unixsocketperm must be an octal mode")
	}
	return facts.Known(modeString(uint32(n)), v.Origin())
}

var redisUnitsOfMemory = []struct {
	suffix string
	factor int64
}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"b", 1}}

// redisMemory is memtoll of Redis: a kb is 1024 bytes, a k is 1000.
func redisMemory(v facts.V[string]) facts.V[int64] {
	text, known := v.Get()
	if !known {
		return facts.Unknown[int64](v.Reason())
	}
	digits, factor := strings.ToLower(text), int64(1)
	for _, u := range redisUnitsOfMemory {
		if rest, ok := strings.CutSuffix(digits, u.suffix); ok {
			digits, factor = rest, u.factor
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/factor {
		return facts.Unknown[int64](v.Origin().String() + ": maxmemory must be a size")
	}
	return facts.Known(n*factor, v.Origin())
}

// tlsProtocols: an empty list is the default, TLS 1.2 and 1.3 (tls.c).
func tlsProtocols(l facts.List[string]) facts.List[string] {
	if l.IsComplete() && len(l.Items()) == 0 {
		return facts.Complete([]string{"TLSv1.2", "TLSv1.3"}, facts.From("default of Redis"))
	}
	return l
}

// reach tells who can connect. No bind address and no port means: nobody by TCP.
func (s *RedisSettings) reach(at facts.Origin) {
	port, portKnown := s.Port.Get()
	tls, tlsKnown := s.TLS.Port.Get()
	if !s.Bind.IsComplete() || !portKnown || !tlsKnown {
		why := s.Bind.Reason() + s.Port.Reason()
		if why == "" {
			why = s.TLS.Port.Reason()
		}
		s.Wildcard, s.Remote = facts.Unknown[bool](why), facts.Unknown[bool](why)
		return
	}
	wildcard, remote := false, false
	for _, b := range s.Bind.Items() {
		b = strings.TrimPrefix(b, "-")
		addr, err := netip.ParseAddr(b)
		any := b == "*" || b == "::*" || err == nil && addr.IsUnspecified()
		wildcard = wildcard || any
		remote = remote || any || b != "localhost" && (err != nil || !addr.IsLoopback())
	}
	if port == 0 && tls == 0 {
		wildcard, remote, at = false, false, s.Port.Origin()
	}
	s.Wildcard, s.Remote = facts.Known(wildcard, at), facts.Known(remote, at)
}
