package benchmarks

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

const (
	// maxPattern bounds a regular expression, in bytes.
	maxPattern = 4096
	// maxWidth bounds the widths and precisions of format.
	maxWidth = 256
)

// pattern is the compiled regular expression of argument i: at load for a literal, else when it is known.
func pattern(n *callNode, i int) *argError {
	v, ok := constant(n.args[i])
	if !ok {
		return nil
	}
	re, err := compilePattern(v.s)
	if err != nil {
		return argErrorf(i, "%v", err)
	}
	n.aux = re
	return nil
}

func compilePattern(s string) (*regexp.Regexp, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return nil, errors.New("the pattern is wrong: " + strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re, nil
}

func patternOf(n *callNode, v value) (*regexp.Regexp, error) {
	if re, ok := n.aux.(*regexp.Regexp); ok {
		return re, nil
	}
	return compilePattern(v.s)
}

func withPattern(i int, check func(*callNode) (cty.Type, *argError)) func(*callNode) (cty.Type, *argError) {
	return func(n *callNode) (cty.Type, *argError) {
		t, err := check(n)
		if err == nil {
			err = pattern(n, i)
		}
		return t, err
	}
}

func matchesFunction() *function {
	return &function{
		name: "matches", usage: "matches(text, pattern)",
		doc:   "Whether an RE2 pattern is found in the text; anchor it with ^ and $ for the whole.",
		check: withPattern(1, signature(cty.Bool, cty.String, cty.String)),
		eval: strictly(func(_ *evaluator, n *callNode, a []value) (value, error) {
			re, err := patternOf(n, a[1])
			if err != nil {
				return value{}, err
			}
			return boolValue(re.MatchString(a[0].s)), nil
		}),
	}
}

func regexReplaceFunction() *function {
	return &function{
		partial: true, name: "regexreplace", usage: "regexreplace(text, pattern, replacement)",
		doc:   "The text with every match of an RE2 pattern replaced; $1 or ${name} stands for a group.",
		check: withPattern(1, signature(cty.String, cty.String, cty.String, cty.String)),
		eval: strictly(func(_ *evaluator, n *callNode, a []value) (value, error) {
			re, err := patternOf(n, a[1])
			switch {
			case err != nil:
				return value{}, err
			case (len(a[0].s)+1)*(len(a[2].s)+1) > maxText:
				return value{}, errText
			}
			return stringValue(re.ReplaceAllString(a[0].s, a[2].s)), nil
		}),
	}
}

func regexAllFunction() *function {
	return &function{
		partial: true, name: "regexall", usage: "regexall(pattern, text)",
		doc:   "Every match of an RE2 pattern: its first group, or the whole match where it has none.",
		check: withPattern(0, signature(cty.List(cty.String), cty.String, cty.String)),
		eval: strictly(func(_ *evaluator, n *callNode, a []value) (value, error) {
			re, err := patternOf(n, a[0])
			if err != nil {
				return value{}, err
			}
			found := re.FindAllStringSubmatch(a[1].s, maxRange+1)
			if len(found) > maxRange {
				return value{}, errItems
			}
			out := make([]string, len(found))
			for i, m := range found {
				out[i] = m[min(1, len(m)-1)]
			}
			return stringList(out), nil
		}),
	}
}

var widths = regexp.MustCompile(`%[^a-zA-Z%]*`)

// checkFormat refuses what would print more than its arguments.
func checkFormat(f string) error {
	for _, verb := range widths.FindAllString(f, -1) {
		for _, number := range strings.FieldsFunc(verb, func(r rune) bool { return r < '0' || r > '9' }) {
			if number = strings.TrimLeft(number, "0"); len(number) > 3 || len(number) == 3 && number > fmt.Sprint(maxWidth) {
				return fmt.Errorf("the width or precision %s is larger than %d", number, maxWidth)
			}
		}
	}
	return nil
}

func formatFunction() *function {
	return &function{
		partial: true, name: "format", usage: "format(template, value, ...)",
		doc: "The values put into a template: %s %d %q %t %f …; widths up to 256.",
		check: func(n *callNode) (cty.Type, *argError) {
			if len(n.args) == 0 {
				return cty.NilType, argErrorf(-1, "takes a template and its values")
			}
			if err := argIs(n, 0, cty.String); err != nil {
				return cty.NilType, err
			}
			for i, a := range n.args[1:] {
				if !isScalar(a.typ()) {
					return cty.NilType, argErrorf(i+1, "argument %d must be a string, number or bool; it is %s", i+2, typeName(a.typ()))
				}
			}
			if v, ok := constant(n.args[0]); ok {
				if err := checkFormat(v.s); err != nil {
					return cty.NilType, argErrorf(0, "%v", err)
				}
			}
			return cty.String, nil
		},
		eval: strictly(evalFormat),
	}
}

func evalFormat(ev *evaluator, n *callNode, a []value) (value, error) {
	if err := checkFormat(a[0].s); err != nil {
		return value{}, err
	}
	longest := 1024 // a number at the bound of its exponent
	for _, v := range a[1:] {
		longest = max(longest, len(v.s)*4)
	}
	if verbs := strings.Count(a[0].s, "%"); len(a[0].s)+verbs*longest > 4*maxText {
		return value{}, errText
	}
	return callBorrowed(stdlib.FormatFunc, cty.String)(ev, n, a)
}
