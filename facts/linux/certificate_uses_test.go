package linux

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestWhoUsesACertificate(t *testing.T) {
	key, keyPEM := newKey(t)
	cert := issue(t, "www.example.org", false, key, nil, hosttest.Now.AddDate(1, 0, 0)).pem
	old := issue(t, "old.example.org", false, key, nil, hosttest.Now.AddDate(0, 0, -1)).pem
	files := []string{
		"-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\n-- /etc/group --\nroot:x:0:",
		// PostgreSQL: ssl is off by default, server.crt is the default, an include may name another.
		"-- /etc/postgresql/15/off/postgresql.conf --\nssl_cert_file = '/srv/pg-off.pem'\ndata_directory = '/var/lib/postgresql/15/off'",
		"-- /etc/postgresql/15/def/postgresql.conf --\nssl = on\ndata_directory = '/var/lib/postgresql/15/def'",
		"-- /etc/postgresql/15/inc/postgresql.conf --\nssl = 'yes'\ninclude_dir = 'conf.d'\ninclude 'tls/x.conf'\ndata_directory = '/var/lib/postgresql/15/inc'",
		"-- /etc/postgresql/15/inc/conf.d/a.conf --\nssl_cert_file = '/srv/pg-off.pem'",
		"-- /etc/postgresql/15/inc/tls/x.conf --\n\nSSL_Cert_File '/srv/pg-inc.pem' # in force",
		"-- /proc/version --\n",
		"-- /usr/sbin/mariadbd mode=0755 --\n",
		"-- /etc/mysql/my.cnf --\n[mysqld]\nssl-cert = /srv/pg-off.pem\nssl_cert = /srv/mariadb.pem\nssl_key = /srv/mariadb.key",
		"-- /etc/redis/redis.conf --\ntls-port 6380\ntls-cert-file /srv/redis.pem\n",
		"-- /usr/bin/mongod mode=0755 --\n",
		"-- /etc/mongod.conf --\nnet:\n  tls:\n    mode: requireTLS\n    certificateKeyFile: /srv/mongo.pem\n",
		"-- /etc/ldap/slapd.d/cn=config.ldif --\ndn: cn=config\nolcTLSCertificateFile: /srv/ld\n ap.pem\n",
		"-- /etc/ldap/slapd.conf --\nTLSCertificateFile\t/srv/slapd.pem\n",
		"-- /etc/vsftpd.conf --\nssl_enable=YES\nrsa_cert_file=/srv/pg-off.pem\nrsa_cert_file=/srv/ftp.pem\n",
		"-- /etc/vsftpd/vsftpd.conf --\nrsa_cert_file=/srv/pg-off.pem\n",
		"-- /etc/systemd/system/a@.service --\n[Service]\nExecStart=/bin/true\n",
		"-- /etc/systemd/system/b.service --\n[Service]\nExecStart=/bin/true\nLoadCredential=cert:/srv/cred.pem\nLoadCredential=dir:/srv/creds\nLoadCredential=password:/srv/password\nSetCredential=x:/srv/pg-off.pem\n",
		"-- /etc/systemd/system/b.service.d/x.conf --\n[Service]\nLoadCredentialEncrypted=own.pem\n",
		"-- /etc/systemd/system/c.service link=/dev/null --",
		"-- /srv/password --\nhush",
		"-- /etc/nginx/nginx.conf --\nhttp { server { ssl_certificate /etc/letsencrypt/archive/old/cert1.pem; } }",
		"-- /etc/letsencrypt/archive/old/cert1.pem --\n" + old,
		"-- /etc/ssl/unused.pem --\n" + old,
		"-- /etc/ssl/unused.key mode=0600 --\n" + keyPEM,
	}
	for _, name := range []string{
		"/srv/pg-off.pem", "/srv/pg-inc.pem", "/var/lib/postgresql/15/def/server.crt", "/srv/mariadb.pem", "/srv/redis.pem", "/srv/mongo.pem",
		"/srv/ldap.pem", "/srv/slapd.pem", "/srv/ftp.pem", "/srv/cred.pem", "/srv/creds/one.crt", "/etc/credstore/own.pem",
	} {
		files = append(files, "-- "+name+" --\n"+cert)
	}
	v := hosttest.Read(t, hosttest.New(t, strings.Join(files, "\n")), Sources(), "certificates")
	got := map[string]string{}
	for i := range v.LengthInt() {
		at := fmt.Sprintf("[%d].", i)
		use := "-"
		if hosttest.Leaf(v, at+"used_by") != "[]" {
			use = strings.Join([]string{hosttest.Leaf(v, at+"used_by[0].service"), hosttest.Leaf(v, at+"used_by[0].file"), hosttest.Leaf(v, at+"used_by[0].line")}, " ")
		}
		got[hosttest.Leaf(v, at+"path")] = strings.Join([]string{use, hosttest.Leaf(v, at+"letsencrypt"), hosttest.Leaf(v, at+"expired")}, "|")
	}
	want := map[string]string{
		"/srv/pg-inc.pem":                        "postgresql /etc/postgresql/15/inc/tls/x.conf 2||false",
		"/var/lib/postgresql/15/def/server.crt":  "postgresql /etc/postgresql/15/def/postgresql.conf 1||false",
		"/srv/mariadb.pem":                       "mariadb /etc/mysql/my.cnf 3||false",
		"/srv/redis.pem":                         "redis /etc/redis/redis.conf 2||false",
		"/srv/mongo.pem":                         "mongodb /etc/mongod.conf 4||false",
		"/srv/ldap.pem":                          "slapd /etc/ldap/slapd.d/cn=config.ldif 2||false",
		"/srv/slapd.pem":                         "slapd /etc/ldap/slapd.conf 1||false",
		"/srv/ftp.pem":                           "vsftpd /etc/vsftpd.conf 3||false",
		"/srv/cred.pem":                          "b.service /etc/systemd/system/b.service 3||false",
		"/srv/creds/one.crt":                     "b.service /etc/systemd/system/b.service 4||false",
		"/etc/credstore/own.pem":                 "b.service /etc/systemd/system/b.service.d/x.conf 2||false",
		"/etc/letsencrypt/archive/old/cert1.pem": "nginx /etc/nginx/nginx.conf 1|archive|true",
		"/etc/ssl/unused.pem":                    "-||true",
	}
	for name, use := range want {
		if got[name] != use {
			t.Errorf("%s: %q, want %q", name, got[name], use)
		}
	}
	for name, use := range got {
		if want[name] == "" {
			t.Errorf("%s: %q, and nobody uses it", name, use)
		}
	}
}
