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
log_duration = on
unix_socket_permissions = 0770
`

// postgresVerdicts are those of the PostgreSQL benchmark, and what is waiting to be put in force, sorted.
func postgresVerdicts(t *testing.T, h *testhost.Host) (verdicts map[string]string, waiting []string) {
	t.Helper()
	out := h.Run(install(t, h, "holdfast"), "audit", "--benchmark", "postgresql", "--profile", "level2", "--format", "json", "--exit-zero")
	var report struct {
		Benchmarks []struct {
			Results []struct {
				Control, Verdict string
				Violations       []struct {
					Value struct{ Setting, Needs string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out.Stdout), &report); err != nil || len(report.Benchmarks) != 1 {
		t.Fatalf("%v\n%s", err, out.Stderr)
	}
	verdicts = map[string]string{}
	for _, r := range report.Benchmarks[0].Results {
		verdicts[r.Control] = r.Verdict
		if r.Control == "1.3" {
			for _, v := range r.Violations {
				waiting = append(waiting, v.Value.Setting+" needs a "+v.Value.Needs)
			}
		}
	}
	slices.Sort(waiting)
	return verdicts, waiting
}

// differ are the controls whose verdict changed, sorted: 6.1 pass>fail.
func differ(before, after map[string]string) []string {
	var out []string
	for id, v := range after {
		if before[id] != v {
			out = append(out, id+" "+before[id]+">"+v)
		}
	}
	slices.Sort(out)
	return out
}

// tunedPostgres is a host whose one cluster passes what the table below breaks.
type tunedPostgres struct {
	t      *testing.T
	h      *testhost.Host
	before map[string]string
}

const postgresEtc = "/etc/postgresql/15/main/"

func newTunedPostgres(t *testing.T) *tunedPostgres {
	p := &tunedPostgres{t: t, h: postgresHost(t)}
	p.h.MustRun("pg_dropcluster", "15", "second")
	p.own("conf.d/baseline.conf", postgresBaseline)
	for _, f := range []string{"postgresql.conf", "pg_hba.conf", "pg_ident.conf"} {
		p.h.MustRun("chmod", "0640", postgresEtc+f)
	}
	p.restart()
	p.before, _ = postgresVerdicts(t, p.h)
	for id, v := range p.before {
		if v == "unknown" || v == "error" {
			t.Errorf("%s is %s", id, v)
		}
	}
	return p
}

// own writes a file of the cluster's owner.
func (p *tunedPostgres) own(name, text string) {
	p.t.Helper()
	p.h.WriteFile(postgresEtc+name, 0o640, text)
	p.h.MustRun("chown", "postgres:", postgresEtc+name)
}

func (p *tunedPostgres) sql(text string) string {
	p.t.Helper()
	return p.h.MustRun("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-c", text)
}

func (p *tunedPostgres) restart() { p.h.MustRun("pg_ctlcluster", "15", "main", "restart") }

// reload waits until the server has read its files.
func (p *tunedPostgres) reload() {
	p.t.Helper()
	const loaded = "SELECT pg_conf_load_time()"
	before := p.sql(loaded)
	p.h.MustRun("pg_ctlcluster", "15", "main", "reload")
	for deadline := time.Now().Add(20 * time.Second); p.sql(loaded) == before; {
		if time.Now().After(deadline) {
			p.t.Fatal("the server does not reload")
		}
	}
}

// want compares the verdicts with those before, and what is waiting to be put in force.
func (p *tunedPostgres) want(when string, changed, waits []string) {
	p.t.Helper()
	got, waiting := postgresVerdicts(p.t, p.h)
	if len(waits) > 0 {
		changed = append(slices.Clone(changed), "1.3 pass>fail")
	}
	if want := ordered(changed); !slices.Equal(differ(p.before, got), want) || !slices.Equal(waiting, ordered(waits)) {
		p.t.Errorf("%s: %q (%s), want %q (%s)", when, differ(p.before, got), waiting, want, ordered(waits))
	}
}

func ordered(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// change makes a setting in one of the administrator's ways, and gives what takes it back, the last change first.
func (p *tunedPostgres) change(c postgresSetting) (undo func()) {
	p.t.Helper()
	name, value, _ := strings.Cut(c.setting, " = ")
	add := func(file, line string) func() { // and keep what was there
		const script = `if test -e "$1"; then cp -p "$1" "$3"; else install -o postgres -g postgres -m 0640 /dev/null "$1"; fi; echo "$2" >> "$1"`
		at, old := postgresEtc+file, "/root/before-"+name
		p.h.MustRun("sh", "-ec", script, "sh", at, line, old)
		return func() {
			p.h.MustRun("sh", "-ec", `if test -e "$2"; then mv "$2" "$1"; else rm "$1"; fi`, "sh", at, old)
		}
	}
	switch c.way {
	case "ALTER SYSTEM":
		p.sql("ALTER SYSTEM SET " + name + " = '" + strings.Trim(value, "'") + "'")
		return func() { p.sql("ALTER SYSTEM RESET " + name) }
	case "drop-in":
		return add("conf.d/zz.conf", c.setting)
	case "postgresql.conf":
		return add("postgresql.conf", c.setting)
	case "command line":
		return add("pg_ctl.conf", "pg_ctl_options = '-o --"+name+"="+strings.Trim(value, "'")+"'")
	}
	p.t.Fatalf("no way is called %q", c.way)
	return nil
}

// postgresSetting is a setting, how it is made, the control that it flips and what puts it in force.
type postgresSetting struct{ way, setting, control, needs string }

// waiting are what the settings wait for, without those that no file says.
func waiting(settings []postgresSetting) (waits []string) {
	for _, c := range settings {
		if name, _, _ := strings.Cut(c.setting, " "); c.needs != "" {
			waits = append(waits, name+" needs a "+c.needs)
		}
	}
	return waits
}

// flipped are the controls that settings flip.
func flipped(settings []postgresSetting) (controls []string) {
	for _, c := range settings {
		controls = append(controls, c.control+" pass>fail")
	}
	return controls
}

// try makes settings at once, and takes them back. That all is undone, the next ones and the end show.
func (p *tunedPostgres) try(settings []postgresSetting) {
	p.t.Helper()
	apply, atRestart := p.reload, slices.Collect(filter(settings, func(c postgresSetting) bool { return c.needs != "reload" }))
	byReload := slices.Collect(filter(settings, func(c postgresSetting) bool { return c.needs == "reload" }))
	var undo []func()
	for _, c := range settings {
		undo = append(undo, p.change(c))
	}
	p.want("before it is in force", nil, waiting(settings))
	if len(atRestart) > 0 {
		apply = p.restart
		p.reload()
		p.want("after a reload, which is not enough", flipped(byReload), waiting(atRestart))
	}
	apply()
	p.want("when it is in force", flipped(settings), nil)
	for _, back := range slices.Backward(undo) {
		back()
	}
	p.want("when it is taken back, and that is not in force", flipped(settings), waiting(settings))
	apply()
}

// Each setting flips its control and no other, when it is in force and not before; what waits is told by name.
func TestPostgresSettingsFlipTheirControl(t *testing.T) {
	t.Parallel()
	p := newTunedPostgres(t)
	const system, dropIn, main, command = "ALTER SYSTEM", "drop-in", "postgresql.conf", "command line"
	rows, columns := square([]postgresSetting{
		{dropIn, "ssl = off", "6.1", "reload"},
		{system, "ssl_min_protocol_version = 'TLSv1'", "6.2", "reload"},
		{main, "ssl_ciphers = 'ALL'", "6.3", "reload"},
		{dropIn, "ssl_prefer_server_ciphers = no", "6.4", "reload"},
		{dropIn, "password_encryption = md5", "5.1", "reload"},
		{system, "log_connections = off", "3.11", "reload"},
		{dropIn, "log_disconnections = 'f'", "3.12", "reload"},
		{main, "log_error_verbosity = TERSE", "3.13", "reload"},
		{dropIn, "log_hostname = 1", "3.14", "reload"},
		{system, "log_line_prefix = '%m '", "3.15", "reload"},
		{dropIn, "log_statement = none", "3.16", "reload"},
		{system, "log_duration = off", "3.19", "reload"},
		{main, "log_file_mode = 0644", "2.3", "reload"},
		{dropIn, "log_rotation_age = 7d", "3.4", "reload"},
		{main, "log_rotation_size = 0", "3.5", "reload"},
		{system, "log_truncate_on_rotation = off", "3.3", "reload"},
		{dropIn, "log_min_messages = panic", "3.6", "reload"},
		{system, "log_min_error_statement = fatal", "3.7", "reload"},
		{dropIn, "log_destination = stderr", "3.2", "reload"},
		{system, "debug_print_parse = on", "3.8", "reload"},
		{main, "debug_print_rewritten = on", "3.9", "reload"},
		{dropIn, "debug_print_plan = on", "3.10", "reload"},
		{dropIn, "fsync = off", "7.1", "reload"},
		{system, "full_page_writes = off", "7.2", "reload"},
		{main, "row_security = off", "7.3", "reload"},
		{dropIn, "ignore_checksum_failure = on", "7.5", "reload"},
		{system, "zero_damaged_pages = on", "7.6", "reload"},
		{main, "allow_system_table_mods = on", "7.4", "reload"},
	})
	rounds := slices.Concat(rows, columns, [][]postgresSetting{ // and what needs a restart
		{{system, "listen_addresses = '*'", "6.5", "restart"}, {command, "log_statement = none", "3.16", ""}},
		{{main, "logging_collector = off", "3.1", "restart"}, {command, "fsync = off", "7.1", ""}},
		{{dropIn, "unix_socket_permissions = 0777", "2.4", "restart"}},
	})
	for _, settings := range rounds {
		name := ""
		for _, c := range settings {
			name += c.way + ": " + c.setting + ", "
		}
		t.Run(name, func(t *testing.T) { (&tunedPostgres{t, p.h, p.before}).try(settings) })
	}
	p.want("in the end", nil, nil)
}

// rightsCase is a change that is in force at once.
type rightsCase struct{ name, do, undo, want string }

func TestPostgresRolesRightsAndFilesFlipTheirControl(t *testing.T) {
	t.Parallel()
	p := newTunedPostgres(t)
	psql := func(text string) string {
		return `runuser -u postgres -- psql -XAtq -c "` + strings.ReplaceAll(text, `"`, `\"`) + `"`
	}
	rows, columns := square([]rightsCase{
		{"a superuser", psql("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'hush'"), psql("DROP ROLE boss"), "5.3 pass>fail"},
		{"an old password", psql("SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'hush'"), psql("DROP ROLE old"), "5.2 pass>fail"},
		{"no password", psql("CREATE ROLE bare LOGIN"), psql("DROP ROLE bare"), "5.13 pass>fail"},
		{"a role that creates", psql("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'hush'"), psql("DROP ROLE maker"), "5.4 pass>fail"},
		{"a role past row security", psql("CREATE ROLE sees LOGIN BYPASSRLS PASSWORD 'hush'"), psql("DROP ROLE sees"), "5.5 pass>fail"},
		{"a good password", psql("CREATE ROLE fine LOGIN PASSWORD 'hush'"), psql("DROP ROLE fine"), ""},
		{"ALTER ROLE SET of logging", psql("CREATE ROLE q7; ALTER ROLE q7 SET log_statement = 'none'"), psql("DROP ROLE q7"), "3.18 pass>fail"},
		{"ALTER ROLE SET", psql("CREATE ROLE q8; ALTER ROLE q8 SET password_encryption = 'md5'"), psql("DROP ROLE q8"), "5.14 pass>fail"},
		{"ALTER DATABASE SET", psql("ALTER DATABASE template1 SET zero_damaged_pages = on"), psql("ALTER DATABASE template1 RESET ALL"), "5.14 pass>fail"},
		{"ALTER ROLE IN DATABASE SET", psql("CREATE ROLE q10; ALTER ROLE q10 IN DATABASE template1 SET row_security = off"), psql("DROP ROLE q10"), "5.14 pass>fail"},
		// The reader's own sessions have these, so that the server does not tell what the others get.
		{"ALTER ROLE ALL SET", psql("ALTER ROLE ALL SET row_security = off"), psql("ALTER ROLE ALL RESET row_security"), "5.14 pass>fail, 7.3 pass>unknown"},
		{"ALTER ROLE SET of the owner", psql("ALTER ROLE postgres SET log_duration = off"), psql("ALTER ROLE postgres RESET log_duration"), "3.18 pass>fail, 3.19 pass>unknown"},
		{"ALTER DATABASE SET of the reader's", psql("ALTER DATABASE postgres SET password_encryption = 'md5'"), psql("ALTER DATABASE postgres RESET ALL"), "5.1 pass>unknown, 5.14 pass>fail"},

		{"hashes for all", psql("GRANT SELECT ON pg_authid TO PUBLIC"), psql("REVOKE SELECT ON pg_authid FROM PUBLIC"), "5.7 pass>fail"},
		{"an untrusted language", psql("UPDATE pg_language SET lanpltrusted = false WHERE lanname = 'plpgsql'"), psql("UPDATE pg_language SET lanpltrusted = true WHERE lanname = 'plpgsql'"), "5.6 pass>fail"},
		{"a table for all", psql("CREATE TABLE t16 (a int); GRANT SELECT ON t16 TO PUBLIC"), psql("DROP TABLE t16"), "5.9 pass>fail"},
		{"a column for all", psql("CREATE TABLE t17 (a int); GRANT UPDATE (a) ON t17 TO PUBLIC"), psql("DROP TABLE t17"), "5.9 pass>fail"},
		{"a schema for all", psql("GRANT CREATE ON SCHEMA public TO PUBLIC"), psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC"), "5.9 pass>fail"},
		{"a grant option", psql("CREATE TABLE t19 (a int); CREATE ROLE q19; GRANT SELECT ON t19 TO q19 WITH GRANT OPTION"), psql("DROP TABLE t19; DROP ROLE q19"), "5.10 pass>fail"},
		{"a plain grant", psql("CREATE TABLE t20 (a int); CREATE ROLE q20; GRANT SELECT ON t20 TO q20"), psql("DROP TABLE t20; DROP ROLE q20"), ""},
		{"a definer's path", psql("CREATE FUNCTION f21() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION f21() FROM PUBLIC"), psql("DROP FUNCTION f21()"), "5.11 pass>fail"},
		{"a definer for all", psql("CREATE FUNCTION f22() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1'"), psql("DROP FUNCTION f22()"), "5.12 pass>fail"},
		{"an invoker's function", psql("CREATE FUNCTION f23() RETURNS int LANGUAGE sql AS 'SELECT 1'"), psql("DROP FUNCTION f23()"), ""},
		{"in another database", "runuser -u postgres -- psql -XAtq -d template1 -c 'CREATE TABLE t24 (a int); GRANT SELECT ON t24 TO PUBLIC'", "runuser -u postgres -- psql -XAtq -d template1 -c 'DROP TABLE t24'", "5.9 pass>fail"},

		{"the data directory", "chmod 0750 /var/lib/postgresql/15/main", "chmod 0700 /var/lib/postgresql/15/main", "2.1 pass>fail"},
		{"a configuration file", "chmod 0644 " + postgresEtc + "postgresql.conf", "chmod 0640 " + postgresEtc + "postgresql.conf", "2.2 pass>fail"},
		{"the log", "chmod 0755 /var/lib/postgresql/15/main/log", "chmod 0700 /var/lib/postgresql/15/main/log", "2.5 pass>fail"},
		{"the key", "chmod 0644 /etc/ssl/private/ssl-cert-snakeoil.key", "chmod 0640 /etc/ssl/private/ssl-cert-snakeoil.key", "2.6 pass>fail"},
		{"the code", "chmod 0775 /usr/lib/postgresql/15/lib", "chmod 0755 /usr/lib/postgresql/15/lib", "2.7 pass>fail"},
		{"a history", "touch ~postgres/.psql_history", "rm ~postgres/.psql_history", "2.8 pass>fail"},
		{"a file of passwords", "install -m 0644 /dev/null /root/.pgpass", "rm /root/.pgpass", "2.9 pass>fail"},
		{"a password in a profile", "echo export PGPASSWORD=hush > /etc/profile.d/pg.sh", "rm /etc/profile.d/pg.sh", "2.10 pass>fail"},
		{"whose configuration", "chown nobody " + postgresEtc + "conf.d/baseline.conf", "chown postgres " + postgresEtc + "conf.d/baseline.conf", "2.11 pass>fail"},
	})
	for _, cases := range slices.Concat(rows, columns, [][]rightsCase{{{"no history", "ln -s /dev/null ~postgres/.psql_history", "rm ~postgres/.psql_history", ""}}}) {
		var names, do, undo, want []string
		for _, c := range cases {
			names, do, undo = append(names, c.name), append(do, c.do), append(undo, c.undo)
			if c.want != "" {
				want = append(want, strings.Split(c.want, ", ")...)
			}
		}
		t.Run(strings.Join(names, ", "), func(t *testing.T) {
			p := &tunedPostgres{t, p.h, p.before}
			p.h.MustRun("sh", "-euc", strings.Join(do, "\n"))
			p.want("done", want, nil)
			p.h.MustRun("sh", "-euc", strings.Join(undo, "\n")) // that it is undone, the next one and the end show
		})
	}
	hba, ident := p.h.ReadFile(postgresEtc+"pg_hba.conf"), p.h.ReadFile(postgresEtc+"pg_ident.conf")
	for _, c := range []struct{ file, old, line, control string }{
		{"pg_hba.conf", hba, "host all all 127.0.0.1/32 trust", "4.1"},
		{"pg_hba.conf", hba, "host all all ::1/128 password", "4.2"},
		{"pg_hba.conf", hba, "host all all localhost md5", "4.3"},
		{"pg_hba.conf", hba, "hostssl all all 0.0.0.0/0 scram-sha-256", "4.4"},
		{"pg_hba.conf", hba, "host all all 10.0.0.0/8 scram-sha-256", "4.5"},
		{"pg_hba.conf", hba, "host all all samehost ident", "4.6"},
		{"pg_hba.conf", hba, "local all all pam", "4.7"},
		{"pg_ident.conf", ident, "m root postgres", "4.8"},
	} {
		t.Run(c.line, func(t *testing.T) {
			p := &tunedPostgres{t, p.h, p.before}
			p.own(c.file, c.old+c.line+"\n")
			if got, _ := postgresVerdicts(t, p.h); got[c.control] != "fail" || c.control != "4.8" && got["4.1"] == "pass" {
				t.Errorf("before a reload %s is %s and 4.1 %s", c.control, got[c.control], got["4.1"])
			}
			p.reload()
			p.want("when it is in force", []string{c.control + " pass>fail"}, nil)
			p.own(c.file, c.old)
			if got, _ := postgresVerdicts(t, p.h); got[c.control] == "pass" {
				t.Errorf("the line is in force until a reload, and %s passes", c.control)
			}
			p.reload()
		})
	}
	p.want("in the end", nil, nil)
}
