package sysctlconf

import (
	"fmt"
	"strings"
	"testing"
)

func TestNormalizeKeepsDotsOfInterfaceNames(t *testing.T) {
	for in, want := range map[string]string{
		"net.ipv4.ip_forward":            "net/ipv4/ip_forward",
		"net/ipv4/ip_forward":            "net/ipv4/ip_forward",
		"/net/ipv4//ip_forward":          "net/ipv4/ip_forward",
		"net.ipv4.conf.eth0/1.rp_filter": "net/ipv4/conf/eth0.1/rp_filter",
		"net/ipv4/conf/eth0.1/rp_filter": "net/ipv4/conf/eth0.1/rp_filter",
		"kernel":                         "kernel",
		"":                               "",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("Normalize(%q) is %q, want %q", in, got, want)
		}
	}
	if got := Dotted("net/ipv4/conf/eth0.1/rp_filter"); got != "net.ipv4.conf.eth0/1.rp_filter" {
		t.Error(got)
	}
}

func TestLookup(t *testing.T) {
	for _, c := range []struct{ name, files, key, want string }{
		{"the last assignment wins", "a.b=1\n--\na.b = 2", "a/b", "2 f1:1"},
		{"both spellings are one key", "a.b=1\na/b=2", "a/b", "2 f0:2"},
		{"a repetition of the same value keeps the first line", "a.b=1\na.b=1", "a/b", "1 f0:1"},
		{"no line", "a.c=1", "a/b", "none"},
		{"a glob sets what it matches", "net.*.x = 1", "net/eth0/x", "1 f0:1"},
		{"a wildcard stays within one name", "net.*.x = 1", "net/a/b/x", "none"},
		{"the key itself beats a later glob", "net.eth0.x=1\nnet.*.x=2", "net/eth0/x", "1 f0:1"},
		{"the later of two globs wins", "net.*.x=1\nnet.eth*.x=2", "net/eth0/x", "2 f0:2"},
		{"a glob given again with another value moves to the end", "net.*.x=1\nnet.eth*.x=2\nnet.*.x=3", "net/eth0/x", "3 f0:3"},
		{"a glob given again with the same value stays where it was", "net.*.x=1\nnet.eth*.x=2\nnet.*.x=1", "net/eth0/x", "2 f0:2"},
		{"an exclusion keeps globs away", "net.*.x=1\n-net.eth0.x", "net/eth0/x", "none"},
		{"an exclusion undoes an assignment before it", "net.eth0.x=1\n-net.eth0.x", "net/eth0/x", "none"},
		{"a dash before an assignment only silences errors", "-net.eth0.x=1", "net/eth0/x", "1 f0:1"},
		{"negated set", "net.[!w]*.x=1", "net/wlan0/x", "none"},
		{"comments, blank lines and what is no assignment", "# a.b=9\n;a.b=9\n\na.b\n a.b = 1 ", "a/b", "1 f0:5"},
		{"CRLF ends one line", "\r\na.b=1\r\n", "a/b", "1 f0:2"},
		{"NUL ends a line", "x.y=1\x00a.b=1", "a/b", "1 f0:2"},
		{"a comment behind a value is part of it", "a.b=1 # one", "a/b", "1 # one f0:1"},
		{"an empty value", "a.b=", "a/b", " f0:1"},
		{"an equals sign in the value", "a.b=|/bin/x k=v", "a/b", "|/bin/x k=v f0:1"},
		{"a class of characters can't be decided", "net.[[:alpha:]].x=1", "net/a/x", `error f0:1: pattern "net.[[:alpha:]].x" can't be decided`},
		{"a broken pattern can't be decided", "net.[a.x=1", "net/a/x", `error f0:1: pattern "net.[a.x" can't be decided`},
		{"an unread file could set anything", "a.b=1\n--\n!", "a/b", "error cannot read f1"},
		{"an assignment after the unread file stands", "!\n--\na.b=1", "a/b", "1 f1:1"},
		{"even if it repeats one from before", "a.b=1\n--\n!\n--\na.b=1", "a/b", "1 f2:1"},
		{"a glob after the unread file does not", "!\n--\na.*=1", "a/b", "error cannot read f0"},
	} {
		var table Table
		for i, content := range strings.Split(c.files, "\n--\n") {
			if content == "!" {
				table.Unread(fmt.Sprintf("cannot read f%d", i))
				continue
			}
			table.Add(fmt.Sprintf("f%d", i), []byte(content))
		}
		a, ok, err := table.Lookup(c.key)
		got := "none"
		switch {
		case err != nil:
			got = "error " + err.Error()
		case ok:
			got = fmt.Sprintf("%s %s:%d", a.Value, a.File, a.Line)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestALineBeyondItsBoundMakesTheRestUnread(t *testing.T) {
	var table Table
	table.Add("f", []byte("a.b=1\n"+strings.Repeat("x", MaxLine+1)+"\na.b=2\n"))
	if _, _, err := table.Lookup("a/b"); err == nil {
		t.Error("a.b is known although the file was read only in part")
	}
}

func FuzzTable(f *testing.F) {
	for _, seed := range []string{"a.b=1\r\n-a.*\n", "net.*.x = 1\n-net.eth0.x", "\x00=\n-=\n--", "a/../b=[", "[.=1"} {
		f.Add([]byte(seed), "net/eth0/x")
	}
	f.Fuzz(func(t *testing.T, content []byte, key string) {
		var table Table
		table.Add("f", content)
		a, ok, err := table.Lookup(Normalize(key))
		if ok && (err != nil || a.Exclude || a.Line == 0) {
			t.Errorf("%q: %+v, %v", key, a, err)
		}
	})
}
