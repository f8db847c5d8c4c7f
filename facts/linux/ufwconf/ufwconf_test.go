package ufwconf

import "testing"

func TestTuples(t *testing.T) {
	for text, want := range map[string]Rule{
		"allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in":                         {Action: "allow", Protocol: "tcp", Port: "22", To: "0.0.0.0/0", FromPort: "any", From: "0.0.0.0/0", Direction: "in"},
		"allow_log tcp 80,443 0.0.0.0/0 any 10.0.0.0/8 in comment=776562": {Action: "allow", Log: "log", Protocol: "tcp", Port: "80,443", To: "0.0.0.0/0", FromPort: "any", From: "10.0.0.0/8", Direction: "in", Comment: "web"},
		"route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_eth0!out_eth1":    {Action: "allow", Forward: true, Protocol: "any", Port: "any", To: "0.0.0.0/0", FromPort: "any", From: "0.0.0.0/0", Direction: "in", In: "eth0", Out: "eth1"},
		"deny any 25 0.0.0.0/0 any 0.0.0.0/0 out":                         {Action: "deny", Protocol: "any", Port: "25", To: "0.0.0.0/0", FromPort: "any", From: "0.0.0.0/0", Direction: "out"},
		"allow tcp 22 ::/0 any ::/0 Open%20SSH - in_eth0":                 {Action: "allow", Protocol: "tcp", Port: "22", To: "::/0", FromPort: "any", From: "::/0", ToApp: "Open SSH", Direction: "in", In: "eth0"},
		"limit tcp 22 0.0.0.0/0 any 0.0.0.0/0":                            {Action: "limit", Protocol: "tcp", Port: "22", To: "0.0.0.0/0", FromPort: "any", From: "0.0.0.0/0", Direction: "in"},
	} {
		rules, problems := Rules([]byte("*filter\n### tuple ### " + text + "\n-A x\n"))
		want.Line = 2
		if len(problems) > 0 || len(rules) != 1 || rules[0] != want {
			t.Errorf("%s\n%+v %v, want\n%+v", text, rules, problems, want)
		}
	}
	for _, text := range []string{"permit tcp 22 a any b in", "allow tcp 22", "allow tcp 22 a any b sideways", "allow tcp 22 a any b in comment=zz"} {
		if rules, problems := Rules([]byte("### tuple ### " + text)); len(rules) != 0 || len(problems) != 1 {
			t.Errorf("%q is read as %+v", text, rules)
		}
	}
}

func TestSettings(t *testing.T) {
	s, other := Settings([]byte("# ENABLED=no\nENABLED=no\r\nENABLED=\"yes\" # on\nA='x y'\nB=$(date)\nC=\"$D\"\nE=f g\nunset ENABLED\n"))
	if other != 8 {
		t.Errorf("line %d is no assignment, want 8", other)
	}
	for name, want := range map[string]Setting{
		"ENABLED": {"yes", 3, false}, "A": {"x y", 4, false},
	} {
		if s[name] != want {
			t.Errorf("%s is %+v, want %+v", name, s[name], want)
		}
	}
	for _, name := range []string{"B", "C", "E"} {
		if !s[name].Computed {
			t.Errorf("%s is taken for %+v", name, s[name])
		}
	}
}

func FuzzUFW(f *testing.F) {
	f.Add([]byte("### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in_eth0!out_eth1 comment=00\nENABLED=\"yes\nA='"))
	f.Fuzz(func(t *testing.T, b []byte) {
		Rules(b)
		Settings(b)
	})
}
