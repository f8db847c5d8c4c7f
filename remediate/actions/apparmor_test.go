package actions

import (
	"slices"
	"strings"
	"testing"
)

func TestProfileFlags(t *testing.T) {
	for _, c := range []struct{ before, mode, after, found string }{
		{"include <tunables/global>\n/usr/bin/man flags=(complain) {\n}\n", "enforce",
			"include <tunables/global>\n# Holdfast (1.3): was \"/usr/bin/man flags=(complain) {\"\n/usr/bin/man {\n}\n", "/usr/bin/man"},
		{"profile tcpdump /usr/bin/tcpdump flags=(attach_disconnected, complain) {\n}\n", "enforce",
			"# Holdfast (1.3): was \"profile tcpdump /usr/bin/tcpdump flags=(attach_disconnected, complain) {\"\nprofile tcpdump /usr/bin/tcpdump flags=(attach_disconnected) {\n}\n", "tcpdump"},
		{"profile \"with blank\" flags = (complain) { # why\n", "enforce",
			"# Holdfast (1.3): was \"profile \\\"with blank\\\" flags = (complain) { # why\"\nprofile \"with blank\" { # why\n", "with blank"},
		{"profile lsb_release {\n  /bin/x r,\n}\n", "complain",
			"# Holdfast (1.3): was \"profile lsb_release {\"\nprofile lsb_release flags=(complain) {\n  /bin/x r,\n}\n", "lsb_release"},
		{"profile other flags=(complain) {\n}\n", "enforce", "profile other flags=(complain) {\n}\n", ""},
		{"# /usr/bin/man flags=(complain) {\n", "enforce", "# /usr/bin/man flags=(complain) {\n", ""},
		{"/usr/bin/man {\n}\n", "enforce", "/usr/bin/man {\n}\n", "/usr/bin/man"}, // complain by a symlink in force-complain
	} {
		names := []string{"/usr/bin/man", "tcpdump", "with blank", "lsb_release"}
		got, found := profileFlags(c.before, names, c.mode, "1.3")
		if got != c.after || strings.Join(found, ",") != c.found {
			t.Errorf("%s\nbecomes\n%s%q\nwant\n%s%s", c.before, got, found, c.after, c.found)
		}
		if again, _ := profileFlags(got, names, c.mode, "1.3"); again != got {
			t.Errorf("again:\n%s", again)
		}
		if len(found) > 0 && !slices.Contains(names, found[0]) {
			t.Errorf("%q", found)
		}
	}
}
