package cli

import (
	"github.com/spf13/cobra"
)

func (p *program) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Check policies",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.policyCheck())
	return cmd
}

func (p *program) policyCheck() *cobra.Command {
	var f policyFlags
	cmd := &cobra.Command{
		Use: "check [PATH...]", Short: "Type-check policies; the built-in ones without a path",
		Long: `Load policies and type-check every expression in them. No host is read.
With --tailoring and --waivers, check those against the policies.

Exit codes: 0 no error, 1 errors.`,
		Example: `  holdfast policy check policies/cis-debian-12
  holdfast policy check --tailoring /etc/holdfast/site.tailoring.hcl`,
		RunE: func(_ *cobra.Command, paths []string) error {
			for _, path := range orBuiltIn(paths) {
				one := f
				one.policy = path
				b, err := p.bundle(&one, false)
				if err != nil {
					return err
				}
				for _, bm := range b.Benchmarks {
					p.note("%s %s: %s", bm.ID, bm.Version, count(len(bm.Controls), "control"))
				}
			}
			return nil
		},
	}
	f.addSite(cmd)
	return cmd
}

// orBuiltIn is the paths, or the one empty path that stands for the built-in policies.
func orBuiltIn(paths []string) []string {
	if len(paths) == 0 {
		return []string{""}
	}
	return paths
}
