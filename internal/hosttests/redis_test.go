package hosttests

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

const redisSetup = `
cp -a /etc/redis/redis.conf /root/redis.conf
cd /etc/redis
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=redis 2>/dev/null
chown redis:redis key.pem cert.pem
chmod 0640 key.pem
ip addr add 192.0.2.1/32 dev lo
cat >> /root/redis.conf <<'EOF'
tls-port 6390
tls-cert-file /etc/redis/cert.pem
tls-key-file /etc/redis/key.pem
tls-ca-cert-file /etc/redis/cert.pem
maxmemory 64mb
save 60 1
EOF
install -d /etc/holdfast
echo 'redis_credentials = /etc/holdfast/redis.logins' > /etc/holdfast/settings
install -m 0600 /dev/null /etc/holdfast/redis.logins
redis-cli set a b >/dev/null
redis-cli save >/dev/null
cp -a /root/redis.conf /etc/redis/redis.conf
systemctl restart redis-server
`

const (
	redisRestart = "systemctl reset-failed redis-server; systemctl daemon-reload; systemctl restart redis-server"
	redisUndo    = `cp -a /root/redis.conf /etc/redis/redis.conf; chmod 0640 /etc/redis/key.pem /etc/redis/redis.conf
chmod 0750 /var/lib/redis; chmod 0660 /var/lib/redis/dump.rdb; rm -rf /etc/systemd/system/redis-server.service.d /etc/redis/users.acl`
)

func redisLine(line string) string {
	return "cat >> /etc/redis/redis.conf <<'EOF'\n" + line + "\nEOF"
}

func TestRedisSettingsFlipTheirControls(t *testing.T) {
	t.Parallel()
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"mariadb-server", "redis-server"}})
	h.MustRun("sh", "-ec", redisSetup)
	conf := func(name, line, controls string) settingCase {
		return settingCase{name, redisLine(line), true, controls, false}
	}
	alone := func(c settingCase) settingCase {
		c.alone = true
		return c
	}
	login := func(user string, c settingCase) settingCase {
		c.alone = true
		c.change += "\necho '* " + user + " hunter2' > /etc/holdfast/redis.logins"
		return c
	}
	judgeSettings(t, h, "redis", redisRestart, redisUndo, []settingCase{
		conf("bind to everything", "bind 0.0.0.0", "1.1=fail 1.3=fail"),
		alone(conf("bind to one address", "bind 127.0.0.1 192.0.2.1", "1.3=fail")),
		conf("protected mode", "PROTECTED-MODE no", "1.2=fail"),
		login("default", conf("a password", "requirepass hunter2", "2.1=pass 2.2=pass")),
		login("ops", conf("an ACL file", "aclfile /etc/redis/users.acl\n\nEOF\ninstall -o redis -g redis -m 0640 /dev/null /etc/redis/users.acl\ncat >> /etc/redis/users.acl <<'EOF'\nuser ops on >hunter2 +@all\nuser default on nopass ~* +@all -@dangerous", "2.2=pass 4.4=pass")),
		login("ops", conf("an ACL file that strangers read", "aclfile /etc/redis/users.acl\nEOF\ninstall -o redis -g redis -m 0644 /dev/null /etc/redis/users.acl\ncat >> /etc/redis/users.acl <<'EOF'\nuser ops on >hunter2 +@all\nuser default off", "2.1=pass 2.2=pass 4.4=pass 5.3=fail")),
		login("ops", conf("users", "user ops on >hunter2 +@all\nuser default on nopass ~* +@all -@dangerous", "2.2=pass 4.4=pass")),
		conf("clients' certificates", "tls-auth-clients no", "3.1=fail"),
		conf("old TLS", `tls-protocols "TLSv1.1 TLSv1.2"`, "3.2=fail"),
		conf("replication", "replicaof 127.0.0.1 6399", "3.3=fail"),
		conf("protected settings", "enable-protected-configs yes", "4.1=fail"),
		conf("DEBUG", "enable-debug-command yes", "4.2=fail"),
		conf("modules", "enable-module-command yes", "4.3=fail"),
		alone(conf("CONFIG renamed", `rename-command CONFIG ""`, "4.4=pass")),
		conf("the socket", "unixsocket /run/redis/s\nunixsocketperm 777", "5.4=fail"),
		conf("no log", `logfile ""`, "6.1=fail"),
		alone(conf("an include that takes it back", "enable-debug-command yes\ninclude /etc/redis/late.conf\nEOF\necho enable-debug-command no > /etc/redis/late.conf\ncat <<'EOF'", "")),
		{"as root", "mkdir -p /etc/systemd/system/redis-server.service.d; printf '[Service]\\nUser=root\\nPrivateUsers=no\\nCapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_FOWNER\\n' > /etc/systemd/system/redis-server.service.d/u.conf", true, "5.1=fail", true},
		{"the key", "chmod 0644 /etc/redis/key.pem", false, "3.4=fail", false},
		{"the file", "chmod 0644 /etc/redis/redis.conf", false, "5.2=fail", false},
		{"the directory", "chmod 0755 /var/lib/redis", false, "5.5=fail", false},
		{"the snapshot", "chmod 0664 /var/lib/redis/dump.rdb", false, "5.6=fail", false},
	})

	t.Run("CONFIG SET tells in force from configured", func(t *testing.T) {
		good := judged(t, h, "redis")
		h.MustRun("redis-cli", "CONFIG", "SET", "protected-mode", "no")
		if got := turned(good, judged(t, h, "redis"), true); got != "1.2 in force=fail" {
			t.Errorf("turned %q", got)
		}
		h.MustRun("sh", "-ec", redisRestart)
	})
	t.Run("settings are those of CONFIG GET", func(t *testing.T) { compareRedis(t, h) })
	t.Run("a pretender on the socket is not talked to", func(t *testing.T) { redisPretender(t, h) })
	t.Run("a server that hangs costs one deadline", func(t *testing.T) {
		h.MustRun("sh", "-c", "kill -STOP $(pidof redis-server)")
		defer h.MustRun("sh", "-c", "kill -CONT $(pidof redis-server)")
		start := time.Now()
		i := read(t, h, key{"redis"}).list("redis")[0]
		if took := time.Since(start); i["live"] != false || i["not_live"] != "the server did not answer within 3s" || took > 5*time.Second {
			t.Errorf("%v %v in %s", i["live"], i["not_live"], took)
		}
	})
	t.Run("an image", func(t *testing.T) {
		i := readImage(t, h, key{"redis"}).list("redis")[0]
		if i["protected_mode"] != true || i["live"] != false || i["version"] != "7.0.15" {
			t.Errorf("%v", i)
		}
	})
}

// compareRedis compares each setting that the fact has with the server's own answer, live and as configured: nothing
// was changed since the start, so they are the same.
func compareRedis(t *testing.T, h *testhost.Host) {
	compareWith(t, h, "redis-cli")
}

// compareWith asks the server by the client that came with it.
func compareWith(t *testing.T, h *testhost.Host, client string) {
	t.Helper()
	said := strings.Split(h.MustRun(client, "CONFIG", "GET", "*"), "\n")
	server := map[string]string{}
	for i := 0; i+1 < len(said); i += 2 {
		server[said[i]] = said[i+1]
	}
	i := read(t, h, key{"redis"}).list("redis")[0]
	if i["live"] != true {
		t.Fatal(i["not_live"])
	}
	for where, s := range map[string]map[string]any{"live": i, "configured": i["configured"].(map[string]any)} {
		tls := s["tls"].(map[string]any)
		want, got := map[string]string{}, map[string]string{}
		for name, v := range map[string]any{
			"port": s["port"], "bind": s["bind"], "protected-mode": s["protected_mode"], "aclfile": s["aclfile"],
			"unixsocket": s["unixsocket"], "dir": s["dir"], "dbfilename": s["dbfilename"], "appendonly": s["appendonly"],
			"appenddirname": s["append_name"], "maxmemory": s["maxmemory"], "maxmemory-policy": s["maxmemory_policy"],
			"loglevel": s["loglevel"], "logfile": s["logfile"], "syslog-enabled": s["syslog_enabled"],
			"cluster-enabled": s["cluster_enabled"], "enable-debug-command": s["enable_debug_command"],
			"enable-protected-configs": s["enable_protected_configs"], "enable-module-command": s["enable_module_command"],
			"tls-port": tls["port"], "tls-cert-file": tls["cert_file"], "tls-key-file": tls["key_file"],
			"tls-ca-cert-file": tls["ca_cert_file"], "tls-ca-cert-dir": tls["ca_cert_dir"], "tls-auth-clients": tls["auth_clients"],
			"tls-replication": tls["replication"], "tls-cluster": tls["cluster"],
		} {
			want[name], got[name] = server[name], redisText(v)
		}
		same(t, where, want, got, 20)
	}
}

func redisText(v any) string {
	switch v := v.(type) {
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var words []string
		for _, w := range v {
			words = append(words, fmt.Sprint(w))
		}
		return strings.Join(words, " ")
	}
	return fmt.Sprint(v)
}

func redisPretender(t *testing.T, h *testhost.Host) {
	h.MustRun("sh", "-ec", redisLine("unixsocket /tmp/pretend/s"))
	defer h.MustRun("sh", "-ec", redisUndo)
	h.MustRun("sh", "-ec", `mkdir /tmp/pretend; chown nobody /tmp/pretend
systemd-run --quiet --uid=nobody --unit=pretender socat UNIX-LISTEN:/tmp/pretend/s,fork OPEN:/tmp/pretend/heard,creat,append
for i in $(seq 50); do test -S /tmp/pretend/s && break; sleep 0.1; done`)
	defer h.MustRun("systemctl", "stop", "pretender")
	i := read(t, h, key{"redis"}).list("redis")[0]
	if i["live"] != true { // over loopback, where the server's own process holds the port
		t.Errorf("not live: %v", i["not_live"])
	}
	if heard := h.Run("cat", "/tmp/pretend/heard").Stdout; heard != "" {
		t.Errorf("the pretender heard %q", heard)
	}
	h.MustRun("sh", "-c", "kill -STOP $(pidof redis-server)")
	defer h.MustRun("sh", "-c", "kill -CONT $(pidof redis-server)")
	i = read(t, h, key{"redis"}).list("redis")[0]
	if i["live"] != false {
		t.Errorf("the pretender was believed: %v", i)
	}
}
