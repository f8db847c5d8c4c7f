package linux

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// No bus, a file in its place, and one that takes a call and never answers.
func TestWithoutABusTheReasonComesInTime(t *testing.T) {
	dir := t.TempDir()
	silent := filepath.Join(dir, "silent")
	l, err := net.Listen("unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	closing := filepath.Join(dir, "closing")
	c, err := net.Listen("unix", closing)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		for {
			conn, err := c.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ socket, want string }{
		"no bus":                        {filepath.Join(dir, "none"), "no such file"},
		"a file":                        {file, "connection refused"},
		"a FIFO":                        {pipe, "connection refused"},
		"a bus that never answers":      {silent, "no answer in time"},
		"a bus that ends the handshake": {closing, ""},
	} {
		patience := time.Minute
		if c.socket == silent {
			patience = 300 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		start := time.Now()
		_, err := listUnits(ctx, c.socket)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "systemd could not be asked over D-Bus: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
