# A few controls whose fixes the tests of transactions carry out: files, units, SSH.
benchmark "trial" {
  title           = "Trial"
  version         = "1.0.0"
  default_profile = "all"
  profile "all" { title = "All" }
}

control "1.1" {
  title    = "The journal survives a reboot"
  profiles = ["all"]
  severity = "low"
  pass     = journald.storage == "persistent"
  fix "journald" {
    name  = "Storage"
    value = "persistent"
  }
}

control "1.2" {
  title    = "cron is off"
  profiles = ["all"]
  severity = "low"
  pass     = !service("cron.service").enabled && !service("cron.service").active
  fix "service" {
    name   = "cron.service"
    state  = "stopped"
    masked = true
  }
}

control "1.3" {
  title    = "An SSH connection has four tries"
  profiles = ["all"]
  severity = "low"
  pass     = sshd.maxauthtries <= 4
  fix "sshd_option" {
    name  = "MaxAuthTries"
    value = "4"
  }
}

control "1.4" {
  title    = "What no fix can reach"
  profiles = ["all"]
  severity = "low"
  pass     = sshd.maxauthtries > 100
  fix "sshd_option" {
    name  = "MaxAuthTries"
    value = "4"
  }
}

control "1.5" {
  title    = "Nobody comes in from outside"
  profiles = ["all"]
  severity = "low"
  pass     = file("/etc/hosts.deny").exists
  fix "file" {
    path    = "/etc/hosts.deny"
    content = "sshd: ALL EXCEPT 127.0.0.1 [::1]\n"
  }
}
