package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestLoginDefs(t *testing.T) {
	set := `
-- /etc/login.defs --
# UMASK 000
PASS_MAX_DAYS	365
PASS_MAX_DAYS	0x5a
PASS_MIN_DAYS	seven
pass_warn_age	14
ENCRYPT_METHOD	YESCRYPT
UID_MIN	500
UMASK	"027"
USERGROUPS_ENAB	Yes
CREATE_HOME	true
FAIL_DELAY	4
`
	for _, c := range []struct{ host, attr, want string }{
		{set, "pass_max_days", "90"},
		{set, "pass_min_days", "-1"},
		{set, "pass_warn_age", "-1"},
		{set, "encrypt_method", "YESCRYPT"},
		{set, "sys_uid_max", "499"},
		{set, "umask", "0027"},
		{set, "home_mode", "0750"},
		{set, "usergroups_enab", "true"},
		{set, "create_home", "false"},
		{set, "fail_delay", "4"},
		{set, `options["pass_warn_age"]`, "14"},
		{"-- /etc/login.defs --\nUMASK 077\numask 022\n", "umask", "0077"},
		{"-- /etc/login.defs --\nUMASK 022\nUMASK 077\n", "umask", "unknown: /etc/login.defs sets UMASK twice: PAM modules use line 1, shadow-utils line 2"},
		{"-- /etc/login.defs --\numask 022\n", "umask", "unknown: /etc/login.defs:1: UMASK is written in another case: PAM modules use it, shadow-utils does not"},
		{"-- /etc/login.defs --\nUMASK 27\n", "umask", `unknown: /etc/login.defs:1: UMASK "27" has no leading 0: shadow-utils takes it as decimal, pam_umask as octal`},
		{"-- /etc/login.defs --\nENCRYPT_METHOD SHA512\nENCRYPT_METHOD MD5\n", "encrypt_method", "unknown: /etc/login.defs sets ENCRYPT_METHOD twice: PAM modules use line 1, shadow-utils line 2"},
		{"-- /etc/other --\n", "exists", "false"},
		{"-- /etc/other --\n", "encrypt_method", "DES"},
		{"-- /etc/other --\n", "pass_max_days", "-1"},
		{"-- /etc/other --\n", "fail_delay", "unknown: /etc/login.defs does not set FAIL_DELAY"},
		{"-- /etc/login.defs fifo --\n", "umask", "unknown: open /etc/login.defs: not a regular file: a FIFO"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.host), Sources(), "login_defs")
		got := hosttest.Leaf(v, c.attr)
		if strings.HasPrefix(c.want, "unknown: open") {
			got = hosttest.Leaf(v, "")
		}
		if got != c.want {
			t.Errorf("login_defs.%s is %q, want %q, of\n%s", c.attr, got, c.want, c.host)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, set), Sources(), "login_defs")
	if o := v.OriginOf("pass_max_days").String(); o != "/etc/login.defs:3" {
		t.Error(o)
	}
	if o := v.OriginOf("pass_warn_age").String(); o != "default of shadow-utils" {
		t.Error(o)
	}
}
