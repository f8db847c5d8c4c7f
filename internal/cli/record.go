package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/holdfast-agent/holdfast/internal/version"
	"github.com/spf13/cobra"
)

func (p *program) record() *cobra.Command {
	var host hostFlags
	var policy policyFlags
	var sel selectFlags
	var file string
	cmd := &cobra.Command{
		Use: "record -o FILE", Short: "Write the facts that the applying benchmarks read to one file",
		Long: `Write the facts that the applying benchmarks read to one file, which
'holdfast audit --from FILE' audits later, elsewhere, with these or other
policies. It holds no secrets, but tells where a host is weak.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return usage(cmd, "record needs a file to write: -o FILE")
			}
			if file == "-" && p.out.terminal {
				return usage(cmd, "a recording is no text for a terminal: -o FILE")
			}
			selection, err := sel.selection(cmd)
			if err != nil {
				return err
			}
			bundle, err := p.bundle(&policy, host.here())
			if err != nil {
				return err
			}
			t, err := p.target(cmd, &host)
			if err != nil {
				return err
			}
			if _, _, err := p.evaluate(cmd, bundle, t, selection); err != nil {
				return err
			}
			t.describe(cmd.Context()) // who the host is belongs to every recording
			return p.writeRecording(file, t)
		},
	}
	sel.add(cmd, p)
	policy.add(cmd)
	host.add(cmd, false)
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`")
	_ = cmd.MarkFlagFilename("output")
	return cmd
}

func (p *program) writeRecording(file string, t *target) error {
	write := func(w io.Writer) error { return t.set.WriteRecording(w, version.String()) }
	if file == "-" {
		return write(p.out)
	}
	if err := atomicfile.Write(file, 0o600, write); err != nil {
		return err
	}
	size := int64(0)
	if st, err := os.Stat(file); err == nil {
		size = st.Size()
	}
	p.note("%s holds %s (%s)", file, count(len(t.set.Entries()), "fact"), bytesText(size))
	return nil
}

func bytesText(n int64) string {
	if n < 10_000 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d kB", n/1000)
}
