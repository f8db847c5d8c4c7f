package chronyconf

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

type files map[string]string

func (f files) ReadFile(name string) ([]byte, error) {
	if s, ok := f[name]; ok {
		return []byte(s), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
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

func servers(c *Config) string {
	var out []string
	for _, d := range c.Directives {
		out = append(out, d.Name+" "+strings.Join(d.Args, " "))
	}
	return strings.Join(out, "; ")
}

func TestLoad(t *testing.T) {
	c, err := Load(files{
		"/c":              "# no\n! no\n; no\n% no\nPool a iburst\nconfdir /etc/d /run/d\ninclude /inc/*.x\nsourcedir /s\nuser _chrony\n",
		"/etc/d/2.conf":   "server b\n",
		"/run/d/1.conf":   "server c\n",
		"/run/d/2.conf":   "server masked\n",
		"/etc/d/3.other":  "server no\n",
		"/inc/1.x":        "server d key 1\n",
		"/s/site.sources": "server e\n",
	}, "/c")
	if err != nil {
		t.Fatal(err)
	}
	if got := servers(c); got != "pool a iburst; server c; server b; server d key 1; server e; user _chrony" {
		t.Error(got)
	}
	if d := c.All("server")[0]; d.File != "/run/d/1.conf" || d.Line != 1 {
		t.Error(d)
	}
}

func TestLoadErrors(t *testing.T) {
	for name, f := range map[string]files{
		"a missing include":           {"/c": "include /none\n"},
		"a loop":                      {"/c": "include /c\n"},
		"a NUL byte":                  {"/c": "server \x00\n"},
		"not a source":                {"/c": "sourcedir /s\n", "/s/a.sources": "user x\n"},
		"confdir without a directory": {"/c": "confdir\n"},
		"no file":                     {},
	} {
		if _, err := Load(f, "/c"); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("server a\ninclude /c\nconfdir /\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, _ := Load(files{"/c": s}, "/c")
		for _, d := range c.Directives {
			if d.Name == "" || d.Line == 0 {
				t.Errorf("%+v", d)
			}
		}
	})
}
