package pghba

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
)

type tree map[string]string

func (t tree) ReadFile(name string) ([]byte, error) {
	text, ok := t[name]
	switch {
	case !ok:
		return nil, fs.ErrNotExist
	case text == "unreadable":
		return nil, errors.New(name + ": permission denied")
	}
	return []byte(text), nil
}

func (t tree) ReadDir(dir string) (names []string, err error) {
	for name := range t {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	if names == nil {
		err = fs.ErrNotExist
	}
	return names, err
}

func (t tree) IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func show(r Rule) string {
	if r.Error != "" {
		return fmt.Sprintf("%d error: %s", r.Line, r.Error)
	}
	s := fmt.Sprintf("%d %s %q %q %s %s %s", r.Line, r.Type, r.Databases, r.Users, r.Address, r.Netmask, r.Method)
	if len(r.Options) > 0 {
		s += fmt.Sprintf(" %q", r.Options)
	}
	return s
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, text string
		version    int
		want       []string
	}{
		{"Debian's own", "# comment\nlocal all postgres peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all ::1/128 scram-sha-256\r\n", 15, []string{
			`2 local ["all"] ["postgres"]   peer`, `3 host ["all"] ["all"] 127.0.0.1 255.255.255.255 scram-sha-256`,
			`4 host ["replication"] ["all"] ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff scram-sha-256`}},
		{"lists and quotes", `host a,b, "c d" "all",+grp 10.0.0.0 255.0.0.0 md5 # x`, 15, []string{`1 host ["a" "b" "c d"] ["all" "+grp"] 10.0.0.0 255.0.0.0 md5`}},
		{"a hash in quotes is none", `local "a#b" all trust`, 15, []string{`1 local ["a#b"] ["all"]   trust`}},
		{"doubled quotes", `local "a""b" all trust`, 15, []string{`1 local ["a\"b"] ["all"]   trust`}},
		{"a quoted keyword is a host name", `host all all "all" trust`, 15, []string{`1 host ["all"] ["all"] all  trust`}},
		{"continued lines", "local all \\\n all \\\n trust\nlocal x y reject", 15, []string{`1 local ["all"] ["all"]   trust`, `4 local ["x"] ["y"]   reject`}},
		{"not before version 14", "local all all \\\ntrust", 13, []string{`1 error: invalid authentication method "\"`, `2 error: invalid connection type "trust"`}},
		{"@files", "local @dbs,x @\"users\" trust\n", 15, []string{`1 local ["one" "two" "three" "x"] ["u"]   trust`}},
		{"an @file that is missing", "local @no all trust\n", 15, []string{`1 error: could not open secondary authentication file "@no" as "/e/no": No such file or directory`}},
		{"an @file of itself", "local @loop all trust\n", 15, []string{`1 error: could not open secondary authentication file "@loop": maximum nesting depth exceeded`}},
		{"ident on a socket is peer", "local all all ident map=m", 15, []string{`1 local ["all"] ["all"]   peer ["map=m"]`}},
		{"secrets are not told", "host all all all ldap ldapserver=x ldapbasedn=d ldapbindpasswd=hush", 15, []string{`1 host ["all"] ["all"] all  ldap ["ldapserver=x" "ldapbasedn=d" "ldapbindpasswd=…"]`}},
		{"nor their other words", "host all all all ldap ldapserver=x ldapbindpasswd=hush hush", 15, []string{"1 error: authentication option not in name=value format"}},
		{"host names", "hostssl all all .example.org cert clientcert=verify-full", 15, []string{`1 hostssl ["all"] ["all"] .example.org  cert ["clientcert=verify-full"]`}},
		{"patterns since version 16", "local /^a /( peer\nlocal all /b peer", 16, []string{`1 error: invalid regular expression "("`, `2 local ["all"] ["/b"]   peer`}},
		{"and none before", "local /^a /( peer", 15, []string{`1 local ["/^a"] ["/("]   peer`}},
		{"NUL ends a line", "local all all trust\x00 md5\n", 15, []string{`1 local ["all"] ["all"]   trust`}},
		{"includes of version 16", "include more.conf\ninclude_if_exists no\ninclude_dir d\nlocal a a peer", 16, []string{
			`1 local ["m"] ["m"]   trust`, `1 local ["d1"] ["d1"]   trust`, `1 local ["d2"] ["d2"]   trust`, `4 local ["a"] ["a"]   peer`}},
		{"no includes before", "include more.conf", 15, []string{`1 error: invalid connection type "include"`}},
		{"an include that is missing", "include no", 16, []string{`1 error: could not open file "/e/no": No such file or directory`}},
		{"an include of itself", "include pg_hba.conf", 16, []string{`1 error: could not open file "/e/pg_hba.conf": maximum nesting depth exceeded`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules, problem := LoadRules(tree{"/e/pg_hba.conf": c.text, "/e/dbs": "one two # no\nthree", "/e/users": "u", "/e/loop": "@loop",
				"/e/more.conf": "local m m trust", "/e/d/2.conf": "local d2 d2 trust", "/e/d/1.conf": "local d1 d1 trust", "/e/d/.x.conf": "bad"}, "/e/pg_hba.conf", c.version)
			var got []string
			for _, r := range rules {
				got = append(got, show(r))
			}
			if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w || problem != "" {
				t.Errorf("got\n%s\nwant\n%s\nproblem %s", g, w, problem)
			}
		})
	}
}

func TestWhatTheServerRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"hosts all all all trust":                       `invalid connection type "hosts"`,
		"local,host all all trust":                      "multiple values specified for connection type",
		"local":                                         "end-of-line before database specification",
		"local all":                                     "end-of-line before role specification",
		"local all all":                                 "end-of-line before authentication method",
		"host all all":                                  "end-of-line before IP address specification",
		"host all all 10.0.0.1":                         "end-of-line before netmask specification",
		"host all all 10.0.0.1 trust":                   `invalid IP mask "trust"`,
		"host all all 10.0.0.1 ::1 trust":               "IP address and mask do not match",
		"host all all 10.0.0.1/33 trust":                `invalid CIDR mask in address "10.0.0.1/33"`,
		"host all all 10.0.0.1/8x trust":                `invalid CIDR mask in address "10.0.0.1/8x"`,
		"host all all host/8 trust":                     `specifying both host name and CIDR mask is invalid: "host/8"`,
		"host all all a,b trust":                        "multiple values specified for host address",
		"host all all all TRUST":                        `invalid authentication method "TRUST"`,
		"host all all all trust,md5":                    "multiple values specified for authentication type",
		"host all all all peer":                         "peer authentication is only supported on local sockets",
		"host all all all cert":                         "cert authentication is only supported on hostssl connections",
		"local all all gss":                             "gssapi authentication is not supported on local sockets",
		"local all all peer map":                        "authentication option not in name=value format",
		"local all all peer nope=1":                     `unrecognized authentication option name: "nope"`,
		"local all all md5 map=x":                       `authentication option "map" is only valid for authentication methods ident, peer, gss, sspi, cert, oauth`,
		"host all all all md5 clientcert=verify-ca":     `clientcert can only be configured for "hostssl" rows`,
		"host all all all ldap":                         `authentication method "ldap" requires argument "ldapserver" to be set`,
		"host all all all radius radiusservers=a":       `authentication method "radius" requires argument "radiussecrets" to be set`,
		"hostssl all all all md5 clientcert=1":          `invalid clientcert value: "1"`,
		"hostssl all all all cert clientcert=verify-ca": `invalid clientcert value: "verify-ca"`,
		"host all all all ldap ldapserver=l ldapprefix=a ldapbasedn=b":          `cannot mix options for simple bind and search+bind modes`,
		"host all all all radius radiusservers=\"a,b\" radiussecrets=\"x,y,z\"": `the number of radiussecrets (3) must be 1 or the number of RADIUS servers (2)`,
		"host all all all ldap ldapurl=http://x":                                `unsupported LDAP URL scheme`,
		"host all all 127.1 trust":                                              `an address in a form that is not read here: "127.1"`,
	} {
		rules, _ := LoadRules(tree{"/h": text}, "/h", 15)
		if len(rules) != 1 || rules[0].Error != want {
			t.Errorf("%s: %+v, want %q", text, rules, want)
		}
	}
}

func TestMappings(t *testing.T) {
	got, problem := LoadMappings(tree{"/i": "# c\nm \"/^(.*)@x$\" \\1\nm a,b c\nm a\nlong root postgres\n"}, "/i", 15)
	want := `[{/i 2 m /^(.*)@x$ \1 } {/i 3    multiple values in ident field} {/i 4    missing entry at end of line} {/i 5 long root postgres }]`
	if g := fmt.Sprint(got); g != want || problem != "" {
		t.Errorf("got %s %s\nwant %s", g, problem, want)
	}
}

func TestWhatCanNotBeReadIsAProblem(t *testing.T) {
	for text, files := range map[string]tree{
		"main": {"/h": "unreadable"}, "@file": {"/h": "local @x all trust", "/x": "unreadable"},
		"include": {"/h": "include x\nlocal all all trust", "/x": "unreadable"}, "absent": {},
	} {
		if _, problem := LoadRules(files, "/h", 16); problem == "" {
			t.Errorf("%s: no problem is told", text)
		}
	}
}

func FuzzRules(f *testing.F) {
	f.Add("local @h all trust\ninclude_dir .\nhost all all ::1/64 ldap ldapserver=\"x\n\\\nlocal a\\\n", 16)
	f.Add("host \"a\"\"b\",, c #\nhost all all 1.2.3.4/ md5", 13)
	f.Fuzz(func(t *testing.T, text string, version int) {
		rules, _ := LoadRules(tree{"/e/h": text, "/e/x.conf": "@h include h"}, "/e/h", version)
		for _, r := range rules {
			if r.Line < 1 || r.Error == "" && (r.Type == "" || r.Method == "") || r.Error != "" && r.Type != "" {
				t.Errorf("%+v", r)
			}
		}
		_, _ = LoadMappings(tree{"/e/h": text}, "/e/h", version)
	})
}
