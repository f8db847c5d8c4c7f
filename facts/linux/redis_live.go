package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
	"github.com/holdfast-agent/holdfast/facts/linux/resp"
)

// redisAnswer is what a running server told.
type redisAnswer struct {
	open     bool // it told all to someone without a password
	noConfig bool // it has no command of the name CONFIG
	info     map[string]string
	settings map[string]string // of CONFIG GET *, secrets replaced; nil when it refused
	users    []redisconf.User
	usersErr error
	origin   facts.Origin
}

// redisSecrets are the settings whose values never get further than this file: only whether they are set does.
var redisSecrets = []string{"requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"}

// askRedis asks the running server of an instance for its settings: without a password, and where that is refused, as the
// user that the configuration names. What it can't be asked for, and why, is the second result; both are there when it
// said only who it is.
func askRedis(ctx context.Context, r *facts.Reader, i *redisInstance) (*redisAnswer, string) {
	if why := i.unaskable(r); why != "" {
		return nil, why
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
	err = a.read(c)
	a.open = err == nil
	var refused resp.Error
	if errors.As(err, &refused) && (refused.Code() == "NOAUTH" || refused.Code() == "NOPERM") {
		if why := i.login(r, c); why != "" {
			return a, redisRefusal(err) + why
		}
		err = a.read(c)
	}
	if err != nil && a.info == nil && !errors.As(err, &refused) {
		return nil, redisRefusal(err)
	}
	a.noConfig = a.info != nil && unknownCommand(err)
	if err == nil || a.noConfig {
		a.readUsers(c)
	}
	if err != nil {
		return a, redisRefusal(err)
	}
	return a, ""
}

func (a *redisAnswer) read(c *resp.Conn) error {
	info, err := c.Do("INFO", "server")
	if err != nil {
		return err
	}
	a.info = parseInfo(info.Text)
	return a.readSettings(c)
}

// login says AUTH. What it returns goes behind the reason that made it necessary; it is empty when all is well.
func (i *redisInstance) login(r *facts.Reader, c *resp.Conn) string {
	l, err := loginOf(r, "redis", i.name())
	switch {
	case err != nil:
		return ": " + err.Error()
	case l == nil:
		return ", and the configuration names no login (redis_credentials)"
	}
	if err := i.trusted(); err != nil {
		return ": " + err.Error()
	}
	words := []string{"AUTH", l.user, l.password}
	if l.user == "default" {
		words = []string{"AUTH", l.password} // which versions before 6 understand, too
	}
	_, err = c.Do(words...)
	var refused resp.Error
	switch {
	case errors.As(err, &refused): // of which nothing is told: it could repeat what was sent
		return ", and refuses the login in " + l.from
	case err != nil:
		return ": " + askError(err)
	}
	return ""
}

// dialRedis takes the unix socket where there is one, and else the port on loopback, with TLS where it has no other.
func dialRedis(ctx context.Context, r *facts.Reader, i *redisInstance) (net.Conn, string, error) {
	c := i.load(r)
	var failed error
	if d, ok := c.Last("unixsocket"); ok && len(d.Args) == 1 && strings.HasPrefix(d.Args[0], "/") {
		conn, err := i.dialSocket(ctx, r, d.Args[0])
		if err == nil {
			return conn, "CONFIG GET over " + d.Args[0], nil
		}
		failed = err
	}
	port, secure, err := redisPort(c, i)
	if err != nil {
		return nil, "", errors.Join(failed, err)
	}
	conn, addr, err := i.dialLoopback(ctx, r, port)
	if err == nil && secure {
		conn, err = overTLS(ctx, r, c, conn)
	}
	if err != nil {
		return nil, "", errors.Join(failed, err)
	}
	return conn, "CONFIG GET over " + addr.String(), nil
}

// redisPort is the port in the running server's title: the file may have changed since. It is the one with TLS when
// there is no other.
func redisPort(c *redisconf.Config, i *redisInstance) (port int, secure bool, err error) {
	set := func(name, otherwise string) string {
		if d, ok := c.Last(name); ok && len(d.Args) == 1 {
			return d.Args[0]
		}
		return otherwise
	}
	plain, tls := set("port", "6379"), set("tls-port", "0")
	text := titlePort(*i.process)
	if text == "" {
		text = plain
	}
	if text == "0" {
		text = tls
	}
	port, err = strconv.Atoi(text)
	if err != nil || port <= 0 || port > 65535 {
		return 0, false, errors.New("it has no port")
	}
	return port, text == tls && text != plain, nil
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
	if unknownCommand(refused) {
		return "CONFIG has another name on this server, or none"
	}
	return "the server refused: " + refused.Code()
}

func unknownCommand(err error) bool {
	var refused resp.Error
	return errors.As(err, &refused) && strings.Contains(strings.ToLower(refused.Error()), "unknown command")
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
	if unknownCommand(err) && strings.HasPrefix(a.info["redis_version"], "5.") {
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
	const untold = "a running server does not tell its renamed commands"
	s.DisabledCommands, s.RenamedCommands = facts.UnknownList[string](untold), facts.UnknownList[string](untold)
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
	s.setAnswered(a)
	return s
}

// setAnswered sets the users that the server told.
func (s *RedisSettings) setAnswered(a *redisAnswer) {
	if a.usersErr != nil {
		s.unknownUsers(a.usersErr.Error())
		return
	}
	s.setUsers(a.users, facts.From(strings.Replace(a.origin.Source, "CONFIG GET", "ACL LIST", 1)))
}

// users are those of the ACL file or of the configuration itself; Redis refuses to start with both.
func (s *RedisSettings) users(r *facts.Reader, c *redisconf.Config, from redisValues) {
	users, at, why := configuredUsers(r, c, from, s.ACLFile)
	if why != "" {
		s.unknownUsers(why)
		return
	}
	s.setUsers(users, at)
}

func (s *RedisSettings) unknownUsers(why string) {
	s.Users = facts.UnknownList[RedisUser](why)
	s.DefaultUser = RedisUser{Name: "default", Missing: facts.Missing(why)}
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
