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

test "5.9: nothing" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [] }] }]
  }
  expect = { "5.9" = "pass" }
}

test "5.9: a table for all" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [{ object = "table public.t", grantee = "PUBLIC", privileges = "SELECT", grantable = false }] }] }]
  }
  expect = { "5.9" = "fail" }
}

test "5.9: for someone" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [{ object = "table public.t", grantee = "ann", privileges = "SELECT", grantable = true }] }] }]
  }
  expect = { "5.9" = "pass" }
}

test "5.9: nobody could say" {
  facts {
    postgres = [{ name = "15/main", databases = unknown("the server does not answer in time") }]
  }
  expect = { "5.9" = "unknown" }
}

test "5.10: nothing" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [] }] }]
  }
  expect = { "5.10" = "pass" }
}

test "5.10: someone may" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [{ object = "table public.t", grantee = "ann", privileges = "SELECT", grantable = true }] }] }]
  }
  expect = { "5.10" = "fail" }
}

test "5.10: all may read" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = [{ object = "table public.t", grantee = "PUBLIC", privileges = "SELECT", grantable = false }] }] }]
  }
  expect = { "5.10" = "pass" }
}

test "5.10: one database could not be read" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", grants = unknown("the server does not answer in time") }] }]
  }
  expect = { "5.10" = "unknown" }
}

test "5.11: a path" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = [{ name = "public.f()", owner = "app", superuser = false, fixed_search_path = true, public = true }] }] }]
  }
  expect = { "5.11" = "pass" }
}

test "5.11: none" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = [{ name = "public.f()", owner = "app", superuser = false, fixed_search_path = false, public = false }] }] }]
  }
  expect = { "5.11" = "fail" }
}

test "5.11: nobody could say" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = unknown("the server does not answer in time") }] }]
  }
  expect = { "5.11" = "unknown" }
}

test "5.12: for some" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = [{ name = "public.f()", owner = "app", superuser = false, fixed_search_path = false, public = false }] }] }]
  }
  expect = { "5.12" = "pass" }
}

test "5.12: for all" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = [{ name = "public.f()", owner = "app", superuser = false, fixed_search_path = true, public = true }] }] }]
  }
  expect = { "5.12" = "fail" }
}

test "5.12: nobody could say" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", databases = [{ name = "app", security_definers = unknown("the server does not answer in time") }] }]
  }
  expect = { "5.12" = "unknown" }
}

test "5.13: a password" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", login = true, password_form = "scram-sha-256" }, { name = "postgres", login = true, password_form = "none" }] }]
  }
  expect = { "5.13" = "pass" }
}

test "5.13: none" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", login = true, password_form = "none" }, { name = "postgres", login = true, password_form = "none" }] }]
  }
  expect = { "5.13" = "fail" }
}

test "5.13: it does not log in" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres", roles = [{ name = "ann", login = false, password_form = "none" }, { name = "postgres", login = true, password_form = "none" }] }]
  }
  expect = { "5.13" = "pass" }
}

test "5.13: nobody could say" {
  facts {
    postgres = [{ name = "15/main", roles = unknown("the server does not answer in time") }]
  }
  expect = { "5.13" = "unknown" }
}

test "5.14: no override" {
  facts {
    postgres = [{ name = "15/main", overrides = [] }]
  }
  expect = { "5.14" = "pass" }
}

test "5.14: MD5 for one" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "password_encryption", role = "ann", database = "", value = "md5" }] }]
  }
  expect = { "5.14" = "fail" }
}

test "5.14: row security off for one" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "row_security", role = "ann", database = "", value = "off" }] }]
  }
  expect = { "5.14" = "fail" }
}

test "5.14: the good value" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "row_security", role = "ann", database = "", value = "on" }] }]
  }
  expect = { "5.14" = "pass" }
}

test "5.14: another parameter" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "work_mem", role = "ann", database = "", value = "64MB" }] }]
  }
  expect = { "5.14" = "pass" }
}

test "5.14: nobody could say" {
  facts {
    postgres = [{ name = "15/main", overrides = unknown("the server does not answer in time") }]
  }
  expect = { "5.14" = "unknown" }
}
