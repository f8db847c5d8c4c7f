package linux

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/zclconf/go-cty/cty"
)

// authority issues certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  string
}

func newKey(t testing.TB) (crypto.Signer, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// issue makes a certificate; by nil makes it sign itself.
func issue(t testing.TB, name string, ca bool, key crypto.Signer, by *authority, until time.Time) *authority {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc), Subject: pkix.Name{CommonName: name},
		NotBefore: hosttest.Now.AddDate(-1, 0, 0), NotAfter: until,
		BasicConstraintsValid: true, IsCA: ca, KeyUsage: x509.KeyUsageCertSign,
	}
	if !ca {
		tmpl.DNSNames, tmpl.IPAddresses = []string{name}, []net.IP{net.IPv4(192, 0, 2, 1)}
	}
	parent, signer := tmpl, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

func TestCertificates(t *testing.T) {
	next := hosttest.Now.AddDate(1, 0, 0)
	rootKey, _ := newKey(t)
	root := issue(t, "Root", true, rootKey, nil, next)
	midKey, _ := newKey(t)
	mid := issue(t, "Mid", true, midKey, root, next)
	key, keyPEM := newKey(t)
	leaf := issue(t, "www.example.org", false, key, mid, next)
	otherKey, otherPEM := newKey(t)
	own := issue(t, "own.example.org", false, otherKey, nil, hosttest.Now.AddDate(0, 0, -1))
	h := hosttest.New(t, strings.Join([]string{
		"-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\n-- /etc/group --\nroot:x:0:",
		"-- /etc/ssl/certs/ca-certificates.crt --\n" + root.pem,
		"-- /usr/share/ca-certificates/root.crt --\n" + root.pem,
		"-- /etc/ssl/certs/root.pem link=/usr/share/ca-certificates/root.crt --",
		"-- /etc/letsencrypt/live/www/fullchain.pem --\n" + leaf.pem + mid.pem,
		"-- /etc/letsencrypt/live/www/privkey.pem mode=0640 --\n" + keyPEM,
		"-- /etc/nginx/ssl/own.crt --\n" + own.pem,
		"-- /etc/nginx/ssl/own.key mode=0600 --\n" + keyPEM,
		"-- /srv/both.pem mode=0600 --\n" + otherPEM + own.pem,
		"-- /srv/lone.pem --\n" + leaf.pem,
		"-- /srv/damaged.pem --\n" + leaf.pem + strings.Replace(mid.pem, "M", "!", 1),
		"-- /srv/locked.pem --\n" + leaf.pem + "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
		"-- /srv/none.pem --\nhello",
		"-- /srv/huge.pem --\n" + leaf.pem + strings.Repeat("# a certificate of 10 MB\n", 10<<20/25),
		"-- /srv/pipe.pem fifo --\n",
	}, "\n"))
	for _, c := range []struct{ path, attr, want string }{
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].subject", "CN=www.example.org"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].issuer", "CN=Mid"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].sans[1]", "192.0.2.1"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].serial", "abc"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].not_after", "2027-11-23T12:00:00Z"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].self_signed", "false"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].key_type", "ecdsa"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].key_bits", "256"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].signature_algorithm", "ECDSA-SHA256"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].chain_valid", "true"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].key_path", "/etc/letsencrypt/live/www/privkey.pem"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].key_mode", "0640"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[0].key_matches", "true"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[1].is_ca", "true"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[1].chain_valid", "unknown: looked at for the first certificate of a file only"},
		{"/etc/letsencrypt/live/www/fullchain.pem", "[1].key_path", "unknown: looked at for the first certificate of a file only"},
		{"/etc/nginx/ssl/own.crt", "[0].self_signed", "true"},
		{"/etc/nginx/ssl/own.crt", "[0].expired", "true"},
		{"/etc/nginx/ssl/own.crt", "[0].chain_valid", "false"},
		{"/etc/nginx/ssl/own.crt", "[0].key_matches", "false"},
		{"/srv/both.pem", "[0].key_path", "/srv/both.pem"},
		{"/srv/both.pem", "[0].key_matches", "true"},
		{"/srv/lone.pem", "[0].chain_valid", "false"},
		{"/srv/lone.pem", "[0].chain_problem", "certificate signed by unknown authority"},
		{"/srv/lone.pem", "[0].key_path", ""},
		{"/srv/lone.pem", "[0].key_mode", "unknown: no private key is found beside /srv/lone.pem"},
		{"/srv/damaged.pem", "[0].subject", "CN=www.example.org"},
		{"/srv/damaged.pem", "[1].not_after", "unknown: /srv/damaged.pem: certificate 1: a PEM block is damaged"},
		{"/srv/locked.pem", "[0].key_matches", "unknown: /srv/locked.pem: the private key is encrypted"},
		{"/srv/none.pem", "", "unknown: /srv/none.pem holds no certificate"},
		{"/srv/huge.pem", "", "unknown: read /srv/huge.pem: larger than its bound of 2097152 bytes"},
		{"/srv/absent.pem", "", "unknown: stat /srv/absent.pem: no such file or directory"},
		{"/srv/pipe.pem", "", "unknown: open /srv/pipe.pem: not a regular file: a FIFO"},
		{"/etc/ssl/certs/ca-certificates.crt", "[0].self_signed", "true"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "certificate", c.path), c.attr); got != c.want {
			t.Errorf("certificate(%q)%s is %q, want %q", c.path, c.attr, got, c.want)
		}
	}
	all := hosttest.Lines(hosttest.Read(t, h, Sources(), "certificates"))
	if n := strings.Count(all, "].subject = "); n != 3 {
		t.Errorf("%d certificates in the usual places:\n%s", n, all)
	}
	if strings.Contains(all, "PRIVATE") || strings.Contains(all, strings.Split(keyPEM, "\n")[1]) {
		t.Error("the fact holds a private key")
	}
}

func TestCertificatesWithoutTrustStore(t *testing.T) {
	key, _ := newKey(t)
	c := issue(t, "x", false, key, nil, hosttest.Now.AddDate(1, 0, 0))
	h := hosttest.New(t, "-- /etc/nginx/x.pem --\n"+c.pem+"-- /etc/nginx/y.pem fifo --\n")
	v := hosttest.Read(t, h, Sources(), "certificates")
	for path, want := range map[string]string{
		"[0].self_signed": "true",
		"[0].chain_valid": "unknown: the host's trust store: stat /etc/ssl/certs/ca-certificates.crt: no such file or directory",
		"[1]":             "unknown: open /etc/nginx/y.pem: not a regular file: a FIFO",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("certificates%s is %q, want %q", path, got, want)
		}
	}
}

// A host with 600 certificates in 600 files, 100 of them with their keys beside, issued by one of the 140 authorities that
// the host trusts: all signatures are checked, and the whole fact is read anew each time. Meant are 50 ms.
func BenchmarkCertificatesOf600Files(b *testing.B) {
	key, _ := newKey(b)
	var archive strings.Builder
	archive.WriteString("-- /proc/version --\n-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\n-- /etc/group --\nroot:x:0:\n-- /etc/ssl/certs/ca-certificates.crt --\n")
	var root *authority
	for i := range 140 {
		root = issue(b, fmt.Sprint("root ", i), true, key, nil, hosttest.Now.AddDate(1, 0, 0))
		archive.WriteString(root.pem)
	}
	for i := range 600 {
		own, pem := newKey(b)
		fmt.Fprintf(&archive, "-- /etc/nginx/ssl/%d.pem --\n%s", i, issue(b, fmt.Sprint("www", i, ".example.org"), false, own, root, hosttest.Now.AddDate(1, 0, 0)).pem)
		if i < 100 {
			fmt.Fprintf(&archive, "-- /etc/nginx/ssl/%d.key mode=0600 --\n%s", i, pem)
		}
	}
	h := hosttest.New(b, archive.String())
	for b.Loop() {
		v := hosttest.Read(b, h, Sources(), "certificates")
		if v.LengthInt() != 600 || !v.Index(cty.NumberIntVal(7)).GetAttr("chain_valid").True() {
			b.Fatal(v.Reasons)
		}
	}
}

// One file with 600 certificates that sign themselves, each of a key of its own, as a trust store without key identifiers
// would be: one signature is checked for each.
func BenchmarkCertificatesOfOneFileOf600(b *testing.B) {
	var all strings.Builder
	for i := range 600 {
		key, _ := newKey(b)
		all.WriteString(issue(b, fmt.Sprint("root ", i), false, key, nil, hosttest.Now.AddDate(1, 0, 0)).pem)
	}
	h := hosttest.New(b, "-- /etc/ssl/certs/ca-certificates.crt --\n-- /srv/600.pem --\n"+all.String())
	for b.Loop() {
		if v := hosttest.Read(b, h, Sources(), "certificate", "/srv/600.pem"); v.LengthInt() != 600 {
			b.Fatal(v.Reasons)
		}
	}
}
