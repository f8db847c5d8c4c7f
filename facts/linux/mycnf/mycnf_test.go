package mycnf

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
		return nil, fs.ErrNotExist
	}
	if s == "denied" {
		return nil, errors.New("permission denied")
	}
	return []byte(s), nil
}

func (t tree) List(dir string) (names []string, err error) {
	for name := range t {
		if path.Dir(name) == path.Clean(dir) {
			names = append(names, path.Base(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

func (t tree) Absent(err error) bool          { return errors.Is(err, fs.ErrNotExist) }
func (t tree) WorldWritable(name string) bool { return strings.Contains(name, "writable") }

func TestLoad(t *testing.T) {
	c := Load(tree{
		"/etc/my.cnf": "# c\n; c\n[mysqld]\nport = 3307 # comment\nbind-address=0.0.0.0\nsql_mode = \"A,B # C\"\nlocal_infile\n" +
			"init-connect='a\\tb\\q\\'c'\n[client]\npassword=hunter2\n[ mysqld ]\nlost=1\n[mysqld ]\nkept=1\n!includedir /etc/conf.d/\n" +
			"loose-server_audit-logging=ON\nskip-log-bin\nlate\x00=hidden\n",
		"/etc/conf.d/b.cnf":          "[mariadb]\r\nbind_address = ::1\r\n",
		"/etc/conf.d/a.cnf":          "[mysqld]\nbind-address=10.0.0.1\n!include /etc/more.cnf\n",
		"/etc/conf.d/c.conf":         "[mysqld]\nbind-address=1.1.1.1\n",
		"/etc/conf.d/d_writable.cnf": "[mysqld]\nbind-address=2.2.2.2\n",
		"/etc/more.cnf":              "[mysqld]\nmore=1\n",
	}, []string{"/etc/absent.cnf", "/etc/my.cnf"}, []string{"mysqld", "mariadb"})
	c.Arguments([]string{"--datadir", "/srv/db", "--user=mysql", "--skip-networking"})
	if len(c.Problems) > 0 {
		t.Fatal(c.Problems)
	}
	for name, want := range map[string]string{
		"port": "3307 /etc/my.cnf:4", "bind_address": "::1 /etc/conf.d/b.cnf:2", "sql_mode": "A,B # C /etc/my.cnf:6",
		"local_infile": " /etc/my.cnf:7", "init_connect": "a\tb\\q'c /etc/my.cnf:8", "kept": "1 /etc/my.cnf:14", "more": "1 /etc/more.cnf:2",
		"server_audit_logging": "ON /etc/my.cnf:16", "log_bin": "0 /etc/my.cnf:17", "datadir": "/srv/db :0", "late": " /etc/my.cnf:18",
		"skip_networking": " :0", "password": "absent", "lost": "absent",
	} {
		o, ok, err := c.Last(name)
		got := fmt.Sprintf("%s %s:%d", o.Value, o.File, o.Line)
		if !ok {
			got = "absent"
		}
		if got != want || err != nil {
			t.Errorf("%s: got %q, want %q (%v)", name, got, want, err)
		}
	}
	if got := strings.Join(c.Ignored, " "); got != "/etc/conf.d/d_writable.cnf" {
		t.Error(got)
	}
}

func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"port=1\n":                 "/c:1: an option before any group: the server does not start",
		"[mysqld\n":                "/c:1: a group without its closing bracket: the server does not start",
		"[mysqld]\n!include rel\n": "/c:2: !include names a relative path, and in which directory is not known",
		"[mysqld]\nx=" + strings.Repeat("y", 5000): "/c:2: the line is longer than the server reads at once",
		"!include /denied\n":                       "/denied: permission denied",
		"[mysqld]\n!include /c\n":                  "", // ten levels deep, then the server stops following
	} {
		c := Load(tree{"/c": text, "/denied": "denied"}, []string{"/c"}, []string{"mysqld"})
		got := ""
		if len(c.Problems) > 0 {
			got = c.Problems[0].String()
		}
		if got != want {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
	c := Load(tree{"/c": "[mysqld]\nbind-addr=::\n"}, []string{"/c"}, []string{"mysqld"})
	if _, ok, err := c.Last("bind_address"); ok || err == nil {
		t.Error("an abbreviation was passed over")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("[mysqld]\nport = 3307 # c\n!includedir /d\n", "--a=b")
	f.Add("[mysqld]\na='b\\'c'\nskip-x\n", "--a b")
	f.Fuzz(func(t *testing.T, text, args string) {
		c := Load(tree{"/c": text, "/d/a.cnf": text}, []string{"/c"}, []string{"mysqld"})
		c.Arguments(strings.Fields(args))
		for _, o := range c.Options {
			if strings.ContainsAny(o.Name, "-\x00") || !o.HasValue && o.Value != "" {
				t.Errorf("%+v", o)
			}
		}
		_, _, _ = c.Last("port")
	})
}
