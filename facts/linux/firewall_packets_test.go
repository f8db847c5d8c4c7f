package linux

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
)

const rulesetsTried = 12

// Random rulesets, and real connections through the kernel's own filters: whatever is claimed to be certain of a connection
// from one address must be what happens.
func TestAdmitsAgreesWithTheKernel(t *testing.T) {
	if !inNetns(t) {
		return
	}
	far := exec.Command("sleep", "120")
	far.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if err := far.Start(); err != nil {
		t.Skipf("a second network namespace can't be made: %v", err)
	}
	defer func() { _ = far.Process.Kill(); _ = far.Wait() }()
	pid := fmt.Sprint(far.Process.Pid)
	there := func(args ...string) { run(t, "nsenter", append([]string{"-t", pid, "-n"}, args...)...) }
	run(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0", "netns", pid)
	for _, cmd := range [][]string{{"ip", "addr", "add", "198.51.100.1/24", "dev", "eth0"}, {"ip", "link", "set", "eth0", "up"}} {
		run(t, cmd[0], cmd[1:]...)
	}
	there("ip", "addr", "add", "198.51.100.2/24", "dev", "far0")
	there("ip", "link", "set", "far0", "up")
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/all/disable_ipv6", []byte("1"), 0o600); err != nil {
		t.Skipf("IPv6 can't be disabled here: %v", err)
	}
	rnd := rand.New(rand.NewPCG(7, 11))
	decided, tried := 0, 0
	for tried < rulesetsTried {
		ruleset := randomRuleset(rnd)
		check := exec.Command("nft", "-c", "-f", "-")
		check.Stdin = strings.NewReader(ruleset)
		if check.Run() != nil {
			continue // conditions that exclude each other are refused
		}
		tried++
		nft(t, "")
		l, err := net.Listen("tcp4", "198.51.100.1:22")
		if err != nil {
			t.Fatal(err)
		}
		nft(t, ruleset)
		claim := claimed(t)
		patience := "0.25"
		if claim == "true" {
			patience = "30" // it succeeds at once, or as soon as a slow machine comes to it
		}
		err = exec.Command("nsenter", "-t", pid, "-n", "timeout", patience, "bash", "-c", ": < /dev/tcp/198.51.100.1/22").Run()
		_ = l.Close()
		happened := fmt.Sprint(err == nil)
		if strings.HasPrefix(claim, "unknown") {
			continue
		}
		if decided++; claim != happened {
			t.Errorf("claimed %s, happened %s with\n%s", claim, happened, ruleset)
		}
	}
	if decided < tried/2 {
		t.Errorf("only %d of %d rulesets were decided", decided, tried)
	}
}

// claimed is what becomes of the connection by the rules that the kernel has now.
func claimed(t *testing.T) string {
	t.Helper()
	rs, err := askNFT(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	eth0, err := net.InterfaceByName("eth0")
	if err != nil {
		t.Fatal(err)
	}
	rules := packetpath.Ruleset{Chains: rs.chains}
	o := rules.Follow(packetpath.Packet{
		Proto: 6, Port: 22, In: packetpath.Interface{Name: "eth0", Index: uint32(eth0.Index)}, Dst: netip.MustParseAddr("198.51.100.1"), ToHost: true,
		States: nftexpr.StateNew, From: packetpath.Prefixes(netip.MustParsePrefix("198.51.100.2/32")),
	}, packetpath.Ingress, packetpath.Prerouting, packetpath.Input)
	switch {
	case len(o.Drops) == 0:
		return "true"
	case len(o.Passes) == 0:
		return "false"
	}
	return "unknown"
}

func randomRuleset(rnd *rand.Rand) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	rules := func(n int, verdicts ...string) string {
		var b strings.Builder
		for range rnd.IntN(n + 1) {
			for range rnd.IntN(3) {
				b.WriteString(pick("tcp dport 22", "tcp dport != 22", "tcp dport { 20-25, 80 }", "udp dport 22", "ip saddr 0.0.0.0/1", "ip saddr 198.0.0.0/8",
					"ip saddr != 198.0.0.0/7", "iifname \"eth*\"", "iif lo", "ct state new", "ct state established", "meta l4proto tcp", "ip daddr 198.51.100.1",
					"ip daddr != 198.51.100.1", "tcp flags & (syn|ack) == syn", "ip protocol . tcp dport { 6 . 22 }", "tcp dport > 100", "meta nfproto ipv4",
					"ip saddr & 255.0.0.0 == 198.0.0.0", "fib daddr type local", "meta mark 0", "ip ttl > 3", "ip saddr @big", "tcp dport @ports", "ip6 saddr ::/1",
					"ip saddr . tcp dport @pairs", "@th,16,16 22", "tcp dport & 0xfff0 == 16", "limit rate 100/second", "meta pkttype host") + " ")
			}
			b.WriteString(pick(verdicts...) + "\n")
		}
		return b.String()
	}
	v := []string{"accept", "drop", "accept", "drop", "return", "jump side", "goto side", "counter", "reject", "tcp dport vmap { 22 : accept, 23-30 : drop }", "ip saddr vmap @vm", "ct state vmap { new : jump side, established : accept }"}
	return "table inet f {\n set big { type ipv4_addr; flags interval; elements = { 128.0.0.0/1 } }\n set ports { type inet_service; elements = { 22, 25 } }\n" +
		" set pairs { type ipv4_addr . inet_service; flags interval; elements = { 0.0.0.0/0 . 22-23 } }\n" +
		" map vm { type ipv4_addr : verdict; flags interval; elements = { 0.0.0.0/1 : drop, 128.0.0.0/1 : " + pick("accept", "drop", "continue", "goto side") + " } }\n" +
		" chain last {\n" + rules(2, "accept", "drop", "return") + " }\n" +
		" chain side {\n" + rules(3, "accept", "drop", "return", "jump last") + " }\n" +
		" chain early { type filter hook prerouting priority " + pick("-300", "-10", "mangle") + "; policy accept;\n" + rules(1, "accept", "drop", "return") + " }\n" +
		" chain input { type filter hook input priority 0; policy " + pick("accept", "drop") + ";\n" + rules(5, v...) + " }\n" +
		" chain late { type filter hook input priority 10; policy accept;\n" + rules(1, "accept", "drop", "jump last") + " }\n}\n"
}
