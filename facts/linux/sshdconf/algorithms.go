package sshdconf

import (
	"slices"
	"strings"
)

// tableVersion is the OpenSSH release whose tables these are.
const tableVersion = "9.2"

// The names that OpenSSH 9.2 knows (ssh -Q) and its server's defaults, with Debian's GSSAPI patch.
var (
	allCiphers = split("3des-cbc,aes128-cbc,aes192-cbc,aes256-cbc,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com," +
		"aes256-gcm@openssh.com,chacha20-poly1305@openssh.com")
	allMACs = split("hmac-sha1,hmac-sha1-96,hmac-sha2-256,hmac-sha2-512,hmac-md5,hmac-md5-96,umac-64@openssh.com," +
		"umac-128@openssh.com,hmac-sha1-etm@openssh.com,hmac-sha1-96-etm@openssh.com,hmac-sha2-256-etm@openssh.com," +
		"hmac-sha2-512-etm@openssh.com,hmac-md5-etm@openssh.com,hmac-md5-96-etm@openssh.com,umac-64-etm@openssh.com," +
		"umac-128-etm@openssh.com")
	allKex = split("diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group14-sha256," +
		"diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha1," +
		"diffie-hellman-group-exchange-sha256,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,curve25519-sha256," +
		"curve25519-sha256@libssh.org,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com")
	allGSSKex = split("gss-gex-sha1-,gss-group1-sha1-,gss-group14-sha1-,gss-group14-sha256-,gss-group16-sha512-," +
		"gss-nistp256-sha256-,gss-curve25519-sha256-")
	allKeys = split("ssh-ed25519,ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com," +
		"sk-ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp256-cert-v01@openssh.com," +
		"ecdsa-sha2-nistp384,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521," +
		"ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com," +
		"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,ssh-dss," +
		"ssh-dss-cert-v01@openssh.com,ssh-rsa,ssh-rsa-cert-v01@openssh.com,rsa-sha2-256," +
		"rsa-sha2-256-cert-v01@openssh.com,rsa-sha2-512,rsa-sha2-512-cert-v01@openssh.com")
	keyShortNames = split("ED25519,ED25519-SK,ECDSA,ECDSA-SK,DSA,RSA")

	defaultCiphers = split("chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com," +
		"aes256-gcm@openssh.com")
	defaultMACs = split("umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com," +
		"hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256," +
		"hmac-sha2-512,hmac-sha1")
	defaultKex = split("sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256," +
		"curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521," +
		"diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512," +
		"diffie-hellman-group14-sha256")
	defaultKeys = split("ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com," +
		"ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com," +
		"sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com," +
		"rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256," +
		"ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com," +
		"rsa-sha2-512,rsa-sha2-256")
	defaultSignatures = split("ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521," +
		"sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256")
	defaultGSSKex = split("gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-," +
		"gss-group14-sha1-,gss-gex-sha1-")
	allSignatures = slices.DeleteFunc(slices.Clone(allKeys), func(n string) bool { return strings.Contains(n, "-cert-") })
)

func split(s string) []string { return strings.Split(s, ",") }

// algorithms is one option that holds a list of algorithm names.
type algorithms struct {
	all, defaults []string
	// valid is how the line is checked when it is read: plain names, or patterns of key types.
	patterns bool
}

var algorithmOptions = map[string]algorithms{
	"ciphers":                     {all: allCiphers, defaults: defaultCiphers},
	"macs":                        {all: allMACs, defaults: defaultMACs},
	"kexalgorithms":               {all: allKex, defaults: defaultKex},
	"hostkeyalgorithms":           {all: allKeys, defaults: defaultKeys, patterns: true},
	"hostbasedacceptedalgorithms": {all: allKeys, defaults: defaultKeys, patterns: true},
	"pubkeyacceptedalgorithms":    {all: allKeys, defaults: defaultKeys, patterns: true},
	"casignaturealgorithms":       {all: allSignatures, defaults: defaultSignatures, patterns: true},
}

// validNames is the check at reading: every name known, no empty one. A list to take away ("-…") is not checked.
func (a algorithms) validNames(spec string) bool {
	if spec == "" {
		return false
	}
	switch spec[0] {
	case '-':
		return true
	case '+', '^':
		spec = spec[1:]
	}
	if spec == "" {
		return false
	}
	for _, name := range split(spec) {
		if name == "" || !a.validName(name) {
			return false
		}
	}
	return true
}

func (a algorithms) validName(name string) bool {
	if !a.patterns {
		// kex_names_valid takes the GSSAPI methods by their prefix.
		return slices.Contains(a.all, name) || (slices.Contains(a.all, "curve25519-sha256") &&
			slices.ContainsFunc(allGSSKex, func(p string) bool { return strings.HasPrefix(name, p) }))
	}
	if slices.Contains(allKeys, name) || slices.ContainsFunc(keyShortNames, func(k string) bool { return strings.EqualFold(k, name) }) {
		return true
	}
	return slices.ContainsFunc(allKeys, func(k string) bool { return matchPatternList(k, name, false) != 0 })
}

// assemble expands a specification as kex_assemble_names does. ok is false for what sshd refuses there.
func (a algorithms) assemble(spec string) (names []string, ok bool) {
	switch {
	case spec == "":
		return a.defaults, true
	case spec[0] == '-':
		for _, n := range a.defaults {
			if matchPatternList(n, spec[1:], false) != 1 {
				names = append(names, n)
			}
		}
		if names == nil { // an empty list is assembled once more, as no list at all
			return a.defaults, true
		}
		return names, true
	case spec[0] == '+':
		return a.expand(slices.Concat(a.defaults, split(spec[1:])))
	case spec[0] == '^':
		return a.expand(slices.Concat(split(spec[1:]), a.defaults))
	}
	return a.expand(split(spec))
}

func (a algorithms) expand(patterns []string) (names []string, ok bool) {
	for _, p := range patterns {
		if strings.HasPrefix(p, "!") {
			return nil, false
		}
		for _, n := range a.all {
			if matchPatternList(n, p, false) == 1 && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	if len(names) == 0 {
		return nil, false
	}
	return names, true
}
