//go:build !faults

package remediate

// fault is where a test lets the program die or fail; see fault_on.go.
func fault(string) error { return nil }

// Fault is for the effects, which are packages of their own.
func Fault(point string) error { return fault(point) }
