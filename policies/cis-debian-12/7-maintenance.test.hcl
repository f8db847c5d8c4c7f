test "7.1.1: as demanded" {
  facts {
    file = { "/etc/passwd" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.1" = "pass" }
}

test "7.1.1: stricter" {
  facts {
    file = { "/etc/passwd" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.1" = "pass" }
}

test "7.1.1: open to others" {
  facts {
    file = { "/etc/passwd" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.1" = "fail" }
}

test "7.1.1: owned by a user" {
  facts {
    file = { "/etc/passwd" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.1" = "fail" }
}

test "7.1.1: of a users' group" {
  facts {
    file = { "/etc/passwd" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.1" = "fail" }
}

test "7.1.1: could not be looked at" {
  facts {

  }
  expect = { "7.1.1" = "unknown" }
}

test "7.1.2: as demanded" {
  facts {
    file = { "/etc/passwd-" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.2" = "pass" }
}

test "7.1.2: stricter" {
  facts {
    file = { "/etc/passwd-" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.2" = "pass" }
}

test "7.1.2: open to others" {
  facts {
    file = { "/etc/passwd-" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.2" = "fail" }
}

test "7.1.2: owned by a user" {
  facts {
    file = { "/etc/passwd-" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.2" = "fail" }
}

test "7.1.2: of a users' group" {
  facts {
    file = { "/etc/passwd-" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.2" = "fail" }
}

test "7.1.2: absent" {
  facts {
    file = { "/etc/passwd-" = { exists = false } }
  }
  expect = { "7.1.2" = "not_applicable" }
}

test "7.1.3: as demanded" {
  facts {
    file = { "/etc/group" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.3" = "pass" }
}

test "7.1.3: stricter" {
  facts {
    file = { "/etc/group" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.3" = "pass" }
}

test "7.1.3: open to others" {
  facts {
    file = { "/etc/group" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.3" = "fail" }
}

test "7.1.3: owned by a user" {
  facts {
    file = { "/etc/group" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.3" = "fail" }
}

test "7.1.3: of a users' group" {
  facts {
    file = { "/etc/group" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.3" = "fail" }
}

test "7.1.3: could not be looked at" {
  facts {

  }
  expect = { "7.1.3" = "unknown" }
}

test "7.1.4: as demanded" {
  facts {
    file = { "/etc/group-" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.4" = "pass" }
}

test "7.1.4: stricter" {
  facts {
    file = { "/etc/group-" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.4" = "pass" }
}

test "7.1.4: open to others" {
  facts {
    file = { "/etc/group-" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.4" = "fail" }
}

test "7.1.4: owned by a user" {
  facts {
    file = { "/etc/group-" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.4" = "fail" }
}

test "7.1.4: of a users' group" {
  facts {
    file = { "/etc/group-" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.4" = "fail" }
}

test "7.1.4: absent" {
  facts {
    file = { "/etc/group-" = { exists = false } }
  }
  expect = { "7.1.4" = "not_applicable" }
}

test "7.1.5: as demanded" {
  facts {
    file = { "/etc/shadow" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.5" = "pass" }
}

test "7.1.5: stricter" {
  facts {
    file = { "/etc/shadow" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.5" = "pass" }
}

test "7.1.5: open to others" {
  facts {
    file = { "/etc/shadow" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.5" = "fail" }
}

test "7.1.5: owned by a user" {
  facts {
    file = { "/etc/shadow" = { exists = true, mode = "0640", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.5" = "fail" }
}

test "7.1.5: of a users' group" {
  facts {
    file = { "/etc/shadow" = { exists = true, mode = "0640", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.5" = "fail" }
}

test "7.1.5: could not be looked at" {
  facts {

  }
  expect = { "7.1.5" = "unknown" }
}

test "7.1.6: as demanded" {
  facts {
    file = { "/etc/shadow-" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.6" = "pass" }
}

test "7.1.6: stricter" {
  facts {
    file = { "/etc/shadow-" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.6" = "pass" }
}

test "7.1.6: open to others" {
  facts {
    file = { "/etc/shadow-" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.6" = "fail" }
}

test "7.1.6: owned by a user" {
  facts {
    file = { "/etc/shadow-" = { exists = true, mode = "0640", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.6" = "fail" }
}

test "7.1.6: of a users' group" {
  facts {
    file = { "/etc/shadow-" = { exists = true, mode = "0640", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.6" = "fail" }
}

test "7.1.6: absent" {
  facts {
    file = { "/etc/shadow-" = { exists = false } }
  }
  expect = { "7.1.6" = "not_applicable" }
}

test "7.1.7: as demanded" {
  facts {
    file = { "/etc/gshadow" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.7" = "pass" }
}

test "7.1.7: stricter" {
  facts {
    file = { "/etc/gshadow" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.7" = "pass" }
}

test "7.1.7: open to others" {
  facts {
    file = { "/etc/gshadow" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.7" = "fail" }
}

test "7.1.7: owned by a user" {
  facts {
    file = { "/etc/gshadow" = { exists = true, mode = "0640", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.7" = "fail" }
}

test "7.1.7: of a users' group" {
  facts {
    file = { "/etc/gshadow" = { exists = true, mode = "0640", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.7" = "fail" }
}

test "7.1.7: could not be looked at" {
  facts {

  }
  expect = { "7.1.7" = "unknown" }
}

test "7.1.8: as demanded" {
  facts {
    file = { "/etc/gshadow-" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.8" = "pass" }
}

test "7.1.8: stricter" {
  facts {
    file = { "/etc/gshadow-" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.8" = "pass" }
}

test "7.1.8: open to others" {
  facts {
    file = { "/etc/gshadow-" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.8" = "fail" }
}

test "7.1.8: owned by a user" {
  facts {
    file = { "/etc/gshadow-" = { exists = true, mode = "0640", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.8" = "fail" }
}

test "7.1.8: of a users' group" {
  facts {
    file = { "/etc/gshadow-" = { exists = true, mode = "0640", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.8" = "fail" }
}

test "7.1.8: absent" {
  facts {
    file = { "/etc/gshadow-" = { exists = false } }
  }
  expect = { "7.1.8" = "not_applicable" }
}

test "7.1.9: as demanded" {
  facts {
    file = { "/etc/shells" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.9" = "pass" }
}

test "7.1.9: stricter" {
  facts {
    file = { "/etc/shells" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.9" = "pass" }
}

test "7.1.9: open to others" {
  facts {
    file = { "/etc/shells" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "7.1.9" = "fail" }
}

test "7.1.9: owned by a user" {
  facts {
    file = { "/etc/shells" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "7.1.9" = "fail" }
}

test "7.1.9: of a users' group" {
  facts {
    file = { "/etc/shells" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "7.1.9" = "fail" }
}

test "7.1.9: could not be looked at" {
  facts {

  }
  expect = { "7.1.9" = "unknown" }
}

test "7.1.10: as demanded" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true, mode = "0600", uid = 0, gid = 0, group = "root" }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "pass" }
}

test "7.1.10: stricter" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "pass" }
}

test "7.1.10: open to others" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true, mode = "0640", uid = 0, gid = 0, group = "root" }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "fail" }
}

test "7.1.10: owned by a user" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true, mode = "0600", uid = 1000, gid = 0, group = "root" }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "fail" }
}

test "7.1.10: of a users' group" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true, mode = "0600", uid = 0, gid = 1000, group = "users" }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "fail" }
}

test "7.1.10: absent" {
  facts {
    file = { "/etc/security/opasswd" = { exists = false }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "not_applicable" }
}

test "7.1.10: an older one is open to others" {
  facts {
    file = { "/etc/security/opasswd" = { exists = false }, "/etc/security/opasswd.old" = { path = "/etc/security/opasswd.old", exists = true, mode = "0644", uid = 0, gid = 0 } }
  }
  expect = { "7.1.10" = "fail" }
}

test "7.1.10: its mode could not be read" {
  facts {
    file = { "/etc/security/opasswd" = { exists = true }, "/etc/security/opasswd.old" = { exists = false } }
  }
  expect = { "7.1.10" = "unknown" }
}

test "7.1.11: as demanded" {
  facts {
    filesystem = { world_writable_files = [], world_writable_dirs = [{ path = "/tmp", sticky = true }] }
  }
  expect = { "7.1.11" = "pass" }
}

test "7.1.11: no sticky bit" {
  facts {
    filesystem = { world_writable_files = [], world_writable_dirs = [{ path = "/tmp", sticky = false }] }
  }
  expect = { "7.1.11" = "fail" }
}

test "7.1.11: a file" {
  facts {
    filesystem = { world_writable_files = [{ path = "/srv/x" }], world_writable_dirs = [{ path = "/tmp", sticky = true }] }
  }
  expect = { "7.1.11" = "fail" }
}

test "7.1.11: a directory could not be looked into" {
  facts {
    filesystem = { world_writable_files = partial([], "permission denied"), world_writable_dirs = [] }
  }
  expect = { "7.1.11" = "unknown" }
}

test "7.1.12: owned" {
  facts {
    filesystem = { unowned = [], ungrouped = [] }
  }
  expect = { "7.1.12" = "pass" }
}

test "7.1.12: of no one" {
  facts {
    filesystem = { unowned = [{ path = "/srv/x" }], ungrouped = [] }
  }
  expect = { "7.1.12" = "fail" }
}

test "7.1.12: the walk could not see all" {
  facts {
    filesystem = { unowned = [], ungrouped = partial([], "permission denied") }
  }
  expect = { "7.1.12" = "unknown" }
}

test "7.1.13: always for a person" {
  facts {

  }
  expect = { "7.1.13" = "manual" }
}

test "7.2.1: in shadow" {
  facts {
    users         = [{ name = "root", shadowed = true }]
    account_files = { malformed = [] }
  }
  expect = { "7.2.1" = "pass" }
}

test "7.2.1: in passwd" {
  facts {
    users         = [{ name = "root", shadowed = false }]
    account_files = { malformed = [] }
  }
  expect = { "7.2.1" = "fail" }
}

test "7.2.1: a broken line" {
  facts {
    users         = [{ name = "root", shadowed = true }]
    account_files = { malformed = [{ path = "/etc/passwd", line = 3, reason = "too few fields" }] }
  }
  expect = { "7.2.1" = "fail" }
}

test "7.2.1: could not be read" {
  facts {

  }
  expect = { "7.2.1" = "unknown" }
}

test "7.2.2: as demanded" {
  facts {
    users = [{ name = "root", password_status = "set" }]
  }
  expect = { "7.2.2" = "pass" }
}

test "7.2.2: one that is not" {
  facts {
    users = [{ name = "guest", password_status = "blank" }]
  }
  expect = { "7.2.2" = "fail" }
}

test "7.2.2: could not be read" {
  facts {

  }
  expect = { "7.2.2" = "unknown" }
}

test "7.2.3: as demanded" {
  facts {
    users = [{ name = "root", group = "root" }]
  }
  expect = { "7.2.3" = "pass" }
}

test "7.2.3: one that is not" {
  facts {
    users = [{ name = "old", group = "" }]
  }
  expect = { "7.2.3" = "fail" }
}

test "7.2.3: could not be read" {
  facts {

  }
  expect = { "7.2.3" = "unknown" }
}

test "7.2.4: empty" {
  facts {
    group = { "shadow" = { members = [], primary_members = [] } }
  }
  expect = { "7.2.4" = "pass" }
}

test "7.2.4: a member" {
  facts {
    group = { "shadow" = { members = ["ann"], primary_members = [] } }
  }
  expect = { "7.2.4" = "fail" }
}

test "7.2.4: as primary group" {
  facts {
    group = { "shadow" = { members = [], primary_members = ["ann"] } }
  }
  expect = { "7.2.4" = "fail" }
}

test "7.2.4: could not be read" {
  facts {

  }
  expect = { "7.2.4" = "unknown" }
}

test "7.2.5: each its own" {
  facts {
    users = [{ name = "a", uid = 1 }, { name = "b", uid = 2 }]
  }
  expect = { "7.2.5" = "pass" }
}

test "7.2.5: shared" {
  facts {
    users = [{ name = "a", uid = 1 }, { name = "b", uid = 1 }]
  }
  expect = { "7.2.5" = "fail" }
}

test "7.2.5: could not be read" {
  facts {

  }
  expect = { "7.2.5" = "unknown" }
}

test "7.2.6: each its own" {
  facts {
    groups = [{ name = "a", gid = 1 }, { name = "b", gid = 2 }]
  }
  expect = { "7.2.6" = "pass" }
}

test "7.2.6: shared" {
  facts {
    groups = [{ name = "a", gid = 1 }, { name = "b", gid = 1 }]
  }
  expect = { "7.2.6" = "fail" }
}

test "7.2.6: could not be read" {
  facts {

  }
  expect = { "7.2.6" = "unknown" }
}

test "7.2.7: each its own" {
  facts {
    users = [{ name = "a", uid = 1 }, { name = "b", uid = 2 }]
  }
  expect = { "7.2.7" = "pass" }
}

test "7.2.7: shared" {
  facts {
    users = [{ name = "a", uid = 1 }, { name = "a", uid = 2 }]
  }
  expect = { "7.2.7" = "fail" }
}

test "7.2.7: could not be read" {
  facts {

  }
  expect = { "7.2.7" = "unknown" }
}

test "7.2.8: each its own" {
  facts {
    groups = [{ name = "a", gid = 1 }, { name = "b", gid = 2 }]
  }
  expect = { "7.2.8" = "pass" }
}

test "7.2.8: shared" {
  facts {
    groups = [{ name = "a", gid = 1 }, { name = "a", gid = 2 }]
  }
  expect = { "7.2.8" = "fail" }
}

test "7.2.8: could not be read" {
  facts {

  }
  expect = { "7.2.8" = "unknown" }
}

test "7.2.9: as demanded" {
  facts {
    users = [{ name = "ann", interactive = true, uid = 1000, home_exists = true, home_is_dir = true, home_uid = 1000, home_mode = "0700" }]
  }
  expect = { "7.2.9" = "pass" }
}

test "7.2.9: open" {
  facts {
    users = [{ name = "ann", interactive = true, uid = 1000, home_exists = true, home_is_dir = true, home_uid = 1000, home_mode = "0755" }]
  }
  expect = { "7.2.9" = "fail" }
}

test "7.2.9: of someone else" {
  facts {
    users = [{ name = "ann", interactive = true, uid = 1000, home_exists = true, home_is_dir = true, home_uid = 1001, home_mode = "0700" }]
  }
  expect = { "7.2.9" = "fail" }
}

test "7.2.9: does not exist" {
  facts {
    users = [{ name = "ann", interactive = true, uid = 1000, home_exists = false }]
  }
  expect = { "7.2.9" = "fail" }
}

test "7.2.9: no login" {
  facts {
    users = [{ name = "svc", interactive = false }]
  }
  expect = { "7.2.9" = "pass" }
}

test "7.2.9: could not be looked at" {
  facts {
    users = [{ name = "ann", interactive = true, uid = 1000 }]
  }
  expect = { "7.2.9" = "unknown" }
}

test "7.2.10: their own" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.bashrc", name = ".bashrc", type = "file", mode = "0644", owner = "ann", group = "ann" }] }]
  }
  expect = { "7.2.10" = "pass" }
}

test "7.2.10: writable by others" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.bashrc", name = ".bashrc", type = "file", mode = "0666", owner = "ann", group = "ann" }] }]
  }
  expect = { "7.2.10" = "fail" }
}

test "7.2.10: of someone else" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.bashrc", name = ".bashrc", type = "file", mode = "0644", owner = "bob", group = "ann" }] }]
  }
  expect = { "7.2.10" = "fail" }
}

test "7.2.10: a trust file" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.rhosts", name = ".rhosts", type = "file", mode = "0600", owner = "ann", group = "ann" }] }]
  }
  expect = { "7.2.10" = "fail" }
}

test "7.2.10: passwords in the open" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.netrc", name = ".netrc", type = "file", mode = "0644", owner = "ann", group = "ann" }] }]
  }
  expect = { "7.2.10" = "fail" }
}

test "7.2.10: the home could not be read" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true }]
  }
  expect = { "7.2.10" = "unknown" }
}

test "7.2.10: of another group" {
  facts {
    users = [{ name = "ann", group = "ann", interactive = true, dot_files = [{ path = "/home/ann/.bashrc", name = ".bashrc", type = "file", mode = "0644", owner = "ann", group = "staff" }] }]
  }
  expect = { "7.2.10" = "fail" }
}
