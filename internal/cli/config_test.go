package cli

import (
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
