package pgread

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pretend listens as a server would and does with each connection what it is told; its socket is our own, so that what
// is asked of the peer holds.
func pretend(t *testing.T, serve func(net.Conn)) Request {
	t.Helper()
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return Request{Directory: dir, Port: 5432, Role: "postgres", Timeout: 500 * time.Millisecond}
}

func TestServersThatAreNone(t *testing.T) {
	start := func(c net.Conn) { _, _ = c.Read(make([]byte, 1024)) }
	for name, serve := range map[string]func(net.Conn){
		"silence": func(c net.Conn) { start(c); time.Sleep(5 * time.Second); _ = c.Close() },
		"the end": func(c net.Conn) { _ = c.Close() },
		"garbage": func(c net.Conn) {
			start(c)
			_, _ = c.Write(bytes.Repeat([]byte("HTTP/1.1 400 Bad Request\r\n"), 10))
			_ = c.Close()
		},
		"a password": func(c net.Conn) {
			start(c)
			_, _ = c.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3})
			time.Sleep(5 * time.Second)
		},
		"a long word": func(c net.Conn) {
			start(c)
			_, _ = c.Write([]byte{'R', 0x7f, 0xff, 0xff, 0xff})
			time.Sleep(5 * time.Second)
		},
		"no end": func(c net.Conn) {
			start(c)
			for { // notices, one after the other
				if _, err := c.Write([]byte{'N', 0, 0, 0, 5, 0}); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			req := pretend(t, serve)
			ctx, cancel := context.WithTimeout(t.Context(), req.Timeout)
			defer cancel()
			began := time.Now()
			a, err := ask(ctx, req)
			if err == nil {
				t.Errorf("it answered %+v", a)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("it took %v: %v", took, err)
			}
		})
	}
}

func TestAConversationIsBounded(t *testing.T) {
	for _, c := range []struct {
		name, sent string
		left       int
		want       string
	}{
		{"messages", "Z\x00\x00\x00\x05IZ\x00\x00\x00\x04", 100, "Z\x00\x00\x00\x05IZ\x00\x00\x00\x04"},
		{"more than the conversation may have", "Z\x00\x00\x00\x05IZ\x00\x00\x00\x04", 8, "Z\x00\x00\x00\x05I and an error"},
		{"a message too long", "R\x7f\xff\xff\xff....", 100, " and an error"},
		{"a length too small", "R\x00\x00\x00\x03....", 100, " and an error"},
		{"half a header", "R\x00", 100, " and an error"},
	} {
		near, far := net.Pipe()
		go func() {
			_, _ = far.Write([]byte(c.sent))
			_ = far.Close()
		}()
		b, err := io.ReadAll(newBoundedConn(near, c.left))
		got := string(b)
		if err != nil {
			got += " and an error"
		}
		if got != c.want {
			t.Errorf("%s: %q (%v), want %q", c.name, got, err, c.want)
		}
		_ = near.Close()
	}
}

func TestTheReaderNeverRunsAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can show it")
	}
	var out bytes.Buffer
	if err := Serve(strings.NewReader("[]"), &out); err == nil || !strings.Contains(err.Error(), "never as root") || out.Len() > 0 {
		t.Errorf("%v %q", err, out.String())
	}
}

func TestTheRuleOfWhatIsHidden(t *testing.T) {
	for name, want := range map[string]bool{"archive_command": true, "Archive_Command": true, "app.x": true, "pgaudit.log": false, "work_mem": false, "": false, ".": true} {
		if Hidden(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
