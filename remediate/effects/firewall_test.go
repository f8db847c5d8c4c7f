package effects

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

// inNetwork runs do in a network namespace of its own, whose firewall is empty.
func inNetwork(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	done := make(chan error, 1)
	go onThread(func() {
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			do()
		}
		done <- err
	})
	if err := <-done; err != nil {
		t.Skipf("this machine gives no network namespace: %v", err)
	}
}

func chains(policy string, rules ...string) remediate.FirewallTable {
	c := remediate.FirewallChain{Name: "input", Policy: policy, Rules: []remediate.FirewallRule{}}
	for _, r := range rules {
		c.Rules = append(c.Rules, remediate.FirewallRule{Text: r})
	}
	return remediate.FirewallTable{Present: true, Chains: []remediate.FirewallChain{c}}
}

func TestARulesetThatChangedMeanwhileIsNotOverrun(t *testing.T) {
	inNetwork(t, func() {
		ctx := context.Background()
		set := func(f remediate.FirewallTable) error {
			s := &remediate.Step{Effect: "firewall", Target: firewallTarget}
			return Local{}.Set(ctx, s, remediate.NewState("", f))
		}
		_, then, err := readFirewall()
		if err != nil {
			t.Error(err)
			return
		}
		theirs := chains("accept", "tcp dport 22 accept")
		if err := set(theirs); err != nil {
			t.Error(err)
			return
		}
		late, err := replacement(chains("drop"), then)
		if err != nil {
			t.Error(err)
			return
		}
		if err := commit(late); err == nil || !strings.Contains(err.Error(), "changed by somebody else") {
			t.Errorf("a batch for a generation that is over: %v", err)
		}
		now, _, err := readFirewall()
		if err != nil || !remediate.NewState("", now).Equal(remediate.NewState("", theirs)) {
			t.Errorf("the table is %+v (%v)", now, err)
		}

		// All or nothing: a rule that can't be made leaves what was there.
		if err := set(chains("drop", "tcp dport 22 accept", "meta nonsense accept")); err == nil {
			t.Error("a rule of nonsense was made")
		}
		for _, f := range []remediate.FirewallTable{chains("drop", "ct state established,related accept", `iifname != "lo" ip6 saddr ::1 drop`, "ip saddr 10.0.0.0/8 tcp sport 1024 tcp dport 22 accept", "icmpv6 type 135 accept", "reject"), {}} {
			if err := set(f); err != nil {
				t.Error(err)
			}
			if now, _, err := readFirewall(); err != nil || !remediate.NewState("", now).Equal(remediate.NewState("", f)) {
				t.Errorf("the table is %+v, not %+v (%v)", now, f, err)
			}
		}
		if _, err := (Local{}).Observe(ctx, "firewall", "inet filter"); err == nil {
			t.Error("another table than ours is looked at")
		}
	})
}

func TestRulesOfOtherWordsAreNotCompiled(t *testing.T) {
	for _, text := range []string{
		"", "accept accept", "tcp dport 22", "tcp dport http accept", "tcp dport 70000 accept", "ip saddr 10.0.0.0/9 accept", "ip saddr ::1 accept", "ip6 saddr 10.0.0.1 accept",
		"ip protocol 6 accept", "iifname lo accept", `iifname "a-name-that-is-too-long" accept`, "ct state new accept", "icmp code 3 accept", "udp length 5 drop", "jump other", "tcp dport",
	} {
		if exprs, err := compileRule(text); err == nil {
			t.Errorf("%q was compiled to %v", text, exprs)
		}
	}
}
