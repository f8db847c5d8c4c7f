package packetpath

import (
	"encoding/binary"

	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"golang.org/x/sys/unix"
)

const (
	conntrackPriority = -200 // NF_IP_PRI_CONNTRACK: states are not known to chains before it
	tcpSYN            = 0x02
	tcpACK            = 0x10
)

func unknown(n int) []octet { return make([]octet, n) }

func hostU32(n uint32) []octet { return certain(binary.NativeEndian.AppendUint32(nil, n)) }

// meta is what nft_meta loads.
func (p *Packet) meta(key uint32, at *Chain) []octet {
	switch key {
	case nftexpr.MetaProtocol:
		if p.V6 {
			return certain([]byte{0x86, 0xdd})
		}
		return certain([]byte{0x08, 0x00})
	case nftexpr.MetaNfproto:
		if at.Family != "inet" && at.Family != "ip" && at.Family != "ip6" {
			return unknown(1)
		}
		if p.V6 {
			return certain([]byte{unix.NFPROTO_IPV6})
		}
		return certain([]byte{unix.NFPROTO_IPV4})
	case nftexpr.MetaL4proto:
		return certain([]byte{p.Proto})
	case nftexpr.MetaIif:
		return p.In.index()
	case nftexpr.MetaOif:
		return p.Out.index()
	case nftexpr.MetaIifname:
		return p.In.name()
	case nftexpr.MetaOifname:
		return p.Out.name()
	case nftexpr.MetaPkttype:
		if p.ToHost && p.In.Name != "lo" && !p.rewritten {
			return certain([]byte{unix.PACKET_HOST})
		}
		return unknown(1)
	}
	return unknown(16)
}

// index is unknown for an interface whose index is not known, and for none: kernels differ in what they load then.
func (i Interface) index() []octet {
	if i.Index == 0 {
		return unknown(4)
	}
	return hostU32(i.Index)
}

func (i Interface) name() []octet {
	if i.Name == "" {
		return unknown(unix.IFNAMSIZ)
	}
	b := make([]byte, unix.IFNAMSIZ)
	copy(b, i.Name)
	return certain(b)
}

// ct is what nft_ct loads.
func (p *Packet) ct(key uint32, at *Chain) []octet {
	early := at.Hook == Ingress || ((at.Hook == Prerouting || at.Hook == Output) && at.Priority <= conntrackPriority) ||
		at.Family == "netdev" || at.Family == "bridge"
	if early || p.untracked {
		return unknown(16)
	}
	switch key {
	case nftexpr.CTState:
		return hostU32(p.States)
	case nftexpr.CTDirection:
		if p.States == nftexpr.StateNew {
			return certain([]byte{0})
		}
	case nftexpr.CTStatus:
		if p.States == nftexpr.StateNew && at.Hook != Output {
			// Expected, answered, assured, confirmed and redirected (IPS_DST_NAT) are false: a redirection has been told
			// apart before. What else there is stays open.
			const isFalse = 1 | 2 | 4 | 8 | 32
			o := hostU32(0)
			mask := binary.NativeEndian.AppendUint32(nil, isFalse)
			for i := range o {
				o[i].known = mask[i]
			}
			return o
		}
	}
	return unknown(16)
}

// payload is what nft_payload loads.
func (p *Packet) payload(e nftexpr.Payload) []octet {
	var header []octet
	switch {
	case p.rewritten:
	case e.Base == nftexpr.NetworkHeader && p.V6:
		header = p.ipv6()
	case e.Base == nftexpr.NetworkHeader:
		header = p.ipv4()
	case e.Base == nftexpr.TransportHeader:
		header = p.transport()
	}
	out := unknown(e.Len)
	if e.Offset >= 0 && e.Offset < len(header) {
		copy(out, header[e.Offset:])
	}
	return out
}

func (p *Packet) ipv4() []octet {
	h := unknown(20)
	h[0] = octet{val: 0x40, known: 0xf0}
	h[6], h[7] = octet{known: 0x3f}, octet{known: 0xff} // no fragment
	h[9] = octet{val: p.Proto, known: 0xff}
	for i := range 4 {
		h[12+i] = octet{src: int8(i + 1), mask: 0xff}
	}
	if p.Dst.Is4() {
		copy(h[16:], certain(p.Dst.AsSlice()))
	}
	return h
}

func (p *Packet) ipv6() []octet {
	h := unknown(40)
	h[0] = octet{val: 0x60, known: 0xf0}
	h[6] = octet{val: p.Proto, known: 0xff}
	for i := range 16 {
		h[8+i] = octet{src: int8(i + 1), mask: 0xff}
	}
	if p.Dst.Is6() {
		copy(h[24:], certain(p.Dst.AsSlice()))
	}
	return h
}

func (p *Packet) transport() []octet {
	if p.Proto != unix.IPPROTO_TCP && p.Proto != unix.IPPROTO_UDP {
		return nil
	}
	h := unknown(20)
	if p.Port >= 0 {
		copy(h[2:], certain(binary.BigEndian.AppendUint16(nil, uint16(p.Port))))
	}
	if p.Proto == unix.IPPROTO_TCP {
		h[13] = octet{val: tcpSYN, known: 0xff}
		if p.States != nftexpr.StateNew {
			h[13].val = tcpACK
		}
	}
	return h
}

// fib is what nft_fib loads.
func (p *Packet) fib(e nftexpr.Fib) []octet {
	const (
		resultAddrType = 3
		saddr, daddr   = 1, 2
		present        = 32
		typeLocal      = 2 // RTN_LOCAL
	)
	switch {
	case e.Result == resultAddrType && e.Flags&daddr != 0 && p.ToHost && e.Flags&saddr == 0:
		return hostU32(typeLocal)
	case e.Result != resultAddrType && e.Flags&present != 0 && e.Flags&saddr != 0 && p.ToHost && p.In.Name != "lo" && !p.Spoofed:
		// Whoever opens a connection wants answers: there is a way back. Without one nothing could be opened at all.
		return certain([]byte{1})
	}
	return unknown(16)
}
