package pgpkeys

import (
	"bytes"
	_ "embed"
	"strings"
	"testing"
	"time"
)

// Debian's key for stable releases of bookworm: an EdDSA key with an end.
//
//go:embed testdata/bookworm-stable.gpg
var bookworm []byte

//go:embed testdata/bookworm-stable.asc
var armoured []byte

// Debian's automatic key of bullseye: RSA, with the end of its life in one of several signatures.
//
//go:embed testdata/bullseye-automatic.gpg
var bullseye []byte

func TestParse(t *testing.T) {
	for name, b := range map[string][]byte{"binary": bookworm, "armoured": armoured, "CRLF": bytes.ReplaceAll(armoured, []byte("\n"), []byte("\r\n"))} {
		keys, err := Parse(b)
		if err != nil || len(keys) != 1 {
			t.Fatal(name, keys, err)
		}
		k := keys[0]
		if k.Fingerprint != "4D64FEC119C2029067D6E791F8D2585B8783D481" || k.Algorithm != "eddsa" || k.Bits != 0 ||
			k.Created.Unix() != 1674492243 || k.Expires.Unix() != 1926780243 || !strings.Contains(k.UserIDs[0], "bookworm") {
			t.Errorf("%s: %+v", name, k)
		}
	}
	keys, err := Parse(append(bytes.Clone(bookworm), bullseye...))
	if err != nil || len(keys) != 2 {
		t.Fatal(keys, err)
	}
	if k := keys[1]; k.Bits != 4096 || k.Algorithm != "rsa" || !k.Expires.Equal(time.Unix(1863170316, 0)) {
		t.Errorf("%+v", k)
	}
}

func TestParseErrors(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "cut": bookworm[:len(bookworm)-3], "zeroes": make([]byte, 100),
		"armour without end": armoured[:len(armoured)/2], "a private key": {0x95, 0, 0},
	} {
		if _, err := Parse(b); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if keys, _ := Parse(append(bytes.Clone(bookworm), 0x99)); len(keys) != 1 {
		t.Error("the keys before a mistake are given")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(bookworm)
	f.Add(armoured)
	f.Add(bullseye[:1500])
	f.Fuzz(func(t *testing.T, b []byte) {
		keys, _ := Parse(b)
		for _, k := range keys {
			if k.Fingerprint == "" || k.Algorithm == "" {
				t.Errorf("%+v", k)
			}
		}
	})
}
