package rsyslogconf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

type files map[string]string

func (f files) ReadFile(name string) ([]byte, error) {
	if s, ok := f[name]; ok {
		return []byte(s), nil
	}
	return nil, errors.New("no such file")
}

func (f files) Include(pattern string) (names []string, err error) {
	prefix, _, star := strings.Cut(pattern, "*")
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if name == pattern || star && strings.HasPrefix(name, prefix) && name != "/c" {
			names = append(names, name)
		}
	}
	return names, nil
}

func dump(c *Config) string {
	var b strings.Builder
	for _, i := range c.Items {
		fmt.Fprintf(&b, "%s:%d %s", strings.TrimPrefix(i.Path, "/"), i.Line, i.Kind)
		for _, s := range []string{i.Name, i.Value, i.Selector, i.Ruleset} {
			if s != "" {
				b.WriteString(" " + s)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(i.Params)) {
			fmt.Fprintf(&b, " %s=%s", k, i.Params[k])
		}
		b.WriteString("\n")
	}
	for _, p := range c.Problems {
		fmt.Fprintf(&b, "! %s\n", p)
	}
	return b.String()
}

func TestLoad(t *testing.T) {
	for name, c := range map[string]struct {
		in   files
		want string
	}{
		"Debian's": {files{"/c": "# c\nmodule(load=\"imuxsock\") # x\n#module(load=\"imudp\")\n$FileCreateMode 0640 # y\n$IncludeConfig /d/*.conf\n*.*;auth,authpriv.none\t\t-/var/log/syslog\n*.emerg\t:omusrmsg:*\n",
			"/d/2.conf": "$Umask 0022", "/d/1.conf": "local0.* @@h:514\n& stop\n"},
			"c:2 object module load=imuxsock\nc:4 directive filecreatemode 0640\nd/1.conf:1 action @@h:514 local0.*\nd/2.conf:1 directive umask 0022\nc:6 action -/var/log/syslog *.*;auth,authpriv.none\nc:7 action :omusrmsg:* *.emerg\n"},
		"objects over lines": {files{"/c": "Input(\n  Type=\"imtcp\"\n  PORT='514' # why\n  a=[\"x\", \"y\"]\n)\nglobal(\n)\n"},
			"c:1 object input a=x,y port=514 type=imtcp\nc:6 object global\n"},
		"rulesets and conditions": {files{"/c": "ruleset(name=\"r\") {\n if $msg contains 'then }' then {\n  action(type=\"omfile\" file=\"/a\")\n } else /b\n}\nif $x == 1 then @h\nset $.y = \"a;b\"; unset $.y;\n"},
			"c:1 object ruleset name=r\nc:3 object action r file=/a type=omfile\nc:4 action /b r\nc:6 action @h\n"},
		"block comments":            {files{"/c": "/* module(load=\"imtcp\")\n*/ module(load=\"imklog\")\n"}, "c:2 object module load=imklog\n"},
		"property filters":          {files{"/c": ":msg, contains, \"a\\\"b\" /x\n& ~\n:rawmsg,!startswith,\"#\" stop\n"}, "c:1 action /x :msg, contains, \"a\\\"b\"\nc:2 action ~ :msg, contains, \"a\\\"b\"\n"},
		"selector with an object":   {files{"/c": "mail.info action(type=\"omfwd\" target=\"h\")\n"}, "c:1 object action mail.info target=h type=omfwd\n"},
		"templates are passed over": {files{"/c": "template(name=\"t\" type=\"list\") {\n constant(value=\"}\")\n property(name=\"msg\")\n}\n*.* /x;t\n"}, "c:1 object template name=t type=list\nc:5 action /x;t *.*\n"},
		"a continued line":          {files{"/c": "mail.*;\\\nauth.none \\\n /x\n"}, "! c"},
		"nonsense":                  {files{"/c": "hello world\n*.* /x\n"}, "c:2 action /x *.*\n! /c:1: it is not understood\n"},
		"an open object":            {files{"/c": "module(load=\"imtcp\"\n"}, "! /c:1: module(…) is not understood\n"},
		"itself":                    {files{"/c": "include(file=\"/c\")\n"}, ""},
		"what is not there":         {files{"/c": "include(file=\"/x\")\ninclude(file=\"/y\" mode=\"optional\")\n$IncludeConfig /z/*.conf\n"}, "c:1 object include file=/x\nc:2 object include file=/y mode=optional\n! /c:1: includes /x, which does not exist\n"},
	} {
		got := dump(Load(c.in, "/c"))
		switch name {
		case "itself":
			if !strings.Contains(got, "! /c:1: includes are nested too deeply") {
				t.Errorf("%s: %s", name, got)
			}
		case "a continued line":
			if !strings.Contains(got, "action /x") && !strings.Contains(got, "!") {
				t.Errorf("%s is neither read nor told:\n%s", name, got)
			}
		default:
			if got != c.want {
				t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("module(load=\"imtcp\")\n$IncludeConfig /c\n*.* /x\n:msg, contains, \"a\" @@h\nif $x then { action(type=\"omfile\") }\n")
	f.Add("template(name='t') { constant(value=\"}\") }\nruleset(name=\"r\"){ set $.x = 1; call r }\n& ~")
	f.Fuzz(func(t *testing.T, text string) { Load(files{"/c": text}, "/c") })
}
