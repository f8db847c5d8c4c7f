package certfile

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"os"
	"testing"
	"time"
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

// DER has lengths that point backwards as little as loops, but elements inside of elements without an end, lengths that
// lie, and lengths that are left open.
func TestCertificatesThatGoRoundInCircles(t *testing.T) {
	nested := []byte{5, 0}
	for range 10_000 {
		nested = append(binary.BigEndian.AppendUint32([]byte{0x30, 0x84}, uint32(len(nested))), nested...) //nolint:gosec // small
	}
	for name, der := range map[string][]byte{
		"ten thousand elements in each other": nested,
		"elements left open":                  bytes.Repeat([]byte{0x30, 0x80}, 500_000),
		"a length of 4 GB":                    {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x03},
		"a length of lengths":                 append([]byte{0x30, 0xff}, bytes.Repeat([]byte{0xff}, 1000)...),
		"an object identifier without an end": append([]byte{0x30, 0x82, 0x10, 0x04, 0x06, 0x82, 0x10, 0x00}, bytes.Repeat([]byte{0xff}, 0x1000)...),
	} {
		for kind, in := range map[string][]byte{
			"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			"trusted": pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: der}),
			"a key":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		} {
			start := time.Now()
			certs, _ := Parse(in)
			_, err := PublicOfKey(in)
			if d := time.Since(start); d > time.Second || err == nil {
				t.Errorf("%s, %s: took %s, a key: %v", name, kind, d, err)
			}
			if kind != "a key" && (len(certs) != 1 || certs[0].Err == nil) {
				t.Errorf("%s, %s: %d certificates", name, kind, len(certs))
			}
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
