test "6.1: as it should be" {
  facts {
    postgres = [{ name = "15/main", ssl = true }]
  }
  expect = { "6.1" = "pass" }
}

test "6.1: off" {
  facts {
    postgres = [{ name = "15/main", ssl = false }]
  }
  expect = { "6.1" = "fail" }
}

test "6.1: nobody could say" {
  facts {
    postgres = [{ name = "15/main", ssl = unknown("the server does not answer in time") }]
  }
  expect = { "6.1" = "unknown" }
}

test "6.2: as it should be" {
  facts {
    postgres = [{ name = "15/main", ssl_min_protocol_version = "TLSv1.2" }]
  }
  expect = { "6.2" = "pass" }
}

test "6.2: TLS 1.0" {
  facts {
    postgres = [{ name = "15/main", ssl_min_protocol_version = "TLSv1" }]
  }
  expect = { "6.2" = "fail" }
}

test "6.2: any" {
  facts {
    postgres = [{ name = "15/main", ssl_min_protocol_version = "" }]
  }
  expect = { "6.2" = "fail" }
}

test "6.2: nobody could say" {
  facts {
    postgres = [{ name = "15/main", ssl_min_protocol_version = unknown("the server does not answer in time") }]
  }
  expect = { "6.2" = "unknown" }
}

test "6.3: as it should be" {
  facts {
    postgres = [{ name = "15/main", ssl_ciphers = "HIGH:MEDIUM:+3DES:!aNULL" }]
  }
  expect = { "6.3" = "pass" }
}

test "6.3: all" {
  facts {
    postgres = [{ name = "15/main", ssl_ciphers = "ALL" }]
  }
  expect = { "6.3" = "fail" }
}

test "6.3: anonymous ones among them" {
  facts {
    postgres = [{ name = "15/main", ssl_ciphers = "HIGH:MEDIUM" }]
  }
  expect = { "6.3" = "fail" }
}

test "6.3: nobody could say" {
  facts {
    postgres = [{ name = "15/main", ssl_ciphers = unknown("the server does not answer in time") }]
  }
  expect = { "6.3" = "unknown" }
}

test "6.4: as it should be" {
  facts {
    postgres = [{ name = "15/main", ssl_prefer_server_ciphers = true }]
  }
  expect = { "6.4" = "pass" }
}

test "6.4: off" {
  facts {
    postgres = [{ name = "15/main", ssl_prefer_server_ciphers = false }]
  }
  expect = { "6.4" = "fail" }
}

test "6.4: nobody could say" {
  facts {
    postgres = [{ name = "15/main", ssl_prefer_server_ciphers = unknown("the server does not answer in time") }]
  }
  expect = { "6.4" = "unknown" }
}

test "6.5: as it should be" {
  facts {
    postgres = [{ name = "15/main", listen_addresses = ["localhost", "10.0.0.5"] }]
  }
  expect = { "6.5" = "pass" }
}

test "6.5: all" {
  facts {
    postgres = [{ name = "15/main", listen_addresses = ["*"] }]
  }
  expect = { "6.5" = "fail" }
}

test "6.5: all of IPv4" {
  facts {
    postgres = [{ name = "15/main", listen_addresses = ["0.0.0.0"] }]
  }
  expect = { "6.5" = "fail" }
}

test "6.5: nobody could say" {
  facts {
    postgres = [{ name = "15/main", listen_addresses = unknown("the server does not answer in time") }]
  }
  expect = { "6.5" = "unknown" }
}
