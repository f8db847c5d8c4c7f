package launch

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
	"github.com/zclconf/go-cty/cty"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// maxElements bounds the elements of one value, all told.
const maxElements = 500_000

// decode reads a value of a type from what a plugin says: without nulls, with text that is text. Its size is looked at
// first, since the decoder makes room for as many elements as it is told there are.
func decode(text []byte, t cty.Type) (cty.Value, error) {
	r := bytes.NewReader(text)
	left := maxElements
	if err := skim(msgpack.NewDecoder(r), r, 2*maxDepth, &left); err != nil {
		return cty.NilVal, err
	}
	if r.Len() > 0 {
		return cty.NilVal, fmt.Errorf("%d bytes follow it", r.Len())
	}
	v, err := unmarshal(text, t)
	if err != nil {
		return cty.NilVal, err
	}
	err = cty.Walk(v, func(at cty.Path, v cty.Value) (bool, error) {
		switch {
		case v.IsNull():
			return false, at.NewErrorf("a null: what is not there is unknown, or said by another attribute")
		case v.IsKnown() && v.Type() == cty.String && !utf8.ValidString(v.AsString()):
			return false, at.NewErrorf("text that is not UTF-8")
		}
		return true, nil
	})
	return v, err
}

// unmarshal is cty's, which takes an object that has one attribute twice and another not at all, and panics where a list
// has elements of such different types.
func unmarshal(text []byte, t cty.Type) (v cty.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = cty.NilVal, fmt.Errorf("it can't be decoded: %v", p)
		}
	}()
	if v, err = ctymsgpack.Unmarshal(text, t); err == nil && !v.Type().Equals(t) {
		return cty.NilVal, errors.New("an object lacks attributes")
	}
	return v, err
}

// skim walks over a value without keeping anything of it.
func skim(d *msgpack.Decoder, r *bytes.Reader, depth int, left *int) error {
	if *left--; *left < 0 {
		return fmt.Errorf("more than %d elements", maxElements)
	}
	if depth == 0 {
		return errors.New("too deep")
	}
	code, err := d.PeekCode()
	if err != nil {
		return err
	}
	n := 0
	switch {
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		n, err = d.DecodeArrayLen()
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		n, err = d.DecodeMapLen()
		n *= 2
	default:
		return d.Skip()
	}
	if err != nil {
		return err
	}
	if n > r.Len() {
		return fmt.Errorf("it says that there are %d more elements, in %d bytes", n, r.Len())
	}
	for range n {
		if err := skim(d, r, depth-1, left); err != nil {
			return err
		}
	}
	return nil
}
