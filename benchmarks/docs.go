package benchmarks

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteDocs writes a benchmark's reference page in Markdown: its profiles, variables and controls, and which of those a
// machine can fix. risk says in words what a kind of fix risks at least; empty for one that is not known.
func WriteDocs(w io.Writer, b *Benchmark, risk func(kind string) string) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n`%s`", b.Title, b.ID)
	if b.Version != "" {
		fmt.Fprintf(out, ", version %s", b.Version)
	}
	out.WriteString("\n\n")
	if b.AppliesTo != "" {
		fmt.Fprintf(out, "Applies to hosts where `%s`.\n\n", oneLine(b.AppliesTo))
	}
	writeProfiles(out, b)
	writeVariables(out, b)
	fixed := 0
	for _, c := range b.Controls {
		if len(c.Fixes) > 0 {
			fixed++
		}
	}
	fmt.Fprintf(out, "## Controls\n\n%d controls, %d of them with a fix. Behind each kind of fix stands what it risks at least.\n\n", len(b.Controls), fixed)
	out.WriteString("| Control | Title | Severity | Profiles | Form | Fix |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, c := range b.Controls {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", cell(c.ID), cell(c.Title), c.Severity, cell(strings.Join(c.Profiles, ", ")), form(c), cell(fixes(c, risk)))
	}
	out.WriteString("\n")
	chapter := ""
	for _, c := range b.Controls {
		if c.Chapter != chapter {
			chapter = c.Chapter
			fmt.Fprintf(out, "## %s\n\n", chapter)
		}
		writeControl(out, c)
	}
	return out.Flush()
}

func writeProfiles(out *bufio.Writer, b *Benchmark) {
	out.WriteString("## Profiles\n\n| Profile | Title | Includes | Controls |\n| --- | --- | --- | --- |\n")
	for _, p := range b.Profiles {
		name := "`" + p.Name + "`"
		if p.Name == b.DefaultProfile {
			name += " (default)"
		}
		fmt.Fprintf(out, "| %s | %s | %s | %d |\n", cell(name), cell(p.Title), cell(strings.Join(p.Includes, ", ")), len(b.members(p.Name)))
	}
	out.WriteString("\n")
}

func writeVariables(out *bufio.Writer, b *Benchmark) {
	if len(b.Variables) == 0 {
		return
	}
	out.WriteString("## Variables\n\n| Variable | Type | Default | Meaning |\n| --- | --- | --- | --- |\n")
	for _, v := range b.Variables {
		def := "required"
		if !v.Required {
			def = "`" + brief(b.scope.variables[v.Name].defaultValue(), 80) + "`"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", v.Name, v.Type, cell(def), cell(v.Description))
	}
	out.WriteString("\n")
}

func writeControl(out *bufio.Writer, c *Control) {
	fmt.Fprintf(out, "### %s %s\n\n", c.ID, c.Title)
	if c.Why != "" {
		fmt.Fprintf(out, "%s\n\n", c.Why)
	}
	for _, framework := range slices.Sorted(maps.Keys(c.Refs)) {
		fmt.Fprintf(out, "- %s: %s\n", framework, strings.Join(c.Refs[framework], ", "))
	}
	if len(c.Refs) > 0 {
		out.WriteString("\n")
	}
	if c.Applies != "" {
		fmt.Fprintf(out, "Applies where `%s`.\n\n", oneLine(c.Applies))
	}
	for _, d := range c.Demands {
		if d.Check != "" {
			fmt.Fprintf(out, "%s:\n\n", d.Check)
		}
		if d.Form == formManual {
			fmt.Fprintf(out, "%s\n\n", d.Text)
			continue
		}
		fmt.Fprintf(out, "```hcl\n%s = %s\n```\n\n", d.Form, d.Text)
	}
	if c.Remedy != "" {
		fmt.Fprintf(out, "To mend it: %s\n\n", c.Remedy)
	}
}

func form(c *Control) string {
	if len(c.Demands) > 1 {
		return fmt.Sprintf("%d checks", len(c.Demands))
	}
	if len(c.Demands) == 0 {
		return ""
	}
	return c.Demands[0].Form
}

// fixes says how a control is mended: by which kinds, or why by none.
func fixes(c *Control, risk func(kind string) string) string {
	var kinds []string
	for _, f := range c.Fixes {
		kind := f.Kind
		if r := risk(kind); r != "" {
			kind += " (" + r + ")"
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	switch {
	case len(kinds) > 0:
		return strings.Join(kinds, ", ")
	case form(c) == formManual:
		return "a person's decision"
	case c.Remedy != "":
		return "none: " + c.Remedy
	}
	return "none"
}

// cell makes a text fit into a table's cell.
func cell(s string) string {
	return strings.ReplaceAll(oneLine(s), "|", "\\|")
}
