package certfile

import (
	"os"
	"testing"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		in          string
		certs, errs int
	}{
		"nothing":         {"", 0, 0},
		"a broken block":  {"-----BEGIN CERTIFICATE-----\nAAAA\n", 1, 1},
		"a bad body":      {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 1, 1},
		"only a key":      {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0, 0},
		"what may be DER": {"0\x03\x02\x01\x00", 1, 1},
	} {
		certs, complete := Parse([]byte(c.in))
		errs := 0
		for _, cert := range certs {
			if cert.Err != nil {
				errs++
			}
		}
		if len(certs) != c.certs || errs != c.errs || !complete {
			t.Errorf("%s: %d certificates, %d errors", name, len(certs), errs)
		}
	}
}

func TestPublicOfKey(t *testing.T) {
	for in, want := range map[string]error{
		"": ErrNoKey,
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n":                            ErrEncrypted,
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----\n": ErrEncrypted,
	} {
		if _, err := PublicOfKey([]byte(in)); err != want {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	if b, err := os.ReadFile("/etc/ssl/certs/ssl-cert-snakeoil.pem"); err == nil {
		f.Add(b)
	}
	f.Add([]byte("-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQA=\n-----END TRUSTED CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		certs, _ := Parse(b)
		for _, c := range certs {
			if c.Err == nil {
				KeyOf(c.PublicKey)
			}
		}
		_, _ = PublicOfKey(b)
	})
}
