package linux

import (
	"crypto/md5"
	"encoding/hex"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestAideRule(t *testing.T) {
	script := "#!/bin/sh\necho @@define HOST x\n"
	sum := md5.Sum([]byte(script))
	base := "-- /usr/sbin/auditctl --\n-- /sbin link=usr/sbin --\n-- /etc/aide/aide.conf --\n"
	run := base + "@@x_include /etc/aide/aide.conf.d ^[a-z0-9_-]+$\n/usr/sbin/auditctl p+sha512\n-- /etc/aide/aide.conf.d/10_host mode=0755 --\n" + script
	status := "-- /var/lib/dpkg/info/aide-common.md5sums --\n" + hex.EncodeToString(sum[:]) + "  usr/share/aide/config/aide/aide.conf.d/10_host\n"
	for _, c := range []struct{ host, attr, want string }{
		{base + "/usr/sbin/auditctl p+sha512\n", "attributes[1]", "sha512"},
		{base + "/usr/sbin/auditctl p+sha512\n", "recorded", "true"},
		{base + "/usr/sbin/auditctl p+sha512\n", "path", "/usr/sbin/auditctl"},
		{base + "/sbin/auditctl p+sha512\n", "recorded", "false"},
		{base + "/usr p\n!/usr/sbin\n", "attributes", "[]"},
		{base + "/usr p\n!/usr/sbin\n", "rule", "!/usr/sbin"},
		{base + "nonsense\n/usr p\n", "recorded", "unknown: /etc/aide/aide.conf:1: is not understood"},
		{run, "recorded", "unknown: /etc/aide/aide.conf.d/10_host is run by AIDE, and whose it is can't be told: stat /var/lib/dpkg/info/aide-common.md5sums: no such file or directory"},
		{run + status, "recorded", "true"},
		{run + "# changed\n" + status, "recorded", "unknown: /etc/aide/aide.conf.d/10_host is run by AIDE, and is not as a package brought it: what it prints is not known"},
		{"-- /usr/sbin/auditctl --\n", "recorded", "false"},
		{"-- /etc/aide/aide.conf fifo --\n", "recorded", "unknown: /etc/aide/aide.conf:0: open /etc/aide/aide.conf: not a regular file: a FIFO"},
	} {
		arg := "/sbin/auditctl"
		if c.host[:3] != "-- " || c.host == "-- /usr/sbin/auditctl --\n" {
			arg = "/usr/sbin/auditctl"
		}
		v := hosttest.Read(t, hosttest.New(t, c.host), Sources(), "aide_rule", arg)
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("aide_rule.%s is %q, want %q, of\n%s", c.attr, got, c.want, c.host)
		}
	}
}

func TestAide(t *testing.T) {
	host := `
-- /var/lib/dpkg/status --
Package: aide
Status: install ok installed
Architecture: amd64
Version: 0.18.3-1

-- /etc/aide/aide.conf --
database_in=file:/var/lib/aide/aide.db
database_out=file:/var/lib/aide/aide.db.new
-- /var/lib/aide/aide.db.new --
-- /etc/cron.daily/aide mode=0755 --
#!/bin/sh
exec /usr/bin/aide --check
-- /etc/cron.daily/other --
# aide
`
	v := hosttest.Read(t, hosttest.New(t, host), Sources(), "aide")
	for path, want := range map[string]string{
		"installed": "true", "config_path": "/etc/aide/aide.conf", "database_in": "/var/lib/aide/aide.db", "database_in_exists": "false",
		"database_out_exists": "true", "cron_jobs[0]": "/etc/cron.daily/aide", "cron_jobs[1]": "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("aide.%s is %q, want %q", path, got, want)
		}
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /var/lib/dpkg/status --\nPackage: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5\n\n"), Sources(), "aide")
	if got := hosttest.Leaf(v, "installed") + " " + hosttest.Leaf(v, "database_in_exists"); got != "false unknown: /etc/aide/aide.conf does not exist" {
		t.Error(got)
	}
}
