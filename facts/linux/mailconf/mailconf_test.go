package mailconf

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestPostfix(t *testing.T) {
	got, err := Postfix([]byte("# c\na = 1\nb=$a,\n# between\n  ${a}\r\na = 2\n"), "main.cf")
	if err != nil || got["a"] != (Setting{"a", "2", "main.cf", 6}) || got["b"].Value != "$a, ${a}" || got["b"].Line != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	if v, err := Expand(got["b"].Value+"$(a)x", got); err != nil || v != "2, 22x" {
		t.Errorf("%q, %v", v, err)
	}
	for _, bad := range []string{"$none", "${a?b}", "${a", "$loop"} {
		if v, err := Expand(bad, map[string]Setting{"a": {}, "loop": {Value: "$loop$loop"}}); err == nil {
			t.Errorf("%s: %q", bad, v)
		}
	}
	if _, err := Postfix([]byte("x\n"), "main.cf"); err == nil || err.Error() != "main.cf:1: no setting" {
		t.Error(err)
	}
}

func TestPostfixServices(t *testing.T) {
	got := PostfixServices([]byte("smtp inet n - y - - smtpd\n  -o a=1\n  -o { b = 2 }\n#  -o c=3\nx unix - - n - - pipe\n"), "master.cf")
	if !slices.Equal(got, []Setting{{"a", "1", "master.cf", 1}, {"b", "2", "master.cf", 1}}) {
		t.Errorf("%+v", got)
	}
}

type files map[string]string

func (f files) ReadFile(name string) ([]byte, error) {
	if text, ok := f[name]; ok {
		return []byte(text), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (f files) Glob(pattern string) (out []string, err error) {
	for name := range f {
		if ok, _ := path.Match(pattern, name); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (f files) IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func TestDovecot(t *testing.T) {
	f := files{
		"/d/dovecot.conf": "!include conf.d/*.conf\n!include_try local.conf\nssl_cert = </a # c\n", "/d/conf.d/1.conf": "protocol imap {\n  ssl_key = \"<k\"\n}\n#ssl_cert = no\n",
		"/d/loop.conf": "!include loop.conf\n", "/d/gone.conf": "!include gone\n",
	}
	got, problems := Dovecot(f, "/d/dovecot.conf")
	if want := []Setting{{"ssl_key", "<k", "/d/conf.d/1.conf", 2}, {"ssl_cert", "</a", "/d/dovecot.conf", 3}}; !slices.Equal(got, want) || len(problems) > 0 {
		t.Errorf("%+v, %q", got, problems)
	}
	for name, want := range map[string]string{"/d/loop.conf": "nested too deep", "/d/gone.conf": "open /d/gone"} {
		if _, problems := Dovecot(f, name); len(problems) != 1 || !strings.Contains(problems[0], want) {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

func FuzzMail(f *testing.F) {
	f.Add("a = $a\n b\nx -o y=z\n!include *.conf\nssl_cert = <x\\\n y # c\n")
	f.Fuzz(func(t *testing.T, s string) {
		settings, _ := Postfix([]byte(s), "main.cf")
		for _, v := range settings {
			if out, err := Expand(v.Value, settings); err == nil && len(out) > 2*maxValue {
				t.Error("too long")
			}
		}
		PostfixServices([]byte(s), "master.cf")
		Dovecot(files{"/x.conf": s}, "/x.conf")
	})
}
