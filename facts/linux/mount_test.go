package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const mountHost = `
-- /proc/self/mountinfo --
27 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw,errors=remount-ro
25 27 0:23 / /dev/shm rw - tmpfs old rw
30 25 0:27 / /dev/shm rw,nosuid,nodev,noexec - tmpfs tmpfs rw,size=1k
31 27 0:30 / /with\040blank ro - ext4 /dev/vdb rw
32 27 0:31 / /auto rw - autofs systemd-1 rw
33 27 0:32 / /tmp rw - tmpfs tmpfs rw
-- /etc/fstab --
UUID=1 / ext4 errors=remount-ro 0 1
/dev/vdb /with\040blank ext4 ro,user,exec 0 0
/dev/vdc /var/log ext4 nodev,dev,nosuid 0 0
/dev/vdd /var/log ext4 nodev 0 0
/dev/vde /mnt auto noauto 0 0
/dev/vdf /swap swap sw 0 0
tmpfs /etcwins tmpfs nodev 0 0
tmpfs /fstabwins tmpfs nodev 0 0
tmpfs /gone tmpfs nodev 0 0
-- /etc/systemd/system/etcwins.mount --
[Mount]
What=tmpfs
Where=/etcwins
Type=tmpfs
Options=noexec
-- /etc/systemd/system/local-fs.target.wants/etcwins.mount link=../etcwins.mount --
-- /usr/lib/systemd/system/fstabwins.mount --
[Mount]
What=other
-- /etc/systemd/system/gone.mount link=/dev/null --
-- /usr/lib/systemd/system/tmp.mount --
[Unit]
Description=x
[Mount]
What=tmpfs
Where=/tmp
Type=tmpfs
Options=mode=1777,strictatime,nosuid,nodev
-- /etc/systemd/system/tmp.mount.d/10-exec.conf --
[Mount]
Options=mode=1777,\
  noexec
-- /etc/systemd/system/var-.mount.d/all.conf --
[Mount]
Options=nodev
`

func TestMount(t *testing.T) {
	h := hosttest.New(t, mountHost)
	for _, c := range []struct{ path, attr, want string }{
		{"/dev/shm", "mounted", "true"},
		{"/dev/shm", "options", "rw,nosuid,nodev,noexec,size=1k"},
		{"/dev/shm/", "is_configured", "false"},
		{"/dev/shm", "configured_options", "unknown: /dev/shm is in neither /etc/fstab nor a mount unit"},
		{"/with blank", "options", "ro"},
		{"/with blank", "configured_options", "ro,user,nosuid,nodev,exec"},
		{"/with blank", "unit", `with\x20blank.mount`},
		{"/var", "mounted", "false"},
		{"/var", "options", "unknown: /var is no mount point"},
		{"/var/log", "mounted", "false"},
		{"/var/log", "is_configured", "true"},
		{"/var/log", "configured_source", "/dev/vdc"},
		{"/var/log", "configured_options", "nodev"},
		{"/mnt", "is_configured", "false"},
		{"/mnt", "unit_state", "generated"},
		{"/swap", "unit_state", "none"},
		{"/etcwins", "configured_options", "noexec"},
		{"/etcwins", "unit_state", "enabled"},
		{"/fstabwins", "configured_source", "tmpfs"},
		{"/gone", "unit_state", "masked"},
		{"/gone", "is_configured", "false"},
		{"/gone", "configured_options", "unknown: gone.mount is masked"},
		{"/tmp", "unit_state", "disabled"},
		{"/tmp", "is_configured", "false"},
		{"/tmp", "configured_options", "mode=1777,noexec"},
		{"/auto", "mounted", "unknown: /auto is an automount point that nothing has used yet"},
		{"/", "configured_source", "UUID=1"},
	} {
		v := hosttest.Read(t, h, Sources(), "mount", c.path)
		if got := joined(v, c.attr); got != c.want {
			t.Errorf("mount(%q).%s is %q, want %q", c.path, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, h, Sources(), "mount", "/tmp")
	if o := v.OriginOf("configured_options").String(); o != "/etc/systemd/system/tmp.mount.d/10-exec.conf:2" {
		t.Errorf("options from %s", o)
	}
}

// joined is a leaf, or the leaves of a list of strings with commas between them.
func joined(v facts.Value, attr string) string {
	var parts []string
	for line := range strings.Lines(hosttest.Lines(v)) {
		if p, _, _ := strings.Cut(line, " = "); strings.HasPrefix(p, attr+"[") {
			parts = append(parts, hosttest.Leaf(v, p))
		}
	}
	if parts == nil {
		return hosttest.Leaf(v, attr)
	}
	return strings.Join(parts, ",")
}

func TestMountsListsRunningAndConfigured(t *testing.T) {
	h := hosttest.New(t, mountHost)
	v := hosttest.Read(t, h, Sources(), "mounts")
	var got []string
	for i := range v.LengthInt() {
		got = append(got, hosttest.Leaf(v, facts.JoinIndex("", i)+".path"))
	}
	if s := strings.Join(got, " "); s != "/ /auto /dev/shm /etcwins /fstabwins /gone /mnt /tmp /var/log /with blank" {
		t.Error(s)
	}
}

func TestMountOfAnImage(t *testing.T) {
	h := hosttest.Offline(t, mountHost)
	v := hosttest.Read(t, h, Sources(), "mount", "/var/log")
	for attr, want := range map[string]string{"mounted": "unknown: " + facts.Offline, "is_configured": "true"} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q", attr, got)
		}
	}
}

func TestMountIsUnknownWhereWhatDecidesCannotBeRead(t *testing.T) {
	h := hosttest.New(t, `
-- /proc/self/mountinfo --
garbage
-- /etc/fstab fifo --
-- /etc/systemd/system/a.mount --
[Mount]
Options=uid=%U
`)
	for _, c := range []struct{ path, attr, want string }{
		{"/tmp", "mounted", "unknown: /proc/self/mountinfo: line 1 is not that of a mount"},
		{"/tmp", "is_configured", "unknown: open /etc/fstab: not a regular file: a FIFO"},
		{"/a", "configured_options", "unknown: /etc/systemd/system/a.mount:2: a specifier that systemd expands"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "mount", c.path), c.attr); got != c.want {
			t.Errorf("mount(%q).%s is %q, want %q", c.path, c.attr, got, c.want)
		}
	}
}
