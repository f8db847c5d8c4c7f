package actions

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/holdfast-agent/holdfast/remediate"
)

// startable refuses to start what can only fail here, or what systemd would skip: its failure would undo all else.
func (s *servicePlan) startable(ctx context.Context) error {
	host, err := s.d.Fact(ctx, "host")
	if err != nil {
		return err
	}
	if s.unit != nil && yes(host, "container") && slices.ContainsFunc(unitfile.All(s.unit.Settings, "Unit", "ConditionVirtualization"), outsideOnly) {
		return remediate.Refuse("%s does not start in a container (ConditionVirtualization= of its unit): it is the business of the container's host", s.id)
	}
	if s.id != "auditd.service" {
		return nil
	}
	rules, err := s.d.Fact(ctx, "audit_rules")
	if err != nil {
		return err
	}
	if _, known := attribute(rules, "enabled"); !known {
		return remediate.Refuse("the kernel's audit can't be reached here, without which %s does not start; in a container, it is that of its host", s.id)
	}
	return nil
}

// outsideOnly tells whether a condition of systemd.unit(5) keeps a unit out of containers.
func outsideOnly(c unitfile.Setting) bool {
	return slices.Contains([]string{"!container", "no", "vm"}, strings.TrimSpace(c.Value))
}
