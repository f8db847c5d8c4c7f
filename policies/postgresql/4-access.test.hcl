test "4.1: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.1" = "pass" }
}

test "4.1: trust" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "local", method = "trust", remote = false, any_address = false }] }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.1" = "unknown" }
}

test "4.2: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.2" = "pass" }
}

test "4.2: password" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "host", method = "password", remote = true, any_address = false }] }]
  }
  expect = { "4.2" = "fail" }
}

test "4.2: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.2" = "unknown" }
}

test "4.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.3" = "pass" }
}

test "4.3: md5" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "host", method = "md5", remote = true, any_address = false }] }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.3" = "unknown" }
}

test "4.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.4" = "pass" }
}

test "4.4: everyone" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = true }] }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.4" = "unknown" }
}

test "4.5: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.5" = "pass" }
}

test "4.5: in clear as well" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "host", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.5" = "fail" }
}

test "4.5: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.5" = "unknown" }
}

test "4.6: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }] }]
  }
  expect = { "4.6" = "pass" }
}

test "4.6: ident" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "host", method = "ident", remote = true, any_address = false }] }]
  }
  expect = { "4.6" = "fail" }
}

test "4.6: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "hostssl", method = "scram-sha-256", remote = true, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.6" = "unknown" }
}

test "4.7: as it should be" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "local", method = "peer", remote = false, any_address = false }] }]
  }
  expect = { "4.7" = "pass" }
}

test "4.7: md5" {
  facts {
    postgres = [{ name = "15/main", hba = [{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "local", method = "md5", remote = false, any_address = false }] }]
  }
  expect = { "4.7" = "fail" }
}

test "4.7: changed after it was read" {
  facts {
    postgres = [{ name = "15/main", hba = partial([{ cluster = "15/main", file = "/etc/postgresql/15/main/pg_hba.conf", line = 97, rule = "…", error = "", type = "local", method = "peer", remote = false, any_address = false }], "pg_hba.conf changed after the server last read it") }]
  }
  expect = { "4.7" = "unknown" }
}

test "4.8: none" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", ident = [] }]
  }
  expect = { "4.8" = "pass" }
}

test "4.8: another role" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", ident = [{ file = "/f", line = 1, map = "m", system_user = "ann", role = "app", error = "" }] }]
  }
  expect = { "4.8" = "pass" }
}

test "4.8: whoever another host says" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", ident = [{ file = "/f", line = 1, map = "m", system_user = "/^(.*)@example.org$", role = "\\1", error = "" }] }]
  }
  expect = { "4.8" = "fail" }
}

test "4.8: root may be postgres" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", ident = [{ file = "/f", line = 1, map = "m", system_user = "root", role = "postgres", error = "" }] }]
  }
  expect = { "4.8" = "fail" }
}

test "4.8: unread" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", ident = unknown("permission denied") }]
  }
  expect = { "4.8" = "unknown" }
}
