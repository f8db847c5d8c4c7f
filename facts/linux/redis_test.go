package linux

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

const dpkgRedis = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
redis:x:105:105::/var/lib/redis:/usr/sbin/nologin
-- /etc/group --
root:x:0:
-- /proc/stat --
-- /var/lib/dpkg/status --
Package: redis-server
Status: install ok installed
Architecture: amd64
Version: 5:7.0.15-1~deb12u1
`

const redisUnit = `
-- /lib/systemd/system/redis-server.service --
[Service]
ExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no
User=redis
-- /lib/systemd/system/redis-server@.service --
[Service]
ExecStart=/usr/bin/redis-server /etc/redis/redis-%i.conf --unixsocket /run/redis-%i/redis-server.sock
User=redis
-- /etc/systemd/system/multi-user.target.wants/redis-server@b.service link=/lib/systemd/system/redis-server@.service --
`

func TestRedisAsConfigured(t *testing.T) {
	h := hosttest.New(t, dpkgRedis+redisUnit+`
-- /etc/redis/redis.conf mode=0640 --
bind 127.0.0.1 -::1
PORT 6380
include /etc/redis/secret.conf
dir /var/lib/redis
appendonly yes
maxmemory 100mb
logfile /var/log/redis/redis-server.log
rename-command CONFIG ""
rename-command FLUSHALL hidden
unixsocketperm 770
-- /etc/redis/secret.conf mode=0600 --
requirepass "very secret"
-- /etc/redis/redis-b.conf --
bind 0.0.0.0
protected-mode no
tls-port 6390
tls-protocols "TLSv1.1 TLSv1.2"
tls-auth-clients OPTIONAL
enable-debug-command local
user default off nopass
user alice on >hunter2 ~* +@all -@admin
-- /etc/redis/left-over.conf --
bind *
-- /etc/redis/sentinel.conf --
sentinel monitor x 127.0.0.1 6379 2
-- /var/lib/redis dir mode=0750 --
-- /var/lib/redis/dump.rdb mode=0660 --
`)
	v := hosttest.Read(t, h, Sources(), "redis")
	all := hosttest.Lines(v)
	for _, secret := range []string{"very secret", "hunter2", "hidden\n"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the fact", secret)
		}
	}
	if n := v.LengthInt(); n != 2 {
		t.Fatalf("%d instances:\n%s", n, all)
	}
	for _, want := range []string{
		"[0].config_file = /etc/redis/redis-b.conf",
		"[0].unit = redis-server@b.service", "[0].bind[0] = 0.0.0.0", "[0].wildcard = true", "[0].remote = true",
		"[0].protected_mode = false", "[0].tls.port = 6390", "[0].tls.protocols[0] = TLSv1.1", "[0].tls.auth_clients = optional",
		"[0].enable_debug_command = local", "[0].enable_module_command = no", "[0].default_user.enabled = false",
		"[0].users[1].name = alice", "[0].users[1].passwords = 1", "[0].users[1].may_configure = false",
		"[0].unixsocket = /run/redis-b/redis-server.sock", "[0].requirepass_set = false",
		"[1].config_file = /etc/redis/redis.conf", "[1].config.mode = 0640", "[1].version = 7.0.15", "[1].flavour = redis",
		"[1].running = false", "[1].user = redis", "[1].unit = redis-server.service", "[1].live = false", "[1].not_live = it does not run",
		"[1].port = 6380", "[1].wildcard = false", "[1].remote = false", "[1].requirepass_set = true", "[1].configured.requirepass_set = true",
		"[1].default_user.nopass = false", "[1].default_user.passwords = 1", "[1].disabled_commands[0] = config",
		"[1].renamed_commands[0] = flushall", "[1].maxmemory = 104857600", "[1].unixsocketperm = 0770", "[1].directory.mode = 0750",
		"[1].dump.mode = 0660", "[1].log.exists = false", "[1].acl.exists = false", "[1].tls.protocols[1] = TLSv1.3",
		"[1].append_name = appendonlydir", "[1].protected_mode = true",
	} {
		if !strings.Contains(all, want+"\n") && !strings.Contains(all, want+"  (") {
			path, _, _ := strings.Cut(want, " = ")
			t.Errorf("want %s, got %q", want, hosttest.Leaf(v, path))
		}
	}
	if o := v.OriginOf("[1].requirepass_set").String(); o != "/etc/redis/secret.conf:1" {
		t.Error(o)
	}
}

func TestRedisThatWouldNotStart(t *testing.T) {
	for conf, want := range map[string]string{
		"requirepass \"open\n":                          "unknown: /etc/redis/redis.conf:1: the quotes are not balanced",
		"include /etc/redis/none.conf\n":                "unknown: /etc/redis/redis.conf:1: includes /etc/redis/none.conf: stat /etc/redis/none.conf: no such file or directory",
		"protected-mode perhaps\n":                      "unknown: /etc/redis/redis.conf:1: protected-mode must be yes or no",
		"protected-mode\n":                              "unknown: /etc/redis/redis.conf:1: protected-mode takes one argument",
		"protected-mode no\x00\n":                       "unknown: /etc/redis/redis.conf:1: a NUL byte in the line",
		"protected-mode no\nprotected-mode yes\n":       "true",
		"protected-mode yes\nPROTECTED-mode \"no\"\r\n": "false",
	} {
		h := hosttest.New(t, dpkgRedis+redisUnit+"-- /etc/redis/redis.conf --\n"+conf)
		v := hosttest.Read(t, h, Sources(), "redis")
		if got := hosttest.Leaf(v, "[0].protected_mode"); got != want {
			t.Errorf("%q: got %s, want %s", conf, got, want)
		}
	}
}

func TestRedisUsersOfAnACLFile(t *testing.T) {
	for acl, want := range map[string]string{
		"user alice on >x +@all\n":          "true", // the default user is as if new, whatever requirepass says
		"user default on #aa ~* &* +@all\n": "false",
		"user default of\n":                 `unknown: /etc/redis/users.acl:1: rule 1 of user "default": the server does not know it`,
	} {
		h := hosttest.New(t, dpkgRedis+redisUnit+"-- /etc/redis/redis.conf --\nrequirepass x\naclfile /etc/redis/users.acl\n-- /etc/redis/users.acl --\n"+acl)
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "redis"), "[0].default_user.nopass"); got != want {
			t.Errorf("%q: got %s, want %s", acl, got, want)
		}
	}
	h := hosttest.New(t, dpkgRedis+redisUnit+"-- /etc/redis/redis.conf --\nuser a on\naclfile /etc/redis/users.acl\n-- /etc/redis/users.acl --\n")
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "redis"), "[0].default_user.nopass"); !strings.HasPrefix(got, "unknown: /etc/redis/redis.conf:1: users are defined here and in") {
		t.Error(got)
	}
	h = hosttest.New(t, dpkgRedis+redisUnit+"-- /etc/redis/redis.conf --\naclfile /etc/redis/users.acl\n-- /etc/redis/users.acl fifo --\n")
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "redis"), "[0].default_user.nopass"); !strings.Contains(got, "not a regular file") {
		t.Error(got)
	}
}

func TestRedisDefaultsOfOldVersions(t *testing.T) {
	old := strings.Replace(dpkgRedis, "5:7.0.15-1~deb12u1", "5:6.0.16-1+deb11u2", 1)
	v := hosttest.Read(t, hosttest.New(t, old+redisUnit+"-- /etc/redis/redis.conf --\n"), Sources(), "redis")
	if got := hosttest.Leaf(v, "[0].enable_debug_command"); got != "yes" {
		t.Error(got)
	}
	none := strings.Replace(dpkgRedis, "redis-server", "other", 1)
	v = hosttest.Read(t, hosttest.New(t, none+redisUnit+"-- /etc/redis/redis.conf --\n"), Sources(), "redis")
	if got := hosttest.Leaf(v, "[0].enable_debug_command"); !strings.HasPrefix(got, "unknown: the default of enable-debug-command depends on the version") {
		t.Error(got)
	}
}

func TestNoRedis(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, "-- /etc/passwd --\n-- /proc/stat --\n"), Sources(), "redis")
	if !v.IsWhollyKnown() || v.LengthInt() != 0 {
		t.Error(hosttest.Lines(v))
	}
	for archive, want := range map[string]string{
		"-- /etc/passwd --\n-- /proc/stat --\n":                                                         "false",
		"-- /usr/bin/redis-server --\n-- /proc/stat --\n":                                               "true",
		"-- /proc/7/stat --\n7 (valkey-server) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0\n": "true",
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, archive), Sources(), "database", "redis"), "present"); got != want {
			t.Errorf("%q: %s", archive, got)
		}
	}
	v = hosttest.Read(t, hosttest.Offline(t, "-- /etc/passwd --\n"), Sources(), "database", "redis")
	if got := hosttest.Leaf(v, "present") + " " + hosttest.Leaf(v, "running"); got != "false unknown: "+facts.Offline {
		t.Error(got)
	}
}

// fakeRedis is a host whose Redis is this test: it listens on the unix socket that its configuration names.
func fakeRedis(t *testing.T, conf string, serve func(net.Conn)) facts.Host {
	t.Helper()
	root := t.TempDir()
	hosttest.Extract(t, root, dpkgRedis+redisUnit+fmt.Sprintf(`
-- /proc/%[2]d/stat --
%[2]d (redis-server) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0
-- /proc/%[2]d/status --
Uid:	%[1]d	%[1]d	%[1]d	%[1]d
-- /proc/%[2]d/cgroup --
0::/system.slice/redis-server.service
-- /proc/%[2]d/cmdline --
/usr/bin/redis-server 127.0.0.1:0
-- /run/redis dir --
-- /etc/redis/redis.conf --
port 0
unixsocket /run/redis/s
`, os.Geteuid(), os.Getpid())+conf)
	l, err := net.Listen("unix", filepath.Join(root, "run/redis/s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return facts.Host{FS: hostfs.New(root), Live: true, Native: true, Now: func() time.Time { return hosttest.Now }}
}

// answering replies to each command by the first word that fits.
func answering(replies map[string]string) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		var words []string
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line[0] == '$' {
				word, _ := r.ReadString('\n')
				words = append(words, strings.TrimSpace(word))
			}
			for command, reply := range replies {
				if strings.Join(words, " ") == command {
					_, _ = c.Write([]byte(reply))
					words = nil
				}
			}
		}
	}
}

func bulks(texts ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(texts))
	for _, s := range texts {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(s), s)
	}
	return b.String()
}

func TestRedisInForce(t *testing.T) {
	h := fakeRedis(t, "protected-mode yes\nrequirepass x\n", answering(map[string]string{
		"INFO server":  "$43\r\nredis_version:7.2.4\r\nvalkey_version:8.0.1\r\n\r\n",
		"CONFIG GET *": bulks("port", "0", "protected-mode", "no", "requirepass", "hunter2", "bind", "* -::*", "dir", "/var/lib/redis", "tls-port", "6390", "enable-debug-command", "yes"),
		"ACL LIST":     bulks("user default on nopass ~* &* +@all", "user bob off #aabb resetchannels -@all"),
	}))
	v := hosttest.Read(t, h, Sources(), "redis")
	all := hosttest.Lines(v)
	if strings.Contains(all, "hunter2") || strings.Contains(all, "aabb") {
		t.Error("a secret is in the fact")
	}
	for path, want := range map[string]string{
		"[0].live": "true", "[0].open": "true", "[0].not_live": "", "[0].version": "8.0.1", "[0].flavour": "valkey", "[0].running": "true",
		"[0].protected_mode": "false", "[0].configured.protected_mode": "true", "[0].requirepass_set": "true",
		"[0].default_user.nopass": "true", "[0].configured.default_user.nopass": "false", "[0].users[1].passwords": "1",
		"[0].wildcard": "true", "[0].enable_debug_command": "yes", "[0].configured.enable_debug_command": "no",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if o := v.OriginOf("[0].protected_mode").String(); o != "CONFIG GET over /run/redis/s" {
		t.Error(o)
	}
}

func TestRedisThatDoesNotAnswer(t *testing.T) {
	for want, serve := range map[string]func(net.Conn){
		"the server wants a password":                          answering(map[string]string{"INFO server": "-NOAUTH Authentication required.\r\n"}),
		"the server does not let the default user call CONFIG": answering(map[string]string{"INFO server": "$0\r\n\r\n", "CONFIG GET *": "-NOPERM no\r\n"}),
		"CONFIG has another name on this server, or none":      answering(map[string]string{"INFO server": "$0\r\n\r\n", "CONFIG GET *": "-ERR unknown command 'CONFIG'\r\n"}),
		"the answer is not in Redis' protocol": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		},
		"the server did not answer within 3s":                         func(c net.Conn) { time.Sleep(5 * time.Second) },
		"the server's answer to CONFIG GET names no port":             answering(map[string]string{"INFO server": "$0\r\n\r\n", "CONFIG GET *": bulks("a", "b")}),
		"the server's answer to CONFIG GET is not a list of settings": answering(map[string]string{"INFO server": "$0\r\n\r\n", "CONFIG GET *": "+OK\r\n"}),
		"the answer is longer than its bound": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			_, _ = c.Write([]byte("+" + strings.Repeat("x", 1<<20)))
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			v := hosttest.Read(t, fakeRedis(t, "protected-mode no\n", serve), Sources(), "redis")
			got := hosttest.Leaf(v, "[0].not_live")
			if !strings.Contains(got, want) || hosttest.Leaf(v, "[0].live") != "false" || hosttest.Leaf(v, "[0].configured.protected_mode") != "false" {
				t.Errorf("got %q\n%s", got, hosttest.Lines(v))
			}
			for path, leaf := range leaves(t, v, "[0].configured.", "[0].") {
				if !strings.HasPrefix(leaf, "unknown: what is in force is not known: ") {
					t.Errorf("%s is %s, though the server was not asked", path, leaf)
				}
			}
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// leaves are the values in force of all settings that there are as configured, by their paths.
func leaves(t *testing.T, v facts.Value, configured, inForce string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.Lines(hosttest.Lines(v)) {
		path, _, ok := strings.Cut(line, " = ")
		if rest, is := strings.CutPrefix(path, configured); ok && is && rest != "default_user.name" {
			rest, _, _ = strings.Cut(rest, "[") // a list that is not known has no first element
			out[inForce+rest] = hosttest.Leaf(v, inForce+rest)
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d settings", len(out))
	}
	return out
}
