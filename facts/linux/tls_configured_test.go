package linux

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestConfiguredCertificates(t *testing.T) {
	key, keyPEM := newKey(t)
	cert := issue(t, "www.example.org", false, key, nil, hosttest.Now.AddDate(1, 0, 0))
	h := hosttest.New(t, strings.Join([]string{
		"-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\n-- /etc/group --\nroot:x:0:",
		"-- /etc/nginx/nginx.conf --\nhttp {\n include sites-enabled/*;\n}\n",
		"-- /etc/nginx/sites-enabled/www --\nserver {\n ssl_certificate /etc/letsencrypt/live/www/fullchain.pem;\n ssl_certificate_key /srv/www.key;\n}\n",
		"-- /etc/letsencrypt/live/www/fullchain.pem link=../../archive/www/fullchain1.pem --",
		"-- /etc/letsencrypt/archive/www/fullchain1.pem --\n" + cert.pem,
		"-- /srv/www.key mode=0644 --\n" + keyPEM,
		"-- /etc/apache2/apache2.conf --\nIncludeOptional sites/*.conf",
		"-- /etc/apache2/envvars --\nexport CERTS=/srv",
		"-- /etc/apache2/sites/a.conf --\n<VirtualHost *:443>\nSSLCertificateFile ${CERTS}/apache.pem\nSSLCertificateKeyFile ${NONE}/x\n</VirtualHost>",
		"-- /srv/apache.pem --\n" + cert.pem,
		"-- /etc/postfix/main.cf --\nsmtpd_tls_cert_file=/etc/ssl/mail.pem\nsmtpd_tls_key_file=$smtpd_tls_cert_file\n",
		"-- /etc/postfix/master.cf --\nsmtps inet n - y - - smtpd\n  -o smtpd_tls_cert_file=/srv/apache.pem\n",
		"-- /etc/ssl/mail.pem --\n" + cert.pem,
		"-- /etc/ssl/unused.pem --\n" + cert.pem,
		"-- /etc/postgresql/15/main/postgresql.conf --\nssl = on\nssl_cert_file = '/srv/old.pem'\ndata_directory = '/var/lib/postgresql/15/main'",
		"-- /var/lib/postgresql/15/main/postgresql.auto.conf --\nssl_cert_file = 'server.crt'",
		"-- /var/lib/postgresql/15/main/server.crt --\n" + cert.pem,
	}, "\n"))
	for _, c := range []struct{ fact, attr, want string }{
		{"nginx", "configured", "true"},
		{"nginx", "files[0].path", "/etc/letsencrypt/live/www/fullchain.pem"},
		{"nginx", "files[0].kind", "certificate"},
		{"nginx", "files[0].exists", "true"},
		{"nginx", "files[1].kind", "key"},
		{"nginx", "files[1].mode", "0644"},
		{"apache", "files[0].path", "/srv/apache.pem"},
		{"apache", "files[1]", "unknown: /etc/apache2/sites/a.conf:3: sslcertificatekeyfile depends on a variable"},
		{"postfix", "files[1].path", "/etc/ssl/mail.pem"},
		{"postfix", "files[1].directive", "smtpd_tls_key_file"},
		{"postfix", "files[2].path", "/srv/apache.pem"},
		{"dovecot", "configured", "false"},
		{"dovecot", "files", "[]"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), c.fact), c.attr); got != c.want {
			t.Errorf("%s.%s is %q, want %q", c.fact, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, h, Sources(), "certificates")
	for path, want := range map[string]string{
		"/etc/letsencrypt/live/www/fullchain.pem": "live nginx /etc/nginx/sites-enabled/www 2",
		"/etc/ssl/mail.pem":                       " postfix /etc/postfix/main.cf 1",
		"/etc/ssl/unused.pem":                     " unknown: apache: /etc/apache2/sites/a.conf:3: sslcertificatekeyfile depends on a variable no such path no such path",
		"/srv/apache.pem":                         " apache /etc/apache2/sites/a.conf 2",
		"/var/lib/postgresql/15/main/server.crt":  " postgresql /var/lib/postgresql/15/main/postgresql.auto.conf 1",
	} {
		found := false
		for i := range v.LengthInt() {
			at := fmt.Sprintf("[%d].", i)
			if hosttest.Leaf(v, at+"path") != path {
				continue
			}
			found = true
			use := hosttest.Leaf(v, at+"used_by[0].service")
			if use == "no such path" {
				use = hosttest.Leaf(v, at+"used_by[0]")
			}
			got := strings.Join([]string{hosttest.Leaf(v, at+"letsencrypt"), use, hosttest.Leaf(v, at+"used_by[0].file"), hosttest.Leaf(v, at+"used_by[0].line")}, " ")
			if got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		if !found {
			t.Errorf("%s is not among the certificates", path)
		}
	}
}

func TestUnusedCertificatesAreKnownToBeSo(t *testing.T) {
	key, _ := newKey(t)
	c := issue(t, "x", false, key, nil, hosttest.Now.AddDate(1, 0, 0))
	v := hosttest.Read(t, hosttest.New(t, "-- /proc/version --\n-- /etc/nginx/x.pem --\n"+c.pem), Sources(), "certificates")
	if got := hosttest.Leaf(v, "[0].used_by"); got != "[]" {
		t.Error(got)
	}
}
