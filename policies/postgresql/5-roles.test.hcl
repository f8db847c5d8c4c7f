test "5.1: as it should be" {
  facts {
    postgres = [{ name = "15/main", password_encryption = "scram-sha-256" }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: MD5" {
  facts {
    postgres = [{ name = "15/main", password_encryption = "md5" }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: nobody could say" {
  facts {
    postgres = [{ name = "15/main", password_encryption = unknown("the server does not answer in time") }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.2: as it should be" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: an old one" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "md5" }] }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: a plain one" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "plain" }] }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: no one to ask" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = unknown("the server does not run") }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "postgres", superuser = true, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.3" = "pass" }
}

test "5.3: another" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = true, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: no one to ask" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = unknown("the server does not run") }]
  }
  expect = { "5.3" = "unknown" }
}

test "5.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "postgres", superuser = false, login = true, createrole = true, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.4" = "pass" }
}

test "5.4: roles" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = true, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: databases" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = true, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: no one to ask" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = unknown("the server does not run") }]
  }
  expect = { "5.4" = "unknown" }
}

test "5.5: as it should be" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = false, replication = false, bypassrls = false, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.5" = "pass" }
}

test "5.5: goes around" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", superuser = false, login = true, createrole = false, createdb = false, replication = false, bypassrls = true, password_form = "scram-sha-256" }] }]
  }
  expect = { "5.5" = "fail" }
}

test "5.5: no one to ask" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = unknown("the server does not run") }]
  }
  expect = { "5.5" = "unknown" }
}

test "5.6: as it should be" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", untrusted_languages = [] }] }]
  }
  expect = { "5.6" = "pass" }
}

test "5.6: not so" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", untrusted_languages = ["plpython3u"] }] }]
  }
  expect = { "5.6" = "fail" }
}

test "5.6: no one to ask" {
  facts {
    postgres = [{ name = "15/main", databases = unknown("the server does not run") }]
  }
  expect = { "5.6" = "unknown" }
}

test "5.6: one database could not be read" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", untrusted_languages = unknown("the server refuses") }] }]
  }
  expect = { "5.6" = "unknown" }
}

test "5.7: as it should be" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", pg_authid_grantees = [] }] }]
  }
  expect = { "5.7" = "pass" }
}

test "5.7: not so" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", pg_authid_grantees = ["PUBLIC"] }] }]
  }
  expect = { "5.7" = "fail" }
}

test "5.7: no one to ask" {
  facts {
    postgres = [{ name = "15/main", databases = unknown("the server does not run") }]
  }
  expect = { "5.7" = "unknown" }
}

test "5.7: one database could not be read" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", pg_authid_grantees = unknown("the server refuses") }] }]
  }
  expect = { "5.7" = "unknown" }
}

test "5.8: as it should be" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", extensions = ["plpgsql 1.0", "set_user 4.0.1"] }] }]
  }
  expect = { "5.8" = "pass" }
}

test "5.8: not so" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", extensions = ["plpgsql 1.0"] }] }]
  }
  expect = { "5.8" = "fail" }
}

test "5.8: no one to ask" {
  facts {
    postgres = [{ name = "15/main", databases = unknown("the server does not run") }]
  }
  expect = { "5.8" = "unknown" }
}

test "5.8: one database could not be read" {
  facts {
    postgres = [{ name = "15/main", databases = [{ name = "app", extensions = unknown("the server refuses") }] }]
  }
  expect = { "5.8" = "unknown" }
}
