package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Fix is one remedy that the program can apply. Text is the block's body, as written; Summary says it in one line.
type Fix struct {
	Kind    string `json:"kind"`
	Text    string `json:"text"`
	Summary string `json:"summary"`
}

func newFix(f benchmarks.Fix, variables map[string]any) Fix {
	return Fix{f.Kind, f.Text, summarize(f, known(variables))}
}

// known is what a fix's arguments can say of the policy's variables: those that are one value.
func known(variables map[string]any) *hcl.EvalContext {
	attrs := map[string]cty.Value{}
	for name, v := range variables {
		switch v := v.(type) {
		case string:
			attrs[name] = cty.StringVal(v)
		case bool:
			attrs[name] = cty.BoolVal(v)
		case float64:
			attrs[name] = cty.NumberFloatVal(v)
		}
	}
	return &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(attrs)}}
}

// summarize says in words what a fix would do. What is computed from the host is shown as the policy has it.
func summarize(f benchmarks.Fix, variables *hcl.EvalContext) string {
	file, diags := hclsyntax.ParseConfig([]byte(f.Text), "fix", hcl.InitialPos)
	kind := strings.ReplaceAll(f.Kind, "_", " ")
	if diags.HasErrors() {
		return kind
	}
	content, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return kind
	}
	a := arguments{values: map[string]string{}}
	for _, attr := range inOrder(content) {
		a.names = append(a.names, attr.Name)
		a.values[attr.Name] = display(attr.Expr, file.Bytes, variables)
	}
	words := ""
	if say, ok := sayings[f.Kind]; ok {
		words = say(a)
	}
	if words == "" {
		words = kind + ": " + a.list(a.names...)
	}
	if each := a.values["for_each"]; each != "" && each != "violations" {
		words += ", for each of " + each
	}
	for _, b := range content.Blocks {
		if reason := b.Body.Attributes["reason"]; b.Type == "guard" && reason != nil {
			words += " (refused where: " + strings.TrimRight(display(reason.Expr, file.Bytes, variables), ".") + ")"
		}
	}
	return oneLine(words)
}

func inOrder(body *hclsyntax.Body) []*hclsyntax.Attribute {
	attrs := make([]*hclsyntax.Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
	return attrs
}

// display is what literals and variables make, without quotes, a list of them with commas, and anything else as it is
// written.
func display(e hclsyntax.Expression, src []byte, variables *hcl.EvalContext) string {
	if list, ok := e.(*hclsyntax.TupleConsExpr); ok {
		var items []string
		for _, item := range list.Exprs {
			items = append(items, display(item, src, variables))
		}
		return strings.Join(items, ", ")
	}
	if v, diags := e.Value(variables); !diags.HasErrors() && v.Type().IsPrimitiveType() && v.IsKnown() && !v.IsNull() {
		if v, err := convert.Convert(v, cty.String); err == nil {
			return v.AsString()
		}
	}
	text := oneLine(string(e.Range().SliceBytes(src)))
	if name, ok := strings.CutPrefix(text, "each."); ok && !strings.ContainsAny(name, " .([") {
		return "each " + name
	}
	return text
}

// arguments are a fix's, as they are displayed.
type arguments struct {
	names  []string
	values map[string]string
}

func (a arguments) has(name string) bool { return a.values[name] != "" }

func (a arguments) is(name, value string) bool { return a.values[name] == value }

// list is "name value, name value" of those that are given.
func (a arguments) list(names ...string) string {
	var parts []string
	for _, n := range names {
		if a.has(n) && n != "for_each" {
			parts = append(parts, strings.ReplaceAll(n, "_", " ")+" "+a.values[n])
		}
	}
	return strings.Join(parts, ", ")
}

// setting says "set NAME to VALUE in WHERE".
func setting(where string) func(arguments) string {
	return func(a arguments) string {
		if !a.has("value") {
			return "set " + a.values["name"] + " in " + where
		}
		return "set " + a.values["name"] + " to " + a.values["value"] + " in " + where
	}
}

// sayings are the kinds of fix in words. A kind without one, or whose saying is empty, lists its arguments.
var sayings = map[string]func(arguments) string{
	"file":             sayFile,
	"file_mode":        sayMode,
	"key_mode":         sayMode,
	"mount_option":     sayMount,
	"sysctl":           saySysctl,
	"kernel_module":    sayModule,
	"package":          sayPackage,
	"service":          sayService,
	"sshd_option":      setting("the SSH server's configuration"),
	"auditd":           setting("auditd.conf"),
	"journald":         setting("journald's configuration"),
	"login_defs":       setting("/etc/login.defs"),
	"sudo_default":     setting("sudo's defaults"),
	"postgres_setting": setting("PostgreSQL's configuration"),
	"mariadb_setting":  setting("MariaDB's configuration"),
	"redis_setting":    setting("Redis' configuration"),
	"systemd_conf": func(a arguments) string {
		return "set " + a.values["name"] + " to " + a.values["value"] + " in section [" + a.values["section"] + "] of " + a.values["file"]
	},
	"pam": sayPAM,
	"audit_rules": func(a arguments) string {
		if !a.has("rules") {
			return ""
		}
		return "add audit rules: " + a.values["rules"]
	},
	"grub": func(a arguments) string {
		if !a.has("add") && !a.has("remove") {
			return ""
		}
		return "kernel command line: " + a.list("add", "remove")
	},
}

func sayFile(a arguments) string {
	path := a.values["path"]
	switch {
	case a.is("absent", "true"):
		return "remove " + path
	case a.has("content"):
		return "write " + path
	case a.has("line"):
		return "have the line “" + a.values["line"] + "” in " + path
	case a.has("match"):
		return "comment out the lines of " + path + " that match " + a.values["match"]
	}
	return ""
}

func sayMode(a arguments) string {
	var parts []string
	for _, w := range []struct{ name, words string }{
		{"mode", "mode "}, {"max", "mode at most "}, {"add", "add "}, {"remove", "take away "},
		{"owner", "owner "}, {"group", "group "}, {"groups", "group one of "},
	} {
		if a.has(w.name) {
			parts = append(parts, w.words+a.values[w.name])
		}
	}
	what := a.values["path"]
	if a.is("recurse", "true") {
		what += " and all below"
	}
	return "change " + what + ": " + strings.Join(parts, ", ")
}

func sayMount(a arguments) string {
	var parts []string
	if a.has("add") {
		parts = append(parts, "with "+a.values["add"])
	}
	if a.has("remove") {
		parts = append(parts, "without "+a.values["remove"])
	}
	return "mount " + a.values["path"] + " " + strings.Join(parts, ", ")
}

func saySysctl(a arguments) string {
	words := "set " + a.values["name"] + " to " + a.values["value"]
	switch {
	case a.is("running", "false"):
		return words + " from the next boot on"
	case a.is("configured", "false"):
		return words + " until the next boot"
	}
	return words + ", now and at boot"
}

func sayPAM(a arguments) string {
	switch {
	case a.has("profile") && a.is("enabled", "true"):
		return "enable the profile " + a.values["profile"] + " of pam-auth-update"
	case a.has("profile") && a.is("enabled", "false"):
		return "disable the profile " + a.values["profile"] + " of pam-auth-update"
	case a.has("file"):
		return setting("/etc/security/" + a.values["file"])(a)
	case a.has("module") && a.has("type") && a.has("add") != a.has("remove"):
		verb, which := "give "+a.values["module"]+" the arguments ", "add"
		if a.has("remove") {
			verb, which = "take from "+a.values["module"]+" the arguments ", "remove"
		}
		return verb + a.values[which] + " (" + a.values["type"] + ")"
	}
	return ""
}

func sayModule(a arguments) string {
	if a.is("state", "loaded") {
		return "load the kernel module " + a.values["name"] + ", now and at boot"
	}
	return "keep the kernel module " + a.values["name"] + " from being loaded"
}

func sayPackage(a arguments) string {
	verb, ok := map[string]string{"present": "install", "absent": "remove", "purged": "purge", "latest": "upgrade"}[a.values["state"]]
	if !ok {
		return ""
	}
	return verb + " the package " + a.values["name"]
}

func sayService(a arguments) string {
	var verbs []string
	for _, v := range []struct{ name, value, verb string }{
		{"enabled", "true", "enable"}, {"enabled", "false", "disable"}, {"masked", "true", "mask"}, {"masked", "false", "unmask"},
		{"state", "running", "start"}, {"state", "stopped", "stop"},
	} {
		if a.is(v.name, v.value) {
			verbs = append(verbs, v.verb)
		}
	}
	if len(verbs) == 0 {
		return ""
	}
	return strings.Join(verbs, " and ") + " " + a.values["name"]
}
