package linux

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/facts/linux/sshdconf"
)

const sshdHost = `
-- /var/lib/dpkg/status --
Package: openssh-server
Status: install ok installed
Architecture: amd64
Version: 1:9.2p1-2+deb12u6

-- /usr/sbin/sshd --
-- /lib/systemd/system/ssh.service --
[Service]
EnvironmentFile=-/etc/default/ssh
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
ann:x:1000:1000::/home/ann:/bin/bash
-- /etc/group --
root:x:0:
ann:x:1000:
ops:x:1001:ann
`

func TestSSHDOptionsAreThoseOfTheParser(t *testing.T) {
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[SSHDOptions]()) {
		fields = append(fields, f.Tag.Get("fact"))
	}
	for _, extra := range []string{"maxstartups_start", "maxstartups_rate", "maxstartups_full"} {
		fields = slices.DeleteFunc(fields, func(f string) bool { return f == extra })
	}
	if names := sshdconf.Names(); !slices.Equal(fields, names) {
		t.Errorf("fields %q\nnames %q", fields, names)
	}
}

func TestSSHD(t *testing.T) {
	for _, c := range []struct {
		name, files string
		want        string // attr = value lines
	}{
		{"options and defaults have their origins", `
-- /etc/ssh/sshd_config --
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin yes
AllowUsers a b
SetEnv TOKEN=hush
-- /etc/ssh/sshd_config.d/10-vendor.conf --

PermitRootLogin no
MaxStartups 10:30:60
`, `
installed = true  (/var/lib/dpkg/status:1)
version = 9.2  (/var/lib/dpkg/status:1)
config_valid = true  (/etc/ssh/sshd_config)
permitrootlogin = no  (/etc/ssh/sshd_config.d/10-vendor.conf:2)
maxauthtries = 6  (default of OpenSSH 9.2)
maxstartups = 10:30:60  (/etc/ssh/sshd_config.d/10-vendor.conf:3)
maxstartups_full = 60  (/etc/ssh/sshd_config.d/10-vendor.conf:3)
allowusers[1] = b  (/etc/ssh/sshd_config:3)
denyusers = []  (default of OpenSSH 9.2)
ciphers[0] = chacha20-poly1305@openssh.com  (default of OpenSSH 9.2)
setenv[0] = TOKEN  (/etc/ssh/sshd_config:4)
contexts = []  (/etc/ssh/sshd_config)
`},
		{"each Match block is a context", `
-- /etc/ssh/sshd_config --
PermitRootLogin no
Match User backup Address 10.0.0.0/8
  PermitRootLogin yes
Match Group ops
  X11Forwarding yes
Match User backup  Address=10.0.0.0/8
  MaxSessions 2
Match all
  Banner /b
`, `
permitrootlogin = no  (/etc/ssh/sshd_config:1)
banner = /b  (/etc/ssh/sshd_config:9)
contexts[0].criteria = user backup address 10.0.0.0/8  (/etc/ssh/sshd_config:2)
contexts[0].permitrootlogin = yes  (/etc/ssh/sshd_config:3)
contexts[0].maxsessions = 2  (/etc/ssh/sshd_config:7)
contexts[0].banner = /b  (/etc/ssh/sshd_config:9)
contexts[1].criteria = group ops  (/etc/ssh/sshd_config:4)
contexts[1].permitrootlogin = no  (/etc/ssh/sshd_config:1)
contexts[1].x11forwarding = yes  (/etc/ssh/sshd_config:5)
contexts[2].permitrootlogin = yes  (/etc/ssh/sshd_config:3)
contexts[3].criteria = no such path
`},
		{"a Match block in an included file is a context within the one around it", `
-- /etc/ssh/sshd_config --
Match User ann
Include m.conf
-- /etc/ssh/m.conf --
X11Forwarding yes
Match Address 10.0.0.1
PermitTTY no
`, `
x11forwarding = no  (default of OpenSSH 9.2)
contexts[0].permittty = yes  (default of OpenSSH 9.2)
contexts[1].x11forwarding = yes  (/etc/ssh/m.conf:1)
contexts[1].permittty = no  (/etc/ssh/m.conf:3)
`},
		{"what sshd refuses is no configuration", `
-- /etc/ssh/sshd_config --
PermitRootLogin no
Match Bogus x
`, `
config_valid = false  (/etc/ssh/sshd_config)
config_error = sshd refuses its configuration: /etc/ssh/sshd_config:2: unsupported Match attribute bogus  (/etc/ssh/sshd_config)
permitrootlogin = unknown: sshd refuses its configuration: /etc/ssh/sshd_config:2: unsupported Match attribute bogus
contexts = unknown: sshd refuses its configuration: /etc/ssh/sshd_config:2: unsupported Match attribute bogus
`},
		{"a configuration that is not there is refused", "", `
config_valid = false  (/etc/ssh/sshd_config)
permitrootlogin = unknown: sshd refuses its configuration: /etc/ssh/sshd_config does not exist
`},
		{"a FIFO is not read", `
-- /etc/ssh/sshd_config --
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin no
-- /etc/ssh/sshd_config.d/a.conf fifo --
`, `
config_valid = unknown: open /etc/ssh/sshd_config.d/a.conf: not a regular file: a FIFO
permitrootlogin = unknown: open /etc/ssh/sshd_config.d/a.conf: not a regular file: a FIFO
`},
		{"a dangling drop-in is refused, a directory is empty", `
-- /etc/ssh/sshd_config --
Include /etc/ssh/d/*.conf
Include /etc/ssh/e/*.conf
-- /etc/ssh/d/a.conf dir --
-- /etc/ssh/e/a.conf link=/none --
`, `
config_error = sshd refuses its configuration: /etc/ssh/sshd_config:2: /etc/ssh/e/a.conf does not exist  (/etc/ssh/sshd_config)
`},
		{"arguments win over files", `
-- /etc/ssh/other --
PermitRootLogin no
Port 22
-- /etc/default/ssh --
SSHD_OPTS="-o PermitRootLogin=yes -p2222 -f /etc/ssh/other"
`, `
config_file = /etc/ssh/other
permitrootlogin = yes  (arguments in ssh.service)
port[0] = 2222  (arguments in ssh.service)
port[1] = no such path
listenaddress[0] = [::]:2222  (default of OpenSSH 9.2)
arguments[1] = -o  (/lib/systemd/system/ssh.service:3)
`},
		{"a drop-in of the unit replaces the command", `
-- /etc/ssh/sshd_config --
-- /etc/systemd/system/ssh.service.d/x.conf --
[Service]
ExecStart=
ExecStart=/usr/sbin/sshd -D \
  -oPasswordAuthentication=no
`, `
passwordauthentication = no  (arguments in ssh.service)
arguments[1] = -oPasswordAuthentication=no  (/etc/systemd/system/ssh.service.d/x.conf:4)
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := hosttest.Read(t, hosttest.New(t, sshdHost+c.files), Sources(), "sshd")
			got := strings.Split(hosttest.Lines(v), "\n")
			for line := range strings.SplitSeq(strings.TrimSpace(c.want), "\n") {
				path, value, _ := strings.Cut(line, " = ")
				if value == "no such path" {
					if have := hosttest.Leaf(v, path); have != value {
						t.Errorf("%s is %q", path, have)
					}
					continue
				}
				if !slices.Contains(got, line) {
					t.Errorf("want %s\ngot  %s", line, hosttest.Leaf(v, path))
				}
			}
		})
	}
}

func TestNoSSHD(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, "-- /etc/ssh/sshd_config --\nPermitRootLogin no\n"), Sources(), "sshd")
	for attr, want := range map[string]string{"installed": "false", "permitrootlogin": "unknown: no OpenSSH server is installed",
		"config_valid": "unknown: no OpenSSH server is installed"} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q", attr, got)
		}
	}
}

func TestSSHDOfAnotherVersionIsHonestAboutItsDefaults(t *testing.T) {
	other := strings.Replace(sshdHost, "9.2p1-2+deb12u6", "10.0p1-7", 1)
	v := hosttest.Read(t, hosttest.New(t, other+"-- /etc/ssh/sshd_config --\nPermitRootLogin no\nCiphers aes256-gcm@openssh.com\nMACs -hmac-sha1\n"), Sources(), "sshd")
	for attr, want := range map[string]string{"permitrootlogin": "no", "ciphers[0]": "aes256-gcm@openssh.com",
		"macs":          "unknown: which macs OpenSSH 10.0 has by default is not known here",
		"kexalgorithms": "unknown: which kexalgorithms OpenSSH 10.0 has by default is not known here"} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q", attr, got)
		}
	}
	v = hosttest.Read(t, hosttest.New(t, other+"-- /etc/ssh/sshd_config --\nPermitRootLogin no\nPerSourcePenalties no\n"), Sources(), "sshd")
	want := "unknown: the options of OpenSSH 10.0 are not known well enough here: /etc/ssh/sshd_config:2: bad configuration option: PerSourcePenalties"
	for _, attr := range []string{"permitrootlogin", "config_valid"} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("%s is %q", attr, got)
		}
	}
}

func TestSSHDFor(t *testing.T) {
	h := hosttest.New(t, sshdHost+`
-- /etc/ssh/sshd_config --
PermitRootLogin no
Match User root Address 10.0.0.0/8
PermitRootLogin yes
Match Group ops
X11Forwarding yes
Match LocalPort 2222
Banner /b
`)
	for _, c := range []struct{ user, addr, attr, want string }{
		{"root", "10.1.1.1", "permitrootlogin", "yes"},
		{"root", "192.0.2.1", "permitrootlogin", "no"},
		{"root", "::ffff:10.0.0.1", "permitrootlogin", "yes"},
		{"ann", "192.0.2.1", "x11forwarding", "yes"},
		{"root", "192.0.2.1", "x11forwarding", "no"},
		{"eve", "192.0.2.1", "x11forwarding", "unknown: /etc/ssh/sshd_config:5: /etc/passwd has no user eve, whose groups are not looked up elsewhere"},
		{"root", "192.0.2.1", "banner", "unknown: /etc/ssh/sshd_config:7: the localport of the connection is not given"},
		{"root", "192.0.2.1", "maxsessions", "10"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "sshd_for", c.user, c.addr), c.attr); got != c.want {
			t.Errorf("sshd_for(%q, %q).%s is %q", c.user, c.addr, c.attr, got)
		}
	}
}
