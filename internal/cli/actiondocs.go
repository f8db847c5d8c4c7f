package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate/actions"
)

// riskOf says in words what fixes of a kind risk at least, and when they count.
func riskOf(kind string) string {
	for _, a := range actions.All() {
		if d := a.Describe(); d.Kind == kind {
			if d.AtBoot {
				return d.Risk.String() + ", at the next boot"
			}
			return d.Risk.String()
		}
	}
	return ""
}

// writeActions writes what each kind of fix does, in Markdown.
func writeActions(w io.Writer) error {
	var out strings.Builder
	out.WriteString("# What fixes do to a host\n\nWritten by `holdfast policy docs --actions`. What each kind can be told is in [policy-reference.md](policy-reference.md); ")
	out.WriteString("how a change is carried out and undone, in [remediation.md](remediation.md).\n\n| Kind of fix | What it does | Risk at least |\n| --- | --- | --- |\n")
	for _, a := range actions.All() {
		d := a.Describe()
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", d.Kind, strings.ReplaceAll(d.Doc, "|", "\\|"), riskOf(d.Kind))
	}
	_, err := io.WriteString(w, out.String())
	return err
}
