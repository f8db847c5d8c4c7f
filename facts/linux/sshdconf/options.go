package sshdconf

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// option says how one keyword is read.
type option struct {
	name       string // as sshd -T prints it
	globalOnly bool   // refused in a Match block
	parse      func(p *parser, o option, l *line) error
	values     map[string]string // of a word out of few, as written (lower case) to as printed
}

var (
	noAddress netip.Addr
	yesNo     = words("yes no")
	tcpfwd    = map[string]string{"yes": "yes", "all": "yes", "no": "no", "remote": "remote", "local": "local"}
	keywords  = makeKeywords()
)

func words(list string) map[string]string {
	m := map[string]string{}
	for w := range strings.FieldsSeq(list) {
		m[w] = w
	}
	return m
}

// copiedFromMatch are the options whose value in a Match block replaces the global one (servconf.c:
// copy_set_server_options). Of what only "Match all" can hold, nothing else is.
var copiedFromMatch = makeCopied()

func makeCopied() map[string]bool {
	m := map[string]bool{"rekeylimit bytes": true, "rekeylimit seconds": true}
	for _, o := range keywords {
		if o.parse != nil && !o.globalOnly {
			m[o.name] = true
		}
	}
	return m
}

func makeKeywords() map[string]option {
	m := map[string]option{"match": {}, "include": {}}
	add := func(names string, o option) {
		for n := range strings.FieldsSeq(names) {
			o := o
			if o.name == "" {
				o.name = n
			}
			m[n] = o
		}
	}
	everywhere := func(parse func(*parser, option, *line) error, values map[string]string, names string) {
		add(names, option{parse: parse, values: values})
	}
	global := func(parse func(*parser, option, *line) error, values map[string]string, names string) {
		add(names, option{parse: parse, values: values, globalOnly: true})
	}
	alias := func(name, of string, globalOnly bool) {
		o := m[of]
		o.globalOnly = globalOnly
		m[name] = o
	}
	global(oneOf, yesNo, "usepam kerberosorlocalpasswd kerberosticketcleanup gssapicleanupcredentials gssapistrictacceptorcheck "+
		"gssapikeyexchange gssapistorecredentialsonrekey printmotd printlastlog ignoreuserknownhosts strictmodes tcpkeepalive "+
		"usedns debianbanner")
	everywhere(oneOf, yesNo, "hostbasedauthentication hostbasedusesnamefrompacketonly pubkeyauthentication kerberosauthentication "+
		"gssapiauthentication passwordauthentication kbdinteractiveauthentication x11forwarding x11uselocalhost permitemptypasswords "+
		"allowagentforwarding permittty permituserrc streamlocalbindunlink disableforwarding exposeauthinfo")
	everywhere(oneOf, map[string]string{"without-password": "without-password", "prohibit-password": "without-password",
		"forced-commands-only": "forced-commands-only", "yes": "yes", "no": "no"}, "permitrootlogin")
	everywhere(oneOf, words("yes no shosts-only"), "ignorerhosts")
	everywhere(oneOf, words("clientspecified yes no"), "gatewayports")
	everywhere(oneOf, tcpfwd, "allowtcpforwarding allowstreamlocalforwarding")
	global(oneOf, words("inet inet6 any"), "addressfamily")
	global(oneOf, map[string]string{"yes": "yes", "delayed": "yes", "no": "no"}, "compression")
	everywhere(oneOf, map[string]string{"quiet": "QUIET", "fatal": "FATAL", "error": "ERROR", "info": "INFO", "verbose": "VERBOSE",
		"debug": "DEBUG", "debug1": "DEBUG", "debug2": "DEBUG2", "debug3": "DEBUG3"}, "loglevel")
	global(oneOf, upper("daemon user auth authpriv local0 local1 local2 local3 local4 local5 local6 local7"), "syslogfacility")
	everywhere(oneOfExactly, words("no point-to-point ethernet yes"), "permittunnel")
	global(lastOneOf, map[string]string{"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}, "fingerprinthash")

	everywhere(integer, nil, "x11displayoffset maxauthtries maxsessions clientalivecountmax requiredrsasize")
	everywhere(duration, nil, "clientaliveinterval")
	global(duration, nil, "logingracetime")
	everywhere(durationOrNone, nil, "unusedconnectiontimeout")
	everywhere(fileName, nil, "banner trustedusercakeys revokedkeys")
	global(fileName, nil, "pidfile modulifile xauthlocation securitykeyprovider hostkeyagent")
	everywhere(homeFile, nil, "authorizedprincipalsfile")
	everywhere(word, nil, "chrootdirectory authorizedkeyscommanduser authorizedprincipalscommanduser")
	everywhere(command, nil, "authorizedkeyscommand authorizedprincipalscommand")
	everywhere(forceCommand, nil, "forcecommand")
	global(versionAddendum, nil, "versionaddendum")
	global(algorithmList, nil, "ciphers macs kexalgorithms hostkeyalgorithms")
	everywhere(algorithmList, nil, "hostbasedacceptedalgorithms pubkeyacceptedalgorithms casignaturealgorithms")
	global(gssKexList, nil, "gssapikexalgorithms")

	everywhere(userPatterns, nil, "allowusers denyusers")
	everywhere(groupPatterns, nil, "allowgroups denygroups")
	everywhere(acceptEnv, nil, "acceptenv")
	everywhere(setEnv, nil, "setenv")
	everywhere(keysFiles, nil, "authorizedkeysfile")
	everywhere(firstList, nil, "logverbose")
	everywhere(channelTimeout, nil, "channeltimeout")
	everywhere(authMethods, nil, "authenticationmethods")
	everywhere(permitForward, nil, "permitopen permitlisten")
	everywhere(pubkeyAuthOptions, nil, "pubkeyauthoptions")
	everywhere(rekeyLimit, nil, "rekeylimit")
	everywhere(ipQoS, nil, "ipqos")
	everywhere(bindMask, nil, "streamlocalbindmask")
	everywhere(routingDomain, nil, "rdomain")
	global(hostFile, nil, "hostkey hostcertificate")
	global(listenPort, nil, "port")
	global(listenAddress, nil, "listenaddress")
	global(subsystem, nil, "subsystem")
	global(maxStartups, nil, "maxstartups")
	global(perSourceMax, nil, "persourcemaxstartups")
	global(perSourceBlock, nil, "persourcenetblocksize")
	global(userEnvironment, nil, "permituserenvironment")

	alias("hostdsakey", "hostkey", true)
	alias("hostbasedacceptedkeytypes", "hostbasedacceptedalgorithms", false)
	alias("pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms", false)
	alias("dsaauthentication", "pubkeyauthentication", true)
	alias("gssapicleanupcreds", "gssapicleanupcredentials", true)
	alias("challengeresponseauthentication", "kbdinteractiveauthentication", false)
	alias("skeyauthentication", "kbdinteractiveauthentication", false)
	alias("keepalive", "tcpkeepalive", true)
	for n := range strings.FieldsSeq("pamauthenticationviakbdint serverkeybits keyregenerationinterval rhostsauthentication kerberosgetafstoken " +
		"kerberostgtpassing afstokenpassing gssapiusesessioncredcache gssusesessionccache checkmail uselogin protocol " +
		"verifyreversemapping reversemappingcheck useprivilegeseparation") {
		m[n] = option{globalOnly: true}
	}
	for n := range strings.FieldsSeq("rhostsrsaauthentication rsaauthentication authorizedkeysfile2") {
		m[n] = option{}
	}
	return m
}

func upper(list string) map[string]string {
	m := words(list)
	for k := range m {
		m[k] = strings.ToUpper(k)
	}
	return m
}

// first sets an option where it was not set yet: the rule for nearly all of them.
func (p *parser) first(o option, l *line, items ...string) {
	if _, set := p.opts[o.name]; !set {
		p.put(o.name, l, items)
	}
}

// put sets an option, if the line is to be acted on.
func (p *parser) put(name string, l *line, items []string) {
	switch p.active {
	case Yes:
		p.opts[name] = Value{Items: items, Pos: l.pos}
	case Maybe:
		p.opts[name] = Value{Unknown: l.pos.String() + ": " + p.why}
	}
}

// add appends to a list that grows with each line.
func (p *parser) add(name string, l *line, items []string) error {
	v, set := p.opts[name]
	switch {
	case p.active == No || v.Unknown != "" || len(items) == 0:
		return nil
	case !set || p.active == Maybe:
		p.put(name, l, items)
		return nil
	case len(v.Items)+len(items) > maxElements:
		return &errUnread{fmt.Sprintf("%s: %s has more than %d elements", l.pos, name, maxElements)}
	}
	v.Items = slices.Concat(v.Items, items)
	p.opts[name] = v
	return nil
}

func argument(l *line) (string, error) {
	arg, ok := l.next()
	if !ok || arg == "" {
		return "", l.refuse("%s: missing argument", l.keyword)
	}
	return arg, nil
}

func oneOf(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	printed, ok := o.values[strings.ToLower(arg)]
	if !ok {
		return l.refuse("%s: unsupported option %q", l.keyword, arg)
	}
	p.first(o, l, printed)
	return nil
}

func oneOfExactly(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if _, ok := o.values[arg]; !ok {
		return l.refuse("bad %s argument %s", l.keyword, arg)
	}
	p.first(o, l, arg)
	return nil
}

// lastOneOf is an option of which, in 9.2, the last line wins.
func lastOneOf(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	printed, ok := o.values[strings.ToLower(arg)]
	if !ok {
		return l.refuse("invalid %s algorithm %q", l.keyword, arg)
	}
	p.put(o.name, l, []string{printed})
	return nil
}

func integer(p *parser, o option, l *line) error {
	arg, _ := l.next()
	n, ok := strtonum(arg, 0, 1<<31-1)
	if !ok {
		return l.refuse("%s integer value %q invalid", l.keyword, arg)
	}
	p.first(o, l, strconv.FormatInt(n, 10))
	return nil
}

func duration(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	n, ok := convtime(arg)
	if !ok {
		return l.refuse("invalid time value %q", arg)
	}
	p.first(o, l, strconv.FormatInt(n, 10))
	return nil
}

func durationOrNone(p *parser, o option, l *line) error {
	if len(l.args) > 0 && l.args[0] == "none" {
		l.args = l.args[1:]
		p.first(o, l, "none")
		return nil
	}
	if len(l.args) > 0 {
		if n, ok := convtime(l.args[0]); ok && n == 0 {
			l.args = l.args[1:]
			p.first(o, l, "none")
			return nil
		}
	}
	return duration(p, o, l)
}

// fileName makes a path absolute: sshd runs in the root directory.
func fileName(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	switch {
	case strings.EqualFold(arg, "none"):
		arg = "none"
	case o.name == "securitykeyprovider" && strings.EqualFold(arg, "internal"):
	case o.name == "hostkeyagent" && arg == "SSH_AUTH_SOCK":
	default:
		arg = absolute(tilde(arg))
	}
	p.first(o, l, arg)
	return nil
}

func absolute(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return "//" + path // getcwd() + "/" + path, with the working directory of a daemon
}

// tilde expands the home of root, as whom sshd runs. Other homes stay as they are written.
func tilde(path string) string {
	if path == "~" {
		return "/root"
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return "/root/" + rest
	}
	return path
}

func homeFile(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	p.first(o, l, noneFolded(tilde(arg)))
	return nil
}

// noneFolded is what becomes of options that "none" in any case turns off.
func noneFolded(s string) string {
	if strings.EqualFold(s, "none") {
		return "none"
	}
	return s
}

func word(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if o.name == "chrootdirectory" {
		arg = noneFolded(arg)
	}
	p.first(o, l, arg)
	return nil
}

// command keeps a quirk of 9.2: AuthorizedPrincipalsCommand is set whenever AuthorizedKeysCommand is not, so that its
// last line wins, and no line does behind AuthorizedKeysCommand.
func command(p *parser, o option, l *line) error {
	arg := strings.TrimLeft(l.rest, blanks)
	if !strings.HasPrefix(arg, "/") && !strings.EqualFold(arg, "none") {
		return l.refuse("%s must be an absolute path", l.keyword)
	}
	if _, set := p.opts["authorizedkeyscommand"]; !set {
		p.put(o.name, l, []string{arg})
	}
	l.args = nil
	return nil
}

func forceCommand(p *parser, o option, l *line) error {
	p.first(o, l, noneFolded(strings.TrimLeft(l.rest, blanks)))
	l.args = nil
	return nil
}

func versionAddendum(p *parser, o option, l *line) error {
	text := strings.TrimLeft(l.rest, blanks)
	if strings.Contains(text, "\r") {
		return l.refuse("invalid %s argument", l.keyword)
	}
	if text == "" || strings.EqualFold(text, "none") {
		text = "none"
	}
	p.first(o, l, text)
	l.args = nil
	return nil
}

// algorithmList keeps the list as it is written; it is expanded when all is read.
func algorithmList(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	if p.conf.version == tableVersion && !algorithmOptions[o.name].validNames(arg) {
		return l.refuse("bad %s %q", l.keyword, arg)
	}
	p.first(o, l, arg)
	return nil
}

func gssKexList(p *parser, o option, l *line) error {
	arg, err := argument(l)
	if err != nil {
		return err
	}
	for _, name := range split(arg) {
		if !slices.Contains(allGSSKex, name) && !slices.Contains(allKex, name) {
			return l.refuse("bad GSSAPI KexAlgorithms %q", arg)
		}
	}
	p.first(o, l, arg)
	return nil
}
