package effects

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// compileRule makes expressions of a rule in nft(8)'s words, the same ones as nft itself would make. It knows the words
// that our own rules have, and no others.
func compileRule(text string) ([]expr.Any, error) {
	c := &ruleCompiler{words: strings.Fields(text)}
	for len(c.words) > 0 {
		if err := c.clause(c.next()); err != nil {
			return nil, err
		}
	}
	if !c.verdict {
		return nil, fmt.Errorf("%q decides nothing", text)
	}
	return c.out, nil
}

type ruleCompiler struct {
	words   []string
	out     []expr.Any
	verdict bool
}

func (c *ruleCompiler) next() string {
	if len(c.words) == 0 {
		return ""
	}
	w := c.words[0]
	c.words = c.words[1:]
	return w
}

func (c *ruleCompiler) clause(word string) error {
	if c.verdict {
		return fmt.Errorf("%q behind the verdict", word)
	}
	switch word {
	case "iifname":
		return c.name(expr.MetaKeyIIFNAME)
	case "oifname":
		return c.name(expr.MetaKeyOIFNAME)
	case "ct":
		if c.next() != "state" || c.next() != "established,related" {
			return fmt.Errorf("another state than ours")
		}
		c.states(expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED)
		return nil
	case "ip", "ip6":
		return c.address(word == "ip6", c.next(), c.next())
	case "tcp", "udp":
		return c.port(map[string]byte{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP}[word], c.next(), c.next())
	case "icmp", "icmpv6":
		return c.icmp(map[string]byte{"icmp": unix.IPPROTO_ICMP, "icmpv6": unix.IPPROTO_ICMPV6}[word], c.next(), c.next())
	case "accept", "drop":
		c.verdict = true
		c.add(&expr.Verdict{Kind: map[string]expr.VerdictKind{"accept": expr.VerdictAccept, "drop": expr.VerdictDrop}[word]})
		return nil
	case "reject":
		c.verdict = true
		c.add(&expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: unix.NFT_REJECT_ICMPX_PORT_UNREACH})
		return nil
	}
	return fmt.Errorf("%q is no word of our rules", word)
}

func (c *ruleCompiler) add(e ...expr.Any) { c.out = append(c.out, e...) }

func (c *ruleCompiler) name(key expr.MetaKey) error {
	op, word := expr.CmpOpEq, c.next()
	if word == "!=" {
		op, word = expr.CmpOpNeq, c.next()
	}
	name, err := strconv.Unquote(word)
	if err != nil || name == "" || len(name) >= unix.IFNAMSIZ {
		return fmt.Errorf("%s is no name of an interface", word)
	}
	data := make([]byte, unix.IFNAMSIZ)
	copy(data, name)
	c.add(&expr.Meta{Key: key, Register: 1}, &expr.Cmp{Op: op, Register: 1, Data: data})
	return nil
}

func (c *ruleCompiler) states(bits uint32) {
	zero := make([]byte, 4)
	c.add(
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: binary.NativeEndian.AppendUint32(nil, bits), Xor: zero},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: zero},
	)
}

// address compares whole bytes alone: a prefix whose length is no multiple of 8 is not one of ours.
func (c *ruleCompiler) address(six bool, field, word string) error {
	if !strings.Contains(word, "/") {
		if a, err := netip.ParseAddr(word); err == nil {
			word = netip.PrefixFrom(a, a.BitLen()).String()
		}
	}
	p, err := netip.ParsePrefix(word)
	if err != nil || p.Addr().Is6() != six || p.Bits()%8 != 0 || p.Bits() == 0 {
		return fmt.Errorf("%q is no address or network of whole bytes", word)
	}
	family, offsets, size := byte(unix.NFPROTO_IPV4), map[string]uint32{"saddr": 12, "daddr": 16}, p.Bits()/8
	if six {
		family, offsets = unix.NFPROTO_IPV6, map[string]uint32{"saddr": 8, "daddr": 24}
	}
	offset, ok := offsets[field]
	if !ok {
		return fmt.Errorf("%q is no address of a packet", field)
	}
	c.family(family)
	c.add(
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(size)}, // #nosec G115 -- at most 16
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: bytes.Clone(p.Addr().AsSlice()[:size])},
	)
	return nil
}

func (c *ruleCompiler) family(family byte) {
	c.add(&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{family}})
}

func (c *ruleCompiler) port(protocol byte, field, word string) error {
	offset, ok := map[string]uint32{"sport": 0, "dport": 2}[field]
	n, err := strconv.ParseUint(word, 10, 16)
	if err != nil || !ok {
		return fmt.Errorf("%s %s is no port", field, word)
	}
	c.transport(protocol, offset, binary.BigEndian.AppendUint16(nil, uint16(n)))
	return nil
}

func (c *ruleCompiler) icmp(protocol byte, field, word string) error {
	n, err := strconv.ParseUint(word, 10, 8)
	if err != nil || field != "type" {
		return fmt.Errorf("%s %s is no type of ICMP", field, word)
	}
	family := byte(unix.NFPROTO_IPV4)
	if protocol == unix.IPPROTO_ICMPV6 {
		family = unix.NFPROTO_IPV6
	}
	c.family(family)
	c.transport(protocol, 0, []byte{byte(n)})
	return nil
}

func (c *ruleCompiler) transport(protocol byte, offset uint32, data []byte) {
	c.add(
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: uint32(len(data))}, // #nosec G115 -- one or two
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: data},
	)
}
