package linux

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "auditd",
		Doc:   "The audit daemon's configuration, with its defaults.",
		Reads: "/etc/audit/auditd.conf",
	}, collectAuditd))
}

// Auditd is auditd.conf(5) as the daemon takes it. Actions are in lower case.
type Auditd struct {
	Missing facts.Missing

	Exists                bool            `fact:"exists" doc:"Whether /etc/audit/auditd.conf is there."`
	LogFile               facts.V[string] `fact:"log_file" doc:"Path of the log."`
	LogDir                facts.V[string] `fact:"log_dir" doc:"Directory of the log."`
	LogGroup              facts.V[string] `fact:"log_group" doc:"Group of the log files."`
	LogFormat             facts.V[string] `fact:"log_format" doc:"raw or enriched."`
	WriteLogs             facts.V[bool]   `fact:"write_logs" doc:"Whether records are written to disk."`
	LocalEvents           facts.V[bool]   `fact:"local_events" doc:"Whether events of this host are recorded."`
	Flush                 facts.V[string] `fact:"flush" doc:"none, incremental, incremental_async, data or sync."`
	MaxLogFile            facts.V[int64]  `fact:"max_log_file" doc:"Size, in MiB, at which max_log_file_action is taken; 0 when not set."`
	MaxLogFileAction      facts.V[string] `fact:"max_log_file_action" doc:"ignore, syslog, suspend, rotate or keep_logs."`
	NumLogs               facts.V[int64]  `fact:"num_logs" doc:"How many logs are kept with rotate."`
	SpaceLeft             facts.V[string] `fact:"space_left" doc:"MiB, or percent with a % sign, at which space_left_action is taken."`
	SpaceLeftAction       facts.V[string] `fact:"space_left_action" doc:"ignore, syslog, rotate, email, exec, suspend, single or halt."`
	AdminSpaceLeft        facts.V[string] `fact:"admin_space_left" doc:"MiB, or percent with a % sign, at which admin_space_left_action is taken."`
	AdminSpaceLeftAction  facts.V[string] `fact:"admin_space_left_action" doc:"As space_left_action."`
	ActionMailAccount     facts.V[string] `fact:"action_mail_acct" doc:"Account that gets the mail of the action email."`
	DiskFullAction        facts.V[string] `fact:"disk_full_action" doc:"ignore, syslog, rotate, exec, suspend, single or halt."`
	DiskErrorAction       facts.V[string] `fact:"disk_error_action" doc:"ignore, syslog, exec, suspend, single or halt."`
	NameFormat            facts.V[string] `fact:"name_format" doc:"none, hostname, fqd, numeric or user: how a record names its host."`
	RemoteListenPort      facts.V[int64]  `fact:"tcp_listen_port" doc:"Port at which records of other hosts are taken; 0 for none."`
	OverflowAction        facts.V[string] `fact:"overflow_action" doc:"What is done when the dispatcher's queue is full."`
	EndOfEventTimeoutSecs facts.V[int64]  `fact:"end_of_event_timeout" doc:"Seconds after which an event counts as whole."`
}

// auditdDefaults are those of clear_config in auditd-config.c of audit 3.0.
var auditdDefaults = map[string]string{
	"log_file": "/var/log/audit/audit.log", "log_group": "root", "log_format": "raw", "write_logs": "yes", "local_events": "yes",
	"flush": "none", "max_log_file": "0", "max_log_file_action": "ignore", "num_logs": "0", "space_left": "0",
	"space_left_action": "ignore", "admin_space_left": "0", "admin_space_left_action": "ignore", "action_mail_acct": "root",
	"disk_full_action": "ignore", "disk_error_action": "syslog", "name_format": "none", "tcp_listen_port": "0",
	"overflow_action": "syslog", "end_of_event_timeout": "2",
}

const auditdConf = "/etc/audit/auditd.conf"

func collectAuditd(_ context.Context, r *facts.Reader, _ facts.Key) (Auditd, error) {
	b, err := r.ReadFile(auditdConf)
	if facts.IsAbsent(err) {
		return Auditd{Missing: auditdConf + " does not exist"}, nil
	}
	if err != nil {
		return Auditd{}, err
	}
	c := parseAuditd(b)
	return Auditd{
		Exists: true, LogFile: c.path("log_file"), LogDir: c.dir("log_file"), LogGroup: c.path("log_group"),
		LogFormat: c.word("log_format"), WriteLogs: c.yes("write_logs"), LocalEvents: c.yes("local_events"), Flush: c.word("flush"),
		MaxLogFile: c.number("max_log_file"), MaxLogFileAction: c.word("max_log_file_action"), NumLogs: c.number("num_logs"),
		SpaceLeft: c.word("space_left"), SpaceLeftAction: c.word("space_left_action"),
		AdminSpaceLeft: c.word("admin_space_left"), AdminSpaceLeftAction: c.word("admin_space_left_action"),
		ActionMailAccount: c.path("action_mail_acct"), DiskFullAction: c.word("disk_full_action"),
		DiskErrorAction: c.word("disk_error_action"), NameFormat: c.word("name_format"),
		RemoteListenPort: c.number("tcp_listen_port"), OverflowAction: c.word("overflow_action"),
		EndOfEventTimeoutSecs: c.number("end_of_event_timeout"),
	}, nil
}

type auditdConfig struct {
	values  map[string]string
	origins map[string]facts.Origin
	bad     string
}

// parseAuditd reads "name = value [option]" lines; the name in any case, the last one counts. auditd refuses to start
// with a line it can't read (load_config returns 1), so then nothing is certain.
func parseAuditd(b []byte) *auditdConfig {
	c := &auditdConfig{values: map[string]string{}, origins: map[string]facts.Origin{}}
	for i, line := range splitLines(b) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line) // nv_split in auditd-config.c: name, =, value stand between blanks
		if len(words) < 3 || words[1] != "=" || len(words) > 4 || strings.IndexByte(line, 0) >= 0 {
			c.bad = fmt.Sprintf("%s:%d: auditd would not start: not name = value", auditdConf, i+1)
			continue
		}
		name := strings.ToLower(words[0])
		c.values[name], c.origins[name] = words[2], facts.File(auditdConf, i+1)
	}
	return c
}

func (c *auditdConfig) path(name string) facts.V[string] {
	if c.bad != "" {
		return facts.Unknown[string](c.bad)
	}
	if v, ok := c.values[name]; ok {
		return facts.Known(v, c.origins[name])
	}
	return facts.Known(auditdDefaults[name], facts.From("default of auditd"))
}

func (c *auditdConfig) word(name string) facts.V[string] {
	v := c.path(name)
	if s, ok := v.Get(); ok {
		return facts.Known(strings.ToLower(s), v.Origin())
	}
	return v
}

func (c *auditdConfig) dir(name string) facts.V[string] {
	v := c.path(name)
	s, ok := v.Get()
	if at := strings.LastIndexByte(s, '/'); ok && at > 0 {
		return facts.Known(s[:at], v.Origin())
	}
	return facts.Unknown[string](v.Reason())
}

func (c *auditdConfig) yes(name string) facts.V[bool] {
	v := c.word(name)
	switch s, ok := v.Get(); {
	case !ok:
		return facts.Unknown[bool](v.Reason())
	case s == "yes" || s == "no":
		return facts.Known(s == "yes", v.Origin())
	}
	return facts.Unknown[bool](v.Origin().String() + ": auditd would not start: neither yes nor no")
}

func (c *auditdConfig) number(name string) facts.V[int64] {
	v := c.path(name)
	s, ok := v.Get()
	if !ok {
		return facts.Unknown[int64](v.Reason())
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return facts.Unknown[int64](v.Origin().String() + ": auditd would not start: not a number")
	}
	return facts.Known(n, v.Origin())
}
