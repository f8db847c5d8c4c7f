package hosttests

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// A source of our own, so that there is something to upgrade whatever the mirror's state is.
const localPackages = `Package: cron
Version: 99:1
Architecture: amd64
Maintainer: nobody
Filename: ./cron.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000
Description: newer

Package: hostname
Version: 0.1
Architecture: amd64
Maintainer: nobody
Filename: ./hostname.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000
Description: older

Package: kmod
Version: 99
Architecture: amd64
Maintainer: nobody
Filename: ./kmod.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000
Description: newer, and pinned away

Package: socat
Version: 99~rc1-1
Architecture: amd64
Maintainer: nobody
Filename: ./socat.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000
Description: newer, and held

Package: not-installed-at-all
Version: 1
Architecture: amd64
Maintainer: nobody
Filename: ./not-installed-at-all.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000
Description: of no interest
`

func TestUpdatesAreWhatAptWouldUpgrade(t *testing.T) {
	h := testhost.Boot(t)
	h.WriteFile("/srv/repo/Packages", 0o644, localPackages)
	h.WriteFile("/srv/repo/Release", 0o644, fmt.Sprintf("Origin: Local\nSuite: local\nCodename: local\nDate: Mon, 01 Jan 2024 00:00:00 UTC\nSHA256:\n %x %d Packages\n",
		sha256.Sum256([]byte(localPackages)), len(localPackages)))
	h.WriteFile("/etc/apt/sources.list.d/local.list", 0o644, "deb [trusted=yes] file:/srv/repo ./\n")
	h.WriteFile("/etc/apt/preferences.d/pins", 0o644, "Package: kmod\nPin: version 99\nPin-Priority: -1\n")
	h.MustRun("apt-mark", "hold", "socat")
	h.MustRun("apt-get", "update", "-o", "Dir::Etc::sourcelist=sources.list.d/local.list", "-o", "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0")
	compareUpdates(t, h, "with all sources", 2)

	h.WriteFile("/etc/apt/preferences.d/pins", 0o644, "Package: *\nPin: origin \"\"\nPin-Priority: 50\n")
	compareUpdates(t, h, "with the local source pinned low", 0)

	h.MustRun("rm", "-r", "/etc/apt/sources.list.d/local.list", "/etc/apt/preferences.d/pins")
	compareUpdates(t, h, "without the local source", 0)
}

var upgradable = regexp.MustCompile(`^([^/]+)/(\S+) (\S+) (\S+) \[upgradable from: (\S+)\]`)

func compareUpdates(t *testing.T, h *testhost.Host, what string, atLeast int) {
	t.Helper()
	held := map[string]bool{}
	for _, name := range lines(h.MustRun("apt-mark", "showhold")) {
		held[name] = true
	}
	want := map[string]string{}
	for _, line := range lines(h.MustRun("apt", "list", "--upgradable")) {
		if m := upgradable.FindStringSubmatch(line); m != nil {
			want[m[1]] = fmt.Sprintf("%s to %s, held %v, security %v", m[5], m[3], held[m[1]], strings.Contains(m[2], "-security"))
		}
	}
	// What apt lists and what it would do are two programs.
	for _, line := range lines(h.MustRun("apt-get", "--simulate", "dist-upgrade", "--ignore-hold")) {
		if f := strings.Fields(line); len(f) > 3 && f[0] == "Inst" && strings.HasPrefix(f[2], "[") {
			if _, ok := want[f[1]]; !ok {
				t.Errorf("apt-get would upgrade %s, and apt does not list it", f[1])
			}
		}
	}
	updates := read(t, h, key{"updates"}).object("updates")
	got, security := map[string]string{}, 0
	for _, u := range objects(t, "available", updates["available"]) {
		got[u["name"].(string)] = fmt.Sprintf("%v to %v, held %v, security %v", u["installed"], u["candidate"], u["held"], u["security"])
		if u["security"] == true {
			security++
		}
	}
	t.Logf("%s: apt lists %d", what, len(want))
	same(t, "updates "+what, want, got, atLeast)
	if n := len(objects(t, "security", updates["security"])); n != security {
		t.Errorf("%d security updates, and %d available ones that are", n, security)
	}
}
