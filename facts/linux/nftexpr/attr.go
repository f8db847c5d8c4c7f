package nftexpr

import (
	"encoding/binary"
	"errors"
)

// attr is one netlink attribute. Numbers of nf_tables are big-endian in it.
type attr struct {
	typ  uint16
	data []byte
}

const (
	typeMask = 0x3fff // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
	maxDepth = 8
)

var errShort = errors.New("an attribute is cut short")

// attrs takes a block of attributes apart.
func attrs(b []byte) ([]attr, error) {
	var out []attr
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, errShort
		}
		size := int(binary.NativeEndian.Uint16(b))
		if size < 4 || size > len(b) {
			return nil, errShort
		}
		out = append(out, attr{binary.NativeEndian.Uint16(b[2:]) & typeMask, b[4:size]})
		b = b[min(len(b), (size+3)&^3):]
	}
	return out, nil
}

// fields are the attributes of one expression by their type, and an error sticks until it is asked for. What is not
// asked for by the end is something the decoder does not know.
type fields struct {
	m   map[uint16][]byte
	err error
}

func fieldsOf(b []byte) *fields {
	list, err := attrs(b)
	f := &fields{m: make(map[uint16][]byte, len(list)), err: err}
	for _, a := range list {
		if _, twice := f.m[a.typ]; twice {
			f.err = errors.New("an attribute stands twice")
		}
		f.m[a.typ] = a.data
	}
	return f
}

func (f *fields) take(typ uint16) ([]byte, bool) {
	b, ok := f.m[typ]
	delete(f.m, typ)
	return b, ok
}

func (f *fields) has(typ uint16) bool { _, ok := f.m[typ]; return ok }

func (f *fields) bytes(typ uint16) []byte {
	b, ok := f.take(typ)
	if !ok {
		f.fail(errors.New("an attribute is missing"))
	}
	return b
}

func (f *fields) u32(typ uint16) uint32 {
	b := f.bytes(typ)
	if len(b) != 4 {
		f.fail(errShort)
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

// u32or is u32 of an attribute that may be left out.
func (f *fields) u32or(typ uint16, other uint32) uint32 {
	if !f.has(typ) {
		return other
	}
	return f.u32(typ)
}

func (f *fields) u64(typ uint16) uint64 {
	b := f.bytes(typ)
	if len(b) != 8 {
		f.fail(errShort)
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func (f *fields) u8or(typ uint16, other uint8) uint8 {
	b, ok := f.take(typ)
	if !ok {
		return other
	}
	if len(b) != 1 {
		f.fail(errShort)
		return 0
	}
	return b[0]
}

func (f *fields) str(typ uint16) string { return cString(f.bytes(typ)) }

func (f *fields) nested(typ uint16) *fields { return fieldsOf(f.bytes(typ)) }

// reg is a register as an offset in bytes into the register file.
func (f *fields) reg(typ uint16) int { return f.regOf(f.u32(typ)) }

func (f *fields) regOf(n uint32) int {
	switch {
	case n >= 1 && n <= 4: // NFT_REG_1 … NFT_REG_4, 16 bytes each
		return int(n-1) * 16
	case n >= 8 && n < 8+16: // NFT_REG32_00 …
		return int(n-8) * 4
	}
	f.fail(errors.New("a register that does not exist"))
	return 0
}

// data is nested NFTA_DATA_VALUE.
func (f *fields) data(typ uint16) []byte {
	n := f.nested(typ)
	b := n.bytes(1)
	f.fail(n.done())
	if len(b) == 0 || len(b) > RegisterBytes {
		f.fail(errors.New("a value of an impossible length"))
	}
	return b
}

func (f *fields) skip(types ...uint16) {
	for _, t := range types {
		delete(f.m, t)
	}
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// done is the first error; attributes that nobody took are one.
func (f *fields) done() error {
	if f.err == nil && len(f.m) > 0 {
		return errors.New("it has attributes that are not known")
	}
	return f.err
}

func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// RegisterBytes is the size of the register file.
const RegisterBytes = 64
