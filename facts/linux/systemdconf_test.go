package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const journaldFixture = `
-- /etc/os-release --
ID=debian
VERSION_ID=12
-- /etc/systemd/journald.conf --
[Journal]
#Storage=volatile
Compress=no
SystemMaxUse=1G
-- /usr/lib/systemd/journald.conf.d/10-vendor.conf --
[Journal]
Storage=volatile
SystemMaxUse=2G
-- /etc/systemd/journald.conf.d/10-vendor.conf --
[Journal]
Storage=auto
-- /run/systemd/journald.conf.d/20-run.conf --
[Journal]
Compress=maybe
SystemMaxUse=lots
ForwardToWall=no
-- /usr/lib/systemd/journald.conf.d/30-off.conf --
[Journal]
Seal=no
-- /etc/systemd/journald.conf.d/30-off.conf link=/dev/null --
-- /etc/systemd/journald.conf.d/40-other.txt --
[Journal]
Storage=none
-- /var/log/journal dir mode=2755 --
`

func TestJournald(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, journaldFixture), Sources(), "journald")
	for attr, want := range map[string]string{
		"storage": "auto", "persistent": "true", "compress": "false", "seal": "true", "system_max_use": "1G", "forward_to_wall": "false",
		"forward_to_syslog": "true", "max_file_sec": "1month", "runtime_max_use": "", "directory.mode": "2755",
		"files[2]": "/run/systemd/journald.conf.d/20-run.conf", "files[3]": "no such path", "explicit[2]": "Storage",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	if o := v.OriginOf("storage").String(); o != "/etc/systemd/journald.conf.d/10-vendor.conf:2" {
		t.Error(o)
	}
	if o := v.OriginOf("forward_to_syslog").String(); o != "default of Debian 12" {
		t.Error(o)
	}
}

func TestJournaldOddities(t *testing.T) {
	const debian = "-- /etc/os-release --\nID=debian\nVERSION_ID=12\n"
	for _, c := range []struct{ name, files, attr, want string }{
		{"nothing configured", debian, "storage", "auto"},
		{"no directory", debian, "persistent", "false"},
		{"set to persistent", debian + "-- /etc/systemd/journald.conf --\n[Journal]\nStorage=persistent\n", "persistent", "true"},
		{"in another section", debian + "-- /etc/systemd/journald.conf --\n[Other]\nStorage=persistent\n", "storage", "auto"},
		{"a size turns compression on", debian + "-- /etc/systemd/journald.conf --\n[Journal]\nCompress=1K\n", "compress", "true"},
		{"explicit no", debian + "-- /etc/systemd/journald.conf --\n[Journal]\nForwardToSyslog=no\n", "forward_to_syslog", "false"},
		{"a later Debian", "-- /etc/os-release --\nID=debian\nVERSION_ID=13\n", "forward_to_syslog",
			"unknown: the default of ForwardToSyslog on debian 13 is not known: set it"},
		{"Fedora", "-- /etc/os-release --\nID=fedora\n", "forward_to_syslog", "false"},
		{"an unreadable drop-in", debian + "-- /etc/systemd/journald.conf.d/1.conf fifo --\n", "storage",
			"unknown: open /etc/systemd/journald.conf.d/1.conf: not a regular file: a FIFO"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.files), Sources(), "journald"), c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestSystemdConf(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/systemd/journal-upload.conf --
[Upload]
URL=https://me:secret@logs.example.org:19532
ServerKeyFile=/etc/ssl/key
-- /etc/systemd/journal-upload.conf.d/1.conf --
[Upload]
ServerKeyFile=
-- /etc/systemd/system.conf --
[Manager]
DefaultEnvironment=TOKEN=secret
CtrlAltDelBurstAction=none
`)
	for _, c := range []struct{ name, attr, want string }{
		{"journal-upload.conf", `options["Upload.URL"]`, "https://logs.example.org:19532"},
		{"journal-upload.conf", `options["Upload.ServerKeyFile"]`, "no such path"},
		{"journal-upload.conf", "exists", "true"},
		{"system.conf", `options["Manager.CtrlAltDelBurstAction"]`, "none"},
		{"system.conf", `options["Manager.DefaultEnvironment"]`, "no such path"},
		{"logind.conf", "exists", "false"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "systemd_conf", c.name), c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestTimesync(t *testing.T) {
	h := hosttest.Offline(t, dpkgFixture+`
-- /var/lib/dpkg/updates/0001 --
Package: chrony
Status: install ok installed
Architecture: amd64
Version: 4.3
-- /usr/lib/systemd/system/chrony.service --
[Install]
WantedBy=multi-user.target
-- /etc/systemd/system/multi-user.target.wants/chrony.service link=/usr/lib/systemd/system/chrony.service --
-- /etc/systemd/timesyncd.conf --
[Time]
NTP=a b
FallbackNTP=x
-- /etc/systemd/timesyncd.conf.d/1.conf --
[Time]
NTP=c
FallbackNTP=
-- /etc/chrony/chrony.conf --
pool pool.example.org iburst maxsources 4
confdir /etc/chrony/conf.d
sourcedir /etc/chrony/sources.d
-- /etc/chrony/conf.d/site.conf --
User root
-- /etc/chrony/sources.d/site.sources --
server time.example.org
-- /etc/default/chrony --
DAEMON_OPTS="-F 1"
`)
	v := hosttest.Read(t, h, Sources(), "timesync")
	for attr, want := range map[string]string{
		"daemons[0].installed": "false", "daemons[1].installed": "true", "daemons[1].enabled": "true",
		"daemons[0].active": "false", "enabled[0]": "chrony", "enabled[1]": "no such path",
		"timesyncd.ntp[2]": "c", "timesyncd.fallback_set": "true", "timesyncd.fallback_ntp": "[]  (/etc/systemd/timesyncd.conf:3)",
		"chrony.sources[0].kind": "pool", "chrony.sources[0].options[2]": "4", "chrony.sources[1].address": "time.example.org",
		"chrony.user": "root",
	} {
		got := hosttest.Leaf(v, attr)
		if attr == "timesyncd.fallback_ntp" {
			want, got = "[]", got[:2]
		}
		if got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
}

func TestTimesyncOddities(t *testing.T) {
	for _, c := range []struct{ name, files, attr, want string }{
		{"no chrony", "-- /x --\n", "chrony.user", "unknown: /etc/chrony/chrony.conf does not exist"},
		{"compiled-in user", dpkgFixture + "-- /etc/chrony/chrony.conf --\nserver a\n", "chrony.user", "_chrony"},
		{"compiled-in user elsewhere", "-- /etc/chrony.conf --\nserver a\n", "chrony.user",
			"unknown: no user is set, and what this distribution compiled in is not known"},
		{"-u wins", dpkgFixture + "-- /etc/chrony/chrony.conf --\nuser a\n-- /etc/default/chrony --\nDAEMON_OPTS=\"-F 1 -u root\"\n", "chrony.user", "root"},
		{"a missing include", "-- /etc/chrony/chrony.conf --\nserver a\ninclude /none\n", "chrony.user", "unknown: /etc/chrony/chrony.conf:2: /none does not exist"},
		{"compiled-in fallback", "-- /x --\n", "timesyncd.fallback_ntp",
			"unknown: FallbackNTP= is not set: the servers compiled into systemd-timesyncd are used"},
		{"no package database", "-- /x --\n", "daemons[0].installed",
			"unknown: /var/lib/dpkg/status does not exist, and no other package database is known"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.files), Sources(), "timesync"), c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}
