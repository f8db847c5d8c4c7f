// Package authkeys parses the AuthorizedKeysFile of sshd(8) into what can be said of a key without the key: its
// algorithm, size and options. The key itself is not kept.
package authkeys

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"strings"
)

// Limit bounds how many keys of a file are parsed.
const Limit = 2000

// Key is one line that sshd would accept as a key.
type Key struct {
	Line      int
	Algorithm string   // "ssh-ed25519"
	Bits      int      // size of the modulus or curve; 0 when not known
	Options   []string // names in lower case, without their values
	CA        bool     // a cert-authority: signs keys that log in
}

// Parse gives the keys, the lines that are neither keys, comments nor blank, and whether all lines were read.
func Parse(b []byte) (keys []Key, malformed []int, complete bool) {
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		line := strings.Trim(string(raw), " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if len(keys)+len(malformed) >= Limit {
			return keys, malformed, false
		}
		k, ok := parseLine(line)
		if !ok {
			malformed = append(malformed, n)
			continue
		}
		k.Line = n
		keys = append(keys, k)
	}
	return keys, malformed, true
}

func parseLine(line string) (Key, bool) {
	if k, ok := parseKey(line); ok {
		return k, true
	}
	options, rest := splitOptions(line)
	k, ok := parseKey(strings.TrimLeft(rest, " \t"))
	k.Options = options
	for _, o := range options {
		k.CA = k.CA || o == "cert-authority"
	}
	return k, ok
}

func parseKey(s string) (Key, bool) {
	f := strings.Fields(s)
	if len(f) < 2 {
		return Key{}, false
	}
	blob, err := base64.StdEncoding.DecodeString(f[1])
	if err != nil {
		return Key{}, false
	}
	name, rest, ok := next(blob)
	if !ok || string(name) != f[0] {
		return Key{}, false
	}
	return Key{Algorithm: f[0], Bits: size(f[0], rest)}, true
}

// size is that of the key whose fields (RFC 4253 section 6.6, RFC 5656) follow its name.
func size(algorithm string, rest []byte) int {
	switch algorithm {
	case "ssh-rsa":
		_, rest, _ = next(rest) // the exponent
		n, _, _ := next(rest)
		return bitLen(n)
	case "ssh-dss":
		p, _, _ := next(rest)
		return bitLen(p)
	case "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com":
		return 256
	case "ecdsa-sha2-nistp384":
		return 384
	case "ecdsa-sha2-nistp521":
		return 521
	}
	return 0
}

func bitLen(n []byte) int {
	n = bytes.TrimLeft(n, "\x00")
	if len(n) == 0 {
		return 0
	}
	return (len(n)-1)*8 + bits.Len8(n[0])
}

// next takes a length-prefixed field off.
func next(b []byte) (field, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n > int64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}

// splitOptions takes the option list off a line: up to the first blank outside of quotes; \" inside them is a quote.
func splitOptions(line string) (names []string, rest string) {
	quoted, start, i := false, 0, 0
	add := func(end int) {
		name, _, _ := strings.Cut(line[start:end], "=")
		names = append(names, strings.ToLower(name))
	}
	for ; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && quoted && i+1 < len(line) && line[i+1] == '"':
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			add(i)
			start = i + 1
		case (c == ' ' || c == '\t') && !quoted:
			add(i)
			return names, line[i:]
		}
	}
	return names, ""
}
