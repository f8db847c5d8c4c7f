package hosttests

import (
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// A plan of all that level2-server would change on a fresh host; the audit that comes before it, for comparison. Meant
// is that the plan takes less than 1 s more.
func BenchmarkPlan(b *testing.B) {
	h := testhost.BootWith(b, testhost.Options{Packages: []string{"aide", "aide-common", "nginx-light", "systemd-timesyncd"}, Archive: fixable})
	dir, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	const holdfast = "/usr/local/bin/holdfast"
	h.CopyIn(dir+"/holdfast", holdfast)
	h.CopyIn(dir+"/measure", "/usr/local/bin/measure")
	of := []string{"--benchmark", "cis-debian-12", "--profile", "level2-server"}
	if left := h.Run(holdfast, append([]string{"plan"}, of...)...); left.Code != 2 {
		b.Fatalf("exit status %d: there is nothing to plan: %s", left.Code, left.Stderr)
	}
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"Audit", append([]string{holdfast, "audit", "--exit-zero", "--format", "json=/dev/null"}, of...)},
		{"Plan", append([]string{"/bin/sh", "-c", `"$@" >/dev/null || test $? = 2`, "sh", holdfast, "plan"}, of...)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkOnHost(b, h, c.command) })
	}
}
