package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const apparmorHost = `
-- /sys/module/apparmor/parameters/enabled --
Y
-- /sys/kernel/security/apparmor/profiles --
/usr/sbin/ntpd (enforce)
/usr/bin/man (enforce)
man_filter (complain)
rsyslogd (enforce)
/usr/sbin/ntpd//child (enforce)
odd (name) (kill)
-- /sys/kernel/security/apparmor/policy/profiles/rsyslogd.3/name --
rsyslogd
-- /sys/kernel/security/apparmor/policy/profiles/rsyslogd.3/attach --
/usr/{,local/}sbin/rsyslog*
-- /sys/kernel/security/apparmor/policy/profiles/man_filter.4/name --
man_filter
-- /sys/kernel/security/apparmor/policy/profiles/man_filter.4/attach --
<unknown>
-- /proc/1/attr/apparmor/current --
unconfined
-- /proc/1/exe link=/usr/lib/systemd/systemd --
-- /proc/2/attr/apparmor/current --
unconfined
-- /proc/10/attr/apparmor/current --
/usr/sbin/ntpd (enforce)
-- /proc/10/exe link=/usr/sbin/ntpd --
-- /proc/11/attr/current --
unconfined
-- /proc/11/exe link=/usr/sbin/rsyslogd --
-- /proc/meminfo --
`

func TestAppArmor(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, apparmorHost), Sources(), "apparmor")
	for path, want := range map[string]string{
		"enabled": "true", "enforce": "4", "complain": "1",
		"profiles[0].name": "/usr/bin/man", "profiles[4].name": "odd (name)", "profiles[4].mode": "kill", "profiles[6].name": "no such path",
		"processes[0].pid": "10", "processes[0].profile": "/usr/sbin/ntpd", "processes[0].mode": "enforce", "processes[0].exe": "/usr/sbin/ntpd",
		"processes[1].pid": "no such path", "unconfined_with_profile[0].pid": "11", "unconfined_with_profile[0].profile": "rsyslogd",
		"unconfined_with_profile[1].pid": "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestAppArmorThatIsOffConfinesNothing(t *testing.T) {
	for name, host := range map[string]string{
		"not in the kernel":  "-- /sys/module/x/y --\n",
		"off at boot":        "-- /sys/module/apparmor/parameters/enabled --\nN\n",
		"off, with profiles": "-- /sys/module/apparmor/parameters/enabled --\nN\n-- /sys/kernel/security/apparmor/profiles --\na (enforce)\n",
	} {
		v := hosttest.Read(t, hosttest.New(t, host), Sources(), "apparmor")
		if got := hosttest.Leaf(v, "enabled") + " " + hosttest.Leaf(v, "profiles") + " " + hosttest.Leaf(v, "enforce"); got != "false [] 0" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAppArmorIsUnknownWhereItCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, host, attr, want string }{
		{"no /sys", "", "enabled", "unknown: whether the kernel has AppArmor is not told here: there is no /sys/module"},
		{"no securityfs", "-- /sys/module/apparmor/parameters/enabled --\nY\n", "profiles", "unknown: /sys/kernel/security/apparmor/profiles does not exist: is securityfs mounted?"},
		{"", "-- /sys/module/apparmor/parameters/enabled --\nY\n", "enabled", "true"},
		{"a garbled line", apparmorProfilesOf("a (enforce)\nrubbish\n"), "enforce", "unknown: /sys/kernel/security/apparmor/profiles:2 is not that of a profile"},
		{"", apparmorProfilesOf("a (enforce)\nrubbish\n"), "profiles[1]", "unknown: /sys/kernel/security/apparmor/profiles:2 is not that of a profile"},
		{"what profiles attach to", apparmorProfilesOf("a (enforce)\n"), "unconfined_with_profile[0]", "unknown: open /sys/kernel/security/apparmor/policy/profiles: no such file or directory"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.host), Sources(), "apparmor"), c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, hosttest.Offline(t, apparmorHost), Sources(), "apparmor")
	if got := hosttest.Leaf(v, "profiles"); got != "unknown: "+facts.Offline {
		t.Error(got)
	}
}

func apparmorProfilesOf(list string) string {
	return "-- /sys/module/apparmor/parameters/enabled --\nY\n-- /sys/kernel/security/apparmor/profiles --\n" + list + "-- /proc/1/attr/current --\nunconfined\n-- /proc/1/exe link=/sbin/init --\n"
}

func TestAppArmorPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, exe string
		want         bool
	}{
		{"/usr/bin/x", "/usr/bin/x", true},
		{"/usr/bin/x", "/usr/bin/xy", false},
		{"/usr/bin/*", "/usr/bin/a/b", false},
		{"/usr/**", "/usr/bin/a/b", true},
		{"/usr/{s,}bin/x.y", "/usr/sbin/x.y", true},
		{"/usr/{s,}bin/x.y", "/usr/bin/xzy", false},
		{"/usr/bin/[ab]?", "/usr/bin/bz", true},
		{`/a\*b`, "/a*b", true},
		{"/opt/caf\xc3\xa9", "/opt/caf\xc3\xa9", true},
	} {
		re, err := apparmorPattern(c.pattern)
		if err != nil || re.MatchString(c.exe) != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.exe, err)
		}
	}
	for _, bad := range []string{"/a{b", "/a["} {
		if _, err := apparmorPattern(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
