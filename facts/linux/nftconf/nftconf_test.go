package nftconf

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
)

// files of a map.
func files(m map[string]string) Files {
	return Files{
		Read: func(name string) ([]byte, error) {
			if s, ok := m[path.Clean(name)]; ok {
				return []byte(s), nil
			}
			return nil, fs.ErrNotExist
		},
		Glob: func(pattern string) (out []string, err error) {
			for name := range m {
				if ok, _ := path.Match(pattern, name); ok {
					out = append(out, name)
				}
			}
			return out, nil
		},
	}
}

func show(c *Config) string {
	var b strings.Builder
	if c.Flush {
		b.WriteString("flush\n")
	}
	for _, t := range c.Tables {
		for _, ch := range t.Chains {
			fmt.Fprintf(&b, "%s %s %s %s %s %d %s\n", t.Family, t.Name, ch.Name, ch.Type, ch.Hook, ch.Priority, ch.Policy)
			for _, r := range ch.Rules {
				fmt.Fprintf(&b, " %d: %s\n", r.Where.Line, r.Text)
			}
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ conf, want string }{
		"as Debian ships it": {"#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter;\n\t}\n}\n",
			"flush\ninet filter input filter input 0 accept\n"},
		"a policy, and rules with sets over lines": {"table ip f {\n chain i { type filter hook input priority -5; policy drop;\n  tcp dport { 22,\n   80 } accept # ssh\n  ct state { established, related } accept; counter drop\n }\n}",
			"ip f i filter input -5 drop\n 3: tcp dport { 22, 80 } accept\n 5: ct state { established, related } accept\n 5: counter drop\n"},
		"sets and other objects": {"table inet f {\n set s {\n  type ipv4_addr; elements = { 10.0.0.1 }\n }\n ct helper x { type \"ftp\" protocol tcp; }\n chain c {\n  ip saddr @s drop\n }\n}\n",
			"inet f c   0 \n 7: ip saddr @s drop\n"},
		"variables": {"define port = { 22, 80 }\ndefine pol = drop\ntable inet f {\n define in = \"eth$port\"\n chain c { type filter hook input priority filter + 10; policy $pol;\n iifname $in tcp dport $port accept\n }\n}\n",
			"inet f c filter input 10 drop\n 6: iifname \"eth$port\" tcp dport { 22, 80 } accept\n"},
		"the last policy counts": {"table inet f {\n chain c { type filter hook input priority 0; policy drop; }\n}\ntable inet f {\n chain c { policy accept; }\n}\n",
			"inet f c filter input 0 accept\n"},
		"commands":                     {"add table inet f\nadd chain inet f c { type filter hook forward priority security; policy drop; }\nadd rule inet f c tcp dport 22 accept\nadd element inet f s { 1 }\n", "inet f c filter forward 50 drop\n 3: tcp dport 22 accept\n"},
		"flushed at the end":           {"table inet f {\n chain c { type filter hook input priority 0; policy drop; }\n}\nflush ruleset\n", "flush\n"},
		"a table taken away":           {"table inet f {\n chain c { type filter hook input priority 0; policy drop; }\n}\ndelete table inet f\n", ""},
		"a table emptied":              {"table f {\n chain c { type filter hook input priority 0; policy drop;\n drop\n }\n}\nflush table ip f\n", "ip f c filter input 0 drop\n"},
		"in a comment":                 {"# table inet f { chain c { type filter hook input priority 0; policy drop; } }\n", ""},
		"a brace and a hash in quotes": {"table inet f {\n chain c {\n  log prefix \"} # {\" drop\n }\n}\n", "inet f c   0 \n 3: log prefix \"} # {\" drop\n"},
		"a continued line and CRLF":    {"table inet f {\r\n chain c {\r\n  tcp dport \\\n 22 accept\r\n }\r\n}\r\n", "inet f c   0 \n 3: tcp dport 22 accept\n"},
		"included in order":            {"include \"/etc/nftables.d/*.nft\"\n", "inet f c filter input 0 drop\n 2: drop\n"},
		"nothing included":             {"include \"/none/*.nft\"\ninclude \"nftables.d/10.nft\"\n", "inet f c   0 \n"},
		"included inside of a chain":   {"table inet f {\n chain c {\n  include \"/etc/rules\"\n }\n}\n", "inet f c   0 \n 1: tcp dport 1 accept\n 2: drop\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(files(map[string]string{"/etc/nftables.conf": c.conf, "/etc/rules": "tcp dport 1 accept\ndrop",
				"/etc/nftables.d/10.nft": "table inet f {\n chain c {\n }\n}\n",
				"/etc/nftables.d/20.nft": "table inet f { chain c { type filter hook input priority 0; policy drop;\n drop\n }\n}\n"}), "/etc/nftables.conf")
			if err != nil {
				t.Fatal(err)
			}
			if s := show(got); s != c.want {
				t.Errorf("reads\n%swant\n%s", s, c.want)
			}
		})
	}
}

func TestWhatCannotBeFollowedIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ conf, want string }{
		"an open brace":             {"table inet f {\n chain c {\n", "/c:1: a brace is not closed"},
		"a brace too many":          {"table inet f {\n}\n}\n", "/c:3: a brace closes nothing"},
		"an open quote":             {"table inet f {\n chain c {\n log prefix \"x\n }\n}\n", "/c:3: a quote is not closed"},
		"a variable nobody defined": {"table inet f {\n chain c { type filter hook input priority 0; policy $p; }\n}\n", "/c:2: $p is not defined"},
		"defined twice":             {"define a = 1\ndefine a = 2\n", "/c:2: $a is defined twice"},
		"a command":                 {"frobnicate\n", `/c:1: the command "frobnicate" is not followed`},
		"a policy nobody knows":     {"table inet f {\n chain c { type filter hook input priority 0; policy dorp; }\n}\n", `/c:2: the policy "dorp"`},
		"no priority":               {"table inet f {\n chain c { type filter hook input x y;\n }\n}\n", "/c:2: a hook without a priority"},
		"a priority nobody knows":   {"table inet f {\n chain c { type filter hook input priority early; }\n}\n", `/c:2: the priority "early"`},
		"an included file is gone":  {"include \"/none\"\n", "/c:1: file does not exist"},
		"it includes itself":        {"include \"/c\"\n", "includes are nested too deep"},
		"braces without end":        {strings.Repeat("{", 100), "/c:1: braces are nested too deep"},
		"rules in no chain":         {"add rule inet f c drop\n", "/c:1: there is no chain c in the table inet f"},
		"a dormant table":           {"table inet f {\n flags dormant;\n}\n", "/c:2: a dormant table is not followed"},
		"a NUL byte":                {"table\x00", "/c:1: a NUL byte"},
		"a rule deleted":            {"delete rule inet f c handle 3\n", "/c:1: delete rule is not followed"},
		"a rule not ended":          {"table inet f {\n chain c { accept }\n}\n", "/c:2: a newline or semicolon is missing"},
		"a chain not ended":         {"table inet f { chain c {\n} }\n", "/c:2: a newline or semicolon is missing"},
	} {
		_, err := Parse(files(map[string]string{"/c": c.conf}), "/c")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("flush ruleset\ndefine a = { 1 }\ntable inet f {\n chain c { type filter hook input priority filter + 1; policy drop;\n tcp dport $a accept\n }\n}\ninclude \"/c\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(files(map[string]string{"/c": s}), "/c")
		var placed *Error
		if err != nil && !errors.As(err, &placed) && c != nil {
			t.Error(err)
		}
	})
}
