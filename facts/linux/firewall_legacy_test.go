package linux

import (
	"os"
	"os/exec"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestLegacyIptablesOfARunningKernel(t *testing.T) {
	if _, err := exec.LookPath("iptables-legacy"); err != nil {
		t.Skip("legacy iptables is not installed")
	}
	if _, err := os.Stat("/proc/net/ip_tables_names"); err != nil {
		t.Skip("this kernel has no legacy iptables")
	}
	if !inNetns(t) {
		return
	}
	run(t, "iptables-legacy", "-P", "INPUT", "DROP")
	run(t, "iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
	run(t, "ip6tables-legacy", "-P", "INPUT", "DROP")
	v := hosttest.Read(t, facts.LiveHost(), Sources(), "firewall")
	for attr, want := range map[string]string{
		"front_end": "iptables-legacy", "ipv4.input_policy": "drop", "default_deny_input": "true", "default_deny_output": "false",
		"rules[0].dports[0]": "22", "open_ports[0].first": "22", "open_ports[1].first": "no such path",
	} {
		if got := hosttest.Leaf(v, attr); got != want {
			t.Errorf("firewall.%s is %q, want %q", attr, got, want)
		}
	}
}
