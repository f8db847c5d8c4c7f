package mongodconf

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func show(o Options) string {
	var out []string
	for k, v := range o {
		out = append(out, fmt.Sprintf("%s=%s:%d", k, v.Value, v.Line))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"net:\n  port: 27017\n  bindIp: 127.0.0.1,::1\nsecurity: {authorization: enabled}\n": "net.bindIp=127.0.0.1,::1:3 net.port=27017:2 security.authorization=enabled:4",
		"net:\n  ssl:\n    PEMKeyFile: /k\n":                                                 "net.tls.certificateKeyFile=/k:3",
		"net.bindIp: [a, b]\n":                                                               "net.bindIp=a,b:1",
		"# old\nbind_ip = 0.0.0.0\nauth=true\nnoscripting = true\nsetParameter = a=b\n":      "net.bindIp=0.0.0.0:2 security.authorization=enabled:3 security.javascriptEnabled=false:4 setParameter.a=b:5",
		"":                           "",
		"# nothing\n":                "",
		"net:\n":                     "net=:1",
		"net:\n  port: 1\n  port: 2": "error: line 3: net.port is set twice: the server does not start",
		"a: &x 1\nb: *x\n":           "error: line 1: an alias, which is not followed here",
		"net: {port: {__exec: ls}}":  "error: line 1: an expansion, which is not done here",
		"just text":                  "error: line 1: it is no list of options",
		"a: b\x00":                   "error: there is a NUL byte in it",
		strings.Repeat("[", 5000):    "error: it is nested too deeply",
		"auth=true\nauth=true\n":     "error: line 2: line 2: security.authorization is set twice: the server does not start",
	} {
		o, err := Parse([]byte(text))
		got := show(o)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%.60q: got %s, want %s", text, got, want)
		}
	}
}

func TestArgumentsWin(t *testing.T) {
	args := []string{"--config", "/etc/mongod.conf", "--bind_ip_all", "--port=1", "--noauth", "--setParameter", "enableLocalhostAuthBypass=false", "--dbpath", "/d"}
	if f := ConfigFile(args); f != "/etc/mongod.conf" {
		t.Error(f)
	}
	o, err := Parse([]byte("net: {port: 2}\nsecurity: {authorization: enabled}\n"))
	if err == nil {
		err = o.Arguments(args)
	}
	want := "net.bindIpAll=true:0 net.port=1:0 security.authorization=disabled:0 setParameter.enableLocalhostAuthBypass=false:0 storage.dbPath=/d:0"
	if got := show(o); err != nil || got != want {
		t.Errorf("got %s, want %s (%v)", got, want, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("net:\n  port: 27017\n", "--port 1")
	f.Add("bind_ip = 0.0.0.0\n", "--auth")
	f.Fuzz(func(t *testing.T, text, args string) {
		o, err := Parse([]byte(text))
		if err != nil {
			return
		}
		if len(o) > maxOptions+1 {
			t.Errorf("%d options", len(o))
		}
		_ = o.Arguments(strings.Fields(args))
	})
}
