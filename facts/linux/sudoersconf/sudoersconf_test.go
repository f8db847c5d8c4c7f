package sudoersconf

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "record testdata/*.json anew with cvtsudoers")

// converted is what cvtsudoers -f json says.
type converted struct {
	Defaults []struct {
		Binding []map[string]any
		Options []map[string]any
	}
	UserAliases  map[string][]map[string]any `json:"User_Aliases"`
	RunasAliases map[string][]map[string]any `json:"Runas_Aliases"`
	HostAliases  map[string][]map[string]any `json:"Host_Aliases"`
	CmndAliases  map[string][]map[string]any `json:"Command_Aliases"`
	UserSpecs    []struct {
		Users []map[string]any `json:"User_List"`
		Hosts []map[string]any `json:"Host_List"`
		Specs []struct {
			RunasUsers  []map[string]any `json:"runasusers"`
			RunasGroups []map[string]any `json:"runasgroups"`
			Options     []any
			Commands    []map[string]any
		} `json:"Cmnd_Specs"`
	} `json:"User_Specs"`
}

// name spells a member of a converted list as sudoers does.
func name(m map[string]any, group string) string {
	out := ""
	for key, v := range m {
		switch key {
		case "negated":
		case "usergroup":
			out += group + fmt.Sprint(v)
		case "userid":
			out += fmt.Sprintf("#%v", v)
		case "usergid":
			out += fmt.Sprintf("%%#%v", v)
		case "netgroup":
			out += fmt.Sprintf("+%v", v)
		case "digest", "sha224", "sha256", "sha384", "sha512":
		default:
			out += fmt.Sprint(v)
		}
	}
	if m["negated"] == true {
		out = "!" + out
	}
	return out
}

func names(list []map[string]any, group string) string {
	var out []string
	for _, m := range list {
		out = append(out, name(m, group))
	}
	return strings.Join(out, ",")
}

// lines are the converted file in a form that ours can be compared with.
func (c *converted) lines() []string {
	var out []string
	for _, d := range c.Defaults {
		for _, o := range d.Options {
			out = append(out, "defaults ["+names(d.Binding, "%")+"] "+defaultsLine(o))
		}
	}
	for kind, aliases := range map[string]map[string][]map[string]any{"user": c.UserAliases, "runas": c.RunasAliases, "host": c.HostAliases, "cmnd": c.CmndAliases} {
		for n, members := range aliases {
			out = append(out, fmt.Sprintf("%s alias %s %s", kind, n, names(members, "%")))
		}
	}
	for _, u := range c.UserSpecs {
		for _, s := range u.Specs {
			for _, command := range s.Commands {
				out = append(out, fmt.Sprintf("%s %s (%s:%s) %s: %s", names(u.Users, "%"), names(u.Hosts, "%"), names(s.RunasUsers, "%"), names(s.RunasGroups, ""), tagLine(s.Options, command["command"] == "ALL"), name(command, "")))
			}
		}
	}
	slices.Sort(out)
	return out
}

func defaultsLine(o map[string]any) string {
	operation, list := o["operation"], o["operation"] == "list_add" || o["operation"] == "list_remove" || o["operation"] == "list_assign"
	for key, v := range o {
		if key == "operation" {
			continue
		}
		if list {
			var items []string
			for _, item := range v.([]any) {
				items = append(items, fmt.Sprint(item))
			}
			return fmt.Sprint(key, " ", operation, " ", strings.Join(items, " "))
		}
		return fmt.Sprint(key, " ", v)
	}
	return ""
}

func tagLine(options []any, all bool) string {
	var out []string
	for _, o := range options {
		m, ok := o.(map[string]any)
		if !ok {
			continue
		}
		for tag, word := range map[string][2]string{"authenticate": {"PASSWD", "NOPASSWD"}, "noexec": {"NOEXEC", "EXEC"}, "setenv": {"SETENV", "NOSETENV"}} {
			if all && tag == "setenv" {
				continue
			}
			switch m[tag] {
			case true:
				out = append(out, word[0])
			case false:
				out = append(out, word[1])
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// ourLines are our parse in the same form.
func ourLines(f *File) []string {
	var out []string
	for _, item := range f.Items {
		switch {
		case item.Defaults != nil:
			d := item.Defaults
			value := map[string]string{"set": "true", "unset": "false", "=": d.Value, "+=": "list_add " + d.Value, "-=": "list_remove " + d.Value}[d.Op]
			out = append(out, fmt.Sprintf("defaults [%s] %s %s", strings.Join(d.Targets, ","), d.Name, value))
		case item.Alias != nil:
			out = append(out, fmt.Sprintf("%s alias %s %s", item.Alias.Kind, item.Alias.Name, strings.Join(item.Alias.Members, ",")))
		case item.Rule != nil:
			r := item.Rule
			for _, command := range r.Commands {
				tags := slices.Clone(r.Tags)
				if command == "ALL" { // SETENV is implied, and cvtsudoers does not always show it
					tags = slices.DeleteFunc(tags, func(t string) bool { return t == "SETENV" })
				}
				slices.Sort(tags)
				words := strings.Fields(command)
				for len(words) > 1 && strings.HasPrefix(words[0], "sha") {
					words = words[1:]
				}
				out = append(out, fmt.Sprintf("%s %s (%s:%s) %s: %s", strings.Join(r.Users, ","), strings.Join(r.Hosts, ","), strings.Join(r.RunasUsers, ","),
					strings.Join(r.RunasGroups, ","), strings.Join(tags, ","), strings.Join(words, " ")))
			}
		}
	}
	slices.Sort(out)
	return out
}

var bareOption = regexp.MustCompile(`("(?:runchroot|runcwd|role|type)": "[^"]*")`)

func TestAgreesWithCvtsudoers(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.sudoers")
	if len(files) < 4 {
		t.Fatal(files)
	}
	for _, file := range files {
		golden := strings.TrimSuffix(file, "sudoers") + "json"
		if *update {
			b, err := exec.Command("cvtsudoers", "-f", "json", file).Output()
			if err != nil {
				t.Fatal(file, err)
			}
			if err := os.WriteFile(golden, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		// cvtsudoers 1.9.13 writes these options without the braces that make them JSON.
		b = bareOption.ReplaceAll(b, []byte("{$1}"))
		var c converted
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		f := Parse(string(text))
		if len(f.Errors) > 0 {
			t.Errorf("%s: %v", file, f.Errors)
		}
		got, want := ourLines(f), c.lines()
		for _, l := range got {
			if !slices.Contains(want, l) {
				t.Errorf("%s: ours only: %s", file, l)
			}
		}
		for _, l := range want {
			if !slices.Contains(got, l) {
				t.Errorf("%s: missing: %s", file, l)
			}
		}
	}
}

func TestWhatSudoRefusesIsAnError(t *testing.T) {
	for _, line := range []string{"bad line here", "ann", "ann ALL", "ann ALL=", "Defaults", "Defaults x y", "Defaults use_pty x", `Defaults logfile="x`, "User_Alias a = b", "User_Alias A b",
		"ann ALL=ls", "ann ALL=(root /bin/x", "ann ALL=/bin/x,", "@includex /etc/x", "Cmnd_Alias X = ls", "ann ALL=NOPASSWD /bin/x", "Defaults !logfile=x"} {
		if f := Parse(line); len(f.Errors) != 1 || len(f.Items) != 0 {
			t.Errorf("%q: %v %v", line, f.Items, f.Errors)
		}
	}
}

func TestLinesAndIncludes(t *testing.T) {
	f := Parse("# c\n#include /etc/a b\n#includedir /etc/d\n@include \"/etc/a b\" # c\n@include /etc/a\\ b\nann ALL=/bin/x \\\n, NOPASSWD: \\\n /bin/y\n\nbob ALL=ALL\r\n#include\n# x \\\nroot ALL=ALL")
	var got []string
	for _, i := range f.Items {
		switch {
		case i.Include != nil:
			got = append(got, fmt.Sprintf("%d %q %v", i.Line, i.Include.Path, i.Include.Dir))
		default:
			got = append(got, fmt.Sprintf("%d %s %v %s", i.Line, i.Rule.Users, i.Rule.Tags, i.Rule.Commands))
		}
	}
	want := []string{`3 "/etc/d" true`, `4 "/etc/a b" false`, `5 "/etc/a b" false`, "6 [ann] [] [/bin/x]", "6 [ann] [NOPASSWD] [/bin/y]", "10 [bob] [] [ALL]", "13 [root] [] [ALL]"}
	if !slices.Equal(got, want) || len(f.Errors) != 1 || f.Errors[0].Line != 2 {
		t.Errorf("%q\n%v", got, f.Errors)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.sudoers")
	for _, file := range files {
		b, _ := os.ReadFile(file)
		f.Add(string(b))
	}
	f.Add("ann ALL=!!sha256:x,sha224:y !/bin/a ^b$")
	f.Fuzz(func(t *testing.T, text string) {
		file := Parse(text)
		for _, i := range file.Items {
			set := 0
			for _, is := range []bool{i.Include != nil, i.Defaults != nil, i.Alias != nil, i.Rule != nil} {
				if is {
					set++
				}
			}
			if set != 1 || i.Line < 1 || (i.Rule != nil && len(i.Rule.Commands) == 0) {
				t.Fatalf("%#v", i)
			}
		}
	})
}

// cvtsudoers writes digests in a form that is not JSON; visudo accepts the line.
func TestDigestsStayWithTheirCommand(t *testing.T) {
	f := Parse("ann ALL=sha224:0GomF8mNN3wlDt1HD9XldjJ3SNgpFdbjO1+NsQ== /bin/ls, NOPASSWD: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, " +
		"sha224:d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f /bin/x a\n")
	if len(f.Errors) > 0 || len(f.Items) != 2 {
		t.Fatal(f.Errors, len(f.Items))
	}
	if got := f.Items[1].Rule; len(got.Commands) != 1 || !slices.Equal(got.Tags, []string{"NOPASSWD"}) ||
		got.Commands[0] != "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 sha224:d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f /bin/x a" {
		t.Errorf("%q", got.Commands)
	}
}
