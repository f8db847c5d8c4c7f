package aptconf

import (
	"errors"
	"strings"
	"testing"
)

func parse(t *testing.T, files ...string) *Config {
	t.Helper()
	c := &Config{}
	for _, f := range files {
		if err := c.Parse("f", []byte(f), 0, nil); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func values(items []Item) string {
	var out []string
	for _, i := range items {
		out = append(out, i.Value)
	}
	return strings.Join(out, "|")
}

func TestConf(t *testing.T) {
	for _, c := range []struct{ name, in, key, want string }{
		{"flat", `APT::Periodic::Enable "1";`, "APT::Periodic::Enable", "1"},
		{"unquoted", `APT::Periodic::Enable 1;`, "apt::periodic::enable", "1"},
		{"scopes", "APT { Periodic {\n Enable \"1\"; }; };", "APT::Periodic::Enable", "1"},
		{"scope with a long name", `APT::Periodic { Enable "2"; }`, "APT::Periodic::Enable", "2"},
		{"the last wins", `A "1"; A "2";`, "A", "2"},
		{"comments", "// A \"x\";\n# A \"y\";\n/* A \"z\";\n A \"q\"; */ A \"1\"; // A \"2\";\n", "A", "1"},
		{"slashes in quotes", `A "http://x/#y";`, "A", "http://x/#y"},
		{"a statement over lines", "A\n  \"1\"\n;", "A", "1"},
		{"case of names", `a::B "1"; A::b "2";`, "A::B", "2"},
		{"clear", `A "1"; #clear A;`, "A", "unset"},
		{"clear and set", "A \"1\";\n#clear A;\nA \"3\";", "A", "3"},
		{"CRLF", "A \"1\";\r\nB \"2\";\r\n", "B", "2"},
		{"no semicolon after the brace", "A { B \"1\"; }\nC \"2\";", "C", "2"},
	} {
		got := "unset"
		if item, ok := parse(t, c.in).Get(c.key); ok {
			got = item.Value
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestConfLists(t *testing.T) {
	c := parse(t, `U::O { "a"; "b"; };`, `U::O:: "c"; U { O { d; }; };`, `V { "x"; }; #clear V; V { "y"; };`)
	if got := values(c.List("U::O")); got != "a|b|c|d" {
		t.Error(got)
	}
	if got := values(c.List("v")); got != "y" {
		t.Error(got)
	}
	if item, _ := parse(t, "\n\nA { B\n \"1\"; };").Get("A::B"); item.Line != 3 {
		t.Error(item)
	}
}

func TestConfErrors(t *testing.T) {
	for _, in := range []string{`A "1"`, `A { B "1";`, `A "1" "2" "3";`, `}`, `A "1`, "A \"\x00\";", `A { #clear B; };`,
		strings.Repeat("a {", 100)} {
		if err := (&Config{}).Parse("f", []byte(in), 0, nil); err == nil {
			t.Errorf("%.30q was taken", in)
		}
	}
}

func TestInclude(t *testing.T) {
	c := &Config{}
	var include Include
	include = func(name string, depth int) error { return c.Parse(name, []byte(`#include "again";`), depth, include) }
	if err := c.Parse("f", []byte(`#include "again";`), 0, include); err == nil || !strings.Contains(err.Error(), "too deeply") {
		t.Error(err)
	}
	failed := errors.New("gone")
	err := c.Parse("f", []byte("\n#include \"x\";"), 0, func(string, int) error { return failed })
	if !errors.Is(err, failed) || !strings.HasPrefix(err.Error(), "f:2:") {
		t.Error(err)
	}
}

func TestSourcesOneLine(t *testing.T) {
	got, err := ParseList("l", []byte(`# c
deb [signed-by=/k.gpg arch=amd64,i386 trusted=yes] http://deb.debian.org/debian bookworm main contrib # x
deb-src cdrom:[Debian 12]/ bookworm main
deb http://x/y ./
`))
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	s := got[0]
	if s.URI != "http://deb.debian.org/debian/" || s.Suite != "bookworm" || strings.Join(s.Components, " ") != "main contrib" ||
		s.Options["signed-by"] != "/k.gpg" || s.Options["architectures"] != "amd64 i386" || s.Options["trusted"] != "yes" || s.Line != 2 {
		t.Errorf("%+v", s)
	}
	if got[1].URI != "cdrom:[Debian 12]/" || got[1].Type != "deb-src" || got[2].Suite != "./" {
		t.Errorf("%+v", got[1:])
	}
	for _, bad := range []string{"dbe http://x y main", "deb http://x stable", "deb [a=b http://x y z", "deb http://x ./ main", "deb x y z", "deb \x00"} {
		if _, err := ParseList("l", []byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestSourcesStanzas(t *testing.T) {
	got, err := ParseSources("s", []byte(`# c
Types: deb deb-src
URIs: http://a http://b/
Suites: x y
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc

Enabled: no
Types: deb
URIs: http://c
Suites: ./
`))
	if err != nil || len(got) != 9 {
		t.Fatal(len(got), err)
	}
	if !got[0].Enabled || got[8].Enabled || got[8].Line != 11 || got[7].Suite != "y" || got[7].URI != "http://b/" ||
		!strings.Contains(got[0].Options["signed-by"], "BEGIN PGP") {
		t.Errorf("%+v", got[8])
	}
	if _, err := ParseSources("s", []byte("Types: deb\nURIs: http://x\n")); err == nil {
		t.Error("a stanza without Suites was taken")
	}
}

func TestPreferences(t *testing.T) {
	got, err := ParsePreferences("p", []byte(`Explanation: why
Package: *
Pin: release a=bookworm-backports, o=Debian
Pin-Priority: 200

Package: nginx src:curl
Pin: version 1.2*
Pin-Priority: -1
`))
	if err != nil || len(got) != 2 || !got[0].General() || got[0].Kind != "release" || got[0].Priority != 200 || got[1].Priority != -1 ||
		got[1].Data != "1.2*" || got[1].General() {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"Package: x\nPin: version 1\nPin-Priority: 0\n", "Package: x\nPin: nothing\nPin-Priority: 1\n",
		"Pin: version 1\nPin-Priority: 1\n", "Package: x\nPin: version 1\nPin-Priority: 99999\n"} {
		if _, err := ParsePreferences("p", []byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("APT { Periodic { Enable \"1\"; }; };\n#clear APT;\n/* x */ A:: \"b\";"))
	f.Add([]byte("deb [a=b] http://x/ y z\n"))
	f.Add([]byte("Package: *\nPin: release a=x\nPin-Priority: 5\n\nTypes: deb\nURIs: a:\nSuites: /\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &Config{}
		_ = c.Parse("f", b, 0, func(string, int) error { return nil })
		c.List("APT")
		_, _ = ParseList("f", b)
		_, _ = ParseSources("f", b)
		_, _ = ParsePreferences("f", b)
	})
}
