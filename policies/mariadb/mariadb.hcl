# MariaDB and MySQL, hardened, after the public audit policies for both. Each instance of the host is looked at by itself,
# both as it runs and as its option files would start it next time. Accounts are known of a running server alone.
#
# Left out: safe-user-create of older baselines. MySQL 8 has no such option, for GRANT makes no accounts there; in MariaDB
# NO_AUTO_CREATE_USER, which is in the sql_mode by default, refuses the same.
benchmark "mariadb" {
  title           = "MariaDB and MySQL"
  version         = "1.0.0"
  applies_to      = database("mariadb").present
  default_profile = "server"

  profile "server" { title = "Server" }

  chapter "1" { title = "Network" }
  chapter "2" { title = "Accounts" }
  chapter "3" { title = "Server settings" }
  chapter "4" { title = "Host account and files" }
  chapter "5" { title = "Logging and upkeep" }
}

variable "admin_accounts" {
  type        = list(string)
  default     = ["root", "mysql", "mariadb.sys", "mysql.sys", "mysql.session", "mysql.infoschema", "debian-sys-maint"]
  description = "Users that may have rights over the whole server."
}

variable "password_min_length" {
  type        = number
  default     = 14
  description = "Shortest password that the server may accept."
}

control "1.1" {
  title    = "No instance listens on every address"
  why      = "A database that answers on every interface answers on the one nobody thought of."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["SC-7", "CM-7"]
    cis_controls_v8 = ["4.4", "4.8"]
    mitre_attack    = ["T1190"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.wildcard]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.wildcard]
  }

  fix "mariadb_setting" {
    name  = "bind_address"
    value = "127.0.0.1"
    guard {
      when   = anytrue([for i in mariadb : anytrue([for a in i.accounts : !a.local && !a.locked])])
      reason = "There are accounts for other hosts, which could no longer connect: name the addresses that it should listen on, or lock those accounts."
    }
  }
}

control "1.2" {
  title    = "Other hosts are served over TLS alone"
  why      = "Passwords and data otherwise cross the network in the clear."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.remote && !i.require_secure_transport]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.remote && !i.configured.require_secure_transport]
  }

  fix "mariadb_setting" {
    name  = "require_secure_transport"
    value = "ON"
    guard {
      when   = anytrue([for i in mariadb : i.remote && !i.tls.enabled])
      reason = "Without a certificate no other host could connect any more: give the server one first."
    }
  }
}

control "1.3" {
  title    = "A server for other hosts has a certificate"
  why      = "Without one there is no TLS to ask for."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.remote && !i.tls.enabled]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.remote && !i.configured.tls.enabled]
  }

  remedy = "Get a certificate from an authority that the clients trust, and name it with ssl_cert and ssl_key: which authority is your choice."
}

control "1.4" {
  title    = "Only TLS 1.2 and 1.3 are accepted"
  why      = "Earlier versions are broken and withdrawn."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.tls.enabled && !alltrue([for v in i.tls.versions : contains(["TLSv1.2", "TLSv1.3"], v)])]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.tls.enabled && !alltrue([for v in i.configured.tls.versions : contains(["TLSv1.2", "TLSv1.3"], v)])]
  }

  fix "mariadb_setting" {
    name  = "tls_version"
    value = "TLSv1.2,TLSv1.3"
  }
}

control "2.1" {
  title    = "The grant tables are in use"
  why      = "Without them everyone who connects may do everything."
  profiles = ["server"]
  severity = "critical"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.skip_grant_tables]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.skip_grant_tables]
  }

  fix "mariadb_setting" {
    name  = "skip_grant_tables"
    value = "OFF"
  }
}

control "2.2" {
  title    = "There is no anonymous account"
  why      = "It lets in whoever gives no name."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  violations = flatten([for i in mariadb : [for a in i.accounts : format("%s: %s", i.name, a.name) if a.user == ""]])

  remedy = "DROP USER ''@'HOST', once nothing connects that way."
}

control "2.3" {
  title    = "No account can be used without a password"
  why      = "An empty password is one that everyone knows."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  violations = flatten([for i in mariadb : [for a in i.accounts : format("%s: %s", i.name, a.name) if !a.locked && a.empty_password]])

  remedy = "ALTER USER … IDENTIFIED VIA unix_socket, or set a password, which whatever uses the account has to know; or ALTER USER … ACCOUNT LOCK."
}

control "2.4" {
  title    = "root comes from this host alone"
  why      = "Its rights should not be a password away from the network."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-6", "AC-6(5)"]
    cis_controls_v8 = ["5.4"]
    mitre_attack    = ["T1078", "T1098"]
  }

  violations = flatten([for i in mariadb : [for a in i.accounts : format("%s: %s", i.name, a.name) if a.user == "root" && !a.local]])

  remedy = "DROP USER 'root'@'HOST', and administer from the host itself."
}

control "2.5" {
  title    = "No account may come from just any host"
  why      = "A stolen password then works from where it was meant to."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  violations = flatten([for i in mariadb : [for a in i.accounts : format("%s: %s", i.name, a.name) if !a.locked && a.any_host]])

  remedy = "RENAME USER 'NAME'@'%' TO 'NAME'@'NETWORK': from where an application connects is known to its owner."
}

control "2.6" {
  title    = "Only administrators have rights over the whole server"
  why      = "Such a right is a way to all data, and often to the host."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-6", "AC-6(5)"]
    cis_controls_v8 = ["5.4"]
    mitre_attack    = ["T1078", "T1098"]
  }

  violations = flatten([for i in mariadb : [for a in i.accounts : format("%s: %s", i.name, a.name) if !a.locked && !contains(var.admin_accounts, a.user) && (a.super || a.file || a.process || a.shutdown || a.grant_option || a.write_mysql)]])

  remedy = "REVOKE what the account does not need; which rights an application needs is known to its owner."
}

control "2.7" {
  title    = "New passwords are checked, and not short"
  why      = "People choose the shortest password that is accepted."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-5(1)"]
    cis_controls_v8 = ["5.2"]
    mitre_attack    = ["T1110"]
  }

  check "in force" {
    violations = [for i in mariadb : i if !i.password_check || i.password_minimum_length < var.password_min_length]
  }
  check "as configured" {
    violations = [for i in mariadb : i if !i.configured.password_check || i.configured.password_minimum_length < var.password_min_length]
  }

  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.flavour == "mariadb" && !i.configured.password_check]
    name     = "plugin_load_add"
    value    = "simple_password_check"
  }
  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.flavour == "mariadb"]
    name     = "simple_password_check_minimal_length"
    value    = "${var.password_min_length}"
  }
  remedy = "MySQL: INSTALL COMPONENT 'file://component_validate_password', and set validate_password.length."
}

control "2.8" {
  title    = "New accounts of MySQL do not get the old hashes of passwords"
  why      = "mysql_native_password keeps SHA-1 without a salt, which is enough to log in with where it is known."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-5"]
    cis_controls_v8 = ["5.2"]
    mitre_attack    = ["T1110", "T1552"]
  }

  applies = anytrue([for i in mariadb : i.flavour == "mysql"])
  check "in force" {
    violations = [for i in mariadb : i if i.flavour == "mysql" && i.default_auth_plugin == "mysql_native_password"]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.flavour == "mysql" && i.configured.default_auth_plugin == "mysql_native_password"]
  }

  remedy = "Take authentication_policy and default_authentication_plugin out of the option files: the default is caching_sha2_password."
}

control "3.1" {
  title    = "Clients cannot be made to send their files"
  why      = "A server may ask any client that allows it for any file."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1005"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.local_infile]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.local_infile]
  }

  fix "mariadb_setting" {
    name  = "local_infile"
    value = "OFF"
  }
}

control "3.2" {
  title    = "Files are read and written in one directory alone"
  why      = "SQL otherwise reads whatever the server can."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1005"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.secure_file_priv == ""]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.secure_file_priv == ""]
  }

  fix "mariadb_setting" {
    name  = "secure_file_priv"
    value = "/var/lib/mysql-files"
  }
}

control "3.3" {
  title    = "Tables cannot be links out of the data directory"
  why      = "A link makes the server write where its account may."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1005"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.symbolic_links]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.symbolic_links]
  }

  fix "mariadb_setting" {
    name  = "symbolic_links"
    value = "OFF"
  }
}

control "3.4" {
  title    = "Only functions meant for it are called from libraries"
  why      = "Otherwise any library function can be run from SQL."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1005"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.allow_suspicious_udfs]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.allow_suspicious_udfs]
  }

  fix "mariadb_setting" {
    name  = "allow_suspicious_udfs"
    value = "OFF"
  }
}

control "3.5" {
  title    = "Values that do not fit are refused"
  why      = "In other modes the server stores something else and goes on."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53  = ["SI-10"]
    mitre_attack = ["T1565"]
  }

  check "in force" {
    violations = [for i in mariadb : i if !contains(i.sql_mode, "STRICT_ALL_TABLES")]
  }
  check "as configured" {
    violations = [for i in mariadb : i if !contains(i.configured.sql_mode, "STRICT_ALL_TABLES")]
  }

  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if !contains(i.configured.sql_mode, "STRICT_ALL_TABLES")]
    name     = "sql_mode"
    value    = join(",", concat(each.configured.sql_mode, ["STRICT_ALL_TABLES"]))
  }
}

control "3.6" {
  title    = "The test database is gone"
  why      = "In older installations everyone may write to it."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1005"]
  }

  violations = [for i in mariadb : i if i.test_database]

  remedy = "DROP DATABASE test, when nobody keeps anything in it; a machine does not throw data away."
}

control "3.7" {
  title    = "Who may not see all databases cannot list them"
  why      = "Names of databases tell an intruder where to look."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AC-6", "CM-6"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1213"]
  }

  check "in force" {
    violations = [for i in mariadb : i if !i.skip_show_database]
  }
  check "as configured" {
    violations = [for i in mariadb : i if !i.configured.skip_show_database]
  }

  remedy = "Put skip-show-database into the [mysqld] group, and grant SHOW DATABASES to those who need it."
}

control "4.1" {
  title    = "The server does not run as root"
  why      = "A hole in it is then not a hole in the host."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-6", "AC-6(5)"]
    cis_controls_v8 = ["5.4"]
    mitre_attack    = ["T1078", "T1098"]
  }

  violations = [for i in mariadb : i if i.user == "root"]

  remedy = "Give the data directory to an account of its own and set user= (or User= of the unit) to it, while the server is stopped."
}

control "4.2" {
  title    = "Nobody can log in with the account of the server"
  why      = "It owns all data."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  violations = [for i in mariadb : i if i.user != "root" && !contains(["/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false"], user(i.user).shell)]

  fix "user" {
    for_each = [for i in mariadb : i if i.user != "root"]
    name     = each.user
    shell    = "/usr/sbin/nologin"
  }
}

control "4.3" {
  title    = "Only root and the server can write the option files"
  why      = "Who writes them decides what the server loads."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mariadb : i if anytrue([for f in i.option_files : !mode_within(f.mode, "0644")])]

  fix "file_mode" {
    for_each = flatten([for i in mariadb : [for f in i.option_files : f if !mode_within(f.mode, "0644")]])
    path     = each.path
    max      = "0644"
  }
}

control "4.4" {
  title    = "No password stands in an option file that the server reads"
  why      = "Every account can read most of these files."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mariadb : i if length(i.files_with_password) > 0]

  remedy = "Take the password out of the file, have the client read it from one with mode 0600, and change it."
}

control "4.5" {
  title    = "No stranger can enter the data directory"
  why      = "It is the database."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mariadb : i if i.directory.exists && !mode_within(i.directory.mode, "0750")]

  fix "file_mode" {
    for_each = violations
    path     = trimsuffix(each.directory.path, "/")
    max      = "0750"
  }
}

control "4.6" {
  title    = "No stranger can read the error log"
  why      = "It names accounts and statements."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mariadb : i if i.error_log.exists && !mode_within(i.error_log.mode, "0660")]

  fix "file_mode" {
    for_each = violations
    path     = each.error_log.path
    max      = "0660"
  }
}

control "4.7" {
  title    = "No stranger can read the private key"
  why      = "Who has it can be this server to its clients."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mariadb : i if i.key.exists && !mode_within(i.key.mode, "0640")]

  fix "key_mode" {
    for_each = violations
    path     = each.key.path
    mode     = "0640"
  }
}

control "4.8" {
  title    = "No environment carries a password"
  why      = "MYSQL_PWD is read by whoever reads the unit, the start file or /proc."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-5", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1552"]
  }

  violations = [for p in environment_variable("MYSQL_PWD") : { name = p.name, kind = p.kind, path = p.path, line = p.line }]
  remedy     = "Use an option file with mode 0600, a systemd credential, or the unix socket; then change the password."
}

control "4.9" {
  title    = "The client keeps no history of what was typed"
  why      = "It has the passwords of CREATE USER and SET PASSWORD in clear."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["IA-5", "SC-28"]
    cis_controls_v8 = ["3.11"]
    mitre_attack    = ["T1552"]
  }

  violations = flatten([
    for u in users : [
      for f in u.dot_files : { path = f.path, user = u.name }
      if contains([".mysql_history", ".mariadb_history"], f.name) && (f.type == "symlink" ? file(f.path).target != "/dev/null" : true)
    ]
  ])
  remedy = "Remove the file, and link it to /dev/null: ln -s /dev/null ~/.mysql_history."
}

control "4.10" {
  title    = "Option files in home directories are for their user alone"
  why      = "They are where clients look for a password."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "IA-5"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1552"]
  }

  violations = [for f in mariadb_user_files : { path = f.file.path, user = f.user, mode = f.file.mode, owner = f.file.owner } if !mode_within(f.file.mode, "0600") || f.file.owner != f.user]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0600"
    owner    = each.user
  }
}

control "4.11" {
  title    = "No password stands in an option file of a home directory"
  why      = "It goes into each backup, and whoever becomes that user has it."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-5"]
    cis_controls_v8 = ["3.11"]
    mitre_attack    = ["T1552"]
  }

  violations = [for f in mariadb_user_files : { path = f.file.path, user = f.user } if f.has_password]

  remedy = "Have the account authenticated by the socket (unix_socket, auth_socket) or asked for its password, and take it out of the file."
}

control "5.1" {
  title    = "Errors are written to a log of their own"
  why      = "Startup errors and refused connections are found there."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.log_error == ""]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.log_error == ""]
  }

  fix "mariadb_setting" {
    name  = "log_error"
    value = "/var/log/mysql/error.log"
  }
}

control "5.2" {
  title    = "Refused connections are logged"
  why      = "They are what an attempt to guess passwords looks like."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.log_verbosity < 2]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.log_verbosity < 2]
  }

  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.configured.log_verbosity < 2]
    name     = each.flavour == "mysql" ? "log_error_verbosity" : "log_warnings"
    value    = "2"
  }
}

control "5.3" {
  title    = "Passwords are not written to the log"
  why      = "Logs are read by more people than passwords are for."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mariadb : i if i.log_raw]
  }
  check "as configured" {
    violations = [for i in mariadb : i if i.configured.log_raw]
  }

  fix "mariadb_setting" {
    name  = "log_raw"
    value = "OFF"
  }
}

control "5.4" {
  title    = "Connections and statements are audited"
  why      = "The general log is off for good reasons; this is its place."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mariadb : i if !i.audit_log || length(i.audit_events) > 0 && !(contains(i.audit_events, "CONNECT") && anytrue([for e in i.audit_events : startswith(e, "QUERY")]))]
  }
  check "as configured" {
    violations = [for i in mariadb : i if !i.configured.audit_log || length(i.configured.audit_events) > 0 && !(contains(i.configured.audit_events, "CONNECT") && anytrue([for e in i.configured.audit_events : startswith(e, "QUERY")]))]
  }

  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.flavour == "mariadb" && !contains(i.plugins, "server_audit")]
    name     = "plugin_load_add"
    value    = "server_audit"
  }
  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.flavour == "mariadb"]
    name     = "server_audit_logging"
    value    = "ON"
  }
  fix "mariadb_setting" {
    for_each = [for i in mariadb : i if i.flavour == "mariadb" && length(i.configured.audit_events) > 0]
    name     = "server_audit_events"
    value    = join(",", distinct(concat(each.configured.audit_events, ["CONNECT", "QUERY"])))
  }
  remedy = "MySQL: the audit log is part of its Enterprise edition; other plugins are for a person to choose."
}

control "5.5" {
  title    = "The series is still maintained by its makers"
  why      = "Holes found after that day stay open."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SI-2", "SA-22"]
    cis_controls_v8 = ["2.2"]
    mitre_attack    = ["T1190"]
  }

  violations = [for i in mariadb : i if days_until(i.end_of_life) < 0]

  remedy = "Upgrade to a series that is maintained, after a backup and a trial."
}
