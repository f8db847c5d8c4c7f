package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/mongodconf"
	"github.com/holdfast-agent/holdfast/facts/linux/mongowire"
)

// ask finds out what the running server says to someone without credentials, and then to the user it has been given.
func (i *mongoInstance) ask(ctx context.Context, r *facts.Reader, s *MongoDBInstance) {
	s.NotLive = i.unaskable(r)
	s.Open = facts.Unknown[bool](s.NotLive)
	if s.NotLive == "" {
		if err := i.converse(ctx, r, s); err != nil {
			s.NotLive = askError(err)
		}
		if _, known := s.Open.Get(); !known {
			s.Open = facts.Unknown[bool](s.NotLive)
		}
	}
	if not := i.notInForce(r, s.NotLive); not != "" && !s.Live {
		s.MongoDBSettings = mongoOptions{broken: not}.settings()
		s.Authorization = i.checked(s, s.Authorization)
	}
}

// checked is whether users are checked as seen from outside, where that was seen: it is the better witness.
func (i *mongoInstance) checked(s *MongoDBInstance, otherwise facts.V[bool]) facts.V[bool] {
	if open, known := s.Open.Get(); known {
		return facts.Known(!open, s.Open.Origin())
	}
	return otherwise
}

func (i *mongoInstance) converse(ctx context.Context, r *facts.Reader, s *MongoDBInstance) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, origin, err := i.dial(ctx, r, s)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := mongowire.Ask(conn, "hello"); err != nil {
		return err
	}
	if build, err := mongowire.Ask(conn, "buildInfo"); err == nil && build.OK() {
		if v, ok := build["version"].(string); ok && v != "" {
			s.Version = facts.Known(v, origin)
		}
	}
	list, err := mongowire.Ask(conn, "listDatabases", mongowire.Field{Name: "nameOnly", Value: true})
	if err != nil {
		return err
	}
	if text, code := list.Error(); !list.OK() && code != unauthorized {
		return fmt.Errorf("the server answers with error %d, %.100q", code, text)
	}
	s.Open = facts.Known(list.OK(), origin)
	if !list.OK() {
		if err := i.login(r, conn, s); err != nil {
			return err
		}
	}
	return i.inForce(conn, s)
}

// unauthorized is the code of a refusal for lack of rights.
const unauthorized = 13

// inForce asks for the options that the server started with, and for the parameters that may have changed since.
func (i *mongoInstance) inForce(conn net.Conn, s *MongoDBInstance) error {
	started, err := mongowire.Ask(conn, "getCmdLineOpts")
	if err != nil {
		return err
	}
	parsed, ok := started["parsed"].(mongowire.Document)
	if !started.OK() || !ok {
		return errors.New("the server does not tell its options (getCmdLineOpts)")
	}
	conf := mongoOptions{options: mongodconf.Options{}, program: i.program, source: "getCmdLineOpts"}
	flatten(conf.options, "", parsed)
	for name, option := range map[string]string{"enableLocalhostAuthBypass": "setParameter.enableLocalhostAuthBypass", "quiet": "systemLog.quiet", "tlsMode": "net.tls.mode", "clusterAuthMode": "security.clusterAuthMode"} {
		p, err := mongowire.Ask(conn, "getParameter", mongowire.Field{Name: name, Value: true})
		if err != nil {
			return err
		}
		if _, code := p.Error(); code == unauthorized {
			return errors.New("the server does not tell the user its parameters (getParameter)")
		}
		if p.OK() { // a server without the parameter refuses
			flatten(conf.options, option, p[name])
		}
	}
	s.MongoDBSettings = conf.settings()
	s.Authorization = i.checked(s, s.Authorization)
	s.Live = true
	return nil
}

// flatten puts the options in a document under their dotted names.
func flatten(into mongodconf.Options, name string, v any) {
	switch v := v.(type) {
	case mongowire.Document:
		for k, e := range v {
			flatten(into, strings.TrimPrefix(name+"."+k, "."), e)
		}
	case string:
		into.Put(name, strings.ToValidUTF8(v, "\uFFFD"))
	case bool:
		into.Put(name, strconv.FormatBool(v))
	case float64:
		into.Put(name, strconv.FormatFloat(v, 'f', -1, 64))
	}
}

// login authenticates as the user that the configuration names for this server.
func (i *mongoInstance) login(r *facts.Reader, conn net.Conn, s *MongoDBInstance) error {
	l, err := loginOf(r, "mongodb", s.Name)
	switch {
	case err != nil:
		return err
	case l == nil:
		return errors.New("the server wants credentials, and the configuration names none (mongodb_credentials)")
	}
	if err := i.trusted(); err != nil {
		return err
	}
	if err := mongowire.Login(conn, "admin", l.user, l.password); err != nil {
		return fmt.Errorf("the login in %s: %w", l.from, err)
	}
	return nil
}

// dial connects to the server's unix socket, or to its port on loopback, without TLS.
func (i *mongoInstance) dial(ctx context.Context, r *facts.Reader, s *MongoDBInstance) (net.Conn, facts.Origin, error) {
	port, known := s.Configured.Port.Get()
	if !known {
		port = 27017
	}
	socket := path.Join(i.conf.text("net.unixDomainSocket.pathPrefix", "/tmp").Or("/tmp"), "mongodb-"+strconv.Itoa(port)+".sock")
	conn, err := i.dialSocket(ctx, r, socket)
	if err == nil {
		return conn, facts.From("listDatabases over " + socket), nil
	}
	conn, addr, err := i.dialLoopback(ctx, r, port)
	return conn, facts.From("listDatabases over " + addr.String()), err
}
