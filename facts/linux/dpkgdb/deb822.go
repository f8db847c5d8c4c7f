package dpkgdb

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds of one file.
const (
	MaxLine   = 1 << 20 // bytes
	MaxFields = 1 << 10 // in one paragraph
)

// Paragraph is a group of fields. It shares the memory of the file it was read from.
type Paragraph struct {
	Line   int // 1-based, of the first field
	Fields []Field
}

// Field is "Name: value" with its continuation lines.
type Field struct {
	Name string
	Line int

	at       int    // offset of raw in the file
	raw      []byte // behind the colon, to the end of the last continuation line
	comments bool   // lines of raw that start with "#" are none
}

// Text is the value: lines without the blanks around them, joined by newlines.
func (f Field) Text() string {
	if bytes.IndexByte(f.raw, '\n') < 0 {
		return string(bytes.TrimSpace(f.raw))
	}
	var b strings.Builder
	for line := range bytes.Lines(f.raw) {
		if f.comments && line[0] == '#' {
			continue
		}
		b.Write(bytes.TrimSpace(line))
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Find is a field by name, compared without regard to case; nil when there is none.
func (p *Paragraph) Find(name string) *Field {
	for i := range p.Fields {
		if strings.EqualFold(p.Fields[i].Name, name) {
			return &p.Fields[i]
		}
	}
	return nil
}

// Get is a field's text; empty when there is no such field.
func (p *Paragraph) Get(name string) string {
	if f := p.Find(name); f != nil {
		return f.Text()
	}
	return ""
}

// Reader goes through a file's paragraphs.
type Reader struct {
	all    []byte
	start  int // offset of the line taken last
	next   int // offset of the one after it
	line   int // lines consumed
	para   Paragraph
	err    error
	closed bool // an empty line came after the last paragraph
	// Comments makes lines that start with "#" comments, as in sources.list(5) and preferences.
	Comments bool
}

// NewReader reads paragraphs of b.
func NewReader(b []byte) *Reader { return &Reader{all: b, closed: true} }

// Err is why Next stopped before the end: a line that is no part of a paragraph.
func (r *Reader) Err() error { return r.err }

// Paragraph is what the last Next read. It stays as it is when Next is called again.
func (r *Reader) Paragraph() *Paragraph { return &r.para }

// Next reads a paragraph and tells whether there was one. A paragraph with an error in it is not given out.
func (r *Reader) Next() bool {
	r.para = Paragraph{}
	for r.err == nil && r.next < len(r.all) {
		line := r.take()
		switch {
		case len(line) == 0 || string(line) == "\r": // blanks alone do not end a paragraph, neither for dpkg nor for apt
			if len(r.para.Fields) > 0 {
				r.closed = true
				return true
			}
			continue
		case line[0] == '#' && r.Comments:
			continue
		}
		r.closed = false
		r.err = r.add(line)
	}
	return r.err == nil && len(r.para.Fields) > 0
}

func (r *Reader) take() []byte {
	r.line++
	r.start = r.next
	end := bytes.IndexByte(r.all[r.start:], '\n')
	if end < 0 {
		r.next = len(r.all)
		return r.all[r.start:]
	}
	r.next = r.start + end + 1
	return r.all[r.start : r.start+end]
}

func (r *Reader) add(line []byte) error {
	fields := r.para.Fields
	switch {
	case len(line) > MaxLine:
		return fmt.Errorf("line %d: longer than %d bytes", r.line, MaxLine)
	case bytes.IndexByte(line, 0) >= 0:
		return fmt.Errorf("line %d: a NUL byte", r.line)
	case line[0] == ' ' || line[0] == '\t':
		if len(fields) == 0 {
			return fmt.Errorf("line %d: a continuation of nothing", r.line)
		}
		last := &fields[len(fields)-1]
		last.raw = r.all[last.at : r.start+len(line)]
		return nil
	}
	name, text, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") {
		return fmt.Errorf("line %d: no field: %.40q", r.line, line)
	}
	if len(fields) >= MaxFields {
		return fmt.Errorf("line %d: more than %d fields", r.line, MaxFields)
	}
	if len(fields) == 0 {
		r.para.Line = r.line
	}
	r.para.Fields = append(fields, Field{
		Name: string(name), Line: r.line, at: r.start + len(name) + 1, raw: text, comments: r.Comments,
	})
	return nil
}
