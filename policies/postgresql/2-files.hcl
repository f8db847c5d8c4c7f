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

control "2.5" {
  title    = "Only its owner enters the directory of the logging collector"
  why      = "Logged statements carry data, and who may write there forges what happened."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-20"]
    nist_800_53 = ["AU-9"]
  }

  violations = [for c in postgres : { name = c.name, path = c.log_dir.path, mode = c.log_dir.mode, owner = c.log_dir.owner } if c.logging_collector && (!mode_within(c.log_dir.mode, "0700") || c.log_dir.uid != c.data_directory.uid)]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0700"
  }
}

control "2.6" {
  title    = "The private key of TLS is for the server alone"
  why      = "Who has the key is the server."
  profiles = ["level1"]
  severity = "high"
  refs = {
    nist_800_53 = ["SC-12", "AC-3"]
  }

  violations = [for c in postgres : { name = c.name, path = c.ssl_key.path, mode = c.ssl_key.mode, owner = c.ssl_key.owner } if c.ssl && (
    !mode_within(c.ssl_key.mode, c.ssl_key.uid == 0 ? "0640" : "0600") || (c.ssl_key.uid != 0 && c.ssl_key.uid != c.data_directory.uid)
  )]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = each.owner == "root" ? "0640" : "0600"
  }
}

control "2.7" {
  title    = "Only root changes the code that the server loads"
  why      = "A library or an extension's script runs with all the rights of the server."
  profiles = ["level1"]
  severity = "high"
  refs = {
    cis         = ["2.2"]
    nist_800_53 = ["CM-5", "AC-6"]
  }

  violations = flatten([for c in postgres : [
    for d in c.code_dirs : { path = d.path, cluster = c.name, mode = d.mode, owner = d.owner } if !mode_within(d.mode, "0755") || d.uid != 0
  ]])

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0755"
    owner    = "root"
  }
}

control "2.8" {
  title    = "psql keeps no history of what the clusters' owners typed"
  why      = "It has the passwords of ALTER ROLE … PASSWORD in clear."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    cis         = ["2.3"]
    nist_800_53 = ["IA-5"]
  }

  violations = flatten([
    for u in users : [
      for f in u.dot_files : { path = f.path, user = u.name }
      if startswith(f.name, ".psql_history") && (f.type == "symlink" ? file(f.path).target != "/dev/null" : true)
    ]
    if contains([for c in postgres : c.owner], u.name)
  ])
  remedy = "Remove the file, and link it to /dev/null: ln -s /dev/null ~/.psql_history."
}

control "2.9" {
  title    = "Files of passwords are for their user alone"
  why      = "Clients don't use a .pgpass that others may read, but others do."
  profiles = ["level1"]
  severity = "high"
  refs = {
    cis         = ["1.6"]
    nist_800_53 = ["IA-5"]
  }

  violations = flatten([
    for u in users : [
      for f in u.dot_files : { path = f.path, user = u.name, mode = f.mode, owner = f.owner }
      if contains([".pgpass", ".pg_service.conf"], f.name) && (f.type == "symlink" ? !mode_within(file(f.path).mode, "0600") : f.type == "file" && (!mode_within(f.mode, "0600") || f.owner != u.name))
    ]
  ])

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0600"
    owner    = each.user
  }
}

control "2.10" {
  title    = "No environment carries a password"
  why      = "PGPASSWORD is read by whoever reads the unit, the start file or /proc."
  profiles = ["level1"]
  severity = "high"
  refs = {
    cis         = ["1.6", "1.7"]
    nist_800_53 = ["IA-5"]
  }

  violations = [for p in environment_variable("PGPASSWORD") : { name = p.name, kind = p.kind, path = p.path, line = p.line }]
  remedy     = "Use a .pgpass with mode 0600, a systemd credential, or peer authentication; then change the password."
}

control "2.11" {
  title    = "Configuration files belong to root or the cluster's owner"
  why      = "Who owns a file gives itself the right to change it."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-10"]
    nist_800_53 = ["CM-5"]
  }

  violations = flatten([for c in postgres : [
    for f in c.config_files : { path = f.path, cluster = c.name, owner = f.owner, user = c.owner } if f.uid != 0 && f.uid != c.data_directory.uid
  ]])

  fix "file_mode" {
    for_each = violations
    path     = each.path
    owner    = each.user
  }
}
