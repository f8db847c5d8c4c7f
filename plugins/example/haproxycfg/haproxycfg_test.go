package haproxycfg

import (
	"reflect"
	"testing"
)

func TestLinesAreSplitAsHAProxyDoes(t *testing.T) {
	for name, test := range map[string]struct {
		line string
		want []string
		err  string
	}{
		"words":                       {"  bind :443 ssl\tcrt /a.pem ", []string{"bind", ":443", "ssl", "crt", "/a.pem"}, ""},
		"a comment":                   {"user haproxy # nobody", []string{"user", "haproxy"}, ""},
		"a sign in a word":            {`log "a#b" c#d`, []string{"log", "a#b", "c"}, ""},
		"an escaped space":            {`bind /a\ b`, []string{"bind", "/a b"}, ""},
		"quotes inside a word":        {`acl a'b c'"d e"f`, []string{"acl", "ab cd ef"}, ""},
		"an empty word":               {`description ""`, []string{"description", ""}, ""},
		"no escape in single quotes":  {`acl '\n'`, []string{"acl", `\n`}, ""},
		"a variable is not known":     {`bind "$ADDR:443"`, nil, "line 2: a variable of HAProxy's environment, which is not known here"},
		"a dollar outside of quotes":  {`bind $ADDR`, []string{"bind", "$ADDR"}, ""},
		"a quote that is open":        {`bind 'a`, nil, "line 2: a quote that is not closed"},
		"a backslash and nothing":     {`bind \`, nil, "line 2: a backslash at its end"},
		"a condition is not decided":  {`.if defined(X)`, nil, "line 2: .if is decided when HAProxy starts"},
		"a line feed ends it with CR": {"user a\r", []string{"user", "a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte("global\n" + test.line + "\n"))
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Fatalf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil || len(got) != 1 || len(got[0].Lines) != 1 || !reflect.DeepEqual(got[0].Lines[0], Line{2, test.want}) {
				t.Errorf("got %v, %v; want %q", got, err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("global\n user a\nfrontend x\n bind :443 ssl crt '/a b'\n"))
	f.Add([]byte("defaults\n\\\n\"$\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		sections, _ := Parse(text)
		for _, s := range sections {
			if !kinds[s.Kind()] {
				t.Fatalf("a section %q", s.Words)
			}
		}
	})
}
