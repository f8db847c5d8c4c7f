package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const moduleHost = `
-- /proc/sys/kernel/osrelease --
6.1.0-28-amd64
-- /proc/cmdline --
quiet module_blacklist=refused modprobe.blacklist=viacmdline -- module_blacklist=forinit
-- /proc/modules --
overlay 163840 0 - Live 0x0000000000000000
usb_storage 81920 0 - Live 0x0000000000000000
-- /lib/modules/6.1.0-28-amd64/modules.dep --
kernel/fs/cramfs/cramfs.ko: kernel/drivers/mtd/mtd.ko
kernel/fs/overlayfs/overlay.ko.xz:
kernel/drivers/usb/storage/usb-storage.ko.zst: kernel/drivers/usb/core/usbcore.ko
kernel/a/free.ko:
kernel/a/blackonly.ko:
kernel/a/refused.ko:
kernel/a/viacmdline.ko:
kernel/a/forinit.ko:
kernel/a/odd.ko:
-- /lib/modules/6.1.0-28-amd64/modules.builtin --
kernel/fs/squashfs/squashfs.ko
-- /lib/modules/5.10.0-1/modules.dep --
kernel/fs/hfs/hfs.ko:
kernel/fs/cramfs/cramfs.ko:
-- /lib/modules/5.10.0-1/modules.builtin --
-- /etc/modprobe.d/50-hard.conf --
install cramfs /bin/false
install usb-storage /bin/true
install squashfs /bin/false
install odd /usr/local/sbin/loader
install absent /bin/false
blacklist blackonly
alias free off
-- /usr/lib/modprobe.d/40-hidden.conf --
install free /bin/false
-- /etc/modprobe.d/40-hidden.conf link=/dev/null --
-- /etc/modprobe.d/ignored.txt --
install free /bin/false
`

func TestKernelModule(t *testing.T) {
	h := hosttest.New(t, moduleHost)
	for _, c := range []struct{ module, attr, want string }{
		{"cramfs", "loaded", "false"},
		{"cramfs", "available", "true"},
		{"cramfs", "denied", "true"},
		{"cramfs", "install", "/bin/false"},
		{"cramfs", "loadable", "false"},
		{"cramfs", "blacklisted", "false"},
		{"cramfs", "kernels[0]", "5.10.0-1"},
		{"cramfs", "kernels[1]", "6.1.0-28-amd64"},
		{"overlayfs", "name", "overlay"},
		{"overlayfs", "loaded", "true"},
		{"overlayfs", "available", "true"},
		{"usb-storage", "loaded", "true"},
		{"usb-storage", "available", "true"},
		{"usb-storage", "loadable", "false"},
		{"squashfs", "builtin", "true"},
		{"squashfs", "loadable", "true"},
		{"free", "install", ""},
		{"free", "loadable", "true"},
		{"free", "aliases[0]", "off"},
		{"blackonly", "blacklisted", "true"},
		{"blackonly", "denied", "false"},
		{"blackonly", "loadable", "true"},
		{"refused", "denied", "true"},
		{"refused", "loadable", "false"},
		{"viacmdline", "blacklisted", "true"},
		{"viacmdline", "loadable", "true"},
		{"forinit", "loadable", "true"},
		{"odd", "denied", "unknown: /etc/modprobe.d/50-hard.conf:4: a command that may load the module: /usr/local/sbin/loader"},
		{"odd", "loadable", "unknown: /etc/modprobe.d/50-hard.conf:4: a command that may load the module: /usr/local/sbin/loader"},
		{"hfs", "available", "false"},
		{"hfs", "loadable", "false"},
		{"absent", "denied", "true"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "kernel_module", c.module), c.attr); got != c.want {
			t.Errorf("kernel_module(%q).%s is %q, want %q", c.module, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, h, Sources(), "kernel_module", "cramfs")
	if o := v.OriginOf("denied").String(); o != "/etc/modprobe.d/50-hard.conf:1" {
		t.Errorf("denied by %s", o)
	}
}

func TestModulesOfAnImageAreThoseOfAllItsKernels(t *testing.T) {
	h := hosttest.Offline(t, moduleHost)
	for _, c := range []struct{ module, attr, want string }{
		{"hfs", "available", "true"},
		{"hfs", "loadable", "true"},
		{"hfs", "loaded", "unknown: " + facts.Offline},
		{"squashfs", "builtin", "true"},
		{"refused", "denied", "false"}, // the command line is not that of the image
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "kernel_module", c.module), c.attr); got != c.want {
			t.Errorf("kernel_module(%q).%s is %q, want %q", c.module, c.attr, got, c.want)
		}
	}
}

func TestAKernelWithoutModules(t *testing.T) {
	h := hosttest.New(t, `
-- /proc/sys/kernel/osrelease --
6.18.0-vm
-- /proc/filesystems --
nodev	overlay
	ext4
-- /proc/net/protocols --
protocol  size sockets
TCP       2496      1
-- /sys/module/somebuiltin dir --
`)
	for _, c := range []struct{ module, attr, want string }{
		{"cramfs", "loaded", "false"},
		{"cramfs", "available", "false"},
		{"cramfs", "builtin", "false"},
		{"cramfs", "loadable", "false"},
		{"overlay", "builtin", "true"},
		{"overlay", "loadable", "true"},
		{"somebuiltin", "builtin", "true"},
		{"sctp", "builtin", "false"},
		{"usb-storage", "builtin", "false"},
		{"other", "loaded", "false"},
		{"other", "builtin", "unknown: there is no /lib/modules/6.18.0-vm/modules.builtin to tell what is built into the kernel"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "kernel_module", c.module), c.attr); got != c.want {
			t.Errorf("kernel_module(%q).%s is %q, want %q", c.module, c.attr, got, c.want)
		}
	}
}

func TestModulesThatLieElsewhereAreUnknown(t *testing.T) {
	h := hosttest.New(t, "-- /proc/sys/kernel/osrelease --\n6.1.0\n-- /proc/modules --\nx 1 0 - Live 0x0\n-- /proc/filesystems --\n\text4\n-- /etc/modprobe.d/z.conf fifo --\n")
	for _, c := range []struct{ module, attr, want string }{
		{"cramfs", "available", "unknown: the modules of the running kernel 6.1.0 are not here: there is no /lib/modules/6.1.0"},
		{"cramfs", "loaded", "false"},
		{"x", "loaded", "true"},
		{"cramfs", "denied", "unknown: open /etc/modprobe.d/z.conf: not a regular file: a FIFO"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "kernel_module", c.module), c.attr); got != c.want {
			t.Errorf("kernel_module(%q).%s is %q, want %q", c.module, c.attr, got, c.want)
		}
	}
}

func TestKernelModulesWithoutProcAreUnknown(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, ""), Sources(), "kernel_module", "cramfs")
	if got := hosttest.Leaf(v, ""); got != "unknown: stat /proc/sys/kernel/osrelease: no such file or directory" {
		t.Error(got)
	}
}
