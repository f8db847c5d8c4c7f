package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
	"github.com/holdfast-agent/holdfast/facts/linux/resp"
)

// redisAnswer is what a running server told.
type redisAnswer struct {
	info     map[string]string
	settings map[string]string // of CONFIG GET *, secrets replaced; nil when it refused
	users    []redisconf.User
	usersErr error
	origin   facts.Origin
}

// redisSecrets are the settings whose values never get further than this file: only whether they are set does.
var redisSecrets = []string{"requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"}

// askRedis asks the running server of an instance for its settings, if it answers without a password. What it can't be
// asked for, and why, is the second result; both are there when it said only who it is.
func askRedis(ctx context.Context, r *facts.Reader, i *redisInstance) (*redisAnswer, string) {
	switch {
	case !r.Live():
		return nil, facts.Offline
	case i.process == nil:
		return nil, "it does not run"
	case !r.Native():
		return nil, "the sockets of this host are out of reach"
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, from, err := dialRedis(ctx, r, i)
	if err != nil {
		return nil, askError(err)
	}
	defer conn.Close()
	a := &redisAnswer{origin: facts.From(from)}
	c := resp.New(conn)
	info, err := c.Do("INFO", "server")
	if err != nil {
		return nil, redisRefusal(err)
	}
	a.info = parseInfo(info.Text)
	if err := a.readSettings(c); err != nil {
		return a, redisRefusal(err)
	}
	a.readUsers(c)
	return a, ""
}

// dialRedis takes the unix socket where there is one, and else the port on loopback.
func dialRedis(ctx context.Context, r *facts.Reader, i *redisInstance) (net.Conn, string, error) {
	c := i.load(r)
	var failed error
	if d, ok := c.Last("unixsocket"); ok && len(d.Args) == 1 && strings.HasPrefix(d.Args[0], "/") {
		account := ""
		if i.command != nil {
			account = i.command.user
		}
		conn, err := dialSocket(ctx, r, d.Args[0], serverUsers(ctx, r, i.process, account)...)
		if err == nil {
			return conn, "CONFIG GET over " + d.Args[0], nil
		}
		failed = err
	}
	port, err := redisPort(c, i)
	if err == nil {
		conn, addr, err := dialLoopback(ctx, r, port, i.process.PID)
		if err == nil {
			return conn, "CONFIG GET over " + addr.String(), nil
		}
		return nil, "", errors.Join(failed, err)
	}
	return nil, "", errors.Join(failed, err)
}

// redisPort is the port in the running server's title: the file may have changed since. A server with TLS alone is not
// asked: it wants a certificate of its clients.
func redisPort(c *redisconf.Config, i *redisInstance) (int, error) {
	text := titlePort(*i.process)
	if text == "" {
		text = "6379"
		if d, ok := c.Last("port"); ok && len(d.Args) == 1 {
			text = d.Args[0]
		}
	}
	var port int
	if _, err := fmt.Sscanf(text, "%d", &port); err != nil || port <= 0 || port > 65535 {
		return 0, errors.New("it has no port without TLS")
	}
	if d, ok := c.Last("tls-port"); ok && len(d.Args) == 1 && d.Args[0] == text {
		return 0, errors.New("it has no port without TLS")
	}
	return port, nil
}

func redisRefusal(err error) string {
	var refused resp.Error
	if !errors.As(err, &refused) {
		return askError(err)
	}
	switch refused.Code() {
	case "NOAUTH":
		return "the server wants a password"
	case "NOPERM":
		return "the server does not let the default user call CONFIG"
	case "DENIED":
		return "the server is in protected mode"
	case "LOADING", "BUSY", "MASTERDOWN":
		return "the server is busy: " + refused.Code()
	}
	if strings.Contains(strings.ToLower(refused.Error()), "unknown command") {
		return "CONFIG has another name on this server, or none"
	}
	return "the server refused: " + refused.Code()
}

func parseInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && !strings.HasPrefix(key, "#") {
			info[key] = strings.ToValidUTF8(value, "\uFFFD")
		}
	}
	return info
}

func (a *redisAnswer) readSettings(c *resp.Conn) error {
	v, err := c.Do("CONFIG", "GET", "*")
	if err != nil {
		return err
	}
	texts := v.Texts()
	if len(texts) == 0 || len(texts)%2 != 0 {
		return errors.New("the server's answer to CONFIG GET is not a list of settings")
	}
	settings := make(map[string]string, len(texts)/2)
	for i := 0; i < len(texts); i += 2 {
		settings[strings.ToLower(texts[i])] = texts[i+1]
	}
	if _, ok := settings["port"]; !ok {
		return errors.New("the server's answer to CONFIG GET names no port")
	}
	for _, name := range redisSecrets {
		if settings[name] != "" {
			settings[name] = "set"
		}
	}
	a.settings = settings
	return nil
}

// readUsers asks for the access control lists, which came with version 6.
func (a *redisAnswer) readUsers(c *resp.Conn) {
	v, err := c.Do("ACL", "LIST")
	var refused resp.Error
	if errors.As(err, &refused) && strings.Contains(strings.ToLower(refused.Error()), "unknown command") && strings.HasPrefix(a.info["redis_version"], "5.") {
		u := redisconf.DefaultUser().WithPassword(a.settings["requirepass"])
		a.users = []redisconf.User{u}
		return
	}
	if err != nil {
		a.usersErr = errors.New(redisRefusal(err))
		return
	}
	for _, line := range v.Texts() {
		u, err := redisconf.ParseUserLine(line)
		if err != nil {
			a.usersErr = err
			return
		}
		a.users = append(a.users, u)
	}
}

// liveRedis is what the server said is in force.
func liveRedis(a *redisAnswer) RedisSettings {
	v := facts.Known(a.info["redis_version"], a.origin)
	from := redisValues{absent: "default of Redis", get: func(name string) ([]string, facts.Origin, bool) {
		value, ok := a.settings[name]
		if name == "bind" || name == "tls-protocols" || name == "replicaof" || name == "slaveof" {
			return strings.Fields(value), a.origin, ok
		}
		return []string{value}, a.origin, ok
	}}
	s := from.settings(redisDefaults(v), v)
	for _, name := range []string{"port", "dir", "protected-mode"} {
		if _, ok := a.settings[name]; !ok { // a default would be a guess where the server should have told
			why := "the server did not tell " + name
			switch name {
			case "port":
				s.Port = facts.Unknown[int](why)
			case "dir":
				s.Dir = facts.Unknown[string](why)
			default:
				s.ProtectedMode = facts.Unknown[bool](why)
			}
		}
	}
	if a.usersErr != nil {
		s.Users = facts.UnknownList[RedisUser](a.usersErr.Error())
		s.DefaultUser = RedisUser{Name: "default", Missing: facts.Missing(a.usersErr.Error())}
		return s
	}
	s.setUsers(a.users, facts.From(strings.Replace(a.origin.Source, "CONFIG GET", "ACL LIST", 1)))
	return s
}

// users are those of the ACL file or of the configuration itself; Redis refuses to start with both.
func (s *RedisSettings) users(r *facts.Reader, c *redisconf.Config, from redisValues) {
	users, at, why := configuredUsers(r, c, from, s.ACLFile)
	if why != "" {
		s.Users = facts.UnknownList[RedisUser](why)
		s.DefaultUser = RedisUser{Name: "default", Missing: facts.Missing(why)}
		return
	}
	s.setUsers(users, at)
}

func configuredUsers(r *facts.Reader, c *redisconf.Config, from redisValues, aclFile facts.V[string]) ([]redisconf.User, facts.Origin, string) {
	file, known := aclFile.Get()
	if !known {
		return nil, facts.Origin{}, aclFile.Reason()
	}
	inline := c.All("user")
	if file != "" {
		name := c.Resolve(file)
		switch {
		case len(inline) > 0:
			return nil, facts.Origin{}, fmt.Sprintf("%s:%d: users are defined here and in %s: Redis does not start so", inline[0].File, inline[0].Line, name)
		case !strings.HasPrefix(name, "/"):
			return nil, facts.Origin{}, "the directory of the ACL file " + name + " is not known"
		}
		b, err := r.ReadFile(name)
		if err != nil {
			return nil, facts.Origin{}, err.Error()
		}
		users, problems := redisconf.ParseFile(name, b)
		if len(problems) > 0 {
			return nil, facts.Origin{}, problems[0].String()
		}
		return users, facts.File(name, 0), ""
	}
	password, at, why := from.one("requirepass", "")
	if why != "" {
		return nil, facts.Origin{}, why
	}
	users := []redisconf.User{redisconf.DefaultUser().WithPassword(password)}
	for _, d := range inline {
		if len(d.Args) == 0 {
			return nil, facts.Origin{}, facts.File(d.File, d.Line).String() + ": user takes a name"
		}
		u := redisconf.NewUser(d.Args[0])
		if err := u.Apply(d.Args[1:]); err != nil {
			return nil, facts.Origin{}, fmt.Sprintf("%s: %v", facts.File(d.File, d.Line), err)
		}
		at = facts.File(d.File, d.Line)
		if u.Name == "default" {
			users[0] = u // Redis takes all rules from it before it applies these
			continue
		}
		users = append(users, u)
	}
	return users, at, ""
}

func (s *RedisSettings) setUsers(users []redisconf.User, at facts.Origin) {
	all := make([]RedisUser, 0, len(users))
	s.DefaultUser = RedisUser{Name: "default", Missing: facts.Missing("there is no default user"), Origin: at}
	for _, u := range users {
		one := RedisUser{
			Origin: at, Name: strings.ToValidUTF8(u.Name, "\uFFFD"),
			Enabled: facts.Known(u.Enabled, at), NoPass: facts.Known(u.NoPass, at), Passwords: facts.Known(u.Passwords, at),
			AllCommands: facts.Known(u.AllCommands, at), AllKeys: facts.Known(u.AllKeys, at),
			MayConfigure: facts.Known(u.MayConfigure, at), Rules: facts.Complete(u.Rules, at),
		}
		if u.Name == "default" {
			s.DefaultUser = one
		}
		all = append(all, one)
	}
	s.Users = facts.Complete(all, at)
}
