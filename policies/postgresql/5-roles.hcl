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
