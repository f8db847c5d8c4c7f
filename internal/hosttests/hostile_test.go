package hosttests

import (
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// faillock is as pam_faillock(8) asks for it.
const faillock = `sed -i 's/^\(auth.*\)success=1\(.*pam_unix.*\)/auth required pam_faillock.so preauth\n\1success=2\2\nauth [default=die] pam_faillock.so authfail/' /etc/pam.d/common-auth; echo 'account required pam_faillock.so' >> /etc/pam.d/common-account`

// hostile are configurations that look right and are not, or the other way round, each with what the one control that it
// is about must say of it.
var hostile = []struct{ name, setup, control, want string }{
	{"sshd takes the first value, which is in a drop-in", `echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/00-a.conf; echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config`, "5.1.20", "pass"},
	{"sshd takes the first of two drop-ins", `echo 'PermitRootLogin yes' > /etc/ssh/sshd_config.d/00-a.conf; echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/10-b.conf`, "5.1.20", "fail"},
	{"sshd lets root in from one network", `printf 'PermitRootLogin no\nMatch Address 10.0.0.0/8\n PermitRootLogin yes\n' > /etc/ssh/sshd_config.d/00-a.conf`, "5.1.20", "fail"},
	{"a Match block of a drop-in ends with its file", `printf 'Match User bob\n' > /etc/ssh/sshd_config.d/00-a.conf; sed -i '1,/^Include/{/^Include/a PermitRootLogin no
}' /etc/ssh/sshd_config`, "5.1.20", "pass"},
	{"quotes, an equals sign and capitals", `echo 'PERMITROOTLOGIN="no"' > /etc/ssh/sshd_config.d/00-a.conf`, "5.1.20", "pass"},
	{"sshd's command line goes before its files", `echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/00-a.conf; echo 'SSHD_OPTS="-o PermitRootLogin=yes"' > /etc/default/ssh`, "5.1.20", "fail"},
	{"users named in a Match block only", `printf 'Match Address 10.0.0.0/8\nAllowUsers ann\n' > /etc/ssh/sshd_config.d/00-a.conf`, "5.1.4", "fail"},
	{"a drop-in that ends otherwise is not read", `echo 'DisableForwarding yes' > /etc/ssh/sshd_config.d/a.config`, "5.1.8", "fail"},
	{"a banner that names the system", `echo 'Debian says hello' > /etc/hello; echo 'Banner /etc/hello' > /etc/ssh/sshd_config.d/00-a.conf`, "5.1.5", "fail"},
	{"a banner of its own", `echo 'Private.' > /etc/hello; echo 'Banner /etc/hello' > /etc/ssh/sshd_config.d/00-a.conf`, "5.1.5", "pass"},

	{"an account that /etc/shells does not know", `cp /bin/sh /opt/shell; usermod -s /opt/shell games`, "5.4.2.7", "fail"},
	{"a program called nologin", `cp /bin/sh /opt/nologin; usermod -s /opt/nologin games`, "5.4.2.7", "fail"},
	{"an empty shell", `sed -i '/^games:/s|:[^:]*$|:|' /etc/passwd`, "5.4.2.7", "fail"},
	{"no account with a shell", `true`, "5.4.2.7", "pass"},
	{"a second root", `echo 'toor:x:0:0::/root:/bin/sh' >> /etc/passwd`, "5.4.2.1", "fail"},
	{"user id 0 with leading zeros", `echo 'toor:x:00:100::/root:/bin/sh' >> /etc/passwd`, "5.4.2.1", "fail"},
	{"an empty password", `useradd -p '' careless`, "7.2.2", "fail"},
	{"an empty password in passwd itself", `echo 'careless::4711:100::/home/c:/bin/sh' >> /etc/passwd`, "7.2.2", "fail"},
	{"shadow as primary group", `useradd -g shadow -N reader`, "7.2.4", "fail"},
	{"a line that is no account", `echo 'what:is' >> /etc/passwd`, "7.2.1", "fail"},

	{"sudo: a file with a dot is not read", `mkdir -p /etc/sudoers.d; echo 'Defaults !use_pty' > /etc/sudoers.d/a.conf`, "5.2.2", "pass"},
	{"sudo: the last setting counts", `echo 'Defaults !use_pty' > /etc/sudoers.d/a`, "5.2.2", "fail"},
	{"sudo: not for one user", `echo 'Defaults:bob !use_pty' > /etc/sudoers.d/a`, "5.2.2", "fail"},
	{"sudo: no password for one command", `echo 'bob ALL=(ALL) NOPASSWD: /bin/ls, PASSWD: /bin/cat' > /etc/sudoers.d/a`, "5.2.4", "fail"},
	{"sudo: on a continued line", `printf 'bob ALL=(ALL) \\\n NOPASSWD: ALL\n' > /etc/sudoers.d/a`, "5.2.4", "fail"},
	{"sudo: in a comment", `echo '# bob ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/a`, "5.2.4", "pass"},
	{"sudo: by an include", `echo 'bob ALL=(ALL) NOPASSWD: ALL' > /etc/more; echo '@include /etc/more' > /etc/sudoers.d/a`, "5.2.4", "fail"},
	{"sudo: by an alias of users", `printf 'User_Alias BOSS = bob\nDefaults:BOSS !authenticate\n' > /etc/sudoers.d/a`, "5.2.5", "fail"},
	{"sudo: never asked again", `echo 'Defaults timestamp_timeout=-1' > /etc/sudoers.d/a`, "5.2.6", "fail"},
	{"sudo: its default", `true`, "5.2.6", "pass"},

	{"journald: run goes by name, not by folder", `mkdir -p /etc/systemd/journald.conf.d /run/systemd/journald.conf.d; printf '[Journal]\nStorage=persistent\n' > /etc/systemd/journald.conf.d/a.conf; printf '[Journal]\nStorage=volatile\n' > /run/systemd/journald.conf.d/z.conf`, "6.1.2.4", "fail"},
	{"journald: the wrong section", `mkdir -p /etc/systemd/journald.conf.d; printf '[Jurnal]\nStorage=persistent\n' > /etc/systemd/journald.conf.d/a.conf`, "6.1.2.4", "fail"},
	{"journald: masked by a link to nothing", `mkdir -p /etc/systemd/journald.conf.d /usr/lib/systemd/journald.conf.d; printf '[Journal]\nStorage=persistent\n' > /usr/lib/systemd/journald.conf.d/a.conf; ln -sf /dev/null /etc/systemd/journald.conf.d/a.conf`, "6.1.2.4", "fail"},
	{"journald: set", `mkdir -p /etc/systemd/journald.conf.d; printf '[Journal]\n Storage = persistent\n' > /etc/systemd/journald.conf.d/a.conf`, "6.1.2.4", "pass"},

	{"umask: in login.defs, which nothing reads", `sed -i 's/^UMASK.*/UMASK 027/' /etc/login.defs; sed -i '/pam_umask/d' /etc/pam.d/common-session`, "5.4.3.3", "fail"},
	{"umask: by pam_umask", `sed -i 's/^UMASK.*/UMASK 027/' /etc/login.defs; echo 'session optional pam_umask.so' >> /etc/pam.d/common-session`, "5.4.3.3", "pass"},
	{"umask: the later file", `echo 'umask 027' > /etc/profile.d/a.sh; echo 'umask 022' > /etc/profile.d/b.sh`, "5.4.3.3", "fail"},
	{"umask: in symbols", `echo 'umask u=rwx,g=rx,o=' > /etc/profile.d/a.sh`, "5.4.3.3", "pass"},
	{"TMOUT: fixed too early for the rest", `printf 'readonly TMOUT=86400\nexport TMOUT\n' > /etc/profile.d/a.sh; printf 'TMOUT=900; readonly TMOUT; export TMOUT\n' > /etc/profile.d/b.sh`, "5.4.3.2", "fail"},
	{"TMOUT: set", `printf 'TMOUT=900\nreadonly TMOUT\nexport TMOUT\n' > /etc/profile.d/a.sh`, "5.4.3.2", "pass"},
	{"TMOUT: unset again", `printf 'TMOUT=900\nexport TMOUT\n' > /etc/profile.d/a.sh; echo 'unset TMOUT' > /etc/profile.d/b.sh`, "5.4.3.2", "fail"},
	{"PATH: the current directory", `echo 'PATH=$PATH:' >> /root/.profile`, "5.4.2.5", "fail"},
	{"PATH: a directory of someone else", `mkdir -p /opt/x; chown 1000 /opt/x; echo 'PATH=/opt/x:$PATH' >> /root/.profile`, "5.4.2.5", "fail"},

	{"PAM: nullok in another file", `sed -i 's/ nullok//' /etc/pam.d/common-auth; echo 'auth sufficient pam_unix.so nullok' > /etc/pam.d/other-service`, "5.3.3.4.1", "fail"},
	{"PAM: no nullok", `sed -i 's/ nullok//' /etc/pam.d/common-*`, "5.3.3.4.1", "pass"},
	{"su: for all but a group", `groupadd nosu; sed -i '1i auth required pam_wheel.so deny group=nosu' /etc/pam.d/su`, "5.2.7", "fail"},
	{"su: an empty group", `groupadd sugroup; sed -i '1i auth required pam_wheel.so use_uid group=sugroup' /etc/pam.d/su`, "5.2.7", "pass"},
	{"su: behind what is enough", `groupadd sugroup; printf 'auth sufficient pam_unix.so\nauth required pam_wheel.so use_uid group=sugroup\n' > /etc/pam.d/su`, "5.2.7", "fail"},

	{"a service that System V starts", `printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: slapd\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop:\n### END INIT INFO\n' > /etc/init.d/slapd; chmod 755 /etc/init.d/slapd; ln -sf ../init.d/slapd /etc/rc3.d/S01slapd; printf 'Package: slapd\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.5\nMaintainer: x\nDescription: x\n\n' >> /var/lib/dpkg/status`, "2.1.7", "fail"},
	{"a unit that a target wants without its own word", `printf '[Service]\nExecStart=/bin/true\n' > /etc/systemd/system/vsftpd.service; mkdir -p /etc/systemd/system/multi-user.target.wants; ln -sf ../vsftpd.service /etc/systemd/system/multi-user.target.wants/vsftpd.service; printf 'Package: vsftpd\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3\nMaintainer: x\nDescription: x\n\n' >> /var/lib/dpkg/status`, "2.1.6", "fail"},
	{"a package that was removed", `printf 'Package: vsftpd\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 3\nMaintainer: x\nDescription: x\n\n' >> /var/lib/dpkg/status`, "2.1.6", "pass"},

	{"a sysctl that sysctl.conf takes back", `mkdir -p /etc/sysctl.d; echo 'kernel.randomize_va_space = 2' > /etc/sysctl.d/60-a.conf; echo 'kernel.randomize_va_space=0' > /etc/sysctl.conf; ln -sf ../sysctl.conf /etc/sysctl.d/99-sysctl.conf`, "1.5.1", "fail"},
	{"a sysctl in a file of the same name above", `mkdir -p /etc/sysctl.d /usr/lib/sysctl.d; echo 'kernel.randomize_va_space = 2' > /usr/lib/sysctl.d/60-a.conf; echo '# nothing' > /etc/sysctl.d/60-a.conf; rm -f /etc/sysctl.d/99-sysctl.conf`, "1.5.1", "fail"},
	{"a sysctl by its path, with slashes", `mkdir -p /etc/sysctl.d; echo 'kernel/randomize_va_space = 2' > /etc/sysctl.d/60-a.conf; rm -f /etc/sysctl.d/99-sysctl.conf`, "1.5.1", "pass"},

	{"faillock: half of it", `sed -i '1i auth required pam_faillock.so preauth' /etc/pam.d/common-auth; echo 'account required pam_faillock.so' >> /etc/pam.d/common-account`, "5.3.2.2", "fail"},
	{"faillock: whole", faillock, "5.3.2.2", "pass"},
	{"faillock: an argument goes before the file", faillock + `; sed -i 's/preauth/preauth deny=50/;s/authfail/authfail deny=50/' /etc/pam.d/common-auth; echo 'deny = 5' > /etc/security/faillock.conf`, "5.3.3.1.1", "fail"},
	{"faillock: a time for root alone does not lock root", faillock + `; echo 'root_unlock_time = 60' > /etc/security/faillock.conf`, "5.3.3.1.3", "fail"},
	{"faillock: a short time for root", faillock + `; printf 'even_deny_root\nroot_unlock_time = 5\n' > /etc/security/faillock.conf`, "5.3.3.1.3", "fail"},
	{"pwquality: an argument goes before the file", `echo 'minlen = 14' > /etc/security/pwquality.conf; sed -i 's/pam_pwquality.so/pam_pwquality.so minlen=8/' /etc/pam.d/common-password`, "5.3.3.2.2", "fail"},
	{"pwquality: the main file comes after its drop-ins", `mkdir -p /etc/security/pwquality.conf.d; echo 'minlen = 14' > /etc/security/pwquality.conf.d/a.conf; echo 'minlen = 8' > /etc/security/pwquality.conf`, "5.3.3.2.2", "fail"},
	{"pwquality: in a drop-in", `mkdir -p /etc/security/pwquality.conf.d; echo 'minlen=14' > /etc/security/pwquality.conf.d/a.conf`, "5.3.3.2.2", "pass"},
	{"login.defs: the last line counts", `printf 'PASS_MAX_DAYS 365\nPASS_MAX_DAYS 99999\n' >> /etc/login.defs`, "5.4.1.1", "fail"},
	{"login.defs: behind a comment sign", `sed -i '/^PASS_MAX_DAYS/d' /etc/login.defs; echo '#PASS_MAX_DAYS 365' >> /etc/login.defs`, "5.4.1.1", "fail"},
	{"an account whose password never expires", `sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 365/' /etc/login.defs; useradd -p '$6$abcdefgh$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' old; chage -M -1 old`, "5.4.1.1", "fail"},
	{"a locked account may keep an old password", `sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 365/' /etc/login.defs; useradd old; chage -M 99999 old`, "5.4.1.1", "pass"},
	{"core dumps: unlimited in a later file", `echo '* hard core 0' > /etc/security/limits.d/a.conf; echo '* hard core unlimited' > /etc/security/limits.d/b.conf`, "1.5.3", "fail"},
	{"a banner behind a link to nothing", `ln -sf /etc/none /etc/issue.net`, "1.6.3", "fail"},
	{"a dot file that others may write", `useradd -m ann; usermod -s /bin/bash ann; chmod 666 /home/ann/.bashrc; chmod 750 /home/ann`, "7.2.10", "fail"},
	{"a home for everyone to read", `useradd -m -s /bin/bash ann; chmod 755 /home/ann`, "7.2.9", "fail"},
	{"a home of its own", `useradd -m -s /bin/bash ann; chmod 750 /home/ann; chmod 700 /root`, "7.2.9", "pass"},
	{"a setting of timesyncd that a drop-in empties", `mkdir -p /etc/systemd/timesyncd.conf.d; printf '[Time]\nNTP=a.example\nFallbackNTP=b.example\n' > /etc/systemd/timesyncd.conf; printf '[Time]\nNTP=\n' > /etc/systemd/timesyncd.conf.d/z.conf; systemctl -q enable systemd-timesyncd`, "2.3.2.1", "fail"},

	{"a motd that is a link", `ln -sf /etc/os-release /etc/motd`, "1.6.1", "fail"},
	{"cron.allow that leads nowhere", `printf 'Package: cron\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3\nMaintainer: x\nDescription: x\n\n' >> /var/lib/dpkg/status; ln -sf /etc/none /etc/cron.allow; rm -f /etc/cron.deny`, "2.4.1.8", "fail"},
	{"a world-writable directory below one that is closed", `mkdir -p /srv/a/b; chmod 700 /srv/a; chmod 777 /srv/a/b`, "7.1.11", "fail"},
}

func TestHostileConfigurations(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"openssh-server", "sudo", "libpam-pwquality", "systemd-timesyncd"}})
	holdfast := install(t, h, "holdfast")
	const save = "tar -C / -cpf /root/before.tar etc root/.profile root/.bashrc var/lib/dpkg/status run/systemd"
	h.MustRun("sh", "-c", save)
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			h.MustRun("sh", "-c", c.setup)
			rep := parseReport(t, h.Run(holdfast, "audit", "--profile", "level2-server", "--control", c.control, "--format", "json"))
			r := rep.Benchmarks[0].Results[0]
			if r.Verdict != c.want {
				t.Errorf("%s is %s (%s), want %s", c.control, r.Verdict, r.Reason, c.want)
			}
			h.MustRun("sh", "-c", "rm -rf /etc/ssh/sshd_config.d/* /etc/sudoers.d/* /etc/systemd/journald.conf.d /run/systemd/journald.conf.d /usr/lib/systemd/journald.conf.d /etc/profile.d/[ab].sh /etc/pam.d/other-service /etc/systemd/system/vsftpd.service /etc/systemd/system/multi-user.target.wants/vsftpd.service /etc/sysctl.d/* /usr/lib/sysctl.d/60-a.conf /etc/default/ssh /etc/cron.allow /etc/motd /etc/init.d/slapd /etc/rc3.d/S01slapd /srv/a /etc/security/pwquality.conf.d /etc/security/limits.d/* /etc/security/faillock.conf /etc/systemd/timesyncd.conf.d /home/* /etc/issue.net && tar -C / -xpf /root/before.tar")
		})
	}
}
