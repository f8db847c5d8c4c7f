test "1.1: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", wildcard = false, configured = { wildcard = false } }]
  }
  expect = { "1.1" = "pass" }
}

test "1.1: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", wildcard = true, configured = { wildcard = false } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", wildcard = false, configured = { wildcard = true } }]
  }
  expect = { "1.1" = "fail" }
}

test "1.1: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "1.1" = "unknown" }
}

test "1.2: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, require_secure_transport = true, configured = { remote = true, require_secure_transport = true } }]
  }
  expect = { "1.2" = "pass" }
}

test "1.2: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, require_secure_transport = false, configured = { remote = true, require_secure_transport = true } }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, require_secure_transport = true, configured = { remote = true, require_secure_transport = false } }]
  }
  expect = { "1.2" = "fail" }
}

test "1.2: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "1.2" = "unknown" }
}

test "1.3: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, tls = { enabled = true }, configured = { remote = true, tls = { enabled = true } } }]
  }
  expect = { "1.3" = "pass" }
}

test "1.3: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, tls = { enabled = false }, configured = { remote = true, tls = { enabled = true } } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", remote = true, tls = { enabled = true }, configured = { remote = true, tls = { enabled = false } } }]
  }
  expect = { "1.3" = "fail" }
}

test "1.3: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "1.3" = "unknown" }
}

test "1.4: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", tls = { enabled = true, versions = ["TLSv1.2", "TLSv1.3"] }, configured = { tls = { enabled = true, versions = ["TLSv1.2", "TLSv1.3"] } } }]
  }
  expect = { "1.4" = "pass" }
}

test "1.4: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", tls = { enabled = true, versions = ["TLSv1.1", "TLSv1.2"] }, configured = { tls = { enabled = true, versions = ["TLSv1.2", "TLSv1.3"] } } }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", tls = { enabled = true, versions = ["TLSv1.2", "TLSv1.3"] }, configured = { tls = { enabled = true, versions = ["TLSv1.1", "TLSv1.2"] } } }]
  }
  expect = { "1.4" = "fail" }
}

test "1.4: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "1.4" = "unknown" }
}

test "2.1: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_grant_tables = false, configured = { skip_grant_tables = false } }]
  }
  expect = { "2.1" = "pass" }
}

test "2.1: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_grant_tables = true, configured = { skip_grant_tables = false } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_grant_tables = false, configured = { skip_grant_tables = true } }]
  }
  expect = { "2.1" = "fail" }
}

test "2.1: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.1" = "unknown" }
}

test "2.2: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", user = "app" }] }]
  }
  expect = { "2.2" = "pass" }
}

test "2.2: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", user = "" }] }]
  }
  expect = { "2.2" = "fail" }
}

test "2.2: the server was not asked" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.2" = "unknown" }
}

test "2.3: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = true, empty_password = true }, { name = "a@b", locked = false, empty_password = false }] }]
  }
  expect = { "2.3" = "pass" }
}

test "2.3: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = false, empty_password = true }] }]
  }
  expect = { "2.3" = "fail" }
}

test "2.3: the server was not asked" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.3" = "unknown" }
}

test "2.4: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", user = "root", local = true }, { name = "a@b", user = "app", local = false }] }]
  }
  expect = { "2.4" = "pass" }
}

test "2.4: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", user = "root", local = false }] }]
  }
  expect = { "2.4" = "fail" }
}

test "2.4: the server was not asked" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.4" = "unknown" }
}

test "2.5: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = false, any_host = false }] }]
  }
  expect = { "2.5" = "pass" }
}

test "2.5: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = false, any_host = true }] }]
  }
  expect = { "2.5" = "fail" }
}

test "2.5: the server was not asked" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.5" = "unknown" }
}

test "2.6: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = false, user = "root" }, { name = "a@b", locked = false, user = "app", super = false, file = false, process = false, shutdown = false, grant_option = false, write_mysql = false }] }]
  }
  expect = { "2.6" = "pass" }
}

test "2.6: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", accounts = [{ name = "a@b", locked = false, user = "app", super = false, file = true }] }]
  }
  expect = { "2.6" = "fail" }
}

test "2.6: the server was not asked" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.6" = "unknown" }
}

test "2.7: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", password_check = true, password_minimum_length = 14, configured = { password_check = true, password_minimum_length = 14 } }]
  }
  expect = { "2.7" = "pass" }
}

test "2.7: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", password_check = false, password_minimum_length = 0, configured = { password_check = true, password_minimum_length = 14 } }]
  }
  expect = { "2.7" = "fail" }
}

test "2.7: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", password_check = true, password_minimum_length = 14, configured = { password_check = false, password_minimum_length = 0 } }]
  }
  expect = { "2.7" = "fail" }
}

test "2.7: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.7" = "unknown" }
}

test "3.1: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", local_infile = false, configured = { local_infile = false } }]
  }
  expect = { "3.1" = "pass" }
}

test "3.1: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", local_infile = true, configured = { local_infile = false } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", local_infile = false, configured = { local_infile = true } }]
  }
  expect = { "3.1" = "fail" }
}

test "3.1: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.1" = "unknown" }
}

test "3.2: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", secure_file_priv = "/var/lib/mysql-files", configured = { secure_file_priv = "/var/lib/mysql-files" } }]
  }
  expect = { "3.2" = "pass" }
}

test "3.2: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", secure_file_priv = "", configured = { secure_file_priv = "/var/lib/mysql-files" } }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", secure_file_priv = "/var/lib/mysql-files", configured = { secure_file_priv = "" } }]
  }
  expect = { "3.2" = "fail" }
}

test "3.2: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.2" = "unknown" }
}

test "3.3: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", symbolic_links = false, configured = { symbolic_links = false } }]
  }
  expect = { "3.3" = "pass" }
}

test "3.3: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", symbolic_links = true, configured = { symbolic_links = false } }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", symbolic_links = false, configured = { symbolic_links = true } }]
  }
  expect = { "3.3" = "fail" }
}

test "3.3: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.3" = "unknown" }
}

test "3.4: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", allow_suspicious_udfs = false, configured = { allow_suspicious_udfs = false } }]
  }
  expect = { "3.4" = "pass" }
}

test "3.4: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", allow_suspicious_udfs = false, configured = { allow_suspicious_udfs = true } }]
  }
  expect = { "3.4" = "fail" }
}

test "3.4: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.4" = "unknown" }
}

test "3.5: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", sql_mode = ["STRICT_ALL_TABLES"], configured = { sql_mode = ["STRICT_ALL_TABLES"] } }]
  }
  expect = { "3.5" = "pass" }
}

test "3.5: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", sql_mode = ["STRICT_TRANS_TABLES"], configured = { sql_mode = ["STRICT_ALL_TABLES"] } }]
  }
  expect = { "3.5" = "fail" }
}

test "3.5: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", sql_mode = ["STRICT_ALL_TABLES"], configured = { sql_mode = ["STRICT_TRANS_TABLES"] } }]
  }
  expect = { "3.5" = "fail" }
}

test "3.5: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.5" = "unknown" }
}

test "3.6: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", test_database = false }]
  }
  expect = { "3.6" = "pass" }
}

test "3.6: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", test_database = true }]
  }
  expect = { "3.6" = "fail" }
}

test "3.6: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.6" = "unknown" }
}

test "4.1: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", user = "mysql" }]
  }
  expect = { "4.1" = "pass" }
}

test "4.1: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", user = "root" }]
  }
  expect = { "4.1" = "fail" }
}

test "4.1: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.1" = "unknown" }
}

test "4.2: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", user = "mysql" }]
    user    = { mysql = { shell = "/bin/false" } }
  }
  expect = { "4.2" = "pass" }
}

test "4.2: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", user = "mysql" }]
    user    = { mysql = { shell = "/bin/bash" } }
  }
  expect = { "4.2" = "fail" }
}

test "4.2: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.2" = "unknown" }
}

test "4.3: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", option_files = [{ mode = "0644" }] }]
  }
  expect = { "4.3" = "pass" }
}

test "4.3: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", option_files = [{ mode = "0664" }] }]
  }
  expect = { "4.3" = "fail" }
}

test "4.3: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.3" = "unknown" }
}

test "4.4: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", files_with_password = [] }]
  }
  expect = { "4.4" = "pass" }
}

test "4.4: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", files_with_password = ["/etc/mysql/conf.d/a.cnf"] }]
  }
  expect = { "4.4" = "fail" }
}

test "4.4: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.4" = "unknown" }
}

test "4.5: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", directory = { exists = true, mode = "0700" } }]
  }
  expect = { "4.5" = "pass" }
}

test "4.5: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", directory = { exists = true, mode = "0755" } }]
  }
  expect = { "4.5" = "fail" }
}

test "4.5: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.5" = "unknown" }
}

test "4.6: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", error_log = { exists = true, mode = "0640" } }]
  }
  expect = { "4.6" = "pass" }
}

test "4.6: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", error_log = { exists = true, mode = "0644" } }]
  }
  expect = { "4.6" = "fail" }
}

test "4.6: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.6" = "unknown" }
}

test "4.7: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", key = { exists = true, mode = "0640" } }]
  }
  expect = { "4.7" = "pass" }
}

test "4.7: not as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", key = { exists = true, mode = "0644" } }]
  }
  expect = { "4.7" = "fail" }
}

test "4.7: it could not be read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "4.7" = "unknown" }
}

test "5.1: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", log_error = "/var/log/mysql/error.log", configured = { log_error = "/var/log/mysql/error.log" } }]
  }
  expect = { "5.1" = "pass" }
}

test "5.1: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", log_error = "", configured = { log_error = "/var/log/mysql/error.log" } }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", log_error = "/var/log/mysql/error.log", configured = { log_error = "" } }]
  }
  expect = { "5.1" = "fail" }
}

test "5.1: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "5.1" = "unknown" }
}

test "5.2: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", log_verbosity = 2, configured = { log_verbosity = 2 } }]
  }
  expect = { "5.2" = "pass" }
}

test "5.2: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", log_verbosity = 1, configured = { log_verbosity = 2 } }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", log_verbosity = 2, configured = { log_verbosity = 1 } }]
  }
  expect = { "5.2" = "fail" }
}

test "5.2: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "5.2" = "unknown" }
}

test "5.3: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", log_raw = false, configured = { log_raw = false } }]
  }
  expect = { "5.3" = "pass" }
}

test "5.3: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", log_raw = true, configured = { log_raw = false } }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", log_raw = false, configured = { log_raw = true } }]
  }
  expect = { "5.3" = "fail" }
}

test "5.3: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "5.3" = "unknown" }
}

test "5.4: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", audit_log = true, audit_events = ["CONNECT", "QUERY_DDL"], configured = { audit_log = true, audit_events = ["CONNECT", "QUERY_DDL"] } }]
  }
  expect = { "5.4" = "pass" }
}

test "5.4: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", audit_log = true, audit_events = ["CONNECT"], configured = { audit_log = true, audit_events = ["CONNECT", "QUERY_DDL"] } }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", audit_log = true, audit_events = ["CONNECT", "QUERY_DDL"], configured = { audit_log = true, audit_events = ["CONNECT"] } }]
  }
  expect = { "5.4" = "fail" }
}

test "5.4: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "5.4" = "unknown" }
}

test "5.5: as demanded" {
  now = "2026-11-23T12:00:00Z"
  facts {
    mariadb = [{ name = "mariadb.service", end_of_life = "2028-02-16T00:00:00Z" }]
  }
  expect = { "5.5" = "pass" }
}

test "5.5: not as demanded" {
  now = "2026-11-23T12:00:00Z"
  facts {
    mariadb = [{ name = "mariadb.service", end_of_life = "2023-05-25T00:00:00Z" }]
  }
  expect = { "5.5" = "fail" }
}

test "5.5: it could not be read" {
  now = "2026-11-23T12:00:00Z"
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "5.5" = "unknown" }
}

test "4.8: nowhere" {
  facts {
    environment_variable = { "MYSQL_PWD" = [] }
  }
  expect = { "4.8" = "pass" }
}

test "4.8: a unit" {
  facts {
    environment_variable = { "MYSQL_PWD" = [{ kind = "unit", name = "app.service", path = "/etc/systemd/system/app.service", line = 4 }] }
  }
  expect = { "4.8" = "fail" }
}

test "4.8: not all could be read" {
  facts {
    environment_variable = { "MYSQL_PWD" = partial([], "permission denied") }
  }
  expect = { "4.8" = "unknown" }
}

test "2.8: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", flavour = "mysql", default_auth_plugin = "caching_sha2_password", configured = { default_auth_plugin = "caching_sha2_password" } }]
  }
  expect = { "2.8" = "pass" }
}

test "2.8: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", flavour = "mysql", default_auth_plugin = "mysql_native_password", configured = { default_auth_plugin = "caching_sha2_password" } }]
  }
  expect = { "2.8" = "fail" }
}

test "2.8: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", flavour = "mysql", default_auth_plugin = "caching_sha2_password", configured = { default_auth_plugin = "mysql_native_password" } }]
  }
  expect = { "2.8" = "fail" }
}

test "2.8: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "2.8" = "unknown" }
}

test "2.8: MariaDB has no other default" {
  facts {
    mariadb = [{ name = "mariadb.service", flavour = "mariadb", default_auth_plugin = "mysql_native_password", configured = { default_auth_plugin = "mysql_native_password" } }]
  }
  expect = { "2.8" = "not_applicable" }
}

test "3.7: as demanded" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_show_database = true, configured = { skip_show_database = true } }]
  }
  expect = { "3.7" = "pass" }
}

test "3.7: not so in force" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_show_database = false, configured = { skip_show_database = true } }]
  }
  expect = { "3.7" = "fail" }
}

test "3.7: not so after the next restart" {
  facts {
    mariadb = [{ name = "mariadb.service", skip_show_database = true, configured = { skip_show_database = false } }]
  }
  expect = { "3.7" = "fail" }
}

test "3.7: the server and its files were not read" {
  facts {
    mariadb = [{ name = "mariadb.service" }]
  }
  expect = { "3.7" = "unknown" }
}

test "4.9: a link to nowhere" {
  facts {
    database = { mariadb = { present = true } }
    users    = [{ name = "ann", dot_files = [{ name = ".mysql_history", path = "/h/.mysql_history", type = "symlink" }] }]
    file     = { "/h/.mysql_history" = { target = "/dev/null" } }
  }
  expect = { "4.9" = "pass" }
}

test "4.9: a link elsewhere" {
  facts {
    database = { mariadb = { present = true } }
    users    = [{ name = "ann", dot_files = [{ name = ".mariadb_history", path = "/h/.mariadb_history", type = "symlink" }] }]
    file     = { "/h/.mariadb_history" = { target = "/srv/h" } }
  }
  expect = { "4.9" = "fail" }
}

test "4.9: a history" {
  facts {
    database = { mariadb = { present = true } }
    users    = [{ name = "root", dot_files = [{ name = ".mysql_history", path = "/root/.mysql_history", type = "file" }] }]
  }
  expect = { "4.9" = "fail" }
}

test "4.9: a home that could not be read" {
  facts {
    database = { mariadb = { present = true } }
    users    = [{ name = "ann" }]
  }
  expect = { "4.9" = "unknown" }
}

test "4.10: for its user alone" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann", has_password = true, file = { path = "/home/ann/.my.cnf", mode = "0600", owner = "ann" } }]
  }
  expect = { "4.10" = "pass" }
}

test "4.10: for all to read" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann", has_password = false, file = { path = "/home/ann/.my.cnf", mode = "0644", owner = "ann" } }]
  }
  expect = { "4.10" = "fail" }
}

test "4.10: of another user" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann", has_password = false, file = { path = "/home/ann/.my.cnf", mode = "0600", owner = "bob" } }]
  }
  expect = { "4.10" = "fail" }
}

test "4.10: not read" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann" }]
  }
  expect = { "4.10" = "unknown" }
}

test "4.11: without a password" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann", has_password = false, file = { path = "/home/ann/.my.cnf", mode = "0600", owner = "ann" } }]
  }
  expect = { "4.11" = "pass" }
}

test "4.11: with one" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann", has_password = true, file = { path = "/home/ann/.my.cnf", mode = "0600", owner = "ann" } }]
  }
  expect = { "4.11" = "fail" }
}

test "4.11: not read" {
  facts {
    database           = { mariadb = { present = true } }
    mariadb_user_files = [{ user = "ann" }]
  }
  expect = { "4.11" = "unknown" }
}
