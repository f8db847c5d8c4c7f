package actions

import (
	"slices"
	"strings"
)

// setInSection sets name=value in the lines of an ini-like file: where it stands, else at the end of its section, which
// is added where it is missing.
func setInSection(lines []string, section, name, value string) []string {
	head, line := "["+section+"]", name+"="+value
	start := slices.Index(lines, head)
	if start < 0 {
		return append(lines, head, line)
	}
	end := start + 1
	for ; end < len(lines) && !strings.HasPrefix(lines[end], "["); end++ {
		if key, _, ok := strings.Cut(lines[end], "="); ok && strings.TrimSpace(key) == name {
			lines[end] = line
			return lines
		}
	}
	return slices.Insert(lines, end, line)
}
