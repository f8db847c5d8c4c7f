package tlsprobe

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts/linux/tlshello"
	"golang.org/x/sys/unix"
)

// serve answers each connection with f until the test ends.
func serve(t testing.TB, f func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); f(c) }()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func certificate(t testing.TB, padding int) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"a.example.org"}}
	if padding > 0 {
		tmpl.DNSNames = slices.Repeat(tmpl.DNSNames, padding/len(tmpl.DNSNames[0]))
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func serveTLS(t testing.TB, c *tls.Config) netip.AddrPort {
	return serve(t, func(conn net.Conn) { _ = tls.Server(conn, c).Handshake() })
}

// names spells what was found.
func names(r *Result) string {
	var b strings.Builder
	for v := tlshello.SSL30; v <= tlshello.TLS13; v++ {
		switch s := r.Versions[v]; {
		case s.IsYes():
			b.WriteString(tlshello.VersionName(v) + " ")
		case !s.Known:
			b.WriteString(tlshello.VersionName(v) + "? ")
		}
	}
	return b.String()
}

func TestAskFindsWhatAServerOffers(t *testing.T) {
	cert := certificate(t, 0)
	for name, c := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"new only":                          {&tls.Config{MinVersion: tls.VersionTLS13}, "TLSv1.3 "},
		"old only":                          {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "TLSv1 "},
		"all":                               {&tls.Config{MinVersion: tls.VersionTLS10}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 "},
		"two":                               {&tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}, "TLSv1.2 TLSv1.3 "},
		"that wants a client's certificate": {&tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}, "TLSv1.2 TLSv1.3 "},
		"with a protocol of its own":        {&tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"acme-tls/1"}}, "TLSv1.2 TLSv1.3 "},
	} {
		c.config.Certificates = []tls.Certificate{cert}
		c.config.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768, tls.CurveP256}
		r := Ask(t.Context(), Target{Addr: serveTLS(t, c.config)})
		if got := names(r); got != c.want || !r.Speaks.IsYes() {
			t.Errorf("%s: %q, want %q: %+v", name, got, c.want, r.Speaks)
		}
		if len(r.Chains) != 1 || !bytes.Equal(r.Chains[0][0], cert.Certificate[0]) {
			t.Errorf("%s: %d chains, %s", name, len(r.Chains), r.ChainErr)
		}
		for v, s := range r.Versions {
			if s.IsYes() && (len(r.Suites[v].IDs) == 0 || r.Suites[v].Missing != "") {
				t.Errorf("%s: %s: %+v", name, tlshello.VersionName(v), r.Suites[v])
			}
		}
		if g := r.Groups[tlshello.TLS13]; r.Versions[tlshello.TLS13].IsYes() && !slices.Equal(g.IDs, []uint16{0x11ec, 23}) {
			t.Errorf("%s: groups %v %s", name, g.IDs, g.Missing)
		}
		if want := c.config.NextProtos; name == "two" && !slices.Equal(r.ALPN, want) {
			t.Errorf("%s: ALPN %v", name, r.ALPN)
		}
	}
}

func TestAskNamesAHostWhereItMust(t *testing.T) {
	cert := certificate(t, 0)
	at := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if h.ServerName != "a.example.org" {
			return nil, io.EOF
		}
		return &cert, nil
	}})
	r := Ask(t.Context(), Target{Addr: at, Names: func() []string { return []string{"b.example.org", "a.example.org"} }})
	if names(r) != "TLSv1.2 TLSv1.3 " || !r.SNIDefault.Known || r.SNIDefault.Yes || len(r.Chains) != 1 {
		t.Errorf("%s, default %+v, %d chains", names(r), r.SNIDefault, len(r.Chains))
	}
	r = Ask(t.Context(), Target{Addr: at, Names: func() []string { return nil }})
	if !r.Speaks.IsYes() || names(r) != "SSLv3? TLSv1? TLSv1.1? TLSv1.2? TLSv1.3 " {
		t.Errorf("without the right name: %s", names(r))
	}
}

// hello is the ServerHello of TLS 1.2 with a static RSA suite, in a record.
func hello(version byte) []byte {
	b := append([]byte{2, 0, 0, 38, 3, version}, make([]byte, 32)...)
	b = append(b, 0, 0, 0x2f, 0)
	return append([]byte{22, 3, version, 0, byte(len(b))}, b...)
}

func TestBadEndpointsAreBoundedInTimeAndSpace(t *testing.T) {
	read := func(c net.Conn) byte { // the version that the client offers, of its hello's body
		b := make([]byte, 4096)
		n, _ := c.Read(b)
		if n < 11 {
			return 0
		}
		return b[10]
	}
	certificates := append([]byte{22, 3, 3, 0x40, 0, 11, 0xff, 0xff, 0xff}, make([]byte, 0x4000-4)...)
	for name, c := range map[string]struct {
		server func(net.Conn)
		speaks string // of the state's Why; "yes" for one that does
	}{
		"says nothing, ever":   {func(c net.Conn) { time.Sleep(10 * time.Second) }, "no answer in time"},
		"waits for a line":     {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "says nothing"},
		"closes at once":       {func(net.Conn) {}, "closes the connection"},
		"sends garbage":        {func(c net.Conn) { _, _ = io.CopyN(c, rand.Reader, 1<<20) }, "not TLS"},
		"is SSH":               {func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-x\r\n"); read(c) }, `"SSH-2`},
		"resets":               {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, "closes the connection"},
		"a certificate of 16M": {func(c net.Conn) { _, _ = c.Write(append(hello(read(c)), bytes.Repeat(certificates, 640)...)) }, "yes"},
		"drips a byte a while": {func(c net.Conn) {
			for _, x := range hello(3) {
				time.Sleep(300 * time.Millisecond)
				_, _ = c.Write([]byte{x})
			}
		}, "no answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := Ask(t.Context(), Target{Addr: serve(t, c.server)})
			if d := time.Since(start); d > Deadline+200*time.Millisecond {
				t.Errorf("took %s", d)
			}
			if got := r.Speaks; c.speaks == "yes" != got.IsYes() || c.speaks != "yes" && !strings.Contains(got.Why, c.speaks) {
				t.Errorf("%+v", got)
			}
			if c.speaks == "yes" && !strings.Contains(r.ChainErr, "16777215 bytes") {
				t.Errorf("chain: %d, %s", len(r.Chains), r.ChainErr)
			}
		})
	}
}

func TestAnAnswerWithoutAnEndIsBounded(t *testing.T) {
	piece := append([]byte{22, 3, 3, 0x40, 0, 11, 0x03, 0xff, 0xff}, make([]byte, 0x4000-4)...) // a chain of 262,143 bytes begins
	at := serve(t, func(c net.Conn) {
		b := make([]byte, 4096)
		if n, _ := c.Read(b); n < 11 {
			return
		}
		_, err := c.Write(hello(b[10]))
		for err == nil { // each chain is followed by another
			_, err = c.Write(piece)
		}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	r := Ask(t.Context(), Target{Addr: at})
	runtime.ReadMemStats(&after)
	if d, m := time.Since(start), after.TotalAlloc-before.TotalAlloc; d > Deadline+200*time.Millisecond || m > 64<<20 {
		t.Errorf("took %s and %d MB", d, m>>20)
	}
	if !r.Speaks.IsYes() || len(r.Chains) > 0 || r.ChainErr == "" {
		t.Errorf("%+v, %d chains, %q", r.Speaks, len(r.Chains), r.ChainErr)
	}
}

func TestAListenerThatNeverAcceptsCostsOneDeadline(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(name.(*unix.SockaddrInet4).Port)) //nolint:gosec // a port
	for range 2 {                                                                                             // what the queue holds; the next one's handshake stays half open
		if c, err := net.DialTimeout("tcp", at.String(), 100*time.Millisecond); err == nil {
			defer c.Close()
		}
	}
	start := time.Now()
	r := Ask(t.Context(), Target{Addr: at})
	if d := time.Since(start); r.Speaks.Known || !strings.Contains(r.Speaks.Why, "in time") || d > Deadline+200*time.Millisecond {
		t.Errorf("%+v after %s", r.Speaks, d)
	}
}

func TestSSLv3IsSeen(t *testing.T) {
	at := serve(t, func(c net.Conn) {
		b := make([]byte, 4096)
		if n, _ := c.Read(b); n > 11 && b[10] == 0 && bytes.Contains(b[:n], []byte{0, 0x2f}) {
			_, _ = c.Write(hello(0))
			return
		}
		_, _ = c.Write([]byte{21, 3, 0, 0, 2, 2, 40})
	})
	r := Ask(t.Context(), Target{Addr: at})
	if names(r) != "SSLv3 " || r.Secure.IsYes() || !slices.Equal(r.Suites[tlshello.SSL30].IDs, []uint16{0x2f}) {
		t.Errorf("%s: %+v, secure %+v", names(r), r.Suites, r.Secure)
	}
}

// closer answers hellos of TLS 1.2 that offer the suite 0x2f by it, and closes at others; it counts what it was asked.
func closer(asked *atomic.Int64, tired func(n int64) bool) func(net.Conn) {
	return func(c net.Conn) {
		b := make([]byte, 4096)
		n, _ := c.Read(b)
		if n > 46 && b[10] == 3 && bytes.Contains(b[44:min(n, 46+int(b[44])<<8+int(b[45]))], []byte{0, 0x2f}) && !tired(asked.Add(1)) {
			_, _ = c.Write(hello(3))
		}
	}
}

func TestClosingIsARefusalOnlyOfAServerThatStillAnswers(t *testing.T) {
	var asked atomic.Int64
	r := Ask(t.Context(), Target{Addr: serve(t, closer(&asked, func(int64) bool { return false }))})
	if c := r.Suites[tlshello.TLS12]; names(r) != "TLSv1.2 " || !slices.Equal(c.IDs, []uint16{0x2f}) || c.Missing != "" {
		t.Errorf("%s: %+v", names(r), c)
	}
	for _, limit := range []int64{1, 3, 6} { // connections, after which it takes no more
		asked.Store(0)
		r = Ask(t.Context(), Target{Addr: serve(t, closer(&asked, func(n int64) bool { return n > limit }))})
		if c := r.Suites[tlshello.TLS12]; c.Missing == "" || limit == 1 && names(r) != "SSLv3? TLSv1? TLSv1.1? TLSv1.2 TLSv1.3? " {
			t.Errorf("with a limit of %d: %s: %+v", limit, names(r), c)
		}
	}
}

func TestAskNeverLeavesTheHost(t *testing.T) {
	r := Ask(t.Context(), Target{Addr: netip.MustParseAddrPort("192.0.2.7:443")})
	if r.Speaks.Known || !strings.Contains(r.Speaks.Why, "cannot assign requested address") {
		t.Errorf("an address of another: %+v", r.Speaks)
	}
}

func BenchmarkTwentyEndpoints(b *testing.B) {
	cert := certificate(b, 0)
	var at []netip.AddrPort
	for range 20 {
		at = append(at, serveTLS(b, &tls.Config{MinVersion: tls.VersionTLS10, Certificates: []tls.Certificate{cert}}))
	}
	for b.Loop() {
		done := make(chan *Result)
		for _, a := range at {
			go func() { done <- Ask(context.Background(), Target{Addr: a}) }()
		}
		for range at {
			if r := <-done; !r.Speaks.IsYes() {
				b.Fatal(r.Speaks.Why)
			}
		}
	}
}
