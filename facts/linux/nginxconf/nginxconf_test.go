package nginxconf

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

const main = "/etc/nginx/nginx.conf"

func text(c Config) string {
	var b strings.Builder
	for _, d := range c.Directives {
		fmt.Fprintf(&b, "%s:%d %s %s %q\n", path.Base(d.File), d.Line, strings.Join(d.Blocks, "/"), d.Name, d.Args)
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
		"blocks, comments and quotes": {files{main: "user x; # ssl_certificate no;\nhttp {\r\n  server { ssl_certificate\n 'a b;c'; ssl_certificate_key \"k\\\"}\"; }\n}\n"},
			"nginx.conf:1  user [\"x\"]\nnginx.conf:2  http []\nnginx.conf:3 http server []\nnginx.conf:3 http/server ssl_certificate [\"a b;c\"]\nnginx.conf:4 http/server ssl_certificate_key [\"k\\\"}\"]\n"},
		"includes in their blocks, relative and by pattern": {files{main: "http { include sites/*.conf; include /abs; }", "/etc/nginx/sites/b.conf": "b 1;", "/etc/nginx/sites/a.conf": "a 1;", "/abs": "c;"},
			"nginx.conf:1  http []\na.conf:1 http a [\"1\"]\nb.conf:1 http b [\"1\"]\nabs:1 http c []\n"},
		"a variable in braces":        {files{main: "a /${b}/c;d;"}, "nginx.conf:1  a [\"/${b}/c\"]\nnginx.conf:1  d []\n"},
		"an include that is missing":  {files{main: "include x;"}, "! /etc/nginx/x does not exist\n"},
		"a pattern without a match":   {files{main: "include x*;"}, ""},
		"a cycle":                     {files{main: "include nginx.conf;"}, "! " + main + ": includes are nested too deep, or too many\n"},
		"a quote that is not closed":  {files{main: "a 'b"}, "! " + main + ":1: a quote is not closed\n"},
		"a block that is not closed":  {files{main: "a {\nb;"}, "nginx.conf:1  a []\nnginx.conf:2 a b []\n! " + main + ":2: a block is not closed\n"},
		"a block closed twice":        {files{main: "a;}"}, "nginx.conf:1  a []\n! " + main + ":1: unexpected }\n"},
		"the end in a directive":      {files{main: "a b"}, "! " + main + ":1: unexpected end of file\n"},
		"blocks in each other":        {files{main: strings.Repeat("a{", maxNesting+1)}, strings.Repeat("", 1)},
		"a token without end":         {files{main: strings.Repeat("a", maxToken+1) + ";"}, "! " + main + ":1: a directive is too long\n"},
		"Lua, which is another thing": {files{main: "http { content_by_lua_block { x } } }"}, "nginx.conf:1  http []\nnginx.conf:1 http content_by_lua_block []\n! " + main + ":1: content_by_lua_block is not understood\n"},
	} {
		got := text(Read(c.in, main))
		if name == "blocks in each other" {
			if !strings.Contains(got, "nested too deep") {
				t.Error(got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("user x; http { server { ssl_certificate 'a\\'b'; include nginx.conf; } } # c\n")
	f.Add("a \"${b}\" ${c}{;}")
	f.Fuzz(func(t *testing.T, s string) {
		c := Read(files{main: s}, main)
		for _, d := range c.Directives {
			if d.Name == "" && d.File == "" || len(d.Blocks) > maxNesting {
				t.Errorf("%+v", d)
			}
		}
	})
}
