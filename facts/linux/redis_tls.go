package linux

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
)

// maxPEM bounds a file of certificates or a key.
const maxPEM = 4 << 20

// overTLS starts TLS with a server of which the process that listens is known already. Its certificate has to come from
// the authorities that it is configured with; the name in it does not matter, as it is a host's that others know. Where
// clients need a certificate the server's own is shown, as its replicas do, if this program may read the key.
func overTLS(ctx context.Context, r *facts.Reader, c *redisconf.Config, conn net.Conn) (net.Conn, error) {
	conf, err := redisTLSConfig(r, c)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	secure := tls.Client(conn, conf)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secure, nil
}

func redisTLSConfig(r *facts.Reader, c *redisconf.Config) (*tls.Config, error) {
	set := func(names ...string) string {
		for _, n := range names {
			if d, ok := c.Last(n); ok && len(d.Args) == 1 && d.Args[0] != "" {
				return c.Resolve(d.Args[0])
			}
		}
		return ""
	}
	roots, err := redisAuthorities(r, set("tls-ca-cert-file"), set("tls-ca-cert-dir"))
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // #nosec G402 -- VerifyConnection checks the chain; only the name is not looked at
		VerifyConnection: func(s tls.ConnectionState) error {
			between := x509.NewCertPool()
			for _, cert := range s.PeerCertificates[1:] {
				between.AddCert(cert)
			}
			_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
			return err
		},
	}
	if d, ok := c.Last("tls-auth-clients"); ok && len(d.Args) == 1 && d.Args[0] != "yes" {
		return conf, nil
	}
	for _, pass := range []string{"tls-key-file-pass", "tls-client-key-file-pass"} {
		if _, ok := c.Last(pass); ok {
			return nil, errors.New("the server wants a certificate of its clients, whose key has a passphrase (" + pass + ")")
		}
	}
	cert, err := r.ReadFileMax(set("tls-client-cert-file", "tls-cert-file"), maxPEM)
	if err != nil {
		return nil, fmt.Errorf("the server wants a certificate of its clients: %w", err)
	}
	key, err := r.ReadFileMax(set("tls-client-key-file", "tls-key-file"), maxPEM)
	if err != nil {
		return nil, fmt.Errorf("the server wants a certificate of its clients: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, errors.New("the server wants a certificate of its clients, and the one that it is configured with can't be used")
	}
	conf.Certificates = []tls.Certificate{pair}
	return conf, nil
}

func redisAuthorities(r *facts.Reader, file, dir string) (*x509.CertPool, error) {
	names := []string{file}
	if file == "" {
		if dir == "" {
			return nil, errors.New("the server has TLS alone, and no authority that its certificate could be checked with (tls-ca-cert-file)")
		}
		entries, err := r.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		names = nil
		for _, e := range entries[:min(len(entries), 1000)] {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	roots := x509.NewCertPool()
	for _, name := range names {
		b, err := r.ReadFileMax(name, maxPEM)
		if err != nil && file != "" {
			return nil, err
		}
		roots.AppendCertsFromPEM(b)
	}
	return roots, nil
}
