package actions

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/zclconf/go-cty/cty"
)

// auditBench is a bench whose kernel has audit rules.
type auditBench struct {
	*bench
	loaded []string
	locked bool
	mute   bool // the kernel does not tell
}

func (b *auditBench) Observe(ctx context.Context, effect, target string) (remediate.State, error) {
	if effect != "audit" {
		return b.bench.Observe(ctx, effect, target)
	}
	return remediate.NewState("", map[string]bool{"loaded": slices.Contains(b.loaded, target)}), nil
}

type fakeRules struct {
	Locked         facts.V[bool] `fact:"locked" doc:"."`
	LockConfigured facts.V[bool] `fact:"lock_configured" doc:"."`
}

type fakeRule struct {
	Rule       string        `fact:"rule" doc:"."`
	Running    facts.V[bool] `fact:"running" doc:"."`
	Configured facts.V[bool] `fact:"configured" doc:"."`
}

func (b *auditBench) has(line string) bool {
	names, _ := b.root.Glob(auditDir + "*.rules")
	return slices.ContainsFunc(names, func(name string) bool {
		text, _ := os.ReadFile(name) // #nosec G304
		return slices.Contains(strings.Split(string(text), "\n"), line)
	})
}

func (b *auditBench) again() {
	rules := facts.Define(facts.Descriptor{Name: "audit_rules", Doc: "."}, func(context.Context, *facts.Reader, facts.Key) (fakeRules, error) {
		return fakeRules{facts.Known(b.locked, facts.Origin{}), facts.Known(b.has("-e 2"), facts.Origin{})}, nil
	})
	env := auditrules.Env{Arch: "x86_64", IsDir: func(string) bool { return false }}
	rule := facts.Define(facts.Descriptor{
		Name: "audit_rule", Doc: ".", Args: []facts.Arg{{Name: "rule", Type: cty.String, Doc: "."}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			_, err := auditrules.Parse(args[0].AsString(), env)
			return args, err
		},
	}, func(_ context.Context, _ *facts.Reader, k facts.Key) (fakeRule, error) {
		line := k.Subject
		l, err := auditrules.Parse(line, env)
		if err != nil {
			return fakeRule{}, err
		}
		out := fakeRule{Rule: l.Rule.String(), Configured: facts.Known(b.has(line), facts.Origin{})}
		if out.Running = facts.Unknown[bool]("it does not tell"); !b.mute {
			out.Running = facts.Known(slices.Contains(b.loaded, out.Rule), facts.Origin{})
		}
		return out, nil
	})
	b.draft = remediate.NewDraft(facts.NewSet(b.t.Context(), facts.RootHost(string(b.root)), []facts.Source{rules, rule}), b)
}

func TestAuditRulesGoWhereTheyLack(t *testing.T) {
	b := &auditBench{bench: newBench(t, "-- /etc/audit/rules.d/audit.rules --\n-D\n-w /etc/hosts -p wa -k names\n")}
	b.again()
	const passwd, hosts = "-w /etc/passwd -p wa -k id", "-w /etc/hosts -p wa -k names"
	b.want("audit_rules", args{"rules": []string{passwd, hosts}})
	b.want("audit_rules", args{"rules": []string{passwd}, "immutable": true})
	var got []string
	for _, s := range b.draft.Steps() {
		got = append(got, s.String())
	}
	want := []string{
		"file /etc/audit/rules.d/50-holdfast.rules", "audit -a always,exit -S all -F path=/etc/passwd -F perm=wa -k id",
		"audit -a always,exit -S all -F path=/etc/hosts -F perm=wa -k names", "file /etc/audit/rules.d/99-holdfast-finalize.rules",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the steps are %q", got)
	}
	s, f := b.step("/etc/audit/rules.d/50-holdfast.rules")
	if string(f.Content) != "# Written by Holdfast for 1.1, 1.2.\n"+passwd+"\n" || f.Mode != 0o640 || s.AtBoot {
		t.Errorf("%q, mode %o, at boot %v", f.Content, f.Mode, s.AtBoot)
	}
	if s, _ := b.step("/etc/audit/rules.d/99-holdfast-finalize.rules"); !s.AtBoot || s.Risk.String() != "one_way" {
		t.Errorf("the lock: at boot %v, risk %s", s.AtBoot, s.Risk)
	}

	b.locked = true
	b.again()
	b.want("audit_rules", args{"rules": []string{passwd, hosts}, "file": "50-holdfast-id"})
	if steps := b.draft.Steps(); len(steps) != 1 || !steps[0].AtBoot || steps[0].Target != "/etc/audit/rules.d/50-holdfast-id.rules" {
		t.Errorf("while the kernel's rules are locked, the steps are %v", steps)
	}
	b.mute = true
	b.again()
	b.refuses("the kernel's audit rules can't be read here", "audit_rules", args{"rules": []string{passwd}})
	b.refuses("not an audit rule", "audit_rules", args{"rules": []string{"-w  -p wa -k x"}})
}
