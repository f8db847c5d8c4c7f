package linux

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const dconfHost = `
-- /etc/dconf/profile/user --
user-db:user
system-db:site # first
system-db:local
-- /usr/share/dconf/profile/gdm --
user-db:user
system-db:gdm
file-db:/usr/share/gdm/greeter-dconf-defaults
-- /etc/dconf/db/gdm.d/00-banner --
[org/gnome/login-screen]
banner-message-enable=false
banner-message-text='It''s'
-- /etc/dconf/db/gdm.d/01-banner --
[org/gnome/login-screen]
banner-message-enable = true
banner-message-text='Authorized use only'
-- /etc/dconf/db/local.d/00 --
[org/gnome/desktop/session]
idle-delay=uint32 600
[org/gnome/desktop/media-handling]
automount=false
-- /etc/dconf/db/local.d/locks/00 --
# locks
/org/gnome/desktop/session/idle-delay
-- /etc/dconf/db/site.d/00 --
[org/gnome/desktop/session]
idle-delay=uint32 0
[org/gnome/desktop/media-handling]
automount=true
-- /etc/dconf/db/gdm --
-- /etc/dconf/db/local --
-- /etc/dconf/db/site --
`

func TestDconf(t *testing.T) {
	for _, c := range []struct{ key, attr, want string }{
		{"org/gnome/login-screen/banner-message-enable", "bool", "true"},
		{"/org/gnome/login-screen/banner-message-enable", "profile", "gdm"},
		{"org/gnome/login-screen/banner-message-text", "text", "Authorized use only"},
		{"org/gnome/login-screen/banner-message-text", "bool", "unknown: /etc/dconf/db/gdm.d/01-banner:3: 'Authorized use only' is no boolean"},
		{"org/gnome/login-screen/banner-message-text", "locked", "false"},
		{"org/gnome/login-screen/disable-user-list", "set", "unknown: no key file sets it; the compiled database /usr/share/gdm/greeter-dconf-defaults may"},
		{"org/gnome/login-screen/disable-user-list", "bool", "unknown: no database of the profile gdm sets org/gnome/login-screen/disable-user-list"},
		{"org/gnome/desktop/session/idle-delay", "locked", "true"},
		{"org/gnome/desktop/session/idle-delay", "number", "600"},
		{"org/gnome/desktop/session/idle-delay", "stale", "false"},
		{"org/gnome/desktop/media-handling/automount", "bool", "true"},
		{"org/gnome/desktop/media-handling/automount", "locked", "false"},
		{"org/gnome/desktop/none/x", "set", "false"},
	} {
		v := hosttest.Read(t, hosttest.New(t, dconfHost), Sources(), "dconf", c.key)
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("dconf(%q).%s is %q, want %q", c.key, c.attr, got, c.want)
		}
	}
}

func TestDconfThatWasNotCompiled(t *testing.T) {
	read := func(h facts.Host, attr string) string {
		return hosttest.Leaf(hosttest.Read(t, h, Sources(), "dconf", "org/gnome/desktop/session/idle-delay"), attr)
	}
	h := hosttest.New(t, dconfHost)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(h.FS.Root(), "/etc/dconf/db/local"), old, old); err != nil {
		t.Fatal(err)
	}
	want := "unknown: /etc/dconf/db/local is older than what lies in /etc/dconf/db/local.d: dconf update was not run"
	if got := read(h, "number"); got != want || read(h, "locked") != want || read(h, "stale") != "true" {
		t.Error(got, read(h, "locked"), read(h, "stale"))
	}
	h = hosttest.New(t, dconfHost+"-- /etc/dconf/db/site.d/99 --\nbroken\n")
	if got := read(h, "number"); got != "unknown: /etc/dconf/db/site.d/99:1: is neither a group, a key nor a comment" {
		t.Error(got)
	}
	h = hosttest.New(t, "-- /etc/x --\n")
	if got := read(h, "set") + read(h, "locked") + read(h, "stale"); got != "falsefalsefalse" {
		t.Error(got)
	}
}

func TestGDM(t *testing.T) {
	dpkg := "-- /var/lib/dpkg/status --\nPackage: gdm3\nStatus: install ok installed\nArchitecture: amd64\nVersion: 43.0-3\n\n"
	for _, c := range []struct{ host, attr, want string }{
		{dpkg, "installed", "true"},
		{"-- /var/lib/dpkg/status --\nPackage: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5\n\n", "installed", "false"},
		{dpkg, "xdmcp", "false"},
		{dpkg + "-- /etc/gdm3/custom.conf --\n[xdmcp]\nEnable=true\n", "xdmcp", "true"},
		{dpkg + "-- /etc/gdm3/custom.conf --\n[xdmcp]\n#Enable=true\n", "xdmcp", "false"},
		{dpkg + "-- /etc/gdm3/custom.conf --\n[daemon]\nEnable=true\n", "xdmcp", "false"},
		{dpkg + "-- /etc/gdm3/daemon.conf --\n[xdmcp]\nEnable=true\n-- /etc/gdm3/custom.conf --\n[xdmcp]\nEnable=false\n", "xdmcp", "true"},
		{dpkg + "-- /etc/gdm3/daemon.conf --\n[xdmcp]\nEnable=yes\n", "xdmcp", `unknown: /etc/gdm3/daemon.conf:2: "yes" is no boolean`},
		{dpkg + "-- /etc/gdm3/daemon.conf fifo --\n-- /etc/gdm3/custom.conf --\n[xdmcp]\nEnable=false\n", "xdmcp", "unknown: open /etc/gdm3/daemon.conf: not a regular file: a FIFO"},
		{dpkg + "-- /etc/gdm3/daemon.conf --\n[daemon]\nAutomaticLoginEnable=true\n", "automatic_login", "true"},
		{dpkg + "-- /etc/gdm3/daemon.conf --\n[security]\nDisallowTCP=false\n", "disallow_tcp", "false"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.host), Sources(), "gdm")
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("gdm.%s is %q, want %q, of\n%s", c.attr, got, c.want, c.host)
		}
	}
}
