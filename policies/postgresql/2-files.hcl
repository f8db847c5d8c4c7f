# 2. Files

control "2.1" {
  title    = "Only its owner enters a data directory"
  why      = "It holds every table and every password hash."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-20"]
    nist_800_53 = ["AC-3"]
  }

  violations = [for c in postgres : { name = c.name, path = c.data_directory.path, mode = c.data_directory.mode } if !mode_within(c.data_directory.mode, "0700") || c.data_directory.uid == 0]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0700"
  }
}

control "2.2" {
  title    = "Configuration files are for the owner and its group alone"
  why      = "They tell who comes in how, and sometimes a password."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    mondoo      = ["postgresql-conf-permissions", "pg-hba-permissions"]
    devsec      = ["postgres-10"]
    nist_800_53 = ["AC-3", "CM-5"]
  }

  violations = flatten([for c in postgres : [
    for f in c.config_files : { path = f.path, cluster = c.name, mode = f.mode } if !mode_within(f.mode, "0640")
  ]])

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0640"
  }
}

control "2.3" {
  title    = "The log files are for the owner alone"
  why      = "Logged statements carry data, at times passwords."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24005"]
    mondoo      = ["log-file-mode"]
    nist_800_53 = ["AU-9"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_file_mode } if !mode_within(c.log_file_mode, "0600")]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_file_mode"
    value    = "0600"
  }
}

control "2.4" {
  title    = "Everyone who connects over the unix socket is meant to"
  why      = "The mode of the socket is the first door, before pg_hba.conf."
  profiles = ["level2"]
  severity = "low"
  refs = {
    nist_800_53 = ["AC-3"]
  }

  violations = [for c in postgres : { name = c.name, value = c.unix_socket_permissions } if !mode_within(c.unix_socket_permissions, "0770")]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "unix_socket_permissions"
    value    = "0770"
  }
}
