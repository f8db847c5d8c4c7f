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

func TestProbesAreSwitchedOffByASetting(t *testing.T) {
	dir := t.TempDir()
	p := &program{config: dir, configOwner: uint32(os.Getuid())} //nolint:gosec // an id
	for text, want := range map[string]string{
		"": "false <nil>", "# none\nprobe = no\n": "true <nil>", "probe=yes": "false <nil>",
		"probe = perhaps": "false " + dir + `/settings:1: "probe = perhaps" is no setting: there is probe = yes, and probe = no`,
		"\nspeed = 1":     "false " + dir + `/settings:2: "speed = 1" is no setting: there is probe = yes, and probe = no`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "settings"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		off, err := p.probesOff()
		if got := fmt.Sprint(off, " ", err); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
