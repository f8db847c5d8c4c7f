package accountdb

import (
	"fmt"
	"strings"
	"testing"
)

func TestUsersReadsWhatGlibcReads(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"root:x:0:0:root:/root:/bin/bash", "root 0 0 /root /bin/bash"},
		{"toor:x:00:0::/:/bin/sh", "toor 0 0 / /bin/sh"},
		{"toor:x:+0:0::/:/bin/sh", "toor 0 0 / /bin/sh"},
		{"toor:x: 0:0::/:/bin/sh", "toor 0 0 / /bin/sh"},
		{"toor:x:-0:0::/:/bin/sh", "toor 0 0 / /bin/sh"},
		{"short:x:7:8", "short 7 8  "},
		{"  led:x:7:8:::/bin/sh", "led 7 8  /bin/sh"},
		{"many:x:7:8::/h:/bin/sh:more", "many 7 8 /h /bin/sh:more"},
		{"crlf:x:7:8::/h:/bin/sh\r", "crlf 7 8 /h /bin/sh\r"},
		{"nul:x:7:8::/h\x00:/bin/sh", "nul 7 8 /h "},
		{"huge:x:99999999999999999999:8::/h:/s", "huge 4294967295 8 /h /s"},
		{"minus:x:-1:8::/h:/s", "minus 4294967295 8 /h /s"},
		{"few:x", "odd: the user id is not a number"},
		{"few:x:1", "odd: the group id is not a number"},
		{"bad:x:1a:1::/:/s", "odd: the user id is not a number"},
		{"hex:x:0x0:1::/:/s", "odd: the user id is not a number"},
		{"+::::::", "compat"},
		{"+", "compat"},
		{"-evil", "compat"},
		{"# note", ""},
		{"", ""},
	} {
		users, odd := Users([]byte(c.line + "\n"))
		got := ""
		for _, u := range users {
			got += fmt.Sprint(u.Name, " ", u.UID, " ", u.GID, " ", u.Home, " ", u.Shell)
		}
		for _, o := range odd {
			if o.Compat {
				got += "compat"
			} else {
				got += "odd: " + o.Reason
			}
		}
		if got != c.want {
			t.Errorf("%q reads %q, want %q", c.line, got, c.want)
		}
	}
}

func TestShadows(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"a:*:19000:0:99999:7:::", "* 19000 0 99999 7 -1 -1"},
		{"a:h:::::::", "h -1 -1 -1 -1 -1 -1"},
		{"a:h:19000:1:365:14:30:20000:", "h 19000 1 365 14 30 20000"},
		{"a:h:19000:1:365:", "h 19000 1 365 -1 -1 -1"},
		{"a:h:99999999999:1:365:::: ", "h -1 1 365 -1 -1 -1"},
		{"a:h:0:0:-1:::: ", "h 0 0 -1 -1 -1 -1"},
		{"a:*", "odd"},
		{"a:*:1:2", "odd"},
		{"a:*:x:2:3:4:5:6:", "odd"},
	} {
		entries, odd := Shadows([]byte(c.line))
		got := strings.Repeat("odd", len(odd))
		for _, s := range entries {
			got += fmt.Sprint(s.Password, " ", s.LastChange, " ", s.Min, " ", s.Max, " ", s.Warn, " ", s.Inactive, " ", s.Expire)
		}
		if got != c.want {
			t.Errorf("%q reads %q, want %q", c.line, got, c.want)
		}
	}
}

func TestGroups(t *testing.T) {
	groups, odd := Groups([]byte("a:x:5: u1,,u2\nb::6\nc:x\n+:\n"))
	if got := fmt.Sprint(groups); got != "[{1 a x 5 [u1 u2]} {2 b  6 []}]" {
		t.Error(got)
	}
	if len(odd) != 2 || odd[0].Line != 3 || !odd[1].Compat {
		t.Error(odd)
	}
	gs, odd := GroupShadows([]byte("a:!:adm,boss:u1\nb:*\n"))
	if got := fmt.Sprint(gs, odd); got != "[{1 a ! [adm boss] [u1]}] [{2 too few fields false}]" {
		t.Error(got)
	}
}

func TestPassword(t *testing.T) {
	for field, want := range map[string]string{
		"":                       "blank ",
		"*":                      "none ",
		"*LK*":                   "none ",
		"!":                      "locked ",
		"!!":                     "locked ",
		"!*":                     "locked ",
		"!$6$salt$hash":          "locked sha512",
		"$y$j9T$salt$hash":       "set yescrypt",
		"$gy$j9T$salt$hash":      "set gost-yescrypt",
		"$2y$10$abcdefghijklmno": "set bcrypt",
		"$1$salt$hash":           "set md5",
		"$5$s$h":                 "set sha256",
		"ab0123456789.":          "set des",
		"_J9..K0AyUubYB8TZsSk":   "set bsdicrypt",
		"x":                      "invalid ",
		"NP":                     "invalid ",
		"$9$whatever":            "invalid ",
	} {
		status, algorithm := Password(field)
		if got := status + " " + algorithm; got != want {
			t.Errorf("%q is %q, want %q", field, got, want)
		}
	}
}

func FuzzAccounts(f *testing.F) {
	f.Add([]byte("root:x:0:0:root:/root:/bin/bash\n+::::::\n\x00:::\n"))
	f.Add([]byte("a:*:19000:0:99999:7:::\nb:x:5: u1,,u2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines := strings.Count(string(b), "\n") + 1
		u, o1 := Users(b)
		s, o2 := Shadows(b)
		g, o3 := Groups(b)
		p, o4 := GroupShadows(b)
		for _, n := range []int{len(u) + len(o1), len(s) + len(o2), len(g) + len(o3), len(p) + len(o4)} {
			if n > lines {
				t.Fatalf("%d entries from %d lines", n, lines)
			}
		}
		for _, e := range s {
			Password(e.Password)
		}
	})
}
