package linux

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/certfile"
	"github.com/holdfast-agent/holdfast/facts/linux/tlshello"
	"github.com/holdfast-agent/holdfast/facts/linux/tlsprobe"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "tls_endpoints",
		Doc: "Every TCP listener of this host, and how it speaks TLS: asked over a connection that never leaves the host, with STARTTLS where " +
			"its protocol has that. Read only by policies that want it, and never with --no-probe.",
		Reads:   "a few dozen connections to each TCP listener, from the address that is asked to itself, and one HEAD / to each web server among them; /etc/ssl/certs/ca-certificates.crt",
		Heavy:   true,
		Timeout: 60 * time.Second,
	}, collectTLSEndpoints))
}

const (
	endpointsAtATime = 24
	// A process is asked at few of its sockets at a time: Dovecot starts another one for each connection, and would be so
	// busy with that as to answer some of them too late.
	socketsOfAProcess = 2
	maxEndpoints      = 400
)

// NoProbe is the reason of what only a connection to the host's own services could tell.
const NoProbe = "connections to this host's own services are switched off (--no-probe)"

// TLSEndpoint is one TCP listener and what it answered.
type TLSEndpoint struct {
	Missing facts.Missing
	Origin  facts.Origin

	Name     string               `fact:"name" doc:"Address, port and process, for people: 0.0.0.0:443 (nginx)."`
	Address  string               `fact:"address" doc:"The address it listens on; 0.0.0.0 or :: for every address."`
	Port     uint16               `fact:"port" doc:"The port."`
	Loopback bool                 `fact:"loopback" doc:"Whether only this host can reach it."`
	Process  facts.V[string]      `fact:"process" doc:"Name of the process that holds the socket."`
	Unit     facts.V[string]      `fact:"unit" doc:"The systemd unit that process runs in; empty when it runs in none."`
	StartTLS facts.V[string]      `fact:"starttls" doc:"The protocol that TLS begins in: smtp, imap, pop3, ftp, ldap, postgres, mysql; empty when TLS comes first."`
	Speaks   facts.V[bool]        `fact:"speaks_tls" doc:"Whether it speaks TLS."`
	Problem  facts.V[string]      `fact:"problem" doc:"Why it is held not to speak TLS; empty when it does."`
	Versions []TLSVersion         `fact:"versions" doc:"Each version, asked for by a handshake of its own; none when it does not speak TLS."`
	Suites   facts.List[TLSSuite] `fact:"cipher_suites" doc:"The suites of each version, newest version first, in the order the server chose them from all."`
	Groups   facts.List[TLSGroup] `fact:"groups" doc:"The groups for key exchange, in the order the server chose them: of TLS 1.3, and of the newest version before it."`

	ServerOrder   facts.V[bool]   `fact:"server_order" doc:"Whether the server's order of suites decides rather than the client's; false when there is nothing to choose."`
	DHBits        facts.V[int64]  `fact:"dh_bits" doc:"Size of the smallest prime that a DHE suite used before TLS 1.3; 0 when there is no such suite."`
	Compression   facts.V[bool]   `fact:"compression" doc:"Whether TLS compresses (CRIME)."`
	Renegotiation facts.V[bool]   `fact:"secure_renegotiation" doc:"Whether renegotiation is secure (RFC 5746) or, in TLS 1.3, absent."`
	ALPN          facts.V[string] `fact:"alpn" doc:"The protocol agreed on when h2 and http/1.1 are offered; empty for none. Not asked behind STARTTLS."`
	HTTP          facts.V[bool]   `fact:"http" doc:"Whether it is a web server: it agrees to speak h2 or http/1.1, or its process is one that is known as such."`
	HSTSMaxAge    facts.V[int64]  `fact:"hsts_max_age" doc:"The max-age of Strict-Transport-Security in seconds, in a web server's answer to HEAD / for the first name of its certificate; 0 without one that browsers heed."`
	SNIDefault    facts.V[bool]   `fact:"sni_default" doc:"Whether a client that names no host is served."`

	Chain        facts.List[EndpointCertificate] `fact:"chain" doc:"The certificates served; when they differ by the kind of key, one chain after the other."`
	ChainValid   facts.V[bool]                   `fact:"chain_valid" doc:"Whether every chain served leads to a certificate that the host trusts, now. False for anonymous suites, true where clients need a shared key and there is no chain."`
	ChainProblem facts.V[string]                 `fact:"chain_problem" doc:"Why one does not; empty when all do."`
	NotAfter     facts.V[string]                 `fact:"not_after" doc:"When the first of the served certificates, issuers too, runs out: RFC 3339 in UTC."`
	NameMatches  facts.V[bool]                   `fact:"host_name_matches" doc:"Whether the server's certificate is for this host's name. Many a good one is not."`
	Stapled      facts.V[bool]                   `fact:"ocsp_stapled" doc:"Whether a response of OCSP comes with the certificate."`
	File         facts.V[string]                 `fact:"certificate_file" doc:"File on disk with the server's certificate, of the usual places; empty when there is none."`
}

// TLSVersion is one version of the protocol.
type TLSVersion struct {
	Name    string        `fact:"name" doc:"SSLv3, TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3."`
	Offered facts.V[bool] `fact:"offered" doc:"Whether the server agrees to it."`
}

// TLSSuite is one cipher suite of one version.
type TLSSuite struct {
	Version        string   `fact:"version" doc:"The version."`
	Name           string   `fact:"name" doc:"IANA's name: TLS_AES_128_GCM_SHA256."`
	KeyExchange    string   `fact:"key_exchange" doc:"ecdhe, dhe, rsa, ecdh, dh, ecdh_anon, dh_anon, psk, …; tls13 where the version settles it apart."`
	AEAD           bool     `fact:"aead" doc:"Whether it encrypts and authenticates in one: GCM, CCM, ChaCha20-Poly1305."`
	ForwardSecrecy bool     `fact:"forward_secrecy" doc:"Whether recorded traffic stays closed when the server's key is lost."`
	Weaknesses     []string `fact:"weaknesses" doc:"Of anonymous, null, export, rc4, rc2, des, 3des, md5, cbc, static_key (no forward secrecy)."`
}

// TLSGroup is one group for key exchange.
type TLSGroup struct {
	Version string `fact:"version" doc:"The version."`
	Name    string `fact:"name" doc:"IANA's name: X25519MLKEM768, x25519, secp256r1, ffdhe2048, …"`
}

// EndpointCertificate is one certificate that a server presents.
type EndpointCertificate struct {
	Missing facts.Missing

	Position           int                `fact:"position" doc:"Place in the chain, from 0: the server's own."`
	Subject            facts.V[string]    `fact:"subject" doc:"Distinguished name of the holder, RFC 2253."`
	Issuer             facts.V[string]    `fact:"issuer" doc:"Distinguished name of the issuer, RFC 2253."`
	Names              facts.List[string] `fact:"sans" doc:"Subject alternative names."`
	NotBefore          facts.V[string]    `fact:"not_before" doc:"Begin of validity, RFC 3339 in UTC."`
	NotAfter           facts.V[string]    `fact:"not_after" doc:"End of validity, RFC 3339 in UTC."`
	LifetimeDays       facts.V[int64]     `fact:"lifetime_days" doc:"Days from the begin of validity to its end, begun ones counted."`
	SelfSigned         facts.V[bool]      `fact:"self_signed" doc:"Whether it is issued by its own subject with its own key."`
	KeyType            facts.V[string]    `fact:"key_type" doc:"rsa, ecdsa, ed25519, dsa or x25519."`
	KeyBits            facts.V[int64]     `fact:"key_bits" doc:"Size of the public key in bits."`
	SignatureAlgorithm facts.V[string]    `fact:"signature_algorithm" doc:"As SHA256-RSA, ECDSA-SHA384, Ed25519."`
	NamesOCSP          facts.V[bool]      `fact:"names_ocsp" doc:"Whether it says where its issuer answers OCSP; without that nothing can be stapled."`
}

func collectTLSEndpoints(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[TLSEndpoint], error) {
	switch {
	case !r.Live():
		return facts.UnknownList[TLSEndpoint](facts.Offline), nil
	case !r.Native():
		return facts.UnknownList[TLSEndpoint]("not knowable from here: the host is not the machine we run on"), nil
	case r.Host().NoProbe:
		return facts.UnknownList[TLSEndpoint](NoProbe), nil
	}
	listeners, err := facts.Get[facts.List[Listener]](ctx, r, facts.Key{Fact: "listeners"})
	if err != nil {
		return facts.UnknownList[TLSEndpoint](err.Error()), nil
	}
	targets, left := tcpListeners(listeners.Items())
	out := make([]TLSEndpoint, len(targets))
	s := surroundingsOf(ctx, r)
	var wg sync.WaitGroup
	all, own := make(chan struct{}, endpointsAtATime), map[int]chan struct{}{}
	for i, l := range targets {
		pid, known := l.PID.Get()
		if !known {
			pid = -i // of its own
		}
		if own[pid] == nil {
			own[pid] = make(chan struct{}, socketsOfAProcess)
		}
		slot := own[pid]
		wg.Go(func() {
			slot <- struct{}{}
			all <- struct{}{}
			defer func() { <-all; <-slot }()
			out[i] = s.endpoint(ctx, r, l)
		})
	}
	wg.Wait()
	origin := facts.From("TLS handshakes over loopback")
	switch {
	case left > 0:
		return facts.Partial(out, origin, fmt.Sprintf("%d more listeners are not asked: the bound is %d", left, maxEndpoints)), nil
	case !listeners.IsComplete():
		return facts.Partial(out, origin, listeners.Reason()), nil
	}
	return facts.Complete(out, origin), nil
}

// tcpListeners are the sockets to ask, each address and port once: workers share them with SO_REUSEPORT.
func tcpListeners(all []Listener) (targets []Listener, left int) {
	seen := map[string]bool{}
	for _, l := range all {
		id := fmt.Sprint(l.Address, " ", l.Port, " ", l.Interface.Or(""))
		if l.Protocol != "tcp" || seen[id] {
			continue
		}
		seen[id] = true
		targets = append(targets, l)
	}
	if len(targets) > maxEndpoints {
		return targets[:maxEndpoints], len(targets) - maxEndpoints
	}
	return targets, 0
}

// surroundings are what all endpoints are judged by.
type surroundings struct {
	own   []netip.Addr
	ownOK error
	zones map[netip.Addr]string
	names func() []string
	host  string
	disk  func() (map[string]string, string) // files by certificate
}

func surroundingsOf(ctx context.Context, r *facts.Reader) *surroundings {
	s := &surroundings{zones: map[netip.Addr]string{}}
	s.host, _ = os.Hostname()
	certs := sync.OnceValues(func() (facts.List[CertificateEntry], error) {
		return facts.Get[facts.List[CertificateEntry]](ctx, r, facts.Key{Fact: "certificates"})
	})
	s.disk = sync.OnceValues(func() (map[string]string, string) {
		list, err := certs()
		if err != nil {
			return nil, err.Error()
		}
		files := map[string]string{}
		for _, c := range list.Items() {
			if _, known := files[c.raw]; !known && c.raw != "" && c.Position == 0 {
				files[c.raw] = c.Path
			}
		}
		return files, list.Reason()
	})
	s.names = sync.OnceValue(func() []string { return askableNames(s.host, certs) })
	s.ownOK = s.addresses()
	return s
}

// askableNames are the names that a server which wants one may know: the host's, and those of certificates
// that a service uses, or that have a key.
func askableNames(host string, certs func() (facts.List[CertificateEntry], error)) []string {
	var names []string
	add := func(n string) {
		n = strings.Replace(n, "*", "www", 1)
		if strings.Contains(n, ".") && net.ParseIP(n) == nil && !strings.ContainsAny(n, "@/: ") && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	add(host)
	if list, err := certs(); err == nil {
		for _, c := range list.Items() {
			if c.Position == 0 && (c.KeyPath.Or("") != "" || len(c.UsedBy.Items()) > 0) {
				for _, n := range c.Names.Items() {
					add(n)
				}
			}
		}
	}
	return names
}

// addresses are those of this host's interfaces.
func (s *surroundings) addresses() error {
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range interfaces {
		addrs, err := i.Addrs()
		if err != nil {
			return err
		}
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			if err != nil {
				return err
			}
			s.own = append(s.own, p.Addr())
			s.zones[p.Addr()] = i.Name
		}
	}
	return nil
}

// askAt is the address to ask a listener at: its own, or the loopback address for one that listens on all.
func (s *surroundings) askAt(l Listener) (netip.AddrPort, string) {
	addr, err := netip.ParseAddr(l.Address)
	if err != nil {
		return netip.AddrPort{}, err.Error()
	}
	if dev := l.Interface.Or(""); dev != "" && dev != "lo" {
		return netip.AddrPort{}, "it is bound to the interface " + dev + ", and a connection from this host comes in by lo"
	}
	switch {
	case addr == netip.IPv4Unspecified():
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case addr == netip.IPv6Unspecified():
		addr = netip.IPv6Loopback()
	case addr.IsLoopback():
	case s.ownOK != nil:
		return netip.AddrPort{}, "the host's own addresses can't be read: " + s.ownOK.Error()
	case !slices.Contains(s.own, addr):
		return netip.AddrPort{}, addr.String() + " is no address of an interface of this host"
	case addr.IsLinkLocalUnicast() && addr.Is6():
		addr = addr.WithZone(s.zones[addr])
	}
	return netip.AddrPortFrom(addr, l.Port), ""
}

// startTLSPorts are where servers begin in the clear by custom.
var startTLSPorts = map[uint16]string{25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 389: "ldap", 5432: "postgres", 3306: "mysql", 21: "ftp"}

// webServers are processes that speak HTTP where they speak TLS first, with ALPN or without.
var webServers = []string{"nginx", "apache2", "httpd", "caddy", "lighttpd"}

func startTLSOf(l Listener) string {
	switch l.Process.Or("") {
	case "postgres":
		return "postgres"
	case "mariadbd", "mysqld":
		return "mysql"
	}
	return startTLSPorts[l.Port]
}

func (s *surroundings) endpoint(ctx context.Context, r *facts.Reader, l Listener) TLSEndpoint {
	at, why := s.askAt(l)
	e := TLSEndpoint{
		Name:    fmt.Sprintf("%s (%s)", net.JoinHostPort(l.Address, fmt.Sprint(l.Port)), l.Process.Or("unknown process")),
		Address: l.Address, Port: l.Port, Loopback: l.Loopback, Process: l.Process, Unit: l.Unit,
	}
	switch {
	case why == "" && onlySystemd(l):
		why = "systemd holds the socket: a connection would start its service"
	case why == "" && ctx.Err() != nil:
		why = "no time was left to ask"
	}
	if why != "" {
		e.unasked(why)
		return e
	}
	t := tlsprobe.Target{Addr: at, StartTLS: startTLSOf(l), Names: s.names, HTTP: slices.Contains(webServers, l.Process.Or(""))}
	if t.StartTLS == "mysql" && !at.Addr().IsLoopback() {
		// Handshakes that end early count towards max_connect_errors, save over loopback: not to lock the host out of its own database.
		t.Sparing = "MySQL blocks addresses other than loopback after many broken handshakes"
	}
	e.Origin = facts.From("TLS handshakes with " + at.String())
	e.fill(ctx, r, s, tlsprobe.Ask(ctx, t))
	return e
}

// onlySystemd tells whether no service has taken the socket over yet.
func onlySystemd(l Listener) bool {
	return l.PID.Or(0) == 1 && !slices.ContainsFunc(l.Holders.Items(), func(p ListeningProcess) bool { return p.PID != 1 })
}

// unasked leaves all unknown, for one reason.
func (e *TLSEndpoint) unasked(why string) {
	e.Missing = facts.Missing(why)
	e.Versions = eachVersion(func(uint16) facts.V[bool] { return facts.Unknown[bool](why) })
}

func eachVersion(offered func(v uint16) facts.V[bool]) []TLSVersion {
	var out []TLSVersion
	for v := tlshello.SSL30; v <= tlshello.TLS13; v++ {
		out = append(out, TLSVersion{tlshello.VersionName(v), offered(v)})
	}
	return out
}

func (e *TLSEndpoint) fill(ctx context.Context, r *facts.Reader, s *surroundings, res *tlsprobe.Result) {
	if !res.Speaks.Known {
		e.unasked(res.Speaks.Why)
		return
	}
	e.StartTLS = facts.Known(res.StartTLS, e.Origin)
	e.Speaks, e.Problem = facts.Known(res.Speaks.Yes, e.Origin), facts.Known(res.Speaks.Why, e.Origin)
	if !res.Speaks.Yes {
		e.Missing = "it does not speak TLS"
		e.Versions = []TLSVersion{}
		return
	}
	e.Versions = eachVersion(func(v uint16) facts.V[bool] {
		st := res.Versions[v]
		if st.Why == "" && !st.Known {
			st.Why = "the time was up before it was asked"
		}
		return e.fact(st)
	})
	e.chosen(res)
	e.ServerOrder, e.Compression, e.Renegotiation = e.fact(res.ServerOrder), e.fact(res.Compression), e.fact(res.Secure)
	e.SNIDefault, e.Stapled = e.fact(res.SNIDefault), e.fact(res.Stapled)
	if res.ALPNKnown.Known {
		e.ALPN = facts.Known(strings.Join(res.ALPN, ""), e.Origin)
	} else {
		e.ALPN = facts.Unknown[string](res.ALPNKnown.Why)
	}
	e.HTTP, e.HSTSMaxAge = e.fact(res.HTTP), facts.Known(res.HSTS, e.Origin)
	if why := cmp.Or(res.HTTP.Why, res.HSTSKnown.Why); !res.HSTSKnown.Known {
		e.HSTSMaxAge = facts.Unknown[int64](cmp.Or(why, "it was not asked"))
	}
	e.certificates(ctx, r, s, res)
}

func (e *TLSEndpoint) fact(s tlsprobe.State) facts.V[bool] {
	if s.Known {
		return facts.Known(s.Yes, e.Origin)
	}
	return facts.Unknown[bool](s.Why)
}

// chosen fills in the suites and groups.
func (e *TLSEndpoint) chosen(res *tlsprobe.Result) {
	suites, groups := []TLSSuite{}, []TLSGroup{}
	var noSuites, noGroups string
	for v := tlshello.TLS13; v >= tlshello.SSL30; v-- {
		name := tlshello.VersionName(v)
		if st := res.Versions[v]; !st.Known {
			noSuites = "whether it offers " + name + " is not known: " + st.Why
			noGroups = noSuites
		}
		for _, id := range res.Suites[v].IDs {
			s, _ := tlshello.SuiteByID(id)
			suites = append(suites, TLSSuite{name, s.Name, s.KeyExchange, s.AEAD, s.Forward, s.Weaknesses})
		}
		for _, id := range res.Groups[v].IDs {
			groups = append(groups, TLSGroup{name, tlshello.GroupName(id)})
		}
		if why := res.Suites[v].Missing; why != "" {
			noSuites = why
		}
		if why := res.Groups[v].Missing; why != "" {
			noGroups = why
		}
	}
	e.Suites, e.Groups = completeUnless(suites, e.Origin, noSuites), completeUnless(groups, e.Origin, noGroups)
	e.DHBits = facts.Known(int64(0), e.Origin)
	switch {
	case len(res.DHBits) > 0:
		e.DHBits = facts.Known(int64(slices.Min(res.DHBits)), e.Origin)
	case noSuites != "":
		e.DHBits = facts.Unknown[int64](noSuites)
	case slices.ContainsFunc(suites, func(s TLSSuite) bool { return s.KeyExchange == "dhe" || s.KeyExchange == "dh_anon" }):
		e.DHBits = facts.Unknown[int64]("the server's parameters could not be read")
	}
}

// certificates fills in what is said of the chains.
func (e *TLSEndpoint) certificates(ctx context.Context, r *facts.Reader, s *surroundings, res *tlsprobe.Result) {
	if len(res.Chains) == 0 {
		if anonymousOnly(e.Suites) || res.SharedKey {
			e.Chain = facts.Complete([]EndpointCertificate{}, e.Origin)
			e.noChain("it presents no certificate: its suites need none")
			e.ChainValid, e.ChainProblem = facts.Known(false, e.Origin), facts.Known(e.NotAfter.Reason(), e.Origin)
			if res.SharedKey { // which proves who the other is, as no anonymous suite does
				e.ChainValid, e.ChainProblem = facts.Known(true, e.Origin), facts.Known("", e.Origin)
			}
			return
		}
		why := res.ChainErr
		if why == "" {
			why = "no handshake got as far as the certificate"
		}
		e.Chain = facts.UnknownList[EndpointCertificate](why)
		e.noChain(why)
		return
	}
	var all []EndpointCertificate
	e.ChainValid, e.ChainProblem = facts.Known(true, e.Origin), facts.Known("", e.Origin)
	var first time.Time
	for _, der := range res.Chains {
		certs, problem := parseChain(der)
		for i, c := range certs {
			entry := EndpointCertificate{Position: i}
			if c.Err != nil {
				entry.Missing = facts.Missing(c.Err.Error())
			} else {
				entry.describe(c.Certificate, e.Origin, r.Now())
				if first.IsZero() || c.NotAfter.Before(first) {
					first = c.NotAfter
				}
			}
			all = append(all, entry)
		}
		e.verify(ctx, r, certs, problem)
	}
	e.Chain = facts.Complete(all, e.Origin)
	if first.IsZero() || slices.ContainsFunc(all, func(c EndpointCertificate) bool { return c.Missing != "" }) {
		e.NotAfter = facts.Unknown[string]("a certificate served can't be parsed")
	} else {
		e.NotAfter = facts.Known(first.UTC().Format(time.RFC3339), e.Origin)
	}
	e.identity(s, res.Chains[0][0])
}

func anonymousOnly(l facts.List[TLSSuite]) bool {
	return l.IsComplete() && len(l.Items()) > 0 && !slices.ContainsFunc(l.Items(), func(s TLSSuite) bool {
		return !slices.Contains(s.Weaknesses, "anonymous") && !strings.HasSuffix(s.KeyExchange, "psk")
	})
}

func (e *TLSEndpoint) noChain(why string) {
	e.ChainValid, e.ChainProblem, e.NotAfter = facts.Unknown[bool](why), facts.Unknown[string](why), facts.Unknown[string](why)
	e.NameMatches, e.File = facts.Unknown[bool](why), facts.Unknown[string](why)
}

func parseChain(der [][]byte) (certs []certfile.Certificate, problem string) {
	for i, b := range der {
		c, err := x509.ParseCertificate(b)
		certs = append(certs, certfile.Certificate{Certificate: c, Err: err})
		if err != nil && problem == "" {
			problem = fmt.Sprintf("certificate %d of the chain can't be parsed: %v", i, err)
		}
	}
	return certs, problem
}

// verify checks one chain; a known problem of an earlier one stays.
func (e *TLSEndpoint) verify(ctx context.Context, r *facts.Reader, certs []certfile.Certificate, problem string) {
	if valid, known := e.ChainValid.Get(); known && !valid {
		return
	}
	if problem != "" && certs[0].Err != nil {
		e.ChainValid, e.ChainProblem = facts.Unknown[bool](problem), facts.Unknown[string](problem)
		return
	}
	var c CertificateEntry
	chainOf(ctx, r, certs).verify(&c, certs[0].Certificate, r.Now())
	if valid, known := c.ChainValid.Get(); !known || !valid {
		e.ChainValid, e.ChainProblem = c.ChainValid, c.ChainProblem
	}
}

func (e *TLSEndpoint) identity(s *surroundings, leaf []byte) {
	files, unread := s.disk()
	switch name, found := files[string(leaf)]; {
	case found:
		e.File = facts.Known(name, facts.File(name, 0))
	case unread != "":
		e.File = facts.Unknown[string](unread)
	default:
		e.File = facts.Known("", e.Origin)
	}
	cert, err := x509.ParseCertificate(leaf)
	switch {
	case err != nil:
		e.NameMatches = facts.Unknown[bool](err.Error())
	case s.host == "":
		e.NameMatches = facts.Unknown[bool]("the host has no name")
	default:
		e.NameMatches = facts.Known(cert.VerifyHostname(s.host) == nil, e.Origin)
	}
}

func (c *EndpointCertificate) describe(cert *x509.Certificate, at facts.Origin, now time.Time) {
	full := CertificateEntry{Origin: at, Path: at.Source}
	full.describe(cert, now)
	c.Subject, c.Issuer, c.Names, c.NotBefore, c.NotAfter = full.Subject, full.Issuer, full.Names, full.NotBefore, full.NotAfter
	c.SelfSigned, c.KeyType, c.KeyBits, c.SignatureAlgorithm = full.SelfSigned, full.KeyType, full.KeyBits, full.SignatureAlgorithm
	c.NamesOCSP = facts.Known(len(cert.OCSPServer) > 0, at)
	const day = 24 * time.Hour
	c.LifetimeDays = facts.Known(int64((cert.NotAfter.Sub(cert.NotBefore)+day-1)/day), at)
}
