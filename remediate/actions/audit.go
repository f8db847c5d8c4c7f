package actions

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "audit_rules",
		Doc: "Adds what no rule records yet to a file of /etc/audit/rules.d (augenrules(8)), and to the running kernel; while the kernel's rules " +
			"are locked, the next boot loads them. immutable locks them from the next boot on.",
	}, planAuditRules))
}

type auditArgs struct {
	Rules     []string `cty:"rules"`
	File      *string  `cty:"file"`
	Immutable *bool    `cty:"immutable"`
}

const (
	auditDir  = "/etc/audit/rules.d/"
	auditLast = auditDir + "99-holdfast-finalize.rules"
)

func planAuditRules(ctx context.Context, d *remediate.Draft, a auditArgs) error {
	if _, err := d.Tree().Stat("/etc/audit/rules.d"); err != nil {
		return remediate.Refuse("there is no /etc/audit/rules.d: once auditd is installed, plan again")
	}
	all, err := d.Fact(ctx, "audit_rules")
	if err != nil {
		return err
	}
	for _, text := range a.Rules {
		if err := planRule(ctx, d, all, text, a.file()); err != nil {
			return err
		}
	}
	if a.Immutable != nil && *a.Immutable {
		return planLock(ctx, d, all)
	}
	return nil
}

func (a auditArgs) file() string {
	name := "50-holdfast"
	if a.File != nil {
		name = strings.TrimSuffix(path.Base(*a.File), ".rules")
	}
	return auditDir + name + ".rules"
}

// planRule adds one rule where it is not recorded: to the files, to the kernel.
func planRule(ctx context.Context, d *remediate.Draft, all cty.Value, line, file string) error {
	rule, err := d.Fact(ctx, "audit_rule", line)
	if errors.Is(err, auditrules.ErrRule) { // what a policy fills in may be empty on this host
		return remediate.Refuse("%q: %v", line, err)
	}
	if err != nil {
		return err
	}
	running, known := attribute(rule, "running")
	if !known {
		return remediate.Refuse("the kernel's audit rules can't be read here, so nothing would show that %q is recorded; in a container, they are those of its host", line)
	}
	configured, known := attribute(rule, "configured")
	if !known {
		return remediate.Refuse("whether %q is recorded after a boot is not known: a line in /etc/audit/rules.d that auditctl can't read, or a rule of never before it", line)
	}
	locked, lockKnown := attribute(all, "locked")
	if configured.False() {
		o := remediate.Options{AtBoot: lockKnown && locked.True()}
		if err := addLine(ctx, d, file, line, o); err != nil {
			return err
		}
	}
	if running.True() || !lockKnown || locked.True() {
		return nil
	}
	return loadRule(ctx, d, text(rule, "rule"))
}

func addLine(ctx context.Context, d *remediate.Draft, file, line string, o remediate.Options) error {
	before, err := d.File(ctx, file)
	if err != nil {
		return err
	}
	err = d.DropIn(ctx, file, "#", func(lines []string) []string {
		if slices.Contains(lines, line) {
			return lines
		}
		return append(lines, line)
	}, o)
	if err != nil || before.Type != remediate.Absent {
		return err
	}
	mode, err := d.Mode(ctx, file)
	if err != nil {
		return err
	}
	mode.Mode = 0o640 // it says what is watched
	return d.SetMode(ctx, file, mode, remediate.Options{})
}

func loadRule(ctx context.Context, d *remediate.Draft, canonical string) error {
	data := json.RawMessage(`{"loaded":true}`)
	return d.Set(ctx, "audit", canonical, remediate.State{Summary: "loaded", Data: data}, remediate.Options{Stage: remediate.Kernel})
}

// planLock makes -e 2 the last word of the files. augenrules puts the last -e that it meets at the end.
func planLock(ctx context.Context, d *remediate.Draft, all cty.Value) error {
	if yes(all, "lock_configured") {
		return nil
	}
	v, err := viewOf(d)
	if err != nil {
		return err
	}
	names, err := v.Glob(auditDir + "*.rules")
	if err != nil {
		return err
	}
	for _, name := range names {
		if name <= auditLast {
			continue
		}
		content, err := v.ReadFile(name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(content), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "-e") {
				return remediate.Refuse("%s:%d says %q, which is read last: take that line out", name, i+1, strings.TrimSpace(line))
			}
		}
	}
	return addLine(ctx, d, auditLast, "-e 2", remediate.Options{
		Stage: remediate.Last, Risk: plan.OneWay, AtBoot: true,
		Undo: "once the host has booted with it, the rules stay locked until the boot after it was undone",
	})
}
