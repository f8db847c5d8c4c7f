package benchmarks

import (
	"strings"
	"testing"
)

func TestReferenceNamesEveryFunctionAndFixKind(t *testing.T) {
	var b strings.Builder
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	for name, f := range functions {
		if f.doc == "" || !strings.Contains(b.String(), "| `"+f.usage+"` | ") {
			t.Errorf("%s is not documented", name)
		}
	}
	for _, k := range FixKinds() {
		if !strings.Contains(b.String(), "\n### "+k.Name+"\n") {
			t.Errorf("fix %q is not documented", k.Name)
		}
		for _, a := range k.Args {
			if a.Doc == "" {
				t.Errorf("fix %q: %s has no documentation", k.Name, a.Name)
			}
		}
	}
}
