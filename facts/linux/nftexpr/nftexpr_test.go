package nftexpr

import (
	"encoding/binary"
	"strings"
	"testing"
)

func nla(typ uint16, data ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(len(data)+4))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func be(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func join(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func expr(name string, attributes ...[]byte) []byte {
	return nla(1, join(nla(1, append([]byte(name), 0)...), nla(2, join(attributes...)...))...)
}

func rule(exprs ...[]byte) []byte {
	return join([]byte{1, 0, 0, 0}, nla(1, 't', 0), nla(2, 'c', 0), nla(3, make([]byte, 8)...), nla(4, join(exprs...)...))
}

func verdict(code int32) []byte {
	return expr("immediate", nla(1, be(0)...), nla(2, nla(2, nla(1, be(uint32(code))...)...)...))
}

func TestWhatIsNotKnownStaysVisible(t *testing.T) {
	meta := func(extra ...[]byte) []byte {
		return expr("meta", append([][]byte{nla(1, be(1)...), nla(2, be(16)...)}, extra...)...)
	}
	for name, c := range map[string]struct {
		expr      []byte
		opaque    bool
		condition bool
	}{
		"a known expression":                    {meta(), false, false},
		"an expression nobody knows":            {expr("frobnicate", nla(1, be(1)...)), true, false},
		"socket":                                {expr("socket", nla(1, be(0)...), nla(2, be(1)...)), true, true},
		"tproxy, which decides":                 {expr("tproxy", nla(1, be(2)...)), true, false},
		"synproxy, which decides":               {expr("synproxy", nla(1, 0, 0)), true, false},
		"fwd, which decides":                    {expr("fwd", nla(1, be(1)...)), true, false},
		"a known one with an unknown attribute": {meta(nla(77, be(1)...)), true, true},
		"a known one without its key":           {expr("meta", nla(1, be(1)...)), true, true},
		"a register that does not exist":        {expr("meta", nla(1, be(99)...), nla(2, be(16)...)), true, true},
		"ct with a direction":                   {expr("ct", nla(1, be(1)...), nla(2, be(0)...), nla(3, 0)), true, true},
		"a shift":                               {expr("bitwise", nla(1, be(1)...), nla(2, be(1)...), nla(3, be(4)...), nla(6, be(1)...), nla(7, be(1)...)), true, true},
		"a verdict that is not known":           {verdict(-99), true, false},
		"a stolen packet":                       {verdict(2), true, false},
		"a target of iptables nobody knows":     {expr("target", nla(1, append([]byte("FROB"), 0)...), nla(2, be(0)...), nla(3, be(0)...)), true, false},
		"a match of iptables nobody knows":      {expr("match", nla(1, append([]byte("geoip"), 0)...), nla(2, be(0)...), nla(3, be(0)...)), true, true},
		"LOG goes on":                           {expr("target", nla(1, append([]byte("LOG"), 0)...), nla(2, be(0)...), nla(3, be(0)...)), false, false},
		"an attribute cut short":                {nla(1, 9, 0, 1, 0), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRule(rule(c.expr, verdict(Accept)))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Exprs) != 2 {
				t.Fatalf("%d expressions instead of 2: one was dropped", len(r.Exprs))
			}
			o, opaque := r.Opaque()
			if opaque != c.opaque || o.Condition != c.condition {
				t.Errorf("%#v: opaque %v, a condition %v", r.Exprs[0], opaque, o.Condition)
			}
			if s := Describe(r, nil, nil); s.Opaque != c.opaque || (c.opaque && !strings.Contains(s.Text, "<")) {
				t.Errorf("described as %q", s.Text)
			}
		})
	}
}

func TestIntervalsOfASet(t *testing.T) {
	elem := func(key byte, end bool) []byte {
		a := nla(1, nla(1, 0, key)...)
		if end {
			a = append(a, nla(3, be(1)...)...)
		}
		return nla(1, a...)
	}
	s := Set{Table: "t", Name: "s", KeyLen: 2, Flags: SetInterval}
	// 0 end, 5-9, 10-19 right behind it, 250 to the last
	msg := join([]byte{1, 0, 0, 0}, nla(1, 't', 0), nla(2, 's', 0),
		nla(3, join(elem(250, false), elem(20, true), elem(0, true), elem(10, false), elem(10, true), elem(5, false))...))
	if err := s.ParseElements(msg); err != nil {
		t.Fatal(err)
	}
	s.Assemble()
	var got []string
	for _, e := range s.Elements {
		got = append(got, value(e.From, "port")+"-"+value(e.To, "port"))
	}
	if g := strings.Join(got, " "); g != "5-9 10-19 250-65535" {
		t.Errorf("the set holds %s", g)
	}
}

func TestAnElementWithALimitIsConditional(t *testing.T) {
	key := nla(1, nla(1, 0, 1)...)
	for name, want := range map[string]bool{"limit": true, "counter": false, "frobnicate": true} {
		e := nla(7, join(nla(1, append([]byte(name), 0)...), nla(2))...)
		s := Set{Table: "t", Name: "s", KeyLen: 2}
		msg := join([]byte{1, 0, 0, 0}, nla(1, 't', 0), nla(2, 's', 0), nla(3, nla(1, join(key, e)...)...))
		if err := s.ParseElements(msg); err != nil {
			t.Fatal(err)
		}
		if s.Elements[0].Conditional != want {
			t.Errorf("an element with %s: conditional %v", name, s.Elements[0].Conditional)
		}
	}
}

func TestMatchesOfIptables(t *testing.T) {
	u16 := func(list ...uint16) (b []byte) {
		for _, n := range list {
			b = binary.NativeEndian.AppendUint16(b, n)
		}
		return b
	}
	multi := append([]byte{1, 3}, u16(22, 80, 90)...)
	multi = append(multi, make([]byte, 48-len(multi))...)
	multi[32+1] = 1 // 80 begins a range
	conntrack := make([]byte, 168)
	copy(conntrack[146:], u16(1, 0, 8))
	more := append([]byte(nil), conntrack...)
	copy(more[146:], u16(3, 0, 8)) // a protocol is asked for, too
	for name, c := range map[string]struct {
		xt   XT
		want string
	}{
		"tcp":                 {XT{Name: "tcp", Info: append(u16(0, 65535, 22, 23), 0, 0, 0, 0)}, "tcp dport 22-23"},
		"tcp, inverted":       {XT{Name: "tcp", Info: append(u16(0, 65535, 22, 22), 0, 0, 0, 2)}, "tcp dport != 22"},
		"tcp with an option":  {XT{Name: "tcp", Info: append(u16(0, 65535, 22, 22), 5, 0, 0, 0)}, "<xt tcp: this match of iptables is not interpreted>"},
		"multiport":           {XT{Name: "multiport", Rev: 1, Info: multi}, "th dport { 22, 80-90 }"},
		"conntrack":           {XT{Name: "conntrack", Rev: 3, Info: conntrack}, "ct state new"},
		"conntrack with more": {XT{Name: "conntrack", Rev: 3, Info: more}, "<xt conntrack: this match of iptables is not interpreted>"},
		"cut short":           {XT{Name: "conntrack", Rev: 3, Info: conntrack[:100]}, "<xt conntrack: this match of iptables is not interpreted>"},
		"recent, noting":      {XT{Name: "recent", Info: []byte{0, 0, 0, 0, 0, 0, 0, 0, 2, 0}}, "xt recent"},
		"recent, inverted":    {XT{Name: "recent", Info: []byte{30, 0, 0, 0, 6, 0, 0, 0, 4, 1}}, "<xt recent: this match of iptables is not interpreted>"},
		"recent, one hit":     {XT{Name: "recent", Info: []byte{30, 0, 0, 0, 1, 0, 0, 0, 4, 0}}, "<xt recent: this match of iptables is not interpreted>"},
		"another revision":    {XT{Name: "tcp", Rev: 9, Info: append(u16(0, 65535, 22, 23), 0, 0, 0, 0)}, "<xt tcp: this match of iptables is not interpreted>"},
	} {
		if got := Describe(Rule{Exprs: []Expr{c.xt}}, nil, nil).Text; got != c.want {
			t.Errorf("%s reads %q, want %q", name, got, c.want)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add(rule(expr("meta", nla(1, be(1)...), nla(2, be(16)...)), verdict(Accept)))
	f.Add(rule(expr("lookup", nla(1, 's', 0), nla(2, be(1)...), nla(3, be(0)...)), verdict(Jump)))
	f.Add(rule(expr("match", nla(1, append([]byte("multiport"), 0)...), nla(2, be(1)...), nla(3, make([]byte, 48)...))))
	f.Add(rule(expr("bitwise", nla(1, be(1)...), nla(2, be(1)...), nla(3, be(1)...), nla(4, nla(1, 1)...), nla(5, nla(1, 0)...))))
	f.Fuzz(func(t *testing.T, msg []byte) {
		r, err := ParseRule(msg)
		if err != nil {
			return
		}
		s := Describe(r, nil, nil)
		if _, opaque := r.Opaque(); opaque && !s.Opaque {
			t.Errorf("opaque, and described as %q", s.Text)
		}
	})
}

func FuzzSet(f *testing.F) {
	f.Add(join([]byte{1, 0, 0, 0}, nla(1, 't', 0), nla(2, 's', 0), nla(5, be(2)...)), []byte{1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, set, elems []byte) {
		s, err := ParseSet(set)
		if err != nil || s.ParseElements(elems) != nil {
			return
		}
		s.Assemble()
		for _, e := range s.Elements {
			if len(e.From) != len(e.To) {
				t.Errorf("%+v", e)
			}
		}
	})
}
