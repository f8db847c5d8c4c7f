package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestPackagesAreWhatDpkgQuerySays(t *testing.T) {
	h := testhost.Boot(t)
	h.MustRun("apt-mark", "hold", "cron")
	h.MustRun("dpkg", "--remove", "--force-depends", "auditd") // leaves its configuration behind
	h.MustRun("dpkg", "--purge", "--force-depends", "socat")

	const format = `${Package}\t${db:Status-Status} ${Version} ${Architecture} ${source:Package} ${source:Version} ${db:Status-Want} ${Essential}\n`
	want := map[string]string{}
	for _, line := range lines(h.MustRun("dpkg-query", "-W", "-f", format)) {
		name, rest, _ := strings.Cut(line, "\t")
		f := strings.Fields(rest)
		want[name] = fmt.Sprint(f[:5], " hold=", f[5] == "hold", " essential=", f[6] == "yes")
	}
	r := read(t, h, key{"packages"}, key{"package", "auditd"}, key{"package", "socat"}, key{"package", "openssh-server"})
	same(t, "packages", want, describePackages(r), 100)
	same(t, "packages of the image", want, describePackages(readImage(t, h, key{"packages"})), 100)

	for name, installed := range map[string]bool{"auditd": false, "socat": false, "openssh-server": true} {
		if got := r.object("package", name)["installed"]; got != installed {
			t.Errorf("package(%q).installed is %v", name, got)
		}
	}
}

func describePackages(r reading) map[string]string {
	all := map[string]string{}
	for _, p := range r.list("packages") {
		all[p["name"].(string)] = fmt.Sprint([]any{p["status"], p["version"], p["architecture"], p["source"], p["source_version"]},
			" hold=", p["hold"], " essential=", p["essential"])
	}
	return all
}
