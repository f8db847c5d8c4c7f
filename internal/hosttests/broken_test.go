package hosttests

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// broken is a setting that somebody changes on a hardened host. It flips the verdicts of the controls named, as
// "5.1.20=fail", and of no other.
type broken struct {
	name  string
	how   string // a shell script
	undo  string // what restoring /etc does not undo
	flips string
}

// harden boots a host and makes it pass all that is broken one by one.
func harden(t *testing.T) (h *testhost.Host, holdfast string) {
	t.Helper()
	h = testhost.BootWith(t, testhost.Options{Packages: []string{"aide", "aide-common", "audispd-plugins", "rsyslog"}})
	text, err := os.ReadFile("testdata/harden.sh")
	if err != nil {
		t.Fatal(err)
	}
	h.WriteFile("/root/harden", 0o755, string(text))
	h.MustRun("/root/harden")
	h.MustRun("sh", "-c", "cp -a /etc /root/etc && cd /etc && find . | LC_ALL=C sort >/root/etc.list")
	return h, install(t, h, "holdfast")
}

// restoreEtc brings /etc back to what it was when the host was hardened.
const restoreEtc = `cd /etc && find . | LC_ALL=C sort | LC_ALL=C comm -13 /root/etc.list - | xargs -r -d '\n' rm -rf
cp -a --remove-destination /root/etc/. /etc/
`

func TestEachBrokenSettingFlipsItsControlsAndNoOther(t *testing.T) {
	t.Parallel()
	h, holdfast := harden(t)
	audit := func(t *testing.T) map[string]string {
		t.Helper()
		rep := parseReport(t, h.Run(holdfast, "audit", "--profile", "level2-server", "--format", "json"))
		verdicts := map[string]string{}
		for control, verdict := range rep.verdicts() {
			verdicts[strings.TrimPrefix(control, "cis-debian-12 ")] = verdict
		}
		return verdicts
	}
	hardened := audit(t)
	for _, control := range slices.Sorted(maps.Keys(hardened)) {
		if hardened[control] != "pass" {
			t.Logf("hardened: %s is %s", control, hardened[control])
		}
	}
	for _, b := range brokenSettings {
		t.Run(b.name, func(t *testing.T) {
			if r := h.Run("sh", "-euc", b.how); r.Code != 0 {
				t.Errorf("breaking it: exit status %d: %s", r.Code, r.Stderr)
			}
			got := flips(hardened, audit(t))
			if r := h.Run("sh", "-euc", restoreEtc+b.undo); r.Code != 0 {
				t.Errorf("undoing it: exit status %d: %s", r.Code, r.Stderr)
			}
			if want := strings.Join(slices.Sorted(slices.Values(strings.Fields(b.flips))), " "); got != want {
				t.Errorf("it flipped %q; it breaks %q", got, want)
			}
		})
	}
	if left := flips(hardened, audit(t)); left != "" {
		t.Errorf("some setting was not undone: %s", left)
	}
}

// flips tells which verdicts differ, as "5.1.20=fail", sorted.
func flips(before, after map[string]string) string {
	var changed []string
	for _, control := range slices.Sorted(maps.Keys(before)) {
		if after[control] != before[control] {
			changed = append(changed, control+"="+after[control])
		}
	}
	if len(after) != len(before) {
		changed = append(changed, fmt.Sprintf("%d controls, not %d", len(after), len(before)))
	}
	slices.Sort(changed)
	return strings.Join(changed, " ")
}

// sshdFirst is the script that writes a drop-in of sshd that comes before the host's own.
func sshdFirst(lines string) string {
	return "umask 077; printf '" + lines + "\\n' >/etc/ssh/sshd_config.d/01-vendor.conf"
}

// fakePackage is the script that installs an empty package of that name, with one unit.
func fakePackage(name string) string {
	return fmt.Sprintf(`p=/root/deb/%[1]s; mkdir -p "$p/DEBIAN" "$p/lib/systemd/system"
printf 'Package: %[1]s\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >"$p/DEBIAN/control"
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >"$p/lib/systemd/system/%[1]s.service"
printf '#!/bin/sh\n' >"$p/DEBIAN/postrm"; chmod 0755 "$p/DEBIAN/postrm" # with it, dpkg remembers a removed package
dpkg-deb --build "$p" "$p.deb" >/dev/null
dpkg --install "$p.deb" >/dev/null; systemctl daemon-reload
`, name)
}

func purge(name string) string {
	return fmt.Sprintf("systemctl --quiet disable --now %[1]s.service || true; dpkg --purge %[1]s >/dev/null; systemctl daemon-reload\n", name)
}

const (
	reloadSystemd = "systemctl daemon-reload\n"
	reloadSysctl  = "sysctl --quiet --load=/etc/sysctl.d/60-network.conf\n"
	reloadNft     = "nft --file /etc/nftables.conf\n"
)

var brokenSettings = slices.Concat(brokenMachine, brokenNetwork, brokenSSH, brokenAccess, brokenAccounts, brokenLogs, brokenFiles)

var brokenMachine = []broken{
	{name: "programs run in /tmp", how: "mount -o remount,exec /tmp", undo: "mount -o remount,noexec /tmp", flips: "1.1.2.1.4=fail"},
	{name: "fstab lets devices into /home", how: "sed -i '/home/s/nodev,//' /etc/fstab", flips: "1.1.2.3.2=fail"},
	{name: "fstab forgets /home", how: "sed -i '/home/d' /etc/fstab", flips: "1.1.2.3.1=fail"},
	{name: "core dumps are allowed", how: "sed -i 's/ 0$/ unlimited/' /etc/security/limits.d/60-core.conf", flips: "1.5.3=fail"},
	{name: "the message of the day tells the system", how: "uname -sr >/etc/motd; grep PRETTY /etc/os-release >>/etc/motd", flips: "1.6.1=fail"},
	{name: "the login banner tells the system", how: `printf 'Debian \\n \\l\n' >/etc/issue`, flips: "1.6.2=fail"},
	{name: "the network banner is empty", how: ": >/etc/issue.net", flips: "1.6.3=fail"},
	{name: "its group may write the banner", how: "chmod 0664 /etc/issue", flips: "1.6.5=fail"},
	{name: "a telnet client", how: fakePackage("telnet"), undo: purge("telnet"), flips: "2.2.4=fail"},
	{name: "a telnet client that was removed, its configuration left", how: fakePackage("telnet") + "dpkg --remove telnet >/dev/null", undo: purge("telnet")},
	{name: "an rsync daemon that is not started", how: fakePackage("rsync"), undo: purge("rsync")},
	{name: "an rsync daemon that starts at boot", how: fakePackage("rsync") + "systemctl --quiet enable rsync.service", undo: purge("rsync"), flips: "2.1.13=fail"},
	{name: "an rsync daemon that runs", how: fakePackage("rsync") + "systemctl start rsync.service", undo: purge("rsync"), flips: "2.1.13=fail"},
	{name: "mail from everywhere", how: "systemd-run --quiet --unit=mail --collect socat TCP-LISTEN:25,fork EXEC:/bin/true; until ss -Hltn | grep -q ':25 '; do sleep 0.01; done",
		undo: "systemctl stop mail.service", flips: "2.1.21=fail"},
	{name: "mail from the host itself", how: "systemd-run --quiet --unit=mail --collect socat TCP-LISTEN:25,fork,bind=127.0.0.1 EXEC:/bin/true; until ss -Hltn | grep -q ':25 '; do sleep 0.01; done",
		undo: "systemctl stop mail.service"},
	{name: "cron is stopped", how: "systemctl stop cron.service", undo: "systemctl start cron.service", flips: "2.4.1.1=fail"},
	{name: "cron is not enabled", how: "systemctl --quiet disable cron.service", undo: reloadSystemd, flips: "2.4.1.1=fail"},
	{name: "everyone reads the crontab", how: "chmod 0644 /etc/crontab", flips: "2.4.1.2=fail"},
	{name: "everyone looks into cron.daily", how: "chmod 0755 /etc/cron.daily", flips: "2.4.1.4=fail"},
	{name: "everyone may use cron", how: "rm /etc/cron.allow", flips: "2.4.1.8=fail"},
}

var brokenNetwork = []broken{
	{name: "the host routes now", how: "sysctl --quiet --write net.ipv4.ip_forward=1 net.ipv4.conf.all.accept_redirects=0",
		undo: "sysctl --quiet --write net.ipv4.ip_forward=0\n" + reloadSysctl, flips: "3.3.1=fail"},
	{name: "the host routes after a reboot", how: "echo net.ipv4.ip_forward=1 >/etc/sysctl.d/70-router.conf", flips: "3.3.1=fail"},
	{name: "a drop-in that is overridden", how: "echo net.ipv4.ip_forward=1 >/etc/sysctl.d/50-router.conf"},
	{name: "sysctl.conf has the last word", how: "echo net.ipv4.conf.all.rp_filter = 0 >>/etc/sysctl.conf", flips: "3.3.7=fail"},
	{name: "no syncookies", how: "sysctl --quiet --write net.ipv4.tcp_syncookies=0", undo: reloadSysctl, flips: "3.3.10=fail"},
	{name: "no martians logged", how: "sysctl --quiet --write net.ipv4.conf.default.log_martians=0", undo: reloadSysctl, flips: "3.3.9=fail"},
	{name: "router advertisements", how: "sysctl --quiet --write net.ipv6.conf.all.accept_ra=1", undo: reloadSysctl, flips: "3.3.11=fail"},
	{name: "a setting in a comment", how: "sed -i 's/^net.ipv4.icmp_echo/#&/' /etc/sysctl.d/60-network.conf", flips: "3.3.4=fail"},

	{name: "nftables accepts by policy", how: "nft 'chain inet filter input { policy accept; }'", undo: reloadNft, flips: "4.3.8=fail"},
	{name: "a rule accepts everything", how: "nft add rule inet filter input accept", undo: reloadNft, flips: "4.3.8=fail"},
	{name: "forged loopback passes", how: "nft flush chain inet filter input; nft 'add rule inet filter input iif lo accept; add rule inet filter input tcp dport 22 accept'",
		undo: reloadNft, flips: "4.3.6=fail"},
	{name: "no rules at all", how: "nft flush ruleset", undo: reloadNft, flips: "4.1.1=fail 4.3.4=fail 4.3.5=fail 4.3.6=fail 4.3.8=fail"},
	{name: "another port is opened", how: "nft add rule inet filter input tcp dport 8080 accept", undo: reloadNft},
	{name: "nftables.conf forgets what goes out", how: "sed -i '/chain output/,/^\t}/d' /etc/nftables.conf", flips: "4.3.10=fail"},
	{name: "nftables is not enabled", how: "systemctl --quiet disable nftables.service", undo: reloadSystemd, flips: "4.3.9=fail"},
}

var brokenSSH = []broken{
	{name: "sshd_config is for everyone", how: "chmod 0644 /etc/ssh/sshd_config", flips: "5.1.1=fail"},
	{name: "a drop-in is for everyone", how: "umask 022; echo '# nothing' >/etc/ssh/sshd_config.d/20-vendor.conf", flips: "5.1.1=fail"},
	{name: "a host key is for everyone", how: "chmod 0644 /etc/ssh/ssh_host_ed25519_key", flips: "5.1.2=fail"},
	{name: "root logs in", how: sshdFirst("PermitRootLogin yes"), flips: "5.1.20=fail"},
	{name: "root logs in, said too late", how: "umask 077; echo PermitRootLogin yes >/etc/ssh/sshd_config.d/99-vendor.conf; echo PermitRootLogin yes >>/etc/ssh/sshd_config"},
	{name: "root logs in, in a file that sshd does not read", how: "umask 077; echo PermitRootLogin yes >/etc/ssh/sshd_config.d/01-vendor.conf.bak"},
	{name: "root logs in from some hosts", how: sshdFirst("Match Address 192.0.2.0/24\\n  PermitRootLogin yes"), flips: "5.1.20=fail"},
	{name: "a Match block at the end of sshd_config", how: "printf 'Match User alice\\n\\tMaxAuthTries 10\\n' >>/etc/ssh/sshd_config", flips: "5.1.16=fail"},
	{name: "some forward", how: sshdFirst("Match Group staff\\n  DisableForwarding no"), flips: "5.1.8=fail"},
	{name: "a weak cipher is added", how: sshdFirst("Ciphers +aes128-cbc"), flips: "5.1.6=fail"},
	{name: "a weak key exchange is added", how: sshdFirst("KexAlgorithms +diffie-hellman-group14-sha1"), flips: "5.1.12=fail"},
	{name: "a weak MAC", how: sshdFirst("MACs hmac-sha2-512,hmac-md5"), flips: "5.1.15=fail"},
	{name: "a login may take for ever", how: sshdFirst("LoginGraceTime 0"), flips: "5.1.13=fail"},
	{name: "quoted, with an equals sign, in capitals", how: sshdFirst("MAXAUTHTRIES=\"6\""), flips: "5.1.16=fail"},
	{name: "sshd is quiet", how: sshdFirst("LogLevel QUIET"), flips: "5.1.14=fail"},
	{name: "empty passwords over SSH", how: sshdFirst("PermitEmptyPasswords yes"), flips: "5.1.19=fail"},
	{name: "users set their environment", how: sshdFirst("PermitUserEnvironment yes"), flips: "5.1.21=fail"},
	{name: "no PAM", how: sshdFirst("UsePAM no"), flips: "5.1.22=fail"},
	{name: "strangers crowd in", how: "umask 077; echo MaxStartups 100 >/etc/ssh/sshd_config.d/99-vendor.conf", flips: "5.1.18=fail"}, // of this the last line wins
	{name: "strangers crowd in, said too early", how: sshdFirst("MaxStartups 100")},
	{name: "everyone may log in", how: "sed -i /AllowGroups/d /etc/ssh/sshd_config.d/10-hardened.conf", flips: "5.1.4=fail"},
}

var brokenAccess = []broken{
	{name: "no terminal of sudo's own", how: "echo 'Defaults !use_pty' >/etc/sudoers.d/vendor", undo: "", flips: "5.2.2=fail"},
	{name: "no log of sudo's own", how: "sed -i /logfile/d /etc/sudoers.d/hardened", flips: "5.2.3=fail"},
	{name: "sudo without a password", how: "echo 'alice ALL=(ALL) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/vendor", flips: "5.2.4=fail"},
	{name: "sudo without a password, in a file that sudo does not read", how: "echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/vendor.bak"},
	{name: "one user is not asked by sudo", how: "echo 'Defaults:alice !authenticate' >/etc/sudoers.d/vendor", flips: "5.2.5=fail"},
	{name: "sudo asks once", how: "echo 'Defaults timestamp_timeout=-1' >/etc/sudoers.d/vendor", flips: "5.2.6=fail"},
	{name: "everyone may use su", how: "sed -i /pam_wheel.so.*nosu/d /etc/pam.d/su", flips: "5.2.7=fail"},
	{name: "somebody is in the group of su", how: "usermod --append --groups nosu alice", flips: "5.2.7=fail"},

	{name: "failures are not counted", how: "sed -i /pam_faillock/d /etc/pam.d/common-auth", flips: "5.3.2.2=fail 5.3.3.1.1=fail 5.3.3.1.2=fail 5.3.3.1.3=fail"},
	{name: "ten failures", how: "sed -i s/^deny.*/deny=10/ /etc/security/faillock.conf", flips: "5.3.3.1.1=fail"},
	{name: "ten failures, as an argument", how: "sed -i '/pam_faillock/s/$/ deny=10/' /etc/pam.d/common-auth", flips: "5.3.3.1.1=fail"},
	{name: "locked for a minute", how: "sed -i 's/^unlock_time.*/unlock_time = 60/' /etc/security/faillock.conf", flips: "5.3.3.1.2=fail"},
	{name: "root is never locked", how: "sed -i /even_deny_root/d /etc/security/faillock.conf", flips: "5.3.3.1.3=fail"},
	{name: "no check of passwords", how: "sed -i /pam_pwquality/d /etc/pam.d/common-password",
		flips: "5.3.2.3=fail 5.3.3.2.1=fail 5.3.3.2.2=fail 5.3.3.2.4=fail 5.3.3.2.5=fail 5.3.3.2.6=fail 5.3.3.2.7=fail 5.3.3.2.8=fail"},
	{name: "short passwords", how: "sed -i 's/^minlen.*/minlen = 8/' /etc/security/pwquality.conf", flips: "5.3.3.2.2=fail"},
	{name: "short passwords, as an argument", how: "sed -i '/pam_pwquality/s/$/ minlen=6/' /etc/pam.d/common-password", flips: "5.3.3.2.2=fail"},
	{name: "bad passwords are only warned of", how: "echo enforcing=0 >>/etc/security/pwquality.conf", flips: "5.3.3.2.7=fail"},
	{name: "no dictionary", how: "echo dictcheck = 0 >>/etc/security/pwquality.conf", flips: "5.3.3.2.6=fail"},
	{name: "five old passwords", how: "sed -i s/remember=24/remember=5/ /etc/pam.d/common-password", flips: "5.3.3.3.1=fail"},
	{name: "empty passwords", how: "sed -i '/pam_unix/s/$/ nullok/' /etc/pam.d/common-auth", flips: "5.3.3.4.1=fail"},
	{name: "weak hashes", how: "sed -i '/pam_unix/s/yescrypt/md5/' /etc/pam.d/common-password", flips: "5.3.3.4.3=fail"},

	{name: "passwords live for ever", how: "sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 99999/' /etc/login.defs", flips: "5.4.1.1=fail"},
	{name: "DES for those without PAM", how: "sed -i 's/^ENCRYPT_METHOD.*/ENCRYPT_METHOD DES/' /etc/login.defs", flips: "5.4.1.4=fail"},
	{name: "new accounts never lock", how: "useradd -D -f -1", flips: "5.4.1.5=fail"},
	{name: "root's PATH leads elsewhere", how: `mkdir -p -m 0777 /opt/bin; chmod 1777 /opt/bin; echo 'PATH=/opt/bin:$PATH' | tee -a /root/.profile >>/root/.bashrc`,
		undo: "rm -r /opt/bin; sed -i '$d' /root/.profile /root/.bashrc", flips: "5.4.2.5=fail"},
	{name: "root's files are open", how: "sed -i s/027/022/ /root/.bashrc", undo: "sed -i s/022/027/ /root/.bashrc", flips: "5.4.2.6=fail"},
	{name: "nologin is a shell to choose", how: "echo /usr/sbin/nologin >>/etc/shells", flips: "5.4.3.1=fail"},
	{name: "shells idle for an hour", how: "sed -i s/TMOUT=900/TMOUT=3600/ /etc/profile.d/hardened.sh /etc/bash.bashrc", flips: "5.4.3.2=fail"},
	{name: "TMOUT can be changed", how: "sed -i '/readonly TMOUT/d' /etc/profile.d/hardened.sh /etc/bash.bashrc", flips: "5.4.3.2=fail"},
	{name: "users' files are open", how: "sed -i s/027/022/ /etc/profile.d/hardened.sh /etc/bash.bashrc", flips: "5.4.3.3=fail"},
}

var brokenAccounts = []broken{
	{name: "a second root", how: "useradd --non-unique --uid 0 --gid alice --no-create-home --shell /usr/sbin/nologin toor", flips: "5.4.2.1=fail 7.2.5=fail"},
	{name: "a user in root's group", how: "usermod --gid 0 alice", undo: "chgrp -R alice /home/alice", flips: "5.4.2.2=fail"},
	{name: "a second group of root", how: "groupadd --non-unique --gid 0 toor", flips: "5.4.2.3=fail 7.2.6=fail"},
	{name: "a service account with a shell", how: "usermod --shell /bin/sh games; mkdir -p -m 0750 /srv/games; usermod --home /srv/games games; chown games /srv/games",
		undo: "rm -r /srv/games", flips: "5.4.2.7=fail"},
	{name: "a password without a shell", how: `usermod --password "$(sed -n 's/^alice:\([^:]*\).*/\1/p' /etc/shadow)" --inactive 30 games; chage -M 365 games`, flips: "5.4.2.8=fail"},
	{name: "a password that never expires", how: "chage --maxdays 99999 alice", flips: "5.4.1.1=fail"},
	{name: "a late warning", how: "chage --warndays 3 alice", flips: "5.4.1.3=fail"},
	{name: "an account that never locks", how: "chage --inactive -1 alice", flips: "5.4.1.5=fail"},
	{name: "a password from the future", how: "chage --lastday 2100-01-01 alice", flips: "5.4.1.6=fail"},
	{name: "no password", how: "passwd --quiet --delete alice", flips: "7.2.2=fail"},
	{name: "root without a password", how: "passwd --quiet --delete root", flips: "5.4.2.4=fail 7.2.2=fail"},
	{name: "a hash in passwd", how: `sed -i 's/^alice:x:/alice:$1$abcdefgh$4mcRhbzeDKT7OA58vBLcY1:/' /etc/passwd`, flips: "7.2.1=fail"},
	{name: "a line that is no account", how: "echo broken:x >>/etc/passwd", flips: "7.2.1=fail"},
	{name: "a group that is not there", how: `sed -i -E 's/^(alice:x:[0-9]+):[0-9]+/\1:4242/' /etc/passwd`, flips: "7.2.3=fail 7.2.10=fail"},
	{name: "a member of shadow", how: "usermod --append --groups shadow alice", flips: "7.2.4=fail"},
	{name: "a shared user id", how: `useradd --non-unique --uid "$(id -u alice)" --gid alice --no-create-home --shell /usr/sbin/nologin bob`, flips: "7.2.5=fail"},
	{name: "a shared name", how: "echo 'games:x:777:60::/nonexistent:/usr/sbin/nologin' >>/etc/passwd", flips: "7.2.7=fail"},
	{name: "a shared group name", how: "echo 'games:x:777:' >>/etc/group", flips: "7.2.8=fail"},
	{name: "an open home", how: "chmod 0755 /home/alice", undo: "chmod 0750 /home/alice", flips: "7.2.9=fail"},
	{name: "another's home", how: "chown games /home/alice", undo: "chown alice /home/alice", flips: "7.2.9=fail"},
	{name: "no home", how: "mv /home/alice /home/gone", undo: "mv /home/gone /home/alice", flips: "7.2.9=fail"},
	{name: "rhosts", how: "touch /home/alice/.rhosts; chown alice:alice /home/alice/.rhosts", undo: "rm /home/alice/.rhosts", flips: "7.2.10=fail"},
	{name: "another's dot file", how: "touch /home/alice/.vimrc", undo: "rm /home/alice/.vimrc", flips: "7.2.10=fail"},
}

var brokenLogs = []broken{
	{name: "the journal is lost", how: "printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf.d/70-vendor.conf", flips: "6.1.2.4=fail"},
	{name: "the journal is lost, in a file that is overridden", how: "printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf.d/50-vendor.conf"},
	{name: "the journal is not compressed", how: "sed -i s/Compress=.*/Compress=no/ /etc/systemd/journald.conf.d/60-hardened.conf", flips: "6.1.2.3=fail"},
	{name: "rsyslog gets nothing", how: "sed -i s/Syslog=.*/Syslog=no/ /etc/systemd/journald.conf.d/60-hardened.conf", flips: "6.1.1.4=fail 6.1.3.3=fail"},
	{name: "rsyslog is stopped", how: "systemctl --quiet stop rsyslog.service syslog.socket", undo: "systemctl start rsyslog.service", flips: "6.1.1.4=fail 6.1.3.2=fail"},
	{name: "rsyslog's files are for everyone", how: `sed -i 's/^\$FileCreateMode.*/$FileCreateMode 0644/' /etc/rsyslog.conf`, flips: "6.1.3.4=fail"},
	{name: "rsyslog takes logs from the network", how: `printf 'module(load="imudp")\ninput(type="imudp" port="514")\n' >/etc/rsyslog.d/net.conf`, flips: "6.1.3.7=fail"},
	{name: "a log for everyone", how: "install -m 0644 /dev/null /var/log/app.log", undo: "rm /var/log/app.log", flips: "6.1.4.1=fail"},
	{name: "audit logs rotate away", how: "sed -i 's/^max_log_file_action.*/MAX_LOG_FILE_ACTION = ROTATE/' /etc/audit/auditd.conf", flips: "6.2.2.2=fail"},
	{name: "a full disk stops nothing", how: "sed -i 's/^disk_full_action.*/disk_full_action = suspend/' /etc/audit/auditd.conf", flips: "6.2.2.3=fail"},
	{name: "the audit rules are gone", how: "rm /etc/audit/rules.d/50-hardened.rules", flips: "6.2.3.1=fail 6.2.3.10=fail 6.2.3.11=fail"},
	{name: "the audit rules are deleted again", how: "install -m 0640 /dev/null /etc/audit/rules.d/60-d.rules; echo '-D' >/etc/audit/rules.d/60-d.rules"},
	{name: "a watch on writing only", how: "sed -i '/sudoers.d/s/wa/w/' /etc/audit/rules.d/50-hardened.rules", flips: "6.2.3.1=fail"},
	{name: "everyone looks at the audit logs", how: "chmod 0755 /var/log/audit", undo: "chmod 0750 /var/log/audit", flips: "6.2.4.4=fail"},
	{name: "the audit rules are for everyone", how: "chmod 0644 /etc/audit/rules.d/50-hardened.rules", flips: "6.2.4.5=fail"},
	{name: "no AIDE database", how: "mv /var/lib/aide/aide.db /root/", undo: "mv /root/aide.db /var/lib/aide/", flips: "6.3.1=fail"},
	{name: "AIDE leaves the audit tools", how: "echo '!/usr/sbin/auditctl$' >/etc/aide/aide.conf.d/50_vendor", flips: "6.3.3=fail"},
}

var brokenFiles = []broken{
	{name: "everyone reads the hashes", how: "chmod 0644 /etc/shadow", flips: "7.1.5=fail"},
	{name: "everyone writes the accounts", how: "chmod 0666 /etc/passwd", flips: "7.1.1=fail 7.1.11=fail"},
	{name: "someone owns the groups", how: "chown alice /etc/group", flips: "7.1.3=fail"},
	{name: "the group's hashes are for everyone", how: "chmod 0604 /etc/gshadow", flips: "7.1.7=fail"},
	{name: "its group writes the shells", how: "chmod 0664 /etc/shells", flips: "7.1.9=fail"},
	{name: "old hashes are for everyone", how: "chmod 0644 /etc/security/opasswd", flips: "7.1.10=fail"},
	{name: "a file for everyone", how: "touch /srv/f; chmod 0666 /srv/f", undo: "rm /srv/f", flips: "7.1.11=fail"},
	{name: "a directory for everyone", how: "mkdir -m 0777 /srv/d", undo: "rmdir /srv/d", flips: "7.1.11=fail"},
	{name: "a sticky directory for everyone", how: "mkdir -m 1777 /srv/d", undo: "rmdir /srv/d"},
	{name: "a file of nobody", how: "touch /srv/f; chown 4242 /srv/f", undo: "rm /srv/f", flips: "7.1.12=fail"},
	{name: "a file of no group", how: "touch /srv/f; chgrp 4242 /srv/f", undo: "rm /srv/f", flips: "7.1.12=fail"},
	{name: "a setuid program without an audit rule", how: "cp /bin/true /srv/f; chmod 4755 /srv/f", undo: "rm /srv/f"},
}
