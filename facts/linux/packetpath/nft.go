package packetpath

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"golang.org/x/sys/unix"
)

// NFT is a rule of nftables, with the sets of its table by name.
type NFT struct {
	nftexpr.Rule
	Sets map[string]*nftexpr.Set
}

// run is one packet in one rule: registers, and for which sources the rule has matched so far.
type run struct {
	p     *Packet
	at    *Chain
	rule  *NFT
	reg   [nftexpr.RegisterBytes]octet
	so    match
	parts []part
}

func (r NFT) apply(p *Packet, at *Chain) effect {
	x := &run{p: p, at: at, rule: &r, so: p.always()}
	for _, e := range r.Exprs {
		if xt, ok := e.(nftexpr.XT); ok {
			e = xt.Decode()
		}
		if x.step(e); x.so.never() {
			break
		}
	}
	return effect{x.parts}
}

// end gives a verdict to all sources that matched.
func (x *run) end(c code, chain, why string) {
	if x.so.why != "" {
		why = x.so.why
	}
	x.parts = append(x.parts, part{c, chain, x.so.yes, x.so.may, why})
	x.so = match{}
}

func (x *run) and(m match) { x.so = x.so.and(m) }

func (x *run) step(e nftexpr.Expr) {
	switch e := e.(type) {
	case nftexpr.Meta:
		x.load(e.Reg, x.p.meta(e.Key, x.at))
	case nftexpr.CT:
		x.load(e.Reg, x.p.ct(e.Key, x.at))
	case nftexpr.Payload:
		x.load(e.Reg, x.p.payload(e))
	case nftexpr.Fib:
		x.load(e.Reg, x.p.fib(e))
	case nftexpr.Immediate:
		x.load(e.Reg, certain(e.Data))
	case nftexpr.Bitwise:
		x.bitwise(e)
	case nftexpr.Byteorder:
		x.byteorder(e)
	case nftexpr.Cmp:
		x.and(x.compare(e))
	case nftexpr.Range:
		m := x.p.between(x.reg[e.Reg:e.Reg+len(e.From)], e.From, e.To)
		if e.Op == nftexpr.Neq {
			m = x.p.not(m)
		}
		x.and(m)
	case nftexpr.Lookup:
		x.lookup(e)
	case nftexpr.Limit:
		x.and(x.p.when(!e.Over)) // one connection alone keeps any limit
	case nftexpr.Connlimit:
		x.and(x.p.when(!e.Over))
	case nftexpr.Passive:
	case nftexpr.MetaSet, nftexpr.CTSet:
	case nftexpr.PayloadSet:
		x.p.rewritten = true
	case nftexpr.Notrack:
		x.p.untracked = true
	case nftexpr.Reject:
		x.end(drop, "", "")
	case nftexpr.QueueExpr:
		x.end(undecided, "", "a program decides")
	case nftexpr.NAT:
		if e.Destination {
			x.end(redirected, "", "")
		} else {
			x.end(accept, "", "")
		}
	case nftexpr.VerdictExpr:
		x.verdict(e.Verdict)
	case nftexpr.XTPorts, nftexpr.XTMultiport, nftexpr.XTState, nftexpr.XTDstType:
		x.and(x.xt(e))
	case nftexpr.XTFirst:
		if x.p.States == nftexpr.StateNew || e.Name == "rt" {
			x.and(x.p.when(e.Holds))
		} else {
			x.and(x.p.maybe("it depends on what was seen before"))
		}
	case nftexpr.Opaque:
		x.opaque(e)
	default:
		x.opaque(nftexpr.Opaque{Name: e.Kind(), Why: "it is not interpreted"})
	}
}

// opaque may match or not and leaves all registers unknown; unless it is a condition, it may also decide.
func (x *run) opaque(o nftexpr.Opaque) {
	why := "it holds the expression " + o.Name + ", " + o.Why
	x.reg = [nftexpr.RegisterBytes]octet{}
	if !o.Condition {
		all := union(x.so.yes, x.so.may)
		x.parts = append(x.parts, part{undecided, "", nil, all, why})
		x.p.rewritten = true
	}
	x.and(x.p.maybe(why))
}

func (x *run) verdict(v nftexpr.Verdict) {
	switch v.Code {
	case nftexpr.Accept:
		x.end(accept, "", "")
	case nftexpr.Drop:
		x.end(drop, "", "")
	case nftexpr.Jump:
		x.end(jump, v.Chain, "")
	case nftexpr.Goto:
		x.end(gotoChain, v.Chain, "")
	case nftexpr.Return:
		x.end(returns, "", "")
	case nftexpr.Queue:
		x.end(undecided, "", "a program decides")
	case nftexpr.Break:
		x.so = match{}
	}
	// Continue goes on with the next rule, which is what the end of the expressions does.
	if v.Code == nftexpr.Continue {
		x.so = match{}
	}
}

// load fills a register; what is left of its last 32 bits becomes zero, as in the kernel.
func (x *run) load(reg int, o []octet) {
	end := reg + copy(x.reg[reg:], o)
	for ; end%4 != 0; end++ {
		x.reg[end] = octet{known: 0xff}
	}
}

func (x *run) bitwise(e nftexpr.Bitwise) {
	out := make([]octet, len(e.Mask))
	for i := range out {
		in, mask, xor := x.reg[e.Src+i], e.Mask[i], e.Xor[i]
		switch {
		case in.src != 0 && xor == 0 && mask != 0:
			out[i] = octet{src: in.src, mask: in.mask & mask}
		case in.src != 0 && mask != 0:
			out[i] = octet{known: ^(mask & in.mask), val: xor &^ (mask & in.mask)}
		case in.src != 0:
			out[i] = octet{val: xor, known: 0xff}
		default: // bits that the mask takes away are known to be those of xor
			out[i] = octet{val: (in.val&mask ^ xor), known: in.known | ^mask}
		}
	}
	x.load(e.Dst, out)
}

func (x *run) byteorder(e nftexpr.Byteorder) {
	out := slices.Clone(x.reg[e.Src : e.Src+e.Len])
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		for i := 0; i < e.Len; i += e.Size {
			slices.Reverse(out[i : i+e.Size])
		}
	}
	x.load(e.Dst, out)
}

func (x *run) compare(e nftexpr.Cmp) match {
	o := x.reg[e.Reg : e.Reg+len(e.Data)]
	zero, full := make([]byte, len(o)), bytes.Repeat([]byte{0xff}, len(o))
	switch e.Op {
	case nftexpr.Eq:
		return x.p.equals(o, e.Data)
	case nftexpr.Neq:
		return x.p.not(x.p.equals(o, e.Data))
	case nftexpr.Lte:
		return x.p.between(o, zero, e.Data)
	case nftexpr.Gt:
		return x.p.not(x.p.between(o, zero, e.Data))
	case nftexpr.Gte:
		return x.p.between(o, e.Data, full)
	}
	return x.p.not(x.p.between(o, e.Data, full)) // Lt
}

func (x *run) lookup(e nftexpr.Lookup) {
	set := x.rule.Sets[e.Set]
	if set == nil || set.Why != "" || e.Src+set.KeyLen > nftexpr.RegisterBytes {
		why := "the set " + e.Set + " could not be read"
		x.reg = [nftexpr.RegisterBytes]octet{}
		if e.Verdict {
			x.parts = append(x.parts, part{undecided, "", nil, union(x.so.yes, x.so.may), why})
		}
		x.and(x.p.maybe(why))
		return
	}
	if e.Verdict {
		x.verdictMap(set, x.reg[e.Src:e.Src+set.KeyLen])
		return
	}
	m := x.member(set, x.reg[e.Src:e.Src+set.KeyLen])
	if e.HasDst { // which element's data it is, is not followed
		x.load(e.Dst, make([]octet, nftexpr.RegisterBytes-e.Dst))
	}
	if e.Invert {
		m = x.p.not(m)
	}
	x.and(m)
}

// member tells whether octets are in a set. Elements never overlap, so their matches are simply put together.
func (x *run) member(set *nftexpr.Set, o []octet) match {
	var yes, may Sources
	var why string
	for i := range set.Elements {
		m := x.element(set, &set.Elements[i], o)
		yes, may = append(yes, m.yes...), append(may, m.may...)
		if m.why != "" {
			why = m.why
		}
	}
	yes = normal(yes)
	return match{yes, subtract(normal(may), yes), why}
}

func (x *run) element(set *nftexpr.Set, e *nftexpr.Element, o []octet) match {
	if e.CatchAll {
		return x.p.always()
	}
	var m match
	switch {
	case len(set.Fields) > 1:
		m = x.p.always()
		at := 0
		for _, size := range set.Fields {
			m = m.and(x.p.between(o[at:at+size], e.From[at:at+size], e.To[at:at+size]))
			at += (size + 3) &^ 3
		}
	case len(e.From) == len(o) && len(e.To) == len(o):
		m = x.p.between(o, e.From, e.To)
	}
	if e.Conditional {
		m = m.and(x.p.maybe("an element of the set " + set.Name + " has a condition of its own"))
	}
	return m
}

// verdictMap gives each source the verdict of the element it matches. What no element matches does not match the rule.
func (x *run) verdictMap(set *nftexpr.Set, o []octet) {
	left := x.so
	x.so = match{}
	elements := slices.Clone(set.Elements)
	slices.SortStableFunc(elements, func(a, b nftexpr.Element) int { // the catch-all comes last
		switch {
		case a.CatchAll == b.CatchAll:
			return 0
		case a.CatchAll:
			return 1
		}
		return -1
	})
	for i := range elements {
		m := x.element(set, &elements[i], o)
		if m.never() {
			continue
		}
		x.so = left.and(m)
		x.verdict(elements[i].Verdict)
		x.so = match{}
		left = left.and(x.p.not(m))
	}
	x.so = match{}
}

func (x *run) xt(e nftexpr.Expr) match {
	p := x.p
	switch e := e.(type) {
	case nftexpr.XTPorts:
		if e.Proto != p.Proto {
			return match{}
		}
		return p.portIn([][2]uint16{e.Src}, true, e.InvertSrc).and(p.portIn([][2]uint16{e.Dst}, false, e.InvertDst)).
			and(p.flags(e.FlagMask, e.FlagWant, e.InvertFlags))
	case nftexpr.XTMultiport:
		var m match
		if e.Source {
			m = m.or(p.portIn(e.Ranges, true, false))
		}
		if e.Destination {
			m = m.or(p.portIn(e.Ranges, false, false))
		}
		if e.Invert {
			m = p.not(m)
		}
		return m
	case nftexpr.XTState:
		m := x.p.equalsAny(x.p.ct(nftexpr.CTState, x.at), e.States)
		if e.Invert {
			m = p.not(m)
		}
		return m
	case nftexpr.XTDstType:
		const local = 2 // RTN_LOCAL
		m := p.maybe(unknownBits)
		if p.ToHost {
			m = p.when(e.Types&(1<<local) != 0)
		}
		if e.Invert {
			m = p.not(m)
		}
		return m
	}
	return p.maybe("it is not interpreted")
}

// equalsAny tells whether a 32-bit value has one of the bits given.
func (p *Packet) equalsAny(o []octet, bits uint32) match {
	want := binary.NativeEndian.AppendUint32(nil, bits)
	open := false
	for i := range o {
		if o[i].val&o[i].known&want[i] != 0 {
			return p.always()
		}
		open = open || ^o[i].known&want[i] != 0
	}
	if open {
		return p.maybe("the state of the connection is open")
	}
	return match{}
}

func (p *Packet) portIn(ranges [][2]uint16, source, invert bool) match {
	m := match{}
	off := 2
	if source {
		off = 0
	}
	port := p.payload(nftexpr.Payload{Base: nftexpr.TransportHeader, Offset: off, Len: 2})
	for _, r := range ranges {
		m = m.or(p.between(port, binary.BigEndian.AppendUint16(nil, r[0]), binary.BigEndian.AppendUint16(nil, r[1])))
	}
	if invert {
		m = p.not(m)
	}
	return m
}

func (p *Packet) flags(mask, want byte, invert bool) match {
	if mask == 0 && want == 0 && !invert {
		return p.always()
	}
	m := p.maybe(unknownBits)
	if p.Proto == unix.IPPROTO_TCP {
		o := p.payload(nftexpr.Payload{Base: nftexpr.TransportHeader, Offset: 13, Len: 1})
		o[0] = octet{val: o[0].val & mask, known: o[0].known | ^mask}
		m = p.equals(o, []byte{want})
	}
	if invert {
		m = p.not(m)
	}
	return m
}
