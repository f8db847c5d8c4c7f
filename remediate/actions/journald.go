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
	dirs := []string{"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"}
	return setUnitOption(ctx, d, dirs, "journald.conf", "Journal", a.Name, a.Value,
		remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.Restart, Unit: "systemd-journald.service"}}})
}
