# 7. Data

control "7.1" {
  title    = "Writes reach the disk before they are confirmed"
  why      = "Without fsync a crash of the host leaves a database that can't be used."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SI-7", "CP-9"]
  }

  violations = [for c in postgres : { name = c.name, value = c.fsync } if !c.fsync]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "fsync"
    value    = "on"
  }
}

control "7.2" {
  title    = "Whole pages are logged after a checkpoint"
  why      = "A page torn by a crash can't be repaired otherwise."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SI-7"]
  }

  violations = [for c in postgres : { name = c.name, value = c.full_page_writes } if !c.full_page_writes]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "full_page_writes"
    value    = "on"
  }
}

control "7.3" {
  title    = "Row security is applied"
  why      = "Turned off, queries fail that it would restrict, and someone turns the policy off instead."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AC-3"]
  }

  violations = [for c in postgres : { name = c.name, value = c.row_security } if !c.row_security]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "row_security"
    value    = "on"
  }
}

control "7.4" {
  title    = "System tables can't be altered"
  why      = "It ruins databases, and is how rights are forged."
  profiles = ["level1"]
  severity = "high"
  refs = {
    nist_800_53 = ["CM-5", "SI-7"]
  }

  violations = [for c in postgres : { name = c.name, value = c.allow_system_table_mods } if c.allow_system_table_mods]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "allow_system_table_mods"
    value    = "off"
  }
}

control "7.5" {
  title    = "Damaged pages are not passed over"
  why      = "What is damaged should stop, before it spreads into backups."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SI-7"]
  }

  violations = [for c in postgres : { name = c.name, value = c.ignore_checksum_failure } if c.ignore_checksum_failure]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "ignore_checksum_failure"
    value    = "off"
  }
}

control "7.6" {
  title    = "Damaged pages are not emptied"
  why      = "It throws data away in silence."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SI-7"]
  }

  violations = [for c in postgres : { name = c.name, value = c.zero_damaged_pages } if c.zero_damaged_pages]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "zero_damaged_pages"
    value    = "off"
  }
}

control "7.7" {
  title    = "WAL files are archived, and the last try succeeded"
  why      = "A backup without them ends at its own hour."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CP-9"]
  }

  violations = [for c in postgres : { name = c.name, archive_mode = c.archive_mode } if c.archive_mode == "off" || !c.archive_command_set || (c.running && c.archive_fails)]
  remedy     = "Set archive_mode and archive_command, or use pgBackRest or barman; look at the log for why the command fails."
}
