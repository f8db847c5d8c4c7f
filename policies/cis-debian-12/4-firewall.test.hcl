test "4.1.1: nft" {
  facts {
    firewall = { front_end = "nft" }
  }
  expect = { "4.1.1" = "pass" }
}

test "4.1.1: none" {
  facts {
    firewall = { front_end = "none" }
  }
  expect = { "4.1.1" = "fail" }
}

test "4.1.1: several" {
  facts {
    firewall = { front_end = "mixed" }
  }
  expect = { "4.1.1" = "fail" }
}

test "4.1.1: the kernel did not tell" {
  facts {

  }
  expect = { "4.1.1" = "unknown" }
}

test "4.2.3: as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { active = true, enabled = true }
  }
  expect = { "4.2.3" = "pass" }
}

test "4.2.3: not as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { active = false, enabled = true }
  }
  expect = { "4.2.3" = "fail" }
}

test "4.2.3: ufw's files could not be read" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.3" = "unknown" }
}

test "4.2.3: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.3" = "not_applicable" }
}

test "4.2.4: as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { loopback_accepted = true, loopback_spoof_denied = true }
  }
  expect = { "4.2.4" = "pass" }
}

test "4.2.4: not as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { loopback_accepted = true, loopback_spoof_denied = false }
  }
  expect = { "4.2.4" = "fail" }
}

test "4.2.4: ufw's files could not be read" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.4" = "unknown" }
}

test "4.2.4: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.4" = "not_applicable" }
}

test "4.2.6: a rule" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 22, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "22", action = "allow" }] }
  }
  expect = { "4.2.6" = "pass" }
}

test "4.2.6: among others" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 22, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "22,80", action = "allow" }] }
  }
  expect = { "4.2.6" = "pass" }
}

test "4.2.6: none" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 22, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "80", action = "allow" }] }
  }
  expect = { "4.2.6" = "fail" }
}

test "4.2.6: the rules could not be read" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 22, address = "0.0.0.0", loopback = false }]
  }
  expect = { "4.2.6" = "unknown" }
}

test "4.2.6: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.6" = "not_applicable" }
}

test "4.2.6: in a range" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 8080, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "22,8000:8100", action = "allow" }] }
  }
  expect = { "4.2.6" = "pass" }
}

test "4.2.6: outside of the range" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 8080, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "8000:8079", action = "allow" }] }
  }
  expect = { "4.2.6" = "fail" }
}

test "4.2.6: a rule for every port names none" {
  facts {
    package   = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service   = { "ufw.service" = { enabled = true } }
    listeners = [{ protocol = "tcp", port = 8080, address = "0.0.0.0", loopback = false }]
    ufw       = { rules = [{ direction = "in", route = false, protocol = "tcp", port = "any", action = "allow" }] }
  }
  expect = { "4.2.6" = "fail" }
}

test "4.2.7: as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { default_incoming = "deny", default_outgoing = "deny", default_routed = "reject" }
  }
  expect = { "4.2.7" = "pass" }
}

test "4.2.7: not as demanded" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { default_incoming = "deny", default_outgoing = "allow", default_routed = "deny" }
  }
  expect = { "4.2.7" = "fail" }
}

test "4.2.7: ufw's files could not be read" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.7" = "unknown" }
}

test "4.2.7: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.7" = "not_applicable" }
}

test "4.3.1: installed" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false }, "nftables" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.1" = "pass" }
}

test "4.3.1: not installed" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false }, "nftables" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.1" = "fail" }
}

test "4.3.1: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.1" = "not_applicable" }
}

test "4.3.4: as demanded" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { tables = [{ family = "inet", name = "filter" }] }
  }
  expect = { "4.3.4" = "pass" }
}

test "4.3.4: not as demanded" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { tables = [] }
  }
  expect = { "4.3.4" = "fail" }
}

test "4.3.4: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.4" = "unknown" }
}

test "4.3.4: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.4" = "not_applicable" }
}

test "4.3.4: iptables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.4" = "not_applicable" }
}

test "4.3.5: all three" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { chains = [{ base = true, type = "filter", hook = "input", family = "inet" }, { base = true, type = "filter", hook = "forward", family = "inet" }, { base = true, type = "filter", hook = "output", family = "inet" }] }
  }
  expect = { "4.3.5" = "pass" }
}

test "4.3.5: one is missing" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { chains = [{ base = true, type = "filter", hook = "input", family = "inet" }, { base = true, type = "filter", hook = "output", family = "inet" }] }
  }
  expect = { "4.3.5" = "fail" }
}

test "4.3.5: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.5" = "unknown" }
}

test "4.3.5: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.5" = "not_applicable" }
}

test "4.3.6: as demanded" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv6_in_use = false, ipv4 = { loopback_accepted = true, loopback_spoof_dropped = true } }
  }
  expect = { "4.3.6" = "pass" }
}

test "4.3.6: forged passes" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv6_in_use = false, ipv4 = { loopback_accepted = true, loopback_spoof_dropped = false } }
  }
  expect = { "4.3.6" = "fail" }
}

test "4.3.6: loopback does not pass" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv6_in_use = false, ipv4 = { loopback_accepted = false, loopback_spoof_dropped = true } }
  }
  expect = { "4.3.6" = "fail" }
}

test "4.3.6: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.6" = "not_applicable" }
}

test "4.3.6: a rule was not understood" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv6_in_use = false, ipv4 = { loopback_accepted = true } }
  }
  expect = { "4.3.6" = "unknown" }
}

test "4.3.8: dropped" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { default_deny_input = true, default_deny_forward = true, default_deny_output = true }
  }
  expect = { "4.3.8" = "pass" }
}

test "4.3.8: lets in" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { default_deny_input = false, default_deny_forward = true, default_deny_output = true }
  }
  expect = { "4.3.8" = "fail" }
}

test "4.3.8: lets out" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { default_deny_input = true, default_deny_forward = true, default_deny_output = false }
  }
  expect = { "4.3.8" = "fail" }
}

test "4.3.8: a rule was not understood" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { default_deny_forward = true, default_deny_output = true }
  }
  expect = { "4.3.8" = "unknown" }
}

test "4.3.8: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.8" = "not_applicable" }
}

test "4.3.9: enabled" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false }, "nftables.service" = { enabled = true } }
  }
  expect = { "4.3.9" = "pass" }
}

test "4.3.9: not enabled" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false }, "nftables.service" = { enabled = false } }
  }
  expect = { "4.3.9" = "fail" }
}

test "4.3.9: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.9" = "not_applicable" }
}

test "4.3.10: all three" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service       = { "ufw.service" = { enabled = false } }
    nftables_conf = { chains = [{ base = true, type = "filter", hook = "input", family = "inet" }, { base = true, type = "filter", hook = "forward", family = "inet" }, { base = true, type = "filter", hook = "output", family = "inet" }] }
  }
  expect = { "4.3.10" = "pass" }
}

test "4.3.10: one is missing" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service       = { "ufw.service" = { enabled = false } }
    nftables_conf = { chains = [{ base = true, type = "filter", hook = "input", family = "inet" }, { base = true, type = "filter", hook = "forward", family = "inet" }] }
  }
  expect = { "4.3.10" = "fail" }
}

test "4.3.10: nftables.conf could not be read" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.10" = "unknown" }
}

test "4.3.10: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.10" = "not_applicable" }
}

test "4.4.2.1: dropped" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    firewall      = { ipv4 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv4 = { exists = true, default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.2.1" = "pass" }
}

test "4.4.2.1: lets in" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    firewall      = { ipv4 = { default_deny_input = false, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv4 = { exists = true, default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.2.1" = "fail" }
}

test "4.4.2.1: not after a reboot" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    firewall      = { ipv4 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv4 = { exists = true, default_deny_input = false, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.2.1" = "fail" }
}

test "4.4.2.1: never saved" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    firewall      = { ipv4 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv4 = { exists = false } }
  }
  expect = { "4.4.2.1" = "fail" }
}

test "4.4.2.1: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.1" = "not_applicable" }
}

test "4.4.2.1: a rule was not understood" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.1" = "unknown" }
}

test "4.4.3.1: dropped" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    ipv6          = { enabled = true }
    firewall      = { ipv6 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv6 = { exists = true, default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.3.1" = "pass" }
}

test "4.4.3.1: lets in" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    ipv6          = { enabled = true }
    firewall      = { ipv6 = { default_deny_input = false, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv6 = { exists = true, default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.3.1" = "fail" }
}

test "4.4.3.1: not after a reboot" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    ipv6          = { enabled = true }
    firewall      = { ipv6 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv6 = { exists = true, default_deny_input = false, default_deny_forward = true, default_deny_output = true } }
  }
  expect = { "4.4.3.1" = "fail" }
}

test "4.4.3.1: never saved" {
  facts {
    package       = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service       = { "ufw.service" = { enabled = false } }
    ipv6          = { enabled = true }
    firewall      = { ipv6 = { default_deny_input = true, default_deny_forward = true, default_deny_output = true } }
    iptables_conf = { ipv6 = { exists = false } }
  }
  expect = { "4.4.3.1" = "fail" }
}

test "4.4.3.1: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.3.1" = "not_applicable" }
}

test "4.4.3.1: a rule was not understood" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = true }
  }
  expect = { "4.4.3.1" = "unknown" }
}

test "4.2.1: installed" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    ufw     = { installed = true }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.1" = "pass" }
}

test "4.2.1: another tool was chosen" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.1" = "not_applicable" }
}

test "4.2.1: dpkg could not be read" {
  facts {

  }
  expect = { "4.2.1" = "unknown" }
}

test "4.2.1: its program is gone" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
    ufw     = { installed = false }
  }
  expect = { "4.2.1" = "fail" }
}

test "4.2.2: alone" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.2" = "pass" }
}

test "4.2.2: not alone" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.2" = "fail" }
}

test "4.2.2: dpkg could not be read" {
  facts {
    package = { "ufw" = { installed = true } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.2" = "unknown" }
}

test "4.2.2: another tool was chosen" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.2" = "not_applicable" }
}

test "4.2.5: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.2.5" = "manual" }
}

test "4.2.5: another tool was chosen" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.2.5" = "not_applicable" }
}

test "4.3.2: absent" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.2" = "pass" }
}

test "4.3.2: off" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
    ufw     = { active = false }
  }
  expect = { "4.3.2" = "pass" }
}

test "4.3.2: it filters" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
    ufw     = { active = true }
  }
  expect = { "4.3.2" = "fail" }
}

test "4.3.2: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.2" = "unknown" }
}

test "4.3.2: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.2" = "not_applicable" }
}

test "4.3.3: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.3" = "manual" }
}

test "4.3.3: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.3" = "not_applicable" }
}

test "4.3.7: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.3.7" = "manual" }
}

test "4.3.7: ufw is the chosen tool" {
  facts {
    package = { "ufw" = { installed = true }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = true } }
  }
  expect = { "4.3.7" = "not_applicable" }
}

test "4.4.1.1: both" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.1" = "pass" }
}

test "4.4.1.1: no iptables" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = false }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.1" = "fail" }
}

test "4.4.1.1: dpkg could not be read" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.1" = "unknown" }
}

test "4.4.1.1: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.1" = "not_applicable" }
}

test "4.4.1.2: absent" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true }, "nftables" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.2" = "pass" }
}

test "4.4.1.2: off" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true }, "nftables" = { installed = true } }
    service = { "ufw.service" = { enabled = false }, "nftables.service" = { enabled = false, active = false } }
  }
  expect = { "4.4.1.2" = "pass" }
}

test "4.4.1.2: on" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true }, "nftables" = { installed = true } }
    service = { "ufw.service" = { enabled = false }, "nftables.service" = { enabled = true, active = false } }
  }
  expect = { "4.4.1.2" = "fail" }
}

test "4.4.1.2: systemd could not be asked" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true }, "nftables" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.2" = "unknown" }
}

test "4.4.1.2: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.2" = "not_applicable" }
}

test "4.4.1.3: absent" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.3" = "pass" }
}

test "4.4.1.3: off" {
  facts {
    package = { "ufw" = { installed = true }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ufw     = { active = false }
  }
  expect = { "4.4.1.3" = "pass" }
}

test "4.4.1.3: it filters" {
  facts {
    package = { "ufw" = { installed = true }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ufw     = { active = true }
  }
  expect = { "4.4.1.3" = "fail" }
}

test "4.4.1.3: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = true }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.3" = "unknown" }
}

test "4.4.1.3: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.1.3" = "not_applicable" }
}

test "4.4.2.2: as demanded" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv4 = { loopback_accepted = true, loopback_spoof_dropped = true } }
  }
  expect = { "4.4.2.2" = "pass" }
}

test "4.4.2.2: forged packets pass" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv4 = { loopback_accepted = true, loopback_spoof_dropped = false } }
  }
  expect = { "4.4.2.2" = "fail" }
}

test "4.4.2.2: loopback is blocked" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    firewall = { ipv4 = { loopback_accepted = false, loopback_spoof_dropped = true } }
  }
  expect = { "4.4.2.2" = "fail" }
}

test "4.4.2.2: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.2" = "unknown" }
}

test "4.4.2.2: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.2" = "not_applicable" }
}

test "4.4.2.3: iptables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.3" = "manual" }
}

test "4.4.2.3: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.3" = "not_applicable" }
}

test "4.4.2.4: a rule" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["443"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "pass" }
}

test "4.4.2.4: in a range" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["400-500"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "pass" }
}

test "4.4.2.4: none" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "fail" }
}

test "4.4.2.4: a rule of the other family" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["443"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "fail" }
}

test "4.4.2.4: a socket for both families" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "dual", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "fail" }
}

test "4.4.2.4: a socket of the other family" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.2.4" = "pass" }
}

test "4.4.2.4: the rules could not be read" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
  }
  expect = { "4.4.2.4" = "unknown" }
}

test "4.4.2.4: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.2.4" = "not_applicable" }
}

test "4.4.3.2: as demanded" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    ipv6     = { enabled = true }
    firewall = { ipv6 = { loopback_accepted = true, loopback_spoof_dropped = true } }
  }
  expect = { "4.4.3.2" = "pass" }
}

test "4.4.3.2: forged packets pass" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    ipv6     = { enabled = true }
    firewall = { ipv6 = { loopback_accepted = true, loopback_spoof_dropped = false } }
  }
  expect = { "4.4.3.2" = "fail" }
}

test "4.4.3.2: loopback is blocked" {
  facts {
    package  = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service  = { "ufw.service" = { enabled = false } }
    ipv6     = { enabled = true }
    firewall = { ipv6 = { loopback_accepted = false, loopback_spoof_dropped = true } }
  }
  expect = { "4.4.3.2" = "fail" }
}

test "4.4.3.2: the kernel did not tell" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = true }
  }
  expect = { "4.4.3.2" = "unknown" }
}

test "4.4.3.2: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.3.2" = "not_applicable" }
}

test "4.4.3.2: there is no IPv6" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = false }
  }
  expect = { "4.4.3.2" = "not_applicable" }
}

test "4.4.3.3: iptables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = true }
  }
  expect = { "4.4.3.3" = "manual" }
}

test "4.4.3.3: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.3.3" = "not_applicable" }
}

test "4.4.3.3: there is no IPv6" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = false }
  }
  expect = { "4.4.3.3" = "not_applicable" }
}

test "4.4.3.4: a rule" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["443"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "pass" }
}

test "4.4.3.4: in a range" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["400-500"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "pass" }
}

test "4.4.3.4: none" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "fail" }
}

test "4.4.3.4: a rule of the other family" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
    firewall  = { rules = [{ family = "ip", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["443"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "fail" }
}

test "4.4.3.4: a socket for both families" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "dual", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "fail" }
}

test "4.4.3.4: a socket of the other family" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "0.0.0.0", family = "ipv4", loopback = false }]
    firewall  = { rules = [{ family = "ip6", table = "filter", chain = "INPUT", protocol = "tcp", dports = ["80"], verdict = "accept" }] }
  }
  expect = { "4.4.3.4" = "pass" }
}

test "4.4.3.4: the rules could not be read" {
  facts {
    package   = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service   = { "ufw.service" = { enabled = false } }
    ipv6      = { enabled = true }
    listeners = [{ protocol = "tcp", port = 443, address = "::", family = "ipv6", loopback = false }]
  }
  expect = { "4.4.3.4" = "unknown" }
}

test "4.4.3.4: nftables is the chosen tool" {
  facts {
    package = { "ufw" = { installed = false }, "iptables-persistent" = { installed = false } }
    service = { "ufw.service" = { enabled = false } }
  }
  expect = { "4.4.3.4" = "not_applicable" }
}

test "4.4.3.4: there is no IPv6" {
  facts {
    package = { "ufw" = { installed = false }, "iptables" = { installed = true }, "iptables-persistent" = { installed = true } }
    service = { "ufw.service" = { enabled = false } }
    ipv6    = { enabled = false }
  }
  expect = { "4.4.3.4" = "not_applicable" }
}
