package envfile

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, key, want string }{
		{"plain", "ID=debian\n", "ID", "debian"},
		{"the last assignment wins", "ID=a\nID=b\n", "ID", "b"},
		{"double quotes with escapes", `NAME="a \"b\" \$c \n"` + "\n", "NAME", `a "b" $c \n`},
		{"single quotes are literal", `NAME='a\"$b'` + "\n", "NAME", `a\"$b`},
		{"quoted parts are joined", `NAME="a"'b'c` + "\n", "NAME", "abc"},
		{"trailing blanks of a bare value go", "ID=debian  \t\n", "ID", "debian"},
		{"blanks inside quotes stay", "ID=\" x \"\n", "ID", " x "},
		{"no newline at the end", "ID=debian", "ID", "debian"},
		{"CRLF", "ID=debian\r\nX=1\r\n", "ID", "debian"},
		{"a comment is no assignment", "#ID=a\nID=b\n;ID=c\n", "ID", "b"},
		{"empty value", "VERSION_ID=\nID=x\n", "VERSION_ID", ""},
		{"a quoted value over two lines", "A=\"x\ny\"\nB=1\n", "A", "x\ny"},
		{"a line without = is passed over", "garbage\nID=x\n", "ID", "x"},
		{"an escaped newline joins", "A=x\\\ny\n", "A", "xy"},
	} {
		got, err := Parse([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if v, ok := got[c.key]; !ok || v.Text != c.want {
			t.Errorf("%s: %q (there: %v), want %q", c.name, v.Text, ok, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]error{
		"ID=\"debian\n":             ErrUnterminated,
		"ID=de\x00bian\n":           ErrNUL,
		string(make([]byte, 2<<20)): ErrTooLarge,
	} {
		if _, err := Parse([]byte(in)); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", in, err, want)
		}
	}
}

func TestLineOfAnAssignment(t *testing.T) {
	got, _ := Parse([]byte("# c\nA='1\n2'\nB=3\n"))
	if got["A"].Line != 2 || got["B"].Line != 4 {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("ID=debian\nNAME=\"x \\\" y\"\n#c\\\n"))
	f.Add([]byte("A='b\nc'd\\\ne=\"\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Parse(b)
		for k, v := range got {
			if k == "" && err == nil && v.Line == 0 {
				t.Errorf("an assignment without a line: %q", v.Text)
			}
		}
	})
}
