package hosttests

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func firewallCall(args map[string]any) call { return call{"firewall", args} }

// network gives the host a neighbour, 10.9.0.2, in a network namespace of its own.
func network(h *testhost.Host) {
	for _, args := range []string{
		"netns add peer", "link add v0 type veth peer name v1 netns peer", "addr add 10.9.0.1/24 dev v0", "link set v0 up",
		"-n peer addr add 10.9.0.2/24 dev v1", "-n peer link set v1 up", "-n peer link set lo up",
		"addr add fd09::1/64 dev v0 nodad", "-n peer addr add fd09::2/64 dev v1 nodad",
	} {
		h.MustRun("ip", strings.Fields(args)...)
	}
}

// reaches tells whether a connection from the neighbour to the host opens.
func reaches(h *testhost.Host, address string) bool {
	return h.Run("nsenter", "--net=/run/netns/peer", "socat", "-u", "OPEN:/dev/null", "TCP:"+address+",connect-timeout=0.7").Code == 0
}

func TestTheFirewallKeepsSessionsAndListenersAndNothingElse(t *testing.T) {
	h := testhost.Boot(t)
	network(h)
	f := fixer{t, h}
	h.MustRun("sh", "-c", "nft add table ip docker; nft add chain ip docker nat '{ type nat hook prerouting priority -100; }'; nft add rule ip docker nat tcp dport 9999 counter redirect to :22")
	listen := func(port int) {
		h.MustRun("systemd-run", "--collect", "--unit", fmt.Sprintf("l%d", port), "socat", fmt.Sprintf("TCP6-LISTEN:%d,fork,ipv6only=0,reuseaddr", port), "OPEN:/dev/null")
		awaitPort(t, h, port)
	}
	listen(8080)
	// A session whose service does not listen any more, with nothing in the kernel that tracks it.
	h.MustRun("systemd-run", "--unit=once", "socat", "TCP-LISTEN:2200", "EXEC:cat")
	awaitPort(t, h, 2200)
	h.MustRun("sh", "-c", `mkfifo /run/in; systemd-run --unit=session sh -c 'exec 3<>/run/in; exec nsenter --net=/run/netns/peer socat - TCP:10.9.0.1:2200 <&3 >/run/out'`)
	echo := func(word string) {
		t.Helper()
		h.MustRun("sh", "-c", "echo "+word+" >/run/in")
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if strings.HasSuffix(h.Run("cat", "/run/out").Stdout, word+"\n") {
				return
			}
		}
		t.Errorf("the session that was open does not answer %q any more", word)
	}
	echo("before")
	before, files := h.MustRun("nft", "list", "ruleset"), f.tree("/etc")

	calls := []call{
		firewallCall(map[string]any{"input": "drop", "loopback": true, "established": true, "allow_listeners": true}),
		firewallCall(map[string]any{"loopback": true}),
		firewallCall(map[string]any{"input": "drop", "forward": "drop", "output": "drop", "loopback": true, "established": true, "allow_listeners": true}),
		firewallCall(map[string]any{"enabled": true, "allow_listeners": true, "allow": []any{map[string]any{"protocol": "tcp", "port": 7070, "from": "10.9.0.0/24"}}}),
	}
	steps := f.plan(calls...)
	f.apply(steps)
	echo("after")
	listen(9090)
	listen(7070)
	for address, want := range map[string]bool{
		"10.9.0.1:22": true, "10.9.0.1:8080": true, "[fd09::1]:22": true, "[fd09::1]:8080": true, "10.9.0.1:9090": false, "[fd09::1]:9090": false,
		"10.9.0.1:7070": true, "[fd09::1]:7070": false, "10.9.0.1:9999": true,
	} {
		if got := reaches(h, address); got != want {
			t.Errorf("%s is reached: %v, want %v", address, got, want)
		}
	}
	if r := h.Run("socat", "-u", "OPEN:/dev/null", "TCP:10.9.0.2:1,connect-timeout=0.7"); strings.Contains(r.Stderr, "refused") {
		t.Errorf("what leaves is not filtered: %s", r.Stderr)
	}
	h.MustRun("systemctl", "stop", "l9090", "l7070")
	fact := read(t, h, key{"firewall"}, key{"nftables_conf"})
	for _, name := range []string{"default_deny_input", "default_deny_forward", "default_deny_output"} {
		if v := fact.object("firewall")[name]; v != true {
			t.Errorf("%s is %v", name, v)
		}
	}
	for _, family := range []string{"ipv4", "ipv6"} {
		for _, name := range []string{"loopback_accepted", "loopback_spoof_dropped", "established_accepted"} {
			if v := fact.object("firewall")[family].(map[string]any)[name]; v != true {
				t.Errorf("%s.%s is %v", family, name, v)
			}
		}
	}
	if v := fact.object("nftables_conf")["input_policy"]; v != "drop" {
		t.Errorf("at boot the policy is %v", v)
	}
	f.settled(calls...)

	// What nft loads at boot is what is there now, to the last expression, but for the session.
	h.MustRun("nft", "-f", "/etc/nftables.d/50-holdfast.nft")
	again := f.plan(calls...)
	if len(again) != 1 || strings.Count(again[0].Diff, "\n+ ") != 2 || !strings.Contains(again[0].Diff, "tcp dport 2200 accept") || strings.Contains(again[0].Diff, "\n- ") {
		t.Errorf("after nft has loaded the file, the plan has %d steps: %v", len(again), again[0].Diff)
	}
	f.apply(again)
	f.settled(calls...)

	f.undo(steps)
	echo("undone")
	if after := h.MustRun("nft", "list", "ruleset"); after != strings.ReplaceAll(before, "packets 0 bytes 0", after[strings.Index(after, "packets"):strings.Index(after, " redirect")]) {
		t.Errorf("after undoing:\n%s\nbefore:\n%s", after, before)
	}
	if after := f.tree("/etc"); after != files {
		t.Errorf("after undoing:\n%s\nbefore:\n%s", after, files)
	}
	listen(9090)
	if !reaches(h, "10.9.0.1:9090") {
		t.Error("what was dropped is not reached after undoing")
	}

	// A table of ours that is there is brought back as it was; a rule that is not ours is not thrown away.
	f.apply(f.plan(firewallCall(map[string]any{"input": "reject"})))
	older := h.MustRun("nft", "list", "table", "inet", "holdfast")
	if !strings.Contains(older, "reject") || !reaches(h, "10.9.0.1:22") || reaches(h, "10.9.0.1:8080") {
		t.Errorf("a table that rejects all but SSH:\n%s", older)
	}
	more := f.plan(firewallCall(map[string]any{"output": "drop", "allow_listeners": true}))
	f.apply(more)
	f.undo(more)
	if now := h.MustRun("nft", "list", "table", "inet", "holdfast"); now != older {
		t.Errorf("after undoing:\n%s\nbefore:\n%s", now, older)
	}
	h.MustRun("nft", "insert", "rule", "inet", "holdfast", "input", "tcp dport { 1, 2-3 } counter accept")
	f.refuses("somebody has put a rule into the table inet holdfast", firewallCall(map[string]any{"input": "drop"}))
	h.MustRun("nft", "delete", "table", "inet", "holdfast")

	f.refuses(`test 1 wants firewall input to be "drop", and test 2 wants "accept"`, firewallCall(map[string]any{"input": "drop"}), firewallCall(map[string]any{"input": "accept"}))
	h.MustRun("sysctl", "-qw", "net.ipv4.ip_forward=1")
	f.refuses("the host forwards packets (net.ipv4.ip_forward is 1)", firewallCall(map[string]any{"forward": "drop"}))
	h.MustRun("sysctl", "-qw", "net.ipv4.ip_forward=0")
}
