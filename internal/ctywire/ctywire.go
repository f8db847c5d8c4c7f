// Package ctywire reads values of the policy language, in cty's msgpack, from those who may lie: plugins, recordings.
package ctywire

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
	"github.com/zclconf/go-cty/cty"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// maxDepth is how deep values may be nested.
const maxDepth = 100

// Decode reads a value of a type, of at most so many elements all told. Its size is looked at first, since cty's decoder
// makes room for as many elements as it is told there are.
func Decode(text []byte, t cty.Type, elements int) (cty.Value, error) {
	r := bytes.NewReader(text)
	s := skimmer{msgpack.NewDecoder(r), r, elements, elements}
	if err := s.skim(maxDepth); err != nil {
		return cty.NilVal, err
	}
	if r.Len() > 0 {
		return cty.NilVal, fmt.Errorf("%d bytes follow it", r.Len())
	}
	return unmarshal(text, t)
}

// unmarshal is cty's, which takes an object that has one attribute twice and another not at all, and panics where a list
// has elements of such different types.
func unmarshal(text []byte, t cty.Type) (v cty.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = cty.NilVal, fmt.Errorf("it can't be decoded: %v", p)
		}
	}()
	v, err = ctymsgpack.Unmarshal(text, t)
	if err == nil && !t.HasDynamicTypes() && !v.Type().Equals(t) {
		return cty.NilVal, errors.New("an object lacks attributes")
	}
	return v, err
}

// skimmer walks over a value without keeping anything of it.
type skimmer struct {
	d          *msgpack.Decoder
	r          *bytes.Reader
	most, left int
}

func (s *skimmer) skim(depth int) error {
	if s.left--; s.left < 0 {
		return fmt.Errorf("more than %d elements", s.most)
	}
	if depth == 0 {
		return errors.New("too deep")
	}
	code, err := s.d.PeekCode()
	if err != nil {
		return err
	}
	n := 0
	switch {
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		n, err = s.d.DecodeArrayLen()
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		n, err = s.d.DecodeMapLen()
		n *= 2
	default:
		return s.d.Skip()
	}
	if err != nil {
		return err
	}
	if n > s.r.Len() {
		return fmt.Errorf("it says that there are %d more elements, in %d bytes", n, s.r.Len())
	}
	for range n {
		if err := s.skim(depth - 1); err != nil {
			return err
		}
	}
	return nil
}
