package hosttests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

const loginSecret = "Corr3ct-Horse#Battery"

// Both servers let nobody in without a password; Redis speaks TLS alone, and wants a certificate.
const loginSetup = `
install -d /etc/holdfast
cat > /etc/holdfast/settings <<'EOF'
mariadb_credentials = /etc/holdfast/mariadb.cnf
redis_credentials = /etc/holdfast/redis.logins
EOF
umask 077
printf '[client]\nuser = "audit"\npassword = "%[1]s"\n' > /etc/holdfast/mariadb.cnf
echo '* audit %[1]s' > /etc/holdfast/redis.logins
umask 022
mariadb <<'EOF'
INSTALL SONAME 'auth_ed25519';
CREATE USER audit@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('%[1]s');
GRANT SELECT ON *.* TO audit@localhost;
EOF
cd /etc/redis
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=redis 2>/dev/null
chown redis:redis key.pem cert.pem
cat >> redis.conf <<'EOF'
port 0
tls-port 6390
tls-cert-file /etc/redis/cert.pem
tls-key-file /etc/redis/key.pem
tls-ca-cert-file /etc/redis/cert.pem
user default on ">%[1]s" ~* &* +@all
user audit on ">%[1]s" +config|get +info +acl|list
EOF
systemctl restart redis-server
`

func TestServersThatWantAPassword(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"mariadb-server", "redis-server"}})
	h.MustRun("sh", "-ec", fmt.Sprintf(loginSetup, loginSecret))
	holdfast := install(t, h, "holdfast")
	asked := func(t *testing.T) (mariadb, redis map[string]any) {
		t.Helper()
		return configuredHost(t, h, "mariadb"), configuredHost(t, h, "redis")
	}
	for _, plugin := range []string{"mysql_native_password", "ed25519"} {
		t.Run(plugin, func(t *testing.T) {
			h.MustRun("mariadb", "-e", fmt.Sprintf("ALTER USER audit@localhost IDENTIFIED VIA %s USING PASSWORD('%s')", plugin, loginSecret))
			if m, _ := asked(t); m["live"] != true || m["accounts"] == nil {
				t.Errorf("not live: %v", m["not_live"])
			}
		})
	}
	t.Run("Redis over TLS", func(t *testing.T) {
		_, r := asked(t)
		if r["live"] != true || r["open"] != false || r["port"] != 0.0 || len(r["users"].([]any)) != 2 {
			t.Errorf("not live: %v; open %v, port %v", r["not_live"], r["open"], r["port"])
		}
		saysNothingOf(t, h, loginSecret)
	})
	t.Run("an authority that did not make the certificate", func(t *testing.T) {
		h.MustRun("sh", "-ec", "cd /etc/redis; cp -a cert.pem good.pem; openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out cert.pem -days 30 -subj /CN=redis 2>/dev/null")
		defer h.MustRun("sh", "-ec", "cd /etc/redis; mv good.pem cert.pem")
		if _, r := asked(t); r["live"] != false || r["not_live"] == "" {
			t.Errorf("%v %v", r["live"], r["not_live"])
		}
	})
	t.Run("wrong passwords", func(t *testing.T) {
		h.MustRun("sed", "-i", "s/Corr3ct/Wr0ng/", "/etc/holdfast/mariadb.cnf", "/etc/holdfast/redis.logins")
		defer h.MustRun("sed", "-i", "s/Wr0ng/Corr3ct/", "/etc/holdfast/mariadb.cnf", "/etc/holdfast/redis.logins")
		m, r := asked(t)
		if m["not_live"] != "the server refuses the login in /etc/holdfast/mariadb.cnf" || r["not_live"] != "the server wants a password, and refuses the login in /etc/holdfast/redis.logins" {
			t.Errorf("%v\n%v", m["not_live"], r["not_live"])
		}
		for _, benchmark := range []string{"redis", "mariadb"} {
			for control, verdict := range judged(t, h, benchmark) {
				if strings.HasSuffix(control, " in force") && verdict == "pass" && benchmark+control != "mariadb5.3 in force" { // MariaDB has no log_raw
					t.Errorf("%s: %s passes on a server that was not asked", benchmark, control)
				}
			}
		}
		saysNothingOf(t, h, "Wr0ng-Horse")
	})
	t.Run("a file that others may read", func(t *testing.T) {
		h.MustRun("chmod", "0644", "/etc/holdfast/mariadb.cnf", "/etc/holdfast/redis.logins")
		m, r := asked(t)
		for _, why := range []any{m["not_live"], r["not_live"]} {
			if !strings.Contains(fmt.Sprint(why), "its mode is 0644; it must be 0600 or stricter") {
				t.Error(why)
			}
		}
		saysNothingOf(t, h, loginSecret)
	})
	t.Run("no connection where they are switched off", func(t *testing.T) {
		h.MustRun("sh", "-c", "echo 'probe = no' >> /etc/holdfast/settings")
		if r := h.Run(holdfast, "facts", "redis"); !strings.Contains(r.Stdout, "switched off (--no-probe)") {
			t.Error(r.Stdout, r.Stderr)
		}
	})
}

// configuredHost is the first instance that the program tells of, which reads the host's own configuration.
func configuredHost(t *testing.T, h *testhost.Host, fact string) map[string]any {
	t.Helper()
	var read struct{ Value []map[string]any }
	if err := json.Unmarshal([]byte(h.MustRun(install(t, h, "holdfast"), "facts", fact, "--json")), &read); err != nil || len(read.Value) != 1 {
		t.Fatal(err, read)
	}
	return read.Value[0]
}

// saysNothingOf runs the verbs that print or write what was read, and looks for a secret in all of it.
func saysNothingOf(t *testing.T, h *testhost.Host, secret string) {
	t.Helper()
	holdfast := install(t, h, "holdfast")
	for _, args := range [][]string{
		{"facts", "mariadb"}, {"facts", "redis", "--json"}, {"audit", "--benchmark", "mariadb", "--format", "json"}, {"audit", "--benchmark", "redis"},
		{"explain", "2.2", "--benchmark", "redis"},
	} {
		r := h.Run(holdfast, args...)
		if said := r.Stdout + r.Stderr; strings.Contains(said, secret) || len(said) < 100 {
			t.Errorf("%s: %s", args, said)
		}
	}
	h.MustRun("sh", "-ec", "rm -f /root/r.rec; "+holdfast+" record -o /root/r.rec 2>/root/r.err")
	r := h.Run(holdfast, "facts", "redis", "--from", "/root/r.rec")
	if !strings.Contains(r.Stdout, "/etc/redis/redis.conf") || strings.Contains(r.Stdout, secret) {
		t.Errorf("the recording: %s%s", r.Stdout, r.Stderr)
	}
	if r := h.Run("sh", "-c", "cat /root/r.rec /root/r.err; zcat /root/r.rec 2>/dev/null; journalctl --no-pager -q -t holdfast"); strings.Contains(r.Stdout, secret) {
		t.Error("it is in the recording, or in the journal")
	}
}
