// Package version knows which build this is. It asks nobody: the build stamps it.
package version

import "runtime/debug"

// Set by the linker: -X github.com/holdfast-agent/holdfast/internal/version.stamp=v1.2.3, and so on.
var (
	stamp  string
	commit string // in full
	date   string // of the commit, RFC 3339: the build's own would make no two builds the same
)

// Commit is the commit that was built; empty when nobody knows.
func Commit() string { return orRecorded(commit, "vcs.revision") }

// Date is when that commit was made, RFC 3339; empty when nobody knows.
func Date() string { return orRecorded(date, "vcs.time") }

func orRecorded(stamped, key string) string {
	if stamped != "" {
		return stamped
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == key {
				return s.Value
			}
		}
	}
	return ""
}

// String is the version of this build as `git describe` spells it; of a build that nobody stamped, what the Go tool
// recorded of the module or the commit, or "devel".
func String() string {
	if stamp != "" {
		return stamp
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return unstamped(info)
}

func unstamped(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	version := "devel"
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			version += "-" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			version += "-dirty"
		}
	}
	return version
}
