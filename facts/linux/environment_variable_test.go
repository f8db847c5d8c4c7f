package linux

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const variableHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
ann:x:1000:1000::/home/ann:/bin/bash
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
-- /etc/group --
root:x:0:
-- /proc/1/comm --
systemd
-- /proc/1/environ --
-- /proc/77/comm --
backup
-- /proc/77/environ --
%s
-- /etc/environment --
# PGPASSWORD=old
PATH=/bin
`

func TestEnvironmentVariable(t *testing.T) {
	for _, c := range []struct{ name, more, want string }{
		{"nowhere", "", ""},
		{"/etc/environment", "-- /etc/environment --\nPATH=/bin\nPGPASSWORD=hush\n", "file /etc/environment:2"},
		{"a profile", "-- /etc/profile.d/pg.sh --\n[ \"$PGPASSWORD\" = x ] || export LANG=C PGPASSWORD='hush'\n", "file /etc/profile.d/pg.sh:1"},
		{"another variable", "-- /etc/profile --\nexport MYPGPASSWORD=hush; PGPASSWORD2=x; echo $PGPASSWORD\nunset PGPASSWORD\n", ""},
		{"csh", "-- /home/ann/.cshrc --\nsetenv PGPASSWORD hush\n", "file /home/ann/.cshrc:1"},
		{"pam_env", "-- /etc/security/pam_env.conf --\nPGPASSWORD DEFAULT=hush\n", "file /etc/security/pam_env.conf:1"},
		{"a crontab", "-- /etc/cron.d/dump --\n1 1 * * * root PGPASSWORD=hush pg_dump\n", "file /etc/cron.d/dump:1"},
		{"root's own", "-- /root/.bashrc --\n\nPGPASSWORD=hush psql\n", "file /root/.bashrc:2"},
		{"a unit", "-- /etc/systemd/system/app.service --\n[Service]\nEnvironment=\"A=b c\" \"PGPASSWORD=hush\"\nExecStart=/bin/x\n", "unit /etc/systemd/system/app.service:2"},
		{"a drop-in takes it away", "-- /etc/systemd/system/app.service --\n[Service]\nEnvironment=PGPASSWORD=hush\nExecStart=/bin/x\n-- /etc/systemd/system/app.service.d/a.conf --\n[Service]\nEnvironment=\n", ""},
		{"an environment file", "-- /etc/systemd/system/app.service --\n[Service]\nEnvironmentFile=-/srv/app.env\nExecStart=/bin/x\n-- /srv/app.env --\nPGPASSWORD=hush\n", "file /srv/app.env:1"},
		{"a file that can't be read", "-- /etc/profile fifo --\n", "open /etc/profile: not a regular file: a FIFO"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := hosttest.Read(t, hosttest.New(t, fmt.Sprintf(variableHost, "A=PGPASSWORD=x")+c.more), Sources(), "environment_variable", "PGPASSWORD")
			lines := hosttest.Lines(v)
			if strings.Contains(lines, "hush") {
				t.Errorf("the value is told: %s", lines)
			}
			kind, where, found := strings.Cut(c.want, " ")
			switch got := hosttest.Leaf(v, "[0].kind") + " " + hosttest.Leaf(v, "[0].path") + ":" + hosttest.Leaf(v, "[0].line"); {
			case c.want == "" && strings.Contains(lines, "[0]"):
				t.Errorf("it is set nowhere: %s", lines)
			case kind == "open":
				if !strings.Contains(lines, c.want) {
					t.Errorf("got %s", lines)
				}
			case found && got != kind+" "+where:
				t.Errorf("got %s, want %s\n%s", got, c.want, lines)
			}
		})
	}
	v := hosttest.Read(t, hosttest.New(t, fmt.Sprintf(variableHost, "A=b\x00PGPASSWORD=hush\x00")), Sources(), "environment_variable", "PGPASSWORD")
	if got := hosttest.Leaf(v, "[0].name"); got != "backup (77)" || strings.Contains(hosttest.Lines(v), "hush") {
		t.Errorf("of a process: %s", hosttest.Lines(v))
	}
}
