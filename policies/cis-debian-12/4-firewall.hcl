# 4. Host firewall

# The sections 4.2, 4.3 and 4.4 are alternatives: only that of the tool in use applies. Debian's own is nftables.
locals {
  firewall = package("ufw").installed && service("ufw").enabled ? "ufw" : package("iptables-persistent").installed ? "iptables" : "nftables"
}

control "4.1.1" {
  title    = "One tool makes the firewall"
  why      = "Rules of two tools undo each other, and neither shows the whole."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Choose ufw, nftables or iptables, and remove the rules and packages of the others."

  pass = contains(["nft", "ufw", "firewalld", "iptables-nft", "iptables-legacy"], firewall.front_end)
}

control "4.2.3" {
  title    = "ufw filters"
  why      = "A firewall that is installed and off keeps nothing out."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "ufw"
  check "now" {
    pass = ufw.active
  }
  check "after a reboot" {
    pass = ufw.enabled
  }

  fix "firewall" {
    enabled         = true
    allow_listeners = true
  }
}

control "4.2.4" {
  title    = "ufw lets loopback pass, and nobody else pretend to be it"
  why      = "Services trust what comes from 127.0.0.1."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "ufw"
  check "loopback passes" {
    pass = ufw.loopback_accepted
  }
  check "forged loopback is dropped" {
    pass = ufw.loopback_spoof_denied
  }

  fix "firewall" {
    loopback = true
  }
}

control "4.2.6" {
  title    = "Every listener that others can reach has a rule"
  why      = "A port that listens and has no rule is one that nobody decided on."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SC-7"]
  }
  remedy = "Add a rule for each port, allowing it or not: ufw allow 22/tcp."

  applies = local.firewall == "ufw"
  violations = [
    for l in listeners : l
    if !l.loopback && length([
      for r in ufw.rules : r
      if !r.route && r.direction == "in" && (r.protocol == "any" || r.protocol == l.protocol) && contains(split(",", r.port), "${l.port}")
    ]) == 0
  ]
}

control "4.2.7" {
  title    = "ufw denies what no rule allows"
  why      = "A list of what is forbidden is never complete."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "ufw"
  check "incoming" {
    pass = contains(["deny", "reject"], ufw.default_incoming)
  }
  check "outgoing" {
    pass = contains(["deny", "reject"], ufw.default_outgoing)
  }
  check "routed" {
    pass = contains(["deny", "reject"], ufw.default_routed)
  }

  fix "firewall" {
    input           = "drop"
    forward         = "drop"
    output          = "drop"
    allow_listeners = true
  }
}

control "4.3.1" {
  title    = "nftables is installed where it is the chosen tool"
  why      = "Without it nothing loads the rules at boot."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  pass    = package("nftables").installed

  fix "package" {
    name  = "nftables"
    state = "present"
  }
}

control "4.3.4" {
  title    = "There are firewall rules"
  why      = "An empty firewall lets everything through."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  pass    = length([for t in firewall.tables : t if contains(["inet", "ip", "ip6"], t.family)]) > 0

  fix "firewall" {
    input           = "drop"
    loopback        = true
    established     = true
    allow_listeners = true
  }
}

control "4.3.5" {
  title    = "What comes in, goes out and passes through is filtered"
  why      = "A direction without a chain is one without rules."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Add base chains for input, forward and output to /etc/nftables.conf."

  applies = local.firewall == "nftables"
  violations = [
    for h in ["input", "forward", "output"] : h
    if length([for c in firewall.chains : c if c.base && c.type == "filter" && c.hook == h && contains(["inet", "ip"], c.family)]) == 0
  ]
}

control "4.3.6" {
  title    = "Loopback passes, and nobody else can pretend to be it"
  why      = "Services trust what comes from 127.0.0.1."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  check "loopback passes" {
    pass = firewall.ipv4.loopback_accepted && (!firewall.ipv6_in_use || firewall.ipv6.loopback_accepted)
  }
  check "forged loopback is dropped" {
    pass = firewall.ipv4.loopback_spoof_dropped && (!firewall.ipv6_in_use || firewall.ipv6.loopback_spoof_dropped)
  }

  fix "firewall" {
    loopback = true
  }
}

control "4.3.8" {
  title    = "What no rule allows is dropped"
  why      = "A list of what is forbidden is never complete."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  check "in" {
    pass = firewall.default_deny_input
  }
  check "through" {
    pass = firewall.default_deny_forward
  }
  check "out" {
    pass = firewall.default_deny_output
  }

  fix "firewall" {
    input           = "drop"
    forward         = "drop"
    output          = "drop"
    loopback        = true
    established     = true
    allow_listeners = true
  }
}

control "4.3.9" {
  title    = "The firewall comes up at boot"
  why      = "Until someone thinks of it the host is open."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  pass    = service("nftables").enabled

  fix "service" {
    name    = "nftables.service"
    enabled = true
  }
}

control "4.3.10" {
  title    = "The firewall rules survive a reboot"
  why      = "Rules that live only in the kernel are gone with it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }

  applies = local.firewall == "nftables"
  violations = [
    for h in ["input", "forward", "output"] : h
    if length([for c in nftables_conf.chains : c if c.base && c.type == "filter" && c.hook == h && contains(["inet", "ip"], c.family)]) == 0
  ]

  fix "firewall" {
    enabled         = true
    allow_listeners = true
  }
}

control "4.4.2.1" {
  title    = "IPv4: what no rule allows is dropped, now and after a reboot"
  why      = "A list of what is forbidden is never complete."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Set the policies of INPUT, FORWARD and OUTPUT to DROP, and save the rules with netfilter-persistent save."

  applies = local.firewall == "iptables"
  check "now" {
    pass = firewall.ipv4.default_deny_input && firewall.ipv4.default_deny_forward && firewall.ipv4.default_deny_output
  }
  check "after a reboot" {
    pass = iptables_conf.ipv4.exists && iptables_conf.ipv4.default_deny_input && iptables_conf.ipv4.default_deny_forward && iptables_conf.ipv4.default_deny_output
  }
}

control "4.4.3.1" {
  title    = "IPv6: what no rule allows is dropped, now and after a reboot"
  why      = "A list of what is forbidden is never complete."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Set the policies of INPUT, FORWARD and OUTPUT to DROP, and save the rules with netfilter-persistent save."

  applies = local.firewall == "iptables" && ipv6.enabled
  check "now" {
    pass = firewall.ipv6.default_deny_input && firewall.ipv6.default_deny_forward && firewall.ipv6.default_deny_output
  }
  check "after a reboot" {
    pass = iptables_conf.ipv6.exists && iptables_conf.ipv6.default_deny_input && iptables_conf.ipv6.default_deny_forward && iptables_conf.ipv6.default_deny_output
  }
}
