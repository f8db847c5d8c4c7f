package testhost

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestABootedHostIsARealOne(t *testing.T) {
	start := time.Now()
	h := Boot(t)
	t.Logf("booted after %s", time.Since(start).Round(time.Millisecond))

	if got := strings.TrimSpace(h.MustRun("systemctl", "is-system-running")); got != "running" {
		t.Errorf("systemd says %q: %s", got, h.Run("systemctl", "--failed").Stdout)
	}
	if got := strings.TrimSpace(h.MustRun("systemctl", "is-active", "ssh.service")); got != "active" {
		t.Errorf("ssh.service is %q", got)
	}
	if got := h.MustRun("ss", "-H", "-ltn", "sport = :22"); !strings.Contains(got, "0.0.0.0:22") || !strings.Contains(got, "[::]:22") {
		t.Errorf("sshd does not listen: %q", got)
	}
	if got := h.MustRun("ps", "-o", "comm=", "-p", "1"); strings.TrimSpace(got) != "systemd" {
		t.Errorf("PID 1 is %q", got)
	}
	if got := h.MustRun("ip", "-br", "link"); strings.Count(strings.TrimSpace(got), "\n") != 0 || !strings.HasPrefix(got, "lo ") {
		t.Errorf("the host has more than its loopback:\n%s", got)
	}
	h.MustRun("nft", "add", "table", "inet", "own")
	if got := h.MustRun("nft", "list", "tables"); got != "table inet own\n" {
		t.Errorf("its tables are %q", got)
	}
}

func TestCommandsAnswerWithTheirStatusAndTheirUser(t *testing.T) {
	h := Boot(t)
	if r := h.Run("sh", "-c", "echo out; echo err >&2; exit 3"); r != (Result{"out\n", "err\n", 3}) {
		t.Errorf("got %+v", r)
	}
	if got := h.RunAs("nobody", "sh", "-c", "id -un; cat /etc/shadow"); got.Stdout != "nobody\n" || got.Code == 0 {
		t.Errorf("got %+v", got)
	}
}

func TestFilesSurviveAReboot(t *testing.T) {
	h := New(t, Options{})
	h.WriteFile("/etc/systemd/system/mark.service", 0o644, "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
	h.MustRun("systemctl", "enable", "--quiet", "mark.service")
	h.Boot()
	h.MustRun("systemctl", "is-active", "mark.service")
	h.WriteFile("/srv/a/b", 0o640, "kept")
	h.WriteFile("/run/gone", 0o644, "not kept")
	h.Reboot()
	if got := h.ReadFile("/srv/a/b"); got != "kept" {
		t.Errorf("got %q", got)
	}
	if got := h.MustRun("stat", "-c", "%a %U", "/srv/a/b"); got != "640 root\n" {
		t.Errorf("got %q", got)
	}
	if h.Run("test", "-e", "/run/gone").Code == 0 {
		t.Error("/run survived")
	}
	if b, err := os.ReadFile(filepath.Join(h.Root(), "srv/a/b")); err != nil || string(b) != "kept" {
		t.Errorf("got %q, %v through the root", b, err)
	}
}

func TestHostsRunBesideEachOther(t *testing.T) {
	require(t)
	var hosts [3]*Host
	t.Run("boot", func(t *testing.T) {
		for i := range hosts {
			hosts[i] = New(t, Options{})
		}
		t.Run("all", func(t *testing.T) {
			for _, h := range hosts {
				t.Run(h.name, func(t *testing.T) { t.Parallel(); h.Boot() })
			}
		})
		hosts[0].WriteFile("/srv/first", 0o644, "")
		if hosts[1].Run("test", "-e", "/srv/first").Code == 0 {
			t.Error("a file of one host is on another")
		}
		hosts[0].MustRun("systemctl", "stop", "ssh.service")
		hosts[1].Stop()
		if got := hosts[2].Run("systemctl", "is-active", "ssh.service").Stdout; got != "active\n" {
			t.Errorf("ssh.service of the third is %q", got)
		}
	})
	for _, h := range hosts {
		if _, err := os.Stat(h.dir); !os.IsNotExist(err) {
			t.Errorf("%s is left behind: %v", h.dir, err)
		}
		if _, err := os.Stat(h.cgroup); !os.IsNotExist(err) {
			t.Errorf("%s is left behind: %v", h.cgroup, err)
		}
	}
	if mounts, err := os.ReadFile("/proc/self/mounts"); err != nil || strings.Contains(string(mounts), hosts[0].name) {
		t.Errorf("something of %s is still mounted: %v", hosts[0].name, err)
	}
}

func TestPackagesCanBeAdded(t *testing.T) {
	h := New(t, Options{Packages: []string{"tree"}})
	if got := h.Run("dpkg-query", "-W", "-f", "${Status}", "tree").Stdout; got != "install ok installed" {
		t.Errorf("tree is %q", got)
	}
	if got := h.Run("dpkg-query", "-W", "-f", "${Status}", "openssh-server").Stdout; got != "install ok installed" {
		t.Errorf("openssh-server is %q", got)
	}
}

func TestTheReleaseCanBeChosen(t *testing.T) {
	for suite, want := range map[string]string{"": "12", "trixie": "13"} {
		h := BootWith(t, Options{Suite: suite})
		if got := h.ReadFile("/etc/debian_version"); !strings.HasPrefix(got, want+".") {
			t.Errorf("suite %q is Debian %s", suite, got)
		}
	}
}

// A mirror that has not got what it takes is this machine's affair for a suite that moves, and a failure for others.
func TestAMovingSuiteThatCannotBeHadIsNoFailure(t *testing.T) {
	require(t)
	t.Setenv("HOLDFAST_TESTHOST_CACHE", t.TempDir())
	t.Setenv("HOLDFAST_TESTHOST_MIRROR", "http://127.0.0.1:1/debian")
	skipped := false
	t.Run("sid", func(t *testing.T) {
		t.Cleanup(func() { skipped = t.Skipped() })
		New(t, Options{Suite: "sid"})
	})
	if !skipped {
		t.Error("a test on sid is not skipped")
	}
	for _, suite := range []string{"sid", ""} {
		if _, err := layers(Options{Suite: suite}); err == nil || unavailable(err) != (suite == "sid") {
			t.Errorf("suite %q: %v", suite, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(cacheDir(), "base-*"))
	if err != nil || slices.ContainsFunc(left, func(name string) bool { return !strings.HasSuffix(name, ".building") }) {
		t.Errorf("what could not be built is cached: %v %v", left, err)
	}
}
