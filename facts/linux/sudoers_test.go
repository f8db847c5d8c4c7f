package linux

import (
	"strings"
	"testing"
)

const sudoHost = `
-- /var/lib/dpkg/status --
Package: sudo
Status: install ok installed
Architecture: amd64
Version: 1.9.13p3-1+deb12u1

-- /etc/sudoers mode=0440 --
Defaults	env_reset
Defaults	secure_path="/usr/sbin:/usr/bin"
root	ALL=(ALL:ALL) ALL
%sudo	ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
-- /etc/sudoers.d/10-pty --
Defaults use_pty, logfile="/var/log/sudo.log"
Defaults timestamp_timeout=5
-- /etc/sudoers.d/20-ops --
Defaults:ann !authenticate
Defaults timestamp_timeout=2.5
User_Alias OPS = ann, bob
OPS ALL=(root) NOPASSWD: /usr/bin/systemctl restart foo, PASSWD: /bin/x
-- /etc/sudoers.d/30.conf --
eve ALL=(ALL) NOPASSWD: ALL
-- /etc/sudoers.d/40~ --
eve ALL=(ALL) NOPASSWD: ALL
-- /etc/sudoers.d/sub dir --
`

func TestSudoers(t *testing.T) {
	expect(t, sudoHost, "sudoers", nil, `
exists = true  (/etc/sudoers)
complete = true  (/etc/sudoers)
errors = []  (/etc/sudoers)
files[1] = /etc/sudoers.d/10-pty  (/etc/sudoers)
files[3] = no such path
defaults.use_pty = true  (/etc/sudoers.d/10-pty:1)
defaults.logfile = /var/log/sudo.log  (/etc/sudoers.d/10-pty:1)
defaults.timestamp_timeout = 2.5  (/etc/sudoers.d/20-ops:2)
defaults.authenticate = true  (default of sudo)
defaults.requiretty = false  (default of sudo)
overrides[0].targets[0] = ann  (/etc/sudoers.d/20-ops:1)
unauthenticated[0].scope = user  (/etc/sudoers.d/20-ops:1)
rules[1].users[0] = %sudo  (/etc/sudoers:4)
rules[2].commands[0] = /usr/bin/systemctl restart foo  (/etc/sudoers.d/20-ops:4)
rules[3].nopasswd = false  (/etc/sudoers.d/20-ops:4)
nopasswd[0].users[0] = OPS  (/etc/sudoers.d/20-ops:4)
nopasswd[1].line = no such path
aliases[0].members[1] = bob  (/etc/sudoers.d/20-ops:3)
`)
}

func TestSudoersDefaults(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"the last one wins":          {"Defaults !use_pty", "defaults.use_pty = false  (/etc/sudoers.d/50:1)"},
		"switched off":               {"Defaults !logfile, !timestamp_timeout", "defaults.logfile =   (/etc/sudoers.d/50:1)\ndefaults.timestamp_timeout = 0  (/etc/sudoers.d/50:1)"},
		"never again":                {"Defaults timestamp_timeout = -1", "defaults.timestamp_timeout = -1  (/etc/sudoers.d/50:1)"},
		"no number":                  {"Defaults timestamp_timeout=abc", "defaults.timestamp_timeout = unknown: /etc/sudoers.d/50:1: timestamp_timeout can't be set so"},
		"a flag with a value":        {"Defaults use_pty=no", "defaults.use_pty = unknown: /etc/sudoers.d/50:1: use_pty can't be set so"},
		"for some host":              {"Defaults@web !use_pty", "defaults.use_pty = unknown: /etc/sudoers.d/50:1: a setting for certain hosts may be for this one"},
		"for all hosts":              {"Defaults@ALL !use_pty", "defaults.use_pty = false  (/etc/sudoers.d/50:1)"},
		"for some user":              {"Defaults:bob !use_pty", "defaults.use_pty = true  (/etc/sudoers.d/10-pty:1)\noverrides[1].name = use_pty  (/etc/sudoers.d/50:1)"},
		"what is not understood":     {"Defaults use_pty junk", "complete = false  (/etc/sudoers)\ndefaults.use_pty = unknown: /etc/sudoers.d/50:1: unexpected \"junk\"\nnopasswd[1] = unknown: /etc/sudoers.d/50:1: unexpected \"junk\""},
		"an include that is missing": {"@include none", "errors[0].file = /etc/sudoers.d/none  (/etc/sudoers.d/none)\nrules[4] = unknown: /etc/sudoers.d/none: stat /etc/sudoers.d/none: no such file or directory"},
		"an include of itself":       {"@include 50", "complete = false  (/etc/sudoers)"},
		"a directory not there":      {"@includedir /none", "complete = true  (/etc/sudoers)"},
		"the host's name":            {"@include x.%h", "complete = false  (/etc/sudoers)"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, sudoHost+"-- /etc/sudoers.d/50 --\n"+c.line+"\n", "sudoers", nil, c.want)
		})
	}
	plain := strings.Replace(sudoHost, "Defaults use_pty, ", "Defaults ", 1)
	expect(t, plain, "sudoers", nil, "defaults.use_pty = false  (default of sudo 1.9.13p3)")
	expect(t, strings.Replace(plain, "1.9.13p3-1+deb12u1", "1.9.16p2-3", 1), "sudoers", nil, "defaults.use_pty = true  (default of sudo 1.9.16p2)")
}

func TestSudoersThatCannotBeRead(t *testing.T) {
	expect(t, sudoHost+"-- /etc/sudoers.d/50 fifo --\n", "sudoers", nil, "complete = true  (/etc/sudoers)") // not a file: left out
	expect(t, sudoHost+"-- /etc/sudoers.d/50 mode=0666 --\nbob ALL=ALL\n", "sudoers", nil,
		"nopasswd[1] = unknown: /etc/sudoers.d/50: is writable by everyone: sudo ignores it\ndefaults.use_pty = unknown: /etc/sudoers.d/50: is writable by everyone: sudo ignores it")
	expect(t, sudoHost+"-- /etc/nsswitch.conf --\nsudoers: files sss\n", "sudoers", nil, "rules[4] = unknown: /etc/nsswitch.conf:1: rules also come from sss, which is not asked")
	expect(t, "-- /etc/sudoers fifo --\n", "sudoers", nil, "exists = true  (/etc/sudoers)\nrules[0] = unknown: /etc/sudoers: open /etc/sudoers: not a regular file: a FIFO")
	expect(t, "-- /etc/passwd --\n", "sudoers", nil, "exists = false  (/etc/sudoers)\nrules = []  (/etc/sudoers)\ndefaults.use_pty = unknown: /etc/sudoers does not exist")
}
