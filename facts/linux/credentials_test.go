package linux

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const secret = "Tr0ub4dor&3"

func TestSecretsAreReadFromSafeFilesAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "login")
	for want, spoil := range map[string]func() error{
		"": func() error { return nil },
		"its mode is 0640; it must be 0600 or stricter": func() error { return os.Chmod(file, 0o640) },
		"it has 2 names (hard links)":                   func() error { return os.Link(file, filepath.Join(dir, "other")) },
		"it is a symbolic link": func() error {
			return os.Rename(file, filepath.Join(dir, "real"))
		},
		"it is not a regular file":    func() error { return os.Remove(file) },
		"it is larger than":           func() error { return os.WriteFile(file, make([]byte, credentialLimit+1), 0o600) },
		"there is a NUL byte in it":   func() error { return os.WriteFile(file, []byte{0}, 0o600) },
		"it belongs to user id 65534": func() error { return os.Chown(file, 65534, -1) },
		"no such file or directory":   func() error { return os.Remove(file) },
	} {
		t.Run(want, func(t *testing.T) {
			if strings.Contains(want, "belongs") && os.Getuid() != 0 {
				t.Skip("only root can give a file away")
			}
			_ = os.RemoveAll(file)
			for _, n := range []string{"other", "real"} {
				_ = os.Remove(filepath.Join(dir, n))
			}
			if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			switch want {
			case "it is a symbolic link":
				_ = os.Symlink(filepath.Join(dir, "real"), file)
			case "it is not a regular file":
				_ = os.Mkdir(file, 0o700)
			}
			got, err := readSecret(file)
			if want == "" && (err != nil || got != secret) || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret)) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// withLogin gives a host a file of credentials.
func withLogin(t *testing.T, h facts.Host, kind, text string) facts.Host {
	t.Helper()
	file := filepath.Join(t.TempDir(), "login")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Credentials = map[string]string{kind: file}
	return h
}

// lockedRedis wants a password, and repeats what it is sent where it refuses.
func lockedRedis(c net.Conn) {
	open := answering(map[string]string{
		"INFO server":  "$19\r\nredis_version:7.2.4\r\n",
		"CONFIG GET *": bulks("port", "0", "protected-mode", "no", "requirepass", secret, "dir", "/var/lib/redis"),
		"ACL LIST":     bulks("user ops on #aabb ~* &* +@all"),
	})
	buffer := make([]byte, 4096)
	for {
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		said := string(buffer[:n])
		switch {
		case strings.Contains(said, "AUTH\r\n$3\r\nops\r\n") && strings.Contains(said, "\r\n"+secret+"\r\n"):
			_, _ = c.Write([]byte("+OK\r\n"))
			open(c)
			return
		case strings.Contains(said, "AUTH"):
			_, _ = fmt.Fprintf(c, "-WRONGPASS %s is wrong\r\n", strings.ReplaceAll(said, "\r\n", " "))
		default:
			_, _ = c.Write([]byte("-NOAUTH Authentication required.\r\n"))
		}
	}
}

func TestRedisWithALogin(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"right":                      {"* other x\n/etc/redis/redis.conf ops " + secret + "\n", ""},
		"for all":                    {"# comment\n\n* ops " + secret, ""},
		"wrong":                      {"* ops x" + secret + "\n", "the server wants a password, and refuses the login in FILE"},
		"for another":                {"/etc/redis/b.conf ops " + secret + "\n", "the server wants a password: FILE has no line for /etc/redis/redis.conf"},
		"not understood":             {"ops " + secret + "\n", "the server wants a password: the credentials in FILE are not used: line 1 is not INSTANCE USER PASSWORD with one blank between"},
		"not understood, with tabs ": {"*\tops\t" + secret + "\n", "the server wants a password: the credentials in FILE are not used: line 1 is not INSTANCE USER PASSWORD with one blank between"},
	} {
		t.Run(name, func(t *testing.T) {
			h := withLogin(t, fakeRedis(t, "requirepass x\n", lockedRedis), "redis", c.file)
			v := hosttest.Read(t, h, Sources(), "redis")
			if all := hosttest.Lines(v); strings.Contains(all, secret) {
				t.Error("the secret is in the fact", all)
			}
			want := strings.ReplaceAll(c.want, "FILE", h.Credentials["redis"])
			if got := hosttest.Leaf(v, "[0].not_live"); got != want || hosttest.Leaf(v, "[0].open") != "false" {
				t.Errorf("got %q, open is %s", got, hosttest.Leaf(v, "[0].open"))
			}
			if got := hosttest.Leaf(v, "[0].protected_mode"); (want == "") != (got == "false") {
				t.Error(got)
			}
		})
	}
}

func TestASystemdCredential(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "redis"), []byte("* ops "+secret), 0o400); err != nil {
		t.Fatal(err)
	}
	h := fakeRedis(t, "", lockedRedis)
	h.Credentials = map[string]string{"redis": "redis"}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "redis"), "[0].not_live"); !strings.Contains(got, "does not run in a service that has credentials") {
		t.Error(got)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "redis"), "[0].live"); got != "true" {
		t.Error(got)
	}
}

// A program of the right name that some account started is sent nothing.
func TestNoPasswordForAServerThatAnyoneStarted(t *testing.T) {
	uid, one := facts.Known[uint32](1000, facts.Origin{}), facts.Known[uint32](0, facts.Origin{})
	for want, f := range map[string]*foundServer{
		"no password is sent to process 7, which neither runs as root nor was started by a unit of the system": {process: &serverProcess{Process: Process{PID: 7, UID: uid}}},
		"<nil>":     {process: &serverProcess{Process: Process{PID: 7, UID: uid}}, command: &unitCommand{}},
		"<nil> too": {process: &serverProcess{Process: Process{PID: 7, UID: one}}},
	} {
		if got := fmt.Sprint(f.trusted()); got != strings.TrimSuffix(want, " too") {
			t.Error(got)
		}
	}
}
