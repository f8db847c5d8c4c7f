package version

import (
	"runtime/debug"
	"testing"
)

func TestUnstampedBuildsNameWhatTheGoToolRecorded(t *testing.T) {
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}
	for name, test := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"installed as a module":    {debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: commit}, "v1.2.3"},
		"built in a dirty tree":    {debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: commit}, "devel-0123456789ab-dirty"},
		"built without a checkout": {debug.BuildInfo{}, "devel"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unstamped(&test.info); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestStampWins(t *testing.T) {
	defer func(old string) { stamp = old }(stamp)
	stamp = "v9.9.9-1-gabcdef0"
	if got := String(); got != stamp {
		t.Errorf("got %q, want %q", got, stamp)
	}
}
