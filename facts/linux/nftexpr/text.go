package nftexpr

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Summary is a rule in the words of nft(8), for people and for simple questions. Only Text is whole: what a rule asks of
// a packet beyond the other fields stands in it, and what is not understood stands in it in angle brackets.
type Summary struct {
	Text     string
	Protocol string   // tcp, udp, icmp, … when the rule is for one
	Dports   []string // destination ports, ranges as "8080-8090"; when the rule is for some
	Saddr    []string // source addresses, when the rule is for some
	Daddr    []string
	Iif, Oif string
	States   []string // connection states
	Verdict  string   // accept, drop, reject, jump NAME, …; empty for none
	Opaque   bool     // something is not understood
}

// what is the thing a register holds.
type what struct {
	name string // as nft writes it: "tcp dport", "ip saddr"
	kind string // how its values are written: port, addr, name, state, proto, nfproto, number
	mask []byte
	size int    // bytes of the register that it takes
	tail string // " & 0x12"
}

// Describe puts a rule in words. Sets are those of its table, interfaces are names by index.
func Describe(r Rule, sets map[string]*Set, interfaces map[uint32]string) Summary {
	d := &describer{sets: sets, interfaces: interfaces, family: r.Family, reg: map[int]what{}}
	for _, e := range r.Exprs {
		if xt, ok := e.(XT); ok {
			e = xt.Decode()
		}
		d.expr(e)
	}
	d.flushProto()
	if r.Comment != "" {
		d.say(fmt.Sprintf("comment %q", r.Comment))
	}
	d.Text = strings.Join(d.words, " ")
	return d.Summary
}

type describer struct {
	Summary
	sets   map[string]*Set
	family uint8

	interfaces map[uint32]string

	reg   map[int]what
	words []string
	proto string // a protocol that was matched and not yet said
}

func (d *describer) say(s string) {
	if s != "" {
		d.words = append(d.words, s)
	}
}

// flushProto says "meta l4proto tcp" when nothing else, like "tcp dport", has said it.
func (d *describer) flushProto() {
	if d.proto != "" {
		d.say("meta l4proto " + d.proto)
		d.proto = ""
	}
}

func (d *describer) opaque(s string) {
	d.flushProto()
	d.Opaque = true
	d.say("<" + s + ">")
}

func (d *describer) expr(e Expr) {
	switch e := e.(type) {
	case Meta:
		d.load(e.Reg, 4, metaWhat(e.Key))
	case CT:
		d.load(e.Reg, 4, ctWhat(e.Key))
	case Payload:
		d.load(e.Reg, e.Len, d.payload(e))
	case Fib:
		d.load(e.Reg, 4, what{name: fibName(e), kind: "number"})
	case Immediate:
		d.load(e.Reg, len(e.Data), what{name: value(e.Data, "number")})
	case Bitwise:
		w := d.reg[e.Src]
		w.mask = e.Mask
		if !bytes.Equal(e.Xor, make([]byte, len(e.Xor))) {
			w.name += " ^ 0x" + fmt.Sprintf("%x", e.Xor)
		}
		d.reg[e.Dst] = w
	case Byteorder:
		w := d.reg[e.Src]
		if w.kind != "port" && w.kind != "addr" {
			w.kind = "number-be"
		}
		d.reg[e.Dst] = w
	case Cmp:
		d.compare(d.reg[e.Reg], e.Op, e.Data)
	case Range:
		w := d.reg[e.Reg]
		d.clause(w, []string{"=", "!="}[e.Op], []string{value(e.From, w.kind) + "-" + value(e.To, w.kind)})
	case Lookup:
		d.lookup(e)
	case VerdictExpr:
		d.flushProto()
		d.verdict(e.Verdict.String())
	case Reject:
		d.flushProto()
		d.verdict("reject")
	case NAT:
		d.flushProto()
		d.verdict(map[string]string{"masq": "masquerade", "redir": "redirect", "nat": natName(e)}[e.Name])
		if d.Verdict == "" {
			d.verdict(strings.ToLower(e.Name))
		}
	case Passive:
		d.flushProto()
		d.say(e.Text)
	case Limit:
		d.flushProto()
		d.say(map[bool]string{false: "limit rate", true: "limit rate over"}[e.Over])
	case Connlimit:
		d.flushProto()
		d.say(map[bool]string{false: "ct count", true: "ct count over"}[e.Over])
	case MetaSet, CTSet, PayloadSet:
		d.flushProto()
		d.say(e.Kind() + " set")
	case Notrack, QueueExpr:
		d.flushProto()
		d.verdict(e.Kind())
	case XTFirst:
		d.flushProto()
		d.say(e.Kind())
	case XTPorts, XTMultiport, XTState, XTDstType:
		d.xt(e)
	case Opaque:
		d.opaque(e.Name + ": " + e.Why)
	default:
		d.opaque(e.Kind())
	}
}

// load puts something into a register and forgets what was there.
func (d *describer) load(reg, size int, w what) {
	w.size = size
	for at := range d.reg {
		if at >= reg && at < reg+size {
			delete(d.reg, at)
		}
	}
	d.reg[reg] = w
}

func natName(n NAT) string {
	if n.Destination {
		return "dnat"
	}
	return "snat"
}

func (d *describer) verdict(v string) {
	if d.Verdict == "" {
		d.Verdict = v
	}
	d.say(v)
}

// String is the verdict as nft writes it.
func (v Verdict) String() string {
	name := map[int32]string{Drop: "drop", Accept: "accept", Queue: "queue", Continue: "continue", Break: "break", Jump: "jump", Goto: "goto", Return: "return"}[v.Code]
	if v.Chain != "" {
		name += " " + v.Chain
	}
	return name
}

func metaWhat(key uint32) what {
	switch key {
	case MetaProtocol:
		return what{name: "meta protocol", kind: "ether"}
	case MetaMark:
		return what{name: "meta mark", kind: "number"}
	case MetaIif, MetaOif:
		return what{name: map[uint32]string{MetaIif: "iif", MetaOif: "oif"}[key], kind: "index"}
	case MetaIifname, MetaOifname:
		return what{name: map[uint32]string{MetaIifname: "iifname", MetaOifname: "oifname"}[key], kind: "name"}
	case MetaNfproto:
		return what{name: "meta nfproto", kind: "nfproto"}
	case MetaL4proto:
		return what{name: "meta l4proto", kind: "proto"}
	case MetaPkttype:
		return what{name: "meta pkttype", kind: "number"}
	}
	return what{name: fmt.Sprintf("meta key %d", key), kind: "number"}
}

func ctWhat(key uint32) what {
	switch key {
	case CTState:
		return what{name: "ct state", kind: "state"}
	case CTStatus:
		return what{name: "ct status", kind: "number"}
	case CTDirection:
		return what{name: "ct direction", kind: "number"}
	case CTMark:
		return what{name: "ct mark", kind: "number"}
	}
	return what{name: fmt.Sprintf("ct key %d", key), kind: "number"}
}

func fibName(f Fib) string {
	var b strings.Builder
	b.WriteString("fib")
	for i, n := range []string{"saddr", "daddr", "mark", "iif", "oif"} {
		if f.Flags&(1<<i) != 0 {
			b.WriteString(" " + n)
		}
	}
	return b.String() + " " + map[int]string{1: "oif", 2: "oifname", 3: "type"}[f.Result]
}

func (d *describer) payload(p Payload) what {
	v6 := d.family == 10 || (d.family == 1 && p.Len == 16)
	switch {
	case p.Base == TransportHeader && p.Len == 2 && p.Offset == 0:
		return what{name: "sport", kind: "port"}
	case p.Base == TransportHeader && p.Len == 2 && p.Offset == 2:
		return what{name: "dport", kind: "port"}
	case p.Base == TransportHeader && p.Len == 4 && p.Offset == 0:
		return what{name: "sport . dport", kind: "number-be"}
	case p.Base == TransportHeader && p.Offset == 13 && p.Len == 1:
		return what{name: "flags", kind: "number-be"}
	case p.Base == TransportHeader && p.Offset == 0 && p.Len == 1:
		return what{name: "type", kind: "number-be"}
	case p.Base == NetworkHeader && v6 && p.Offset == 8 && p.Len <= 16:
		return what{name: "ip6 saddr", kind: "addr6"}
	case p.Base == NetworkHeader && v6 && p.Offset == 24 && p.Len <= 16:
		return what{name: "ip6 daddr", kind: "addr6"}
	case p.Base == NetworkHeader && p.Offset == 12 && p.Len <= 4:
		return what{name: "ip saddr", kind: "addr"}
	case p.Base == NetworkHeader && p.Offset == 16 && p.Len <= 4:
		return what{name: "ip daddr", kind: "addr"}
	case p.Base == NetworkHeader && (p.Offset == 9 || (v6 && p.Offset == 6)) && p.Len == 1:
		return what{name: "meta l4proto", kind: "proto"}
	}
	return what{name: fmt.Sprintf("@%s,%d,%d", []string{"ll", "nh", "th", "ih"}[min(max(p.Base, 0), 3)], p.Offset*8, p.Len*8), kind: "number-be"}
}

var operators = []string{"=", "!=", "<", "<=", ">", ">="}

func (d *describer) compare(w what, op int, data []byte) {
	zero := bytes.Equal(data, make([]byte, len(data)))
	switch {
	case w.name == "":
		d.opaque("a comparison with something that is not understood")
		return
	case w.mask != nil && (op == Neq && zero) && (w.kind == "state" || w.kind == "number"): // any of the bits
		d.clause(w, "=", flags(w.mask, w.kind))
		return
	case w.kind == "addr" || w.kind == "addr6":
		d.clause(w, operators[op], []string{prefix(data, w)})
		return
	case w.kind == "name" && op == Eq && len(data) < 16 && len(data) > 0 && data[len(data)-1] != 0:
		d.clause(w, "=", []string{strconv.Quote(string(data) + "*")})
		return
	case w.mask != nil:
		w.tail = " & 0x" + fmt.Sprintf("%x", w.mask)
	}
	d.clause(w, operators[op], []string{value(data, w.kind)})
}

// clause says "tcp dport 22" and notes the field.
func (d *describer) clause(w what, op string, values []string) {
	if w.name == "" {
		d.opaque("something that is not understood")
		return
	}
	if w.kind == "index" {
		values = d.names(values)
	}
	if w.kind == "nfproto" && op == "=" {
		return // the family shows in what follows, as nft leaves it out too
	}
	if w.kind == "proto" && op == "=" && len(values) == 1 {
		d.Protocol, d.proto = values[0], values[0]
		return
	}
	name := w.name
	switch w.name {
	case "sport", "dport", "sport . dport", "flags", "type":
		if d.proto == "" && d.Protocol == "" {
			name = "th " + name
		} else {
			name = d.Protocol + " " + name
		}
		d.proto = ""
	}
	d.flushProto()
	name += w.tail
	text := strings.Join(values, ", ")
	if len(values) > 1 {
		text = "{ " + text + " }"
	}
	if op == "=" {
		if w.tail == "" {
			d.note(w, values)
		}
		if w.tail != "" {
			text = "== " + text
		}
		d.say(name + " " + text)
		return
	}
	d.say(name + " " + op + " " + text)
}

// names are the interfaces with the indices given; one that is gone keeps its index, as in nft.
func (d *describer) names(indices []string) []string {
	out := make([]string, len(indices))
	for i, v := range indices {
		out[i] = v
		if n, err := strconv.ParseUint(v, 10, 32); err == nil && d.interfaces[uint32(n)] != "" {
			out[i] = strconv.Quote(d.interfaces[uint32(n)])
		}
	}
	return out
}

func (d *describer) note(w what, values []string) {
	switch w.name {
	case "dport":
		d.Dports = values
	case "ip saddr", "ip6 saddr":
		d.Saddr = values
	case "ip daddr", "ip6 daddr":
		d.Daddr = values
	case "iif", "iifname":
		d.Iif = strings.Trim(strings.Join(values, ","), `"`)
	case "oif", "oifname":
		d.Oif = strings.Trim(strings.Join(values, ","), `"`)
	case "ct state":
		d.States = values
	}
}

const maxValues = 64 // of a set, in one rule's text

func (d *describer) lookup(e Lookup) {
	w, set := d.reg[e.Src], d.sets[e.Set]
	op := "="
	if e.Invert {
		op = "!="
	}
	if set == nil {
		d.opaque("a lookup in the set " + e.Set + ", which could not be read")
		return
	}
	if e.HasDst && !e.Verdict {
		d.reg[e.Dst] = what{name: w.name + " map @" + e.Set}
		return
	}
	if e.Verdict {
		d.flushProto()
		d.verdict(w.name + " vmap " + d.mapText(set, w))
		return
	}
	if (w.size+3)&^3 < set.KeyLen { // a concatenation
		d.clause(d.concat(e.Src, set.KeyLen), op, []string{"@" + e.Set})
		return
	}
	if set.Flags&SetAnonymous == 0 || len(set.Fields) > 1 || set.KeyLen > 16 || len(set.Elements) > maxValues {
		d.clause(w, op, []string{"@" + e.Set})
		return
	}
	var values []string
	for _, el := range set.Elements {
		values = append(values, elementText(el, w.kind))
	}
	d.clause(w, op, values)
}

// concat names what stands in neighbouring registers.
func (d *describer) concat(reg, size int) what {
	var names []string
	for at := reg; at < reg+size; {
		w, ok := d.reg[at]
		if !ok || w.size == 0 {
			return what{}
		}
		if w.kind == "port" && d.Protocol != "" {
			w.name = d.Protocol + " " + w.name
			d.proto = ""
		} else if w.kind == "port" {
			w.name = "th " + w.name
		}
		names = append(names, w.name)
		at += (w.size + 3) &^ 3
	}
	return what{name: strings.Join(names, " . ")}
}

func (d *describer) mapText(set *Set, w what) string {
	if set.Flags&SetAnonymous == 0 || len(set.Elements) > maxValues {
		return "@" + set.Name
	}
	var parts []string
	for _, el := range set.Elements {
		parts = append(parts, elementText(el, w.kind)+" : "+el.Verdict.String())
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func elementText(e Element, kind string) string {
	switch {
	case e.CatchAll:
		return "*"
	case bytes.Equal(e.From, e.To):
		return value(e.From, kind)
	}
	if a, ok := netip.AddrFromSlice(e.From); ok && (kind == "addr" || kind == "addr6") {
		b, _ := netip.AddrFromSlice(e.To)
		for bits := 0; bits < a.BitLen(); bits++ {
			p := netip.PrefixFrom(a, bits)
			if p.Masked().Addr() == a && last(p) == b {
				return p.String()
			}
		}
	}
	return value(e.From, kind) + "-" + value(e.To, kind)
}

func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

var protocols = map[byte]string{1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp", 132: "sctp", 136: "udplite"}

// value writes constant bytes the way nft does for their kind.
func value(b []byte, kind string) string {
	switch {
	case kind == "port" && len(b) == 2:
		return strconv.Itoa(int(binary.BigEndian.Uint16(b)))
	case kind == "addr" || kind == "addr6":
		return prefix(b, what{kind: kind})
	case kind == "name":
		return strconv.Quote(cString(b))
	case kind == "proto" && len(b) == 1:
		if n, ok := protocols[b[0]]; ok {
			return n
		}
		return strconv.Itoa(int(b[0]))
	case kind == "nfproto" && len(b) == 1:
		return map[byte]string{2: "ipv4", 10: "ipv6"}[b[0]]
	case kind == "state" && len(b) == 4:
		return strings.Join(flags(b, kind), ",")
	case (kind == "number" || kind == "index") && len(b) == 4:
		return strconv.FormatUint(uint64(binary.NativeEndian.Uint32(b)), 10)
	case len(b) == 1:
		return strconv.Itoa(int(b[0]))
	}
	return fmt.Sprintf("0x%x", b)
}

func flags(b []byte, kind string) []string {
	if len(b) != 4 || kind != "state" {
		return []string{value(b, kind)}
	}
	n := binary.NativeEndian.Uint32(b)
	var out []string
	for _, s := range []struct {
		bit  uint32
		name string
	}{{StateInvalid, "invalid"}, {StateEstablished, "established"}, {StateRelated, "related"}, {StateNew, "new"}, {StateUntracked, "untracked"}} {
		if n&s.bit != 0 {
			out = append(out, s.name)
			n &^= s.bit
		}
	}
	if n != 0 || len(out) == 0 {
		out = append(out, fmt.Sprintf("0x%x", n))
	}
	return out
}

// prefix writes an address, of which a part may have been compared: then it is a prefix.
func prefix(b []byte, w what) string {
	size := 4
	if w.kind == "addr6" {
		size = 16
	}
	if len(b) > size {
		return fmt.Sprintf("0x%x", b)
	}
	whole := make([]byte, size)
	copy(whole, b)
	a, _ := netip.AddrFromSlice(whole)
	bits := len(b) * 8
	if len(w.mask) == len(b) && w.mask != nil {
		bits = 0
		for i := range w.mask {
			for m := w.mask[i]; m&0x80 != 0; m <<= 1 {
				bits++
			}
		}
	}
	if bits == size*8 {
		return a.String()
	}
	return netip.PrefixFrom(a, bits).String()
}

func (d *describer) xt(e Expr) {
	not := func(b bool) string { return map[bool]string{false: "=", true: "!="}[b] }
	switch e := e.(type) {
	case XTPorts:
		d.Protocol = protocols[e.Proto]
		if e.Dst != [2]uint16{0, 65535} {
			d.clause(what{name: "dport"}, not(e.InvertDst), []string{portRange(e.Dst)})
		}
		if e.Src != [2]uint16{0, 65535} {
			d.clause(what{name: "sport"}, not(e.InvertSrc), []string{portRange(e.Src)})
		}
		if e.FlagMask != 0 {
			d.clause(what{name: "flags"}, not(e.InvertFlags), []string{fmt.Sprintf("0x%02x/0x%02x", e.FlagWant, e.FlagMask)})
		}
	case XTMultiport:
		var ports []string
		for _, r := range e.Ranges {
			ports = append(ports, portRange(r))
		}
		name := "dport"
		if e.Source {
			name = "sport"
		}
		if e.Source && e.Destination {
			name = "ports"
		}
		d.clause(what{name: name}, not(e.Invert), ports)
	case XTState:
		d.clause(what{name: "ct state"}, not(e.Invert), flags(binary.NativeEndian.AppendUint32(nil, e.States), "state"))
	case XTDstType:
		d.clause(what{name: "fib daddr type"}, not(e.Invert), []string{fmt.Sprintf("0x%x", e.Types)})
	}
}

func portRange(r [2]uint16) string {
	if r[0] == r[1] {
		return strconv.Itoa(int(r[0]))
	}
	return fmt.Sprintf("%d-%d", r[0], r[1])
}
