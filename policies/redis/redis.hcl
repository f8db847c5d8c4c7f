# Redis and Valkey, hardened. There is no public benchmark of these servers with numbers of its own; the demands are those
# that the servers' documentation and common audit tools agree on. Each instance of the host is looked at by itself, both
# as it runs and as its files would start it next time.
benchmark "redis" {
  title           = "Redis and Valkey"
  version         = "1.0.0"
  applies_to      = database("redis").present
  default_profile = "server"

  profile "server" { title = "Server" }

  chapter "1" { title = "Network" }
  chapter "2" { title = "Authentication" }
  chapter "3" { title = "TLS" }
  chapter "4" { title = "Commands" }
  chapter "5" { title = "Account and files" }
  chapter "6" { title = "Logging" }
}

variable "socket_mode" {
  type        = string
  default     = "0700"
  description = "The most that the mode of a unix socket may grant."
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
    violations = [for i in redis : i if i.wildcard]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.wildcard]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if i.wildcard || i.configured.wildcard]
    instance = each.config_file
    name     = "bind"
    value    = "127.0.0.1 -::1"
    guard {
      when   = anytrue([for i in redis : i.configured.replica || i.configured.cluster_enabled])
      reason = "An instance is a replica or a node of a cluster, which others have to reach: name the addresses that it should listen on."
    }
  }
}

control "1.2" {
  title    = "Protected mode is on"
  why      = "While there is no password, it is what keeps other hosts out."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-7", "CM-7"]
    cis_controls_v8 = ["4.4", "4.8"]
    mitre_attack    = ["T1190"]
  }

  check "in force" {
    violations = [for i in redis : i if !i.protected_mode]
  }
  check "as configured" {
    violations = [for i in redis : i if !i.configured.protected_mode]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if !i.protected_mode || !i.configured.protected_mode]
    instance = each.config_file
    name     = "protected-mode"
    value    = "yes"
  }
}

control "1.3" {
  title    = "Other hosts are served over TLS alone"
  why      = "Passwords and data otherwise cross the network in the clear."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in redis : i if i.remote && (i.port != 0 || i.tls.port == 0)]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.remote && (i.configured.port != 0 || i.configured.tls.port == 0)]
  }

  remedy = "Give the instance a certificate (tls-port, tls-cert-file, tls-key-file), tell the clients, and then set port 0."
}

control "2.1" {
  title    = "No user gets in without a password"
  why      = "Whoever reaches the port owns what such a user may do."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in redis : i if anytrue([for u in i.users : u.enabled && u.nopass])]
  }
  check "as configured" {
    violations = [for i in redis : i if anytrue([for u in i.configured.users : u.enabled && u.nopass])]
  }

  remedy = "Give each such user a password (ACL SETUSER NAME resetpass >…), and tell its clients: a policy holds no secrets."
}

control "2.2" {
  title    = "Passwords or access control lists are configured"
  why      = "An instance as shipped trusts everyone who connects."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in redis : i if !i.requirepass_set && i.aclfile == "" && length(i.users) < 2 && i.default_user.nopass]
  }
  check "as configured" {
    violations = [for i in redis : i if !i.configured.requirepass_set && i.configured.aclfile == "" && length(i.configured.users) < 2 && i.configured.default_user.nopass]
  }

  remedy = "Set requirepass, or an aclfile with a user for each application, and tell the clients: a policy holds no secrets."
}

control "3.1" {
  title    = "Clients show a certificate when they speak TLS"
  why      = "Without it TLS hides the traffic, and still lets everyone in."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in redis : i if i.tls.port > 0 && i.tls.auth_clients != "yes"]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.tls.port > 0 && i.configured.tls.auth_clients != "yes"]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if(i.tls.port > 0 && i.tls.auth_clients != "yes") || (i.configured.tls.port > 0 && i.configured.tls.auth_clients != "yes")]
    instance = each.config_file
    name     = "tls-auth-clients"
    value    = "yes"
  }
}

control "3.2" {
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
    violations = [for i in redis : i if(i.tls.port > 0 || i.tls.replication || i.tls.cluster) && !alltrue([for p in i.tls.protocols : contains(["tlsv1.2", "tlsv1.3"], lower(p))])]
  }
  check "as configured" {
    violations = [for i in redis : i if(i.configured.tls.port > 0 || i.configured.tls.replication || i.configured.tls.cluster) && !alltrue([for p in i.configured.tls.protocols : contains(["tlsv1.2", "tlsv1.3"], lower(p))])]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if((i.tls.port > 0 || i.tls.replication || i.tls.cluster) && !alltrue([for p in i.tls.protocols : contains(["tlsv1.2", "tlsv1.3"], lower(p))])) || ((i.configured.tls.port > 0 || i.configured.tls.replication || i.configured.tls.cluster) && !alltrue([for p in i.configured.tls.protocols : contains(["tlsv1.2", "tlsv1.3"], lower(p))]))]
    instance = each.config_file
    name     = "tls-protocols"
    value    = "\"TLSv1.2 TLSv1.3\""
  }
}

control "3.3" {
  title    = "Replicas and cluster nodes talk TLS to each other"
  why      = "A replica receives all data there is."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in redis : i if i.replica && !i.tls.replication || i.cluster_enabled && !i.tls.cluster]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.replica && !i.configured.tls.replication || i.configured.cluster_enabled && !i.configured.tls.cluster]
  }

  remedy = "Set tls-replication and tls-cluster on all of them together: one that changes alone loses the others."
}

control "3.4" {
  title    = "No stranger can read the private key"
  why      = "Who has it can be this server to its clients."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in redis : i if i.key.exists && !mode_within(i.key.mode, "0640")]

  fix "key_mode" {
    for_each = violations
    path     = each.key.path
    mode     = "0640"
  }
}

control "4.1" {
  title    = "Protected settings cannot be changed from other hosts"
  why      = "Where files are written is enough to take over the account."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1059", "T1505"]
  }

  check "in force" {
    violations = [for i in redis : i if i.enable_protected_configs == "yes"]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.enable_protected_configs == "yes"]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if i.enable_protected_configs == "yes" || i.configured.enable_protected_configs == "yes"]
    instance = each.config_file
    name     = "enable-protected-configs"
    value    = "no"
  }
}

control "4.2" {
  title    = "DEBUG cannot be called from other hosts"
  why      = "It crashes the server and reads its memory."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1059", "T1505"]
  }

  check "in force" {
    violations = [for i in redis : i if i.enable_debug_command == "yes"]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.enable_debug_command == "yes"]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if i.enable_debug_command == "yes" || i.configured.enable_debug_command == "yes"]
    instance = each.config_file
    name     = "enable-debug-command"
    value    = "no"
  }
}

control "4.3" {
  title    = "Modules cannot be loaded from other hosts"
  why      = "A module is code that runs as the server."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1059", "T1505"]
  }

  check "in force" {
    violations = [for i in redis : i if i.enable_module_command == "yes"]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.enable_module_command == "yes"]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if i.enable_module_command == "yes" || i.configured.enable_module_command == "yes"]
    instance = each.config_file
    name     = "enable-module-command"
    value    = "no"
  }
}

control "4.4" {
  title    = "The default user cannot change the configuration"
  why      = "Applications need data, not CONFIG SET."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AC-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1059", "T1505"]
  }

  check "in force" {
    violations = [for i in redis : i if(i.live || !contains(i.disabled_commands, "config") && !contains(i.renamed_commands, "config")) && i.default_user.enabled && i.default_user.may_configure]
  }
  check "as configured" {
    violations = [for i in redis : i if(!contains(i.configured.disabled_commands, "config") && !contains(i.configured.renamed_commands, "config")) && i.configured.default_user.enabled && i.configured.default_user.may_configure]
  }

  remedy = "Make a user of its own for administrators, then ACL SETUSER default -config (or -@admin)."
}

control "5.1" {
  title    = "The server does not run as root"
  why      = "A hole in it is then not a hole in the host."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-6"]
    cis_controls_v8 = ["5.4"]
    mitre_attack    = ["T1068"]
  }

  violations = [for i in redis : i if i.user == "root"]

  remedy = "Start it as an account of its own (User= of the unit), to which its directory belongs."
}

control "5.2" {
  title    = "Only the server and its administrators read the configuration"
  why      = "Passwords stand in it."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in redis : i if i.config.exists && !mode_within(i.config.mode, "0640")]

  fix "file_mode" {
    for_each = violations
    path     = each.config.path
    max      = "0640"
  }
}

control "5.3" {
  title    = "Only the server and its administrators read the ACL file"
  why      = "It holds the hashes of every password."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in redis : i if i.acl.exists && !mode_within(i.acl.mode, "0640")]

  fix "file_mode" {
    for_each = violations
    path     = each.acl.path
    max      = "0640"
  }
}

control "5.4" {
  title    = "The unix socket is not open to every account"
  why      = "A socket that all may write is a port without a firewall."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  check "in force" {
    violations = [for i in redis : i if i.unixsocket != "" && (i.unixsocketperm == "0000" || !mode_within(i.unixsocketperm, var.socket_mode))]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.unixsocket != "" && (i.configured.unixsocketperm == "0000" || !mode_within(i.configured.unixsocketperm, var.socket_mode))]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if(i.unixsocket != "" && (i.unixsocketperm == "0000" || !mode_within(i.unixsocketperm, var.socket_mode))) || (i.configured.unixsocket != "" && (i.configured.unixsocketperm == "0000" || !mode_within(i.configured.unixsocketperm, var.socket_mode)))]
    instance = each.config_file
    name     = "unixsocketperm"
    value    = "700"
  }
}

control "5.5" {
  title    = "No stranger can enter the data directory"
  why      = "Snapshots are the database."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in redis : i if i.directory.exists && !mode_within(i.directory.mode, "0750")]

  fix "file_mode" {
    for_each = violations
    path     = trimsuffix(each.directory.path, "/")
    max      = "0750"
  }
}

control "5.6" {
  title    = "No stranger can read snapshots or append-only files"
  why      = "They are the database, readable with any copy of the server."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in redis : i if i.dump.exists && !mode_within(i.dump.mode, "0660") || i.append_only.exists && !mode_within(i.append_only.mode, "0770")]

  fix "file_mode" {
    for_each = [for i in redis : i.dump if i.dump.exists && !mode_within(i.dump.mode, "0660")]
    path     = each.path
    max      = "0660"
  }
  fix "file_mode" {
    for_each = [for i in redis : i.append_only if i.append_only.exists && !mode_within(i.append_only.mode, "0770")]
    path     = each.path
    max      = "0770"
  }
}

control "5.7" {
  title    = "No environment carries a password"
  why      = "REDISCLI_AUTH is read by whoever reads the unit, the start file or /proc."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-5", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1552"]
  }

  violations = [for p in environment_variable("REDISCLI_AUTH") : { name = p.name, kind = p.kind, path = p.path, line = p.line }]
  remedy     = "Let redis-cli ask for it (--askpass), or give the client a file with mode 0600; then change the password."
}

control "6.1" {
  title    = "The server writes a log"
  why      = "What nobody wrote down nobody can look up."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in redis : i if i.logfile == "" && !i.syslog_enabled]
  }
  check "as configured" {
    violations = [for i in redis : i if i.configured.logfile == "" && !i.configured.syslog_enabled]
  }

  fix "redis_setting" {
    for_each = [for i in redis : i if(i.logfile == "" && !i.syslog_enabled) || (i.configured.logfile == "" && !i.configured.syslog_enabled)]
    instance = each.config_file
    name     = "syslog-enabled"
    value    = "yes"
  }
}
