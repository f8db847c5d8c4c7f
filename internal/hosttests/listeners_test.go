package hosttests

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// The sockets of the test: each a service of its own, so that process, unit and user can be told.
var listenerServices = map[string]string{
	"tcp4":     "TCP4-LISTEN:1001,fork EXEC:/bin/cat",
	"tcp4lo":   "TCP4-LISTEN:1002,bind=127.0.0.1,fork EXEC:/bin/cat",
	"tcp6only": "TCP6-LISTEN:1003,ipv6only=1,fork EXEC:/bin/cat",
	"tcpdual":  "TCP6-LISTEN:1004,ipv6only=0,fork EXEC:/bin/cat",
	"tcp6lo":   "TCP6-LISTEN:1005,bind=[::1],fork EXEC:/bin/cat",
	"tcpdev":   "TCP4-LISTEN:1006,so-bindtodevice=lo,fork EXEC:/bin/cat",
	"udp4":     "UDP4-RECVFROM:1007,fork EXEC:/bin/cat",
	"udp6only": "UDP6-RECVFROM:1008,ipv6only=1,fork EXEC:/bin/cat",
	"udpdual":  "UDP6-RECVFROM:1009,ipv6only=0,fork EXEC:/bin/cat",
	"mapped":   "TCP6-LISTEN:1010,bind=[::ffff:127.0.0.1],ipv6only=0,fork EXEC:/bin/cat",
	"high":     "TCP4-LISTEN:61000,fork EXEC:/bin/cat",
}

func TestListenersAreWhatSsSays(t *testing.T) {
	h := testhost.Boot(t)
	for name, arguments := range listenerServices {
		user := "root"
		if name == "high" {
			user = "nobody"
		}
		h.MustRun("systemd-run", "--quiet", "--unit", name, "--property=User="+user, "socat", strings.Fields(arguments)[0], strings.Fields(arguments)[1])
	}
	// A socket that systemd holds for a service that does not run yet, and one that two processes share.
	h.WriteFile("/etc/systemd/system/lazy.socket", 0o644, "[Socket]\nListenStream=127.0.0.1:1020\nListenDatagram=1021\n")
	h.WriteFile("/etc/systemd/system/lazy.service", 0o644, "[Service]\nExecStart=/bin/cat\n")
	h.MustRun("systemctl", "start", "lazy.socket")
	h.MustRun("sh", "-c", "for i in $(seq 100); do [ $(ss -H -ltun 'sport < 1022 or sport = :61000' | wc -l) -ge 15 ] && exit 0; sleep 0.05; done; ss -ltun; exit 1")

	want := map[string]string{}
	for _, line := range lines(h.MustRun("ss", "-H", "-ltunpe")) {
		id, rest := socketOfSs(t, h, line)
		want[id] = rest
	}
	got := map[string]string{}
	for _, l := range read(t, h, key{"listeners"}).list("listeners") {
		id := fmt.Sprintf("%v %v %v port %v on %q", l["protocol"], l["family"], l["address"], l["port"], l["interface"])
		var holders []string
		for _, p := range objects(t, "holders", l["holders"]) {
			holders = append(holders, fmt.Sprintf("%v %v", p["name"], p["pid"]))
		}
		got[id] = fmt.Sprintf("%s uid %v unit %v", strings.Join(holders, ", "), l["uid"], l["unit"])
	}
	same(t, "listeners", want, got, 15)
}

var (
	ssProcess = regexp.MustCompile(`\("([^"]*)",pid=([0-9]+),fd=[0-9]+\)`)
	ssUID     = regexp.MustCompile(` uid:([0-9]+)`)
)

// socketOfSs takes a line of ss -H -ltunpe apart:
//
//	tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=78,fd=4)) ino:2 sk:1001 cgroup:/system.slice/ssh.service v6only:1 <->
func socketOfSs(t *testing.T, h *testhost.Host, line string) (id, rest string) {
	t.Helper()
	f := strings.Fields(line)
	if len(f) < 7 {
		t.Fatalf("ss said %q", line)
	}
	local, port := f[4][:strings.LastIndex(f[4], ":")], f[4][strings.LastIndex(f[4], ":")+1:]
	local, device, _ := strings.Cut(local, "%")
	family, address := "ipv4", strings.Trim(local, "[]")
	switch {
	case local == "*":
		family, address = "dual", "::"
	case strings.HasPrefix(address, "::ffff:"):
		address = strings.TrimPrefix(address, "::ffff:")
	case strings.HasPrefix(local, "["):
		family = "ipv6"
	}
	var holders []string
	var unit string
	for _, m := range ssProcess.FindAllStringSubmatch(line, -1) {
		if holder := m[1] + " " + m[2]; !strings.Contains(strings.Join(holders, ", "), holder) {
			holders = append(holders, holder)
		}
		if unit == "" {
			unit = strings.TrimSpace(h.MustRun("ps", "-o", "unit=", "-p", m[2]))
		}
	}
	uid := "0"
	if m := ssUID.FindStringSubmatch(line); m != nil {
		uid = m[1]
	}
	return fmt.Sprintf("%s %s %s port %s on %q", f[0], family, address, port, device),
		fmt.Sprintf("%s uid %s unit %s", strings.Join(holders, ", "), uid, unit)
}
