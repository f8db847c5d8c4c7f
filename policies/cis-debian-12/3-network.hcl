# 3. Network

# The parameters below net.ipv6 say nothing of a host that does not speak IPv6, and may not even be there. What holds after a
# reboot says nothing only where IPv6 stays off.
locals {
  ipv6_stays_off = !ipv6.enabled && (!ipv6.kernel_support || ipv6.disabled_by_module || ipv6.disabled_by_cmdline || ipv6.disabled_configured)
}

control "3.1.1" {
  title    = "Whether the host speaks IPv6 was decided"
  why      = "An IPv6 that nobody configured is an open side door next to the IPv4 firewall."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557", "T1595", "T1595.001", "T1595.002"]
  }

  manual = "Decide whether this host needs IPv6. If it does, its firewall must filter IPv6 too; if not, switch it off with ipv6.disable=1."
  evidence = {
    enabled   = ipv6.enabled
    addresses = [for i in interfaces : "${i.name}: ${join(", ", i.ipv6_addresses)}" if i.name != "lo"]
  }
}

control "3.1.2" {
  title    = "There is no wireless interface"
  why      = "A server that can be reached by radio can be reached from the street."
  profiles = ["level1-server"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.8.1.3"]
    mitre_attack    = ["T1011", "T1595", "T1595.001", "T1595.002"]
  }
  remedy = "Take the card out, or deny its kernel module."

  violations = [for i in interfaces : i if i.wireless]
}

control "3.1.3" {
  title    = "Bluetooth is off"
  why      = "A radio that anyone nearby can talk to, and whose stack has had holes that need no pairing."
  profiles = ["level1-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1011", "T1011.001"]
  }

  pass = !package("bluez").installed || (!service("bluetooth.service").enabled && !service("bluetooth.service").active)

  fix "service" {
    name   = "bluetooth.service"
    state  = "stopped"
    masked = true
  }
}

control "3.2.1" {
  title    = "The kernel can not load DCCP"
  why      = "It is a transport protocol hardly anyone speaks, and one with a history of local root holes. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7", "SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1068", "T1210"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("dccp").loaded && !kernel_module("dccp").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("dccp").loadable
  }

  fix "kernel_module" {
    name  = "dccp"
    state = "disabled"
  }
}

control "3.2.2" {
  title    = "The kernel can not load TIPC"
  why      = "It is a protocol for cluster members; no one else needs it. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7", "SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1068", "T1210"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("tipc").loaded && !kernel_module("tipc").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("tipc").loadable
  }

  fix "kernel_module" {
    name  = "tipc"
    state = "disabled"
  }
}

control "3.2.3" {
  title    = "The kernel can not load RDS"
  why      = "It is a database interconnect; no one else needs it. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7", "SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1068", "T1210"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("rds").loaded && !kernel_module("rds").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("rds").loadable
  }

  fix "kernel_module" {
    name  = "rds"
    state = "disabled"
  }
}

control "3.2.4" {
  title    = "The kernel can not load SCTP"
  why      = "It is a transport for telephone signalling; an unused protocol is unwatched code that anyone can reach. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7", "SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1068", "T1210"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("sctp").loaded && !kernel_module("sctp").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("sctp").loadable
  }

  fix "kernel_module" {
    name  = "sctp"
    state = "disabled"
  }
}

control "3.3.1" {
  title    = "The host does not route"
  why      = "A host with two interfaces that routes is a hole in the wall between two networks."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0" && (startswith(k, "net.ipv4.") || ipv6.enabled)
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0") && (startswith(k, "net.ipv4.") || !local.ipv6_stays_off)
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.ip_forward"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.all.forwarding"
    value = "0"
  }
}

control "3.3.2" {
  title    = "The host sends no redirects"
  why      = "Only routers send redirects; a host that does helps to bend routes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.send_redirects",
        "net.ipv4.conf.default.send_redirects",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0"
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.send_redirects",
        "net.ipv4.conf.default.send_redirects",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0")
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.send_redirects"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.send_redirects"
    value = "0"
  }
}

control "3.3.3" {
  title    = "Malformed ICMP errors are dropped quietly"
  why      = "They fill the log, which is what they are sent for."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "now" {
    pass = sysctl("net.ipv4.icmp_ignore_bogus_error_responses").running == "1"
  }
  check "after a reboot" {
    pass = sysctl("net.ipv4.icmp_ignore_bogus_error_responses").is_configured && sysctl("net.ipv4.icmp_ignore_bogus_error_responses").configured == "1"
  }

  fix "sysctl" {
    name  = "net.ipv4.icmp_ignore_bogus_error_responses"
    value = "1"
  }
}

control "3.3.4" {
  title    = "Pings to everyone are not answered"
  why      = "A ping to a broadcast address makes a whole network answer the victim."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1498", "T1498.001"]
  }

  check "now" {
    pass = sysctl("net.ipv4.icmp_echo_ignore_broadcasts").running == "1"
  }
  check "after a reboot" {
    pass = sysctl("net.ipv4.icmp_echo_ignore_broadcasts").is_configured && sysctl("net.ipv4.icmp_echo_ignore_broadcasts").configured == "1"
  }

  fix "sysctl" {
    name  = "net.ipv4.icmp_echo_ignore_broadcasts"
    value = "1"
  }
}

control "3.3.5" {
  title    = "Redirects are not believed"
  why      = "Whoever can send a redirect decides where this host sends its packets."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.accept_redirects",
        "net.ipv4.conf.default.accept_redirects",
        "net.ipv6.conf.all.accept_redirects",
        "net.ipv6.conf.default.accept_redirects",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0" && (startswith(k, "net.ipv4.") || ipv6.enabled)
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.accept_redirects",
        "net.ipv4.conf.default.accept_redirects",
        "net.ipv6.conf.all.accept_redirects",
        "net.ipv6.conf.default.accept_redirects",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0") && (startswith(k, "net.ipv4.") || !local.ipv6_stays_off)
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.accept_redirects"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.accept_redirects"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.all.accept_redirects"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.default.accept_redirects"
    value = "0"
  }
}

control "3.3.6" {
  title    = "Redirects from gateways are not believed"
  why      = "A gateway's address is easily forged."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.secure_redirects",
        "net.ipv4.conf.default.secure_redirects",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0"
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.secure_redirects",
        "net.ipv4.conf.default.secure_redirects",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0")
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.secure_redirects"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.secure_redirects"
    value = "0"
  }
}

control "3.3.7" {
  title    = "A packet must come from where its sender lives"
  why      = "A packet that answers would not go back to has a forged sender."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1498", "T1498.001"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.default.rp_filter",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "1"
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.default.rp_filter",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "1")
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.rp_filter"
    value = "1"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.rp_filter"
    value = "1"
  }
}

control "3.3.8" {
  title    = "The sender does not choose the route"
  why      = "Source routing leads packets around filters."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1590", "T1590.005"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.accept_source_route",
        "net.ipv4.conf.default.accept_source_route",
        "net.ipv6.conf.all.accept_source_route",
        "net.ipv6.conf.default.accept_source_route",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0" && (startswith(k, "net.ipv4.") || ipv6.enabled)
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.accept_source_route",
        "net.ipv4.conf.default.accept_source_route",
        "net.ipv6.conf.all.accept_source_route",
        "net.ipv6.conf.default.accept_source_route",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0") && (startswith(k, "net.ipv4.") || !local.ipv6_stays_off)
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.accept_source_route"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.accept_source_route"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.all.accept_source_route"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.default.accept_source_route"
    value = "0"
  }
}

control "3.3.9" {
  title    = "Packets with impossible addresses are logged"
  why      = "They are the first sign of someone forging."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.5"]
    nist_800_53     = ["AU-3", "AU-3(1)", "AU-7"]
    pci_dss_4       = ["9.4.5", "10.2", "10.2.1", "10.2.1.2", "10.2.1.5"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1562", "T1562.006"]
  }

  check "now" {
    violations = [
      for k in [
        "net.ipv4.conf.all.log_martians",
        "net.ipv4.conf.default.log_martians",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "1"
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv4.conf.all.log_martians",
        "net.ipv4.conf.default.log_martians",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "1")
    ]
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.all.log_martians"
    value = "1"
  }

  fix "sysctl" {
    name  = "net.ipv4.conf.default.log_martians"
    value = "1"
  }
}

control "3.3.10" {
  title    = "A flood of half-open connections does not stop the host"
  why      = "SYN cookies cost nothing until they are needed."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1499", "T1499.001"]
  }

  check "now" {
    pass = sysctl("net.ipv4.tcp_syncookies").running == "1"
  }
  check "after a reboot" {
    pass = sysctl("net.ipv4.tcp_syncookies").is_configured && sysctl("net.ipv4.tcp_syncookies").configured == "1"
  }

  fix "sysctl" {
    name  = "net.ipv4.tcp_syncookies"
    value = "1"
  }
}

control "3.3.11" {
  title    = "Router advertisements are not believed"
  why      = "Any neighbour can send one and become the router."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1557"]
  }

  applies = !local.ipv6_stays_off
  check "now" {
    violations = [
      for k in [
        "net.ipv6.conf.all.accept_ra",
        "net.ipv6.conf.default.accept_ra",
      ] : { name = k, message = "is ${sysctl(k).running}" }
      if sysctl(k).running != "0" && (startswith(k, "net.ipv4.") || ipv6.enabled)
    ]
  }
  check "after a reboot" {
    violations = [
      for k in [
        "net.ipv6.conf.all.accept_ra",
        "net.ipv6.conf.default.accept_ra",
      ] : { name = k, message = sysctl(k).is_configured ? "is set to ${sysctl(k).configured}" : "is not set" }
      if !(sysctl(k).is_configured && sysctl(k).configured == "0") && (startswith(k, "net.ipv4.") || !local.ipv6_stays_off)
    ]
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.all.accept_ra"
    value = "0"
  }

  fix "sysctl" {
    name  = "net.ipv6.conf.default.accept_ra"
    value = "0"
  }
}
