package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigurationOfAnotherUserIsRefused(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "labels")
	if err := os.WriteFile(name, []byte("role = web\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{config: dir, configOwner: uint32(os.Getuid())}
	if labels, err := p.labels(); err != nil || labels["role"] != "web" {
		t.Fatalf("%v, %v", labels, err)
	}
	p.configOwner++
	if _, err := p.labels(); err == nil || !strings.Contains(err.Error(), "must belong to root: chown root "+dir) {
		t.Errorf("error %v", err)
	}
}

func TestConfigurationThatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "labels"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := &program{config: dir, configOwner: uint32(os.Getuid())}
	if _, err := p.labels(); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
}

func TestNoConfigurationIsNone(t *testing.T) {
	p := &program{config: filepath.Join(t.TempDir(), "absent")}
	if labels, err := p.labels(); err != nil || len(labels) != 0 {
		t.Errorf("%v, %v", labels, err)
	}
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	p := &program{config: dir, configOwner: uint32(os.Getuid())} //nolint:gosec // an id
	const none = "there is no such setting: there are probe, mariadb_credentials, mongodb_credentials and redis_credentials"
	for text, want := range map[string]string{
		"": "false map[] <nil>", "# none\nprobe = no\n": "true map[] <nil>", "probe=yes": "false map[] <nil>",
		"mariadb_credentials = /etc/holdfast/a b.cnf\nredis_credentials = redis\n": "false map[mariadb:/etc/holdfast/a b.cnf redis:redis] <nil>",
		"probe = perhaps":                "false map[] " + dir + "/settings:1: probe is yes or no",
		"\nspeed = 1":                    "false map[] " + dir + "/settings:2: " + none,
		"postgres_credentials = /x":      "false map[] " + dir + "/settings:1: " + none,
		"redis_credentials = ../hunter2": "false map[] " + dir + "/settings:1: redis_credentials names the absolute path of a file, or a systemd credential",
		"redis_password = hunter2":       "false map[] " + dir + "/settings:1: " + none,
	} {
		if err := os.WriteFile(filepath.Join(dir, "settings"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := p.settings()
		if got := fmt.Sprint(s.noProbe, " ", s.credentials, " ", err); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
