// Package mongowire asks a MongoDB server a command by OP_MSG, and reads its answer within bounds; it authenticates by
// SCRAM-SHA-256. It opens no connection.
package mongowire

import (
	"bytes"
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
	maxDepth  = 20
)

// Document is an answer: texts, numbers (float64), bools, bytes, and documents in it; an array is its length, an int.
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

// Field is a field of a command: a text, an int32, a bool, bytes, or more fields.
type Field struct {
	Name  string
	Value any
}

// Ask sends a command to the database admin and reads the answer.
func Ask(rw io.ReadWriter, command string, fields ...Field) (Document, error) {
	return AskIn(rw, "admin", command, fields...)
}

// AskIn is Ask for another database.
func AskIn(rw io.ReadWriter, database, command string, fields ...Field) (Document, error) {
	body := encode(append(append([]Field{{command, int32(1)}}, fields...), Field{"$db", database}))
	var msg []byte
	for _, n := range []int{16 + 4 + 1 + len(body), 1, 0, opMsg, 0} {
		msg = binary.LittleEndian.AppendUint32(msg, uint32(n)) // #nosec G115 -- small and positive
	}
	msg = append(msg, 0) // a section with one document
	if _, err := rw.Write(append(msg, body...)); err != nil {
		return nil, err
	}
	return read(rw)
}

// encode writes a document.
func encode(fields []Field) []byte {
	b := make([]byte, 4)
	size := func(n int) { b = binary.LittleEndian.AppendUint32(b, uint32(n)) } // #nosec G115 -- what this program sends is small
	for _, f := range fields {
		switch v := f.Value.(type) {
		case int32:
			b = element(b, 0x10, f.Name)
			size(int(v))
		case bool:
			b = append(element(b, 0x08, f.Name), map[bool]byte{true: 1}[v])
		case string:
			b = element(b, 0x02, f.Name)
			size(len(v) + 1)
			b = append(append(b, v...), 0)
		case []byte:
			b = element(b, 0x05, f.Name)
			size(len(v))
			b = append(append(b, 0), v...)
		case []Field:
			b = append(element(b, 0x03, f.Name), encode(v)...)
		default:
			panic(fmt.Sprintf("a field of type %T", v))
		}
	}
	b = append(b, 0)
	binary.LittleEndian.PutUint32(b, uint32(len(b))) // #nosec G115 -- what this program sends is small
	return b
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
	return document(b[5:], 0)
}

// document reads the fields of a BSON document.
func document(b []byte, depth int) (Document, error) {
	inner, err := sized(b)
	switch {
	case err != nil:
		return nil, err
	case depth > maxDepth:
		return nil, errors.New("the answer is nested too deeply")
	}
	d := Document{}
	for len(inner) > 0 && inner[0] != 0 {
		kind := inner[0]
		name, rest, ok := cString(inner[1:])
		if !ok || len(d) >= maxFields {
			return nil, errGarbled
		}
		value, size, err := valueOf(kind, rest, depth)
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

func valueOf(kind byte, b []byte, depth int) (value any, size int, err error) {
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
				return bytes.Clone(b[5 : 5+n]), 5 + int(n), nil
			}
		}
	case 0x03:
		d, err := document(b, depth+1)
		if err != nil {
			return nil, 0, err
		}
		return d, int(binary.LittleEndian.Uint32(b)), nil
	case 0x04:
		inner, err := sized(b)
		if err != nil {
			return nil, 0, err
		}
		return elements(inner), 4 + len(inner), nil
	default:
		if n, ok := fixed[kind]; ok && need(n) {
			return nil, n, nil
		}
	}
	return nil, 0, errGarbled
}

// elements is how many an array has: its last index and one. What they are is not looked at.
func elements(inner []byte) int {
	n := 0
	for len(inner) > 1 && n < maxFields {
		index, rest, ok := cString(inner[1:])
		if at, err := strconv.Atoi(index); !ok || err != nil || at != n {
			break
		}
		size := 0
		if inner[0] == 0x03 || inner[0] == 0x04 {
			in, err := sized(rest)
			if err != nil {
				break
			}
			size = 4 + len(in)
		} else if _, s, err := valueOf(inner[0], rest, maxDepth); err == nil {
			size = s
		} else {
			break
		}
		n++
		inner = rest[size:]
	}
	return n
}
