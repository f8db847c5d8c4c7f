// Package mongodconf reads the configuration file of mongod and mongos, YAML or the older "name = value", and their
// command line, which wins over it. Options come out under their dotted names of the YAML form: net.bindIp. It knows no
// defaults and expands nothing (--configExpand).
package mongodconf

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of one file.
const (
	maxSize    = 1 << 20
	maxDepth   = 16
	maxOptions = 2000
)

// Option is one option with its value as text; the parts of a list are joined by commas.
type Option struct {
	Value string
	Line  int // 0 on the command line
}

// Options are what the server is given, by dotted name.
type Options map[string]Option

// Parse reads a file. The error says why the server would not start with it, or why it is not known what it means.
func Parse(b []byte) (Options, error) {
	switch {
	case len(b) > maxSize:
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	case strings.IndexByte(string(b), 0) >= 0:
		return nil, errors.New("there is a NUL byte in it")
	}
	if looksLikeINI(string(b)) {
		return parseINI(string(b))
	}
	if n := deepest(string(b)); n > maxDepth*4 {
		return nil, errors.New("it is nested too deeply")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	o := Options{}
	if len(doc.Content) == 0 {
		return o, nil
	}
	return o, o.walk(doc.Content[0], "", 0)
}

// deepest counts the brackets that are open at one time, before the parser's stack has to.
func deepest(text string) int {
	open, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			open++
			most = max(most, open)
		case ']', '}':
			open = max(open-1, 0)
		}
	}
	return most
}

func (o Options) walk(n *yaml.Node, name string, depth int) error {
	switch {
	case depth > maxDepth || len(o) > maxOptions:
		return fmt.Errorf("line %d: too much, or nested too deeply", n.Line)
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fmt.Errorf("line %d: an alias, which is not followed here", n.Line)
	case n.Kind == yaml.ScalarNode && name == "":
		if n.Tag == "!!null" {
			return nil
		}
		return fmt.Errorf("line %d: it is no list of options", n.Line)
	case n.Kind == yaml.ScalarNode:
		return o.set(name, n.Value, n.Line)
	case n.Kind == yaml.SequenceNode:
		var parts []string
		for _, e := range n.Content {
			if e.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: a list of other than texts", e.Line)
			}
			parts = append(parts, e.Value)
		}
		return o.set(name, strings.Join(parts, ","), n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode || strings.HasPrefix(k.Value, "__") {
			return fmt.Errorf("line %d: an expansion, which is not done here", k.Line)
		}
		at := k.Value
		if name != "" {
			at = name + "." + k.Value
		}
		if err := o.walk(n.Content[i+1], at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) set(name, value string, line int) error {
	name = modern(name)
	if _, twice := o[name]; twice {
		return fmt.Errorf("line %d: %s is set twice: the server does not start", line, name)
	}
	o[name] = Option{value, line}
	return nil
}

// Put sets an option by its dotted name, under the name it has today, over one that is set.
func (o Options) Put(name, value string) { o[modern(name)] = Option{Value: value} }

// modern is the name since 4.2 of options that were called ssl.
func modern(name string) string {
	rest, ok := strings.CutPrefix(name, "net.ssl.")
	if !ok {
		return name
	}
	switch rest {
	case "PEMKeyFile":
		rest = "certificateKeyFile"
	case "PEMKeyPassword":
		rest = "certificateKeyFilePassword"
	}
	return "net.tls." + rest
}

// looksLikeINI: the first line that says something is "name = value".
func looksLikeINI(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		return ok && !strings.ContainsAny(name, ":{[")
	}
	return false
}

func parseINI(text string) (Options, error) {
	o := Options{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || len(o) > maxOptions {
			return nil, fmt.Errorf("line %d: it is no option", n)
		}
		if err := o.short(strings.TrimSpace(name), strings.TrimSpace(value), n, false); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return o, nil
}

// names are the options of the command line and of the older files by their dotted names.
var names = map[string]string{
	"bind_ip": "net.bindIp", "bind_ip_all": "net.bindIpAll", "port": "net.port", "ipv6": "net.ipv6",
	"dbpath": "storage.dbPath", "logpath": "systemLog.path", "logappend": "systemLog.logAppend", "quiet": "systemLog.quiet",
	"keyfile": "security.keyFile", "clusterauthmode": "security.clusterAuthMode", "replset": "replication.replSetName",
	"auditdestination": "auditLog.destination", "auditfilter": "auditLog.filter", "auditpath": "auditLog.path",
	"tlsmode": "net.tls.mode", "sslmode": "net.tls.mode", "tlscertificatekeyfile": "net.tls.certificateKeyFile", "sslpemkeyfile": "net.tls.certificateKeyFile",
	"tlscafile": "net.tls.CAFile", "sslcafile": "net.tls.CAFile", "tlsdisabledprotocols": "net.tls.disabledProtocols", "ssldisabledprotocols": "net.tls.disabledProtocols",
	"tlsfipsmode": "net.tls.FIPSMode", "sslfipsmode": "net.tls.FIPSMode", "tlsallowinvalidcertificates": "net.tls.allowInvalidCertificates",
	"unixsocketprefix": "net.unixDomainSocket.pathPrefix",
}

// flags stand alone on the command line.
var flags = map[string]bool{
	"bind_ip_all": true, "ipv6": true, "logappend": true, "quiet": true, "tlsfipsmode": true, "sslfipsmode": true, "tlsallowinvalidcertificates": true,
	"auth": true, "noauth": true, "noscripting": true, "syslog": true, "nounixsocket": true, "fork": true, "journal": true, "shardsvr": true, "configsvr": true, "v": true,
}

func (o Options) short(name, value string, line int, over bool) error {
	lower := strings.ToLower(name)
	if flags[lower] && value == "" {
		value = "true"
	}
	put := func(dotted, v string) error {
		if over {
			delete(o, dotted)
		}
		return o.set(dotted, v, line)
	}
	onOff := func(yes, no string) string {
		if value == "true" {
			return yes
		}
		return no
	}
	switch lower {
	case "auth":
		return put("security.authorization", onOff("enabled", "disabled"))
	case "noauth":
		return put("security.authorization", onOff("disabled", "enabled"))
	case "noscripting":
		return put("security.javascriptEnabled", onOff("false", "true"))
	case "syslog":
		return put("systemLog.destination", onOff("syslog", "file"))
	case "nounixsocket":
		return put("net.unixDomainSocket.enabled", onOff("false", "true"))
	case "setparameter":
		parameter, v, ok := strings.Cut(value, "=")
		if !ok {
			return errors.New("setParameter names no value")
		}
		return put("setParameter."+strings.TrimSpace(parameter), strings.TrimSpace(v))
	}
	if dotted, ok := names[lower]; ok {
		return put(dotted, value)
	}
	return nil // of no concern here
}

// ConfigFile is what --config or -f names; empty for none.
func ConfigFile(args []string) string {
	for i, a := range args {
		for _, name := range []string{"--config", "-f"} {
			if v, ok := strings.CutPrefix(a, name+"="); ok {
				return v
			}
			if a == name && i+1 < len(args) {
				return args[i+1]
			}
		}
	}
	return ""
}

// Arguments puts the command line over what the file says.
func (o Options) Arguments(args []string) error {
	for i := 0; i < len(args); i++ {
		text, ok := strings.CutPrefix(args[i], "--")
		if !ok || len(o) > maxOptions {
			continue
		}
		name, value, has := strings.Cut(text, "=")
		if lower := strings.ToLower(name); !has && !flags[lower] && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			value = args[i]
		}
		if err := o.short(name, value, 0, true); err != nil {
			return err
		}
	}
	return nil
}
