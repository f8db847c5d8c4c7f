package starttls

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// script is a server that says what it says, whatever it hears.
type script struct {
	io.Reader
	heard bytes.Buffer
}

func (s *script) Write(p []byte) (int, error) { return s.heard.Write(p) }

func greeting(capabilities byte) string {
	body := "\x0a11.8\x00" + "1234" + "saltsalt" + "\x00" + "\x00" + string(capabilities) + "rest"
	return string([]byte{byte(len(body)), 0, 0, 0}) + body
}

func TestStart(t *testing.T) {
	for name, c := range map[string]struct {
		protocol, says, hears string
		fails                 string // empty: none
	}{
		"smtp":                   {"smtp", "220-a\r\n220 b\r\n250-x\r\n250-StartTLS\r\n250 SIZE\r\n220 go\r\n", "EHLO localhost\r\nSTARTTLS\r\n", ""},
		"smtp without":           {"smtp", "220 b\r\n250-x\r\n250 STARTTLSX\r\n", "EHLO localhost\r\n", ErrNotOffered.Error()},
		"smtp that refuses":      {"smtp", "220 b\r\n250 STARTTLS\r\n454 no\r\n", "EHLO localhost\r\nSTARTTLS\r\n", ErrNotOffered.Error()},
		"smtp full up":           {"smtp", "421 too many\r\n", "", "turns its clients away"},
		"smtp saying more":       {"smtp", "220 b\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n", "EHLO localhost\r\nSTARTTLS\r\n", "says more"},
		"ftp by its answers":     {"smtp", "220 x\r\n530 log in\r\n234 go\r\n", "EHLO localhost\r\nAUTH TLS\r\n", ""},
		"ftp":                    {"ftp", "220 x\r\n234 go\r\n", "AUTH TLS\r\n", ""},
		"imap":                   {"imap", "* OK hello\r\n* BYE\r\na1 OK go\r\n", "a1 STARTTLS\r\n", ""},
		"imap without":           {"imap", "* OK hello\r\na1 BAD what\r\n", "a1 STARTTLS\r\n", ErrNotOffered.Error()},
		"pop3":                   {"pop3", "+OK hi\r\n+OK go\r\n", "STLS\r\n", ""},
		"another protocol":       {"imap", "SSH-2.0-x\r\n", "", "not imap"},
		"ldap":                   {"ldap", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", string(startTLSRequest), ""},
		"ldap in long form":      {"ldap", "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00", string(startTLSRequest), ""},
		"ldap without":           {"ldap", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00", string(startTLSRequest), ErrNotOffered.Error()},
		"ldap of 4 GB":           {"ldap", "\x30\x84\xff\xff\xff\xff", string(startTLSRequest), "not ldap"},
		"postgres":               {"postgres", "S", "\x00\x00\x00\x08\x04\xd2\x16\x2f", ""},
		"postgres without":       {"postgres", "N", "\x00\x00\x00\x08\x04\xd2\x16\x2f", ErrNotOffered.Error()},
		"mysql":                  {"mysql", greeting(8), "\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x21" + strings.Repeat("\x00", 23), ""},
		"mysql without":          {"mysql", greeting(0), "", ErrNotOffered.Error()},
		"mysql that blocks":      {"mysql", "\x03\x00\x00\x00\xff\x69\x04", "", "turns its clients away"},
		"a line without an end":  {"pop3", "+OK" + strings.Repeat("x", 2*maxLine), "", "not pop3"},
		"replies without an end": {"smtp", strings.Repeat("220-x\r\n", maxLines+1), "", "without an end"},
	} {
		s := &script{Reader: strings.NewReader(c.says)}
		err := Start(s, c.protocol)
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
			t.Errorf("%s: %v, want %q", name, err, c.fails)
		}
		if got := s.heard.String(); got != c.hears {
			t.Errorf("%s: said %q, want %q", name, got, c.hears)
		}
	}
}

func TestForeignIsNotARefusal(t *testing.T) {
	var foreign *Foreign
	if err := Start(&script{Reader: strings.NewReader("HTTP/1.0 400\r\n")}, "smtp"); !errors.As(err, &foreign) {
		t.Errorf("%v", err)
	}
}

func TestGuess(t *testing.T) {
	for in, want := range map[string]string{"220 x": "smtp", "* OK ": "imap", "+OK x": "pop3", "J\x00\x00\x00\x0a": "mysql", "SSH-2": "", "": ""} {
		if got := Guess([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzStart(f *testing.F) {
	for _, p := range []string{"smtp", "imap", "pop3", "ftp", "ldap", "postgres", "mysql"} {
		f.Add(p, "220 x\r\n250 STARTTLS\r\n220 go\r\n")
	}
	f.Add("ldap", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00")
	f.Add("mysql", greeting(8))
	f.Fuzz(func(t *testing.T, protocol, says string) {
		s := &script{Reader: strings.NewReader(says)}
		_ = Start(s, protocol)
		if s.heard.Len() > 200 {
			t.Error("said too much")
		}
	})
}
