package sshdconf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// defaults of OpenSSH 9.2 in Debian, as sshd -T prints them. Options that are not printed unless set are not here.
var defaults = map[string][]string{
	"port": {"22"}, "addressfamily": {"any"}, "usepam": {"no"}, "logingracetime": {"120"}, "x11displayoffset": {"10"},
	"maxauthtries": {"6"}, "maxsessions": {"10"}, "clientaliveinterval": {"0"}, "clientalivecountmax": {"3"}, "requiredrsasize": {"1024"},
	"streamlocalbindmask": {"0177"}, "unusedconnectiontimeout": {"none"}, "permitrootlogin": {"without-password"}, "ignorerhosts": {"yes"},
	"ignoreuserknownhosts": {"no"}, "hostbasedauthentication": {"no"}, "hostbasedusesnamefrompacketonly": {"no"},
	"pubkeyauthentication": {"yes"}, "kerberosauthentication": {"no"}, "kerberosorlocalpasswd": {"yes"}, "kerberosticketcleanup": {"yes"},
	"gssapiauthentication": {"no"}, "gssapicleanupcredentials": {"yes"}, "gssapikeyexchange": {"no"},
	"gssapistrictacceptorcheck": {"yes"}, "gssapistorecredentialsonrekey": {"no"}, "gssapikexalgorithms": defaultGSSKex,
	"passwordauthentication": {"yes"}, "kbdinteractiveauthentication": {"yes"}, "printmotd": {"yes"}, "printlastlog": {"yes"},
	"x11forwarding": {"no"}, "x11uselocalhost": {"yes"}, "permittty": {"yes"}, "permituserrc": {"yes"}, "strictmodes": {"yes"},
	"tcpkeepalive": {"yes"}, "permitemptypasswords": {"no"}, "compression": {"yes"}, "gatewayports": {"no"}, "usedns": {"no"},
	"allowtcpforwarding": {"yes"}, "allowagentforwarding": {"yes"}, "disableforwarding": {"no"}, "allowstreamlocalforwarding": {"yes"},
	"streamlocalbindunlink": {"no"}, "fingerprinthash": {"SHA256"}, "exposeauthinfo": {"no"}, "pidfile": {"/run/sshd.pid"},
	"modulifile": {"/etc/ssh/moduli"}, "xauthlocation": {"/usr/bin/xauth"}, "banner": {"none"}, "forcecommand": {"none"},
	"chrootdirectory": {"none"}, "trustedusercakeys": {"none"}, "revokedkeys": {"none"}, "securitykeyprovider": {"internal"},
	"authorizedprincipalsfile": {"none"}, "versionaddendum": {"none"}, "authorizedkeyscommand": {"none"},
	"authorizedkeyscommanduser": {"none"}, "authorizedprincipalscommand": {"none"}, "authorizedprincipalscommanduser": {"none"},
	"hostkeyagent": {"none"}, "loglevel": {"INFO"}, "syslogfacility": {"AUTH"},
	"authorizedkeysfile":    {".ssh/authorized_keys", ".ssh/authorized_keys2"},
	"hostkey":               {"/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"},
	"authenticationmethods": {"any"}, "maxstartups": {"10:30:100"}, "persourcemaxstartups": {"none"}, "persourcenetblocksize": {"32:128"},
	"permittunnel": {"no"}, "ipqos": {"lowdelay throughput"}, "permitopen": {"any"}, "permitlisten": {"any"},
	"permituserenvironment": {"no"}, "pubkeyauthoptions": {"none"}, "debianbanner": {"yes"},
}

// unsetLists are empty unless a line fills them.
var unsetLists = []string{"hostcertificate", "allowusers", "denyusers", "allowgroups", "denygroups", "acceptenv", "setenv", "logverbose",
	"channeltimeout", "subsystem"}

// changing are the defaults that are not the same in all versions around 9.2.
var changing = []string{"requiredrsasize", "unusedconnectiontimeout", "ipqos", "gssapikexalgorithms", "pidfile", "persourcemaxstartups",
	"persourcenetblocksize", "hostkey"}

// Names are all options, sorted.
func Names() []string {
	names := slices.Collect(maps.Keys(defaults))
	names = append(names, unsetLists...)
	names = append(names, slices.Collect(maps.Keys(algorithmOptions))...)
	names = append(names, "listenaddress", "rekeylimit")
	slices.Sort(names)
	return names
}

// fill gives options that were not set their defaults, and those that are worked out at the end their final form.
func (c *Config) fill(opts map[string]Value) {
	foreign := c.version != tableVersion
	for name, items := range defaults {
		if _, set := opts[name]; set {
			continue
		}
		if foreign && slices.Contains(changing, name) {
			opts[name] = Value{Unknown: "its default in OpenSSH " + c.version + " is not known here"}
			continue
		}
		opts[name] = Value{Items: items}
	}
	for _, name := range unsetLists {
		if _, set := opts[name]; !set {
			opts[name] = Value{Items: []string{}}
		}
	}
	if v := opts["channeltimeout"]; slices.Equal(v.Items, []string{"none"}) {
		v.Items = []string{}
		opts["channeltimeout"] = v
	}
	if v := opts["gssapikexalgorithms"]; len(v.Items) == 1 && v.Pos != (Pos{}) {
		v.Items = split(v.Items[0])
		opts["gssapikexalgorithms"] = v
	}
	fillRekey(opts)
	c.fillPorts(opts)
	for name, a := range algorithmOptions {
		opts[name] = c.expand(name, a, opts[name])
	}
}

func fillRekey(opts map[string]Value) {
	bytes, seconds := opts["rekeylimit bytes"], opts["rekeylimit seconds"]
	delete(opts, "rekeylimit bytes")
	delete(opts, "rekeylimit seconds")
	v := Value{Pos: bytes.Pos, Unknown: bytes.Unknown + seconds.Unknown}
	if v.Unknown == "" {
		v.Items = []string{only(bytes, "0") + " " + only(seconds, "0")}
	}
	opts["rekeylimit"] = v
}

func only(v Value, otherwise string) string {
	if len(v.Items) == 0 {
		return otherwise
	}
	return v.Items[0]
}

func (c *Config) fillPorts(opts map[string]Value) {
	if c.ports != nil {
		opts["port"] = Value{Items: c.ports, Pos: CommandLine}
	}
	listen, err := c.listenAddresses(opts["listenaddress"], opts["port"].Items, only(opts["addressfamily"], "any"))
	if err != nil {
		listen = Value{Unknown: err.Error()}
	}
	opts["listenaddress"] = listen
}

// expand gives an algorithm list its names. What 9.2's tables can't say of another version is unknown.
func (c *Config) expand(name string, a algorithms, v Value) Value {
	if v.Unknown != "" {
		return v
	}
	spec := only(v, "")
	if c.version != tableVersion {
		if spec == "" || strings.ContainsAny(spec, "*?!") || strings.ContainsAny(spec[:1], "+-^") {
			return Value{Unknown: fmt.Sprintf("which %s OpenSSH %s has by default is not known here", name, c.version)}
		}
		v.Items = split(spec)
		return v
	}
	names, ok := a.assemble(spec)
	if !ok {
		v.Unknown = fmt.Sprintf("%s: %q names no algorithm", v.Pos, spec)
		return v
	}
	v.Items = names
	return v
}

// sensible are the checks that sshd makes of the whole before it starts.
func (c *Config) sensible() error {
	for _, name := range []string{"authorizedkeyscommand", "authorizedprincipalscommand"} {
		v := c.global[name]
		if _, user := c.global[name+"user"]; len(v.Items) > 0 && !strings.EqualFold(v.Items[0], "none") && !user {
			return &Invalid{Pos: v.Pos, Msg: name + " set without " + name + "user"}
		}
	}
	if _, err := c.listenAddresses(c.global["listenaddress"], []string{"22"}, only(c.global["addressfamily"], "any")); err != nil {
		return err
	}
	for name, a := range algorithmOptions {
		if v, set := c.global[name]; set && c.version == tableVersion {
			if _, ok := a.assemble(v.Items[0]); !ok {
				return &Invalid{Pos: v.Pos, Msg: name + ": invalid argument"}
			}
		}
	}
	methods := c.global["authenticationmethods"]
	if len(methods.Items) == 0 || methods.Items[0] == "any" {
		return nil
	}
	for _, list := range methods.Items {
		if c.satisfiable(list) {
			return nil
		}
	}
	return &Invalid{Pos: methods.Pos, Msg: "AuthenticationMethods cannot be satisfied by enabled authentication methods"}
}

func (c *Config) satisfiable(list string) bool {
	for _, method := range split(list) {
		name, _, _ := strings.Cut(method, ":")
		enabled := authenticationMethod[name]
		if enabled == "" {
			continue
		}
		v, set := c.global[enabled]
		if !set {
			v = Value{Items: defaults[enabled]}
		}
		if only(v, "no") != "yes" {
			return false
		}
	}
	return true
}

// CommandLine is the place of what was set by an argument.
var CommandLine = Pos{File: "command line"}

// arguments takes in sshd's command line.
func (c *Config) arguments(args []string) error {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		for arg = strings.TrimPrefix(arg, "-"); arg != ""; {
			letter := arg[0]
			arg = arg[1:]
			if !strings.ContainsRune("bCcEfghkoup", rune(letter)) {
				if err := c.argument(letter, ""); err != nil {
					return err
				}
				continue
			}
			if arg == "" {
				if i++; i >= len(args) {
					return &Invalid{Pos: CommandLine, Msg: fmt.Sprintf("-%c needs an argument", letter)}
				}
				arg = args[i]
			}
			if err := c.argument(letter, arg); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (c *Config) argument(letter byte, value string) error {
	text := ""
	switch letter {
	case 'f':
		c.path = value
	case 'o':
		text = value
	case 'p':
		for _, p := range split(value) {
			if n, ok := strtonum(p, 1, 65535); ok {
				c.ports = append(c.ports, strconv.FormatInt(n, 10))
				continue
			}
			return &Invalid{Pos: CommandLine, Msg: "bad port number " + p}
		}
	case 'h':
		text = "HostKey " + value
	case 'c':
		text = "HostCertificate " + value
	case 'g':
		text = "LoginGraceTime " + value
	case '4':
		text = "AddressFamily inet"
	case '6':
		text = "AddressFamily inet6"
	}
	if text == "" {
		return nil
	}
	l, err := parseLine(text, CommandLine)
	if err != nil || l == nil {
		return err
	}
	c.cmdline = append(c.cmdline, l)
	return nil
}
