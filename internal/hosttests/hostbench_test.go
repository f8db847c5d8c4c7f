package hosttests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// A booted Debian host with 60,000 files, audited as its administrator would. Meant are: whole audits under 1 s and
// 60 MB; without the walk and updates, with a warm cache, under 150 ms; and under 0.12 s of processor time for plain
// checks. find walks the same tree for comparison.
func BenchmarkHost(b *testing.B) {
	h := testhost.Boot(b)
	dir, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	const holdfast = "/usr/local/bin/holdfast"
	h.CopyIn(dir+"/holdfast", holdfast)
	h.CopyIn(dir+"/measure", "/usr/local/bin/measure")
	h.MustRun("sh", "-euc", manyFiles)
	h.WriteFile("/root/plain.hcl", 0o644, plainChecks())
	audit := []string{holdfast, "audit", "--exit-zero", "--format", "json=/dev/null"}
	whole := append(audit, "--profile", "level2-server")
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"Whole", whole},
		{"WithoutWalkAndUpdates", append(whole[:len(whole):len(whole)], withoutWalkAndUpdates(b, h, whole)...)},
		{"PlainChecks", append(audit[:len(audit):len(audit)], "--policy", "/root/plain.hcl")},
		{"Find", []string{"find", "/", "-xdev", "-perm", "-4000"}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkOnHost(b, h, c.command) })
	}
}

// A host with two PostgreSQL clusters, MariaDB and Redis, and all that is known of them. Meant is under 150 ms.
func BenchmarkDatabases(b *testing.B) {
	h := testhost.BootWith(b, testhost.Options{Packages: []string{"mariadb-server", "postgresql", "redis-server"}})
	dir, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	const holdfast = "/usr/local/bin/holdfast"
	h.CopyIn(dir+"/holdfast", holdfast)
	h.CopyIn(dir+"/measure", "/usr/local/bin/measure")
	h.MustRun("sh", "-ec", "pg_createcluster 15 second --start >/dev/null")
	h.WriteFile("/root/facts.hcl", 0o644, databaseFacts)
	all := []string{holdfast, "audit", "--exit-zero", "--format", "json=/dev/null"}
	with := func(more ...string) []string { return append(all[:len(all):len(all)], more...) }
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"Facts", with("--policy", "/root/facts.hcl")},
		{"Audit", with("--benchmark", "postgresql", "--benchmark", "mariadb", "--benchmark", "redis")},
		{"PostgreSQL", []string{holdfast, "facts", "postgres"}},
		{"MariaDB", []string{holdfast, "facts", "mariadb"}},
		{"Redis", []string{holdfast, "facts", "redis"}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkOnHost(b, h, c.command) })
	}
}

// databaseFacts is a benchmark that reads the facts and judges little, since loading the shipped ones takes longer.
const databaseFacts = `benchmark "facts" {
  title           = "Databases"
  version         = "1.0.0"
  default_profile = "all"
  profile "all" { title = "All" }
  chapter "1" { title = "All" }
}
control "1.1" {
  title      = "All instances are asked"
  why        = "That is measured."
  profiles   = ["all"]
  violations = flatten([[for i in postgres : i.name if !i.live], [for i in mariadb : i.name if !i.live], [for i in redis : i.name if !i.live]])
}
`

// manyFiles fills the host up to 60,000 files.
const manyFiles = `missing=$((60000 - $(find / -xdev | wc -l))) d=0
while [ "$missing" -gt 0 ]; do
	mkdir -p "/srv/$((d % 50))/$d"; (cd "/srv/$((d % 50))/$d" && seq 20 | xargs touch)
	d=$((d + 1)) missing=$((missing - 21))
done`

// withoutWalkAndUpdates are flags that name every control but those that read the walk's facts or updates.
func withoutWalkAndUpdates(b *testing.B, h *testhost.Host, audit []string) (flags []string) {
	b.Helper()
	command := strings.Split(strings.Replace(strings.Join(audit, "\n"), "json=/dev/null", "json", 1), "\n")
	rep := parseReport(b, h.Run(command[0], command[1:]...))
	left := 0
	for _, result := range rep.Benchmarks[0].Results {
		slow := false
		for _, e := range result.Evidence {
			slow = slow || e.Fact == "filesystem" || e.Fact == "updates"
		}
		if slow {
			left++
			continue
		}
		flags = append(flags, "--control", result.Control)
	}
	if left < 3 || len(flags) < 400 {
		b.Fatalf("%d controls are left out of %d", left, left+len(flags)/2)
	}
	return flags
}

// plainChecks are 111 checks of the most common kinds.
func plainChecks() string {
	var p strings.Builder
	p.WriteString(`benchmark "plain" {
  title = "Plain checks"
  version = "1"
  applies_to = host.os.id == "debian"
}
`)
	n := 0
	for _, kind := range []struct{ pass, subjects string }{
		{`mode_within(file("%s").mode, "0644")`, `/etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow-
			/etc/ssh/sshd_config /etc/crontab /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/cron.weekly /etc/cron.monthly /etc/issue
			/etc/issue.net /etc/motd /etc/shells /etc/hosts /etc/fstab /etc/sudoers /etc/login.defs /etc/profile /etc/environment`},
		{`sshd.%s == "no"`, `permitrootlogin permitemptypasswords permituserenvironment x11forwarding gssapiauthentication
			hostbasedauthentication allowtcpforwarding allowagentforwarding permittunnel gatewayports usedns passwordauthentication
			kbdinteractiveauthentication strictmodes printmotd tcpkeepalive`},
		{`sysctl("%s").running == "0"`, `net.ipv4.ip_forward net.ipv4.conf.all.send_redirects net.ipv4.conf.default.send_redirects
			net.ipv4.conf.all.accept_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.all.secure_redirects
			net.ipv4.conf.default.secure_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.default.accept_source_route
			net.ipv4.conf.all.log_martians net.ipv4.conf.default.log_martians net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter
			net.ipv4.tcp_syncookies net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.icmp_ignore_bogus_error_responses
			net.ipv6.conf.all.forwarding net.ipv6.conf.all.accept_ra net.ipv6.conf.default.accept_ra fs.suid_dumpable kernel.randomize_va_space`},
		{`!package("%s").installed`, `telnet rsh-client talk nis ldap-utils ftp tnftp xinetd vsftpd slapd bind9 dnsmasq autofs
			avahi-daemon cups rpcbind nfs-kernel-server samba snmpd squid`},
		{`!service("%s").active`, `cron ssh auditd nftables systemd-journald systemd-timesyncd dbus rsync apache2 nginx postfix exim4`},
		{`length([for l in listeners : l if l.port == %s && !l.loopback]) == 0`, `21 23 25 69 111 139 445 512 513 514`},
		{`!user("%s").interactive`, `daemon bin sys games man www-data nobody`},
	} {
		for _, subject := range strings.Fields(kind.subjects) {
			n++
			fmt.Fprintf(&p, "control \"1.%d\" {\n  title = \"Check %d\"\n  pass = "+kind.pass+"\n}\n", n, n, subject)
		}
	}
	return p.String()
}

// benchmarkOnHost reports what a command costs there: times in the middle and at the least, for the machine may be busy
// with other things, and the greatest resident size.
func benchmarkOnHost(b *testing.B, h *testhost.Host, command []string) {
	b.Helper()
	var wall, cpu []float64
	resident := 0.0
	for b.Loop() {
		var cost struct{ Wall, CPU, Resident float64 }
		if err := json.Unmarshal([]byte(h.MustRun("/usr/local/bin/measure", command...)), &cost); err != nil {
			b.Fatal(err)
		}
		wall, cpu, resident = append(wall, cost.Wall/1e6), append(cpu, cost.CPU/1e6), max(resident, cost.Resident/1e6)
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	b.ReportMetric(0, "ns/op") // counts the way onto the host, too
	b.ReportMetric(wall[len(wall)/2], "ms/op")
	b.ReportMetric(wall[0], "least-ms")
	b.ReportMetric(cpu[len(cpu)/2], "cpu-ms/op")
	b.ReportMetric(cpu[0], "least-cpu-ms")
	b.ReportMetric(resident, "rss-MB")
}
