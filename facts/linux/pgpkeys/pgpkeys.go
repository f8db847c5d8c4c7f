// Package pgpkeys tells what public keys an OpenPGP keyring holds (RFC 4880, RFC 9580): fingerprints, algorithms, user ids
// and times. It verifies nothing: an expiry it reads is one the ring claims.
package pgpkeys

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the fingerprint of a version 4 key is defined by SHA-1
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bounds.
const (
	maxSize = 8 << 20
	maxKeys = 1 << 10
)

// Key is a primary key.
type Key struct {
	Fingerprint string // upper-case hexadecimal
	Algorithm   string
	Bits        int // of the modulus of RSA and the prime of DSA and ElGamal; 0 for elliptic curves
	Created     time.Time
	Expires     time.Time // zero when its newest self-signature sets no end
	UserIDs     []string

	signed time.Time // when the self-signature that Expires comes from was made
	direct bool      // whether that is one on the key itself, which goes before those on user ids
}

// Parse reads a keyring, armoured or not. With an error, the keys before it are returned.
func Parse(b []byte) ([]Key, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	}
	b, err := dearmor(b)
	if err != nil {
		return nil, err
	}
	p := &parser{rest: b}
	for len(p.rest) > 0 {
		if err := p.packet(); err != nil {
			return p.keys, err
		}
		if len(p.keys) > maxKeys {
			return p.keys, errors.New("too many keys")
		}
	}
	if len(p.keys) == 0 {
		return nil, errors.New("holds no public key")
	}
	return p.keys, nil
}

// dearmor joins all armoured blocks; what is not armoured is given back as it is.
func dearmor(b []byte) ([]byte, error) {
	const begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
	text := string(b)
	if !strings.Contains(text, begin) {
		return b, nil
	}
	var out []byte
	for {
		_, after, ok := strings.Cut(text, begin)
		if !ok {
			return out, nil
		}
		block, rest, ok := strings.Cut(after, end)
		if !ok {
			return nil, errors.New("an armoured block without an end")
		}
		text = rest
		var body strings.Builder
		inHeader := true
		for line := range strings.Lines(block) {
			line = strings.TrimSpace(line)
			switch {
			case inHeader && (line == "" || strings.Contains(line, ": ")):
				continue
			case strings.HasPrefix(line, "="): // checksum
				continue
			}
			inHeader = false
			body.WriteString(line)
		}
		decoded, err := base64.StdEncoding.DecodeString(body.String())
		if err != nil {
			return nil, fmt.Errorf("armour: %w", err)
		}
		out = append(out, decoded...)
	}
}

type parser struct {
	rest  []byte
	keys  []Key
	onKey bool // signatures that follow belong to the primary key or its user ids, not to a subkey
}

var errShort = errors.New("cut short")

// Packet tags.
const (
	tagSignature = 2
	tagPublicKey = 6
	tagUserID    = 13
	tagSubkey    = 14
	tagPrivate   = 5
)

func (p *parser) packet() error {
	tag, body, rest, err := next(p.rest)
	if err != nil {
		return err
	}
	p.rest = rest
	switch tag {
	case tagPublicKey:
		k, err := publicKey(body)
		if err != nil {
			return err
		}
		p.keys, p.onKey = append(p.keys, k), true
	case tagSubkey:
		p.onKey = false
	case tagPrivate:
		return errors.New("holds a private key")
	case tagUserID:
		if p.onKey && len(p.keys) > 0 && len(body) <= 2048 {
			k := &p.keys[len(p.keys)-1]
			k.UserIDs = append(k.UserIDs, string(body))
		}
	case tagSignature:
		if p.onKey && len(p.keys) > 0 {
			p.keys[len(p.keys)-1].signature(body)
		}
	}
	return nil
}

// next takes a packet: RFC 9580, section 4.2. Partial lengths do not occur in keys.
func next(b []byte) (tag int, body, rest []byte, err error) {
	if len(b) < 2 || b[0]&0x80 == 0 {
		return 0, nil, nil, errors.New("no OpenPGP packet")
	}
	var n, header int
	if b[0]&0x40 == 0 { // the old format
		tag = int(b[0]>>2) & 0xf
		size := 1 << (b[0] & 3)
		if size == 8 || len(b) < 1+size {
			return 0, nil, nil, errShort
		}
		for _, c := range b[1 : 1+size] {
			n = n<<8 | int(c)
		}
		header = 1 + size
	} else {
		tag = int(b[0] & 0x3f)
		if n, header, err = newLength(b[1:]); err != nil {
			return 0, nil, nil, err
		}
		header++
	}
	if n > len(b)-header {
		return 0, nil, nil, errShort
	}
	return tag, b[header : header+n], b[header+n:], nil
}

// newLength reads a length of the new format, which subpackets use too.
func newLength(b []byte) (n, size int, err error) {
	switch {
	case len(b) < 1:
		return 0, 0, errShort
	case b[0] < 192:
		return int(b[0]), 1, nil
	case b[0] < 224 && len(b) >= 2:
		return (int(b[0])-192)<<8 + int(b[1]) + 192, 2, nil
	case b[0] == 255 && len(b) >= 5:
		return int(binary.BigEndian.Uint32(b[1:5])), 5, nil
	}
	return 0, 0, errShort
}

var algorithms = map[byte]string{1: "rsa", 2: "rsa", 3: "rsa", 16: "elgamal", 17: "dsa", 18: "ecdh", 19: "ecdsa", 22: "eddsa",
	25: "x25519", 26: "x448", 27: "ed25519", 28: "ed448"}

func publicKey(body []byte) (Key, error) {
	if len(body) < 6 {
		return Key{}, errShort
	}
	material := 6
	var sum []byte
	switch body[0] {
	case 4:
		if len(body) > 0xffff {
			return Key{}, errors.New("a key that is too long")
		}
		h := sha1.New() //nolint:gosec // as above
		h.Write([]byte{0x99, byte(len(body) >> 8), byte(len(body))})
		h.Write(body)
		sum = h.Sum(nil)
	case 6:
		h := sha256.New()
		h.Write(binary.BigEndian.AppendUint32([]byte{0x9b}, uint32(len(body))))
		h.Write(body)
		sum, material = h.Sum(nil), 10
	default:
		return Key{}, fmt.Errorf("a key of version %d", body[0])
	}
	k := Key{Fingerprint: strings.ToUpper(hex.EncodeToString(sum)), Algorithm: algorithms[body[5]],
		Created: time.Unix(int64(binary.BigEndian.Uint32(body[1:5])), 0).UTC()}
	if k.Algorithm == "" {
		k.Algorithm = fmt.Sprintf("algorithm %d", body[5])
	}
	if a := k.Algorithm; (a == "rsa" || a == "dsa" || a == "elgamal") && len(body) >= material+2 {
		k.Bits = int(binary.BigEndian.Uint16(body[material:]))
	}
	return k, nil
}

// signature takes the end of a key from a self-signature: the newest on the key itself that sets one, else the newest on a
// user id, as GnuPG does. Whether a signature is one of the key itself is told by the issuer's fingerprint or id.
func (k *Key) signature(body []byte) {
	if len(body) < 6 || body[0] != 4 && body[0] != 6 || !(body[1] >= 0x10 && body[1] <= 0x13 || body[1] == 0x1f) {
		return
	}
	lengths := 2
	if body[0] == 6 {
		lengths = 4
	}
	hashed, rest, ok := counted(body[4:], lengths)
	if !ok {
		return
	}
	unhashed, _, _ := counted(rest, lengths)
	var made time.Time
	var life time.Duration
	own := false
	subpackets(hashed, func(kind byte, data []byte) {
		switch {
		case kind == 2 && len(data) == 4:
			made = time.Unix(int64(binary.BigEndian.Uint32(data)), 0).UTC()
		case kind == 9 && len(data) == 4:
			life = time.Duration(binary.BigEndian.Uint32(data)) * time.Second
		}
		own = own || k.issued(kind, data)
	})
	subpackets(unhashed, func(kind byte, data []byte) { own = own || k.issued(kind, data) })
	direct := body[1] == 0x1f
	switch {
	case !own, direct && life == 0, k.direct && !direct, k.direct == direct && made.Before(k.signed):
		return
	}
	k.signed, k.direct, k.Expires = made, direct, time.Time{}
	if life > 0 {
		k.Expires = k.Created.Add(life)
	}
}

func (k *Key) issued(kind byte, data []byte) bool {
	id := strings.ToUpper(hex.EncodeToString(data))
	switch {
	case kind == 16 && len(data) == 8:
		return strings.HasSuffix(k.Fingerprint, id) || strings.HasPrefix(k.Fingerprint, id) && len(k.Fingerprint) == 64
	case kind == 33 && len(data) > 1:
		return id[2:] == k.Fingerprint
	}
	return false
}

func counted(b []byte, size int) (data, rest []byte, ok bool) {
	if len(b) < size {
		return nil, nil, false
	}
	n := 0
	for _, c := range b[:size] {
		n = n<<8 | int(c)
	}
	if n > len(b)-size {
		return nil, nil, false
	}
	return b[size : size+n], b[size+n:], true
}

func subpackets(b []byte, each func(kind byte, data []byte)) {
	for len(b) > 0 {
		n, size, err := newLength(b)
		if err != nil || n < 1 || n > len(b)-size {
			return
		}
		body := b[size : size+n]
		each(body[0]&0x7f, body[1:])
		b = b[size+n:]
	}
}

// IsArmored tells whether b is text: apt takes that only from files named .asc.
func IsArmored(b []byte) bool {
	return bytes.Contains(b, []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----"))
}
