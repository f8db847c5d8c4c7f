package pgread

import (
	"bytes"
	"context"
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
	near, far := net.Pipe()
	defer func() { _ = near.Close() }()
	go func() { _, _ = far.Write(make([]byte, 100)) }()
	c := &boundedConn{Conn: near, left: 10}
	b := make([]byte, 64)
	n, err := c.Read(b)
	if n != 10 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := c.Read(b); err == nil {
		t.Error("more than the bound was received")
	}
}

func TestTheReaderNeverRunsAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can show it")
	}
	var out bytes.Buffer
	if err := Serve(strings.NewReader("{}"), &out); err == nil || !strings.Contains(err.Error(), "never as root") || out.Len() > 0 {
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
