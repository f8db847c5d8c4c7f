package auditrules

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Encode writes a rule as struct audit_rule_data, which AUDIT_ADD_RULE takes, in the host's byte order. The conditions
// keep the normal form's order, as the kernel compares rules by it. A msgtype by name is an error: its numbers are not known
// here.
func Encode(r Rule) ([]byte, error) {
	e := &encoder{}
	list, ok := numberOf(listNumbers, r.List)
	if !ok {
		return nil, fmt.Errorf("unknown rule list %q", r.List)
	}
	if r.Prepend {
		list |= flagPrepend
	}
	action, ok := map[string]uint32{"never": 0, "always": 2}[r.Action]
	if !ok {
		return nil, fmt.Errorf("unknown rule action %q", r.Action)
	}
	if err := e.arch(r.Arch); err != nil {
		return nil, err
	}
	for _, f := range r.Fields {
		if err := e.field(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	if len(r.Keys) > 0 {
		e.text("key", strings.Join(r.Keys, "\x01"), "=")
	}
	if len(e.fields) > 64 {
		return nil, fmt.Errorf("%d conditions, of at most 64", len(e.fields))
	}
	words := append([]uint32{list, action, uint32(len(e.fields))}, r.Syscalls[:]...) // #nosec G115 -- at most 64
	for part := range 3 {
		for i := range 64 {
			var w uint32
			if i < len(e.fields) {
				w = e.fields[i][part]
			}
			words = append(words, w)
		}
	}
	words = append(words, uint32(len(e.buf))) // #nosec G115 -- a rule has a few thousand bytes
	out := make([]byte, 0, ruleHeader+len(e.buf))
	for _, w := range words {
		out = binary.NativeEndian.AppendUint32(out, w)
	}
	return append(out, e.buf...), nil
}

type encoder struct {
	fields [][3]uint32 // field, value, operator
	buf    []byte
}

func numberOf(names map[uint32]string, name string) (uint32, bool) {
	for n, s := range names {
		if s == name {
			return n, true
		}
	}
	return 0, false
}

func (e *encoder) add(name string, value uint32, op string) {
	n, _ := numberOf(opNumbers, op)
	e.fields = append(e.fields, [3]uint32{fieldNumbers[name], value, n})
}

func (e *encoder) text(name, value, op string) {
	e.add(name, uint32(len(value)), op) // #nosec G115 -- at most MaxLine
	e.buf = append(e.buf, value...)
}

func (e *encoder) arch(arch string) error {
	if arch == "" {
		return nil
	}
	n, ok := numberOf(auditArches, arch)
	if !ok {
		v, err := strconv.ParseUint(arch, 0, 32)
		if err != nil {
			return fmt.Errorf("unknown architecture %q", arch)
		}
		n = uint32(v)
	}
	e.add("arch", n, "=")
	return nil
}

func (e *encoder) field(f Field) error {
	if _, ok := numberOf(opNumbers, f.Op); !ok {
		return fmt.Errorf("unknown operator %q", f.Op)
	}
	if i := slices.Index(comparisons[:], f.Name); i > 0 {
		e.add("field_compare", uint32(i), f.Op) // #nosec G115 -- an index of a short list
		return nil
	}
	if _, ok := fieldNumbers[f.Name]; !ok {
		return fmt.Errorf("unknown field")
	}
	if inBuffer[f.Name] {
		e.text(f.Name, f.Value, f.Op)
		return nil
	}
	if f.Name == "perm" {
		e.add(f.Name, permBits(f.Value), f.Op)
		return nil
	}
	n, err := strconv.ParseInt(f.Value, 10, 64)
	if err != nil || n < -1<<31 || n > 1<<32-1 {
		return fmt.Errorf("%q is no number", f.Value)
	}
	e.add(f.Name, uint32(n), f.Op) // #nosec G115 -- negative ones are an int in the kernel
	return nil
}

func permBits(text string) (bits uint32) {
	for i, letter := range []string{"x", "w", "r", "a"} {
		if strings.Contains(text, letter) {
			bits |= 1 << i
		}
	}
	return bits
}
