package linux

import (
	"reflect"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/facts/linux/pgread"
)

const pgHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
postgres:x:105:110::/var/lib/postgresql:/bin/bash
-- /etc/group --
root:x:0:
postgres:x:110:
-- /etc/postgresql/15/main/postgresql.conf mode=0644 --
data_directory = '/var/lib/postgresql/15/main'
hba_file = '/etc/postgresql/15/main/pg_hba.conf'
ident_file = '/etc/postgresql/15/main/pg_ident.conf'
ssl = on
log_statement = DDL
include_dir = 'conf.d'
-- /etc/postgresql/15/main/conf.d/10.conf --
log_rotation_age = 2d
shared_preload_libraries = 'pgaudit, "auto_explain"'
archive_command = 'TOKEN=hush cp'
app.jwt_secret = 'hush'
-- /etc/postgresql/15/main/pg_hba.conf mode=0640 --
local all postgres peer
host all all 0.0.0.0/0 md5
-- /etc/postgresql/15/main/pg_ident.conf mode=0640 --
m root postgres
-- /etc/postgresql/15/main/start.conf --
# comment
manual
-- /var/lib/postgresql/15/main/PG_VERSION --
15
-- /var/lib/postgresql/15/main/postgresql.auto.conf --
log_statement = 'mod'
-- /proc/1/comm --
systemd
`

func TestPostgresFromFiles(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, pgHost), Sources(), "postgres")
	for path, want := range map[string]string{
		"[0].name": "15/main", "[0].major": "15", "[0].end_of_life": "2027-11-11T00:00:00Z", "[0].running": "false", "[0].live": "false",
		"[0].not_live": "the server does not run", "[0].config_valid": "true",
		"[0].ssl": "true", "[0].log_statement": "mod", "[0].log_rotation_age": "172800", "[0].password_encryption": "scram-sha-256", "[0].port": "5432",
		"[0].log_connections": "off", "[0].log_file_mode": "0600", "[0].archive_command_set": "true",
		"[0].shared_preload_libraries[0]": "pgaudit", "[0].shared_preload_libraries[1]": "auto_explain",
		"[0].unix_socket_directories":                     "unknown: no file sets unix_socket_directories, and its default is chosen when PostgreSQL is built",
		"[0].data_checksums":                              "unknown: only the server tells it",
		"[0].settings[\"log_statement\"].value":           "mod",
		"[0].settings[\"log_statement\"].file":            "/var/lib/postgresql/15/main/postgresql.auto.conf",
		"[0].settings[\"archive_command\"].value":         "unknown: it may hold a secret, and is not told",
		"[0].settings[\"app.jwt_secret\"].value":          "unknown: it may hold a secret, and is not told",
		"[0].settings[\"log_statement\"].pending_restart": "unknown: the server does not run",
		"[0].settings[\"log_statement\"].in_force":        "false",
		"[0].configured[\"log_statement\"].value":         "mod",
		"[0].configured[\"log_statement\"].line":          "1",
		"[0].configured[\"archive_command\"].value":       "unknown: it may hold a secret, and is not told",
		"[0].hba[1].rule":                                 "host all all 0.0.0.0/0 md5",
		"[0].hba[1].line":                                 "2",
		"[0].hba[1].any_address":                          "true",
		"[0].hba[1].remote":                               "true",
		"[0].hba[0].remote":                               "false",
		"[0].ident[0].role":                               "postgres",
		"[0].roles":                                       "unknown: only the server knows: the server does not run",
		"[0].config_files[0].mode":                        "0644",
		"[0].data_directory.type":                         "directory",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if strings.Contains(hosttest.Lines(v), "hush") {
		t.Error("a secret is told")
	}
}

func TestPostgresFilesThatDoNotDecide(t *testing.T) {
	for _, c := range []struct{ name, more, path, want string }{
		{"a syntax error", "-- /etc/postgresql/15/main/conf.d/20.conf --\nssl = a b\n", "[0].ssl",
			`unknown: the configuration is refused by the server: /etc/postgresql/15/main/conf.d/20.conf:1: syntax error near "b"`},
		{"a syntax error says so", "-- /etc/postgresql/15/main/conf.d/20.conf --\nssl = a b\n", "[0].config_valid", "false"},
		{"a value that is none", "-- /etc/postgresql/15/main/conf.d/20.conf --\nssl = maybe\n", "[0].ssl",
			`unknown: /etc/postgresql/15/main/conf.d/20.conf:1: ssl: "maybe" is not a boolean, which the server refuses`},
		{"and the others stay", "-- /etc/postgresql/15/main/conf.d/20.conf --\nssl = maybe\n", "[0].log_statement", "mod"},
		{"a FIFO among the files", "-- /etc/postgresql/15/main/conf.d/20.conf fifo --\n", "[0].ssl", "unknown: open /etc/postgresql/15/main/conf.d/20.conf: not a regular file: a FIFO"},
		{"a refused rule", "-- /etc/postgresql/15/main/pg_hba.conf --\nlocal all all trust\nlocal all all nonsense\n", "[0].hba[1].error", `invalid authentication method "nonsense"`},
		{"rules without end", "-- /etc/postgresql/15/main/pg_hba.conf --\nlocal all all trust\nlocal all all nonsense\n", "[0].hba[2]",
			`unknown: /etc/postgresql/15/main/pg_hba.conf:2 is refused by the server: invalid authentication method "nonsense"`},
		{"a pid file left by a crash", "-- /var/lib/postgresql/15/main/postmaster.pid --\n4711\n/var/lib/postgresql/15/main\n1\n5432\n/run\n", "[0].running", "false"},
		{"another process of that number", "-- /var/lib/postgresql/15/main/postmaster.pid --\n4711\n/x\n1\n5432\n/run\n-- /proc/4711/comm --\nsshd\n", "[0].running", "false"},
		{"a running server", "-- /var/lib/postgresql/15/main/postmaster.pid --\n4711\n/x\n1\n5432\n/run\n-- /proc/4711/comm --\npostgres\n", "[0].running", "true"},
		{"which a fixture can't ask", "-- /var/lib/postgresql/15/main/postmaster.pid --\n4711\n/x\n1\n5432\n/run\n-- /proc/4711/comm --\npostgres\n", "[0].live", "false"},
		{"an old version", "-- /var/lib/postgresql/15/main/PG_VERSION --\n9.6\n", "[0].end_of_life", "2021-11-11T00:00:00Z"},
		{"whose defaults are not known", "-- /var/lib/postgresql/15/main/PG_VERSION --\n9.6\n", "[0].ssl", `unknown: the defaults of version "9.6" are not known`},
		{"version 13 stores MD5", "-- /var/lib/postgresql/15/main/PG_VERSION --\n13\n", "[0].password_encryption", "md5"},
		{"a version that is none", "-- /var/lib/postgresql/15/main/PG_VERSION --\nx\n", "[0].major", `unknown: /var/lib/postgresql/15/main/PG_VERSION: "x" is no version`},
		{"a cluster elsewhere", "-- /var/lib/pgsql/data/PG_VERSION --\n16\n-- /var/lib/pgsql/data/postgresql.conf --\nport = 77\n", "[0].port", "77"},
		{"options of the last start", "-- /var/lib/postgresql/15/main/postmaster.opts --\n/bin/postgres \"-D\" \"/d\" \"-c\" \"ssl=off\"\n", "[0].ssl",
			"unknown: the command line sets it, whatever the files say: /var/lib/postgresql/15/main/postmaster.opts"},
		{"in one word", "-- /var/lib/postgresql/15/main/postmaster.opts --\n/bin/postgres \"--log-statement=none\"\n", "[0].log_statement",
			"unknown: the command line sets it, whatever the files say: /var/lib/postgresql/15/main/postmaster.opts"},
		{"by a letter", "-- /var/lib/postgresql/15/main/postmaster.opts --\n/bin/postgres \"-F\"\n", "[0].fsync",
			"unknown: the command line sets it, whatever the files say: /var/lib/postgresql/15/main/postmaster.opts"},
		{"for others", "-- /var/lib/postgresql/15/main/postmaster.opts --\n/bin/postgres \"-F\"\n", "[0].ssl", "true"},
		{"options of pg_ctl", "-- /etc/postgresql/15/main/pg_ctl.conf --\npg_ctl_options = '-o \"-c ssl=off\"'\n", "[0].ssl",
			"unknown: the command line sets it, whatever the files say: /etc/postgresql/15/main/pg_ctl.conf"},
		{"none of pg_ctl", "-- /etc/postgresql/15/main/pg_ctl.conf --\n# pg_ctl_options = '-o x'\npg_ctl_options = ''\n", "[0].ssl", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := hosttest.Read(t, hosttest.New(t, pgHost+c.more), Sources(), "postgres")
			if strings.Contains(c.more, "pgsql") {
				if got := hosttest.Leaf(v, "[0].name"); got != "/var/lib/pgsql/data" {
					t.Errorf("the name is %s", got)
				}
			}
			if got := hosttest.Leaf(v, c.path); !strings.HasSuffix(got, strings.TrimPrefix(c.want, "unknown: ")) || strings.HasPrefix(got, "unknown") != strings.HasPrefix(c.want, "unknown") {
				t.Errorf("%s is %s, want %s", c.path, got, c.want)
			}
		})
	}
}

// A server may have been started before its files were edited, or with options of its own.
func TestPostgresThatRunsAndIsNotAskedIsNotItsFiles(t *testing.T) {
	const runs = "-- /var/lib/postgresql/15/main/postmaster.pid --\n4711\n/x\n1\n5432\n/run\n-- /proc/4711/comm --\npostgres\n"
	v := hosttest.Read(t, hosttest.New(t, pgHost+runs), Sources(), "postgres")
	const why = "unknown: what the files say need not be in force, and the server was not asked: "
	for _, path := range []string{"ssl", "log_statement", "log_connections", "port", "shared_preload_libraries", "settings", "archive_command_set", "hba_file", "hba[2]", "ident[1]"} {
		if got := hosttest.Leaf(v, "[0]."+path); !strings.HasPrefix(got, why) {
			t.Errorf("%s is %s", path, got)
		}
	}
	for path, want := range map[string]string{"[0].configured[\"ssl\"].value": "on", "[0].hba[1].method": "md5", "[0].ident[0].role": "postgres", "[0].config_files[0].mode": "0644"} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	const other = "-- /var/lib/postgresql/15/main/postmaster.pid fifo --\n"
	v = hosttest.Read(t, hosttest.New(t, pgHost+other), Sources(), "postgres")
	if got := hosttest.Leaf(v, "[0].ssl"); !strings.HasPrefix(got, why) {
		t.Errorf("where it is not known whether it runs, ssl is %s", got)
	}
	if got := hosttest.Leaf(hosttest.Read(t, hosttest.Offline(t, pgHost), Sources(), "postgres"), "[0].ssl"); got != "true" {
		t.Errorf("of an image, ssl is %s", got)
	}
}

func TestPostgresClusters(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, pgHost+`
-- /srv/pg/PG_VERSION --
17
-- /srv/pg/postmaster.opts --
/usr/bin/postgres "-D" "/srv/pg" "-c" "config_file=/etc/pg17.conf"
-- /srv/pg/postmaster.pid --
4712
/srv/pg
1
5433
/tmp
-- /etc/pg17.conf --
-- /proc/4712/comm --
postgres
-- /proc/4712/cwd link=/srv/pg --
-- /proc/4713/comm --
postgres
-- /proc/4713/cwd link=/srv/pg --
`), Sources(), "postgres_clusters")
	for path, want := range map[string]string{
		"[0].name": "/srv/pg", "[0].config_file": "/etc/pg17.conf", "[0].running": "true", "[0].pid": "4712", "[0].major": "17",
		"[1].name": "15/main", "[1].running": "false", "[1].start": "manual",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	linked := strings.ReplaceAll(pgHost, "-- /var/lib/postgresql/15/main/", "-- /srv/data/15/main/") + `
-- /var/lib/postgresql link=/srv/data --
-- /srv/data/15/main/postmaster.pid --
4711
/var/lib/postgresql/15/main
1
5432
/run
-- /proc/4711/comm --
postgres
-- /proc/4711/cwd link=/srv/data/15/main --
`
	v = hosttest.Read(t, hosttest.New(t, linked), Sources(), "postgres_clusters")
	if name, running, second := hosttest.Leaf(v, "[0].name"), hosttest.Leaf(v, "[0].running"), strings.Contains(hosttest.Lines(v), "[1]"); name != "15/main" || running != "true" || second {
		t.Errorf("behind a symlink: %s runs: %s; another cluster: %v", name, running, second)
	}
	if got := hosttest.Lines(hosttest.Read(t, hosttest.New(t, "-- /proc/1/comm --\nsystemd\n"), Sources(), "postgres_clusters")); strings.Contains(got, "unknown") {
		t.Errorf("of a host without PostgreSQL: %s", got)
	}
	offline := hosttest.Read(t, hosttest.Offline(t, pgHost), Sources(), "postgres_clusters")
	if got := hosttest.Leaf(offline, "[0].running"); !strings.HasPrefix(got, "unknown: not knowable offline") {
		t.Errorf("running of an image is %s", got)
	}
}

func TestPostgresOptionsHaveTheirParameters(t *testing.T) {
	fields := reflect.VisibleFields(reflect.TypeFor[PostgresOptions]())
	for _, f := range fields {
		if o, ok := pgOptions[f.Tag.Get("fact")]; !ok || o.def == nil {
			t.Errorf("%s is in no table", f.Name)
		}
	}
	if len(fields) != len(pgOptions) {
		t.Errorf("%d fields, %d parameters", len(fields), len(pgOptions))
	}
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		kind, address    string
		remote, everyone bool
	}{
		{"local", "", false, false}, {"host", "127.0.0.1/32", false, false}, {"host", "127.0.0.0/8", false, false}, {"host", "127.0.0.0/7", true, false},
		{"host", "::1/128", false, false}, {"host", "::1/0", true, true}, {"host", "0.0.0.0/0", true, true}, {"host", "10.1.2.3/0", true, true}, {"host", "all", true, true},
		{"host", "samehost", false, false}, {"host", "samenet", true, false}, {"host", "localhost", false, false}, {"host", "db.example.org", true, false},
		{"host", "10.0.0.0 255.0.255.0", true, false},
	} {
		if remote, everyone := reach(c.kind, c.address); remote != c.remote || everyone != c.everyone {
			t.Errorf("%s %s: remote %v, everyone %v", c.kind, c.address, remote, everyone)
		}
	}
}

func TestWhatTheReadersSessionHasIsNotEveryones(t *testing.T) {
	for source, known := range map[string]bool{"configuration file": true, "default": true, "command line": true, "client": false, "user": false, "database": false} {
		if _, ok := inForce(pgread.Setting{Value: "x", Source: source}).Get(); ok != known {
			t.Errorf("%s: known is %v", source, ok)
		}
	}
	if v, ok := inForce(pgread.Setting{Value: "x", Source: "default", Hidden: true}).Get(); ok {
		t.Errorf("hidden, and told: %s", v)
	}
	for name, hidden := range map[string]bool{"primary_conninfo": true, "PRIMARY_CONNINFO": true, "app.jwt": true, "pgaudit.log": false, "ssl": false, "ssl_key_file": false} {
		if pgHidden(name) != hidden {
			t.Errorf("%s: hidden is %v", name, !hidden)
		}
	}
}
