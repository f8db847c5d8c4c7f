package limitsconf

import (
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	f := Parse([]byte("# c\n* hard core 0\n*\tHARD  Core 0 # off\n@staff - nofile infinity extra\nroot -\n* hard core\n* firm core 0\n* hard cores 0\n* hard core none\n* - nice -1\n1000: soft nproc 9k\n\x00* hard core 1\nBob hard core 1\r\n"))
	want := "[{2 * hard core 0} {3 * hard core 0} {4 @staff - nofile unlimited} {10 * - nice -1} {11 1000: soft nproc 9k} {13 Bob hard core 1}]"
	if got := fmt.Sprint(f.Entries); got != want {
		t.Errorf("entries %s, want %s", got, want)
	}
	if got := fmt.Sprint(f.Exemptions); got != "[{5 root}]" {
		t.Error(got)
	}
	want = "[{6 too few fields} {7 the type is none of soft, hard, -} {8 there is no such item} {9 the value is no number}]"
	if got := fmt.Sprint(f.Malformed); got != want {
		t.Error(got)
	}
}

func TestNumber(t *testing.T) {
	if n, ok := (Entry{Value: "42"}).Number(); n != 42 || !ok {
		t.Error(n, ok)
	}
	for _, v := range []string{"unlimited", "9k", "99999999999999999999"} {
		if n, ok := (Entry{Value: v}).Number(); ok {
			t.Error(v, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("* hard core 0\n@a - nofile -1\nroot -\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, e := range Parse(b).Entries {
			e.Number()
			if e.Domain == "" || e.Value == "" {
				t.Fatalf("%+v", e)
			}
		}
	})
}
