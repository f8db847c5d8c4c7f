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
