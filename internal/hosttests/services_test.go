package hosttests

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestServicesAreWhatSystemctlShowSays(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	const simple = "[Unit]\nDescription=%s\n[Service]\nExecStart=/bin/sleep infinity\n%s[Install]\nWantedBy=multi-user.target\n%s"
	for name, content := range map[string]string{
		"/etc/systemd/system/enabled.service":           fmt.Sprintf(simple, "Enabled", "User=nobody\n", "Alias=nickname.service\n"),
		"/etc/systemd/system/disabled.service":          fmt.Sprintf(simple, "Disabled", "Type=exec\n", ""),
		"/etc/systemd/system/static.service":            "[Service]\nType=oneshot\nExecStart=/bin/true\nRemainAfterExit=yes\n",
		"/etc/systemd/system/failing.service":           fmt.Sprintf(strings.Replace(simple, "/bin/sleep infinity", "/bin/false", 1), "Failing", "", ""),
		"/etc/systemd/system/broken.service":            "[Service]\nType=notify\n[Install]\nWantedBy=multi-user.target\n",
		"/etc/systemd/system/worker@.service":           fmt.Sprintf(simple, "Worker %i", "DynamicUser=no\n", "DefaultInstance=one\n"),
		"/usr/lib/systemd/system/overridden.service":    fmt.Sprintf(simple, "Vendor's", "User=daemon\n", ""),
		"/etc/systemd/system/overridden.service":        fmt.Sprintf(simple, "Administrator's", "", ""),
		"/usr/lib/systemd/system/dropped.service":       fmt.Sprintf(simple, "Dropped", "User=root\nNoNewPrivileges=no\n", ""),
		"/etc/systemd/system/dropped.service.d/b.conf":  "[Service]\nUser=nobody\nProtectSystem=strict\n",
		"/etc/systemd/system/dropped.service.d/a.conf":  "[Service]\nUser=daemon\nNoNewPrivileges=yes\n",
		"/run/systemd/system/volatile.service":          fmt.Sprintf(simple, "Gone with the boot", "", ""),
		"/etc/systemd/system/echo.socket":               "[Socket]\nListenStream=127.0.0.1:7007\nAccept=no\n[Install]\nWantedBy=sockets.target\n",
		"/etc/systemd/system/echo.service":              "[Service]\nExecStart=/bin/cat\nStandardInput=socket\n",
		"/etc/systemd/system/daily.timer":               "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
		"/etc/systemd/system/daily.service":             "[Service]\nType=oneshot\nExecStart=/bin/true\n",
		"/opt/units/linked.service":                     fmt.Sprintf(simple, "Linked", "", ""),
		"/etc/systemd/system/empty.service":             "",
		"/etc/systemd/system/service.d/everywhere.conf": "[Service]\nPrivateTmp=no\n",
		"/etc/init.d/oldtimer":                          "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: oldtimer\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: An old one\n### END INIT INFO\nexit 0\n",
	} {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(name, "/etc/init.d/") {
			mode = 0o755
		}
		h.WriteFile(name, mode, content)
	}
	h.MustRun("systemctl", "enable", "--quiet", "enabled.service", "failing.service", "broken.service", "worker@two.service", "echo.socket", "daily.timer", "dropped.service", "/opt/units/linked.service")
	h.MustRun("systemctl", "mask", "--quiet", "cron.service")
	h.Boot()
	h.MustRun("systemctl", "mask", "--runtime", "--quiet", "static.service")
	h.MustRun("systemctl", "enable", "--runtime", "--quiet", "overridden.service")
	h.MustRun("systemctl", "start", "disabled.service", "worker@three.service")
	h.MustRun("systemctl", "stop", "dropped.service")
	h.Run("systemctl", "stop", "auditd.service") // a container has no audit: it would start again and again
	h.MustRun("systemd-run", "--quiet", "--unit", "passing", "sleep", "infinity")
	h.MustRun("systemctl", "daemon-reload")

	units := append(unitNames(h), "no-such.service", "nickname.service", "cron.service", "oldtimer.service", "worker@four.service")
	var keys []key
	for _, u := range units {
		keys = append(keys, key{"service", u})
	}
	r := read(t, h, append(keys, key{"services"})...)
	want, got := map[string]string{}, map[string]string{}
	for u, p := range show(t, h, units) {
		// What is-enabled says of an alias is not the UnitFileState of what it leads to.
		enabled := strings.TrimSpace(h.Run("systemctl", "is-enabled", u).Stdout)
		if p["UnitFileState"] == "generated" {
			enabled = "generated" // is-enabled asks System V's links instead
		}
		switch p["LoadState"] {
		case "not-found":
			want[u] = "not-found, exists false"
		case "masked": // nothing else counts
			want[u] = fmt.Sprintf("masked %s %s %s", p["ActiveState"], enabled, p["FragmentPath"])
		default:
			file := usrLib.ReplaceAllString(strings.TrimSpace(h.Run("readlink", "-f", p["FragmentPath"]).Stdout), "$1/usr/lib/")
			want[u] = fmt.Sprintf("%s %s/%s %s %s %s user %s", p["LoadState"], p["ActiveState"], p["SubState"], enabled, file, strings.Fields(p["DropInPaths"]), p["User"])
		}
	}
	for _, u := range units {
		s := r.object("service", u)
		switch user := s["user"]; s["load_state"] {
		case "not-found":
			got[u] = fmt.Sprintf("not-found, exists %v", s["exists"])
		case "masked":
			got[u] = fmt.Sprintf("masked %v %v %v", s["active_state"], s["unit_file_state"], s["fragment_path"])
		default:
			if !strings.HasSuffix(u, ".service") || user == "root" && !strings.Contains(h.Run("systemctl", "cat", u).Stdout, "User=root") {
				user = "" // systemd says nothing where none is set
			}
			got[u] = fmt.Sprintf("%v %v/%v %v %v %v user %v", s["load_state"], s["active_state"], s["sub_state"], s["unit_file_state"], s["fragment_path"], s["drop_ins"], user)
		}
	}
	same(t, "service", want, got, 100)

	listed := map[string]map[string]any{}
	for _, s := range r.list("services") {
		listed[s["name"].(string)] = s
	}
	for _, u := range unitNames(h) {
		if !strings.HasSuffix(u, ".service") {
			continue
		}
		s, ok := listed[u]
		one := r.object("service", u)
		if !ok {
			if one["exists"] == true && one["unit"] == u { // an alias is no unit of its own
				t.Errorf("services: %s is missing", u)
			}
			continue
		}
		for _, attribute := range []string{"exists", "active_state", "sub_state", "enabled", "unit_file_state", "masked", "fragment_path"} {
			if s[attribute] != one[attribute] {
				t.Errorf("services: %s: %s is %v, and service(%q) says %v", u, attribute, s[attribute], u, one[attribute])
			}
		}
	}
}

var usrLib = regexp.MustCompile(`(^| )/lib/`)

// unitNames are the units that systemd has loaded or a file describes; instances of templates, but not templates.
func unitNames(h *testhost.Host) []string {
	var names []string
	for _, list := range []string{"list-units --all", "list-unit-files"} {
		args := append(strings.Fields(list), "--no-legend", "--plain", "--no-pager", "--type=service,socket,timer")
		for _, line := range lines(h.MustRun("systemctl", args...)) {
			name := strings.Fields(line)[0]
			if !strings.Contains(name, "@.") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// show is what systemctl show says of units, by the name asked for.
func show(t *testing.T, h *testhost.Host, units []string) map[string]map[string]string {
	t.Helper()
	args := append([]string{"show", "--no-pager", "--property=Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,User"}, units...)
	blocks := strings.Split(strings.TrimRight(h.MustRun("systemctl", args...), "\n"), "\n\n")
	if len(blocks) != len(units) {
		t.Fatalf("systemctl show answered %d times for %d units", len(blocks), len(units))
	}
	told := map[string]map[string]string{}
	for i, block := range blocks {
		p := map[string]string{}
		for _, line := range lines(block) {
			k, v, _ := strings.Cut(line, "=")
			// Debian 12 has /lib as a link to /usr/lib: the same file by either name.
			p[k] = usrLib.ReplaceAllString(v, "$1/usr/lib/")
		}
		told[units[i]] = p
	}
	return told
}
