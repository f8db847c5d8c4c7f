package packetpath

import (
	"encoding/binary"
	"math/big"
	"net/netip"
	"slices"
)

// u128 is an address as a number; IPv4 addresses are the lowest 2³².
type u128 struct{ hi, lo uint64 }

func (a u128) less(b u128) bool { return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo) }
func (a u128) next() u128 {
	a.lo++
	if a.lo == 0 {
		a.hi++
	}
	return a
}
func (a u128) prev() u128 {
	if a.lo == 0 {
		a.hi--
	}
	a.lo--
	return a
}

func number(b []byte) u128 {
	if len(b) == 4 {
		return u128{0, uint64(binary.BigEndian.Uint32(b))}
	}
	return u128{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

type span struct{ lo, hi u128 }

// Sources is a set of source addresses of one family: ranges, inclusive, in order, apart from each other.
type Sources []span

// All are all addresses of a family.
func All(v6 bool) Sources {
	if v6 {
		return Sources{{u128{}, u128{^uint64(0), ^uint64(0)}}}
	}
	return Sources{{u128{}, u128{0, 1<<32 - 1}}}
}

// Prefixes are the addresses in the prefixes given.
func Prefixes(prefixes ...netip.Prefix) Sources {
	var s Sources
	for _, p := range prefixes {
		s = append(s, prefixSpan(p.Masked().Addr().AsSlice(), p.Bits()))
	}
	return normal(s)
}

func prefixSpan(b []byte, bits int) span {
	last := slices.Clone(b)
	for i := bits; i < len(b)*8; i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	return span{number(b), number(last)}
}

// normal sorts ranges and joins those that touch.
func normal(s Sources) Sources {
	if len(s) < 2 {
		return s
	}
	slices.SortFunc(s, func(a, b span) int {
		switch {
		case a.lo.less(b.lo):
			return -1
		case b.lo.less(a.lo):
			return 1
		}
		return 0
	})
	out := s[:1]
	for _, x := range s[1:] {
		last := &out[len(out)-1]
		end := last.hi.next()
		wraps := end == (u128{})
		if !wraps && end.less(x.lo) {
			out = append(out, x)
		} else if last.hi.less(x.hi) {
			last.hi = x.hi
		}
	}
	return out
}

func union(a, b Sources) Sources {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return normal(append(slices.Clone(a), b...))
}

func intersect(a, b Sources) Sources {
	var out Sources
	for i, j := 0, 0; i < len(a) && j < len(b); {
		lo, hi := a[i].lo, a[i].hi
		if lo.less(b[j].lo) {
			lo = b[j].lo
		}
		if b[j].hi.less(hi) {
			hi = b[j].hi
		}
		if !hi.less(lo) {
			out = append(out, span{lo, hi})
		}
		if a[i].hi.less(b[j].hi) {
			i++
		} else {
			j++
		}
	}
	return out
}

func subtract(a, b Sources) Sources {
	var out Sources
	j := 0
	for _, x := range a {
		for j < len(b) && b[j].hi.less(x.lo) {
			j++
		}
		lo, gone := x.lo, false
		for k := j; k < len(b) && !x.hi.less(b[k].lo); k++ {
			if lo.less(b[k].lo) {
				out = append(out, span{lo, b[k].lo.prev()})
			}
			if !b[k].hi.less(x.hi) {
				gone = true
				break
			}
			lo = b[k].hi.next()
		}
		if !gone {
			out = append(out, span{lo, x.hi})
		}
	}
	return out
}

// size is the number of addresses.
func (s Sources) size() *big.Int {
	total := new(big.Int)
	for _, x := range s {
		total.Add(total, new(big.Int).Sub(x.hi.big(), x.lo.big()))
		total.Add(total, big.NewInt(1))
	}
	return total
}

func (a u128) big() *big.Int {
	n := new(big.Int).SetUint64(a.hi)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(a.lo))
}

// atLeast tells whether the set holds at least one part in n of whole.
func (s Sources) atLeast(n int64, whole Sources) bool {
	part := intersect(s, whole).size()
	return part.Mul(part, big.NewInt(n)).Cmp(whole.size()) >= 0
}
