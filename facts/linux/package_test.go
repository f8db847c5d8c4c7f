package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const dpkgFixture = `
-- /var/lib/dpkg/status --
Package: dpkg
Essential: yes
Status: install ok installed
Architecture: amd64
Version: 1.21.22

Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9
Depends: libgcc-s1 (>= 3), libcrypt1

Package: libc6
Status: install ok installed
Architecture: i386
Source: glibc
Version: 2.36-8

Package: telnet
Status: deinstall ok config-files
Architecture: amd64
Version: 0.17

Package: nginx
Status: hold ok installed
Architecture: amd64
Source: nginx-src (1.22.1-9)
Version: 1.22.1-9+b1
Provides: httpd, httpd-cgi (= 1)

Package: samba
Status: install ok half-configured
Architecture: amd64
Version: 4

Package: man-db
Status: install ok triggers-pending
Architecture: amd64
Version: 2

Package: broken
Status: install reinstreq installed
Architecture: amd64
Version: 1

`

func TestPackage(t *testing.T) {
	h := hosttest.New(t, dpkgFixture)
	for _, c := range []struct{ name, attr, want string }{
		{"libc6", "installed", "true"},
		{"libc6", "architecture", "amd64"},
		{"libc6", "version", "2.36-9"},
		{"libc6", "architectures[1]", "i386"},
		{"libc6", "source", "glibc"},
		{"libc6", "source_version", "2.36-9"},
		{"libc6", "depends[1]", "libcrypt1"},
		{"libc6:i386", "version", "2.36-8"},
		{"libc6:arm64", "installed", "false"},
		{"nginx", "hold", "true"},
		{"nginx", "source", "nginx-src"},
		{"nginx", "source_version", "1.22.1-9"},
		{"dpkg", "essential", "true"},
		{"httpd-cgi", "installed", "false"},
		{"httpd-cgi", "provided_by[0]", "nginx"},
		{"telnet", "installed", "false"},
		{"telnet", "status", "config-files"},
		{"telnet", "version", "unknown: telnet is removed, only its configuration files are left"},
		{"samba", "installed", "unknown: dpkg left samba half-configured: finish with dpkg --configure -a"},
		{"samba", "status", "half-configured"},
		{"man-db", "installed", "true"},
		{"broken", "installed", "unknown: dpkg says that broken is broken and must be installed again"},
		{"none", "installed", "false"},
		{"none", "status", "not-installed"},
		{"none", "version", "unknown: none is not installed"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "package", c.name), c.attr); got != c.want {
			t.Errorf("package(%q).%s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestPackagesListsRecords(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, dpkgFixture), Sources(), "packages")
	if n := v.LengthInt(); n != 8 || hosttest.Leaf(v, "[1].name") != "dpkg" || hosttest.Leaf(v, "[3].architecture") != "i386" {
		t.Error(hosttest.Lines(v))
	}
	if o := v.OriginOf("[1].version").String(); o != "/var/lib/dpkg/status:1" {
		t.Error(o)
	}
}

func TestPackageOfADatabaseCutShort(t *testing.T) {
	cut := strings.TrimSuffix(dpkgFixture, "\n\n")
	for name, want := range map[string]string{
		"libc6": "true",
		"none":  "unknown: /var/lib/dpkg/status: line 45: ends inside a paragraph: no empty line after it",
	} {
		h := hosttest.New(t, cut)
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "package", name), "installed"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if last := hosttest.Lines(hosttest.Read(t, h, Sources(), "packages")); !strings.Contains(last, "[8].name = unknown: ") &&
			!strings.Contains(last, "[8] = unknown: ") {
			t.Error("the list of a cut database is complete:\n" + last)
		}
	}
}

func TestPackageJournal(t *testing.T) {
	h := hosttest.New(t, dpkgFixture+`
-- /var/lib/dpkg/updates/0001 --
Package: nginx
Status: install ok half-installed
Architecture: amd64
Version: 1.22.1-9+b1
-- /var/lib/dpkg/updates/0002 --
Package: nginx
Status: purge ok not-installed
Architecture: amd64
-- /var/lib/dpkg/updates/0003 --
Package: curl
Status: install ok installed
Architecture: amd64
Version: 7
-- /var/lib/dpkg/updates/0004 --
Package: man-db
Status: install ok unp
-- /var/lib/dpkg/updates/tmp.i --
Package: wget
`)
	for name, want := range map[string]string{
		"nginx": "false", "curl": "true", "libc6": "true", "wget": "false",
		"man-db": `unknown: /var/lib/dpkg/updates/0004: line 1: package man-db: no status dpkg would write: "install ok unp"`,
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "package", name), "installed"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if o := hosttest.Read(t, h, Sources(), "package", "curl").OriginOf("version").String(); o != "/var/lib/dpkg/updates/0003:1" {
		t.Error(o)
	}
}

func TestPackageDatabaseThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"none", "-- /etc/x --\n", "unknown: /var/lib/dpkg/status does not exist, and no other package database is known"},
		{"rpm", "-- /var/lib/rpm/rpmdb.sqlite --\n", "unknown: the packages of this host are in an rpm database (/var/lib/rpm), which is not read"},
		{"empty", "-- /var/lib/dpkg/status --\n", "unknown: /var/lib/dpkg/status is empty"},
		{"FIFO", "-- /var/lib/dpkg/status fifo --\n", "unknown: open /var/lib/dpkg/status: not a regular file: a FIFO"},
		{"zeroes", "-- /var/lib/dpkg/status --\n\x00\x00\x00\x00\n", "unknown: /var/lib/dpkg/status line 1: a NUL byte"},
		{"a nameless journal", dpkgFixture + "-- /var/lib/dpkg/updates/0001 --\nStatus: x\n",
			"unknown: /var/lib/dpkg/updates/0001: line 1: a paragraph without Package"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.files), Sources(), "package", "libc6"), "installed"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
