package tlsprobe

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestStrictTransportIsWhatTheWebServerAnswers(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nStrict-Transport-Security: "
	const ok = "\r\n\r\n"
	for name, c := range map[string]struct {
		answer string
		alpn   []string
		http   bool // known as a web server
		want   int64
		why    string // not known
	}{
		"two years":                  {answer: head + "max-age=63072000; includeSubDomains" + ok, alpn: []string{"h2", "http/1.1"}, want: 63072000},
		"quoted, in capitals, late":  {answer: head + `includeSubDomains ; MAX-AGE = "31536000"` + ok, alpn: []string{"http/1.1"}, want: 31536000},
		"without ALPN":               {answer: head + "max-age=5" + ok, http: true, want: 5},
		"after a hint":               {answer: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + head + "max-age=5" + ok, http: true, want: 5},
		"a redirection":              {answer: "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example.org/\r\nstrict-transport-security: max-age=7" + ok, http: true, want: 7},
		"none":                       {answer: "HTTP/1.1 200 OK\r\nServer: x" + ok, http: true, want: 0},
		"the first of two":           {answer: head + "max-age=0\r\nStrict-Transport-Security: max-age=63072000" + ok, http: true, want: 0},
		"twice in one":               {answer: head + "max-age=63072000; max-age=63072000" + ok, http: true, want: 0},
		"no number":                  {answer: head + "max-age=-1" + ok, http: true, want: 0},
		"no age":                     {answer: head + "includeSubDomains" + ok, http: true, want: 0},
		"an error without":           {answer: "HTTP/1.1 404 Not Found" + ok, http: true, why: "error 404"},
		"an error with":              {answer: "HTTP/1.1 404 Not Found\r\nStrict-Transport-Security: max-age=9" + ok, http: true, want: 9},
		"no HTTP":                    {answer: "220 hello\r\n", http: true, why: "malformed HTTP"},
		"an answer without an end":   {answer: "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 20000), http: true, why: "longer than 32768 bytes"},
		"hints and nothing else":     {answer: strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 50), http: true, why: "hints alone"},
		"a server that says nothing": {http: true, why: "did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cert := certificate(t, 0)
			var mu sync.Mutex
			var asked []string
			at := serve(t, func(conn net.Conn) {
				client := tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, NextProtos: c.alpn})
				if client.Handshake() != nil {
					return
				}
				request, err := http.ReadRequest(bufio.NewReader(client))
				if err != nil {
					return
				}
				mu.Lock()
				asked = append(asked, request.Method+" "+request.Host+request.RequestURI+" "+client.ConnectionState().ServerName)
				mu.Unlock()
				if c.answer == "" {
					time.Sleep(Deadline)
				}
				_, _ = client.Write([]byte(c.answer))
			})
			r := Ask(t.Context(), Target{Addr: at, HTTP: c.http})
			if !r.HTTP.IsYes() || r.HSTSKnown.Known == (c.why != "") || r.HSTS != c.want || !strings.Contains(r.HSTSKnown.Why, c.why) {
				t.Errorf("%+v, %d, %+v", r.HTTP, r.HSTS, r.HSTSKnown)
			}
			mu.Lock()
			defer mu.Unlock()
			if want := "HEAD a.example.org/ a.example.org"; len(asked) != 1 || asked[0] != want {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

func TestOnlyWebServersAreSentARequest(t *testing.T) {
	cert := certificate(t, 0)
	at := serve(t, func(conn net.Conn) {
		client := tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}})
		if client.Handshake() != nil {
			return
		}
		if n, _ := client.Read(make([]byte, 100)); n > 0 {
			t.Errorf("%d bytes are sent to a server that speaks no HTTP", n)
		}
	})
	if r := Ask(t.Context(), Target{Addr: at}); !r.HTTP.Known || r.HTTP.Yes || r.HSTSKnown.Known {
		t.Errorf("%+v %+v", r.HTTP, r.HSTSKnown)
	}
}
