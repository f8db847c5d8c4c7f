package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/report"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
)

// hostFlags choose the host to read: the machine we run on, an unpacked image or a recording.
type hostFlags struct {
	root   string
	from   string
	labels []string

	noProbe bool
}

func (f *hostFlags) add(cmd *cobra.Command, recordings bool) {
	cmd.Flags().StringVar(&f.root, "root", "", "read the unpacked image in `DIR` instead of this machine")
	if recordings {
		cmd.Flags().StringVar(&f.from, "from", "", "read a recording (`FILE`) instead of this machine")
		_ = cmd.MarkFlagFilename("from")
	}
	cmd.Flags().StringArrayVar(&f.labels, "label", nil, "label the host `KEY=VALUE` for policies and reports (repeatable)")
	cmd.Flags().BoolVar(&f.noProbe, "no-probe", false, "open no connection to this machine's own services")
	_ = cmd.MarkFlagDirname("root")
}

// here tells that the host is the machine we run on, whose configuration is in force.
func (f *hostFlags) here() bool { return f.root == "" && f.from == "" }

// target is a host that is about to be read.
type target struct {
	set    *facts.Set
	host   facts.Host // of what is read live or from an image
	labels map[string]string
	now    time.Time
}

func (p *program) target(cmd *cobra.Command, f *hostFlags) (*target, error) {
	switch {
	case f.root != "" && f.from != "":
		return nil, usage(cmd, "--root and --from are two hosts: give one of them")
	case f.from != "":
		return p.recorded(cmd, f)
	}
	host := p.host
	labels := map[string]string{}
	var err error
	if f.root != "" {
		st, err := os.Stat(f.root)
		if err != nil {
			return nil, fmt.Errorf("--root: %w", err)
		}
		if !st.IsDir() {
			return nil, usage(cmd, "--root %s is not a directory", f.root)
		}
		host = facts.RootHost(f.root)
	} else if labels, err = p.labels(); err != nil {
		return nil, err
	} else {
		s, err := p.settings()
		if err != nil {
			return nil, err
		}
		host.NoProbe, host.Credentials = s.noProbe, s.credentials
	}
	host.NoProbe = host.NoProbe || f.noProbe
	if err := f.label(cmd, labels); err != nil {
		return nil, err
	}
	host.Labels = labels
	set := facts.NewSet(cmd.Context(), host, p.allSources())
	return &target{set, host, labels, set.Now()}, nil
}

func (p *program) recorded(cmd *cobra.Command, f *hostFlags) (*target, error) {
	file, err := openRegular(f.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	defer file.Close()
	rec, err := facts.ReadRecording(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.from, err)
	}
	if rec.Labels == nil {
		rec.Labels = map[string]string{}
	}
	if err := f.label(cmd, rec.Labels); err != nil {
		return nil, err
	}
	return &target{facts.NewRecordedSet(rec, facts.NewSchema(p.allSources())), facts.Host{}, rec.Labels, rec.Time}, nil
}

// label adds what --label says.
func (f *hostFlags) label(cmd *cobra.Command, labels map[string]string) error {
	for _, l := range f.labels {
		key, value, err := parseLabel(l)
		if err != nil {
			return usage(cmd, "--label: %v", err)
		}
		labels[key] = value
	}
	return nil
}

// openRegular opens a file that a person named; a FIFO or a device, which could block for ever, is refused.
func openRegular(name string) (*os.File, error) {
	st, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	return os.Open(name)
}

// describe is the report's word on the host. What could not be read stays empty.
func (t *target) describe(ctx context.Context) report.Host {
	v := t.set.Read(ctx, facts.Key{Fact: "host"})
	return report.Host{
		ID: text(v.Value, "id"), Name: text(v.Value, "name"), Labels: t.labels,
		OS:     report.OS{ID: text(v.Value, "os", "id"), VersionID: text(v.Value, "os", "version_id"), Name: text(v.Value, "os", "name")},
		Kernel: text(v.Value, "kernel"), Arch: text(v.Value, "arch"), Virtualization: text(v.Value, "virtualization"),
	}
}

// text is the string at a path of attributes; empty when it is unknown or there is none.
func text(v cty.Value, path ...string) string {
	for _, name := range path {
		if v == cty.NilVal || !v.IsKnown() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
			return ""
		}
		v = v.GetAttr(name)
	}
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}
