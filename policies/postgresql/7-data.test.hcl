test "7.1: as it should be" {
  facts {
    postgres = [{ name = "15/main", fsync = true }]
  }
  expect = { "7.1" = "pass" }
}

test "7.1: off" {
  facts {
    postgres = [{ name = "15/main", fsync = false }]
  }
  expect = { "7.1" = "fail" }
}

test "7.1: nobody could say" {
  facts {
    postgres = [{ name = "15/main", fsync = unknown("the server does not answer in time") }]
  }
  expect = { "7.1" = "unknown" }
}

test "7.2: as it should be" {
  facts {
    postgres = [{ name = "15/main", full_page_writes = true }]
  }
  expect = { "7.2" = "pass" }
}

test "7.2: off" {
  facts {
    postgres = [{ name = "15/main", full_page_writes = false }]
  }
  expect = { "7.2" = "fail" }
}

test "7.2: nobody could say" {
  facts {
    postgres = [{ name = "15/main", full_page_writes = unknown("the server does not answer in time") }]
  }
  expect = { "7.2" = "unknown" }
}

test "7.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", row_security = true }]
  }
  expect = { "7.3" = "pass" }
}

test "7.3: off" {
  facts {
    postgres = [{ name = "15/main", row_security = false }]
  }
  expect = { "7.3" = "fail" }
}

test "7.3: nobody could say" {
  facts {
    postgres = [{ name = "15/main", row_security = unknown("the server does not answer in time") }]
  }
  expect = { "7.3" = "unknown" }
}

test "7.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", allow_system_table_mods = false }]
  }
  expect = { "7.4" = "pass" }
}

test "7.4: on" {
  facts {
    postgres = [{ name = "15/main", allow_system_table_mods = true }]
  }
  expect = { "7.4" = "fail" }
}

test "7.4: nobody could say" {
  facts {
    postgres = [{ name = "15/main", allow_system_table_mods = unknown("the server does not answer in time") }]
  }
  expect = { "7.4" = "unknown" }
}

test "7.5: as it should be" {
  facts {
    postgres = [{ name = "15/main", ignore_checksum_failure = false }]
  }
  expect = { "7.5" = "pass" }
}

test "7.5: on" {
  facts {
    postgres = [{ name = "15/main", ignore_checksum_failure = true }]
  }
  expect = { "7.5" = "fail" }
}

test "7.5: nobody could say" {
  facts {
    postgres = [{ name = "15/main", ignore_checksum_failure = unknown("the server does not answer in time") }]
  }
  expect = { "7.5" = "unknown" }
}

test "7.6: as it should be" {
  facts {
    postgres = [{ name = "15/main", zero_damaged_pages = false }]
  }
  expect = { "7.6" = "pass" }
}

test "7.6: on" {
  facts {
    postgres = [{ name = "15/main", zero_damaged_pages = true }]
  }
  expect = { "7.6" = "fail" }
}

test "7.6: nobody could say" {
  facts {
    postgres = [{ name = "15/main", zero_damaged_pages = unknown("the server does not answer in time") }]
  }
  expect = { "7.6" = "unknown" }
}

test "7.7: archived" {
  facts {
    postgres = [{ name = "15/main", running = true, archive_mode = "on", archive_command_set = true, archive_fails = false }]
  }
  expect = { "7.7" = "pass" }
}

test "7.7: off" {
  facts {
    postgres = [{ name = "15/main", running = true, archive_mode = "off", archive_command_set = false, archive_fails = false }]
  }
  expect = { "7.7" = "fail" }
}

test "7.7: no command" {
  facts {
    postgres = [{ name = "15/main", running = true, archive_mode = "on", archive_command_set = false, archive_fails = false }]
  }
  expect = { "7.7" = "fail" }
}

test "7.7: it fails" {
  facts {
    postgres = [{ name = "15/main", running = true, archive_mode = "on", archive_command_set = true, archive_fails = true }]
  }
  expect = { "7.7" = "fail" }
}

test "7.7: not known" {
  facts {
    postgres = [{ name = "15/main", running = true, archive_mode = "on", archive_command_set = true }]
  }
  expect = { "7.7" = "unknown" }
}
