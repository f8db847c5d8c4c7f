# 6. Logging and auditing

# Logs below /var/log that may be open to more than root and adm.
locals {
  login_logs   = "/([bw]tmp|lastlog)([.-].*)?$"
  journal_logs = "[.]journal~?$"
  desktop_logs = "^/var/log/(sssd|SSSD|gdm3?)/"
  install_logs = "^/var/log/(apt/|cloud-init|waagent|localmessages)"
}

control "6.1.1.1" {
  title    = "journald runs"
  why      = "Everything that is logged passes through it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  remedy = "Find out why it is off; systemctl start systemd-journald."

  pass = service("systemd-journald").active

  fix "service" {
    name  = "systemd-journald.service"
    state = "running"
  }
}

control "6.1.1.2" {
  title    = "Who may read the journal was decided"
  why      = "Logs hold names, addresses, and now and then a password."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["AU-2", "AU-3", "AU-12", "MP-2", "SI-5"]
  }
  manual = "Check that only those who must read the journal can: Debian gives it to root and the groups systemd-journal and adm. Modes are set by tmpfiles.d(5)."
  evidence = {
    overridden = file("/etc/tmpfiles.d/systemd.conf").exists
    journals   = distinct([for f in tree("/var/log/journal") : "${f.mode} ${f.owner}:${f.group} ${f.path}"])
  }
}

control "6.1.1.3" {
  title    = "How long the journal is kept was decided"
  why      = "A journal that nobody gave a size forgets when it is needed."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002"]
  }

  manual = "Decide how far back you must be able to look, and set the journal's sizes and ages so that it holds that much."
  evidence = {
    system_max_use  = journald.system_max_use
    keep_free       = journald.system_keep_free
    runtime_max_use = journald.runtime_max_use
    persistent      = journald.persistent
    max_file_sec    = lookup(systemd_conf("journald.conf").options, "Journal.MaxFileSec", "not set")
  }
}

control "6.1.1.4" {
  title    = "One system keeps the logs"
  why      = "Two that both think the other keeps them keep none."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["AU-2", "AU-7", "AU-12"]
  }
  remedy = "Either run rsyslog and set ForwardToSyslog=yes, or remove it and set ForwardToSyslog=no."

  pass = package("rsyslog").installed && service("rsyslog").active ? journald.forward_to_syslog : !journald.forward_to_syslog
}

control "6.1.2.1.1" {
  title    = "The program that ships the journal is installed"
  why      = "What only this host keeps, whoever takes it over can remove."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }
  applies = !package("rsyslog").installed
  pass    = package("systemd-journal-remote").installed

  fix "package" {
    name  = "systemd-journal-remote"
    state = "present"
  }
}

control "6.1.2.1.2" {
  title    = "Journals are shipped to a host that proves who it is"
  why      = "Logs name users, hosts and errors; and a log that anyone can fake is no evidence."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }

  manual = "Check that the target is yours, and that key, certificate and trusted authority are the ones for this host."
  evidence = {
    options      = systemd_conf("journal-upload.conf").options
    own_key      = [for c in certificate(lookup(systemd_conf("journal-upload.conf").options, "Upload.ServerCertificateFile", "/etc/ssl/certs/journal-upload.pem")) : "${c.subject}, until ${c.not_after}"]
    certificates = [for c in certificates : "${c.path} for ${c.subject}, until ${c.not_after}" if !c.is_ca]
  }
}

control "6.1.2.1.3" {
  title    = "The journal is shipped"
  why      = "What only this host keeps, whoever takes it over can remove."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }
  applies = !package("rsyslog").installed

  check "now" {
    pass = service("systemd-journal-upload").active
  }
  check "after a reboot" {
    pass = service("systemd-journal-upload").enabled
  }

  fix "service" {
    name    = "systemd-journal-upload.service"
    enabled = true
    state   = "running"
    guard {
      when   = lookup(systemd_conf("journal-upload.conf").options, "Upload.URL", "") == ""
      reason = "It does not start before it knows where to: write URL= into /etc/systemd/journal-upload.conf first."
    }
  }
}

control "6.1.2.1.4" {
  title    = "The host takes no other host's journal"
  why      = "A log host is a host of its own."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }

  pass = !package("systemd-journal-remote").installed || (!service("systemd-journal-remote.socket").enabled && !service("systemd-journal-remote.socket").active && !service("systemd-journal-remote.service").enabled && !service("systemd-journal-remote.service").active)

  fix "service" {
    name   = "systemd-journal-remote.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "systemd-journal-remote.service"
    state  = "stopped"
    masked = true
  }
}

control "6.1.2.2" {
  title    = "journald keeps logs to itself"
  why      = "Where it is the log system there is no one to hand them to."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }

  applies = !package("rsyslog").installed
  pass    = !journald.forward_to_syslog

  fix "journald" {
    name  = "ForwardToSyslog"
    value = "no"
  }
}

control "6.1.2.3" {
  title    = "The journal is compressed"
  why      = "It holds more that way."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2", "8.3"]
    nist_800_53     = ["AU-4", "AU-7"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }

  pass = journald.compress

  fix "journald" {
    name  = "Compress"
    value = "yes"
  }
}

control "6.1.2.4" {
  title    = "The journal survives a reboot"
  why      = "What an attacker did is gone with the reboot otherwise."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-3", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }

  pass = journald.storage == "persistent"

  fix "journald" {
    name  = "Storage"
    value = "persistent"
  }
}

control "6.1.3.1" {
  title    = "rsyslog is installed where it is the log system"
  why      = "journald alone keeps logs on this host."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-3", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1005", "T1070", "T1070.002"]
  }
  applies = service("rsyslog").enabled || service("rsyslog").active
  pass    = package("rsyslog").installed

  fix "package" {
    name  = "rsyslog"
    state = "present"
  }
}

control "6.1.3.2" {
  title    = "rsyslog runs where it was chosen"
  why      = "A log system that is off logs nothing."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1211", "T1562", "T1562.001"]
  }

  applies = package("rsyslog").installed
  check "now" {
    pass = service("rsyslog").active
  }
  check "after a reboot" {
    pass = service("rsyslog").enabled
  }

  fix "service" {
    name    = "rsyslog.service"
    enabled = true
    state   = "running"
  }
}

control "6.1.3.3" {
  title    = "journald hands logs to rsyslog"
  why      = "rsyslog can only keep what it gets."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2", "8.9"]
    nist_800_53     = ["AC-3", "AU-2", "AU-4", "AU-6(3)", "AU-7", "AU-12", "MP-2"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2", "10.3.3"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006", "T1565"]
  }

  applies = package("rsyslog").installed
  pass    = journald.forward_to_syslog

  fix "journald" {
    name  = "ForwardToSyslog"
    value = "yes"
  }
}

control "6.1.3.4" {
  title    = "rsyslog's new files are not for everyone"
  why      = "Logs name users, hosts and errors."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3", "8.2"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "AU-7", "MP-2"]
    pci_dss_4       = ["1.3.1", "5.3.4", "6.4.1", "6.4.2", "7.1", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.8.1.3", "A.12.4.1", "A.14.2.5"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  remedy = "Set $FileCreateMode 0640 before the first rule of /etc/rsyslog.conf."

  applies = package("rsyslog").installed
  check "new files" {
    pass = mode_within(rsyslog.file_create_mode, "0640")
  }
  check "each file" {
    violations = [for f in rsyslog.files : f if !mode_within(f.create_mode, "0640")]
  }
}

control "6.1.3.5" {
  title    = "What rsyslog writes was decided"
  why      = "A log that nobody chose misses what somebody needs."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["AU-2", "AU-7", "AU-12"]
  }
  applies = package("rsyslog").installed

  manual = "Check that what you must be able to look up goes to a file or a host: logins, sudo, mail, cron, the kernel."
  evidence = {
    files    = [for f in rsyslog.files : "${f.selector} ${f.path}"]
    problems = rsyslog.problems
  }
}

control "6.1.3.6" {
  title    = "Logs leave the host"
  why      = "Whoever becomes root here can only change what is here."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-6", "AU-7"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }

  manual = "Check that a copy of the logs goes, encrypted, to a host that this one's root can not change."
  evidence = {
    forwards       = [for f in rsyslog.forwards : "${f.protocol} ${f.target} ${f.tls ? "encrypted" : "in the clear"}"]
    journal_upload = service("systemd-journal-upload").active
  }
}

control "6.1.3.7" {
  title    = "rsyslog takes nothing from the network"
  why      = "Anyone could fill the disk, and write what they like into the log."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "CM-6"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.006"]
  }
  remedy = "Take imtcp, imudp and imrelp, and their inputs, out of rsyslog's configuration."

  applies = package("rsyslog").installed
  check "as configured" {
    pass = !rsyslog.listens_remote
  }
  check "sockets" {
    violations = [for l in listeners : "${l.protocol} ${l.address}:${l.port}" if !l.loopback && (l.protocol == "tcp" || l.port < 32768) && l.process == "rsyslogd"]
  }
}

control "6.1.3.8" {
  title    = "How logs are rotated was decided"
  why      = "Logs that are never rotated fill the disk; logs that go too early are missed."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["AU-8"]
  }
  applies = package("rsyslog").installed

  manual = "Read /etc/logrotate.conf and /etc/logrotate.d: is each log kept for as long as you must be able to look back, and does logrotate run?"
  evidence = {
    installed = package("logrotate").installed
    timer     = service("logrotate.timer").enabled
    files     = [for f in glob("/etc/logrotate.d/*") : f.path]
  }
}

control "6.1.4.1" {
  title    = "Logs are for those who need them"
  why      = "They name users, hosts and errors, and sometimes a password typed at the wrong prompt."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  remedy = "Give each file to root and adm with mode 0640 (chown, chmod), and set the same in whatever makes it: logrotate, or the service. A service that must write its log itself wants a waiver."

  check "login records" {
    violations = [for f in tree("/var/log") : f if f.type == "file" && matches(f.path, local.login_logs) && !(mode_within(f.mode, "0664") && f.uid == 0 && contains(["root", "utmp"], f.group))]
  }
  check "the journal" {
    violations = [for f in tree("/var/log") : f if f.type == "file" && matches(f.path, local.journal_logs) && !(mode_within(f.mode, "0640") && f.uid == 0 && contains(["root", "systemd-journal"], f.group))]
  }
  check "of logins to the desktop" {
    violations = [for f in tree("/var/log") : f if f.type == "file" && matches(f.path, local.desktop_logs) && !mode_within(f.mode, "0660")]
  }
  check "of installations" {
    violations = [for f in tree("/var/log") : f if f.type == "file" && matches(f.path, local.install_logs) && !(mode_within(f.mode, "0644") && f.uid == 0)]
  }
  check "all others" {
    violations = [for f in tree("/var/log") : f if f.type == "file" && !matches(f.path, local.login_logs) && !matches(f.path, local.journal_logs) && !matches(f.path, local.desktop_logs) && !matches(f.path, local.install_logs) && !(mode_within(f.mode, "0640") && contains(["root", "syslog"], f.owner) && contains(["root", "adm"], f.group))]
  }
}

control "6.2.1.1" {
  title    = "The audit daemon is installed"
  why      = "Without it the kernel's records of who did what go nowhere that lasts."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-2", "AU-3", "AU-3(1)", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }

  pass = package("auditd").installed && package("audispd-plugins").installed

  fix "package" {
    name  = "auditd"
    state = "present"
  }
  fix "package" {
    name  = "audispd-plugins"
    state = "present"
  }
}

control "6.2.1.2" {
  title    = "The audit daemon runs"
  why      = "A daemon that is installed and off records nothing."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }

  check "now" {
    pass = service("auditd").active
  }
  check "after a reboot" {
    pass = service("auditd").enabled
  }

  fix "service" {
    name    = "auditd.service"
    enabled = true
    state   = "running"
  }
}

control "6.2.1.3" {
  title    = "What starts before the audit daemon is audited too"
  why      = "A process that started before auditing was on is not audited for as long as it runs."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-7"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }
  check "the running kernel" {
    pass = contains(boot.effective_running, "audit=1")
  }
  check "every kernel that can be booted" {
    pass = contains(boot.common_arguments, "audit=1")
  }

  fix "grub" {
    add = ["audit=1"]
  }
}

control "6.2.1.4" {
  title    = "Records from before the audit daemon starts are not lost"
  why      = "The kernel keeps them until the daemon takes them, as many as it has room for."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-3", "AU-7", "AU-12"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }
  check "the running kernel" {
    pass = anytrue([for a in boot.effective_running : matches(a, "^audit_backlog_limit=[0-9]{1,9}$") && parseint(split("=", a)[1], 10) >= 8192])
  }
  check "every kernel that can be booted" {
    pass = anytrue([for a in boot.common_arguments : matches(a, "^audit_backlog_limit=[0-9]{1,9}$") && parseint(split("=", a)[1], 10) >= 8192])
  }

  fix "grub" {
    add = ["audit_backlog_limit=8192"]
  }
}

control "6.2.2.1" {
  title    = "The size of the audit log was chosen"
  why      = "A log that is too small forgets, one without bound fills the disk."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.3"]
    nist_800_53     = ["AU-8"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  pass = auditd.exists && auditd.max_log_file > 0

  fix "auditd" {
    name  = "max_log_file"
    value = "8"
  }
}

control "6.2.2.2" {
  title    = "Full audit logs are kept"
  why      = "A log that rotates away takes the beginning of every long attack with it."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.3"]
    nist_800_53     = ["AU-8"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  pass = auditd.exists && auditd.max_log_file_action == "keep_logs"

  fix "auditd" {
    name  = "max_log_file_action"
    value = "keep_logs"
  }
}

control "6.2.2.3" {
  title    = "The host stops when it can no longer audit"
  why      = "Where every action must be on record, an action that can not be recorded must not happen."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2", "8.3"]
    nist_800_53     = ["AU-2", "AU-7", "AU-8", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "disk full" {
    pass = auditd.exists && contains(["halt", "single"], auditd.disk_full_action)
  }
  check "disk error" {
    pass = auditd.exists && contains(["syslog", "single", "halt"], auditd.disk_error_action)
  }

  fix "auditd" {
    name  = "disk_full_action"
    value = "halt"
  }
  fix "auditd" {
    name  = "disk_error_action"
    value = "halt"
  }
}

control "6.2.2.4" {
  title    = "A disk that fills with audit records raises an alarm, then stops the host"
  why      = "When the space is gone it is too late to save the records."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2", "8.3"]
    nist_800_53     = ["AU-2", "AU-7", "AU-8", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }
  check "space runs low" {
    pass = auditd.exists && contains(["email", "exec", "single", "halt"], auditd.space_left_action)
  }
  check "space is nearly gone" {
    pass = auditd.exists && contains(["single", "halt"], auditd.admin_space_left_action)
  }

  fix "auditd" {
    name  = "space_left_action"
    value = "email"
  }
  fix "auditd" {
    name  = "admin_space_left_action"
    value = "single"
  }
}

control "6.2.3.1" {
  title    = "Changes of sudo's rules are recorded"
  why      = "Whoever changes them makes themselves root."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.3"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-w /etc/sudoers -p wa -k scope").running,
      audit_rule("-w /etc/sudoers.d -p wa -k scope").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-w /etc/sudoers -p wa -k scope").configured,
      audit_rule("-w /etc/sudoers.d -p wa -k scope").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-w /etc/sudoers -p wa -k scope",
      "-w /etc/sudoers.d -p wa -k scope",
    ]
  }
}

control "6.2.3.2" {
  title    = "Commands run as another user are recorded"
  why      = "It must be on record who was behind root."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.9.4.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation").running,
      audit_rule("-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation").configured,
      audit_rule("-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation",
      "-a always,exit -F arch=b32 -C euid!=uid -F auid!=unset -S execve -k user_emulation",
    ]
  }
}

control "6.2.3.3" {
  title    = "Changes of sudo's log are recorded"
  why      = "Who becomes root can also mend what the log says of it."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.9.4.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }
  check "in the kernel" {
    pass = sudoers.defaults.logfile != "" && audit_rule("-w ${sudoers.defaults.logfile} -p wa -k sudo_log_file").running
  }
  check "after a reboot" {
    pass = sudoers.defaults.logfile != "" && audit_rule("-w ${sudoers.defaults.logfile} -p wa -k sudo_log_file").configured
  }

  fix "audit_rules" {
    rules = ["-w ${sudoers.defaults.logfile} -p wa -k sudo_log_file"]
  }
}

control "6.2.3.4" {
  title    = "Changes of the clock are recorded"
  why      = "A moved clock hides what happened when."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.1.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change").running,
      audit_rule("-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change").running,
      audit_rule("-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change").running,
      audit_rule("-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change").running,
      audit_rule("-w /etc/localtime -p wa -k time-change").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change").configured,
      audit_rule("-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change").configured,
      audit_rule("-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change").configured,
      audit_rule("-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change").configured,
      audit_rule("-w /etc/localtime -p wa -k time-change").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k time-change",
      "-a always,exit -F arch=b32 -S adjtimex,settimeofday -k time-change",
      "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0 -k time-change",
      "-a always,exit -F arch=b32 -S clock_settime -F a0=0x0 -k time-change",
      "-w /etc/localtime -p wa -k time-change",
    ]
  }
}

control "6.2.3.5" {
  title    = "Changes of names and networks are recorded"
  why      = "A new name or route is how a host is made to talk to the wrong one."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.1.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale").running,
      audit_rule("-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale").running,
      audit_rule("-w /etc/issue -p wa -k system-locale").running,
      audit_rule("-w /etc/issue.net -p wa -k system-locale").running,
      audit_rule("-w /etc/hosts -p wa -k system-locale").running,
      audit_rule("-w /etc/networks -p wa -k system-locale").running,
      audit_rule("-w /etc/network -p wa -k system-locale").running,
      audit_rule("-w /etc/netplan -p wa -k system-locale").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale").configured,
      audit_rule("-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale").configured,
      audit_rule("-w /etc/issue -p wa -k system-locale").configured,
      audit_rule("-w /etc/issue.net -p wa -k system-locale").configured,
      audit_rule("-w /etc/hosts -p wa -k system-locale").configured,
      audit_rule("-w /etc/networks -p wa -k system-locale").configured,
      audit_rule("-w /etc/network -p wa -k system-locale").configured,
      audit_rule("-w /etc/netplan -p wa -k system-locale").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale",
      "-a always,exit -F arch=b32 -S sethostname,setdomainname -k system-locale",
      "-w /etc/issue -p wa -k system-locale",
      "-w /etc/issue.net -p wa -k system-locale",
      "-w /etc/hosts -p wa -k system-locale",
      "-w /etc/networks -p wa -k system-locale",
      "-w /etc/network -p wa -k system-locale",
      "-w /etc/netplan -p wa -k system-locale",
    ]
  }
}

control "6.2.3.6" {
  title    = "Each setuid and setgid program is recorded when it runs"
  why      = "They are how an ordinary user comes to do what only root may."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AU-3"]
  }
  remedy = "Write a rule for each program that the report lists into /etc/audit/rules.d, and load them with augenrules --load."

  check "in the kernel" {
    violations = [
      for f in concat(filesystem.setuid, filesystem.setgid) : f
      if !audit_rule("-a always,exit -F path=${f.path} -F perm=x -F auid>=1000 -F auid!=unset -k privileged").running
    ]
  }
  check "after a reboot" {
    violations = [
      for f in concat(filesystem.setuid, filesystem.setgid) : f
      if !audit_rule("-a always,exit -F path=${f.path} -F perm=x -F auid>=1000 -F auid!=unset -k privileged").configured
    ]
  }

  fix "audit_rules" {
    rules = distinct([for f in concat(filesystem.setuid, filesystem.setgid) : "-a always,exit -F path=${f.path} -F perm=x -F auid>=1000 -F auid!=unset -k privileged"])
    file  = "50-holdfast-privileged"
  }
}

control "6.2.3.7" {
  title    = "Files that users may not open are recorded when they try"
  why      = "Who tries many doors is looking for an open one."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.3"]
    mitre_attack    = ["T1562", "T1562.006"]
  }
  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access").running,
      audit_rule("-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access").running,
      audit_rule("-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access").running,
      audit_rule("-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access").configured,
      audit_rule("-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access").configured,
      audit_rule("-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access").configured,
      audit_rule("-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access",
      "-a always,exit -F arch=b64 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access",
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access",
      "-a always,exit -F arch=b32 -S creat,open,openat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access",
    ]
  }
}

control "6.2.3.8" {
  title    = "Changes of accounts are recorded"
  why      = "A new account, or a new password, is how an attacker comes back."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.3"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-w /etc/group -p wa -k identity").running,
      audit_rule("-w /etc/passwd -p wa -k identity").running,
      audit_rule("-w /etc/gshadow -p wa -k identity").running,
      audit_rule("-w /etc/shadow -p wa -k identity").running,
      audit_rule("-w /etc/security/opasswd -p wa -k identity").running,
      audit_rule("-w /etc/nsswitch.conf -p wa -k identity").running,
      audit_rule("-w /etc/pam.conf -p wa -k identity").running,
      audit_rule("-w /etc/pam.d -p wa -k identity").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-w /etc/group -p wa -k identity").configured,
      audit_rule("-w /etc/passwd -p wa -k identity").configured,
      audit_rule("-w /etc/gshadow -p wa -k identity").configured,
      audit_rule("-w /etc/shadow -p wa -k identity").configured,
      audit_rule("-w /etc/security/opasswd -p wa -k identity").configured,
      audit_rule("-w /etc/nsswitch.conf -p wa -k identity").configured,
      audit_rule("-w /etc/pam.conf -p wa -k identity").configured,
      audit_rule("-w /etc/pam.d -p wa -k identity").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-w /etc/group -p wa -k identity",
      "-w /etc/passwd -p wa -k identity",
      "-w /etc/gshadow -p wa -k identity",
      "-w /etc/shadow -p wa -k identity",
      "-w /etc/security/opasswd -p wa -k identity",
      "-w /etc/nsswitch.conf -p wa -k identity",
      "-w /etc/pam.conf -p wa -k identity",
      "-w /etc/pam.d -p wa -k identity",
    ]
  }
}

control "6.2.3.9" {
  title    = "Changes of modes, owners and attributes are recorded"
  why      = "A file that was opened up for a moment leaves no other trace."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.1.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }
  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod").running,
      audit_rule("-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod").running,
      audit_rule("-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod").running,
      audit_rule("-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod").running,
      audit_rule("-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod").running,
      audit_rule("-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod").configured,
      audit_rule("-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod").configured,
      audit_rule("-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod").configured,
      audit_rule("-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod").configured,
      audit_rule("-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod").configured,
      audit_rule("-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod",
      "-a always,exit -F arch=b64 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod",
      "-a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod",
      "-a always,exit -F arch=b32 -S chmod,fchmod,fchmodat -F auid>=1000 -F auid!=unset -k perm_mod",
      "-a always,exit -F arch=b32 -S chown,fchown,lchown,fchownat -F auid>=1000 -F auid!=unset -k perm_mod",
      "-a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr -F auid>=1000 -F auid!=unset -k perm_mod",
    ]
  }
}

control "6.2.3.10" {
  title    = "Mounts by users are recorded"
  why      = "Data leaves, and programs come in, on things that are mounted."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts").running,
      audit_rule("-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts").configured,
      audit_rule("-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts",
      "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts",
    ]
  }
}

control "6.2.3.11" {
  title    = "Changes of session records are recorded"
  why      = "Whoever erases their login from utmp and wtmp leaves this behind."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.9.4.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-w /var/run/utmp -p wa -k session").running,
      audit_rule("-w /var/log/wtmp -p wa -k session").running,
      audit_rule("-w /var/log/btmp -p wa -k session").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-w /var/run/utmp -p wa -k session").configured,
      audit_rule("-w /var/log/wtmp -p wa -k session").configured,
      audit_rule("-w /var/log/btmp -p wa -k session").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-w /var/run/utmp -p wa -k session",
      "-w /var/log/wtmp -p wa -k session",
      "-w /var/log/btmp -p wa -k session",
    ]
  }
}

control "6.2.3.12" {
  title    = "Changes of login records are recorded"
  why      = "lastlog and faillock say who tried; someone may want them not to."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.8.1.3", "A.9.4.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-w /var/log/lastlog -p wa -k logins").running,
      audit_rule("-w /var/run/faillock -p wa -k logins").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-w /var/log/lastlog -p wa -k logins").configured,
      audit_rule("-w /var/run/faillock -p wa -k logins").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-w /var/log/lastlog -p wa -k logins",
      "-w /var/run/faillock -p wa -k logins",
    ]
  }
}

control "6.2.3.13" {
  title    = "Files that users delete are recorded"
  why      = "What is gone should at least have left a name."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3(1)", "AU-7", "AU-12", "SC-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete").running,
      audit_rule("-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete").configured,
      audit_rule("-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete",
      "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete",
    ]
  }
}

control "6.2.3.14" {
  title    = "Changes of AppArmor's policy are recorded"
  why      = "Loosening a profile is the quiet way out of it."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.1.2"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = alltrue([
      audit_rule("-w /etc/apparmor -p wa -k MAC-policy").running,
      audit_rule("-w /etc/apparmor.d -p wa -k MAC-policy").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-w /etc/apparmor -p wa -k MAC-policy").configured,
      audit_rule("-w /etc/apparmor.d -p wa -k MAC-policy").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-w /etc/apparmor -p wa -k MAC-policy",
      "-w /etc/apparmor.d -p wa -k MAC-policy",
    ]
  }
}

control "6.2.3.15" {
  title    = "Runs of chcon are recorded"
  why      = "It changes who may do what."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").running
  }
  check "after a reboot" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").configured
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng",
    ]
  }
}

control "6.2.3.16" {
  title    = "Runs of setfacl are recorded"
  why      = "It changes who may do what."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").running
  }
  check "after a reboot" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").configured
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F path=/usr/bin/setfacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng",
    ]
  }
}

control "6.2.3.17" {
  title    = "Runs of chacl are recorded"
  why      = "It changes who may do what."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").running
  }
  check "after a reboot" {
    pass = audit_rule("-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng").configured
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F path=/usr/bin/chacl -F perm=x -F auid>=1000 -F auid!=unset -k perm_chng",
    ]
  }
}

control "6.2.3.18" {
  title    = "Runs of usermod are recorded"
  why      = "It changes who may do what."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-2", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "in the kernel" {
    pass = audit_rule("-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod").running
  }
  check "after a reboot" {
    pass = audit_rule("-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod").configured
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F path=/usr/sbin/usermod -F perm=x -F auid>=1000 -F auid!=unset -k usermod",
    ]
  }
}

control "6.2.3.19" {
  title    = "Loading and unloading of kernel modules is recorded"
  why      = "A kernel module can hide everything else."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "CM-6"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }
  check "in the kernel" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules").running,
      audit_rule("-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules").running,
    ])
  }
  check "after a reboot" {
    pass = alltrue([
      audit_rule("-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules").configured,
      audit_rule("-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules").configured,
    ])
  }

  fix "audit_rules" {
    rules = [
      "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module,create_module,query_module -F auid>=1000 -F auid!=unset -k kernel_modules",
      "-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k kernel_modules",
    ]
  }
}

control "6.2.3.20" {
  title    = "Audit rules are locked until the next boot"
  why      = "An attacker who became root stops the records first."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3", "8.5"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "AU-3", "AU-3(1)", "AU-7", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1", "9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.001"]
  }

  check "now" {
    pass = audit_rules.locked
  }
  check "after a reboot" {
    pass = audit_rules.lock_configured
  }

  fix "audit_rules" {
    immutable = true
  }
}

control "6.2.3.21" {
  title    = "The kernel has the audit rules that are on disk"
  why      = "Rules that were added by hand, or never loaded, are not what the next boot brings."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
  }

  manual = "Where the two differ, find out why; load what is on disk with augenrules --load, or write down what is only in the kernel."
  evidence = {
    same           = audit_rules.same
    not_running    = [for r in audit_rules.not_running : r.text]
    not_configured = [for r in audit_rules.not_configured : r.text]
  }
}

control "6.2.4.1" {
  title    = "Audit logs are not for everyone"
  why      = "They name every file and command of every user."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AU-3"]
  }

  applies    = auditd.exists
  violations = [for f in tree(auditd.log_dir) : f if f.type == "file" && !mode_within(f.mode, auditd.log_group == "root" ? "0600" : "0640")]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = auditd.log_group == "root" ? "0600" : "0640"
  }
}

control "6.2.4.2" {
  title    = "Audit logs belong to root"
  why      = "Their owner can open them up, and change what they say."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AU-3"]
  }
  applies    = auditd.exists
  violations = [for f in tree(auditd.log_dir) : f if f.type == "file" && f.uid != 0]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    owner    = "root"
  }
}

control "6.2.4.3" {
  title    = "Audit logs are of the group root or adm"
  why      = "Other groups have other members."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  applies = auditd.exists

  check "new logs" {
    pass = contains(["root", "adm"], auditd.log_group)
  }
  check "logs that are there" {
    violations = [for f in tree(auditd.log_dir) : f if f.type == "file" && !contains(["root", "adm"], f.group)]
  }

  fix "auditd" {
    name  = "log_group"
    value = "adm"
  }
}

control "6.2.4.4" {
  title    = "The audit log's directory is closed to others"
  why      = "Whoever can write there can put another log in its place."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AU-3"]
  }

  applies = auditd.exists
  pass    = mode_within(file(auditd.log_dir).mode, "0750")

  fix "file_mode" {
    path = auditd.log_dir
    max  = "0750"
  }
}

control "6.2.4.5" {
  title    = "The audit configuration is not for everyone"
  why      = "Who knows what is recorded knows what is not."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }

  violations = [
    for f in tree("/etc/audit") : f
    if f.type == "file" && (endswith(f.path, ".conf") || endswith(f.path, ".rules")) && !mode_within(f.mode, "0640")
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0640"
  }
}

control "6.2.4.6" {
  title    = "The audit configuration belongs to root"
  why      = "Who can change the rules can switch the recording off."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  violations = [
    for f in tree("/etc/audit") : f
    if f.type == "file" && (endswith(f.path, ".conf") || endswith(f.path, ".rules")) && f.uid != 0
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    owner    = "root"
  }
}

control "6.2.4.7" {
  title    = "The audit configuration is of the group root"
  why      = "Who can change the rules can switch the recording off."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  violations = [
    for f in tree("/etc/audit") : f
    if f.type == "file" && (endswith(f.path, ".conf") || endswith(f.path, ".rules")) && f.gid != 0
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    group    = "root"
  }
}

control "6.2.4.8" {
  title    = "Only root can write the audit tools"
  why      = "Who can change the tools decides what they show."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  applies = package("auditd").installed
  violations = [
    for p in ["/usr/sbin/auditctl", "/usr/sbin/aureport", "/usr/sbin/ausearch", "/usr/sbin/autrace", "/usr/sbin/auditd", "/usr/sbin/augenrules"] : file(p)
    if file(p).exists && !mode_within(file(p).mode, "0755")
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0755"
  }
}

control "6.2.4.9" {
  title    = "The audit tools belong to root"
  why      = "Who can change the tools decides what they show."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  applies = package("auditd").installed
  violations = [
    for p in ["/usr/sbin/auditctl", "/usr/sbin/aureport", "/usr/sbin/ausearch", "/usr/sbin/autrace", "/usr/sbin/auditd", "/usr/sbin/augenrules"] : file(p)
    if file(p).exists && file(p).uid != 0
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    owner    = "root"
  }
}

control "6.2.4.10" {
  title    = "The audit tools are of the group root"
  why      = "Who can change the tools decides what they show."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "AU-3"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1070", "T1070.002", "T1083"]
  }
  applies = package("auditd").installed
  violations = [
    for p in ["/usr/sbin/auditctl", "/usr/sbin/aureport", "/usr/sbin/ausearch", "/usr/sbin/autrace", "/usr/sbin/auditd", "/usr/sbin/augenrules"] : file(p)
    if file(p).exists && file(p).gid != 0
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    group    = "root"
  }
}

control "6.3.1" {
  title    = "AIDE is installed and has a database"
  why      = "Without a record of how files were, nobody can tell that they changed."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.14"]
    nist_800_53     = ["AC-6(9)"]
    pci_dss_4       = ["10.2.1", "10.2.1.1"]
    iso_27001_2013  = ["A.12.4.3"]
    mitre_attack    = ["T1565", "T1565.001"]
  }

  check "installed" {
    pass = package("aide").installed && package("aide-common").installed
  }
  check "its database" {
    pass = aide.installed && aide.database_in_exists
  }

  fix "package" {
    name  = "aide"
    state = "present"
  }
  fix "package" {
    name  = "aide-common"
    state = "present"
    later = true # it makes its database, which takes minutes
  }
}

control "6.3.2" {
  title    = "AIDE looks every day"
  why      = "A check that nobody runs finds nothing."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-2", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.3"]
    mitre_attack    = ["T1036", "T1036.002", "T1036.003", "T1036.004", "T1036.005", "T1565", "T1565.001"]
  }

  pass = aide.installed && service("dailyaidecheck.timer").enabled && service("dailyaidecheck.timer").active && !service("dailyaidecheck.service").masked

  fix "service" {
    name    = "dailyaidecheck.timer"
    enabled = true
    state   = "running"
  }
}

control "6.3.3" {
  title    = "AIDE watches the audit tools"
  why      = "An attacker replaces first what would report them."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    mitre_attack = ["T1070", "T1070.002", "T1083"]
    nist_800_53  = ["AU-9.3"]
  }
  remedy = "Add a line with p+i+n+u+g+s+b+acl+xattrs+sha512 for each of the tools to a file of /etc/aide/aide.conf.d."

  violations = [
    for p in ["/usr/sbin/auditctl", "/usr/sbin/auditd", "/usr/sbin/ausearch", "/usr/sbin/aureport", "/usr/sbin/autrace", "/usr/sbin/augenrules"] : p
    if !aide.installed || !aide_rule(p).recorded || !alltrue([for a in ["p", "i", "n", "u", "g", "s", "b", "acl", "xattrs", "sha512"] : contains(aide_rule(p).attributes, a)])
  ]

  fix "file" {
    path    = "/etc/aide/aide.conf.d/10_holdfast_audit_tools"
    content = join("", [for p in ["/usr/sbin/auditctl", "/usr/sbin/auditd", "/usr/sbin/ausearch", "/usr/sbin/aureport", "/usr/sbin/autrace", "/usr/sbin/augenrules"] : "${p} p+i+n+u+g+s+b+acl+xattrs+sha512\n"])
    guard {
      when   = !aide.installed
      reason = "AIDE is not installed yet: plan again when it is."
    }
  }
}
