package health

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func TestTheFIFOsBesideSessionsAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "1"), []byte("USER=root\nCLASS=user\nTTY=tty1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "1.ref"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := sessions(dir); !slices.Equal(got, []string{"root (tty1)"}) {
		t.Errorf("%q", got)
	}
}

func TestSessionsAreReadAsLogindWritesThem(t *testing.T) {
	for text, want := range map[string]string{
		"UID=0\nUSER=root\nACTIVE=1\nSTATE=active\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nSERVICE=sshd\nTTY=pts/0\nCLASS=user\n": "root from 192.0.2.7 (pts/0)",
		"USER=alice\nSTATE=active\nSERVICE=sshd\nCLASS=user\n":                                                             "alice (sshd)",
		"USER=alice\nSTATE=closing\nSERVICE=sshd\nCLASS=user\n":                                                            "",
		"USER=gdm\nSTATE=active\nCLASS=greeter\n":                                                                          "",
		"": "",
	} {
		if got := session(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
