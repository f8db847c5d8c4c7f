package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/zclconf/go-cty/cty"
)

const sysctlHost = `
-- /proc/sys/kernel/osrelease --
6.1.0
-- /proc/sys/net/ipv4/ip_forward --
0
-- /proc/sys/net/ipv4/tcp_rmem --
4096	131072	6291456
-- /proc/sys/net/ipv4/conf/eth0.1/rp_filter --
2
-- /proc/sys/net/ipv4/route/flush fifo --
-- /etc/sysctl.conf --
# Debian's own
net.ipv4.ip_forward=1
-- /etc/sysctl.d/99-sysctl.conf link=../sysctl.conf --
-- /usr/lib/sysctl.d/50-default.conf --
net.ipv4.conf.*.rp_filter = 2
-net.ipv4.conf.all.rp_filter
net.ipv4.ip_forward = 0
kernel.sysrq = 16
-- /usr/lib/sysctl.d/60-hidden.conf --
kernel.sysrq = 1
-- /etc/sysctl.d/60-hidden.conf link=/dev/null --
-- /usr/lib/sysctl.d/70-dangling.conf --
kernel.sysrq = 2
-- /etc/sysctl.d/70-dangling.conf link=/nowhere --
-- /run/sysctl.d/10-early.conf --
kernel.sysrq = 4
net.ipv4.tcp_rmem = 4096   131072	6291456
-- /etc/sysctl.d/ignored --
kernel.sysrq = 5
-- /etc/sysctl.d/.hidden.conf --
kernel.sysrq = 6
`

func TestSysctl(t *testing.T) {
	h := hosttest.New(t, sysctlHost)
	for _, c := range []struct{ key, attr, want string }{
		{"net.ipv4.ip_forward", "running", "0"},
		{"net.ipv4.ip_forward", "configured", "1"},
		{"net/ipv4/ip_forward", "configured", "1"},
		{"/proc/sys/net/ipv4/ip_forward", "running", "0"},
		{"net.ipv4.tcp_rmem", "running", "4096 131072 6291456"},
		{"net.ipv4.tcp_rmem", "configured", "4096 131072 6291456"},
		{"net.ipv4.conf.eth0/1.rp_filter", "running", "2"},
		{"net/ipv4/conf/eth0.1/rp_filter", "configured", "2"},
		{"net/ipv4/conf/eth0.1/rp_filter", "key", "net.ipv4.conf.eth0/1.rp_filter"},
		{"net.ipv4.conf.all.rp_filter", "is_configured", "false"},
		{"net.ipv4.conf.all.rp_filter", "configured", "unknown: nothing sets it at boot"},
		{"kernel.sysrq", "configured", "16"},
		{"kernel.sysrq", "exists", "false"},
		{"kernel.sysrq", "running", "unknown: /proc/sys/kernel/sysrq does not exist: the running kernel has no such parameter"},
		{"kernel", "exists", "false"},
		{"net.ipv4.route.flush", "running", "unknown: open /proc/sys/net/ipv4/route/flush: not a regular file: a FIFO"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "sysctl", c.key), c.attr); got != c.want {
			t.Errorf("sysctl(%q).%s is %q, want %q", c.key, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, h, Sources(), "sysctl", "net.ipv4.ip_forward")
	if o := v.OriginOf("configured").String(); o != "/etc/sysctl.conf:2" {
		t.Errorf("configured by %s", o)
	}
}

func TestSysctlOfAnImageKnowsOnlyItsFiles(t *testing.T) {
	h := hosttest.Offline(t, sysctlHost)
	v := hosttest.Read(t, h, Sources(), "sysctl", "net.ipv4.ip_forward")
	if got := hosttest.Leaf(v, "running"); got != "unknown: "+facts.Offline {
		t.Error(got)
	}
	if got := hosttest.Leaf(v, "configured"); got != "1" {
		t.Error(got)
	}
}

func TestSysctlIsUnknownWhereAFileCouldNotBeRead(t *testing.T) {
	h := hosttest.New(t, `
-- /proc/sys/kernel/osrelease --
-- /etc/sysctl.d/50-early.conf --
a.b = 1
-- /etc/sysctl.d/60-pipe.conf fifo --
-- /etc/sysctl.d/70-late.conf --
a.c = 1
`)
	for key, want := range map[string]string{
		"a.b": "unknown: open /etc/sysctl.d/60-pipe.conf: not a regular file: a FIFO",
		"a.c": "1",
		"a.d": "unknown: open /etc/sysctl.d/60-pipe.conf: not a regular file: a FIFO",
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "sysctl", key), "configured"); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestUFWsSysctlsCountOnlyWhereItRuns(t *testing.T) {
	const files = `
-- /etc/sysctl.d/a.conf --
net.ipv4.ip_forward = 0
kernel.sysrq = 0
-- /etc/default/ufw --
# comment
IPT_SYSCTL=/etc/ufw/sysctl.conf
-- /etc/ufw/sysctl.conf --
net/ipv4/ip_forward=1
`
	const script = "-- /usr/lib/ufw/ufw-init --\n"
	const enabled = "-- /etc/ufw/ufw.conf --\nENABLED=yes\n"
	const link = "-- /etc/systemd/system/multi-user.target.wants/ufw.service link=/usr/lib/systemd/system/ufw.service --\n"
	for _, c := range []struct{ name, more, want string }{
		{"enabled", script + enabled + link, "1"},
		{"removed, configuration left behind", enabled + link, "0"},
		{"unit not enabled", script + enabled, "0"},
		{"disabled in ufw.conf", script + link + "-- /etc/ufw/ufw.conf --\nENABLED=no\n", "0"},
		{"unit masked", script + enabled + link + "-- /etc/systemd/system/ufw.service link=/dev/null --\n", "0"},
		{"a computed switch", script + link + "-- /etc/ufw/ufw.conf --\nENABLED=$(x)\n", "unknown: /etc/ufw/ufw.conf:1: a value that a shell would compute"},
	} {
		h := hosttest.New(t, files+c.more)
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "sysctl", "net.ipv4.ip_forward"), "configured"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSysctlRefusesWhatIsNoKey(t *testing.T) {
	set := facts.NewSchema(Sources())
	for _, key := range []string{"", "net.*.x", "a/../../b", "/proc/sys/"} {
		if _, err := set["sysctl"].Subject([]cty.Value{cty.StringVal(key)}); err == nil {
			t.Errorf("%q was accepted", key)
		}
	}
}
