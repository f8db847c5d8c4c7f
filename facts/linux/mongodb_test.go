package linux

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

const mongoHost = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
mongodb:x:106:106::/var/lib/mongodb:/usr/sbin/nologin
-- /etc/group --
root:x:0:
-- /proc/stat --
-- /var/lib/dpkg/status --
Package: mongodb-org-server
Status: install ok installed
Architecture: amd64
Version: 7.0.14
-- /lib/systemd/system/mongod.service --
[Service]
User=mongodb
ExecStart=/usr/bin/mongod --config /etc/mongod.conf
`

func TestMongoDBAsConfigured(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, mongoHost+`
-- /etc/mongod.conf mode=0644 --
storage:
  dbPath: /var/lib/mongodb
systemLog: {destination: file, logAppend: true, path: /var/log/mongodb/mongod.log}
net:
  port: 27018
  bindIp: 127.0.0.1,0.0.0.0
  tls:
    mode: preferSSL
    certificateKeyFile: /etc/mongo.pem
    disabledProtocols: TLS1_0
security:
  authorization: enabled
  javascriptEnabled: false
setParameter:
  enableLocalhostAuthBypass: false
-- /var/lib/mongodb dir mode=0750 --
-- /etc/mongo.pem mode=0600 --
`), Sources(), "mongodb")
	for path, want := range map[string]string{
		"[0].name": "/etc/mongod.conf", "[0].config.mode": "0644", "[0].version": "7.0.14", "[0].user": "mongodb", "[0].unit": "mongod.service",
		"[0].running": "false", "[0].authorization": "true", "[0].port": "27018", "[0].bind_ip[1]": "0.0.0.0", "[0].wildcard": "true", "[0].remote": "true",
		"[0].tls.mode": "preferTLS", "[0].tls.disabled_protocols[0]": "TLS1_0", "[0].javascript": "false", "[0].localhost_auth_bypass": "false",
		"[0].log_append": "true", "[0].log_destination": "file", "[0].directory.mode": "0750", "[0].pem.mode": "0600", "[0].key.exists": "false",
		"[0].audit_destination": "", "[0].clustered": "false", "[0].open": "unknown: it does not run", "[1]": "no such path",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if o := v.OriginOf("[0].authorization").String(); o != "/etc/mongod.conf:12" {
		t.Error(o)
	}
}

func TestMongoDBAuthorization(t *testing.T) {
	for conf, want := range map[string]string{
		"net: {port: 1}":                                  "false",
		"security: {keyFile: /k}":                         "true",
		"security: {clusterAuthMode: x509}":               "true",
		"security: {keyFile: /k, transitionToAuth: true}": "false",
		"auth = true":                                     "true",
		"security: {authorization: on}":                   "unknown: /etc/mongod.conf:1: security.authorization must be one of enabled, disabled",
		"security: {authorization: enabled}\nsecurity: {authorization: disabled}\n": "unknown: /etc/mongod.conf: line 2: security.authorization is set twice: the server does not start",
		"security: [": "unknown: /etc/mongod.conf: yaml: line 1: did not find expected node content",
	} {
		v := hosttest.Read(t, hosttest.New(t, mongoHost+"-- /etc/mongod.conf --\n"+conf), Sources(), "mongodb")
		if got := hosttest.Leaf(v, "[0].authorization"); got != want {
			t.Errorf("%q: got %s, want %s", conf, got, want)
		}
	}
	v := hosttest.Read(t, hosttest.New(t, mongoHost+"-- /etc/mongod.conf fifo --\n"), Sources(), "mongodb")
	if got := hosttest.Leaf(v, "[0].authorization"); !strings.Contains(got, "not a regular file") {
		t.Error(got)
	}
}

// fakeMongo is a host whose mongod is this test.
func fakeMongo(t *testing.T, serve func(net.Conn)) facts.Host {
	t.Helper()
	root := t.TempDir()
	hosttest.Extract(t, root, mongoHost+fmt.Sprintf(`
-- /proc/%[2]d/stat --
%[2]d (mongod) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0
-- /proc/%[2]d/status --
Uid:	%[1]d	%[1]d	%[1]d	%[1]d
-- /proc/%[2]d/cgroup --
0::/system.slice/mongod.service
-- /etc/mongod.conf --
security: {authorization: enabled}
-- /tmp dir --
`, os.Geteuid(), os.Getpid()))
	args := strings.Join([]string{"/usr/bin/mongod", "--config", "/etc/mongod.conf", "--noscripting"}, "\x00") + "\x00"
	if err := os.WriteFile(filepath.Join(root, "proc", strconv.Itoa(os.Getpid()), "cmdline"), []byte(args), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(root, "tmp/mongodb-27017.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return facts.Host{FS: hostfs.New(root), Live: true, Native: true, Now: func() time.Time { return hosttest.Now }}
}

// mongoServer answers each command that a client sends; those it has no answer for are refused as unauthorized.
func mongoServer(answers map[string]string) func(net.Conn) {
	return func(c net.Conn) {
		for {
			head := make([]byte, 16)
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			body := make([]byte, binary.LittleEndian.Uint32(head)-16)
			if _, err := io.ReadFull(c, body); err != nil {
				return
			}
			command, _, _ := strings.Cut(string(body[10:]), "\x00")
			fields, ok := answers[command]
			if !ok {
				fields = "\x01ok\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10code\x00\x0d\x00\x00\x00"
			}
			doc := string(binary.LittleEndian.AppendUint32(nil, uint32(len(fields)+5))) + fields + "\x00"
			var out []byte
			for _, n := range []int{21 + len(doc), 1, 1, 2013, 0} {
				out = binary.LittleEndian.AppendUint32(out, uint32(n))
			}
			_, _ = c.Write(append(append(out, 0), doc...))
		}
	}
}

const mongoOK = "\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"

func bsonDocument(name, fields string) string {
	return "\x03" + name + "\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(fields)+5))) + fields + "\x00"
}

func TestMongoDBThatAnswers(t *testing.T) {
	options := bsonDocument("parsed", bsonDocument("net", "\x02bindIp\x00\x08\x00\x00\x000.0.0.0\x00"+bsonDocument("ssl", "\x02mode\x00\x0b\x00\x00\x00requireSSL\x00"))+
		bsonDocument("security", "\x08javascriptEnabled\x00\x00")) + mongoOK
	for name, c := range map[string]struct {
		answers map[string]string
		want    map[string]string
	}{
		"open": {
			map[string]string{"hello": mongoOK, "buildInfo": "\x02version\x00\x06\x00\x00\x007.0.1\x00" + mongoOK, "listDatabases": mongoOK,
				"getParameter": "\x08enableLocalhostAuthBypass\x00\x00" + mongoOK, "getCmdLineOpts": options},
			map[string]string{
				"live": "true", "open": "true", "authorization": "false", "configured.authorization": "true", "version": "7.0.1", "localhost_auth_bypass": "false",
				"configured.localhost_auth_bypass": "true", "javascript": "false", "wildcard": "true", "configured.wildcard": "false", "tls.mode": "requireTLS",
			},
		},
		"open, and will not tell what it is set to": {
			map[string]string{"hello": mongoOK, "listDatabases": mongoOK},
			map[string]string{
				"live": "false", "open": "true", "authorization": "false", "wildcard": "unknown: what is in force is not known: the server does not tell its options (getCmdLineOpts)",
			},
		},
		"with credentials alone": {
			map[string]string{"hello": mongoOK},
			map[string]string{
				"live": "false", "open": "false", "authorization": "true", "version": "7.0.14", "configured.wildcard": "false",
				"not_live": "the server wants credentials, and the configuration names none (mongodb_credentials)",
				"wildcard": "unknown: what is in force is not known: the server wants credentials, and the configuration names none (mongodb_credentials)",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := hosttest.Read(t, fakeMongo(t, mongoServer(c.answers)), Sources(), "mongodb")
			for path, want := range c.want {
				if got := hosttest.Leaf(v, "[0]."+path); got != want {
					t.Errorf("%s is %q, want %q", path, got, want)
				}
			}
		})
	}
}

func TestMongoDBThatDoesNotAnswer(t *testing.T) {
	for want, serve := range map[string]func(net.Conn){
		"the server did not answer within 3s": func(net.Conn) { time.Sleep(5 * time.Second) },
		"the answer is not in MongoDB's protocol": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		},
		"the answer is longer than 4194304 bytes": func(c net.Conn) {
			_, _ = c.Write([]byte("\xff\xff\xff\x7f\x01\x00\x00\x00\x01\x00\x00\x00\xdd\x07\x00\x00"))
		},
		"EOF": func(net.Conn) {},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			v := hosttest.Read(t, fakeMongo(t, serve), Sources(), "mongodb")
			got := hosttest.Leaf(v, "[0].not_live")
			if got != want && !(want == "EOF" && strings.Contains(got, "reset") || strings.Contains(got, "broken pipe")) || hosttest.Leaf(v, "[0].open") != "unknown: "+got {
				t.Errorf("got %q, open is %q", got, hosttest.Leaf(v, "[0].open"))
			}
			for path, leaf := range leaves(t, v, "[0].configured.", "[0].") {
				if !strings.HasPrefix(leaf, "unknown: what is in force is not known: ") {
					t.Errorf("%s is %s, though the server was not asked", path, leaf)
				}
			}
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
