package benchmarks

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// ViolationsDigest stands for all violations where Violations does not hold them all; else it is empty. Two results of
// one control have the same digest only when they have the same violations, in whatever order.
func (r *Result) ViolationsDigest() string {
	if r.Total <= len(r.Violations) {
		return ""
	}
	all := make([]string, 0, r.Total)
	for check, list := range r.violations {
		for _, e := range list.elements() {
			if e.count == one {
				all = append(all, check+"\x00"+identity(e.value))
			}
		}
	}
	if len(all) != r.Total { // a result that Evaluate did not make
		return ""
	}
	slices.Sort(all)
	h := sha256.New()
	for _, v := range all {
		_, _ = h.Write([]byte(v + "\x00\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))
}
