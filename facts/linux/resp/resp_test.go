package resp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

type stream struct {
	io.Reader
	sent bytes.Buffer
}

func (s *stream) Write(b []byte) (int, error) { return s.sent.Write(b) }

func TestDo(t *testing.T) {
	for reply, want := range map[string]string{
		"+OK\r\n":                          `{OK [] false}`,
		":12\r\n":                          `{12 [] false}`,
		"$3\r\na\r\nb\r\n":                 `the answer is not in Redis' protocol`,
		"$4\r\na\r\nb\r\n":                 "{a\r\nb [] false}",
		"$-1\r\n":                          `{ [] true}`,
		"*2\r\n$1\r\na\r\n*1\r\n:1\r\n":    `{ [{a [] false} { [{1 [] false}] false}] false}`,
		"*1\r\n-ERR x\r\n":                 `{ [{ERR x [] false}] false}`,
		"-NOAUTH Authentication\r\n":       `NOAUTH: NOAUTH Authentication`,
		"$9999999\r\n":                     `the answer is longer than its bound`,
		"*9999999\r\n":                     `the answer is longer than its bound`,
		strings.Repeat("*1\r\n", 9):        `the answer is longer than its bound`,
		"+" + strings.Repeat("x", 100_000): `the answer is longer than its bound`,
		"SSH-2.0-OpenSSH\r\n":              `the answer is not in Redis' protocol`,
		"\r\n":                             `the answer is not in Redis' protocol`,
		"+OK\n":                            `the answer is not in Redis' protocol`,
		"$5\r\nab":                         `unexpected EOF`,
		"":                                 `EOF`,
	} {
		s := &stream{Reader: strings.NewReader(reply)}
		v, err := New(s).Do("CONFIG", "GET", "*")
		got := fmt.Sprint(v)
		var refused Error
		if errors.As(err, &refused) {
			got = refused.Code() + ": " + refused.Error()
		} else if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.40q: got %s, want %s", reply, got, want)
		}
		if s.sent.String() != "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\n" {
			t.Errorf("sent %q", s.sent.String())
		}
	}
}

// A reply of many small elements is bounded as a whole.
func TestAReplyIsBoundedAsAWhole(t *testing.T) {
	endless := io.MultiReader(strings.NewReader("*60000\r\n"), strings.NewReader(strings.Repeat("$1000\r\n"+strings.Repeat("x", 1000)+"\r\n", 20_000)))
	if _, err := New(&stream{Reader: endless}).Do("X"); err == nil || !strings.Contains(err.Error(), "longer than its bound") {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("*2\r\n$1\r\na\r\n*1\r\n:1\r\n")
	f.Add("-ERR x\r\n")
	f.Fuzz(func(t *testing.T, reply string) {
		v, err := New(&stream{Reader: strings.NewReader(reply)}).Do("X")
		if err == nil && len(v.Texts()) > len(reply) {
			t.Errorf("%q gives %d elements", reply, len(v.List))
		}
	})
}
