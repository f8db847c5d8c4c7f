package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/benchmarks"
)

// Fix is one remedy that the program can apply. Text is the block's body, as written; Summary says it in one line.
type Fix struct {
	Kind    string `json:"kind"`
	Text    string `json:"text"`
	Summary string `json:"summary"`
}

func newFix(f benchmarks.Fix) Fix { return Fix{f.Kind, f.Text, summarize(f)} }

// summarize writes the kind in words, then the arguments as the policy has them.
func summarize(f benchmarks.Fix) string {
	words := strings.ReplaceAll(f.Kind, "_", " ")
	file, diags := hclsyntax.ParseConfig([]byte(f.Text), "fix", hcl.InitialPos)
	if diags.HasErrors() {
		return words
	}
	content, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return words
	}
	attrs := make([]*hclsyntax.Attribute, 0, len(content.Attributes))
	for _, a := range content.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
	var args []string
	for _, a := range attrs {
		value := oneLine(string(a.Expr.Range().SliceBytes(file.Bytes)))
		if a.Name == "for_each" {
			words += " for each of " + value
			continue
		}
		args = append(args, a.Name+" = "+value)
	}
	if len(args) == 0 {
		return words
	}
	return words + ": " + strings.Join(args, ", ")
}
