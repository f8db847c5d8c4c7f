package mongowire

import (
	"strings"
	"testing"
)

// The example of RFC 7677, section 3.
func TestSCRAM(t *testing.T) {
	s := scram{user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO"}
	const first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
	got, err := s.final(first)
	if want := "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="; got != want || err != nil {
		t.Errorf("%s %v", got, err)
	}
	if err := s.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="); err != nil {
		t.Error(err)
	}
	if s.verify("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == nil {
		t.Error("a server that does not know the password is believed")
	}
	for _, bad := range []string{
		"", strings.Replace(first, "rOpr", "xOpr", 1), strings.Replace(first, "4096", "100", 1), strings.Replace(first, "4096", "999999999", 1),
		"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	} {
		if _, err := (&scram{user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO"}).final(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if err := Login(&stream{Reader: strings.NewReader("")}, "admin", "ü", "x"); err == nil || !strings.Contains(err.Error(), "ASCII") {
		t.Error(err)
	}
}
