# 3. Logging

control "3.1" {
  title    = "The server collects its log in files of its own"
  why      = "What it writes before and beside syslog is lost otherwise."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24002"]
    mondoo      = ["logging-collector"]
    devsec      = ["postgres-16"]
    nist_800_53 = ["AU-2"]
  }

  violations = [for c in postgres : { name = c.name, value = c.logging_collector } if !c.logging_collector]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "logging_collector"
    value    = "on"
  }
}

control "3.2" {
  title    = "Messages go where they are kept and read"
  why      = "A format that machines read, or syslog, is what a search needs."
  profiles = ["level2"]
  severity = "low"
  refs = {
    wazuh       = ["24001"]
    mondoo      = ["log-destination"]
    nist_800_53 = ["AU-6"]
  }

  violations = [for c in postgres : { name = c.name, value = join(", ", c.log_destination) } if !anytrue([for d in c.log_destination : contains(var.log_destinations, d)])]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_destination"
    value    = "csvlog"
  }
}

control "3.3" {
  title    = "A log file of the same name is begun anew"
  why      = "Logs with recurring names would grow into each other."
  profiles = ["level2"]
  severity = "low"
  refs = {
    wazuh       = ["24006"]
    nist_800_53 = ["AU-4"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_truncate_on_rotation } if !c.log_truncate_on_rotation]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_truncate_on_rotation"
    value    = "on"
  }
}

control "3.4" {
  title    = "A new log file is begun at least every day"
  why      = "Small files can be kept, moved and deleted."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24007"]
    nist_800_53 = ["AU-4"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_rotation_age } if c.log_rotation_age == 0 || c.log_rotation_age > 86400]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_rotation_age"
    value    = "1d"
  }
}

control "3.5" {
  title    = "A log file does not grow without end"
  why      = "A full disk stops the database."
  profiles = ["level2"]
  severity = "low"
  refs = {
    wazuh       = ["24008"]
    nist_800_53 = ["AU-4"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_rotation_size } if c.log_rotation_size == 0]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_rotation_size"
    value    = "10MB"
  }
}

control "3.6" {
  title    = "Warnings and errors are logged"
  why      = "What is not logged did not happen, for whoever looks later."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24011"]
    nist_800_53 = ["AU-2"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_min_messages } if contains(["log", "fatal", "panic"], c.log_min_messages)]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_min_messages"
    value    = "warning"
  }
}

control "3.7" {
  title    = "Statements that fail are logged"
  why      = "The failed tries of an attacker are seen before the one that succeeds."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24012"]
    nist_800_53 = ["AU-2"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_min_error_statement } if contains(["log", "fatal", "panic"], c.log_min_error_statement)]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_min_error_statement"
    value    = "error"
  }
}

control "3.8" {
  title    = "Parse trees are not logged"
  why      = "They put data into the log and slow the server."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24013"]
    nist_800_53 = ["CM-6"]
  }

  violations = [for c in postgres : { name = c.name, value = c.debug_print_parse } if c.debug_print_parse]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "debug_print_parse"
    value    = "off"
  }
}

control "3.9" {
  title    = "Rewritten queries are not logged"
  why      = "They put data into the log and slow the server."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24014"]
    nist_800_53 = ["CM-6"]
  }

  violations = [for c in postgres : { name = c.name, value = c.debug_print_rewritten } if c.debug_print_rewritten]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "debug_print_rewritten"
    value    = "off"
  }
}

control "3.10" {
  title    = "Plans are not logged"
  why      = "They put data into the log and slow the server."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24015"]
    nist_800_53 = ["CM-6"]
  }

  violations = [for c in postgres : { name = c.name, value = c.debug_print_plan } if c.debug_print_plan]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "debug_print_plan"
    value    = "off"
  }
}

control "3.11" {
  title    = "Connections are logged"
  why      = "Who came, from where, is the first question afterwards."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24017"]
    devsec      = ["postgres-16"]
    nist_800_53 = ["AU-2", "AU-12"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_connections } if contains(["off", "", "false", "no", "0"], c.log_connections)]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_connections"
    value    = "on"
  }
}

control "3.12" {
  title    = "The end of sessions is logged"
  why      = "How long someone stayed."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24018"]
    devsec      = ["postgres-16"]
    nist_800_53 = ["AU-2", "AU-12"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_disconnections } if !c.log_disconnections]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_disconnections"
    value    = "on"
  }
}

control "3.13" {
  title    = "Messages are not cut to their least"
  why      = "terse drops the detail and the hint that explain a message."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24019"]
    mondoo      = ["log-error-verbosity"]
    nist_800_53 = ["AU-3"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_error_verbosity } if c.log_error_verbosity == "terse"]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_error_verbosity"
    value    = "verbose"
  }
}

control "3.14" {
  title    = "Clients' names are not looked up for the log"
  why      = "Each connection would wait for a name server, and an attacker chooses the name."
  profiles = ["level1"]
  severity = "low"
  refs = {
    wazuh       = ["24020"]
    nist_800_53 = ["CM-6"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_hostname } if c.log_hostname]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_hostname"
    value    = "off"
  }
}

control "3.15" {
  title    = "Each line of the log says when, who and where"
  why      = "A line without them can't be told from others."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24021"]
    mondoo      = ["log-line-prefix"]
    nist_800_53 = ["AU-3"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_line_prefix } if !matches(c.log_line_prefix, "(^|[^%])([%][%])*[%]-?[0-9]*[mtn]") || !matches(c.log_line_prefix, "(^|[^%])([%][%])*[%]-?[0-9]*[pc]") || !matches(c.log_line_prefix, "(^|[^%])([%][%])*[%]-?[0-9]*u") || !matches(c.log_line_prefix, "(^|[^%])([%][%])*[%]-?[0-9]*d") || !matches(c.log_line_prefix, "(^|[^%])([%][%])*[%]-?[0-9]*[hr]")]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_line_prefix"
    value    = "%m [%p] %q%u@%d %h "
  }
}

control "3.16" {
  title    = "Changes to the schema are logged"
  why      = "Who made or dropped a table is known."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    wazuh       = ["24022"]
    mondoo      = ["log-statement"]
    nist_800_53 = ["AU-12"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_statement } if c.log_statement == "none"]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_statement"
    value    = "ddl"
  }
}

control "3.17" {
  title    = "pgAudit is loaded"
  why      = "It tells what a statement touched, which the plain log can't."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    wazuh       = ["24024"]
    mondoo      = ["pgaudit"]
    nist_800_53 = ["AU-12"]
  }

  violations = [for c in postgres : { name = c.name, value = join(", ", c.shared_preload_libraries) } if !contains(c.shared_preload_libraries, "pgaudit")]
  remedy     = "Install postgresql-VERSION-pgaudit, add pgaudit to shared_preload_libraries and restart."

  fix "package" {
    for_each = violations
    name     = "postgresql-${split("/", each.name)[0]}-pgaudit"
    state    = "present"
  }
  fix "postgres_setting" {
    for_each = [for c in postgres : { name = c.name, libraries = c.shared_preload_libraries } if !contains(c.shared_preload_libraries, "pgaudit")]
    cluster  = each.name
    name     = "shared_preload_libraries"
    value    = join(",", concat(each.libraries, ["pgaudit"]))
  }
}

control "3.18" {
  title    = "No role or database is logged less than the cluster"
  why      = "ALTER ROLE and ALTER DATABASE turn logging off for those who should be seen."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AU-2", "AU-12"]
  }

  violations = flatten([for c in postgres : [
    for o in c.overrides : { name = c.name, message = format("%s: %s for %s in %s", c.name, o.name, o.role == "" ? "all roles" : o.role, o.database == "" ? "all databases" : o.database) }
    if startswith(o.name, "log_") || startswith(o.name, "pgaudit.")
  ]])
  remedy = "ALTER ROLE … RESET, or ALTER DATABASE … RESET, for what is named."
}

control "3.19" {
  title    = "The duration of statements is logged"
  why      = "How long each took shows what was copied, and what slows the server down."
  profiles = ["level2"]
  severity = "low"
  refs = {
    devsec      = ["postgres-16"]
    nist_800_53 = ["AU-12"]
  }

  violations = [for c in postgres : { name = c.name, value = c.log_duration } if !c.log_duration]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "log_duration"
    value    = "on"
  }
}
