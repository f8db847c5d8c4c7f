package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestRsyslog(t *testing.T) {
	conf := func(s string) string { return "-- /etc/rsyslog.conf --\n" + s + "\n" }
	for _, c := range []struct{ host, path, want string }{
		{conf("*.* /a\n$FileCreateMode 0640\n*.* -/b;t\naction(type=\"omfile\" file=\"/c\")"), "files[0].create_mode", "0644"},
		{conf("*.* /a\n$FileCreateMode 0640\n*.* -/b;t\naction(type=\"omfile\" file=\"/c\")"), "files[1].create_mode", "0640"},
		{conf("*.* /a\n$FileCreateMode 0640\n*.* -/b;t\naction(type=\"omfile\" file=\"/c\")"), "files[1].path", "/b"},
		{conf("*.* /a\n$FileCreateMode 0640\n*.* -/b;t\naction(type=\"omfile\" file=\"/c\")"), "files[2].create_mode", "0644"},
		{conf("*.* /a\n$FileCreateMode 0640\n*.* -/b;t\naction(type=\"omfile\" file=\"/c\")"), "files[2].selector", ""},
		{conf("module(load=\"builtin:omfile\" fileCreateMode=\"0600\")\naction(type=\"omfile\" file=\"/c\")"), "files[0].create_mode", "0600"},
		{conf("action(type=\"omfile\" dynaFile=\"T\" FileCreateMode=\"0660\")"), "files[0].create_mode", "0660"},
		{conf("$FileCreateMode 0640\n$FileCreateMode 0604"), "file_create_mode", "0604"},
		{conf("$FileCreateMode rw"), "file_create_mode", `unknown: /etc/rsyslog.conf:1: "rw" is no mode`},
		{conf("module(load=\"imuxsock\")"), "listens_remote", "false"},
		{conf("module(load=\"imtcp\")"), "listens_remote", "true"},
		{conf("$ModLoad imudp.so"), "modules[0].name", "imudp"},
		{conf("$UDPServerRun 514"), "inputs[0].name", "imudp"},
		{conf("input(type=\"imtcp\" port=\"601\")"), "inputs[0].port", "601"},
		{conf("#input(type=\"imtcp\" port=\"601\")"), "listens_remote", "false"},
		{conf("gibberish here\n"), "listens_remote", "unknown: /etc/rsyslog.conf:1: it is not understood"},
		{conf("gibberish here\n$UDPServerRun 514"), "listens_remote", "true"},
		{conf("gibberish here\n"), "files[0]", "unknown: /etc/rsyslog.conf:1: it is not understood"},
		{conf("*.* @@(z9)log.example.org:6514"), "forwards[0].target", "log.example.org"},
		{conf("*.* @@(z9)log.example.org:6514"), "forwards[0].protocol", "tcp"},
		{conf("*.* @@(z9)log.example.org:6514"), "forwards[0].tls", "false"},
		{conf("$ActionSendStreamDriverMode 1\n*.* @@[2001:db8::1]:6514"), "forwards[0].tls", "true"},
		{conf("$ActionSendStreamDriverMode 1\n*.* @@[2001:db8::1]:6514"), "forwards[0].target", "2001:db8::1"},
		{conf("mail.* action(type=\"omfwd\" target=\"h\" protocol=\"TCP\" StreamDriverMode=\"1\")"), "forwards[0].tls", "true"},
		{conf("mail.* action(type=\"omfwd\" target=\"h\" protocol=\"TCP\" StreamDriverMode=\"1\")"), "forwards[0].selector", "mail.*"},
		{conf("$IncludeConfig /etc/rsyslog.d/*.conf") + "-- /etc/rsyslog.d/a.conf --\nmodule(load=\"imtcp\")\n-- /etc/rsyslog.d/b.bak --\n*.* /b\n", "listens_remote", "true"},
		{conf("$IncludeConfig /etc/rsyslog.d/") + "-- /etc/rsyslog.d/a --\n*.* /a\n", "files[0].path", "/a"},
		{conf("$IncludeConfig /etc/rsyslog.d/*.conf") + "-- /etc/rsyslog.d/a.conf fifo --\n", "listens_remote", "unknown: /etc/rsyslog.d/a.conf: open /etc/rsyslog.d/a.conf: not a regular file: a FIFO"},
		{"-- /etc/x --\n", "exists", "false"},
		{"-- /etc/x --\n", "files", "unknown: /etc/rsyslog.conf does not exist"},
		{"-- /etc/rsyslog.conf fifo --\n", "file_create_mode", "unknown: /etc/rsyslog.conf: open /etc/rsyslog.conf: not a regular file: a FIFO"},
	} {
		v := hosttest.Read(t, hosttest.New(t, c.host), Sources(), "rsyslog")
		if got := hosttest.Leaf(v, c.path); got != c.want {
			t.Errorf("rsyslog.%s is %q, want %q, of\n%s", c.path, got, c.want, c.host)
		}
	}
}
