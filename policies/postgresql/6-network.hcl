# 6. Network and TLS

control "6.1" {
  title    = "TLS is on"
  why      = "Without it everything but the password itself travels in clear."
  profiles = ["level1"]
  severity = "high"
  refs = {
    wazuh       = ["24028"]
    mondoo      = ["tls-enabled"]
    devsec      = ["postgres-11"]
    nist_800_53 = ["SC-8"]
  }

  violations = [for c in postgres : { name = c.name, value = c.ssl } if !c.ssl]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "ssl"
    value    = "on"
  }
}

control "6.2" {
  title    = "Old versions of TLS are not spoken"
  why      = "TLS 1.0 and 1.1 are broken."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    mondoo      = ["tls-min-protocol"]
    nist_800_53 = ["SC-8", "SC-13"]
  }

  violations = [for c in postgres : { name = c.name, value = c.ssl_min_protocol_version } if !contains(["TLSv1.2", "TLSv1.3"], c.ssl_min_protocol_version)]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "ssl_min_protocol_version"
    value    = "TLSv1.2"
  }
}

control "6.3" {
  title    = "Weak cipher suites are not offered"
  why      = "Anonymous ones don't say who answers."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    mondoo      = ["tls-strong-ciphers"]
    devsec      = ["postgres-12"]
    nist_800_53 = ["SC-13"]
  }

  violations = [for c in postgres : { name = c.name, value = c.ssl_ciphers } if !matches(c.ssl_ciphers, "(^|[:, ])(HIGH|EECDH|ECDHE|kEECDH|AESGCM|TLSv1.2|[A-Z0-9-]*(GCM|POLY1305)[A-Z0-9-]*)") || matches(c.ssl_ciphers, "(^|[:, ])[+]?(ALL|COMPLEMENTOFALL|LOW|EXP|EXPORT|eNULL|NULL|aNULL|aDH|ADH|AECDH|RC4)([:, ]|$)") || (matches(c.ssl_ciphers, "(^|[:, ])(HIGH|MEDIUM)([:, ]|$)") && !matches(c.ssl_ciphers, "!aNULL"))]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "ssl_ciphers"
    value    = "HIGH:!aNULL:!MD5"
  }
}

control "6.4" {
  title    = "The server chooses the cipher suite"
  why      = "A client's order may begin with the weakest."
  profiles = ["level2"]
  severity = "low"
  refs = {
    nist_800_53 = ["SC-13"]
  }

  violations = [for c in postgres : { name = c.name, value = c.ssl_prefer_server_ciphers } if !c.ssl_prefer_server_ciphers]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "ssl_prefer_server_ciphers"
    value    = "on"
  }
}

control "6.5" {
  title    = "The server listens on addresses that are named"
  why      = "All addresses are also those of tomorrow's interfaces."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    mondoo      = ["listen-addresses"]
    nist_800_53 = ["SC-7", "CM-7"]
  }

  violations = [for c in postgres : { name = c.name, value = join(", ", c.listen_addresses) } if anytrue([for a in c.listen_addresses : contains(["*", "0.0.0.0", "::"], a)])]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "listen_addresses"
    value    = "localhost"
    guard {
      when   = anytrue([for c in postgres : anytrue([for r in c.hba : r.remote && r.method != "reject"])])
      reason = "pg_hba.conf lets other hosts in, which could no longer connect: name the addresses that the server should listen on."
    }
  }
}
