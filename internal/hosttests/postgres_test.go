package hosttests

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// postgresHost is a host with two clusters: 15/main runs, 15/second does not.
func postgresHost(t *testing.T) *testhost.Host {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"postgresql"}})
	h.Run("systemctl", "stop", "postgresql@15-main", "postgresql")
	h.MustRun("pg_createcluster", "15", "second", "--port", "5544", "--", "--auth-local=md5")
	h.MustRun("pg_ctlcluster", "15", "main", "start")
	return h
}

// psql asks the server in the administrator's way; the answer is JSON.
func psql[T any](t *testing.T, h *testhost.Host, query string) T {
	t.Helper()
	out := h.RunAs("postgres", "psql", "-XAtq", "-c", "SELECT coalesce(json_agg(x), '[]') FROM ("+query+") x")
	if out.Code != 0 {
		t.Fatalf("psql: %s", out.Stderr)
	}
	var v T
	if err := json.Unmarshal([]byte(out.Stdout), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func cluster(t *testing.T, r reading, name string) map[string]any {
	t.Helper()
	for _, c := range r.list("postgres") {
		if c["name"] == name {
			return c
		}
	}
	t.Fatalf("no cluster %s", name)
	return nil
}

func TestPostgresIsWhatTheServerSays(t *testing.T) {
	h := postgresHost(t)
	h.WriteFile("/etc/postgresql/15/main/conf.d/site.conf", 0o644, "log_statement = 'ddl'\nwork_mem = 7MB\narchive_command = 'PASSWORD=hush true'\n")
	h.MustRun("pg_ctlcluster", "15", "main", "reload")
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	c := cluster(t, read(t, h, key{"postgres"}), "15/main")
	t.Logf("read in %v", time.Since(start))
	if c["live"] != true {
		t.Fatalf("not live: %v", c["live_reason"])
	}
	want, got := map[string]string{}, map[string]string{}
	type row struct {
		Name, Setting, Source string
		Sourcefile            *string
		Sourceline            *int
	}
	for _, s := range psql[[]row](t, h, "SELECT name, setting, source, sourcefile, sourceline FROM pg_settings") {
		want[s.Name] = fmt.Sprintf("%s (%s)", s.Setting, s.Source)
		if s.Sourcefile != nil {
			want[s.Name] += fmt.Sprintf(" %s:%d", *s.Sourcefile, *s.Sourceline)
		}
	}
	for name, s := range c["settings"].(map[string]any) {
		s := s.(map[string]any)
		got[name] = fmt.Sprintf("%v (%v)", s["value"], s["source"])
		if s["file"] != "" {
			got[name] += fmt.Sprintf(" %v:%v", s["file"], s["line"])
		}
		// What a session has of its own, and secrets, are not told.
		if why, isUnknown := s["value"].(unknown); isUnknown {
			if !strings.Contains(string(why), "reader") && !strings.Contains(string(why), "secret") {
				t.Errorf("%s: %s", name, why)
			}
			delete(want, name)
			delete(got, name)
		}
	}
	for _, ours := range []string{"transaction_read_only", "application_name", "client_encoding", "extra_float_digits", "DateStyle", "search_path", "statement_timeout", "lock_timeout", "event_triggers", "transaction_isolation"} {
		if strings.Contains(got[ours], "unknown") || ours == "transaction_read_only" || got[ours] == "" {
			delete(want, ours)
			delete(got, ours)
		}
	}
	same(t, "pg_settings", want, got, 330)
	if s, ok := c["settings"].(map[string]any)["archive_command"].(map[string]any); !ok || fmt.Sprintf("%T", s["value"]) != "hosttests.unknown" {
		t.Errorf("archive_command: %v", s)
	}
	if strings.Contains(fmt.Sprint(c), "hush") {
		t.Error("a secret is told")
	}
	second := cluster(t, read(t, h, key{"postgres"}), "15/second")
	if second["live"] != false || second["live_reason"] != "the server does not run" || second["port"] != 5544.0 || second["ssl"] != true {
		t.Errorf("the stopped cluster: live %v (%v) port %v ssl %v", second["live"], second["live_reason"], second["port"], second["ssl"])
	}
	if why, ok := second["roles"].(unknown); !ok || !strings.Contains(string(why), "only the server knows") {
		t.Errorf("roles of the stopped cluster: %v", second["roles"])
	}
	type role struct {
		Rolname                                                           string
		Rolsuper, Rolcanlogin, Rolcreaterole, Rolcreatedb, Rolreplication bool
	}
	said := psql[[]role](t, h, "SELECT rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles")
	roles := objects(t, "roles", c["roles"])
	if len(said) != len(roles) || len(said) < 10 {
		t.Errorf("%d roles, of %d", len(roles), len(said))
	}
	if d := objects(t, "databases", c["databases"]); len(d) != 2 || fmt.Sprint(d[0]["extensions"]) != "[plpgsql 1.0]" {
		t.Errorf("databases: %v", d)
	}
}

// hbaFiles are files of which the server and our parser must think the same.
var hbaFiles = map[string]string{
	"Debian's own":            "local all postgres peer\nlocal all all peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\nlocal replication all peer\n",
	"lists, quotes, comments": "local \"a b\",c,\"d\"\"e\" all,+grp,\"x#y\" trust # no\n#local x y z\n\n\thost\tall\tall\tall\treject\r\n",
	"masks":                   "host all all 10.0.0.0 255.255.0.0 md5\nhost all all 10.1.2.3/0 md5\nhost all all ::/0 password\nhost all all 10.0.0.0 255.0.255.0 reject\nhost all all fe80::1/10 ident\n",
	"names":                   "host all all samehost md5\nhost all all samenet md5\nhost all all .example.org md5\nhostssl all all db.example.org cert map=m\nhostnossl all all all reject\nhostgssenc all all all gss include_realm=0\n",
	"options":                 "hostssl all all all scram-sha-256 clientcert=verify-full\nhost all all all pam pamservice=pg\nhost all all all ldap ldapserver=l ldapprefix=\"cn=\" ldapsuffix=x\n",
	"continued":               "local all \\\n all \\\n trust\nlocal a b peer\n",
	"files":                   "local @dbs all trust\nlocal @absent all trust\nlocal all @dbs peer map=x\n",
	"refused": "hosts all all all trust\nlocal,host all all trust\nlocal\nlocal all\nlocal all all\nhost all all\nhost all all 10.0.0.1\nhost all all 10.0.0.1 trust\n" +
		"host all all 10.0.0.1 ::1 trust\nhost all all 10.0.0.1/33 trust\nhost all all host/8 trust\nhost all all a,b trust\nhost all all all TRUST\nhost all all all trust,md5\n" +
		"host all all all peer\nhost all all all cert\nlocal all all gss\nlocal all all peer map\nlocal all all peer nope=1\nlocal all all md5 map=x\nhost all all all md5 clientcert=verify-ca\n" +
		"host all all all ldap\nhost all all all radius radiusservers=a\nhost all all all bsd\nhost all all all sspi\nlocal a,b c,d peer\ninclude other.conf\n",
	"identities": "local all all ident\nlocal all all ident map=q\nlocal sameuser all peer\nlocal samerole,replication +x scram-sha-256\n",
}

func TestPostgresRulesAreThoseOfTheServer(t *testing.T) {
	h := postgresHost(t)
	const file = "/etc/postgresql/15/main/pg_hba.conf"
	h.WriteFile("/etc/postgresql/15/main/dbs", 0o644, "one two # three\nfour,five\n")
	compared := 0
	for name, text := range hbaFiles {
		t.Run(name, func(t *testing.T) {
			h.WriteFile(file, 0o644, text)
			type row struct {
				Line                           int
				Type, Address, Netmask, Method string
				Databases, Users               []string
				Error                          string
			}
			var want []string
			for _, r := range psql[[]row](t, h, `SELECT line_number line, coalesce(type, '') "type", coalesce(database, '{}') databases, coalesce(user_name, '{}') users,
				coalesce(address, '') address, coalesce(auth_method, '') "method", coalesce(error, '') error FROM pg_hba_file_rules`) {
				want = append(want, fmt.Sprintf("%d %s %v %v %s %v", r.Line, r.Type, r.Databases, r.Users, r.Method, r.Type == ""))
			}
			live := cluster(t, read(t, h, key{"postgres"}), "15/main")
			for how, c := range map[string]map[string]any{"live": live, "from files": cluster(t, readImage(t, h, key{"postgres"}), "15/main")} {
				var got []string
				end := ""
				for _, x := range c["hba"].([]any) {
					r, ok := x.(map[string]any)
					if !ok {
						end = fmt.Sprint(x)
						continue
					}
					got = append(got, fmt.Sprintf("%v %v %v %v %v %v", r["line"], r["type"], r["databases"], r["users"], r["method"], r["error"] != ""))
				}
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Errorf("%s: got\n%s\nthe server says\n%s", how, g, w)
				}
				if how == "live" && end == "" {
					t.Error("the file was not reloaded, and yet the list of what is in force ends")
				}
				compared += len(got)
			}
		})
	}
	if compared < 100 {
		t.Errorf("only %d lines were compared", compared)
	}
}

const postgresBaseline = `
log_destination = 'csvlog'
log_truncate_on_rotation = on
log_rotation_size = 10MB
log_connections = on
log_disconnections = on
log_line_prefix = '%m [%p] %u@%d %h '
log_statement = ddl
logging_collector = on
unix_socket_permissions = 0770
`

// verdicts of the PostgreSQL benchmark, and what was said of each.
func postgresVerdicts(t *testing.T, h *testhost.Host) map[string]string {
	t.Helper()
	out := h.Run(install(t, h, "holdfast"), "audit", "--benchmark", "postgresql", "--profile", "level2", "--format", "json", "--exit-zero")
	var report struct {
		Benchmarks []struct {
			Results []struct{ Control, Verdict string }
		}
	}
	if err := json.Unmarshal([]byte(out.Stdout), &report); err != nil || len(report.Benchmarks) != 1 {
		t.Fatalf("%v\n%s", err, out.Stderr)
	}
	v := map[string]string{}
	for _, r := range report.Benchmarks[0].Results {
		v[r.Control] = r.Verdict
	}
	return v
}

// differ are the controls whose verdict changed: 6.1 pass>fail.
func differ(before, after map[string]string) string {
	var out []string
	for id, v := range after {
		if before[id] != v {
			out = append(out, id+" "+before[id]+">"+v)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestPostgresSettingsFlipTheirControl(t *testing.T) {
	h := postgresHost(t)
	h.MustRun("pg_dropcluster", "15", "second")
	const confD = "/etc/postgresql/15/main/conf.d/"
	h.WriteFile(confD+"baseline.conf", 0o640, postgresBaseline)
	h.MustRun("chown", "postgres:", confD+"baseline.conf")
	for _, f := range []string{"postgresql.conf", "pg_hba.conf", "pg_ident.conf"} {
		h.MustRun("chmod", "0640", "/etc/postgresql/15/main/"+f)
	}
	h.MustRun("pg_ctlcluster", "15", "main", "restart")
	before := postgresVerdicts(t, h)
	for id, v := range before {
		if v == "unknown" || v == "error" {
			t.Errorf("%s is %s", id, v)
		}
	}
	sql := func(text string) {
		t.Helper()
		h.MustRun("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-c", text)
	}
	reload := func() { h.MustRun("pg_ctlcluster", "15", "main", "reload"); time.Sleep(300 * time.Millisecond) }
	for _, c := range []struct {
		name, setting, control string
		restart                bool
	}{
		{"ssl", "ssl = off", "6.1", false},
		{"ssl_min_protocol_version", "ssl_min_protocol_version = 'TLSv1'", "6.2", false},
		{"ssl_ciphers", "ssl_ciphers = 'ALL'", "6.3", false},
		{"ssl_prefer_server_ciphers", "ssl_prefer_server_ciphers = no", "6.4", false},
		{"listen_addresses", "listen_addresses = '*'", "6.5", true},
		{"password_encryption", "password_encryption = md5", "5.1", false},
		{"log_connections", "log_connections = off", "3.11", false},
		{"log_disconnections", "log_disconnections = 'f'", "3.12", false},
		{"log_error_verbosity", "log_error_verbosity = TERSE", "3.13", false},
		{"log_hostname", "log_hostname = 1", "3.14", false},
		{"log_line_prefix", "log_line_prefix = '%m '", "3.15", false},
		{"log_statement", "log_statement = none", "3.16", false},
		{"log_file_mode", "log_file_mode = 0644", "2.3", false},
		{"log_rotation_age", "log_rotation_age = 7d", "3.4", false},
		{"log_rotation_size", "log_rotation_size = 0", "3.5", false},
		{"log_truncate_on_rotation", "log_truncate_on_rotation = off", "3.3", false},
		{"log_min_messages", "log_min_messages = panic", "3.6", false},
		{"log_min_error_statement", "log_min_error_statement = fatal", "3.7", false},
		{"log_destination", "log_destination = stderr", "3.2", false},
		{"debug_print_parse", "debug_print_parse = on", "3.8", false},
		{"debug_print_rewritten", "debug_print_rewritten = on", "3.9", false},
		{"debug_print_plan", "debug_print_plan = on", "3.10", false},
		{"fsync", "fsync = off", "7.1", false},
		{"full_page_writes", "full_page_writes = off", "7.2", false},
		{"row_security", "row_security = off", "7.3", false},
		{"zero_damaged_pages", "zero_damaged_pages = on", "7.6", false},
		{"logging_collector", "logging_collector = off", "3.1", true},
		{"unix_socket_permissions", "unix_socket_permissions = 0777", "2.4", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			apply := reload
			if c.restart {
				apply = func() { h.MustRun("pg_ctlcluster", "15", "main", "restart") }
			}
			undo := func() { h.MustRun("rm", "-f", confD+"zz.conf") }
			if strings.HasPrefix(c.name, "log_") { // half of them with ALTER SYSTEM, half with a file
				name, value, _ := strings.Cut(c.setting, " = ")
				sql("ALTER SYSTEM SET " + name + " = '" + strings.Trim(value, "'") + "'")
				undo = func() { sql("ALTER SYSTEM RESET " + name) }
			} else {
				h.WriteFile(confD+"zz.conf", 0o640, c.setting+"\n")
				h.MustRun("chown", "postgres:", confD+"zz.conf")
			}
			if got := differ(before, postgresVerdicts(t, h)); got != "1.3 pass>fail" {
				t.Errorf("before it is in force: %s", got)
			}
			apply()
			if got := differ(before, postgresVerdicts(t, h)); got != c.control+" pass>fail" {
				t.Errorf("when it is in force: %s", got)
			}
			undo()
			apply()
			if got := differ(before, postgresVerdicts(t, h)); got != "" {
				t.Errorf("when it is undone: %s", got)
			}
		})
	}
	for name, c := range map[string]struct{ do, undo, want string }{
		"a superuser":         {"CREATE ROLE boss SUPERUSER LOGIN", "DROP ROLE boss", "5.3 pass>fail"},
		"an old password":     {"SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'hush'", "DROP ROLE old", "5.2 pass>fail"},
		"a role that creates": {"CREATE ROLE maker LOGIN CREATEROLE", "DROP ROLE maker", "5.4 pass>fail"},
		"row security":        {"CREATE ROLE sees LOGIN BYPASSRLS", "DROP ROLE sees", "5.5 pass>fail"},
		"an override":         {"CREATE ROLE q; ALTER ROLE q SET log_statement = 'none'", "DROP ROLE q", "3.18 pass>fail"},
		"hashes for all":      {"GRANT SELECT ON pg_authid TO PUBLIC", "REVOKE SELECT ON pg_authid FROM PUBLIC", "5.7 pass>fail"},
		"a good password":     {"CREATE ROLE fine LOGIN PASSWORD 'hush'", "DROP ROLE fine", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sql(c.do)
			if got := differ(before, postgresVerdicts(t, h)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			sql(c.undo)
		})
	}
}

func TestPostgresThatCanNotBeAsked(t *testing.T) {
	h := postgresHost(t)
	pid := strings.TrimSpace(strings.SplitN(h.ReadFile("/var/lib/postgresql/15/main/postmaster.pid"), "\n", 2)[0])
	reason := func(t *testing.T) string {
		t.Helper()
		c := cluster(t, read(t, h, key{"postgres"}), "15/main")
		if c["live"] != false || c["running"] != true || c["ssl"] != true {
			t.Errorf("live %v, running %v, ssl %v", c["live"], c["running"], c["ssl"])
		}
		return fmt.Sprint(c["live_reason"])
	}
	t.Run("a server that hangs costs one deadline", func(t *testing.T) {
		h.MustRun("kill", "-STOP", pid)
		defer h.MustRun("kill", "-CONT", pid)
		start := time.Now()
		if why := reason(t); !strings.Contains(why, "does not answer in time") {
			t.Error(why)
		}
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("a server that asks for a password", func(t *testing.T) {
		const file = "/etc/postgresql/15/main/pg_hba.conf"
		old := h.ReadFile(file)
		h.WriteFile(file, 0o644, "local all all scram-sha-256\n")
		h.MustRun("pg_ctlcluster", "15", "main", "reload")
		time.Sleep(300 * time.Millisecond)
		if why := reason(t); !strings.Contains(why, "password") {
			t.Error(why)
		}
		h.WriteFile(file, 0o644, old)
		h.MustRun("pg_ctlcluster", "15", "main", "reload")
	})
	t.Run("another account that pretends", func(t *testing.T) {
		h.MustRun("rm", "/var/run/postgresql/.s.PGSQL.5432")
		h.MustRun("chmod", "1777", "/var/run/postgresql")
		h.WriteFile("/pretend.pl", 0o755, `use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Local => "/var/run/postgresql/.s.PGSQL.5432", Listen => 5) or die;
chmod 0777, "/var/run/postgresql/.s.PGSQL.5432"; open(my $f, ">", "/tmp/heard"); $f->autoflush(1); print $f "ready\n";
while (my $c = $s->accept) { my $b; print $f "got $b\n" if sysread($c, $b, 100); }`)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cmd := h.Command(ctx, "runuser", "-u", "nobody", "--", "perl", "/pretend.pl")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if h.Run("test", "-s", "/tmp/heard").Code == 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if why := reason(t); !strings.Contains(why, "belongs to user id 65534") {
			t.Error(why)
		}
		if heard := h.ReadFile("/tmp/heard"); heard != "ready\n" {
			t.Errorf("it heard %q", heard)
		}
		cancel()
		_ = cmd.Wait()
	})
	t.Run("an account that is nobody's owner", func(t *testing.T) {
		out := h.RunAs("nobody", install(t, h, "holdfast"), "facts", "postgres", "--json")
		if strings.Contains(out.Stdout, "\"live\":true") || strings.Contains(out.Stdout, "\"live\": true") {
			t.Error("nobody asked the server")
		}
	})
	t.Run("files that include each other", func(t *testing.T) {
		h.WriteFile("/etc/postgresql/15/second/conf.d/a.conf", 0o644, "include 'b.conf'\n")
		h.WriteFile("/etc/postgresql/15/second/conf.d/b.conf", 0o644, "include 'a.conf'\n")
		c := cluster(t, readImage(t, h, key{"postgres"}), "15/second")
		if c["config_valid"] != false || !strings.Contains(fmt.Sprint(c["config_error"]), "includes itself") {
			t.Errorf("%v %v", c["config_valid"], c["config_error"])
		}
		if _, ok := c["ssl"].(unknown); !ok {
			t.Errorf("ssl is %v of a server that does not start", c["ssl"])
		}
	})
}

func TestPostgresIsNotAskedWhereThereIsNone(t *testing.T) {
	h := testhost.Boot(t)
	if got := read(t, h, key{"postgres"}).list("postgres"); len(got) != 0 {
		t.Errorf("%v", got)
	}
	out := h.Run(install(t, h, "holdfast"), "audit", "--format", "json", "--exit-zero")
	var report struct {
		Benchmarks []struct {
			ID      string
			Verdict string
			Results []any
		}
	}
	if err := json.Unmarshal([]byte(out.Stdout), &report); err != nil {
		t.Fatal(err)
	}
	for _, b := range report.Benchmarks {
		if b.ID == "postgresql" && (b.Verdict != "not_applicable" || len(b.Results) > 0) {
			t.Errorf("the benchmark is %s with %d results", b.Verdict, len(b.Results))
		}
	}
}

func TestPostgresIsReadFast(t *testing.T) {
	h := postgresHost(t)
	h.MustRun("sh", "-c", "printf 'local all all peer\\n' > /etc/postgresql/15/second/pg_hba.conf; pg_ctlcluster 15 second start")
	program := install(t, h, "holdfast")
	best := time.Hour
	for range 5 {
		start := time.Now()
		out := h.MustRun(program, "facts", "postgres", "--json")
		best = min(best, time.Since(start))
		if n := strings.Count(out, `"live_reason"`); n < 2 {
			t.Fatalf("%d clusters in %.300s", n, out)
		}
	}
	for _, name := range []string{"15/main", "15/second"} {
		if c := cluster(t, read(t, h, key{"postgres"}), name); c["live"] != true {
			t.Errorf("%s was not asked: %v", name, c["live_reason"])
		}
	}
	t.Logf("two live clusters, the start of the program and the way into the host included: %v", best)
	if best > 2*time.Second { // a machine that is busy with other tests; alone it takes a tenth of that
		t.Errorf("reading two clusters took %v", best)
	}
}
