package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const netHost = `
-- /sys/class/net/bonding_masters --
-- /sys/class/net/lo/type --
772
-- /sys/class/net/lo/uevent --
INTERFACE=lo
-- /sys/class/net/lo/flags --
0x9
-- /sys/class/net/wlan0 link=../../devices/pci0/net/wlan0 --
-- /sys/devices/pci0/net/wlan0/type --
1
-- /sys/devices/pci0/net/wlan0/uevent --
DEVTYPE=wlan
INTERFACE=wlan0
-- /sys/devices/pci0/net/wlan0/flags --
0x1002
-- /sys/devices/pci0/net/wlan0/phy80211 link=../../ieee80211/phy0 --
-- /sys/devices/pci0/net/wlan0/device link=../../../pci0 --
-- /sys/devices/pci0/driver link=../../bus/pci/drivers/iwlwifi --
-- /sys/bus/pci/drivers/iwlwifi/module link=../../../../module/iwlwifi --
-- /sys/module/ipv6/parameters/disable --
0
-- /proc/net/if_inet6 --
00000000000000000000000000000001 01 80 10 80       lo
fe8000000000000002000000000000aa 02 40 20 80    wlan0
20010db8000000000000000000000001 02 40 00 80    wlan0
-- /proc/sys/net/ipv6/conf/all/disable_ipv6 --
1
-- /proc/sys/net/ipv6/conf/default/disable_ipv6 --
1
-- /proc/sys/net/ipv6/conf/lo/disable_ipv6 --
1
-- /proc/sys/net/ipv6/conf/wlan0/disable_ipv6 --
0
-- /proc/cmdline --
quiet ipv6.disable=0
-- /etc/sysctl.d/x.conf --
net.ipv6.conf.all.disable_ipv6 = 1
net.ipv6.conf.default.disable_ipv6 = 1
`

func TestInterfaces(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, netHost), Sources(), "interfaces")
	for path, want := range map[string]string{
		"[0].name": "lo", "[0].kind": "loopback", "[0].wireless": "false", "[0].physical": "false", "[0].driver": "", "[0].up": "true",
		"[0].ipv6_addresses": "::1/128", "[0].ipv6_disabled": "true",
		"[1].name": "wlan0", "[1].kind": "wlan", "[1].wireless": "true", "[1].driver": "iwlwifi", "[1].module": "iwlwifi", "[1].up": "false",
		"[1].ipv6_addresses": "fe80::200:0:0:aa/64,2001:db8::1/64", "[1].ipv6_disabled": "false", "[2].name": "no such path",
	} {
		if got := joined(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestIPv6(t *testing.T) {
	const off = "-- /proc/sys/net/ipv6/conf/wlan0/disable_ipv6 --\n1\n"
	for _, c := range []struct{ name, host, attr, want string }{
		{"an interface turned on again", netHost, "enabled", "true"},
		{"all are off", netHost + off, "enabled", "false"},
		{"a later one would be on", netHost + off + "-- /proc/sys/net/ipv6/conf/default/disable_ipv6 --\n0\n", "enabled", "true"},
		{"the module refuses", netHost + "-- /sys/module/ipv6/parameters/disable --\n1\n", "enabled", "false"},
		{"no IPv6 in the kernel", "-- /proc/sys/net/core/x --\n-- /proc/cmdline --\nipv6.disable=1\n-- /sys/module/x/y --\n", "enabled", "false"},
		{"", "-- /proc/sys/net/core/x --\n-- /proc/cmdline --\nipv6.disable=1\n-- /sys/module/x/y --\n", "disabled_by_cmdline", "true"},
		{"", "-- /proc/sys/net/core/x --\n-- /proc/cmdline --\nipv6.disable=1\n-- /sys/module/x/y --\n", "disabled_all", "true"},
		{"no /proc", "", "enabled", "unknown: open /proc/sys/net/ipv6/conf: no such file or directory"},
		{"", netHost, "disabled_all", "true"},
		{"", netHost, "disabled_configured", "true"},
		{"", netHost + "-- /etc/sysctl.d/y.conf --\nnet.ipv6.conf.default.disable_ipv6 = 0\n", "disabled_configured", "false"},
		{"", netHost, "disabled_by_cmdline", "false"},
	} {
		got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.host), Sources(), "ipv6"), c.attr)
		if got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, hosttest.Offline(t, netHost), Sources(), "ipv6")
	if got := hosttest.Leaf(v, "enabled") + " " + hosttest.Leaf(v, "disabled_configured"); got != "unknown: "+facts.Offline+" true" {
		t.Error(got)
	}
}
