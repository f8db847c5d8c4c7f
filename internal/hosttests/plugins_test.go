package hosttests

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// plugIn puts a plugin's program on a host, and is its block for the configuration.
func plugIn(t *testing.T, h *testhost.Host, program, name, more string) string {
	t.Helper()
	at := install(t, h, program)
	text, err := os.ReadFile(h.Root() + at)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("plugin %q {\n  path = %q\n  sha256 = \"%x\"\n%s\n}\n", name, at, sha256.Sum256(text), more)
}

func TestAPluginIsLockedInWhereSystemdRuns(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	h.WriteFile("/etc/holdfast/plugins.hcl", 0o644, plugIn(t, h, "hostile", "hostile", `facts = ["hostile"]`))
	who := func() string {
		r := h.Run(holdfast, "facts", "hostile", "who", "--json")
		if r.Code != 0 {
			t.Fatalf("%d: %s", r.Code, r.Stderr)
		}
		return r.Stdout
	}
	got := who()
	for _, want := range []string{
		"uid 1;", "can't write /etc;", "can't write /tmp;", "can't write /usr;", "can't read shadow;", "can read passwd;",
		"can't reach sshd;", "can't open an internet socket;", "no new privileges: 1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	h.WriteFile("/etc/holdfast/plugins.hcl", 0o644, plugIn(t, h, "hostile", "hostile", "facts = [\"hostile\"]\nread_all = true"))
	if got := who(); !strings.Contains(got, "can read shadow;") || !strings.Contains(got, "can't write /etc;") {
		t.Errorf("with read_all: %s", got)
	}

	// A user who is not root has it run as that user.
	h.MustRun("useradd", "-m", "alice")
	r := h.RunAs("alice", holdfast, "facts", "hostile", "who")
	for _, want := range []string{"uid 1;", "can't write /etc;", "can't write /tmp;", "can't read shadow;", "no new privileges: 1"} {
		if !strings.Contains(r.Stdout, want) {
			t.Errorf("as alice: %q is not in %s%s", want, r.Stdout, r.Stderr)
		}
	}

	// What it does to itself is known of its fact, and nothing else comes of it.
	for how, want := range map[string]string{"crash": "panic: it was asked to", "hang": "did not answer within 2s", "1GB": "plugin hostile: it ended: "} {
		r := h.Run(holdfast, "facts", "hostile", how)
		if !strings.Contains(r.Stdout+r.Stderr, want) {
			t.Errorf("%s: %q is not in %s%s", how, want, r.Stdout, r.Stderr)
		}
	}
	if left := h.MustRun("systemctl", "list-units", "--all", "--no-legend", "holdfast-plugin-*"); strings.TrimSpace(left) != "" {
		t.Errorf("units are left: %s", left)
	}
	if left := h.MustRun("find", "/run", "-maxdepth", "2", "-name", "*plugin-*"); left != "" {
		t.Errorf("directories are left: %s", left)
	}
}

// onlyTheHelperWrites looks at who has changed what lies below /etc/haproxy: the helper is called after what it executes,
// /proc/self/exe.
func onlyTheHelperWrites(t *testing.T, trace string) {
	t.Helper()
	writes := 0
	for line := range strings.Lines(trace) {
		if !strings.Contains(line, "/etc/haproxy") || strings.Contains(line, "openat(") && !strings.Contains(line, "O_WRONLY") && !strings.Contains(line, "O_RDWR") {
			continue
		}
		if writes++; !strings.Contains(line, "<exe>") {
			t.Errorf("somebody else than the helper writes: %s", line)
		}
	}
	if writes == 0 {
		t.Error("nobody was seen to write")
	}
}

const haproxyPolicy = `benchmark "haproxy" {
  title   = "HAProxy"
  version = "1"
}

control "1" {
  title    = "HAProxy is not root"
  severity = "high"
  why      = "A fault in it would be root's."
  pass     = haproxy.user != "root" && haproxy.user != ""

  fix "haproxy_global" {
    name  = "user"
    value = "nobody"
  }
}

control "2" {
  title    = "The statistics socket is the administrator's"
  severity = "low"
  why      = "It can stop services."
  pass     = alltrue([for s in haproxy.stats_sockets : s.mode == "600"])
}

control "3" {
  title    = "Old TLS is off"
  severity = "high"
  why      = "It can be read along."
  pass     = haproxy_global("ssl-default-bind-options").value == "ssl-min-ver TLSv1.2"

  fix "haproxy_global" {
    name  = "ssl-default-bind-options"
    value = "ssl-min-ver TLSv1.2"
  }
}
`

const haproxyConfig = `global
	log /dev/log local0
	user root   # for now
	stats socket /run/haproxy/admin.sock mode 600 level admin

frontend www
	bind *:443 ssl crt /etc/ssl/www.pem
`

func TestAPluginsFactsAndFixesAreAsGoodAsTheBuiltInOnes(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	configuration := plugIn(t, h, "example", "haproxy", `  facts = ["haproxy", "haproxy_global"]
  actions = ["haproxy_global"]
  writes = ["/etc/haproxy/haproxy.cfg"]
  units = ["haproxy.service"]`)
	h.WriteFile("/etc/holdfast/plugins.hcl", 0o644, configuration)
	h.WriteFile("/root/policy/haproxy.hcl", 0o644, haproxyPolicy)
	h.WriteFile("/etc/haproxy/haproxy.cfg", 0o640, haproxyConfig)
	h.WriteFile("/etc/systemd/system/haproxy.service", 0o644, "[Service]\nExecStart=/usr/bin/sleep infinity\nExecReload=/usr/bin/touch /run/reloaded\n")
	h.MustRun("chmod", "644", "/etc/haproxy/haproxy.cfg")
	h.MustRun("systemctl", "start", "haproxy.service")

	if r := h.Run(holdfast, "plugin", "verify"); r.Code != 0 || !strings.Contains(r.Stdout, "haproxy: as the configuration says; it offers 2 facts and 1 kind of fix") {
		t.Fatalf("verify: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := h.Run(holdfast, "policy", "check", "/root/policy"); r.Code != 0 {
		t.Fatalf("policy check: %s", r.Stderr)
	}
	h.WriteFile("/root/wrong/haproxy.hcl", 0o644, strings.NewReplacer("haproxy.user", "haproxy.usr", `name  = "user"`, "").Replace(haproxyPolicy))
	if r := h.Run(holdfast, "policy", "check", "/root/wrong"); r.Code != 1 || !strings.Contains(r.Stderr, "usr") || !strings.Contains(r.Stderr, "needs name") {
		t.Errorf("a policy with mistakes in what the plugin offers: %d %s", r.Code, r.Stderr)
	}

	verdicts := func() map[string]string {
		r := h.Run(holdfast, "audit", "--policy", "/root/policy", "--format", "json")
		var report struct {
			Benchmarks []struct {
				Results []struct{ Control, Verdict, Reason string }
			}
		}
		if err := json.Unmarshal([]byte(r.Stdout), &report); err != nil || len(report.Benchmarks) != 1 {
			t.Fatalf("%v: %s%s", err, r.Stdout, r.Stderr)
		}
		out := map[string]string{}
		for _, x := range report.Benchmarks[0].Results {
			out[x.Control] = x.Verdict
			if x.Verdict == "unknown" {
				out[x.Control] += ": " + x.Reason
			}
		}
		return out
	}
	if got := fmt.Sprint(verdicts()); got != "map[1:fail 2:pass 3:fail]" {
		t.Fatalf("before: %s", got)
	}

	r := h.Run(holdfast, "plan", "--policy", "/root/policy")
	for _, want := range []string{"nobody", "ssl-min-ver TLSv1.2", "/etc/haproxy/haproxy.cfg", "haproxy.service"} {
		if !strings.Contains(r.Stdout, want) {
			t.Errorf("plan: %q is not in %s%s", want, r.Stdout, r.Stderr)
		}
	}
	trace := []string{"-f", "-y", "-Y", "-o", "/root/trace", "-e", "trace=/^(rename|link|unlink|openat$)"}
	if r := h.Run("strace", append(trace, holdfast, "apply", "--yes", "--policy", "/root/policy")...); r.Code != 0 {
		t.Fatalf("apply: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	onlyTheHelperWrites(t, h.ReadFile("/root/trace"))
	if got := fmt.Sprint(verdicts()); got != "map[1:pass 2:pass 3:pass]" {
		t.Errorf("after: %s", got)
	}
	want := strings.Replace(haproxyConfig, "\tuser root   # for now\n", "\t# Holdfast (1): was \"user root   # for now\"\n\tuser nobody\n", 1)
	want = strings.Replace(want, "global\n", "global\n\t# Holdfast (3)\n\tssl-default-bind-options ssl-min-ver TLSv1.2\n", 1)
	if got := h.ReadFile("/etc/haproxy/haproxy.cfg"); got != want {
		t.Errorf("the file is\n%s\nand should be\n%s", got, want)
	}
	if h.Run("test", "-e", "/run/reloaded").Code != 0 {
		t.Error("the service was not reloaded")
	}
	if r := h.Run(holdfast, "plan", "--policy", "/root/policy"); r.Code != 0 {
		t.Errorf("a second plan: %d %s", r.Code, r.Stdout)
	}

	// The roll-back does not need the plugin.
	h.MustRun("rm", "/usr/local/bin/example")
	if r := h.Run(holdfast, "rollback"); r.Code != 0 {
		t.Errorf("rollback: %d %s%s", r.Code, r.Stdout, r.Stderr)
	}
	if got := h.ReadFile("/etc/haproxy/haproxy.cfg"); got != haproxyConfig {
		t.Errorf("after the roll-back the file is\n%s", got)
	}

	// Policies are still checked by what it said of itself, and what only it could tell is unknown.
	for control, v := range verdicts() {
		if !strings.Contains(v, "unknown: ") || !strings.Contains(v, "no such file") {
			t.Errorf("without its program, control %s is %s", control, v)
		}
	}
	h.WriteFile("/usr/local/bin/example", 0o755, "#!/bin/sh\ntouch /run/ran\n")
	for control, v := range verdicts() {
		if !strings.Contains(v, "is not the program that the configuration names") {
			t.Errorf("with another program, control %s is %s", control, v)
		}
	}
	if h.Run("test", "-e", "/run/ran").Code == 0 {
		t.Error("the other program ran")
	}
	h.MustRun("chmod", "777", "/usr/local/bin/example")
	if r := h.Run(holdfast, "plugin", "verify"); r.Code != 1 || !strings.Contains(r.Stderr, "can be written by others than root") {
		t.Errorf("verify: %d %s", r.Code, r.Stderr)
	}

	// A plugin can't take the place of what is built in.
	h.WriteFile("/etc/holdfast/plugins.hcl", 0o644, strings.Replace(configuration, `"haproxy_global"]`, `"sshd"]`, 1))
	if r := h.Run(holdfast, "audit", "--policy", "/root/policy"); r.Code != 1 || !strings.Contains(r.Stderr, "the fact sshd is built in") {
		t.Errorf("a built-in name: %d %s", r.Code, r.Stderr)
	}
}
