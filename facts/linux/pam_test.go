package linux

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const pamHost = `
-- /etc/pam.d/common-auth --
auth	required	pam_faillock.so preauth
auth	[success=2 default=ignore]	pam_unix.so try_first_pass
auth	[default=die]	pam_faillock.so authfail deny=5
auth	requisite	pam_deny.so
auth	required	pam_permit.so
-- /etc/pam.d/common-account --
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite	pam_deny.so
account	required	pam_permit.so
account	required	pam_faillock.so
-- /etc/pam.d/common-password --
password	requisite	pam_pwquality.so retry=3 Minlen=12
password	requisite	pam_pwhistory.so remember=24 use_authtok
password	[success=1 default=ignore]	pam_unix.so obscure use_authtok yescrypt
password	requisite	pam_deny.so
password	required	pam_permit.so
-- /etc/pam.d/sshd --
@include common-auth
account required pam_nologin.so
@include common-account
@include common-password
-- /etc/pam.d/su --
auth sufficient pam_rootok.so
auth required pam_wheel.so use_uid group=sugroup
@include common-auth
-- /etc/pam.d/su-l --
auth include su
-- /etc/pam.d/su.dpkg-old --
auth sufficient pam_unix.so nullok
-- /etc/pam.d/other --
@include common-auth
-- /etc/security/faillock.conf --
# deny = 9
deny = 4
unlock_time = 900
even_deny_root
-- /etc/security/pwquality.conf --
minlen = 14
-- /etc/security/pwquality.conf.d/50-x.conf --
minlen = 20
difok = 2
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
ann:x:1000:100:Ann:/home/ann:/bin/bash
-- /etc/group --
root:x:0:
sugroup:x:99:
users:x:100:
`

// expect compares lines of hosttest.Lines, and leaves that are not there.
func expect(t *testing.T, host, fact string, args []any, want string) {
	t.Helper()
	v := hosttest.Read(t, hosttest.New(t, host), Sources(), fact, args...)
	got := strings.Split(hosttest.Lines(v), "\n")
	for line := range strings.SplitSeq(strings.TrimSpace(want), "\n") {
		path, value, _ := strings.Cut(line, " = ")
		if slices.Contains(got, line) || (value == "no such path" && hosttest.Leaf(v, path) == value) {
			continue
		}
		t.Errorf("%s%v: want %s\ngot %s", fact, args, line, strings.Join(slices.DeleteFunc(slices.Clone(got), func(l string) bool { return !strings.HasPrefix(l, path+" ") }), "\n"))
	}
}

func TestPAM(t *testing.T) {
	expect(t, pamHost, "pam", nil, `
exists = true  (/etc/pam.d)
services[0] = common-account  (/etc/pam.d)
services[5] = su  (/etc/pam.d)
services[7] = no such path
`)
	expect(t, "-- /etc/passwd --\n", "pam", nil, "exists = false  (/etc/pam.d)")
	expect(t, pamHost, "pam_stack", []any{"sshd", "auth"}, `
exists = true  (/etc/pam.d/sshd)
from_other = false  (/etc/pam.d/sshd)
modules[0] = pam_faillock.so  (/etc/pam.d/sshd)
modules[4] = pam_permit.so  (/etc/pam.d/sshd)
modules[5] = no such path
entries[1].control = [success=2 default=ignore]  (/etc/pam.d/common-auth:2)
entries[1].arguments[0] = try_first_pass  (/etc/pam.d/common-auth:2)
entries[1].must_succeed = true  (/etc/pam.d/common-auth:2)
entries[2].called_on_success = false  (/etc/pam.d/common-auth:3)
entries[2].called_on_bad_password = true  (/etc/pam.d/common-auth:3)
entries[3].called_on_bad_password = false  (/etc/pam.d/common-auth:4)
entries[4].called_on_success = true  (/etc/pam.d/common-auth:5)
`)
	expect(t, pamHost, "pam_stack", []any{"Login", "auth"}, `
service = login
exists = false  (/etc/pam.d/login)
from_other = true  (/etc/pam.d/login)
modules[1] = pam_unix.so  (/etc/pam.d/login)
`)
	expect(t, strings.Replace(pamHost, "@include common-password", "@include gone", 1), "pam_stack", []any{"sshd", "auth"}, `
modules = unknown: /etc/pam.d/sshd:4: @include of gone, which does not exist: libpam refuses the service
`)
	expect(t, strings.Replace(pamHost, "-- /etc/pam.d/common-auth --", "-- /etc/pam.d/common-auth fifo --", 1), "pam_stack", []any{"sshd", "auth"}, `
entries = unknown: /etc/pam.d/sshd:1: open /etc/pam.d/common-auth: not a regular file: a FIFO
`)
}

func TestFaillock(t *testing.T) {
	expect(t, pamHost, "faillock", nil, `
enabled = true  (/etc/pam.d)
unprotected = []  (/etc/pam.d)
services[0].service = other  (/etc/pam.d/common-auth:2)
services[1].service = sshd  (/etc/pam.d/common-auth:2)
services[1].account = true  (/etc/pam.d/common-auth:2)
services[2].account = false  (/etc/pam.d/common-auth:2)
deny = unknown: it is 4 by /etc/pam.d/common-auth:1 and 5 by /etc/pam.d/common-auth:3
unlock_time = 900  (/etc/security/faillock.conf:3)
root_unlock_time = 900  (/etc/security/faillock.conf:3)
even_deny_root = true  (/etc/security/faillock.conf:4)
fail_interval = 900  (default of pam_faillock)
lines[0].deny = 4  (/etc/security/faillock.conf:2)
lines[1].action = authfail  (/etc/pam.d/common-auth:3)
lines[1].deny = 5  (/etc/pam.d/common-auth:3)
lines[2].action = account  (/etc/pam.d/common-account:4)
`)
	for name, c := range map[string]struct{ old, new, want string }{
		"counted and never refused": {"auth	required	pam_faillock.so preauth\n", "", "services[1].preauth = false  (/etc/pam.d/common-auth:1)\nenabled = false  (/etc/pam.d)"},
		"authfail is jumped over":   {"[success=2 default=ignore]", "[success=2 default=1]", "services[1].authfail = false  (/etc/pam.d/common-auth:2)\nunprotected[1] = sshd  (/etc/pam.d)"},
		"preauth is ignored":        {"required	pam_faillock.so preauth", "optional	pam_faillock.so preauth", "services[1].preauth = false  (/etc/pam.d/common-auth:2)"},
		"one service goes round it": {"auth sufficient pam_rootok.so", "auth sufficient pam_unix.so", "enabled = false  (/etc/pam.d)\nunprotected[1] = su-l  (/etc/pam.d)"},
		"a missing conf= breaks it": {"preauth", "preauth conf=/none", "lines[0].deny = unknown: stat /none: no such file or directory"},
		"a bad number is no number": {"deny = 4", "deny = x4", "lines[0].deny = 3  (default of pam_faillock)"},
		"never":                     {"unlock_time = 900", "unlock_time=never\nroot_unlock_time = 60", "unlock_time = 0  (/etc/security/faillock.conf:3)\nroot_unlock_time = 60  (/etc/security/faillock.conf:4)"},
		"root_unlock_time alone":    {"even_deny_root", "root_unlock_time = 60", "even_deny_root = false  (default of pam_faillock)"},
	} {
		if !strings.Contains(pamHost, c.old) {
			t.Fatal(name)
		}
		t.Run(name, func(t *testing.T) { expect(t, strings.Replace(pamHost, c.old, c.new, 1), "faillock", nil, c.want) })
	}
	none := strings.ReplaceAll(pamHost, "pam_faillock.so", "pam_warn.so")
	expect(t, none, "faillock", nil, "enabled = false  (/etc/pam.d)\ndeny = unknown: pam_faillock is in no auth stack\nlines = []  (/etc/pam.d)")
}

func TestPwquality(t *testing.T) {
	expect(t, pamHost, "pwquality", nil, `
enabled = true  (/etc/pam.d)
minlen = 12  (/etc/pam.d/common-password:1)
retry = 3  (/etc/pam.d/common-password:1)
difok = 2  (/etc/security/pwquality.conf.d/50-x.conf:2)
enforcing = 1  (default of libpwquality)
enforce_for_root = false  (default of libpwquality)
`)
	file := strings.Replace(pamHost, " Minlen=12", "", 1)
	expect(t, file, "pwquality", nil, "minlen = 14  (/etc/security/pwquality.conf:1)")
	expect(t, strings.Replace(file, "minlen = 14", "MINLEN 3 # few\r\nenforce_for_root = no\nminclass=7", 1), "pwquality", nil,
		"minlen = 6  (/etc/security/pwquality.conf:1)\nenforce_for_root = true  (/etc/security/pwquality.conf:2)\nminclass = 4  (/etc/security/pwquality.conf:3)")
	expect(t, strings.Replace(file, "minlen = 14", "minlen = 14 x", 1), "pwquality", nil,
		`minlen = unknown: /etc/security/pwquality.conf:1: minlen has the bad integer value "14 x": pam_pwquality reads no further`)
	expect(t, strings.Replace(pamHost, "requisite	pam_pwquality", "optional	pam_pwquality", 1), "pwquality", nil,
		"enabled = false  (/etc/pam.d)\nunprotected[0] = sshd  (/etc/pam.d)\nminlen = 12  (/etc/pam.d/common-password:1)")
	expect(t, strings.Replace(pamHost, "password	requisite	pam_pwquality", "#", 1), "pwquality", nil,
		"enabled = false  (/etc/pam.d)\nminlen = unknown: pam_pwquality is in no password stack")
}

func TestPwhistory(t *testing.T) {
	expect(t, pamHost, "pwhistory", nil, `
enabled = true  (/etc/pam.d)
remember = 24  (/etc/pam.d/common-password:2)
use_authtok = true  (/etc/pam.d/common-password:2)
enforce_for_root = false  (default of pam_pwhistory)
`)
	conf := pamHost + "-- /etc/security/pwhistory.conf --\nenforce_for_root\n"
	status := "-- /var/lib/dpkg/status --\nPackage: libpam-modules\nStatus: install ok installed\nArchitecture: amd64\nVersion: "
	expect(t, conf+status+"1.5.2-6+deb12u1\n", "pwhistory", nil, "enforce_for_root = false  (default of pam_pwhistory)")
	expect(t, conf+status+"1.7.0-5\n", "pwhistory", nil, "enforce_for_root = true  (/etc/security/pwhistory.conf:1)")
}

func TestPAMUnix(t *testing.T) {
	expect(t, pamHost, "pam_unix", nil, `
nullok = false  (no line of pam_unix says otherwise)
hash_algorithm = yescrypt  (/etc/pam.d/common-password:3)
use_authtok = true  (no line of pam_unix says otherwise)
remember = 0  (no line of pam_unix says otherwise)
lines[2].type = password  (/etc/pam.d/common-password:3)
lines[3].type = no such path
`)
	expect(t, strings.Replace(pamHost, "try_first_pass", "nullok", 1), "pam_unix", nil, "nullok = true  (/etc/pam.d/common-auth:2)")
	byDefs := strings.Replace(pamHost, "obscure use_authtok yescrypt", "remember=5", 1)
	expect(t, byDefs, "pam_unix", nil, "hash_algorithm = des  (default of pam_unix)\nremember = 5  (/etc/pam.d/common-password:3)\nuse_authtok = false  (/etc/pam.d/common-password:3)")
	expect(t, byDefs+"-- /etc/login.defs --\n#ENCRYPT_METHOD MD5\nENCRYPT_METHOD SHA512\n", "pam_unix", nil, "hash_algorithm = sha512  (/etc/login.defs:2)")
}

func TestPAMSu(t *testing.T) {
	expect(t, pamHost, "pam_su", nil, `
restricted = true  (/etc/pam.d/su:2)
group = sugroup  (/etc/pam.d/su:2)
group_exists = true  (/etc/group:2)
members = []  (/etc/group:2)
`)
	expect(t, strings.Replace(pamHost, "sugroup", "users", 1), "pam_su", nil, "members[0] = ann  (/etc/group:3)")
	expect(t, strings.Replace(pamHost, " group=sugroup", "", 1), "pam_su", nil, "group = root  (/etc/pam.d/su:2)\nmembers[0] = root  (/etc/group:1)")
	expect(t, strings.Replace(pamHost, "sugroup", "none", 1), "pam_su", nil, "group_exists = false  (/etc/group)\nmembers = []  (/etc/group)")
	for _, worse := range []string{"auth sufficient pam_wheel.so", "auth required pam_wheel.so deny", "auth required pam_wheel.so trust", "auth sufficient pam_permit.so\nauth required pam_wheel.so"} {
		v := hosttest.Read(t, hosttest.New(t, strings.Replace(pamHost, "auth required pam_wheel.so", worse, 1)), Sources(), "pam_su")
		if got := hosttest.Leaf(v, "restricted"); got != "false" {
			t.Errorf("%s: %s", worse, got)
		}
	}
	expect(t, strings.Replace(pamHost, "auth include su\n", "@include common-auth\n", 1), "pam_su", nil, "restricted = false  (/etc/pam.d/su-l)\ngroup = sugroup  (/etc/pam.d/su:2)")
	expect(t, strings.Replace(pamHost, "auth include su\n", "auth required pam_wheel.so group=users\n", 1), "pam_su", nil, "group = unknown: su asks for the group sugroup and su-l for users")
	expect(t, strings.Replace(pamHost, "auth required pam_wheel.so", "#", 1), "pam_su", nil, "restricted = false  (/etc/pam.d/su)\ngroup = unknown: pam_wheel is not in the stack of su")
}
