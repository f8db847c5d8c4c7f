package benchmarks

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format lays a policy file out in the canonical way. A file that does not parse is refused.
func Format(src []byte, name string) ([]byte, hcl.Diagnostics) {
	if _, diags := parse(src, name); diags.HasErrors() {
		return nil, diags
	}
	out := hclwrite.Format(src)
	if _, diags := parse(out, name); diags.HasErrors() {
		return nil, diags
	}
	return out, nil
}
