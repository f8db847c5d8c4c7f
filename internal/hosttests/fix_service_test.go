package hosttests

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixService(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	for name, content := range map[string]string{
		"web.service":      "[Service]\nExecStart=/usr/bin/socat TCP-LISTEN:8080,fork /dev/null\nSuccessExitStatus=143\n[Install]\nWantedBy=multi-user.target\nAlias=site.service\n",
		"worker.service":   "[Unit]\nRequires=web.service\nAfter=web.service\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
		"echo.socket":      "[Socket]\nListenStream=127.0.0.1:7007\n[Install]\nWantedBy=sockets.target\n",
		"echo.service":     "[Unit]\nRequires=echo.socket\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\nAlso=echo.socket\n",
		"inst@.service":    "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\nRequiredBy=graphical.target\nDefaultInstance=one\n",
		"clock.service":    "[Unit]\nConditionVirtualization=!container\n[Service]\nExecStart=/bin/sleep infinity\n",
		"plain.service":    "[Service]\nExecStart=/bin/sleep infinity\n",
		"stubborn.service": "[Unit]\nRefuseManualStop=yes\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
	} {
		h.WriteFile("/usr/lib/systemd/system/"+name, 0o644, content)
	}
	h.WriteFile("/etc/systemd/system/own.service", 0o644, "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n")
	h.WriteFile("/etc/init.d/oldtimer", 0o755, "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: oldtimer\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n### END INIT INFO\nexit 0\n")
	h.MustRun("systemctl", "enable", "--quiet", "web.service", "worker.service", "echo.service")
	h.Boot()
	f := &fixes{t: t, host: h}
	state := func(unit string) string {
		enabled := strings.TrimSpace(h.Run("systemctl", "is-enabled", unit).Stdout)
		r := read(t, h, key{"service", unit}).object("service", unit)
		if e := r["enabled"]; e != (enabled == "enabled") {
			t.Errorf("%s: the fact says enabled %v, systemctl %q", unit, e, enabled)
		}
		active := strings.TrimSpace(h.Run("systemctl", "is-active", unit).Stdout)
		if a := r["active"]; a != (active == "active") {
			t.Errorf("%s: the fact says active %v, systemctl %q", unit, a, active)
		}
		return enabled + " " + active
	}
	tree := func() string {
		return h.MustRun("find", "/etc/systemd/system", "/etc/rc2.d", "-printf", "%p %y %m %U:%G %l\n")
	}
	service := func(args map[string]any) fix { return fix{"service", args} }
	before := strings.Join(sortedLines(tree()), "\n")

	t.Run("stopped and masked, with what hangs on it", func(t *testing.T) {
		off := service(map[string]any{"name": "web.service", "state": "stopped", "masked": true})
		p := f.plan(off)
		expect(t, "plan", targets(p), []string{
			"unit worker.service: active -> inactive",
			"unit web.service: active -> inactive",
			"file /etc/systemd/system/web.service: absent -> symlink to /dev/null",
		})
		if all := strings.Join(p.Changes[1].Affects, "\n"); !strings.Contains(all, "listens on tcp 0.0.0.0 port 8080") {
			t.Errorf("affects: %s", all)
		}
		done := f.apply(off)
		if got := state("web.service") + ", " + state("worker.service"); got != "masked inactive, enabled inactive" {
			t.Error(got)
		}
		f.rollback(done)
		if got := state("web.service") + ", " + state("worker.service"); got != "enabled active, enabled active" {
			t.Error(got)
		}
	})
	t.Run("a socket does not bring it back", func(t *testing.T) {
		h.MustRun("systemctl", "start", "echo.service")
		done := f.apply(service(map[string]any{"name": "echo", "state": "stopped", "enabled": false}))
		if got := state("echo.service") + ", " + state("echo.socket"); got != "disabled inactive, disabled inactive" {
			t.Error(got)
		}
		f.rollback(done)
		if got := state("echo.service") + ", " + state("echo.socket"); got != "enabled active, enabled active" {
			t.Error(got)
		}
	})
	t.Run("enabled and running, out of a mask", func(t *testing.T) {
		h.MustRun("systemctl", "mask", "--now", "--quiet", "cron.service")
		masked := tree()
		done := f.apply(service(map[string]any{"name": "cron", "state": "running", "enabled": true}))
		if got := state("cron.service"); got != "enabled active" {
			t.Error(got)
		}
		f.rollback(done)
		if got := state("cron.service"); got != "masked inactive" || tree() != masked {
			t.Error(got)
		}
		h.MustRun("systemctl", "unmask", "--quiet", "cron.service")
		h.MustRun("systemctl", "start", "cron.service")
	})
	t.Run("the links are those of systemctl", func(t *testing.T) {
		for _, unit := range []string{"web.service", "inst@.service", "inst@two.service", "own.service", "stubborn.service", "echo.service"} {
			f.apply(service(map[string]any{"name": unit, "enabled": false}))
			ours := tree()
			h.MustRun("systemctl", "disable", "--quiet", unit)
			expect(t, "disabled "+unit, links(tree()), links(ours))
			f.apply(service(map[string]any{"name": unit, "enabled": true}))
			ours = tree()
			h.MustRun("systemctl", "disable", "--quiet", unit)
			h.MustRun("systemctl", "enable", "--quiet", unit)
			expect(t, "enabled "+unit, links(ours), links(tree()))
			if !strings.Contains(before, unit) {
				h.MustRun("systemctl", "disable", "--quiet", unit)
			}
		}
	})
	t.Run("one that refuses to be stopped by hand", func(t *testing.T) {
		done := f.apply(service(map[string]any{"name": "stubborn", "state": "running"}))
		f.rollback(done)
		if got := state("stubborn.service"); got != "disabled inactive" {
			t.Error(got)
		}
	})
	t.Run("refused", func(t *testing.T) {
		// In a container auditd finds no audit system, and ends when it was started too often.
		h.MustRun("sh", "-c", `until [ "$(systemctl is-active auditd.service)" = failed ]; do :; done`)
		for want, args := range map[string]map[string]any{
			"holds up the sessions":                          {"name": "ssh.service", "state": "stopped"},
			"would stop":                                     {"name": "sysinit.target", "state": "stopped"},
			"no [Install] section":                           {"name": "plain", "enabled": true},
			"update-rc.d oldtimer":                           {"name": "oldtimer", "enabled": true},
			"own.service is a file":                          {"name": "own", "masked": true},
			"does not exist":                                 {"name": "no-such", "enabled": true},
			"name the instance":                              {"name": "getty@.service", "enabled": true, "masked": nil, "state": nil},
			"dbus.service holds up the":                      {"name": "dbus", "masked": true},
			"clock.service does not start in a container":    {"name": "clock", "state": "running"},
			"the kernel's audit can't be reached here, with": {"name": "auditd", "state": "running"},
		} {
			if strings.HasPrefix(want, "name the") {
				h.WriteFile("/usr/lib/systemd/system/getty@.service", 0o644, "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
			}
			for k, v := range args {
				if v == nil {
					delete(args, k)
				}
			}
			if got := f.refused(service(args)); !strings.Contains(got, want) {
				t.Errorf("%v: %s", args, got)
			}
		}
		got := f.refused(service(map[string]any{"name": "cron", "masked": true}), service(map[string]any{"name": "cron", "enabled": true}))
		if !strings.Contains(got, "tailor one of them") {
			t.Error(got)
		}
		if p := f.plan(service(map[string]any{"name": "no-such", "masked": true, "state": "stopped"})); len(p.Changes) > 0 {
			t.Error(targets(p))
		}
	})
	t.Run("a script of System V can be masked", func(t *testing.T) {
		done := f.apply(service(map[string]any{"name": "oldtimer", "masked": true, "state": "stopped"}))
		if got := strings.TrimSpace(h.Run("systemctl", "is-enabled", "oldtimer.service").Stdout); got != "masked" {
			t.Error(got)
		}
		f.rollback(done)
	})
}

// links are the symlinks of a tree with what they lead to by name: systemctl's own spelling of the directory varies.
func links(tree string) (out []string) {
	for _, line := range sortedLines(tree) {
		if w := strings.Fields(line); len(w) == 5 && w[1] == "l" {
			out = append(out, w[0]+" "+w[4][strings.LastIndexByte(w[4], '/')+1:])
		}
	}
	return out
}

func sortedLines(text string) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(lines)
	return lines
}
