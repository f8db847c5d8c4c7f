package linux

import (
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestAptSources(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/apt/sources.list --
deb [signed-by=/usr/share/keyrings/a.gpg] https://me:secret@deb.example.org/debian bookworm main contrib
deb [trusted=yes] http://x.example.org ./
-- /etc/apt/sources.list.d/b.sources --
Enabled: no
Types: deb deb-src
URIs: http://b.example.org
Suites: stable
Components: main
Allow-Insecure: yes
-- /etc/apt/sources.list.d/c.list.save --
deb http://no.example.org x y
`)
	v := hosttest.Read(t, h, Sources(), "apt_sources")
	for attr, want := range map[string]string{
		"[0].uri": "https://deb.example.org/debian/", "[0].signed_by[0]": "/usr/share/keyrings/a.gpg", "[0].components[1]": "contrib",
		"[0].line": "1", "[0].trusted": "false", "[1].trusted": "true", "[1].suite": "./",
		"[2].enabled": "false", "[2].insecure": "true", "[2].file": "/etc/apt/sources.list.d/b.sources", "[3].type": "deb-src",
		"[4].type": "no such path",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	if strings.Contains(hosttest.Lines(v), "secret") {
		t.Error("a password is told")
	}
}

func TestAptKeys(t *testing.T) {
	armoured, err := os.ReadFile("pgpkeys/testdata/bookworm-stable.asc")
	if err != nil {
		t.Fatal(err)
	}
	embedded := ""
	for line := range strings.Lines(string(armoured)) {
		if line = strings.TrimSpace(line); line == "" {
			line = "."
		}
		embedded += " " + line + "\n"
	}
	h := hosttest.New(t, `
-- /etc/passwd --
-- /etc/group --
-- /etc/apt/trusted.gpg.d/all.asc mode=0664 --
`+string(armoured)+`
-- /etc/apt/trusted.gpg.d/all.txt --
x
-- /etc/apt/trusted.gpg.d/broken.gpg --
x
-- /etc/apt/sources.list --
deb [signed-by=/none.gpg] http://a.example.org x main
deb [signed-by=/etc/apt/trusted.gpg.d/all.asc] http://b.example.org x main
-- /etc/apt/sources.list.d/e.sources --
Types: deb
URIs: http://e.example.org
Suites: x
Components: main
Signed-By:
`+embedded)
	v := hosttest.Read(t, h, Sources(), "apt_keys")
	for attr, want := range map[string]string{
		"[0].path": "/etc/apt/trusted.gpg.d/all.asc", "[0].for_all": "true", "[0].file.mode": "0664",
		"[0].keys[0].fingerprint": "4D64FEC119C2029067D6E791F8D2585B8783D481", "[0].keys[0].expired": "false",
		"[0].keys[0].expires": "2031-01-21T16:44:03Z", "[0].sources[0]": "http://b.example.org/ x",
		"[1].path": "/etc/apt/trusted.gpg.d/broken.gpg", "[2].path": "/none.gpg", "[2].for_all": "false", "[2].file.exists": "false",
		"[2].keys": "unknown: stat /none.gpg: no such file or directory",
		"[3].path": "/etc/apt/sources.list.d/e.sources", "[3].embedded": "true",
		"[3].keys[0].fingerprint": "4D64FEC119C2029067D6E791F8D2585B8783D481",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	if lines := hosttest.Lines(v); !strings.Contains(lines, "/etc/apt/trusted.gpg.d/broken.gpg: no OpenPGP packet") {
		t.Error("a broken keyring reads as one without keys:\n" + lines)
	}
}
