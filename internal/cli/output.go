package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
)

// output is one --format: where a report goes, in which form. No file is stdout.
type output struct{ format, file string }

// parseOutputs checks the --format flags. Without any, people get their format on stdout.
func parseOutputs(cmd *cobra.Command, flags []string) ([]output, error) {
	if len(flags) == 0 {
		return []output{{format: "human"}}, nil
	}
	var outs []output
	seen := map[string]string{}
	for _, flag := range flags {
		name, file, toFile := strings.Cut(flag, "=")
		if !contains(formatNames(), name) {
			return nil, usage(cmd, "unknown format %q%s", name, orList(didYouMean(name, formatNames()), formatNames()))
		}
		if toFile && file == "" {
			return nil, usage(cmd, "--format %s names no file", flag)
		}
		if file == "-" {
			file = ""
		}
		key := file
		if key != "" {
			key = filepath.Clean(key)
		}
		if other, twice := seen[key]; twice {
			if file == "" {
				return nil, usage(cmd, "two formats on stdout, %s and %s: write one to a file, as in --format %s=FILE", other, name, name)
			}
			return nil, usage(cmd, "two formats in one file, %s and %s: %s", other, name, file)
		}
		seen[key] = name
		outs = append(outs, output{name, file})
	}
	return outs, nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// orList is the suggestion, or the list of what there is.
func orList(suggestion string, names []string) string {
	if suggestion != "" {
		return suggestion
	}
	return ": choose one of " + strings.Join(names, ", ")
}

// write writes a report in every form that was asked for. Files come first, all or none of them: when stdout breaks,
// they are there.
func (p *program) write(outs []output, r *report.Report, verbose bool) error {
	var files []*atomicfile.File
	defer func() {
		for _, f := range files {
			f.Discard()
		}
	}()
	for _, o := range outs {
		if o.file == "" {
			continue
		}
		f, err := atomicfile.Create(o.file, 0o600) // a report tells where a host is weak
		if err != nil {
			return fmt.Errorf("--format %s: %w", o.format, err)
		}
		files = append(files, f)
		if err := formatted(o.format, report.View{Verbose: verbose}).Write(f, r); err != nil {
			return fmt.Errorf("--format %s: %w", o.format, err)
		}
	}
	for _, f := range files {
		if err := f.Commit(); err != nil {
			return fmt.Errorf("writing a report: %w", err)
		}
	}
	return p.writeStdout(outs, r, verbose)
}

func (p *program) writeStdout(outs []output, r *report.Report, verbose bool) error {
	for _, o := range outs {
		if o.file != "" {
			continue
		}
		view := p.view(p.out)
		view.Verbose = verbose
		var b bytes.Buffer
		if err := formatted(o.format, view).Write(&b, r); err != nil {
			return err
		}
		if _, err := p.out.Write(b.Bytes()); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}

func formatted(name string, v report.View) report.Format {
	for _, f := range report.Formats(v) {
		if f.Name == name {
			return f
		}
	}
	panic("cli: format " + name + " was checked and is not there")
}
