# PostgreSQL, after the CIS benchmark's topics, Mondoo's and DevSec's baselines (see the refs of each control) and what its own manual
# warns of. Results are per cluster: each violation names the one it speaks of. What is in force counts where the server can be
# asked, and else what its files would make of its next start.
benchmark "postgresql" {
  title           = "PostgreSQL"
  version         = "1.0.0"
  applies_to      = length(postgres_clusters) > 0
  default_profile = "level1"

  profile "level1" { title = "Level 1" }
  profile "level2" {
    title    = "Level 2"
    includes = ["level1"]
  }

  chapter "1" { title = "Installation" }
  chapter "2" { title = "Files" }
  chapter "3" { title = "Logging" }
  chapter "4" { title = "Who may connect" }
  chapter "5" { title = "Roles and what they may do" }
  chapter "6" { title = "Network and TLS" }
  chapter "7" { title = "Data" }
}

variable "log_destinations" {
  type        = list(string)
  default     = ["csvlog", "jsonlog", "syslog"]
  description = "Log destinations of which a cluster must have one."
}
