package benchmarks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

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
	tokens, diags := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	if diags := checkNesting(tokens); diags.HasErrors() {
		return nil, diags
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

// checkNesting counts what makes the parser recurse: brackets and interpolations, and, which no closing token ends,
// the ?: and [*] and signs of one expression.
func checkNesting(tokens hclsyntax.Tokens) hcl.Diagnostics {
	type level struct {
		braces bool // newlines end expressions here
		open   int  // ? and * met in the expression
		signs  int  // ! and - directly before
	}
	stack := []level{{braces: true}}
	depth := 0 // of the stack and all that is open in it
	previous := hclsyntax.TokenNil
	for _, t := range tokens {
		top := &stack[len(stack)-1]
		sign := false
		switch t.Type {
		case hclsyntax.TokenComment:
			continue
		case hclsyntax.TokenNewline:
			if !top.braces {
				continue // the parser skips it
			}
			depth -= top.open
			top.open = 0
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp:
			stack = append(stack, level{braces: t.Type == hclsyntax.TokenOBrace})
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			if len(stack) > 1 {
				depth -= 1 + top.open + top.signs
				stack = stack[:len(stack)-1]
			}
		case hclsyntax.TokenTemplateControl:
			return oneDiag(t.Range, "Template directive", "%{…} is not part of the language; use ?: or a for expression.")
		case hclsyntax.TokenQuestion:
			top.open++
			depth++
		case hclsyntax.TokenStar:
			switch { // of a splat; a product does not nest
			case previous == hclsyntax.TokenOBrack && len(stack) > 1:
				stack[len(stack)-2].open++
				depth++
			case previous == hclsyntax.TokenDot:
				top.open++
				depth++
			}
		case hclsyntax.TokenBang, hclsyntax.TokenMinus:
			sign = true
			top.signs++
			depth++
		case hclsyntax.TokenComma:
			depth -= top.open
			top.open = 0
		}
		previous = t.Type
		if top = &stack[len(stack)-1]; !sign {
			depth -= top.signs
			top.signs = 0
		}
		if depth > MaxNesting {
			return oneDiag(t.Range, "Nested too deeply", fmt.Sprintf("Brackets, conditions and signs are nested more than %d deep; take some of it apart into locals.", MaxNesting))
		}
	}
	return nil
}
