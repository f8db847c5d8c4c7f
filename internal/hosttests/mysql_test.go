package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// What MySQL itself says of accounts, of what was persisted, and of which goes before the other: command line, files or that.
func TestMySQL(t *testing.T) {
	t.Parallel()
	h := testhost.BootWith(t, testhost.Options{Suite: "sid", Packages: []string{"mysql-server"}})
	h.MustRun("sh", "-ec", `install -d /etc/holdfast
mysql <<'EOF'
CREATE USER ''@localhost IDENTIFIED BY 'Abcdefg-1234567';
CREATE USER nopass@localhost;
CREATE USER far@'%' IDENTIFIED BY 'Abcdefg-1234567' REQUIRE SSL ACCOUNT LOCK;
CREATE USER files@localhost IDENTIFIED WITH caching_sha2_password BY 'Hunter2#Hunter2';
GRANT FILE, SELECT ON *.* TO files@localhost;
CREATE DATABASE test;
EOF`)
	more := map[string]string{"log_error_verbosity": "log_verbosity", "log_raw": "log_raw"}
	t.Run("as Debian starts it", func(t *testing.T) {
		compareVariables(t, h, read(t, h, key{"mariadb"}).list("mariadb")[0], more)
	})
	t.Run("accounts", func(t *testing.T) {
		i := read(t, h, key{"mariadb"}).list("mariadb")[0]
		want, got := map[string]string{}, map[string]string{}
		for _, line := range lines(h.MustRun("mysql", "-Ne", `SELECT CONCAT(user, '@', host), CONCAT_WS(' ', plugin, authentication_string <> '', account_locked = 'Y', File_priv = 'Y', ssl_type <> '') FROM mysql.user`)) {
			name, rest, _ := strings.Cut(line, "\t")
			want[name] = rest
		}
		digit := map[any]string{true: "1", false: "0"}
		for _, a := range objects(t, "accounts", i["accounts"]) {
			got[a["name"].(string)] = strings.Join([]string{a["plugin"].(string), digit[a["has_password"]], digit[a["locked"]], digit[a["file"]], digit[a["ssl"] != "none"]}, " ")
		}
		same(t, "accounts", want, got, 9)
		if i["test_database"] != true || i["flavour"] != "mysql" || i["skip_grant_tables"] != false {
			t.Errorf("%v %v %v", i["test_database"], i["flavour"], i["skip_grant_tables"])
		}
		verdicts := judged(t, h, "mariadb")
		for _, control := range []string{"2.2", "2.3", "2.6", "3.6"} {
			if verdicts[control] != "fail" {
				t.Errorf("%s is %s", control, verdicts[control])
			}
		}
	})
	t.Run("what is persisted waits for the restart, and goes before files and command line", func(t *testing.T) {
		good := judged(t, h, "mariadb")
		h.MustRun("sh", "-ec", `mysql -e "SET PERSIST_ONLY local_infile=1; SET PERSIST_ONLY back_log=77; SET PERSIST sql_mode='STRICT_ALL_TABLES'; SET PERSIST_ONLY log_error_verbosity=1"
mkdir -p /etc/systemd/system/mysql.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/mysqld --port=3309 --sql-mode= --log-error-verbosity=3 --general-log=0\n' > /etc/systemd/system/mysql.service.d/x.conf
printf '[mysqld]\nlocal_infile=0\ngeneral_log=1\n' > /etc/mysql/mysql.conf.d/z.cnf
systemctl daemon-reload`)
		turned := turned(good, judged(t, h, "mariadb"), true)
		for _, want := range []string{"3.1 as configured=fail", "3.5 in force=pass", "3.5 as configured=pass", "5.2 as configured=fail"} {
			if !strings.Contains(turned, want) {
				t.Errorf("%s is not among %s", want, turned)
			}
		}
		if strings.Contains(turned, "3.1 in force") || strings.Contains(turned, "5.2 in force") {
			t.Errorf("in force before the restart: %s", turned)
		}
		h.MustRun("systemctl", "restart", "mysql")
		compareVariables(t, h, read(t, h, key{"mariadb"}).list("mariadb")[0], more)
		h.MustRun("sh", "-ec", "printf '[mysqld]\npersisted-globals-load=OFF\n' >> /etc/mysql/mysql.conf.d/z.cnf; systemctl restart mysql")
		compareVariables(t, h, read(t, h, key{"mariadb"}).list("mariadb")[0], more)
	})
	t.Run("the old hashes of passwords by default, after the next restart", func(t *testing.T) {
		good := judged(t, h, "mariadb")
		h.MustRun("sh", "-ec", "printf '[mysqld]\nauthentication_policy=mysql_native_password,,\n' > /etc/mysql/mysql.conf.d/zz.cnf")
		defer h.MustRun("rm", "/etc/mysql/mysql.conf.d/zz.cnf")
		if got := turned(good, judged(t, h, "mariadb"), true); good["2.8"] != "pass" || !strings.Contains(got, "2.8 as configured=fail") || strings.Contains(got, "2.8 in force") {
			t.Errorf("from %s turned %q", good["2.8"], got)
		}
	})
	t.Run("a login by caching_sha2_password", func(t *testing.T) {
		h.MustRun("sh", "-ec", `echo 'mariadb_credentials = /etc/holdfast/my.cnf' > /etc/holdfast/settings
install -m 0600 /dev/null /etc/holdfast/my.cnf; printf '[client]\nuser=files\npassword="Hunter2#Hunter2"\n' > /etc/holdfast/my.cnf`)
		defer h.MustRun("rm", "/etc/holdfast/settings")
		if i := configuredHost(t, h, "mariadb"); i["live"] != true || len(i["accounts"].([]any)) < 9 {
			t.Errorf("%v: %v", i["live"], i["not_live"])
		}
	})
	t.Run("without grant tables", func(t *testing.T) {
		h.MustRun("sh", "-ec", "printf '[mysqld]\nskip-grant-tables\n' >> /etc/mysql/mysql.conf.d/z.cnf; systemctl restart mysql; sed -i /skip-grant/d /etc/mysql/mysql.conf.d/z.cnf")
		i := read(t, h, key{"mariadb"}).list("mariadb")[0]
		if i["skip_grant_tables"] != true || i["configured"].(map[string]any)["skip_grant_tables"] != false {
			t.Errorf("%v: in force %v", i["not_live"], i["skip_grant_tables"])
		}
	})
}

func TestValkey(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Suite: "trixie", Packages: []string{"valkey-server"}})
	i := read(t, h, key{"redis"}).list("redis")[0]
	if i["flavour"] != "valkey" || i["config_file"] != "/etc/valkey/valkey.conf" || i["user"] != "valkey" {
		t.Errorf("%v %v %v", i["flavour"], i["config_file"], i["user"])
	}
	compareWith(t, h, "valkey-cli")
	good := judged(t, h, "redis")
	h.MustRun("valkey-cli", "CONFIG", "SET", "protected-mode", "no")
	if got := turned(good, judged(t, h, "redis"), true); got != "1.2 in force=fail" {
		t.Errorf("CONFIG SET turned %q", got)
	}
	h.MustRun("valkey-cli", "CONFIG", "REWRITE")
	if got := turned(good, judged(t, h, "redis"), true); got != "1.2 as configured=fail 1.2 in force=fail" {
		t.Errorf("CONFIG REWRITE turned %q", got)
	}
}
