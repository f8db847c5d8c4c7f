package benchmarks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Bounds on what policies may hold. They are far above what anyone writes, and low enough that nothing which is
// read here can exhaust memory or the stack.
const (
	MaxFile     = 1 << 20 // bytes of one file
	MaxNesting  = 64      // of brackets, conditions and signs within each other
	MaxFiles    = 2_000   // in one bundle
	MaxControls = 5_000   // in one benchmark
	maxLocals   = 1_000   // in one benchmark
	maxBlocks   = 64      // check, fix and guard blocks of one control
)

// readBounded reads a regular file of at most MaxFile bytes.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	st, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case st.Size() > MaxFile:
		return nil, fmt.Errorf("it is %d bytes long; a policy file has at most %d", st.Size(), MaxFile)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err == nil && len(b) > MaxFile {
		return nil, fmt.Errorf("a policy file has at most %d bytes", MaxFile)
	}
	return b, err
}

// parse reads HCL after its size and nesting were checked: the parser recurses, and a deep enough text overflows its
// stack, which nothing can recover from.
func parse(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if len(src) > MaxFile {
		return nil, oneDiag(hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "File too large", fmt.Sprintf("A policy file has at most %d bytes.", MaxFile))
	}
	if !shallow(src) {
		tokens, diags := hclsyntax.LexConfig(src, name, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, diags
		}
		if diags := checkNesting(tokens); diags.HasErrors() {
			return nil, diags
		}
	}
	f, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	return f, nil
}

func oneDiag(r hcl.Range, summary, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &r}}
}

// nesting counts what makes the parser recurse: brackets and interpolations, and, which no closing token ends, the ?:
// and [*] and signs of one expression.
type nesting struct {
	stack    []level
	depth    int // of the stack and all that is open in it
	previous tokenKind
}

type level struct {
	braces bool // newlines end expressions here
	open   int  // ? and * met in the expression
	signs  int  // ! and - directly before
}

type tokenKind uint8

const (
	otherToken tokenKind = iota
	bracketToken
	dotToken
)

func newNesting() *nesting { return &nesting{stack: []level{{braces: true}}} }

func (n *nesting) top() *level { return &n.stack[len(n.stack)-1] }

// term is any token that ends what signs stand before.
func (n *nesting) term(kind tokenKind) {
	top := n.top()
	n.depth -= top.signs
	top.signs = 0
	n.previous = kind
}

func (n *nesting) opened(braces bool, kind tokenKind) {
	n.previous = kind
	n.stack = append(n.stack, level{braces: braces})
	n.depth++
}

func (n *nesting) closed() {
	if len(n.stack) > 1 {
		top := n.top()
		n.depth -= 1 + top.open + top.signs
		n.stack = n.stack[:len(n.stack)-1]
	}
	n.term(otherToken)
}

func (n *nesting) question() {
	n.term(otherToken)
	n.top().open++
	n.depth++
}

// star is of a splat, or of a product, which does not nest.
func (n *nesting) star() {
	switch {
	case n.previous == bracketToken && len(n.stack) > 1:
		n.stack[len(n.stack)-2].open++
		n.depth++
	case n.previous == dotToken:
		n.top().open++
		n.depth++
	}
	n.term(otherToken)
}

func (n *nesting) sign() {
	n.top().signs++
	n.depth++
	n.previous = otherToken
}

func (n *nesting) comma() {
	top := n.top()
	n.depth -= top.open
	top.open = 0
	n.term(otherToken)
}

// newline ends an expression, but within parentheses and the like, where the parser skips it.
func (n *nesting) newline() {
	if n.top().braces {
		n.comma()
	}
}

// checkNesting counts on the tokens of a file.
func checkNesting(tokens hclsyntax.Tokens) hcl.Diagnostics {
	n := newNesting()
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenComment:
			if strings.HasSuffix(string(t.Bytes), "\n") {
				n.newline()
			}
		case hclsyntax.TokenNewline:
			n.newline()
		case hclsyntax.TokenOBrack:
			n.opened(false, bracketToken)
		case hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp:
			n.opened(false, otherToken)
		case hclsyntax.TokenOBrace:
			n.opened(true, otherToken)
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			n.closed()
		case hclsyntax.TokenTemplateControl:
			return oneDiag(t.Range, "Template directive", "%{…} is not part of the language; use ?: or a for expression.")
		case hclsyntax.TokenQuestion:
			n.question()
		case hclsyntax.TokenStar:
			n.star()
		case hclsyntax.TokenBang, hclsyntax.TokenMinus:
			n.sign()
		case hclsyntax.TokenComma:
			n.comma()
		case hclsyntax.TokenDot:
			n.term(dotToken)
		default:
			n.term(otherToken)
		}
		if n.depth > MaxNesting {
			return oneDiag(t.Range, "Nested too deeply", fmt.Sprintf("Brackets, conditions and signs are nested more than %d deep; take some of it apart into locals.", MaxNesting))
		}
	}
	return nil
}
