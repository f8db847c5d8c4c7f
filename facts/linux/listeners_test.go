package linux

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const listeningHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
web:x:33:33::/:/bin/false
-- /etc/group --
-- /proc/net/tcp --
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 1001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1538 0100007F:C001 01 00000000:00000000 00:00000000 00000000    33        0 1002 1 0000000000000000 100 0 0 10 0
-- /proc/net/tcp6 --
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1003 1 0
   1: 0000000000000000FFFF0000010200C0:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1004 1 0
-- /proc/net/udp --
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   0: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1005 2 0000000000000000 0
   1: 0100007F:0045 0100007F:0046 01 00000000:00000000 00:00000000 00000000     0        0 1006 2 0000000000000000 0
-- /proc/net/udp6 --
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
-- /proc/20/fd/4 link=socket:[1003] --
-- /proc/20/fd/5 link=socket:[1003] --
-- /proc/20/comm --
nginx
-- /proc/20/cgroup --
12:pids:/system.slice/nginx.service
1:name=systemd:/system.slice/nginx.service
0::/system.slice/nginx.service
-- /proc/9/fd/3 link=socket:[1003] --
-- /proc/9/comm --
master
-- /proc/9/cgroup --
0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service
-- /proc/30/fd/0 link=socket:[1001] --
-- /proc/30/comm --
postgres
-- /proc/30/cgroup --
0::/
`

func TestListenersFromProc(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, listeningHost), Sources(), "listeners")
	if v.LengthInt() != 4 {
		t.Fatalf("%d listeners, want 4:\n%s", v.LengthInt(), hosttest.Lines(v))
	}
	for _, c := range []struct{ attr, want string }{
		{"[0].port", "80"},
		{"[0].family", "unknown: /proc/net/tcp6 does not tell whether a socket on :: also takes IPv4"},
		{"[0].wildcard", "true"},
		{"[0].pid", "9"},
		{"[0].process", "master"},
		{"[0].unit", "user@1000.service"},
		{"[0].holders[1].pid", "20"},
		{"[0].holders[1].unit", "nginx.service"},
		{"[0].holders[2].pid", "no such path"},
		{"[1].address", "192.0.2.1"},
		{"[1].family", "ipv4"},
		{"[1].pid", "unknown: no process holds the socket: the kernel does, or a process outside of this PID namespace"},
		{"[2].address", "127.0.0.1"},
		{"[2].port", "5432"},
		{"[2].loopback", "true"},
		{"[2].user", "web"},
		{"[2].unit", ""},
		{"[3].protocol", "udp"},
		{"[3].port", "68"},
		{"[3].family", "ipv4"},
	} {
		if got := hosttest.Leaf(v, c.attr); got != c.want {
			t.Errorf("listeners%s is %q, want %q", c.attr, got, c.want)
		}
	}
}

func TestListenersThatCannotAllBeReadAreIncomplete(t *testing.T) {
	for name, c := range map[string]struct{ drop, add, want string }{
		"no table of UDP":          {"/proc/net/udp", "", "/proc/net/udp: no such file"},
		"a garbled line":           {"/proc/net/udp", "-- /proc/net/udp --\nsl\n 0: what\n", "line 2: 2 fields"},
		"IPv6 without its table":   {"/proc/net/udp6", "-- /proc/net/if_inet6 --\n", "the kernel has IPv6"},
		"a FIFO for a table":       {"/proc/net/tcp", "-- /proc/net/tcp fifo --\n", "not a regular file"},
		"an address cut too short": {"/proc/net/tcp", "-- /proc/net/tcp --\nsl\n0: 0100:0016 00000000:0000 0A 0:0 0:0 0 0 0 7\n", `address "0100:0016"`},
	} {
		t.Run(name, func(t *testing.T) {
			archive := strings.Replace(listeningHost, "-- "+c.drop+" --\n", "-- /ignored --\n", 1) + c.add
			v := hosttest.Read(t, hosttest.New(t, archive), Sources(), "listeners")
			last := fmt.Sprintf("[%d]", v.LengthInt()-1)
			if got := v.ReasonOf(last); !strings.Contains(got, strings.Split(c.want, ": no such")[0]) {
				t.Errorf("the last element is unknown because of %q, want %q", got, c.want)
			}
		})
	}
}

func TestListenersOfAnImageAreUnknown(t *testing.T) {
	v := hosttest.Read(t, hosttest.Offline(t, listeningHost), Sources(), "listeners")
	if v.IsKnown() || v.ReasonOf("") != facts.Offline {
		t.Error(hosttest.Lines(v))
	}
}

func TestKernelHas(t *testing.T) {
	for name, c := range map[string]struct {
		archive string
		want    bool
	}{
		"loaded":            {"-- /proc/modules --\nudp_diag 16384 0 - Live 0x0\n", true},
		"not loaded":        {"-- /proc/modules --\nudp_diagnose 16384 0 - Live 0x0\n", false},
		"built in":          {"-- /proc/modules --\n-- /proc/sys/kernel/osrelease --\n6.1\n-- /lib/modules/6.1/modules.builtin --\nkernel/net/ipv4/udp-diag.ko\n", true},
		"in sysfs":          {"-- /proc/modules --\n-- /sys/module/udp_diag dir --\n", true},
		"no module support": {"-- /proc/net dir --\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			h := hosttest.New(t, c.archive)
			src := facts.Define(facts.Descriptor{Name: "probe"}, func(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.V[bool], error) {
				has, err := kernelHas(ctx, r, "udp_diag")
				return facts.Known(has, facts.Origin{}), err
			})
			if got := hosttest.Read(t, h, []facts.Source{src}, "probe"); got.True() != c.want {
				t.Errorf("%v, want %v", got.True(), c.want)
			}
		})
	}
}

func TestUnitOfCgroup(t *testing.T) {
	for table, want := range map[string]string{
		"0::/system.slice/ssh.service\n":                                 "ssh.service",
		"1:name=systemd:/system.slice/docker-0.scope\n0::/x/y.service\n": "docker-0.scope",
		"0::/init.scope\n": "init.scope",
		"0::/system.slice/system-getty.slice/getty@tty1.service\n": "getty@tty1.service",
		"5:cpu:/system.slice/a.service\n0::/\n":                    "",
		"":                                                         "",
	} {
		if got := unitOfCgroup(table); got != want {
			t.Errorf("%q is of unit %q, want %q", table, got, want)
		}
	}
}

// The kernel's own answers, for sockets this test opens, compared with what they were opened as.
func TestListenersOfThisMachine(t *testing.T) {
	open := map[string]string{}
	for _, c := range []struct{ network, addr, family string }{
		{"tcp4", "127.0.0.1:0", "ipv4"}, {"tcp4", "0.0.0.0:0", "ipv4"}, {"tcp6", "[::]:0", "ipv6"}, {"tcp", ":0", "dual"}, {"tcp6", "[::1]:0", "ipv6"},
	} {
		l, err := net.Listen(c.network, c.addr)
		if err != nil {
			t.Skipf("this machine has no %s: %v", c.network, err)
		}
		defer l.Close()
		open[fmt.Sprintf("tcp %d", l.Addr().(*net.TCPAddr).Port)] = c.family
	}
	u, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	open[fmt.Sprintf("udp %d", u.LocalAddr().(*net.UDPAddr).Port)] = "dual"
	connected, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer connected.Close()

	v := hosttest.Read(t, facts.LiveHost(), Sources(), "listeners")
	seen := 0
	for i := range v.LengthInt() {
		at := func(attr string) string { return hosttest.Leaf(v, fmt.Sprintf("[%d].%s", i, attr)) }
		key := at("protocol") + " " + at("port")
		if key == fmt.Sprintf("udp %d", connected.LocalAddr().(*net.UDPAddr).Port) {
			t.Error("a connected UDP socket is listed")
		}
		family, ours := open[key]
		if !ours {
			continue
		}
		seen++
		if got := at("family"); got != family && !strings.HasPrefix(got, "unknown: /proc") {
			t.Errorf("%s is %s, want %s", key, got, family)
		}
		if got := at("pid"); got != fmt.Sprint(os.Getpid()) {
			t.Errorf("%s is held by %s, want %d", key, got, os.Getpid())
		}
		if got := at("uid"); got != fmt.Sprint(os.Getuid()) {
			t.Errorf("%s is of user %s, want %d", key, got, os.Getuid())
		}
	}
	if seen != len(open) {
		t.Errorf("%d of %d sockets were listed", seen, len(open))
	}
}

func TestListenersEqualSs(t *testing.T) {
	if _, err := exec.LookPath("ss"); err != nil {
		t.Skip("ss(8) is not installed")
	}
	list := func() (ours, theirs []string) {
		v := hosttest.Read(t, facts.LiveHost(), Sources(), "listeners")
		for i := range v.LengthInt() {
			at := func(attr string) string { return hosttest.Leaf(v, fmt.Sprintf("[%d].%s", i, attr)) }
			ours = append(ours, at("protocol")+" "+at("address")+" "+at("port"))
		}
		out, err := exec.Command("ss", "-Hlntu").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			host, port, _ := net.SplitHostPort(f[4])
			host, _, _ = strings.Cut(host, "%")
			if host == "*" {
				host = "::"
			}
			theirs = append(theirs, f[0]+" "+netip.MustParseAddr(host).Unmap().String()+" "+port)
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		return ours, theirs
	}
	var ours, theirs []string
	for range 5 { // others on the machine open and close sockets
		if ours, theirs = list(); slices.Equal(ours, theirs) {
			return
		}
	}
	t.Errorf("ours\n%v\nss\n%v", ours, theirs)
}

func BenchmarkListeners2000(b *testing.B) {
	for range 2000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Skipf("2000 sockets can't be opened here: %v", err)
		}
		defer l.Close()
	}
	b.ReportAllocs()
	for b.Loop() {
		if v := hosttest.Read(b, facts.LiveHost(), Sources(), "listeners"); v.LengthInt() < 2000 {
			b.Fatal(v.LengthInt())
		}
	}
}
