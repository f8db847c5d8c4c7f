package printable_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/internal/printable"
)

func TestTextOfAHostCannotActOnATerminal(t *testing.T) {
	for _, c := range []struct{ what, in, line, block string }{
		{"plain text stays", "/etc/ssh/sshd_config", "/etc/ssh/sshd_config", "/etc/ssh/sshd_config"},
		{"letters of any script stay", "Straße 日本", "Straße 日本", "Straße 日本"},
		{"an escape sequence", "a\x1b[31mred", `a\x1b[31mred`, `a\x1b[31mred`},
		{"the one-character CSI of C1", "a\u009b31m", `a\u009b31m`, `a\u009b31m`},
		{"line breaks", "a\nb\r\nc", `a\nb\r\nc`, "a\nb\\r\nc"},
		{"a tab", "a\tb", `a\tb`, "a    b"},
		{"NUL and DEL", "a\x00b\x7f", `a\x00b\x7f`, `a\x00b\x7f`},
		{"text direction", "a\u202egpj.exe", `a\u202egpj.exe`, `a\u202egpj.exe`},
		{"the line separator", "a\u2028b", `a\u2028b`, `a\u2028b`},
		{"bytes that are no UTF-8", "a\xff\xfeb", `a\xff\xfeb`, `a\xff\xfeb`},
		{"zero width", "a\u200bb\ufeff", `a\u200bb\ufeff`, `a\u200bb\ufeff`},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := printable.Line(c.in); got != c.line {
				t.Errorf("Line: %q, want %q", got, c.line)
			}
			if got := printable.Block(c.in); got != c.block {
				t.Errorf("Block: %q, want %q", got, c.block)
			}
		})
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b]0;title\x07")
	f.Add("\xf0\x9f\x91\xa9\u200d")
	f.Fuzz(func(t *testing.T, s string) {
		line, block := printable.Line(s), strings.ReplaceAll(printable.Block(s), "\n", "")
		for _, out := range []string{line, block} {
			if !utf8.ValidString(out) {
				t.Fatalf("%q is not UTF-8", out)
			}
			for _, r := range out {
				if !strconv.IsPrint(r) {
					t.Fatalf("%q holds %U", out, r)
				}
			}
		}
	})
}
