test "2.1: 0700" {
  facts {
    postgres = [{ name = "15/main", data_directory = { path = "/d", mode = "0700", uid = 105 } }]
  }
  expect = { "2.1" = "pass" }
}

test "2.1: 0750" {
  facts {
    postgres = [{ name = "15/main", data_directory = { path = "/d", mode = "0750", uid = 105 } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: of root" {
  facts {
    postgres = [{ name = "15/main", data_directory = { path = "/d", mode = "0700", uid = 0 } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: unread" {
  facts {
    postgres = [{ name = "15/main", data_directory = { path = "/d" } }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.2: 0640" {
  facts {
    postgres = [{ name = "15/main", config_files = [{ path = "/e/postgresql.conf", mode = "0640" }] }]
  }
  expect = { "2.2" = "pass" }
}

test "2.2: 0644" {
  facts {
    postgres = [{ name = "15/main", config_files = [{ path = "/e/postgresql.conf", mode = "0644" }] }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: group may write" {
  facts {
    postgres = [{ name = "15/main", config_files = [{ path = "/e/postgresql.conf", mode = "0660" }] }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: one is not known" {
  facts {
    postgres = [{ name = "15/main", config_files = partial([{ path = "/e/postgresql.conf", mode = "0640" }], "permission denied") }]
  }
  expect = { "2.2" = "unknown" }
}

test "2.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_file_mode = "0600" }]
  }
  expect = { "2.3" = "pass" }
}

test "2.3: group may read" {
  facts {
    postgres = [{ name = "15/main", log_file_mode = "0640" }]
  }
  expect = { "2.3" = "fail" }
}

test "2.3: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_file_mode = unknown("the server does not answer in time") }]
  }
  expect = { "2.3" = "unknown" }
}

test "2.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", unix_socket_permissions = "0770" }]
  }
  expect = { "2.4" = "pass" }
}

test "2.4: the default" {
  facts {
    postgres = [{ name = "15/main", unix_socket_permissions = "0777" }]
  }
  expect = { "2.4" = "fail" }
}

test "2.4: nobody could say" {
  facts {
    postgres = [{ name = "15/main", unix_socket_permissions = unknown("the server does not answer in time") }]
  }
  expect = { "2.4" = "unknown" }
}

test "2.5: its own" {
  facts {
    postgres = [{ name = "15/main", logging_collector = true, data_directory = { uid = 105 }, log_dir = { path = "/d/log", mode = "0700", uid = 105, owner = "postgres" } }]
  }
  expect = { "2.5" = "pass" }
}

test "2.5: for all" {
  facts {
    postgres = [{ name = "15/main", logging_collector = true, data_directory = { uid = 105 }, log_dir = { path = "/d/log", mode = "0755", uid = 105, owner = "postgres" } }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: of someone else" {
  facts {
    postgres = [{ name = "15/main", logging_collector = true, data_directory = { uid = 105 }, log_dir = { path = "/d/log", mode = "0700", uid = 1000, owner = "ann" } }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: no collector" {
  facts {
    postgres = [{ name = "15/main", logging_collector = false, data_directory = { uid = 105 }, log_dir = { path = "/d/log", mode = "0755", uid = 0, owner = "root" } }]
  }
  expect = { "2.5" = "pass" }
}

test "2.5: nobody could say" {
  facts {
    postgres = [{ name = "15/main", logging_collector = unknown("the server does not answer in time"), data_directory = { uid = 105 }, log_dir = { path = "/d/log", mode = "0755", uid = 0, owner = "root" } }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.5: the directory is not known" {
  facts {
    postgres = [{ name = "15/main", logging_collector = true, data_directory = { uid = 105 }, log_dir = {} }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.6: of root, for its group" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0640", uid = 0, owner = "root" } }]
  }
  expect = { "2.6" = "pass" }
}

test "2.6: its own" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0600", uid = 105, owner = "postgres" } }]
  }
  expect = { "2.6" = "pass" }
}

test "2.6: its own, for its group" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0640", uid = 105, owner = "postgres" } }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: for all" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0644", uid = 0, owner = "root" } }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: of someone else" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0600", uid = 1000, owner = "ann" } }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: no TLS" {
  facts {
    postgres = [{ name = "15/main", ssl = false, data_directory = { uid = 105 }, ssl_key = { path = "/k", mode = "0644", uid = 0, owner = "root" } }]
  }
  expect = { "2.6" = "pass" }
}

test "2.6: unread" {
  facts {
    postgres = [{ name = "15/main", ssl = true, data_directory = { uid = 105 }, ssl_key = { path = "/k" } }]
  }
  expect = { "2.6" = "unknown" }
}

test "2.7: of root" {
  facts {
    postgres = [{ name = "15/main", code_dirs = [{ path = "/usr/lib/postgresql/15/lib", mode = "0755", uid = 0, owner = "root" }] }]
  }
  expect = { "2.7" = "pass" }
}

test "2.7: the group may write" {
  facts {
    postgres = [{ name = "15/main", code_dirs = [{ path = "/usr/lib/postgresql/15/lib", mode = "0775", uid = 0, owner = "root" }] }]
  }
  expect = { "2.7" = "fail" }
}

test "2.7: of the server" {
  facts {
    postgres = [{ name = "15/main", code_dirs = [{ path = "/usr/lib/postgresql/15/lib", mode = "0755", uid = 105, owner = "postgres" }] }]
  }
  expect = { "2.7" = "fail" }
}

test "2.7: not known" {
  facts {
    postgres = [{ name = "15/main", code_dirs = unknown("the server does not answer in time") }]
  }
  expect = { "2.7" = "unknown" }
}

test "2.8: none" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "postgres", dot_files = [] }]
  }
  expect = { "2.8" = "pass" }
}

test "2.8: a history" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "postgres", dot_files = [{ name = ".psql_history", path = "/var/lib/postgresql/.psql_history", type = "file" }] }]
  }
  expect = { "2.8" = "fail" }
}

test "2.8: of someone else" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "ann", dot_files = [{ name = ".psql_history", path = "/home/ann/.psql_history", type = "file" }] }]
  }
  expect = { "2.8" = "pass" }
}

test "2.8: the home could not be read" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "postgres", dot_files = unknown("permission denied") }]
  }
  expect = { "2.8" = "unknown" }
}

test "2.9: its own" {
  facts {
    users = [{ name = "ann", dot_files = [{ name = ".pgpass", path = "/home/ann/.pgpass", type = "file", mode = "0600", owner = "ann" }] }]
  }
  expect = { "2.9" = "pass" }
}

test "2.9: for all" {
  facts {
    users = [{ name = "ann", dot_files = [{ name = ".pgpass", path = "/home/ann/.pgpass", type = "file", mode = "0644", owner = "ann" }] }]
  }
  expect = { "2.9" = "fail" }
}

test "2.9: of someone else" {
  facts {
    users = [{ name = "ann", dot_files = [{ name = ".pgpass", path = "/home/ann/.pgpass", type = "file", mode = "0600", owner = "bob" }] }]
  }
  expect = { "2.9" = "fail" }
}

test "2.9: a home that could not be read" {
  facts {
    users = [{ name = "ann", dot_files = unknown("permission denied") }]
  }
  expect = { "2.9" = "unknown" }
}

test "2.11: of root" {
  facts {
    postgres = [{ name = "15/main", data_directory = { uid = 105 }, owner = "postgres", config_files = [{ path = "/e/postgresql.conf", uid = 0, owner = "root" }] }]
  }
  expect = { "2.11" = "pass" }
}

test "2.11: its own" {
  facts {
    postgres = [{ name = "15/main", data_directory = { uid = 105 }, owner = "postgres", config_files = [{ path = "/e/postgresql.conf", uid = 105, owner = "postgres" }] }]
  }
  expect = { "2.11" = "pass" }
}

test "2.11: of someone else" {
  facts {
    postgres = [{ name = "15/main", data_directory = { uid = 105 }, owner = "postgres", config_files = [{ path = "/e/postgresql.conf", uid = 1000, owner = "ann" }] }]
  }
  expect = { "2.11" = "fail" }
}

test "2.11: not all are known" {
  facts {
    postgres = [{ name = "15/main", data_directory = { uid = 105 }, owner = "postgres", config_files = partial([], "permission denied") }]
  }
  expect = { "2.11" = "unknown" }
}

test "2.8: a link to nothing" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "postgres", dot_files = [{ name = ".psql_history", path = "/p/.psql_history", type = "symlink" }] }]
    file     = { "/p/.psql_history" = { target = "/dev/null" } }
  }
  expect = { "2.8" = "pass" }
}

test "2.8: a link to a file" {
  facts {
    postgres = [{ name = "15/main", owner = "postgres" }]
    users    = [{ name = "postgres", dot_files = [{ name = ".psql_history", path = "/p/.psql_history", type = "symlink" }] }]
    file     = { "/p/.psql_history" = { target = "/srv/h" } }
  }
  expect = { "2.8" = "fail" }
}

test "2.9: a link to its own" {
  facts {
    users = [{ name = "ann", dot_files = [{ name = ".pgpass", path = "/h/.pgpass", type = "symlink", mode = "0777", owner = "ann" }] }]
    file  = { "/h/.pgpass" = { mode = "0600" } }
  }
  expect = { "2.9" = "pass" }
}

test "2.9: a link to a file for all" {
  facts {
    users = [{ name = "ann", dot_files = [{ name = ".pgpass", path = "/h/.pgpass", type = "symlink", mode = "0777", owner = "ann" }] }]
    file  = { "/h/.pgpass" = { mode = "0644" } }
  }
  expect = { "2.9" = "fail" }
}

test "2.10: nowhere" {
  facts {
    environment_variable = { "PGPASSWORD" = [] }
  }
  expect = { "2.10" = "pass" }
}

test "2.10: a unit" {
  facts {
    environment_variable = { "PGPASSWORD" = [{ kind = "unit", name = "app.service", path = "/etc/systemd/system/app.service", line = 4 }] }
  }
  expect = { "2.10" = "fail" }
}

test "2.10: not all could be read" {
  facts {
    environment_variable = { "PGPASSWORD" = partial([], "permission denied") }
  }
  expect = { "2.10" = "unknown" }
}
