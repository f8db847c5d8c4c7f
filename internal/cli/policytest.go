package cli

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/spf13/cobra"
)

const testSuffix = ".test.hcl"

func (p *program) policyTest() *cobra.Command {
	var only []string
	var verbose bool
	cmd := &cobra.Command{
		Use: "test [PATH...]", Short: "Run the tests beside policies; those of the built-in ones without a path",
		Long: `Run the tests in the *.test.hcl files beside policies. A test says what is true
of a host, and which verdicts that must lead to: neither a host nor root is
needed.

Exit codes: 0 all tests pass, 1 one fails, or there are none.`,
		Example: `  holdfast policy test policies/cis-debian-12
  holdfast policy test policies/cis-debian-12/ssh.test.hcl --run '*root*'`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			t := &testRun{program: p, page: p.page(), verbose: verbose}
			for _, path := range orBuiltIn(paths) {
				if err := t.run(cmd, path, only); err != nil {
					return err
				}
			}
			return t.finish(cmd)
		},
	}
	cmd.Flags().StringArrayVar(&only, "run", nil, "only tests whose name matches `GLOB` (repeatable)")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name the tests that pass, too")
	return cmd
}

// testRun counts as it goes.
type testRun struct {
	*program
	page           *page
	verbose        bool
	passed, failed int
}

func (t *testRun) run(cmd *cobra.Command, path string, only []string) error {
	folder, file := path, ""
	if strings.HasSuffix(path, testSuffix) { // one test file, of the policies in its folder
		folder, file = filepath.Dir(path), filepath.Base(path)
	}
	fsys, err := t.policyFiles(folder)
	if err != nil {
		return err
	}
	bundle, diags := t.loadFrom(fsys)
	if err := t.report(folder, bundle, diags); err != nil {
		return err
	}
	results, diags := bundle.Test(cmd.Context(), oneTest(fsys, file), only...)
	for _, r := range results {
		t.show(folder, r)
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	return t.report(folder, bundle, diags)
}

func (p *program) policyFiles(path string) (fs.FS, error) {
	if path == "" {
		return p.policies, nil
	}
	return policyFS(path)
}

func (t *testRun) show(path string, r benchmarks.TestResult) {
	where := whereOf(path, r.Range)
	if r.Passed() {
		if t.passed++; t.verbose {
			t.page.line(0, piece{"pass ", "32"}, piece{r.Name, ""}, piece{"   " + where, styleDim})
		}
		return
	}
	t.failed++
	t.page.line(0, piece{"FAIL ", "1;31"}, piece{r.Name, styleBold}, piece{"   " + where, styleDim})
	for _, f := range r.Failures {
		t.page.line(5, piece{f.Control, styleBold}, piece{fmt.Sprintf("  is %s, and should be %s", f.Got, f.Want), ""})
		if f.Reason != "" {
			t.page.prose(7, f.Reason, "")
		}
		if f.Explanation != "" {
			t.page.block(7, strings.TrimRight(f.Explanation, "\n"))
		}
	}
}

func whereOf(path string, r hcl.Range) string {
	return fmt.Sprintf("%s:%d", join(path, r.Filename), r.Start.Line)
}

func (t *testRun) finish(cmd *cobra.Command) error {
	if t.passed+t.failed == 0 {
		return usage(cmd, "there are no tests: they stand in files named *%s", testSuffix)
	}
	line := count(t.passed, "test") + " passed"
	if t.failed > 0 {
		line += fmt.Sprintf(", %d failed", t.failed)
	}
	t.page.line(0, piece{line, styleBold})
	if err := t.page.end(); err != nil {
		return err
	}
	if t.failed > 0 {
		return exitCode(exitError)
	}
	return nil
}

// oneTest hides every test file but one; no name hides none.
func oneTest(fsys fs.FS, name string) fs.FS {
	if name == "" {
		return fsys
	}
	return testFS{fsys, name}
}

type testFS struct {
	fs.FS
	only string
}

// ReadDir implements fs.ReadDirFS.
func (f testFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	var kept []fs.DirEntry
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), testSuffix) || (name == "." && e.Name() == f.only) {
			kept = append(kept, e)
		}
	}
	return kept, err
}
