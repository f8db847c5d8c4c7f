package mysqlauto

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const second = `{"Version": 2, "mysql_dynamic_variables": {"local_infile": {"Value": "ON", "Metadata": {"Host": "localhost", "User": "root", "Timestamp": 1}}},
"mysql_static_variables": {"secure_file_priv": {"Value": "/srv/in", "Metadata": {}}}}`

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		second: "local_infile=ON secure_file_priv=/srv/in(static)",
		`{"Version": 1, "mysql_server": {"max_connections": {"Value": "99"}, "mysql_server_static_options": {"port": {"Value": "3310"}}}}`: "max_connections=99 port=3310(static)",
		`{"Version": 2, "mysql_sensitive_variables": "hunter2"}`:                                                                           "+secret",
		`{"Version": 3}`:                  "its version is not known",
		`{}`:                              "its version is not known",
		``:                                "it is not in JSON: the server does not start",
		`{"Version": 2} x`:                "there is something behind its end: the server does not start",
		`{"Version": 2, "mysql_new": {}}`: "a part of it is not known: mysql_new",
		`{"Version": 2, "Version": 1}`:    "Version stands there twice",
		`{"Version": 2, "mysql_static_variables": {"a": 1}}`:                                                                "it is not in JSON: the server does not start",
		`{"Version": 2, "mysql_static_variables": {"a": {}}}`:                                                               "a has no value",
		`{"Version": 2, "mysql_static_variables": {"a": {"Value": "1"}}, "mysql_dynamic_variables": {"A": {"Value": "2"}}}`: "a stands there twice, or there are too many variables",
		strings.Repeat(" ", maxSize+1):                                                                                      "larger than 1048576 bytes",
	} {
		f, err := Parse([]byte(text))
		var got []string
		for _, name := range slices.Sorted(maps.Keys(f.Variables)) {
			v := f.Variables[name]
			got = append(got, name+"="+v.Value+map[bool]string{true: "(static)"}[v.Static])
		}
		if f.Sensitive {
			got = append(got, "+secret")
		}
		if err != nil {
			got = []string{fmt.Sprint(err)}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%.60s: %s, want %s", text, s, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(second))
	f.Add([]byte(`{"Version": 1, "mysql_server": {"a": {"Value": "99"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err == nil && (len(file.Variables) > maxVariables || !strings.Contains(string(b), "Version")) {
			t.Errorf("%d variables of %q", len(file.Variables), b)
		}
	})
}
