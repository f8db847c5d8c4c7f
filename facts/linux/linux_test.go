package linux

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEverySourceIsDocumentedAndTested walks the registry: whoever adds a fact meets this first.
func TestEverySourceIsDocumentedAndTested(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(b)
	}
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)?$`)
	for _, s := range Sources() {
		d := s.Describe()
		if !name.MatchString(d.Name) {
			t.Errorf("%s: a fact's name is lower_snake_case", d.Name)
		}
		if !strings.HasSuffix(d.Doc, ".") || d.Reads == "" {
			t.Errorf("%s: says neither what it is nor what it is read from: %q, %q", d.Name, d.Doc, d.Reads)
		}
		for _, a := range d.Args {
			if a.Doc == "" {
				t.Errorf("%s: argument %s has no documentation", d.Name, a.Name)
			}
		}
		for _, a := range d.Shape.Attrs {
			if !strings.HasSuffix(a.Doc, ".") && !strings.HasSuffix(a.Doc, "…") {
				t.Errorf("%s.%s: the documentation is no sentence: %q", d.Name, a.Path, a.Doc)
			}
		}
		if !strings.Contains(tests.String(), `"`+d.Name+`"`) {
			t.Errorf("%s: no test of this package reads it from a fixture", d.Name)
		}
	}
}
