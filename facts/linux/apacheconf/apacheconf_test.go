package apacheconf

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

type files map[string]string

func (f files) ReadFile(name string) ([]byte, error) {
	if text, ok := f[name]; ok {
		return []byte(text), nil
	}
	return nil, errors.New(name + " does not exist")
}

func (f files) Glob(pattern string) ([]string, error) {
	var out []string
	for name := range f {
		if ok, _ := path.Match(pattern, name); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (f files) IsDir(name string) bool {
	for n := range f {
		if strings.HasPrefix(n, name+"/") {
			return true
		}
	}
	return false
}

const main = "/etc/apache2/apache2.conf"

func text(c Config) string {
	var b strings.Builder
	for _, d := range c.Directives {
		fmt.Fprintf(&b, "%s:%d %s %s %q\n", path.Base(d.File), d.Line, strings.Join(d.Sections, "/"), d.Name, d.Args)
	}
	for _, p := range c.Problems {
		fmt.Fprintln(&b, "!", p)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		in   files
		want string
	}{
		"sections, quotes, case":  {files{main: "<VirtualHost *:443>\r\n  SSLCertificateFile \"/a b\" # no comment\n</VirtualHost>\n# c\nX\n"}, "apache2.conf:2 virtualhost sslcertificatefile [\"/a b\" \"#\" \"no\" \"comment\"]\napache2.conf:5  x []\n"},
		"lines that go on":        {files{main: "A b\\\n c\nD"}, "apache2.conf:1  a [\"b\" \"c\"]\napache2.conf:3  d []\n"},
		"definitions":             {files{main: "Define D /d\nA ${D}/x ${E} ${V}"}, "apache2.conf:1  define [\"D\" \"/d\"]\napache2.conf:2  a [\"/d/x\" \"${E}\" \"v\"]\n"},
		"includes":                {files{main: "Include dir\nIncludeOptional no/*.conf\nIncludeOptional some", "/etc/apache2/dir/b": "B", "/etc/apache2/dir/a": "A", "/etc/apache2/some": "S"}, "a:1  a []\nb:1  b []\nsome:1  s []\n"},
		"a root of another place": {files{main: "ServerRoot /srv\nInclude x", "/srv/x": "X"}, "apache2.conf:1  serverroot [\"/srv\"]\nx:1  x []\n"},
		"what is missing":         {files{main: "Include x\nInclude ${Y}"}, "! /etc/apache2/x does not exist\n! " + main + ":2: ${Y} holds a variable that is not known\n"},
		"a quote without its end": {files{main: "A \"b"}, "! " + main + ":1: a quote is not closed\n"},
		"a macro, not followed":   {files{main: "Use VHost a"}, "apache2.conf:1  use [\"VHost\" \"a\"]\n! " + main + ":1: macros are not followed\n"},
	} {
		if got := text(Read(c.in, main, map[string]string{"V": "v"})); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
	if got := text(Read(files{main: "Include " + main}, main, nil)); !strings.Contains(got, "nested too deep") {
		t.Errorf("a cycle: %s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("<A>\nDefine x ${x}${x}\nB ${x} 'c' \\\n d\n</A>\nInclude apache2.conf\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range Read(files{main: s}, main, nil).Directives {
			if d.Line < 1 || len(d.Sections) > maxDepth {
				t.Errorf("%+v", d)
			}
		}
	})
}
