test "3.1.1: always for a person" {
  facts {

  }
  expect = { "3.1.1" = "manual" }
}

test "3.1.2: none" {
  facts {
    interfaces = [{ name = "eth0", wireless = false }]
  }
  expect = { "3.1.2" = "pass" }
}

test "3.1.2: one" {
  facts {
    interfaces = [{ name = "wlan0", wireless = true }]
  }
  expect = { "3.1.2" = "fail" }
}

test "3.1.2: could not be listed" {
  facts {

  }
  expect = { "3.1.2" = "unknown" }
}

test "3.1.3: not installed" {
  facts {
    package = { "bluez" = { installed = false } }
  }
  expect = { "3.1.3" = "pass" }
}

test "3.1.3: installed and off" {
  facts {
    package = { "bluez" = { installed = true } }
    service = { "bluetooth.service" = { enabled = false, active = false } }
  }
  expect = { "3.1.3" = "pass" }
}

test "3.1.3: running" {
  facts {
    package = { "bluez" = { installed = true } }
    service = { "bluetooth.service" = { enabled = false, active = true } }
  }
  expect = { "3.1.3" = "fail" }
}

test "3.1.3: starts at the next boot" {
  facts {
    package = { "bluez" = { installed = true } }
    service = { "bluetooth.service" = { enabled = true, active = false } }
  }
  expect = { "3.1.3" = "fail" }
}

test "3.1.3: systemd did not answer" {
  facts {
    package = { "bluez" = { installed = true } }
  }
  expect = { "3.1.3" = "unknown" }
}

test "3.2.1: denied by modprobe.d" {
  facts {
    kernel_module = { "dccp" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "3.2.1" = "pass" }
}

test "3.2.1: only waiting to be asked for" {
  facts {
    kernel_module = { "dccp" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "3.2.1" = "fail" }
}

test "3.2.1: loaded" {
  facts {
    kernel_module = { "dccp" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "3.2.1" = "fail" }
}

test "3.2.1: built into the kernel" {
  facts {
    kernel_module = { "dccp" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "3.2.1" = "fail" }
}

test "3.2.1: modprobe.d could not be read" {
  facts {
    kernel_module = { "dccp" = { loaded = false, builtin = false } }
  }
  expect = { "3.2.1" = "unknown" }
}

test "3.2.2: denied by modprobe.d" {
  facts {
    kernel_module = { "tipc" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "3.2.2" = "pass" }
}

test "3.2.2: only waiting to be asked for" {
  facts {
    kernel_module = { "tipc" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "3.2.2" = "fail" }
}

test "3.2.2: loaded" {
  facts {
    kernel_module = { "tipc" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "3.2.2" = "fail" }
}

test "3.2.2: built into the kernel" {
  facts {
    kernel_module = { "tipc" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "3.2.2" = "fail" }
}

test "3.2.2: modprobe.d could not be read" {
  facts {
    kernel_module = { "tipc" = { loaded = false, builtin = false } }
  }
  expect = { "3.2.2" = "unknown" }
}

test "3.2.3: denied by modprobe.d" {
  facts {
    kernel_module = { "rds" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "3.2.3" = "pass" }
}

test "3.2.3: only waiting to be asked for" {
  facts {
    kernel_module = { "rds" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "3.2.3" = "fail" }
}

test "3.2.3: loaded" {
  facts {
    kernel_module = { "rds" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "3.2.3" = "fail" }
}

test "3.2.3: built into the kernel" {
  facts {
    kernel_module = { "rds" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "3.2.3" = "fail" }
}

test "3.2.3: modprobe.d could not be read" {
  facts {
    kernel_module = { "rds" = { loaded = false, builtin = false } }
  }
  expect = { "3.2.3" = "unknown" }
}

test "3.2.4: denied by modprobe.d" {
  facts {
    kernel_module = { "sctp" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "3.2.4" = "pass" }
}

test "3.2.4: only waiting to be asked for" {
  facts {
    kernel_module = { "sctp" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "3.2.4" = "fail" }
}

test "3.2.4: loaded" {
  facts {
    kernel_module = { "sctp" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "3.2.4" = "fail" }
}

test "3.2.4: built into the kernel" {
  facts {
    kernel_module = { "sctp" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "3.2.4" = "fail" }
}

test "3.2.4: modprobe.d could not be read" {
  facts {
    kernel_module = { "sctp" = { loaded = false, builtin = false } }
  }
  expect = { "3.2.4" = "unknown" }
}

test "3.3.1: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.ip_forward"          = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.forwarding" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.1" = "pass" }
}

test "3.3.1: not set now" {
  facts {
    sysctl = {
      "net.ipv4.ip_forward"          = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.forwarding" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.1" = "fail" }
}

test "3.3.1: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.ip_forward"          = { running = "0", is_configured = false }
      "net.ipv6.conf.all.forwarding" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.1" = "fail" }
}

test "3.3.1: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.ip_forward"          = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.all.forwarding" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.1" = "fail" }
}

test "3.3.1: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.ip_forward"          = { is_configured = true, configured = "0" }
      "net.ipv6.conf.all.forwarding" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.1" = "unknown" }
}

test "3.3.1: there is no IPv6" {
  facts {
    sysctl = { "net.ipv4.ip_forward" = { running = "0", is_configured = true, configured = "0" }, "net.ipv6.conf.all.forwarding" = { is_configured = false } }
    ipv6   = { enabled = false, kernel_support = false }
  }
  expect = { "3.3.1" = "pass" }
}

test "3.3.1: IPv6 is off until the next boot" {
  facts {
    sysctl = { "net.ipv4.ip_forward" = { running = "0", is_configured = true, configured = "0" }, "net.ipv6.conf.all.forwarding" = { running = "0", is_configured = false } }
    ipv6   = { enabled = false, kernel_support = true, disabled_by_module = false, disabled_by_cmdline = false, disabled_configured = false }
  }
  expect = { "3.3.1" = "fail" }
}

test "3.3.1: IPv6 routes" {
  facts {
    sysctl = { "net.ipv4.ip_forward" = { running = "0", is_configured = true, configured = "0" }, "net.ipv6.conf.all.forwarding" = { running = "1", is_configured = true, configured = "0" } }
    ipv6   = { enabled = true }
  }
  expect = { "3.3.1" = "fail" }
}

test "3.3.2: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.send_redirects"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.send_redirects" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.2" = "pass" }
}

test "3.3.2: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.send_redirects"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.send_redirects" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.2" = "fail" }
}

test "3.3.2: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.send_redirects"     = { running = "0", is_configured = false }
      "net.ipv4.conf.default.send_redirects" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.2" = "fail" }
}

test "3.3.2: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.send_redirects"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.send_redirects" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.2" = "fail" }
}

test "3.3.2: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.send_redirects"     = { is_configured = true, configured = "0" }
      "net.ipv4.conf.default.send_redirects" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.2" = "unknown" }
}

test "3.3.3: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.icmp_ignore_bogus_error_responses" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.3" = "pass" }
}

test "3.3.3: not set now" {
  facts {
    sysctl = {
      "net.ipv4.icmp_ignore_bogus_error_responses" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.3" = "fail" }
}

test "3.3.3: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.icmp_ignore_bogus_error_responses" = { running = "1", is_configured = false }
    }
  }
  expect = { "3.3.3" = "fail" }
}

test "3.3.3: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.icmp_ignore_bogus_error_responses" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.3" = "fail" }
}

test "3.3.3: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.icmp_ignore_bogus_error_responses" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.3" = "unknown" }
}

test "3.3.4: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.icmp_echo_ignore_broadcasts" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.4" = "pass" }
}

test "3.3.4: not set now" {
  facts {
    sysctl = {
      "net.ipv4.icmp_echo_ignore_broadcasts" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.4" = "fail" }
}

test "3.3.4: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.icmp_echo_ignore_broadcasts" = { running = "1", is_configured = false }
    }
  }
  expect = { "3.3.4" = "fail" }
}

test "3.3.4: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.icmp_echo_ignore_broadcasts" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.4" = "fail" }
}

test "3.3.4: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.icmp_echo_ignore_broadcasts" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.4" = "unknown" }
}

test "3.3.5: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_redirects"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_redirects" = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_redirects"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_redirects" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.5" = "pass" }
}

test "3.3.5: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_redirects"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_redirects" = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_redirects"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_redirects" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.5" = "fail" }
}

test "3.3.5: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_redirects"     = { running = "0", is_configured = false }
      "net.ipv4.conf.default.accept_redirects" = { running = "0", is_configured = false }
      "net.ipv6.conf.all.accept_redirects"     = { running = "0", is_configured = false }
      "net.ipv6.conf.default.accept_redirects" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.5" = "fail" }
}

test "3.3.5: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_redirects"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.accept_redirects" = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.all.accept_redirects"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.default.accept_redirects" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.5" = "fail" }
}

test "3.3.5: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_redirects"     = { is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_redirects" = { is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_redirects"     = { is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_redirects" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.5" = "unknown" }
}

test "3.3.5: there is no IPv6" {
  facts {
    sysctl = { "net.ipv4.conf.all.accept_redirects" = { running = "0", is_configured = true, configured = "0" }, "net.ipv4.conf.default.accept_redirects" = { running = "0", is_configured = true, configured = "0" }, "net.ipv6.conf.all.accept_redirects" = { is_configured = false }, "net.ipv6.conf.default.accept_redirects" = { is_configured = false } }
    ipv6   = { enabled = false, kernel_support = false }
  }
  expect = { "3.3.5" = "pass" }
}

test "3.3.6: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.secure_redirects"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.secure_redirects" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.6" = "pass" }
}

test "3.3.6: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.secure_redirects"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.secure_redirects" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.6" = "fail" }
}

test "3.3.6: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.secure_redirects"     = { running = "0", is_configured = false }
      "net.ipv4.conf.default.secure_redirects" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.6" = "fail" }
}

test "3.3.6: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.secure_redirects"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.secure_redirects" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.6" = "fail" }
}

test "3.3.6: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.secure_redirects"     = { is_configured = true, configured = "0" }
      "net.ipv4.conf.default.secure_redirects" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.6" = "unknown" }
}

test "3.3.7: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.rp_filter"     = { running = "1", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.rp_filter" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.7" = "pass" }
}

test "3.3.7: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.rp_filter"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.rp_filter" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.7" = "fail" }
}

test "3.3.7: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.rp_filter"     = { running = "1", is_configured = false }
      "net.ipv4.conf.default.rp_filter" = { running = "1", is_configured = false }
    }
  }
  expect = { "3.3.7" = "fail" }
}

test "3.3.7: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.rp_filter"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.rp_filter" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.7" = "fail" }
}

test "3.3.7: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.rp_filter"     = { is_configured = true, configured = "1" }
      "net.ipv4.conf.default.rp_filter" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.7" = "unknown" }
}

test "3.3.8: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_source_route"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_source_route" = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_source_route"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_source_route" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.8" = "pass" }
}

test "3.3.8: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_source_route"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_source_route" = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_source_route"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_source_route" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.8" = "fail" }
}

test "3.3.8: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_source_route"     = { running = "0", is_configured = false }
      "net.ipv4.conf.default.accept_source_route" = { running = "0", is_configured = false }
      "net.ipv6.conf.all.accept_source_route"     = { running = "0", is_configured = false }
      "net.ipv6.conf.default.accept_source_route" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.8" = "fail" }
}

test "3.3.8: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_source_route"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.accept_source_route" = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.all.accept_source_route"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.default.accept_source_route" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.8" = "fail" }
}

test "3.3.8: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.accept_source_route"     = { is_configured = true, configured = "0" }
      "net.ipv4.conf.default.accept_source_route" = { is_configured = true, configured = "0" }
      "net.ipv6.conf.all.accept_source_route"     = { is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_source_route" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.8" = "unknown" }
}

test "3.3.8: there is no IPv6" {
  facts {
    sysctl = { "net.ipv4.conf.all.accept_source_route" = { running = "0", is_configured = true, configured = "0" }, "net.ipv4.conf.default.accept_source_route" = { running = "0", is_configured = true, configured = "0" }, "net.ipv6.conf.all.accept_source_route" = { is_configured = false }, "net.ipv6.conf.default.accept_source_route" = { is_configured = false } }
    ipv6   = { enabled = false, kernel_support = false }
  }
  expect = { "3.3.8" = "pass" }
}

test "3.3.9: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.log_martians"     = { running = "1", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.log_martians" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.9" = "pass" }
}

test "3.3.9: not set now" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.log_martians"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv4.conf.default.log_martians" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.9" = "fail" }
}

test "3.3.9: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.log_martians"     = { running = "1", is_configured = false }
      "net.ipv4.conf.default.log_martians" = { running = "1", is_configured = false }
    }
  }
  expect = { "3.3.9" = "fail" }
}

test "3.3.9: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.log_martians"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv4.conf.default.log_martians" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.9" = "fail" }
}

test "3.3.9: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.conf.all.log_martians"     = { is_configured = true, configured = "1" }
      "net.ipv4.conf.default.log_martians" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.9" = "unknown" }
}

test "3.3.10: set and kept" {
  facts {
    sysctl = {
      "net.ipv4.tcp_syncookies" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.10" = "pass" }
}

test "3.3.10: not set now" {
  facts {
    sysctl = {
      "net.ipv4.tcp_syncookies" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.10" = "fail" }
}

test "3.3.10: lost at the next boot" {
  facts {
    sysctl = {
      "net.ipv4.tcp_syncookies" = { running = "1", is_configured = false }
    }
  }
  expect = { "3.3.10" = "fail" }
}

test "3.3.10: configured to something else" {
  facts {
    sysctl = {
      "net.ipv4.tcp_syncookies" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.10" = "fail" }
}

test "3.3.10: the kernel does not say" {
  facts {
    sysctl = {
      "net.ipv4.tcp_syncookies" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.10" = "unknown" }
}

test "3.3.11: set and kept" {
  facts {
    ipv6 = { enabled = true }
    sysctl = {
      "net.ipv6.conf.all.accept_ra"     = { running = "0", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_ra" = { running = "0", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.11" = "pass" }
}

test "3.3.11: not set now" {
  facts {
    ipv6 = { enabled = true }
    sysctl = {
      "net.ipv6.conf.all.accept_ra"     = { running = "1", is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_ra" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.11" = "fail" }
}

test "3.3.11: lost at the next boot" {
  facts {
    ipv6 = { enabled = true }
    sysctl = {
      "net.ipv6.conf.all.accept_ra"     = { running = "0", is_configured = false }
      "net.ipv6.conf.default.accept_ra" = { running = "0", is_configured = false }
    }
  }
  expect = { "3.3.11" = "fail" }
}

test "3.3.11: configured to something else" {
  facts {
    ipv6 = { enabled = true }
    sysctl = {
      "net.ipv6.conf.all.accept_ra"     = { running = "0", is_configured = true, configured = "1" }
      "net.ipv6.conf.default.accept_ra" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "3.3.11" = "fail" }
}

test "3.3.11: the kernel does not say" {
  facts {
    ipv6 = { enabled = true }
    sysctl = {
      "net.ipv6.conf.all.accept_ra"     = { is_configured = true, configured = "0" }
      "net.ipv6.conf.default.accept_ra" = { is_configured = true, configured = "0" }
    }
  }
  expect = { "3.3.11" = "unknown" }
}

test "3.3.11: not applicable" {
  facts {
    ipv6 = { enabled = false, kernel_support = false }
  }
  expect = { "3.3.11" = "not_applicable" }
}

test "3.3.11: IPv6 is off until the next boot" {
  facts {
    sysctl = { "net.ipv6.conf.all.accept_ra" = { running = "1", is_configured = false }, "net.ipv6.conf.default.accept_ra" = { running = "1", is_configured = false } }
    ipv6   = { enabled = false, kernel_support = true, disabled_by_module = false, disabled_by_cmdline = false, disabled_configured = false }
  }
  expect = { "3.3.11" = "fail" }
}
