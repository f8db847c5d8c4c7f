// Package starttls talks to a server in its own protocol up to the point where it expects a TLS ClientHello: SMTP, IMAP,
// POP3, FTP, LDAP, PostgreSQL and MySQL. It logs in nowhere, and names no one. What it reads is bounded; time is the
// caller's to bound.
package starttls

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of what a server may say before TLS begins.
const (
	maxLine   = 4 << 10
	maxLines  = 100
	maxPacket = 16 << 10
)

// ErrNotOffered says that the server speaks the protocol, and has no TLS to offer.
var ErrNotOffered = errors.New("the server offers no STARTTLS")

// Foreign is an answer that is not of the protocol.
type Foreign struct {
	Protocol string
	Said     string
}

func (e *Foreign) Error() string { return fmt.Sprintf("this is not %s: %.40q", e.Protocol, e.Said) }

// Guess is the protocol that a server which spoke first seems to speak: smtp, ftp, imap, pop3, mysql; empty for none.
func Guess(banner []byte) string {
	switch {
	case bytes.HasPrefix(banner, []byte("* OK")), bytes.HasPrefix(banner, []byte("* PREAUTH")):
		return "imap"
	case bytes.HasPrefix(banner, []byte("+OK")):
		return "pop3"
	case bytes.HasPrefix(banner, []byte("220")):
		return "smtp" // or ftp: the answer to EHLO tells
	case len(banner) >= 5 && banner[2] == 0 && banner[3] == 0 && (banner[4] == 10 || banner[4] == 0xff):
		return "mysql"
	}
	return ""
}

// Start brings the connection to where TLS begins.
func Start(conn io.ReadWriter, protocol string) error {
	c := &talk{conn, bufio.NewReaderSize(conn, maxLine), protocol}
	var err error
	switch protocol {
	case "smtp":
		err = c.smtp()
	case "imap":
		err = c.lines("* OK", "a1 STARTTLS", "a1 OK", "a1 ")
	case "pop3":
		err = c.lines("+OK", "STLS", "+OK", "-ERR")
	case "ftp":
		err = c.ftp()
	case "ldap":
		err = c.ldap()
	case "postgres":
		err = c.postgres()
	case "mysql":
		err = c.mysql()
	default:
		err = fmt.Errorf("STARTTLS of %q is not known", protocol)
	}
	if err == nil && c.in.Buffered() > 0 {
		return errors.New("the server says more between its consent to TLS and the ClientHello")
	}
	return err
}

type talk struct {
	out      io.Writer
	in       *bufio.Reader
	protocol string
}

func (c *talk) line() (string, error) {
	b, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", &Foreign{c.protocol, string(b[:40])}
	}
	if err != nil && len(b) > 0 {
		return "", &Foreign{c.protocol, string(b)}
	}
	return strings.TrimRight(string(b), "\r\n"), err
}

func (c *talk) say(line string) error {
	_, err := io.WriteString(c.out, line+"\r\n")
	return err
}

// reply reads a reply of SMTP or FTP, which may have several lines (RFC 5321 section 4.2.1, RFC 959 section 4.2).
func (c *talk) reply() (code string, text []string, err error) {
	for range maxLines {
		l, err := c.line()
		if err != nil {
			return "", nil, err
		}
		if code == "" {
			if len(l) < 3 || strings.Trim(l[:3], "0123456789") != "" || len(l) > 3 && l[3] != ' ' && l[3] != '-' {
				return "", nil, &Foreign{c.protocol, l}
			}
			code = l[:3]
		}
		text = append(text, l)
		if strings.HasPrefix(l, code) && (len(l) == 3 || l[3] == ' ') {
			return code, text, nil
		}
	}
	return "", nil, errors.New("a reply without an end")
}

func (c *talk) smtp() error {
	code, text, err := c.reply()
	if err != nil {
		return err
	}
	if code != "220" {
		return fmt.Errorf("the server turns its clients away: %.80q", text[0])
	}
	if err := c.say("EHLO localhost"); err != nil {
		return err
	}
	if code, text, err = c.reply(); err != nil {
		return err
	}
	if code != "250" {
		if code == "530" || code == "500" || code == "502" { // vsftpd and its kin don't know EHLO
			c.protocol = "ftp"
			return c.authTLS()
		}
		return ErrNotOffered
	}
	for _, l := range text {
		if len(l) >= 12 && strings.EqualFold(strings.TrimSpace(l[4:]), "STARTTLS") {
			return c.consent("STARTTLS", "220")
		}
	}
	return ErrNotOffered
}

func (c *talk) consent(command, want string) error {
	if err := c.say(command); err != nil {
		return err
	}
	code, _, err := c.reply()
	if err == nil && code != want {
		return ErrNotOffered
	}
	return err
}

func (c *talk) ftp() error {
	code, text, err := c.reply()
	if err != nil {
		return err
	}
	if code != "220" {
		return fmt.Errorf("the server turns its clients away: %.80q", text[0])
	}
	return c.authTLS()
}

// authTLS is RFC 4217's.
func (c *talk) authTLS() error { return c.consent("AUTH TLS", "234") }

// lines is the conversation of IMAP (RFC 9051 section 6.2.1) and POP3 (RFC 2595 section 4).
func (c *talk) lines(greeting, command, yes, no string) error {
	l, err := c.line()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(l, greeting) {
		return &Foreign{c.protocol, l}
	}
	if err := c.say(command); err != nil {
		return err
	}
	for range maxLines {
		l, err := c.line()
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(l, yes):
			return nil
		case strings.HasPrefix(l, no), strings.HasPrefix(l, "* BAD"):
			return ErrNotOffered
		}
	}
	return errors.New("a reply without an end")
}

// startTLSRequest is an ExtendedRequest for 1.3.6.1.4.1.1466.20037 with message id 1 (RFC 4511, section 4.14).
var startTLSRequest = append([]byte{0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16}, "1.3.6.1.4.1.1466.20037"...)

func (c *talk) ldap() error {
	if _, err := c.out.Write(startTLSRequest); err != nil {
		return err
	}
	body, err := c.element(0x30)
	if err != nil {
		return err
	}
	// messageID INTEGER 1, then [APPLICATION 24] ExtendedResponse, which begins with resultCode ENUMERATED.
	rest, ok := bytes.CutPrefix(body, []byte{0x02, 0x01, 0x01, 0x78})
	if !ok || len(rest) < 4 {
		return &Foreign{c.protocol, string(body)}
	}
	skip := 1
	if rest[0] > 0x80 {
		skip += int(rest[0] & 0x7f)
	}
	if len(rest) < skip+3 || rest[skip] != 0x0a || rest[skip+1] != 1 {
		return &Foreign{c.protocol, string(body)}
	}
	if rest[skip+2] != 0 {
		return ErrNotOffered
	}
	return nil
}

// element reads one BER element with the tag given.
func (c *talk) element(tag byte) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return nil, err
	}
	n := int(head[1])
	if head[0] != tag || n == 0x80 || n > 0x84 {
		return nil, &Foreign{c.protocol, string(head[:])}
	}
	if n > 0x80 {
		var size [4]byte
		if _, err := io.ReadFull(c.in, size[4-(n&0x7f):]); err != nil {
			return nil, err
		}
		n = int(binary.BigEndian.Uint32(size[:]))
	}
	if n > maxPacket {
		return nil, &Foreign{c.protocol, string(head[:])}
	}
	body := make([]byte, n)
	_, err := io.ReadFull(c.in, body)
	return body, err
}

// postgres sends an SSLRequest (PostgreSQL documentation, "Message Formats").
func (c *talk) postgres() error {
	if _, err := c.out.Write([]byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); err != nil {
		return err
	}
	b, err := c.in.ReadByte()
	switch {
	case err != nil:
		return err
	case b == 'S':
		return nil
	case b == 'N', b == 'E':
		return ErrNotOffered
	}
	return &Foreign{c.protocol, string(b)}
}

// Capabilities of MySQL's handshake ("Protocol::HandshakeV10", "Protocol::SSLRequest").
const (
	mysqlProtocol41 = 0x0200
	mysqlSSL        = 0x0800
	mysqlSecure     = 0x8000
)

func (c *talk) mysql() error {
	var head [4]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return err
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if n < 1 || n > maxPacket || head[3] != 0 {
		return &Foreign{c.protocol, string(head[:])}
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(c.in, body); err != nil {
		return err
	}
	if body[0] == 0xff {
		return errors.New("the server turns its clients away")
	}
	end := bytes.IndexByte(body, 0)
	if body[0] != 10 || end < 0 || len(body) < end+1+4+8+1+2 {
		return &Foreign{c.protocol, string(body[:1])}
	}
	capabilities := binary.LittleEndian.Uint16(body[end+1+4+8+1:])
	if capabilities&mysqlSSL == 0 {
		return ErrNotOffered
	}
	request := make([]byte, 4+32)
	request[0], request[3] = 32, 1
	binary.LittleEndian.PutUint32(request[4:], mysqlProtocol41|mysqlSSL|mysqlSecure)
	binary.LittleEndian.PutUint32(request[8:], 1<<24)
	request[12] = 33 // utf8
	_, err := c.out.Write(request)
	return err
}
