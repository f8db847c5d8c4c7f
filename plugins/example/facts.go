package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/example/haproxycfg"
	"github.com/zclconf/go-cty/cty"
)

// Debian's unit gives this file to HAProxy, unless /etc/default/haproxy says otherwise.
const (
	configFile = "/etc/haproxy/haproxy.cfg"
	defaults   = "/etc/default/haproxy"
)

// haproxy is the fact of that name.
type haproxy struct {
	Present   facts.V[bool]        `fact:"present" doc:"Whether there is a configuration."`
	User      facts.V[string]      `fact:"user" doc:"The user that HAProxy becomes; empty: it stays root."`
	Chroot    facts.V[string]      `fact:"chroot" doc:"The directory that it is locked into; empty: none."`
	Stats     facts.List[socket]   `fact:"stats_sockets" doc:"Its sockets for commands."`
	Frontends facts.List[listener] `fact:"binds" doc:"Where it listens, in frontend and listen sections."`
	Missing   facts.Missing
}

type socket struct {
	Address string `fact:"address" doc:"A path, or an address and a port."`
	Level   string `fact:"level" doc:"user, operator or admin: what its callers may do."`
	Mode    string `fact:"mode" doc:"Its mode in octal; empty: as the umask has it."`
	Origin  facts.Origin
}

type listener struct {
	Section string `fact:"section" doc:"The section that it stands in."`
	Address string `fact:"address" doc:"As it is written: *:443, /run/x.sock."`
	TLS     bool   `fact:"tls" doc:"Whether it speaks TLS."`
	Origin  facts.Origin
}

var configured = facts.Define(facts.Descriptor{
	Name: "haproxy", Doc: "HAProxy's configuration: its user, and where it listens.", Reads: configFile,
}, func(ctx context.Context, r *facts.Reader, _ facts.Key) (haproxy, error) {
	sections, err := read(ctx, r)
	if facts.IsAbsent(err) {
		return haproxy{Present: facts.Known(false, facts.File(configFile, 0)), Missing: "HAProxy has no configuration"}, nil
	}
	if err != nil {
		return haproxy{}, err
	}
	out := haproxy{
		Present: facts.Known(true, facts.File(configFile, 0)),
		User:    option(sections, "user"), Chroot: option(sections, "chroot"),
		Stats:     facts.Complete(sockets(sections), facts.File(configFile, 0)),
		Frontends: facts.Complete(listeners(sections), facts.File(configFile, 0)),
	}
	return out, nil
})

// value is what the fact haproxy_global says of one option.
type value struct {
	Set   facts.V[bool]   `fact:"set" doc:"Whether the global section has it."`
	Value facts.V[string] `fact:"value" doc:"The words behind it, with one space between them; empty when it is not set."`
}

var global = facts.Define(facts.Descriptor{
	Name: "haproxy_global", Doc: "One option of HAProxy's global section.", Reads: configFile,
	Args: []facts.Arg{{Name: "option", Type: cty.String, Doc: "Its name: ssl-default-bind-options."}},
}, func(ctx context.Context, r *facts.Reader, k facts.Key) (value, error) {
	sections, err := read(ctx, r)
	if err != nil {
		return value{}, err
	}
	line, ok := find(sections, k.Subject)
	if !ok {
		return value{facts.Known(false, facts.File(configFile, 0)), facts.Known("", facts.File(configFile, 0))}, nil
	}
	at := facts.File(configFile, line.Number)
	return value{facts.Known(true, at), facts.Known(strings.Join(line.Words[1:], " "), at)}, nil
})

var otherFile = regexp.MustCompile(`(?m)^\s*(export\s+)?(CONFIG|EXTRAOPTS)=`)

// read reads the one file that Debian's unit gives to HAProxy.
func read(_ context.Context, r *facts.Reader) ([]haproxycfg.Section, error) {
	text, err := r.ReadFile(defaults)
	if err != nil && !facts.IsAbsent(err) {
		return nil, err
	}
	if otherFile.Match(text) {
		return nil, fmt.Errorf("%s gives HAProxy other files or options", defaults)
	}
	if text, err = r.ReadFile(configFile); err != nil {
		return nil, err
	}
	sections, err := haproxycfg.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	return sections, nil
}

// find is the line that sets an option in the global section; the last one counts.
func find(sections []haproxycfg.Section, name string) (found haproxycfg.Line, ok bool) {
	for _, s := range sections {
		for _, l := range s.Lines {
			if s.Kind() == "global" && l.Words[0] == name {
				found, ok = l, true
			}
		}
	}
	return found, ok
}

func option(sections []haproxycfg.Section, name string) facts.V[string] {
	line, ok := find(sections, name)
	if !ok || len(line.Words) < 2 {
		return facts.Known("", facts.File(configFile, 0))
	}
	return facts.Known(line.Words[1], facts.File(configFile, line.Number))
}

func sockets(sections []haproxycfg.Section) (out []socket) {
	for _, s := range sections {
		for _, l := range s.Lines {
			if s.Kind() != "global" || len(l.Words) < 3 || l.Words[0] != "stats" || l.Words[1] != "socket" {
				continue
			}
			x := socket{Address: l.Words[2], Level: "operator", Origin: facts.File(configFile, l.Number)}
			for i, w := range l.Words[:len(l.Words)-1] {
				switch w {
				case "level":
					x.Level = l.Words[i+1]
				case "mode":
					x.Mode = l.Words[i+1]
				}
			}
			out = append(out, x)
		}
	}
	return out
}

func listeners(sections []haproxycfg.Section) (out []listener) {
	for _, s := range sections {
		for _, l := range s.Lines {
			if s.Kind() != "frontend" && s.Kind() != "listen" || l.Words[0] != "bind" || len(l.Words) < 2 {
				continue
			}
			for _, address := range strings.Split(l.Words[1], ",") {
				x := listener{Section: s.Name(), Address: address, Origin: facts.File(configFile, l.Number)}
				for _, w := range l.Words[2:] {
					x.TLS = x.TLS || w == "ssl"
				}
				out = append(out, x)
			}
		}
	}
	return out
}
