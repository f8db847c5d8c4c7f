package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/plugins"
	"github.com/holdfast-agent/holdfast/plugins/example/haproxycfg"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

type globalArgs struct {
	Name  string  `cty:"name" doc:"The option: ssl-default-bind-options."`
	Value *string `cty:"value" doc:"The words behind it; none for a flag."`
}

// setGlobal sets an option of the global section. HAProxy has no drop-ins of its own, so its file is edited.
var setGlobal = plugins.Define(plugins.Kind{
	Name: "haproxy_global", Doc: "An option of HAProxy's global section. The service is reloaded.", Risk: plan.Disruptive,
}, func(ctx context.Context, d *plugins.Draft, args globalArgs) error {
	want := args.Name
	if args.Value != nil {
		want += " " + *args.Value
	}
	if len(strings.Fields(args.Name)) != 1 || strings.ContainsAny(want, "\n\r#\"'\\") {
		return remediate.Refuse("%q is no option with plain words", want)
	}
	if err := d.Claim(ctx, "haproxy global "+args.Name, want); err != nil {
		return err
	}
	f, err := d.File(ctx, configFile)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is not there", configFile)
	}
	text, err := edit(string(f.Content), want, d.Source().Control)
	if err != nil {
		return remediate.Refuse("%s: %v", configFile, err)
	}
	f.Content = []byte(text)
	return d.SetFile(ctx, configFile, f, remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.Reload, Unit: "haproxy.service"}}})
})

// edit sets one option: the lines that set it are replaced by one, with a word on what was there.
func edit(text, want, control string) (string, error) {
	sections, err := haproxycfg.Parse([]byte(text))
	if err != nil {
		return "", err
	}
	name := strings.Fields(want)[0]
	at, last := 0, haproxycfg.Line{}
	old := map[int]bool{}
	for _, s := range sections {
		if s.Kind() != "global" {
			continue
		}
		at = s.Number
		for _, l := range s.Lines {
			if l.Words[0] == name {
				old[l.Number], last = true, l
			}
		}
	}
	switch {
	case at == 0:
		return "", fmt.Errorf("it has no global section")
	case len(old) == 1 && strings.Join(last.Words, " ") == strings.Join(strings.Fields(want), " "):
		return text, nil
	}
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if old[i+1] {
			out = append(out, fmt.Sprintf("\t# Holdfast (%s): was %q", control, strings.TrimSpace(line)))
		} else {
			out = append(out, line)
		}
		if i+1 == max(at, last.Number) {
			if last.Number == 0 {
				out = append(out, fmt.Sprintf("\t# Holdfast (%s)", control))
			}
			out = append(out, "\t"+want)
		}
	}
	return strings.Join(slices.Clip(out), "\n"), nil
}
