package tlsprobe

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/tlshello"
)

// refusals are the alerts by which servers say that they don't speak a version, or none of its suites.
var refusals = []uint8{
	tlshello.AlertHandshakeFailure, tlshello.AlertProtocolVersion, tlshello.AlertInsufficient,
	47, // illegal_parameter
	50, // decode_error
	10, // unexpected_message
	86, // inappropriate_fallback
	109, 110,
}

// versions asks for each version.
func (p *probe) versions() {
	for _, v := range Versions {
		if p.res.Versions[v].Known {
			continue
		}
		a, err := p.ask(p.hello(v), true)
		p.judge(v, a, err)
	}
	p.closings()
}

// closings makes sure of the versions that the server closed the connection at: one that has too many connections open,
// or too many within a minute, closes them, too.
func (p *probe) closings() {
	i := slices.IndexFunc(Versions, func(v uint16) bool { return p.res.Versions[v].IsYes() })
	for _, v := range Versions {
		if i < 0 || !p.res.Versions[v].Known || !p.closed[v] || p.refusesByClosing(p.hello(v), p.hello(Versions[i])) {
			continue
		}
		p.res.Versions[v] = unsure("it closes connections without a word, also of clients that it has answered before")
	}
}

// refusesByClosing tells whether closing is the server's answer to just this hello: it answers the other one right then,
// and closes again.
func (p *probe) refusesByClosing(h, answered tlshello.Hello) bool {
	if a, err := p.ask(answered, false); err != nil || !a.Hello || a.Version != answered.Version {
		return false
	}
	_, err := p.ask(h, false)
	return isClosing(err)
}

// judge decides on a version by the answer to its hello. What was not agreed to is asked for once more, by a client that
// completes the handshake: some servers don't take every hello.
func (p *probe) judge(v uint16, a tlshello.Answer, err error) {
	state := p.verdict(v, a, err)
	if !state.IsYes() && v >= tlshello.TLS10 && p.ctx.Err() == nil {
		switch _, again := p.handshake(v, v, nil); {
		case again == nil:
			state = yes()
		case isAlert(again) && err == nil && !a.Hello && a.Alert != tlshello.AlertUnrecognizedName:
			// OpenSSL 3 says internal_error where its security level leaves it no signature for the version.
			state = no(fmt.Sprintf("it refuses (alert %d)", a.Alert))
		}
	}
	p.res.Versions[v], p.closed[v] = state, state.Known && !state.Yes && isClosing(err)
}

func (p *probe) verdict(v uint16, a tlshello.Answer, err error) State {
	switch {
	case err == nil && a.Hello && a.Version == v:
		return yes()
	case err == nil && a.Hello:
		return no("it answers with " + tlshello.VersionName(a.Version))
	case err == nil && slices.Contains(refusals, a.Alert):
		return no(fmt.Sprintf("it refuses (alert %d)", a.Alert))
	case err == nil && a.Alert == tlshello.AlertUnrecognizedName:
		return no("it refuses a client that names no host")
	case err == nil:
		return unsure(fmt.Sprintf("it answers %s with alert %d", tlshello.VersionName(v), a.Alert))
	case isClosing(err):
		return no("it closes the connection of a client that offers " + tlshello.VersionName(v) + " only")
	}
	return unsure(fmt.Sprintf("asked for %s: %s", tlshello.VersionName(v), plain(err)))
}

// nameless finds out what becomes of a client that names no host, and where it is refused asks again with the names that
// the host could have. In TLS 1.3 a server agrees on the version before it looks for a certificate.
func (p *probe) nameless() {
	r := p.res
	if len(r.Chains) > 0 || p.anyVersion() && !(p.refused && p.onlyTLS13()) {
		r.SNIDefault = yes()
		return
	}
	var names []string
	if p.target.Names != nil {
		names = p.target.Names()
		names = names[:min(len(names), 4)]
	}
	before := r.Versions
	for _, name := range names {
		p.sni, r.Versions = name, map[uint16]State{}
		p.versions()
		p.complete()
		if len(r.Chains) > 0 {
			r.SNIDefault = no("a client that names no host is refused")
			return
		}
	}
	p.sni, r.Versions, r.SNIDefault = "", before, no("a client that names no host is refused")
	why := "it refuses clients that name no host"
	if len(names) > 0 {
		why += ", and those that name " + strings.Join(names, ", ")
	}
	for v, s := range before { // it may speak them to someone whose name we don't know
		if s.Known && !s.Yes {
			r.Versions[v] = unsure(why)
		}
	}
}

func (p *probe) onlyTLS13() bool {
	for v, s := range p.res.Versions {
		if s.IsYes() != (v == tlshello.TLS13) {
			return false
		}
	}
	return true
}

// handshake completes one with crypto/tls, and keeps the chain that is served.
func (p *probe) handshake(low, high uint16, alpn []string) (tls.ConnectionState, error) {
	conn, err := p.dial()
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	var suites []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		suites = append(suites, s.ID)
	}
	var state tls.ConnectionState
	seen := false
	client := tls.Client(conn, &tls.Config{
		MinVersion: low, MaxVersion: high, CipherSuites: suites, NextProtos: alpn, ServerName: p.sni,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent; the chain is looked at afterwards, by the host's own trust store
		VerifyConnection: func(s tls.ConnectionState) error {
			state, seen = s, true
			return nil
		},
	})
	err = client.HandshakeContext(p.ctx)
	if !seen {
		return state, err
	}
	if err == nil {
		state = client.ConnectionState()
	} else if isAlert(err) && state.Version != 0 {
		err = nil // a server of TLS 1.2 that wants a client's certificate: it has agreed to all the rest
	}
	if len(state.PeerCertificates) > 0 {
		p.chain(raw(state.PeerCertificates))
	}
	if len(state.OCSPResponse) > 0 {
		p.res.Stapled = yes()
	}
	return state, err
}

func raw(certs []*x509.Certificate) [][]byte {
	var out [][]byte
	for _, c := range certs {
		out = append(out, c.Raw)
	}
	return out
}

// complete makes one handshake as a client of today does, for what TLS 1.3 sends encrypted.
func (p *probe) complete() {
	r := p.res
	if !r.Versions[tlshello.TLS13].IsYes() && !r.Versions[tlshello.TLS12].IsYes() {
		return
	}
	seen := r.Chains
	r.Chains = nil
	var offered []string
	if r.StartTLS == "" {
		offered = []string{"h2", "http/1.1"}
	}
	state, err := p.handshake(tls.VersionTLS12, tls.VersionTLS13, offered)
	if err != nil && offered != nil { // it may insist on another protocol
		state, err = p.handshake(tls.VersionTLS12, tls.VersionTLS13, nil)
	}
	p.refused = isAlert(err)
	switch {
	case err != nil && r.ChainErr == "":
		r.ChainErr = plain(err)
		r.ALPNKnown = unsure(plain(err))
	case err != nil:
		r.ALPNKnown = unsure(plain(err))
	default:
		r.ALPNKnown = yes()
		if state.NegotiatedProtocol != "" {
			r.ALPN = append(r.ALPN, state.NegotiatedProtocol)
		}
	}
	for _, c := range seen { // what a client of today is served comes first
		p.chain(c)
	}
}

// enumerate asks for suites and groups.
func (p *probe) enumerate() {
	r := p.res
	newest := uint16(0)
	for _, v := range []uint16{tlshello.TLS13, tlshello.TLS12, tlshello.TLS11, tlshello.TLS10, tlshello.SSL30} {
		if !r.Versions[v].IsYes() {
			continue
		}
		if p.target.Sparing != "" {
			r.Suites[v], r.Groups[v] = Choices{Missing: p.target.Sparing}, Choices{Missing: p.target.Sparing}
			continue
		}
		r.Suites[v] = p.suites(v)
		if v == tlshello.TLS13 {
			r.Groups[v] = p.groups(v, tlshello.Suites(v))
		} else if newest == 0 {
			newest = v
			if ec := ephemeral(r.Suites[v].IDs); len(ec) > 0 {
				r.Groups[v] = p.groups(v, ec)
			} else {
				r.Groups[v] = Choices{Missing: r.Suites[v].Missing}
			}
		}
	}
	p.sharedKeys()
	p.order()
}

// sharedKeys withdraws that TLS 1.3 is not spoken where every suite needs a key that server and client share: in TLS 1.3
// such a server refuses whoever does not name the key.
func (p *probe) sharedKeys() {
	all, r := []uint16{}, p.res
	for _, c := range r.Suites {
		all = append(all, c.IDs...)
	}
	needsKey := func(id uint16) bool { s, _ := tlshello.SuiteByID(id); return strings.HasSuffix(s.KeyExchange, "psk") }
	r.SharedKey = len(all) > 0 && !slices.ContainsFunc(all, func(id uint16) bool { return !needsKey(id) })
	if s := r.Versions[tlshello.TLS13]; r.SharedKey && s.Known && !s.Yes {
		r.Versions[tlshello.TLS13] = unsure("it serves only clients that it shares a key with, and of TLS 1.3 it tells others nothing")
	}
}

func ephemeral(suites []uint16) []uint16 {
	var out []uint16
	for _, id := range suites {
		if s, _ := tlshello.SuiteByID(id); strings.HasPrefix(s.KeyExchange, "ecdh_anon") || strings.HasPrefix(s.KeyExchange, "ecdhe") && s.KeyExchange != "ecdhe_psk" {
			out = append(out, id)
		}
	}
	return out
}

// suites repeats the hello without the suites that were chosen until none is left.
func (p *probe) suites(v uint16) Choices {
	h := p.hello(v)
	var c Choices
	var answered tlshello.Hello
	for range maxSuites {
		if len(h.Suites) == 0 {
			return c
		}
		a, err := p.ask(h, v < tlshello.TLS13)
		chosen, more, why := p.choice(v, a, err)
		if !more {
			if !isClosing(err) || len(c.IDs) == 0 || !p.refusesByClosing(h, answered) {
				c.Missing = why
			}
			return c
		}
		answered = h
		i := slices.Index(h.Suites, chosen)
		if i < 0 {
			c.Missing = fmt.Sprintf("the server chose suite 0x%04x, which was not offered", chosen)
			return c
		}
		c.IDs = append(c.IDs, chosen)
		h.Suites = slices.Delete(slices.Clone(h.Suites), i, i+1)
	}
	return c
}

// choice is the suite of an answer; without more the server has no other, or why says why that is not known.
func (p *probe) choice(v uint16, a tlshello.Answer, err error) (suite uint16, more bool, why string) {
	if err == nil && a.Hello && a.Version == v {
		return a.Suite, true, ""
	}
	s := p.verdict(v, a, err)
	if !s.Known || isClosing(err) {
		return 0, false, "not all suites of " + tlshello.VersionName(v) + " are known: " + s.Why
	}
	return 0, false, ""
}

// groups does the same for the groups, with suites that need one.
func (p *probe) groups(v uint16, suites []uint16) Choices {
	h := p.hello(v)
	h.Suites = suites
	var c Choices
	var answered tlshello.Hello
	for len(h.Groups) > 0 {
		a, err := p.ask(h, v < tlshello.TLS13)
		if _, more, why := p.choice(v, a, err); !more {
			if !isClosing(err) || len(c.IDs) == 0 || !p.refusesByClosing(h, answered) {
				c.Missing = why
			}
			return c
		}
		answered = h
		if a.Group == 0 {
			c.Missing = "the server did not name the group it chose"
			return c
		}
		i := slices.Index(h.Groups, a.Group)
		if i < 0 {
			if len(c.IDs) > 0 { // OpenSSL 1.0 falls back to a curve that was not offered
				return c
			}
			c.Missing = fmt.Sprintf("the server chose group 0x%04x, which was not offered", a.Group)
			return c
		}
		c.IDs = append(c.IDs, a.Group)
		h.Groups = slices.Delete(slices.Clone(h.Groups), i, i+1)
	}
	return c
}

// order finds out whose order decides, by offering the suites from the last to the first.
func (p *probe) order() {
	r := p.res
	r.ServerOrder = no("")
	for _, v := range []uint16{tlshello.TLS12, tlshello.TLS13, tlshello.TLS11, tlshello.TLS10, tlshello.SSL30} {
		c := r.Suites[v]
		if c.Missing != "" && r.Versions[v].IsYes() {
			r.ServerOrder = unsure(c.Missing)
		}
		if len(c.IDs) < 2 {
			continue
		}
		h := p.hello(v)
		h.Suites = slices.Clone(c.IDs)
		slices.Reverse(h.Suites)
		a, err := p.ask(h, false)
		suite, more, _ := p.choice(v, a, err)
		switch {
		case !more:
			r.ServerOrder = unsure("a hello with the suites in another order was not answered")
		case suite == c.IDs[0]:
			r.ServerOrder = yes()
		default:
			r.ServerOrder = no("")
		}
		return
	}
}

// conclude decides on what no answer gave a sign of.
func (p *probe) conclude() {
	r := p.res
	if !p.anyVersion() {
		why := unsure("no version was agreed on")
		r.Compression, r.Secure, r.Stapled, r.ALPNKnown, r.ServerOrder = why, why, why, why, why
		return
	}
	if !r.Compression.Known {
		r.Compression = no("")
	}
	if !r.Secure.Known { // TLS 1.3 has no renegotiation
		r.Secure = yes()
	}
	if !r.Stapled.Known && (len(r.Chains) > 0 || r.ChainErr == "") {
		r.Stapled = no("")
	}
	if !r.ALPNKnown.Known && r.ALPNKnown.Why == "" {
		r.ALPNKnown = unsure("neither TLS 1.2 nor 1.3 is spoken")
	}
	if p.ctx.Err() != nil {
		late := "the endpoint's time was up after " + Deadline.String()
		for _, v := range Versions {
			if _, asked := r.Versions[v]; !asked {
				r.Versions[v] = unsure(late)
			}
		}
	}
}
