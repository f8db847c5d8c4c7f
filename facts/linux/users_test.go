package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

// 2026-11-23, the day of hosttest, is day 20780.
const accountsHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
toor:x:00:0::/root:/bin/sh
alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash
bob:x:1001:100::/home/bob:/opt/shell
old:$1$salt$hash:1002:100::/nowhere:
free::1003:100::relative:/bin/false
ghost:x:1004:4242::/home/file:/bin/bash
alice:x:1005:1000::/home/alice:/bin/bash
few:x
+nis
-- /etc/shadow mode=0640 --
root:!$6$s$h:20000:0:99999:7:::
daemon:*:19000:0:99999:7:::
toor::20781:::::20000:
alice:$y$j9T$s$h:20700:1:365:14:30::
bob:!::::::::
free:*:0:0:99999:7:::
gone:*:0:0:99999:7:::
-- /etc/group --
root:x:0:
users:x:100:alice,bob
alice:x:1000:
shadow:x:42:alice
dup:x:42:
bad:x
-- /etc/gshadow --
root:*::
users:$6$s$h:bob:alice,bob
alice:!::
shadow:!::
-- /etc/shells --
# list
/bin/sh
 /bin/bash # comment
/usr/sbin/nologin
-- /etc/login.defs --
UID_MIN 1000
-- /root dir mode=0700 --
-- /home/alice dir mode=2750 --
-- /home/alice/.netrc mode=0600 --
-- /home/alice/.forward link=/etc/passwd --
-- /home/alice/.ssh/authorized_keys mode=0600 --
from="10.0.0.0/8" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-- /home/alice/visible --
-- /home/file --
-- /usr/sbin dir --
`

func TestUsers(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, accountsHost), Sources(), "users")
	if n := v.LengthInt(); n != 9 {
		t.Errorf("%d accounts", n)
	}
	for path, want := range map[string]string{
		"[0].name":                          "root",
		"[0].system":                        "true",
		"[0].interactive":                   "true",
		"[0].locked":                        "true",
		"[0].password_status":               "locked",
		"[0].hash_algorithm":                "sha512",
		"[0].has_password":                  "false",
		"[0].password_age_days":             "780",
		"[0].inactive_days":                 "-1",
		"[0].expire":                        "",
		"[0].home_mode":                     "0700",
		"[1].interactive":                   "false",
		"[1].shell_listed":                  "true",
		"[1].password_status":               "none",
		"[1].locked":                        "true",
		"[2].uid":                           "0",
		"[2].password_status":               "blank",
		"[2].locked":                        "false",
		"[2].last_change":                   "2026-11-24",
		"[2].last_change_in_future":         "true",
		"[2].max_days":                      "-1",
		"[2].expire":                        "2024-10-04",
		"[3].group":                         "alice",
		"[3].groups[0]":                     "users",
		"[3].groups[1]":                     "shadow",
		"[3].system":                        "false",
		"[3].has_password":                  "true",
		"[3].hash_algorithm":                "yescrypt",
		"[3].last_change_in_future":         "false",
		"[3].max_days":                      "365",
		"[3].inactive_days":                 "30",
		"[3].home_is_dir":                   "true",
		"[3].home_mode":                     "2750",
		"[3].dot_files[0].name":             ".forward",
		"[3].dot_files[0].type":             "symlink",
		"[3].dot_files[1].name":             ".netrc",
		"[3].dot_files[1].mode":             "0600",
		"[3].dot_files[2].name":             ".ssh",
		"[3].dot_files[3].name":             "no such path",
		"[3].authorized_keys[0].algorithm":  "ssh-ed25519",
		"[3].authorized_keys[0].bits":       "256",
		"[3].authorized_keys[0].options[0]": "from",
		"[4].shell_listed":                  "false",
		"[4].interactive":                   "false",
		"[4].last_change":                   "",
		"[4].password_age_days":             "unknown: /etc/shadow:5 gives no date of a last change",
		"[4].home_exists":                   "false",
		"[4].home_mode":                     "unknown: /home/bob does not exist",
		"[4].dot_files":                     "[]",
		"[5].shadowed":                      "false",
		"[5].hash_algorithm":                "md5",
		"[5].has_password":                  "true",
		"[5].shell":                         "",
		"[5].interactive":                   "true",
		"[5].max_days":                      "-1",
		"[6].shadowed":                      "false",
		"[6].password_status":               "blank",
		"[6].home_exists":                   "false",
		"[7].password_status":               "none",
		"[7].locked":                        "false",
		"[7].group":                         "",
		"[7].home_exists":                   "true",
		"[7].home_is_dir":                   "false",
		"[8].name":                          "alice",
		"[8].uid":                           "1005",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("users%s is %q, want %q", path, got, want)
		}
	}
	for _, secret := range []string{"$6$s", "$y$j9T", "$1$salt", "AAAAC3"} {
		if strings.Contains(hosttest.Lines(v), secret) {
			t.Errorf("the fact holds %q", secret)
		}
	}
}

func TestUserIsTheFirstOfItsName(t *testing.T) {
	h := hosttest.New(t, accountsHost)
	for _, c := range []struct{ name, attr, want string }{
		{"alice", "uid", "1000"},
		{"nobody", "exists", "false"},
		{"nobody", "uid", "unknown: /etc/passwd has no account nobody"},
		{"nobody", "locked", "unknown: /etc/passwd has no account nobody"},
		{"few", "exists", "false"},
		{"+nis", "exists", "false"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "user", c.name), c.attr); got != c.want {
			t.Errorf("user(%q).%s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestUsersOfWhatCannotBeRead(t *testing.T) {
	passwd := "-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\nold:$1$s$h:7:7::/:/bin/sh\n-- /etc/group --\nroot:x:0:\n"
	fifo := "unknown: open /etc/shadow: not a regular file: a FIFO"
	for _, c := range []struct{ host, path, want string }{
		{passwd + "-- /etc/shadow fifo --\n", "[0].uid", "0"},
		{passwd + "-- /etc/shadow fifo --\n", "[0].password_status", fifo},
		{passwd + "-- /etc/shadow fifo --\n", "[0].locked", fifo},
		{passwd + "-- /etc/shadow fifo --\n", "[0].max_days", fifo},
		{passwd + "-- /etc/shadow fifo --\n", "[0].last_change_in_future", fifo},
		{passwd + "-- /etc/shadow fifo --\n", "[1].password_status", "set"},
		{passwd + "-- /etc/shadow --\nroot:*\n", "[0].locked", "unknown: /etc/shadow:1: too few fields, or one that is not a number, and no other line is root's"},
		{passwd, "[0].password_status", "none"},
		{"-- /etc/shadow --\n", "", "unknown: /etc/passwd does not exist"},
		{"-- /etc/passwd fifo --\n", "", "unknown: open /etc/passwd: not a regular file: a FIFO"},
		{"-- /etc/passwd --\nroot:x:0:0::/:/bin/sh\n-- /etc/group fifo --\n", "[0].groups", "unknown: open /etc/group: not a regular file: a FIFO"},
		{passwd + "-- /etc/shells fifo --\n", "[0].interactive", "unknown: open /etc/shells: not a regular file: a FIFO"},
		{passwd + "-- /etc/login.defs fifo --\n", "[0].system", "unknown: open /etc/login.defs: not a regular file: a FIFO"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, hosttest.New(t, c.host), Sources(), "users"), c.path); got != c.want {
			t.Errorf("users%s is %q, want %q, of\n%s", c.path, got, c.want, c.host)
		}
	}
}

func TestHomesOnRemoteMountsAreLeftAlone(t *testing.T) {
	h := hosttest.New(t, `
-- /etc/passwd --
near:x:1000:0::/home/near:/bin/sh
far:x:1001:0::/home/far/away:/bin/sh
back:x:1002:0::/home/far/local/me:/bin/sh
-- /etc/group --
-- /home/near dir --
-- /home/far/away dir --
-- /home/far/local/me dir --
-- /proc/self/mountinfo --
22 1 8:1 / / rw - ext4 /dev/sda1 rw
23 22 0:5 / /home/far rw shared:1 - autofs auto.home rw
24 23 8:2 / /home/far/local rw - ext4 /dev/sdb1 rw
`)
	v := hosttest.Read(t, h, Sources(), "users")
	why := "unknown: /home/far/away lies on autofs at /home/far, which is not looked at: it could hang or mount something"
	for path, want := range map[string]string{
		"[0].home_exists": "true", "[1].home_exists": why, "[1].home_mode": why, "[1].dot_files": why, "[2].home_exists": "true",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("users%s is %q, want %q", path, got, want)
		}
	}
}

func TestGroups(t *testing.T) {
	h := hosttest.New(t, accountsHost)
	v := hosttest.Read(t, h, Sources(), "groups")
	if n := v.LengthInt(); n != 5 {
		t.Errorf("%d groups", n)
	}
	for path, want := range map[string]string{
		"[0].primary_members[0]": "root",
		"[0].primary_members[1]": "toor",
		"[0].has_password":       "false",
		"[0].members":            "[]",
		"[1].members[1]":         "bob",
		"[1].administrators[0]":  "bob",
		"[1].has_password":       "true",
		"[3].gid":                "42",
		"[4].gid":                "42",
		"[4].administrators":     "[]",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("groups%s is %q, want %q", path, got, want)
		}
	}
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "group", "bad"), "exists"); got != "false" {
		t.Error(got)
	}
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "group", "shadow"), "members[0]"); got != "alice" {
		t.Error(got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/group --\na:x:1:b\n-- /etc/gshadow fifo --\n"), Sources(), "group", "a")
	if got := hosttest.Leaf(v, "members[0]") + " " + hosttest.Leaf(v, "has_password"); got != "b unknown: open /etc/gshadow: not a regular file: a FIFO" {
		t.Error(got)
	}
}

func TestAccountFiles(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, accountsHost), Sources(), "account_files")
	for path, want := range map[string]string{
		"malformed[0].path":   "/etc/passwd",
		"malformed[0].line":   "10",
		"malformed[0].reason": "the user id is not a number",
		"malformed[1].path":   "/etc/group",
		"malformed[2].path":   "no such path",
		"nis[0].line":         "11",
		"shadow_only[0]":      "gone",
		"shadow_only[1]":      "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("account_files.%s is %q, want %q", path, got, want)
		}
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/passwd --\n-- /etc/shadow fifo --\n"), Sources(), "account_files")
	if got := hosttest.Leaf(v, "malformed[0]"); got != "unknown: open /etc/shadow: not a regular file: a FIFO" {
		t.Error(got)
	}
}

func TestShells(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, accountsHost), Sources(), "shells")
	if got := hosttest.Leaf(v, "paths[1]") + " " + hosttest.Leaf(v, "lists_nologin") + " " + v.OriginOf("lists_nologin").String(); got != "/bin/bash true /etc/shells:4" {
		t.Error(got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/x --\n"), Sources(), "shells")
	if got := hosttest.Leaf(v, "exists") + hosttest.Leaf(v, "paths[0]") + hosttest.Leaf(v, "lists_nologin"); got != "false/bin/shfalse" {
		t.Error(got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /etc/shells --\n#/usr/sbin/nologin\n/bin/sh\n"), Sources(), "shells")
	if got := hosttest.Leaf(v, "lists_nologin"); got != "false" {
		t.Error(got)
	}
}

func TestNsswitch(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, `
-- /etc/nsswitch.conf --
# passwd: ldap
passwd:  files [SUCCESS=merge] systemd # why
group:files sss
hosts: files [!UNAVAIL=return] dns
`), Sources(), "nsswitch")
	for path, want := range map[string]string{
		`databases["passwd"][1]`:   "systemd",
		`databases["passwd"][2]`:   "no such path",
		`databases["hosts"][1]`:    "dns",
		`databases["shadow"][0]`:   "files",
		"other_account_sources[0]": "systemd",
		"other_account_sources[1]": "sss",
		"other_account_sources[2]": "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("nsswitch.%s is %q, want %q", path, got, want)
		}
	}
}
