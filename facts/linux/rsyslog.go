package linux

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/rsyslogconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "rsyslog",
		Doc:   "What rsyslogd is configured to receive, write and forward. Whether it is installed and runs is told by package and service.",
		Reads: "/etc/rsyslog.conf and what it includes",
	}, collectRsyslog))
}

const rsyslogPath = "/etc/rsyslog.conf"

// Rsyslog is the configuration of rsyslogd.
type Rsyslog struct {
	Missing facts.Missing
	Origin  facts.Origin

	Exists         facts.V[bool]              `fact:"exists" doc:"Whether /etc/rsyslog.conf exists."`
	Modules        facts.List[RsyslogModule]  `fact:"modules" doc:"Modules that are loaded, in order."`
	Inputs         facts.List[RsyslogInput]   `fact:"inputs" doc:"Inputs that listen on the network."`
	Files          facts.List[RsyslogFile]    `fact:"files" doc:"Files that are written."`
	Forwards       facts.List[RsyslogForward] `fact:"forwards" doc:"Hosts that messages are sent to."`
	ListensRemote  facts.V[bool]              `fact:"listens_remote" doc:"Whether an input listens on the network or a module that does nothing else is loaded."`
	FileCreateMode facts.V[string]            `fact:"file_create_mode" doc:"Mode of new files after the last $FileCreateMode, four octal digits; 0644 by default. Each of files has the one in force for it."`
	Umask          facts.V[string]            `fact:"umask" doc:"$Umask or global(umask=…), four octal digits; unknown when not set: then it is what the service was started with."`
	Problems       []string                   `fact:"problems" doc:"What could not be read or understood, with file and line."`
}

// RsyslogModule is a loaded module.
type RsyslogModule struct {
	Origin facts.Origin

	Name string `fact:"name" doc:"imuxsock, imklog, imtcp, …"`
}

// RsyslogInput is a receiver.
type RsyslogInput struct {
	Origin facts.Origin

	Name    string `fact:"name" doc:"Module that receives: imtcp, imudp, imptcp, imrelp, …"`
	Port    string `fact:"port" doc:"Port as written; empty when not set."`
	Address string `fact:"address" doc:"Address as written; empty: all."`
	Ruleset string `fact:"ruleset" doc:"Ruleset that the messages go to; empty: the default one."`
}

// RsyslogFile is a file action.
type RsyslogFile struct {
	Origin facts.Origin

	Path       string          `fact:"path" doc:"The file, or the name of the template that makes its name."`
	Dynamic    bool            `fact:"dynamic" doc:"Whether a template makes the file's name."`
	Selector   string          `fact:"selector" doc:"The selector in front, as written; empty when an expression or nothing decides."`
	CreateMode facts.V[string] `fact:"create_mode" doc:"Mode with which the file is made, before the umask, four octal digits."`
}

// RsyslogForward is a forwarding action.
type RsyslogForward struct {
	Origin facts.Origin

	Target   string        `fact:"target" doc:"Host or address."`
	Port     string        `fact:"port" doc:"Port as written; empty: 514."`
	Protocol string        `fact:"protocol" doc:"udp, tcp or relp."`
	TLS      facts.V[bool] `fact:"tls" doc:"Whether the connection is encrypted."`
	Selector string        `fact:"selector" doc:"The selector in front, as written; empty when an expression or nothing decides."`
}

// receivers are inputs that listen on the network.
var receivers = map[string]bool{"imtcp": true, "imudp": true, "imptcp": true, "imrelp": true, "imgssapi": true, "imdtls": true, "imhttp": true}

// legacyInputs are the older directives that start a receiver.
var legacyInputs = map[string]string{
	"inputtcpserverrun": "imtcp", "udpserverrun": "imudp", "inputptcpserverrun": "imptcp", "inputrelpserverrun": "imrelp", "inputgssserverrun": "imgssapi",
}

type rsyslogFiles struct{ r *facts.Reader }

func (f rsyslogFiles) ReadFile(name string) ([]byte, error) { return f.r.ReadFileMax(name, 2<<20) }

func (f rsyslogFiles) Include(pattern string) ([]string, error) {
	if strings.HasSuffix(pattern, "/") {
		pattern += "*"
	} else if st, err := f.r.Stat(pattern); err == nil && st.IsDir() {
		pattern += "/*"
	}
	found, err := f.r.Glob(pattern)
	var names []string
	for _, name := range found {
		if st, err := f.r.Stat(name); err == nil && st.IsDir() {
			continue
		}
		names = append(names, name)
	}
	return names, err
}

func collectRsyslog(_ context.Context, r *facts.Reader, _ facts.Key) (Rsyslog, error) {
	at := facts.File(rsyslogPath, 0)
	if _, err := r.Stat(rsyslogPath); facts.IsAbsent(err) {
		return Rsyslog{Origin: at, Exists: facts.Known(false, at), ListensRemote: facts.Known(false, at),
			Missing: rsyslogPath + " does not exist"}, nil
	}
	c := rsyslogconf.Load(rsyslogFiles{r}, rsyslogPath)
	m := &rsyslogModel{legacyMode: rsyslogDefaultMode, moduleMode: rsyslogDefaultMode}
	for _, i := range c.Items {
		m.apply(i)
	}
	unread := ""
	s := Rsyslog{Origin: at, Exists: facts.Known(true, at), Umask: m.umask, FileCreateMode: m.legacyMode}
	for _, p := range c.Problems {
		s.Problems = append(s.Problems, p.String())
		if unread == "" {
			unread = p.String()
		}
	}
	s.Modules = completeUnless(m.modules, at, unread)
	s.Inputs = completeUnless(m.inputs, at, unread)
	s.Files = completeUnless(m.files, at, unread)
	s.Forwards = completeUnless(m.forwards, at, unread)
	switch {
	case !m.remote.IsZero():
		s.ListensRemote = facts.Known(true, m.remote)
	case unread != "":
		s.ListensRemote = facts.Unknown[bool](unread)
	default:
		s.ListensRemote = facts.Known(false, at)
	}
	if unread != "" {
		s.FileCreateMode, s.Umask = facts.Unknown[string](unread), facts.Unknown[string](unread)
	}
	return s, nil
}

var rsyslogDefaultMode = facts.Known("0644", facts.From("default of rsyslog's omfile"))

// rsyslogModel is what the statements come to, in their order: the older directives hold for what follows them.
type rsyslogModel struct {
	modules  []RsyslogModule
	inputs   []RsyslogInput
	files    []RsyslogFile
	forwards []RsyslogForward
	remote   facts.Origin // what listens on the network

	legacyMode facts.V[string] // $FileCreateMode: for actions of the older syntax
	moduleMode facts.V[string] // module(load="builtin:omfile" fileCreateMode=…): for action(type="omfile")
	umask      facts.V[string]
	legacyTLS  bool
}

func (m *rsyslogModel) apply(i rsyslogconf.Item) {
	at := facts.File(i.Path, i.Line)
	switch i.Kind {
	case rsyslogconf.Directive:
		m.directive(i, at)
	case rsyslogconf.Object:
		m.object(i, at)
	case rsyslogconf.Action:
		m.action(i, at)
	}
}

func (m *rsyslogModel) directive(i rsyslogconf.Item, at facts.Origin) {
	switch i.Name {
	case "modload":
		m.module(i.Value, at)
	case "filecreatemode":
		m.legacyMode = rsyslogMode(i.Value, at)
	case "umask":
		m.umask = rsyslogMode(i.Value, at)
	case "resetconfigvariables":
		m.legacyMode, m.legacyTLS = rsyslogDefaultMode, false
	case "actionsendstreamdrivermode":
		m.legacyTLS = i.Value != "0"
	}
	if name, ok := legacyInputs[i.Name]; ok {
		m.remote = at
		m.inputs = append(m.inputs, RsyslogInput{Origin: at, Name: name, Port: i.Value, Ruleset: i.Ruleset})
	}
}

func (m *rsyslogModel) module(name string, at facts.Origin) {
	name = strings.TrimSuffix(path.Base(strings.ToLower(strings.TrimSpace(name))), ".so")
	m.modules = append(m.modules, RsyslogModule{at, name})
	if receivers[name] {
		m.remote = at
	}
}

func (m *rsyslogModel) object(i rsyslogconf.Item, at facts.Origin) {
	kind := strings.ToLower(i.Params["type"])
	switch i.Name {
	case "module":
		m.module(i.Params["load"], at)
		if mode, ok := i.Params["filecreatemode"]; ok && strings.EqualFold(i.Params["load"], "builtin:omfile") {
			m.moduleMode = rsyslogMode(mode, at)
		}
	case "global":
		if mask, ok := i.Params["umask"]; ok {
			m.umask = rsyslogMode(mask, at)
		}
	case "input":
		if receivers[kind] {
			m.remote = at
			m.inputs = append(m.inputs, RsyslogInput{at, kind, i.Params["port"], i.Params["address"], i.Params["ruleset"]})
		}
	case "action":
		m.actionObject(i, at, kind)
	}
}

func (m *rsyslogModel) actionObject(i rsyslogconf.Item, at facts.Origin, kind string) {
	switch kind {
	case "omfile":
		f := RsyslogFile{Origin: at, Path: i.Params["file"], Selector: i.Selector, CreateMode: m.moduleMode}
		if name, ok := i.Params["dynafile"]; ok {
			f.Path, f.Dynamic = name, true
		}
		if mode, ok := i.Params["filecreatemode"]; ok {
			f.CreateMode = rsyslogMode(mode, at)
		}
		m.files = append(m.files, f)
	case "omfwd", "omrelp":
		f := RsyslogForward{Origin: at, Target: i.Params["target"], Port: i.Params["port"], Protocol: strings.ToLower(i.Params["protocol"]), Selector: i.Selector}
		mode := i.Params["streamdrivermode"]
		f.TLS = facts.Known(mode != "" && mode != "0", at)
		if kind == "omrelp" {
			f.Protocol = "relp"
			f.TLS = facts.Known(strings.EqualFold(i.Params["tls"], "on"), at)
		}
		if f.Protocol == "" {
			f.Protocol = "udp"
		}
		m.forwards = append(m.forwards, f)
	}
}

// action reads an action of the older syntax.
func (m *rsyslogModel) action(i rsyslogconf.Item, at facts.Origin) {
	text, _, _ := strings.Cut(i.Value, ";") // a template follows
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "@"):
		m.forwards = append(m.forwards, m.legacyForward(text, i.Selector, at))
	case strings.HasPrefix(text, "/") || strings.HasPrefix(text, "-/"):
		m.files = append(m.files, RsyslogFile{at, strings.TrimPrefix(text, "-"), false, i.Selector, m.legacyMode})
	case strings.HasPrefix(text, "?") || strings.HasPrefix(text, "-?"):
		m.files = append(m.files, RsyslogFile{at, strings.TrimLeft(text, "-?"), true, i.Selector, m.legacyMode})
	case strings.HasPrefix(text, ":omrelp:"):
		host, port := splitHostPort(strings.TrimPrefix(text, ":omrelp:"))
		m.forwards = append(m.forwards, RsyslogForward{at, host, port, "relp", facts.Known(false, at), i.Selector})
	}
}

// legacyForward is @host:port (UDP) or @@host:port (TCP), with options in parentheses before the host.
func (m *rsyslogModel) legacyForward(text, selector string, at facts.Origin) RsyslogForward {
	f := RsyslogForward{Origin: at, Protocol: "udp", Selector: selector, TLS: facts.Known(false, at)}
	text = text[1:]
	if strings.HasPrefix(text, "@") {
		text, f.Protocol = text[1:], "tcp"
		f.TLS = facts.Known(m.legacyTLS, at)
	}
	if strings.HasPrefix(text, "(") {
		if _, after, ok := strings.Cut(text, ")"); ok {
			text = after
		}
	}
	f.Target, f.Port = splitHostPort(text)
	return f
}

func splitHostPort(s string) (host, port string) {
	if strings.HasPrefix(s, "[") {
		host, port, _ = strings.Cut(s[1:], "]")
		return host, strings.TrimPrefix(port, ":")
	}
	host, port, _ = strings.Cut(s, ":")
	return host, port
}

func rsyslogMode(text string, at facts.Origin) facts.V[string] {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 8, 32)
	if err != nil || n > 0o7777 {
		return facts.Unknown[string](fmt.Sprintf("%s: %q is no mode", at, text))
	}
	return facts.Known(fmt.Sprintf("%04o", n), at)
}
