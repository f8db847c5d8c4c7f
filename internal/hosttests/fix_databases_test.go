package hosttests

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	reports "github.com/holdfast-agent/holdfast/report"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// applyBenchmark applies all fixes of a benchmark on a host where something is wrong, sees that a second time nothing
// is left to do, and rolls it back: the directories have to be as before. check runs while it is applied.
func applyBenchmark(t *testing.T, h *testhost.Host, benchmark string, dirs []string, want string, check func()) {
	t.Helper()
	holdfast := install(t, h, "holdfast")
	before, bad := fixer{t, h}.tree(dirs...), judged(t, h, benchmark)
	keepsPlanSchema(t, h.Run(holdfast, "plan", "--benchmark", benchmark, "--format", "json"))
	r := h.Run(holdfast, "apply", "--yes", "--benchmark", benchmark)
	if r.Code != 0 && r.Code != 3 {
		t.Fatalf("apply: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	if strings.Contains(r.Stdout+r.Stderr, "hunter2") {
		t.Errorf("a secret is told: %s%s", r.Stdout, r.Stderr)
	}
	mended := strings.Fields(turned(bad, judged(t, h, benchmark), false))
	for _, w := range strings.Fields(want) {
		if !slices.Contains(mended, w) {
			t.Errorf("turned %s, want %s, too\n%s%s", mended, w, r.Stdout, r.Stderr)
		}
	}
	for _, m := range mended {
		if !strings.HasSuffix(m, "=pass") {
			t.Errorf("turned %s", m)
		}
	}
	check()
	if again := h.Run(holdfast, "plan", "--benchmark", benchmark); again.Code != 0 {
		t.Errorf("a second plan: %s%s", again.Stdout, again.Stderr)
	}
	if r := h.Run(holdfast, "rollback"); r.Code != 0 {
		t.Fatalf("rollback: %s%s", r.Stdout, r.Stderr)
	}
	if after := (fixer{t, h}).tree(dirs...); after != before {
		t.Errorf("after the roll-back:\n%s\nbefore:\n%s", after, before)
	}
	if got := turned(bad, judged(t, h, benchmark), false); got != "" {
		t.Errorf("after the roll-back turned %s", got)
	}
}

// keepsPlanSchema sees that there is a plan, in the form that is promised, and without the secret of the tests.
func keepsPlanSchema(t *testing.T, r testhost.Result) {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.PlanSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", schema); err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(r.Stdout))
	if err != nil || r.Code != 2 {
		t.Fatalf("plan: %d %v %s", r.Code, err, r.Stderr)
	}
	if err := c.MustCompile("plan.json").Validate(v); err != nil || strings.Contains(r.Stdout, "hunter2") {
		t.Errorf("%v\n%s", err, r.Stdout)
	}
}

func TestFixRedis(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"mariadb-server", "redis-server"}})
	f := &fixes{t: t, host: h}
	const conf = "/etc/redis/redis.conf"
	h.MustRun("sh", "-ec", `cp -a /etc/redis/redis.conf /root/redis.conf
printf '%s\n' 'protected-mode no' 'enable-debug-command yes' 'bind 0.0.0.0' 'requirepass hunter2' 'logfile ""' >> /etc/redis/redis.conf
chown root:redis /etc/redis/redis.conf; chmod 0644 /etc/redis/redis.conf
install -d /etc/holdfast; echo 'redis_credentials = /etc/holdfast/redis.logins' > /etc/holdfast/settings
install -m 0600 /dev/null /etc/holdfast/redis.logins; echo '* default hunter2' > /etc/holdfast/redis.logins
systemctl restart redis-server`)
	ask := func(want string, words ...string) {
		t.Helper()
		if got := h.MustRun("redis-cli", append([]string{"--no-auth-warning", "-a", "hunter2"}, words...)...); !strings.Contains(got, want) {
			t.Errorf("%v: %s", words, got)
		}
	}
	ask("OK", "SET", "kept", "over-restarts")
	applyBenchmark(t, h, "redis", []string{"/etc/redis"}, "1.1=pass 1.2=pass 1.3=pass 4.2=pass 5.2=pass 6.1=pass", func() {
		ask("over-restarts", "GET", "kept")
		if got := h.ReadFile(conf); !strings.HasSuffix(got, "count.\ninclude /etc/redis/holdfast-redis.conf\n") {
			t.Errorf("it ends with %s", got[max(0, len(got)-300):])
		}
		if got := h.MustRun("stat", "-c", "%a %U:%G", "/etc/redis/holdfast-redis.conf"); got != "640 root:redis\n" {
			t.Error(got)
		}
	})
	ask("over-restarts", "GET", "kept")

	debug := fix{"redis_setting", map[string]any{"name": "enable-debug-command", "value": "no"}}
	t.Run("CONFIG REWRITE leaves it in force, and a line behind it is seen", func(t *testing.T) {
		f := &fixes{t: t, host: h}
		done := f.apply(debug)
		ask("OK", "CONFIG", "SET", "maxmemory", "64mb")
		ask("OK", "CONFIG", "REWRITE")
		if p := f.plan(debug); len(p.Changes) > 0 {
			t.Errorf("after CONFIG REWRITE there is to do: %v", targets(p))
		}
		h.MustRun("sh", "-c", "echo enable-debug-command yes >> "+conf)
		again := f.apply(debug)
		if got := h.ReadFile(conf); strings.Count(got, "include /etc/redis/holdfast") != 1 || !strings.HasSuffix(got, "include /etc/redis/holdfast-redis.conf\n") {
			t.Error("the include is not the last line")
		}
		f.rollback(again)
		if out := f.do("rollback", done.ID); len(out.Refused) != 1 || !strings.Contains(out.Refused[0], conf) {
			t.Errorf("what CONFIG REWRITE wrote is overwritten: %v %s", out.Refused, out.Error)
		}
	})
	h.MustRun("sh", "-ec", "rm -f /etc/redis/holdfast*; cp -a /root/redis.conf "+conf+"; echo enable-debug-command yes >> "+conf+"; systemctl reset-failed redis-server; systemctl restart redis-server")
	t.Run("a mode and a setting are one step, and what the file holds is not shown", func(t *testing.T) {
		f := &fixes{t: t, host: h}
		h.MustRun("sh", "-c", "echo requirepass hunter2 >> "+conf)
		p := f.plan(debug, fix{"redis_setting", map[string]any{"name": "protected-mode", "value": "no"}}, fix{"redis_setting", map[string]any{"name": "loglevel", "value": "verbose"}})
		for _, c := range p.Changes {
			if strings.Contains(c.Diff, "hunter2") || strings.Contains(c.Diff, "dbfilename") || c.Target == conf && !strings.Contains(c.Diff, "+include ") {
				t.Errorf("%s: %s", c.Target, c.Diff)
			}
		}
	})
	for name, c := range map[string]struct {
		prepare, words string
		fixes          []fix
	}{
		"data in memory alone": {`echo 'save ""' >> ` + conf, "would lose it", []fix{debug}},
		"a secret":             {"true", "is a secret", []fix{{"redis_setting", map[string]any{"name": "requirepass", "value": "x"}}}},
		"one of many":          {"true", "more than once", []fix{{"redis_setting", map[string]any{"name": "rename-command", "value": "CONFIG x"}}}},
		"two values":           {"true", "tailor", []fix{debug, {"redis_setting", map[string]any{"name": "enable-debug-command", "value": "local"}}}},
		"a file that is wrong": {"echo 'include /nowhere' >> " + conf, "can't be told", []fix{debug}},
		"no unit":              {`systemctl stop redis-server; setsid -f redis-server ` + conf + ` --daemonize no >/dev/null 2>&1; for i in $(seq 50); do redis-cli ping >/dev/null 2>&1 && break; sleep 0.1; done`, "by hand", []fix{debug}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixes{t: t, host: h}
			h.MustRun("sh", "-ec", "cp -a "+conf+" /root/now; "+c.prepare)
			defer h.MustRun("sh", "-ec", "cp -a /root/now "+conf+"; systemctl is-active -q redis-server || { pkill -x redis-server; systemctl reset-failed redis-server; systemctl start redis-server; }")
			if got := f.refused(c.fixes...); !strings.Contains(got, c.words) {
				t.Error(got)
			}
		})
	}
	_ = f
}

func TestFixMariaDB(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"mariadb-server", "redis-server"}})
	f := &fixes{t: t, host: h}
	const conf = "/etc/mysql/mariadb.conf.d/99-z.cnf"
	h.MustRun("sh", "-ec", `printf '[mysqld]\nskip-grant-tables\nskip-networking=0\nbind-address=*\nlocal_infile=1\nallow-suspicious-udfs\nenable-symbolic-links\n[mariadb]\ntls_version=TLSv1.1,TLSv1.2\n' > `+conf+`
systemctl restart mariadb`)
	local := fix{"mariadb_setting", map[string]any{"name": "local_infile", "value": "OFF"}}
	t.Run("fixes of controls", func(t *testing.T) {
		done := f.apply(
			fix{"mariadb_setting", map[string]any{"name": "bind-address", "value": "127.0.0.1"}}, local,
			fix{"mariadb_setting", map[string]any{"name": "skip_grant_tables", "value": "OFF"}},
			fix{"mariadb_setting", map[string]any{"name": "symbolic_links", "value": "OFF"}},
			fix{"mariadb_setting", map[string]any{"name": "tls_version", "value": "TLSv1.2,TLSv1.3"}},
			fix{"mariadb_setting", map[string]any{"name": "secure_file_priv", "value": "/var/lib/mysql-files"}},
			fix{"mariadb_setting", map[string]any{"name": "log_error", "value": "/var/log/mysql/error.log"}},
			fix{"mariadb_setting", map[string]any{"name": "init_connect", "value": `SET @a='#b"\'`, "section": "mariadb"}},
		)
		v := judged(t, h, "mariadb")
		for _, c := range strings.Fields("1.1 2.1 3.1 3.2 3.3 5.1") {
			if v[c] != "pass" {
				t.Errorf("%s is %s", c, v[c])
			}
		}
		if got := h.MustRun("mariadb", "-Ne", "SELECT @@init_connect, @@secure_file_priv, @@local_infile"); got != "SET @a='#b\"\\\\'\t/var/lib/mysql-files/\t0\n" {
			t.Errorf("%q", got)
		}
		h.MustRun("mariadb", "-e", "SELECT 1")
		if out := f.do("rollback", done.ID); out.Error != "" || len(out.Refused) != 1 || !strings.Contains(out.Refused[0], "/var/log/mysql: it is a directory that the transaction has made") {
			t.Errorf("rollback: %s %q", out.Error, out.Refused)
		}
		if got := h.MustRun("mariadb", "-Ne", "SELECT @@local_infile, @@secure_file_priv"); got != "1\tNULL\n" {
			t.Errorf("%q", got)
		}
		if h.Run("ls", "/var/lib/mysql-files", "/etc/mysql/mariadb.conf.d/zz-holdfast.cnf").Stdout != "" {
			t.Error("something is left")
		}
	})
	h.MustRun("sh", "-ec", "printf '[mysqld]\nlocal_infile=1\n' > "+conf+"; chown mysql:adm /var/log/mysql; systemctl restart mariadb")
	t.Run("the benchmark", func(t *testing.T) {
		applyBenchmark(t, h, "mariadb", []string{"/etc/mysql"}, mariadbMended, func() {
			h.MustRun("mariadb", "-e", "CREATE DATABASE IF NOT EXISTS answered")
		})
	})
	t.Run("the server has the last word", func(t *testing.T) {
		before := fixer{t, h}.tree("/etc/mysql")
		out := f.do("apply", "bad", fix{"mariadb_setting", map[string]any{"name": "no_such_option", "value": "1"}})
		if !strings.Contains(out.Error, "unknown variable") {
			t.Errorf("%s %v", out.Error, out.Refused)
		}
		if after := (fixer{t, h}).tree("/etc/mysql"); after != before || h.Run("mariadb", "-e", "SELECT 1").Code != 0 {
			t.Errorf("something has changed: %s", after)
		}
	})
	for name, c := range map[string]struct {
		prepare, words string
		fixes          []fix
	}{
		"a file that is read later":  {`printf '[mysqld]\nlocal-infile\n' > /etc/mysql/mariadb.conf.d/zzz.cnf`, "zzz.cnf:2 sets local_infile after", []fix{local}},
		"two values":                 {"true", "tailor", []fix{local, {"mariadb_setting", map[string]any{"name": "local-infile", "value": "ON"}}}},
		"a password":                 {"true", "no option", []fix{{"mariadb_setting", map[string]any{"name": "report_password", "value": "x"}}}},
		"more than a line":           {"true", "no option", []fix{{"mariadb_setting", map[string]any{"name": "log_error", "value": "x\n[mysqld]"}}}},
		"it runs with another value": {`printf '[mysqld]\nlocal_infile=OFF\n' > /etc/mysql/mariadb.conf.d/zzz.cnf`, "runs with another value", []fix{local}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixes{t: t, host: h}
			defer h.MustRun("rm", "-f", "/etc/mysql/mariadb.conf.d/zzz.cnf")
			h.MustRun("sh", "-ec", c.prepare)
			if got := f.refused(c.fixes...); !strings.Contains(got, c.words) {
				t.Error(got)
			}
		})
	}
}

// mariadbMended is what fixes of the benchmark mend of a server as it is installed.
const mariadbMended = "2.7=pass 3.1=pass 3.2=pass 3.3=pass 3.5=pass 5.1=pass 5.4=pass"

func TestFixPostgres(t *testing.T) {
	t.Parallel()
	h := postgresHost(t)
	f := &fixes{t: t, host: h}
	sql := func(text string) string {
		t.Helper()
		return strings.TrimSpace(h.MustRun("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-c", text))
	}
	const ours = "/etc/postgresql/15/main/conf.d/zz-holdfast.conf"
	setting := func(name, value string) fix {
		return fix{"postgres_setting", map[string]any{"cluster": "15/main", "name": name, "value": value}}
	}
	started := func() string { return sql("SELECT pg_postmaster_start_time()") }
	t.Run("a reload is enough, or a restart is needed", func(t *testing.T) {
		since := started()
		done := f.apply(setting("log_connections", "on"), setting("log_line_prefix", `it's %m\`))
		for sql("SHOW log_line_prefix") != `it's %m\` { // a reload ends before the server has read its files
		}
		if started() != since || done.Changes[0].Risk.String() != "safe" {
			t.Error("the server was restarted")
		}
		if got := h.MustRun("stat", "-c", "%a %U:%G", ours); got != "640 root:postgres\n" {
			t.Error(got)
		}
		more := f.apply(setting("log_connections", "on"), setting("logging_collector", "on"))
		if started() == since || sql("SHOW logging_collector") != "on" || more.Changes[0].Risk.String() != "disruptive" {
			t.Error("the server was not restarted")
		}
		f.rollback(more)
		f.rollback(done)
		if sql("SHOW logging_collector") != "off" || h.Run("test", "-e", ours).Code == 0 {
			t.Error("not as it was")
		}
	})
	h.MustRun("sh", "-ec", `cd /etc/postgresql/15; sed -i "s/^#fsync = .*/fsync = off/; s/^#log_file_mode = .*/log_file_mode = 0644/; s/^#listen_addresses = .*/listen_addresses = '*'/" main/postgresql.conf; chmod 0644 main/postgresql.conf; systemctl restart postgresql@15-main`)
	t.Run("the benchmark", func(t *testing.T) {
		holdfast := install(t, h, "holdfast")
		before, bad := fixer{t, h}.tree("/etc/postgresql"), judged(t, h, "postgresql")
		r := h.Run(holdfast, "apply", "--yes", "--benchmark", "postgresql", "--control", "2.*", "--control", "3.1", "--control", "6.*", "--control", "7.1")
		if r.Code != 0 && r.Code != 3 {
			t.Fatalf("apply: %d %s%s", r.Code, r.Stdout, r.Stderr)
		}
		good := judged(t, h, "postgresql")
		for _, c := range strings.Fields("2.2 2.3 3.1 6.5 7.1") {
			if bad[c] != "fail" || good[c] != "pass" {
				t.Errorf("%s was %s and is %s", c, bad[c], good[c])
			}
		}
		if again := h.Run(holdfast, "plan", "--benchmark", "postgresql", "--control", "2.*", "--control", "3.1", "--control", "6.*", "--control", "7.1"); again.Code != 0 {
			t.Errorf("a second plan: %s%s", again.Stdout, again.Stderr)
		}
		if r := h.Run(holdfast, "rollback"); r.Code != 0 {
			t.Fatalf("rollback: %s%s", r.Stdout, r.Stderr)
		}
		if after := (fixer{t, h}).tree("/etc/postgresql"); after != before {
			t.Errorf("after the roll-back:\n%s\nbefore:\n%s", after, before)
		}
		if got := sql("SHOW fsync"); got != "off" {
			t.Errorf("fsync is %s", got)
		}
	})
	t.Run("the server has the last word", func(t *testing.T) {
		out := f.do("apply", "bad", setting("log_statement", "sometimes"))
		if !regexp.MustCompile(`invalid value for parameter "log_statement"`).MatchString(out.Error) || h.Run("test", "-e", ours).Code == 0 {
			t.Errorf("%s %v", out.Error, out.Refused)
		}
	})
	t.Run("a library comes with its package, in one plan", func(t *testing.T) {
		pgaudit := fix{"package", map[string]any{"name": "postgresql-15-pgaudit", "state": "present"}}
		if got := f.refused(setting("shared_preload_libraries", "pgaudit")); !strings.Contains(got, "pgaudit.so") {
			t.Error(got)
		}
		if p := f.plan(pgaudit, setting("shared_preload_libraries", "pgaudit")); len(p.Changes) < 2 || len(p.Refused) > 0 {
			t.Errorf("%v %q", targets(p), p.Refused)
		}
	})
	for name, c := range map[string]struct {
		prepare, undo, words string
		fixes                []fix
	}{
		"ALTER SYSTEM":              {`runuser -u postgres -- psql -Xqc "ALTER SYSTEM SET fsync = off"`, `runuser -u postgres -- psql -Xqc "ALTER SYSTEM RESET fsync"`, "ALTER SYSTEM RESET fsync", []fix{setting("fsync", "on")}},
		"a file that is read later": {"echo fsync = off > /etc/postgresql/15/main/conf.d/zzz.conf", "rm /etc/postgresql/15/main/conf.d/zzz.conf", "zzz.conf:1 sets fsync after", []fix{setting("fsync", "on")}},
		"no conf.d":                 {"sed -i s/^include_dir/#include_dir/ /etc/postgresql/15/main/postgresql.conf", "sed -i s/^#include_dir/include_dir/ /etc/postgresql/15/main/postgresql.conf", "does not include conf.d", []fix{setting("fsync", "on")}},
		"no certificate":            {"true", "true", "give it a certificate first", []fix{setting("ssl_cert_file", "/nowhere.pem"), setting("ssl", "on")}},
		"two values":                {"true", "true", "tailor", []fix{setting("work_mem", "8MB"), setting("work_mem", "9MB")}},
		"no such cluster":           {"true", "true", "there is no cluster 9/x", []fix{{"postgres_setting", map[string]any{"cluster": "9/x", "name": "fsync", "value": "on"}}}},
		"its files say so already":  {`echo "log_statement = 'all'" > ` + ours + "; chown postgres: " + ours, "rm " + ours, "did not write it", []fix{setting("log_duration", "on")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixes{t: t, host: h}
			h.MustRun("sh", "-ec", c.prepare)
			defer h.MustRun("sh", "-ec", c.undo)
			if got := f.refused(c.fixes...); !strings.Contains(got, c.words) {
				t.Error(got)
			}
		})
	}
	t.Run("somebody else's symlink is not followed", func(t *testing.T) {
		h.MustRun("runuser", "-u", "postgres", "--", "ln", "-s", "/etc/passwd", ours)
		defer h.MustRun("rm", "-f", ours)
		if got := f.refused(setting("log_duration", "on")); !strings.Contains(got, "symlink") {
			t.Error(got)
		}
	})
}
