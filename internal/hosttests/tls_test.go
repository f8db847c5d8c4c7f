package hosttests

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// tlsServers are openssl s_server's arguments, by port. Debian's OpenSSL gives up old things only at security level 0.
var tlsServers = map[int]string{
	9001: "-cert /root/c.pem -key /root/k.pem",
	9002: "-cert /root/c.pem -key /root/k.pem -cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0 -serverpref",
	9003: "-nocert -cipher aNULL:@SECLEVEL=0 -no_tls1_3",
	9004: "-cert /root/c.pem -key /root/k.pem -tls1 -cipher ALL:@SECLEVEL=0",
	9005: "-cert /root/c.pem -key /root/k.pem -tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384 -groups P-384",
	9006: "-cert /root/c.pem -key /root/k.pem -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:DHE-RSA-CAMELLIA128-SHA -curves P-256",
	9007: "-cert /root/c.pem -key /root/k.pem -no_tls1_3 -cipher NULL:@SECLEVEL=0",
	9008: "-cert /root/e.pem -key /root/ek.pem -cipher ALL:@SECLEVEL=0",
}

const nginxTLS = `events {}
http {
  server {
    listen 443 ssl;
    ssl_certificate /root/c.pem;
    ssl_certificate_key /root/k.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
  }
  server {
    listen 8443 ssl default_server;
    ssl_reject_handshake on;
  }
  server {
    listen 8443 ssl;
    server_name named.example.org;
    ssl_certificate /root/c.pem;
    ssl_certificate_key /root/k.pem;
  }
}
`

// tlsHost is one with all of these servers.
func tlsHost(t *testing.T) *testhost.Host {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"nginx-light", "postfix", "openssl"}})
	h.MustRun("sh", "-c", "cd /root && openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 90 -subj /CN=named.example.org -addext subjectAltName=DNS:named.example.org && "+
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ek.pem -out e.pem -days 90 -subj /CN=e")
	h.WriteFile("/etc/nginx/nginx.conf", 0o644, nginxTLS)
	h.MustRun("systemctl", "restart", "nginx")
	h.WriteFile("/etc/postfix/main.cf", 0o644, "compatibility_level = 3.6\nsmtpd_tls_cert_file = /root/c.pem\nsmtpd_tls_key_file = /root/k.pem\nsmtpd_tls_security_level = may\ninet_interfaces = loopback-only\n")
	h.MustRun("systemctl", "restart", "postfix")
	for port, arguments := range tlsServers {
		command := append([]string{"--quiet", "--unit", fmt.Sprint("tls", port), "openssl", "s_server", "-quiet", "-www", "-accept", fmt.Sprint("127.0.0.1:", port)}, strings.Fields(arguments)...)
		h.MustRun("systemd-run", command...)
	}
	h.MustRun("systemd-run", "--quiet", "--unit", "mute", "socat", "TCP4-LISTEN:9020,fork", "EXEC:/bin/sleep 100")
	h.MustRun("sh", "-c", "for i in $(seq 100); do [ $(ss -H -ltn 'sport >= 9001 and sport <= 9020 or sport = :443 or sport = :25' | wc -l) -ge 11 ] && exit 0; sleep 0.05; done; ss -ltn; exit 1")
	return h
}

func TestTLSEndpointsAreWhatOpenSSLSays(t *testing.T) {
	h := tlsHost(t)
	install(t, h, "readfacts") // which may build it first
	start := time.Now()
	endpoints := endpointsByPort(t, read(t, h, key{"tls_endpoints"}))
	t.Logf("%d endpoints in %s", len(endpoints), time.Since(start))
	ports := []int{443, 25}
	for port := range tlsServers {
		ports = append(ports, port)
	}
	startTLS := map[int]string{25: "smtp"}
	var asked []question
	for _, port := range ports {
		for flag := range versionFlags {
			asked = append(asked, question{port: port, version: flag, startTLS: startTLS[port]})
		}
	}
	said := clientAnswers(t, h, asked)
	for _, port := range ports {
		e := endpoints[fmt.Sprint(port)]
		if e["speaks_tls"] != true {
			t.Errorf("%d: speaks TLS: %v, %v", port, e["speaks_tls"], e)
			continue
		}
		if compareVersions(t, port, startTLS[port], e, said) == 0 {
			t.Errorf("%d: openssl's client agrees on no version", port)
		}
	}
	compareSuites(t, h, endpoints)
	for port, want := range map[string]map[string]any{
		"25":   {"starttls": "smtp", "unit": "postfix@-.service"},
		"443":  {"starttls": "", "certificate_file": "/root/c.pem", "unit": "nginx.service", "sni_default": true},
		"8443": {"speaks_tls": true, "sni_default": false, "certificate_file": "/root/c.pem"},
		"9002": {"server_order": true}, "9001": {"server_order": false, "dh_bits": float64(2048)},
		"9003": {"chain_valid": false}, "9020": {"speaks_tls": "it accepts connections and gives no answer in time"},
	} {
		for attr, value := range want {
			if got := endpoints[port][attr]; fmt.Sprint(got) != fmt.Sprint(value) {
				t.Errorf("%s: %s is %v, want %v", port, attr, got, value)
			}
		}
	}
}

// compareSuites asks openssl's client for each suite that it knows, one by one, of two servers.
func compareSuites(t *testing.T, h *testhost.Host, endpoints map[string]map[string]any) {
	t.Helper()
	names := map[string]string{} // openssl's by IANA's
	for _, l := range lines(h.MustRun("openssl", "ciphers", "-stdname", "-tls1_2", "-s", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")) {
		if f := strings.Fields(l); len(f) > 2 && !strings.Contains(f[0], "PSK") && !strings.Contains(f[0], "SRP") {
			names[f[0]] = f[2]
		}
	}
	if len(names) < 60 {
		t.Fatalf("openssl knows %d suites", len(names))
	}
	ports := []int{9006, 9007}
	var asked []question
	for _, port := range ports {
		for _, own := range names {
			asked = append(asked, question{port: port, version: "-tls1_2", suite: own})
		}
	}
	said := clientAnswers(t, h, asked)
	for _, port := range ports {
		var want, got []string
		for name, own := range names {
			if said[question{port: port, version: "-tls1_2", suite: own}] {
				want = append(want, name)
			}
		}
		for _, s := range objects(t, "cipher_suites", endpoints[fmt.Sprint(port)]["cipher_suites"]) {
			if s["version"] == "TLSv1.2" {
				got = append(got, s["name"].(string))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) || len(got) == 0 {
			t.Errorf("%d: suites %v, openssl says %v", port, got, want)
		}
	}
}

func TestCISAuditAsksNoService(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	h.MustRun("systemd-run", "--quiet", "--unit", "plain", "socat", "TCP4-LISTEN:9030,fork", "EXEC:/bin/cat")
	connects := func(arguments ...string) (n int) {
		for _, line := range trace(t, h, "", append([]string{holdfast, "audit", "--exit-zero"}, arguments...)...) {
			if strings.Contains(line, "connect(") && toInternet.MatchString(line) {
				n++
			}
		}
		return n
	}
	if n := connects("--benchmark", "tls"); n == 0 {
		t.Error("the benchmark that wants connections made none: the trace shows nothing")
	}
	for _, arguments := range [][]string{{"--benchmark", "cis-debian-12"}, {"--benchmark", "tls", "--no-probe"}} {
		if n := connects(arguments...); n > 0 {
			t.Errorf("%v made %d connections", arguments, n)
		}
	}
}
