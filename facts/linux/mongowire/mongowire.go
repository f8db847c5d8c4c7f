// Package mongowire asks a MongoDB server a command of no arguments by OP_MSG, and reads the top of its answer within
// bounds. It opens no connection and knows no authentication.
package mongowire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

const (
	opMsg     = 2013
	maxAnswer = 4 << 20
	maxFields = 10_000
)

// Document is the top level of an answer: texts, numbers (float64) and bools; an array is its length, an int.
type Document map[string]any

// OK tells whether the server carried the command out.
func (d Document) OK() bool {
	n, _ := d["ok"].(float64)
	return n == 1
}

// Error is what the server refused with, and its code.
func (d Document) Error() (text string, code int) {
	text, _ = d["errmsg"].(string)
	n, _ := d["code"].(float64)
	return text, int(n)
}

// Ask sends {command: 1, $db: "admin"} with further switches set to true, and reads the answer.
func Ask(rw io.ReadWriter, command string, switches ...string) (Document, error) {
	body := element(nil, 0x10, command)
	body = binary.LittleEndian.AppendUint32(body, 1)
	for _, s := range switches {
		body = append(element(body, 0x08, s), 1)
	}
	body = element(body, 0x02, "$db")
	body = binary.LittleEndian.AppendUint32(body, uint32(len("admin")+1))
	body = append(append(body, "admin\x00"...), 0)

	var msg []byte
	for _, n := range []int{16 + 4 + 1 + 4 + len(body), 1, 0, opMsg, 0} {
		msg = binary.LittleEndian.AppendUint32(msg, uint32(n)) // #nosec G115 -- small and positive
	}
	msg = append(msg, 0) // a section with one document
	msg = binary.LittleEndian.AppendUint32(msg, uint32(4+len(body)))
	if _, err := rw.Write(append(msg, body...)); err != nil {
		return nil, err
	}
	return read(rw)
}

func element(b []byte, kind byte, name string) []byte {
	return append(append(append(b, kind), name...), 0)
}

var errGarbled = errors.New("the answer is not in MongoDB's protocol")

func read(r io.Reader) (Document, error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	switch {
	case binary.LittleEndian.Uint32(head[12:]) != opMsg || n < 16+4+1+5:
		return nil, errGarbled
	case n > maxAnswer:
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	b := make([]byte, n-16)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	if b[4] != 0 {
		return nil, errGarbled
	}
	return document(b[5:])
}

// document reads the fields of a BSON document.
func document(b []byte) (Document, error) {
	inner, err := sized(b)
	if err != nil {
		return nil, err
	}
	d := Document{}
	for len(inner) > 0 && inner[0] != 0 {
		kind := inner[0]
		name, rest, ok := cString(inner[1:])
		if !ok || len(d) >= maxFields {
			return nil, errGarbled
		}
		value, size, err := valueOf(kind, rest)
		if err != nil {
			return nil, err
		}
		d[name] = value
		inner = rest[size:]
	}
	if len(inner) == 0 {
		return nil, errGarbled
	}
	return d, nil
}

// sized cuts off a document's length and checks it; what is left ends with the closing zero.
func sized(b []byte) ([]byte, error) {
	if len(b) < 5 {
		return nil, errGarbled
	}
	n := binary.LittleEndian.Uint32(b)
	if n < 5 || uint64(n) > uint64(len(b)) {
		return nil, errGarbled
	}
	return b[4:n], nil
}

func cString(b []byte) (s string, rest []byte, ok bool) {
	for i, c := range b {
		if c == 0 {
			return string(b[:i]), b[i+1:], true
		}
	}
	return "", nil, false
}

var fixed = map[byte]int{0x07: 12, 0x09: 8, 0x0A: 0, 0x06: 0, 0x11: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}

func valueOf(kind byte, b []byte) (value any, size int, err error) {
	need := func(n int) bool { return len(b) >= n }
	switch kind {
	case 0x01:
		if need(8) {
			return math.Float64frombits(binary.LittleEndian.Uint64(b)), 8, nil
		}
	case 0x10:
		if need(4) {
			return float64(int32(binary.LittleEndian.Uint32(b))), 4, nil // #nosec G115 -- two's complement is meant
		}
	case 0x12:
		if need(8) {
			return float64(int64(binary.LittleEndian.Uint64(b))), 8, nil // #nosec G115 -- two's complement is meant
		}
	case 0x08:
		if need(1) {
			return b[0] == 1, 1, nil
		}
	case 0x02:
		if need(5) {
			if n := binary.LittleEndian.Uint32(b); n >= 1 && uint64(n)+4 <= uint64(len(b)) {
				return string(b[4 : 3+n]), 4 + int(n), nil
			}
		}
	case 0x05:
		if need(5) {
			if n := binary.LittleEndian.Uint32(b); uint64(n)+5 <= uint64(len(b)) {
				return nil, 5 + int(n), nil
			}
		}
	case 0x03, 0x04:
		inner, err := sized(b)
		if err != nil {
			return nil, 0, err
		}
		return elements(kind, inner), 4 + len(inner), nil
	default:
		if n, ok := fixed[kind]; ok && need(n) {
			return nil, n, nil
		}
	}
	return nil, 0, errGarbled
}

// elements is how many an array has: its last index and one. A document is nothing here.
func elements(kind byte, inner []byte) any {
	if kind != 0x04 {
		return nil
	}
	n := 0
	for len(inner) > 1 && n < maxFields {
		index, rest, ok := cString(inner[1:])
		if at, err := strconv.Atoi(index); !ok || err != nil || at != n {
			break
		}
		n++
		size := 0
		if inner[0] == 0x03 || inner[0] == 0x04 { // one level is all that is looked at
			in, err := sized(rest)
			if err != nil {
				break
			}
			size = 4 + len(in)
		} else if _, s, err := valueOf(inner[0], rest); err == nil {
			size = s
		} else {
			break
		}
		inner = rest[size:]
	}
	return n
}
