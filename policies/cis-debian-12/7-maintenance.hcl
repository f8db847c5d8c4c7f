# 7. System maintenance

control "7.1.1" {
  title    = "Only root can write the accounts"
  why      = "Whoever can write it can become anyone."
  profiles = ["level1-server", "level1-workstation"]
  severity = "critical"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  check "mode" {
    pass = mode_within(file("/etc/passwd").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/passwd").uid == 0 && file("/etc/passwd").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/passwd"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "7.1.2" {
  title    = "Only root can write the backup of the accounts"
  why      = "It becomes the real one when someone restores it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  applies = file("/etc/passwd-").exists

  check "mode" {
    pass = mode_within(file("/etc/passwd-").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/passwd-").uid == 0 && file("/etc/passwd-").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/passwd-"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "7.1.3" {
  title    = "Only root can write the groups"
  why      = "Whoever can write it can become anyone."
  profiles = ["level1-server", "level1-workstation"]
  severity = "critical"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  check "mode" {
    pass = mode_within(file("/etc/group").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/group").uid == 0 && file("/etc/group").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/group"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "7.1.4" {
  title    = "Only root can write the backup of the groups"
  why      = "It becomes the real one when someone restores it."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  applies = file("/etc/group-").exists

  check "mode" {
    pass = mode_within(file("/etc/group-").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/group-").uid == 0 && file("/etc/group-").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/group-"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "7.1.5" {
  title    = "Password hashes are hidden"
  why      = "Who can read a hash can guess the password at leisure, elsewhere."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  check "mode" {
    pass = mode_within(file("/etc/shadow").mode, "0640")
  }
  check "owner" {
    pass = file("/etc/shadow").uid == 0 && contains(["root", "shadow"], file("/etc/shadow").group)
  }

  fix "file_mode" {
    path   = "/etc/shadow"
    max    = "0640"
    owner  = "root"
    groups = ["root", "shadow"]
  }
}

control "7.1.6" {
  title    = "The backup of the password hashes is hidden"
  why      = "Yesterday's hashes are mostly today's."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  applies = file("/etc/shadow-").exists

  check "mode" {
    pass = mode_within(file("/etc/shadow-").mode, "0640")
  }
  check "owner" {
    pass = file("/etc/shadow-").uid == 0 && contains(["root", "shadow"], file("/etc/shadow-").group)
  }

  fix "file_mode" {
    path   = "/etc/shadow-"
    max    = "0640"
    owner  = "root"
    groups = ["root", "shadow"]
  }
}

control "7.1.7" {
  title    = "Group password hashes are hidden"
  why      = "Who can read a hash can guess the password at leisure, elsewhere."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  check "mode" {
    pass = mode_within(file("/etc/gshadow").mode, "0640")
  }
  check "owner" {
    pass = file("/etc/gshadow").uid == 0 && contains(["root", "shadow"], file("/etc/gshadow").group)
  }

  fix "file_mode" {
    path   = "/etc/gshadow"
    max    = "0640"
    owner  = "root"
    groups = ["root", "shadow"]
  }
}

control "7.1.8" {
  title    = "The backup of the group password hashes is hidden"
  why      = "Yesterday's hashes are mostly today's."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  applies = file("/etc/gshadow-").exists

  check "mode" {
    pass = mode_within(file("/etc/gshadow-").mode, "0640")
  }
  check "owner" {
    pass = file("/etc/gshadow-").uid == 0 && contains(["root", "shadow"], file("/etc/gshadow-").group)
  }

  fix "file_mode" {
    path   = "/etc/gshadow-"
    max    = "0640"
    owner  = "root"
    groups = ["root", "shadow"]
  }
}

control "7.1.9" {
  title    = "Only root can write the list of shells"
  why      = "Whoever can write it can become anyone."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  check "mode" {
    pass = mode_within(file("/etc/shells").mode, "0644")
  }
  check "owner" {
    pass = file("/etc/shells").uid == 0 && file("/etc/shells").gid == 0
  }

  fix "file_mode" {
    path  = "/etc/shells"
    max   = "0644"
    owner = "root"
    group = "root"
  }
}

control "7.1.10" {
  title    = "Old password hashes are hidden"
  why      = "People come back to old passwords."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-3", "AC-5", "AC-6", "MP-2"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008", "T1222", "T1222.002"]
  }

  applies = file("/etc/security/opasswd").exists || file("/etc/security/opasswd.old").exists

  violations = [
    for f in [file("/etc/security/opasswd"), file("/etc/security/opasswd.old")] : f
    if f.exists && (!mode_within(f.mode, "0600") || f.uid != 0 || f.gid != 0)
  ]

  fix "file_mode" {
    for_each = violations
    path     = each.path
    max      = "0600"
    owner    = "root"
    group    = "root"
  }
}

control "7.1.11" {
  title    = "What everyone can write is meant to be"
  why      = "A file that everyone can write is everyone's; in a directory without the sticky bit everyone can remove everyone's files."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["AC-3", "MP-2"]
  }
  remedy = "Take the right to write away from others (chmod o-w), or set the sticky bit (chmod o+t) where everyone must write."

  check "files" {
    violations = filesystem.world_writable_files
  }
  check "directories" {
    violations = [for d in filesystem.world_writable_dirs : d if !d.sticky]
  }

  fix "file_mode" {
    for_each = filesystem.world_writable_files
    path     = each.path
    remove   = "o-w"
  }
  fix "file_mode" {
    for_each = [for d in filesystem.world_writable_dirs : d if !d.sticky]
    path     = each.path
    add      = "o+t"
  }
}

control "7.1.12" {
  title    = "Every file has an owner"
  why      = "A file of no one belongs to the next account that gets its number."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AC-3", "MP-2"]
  }
  remedy = "Give each file an owner and a group that exist (chown), or remove it."

  check "owner" {
    violations = filesystem.unowned
  }
  check "group" {
    violations = filesystem.ungrouped
  }
}

control "7.1.13" {
  title    = "setuid and setgid programs are known"
  why      = "Each runs with rights that its caller does not have."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["AC-3", "CM-1", "CM-2", "CM-6", "CM-7", "IA-5", "MP-2"]
  }

  manual = "Compare with what your packages install. A program that no package brings, or that changed, wants an explanation."
  evidence = {
    setuid = [for f in filesystem.setuid : f.path]
    setgid = [for f in filesystem.setgid : f.path]
  }
}

control "7.2.1" {
  title    = "Every password hash lives in shadow"
  why      = "What stands in /etc/passwd everyone can read."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.11"]
    nist_800_53     = ["IA-5", "SC-28", "SC-28(1)"]
    pci_dss_4       = ["3.1.1", "3.3.2", "3.3.3", "3.5.1", "3.5.1.2", "3.5.1.3", "8.3.2"]
    iso_27001_2013  = ["A.10.1.1"]
    mitre_attack    = ["T1003", "T1003.008"]
  }
  remedy = "Run pwconv; mend or remove lines that are no accounts."

  check "accounts" {
    violations = [for u in users : u if !u.shadowed]
  }
  check "lines that are no accounts" {
    violations = account_files.malformed
  }
}

control "7.2.2" {
  title    = "No account opens without a password"
  why      = "It takes a name to log in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "critical"
  refs = {
    cis_controls_v8 = ["5.2"]
    nist_800_53     = ["IA-5"]
    pci_dss_4       = ["2.2.2", "8.3.5", "8.3.6", "8.6.3"]
    iso_27001_2013  = ["A.9.4.3"]
    mitre_attack    = ["T1078", "T1078.001", "T1078.003"]
  }

  violations = [for u in users : u if u.password_status == "blank"]

  fix "user" {
    for_each = violations
    name     = each.name
    locked   = true
  }
}

control "7.2.3" {
  title    = "Every primary group exists"
  why      = "The next group made with that number takes the user in."
  profiles = ["level1-server", "level1-workstation"]
  severity = "low"
  refs = {
    cis_controls_v8 = ["3.3", "14.6"]
    nist_800_53     = ["AC-5", "AC-6", "CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    pci_dss_4       = ["1.3.1", "7.1"]
    mitre_attack    = ["T1222", "T1222.002"]
  }
  remedy = "Make the group, or give the user another primary group."

  violations = [for u in users : u if u.group == ""]
}

control "7.2.4" {
  title    = "Nobody is in group shadow"
  why      = "Its members can read the password hashes."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    cis_controls_v8 = ["3.3"]
    nist_800_53     = ["AC-5", "AC-6", "IA-5"]
    pci_dss_4       = ["1.3.1", "7.1"]
    iso_27001_2013  = ["A.9.1.1"]
    mitre_attack    = ["T1003", "T1003.008"]
  }
  remedy = "Take the members out of the group; give those who have it as primary group another one."

  check "members" {
    violations = group("shadow").members
  }
  check "primary group" {
    violations = group("shadow").primary_members
  }

  fix "group" {
    name    = "shadow"
    members = []
    guard {
      when   = length(group("shadow").primary_members) > 0
      reason = "It is the primary group of accounts: give them another one first."
    }
  }
}

control "7.2.5" {
  title    = "No two users share an id"
  why      = "Who shares it shares files and rights, and no log can tell them apart."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.003"]
  }
  remedy = "Give each a number and a name of its own, and its files to the right one."

  violations = [for a in users : a if length([for b in users : b if a.uid == b.uid]) > 1]
}

control "7.2.6" {
  title    = "No two groups share an id"
  why      = "Who shares it shares files and rights, and no log can tell them apart."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.003"]
  }
  remedy = "Give each a number and a name of its own, and its files to the right one."

  violations = [for a in groups : a if length([for b in groups : b if a.gid == b.gid]) > 1]
}

control "7.2.7" {
  title    = "No two users share a name"
  why      = "Who shares it shares files and rights, and no log can tell them apart."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.003"]
  }
  remedy = "Give each a number and a name of its own, and its files to the right one."

  violations = [for a in users : a if length([for b in users : b if a.name == b.name]) > 1]
}

control "7.2.8" {
  title    = "No two groups share a name"
  why      = "Who shares it shares files and rights, and no log can tell them apart."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53  = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
    mitre_attack = ["T1078", "T1078.001", "T1078.003"]
  }
  remedy = "Give each a number and a name of its own, and its files to the right one."

  violations = [for a in groups : a if length([for b in groups : b if a.name == b.name]) > 1]
}

control "7.2.9" {
  title    = "Home directories are their users' own"
  why      = "Who can write another's home can log in as them."
  profiles = ["level1-server", "level1-workstation"]
  severity = "high"
  refs = {
    nist_800_53 = ["CM-6"]
  }
  remedy = "Make the missing directories, and give each to its user with mode 0750."

  violations = [
    for u in users : {
      name    = u.name
      message = "${u.home} ${!u.home_exists ? "does not exist" : !u.home_is_dir ? "is no directory" : u.home_uid != u.uid ? "belongs to ${u.home_owner}" : "has mode ${u.home_mode}"}"
    }
    if u.interactive && (!u.home_exists || !u.home_is_dir || u.home_uid != u.uid || !mode_within(u.home_mode, "0750"))
  ]

  fix "user" {
    for_each = [for u in users : u if u.interactive && !u.home_exists]
    name     = each.name
    home     = each.home
    guard {
      when   = anytrue([for u in users : u.interactive && u.home_exists && !u.home_is_dir])
      reason = "A home is there and is no directory."
    }
  }
  fix "file_mode" {
    for_each = [for u in users : u if u.interactive && u.home_exists && u.home_is_dir && (u.home_uid != u.uid || !mode_within(u.home_mode, "0750"))]
    path     = each.home
    owner    = each.name
    max      = "0750"
    guard {
      when   = anytrue([for u in users : u.interactive && u.home_exists && u.home_uid != u.uid && !startswith(u.home, "/home/")])
      reason = "A home outside of /home belongs to another account: it may be a directory of the system."
    }
  }
}

control "7.2.10" {
  title    = "Users' dot files are their own"
  why      = "They decide what runs at login, and hold passwords."
  profiles = ["level1-server", "level1-workstation"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CM-1", "CM-2", "CM-6", "CM-7", "IA-5"]
  }
  remedy = "Remove .rhosts, .shosts and .forward; give the others to their user, and close them to others."

  violations = flatten([
    for u in users : [
      for f in u.dot_files : f
      if contains([".rhosts", ".shosts", ".forward"], f.name)
      || f.type == "file" && (f.owner != u.name || f.group != u.group || !mode_within(f.mode, "0644"))
      || contains([".netrc", ".bash_history"], f.name) && !mode_within(f.mode, "0600")
    ]
    if u.interactive
  ])

  fix "file_mode" {
    for_each = flatten([
      for u in users : [
        for f in u.dot_files : { path = f.path, owner = u.name, group = u.group, max = contains([".netrc", ".bash_history"], f.name) ? "0600" : "0644" }
        if f.type == "file" && (f.owner != u.name || f.group != u.group || !mode_within(f.mode, contains([".netrc", ".bash_history"], f.name) ? "0600" : "0644"))
      ]
      if u.interactive
    ])
    path  = each.path
    owner = each.owner
    group = each.group
    max   = each.max
    guard {
      when   = anytrue([for u in users : u.interactive && anytrue([for f in u.dot_files : contains([".rhosts", ".shosts", ".forward"], f.name)])])
      reason = "There is a .rhosts, .shosts or .forward: whether anyone needs it is for a person to find out, before it is removed."
    }
  }
}
