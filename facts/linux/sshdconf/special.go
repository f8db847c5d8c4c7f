package sshdconf

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// arguments takes all that is left of a line.
func arguments(l *line) []string {
	args := l.args
	l.args = nil
	return args
}

func userPatterns(p *parser, o option, l *line) error {
	args := arguments(l)
	for _, a := range args {
		at := strings.LastIndexByte(a, '@')
		if a == "" || (at >= 0 && matchAddressList(noAddress, a[at+1:]) == -2) {
			return l.refuse("invalid %s pattern: %q", l.keyword, a)
		}
	}
	return p.add(o.name, l, args)
}

func groupPatterns(p *parser, o option, l *line) error {
	args := arguments(l)
	if slices.Contains(args, "") {
		return l.refuse("empty %s pattern", l.keyword)
	}
	return p.add(o.name, l, args)
}

func acceptEnv(p *parser, o option, l *line) error {
	args := arguments(l)
	for _, a := range args {
		if a == "" || strings.Contains(a, "=") {
			return l.refuse("invalid environment name %q", a)
		}
	}
	return p.add(o.name, l, args)
}

func setEnv(p *parser, o option, l *line) error {
	var kept, names []string
	for _, a := range arguments(l) {
		name, _, ok := strings.Cut(a, "=")
		if a == "" || !ok {
			return l.refuse("invalid environment")
		}
		if !slices.Contains(names, name) {
			names, kept = append(names, name), append(kept, a)
		}
	}
	if len(kept) > 0 {
		p.first(o, l, kept...)
	}
	return nil
}

func keysFiles(p *parser, o option, l *line) error {
	args := arguments(l)
	for i, a := range args {
		if a == "" {
			return l.refuse("keyword %s empty argument", l.keyword)
		}
		args[i] = tilde(a)
	}
	if len(args) > 0 {
		p.first(o, l, args...)
	}
	return nil
}

// firstList is LogVerbose: "none" must stand alone.
func firstList(p *parser, o option, l *line) error {
	args := arguments(l)
	for _, a := range args {
		if a == "" || (strings.EqualFold(a, "none") && len(args) > 1) {
			return l.refuse("bad %s argument %q", l.keyword, a)
		}
	}
	if len(args) > 0 {
		p.first(o, l, args...)
	}
	return nil
}

func channelTimeout(p *parser, o option, l *line) error {
	args := arguments(l)
	for _, a := range args {
		kind, interval, ok := strings.Cut(a, "=")
		_, valid := convtime(interval)
		valid = valid || interval == "none"
		if strings.EqualFold(a, "none") && len(args) == 1 {
			continue
		}
		if !ok || kind == "" || !valid {
			return l.refuse("invalid channel timeout %q", a)
		}
	}
	if len(args) > 0 {
		p.first(o, l, args...)
	}
	return nil
}

// authenticationMethod says which option must be on for a method.
var authenticationMethod = map[string]string{
	"none": "", "publickey": "pubkeyauthentication", "password": "passwordauthentication",
	"keyboard-interactive": "kbdinteractiveauthentication", "hostbased": "hostbasedauthentication",
	"gssapi-with-mic": "gssapiauthentication", "gssapi-keyex": "gssapiauthentication",
}

func authMethods(p *parser, o option, l *line) error {
	args := arguments(l)
	if len(args) == 0 {
		return l.refuse("no %s specified", l.keyword)
	}
	for i, a := range args {
		if a == "any" {
			if _, set := p.opts[o.name]; set || len(args) > 1 {
				return l.refuse("\"any\" must appear alone in %s", l.keyword)
			}
			continue
		}
		if slices.Contains(args[:i], "any") {
			return l.refuse("\"any\" must appear alone in %s", l.keyword)
		}
		for _, method := range split(a) {
			name, _, _ := strings.Cut(method, ":")
			if _, ok := authenticationMethod[name]; !ok {
				return l.refuse("invalid %s method list %q", l.keyword, a)
			}
		}
	}
	p.first(o, l, args...)
	return nil
}

func permitForward(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if arg == "any" || arg == "none" {
		p.first(o, l, arg)
		return nil
	}
	var items []string
	for ok := true; ok && arg != ""; arg, ok = l.next() {
		if o.name == "permitlisten" && !strings.Contains(arg, ":") {
			arg = "*:" + arg
		}
		_, p, found := hostPort(arg)
		if !found {
			return l.refuse("%s bad port number", l.keyword)
		}
		if p != "*" {
			if _, err := port(l, p); err != nil {
				return l.refuse("%s bad port number", l.keyword)
			}
		}
		items = append(items, arg)
	}
	p.first(o, l, items...)
	return nil
}

// hostPort is hpdelim: [v6]:port, host:port or host/port.
func hostPort(s string) (host, port string, hasPort bool) {
	i := 0
	if strings.HasPrefix(s, "[") {
		i = strings.IndexByte(s, ']')
		if i < 0 {
			return "", "", false
		}
	}
	j := strings.IndexAny(s[i:], ":/")
	if j < 0 {
		return s, "", false
	}
	return s[:i+j], s[i+j+1:], true
}

func pubkeyAuthOptions(p *parser, o option, l *line) error {
	touch, verify := false, false
	for _, a := range arguments(l) {
		switch strings.ToLower(a) {
		case "none":
		case "touch-required":
			touch = true
		case "verify-required":
			verify = true
		default:
			return l.refuse("unsupported %s option %s", l.keyword, a)
		}
	}
	var items []string
	if touch {
		items = append(items, "touch-required")
	}
	if verify {
		items = append(items, "verify-required")
	}
	if items == nil {
		items = []string{"none"}
	}
	p.first(o, l, items...)
	return nil
}

// rekeyLimit has two values of which each is set by the first line that has it.
func rekeyLimit(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	var bytes int64
	if arg != "default" {
		n, ok := scanScaled(arg)
		if !ok || (n != 0 && n < 16) {
			return l.refuse("bad %s number %q", l.keyword, arg)
		}
		bytes = n
	}
	p.first(option{name: "rekeylimit bytes"}, l, strconv.FormatInt(bytes, 10))
	if next, ok := l.next(); ok && next != "none" {
		secs, ok := convtime(next)
		if !ok {
			return l.refuse("invalid time value %q", next)
		}
		p.first(option{name: "rekeylimit seconds"}, l, strconv.FormatInt(secs, 10))
	}
	return nil
}

var qos = []struct {
	name  string
	value int
}{
	{"none", 1<<31 - 1}, {"af11", 0x28}, {"af12", 0x30}, {"af13", 0x38}, {"af21", 0x48}, {"af22", 0x50}, {"af23", 0x58}, {"af31", 0x68},
	{"af32", 0x70}, {"af33", 0x78}, {"af41", 0x88}, {"af42", 0x90}, {"af43", 0x98}, {"cs0", 0}, {"cs1", 0x20}, {"cs2", 0x40},
	{"cs3", 0x60}, {"cs4", 0x80}, {"cs5", 0xa0}, {"cs6", 0xc0}, {"cs7", 0xe0}, {"ef", 0xb8}, {"le", 0x01}, {"lowdelay", 0x10},
	{"throughput", 0x08}, {"reliability", 0x04},
}

func parseQoS(s string) (string, bool) {
	for _, q := range qos {
		if strings.EqualFold(q.name, s) {
			return q.name, true
		}
	}
	n, err := strconv.ParseInt(s, 0, 32)
	if err != nil || n < 0 || n > 255 {
		return "", false
	}
	for _, q := range qos {
		if q.value == int(n) {
			return q.name, true
		}
	}
	return fmt.Sprintf("0x%02x", n), true
}

// ipQoS is an option of which the last line wins.
func ipQoS(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	interactive, ok := parseQoS(arg)
	if !ok {
		return l.refuse("bad %s value: %s", l.keyword, arg)
	}
	bulk := interactive
	if arg, more := l.next(); more {
		if bulk, ok = parseQoS(arg); !ok {
			return l.refuse("bad %s value: %s", l.keyword, arg)
		}
	}
	p.put(o.name, l, []string{interactive + " " + bulk})
	return nil
}

func bindMask(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	// strtol stops at the first character that is no octal digit.
	digits := 0
	for digits < len(arg) && arg[digits] >= '0' && arg[digits] <= '7' {
		digits++
	}
	n, err := strconv.ParseUint(arg[:digits], 8, 32)
	if err != nil || n > 0o777 {
		return l.refuse("invalid %s", l.keyword)
	}
	p.put(o.name, l, []string{"0" + strconv.FormatUint(n, 8)})
	return nil
}

func routingDomain(_ *parser, _ option, l *line) error {
	return l.refuse("setting RDomain is not supported on Linux")
}

func hostFile(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if strings.EqualFold(arg, "none") {
		arg = "none"
	} else {
		arg = absolute(tilde(arg))
	}
	return p.add(o.name, l, []string{arg})
}

func port(l *line, s string) (string, error) {
	if n, ok := strtonum(s, 0, 65535); ok {
		return strconv.FormatInt(n, 10), nil
	}
	if s == "ssh" {
		return "22", nil
	}
	if s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.+") == "" && strings.Trim(s, "0123456789") != "" {
		return "", &errUnread{fmt.Sprintf("%s: the port number of service %q is not looked up", l.pos, s)}
	}
	return "", l.refuse("badly formatted port number %q", s)
}

func listenPort(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	n, err := port(l, arg)
	if err != nil {
		return err
	}
	if n == "0" {
		return l.refuse("badly formatted port number")
	}
	if p.conf.ports != nil { // -p takes the place of all lines
		return nil
	}
	if len(p.opts["port"].Items) >= 256 {
		return l.refuse("too many ports")
	}
	return p.add(o.name, l, []string{n})
}

// listen is one ListenAddress, resolved when all Ports are known.
type listen struct {
	host, port string
	pos        Pos
}

func listenAddress(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	entry := listen{host: arg, pos: l.pos}
	if strings.Contains(arg, "[") || strings.Count(arg, ":") < 2 {
		host, portText, hasPort := hostPort(arg)
		if hasPort {
			if entry.port, err = port(l, portText); err != nil {
				return err
			}
			if entry.port == "0" {
				return l.refuse("bad port number")
			}
		}
		entry.host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if len(l.args) > 0 {
		return l.refuse("bad routing domain or ListenAddress syntax")
	}
	if entry.host == "" {
		return l.refuse("bad address:port usage")
	}
	return p.add(o.name, l, []string{entry.host + "\x00" + entry.port})
}

// listenAddresses resolves the queued addresses as sshd's numeric getaddrinfo does.
func (c *Config) listenAddresses(v Value, ports []string, family string) (Value, error) {
	if v.Items == nil {
		for _, p := range ports {
			if family != "inet" {
				v.Items = append(v.Items, "[::]:"+p)
			}
			if family != "inet6" {
				v.Items = append(v.Items, "0.0.0.0:"+p)
			}
		}
		return v, nil
	}
	queued := v.Items
	v.Items = nil
	for _, q := range queued {
		host, own, _ := strings.Cut(q, "\x00")
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return Value{Unknown: fmt.Sprintf("%s: ListenAddress %q is a name, which is not looked up", v.Pos, host)}, nil
		}
		if (addr.Is4() && family == "inet6") || (addr.Is6() && family == "inet") {
			return v, &Invalid{Pos: v.Pos, Msg: "bad addr or host: " + host}
		}
		use := ports
		if own != "" {
			use = []string{own}
		}
		for _, p := range use {
			v.Items = append(v.Items, netip.AddrPortFrom(addr, 0).Addr().String())
			i := len(v.Items) - 1
			if addr.Is6() {
				v.Items[i] = "[" + v.Items[i] + "]"
			}
			v.Items[i] += ":" + p
		}
	}
	return v, nil
}

func subsystem(p *parser, o option, l *line) error {
	name, err := argument(l)
	if err != nil {
		return err
	}
	program, err := argument(l)
	if err != nil {
		return l.refuse("missing subsystem command")
	}
	have := p.opts[o.name].Items
	if slices.ContainsFunc(have, func(s string) bool { return strings.HasPrefix(s, name+" ") }) {
		return l.refuse("Subsystem %q already defined", name)
	}
	if len(have) >= 256 {
		return l.refuse("too many subsystems defined")
	}
	return p.add(o.name, l, []string{strings.Join(append([]string{name, program}, arguments(l)...), " ")})
}

// maxStartups is an option of which the last line wins; a line with one number keeps the rate of an earlier one.
func maxStartups(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	var n [3]int
	got, _ := fmt.Sscanf(arg, "%d:%d:%d", &n[0], &n[1], &n[2])
	switch {
	case got == 3 && n[0] <= n[2] && n[1] >= 1 && n[1] <= 100:
	case got == 1:
		n[1], n[2] = 30, n[0]
		if have := p.opts[o.name].Items; have != nil {
			n[1], _ = strconv.Atoi(split(strings.ReplaceAll(have[0], ":", ","))[1])
		}
	default:
		return l.refuse("invalid %s spec", l.keyword)
	}
	p.put(o.name, l, []string{fmt.Sprintf("%d:%d:%d", n[0], n[1], n[2])})
	return nil
}

func perSourceMax(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if arg != "none" {
		n, ok := strtonum(arg, 0, 1<<31-1)
		if !ok {
			return l.refuse("%s integer value %q invalid", l.keyword, arg)
		}
		if arg = strconv.FormatInt(n, 10); n == 1<<31-1 {
			arg = "none"
		}
	}
	p.put(o.name, l, []string{arg})
	return nil
}

func perSourceBlock(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	var v4, v6 int
	got, _ := fmt.Sscanf(arg, "%d:%d", &v4, &v6)
	if got == 0 || v4 < 0 || v4 > 32 || v6 < 0 || v6 > 128 {
		return l.refuse("invalid %s spec", l.keyword)
	}
	if got == 1 {
		// Read from a variable never set: what the server uses for IPv6 is chance.
		if p.active != No {
			p.opts[o.name] = Value{Unknown: l.pos.String() + ": OpenSSH leaves the IPv6 part undefined when only one number is given"}
		}
		return nil
	}
	p.put(o.name, l, []string{fmt.Sprintf("%d:%d", v4, v6)})
	return nil
}

func userEnvironment(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	p.first(o, l, arg)
	return nil
}
