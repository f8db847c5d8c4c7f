// Package policies is the benchmarks that come with the program: a folder each, embedded. The only Go in it is this.
package policies

import "embed"

// FS holds the benchmarks' files.
//
//go:embed */*.hcl
var FS embed.FS
