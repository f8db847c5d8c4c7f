package fstab

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	entries, whole := Parse("# /dev/a /a ext4 defaults 0 1\r\n" +
		"UUID=1 / ext4 errors=remount-ro 0 1\n" +
		"\n  # indented comment\n" +
		"/dev/b\t/with\\040blank\\134/ \text4\n" +
		"lonely\n" +
		"tmpfs /tmp//x/ tmpfs nosuid,,context=\"a,b\",nodev 0 0\r\n" +
		"/swap none swap sw 0 0")
	want := []string{
		`UUID=1|/|ext4|["errors=remount-ro"]|2`,
		`/dev/b|/with blank\|ext4|[]|5`,
		`tmpfs|/tmp/x|tmpfs|["nosuid" "context=\"a,b\"" "nodev"]|7`,
		`/swap|none|swap|["sw"]|8`,
	}
	if !whole || len(entries) != len(want) {
		t.Fatalf("%d entries, whole %v", len(entries), whole)
	}
	for i, e := range entries {
		if got := fmt.Sprintf("%s|%s|%s|%q|%d", e.Source, e.Path, e.Type, e.Options, e.Line); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
}

func TestEffectiveOptionsAreThoseThatCount(t *testing.T) {
	for in, want := range map[string]string{
		"nodev,nosuid":          "nodev,nosuid",
		"nodev,dev":             "dev",
		"dev,nodev":             "nodev",
		"nosuid,defaults":       "nosuid,defaults",
		"user,exec":             "user,nosuid,nodev,exec",
		"exec,user":             "user,noexec,nosuid,nodev",
		"owner":                 "owner,nosuid,nodev",
		"nodev,nodev,size=1,ro": "nodev,size=1,ro",
		"":                      "",
	} {
		if got := strings.Join(Effective(SplitOptions(in)), ","); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTheTableIsBounded(t *testing.T) {
	if entries, whole := Parse(strings.Repeat("a /b c\n", MaxEntries+1)); whole || len(entries) != MaxEntries {
		t.Error(len(entries), whole)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a /b c d,e 0 0\n\\040 \\\\ \" ,\n#\n \x00 /\xff")
	f.Fuzz(func(t *testing.T, content string) {
		entries, _ := Parse(content)
		for _, e := range entries {
			if e.Line < 1 || len(Effective(e.Options)) > 4*len(e.Options) {
				t.Errorf("%+v", e)
			}
		}
	})
}
