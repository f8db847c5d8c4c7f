package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/printable"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
)

func (p *program) facts() *cobra.Command {
	var host hostFlags
	var asJSON, docs bool
	cmd := &cobra.Command{
		Use: "facts [NAME [SUBJECT...]]", Short: "Print what is true of the host, and where it was read",
		Long: `Print a fact of the host with the source of each attribute, and for what could
not be read the reason. Without a name, list the facts there are.`,
		Example: `  holdfast facts
  holdfast facts sshd
  holdfast facts sysctl net.ipv4.ip_forward
  holdfast facts file /etc/shadow --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !docs || len(args) > 0 { // the page of all facts is about the program
				err := p.plug(func(name string) bool { return len(args) == 0 || name == args[0] })
				if err != nil && len(args) > 0 {
					return err
				}
				if err != nil { // the list is good for the others
					p.complain(err.Error())
				}
			}
			schema := facts.NewSchema(p.allSources())
			switch {
			case docs && asJSON:
				return usage(cmd, "--docs are Markdown: leave out --json")
			case docs:
				return p.factDocs(cmd, schema, args)
			case len(args) == 0 && asJSON:
				return p.listFactsJSON(schema)
			case len(args) == 0:
				return p.listFacts(schema)
			}
			return p.printFact(cmd, &host, schema, args, asJSON)
		},
	}
	host.add(cmd, true)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&docs, "docs", false, "document every fact, or the one named, as Markdown")
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 { // a subject: often a path
			return nil, cobra.ShellCompDirectiveDefault
		}
		return complete(p.factNames)(cmd, args, typed)
	}
	return cmd
}

func (p *program) printFact(cmd *cobra.Command, host *hostFlags, schema facts.Schema, args []string, asJSON bool) error {
	d, err := descriptor(cmd, schema, args[0])
	if err != nil {
		return err
	}
	values, err := subjectArgs(cmd, d, args[1:])
	if err != nil {
		return err
	}
	subject, err := d.Subject(values)
	if err != nil {
		return usage(cmd, "%v", err)
	}
	t, err := p.target(cmd, host)
	if err != nil {
		return err
	}
	key := facts.Key{Fact: d.Name, Subject: subject}
	v := t.set.Read(cmd.Context(), key)
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if asJSON {
		return p.factJSON(key, v)
	}
	return p.factTree(d, key, v)
}

func descriptor(cmd *cobra.Command, schema facts.Schema, name string) (facts.Descriptor, error) {
	d, ok := schema[name]
	if !ok {
		return d, usage(cmd, "there is no fact %q%s", name, didYouMean(name, slices.Sorted(maps.Keys(schema))))
	}
	return d, nil
}

// subjectArgs are the words of the command line in the types that the fact takes.
func subjectArgs(cmd *cobra.Command, d facts.Descriptor, words []string) ([]cty.Value, error) {
	if len(words) != len(d.Args) {
		if len(d.Args) == 0 {
			return nil, usage(cmd, "%s is a fact of the whole host and takes no subject", d.Name)
		}
		var wants []string
		for _, a := range d.Args {
			wants = append(wants, strings.ToUpper(a.Name)+": "+a.Doc)
		}
		return nil, usage(cmd, "%s takes %s, and got %d\n  %s", signature(d), count(len(d.Args), "subject"), len(words), strings.Join(wants, "\n  "))
	}
	values := make([]cty.Value, len(words))
	for i, w := range words {
		v, err := typed(d.Args[i].Type, w)
		if err != nil {
			return nil, usage(cmd, "%s: %s: %q is %v", d.Name, d.Args[i].Name, w, err)
		}
		values[i] = v
	}
	return values, nil
}

func typed(t cty.Type, word string) (cty.Value, error) {
	switch t {
	case cty.Number:
		v, err := cty.ParseNumberVal(word)
		if err != nil {
			return cty.NilVal, errors.New("not a number")
		}
		return v, nil
	case cty.Bool:
		b, err := strconv.ParseBool(word)
		if err != nil {
			return cty.NilVal, errors.New("neither true nor false")
		}
		return cty.BoolVal(b), nil
	}
	return cty.StringVal(word), nil
}

// signature is how a policy calls the fact: sysctl(name), listeners.
func signature(d facts.Descriptor) string {
	if len(d.Args) == 0 {
		return d.Name
	}
	var names []string
	for _, a := range d.Args {
		names = append(names, a.Name)
	}
	return d.Name + "(" + strings.Join(names, ", ") + ")"
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

func (p *program) listFacts(schema facts.Schema) error {
	width := 0
	for _, d := range schema {
		if n := len(signature(d)); n <= 30 {
			width = max(width, n)
		}
	}
	w := p.page()
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		d := schema[name]
		w.pair(signature(d), firstSentence(d.Doc), width)
	}
	return w.end()
}

func (p *program) listFactsJSON(schema facts.Schema) error {
	type arg struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Doc  string `json:"doc"`
	}
	type attr struct {
		Path string `json:"path"`
		Type string `json:"type"`
		Doc  string `json:"doc"`
	}
	type fact struct {
		Name  string `json:"name"`
		Doc   string `json:"doc"`
		Reads string `json:"reads"`
		Args  []arg  `json:"args"`
		Attrs []attr `json:"attributes"`
	}
	out := []fact{}
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		d := schema[name]
		f := fact{Name: d.Name, Doc: d.Doc, Reads: d.Reads, Args: []arg{}, Attrs: []attr{}}
		for _, a := range d.Args {
			f.Args = append(f.Args, arg{a.Name, typeName(a.Type), a.Doc})
		}
		for _, a := range d.Shape.Attrs {
			f.Attrs = append(f.Attrs, attr{a.Path, typeName(a.Type), a.Doc})
		}
		out = append(out, f)
	}
	return p.json(out)
}

// json prints a value as indented JSON that can't act on a terminal.
func (p *program) json(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := p.out.Write(printable.JSON(b.Bytes()))
	return err
}

// factDocs documents facts as Markdown.
func (p *program) factDocs(cmd *cobra.Command, schema facts.Schema, names []string) error {
	all := len(names) == 0
	if all {
		names = slices.Sorted(maps.Keys(schema))
	}
	var b strings.Builder
	if all {
		b.WriteString("# Facts\n\nWhat a policy can read of a host, with the type of every attribute. In paths, `[]` stands for each element.\n")
		for _, name := range names {
			fmt.Fprintf(&b, "\n- [`%s`](#%s) %s", signature(schema[name]), anchor(name), mdCell(firstSentence(schema[name].Doc)))
		}
		b.WriteString("\n")
	}
	for _, name := range names {
		d, err := descriptor(cmd, schema, name)
		if err != nil {
			return err
		}
		factDoc(&b, d)
	}
	_, err := p.out.Write([]byte(b.String()))
	return err
}

func factDoc(b *strings.Builder, d facts.Descriptor) {
	fmt.Fprintf(b, "\n## %s\n\n`%s`: %s\n\n%s\n", d.Name, signature(d), typeName(d.Shape.Type), mdCell(d.Doc))
	if d.Reads != "" {
		fmt.Fprintf(b, "\nRead from: %s\n", mdCell(d.Reads))
	}
	if len(d.Args) > 0 {
		b.WriteString("\n| Argument | Type | |\n| --- | --- | --- |\n")
		for _, a := range d.Args {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.Name, typeName(a.Type), mdCell(a.Doc))
		}
	}
	if len(d.Shape.Attrs) > 0 {
		b.WriteString("\n| Attribute | Type | |\n| --- | --- | --- |\n")
		for _, a := range d.Shape.Attrs {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.Path, typeName(a.Type), mdCell(a.Doc))
		}
	}
}

// anchor is the fragment that Markdown renderers give a heading.
func anchor(name string) string { return strings.ReplaceAll(name, ":", "") }

func mdCell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(strings.Join(strings.Fields(s), " "))
}

// typeName is a type in few words; the attributes of an object are listed elsewhere.
func typeName(t cty.Type) string {
	switch {
	case t.IsListType():
		return "list of " + plural(t.ElementType())
	case t.IsMapType():
		return "map of " + plural(t.ElementType())
	case t.IsObjectType():
		return "object"
	}
	return t.FriendlyName()
}

func plural(t cty.Type) string {
	switch {
	case t.IsListType(), t.IsMapType():
		kind, of, _ := strings.Cut(typeName(t), " ")
		return kind + "s " + of
	}
	return typeName(t) + "s"
}
