package cli

import (
	"fmt"
	"runtime"

	"github.com/holdfast-agent/holdfast/internal/version"
	"github.com/spf13/cobra"
)

type buildInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Date    string `json:"date"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func (p *program) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version, and what it was built from", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			b := buildInfo{version.String(), version.Commit(), version.Date(), runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if asJSON {
				return p.json(b)
			}
			lines := "holdfast " + b.Version + "\n"
			if b.Commit != "" {
				lines += "commit   " + b.Commit + "\n"
			}
			if b.Date != "" {
				lines += "of       " + b.Date + "\n"
			}
			_, err := fmt.Fprintf(p.out, "%sgo       %s %s/%s\n", lines, b.Go, b.OS, b.Arch)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
