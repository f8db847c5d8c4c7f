test "6.1.1.1: runs" {
  facts {
    service = { "systemd-journald.service" = { active = true } }
  }
  expect = { "6.1.1.1" = "pass" }
}

test "6.1.1.1: stopped" {
  facts {
    service = { "systemd-journald.service" = { active = false } }
  }
  expect = { "6.1.1.1" = "fail" }
}

test "6.1.1.1: systemd did not answer" {
  facts {

  }
  expect = { "6.1.1.1" = "unknown" }
}

test "6.1.1.3: always for a person" {
  facts {

  }
  expect = { "6.1.1.3" = "manual" }
}

test "6.1.1.4: rsyslog" {
  facts {
    package  = { "rsyslog" = { installed = true } }
    service  = { "rsyslog.service" = { active = true } }
    journald = { forward_to_syslog = true }
  }
  expect = { "6.1.1.4" = "pass" }
}

test "6.1.1.4: journald alone" {
  facts {
    package  = { "rsyslog" = { installed = false } }
    service  = { "rsyslog.service" = { active = false } }
    journald = { forward_to_syslog = false }
  }
  expect = { "6.1.1.4" = "pass" }
}

test "6.1.1.4: handed to no one" {
  facts {
    package  = { "rsyslog" = { installed = false } }
    service  = { "rsyslog.service" = { active = false } }
    journald = { forward_to_syslog = true }
  }
  expect = { "6.1.1.4" = "fail" }
}

test "6.1.1.4: rsyslog gets nothing" {
  facts {
    package  = { "rsyslog" = { installed = true } }
    service  = { "rsyslog.service" = { active = true } }
    journald = { forward_to_syslog = false }
  }
  expect = { "6.1.1.4" = "fail" }
}

test "6.1.1.4: dpkg could not be read" {
  facts {

  }
  expect = { "6.1.1.4" = "unknown" }
}

test "6.1.2.1.2: always for a person" {
  facts {

  }
  expect = { "6.1.2.1.2" = "manual" }
}

test "6.1.2.1.4: not installed" {
  facts {
    package = { "systemd-journal-remote" = { installed = false } }
  }
  expect = { "6.1.2.1.4" = "pass" }
}

test "6.1.2.1.4: installed and off" {
  facts {
    package = { "systemd-journal-remote" = { installed = true } }
    service = { "systemd-journal-remote.socket" = { enabled = false, active = false }, "systemd-journal-remote.service" = { enabled = false, active = false } }
  }
  expect = { "6.1.2.1.4" = "pass" }
}

test "6.1.2.1.4: running" {
  facts {
    package = { "systemd-journal-remote" = { installed = true } }
    service = { "systemd-journal-remote.socket" = { enabled = false, active = true }, "systemd-journal-remote.service" = { enabled = false, active = true } }
  }
  expect = { "6.1.2.1.4" = "fail" }
}

test "6.1.2.1.4: starts at the next boot" {
  facts {
    package = { "systemd-journal-remote" = { installed = true } }
    service = { "systemd-journal-remote.socket" = { enabled = true, active = false }, "systemd-journal-remote.service" = { enabled = true, active = false } }
  }
  expect = { "6.1.2.1.4" = "fail" }
}

test "6.1.2.1.4: systemd did not answer" {
  facts {
    package = { "systemd-journal-remote" = { installed = true } }
  }
  expect = { "6.1.2.1.4" = "unknown" }
}

test "6.1.2.2: as demanded" {
  facts {
    package  = { "rsyslog" = { installed = false } }
    journald = { forward_to_syslog = false }
  }
  expect = { "6.1.2.2" = "pass" }
}

test "6.1.2.2: not as demanded" {
  facts {
    package  = { "rsyslog" = { installed = false } }
    journald = { forward_to_syslog = true }
  }
  expect = { "6.1.2.2" = "fail" }
}

test "6.1.2.2: journald.conf could not be read" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.2.2" = "unknown" }
}

test "6.1.2.2: the other log system" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.2.2" = "not_applicable" }
}

test "6.1.2.3: as demanded" {
  facts {
    journald = { compress = true }
  }
  expect = { "6.1.2.3" = "pass" }
}

test "6.1.2.3: not as demanded" {
  facts {
    journald = { compress = false }
  }
  expect = { "6.1.2.3" = "fail" }
}

test "6.1.2.3: journald.conf could not be read" {
  facts {

  }
  expect = { "6.1.2.3" = "unknown" }
}

test "6.1.2.4: as demanded" {
  facts {
    journald = { storage = "persistent" }
  }
  expect = { "6.1.2.4" = "pass" }
}

test "6.1.2.4: not as demanded" {
  facts {
    journald = { storage = "volatile" }
  }
  expect = { "6.1.2.4" = "fail" }
}

test "6.1.2.4: journald.conf could not be read" {
  facts {

  }
  expect = { "6.1.2.4" = "unknown" }
}

test "6.1.3.2: runs" {
  facts {
    package = { "rsyslog" = { installed = true } }
    service = { "rsyslog.service" = { active = true, enabled = true } }
  }
  expect = { "6.1.3.2" = "pass" }
}

test "6.1.3.2: stopped" {
  facts {
    package = { "rsyslog" = { installed = true } }
    service = { "rsyslog.service" = { active = false, enabled = true } }
  }
  expect = { "6.1.3.2" = "fail" }
}

test "6.1.3.2: not after a reboot" {
  facts {
    package = { "rsyslog" = { installed = true } }
    service = { "rsyslog.service" = { active = true, enabled = false } }
  }
  expect = { "6.1.3.2" = "fail" }
}

test "6.1.3.2: absent" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.2" = "not_applicable" }
}

test "6.1.3.3: as demanded" {
  facts {
    package  = { "rsyslog" = { installed = true } }
    journald = { forward_to_syslog = true }
  }
  expect = { "6.1.3.3" = "pass" }
}

test "6.1.3.3: not as demanded" {
  facts {
    package  = { "rsyslog" = { installed = true } }
    journald = { forward_to_syslog = false }
  }
  expect = { "6.1.3.3" = "fail" }
}

test "6.1.3.3: journald.conf could not be read" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.3.3" = "unknown" }
}

test "6.1.3.3: the other log system" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.3" = "not_applicable" }
}

test "6.1.3.4: as demanded" {
  facts {
    package = { "rsyslog" = { installed = true } }
    rsyslog = { file_create_mode = "0640", files = [{ path = "/var/log/syslog", create_mode = "0640" }] }
  }
  expect = { "6.1.3.4" = "pass" }
}

test "6.1.3.4: open" {
  facts {
    package = { "rsyslog" = { installed = true } }
    rsyslog = { file_create_mode = "0644", files = [{ path = "/var/log/syslog", create_mode = "0644" }] }
  }
  expect = { "6.1.3.4" = "fail" }
}

test "6.1.3.4: a file that came before the line" {
  facts {
    package = { "rsyslog" = { installed = true } }
    rsyslog = { file_create_mode = "0640", files = [{ path = "/var/log/syslog", create_mode = "0644" }] }
  }
  expect = { "6.1.3.4" = "fail" }
}

test "6.1.3.4: absent" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.4" = "not_applicable" }
}

test "6.1.3.4: rsyslog.conf could not be read" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.3.4" = "unknown" }
}

test "6.1.3.6: always for a person" {
  facts {

  }
  expect = { "6.1.3.6" = "manual" }
}

test "6.1.3.7: as demanded" {
  facts {
    package   = { "rsyslog" = { installed = true } }
    rsyslog   = { listens_remote = false }
    listeners = [{ process = "sshd", protocol = "tcp", address = "0.0.0.0", port = 22, loopback = false }]
  }
  expect = { "6.1.3.7" = "pass" }
}

test "6.1.3.7: configured" {
  facts {
    package   = { "rsyslog" = { installed = true } }
    rsyslog   = { listens_remote = true }
    listeners = [{ process = "sshd", protocol = "tcp", address = "0.0.0.0", port = 22, loopback = false }]
  }
  expect = { "6.1.3.7" = "fail" }
}

test "6.1.3.7: still listening" {
  facts {
    package   = { "rsyslog" = { installed = true } }
    rsyslog   = { listens_remote = false }
    listeners = [{ process = "rsyslogd", protocol = "udp", address = "0.0.0.0", port = 514, loopback = false }]
  }
  expect = { "6.1.3.7" = "fail" }
}

test "6.1.3.7: absent" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.7" = "not_applicable" }
}

test "6.1.3.7: a socket that it sends from" {
  facts {
    package   = { "rsyslog" = { installed = true } }
    rsyslog   = { listens_remote = false }
    listeners = [{ process = "rsyslogd", protocol = "udp", address = "0.0.0.0", port = 48123, loopback = false }]
  }
  expect = { "6.1.3.7" = "pass" }
}

test "6.1.4.1: as demanded" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/syslog", type = "file", mode = "0640", uid = 0, owner = "root", gid = 0, group = "adm" }] }
  }
  expect = { "6.1.4.1" = "pass" }
}

test "6.1.4.1: for everyone" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/syslog", type = "file", mode = "0644", uid = 0, owner = "root", gid = 0, group = "adm" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: of users" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/syslog", type = "file", mode = "0640", uid = 0, owner = "root", gid = 0, group = "users" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: a login record" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/wtmp", type = "file", mode = "0664", uid = 0, owner = "root", gid = 0, group = "utmp" }] }
  }
  expect = { "6.1.4.1" = "pass" }
}

test "6.1.4.1: a journal for everyone" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/journal/1/system.journal", type = "file", mode = "0644", uid = 0, owner = "root", gid = 0, group = "systemd-journal" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: apt's history" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/apt/history.log", type = "file", mode = "0644", uid = 0, owner = "root", gid = 0, group = "root" }] }
  }
  expect = { "6.1.4.1" = "pass" }
}

test "6.1.4.1: could not be read" {
  facts {

  }
  expect = { "6.1.4.1" = "unknown" }
}

test "6.1.4.1: gdm's, for everyone" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/gdm3/x.log", type = "file", mode = "0664", uid = 0, owner = "root", gid = 0, group = "root" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: apt's, writable" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/apt/history.log", type = "file", mode = "0664", uid = 0, owner = "root", gid = 0, group = "root" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: a login record for everyone to write" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/wtmp", type = "file", mode = "0666", uid = 0, owner = "root", gid = 0, group = "root" }] }
  }
  expect = { "6.1.4.1" = "fail" }
}

test "6.1.4.1: a directory's mode is not a log's" {
  facts {
    tree = { "/var/log" = [{ path = "/var/log/apt", type = "directory", mode = "0755", uid = 0, owner = "root", gid = 0, group = "root" }] }
  }
  expect = { "6.1.4.1" = "pass" }
}

test "6.2.1.1: installed" {
  facts {
    package = { "auditd" = { installed = true }, "audispd-plugins" = { installed = true } }
  }
  expect = { "6.2.1.1" = "pass" }
}

test "6.2.1.1: not installed" {
  facts {
    package = { "auditd" = { installed = false }, "audispd-plugins" = { installed = false } }
  }
  expect = { "6.2.1.1" = "fail" }
}

test "6.2.1.1: dpkg could not be read" {
  facts {

  }
  expect = { "6.2.1.1" = "unknown" }
}

test "6.2.1.2: runs" {
  facts {
    service = { "auditd.service" = { active = true, enabled = true } }
  }
  expect = { "6.2.1.2" = "pass" }
}

test "6.2.1.2: stopped" {
  facts {
    service = { "auditd.service" = { active = false, enabled = true } }
  }
  expect = { "6.2.1.2" = "fail" }
}

test "6.2.1.2: not after a reboot" {
  facts {
    service = { "auditd.service" = { active = true, enabled = false } }
  }
  expect = { "6.2.1.2" = "fail" }
}

test "6.2.1.2: systemd did not answer" {
  facts {

  }
  expect = { "6.2.1.2" = "unknown" }
}

test "6.2.2.1: set" {
  facts {
    auditd = { exists = true, max_log_file = 8 }
  }
  expect = { "6.2.2.1" = "pass" }
}

test "6.2.2.1: not set" {
  facts {
    auditd = { exists = true, max_log_file = 0 }
  }
  expect = { "6.2.2.1" = "fail" }
}

test "6.2.2.1: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.2.1" = "fail" }
}

test "6.2.2.1: auditd.conf could not be read" {
  facts {

  }
  expect = { "6.2.2.1" = "unknown" }
}

test "6.2.2.2: as demanded" {
  facts {
    auditd = { exists = true, max_log_file_action = "keep_logs" }
  }
  expect = { "6.2.2.2" = "pass" }
}

test "6.2.2.2: not as demanded" {
  facts {
    auditd = { exists = true, max_log_file_action = "ignore" }
  }
  expect = { "6.2.2.2" = "fail" }
}

test "6.2.2.2: auditd.conf could not be read" {
  facts {

  }
  expect = { "6.2.2.2" = "unknown" }
}

test "6.2.2.2: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.2.2" = "fail" }
}

test "6.2.2.3: stops" {
  facts {
    auditd = { exists = true, disk_full_action = "halt", disk_error_action = "syslog" }
  }
  expect = { "6.2.2.3" = "pass" }
}

test "6.2.2.3: goes on" {
  facts {
    auditd = { exists = true, disk_full_action = "suspend", disk_error_action = "syslog" }
  }
  expect = { "6.2.2.3" = "fail" }
}

test "6.2.2.3: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.2.3" = "fail" }
}

test "6.2.2.3: auditd.conf could not be read" {
  facts {

  }
  expect = { "6.2.2.3" = "unknown" }
}

test "6.2.3.1: recorded" {
  facts {
    audit_rule = {
      "-w /etc/sudoers -p wa -k scope"   = { running = true, configured = true }
      "-w /etc/sudoers.d -p wa -k scope" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.1" = "pass" }
}

test "6.2.3.1: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-w /etc/sudoers -p wa -k scope"   = { running = true, configured = false }
      "-w /etc/sudoers.d -p wa -k scope" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.1" = "fail" }
}

test "6.2.3.1: not loaded" {
  facts {
    audit_rule = {
      "-w /etc/sudoers -p wa -k scope"   = { running = false, configured = true }
      "-w /etc/sudoers.d -p wa -k scope" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.1" = "fail" }
}

test "6.2.3.1: the kernel does not tell" {
  facts {
    audit_rule = {
      "-w /etc/sudoers -p wa -k scope"   = { configured = true }
      "-w /etc/sudoers.d -p wa -k scope" = { configured = true }
    }
  }
  expect = { "6.2.3.1" = "unknown" }
}

test "6.2.3.2: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.2" = "pass" }
}

test "6.2.3.2: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.2" = "fail" }
}

test "6.2.3.2: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = false, configured = true }
      "-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.2" = "fail" }
}

test "6.2.3.2: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { configured = true }
      "-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation" = { configured = true }
    }
  }
  expect = { "6.2.3.2" = "unknown" }
}

test "6.2.3.4: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change"   = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change"   = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change" = { running = true, configured = true }
      "-w /etc/localtime -p wa -k time-change"                               = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.4" = "pass" }
}

test "6.2.3.4: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change"   = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change"   = { running = true, configured = false }
      "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change" = { running = true, configured = false }
      "-w /etc/localtime -p wa -k time-change"                               = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.4" = "fail" }
}

test "6.2.3.4: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change"   = { running = false, configured = true }
      "-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change"   = { running = false, configured = true }
      "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change" = { running = false, configured = true }
      "-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change" = { running = false, configured = true }
      "-w /etc/localtime -p wa -k time-change"                               = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.4" = "fail" }
}

test "6.2.3.4: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change"   = { configured = true }
      "-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change"   = { configured = true }
      "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change" = { configured = true }
      "-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change" = { configured = true }
      "-w /etc/localtime -p wa -k time-change"                               = { configured = true }
    }
  }
  expect = { "6.2.3.4" = "unknown" }
}

test "6.2.3.5: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale" = { running = true, configured = true }
      "-w /etc/issue -p wa -k system-locale"                                     = { running = true, configured = true }
      "-w /etc/issue.net -p wa -k system-locale"                                 = { running = true, configured = true }
      "-w /etc/hosts -p wa -k system-locale"                                     = { running = true, configured = true }
      "-w /etc/networks -p wa -k system-locale"                                  = { running = true, configured = true }
      "-w /etc/network -p wa -k system-locale"                                   = { running = true, configured = true }
      "-w /etc/netplan -p wa -k system-locale"                                   = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.5" = "pass" }
}

test "6.2.3.5: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale" = { running = true, configured = false }
      "-w /etc/issue -p wa -k system-locale"                                     = { running = true, configured = false }
      "-w /etc/issue.net -p wa -k system-locale"                                 = { running = true, configured = false }
      "-w /etc/hosts -p wa -k system-locale"                                     = { running = true, configured = false }
      "-w /etc/networks -p wa -k system-locale"                                  = { running = true, configured = false }
      "-w /etc/network -p wa -k system-locale"                                   = { running = true, configured = false }
      "-w /etc/netplan -p wa -k system-locale"                                   = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.5" = "fail" }
}

test "6.2.3.5: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale" = { running = false, configured = true }
      "-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale" = { running = false, configured = true }
      "-w /etc/issue -p wa -k system-locale"                                     = { running = false, configured = true }
      "-w /etc/issue.net -p wa -k system-locale"                                 = { running = false, configured = true }
      "-w /etc/hosts -p wa -k system-locale"                                     = { running = false, configured = true }
      "-w /etc/networks -p wa -k system-locale"                                  = { running = false, configured = true }
      "-w /etc/network -p wa -k system-locale"                                   = { running = false, configured = true }
      "-w /etc/netplan -p wa -k system-locale"                                   = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.5" = "fail" }
}

test "6.2.3.5: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale" = { configured = true }
      "-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale" = { configured = true }
      "-w /etc/issue -p wa -k system-locale"                                     = { configured = true }
      "-w /etc/issue.net -p wa -k system-locale"                                 = { configured = true }
      "-w /etc/hosts -p wa -k system-locale"                                     = { configured = true }
      "-w /etc/networks -p wa -k system-locale"                                  = { configured = true }
      "-w /etc/network -p wa -k system-locale"                                   = { configured = true }
      "-w /etc/netplan -p wa -k system-locale"                                   = { configured = true }
    }
  }
  expect = { "6.2.3.5" = "unknown" }
}

test "6.2.3.6: recorded" {
  facts {
    filesystem = { setuid = [{ path = "/usr/bin/su" }], setgid = [] }
    audit_rule = { "-a always,exit -F path=/usr/bin/su -F perm=x -F auid>=1000 -F auid!=unset -k privileged" = { running = true, configured = true } }
  }
  expect = { "6.2.3.6" = "pass" }
}

test "6.2.3.6: not recorded" {
  facts {
    filesystem = { setuid = [{ path = "/usr/bin/su" }], setgid = [] }
    audit_rule = { "-a always,exit -F path=/usr/bin/su -F perm=x -F auid>=1000 -F auid!=unset -k privileged" = { running = true, configured = false } }
  }
  expect = { "6.2.3.6" = "fail" }
}

test "6.2.3.6: the walk could not see all" {
  facts {
    filesystem = { setuid = partial([], "permission denied"), setgid = [] }
  }
  expect = { "6.2.3.6" = "unknown" }
}

test "6.2.3.8: recorded" {
  facts {
    audit_rule = {
      "-w /etc/group -p wa -k identity"            = { running = true, configured = true }
      "-w /etc/passwd -p wa -k identity"           = { running = true, configured = true }
      "-w /etc/gshadow -p wa -k identity"          = { running = true, configured = true }
      "-w /etc/shadow -p wa -k identity"           = { running = true, configured = true }
      "-w /etc/security/opasswd -p wa -k identity" = { running = true, configured = true }
      "-w /etc/nsswitch.conf -p wa -k identity"    = { running = true, configured = true }
      "-w /etc/pam.conf -p wa -k identity"         = { running = true, configured = true }
      "-w /etc/pam.d -p wa -k identity"            = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.8" = "pass" }
}

test "6.2.3.8: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-w /etc/group -p wa -k identity"            = { running = true, configured = false }
      "-w /etc/passwd -p wa -k identity"           = { running = true, configured = false }
      "-w /etc/gshadow -p wa -k identity"          = { running = true, configured = false }
      "-w /etc/shadow -p wa -k identity"           = { running = true, configured = false }
      "-w /etc/security/opasswd -p wa -k identity" = { running = true, configured = false }
      "-w /etc/nsswitch.conf -p wa -k identity"    = { running = true, configured = false }
      "-w /etc/pam.conf -p wa -k identity"         = { running = true, configured = false }
      "-w /etc/pam.d -p wa -k identity"            = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.8" = "fail" }
}

test "6.2.3.8: not loaded" {
  facts {
    audit_rule = {
      "-w /etc/group -p wa -k identity"            = { running = false, configured = true }
      "-w /etc/passwd -p wa -k identity"           = { running = false, configured = true }
      "-w /etc/gshadow -p wa -k identity"          = { running = false, configured = true }
      "-w /etc/shadow -p wa -k identity"           = { running = false, configured = true }
      "-w /etc/security/opasswd -p wa -k identity" = { running = false, configured = true }
      "-w /etc/nsswitch.conf -p wa -k identity"    = { running = false, configured = true }
      "-w /etc/pam.conf -p wa -k identity"         = { running = false, configured = true }
      "-w /etc/pam.d -p wa -k identity"            = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.8" = "fail" }
}

test "6.2.3.8: the kernel does not tell" {
  facts {
    audit_rule = {
      "-w /etc/group -p wa -k identity"            = { configured = true }
      "-w /etc/passwd -p wa -k identity"           = { configured = true }
      "-w /etc/gshadow -p wa -k identity"          = { configured = true }
      "-w /etc/shadow -p wa -k identity"           = { configured = true }
      "-w /etc/security/opasswd -p wa -k identity" = { configured = true }
      "-w /etc/nsswitch.conf -p wa -k identity"    = { configured = true }
      "-w /etc/pam.conf -p wa -k identity"         = { configured = true }
      "-w /etc/pam.d -p wa -k identity"            = { configured = true }
    }
  }
  expect = { "6.2.3.8" = "unknown" }
}

test "6.2.3.10: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.10" = "pass" }
}

test "6.2.3.10: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.10" = "fail" }
}

test "6.2.3.10: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = false, configured = true }
      "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.10" = "fail" }
}

test "6.2.3.10: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { configured = true }
      "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts" = { configured = true }
    }
  }
  expect = { "6.2.3.10" = "unknown" }
}

test "6.2.3.11: recorded" {
  facts {
    audit_rule = {
      "-w /var/run/utmp -p wa -k session" = { running = true, configured = true }
      "-w /var/log/wtmp -p wa -k session" = { running = true, configured = true }
      "-w /var/log/btmp -p wa -k session" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.11" = "pass" }
}

test "6.2.3.11: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-w /var/run/utmp -p wa -k session" = { running = true, configured = false }
      "-w /var/log/wtmp -p wa -k session" = { running = true, configured = false }
      "-w /var/log/btmp -p wa -k session" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.11" = "fail" }
}

test "6.2.3.11: not loaded" {
  facts {
    audit_rule = {
      "-w /var/run/utmp -p wa -k session" = { running = false, configured = true }
      "-w /var/log/wtmp -p wa -k session" = { running = false, configured = true }
      "-w /var/log/btmp -p wa -k session" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.11" = "fail" }
}

test "6.2.3.11: the kernel does not tell" {
  facts {
    audit_rule = {
      "-w /var/run/utmp -p wa -k session" = { configured = true }
      "-w /var/log/wtmp -p wa -k session" = { configured = true }
      "-w /var/log/btmp -p wa -k session" = { configured = true }
    }
  }
  expect = { "6.2.3.11" = "unknown" }
}

test "6.2.3.12: recorded" {
  facts {
    audit_rule = {
      "-w /var/log/lastlog -p wa -k logins"  = { running = true, configured = true }
      "-w /var/run/faillock -p wa -k logins" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.12" = "pass" }
}

test "6.2.3.12: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-w /var/log/lastlog -p wa -k logins"  = { running = true, configured = false }
      "-w /var/run/faillock -p wa -k logins" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.12" = "fail" }
}

test "6.2.3.12: not loaded" {
  facts {
    audit_rule = {
      "-w /var/log/lastlog -p wa -k logins"  = { running = false, configured = true }
      "-w /var/run/faillock -p wa -k logins" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.12" = "fail" }
}

test "6.2.3.12: the kernel does not tell" {
  facts {
    audit_rule = {
      "-w /var/log/lastlog -p wa -k logins"  = { configured = true }
      "-w /var/run/faillock -p wa -k logins" = { configured = true }
    }
  }
  expect = { "6.2.3.12" = "unknown" }
}

test "6.2.3.13: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.13" = "pass" }
}

test "6.2.3.13: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.13" = "fail" }
}

test "6.2.3.13: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = false, configured = true }
      "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.13" = "fail" }
}

test "6.2.3.13: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { configured = true }
      "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete" = { configured = true }
    }
  }
  expect = { "6.2.3.13" = "unknown" }
}

test "6.2.3.14: recorded" {
  facts {
    audit_rule = {
      "-w /etc/apparmor -p wa -k MAC-policy"   = { running = true, configured = true }
      "-w /etc/apparmor.d -p wa -k MAC-policy" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.14" = "pass" }
}

test "6.2.3.14: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-w /etc/apparmor -p wa -k MAC-policy"   = { running = true, configured = false }
      "-w /etc/apparmor.d -p wa -k MAC-policy" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.14" = "fail" }
}

test "6.2.3.14: not loaded" {
  facts {
    audit_rule = {
      "-w /etc/apparmor -p wa -k MAC-policy"   = { running = false, configured = true }
      "-w /etc/apparmor.d -p wa -k MAC-policy" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.14" = "fail" }
}

test "6.2.3.14: the kernel does not tell" {
  facts {
    audit_rule = {
      "-w /etc/apparmor -p wa -k MAC-policy"   = { configured = true }
      "-w /etc/apparmor.d -p wa -k MAC-policy" = { configured = true }
    }
  }
  expect = { "6.2.3.14" = "unknown" }
}

test "6.2.3.15: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.15" = "pass" }
}

test "6.2.3.15: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.15" = "fail" }
}

test "6.2.3.15: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.15" = "fail" }
}

test "6.2.3.15: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { configured = true }
    }
  }
  expect = { "6.2.3.15" = "unknown" }
}

test "6.2.3.16: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.16" = "pass" }
}

test "6.2.3.16: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.16" = "fail" }
}

test "6.2.3.16: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.16" = "fail" }
}

test "6.2.3.16: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { configured = true }
    }
  }
  expect = { "6.2.3.16" = "unknown" }
}

test "6.2.3.17: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.17" = "pass" }
}

test "6.2.3.17: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.17" = "fail" }
}

test "6.2.3.17: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.17" = "fail" }
}

test "6.2.3.17: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng" = { configured = true }
    }
  }
  expect = { "6.2.3.17" = "unknown" }
}

test "6.2.3.18: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.18" = "pass" }
}

test "6.2.3.18: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.18" = "fail" }
}

test "6.2.3.18: not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.18" = "fail" }
}

test "6.2.3.18: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod" = { configured = true }
    }
  }
  expect = { "6.2.3.18" = "unknown" }
}

test "6.2.3.20: locked" {
  facts {
    audit_rules = { locked = true, lock_configured = true }
  }
  expect = { "6.2.3.20" = "pass" }
}

test "6.2.3.20: not locked now" {
  facts {
    audit_rules = { locked = false, lock_configured = true }
  }
  expect = { "6.2.3.20" = "fail" }
}

test "6.2.3.20: not after a reboot" {
  facts {
    audit_rules = { locked = true, lock_configured = false }
  }
  expect = { "6.2.3.20" = "fail" }
}

test "6.2.3.20: the kernel does not tell" {
  facts {

  }
  expect = { "6.2.3.20" = "unknown" }
}

test "6.2.3.21: always for a person" {
  facts {

  }
  expect = { "6.2.3.21" = "manual" }
}

test "6.2.4.1: as demanded" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", mode = "0640" }] }
  }
  expect = { "6.2.4.1" = "pass" }
}

test "6.2.4.1: readable" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", mode = "0644" }] }
  }
  expect = { "6.2.4.1" = "fail" }
}

test "6.2.4.1: the directory could not be read" {
  facts {
    auditd = { exists = true, log_dir = "/var/log/audit" }
  }
  expect = { "6.2.4.1" = "unknown" }
}

test "6.2.4.1: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.4.1" = "not_applicable" }
}

test "6.2.4.1: the group has no business there" {
  facts {
    auditd = { exists = true, log_group = "root", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", mode = "0640" }] }
  }
  expect = { "6.2.4.1" = "fail" }
}

test "6.2.4.4: as demanded" {
  facts {
    auditd = { exists = true, log_dir = "/var/log/audit" }
    file   = { "/var/log/audit" = { mode = "0750" } }
  }
  expect = { "6.2.4.4" = "pass" }
}

test "6.2.4.4: open" {
  facts {
    auditd = { exists = true, log_dir = "/var/log/audit" }
    file   = { "/var/log/audit" = { mode = "0755" } }
  }
  expect = { "6.2.4.4" = "fail" }
}

test "6.2.4.4: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.4.4" = "not_applicable" }
}

test "6.2.4.5: as demanded" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", mode = "0640" }] }
  }
  expect = { "6.2.4.5" = "pass" }
}

test "6.2.4.5: readable" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", mode = "0644" }] }
  }
  expect = { "6.2.4.5" = "fail" }
}

test "6.2.4.5: the directory could not be read" {
  facts {

  }
  expect = { "6.2.4.5" = "unknown" }
}

test "6.3.1: a database" {
  facts {
    package = { "aide" = { installed = true }, "aide-common" = { installed = true } }
    aide    = { installed = true, database_in_exists = true }
  }
  expect = { "6.3.1" = "pass" }
}

test "6.3.1: none" {
  facts {
    package = { "aide" = { installed = true }, "aide-common" = { installed = true } }
    aide    = { installed = true, database_in_exists = false }
  }
  expect = { "6.3.1" = "fail" }
}

test "6.3.1: not installed" {
  facts {
    package = { "aide" = { installed = false }, "aide-common" = { installed = false } }
    aide    = { installed = false }
  }
  expect = { "6.3.1" = "fail" }
}

test "6.3.1: aide.conf could not be read" {
  facts {
    package = { "aide" = { installed = true }, "aide-common" = { installed = true } }
  }
  expect = { "6.3.1" = "unknown" }
}

test "6.3.2: daily" {
  facts {
    aide    = { installed = true }
    service = { "dailyaidecheck.timer" = { enabled = true, active = true }, "dailyaidecheck.service" = { masked = false } }
  }
  expect = { "6.3.2" = "pass" }
}

test "6.3.2: off" {
  facts {
    aide    = { installed = true }
    service = { "dailyaidecheck.timer" = { enabled = false, active = false } }
  }
  expect = { "6.3.2" = "fail" }
}

test "6.3.2: not now" {
  facts {
    aide    = { installed = true }
    service = { "dailyaidecheck.timer" = { enabled = true, active = false } }
  }
  expect = { "6.3.2" = "fail" }
}

test "6.3.2: no AIDE" {
  facts {
    aide = { installed = false }
  }
  expect = { "6.3.2" = "fail" }
}

test "6.3.2: systemd did not answer" {
  facts {
    aide = { installed = true }
  }
  expect = { "6.3.2" = "unknown" }
}

test "6.3.2: what the timer starts is masked" {
  facts {
    aide    = { installed = true }
    service = { "dailyaidecheck.timer" = { enabled = true, active = true }, "dailyaidecheck.service" = { masked = true } }
  }
  expect = { "6.3.2" = "fail" }
}

test "6.3.3: all of them" {
  facts {
    aide = { installed = true }
    aide_rule = {
      "/usr/sbin/auditctl"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/auditd"     = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/ausearch"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/aureport"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/autrace"    = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/augenrules" = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
    }
  }
  expect = { "6.3.3" = "pass" }
}

test "6.3.3: one without a hash" {
  facts {
    aide = { installed = true }
    aide_rule = {
      "/usr/sbin/auditctl"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/auditd"     = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/ausearch"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/aureport"   = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/autrace"    = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] }
      "/usr/sbin/augenrules" = { recorded = true, attributes = ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs"] }
    }
  }
  expect = { "6.3.3" = "fail" }
}

test "6.3.3: no AIDE" {
  facts {
    aide = { installed = false }
  }
  expect = { "6.3.3" = "fail" }
}

test "6.3.3: aide.conf could not be read" {
  facts {
    aide = { installed = true }
  }
  expect = { "6.3.3" = "unknown" }
}

test "6.2.2.4: as demanded" {
  facts {
    auditd = { exists = true, space_left_action = "email", admin_space_left_action = "single" }
  }
  expect = { "6.2.2.4" = "pass" }
}

test "6.2.2.4: no alarm" {
  facts {
    auditd = { exists = true, space_left_action = "syslog", admin_space_left_action = "halt" }
  }
  expect = { "6.2.2.4" = "fail" }
}

test "6.2.2.4: goes on" {
  facts {
    auditd = { exists = true, space_left_action = "email", admin_space_left_action = "suspend" }
  }
  expect = { "6.2.2.4" = "fail" }
}

test "6.2.2.4: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.2.4" = "fail" }
}

test "6.2.2.4: auditd.conf could not be read" {
  facts {

  }
  expect = { "6.2.2.4" = "unknown" }
}

test "6.2.1.3: as demanded" {
  facts {
    boot = { effective_running = ["quiet", "audit=1"], common_arguments = ["audit=1"] }
  }
  expect = { "6.2.1.3" = "pass" }
}

test "6.2.1.3: not now" {
  facts {
    boot = { effective_running = ["quiet"], common_arguments = ["audit=1"] }
  }
  expect = { "6.2.1.3" = "fail" }
}

test "6.2.1.3: not at the next boot" {
  facts {
    boot = { effective_running = ["audit=1"], common_arguments = ["audit=0"] }
  }
  expect = { "6.2.1.3" = "fail" }
}

test "6.2.1.3: another boot loader" {
  facts {
    boot = { exists = false, effective_running = ["audit=1"] }
  }
  expect = { "6.2.1.3" = "unknown" }
}

test "6.2.1.4: as demanded" {
  facts {
    boot = { effective_running = ["quiet", "audit_backlog_limit=8192"], common_arguments = ["audit_backlog_limit=8192"] }
  }
  expect = { "6.2.1.4" = "pass" }
}

test "6.2.1.4: not now" {
  facts {
    boot = { effective_running = ["quiet"], common_arguments = ["audit_backlog_limit=8192"] }
  }
  expect = { "6.2.1.4" = "fail" }
}

test "6.2.1.4: not at the next boot" {
  facts {
    boot = { effective_running = ["audit_backlog_limit=8192"], common_arguments = ["audit_backlog_limit=64"] }
  }
  expect = { "6.2.1.4" = "fail" }
}

test "6.2.1.4: another boot loader" {
  facts {
    boot = { exists = false, effective_running = ["audit_backlog_limit=8192"] }
  }
  expect = { "6.2.1.4" = "unknown" }
}

test "6.2.1.4: more" {
  facts {
    boot = { effective_running = ["audit_backlog_limit=65536"], common_arguments = ["audit_backlog_limit=65536"] }
  }
  expect = { "6.2.1.4" = "pass" }
}

test "6.2.3.7: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.7" = "pass" }
}

test "6.2.3.7: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = false }
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.7" = "fail" }
}

test "6.2.3.7: one is not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.7" = "fail" }
}

test "6.2.3.7: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { configured = true }
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access" = { configured = true }
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access"  = { configured = true }
    }
  }
  expect = { "6.2.3.7" = "unknown" }
}

test "6.2.3.9: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.9" = "pass" }
}

test "6.2.3.9: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = false }
      "-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = false }
      "-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = false }
      "-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.9" = "fail" }
}

test "6.2.3.9: one is not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = true }
      "-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { running = true, configured = true }
      "-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.9" = "fail" }
}

test "6.2.3.9: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { configured = true }
      "-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { configured = true }
      "-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { configured = true }
      "-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod"                                              = { configured = true }
      "-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod"                                       = { configured = true }
      "-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod" = { configured = true }
    }
  }
  expect = { "6.2.3.9" = "unknown" }
}

test "6.2.3.19: recorded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules" = { running = true, configured = true }
      "-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules"                                                  = { running = true, configured = true }
    }
  }
  expect = { "6.2.3.19" = "pass" }
}

test "6.2.3.19: recorded until the next boot only" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules" = { running = true, configured = false }
      "-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules"                                                  = { running = true, configured = false }
    }
  }
  expect = { "6.2.3.19" = "fail" }
}

test "6.2.3.19: one is not loaded" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules" = { running = true, configured = true }
      "-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules"                                                  = { running = false, configured = true }
    }
  }
  expect = { "6.2.3.19" = "fail" }
}

test "6.2.3.19: the kernel does not tell" {
  facts {
    audit_rule = {
      "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules" = { configured = true }
      "-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules"                                                  = { configured = true }
    }
  }
  expect = { "6.2.3.19" = "unknown" }
}

test "6.2.3.3: recorded" {
  facts {
    sudoers    = { exists = true, defaults = { logfile = "/var/log/sudo.log" } }
    audit_rule = { "-w /var/log/sudo.log -p wa -k sudo_log_file" = { running = true, configured = true } }
  }
  expect = { "6.2.3.3" = "pass" }
}

test "6.2.3.3: not after a reboot" {
  facts {
    sudoers    = { exists = true, defaults = { logfile = "/var/log/sudo.log" } }
    audit_rule = { "-w /var/log/sudo.log -p wa -k sudo_log_file" = { running = true, configured = false } }
  }
  expect = { "6.2.3.3" = "fail" }
}

test "6.2.3.3: sudo has no log of its own" {
  facts {
    sudoers = { exists = true, defaults = { logfile = "" } }
  }
  expect = { "6.2.3.3" = "fail" }
}

test "6.2.3.3: the kernel does not tell" {
  facts {
    sudoers    = { exists = true, defaults = { logfile = "/var/log/sudo.log" } }
    audit_rule = { "-w /var/log/sudo.log -p wa -k sudo_log_file" = { configured = true } }
  }
  expect = { "6.2.3.3" = "unknown" }
}

test "6.2.3.3: sudoers could not be read" {
  facts {

  }
  expect = { "6.2.3.3" = "unknown" }
}

test "6.2.4.2: as demanded" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", uid = 0 }] }
  }
  expect = { "6.2.4.2" = "pass" }
}

test "6.2.4.2: of a user" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", uid = 1000 }] }
  }
  expect = { "6.2.4.2" = "fail" }
}

test "6.2.4.2: the directory could not be read" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
  }
  expect = { "6.2.4.2" = "unknown" }
}

test "6.2.4.2: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.4.2" = "not_applicable" }
}

test "6.2.4.3: as demanded" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", group = "adm" }] }
  }
  expect = { "6.2.4.3" = "pass" }
}

test "6.2.4.3: new ones are not" {
  facts {
    auditd = { exists = true, log_group = "users", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", group = "adm" }] }
  }
  expect = { "6.2.4.3" = "fail" }
}

test "6.2.4.3: one is not" {
  facts {
    auditd = { exists = true, log_group = "root", log_dir = "/var/log/audit" }
    tree   = { "/var/log/audit" = [{ path = "/var/log/audit/audit.log", type = "file", group = "users" }] }
  }
  expect = { "6.2.4.3" = "fail" }
}

test "6.2.4.3: the directory could not be read" {
  facts {
    auditd = { exists = true, log_group = "adm", log_dir = "/var/log/audit" }
  }
  expect = { "6.2.4.3" = "unknown" }
}

test "6.2.4.3: no auditd" {
  facts {
    auditd = { exists = false }
  }
  expect = { "6.2.4.3" = "not_applicable" }
}

test "6.2.4.6: as demanded" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", uid = 0 }] }
  }
  expect = { "6.2.4.6" = "pass" }
}

test "6.2.4.6: of a user" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", uid = 1000 }] }
  }
  expect = { "6.2.4.6" = "fail" }
}

test "6.2.4.6: the directory could not be read" {
  facts {

  }
  expect = { "6.2.4.6" = "unknown" }
}

test "6.2.4.7: as demanded" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", gid = 0 }] }
  }
  expect = { "6.2.4.7" = "pass" }
}

test "6.2.4.7: of a user" {
  facts {
    tree = { "/etc/audit" = [{ path = "/etc/audit/rules.d/a.rules", type = "file", gid = 1000 }] }
  }
  expect = { "6.2.4.7" = "fail" }
}

test "6.2.4.7: the directory could not be read" {
  facts {

  }
  expect = { "6.2.4.7" = "unknown" }
}

test "6.2.4.8: as demanded" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, mode = "0755" }
      "/usr/sbin/aureport"   = { exists = true, mode = "0755" }
      "/usr/sbin/ausearch"   = { exists = true, mode = "0755" }
      "/usr/sbin/autrace"    = { exists = true, mode = "0755" }
      "/usr/sbin/auditd"     = { exists = true, mode = "0755" }
      "/usr/sbin/augenrules" = { exists = true, mode = "0755" }
    }
  }
  expect = { "6.2.4.8" = "pass" }
}

test "6.2.4.8: one is not" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, mode = "0775" }
      "/usr/sbin/aureport"   = { exists = true, mode = "0755" }
      "/usr/sbin/ausearch"   = { exists = true, mode = "0755" }
      "/usr/sbin/autrace"    = { exists = true, mode = "0755" }
      "/usr/sbin/auditd"     = { exists = true, mode = "0755" }
      "/usr/sbin/augenrules" = { exists = true, mode = "0755" }
    }
  }
  expect = { "6.2.4.8" = "fail" }
}

test "6.2.4.8: one is absent" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = false }
      "/usr/sbin/aureport"   = { exists = true, mode = "0755" }
      "/usr/sbin/ausearch"   = { exists = true, mode = "0755" }
      "/usr/sbin/autrace"    = { exists = true, mode = "0755" }
      "/usr/sbin/auditd"     = { exists = true, mode = "0755" }
      "/usr/sbin/augenrules" = { exists = true, mode = "0755" }
    }
  }
  expect = { "6.2.4.8" = "pass" }
}

test "6.2.4.8: they could not be read" {
  facts {
    package = { "auditd" = { installed = true } }
  }
  expect = { "6.2.4.8" = "unknown" }
}

test "6.2.4.8: no auditd" {
  facts {
    package = { "auditd" = { installed = false } }
  }
  expect = { "6.2.4.8" = "not_applicable" }
}

test "6.2.4.9: as demanded" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, uid = 0 }
      "/usr/sbin/aureport"   = { exists = true, uid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, uid = 0 }
      "/usr/sbin/autrace"    = { exists = true, uid = 0 }
      "/usr/sbin/auditd"     = { exists = true, uid = 0 }
      "/usr/sbin/augenrules" = { exists = true, uid = 0 }
    }
  }
  expect = { "6.2.4.9" = "pass" }
}

test "6.2.4.9: one is not" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, uid = 1000 }
      "/usr/sbin/aureport"   = { exists = true, uid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, uid = 0 }
      "/usr/sbin/autrace"    = { exists = true, uid = 0 }
      "/usr/sbin/auditd"     = { exists = true, uid = 0 }
      "/usr/sbin/augenrules" = { exists = true, uid = 0 }
    }
  }
  expect = { "6.2.4.9" = "fail" }
}

test "6.2.4.9: one is absent" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = false }
      "/usr/sbin/aureport"   = { exists = true, uid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, uid = 0 }
      "/usr/sbin/autrace"    = { exists = true, uid = 0 }
      "/usr/sbin/auditd"     = { exists = true, uid = 0 }
      "/usr/sbin/augenrules" = { exists = true, uid = 0 }
    }
  }
  expect = { "6.2.4.9" = "pass" }
}

test "6.2.4.9: they could not be read" {
  facts {
    package = { "auditd" = { installed = true } }
  }
  expect = { "6.2.4.9" = "unknown" }
}

test "6.2.4.9: no auditd" {
  facts {
    package = { "auditd" = { installed = false } }
  }
  expect = { "6.2.4.9" = "not_applicable" }
}

test "6.2.4.10: as demanded" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, gid = 0 }
      "/usr/sbin/aureport"   = { exists = true, gid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, gid = 0 }
      "/usr/sbin/autrace"    = { exists = true, gid = 0 }
      "/usr/sbin/auditd"     = { exists = true, gid = 0 }
      "/usr/sbin/augenrules" = { exists = true, gid = 0 }
    }
  }
  expect = { "6.2.4.10" = "pass" }
}

test "6.2.4.10: one is not" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = true, gid = 1000 }
      "/usr/sbin/aureport"   = { exists = true, gid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, gid = 0 }
      "/usr/sbin/autrace"    = { exists = true, gid = 0 }
      "/usr/sbin/auditd"     = { exists = true, gid = 0 }
      "/usr/sbin/augenrules" = { exists = true, gid = 0 }
    }
  }
  expect = { "6.2.4.10" = "fail" }
}

test "6.2.4.10: one is absent" {
  facts {
    package = { "auditd" = { installed = true } }
    file = {
      "/usr/sbin/auditctl"   = { exists = false }
      "/usr/sbin/aureport"   = { exists = true, gid = 0 }
      "/usr/sbin/ausearch"   = { exists = true, gid = 0 }
      "/usr/sbin/autrace"    = { exists = true, gid = 0 }
      "/usr/sbin/auditd"     = { exists = true, gid = 0 }
      "/usr/sbin/augenrules" = { exists = true, gid = 0 }
    }
  }
  expect = { "6.2.4.10" = "pass" }
}

test "6.2.4.10: they could not be read" {
  facts {
    package = { "auditd" = { installed = true } }
  }
  expect = { "6.2.4.10" = "unknown" }
}

test "6.2.4.10: no auditd" {
  facts {
    package = { "auditd" = { installed = false } }
  }
  expect = { "6.2.4.10" = "not_applicable" }
}

test "6.1.2.1.1: installed" {
  facts {
    package = { "rsyslog" = { installed = false }, "systemd-journal-remote" = { installed = true } }
  }
  expect = { "6.1.2.1.1" = "pass" }
}

test "6.1.2.1.1: not installed" {
  facts {
    package = { "rsyslog" = { installed = false }, "systemd-journal-remote" = { installed = false } }
  }
  expect = { "6.1.2.1.1" = "fail" }
}

test "6.1.2.1.1: dpkg could not be read" {
  facts {

  }
  expect = { "6.1.2.1.1" = "unknown" }
}

test "6.1.2.1.1: rsyslog ships the logs" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.2.1.1" = "not_applicable" }
}

test "6.1.2.1.3: runs" {
  facts {
    package = { "rsyslog" = { installed = false } }
    service = { "systemd-journal-upload.service" = { active = true, enabled = true } }
  }
  expect = { "6.1.2.1.3" = "pass" }
}

test "6.1.2.1.3: stopped" {
  facts {
    package = { "rsyslog" = { installed = false } }
    service = { "systemd-journal-upload.service" = { active = false, enabled = true } }
  }
  expect = { "6.1.2.1.3" = "fail" }
}

test "6.1.2.1.3: not at boot" {
  facts {
    package = { "rsyslog" = { installed = false } }
    service = { "systemd-journal-upload.service" = { active = true, enabled = false } }
  }
  expect = { "6.1.2.1.3" = "fail" }
}

test "6.1.2.1.3: systemd could not be asked" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.2.1.3" = "unknown" }
}

test "6.1.2.1.3: rsyslog ships the logs" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.2.1.3" = "not_applicable" }
}

test "6.1.1.2: a person must look" {
  facts {

  }
  expect = { "6.1.1.2" = "manual" }
}

test "6.1.3.1: from its package" {
  facts {
    service = { "rsyslog.service" = { enabled = true, active = true } }
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.3.1" = "pass" }
}

test "6.1.3.1: not from its package" {
  facts {
    service = { "rsyslog.service" = { enabled = true, active = true } }
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.1" = "fail" }
}

test "6.1.3.1: dpkg could not be read" {
  facts {
    service = { "rsyslog.service" = { enabled = true, active = true } }
  }
  expect = { "6.1.3.1" = "unknown" }
}

test "6.1.3.1: journald is the log system" {
  facts {
    service = { "rsyslog.service" = { enabled = false, active = false } }
  }
  expect = { "6.1.3.1" = "not_applicable" }
}

test "6.1.3.5: a person must look" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.3.5" = "manual" }
}

test "6.1.3.5: absent" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.5" = "not_applicable" }
}

test "6.1.3.8: a person must look" {
  facts {
    package = { "rsyslog" = { installed = true } }
  }
  expect = { "6.1.3.8" = "manual" }
}

test "6.1.3.8: absent" {
  facts {
    package = { "rsyslog" = { installed = false } }
  }
  expect = { "6.1.3.8" = "not_applicable" }
}
