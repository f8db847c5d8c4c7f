# TLS as servers speak it and certificates as they lie on disk, after Mozilla's server-side TLS guidelines, version 6.0. Titles
# and reasons are our own words. Endpoints are asked over connections that stay on the host; --no-probe switches that off.
benchmark "tls" {
  title           = "TLS of this host's services"
  version         = "6.0.0"
  applies_to      = anytrue([for l in listeners : l.protocol == "tcp"]) || length(certificates) > 0
  default_profile = "intermediate"

  profile "intermediate" { title = "Intermediate: for clients of the last ten years" }
  profile "modern" {
    title    = "Modern: for clients that all speak TLS 1.3"
    includes = ["intermediate"]
  }

  chapter "1" { title = "Versions" }
  chapter "2" { title = "Cipher suites" }
  chapter "3" { title = "Key exchange" }
  chapter "4" { title = "Certificates that are served" }
  chapter "5" { title = "Certificates and keys on disk" }
}

variable "validity_days" {
  type        = number
  default     = 21
  description = "Days that a certificate must still be valid, at least: time enough to renew it."
  validation { condition = var.validity_days >= 0 && var.validity_days <= 365 }
}

variable "lifetime_days" {
  type        = number
  default     = 366
  description = "Days between begin and end of a certificate's validity, at most, for the intermediate profile."
  validation { condition = var.lifetime_days >= 1 && var.lifetime_days <= 825 }
}

locals {
  suites = [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  ]
  groups = ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"]
}

control "1.1" {
  title    = "No service speaks SSLv3, TLS 1.0 or TLS 1.1"
  why      = "Their handshakes rest on MD5 and SHA-1, and their encryption has been broken more than once."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["protocols"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "speaks ${join(", ", [for v in e.versions : v.name if v.offered && contains(["SSLv3", "TLSv1", "TLSv1.1"], v.name)])}" } if e.speaks_tls && anytrue([for v in e.versions : v.offered if contains(["SSLv3", "TLSv1", "TLSv1.1"], v.name)])]

  remedy = "Set the lowest version to TLS 1.2 in the configuration of the service that the report names, once no client needs an older one; on the whole host: MinProtocol of /etc/ssl/openssl.cnf."
}

control "1.2" {
  title    = "Every TLS service speaks TLS 1.3"
  why      = "It leaves out what went wrong before, and hides the certificate from those who listen."
  profiles = ["intermediate"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["protocols"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && !anytrue([for v in e.versions : v.offered if v.name == "TLSv1.3"])]

  remedy = "Allow TLS 1.3 in the configuration of the service that the report names, or upgrade the library that it uses."
}

control "1.3" {
  title    = "Services speak TLS 1.3 and nothing older"
  why      = "Where every client is recent, an older version serves only who wants to downgrade."
  profiles = ["modern"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["protocols"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "speaks ${join(", ", [for v in e.versions : v.name if v.offered && v.name != "TLSv1.3"])}" } if e.speaks_tls && anytrue([for v in e.versions : v.offered if v.name != "TLSv1.3"])]

  remedy = "Set the lowest version to TLS 1.3 in the configuration of the service that the report names, once all clients speak it."
}

control "1.4" {
  title    = "TLS does not compress"
  why      = "The size of what is compressed betrays secrets in it."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["compression"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && e.compression]

  remedy = "Turn compression off in the configuration of the service that the report names."
}

control "1.5" {
  title    = "Renegotiation is secure"
  why      = "Without RFC 5746 an attacker can put a beginning of his own before what a client sends."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["renegotiation"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && !e.secure_renegotiation]

  remedy = "Upgrade the service or the library that it uses."
}

control "2.1" {
  title    = "No suite is without authentication or encryption, or of export strength"
  why      = "Whoever sits in between reads all, or pretends to be the server."
  profiles = ["intermediate"]
  severity = "critical"
  refs = {
    mozilla_tls_6 = ["ciphersuites"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "offers ${join(", ", distinct([for s in e.cipher_suites : s.name if length(setintersection(s.weaknesses, ["anonymous", "null", "export"])) > 0]))}" } if e.speaks_tls && anytrue([for s in e.cipher_suites : length(setintersection(s.weaknesses, ["anonymous", "null", "export"])) > 0])]

  remedy = "Add !aNULL:!eNULL:!EXPORT to the list of suites in the configuration of the service that the report names."
}

control "2.2" {
  title    = "No suite uses RC4, RC2, DES, 3DES or MD5"
  why      = "All of them are broken, or so short that they can be."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["ciphersuites"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "offers ${join(", ", distinct([for s in e.cipher_suites : s.name if length(setintersection(s.weaknesses, ["rc4", "rc2", "des", "3des", "md5"])) > 0]))}" } if e.speaks_tls && anytrue([for s in e.cipher_suites : length(setintersection(s.weaknesses, ["rc4", "rc2", "des", "3des", "md5"])) > 0])]

  remedy = "Add !RC4:!3DES:!DES:!RC2:!MD5 to the list of suites in the configuration of the service that the report names."
}

control "2.3" {
  title    = "Every suite has forward secrecy"
  why      = "Without it, who takes the key today reads all that was recorded yesterday."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["ciphersuites"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "offers ${join(", ", distinct([for s in e.cipher_suites : s.name if !s.forward_secrecy]))}" } if e.speaks_tls && anytrue([for s in e.cipher_suites : !s.forward_secrecy])]

  remedy = "Leave only suites with ECDHE or DHE in the configuration of the service that the report names, once no client needs others."
}

control "2.4" {
  title    = "Only recommended suites are offered"
  why      = "The fewer there are, the less there is to go wrong: AES-GCM and ChaCha20 with an elliptic curve."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["ciphersuites"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "offers ${join(", ", distinct([for s in e.cipher_suites : s.name if !contains(local.suites, s.name)]))}" } if e.speaks_tls && anytrue([for s in e.cipher_suites : !contains(local.suites, s.name)])]

  remedy = "Set the recommended list of suites in the configuration of the service that the report names."
}

control "2.5" {
  title    = "Clients choose among the suites"
  why      = "All that are left are good, and a client knows whether its processor is quick at AES."
  profiles = ["intermediate"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["server_preferred_order"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && e.server_order]

  remedy = "Turn the preference of the server off in the configuration of the service that the report names."
}

control "3.1" {
  title    = "Keys are agreed on in recommended groups"
  why      = "Small and unusual groups have been broken, or were never looked at closely."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["tls_curves"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "offers ${join(", ", distinct([for g in e.groups : g.name if !contains(local.groups, g.name)]))}" } if e.speaks_tls && anytrue([for g in e.groups : !contains(local.groups, g.name)])]

  remedy = "Set the groups to X25519:P-256:P-384 in the configuration of the service that the report names."
}

control "3.2" {
  title    = "No prime for Diffie-Hellman is shorter than 2048 bits"
  why      = "A prime of 1024 bits is within a state's reach, and is shared by many servers."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["dh_param_size"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "${e.dh_bits} bits" } if e.speaks_tls && e.dh_bits > 0 && e.dh_bits < 2048]

  remedy = "Use a group of RFC 7919, or a file of parameters with 2048 bits or more, in the configuration of the service that the report names."
}

control "3.3" {
  title    = "Services of TLS 1.3 offer a post-quantum group"
  why      = "What is recorded today can be opened by a quantum computer later; X25519MLKEM768 withstands that."
  profiles = ["modern"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["tls_curves"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && !anytrue([for g in e.groups : g.name == "X25519MLKEM768"])]

  remedy = "Add X25519MLKEM768 to the groups in the configuration of the service that the report names; OpenSSL has it since 3.5."
}

control "4.1" {
  title    = "Served certificates lead to an authority that the host trusts"
  why      = "Clients that are told to accept a certificate no one vouches for accept the attacker's as well."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = e.chain_problem } if e.speaks_tls && !e.chain_valid]

  remedy = "Get a certificate of an authority that clients trust, or make the host trust yours (update-ca-certificates): whom to trust is your decision."
}

control "4.2" {
  title    = "Served certificates stay valid for a while"
  why      = "A certificate that runs out takes the service with it, at a time no one chose."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : { name = e.name, message = "until ${e.not_after}" } if e.speaks_tls && length(e.chain) > 0 && days_until(e.not_after) < var.validity_days]

  remedy = "Renew the certificate, and find out why that did not happen by itself."
}

control "4.3" {
  title    = "Keys of served certificates are strong"
  why      = "A short key can be computed, and then anyone is the server."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificate_types"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : c.key_type == "dsa" || (c.key_type == "rsa" && c.key_bits < 2048) || (c.key_type == "ecdsa" && c.key_bits < 256)])]

  remedy = "Make a new key (EC P-256, or RSA with 2048 bits or more) and have it certified."
}

control "4.4" {
  title    = "Served certificates are signed with SHA-2"
  why      = "A signature over MD5 or SHA-1 can be moved to a certificate that was never issued."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificate_signatures"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : !c.self_signed && matches(c.signature_algorithm, "MD2|MD5|SHA1")])]

  remedy = "Have the certificate issued anew: authorities sign with SHA-2 today."
}

control "4.5" {
  title    = "Served certificates live a year at most"
  why      = "What was lost and not noticed serves the thief until the end of its validity."
  profiles = ["intermediate"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["maximum_certificate_lifespan"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : c.lifetime_days > var.lifetime_days if c.position == 0])]

  remedy = "Have it issued for a year at most."
}

control "4.6" {
  title    = "Served certificates live 90 days at most"
  why      = "Renewal that happens often is renewal that a machine does."
  profiles = ["modern"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["maximum_certificate_lifespan"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : c.lifetime_days > 90 if c.position == 0])]

  remedy = "Have it issued by ACME, for 90 days at most, and renewed by a timer."
}

control "4.7" {
  title    = "Keys of served certificates are of elliptic curves"
  why      = "They are as strong as longer RSA keys, and quicker."
  profiles = ["modern"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["certificate_types"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : c.key_type != "ecdsa" && c.key_type != "ed25519" if c.position == 0])]

  remedy = "Make a key on P-256 and have it certified."
}

control "4.8" {
  title    = "Served certificates name their hosts as alternative names"
  why      = "Clients no longer look at the common name: a certificate without alternative names is for no host at all."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && anytrue([for c in e.chain : length(c.sans) == 0 if c.position == 0])]

  remedy = "Have it issued anew with all names of the service as alternative names."
}

control "4.9" {
  title    = "Responses of OCSP are stapled where the issuer gives them"
  why      = "Otherwise clients ask the issuer, which learns who visits whom, or don't ask, and accept what was revoked."
  profiles = ["intermediate"]
  severity = "low"
  refs = {
    mozilla_tls_6 = ["ocsp_staple"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls])
  violations = [for e in tls_endpoints : e if e.speaks_tls && !e.ocsp_stapled && anytrue([for c in e.chain : c.names_ocsp if c.position == 0])]

  remedy = "Turn stapling on in the configuration of the service that the report names."
}

control "4.10" {
  title    = "Web servers have browsers insist on TLS for two years"
  why      = "A first visit without TLS, or one that an attacker keeps from TLS, is where a session is stolen."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["hsts_min_age"]
    nist_800_53   = ["SC-8", "SC-23"]
  }

  applies    = anytrue([for e in tls_endpoints : e.speaks_tls && !e.loopback && e.http])
  violations = [for e in tls_endpoints : { name = e.name, hsts_max_age = e.hsts_max_age } if e.speaks_tls && !e.loopback && e.http && e.hsts_max_age < 63072000]

  remedy = "Send Strict-Transport-Security: max-age=63072000 with every answer over TLS. nginx: add_header … always, in each block that has an add_header of its own; Apache: Header always set."
}

control "5.1" {
  title    = "Certificates that services use have not run out"
  why      = "A file that nothing uses harms no one; one that is used stops a service at its next start or its clients now."
  profiles = ["intermediate"]
  severity = "high"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = length(certificates) > 0
  violations = [for c in certificates : { path = c.path, name = c.subject } if c.expired && length(c.used_by) > 0 && c.position == 0]

  remedy = "Renew the certificate, or take it out of the configuration."
}

control "5.2" {
  title    = "Only their owner and group can read private keys"
  why      = "Whoever has the key is the server."
  profiles = ["intermediate"]
  severity = "critical"
  refs = {
    mozilla_tls_6 = ["private_keys"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = length(certificates) > 0
  violations = [for c in certificates : { path = c.key_path } if c.position == 0 && c.key_path != "" && !mode_within(c.key_mode, "0640")]

  fix "key_mode" {
    for_each = violations
    path     = each.path
    mode     = "0640"
  }
}

control "5.3" {
  title    = "Private keys belong to their certificates"
  why      = "A server with a key of another certificate does not start, or starts without TLS."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = length(certificates) > 0
  violations = [for c in certificates : { path = c.path, name = c.subject } if c.position == 0 && c.key_path != "" && length(c.used_by) > 0 && !c.key_matches]

  remedy = "Name the certificate and the key that belong together: which one is meant only you know."
}

control "5.4" {
  title    = "The certificates and keys that servers are configured with are there"
  why      = "A server that does not find them fails at its next start."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = nginx.configured || apache.configured || postfix.configured || dovecot.configured
  violations = [for f in concat(nginx.files, apache.files, postfix.files, dovecot.files) : f if !f.exists]

  remedy = "Correct the path, or put the file there."
}

control "5.5" {
  title    = "Only owner and group can read the keys that servers are configured with"
  why      = "Whoever has the key is the server."
  profiles = ["intermediate"]
  severity = "critical"
  refs = {
    mozilla_tls_6 = ["private_keys"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = nginx.configured || apache.configured || postfix.configured || dovecot.configured
  violations = [for f in concat(nginx.files, apache.files, postfix.files, dovecot.files) : f if f.kind != "certificate" && f.exists && !mode_within(f.mode, "0640")]

  fix "key_mode" {
    for_each = violations
    path     = each.path
    mode     = "0640"
  }
}

control "5.6" {
  title    = "Services use Let's Encrypt's live certificates, not archived ones"
  why      = "What lies in the archive is never renewed: the service keeps an old one until it runs out."
  profiles = ["intermediate"]
  severity = "medium"
  refs = {
    mozilla_tls_6 = ["certificates"]
    nist_800_53   = ["SC-8", "SC-13"]
  }

  applies    = length(certificates) > 0
  violations = [for c in certificates : c if c.letsencrypt == "archive" && length(c.used_by) > 0 && c.position == 0]

  remedy = "Name the files below /etc/letsencrypt/live, which renewal keeps up to date."
}
