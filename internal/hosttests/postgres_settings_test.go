package hosttests

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

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
