package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const mariadbHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
mysql:x:104:104::/nonexistent:/bin/false
-- /etc/group --
root:x:0:
-- /proc/stat --
-- /var/lib/dpkg/status --
Package: mariadb-server-core
Status: install ok installed
Architecture: amd64
Version: 1:10.11.19-0+deb12u1
-- /lib/systemd/system/mariadb.service --
[Service]
User=mysql
Environment="MYSQLD_OPTS=--port=3310 --local-infile=0"
ExecStart=/bin/sh -c "[ ! -e /usr/bin/galera_recovery ] && VAR= ; exec /usr/sbin/mariadbd $MYSQLD_OPTS $_WSREP_NEW_CLUSTER $VAR"
`

func TestMariaDBAsConfigured(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, mariadbHost+`
-- /etc/mysql/my.cnf --
[client]
password = "hunter2"
[mariadb-10.11]
bind-address = 0.0.0.0
[mariadb-10.6]
bind-address = 127.0.0.1
!includedir /etc/mysql/conf.d
-- /etc/mysql/conf.d/a.cnf mode=0660 --
[mysqld]
port = 3309
secure-file-priv = /srv/in
skip-symbolic-links
plugin_load_add = simple_password_check
simple_password_check_minimal_length = 16
-- /etc/mysql/conf.d/b.cnf mode=0666 --
[mysqld]
secure-file-priv =
`), Sources(), "mariadb")
	if strings.Contains(hosttest.Lines(v), "hunter2") {
		t.Error("a secret is in the fact")
	}
	for path, want := range map[string]string{
		"[0].name": "mariadb.service", "[0].flavour": "mariadb", "[0].version": "10.11.19", "[0].end_of_life": "2028-02-16T00:00:00Z",
		"[0].user": "mysql", "[0].running": "false", "[0].live": "false", "[0].port": "3310", "[0].local_infile": "false",
		"[0].wildcard": "true", "[0].remote": "true", "[0].secure_file_priv": "/srv/in", "[0].symbolic_links": "false",
		"[0].password_check": "true", "[0].password_minimum_length": "16", "[0].audit_log": "false", "[0].skip_grant_tables": "false",
		"[0].option_files[1].mode": "0660", "[0].ignored_files[0]": "/etc/mysql/conf.d/b.cnf", "[0].files_with_password[0]": "/etc/mysql/my.cnf",
		"[0].tls.enabled": "false", "[0].log_verbosity": "2", "[0].test_database": "unknown: it does not run", "[1]": "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if o := v.OriginOf("[0].wildcard").String() + " " + v.OriginOf("[0].secure_file_priv").String(); o != "bind_address /etc/mysql/conf.d/a.cnf:3" {
		t.Error(o)
	}
}

func TestMariaDBThatWouldNotStart(t *testing.T) {
	for conf, want := range map[string]string{
		"local_infile=0\n":                    "unknown: /etc/my.cnf:1: an option before any group: the server does not start",
		"[mysqld\n":                           "unknown: /etc/my.cnf:1: a group without its closing bracket: the server does not start",
		"[mysqld]\nskip_grant=0\n":            "unknown: /etc/my.cnf:2: skip_grant may stand for skip_grant_tables",
		"[mysqld]\nskip-grant-tables\n":       "true",
		"[mysqld]\nskip-grant-tables=maybe\n": "false",
	} {
		v := hosttest.Read(t, hosttest.New(t, mariadbHost+"-- /etc/my.cnf --\n"+conf), Sources(), "mariadb")
		if got := hosttest.Leaf(v, "[0].skip_grant_tables"); got != want {
			t.Errorf("%q: got %s, want %s", conf, got, want)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, mariadbHost+"-- /etc/my.cnf fifo --\n"), Sources(), "mariadb")
	if got := hosttest.Leaf(v, "[0].local_infile"); !strings.Contains(got, "not a regular file") {
		t.Error(got)
	}
}

func TestWhatMySQLPersistedGoesBeforeTheOptions(t *testing.T) {
	host := strings.NewReplacer("mariadb-server-core", "mysql-server-core-8.0", "1:10.11.19-0+deb12u1", "8.0.40-1", "mariadb.service", "mysql.service", "/usr/sbin/mariadbd", "/usr/sbin/mysqld").Replace(mariadbHost)
	for _, c := range []struct{ options, persisted, want string }{
		{"", "", "mysql true 3310"},
		{"", `{"Version": 2, "mysql_dynamic_variables": {"require_secure_transport": {"Value": "OFF"}}, "mysql_static_variables": {"port": {"Value": "3311"}}}`, "mysql false 3311"},
		{"persisted_globals_load = 0\n", `{"Version": 2, "mysql_dynamic_variables": {"require_secure_transport": {"Value": "OFF"}}}`, "mysql true 3310"},
		{"", `{"Version": 9}`, "mysql unknown: /var/lib/mysql/mysqld-auto.cnf: its version is not known unknown: /var/lib/mysql/mysqld-auto.cnf: its version is not known"},
	} {
		archive := host + "-- /etc/mysql/my.cnf --\n[mysqld]\nrequire_secure_transport = ON\n" + c.options
		if c.persisted != "" {
			archive += "-- /var/lib/mysql/mysqld-auto.cnf --\n" + c.persisted + "\n"
		}
		v := hosttest.Read(t, hosttest.New(t, archive), Sources(), "mariadb")
		if got := hosttest.Leaf(v, "[0].flavour") + " " + hosttest.Leaf(v, "[0].require_secure_transport") + " " + hosttest.Leaf(v, "[0].port"); got != c.want {
			t.Errorf("%s%s: %s", c.options, c.persisted, got)
		}
	}
}

func TestWhatMariaDBIsConfiguredToIsNotInForce(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, mariadbHost+`
-- /proc/7/stat --
7 (mariadbd) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0
-- /proc/7/cgroup --
0::/system.slice/mariadb.service
-- /etc/mysql/my.cnf --
[mysqld]
require_secure_transport = ON
`), Sources(), "mariadb")
	for path, leaf := range leaves(t, v, "[0].configured.", "[0].") {
		if !strings.HasPrefix(leaf, "unknown: what is in force is not known: the sockets of this host are out of reach") && path != "[0].log_raw" {
			t.Errorf("%s is %s, though the server was not asked", path, leaf)
		}
	}
	if got := hosttest.Leaf(v, "[0].configured.require_secure_transport") + " " + hosttest.Leaf(v, "[0].running"); got != "true true" {
		t.Error(got)
	}
}

func TestAUsersOwnUnitIsNotTheSystems(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, mariadbHost+`
-- /proc/7/stat --
7 (mariadbd) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0
-- /proc/7/cgroup --
0::/user.slice/user-1000.slice/user@1000.service/app.slice/mariadb.service
`), Sources(), "mariadb")
	if got := hosttest.Leaf(v, "[0].unit") + " " + hosttest.Leaf(v, "[1].unit") + " " + hosttest.Leaf(v, "[1].running"); got != "user@1000.service mariadb.service false" {
		t.Error(got)
	}
}
