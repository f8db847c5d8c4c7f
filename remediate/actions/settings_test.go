package actions

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func TestLoginDefsHasOneLineOfAName(t *testing.T) {
	b := newBench(t, people+`
-- /etc/login.defs --
# PASS_MAX_DAYS  comment
PASS_MAX_DAYS	99999
PASS_MAX_DAYS   7
pass_warn_age	3
  UMASK  022 027
`)
	for _, a := range []args{{"name": "PASS_MAX_DAYS", "value": "365"}, {"name": "PASS_WARN_AGE", "value": "7"}, {"name": "UMASK", "value": "027"}, {"name": "ENCRYPT_METHOD", "value": "YESCRYPT"}} {
		b.want("login_defs", a)
	}
	b.refuses("tailor one of them", "login_defs", args{"name": "PASS_MAX_DAYS", "value": "60"})
	b.refuses("is no setting", "login_defs", args{"name": "PASS MAX", "value": "60"})
	b.refuses("is no setting", "login_defs", args{"name": "UMASK", "value": "027\nX 1"})
	b.carryOut()
	want := `# PASS_MAX_DAYS  comment
# Holdfast (1.1): was "PASS_MAX_DAYS\t99999"
# Holdfast (1.1): was "PASS_MAX_DAYS   7"
PASS_MAX_DAYS   365
# Holdfast (1.2): was "pass_warn_age\t3"
PASS_WARN_AGE	7
# Holdfast (1.3): was "  UMASK  022 027"
  UMASK  027
# Holdfast (1.4): the next line was added
ENCRYPT_METHOD	YESCRYPT
`
	if got := b.file("/etc/login.defs"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.settled("login_defs", args{"name": "PASS_MAX_DAYS", "value": "365"})
	b.settled("login_defs", args{"name": "ENCRYPT_METHOD", "value": "YESCRYPT"})
}

func TestAuditdKeepsItsStyleAndIsReloaded(t *testing.T) {
	b := newBench(t, people+`
-- /etc/audit/auditd.conf mode=0640 --
#
local_events = yes
Max_Log_File = 8
max_log_file_action = ROTATE
log_group = adm
disk_full_action = SUSPEND
`)
	b.want("auditd", args{"name": "max_log_file", "value": "8"})
	if len(b.draft.Steps()) > 0 {
		t.Error("a name in another case is not found")
	}
	b.want("auditd", args{"name": "max_log_file_action", "value": "keep_logs"})
	s, _ := b.step("/etc/audit/auditd.conf")
	if s.Risk != plan.Safe || !slices.Equal(s.Triggers, []remediate.Trigger{{Verb: remediate.Reload, Unit: "auditd.service"}}) {
		t.Errorf("risk %s, then %v", s.Risk, s.Triggers)
	}
	b.want("auditd", args{"name": "disk_full_action", "value": "halt"})
	if s, _ := b.step("/etc/audit/auditd.conf"); s.Risk != plan.Disruptive || len(s.Affects) != 1 {
		t.Errorf("the machine that halts: risk %s, affects %q", s.Risk, s.Affects)
	}
	b.want("auditd", args{"name": "Space_Left_Action", "value": "email"})
	b.refuses("tailor one", "auditd", args{"name": "DISK_FULL_ACTION", "value": "single"})
	b.refuses("there is no group nobody", "auditd", args{"name": "log_group", "value": "nobody"})
	b.refuses("is no setting", "auditd", args{"name": "log_group", "value": "a b"})
	b.carryOut()
	want := `#
local_events = yes
Max_Log_File = 8
# Holdfast (1.2): was "max_log_file_action = ROTATE"
max_log_file_action = keep_logs
log_group = adm
# Holdfast (1.3): was "disk_full_action = SUSPEND"
disk_full_action = halt
# Holdfast (1.4): the next line was added
space_left_action = email
`
	if got := b.file("/etc/audit/auditd.conf"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.settled("auditd", args{"name": "max_log_file_action", "value": "KEEP_LOGS"})
	newBench(t, people).refuses("install auditd first", "auditd", args{"name": "max_log_file", "value": "8"})
}

func TestSystemdConfWinsOrIsRefused(t *testing.T) {
	b := newBench(t, `
-- /etc/systemd/timesyncd.conf --
[Time]
#NTP=
RootDistanceMaxSec=5
-- /usr/lib/systemd/logind.conf.d/50-vendor.conf --
[Login]
KillUserProcesses=yes
-- /etc/systemd/logind.conf.d/90-admin.conf --
[Login]
HandleLidSwitch=ignore
-- /etc/systemd/system/web.service --
[Service]
ExecStart=/bin/true
PrivateTmp=no
`)
	ntp := args{"file": "timesyncd.conf", "section": "Time", "name": "NTP", "value": "ntp.example.org", "restart": "systemd-timesyncd.service"}
	b.want("systemd_conf", ntp)
	b.want("systemd_conf", args{"file": "timesyncd.conf", "section": "Time", "name": "RootDistanceMaxSec", "value": "9"})
	b.want("systemd_conf", args{"file": "logind.conf", "section": "Login", "name": "KillUserProcesses", "value": "no"})
	b.want("systemd_conf", args{"file": "web.service", "section": "Service", "name": "PrivateTmp", "value": "yes"})
	b.refuses("90-admin.conf:2 sets HandleLidSwitch=ignore, which comes after", "systemd_conf", args{"file": "logind.conf", "section": "Login", "name": "HandleLidSwitch", "value": "lock"})
	b.refuses("tailor one", "systemd_conf", args{"file": "timesyncd.conf", "section": "Time", "name": "NTP", "value": "other"})
	b.refuses("is no setting", "systemd_conf", args{"file": "../x.conf", "section": "Time", "name": "NTP", "value": "other"})
	b.refuses("is no setting", "systemd_conf", args{"file": "x.conf", "section": "Time", "name": "NTP", "value": "a\n[Other]"})
	s, _ := b.step("/etc/systemd/timesyncd.conf.d/60-holdfast.conf")
	if s.Risk != plan.Disruptive || len(s.Triggers) != 1 || len(s.Validate) != 0 {
		t.Errorf("risk %s, then %v", s.Risk, s.Triggers)
	}
	s, _ = b.step("/etc/systemd/system/web.service.d/60-holdfast.conf")
	if !slices.Equal(s.Validate, []string{"systemd"}) || s.Triggers[0].Verb != remediate.DaemonReload {
		t.Errorf("a unit: %v %v", s.Validate, s.Triggers)
	}
	b.carryOut()
	if got, want := b.file("/etc/systemd/timesyncd.conf.d/60-holdfast.conf"), "# Written by Holdfast for 1.1, 1.2.\n[Time]\nNTP=ntp.example.org\nRootDistanceMaxSec=9\n"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.settled("systemd_conf", ntp)
	b.settled("systemd_conf", args{"file": "logind.conf", "section": "Login", "name": "KillUserProcesses", "value": "no"})

	j := newBench(t, "-- /run/systemd/journald.conf.d/70-x.conf --\n[Journal]\nStorage=volatile\n")
	j.refuses("70-x.conf:2 sets Storage=volatile", "journald", args{"name": "Storage", "value": "persistent"})
	j.want("journald", args{"name": "Compress", "value": "yes"})
	j.carryOut()
	j.settled("journald", args{"name": "Compress", "value": "yes"})
}

const sudoHost = `
-- /etc/sudoers mode=0440 --
Defaults	env_reset
root	ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
`

func TestSudoDefaultIsTheLastWord(t *testing.T) {
	b := newBench(t, sudoHost+`
-- /etc/sudoers.d/10-admin mode=0440 --
Defaults timestamp_timeout=30, !use_pty
-- /etc/sudoers.d/README.txt mode=0440 --
Defaults logfile=/nowhere
`)
	pty, log, timeout := args{"name": "use_pty"}, args{"name": "logfile", "value": "/var/log/sudo.log"}, args{"name": "timestamp_timeout", "value": "15"}
	b.want("sudo_default", pty)
	b.want("sudo_default", log)
	b.want("sudo_default", timeout)
	b.want("sudo_default", args{"name": "passprompt", "value": "a, b:"})
	b.refuses("tailor one", "sudo_default", args{"name": "timestamp_timeout", "value": "5"})
	b.refuses("is no setting", "sudo_default", args{"name": "use_pty\nALL ALL=ALL"})
	s, f := b.step("/etc/sudoers.d/60-holdfast")
	if s.Risk != plan.Lockout || f.Mode != 0o440 || !slices.Equal(s.Validate, []string{"sudoers"}) {
		t.Errorf("risk %s, mode %o, validators %q", s.Risk, f.Mode, s.Validate)
	}
	b.carryOut()
	want := "# Written by Holdfast for 1.1, 1.2, 1.3, 1.4.\nDefaults use_pty\nDefaults logfile=/var/log/sudo.log\nDefaults timestamp_timeout=15\nDefaults passprompt=\"a, b:\"\n"
	if got := b.file("/etc/sudoers.d/60-holdfast"); strings.ReplaceAll(got, "\n\n", "\n") != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for _, a := range []args{pty, log, timeout, {"name": "env_reset"}} {
		b.settled("sudo_default", a)
	}

	later := newBench(t, sudoHost+"-- /etc/sudoers.d/95-late mode=0440 --\nDefaults !use_pty\n")
	later.want("sudo_default", pty)
	later.step("/etc/sudoers.d/zz-holdfast")
	later.carryOut()
	later.settled("sudo_default", pty)

	newBench(t, sudoHost+"Defaults !use_pty\n").refuses("/etc/sudoers:4 sets use_pty, is read after", "sudo_default", pty)
	newBench(t, "-- /etc/sudoers mode=0440 --\nroot ALL=ALL\n").refuses("does not include /etc/sudoers.d", "sudo_default", pty)
	newBench(t, sudoHost+"-- /etc/sudoers.d/x mode=0440 --\nDefaults:alice !use_pty\n").refuses("/etc/sudoers.d/x:1 excepts user alice from use_pty", "sudo_default", pty)
	newBench(t, sudoHost+"-- /etc/sudoers.d/x mode=0440 --\nDefaults:alice timestamp_timeout=60\n").refuses("excepts user alice", "sudo_default", timeout)
	newBench(t, sudoHost+"-- /etc/sudoers.d/x mode=0440 --\nDefaults:alice timestamp_timeout=0\n").want("sudo_default", timeout)
	newBench(t, sudoHost+"-- /etc/sudoers.d/x mode=0440 --\nnonsense here\n").refuses("not all of sudo's rules", "sudo_default", pty)
}

func TestCronAccessMakesTheListAndTakesTheExceptionsAway(t *testing.T) {
	b := newBench(t, people+`
-- /etc/cron.deny --
mallory
-- /etc/at.allow mode=0666 --
alice
-- /var/spool/cron/crontabs/alice --
* * * * * true
`)
	b.want("cron_access", args{"service": "cron"})
	b.want("cron_access", args{"service": "at"})
	s, f := b.step("/etc/cron.allow")
	if f.Summary() != "0640 0:101, 32 bytes" || !slices.Equal(s.Affects, []string{"crontab of alice"}) {
		t.Errorf("%s %q %q", f.Summary(), f.Content, s.Affects)
	}
	if s, _ := b.step("/etc/at.allow"); s.After.Summary != "0640 0:1" {
		t.Error(s.After.Summary)
	}
	if s, _ := b.step("/etc/cron.deny"); s.After.Summary != "absent" {
		t.Error(s.After.Summary)
	}
	b.refuses("tailor one", "cron_access", args{"service": "cron", "users": []string{"alice"}})
	b.fresh()
	b.refuses("lists others than bob", "cron_access", args{"service": "at", "users": []string{"bob"}})
	b.refuses("is no user's name", "cron_access", args{"service": "at", "users": []string{"a b"}})
	b.want("cron_access", args{"service": "cron", "users": []string{"alice", "bob"}, "group": "root"})
	if _, f := b.step("/etc/cron.allow"); string(f.Content) != "# Written by Holdfast for 1.6.\nalice\nbob\n" || f.GID != 0 {
		t.Errorf("%s %q", f.Summary(), f.Content)
	}
}
