package benchmarks

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteReference writes the functions and the kinds of fix that policies can use, in Markdown.
func WriteReference(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString("# Reference of the policy language\n\nWritten by `holdfast policy docs --language`.\n\n## Functions\n\n")
	out.WriteString("Unknown arguments make an unknown result, unless the known ones decide it. The facts with arguments are functions, too: see [facts.md](facts.md).\n\n")
	out.WriteString("| Function | |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		fmt.Fprintf(out, "| `%s` | %s |\n", f.usage, cell(f.doc))
	}
	out.WriteString("\n## Kinds of fix\n\n")
	for _, k := range FixKinds() {
		fmt.Fprintf(out, "### %s\n\n%s\n\n| Argument | Type | |\n| --- | --- | --- |\n", k.Name, k.Doc)
		for _, a := range k.Args {
			name := "`" + a.Name + "`"
			if a.Required {
				name += " (required)"
			}
			fmt.Fprintf(out, "| %s | %s | %s |\n", name, cell(bareTypeName(a.Type)), cell(a.Doc))
		}
		for _, g := range k.AnyOf {
			fmt.Fprintf(out, "\nAt least one of %s is needed.\n", strings.Join(g, ", "))
		}
		for _, g := range k.NotBoth {
			fmt.Fprintf(out, "\nOnly one of %s can be given.\n", strings.Join(g, ", "))
		}
		out.WriteString("\n")
	}
	return out.Flush()
}
