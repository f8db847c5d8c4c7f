# Controls whose verdict on a fresh host is known, and which lean on many sources: what an unprivileged audit may not
# decide, it must call unknown.
benchmark "probe" {
  title           = "What the tests on real hosts ask"
  version         = "1"
  applies_to      = host.os.id == "debian"
  default_profile = "all"
  profile "all" { title = "All" }
}

control "1.1" {
  title    = "sshd does not let root in with a password"
  profiles = ["all"]
  severity = "high"
  pass     = sshd.permitrootlogin != "yes"
}

control "1.2" {
  title    = "sshd tells nothing before the login"
  profiles = ["all"]
  severity = "low"
  pass     = sshd.banner != "none"
}

control "2.1" {
  title    = "cron runs and is enabled"
  profiles = ["all"]
  severity = "low"
  check "active" { pass = service("cron").active }
  check "enabled" { pass = service("cron").enabled }
}

control "2.2" {
  title    = "telnet is not installed"
  profiles = ["all"]
  severity = "low"
  pass     = !package("telnet").installed
}

control "3.1" {
  title    = "Packets are not forwarded"
  profiles = ["all"]
  severity = "medium"
  pass     = sysctl("net.ipv4.ip_forward").running == "0"
}

control "4.1" {
  title      = "Only sshd listens on all addresses"
  profiles   = ["all"]
  severity   = "medium"
  violations = [for l in listeners : l if l.wildcard && l.process != "sshd"]
}

control "5.1" {
  title      = "No account but root has the id 0"
  profiles   = ["all"]
  severity   = "critical"
  violations = [for u in users : u if u.uid == 0 && u.name != "root"]
}

control "5.2" {
  title      = "No account has an empty password"
  profiles   = ["all"]
  severity   = "critical"
  violations = [for u in users : u if u.password_status == "empty"]
}

control "6.1" {
  title    = "/etc/shadow is not for all"
  profiles = ["all"]
  severity = "critical"
  pass     = mode_within(file("/etc/shadow").mode, "0640")
}

control "6.2" {
  title      = "Nothing is owned by nobody at all"
  profiles   = ["all"]
  severity   = "medium"
  violations = filesystem.unowned
}

control "6.3" {
  title      = "Directories for all have the sticky bit"
  profiles   = ["all"]
  severity   = "medium"
  violations = [for d in filesystem.world_writable_dirs : d if !d.sticky]
}
