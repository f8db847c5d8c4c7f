package hosttests

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

const mariadbSetup = `
mkdir -p /etc/mysql/tls /var/lib/mysql-files
cd /etc/mysql/tls
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=db 2>/dev/null
chown mysql:mysql key.pem cert.pem /var/lib/mysql-files
chmod 0640 key.pem
chmod 0750 /var/lib/mysql
ip addr add 192.0.2.1/32 dev lo
cat > /root/good.cnf <<'EOF'
[mysqld]
local-infile = 0
secure_file_priv = "/var/lib/mysql-files" # quoted
skip-symbolic-links
skip-show-database
sql_mode = STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION
log_error = /var/lib/mysql/error.log
plugin_load_add = simple_password_check
simple_password_check_minimal_length = 14
plugin_load_add = server_audit
server_audit_logging = ON
[mariadb-10.11]
ssl_cert = /etc/mysql/tls/cert.pem
loose-ssl_key = /etc/mysql/tls/key.pem
EOF
cp /root/good.cnf /etc/mysql/mariadb.conf.d/99-z.cnf
systemctl restart mariadb
`

const (
	mariadbRestart = "systemctl reset-failed mariadb; systemctl daemon-reload; systemctl restart mariadb"
	// What is as it was is not touched: a file that is newer than the server may say what is not in force.
	mariadbUndo = `cmp -s /root/good.cnf /etc/mysql/mariadb.conf.d/99-z.cnf || cp /root/good.cnf /etc/mysql/mariadb.conf.d/99-z.cnf
test "$(stat -c %a /etc/mysql/mariadb.conf.d/99-z.cnf)" = 644 || chmod 0644 /etc/mysql/mariadb.conf.d/99-z.cnf
rm -rf /etc/systemd/system/mariadb.service.d /root/.mysql_history /root/.my.cnf /var/cache/man/.my.cnf; chmod 0640 /etc/mysql/tls/key.pem; chmod 0750 /var/lib/mysql; chmod 0660 /var/lib/mysql/error.log; chsh -s /bin/false mysql
mariadb -e "DROP DATABASE IF EXISTS test; DROP USER IF EXISTS ''@localhost, a@'%', a@localhost, root@'192.0.2.%', b@localhost, f@localhost, g@localhost" || true`
)

func TestMariaDBSettingsFlipTheirControls(t *testing.T) {
	t.Parallel()
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"mariadb-server", "redis-server"}})
	h.MustRun("sh", "-ec", mariadbSetup)
	conf := func(name, line, controls string) settingCase {
		return settingCase{name, "printf '[mysqld]\\n" + line + "\\n' >> /etc/mysql/mariadb.conf.d/99-z.cnf", true, controls, false}
	}
	alone := func(name, line, controls string) settingCase {
		c := conf(name, line, controls)
		c.alone = true
		return c
	}
	statement := func(name, text, controls string) settingCase {
		return settingCase{name, "mariadb <<'EOF'\n" + text + ";\nFLUSH PRIVILEGES;\nEOF", false, controls, false}
	}
	for control, verdict := range judged(t, h, "mariadb") {
		if verdict != "pass" && control != "2.8" && !strings.HasPrefix(control, "5.4") { // 2.8 is for MySQL alone
			t.Errorf("to begin with, %s is %s", control, verdict)
		}
	}
	judgeSettings(t, h, "mariadb", mariadbRestart, mariadbUndo, []settingCase{
		conf("bind to everything", "bind_address = *\\nrequire_secure_transport", "1.1=fail"),
		alone("bind to one address", "bind-address = 192.0.2.1", "1.2=fail"),
		alone("no certificate", "bind-address = 192.0.2.1\\nrequire-secure-transport=0\\nssl_cert=\\nssl_key=\\nssl=0", "1.2=fail 1.3=fail"),
		conf("old TLS", "tls_version=TLSv1.1,TLSv1.2", "1.4=fail"),
		alone("no grant tables", "skip-grant-tables\\nskip-networking=0\\nbind-address=127.0.0.1", "2.1=fail"),
		conf("short passwords", "simple_password_check_minimal_length=8", "2.7=fail"),
		conf("no password check", "simple-password-check=OFF", "2.7=fail"),
		conf("local files", "loose_local_infile", "3.1=fail"),
		conf("any directory", "secure_file_priv=", "3.2=fail"),
		conf("links", "enable-symbolic-links", "3.3=fail"),
		conf("suspicious functions", "allow-suspicious-udfs", "3.4=fail"),
		conf("databases listed", "skip-show-database=0", "3.7=fail"),
		conf("lax mode", "sql_mode=", "3.5=fail"),
		conf("no error log", "skip-log-error", "5.1=fail"),
		conf("few warnings", "log_warnings=1", "5.2=fail"),
		conf("no audit", "server_audit_logging=OFF", "5.4=fail"),
		alone("a NUL hides the value", "local_infile\\0=0", "3.1=fail"),
		statement("an anonymous account", "CREATE USER ''@localhost IDENTIFIED BY 'Abcdefg-1234567'", "2.2=fail"),
		statement("an empty password", `INSERT INTO mysql.global_priv VALUES ('localhost', 'a', '{"access":0,"plugin":"mysql_native_password","authentication_string":""}')`, "2.3=fail"),
		statement("one of several ways is empty", `INSERT INTO mysql.global_priv VALUES ('localhost', 'b', '{"access":0,"plugin":"unix_socket","authentication_string":"","auth_or":[{},{"plugin":"mysql_native_password","authentication_string":""}]}')`, "2.3=fail"),
		statement("root from elsewhere", "CREATE USER root@'192.0.2.%' IDENTIFIED BY 'Abcdefg-1234567'", "2.4=fail"),
		statement("from any host", "CREATE USER a@'%' IDENTIFIED BY 'Abcdefg-1234567'", "2.5=fail"),
		statement("a right over everything", "CREATE USER f@localhost IDENTIFIED BY 'Abcdefg-1234567'; GRANT FILE ON *.* TO f@localhost", "2.6=fail"),
		statement("a right to the grant tables", "CREATE USER g@localhost IDENTIFIED BY 'Abcdefg-1234567'; GRANT INSERT ON mysql.* TO g@localhost", "2.6=fail"),
		statement("the test database", "CREATE DATABASE test", "3.6=fail"),
		{"a shell", "chsh -s /bin/bash mysql", false, "4.2=fail", false},
		{"an option file", "chmod 0664 /etc/mysql/mariadb.conf.d/99-z.cnf", false, "3.4=unknown 4.3=fail", true},
		{"a password", "printf '[client]\\npassword = hunter2\\n' >> /etc/mysql/mariadb.conf.d/99-z.cnf", false, "3.4=unknown 4.4=fail", true},
		{"a history", "echo x > /root/.mysql_history", false, "4.9=fail", false},
		{"an option file at home", "install -m 0644 /dev/null /root/.my.cnf", false, "4.10=fail", false},
		{"a password at home", "mkdir -p /var/cache/man; install -m 0600 /dev/null /var/cache/man/.my.cnf; chown man: /var/cache/man/.my.cnf; printf '[client]\\npassword = hunter2\\n' > /var/cache/man/.my.cnf", false, "4.11=fail", false},
		{"the data", "chmod 0755 /var/lib/mysql", false, "4.5=fail", false},
		{"the log", "chmod 0664 /var/lib/mysql/error.log", false, "4.6=fail", false},
		{"the key", "chmod 0644 /etc/mysql/tls/key.pem", false, "4.7=fail", false},
	})

	t.Run("SET GLOBAL tells in force from configured", func(t *testing.T) {
		good := judged(t, h, "mariadb")
		h.MustRun("mariadb", "-e", "SET GLOBAL local_infile=1")
		defer h.MustRun("mariadb", "-e", "SET GLOBAL local_infile=0")
		if got := turned(good, judged(t, h, "mariadb"), true); got != "3.1 in force=fail" {
			t.Errorf("turned %q", got)
		}
	})
	t.Run("settings are those of SHOW VARIABLES", func(t *testing.T) { compareMariaDB(t, h) })
	t.Run("a server that hangs costs one deadline", func(t *testing.T) {
		h.MustRun("sh", "-c", "kill -STOP $(pidof mariadbd)")
		defer h.MustRun("sh", "-c", "kill -CONT $(pidof mariadbd)")
		start := time.Now()
		i := read(t, h, key{"mariadb"}).list("mariadb")[0]
		if took := time.Since(start); i["live"] != false || i["not_live"] != "the server did not answer within 3s" || took > 5*time.Second {
			t.Errorf("%v %v in %s", i["live"], i["not_live"], took)
		}
	})
	t.Run("a pretender on the socket is not talked to", func(t *testing.T) {
		h.MustRun("sh", "-ec", `printf '[mysqld]\nsocket=/tmp/pretend/s\n' >> /etc/mysql/mariadb.conf.d/99-z.cnf; mkdir /tmp/pretend; chown nobody /tmp/pretend
systemd-run --quiet --uid=nobody --unit=pretender socat UNIX-LISTEN:/tmp/pretend/s,fork OPEN:/tmp/pretend/heard,creat,append
for i in $(seq 50); do test -S /tmp/pretend/s && break; sleep 0.1; done`)
		defer h.MustRun("sh", "-ec", "systemctl stop pretender; "+mariadbUndo)
		i := read(t, h, key{"mariadb"}).list("mariadb")[0]
		if i["live"] != false || !strings.Contains(fmt.Sprint(i["not_live"]), "which is not the server's") {
			t.Errorf("%v %v", i["live"], i["not_live"])
		}
	})
	t.Run("an ordinary user learns what the files say", func(t *testing.T) {
		r := h.RunAs("nobody", install(t, h, "holdfast"), "facts", "mariadb")
		if !strings.Contains(r.Stdout, "as root without a password") || !strings.Contains(r.Stdout, "STRICT_ALL_TABLES") {
			t.Errorf("%s%s", r.Stdout, r.Stderr)
		}
	})
	t.Run("no secret is told", func(t *testing.T) {
		h.MustRun("mariadb", "-e", "CREATE USER s@localhost IDENTIFIED BY 'Hunter2-Hunter2-Hunter2'")
		r := h.MustRun(install(t, h, "holdfast"), "facts", "mariadb")
		hash := strings.TrimSpace(h.MustRun("mariadb", "-Ne", "SELECT SUBSTR(PASSWORD('Hunter2-Hunter2-Hunter2'), 2)"))
		if !strings.Contains(r, "s@localhost") || strings.Contains(r, hash) {
			t.Error(r)
		}
	})
}

func compareMariaDB(t *testing.T, h *testhost.Host) {
	compareVariables(t, h, read(t, h, key{"mariadb"}).list("mariadb")[0], map[string]string{
		"log_warnings": "log_verbosity", "skip_grant_tables": "skip_grant_tables", "simple_password_check_minimal_length": "password_minimum_length",
		"server_audit_logging": "audit_log", "server_audit_events": "audit_events", "ssl_cert": "tls.cert_file", "ssl_key": "tls.key_file", "ssl_ca": "tls.ca_file",
	})
	options := h.MustRun("mariadbd", "--print-defaults")
	for _, want := range []string{"--bind-address=127.0.0.1", "--ssl_cert=/etc/mysql/tls/cert.pem"} {
		if !strings.Contains(options, want) {
			t.Errorf("the server itself would not have started with %s: %s", want, options)
		}
	}
}

// variables are settings by the name that MariaDB and MySQL have for them.
var variables = map[string]string{
	"port": "port", "bind_address": "bind_address", "skip_networking": "skip_networking", "socket": "socket", "datadir": "datadir",
	"require_secure_transport": "require_secure_transport", "local_infile": "local_infile", "secure_file_priv": "secure_file_priv",
	"skip_show_database": "skip_show_database", "sql_mode": "sql_mode", "log_error": "log_error", "general_log": "general_log", "tls_version": "tls.versions",
}

// compareVariables compares each setting that an instance has with the server's own answer, in force and as configured:
// nothing was changed since the start, so they are the same.
func compareVariables(t *testing.T, h *testhost.Host, i map[string]any, more map[string]string) {
	t.Helper()
	server := map[string]string{}
	for _, line := range lines(h.MustRun("mysql", "-Ne", "SHOW GLOBAL VARIABLES")) {
		name, value, _ := strings.Cut(line, "\t")
		server[name] = value
	}
	if i["live"] != true {
		t.Fatal(i["not_live"])
	}
	all := maps.Clone(variables)
	maps.Copy(all, more)
	for where, s := range map[string]map[string]any{"live": i, "configured": i["configured"].(map[string]any)} {
		want, got := map[string]string{}, map[string]string{}
		for name, setting := range all {
			v := s[setting]
			if inner, ok := strings.CutPrefix(setting, "tls."); ok {
				v = s["tls"].(map[string]any)[inner]
			}
			text := redisText(v)
			switch v := v.(type) {
			case bool:
				text = map[bool]string{true: "ON", false: "OFF"}[v]
			case []any:
				text = strings.ReplaceAll(text, " ", ",")
			}
			want[name], got[name] = strings.TrimSuffix(server[name], "/"), strings.TrimSuffix(text, "/")
		}
		same(t, where, want, got, len(variables))
	}
}
