test "1.1: supported" {
  facts {
    postgres_clusters = [{ name = "15/main", end_of_life = "2027-11-11T00:00:00Z" }]
  }
  expect = { "1.1" = "pass" }
}

test "1.1: no longer" {
  facts {
    postgres_clusters = [{ name = "15/main", end_of_life = "2025-11-13T00:00:00Z" }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: a version from the future" {
  facts {
    postgres_clusters = [{ name = "15/main", end_of_life = unknown("the end of version 25 is not known to this program") }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.2: auto" {
  facts {
    postgres_clusters = [{ name = "15/main", start = "auto" }]
  }
  expect = { "1.2" = "pass" }
}

test "1.2: by hand" {
  facts {
    postgres_clusters = [{ name = "15/main", start = "manual" }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: start.conf could not be read" {
  facts {
    postgres_clusters = [{ name = "15/main", start = unknown("permission denied") }]
  }
  expect = { "1.2" = "unknown" }
}

test "1.3: all in force" {
  facts {
    postgres = [{ name = "15/main", running = true, pending = [] }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: a reload was forgotten" {
  facts {
    postgres = [{ name = "15/main", running = true, pending = [{ name = "log_statement", file = "/e/postgresql.conf", line = 3, needs = "reload" }] }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: a restart was forgotten" {
  facts {
    postgres = [{ name = "15/main", running = true, pending = [{ name = "shared_buffers", file = "/e/postgresql.conf", line = 3, needs = "restart" }] }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: a server that does not run has nothing in force" {
  facts {
    postgres = [{ name = "15/main", running = false }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: a server that could not be asked" {
  facts {
    postgres = [{ name = "15/main", running = true, live = false, pending = unknown("the server does not answer in time") }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.3: the files could not be read" {
  facts {
    postgres = [{ name = "15/main", running = true, pending = unknown("permission denied") }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.4: fine" {
  facts {
    postgres = [{ name = "15/main", config_valid = true, config_error = "" }]
  }
  expect = { "1.4" = "pass" }
}

test "1.4: a typing error" {
  facts {
    postgres = [{ name = "15/main", config_valid = false, config_error = "/etc/postgresql/15/main/postgresql.conf:7: syntax error near \"x\"" }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: unread" {
  facts {
    postgres = [{ name = "15/main", config_valid = unknown("permission denied") }]
  }
  expect = { "1.4" = "unknown" }
}

test "1.5: 0077" {
  facts {
    postgres_clusters = [{ name = "15/main", running = true, umask = "0077" }]
  }
  expect = { "1.5" = "pass" }
}

test "1.5: the group may write" {
  facts {
    postgres_clusters = [{ name = "15/main", running = true, umask = "0002" }]
  }
  expect = { "1.5" = "fail" }
}

test "1.5: it does not run" {
  facts {
    postgres_clusters = [{ name = "15/main", running = false, umask = unknown("the server does not run") }]
  }
  expect = { "1.5" = "pass" }
}

test "1.5: unread" {
  facts {
    postgres_clusters = [{ name = "15/main", running = true, umask = unknown("permission denied") }]
  }
  expect = { "1.5" = "unknown" }
}
