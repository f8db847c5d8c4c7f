package linux

import (
	"context"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
)

// BenchmarkKernelFacts reads, of the machine it runs on, what a benchmark's chapters on the kernel, mounts and modules ask
// for; every round with a Set of its own.
func BenchmarkKernelFacts(b *testing.B) {
	keys := []facts.Key{{Fact: "boot"}, {Fact: "apparmor"}, {Fact: "ipv6"}, {Fact: "interfaces"}, {Fact: "mounts"}}
	for _, m := range []string{"cramfs", "hfs", "overlay", "squashfs", "udf", "usb_storage", "dccp", "tipc", "rds", "sctp"} {
		keys = append(keys, facts.Key{Fact: "kernel_module", Subject: m})
	}
	for _, p := range []string{"/tmp", "/dev/shm", "/home", "/var", "/var/tmp", "/var/log", "/var/log/audit"} {
		keys = append(keys, facts.Key{Fact: "mount", Subject: p})
	}
	for _, group := range []string{"ipv4", "ipv6"} {
		for _, name := range []string{"accept_redirects", "accept_source_route", "send_redirects", "rp_filter", "log_martians", "accept_ra"} {
			for _, who := range []string{"all", "default"} {
				keys = append(keys, facts.Key{Fact: "sysctl", Subject: "net." + group + ".conf." + who + "." + name})
			}
		}
	}
	for b.Loop() {
		set := facts.NewSet(context.Background(), facts.LiveHost(), Sources())
		for _, k := range keys {
			set.Read(context.Background(), k)
		}
	}
}
