package benchmarks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func tokensAccept(src string) bool {
	tokens, _ := hclsyntax.LexConfig([]byte(src), "x", hcl.InitialPos)
	return !checkNesting(tokens).HasErrors()
}

// What the fast scan accepts, the tokens accept. The other way round it may be unsure.
func FuzzShallow(f *testing.F) {
	deep := strings.Repeat("(", 60)
	for _, seed := range []string{
		policyHead, tailored, tested, "a = \"${" + deep + "\"$\"" + strings.Repeat(")", 60) + "}\"", "a = \"\\\"${(((\" # \"\n", "a = 1e-5-5 - -3\nb = a-b != !c",
		"a = <<-EOT\n  ((((( $ { x\n  EOT\nb = [((((", "/* ((( */ a = x[*][*].*.* ? 1 : 2 // ((\n", "a = \"$$\\${\" + \"%%{\" + \"$\" + \"%\" + \"\\\\\"", "a = {b=[\"${x}\", \"}\"]}", "a=\"${~ x ~}\"",
		strings.Repeat("a ? b : ", 63), strings.Repeat("!", 63), "a = \"$\"" + deep + deep, "a = <<EOT\n" + deep + deep + "\nEOT\n", "a = <<EOT\nEOT" + deep + deep,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, text := range []string{src, src + deep, strings.Repeat("[", 63) + src} {
			if shallow([]byte(text)) && !tokensAccept(text) {
				t.Errorf("%q is accepted by the scan, and not by its tokens", text)
			}
		}
	})
}

// Without this the fast way would be fast for nobody.
func TestTheShippedPoliciesAreScannedFast(t *testing.T) {
	files, err := filepath.Glob("../policies/*/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal("no policies", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name) //nolint:gosec // files of this repository
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, testSuffix) && !shallow(text) {
			t.Errorf("%s takes the slow way", name)
		}
	}
}

func TestConditionsOnSeparateLinesDoNotNest(t *testing.T) {
	for _, end := range []string{"\n", " # why\n", ",\n"} {
		text := "a = {\n" + strings.Repeat("  b = x ? 1 : 2"+end, 200) + "}\n"
		if !shallow([]byte(text)) || !tokensAccept(text) {
			t.Errorf("lines ending in %q are taken for nested", end)
		}
	}
}
