test "1.1: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.1" = "pass" }
}

test "1.1: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = true }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3" }] }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1" }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.1: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "1.1" = "not_applicable" }
}

test "1.1: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "1.1" = "unknown" }
}

test "1.1: one version is on, another is not known" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3" }, { name = "TLSv1", offered = true }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: another endpoint was not asked" {
  facts {
    tls_endpoints = [{ name = "a", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }, { name = "b" }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.2: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.2" = "pass" }
}

test "1.2: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = false }] }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3" }] }]
  }
  expect = { "1.2" = "unknown" }
}

test "1.2: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "1.2" = "not_applicable" }
}

test "1.2: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "1.2" = "unknown" }
}

test "1.3: as it should be" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = false }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: a service that is not" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2", offered = true }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: not known" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, versions = [{ name = "SSLv3", offered = false }, { name = "TLSv1", offered = false }, { name = "TLSv1.1", offered = false }, { name = "TLSv1.2" }, { name = "TLSv1.3", offered = true }] }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.3: nothing speaks TLS" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "1.3" = "not_applicable" }
}

test "1.3: nothing could be asked" {
  profile = "modern"
  facts {

  }
  expect = { "1.3" = "unknown" }
}

test "1.4: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, compression = false }]
  }
  expect = { "1.4" = "pass" }
}

test "1.4: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, compression = true }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "1.4" = "unknown" }
}

test "1.4: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "1.4" = "not_applicable" }
}

test "1.4: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "1.4" = "unknown" }
}

test "1.5: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, secure_renegotiation = true }]
  }
  expect = { "1.5" = "pass" }
}

test "1.5: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, secure_renegotiation = false }]
  }
  expect = { "1.5" = "fail" }
}

test "1.5: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "1.5" = "unknown" }
}

test "1.5: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "1.5" = "not_applicable" }
}

test "1.5: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "1.5" = "unknown" }
}

test "2.1: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", weaknesses = [], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.1" = "pass" }
}

test "2.1: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", weaknesses = ["anonymous", "cbc"], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.1: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "2.1" = "not_applicable" }
}

test "2.1: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "2.1" = "unknown" }
}

test "2.2: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", weaknesses = [], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.2" = "pass" }
}

test "2.2: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_RSA_WITH_3DES_EDE_CBC_SHA", weaknesses = ["3des", "cbc", "static_key"], forward_secrecy = false, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "2.2" = "unknown" }
}

test "2.2: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "2.2" = "not_applicable" }
}

test "2.2: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "2.2" = "unknown" }
}

test "2.3: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", weaknesses = [], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.3" = "pass" }
}

test "2.3: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_RSA_WITH_AES_128_GCM_SHA256", weaknesses = ["static_key"], forward_secrecy = false, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.3" = "fail" }
}

test "2.3: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "2.3" = "unknown" }
}

test "2.3: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "2.3" = "not_applicable" }
}

test "2.3: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "2.3" = "unknown" }
}

test "2.4: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", weaknesses = [], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.4" = "pass" }
}

test "2.4: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, cipher_suites = [{ version = "TLSv1.2", name = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", weaknesses = [], forward_secrecy = true, aead = true, key_exchange = "ecdhe" }] }]
  }
  expect = { "2.4" = "fail" }
}

test "2.4: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "2.4" = "unknown" }
}

test "2.4: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "2.4" = "not_applicable" }
}

test "2.4: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "2.4" = "unknown" }
}

test "2.5: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, server_order = false }]
  }
  expect = { "2.5" = "pass" }
}

test "2.5: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, server_order = true }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.5: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "2.5" = "not_applicable" }
}

test "2.5: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "2.5" = "unknown" }
}

test "3.1: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, groups = [{ version = "TLSv1.3", name = "X25519MLKEM768" }, { version = "TLSv1.3", name = "x25519" }] }]
  }
  expect = { "3.1" = "pass" }
}

test "3.1: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, groups = [{ version = "TLSv1.3", name = "x25519" }, { version = "TLSv1.3", name = "secp192r1" }] }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "3.1" = "unknown" }
}

test "3.1: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "3.1" = "not_applicable" }
}

test "3.1: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "3.1" = "unknown" }
}

test "3.2: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, dh_bits = 0 }]
  }
  expect = { "3.2" = "pass" }
}

test "3.2: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, dh_bits = 1024 }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "3.2" = "unknown" }
}

test "3.2: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "3.2" = "not_applicable" }
}

test "3.2: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "3.2" = "unknown" }
}

test "3.2: a long prime" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, dh_bits = 2048 }]
  }
  expect = { "3.2" = "pass" }
}

test "3.3: as it should be" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, groups = [{ version = "TLSv1.3", name = "X25519MLKEM768" }] }]
  }
  expect = { "3.3" = "pass" }
}

test "3.3: a service that is not" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, groups = [{ version = "TLSv1.3", name = "x25519" }] }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: not known" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "3.3" = "unknown" }
}

test "3.3: nothing speaks TLS" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "3.3" = "not_applicable" }
}

test "3.3: nothing could be asked" {
  profile = "modern"
  facts {

  }
  expect = { "3.3" = "unknown" }
}

test "4.1: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain_valid = true }]
  }
  expect = { "4.1" = "pass" }
}

test "4.1: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain_valid = false }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.1" = "unknown" }
}

test "4.1: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.1" = "not_applicable" }
}

test "4.1: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "4.1" = "unknown" }
}

test "4.2: as it should be" {
  profile = "intermediate"
  now     = "2026-11-23T12:00:00Z"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, not_after = "2027-01-23T12:00:00Z" }]
  }
  expect = { "4.2" = "pass" }
}

test "4.2: a service that is not" {
  profile = "intermediate"
  now     = "2026-11-23T12:00:00Z"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0 }], not_after = "2026-12-01T12:00:00Z" }]
  }
  expect = { "4.2" = "fail" }
}

test "4.2: not known" {
  profile = "intermediate"
  now     = "2026-11-23T12:00:00Z"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.2" = "unknown" }
}

test "4.2: nothing speaks TLS" {
  profile = "intermediate"
  now     = "2026-11-23T12:00:00Z"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.2" = "not_applicable" }
}

test "4.2: nothing could be asked" {
  profile = "intermediate"
  now     = "2026-11-23T12:00:00Z"
  facts {

  }
  expect = { "4.2" = "unknown" }
}

test "4.2: a service without certificates" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:10050 (zabbix_agentd)", speaks_tls = true, chain = [] }]
  }
  expect = { "4.2" = "pass" }
}

test "4.3: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.3" = "pass" }
}

test "4.3: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "rsa", key_bits = 1024, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.3" = "unknown" }
}

test "4.3: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.3" = "not_applicable" }
}

test "4.3: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "4.3" = "unknown" }
}

test "4.4: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.4" = "pass" }
}

test "4.4: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "rsa", key_bits = 2048, signature_algorithm = "SHA1-RSA", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.4" = "unknown" }
}

test "4.4: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.4" = "not_applicable" }
}

test "4.4: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "4.4" = "unknown" }
}

test "4.4: a root's own signature counts for nothing" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 1, key_type = "rsa", key_bits = 4096, signature_algorithm = "SHA1-RSA", self_signed = true, lifetime_days = 7000 }] }]
  }
  expect = { "4.4" = "pass" }
}

test "4.5: as it should be" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.5" = "pass" }
}

test "4.5: a service that is not" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 400 }] }]
  }
  expect = { "4.5" = "fail" }
}

test "4.5: not known" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.5" = "unknown" }
}

test "4.5: nothing speaks TLS" {
  profile = "intermediate"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.5" = "not_applicable" }
}

test "4.5: nothing could be asked" {
  profile = "intermediate"
  facts {

  }
  expect = { "4.5" = "unknown" }
}

test "4.6: as it should be" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.6" = "pass" }
}

test "4.6: a service that is not" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 91 }] }]
  }
  expect = { "4.6" = "fail" }
}

test "4.6: not known" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.6" = "unknown" }
}

test "4.6: nothing speaks TLS" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.6" = "not_applicable" }
}

test "4.6: nothing could be asked" {
  profile = "modern"
  facts {

  }
  expect = { "4.6" = "unknown" }
}

test "4.7: as it should be" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "ecdsa", key_bits = 256, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.7" = "pass" }
}

test "4.7: a service that is not" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, key_type = "rsa", key_bits = 2048, signature_algorithm = "ECDSA-SHA256", self_signed = false, lifetime_days = 90 }] }]
  }
  expect = { "4.7" = "fail" }
}

test "4.7: not known" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.7" = "unknown" }
}

test "4.7: nothing speaks TLS" {
  profile = "modern"
  facts {
    tls_endpoints = [{ name = "0.0.0.0:22 (sshd)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.7" = "not_applicable" }
}

test "4.7: nothing could be asked" {
  profile = "modern"
  facts {

  }
  expect = { "4.7" = "unknown" }
}

test "4.8: named" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, sans = ["www.example.org"] }, { position = 1, sans = [] }] }]
  }
  expect = { "4.8" = "pass" }
}

test "4.8: of two kinds of key, one is named" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, sans = ["www.example.org"] }, { position = 0, sans = [] }] }]
  }
  expect = { "4.8" = "fail" }
}

test "4.8: not known" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, alpn = "" }]
  }
  expect = { "4.8" = "unknown" }
}

test "4.8: nothing speaks TLS" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.8" = "not_applicable" }
}

test "4.9: stapled" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, ocsp_stapled = true, chain = [{ position = 0, names_ocsp = true }] }]
  }
  expect = { "4.9" = "pass" }
}

test "4.9: an issuer without OCSP" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, ocsp_stapled = false, chain = [{ position = 0, names_ocsp = false }, { position = 1, names_ocsp = true }] }]
  }
  expect = { "4.9" = "pass" }
}

test "4.9: not stapled" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, ocsp_stapled = false, chain = [{ position = 0, names_ocsp = true }] }]
  }
  expect = { "4.9" = "fail" }
}

test "4.9: not known" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, chain = [{ position = 0, names_ocsp = true }] }]
  }
  expect = { "4.9" = "unknown" }
}

test "4.9: nothing speaks TLS" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = false, versions = [] }]
  }
  expect = { "4.9" = "not_applicable" }
}

test "5.1: valid" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", expired = false, used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: expired and used" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", expired = true, used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: expired and of no use" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", expired = true, used_by = [] }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: expired, and who uses it is not known" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", expired = true }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.1: there are none" {
  facts {
    certificates = []
  }
  expect = { "5.1" = "not_applicable" }
}

test "5.1: not read" {
  facts {

  }
  expect = { "5.1" = "unknown" }
}

test "5.2: owner and group" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key", key_mode = "0640" }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: all" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key", key_mode = "0644" }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: no key" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "" }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: mode not known" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key" }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.2: there are none" {
  facts {
    certificates = []
  }
  expect = { "5.2" = "not_applicable" }
}

test "5.2: not read" {
  facts {

  }
  expect = { "5.2" = "unknown" }
}

test "5.3: its own" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key", key_matches = true, used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.3" = "pass" }
}

test "5.3: another's" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key", key_matches = false, used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: an encrypted key" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", key_path = "/srv/a.key", used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.3" = "unknown" }
}

test "5.3: there are none" {
  facts {
    certificates = []
  }
  expect = { "5.3" = "not_applicable" }
}

test "5.3: not read" {
  facts {

  }
  expect = { "5.3" = "unknown" }
}

test "5.4: there" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "certificate", directive = "ssl_certificate", exists = true }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.4" = "pass" }
}

test "5.4: gone" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "certificate", directive = "ssl_certificate", exists = false }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.4" = "fail" }
}

test "5.4: no server" {
  facts {
    nginx   = { configured = false, files = [] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.4" = "not_applicable" }
}

test "5.4: not read" {
  facts {

  }
  expect = { "5.4" = "unknown" }
}

test "5.5: owner only" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "key", directive = "ssl_certificate", exists = true, mode = "0600" }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.5" = "pass" }
}

test "5.5: everyone" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "key", directive = "ssl_certificate", exists = true, mode = "0604" }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.5" = "fail" }
}

test "5.5: a certificate" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "certificate", directive = "ssl_certificate", exists = true, mode = "0644" }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.5" = "pass" }
}

test "5.5: mode not known" {
  facts {
    nginx   = { configured = true, files = [{ path = "/srv/a", kind = "key", directive = "ssl_certificate", exists = true }] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.5" = "unknown" }
}

test "5.5: no server" {
  facts {
    nginx   = { configured = false, files = [] }
    apache  = { configured = false, files = [] }
    postfix = { configured = false, files = [] }
    dovecot = { configured = false, files = [] }
  }
  expect = { "5.5" = "not_applicable" }
}

test "5.5: not read" {
  facts {

  }
  expect = { "5.5" = "unknown" }
}

test "5.6: live" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", letsencrypt = "live", used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.6" = "pass" }
}

test "5.6: archived" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", letsencrypt = "archive", used_by = [{ service = "nginx", file = "/etc/nginx/nginx.conf", line = 3 }] }]
  }
  expect = { "5.6" = "fail" }
}

test "5.6: archived and of no use" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", letsencrypt = "archive", used_by = [] }]
  }
  expect = { "5.6" = "pass" }
}

test "5.6: who uses it is not known" {
  facts {
    certificates = [{ path = "/srv/a.pem", position = 0, subject = "CN=a", letsencrypt = "archive" }]
  }
  expect = { "5.6" = "unknown" }
}

test "5.6: there are none" {
  facts {
    certificates = []
  }
  expect = { "5.6" = "not_applicable" }
}

test "5.6: not read" {
  facts {

  }
  expect = { "5.6" = "unknown" }
}

test "a host that neither listens nor has certificates" {
  facts {
    listeners    = [{ protocol = "udp" }]
    certificates = []
  }
  applies_to = "not_applicable"
}

test "a host that listens" {
  facts {
    listeners = [{ protocol = "tcp" }]
  }
  applies_to = "pass"
}

test "4.10: two years" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, loopback = false, http = true, hsts_max_age = 63072000 }]
  }
  expect = { "4.10" = "pass" }
}

test "4.10: half a year" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, loopback = false, http = true, hsts_max_age = 15768000 }]
  }
  expect = { "4.10" = "fail" }
}

test "4.10: not at all" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, loopback = false, http = true, hsts_max_age = 0 }]
  }
  expect = { "4.10" = "fail" }
}

test "4.10: it did not answer" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, loopback = false, http = true }]
  }
  expect = { "4.10" = "unknown" }
}

test "4.10: no web server" {
  facts {
    tls_endpoints = [{ name = "0.0.0.0:443 (nginx)", speaks_tls = true, loopback = false, http = false }]
  }
  expect = { "4.10" = "not_applicable" }
}

test "4.10: behind another server of this host" {
  facts {
    tls_endpoints = [{ name = "127.0.0.1:8443 (nginx)", speaks_tls = true, loopback = true, http = true, hsts_max_age = 0 }]
  }
  expect = { "4.10" = "not_applicable" }
}
