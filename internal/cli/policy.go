package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/spf13/cobra"
)

func (p *program) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Check, test, format and document policies",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.policyCheck(), p.policyTest(), p.policyFmt(), p.policyDocs())
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

func (p *program) policyDocs() *cobra.Command {
	var language, actionPage bool
	cmd := &cobra.Command{
		Use: "docs [PATH...]", Short: "Print policies as Markdown, for those who have to live by them",
		RunE: func(cmd *cobra.Command, paths []string) error {
			var out bytes.Buffer
			if language || actionPage {
				if len(paths) > 0 {
					return usage(cmd, "--language and --actions are about no policy: they take no path")
				}
				write := writeActions
				if language {
					write = benchmarks.WriteReference
				}
				if err := write(&out); err != nil {
					return err
				}
				_, err := p.out.Write(out.Bytes())
				return err
			}
			for _, path := range orBuiltIn(paths) {
				b, diags := p.load(path)
				if err := p.report(path, b, diags); err != nil {
					return err
				}
				for _, bm := range b.Benchmarks {
					if err := benchmarks.WriteDocs(&out, bm, riskOf); err != nil {
						return err
					}
				}
			}
			_, err := p.out.Write(out.Bytes())
			return err
		},
	}
	cmd.Flags().BoolVar(&language, "language", false, "print the functions and kinds of fix that policies can use")
	cmd.Flags().BoolVar(&actionPage, "actions", false, "print what each kind of fix does to a host")
	cmd.MarkFlagsMutuallyExclusive("language", "actions")
	return cmd
}

func (p *program) policyFmt() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "fmt PATH...", Short: "Format policy files in place; '-' formats stdin to stdout",
		Long: `Format policy files in place and print the names of those that changed.

Exit codes: 0 done, or with --check nothing to do; 1 errors, or with --check
something to do.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				return usage(cmd, "fmt takes the files and folders to format")
			}
			changed := 0
			for _, path := range paths {
				n, err := p.format(path, check)
				if err != nil {
					return err
				}
				changed += n
			}
			if check && changed > 0 {
				return exitCode(exitError)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit with 1 when something would change")
	return cmd
}

// format formats what lies at path and returns how many files change.
func (p *program) format(path string, check bool) (changed int, err error) {
	if path == "-" {
		return p.formatStdin(check)
	}
	st, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !st.IsDir() {
		return p.formatFile(path, check)
	}
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".hcl") {
			return err
		}
		n, err := p.formatFile(name, check)
		changed += n
		return err
	})
	return changed, err
}

func (p *program) formatStdin(check bool) (int, error) {
	src, err := readBounded(p.in, "stdin")
	if err != nil {
		return 0, err
	}
	out, err := p.formatted(src, "stdin")
	if err != nil {
		return 0, err
	}
	if !check {
		if _, err := p.out.Write(out); err != nil {
			return 0, err
		}
	}
	if bytes.Equal(src, out) {
		return 0, nil
	}
	return 1, nil
}

func (p *program) formatFile(name string, check bool) (int, error) {
	f, err := openRegular(name)
	if err != nil {
		return 0, err
	}
	src, err := readBounded(f, name)
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	out, err := p.formatted(src, name)
	if err != nil || bytes.Equal(src, out) {
		return 0, err
	}
	if !check {
		err := atomicfile.Write(name, 0o644, func(w io.Writer) error { _, err := w.Write(out); return err })
		if err != nil {
			return 0, err
		}
	}
	_, err = fmt.Fprintln(p.out, name)
	return 1, err
}

func (p *program) formatted(src []byte, name string) ([]byte, error) {
	out, diags := benchmarks.Format(src, name)
	files := map[string]*hcl.File{name: {Bytes: src}}
	return out, p.report("", &benchmarks.Bundle{Files: files}, diags)
}
