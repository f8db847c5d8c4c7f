package linux

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const hostFixture = `
-- /etc/machine-id --
0123456789abcdef0123456789abcdef
-- /etc/os-release --
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="11"
VERSION_ID='12'
VERSION_CODENAME=bookworm
ID=debian
ID_LIKE="one two"
-- /etc/hostname --
# the static name
db1
-- /proc/sys/kernel/hostname --
db1-running
-- /proc/sys/kernel/osrelease --
6.1.0-28-amd64
-- /proc/sys/kernel/arch --
x86_64
-- /proc/stat --
cpu  1 2 3
btime 1795435200
-- /proc/1/environ --
HOME=/
-- /proc/cpuinfo --
processor	: 0
flags		: fpu vme
-- /sys/class/dmi/id/sys_vendor --
Dell Inc.
-- /sys/class/dmi/id/chassis_type --
23
`

func readHost(t *testing.T, h facts.Host) func(string) string {
	v := hosttest.Read(t, h, Sources(), "host")
	return func(attr string) string { return hosttest.Leaf(v, attr) }
}

func TestHost(t *testing.T) {
	h := hosttest.New(t, hostFixture)
	h.Labels = map[string]string{"role": "db"}
	got := readHost(t, h)
	for attr, want := range map[string]string{
		"name": "db1-running", "os.id": "debian", "os.version_id": "12", "os.version_codename": "bookworm",
		"os.name": "Debian GNU/Linux", "os.id_like[1]": "two", "kernel": "6.1.0-28-amd64", "arch": "x86_64",
		"virtualization": "none", "container": "false", "container_kind": "", "chassis": "server",
		"boot_time": "2026-11-23T12:00:00Z", "uptime": "0", `labels["role"]`: "db",
	} {
		if got(attr) != want {
			t.Errorf("%s is %q, want %q", attr, got(attr), want)
		}
	}
}

func TestHostIDIsNotTheMachineID(t *testing.T) {
	machine, _ := hex.DecodeString("0123456789abcdef0123456789abcdef")
	mac := hmac.New(sha256.New, machine)
	mac.Write(appID[:])
	sum := mac.Sum(nil)
	got := readHost(t, hosttest.New(t, hostFixture))("id")
	if len(got) != 32 || got[:12] != hex.EncodeToString(sum[:6]) || got[12] != '4' {
		t.Errorf("id is %q", got)
	}
}

func TestHostOffline(t *testing.T) {
	got := readHost(t, hosttest.Offline(t, hostFixture))
	for attr, want := range map[string]string{
		"name": "db1", "os.version_id": "12", "kernel": "unknown: " + facts.Offline, "container": "unknown: " + facts.Offline,
		"boot_time": "unknown: " + facts.Offline, "virtualization": "unknown: " + facts.Offline,
	} {
		if got(attr) != want {
			t.Errorf("%s is %q, want %q", attr, got(attr), want)
		}
	}
}

func TestHostOddities(t *testing.T) {
	for _, c := range []struct{ name, files, attr, want string }{
		{"vendor's os-release when /etc has none", "-- /usr/lib/os-release --\nID=x\n", "os.id", "x"},
		{"no os-release", "-- /etc/x --\n", "os.id", "unknown: neither /etc/os-release nor /usr/lib/os-release exists"},
		{"os-release without ID", "-- /etc/os-release --\nNAME=x\n", "os.id", "linux"},
		{"a release without number", "-- /etc/os-release --\nID=debian\n", "os.version_id", ""},
		{"a broken quote", "-- /etc/os-release --\nID=\"debian\n", "os.id", "unknown: /etc/os-release: ends inside a quoted value"},
		{"a FIFO", "-- /etc/os-release fifo --\n", "os.id", "unknown: open /etc/os-release: not a regular file: a FIFO"},
		{"first boot", "-- /etc/machine-id --\nuninitialized\n", "id", "unknown: /etc/machine-id holds no machine id"},
		{"no machine id", "-- /etc/x --\n", "id", "unknown: stat /etc/machine-id: no such file or directory"},
		{"docker", "-- /.dockerenv --\n", "container_kind", "docker"},
		{"nspawn", "-- /run/systemd/container --\nsystemd-nspawn\n", "container_kind", "systemd-nspawn"},
		{"lxc by PID 1", "-- /proc/1/environ --\nA=b\x00container=lxc\x00\n", "container", "true"},
		{"KVM by firmware", "-- /sys/class/dmi/id/sys_vendor --\nQEMU\n", "virtualization", "qemu"},
		{"Hyper-V by firmware", "-- /sys/class/dmi/id/product_name --\nVirtual Machine\n", "virtualization", "microsoft"},
		{"hypervisor flag", "-- /proc/cpuinfo --\nflags\t: fpu hypervisor\n", "virtualization", "vm-other"},
		{"ARM tells nothing", "-- /proc/cpuinfo --\nprocessor\t: 0\n", "virtualization",
			"unknown: neither the firmware nor /proc/cpuinfo tells whether there is a hypervisor"},
	} {
		if got := readHost(t, hosttest.New(t, c.files))(c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestHostOfThisMachineIsWhatItsKernelSays(t *testing.T) {
	got := readHost(t, facts.LiveHost())
	for attr, file := range map[string]string{"kernel": "/proc/sys/kernel/osrelease", "name": "/proc/sys/kernel/hostname"} {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got(attr) != strings.TrimSpace(string(want)) {
			t.Errorf("%s is %q, and %s says %q", attr, got(attr), file, want)
		}
	}
	boot, err := time.Parse(time.RFC3339, got("boot_time"))
	if err != nil {
		t.Fatal(err)
	}
	up, err := strconv.Atoi(got("uptime"))
	if apart := time.Since(boot.Add(time.Duration(up) * time.Second)).Abs(); err != nil || apart > 5*time.Second {
		t.Errorf("booted at %v and up for %d seconds (%v): %v from now", boot, up, err, apart)
	}
}
