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

control "4.2.1" {
  title    = "ufw is installed where it is the chosen tool"
  why      = "Rules that nothing loads filter nothing."
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
  pass    = package("ufw").installed && ufw.installed

  fix "package" {
    name  = "ufw"
    state = "present"
  }
}

control "4.2.2" {
  title    = "Nothing else loads firewall rules next to ufw"
  why      = "Two tools that write the same tables undo each other, and the last one at boot wins."
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
  pass    = !package("iptables-persistent").installed

  fix "package" {
    name  = "iptables-persistent"
    state = "absent"
  }
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

control "4.2.5" {
  title    = "What may leave the host was decided"
  why      = "A program that was taken over calls home; a host that may call anywhere lets it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["SC-7"]
  }
  applies = local.firewall == "ufw"

  manual = "Compare what ufw lets out with what this host has to reach; deny the rest."
  evidence = {
    default = ufw.default_outgoing
    rules   = [for r in ufw.rules : "${r.action} ${r.family} ${r.protocol} to ${r.to} port ${r.port}" if r.direction == "out"]
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
    for l in listeners : "${l.protocol} ${l.address}:${l.port}"
    if !l.loopback && length([
      for r in ufw.rules : r
      if !r.route && r.direction == "in" && (r.protocol == "any" || r.protocol == l.protocol) && anytrue([
        for p in split(",", r.port) : p == "${l.port}"
        || matches(p, "^[0-9]+:[0-9]+$") && l.port >= parseint(split(":", p)[0], 10) && l.port <= parseint(split(":", p)[1], 10)
      ])
    ]) == 0
  ]

  fix "firewall" {
    established     = true
    allow_listeners = true
  }
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

control "4.3.2" {
  title    = "ufw is off next to nftables"
  why      = "Two tools that write the same tables undo each other, and the last one at boot wins."
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
  pass    = !package("ufw").installed || (!service("ufw").enabled && !ufw.active)

  fix "service" {
    name   = "ufw.service"
    state  = "stopped"
    masked = true
  }
}

control "4.3.3" {
  title    = "No rules of iptables are left next to nftables"
  why      = "Rules of both filter, and who reads one list does not see the other."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  applies = local.firewall == "nftables"

  manual = "Flush what iptables left (iptables -F, ip6tables -F), unless something that you want, such as Docker, keeps its rules there."
  evidence = {
    made_with = firewall.front_ends
    rules     = [for r in firewall.rules : "${r.family} ${r.table} ${r.chain}: ${r.text}" if contains(["INPUT", "FORWARD", "OUTPUT"], r.chain)]
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

  fix "firewall" {
    input           = "drop"
    forward         = "drop"
    output          = "drop"
    loopback        = true
    established     = true
    allow_listeners = true
  }
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

control "4.3.7" {
  title    = "What may leave the host was decided"
  why      = "A program that was taken over calls home; a host that may call anywhere lets it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["SC-7"]
  }
  applies = local.firewall == "nftables"

  manual = "Compare what nftables lets out, and which replies it lets in, with what this host has to reach; deny the rest."
  evidence = {
    denied_by_default = firewall.default_deny_output
    rules             = [for r in firewall.rules : r.text if length(r.ct_state) > 0]
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

control "4.4.1.1" {
  title    = "iptables can load its rules at boot"
  why      = "Rules that are gone after a reboot filter nothing."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  applies = local.firewall == "iptables"
  pass    = package("iptables").installed && package("iptables-persistent").installed

  fix "package" {
    name  = "iptables"
    state = "present"
  }
  fix "package" {
    name  = "iptables-persistent"
    state = "present"
  }
}

control "4.4.1.2" {
  title    = "The service nftables is off next to iptables"
  why      = "Two tools that write the same tables undo each other, and the last one at boot wins."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "CM-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  applies = local.firewall == "iptables"
  pass    = !package("nftables").installed || (!service("nftables").enabled && !service("nftables").active)

  fix "service" {
    name   = "nftables.service"
    state  = "stopped"
    masked = true
  }
}

control "4.4.1.3" {
  title    = "ufw is off next to iptables"
  why      = "Two tools that write the same tables undo each other, and the last one at boot wins."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "CM-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  applies = local.firewall == "iptables"
  pass    = !package("ufw").installed || (!service("ufw").enabled && !ufw.active)

  fix "service" {
    name   = "ufw.service"
    state  = "stopped"
    masked = true
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

control "4.4.2.2" {
  title    = "IPv4: loopback passes, and nobody else can pretend to be it"
  why      = "Programs of the host talk over loopback; a packet from outside with its address is forged."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Accept what goes over lo in INPUT and OUTPUT, and behind it drop what comes from 127.0.0.0/8."

  applies = local.firewall == "iptables"

  check "loopback passes" {
    pass = firewall.ipv4.loopback_accepted
  }
  check "forged loopback is dropped" {
    pass = firewall.ipv4.loopback_spoof_dropped
  }
}

control "4.4.2.3" {
  title    = "IPv4: what may leave the host was decided"
  why      = "A program that was taken over calls home; a host that may call anywhere lets it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CA-9", "SC-7"]
  }
  applies = local.firewall == "iptables"

  manual = "Compare what iptables lets out, and which replies it lets in, with what this host has to reach; deny the rest."
  evidence = {
    denied_by_default = firewall.ipv4.default_deny_output
    rules             = [for r in firewall.rules : r.text if r.family == "ip" && length(r.ct_state) > 0]
  }
}

control "4.4.2.4" {
  title    = "IPv4: every listener that others can reach has a rule"
  why      = "A port that no rule names is open or closed by accident."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CA-9", "SC-7"]
  }
  remedy = "Add a rule for each port to INPUT, accepting or dropping it, and save the rules with netfilter-persistent save."

  applies = local.firewall == "iptables"
  violations = [
    for l in listeners : "${l.protocol} ${l.address}:${l.port}"
    if !l.loopback && contains(["ipv4", "dual"], l.family) && length([
      for r in firewall.rules : r
      if r.family == "ip" && r.chain == "INPUT" && contains(["", l.protocol], r.protocol) && anytrue([
        for p in r.dports : p == "${l.port}"
        || matches(p, "^[0-9]+-[0-9]+$") && l.port >= parseint(split("-", p)[0], 10) && l.port <= parseint(split("-", p)[1], 10)
      ])
    ]) == 0
  ]
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

control "4.4.3.2" {
  title    = "IPv6: loopback passes, and nobody else can pretend to be it"
  why      = "Programs of the host talk over loopback; a packet from outside with its address is forged."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.4", "4.5"]
    nist_800_53     = ["CA-9", "SC-7", "SC-7(5)"]
    pci_dss_4       = ["1.2.1", "1.4.1"]
    iso_27001_2013  = ["A.13.1.1"]
    mitre_attack    = ["T1562", "T1562.004"]
  }
  remedy = "Accept what goes over lo in INPUT and OUTPUT, and behind it drop what comes from ::1."

  applies = local.firewall == "iptables" && ipv6.enabled

  check "loopback passes" {
    pass = firewall.ipv6.loopback_accepted
  }
  check "forged loopback is dropped" {
    pass = firewall.ipv6.loopback_spoof_dropped
  }
}

control "4.4.3.3" {
  title    = "IPv6: what may leave the host was decided"
  why      = "A program that was taken over calls home; a host that may call anywhere lets it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53 = ["CA-9", "SC-7"]
  }
  applies = local.firewall == "iptables" && ipv6.enabled

  manual = "Compare what iptables lets out, and which replies it lets in, with what this host has to reach; deny the rest."
  evidence = {
    denied_by_default = firewall.ipv6.default_deny_output
    rules             = [for r in firewall.rules : r.text if r.family == "ip6" && length(r.ct_state) > 0]
  }
}

control "4.4.3.4" {
  title    = "IPv6: every listener that others can reach has a rule"
  why      = "A port that no rule names is open or closed by accident."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CA-9", "SC-7"]
  }
  remedy = "Add a rule for each port to INPUT, accepting or dropping it, and save the rules with netfilter-persistent save."

  applies = local.firewall == "iptables" && ipv6.enabled
  violations = [
    for l in listeners : "${l.protocol} ${l.address}:${l.port}"
    if !l.loopback && contains(["ipv6", "dual"], l.family) && length([
      for r in firewall.rules : r
      if r.family == "ip6" && r.chain == "INPUT" && contains(["", l.protocol], r.protocol) && anytrue([
        for p in r.dports : p == "${l.port}"
        || matches(p, "^[0-9]+-[0-9]+$") && l.port >= parseint(split("-", p)[0], 10) && l.port <= parseint(split("-", p)[1], 10)
      ])
    ]) == 0
  ]
}
