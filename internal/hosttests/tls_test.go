package hosttests

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
	9009: "-cert /root/c.pem -key /root/k.pem -dcert /root/e.pem -dkey /root/ek.pem",
	9012: "-cert /root/c.pem -key /root/k.pem -Verify 1 -verify_return_error",
	9013: "-cert /root/c.pem -key /root/k.pem -Verify 1 -verify_return_error -no_tls1_3",
	9014: "-cert /root/s.pem -key /root/k.pem -status_file /root/ocsp.der -no_tls1_3",
	9015: "-cert /root/s.pem -key /root/k.pem -status_file /root/ocsp.der -tls1_3",
	9019: "-cert /root/old.pem -key /root/oldk.pem -cipher ALL:@SECLEVEL=0",
	9021: "-cert /root/md5.pem -key /root/k.pem -cipher ALL:@SECLEVEL=0",
}

// pskServers know no certificate: a client without their key gets no further than the version.
var pskServers = map[int]string{
	9010: "-nocert -psk 1a2b3c4d -no_tls1_3",
	9011: "-nocert -psk 1a2b3c4d -tls1_3",
}

// tlsFiles are what those servers serve: an RSA and an ECDSA certificate, one with a responder of OCSP and what that says,
// an old one (1024 bits, SHA-1, no alternative names, four years), one signed with MD5 and NSS's database.
const tlsFiles = `
cd /root
san=subjectAltName=DNS:named.example.org
openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 90 -subj /CN=named.example.org -addext $san
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ek.pem -out e.pem -days 90 -subj /CN=e -addext $san -addext authorityInfoAccess=OCSP\;URI:http://ocsp.example.org
openssl req -new -key k.pem -subj /CN=s -out s.csr
printf "$san\nauthorityInfoAccess=OCSP;URI:http://ocsp.example.org\n" > s.ext
openssl x509 -req -in s.csr -CA c.pem -CAkey k.pem -set_serial 7 -days 90 -extfile s.ext -out s.pem
openssl ocsp -issuer c.pem -serial 7 -reqout ocsp.req
: > index.txt
openssl ocsp -index index.txt -CA c.pem -rsigner c.pem -rkey k.pem -reqin ocsp.req -ndays 1 -respout ocsp.der
openssl req -new -newkey rsa:1024 -nodes -keyout oldk.pem -subj /CN=old -out old.csr
openssl x509 -req -in old.csr -CA c.pem -CAkey k.pem -set_serial 8 -days 1460 -sha1 -out old.pem
openssl x509 -req -in s.csr -CA c.pem -CAkey k.pem -set_serial 9 -days 5 -md5 -extfile s.ext -out md5.pem
openssl pkcs12 -export -in c.pem -inkey k.pem -name nss -passout pass: -out c.p12
mkdir nss
certutil -N -d sql:nss --empty-password
pk12util -i c.p12 -d sql:nss -W ''
systemd-run --quiet --unit tls9016 gnutls-serv --quiet --http --port 9016 --x509certfile /root/c.pem --x509keyfile /root/k.pem --priority NORMAL:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC:+MD5:-VERS-TLS1.3
systemd-run --quiet --unit tls9017 selfserv -n nss -p 9017 -d sql:/root/nss -V ssl3:tls1.2 -c :0002:0004:0005:0009:000a:002f
`

// weakServers are the ports of servers with each weakness, by the control that must name them and only them.
var weakServers = map[string][]int{
	"1.1": {9002, 9003, 9004, 9007, 9008, 9010, 9016, 9017, 9019, 9021},
	"2.1": {9002, 9003, 9004, 9007, 9008, 9017, 9019, 9021}, // anonymous, no encryption
	"2.2": {9002, 9007, 9016, 9017},                         // RC4, DES, 3DES, MD5
	"3.2": {9002, 9003, 9004, 9008, 9019, 9021},             // what OpenSSL takes at level 0 for anonymous suites and small keys
	"4.2": {9021},                                           // runs out
	"4.3": {9019},                                           // 1024 bits
	"4.4": {9019, 9021},                                     // SHA-1, MD5
	"4.5": {9019},                                           // four years
	"4.8": {9019},                                           // no alternative names
	"4.9": {9008, 9009, 9021},
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
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"nginx-light", "postfix", "openssl", "gnutls-bin", "libnss3-tools"}})
	h.MustRun("sh", "-euc", tlsFiles)
	h.WriteFile("/etc/nginx/nginx.conf", 0o644, nginxTLS)
	h.MustRun("systemctl", "restart", "nginx")
	h.WriteFile("/etc/postfix/main.cf", 0o644, "compatibility_level = 3.6\nsmtpd_tls_cert_file = /root/c.pem\nsmtpd_tls_key_file = /root/k.pem\nsmtpd_tls_security_level = may\ninet_interfaces = loopback-only\n")
	h.MustRun("systemctl", "restart", "postfix")
	servers := maps.Clone(tlsServers)
	maps.Copy(servers, pskServers)
	for port, arguments := range servers {
		command := append([]string{"--quiet", "--unit", fmt.Sprint("tls", port), "openssl", "s_server", "-quiet", "-www", "-accept", fmt.Sprint("127.0.0.1:", port)}, strings.Fields(arguments)...)
		h.MustRun("systemd-run", command...)
	}
	h.MustRun("systemd-run", "--quiet", "--unit", "mute", "socat", "TCP4-LISTEN:9020,fork", "EXEC:/bin/sleep 100")
	h.MustRun("sh", "-c", "for i in $(seq 100); do [ $(ss -H -ltn 'sport >= :9001 and sport <= :9021 or sport = :443 or sport = :25' | awk '{print $4}' | sed 's/.*://' | sort -u | wc -l) = 22 ] && exit 0; sleep 0.05; done; ss -ltn; exit 1")
	return h
}

func TestTLSEndpointsAreWhatOpenSSLSays(t *testing.T) {
	h := tlsHost(t)
	install(t, h, "readfacts") // which may build it first
	start := time.Now()
	endpoints := endpointsByPort(t, read(t, h, key{"tls_endpoints"}))
	t.Logf("%d endpoints in %s", len(endpoints), time.Since(start))
	ports := []int{443, 25, 9016, 9017}
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
		"9003": {"chain_valid": false}, "9010": {"chain": "[]", "chain_valid": true}, "9011": {"sni_default": false},
		"9014": {"ocsp_stapled": true}, "9015": {"ocsp_stapled": true},
		"9020": {"speaks_tls": "it accepts connections and gives no answer in time"},
	} {
		for attr, value := range want {
			if got := endpoints[port][attr]; fmt.Sprint(got) != fmt.Sprint(value) {
				t.Errorf("%s: %s is %v, want %v", port, attr, got, value)
			}
		}
	}
	for port, subjects := range map[string]string{
		"9009": "CN=e CN=named.example.org", "9012": "CN=named.example.org", "9013": "CN=named.example.org", "9015": "CN=s",
	} {
		var got []string
		for _, c := range objects(t, "chain", endpoints[port]["chain"]) {
			got = append(got, fmt.Sprint(c["subject"]))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != subjects {
			t.Errorf("%s serves %v, want %s", port, got, subjects)
		}
	}
	if v := objects(t, "versions", endpoints["9010"]["versions"]); v[3]["offered"] != true || !isUnknown(v[4]["offered"]) {
		t.Errorf("a server that wants a key of its clients speaks %v", v)
	}
	if v := objects(t, "versions", endpoints["9017"]["versions"]); v[0]["offered"] != true {
		t.Errorf("NSS's server speaks %v", v)
	}
	weaknessesAreSeen(t, endpoints)
	weakAreNamed(t, h)
}

// weaknessesAreSeen looks for each weakness of a suite, at a server that is told to have it. No server of Debian's packages
// has export suites any more.
func weaknessesAreSeen(t *testing.T, endpoints map[string]map[string]any) {
	t.Helper()
	for weakness, port := range map[string]string{
		"anonymous": "9003", "null": "9007", "rc4": "9016", "3des": "9016", "des": "9017", "md5": "9017", "cbc": "9006", "static_key": "9006",
	} {
		if suites := fmt.Sprint(endpoints[port]["cipher_suites"]); !strings.Contains(suites, weakness+" ") && !strings.Contains(suites, weakness+"]") {
			t.Errorf("%s: no suite is %s: %s", port, weakness, suites)
		}
	}
}

// weakAreNamed audits: each control names the servers that have its weakness, and no other.
func weakAreNamed(t *testing.T, h *testhost.Host) {
	t.Helper()
	var rep struct {
		Benchmarks []struct {
			Results []struct {
				Control    string
				Violations []struct{ Identity string }
			}
		}
	}
	r := h.Run(install(t, h, "holdfast"), "audit", "--benchmark", "tls", "--profile", "intermediate", "--format", "json")
	if err := json.Unmarshal([]byte(r.Stdout), &rep); err != nil || len(rep.Benchmarks) != 1 {
		t.Fatalf("%v\n%s%s", err, r.Stdout, r.Stderr)
	}
	port := regexp.MustCompile(`:(9\d\d\d) `)
	for _, result := range rep.Benchmarks[0].Results {
		want, judged := weakServers[result.Control]
		if !judged {
			continue
		}
		var got []int
		for _, v := range result.Violations {
			if m := port.FindStringSubmatch(v.Identity); m != nil {
				n, _ := strconv.Atoi(m[1])
				got = append(got, n)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%s names %v, want %v", result.Control, got, want)
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
