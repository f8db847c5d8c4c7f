package nftexpr

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Flags of a Set.
const (
	SetAnonymous = 1 << 0
	SetConstant  = 1 << 1
	SetInterval  = 1 << 2
	SetMap       = 1 << 3
	SetTimeout   = 1 << 4
	SetDynamic   = 1 << 5
	SetObject    = 1 << 6
)

// Set is a set or map, with its elements once [Set.Assemble] has been called.
type Set struct {
	Family   uint8
	Table    string
	Name     string
	Flags    uint32
	KeyType  uint32 // nft's own number of the data type, six bits for each part of a concatenation
	KeyLen   int
	Verdicts bool  // a map of verdicts
	Fields   []int // lengths of the parts of a concatenation of intervals
	Elements []Element
	Why      string // why its elements are not all known; empty when they are
}

// Element is a range of keys, inclusive; for a concatenation a range in each part.
type Element struct {
	From, To    []byte
	CatchAll    bool // matches what no other element does
	Verdict     Verdict
	Data        []byte
	Conditional bool // it has expressions of its own (a limit, a quota) that decide whether it matches
	end         bool
}

const verdictType = 0xffffff00

// ParseSet decodes the body of an NFT_MSG_NEWSET message.
func ParseSet(msg []byte) (Set, error) {
	if len(msg) < headerLen {
		return Set{}, errShort
	}
	f := fieldsOf(msg[headerLen:])
	s := Set{Family: msg[0], Table: f.str(1), Name: f.str(2), Flags: f.u32or(3, 0), KeyType: f.u32or(4, 0), KeyLen: int(f.u32or(5, 0))}
	s.Verdicts = f.u32or(6, 0) == verdictType
	if desc, ok := f.take(9); ok {
		list, _ := fieldsOf(desc).take(2) // NFTA_SET_DESC_CONCAT
		parts, err := attrs(list)
		if err != nil {
			return Set{}, err
		}
		sum := 0
		for _, p := range parts {
			pf := fieldsOf(p.data)
			n := int(pf.u32(1))
			if pf.err != nil || n <= 0 || n > RegisterBytes {
				return Set{}, errors.New("a set with a part of an impossible length")
			}
			sum += (n + 3) &^ 3
			s.Fields = append(s.Fields, n)
		}
		if len(parts) > 0 && sum != s.KeyLen {
			return Set{}, errors.New("a set whose parts do not make its key")
		}
	}
	if s.KeyLen <= 0 || s.KeyLen > RegisterBytes {
		f.fail(errors.New("a set with a key of an impossible length"))
	}
	return s, f.err
}

// ParseElements decodes the body of an NFT_MSG_NEWSETELEM message and adds the elements to the set; in the end
// [Set.Assemble] makes ranges of them.
func (s *Set) ParseElements(msg []byte) error {
	if len(msg) < headerLen {
		return errShort
	}
	f := fieldsOf(msg[headerLen:])
	if table, name := f.str(1), f.str(2); f.err == nil && (table != s.Table || name != s.Name) {
		return fmt.Errorf("elements of the set %s in table %s instead of %s in %s", name, table, s.Name, s.Table)
	}
	list, _ := f.take(3)
	if f.err != nil {
		return f.err
	}
	elems, err := attrs(list)
	if err != nil {
		return err
	}
	for _, a := range elems {
		e, err := s.parseElement(a.data)
		if err != nil {
			return err
		}
		s.Elements = append(s.Elements, e)
	}
	return nil
}

func (s *Set) parseElement(b []byte) (Element, error) {
	f := fieldsOf(b)
	var e Element
	flags := f.u32or(3, 0)
	e.end, e.CatchAll = flags&1 != 0, flags&2 != 0
	if flags&^3 != 0 {
		return e, errors.New("an element with flags that are not known")
	}
	if !e.CatchAll {
		e.From = f.data(1)
		e.To = e.From
		if f.has(10) { // NFTA_SET_ELEM_KEY_END
			e.To = f.data(10)
		}
		if len(e.From) != s.KeyLen || len(e.To) != s.KeyLen {
			f.fail(errors.New("an element whose length is not that of its set"))
		}
	}
	if f.has(2) && !e.end {
		data := f.nested(2)
		switch {
		case s.Verdicts:
			v, err := parseVerdict(data.bytes(2))
			f.fail(err)
			e.Verdict = v
		default:
			e.Data = data.bytes(1)
		}
		f.fail(data.err)
	} else if s.Verdicts && !e.end {
		f.fail(errors.New("an element of a verdict map without a verdict"))
	}
	if expr, ok := f.take(7); ok {
		e.Conditional = e.Conditional || !harmless(attr{data: expr})
	}
	if list, ok := f.take(11); ok {
		exprs, err := attrs(list)
		f.fail(err)
		for _, x := range exprs {
			e.Conditional = e.Conditional || !harmless(x)
		}
	}
	f.skip(2, 4, 5, 6, 8, 9) // timeout, expiration, user data, padding, object
	return e, f.done()
}

// harmless expressions of an element do not decide whether it matches.
func harmless(elem attr) bool {
	_, passive := parseExpr(elem).(Passive)
	return passive
}

// Assemble makes inclusive ranges of the half-open intervals that the kernel's trees hold: an element reaches up to the
// next one, unless that next one only marks the end of what was before.
func (s *Set) Assemble() {
	if s.Flags&SetInterval == 0 || len(s.Fields) > 1 {
		return
	}
	slices.SortStableFunc(s.Elements, func(a, b Element) int {
		if c := bytes.Compare(a.From, b.From); c != 0 {
			return c
		}
		switch { // where one interval ends and the next begins, the beginning holds
		case a.end == b.end:
			return 0
		case a.end:
			return -1
		}
		return 1
	})
	var out []Element
	for i, e := range s.Elements {
		switch {
		case e.CatchAll:
			out = append(out, e)
			continue
		case e.end:
			continue
		}
		if bytes.Equal(e.From, e.To) {
			e.To = bytes.Repeat([]byte{0xff}, s.KeyLen)
			if i+1 < len(s.Elements) {
				e.To = before(s.Elements[i+1].From)
			}
		}
		if bytes.Compare(e.From, e.To) <= 0 {
			out = append(out, e)
		}
	}
	s.Elements = out
}

// before is the key that comes just before one that is not zero.
func before(key []byte) []byte {
	b := slices.Clone(key)
	for i := len(b) - 1; i >= 0; i-- {
		b[i]--
		if b[i] != 0xff {
			break
		}
	}
	return b
}
