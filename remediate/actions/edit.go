package actions

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
)

// ours begins every comment by which an edit of somebody else's file is told.
const ours = "# Holdfast ("

func was(d *remediate.Draft, line string) string {
	return fmt.Sprintf("%s%s): was %q", ours, d.Source().Control, line)
}

func added(d *remediate.Draft) string {
	return fmt.Sprintf("%s%s): the next line was added", ours, d.Source().Control)
}

// edit is a change of the lines of somebody else's file. Lines that matched go to the last of them, which becomes what
// line makes of it; the others become comments. Where none matches, line("") is added at the end. line is nil where the
// matching lines shall go altogether.
type edit struct {
	matches func(line string) bool
	line    func(old string) string
	isSo    func(line string) bool // whether a line that matches needs no change
	secret  bool                   // whether what others may not read of the file is kept from them in the plan, too
}

// apply changes the lines, and tells whether it did.
func (e edit) apply(d *remediate.Draft, lines []string) ([]string, bool) {
	var found []int
	for i, l := range lines {
		if !strings.HasPrefix(strings.TrimSpace(l), ours) && e.matches(l) {
			found = append(found, i)
		}
	}
	switch {
	case e.line == nil && len(found) == 0:
		return lines, false
	case e.line != nil && len(found) == 0:
		return append(lines, added(d), e.line("")), true
	case e.line != nil && len(found) == 1 && e.isSo(lines[found[0]]):
		return lines, false
	}
	var out []string
	for i, l := range lines {
		switch {
		case len(found) == 0 || i != found[0]:
			out = append(out, l)
			continue
		case e.line == nil || len(found) > 1:
			out = append(out, was(d, l))
		case e.isSo(l):
			out = append(out, l)
		default:
			out = append(out, was(d, l), e.line(l))
		}
		found = found[1:]
	}
	return out, true
}

// editFile plans an edit of a file that is there.
func editFile(ctx context.Context, d *remediate.Draft, name string, e edit, o remediate.Options) error {
	f, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is %s", name, f.Type.Words())
	}
	text := string(f.Content)
	lines, changed := e.apply(d, strings.Split(strings.TrimSuffix(text, "\n"), "\n"))
	if !changed && d.Changes("file", name) { // by a step that is for this control, too
		return d.SetFile(ctx, name, f, o)
	}
	if !changed {
		return nil
	}
	if text == "" {
		lines = lines[1:]
	}
	f.Content = []byte(strings.Join(lines, "\n") + "\n")
	f.Secret = e.secret && f.Mode&0o004 == 0
	return d.SetFile(ctx, name, f, o)
}
