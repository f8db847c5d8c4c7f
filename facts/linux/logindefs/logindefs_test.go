package logindefs

import "testing"

func TestParse(t *testing.T) {
	f := Parse([]byte("PASS_MAX_DAYS 365\n#UMASK 022\n\tUMASK\t\"027\"  \nPASS_MAX_DAYS\t90 \r\nALONE\npass_max_days 1\nENV_PATH PATH=/bin:/x y\nUMASK 077\n"))
	for _, c := range []struct{ name, last, first string }{
		{"PASS_MAX_DAYS", "90", "365"},
		{"UMASK", "077", "027"},
		{"ENV_PATH", "PATH=/bin:/x y", "PATH=/bin:/x y"},
		{"ALONE", "", ""},
	} {
		last, _ := f.Last(c.name)
		first, _ := f.First(c.name)
		if last.Value != c.last || first.Value != c.first {
			t.Errorf("%s: last %q, first %q", c.name, last.Value, first.Value)
		}
	}
	if s, _ := f.Last("PASS_MAX_DAYS"); s.Line != 4 {
		t.Error(s.Line)
	}
}

func TestNumber(t *testing.T) {
	for s, want := range map[string]int64{"365": 365, "0365": 245, "0x10": 16, "0xB": 11, "-1": -1, " 7": 7} {
		if v, ok := Number(s); !ok || v != want {
			t.Errorf("%q is %d, %v", s, v, ok)
		}
	}
	for _, s := range []string{"", "7 days", "0b1", "0o7", "1_0", "99999999999", "--1", "089"} {
		if v, ok := Number(s); ok {
			t.Errorf("%q is %d", s, v)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("UMASK \"027\"\n\x00A B\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range Parse(b).Settings {
			Number(s.Value)
			if s.Name == "" || s.Line < 1 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
