# The CIS Debian Linux 12 Benchmark v1.1.0. Numbers, levels and expected values are the benchmark's; titles and reasons are
# our own words. A control says what must be true; how it is looked at stands in the facts.
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
  profile "level1-workstation" { title = "Level 1 - Workstation" }
  profile "level2-workstation" {
    title    = "Level 2 - Workstation"
    includes = ["level1-workstation"]
  }

  chapter "1" { title = "Initial setup" }
  chapter "2" { title = "Services" }
  chapter "3" { title = "Network" }
  chapter "4" { title = "Host firewall" }
  chapter "5" { title = "Access control" }
  chapter "6" { title = "Logging and auditing" }
  chapter "7" { title = "System maintenance" }
}

variable "password_max_days" {
  type        = number
  default     = 365
  description = "Days after which a password must be changed, at most."
  validation { condition = var.password_max_days >= 1 && var.password_max_days <= 365 }
}

variable "password_min_length" {
  type        = number
  default     = 14
  description = "Shortest password that is accepted."
  validation { condition = var.password_min_length >= 8 }
}

variable "banner" {
  type        = string
  default     = "This machine is for authorized users only. What is done here may be watched and recorded."
  description = "What people read before they log in; a fix writes it into /etc/issue and /etc/issue.net."
}

variable "motd" {
  type        = string
  default     = "Authorized users only."
  description = "What people read after they log in; a fix writes it into /etc/motd."
}
