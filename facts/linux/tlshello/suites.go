package tlshello

import (
	"fmt"
	"slices"
	"strings"
)

// Suite is a cipher suite and what its name says of it.
type Suite struct {
	ID          uint16
	Name        string
	KeyExchange string   // ecdhe, dhe, rsa, ecdh, dh, ecdh_anon, dh_anon, psk, dhe_psk, ecdhe_psk, rsa_psk, srp, gost; tls13: agreed on apart
	AEAD        bool     // authenticated encryption: GCM, CCM or ChaCha20-Poly1305
	Forward     bool     // forward secrecy: a key stolen later does not open what was recorded
	Weaknesses  []string // anonymous, null, export, rc4, rc2, des, 3des, md5, cbc, static_key
}

// SuiteByID describes a suite; false for a number that no registered suite has.
func SuiteByID(id uint16) (Suite, bool) {
	name, ok := names[id]
	if !ok {
		return Suite{ID: id, Name: fmt.Sprintf("unregistered 0x%04x", id)}, false
	}
	s := Suite{ID: id, Name: name, KeyExchange: keyExchangeOf(name)}
	s.AEAD = strings.Contains(name, "_GCM") || strings.Contains(name, "_CCM") || strings.Contains(name, "_POLY1305")
	s.Forward = slices.Contains([]string{"tls13", "ecdhe", "dhe", "ecdhe_psk", "dhe_psk"}, s.KeyExchange)
	s.Weaknesses = weaknesses(s)
	return s, true
}

func keyExchangeOf(name string) string {
	kx, _, with := strings.Cut(strings.TrimPrefix(name, "TLS_"), "_WITH_")
	if !with {
		return "tls13"
	}
	kx, _, _ = strings.Cut(kx, "_EXPORT")
	switch {
	case strings.HasPrefix(kx, "SRP"):
		return "srp"
	case strings.HasPrefix(kx, "GOST"):
		return "gost"
	case strings.HasSuffix(kx, "_anon"):
		return strings.ToLower(kx)
	case kx == "PSK_DHE":
		return "dhe_psk"
	case strings.HasSuffix(kx, "PSK"):
		return strings.ToLower(kx)
	}
	kx, _, _ = strings.Cut(kx, "_") // what signs, or whose key it is, says the certificate
	return strings.ToLower(kx)
}

func weaknesses(s Suite) []string {
	out := []string{}
	add := func(is bool, what string) {
		if is {
			out = append(out, what)
		}
	}
	in := func(part string) bool { return strings.Contains(s.Name, part) }
	add(in("_anon_"), "anonymous")
	add(in("_NULL_"), "null")
	add(in("_EXPORT"), "export")
	add(in("_RC4_"), "rc4")
	add(in("_RC2_"), "rc2")
	add(in("_DES_CBC") || in("_DES40_"), "des")
	add(in("_3DES_"), "3des")
	add(strings.HasSuffix(s.Name, "_MD5"), "md5")
	add(in("_CBC_"), "cbc")
	add(!s.Forward && !in("_anon_"), "static_key")
	return out
}

// Suites are all that can be offered with a version, strong ones first.
func Suites(version uint16) []uint16 {
	var out []uint16
	for id := range names {
		s, _ := SuiteByID(id)
		modern := s.AEAD || strings.HasSuffix(s.Name, "_SHA256") || strings.HasSuffix(s.Name, "_SHA384")
		switch {
		case s.KeyExchange == "srp": // answers only to a name of a user
		case (s.KeyExchange == "tls13") != (version >= TLS13):
		case modern && version < TLS12: // RFC 5246: suites with a PRF of their own are of TLS 1.2
		case version == SSL30 && strings.HasPrefix(s.KeyExchange, "ec"): // they need extensions
		default:
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b uint16) int {
		x, _ := SuiteByID(a)
		y, _ := SuiteByID(b)
		if len(x.Weaknesses) != len(y.Weaknesses) {
			return len(x.Weaknesses) - len(y.Weaknesses)
		}
		return int(b) - int(a)
	})
	return out
}

// groups are the named groups by their number (IANA, "TLS Supported Groups"), in the order they are offered.
var groups = []struct {
	id   uint16
	name string
}{
	{0x11ec, "X25519MLKEM768"}, {0x11eb, "SecP256r1MLKEM768"}, {0x11ed, "SecP384r1MLKEM1024"}, {0x6399, "X25519Kyber768Draft00"},
	{0x0200, "MLKEM512"}, {0x0201, "MLKEM768"}, {0x0202, "MLKEM1024"},
	{29, "x25519"}, {23, "secp256r1"}, {24, "secp384r1"}, {25, "secp521r1"}, {30, "x448"},
	{26, "brainpoolP256r1"}, {27, "brainpoolP384r1"}, {28, "brainpoolP512r1"},
	{31, "brainpoolP256r1tls13"}, {32, "brainpoolP384r1tls13"}, {33, "brainpoolP512r1tls13"}, {41, "curveSM2"},
	{256, "ffdhe2048"}, {257, "ffdhe3072"}, {258, "ffdhe4096"}, {259, "ffdhe6144"}, {260, "ffdhe8192"},
	{22, "secp256k1"}, {21, "secp224r1"}, {20, "secp224k1"}, {19, "secp192r1"}, {18, "secp192k1"}, {17, "secp160r2"}, {16, "secp160r1"}, {15, "secp160k1"},
	{14, "sect571r1"}, {13, "sect571k1"}, {12, "sect409r1"}, {11, "sect409k1"}, {10, "sect283r1"}, {9, "sect283k1"}, {8, "sect239k1"},
	{7, "sect233r1"}, {6, "sect233k1"}, {5, "sect193r2"}, {4, "sect193r1"}, {3, "sect163r2"}, {2, "sect163r1"}, {1, "sect163k1"},
}

// Groups are all that can be offered with a version. For TLS 1.2 those of finite fields are left out: a server that
// follows RFC 7919 would take them for a demand, and not offer DHE with parameters of its own.
func Groups(version uint16) []uint16 {
	var out []uint16
	for _, g := range groups {
		hybridOrTLS13 := g.id >= 0x0200 || g.id >= 31 && g.id <= 33
		finite := g.id >= 256 && g.id <= 260
		if version >= TLS13 || !hybridOrTLS13 && !finite {
			out = append(out, g.id)
		}
	}
	return out
}

// GroupName is the registered name of a group.
func GroupName(id uint16) string {
	for _, g := range groups {
		if g.id == id {
			return g.name
		}
	}
	return fmt.Sprintf("unregistered 0x%04x", id)
}
