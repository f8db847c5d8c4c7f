package kernelargs

import (
	"fmt"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for in, want := range map[string]string{
		"quiet audit=1\n":              `["quiet" "audit=1"]`,
		"a  b\tc":                      `["a" "b" "c"]`,
		`dyndbg="file a +p" x`:         `["dyndbg=file a +p" "x"]`,
		`"a b=c d" x`:                  `["a b=c d" "x"]`,
		`x="never closed audit=1`:      `["x=never closed audit=1"]`,
		"ro -- audit=1":                `["ro"]`,
		"--audit=1":                    `["--audit=1"]`,
		"":                             `[]`,
		`a=b=c`:                        `["a=b=c"]`,
		`module.param="x"y`:            `["module.param=x\"y"]`,
		"BOOT_IMAGE=/vmlinuz ro\x0b q": `["BOOT_IMAGE=/vmlinuz" "ro" "q"]`,
	} {
		if got := fmt.Sprintf("%q", Split(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestTheLastOfAParameterStays(t *testing.T) {
	if got := strings.Join(Last(Split("audit=1 quiet audit_backlog_limit=8192 audit=0 audit-backlog-limit=64 quiet")), " "); got != "audit=0 audit-backlog-limit=64 quiet" {
		t.Error(got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`a="b c" -- d`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, a := range Split(s) {
			if len(a) > len(s) || a == "--" {
				t.Errorf("%q", a)
			}
		}
	})
}
