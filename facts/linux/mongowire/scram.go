package mongowire

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of the iterations that a server asks for: RFC 7677 wants 4096 at least, and a server could ask for an hour's work.
const (
	minIterations = 4096
	maxIterations = 1_000_000
)

// ErrRefused tells that the server did not take the name or the password.
var ErrRefused = errors.New("the server refuses the user or the password")

// Login authenticates a user of a database by SCRAM-SHA-256 (RFC 5802, RFC 7677): the password is not sent, and the
// server has to prove that it knows it. Names and passwords beyond ASCII are refused, since they would need SASLprep.
func Login(rw io.ReadWriter, database, user, password string) error {
	for _, c := range user + password {
		if c < 0x20 || c > 0x7e {
			return errors.New("the user or the password has characters other than printable ASCII, which are not supported here")
		}
	}
	s := scram{user: user, password: password, nonce: rand.Text()}
	d, err := AskIn(rw, database, "saslStart", Field{"mechanism", "SCRAM-SHA-256"}, Field{"payload", []byte("n,," + s.first())},
		Field{"options", []Field{{"skipEmptyExchange", true}}})
	if err != nil {
		return err
	}
	payload, id, err := step(d)
	if err != nil {
		return err
	}
	final, err := s.final(payload)
	if err != nil {
		return err
	}
	d, err = AskIn(rw, database, "saslContinue", Field{"conversationId", id}, Field{"payload", []byte(final)})
	if err != nil {
		return err
	}
	if payload, _, err = step(d); err != nil {
		return err
	}
	return s.verify(payload)
}

func step(d Document) (payload string, id int32, err error) {
	b, ok := d["payload"].([]byte)
	if !d.OK() || !ok {
		return "", 0, ErrRefused
	}
	n, _ := d["conversationId"].(float64)
	return string(b), int32(n), nil
}

// scram is the client's side of one exchange.
type scram struct {
	user, password, nonce string
	signature             string // that the server has to send
}

func (s *scram) first() string {
	return "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.user) + ",r=" + s.nonce
}

// final answers the server's first message: r=nonce,s=salt,i=iterations.
func (s *scram) final(first string) (string, error) {
	values := map[string]string{}
	for part := range strings.SplitSeq(first, ",") {
		name, value, _ := strings.Cut(part, "=")
		values[name] = value
	}
	salt, err := base64.StdEncoding.DecodeString(values["s"])
	n, nErr := strconv.Atoi(values["i"])
	switch {
	case err != nil || nErr != nil || len(salt) == 0 || !strings.HasPrefix(values["r"], s.nonce) || values["r"] == s.nonce:
		return "", errGarbled
	case n < minIterations || n > maxIterations:
		return "", fmt.Errorf("the server asks for %d iterations, which is not between %d and %d", n, minIterations, maxIterations)
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, n, sha256.Size)
	if err != nil {
		return "", err
	}
	bare := "c=biws,r=" + values["r"]
	message := s.first() + "," + first + "," + bare
	client := mac(salted, "Client Key")
	stored := sha256.Sum256(client)
	proof := mac(stored[:], message)
	for i := range proof {
		proof[i] ^= client[i]
	}
	s.signature = base64.StdEncoding.EncodeToString(mac(mac(salted, "Server Key"), message))
	return bare + ",p=" + base64.StdEncoding.EncodeToString(proof), nil
}

// verify looks at the server's proof that it knows the password, too.
func (s *scram) verify(last string) error {
	if !hmac.Equal([]byte(last), []byte("v="+s.signature)) {
		return errors.New("the server does not prove that it knows the password")
	}
	return nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
