package hosttests

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestPostgresThatCanNotBeAsked(t *testing.T) {
	h := postgresHost(t)
	pid := strings.TrimSpace(strings.SplitN(h.ReadFile("/var/lib/postgresql/15/main/postmaster.pid"), "\n", 2)[0])
	reason := func(t *testing.T) string {
		t.Helper()
		c := cluster(t, read(t, h, key{"postgres"}), "15/main")
		if c["live"] != false || c["running"] != true {
			t.Errorf("live %v, running %v", c["live"], c["running"])
		}
		for _, name := range []string{"ssl", "port", "settings", "hba_file"} { // configured, but is it in force?
			if why, ok := c[name].(unknown); !ok || !strings.Contains(string(why), "need not be in force") {
				t.Errorf("%s is %v", name, c[name])
			}
		}
		if s, ok := c["configured"].(map[string]any)["ssl"].(map[string]any); !ok || s["value"] != "on" {
			t.Errorf("configured: %v", s)
		}
		return fmt.Sprint(c["not_live"])
	}
	t.Run("a server that hangs costs one deadline", func(t *testing.T) {
		install(t, h, "readfacts")
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
		if n := strings.Count(out, `"not_live"`); n < 2 {
			t.Fatalf("%d clusters in %.300s", n, out)
		}
	}
	for _, name := range []string{"15/main", "15/second"} {
		if c := cluster(t, read(t, h, key{"postgres"}), name); c["live"] != true {
			t.Errorf("%s was not asked: %v", name, c["not_live"])
		}
	}
	pid := strings.TrimSpace(strings.SplitN(h.ReadFile("/var/lib/postgresql/15/second/postmaster.pid"), "\n", 2)[0])
	h.MustRun("kill", "-STOP", pid)
	r := read(t, h, key{"postgres"})
	h.MustRun("kill", "-CONT", pid)
	if hung, other := cluster(t, r, "15/second"), cluster(t, r, "15/main"); hung["live"] != false || other["live"] != true {
		t.Errorf("beside a server that hangs (live: %v), the other was not asked: %v", hung["live"], other["not_live"])
	}
	t.Logf("two live clusters, the start of the program and the way into the host included: %v", best)
	if best > 2*time.Second { // a machine that is busy with other tests; alone it takes a tenth of that
		t.Errorf("reading two clusters took %v", best)
	}
}
