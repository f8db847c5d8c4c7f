package packetpath

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// The operations on ranges agree with sets of single numbers.
func TestSourcesAgreeWithPlainSets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const size = 24
	for range 5000 {
		a, am := randomSources(rnd, size)
		b, bm := randomSources(rnd, size)
		u, i, s := union(a, b), intersect(a, b), subtract(a, b)
		for n := range uint64(size) {
			if has(u, n) != (am[n] || bm[n]) || has(i, n) != (am[n] && bm[n]) || has(s, n) != (am[n] && !bm[n]) {
				t.Fatalf("%d of %v and %v: union %v, intersection %v, difference %v", n, a, b, u, i, s)
			}
		}
		for _, x := range []Sources{u, i, s} {
			for k := 1; k < len(x); k++ {
				if !x[k-1].hi.less(x[k].lo) {
					t.Fatalf("%v is not in order", x)
				}
			}
		}
	}
}

func randomSources(rnd *rand.Rand, size int) (Sources, map[uint64]bool) {
	var s Sources
	m := map[uint64]bool{}
	for range rnd.IntN(4) {
		lo := rnd.IntN(size)
		hi := min(size-1, lo+rnd.IntN(6))
		s = append(s, span{u128{0, uint64(lo)}, u128{0, uint64(hi)}})
		for n := lo; n <= hi; n++ {
			m[uint64(n)] = true
		}
	}
	return normal(s), m
}

func has(s Sources, n uint64) bool {
	for _, x := range s {
		if x.lo.lo <= n && n <= x.hi.lo {
			return true
		}
	}
	return false
}

func TestSourcesAtTheEnds(t *testing.T) {
	all := All(true)
	half := Prefixes(netip.MustParsePrefix("8000::/1"))
	rest := subtract(all, half)
	if got := union(rest, half); len(got) != 1 || got[0] != all[0] {
		t.Errorf("the halves make %v", got)
	}
	if left := subtract(all, all); len(left) != 0 {
		t.Errorf("nothing is %v", left)
	}
	if !half.atLeast(2, all) || half.atLeast(1, all) {
		t.Error("a half is not a half")
	}
}
