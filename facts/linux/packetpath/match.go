package packetpath

import (
	"bytes"
)

// match is for which sources a condition holds, certainly and possibly; for all others it certainly does not.
type match struct {
	yes, may Sources
	why      string
}

func (p *Packet) always() match { return match{yes: All(p.V6)} }

func (p *Packet) maybe(why string) match { return match{may: All(p.V6), why: why} }

func (p *Packet) when(b bool) match {
	if b {
		return p.always()
	}
	return match{}
}

// not is the contrary.
func (p *Packet) not(m match) match {
	return match{yes: subtract(subtract(All(p.V6), m.yes), m.may), may: m.may, why: m.why}
}

func (m match) and(o match) match {
	both := match{yes: intersect(m.yes, o.yes), why: m.why}
	if both.why == "" {
		both.why = o.why
	}
	if len(m.may) > 0 || len(o.may) > 0 {
		both.may = subtract(intersect(union(m.yes, m.may), union(o.yes, o.may)), both.yes)
	}
	return both
}

func (m match) or(o match) match {
	either := match{yes: union(m.yes, o.yes), why: m.why}
	if either.why == "" {
		either.why = o.why
	}
	if len(m.may) > 0 || len(o.may) > 0 {
		either.may = subtract(union(m.may, o.may), either.yes)
	}
	return either
}

func (m match) never() bool { return len(m.yes) == 0 && len(m.may) == 0 }

// octet is one byte of a register: its bits as far as they are known, or a byte of the source address under a mask.
type octet struct {
	val, known byte
	src        int8 // 1-based position in the source address; 0 for none
	mask       byte // of src
}

func certain(b []byte) []octet {
	out := make([]octet, len(b))
	for i, v := range b {
		out[i] = octet{val: v, known: 0xff}
	}
	return out
}

// sourceRun tells whether octets are the beginning of the source address, and how many of its bits they hold: all of
// them, or a prefix.
func (p *Packet) sourceRun(o []octet) (bits int, ok bool) {
	size := 4
	if p.V6 {
		size = 16
	}
	if len(o) == 0 || len(o) > size {
		return 0, false
	}
	ended := false
	for i, x := range o {
		if x.src == 0 && x.known == 0xff && x.val == 0 && i > 0 {
			ended = true // masked away
			continue
		}
		if x.src != int8(i+1) || (ended && x.mask != 0) {
			return 0, false
		}
		n, m := 0, x.mask
		for m&0x80 != 0 {
			n, m = n+1, m<<1
		}
		if m != 0 {
			return 0, false
		}
		bits += n
		ended = ended || n < 8
	}
	return bits, true
}

// equals compares octets with constant bytes of the same length.
func (p *Packet) equals(o []octet, want []byte) match {
	m, start := p.always(), -1
	for i := 0; i <= len(o); i++ {
		if i < len(o) && o[i].src != 0 {
			if start < 0 || o[i].src == 1 { // a run begins
				if start >= 0 {
					m = m.and(p.sourceEquals(o[start:i], want[start:i]))
				}
				start = i
			}
			continue
		}
		if start >= 0 {
			m = m.and(p.sourceEquals(o[start:i], want[start:i]))
			start = -1
		}
		if i == len(o) {
			break
		}
		if (o[i].val^want[i])&o[i].known != 0 {
			return match{}
		}
		if o[i].known != 0xff {
			m = m.and(p.maybe(unknownBits))
		}
	}
	return m
}

const unknownBits = "it depends on a property of the packet that is left open"

func (p *Packet) sourceEquals(o []octet, want []byte) match {
	bits, ok := p.sourceRun(o)
	if !ok {
		return p.maybe("it looks at a part of the source address")
	}
	whole := make([]byte, len(All(p.V6).addrBytes()))
	copy(whole, want)
	for i := bits; i < len(whole)*8; i++ { // bits are wanted that a mask has taken away
		if whole[i/8]&(0x80>>(i%8)) != 0 {
			return match{}
		}
	}
	return match{yes: Sources{prefixSpan(whole, bits)}}
}

// addrBytes is an address of the family whose set of all addresses s is.
func (s Sources) addrBytes() []byte {
	if s[0].hi.hi == 0 {
		return make([]byte, 4)
	}
	return make([]byte, 16)
}

// between tells whether octets are within two bounds, inclusive, as big-endian numbers.
func (p *Packet) between(o []octet, from, to []byte) match {
	if bytes.Compare(from, to) > 0 {
		return match{}
	}
	if bytes.Equal(from, to) {
		return p.equals(o, from)
	}
	if bits, ok := p.sourceRun(o); ok && len(o) == len(All(p.V6).addrBytes()) && bits == len(o)*8 {
		return match{yes: Sources{{number(from), number(to)}}}
	}
	lowest, highest := make([]byte, len(o)), make([]byte, len(o))
	for i, x := range o {
		if x.src != 0 {
			return p.maybe("it looks at a part of the source address")
		}
		lowest[i], highest[i] = x.val&x.known, x.val|^x.known
	}
	switch {
	case bytes.Compare(highest, from) < 0 || bytes.Compare(lowest, to) > 0:
		return match{}
	case bytes.Compare(lowest, from) >= 0 && bytes.Compare(highest, to) <= 0:
		return p.always()
	}
	return p.maybe(unknownBits)
}
