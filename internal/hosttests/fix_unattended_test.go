package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixUnattendedUpgrades(t *testing.T) {
	h := testhost.Boot(t)
	h.MustRun("sh", "-c", strings.Replace(debs, "deb app 1.0 lib;", "deb unattended-upgrades 2.9 '';", 1))
	h.MustRun("sh", "-c", index, "sh", "unattended-upgrades_2.9_all.deb")
	h.MustRun("systemctl", "disable", "--quiet", "apt-daily.timer")
	f := &fixes{t: t, host: h}
	on := fix{"unattended_upgrades", map[string]any{"enabled": true, "origins": []string{"origin=Debian,codename=${distro_codename},label=Debian-Security"}, "reboot": true, "reboot_time": "02:00"}}
	etc := func() string {
		return h.MustRun("sh", "-c", "find /etc/apt /etc/systemd -printf '%p %y %m %l\n' | sort")
	}
	before := etc()
	done := f.apply(on)
	u, _ := read(t, h, key{"updates"}).object("updates")["unattended"].(map[string]any)
	if u["enabled"] != true || u["security"] != true || u["automatic_reboot"] != true || u["reboot_time"] != "02:00" {
		t.Error(u)
	}
	if got := h.MustRun("apt-config", "dump", "APT::Periodic::Unattended-Upgrade"); got != "APT::Periodic::Unattended-Upgrade \"1\";\n" {
		t.Error(got)
	}
	f.rollback(done)
	if got := etc(); got != before {
		t.Errorf("%s\nwas\n%s", got, before)
	}
	h.WriteFile("/etc/apt/apt.conf", 0o644, "APT { Periodic { Unattended-Upgrade \"0\"; }; };\n")
	if got := f.refused(on); !strings.Contains(got, "/etc/apt/apt.conf, which apt reads after") {
		t.Error(got)
	}
	off := fix{"unattended_upgrades", map[string]any{"enabled": false}}
	if p := f.plan(off); len(p.Changes) > 0 || len(p.Refused) > 0 {
		t.Errorf("off already: %v %q", targets(p), p.Refused)
	}
	if p := f.plan(fix{"unattended_upgrades", map[string]any{"reboot_time": "02:00\";x"}}); !strings.Contains(p.Error, "can't stand in apt's configuration") {
		t.Errorf("a quote is taken: %v %s", targets(p), p.Error)
	}
}
