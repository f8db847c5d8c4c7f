# 5. Access control

# UMASK of login.defs reaches a login only through pam_umask, which Debian does not call unless told so; and an argument of
# the module's own goes before it.
locals {
  pam_umask    = [for e in pam_stack("common-session", "session").entries : e if e.module == "pam_umask.so" && e.called_on_success]
  umask_by_pam = length(local.pam_umask) > 0 && alltrue([for e in local.pam_umask : !anytrue([for a in e.arguments : startswith(a, "umask=") || a == "usergroups"])]) && mode_within("0027", login_defs.umask)
}

# What SSH should no longer speak.
locals {
  weak_ciphers = ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "rijndael-cbc@lysator.liu.se"]
  weak_kex     = ["diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"]
  weak_macs = [
    "hmac-md5", "hmac-md5-96", "hmac-ripemd160", "hmac-sha1-96", "umac-64@openssh.com",
    "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com", "hmac-ripemd160-etm@openssh.com", "hmac-sha1-96-etm@openssh.com",
    "umac-64-etm@openssh.com", "umac-128-etm@openssh.com",
  ]
}

control "5.1.1" {
  title    = "Only root can read how sshd is configured"
  why      = "It names who may come in and how."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1098", "T1098.004", "T1543", "T1543.002"]
  }

  applies = package("openssh-server").installed
  check "main file" {
    pass = mode_within(file("/etc/ssh/sshd_config").mode, "0600") && file("/etc/ssh/sshd_config").uid == 0 && file("/etc/ssh/sshd_config").gid == 0
  }
  check "drop-ins" {
    violations = [for f in glob("/etc/ssh/sshd_config.d/*.conf") : f if !mode_within(f.mode, "0600") || f.uid != 0 || f.gid != 0]
  }

  fix "file_mode" {
    path  = "/etc/ssh/sshd_config"
    mode  = "0600"
    owner = "root"
    group = "root"
  }
}

control "5.1.2" {
  title    = "Only root can read the private host keys"
  why      = "Who has them can be this host to everyone who connects."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1552", "T1552.004"]
  }

  applies = package("openssh-server").installed
  violations = [
    for f in at_least(glob("/etc/ssh/ssh_host_*_key"), 1) : f
    if f.uid != 0 || !(mode_within(f.mode, "0600") || f.group == "ssh_keys" && mode_within(f.mode, "0640"))
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    mode     = "0600"
    owner    = "root"
    group    = "root"
  }
}

control "5.1.3" {
  title    = "Only root can write the public host keys"
  why      = "They are public, and no one else's to change."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1557"]
  }

  applies    = package("openssh-server").installed
  violations = [for f in at_least(glob("/etc/ssh/ssh_host_*_key.pub"), 1) : f if !mode_within(f.mode, "0644") || f.uid != 0 || f.gid != 0]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    mode     = "0644"
    owner    = "root"
    group    = "root"
  }
}

control "5.1.4" {
  title    = "SSH logins are limited to named people"
  why      = "Every account on the host is a way in unless a list says otherwise."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1021", "T1021.004"]
  }
  remedy = "Name who may log in with AllowUsers or AllowGroups in a drop-in of /etc/ssh/sshd_config.d; keep your own session open while you try."

  applies = package("openssh-server").installed
  check "every connection" {
    pass = length(sshd.allowusers) + length(sshd.allowgroups) + length(sshd.denyusers) + length(sshd.denygroups) > 0
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(length(c.allowusers) + length(c.allowgroups) + length(c.denyusers) + length(c.denygroups) > 0)]
  }
}

control "5.1.5" {
  title    = "SSH shows a banner that names no version"
  why      = "A banner says whose machine it is and that access is watched; it need not say which version it runs."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
  }
  remedy = "Set Banner to /etc/issue.net in sshd's configuration, and write your own words into that file."

  applies = package("openssh-server").installed

  check "every connection" {
    pass = sshd.banner != "none" && banner_file(sshd.banner).non_empty
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if c.banner == "none" || !banner_file(c.banner).non_empty]
  }
  check "says too much" {
    violations = flatten([for f in distinct(concat([sshd.banner], [for c in sshd.contexts : c.banner])) : banner_file(f).leaks if f != "none"])
  }

  fix "sshd_option" {
    name  = "Banner"
    value = "/etc/issue.net"
  }
}

control "5.1.6" {
  title    = "No weak SSH cipher is offered"
  why      = "CBC ciphers of SSH leak plain text to whoever sits in between; 3DES is too short."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.10"]
    nist_800_53     = ["AC-17(2)", "SC-8", "SC-8(1)"]
    pci_dss_4       = ["2.2.7", "4.1.1", "4.2.1", "4.2.1.2", "4.2.2", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1", "A.13.1.1"]
    mitre_attack    = ["T1040", "T1557"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    violations = [for a in sshd.ciphers : a if contains(local.weak_ciphers, a)]
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if anytrue([for a in c.ciphers : contains(local.weak_ciphers, a)])]
  }

  fix "sshd_option" {
    name  = "Ciphers"
    value = "-3des-cbc,aes128-cbc,aes192-cbc,aes256-cbc,rijndael-cbc@lysator.liu.se"
  }
}

control "5.1.7" {
  title    = "Dead SSH sessions end"
  why      = "A session that nobody sits at is a door left open."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.002", "T1078.003"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.clientaliveinterval > 0 && sshd.clientalivecountmax > 0
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.clientaliveinterval > 0 && c.clientalivecountmax > 0)]
  }

  fix "sshd_option" {
    name  = "ClientAliveInterval"
    value = "15"
  }
}

control "5.1.8" {
  title    = "SSH forwards nothing"
  why      = "A tunnel leads around the firewall. Leave this control out, by tailoring, on bastions."
  profiles = ["level2-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1210"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.disableforwarding == "yes"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.disableforwarding == "yes")]
  }

  fix "sshd_option" {
    name  = "DisableForwarding"
    value = "yes"
  }
}

control "5.1.9" {
  title    = "No GSSAPI logins"
  why      = "One way in less, where Kerberos is not used."
  profiles = ["level2-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.003"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.gssapiauthentication == "no"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.gssapiauthentication == "no")]
  }

  fix "sshd_option" {
    name  = "GSSAPIAuthentication"
    value = "no"
  }
}

control "5.1.10" {
  title    = "No host vouches for its users"
  why      = "Who controls the other host, or its name, is anyone here."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.003"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.hostbasedauthentication == "no"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.hostbasedauthentication == "no")]
  }

  fix "sshd_option" {
    name  = "HostbasedAuthentication"
    value = "no"
  }
}

control "5.1.11" {
  title    = "rhosts files are ignored"
  why      = "They hand the decision who may log in to users."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.003"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.ignorerhosts == "yes"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.ignorerhosts == "yes")]
  }

  fix "sshd_option" {
    name  = "IgnoreRhosts"
    value = "yes"
  }
}

control "5.1.12" {
  title    = "No weak SSH key exchange is offered"
  why      = "SHA-1 and small groups can be broken by those who record today."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.10"]
    nist_800_53     = ["AC-17(2)", "SC-8", "SC-8(1)"]
    pci_dss_4       = ["2.2.7", "4.1.1", "4.2.1", "4.2.1.2", "4.2.2", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1", "A.13.1.1"]
    mitre_attack    = ["T1040", "T1557"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    violations = [for a in sshd.kexalgorithms : a if contains(local.weak_kex, a)]
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if anytrue([for a in c.kexalgorithms : contains(local.weak_kex, a)])]
  }

  fix "sshd_option" {
    name  = "KexAlgorithms"
    value = "-diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1"
  }
}

control "5.1.13" {
  title    = "An SSH login must be finished in a minute"
  why      = "Connections that never log in use up the places of those who would."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-6"]
    mitre_attack = ["T1110", "T1110.001", "T1110.003", "T1110.004"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.logingracetime >= 1 && sshd.logingracetime <= 60
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.logingracetime >= 1 && c.logingracetime <= 60)]
  }

  fix "sshd_option" {
    name  = "LoginGraceTime"
    value = "60"
  }
}

control "5.1.14" {
  title    = "SSH logs who came in"
  why      = "Below INFO a login leaves no trace; DEBUG writes down what nobody should read."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.2"]
    nist_800_53     = ["AU-3", "AU-7", "AU-12", "SI-5"]
    pci_dss_4       = ["5.3.4", "6.4.1", "6.4.2", "10.2.1", "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7", "10.2.2"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = contains(["INFO", "VERBOSE"], sshd.loglevel)
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(contains(["INFO", "VERBOSE"], c.loglevel))]
  }

  fix "sshd_option" {
    name  = "LogLevel"
    value = "VERBOSE"
  }
}

control "5.1.15" {
  title    = "No weak SSH MAC is offered"
  why      = "MD5, 96-bit and 64-bit codes can be forged with patience."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.10"]
    nist_800_53     = ["AC-17(2)", "CM-1", "CM-2", "CM-4", "CM-7", "IA-5", "SC-8", "SC-8(1)"]
    pci_dss_4       = ["2.2.7", "4.1.1", "4.2.1", "4.2.1.2", "4.2.2", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1", "A.13.1.1"]
    mitre_attack    = ["T1040", "T1557"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    violations = [for a in sshd.macs : a if contains(local.weak_macs, a)]
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if anytrue([for a in c.macs : contains(local.weak_macs, a)])]
  }

  fix "sshd_option" {
    name  = "MACs"
    value = "-hmac-md5*,hmac-ripemd160*,hmac-sha1-96*,umac-64*,umac-128-etm@openssh.com"
  }
}

control "5.1.16" {
  title    = "An SSH connection has four tries"
  why      = "Fewer tries make guessing slower and louder."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.003"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.maxauthtries <= 4
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.maxauthtries <= 4)]
  }

  fix "sshd_option" {
    name  = "MaxAuthTries"
    value = "4"
  }
}

control "5.1.17" {
  title    = "An SSH connection has ten sessions at most"
  why      = "One login should not open sessions without end."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    mitre_attack = ["T1499", "T1499.002"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.maxsessions <= 10
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.maxsessions <= 10)]
  }

  fix "sshd_option" {
    name  = "MaxSessions"
    value = "10"
  }
}

control "5.1.18" {
  title    = "Strangers can not crowd SSH out"
  why      = "Unauthenticated connections are thinned out before they fill every place."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    mitre_attack = ["T1499", "T1499.002"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.maxstartups_start <= 10 && sshd.maxstartups_rate >= 30 && sshd.maxstartups_full <= 60
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.maxstartups_start <= 10 && c.maxstartups_rate >= 30 && c.maxstartups_full <= 60)]
  }

  fix "sshd_option" {
    name  = "MaxStartups"
    value = "10:30:60"
  }
}

control "5.1.19" {
  title    = "An empty password opens nothing"
  why      = "It is no secret."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1021"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.permitemptypasswords == "no"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.permitemptypasswords == "no")]
  }

  fix "sshd_option" {
    name  = "PermitEmptyPasswords"
    value = "no"
  }
}

control "5.1.20" {
  title    = "Root can not log in over SSH"
  why      = "Every administrator should leave a name in the log."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1021"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.permitrootlogin == "no"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.permitrootlogin == "no")]
  }
  check "root from another host" {
    pass = sshd_for("root", "192.0.2.1").permitrootlogin == "no"
  }

  fix "sshd_option" {
    name  = "PermitRootLogin"
    value = "no"
  }
}

control "5.1.21" {
  title    = "Users do not set the environment of their login"
  why      = "LD_PRELOAD in an environment file runs code before any restriction holds."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    mitre_attack = ["T1021"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.permituserenvironment == "no"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.permituserenvironment == "no")]
  }

  fix "sshd_option" {
    name  = "PermitUserEnvironment"
    value = "no"
  }
}

control "5.1.22" {
  title    = "SSH logins go through PAM"
  why      = "Lockout, expiry and limits of accounts are PAM's."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["CM-1", "CM-2", "CM-4", "CM-7", "IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1021", "T1021.004"]
  }

  applies = package("openssh-server").installed
  check "every connection" {
    pass = sshd.usepam == "yes"
  }
  check "every Match block" {
    violations = [for c in sshd.contexts : c if !(c.usepam == "yes")]
  }

  fix "sshd_option" {
    name  = "UsePAM"
    value = "yes"
  }
}

control "5.2.1" {
  title    = "sudo is installed"
  why      = "With it nobody needs root's password, and each command leaves a name."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1548"]
  }

  pass = package("sudo").installed || package("sudo-ldap").installed

  fix "package" {
    name  = "sudo"
    state = "present"
  }
}

control "5.2.2" {
  title    = "sudo runs commands in a terminal of their own"
  why      = "A command left in the background can otherwise write into the user's terminal, and go on after sudo has ended."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.8.1.3", "A.14.2.5"]
    mitre_attack    = ["T1078", "T1078.003", "T1548", "T1548.003"]
  }

  applies = sudoers.exists
  check "for everyone" {
    pass = sudoers.defaults.use_pty
  }
  check "no exception" {
    violations = [for o in sudoers.overrides : o if o.name == "use_pty" && o.operator == "unset"]
  }

  fix "sudo_default" {
    name = "use_pty"
  }
}

control "5.2.3" {
  title    = "sudo writes a log of its own"
  why      = "What was done as root should not have to be picked out of everything else."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7", "AU-12"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  applies = sudoers.exists

  check "for everyone" {
    pass = sudoers.defaults.logfile != ""
  }
  check "no exception" {
    violations = [for o in sudoers.overrides : o if o.name == "logfile" && o.operator == "unset"]
  }

  fix "sudo_default" {
    name  = "logfile"
    value = "/var/log/sudo.log"
  }
}

control "5.2.4" {
  title    = "sudo always asks for a password"
  why      = "Whoever sits down at an open session is root without one."
  profiles = ["level2-server", "level2-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1548"]
  }
  remedy = "Take NOPASSWD out of the rules that the report names."

  applies    = sudoers.exists
  violations = sudoers.nopasswd
}

control "5.2.5" {
  title    = "Nobody is excepted from sudo's question"
  why      = "!authenticate is NOPASSWD by another name."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1548"]
  }
  remedy = "Take !authenticate out of the lines that the report names."

  applies = sudoers.exists
  check "for everyone" {
    pass = sudoers.defaults.authenticate
  }
  check "no exception" {
    violations = sudoers.unauthenticated
  }
}

control "5.2.6" {
  title    = "sudo asks again after a quarter of an hour"
  why      = "A ticket that never ends is a password that was typed once, ever."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.4"]
    nist_800_53     = ["AC-6", "AC-6(2)", "AC-6(5)"]
    iso_27001_2013  = ["A.9.2.3"]
    mitre_attack    = ["T1548"]
  }

  applies = sudoers.exists
  check "for everyone" {
    pass = sudoers.defaults.timestamp_timeout >= 0 && sudoers.defaults.timestamp_timeout <= 15
  }
  check "exceptions" {
    violations = [for o in sudoers.overrides : o if o.name == "timestamp_timeout" && !(o.operator == "=" && matches(o.value, "^([0-9]|1[0-4])([.][0-9]+)?$|^15([.]0+)?$"))]
  }

  fix "sudo_default" {
    name  = "timestamp_timeout"
    value = "15"
  }
}

control "5.2.7" {
  title    = "Only a named group may use su"
  why      = "Whoever learnt root's password still needs to be one of few."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548"]
  }
  remedy = "Make a group without members, and add to /etc/pam.d/su: auth required pam_wheel.so use_uid group=GROUP"

  pass = pam_su.restricted && length(pam_su.members) == 0

  fix "group" {
    name    = "sugroup"
    members = []
    state   = "present"
  }
  fix "file" {
    path  = "/etc/pam.d/su"
    match = "^\\s*#?\\s*auth\\s+\\S+\\s+pam_wheel\\.so\\s*$"
    line  = "auth required pam_wheel.so use_uid group=sugroup"
  }
}

control "5.3.1.1" {
  title    = "libpam-runtime is current"
  why      = "Older versions lack modules and fixes that the controls below rely on."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CM-8"]
  }

  pass = package("libpam-runtime").installed && version_compare(package("libpam-runtime").version, "1.5.2-6") >= 0

  fix "package" {
    name  = "libpam-runtime"
    state = "latest"
  }
}

control "5.3.1.2" {
  title    = "libpam-modules is current"
  why      = "Older versions lack modules and fixes that the controls below rely on."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CM-8"]
  }

  pass = package("libpam-modules").installed && version_compare(package("libpam-modules").version, "1.5.2-6") >= 0

  fix "package" {
    name  = "libpam-modules"
    state = "latest"
  }
}

control "5.3.1.3" {
  title    = "pam_pwquality is installed"
  why      = "Without it any password will do."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CM-6"]
  }

  pass = package("libpam-pwquality").installed

  fix "package" {
    name  = "libpam-pwquality"
    state = "present"
  }
}

control "5.3.2.1" {
  title    = "pam_unix is in every common stack"
  why      = "It is what knows passwords, and when an account expires."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "IA-5"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }
  remedy = "Enable the profile with pam-auth-update."

  check "common-auth, auth" {
    pass = contains(pam_stack("common-auth", "auth").modules, "pam_unix.so")
  }
  check "common-account, account" {
    pass = contains(pam_stack("common-account", "account").modules, "pam_unix.so")
  }
  check "common-password, password" {
    pass = contains(pam_stack("common-password", "password").modules, "pam_unix.so")
  }
  check "common-session, session" {
    pass = contains(pam_stack("common-session", "session").modules, "pam_unix.so")
  }
  check "common-session-noninteractive, session" {
    pass = contains(pam_stack("common-session-noninteractive", "session").modules, "pam_unix.so")
  }

  fix "pam" {
    profile = "unix"
    enabled = true
  }
}

control "5.3.2.2" {
  title    = "Failed logins are counted everywhere"
  why      = "Guessing goes on where nobody counts."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["6.2"]
    nist_800_53     = ["AC-2(1)"]
    pci_dss_4       = ["8.2.4", "8.2.5"]
    iso_27001_2013  = ["A.9.2.6"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.003"]
  }

  pass = faillock.enabled

  fix "pam" {
    profile = "faillock"
    enabled = true
  }
}

control "5.3.2.3" {
  title    = "New passwords are checked for quality everywhere"
  why      = "One program that does not check is enough."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
    nist_800_53     = ["AC-2", "AC-7", "AC-11", "AU-6", "IA-2", "IA-5"]
  }

  pass = pwquality.enabled

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
}

control "5.3.2.4" {
  title    = "Old passwords are remembered everywhere"
  why      = "Whoever must change a password changes it back."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
    nist_800_53     = ["AC-2", "AC-7", "AC-11", "AU-6", "IA-2", "IA-5"]
  }

  pass = pwhistory.enabled

  fix "pam" {
    profile = "pwhistory"
    enabled = true
  }
}

control "5.3.3.1.1" {
  title    = "Five failures lock an account"
  why      = "Guessing becomes hopeless."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["6.2"]
    nist_800_53     = ["AC-2(1)"]
    pci_dss_4       = ["8.2.4", "8.2.5"]
    iso_27001_2013  = ["A.9.2.6"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.003"]
  }

  pass = faillock.enabled && faillock.deny >= 1 && faillock.deny <= 5

  fix "pam" {
    profile = "faillock"
    enabled = true
  }
  fix "pam" {
    file  = "faillock.conf"
    name  = "deny"
    value = "5"
  }
}

control "5.3.3.1.2" {
  title    = "A locked account stays locked for a quarter of an hour"
  why      = "A lock of seconds only slows guessing down."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["6.2"]
    nist_800_53     = ["AC-2(1)"]
    pci_dss_4       = ["8.2.4", "8.2.5"]
    iso_27001_2013  = ["A.9.2.6"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.003"]
  }

  pass = faillock.enabled && (faillock.unlock_time == 0 || faillock.unlock_time >= 900)

  fix "pam" {
    profile = "faillock"
    enabled = true
  }
  fix "pam" {
    file  = "faillock.conf"
    name  = "unlock_time"
    value = "900"
  }
}

control "5.3.3.1.3" {
  title    = "root is locked too"
  why      = "root is the name that everyone guesses at."
  profiles = ["level2-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["6.2"]
    nist_800_53     = ["AC-2(1)"]
    pci_dss_4       = ["8.2.4", "8.2.5"]
    iso_27001_2013  = ["A.9.2.6"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.003"]
  }

  pass = faillock.enabled && faillock.even_deny_root && (faillock.root_unlock_time == 0 || faillock.root_unlock_time >= 60)

  fix "pam" {
    profile = "faillock"
    enabled = true
  }
  fix "pam" {
    file = "faillock.conf"
    name = "even_deny_root"
  }
}

control "5.3.3.2.1" {
  title    = "A new password differs from the old"
  why      = "summer2025 is followed by summer2026."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwquality.enabled && pwquality.difok >= 2

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "difok"
    value = "2"
  }
}

control "5.3.3.2.2" {
  title    = "Passwords are long"
  why      = "Length is what makes a stolen hash useless."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwquality.enabled && pwquality.minlen >= var.password_min_length

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "minlen"
    value = "${var.password_min_length}"
  }
}

control "5.3.3.2.3" {
  title    = "Which characters a password must mix was decided"
  why      = "Length helps more than mixing; a site may ask for both."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  manual = "Decide whether your passwords must mix kinds of characters, and set minclass or the credits accordingly."
  evidence = {
    minclass     = pwquality.minclass
    credits      = [pwquality.dcredit, pwquality.ucredit, pwquality.lcredit, pwquality.ocredit]
    pam_services = pam.services
  }
}

control "5.3.3.2.4" {
  title    = "No character comes four times in a row"
  why      = "aaaa is no secret."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwquality.enabled && pwquality.maxrepeat >= 1 && pwquality.maxrepeat <= 3

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "maxrepeat"
    value = "3"
  }
}

control "5.3.3.2.5" {
  title    = "No sequence is longer than three"
  why      = "1234 is no secret."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwquality.enabled && pwquality.maxsequence >= 1 && pwquality.maxsequence <= 3

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "maxsequence"
    value = "3"
  }
}

control "5.3.3.2.6" {
  title    = "Words of the dictionary are refused"
  why      = "They are what is tried first."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwquality.enabled && pwquality.dictcheck != 0

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "dictcheck"
    value = "1"
  }
}

control "5.3.3.2.7" {
  title    = "Bad passwords are refused, not only warned of"
  why      = "A warning is read by those who need none."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
  }

  pass = pwquality.enabled && pwquality.enforcing != 0

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file  = "pwquality.conf"
    name  = "enforcing"
    value = "1"
  }
}

control "5.3.3.2.8" {
  title    = "The rules for passwords bind root"
  why      = "The most valuable password should not be the worst."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    nist_800_53     = ["IA-5"]
  }

  pass = pwquality.enabled && pwquality.enforce_for_root

  fix "pam" {
    profile = "pwquality"
    enabled = true
  }
  fix "pam" {
    file = "pwquality.conf"
    name = "enforce_for_root"
  }
}

control "5.3.3.3.1" {
  title    = "The last 24 passwords can not be used again"
  why      = "With fewer, people cycle through them."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.002", "T1078.003", "T1078.004", "T1110", "T1110.004"]
  }

  pass = pwhistory.enabled && pwhistory.remember >= 24

  fix "pam" {
    profile = "pwhistory"
    enabled = true
  }
  fix "pam" {
    type   = "password"
    module = "pam_pwhistory"
    add    = ["remember=24"]
  }
}

control "5.3.3.3.2" {
  title    = "The history of passwords binds root"
  why      = "root should not come back to an old one either."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1110", "T1110.001", "T1110.002", "T1110.003", "T1178.001", "T1178.002", "T1178.003", "T1178.004"]
  }

  pass = pwhistory.enabled && pwhistory.enforce_for_root

  fix "pam" {
    profile = "pwhistory"
    enabled = true
  }
  fix "pam" {
    type   = "password"
    module = "pam_pwhistory"
    add    = ["enforce_for_root"]
  }
}

control "5.3.3.3.3" {
  title    = "The history looks at the password that was checked"
  why      = "Else a second one, which nobody checked, is asked for and set."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.11"]
    nist_800_53     = ["IA-5", "SC-28", "SC-28(1)"]
    pci_dss_4       = ["3.1.1", "3.3.2", "3.3.3", "3.5.1", "3.5.1.2", "3.5.1.3", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
  }

  pass = pwhistory.enabled && pwhistory.use_authtok

  fix "pam" {
    profile = "pwhistory"
    enabled = true
  }
  fix "pam" {
    type   = "password"
    module = "pam_pwhistory"
    add    = ["use_authtok"]
  }
}

control "5.3.3.4.1" {
  title    = "pam_unix lets no empty password in"
  why      = "It is no secret."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
    nist_800_53     = ["AC-2", "AC-7", "AC-11", "AU-6", "IA-2", "IA-5"]
  }

  pass = !pam_unix.nullok

  fix "pam" {
    type   = "auth"
    module = "pam_unix"
    remove = ["nullok"]
  }
}

control "5.3.3.4.2" {
  title    = "pam_unix keeps no history of its own"
  why      = "It keeps old passwords as MD5; pam_pwhistory does it properly."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
    nist_800_53     = ["IA-5.1"]
  }

  pass = pam_unix.remember == 0

  fix "pam" {
    type   = "password"
    module = "pam_unix"
    remove = ["remember"]
  }
}

control "5.3.3.4.3" {
  title    = "PAM hashes passwords well"
  why      = "A weak hash turns a stolen shadow file into passwords overnight."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.11"]
    nist_800_53     = ["IA-5", "SC-28", "SC-28(1)"]
    pci_dss_4       = ["3.1.1", "3.3.2", "3.3.3", "3.5.1", "3.5.1.2", "3.5.1.3", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
  }

  pass = contains(["yescrypt", "sha512"], pam_unix.hash_algorithm)

  fix "pam" {
    type   = "password"
    module = "pam_unix"
    add    = ["yescrypt"]
  }
}

control "5.3.3.4.4" {
  title    = "pam_unix sets the password that was checked"
  why      = "Else it asks for another one, which nobody checked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.11"]
    nist_800_53     = ["IA-5", "SC-28", "SC-28(1)"]
    pci_dss_4       = ["3.1.1", "3.3.2", "3.3.3", "3.5.1", "3.5.1.2", "3.5.1.3", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
  }

  pass = pam_unix.use_authtok

  fix "pam" {
    type   = "password"
    module = "pam_unix"
    add    = ["use_authtok"]
  }
}

control "5.4.1.1" {
  title    = "Passwords expire within a year"
  why      = "A password that leaked is good for as long as it lasts."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.002", "T1078.003", "T1078.004", "T1110", "T1110.001", "T1110.002", "T1110.003", "T1110.004"]
  }

  check "for new accounts" {
    pass = login_defs.pass_max_days >= 1 && login_defs.pass_max_days <= var.password_max_days
  }
  check "for those that are there" {
    violations = [for u in users : u if u.has_password && (u.max_days < 1 || u.max_days > var.password_max_days)]
  }

  fix "login_defs" {
    name  = "PASS_MAX_DAYS"
    value = "${var.password_max_days}"
  }
  fix "user" {
    for_each = [for u in users : u if u.has_password && (u.max_days < 1 || u.max_days > var.password_max_days)]
    name     = each.name
    max_days = var.password_max_days
  }
}

control "5.4.1.2" {
  title    = "Passwords can not be changed twice in a day"
  why      = "Whoever can change a password five times in a row comes back to the old one."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.002", "T1078.003", "T1078.004", "T1110", "T1110.004"]
    nist_800_53     = ["IA-5"]
  }

  manual = "Set PASS_MIN_DAYS to 1 or more where users must not cycle through passwords; accounts from elsewhere have their own rules."
  evidence = {
    for_new_accounts = login_defs.pass_min_days
    accounts         = [for u in users : u.name if u.has_password && u.min_days < 1]
    other_sources    = nsswitch.other_account_sources
  }
}

control "5.4.1.3" {
  title    = "Users hear a week before that their password expires"
  why      = "Whoever is surprised chooses badly."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.1"]
    nist_800_53     = ["CM-7(1)", "CM-9", "SA-10"]
    pci_dss_4       = ["1.1.1", "1.2.1", "1.2.6", "1.2.7", "1.5.1", "2.1.1", "2.2.1"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078"]
  }

  check "for new accounts" {
    pass = login_defs.pass_warn_age >= 7
  }
  check "for those that are there" {
    violations = [for u in users : u if u.has_password && u.warn_days < 7]
  }

  fix "login_defs" {
    name  = "PASS_WARN_AGE"
    value = "7"
  }
  fix "user" {
    for_each  = [for u in users : u if u.has_password && u.warn_days < 7]
    name      = each.name
    warn_days = 7
  }
}

control "5.4.1.4" {
  title    = "New passwords get a strong hash"
  why      = "A weak hash turns a stolen shadow file into passwords overnight."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.11"]
    nist_800_53     = ["IA-5", "SC-28", "SC-28(1)"]
    pci_dss_4       = ["3.1.1", "3.3.2", "3.3.3", "3.5.1", "3.5.1.2", "3.5.1.3", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1110", "T1110.002"]
  }

  pass = contains(["YESCRYPT", "SHA512"], login_defs.encrypt_method)

  fix "login_defs" {
    name  = "ENCRYPT_METHOD"
    value = "YESCRYPT"
  }
}

control "5.4.1.5" {
  title    = "Accounts lock after their password expired"
  why      = "An account that nobody uses is one that nobody watches."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["5.2"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.002", "T1078.003"]
    nist_800_53     = ["IA-4"]
  }
  remedy = "useradd -D -f 45 for new accounts, chage --inactive 45 for those that are there."

  check "for new accounts" {
    pass = useradd.inactive >= 0 && useradd.inactive <= 45
  }
  check "for those that are there" {
    violations = [for u in users : u if u.has_password && (u.inactive_days < 0 || u.inactive_days > 45)]
  }

  fix "file" {
    path  = "/etc/default/useradd"
    match = "^\\s*#?\\s*INACTIVE\\s*="
    line  = "INACTIVE=45"
  }
  fix "user" {
    for_each      = [for u in users : u if u.has_password && (u.inactive_days < 0 || u.inactive_days > 45)]
    name          = each.name
    inactive_days = 45
  }
}

control "5.4.1.6" {
  title    = "No password was changed in the future"
  why      = "It would not expire until then; someone moved a clock, or a file."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["IA-5"]
  }
  remedy = "Find out why, then set the date with chage --lastday."

  violations = [for u in users : u if u.has_password && u.last_change_in_future]
}

control "5.4.2.1" {
  title    = "Only root has user id 0"
  why      = "A second name for root is a back door."
  profiles = ["level1-server", "level1-workstation"]
  severity = "critical"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1548"]
  }
  remedy = "Remove the account, or give it another id."

  violations = [for u in users : u if u.uid == 0 && u.name != "root"]
}

control "5.4.2.2" {
  title    = "Only root has primary group 0"
  why      = "Members of root's group can read, and sometimes write, root's files."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548"]
  }
  remedy = "Give the account another primary group."

  violations = [for u in users : u if u.gid == 0 && !contains(["root", "sync", "shutdown", "halt", "operator"], u.name)]
}

control "5.4.2.3" {
  title    = "Only group root has id 0"
  why      = "Another name for it hides who is in it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548"]
  }
  remedy = "Give the group another id."

  violations = [for g in groups : g if g.gid == 0 && g.name != "root"]
}

control "5.4.2.4" {
  title    = "root has a password or is locked"
  why      = "Without either anyone at the console is root."
  profiles = ["level1-server", "level1-workstation"]
  severity = "critical"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1078"]
  }
  remedy = "Set a password (passwd root) or lock the account (passwd -l root)."

  pass = user("root").has_password || user("root").locked
}

control "5.4.2.5" {
  title    = "root's PATH holds only root's directories"
  why      = "Whoever can write a directory in it can wait for root to mistype."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
  }
  remedy = "Take the element out of PATH; or make the directory, give it to root, and take the right to write away from others."

  violations = [for d in shell_startup.root.path : d if d.problem != ""]
}

control "5.4.2.6" {
  title    = "root's files are not open by default"
  why      = "What root makes in a hurry should not be everyone's to read."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1083"]
  }
  remedy = "Write umask 027 into /root/.profile and /root/.bashrc, and take any other umask out of them."

  check "a login" {
    pass = shell_startup.root.umask_set ? mode_within("0027", shell_startup.root.umask) : local.umask_by_pam
  }
  check "a shell that is no login" { # su and sudo -s come by some of the files only
    violations = [for s in shell_startup.statements : s if s.name == "umask" && startswith(s.path, "/root/") && !mode_within("0027", s.value)]
  }

  fix "file" {
    for_each = distinct(concat(["/root/.profile", "/root/.bashrc"], [for s in shell_startup.statements : s.path if s.name == "umask" && startswith(s.path, "/root/")]))
    path     = each
    match    = "^\\s*umask\\s"
    line     = "umask 027"
  }
}

control "5.4.2.7" {
  title    = "Service accounts have no shell"
  why      = "A service that was taken over should not find one."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AC-2", "AC-3", "AC-11", "MP-2"]
  }

  violations = [
    for u in users : u
    if(u.system && u.uid != 0 || u.uid == 65534)
    && !contains(["/usr/sbin/nologin", "/sbin/nologin", "/usr/bin/false", "/bin/false"], u.shell)
    && !contains(["sync /bin/sync", "sync /usr/bin/sync", "shutdown /sbin/shutdown", "shutdown /usr/sbin/shutdown", "halt /sbin/halt", "halt /usr/sbin/halt"], "${u.name} ${u.shell}")
  ]

  fix "user" {
    for_each = violations
    name     = each.name
    shell    = "/usr/sbin/nologin"
  }
}

control "5.4.2.8" {
  title    = "An account without a shell has no password"
  why      = "It is for nobody to log in to."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AC-2", "AC-3", "AC-11", "MP-2"]
  }

  violations = [for u in users : u if !u.interactive && u.name != "root" && !u.locked]

  fix "user" {
    for_each = violations
    name     = each.name
    locked   = true
  }
}

control "5.4.3.1" {
  title    = "nologin is no shell to choose"
  why      = "Who can choose it can pass checks that ask for a valid shell."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
  }

  pass = !shells.lists_nologin

  fix "file" {
    path  = "/etc/shells"
    match = "^\\S*/nologin\\b"
  }
}

control "5.4.3.2" {
  title    = "Idle shells end"
  why      = "A shell that nobody sits at is a door left open."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.3"]
    nist_800_53     = ["AC-2(5)", "AC-11", "AC-11(1)", "AC-12"]
    pci_dss_4       = ["8.2.8"]
    iso_27001_2013  = ["A.8.1.3"]
    mitre_attack    = ["T1078"]
  }

  check "a quarter of an hour" {
    pass = shell_startup.user.tmout_set && shell_startup.user.tmout >= 1 && shell_startup.user.tmout <= 900
  }
  check "users can not change it" {
    pass = shell_startup.user.tmout_set && shell_startup.user.tmout_readonly
  }
  check "programs inherit it" {
    pass = shell_startup.user.tmout_set && shell_startup.user.tmout_exported
  }

  fix "file" {
    path    = "/etc/profile.d/50-holdfast-tmout.sh"
    content = "typeset -xr TMOUT=900\n"
    mode    = "0644"
    owner   = "root"
    group   = "root"
  }
}

control "5.4.3.3" {
  title    = "Users' files are not open by default"
  why      = "What is open by default is open because nobody thought of it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1083"]
  }

  check "a login" {
    pass = shell_startup.user.umask_set ? mode_within("0027", shell_startup.user.umask) : local.umask_by_pam
  }
  check "a shell that is no login" { # su and sudo -s come by some of the files only
    violations = [for s in shell_startup.statements : s if s.name == "umask" && !startswith(s.path, "/root/") && !mode_within("0027", s.value)]
  }

  fix "file" {
    path    = "/etc/profile.d/50-holdfast-umask.sh"
    content = "umask 027\n"
    mode    = "0644"
    owner   = "root"
    group   = "root"
  }
}
