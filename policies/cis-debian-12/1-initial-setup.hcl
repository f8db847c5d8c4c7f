# 1. Initial setup

control "1.1.1.1" {
  title    = "The kernel can not load cramfs"
  why      = "It is a read-only format of small systems that no server mounts. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("cramfs").loaded && !kernel_module("cramfs").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("cramfs").loadable
  }

  fix "kernel_module" {
    name  = "cramfs"
    state = "disabled"
  }
}

control "1.1.1.2" {
  title    = "The kernel can not load freevxfs"
  why      = "It is a reader of HP-UX and SCO disks. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("freevxfs").loaded && !kernel_module("freevxfs").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("freevxfs").loadable
  }

  fix "kernel_module" {
    name  = "freevxfs"
    state = "disabled"
  }
}

control "1.1.1.3" {
  title    = "The kernel can not load hfs"
  why      = "It is the file system of old Macs. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("hfs").loaded && !kernel_module("hfs").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("hfs").loadable
  }

  fix "kernel_module" {
    name  = "hfs"
    state = "disabled"
  }
}

control "1.1.1.4" {
  title    = "The kernel can not load hfsplus"
  why      = "It is the file system of Macs before 2017. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("hfsplus").loaded && !kernel_module("hfsplus").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("hfsplus").loadable
  }

  fix "kernel_module" {
    name  = "hfsplus"
    state = "disabled"
  }
}

control "1.1.1.5" {
  title    = "The kernel can not load jffs2"
  why      = "It is a file system for raw flash chips. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("jffs2").loaded && !kernel_module("jffs2").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("jffs2").loadable
  }

  fix "kernel_module" {
    name  = "jffs2"
    state = "disabled"
  }
}

control "1.1.1.6" {
  title    = "The kernel can not load overlay file systems"
  why      = "It is what containers are stacked on; a server without containers needs none, and its history of privilege escalations is long. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("overlayfs").loaded && !kernel_module("overlayfs").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("overlayfs").loadable
  }

  fix "kernel_module" {
    name  = "overlayfs"
    state = "disabled"
  }
}

control "1.1.1.7" {
  title    = "The kernel can not load squashfs"
  why      = "It is a compressed image format; a server without snaps needs none. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("squashfs").loaded && !kernel_module("squashfs").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("squashfs").loadable
  }

  fix "kernel_module" {
    name  = "squashfs"
    state = "disabled"
  }
}

control "1.1.1.8" {
  title    = "The kernel can not load udf"
  why      = "It is the format of DVDs. Code that is never loaded can not be attacked."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1005"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("udf").loaded && !kernel_module("udf").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("udf").loadable
  }

  fix "kernel_module" {
    name  = "udf"
    state = "disabled"
  }
}

control "1.1.1.9" {
  title    = "The kernel can not load USB mass storage"
  why      = "It is how data leaves and malware enters a machine that someone can touch. Code that is never loaded can not be attacked."
  profiles = ["level1-server", "level2-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["10.3"]
    nist_800_53     = ["CM-7"]
    iso_27001_2013  = ["A.8.3.1"]
    mitre_attack    = ["T1052", "T1052.001", "T1091", "T1200"]
  }

  check "not in the kernel now" {
    pass = !kernel_module("usb-storage").loaded && !kernel_module("usb-storage").builtin
  }
  check "can not be loaded" {
    pass = !kernel_module("usb-storage").loadable
  }

  fix "kernel_module" {
    name  = "usb-storage"
    state = "disabled"
  }
}

control "1.1.1.10" {
  title    = "Only file systems that are used can be mounted"
  why      = "Every file system driver is kernel code that reads what someone else wrote."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
  }

  manual = "Compare the file systems in use with the drivers that the kernel can load; deny those that nothing needs."
  evidence = {
    mounted = sort(distinct([for m in mounts : m.fstype if m.mounted]))
  }
}

control "1.1.2.1.1" {
  title    = "/tmp is a file system of its own"
  why      = "Everyone may write there: a file system of its own can be filled, and restricted, without touching the rest."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["AC-3", "CM-7", "MP-2"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /tmp a partition, a logical volume or a tmpfs of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/tmp").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/tmp").is_configured
  }
}

control "1.1.2.1.2" {
  title    = "/tmp takes no device files"
  why      = "A device file in a directory that everyone may write to is a way around every permission."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["AC-3", "MP-2"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1200"]
  }

  applies = mount("/tmp").mounted
  check "now" {
    pass = contains(mount("/tmp").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/tmp").is_configured || contains(mount("/tmp").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/tmp"
    add  = ["nodev"]
  }
}

control "1.1.2.1.3" {
  title    = "/tmp gives no one another user's rights"
  why      = "A setuid program in a directory that everyone may write to is a trap for the next user."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }

  applies = mount("/tmp").mounted
  check "now" {
    pass = contains(mount("/tmp").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/tmp").is_configured || contains(mount("/tmp").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/tmp"
    add  = ["nosuid"]
  }
}

control "1.1.2.1.4" {
  title    = "/tmp runs no programs"
  why      = "Most attacks drop their second stage in /tmp and run it there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1204", "T1204.002"]
  }

  applies = mount("/tmp").mounted
  check "now" {
    pass = contains(mount("/tmp").options, "noexec")
  }
  check "after a reboot" {
    pass = !mount("/tmp").is_configured || contains(mount("/tmp").configured_options, "noexec")
  }

  fix "mount_option" {
    path = "/tmp"
    add  = ["noexec"]
  }
}

control "1.1.2.2.1" {
  title    = "/dev/shm is a file system of its own"
  why      = "Shared memory is a place to write for everyone; it must be a tmpfs that can be restricted."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-7"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /dev/shm a partition, a logical volume or a tmpfs of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/dev/shm").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/dev/shm").is_configured || mount("/dev/shm").mounted
  }
}

control "1.1.2.2.2" {
  title    = "/dev/shm takes no device files"
  why      = "No program keeps device files in shared memory."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1200"]
  }

  applies = mount("/dev/shm").mounted
  check "now" {
    pass = contains(mount("/dev/shm").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/dev/shm").is_configured || contains(mount("/dev/shm").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/dev/shm"
    add  = ["nodev"]
  }
}

control "1.1.2.2.3" {
  title    = "/dev/shm gives no one another user's rights"
  why      = "No program keeps setuid files in shared memory."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }

  applies = mount("/dev/shm").mounted
  check "now" {
    pass = contains(mount("/dev/shm").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/dev/shm").is_configured || contains(mount("/dev/shm").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/dev/shm"
    add  = ["nosuid"]
  }
}

control "1.1.2.2.4" {
  title    = "/dev/shm runs no programs"
  why      = "Shared memory is the favourite place of malware that wants to leave no file on disk."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1204", "T1204.002"]
  }

  applies = mount("/dev/shm").mounted
  check "now" {
    pass = contains(mount("/dev/shm").options, "noexec")
  }
  check "after a reboot" {
    pass = !mount("/dev/shm").is_configured || contains(mount("/dev/shm").configured_options, "noexec")
  }

  fix "mount_option" {
    path = "/dev/shm"
    add  = ["noexec"]
  }
}

control "1.1.2.3.1" {
  title    = "/home is a file system of its own"
  why      = "Users who fill their disk should not fill the system's."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "CM-7"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /home a partition, a logical volume or a tmpfs of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/home").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/home").is_configured
  }
}

control "1.1.2.3.2" {
  title    = "/home takes no device files"
  why      = "Nobody needs device files at home."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1200"]
  }

  applies = mount("/home").mounted
  check "now" {
    pass = contains(mount("/home").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/home").is_configured || contains(mount("/home").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/home"
    add  = ["nodev"]
  }
}

control "1.1.2.3.3" {
  title    = "/home gives no one another user's rights"
  why      = "A setuid program at home gives its owner's rights to whoever runs it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }

  applies = mount("/home").mounted
  check "now" {
    pass = contains(mount("/home").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/home").is_configured || contains(mount("/home").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/home"
    add  = ["nosuid"]
  }
}

control "1.1.2.4.1" {
  title    = "/var is a file system of its own"
  why      = "What fills /var, logs and spools and caches, should not fill the system."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "CM-7"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /var a partition or a logical volume of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/var").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/var").is_configured
  }
}

control "1.1.2.4.2" {
  title    = "/var takes no device files"
  why      = "A device file is a way around every permission, and nothing needs one there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1200"]
  }
  applies = mount("/var").mounted

  check "now" {
    pass = contains(mount("/var").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/var").is_configured || contains(mount("/var").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/var"
    add  = ["nodev"]
  }
}

control "1.1.2.4.3" {
  title    = "/var gives no one another user's rights"
  why      = "Programs that give rights away belong where only root writes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }
  applies = mount("/var").mounted

  check "now" {
    pass = contains(mount("/var").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/var").is_configured || contains(mount("/var").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/var"
    add  = ["nosuid"]
  }
}

control "1.1.2.5.1" {
  title    = "/var/tmp is a file system of its own"
  why      = "Everyone may write there, and what is written survives a reboot."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "CM-7"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /var/tmp a partition or a logical volume of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/var/tmp").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/var/tmp").is_configured
  }
}

control "1.1.2.5.2" {
  title    = "/var/tmp takes no device files"
  why      = "A device file is a way around every permission, and nothing needs one there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  applies = mount("/var/tmp").mounted

  check "now" {
    pass = contains(mount("/var/tmp").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/var/tmp").is_configured || contains(mount("/var/tmp").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/var/tmp"
    add  = ["nodev"]
  }
}

control "1.1.2.5.3" {
  title    = "/var/tmp gives no one another user's rights"
  why      = "Programs that give rights away belong where only root writes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }
  applies = mount("/var/tmp").mounted

  check "now" {
    pass = contains(mount("/var/tmp").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/var/tmp").is_configured || contains(mount("/var/tmp").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/var/tmp"
    add  = ["nosuid"]
  }
}

control "1.1.2.5.4" {
  title    = "/var/tmp runs no programs"
  why      = "What services and users write there is data; a program among it was put there by an attacker."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1204", "T1204.002"]
  }
  applies = mount("/var/tmp").mounted

  check "now" {
    pass = contains(mount("/var/tmp").options, "noexec")
  }
  check "after a reboot" {
    pass = !mount("/var/tmp").is_configured || contains(mount("/var/tmp").configured_options, "noexec")
  }

  fix "mount_option" {
    path = "/var/tmp"
    add  = ["noexec"]
  }
}

control "1.1.2.6.1" {
  title    = "/var/log is a file system of its own"
  why      = "A flood of messages should fill the logs, not the machine; and what fills the machine should not stop the logs."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.3"]
    nist_800_53     = ["CM-7"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /var/log a partition, a logical volume or a tmpfs of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/var/log").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/var/log").is_configured
  }
}

control "1.1.2.6.2" {
  title    = "/var/log takes no device files"
  why      = "A device file is a way around every permission, and nothing needs one there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1200"]
  }
  applies = mount("/var/log").mounted

  check "now" {
    pass = contains(mount("/var/log").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/var/log").is_configured || contains(mount("/var/log").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/var/log"
    add  = ["nodev"]
  }
}

control "1.1.2.6.3" {
  title    = "/var/log gives no one another user's rights"
  why      = "Programs that give rights away belong where only root writes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }
  applies = mount("/var/log").mounted

  check "now" {
    pass = contains(mount("/var/log").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/var/log").is_configured || contains(mount("/var/log").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/var/log"
    add  = ["nosuid"]
  }
}

control "1.1.2.6.4" {
  title    = "/var/log runs no programs"
  why      = "What services and users write there is data; a program among it was put there by an attacker."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1204", "T1204.002"]
  }
  applies = mount("/var/log").mounted

  check "now" {
    pass = contains(mount("/var/log").options, "noexec")
  }
  check "after a reboot" {
    pass = !mount("/var/log").is_configured || contains(mount("/var/log").configured_options, "noexec")
  }

  fix "mount_option" {
    path = "/var/log"
    add  = ["noexec"]
  }
}

control "1.1.2.7.1" {
  title    = "/var/log/audit is a file system of its own"
  why      = "The audit trail needs space that nothing else can take."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["8.3"]
    nist_800_53     = ["CM-7"]
    iso_27001_2013  = ["A.12.4.1"]
    mitre_attack    = ["T1499", "T1499.001"]
  }
  remedy = "Give /var/log/audit a partition, a logical volume or a tmpfs of its own, and an entry in /etc/fstab."

  check "mounted now" {
    pass = mount("/var/log/audit").mounted
  }
  check "mounted after a reboot" {
    pass = mount("/var/log/audit").is_configured
  }
}

control "1.1.2.7.2" {
  title    = "/var/log/audit takes no device files"
  why      = "A device file is a way around every permission, and nothing needs one there."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1200"]
  }
  applies = mount("/var/log/audit").mounted

  check "now" {
    pass = contains(mount("/var/log/audit").options, "nodev")
  }
  check "after a reboot" {
    pass = !mount("/var/log/audit").is_configured || contains(mount("/var/log/audit").configured_options, "nodev")
  }

  fix "mount_option" {
    path = "/var/log/audit"
    add  = ["nodev"]
  }
}

control "1.1.2.7.3" {
  title    = "/var/log/audit gives no one another user's rights"
  why      = "Programs that give rights away belong where only root writes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1548", "T1548.001"]
  }
  applies = mount("/var/log/audit").mounted

  check "now" {
    pass = contains(mount("/var/log/audit").options, "nosuid")
  }
  check "after a reboot" {
    pass = !mount("/var/log/audit").is_configured || contains(mount("/var/log/audit").configured_options, "nosuid")
  }

  fix "mount_option" {
    path = "/var/log/audit"
    add  = ["nosuid"]
  }
}

control "1.1.2.7.4" {
  title    = "/var/log/audit runs no programs"
  why      = "What services and users write there is data; a program among it was put there by an attacker."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1204", "T1204.002"]
  }
  applies = mount("/var/log/audit").mounted

  check "now" {
    pass = contains(mount("/var/log/audit").options, "noexec")
  }
  check "after a reboot" {
    pass = !mount("/var/log/audit").is_configured || contains(mount("/var/log/audit").configured_options, "noexec")
  }

  fix "mount_option" {
    path = "/var/log/audit"
    add  = ["noexec"]
  }
}

control "1.2.1.1" {
  title    = "Only known keys sign packages"
  why      = "Whoever holds a trusted key can install anything as root."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["SI-2"]
  }

  manual = "Compare the keys that apt trusts with those your vendors publish. A key that no source needs should go."
  evidence = {
    keyrings = flatten([for k in apt_keys : [for p in k.keys : "${k.path}: ${join(", ", p.user_ids)} ${p.fingerprint}"]])
    for_all  = [for k in apt_keys : k.path if k.for_all]
    expired  = flatten([for k in apt_keys : [for p in k.keys : p.fingerprint if p.expired]])
  }
}

control "1.2.1.2" {
  title    = "Only wanted repositories are enabled"
  why      = "A repository is root on every host that uses it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["SI-2"]
  }

  manual = "Read the list: is each repository one you chose, and does each come over a channel or with a signature that you trust?"
  evidence = {
    sources  = [for s in apt_sources : "${s.uri} ${s.suite}" if s.enabled]
    any_key  = [for s in apt_sources : "${s.uri} ${s.suite}" if s.enabled && length(s.signed_by) == 0]
    unsigned = [for s in apt_sources : "${s.uri} ${s.suite}" if s.enabled && (s.trusted || s.insecure)]
  }
}

control "1.2.2.1" {
  title    = "No security update is waiting"
  why      = "Most break-ins use a hole for which an update was out. The list is read from apt's own files, so it is as fresh as they are."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["SI-2"]
  }

  manual = "Install what is waiting (apt-get upgrade), and see to it that apt's lists are refreshed daily."
  evidence = {
    security        = [for u in updates.security : "${u.name} ${u.installed} -> ${u.candidate}"]
    lists_age_hours = floor(updates.lists_age / 3600)
    lists_complete  = updates.lists_complete
    reboot_required = updates.reboot_required
  }
}

control "1.3.1.1" {
  title    = "AppArmor and its tools are installed"
  why      = "Mandatory access control confines a service that was taken over; the tools are needed to load and to mend profiles."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1068", "T1565", "T1565.001", "T1565.003"]
  }

  pass = package("apparmor").installed && package("apparmor-utils").installed

  fix "package" {
    name  = "apparmor"
    state = "present"
  }
  fix "package" {
    name  = "apparmor-utils"
    state = "present"
  }
}

control "1.3.1.2" {
  title    = "The kernel is told to use AppArmor"
  why      = "Without the parameter a kernel update, or another module, can leave it out."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1068", "T1565", "T1565.001", "T1565.003"]
  }

  check "the running kernel" {
    pass = contains(boot.effective_running, "apparmor=1") && contains(boot.effective_running, "security=apparmor")
  }
  check "every kernel that can be booted" {
    pass = contains(boot.common_arguments, "apparmor=1") && contains(boot.common_arguments, "security=apparmor")
  }

  fix "grub" {
    add = ["apparmor=1", "security=apparmor"]
  }
}

control "1.3.1.3" {
  title    = "Every loaded AppArmor profile confines"
  why      = "A profile that is loaded and not in force looks like protection and is none."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1497"]
  }

  remedy = "Boot with AppArmor on, load the profiles (systemctl reload apparmor), and restart the processes that run outside of theirs."

  check "profiles are loaded" {
    pass = apparmor.enabled && length(apparmor.profiles) > 0
  }
  check "profiles confine" {
    violations = [for p in apparmor.profiles : p if p.mode != "enforce" && p.mode != "complain"]
  }
  check "processes" {
    violations = apparmor.unconfined_with_profile
  }
}

control "1.3.1.4" {
  title    = "Every loaded AppArmor profile is enforced"
  why      = "A profile in complain mode only writes down what it would have stopped."
  profiles = ["level2-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1068", "T1565", "T1565.001", "T1565.003"]
  }
  remedy = "Put each profile into enforce mode with aa-enforce, after its log has been quiet for a while."

  check "profiles are loaded" {
    pass = apparmor.enabled && length(apparmor.profiles) > 0
  }
  check "profiles are enforced" {
    violations = [for p in apparmor.profiles : p if p.mode != "enforce"]
  }

  fix "apparmor" {
    mode = "enforce"
  }
}

control "1.4.1" {
  title    = "The boot loader asks for a password"
  why      = "Whoever can edit the kernel command line at the console is root."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1542"]
  }
  remedy = "Make a hash with grub-mkpasswd-pbkdf2, set superusers and password_pbkdf2 in /etc/grub.d/40_custom, and run update-grub."

  applies = boot.exists
  check "a superuser is set" {
    pass = length(boot.superusers) > 0
  }
  check "its password is hashed" {
    pass = boot.password_hashed
  }
}

control "1.4.2" {
  title    = "Only root can read the boot loader's configuration"
  why      = "It holds the hash of the boot password."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1542"]
  }

  applies = boot.exists
  check "mode" {
    pass = mode_within(boot.config.mode, "0600")
  }
  check "owner" {
    pass = boot.config.uid == 0 && boot.config.gid == 0
  }

  fix "file_mode" {
    path  = boot.config.path
    max   = "0600"
    owner = "root"
    group = "root"
  }
}

control "1.5.1" {
  title    = "Addresses are randomised"
  why      = "An attacker who knows where code and data lie needs one bug less."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["10.5"]
    nist_800_53     = ["CM-6", "SI-16"]
    mitre_attack    = ["T1068"]
  }

  check "now" {
    pass = sysctl("kernel.randomize_va_space").running == "2"
  }
  check "after a reboot" {
    pass = sysctl("kernel.randomize_va_space").is_configured && sysctl("kernel.randomize_va_space").configured == "2"
  }

  fix "sysctl" {
    name  = "kernel.randomize_va_space"
    value = "2"
  }
}

control "1.5.2" {
  title    = "A process can trace only its own children"
  why      = "ptrace hands over the memory of another process, its keys and passwords included."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CM-6"]
  }

  check "now" {
    pass = contains(["1", "2", "3"], sysctl("kernel.yama.ptrace_scope").running)
  }
  check "after a reboot" {
    pass = sysctl("kernel.yama.ptrace_scope").is_configured && contains(["1", "2", "3"], sysctl("kernel.yama.ptrace_scope").configured)
  }

  fix "sysctl" {
    name  = "kernel.yama.ptrace_scope"
    value = "1"
  }
}

control "1.5.3" {
  title    = "Programs leave no core dumps"
  why      = "A core dump is the memory of a program in a file: keys, passwords, other people's data."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-6"]
    mitre_attack = ["T1005"]
  }

  remedy = "Write \"* hard core 0\" into a file of /etc/security/limits.d, and Storage=none and ProcessSizeMax=0 for systemd-coredump where it is installed."

  check "limit for everyone" {
    pass = limit("*", "hard", "core").exists && limit("*", "hard", "core").value == "0"
  }
  check "nobody is excepted" {
    violations = concat(
      [for e in limits.entries : "${e.domain}: ${e.value} (${e.path}:${e.line})" if e.item == "core" && e.type != "soft" && e.value != "0"],
      [for e in limits.exempt : "${e.domain}: no limits at all (${e.path}:${e.line})"],
    )
  }
  check "setuid programs now" {
    pass = sysctl("fs.suid_dumpable").running == "0"
  }
  check "setuid programs after a reboot" {
    pass = sysctl("fs.suid_dumpable").is_configured && sysctl("fs.suid_dumpable").configured == "0"
  }

  check "systemd-coredump keeps nothing" {
    pass = !package("systemd-coredump").installed || lookup(systemd_conf("coredump.conf").options, "Coredump.Storage", "external") == "none" && matches(lookup(systemd_conf("coredump.conf").options, "Coredump.ProcessSizeMax", "1G"), "^0[BKMGTPE]?$")
  }

  fix "sysctl" {
    name  = "fs.suid_dumpable"
    value = "0"
  }
  fix "file" {
    path  = "/etc/security/limits.d/99-holdfast-core.conf"
    match = "^\\*\\s+(hard|-)\\s+core\\s"
    line  = "* hard core 0"
  }
  fix "systemd_conf" {
    for_each = package("systemd-coredump").installed ? ["Storage"] : []
    file     = "coredump.conf"
    section  = "Coredump"
    name     = each
    value    = "none"
  }
  fix "systemd_conf" {
    for_each = package("systemd-coredump").installed ? ["ProcessSizeMax"] : []
    file     = "coredump.conf"
    section  = "Coredump"
    name     = each
    value    = "0"
  }
}

control "1.6.1" {
  title    = "The message of the day names no version"
  why      = "Everyone who logs in reads it; a version number is a shopping list for exploits."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-3", "CM-6"]
    mitre_attack = ["T1082", "T1592", "T1592.004"]
  }

  remedy = "Take the names out of /etc/motd."

  violations = banner.motd.leaks

  fix "file" {
    path    = "/etc/motd"
    content = "${var.motd}\n"
  }
}

control "1.6.2" {
  title    = "The banner of local logins is set and names no version"
  why      = "A banner says whose machine it is and that access is watched; it need not say which version it runs."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-3", "CM-6"]
    mitre_attack = ["T1082", "T1592", "T1592.004"]
  }

  remedy = "Write your own words into /etc/issue, without \\m, \\r, \\s, \\v and the system's name."

  check "set" {
    pass = banner.issue.exists && banner.issue.non_empty
  }
  check "says too much" {
    violations = banner.issue.leaks
  }

  fix "file" {
    path    = "/etc/issue"
    content = "${var.banner}\n"
  }
}

control "1.6.3" {
  title    = "The banner of network logins is set and names no version"
  why      = "Everyone who can connect reads it before logging in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-3", "CM-6"]
    mitre_attack = ["T1018", "T1082", "T1592", "T1592.004"]
  }

  remedy = "Write your own words into /etc/issue.net, without \\m, \\r, \\s, \\v and the system's name."

  check "set" {
    pass = banner.issue_net.exists && banner.issue_net.non_empty
  }
  check "says too much" {
    violations = banner.issue_net.leaks
  }

  fix "file" {
    path    = "/etc/issue.net"
    content = "${var.banner}\n"
  }
}

control "1.6.4" {
  title    = "Only root can write the message of the day"
  why      = "Whoever writes it can tell users to do something foolish."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1222", "T1222.002"]
  }

  applies = file("/etc/motd").exists

  check "mode" {
    pass = mode_within(file("/etc/motd").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/motd").uid == 0 && file("/etc/motd").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/motd"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "1.6.5" {
  title    = "Only root can write the banner of local logins"
  why      = "Whoever writes it can lie to those who log in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1222", "T1222.002"]
  }

  applies = file("/etc/issue").exists

  check "mode" {
    pass = mode_within(file("/etc/issue").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/issue").uid == 0 && file("/etc/issue").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/issue"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "1.6.6" {
  title    = "Only root can write the banner of network logins"
  why      = "Whoever writes it can lie to those who log in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1222", "T1222.002"]
  }

  applies = file("/etc/issue.net").exists

  check "mode" {
    pass = mode_within(file("/etc/issue.net").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/issue.net").uid == 0 && file("/etc/issue.net").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/issue.net"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "1.7.1" {
  title    = "No graphical login on a server"
  why      = "A display manager is a large program that waits for anyone at the console, and drags a desktop behind it."
  profiles = ["level2-server"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["CM-11"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1543", "T1543.002"]
  }

  pass = !package("gdm3").installed

  fix "package" {
    name  = "gdm3"
    state = "absent"
  }
}

control "1.7.2" {
  title    = "The login screen shows a banner"
  why      = "A banner says whose machine it is and that access is watched."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.002", "T1078.003", "T1087", "T1087.001", "T1087.002"]
  }
  remedy = "Set banner-message-enable and banner-message-text of org/gnome/login-screen in a file of /etc/dconf/db/gdm.d, and run dconf update."

  applies = gdm.installed

  check "shown" {
    pass = dconf("org/gnome/login-screen/banner-message-enable").set && dconf("org/gnome/login-screen/banner-message-enable").bool
  }
  check "says something" {
    pass = dconf("org/gnome/login-screen/banner-message-text").set && trimspace(dconf("org/gnome/login-screen/banner-message-text").text) != ""
  }
}

control "1.7.3" {
  title    = "The login screen lists no accounts"
  why      = "Half of a login is the name."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.002", "T1078.003", "T1087", "T1087.001", "T1087.002"]
  }

  remedy = "Set disable-user-list of org/gnome/login-screen to true in a file of /etc/dconf/db/gdm.d, and run dconf update."

  applies = gdm.installed
  pass    = dconf("org/gnome/login-screen/disable-user-list").set && dconf("org/gnome/login-screen/disable-user-list").bool
}

control "1.7.4" {
  title    = "An idle session locks"
  why      = "Who sits down at an open screen is its user."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.3"]
    nist_800_53     = ["AC-2(5)", "AC-11", "AC-11(1)", "AC-12"]
    pci_dss_4       = ["8.2.8"]
    mitre_attack    = ["T1461"]
  }
  remedy = "Set idle-delay of org/gnome/desktop/session to 900 or less and lock-delay of org/gnome/desktop/screensaver to 5 or less in a file of /etc/dconf/db/local.d, and run dconf update."

  applies = gdm.installed

  check "idle after a quarter of an hour" {
    pass = dconf("org/gnome/desktop/session/idle-delay").set && dconf("org/gnome/desktop/session/idle-delay").number >= 1 && dconf("org/gnome/desktop/session/idle-delay").number <= 900
  }
  check "locked at once" {
    pass = dconf("org/gnome/desktop/screensaver/lock-delay").set && dconf("org/gnome/desktop/screensaver/lock-delay").number >= 0 && dconf("org/gnome/desktop/screensaver/lock-delay").number <= 5
  }
}

control "1.7.5" {
  title    = "Users can not change when the screen locks"
  why      = "A lock that each user can switch off is a suggestion."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["4.3"]
    nist_800_53     = ["AC-2(5)", "AC-11", "AC-11(1)", "AC-12", "CM-11"]
    pci_dss_4       = ["8.2.8"]
    iso_27001_2013  = ["A.8.1.3"]
    mitre_attack    = ["T1456"]
  }

  remedy = "Write the two keys into a file of /etc/dconf/db/local.d/locks, and run dconf update."

  applies = gdm.installed
  check "idle delay" {
    pass = dconf("org/gnome/desktop/session/idle-delay").locked
  }
  check "lock delay" {
    pass = dconf("org/gnome/desktop/screensaver/lock-delay").locked
  }
}

control "1.7.6" {
  title    = "Media are not mounted by themselves"
  why      = "What is plugged in is read by the kernel and shown to the user before anyone asked."
  profiles = ["level1-server", "level2-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["10.3"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    iso_27001_2013  = ["A.12.2.1"]
    mitre_attack    = ["T1091"]
  }
  remedy = "Set automount and automount-open of org/gnome/desktop/media-handling to false in a file of /etc/dconf/db/local.d, and run dconf update."

  applies = gdm.installed

  check "automount" {
    pass = dconf("org/gnome/desktop/media-handling/automount").set && !dconf("org/gnome/desktop/media-handling/automount").bool
  }
  check "automount-open" {
    pass = dconf("org/gnome/desktop/media-handling/automount-open").set && !dconf("org/gnome/desktop/media-handling/automount-open").bool
  }
}

control "1.7.7" {
  title    = "Users can not switch the mounting of media on"
  why      = "What each user can switch on again is not off."
  profiles = ["level1-server", "level2-workstation"]
  severity = "low"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1091"]
  }
  remedy = "Write the two keys into a file of /etc/dconf/db/local.d/locks, and run dconf update."

  applies = gdm.installed

  check "automount" {
    pass = dconf("org/gnome/desktop/media-handling/automount").locked
  }
  check "automount-open" {
    pass = dconf("org/gnome/desktop/media-handling/automount-open").locked
  }
}

control "1.7.8" {
  title    = "Media never start programs"
  why      = "A program that starts when a disk is plugged in is how worms travel."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["10.3"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    iso_27001_2013  = ["A.12.2.1"]
    mitre_attack    = ["T1091"]
  }
  remedy = "Set autorun-never of org/gnome/desktop/media-handling to true in a file of /etc/dconf/db/local.d, and run dconf update."

  applies = gdm.installed

  pass = dconf("org/gnome/desktop/media-handling/autorun-never").set && dconf("org/gnome/desktop/media-handling/autorun-never").bool
}

control "1.7.9" {
  title    = "Users can not let media start programs"
  why      = "What each user can switch on again is not off."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["10.3"]
    nist_800_53     = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    iso_27001_2013  = ["A.12.2.1"]
    mitre_attack    = ["T1091"]
  }
  remedy = "Write the key into a file of /etc/dconf/db/local.d/locks, and run dconf update."

  applies = gdm.installed

  pass = dconf("org/gnome/desktop/media-handling/autorun-never").locked
}

control "1.7.10" {
  title    = "No remote X logins"
  why      = "XDMCP sends passwords and screens in the clear."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["4.8"]
    nist_800_53     = ["SI-4"]
    pci_dss_4       = ["1.2.5", "2.2.4", "6.4.1"]
    iso_27001_2013  = ["A.13.1.3"]
    mitre_attack    = ["T1040", "T1056", "T1056.001", "T1557"]
  }

  remedy = "Take Enable=true out of the section [xdmcp] of /etc/gdm3/daemon.conf."

  applies = gdm.installed
  pass    = !gdm.xdmcp
}
