package benchmarks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
	ctyfunction "github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// function is one of the allow-list. check gives the type of a call's result, and refuses arguments of other types;
// eval is called with values of the types that check accepted, any of which may be unknown or known in part.
type function struct {
	name  string
	usage string
	doc   string
	check func(n *callNode) (cty.Type, *argError)
	eval  func(ev *evaluator, n *callNode, args []value) (value, error)
	reads []facts.Key // facts it reads beside its arguments
	// partial: it is an error for some arguments, other than those that sources promise not to give (see risk.go).
	partial bool
	// keeps: its list has the elements of its arguments, each as certain as it was there.
	keeps bool
}

// argError is a mistake in an argument; arg is -1 for the call as a whole.
type argError struct {
	arg  int
	text string
}

func argErrorf(arg int, format string, a ...any) *argError {
	return &argError{arg, fmt.Sprintf(format, a...)}
}

var functions = functionTable(
	hostFunctions(), listFunctions(), mapFunctions(), stringFunctions(), numberFunctions(),
)

func functionTable(groups ...[]*function) map[string]*function {
	table := map[string]*function{}
	for _, g := range groups {
		for _, f := range g {
			if table[f.name] != nil {
				panic("benchmarks: two functions named " + f.name)
			}
			table[f.name] = f
		}
	}
	return table
}

// signature is a check for fixed types.
func signature(result cty.Type, params ...cty.Type) func(*callNode) (cty.Type, *argError) {
	return func(n *callNode) (cty.Type, *argError) {
		if err := arity(n, len(params)); err != nil {
			return cty.NilType, err
		}
		for i, p := range params {
			if err := argIs(n, i, p); err != nil {
				return cty.NilType, err
			}
		}
		return result, nil
	}
}

func arity(n *callNode, want int) *argError {
	if len(n.args) != want {
		return argErrorf(-1, "takes %d arguments, not %d: %s", want, len(n.args), n.fn.usage)
	}
	return nil
}

func argIs(n *callNode, i int, want cty.Type) *argError {
	if t := n.args[i].typ(); !t.Equals(want) {
		if u, ok := unify(t, want); !ok || !u.Equals(want) {
			return argErrorf(i, "argument %d must be %s; it is %s", i+1, typeName(want), typeName(t))
		}
	}
	return nil
}

func listArg(n *callNode, i int) (cty.Type, *argError) {
	t := n.args[i].typ()
	if !t.IsListType() {
		return cty.NilType, argErrorf(i, "argument %d must be a list; it is %s", i+1, typeName(t))
	}
	return t.ElementType(), nil
}

// strictly evaluates f once every argument is known all through; else the result is unknown.
func strictly(f func(ev *evaluator, n *callNode, args []value) (value, error)) func(*evaluator, *callNode, []value) (value, error) {
	return func(ev *evaluator, n *callNode, args []value) (value, error) {
		for _, a := range args {
			if !a.certain() {
				return undecidedOf(args...), nil
			}
		}
		v, err := f(ev, n, args)
		if err != nil {
			return value{}, err
		}
		switch v.kind {
		case kString:
			ev.grown(n.r, len(v.s))
		case kList:
			items := v.elements()
			size := 0
			for _, e := range items {
				size += len(e.s)
			}
			if ev.itemsMade(n.r, len(items)) && size > 0 {
				ev.made += size
				if ev.made > ev.env.limits.text {
					return value{}, errText
				}
			}
		case kNumber:
			return v, checkNumber(v.n)
		}
		return v, nil
	}
}

// borrowed makes a function of one of cty's, for scalars and lists of scalars.
func borrowed(name, usage, doc string, f ctyfunction.Function, result cty.Type, params ...cty.Type) *function {
	return &function{
		name: name, usage: usage, doc: doc,
		check:   signature(result, params...),
		eval:    strictly(callBorrowed(f, result)),
		partial: slices.Contains([]string{"substr", "log", "pow", "parseint"}, name),
	}
}

func callBorrowed(f ctyfunction.Function, result cty.Type) func(*evaluator, *callNode, []value) (value, error) {
	return func(_ *evaluator, n *callNode, args []value) (value, error) {
		in := make([]cty.Value, len(args))
		for i, a := range args {
			in[i] = lower(a, n.args[i].typ())
		}
		out, err := f.Call(in)
		if err != nil {
			return value{}, err
		}
		out, _ = out.Unmark()
		if !out.IsKnown() || out.IsNull() || !out.Type().Equals(result) {
			return value{}, errors.New("has no result for these arguments")
		}
		return lift(out, nil), nil
	}
}

func stringFunctions() []*function {
	s, n, b := cty.String, cty.Number, cty.Bool
	strs := cty.List(s)
	return []*function{
		borrowed("upper", "upper(text)", "The text in capitals.", stdlib.UpperFunc, s, s),
		borrowed("lower", "lower(text)", "The text in small letters.", stdlib.LowerFunc, s, s),
		borrowed("title", "title(text)", "The text with each word's first letter a capital.", stdlib.TitleFunc, s, s),
		borrowed("strrev", "strrev(text)", "The text's characters in reverse.", stdlib.ReverseFunc, s, s),
		borrowed("strlen", "strlen(text)", "The number of characters.", stdlib.StrlenFunc, n, s),
		borrowed("substr", "substr(text, offset, length)", "A part of a text; length -1 takes the rest.", stdlib.SubstrFunc, s, s, n, n),
		borrowed("chomp", "chomp(text)", "The text without newlines at its end.", stdlib.ChompFunc, s, s),
		borrowed("trimspace", "trimspace(text)", "The text without white space at its ends.", stdlib.TrimSpaceFunc, s, s),
		borrowed("trim", "trim(text, characters)", "The text without the given characters at its ends.", stdlib.TrimFunc, s, s, s),
		borrowed("trimprefix", "trimprefix(text, prefix)", "The text without a prefix.", stdlib.TrimPrefixFunc, s, s, s),
		borrowed("trimsuffix", "trimsuffix(text, suffix)", "The text without a suffix.", stdlib.TrimSuffixFunc, s, s, s),
		{
			name: "replace", usage: "replace(text, old, new)", doc: "The text with every old replaced by new.",
			check: signature(s, s, s, s),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				if (strings.Count(a[0].s, a[1].s)+1)*(len(a[2].s)+1) > maxText {
					return value{}, errText
				}
				return stringValue(strings.ReplaceAll(a[0].s, a[1].s, a[2].s)), nil
			}),
		},
		{
			name: "split", usage: "split(separator, text)", doc: "The parts of a text between separators.",
			check: signature(strs, s, s),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				if strings.Count(a[1].s, a[0].s) > maxRange {
					return value{}, errItems
				}
				return stringList(strings.Split(a[1].s, a[0].s)), nil
			}),
		},
		{
			name: "join", usage: "join(separator, list)", doc: "The texts of a list with a separator between them.",
			check: signature(s, s, strs),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				var parts []string
				size := 0
				for _, e := range a[1].elements() {
					parts = append(parts, e.s)
					if size += len(e.s) + len(a[0].s); size > maxText {
						return value{}, errText
					}
				}
				return stringValue(strings.Join(parts, a[0].s)), nil
			}),
		},
		{
			name: "startswith", usage: "startswith(text, prefix)", doc: "Whether the text starts with the prefix.",
			check: signature(b, s, s),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				return boolValue(strings.HasPrefix(a[0].s, a[1].s)), nil
			}),
		},
		{
			name: "endswith", usage: "endswith(text, suffix)", doc: "Whether the text ends with the suffix.",
			check: signature(b, s, s),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				return boolValue(strings.HasSuffix(a[0].s, a[1].s)), nil
			}),
		},
		matchesFunction(), regexReplaceFunction(), regexAllFunction(), formatFunction(),
	}
}

func numberFunctions() []*function {
	n, s := cty.Number, cty.String
	return []*function{
		borrowed("abs", "abs(number)", "The number without its sign.", stdlib.AbsoluteFunc, n, n),
		borrowed("ceil", "ceil(number)", "The least whole number that is not smaller.", stdlib.CeilFunc, n, n),
		borrowed("floor", "floor(number)", "The greatest whole number that is not larger.", stdlib.FloorFunc, n, n),
		borrowed("int", "int(number)", "The number without its fraction.", stdlib.IntFunc, n, n),
		borrowed("signum", "signum(number)", "-1, 0 or 1.", stdlib.SignumFunc, n, n),
		borrowed("log", "log(number, base)", "The logarithm.", stdlib.LogFunc, n, n, n),
		borrowed("pow", "pow(number, power)", "The power.", stdlib.PowFunc, n, n, n),
		borrowed("parseint", "parseint(text, base)", "The whole number that a text spells in a base from 2 to 62.", parseInt, n, s, n),
		extreme("min", "The smallest number.", func(c int) bool { return c < 0 }),
		extreme("max", "The largest number.", func(c int) bool { return c > 0 }),
		{
			name: "sum", usage: "sum(list)", doc: "The numbers of a list added up.",
			check: signature(n, cty.List(n)),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				total := cty.Zero
				for _, e := range a[0].elements() {
					total = total.Add(lowerNumber(e.value))
				}
				return lift(total, nil), nil
			}),
		},
	}
}

// parseInt is cty's with the argument bounded: a text of a million digits takes long to read.
var parseInt = ctyfunction.New(&ctyfunction.Spec{
	Params: []ctyfunction.Parameter{{Name: "text", Type: cty.String}, {Name: "base", Type: cty.Number}},
	Type:   ctyfunction.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if len(args[0].AsString()) > 512 {
			return cty.NilVal, errors.New("the text is too long for a number")
		}
		return stdlib.ParseIntFunc.Call(args)
	},
})

func extreme(name, doc string, better func(cmp int) bool) *function {
	return &function{
		name: name, usage: name + "(number, ...)", doc: doc,
		check: func(c *callNode) (cty.Type, *argError) {
			if len(c.args) == 0 {
				return cty.NilType, argErrorf(-1, "takes one number or more")
			}
			for i := range c.args {
				if err := argIs(c, i, cty.Number); err != nil {
					return cty.NilType, err
				}
			}
			return cty.Number, nil
		},
		eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
			best := a[0]
			for _, v := range a[1:] {
				if better(v.n.Cmp(best.n)) {
					best = v
				}
			}
			return best, nil
		}),
	}
}

// FunctionDoc documents one function of the language.
type FunctionDoc struct{ Name, Usage, Doc string }

// Functions are all functions of the language, in the order of their names.
func Functions() []FunctionDoc {
	out := make([]FunctionDoc, 0, len(functions))
	for _, f := range functions {
		out = append(out, FunctionDoc{f.name, f.usage, f.doc})
	}
	slices.SortFunc(out, func(a, b FunctionDoc) int { return strings.Compare(a.Name, b.Name) })
	return out
}
