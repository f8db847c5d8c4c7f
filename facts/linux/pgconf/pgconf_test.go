package pgconf

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// tree is a host's files in txtar.
type tree map[string]string

func treeOf(archive string) tree {
	t := tree{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		t[f.Name] = string(f.Data)
	}
	return t
}

func (t tree) ReadFile(name string) ([]byte, error) {
	text, ok := t[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if text == "unreadable\n" {
		return nil, errors.New(name + ": permission denied")
	}
	return []byte(text), nil
}

func (t tree) ReadDir(dir string) ([]string, error) {
	var names []string
	for name := range t {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	if names == nil {
		return nil, fs.ErrNotExist
	}
	return names, nil
}

func (t tree) IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func TestLines(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"port = 5432", "port|5432"},
		{"port 5432", "port|5432"},
		{"port=5432#x", "port|5432"},
		{"  Port\t=\t5432\r", "Port|5432"},
		{"# port = 1", "|"},
		{"", "|"},
		{"\r", "|"},
		{"listen_addresses = 'a, b' # c", "listen_addresses|a, b"},
		{"a = 'it''s'", "a|it's"},
		{`a = 'it\'s'`, "a|it's"},
		{`a = '\101\n\\'`, "a|A\n\\"},
		{"a = ''", "a|"},
		{"work_mem = 4MB", "work_mem|4MB"},
		{"x = -1", "x|-1"},
		{"x = 0x1F", "x|0x1F"},
		{"x = 1.5e-3", "x|1.5e-3"},
		{"x = .5", "x|.5"},
		{"pgaudit.log = all", "pgaudit.log|all"},
		{"a = on", "a|on"},
		{"a = en_US.UTF-8", "a|en_US.UTF-8"},
		{"a = b/c", "a|b/c"},
		{"a = 1.5GB", "error"},       // a real number takes no unit
		{"a = b.c", "error"},         // a qualified name is no value
		{"a = b c", "error"},         // one value
		{"a = b, c", "error"},        // a list needs quotes
		{"a = 'b", "error"},          // the string does not end
		{"a = \"b\"", "error"},       // double quotes are none
		{"a =", "error"},             // no value
		{"a", "error"},               // no value
		{"= 5", "error"},             // no name
		{"5 = 5", "error"},           // no name
		{"a.b.c = 5", "error"},       // two parts at most
		{"a = 5\x00", "error"},       // NUL
		{"a = /var/run", "error"},    // an unquoted string begins with a letter
		{"a = '1' '2'", "error"},     //
		{"a == 1", "error"},          //
		{"a = 10 kB", "error"},       // the unit belongs to the number
		{"\xef\xbb\xbfa = 1", "ok"},  // a byte order mark is a letter
		{"größe = 'x'", "größe|x"},   //
		{"a = 5 # 'x", "a|5"},        //
		{"a = 'x\\'", "error"},       //
		{"a = 'x\\''", "a|x'"},       //
		{"a = 'x\\400'", "a|x"},      // 256 is NUL in a byte
		{"include 'x'", "include|x"}, //
	} {
		name, value, err := ParseLine([]byte(c.line))
		got := name + "|" + value
		if err != nil {
			got = "error"
		}
		if c.want == "ok" {
			c.want = "\xef\xbb\xbfa|1"
		}
		if got != c.want {
			t.Errorf("%q: %q (%v), want %q", c.line, got, err, c.want)
		}
	}
}

func TestLoad(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"the last setting wins, in whatever case", "-- /e/postgresql.conf --\nPORT = 1\nport = 2\nssl=on\n", "port=2@/e/postgresql.conf:2 ssl=on@/e/postgresql.conf:3"},
		{"an include stands where it stands", `
-- /e/postgresql.conf --
a = 1
include 'sub/b.conf'
b = 3
-- /e/sub/b.conf --
a = 2
b = 2
include 'c.conf'
-- /e/sub/c.conf --
c = 9
`, "a=2@/e/sub/b.conf:1 b=3@/e/postgresql.conf:3 c=9@/e/sub/c.conf:1"},
		{"conf.d in byte order, of the right names", `
-- /e/postgresql.conf --
Include_Dir = 'conf.d'
-- /e/conf.d/20-b.conf --
a = 20
-- /e/conf.d/10-a.conf --
a = 10
-- /e/conf.d/.hidden.conf --
a = 0
-- /e/conf.d/99.conf.bak --
a = 99
-- /e/conf.d/Z.conf --
b = z
-- /e/conf.d/a.conf --
b = a
-- /e/conf.d/.conf --
b = dot
`, "a=20@/e/conf.d/20-b.conf:1 b=a@/e/conf.d/a.conf:1"},
		{"ALTER SYSTEM wins, from the data directory", `
-- /e/postgresql.conf --
data_directory = '/d'
a = 1
-- /d/postgresql.auto.conf --
# Do not edit
a = '5'
`, "a=5@/d/postgresql.auto.conf:2 data_directory=/d@/e/postgresql.conf:1"},
		{"a data directory of its own", "-- /d/postgresql.conf --\na = 1\n-- /d/postgresql.auto.conf --\na = 2\n", "a=2@/d/postgresql.auto.conf:1"},
		{"include_if_exists may miss", "-- /e/postgresql.conf --\ninclude_if_exists 'no'\na = 1\n", "a=1@/e/postgresql.conf:2"},
		{"include may not", "-- /e/postgresql.conf --\ninclude 'no'\na = 1\n", "a=1@/e/postgresql.conf:2 invalid: /e/postgresql.conf:1: /e/no does not exist"},
		{"include_dir may not", "-- /e/postgresql.conf --\ninclude_dir 'no'\n", "invalid: /e/postgresql.conf:1: the directory /e/no does not exist"},
		{"a cycle", "-- /e/postgresql.conf --\ninclude 'b.conf'\n-- /e/b.conf --\na = 1\ninclude 'postgresql.conf'\n", "a=1@/e/b.conf:1 invalid: /e/b.conf:2: /e/postgresql.conf includes itself"},
		{"a bad line", "-- /e/postgresql.conf --\na = 1\nb = c d\n", "a=1@/e/postgresql.conf:1 invalid: /e/postgresql.conf:2: syntax error near \"d\""},
		{"no file", "", "invalid: /e/postgresql.conf: /e/postgresql.conf does not exist"},
		{"an include that can't be read", "-- /e/postgresql.conf --\na = 1\ninclude 'x'\n-- /e/x --\nunreadable\n", "a=1@/e/postgresql.conf:1 unread: /e/x: permission denied"},
		{"old names", "-- /e/postgresql.conf --\nsort_mem = 1\n", "work_mem=1@/e/postgresql.conf:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			main := "/e/postgresql.conf"
			if strings.Contains(c.files, "/d/postgresql.conf") {
				main = "/d/postgresql.conf"
			}
			conf := Load(treeOf(c.files), main, "")
			var got []string
			for _, n := range conf.Names() {
				s, _ := conf.Lookup(n)
				got = append(got, fmt.Sprintf("%s=%s@%s:%d", n, s.Value, s.File, s.Line))
			}
			if conf.Invalid != "" {
				got = append(got, "invalid: "+conf.Invalid)
			}
			if conf.Unread != "" {
				got = append(got, "unread: "+conf.Unread)
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("got  %s\nwant %s", g, c.want)
			}
		})
	}
}

func TestNormal(t *testing.T) {
	kB, ms, minutes := Kind{Type: "integer", Unit: "kB"}, Kind{Type: "integer", Unit: "ms"}, Kind{Type: "integer", Unit: "min"}
	blocks := Kind{Type: "integer", Unit: "8kB"}
	level := Kind{Type: "enum", Values: []string{"none", "ddl"}}
	archive := Kind{Type: "enum", Values: []string{"always", "on", "off"}}
	for _, c := range []struct {
		kind        Kind
		value, want string
	}{
		{Kind{Type: "bool"}, "TRUE", "on"}, {Kind{Type: "bool"}, "t", "on"}, {Kind{Type: "bool"}, "ye", "on"}, {Kind{Type: "bool"}, "1", "on"},
		{Kind{Type: "bool"}, "of", "off"}, {Kind{Type: "bool"}, "N", "off"}, {Kind{Type: "bool"}, "o", "error"}, {Kind{Type: "bool"}, "", "error"},
		{Kind{Type: "bool"}, "maybe", "error"}, {Kind{Type: "bool"}, "truex", "error"},
		{kB, "10MB", "10240"}, {kB, "1 GB", "1048576"}, {kB, "1.5MB", "1536"}, {kB, "10mb", "error"}, {kB, "10240", "10240"}, {kB, "5s", "error"}, {kB, "2048B", "2"},
		{blocks, "128MB", "16384"}, {ms, "1min", "60000"}, {ms, "1h", "3600000"}, {minutes, "1d", "1440"}, {minutes, "3600s", "60"},
		{Kind{Type: "integer", Octal: true}, "0640", "0640"}, {Kind{Type: "integer", Octal: true}, "384", "0600"}, {Kind{Type: "integer"}, "0x10", "16"},
		{Kind{Type: "integer"}, "010", "8"}, {Kind{Type: "integer"}, "-1", "-1"}, {Kind{Type: "integer"}, "", "error"}, {Kind{Type: "integer"}, "99999999999", "error"},
		{Kind{Type: "integer"}, "1e3", "1000"}, {Kind{Type: "integer"}, "5 MB", "error"}, {Kind{Type: "real"}, "0.50", "0.5"},
		{level, "DDL", "ddl"}, {level, "true", "error"}, {archive, "yes", "on"}, {archive, "Always", "always"}, {Kind{Type: "string"}, " x ", " x "},
	} {
		got, err := c.kind.Normal(c.value)
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%+v %q: %q, want %q", c.kind, c.value, got, c.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("a = 'x\\'\ninclude 'postgresql.conf'\ninclude_dir '.'\n")
	f.Add("b = 0x1Fg\nc=.5e\nq.w = -\n'")
	f.Fuzz(func(t *testing.T, text string) {
		files := tree{"/e/postgresql.conf": text, "/e/a.conf": "include 'postgresql.conf'\na=1\n"}
		c := Load(files, "/e/postgresql.conf", "")
		for _, s := range c.Settings {
			if s.Name == "" || s.Line < 1 || strings.ContainsRune(s.Value, 0) {
				t.Errorf("%+v", s)
			}
			for _, k := range []Kind{{Type: "integer", Unit: "kB"}, {Type: "bool"}, {Type: "real", Unit: "ms"}} {
				_, _ = k.Normal(s.Value)
			}
		}
	})
}
