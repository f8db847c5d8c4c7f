package actions

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
)

// layered lists the files of a configuration that is spread over directories, from that of the highest priority to the
// lowest: a name in one hides the same name in those after it. Sorted by name, across directories. Files that the draft
// would make are among them when they are named.
func layered(tree remediate.Tree, dirs []string, suffix string, drafted ...string) ([]string, error) {
	byName := map[string]string{}
	for _, dir := range dirs {
		entries, err := tree.ReadDir(dir)
		if err != nil && !facts.IsAbsent(err) {
			return nil, err
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		for _, f := range drafted {
			if path.Dir(f) == dir {
				names = append(names, path.Base(f))
			}
		}
		for _, name := range names {
			if _, hidden := byName[name]; !hidden && !strings.HasPrefix(name, ".") && path.Ext(name) == suffix {
				byName[name] = path.Join(dir, name)
			}
		}
	}
	var files []string
	for _, f := range byName {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(path.Base(a), path.Base(b)) })
	return files, nil
}

// maxFollow bounds the symlinks from a name to a file.
const maxFollow = 8

// content is what stands in a file as the steps so far would leave it. Symlinks are followed; what is not there, or
// leads to nothing, is empty.
func content(ctx context.Context, d *remediate.Draft, name string) ([]byte, error) {
	for range maxFollow {
		if name == "/dev/null" {
			return nil, nil
		}
		f, err := d.File(ctx, name)
		switch {
		case err != nil:
			return nil, err
		case f.Type == remediate.Absent || f.Type == remediate.Directory:
			return nil, nil
		case f.Type != remediate.Symlink:
			return f.Content, nil
		case path.IsAbs(f.Link):
			name = path.Clean(f.Link)
		default:
			name = path.Join(path.Dir(name), f.Link)
		}
	}
	return nil, fmt.Errorf("%s: too many symlinks", name)
}
