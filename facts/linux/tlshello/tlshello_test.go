package tlshello

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func record(kind byte, body ...byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

func message(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// serverHello is one of the version with a suite and extensions.
func serverHello(version, suite uint16, compression byte, extensions ...byte) []byte {
	b := append([]byte{byte(version >> 8), byte(version)}, make([]byte, 32)...)
	b = append(b, 0, byte(suite>>8), byte(suite), compression)
	if len(extensions) > 0 {
		b = append(append(b, byte(len(extensions)>>8), byte(len(extensions))), extensions...)
	}
	return message(typeServerHello, b)
}

func TestReadTellsAnswersApart(t *testing.T) {
	old := record(recordHandshake, serverHello(SSL30, 0x000a, 1)...)
	signed := append(serverHello(TLS12, 0xc02f, 0, 0xff, 1, 0, 1, 0), message(typeServerKeyExchange, []byte{3, 0, 29, 1, 4})...)
	signed = append(signed, message(typeServerHelloDone, nil)...)
	dhe := append(serverHello(TLS12, 0x009e, 0), message(typeServerKeyExchange, append([]byte{0, 129, 0, 0x80}, make([]byte, 127)...))...)
	for name, c := range map[string]struct {
		in   []byte
		want func(Answer) bool
	}{
		"an SSLv3 ServerHello that compresses": {old, func(a Answer) bool {
			return a.Hello && a.Version == SSL30 && a.Suite == 0x0a && a.Compression == 1 && !a.SecureRenegotiation && a.FlightErr == io.EOF
		}},
		"a named curve": {record(recordHandshake, signed...), func(a Answer) bool {
			return a.Group == 29 && a.Done && a.SecureRenegotiation && a.FlightErr == nil
		}},
		"a prime of 1024 bits with a leading zero": {record(recordHandshake, dhe...), func(a Answer) bool { return a.DHBits == 1024 }},
		"a fatal alert":              {record(recordAlert, 2, 70), func(a Answer) bool { return !a.Hello && a.Alert == 70 }},
		"a warning before the hello": {append(record(recordAlert, 1, 112), old...), func(a Answer) bool { return a.Hello }},
		"a message over two records": {append(record(recordHandshake, signed[:7]...), record(recordHandshake, signed[7:]...)...), func(a Answer) bool {
			return a.Done
		}},
		"an announced certificate of 16 MB": {append(bytes.Clone(old), record(recordHandshake, typeCertificate, 0xff, 0xff, 0xff)...), func(a Answer) bool {
			return a.Hello && strings.Contains(a.FlightErr.Error(), "16777215 bytes")
		}},
	} {
		a, err := Read(bytes.NewReader(c.in), true)
		if err != nil || !c.want(a) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	var foreign *NotTLS
	for name, in := range map[string]string{"a banner": "SSH-2.0-x\r\n", "HTTP": "HTTP/1.1 400", "one byte": "x"} {
		if _, err := Read(strings.NewReader(in), true); !errors.As(err, &foreign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(strings.NewReader(""), true); err != io.EOF {
		t.Errorf("a closed connection: %v", err)
	}
	// Records without an end, none of which completes the message.
	endless := &repeat{record(recordHandshake, typeServerHello, 0, 0xff, 0xff), bytes.Repeat(record(recordHandshake), 10)}
	if a, err := Read(endless, true); err == nil || a.Hello {
		t.Errorf("records without an end: %+v", a)
	}
}

// repeat gives head once and tail for ever.
type repeat struct{ head, tail []byte }

func (r *repeat) Read(p []byte) (int, error) {
	if len(r.head) == 0 {
		r.head = r.tail
	}
	n := copy(p, r.head)
	r.head = r.head[n:]
	return n, nil
}

func TestEndlessCertificatesAreBounded(t *testing.T) {
	in := &repeat{record(recordHandshake, serverHello(TLS12, 0xc02f, 0)...), record(recordHandshake, message(typeCertificateStatus, make([]byte, 16000))...)}
	a, err := Read(in, true)
	if err != nil || !a.Hello || a.FlightErr == nil || a.Done {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestSuitesSayWhatTheirNamesSay(t *testing.T) {
	for id, want := range map[uint16]string{
		0x0017: "dh_anon anonymous export rc4 md5 ", 0xc018: "ecdh_anon anonymous cbc ", 0x0001: "rsa null md5 static_key ",
		0x000a: "rsa 3des cbc static_key ", 0xc02f: "ecdhe ", 0x1301: "tls13 ", 0x0067: "dhe cbc ", 0xc0a3: "dhe ", 0x009c: "rsa static_key ",
		0x00a8: "psk static_key ", 0xc035: "ecdhe_psk cbc ", 0x0008: "rsa export des cbc static_key ", 0xc02d: "ecdh static_key ",
	} {
		s, ok := SuiteByID(id)
		got := s.KeyExchange + " "
		for _, w := range s.Weaknesses {
			got += w + " "
		}
		if !ok || got != want {
			t.Errorf("%s: %q, want %q", s.Name, got, want)
		}
	}
	for _, v := range []uint16{SSL30, TLS10, TLS11, TLS12} {
		if s := Suites(v); slices.Contains(s, 0x1301) || !slices.Contains(s, 0x0017) || slices.Contains(s, 0xc02f) != (v == TLS12) {
			t.Errorf("%s: %04x", VersionName(v), s)
		}
	}
	if s := Suites(TLS13); len(s) != 5 {
		t.Errorf("TLS 1.3: %04x", s)
	}
}

// TestGoAgrees asks a server of crypto/tls, which parses the hello in earnest.
func TestGoAgrees(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS13,
		CipherSuites: []uint16{0xc02b, 0xc009}, CurvePreferences: []tls.CurveID{tls.CurveP384}, NextProtos: []string{"h2"},
	}
	for version, suite := range map[uint16]uint16{TLS10: 0xc009, TLS11: 0xc009, TLS12: 0xc02b, TLS13: 0x1301} {
		client, server := net.Pipe()
		go func() { _ = tls.Server(server, config).Handshake(); _ = server.Close() }()
		h := Hello{Version: version, Suites: Suites(version), Groups: Groups(version), ServerName: "x.example.org", ALPN: []string{"h2"}}
		go func() { _, _ = client.Write(h.Marshal()) }()
		a, err := Read(client, true)
		_ = client.Close()
		known := suite == a.Suite || version == TLS13 && a.Suite>>8 == 0x13
		if err != nil || a.Version != version || !known || a.Group != 24 || a.Retry != (version == TLS13) {
			t.Errorf("%s: %+v, %v", VersionName(version), a, err)
		}
		if version < TLS13 && (!a.Done || len(a.Certificates) != 1 || !bytes.Equal(a.Certificates[0], der) || a.ALPN != "h2") {
			t.Errorf("%s: %+v", VersionName(version), a)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(record(recordHandshake, serverHello(TLS12, 0xc02f, 0, 0, 16, 0, 5, 0, 3, 2, 'h', '2')...))
	f.Add(record(recordAlert, 2, 40))
	retry, _ := hex.DecodeString("160303003a020000360303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c001302000" + "00e002b0002030400330002001d")
	f.Add(retry)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Read(bytes.NewReader(b), true)
		if err == nil && a.Hello && a.Done && a.FlightErr != nil {
			t.Error("done, and not")
		}
		if len(a.Certificates) > maxChain {
			t.Error("more certificates than the bound")
		}
	})
}
