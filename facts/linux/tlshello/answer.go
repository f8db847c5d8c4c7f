package tlshello

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

const (
	recordAlert     = 21
	recordHandshake = 22

	typeClientHello       = 1
	typeServerHello       = 2
	typeCertificate       = 11
	typeServerKeyExchange = 12
	typeServerHelloDone   = 14
	typeCertificateStatus = 22
)

// Bounds of one answer.
const (
	MaxMessage = 256 << 10 // as crypto/tls allows a chain of certificates
	maxTotal   = 512 << 10
	maxRecords = 1024
	maxRecord  = 16<<10 + 2048
	maxChain   = 64
)

// Alerts that say more than "no".
const (
	AlertCloseNotify      = 0
	AlertHandshakeFailure = 40
	AlertProtocolVersion  = 70
	AlertInsufficient     = 71
	AlertInternalError    = 80
	AlertUnrecognizedName = 112
)

// Answer is what a server said to a Hello.
type Answer struct {
	Alert uint8 // the fatal alert, when there is no ServerHello

	Hello               bool // a ServerHello came: what follows is known
	Retry               bool // it is a HelloRetryRequest
	Version             uint16
	Suite               uint16
	Compression         uint8
	SecureRenegotiation bool
	ALPN                string

	Group        uint16 // of TLS 1.3, or of an ECDHE suite's ServerKeyExchange; 0 when none was named
	DHBits       int    // size of the prime of a DHE suite's ServerKeyExchange
	Certificates [][]byte
	Stapled      bool  // a response of OCSP came with them
	Done         bool  // the server's flight was read to its end
	FlightErr    error // why it was not
}

// NotTLS is an answer in another language.
type NotTLS struct{ Start []byte }

func (e *NotTLS) Error() string {
	return fmt.Sprintf("the answer is not TLS: it begins with %.24q", e.Start)
}

var errGarbled = errors.New("the answer begins as TLS and is garbled")

// retryRandom makes a ServerHello a HelloRetryRequest (RFC 8446, section 4.1.3).
var retryRandom = []byte{
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
}

// Read reads the answer: an alert, or a ServerHello and, when flight is asked for and the version sends it in the clear,
// what follows up to ServerHelloDone. An error means that there was neither; io.EOF that the server closed without a
// word. What goes wrong behind a ServerHello is in FlightErr.
func Read(r io.Reader, flight bool) (Answer, error) {
	var a Answer
	m := &messages{r: r}
	for {
		kind, body, err := m.next()
		var alert alertError
		switch {
		case a.Hello && err != nil:
			a.FlightErr = err
			return a, nil
		case errors.As(err, &alert):
			a.Alert = uint8(alert)
			return a, nil
		case err != nil:
			return a, err
		}
		if !a.Hello {
			if kind != typeServerHello {
				return a, errGarbled
			}
			if !a.serverHello(body) {
				return Answer{}, errGarbled
			}
			if !flight || a.Version >= TLS13 {
				return a, nil
			}
			continue
		}
		if !a.follow(kind, body) {
			a.FlightErr = errGarbled
			return a, nil
		}
		if kind == typeServerHelloDone {
			a.Done = true
			return a, nil
		}
	}
}

type alertError uint8

func (e alertError) Error() string { return fmt.Sprintf("alert %d", uint8(e)) }

// messages takes handshake messages out of records.
type messages struct {
	r       io.Reader
	buf     []byte
	records int
	total   int
}

func (m *messages) next() (kind byte, body []byte, err error) {
	for {
		if len(m.buf) >= 4 {
			n := int(m.buf[1])<<16 | int(m.buf[2])<<8 | int(m.buf[3])
			if n > MaxMessage {
				return 0, nil, fmt.Errorf("the server announces a message of %d bytes", n)
			}
			if len(m.buf) >= 4+n {
				kind, body = m.buf[0], m.buf[4:4+n]
				m.buf = m.buf[4+n:]
				return kind, body, nil
			}
		}
		if err := m.record(); err != nil {
			return 0, nil, err
		}
	}
}

func (m *messages) record() error {
	var head [5]byte
	n, err := io.ReadFull(m.r, head[:])
	if m.records == 0 && n > 0 && (head[0] != recordHandshake && head[0] != recordAlert || n > 1 && head[1] != 3) {
		return &NotTLS{bytes.Clone(head[:n])}
	}
	if err != nil {
		return err
	}
	size := int(binary.BigEndian.Uint16(head[3:]))
	if m.records++; m.records > maxRecords || size > maxRecord || head[1] != 3 {
		return errGarbled
	}
	if m.total += size; m.total > maxTotal {
		return errors.New("the answer has no end")
	}
	start := len(m.buf)
	m.buf = append(m.buf, make([]byte, size)...)
	if _, err := io.ReadFull(m.r, m.buf[start:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	switch head[0] {
	case recordHandshake:
		return nil
	case recordAlert:
		body := m.buf[start:]
		m.buf = m.buf[:start]
		if len(body) != 2 {
			return errGarbled
		}
		if body[0] == 1 && body[1] != AlertCloseNotify { // a warning: the answer is yet to come
			return nil
		}
		return alertError(body[1])
	}
	return errGarbled
}

// serverHello tells whether the message is one (RFC 5246, section 7.4.1.3; RFC 8446, section 4.1.3).
func (a *Answer) serverHello(b []byte) bool {
	s := cursor{b, true}
	a.Version = s.u16()
	random := s.take(32)
	s.vector8() // session id
	a.Suite, a.Compression = s.u16(), s.u8()
	if !s.ok || a.Version < SSL30 || a.Version > TLS12 {
		return false
	}
	a.Hello, a.Retry = true, bytes.Equal(random, retryRandom)
	if len(s.b) == 0 {
		return true
	}
	ext := cursor{s.vector16(), true}
	if !s.ok {
		return false
	}
	for len(ext.b) > 0 {
		kind, body := ext.u16(), cursor{ext.vector16(), true}
		if !ext.ok {
			return false
		}
		switch kind {
		case extSupportedVersions:
			a.Version = body.u16()
		case extKeyShare:
			a.Group = body.u16()
		case extRenegotiation:
			a.SecureRenegotiation = true
		case extALPN:
			names := cursor{body.vector16(), true}
			a.ALPN = string(names.vector8())
		}
	}
	return ext.ok
}

func (a *Answer) follow(kind byte, b []byte) bool {
	s := cursor{b, true}
	switch kind {
	case typeCertificate:
		list := cursor{s.vector24(), true}
		for s.ok && len(list.b) > 0 {
			c := list.vector24()
			if !list.ok || len(a.Certificates) == maxChain {
				return false
			}
			a.Certificates = append(a.Certificates, c)
		}
		return s.ok
	case typeCertificateStatus:
		a.Stapled = len(b) > 4
	case typeServerKeyExchange:
		a.keyExchange(s)
	}
	return true
}

// keyExchange reads the named curve or the prime: which of them, the suite tells.
func (a *Answer) keyExchange(s cursor) {
	suite, known := SuiteByID(a.Suite)
	if !known {
		return
	}
	switch suite.KeyExchange {
	case "ecdhe", "ecdh_anon":
		if s.u8() == 3 { // named_curve, RFC 8422 section 5.4
			if g := s.u16(); s.ok {
				a.Group = g
			}
		}
	case "dhe", "dh_anon":
		if p := bytes.TrimLeft(s.vector16(), "\x00"); s.ok && len(p) > 0 {
			a.DHBits = len(p)*8 - bits.LeadingZeros8(p[0])
		}
	}
}

// cursor takes values off a slice; ok becomes false when it runs out.
type cursor struct {
	b  []byte
	ok bool
}

func (c *cursor) take(n int) []byte {
	if !c.ok || len(c.b) < n {
		c.ok, c.b = false, nil
		return nil
	}
	out := c.b[:n:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) number(n int) int {
	v := 0
	for _, x := range c.take(n) {
		v = v<<8 | int(x)
	}
	return v
}

func (c *cursor) u8() uint8        { return uint8(c.number(1)) }  //nolint:gosec // one byte
func (c *cursor) u16() uint16      { return uint16(c.number(2)) } //nolint:gosec // two bytes
func (c *cursor) vector8() []byte  { return c.take(c.number(1)) }
func (c *cursor) vector16() []byte { return c.take(c.number(2)) }
func (c *cursor) vector24() []byte { return c.take(c.number(3)) }
