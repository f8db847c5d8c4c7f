# 5. Roles and what they may do

control "5.1" {
  title    = "New passwords are stored as SCRAM verifiers"
  why      = "An MD5 hash is cracked in seconds, and opens the door as it is."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["password-encryption"]
    devsec      = ["postgres-07"]
    nist_800_53 = ["IA-5"]
  }

  violations = [for c in postgres : { name = c.name, value = c.password_encryption } if c.password_encryption != "scram-sha-256"]

  fix "postgres_setting" {
    for_each = violations
    cluster  = each.name
    name     = "password_encryption"
    value    = "scram-sha-256"
  }
}

control "5.2" {
  title    = "No stored password is an MD5 hash or plain"
  why      = "Roles keep the old form until their password is set anew."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-07"]
    nist_800_53 = ["IA-5"]
  }

  violations = flatten([for c in postgres : [
    for r in c.roles : { name = c.name, message = "${c.name}: ${r.name}" } if r.password_form == "md5" || r.password_form == "plain"
  ]])
  remedy = "Have the passwords of these roles set anew with password_encryption = scram-sha-256."
}

control "5.3" {
  title    = "Only the cluster's owner is a superuser"
  why      = "A superuser reads every file of the server's account and runs programs as it."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-08"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : [
    for r in c.roles : { name = c.name, message = "${c.name}: ${r.name}" } if r.superuser && r.login && r.name != c.owner
  ]])
  remedy = "ALTER ROLE … NOSUPERUSER; grant the predefined roles that it needs."
}

control "5.4" {
  title    = "Only the cluster's owner makes roles and databases"
  why      = "Who makes roles can make one with more rights."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-08"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : [
    for r in c.roles : { name = c.name, message = "${c.name}: ${r.name}" } if(r.createrole || r.createdb) && r.login && r.name != c.owner
  ]])
  remedy = "ALTER ROLE … NOCREATEROLE NOCREATEDB."
}

control "5.5" {
  title    = "No role but the owner goes around row security"
  why      = "Policies that hide rows hold for everyone else."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["AC-3"]
  }

  violations = flatten([for c in postgres : [
    for r in c.roles : { name = c.name, message = "${c.name}: ${r.name}" } if r.bypassrls && r.login && r.name != c.owner
  ]])
  remedy = "ALTER ROLE … NOBYPASSRLS."
}

control "5.6" {
  title    = "No database has an untrusted language"
  why      = "Its functions do all that the server's account may."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-04", "postgres-05"]
    nist_800_53 = ["CM-7"]
  }

  violations = flatten([for c in postgres : [
    for d in c.databases : { name = c.name, message = "${c.name}: ${d.name}: ${join(", ", d.untrusted_languages)}" } if length(d.untrusted_languages) > 0
  ]])
  remedy = "DROP EXTENSION for the languages that are named."
}

control "5.7" {
  title    = "No one but the owner may look at password hashes"
  why      = "pg_authid holds them."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-09"]
    nist_800_53 = ["AC-3"]
  }

  violations = flatten([for c in postgres : [
    for d in c.databases : { name = c.name, message = "${c.name}: ${d.name}: ${join(", ", d.pg_authid_grantees)}" } if length(d.pg_authid_grantees) > 0
  ]])
  remedy = "REVOKE ALL ON pg_authid FROM whom it names."
}

control "5.8" {
  title    = "set_user is there for acts of the superuser"
  why      = "It lets administrators become superuser for a while, and logs it."
  profiles = ["level2"]
  severity = "low"
  refs = {
    wazuh       = ["24026"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : [
    for d in c.databases : { name = c.name, message = "${c.name}: ${d.name}: ${join(", ", d.extensions)}" } if d.name != "template1" && !anytrue([for e in d.extensions : startswith(e, "set_user ")])
  ]])
  remedy = "Install postgresql-VERSION-set-user, load it with shared_preload_libraries and CREATE EXTENSION set_user."
}

control "5.9" {
  title    = "Nothing of users is granted to everyone"
  why      = "What PUBLIC may do, each role may that will ever be made."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-17"]
    nist_800_53 = ["AC-3"]
  }

  violations = flatten([for c in postgres : flatten([
    for d in c.databases : [
      for x in d.grants : { name = c.name, message = "${c.name}: ${d.name}: ${x.privileges} on ${x.object}" } if x.grantee == "PUBLIC"
    ]
  ])])
  remedy = "REVOKE … FROM PUBLIC, and grant to the roles that need it."
}

control "5.10" {
  title    = "Only owners pass rights on"
  why      = "WITH GRANT OPTION hands the decision to someone else."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-18"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : flatten([
    for d in c.databases : [
      for x in d.grants : { name = c.name, message = "${c.name}: ${d.name}: ${x.grantee} may grant ${x.privileges} on ${x.object}" } if x.grantable
    ]
  ])])
  remedy = "REVOKE GRANT OPTION FOR … FROM whom it names."
}

control "5.11" {
  title    = "Functions with their owner's rights say where they look for names"
  why      = "Its caller puts a table or function of its own in the way, and it runs as the owner."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-19"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : flatten([
    for d in c.databases : [
      for x in d.security_definers : { name = c.name, message = "${c.name}: ${d.name}: ${x.name} of ${x.owner}" } if !x.fixed_search_path
    ]
  ])])
  remedy = "ALTER FUNCTION … SET search_path = pg_catalog, pg_temp (and the schemas that it needs)."
}

control "5.12" {
  title    = "Functions with their owner's rights are not for everyone"
  why      = "EXECUTE is granted to PUBLIC unless someone takes it away."
  profiles = ["level2"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-19"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : flatten([
    for d in c.databases : [
      for x in d.security_definers : { name = c.name, message = "${c.name}: ${d.name}: ${x.name} of ${x.owner}" } if x.public
    ]
  ])])
  remedy = "REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, and grant it to the roles that need it."
}

control "5.13" {
  title    = "Roles that log in have a password"
  why      = "A line of pg_hba.conf that says trust lets in those without one by their name alone."
  profiles = ["level2"]
  severity = "high"
  refs = {
    devsec      = ["postgres-06"]
    nist_800_53 = ["IA-5"]
  }

  violations = flatten([for c in postgres : [
    for r in c.roles : { name = c.name, message = "${c.name}: ${r.name}" } if r.login && r.password_form == "none" && r.name != c.owner
  ]])
  remedy = "Set a password, or waive the roles that come in by peer or a certificate alone."
}

control "5.14" {
  title    = "No role or database has weaker settings than the cluster"
  why      = "ALTER ROLE and ALTER DATABASE undo for some sessions what the cluster sets for all."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CM-6"]
  }

  violations = flatten([for c in postgres : [
    for o in c.overrides : { name = c.name, message = format("%s: %s for %s in %s", c.name, o.name, o.role == "" ? "all roles" : o.role, o.database == "" ? "all databases" : o.database) }
    if contains(["password_encryption", "row_security", "zero_damaged_pages", "ignore_checksum_failure", "allow_system_table_mods", "session_preload_libraries", "local_preload_libraries", "debug_print_parse", "debug_print_rewritten", "debug_print_plan"], lower(o.name)) && !contains(["password_encryption=scram-sha-256", "row_security=on", "zero_damaged_pages=off", "ignore_checksum_failure=off", "allow_system_table_mods=off", "debug_print_parse=off", "debug_print_rewritten=off", "debug_print_plan=off"], "${lower(o.name)}=${o.value}")
  ]])
  remedy = "ALTER ROLE … RESET, or ALTER DATABASE … RESET, for what is named."
}
