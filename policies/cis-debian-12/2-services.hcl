# 2. Services

control "2.1.1" {
  title    = "The automounter is off"
  why      = "It mounts what is plugged in, or named, without asking."
  profiles = ["level1-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["10.3"]
    nist_800_53     = ["MP-7", "SI-3"]
    iso_27001_2013  = ["A.12.2.1"]
    mitre_attack    = ["T1068", "T1203", "T1211", "T1212"]
  }

  pass = !package("autofs").installed || (!service("autofs.service").enabled && !service("autofs.service").active)

  fix "service" {
    name   = "autofs.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.2" {
  title    = "Avahi is off"
  why      = "It announces the host's services to everyone on the network, and takes packets from all of them."
  profiles = ["level1-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("avahi-daemon").installed || (!service("avahi-daemon.socket").enabled && !service("avahi-daemon.socket").active && !service("avahi-daemon.service").enabled && !service("avahi-daemon.service").active)

  fix "service" {
    name   = "avahi-daemon.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "avahi-daemon.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.3" {
  title    = "The DHCP server of ISC is off"
  why      = "A second DHCP server on a network decides where its hosts send their packets."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("isc-dhcp-server").installed || (!service("isc-dhcp-server.service").enabled && !service("isc-dhcp-server.service").active && !service("isc-dhcp-server6.service").enabled && !service("isc-dhcp-server6.service").active)

  fix "service" {
    name   = "isc-dhcp-server.service"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "isc-dhcp-server6.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.4" {
  title    = "The DNS server BIND is off"
  why      = "A resolver that answers strangers is a tool for attacking others."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("bind9").installed || (!service("named.service").enabled && !service("named.service").active)

  fix "service" {
    name   = "named.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.5" {
  title    = "dnsmasq is off"
  why      = "It is a DNS and DHCP server, often left over from a tool that brought it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("dnsmasq").installed || (!service("dnsmasq.service").enabled && !service("dnsmasq.service").active)

  fix "service" {
    name   = "dnsmasq.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.6" {
  title    = "The FTP server vsftpd is off"
  why      = "FTP sends passwords in the clear."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("vsftpd").installed || (!service("vsftpd.service").enabled && !service("vsftpd.service").active)

  fix "service" {
    name   = "vsftpd.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.7" {
  title    = "The LDAP server slapd is off"
  why      = "A directory holds everyone's accounts; it belongs on a host of its own."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("slapd").installed || (!service("slapd.service").enabled && !service("slapd.service").active)

  fix "service" {
    name   = "slapd.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.8" {
  title    = "The mail boxes of Dovecot are off"
  why      = "It reads passwords from the network; only a host that keeps mail needs it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }
  pass = (!package("dovecot-imapd").installed && !package("dovecot-pop3d").installed) || (!service("dovecot.socket").enabled && !service("dovecot.socket").active && !service("dovecot.service").enabled && !service("dovecot.service").active)

  fix "service" {
    name   = "dovecot.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "dovecot.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.9" {
  title    = "The NFS server is off"
  why      = "It trusts what other hosts say about their users."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005", "T1039", "T1083", "T1135", "T1210"]
  }
  pass = !package("nfs-kernel-server").installed || (!service("nfs-server.service").enabled && !service("nfs-server.service").active)

  fix "service" {
    name   = "nfs-server.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.10" {
  title    = "The NIS server is off"
  why      = "It hands out password hashes to whoever asks."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }
  pass = !package("ypserv").installed || (!service("ypserv.service").enabled && !service("ypserv.service").active)

  fix "service" {
    name   = "ypserv.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.11" {
  title    = "The print server CUPS is off"
  why      = "It listens, parses documents of others, and has had holes that needed no login."
  profiles = ["level1-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }
  pass = !package("cups").installed || (!service("cups.socket").enabled && !service("cups.socket").active && !service("cups.service").enabled && !service("cups.service").active)

  fix "service" {
    name   = "cups.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "cups.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.12" {
  title    = "rpcbind is off"
  why      = "It tells anyone which RPC services are there, and amplifies attacks on others."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1498", "T1498.002", "T1543", "T1543.002"]
  }

  pass = !package("rpcbind").installed || (!service("rpcbind.socket").enabled && !service("rpcbind.socket").active && !service("rpcbind.service").enabled && !service("rpcbind.service").active)

  fix "service" {
    name   = "rpcbind.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "rpcbind.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.13" {
  title    = "No rsync daemon runs"
  why      = "It gives out files without encryption, and often without a password."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1105", "T1203", "T1210", "T1543", "T1543.002", "T1570"]
  }

  pass = !package("rsync").installed || (!service("rsync.service").enabled && !service("rsync.service").active)

  fix "service" {
    name   = "rsync.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.14" {
  title    = "The file server Samba is off"
  why      = "File sharing belongs on file servers."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005", "T1039", "T1083", "T1135", "T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("samba").installed || (!service("smbd.service").enabled && !service("smbd.service").active)

  fix "service" {
    name   = "smbd.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.15" {
  title    = "The SNMP agent is off"
  why      = "Versions 1 and 2 have a password that everyone knows, and tell everything about a host."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("snmpd").installed || (!service("snmpd.service").enabled && !service("snmpd.service").active)

  fix "service" {
    name   = "snmpd.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.16" {
  title    = "The TFTP server tftpd-hpa is off"
  why      = "It gives files to anyone who asks."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("tftpd-hpa").installed || (!service("tftpd-hpa.service").enabled && !service("tftpd-hpa.service").active)

  fix "service" {
    name   = "tftpd-hpa.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.17" {
  title    = "The web proxy Squid is off"
  why      = "A proxy lets others act under this host's name."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-6", "CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("squid").installed || (!service("squid.service").enabled && !service("squid.service").active)

  fix "service" {
    name   = "squid.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.18" {
  title    = "Apache and nginx are off"
  why      = "A web server that nobody looks after is the way in. Leave this control out, by tailoring, on web servers."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = (!package("apache2").installed && !package("nginx").installed) || (!service("apache2.socket").enabled && !service("apache2.socket").active && !service("apache2.service").enabled && !service("apache2.service").active && !service("nginx.service").enabled && !service("nginx.service").active)

  fix "service" {
    name   = "apache2.socket"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "apache2.service"
    state  = "stopped"
    masked = true
  }

  fix "service" {
    name   = "nginx.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.19" {
  title    = "xinetd is off"
  why      = "It starts old services on demand, each of which has a better successor."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }

  pass = !package("xinetd").installed || (!service("xinetd.service").enabled && !service("xinetd.service").active)

  fix "service" {
    name   = "xinetd.service"
    state  = "stopped"
    masked = true
  }
}

control "2.1.20" {
  title    = "No X server on a server"
  why      = "A server needs no screen; an X server is large, privileged, and lets each program watch the others."
  profiles = ["level2-server"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-11"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.12.5.1", "A.12.6.2"]
    mitre_attack    = ["T1203", "T1210", "T1543", "T1543.002"]
  }
  pass = !package("xserver-common").installed

  fix "package" {
    name  = "xserver-common"
    state = "absent"
  }
}

control "2.1.21" {
  title    = "The mail server takes mail from this host only"
  why      = "A host that only sends mail need not listen to the world."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1018", "T1210"]
  }
  remedy = "Bind the mail server to the loopback interface (Postfix: inet_interfaces = loopback-only)."

  violations = [
    for l in listeners : "${l.protocol} ${l.address}:${l.port}"
    if l.protocol == "tcp" && contains([25, 465, 587], l.port) && !l.loopback
  ]
}

control "2.1.22" {
  title    = "Every listening socket is wanted"
  why      = "What listens can be attacked. Nobody but you knows what should."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["CM-7"]
  }

  manual = "Compare the sockets that other hosts can reach with what this host is for; switch off what is on no list."
  evidence = {
    listening    = [for l in listeners : "${l.protocol} ${l.address}:${l.port}" if !l.loopback]
    held_by      = [for l in listeners : "${l.protocol} ${l.port}: ${l.process} ${l.unit}" if !l.loopback]
    admitted     = [for l in listeners : "${l.protocol} ${l.port}" if !l.loopback && firewall::admits(l.protocol, l.port)]
    socket_units = [for s in services : s.name if endswith(s.name, ".socket") && s.enabled]
    as_root      = distinct([for p in processes : p.name if p.uid == 0 && contains([for l in listeners : l.pid if !l.loopback], p.pid)])
  }
}

control "2.2.1" {
  title    = "The NIS client is absent"
  why      = "NIS hands password hashes to the network."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.12.5.1", "A.12.6.2"]
    mitre_attack    = ["T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-2", "CM-3", "CM-6", "CM-7"]
  }

  violations = [for p in packages : p if p.installed && contains(["nis", "ypbind-mt"], p.name)]

  fix "package" {
    for_each = violations
    name     = each.name
    state    = "absent"
  }
}

control "2.2.2" {
  title    = "The rsh client is absent"
  why      = "rsh sends everything in the clear and trusts host names."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1040", "T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-2", "CM-3", "CM-6", "CM-7"]
  }

  violations = [for p in packages : p if p.installed && contains(["rsh-client", "rsh-redone-client"], p.name)]

  fix "package" {
    for_each = violations
    name     = each.name
    state    = "absent"
  }
}

control "2.2.3" {
  title    = "The talk client is absent"
  why      = "Nobody uses it, and it is not encrypted."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-2", "CM-3", "CM-6", "CM-7"]
  }

  violations = [for p in packages : p if p.installed && contains(["talk", "inetutils-talk"], p.name)]

  fix "package" {
    for_each = violations
    name     = each.name
    state    = "absent"
  }
}

control "2.2.4" {
  title    = "The telnet client is absent"
  why      = "telnet sends everything in the clear, the password first."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1040", "T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-7"]
  }

  violations = [for p in packages : p if p.installed && contains(["telnet", "inetutils-telnet", "telnet-ssl"], p.name)]

  fix "package" {
    for_each = violations
    name     = each.name
    state    = "absent"
  }
}

control "2.2.5" {
  title    = "The LDAP client is absent"
  why      = "Tools to search the directory help whoever got in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-7"]
  }

  pass = !package("ldap-utils").installed

  fix "package" {
    name  = "ldap-utils"
    state = "absent"
  }
}

control "2.2.6" {
  title    = "The FTP client is absent"
  why      = "FTP sends passwords in the clear; sftp is there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1203", "T1543", "T1543.002"]
    nist_800_53     = ["CM-7"]
  }

  violations = [for p in packages : p if p.installed && contains(["ftp", "tnftp", "inetutils-ftp", "ftp-ssl"], p.name)]

  fix "package" {
    for_each = violations
    name     = each.name
    state    = "absent"
  }
}

control "2.3.1.1" {
  title    = "One service keeps the time"
  why      = "Two that correct each other are worse than none; none, and logs and certificates mean nothing."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-3", "AU-7", "AU-12"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  remedy = "Enable systemd-timesyncd or chrony, and remove the others."

  check "now" {
    pass = length(timesync.active) == 1
  }
  check "after a reboot" {
    pass = length(timesync.enabled) == 1
  }
}

control "2.3.2.1" {
  title    = "timesyncd asks servers that were chosen"
  why      = "Time from anyone is time from an attacker."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-7", "AU-8"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  remedy = "Set NTP= and FallbackNTP= in a drop-in of /etc/systemd/timesyncd.conf.d."

  applies = contains(timesync.enabled, "timesyncd")
  check "servers" {
    pass = length(timesync.timesyncd.ntp) > 0
  }
  check "fallback" {
    pass = timesync.timesyncd.fallback_set
  }
}

control "2.3.2.2" {
  title    = "timesyncd runs where it was chosen"
  why      = "A clock that nobody corrects drifts."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-7", "AU-8"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }

  applies = !contains(timesync.enabled, "chrony")
  check "now" {
    pass = service("systemd-timesyncd").active
  }
  check "after a reboot" {
    pass = service("systemd-timesyncd").enabled
  }

  fix "service" {
    name    = "systemd-timesyncd.service"
    enabled = true
    state   = "running"
  }
}

control "2.3.3.1" {
  title    = "chrony asks servers that were chosen"
  why      = "Time from anyone is time from an attacker."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-3", "AU-7", "AU-12"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  remedy = "Name servers or pools in /etc/chrony/sources.d."

  applies = contains(timesync.enabled, "chrony")
  pass    = length([for s in timesync.chrony.sources : s if s.kind == "server" || s.kind == "pool"]) > 0
}

control "2.3.3.2" {
  title    = "chrony does not run as root"
  why      = "It talks to the network all day."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-7", "AU-8"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  remedy = "Write \"user _chrony\" into a file of /etc/chrony/conf.d."

  applies = contains(timesync.enabled, "chrony")
  check "as configured" {
    pass = timesync.chrony.user == "_chrony"
  }
  check "the process" {
    violations = [for p in processes : p if p.name == "chronyd" && p.user != "_chrony"]
  }
}

control "2.3.3.3" {
  title    = "chrony runs where it was chosen"
  why      = "Logs, certificates and tokens are worth nothing with a wrong clock."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["8.4"]
    nist_800_53     = ["AU-7", "AU-8"]
    pci_dss_4       = ["10.6", "10.6.1", "10.6.2", "10.6.3"]
    iso_27001_2013  = ["A.12.4.4"]
    mitre_attack    = ["T1070", "T1070.002", "T1562", "T1562.001"]
  }
  applies = contains(timesync.enabled, "chrony")

  check "now" {
    pass = service("chrony").active
  }
  check "after a reboot" {
    pass = service("chrony").enabled
  }

  fix "service" {
    name    = "chrony.service"
    enabled = true
    state   = "running"
  }
}

control "2.4.1.1" {
  title    = "cron runs"
  why      = "Backups, rotation of logs and checks of the system are cron's; without it they silently stop."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1562", "T1562.001"]
  }

  applies = package("cron").installed
  check "now" {
    pass = service("cron").active
  }
  check "after a reboot" {
    pass = service("cron").enabled
  }

  fix "service" {
    name    = "cron.service"
    enabled = true
    state   = "running"
  }
}

control "2.4.1.2" {
  title    = "Only root can look into the system crontab"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/crontab").exists

  check "mode" {
    pass = mode_within(file("/etc/crontab").mode, "0600")
  }
  check "owner" {
    pass = file("/etc/crontab").uid == 0 && file("/etc/crontab").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/crontab"
    max   = "0600"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.3" {
  title    = "Only root can look into the hourly cron directory"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/cron.hourly").exists

  check "mode" {
    pass = mode_within(file("/etc/cron.hourly").mode, "0700")
  }
  check "owner" {
    pass = file("/etc/cron.hourly").uid == 0 && file("/etc/cron.hourly").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/cron.hourly"
    max   = "0700"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.4" {
  title    = "Only root can look into the daily cron directory"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/cron.daily").exists

  check "mode" {
    pass = mode_within(file("/etc/cron.daily").mode, "0700")
  }
  check "owner" {
    pass = file("/etc/cron.daily").uid == 0 && file("/etc/cron.daily").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/cron.daily"
    max   = "0700"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.5" {
  title    = "Only root can look into the weekly cron directory"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/cron.weekly").exists

  check "mode" {
    pass = mode_within(file("/etc/cron.weekly").mode, "0700")
  }
  check "owner" {
    pass = file("/etc/cron.weekly").uid == 0 && file("/etc/cron.weekly").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/cron.weekly"
    max   = "0700"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.6" {
  title    = "Only root can look into the monthly cron directory"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/cron.monthly").exists

  check "mode" {
    pass = mode_within(file("/etc/cron.monthly").mode, "0700")
  }
  check "owner" {
    pass = file("/etc/cron.monthly").uid == 0 && file("/etc/cron.monthly").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/cron.monthly"
    max   = "0700"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.7" {
  title    = "Only root can look into the directory cron.d"
  why      = "What runs as root, and when, is no one else's to read; and certainly not to write."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed && file("/etc/cron.d").exists

  check "mode" {
    pass = mode_within(file("/etc/cron.d").mode, "0700")
  }
  check "owner" {
    pass = file("/etc/cron.d").uid == 0 && file("/etc/cron.d").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/cron.d"
    max   = "0700"
    owner = "root"
    group = "root"
  }
}

control "2.4.1.8" {
  title    = "Only those on a list may use cron"
  why      = "A job that runs later runs when nobody looks."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("cron").installed
  check "there is a list" {
    pass = cron.cron.allow.exists && mode_within(cron.cron.allow.mode, "0640") && cron.cron.allow.uid == 0 && contains(["root", "crontab"], cron.cron.allow.group)
  }
  check "there is no list of exceptions, or it is closed" {
    pass = !cron.cron.deny.exists || mode_within(cron.cron.deny.mode, "0640") && cron.cron.deny.uid == 0 && contains(["root", "crontab"], cron.cron.deny.group)
  }

  fix "cron_access" {
    service = "cron"
  }
}

control "2.4.2.1" {
  title    = "Only those on a list may use at"
  why      = "A job that runs later runs when nobody looks."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1053", "T1053.003"]
  }

  applies = package("at").installed
  check "there is a list" {
    pass = cron.at.allow.exists && mode_within(cron.at.allow.mode, "0640") && cron.at.allow.uid == 0 && contains(["root", "daemon"], cron.at.allow.group)
  }
  check "there is no list of exceptions, or it is closed" {
    pass = !cron.at.deny.exists || mode_within(cron.at.deny.mode, "0640") && cron.at.deny.uid == 0 && contains(["root", "daemon"], cron.at.deny.group)
  }

  fix "cron_access" {
    service = "at"
  }
}
