package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestATransactionIsAppliedAndRolledBack(t *testing.T) {
	h := testhost.Boot(t)
	holdfast := install(t, h, "holdfast")
	r := h.Run(holdfast, "plan", "--control", "6.1.2.*")
	t.Log(r.Code, r.Stdout, r.Stderr)
	r = h.Run(holdfast, "apply", "--yes", "--control", "6.1.2.*")
	t.Log(r.Code, r.Stdout, r.Stderr)
	r = h.Run(holdfast, "history")
	t.Log(r.Code, r.Stdout, r.Stderr)
	t.Log(h.Run("systemctl", "list-units", "--all", "holdfast*").Stdout)
	r = h.Run(holdfast, "rollback")
	t.Log(r.Code, r.Stdout, r.Stderr)
	r = h.Run(holdfast, "history")
	t.Log(r.Code, r.Stdout, r.Stderr)
	t.Log(h.Run("find", "/etc", "-newer", "/etc/machine-id", "-name", "*oldfast*").Stdout)
	_ = strings.TrimSpace
}
