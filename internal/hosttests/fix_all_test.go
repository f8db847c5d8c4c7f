package hosttests

import (
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestScratchAll(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	administrator(h, "alice")
	r := h.Run(holdfast, "plan", "--benchmark", "cis-debian-12", "--profile", "level2-server")
	t.Logf("%d\n%s%s", r.Code, r.Stdout, r.Stderr)
	r = h.Run(holdfast, "apply", "--yes", "--benchmark", "cis-debian-12", "--profile", "level2-server", "--confirm-within", "0s")
	t.Logf("%d\n%s", r.Code, r.Stderr)
}
