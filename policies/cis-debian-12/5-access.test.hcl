test "5.1.1: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    file    = { "/etc/ssh/sshd_config" = { mode = "0600", uid = 0, gid = 0 } }
    glob    = { "/etc/ssh/sshd_config.d/*.conf" = [] }
  }
  expect = { "5.1.1" = "pass" }
}

test "5.1.1: readable" {
  facts {
    package = { "openssh-server" = { installed = true } }
    file    = { "/etc/ssh/sshd_config" = { mode = "0644", uid = 0, gid = 0 } }
    glob    = { "/etc/ssh/sshd_config.d/*.conf" = [] }
  }
  expect = { "5.1.1" = "fail" }
}

test "5.1.1: a drop-in is readable" {
  facts {
    package = { "openssh-server" = { installed = true } }
    file    = { "/etc/ssh/sshd_config" = { mode = "0600", uid = 0, gid = 0 } }
    glob    = { "/etc/ssh/sshd_config.d/*.conf" = [{ path = "/etc/ssh/sshd_config.d/a.conf", mode = "0644", uid = 0, gid = 0 }] }
  }
  expect = { "5.1.1" = "fail" }
}

test "5.1.1: the drop-ins could not be listed" {
  facts {
    package = { "openssh-server" = { installed = true } }
    file    = { "/etc/ssh/sshd_config" = { mode = "0600", uid = 0, gid = 0 } }
  }
  expect = { "5.1.1" = "unknown" }
}

test "5.1.1: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.1" = "not_applicable" }
}

test "5.1.2: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    glob    = { "/etc/ssh/ssh_host_*_key" = [{ path = "/etc/ssh/ssh_host_rsa_key", mode = "0600", uid = 0, group = "root" }] }
  }
  expect = { "5.1.2" = "pass" }
}

test "5.1.2: readable" {
  facts {
    package = { "openssh-server" = { installed = true } }
    glob    = { "/etc/ssh/ssh_host_*_key" = [{ path = "/etc/ssh/ssh_host_rsa_key", mode = "0644", uid = 0, group = "root" }] }
  }
  expect = { "5.1.2" = "fail" }
}

test "5.1.2: no key was found to look at" {
  facts {
    package = { "openssh-server" = { installed = true } }
    glob    = { "/etc/ssh/ssh_host_*_key" = [] }
  }
  expect = { "5.1.2" = "unknown" }
}

test "5.1.2: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.2" = "not_applicable" }
}

test "5.1.3: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    glob    = { "/etc/ssh/ssh_host_*_key.pub" = [{ path = "/etc/ssh/ssh_host_rsa_key.pub", mode = "0644", uid = 0, gid = 0 }] }
  }
  expect = { "5.1.3" = "pass" }
}

test "5.1.3: writable" {
  facts {
    package = { "openssh-server" = { installed = true } }
    glob    = { "/etc/ssh/ssh_host_*_key.pub" = [{ path = "/etc/ssh/ssh_host_rsa_key.pub", mode = "0664", uid = 0, gid = 0 }] }
  }
  expect = { "5.1.3" = "fail" }
}

test "5.1.3: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.3" = "not_applicable" }
}

test "5.1.4: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { allowusers = [], allowgroups = ["ssh"], denyusers = [], denygroups = [], contexts = [] }
  }
  expect = { "5.1.4" = "pass" }
}

test "5.1.4: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { allowusers = [], allowgroups = [], denyusers = [], denygroups = [], contexts = [] }
  }
  expect = { "5.1.4" = "fail" }
}

test "5.1.4: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { allowusers = [], allowgroups = ["ssh"], denyusers = [], denygroups = [], contexts = [{ criteria = "user backup", allowusers = [], allowgroups = [], denyusers = [], denygroups = [] }] }
  }
  expect = { "5.1.4" = "fail" }
}

test "5.1.4: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.4" = "unknown" }
}

test "5.1.4: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.4" = "not_applicable" }
}

test "5.1.6: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ciphers = ["aes256-gcm@openssh.com"], contexts = [] }
  }
  expect = { "5.1.6" = "pass" }
}

test "5.1.6: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ciphers = ["aes256-gcm@openssh.com", "aes128-cbc"], contexts = [] }
  }
  expect = { "5.1.6" = "fail" }
}

test "5.1.6: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ciphers = ["aes256-gcm@openssh.com"], contexts = [{ criteria = "user backup", ciphers = ["aes256-gcm@openssh.com", "aes128-cbc"] }] }
  }
  expect = { "5.1.6" = "fail" }
}

test "5.1.6: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.6" = "unknown" }
}

test "5.1.6: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.6" = "not_applicable" }
}

test "5.1.7: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { clientaliveinterval = 15, clientalivecountmax = 3, contexts = [] }
  }
  expect = { "5.1.7" = "pass" }
}

test "5.1.7: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { clientaliveinterval = 0, clientalivecountmax = 3, contexts = [] }
  }
  expect = { "5.1.7" = "fail" }
}

test "5.1.7: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { clientaliveinterval = 15, clientalivecountmax = 3, contexts = [{ criteria = "user backup", clientaliveinterval = 0, clientalivecountmax = 3 }] }
  }
  expect = { "5.1.7" = "fail" }
}

test "5.1.7: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.7" = "unknown" }
}

test "5.1.7: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.7" = "not_applicable" }
}

test "5.1.8: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { disableforwarding = "yes", contexts = [] }
  }
  expect = { "5.1.8" = "pass" }
}

test "5.1.8: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { disableforwarding = "no", contexts = [] }
  }
  expect = { "5.1.8" = "fail" }
}

test "5.1.8: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { disableforwarding = "yes", contexts = [{ criteria = "user backup", disableforwarding = "no" }] }
  }
  expect = { "5.1.8" = "fail" }
}

test "5.1.8: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.8" = "unknown" }
}

test "5.1.8: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.8" = "not_applicable" }
}

test "5.1.9: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { gssapiauthentication = "no", contexts = [] }
  }
  expect = { "5.1.9" = "pass" }
}

test "5.1.9: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { gssapiauthentication = "yes", contexts = [] }
  }
  expect = { "5.1.9" = "fail" }
}

test "5.1.9: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { gssapiauthentication = "no", contexts = [{ criteria = "user backup", gssapiauthentication = "yes" }] }
  }
  expect = { "5.1.9" = "fail" }
}

test "5.1.9: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.9" = "unknown" }
}

test "5.1.9: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.9" = "not_applicable" }
}

test "5.1.10: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { hostbasedauthentication = "no", contexts = [] }
  }
  expect = { "5.1.10" = "pass" }
}

test "5.1.10: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { hostbasedauthentication = "yes", contexts = [] }
  }
  expect = { "5.1.10" = "fail" }
}

test "5.1.10: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { hostbasedauthentication = "no", contexts = [{ criteria = "user backup", hostbasedauthentication = "yes" }] }
  }
  expect = { "5.1.10" = "fail" }
}

test "5.1.10: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.10" = "unknown" }
}

test "5.1.10: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.10" = "not_applicable" }
}

test "5.1.11: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ignorerhosts = "yes", contexts = [] }
  }
  expect = { "5.1.11" = "pass" }
}

test "5.1.11: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ignorerhosts = "no", contexts = [] }
  }
  expect = { "5.1.11" = "fail" }
}

test "5.1.11: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { ignorerhosts = "yes", contexts = [{ criteria = "user backup", ignorerhosts = "no" }] }
  }
  expect = { "5.1.11" = "fail" }
}

test "5.1.11: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.11" = "unknown" }
}

test "5.1.11: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.11" = "not_applicable" }
}

test "5.1.12: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { kexalgorithms = ["curve25519-sha256"], contexts = [] }
  }
  expect = { "5.1.12" = "pass" }
}

test "5.1.12: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { kexalgorithms = ["curve25519-sha256", "diffie-hellman-group14-sha1"], contexts = [] }
  }
  expect = { "5.1.12" = "fail" }
}

test "5.1.12: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { kexalgorithms = ["curve25519-sha256"], contexts = [{ criteria = "user backup", kexalgorithms = ["curve25519-sha256", "diffie-hellman-group14-sha1"] }] }
  }
  expect = { "5.1.12" = "fail" }
}

test "5.1.12: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.12" = "unknown" }
}

test "5.1.12: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.12" = "not_applicable" }
}

test "5.1.13: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { logingracetime = 60, contexts = [] }
  }
  expect = { "5.1.13" = "pass" }
}

test "5.1.13: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { logingracetime = 120, contexts = [] }
  }
  expect = { "5.1.13" = "fail" }
}

test "5.1.13: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { logingracetime = 60, contexts = [{ criteria = "user backup", logingracetime = 120 }] }
  }
  expect = { "5.1.13" = "fail" }
}

test "5.1.13: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.13" = "unknown" }
}

test "5.1.13: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.13" = "not_applicable" }
}

test "5.1.14: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { loglevel = "VERBOSE", contexts = [] }
  }
  expect = { "5.1.14" = "pass" }
}

test "5.1.14: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { loglevel = "QUIET", contexts = [] }
  }
  expect = { "5.1.14" = "fail" }
}

test "5.1.14: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { loglevel = "VERBOSE", contexts = [{ criteria = "user backup", loglevel = "QUIET" }] }
  }
  expect = { "5.1.14" = "fail" }
}

test "5.1.14: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.14" = "unknown" }
}

test "5.1.14: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.14" = "not_applicable" }
}

test "5.1.15: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { macs = ["hmac-sha2-512-etm@openssh.com"], contexts = [] }
  }
  expect = { "5.1.15" = "pass" }
}

test "5.1.15: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { macs = ["hmac-sha2-512-etm@openssh.com", "umac-64@openssh.com"], contexts = [] }
  }
  expect = { "5.1.15" = "fail" }
}

test "5.1.15: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { macs = ["hmac-sha2-512-etm@openssh.com"], contexts = [{ criteria = "user backup", macs = ["hmac-sha2-512-etm@openssh.com", "umac-64@openssh.com"] }] }
  }
  expect = { "5.1.15" = "fail" }
}

test "5.1.15: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.15" = "unknown" }
}

test "5.1.15: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.15" = "not_applicable" }
}

test "5.1.16: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxauthtries = 4, contexts = [] }
  }
  expect = { "5.1.16" = "pass" }
}

test "5.1.16: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxauthtries = 6, contexts = [] }
  }
  expect = { "5.1.16" = "fail" }
}

test "5.1.16: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxauthtries = 4, contexts = [{ criteria = "user backup", maxauthtries = 6 }] }
  }
  expect = { "5.1.16" = "fail" }
}

test "5.1.16: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.16" = "unknown" }
}

test "5.1.16: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.16" = "not_applicable" }
}

test "5.1.17: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxsessions = 10, contexts = [] }
  }
  expect = { "5.1.17" = "pass" }
}

test "5.1.17: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxsessions = 100, contexts = [] }
  }
  expect = { "5.1.17" = "fail" }
}

test "5.1.17: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxsessions = 10, contexts = [{ criteria = "user backup", maxsessions = 100 }] }
  }
  expect = { "5.1.17" = "fail" }
}

test "5.1.17: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.17" = "unknown" }
}

test "5.1.17: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.17" = "not_applicable" }
}

test "5.1.18: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxstartups_start = 10, maxstartups_rate = 30, maxstartups_full = 60, contexts = [] }
  }
  expect = { "5.1.18" = "pass" }
}

test "5.1.18: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxstartups_start = 10, maxstartups_rate = 30, maxstartups_full = 100, contexts = [] }
  }
  expect = { "5.1.18" = "fail" }
}

test "5.1.18: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { maxstartups_start = 10, maxstartups_rate = 30, maxstartups_full = 60, contexts = [{ criteria = "user backup", maxstartups_start = 10, maxstartups_rate = 30, maxstartups_full = 100 }] }
  }
  expect = { "5.1.18" = "fail" }
}

test "5.1.18: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.18" = "unknown" }
}

test "5.1.18: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.18" = "not_applicable" }
}

test "5.1.19: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permitemptypasswords = "no", contexts = [] }
  }
  expect = { "5.1.19" = "pass" }
}

test "5.1.19: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permitemptypasswords = "yes", contexts = [] }
  }
  expect = { "5.1.19" = "fail" }
}

test "5.1.19: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permitemptypasswords = "no", contexts = [{ criteria = "user backup", permitemptypasswords = "yes" }] }
  }
  expect = { "5.1.19" = "fail" }
}

test "5.1.19: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.19" = "unknown" }
}

test "5.1.19: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.19" = "not_applicable" }
}

test "5.1.20: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    fact "sshd_for" {
      args  = ["root", "192.0.2.1"]
      value = { permitrootlogin = "no" }
    }
    sshd = { permitrootlogin = "no", contexts = [] }
  }
  expect = { "5.1.20" = "pass" }
}

test "5.1.20: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    fact "sshd_for" {
      args  = ["root", "192.0.2.1"]
      value = { permitrootlogin = "no" }
    }
    sshd = { permitrootlogin = "yes", contexts = [] }
  }
  expect = { "5.1.20" = "fail" }
}

test "5.1.20: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    fact "sshd_for" {
      args  = ["root", "192.0.2.1"]
      value = { permitrootlogin = "no" }
    }
    sshd = { permitrootlogin = "no", contexts = [{ criteria = "user backup", permitrootlogin = "yes" }] }
  }
  expect = { "5.1.20" = "fail" }
}

test "5.1.20: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
    fact "sshd_for" {
      args  = ["root", "192.0.2.1"]
      value = { permitrootlogin = "no" }
    }
  }
  expect = { "5.1.20" = "unknown" }
}

test "5.1.20: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.20" = "not_applicable" }
}

test "5.1.21: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permituserenvironment = "no", contexts = [] }
  }
  expect = { "5.1.21" = "pass" }
}

test "5.1.21: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permituserenvironment = "yes", contexts = [] }
  }
  expect = { "5.1.21" = "fail" }
}

test "5.1.21: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { permituserenvironment = "no", contexts = [{ criteria = "user backup", permituserenvironment = "yes" }] }
  }
  expect = { "5.1.21" = "fail" }
}

test "5.1.21: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.21" = "unknown" }
}

test "5.1.21: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.21" = "not_applicable" }
}

test "5.1.22: as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { usepam = "yes", contexts = [] }
  }
  expect = { "5.1.22" = "pass" }
}

test "5.1.22: not as demanded" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { usepam = "no", contexts = [] }
  }
  expect = { "5.1.22" = "fail" }
}

test "5.1.22: a Match block takes it back" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { usepam = "yes", contexts = [{ criteria = "user backup", usepam = "no" }] }
  }
  expect = { "5.1.22" = "fail" }
}

test "5.1.22: sshd_config could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
  }
  expect = { "5.1.22" = "unknown" }
}

test "5.1.22: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.22" = "not_applicable" }
}

test "5.2.1: installed" {
  facts {
    package = { "sudo" = { installed = true } }
  }
  expect = { "5.2.1" = "pass" }
}

test "5.2.1: not installed" {
  facts {
    package = { "sudo" = { installed = false }, "sudo-ldap" = { installed = false } }
  }
  expect = { "5.2.1" = "fail" }
}

test "5.2.1: dpkg could not be read" {
  facts {

  }
  expect = { "5.2.1" = "unknown" }
}

test "5.2.1: with LDAP" {
  facts {
    package = { "sudo" = { installed = false }, "sudo-ldap" = { installed = true } }
  }
  expect = { "5.2.1" = "pass" }
}

test "5.2.2: as demanded" {
  facts {
    sudoers = { exists = true, defaults = { use_pty = true }, overrides = [] }
  }
  expect = { "5.2.2" = "pass" }
}

test "5.2.2: not as demanded" {
  facts {
    sudoers = { exists = true, defaults = { use_pty = false }, overrides = [] }
  }
  expect = { "5.2.2" = "fail" }
}

test "5.2.2: sudoers could not be read" {
  facts {

  }
  expect = { "5.2.2" = "unknown" }
}

test "5.2.2: a file could not be read" {
  facts {
    sudoers = { exists = true }
  }
  expect = { "5.2.2" = "unknown" }
}

test "5.2.2: no sudo" {
  facts {
    sudoers = { exists = false }
  }
  expect = { "5.2.2" = "not_applicable" }
}

test "5.2.2: not for one user" {
  facts {
    sudoers = { exists = true, defaults = { use_pty = true }, overrides = [{ scope = "user", targets = ["ann"], name = "use_pty", operator = "unset", value = "" }] }
  }
  expect = { "5.2.2" = "fail" }
}

test "5.2.3: as demanded" {
  facts {
    sudoers = { exists = true, defaults = { logfile = "/var/log/sudo.log" }, overrides = [] }
  }
  expect = { "5.2.3" = "pass" }
}

test "5.2.3: not as demanded" {
  facts {
    sudoers = { exists = true, defaults = { logfile = "" }, overrides = [] }
  }
  expect = { "5.2.3" = "fail" }
}

test "5.2.3: sudoers could not be read" {
  facts {

  }
  expect = { "5.2.3" = "unknown" }
}

test "5.2.3: a file could not be read" {
  facts {
    sudoers = { exists = true }
  }
  expect = { "5.2.3" = "unknown" }
}

test "5.2.3: no sudo" {
  facts {
    sudoers = { exists = false }
  }
  expect = { "5.2.3" = "not_applicable" }
}

test "5.2.3: not for one user" {
  facts {
    sudoers = { exists = true, defaults = { logfile = "/var/log/sudo.log" }, overrides = [{ scope = "user", targets = ["ann"], name = "logfile", operator = "unset", value = "" }] }
  }
  expect = { "5.2.3" = "fail" }
}

test "5.2.4: as demanded" {
  facts {
    sudoers = { exists = true, nopasswd = [] }
  }
  expect = { "5.2.4" = "pass" }
}

test "5.2.4: not as demanded" {
  facts {
    sudoers = { exists = true, nopasswd = [{ users = ["ann"], commands = ["ALL"], tags = ["NOPASSWD"], nopasswd = true, file = "/etc/sudoers.d/ann", line = 1 }] }
  }
  expect = { "5.2.4" = "fail" }
}

test "5.2.4: sudoers could not be read" {
  facts {

  }
  expect = { "5.2.4" = "unknown" }
}

test "5.2.4: a file could not be read" {
  facts {
    sudoers = { exists = true }
  }
  expect = { "5.2.4" = "unknown" }
}

test "5.2.4: no sudo" {
  facts {
    sudoers = { exists = false }
  }
  expect = { "5.2.4" = "not_applicable" }
}

test "5.2.5: as demanded" {
  facts {
    sudoers = { exists = true, defaults = { authenticate = true }, unauthenticated = [] }
  }
  expect = { "5.2.5" = "pass" }
}

test "5.2.5: not as demanded" {
  facts {
    sudoers = { exists = true, defaults = { authenticate = true }, unauthenticated = [{ scope = "user", targets = ["ann"], name = "authenticate", operator = "unset", value = "", file = "/etc/sudoers", line = 9 }] }
  }
  expect = { "5.2.5" = "fail" }
}

test "5.2.5: sudoers could not be read" {
  facts {

  }
  expect = { "5.2.5" = "unknown" }
}

test "5.2.5: a file could not be read" {
  facts {
    sudoers = { exists = true }
  }
  expect = { "5.2.5" = "unknown" }
}

test "5.2.5: no sudo" {
  facts {
    sudoers = { exists = false }
  }
  expect = { "5.2.5" = "not_applicable" }
}

test "5.2.6: as demanded" {
  facts {
    sudoers = { exists = true, defaults = { timestamp_timeout = 15 }, overrides = [] }
  }
  expect = { "5.2.6" = "pass" }
}

test "5.2.6: not as demanded" {
  facts {
    sudoers = { exists = true, defaults = { timestamp_timeout = -1 }, overrides = [] }
  }
  expect = { "5.2.6" = "fail" }
}

test "5.2.6: sudoers could not be read" {
  facts {

  }
  expect = { "5.2.6" = "unknown" }
}

test "5.2.6: a file could not be read" {
  facts {
    sudoers = { exists = true }
  }
  expect = { "5.2.6" = "unknown" }
}

test "5.2.6: no sudo" {
  facts {
    sudoers = { exists = false }
  }
  expect = { "5.2.6" = "not_applicable" }
}

test "5.2.6: one user is asked more often" {
  facts {
    sudoers = { exists = true, defaults = { timestamp_timeout = 15 }, overrides = [{ scope = "user", targets = ["ann"], name = "timestamp_timeout", operator = "=", value = "0" }] }
  }
  expect = { "5.2.6" = "pass" }
}

test "5.2.6: one user is asked less often" {
  facts {
    sudoers = { exists = true, defaults = { timestamp_timeout = 15 }, overrides = [{ scope = "user", targets = ["ann"], name = "timestamp_timeout", operator = "=", value = "60" }] }
  }
  expect = { "5.2.6" = "fail" }
}

test "5.2.6: one user is never asked again" {
  facts {
    sudoers = { exists = true, defaults = { timestamp_timeout = 15 }, overrides = [{ scope = "user", targets = ["ann"], name = "timestamp_timeout", operator = "=", value = "-1" }] }
  }
  expect = { "5.2.6" = "fail" }
}

test "5.2.7: as demanded" {
  facts {
    pam_su = { restricted = true, members = [] }
  }
  expect = { "5.2.7" = "pass" }
}

test "5.2.7: not as demanded" {
  facts {
    pam_su = { restricted = false, members = [] }
  }
  expect = { "5.2.7" = "fail" }
}

test "5.2.7: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.2.7" = "unknown" }
}

test "5.3.1.1: current" {
  facts {
    package = { "libpam-runtime" = { installed = true, version = "1.5.2-6+deb12u1" } }
  }
  expect = { "5.3.1.1" = "pass" }
}

test "5.3.1.1: old" {
  facts {
    package = { "libpam-runtime" = { installed = true, version = "1.4.0-11" } }
  }
  expect = { "5.3.1.1" = "fail" }
}

test "5.3.1.1: absent" {
  facts {
    package = { "libpam-runtime" = { installed = false } }
  }
  expect = { "5.3.1.1" = "fail" }
}

test "5.3.1.1: dpkg could not be read" {
  facts {

  }
  expect = { "5.3.1.1" = "unknown" }
}

test "5.3.1.2: current" {
  facts {
    package = { "libpam-modules" = { installed = true, version = "1.5.2-6+deb12u1" } }
  }
  expect = { "5.3.1.2" = "pass" }
}

test "5.3.1.2: old" {
  facts {
    package = { "libpam-modules" = { installed = true, version = "1.4.0-11" } }
  }
  expect = { "5.3.1.2" = "fail" }
}

test "5.3.1.2: absent" {
  facts {
    package = { "libpam-modules" = { installed = false } }
  }
  expect = { "5.3.1.2" = "fail" }
}

test "5.3.1.2: dpkg could not be read" {
  facts {

  }
  expect = { "5.3.1.2" = "unknown" }
}

test "5.3.1.3: installed" {
  facts {
    package = { "libpam-pwquality" = { installed = true } }
  }
  expect = { "5.3.1.3" = "pass" }
}

test "5.3.1.3: not installed" {
  facts {
    package = { "libpam-pwquality" = { installed = false } }
  }
  expect = { "5.3.1.3" = "fail" }
}

test "5.3.1.3: dpkg could not be read" {
  facts {

  }
  expect = { "5.3.1.3" = "unknown" }
}

test "5.3.2.1: everywhere" {
  facts {
    fact "pam_stack" {
      args  = ["common-auth", "auth"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-account", "account"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-password", "password"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-session-noninteractive", "session"]
      value = { modules = ["pam_unix.so"] }
    }
  }
  expect = { "5.3.2.1" = "pass" }
}

test "5.3.2.1: missing in one" {
  facts {
    fact "pam_stack" {
      args  = ["common-auth", "auth"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-account", "account"]
      value = { modules = ["pam_deny.so"] }
    }
    fact "pam_stack" {
      args  = ["common-password", "password"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { modules = ["pam_unix.so"] }
    }
    fact "pam_stack" {
      args  = ["common-session-noninteractive", "session"]
      value = { modules = ["pam_unix.so"] }
    }
  }
  expect = { "5.3.2.1" = "fail" }
}

test "5.3.2.1: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.2.1" = "unknown" }
}

test "5.3.2.2: as demanded" {
  facts {
    faillock = { enabled = true }
  }
  expect = { "5.3.2.2" = "pass" }
}

test "5.3.2.2: not as demanded" {
  facts {
    faillock = { enabled = false }
  }
  expect = { "5.3.2.2" = "fail" }
}

test "5.3.2.2: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.2.2" = "unknown" }
}

test "5.3.2.3: as demanded" {
  facts {
    pwquality = { enabled = true }
  }
  expect = { "5.3.2.3" = "pass" }
}

test "5.3.2.3: not as demanded" {
  facts {
    pwquality = { enabled = false }
  }
  expect = { "5.3.2.3" = "fail" }
}

test "5.3.2.3: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.2.3" = "unknown" }
}

test "5.3.2.4: as demanded" {
  facts {
    pwhistory = { enabled = true }
  }
  expect = { "5.3.2.4" = "pass" }
}

test "5.3.2.4: not as demanded" {
  facts {
    pwhistory = { enabled = false }
  }
  expect = { "5.3.2.4" = "fail" }
}

test "5.3.2.4: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.2.4" = "unknown" }
}

test "5.3.3.1.1: as demanded" {
  facts {
    faillock = { enabled = true, deny = 5 }
  }
  expect = { "5.3.3.1.1" = "pass" }
}

test "5.3.3.1.1: not as demanded" {
  facts {
    faillock = { enabled = true, deny = 0 }
  }
  expect = { "5.3.3.1.1" = "fail" }
}

test "5.3.3.1.1: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.1.1" = "unknown" }
}

test "5.3.3.1.2: as demanded" {
  facts {
    faillock = { enabled = true, unlock_time = 900 }
  }
  expect = { "5.3.3.1.2" = "pass" }
}

test "5.3.3.1.2: not as demanded" {
  facts {
    faillock = { enabled = true, unlock_time = 60 }
  }
  expect = { "5.3.3.1.2" = "fail" }
}

test "5.3.3.1.2: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.1.2" = "unknown" }
}

test "5.3.3.1.3: as demanded" {
  facts {
    faillock = { enabled = true, even_deny_root = true, root_unlock_time = 60 }
  }
  expect = { "5.3.3.1.3" = "pass" }
}

test "5.3.3.1.3: not as demanded" {
  facts {
    faillock = { enabled = true, even_deny_root = false, root_unlock_time = 60 }
  }
  expect = { "5.3.3.1.3" = "fail" }
}

test "5.3.3.1.3: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.1.3" = "unknown" }
}

test "5.3.3.2.1: as demanded" {
  facts {
    pwquality = { enabled = true, difok = 2 }
  }
  expect = { "5.3.3.2.1" = "pass" }
}

test "5.3.3.2.1: not as demanded" {
  facts {
    pwquality = { enabled = true, difok = 1 }
  }
  expect = { "5.3.3.2.1" = "fail" }
}

test "5.3.3.2.1: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.1" = "unknown" }
}

test "5.3.3.2.2: as demanded" {
  facts {
    pwquality = { enabled = true, minlen = 14 }
  }
  expect = { "5.3.3.2.2" = "pass" }
}

test "5.3.3.2.2: not as demanded" {
  facts {
    pwquality = { enabled = true, minlen = 8 }
  }
  expect = { "5.3.3.2.2" = "fail" }
}

test "5.3.3.2.2: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.2" = "unknown" }
}

test "5.3.3.2.2: twenty by tailoring" {
  variables = { password_min_length = 20 }
  facts {
    pwquality = { enabled = true, minlen = 14 }
  }
  expect = { "5.3.3.2.2" = "fail" }
}

test "5.3.3.2.3: always for a person" {
  facts {

  }
  expect = { "5.3.3.2.3" = "manual" }
}

test "5.3.3.2.4: as demanded" {
  facts {
    pwquality = { enabled = true, maxrepeat = 3 }
  }
  expect = { "5.3.3.2.4" = "pass" }
}

test "5.3.3.2.4: not as demanded" {
  facts {
    pwquality = { enabled = true, maxrepeat = 0 }
  }
  expect = { "5.3.3.2.4" = "fail" }
}

test "5.3.3.2.4: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.4" = "unknown" }
}

test "5.3.3.2.5: as demanded" {
  facts {
    pwquality = { enabled = true, maxsequence = 3 }
  }
  expect = { "5.3.3.2.5" = "pass" }
}

test "5.3.3.2.5: not as demanded" {
  facts {
    pwquality = { enabled = true, maxsequence = 0 }
  }
  expect = { "5.3.3.2.5" = "fail" }
}

test "5.3.3.2.5: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.5" = "unknown" }
}

test "5.3.3.2.6: as demanded" {
  facts {
    pwquality = { enabled = true, dictcheck = 1 }
  }
  expect = { "5.3.3.2.6" = "pass" }
}

test "5.3.3.2.6: not as demanded" {
  facts {
    pwquality = { enabled = true, dictcheck = 0 }
  }
  expect = { "5.3.3.2.6" = "fail" }
}

test "5.3.3.2.6: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.6" = "unknown" }
}

test "5.3.3.2.7: as demanded" {
  facts {
    pwquality = { enabled = true, enforcing = 1 }
  }
  expect = { "5.3.3.2.7" = "pass" }
}

test "5.3.3.2.7: not as demanded" {
  facts {
    pwquality = { enabled = true, enforcing = 0 }
  }
  expect = { "5.3.3.2.7" = "fail" }
}

test "5.3.3.2.7: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.7" = "unknown" }
}

test "5.3.3.2.8: as demanded" {
  facts {
    pwquality = { enabled = true, enforce_for_root = true }
  }
  expect = { "5.3.3.2.8" = "pass" }
}

test "5.3.3.2.8: not as demanded" {
  facts {
    pwquality = { enabled = true, enforce_for_root = false }
  }
  expect = { "5.3.3.2.8" = "fail" }
}

test "5.3.3.2.8: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.2.8" = "unknown" }
}

test "5.3.3.3.1: as demanded" {
  facts {
    pwhistory = { enabled = true, remember = 24 }
  }
  expect = { "5.3.3.3.1" = "pass" }
}

test "5.3.3.3.1: not as demanded" {
  facts {
    pwhistory = { enabled = true, remember = 5 }
  }
  expect = { "5.3.3.3.1" = "fail" }
}

test "5.3.3.3.1: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.3.1" = "unknown" }
}

test "5.3.3.3.2: as demanded" {
  facts {
    pwhistory = { enabled = true, enforce_for_root = true }
  }
  expect = { "5.3.3.3.2" = "pass" }
}

test "5.3.3.3.2: not as demanded" {
  facts {
    pwhistory = { enabled = true, enforce_for_root = false }
  }
  expect = { "5.3.3.3.2" = "fail" }
}

test "5.3.3.3.2: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.3.2" = "unknown" }
}

test "5.3.3.3.3: as demanded" {
  facts {
    pwhistory = { enabled = true, use_authtok = true }
  }
  expect = { "5.3.3.3.3" = "pass" }
}

test "5.3.3.3.3: not as demanded" {
  facts {
    pwhistory = { enabled = true, use_authtok = false }
  }
  expect = { "5.3.3.3.3" = "fail" }
}

test "5.3.3.3.3: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.3.3" = "unknown" }
}

test "5.3.3.4.1: as demanded" {
  facts {
    pam_unix = { nullok = false }
  }
  expect = { "5.3.3.4.1" = "pass" }
}

test "5.3.3.4.1: not as demanded" {
  facts {
    pam_unix = { nullok = true }
  }
  expect = { "5.3.3.4.1" = "fail" }
}

test "5.3.3.4.1: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.4.1" = "unknown" }
}

test "5.3.3.4.2: as demanded" {
  facts {
    pam_unix = { remember = 0 }
  }
  expect = { "5.3.3.4.2" = "pass" }
}

test "5.3.3.4.2: not as demanded" {
  facts {
    pam_unix = { remember = 5 }
  }
  expect = { "5.3.3.4.2" = "fail" }
}

test "5.3.3.4.2: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.4.2" = "unknown" }
}

test "5.3.3.4.3: as demanded" {
  facts {
    pam_unix = { hash_algorithm = "yescrypt" }
  }
  expect = { "5.3.3.4.3" = "pass" }
}

test "5.3.3.4.3: not as demanded" {
  facts {
    pam_unix = { hash_algorithm = "md5" }
  }
  expect = { "5.3.3.4.3" = "fail" }
}

test "5.3.3.4.3: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.4.3" = "unknown" }
}

test "5.3.3.4.4: as demanded" {
  facts {
    pam_unix = { use_authtok = true }
  }
  expect = { "5.3.3.4.4" = "pass" }
}

test "5.3.3.4.4: not as demanded" {
  facts {
    pam_unix = { use_authtok = false }
  }
  expect = { "5.3.3.4.4" = "fail" }
}

test "5.3.3.4.4: PAM's configuration could not be read" {
  facts {

  }
  expect = { "5.3.3.4.4" = "unknown" }
}

test "5.4.1.1: within a year" {
  facts {
    login_defs = { pass_max_days = 365 }
    users      = [{ name = "ann", has_password = true, max_days = 365 }]
  }
  expect = { "5.4.1.1" = "pass" }
}

test "5.4.1.1: never, for new ones" {
  facts {
    login_defs = { pass_max_days = 99999 }
    users      = [{ name = "ann", has_password = true, max_days = 365 }]
  }
  expect = { "5.4.1.1" = "fail" }
}

test "5.4.1.1: never, for one that is there" {
  facts {
    login_defs = { pass_max_days = 365 }
    users      = [{ name = "ann", has_password = true, max_days = -1 }]
  }
  expect = { "5.4.1.1" = "fail" }
}

test "5.4.1.1: shadow could not be read" {
  facts {
    login_defs = { pass_max_days = 365 }
  }
  expect = { "5.4.1.1" = "unknown" }
}

test "5.4.1.1: a shorter limit by tailoring" {
  variables = { password_max_days = 90 }
  facts {
    login_defs = { pass_max_days = 365 }
    users      = [{ name = "ann", has_password = true, max_days = 365 }]
  }
  expect = { "5.4.1.1" = "fail" }
}

test "5.4.1.2: always for a person" {
  facts {

  }
  expect = { "5.4.1.2" = "manual" }
}

test "5.4.1.3: a week" {
  facts {
    login_defs = { pass_warn_age = 7 }
    users      = [{ name = "ann", has_password = true, warn_days = 7 }]
  }
  expect = { "5.4.1.3" = "pass" }
}

test "5.4.1.3: a day" {
  facts {
    login_defs = { pass_warn_age = 1 }
    users      = [{ name = "ann", has_password = true, warn_days = 7 }]
  }
  expect = { "5.4.1.3" = "fail" }
}

test "5.4.1.3: one account has none" {
  facts {
    login_defs = { pass_warn_age = 7 }
    users      = [{ name = "ann", has_password = true, warn_days = -1 }]
  }
  expect = { "5.4.1.3" = "fail" }
}

test "5.4.1.4: yescrypt" {
  facts {
    login_defs = { encrypt_method = "YESCRYPT" }
  }
  expect = { "5.4.1.4" = "pass" }
}

test "5.4.1.4: DES" {
  facts {
    login_defs = { encrypt_method = "DES" }
  }
  expect = { "5.4.1.4" = "fail" }
}

test "5.4.1.4: could not be read" {
  facts {

  }
  expect = { "5.4.1.4" = "unknown" }
}

test "5.4.1.5: after 45 days" {
  facts {
    useradd = { inactive = 45 }
    users   = [{ name = "ann", has_password = true, inactive_days = 30 }]
  }
  expect = { "5.4.1.5" = "pass" }
}

test "5.4.1.5: never" {
  facts {
    useradd = { inactive = -1 }
    users   = [{ name = "ann", has_password = true, inactive_days = 30 }]
  }
  expect = { "5.4.1.5" = "fail" }
}

test "5.4.1.5: one account never" {
  facts {
    useradd = { inactive = 45 }
    users   = [{ name = "ann", has_password = true, inactive_days = -1 }]
  }
  expect = { "5.4.1.5" = "fail" }
}

test "5.4.1.6: as demanded" {
  facts {
    users = [{ name = "a", has_password = true, last_change_in_future = false }]
  }
  expect = { "5.4.1.6" = "pass" }
}

test "5.4.1.6: one that is not" {
  facts {
    users = [{ name = "a", has_password = true, last_change_in_future = true }]
  }
  expect = { "5.4.1.6" = "fail" }
}

test "5.4.1.6: could not be read" {
  facts {

  }
  expect = { "5.4.1.6" = "unknown" }
}

test "5.4.2.1: as demanded" {
  facts {
    users = [{ name = "root", uid = 0 }]
  }
  expect = { "5.4.2.1" = "pass" }
}

test "5.4.2.1: one that is not" {
  facts {
    users = [{ name = "root", uid = 0 }, { name = "toor", uid = 0 }]
  }
  expect = { "5.4.2.1" = "fail" }
}

test "5.4.2.1: could not be read" {
  facts {

  }
  expect = { "5.4.2.1" = "unknown" }
}

test "5.4.2.2: as demanded" {
  facts {
    users = [{ name = "root", gid = 0 }, { name = "sync", gid = 0 }]
  }
  expect = { "5.4.2.2" = "pass" }
}

test "5.4.2.2: one that is not" {
  facts {
    users = [{ name = "ann", gid = 0 }]
  }
  expect = { "5.4.2.2" = "fail" }
}

test "5.4.2.2: could not be read" {
  facts {

  }
  expect = { "5.4.2.2" = "unknown" }
}

test "5.4.2.3: as demanded" {
  facts {
    groups = [{ name = "root", gid = 0 }]
  }
  expect = { "5.4.2.3" = "pass" }
}

test "5.4.2.3: one that is not" {
  facts {
    groups = [{ name = "wheel", gid = 0 }]
  }
  expect = { "5.4.2.3" = "fail" }
}

test "5.4.2.3: could not be read" {
  facts {

  }
  expect = { "5.4.2.3" = "unknown" }
}

test "5.4.2.4: a password" {
  facts {
    user = { "root" = { has_password = true, locked = false } }
  }
  expect = { "5.4.2.4" = "pass" }
}

test "5.4.2.4: locked" {
  facts {
    user = { "root" = { has_password = false, locked = true } }
  }
  expect = { "5.4.2.4" = "pass" }
}

test "5.4.2.4: neither" {
  facts {
    user = { "root" = { has_password = false, locked = false } }
  }
  expect = { "5.4.2.4" = "fail" }
}

test "5.4.2.4: shadow could not be read" {
  facts {

  }
  expect = { "5.4.2.4" = "unknown" }
}

test "5.4.2.5: clean" {
  facts {
    shell_startup = { root = { path = [{ path = "/opt/bin", problem = "", exists = true }] } }
  }
  expect = { "5.4.2.5" = "pass" }
}

test "5.4.2.5: a writable directory" {
  facts {
    shell_startup = { root = { path = [{ path = "/opt/bin", problem = "writable by others than its owner", exists = true }] } }
  }
  expect = { "5.4.2.5" = "fail" }
}

test "5.4.2.5: computed" {
  facts {

  }
  expect = { "5.4.2.5" = "unknown" }
}

test "5.4.2.5: an empty element, which is the current directory" {
  facts {
    shell_startup = { root = { path = [{ path = "", problem = "empty: the current directory" }] } }
  }
  expect = { "5.4.2.5" = "fail" }
}

test "5.4.2.5: a directory that anyone who may make it can fill" {
  facts {
    shell_startup = { root = { path = [{ path = "/opt/gone", problem = "does not exist", exists = false }] } }
  }
  expect = { "5.4.2.5" = "fail" }
}

test "5.4.2.6: strict" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0027" }, statements = [] }
    login_defs    = { umask = "0022" }
  }
  expect = { "5.4.2.6" = "pass" }
}

test "5.4.2.6: stricter" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0077" }, statements = [] }
    login_defs    = { umask = "0022" }
  }
  expect = { "5.4.2.6" = "pass" }
}

test "5.4.2.6: loose" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0022" }, statements = [] }
    login_defs    = { umask = "0027" }
  }
  expect = { "5.4.2.6" = "fail" }
}

test "5.4.2.6: by login.defs" {
  facts {
    shell_startup = { root = { umask_set = false, umask = "0000" }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_umask.so", called_on_success = true, arguments = [] }] }
    }
  }
  expect = { "5.4.2.6" = "pass" }
}

test "5.4.2.6: computed" {
  facts {
    shell_startup = { root = { umask_set = true }, statements = [] }
  }
  expect = { "5.4.2.6" = "unknown" }
}

test "5.4.2.6: by login.defs, which nothing reads" {
  facts {
    shell_startup = { root = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_unix.so", called_on_success = true, arguments = [] }] }
    }
  }
  expect = { "5.4.2.6" = "fail" }
}

test "5.4.2.6: by an argument of pam_umask" {
  facts {
    shell_startup = { root = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_umask.so", called_on_success = true, arguments = ["umask=0022"] }] }
    }
  }
  expect = { "5.4.2.6" = "fail" }
}

test "5.4.2.6: the stack could not be read" {
  facts {
    shell_startup = { root = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
  }
  expect = { "5.4.2.6" = "unknown" }
}

test "5.4.2.7: as demanded" {
  facts {
    users = [{ name = "root", uid = 0, system = true, shell = "/bin/bash" }, { name = "www-data", uid = 33, system = true, shell = "/usr/sbin/nologin" }, { name = "sync", uid = 4, system = true, shell = "/bin/sync" }, { name = "jo", uid = 1000, system = false, shell = "/bin/bash" }]
  }
  expect = { "5.4.2.7" = "pass" }
}

test "5.4.2.7: one that is not" {
  facts {
    users = [{ name = "www-data", uid = 33, system = true, shell = "/bin/sh" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.7: could not be read" {
  facts {

  }
  expect = { "5.4.2.7" = "unknown" }
}

test "5.4.2.7: a shell that /etc/shells does not list" {
  facts {
    users = [{ name = "www-data", uid = 33, system = true, interactive = false, shell = "/opt/bin/bash" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.7: an empty field means /bin/sh" {
  facts {
    users = [{ name = "www-data", uid = 33, system = true, shell = "" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.7: only its name is that of a harmless program" {
  facts {
    users = [{ name = "www-data", uid = 33, system = true, shell = "/tmp/nologin" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.7: sync has a shell" {
  facts {
    users = [{ name = "sync", uid = 4, system = true, shell = "/bin/bash" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.7: nobody has a shell" {
  facts {
    users = [{ name = "nobody", uid = 65534, system = false, shell = "/bin/sh" }]
  }
  expect = { "5.4.2.7" = "fail" }
}

test "5.4.2.8: as demanded" {
  facts {
    users = [{ name = "www-data", interactive = false, locked = true }]
  }
  expect = { "5.4.2.8" = "pass" }
}

test "5.4.2.8: one that is not" {
  facts {
    users = [{ name = "www-data", interactive = false, locked = false }]
  }
  expect = { "5.4.2.8" = "fail" }
}

test "5.4.2.8: could not be read" {
  facts {

  }
  expect = { "5.4.2.8" = "unknown" }
}

test "5.4.3.1: not listed" {
  facts {
    shells = { lists_nologin = false }
  }
  expect = { "5.4.3.1" = "pass" }
}

test "5.4.3.1: listed" {
  facts {
    shells = { lists_nologin = true }
  }
  expect = { "5.4.3.1" = "fail" }
}

test "5.4.3.1: could not be read" {
  facts {

  }
  expect = { "5.4.3.1" = "unknown" }
}

test "5.4.3.2: set" {
  facts {
    shell_startup = { user = { tmout_set = true, tmout = 900, tmout_readonly = true, tmout_exported = true } }
  }
  expect = { "5.4.3.2" = "pass" }
}

test "5.4.3.2: too long" {
  facts {
    shell_startup = { user = { tmout_set = true, tmout = 3600, tmout_readonly = true, tmout_exported = true } }
  }
  expect = { "5.4.3.2" = "fail" }
}

test "5.4.3.2: can be changed" {
  facts {
    shell_startup = { user = { tmout_set = true, tmout = 900, tmout_readonly = false, tmout_exported = true } }
  }
  expect = { "5.4.3.2" = "fail" }
}

test "5.4.3.2: not set" {
  facts {
    shell_startup = { user = { tmout_set = false } }
  }
  expect = { "5.4.3.2" = "fail" }
}

test "5.4.3.2: computed" {
  facts {

  }
  expect = { "5.4.3.2" = "unknown" }
}

test "5.4.3.3: strict" {
  facts {
    shell_startup = { user = { umask_set = true, umask = "0027" }, statements = [] }
    login_defs    = { umask = "0022" }
  }
  expect = { "5.4.3.3" = "pass" }
}

test "5.4.3.3: loose" {
  facts {
    shell_startup = { user = { umask_set = true, umask = "0022" }, statements = [] }
    login_defs    = { umask = "0027" }
  }
  expect = { "5.4.3.3" = "fail" }
}

test "5.4.3.3: by login.defs" {
  facts {
    shell_startup = { user = { umask_set = false, umask = "0000" }, statements = [] }
    login_defs    = { umask = "0022" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_umask.so", called_on_success = true, arguments = [] }] }
    }
  }
  expect = { "5.4.3.3" = "fail" }
}

test "5.4.3.3: computed" {
  facts {
    shell_startup = { user = { umask_set = true }, statements = [] }
  }
  expect = { "5.4.3.3" = "unknown" }
}

test "5.4.3.3: by login.defs, which nothing reads" {
  facts {
    shell_startup = { user = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_unix.so", called_on_success = true, arguments = [] }] }
    }
  }
  expect = { "5.4.3.3" = "fail" }
}

test "5.4.3.3: by an argument of pam_umask" {
  facts {
    shell_startup = { user = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_umask.so", called_on_success = true, arguments = ["umask=0022"] }] }
    }
  }
  expect = { "5.4.3.3" = "fail" }
}

test "5.4.3.3: the stack could not be read" {
  facts {
    shell_startup = { user = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
  }
  expect = { "5.4.3.3" = "unknown" }
}

test "5.4.3.3: by pam_umask from login.defs" {
  facts {
    shell_startup = { user = { umask_set = false }, statements = [] }
    login_defs    = { umask = "0027" }
    fact "pam_stack" {
      args  = ["common-session", "session"]
      value = { entries = [{ module = "pam_umask.so", called_on_success = true, arguments = [] }] }
    }
  }
  expect = { "5.4.3.3" = "pass" }
}

test "5.1.5: as demanded" {
  facts {
    package     = { "openssh-server" = { installed = true } }
    sshd        = { banner = "/etc/issue.net", contexts = [] }
    banner_file = { "/etc/issue.net" = { exists = true, non_empty = true, leaks = [] } }
  }
  expect = { "5.1.5" = "pass" }
}

test "5.1.5: none" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { banner = "none", contexts = [] }
  }
  expect = { "5.1.5" = "fail" }
}

test "5.1.5: it says nothing" {
  facts {
    package     = { "openssh-server" = { installed = true } }
    sshd        = { banner = "/etc/issue.net", contexts = [] }
    banner_file = { "/etc/issue.net" = { exists = true, non_empty = false, leaks = [] } }
  }
  expect = { "5.1.5" = "fail" }
}

test "5.1.5: it names the system" {
  facts {
    package     = { "openssh-server" = { installed = true } }
    sshd        = { banner = "/etc/ssh/hello", contexts = [] }
    banner_file = { "/etc/ssh/hello" = { exists = true, non_empty = true, leaks = [{ name = "Debian", what = "os", line = 1 }] } }
  }
  expect = { "5.1.5" = "fail" }
}

test "5.1.5: not for some" {
  facts {
    package     = { "openssh-server" = { installed = true } }
    sshd        = { banner = "/etc/issue.net", contexts = [{ banner = "none" }] }
    banner_file = { "/etc/issue.net" = { exists = true, non_empty = true, leaks = [] } }
  }
  expect = { "5.1.5" = "fail" }
}

test "5.1.5: another one for some names the system" {
  facts {
    package     = { "openssh-server" = { installed = true } }
    sshd        = { banner = "/etc/issue.net", contexts = [{ banner = "/etc/b" }] }
    banner_file = { "/etc/issue.net" = { non_empty = true, leaks = [] }, "/etc/b" = { non_empty = true, leaks = [{ name = "Debian", what = "os", line = 1 }] } }
  }
  expect = { "5.1.5" = "fail" }
}

test "5.1.5: the file could not be read" {
  facts {
    package = { "openssh-server" = { installed = true } }
    sshd    = { banner = "/etc/issue.net", contexts = [] }
  }
  expect = { "5.1.5" = "unknown" }
}

test "5.1.5: no SSH server" {
  facts {
    package = { "openssh-server" = { installed = false } }
  }
  expect = { "5.1.5" = "not_applicable" }
}

test "5.4.2.6: loose where a shell is no login" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", value = "0027", path = "/root/.profile" }, { name = "umask", value = "0022", path = "/root/.bashrc" }] }
  }
  expect = { "5.4.2.6" = "fail" }
}

test "5.4.2.6: computed in one file" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", path = "/root/.bashrc" }] }
  }
  expect = { "5.4.2.6" = "unknown" }
}

test "5.4.2.6: loose where it does not matter" {
  facts {
    shell_startup = { root = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", value = "0022", path = "/etc/bash.bashrc" }] }
  }
  expect = { "5.4.2.6" = "pass" }
}

test "5.4.3.3: loose where a shell is no login" {
  facts {
    shell_startup = { user = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", value = "0027", path = "/etc/.profile" }, { name = "umask", value = "0022", path = "/etc/bash.bashrc" }] }
  }
  expect = { "5.4.3.3" = "fail" }
}

test "5.4.3.3: computed in one file" {
  facts {
    shell_startup = { user = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", path = "/etc/bash.bashrc" }] }
  }
  expect = { "5.4.3.3" = "unknown" }
}

test "5.4.3.3: loose where it does not matter" {
  facts {
    shell_startup = { user = { umask_set = true, umask = "0027" }, statements = [{ name = "umask", value = "0022", path = "/root/.bashrc" }] }
  }
  expect = { "5.4.3.3" = "pass" }
}
