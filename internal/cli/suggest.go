package cli

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// didYouMean is "; did you mean …?" with the nearest of names, or nothing when none is near.
func didYouMean(wrong string, names []string) string {
	best, distance := "", max(2, len(wrong)/3)+1
	for _, name := range names {
		d := levenshtein.Distance(strings.ToLower(wrong), strings.ToLower(name), nil)
		if d < distance {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
