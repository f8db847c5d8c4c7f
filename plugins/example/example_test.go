package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/plugintest"
	"github.com/zclconf/go-cty/cty"
)

func TestThePluginKeepsTheRules(t *testing.T) {
	program := filepath.Join(t.TempDir(), "haproxy")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	option := func(name, value string) map[string]cty.Value {
		return map[string]cty.Value{"name": cty.StringVal(name), "value": cty.StringVal(value)}
	}
	fix := func(args map[string]cty.Value, before, after string) plugintest.Fix {
		f := plugintest.Fix{Kind: "haproxy_global", Args: args, Files: map[string]string{configFile: before}}
		if after != "" {
			f.Want = map[string]string{configFile: after}
		}
		return f
	}
	const refused = ""
	plugintest.Run(t, program, plugintest.Options{
		Keys:  []facts.Key{{Fact: "haproxy_global", Subject: "user"}},
		Units: []string{"haproxy.service"},
		Fixes: []plugintest.Fix{
			fix(option("user", "nobody"), "global\n\tuser root\n", "global\n\t# Holdfast (1): was \"user root\"\n\tuser nobody\n"),
			fix(option("user", "nobody"), "global\n\tuser root\n\tuser haproxy # two\n",
				"global\n\t# Holdfast (1): was \"user root\"\n\t# Holdfast (1): was \"user haproxy # two\"\n\tuser nobody\n"),
			fix(option("user", "nobody"), "global\ndefaults\n\tmode http\n", "global\n\t# Holdfast (1)\n\tuser nobody\ndefaults\n\tmode http\n"),
			fix(option("user", "nobody"), "global\n\tuser  nobody\n", "global\n\tuser  nobody\n"),
			fix(map[string]cty.Value{"name": cty.StringVal("daemon")}, "global\n", "global\n\t# Holdfast (1)\n\tdaemon\n"),
			fix(option("user", "a\nuid 0"), "global\n", refused),
			fix(option("user", "nobody"), "defaults\n", refused),
			fix(option("user", "nobody"), ".if defined(X)\nglobal\n.endif\n", refused),
			{Kind: "haproxy_global", Args: option("user", "nobody"), Files: map[string]string{"/etc/other": ""}},
		},
	})
}
