test "1.1: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", authorization = true, configured = { authorization = true } }]
  }
  expect = { "1.1" = "pass" }
}

test "1.1: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { authorization = true } }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.1: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", authorization = false, configured = { authorization = true } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", authorization = true, configured = { authorization = false } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.2: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", running = true, open = false }]
  }
  expect = { "1.2" = "pass" }
}

test "1.2: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", running = true, open = true }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "1.2" = "unknown" }
}

test "1.3: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", localhost_auth_bypass = false, configured = { localhost_auth_bypass = false } }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { localhost_auth_bypass = false } }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.3: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", localhost_auth_bypass = true, configured = { localhost_auth_bypass = false } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", localhost_auth_bypass = false, configured = { localhost_auth_bypass = true } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.4: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", clustered = true, key_file = "/etc/mongo.key", cluster_auth_mode = "keyFile", configured = { clustered = true, key_file = "/etc/mongo.key", cluster_auth_mode = "keyFile" } }]
  }
  expect = { "1.4" = "pass" }
}

test "1.4: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { clustered = true, key_file = "/etc/mongo.key", cluster_auth_mode = "keyFile" } }]
  }
  expect = { "1.4" = "unknown" }
}

test "1.4: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", clustered = true, key_file = "", cluster_auth_mode = "keyFile", configured = { clustered = true, key_file = "/etc/mongo.key", cluster_auth_mode = "keyFile" } }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", clustered = true, key_file = "/etc/mongo.key", cluster_auth_mode = "keyFile", configured = { clustered = true, key_file = "", cluster_auth_mode = "keyFile" } }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "1.4" = "unknown" }
}

test "2.1: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", wildcard = false, configured = { wildcard = false } }]
  }
  expect = { "2.1" = "pass" }
}

test "2.1: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { wildcard = false } }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.1: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", wildcard = true, configured = { wildcard = false } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", wildcard = false, configured = { wildcard = true } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.2: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", remote = true, tls = { mode = "requireTLS" }, configured = { remote = true, tls = { mode = "requireTLS" } } }]
  }
  expect = { "2.2" = "pass" }
}

test "2.2: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { remote = true, tls = { mode = "requireTLS" } } }]
  }
  expect = { "2.2" = "unknown" }
}

test "2.2: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", remote = true, tls = { mode = "preferTLS" }, configured = { remote = true, tls = { mode = "requireTLS" } } }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", remote = true, tls = { mode = "requireTLS" }, configured = { remote = true, tls = { mode = "preferTLS" } } }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.2" = "unknown" }
}

test "2.3: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0", "TLS1_1"] }, configured = { tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0", "TLS1_1"] } } }]
  }
  expect = { "2.3" = "pass" }
}

test "2.3: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0", "TLS1_1"] } } }]
  }
  expect = { "2.3" = "unknown" }
}

test "2.3: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0"] }, configured = { tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0", "TLS1_1"] } } }]
  }
  expect = { "2.3" = "fail" }
}

test "2.3: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0", "TLS1_1"] }, configured = { tls = { mode = "requireTLS", disabled_protocols = ["TLS1_0"] } } }]
  }
  expect = { "2.3" = "fail" }
}

test "2.3: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.3" = "unknown" }
}

test "2.4: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", allow_invalid_certificates = false }, configured = { tls = { mode = "requireTLS", allow_invalid_certificates = false } } }]
  }
  expect = { "2.4" = "pass" }
}

test "2.4: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { tls = { mode = "requireTLS", allow_invalid_certificates = false } } }]
  }
  expect = { "2.4" = "unknown" }
}

test "2.4: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", allow_invalid_certificates = true }, configured = { tls = { mode = "requireTLS", allow_invalid_certificates = false } } }]
  }
  expect = { "2.4" = "fail" }
}

test "2.4: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { mode = "requireTLS", allow_invalid_certificates = false }, configured = { tls = { mode = "requireTLS", allow_invalid_certificates = true } } }]
  }
  expect = { "2.4" = "fail" }
}

test "2.4: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.4" = "unknown" }
}

test "2.5: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { fips = true }, configured = { tls = { fips = true } } }]
  }
  expect = { "2.5" = "pass" }
}

test "2.5: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { tls = { fips = true } } }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.5: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { fips = false }, configured = { tls = { fips = true } } }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", tls = { fips = true }, configured = { tls = { fips = false } } }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.6: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", port = 27117, configured = { port = 27117 } }]
  }
  expect = { "2.6" = "pass" }
}

test "2.6: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { port = 27117 } }]
  }
  expect = { "2.6" = "unknown" }
}

test "2.6: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", port = 27017, configured = { port = 27117 } }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", port = 27117, configured = { port = 27017 } }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "2.6" = "unknown" }
}

test "3.1: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", javascript = false, configured = { javascript = false } }]
  }
  expect = { "3.1" = "pass" }
}

test "3.1: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { javascript = false } }]
  }
  expect = { "3.1" = "unknown" }
}

test "3.1: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", javascript = true, configured = { javascript = false } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", javascript = false, configured = { javascript = true } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "3.1" = "unknown" }
}

test "4.1: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", user = "mongodb" }]
  }
  expect = { "4.1" = "pass" }
}

test "4.1: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", user = "root" }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "4.1" = "unknown" }
}

test "4.2: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", key = { exists = true, mode = "0400" } }]
  }
  expect = { "4.2" = "pass" }
}

test "4.2: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", key = { exists = true, mode = "0644" } }]
  }
  expect = { "4.2" = "fail" }
}

test "4.2: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "4.2" = "unknown" }
}

test "4.3: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", pem = { exists = true, mode = "0600" } }]
  }
  expect = { "4.3" = "pass" }
}

test "4.3: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", pem = { exists = true, mode = "0644" } }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "4.3" = "unknown" }
}

test "4.4: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", directory = { exists = true, mode = "0750" } }]
  }
  expect = { "4.4" = "pass" }
}

test "4.4: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", directory = { exists = true, mode = "0755" } }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "4.4" = "unknown" }
}

test "4.5: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", config = { exists = true, mode = "0644" } }]
  }
  expect = { "4.5" = "pass" }
}

test "4.5: not as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", config = { exists = true, mode = "0664" } }]
  }
  expect = { "4.5" = "fail" }
}

test "4.5: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "4.5" = "unknown" }
}

test "5.1: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", quiet = false, configured = { quiet = false } }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { quiet = false } }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.1: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", quiet = true, configured = { quiet = false } }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", quiet = false, configured = { quiet = true } }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.2: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", log_destination = "file", log_append = true, configured = { log_destination = "file", log_append = true } }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { log_destination = "file", log_append = true } }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.2: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", log_destination = "file", log_append = false, configured = { log_destination = "file", log_append = true } }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", log_destination = "file", log_append = true, configured = { log_destination = "file", log_append = false } }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.3: as demanded" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", audit_destination = "syslog", configured = { audit_destination = "syslog" } }]
  }
  expect = { "5.3" = "pass" }
}

test "5.3: what is configured is not in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", configured = { audit_destination = "syslog" } }]
  }
  expect = { "5.3" = "unknown" }
}

test "5.3: not as demanded, in force" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", audit_destination = "", configured = { audit_destination = "syslog" } }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: not as demanded, as configured" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf", audit_destination = "syslog", configured = { audit_destination = "" } }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: it could not be read" {
  facts {
    mongodb = [{ name = "/etc/mongod.conf" }]
  }
  expect = { "5.3" = "unknown" }
}
