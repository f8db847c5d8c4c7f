package mongowire

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

type stream struct {
	io.Reader
	sent bytes.Buffer
}

func (s *stream) Write(b []byte) (int, error) { return s.sent.Write(b) }

func bson(elements string) string {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(elements)+5))
	return string(b) + elements + "\x00"
}

func message(doc string) string {
	var b []byte
	for _, n := range []int{21 + len(doc), 1, 1, opMsg, 0} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return string(b) + "\x00" + doc
}

func TestAsk(t *testing.T) {
	databases := bson("\x030\x00" + bson("\x08a\x00\x01") + "\x031\x00" + bson(""))
	s := &stream{Reader: strings.NewReader(message(bson("\x04databases\x00" + databases + "\x02version\x00\x04\x00\x00\x007.0\x00" +
		"\x10code\x00\x0d\x00\x00\x00\x08b\x00\x01\x11t\x0012345678\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f")))}
	d, err := Ask(s, "listDatabases", Field{"nameOnly", true}, Field{"in", []Field{{"s", "text"}, {"b", []byte("ab")}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, code := d.Error(); !d.OK() || d["databases"] != 2 || d["version"] != "7.0" || d["b"] != true || code != 13 {
		t.Errorf("%v", d)
	}
	// The request reads back as a message of its own.
	own, err := read(&s.sent)
	if err != nil || own["listDatabases"] != 1.0 || own["$db"] != "admin" || own["nameOnly"] != true || own["in"].(Document)["s"] != "text" || string(own["in"].(Document)["b"].([]byte)) != "ab" {
		t.Errorf("%v %v", own, err)
	}
}

func TestGarbage(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "EOF",
		"HTTP/1.1 400 Bad Request": "the answer is not in MongoDB's protocol",
		message(bson("\x02a\x00\xff\xff\xff\xff")): "the answer is not in MongoDB's protocol",
		message(bson("\x01a\x00")):                 "the answer is not in MongoDB's protocol",
		message("\xff\xff\xff\x7f\x00"):            "the answer is not in MongoDB's protocol",
		"\xff\xff\xff\x7f" + message(bson(""))[4:]: "the answer is longer than 4194304 bytes",
		message(strings.Repeat("\xff", 4)):         "the answer is not in MongoDB's protocol",
		message(nested(30)):                        "the answer is nested too deeply",
		message(bson(""))[:20]:                     "unexpected EOF",
	} {
		if _, err := Ask(&stream{Reader: strings.NewReader(in)}, "hello"); err == nil || err.Error() != want {
			t.Errorf("%.30q: %v, want %s", in, err, want)
		}
	}
}

func nested(n int) string {
	if n == 0 {
		return bson("")
	}
	return bson("\x03a\x00" + nested(n-1))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(message(bson("\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"))))
	f.Add([]byte(message(bson("\x04a\x00" + bson("\x030\x00"+bson(""))))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := read(bytes.NewReader(b)); err == nil && len(d) > len(b) {
			t.Errorf("%d fields of %d bytes", len(d), len(b))
		}
	})
}
