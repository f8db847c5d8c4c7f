// Package resp speaks version 2 of the protocol of Redis and Valkey: it writes a command and reads its reply, within
// bounds. It opens no connection, knows no command, and sets no deadline: that is up to whoever owns the stream.
package resp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of one reply.
const (
	maxBulk     = 1 << 20
	maxElements = 1 << 16
	maxDepth    = 8
	maxLine     = 64 << 10
	maxReply    = 8 << 20
)

// Error is a reply by which the server refuses a command.
type Error string

func (e Error) Error() string { return string(e) }

// Code is the first word: NOAUTH, NOPERM, ERR.
func (e Error) Code() string {
	code, _, _ := strings.Cut(string(e), " ")
	return code
}

// Value is a reply: a text, a list, or neither for nil. Integers are texts.
type Value struct {
	Text string
	List []Value
	Nil  bool
}

// Texts are the texts of a list, those of nested lists left out.
func (v Value) Texts() []string {
	out := make([]string, 0, len(v.List))
	for _, e := range v.List {
		out = append(out, e.Text)
	}
	return out
}

// Conn is one conversation.
type Conn struct {
	w io.Writer
	r *bufio.Reader

	left int // bytes that the reply under way may still have
}

// New talks over rw.
func New(rw io.ReadWriter) *Conn { return &Conn{w: rw, r: bufio.NewReader(rw)} }

// Do sends a command and reads its reply. An [Error] is the server's refusal, after which the conversation goes on; any
// other error ends it.
func (c *Conn) Do(args ...string) (Value, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := io.WriteString(c.w, b.String()); err != nil {
		return Value{}, err
	}
	c.left = maxReply
	return c.read(0)
}

var errGarbled = errors.New("the answer is not in Redis' protocol")

func (c *Conn) read(depth int) (Value, error) {
	line, err := c.line()
	if err != nil {
		return Value{}, err
	}
	if line == "" {
		return Value{}, errGarbled
	}
	switch kind, rest := line[0], line[1:]; kind {
	case '+':
		return Value{Text: rest}, nil
	case ':':
		if _, err := strconv.ParseInt(rest, 10, 64); err != nil {
			return Value{}, errGarbled
		}
		return Value{Text: rest}, nil
	case '-':
		return Value{}, Error(rest)
	case '$':
		return c.bulk(rest)
	case '*':
		return c.list(rest, depth)
	}
	return Value{}, errGarbled
}

// line reads up to CRLF.
func (c *Conn) line() (string, error) {
	var b []byte
	for {
		part, err := c.r.ReadSlice('\n')
		b = append(b, part...)
		if c.left -= len(part); c.left < 0 || len(b) > maxLine {
			return "", errors.New("the answer is longer than its bound")
		}
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
	}
	s, ok := strings.CutSuffix(string(b), "\r\n")
	if !ok {
		return "", errGarbled
	}
	return s, nil
}

func (c *Conn) bulk(length string) (Value, error) {
	n, err := strconv.Atoi(length)
	switch {
	case err != nil || n < -1:
		return Value{}, errGarbled
	case n == -1:
		return Value{Nil: true}, nil
	case n > maxBulk || n > c.left:
		return Value{}, errors.New("the answer is longer than its bound")
	}
	b := make([]byte, n+2)
	if _, err := io.ReadFull(c.r, b); err != nil {
		return Value{}, err
	}
	c.left -= n
	if string(b[n:]) != "\r\n" {
		return Value{}, errGarbled
	}
	return Value{Text: string(b[:n])}, nil
}

func (c *Conn) list(length string, depth int) (Value, error) {
	n, err := strconv.Atoi(length)
	switch {
	case err != nil || n < -1:
		return Value{}, errGarbled
	case n == -1:
		return Value{Nil: true}, nil
	case n > maxElements || depth >= maxDepth:
		return Value{}, errors.New("the answer is longer than its bound")
	}
	var list []Value
	for range n {
		v, err := c.read(depth + 1)
		var refused Error
		if errors.As(err, &refused) {
			v, err = Value{Text: string(refused)}, nil
		}
		if err != nil {
			return Value{}, err
		}
		list = append(list, v)
	}
	return Value{List: list}, nil
}
