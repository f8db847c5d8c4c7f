package actions

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
)

// view is the host's files as the steps of a draft would leave them, with more that is only tried. Parsers of
// configuration read through it to tell what would come of a change.
type view struct {
	tree  remediate.Tree
	later map[string]remediate.File
	seen  map[string]bool // what was read
}

func viewOf(d *remediate.Draft) (*view, error) {
	later, err := d.Planned()
	return &view{d.Tree(), later, map[string]bool{}}, err
}

// with is the view with one file more.
func (v *view) with(name string, f remediate.File) *view {
	later := maps.Clone(v.later)
	later[name] = f
	return &view{v.tree, later, map[string]bool{}}
}

// ReadFile reads a file; a symlink that a step would make is not followed.
func (v *view) ReadFile(name string) ([]byte, error) {
	v.seen[name] = true
	f, ok := v.later[name]
	switch {
	case !ok:
		return v.tree.ReadFile(name)
	case f.Type == remediate.Absent:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case f.Type != remediate.Regular:
		return nil, fmt.Errorf("%s is a %s", name, f.Type)
	}
	return f.Content, nil
}

// Glob follows glob(3): sorted, and without hidden names.
func (v *view) Glob(pattern string) ([]string, error) {
	found, err := v.tree.Glob(pattern)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(name string) bool {
		f, ok := v.later[name]
		return ok && f.Type == remediate.Absent
	})
	for name, f := range v.later {
		if ok, err := path.Match(pattern, name); err == nil && ok && f.Type != remediate.Absent && !strings.HasPrefix(path.Base(name), ".") {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// IsDir tells whether a name leads to a directory.
func (v *view) IsDir(name string) bool {
	if f, ok := v.later[name]; ok {
		return f.Type == remediate.Directory
	}
	st, err := v.tree.Stat(name)
	return err == nil && st.IsDir()
}

// IsAbsent tells whether an error says that there is no such file.
func (v *view) IsAbsent(err error) bool { return facts.IsAbsent(err) }
