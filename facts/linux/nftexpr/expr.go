// Package nftexpr decodes what the kernel says of nftables rules and sets over netlink (NFT_MSG_NEWRULE, NFT_MSG_NEWSET,
// NFT_MSG_NEWSETELEM) without losing meaning: an expression, or a part of one, that it does not know stays in its place
// as [Opaque], so that a rule is never taken for one with fewer conditions. It reads bytes only; it does not know how
// they were obtained and evaluates nothing.
package nftexpr

import "fmt"

// Expr is one expression of a rule. Rules run their expressions in order; a failed match ends the rule.
type Expr interface{ Kind() string }

// Bases of a payload.
const (
	LinkHeader = iota
	NetworkHeader
	TransportHeader
	InnerHeader
)

// Keys of Meta, those that are interpreted; see enum nft_meta_keys.
const (
	MetaProtocol = 1
	MetaMark     = 3
	MetaIif      = 4
	MetaOif      = 5
	MetaIifname  = 6
	MetaOifname  = 7
	MetaNfproto  = 15
	MetaL4proto  = 16
	MetaPkttype  = 19
)

// Keys of CT, those that are interpreted; see enum nft_ct_keys.
const (
	CTState     = 0
	CTDirection = 1
	CTStatus    = 2
	CTMark      = 3
)

// Operators of Cmp and Range; Range knows Eq and Neq only.
const (
	Eq = iota
	Neq
	Lt
	Lte
	Gt
	Gte
)

// Codes of a Verdict; see nf_tables(4) and linux/netfilter.h.
const (
	Drop     = 0
	Accept   = 1
	Queue    = 3
	Continue = -1
	Break    = -2
	Jump     = -3
	Goto     = -4
	Return   = -5
)

// Verdict is what becomes of a packet.
type Verdict struct {
	Code  int32
	Chain string // of Jump and Goto
}

// Registers are addressed in bytes: NFT_REG_1 begins at 0, each 32-bit register has four.
type (
	// Meta loads a property of the packet.
	Meta struct {
		Key uint32
		Reg int
	}
	// MetaSet sets one, such as the mark.
	MetaSet struct{ Key uint32 }
	// CT loads a property of the connection.
	CT struct {
		Key uint32
		Reg int
	}
	// CTSet sets one.
	CTSet struct{ Key uint32 }
	// Payload loads bytes of the packet.
	Payload struct{ Base, Offset, Len, Reg int }
	// PayloadSet overwrites bytes of the packet.
	PayloadSet struct{ Base, Offset, Len int }
	// Cmp compares a register with constant bytes.
	Cmp struct {
		Op   int
		Reg  int
		Data []byte
	}
	// Range tells whether a register is within bounds, inclusive (Eq), or out of them (Neq).
	Range struct {
		Op       int
		Reg      int
		From, To []byte
	}
	// Bitwise computes (register & Mask) ^ Xor.
	Bitwise struct {
		Src, Dst  int
		Mask, Xor []byte
	}
	// Byteorder turns each element of Size bytes around when the machine is little-endian.
	Byteorder struct{ Src, Dst, Len, Size int }
	// Lookup looks a register up in a set; with a map the data goes to Dst, or is the verdict.
	Lookup struct {
		Set     string
		Src     int
		HasDst  bool
		Dst     int
		Verdict bool // the data is a verdict
		Invert  bool
	}
	// Immediate loads constant bytes.
	Immediate struct {
		Reg  int
		Data []byte
	}
	// VerdictExpr is an immediate verdict.
	VerdictExpr struct{ Verdict Verdict }
	// Fib asks the routing table.
	Fib struct{ Result, Flags, Reg int }
	// Limit matches as long as a rate is kept (or, inverted, once it is exceeded).
	Limit struct{ Over bool }
	// Connlimit matches while there are few connections (or, inverted, many).
	Connlimit struct{ Over bool }
	// Reject refuses the packet with an answer.
	Reject struct{ Type, Code int }
	// Log, Counter and their like change nothing of what becomes of the packet.
	Passive struct{ Name, Text string }
	// NAT rewrites an address or port.
	NAT struct {
		Name        string // nat, masq, redir
		Destination bool
	}
	// Notrack takes the packet out of connection tracking.
	Notrack struct{}
	// QueueExpr hands the packet to a program.
	QueueExpr struct{}
	// XT is a match or target of iptables, as a blob; see [XT.Decode].
	XT struct {
		Target bool
		Name   string
		Rev    uint32
		Info   []byte
	}
	// Opaque is what is not understood, or only in part: nothing may be concluded from it but what Condition says.
	Opaque struct {
		Name string
		Why  string
		// Condition: it is known to do nothing but match or load. Otherwise it may decide over the packet.
		Condition bool
	}
)

// Kind is the expression's name, as the kernel has it.
func (Meta) Kind() string        { return "meta" }
func (MetaSet) Kind() string     { return "meta" }         // Kind is the expression's name.
func (CT) Kind() string          { return "ct" }           // Kind is the expression's name.
func (CTSet) Kind() string       { return "ct" }           // Kind is the expression's name.
func (Payload) Kind() string     { return "payload" }      // Kind is the expression's name.
func (PayloadSet) Kind() string  { return "payload" }      // Kind is the expression's name.
func (Cmp) Kind() string         { return "cmp" }          // Kind is the expression's name.
func (Range) Kind() string       { return "range" }        // Kind is the expression's name.
func (Bitwise) Kind() string     { return "bitwise" }      // Kind is the expression's name.
func (Byteorder) Kind() string   { return "byteorder" }    // Kind is the expression's name.
func (Lookup) Kind() string      { return "lookup" }       // Kind is the expression's name.
func (Immediate) Kind() string   { return "immediate" }    // Kind is the expression's name.
func (VerdictExpr) Kind() string { return "immediate" }    // Kind is the expression's name.
func (Fib) Kind() string         { return "fib" }          // Kind is the expression's name.
func (Limit) Kind() string       { return "limit" }        // Kind is the expression's name.
func (Connlimit) Kind() string   { return "connlimit" }    // Kind is the expression's name.
func (Reject) Kind() string      { return "reject" }       // Kind is the expression's name.
func (p Passive) Kind() string   { return p.Name }         // Kind is the expression's name.
func (n NAT) Kind() string       { return n.Name }         // Kind is the expression's name.
func (Notrack) Kind() string     { return "notrack" }      // Kind is the expression's name.
func (QueueExpr) Kind() string   { return "queue" }        // Kind is the expression's name.
func (x XT) Kind() string        { return "xt " + x.Name } // Kind is the expression's name.
func (o Opaque) Kind() string    { return o.Name }         // Kind is the expression's name.

// Rule is one rule in its chain.
type Rule struct {
	Family  uint8
	Table   string
	Chain   string
	Handle  uint64
	Exprs   []Expr
	Comment string
}

// String names the rule as nft users find it: "inet filter input handle 4".
func (r Rule) String() string {
	return fmt.Sprintf("%s %s %s handle %d", FamilyName(r.Family), r.Table, r.Chain, r.Handle)
}

// Opaque is the first expression that is not understood.
func (r Rule) Opaque() (Opaque, bool) {
	for _, e := range r.Exprs {
		if o, ok := e.(Opaque); ok {
			return o, true
		}
		if x, ok := e.(XT); ok {
			if o, ok := x.Decode().(Opaque); ok {
				return o, true
			}
		}
	}
	return Opaque{}, false
}

// FamilyName is the name nft gives to a family number.
func FamilyName(f uint8) string {
	switch f {
	case 1:
		return "inet"
	case 2:
		return "ip"
	case 3:
		return "arp"
	case 5:
		return "netdev"
	case 7:
		return "bridge"
	case 10:
		return "ip6"
	}
	return fmt.Sprintf("family%d", f)
}
