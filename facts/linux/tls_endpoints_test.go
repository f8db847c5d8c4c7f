package linux

import (
	"crypto/tls"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

// endpointOn is the index of the endpoint at a port, as a path.
func endpointOn(t *testing.T, v facts.Value, at net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		t.Fatal(err)
	}
	for i := range v.LengthInt() {
		path := "[" + strconv.Itoa(i) + "]"
		if hosttest.Leaf(v, path+".port") == port {
			return path
		}
	}
	t.Fatalf("no endpoint at %s:\n%s", at, hosttest.Lines(v))
	return ""
}

func TestTLSEndpointsOfThisHost(t *testing.T) {
	key, _ := newKey(t)
	cert := issue(t, "www.example.org", false, key, nil, hosttest.Now.AddDate(1, 0, 0))
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{cert.cert.Raw}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS11, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	}
	secure, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	defer secure.Close()
	go accept(secure, func(c net.Conn) { _ = c.(*tls.Conn).Handshake() })
	plain, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go accept(plain, func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-test\r\n")) })

	h := facts.LiveHost()
	v := hosttest.Read(t, h, Sources(), "tls_endpoints")
	at := endpointOn(t, v, secure.Addr())
	for attr, want := range map[string]string{
		".speaks_tls": "true", ".problem": "", ".starttls": "", ".address": "127.0.0.1", ".loopback": "true", ".server_order": "true",
		".versions[0].name": "SSLv3", ".versions[0].offered": "false", ".versions[1].offered": "false", ".versions[2].offered": "true",
		".versions[3].offered": "true", ".versions[4].offered": "false", ".versions[4].name": "TLSv1.3",
		".cipher_suites[0].name": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ".cipher_suites[0].version": "TLSv1.2", ".cipher_suites[0].aead": "true",
		".cipher_suites[1].weaknesses[0]": "cbc", ".cipher_suites[2].version": "TLSv1.1", ".cipher_suites[3].version": "no such path",
		".chain[0].subject": "CN=www.example.org", ".chain[0].key_bits": "256", ".chain[0].lifetime_days": "730", ".chain[1].subject": "no such path",
		".chain_valid": "false", ".host_name_matches": "false", ".certificate_file": "", ".dh_bits": "0", ".compression": "false", ".ocsp_stapled": "false",
		".not_after": "2027-11-23T12:00:00Z", ".sni_default": "true", ".secure_renegotiation": "true",
	} {
		if got := hosttest.Leaf(v, at+attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	at = endpointOn(t, v, plain.Addr())
	for attr, want := range map[string]string{
		".speaks_tls": "false", ".problem": `the answer is not TLS: it begins with "SSH-2"`, ".versions": "[]", ".cipher_suites": "unknown: it does not speak TLS",
	} {
		if got := hosttest.Leaf(v, at+attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	h.NoProbe = true
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "tls_endpoints"), ""); got != "unknown: "+NoProbe {
		t.Errorf("switched off: %s", got)
	}
}

func accept(l net.Listener, f func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { defer c.Close(); f(c) }()
	}
}

func TestTLSEndpointsOfAnotherHost(t *testing.T) {
	for want, h := range map[string]facts.Host{
		"the host is not the machine we run on": hosttest.New(t, "-- /proc/net/tcp --\n"),
		facts.Offline:                           hosttest.Offline(t, "-- /etc/passwd --\n"),
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "tls_endpoints"), ""); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestOnlyOwnAddressesAreAsked(t *testing.T) {
	s := &surroundings{own: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("fe80::1")}, zones: map[netip.Addr]string{netip.MustParseAddr("fe80::1"): "eth0"}}
	lo, eth := facts.Known("", facts.Origin{}), facts.Known("eth0", facts.Origin{})
	for _, c := range []struct {
		l    Listener
		want string
	}{
		{Listener{Address: "0.0.0.0", Port: 1, Interface: lo}, "127.0.0.1:1"},
		{Listener{Address: "::", Port: 1, Interface: lo}, "[::1]:1"},
		{Listener{Address: "127.0.0.53", Port: 1, Interface: lo}, "127.0.0.53:1"},
		{Listener{Address: "192.0.2.1", Port: 1, Interface: lo}, "192.0.2.1:1"},
		{Listener{Address: "fe80::1", Port: 1, Interface: lo}, "[fe80::1%eth0]:1"},
		{Listener{Address: "192.0.2.2", Port: 1, Interface: lo}, "192.0.2.2 is no address of an interface of this host"},
		{Listener{Address: "0.0.0.0", Port: 1, Interface: eth}, "it is bound to the interface eth0, and a connection from this host comes in by lo"},
	} {
		at, why := s.askAt(c.l)
		if got := at.String(); got != c.want && why != c.want {
			t.Errorf("%s: %s, %s", c.l.Address, got, why)
		}
	}
}

func TestSocketsThatSystemdHoldsAreNotAsked(t *testing.T) {
	pid := func(n ...int) Listener {
		l := Listener{PID: facts.Known(n[0], facts.Origin{})}
		var holders []ListeningProcess
		for _, p := range n {
			holders = append(holders, ListeningProcess{PID: p})
		}
		l.Holders = facts.Complete(holders, facts.Origin{})
		return l
	}
	if !onlySystemd(pid(1)) || onlySystemd(pid(1, 77)) || onlySystemd(pid(77)) {
		t.Error("whom a connection would start")
	}
}
