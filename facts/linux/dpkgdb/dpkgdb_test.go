package dpkgdb

import (
	"errors"
	"strings"
	"testing"
)

const two = `Package: libc6
Status: install ok installed
Essential: yes
Architecture: amd64
Source: glibc (2.36-9)
Version: 2.36-9+deb12u9
Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~) | other:any [amd64]
Description: x
 Not a field: really
 .

Package: telnet
Status: deinstall ok config-files
Architecture: amd64
Version: 1

`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(two))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	p := got[0]
	if p.Source != "glibc" || p.SourceVersion != "2.36-9" || !p.Essential || p.State != "installed" || p.Line != 1 {
		t.Errorf("%+v", p)
	}
	if n := strings.Join(Names(p.Depends), " "); n != "libgcc-s1 libcrypt1 other" {
		t.Error(n)
	}
	if p = got[1]; p.State != "config-files" || p.Want != "deinstall" || p.Source != "telnet" || p.Line != 12 {
		t.Errorf("%+v", p)
	}
}

func TestADatabaseCutAnywhereIsNotWhole(t *testing.T) {
	boundary := strings.Index(two, "Package: telnet")
	for n := 1; n < len(two)-1; n++ {
		got, err := Parse([]byte(two[:n]))
		if err == nil && n != boundary {
			t.Fatalf("cut after %d bytes reads as %d packages without an error", n, len(got))
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"empty file":           "",
		"NUL bytes":            "Package: a\nStatus: install ok installed\n\x00\x00\x00\n\n",
		"no field":             "Package: a\ngarbage\n\n",
		"unknown state":        "Package: a\nStatus: install ok fine\nVersion: 1\n\n",
		"no status":            "Package: a\nVersion: 1\n\n",
		"no version":           "Package: a\nStatus: install ok installed\n\n",
		"no name":              "Status: install ok installed\nVersion: 1\n\n",
		"a lone continuation":  " x\n\n",
		"a line without bound": "Package: " + strings.Repeat("a", MaxLine+1) + "\n\n",
	} {
		if got, err := Parse([]byte(in)); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
}

func TestParseOne(t *testing.T) {
	one := "Package: a\nStatus: install ok unpacked\nVersion: 1\n"
	if p, err := ParseOne([]byte(one)); err != nil || p.State != "unpacked" {
		t.Error(p, err)
	}
	if p, err := ParseOne([]byte(one[:len(one)-1])); !errors.Is(err, ErrTruncated) || p.Name != "a" {
		t.Error("cut:", p, err)
	}
	if p, err := ParseOne([]byte("Package: a\nSta")); err == nil || p.Name != "a" {
		t.Error("cut in a field's name:", p, err)
	}
	if _, err := ParseOne([]byte(one + "\n" + one)); err == nil {
		t.Error("two paragraphs read as one")
	}
	if _, err := ParseOne(nil); err == nil {
		t.Error("an empty journal file read as a package")
	}
}

func TestComments(t *testing.T) {
	r := NewReader([]byte("# c\nA: 1\n# d\nB:\n x\n\n"))
	r.Comments = true
	if !r.Next() || r.Paragraph().Get("a") != "1" || r.Paragraph().Get("B") != "\nx" || r.Next() || r.Err() != nil {
		t.Error(r.Paragraph(), r.Err())
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(two))
	f.Add([]byte("Package: a\nStatus: hold reinstreq half-installed\nVersion: 1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _ := Parse(b)
		for _, p := range got {
			if p.Name == "" || p.State == "" || p.Line == 0 {
				t.Errorf("half a package: %+v", p)
			}
		}
		_, _ = ParseOne(b)
	})
}
