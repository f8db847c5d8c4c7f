// Package tlsprobe finds out how one TCP endpoint of this host speaks TLS, by asking it: each version with a handshake
// of its own, then the suites and groups by repeating a hello without what was chosen before. Questions are put one after
// the other, under one deadline for the endpoint.
//
// The connection's own end is bound to the address that is asked, so that it can only be made when that address is this
// host's, and never leaves it. No one logs in, and the only application data is one HEAD / to a web server.
package tlsprobe

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts/linux/starttls"
	"github.com/holdfast-agent/holdfast/facts/linux/tlshello"
)

// Bounds of one endpoint.
const (
	Deadline   = 3 * time.Second
	answerTime = 1200 * time.Millisecond // for one question
	silence    = 800 * time.Millisecond  // after which a server is told that no more is coming
	maxSuites  = 400
)

// Versions are asked for in this order, which finds out first whether it is TLS at all.
var Versions = []uint16{tlshello.TLS12, tlshello.TLS13, tlshello.TLS11, tlshello.TLS10, tlshello.SSL30}

// Target is an endpoint of this host.
type Target struct {
	Addr     netip.AddrPort
	StartTLS string // the protocol it is expected to begin with; empty for TLS at once
	// Names gives host names to ask for, when the server answers nobody who names none.
	Names func() []string
	// Sparing leaves out what needs many connections: the suites and groups.
	Sparing string
	// HTTP says that it is a web server, also when it does not agree on a protocol.
	HTTP bool
}

// State is what is known of a yes or no.
type State struct {
	Known, Yes bool
	Why        string // it is not known, or what led to a no
}

func yes() State                { return State{Known: true, Yes: true} }
func no(why string) State       { return State{Known: true, Why: why} }
func unsure(why string) State   { return State{Why: why} }
func (s State) IsYes() bool     { return s.Known && s.Yes }
func (s State) Unknown() string { return s.Why }

// Choices is what a server chose, one after the other.
type Choices struct {
	IDs     []uint16
	Missing string // why there may be more; empty for all
}

// Result is what was found out.
type Result struct {
	Speaks      State
	StartTLS    string // the protocol it really begins with
	Versions    map[uint16]State
	Suites      map[uint16]Choices
	Groups      map[uint16]Choices // for TLS 1.2, or the newest before it, and TLS 1.3
	ServerOrder State
	SNIDefault  State // it serves who names no host
	Compression State
	Secure      State // secure renegotiation
	Stapled     State
	ALPN        []string
	ALPNKnown   State
	DHBits      []int      // sizes of primes seen
	Chains      [][][]byte // distinct chains served, the first to a client of today
	ChainErr    string
	HTTP        State // it is a web server
	HSTS        int64 // seconds that browsers are to insist on TLS; 0 when they are not told
	HSTSKnown   State
	SharedKey   bool // every suite seen needs a key that server and client share
}

// probe is one endpoint being asked.
type probe struct {
	ctx     context.Context
	target  Target
	res     *Result
	sni     string
	refused bool            // a client of today was refused with an alert
	waited  bool            // the server closed only after it was told that nothing more will come
	closed  map[uint16]bool // versions that the server closed the connection at
}

// Ask finds out all it can of an endpoint within Deadline.
func Ask(ctx context.Context, t Target) *Result {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	res := &Result{
		StartTLS: t.StartTLS, Versions: map[uint16]State{}, Suites: map[uint16]Choices{}, Groups: map[uint16]Choices{},
	}
	p := &probe{ctx: ctx, target: t, res: res, closed: map[uint16]bool{}}
	p.identify()
	if !res.Speaks.IsYes() {
		return res
	}
	p.versions()
	p.complete()
	p.nameless()
	p.enumerate()
	p.strictTransport()
	p.conclude()
	return res
}

func (p *probe) anyVersion() bool {
	for _, s := range p.res.Versions {
		if s.IsYes() {
			return true
		}
	}
	return false
}

// dial opens a connection to where TLS begins.
func (p *probe) dial() (*net.TCPConn, error) {
	own := net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.target.Addr.Addr(), 0))
	d := net.Dialer{LocalAddr: own, Timeout: answerTime, KeepAlive: -1}
	conn, err := d.DialContext(p.ctx, "tcp", p.target.Addr.String())
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn) //nolint:errcheck // what dialling tcp gives
	_ = tcp.SetLinger(0)       // no thousand sockets in TIME_WAIT
	end := time.Now().Add(answerTime)
	if at, ok := p.ctx.Deadline(); ok && at.Before(end) {
		end = at
	}
	_ = tcp.SetDeadline(end)
	if p.res.StartTLS != "" {
		if err := starttls.Start(tcp, p.res.StartTLS); err != nil {
			_ = tcp.Close()
			return nil, &beforeTLS{err}
		}
	}
	return tcp, nil
}

// beforeTLS is an error of the protocol that TLS is to begin in.
type beforeTLS struct{ err error }

func (e *beforeTLS) Error() string { return e.err.Error() }
func (e *beforeTLS) Unwrap() error { return e.err }

func (p *probe) hello(version uint16) tlshello.Hello {
	h := tlshello.Hello{Version: version, Suites: tlshello.Suites(version), Groups: tlshello.Groups(version), ServerName: p.sni}
	if version == tlshello.SSL30 {
		h.Groups = nil
	}
	_, _ = rand.Read(h.Random[:])
	return h
}

// ask puts one question.
func (p *probe) ask(h tlshello.Hello, flight bool) (tlshello.Answer, error) {
	conn, err := p.dial()
	if err != nil {
		return tlshello.Answer{}, err
	}
	defer conn.Close()
	if _, err := conn.Write(h.Marshal()); err != nil {
		return tlshello.Answer{}, err
	}
	a, err := tlshello.Read(conn, flight)
	if err == nil && a.Hello {
		p.note(h, a)
	}
	return a, err
}

// note keeps what answers tell by the way.
func (p *probe) note(h tlshello.Hello, a tlshello.Answer) {
	r := p.res
	if a.Compression != 0 {
		r.Compression = yes()
	}
	if a.Version < tlshello.TLS13 {
		if !a.SecureRenegotiation {
			r.Secure = no("")
		} else if !r.Secure.Known {
			r.Secure = yes()
		}
	}
	if a.Stapled {
		r.Stapled = yes()
	}
	if a.DHBits > 0 && !slices.Contains(r.DHBits, a.DHBits) {
		r.DHBits = append(r.DHBits, a.DHBits)
	}
	if len(a.Certificates) > 0 {
		p.chain(a.Certificates)
	}
	if a.FlightErr != nil && len(a.Certificates) == 0 && r.ChainErr == "" {
		r.ChainErr = plain(a.FlightErr)
	}
	if len(h.ALPN) > 0 && !r.ALPNKnown.Known {
		r.ALPNKnown = yes()
	}
}

func (p *probe) chain(certs [][]byte) {
	for _, c := range p.res.Chains {
		if slices.Equal(c[0], certs[0]) {
			return
		}
	}
	if len(p.res.Chains) < 4 { // one for each kind of key
		p.res.Chains = append(p.res.Chains, certs)
	}
}

// identify finds out whether the endpoint speaks TLS at all.
func (p *probe) identify() {
	r := p.res
	if r.StartTLS != "" {
		conn, err := p.dial()
		if err == nil {
			_ = conn.Close()
			r.Speaks = unsure("not asked yet")
		} else if p.decided(err) {
			return
		} else {
			r.StartTLS = "" // it is not what its port says
		}
	}
	first, err := p.firstAnswer()
	switch {
	case err == nil:
		r.Speaks = yes()
		p.judge(Versions[0], first, nil)
	case r.StartTLS == "":
		p.without(err)
	default:
		r.Speaks = unsure("after STARTTLS: " + plain(err))
	}
}

// decided tells whether the beginning of a protocol has ended the matter.
func (p *probe) decided(err error) bool {
	var foreign *starttls.Foreign
	var proto *beforeTLS
	switch {
	case errors.Is(err, starttls.ErrNotOffered):
		p.res.Speaks = no("it speaks " + p.res.StartTLS + " and offers no STARTTLS")
		return true
	case errors.As(err, &foreign), errors.As(err, &proto) && (isTimeout(err) || isClosed(err)):
		return false // perhaps something else lives there
	}
	p.res.Speaks = unsure(plain(err))
	return true
}

// firstAnswer is that to a hello of TLS 1.2. A server that says nothing is told that nothing more will come: one that
// waits for the end of a line then closes, and so is no TLS server, which would have answered a whole hello.
func (p *probe) firstAnswer() (tlshello.Answer, error) {
	conn, err := p.dial()
	if err != nil {
		return tlshello.Answer{}, err
	}
	defer conn.Close()
	h := p.hello(Versions[0])
	if _, err := conn.Write(h.Marshal()); err != nil {
		return tlshello.Answer{}, err
	}
	told := time.AfterFunc(silence, func() { _ = conn.CloseWrite() })
	a, err := tlshello.Read(conn, true)
	p.waited = !told.Stop()
	if err == nil && a.Hello {
		p.note(h, a)
	}
	return a, err
}

// without decides on a server that did not answer in TLS.
func (p *probe) without(err error) {
	r := p.res
	var foreign *tlshello.NotTLS
	switch {
	case errors.As(err, &foreign):
		if guess := starttls.Guess(foreign.Start); guess != "" && p.target.StartTLS == "" {
			p.target.StartTLS, r.StartTLS = guess, guess
			p.identify()
			if r.Speaks.Known {
				return
			}
		}
		r.Speaks = no(plain(err))
	case isClosed(err) && p.waited:
		r.Speaks = no("it says nothing to a TLS client, and closes when that has no more to say")
	case isClosed(err):
		p.silent()
	case isTimeout(err):
		r.Speaks = unsure("it accepts connections and gives no answer in time")
	default:
		r.Speaks = unsure(plain(err))
	}
}

// silent decides on a server that closed without a word: unless it answers a client of today, or one that names the
// host, it serves TLS to no one.
func (p *probe) silent() {
	names := []string{""}
	if p.target.Names != nil {
		names = append(names, p.target.Names()...)
	}
	for _, p.sni = range names[:min(len(names), 3)] {
		_, err := p.handshake(tls.VersionTLS12, tls.VersionTLS13, nil)
		switch {
		case err == nil, isAlert(err):
			p.res.Speaks = yes()
			return
		case !isClosed(err):
			p.res.Speaks = unsure(plain(err))
			return
		}
	}
	p.sni = ""
	p.res.Speaks = no("it closes the connection of a TLS client without a word")
}

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isClosing tells whether a server ended the conversation other than in TLS.
func isClosing(err error) bool {
	var foreign *tlshello.NotTLS
	return isClosed(err) || errors.As(err, &foreign)
}

func isAlert(err error) bool {
	var alert tls.AlertError
	var op *net.OpError
	return errors.As(err, &alert) || errors.As(err, &op) && op.Op == "remote error"
}

// plain is an error without the addresses and ports, which change from one run to the next.
func plain(err error) string {
	var op *net.OpError
	switch {
	case isTimeout(err):
		return "it did not answer in time"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it closed the connection"
	case errors.As(err, &op) && op.Op != "remote error":
		return fmt.Sprintf("%s: %v", op.Op, op.Err)
	}
	return err.Error()
}
