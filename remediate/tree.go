package remediate

import (
	"encoding/json"
	"io/fs"

	"github.com/holdfast-agent/holdfast/facts"
)

// Tree is the host's tree of files as it is now, without the steps of a draft: for lists of directories and for vendors'
// files, which parsers of configuration need whole.
type Tree interface {
	ReadFile(name string) ([]byte, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Readlink(name string) (string, error)
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Glob(pattern string) ([]string, error)
}

// Tree is the host's tree. Its errors tell what is not there by facts.IsAbsent.
func (d *Draft) Tree() Tree { return d.set.Tree() }

var _ Tree = (*facts.Reader)(nil)

// Planned is what the steps so far would make of paths. Those that they leave alone are not in it.
func (d *Draft) Planned() (map[string]File, error) {
	out := map[string]File{}
	for _, s := range d.steps {
		if s.Effect != "file" {
			continue
		}
		var f File
		if err := json.Unmarshal(s.After.Data, &f); err != nil {
			return nil, err
		}
		out[s.Target] = f
	}
	return out, nil
}
