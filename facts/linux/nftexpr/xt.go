package nftexpr

import (
	"encoding/binary"
)

// What iptables-nft's own matches decode to.
type (
	// XTPorts is the match tcp or udp: port ranges, inclusive, and TCP flags.
	XTPorts struct {
		Proto              uint8
		Src, Dst           [2]uint16
		InvertSrc          bool
		InvertDst          bool
		FlagMask, FlagWant uint8
		InvertFlags        bool
	}
	// XTMultiport is a list of port ranges, inclusive.
	XTMultiport struct {
		Source, Destination bool // both: either port
		Ranges              [][2]uint16
		Invert              bool
	}
	// XTState is a set of connection states in nftables' own bits (see [StateNew]).
	XTState struct {
		States uint32
		Invert bool
	}
	// XTFirst is a match whose answer is the same for the first packet of every connection that comes from a stranger
	// and has no extension headers.
	XTFirst struct {
		Name  string
		Holds bool
	}
	// XTDstType is a set of destination address types, a bit for each routing type.
	XTDstType struct {
		Types  uint16
		Invert bool
	}
)

// States of a connection, as CTState loads them.
const (
	StateInvalid     = 1 << 0
	StateEstablished = 1 << 1
	StateRelated     = 1 << 2
	StateNew         = 1 << 3
	StateUntracked   = 1 << 6
)

// Kind is the expression's name.
func (XTPorts) Kind() string     { return "xt ports" }     // Kind is the expression's name.
func (XTMultiport) Kind() string { return "xt multiport" } // Kind is the expression's name.
func (XTState) Kind() string     { return "xt state" }     // Kind is the expression's name.
func (XTDstType) Kind() string   { return "xt addrtype" }  // Kind is the expression's name.

// Kind is the expression's name.
func (x XTFirst) Kind() string { return "xt " + x.Name }

// passiveTargets let the packet go on to the next rule (XT_CONTINUE).
var passiveTargets = map[string]bool{
	"LOG": true, "NFLOG": true, "TRACE": true, "AUDIT": true, "MARK": true, "CONNMARK": true, "CLASSIFY": true, "DSCP": true,
	"TOS": true, "TTL": true, "HL": true, "TCPMSS": true, "SECMARK": true, "CONNSECMARK": true, "CHECKSUM": true, "SET": true,
}

// Decode gives the meaning of a match or target: one of the types above, a plain expression, or [Opaque]. The layouts
// are those of linux/netfilter/xt_*.h; numbers are in the machine's byte order.
func (x XT) Decode() Expr {
	if x.Target {
		return x.target()
	}
	if e := x.match(); e != nil {
		return e
	}
	return Opaque{Name: x.Kind(), Why: "this match of iptables is not interpreted", Condition: true}
}

func (x XT) target() Expr {
	switch x.Name {
	case "REJECT":
		return Reject{}
	case "DNAT", "REDIRECT", "NETMAP":
		return NAT{x.Name, true}
	case "SNAT", "MASQUERADE":
		return NAT{x.Name, false}
	case "NOTRACK", "CT": // CT may be used for notrack; taking it for that only makes states unknown
		return Notrack{}
	case "NFQUEUE", "QUEUE":
		return QueueExpr{}
	}
	if passiveTargets[x.Name] {
		return Passive{Name: x.Kind(), Text: x.Name}
	}
	return Opaque{Name: x.Kind(), Why: "this target of iptables is not interpreted"}
}

// match is nil for what is not known, or known only in another revision or with other options.
func (x XT) match() Expr {
	b := x.Info
	u16 := func(at int) uint16 { return binary.NativeEndian.Uint16(b[at:]) }
	switch {
	case x.Name == "comment":
		return Passive{Name: x.Kind()}
	case x.Name == "limit" && x.Rev == 0:
		return Limit{}
	case x.Name == "tcp" && x.Rev == 0 && len(b) >= 12:
		if b[8] != 0 || b[11]&^7 != 0 { // a TCP option is asked for
			return nil
		}
		return XTPorts{Proto: 6, Src: [2]uint16{u16(0), u16(2)}, Dst: [2]uint16{u16(4), u16(6)}, FlagMask: b[9], FlagWant: b[10],
			InvertSrc: b[11]&1 != 0, InvertDst: b[11]&2 != 0, InvertFlags: b[11]&4 != 0}
	case x.Name == "udp" && x.Rev == 0 && len(b) >= 9:
		return XTPorts{Proto: 17, Src: [2]uint16{u16(0), u16(2)}, Dst: [2]uint16{u16(4), u16(6)},
			InvertSrc: b[8]&1 != 0, InvertDst: b[8]&2 != 0}
	case x.Name == "multiport" && x.Rev == 1 && len(b) >= 48:
		return multiport(b, u16)
	case x.Name == "conntrack" && (x.Rev == 2 || x.Rev == 3) && len(b) >= 154:
		const stateOnly = 1
		if u16(146) != stateOnly {
			return nil
		}
		return stateMatch(uint32(u16(150)), u16(148)&stateOnly != 0)
	case x.Name == "state" && x.Rev == 0 && len(b) >= 4:
		return stateMatch(binary.NativeEndian.Uint32(b), false)
	case x.Name == "rt" && x.Rev == 0: // asks for an IPv6 routing header, which plain packets have not
		return XTFirst{x.Name, false}
	case x.Name == "recent" && len(b) >= 10:
		return recent(binary.NativeEndian.Uint32(b[4:]), b[8], b[9] != 0)
	case x.Name == "addrtype" && x.Rev == 1 && len(b) >= 8:
		flags := binary.NativeEndian.Uint32(b[4:])
		if u16(0) != 0 || u16(2) == 0 || flags&^2 != 0 { // a source type, or limited to an interface
			return nil
		}
		return XTDstType{Types: u16(2), Invert: flags&2 != 0}
	}
	return nil
}

// recent knows addresses that were seen before. A stranger's is noted by --set, which always matches; a match that wants
// two hits or more does not hold the first time. See recent_mt in net/netfilter/xt_recent.c.
func recent(hits uint32, action byte, invert bool) Expr {
	const check, set, update = 1, 2, 4
	switch {
	case action&set != 0:
		return XTFirst{"recent", !invert}
	case action&(check|update) != 0 && hits >= 2 && !invert:
		return XTFirst{"recent", false}
	}
	return nil
}

func multiport(b []byte, u16 func(int) uint16) Expr {
	m := XTMultiport{Source: b[0] != 1, Destination: b[0] != 0, Invert: b[47] != 0}
	n := int(b[1])
	if b[0] > 2 || n > 15 {
		return nil
	}
	for i := 0; i < n; i++ {
		r := [2]uint16{u16(2 + 2*i), u16(2 + 2*i)}
		if b[32+i] != 0 { // the next port ends a range that begins here
			if i++; i >= n {
				return nil
			}
			r[1] = u16(2 + 2*i)
		}
		m.Ranges = append(m.Ranges, r)
	}
	return m
}

// stateMatch translates XT_CONNTRACK_STATE_* bits. Those of SNAT and DNAT have no counterpart: they are conditions on
// their own, not interpreted here unless the state decides already.
func stateMatch(mask uint32, invert bool) Expr {
	const snat, dnat, untracked = 1 << 6, 1 << 7, 1 << 8
	if mask&(snat|dnat) != 0 {
		return nil
	}
	s := XTState{States: mask & 0xf, Invert: invert}
	if mask&untracked != 0 {
		s.States |= StateUntracked
	}
	return s
}
