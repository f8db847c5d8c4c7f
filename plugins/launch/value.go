package launch

import (
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/internal/ctywire"
	"github.com/zclconf/go-cty/cty"
)

// maxElements bounds the elements of one value, all told.
const maxElements = 500_000

// decode reads a value of a type from what a plugin says: without nulls, with text that is text.
func decode(text []byte, t cty.Type) (cty.Value, error) {
	v, err := ctywire.Decode(text, t, maxElements)
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
