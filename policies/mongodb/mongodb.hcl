# MongoDB, hardened, after the public audit policies for it. Each server of the host is looked at by itself, both as
# it runs and as its file and command line would start it next time, and what it says to someone without credentials.
benchmark "mongodb" {
  title           = "MongoDB"
  version         = "1.0.0"
  applies_to      = database("mongodb").present
  default_profile = "server"

  profile "server" { title = "Server" }
  profile "strict" {
    title    = "Server, with what only some editions and uses allow"
    includes = ["server"]
  }

  chapter "1" { title = "Authentication" }
  chapter "2" { title = "Network and TLS" }
  chapter "3" { title = "Server settings" }
  chapter "4" { title = "Account and files" }
  chapter "5" { title = "Logging" }
}

control "1.1" {
  title    = "Users are checked"
  why      = "Without authorization everyone who connects may do everything."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in mongodb : i if !i.authorization]
  }
  check "as configured" {
    violations = [for i in mongodb : i if !i.configured.authorization]
  }

  remedy = "Make the first administrator, give each application a user, then set security.authorization: enabled in mongod.conf and restart: before that, clients would be shut out."
}

control "1.2" {
  title    = "Nothing is told without credentials"
  why      = "A running server that lists its databases to a stranger gives them away, too."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  violations = [for i in mongodb : i if i.running && i.open]

  remedy = "Turn authorization on (1.1), or bind the server to this host."
}

control "1.3" {
  title    = "The first user is not made without credentials"
  why      = "Whoever is on the host otherwise may be first."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.localhost_auth_bypass]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.localhost_auth_bypass]
  }

  remedy = "Set setParameter.enableLocalhostAuthBypass: false in mongod.conf, once there is an administrator."
}

control "1.4" {
  title    = "Members of a cluster know each other by a key or certificate"
  why      = "Anything that calls itself a member gets all data."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["IA-2", "AC-3"]
    cis_controls_v8 = ["5.2", "6.3"]
    mitre_attack    = ["T1078"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.clustered && i.key_file == "" && i.cluster_auth_mode != "x509" && i.cluster_auth_mode != "sendX509"]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.clustered && i.configured.key_file == "" && i.configured.cluster_auth_mode != "x509" && i.configured.cluster_auth_mode != "sendX509"]
  }

  remedy = "Set security.keyFile (the same on all members, mode 0400) or clusterAuthMode: x509, on one member after the other."
}

control "2.1" {
  title    = "No server listens on every address"
  why      = "A database that answers on every interface answers on the one nobody thought of."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["SC-7", "CM-7"]
    cis_controls_v8 = ["4.4", "4.8"]
    mitre_attack    = ["T1190"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.wildcard]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.wildcard]
  }

  remedy = "Set net.bindIp to the addresses that clients use."
}

control "2.2" {
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
    violations = [for i in mongodb : i if i.remote && i.tls.mode != "requireTLS"]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.remote && i.configured.tls.mode != "requireTLS"]
  }

  remedy = "Set net.tls.mode: requireTLS with a certificate, once all clients speak TLS (preferTLS until then)."
}

control "2.3" {
  title    = "TLS 1.0 and 1.1 are refused"
  why      = "They are broken and withdrawn."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.tls.mode != "disabled" && !(contains(i.tls.disabled_protocols, "TLS1_0") && contains(i.tls.disabled_protocols, "TLS1_1"))]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.tls.mode != "disabled" && !(contains(i.configured.tls.disabled_protocols, "TLS1_0") && contains(i.configured.tls.disabled_protocols, "TLS1_1"))]
  }

  remedy = "Set net.tls.disabledProtocols: TLS1_0,TLS1_1 in mongod.conf and restart."
}

control "2.4" {
  title    = "Certificates that do not check out are refused"
  why      = "Anyone can make such a certificate."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.tls.mode != "disabled" && i.tls.allow_invalid_certificates]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.tls.mode != "disabled" && i.configured.tls.allow_invalid_certificates]
  }

  remedy = "Take allowInvalidCertificates out of mongod.conf, once all members and clients have certificates of the authority in net.tls.CAFile."
}

control "2.5" {
  title    = "FIPS mode is on"
  why      = "Where FIPS 140 is required, only its module may encrypt."
  profiles = ["strict"]
  severity = "low"
  refs = {
    nist_800_53     = ["SC-8", "SC-8(1)"]
    cis_controls_v8 = ["3.10"]
    mitre_attack    = ["T1040", "T1557"]
  }

  check "in force" {
    violations = [for i in mongodb : i if !i.tls.fips]
  }
  check "as configured" {
    violations = [for i in mongodb : i if !i.configured.tls.fips]
  }

  remedy = "Set net.tls.FIPSMode: true, with an edition and an OpenSSL that can."
}

control "2.6" {
  title    = "The server does not use the well-known port"
  why      = "It is the first one that scanners try."
  profiles = ["strict"]
  severity = "low"
  refs = {
    nist_800_53     = ["SC-7", "CM-7"]
    cis_controls_v8 = ["4.4", "4.8"]
    mitre_attack    = ["T1190"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.port == 27017]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.port == 27017]
  }

  remedy = "Set net.port, and tell the clients."
}

control "3.1" {
  title    = "Scripts do not run in the server"
  why      = "Queries need none, and injected ones do."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["CM-6", "CM-7"]
    cis_controls_v8 = ["4.8"]
    mitre_attack    = ["T1059"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.javascript]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.javascript]
  }

  remedy = "Set security.javascriptEnabled: false, when no application uses $where, $function or mapReduce."
}

control "4.1" {
  title    = "The server does not run as root"
  why      = "A hole in it is then not a hole in the host."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-6"]
    cis_controls_v8 = ["5.4"]
    mitre_attack    = ["T1068"]
  }

  violations = [for i in mongodb : i if i.user == "root"]

  remedy = "Start it as an account of its own (User= of the unit), to which its dbPath belongs."
}

control "4.2" {
  title    = "Only the server reads the key of the cluster"
  why      = "Who has it is a member."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mongodb : i if i.key.exists && !mode_within(i.key.mode, "0600")]

  fix "file_mode" {
    for_each = violations
    path     = each.key.path
    max      = "0600"
  }
}

control "4.3" {
  title    = "No stranger can read the private key"
  why      = "Who has it can be this server to its clients."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mongodb : i if i.pem.exists && !mode_within(i.pem.mode, "0640")]

  fix "file_mode" {
    for_each = violations
    path     = each.pem.path
    max      = "0640"
  }
}

control "4.4" {
  title    = "No stranger can enter the data directory"
  why      = "It is the database."
  profiles = ["server"]
  severity = "high"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mongodb : i if i.directory.exists && !mode_within(i.directory.mode, "0770")]

  fix "file_mode" {
    for_each = violations
    path     = each.directory.path
    max      = "0770"
  }
}

control "4.5" {
  title    = "Only root can change the configuration"
  why      = "Who changes it turns authorization off."
  profiles = ["server"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AC-3", "AC-6", "SC-28"]
    cis_controls_v8 = ["3.3"]
    mitre_attack    = ["T1005", "T1552"]
  }

  violations = [for i in mongodb : i if i.config.exists && !mode_within(i.config.mode, "0644")]

  fix "file_mode" {
    for_each = violations
    path     = each.config.path
    max      = "0644"
  }
}

control "5.1" {
  title    = "The log says who connects"
  why      = "What nobody wrote down nobody can look up."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.quiet]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.quiet]
  }

  remedy = "Take quiet out of systemLog in mongod.conf and restart."
}

control "5.2" {
  title    = "A restart goes on with the log"
  why      = "Otherwise what was before it is gone from the file."
  profiles = ["server"]
  severity = "low"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.log_destination == "file" && !i.log_append]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.log_destination == "file" && !i.configured.log_append]
  }

  remedy = "Set systemLog.logAppend: true in mongod.conf and restart."
}

control "5.3" {
  title    = "What is done is audited"
  why      = "Only Enterprise and Percona editions can."
  profiles = ["strict"]
  severity = "medium"
  refs = {
    nist_800_53     = ["AU-2", "AU-12"]
    cis_controls_v8 = ["8.2"]
    mitre_attack    = ["T1562"]
  }

  check "in force" {
    violations = [for i in mongodb : i if i.audit_destination == ""]
  }
  check "as configured" {
    violations = [for i in mongodb : i if i.configured.audit_destination == ""]
  }

  remedy = "Set auditLog in mongod.conf; only the Enterprise edition and Percona have it."
}
