package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/internal/printable"
	"github.com/spf13/cobra"
)

// policyFlags say which policies to load, and what changes them.
type policyFlags struct {
	policy    string
	tailoring []string
	waivers   []string
}

func (f *policyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.policy, "policy", "", "load policies from `PATH`, a folder or a file, instead of the built-in ones")
	f.addSite(cmd)
}

func (f *policyFlags) addSite(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.tailoring, "tailoring", nil, "tailor the policies by `FILE` (repeatable)")
	cmd.Flags().StringArrayVar(&f.waivers, "waivers", nil, "apply the waivers in `FILE` (repeatable)")
	_ = cmd.MarkFlagFilename("tailoring", "hcl")
	_ = cmd.MarkFlagFilename("waivers", "hcl")
}

// load loads the policies at path; the built-in ones when that is empty.
func (p *program) load(path string) (*benchmarks.Bundle, hcl.Diagnostics) {
	if path == "" {
		return p.loadFrom(p.policies)
	}
	fsys, err := policyFS(path)
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Policies cannot be read", Detail: err.Error()}}
	}
	return p.loadFrom(fsys)
}

// bundle loads the policies with all that changes them: the machine's configuration where the host is that machine,
// then the files that were named.
func (p *program) bundle(f *policyFlags, here bool) (*benchmarks.Bundle, error) {
	b, diags := p.load(f.policy)
	if err := p.report(f.policy, b, diags); err != nil {
		return nil, err
	}
	if len(b.Benchmarks) == 0 {
		return nil, fmt.Errorf("no benchmark in %s: policies are files *.hcl, of which one has a benchmark block", cmp.Or(f.policy, "the program"))
	}
	if here {
		if err := p.configured(b); err != nil {
			return nil, err
		}
	}
	for _, name := range f.tailoring {
		if err := p.addFile(b, name, b.AddTailoring); err != nil {
			return nil, err
		}
	}
	for _, name := range f.waivers {
		if err := p.addFile(b, name, b.AddWaivers); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (p *program) configured(b *benchmarks.Bundle) error {
	for _, c := range []struct {
		pattern string
		add     func(string, []byte) hcl.Diagnostics
	}{{"*.tailoring.hcl", b.AddTailoring}, {"waivers/*.hcl", b.AddWaivers}} {
		files, err := p.configFiles(c.pattern)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := p.report("", b, c.add(f.name, f.text)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *program) addFile(b *benchmarks.Bundle, name string, add func(string, []byte) hcl.Diagnostics) error {
	f, err := openRegular(name)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := readBounded(f, name)
	if err != nil {
		return err
	}
	return p.report("", b, add(name, text))
}

// report prints diagnostics, with the path that a person gave in front of the files' names, and is an error when one
// of them is.
func (p *program) report(path string, b *benchmarks.Bundle, diags hcl.Diagnostics) error {
	files := map[string]*hcl.File{}
	if b != nil {
		files = b.Files
	}
	warnings, failures := 0, 0
	for _, d := range diags {
		if err, ok := d.Extra.(error); ok { // it is not the policies that are wrong
			return err
		}
		if d.Severity == hcl.DiagError {
			failures++
		} else if warnings++; p.quiet {
			continue
		}
		if err := p.diagnostic(path, files, d); err != nil {
			return err
		}
	}
	if failures > 0 {
		return fmt.Errorf("%s in the policies", count(failures, "error"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (p *program) diagnostic(path string, files map[string]*hcl.File, d *hcl.Diagnostic) error {
	moved := *d
	named := map[string]*hcl.File{}
	if d.Subject != nil {
		if f := files[d.Subject.Filename]; f != nil && fewBytes(f.Bytes, d.Subject) {
			named[join(path, d.Subject.Filename)] = f
		}
	}
	moved.Subject, moved.Context = move(path, d.Subject), move(path, d.Context)
	write := func(color bool) (string, error) {
		var b strings.Builder
		err := hcl.NewDiagnosticTextWriter(&b, named, uint(p.err.columns()), color).WriteDiagnostic(&moved)
		return b.String(), err
	}
	text, err := write(false)
	if err != nil {
		return err
	}
	if safe := printable.Block(text); safe != text || !p.colors(p.err) {
		text = safe // a policy that someone handed us could hold escapes of its own
	} else if text, err = write(true); err != nil {
		return err
	}
	_, err = fmt.Fprint(p.err, text)
	return err
}

// fewBytes tells whether the lines of a range are such as fit into a terminal: a file that is refused for its size or its
// nesting can be one long line.
func fewBytes(text []byte, r *hcl.Range) bool {
	const most = 4000
	if r.Start.Byte < 0 || r.End.Byte < r.Start.Byte || r.End.Byte > len(text) {
		return false
	}
	start := bytes.LastIndexByte(text[:r.Start.Byte], '\n') + 1
	end := bytes.IndexByte(text[r.End.Byte:], '\n')
	if end < 0 {
		end = len(text) - r.End.Byte
	}
	return r.End.Byte+end-start <= most
}

func move(path string, r *hcl.Range) *hcl.Range {
	if r == nil || path == "" {
		return r
	}
	out := *r
	out.Filename = join(path, r.Filename)
	return &out
}

// join is the name of a policy file as a person would write it, who gave path.
func join(path, name string) string {
	if path == "" || filepath.Base(path) == name {
		if path != "" {
			return path
		}
		return name
	}
	return filepath.Join(path, name)
}

// policyFS is a folder of policies, or a single file as a folder of its own. It opens nothing but regular files and
// folders: a FIFO in it must not stop us for ever.
func policyFS(path string) (fs.FS, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case st.IsDir():
		return regularFS{dir: path}, nil
	case st.Mode().IsRegular():
		return regularFS{dir: filepath.Dir(path), only: filepath.Base(path)}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("neither a folder nor a regular file")}
}

type regularFS struct{ dir, only string }

// Open implements fs.FS.
func (f regularFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name != "." && !f.has(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	real := filepath.Join(f.dir, filepath.FromSlash(name))
	st, err := os.Stat(real)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() && !st.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: real, Err: errors.New("not a regular file")}
	}
	return os.Open(real)
}

// ReadDir implements fs.ReadDirFS.
func (f regularFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(os.DirFS(f.dir), name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !f.has(e.Name()) }), err
}

// has tells whether a name is part of the tree: where it is one file, that file and its tests.
func (f regularFS) has(name string) bool {
	return f.only == "" || name == f.only || name == strings.TrimSuffix(f.only, ".hcl")+testSuffix
}
