package linux

import (
	"context"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/sshdconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "sshd",
		Doc: "What the OpenSSH server would use: its options as sshd -T prints them, and for each Match block what a connection that " +
			"satisfies it would get.",
		Reads: "sshd_config(5) with its includes, ssh.service, /etc/default/ssh, /var/lib/dpkg/status",
	}, collectSSHD))
	register(facts.Define(facts.Descriptor{
		Name: "sshd_for",
		Doc:  "What the OpenSSH server would use for one connection, as sshd -T -C prints it.",
		Reads: "sshd_config(5) with its includes, ssh.service, /etc/default/ssh, /var/lib/dpkg/status, /etc/passwd, " +
			"/etc/group",
		Args: []facts.Arg{
			{Name: "user", Type: cty.String, Doc: "The account that logs in."},
			{Name: "address", Type: cty.String, Doc: "The client's IP address."},
		},
		Canonical: canonicalConnection,
	}, collectSSHDFor))
}

// SSHD is the OpenSSH server. Options are those of a connection that satisfies no Match block but "Match all".
type SSHD struct {
	Missing facts.Missing
	SSHDOptions

	Installed   facts.V[bool]           `fact:"installed" doc:"Whether the server is installed: the package openssh-server, or /usr/sbin/sshd."`
	Version     facts.V[string]         `fact:"version" doc:"OpenSSH's version: 9.2."`
	ConfigFile  facts.V[string]         `fact:"config_file" doc:"The main configuration file."`
	ConfigValid facts.V[bool]           `fact:"config_valid" doc:"Whether sshd would start with this configuration; when not, all options are unknown."`
	ConfigError facts.V[string]         `fact:"config_error" doc:"Why it would not; empty when it would."`
	Arguments   facts.List[string]      `fact:"arguments" doc:"The arguments ssh.service starts it with, which win over the files."`
	Contexts    facts.List[SSHDContext] `fact:"contexts" doc:"One for each Match block but Match all: the options of a connection that satisfies this block, blocks with the same criteria, those it is included from, and no other."`
}

// SSHDContext are the options within a Match block.
type SSHDContext struct {
	Origin facts.Origin
	SSHDOptions

	Criteria string `fact:"criteria" doc:"The block's criteria: user root address 10.0.0.0/8."`
	File     string `fact:"file" doc:"The file of the Match line."`
	Line     int    `fact:"line" doc:"Its line, from 1."`
}

// SSHDFor are the options of one connection.
type SSHDFor struct {
	Missing facts.Missing
	SSHDOptions

	User    string `fact:"user" doc:"The account asked for."`
	Address string `fact:"address" doc:"The address asked for."`
}

// maxContexts bounds sshd.contexts.
const maxContexts = 200

// sshdServer is the configuration, read once for both facts.
type sshdServer struct {
	installed facts.V[bool]
	version   facts.V[string]
	arguments facts.List[string]
	path      string
	conf      *sshdconf.Config // nil when err says why not
	err       error
}

func sshdOf(ctx context.Context, r *facts.Reader) (*sshdServer, error) {
	return facts.Once(ctx, r, "sshd", func(ctx context.Context, r *facts.Reader) (*sshdServer, error) {
		return readSSHD(ctx, r), nil
	})
}

func readSSHD(ctx context.Context, r *facts.Reader) *sshdServer {
	s := &sshdServer{path: sshdconf.DefaultPath}
	s.installed, s.version = sshdInstalled(ctx, r)
	if on, known := s.installed.Get(); !known || !on {
		return s
	}
	s.arguments = sshdArguments(r)
	if !s.arguments.IsComplete() {
		s.err = fmt.Errorf("how ssh.service starts sshd: %s", s.arguments.Reason())
		return s
	}
	s.conf, s.err = sshdconf.Load(sshdFiles{r}, sshdconf.Options{Version: s.version.Or("of an unknown version (" + s.version.Reason() + ")"), Args: s.arguments.Items()})
	if s.conf != nil {
		s.path = s.conf.Path()
	}
	return s
}

// sshdInstalled looks for Debian's package, and for the program where another put it.
func sshdInstalled(ctx context.Context, r *facts.Reader) (facts.V[bool], facts.V[string]) {
	const program = "/usr/sbin/sshd"
	db, err := packagesOf(ctx, r)
	if err == nil {
		for _, p := range db.find("openssh-server", "") {
			if on, _ := packageInstalled(p).Get(); on {
				return facts.Known(true, db.origin(p)), facts.Known(opensshVersion(p.Version), db.origin(p))
			}
		}
	}
	_, statErr := r.Stat(program)
	switch {
	case statErr == nil && err != nil:
		return facts.Known(true, facts.File(program, 0)), facts.Unknown[string](err.Error())
	case statErr == nil:
		return facts.Known(true, facts.File(program, 0)), facts.Unknown[string](program + " belongs to no installed package openssh-server")
	case !facts.IsAbsent(statErr):
		return facts.Unknown[bool](statErr.Error()), facts.V[string]{}
	}
	return facts.Known(false, facts.File(program, 0)), facts.V[string]{}
}

// opensshVersion is "9.2" of "1:9.2p1-2+deb12u6".
func opensshVersion(debian string) string {
	_, v, ok := strings.Cut(debian, ":")
	if !ok {
		v = debian
	}
	end := strings.IndexFunc(v, func(c rune) bool { return c != '.' && (c < '0' || c > '9') })
	if end >= 0 {
		v = v[:end]
	}
	return v
}

// sshdFiles reads a host's files for sshdconf.
type sshdFiles struct{ r *facts.Reader }

func (f sshdFiles) ReadFile(name string) ([]byte, error) { return f.r.ReadFileMax(name, 4<<20) }
func (f sshdFiles) Glob(pattern string) ([]string, error) {
	return f.r.Glob(pattern)
}
func (f sshdFiles) IsAbsent(err error) bool { return facts.IsAbsent(err) }
func (f sshdFiles) IsDir(name string) bool {
	st, err := f.r.Stat(name)
	return err == nil && st.IsDir()
}

// why is the reason of every option where there is no configuration.
func (s *sshdServer) why() facts.Missing {
	if on, known := s.installed.Get(); !known {
		return facts.Missing(s.installed.Reason())
	} else if !on {
		return "no OpenSSH server is installed"
	}
	if s.err != nil {
		return facts.Missing(s.err.Error())
	}
	return ""
}

func collectSSHD(ctx context.Context, r *facts.Reader, _ facts.Key) (SSHD, error) {
	s, err := sshdOf(ctx, r)
	if err != nil {
		return SSHD{}, err
	}
	out := SSHD{Installed: s.installed, Version: s.version, Arguments: s.arguments, Missing: s.why()}
	if on, known := s.installed.Get(); !known || !on {
		return out, nil
	}
	out.ConfigFile = facts.Known(s.path, facts.Origin{})
	origin := facts.File(s.path, 0)
	if s.conf == nil {
		if sshdconf.IsInvalid(s.err) {
			out.ConfigValid, out.ConfigError = facts.Known(false, origin), facts.Known(s.err.Error(), origin)
		}
		return out, nil
	}
	out.ConfigValid, out.ConfigError = facts.Known(true, origin), facts.Known("", origin)
	version := s.version.Or("of an unknown version")
	out.SSHDOptions = sshdOptions(s.conf.Default(), version)
	var contexts []SSHDContext
	for _, m := range s.conf.Matches[:min(maxContexts, len(s.conf.Matches))] {
		contexts = append(contexts, SSHDContext{
			Origin: facts.File(m.Pos.File, m.Pos.Line), SSHDOptions: sshdOptions(s.conf.Within(m), version),
			Criteria: m.Criteria, File: m.Pos.File, Line: m.Pos.Line,
		})
	}
	out.Contexts = facts.Complete(contexts, origin)
	if len(s.conf.Matches) > maxContexts {
		out.Contexts = facts.Partial(contexts, origin, fmt.Sprintf("%d Match blocks, of which the first %d are told", len(s.conf.Matches), maxContexts))
	}
	return out, nil
}

func canonicalConnection(args []cty.Value) ([]cty.Value, error) {
	addr, err := netip.ParseAddr(args[1].AsString())
	if err != nil {
		return nil, fmt.Errorf("%q is not an IP address", args[1].AsString())
	}
	return []cty.Value{args[0], cty.StringVal(addr.Unmap().String())}, nil
}

func collectSSHDFor(ctx context.Context, r *facts.Reader, key facts.Key) (SSHDFor, error) {
	d := facts.Descriptor{Name: "sshd_for", Args: []facts.Arg{{Name: "user", Type: cty.String}, {Name: "address", Type: cty.String}}}
	args, err := d.Arguments(key.Subject)
	if err != nil {
		return SSHDFor{}, err
	}
	out := SSHDFor{User: args[0].AsString(), Address: args[1].AsString()}
	addr, err := netip.ParseAddr(out.Address)
	if err != nil {
		return SSHDFor{}, err
	}
	s, err := sshdOf(ctx, r)
	if err != nil {
		return SSHDFor{}, err
	}
	if out.Missing = s.why(); s.conf == nil {
		return out, nil
	}
	c := sshdconf.Connection{User: out.User, Address: addr}
	if usedns := s.conf.Default()["usedns"]; len(usedns.Items) != 1 || usedns.Items[0] != "no" {
		c.UseDNS = true
	}
	c.Groups, c.GroupsUnknown = groupsOfUser(ctx, r, out.User)
	out.SSHDOptions = sshdOptions(s.conf.Effective(c.Decide), s.version.Or("of an unknown version"))
	return out, nil
}

// groupsOfUser are the names of a local user's groups; other users may be known to a directory service, which is not
// asked.
func groupsOfUser(ctx context.Context, r *facts.Reader, user string) (groups []string, unknown string) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return nil, err.Error()
	}
	for _, err := range []error{a.users.unread(), a.groups.unread()} {
		if err != nil {
			return nil, err.Error()
		}
	}
	for _, u := range a.users.rows {
		if u.Name != user {
			continue
		}
		groups = append(groups, a.memberOf[user]...)
		if name, ok := a.groupName[u.GID]; ok {
			groups = append(groups, name)
		}
		return groups, ""
	}
	return nil, passwdPath + " has no user " + user + ", whose groups are not looked up elsewhere"
}

// sshdOptions lays the options into the fields of their names.
func sshdOptions(opts map[string]sshdconf.Value, version string) SSHDOptions {
	var out SSHDOptions
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("fact")
		opt, ok := opts[name]
		if !ok {
			continue
		}
		switch field := v.Field(i).Addr().Interface().(type) {
		case *facts.V[string]:
			*field = sshdString(opt, version)
		case *facts.V[int64]:
			*field = sshdNumber(opt, version)
		case *facts.List[string]:
			*field = sshdList(name, opt, version)
		}
	}
	start := opts["maxstartups"]
	parts := []*facts.V[int64]{&out.MaxStartupsStart, &out.MaxStartupsRate, &out.MaxStartupsFull}
	for i, part := range parts {
		one := start
		if start.Unknown == "" {
			one.Items = strings.Split(start.Items[0], ":")[i : i+1]
		}
		*part = sshdNumber(one, version)
	}
	return out
}

func sshdOrigin(v sshdconf.Value, version string) facts.Origin {
	switch v.Pos {
	case sshdconf.Pos{}:
		return facts.From("default of OpenSSH " + version)
	case sshdconf.CommandLine:
		return facts.From("arguments in ssh.service")
	}
	return facts.File(v.Pos.File, v.Pos.Line)
}

func sshdString(v sshdconf.Value, version string) facts.V[string] {
	if v.Unknown != "" {
		return facts.Unknown[string](v.Unknown)
	}
	return facts.Known(strings.Join(v.Items, " "), sshdOrigin(v, version))
}

func sshdNumber(v sshdconf.Value, version string) facts.V[int64] {
	if v.Unknown != "" {
		return facts.Unknown[int64](v.Unknown)
	}
	n, err := strconv.ParseInt(strings.Join(v.Items, " "), 10, 64)
	if err != nil {
		return facts.Unknown[int64](err.Error())
	}
	return facts.Known(n, sshdOrigin(v, version))
}

func sshdList(name string, v sshdconf.Value, version string) facts.List[string] {
	if v.Unknown != "" {
		return facts.UnknownList[string](v.Unknown)
	}
	items := v.Items
	if name == "setenv" { // a value may be a secret
		items = nil
		for _, item := range v.Items {
			variable, _, _ := strings.Cut(item, "=")
			items = append(items, variable)
		}
	}
	return facts.Complete(items, sshdOrigin(v, version))
}
