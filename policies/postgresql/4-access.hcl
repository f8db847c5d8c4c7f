# 4. Who may connect

control "4.1" {
  title    = "No one is let in without proof"
  why      = "trust believes whatever name is given."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["hba-no-trust"]
    nist_800_53 = ["IA-2", "AC-3"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.method == "trust"
  ]])
  remedy = "Use scram-sha-256, peer or cert in the lines that are named, and reload."
}

control "4.2" {
  title    = "No password travels as it is"
  why      = "The method password sends it in clear."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["hba-no-password"]
    nist_800_53 = ["IA-5", "SC-8"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.method == "password"
  ]])
  remedy = "Use scram-sha-256 in the lines that are named, and reload."
}

control "4.3" {
  title    = "Passwords are not proven with MD5"
  why      = "Its hashes are as good as the password to whoever gets hold of one."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["hba-no-md5"]
    nist_800_53 = ["IA-5", "SC-13"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.method == "md5"
  ]])
  remedy = "Set password_encryption to scram-sha-256, have the passwords set anew, then use scram-sha-256 in the lines that are named."
}

control "4.4" {
  title    = "No rule is for the whole world"
  why      = "A network that is named is a network that someone thought about."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["hba-no-unrestricted"]
    nist_800_53 = ["AC-4", "SC-7"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.any_address && h.method != "reject"
  ]])
  remedy = "Name the networks that clients are in."
}

control "4.5" {
  title    = "Other hosts connect over TLS only"
  why      = "A host line takes a connection in clear as well."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["hba-remote-requires-tls"]
    devsec      = ["postgres-15"]
    nist_800_53 = ["SC-8"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.remote && h.method != "reject" && h.type != "hostssl" && h.type != "hostgssenc"
  ]])
  remedy = "Write hostssl in the lines that are named."
}

control "4.6" {
  title    = "Other hosts prove themselves by SCRAM, a certificate or a directory"
  why      = "ident believes what the other host says of its users."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-14"]
    nist_800_53 = ["IA-2"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.method == "ident"
  ]])
  remedy = "Use scram-sha-256 or cert in the lines that are named."
}

control "4.7" {
  title    = "Accounts of the host come in as themselves"
  why      = "peer asks the kernel who is there; nothing can be guessed or stolen."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    devsec      = ["postgres-13"]
    nist_800_53 = ["IA-2"]
  }

  violations = flatten([for c in postgres : [
    for h in c.hba : { name = c.name, message = "${c.name}: ${h.file}:${h.line} ${h.rule}" } if h.type == "local" && !contains(["peer", "reject", "scram-sha-256"], h.method)
  ]])
  remedy = "Use peer in the local lines that are named."
}

control "4.8" {
  title    = "No account is mapped to the superuser"
  why      = "Who gets that account gets the cluster."
  profiles = ["level1"]
  severity = "high"
  refs = {
    mondoo      = ["ident-no-superuser"]
    nist_800_53 = ["AC-6"]
  }

  violations = flatten([for c in postgres : [
    for m in c.ident : { name = c.name, message = "${c.name}: ${m.file}:${m.line} ${m.map} ${m.system_user} ${m.role}" }
    if(m.role == c.owner || m.role == "all" || matches(m.role, "^[+/]|\\\\1")) && m.system_user != c.owner
  ]])
  remedy = "Take the line out of pg_ident.conf and reload."
}
