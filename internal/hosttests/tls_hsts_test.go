package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

const nginxHSTS = `events {}
http {
  ssl_certificate /root/c.pem;
  ssl_certificate_key /root/k.pem;
  add_header Strict-Transport-Security "max-age=63072000; includeSubDomains";
  server { listen 443 ssl; return 200 "inherited"; }
  server { listen 444 ssl; location / { add_header X-Own 1; return 200 "its own header takes the inherited one away"; } }
  server { listen 445 ssl; return 404; }
  server { listen 446 ssl; add_header Strict-Transport-Security "max-age=15768000" always; return 404; }
  server { listen 447 ssl http2 default_server; add_header Strict-Transport-Security "max-age=0"; return 200; }
  server { listen 447 ssl http2; server_name named.example.org; add_header Strict-Transport-Security "max-age=63072001"; return 301 https://elsewhere.example.org/; }
  server { listen 127.0.0.1:448 ssl; add_header X-Own 1; return 200; }
}
`

// What nginx sends depends on where add_header stands, on the status and on the name asked for: its answer tells.
func TestStrictTransportOfNginx(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"nginx-light", "postfix", "openssl", "gnutls-bin", "libnss3-tools"}})
	h.MustRun("sh", "-euc", "cd /root; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=n -addext subjectAltName=DNS:named.example.org 2>/dev/null")
	h.WriteFile("/etc/nginx/nginx.conf", 0o644, nginxHSTS)
	h.MustRun("systemctl", "restart", "nginx")
	endpoints := endpointsByPort(t, read(t, h, key{"tls_endpoints"}))
	for port, want := range map[string]string{
		"443": "6.3072e+07", "444": "0", "445": "error 404", "446": "1.5768e+07", "447": "6.3072001e+07", "448": "0",
	} {
		if got := fmt.Sprint(endpoints[port]["hsts_max_age"]); endpoints[port]["http"] != true || got != want && !(strings.HasPrefix(want, "error") && strings.Contains(got, want)) {
			t.Errorf("%s: %s (http: %v), want %s", port, got, endpoints[port]["http"], want)
		}
	}
	out := h.Run(install(t, h, "holdfast"), "audit", "--benchmark", "tls", "--format", "json").Stdout
	_, control, _ := strings.Cut(out, `"4.10"`)
	control, _, _ = strings.Cut(control, `"control"`)
	for port, named := range map[string]bool{"443": false, "444": true, "446": true, "447": false, "448": false} {
		if got := strings.Contains(control, "0.0.0.0:"+port+" (nginx)"); got != named {
			t.Errorf("4.10 names port %s: %v", port, got)
		}
	}
}
