package linux

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/certfile"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "certificates",
		Doc:   "The X.509 certificates that services of this host present: those of the usual places, without the trust store's own.",
		Reads: "/etc/ssl, /etc/letsencrypt/live, /etc/pki, the directories of web, mail and database servers, their configurations, unit files",
		Heavy: true,
	}, collectCertificates))
	register(facts.Define(facts.Descriptor{
		Name:  "certificate",
		Doc:   "The X.509 certificates of one file, PEM or DER, in its order. Unknown when the file does not exist or holds none.",
		Reads: "the file, a private key beside it, /etc/ssl/certs/ca-certificates.crt",
		Args:  []facts.Arg{{Name: "path", Type: cty.String, Doc: "An absolute path."}},
	}, collectCertificate))
}

// certificatePlaces are where packages and administrators put them by custom.
var certificatePlaces = []string{
	"/etc/ssl/*", "/etc/ssl/certs/*", "/etc/ssl/private/*", "/etc/letsencrypt/live/*/*.pem",
	"/etc/pki/tls/certs/*", "/etc/pki/tls/private/*", "/etc/pki/nginx/*", "/etc/pki/dovecot/certs/*",
	"/etc/nginx/*", "/etc/nginx/ssl/*", "/etc/nginx/certs/*", "/etc/apache2/*", "/etc/apache2/ssl/*", "/etc/httpd/conf/*", "/etc/httpd/ssl/*",
	"/etc/postgresql/*/*/*", "/var/lib/postgresql/*/*/*", "/var/lib/pgsql/data/*", "/etc/mysql/*", "/etc/mysql/ssl/*", "/var/lib/mysql/*",
	"/etc/postfix/*", "/etc/postfix/ssl/*", "/etc/dovecot/*", "/etc/dovecot/private/*", "/etc/exim4/*", "/etc/haproxy/*", "/etc/haproxy/certs/*",
	"/etc/ldap/*", "/etc/ldap/ssl/*", "/etc/redis/*", "/etc/rabbitmq/*", "/etc/docker/*", "/etc/kubernetes/pki/*", "/etc/cockpit/ws-certs.d/*",
}

const (
	trustStore   = "/etc/ssl/certs/ca-certificates.crt"
	maxCertFile  = 2 << 20
	maxCertFiles = 2000
	maxVerifyRSA = 16384 // bits; a larger key would take too long to check
)

// CertificateEntry is one certificate of a file.
type CertificateEntry struct {
	Missing facts.Missing
	Origin  facts.Origin

	Path               string             `fact:"path" doc:"The file."`
	Position           int                `fact:"position" doc:"Place in the file, from 0: the first is what a server presents, those behind it its chain."`
	Subject            facts.V[string]    `fact:"subject" doc:"Distinguished name of the holder, RFC 2253."`
	Issuer             facts.V[string]    `fact:"issuer" doc:"Distinguished name of the issuer, RFC 2253."`
	Names              facts.List[string] `fact:"sans" doc:"Subject alternative names: DNS names, IP addresses, mail addresses, URIs."`
	Serial             facts.V[string]    `fact:"serial" doc:"Serial number, hexadecimal."`
	NotBefore          facts.V[string]    `fact:"not_before" doc:"Begin of validity, RFC 3339 in UTC."`
	NotAfter           facts.V[string]    `fact:"not_after" doc:"End of validity, RFC 3339 in UTC; days_until(…) tells how far away."`
	Expired            facts.V[bool]      `fact:"expired" doc:"Whether the end of validity has passed."`
	SelfSigned         facts.V[bool]      `fact:"self_signed" doc:"Whether it is issued by its own subject with its own key."`
	IsCA               facts.V[bool]      `fact:"is_ca" doc:"Whether it may issue certificates."`
	KeyType            facts.V[string]    `fact:"key_type" doc:"rsa, ecdsa, ed25519, dsa or x25519."`
	KeyBits            facts.V[int64]     `fact:"key_bits" doc:"Size of the public key in bits."`
	SignatureAlgorithm facts.V[string]    `fact:"signature_algorithm" doc:"As SHA256-RSA, ECDSA-SHA384, Ed25519."`
	ChainValid         facts.V[bool]      `fact:"chain_valid" doc:"Whether a chain through the other certificates of the file leads to one that the host trusts, now. Of the first certificate of a file only."`
	ChainProblem       facts.V[string]    `fact:"chain_problem" doc:"Why there is no such chain; empty when there is."`
	KeyPath            facts.V[string]    `fact:"key_path" doc:"File with the private key: the same one or one beside it by its name; empty when none is found. Of the first certificate of a file only."`
	KeyMode            facts.V[string]    `fact:"key_mode" doc:"Mode of that file, four octal digits."`
	KeyOwner           facts.V[string]    `fact:"key_owner" doc:"Name of its owner."`
	KeyGroup           facts.V[string]    `fact:"key_group" doc:"Name of its group."`
	KeyMatches         facts.V[bool]      `fact:"key_matches" doc:"Whether the private key belongs to the certificate."`

	UsedBy      facts.List[CertificateUse] `fact:"used_by" doc:"Where configurations of nginx, Apache, Postfix, Dovecot, PostgreSQL, MariaDB, Redis, MongoDB, slapd, vsftpd and systemd units name the file, links followed; empty for a file that none of them uses."`
	LetsEncrypt facts.V[string]            `fact:"letsencrypt" doc:"live or archive, for a file in those directories of certbot's; else empty."`

	raw string // the certificate itself
}

func collectCertificates(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[CertificateEntry], error) {
	names, unread := certificateFiles(ctx, r)
	left := 0
	if len(names) > maxCertFiles {
		names, left = names[:maxCertFiles], len(names)-maxCertFiles
	}
	lists := make([]facts.List[CertificateEntry], len(names))
	errs := make([]error, len(names))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				if errs[i] = ctx.Err(); errs[i] == nil {
					lists[i], errs[i] = readCertificates(ctx, r, names[i])
				}
			}
		})
	}
	wg.Wait()
	var all []CertificateEntry
	for i, list := range lists {
		switch {
		case facts.IsAbsent(errs[i]): // a dangling link
		case errs[i] != nil:
			unread = errs[i].Error()
		default:
			all = append(all, list.Items()...)
			unread += list.Reason()
		}
	}
	if left > 0 {
		unread = fmt.Sprintf("%d more files of certificates are not read: the bound is %d", left, maxCertFiles)
	}
	return completeUnless(all, facts.Origin{}, unread), nil
}

// certificateFiles are those of the usual places, and those that a configuration names.
func certificateFiles(ctx context.Context, r *facts.Reader) (names []string, unread string) {
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, pattern := range certificatePlaces {
		found, err := r.Glob(pattern)
		if err != nil {
			unread = err.Error()
		}
		for _, name := range found {
			if isCertificateName(ctx, r, name) {
				add(name)
			}
		}
	}
	if u, err := usesOf(ctx, r); err == nil {
		for _, name := range u.paths {
			add(name)
		}
	}
	return names, unread
}

// isCertificateName tells whether a file may hold a local certificate: by its name, and in the trust store by not being a
// link to what a package brought.
func isCertificateName(ctx context.Context, r *facts.Reader, name string) bool {
	if !slices.Contains(certificateNames, path.Ext(name)) {
		return false
	}
	dir, base := path.Dir(name), path.Base(name)
	if strings.HasPrefix(base, "ca-certificates.") || strings.HasPrefix(base, "ca-bundle.") {
		return false
	}
	kinds, err := kindsIn(ctx, r, dir)
	kind, ok := kinds[base]
	if err != nil || !ok || kind.IsDir() {
		return false
	}
	return dir != "/etc/ssl/certs" && dir != "/etc/pki/tls/certs" || kind.IsRegular()
}

// kindsIn are the names in a directory and what they are, read once for all who look for a file there.
func kindsIn(ctx context.Context, r *facts.Reader, dir string) (map[string]fs.FileMode, error) {
	return facts.Once(ctx, r, "names in "+dir, func(_ context.Context, r *facts.Reader) (map[string]fs.FileMode, error) {
		entries, err := r.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		kinds := make(map[string]fs.FileMode, len(entries))
		for _, e := range entries {
			kinds[e.Name()] = e.Type()
		}
		return kinds, nil
	})
}

func collectCertificate(ctx context.Context, r *facts.Reader, key facts.Key) (facts.List[CertificateEntry], error) {
	list, err := readCertificates(ctx, r, key.Subject)
	if err == nil && len(list.Items()) == 0 && list.IsComplete() {
		err = fmt.Errorf("%s holds no certificate", key.Subject)
	}
	return list, err
}

func readCertificates(ctx context.Context, r *facts.Reader, name string) (facts.List[CertificateEntry], error) {
	b, err := r.ReadFileMax(name, maxCertFile)
	if err != nil {
		return facts.List[CertificateEntry]{}, err
	}
	certs, complete := certfile.Parse(b)
	at := facts.File(name, 0)
	chain := chainOf(ctx, r, certs)
	u, usesErr := usesOf(ctx, r)
	used := usedBy(r, name, u, usesErr)
	out := make([]CertificateEntry, len(certs))
	describe := func(i int) {
		e, c := &out[i], certs[i]
		*e = CertificateEntry{Path: name, Position: i, Origin: at, UsedBy: used, LetsEncrypt: letsEncrypt(name)}
		switch {
		case c.Err != nil:
			e.Missing = facts.Missing(fmt.Sprintf("%s: certificate %d: %v", name, i, c.Err))
			return
		case i == 0:
			chain.verify(e, c.Certificate, r.Now())
			e.findKey(ctx, r, c.Certificate, b)
		default:
			const why = "looked at for the first certificate of a file only"
			e.ChainValid, e.ChainProblem = facts.Unknown[bool](why), facts.Unknown[string](why)
			e.noKey(why)
		}
		e.describe(c.Certificate, r.Now())
	}
	if len(certs) > 16 { // checking who signed himself takes longer than all the rest
		inParallel(len(certs), describe)
	} else {
		for i := range certs {
			describe(i)
		}
	}
	if !complete {
		return facts.Partial(out, at, fmt.Sprintf("%s holds more than %d certificates", name, certfile.MaxCertificates)), nil
	}
	return facts.Complete(out, at), nil
}

func (e *CertificateEntry) describe(c *x509.Certificate, now time.Time) {
	at := e.Origin
	e.raw = string(c.Raw)
	var names []string
	names = append(names, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	names = append(names, c.EmailAddresses...)
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	e.Subject, e.Issuer = facts.Known(c.Subject.String(), at), facts.Known(c.Issuer.String(), at)
	e.Names = facts.Complete(names, at)
	e.Serial = facts.Known(c.SerialNumber.Text(16), at)
	e.NotBefore = facts.Known(c.NotBefore.UTC().Format(time.RFC3339), at)
	e.NotAfter = facts.Known(c.NotAfter.UTC().Format(time.RFC3339), at)
	e.Expired = facts.Known(now.After(c.NotAfter), at)
	e.IsCA = facts.Known(c.BasicConstraintsValid && c.IsCA, at)
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		e.SignatureAlgorithm = facts.Unknown[string](e.Path + ": the signature's algorithm is not one that is known")
	} else {
		e.SignatureAlgorithm = facts.Known(c.SignatureAlgorithm.String(), at)
	}
	kind, bits := certfile.KeyOf(c.PublicKey)
	if kind == "" {
		e.KeyType = facts.Unknown[string](e.Path + ": the public key is of no kind that is known")
		e.KeyBits = facts.Unknown[int64](e.KeyType.Reason())
	} else {
		e.KeyType, e.KeyBits = facts.Known(kind, at), facts.Known(int64(bits), at)
	}
	e.SelfSigned = selfSigned(c, at)
}

func selfSigned(c *x509.Certificate, at facts.Origin) facts.V[bool] {
	if string(c.RawIssuer) != string(c.RawSubject) {
		return facts.Known(false, at)
	}
	if len(c.AuthorityKeyId) > 0 && len(c.SubjectKeyId) > 0 { // RFC 5280 section 4.2.1.1: the key that signed
		return facts.Known(bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId), at)
	}
	if hugeKey(c) {
		return facts.Unknown[bool](at.Source + ": its key is too large to check signatures with")
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	if errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm) {
		return facts.Unknown[bool](fmt.Sprintf("%s: its signature can't be checked: %v", at.Source, err))
	}
	return facts.Known(err == nil, at)
}

func hugeKey(c *x509.Certificate) bool {
	k, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && k.N.BitLen() > maxVerifyRSA
}

// chain is what the certificates of a file are verified with.
type chain struct {
	roots         *x509.CertPool
	intermediates *x509.CertPool
	unknown       string // why no chain can be checked
}

func chainOf(ctx context.Context, r *facts.Reader, certs []certfile.Certificate) chain {
	roots, err := facts.Once(ctx, r, "trust store", func(_ context.Context, r *facts.Reader) (*x509.CertPool, error) {
		b, err := r.ReadFile(trustStore)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(b)
		return pool, nil
	})
	if err != nil {
		return chain{unknown: "the host's trust store: " + err.Error()}
	}
	c := chain{roots: roots, intermediates: x509.NewCertPool()}
	for _, cert := range certs {
		switch {
		case cert.Err != nil:
		case hugeKey(cert.Certificate):
			c.unknown = "the file has a key that is too large to check signatures with"
		default:
			c.intermediates.AddCert(cert.Certificate)
		}
	}
	return c
}

func (c chain) verify(e *CertificateEntry, cert *x509.Certificate, now time.Time) {
	if c.unknown != "" {
		e.ChainValid, e.ChainProblem = facts.Unknown[bool](c.unknown), facts.Unknown[string](c.unknown)
		return
	}
	_, err := cert.Verify(x509.VerifyOptions{
		Roots: c.roots, Intermediates: c.intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	at := facts.File(trustStore, 0)
	e.ChainValid = facts.Known(err == nil, at)
	problem := ""
	if err != nil {
		problem = strings.TrimPrefix(err.Error(), "x509: ")
	}
	e.ChainProblem = facts.Known(problem, at)
}

// keyCandidates are files that by custom hold the key of a certificate's file.
func keyCandidates(name string) []string {
	dir, base := path.Split(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	names := []string{stem + ".key", stem + "-key.pem", stem + ".key.pem", strings.Replace(stem, "cert", "key", 1) + ".pem", "privkey.pem"}
	if base == "privkey.pem" {
		names = nil
	}
	var out []string
	for _, n := range names {
		if n != base {
			out = append(out, path.Join(dir, n))
		}
	}
	for _, swap := range [][2]string{{"/certs/", "/private/"}, {"/ssl/", "/ssl/private/"}} {
		if strings.Contains(dir, swap[0]) && !strings.Contains(dir, "/private/") {
			other := strings.Replace(dir, swap[0], swap[1], 1)
			out = append(out, path.Join(other, stem+".key"), path.Join(other, base))
		}
	}
	return out
}

func (e *CertificateEntry) noKey(why string) {
	e.KeyPath, e.KeyMode = facts.Unknown[string](why), facts.Unknown[string](why)
	e.KeyOwner, e.KeyGroup = facts.Unknown[string](why), facts.Unknown[string](why)
	e.KeyMatches = facts.Unknown[bool](why)
}

// findKey looks for the private key in the certificate's own file, then beside it.
func (e *CertificateEntry) findKey(ctx context.Context, r *facts.Reader, c *x509.Certificate, own []byte) {
	if strings.Contains(string(own), "PRIVATE KEY-----") {
		e.setKey(ctx, r, c, e.Path, own)
		return
	}
	for _, name := range keyCandidates(e.Path) {
		kinds, err := kindsIn(ctx, r, path.Dir(name))
		if _, there := kinds[path.Base(name)]; facts.IsAbsent(err) || err == nil && !there {
			continue
		}
		b, err := r.ReadFileMax(name, 64<<10)
		if facts.IsAbsent(err) {
			continue
		}
		if err == nil && !strings.Contains(string(b), "PRIVATE KEY-----") {
			continue
		}
		e.setKey(ctx, r, c, name, b)
		if err != nil {
			e.KeyMatches = facts.Unknown[bool](err.Error())
		}
		clear(b)
		return
	}
	e.noKey("no private key is found beside " + e.Path)
	e.KeyPath = facts.Known("", e.Origin)
}

func (e *CertificateEntry) setKey(ctx context.Context, r *facts.Reader, c *x509.Certificate, name string, b []byte) {
	at := facts.File(name, 0)
	e.KeyPath = facts.Known(name, at)
	st, err := r.Stat(name)
	var sys *syscall.Stat_t
	if err == nil {
		sys, _ = st.Sys().(*syscall.Stat_t)
	}
	if sys != nil {
		names := namesOf(ctx, r)
		e.KeyMode = facts.Known(modeString(sys.Mode), at)
		e.KeyOwner, e.KeyGroup = names.user(sys.Uid), names.group(sys.Gid)
	} else {
		why := fmt.Sprintf("%s: its owner and mode can't be read: %v", name, err)
		e.KeyMode, e.KeyOwner, e.KeyGroup = facts.Unknown[string](why), facts.Unknown[string](why), facts.Unknown[string](why)
	}
	pub, err := certfile.PublicOfKey(b)
	if err != nil {
		e.KeyMatches = facts.Unknown[bool](name + ": " + err.Error())
		return
	}
	e.KeyMatches = facts.Known(certfile.Same(c.PublicKey, pub), at)
}
