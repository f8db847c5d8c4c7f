package linux

import (
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const cronFixture = `
-- /etc/passwd --
-- /etc/group --
-- /etc/crontab --
17 * * * * root cd / && run-parts /etc/cron.hourly
-- /etc/cron.d/backup --
0 3 * * * backup /usr/bin/backup --password=secret
-- /etc/cron.d/backup.dpkg-old --
0 3 * * * root /usr/bin/old
-- /etc/cron.d/open mode=0664 --
@daily root /usr/bin/open
-- /etc/cron.daily/aide mode=0755 --
-- /etc/cron.daily/aide.bak mode=0755 --
-- /etc/cron.weekly/idle mode=0644 --
-- /etc/cron.weekly/.placeholder --
-- /var/spool/cron/crontabs/alice mode=0600 --
*/5 * * * * /home/alice/job token
-- /etc/cron.deny --
mallory
-- /etc/at.allow mode=0640 --
alice
bob
-- /etc/at.deny --
`

func TestCron(t *testing.T) {
	closed, open := "", "writable by others than root"
	if os.Getuid() != 0 { // whose files the fixture's are
		closed, open = "not owned by root", "not owned by root"
	}
	v := hosttest.Read(t, hosttest.New(t, cronFixture), Sources(), "cron")
	for attr, want := range map[string]string{
		"jobs[0].programs[1]": "run-parts", "jobs[1].user": "backup", "jobs[1].schedule": "0 3 * * *", "jobs[1].ignored": closed,
		"jobs[2].file": "/etc/cron.d/open", "jobs[2].ignored": open,
		"jobs[3].user": "alice", "jobs[3].programs[0]": "/home/alice/job", "jobs[4].user": "no such path", "users[0]": "alice",
		"scripts[0].name": "aide", "scripts[0].runs": "true", "scripts[0].period": "daily", "scripts[1].runs": "false",
		"scripts[2].name": "idle", "scripts[2].runs": "false", "scripts[3].name": "no such path",
		"cron.policy": "not_denied", "cron.deny_users[0]": "mallory", "cron.allow.exists": "false",
		"at.policy": "listed", "at.allow_users[1]": "bob", "at.allow.mode": "0640",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	if strings.Contains(hosttest.Lines(v), "secret") || strings.Contains(hosttest.Lines(v), "token") {
		t.Error("an argument is told")
	}
}

func TestCronOddities(t *testing.T) {
	for _, c := range []struct{ name, files, attr, want string }{
		{"neither file, cron", "-- /x --\n", "cron.policy", "everyone"},
		{"neither file, at", "-- /x --\n", "at.policy", "root"},
		{"a bad line", "-- /etc/crontab --\n* * * * * root x\nrubbish? here\n", "jobs[0].user", "unknown: /etc/crontab: line 2: \"rubbish?\" is no time"},
		{"a FIFO", "-- /etc/cron.d/x fifo --\n", "jobs[0].user", "unknown: open /etc/cron.d/x: not a regular file: a FIFO"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.files), Sources(), "cron")
		got := hosttest.Leaf(v, c.attr)
		if got == "no such path" {
			got = hosttest.Leaf(v, strings.TrimSuffix(c.attr, ".user"))
		}
		if got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}
