test "3.1: as it should be" {
  facts {
    postgres = [{ name = "15/main", logging_collector = true }]
  }
  expect = { "3.1" = "pass" }
}

test "3.1: off" {
  facts {
    postgres = [{ name = "15/main", logging_collector = false }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: nobody could say" {
  facts {
    postgres = [{ name = "15/main", logging_collector = unknown("the server does not answer in time") }]
  }
  expect = { "3.1" = "unknown" }
}

test "3.2: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_destination = ["csvlog"] }]
  }
  expect = { "3.2" = "pass" }
}

test "3.2: standard error" {
  facts {
    postgres = [{ name = "15/main", log_destination = ["stderr"] }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_destination = unknown("the server does not answer in time") }]
  }
  expect = { "3.2" = "unknown" }
}

test "3.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_truncate_on_rotation = true }]
  }
  expect = { "3.3" = "pass" }
}

test "3.3: off" {
  facts {
    postgres = [{ name = "15/main", log_truncate_on_rotation = false }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_truncate_on_rotation = unknown("the server does not answer in time") }]
  }
  expect = { "3.3" = "unknown" }
}

test "3.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_rotation_age = 86400 }]
  }
  expect = { "3.4" = "pass" }
}

test "3.4: never" {
  facts {
    postgres = [{ name = "15/main", log_rotation_age = 0 }]
  }
  expect = { "3.4" = "fail" }
}

test "3.4: weekly" {
  facts {
    postgres = [{ name = "15/main", log_rotation_age = 604800 }]
  }
  expect = { "3.4" = "fail" }
}

test "3.4: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_rotation_age = unknown("the server does not answer in time") }]
  }
  expect = { "3.4" = "unknown" }
}

test "3.5: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_rotation_size = 10485760 }]
  }
  expect = { "3.5" = "pass" }
}

test "3.5: no bound" {
  facts {
    postgres = [{ name = "15/main", log_rotation_size = 0 }]
  }
  expect = { "3.5" = "fail" }
}

test "3.5: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_rotation_size = unknown("the server does not answer in time") }]
  }
  expect = { "3.5" = "unknown" }
}

test "3.6: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_min_messages = "warning" }]
  }
  expect = { "3.6" = "pass" }
}

test "3.6: only the end" {
  facts {
    postgres = [{ name = "15/main", log_min_messages = "fatal" }]
  }
  expect = { "3.6" = "fail" }
}

test "3.6: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_min_messages = unknown("the server does not answer in time") }]
  }
  expect = { "3.6" = "unknown" }
}

test "3.7: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_min_error_statement = "error" }]
  }
  expect = { "3.7" = "pass" }
}

test "3.7: not at all" {
  facts {
    postgres = [{ name = "15/main", log_min_error_statement = "panic" }]
  }
  expect = { "3.7" = "fail" }
}

test "3.7: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_min_error_statement = unknown("the server does not answer in time") }]
  }
  expect = { "3.7" = "unknown" }
}

test "3.8: as it should be" {
  facts {
    postgres = [{ name = "15/main", debug_print_parse = false }]
  }
  expect = { "3.8" = "pass" }
}

test "3.8: on" {
  facts {
    postgres = [{ name = "15/main", debug_print_parse = true }]
  }
  expect = { "3.8" = "fail" }
}

test "3.8: nobody could say" {
  facts {
    postgres = [{ name = "15/main", debug_print_parse = unknown("the server does not answer in time") }]
  }
  expect = { "3.8" = "unknown" }
}

test "3.9: as it should be" {
  facts {
    postgres = [{ name = "15/main", debug_print_rewritten = false }]
  }
  expect = { "3.9" = "pass" }
}

test "3.9: on" {
  facts {
    postgres = [{ name = "15/main", debug_print_rewritten = true }]
  }
  expect = { "3.9" = "fail" }
}

test "3.9: nobody could say" {
  facts {
    postgres = [{ name = "15/main", debug_print_rewritten = unknown("the server does not answer in time") }]
  }
  expect = { "3.9" = "unknown" }
}

test "3.10: as it should be" {
  facts {
    postgres = [{ name = "15/main", debug_print_plan = false }]
  }
  expect = { "3.10" = "pass" }
}

test "3.10: on" {
  facts {
    postgres = [{ name = "15/main", debug_print_plan = true }]
  }
  expect = { "3.10" = "fail" }
}

test "3.10: nobody could say" {
  facts {
    postgres = [{ name = "15/main", debug_print_plan = unknown("the server does not answer in time") }]
  }
  expect = { "3.10" = "unknown" }
}

test "3.11: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_connections = "on" }]
  }
  expect = { "3.11" = "pass" }
}

test "3.11: off" {
  facts {
    postgres = [{ name = "15/main", log_connections = "off" }]
  }
  expect = { "3.11" = "fail" }
}

test "3.11: nothing of version 18's list" {
  facts {
    postgres = [{ name = "15/main", log_connections = "" }]
  }
  expect = { "3.11" = "fail" }
}

test "3.11: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_connections = unknown("the server does not answer in time") }]
  }
  expect = { "3.11" = "unknown" }
}

test "3.12: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_disconnections = true }]
  }
  expect = { "3.12" = "pass" }
}

test "3.12: off" {
  facts {
    postgres = [{ name = "15/main", log_disconnections = false }]
  }
  expect = { "3.12" = "fail" }
}

test "3.12: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_disconnections = unknown("the server does not answer in time") }]
  }
  expect = { "3.12" = "unknown" }
}

test "3.13: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_error_verbosity = "default" }]
  }
  expect = { "3.13" = "pass" }
}

test "3.13: terse" {
  facts {
    postgres = [{ name = "15/main", log_error_verbosity = "terse" }]
  }
  expect = { "3.13" = "fail" }
}

test "3.13: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_error_verbosity = unknown("the server does not answer in time") }]
  }
  expect = { "3.13" = "unknown" }
}

test "3.14: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_hostname = false }]
  }
  expect = { "3.14" = "pass" }
}

test "3.14: on" {
  facts {
    postgres = [{ name = "15/main", log_hostname = true }]
  }
  expect = { "3.14" = "fail" }
}

test "3.14: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_hostname = unknown("the server does not answer in time") }]
  }
  expect = { "3.14" = "unknown" }
}

test "3.15: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_line_prefix = "%m [%p] %q%u@%d %h " }]
  }
  expect = { "3.15" = "pass" }
}

test "3.15: Debian's own" {
  facts {
    postgres = [{ name = "15/main", log_line_prefix = "%m [%p] %q%u@%d " }]
  }
  expect = { "3.15" = "fail" }
}

test "3.15: nothing" {
  facts {
    postgres = [{ name = "15/main", log_line_prefix = "" }]
  }
  expect = { "3.15" = "fail" }
}

test "3.15: percent signs that are none" {
  facts {
    postgres = [{ name = "15/main", log_line_prefix = "%m [%p] %q%%u@%d %h " }]
  }
  expect = { "3.15" = "fail" }
}

test "3.15: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_line_prefix = unknown("the server does not answer in time") }]
  }
  expect = { "3.15" = "unknown" }
}

test "3.16: as it should be" {
  facts {
    postgres = [{ name = "15/main", log_statement = "ddl" }]
  }
  expect = { "3.16" = "pass" }
}

test "3.16: none" {
  facts {
    postgres = [{ name = "15/main", log_statement = "none" }]
  }
  expect = { "3.16" = "fail" }
}

test "3.16: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_statement = unknown("the server does not answer in time") }]
  }
  expect = { "3.16" = "unknown" }
}

test "3.17: as it should be" {
  facts {
    postgres = [{ name = "15/main", shared_preload_libraries = ["pgaudit"] }]
  }
  expect = { "3.17" = "pass" }
}

test "3.17: nothing is loaded" {
  facts {
    postgres = [{ name = "15/main", shared_preload_libraries = [] }]
  }
  expect = { "3.17" = "fail" }
}

test "3.17: nobody could say" {
  facts {
    postgres = [{ name = "15/main", shared_preload_libraries = unknown("the server does not answer in time") }]
  }
  expect = { "3.17" = "unknown" }
}

test "3.18: none" {
  facts {
    postgres = [{ name = "15/main", overrides = [] }]
  }
  expect = { "3.18" = "pass" }
}

test "3.18: others" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "work_mem", role = "ann", database = "" }] }]
  }
  expect = { "3.18" = "pass" }
}

test "3.18: statements of one role" {
  facts {
    postgres = [{ name = "15/main", overrides = [{ name = "log_statement", role = "ann", database = "" }] }]
  }
  expect = { "3.18" = "fail" }
}

test "3.18: no one to ask" {
  facts {
    postgres = [{ name = "15/main", overrides = unknown("the server does not run") }]
  }
  expect = { "3.18" = "unknown" }
}

test "3.19: on" {
  facts {
    postgres = [{ name = "15/main", log_duration = true }]
  }
  expect = { "3.19" = "pass" }
}

test "3.19: off" {
  facts {
    postgres = [{ name = "15/main", log_duration = false }]
  }
  expect = { "3.19" = "fail" }
}

test "3.19: nobody could say" {
  facts {
    postgres = [{ name = "15/main", log_duration = unknown("the server does not answer in time") }]
  }
  expect = { "3.19" = "unknown" }
}
