package tlsprobe

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxResponse bounds the head of an answer by HTTP, in bytes.
const maxResponse = 32 << 10

// strictTransport finds out for how long a web server has browsers insist on TLS (RFC 6797), by the one request that is
// ever sent: HEAD /. A server is asked that agreed to speak HTTP, or is known for it.
func (p *probe) strictTransport() {
	r := p.res
	switch {
	case r.StartTLS != "":
		r.HTTP = no("its protocol begins without TLS")
		return
	case p.target.HTTP || slices.ContainsFunc(r.ALPN, func(s string) bool { return s == "h2" || s == "http/1.1" }):
		r.HTTP = yes()
	case !r.ALPNKnown.Known:
		r.HTTP = unsure(r.ALPNKnown.Why)
		return
	default:
		r.HTTP = no("it did not agree to speak HTTP")
		return
	}
	status, header, err := p.head()
	if err != nil {
		r.HSTSKnown = unsure("HEAD / over HTTP/1.1: " + plain(err))
		return
	}
	sent := header.Values("Strict-Transport-Security")
	if len(sent) == 0 && status >= 400 { // nginx and Apache leave headers out of errors, unless told always
		r.HSTSKnown = unsure(fmt.Sprintf("HEAD / is answered with the error %d, which may lack what other answers have", status))
		return
	}
	r.HSTSKnown = yes()
	if len(sent) > 0 { // the first one counts: RFC 6797 section 8.1
		r.HSTS = maxAge(sent[0])
	}
}

// head is the status and header of the answer to HEAD /, of the host that the server's certificate names first.
func (p *probe) head() (int, http.Header, error) {
	conn, err := p.dial()
	if err != nil {
		return 0, nil, err
	}
	defer conn.Close()
	name := p.hostName()
	client := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS10, NextProtos: []string{"http/1.1"}, ServerName: name, //nolint:gosec // whatever it speaks is said elsewhere
		InsecureSkipVerify: true, //nolint:gosec // nothing secret is sent, and the chain is looked at elsewhere
	})
	if err := client.HandshakeContext(p.ctx); err != nil {
		return 0, nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return 0, nil, err
	}
	if name == "" {
		name = p.target.Addr.String()
	}
	if _, err := fmt.Fprintf(client, "HEAD / HTTP/1.1\r\nHost: %s\r\nUser-Agent: holdfast\r\nAccept: */*\r\nConnection: close\r\n\r\n", name); err != nil {
		return 0, nil, err
	}
	bounded := &io.LimitedReader{R: client, N: maxResponse}
	answer := bufio.NewReader(bounded)
	for range 5 { // early hints go before
		response, err := http.ReadResponse(answer, &http.Request{Method: http.MethodHead})
		if err != nil && bounded.N == 0 {
			return 0, nil, fmt.Errorf("the head of the answer is longer than %d bytes", maxResponse)
		}
		if err != nil {
			return 0, nil, err
		}
		_ = response.Body.Close()
		if response.StatusCode >= 200 {
			return response.StatusCode, response.Header, nil
		}
	}
	return 0, nil, fmt.Errorf("the server answers with hints alone")
}

// hostName is the name to ask for: the one the server wanted, or the first of its certificate.
func (p *probe) hostName() string {
	if p.sni != "" || len(p.res.Chains) == 0 {
		return p.sni
	}
	leaf, err := x509.ParseCertificate(p.res.Chains[0][0])
	if err != nil || len(leaf.DNSNames) == 0 {
		return ""
	}
	name := strings.Replace(leaf.DNSNames[0], "*", "www", 1)
	for _, c := range []byte(name) {
		if c != '.' && c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "" // it goes into a request
		}
	}
	return name
}

// maxAge is the max-age of a header in seconds; 0 of one that browsers pass over: without it, with two, or with none that
// is a number (RFC 6797 section 6.1).
func maxAge(header string) int64 {
	age, seen := int64(0), false
	for directive := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(directive, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "max-age") {
			continue
		}
		n, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(value), `"`), 10, 62)
		if err != nil || seen {
			return 0
		}
		age, seen = int64(n), true //nolint:gosec // 62 bits
	}
	return age
}
