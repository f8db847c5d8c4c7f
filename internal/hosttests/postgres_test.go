package hosttests

import (
	"encoding/json"
	"fmt"
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
	h.WriteFile("/etc/postgresql/15/main/conf.d/site.conf", 0o644, "log_statement = 'ddl'\nwork_mem = 7MB\napp.secret = 'hush'\narchive_command = 'PASSWORD=hush true'\n")
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
	for _, secret := range []string{"archive_command", "app.secret"} {
		s, ok := c["settings"].(map[string]any)[secret].(map[string]any)
		if !ok || fmt.Sprintf("%T", s["value"]) != "hosttests.unknown" {
			t.Errorf("%s: %v", secret, s)
		}
	}
	if strings.Contains(fmt.Sprint(c), "hush") {
		t.Error("a secret is told")
	}
	second := cluster(t, read(t, h, key{"postgres"}), "15/second")
	t.Logf("%v %v", second["live_reason"], second["port"])
}
