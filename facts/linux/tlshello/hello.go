// Package tlshello asks a TLS server one question with a ClientHello made by hand, and reads the answer as far as it
// comes in the clear: version, suite, group, certificates, alerts. It speaks SSLv3 to TLS 1.3 and knows the suites that
// crypto/tls does not (anonymous, export, NULL, DHE, Camellia, …), because a server is to be asked for exactly those.
//
// It never completes a handshake, computes no key, and opens no connection: it writes to and reads from what it is
// given, within bounds of size. What it reads is not authenticated.
package tlshello

import (
	"encoding/binary"
	"slices"
)

// Protocol versions as they go over the wire.
const (
	SSL30 uint16 = 0x0300
	TLS10 uint16 = 0x0301
	TLS11 uint16 = 0x0302
	TLS12 uint16 = 0x0303
	TLS13 uint16 = 0x0304
)

// VersionName is how OpenSSL's tools and most servers' configurations call a version.
func VersionName(v uint16) string {
	return map[uint16]string{SSL30: "SSLv3", TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3"}[v]
}

// Hello is a question: does the server speak this version, with one of these suites and groups?
type Hello struct {
	Version    uint16   // the only one that is offered
	Suites     []uint16 // in order of preference
	Groups     []uint16 // empty: no extension for TLS 1.2 and before
	ServerName string   // empty: none is named
	ALPN       []string
	Random     [32]byte
}

const (
	extServerName        = 0
	extStatusRequest     = 5
	extGroups            = 10
	extPointFormats      = 11
	extSignatures        = 13
	extALPN              = 16
	extExtendedMaster    = 23
	extSupportedVersions = 43
	extKeyShare          = 51
	extRenegotiation     = 0xff01
	scsvRenegotiation    = 0x00ff // RFC 5746: stands for the extension where there are none
)

// signatures are the schemes offered: all that a server may sign with, the old ones too.
var signatures = []uint16{
	0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
	0x081a, 0x081b, 0x081c, 0x0904, 0x0905, 0x0906, 0x0303, 0x0301, 0x0402, 0x0502, 0x0602, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
}

// Marshal is the hello as one record.
func (h Hello) Marshal() []byte {
	suites := h.Suites
	if h.Version <= TLS12 && !slices.Contains(suites, scsvRenegotiation) {
		suites = append(slices.Clone(suites), scsvRenegotiation)
	}
	body := binary.BigEndian.AppendUint16(nil, min(h.Version, TLS12))
	body = append(body, h.Random[:]...)
	compressions := []byte{1, 0} // DEFLATE before none: a server that compresses says so
	if h.Version >= TLS13 {
		body = append(body, 32) // RFC 8446, appendix D.4: a session id makes middleboxes think of TLS 1.2
		body = append(body, h.Random[:]...)
		compressions = []byte{0}
	} else {
		body = append(body, 0)
	}
	body = appendVector16(body, appendUint16s(nil, suites))
	body = append(body, byte(len(compressions)))
	body = append(body, compressions...)
	if h.Version > SSL30 { // SSLv3 has no extensions
		body = appendVector16(body, h.extensions())
	}
	message := append([]byte{typeClientHello, 0}, appendVector16(nil, body)...)
	record := []byte{recordHandshake, 3, byte(min(h.Version, TLS10))}
	return appendVector16(record, message)
}

func (h Hello) extensions() []byte {
	var out []byte
	add := func(kind uint16, body []byte) {
		out = appendVector16(binary.BigEndian.AppendUint16(out, kind), body)
	}
	if h.ServerName != "" {
		add(extServerName, appendVector16(nil, appendVector16([]byte{0}, []byte(h.ServerName))))
	}
	if len(h.Groups) > 0 {
		add(extGroups, appendVector16(nil, appendUint16s(nil, h.Groups)))
	}
	if len(h.ALPN) > 0 {
		var names []byte
		for _, n := range h.ALPN {
			names = append(append(names, byte(len(n))), n...)
		}
		add(extALPN, appendVector16(nil, names))
	}
	add(extStatusRequest, []byte{1, 0, 0, 0, 0})
	if h.Version >= TLS12 {
		add(extSignatures, appendVector16(nil, appendUint16s(nil, signatures)))
	}
	if h.Version >= TLS13 {
		add(extSupportedVersions, append([]byte{2}, binary.BigEndian.AppendUint16(nil, h.Version)...))
		// No share: the server must name the group it wants in a HelloRetryRequest (RFC 8446, section 4.2.8).
		add(extKeyShare, []byte{0, 0})
		return out
	}
	add(extPointFormats, []byte{1, 0})
	add(extExtendedMaster, nil)
	add(extRenegotiation, []byte{0})
	return out
}

func appendUint16s(b []byte, values []uint16) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func appendVector16(b, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...) //nolint:gosec // ours, and small
}
