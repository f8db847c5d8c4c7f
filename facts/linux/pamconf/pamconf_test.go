package pamconf

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

type mapFiles map[string]string

func (m mapFiles) ReadFile(name string) ([]byte, error) {
	if text, ok := m[name]; ok {
		return []byte(text), nil
	}
	return nil, fs.ErrNotExist
}
func (mapFiles) IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
func (m mapFiles) IsDir(name string) bool {
	for f := range m {
		if strings.HasPrefix(f, name+"/") {
			return true
		}
	}
	return false
}

// answers of the real modules: what the experiments below were made with.
func moduleAnswer(_ int, e Entry) string {
	switch e.Target {
	case "pam_permit.so":
		return "success"
	case "pam_deny.so":
		return "auth_err"
	}
	return "module_unknown"
}

// TestVerdicts: each case was tried with pam_start and pam_authenticate of Linux-PAM 1.5.2.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, svc, included string
		want                bool
	}{
		{"plain", "auth required pam_permit.so\n", "", true},
		{"missing include", "auth required pam_permit.so\nauth include none\n", "", false},
		{"missing substack", "auth required pam_permit.so\nauth substack none\n", "", false},
		{"a # ends the line also in brackets", "auth [success=ok default=die # x] pam_deny.so\n", "", false},
		{"a # ends the line in a word", "auth required pam_permit.so#x\n", "", true},
		{"comments and blank lines between continued lines", "auth \\\n # comment\n required \\\n\n pam_permit.so\n", "", true},
		{"a continued line swallows the next", "auth required pam_permit.so foo\\\nauth required pam_deny.so\n", "", true},
		{"a carriage return is part of the module's name", "auth required pam_permit.so\r\n", "", false},
		{"a bad type fails in auth", "bogus required pam_permit.so\nauth required pam_permit.so\n", "", false},
		{"case does not matter", "AUTH REQUIRED pam_permit.so\n", "", true},
		{"@include in a file included for one type", "auth include c\n", "auth required pam_permit.so\naccount required pam_deny.so\n", true},
		{"bad control word", "auth foo pam_permit.so\n", "", false},
		{"bad control value", "auth [foo=ok] pam_permit.so\n", "", false},
		{"no module", "auth required\n", "", false},
		{"jump past the end", "auth [success=3] pam_permit.so\nauth required pam_permit.so\n", "", false},
		{"jump over one", "auth [success=1] pam_permit.so\nauth required pam_deny.so\nauth required pam_permit.so\n", "", true},
		{"a substack is one to jump over", "auth [success=1] pam_permit.so\nauth substack c\nauth required pam_permit.so\n", "auth required pam_deny.so\nauth required pam_deny.so\n", true},
		{"done ends a substack only", "auth substack c\nauth required pam_permit.so\nauth required pam_deny.so\n", "auth sufficient pam_permit.so\nauth required pam_deny.so\n", false},
		{"die ends a substack only, and is not forgiven", "auth substack c\nauth sufficient pam_permit.so\n", "auth requisite pam_deny.so\n", false},
		{"nobody said yes", "auth optional pam_deny.so\n", "", false},
		{"a missing module fails with - as well", "-auth required pam_nonexist.so\nauth required pam_permit.so\n", "", false},
		{"a missing optional module", "auth optional pam_nonexist.so\nauth required pam_permit.so\n", "", true},
		{"blanks in brackets", "auth [ success = ok  default = die ] pam_permit.so\n", "", true},
		{"blanks behind a backslash", "auth required \\ \n pam_permit.so\n", "", true},
		{"a NUL ends the line", "auth required pam_permit.so\x00 x\n", "", true},
		{"@INCLUDE", "@INCLUDE c\n", "auth required pam_permit.so\n", true},
		{"done in an include ends all", "auth include c\nauth required pam_deny.so\n", "auth sufficient pam_permit.so\n", true},
		{"each line of an include is one to jump over", "auth [success=2] pam_permit.so\nauth include c\nauth required pam_permit.so\n", "auth required pam_deny.so\nauth required pam_deny.so\n", true},
		{"a jump out of an include", "@include c\nauth required pam_deny.so\nauth required pam_permit.so\n", "auth [success=1] pam_permit.so\n", true},
		{"a jump past the end of a substack", "auth substack c\nauth required pam_permit.so\n", "auth [success=5] pam_permit.so\nauth required pam_permit.so\n", false},
		{"a jump to the end of a substack", "auth substack c\nauth required pam_permit.so\n", "auth [success=1] pam_permit.so\nauth required pam_deny.so\n", true},
		{"@include is no control", "auth @include c\n", "auth required pam_permit.so\n", false},
		{"@include of a path", "@include /etc/pam.d/c\n", "auth required pam_permit.so\n", true},
		{"a failure is not made good by sufficient", "auth required pam_deny.so\nauth sufficient pam_permit.so\n", "", false},
		{"reset forgets", "auth required pam_deny.so\nauth [success=reset] pam_permit.so\nauth required pam_permit.so\n", "", true},
	} {
		files := mapFiles{"/etc/pam.d/svc": c.svc, "/etc/pam.d/other": "auth required pam_deny.so\n"}
		if c.included != "" {
			files["/etc/pam.d/c"] = c.included
		}
		s, err := Load(files, "SVC", Auth)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if _, got := s.Run(moduleAnswer); got != c.want {
			t.Errorf("%s: success is %v", c.name, got)
		}
	}
}

func show(s *Stack) string {
	var out []string
	for _, e := range s.Entries() {
		out = append(out, fmt.Sprintf("%s:%d/%d %s %s %q", e.File, e.Line.Line, e.Depth, e.Control, e.Module(), e.Args))
	}
	return strings.Join(out, "\n")
}

func TestEntries(t *testing.T) {
	files := mapFiles{
		"/etc/pam.d/login": "# c\nauth optional pam_a.so [a b\\]c]  x=[1] # no\n@include common\nauth substack sub\nsession required pam_s.so\n" +
			"password [success=1\\\n default=ignore] /lib/security/pam_p.so\n",
		"/usr/lib/pam.d/common": "auth required pam_b.so\naccount required pam_c.so\n",
		"/etc/pam.d/sub":        "auth include common\n",
		"/etc/pam.d/other":      "account required pam_deny.so\n",
	}
	for _, c := range []struct{ service, kind, want string }{
		{"login", Auth, "/etc/pam.d/login:2/0 optional pam_a.so [\"a b]c\" \"x=[1]\"]\n/usr/lib/pam.d/common:1/0 required pam_b.so []\n/usr/lib/pam.d/common:1/1 required pam_b.so []"},
		{"login", Account, "/usr/lib/pam.d/common:2/0 required pam_c.so []"},
		{"login", Password, "/etc/pam.d/login:6/0 [success=1 default=ignore] pam_p.so []"},
		{"sub", Account, "/etc/pam.d/other:1/0 required pam_deny.so []"},
		{"nosuch", Account, "/etc/pam.d/other:1/0 required pam_deny.so []"},
		{"nosuch", Auth, ""},
	} {
		s, err := Load(files, c.service, c.kind)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(s); got != c.want {
			t.Errorf("%s %s:\n%s\nwant\n%s", c.service, c.kind, got, c.want)
		}
	}
}

func TestPamConfIsReadOnlyWithoutADirectory(t *testing.T) {
	conf := "su auth required pam_a.so\nother auth required pam_o.so\nSU auth required pam_b.so\nsu account required pam_c.so\n"
	s, err := Load(mapFiles{ConfFile: conf}, "su", Auth)
	if err != nil || show(s) != "/etc/pam.conf:1/0 required pam_a.so []\n/etc/pam.conf:3/0 required pam_b.so []" {
		t.Errorf("%v\n%s", err, show(s))
	}
	s, err = Load(mapFiles{ConfFile: conf}, "login", Auth)
	if err != nil || !s.Other || show(s) != "/etc/pam.conf:2/0 required pam_o.so []" {
		t.Errorf("%v\n%s", err, show(s))
	}
	if s, err := Load(mapFiles{ConfFile: conf, "/etc/pam.d/x": ""}, "su", Auth); err == nil {
		t.Errorf("pam.conf was read beside pam.d: %s", show(s))
	}
}

func TestRefused(t *testing.T) {
	for name, svc := range map[string]string{
		"a missing @include aborts":     "auth required pam_permit.so\n@include none\n",
		"files that include themselves": "auth include svc\n",
		"a line longer than the buffer": "auth required pam_permit.so " + strings.Repeat("a", 2000) + "\n",
		"files that double themselves":  strings.Repeat("auth include svc\n", 3),
	} {
		if s, err := Load(mapFiles{"/etc/pam.d/svc": svc}, "svc", Auth); err == nil {
			t.Errorf("%s: %v", name, show(s))
		}
	}
}

func TestRunTellsWhoWasCalled(t *testing.T) {
	files := mapFiles{"/etc/pam.d/svc": "auth required pam_first.so\nauth substack c\nauth [success=1 default=ignore] pam_u.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
		"/etc/pam.d/c": "auth optional pam_in.so\n"}
	s, err := Load(files, "svc", Auth)
	if err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]string{"success": "[0 1 2 4] true", "auth_err": "[0 1 2 3] false"} {
		called, ok := s.Run(func(_ int, e Entry) string {
			if e.Module() == "pam_u.so" {
				return answer
			}
			return map[bool]string{true: "auth_err", false: "success"}[e.Module() == "pam_deny.so"]
		})
		if got := fmt.Sprint(called, ok); got != want {
			t.Errorf("%s: %s", answer, got)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("auth [success=1 default=ignore] pam_unix.so nullok\n@include c\nauth substack c\n-auth x y [z\\]\n", "auth include svc\nauth required pam_permit.so\\\n")
	f.Add("auth substack c\nauth [success=9 default=reset] a\n", "auth substack svc\n")
	f.Fuzz(func(t *testing.T, svc, c string) {
		for _, kind := range []string{Auth, Session} {
			s, err := Load(mapFiles{"/etc/pam.d/svc": svc, "/etc/pam.d/c": c, ConfFile: svc}, "svc", kind)
			if err != nil {
				continue
			}
			n := len(s.Entries())
			for _, answer := range []string{"success", "auth_err", "ignore"} {
				called, _ := s.Run(func(int, Entry) string { return answer })
				for i, at := range called {
					if at >= n || (i > 0 && at <= called[i-1]) {
						t.Fatalf("called %v of %d", called, n)
					}
				}
			}
		}
	})
}
