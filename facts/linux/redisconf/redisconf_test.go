package redisconf

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

type tree map[string]string

func (t tree) ReadFile(name string) ([]byte, error) {
	s, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("no such file or directory")}
	}
	return []byte(s), nil
}

func (t tree) Glob(pattern string) ([]string, error) {
	var out []string
	for name := range t {
		if ok, _ := path.Match(pattern, name); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// The answers are those of sdssplitargs in Redis 7.0.
func TestSplitArgs(t *testing.T) {
	for line, want := range map[string]string{
		`save 900 1`:                `save|900|1`,
		"  a\t b \v c ":             `a|b|c`,
		`requirepass "a b\x41\n\q"`: "requirepass|a bA\nq",
		`requirepass 'a "b" \' \n'`: `requirepass|a "b" ' \n`,
		`rename-command CONFIG ""`:  `rename-command|CONFIG|`,
		`a"b c"`:                    `ab c`,
		`"a"b`:                      `refused`,
		`"open`:                     `refused`,
		`'open`:                     `refused`,
		`"trailing\`:                `refused`,
		`plain\n back\slash`:        `plain\n|back\slash`,
		`"\x4"`:                     `x4`,
	} {
		args, ok := SplitArgs(line)
		got := strings.Join(args, "|")
		if !ok {
			got = "refused"
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

func TestLoad(t *testing.T) {
	files := tree{
		"/etc/redis/redis.conf": "# comment\r\nPORT 6379\r\nbind 127.0.0.1 -::1\ninclude /etc/redis/a.conf\nprotected-mode yes\n" +
			"dir /var/lib/redis\ninclude rel.conf\ninclude /etc/redis/d/*.conf\ninclude /none/*.conf\nrename-command CONFIG \"\"\n",
		"/etc/redis/a.conf":       "port 1\nprotected-mode no\n",
		"/var/lib/redis/rel.conf": "loglevel debug\n",
		"/etc/redis/d/1.conf":     "maxmemory 1\n",
		"/etc/redis/d/2.conf":     "maxmemory 2\n",
	}
	c := Load(files, "/etc/redis/redis.conf", "/", []string{"--supervised", "systemd", "--Bind", "::1", "--save 60 1"})
	if len(c.Problems) > 0 {
		t.Fatal(c.Problems)
	}
	for name, want := range map[string]string{
		"port":           "[1] /etc/redis/a.conf:1",
		"protected-mode": "[yes] /etc/redis/redis.conf:5",
		"loglevel":       "[debug] /var/lib/redis/rel.conf:1",
		"maxmemory":      "[2] /etc/redis/d/2.conf:1",
		"bind":           "[::1] :0",
		"save":           "[60 1] :0",
		"rename-command": "[CONFIG ] /etc/redis/redis.conf:10",
	} {
		d, _ := c.Last(name)
		if got := fmt.Sprintf("%v %s:%d", d.Args, d.File, d.Line); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if n := len(c.All("port")); n != 2 {
		t.Errorf("%d ports", n)
	}
}

func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"port \"1\n":                 "/c:1: the quotes are not balanced",
		"port 1\ninclude /absent\n":  "/c:2: includes /absent: open /absent: no such file or directory",
		"include rel\n":              "/c:1: includes rel, and in which directory is not known",
		"include /c\n":               "/c:1: includes /c: includes are nested too deeply",
		"requirepass x\x00y\nport 1": "/c:1: a NUL byte in the line",
	} {
		c := Load(tree{"/c": text}, "/c", "", nil)
		if len(c.Problems) == 0 || c.Problems[0].String() != want {
			t.Errorf("%q: got %v, want %s", text, c.Problems, want)
		}
	}
}

func TestACL(t *testing.T) {
	for line, want := range map[string]string{
		"user default on nopass ~* &* +@all":               "on nopass 0 all config",
		"user default on #ab sanitize-payload ~* &* +@all": "on pass 1 all config",
		"user a on >x >x >y <x ~k:* -@all +get":            "on pass 1 some none",
		"user a off nopass +@all -config":                  "off nopass 0 some none",
		"user a on >p +@all -@dangerous":                   "on pass 1 some none",
		"user a on >p +@all -@dangerous +config|get":       "on pass 1 some none",
		"user a on >p -@all +@admin":                       "on pass 1 some config",
		"user a on >p -@all +config|set":                   "on pass 1 some config",
		"user a on >p nopass":                              "on nopass 0 some none",
		"user a on nopass >p":                              "on pass 1 some none",
		"user a on >p resetpass":                           "on pass 0 some none",
		"user a on >p +@all reset":                         "off pass 0 some none",
		"user a on >p (+config ~x*)":                       "on pass 1 some config",
		"user a on >p -debug allcommands":                  "on pass 1 all config",
	} {
		u, err := ParseUserLine(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		word := func(b bool, yes, no string) string {
			if b {
				return yes
			}
			return no
		}
		got := fmt.Sprintf("%s %s %d %s %s", word(u.Enabled, "on", "off"), word(u.NoPass, "nopass", "pass"), u.Passwords, word(u.AllCommands, "all", "some"), word(u.MayConfigure, "config", "none"))
		if got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
	for _, line := range []string{"user", "usr a on", "user a hunter2", "user a (+get", `user a ""x`} {
		if _, err := ParseUserLine(line); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestAnACLFileWithoutTheDefaultUserLeavesItOpen(t *testing.T) {
	users, problems := ParseFile("/a", []byte("\nuser alice on >x +@all\n"))
	if len(problems) > 0 || len(users) != 2 || users[0].Name != "default" || !users[0].NoPass {
		t.Errorf("%v %v", users, problems)
	}
	_, problems = ParseFile("/a", []byte("user a on\nuser a off\n# no comments here\n"))
	if len(problems) != 2 || problems[0].String() != `/a:2: user "a" is defined twice` {
		t.Errorf("%v", problems)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("port 1\ninclude /c\nuser a on >x\n", "--port 2")
	f.Add("requirepass \"a\\x41\"\ndir /x\ninclude b*\n", "--save")
	f.Fuzz(func(t *testing.T, text, option string) {
		c := Load(tree{"/c": text, "/x/b1": "port 3"}, "/c", "/", strings.Fields(option))
		for _, d := range c.Directives {
			if d.Name == "" && d.File != "" && !strings.Contains(text, `""`) && !strings.Contains(text, `''`) {
				t.Errorf("a directive without a name: %+v", d)
			}
		}
		for line := range strings.Lines(text) {
			if args, ok := SplitArgs(line); ok && len(args) > len(line) {
				t.Errorf("%q gives %d words", line, len(args))
			}
		}
	})
}

func FuzzACL(f *testing.F) {
	f.Add("user a on >hunter2 +@all (+get ~x)")
	f.Fuzz(func(t *testing.T, text string) {
		users, problems := ParseFile("/a", []byte(text))
		for _, u := range users {
			if u.NoPass && u.Passwords > 0 || u.Passwords < 0 {
				t.Errorf("%+v", u)
			}
		}
		_ = problems
	})
}
