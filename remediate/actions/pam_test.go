package actions

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// pamHost is a host as pam-auth-update leaves it, with the comments that it goes by alone.
const pamHost = `
-- /usr/share/pam-configs/unix mode=0644 --
Name: Unix authentication
Default: yes
Priority: 256
Auth-Type: Primary
Auth:
	[success=end default=ignore]	pam_unix.so nullok try_first_pass
Auth-Initial:
	[success=end default=ignore]	pam_unix.so nullok
Account-Type: Primary
Account:
	[success=end new_authtok_reqd=done default=ignore]	pam_unix.so
Session-Type: Additional
Session:
	required	pam_unix.so
Password-Type: Primary
Password:
	[success=end default=ignore]	pam_unix.so obscure use_authtok try_first_pass yescrypt
Password-Initial:
	[success=end default=ignore]	pam_unix.so obscure yescrypt
-- /usr/share/pam-configs/pwquality mode=0644 --
Name: Quality
Default: yes
Priority: 1024
Conflicts: cracklib
Password-Type: Primary
Password:
	requisite			pam_pwquality.so retry=3
Password-Initial:
	requisite			pam_pwquality.so retry=3
-- /etc/pam.d/common-auth mode=0644 --
# here are the per-package modules (the "Primary" block)
auth	[success=1 default=ignore]	pam_unix.so nullok
# here's the fallback if no module succeeds
auth	requisite			pam_deny.so
auth	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
# end of pam-auth-update config
-- /etc/pam.d/common-account mode=0644 --
# here are the per-package modules (the "Primary" block)
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so 
# here's the fallback if no module succeeds
account	requisite			pam_deny.so
account	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
# end of pam-auth-update config
-- /etc/pam.d/common-password mode=0644 --
# here are the per-package modules (the "Primary" block)
password	[success=1 default=ignore]	pam_unix.so obscure yescrypt
# here's the fallback if no module succeeds
password	requisite			pam_deny.so
password	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
# end of pam-auth-update config
-- /etc/pam.d/common-session mode=0644 --
# here are the per-package modules (the "Primary" block)
session	[default=1]			pam_permit.so
# here's the fallback if no module succeeds
session	requisite			pam_deny.so
session	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
session	required	pam_unix.so 
# end of pam-auth-update config
-- /etc/pam.d/common-session-noninteractive mode=0644 --
# here are the per-package modules (the "Primary" block)
session	[default=1]			pam_permit.so
# here's the fallback if no module succeeds
session	requisite			pam_deny.so
session	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
session	required	pam_unix.so 
# end of pam-auth-update config
-- /var/lib/pam/auth mode=0644 --
Module: unix
[success=end default=ignore]	pam_unix.so nullok
-- /var/lib/pam/account mode=0644 --
Module: unix
[success=end new_authtok_reqd=done default=ignore]	pam_unix.so
-- /var/lib/pam/password mode=0644 --
Module: unix
[success=end default=ignore]	pam_unix.so obscure yescrypt
-- /var/lib/pam/session mode=0644 --
Module: null
[default=1]			pam_permit.so
Module: unix
required	pam_unix.so
-- /var/lib/pam/session-noninteractive mode=0644 --
Module: null
[default=1]			pam_permit.so
Module: unix
required	pam_unix.so
-- /var/lib/pam/seen mode=0644 --
unix
pwquality
-- /etc/pam.d/login mode=0644 --
@include common-auth
@include common-account
@include common-session
@include common-password
-- /etc/pam.d/other mode=0644 --
auth required pam_deny.so
-- /lib/x/security/pam_unix.so --
-- /lib/x/security/pam_deny.so --
-- /lib/x/security/pam_permit.so --
-- /lib/x/security/pam_pwquality.so --
-- /lib/x/security/pam_pwhistory.so --
-- /lib/x/security/pam_faillock.so --
-- /var/cache/cracklib/cracklib_dict.pwd --
-- /etc/security/faillock.conf mode=0644 --
# deny = 3
 unlock_time=600 # ten minutes
-- /etc/security/pwquality.conf mode=0644 --
# minlen = 8
Difok = 1
`

// between are the lines of a common file that profiles make.
func between(text string) string {
	_, text, _ = strings.Cut(text, "\"Primary\" block)\n")
	text, _, _ = strings.Cut(text, "# here's")
	return text
}

func TestPAMProfilesAndArguments(t *testing.T) {
	b := newBench(t, pamHost)
	calls := []args{
		{"profile": "faillock", "enabled": true},
		{"profile": "pwquality", "enabled": true},
		{"profile": "pwhistory", "enabled": true},
		{"type": "password", "module": "pam_pwhistory", "add": []string{"remember=30"}},
		{"type": "password", "module": "pam_pwhistory", "add": []string{"use_authtok"}},
		{"type": "auth", "module": "pam_unix", "remove": []string{"nullok"}},
		{"type": "password", "module": "pam_unix", "remove": []string{"remember"}},
		{"type": "password", "module": "pam_unix", "add": []string{"sha512"}},
		{"type": "password", "module": "pam_unix", "add": []string{"use_authtok"}},
	}
	for _, a := range calls {
		b.want("pam", a)
	}
	b.refuses("tailor one of them", "pam", args{"type": "password", "module": "pam_pwhistory", "add": []string{"remember=5"}})
	b.refuses("tailor one of them", "pam", args{"profile": "faillock", "enabled": false})
	b.refuses("no argument of a module", "pam", args{"type": "auth", "module": "pam_unix", "add": []string{"a b"}})
	for _, s := range b.draft.Steps() {
		if s.Risk != plan.Lockout {
			t.Errorf("%s: risk %s", s, s.Risk)
		}
	}
	b.carryOut()
	for name, want := range map[string]string{
		"/etc/pam.d/common-auth": "auth\trequisite\tpam_faillock.so preauth\nauth\t[success=2 default=ignore]\tpam_unix.so try_first_pass\nauth\t[default=die]\tpam_faillock.so authfail\n",
		"/etc/pam.d/common-password": "password\trequisite\t\t\tpam_pwquality.so retry=3\npassword\trequisite\tpam_pwhistory.so enforce_for_root try_first_pass use_authtok remember=30\n" +
			"password\t[success=1 default=ignore]\tpam_unix.so obscure use_authtok try_first_pass sha512\n",
		"/etc/pam.d/common-account": "account\trequired\tpam_faillock.so \naccount\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so \n",
	} {
		if got := between(b.file(name)); got != want {
			t.Errorf("%s has\n%swant\n%s", name, got, want)
		}
	}
	if got := b.file("/usr/share/pam-configs/holdfast-unix"); !strings.HasPrefix(got, "Comment: Written by Holdfast for 1.6, 1.8.\nName: Unix authentication (Holdfast)\nConflicts: unix\n") {
		t.Error(got)
	}
	if got := b.file("/var/lib/pam/seen"); got != "pwquality\nholdfast-faillock-first\nholdfast-pwhistory\nunix\nholdfast-unix\nholdfast-faillock\n" {
		t.Errorf("the profiles that were seen: %q", got)
	}
	for _, a := range calls {
		b.settled("pam", a)
	}
	b.fresh()
	b.want("pam", args{"profile": "unix", "enabled": true}) // its stand-in is in force
	if len(b.draft.Steps()) > 0 {
		t.Error("a profile fights its stand-in")
	}
	b.want("pam", args{"profile": "pwquality", "enabled": false})
	b.carryOut()
	if got := b.file("/etc/pam.d/common-password"); strings.Contains(got, "pwquality") || !strings.Contains(got, "pam_pwhistory.so enforce_for_root try_first_pass remember=30\n") {
		t.Error(got)
	}
}

func TestPAMKeepsOptionsChangedByHand(t *testing.T) {
	b := newBench(t, strings.Replace(strings.Replace(pamHost, "pam_unix.so obscure yescrypt\n# here's", "pam_unix.so yescrypt minlen=9\n# here's", 1),
		"pam_unix.so nullok\n# here's", "pam_unix.so nullok debug nodelay\n# here's", 1))
	b.want("pam", args{"type": "auth", "module": "pam_unix", "remove": []string{"nullok", "nodelay"}})
	b.carryOut()
	if got := between(b.file("/etc/pam.d/common-auth")); got != "auth\t[success=1 default=ignore]\tpam_unix.so debug\n" {
		t.Error(got)
	}
	if got := between(b.file("/etc/pam.d/common-password")); got != "password\t[success=1 default=ignore]\tpam_unix.so yescrypt minlen=9\n" {
		t.Error(got)
	}
}

func TestPAMIsRefusedWhereItWouldBreak(t *testing.T) {
	faillock := args{"profile": "faillock", "enabled": true}
	for words, host := range map[string]string{
		"pam_faillock.so is not installed": strings.Replace(pamHost, "-- /lib/x/security/pam_faillock.so --\n", "", 1),
		"was edited by hand":               strings.Replace(pamHost, "# here's the fallback if no module succeeds\nauth", "auth required pam_x.so\n# here's the fallback if no module succeeds\nauth", 1),
		"common-* was edited by hand":      strings.Replace(pamHost, "-- /var/lib/pam/auth mode=0644 --", "-- /var/lib/pam/lost --", 1),
	} {
		newBench(t, host).refuses(words, "pam", faillock)
	}
	bare := newBench(t, strings.Replace(pamHost, "-- /var/cache/cracklib/cracklib_dict.pwd --\n", "", 1))
	bare.refuses("has no dictionary", "pam", args{"profile": "pwquality", "enabled": true})
	bare.refuses("has no dictionary", "pam", args{"file": "pwquality.conf", "name": "enforce_for_root"})
	bare.want("pam", args{"file": "pwquality.conf", "name": "dictcheck", "value": "0"})
	bare.want("pam", args{"profile": "pwquality", "enabled": true})
	b := newBench(t, pamHost+"-- /etc/pam.d/odd mode=0644 --\nauth required pam_unix.so nullok\n-- /usr/share/pam-configs/deny mode=0644 --\nName: x\nDefault: no\nPriority: 2000\nAuth-Type: Primary\nAuth:\n\t[default=die]\tpam_deny.so\n"+
		"-- /usr/share/pam-configs/late mode=0644 --\nName: x\nDefault: no\nPriority: 2000\nPassword-Type: Primary\nPassword:\n\trequired\tpam_pwhistory.so use_authtok\n")
	b.refuses("nobody would be let in any more", "pam", args{"profile": "deny", "enabled": true})
	b.refuses("no new password could be set", "pam", args{"profile": "late", "enabled": true})
	b.refuses("no profile would be left", "pam", args{"profile": "unix", "enabled": false})
	b.refuses("has no profile pwqualities", "pam", args{"profile": "pwqualities", "enabled": true})
	b.refuses("/etc/pam.d/odd:1: pam_unix.so has the argument nullok", "pam", args{"type": "auth", "module": "pam_unix", "remove": []string{"nullok"}})
	b.refuses("no profile of pam-auth-update that is enabled calls pam_pwhistory.so", "pam", args{"type": "password", "module": "pam_pwhistory", "add": []string{"remember=24"}})
	b.want("pam", args{"profile": "pwhistory", "enabled": true})
	b.refuses("pam_pwhistory.so is the first to ask for a new password", "pam", args{"type": "password", "module": "pam_pwhistory", "add": []string{"use_authtok"}})
}

func TestPAMModuleFiles(t *testing.T) {
	b := newBench(t, pamHost+"-- /etc/security/pwquality.conf.d/90-late.conf mode=0644 --\nminclass = 2\n")
	calls := []args{
		{"file": "faillock.conf", "name": "deny", "value": "5"},
		{"file": "faillock.conf", "name": "unlock_time", "value": "900"},
		{"file": "faillock.conf", "name": "even_deny_root"},
		{"file": "pwquality.conf", "name": "minlen", "value": "14"},
		{"file": "pwquality.conf", "name": "enforce_for_root"},
		{"file": "pwquality.conf", "name": "difok", "value": "2"},
	}
	for _, a := range calls {
		b.want("pam", a)
	}
	b.refuses("tailor one", "pam", args{"file": "faillock.conf", "name": "deny", "value": "3"})
	b.refuses("90-late.conf sets minclass", "pam", args{"file": "pwquality.conf", "name": "minclass", "value": "4"})
	b.refuses("is no setting", "pam", args{"file": "../faillock.conf", "name": "deny", "value": "3"})
	b.refuses("is no setting", "pam", args{"file": "faillock.conf", "name": "deny", "value": "3\nx"})
	b.carryOut()
	for name, want := range map[string]string{
		"/etc/security/faillock.conf": "# deny = 3\n# Holdfast (1.2): was \" unlock_time=600 # ten minutes\"\nunlock_time = 900\n# Holdfast (1.1): the next line was added\ndeny = 5\n" +
			"# Holdfast (1.3): the next line was added\neven_deny_root\n",
		"/etc/security/pwquality.conf":                    "# minlen = 8\n# Holdfast (1.6): was \"Difok = 1\"\ndifok = 2\n",
		"/etc/security/pwquality.conf.d/60-holdfast.conf": "# Written by Holdfast for 1.4, 1.5.\nminlen = 14\nenforce_for_root\n",
	} {
		if got := b.file(name); got != want {
			t.Errorf("%s is\n%swant\n%s", name, got, want)
		}
	}
	for _, a := range calls {
		b.settled("pam", a)
	}
	over := newBench(t, strings.ReplaceAll(pamHost, "pam_unix.so nullok\n# here's", "pam_unix.so nullok\nauth required pam_faillock.so deny=9\n# here's"))
	over.refuses("the argument deny=9 of pam_faillock.so wins over", "pam", args{"file": "faillock.conf", "name": "deny", "value": "5"})
}
