package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestRunningSysctlsAreWhatSysctlSays(t *testing.T) {
	h := testhost.Boot(t)
	before := sysctls(h)
	var keys []key
	for k := range before {
		keys = append(keys, key{"sysctl", k})
	}
	r := read(t, h, keys...)
	after := sysctls(h)
	want, got := map[string]string{}, map[string]string{}
	for k, v := range before {
		if after[k] != v || counters[k] {
			continue
		}
		want[k] = v
		switch s := r.object("sysctl", k); running := s["running"].(type) {
		case string:
			got[k] = running
		default:
			t.Errorf("sysctl(%q).running is %v", k, running)
		}
	}
	same(t, "sysctl", want, got, 500)
}

// counters are values that change from one reading to the next.
var counters = map[string]bool{
	"fs.dentry-state": true, "fs.file-nr": true, "fs.inode-nr": true, "fs.inode-state": true,
	"kernel.ns_last_pid": true, "kernel.pty.nr": true, "kernel.random.entropy_avail": true, "kernel.random.uuid": true,
}

func sysctls(h *testhost.Host) map[string]string {
	values := map[string]string{}
	for _, line := range lines(h.Run("sysctl", "-a").Stdout) {
		k, v, _ := strings.Cut(line, " =")
		v = strings.Join(strings.Fields(v), " ")
		if old, again := values[k]; again { // a value of several lines, each with its key
			v = strings.TrimSpace(old + " " + v)
		}
		values[k] = v
	}
	return values
}

func TestConfiguredSysctlsAreWhatABootSets(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	for name, content := range map[string]string{
		"/usr/lib/sysctl.d/10-a.conf": "net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.log_martians = 1\nnet.ipv4.tcp_syncookies=2\n",
		"/etc/sysctl.d/10-a.conf":     "net.ipv4.ip_forward = 1\n", // hides the vendor's of the same name
		"/etc/sysctl.d/20-b.conf":     "net.ipv4.ip_forward=0\n; a comment\n# another\nnet/ipv4/conf/all/send_redirects = 0\n",
		"/run/sysctl.d/30-c.conf":     "net.ipv4.conf.all.secure_redirects = 0\n", // gone with the boot
		"/usr/local/lib/sysctl.d/25-d.conf": "net.ipv4.ip_forward = 1\n" +
			"-net.ipv4.no_such_key = 3\nnet.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.lo.rp_filter\n",
		"/etc/sysctl.d/90-last.conf":    "net.ipv4.conf.default.accept_redirects = 0\nnet.ipv4.tcp_rmem = 4096   131072\t6291456\n",
		"/etc/sysctl.d/95-ignored.txt":  "net.ipv4.ip_forward = 0\n",
		"/etc/sysctl.conf":              "net.ipv4.icmp_echo_ignore_all = 1\n",
		"/etc/sysctl.d/40-spaces .conf": "  net.ipv4.conf.all.accept_source_route   =   0  \n",
	} {
		h.WriteFile(name, 0o644, content)
	}

	h.Boot()
	names := []string{
		"net.ipv4.ip_forward", "net.ipv4.conf.all.log_martians", "net.ipv4.tcp_syncookies", "net.ipv4.conf.all.send_redirects",
		"net.ipv4.conf.default.rp_filter", "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.lo.rp_filter", "net.ipv4.conf.default.accept_redirects",
		"net.ipv4.tcp_rmem", "net.ipv4.icmp_echo_ignore_all", "net.ipv4.conf.all.accept_source_route", "net.ipv4.conf.all.secure_redirects",
		"net.ipv4.conf.lo.log_martians",
	}
	var keys []key
	for _, n := range names {
		keys = append(keys, key{"sysctl", n})
	}
	r := read(t, h, keys...)
	configured := 0
	for _, n := range names {
		s := r.object("sysctl", n)
		if s["is_configured"] != true {
			if s["is_configured"] != false {
				t.Errorf("%s: is_configured is %v", n, s["is_configured"])
			}
			continue
		}
		configured++
		if want := strings.Join(strings.Fields(h.MustRun("sysctl", "-n", n)), " "); s["configured"] != want {
			t.Errorf("%s: configured is %v; after the boot it is %q", n, s["configured"], want)
		}
	}
	if configured < 8 {
		t.Errorf("only %d are configured", configured)
	}
	if s := r.object("sysctl", "net.ipv4.conf.lo.rp_filter"); s["is_configured"] != false {
		t.Errorf("net.ipv4.conf.lo.rp_filter was left out of the pattern, and is %v", s)
	}
}
