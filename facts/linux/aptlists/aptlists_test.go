package aptlists

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

func TestFileName(t *testing.T) {
	for uri, want := range map[string]string{
		"http://deb.debian.org/debian-security/dists/bookworm-security/": "deb.debian.org_debian-security_dists_bookworm-security_",
		"https://user:secret@h:8080/a_b/~c/":                             "h:8080_a%5fb_%7ec_",
		"file:/srv/repo/./":                                              "_srv_repo_._",
	} {
		if got := FileName(uri); got != want {
			t.Errorf("%s is %s, want %s", uri, got, want)
		}
	}
}

const release = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Origin: Debian
Label: Debian-Security
Suite: stable-security
Codename: bookworm-security
Architectures: all amd64
No-Support-for-Architecture-all: Packages
NotAutomatic: yes
SHA256:
 abc 12 main/binary-amd64/Packages
 def 0 contrib/binary-amd64/Packages
-----BEGIN PGP SIGNATURE-----
x
`

func TestRelease(t *testing.T) {
	r, err := ParseRelease([]byte(release))
	if err != nil {
		t.Fatal(err)
	}
	if r.Suite != "stable-security" || !r.IsSecurity() || !r.NotAutomatic || !r.NoAllPackages || !r.Files["main/binary-amd64/Packages"] {
		t.Errorf("%+v", r)
	}
	if holds, listed := r.Files["contrib/binary-amd64/Packages"]; holds || !listed {
		t.Error("an empty list is listed and holds nothing")
	}
	for _, bad := range []string{"", "<html>", release[:strings.Index(release, "-----BEGIN PGP SIGNATURE")], "A: b\n\x00"} {
		if _, err := ParseRelease([]byte(bad)); err == nil {
			t.Errorf("%.30q was taken", bad)
		}
	}
}

const list = `Package: a
Architecture: amd64
Version: 2

Package: b
Version: 1
Architecture: all
Description: x
 Package: c

`

func scan(t *testing.T, name string, b []byte) (string, error) {
	r, err := Open(name, bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	var out []string
	err = Scan(r, map[string]bool{"a": true, "c": true}, func(v Version) { out = append(out, v.Name+v.Version+v.Arch) })
	return strings.Join(out, " "), err
}

func TestScanCompressed(t *testing.T) {
	for ext, w := range map[string]func(io.Writer) io.WriteCloser{
		"":     func(w io.Writer) io.WriteCloser { return nopCloser{w} },
		".gz":  func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		".lz4": func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
		".xz": func(w io.Writer) io.WriteCloser {
			z, err := xz.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
		".zst": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		var b bytes.Buffer
		z := w(&b)
		if _, err := io.WriteString(z, list); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := scan(t, "Packages"+ext, b.Bytes()); got != "a2amd64" || err != nil {
			t.Errorf("%q: %q %v", ext, got, err)
		}
		if _, err := scan(t, "Packages"+ext, b.Bytes()[:b.Len()-6]); err == nil {
			t.Errorf("%q: a list cut short has no error", ext)
		}
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestCandidate(t *testing.T) {
	main := &Archive{Release: &Release{Suite: "stable", Codename: "bookworm", Origin: "Debian", Label: "Debian"}, Site: "deb.debian.org", Component: "main"}
	backports := &Archive{Release: &Release{Suite: "stable-backports", Codename: "bookworm-backports", NotAutomatic: true, ButAutomaticUpgrades: true}}
	experimental := &Archive{Release: &Release{Suite: "experimental", NotAutomatic: true}}
	vendor := &Archive{Release: &Release{Origin: "vendor"}, Site: "apt.example.org"}
	choices := func(extra ...*Choice) []*Choice {
		return append([]*Choice{{Version: "1.0", Installed: true, Archives: []*Archive{main}}}, extra...)
	}
	pin := func(packages, kind, data string, priority int) aptconf.Pin {
		return aptconf.Pin{Packages: strings.Fields(packages), Kind: kind, Data: data, Priority: priority}
	}
	newer := func(v string, a ...*Archive) *Choice { return &Choice{Version: v, Archives: a, Source: "src"} }
	for _, c := range []struct {
		name    string
		policy  Policy
		choices []*Choice
		want    string
	}{
		{"the highest version", Policy{}, choices(newer("1.1", main), newer("1.2", main)), "1.2"},
		{"epochs and tildes", Policy{}, choices(newer("1.0~rc1", main), newer("1:0.1", main)), "1:0.1"},
		{"not from backports while the installed one is in stable", Policy{}, choices(newer("2.0", backports)), "1.0"},
		{"from backports when it came from there", Policy{}, []*Choice{{Version: "1.5", Installed: true}, newer("2.0", backports)}, "2.0"},
		{"never from experimental", Policy{}, choices(newer("3.0", experimental)), "1.0"},
		{"no downgrade", Policy{}, []*Choice{{Version: "9", Installed: true}, newer("1.1", main)}, "9"},
		{"a pin of 1000 downgrades", Policy{Pins: []aptconf.Pin{pin("*", "release", "a=stable", 1001)}},
			[]*Choice{{Version: "9", Installed: true}, newer("1.1", main)}, "1.1"},
		{"a pinned version", Policy{Pins: []aptconf.Pin{pin("p", "version", "1.1*", 900)}}, choices(newer("1.1", main), newer("1.2", main)), "1.1"},
		{"a negative pin", Policy{Pins: []aptconf.Pin{pin("p", "release", "o=vendor", -1)}}, choices(newer("2", vendor)), "1.0"},
		{"another package's pin", Policy{Pins: []aptconf.Pin{pin("q", "release", "o=vendor", -1)}}, choices(newer("2", vendor)), "2"},
		{"a pin of a glob", Policy{Pins: []aptconf.Pin{pin("p*", "origin", "apt.example.org", -1)}}, choices(newer("2", vendor)), "1.0"},
		{"a pin of a source", Policy{Pins: []aptconf.Pin{pin("src:src", "origin", "apt.example.org", -1)}}, choices(newer("2", vendor)), "1.0"},
		{"the first pin of a package wins", Policy{Pins: []aptconf.Pin{pin("p", "release", "o=vendor", 600), pin("p", "release", "o=vendor", -1)}}, choices(newer("2", vendor)), "2"},
		{"origin of all", Policy{Pins: []aptconf.Pin{pin("*", "origin", `"apt.example.org"`, 50)}}, choices(newer("2", vendor)), "1.0"},
		{"default release", Policy{Default: "stable"}, choices(newer("2", vendor)), "1.0"},
		{"code name by a word", Policy{Pins: []aptconf.Pin{pin("*", "release", "bookworm", 990)}}, choices(newer("2", vendor)), "1.0"},
	} {
		got := c.policy.Candidate("p", c.choices)
		if got == nil || got.Version != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(list))
	f.Add([]byte(release))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = Scan(bytes.NewReader(b), map[string]bool{"a": true}, func(v Version) {
			if v.Version == "" {
				t.Error("a version without a version")
			}
		})
		_, _ = ParseRelease(b)
		_ = FileName(string(b))
	})
}
