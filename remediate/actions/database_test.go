package actions

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/linux/mycnf"
)

const databaseHost = `
-- etc/passwd --
root:x:0:0:root:/root:/bin/bash
mysql:x:104:105::/nonexistent:/bin/false
-- etc/group --
root:x:0:
-- proc/1/stat --
1 (systemd) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0
-- proc/1/comm --
systemd
-- proc/1/cmdline --
/sbin/init
-- proc/1/status --
Name:	systemd
Uid:	0	0	0	0
Gid:	0	0	0	0
-- etc/os-release --
ID=debian
VERSION_ID="12"
-- var/lib/dpkg/status --
Package: mariadb-server-core
Status: install ok installed
Version: 1:10.11.6-0+deb12u1
Architecture: amd64

Package: redis-server
Status: install ok installed
Version: 5:7.0.15-1
Architecture: amd64
-- usr/sbin/mariadbd --
-- usr/lib/systemd/system/mariadb.service --
[Service]
ExecStart=/usr/sbin/mariadbd
User=mysql
-- usr/lib/systemd/system/redis-server.service --
[Service]
ExecStart=/usr/bin/redis-server /etc/redis/redis.conf
User=redis
-- usr/bin/redis-server --
-- etc/mysql/my.cnf --
!includedir /etc/mysql/mariadb.conf.d/
-- etc/mysql/mariadb.conf.d/50-server.cnf --
[mysqld]
local-infile
-- etc/redis/redis.conf --
bind 127.0.0.1
requirepass hunter2
enable-debug-command yes
`

func TestMariaDBIsSetInAFileThatWins(t *testing.T) {
	b := newBench(t, databaseHost)
	b.live = true
	b.fresh()
	local := args{"name": "local-infile", "value": "OFF"}
	b.want("mariadb_setting", local)
	b.want("mariadb_setting", args{"name": "plugin_load_add", "value": "server_audit"})
	b.want("mariadb_setting", args{"name": "plugin_load_add", "value": "simple_password_check"})
	b.refuses("tailor", "mariadb_setting", args{"name": "local_infile", "value": "ON"})
	b.refuses("no option", "mariadb_setting", args{"name": "ssl_passphrase", "value": "x"})
	b.refuses("no option", "mariadb_setting", args{"name": "x", "value": "a\nb"})
	b.carryOut()
	want := "# Written by Holdfast for 1.1, 1.2, 1.3.\n[mysqld]\nlocal_infile = OFF\nplugin_load_add = server_audit\nplugin_load_add = simple_password_check\n"
	if got := b.file("/etc/mysql/mariadb.conf.d/zz-holdfast.cnf"); got != want {
		t.Errorf("%s", got)
	}
	b.settled("mariadb_setting", local)
	b.settled("mariadb_setting", args{"name": "plugin-load-add", "value": "server_audit"})
	b.root.write(t, "/etc/mysql/mariadb.conf.d/zzz.cnf", "[server]\nloose-local-infile=1\n")
	b.fresh()
	b.refuses("zzz.cnf:2 sets local_infile after", "mariadb_setting", local)
	b.root.write(t, "/etc/mysql/mariadb.conf.d/zzz.cnf", "[server]\nlocal-inf=1\n")
	b.fresh()
	b.refuses("write the whole name", "mariadb_setting", local)
}

func TestRedisIsSetInAFileThatIsIncludedLast(t *testing.T) {
	b := newBench(t, databaseHost)
	b.live = true
	b.fresh()
	debug := args{"name": "enable-debug-command", "value": "no"}
	b.want("redis_setting", debug)
	b.want("file_mode", args{"path": "/etc/redis/redis.conf", "max": "0600"})
	for _, s := range b.draft.Steps() {
		if strings.Contains(s.Diff+s.Before.Summary+s.After.Summary, "hunter2") || s.Target == "/etc/redis/redis.conf" && !s.Secret {
			t.Errorf("%s tells: %s", s, s.Diff)
		}
	}
	b.refuses("tailor", "redis_setting", args{"name": "enable-debug-command", "value": "local"})
	b.refuses("is a secret", "redis_setting", args{"name": "requirepass", "value": "x"})
	b.refuses("more than once", "redis_setting", args{"name": "save", "value": "60 1"})
	b.refuses("no directive", "redis_setting", args{"name": "bind", "value": `"a`})
	b.carryOut()
	if got := b.file("/etc/redis/redis.conf"); !strings.HasSuffix(got, redisNote+"\ninclude /etc/redis/holdfast-redis.conf\n") {
		t.Error(got)
	}
	if got := b.file("/etc/redis/holdfast-redis.conf"); got != "# Written by Holdfast for 1.1.\nenable-debug-command no\n" {
		t.Error(got)
	}
	b.settled("redis_setting", debug)
	b.root.write(t, "/etc/redis/redis.conf", b.file("/etc/redis/redis.conf")+"enable-debug-command yes\n")
	b.fresh()
	b.want("redis_setting", debug)
	b.carryOut()
	if got := b.file("/etc/redis/redis.conf"); strings.Count(got, "include ") != 1 || !strings.HasSuffix(got, "include /etc/redis/holdfast-redis.conf\n") {
		t.Error(got)
	}
}

func TestOptionsAreReadBackAsTheyWereMeant(t *testing.T) {
	for _, value := range []string{"", "a", "a b", "a#b", `a"b`, `it's`, `\`, `a\n`, `'q'`, `"q"`, "a;b", `SET @a='#b"\'`} {
		o := mycnf.Option{Name: "x", Value: value, HasValue: true}
		lines := setOption(setOption([]string{"# head"}, "mysqld", mycnf.Option{Name: "x", Value: "old", HasValue: true}), "mysqld", o)
		c := mycnf.Load(oneOption(strings.Join(lines, "\n")+"\n"), []string{"/c"}, []string{"mysqld"})
		if got, ok, err := c.Last("x"); !ok || err != nil || got.Value != value || len(c.Options) != 1 {
			t.Errorf("%q is read back as %q from %q (%v)", value, got.Value, lines, err)
		}
	}
}

type oneOption string

func (o oneOption) ReadFile(string) ([]byte, error) { return []byte(o), nil }
func (o oneOption) List(string) ([]string, error)   { return nil, nil }
func (o oneOption) Absent(error) bool               { return false }
func (o oneOption) WorldWritable(string) bool       { return false }

func TestSameParameter(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"on", "on", true}, {"on", "true", true}, {"off", "0", false}, {"1", "0", false}, {"0", "00", false}, {"yes", "no", false}, {"0600", "0600", true}, {"a", "A", false},
	} {
		if sameParameter(c.a, c.b) != c.same {
			t.Errorf("%q and %q", c.a, c.b)
		}
	}
}
