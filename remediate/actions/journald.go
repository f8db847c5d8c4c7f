package actions

import (
	"context"

	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "journald",
		Doc:  "Sets an option in /etc/systemd/journald.conf.d/60-holdfast.conf and has journald read it (journald.conf(5)).",
	}, planJournald))
}

type journaldArgs struct {
	Name  string `cty:"name"`
	Value string `cty:"value"`
}

func planJournald(ctx context.Context, d *remediate.Draft, a journaldArgs) error {
	return setUnitOption(ctx, d, "/etc/systemd/journald.conf.d/60-holdfast.conf", "Journal", a.Name, a.Value,
		remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.Restart, Unit: "systemd-journald.service"}}})
}

// setUnitOption sets one option in a file of ours that has sections, as systemd's have (systemd.syntax(7)).
func setUnitOption(ctx context.Context, d *remediate.Draft, file, section, name, value string, o remediate.Options) error {
	if err := d.Claim(file+" "+section+" "+name, value); err != nil {
		return err
	}
	return d.DropIn(ctx, file, "#", func(lines []string) []string {
		return setInSection(lines, section, name, value)
	}, o)
}
