package iptsave

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tables, err := Parse(strings.NewReader("# Generated\n*filter\n:INPUT DROP [0:0]\r\n:mine - [0:0]\n" +
		"[1:2] -A INPUT ! -s 10.0.0.0/8 -p tcp -m multiport ! --dports 1,2 -m comment --comment \"a \\\"b\\\" -j DROP\" -j mine\n" +
		"-A mine -m limit --limit 3/min -g OTHER\nCOMMIT\n*nat\nCOMMIT\n"))
	if err != nil || len(tables) != 2 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	f := tables[0]
	if f.Chains[0].Policy != "DROP" || f.Chains[1].Policy != "" || len(f.Rules) != 2 {
		t.Errorf("%+v", f)
	}
	r := f.Rules[0]
	if r.Target != "mine" || r.Goto || r.Line != 5 {
		t.Errorf("%+v", r)
	}
	if s, not, ok := r.Get("-s"); s != "10.0.0.0/8" || !not || !ok {
		t.Errorf("source %q %v %v", s, not, ok)
	}
	if _, not, _ := r.Get("-p"); not {
		t.Error("the protocol is not inverted")
	}
	if s, not, _ := r.Get("--dports"); s != "1,2" || !not {
		t.Errorf("ports %q %v", s, not)
	}
	if s, _, _ := r.Get("--comment"); s != `a "b" -j DROP` {
		t.Errorf("comment %q", s)
	}
	if g := f.Rules[1]; !g.Goto || g.Target != "OTHER" {
		t.Errorf("%+v", g)
	}
}

func TestWhatIptablesRestoreRefusesIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"no COMMIT":             "*filter\n:INPUT DROP [0:0]\n",
		"a rule in no table":    "-A INPUT -j ACCEPT\n",
		"two tables at once":    "*filter\n*nat\nCOMMIT\n",
		"an open quote":         "*filter\n-A INPUT -m comment --comment \"x\nCOMMIT\n",
		"a deletion":            "*filter\n-A INPUT -j ACCEPT\n-D INPUT 1\nCOMMIT\n",
		"a flush behind a rule": "*filter\n-A INPUT -j ACCEPT\n-F INPUT\nCOMMIT\n",
		"an insertion":          "*filter\n-I INPUT -j ACCEPT\nCOMMIT\n",
		"no policy":             "*filter\n:INPUT\nCOMMIT\n",
		"NUL bytes":             "*filter\n\x00\nCOMMIT\n",
		"a line too long":       "*filter\n# " + strings.Repeat("x", 70000) + "\nCOMMIT\n",
	} {
		if _, err := Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("*filter\n:INPUT DROP [0:0]\n-A INPUT ! -s 1.2.3.4 -j ACCEPT\nCOMMIT\n")
	f.Fuzz(func(t *testing.T, s string) {
		tables, _ := Parse(strings.NewReader(s))
		for _, table := range tables {
			for _, r := range table.Rules {
				r.Get("-s")
			}
		}
	})
}
