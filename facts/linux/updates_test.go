package linux

import (
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const listsDir = "/var/lib/apt/lists/"

// aptFixture has nginx with a security update, curl with a plain one, held openssl, and bash with none.
const aptFixture = `
-- /var/lib/dpkg/status --
Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21.22

Package: nginx
Status: install ok installed
Architecture: amd64
Version: 1.22.1-9

Package: curl
Status: install ok installed
Architecture: amd64
Version: 7.88.1-10

Package: openssl
Status: hold ok installed
Architecture: amd64
Version: 3.0.1

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

-- /etc/apt/sources.list --
deb http://deb.debian.org/debian bookworm main
-- /etc/apt/sources.list.d/security.sources --
Types: deb
URIs: http://security.debian.org/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example.org/
Suites: x
Components: main
-- /var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease --
Origin: Debian
Label: Debian
Suite: oldstable
Codename: bookworm
SHA256:
 a 5 main/binary-amd64/Packages
-- /var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages --
Package: nginx
Architecture: amd64
Version: 1.22.1-9

Package: curl
Architecture: amd64
Version: 7.88.1-11

Package: openssl
Architecture: amd64
Version: 3.0.2

Package: bash
Architecture: amd64
Version: 5.2

Package: gone
Architecture: amd64
Version: 2

-- /var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_InRelease --
Origin: Debian
Label: Debian-Security
Suite: oldstable-security
Codename: bookworm-security
SHA256:
 a 5 main/binary-amd64/Packages
-- /var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages --
Package: nginx
Architecture: amd64
Version: 1.22.1-9+deb12u1

-- /proc/sys/kernel/osrelease --
6.1.0-9-amd64
-- /proc/sys/kernel/version --
#1 SMP PREEMPT_DYNAMIC Debian 6.1.27-1 (2023-05-08)
-- /proc/1/environ --
-- /boot/vmlinuz-6.1.0-9-amd64 --
`

func TestUpdates(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, aptFixture), Sources(), "updates")
	for attr, want := range map[string]string{
		"available[0].name": "curl", "available[0].candidate": "7.88.1-11", "available[0].security": "false", "available[0].phased": "100",
		"available[1].name": "nginx", "available[1].security": "true", "available[1].suite": "oldstable-security",
		"available[1].codename": "bookworm-security", "available[1].installed": "1.22.1-9",
		"available[2].name": "openssl", "available[2].held": "true",
		"available[3].name": "no such path",
		"security[0].name":  "nginx", "security[1].name": "no such path",
		"lists_complete": "true", "reboot_required": "false", "newest_kernel": "6.1.0-9-amd64",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
}

func without(fixture, file string) string {
	before, after, _ := strings.Cut(fixture, "-- "+file)
	_, after, _ = strings.Cut(after, "\n-- ")
	return before + "-- " + after
}

func TestUpdatesThatCannotBeKnown(t *testing.T) {
	const securityList = listsDir + "security.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages"
	const securityRelease = listsDir + "security.debian.org_debian-security_dists_bookworm-security_InRelease"
	noLists := aptFixture[:strings.Index(aptFixture, "-- "+listsDir)]
	for _, c := range []struct{ name, files, attr, want string }{
		{"no lists directory", noLists, "available", "unknown: open /var/lib/apt/lists: no such file or directory"},
		{"an empty lists directory", noLists + "-- /var/lib/apt/lists dir --\n", "available",
			"unknown: apt has fetched no lists: /var/lib/apt/lists holds none of the configured sources"},
		{"an empty lists directory", noLists + "-- /var/lib/apt/lists dir --\n", "lists_complete", "false"},
		{"an empty lists directory", noLists + "-- /var/lib/apt/lists dir --\n", "lists_age", "unknown: apt has fetched no lists"},
		{"a missing list", without(aptFixture, securityList), "lists_complete", "false"},
		{"a missing list", without(aptFixture, securityList), "lists_missing[0]", securityList},
		{"a missing list", without(aptFixture, securityList), "security[0].name", "unknown: apt has not fetched " + securityList + " (1 lists are missing)"},
		{"a missing Release", without(aptFixture, securityRelease), "lists_missing[0]", securityRelease},
		{"a broken source", aptFixture + "-- /etc/apt/sources.list.d/x.list --\nrubbish\n", "lists_complete",
			`unknown: /etc/apt/sources.list.d/x.list:1: type "rubbish" is not known`},
		{"a broken pin", aptFixture + "-- /etc/apt/preferences --\nPackage: x\n", "available", `unknown: /etc/apt/preferences:1: pin type "" is not known`},
		{"broken apt.conf", aptFixture + "-- /etc/apt/apt.conf --\nA {\n", "unattended.enabled", "unknown: /etc/apt/apt.conf:1: ends inside a statement"},
		{"apt's files elsewhere", aptFixture + "-- /etc/apt/apt.conf --\nDir::State::lists \"/x\";\n", "available",
			"unknown: /etc/apt/apt.conf:1 moves apt's files: Dir::State::lists is not followed"},
		{"a list cut short", aptFixture + "-- " + securityList + " --\nPackage: nginx\nVersion", "security[0].name",
			"unknown: " + securityList + ": package nginx has no version"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.files), Sources(), "updates")
		got := hosttest.Leaf(v, c.attr)
		if got == "no such path" { // the element that stands for what was not read has no attributes of its own
			got = hosttest.Leaf(v, strings.TrimSuffix(c.attr, ".name"))
		}
		if got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestUpdatesFollowPins(t *testing.T) {
	h := hosttest.New(t, aptFixture+`
-- /etc/apt/preferences.d/no-curl --
Package: curl
Pin: release n=bookworm
Pin-Priority: -1
-- /etc/apt/preferences.d/ignored.bak --
Package: nginx
Pin: release *
Pin-Priority: -1
`)
	v := hosttest.Read(t, h, Sources(), "updates")
	if got := hosttest.Leaf(v, "available[0].name"); got != "nginx" {
		t.Error(hosttest.Lines(v))
	}
}

func TestRebootRequired(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"the mark", "-- /run/reboot-required --\n", "true"},
		{"a newer kernel", "-- /boot/vmlinuz-6.1.0-28-amd64 --\n", "true"},
		{"an older kernel", "-- /boot/vmlinuz-6.1.0-8-amd64 --\n", "false"},
		{"a newer kernel of another flavour", "-- /boot/vmlinuz-6.1.0-28-rt-amd64 --\n", "false"},
		{"a container", "-- /.dockerenv --\n-- /boot/vmlinuz-6.1.0-28-amd64 --\n", "false"},
		{"the same release built anew", "-- /var/lib/dpkg/updates/0001 --\nPackage: linux-image-6.1.0-9-amd64\nStatus: install ok installed\nArchitecture: amd64\nVersion: 6.1.28-1\n", "true"},
		{"the same build", "-- /var/lib/dpkg/updates/0001 --\nPackage: linux-image-6.1.0-9-amd64\nStatus: install ok installed\nArchitecture: amd64\nVersion: 6.1.27-1\n", "false"},
	} {
		v := hosttest.Read(t, hosttest.New(t, aptFixture+c.files), Sources(), "updates")
		if got := hosttest.Leaf(v, "reboot_required"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	v := hosttest.Read(t, hosttest.Offline(t, aptFixture), Sources(), "updates")
	if got := hosttest.Leaf(v, "reboot_required"); got != "unknown: "+facts.Offline {
		t.Error(got)
	}
}

const unattendedFixture = aptFixture + `
-- /var/lib/dpkg/updates/0001 --
Package: unattended-upgrades
Status: install ok installed
Architecture: all
Version: 2.9
-- /etc/apt/apt.conf.d/20auto-upgrades --
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
-- /etc/apt/apt.conf.d/50unattended-upgrades --
Unattended-Upgrade::Origins-Pattern {
        "origin=Debian,codename=${distro_codename},label=Debian-Security";
};
Unattended-Upgrade::Package-Blacklist { };
//Unattended-Upgrade::Automatic-Reboot "true";
-- /usr/lib/systemd/system/apt-daily.timer --
[Install]
WantedBy=timers.target
-- /usr/lib/systemd/system/apt-daily-upgrade.timer --
[Install]
WantedBy=timers.target
-- /etc/systemd/system/timers.target.wants/apt-daily.timer link=/usr/lib/systemd/system/apt-daily.timer --
-- /etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer link=/usr/lib/systemd/system/apt-daily-upgrade.timer --
`

func TestUnattended(t *testing.T) {
	for _, c := range []struct{ name, files, attr, want string }{
		{"as Debian sets it up", "", "enabled", "true"},
		{"as Debian sets it up", "", "security", "true"},
		{"as Debian sets it up", "", "automatic_reboot", "false"},
		{"as Debian sets it up", "", "upgrade_interval", "1"},
		{"switched off later", "-- /etc/apt/apt.conf --\nAPT::Periodic::Unattended-Upgrade \"0\";\n", "enabled", "false"},
		{"switched off altogether", "-- /etc/apt/apt.conf.d/99x --\nAPT { Periodic { Enable 0; }; };\n", "enabled", "false"},
		{"a file apt does not read", "-- /etc/apt/apt.conf.d/99x.dpkg-old --\nAPT::Periodic::Unattended-Upgrade \"0\";\n", "enabled", "true"},
		{"origins cleared", "-- /etc/apt/apt.conf.d/99x --\n#clear Unattended-Upgrade::Origins-Pattern;\n", "security", "false"},
		{"a masked timer", "-- /run/x --\n-- /etc/systemd/system/apt-daily-upgrade.timer link=/dev/null --\n", "enabled", "false"},
		{"with a reboot", "-- /etc/apt/apt.conf.d/99x --\nUnattended-Upgrade::Automatic-Reboot \"true\";\n", "automatic_reboot", "true"},
	} {
		v := hosttest.Read(t, hosttest.New(t, unattendedFixture+c.files), Sources(), "updates")
		if got := hosttest.Leaf(v, "unattended."+c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, aptFixture), Sources(), "updates")
	if got := hosttest.Leaf(v, "unattended.enabled"); got != "false" {
		t.Error("without the package it is", got)
	}
}

func BenchmarkUpdates(b *testing.B) {
	if _, err := os.Stat(listsDir); err != nil {
		b.Skip("this machine has no lists of apt")
	}
	for b.Loop() {
		hosttest.Read(b, facts.LiveHost(), Sources(), "updates")
	}
}
