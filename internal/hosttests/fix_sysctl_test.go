package hosttests

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixSysctl(t *testing.T) {
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"ufw"}})
	h.MustRun("ip", "link", "add", "dummy0", "type", "veth")
	h.MustRun("ip", "addr", "add", "192.0.2.1/24", "dev", "dummy0")
	f := &fixes{t: t, host: h}
	sysctl := func(name, value string, more ...string) fix {
		args := map[string]any{"name": name, "value": value}
		for _, m := range more {
			args[m] = false
		}
		return fix{"sysctl", args}
	}
	family := func() []string {
		return sortedLines(h.MustRun("sh", "-c", "cd /proc/sys/net && grep -rs --exclude=stable_secret . ipv4/conf ipv6/conf ipv4/ip_forward"))
	}
	set := func(name, value string) {
		h.MustRun("sh", "-c", `echo "$2" > /proc/sys/"$1"`, "sh", name, value)
	}
	get := func(name string) string { return strings.TrimSpace(h.ReadFile("/proc/sys/" + name)) }

	t.Run("running and at boot, as the fact says, and back", func(t *testing.T) {
		h.WriteFile("/etc/sysctl.d/99-sysctl.conf", 0o644, "net.ipv4.conf.all.log_martians = 0\n")
		set("net/ipv4/conf/all/log_martians", "0")
		before := family()
		done := f.apply(sysctl("net.ipv4.conf.all.log_martians", "1"), sysctl("net/ipv4/tcp_syncookies", "1"))
		r := read(t, h, key{"sysctl", "net.ipv4.conf.all.log_martians"}).object("sysctl", "net.ipv4.conf.all.log_martians")
		if r["running"] != "1" || r["configured"] != "1" {
			t.Error(r)
		}
		const want = "# Written by Holdfast for 1.1, 1.2.\nnet.ipv4.conf.all.log_martians = 1\nnet.ipv4.tcp_syncookies = 1\n"
		if got := h.ReadFile("/etc/sysctl.d/99-zz-holdfast.conf"); got != want {
			t.Error(got)
		}
		f.rollback(done)
		expect(t, "family", family(), before)
		if h.Run("test", "-e", "/etc/sysctl.d/99-zz-holdfast.conf").Code == 0 {
			t.Error("the drop-in is still there")
		}
	})
	t.Run("forwarding turns nothing else around", func(t *testing.T) {
		set("net/ipv4/ip_forward", "1")
		set("net/ipv4/conf/all/accept_redirects", "0") // as 1 is what the kernel makes of it on the way to 0
		set("net/ipv4/conf/dummy0/forwarding", "1")
		set("net/ipv4/conf/lo/forwarding", "0")
		before := family()
		done := f.apply(sysctl("net.ipv4.ip_forward", "0"))
		if get("net/ipv4/conf/all/accept_redirects") != "0" || get("net/ipv4/conf/dummy0/forwarding") != "0" {
			t.Errorf("accept_redirects %s, forwarding of dummy0 %s", get("net/ipv4/conf/all/accept_redirects"), get("net/ipv4/conf/dummy0/forwarding"))
		}
		f.rollback(done)
		expect(t, "family", family(), before)
	})
	t.Run("what others changed meanwhile stays", func(t *testing.T) {
		set("net/ipv4/conf/default/log_martians", "0")
		done := f.apply(sysctl("net.ipv4.conf.default.log_martians", "1"))
		set("net/ipv4/conf/all/secure_redirects", "0")
		set("net/ipv4/conf/dummy0/rp_filter", "2")
		f.rollback(done)
		if get("net/ipv4/conf/dummy0/rp_filter") != "2" || get("net/ipv4/conf/default/log_martians") != "0" {
			t.Error("not as it should be")
		}
	})
	t.Run("a file that comes later", func(t *testing.T) {
		h.WriteFile("/etc/sysctl.d/zzz.conf", 0o644, "# ours\nnet.ipv4.conf.all.rp_filter = 2\n")
		if got := f.refused(sysctl("net.ipv4.conf.all.rp_filter", "1")); !strings.Contains(got, "/etc/sysctl.d/zzz.conf:2 sets net.ipv4.conf.all.rp_filter after") {
			t.Error(got)
		}
		h.MustRun("rm", "/etc/sysctl.d/zzz.conf")
	})
	t.Run("ufw comes later still", func(t *testing.T) {
		h.MustRun("sed", "-i", "s/^ENABLED=.*/ENABLED=yes/", "/etc/ufw/ufw.conf")
		h.WriteFile("/etc/ufw/sysctl.conf", 0o640, "# ufw's\nnet/ipv4/conf/all/rp_filter=2\nnet/ipv4/conf/all/accept_redirects=0\n")
		done := f.apply(sysctl("net.ipv4.conf.all.rp_filter", "1", "running"))
		want := "# ufw's\n# Holdfast (1.1): was \"net/ipv4/conf/all/rp_filter=2\"\nnet/ipv4/conf/all/rp_filter=1\nnet/ipv4/conf/all/accept_redirects=0\n"
		if got := h.ReadFile("/etc/ufw/sysctl.conf"); got != want {
			t.Error(got)
		}
		r := read(t, h, key{"sysctl", "net.ipv4.conf.all.rp_filter"}).object("sysctl", "net.ipv4.conf.all.rp_filter")
		if r["configured"] != "1" {
			t.Error(r)
		}
		f.rollback(done)
	})
	t.Run("refused", func(t *testing.T) {
		if got := f.refused(sysctl("kernel.randomize_va_space", "1", "configured")); !strings.Contains(got, "belongs to the machine") {
			t.Error(got)
		}
		if got := f.refused(sysctl("kernel.no_such_thing", "1")); !strings.Contains(got, "the running kernel has no parameter kernel.no_such_thing") {
			t.Error(got)
		}
		if got := f.refused(sysctl("net.ipv4.ip_forward", "1"), sysctl("net.ipv4.ip_forward", "0")); !strings.Contains(got, "tailor") {
			t.Error(got)
		}
	})
	t.Run("what the kernel has not", func(t *testing.T) {
		done := f.apply(sysctl("net.ipv4.no_such_knob", "1", "running"))
		if got := h.ReadFile("/etc/sysctl.d/99-zz-holdfast.conf"); !strings.Contains(got, "\n-net.ipv4.no_such_knob = 1\n") {
			t.Error(got)
		}
		f.rollback(done)
	})
}

func TestFixSysctlBringsIPv6Back(t *testing.T) {
	h := testhost.Boot(t)
	network(h)
	for _, line := range []string{
		"link add v2 type veth peer name v3", "link set v2 up", // without a cable
		"addr add fd10::1/64 dev v0 noprefixroute", "addr add fd11::1/128 dev v0 preferred_lft 0", "addr add fd12::1 peer fd12::2/128 dev v0 metric 77",
		"addr add fd13::1/64 dev v0 valid_lft 5000 preferred_lft 4000 mngtmpaddr", "addr add fd14::1/64 dev v2",
		"-6 route add default via fd09::2 metric 50 proto static", "-6 route add default via fd09::2 dev v0 metric 2000 proto ra expires 900",
		"-6 route add fd20::/48 via fd09::2 src fd09::1 mtu 1400 table 100", "-6 route add fd21::/48 nexthop via fd09::2 nexthop via fd09::3",
		"-6 route add fd22::/48 via fd77::1 dev v0 onlink", "-6 route add blackhole fd23::/48", "-6 route add unreachable fd24::/48 dev lo",
		"-6 route add fd25::/48 dev v2", "-6 route add local fd26::/64 dev lo", "-6 route del fe80::/64 dev v0",
		"-6 nexthop add id 7 via fd09::2 dev v0", "-6 route add fd27::/48 nhid 7",
	} {
		h.MustRun("ip", strings.Fields(line)...)
	}
	seconds := regexp.MustCompile(`[0-9]+sec`)
	ipv6 := func() []string {
		const all = "ip -6 -details addr show; ip -6 -details route show table all; sysctl net.ipv6.conf 2>/dev/null | grep disable_ipv6"
		for deadline := time.Now().Add(5 * time.Second); strings.Contains(h.MustRun("ip", "-6", "addr", "show", "dev", "v0"), "tentative") && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond)
		}
		text := h.MustRun("sh", "-c", all)
		return strings.Split(seconds.ReplaceAllString(text, "Nsec"), "\n")
	}
	before := ipv6()
	sort := func(lines []string) []string { return sortedLines(strings.Join(lines, "\n")) }
	f := &fixes{t: t, host: h}
	for _, name := range []string{"all", "v0", "lo"} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			done := f.apply(fix{"sysctl", map[string]any{"name": "net.ipv6.conf." + name + ".disable_ipv6", "value": "1"}})
			dev := []string{"dev", name}
			if name == "all" {
				dev = nil
			}
			if left := h.MustRun("ip", append([]string{"-6", "addr", "show"}, dev...)...); strings.Contains(left, "inet6") {
				t.Errorf("IPv6 is still there: %s", left)
			}
			f.rollback(done)
			expect(t, name, sort(ipv6()), sort(before))
		})
	}
	t.Run("with somebody logged in over IPv6", func(t *testing.T) {
		f.t = t
		h.MustRun("systemd-run", "--unit=held", "nsenter", "--net=/run/netns/peer", "socat", "-u", "TCP:[fd09::1]:22", "OPEN:/dev/null")
		for deadline := time.Now().Add(5 * time.Second); !strings.Contains(h.MustRun("ss", "-Htn", "sport", "22"), "fd09::2"); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("no connection")
			}
		}
		if got := f.refused(fix{"sysctl", map[string]any{"name": "net.ipv6.conf.all.disable_ipv6", "value": "1"}}); !strings.Contains(got, "fd09::2 has a session here over IPv6") {
			t.Error(got)
		}
	})
}
