// Package certfile reads X.509 certificates and the public half of private keys from files in PEM or DER. No private
// key leaves it.
package certfile

import (
	"bytes"
	"crypto"
	"crypto/dsa" //nolint:staticcheck // old certificates have such keys, and that is what is to be found out
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// MaxCertificates bounds what is read of one file.
const MaxCertificates = 2000

// Errors of PublicOfKey that callers tell apart.
var (
	ErrNoKey     = errors.New("holds no private key")
	ErrEncrypted = errors.New("the private key is encrypted")
)

// Certificate is one of a file: parsed, or the reason why not.
type Certificate struct {
	*x509.Certificate
	Err error
}

// Parse gives the certificates of a file in their order, and whether that was all.
func Parse(b []byte) (certs []Certificate, complete bool) {
	add := func(der []byte) {
		c, err := x509.ParseCertificate(der)
		certs = append(certs, Certificate{c, err})
	}
	isPEM := false
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		isPEM = true
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			continue
		}
		if len(certs) == MaxCertificates {
			return certs, false
		}
		der := block.Bytes
		if block.Type == "TRUSTED CERTIFICATE" {
			der = firstElement(der) // OpenSSL's own trust settings follow the certificate
		}
		add(der)
	}
	// A block that did not decode is a certificate that programs fail on, and so must we.
	if n := bytes.Count(b, []byte("-----BEGIN CERTIFICATE-----")); n > len(certs) {
		certs = append(certs, Certificate{Err: errors.New("a PEM block is damaged")})
	}
	if !isPEM && len(certs) == 0 && len(b) > 2 && b[0] == 0x30 {
		add(b)
	}
	return certs, true
}

// firstElement is the first DER element of b.
func firstElement(b []byte) []byte {
	if len(b) < 2 {
		return b
	}
	n, head := int(b[1]), 2
	if n >= 0x80 {
		size := n & 0x7f
		if size > 4 || len(b) < 2+size {
			return b
		}
		n, head = 0, 2+size
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || head+n > len(b) {
		return b
	}
	return b[:head+n]
}

// KeyOf names the kind of a public key and its size in bits; "" and 0 when Go does not know it.
func KeyOf(pub crypto.PublicKey) (kind string, bits int) {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return "rsa", k.N.BitLen()
	case *ecdsa.PublicKey:
		return "ecdsa", k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return "ed25519", 256
	case *dsa.PublicKey:
		if k.P == nil {
			return "dsa", 0
		}
		return "dsa", k.P.BitLen()
	case *ecdh.PublicKey:
		return "x25519", 256
	}
	return "", 0
}

// PublicOfKey is the public half of the first private key of a file.
func PublicOfKey(b []byte) (crypto.PublicKey, error) {
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, ErrNoKey
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, ErrEncrypted
		}
		pub, err := publicOf(block.Bytes)
		clear(block.Bytes)
		return pub, err
	}
}

// maxKey bounds, in bytes of DER, a key that is parsed: checking a huge RSA key takes minutes.
const maxKey = 16 << 10

func publicOf(der []byte) (crypto.PublicKey, error) {
	if len(der) > maxKey {
		return nil, fmt.Errorf("the private key is larger than %d bytes", maxKey)
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k.Public(), nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k.Public(), nil
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key is of no form that is understood") // the error could quote the key
	}
	if s, ok := k.(crypto.Signer); ok {
		return s.Public(), nil
	}
	return nil, errors.New("the private key can't sign")
}

// Same tells whether two public keys are one.
func Same(a, b crypto.PublicKey) bool {
	e, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && e.Equal(b)
}
