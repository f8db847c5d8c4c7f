test "2.1.1: not installed" {
  facts {
    package = { "autofs" = { installed = false } }
  }
  expect = { "2.1.1" = "pass" }
}

test "2.1.1: installed and off" {
  facts {
    package = { "autofs" = { installed = true } }
    service = { "autofs.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.1" = "pass" }
}

test "2.1.1: running" {
  facts {
    package = { "autofs" = { installed = true } }
    service = { "autofs.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.1" = "fail" }
}

test "2.1.1: starts at the next boot" {
  facts {
    package = { "autofs" = { installed = true } }
    service = { "autofs.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.1" = "fail" }
}

test "2.1.1: systemd did not answer" {
  facts {
    package = { "autofs" = { installed = true } }
  }
  expect = { "2.1.1" = "unknown" }
}

test "2.1.2: not installed" {
  facts {
    package = { "avahi-daemon" = { installed = false } }
  }
  expect = { "2.1.2" = "pass" }
}

test "2.1.2: installed and off" {
  facts {
    package = { "avahi-daemon" = { installed = true } }
    service = { "avahi-daemon.socket" = { enabled = false, active = false }, "avahi-daemon.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.2" = "pass" }
}

test "2.1.2: running" {
  facts {
    package = { "avahi-daemon" = { installed = true } }
    service = { "avahi-daemon.socket" = { enabled = false, active = true }, "avahi-daemon.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.2" = "fail" }
}

test "2.1.2: starts at the next boot" {
  facts {
    package = { "avahi-daemon" = { installed = true } }
    service = { "avahi-daemon.socket" = { enabled = true, active = false }, "avahi-daemon.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.2" = "fail" }
}

test "2.1.2: systemd did not answer" {
  facts {
    package = { "avahi-daemon" = { installed = true } }
  }
  expect = { "2.1.2" = "unknown" }
}

test "2.1.3: not installed" {
  facts {
    package = { "isc-dhcp-server" = { installed = false } }
  }
  expect = { "2.1.3" = "pass" }
}

test "2.1.3: installed and off" {
  facts {
    package = { "isc-dhcp-server" = { installed = true } }
    service = { "isc-dhcp-server.service" = { enabled = false, active = false }, "isc-dhcp-server6.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.3" = "pass" }
}

test "2.1.3: running" {
  facts {
    package = { "isc-dhcp-server" = { installed = true } }
    service = { "isc-dhcp-server.service" = { enabled = false, active = true }, "isc-dhcp-server6.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.3" = "fail" }
}

test "2.1.3: starts at the next boot" {
  facts {
    package = { "isc-dhcp-server" = { installed = true } }
    service = { "isc-dhcp-server.service" = { enabled = true, active = false }, "isc-dhcp-server6.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.3" = "fail" }
}

test "2.1.3: systemd did not answer" {
  facts {
    package = { "isc-dhcp-server" = { installed = true } }
  }
  expect = { "2.1.3" = "unknown" }
}

test "2.1.4: not installed" {
  facts {
    package = { "bind9" = { installed = false } }
  }
  expect = { "2.1.4" = "pass" }
}

test "2.1.4: installed and off" {
  facts {
    package = { "bind9" = { installed = true } }
    service = { "named.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.4" = "pass" }
}

test "2.1.4: running" {
  facts {
    package = { "bind9" = { installed = true } }
    service = { "named.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.4" = "fail" }
}

test "2.1.4: starts at the next boot" {
  facts {
    package = { "bind9" = { installed = true } }
    service = { "named.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.4" = "fail" }
}

test "2.1.4: systemd did not answer" {
  facts {
    package = { "bind9" = { installed = true } }
  }
  expect = { "2.1.4" = "unknown" }
}

test "2.1.5: not installed" {
  facts {
    package = { "dnsmasq" = { installed = false } }
  }
  expect = { "2.1.5" = "pass" }
}

test "2.1.5: installed and off" {
  facts {
    package = { "dnsmasq" = { installed = true } }
    service = { "dnsmasq.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.5" = "pass" }
}

test "2.1.5: running" {
  facts {
    package = { "dnsmasq" = { installed = true } }
    service = { "dnsmasq.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.5" = "fail" }
}

test "2.1.5: starts at the next boot" {
  facts {
    package = { "dnsmasq" = { installed = true } }
    service = { "dnsmasq.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.5" = "fail" }
}

test "2.1.5: systemd did not answer" {
  facts {
    package = { "dnsmasq" = { installed = true } }
  }
  expect = { "2.1.5" = "unknown" }
}

test "2.1.6: not installed" {
  facts {
    package = { "vsftpd" = { installed = false } }
  }
  expect = { "2.1.6" = "pass" }
}

test "2.1.6: installed and off" {
  facts {
    package = { "vsftpd" = { installed = true } }
    service = { "vsftpd.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.6" = "pass" }
}

test "2.1.6: running" {
  facts {
    package = { "vsftpd" = { installed = true } }
    service = { "vsftpd.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.6" = "fail" }
}

test "2.1.6: starts at the next boot" {
  facts {
    package = { "vsftpd" = { installed = true } }
    service = { "vsftpd.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.6" = "fail" }
}

test "2.1.6: systemd did not answer" {
  facts {
    package = { "vsftpd" = { installed = true } }
  }
  expect = { "2.1.6" = "unknown" }
}

test "2.1.7: not installed" {
  facts {
    package = { "slapd" = { installed = false } }
  }
  expect = { "2.1.7" = "pass" }
}

test "2.1.7: installed and off" {
  facts {
    package = { "slapd" = { installed = true } }
    service = { "slapd.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.7" = "pass" }
}

test "2.1.7: running" {
  facts {
    package = { "slapd" = { installed = true } }
    service = { "slapd.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.7" = "fail" }
}

test "2.1.7: starts at the next boot" {
  facts {
    package = { "slapd" = { installed = true } }
    service = { "slapd.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.7" = "fail" }
}

test "2.1.7: systemd did not answer" {
  facts {
    package = { "slapd" = { installed = true } }
  }
  expect = { "2.1.7" = "unknown" }
}

test "2.1.12: not installed" {
  facts {
    package = { "rpcbind" = { installed = false } }
  }
  expect = { "2.1.12" = "pass" }
}

test "2.1.12: installed and off" {
  facts {
    package = { "rpcbind" = { installed = true } }
    service = { "rpcbind.socket" = { enabled = false, active = false }, "rpcbind.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.12" = "pass" }
}

test "2.1.12: running" {
  facts {
    package = { "rpcbind" = { installed = true } }
    service = { "rpcbind.socket" = { enabled = false, active = true }, "rpcbind.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.12" = "fail" }
}

test "2.1.12: starts at the next boot" {
  facts {
    package = { "rpcbind" = { installed = true } }
    service = { "rpcbind.socket" = { enabled = true, active = false }, "rpcbind.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.12" = "fail" }
}

test "2.1.12: systemd did not answer" {
  facts {
    package = { "rpcbind" = { installed = true } }
  }
  expect = { "2.1.12" = "unknown" }
}

test "2.1.13: not installed" {
  facts {
    package = { "rsync" = { installed = false } }
  }
  expect = { "2.1.13" = "pass" }
}

test "2.1.13: installed and off" {
  facts {
    package = { "rsync" = { installed = true } }
    service = { "rsync.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.13" = "pass" }
}

test "2.1.13: running" {
  facts {
    package = { "rsync" = { installed = true } }
    service = { "rsync.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.13" = "fail" }
}

test "2.1.13: starts at the next boot" {
  facts {
    package = { "rsync" = { installed = true } }
    service = { "rsync.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.13" = "fail" }
}

test "2.1.13: systemd did not answer" {
  facts {
    package = { "rsync" = { installed = true } }
  }
  expect = { "2.1.13" = "unknown" }
}

test "2.1.14: not installed" {
  facts {
    package = { "samba" = { installed = false } }
  }
  expect = { "2.1.14" = "pass" }
}

test "2.1.14: installed and off" {
  facts {
    package = { "samba" = { installed = true } }
    service = { "smbd.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.14" = "pass" }
}

test "2.1.14: running" {
  facts {
    package = { "samba" = { installed = true } }
    service = { "smbd.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.14" = "fail" }
}

test "2.1.14: starts at the next boot" {
  facts {
    package = { "samba" = { installed = true } }
    service = { "smbd.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.14" = "fail" }
}

test "2.1.14: systemd did not answer" {
  facts {
    package = { "samba" = { installed = true } }
  }
  expect = { "2.1.14" = "unknown" }
}

test "2.1.15: not installed" {
  facts {
    package = { "snmpd" = { installed = false } }
  }
  expect = { "2.1.15" = "pass" }
}

test "2.1.15: installed and off" {
  facts {
    package = { "snmpd" = { installed = true } }
    service = { "snmpd.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.15" = "pass" }
}

test "2.1.15: running" {
  facts {
    package = { "snmpd" = { installed = true } }
    service = { "snmpd.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.15" = "fail" }
}

test "2.1.15: starts at the next boot" {
  facts {
    package = { "snmpd" = { installed = true } }
    service = { "snmpd.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.15" = "fail" }
}

test "2.1.15: systemd did not answer" {
  facts {
    package = { "snmpd" = { installed = true } }
  }
  expect = { "2.1.15" = "unknown" }
}

test "2.1.16: not installed" {
  facts {
    package = { "tftpd-hpa" = { installed = false } }
  }
  expect = { "2.1.16" = "pass" }
}

test "2.1.16: installed and off" {
  facts {
    package = { "tftpd-hpa" = { installed = true } }
    service = { "tftpd-hpa.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.16" = "pass" }
}

test "2.1.16: running" {
  facts {
    package = { "tftpd-hpa" = { installed = true } }
    service = { "tftpd-hpa.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.16" = "fail" }
}

test "2.1.16: starts at the next boot" {
  facts {
    package = { "tftpd-hpa" = { installed = true } }
    service = { "tftpd-hpa.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.16" = "fail" }
}

test "2.1.16: systemd did not answer" {
  facts {
    package = { "tftpd-hpa" = { installed = true } }
  }
  expect = { "2.1.16" = "unknown" }
}

test "2.1.17: not installed" {
  facts {
    package = { "squid" = { installed = false } }
  }
  expect = { "2.1.17" = "pass" }
}

test "2.1.17: installed and off" {
  facts {
    package = { "squid" = { installed = true } }
    service = { "squid.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.17" = "pass" }
}

test "2.1.17: running" {
  facts {
    package = { "squid" = { installed = true } }
    service = { "squid.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.17" = "fail" }
}

test "2.1.17: starts at the next boot" {
  facts {
    package = { "squid" = { installed = true } }
    service = { "squid.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.17" = "fail" }
}

test "2.1.17: systemd did not answer" {
  facts {
    package = { "squid" = { installed = true } }
  }
  expect = { "2.1.17" = "unknown" }
}

test "2.1.18: not installed" {
  facts {
    package = { "apache2" = { installed = false }, "nginx" = { installed = false } }
  }
  expect = { "2.1.18" = "pass" }
}

test "2.1.18: installed and off" {
  facts {
    package = { "apache2" = { installed = true }, "nginx" = { installed = true } }
    service = { "apache2.socket" = { enabled = false, active = false }, "apache2.service" = { enabled = false, active = false }, "nginx.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.18" = "pass" }
}

test "2.1.18: running" {
  facts {
    package = { "apache2" = { installed = true }, "nginx" = { installed = true } }
    service = { "apache2.socket" = { enabled = false, active = true }, "apache2.service" = { enabled = false, active = true }, "nginx.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.18" = "fail" }
}

test "2.1.18: starts at the next boot" {
  facts {
    package = { "apache2" = { installed = true }, "nginx" = { installed = true } }
    service = { "apache2.socket" = { enabled = true, active = false }, "apache2.service" = { enabled = true, active = false }, "nginx.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.18" = "fail" }
}

test "2.1.18: systemd did not answer" {
  facts {
    package = { "apache2" = { installed = true }, "nginx" = { installed = true } }
  }
  expect = { "2.1.18" = "unknown" }
}

test "2.1.19: not installed" {
  facts {
    package = { "xinetd" = { installed = false } }
  }
  expect = { "2.1.19" = "pass" }
}

test "2.1.19: installed and off" {
  facts {
    package = { "xinetd" = { installed = true } }
    service = { "xinetd.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.19" = "pass" }
}

test "2.1.19: running" {
  facts {
    package = { "xinetd" = { installed = true } }
    service = { "xinetd.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.19" = "fail" }
}

test "2.1.19: starts at the next boot" {
  facts {
    package = { "xinetd" = { installed = true } }
    service = { "xinetd.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.19" = "fail" }
}

test "2.1.19: systemd did not answer" {
  facts {
    package = { "xinetd" = { installed = true } }
  }
  expect = { "2.1.19" = "unknown" }
}

test "2.1.21: on loopback" {
  facts {
    listeners = [{ protocol = "tcp", port = 25, address = "127.0.0.1", loopback = true }]
  }
  expect = { "2.1.21" = "pass" }
}

test "2.1.21: on every address" {
  facts {
    listeners = [{ protocol = "tcp", port = 25, address = "0.0.0.0", loopback = false }]
  }
  expect = { "2.1.21" = "fail" }
}

test "2.1.21: nothing listens" {
  facts {
    listeners = []
  }
  expect = { "2.1.21" = "pass" }
}

test "2.1.21: sockets could not all be read" {
  facts {
    listeners = partial([], "permission denied")
  }
  expect = { "2.1.21" = "unknown" }
}

test "2.1.22: always for a person" {
  facts {

  }
  expect = { "2.1.22" = "manual" }
}

test "2.2.4: not installed" {
  facts {
    packages = [{ name = "bash", installed = true }]
  }
  expect = { "2.2.4" = "pass" }
}

test "2.2.4: installed" {
  facts {
    packages = [{ name = "telnet", installed = true }]
  }
  expect = { "2.2.4" = "fail" }
}

test "2.2.4: only its configuration is left" {
  facts {
    packages = [{ name = "telnet", installed = false }]
  }
  expect = { "2.2.4" = "pass" }
}

test "2.2.4: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.4" = "unknown" }
}

test "2.2.5: not installed" {
  facts {
    package = { "ldap-utils" = { installed = false } }
  }
  expect = { "2.2.5" = "pass" }
}

test "2.2.5: installed" {
  facts {
    package = { "ldap-utils" = { installed = true } }
  }
  expect = { "2.2.5" = "fail" }
}

test "2.2.5: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.5" = "unknown" }
}

test "2.3.1.1: one" {
  facts {
    timesync = { enabled = ["chrony"], active = ["chrony"] }
  }
  expect = { "2.3.1.1" = "pass" }
}

test "2.3.1.1: none" {
  facts {
    timesync = { enabled = [], active = [] }
  }
  expect = { "2.3.1.1" = "fail" }
}

test "2.3.1.1: two at boot" {
  facts {
    timesync = { enabled = ["chrony", "timesyncd"], active = ["chrony"] }
  }
  expect = { "2.3.1.1" = "fail" }
}

test "2.3.1.1: stopped" {
  facts {
    timesync = { enabled = ["chrony"], active = [] }
  }
  expect = { "2.3.1.1" = "fail" }
}

test "2.3.1.1: systemd did not answer" {
  facts {
    timesync = { enabled = ["chrony"] }
  }
  expect = { "2.3.1.1" = "unknown" }
}

test "2.3.2.1: chosen" {
  facts {
    timesync = { enabled = ["timesyncd"], timesyncd = { ntp = ["time.example.org"], fallback_set = true } }
  }
  expect = { "2.3.2.1" = "pass" }
}

test "2.3.2.1: none" {
  facts {
    timesync = { enabled = ["timesyncd"], timesyncd = { ntp = [], fallback_set = true } }
  }
  expect = { "2.3.2.1" = "fail" }
}

test "2.3.2.1: whatever the vendor chose" {
  facts {
    timesync = { enabled = ["timesyncd"], timesyncd = { ntp = ["time.example.org"], fallback_set = false } }
  }
  expect = { "2.3.2.1" = "fail" }
}

test "2.3.2.1: chrony keeps the time" {
  facts {
    timesync = { enabled = ["chrony"] }
  }
  expect = { "2.3.2.1" = "not_applicable" }
}

test "2.3.2.2: runs" {
  facts {
    timesync = { enabled = [] }
    service  = { "systemd-timesyncd.service" = { active = true, enabled = true } }
  }
  expect = { "2.3.2.2" = "pass" }
}

test "2.3.2.2: stopped" {
  facts {
    timesync = { enabled = [] }
    service  = { "systemd-timesyncd.service" = { active = false, enabled = true } }
  }
  expect = { "2.3.2.2" = "fail" }
}

test "2.3.2.2: not after a reboot" {
  facts {
    timesync = { enabled = [] }
    service  = { "systemd-timesyncd.service" = { active = true, enabled = false } }
  }
  expect = { "2.3.2.2" = "fail" }
}

test "2.3.2.2: chrony keeps the time" {
  facts {
    timesync = { enabled = ["chrony"] }
  }
  expect = { "2.3.2.2" = "not_applicable" }
}

test "2.3.3.1: chosen" {
  facts {
    timesync = { enabled = ["chrony"], chrony = { sources = [{ kind = "pool", address = "pool.example.org" }] } }
  }
  expect = { "2.3.3.1" = "pass" }
}

test "2.3.3.1: none" {
  facts {
    timesync = { enabled = ["chrony"], chrony = { sources = [] } }
  }
  expect = { "2.3.3.1" = "fail" }
}

test "2.3.3.1: another daemon" {
  facts {
    timesync = { enabled = ["timesyncd"] }
  }
  expect = { "2.3.3.1" = "not_applicable" }
}

test "2.3.3.2: as _chrony" {
  facts {
    timesync  = { enabled = ["chrony"], chrony = { user = "_chrony" } }
    processes = [{ name = "chronyd", user = "_chrony" }]
  }
  expect = { "2.3.3.2" = "pass" }
}

test "2.3.3.2: as root" {
  facts {
    timesync  = { enabled = ["chrony"], chrony = { user = "root" } }
    processes = [{ name = "chronyd", user = "_chrony" }]
  }
  expect = { "2.3.3.2" = "fail" }
}

test "2.3.3.2: still as root" {
  facts {
    timesync  = { enabled = ["chrony"], chrony = { user = "_chrony" } }
    processes = [{ name = "chronyd", user = "root" }]
  }
  expect = { "2.3.3.2" = "fail" }
}

test "2.3.3.2: another daemon" {
  facts {
    timesync = { enabled = ["timesyncd"] }
  }
  expect = { "2.3.3.2" = "not_applicable" }
}

test "2.4.1.1: runs" {
  facts {
    package = { "cron" = { installed = true } }
    service = { "cron.service" = { active = true, enabled = true } }
  }
  expect = { "2.4.1.1" = "pass" }
}

test "2.4.1.1: stopped" {
  facts {
    package = { "cron" = { installed = true } }
    service = { "cron.service" = { active = false, enabled = true } }
  }
  expect = { "2.4.1.1" = "fail" }
}

test "2.4.1.1: not after a reboot" {
  facts {
    package = { "cron" = { installed = true } }
    service = { "cron.service" = { active = true, enabled = false } }
  }
  expect = { "2.4.1.1" = "fail" }
}

test "2.4.1.1: not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.1" = "not_applicable" }
}

test "2.4.1.2: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.2" = "not_applicable" }
}

test "2.4.1.2: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = true, mode = "0600", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.2" = "pass" }
}

test "2.4.1.2: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.2" = "pass" }
}

test "2.4.1.2: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.2" = "fail" }
}

test "2.4.1.2: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = true, mode = "0600", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.2" = "fail" }
}

test "2.4.1.2: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = true, mode = "0600", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.2" = "fail" }
}

test "2.4.1.2: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/crontab" = { exists = false } }
  }
  expect = { "2.4.1.2" = "not_applicable" }
}

test "2.4.1.3: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.3" = "not_applicable" }
}

test "2.4.1.3: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = true, mode = "0700", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.3" = "pass" }
}

test "2.4.1.3: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = true, mode = "0500", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.3" = "pass" }
}

test "2.4.1.3: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = true, mode = "0755", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.3" = "fail" }
}

test "2.4.1.3: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = true, mode = "0700", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.3" = "fail" }
}

test "2.4.1.3: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = true, mode = "0700", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.3" = "fail" }
}

test "2.4.1.3: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.hourly" = { exists = false } }
  }
  expect = { "2.4.1.3" = "not_applicable" }
}

test "2.4.1.4: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.4" = "not_applicable" }
}

test "2.4.1.4: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = true, mode = "0700", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.4" = "pass" }
}

test "2.4.1.4: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = true, mode = "0500", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.4" = "pass" }
}

test "2.4.1.4: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = true, mode = "0755", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.4" = "fail" }
}

test "2.4.1.4: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = true, mode = "0700", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.4" = "fail" }
}

test "2.4.1.4: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = true, mode = "0700", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.4" = "fail" }
}

test "2.4.1.4: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.daily" = { exists = false } }
  }
  expect = { "2.4.1.4" = "not_applicable" }
}

test "2.4.1.5: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.5" = "not_applicable" }
}

test "2.4.1.5: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = true, mode = "0700", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.5" = "pass" }
}

test "2.4.1.5: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = true, mode = "0500", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.5" = "pass" }
}

test "2.4.1.5: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = true, mode = "0755", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.5" = "fail" }
}

test "2.4.1.5: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = true, mode = "0700", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.5" = "fail" }
}

test "2.4.1.5: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = true, mode = "0700", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.5" = "fail" }
}

test "2.4.1.5: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.weekly" = { exists = false } }
  }
  expect = { "2.4.1.5" = "not_applicable" }
}

test "2.4.1.6: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.6" = "not_applicable" }
}

test "2.4.1.6: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = true, mode = "0700", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.6" = "pass" }
}

test "2.4.1.6: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = true, mode = "0500", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.6" = "pass" }
}

test "2.4.1.6: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = true, mode = "0755", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.6" = "fail" }
}

test "2.4.1.6: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = true, mode = "0700", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.6" = "fail" }
}

test "2.4.1.6: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = true, mode = "0700", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.6" = "fail" }
}

test "2.4.1.6: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.monthly" = { exists = false } }
  }
  expect = { "2.4.1.6" = "not_applicable" }
}

test "2.4.1.7: cron is not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.7" = "not_applicable" }
}

test "2.4.1.7: as demanded" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = true, mode = "0700", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.7" = "pass" }
}

test "2.4.1.7: stricter" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = true, mode = "0500", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.7" = "pass" }
}

test "2.4.1.7: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = true, mode = "0755", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.7" = "fail" }
}

test "2.4.1.7: owned by a user" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = true, mode = "0700", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "2.4.1.7" = "fail" }
}

test "2.4.1.7: of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = true, mode = "0700", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "2.4.1.7" = "fail" }
}

test "2.4.1.7: there is none" {
  facts {
    package = { "cron" = { installed = true } }
    file    = { "/etc/cron.d" = { exists = false } }
  }
  expect = { "2.4.1.7" = "not_applicable" }
}

test "2.4.1.8: a list" {
  facts {
    package = { "cron" = { installed = true } }
    cron    = { cron = { allow = { exists = true, mode = "0640", uid = 0, group = "root" }, deny = { exists = false } } }
  }
  expect = { "2.4.1.8" = "pass" }
}

test "2.4.1.8: none" {
  facts {
    package = { "cron" = { installed = true } }
    cron    = { cron = { allow = { exists = false }, deny = { exists = false } } }
  }
  expect = { "2.4.1.8" = "fail" }
}

test "2.4.1.8: open to others" {
  facts {
    package = { "cron" = { installed = true } }
    cron    = { cron = { allow = { exists = true, mode = "0644", uid = 0, group = "root" }, deny = { exists = false } } }
  }
  expect = { "2.4.1.8" = "fail" }
}

test "2.4.1.8: not installed" {
  facts {
    package = { "cron" = { installed = false } }
  }
  expect = { "2.4.1.8" = "not_applicable" }
}

test "2.4.1.8: could not be looked at" {
  facts {
    package = { "cron" = { installed = true } }
  }
  expect = { "2.4.1.8" = "unknown" }
}

test "2.4.1.8: the list of exceptions is of a users' group" {
  facts {
    package = { "cron" = { installed = true } }
    cron    = { cron = { allow = { exists = true, mode = "0640", uid = 0, group = "root" }, deny = { exists = true, mode = "0640", uid = 0, group = "users" } } }
  }
  expect = { "2.4.1.8" = "fail" }
}

test "2.4.2.1: a list" {
  facts {
    package = { "at" = { installed = true } }
    cron    = { at = { allow = { exists = true, mode = "0640", uid = 0, group = "root" }, deny = { exists = false } } }
  }
  expect = { "2.4.2.1" = "pass" }
}

test "2.4.2.1: none" {
  facts {
    package = { "at" = { installed = true } }
    cron    = { at = { allow = { exists = false }, deny = { exists = false } } }
  }
  expect = { "2.4.2.1" = "fail" }
}

test "2.4.2.1: open to others" {
  facts {
    package = { "at" = { installed = true } }
    cron    = { at = { allow = { exists = true, mode = "0644", uid = 0, group = "root" }, deny = { exists = false } } }
  }
  expect = { "2.4.2.1" = "fail" }
}

test "2.4.2.1: not installed" {
  facts {
    package = { "at" = { installed = false } }
  }
  expect = { "2.4.2.1" = "not_applicable" }
}

test "2.4.2.1: could not be looked at" {
  facts {
    package = { "at" = { installed = true } }
  }
  expect = { "2.4.2.1" = "unknown" }
}

test "2.4.2.1: the list of exceptions is of a users' group" {
  facts {
    package = { "at" = { installed = true } }
    cron    = { at = { allow = { exists = true, mode = "0640", uid = 0, group = "root" }, deny = { exists = true, mode = "0640", uid = 0, group = "users" } } }
  }
  expect = { "2.4.2.1" = "fail" }
}

test "2.2.1: absent" {
  facts {
    packages = [{ name = "bash", installed = true }]
  }
  expect = { "2.2.1" = "pass" }
}

test "2.2.1: removed, with its configuration left" {
  facts {
    packages = [{ name = "nis", installed = false }]
  }
  expect = { "2.2.1" = "pass" }
}

test "2.2.1: nis is installed" {
  facts {
    packages = [{ name = "nis", installed = true }]
  }
  expect = { "2.2.1" = "fail" }
}

test "2.2.1: ypbind-mt is installed" {
  facts {
    packages = [{ name = "ypbind-mt", installed = true }]
  }
  expect = { "2.2.1" = "fail" }
}

test "2.2.1: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.1" = "unknown" }
}

test "2.2.2: absent" {
  facts {
    packages = [{ name = "bash", installed = true }]
  }
  expect = { "2.2.2" = "pass" }
}

test "2.2.2: removed, with its configuration left" {
  facts {
    packages = [{ name = "rsh-client", installed = false }]
  }
  expect = { "2.2.2" = "pass" }
}

test "2.2.2: rsh-client is installed" {
  facts {
    packages = [{ name = "rsh-client", installed = true }]
  }
  expect = { "2.2.2" = "fail" }
}

test "2.2.2: rsh-redone-client is installed" {
  facts {
    packages = [{ name = "rsh-redone-client", installed = true }]
  }
  expect = { "2.2.2" = "fail" }
}

test "2.2.2: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.2" = "unknown" }
}

test "2.2.3: absent" {
  facts {
    packages = [{ name = "bash", installed = true }]
  }
  expect = { "2.2.3" = "pass" }
}

test "2.2.3: removed, with its configuration left" {
  facts {
    packages = [{ name = "talk", installed = false }]
  }
  expect = { "2.2.3" = "pass" }
}

test "2.2.3: talk is installed" {
  facts {
    packages = [{ name = "talk", installed = true }]
  }
  expect = { "2.2.3" = "fail" }
}

test "2.2.3: inetutils-talk is installed" {
  facts {
    packages = [{ name = "inetutils-talk", installed = true }]
  }
  expect = { "2.2.3" = "fail" }
}

test "2.2.3: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.3" = "unknown" }
}

test "2.2.6: absent" {
  facts {
    packages = [{ name = "bash", installed = true }]
  }
  expect = { "2.2.6" = "pass" }
}

test "2.2.6: removed, with its configuration left" {
  facts {
    packages = [{ name = "ftp", installed = false }]
  }
  expect = { "2.2.6" = "pass" }
}

test "2.2.6: ftp is installed" {
  facts {
    packages = [{ name = "ftp", installed = true }]
  }
  expect = { "2.2.6" = "fail" }
}

test "2.2.6: tnftp is installed" {
  facts {
    packages = [{ name = "tnftp", installed = true }]
  }
  expect = { "2.2.6" = "fail" }
}

test "2.2.6: inetutils-ftp is installed" {
  facts {
    packages = [{ name = "inetutils-ftp", installed = true }]
  }
  expect = { "2.2.6" = "fail" }
}

test "2.2.6: ftp-ssl is installed" {
  facts {
    packages = [{ name = "ftp-ssl", installed = true }]
  }
  expect = { "2.2.6" = "fail" }
}

test "2.2.6: dpkg could not be read" {
  facts {

  }
  expect = { "2.2.6" = "unknown" }
}

test "2.1.8: not installed" {
  facts {
    package = { "dovecot-imapd" = { installed = false }, "dovecot-pop3d" = { installed = false } }
  }
  expect = { "2.1.8" = "pass" }
}

test "2.1.8: installed and off" {
  facts {
    package = { "dovecot-imapd" = { installed = false }, "dovecot-pop3d" = { installed = true } }
    service = { "dovecot.socket" = { enabled = false, active = false }, "dovecot.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.8" = "pass" }
}

test "2.1.8: it starts at boot" {
  facts {
    package = { "dovecot-imapd" = { installed = false }, "dovecot-pop3d" = { installed = true } }
    service = { "dovecot.socket" = { enabled = true, active = false }, "dovecot.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.8" = "fail" }
}

test "2.1.8: it runs" {
  facts {
    package = { "dovecot-imapd" = { installed = false }, "dovecot-pop3d" = { installed = true } }
    service = { "dovecot.socket" = { enabled = false, active = false }, "dovecot.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.8" = "fail" }
}

test "2.1.8: systemd could not be asked" {
  facts {
    package = { "dovecot-imapd" = { installed = false }, "dovecot-pop3d" = { installed = true } }
  }
  expect = { "2.1.8" = "unknown" }
}

test "2.1.9: not installed" {
  facts {
    package = { "nfs-kernel-server" = { installed = false } }
  }
  expect = { "2.1.9" = "pass" }
}

test "2.1.9: installed and off" {
  facts {
    package = { "nfs-kernel-server" = { installed = true } }
    service = { "nfs-server.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.9" = "pass" }
}

test "2.1.9: it starts at boot" {
  facts {
    package = { "nfs-kernel-server" = { installed = true } }
    service = { "nfs-server.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.9" = "fail" }
}

test "2.1.9: it runs" {
  facts {
    package = { "nfs-kernel-server" = { installed = true } }
    service = { "nfs-server.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.9" = "fail" }
}

test "2.1.9: systemd could not be asked" {
  facts {
    package = { "nfs-kernel-server" = { installed = true } }
  }
  expect = { "2.1.9" = "unknown" }
}

test "2.1.10: not installed" {
  facts {
    package = { "ypserv" = { installed = false } }
  }
  expect = { "2.1.10" = "pass" }
}

test "2.1.10: installed and off" {
  facts {
    package = { "ypserv" = { installed = true } }
    service = { "ypserv.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.10" = "pass" }
}

test "2.1.10: it starts at boot" {
  facts {
    package = { "ypserv" = { installed = true } }
    service = { "ypserv.service" = { enabled = true, active = false } }
  }
  expect = { "2.1.10" = "fail" }
}

test "2.1.10: it runs" {
  facts {
    package = { "ypserv" = { installed = true } }
    service = { "ypserv.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.10" = "fail" }
}

test "2.1.10: systemd could not be asked" {
  facts {
    package = { "ypserv" = { installed = true } }
  }
  expect = { "2.1.10" = "unknown" }
}

test "2.1.11: not installed" {
  facts {
    package = { "cups" = { installed = false } }
  }
  expect = { "2.1.11" = "pass" }
}

test "2.1.11: installed and off" {
  facts {
    package = { "cups" = { installed = true } }
    service = { "cups.socket" = { enabled = false, active = false }, "cups.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.11" = "pass" }
}

test "2.1.11: it starts at boot" {
  facts {
    package = { "cups" = { installed = true } }
    service = { "cups.socket" = { enabled = true, active = false }, "cups.service" = { enabled = false, active = false } }
  }
  expect = { "2.1.11" = "fail" }
}

test "2.1.11: it runs" {
  facts {
    package = { "cups" = { installed = true } }
    service = { "cups.socket" = { enabled = false, active = false }, "cups.service" = { enabled = false, active = true } }
  }
  expect = { "2.1.11" = "fail" }
}

test "2.1.11: systemd could not be asked" {
  facts {
    package = { "cups" = { installed = true } }
  }
  expect = { "2.1.11" = "unknown" }
}

test "2.1.20: not installed" {
  facts {
    package = { "xserver-common" = { installed = false } }
  }
  expect = { "2.1.20" = "pass" }
}

test "2.1.20: installed" {
  facts {
    package = { "xserver-common" = { installed = true } }
  }
  expect = { "2.1.20" = "fail" }
}

test "2.1.20: dpkg could not be read" {
  facts {

  }
  expect = { "2.1.20" = "unknown" }
}

test "2.3.3.3: runs" {
  facts {
    timesync = { enabled = ["chrony"] }
    service  = { "chrony.service" = { active = true, enabled = true } }
  }
  expect = { "2.3.3.3" = "pass" }
}

test "2.3.3.3: stopped" {
  facts {
    timesync = { enabled = ["chrony"] }
    service  = { "chrony.service" = { active = false, enabled = true } }
  }
  expect = { "2.3.3.3" = "fail" }
}

test "2.3.3.3: not at boot" {
  facts {
    timesync = { enabled = ["chrony"] }
    service  = { "chrony.service" = { active = true, enabled = false } }
  }
  expect = { "2.3.3.3" = "fail" }
}

test "2.3.3.3: systemd could not be asked" {
  facts {
    timesync = { enabled = ["chrony"] }
  }
  expect = { "2.3.3.3" = "unknown" }
}

test "2.3.3.3: timesyncd was chosen" {
  facts {
    timesync = { enabled = ["timesyncd"] }
  }
  expect = { "2.3.3.3" = "not_applicable" }
}
