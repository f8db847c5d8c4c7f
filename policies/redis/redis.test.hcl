test "1.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", wildcard = false, configured = { wildcard = false } }]
  }
  expect = { "1.1" = "pass" }
}

test "1.1: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", wildcard = true, configured = { wildcard = false } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", wildcard = false, configured = { wildcard = true } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.2: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", protected_mode = true, configured = { protected_mode = true } }]
  }
  expect = { "1.2" = "pass" }
}

test "1.2: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", protected_mode = false, configured = { protected_mode = true } }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", protected_mode = true, configured = { protected_mode = false } }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "1.2" = "unknown" }
}

test "1.3: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", remote = true, port = 0, tls = { port = 6379 }, configured = { remote = true, port = 0, tls = { port = 6379 } } }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", remote = true, port = 6379, tls = { port = 6380 }, configured = { remote = true, port = 0, tls = { port = 6379 } } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", remote = true, port = 0, tls = { port = 6379 }, configured = { remote = true, port = 6379, tls = { port = 6380 } } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "1.3" = "unknown" }
}

test "2.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", users = [{ name = "default", enabled = false, nopass = true }, { name = "a", enabled = true, nopass = false }], configured = { users = [{ name = "default", enabled = false, nopass = true }, { name = "a", enabled = true, nopass = false }] } }]
  }
  expect = { "2.1" = "pass" }
}

test "2.1: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", users = [{ name = "default", enabled = true, nopass = true }], configured = { users = [{ name = "default", enabled = false, nopass = true }, { name = "a", enabled = true, nopass = false }] } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", users = [{ name = "default", enabled = false, nopass = true }, { name = "a", enabled = true, nopass = false }], configured = { users = [{ name = "default", enabled = true, nopass = true }] } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.2: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", requirepass_set = false, aclfile = "/etc/redis/users.acl", users = [{ name = "default" }], default_user = { nopass = false }, configured = { requirepass_set = false, aclfile = "/etc/redis/users.acl", users = [{ name = "default" }], default_user = { nopass = false } } }]
  }
  expect = { "2.2" = "pass" }
}

test "2.2: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", requirepass_set = false, aclfile = "", users = [{ name = "default" }], default_user = { nopass = true }, configured = { requirepass_set = false, aclfile = "/etc/redis/users.acl", users = [{ name = "default" }], default_user = { nopass = false } } }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", requirepass_set = false, aclfile = "/etc/redis/users.acl", users = [{ name = "default" }], default_user = { nopass = false }, configured = { requirepass_set = false, aclfile = "", users = [{ name = "default" }], default_user = { nopass = true } } }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "2.2" = "unknown" }
}

test "3.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, auth_clients = "yes" }, configured = { tls = { port = 6379, auth_clients = "yes" } } }]
  }
  expect = { "3.1" = "pass" }
}

test "3.1: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, auth_clients = "optional" }, configured = { tls = { port = 6379, auth_clients = "yes" } } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, auth_clients = "yes" }, configured = { tls = { port = 6379, auth_clients = "optional" } } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "3.1" = "unknown" }
}

test "3.2: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.2", "TLSv1.3"] }, configured = { tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.2", "TLSv1.3"] } } }]
  }
  expect = { "3.2" = "pass" }
}

test "3.2: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.1", "TLSv1.2"] }, configured = { tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.2", "TLSv1.3"] } } }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.2", "TLSv1.3"] }, configured = { tls = { port = 6379, replication = false, cluster = false, protocols = ["TLSv1.1", "TLSv1.2"] } } }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "3.2" = "unknown" }
}

test "3.3: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", replica = true, tls = { replication = true, cluster = false }, cluster_enabled = false, configured = { replica = true, tls = { replication = true, cluster = false }, cluster_enabled = false } }]
  }
  expect = { "3.3" = "pass" }
}

test "3.3: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", replica = true, tls = { replication = false, cluster = false }, cluster_enabled = false, configured = { replica = true, tls = { replication = true, cluster = false }, cluster_enabled = false } }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", replica = true, tls = { replication = true, cluster = false }, cluster_enabled = false, configured = { replica = true, tls = { replication = false, cluster = false }, cluster_enabled = false } }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "3.3" = "unknown" }
}

test "3.4: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", key = { exists = true, mode = "0640" } }]
  }
  expect = { "3.4" = "pass" }
}

test "3.4: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", key = { exists = true, mode = "0644" } }]
  }
  expect = { "3.4" = "fail" }
}

test "3.4: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "3.4" = "unknown" }
}

test "4.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_protected_configs = "no", configured = { enable_protected_configs = "no" } }]
  }
  expect = { "4.1" = "pass" }
}

test "4.1: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_protected_configs = "yes", configured = { enable_protected_configs = "no" } }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_protected_configs = "no", configured = { enable_protected_configs = "yes" } }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "4.1" = "unknown" }
}

test "4.2: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_debug_command = "local", configured = { enable_debug_command = "local" } }]
  }
  expect = { "4.2" = "pass" }
}

test "4.2: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_debug_command = "yes", configured = { enable_debug_command = "local" } }]
  }
  expect = { "4.2" = "fail" }
}

test "4.2: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_debug_command = "local", configured = { enable_debug_command = "yes" } }]
  }
  expect = { "4.2" = "fail" }
}

test "4.2: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "4.2" = "unknown" }
}

test "4.3: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_module_command = "no", configured = { enable_module_command = "no" } }]
  }
  expect = { "4.3" = "pass" }
}

test "4.3: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_module_command = "yes", configured = { enable_module_command = "no" } }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", enable_module_command = "no", configured = { enable_module_command = "yes" } }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "4.3" = "unknown" }
}

test "4.4: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", live = false, disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = false }, configured = { disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = false } } }]
  }
  expect = { "4.4" = "pass" }
}

test "4.4: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", live = false, disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = true }, configured = { disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = false } } }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", live = false, disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = false }, configured = { disabled_commands = [], renamed_commands = [], default_user = { enabled = true, may_configure = true } } }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "4.4" = "unknown" }
}

test "5.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", user = "redis" }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", user = "root" }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.2: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", config = { exists = true, mode = "0640" } }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", config = { exists = true, mode = "0644" } }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.3: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", acl = { exists = true, mode = "0600" } }]
  }
  expect = { "5.3" = "pass" }
}

test "5.3: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", acl = { exists = true, mode = "0644" } }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.3" = "unknown" }
}

test "5.4: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", unixsocket = "/run/redis/s", unixsocketperm = "0700", configured = { unixsocket = "/run/redis/s", unixsocketperm = "0700" } }]
  }
  expect = { "5.4" = "pass" }
}

test "5.4: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", unixsocket = "/run/redis/s", unixsocketperm = "0777", configured = { unixsocket = "/run/redis/s", unixsocketperm = "0700" } }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", unixsocket = "/run/redis/s", unixsocketperm = "0700", configured = { unixsocket = "/run/redis/s", unixsocketperm = "0777" } }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.4" = "unknown" }
}

test "5.5: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", directory = { exists = true, mode = "0750" } }]
  }
  expect = { "5.5" = "pass" }
}

test "5.5: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", directory = { exists = true, mode = "0755" } }]
  }
  expect = { "5.5" = "fail" }
}

test "5.5: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.5" = "unknown" }
}

test "5.6: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", dump = { exists = true, mode = "0660" }, append_only = { exists = false } }]
  }
  expect = { "5.6" = "pass" }
}

test "5.6: not as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", dump = { exists = true, mode = "0664" }, append_only = { exists = false } }]
  }
  expect = { "5.6" = "fail" }
}

test "5.6: it could not be read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "5.6" = "unknown" }
}

test "6.1: as demanded" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", logfile = "/var/log/redis/redis-server.log", syslog_enabled = false, configured = { logfile = "/var/log/redis/redis-server.log", syslog_enabled = false } }]
  }
  expect = { "6.1" = "pass" }
}

test "6.1: not so in force" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", logfile = "", syslog_enabled = false, configured = { logfile = "/var/log/redis/redis-server.log", syslog_enabled = false } }]
  }
  expect = { "6.1" = "fail" }
}

test "6.1: not so after the next restart" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf", logfile = "/var/log/redis/redis-server.log", syslog_enabled = false, configured = { logfile = "", syslog_enabled = false } }]
  }
  expect = { "6.1" = "fail" }
}

test "6.1: the server and its files were not read" {
  facts {
    redis = [{ name = "/etc/redis/redis.conf", config_file = "/etc/redis/redis.conf" }]
  }
  expect = { "6.1" = "unknown" }
}

test "5.7: nowhere" {
  facts {
    environment_variable = { "REDISCLI_AUTH" = [] }
  }
  expect = { "5.7" = "pass" }
}

test "5.7: a unit" {
  facts {
    environment_variable = { "REDISCLI_AUTH" = [{ kind = "unit", name = "app.service", path = "/etc/systemd/system/app.service", line = 4 }] }
  }
  expect = { "5.7" = "fail" }
}

test "5.7: not all could be read" {
  facts {
    environment_variable = { "REDISCLI_AUTH" = partial([], "permission denied") }
  }
  expect = { "5.7" = "unknown" }
}
