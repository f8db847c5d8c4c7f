benchmark "cis-debian-12" {
  title           = "CIS Debian Linux 12 Benchmark"
  version         = "1.1.0"
  applies_to      = host.os.id == "debian" && host.os.version_id == "12"
  default_profile = "level1-server"

  profile "level1-server" { title = "Level 1 - Server" }
  profile "level2-server" {
    title    = "Level 2 - Server"
    includes = ["level1-server"]
  }

  chapter "7" { title = "System Maintenance" }
}

control "7.1.5" {
  title    = "Only root and the group shadow can read /etc/shadow"
  why      = "It holds the hashes of all passwords, which can be tried offline at leisure."
  profiles = ["level1-server"]
  severity = "critical"
  pass = (file("/etc/shadow").owner == "root" && contains(["root", "shadow"], file("/etc/shadow").group) &&
  mode_within(file("/etc/shadow").mode, "0640"))

  fix "file_mode" {
    path   = "/etc/shadow"
    max    = "0640"
    owner  = "root"
    groups = ["shadow", "root"]
  }
}
