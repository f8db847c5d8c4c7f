package hosttests

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// Real servers of each protocol that TLS can begin in, and of some where it comes first. Each is told to speak its own
// choice of versions, so that an answer for one of them taken for another's would show.
const startTLSSetup = `
cd /etc/ssl
openssl req -x509 -newkey rsa:2048 -nodes -keyout mail.key -out mail.pem -days 90 -subj /CN=testhost -addext subjectAltName=DNS:testhost
chmod 0644 mail.key # each server reads it as an account of its own

cat > /etc/postfix/main.cf <<'EOF'
compatibility_level = 3.6
smtpd_tls_cert_file = /etc/ssl/mail.pem
smtpd_tls_key_file = /etc/ssl/mail.key
smtpd_tls_security_level = may
inet_interfaces = loopback-only
EOF
cat >> /etc/postfix/master.cf <<'EOF'
submission inet n - y - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_tls_mandatory_protocols=TLSv1.3
submissions inet n - y - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=encrypt -o smtpd_tls_mandatory_protocols=TLSv1.2
EOF

cat > /etc/dovecot/local.conf <<'EOF'
ssl = required
ssl_cert = </etc/ssl/mail.pem
ssl_key = </etc/ssl/mail.key
ssl_min_protocol = TLSv1.2
EOF

cat > /root/slapd.conf <<'EOF'
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile /etc/ssl/mail.pem
TLSCertificateKeyFile /etc/ssl/mail.key
TLSProtocolMin 3.4
database mdb
suffix "dc=example,dc=org"
directory /root/ldap
EOF
mkdir -p /root/ldap

cat > /etc/postgresql/15/main/conf.d/tls.conf <<'EOF'
ssl = on
ssl_min_protocol_version = 'TLSv1.3'
EOF

cat > /etc/mysql/mariadb.conf.d/99-tls.cnf <<'EOF'
[mysqld]
ssl_cert = /etc/ssl/mail.pem
ssl_key = /etc/ssl/mail.key
tls_version = TLSv1.2
EOF

cat > /etc/vsftpd.conf <<'EOF'
listen=YES
seccomp_sandbox=NO
ssl_enable=YES
rsa_cert_file=/etc/ssl/mail.pem
rsa_private_key_file=/etc/ssl/mail.key
ssl_tlsv1=YES
EOF

systemctl restart postfix dovecot postgresql@15-main mariadb vsftpd
systemctl stop slapd
systemd-run --quiet --unit ldap slapd -d 0 -f /root/slapd.conf -h 'ldap:/// ldaps:///'
for i in $(seq 200); do
	[ $(ss -H -ltn | awk '{print $4}' | sed 's/.*://' | grep -xE '25|587|465|143|110|993|995|389|636|5432|3306|21' | sort -u | wc -l) = 12 ] && exit 0
	sleep 0.05
done
ss -ltn
systemctl --failed
journalctl -n 30 -u ldap -u vsftpd
exit 1
`

// startTLSServers are the ports, and what s_client calls the protocol there; empty where TLS comes first.
var startTLSServers = map[int]string{
	25: "smtp", 587: "smtp", 465: "", 143: "imap", 110: "pop3", 993: "", 995: "", 389: "ldap", 636: "", 5432: "postgres", 3306: "mysql", 21: "ftp",
}

func TestStartTLSOfRealServers(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{
		"openssl", "postfix", "dovecot-imapd", "dovecot-pop3d", "slapd", "postgresql", "mariadb-server", "vsftpd",
	}})
	h.MustRun("sh", "-euc", startTLSSetup)
	install(t, h, "readfacts") // which may build it first
	start := time.Now()
	endpoints := inFull(t, h)
	t.Logf("%d endpoints in %s", len(endpoints), time.Since(start))
	var asked []question
	for port, protocol := range startTLSServers {
		for flag := range versionFlags {
			asked = append(asked, question{port: port, version: flag, startTLS: protocol})
		}
	}
	said := clientAnswers(t, h, asked)
	for _, port := range slices.Sorted(maps.Keys(startTLSServers)) {
		e := endpoints[strconv.Itoa(port)]
		if e["speaks_tls"] != true || e["starttls"] != startTLSServers[port] {
			t.Errorf("%d: speaks TLS: %v, after %q, want %q", port, e["speaks_tls"], e["starttls"], startTLSServers[port])
			continue
		}
		if compareVersions(t, port, startTLSServers[port], e, said) == 0 {
			t.Errorf("%d: openssl's client agrees on no version", port)
		}
		if chain := objects(t, "chain", e["chain"]); port != 5432 && (len(chain) != 1 || chain[0]["subject"] != "CN=testhost" || e["host_name_matches"] != true) {
			t.Errorf("%d: serves %v, for this host: %v", port, chain, e["host_name_matches"])
		}
		if suites, ok := e["cipher_suites"].([]any); !ok || len(suites) == 0 || slices.ContainsFunc(suites, isUnknown) {
			t.Errorf("%d: suites %v", port, e["cipher_suites"])
		}
	}
	for port, want := range map[string]map[string]any{
		"587": {"certificate_file": "/etc/ssl/mail.pem", "unit": "postfix@-.service"}, "143": {"unit": "dovecot.service"},
		"3306": {"unit": "mariadb.service", "process": "mariadbd"}, "5432": {"unit": "postgresql@15-main.service"}, "389": {"unit": "ldap.service"},
	} {
		for attr, value := range want {
			if got := endpoints[port][attr]; got != value {
				t.Errorf("%s: %s is %v, want %v", port, attr, got, value)
			}
		}
	}
}

// inFull asks all endpoints until none was too slow to answer everything within its time, as servers are on a busy
// machine: what is not known then is rightly unknown, and not what these tests are about.
func inFull(t *testing.T, h *testhost.Host) (endpoints map[string]map[string]any) {
	t.Helper()
	for range 8 {
		endpoints = endpointsByPort(t, read(t, h, key{"tls_endpoints"}))
		short := false
		for _, e := range endpoints {
			suites, listed := e["cipher_suites"].([]any)
			short = short || e["speaks_tls"] == true && (!listed || slices.ContainsFunc(suites, isUnknown)) || isUnknown(e["speaks_tls"])
		}
		if !short {
			break
		}
	}
	return endpoints
}

func isUnknown(v any) bool {
	_, is := v.(unknown)
	return is
}

func endpointsByPort(t *testing.T, r reading) map[string]map[string]any {
	t.Helper()
	endpoints := map[string]map[string]any{}
	for _, e := range r.list("tls_endpoints") {
		endpoints[fmt.Sprint(e["port"])] = e
	}
	return endpoints
}

// versionFlags are s_client's, and our names of the versions.
var versionFlags = map[string]string{"-tls1": "TLSv1", "-tls1_1": "TLSv1.1", "-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}

// question is one that openssl's own client puts to a server: does it agree on the version, with the suite when one is
// named?
type question struct {
	port                     int
	version, suite, startTLS string
}

// clientAnswers puts all questions, a few at a time.
func clientAnswers(t *testing.T, h *testhost.Host, questions []question) map[question]bool {
	t.Helper()
	var script strings.Builder
	script.WriteString(`ask() {
	n=$1; shift
	out=$(timeout 20 openssl s_client "$@" </dev/null 2>&1)
	case $out in *"Cipher is (NONE)"*) ;; *"New, "*) echo "$n" ;; esac
}
`)
	for i, q := range questions {
		suite := q.suite
		if suite == "" {
			suite = "ALL:COMPLEMENTOFALL"
		}
		fmt.Fprintf(&script, "ask %d -connect 127.0.0.1:%d %s -cipher %s:@SECLEVEL=0", i, q.port, q.version, suite)
		if q.startTLS != "" {
			fmt.Fprintf(&script, " -starttls %s", q.startTLS)
		}
		script.WriteString(" &\n")
		if i%8 == 7 {
			script.WriteString("wait\n")
		}
	}
	script.WriteString("wait\n")
	h.WriteFile("/root/ask.sh", 0o755, script.String())
	answers := map[question]bool{}
	for _, n := range lines(h.MustRun("sh", "/root/ask.sh")) {
		i, err := strconv.Atoi(n)
		if err != nil || i >= len(questions) {
			t.Fatalf("openssl's client: %q", n)
		}
		answers[questions[i]] = true
	}
	return answers
}

// compareVersions compares an endpoint's versions with what openssl's client said, and counts those offered.
func compareVersions(t *testing.T, port int, startTLS string, e map[string]any, said map[question]bool) (offered int) {
	t.Helper()
	for flag, name := range versionFlags {
		want := said[question{port: port, version: flag, startTLS: startTLS}]
		if want {
			offered++
		}
		for _, v := range objects(t, "versions", e["versions"]) {
			if v["name"] == name && v["offered"] != want {
				t.Errorf("%d: %s is offered: %v; openssl says %v", port, name, v["offered"], want)
			}
		}
	}
	return offered
}
