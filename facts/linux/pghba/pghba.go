// Package pghba reads pg_hba.conf and pg_ident.conf as the server does: hba.c for the tokens, for @files and the
// include directives of version 16, and for what it refuses in a rule. Host names are not looked up, and whether a build
// supports a method (ldap, pam, gss, …) is taken for granted, as Debian's does.
package pghba

import (
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what is read. PostgreSQL has only the depth.
const (
	MaxFile   = 4 << 20
	maxFiles  = 200
	maxDepth  = 10 // CONF_FILE_MAX_DEPTH
	maxLines  = 20_000
	maxTokens = 200_000
)

// Files is where the files lie.
type Files interface {
	ReadFile(name string) ([]byte, error)
	// ReadDir gives the names of what is in a directory that is no directory itself, in any order.
	ReadDir(name string) ([]string, error)
	IsAbsent(err error) bool
}

// Rule is one line of pg_hba.conf. Of a line that the server refuses only File, Line and Error are set.
type Rule struct {
	File      string
	Line      int
	Type      string // local, host, hostssl, hostnossl, hostgssenc, hostnogssenc
	Databases []string
	Users     []string
	Address   string // an address without its mask, a name, all, samehost, samenet; empty for local
	Netmask   string
	Method    string
	Options   []string // name=value
	Error     string   // why the server refuses the line, and with it the whole file

	secrets int // how many radiussecrets there were
}

// Mapping is one line of pg_ident.conf.
type Mapping struct {
	File         string
	Line         int
	Map          string
	SystemUser   string // a regular expression when it begins with /
	DatabaseRole string
	Error        string
}

// Problem says what could not be read here, though the server may read it.
type Problem string

// LoadRules reads pg_hba.conf. version is the server's major version; 0 is a recent one.
func LoadRules(files Files, name string, version int) ([]Rule, Problem) {
	lines, problem := load(files, name, version)
	var rules []Rule
	for _, l := range lines {
		r := Rule{File: l.file, Line: l.line, Error: l.err}
		if r.Error == "" {
			r = parseRule(l, version)
		}
		rules = append(rules, r)
	}
	return rules, problem
}

// LoadMappings reads pg_ident.conf.
func LoadMappings(files Files, name string, version int) ([]Mapping, Problem) {
	lines, problem := load(files, name, version)
	var out []Mapping
	for _, l := range lines {
		m := Mapping{File: l.file, Line: l.line, Error: l.err}
		if m.Error == "" {
			m = parseMapping(l, version)
		}
		out = append(out, m)
	}
	return out, problem
}

func parseMapping(l line, version int) Mapping {
	m := Mapping{File: l.file, Line: l.line}
	for i, to := range []*string{&m.Map, &m.SystemUser, &m.DatabaseRole} {
		switch {
		case i >= len(l.fields):
			return Mapping{File: l.file, Line: l.line, Error: "missing entry at end of line"}
		case len(l.fields[i]) != 1:
			return Mapping{File: l.file, Line: l.line, Error: "multiple values in ident field"}
		}
		*to = l.fields[i][0].text
		if i == 1 || i == 2 && (version == 0 || version >= 16) {
			if why := patterns(l.fields[i], 0); why != "" {
				return Mapping{File: l.file, Line: l.line, Error: why}
			}
		}
	}
	return m
}

// patterns looks at words behind a slash, which are regular expressions (of databases and roles since version 16). The
// server's language has more than Go's: one that is not understood here is told as refused, which passes nothing.
func patterns(field []token, version int) string {
	if version != 0 && version < 16 {
		return ""
	}
	for _, t := range field {
		if text, is := strings.CutPrefix(t.text, "/"); is {
			if _, err := regexp.Compile(text); err != nil {
				return "invalid regular expression " + quote(text)
			}
		}
	}
	return ""
}

var (
	types   = []string{"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"}
	methods = []string{"trust", "ident", "peer", "gss", "sspi", "reject", "md5", "password", "scram-sha-256", "pam", "bsd", "ldap", "cert", "radius"}
)

func parseRule(l line, version int) Rule {
	r := Rule{File: l.file, Line: l.line}
	refuse := func(why string) Rule { return Rule{File: l.file, Line: l.line, Error: why} }
	fields := l.fields
	if len(fields[0]) > 1 {
		return refuse("multiple values specified for connection type")
	}
	r.Type = fields[0][0].text
	if !slices.Contains(types, r.Type) {
		return refuse("invalid connection type " + quote(r.Type))
	}
	if fields = fields[1:]; len(fields) == 0 {
		return refuse("end-of-line before database specification")
	}
	r.Databases = texts(fields[0])
	if why := patterns(fields[0], version); why != "" {
		return refuse(why)
	}
	if fields = fields[1:]; len(fields) == 0 {
		return refuse("end-of-line before role specification")
	}
	r.Users = texts(fields[0])
	if why := patterns(fields[0], version); why != "" {
		return refuse(why)
	}
	fields = fields[1:]
	if r.Type != "local" {
		rest, why := r.address(fields)
		if why != "" {
			return refuse(why)
		}
		fields = rest
	}
	if len(fields) == 0 {
		return refuse("end-of-line before authentication method")
	}
	if len(fields[0]) > 1 {
		return refuse("multiple values specified for authentication type")
	}
	r.Method = fields[0][0].text
	if why := r.method(version); why != "" {
		return refuse(why)
	}
	for _, field := range fields[1:] {
		for _, tok := range field {
			if why := r.option(tok.text); why != "" {
				return refuse(why)
			}
		}
	}
	if why := r.complete(); why != "" {
		return refuse(why)
	}
	return r
}

// address takes the address and, in its old form, the mask behind it.
func (r *Rule) address(fields [][]token) (rest [][]token, why string) {
	if len(fields) == 0 {
		return nil, "end-of-line before IP address specification"
	}
	if len(fields[0]) > 1 {
		return nil, "multiple values specified for host address"
	}
	tok := fields[0][0]
	fields = fields[1:]
	if !tok.quoted && slices.Contains([]string{"all", "samehost", "samenet"}, tok.text) {
		r.Address = tok.text
		return fields, ""
	}
	addr, bits, cidr := strings.Cut(tok.text, "/")
	ip, err := netip.ParseAddr(addr)
	switch {
	case err != nil && looksNumeric(addr):
		return nil, "an address in a form that is not read here: " + quote(tok.text)
	case err != nil && cidr:
		return nil, "specifying both host name and CIDR mask is invalid: " + quote(tok.text)
	case err != nil:
		r.Address = tok.text
		return fields, ""
	}
	r.Address = ip.String()
	if cidr {
		mask, ok := maskOf(ip, bits)
		if !ok {
			return nil, "invalid CIDR mask in address " + quote(tok.text)
		}
		r.Netmask = mask
		return fields, ""
	}
	if len(fields) == 0 {
		return nil, "end-of-line before netmask specification"
	}
	if len(fields[0]) > 1 {
		return nil, "multiple values specified for netmask"
	}
	mask, err := netip.ParseAddr(fields[0][0].text)
	if err != nil {
		return nil, "invalid IP mask " + quote(fields[0][0].text)
	}
	if mask.Is4() != ip.Is4() {
		return nil, "IP address and mask do not match"
	}
	r.Netmask = mask.String()
	return fields[1:], ""
}

// looksNumeric tells the old short forms of addresses (127.1) that getaddrinfo takes for numbers.
func looksNumeric(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Trim(s, "0123456789.xX") == "" || strings.Contains(s, ":")
}

func maskOf(ip netip.Addr, bits string) (string, bool) {
	n := 0
	if bits == "" || len(bits) > 3 {
		return "", false
	}
	for _, c := range bits {
		if c < '0' || c > '9' {
			return "", false
		}
		n = n*10 + int(c-'0')
	}
	if n > ip.BitLen() {
		return "", false
	}
	ones := netip.IPv6Unspecified()
	raw := ones.As16()
	b := raw[:ip.BitLen()/8]
	for i := range n {
		b[i/8] |= 0x80 >> (i % 8)
	}
	mask, _ := netip.AddrFromSlice(b)
	return mask.String(), true
}

func (r *Rule) method(version int) string {
	known := slices.Contains(methods, r.Method) || (r.Method == "oauth" && (version == 0 || version >= 18))
	switch {
	case !known:
		return "invalid authentication method " + quote(r.Method)
	case r.Method == "bsd" || r.Method == "sspi":
		return "invalid authentication method " + quote(r.Method) + ": not supported by this build"
	case r.Type == "local" && r.Method == "ident":
		r.Method = "peer"
	case r.Type == "local" && r.Method == "gss":
		return "gssapi authentication is not supported on local sockets"
	case r.Type != "local" && r.Method == "peer":
		return "peer authentication is only supported on local sockets"
	case r.Type != "hostssl" && r.Method == "cert":
		return "cert authentication is only supported on hostssl connections"
	}
	return ""
}

func (r *Rule) option(text string) string {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return notAnOption // the word is not told: it may be the rest of a password
	}
	if want, known := optionMethods[name]; !known {
		return "unrecognized authentication option name: " + quote(name)
	} else if want != nil && !slices.Contains(want, r.Method) {
		return "authentication option " + quote(name) + " is only valid for authentication methods " + strings.Join(want, ", ")
	}
	if name == "clientcert" && r.Type != "hostssl" {
		return "clientcert can only be configured for \"hostssl\" rows"
	}
	if why := r.optionValue(name, value); why != "" {
		return why
	}
	if secretOptions[name] {
		value = "…" // never told
	}
	r.Options = append(r.Options, name+"="+value)
	return ""
}

// optionValue is what the server says against the value of an option (parse_hba_auth_opt).
func (r *Rule) optionValue(name, value string) string {
	oneOf := func(values ...string) string {
		if slices.Contains(values, value) {
			return ""
		}
		return "invalid " + name + " value: " + quote(value)
	}
	switch name {
	case "clientcert":
		if r.Method == "cert" {
			return oneOf("verify-full")
		}
		return oneOf("verify-ca", "verify-full")
	case "clientname":
		if r.Type != "hostssl" {
			return "clientname can only be configured for \"hostssl\" rows"
		}
		return oneOf("CN", "DN")
	case "ldapscheme":
		return oneOf("ldap", "ldaps")
	case "ldapport":
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err != nil || n == 0 {
			return "invalid LDAP port number: " + quote(value)
		}
	case "ldapurl":
		if !strings.HasPrefix(strings.ToLower(value), "ldap://") && !strings.HasPrefix(strings.ToLower(value), "ldaps://") {
			return "unsupported LDAP URL scheme"
		}
	case "radiusports":
		for port := range strings.SplitSeq(value, ",") {
			if n, err := strconv.Atoi(strings.TrimSpace(port)); err != nil || n == 0 {
				return "invalid RADIUS port number: " + quote(value)
			}
		}
	}
	if name == "radiussecrets" {
		r.secrets = 1 + strings.Count(value, ",")
	}
	return ""
}

// optionMethods are the options and the methods that take them; nil for any.
var optionMethods = map[string][]string{
	"map": {"ident", "peer", "gss", "sspi", "cert", "oauth"}, "clientcert": nil, "clientname": nil, "pamservice": {"pam"}, "pam_use_hostname": {"pam"},
	"ldapurl": {"ldap"}, "ldaptls": {"ldap"}, "ldapscheme": {"ldap"}, "ldapserver": {"ldap"}, "ldapport": {"ldap"}, "ldapbinddn": {"ldap"}, "ldapbindpasswd": {"ldap"},
	"ldapsearchattribute": {"ldap"}, "ldapsearchfilter": {"ldap"}, "ldapbasedn": {"ldap"}, "ldapprefix": {"ldap"}, "ldapsuffix": {"ldap"},
	"krb_realm": {"gss", "sspi"}, "include_realm": {"gss", "sspi"}, "compat_realm": {"sspi"}, "upn_username": {"sspi"},
	"radiusservers": {"radius"}, "radiusports": {"radius"}, "radiussecrets": {"radius"}, "radiusidentifiers": {"radius"},
	"issuer": {"oauth"}, "scope": {"oauth"}, "validator": {"oauth"}, "delegate_ident_mapping": {"oauth"},
}

// secretOptions hold secrets. An LDAP URL may not, but people write passwords into URLs.
var secretOptions = map[string]bool{"ldapbindpasswd": true, "radiussecrets": true}

const notAnOption = "authentication option not in name=value format"

// SafeError is an error of pg_hba_file_rules without what may be a secret.
func SafeError(text string) string {
	if strings.HasPrefix(text, notAnOption) {
		return notAnOption
	}
	return text
}

// SafeOption is a name=value of pg_hba_file_rules without what may be a secret.
func SafeOption(text string) string {
	name, _, _ := strings.Cut(text, "=")
	if secretOptions[name] {
		return name + "=…"
	}
	return text
}

// complete looks for what a method can't do without.
func (r *Rule) complete() string {
	has := func(name string) bool {
		return slices.ContainsFunc(r.Options, func(o string) bool { return strings.HasPrefix(o, name+"=") })
	}
	switch r.Method {
	case "ldap":
		if !has("ldapserver") && !has("ldapurl") && !has("ldapbasedn") {
			return "authentication method \"ldap\" requires argument \"ldapserver\" to be set"
		}
		return r.completeLDAP(has)
	case "radius":
		for _, need := range []string{"radiusservers", "radiussecrets"} {
			if !has(need) {
				return "authentication method \"radius\" requires argument " + quote(need) + " to be set"
			}
		}
		return r.completeRADIUS()
	}
	return ""
}

// completeLDAP: a server is either bound to with a name made of a prefix and a suffix, or searched.
func (r *Rule) completeLDAP(has func(string) bool) string {
	simple, search := has("ldapprefix") || has("ldapsuffix"), has("ldapbasedn") || has("ldapbinddn") || has("ldapbindpasswd") || has("ldapsearchattribute") || has("ldapsearchfilter")
	switch {
	case simple && search:
		return "cannot mix options for simple bind and search+bind modes"
	case !simple && !has("ldapbasedn") && !has("ldapurl"):
		return "authentication method \"ldap\" requires argument \"ldapbasedn\", \"ldapprefix\", or \"ldapsuffix\" to be set"
	case has("ldapsearchattribute") && has("ldapsearchfilter"):
		return "cannot use ldapsearchattribute together with ldapsearchfilter"
	}
	return ""
}

// completeRADIUS: of each there is one, or as many as servers.
func (r *Rule) completeRADIUS() string {
	servers := 0
	for _, o := range r.Options {
		if value, ok := strings.CutPrefix(o, "radiusservers="); ok {
			servers = 1 + strings.Count(value, ",")
		}
	}
	for _, o := range r.Options {
		name, value, _ := strings.Cut(o, "=")
		n := 1 + strings.Count(value, ",")
		if name == "radiussecrets" {
			n = r.secrets
		}
		if strings.HasPrefix(name, "radius") && n != 1 && n != servers {
			return fmt.Sprintf("the number of %s (%d) must be 1 or the number of RADIUS servers (%d)", name, n, servers)
		}
	}
	return ""
}

func texts(field []token) []string {
	out := make([]string, len(field))
	for i, t := range field {
		out[i] = t.text
	}
	return out
}

func quote(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return `"` + s + `"`
}

func relative(from, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(path.Dir(from), name)
}
