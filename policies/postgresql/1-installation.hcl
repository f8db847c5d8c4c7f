# 1. Installation

control "1.1" {
  title    = "The project still repairs every cluster's version"
  why      = "What is found after the end of support stays open."
  profiles = ["level1"]
  severity = "high"
  refs = {
    devsec      = ["postgres-02"]
    nist_800_53 = ["SI-2"]
  }

  violations = [for c in postgres_clusters : { name = c.name, end_of_life = c.end_of_life } if days_until(c.end_of_life) < 0]
  remedy     = "Upgrade the cluster to a supported major version (pg_upgradecluster)."
}

control "1.2" {
  title    = "Clusters start with the host"
  why      = "A database that is forgotten at boot takes down what needs it, and gets repaired in haste."
  profiles = ["level2"]
  severity = "low"
  refs = {
    wazuh       = ["24000"]
    nist_800_53 = ["CP-10"]
  }

  violations = [for c in postgres_clusters : { name = c.name, start = c.start } if c.start != "auto"]
  remedy     = "Write auto into start.conf beside postgresql.conf, and enable postgresql.service."
}

control "1.3" {
  title    = "What the configuration files say is what is in force"
  why      = "A change that waits for a reload or a restart protects nobody yet; one that was forgotten surprises at the next start."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CM-6"]
  }

  violations = flatten([for c in postgres : [
    for p in c.pending : { name = c.name, setting = p.name, file = p.file, line = p.line, needs = p.needs,
    message = "${c.name}: ${p.name} differs from the files until a ${p.needs}" }
  ] if c.running])
  remedy = "Reload the cluster (pg_ctlcluster VERSION NAME reload), or restart it."
}

control "1.4" {
  title    = "The configuration files are without errors"
  why      = "A server heeds no change in files with an error, and does not start again."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    nist_800_53 = ["CM-6"]
  }

  violations = [for c in postgres : { name = c.name, message = "${c.name}: ${c.config_error}" } if !c.config_valid]
  remedy     = "Correct the line that is named."
}

control "1.5" {
  title    = "What the server writes is its owner's alone"
  why      = "Files that extensions and programs of the server make get their mode from its umask."
  profiles = ["level1"]
  severity = "medium"
  refs = {
    cis         = ["2.1"]
    nist_800_53 = ["AC-3", "AC-6"]
  }

  violations = [for c in postgres_clusters : { name = c.name, umask = c.umask } if c.running && !mode_within("0077", c.umask)]
  remedy     = "Take UMask= out of the unit, or set it to 0077."
}
