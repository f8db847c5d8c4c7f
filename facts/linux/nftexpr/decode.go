package nftexpr

import (
	"errors"
	"fmt"
)

// headerLen is struct nfgenmsg, which stands before the attributes of each message.
const headerLen = 4

// maxExprs bounds the expressions of one rule; the kernel's own bound is 128.
const maxExprs = 1024

// ParseRule decodes the body of an NFT_MSG_NEWRULE message. The error is of a message that is not a rule at all; what
// is not understood inside of one is [Opaque].
func ParseRule(msg []byte) (Rule, error) {
	if len(msg) < headerLen {
		return Rule{}, errShort
	}
	f := fieldsOf(msg[headerLen:])
	r := Rule{Family: msg[0], Table: f.str(1), Chain: f.str(2), Handle: f.u64(3)}
	if list, ok := f.take(4); ok { // NFTA_RULE_EXPRESSIONS
		elems, err := attrs(list)
		if err != nil {
			return Rule{}, err
		}
		if len(elems) > maxExprs {
			return Rule{}, fmt.Errorf("%d expressions in one rule", len(elems))
		}
		for _, e := range elems {
			r.Exprs = append(r.Exprs, parseExpr(e))
		}
	}
	if data, ok := f.take(7); ok { // NFTA_RULE_USERDATA
		r.Comment = comment(data)
	}
	return r, f.err
}

// comment finds NFTNL_UDATA_RULE_COMMENT among the type-length-values that nft keeps beside a rule.
func comment(b []byte) string {
	for len(b) >= 2 {
		typ, size := b[0], int(b[1])
		if len(b) < 2+size {
			return ""
		}
		if typ == 0 {
			return cString(b[2 : 2+size])
		}
		b = b[2+size:]
	}
	return ""
}

// decoders of the expressions' own attributes, by name.
var decoders = map[string]func(*fields) Expr{
	"meta":      decodeMeta,
	"ct":        decodeCT,
	"payload":   decodePayload,
	"cmp":       decodeCmp,
	"range":     decodeRange,
	"bitwise":   decodeBitwise,
	"byteorder": decodeByteorder,
	"lookup":    decodeLookup,
	"immediate": decodeImmediate,
	"fib":       decodeFib,
	"limit":     decodeLimit,
	"connlimit": func(f *fields) Expr { f.skip(1); return Connlimit{Over: f.u32or(2, 0)&1 != 0} },
	"reject":    func(f *fields) Expr { return Reject{int(f.u32(1)), int(f.u8or(2, 0))} },
	"counter":   func(f *fields) Expr { f.skip(1, 2, 3); return Passive{Name: "counter", Text: "counter"} },
	"log":       decodeLog,
	"last":      func(f *fields) Expr { f.skip(1, 2, 3); return Passive{Name: "last"} },
	"dup":       func(f *fields) Expr { f.skip(1, 2); return Passive{Name: "dup", Text: "dup"} },
	"objref":    decodeObjref,
	"notrack":   func(*fields) Expr { return Notrack{} },
	"queue":     func(f *fields) Expr { f.skip(1, 2, 3, 4); return QueueExpr{} },
	"nat":       func(f *fields) Expr { n := NAT{"nat", f.u32(1) == 1}; f.skip(2, 3, 4, 5, 6, 7); return n },
	"masq":      func(f *fields) Expr { f.skip(1, 2, 3); return NAT{"masq", false} },
	"redir":     func(f *fields) Expr { f.skip(1, 2, 3); return NAT{"redir", true} },
	"match":     func(f *fields) Expr { return XT{false, f.str(1), f.u32(2), f.bytes(3)} },
	"target":    func(f *fields) Expr { return XT{true, f.str(1), f.u32(2), f.bytes(3)} },
}

// conditions are the expressions that can only match, load or set: they never decide over a packet by themselves.
var conditions = map[string]bool{
	"socket": true, "osf": true, "rt": true, "xfrm": true, "exthdr": true, "numgen": true, "hash": true, "tunnel": true,
	"meta": true, "ct": true, "payload": true, "fib": true, "bitwise": true, "byteorder": true, "cmp": true, "range": true,
	"limit": true, "connlimit": true, "quota": true, "dynset": true, "match": true, "inner": true, "flow_offload": true,
	"counter": true, "last": true,
}

// parseExpr decodes one NFTA_LIST_ELEM.
func parseExpr(elem attr) Expr {
	outer := fieldsOf(elem.data)
	name := outer.str(1)
	if outer.err != nil {
		return Opaque{Name: "expression", Why: outer.err.Error()}
	}
	data, _ := outer.take(2) // notrack has none
	decode, ok := decoders[name]
	if !ok {
		return opaque(name, errors.New("this expression is not known"))
	}
	f := fieldsOf(data)
	e := decode(f)
	if err := f.done(); err != nil {
		return opaque(name, err)
	}
	if o, ok := e.(Opaque); ok {
		o.Name, o.Condition = name, o.Condition || conditions[name]
		return o
	}
	return e
}

// opaque keeps what is not understood in its place. A lookup can give a verdict, so it is a condition only when it is
// understood.
func opaque(name string, err error) Opaque {
	return Opaque{Name: name, Why: err.Error(), Condition: conditions[name]}
}

func decodeMeta(f *fields) Expr {
	key := f.u32(2)
	if f.has(3) { // NFTA_META_SREG
		f.skip(3)
		return MetaSet{key}
	}
	return Meta{key, f.reg(1)}
}

func decodeCT(f *fields) Expr {
	key := f.u32(2)
	if f.has(4) { // NFTA_CT_SREG
		f.skip(3, 4)
		return CTSet{key}
	}
	return CT{key, f.reg(1)} // NFTA_CT_DIRECTION (3) is left: such a load is opaque
}

func decodePayload(f *fields) Expr {
	base, offset, size := int(f.u32(2)), int(f.u32(3)), int(f.u32(4))
	if f.has(5) { // NFTA_PAYLOAD_SREG
		f.skip(5, 6, 7, 8)
		return PayloadSet{base, offset, size}
	}
	reg := f.reg(1)
	if size <= 0 || reg+size > RegisterBytes {
		f.fail(errors.New("a load of an impossible length"))
	}
	return Payload{base, offset, size, reg}
}

func decodeCmp(f *fields) Expr {
	c := Cmp{Reg: f.reg(1), Op: int(f.u32(2)), Data: f.data(3)}
	if c.Op > Gte || c.Reg+len(c.Data) > RegisterBytes {
		f.fail(errors.New("an impossible comparison"))
	}
	return c
}

func decodeRange(f *fields) Expr {
	r := Range{Reg: f.reg(1), Op: int(f.u32(2)), From: f.data(3), To: f.data(4)}
	if r.Op > Neq || len(r.From) != len(r.To) || r.Reg+len(r.From) > RegisterBytes {
		f.fail(errors.New("an impossible range"))
	}
	return r
}

func decodeBitwise(f *fields) Expr {
	if f.u32or(6, 0) != 0 { // NFTA_BITWISE_OP: shifts, and the boolean ones of newer kernels
		return Opaque{Why: "a shift"}
	}
	size := int(f.u32(3))
	b := Bitwise{Src: f.reg(1), Dst: f.reg(2), Mask: f.data(4), Xor: f.data(5)}
	if len(b.Mask) != size || len(b.Xor) != size || max(b.Src, b.Dst)+size > RegisterBytes {
		f.fail(errors.New("an impossible mask"))
	}
	return b
}

func decodeByteorder(f *fields) Expr {
	b := Byteorder{Src: f.reg(1), Dst: f.reg(2), Len: int(f.u32(4)), Size: int(f.u32(5))}
	f.skip(3) // ntoh and hton are the same exchange
	if (b.Size != 2 && b.Size != 4 && b.Size != 8) || b.Len <= 0 || b.Len%b.Size != 0 || max(b.Src, b.Dst)+b.Len > RegisterBytes {
		f.fail(errors.New("an impossible change of byte order"))
	}
	return b
}

func decodeLookup(f *fields) Expr {
	l := Lookup{Set: f.str(1), Src: f.reg(2)}
	f.skip(4) // NFTA_LOOKUP_SET_ID: inside a transaction only
	l.Invert = f.u32or(5, 0)&1 != 0
	if f.has(3) {
		l.HasDst = true
		if reg := f.u32(3); reg == 0 { // NFT_REG_VERDICT
			l.Verdict = true
		} else {
			l.Dst = f.regOf(reg)
		}
	}
	return l
}

func decodeImmediate(f *fields) Expr {
	reg := f.u32(1)
	if reg != 0 {
		i := Immediate{Reg: f.regOf(reg), Data: f.data(2)}
		if i.Reg+len(i.Data) > RegisterBytes {
			f.fail(errors.New("an impossible constant"))
		}
		return i
	}
	n := f.nested(2)
	v, err := parseVerdict(n.bytes(2))
	f.fail(err)
	f.fail(n.done())
	return VerdictExpr{v}
}

// parseVerdict decodes nested NFTA_DATA_VERDICT.
func parseVerdict(b []byte) (Verdict, error) {
	f := fieldsOf(b)
	v := Verdict{Code: int32(f.u32(1))}
	f.skip(3) // NFTA_VERDICT_CHAIN_ID
	switch v.Code {
	case Drop, Accept, Continue, Break, Return:
	case Jump, Goto:
		v.Chain = f.str(2)
	default:
		if v.Code&0xff != Queue { // the queue's number is in the upper half
			f.fail(fmt.Errorf("verdict %d is not known", v.Code))
		}
		v.Code = Queue
	}
	return v, f.done()
}

func decodeFib(f *fields) Expr {
	return Fib{Reg: f.reg(1), Result: int(f.u32(2)), Flags: int(f.u32(3))}
}

func decodeLimit(f *fields) Expr {
	f.skip(1, 2, 3, 4, 6)
	return Limit{Over: f.u32or(5, 0)&1 != 0}
}

// decodeObjref is the use of a named object. Counters, helpers, timeouts, security marks and expectations decide nothing.
func decodeObjref(f *fields) Expr {
	if f.has(3) { // an object chosen through a map
		f.skip(3, 4, 5)
		return Opaque{Why: "an object chosen by a map"}
	}
	kind, name := f.u32(1), f.str(2)
	switch kind {
	case 1, 3, 7, 8, 9:
		return Passive{Name: "objref", Text: fmt.Sprintf("object %q", name)}
	case 2, 4, 5:
		return Opaque{Name: "objref", Why: "a named quota or limit", Condition: true}
	}
	return Opaque{Name: "objref", Why: "a named object that is not known"}
}

func decodeLog(f *fields) Expr {
	text := "log"
	if prefix, ok := f.take(2); ok {
		text += fmt.Sprintf(" prefix %q", cString(prefix))
	}
	f.skip(1, 3, 4, 5, 6)
	return Passive{Name: "log", Text: text}
}
